#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

#define MOST_KNOWN .98 /* part of a list's rows that are taken to be known, at most */
enum { ROUNDS = 30, USUAL_PAIRS = 50, USUAL_ROWS = 100, USUAL_VALUES = 10, FEW_PAIRS = 30 };

/* What agreement of the same person looks like before any data is seen: the levels a kind can have, and their shares. */
struct share {
    enum level level;
    double of;
};
static const struct share shares_idno[] = {
    {LEVEL_SAME, .93}, {LEVEL_ONE_DIGIT, .02}, {LEVEL_TRANSPOSED, .01}, {LEVEL_ALIKE, .01}, {LEVEL_DIFFERS, .03}};
static const struct share shares_phone[] = {{LEVEL_SAME, .7},        {LEVEL_PART, .02},  {LEVEL_ONE_DIGIT, .02},
                                            {LEVEL_TRANSPOSED, .01}, {LEVEL_ALIKE, .01}, {LEVEL_DIFFERS, .24}};
static const struct share shares_name[] = {{LEVEL_SAME, .9},           {LEVEL_SAME_PINYIN, .025}, {LEVEL_SAME_SOUND, .01},
                                           {LEVEL_SIMILAR_SHAPE, .01}, {LEVEL_SWAPPED, .003},     {LEVEL_PART, .01},
                                           {LEVEL_NEAR, .015},         {LEVEL_ALIKE, .004},       {LEVEL_SURNAME_ONLY, .01},
                                           {LEVEL_GIVEN_ONLY, .003},   {LEVEL_DIFFERS, .01}};
static const struct share shares_string[] = {{LEVEL_SAME, .75},    {LEVEL_NEAR, .07},   {LEVEL_SAME_SOUND, .03},
                                             {LEVEL_SWAPPED, .02}, {LEVEL_PART, .03},   {LEVEL_ALIKE, .03},
                                             {LEVEL_VAGUE, .02},   {LEVEL_DIFFERS, .05}};
static const struct share shares_birth[] = {{LEVEL_SAME, .85},       {LEVEL_SWAPPED, .01},   {LEVEL_ONE_DIGIT, .04},
                                            {LEVEL_TRANSPOSED, .01}, {LEVEL_TWO_PARTS, .03}, {LEVEL_ALIKE, .01},
                                            {LEVEL_YEAR_ONLY, .02},  {LEVEL_YEAR_NEAR, .01}, {LEVEL_DIFFERS, .02}};
static const struct share shares_age[] = {{LEVEL_SAME, .85}, {LEVEL_YEAR_NEAR, .05}, {LEVEL_DIFFERS, .1}};
static const struct share shares_sex[] = {{LEVEL_SAME, .98}, {LEVEL_DIFFERS, .02}};
static const struct share shares_place[] = {{LEVEL_SAME, .55},         {LEVEL_SAME_UNIT, .02}, {LEVEL_SAME_BUILDING, .04},
                                            {LEVEL_SAME_COMPOUND, .1}, {LEVEL_NEAR, .05},      {LEVEL_SAME_SOUND, .02},
                                            {LEVEL_PART, .04},         {LEVEL_ALIKE, .04},     {LEVEL_VAGUE, .02},
                                            {LEVEL_DIFFERS, .12}};
static const struct share shares_code[] = {
    {LEVEL_SAME, .85}, {LEVEL_ONE_DIGIT, .04}, {LEVEL_TRANSPOSED, .02}, {LEVEL_ALIKE, .02}, {LEVEL_DIFFERS, .07}};

static const struct share *shares_of(enum unit_kind kind, size_t *ret_n)
{
#define GIVE(table) return *ret_n = sizeof(table) / sizeof *(table), (table)
    switch (kind) {
    case UNIT_IDNO:
        GIVE(shares_idno);
    case UNIT_PHONE:
        GIVE(shares_phone);
    case UNIT_NAME:
        GIVE(shares_name);
    case UNIT_BIRTH:
        GIVE(shares_birth);
    case UNIT_AGE:
        GIVE(shares_age);
    case UNIT_SEX:
        GIVE(shares_sex);
    case UNIT_ADDRESS:
        GIVE(shares_place);
    case UNIT_CODE:
        GIVE(shares_code);
    default:
        GIVE(shares_string);
    }
#undef GIVE
}

/* A masked number or a family name alone is a matter of how the list was written, not of error: it is not part of the sum. */
static bool apart(uint8_t level)
{
    return level == LEVEL_MASKED_SAME;
}

