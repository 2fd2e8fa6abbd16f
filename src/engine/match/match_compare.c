#include <string.h>

#include "engine/match/match_internal.h"

/* When several telephones meet, the best meeting counts. */
static const uint8_t how_good[LEVELS] = {
    [LEVEL_SAME] = 9,       [LEVEL_PART] = 8,  [LEVEL_MASKED_SAME] = 7, [LEVEL_ONE_DIGIT] = 6,
    [LEVEL_TRANSPOSED] = 5, [LEVEL_ALIKE] = 3, [LEVEL_DIFFERS] = 1};

struct two {
    const struct words *wa, *wb;
    const uint32_t *a, *b;
    const struct sketch *sa, *sb; /* both or neither */
    struct rarity_memo *memo;
};

static uint32_t commoner(const struct two *t, uint32_t x, uint32_t y)
{
    return words_count(t->wa, x) >= words_count(t->wb, y) ? x : y;
}

/* Numbers tell values apart, except two that were read by different workers and that nobody in the register has. */
static bool same_value(const struct two *t, uint32_t x, uint32_t y)
{
    if (t->wa == t->wb) return x == y;
    if (x < t->wa->first || y < t->wb->first || !t->wa->base || !t->wb->base) return x == y;
    struct blob a = words_blob(t->wa, x), b = words_blob(t->wb, y);
    return a.domain == b.domain && a.n_text == b.n_text && memcmp(a.text, b.text, a.n_text) == 0;
}

static uint8_t level_equal(const struct two *t, enum unit_kind kind, uint32_t value)
{
    if (kind == UNIT_IDNO || kind == UNIT_PHONE)
        return level_hidden(words_blob(t->wa, value)) ? (uint8_t)LEVEL_MASKED_SAME : (uint8_t)LEVEL_SAME;
    if (kind == UNIT_BIRTH) {
        uint32_t date = level_date_places(words_blob(t->wa, value));
        return level_dates(date, date);
    }
    if (kind == UNIT_NAME && words_blob(t->wa, value).mark >= 128) return LEVEL_MASKED_SAME;
    return LEVEL_SAME;
}

/* The level of two values that stand in the sketches, or LEVELS. */
static uint8_t level_sketched(const struct two *t, const struct layout *l, int u, bool equal)
{
    const struct sketch *a = t->sa, *b = t->sb;
    if (!a) return LEVELS;
    if (u == l->name && a->n_name && b->n_name) return equal ? (uint8_t)LEVEL_SAME : level_sketched_names(a, b);
    if (u == l->birth && a->birth && b->birth) return level_dates(a->birth, b->birth);
    if (u == l->idno && a->idno && b->idno)
        return equal ? LEVEL_SAME : sketch_differs(a->idno, b->idno) ? LEVEL_DIFFERS : LEVELS;
    if (u == l->phone && a->phone && b->phone) return level_sketched_phones(a->phone, b->phone);
    if (u == l->address && !equal && level_places_differ(a->place, b->place)) return LEVEL_DIFFERS;
    return LEVELS;
}

static uint8_t level_one(const struct two *t, const struct layout *l, int u, uint32_t x, uint32_t y)
{
    enum unit_kind kind = l->units[u].kind;
    bool equal = same_value(t, x, y);
    uint8_t level = level_sketched(t, l, u, equal);
    if (level < LEVELS) return level;
    if (equal) return level_equal(t, kind, x);
    return kind == UNIT_SEX ? (uint8_t)LEVEL_DIFFERS : level_values(kind, words_blob(t->wa, x), words_blob(t->wb, y));
}

static uint32_t shared_of(const struct two *t, enum unit_kind kind, uint8_t level, uint32_t x, uint32_t y)
{
    return x != y && level_weighs_rarity(kind, level) ? commoner(t, x, y) : x;
}

static uint8_t level_unit(const struct two *t, const struct layout *l, size_t u, uint32_t *ret_shared)
{
    const struct unit *unit = &l->units[u];
    uint8_t best = LEVEL_MISSING;
    *ret_shared = 0;
    if (unit->slots == 1) {
        uint32_t x = t->a[unit->slot], y = t->b[unit->slot];
        if (!x || !y) return LEVEL_MISSING;
        best = level_one(t, l, (int)u, x, y);
        *ret_shared = shared_of(t, unit->kind, best, x, y);
        return best;
    }
    for (size_t i = unit->slot; i < (size_t)unit->slot + unit->slots; i++) {
        for (size_t j = unit->slot; j < (size_t)unit->slot + unit->slots && t->a[i]; j++) {
            if (!t->b[j]) continue;
            uint8_t level = level_one(t, l, (int)u, t->a[i], t->b[j]);
            if (best != LEVEL_MISSING && how_good[level] <= how_good[best]) continue;
            best = level;
            *ret_shared = shared_of(t, unit->kind, level, t->a[i], t->b[j]);
        }
    }
    return best;
}

