/* match_depend.c - places that imply one another, and names that tell the sex.
 *
 * Town, postcode, state, street and house number are no witnesses of their own: who moves changes all of them, and strangers of
 * one postcode are of one town. So each unit of a place hangs on a finer one, a tree as of Chow & Liu (1968), and is weighed
 * given what that one says (Friedman, Geiger & Goldszmidt 1997). Two states are told apart, agreeing and not. What strangers do
 * is counted from the values themselves, what the same people and households do comes from EM.
 *
 * Sex hangs on the name in the same way: two strangers of one name are of one sex, so that once the names agree it says nothing
 * that they have not said. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum { ROWS_MOST = 5000, PAIRS_LEAST = 30 };
#define IMPLIED_LEAST .3
/* Pairs' worth of belief in independence. */
#define INDEPENDENT 20.0
/* Strangers of one name are of one sex this often, where too few rows show it: a belief worth so many pairs. */
#define NAMES_TELL_SEX .95
#define NAMES_PAIRS 60.0

static bool of_place(enum unit_kind kind)
{
    return kind == UNIT_PLACE || kind == UNIT_CODE || kind == UNIT_ADDRESS || kind == UNIT_TEXT;
}

static bool may_hang(enum unit_kind child, enum unit_kind by)
{
    if (child == UNIT_SEX) return by == UNIT_NAME || by == UNIT_GIVEN;
    return of_place(child) && of_place(by);
}

/* Of a name: is the given name the same, as far as both say it? */
static bool agrees(uint8_t level)
{
    return level != LEVEL_MISSING && level != LEVEL_DIFFERS && level != LEVEL_VAGUE && level != LEVEL_ALIKE &&
           level != LEVEL_SAME_COMPOUND && level != LEVEL_SURNAME_ONLY && level != LEVEL_MASKED_SAME;
}

/* --- what strangers do ---------------------------------------------------------------------------------------------- */
static int by_value(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

double match_equal_pairs(uint64_t *values, size_t n)
{
    double pairs = 0;
    if (n) qsort(values, n, sizeof *values, by_value);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && values[end] == values[i]) end++;
        pairs += (double)(end - i) * ((double)(end - i) - 1) / 2;
        i = end;
    }
    return pairs;
}

/* Of pairs of rows that have both units, how many agree in the one, in the other, in both. */
struct meeting {
    double all, child, by, both;
};

static struct meeting meet(const struct layout *l, const uint32_t *slots, const uint32_t *rows, size_t n, size_t child,
                           size_t by)
{
    uint64_t *values = wg_xmalloc((n + 1) * sizeof *values);
    struct meeting m = {0};
    for (int part = 0; part < 3; part++) {
        size_t have = 0;
        for (size_t i = 0; i < n; i++) {
            const uint32_t *row = slots + (size_t)rows[i] * l->n_slots;
            uint64_t x = row[l->units[child].slot], y = row[l->units[by].slot];
            if (x && y) values[have++] = part == 0 ? x : part == 1 ? y : x << 32 | y;
        }
        double pairs = 2 * match_equal_pairs(values, have); /* either row first, as m.all counts them */
        m.all = (double)have * ((double)have - 1);
        if (part == 0)
            m.child = pairs;
        else if (part == 1)
            m.by = pairs;
        else
            m.both = pairs;
    }
    free(values);
    return m;
}

static bool finer(const struct model *model, size_t a, size_t b)
{
    return model->u_same[a] < model->u_same[b] || (model->u_same[a] <= model->u_same[b] && a < b);
}

/* How much likelier than any two are two that agree in `by` to agree in `child`: 0 not at all, 1 always. */
static double implied(const struct meeting *m)
{
    if (m->all <= 0 || m->by < 2.0 * PAIRS_LEAST || m->child >= m->all) return 0;
    double alone = m->child / m->all;
    return (m->both / m->by - alone) / (1 - alone);
}

static double log_ratio(double joint, double a, double b)
{
    return log2((joint + 1e-9) / (a * b + 1e-9));
}