void model_prior(struct model *model, const struct layout *l)
{
    memset(model->m, 0, sizeof model->m);
    for (size_t u = 0; u < l->n_units; u++) {
        size_t n = 0;
        const struct share *s = shares_of(l->units[u].kind, &n);
        for (size_t i = 0; i < n; i++) model->m[CLASS_SAME][u][s[i].level] = s[i].of;
        model->m[CLASS_SAME][u][LEVEL_MASKED_SAME] = .97;
        for (size_t v = 0; v < LEVELS; v++) model->m[CLASS_FAMILY][u][v] = model->m[CLASS_SAME][u][v];
    }
    if (l->name >= 0) { /* two of a household have a family name in common, or none; hardly ever a whole name */
        double *m = model->m[CLASS_FAMILY][l->name];
        for (size_t v = 0; v < LEVELS; v++) m[v] = 1e-3;
        m[LEVEL_SAME] = 1e-5;
        m[LEVEL_SAME_PINYIN] = m[LEVEL_SAME_SOUND] = m[LEVEL_SIMILAR_SHAPE] = m[LEVEL_PART] = 1e-4;
        m[LEVEL_SURNAME_ONLY] = m[LEVEL_MASKED_SAME] = .5;
        m[LEVEL_NEAR] = .03;
        m[LEVEL_DIFFERS] = .45;
    }
    if (l->birth >= 0) { /* brothers and sisters, husband and wife are of an age more often than strangers; twins are rare */
        double *m = model->m[CLASS_FAMILY][l->birth];
        for (size_t v = 0; v < LEVELS; v++) m[v] = 1e-3;
        m[LEVEL_SAME] = .02;
        m[LEVEL_ONE_DIGIT] = m[LEVEL_TWO_PARTS] = m[LEVEL_ALIKE] = .01;
        m[LEVEL_YEAR_ONLY] = .05;
        m[LEVEL_YEAR_NEAR] = .08;
        m[LEVEL_DIFFERS] = .83;
    }
}

struct spread {
    double held[HELD_MOST + 2], pairs, n;
};

static void count_value(struct spread *s, uint32_t count)
{
    if (count == 0) return;
    if (count <= HELD_MOST + 1) s->held[count]++;
    s->pairs += (double)count * (count - 1.0);
    s->n += count;
}

static uint8_t domain_of(enum unit_kind kind)
{
    return kind == UNIT_SURNAME ? UNIT_GIVEN : (uint8_t)kind;
}

/* Said of one person at a time, even where a family has a part of it in common. */
static bool of_person(enum unit_kind kind)
{
    return kind == UNIT_NAME || kind == UNIT_GIVEN || kind == UNIT_BIRTH;
}

/* Of a value that c rows have, (c + 1) f(c + 1) / f(c) are owed to how common it is, f(c) being how many values c rows have, and the
 * rest to chance having favoured the values that were seen (Good 1953); about c - 1/2 where too few are seen to tell, and of what a
 * household has in common: there it is not chance that several have it. */
static void owe(const double held[HELD_MOST + 2], bool family, double ret_due[HELD_MOST + 1])
{
    ret_due[0] = 0;
    for (int c = 1; c <= HELD_MOST; c++) {
        double seen = (c + 1) * held[c + 1] + USUAL_VALUES * (c - .5);
        ret_due[c] = family ? c - .5 : fmax(ret_due[c - 1], seen / (held[c] + USUAL_VALUES));
    }
}

/* Units of one domain (two address columns) share their values, not the values' counts: each is told by its own rows. */
static void count_unit(struct model *model, const struct layout *l, const struct words *words, const uint32_t *slots,
                       uint32_t rows, size_t u)
{
    const struct unit *unit = &l->units[u];
    struct spread s = {0};
    bool alone = true;
    for (size_t v = 0; v < l->n_units; v++) alone = alone && (v == u || domain_of(l->units[v].kind) != domain_of(unit->kind));
    if (alone) {
        for (uint32_t v = words_next(words, 0); v; v = words_next(words, v)) {
            if (words_blob_own(words, v).domain == domain_of(unit->kind)) count_value(&s, words_count(words, v));
        }
    } else {
        uint32_t *seen = wg_xcalloc(words_total(words), sizeof *seen);
        for (size_t at = unit->slot; at < (size_t)rows * l->n_slots; at += l->n_slots) seen[slots[at]]++;
        for (uint32_t v = words_next(words, 0); v; v = words_next(words, v)) count_value(&s, seen[v]);
        free(seen);
    }
    memcpy(model->held[u], s.held, sizeof s.held);
    owe(s.held, unit->family && !of_person(unit->kind), model->due[u]);
    model->u_same[u] = s.n > 1 ? s.pairs / (s.n * (s.n - 1)) : 0;
}