static uint8_t level_crossed(const struct two *t, uint32_t x, uint32_t y)
{
    if (!x || !y) return LEVEL_MISSING;
    return same_value(t, x, y) ? (uint8_t)LEVEL_SAME : level_string(words_blob(t->wa, x), words_blob(t->wb, y));
}

static bool close(uint8_t level)
{
    return level == LEVEL_SAME || level == LEVEL_NEAR;
}

/* Family and given name written in each other's place. */
static void swap_names(const struct layout *l, const struct two *t, uint8_t *levels, uint32_t *shared)
{
    uint8_t *surname = &levels[l->surname], *given = &levels[l->given];
    if (close(*surname) || close(*given)) return;
    uint32_t as = t->a[l->units[l->surname].slot], ag = t->a[l->units[l->given].slot];
    uint32_t bs = t->b[l->units[l->surname].slot], bg = t->b[l->units[l->given].slot];
    if ((!as && !ag) || (!bs && !bg)) return;
    uint8_t one = level_crossed(t, as, bg), two = level_crossed(t, ag, bs);
    bool swapped = (close(one) && (close(two) || two == LEVEL_MISSING || two == LEVEL_PART)) ||
                   (close(two) && (one == LEVEL_MISSING || one == LEVEL_PART));
    if (!swapped) return;
    *surname = LEVEL_SWAPPED;
    *given = LEVEL_MISSING;
    shared[l->surname] = close(two) ? commoner(t, ag, bs) : commoner(t, as, bg);
}

static uint16_t passport(const struct words *w, uint32_t id)
{
    if (!id) return 0;
    struct tight t = tight_of(words_blob(w, id));
    return text_hash16(t.p, t.n);
}

/* 王伟 and Wang Wei */
static uint8_t level_across(const struct layout *l, const struct words *wh, uint32_t han, const struct words *wl,
                            const uint32_t *latin)
{
    uint32_t s = latin[l->units[l->surname].slot], g = latin[l->units[l->given].slot];
    if (!s || !g) return LEVEL_MISSING;
    struct blob b = words_blob(wh, han);
    uint16_t surname, given, one = passport(wl, s), two = passport(wl, g);
    memcpy(&surname, b.form + b.n_form - 4, 2);
    memcpy(&given, b.form + b.n_form - 2, 2);
    return (surname == one && given == two) || (surname == two && given == one) ? LEVEL_SAME_PINYIN : LEVEL_DIFFERS;
}

static void compare_names(const struct layout *l, const struct two *t, uint8_t *levels, uint32_t *shared)
{
    if (l->name < 0 || l->surname < 0 || l->given < 0) return;
    uint32_t an = t->a[l->units[l->name].slot], bn = t->b[l->units[l->name].slot];
    if (an && !bn)
        levels[l->name] = level_across(l, t->wa, an, t->wb, t->b);
    else if (bn && !an)
        levels[l->name] = level_across(l, t->wb, bn, t->wa, t->a);
    else if (!an)
        swap_names(l, t, levels, shared);
    if (an && !bn) shared[l->name] = an;
    if (bn && !an) shared[l->name] = bn;
}

/* The age on that day of whom was born in a year that is known. */
static int age_at(struct blob birth, wg_day today)
{
    struct wg_civil now = wg_civil_from_day(today);
    int year = birth.form[0] | birth.form[1] << 8, month = birth.form[2], day = birth.form[3];
    int age = now.year - year;
    return month && (now.month < month || (now.month == month && now.day < day)) ? age - 1 : age;
}

static uint8_t level_age_birth(const struct layout *l, const struct dependence *dep, const struct words *wa, const uint32_t *a,
                               const struct words *wb, const uint32_t *b)
{
    uint32_t age = a[l->units[l->age].slot], birth = b[l->units[l->birth].slot];
    if (!age || !birth || a[l->units[l->birth].slot]) return LEVEL_MISSING;
    struct blob born = words_blob(wb, birth);
    if (!born.form[0] && !born.form[1]) return LEVEL_MISSING;
    return level_years(words_blob(wa, age).form[0] - age_at(born, dep->today));
}

static void compare_ages(const struct layout *l, const struct dependence *dep, const struct two *t, uint8_t *levels)
{
    if (l->age < 0 || l->birth < 0) return;
    if (levels[l->age] != LEVEL_MISSING) {
        if (dep->age_from_birth && levels[l->birth] != LEVEL_MISSING) levels[l->age] = LEVEL_MISSING;
        return;
    }
    uint8_t level = level_age_birth(l, dep, t->wa, t->a, t->wb, t->b);
    levels[l->age] = level != LEVEL_MISSING ? level : level_age_birth(l, dep, t->wb, t->b, t->wa, t->a);
}