static void hang(struct model *model, const struct layout *l, size_t child, size_t by, const struct meeting *m)
{
    struct hanging *h = &model->hanging[child];
    bool sex = l->units[child].kind == UNIT_SEX;
    *h = (struct hanging){.by = (int16_t)by, .keeps = 1};
    /* Too little is known of strangers: taken to be independent. */
    if (sex ? m->by <= 0 || m->child > .99 * m->all : implied(m) < IMPLIED_LEAST) return;
    double belief = sex ? 2 * NAMES_PAIRS : 0; /* as m counts them, either row first */
    double x = m->child / m->all, y = m->by / m->all, given = (m->both + belief * NAMES_TELL_SEX) / (m->by + belief);
    if (given > .999) given = .999;
    double both = given * y;
    h->strangers[1][1] = (float)log_ratio(both, x, y);
    h->strangers[1][0] = (float)log_ratio(fmax(x - both, x * .02), x, 1 - y);
    h->strangers[0][1] = (float)log_ratio(fmax(y - both, y * .001), 1 - x, y);
    h->strangers[0][0] = (float)log_ratio(fmax(1 - x - y + both, 1e-6), 1 - x, 1 - y);
    h->keeps = (float)(log2(given) / log2(x));
    if (h->keeps > 1) h->keeps = 1;
}

void depend_look(struct model *model, const struct layout *l, const uint32_t *slots, const uint32_t *rows, size_t n)
{
    if (n > ROWS_MOST) n = ROWS_MOST;
    memset(model->hanging, 0, sizeof model->hanging);
    for (size_t u = 0; u < UNITS_MAX; u++) model->hanging[u].by = -1;
    for (size_t u = 0; u < l->n_units; u++) {
        if (model->u_same[u] <= 0) continue;
        size_t best = UNITS_MAX, finest = UNITS_MAX;
        double most = 0;
        struct meeting on_best = {0}, on_finest = {0};
        for (size_t v = 0; v < l->n_units; v++) {
            if (v == u || !may_hang(l->units[u].kind, l->units[v].kind) || model->u_same[v] <= 0 || !finer(model, v, u))
                continue;
            struct meeting m = meet(l, slots, rows, n, u, v);
            /* Of those that imply it, the one shared most: what finer ones say of it, they say through that one. */
            if (implied(&m) >= IMPLIED_LEAST && (best == UNITS_MAX || m.both > most)) {
                best = v;
                most = m.both;
                on_best = m;
            }
            if (finest == UNITS_MAX || finer(model, v, finest)) {
                finest = v;
                on_finest = m;
            }
        }
        if (best < UNITS_MAX)
            hang(model, l, u, best, &on_best);
        else if (finest < UNITS_MAX)
            hang(model, l, u, finest, &on_finest);
    }
}

/* --- what a pair says ----------------------------------------------------------------------------------------------- */
int depend_state(const struct model *model, const uint8_t *level, size_t unit)
{
    int by = model->hanging[unit].by;
    if (by < 0 || level[unit] == LEVEL_MISSING || level[by] == LEVEL_MISSING) return -1;
    return agrees(level[unit]) * 2 + agrees(level[by]);
}

float depend_bits(const struct model *model, int c, size_t unit, int state, uint8_t level, float rarity)
{
    if (state < 0) return 0;
    const struct hanging *h = &model->hanging[unit];
    float bits = h->classes[c][state >> 1][state & 1];
    /* How rare the value is says less where the finer one has said it. */
    if (state == 3 && level == LEVEL_SAME) return bits - (1 - h->keeps) * rarity;
    /* What is nearly the same is among strangers another value altogether: it meets independently of the finer one. */
    if (state >> 1 == 0 || level == LEVEL_SAME) bits -= h->strangers[state >> 1][state & 1];
    /* What hardly anybody does, same or stranger, is no evidence for the same. */
    return state != 0 && bits > 0 ? 0 : bits;
}

/* --- what EM learns ------------------------------------------------------------------------------------------------- */
void depend_learn(struct model *model, const struct layout *l, double (*sums)[UNITS_MAX][2][2])
{
    model->relief = 0;
    for (size_t u = 0; u < l->n_units; u++) {
        struct hanging *h = &model->hanging[u];
        if (h->by < 0) continue;
        double most = 0;
        for (int c = 0; c < CLASSES; c++) {
            double(*s)[2] = sums[c][u], all = s[0][0] + s[0][1] + s[1][0] + s[1][1];
            for (int x = 0; x < 2; x++) {
                for (int y = 0; y < 2; y++) {
                    double a = (s[x][0] + s[x][1] + .5) / (all + 1), b = (s[0][y] + s[1][y] + .5) / (all + 1);
                    double joint = (s[x][y] + INDEPENDENT * a * b) / (all + INDEPENDENT);
                    h->classes[c][x][y] = (float)log_ratio(joint, a, b);
                    double more = (double)(h->classes[c][x][y] - (x || y ? 0 : h->strangers[x][y]));
                    if (c == CLASS_SAME && more > most) most = more;
                }
            }
        }
        model->relief += (float)most;
    }
}