/* How values are spread: how many rows have one, how often two rows have the same. */
void model_counts(struct model *model, const struct layout *l, const struct words *words, const uint32_t *slots, uint32_t rows,
                  const uint64_t *alive)
{
    uint32_t living = 0;
    for (uint32_t w = 0; w < (rows + 63) / 64; w++) living += (uint32_t)__builtin_popcountll(alive[w]);
    model->rows = living;
    for (size_t u = 0; u < l->n_units; u++) count_unit(model, l, words, slots, rows, u);
}

static double log2_safe(double x)
{
    return log2(x > 1e-12 ? x : 1e-12);
}

/* What strangers look like before any data is seen; weighs little once there are a few hundred rows. */
static double stranger_level(enum unit_kind kind, uint8_t level)
{
    bool number = kind == UNIT_IDNO || kind == UNIT_PHONE || kind == UNIT_EMAIL;
    switch (level) {
    case LEVEL_DIFFERS:
        return kind == UNIT_SEX ? .5 : .9;
    case LEVEL_SURNAME_ONLY:
    case LEVEL_YEAR_NEAR:
        return .04;
    case LEVEL_YEAR_ONLY:
    case LEVEL_SAME_COMPOUND:
    case LEVEL_VAGUE:
        return .02;
    case LEVEL_SAME_PINYIN:
    case LEVEL_SIMILAR_SHAPE:
    case LEVEL_SWAPPED:
        return 1e-4;
    case LEVEL_ONE_DIGIT:
    case LEVEL_TRANSPOSED:
    case LEVEL_NEAR:
        return number ? 1e-5 : 1e-3;
    default:
        return number ? 1e-4 : 3e-3;
    }
}

static double stranger_value(enum unit_kind kind)
{
    switch (kind) {
    case UNIT_IDNO:
        return 1e-8;
    case UNIT_PHONE:
    case UNIT_EMAIL:
        return 1e-6;
    case UNIT_BIRTH:
        return 5e-5;
    case UNIT_NAME:
    case UNIT_ADDRESS:
        return 3e-4;
    case UNIT_SURNAME:
    case UNIT_GIVEN:
    case UNIT_TEXT:
    case UNIT_CODE:
        return 3e-3;
    case UNIT_AGE:
        return .02;
    case UNIT_PLACE:
        return .05;
    default:
        return .5;
    }
}

/* Chao's estimate of a value that nobody else has been seen with: 2 f2 / (f1 n). */
static double rare_share(double ones, double twos, double rows)
{
    double p = 2 * (twos + .5) / ((ones + 1) * (rows + 1));
    double least = 1 / ((rows + 1) * 500), most = 1 / (rows + 1);
    return p < least ? least : p > most ? most : p;
}

/* A row of a list is one person of the register, or nobody: the odds of a person are against its being nobody, not against all
 * other pairs (Fortini et al. 2001, Sadinle 2017). Rows of one table have no such alternative. */
static double nobody_share(const struct model *model)
{
    double known = model->within ? 0 : model->lambda[CLASS_SAME] * model->rows;
    return 1 - (known < MOST_KNOWN ? known : MOST_KNOWN);
}

void model_finish(struct model *model, const struct layout *l)
{
    model->lambda_strangers = 1 - model->lambda[CLASS_SAME] - model->lambda[CLASS_FAMILY];
    model->log_family = log2(model->lambda[CLASS_FAMILY]);
    model->log_strangers = log2(model->lambda_strangers);
    model->log_same = log2(model->lambda[CLASS_SAME]) - log2(nobody_share(model));
    model->log_rest = log2(1 - model->lambda[CLASS_SAME]);
    for (size_t u = 0; u < l->n_units; u++) {
        double best = 0;
        for (size_t v = 1; v < LEVELS; v++) {
            for (int c = 0; c < CLASSES; c++) {
                double w = log2_safe(model->m[c][u][v]) - (v == LEVEL_SAME ? 0 : log2_safe(model->u[u][v]));
                if (c == CLASS_FAMILY && !l->units[u].family) w = 0;
                model->table[c][u][v] = (float)w;
            }
            if (v != LEVEL_SAME && model->table[0][u][v] > best) best = model->table[0][u][v];
        }
        model->most[u] = (float)(best + 3);
    }
}

bool level_weighs_rarity(enum unit_kind kind, uint8_t level)
{
    if (level == LEVEL_SAME) return true;
    if (level == LEVEL_MISSING || level == LEVEL_DIFFERS || level == LEVEL_MASKED_SAME) return false;
    if (kind == UNIT_BIRTH || kind == UNIT_AGE || kind == UNIT_IDNO || kind == UNIT_PHONE || kind == UNIT_CODE ||
        kind == UNIT_SEX)
        return false;
    return level < LEVEL_SAME_UNIT && level != LEVEL_SURNAME_ONLY && level != LEVEL_GIVEN_ONLY;
}