/* Both numbers are known to be identity numbers, not those of another paper. */
static bool both_numbers(const struct layout *l, const struct two *t)
{
    if (t->sa && t->sa->idno && t->sb->idno) return true;
    size_t at = l->units[l->idno].slot;
    return words_blob(t->wa, t->a[at]).mark != MARK_STRING && words_blob(t->wb, t->b[at]).mark != MARK_STRING;
}

static bool agrees_in(const uint8_t *levels, int unit)
{
    return unit >= 0 && levels[unit] != LEVEL_MISSING && levels[unit] != LEVEL_DIFFERS;
}

/* What another field says already is not said twice: a number its birth date and sex, a name an address for mail. */
static void drop_implied(const struct layout *l, const struct two *t, uint8_t *levels)
{
    for (uint32_t emails = l->emails; emails; emails &= emails - 1) {
        size_t u = (size_t)__builtin_ctz(emails);
        bool begins = levels[u] == LEVEL_VAGUE || levels[u] == LEVEL_PART; /* alike, or with the same name at another host */
        if (begins && (agrees_in(levels, l->given) || agrees_in(levels, l->surname))) levels[u] = LEVEL_MISSING;
    }
    if (l->idno < 0 || levels[l->idno] == LEVEL_MISSING || !both_numbers(l, t)) return;
    uint8_t number = levels[l->idno];
    bool agrees = number != LEVEL_DIFFERS && number != LEVEL_MASKED_SAME;
    uint32_t derived = t->a[0] | t->b[0];
    if (l->birth >= 0 && ((derived & FLAG_BIRTH_DERIVED) || (agrees && levels[l->birth] == LEVEL_SAME)))
        levels[l->birth] = LEVEL_MISSING;
    if (l->sex >= 0 && ((derived & FLAG_SEX_DERIVED) || (agrees && levels[l->sex] == LEVEL_SAME)))
        levels[l->sex] = LEVEL_MISSING;
}

/* --- giving up early ------------------------------------------------------------------------------------------------ */
enum { PENDING = LEVELS };
/* What number or name say already may be taken back in the end (drop_implied); `firm`: known not to be by the number. */
static float bits_of(const struct model *model, const struct layout *l, const struct two *t, size_t u, uint8_t level,
                     uint32_t shared, bool firm)
{
    if (level == LEVEL_MISSING) return 0;
    enum unit_kind kind = l->units[u].kind;
    float bits = model->table[CLASS_SAME][u][level] + model_rarity_known(model, t->memo, t->wa, u, kind, level, shared);
    bool by_number = !firm && (kind == UNIT_BIRTH || kind == UNIT_SEX || kind == UNIT_AGE);
    bool by_name = kind == UNIT_EMAIL && (level == LEVEL_VAGUE || level == LEVEL_PART);
    return (by_number || by_name) && bits < 0 ? 0 : bits;
}

/* What two sketches tell before any value is asked for. */
struct sight {
    bool idno_differs, phone_differs, address_differs;
    uint32_t implied; /* FLAG_...: what the number has said already */
};

static struct sight look(const struct layout *l, const struct two *t)
{
    struct sight s = {0};
    const struct sketch *a = t->sa, *b = t->sb;
    if (!a) return s;
    s.idno_differs = sketch_differs(a->idno, b->idno);
    s.phone_differs = sketch_differs(a->phone, b->phone);
    s.address_differs = l->address >= 0 && level_places_differ(a->place, b->place);
    if (a->idno && b->idno) s.implied = t->a[0] | t->b[0];
    return s;
}

static bool differs_at_sight(const struct layout *l, const struct sight *s, int u)
{
    return (u == l->idno && s->idno_differs) || (u == l->phone && s->phone_differs) || (u == l->address && s->address_differs);
}

static bool implied_at_sight(const struct layout *l, const struct sight *s, int u)
{
    return (u == l->birth && (s->implied & FLAG_BIRTH_DERIVED)) || (u == l->sex && (s->implied & FLAG_SEX_DERIVED));
}

struct progress {
    const struct layout *layout;
    const struct two *two;
    const struct model *model;
    struct comparison *c;
    struct sight sight;
    uint32_t pending; /* units as bits */
    float bound;
};

static float progress_bits(const struct progress *p, size_t u)
{
    bool firm = p->sight.idno_differs && (int)u != p->layout->age;
    return bits_of(p->model, p->layout, p->two, u, p->c->level[u], p->c->shared[u], firm);
}