static double owed(const struct model *model, size_t unit, uint32_t count)
{
    const double *due = model->due[unit];
    if (count <= HELD_MOST) return due[count];
    return model->within ? (count - 2) * model->others[unit] : fmax(due[HELD_MOST], count - (HELD_MOST - due[HELD_MOST]));
}

float model_rarity(const struct model *model, const struct words *words, size_t unit, enum unit_kind kind, uint8_t level,
                   uint32_t shared)
{
    if (!level_weighs_rarity(kind, level)) return 0;
    if (kind == UNIT_AGE) return (float)-log2_safe(model->u[unit][LEVEL_SAME]);
    uint32_t count = words_count(words, shared);
    double p = count > 1 ? owed(model, unit, count) / (model->rows + 1) : 0;
    if (p < model->rare[unit]) p = model->rare[unit];
    if (level == LEVEL_SAME) return (float)-log2_safe(p);
    double bits = .5 * (log2_safe(model->u[unit][LEVEL_SAME]) - log2_safe(p));
    return (float)(bits > 3 ? 3 : bits < -5 ? -5 : bits);
}

float model_cut(const struct model *model, double least)
{
    double strangers = 1 - model->lambda[CLASS_SAME] - model->lambda[CLASS_FAMILY];
    return (float)(log2(least / (1 - least)) - model->log_same + log2(strangers)) - model->relief;
}

void model_score(const struct model *model, const struct layout *l, const struct words *words, struct rarity_memo *memo,
                 const struct comparison *c, struct scored *ret)
{
    float same = 0, shared = 0;
    for (size_t u = 0; u < l->n_units; u++) {
        uint8_t v = c->level[u];
        if (v == LEVEL_MISSING) continue;
        float rarity = model_rarity_known(model, memo, words, u, l->units[u].kind, v, c->shared[u]);
        float bits = model->table[CLASS_SAME][u][v] + rarity;
        int state = depend_state(model, c->level, u);
        same += (bits > MOST_BITS ? MOST_BITS : bits) + depend_bits(model, CLASS_SAME, u, state, v, rarity);
        if (l->units[u].family)
            shared += model->table[CLASS_FAMILY][u][v] + rarity + depend_bits(model, CLASS_FAMILY, u, state, v, rarity);
    }
    ret->weight[CLASS_SAME] = same;
    ret->weight[CLASS_FAMILY] = shared;
    /* Where a household is out of the question, the strangers are all there is. */
    double family = model->log_family + (double)ret->weight[CLASS_FAMILY], others = model->log_strangers;
    if (family > -30) others = log2(model->lambda_strangers + exp2(family));
    double odds = model->log_same + (double)ret->weight[CLASS_SAME] - others;
    ret->probability = 1 / (1 + exp2(-odds));
    ret->bits = ret->weight[CLASS_SAME] - (float)(others - model->log_rest);
}

void model_add_bits(const struct model *model, const struct layout *l, const struct words *words, const struct comparison *c,
                    struct unit_bits *sums)
{
    for (size_t u = 0; u < l->n_units; u++) {
        uint8_t v = c->level[u];
        if (v == LEVEL_MISSING) continue;
        float rarity = model_rarity(model, words, u, l->units[u].kind, v, c->shared[u]);
        float bits = model->table[CLASS_SAME][u][v] + rarity;
        int state = depend_state(model, c->level, u);
        sums->bits[CLASS_SAME][u] +=
            (double)((bits > MOST_BITS ? MOST_BITS : bits) + depend_bits(model, CLASS_SAME, u, state, v, rarity));
        if (l->units[u].family)
            sums->bits[CLASS_FAMILY][u] +=
                (double)(model->table[CLASS_FAMILY][u][v] + rarity + depend_bits(model, CLASS_FAMILY, u, state, v, rarity));
        sums->pairs[u]++;
    }
}

double model_mean_odds(const struct model *model, const struct unit_bits *sums, double less)
{
    double same = 0, family = model->log_family;
    for (size_t u = 0; u < UNITS_MAX; u++) {
        if (sums->pairs[u] <= 0) continue;
        same += sums->bits[CLASS_SAME][u] / sums->pairs[u];
        family += sums->bits[CLASS_FAMILY][u] / sums->pairs[u];
    }
    return model->log_same / less + same - log2(model->lambda_strangers + exp2(family));
}

/* --- expectation and maximisation ------------------------------------------------------------------------------------ */
struct sums {
    double level[CLASSES][UNITS_MAX][LEVELS];
    double known[CLASSES][UNITS_MAX];
    double states[CLASSES][UNITS_MAX][2][2];
    double held[UNITS_MAX][HELD_MOST + 1], held_same[UNITS_MAX][HELD_MOST + 1]; /* pairs with a value that so many have */
    double all[CLASSES];
};

/* A pair of the sample as EM goes over it again and again: only the units of which both rows say something. */
struct em_pair {
    uint8_t n, unit[UNITS_MAX], level[UNITS_MAX];
    int16_t state[UNITS_MAX]; /* depend_state */
    float rarity[UNITS_MAX];
    uint8_t held[UNITS_MAX]; /* rows that have the value both have, if these are few; else 0 */
};

static struct em_pair *em_pairs(const struct model *model, const struct layout *l, const struct words *words,
                                const struct comparison *pairs, size_t n)
{
    struct em_pair *out = wg_xmalloc((n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        struct em_pair *e = &out[i];
        *e = (struct em_pair){.n = 0};
        for (size_t u = 0; u < l->n_units; u++) {
            uint8_t v = pairs[i].level[u];
            if (v == LEVEL_MISSING) continue;
            e->unit[e->n] = (uint8_t)u;
            e->state[e->n] = (int16_t)depend_state(model, pairs[i].level, u);
            uint32_t held = v == LEVEL_SAME ? words_count(words, pairs[i].shared[u]) : 0;
            e->held[e->n] = held <= HELD_MOST ? (uint8_t)held : 0;
            e->level[e->n++] = v;
        }
    }
    return out;
}

static void expect_class(struct sums *s, int c, const struct em_pair *e, double p)
{
    s->all[c] += p;
    if (p < 1e-4) return;
    for (size_t k = 0; k < e->n; k++) {
        s->level[c][e->unit[k]][e->level[k]] += p;
        if (!apart(e->level[k])) s->known[c][e->unit[k]] += p;
        if (e->state[k] >= 0) s->states[c][e->unit[k]][e->state[k] >> 1][e->state[k] & 1] += p;
    }
}

/* What a pair weighs as the same person, and as two of a household, each with its share of all pairs. */
struct odds {
    double same, family;
};

static struct odds weigh(const struct model *model, const struct layout *l, const struct em_pair *e)
{
    float w[CLASSES] = {0};
    for (size_t k = 0; k < e->n; k++) {
        size_t u = e->unit[k], v = e->level[k];
        float same = model->table[CLASS_SAME][u][v] + e->rarity[k];
        w[CLASS_SAME] +=
            (same > MOST_BITS ? MOST_BITS : same) + depend_bits(model, CLASS_SAME, u, e->state[k], (uint8_t)v, e->rarity[k]);
        if (!l->units[u].family) continue;
        w[CLASS_FAMILY] += model->table[CLASS_FAMILY][u][v] + e->rarity[k] +
                           depend_bits(model, CLASS_FAMILY, u, e->state[k], (uint8_t)v, e->rarity[k]);
    }
    return (struct odds){model->lambda[CLASS_SAME] * exp2((double)w[CLASS_SAME]),
                         model->lambda[CLASS_FAMILY] * exp2((double)w[CLASS_FAMILY])};
}

static void expect_pair(struct sums *s, const struct em_pair *e, double same, double family)
{
    expect_class(s, CLASS_SAME, e, same);
    expect_class(s, CLASS_FAMILY, e, family);
    for (size_t k = 0; k < e->n; k++) {
        if (!e->held[k]) continue;
        s->held[e->unit[k]][e->held[k]]++;
        s->held_same[e->unit[k]][e->held[k]] += same;
    }
}

/* The pairs of one row of a list: it is one of these persons, or nobody, as it will be when they are decided about. Taken each for
 * itself, persons that no other resembles would have the whole crowd against them, and those known by a name alone be missed. */
static void expect_row(const struct model *model, const struct layout *l, const struct em_pair *pairs, struct odds *odds,
                       size_t n, struct sums *s)
{
    double strangers = 1 - model->lambda[CLASS_SAME] - model->lambda[CLASS_FAMILY], all = nobody_share(model);
    for (size_t i = 0; i < n; i++) {
        odds[i] = weigh(model, l, &pairs[i]);
        all += odds[i].same / (odds[i].family + strangers);
    }
    for (size_t i = 0; i < n; i++) {
        double others = odds[i].family + strangers, same = odds[i].same / others / all;
        expect_pair(s, &pairs[i], same, (1 - same) * odds[i].family / others);
    }
}

static void expect(const struct model *model, const struct layout *l, const struct em_sample *sample,
                   const struct em_pair *pairs, struct odds *odds, struct sums *s)
{
    memset(s, 0, sizeof *s);
    size_t at = 0;
    for (size_t r = 0; r < sample->rows && sample->per_row; at += sample->per_row[r++])
        expect_row(model, l, pairs + at, odds, sample->per_row[r], s);
    double strangers = 1 - model->lambda[CLASS_SAME] - model->lambda[CLASS_FAMILY];
    for (; at < sample->n; at++) {
        struct odds o = weigh(model, l, &pairs[at]);
        double all = o.same + o.family + strangers;
        expect_pair(s, &pairs[at], o.same / all, o.family / all);
    }
}

/* What two names of one household can be to each other. */
static bool relatives(uint8_t v)
{
    return v == LEVEL_SURNAME_ONLY || v == LEVEL_NEAR || v == LEVEL_ALIKE || v == LEVEL_GIVEN_ONLY || v == LEVEL_DIFFERS;
}

static void rarities(const struct model *model, const struct layout *l, const struct words *words,
                     const struct comparison *pairs, struct em_pair *em, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < em[i].n; k++) {
            size_t u = em[i].unit[k];
            em[i].rarity[k] = model_rarity(model, words, u, l->units[u].kind, em[i].level[k], pairs[i].shared[u]);
        }
    }
}