/* A level that can be had without asking for values, or PENDING. */
static uint8_t first_level(const struct progress *p, size_t u)
{
    const struct layout *l = p->layout;
    const struct two *t = p->two;
    size_t at = l->units[u].slot;
    if (differs_at_sight(l, &p->sight, (int)u)) return LEVEL_DIFFERS;
    if (l->units[u].slots == 1 && t->a[at] == t->b[at]) return level_unit(t, l, u, &p->c->shared[u]);
    if ((int)u != l->birth && (int)u != l->phone) return PENDING;
    uint8_t level = level_sketched(t, l, (int)u, false);
    return level < LEVELS ? level : (uint8_t)PENDING;
}

/* Most that the pair can still reach: what is known, and for the rest the best level short of the same. Names and ages can
 * also meet across units, so theirs stay open while either side has any. */
static void first_bound(struct progress *p)
{
    const struct layout *l = p->layout;
    const struct two *t = p->two;
    struct comparison *c = p->c;
    uint32_t a = t->sa ? t->sa->has : units_with_values(l, t->a), b = t->sb ? t->sb->has : units_with_values(l, t->b);
    memset(c->level, LEVEL_MISSING, l->n_units);
    memset(c->shared, 0, l->n_units * sizeof *c->shared);
    for (uint32_t open = ((a & b) & ~l->across) | ((a | b) & l->across); open; open &= open - 1) {
        size_t u = (size_t)__builtin_ctz(open);
        if (implied_at_sight(l, &p->sight, (int)u)) continue;
        c->level[u] = first_level(p, u);
        if (c->level[u] == PENDING) {
            p->pending |= (uint32_t)1 << u;
            p->bound += p->model->most[u];
        } else {
            p->bound += progress_bits(p, u);
        }
    }
}

static void settle(struct progress *p, size_t u)
{
    p->c->level[u] = level_unit(p->two, p->layout, u, &p->c->shared[u]);
    p->bound += progress_bits(p, u) - p->model->most[u];
}

/* The names together: each may change what the others say. */
static void settle_names(struct progress *p)
{
    const struct layout *l = p->layout;
    uint32_t names = p->pending & l->stage[STAGE_NAMES];
    if (l->name < 0 || l->surname < 0 || l->given < 0) { /* a table of so many columns that there was no room for all three */
        for (; names; names &= names - 1) settle(p, (size_t)__builtin_ctz(names));
        return;
    }
    if (!names) return;
    if (names == (uint32_t)1 << l->name && p->two->a[l->units[l->name].slot] && p->two->b[l->units[l->name].slot]) {
        settle(p, (size_t)l->name); /* two Han names, which is the rule */
        return;
    }
    const int units[] = {l->name, l->surname, l->given};
    float before = 0, after = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t u = (size_t)units[i];
        before += p->c->level[u] == PENDING ? p->model->most[u] : progress_bits(p, u);
        if (p->c->level[u] == PENDING) p->c->level[u] = level_unit(p->two, l, u, &p->c->shared[u]);
    }
    compare_names(l, p->two, p->c->level, p->c->shared);
    for (size_t i = 0; i < 3; i++) after += progress_bits(p, (size_t)units[i]);
    p->bound += after - before;
}

static bool compare_while(const struct layout *l, const struct dependence *dep, const struct two *t, const struct model *model,
                          float cut, struct comparison *c)
{
    struct progress p = {.layout = l, .two = t, .model = model, .c = c, .sight = look(l, t)};
    first_bound(&p);
    for (int stage = 0; stage < STAGES; stage++) {
        if (p.bound < cut) return false;
        if (stage == STAGE_NAMES) {
            settle_names(&p);
            continue;
        }
        for (uint32_t left = p.pending & l->stage[stage]; left && p.bound >= cut; left &= left - 1)
            settle(&p, (size_t)__builtin_ctz(left));
    }
    if (p.bound < cut) return false;
    if (l->age < 0) return true;
    c->level[l->age] = level_unit(t, l, (size_t)l->age, &c->shared[l->age]);
    compare_ages(l, dep, t, c->level);
    return true;
}

bool compare_rows(const struct layout *l, const struct dependence *dep, struct side a, struct side b, const struct model *model,
                  float cut, struct comparison *ret)
{
    bool sketched = a.sketch && b.sketch;
    struct two t = {.wa = a.words,
                    .wb = b.words,
                    .a = a.slots,
                    .b = b.slots,
                    .sa = sketched ? a.sketch : NULL,
                    .sb = sketched ? b.sketch : NULL,
                    .memo = a.memo};
    if (model) {
        if (!compare_while(l, dep, &t, model, cut, ret)) return false;
    } else {
        for (size_t u = 0; u < l->n_units; u++) ret->level[u] = level_unit(&t, l, u, &ret->shared[u]);
        compare_names(l, &t, ret->level, ret->shared);
        compare_ages(l, dep, &t, ret->level);
    }
    drop_implied(l, &t, ret->level);
    return true;
}