static double most_differing(enum unit_kind kind)
{
    switch (kind) {
    case UNIT_NAME:
        return .01;
    case UNIT_IDNO:
    case UNIT_SEX:
        return .06;
    case UNIT_BIRTH:
    case UNIT_GIVEN:
        return .1;
    case UNIT_SURNAME:
        return .12;
    case UNIT_AGE:
        return 1;
    default:
        return .5;
    }
}

/* How often, at most, the same person is written so. An error is rarer than none, and what does not change hardly ever differs.
 * EM with bounds on m (Winkler 1993): without them the class of the same person takes in, where a table holds hardly any doubles,
 * whatever crowd the other two classes describe least well - relatives, whose sex and number then differ as a rule, or neighbours,
 * whose postcodes differ in one digit. */
static double most_written(enum unit_kind kind, uint8_t v)
{
    bool name = kind == UNIT_NAME, part = kind == UNIT_GIVEN || kind == UNIT_SURNAME;
    switch (v) {
    case LEVEL_DIFFERS:
        return most_differing(kind);
    case LEVEL_SURNAME_ONLY:
        return .06;
    case LEVEL_GIVEN_ONLY:
        return .02;
    case LEVEL_ONE_DIGIT:
    case LEVEL_TWO_PARTS:
        return .2;
    case LEVEL_TRANSPOSED:
        return .1;
    case LEVEL_YEAR_ONLY:
        return .2;
    case LEVEL_YEAR_NEAR:
        return kind == UNIT_BIRTH ? .1 : 1; /* ages of an old list are off as a rule */
    case LEVEL_NEAR:
    case LEVEL_PART:
        return name ? .1 : .35;
    case LEVEL_SAME_PINYIN:
        return .25;
    case LEVEL_SAME_SOUND:
    case LEVEL_SIMILAR_SHAPE:
        return name ? .1 : .2;
    case LEVEL_ALIKE:
        return name ? .02 : .25;
    case LEVEL_VAGUE:
        return part ? .12 : .3;
    default:
        return 1;
    }
}

/* Two of a household that have the family name in common are called after that as strangers are: levels of the name that EM cannot
 * learn from relatives, since they are the same person's as a rule, are as much more frequent in a household as a common family
 * name is. */
static void name_relatives(struct model *model, size_t name)
{
    static const uint8_t alike[] = {LEVEL_SAME, LEVEL_SAME_PINYIN, LEVEL_SAME_SOUND, LEVEL_SIMILAR_SHAPE, LEVEL_PART};
    const double *u = model->u[name];
    double *m = model->m[CLASS_FAMILY][name];
    double strangers = u[LEVEL_SURNAME_ONLY] + u[LEVEL_NEAR] + u[LEVEL_ALIKE],
           family = m[LEVEL_SURNAME_ONLY] + m[LEVEL_NEAR] + m[LEVEL_ALIKE];
    for (size_t i = 0; i < sizeof alike; i++) strangers += u[alike[i]];
    double more = strangers > 0 ? family / strangers : 1;
    for (size_t i = 0; i < sizeof alike; i++) m[alike[i]] = fmin(.02, fmax(1e-5, more * u[alike[i]]));
}

/* How much of the door is written down is a matter of who writes, not of whose door it is; EM cannot tell relatives in one building
 * from neighbours. */
static void write_doors(struct model *model, size_t address)
{
    static const uint8_t coarse[] = {LEVEL_SAME_UNIT, LEVEL_SAME_BUILDING};
    for (size_t i = 0; i < sizeof coarse; i++) {
        double *family = &model->m[CLASS_FAMILY][address][coarse[i]];
        *family = fmax(*family, model->m[CLASS_SAME][address][coarse[i]]);
    }
}

static void maximise_m(struct model *model, const struct model *prior, const struct layout *l, const struct sums *s,
                       double trust)
{
    for (int c = 0; c < CLASSES; c++) {
        for (size_t u = 0; u < l->n_units; u++) {
            if (c == CLASS_FAMILY && !l->units[u].family) continue;
            for (size_t v = 1; v < LEVELS; v++) {
                if (apart((uint8_t)v) || (c == CLASS_FAMILY && (int)u == l->name && !relatives((uint8_t)v))) continue;
                if (c == CLASS_FAMILY && (int)u == l->birth && v == LEVEL_SAME) continue;
                double m = (s->level[c][u][v] + trust * prior->m[c][u][v]) / (s->known[c][u] + trust);
                model->m[c][u][v] = c == CLASS_SAME ? fmin(m, most_written(l->units[u].kind, (uint8_t)v)) : m;
            }
        }
    }
    if (l->name >= 0) name_relatives(model, (size_t)l->name);
    if (l->address >= 0) write_doors(model, (size_t)l->address);
}

void level_count(struct level_counts *counts, const struct layout *l, const struct comparison *c)
{
    counts->pairs++;
    for (size_t u = 0; u < l->n_units; u++) counts->n[u][c->level[u]]++;
}

void model_add_random(struct model *model, const struct layout *l, const struct level_counts *counts)
{
    model->tried += counts->pairs;
    for (size_t u = 0; u < l->n_units; u++) {
        uint32_t known = counts->pairs - counts->n[u][LEVEL_MISSING];
        for (size_t v = 1; v < LEVELS; v++) model->u_drawn[u][v] += counts->n[u][v];
        model->drawn[u] += known;
        model->known[u] += known;
    }
}

void model_allow_doubles(struct model *model, const struct layout *l, const double doubled[HELD_MOST + 1])
{
    if (l->name < 0) return;
    double *due = model->due[l->name], before = 0;
    memcpy(model->doubled, doubled, sizeof model->doubled);
    for (int c = 1; c <= HELD_MOST; c++) {
        double all = due[c];
        due[c] = (1 - doubled[c]) * all + doubled[c] * before;
        before = all;
    }
}

void model_add_seen(struct model *model, const struct level_counts *counts)
{
    for (size_t u = 0; u < UNITS_MAX; u++) {
        for (size_t v = 0; v < LEVELS; v++) model->seen[u][v] += counts->n[u][v];
    }
}

bool model_learns_from(const struct model *model, const struct layout *l, const struct words *words, const struct comparison *c,
                       float cut)
{
    struct scored scored;
    model_score(model, l, words, NULL, c, &scored);
    return scored.weight[CLASS_SAME] >= cut;
}

/* Within a table the pair itself is no sign of how common its value is; nor are further rows of the same person. Of the others that
 * have it, as many are taken to be other people as pairs with a value that so many have are not the same. */
static void owe_within(struct model *model, const struct sums *s, size_t u)
{
    for (int c = 1; c <= HELD_MOST; c++) {
        double same = s->held_same[u][c] / (s->held[u][c] + FEW_PAIRS);
        model->due[u][c] = c > 2 ? (c - 2) * (1 - same) : 0;
    }
}

/* u has two sources. Pairs drawn at random see common levels well and rare ones hardly ever; the pairs that the keys bring together
 * hold nearly all of the rare ones, and those that are not the same person count for u. The larger of the two stands. Within a
 * table the random pairs hold some of the same person: those are taken off. */
static void maximise_u(struct model *model, const struct layout *l, const struct sums *s, double space, bool within)
{
    for (size_t u = 0; u < l->n_units; u++) {
        double all = model->tried > 0 ? space * model->known[u] / model->tried : 0;
        for (size_t v = 1; v < LEVELS; v++) {
            double usual = stranger_level(l->units[u].kind, (uint8_t)v);
            double floor = fmin(.3 / (model->drawn[u] + 1), usual);
            double drawn = (model->u_drawn[u][v] + USUAL_PAIRS * usual) / (model->drawn[u] + USUAL_PAIRS);
            if (model->drawn[u] > 1000) drawn = model->u_drawn[u][v] / model->drawn[u];
            if (v == LEVEL_SAME && l->units[u].kind != UNIT_AGE && model->u_same[u] > 0) drawn = model->u_same[u];
            double left = drawn;
            if (within && all > 0) left = drawn - s->level[CLASS_SAME][u][v] / all;
            if (left < drawn * .02) left = drawn * .02;
            if (within && v == LEVEL_SAME) model->others[u] = drawn > 0 ? left / drawn : 1;
            if (v == LEVEL_SAME) floor = .1 / (all + 1);
            /* Less what chance may have added to a handful. */
            double others = model->seen[u][v] - s->level[CLASS_SAME][u][v];
            double met = v != LEVEL_SAME && all > 0 && others > 0 ? (others - 1.5 * sqrt(others) - 1) / all : 0;
            if (met > left) left = met;
            model->u[u][v] = left > floor ? left : floor;
        }
        /* Of a name of which only a part is said: strangers' parts agree as their family names do. */
        if (l->units[u].kind == UNIT_NAME)
            model->u[u][LEVEL_MASKED_SAME] = fmax(model->u[u][LEVEL_MASKED_SAME], model->u[u][LEVEL_SURNAME_ONLY]);
        if (within) owe_within(model, s, u);
        double ones = model->held[u][1], seen_twos = model->held[u][2], twos = seen_twos;
        if (within && s->held[u][2] > 0) twos *= 1 - s->held_same[u][2] / s->held[u][2];
        if (!within && (int)u == l->name) twos *= 1 - model->doubled[2];
        double rare = rare_share(ones + (seen_twos - twos), twos, model->rows);
        double faith = USUAL_ROWS / (1 + model->rows / 1000);
        model->rare[u] = (rare * model->rows + stranger_value(l->units[u].kind) * faith) / (model->rows + faith);
    }
}

float model_begin(struct model *model, const struct layout *l, double lambda, bool within)
{
    struct sums *s = wg_xcalloc(1, sizeof *s);
    model->lambda[CLASS_SAME] = model->lambda[CLASS_FAMILY] = lambda;
    memset(model->seen, 0, sizeof model->seen);
    maximise_u(model, l, s, 1 / lambda, within);
    depend_learn(model, l, s->states);
    model_finish(model, l);
    free(s);
    return model_cut(model, 1e-5);
}

void model_em(struct model *model, const struct layout *l, const struct words *words, const struct em_sample *sample,
              double start, double faith, bool within, double trust)
{
    const struct comparison *pairs = sample->pairs;
    size_t n = sample->n;
    double space = sample->space;
    struct model *prior = wg_xmalloc(sizeof *prior);
    struct sums *s = wg_xcalloc(1, sizeof *s);
    struct em_pair *em = em_pairs(model, l, words, pairs, n);
    struct odds *odds = wg_xmalloc((n + 1) * sizeof *odds);
    *prior = *model;
    model->lambda[CLASS_SAME] = start / space;
    model->lambda[CLASS_FAMILY] = start / space;
    /* To begin with, all that the keys brought together are strangers but for the share expected to be the same. */
    for (size_t u = 0; u < l->n_units; u++) {
        for (size_t v = 1; v < LEVELS; v++)
            s->level[CLASS_SAME][u][v] = fmin(model->seen[u][v], start * model->m[CLASS_SAME][u][v]);
    }
    maximise_u(model, l, s, space, within);
    depend_learn(model, l, s->states);
    model_finish(model, l);
    for (int round = 0; round < ROUNDS && n > 0; round++) {
        if (round < 3 || round == 6 || round == 10) rarities(model, l, words, pairs, em, n);
        expect(model, l, sample, em, odds, s);
        double before = model->lambda[CLASS_SAME];
        /* A little faith in the start keeps the shares away from nothing. */
        model->lambda[CLASS_SAME] = (s->all[CLASS_SAME] + faith * start) / ((1 + faith) * space);
        model->lambda[CLASS_FAMILY] = (s->all[CLASS_FAMILY] + .1) / space;
        if (model->lambda[CLASS_SAME] > .3) model->lambda[CLASS_SAME] = .3;
        if (model->lambda[CLASS_FAMILY] > .3) model->lambda[CLASS_FAMILY] = .3;
        maximise_m(model, prior, l, s, trust);
        depend_learn(model, l, s->states);
        if (round < 10) maximise_u(model, l, s, space, within);
        model_finish(model, l);
        if (round > 10 && fabs(before - model->lambda[CLASS_SAME]) < 1e-4 * before) break;
    }
    free(odds);
    free(em);
    free(s);
    free(prior);
}
