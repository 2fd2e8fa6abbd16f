#include <string.h>

#include "engine/match/match_internal.h"
#include "engine/people/people.h"

/* --- strings -------------------------------------------------------------------------------------------------------- */
/* Every word of the shorter stands in the longer; a single letter stands for a word that begins with it. */
static bool words_within(struct wg_str a, struct wg_str b)
{
    struct wg_str part;
    size_t all = a.n;
    bool whole = false;
    while (wg_str_next(&a, ' ', &part)) {
        struct wg_str others = b, other;
        bool found = false;
        while (!found && wg_str_next(&others, ' ', &other))
            found = wg_str_eq(part, other) || (part.n == 1 && other.p[0] == part.p[0]);
        if (!found) return false;
        whole = whole || part.n > 1;
    }
    return whole || all == 1;
}

static bool is_part(const struct tight *a, const struct tight *b)
{
    if (a->n > b->n) {
        const struct tight *c = a;
        a = b;
        b = c;
    }
    if (a->mask & ~b->mask) return false;
    if (a->n >= 3 && memcmp(a->p, b->p, a->n) == 0) return true;
    return words_within((struct wg_str){(const char *)a->spaced, a->n_spaced},
                        (struct wg_str){(const char *)b->spaced, b->n_spaced});
}

/* Places that can be common at most, by the letters only one of the two has. */
static size_t most_common(const struct tight *a, const struct tight *b)
{
    size_t only_a = (size_t)__builtin_popcount(a->mask & ~b->mask), only_b = (size_t)__builtin_popcount(b->mask & ~a->mask);
    size_t x = a->n - only_a, y = b->n - only_b;
    return x < y ? x : y;
}

static uint8_t level_string(struct blob x, struct blob y)
{
    struct tight a = tight_of(x), b = tight_of(y);
    if (a.n == b.n && memcmp(a.p, b.p, a.n) == 0) return a.n_spaced == b.n_spaced ? LEVEL_SAME : LEVEL_NEAR;
    size_t shorter = a.n < b.n ? a.n : b.n, longer = a.n < b.n ? b.n : a.n, common = most_common(&a, &b);
    bool transposed = false;
    int distance = 9;
    if (common + 2 >= longer) distance = text_distance(a.p, a.n, b.p, b.n, shorter >= 6 ? 2 : 1, &transposed);
    if (distance <= 1 && shorter >= 3) return LEVEL_NEAR;
    if (is_part(&a, &b)) return LEVEL_PART;
    if (shorter >= 3 && a.sound == b.sound) return LEVEL_SAME_SOUND;
    if (shorter >= 6 && distance == 2) return LEVEL_ALIKE;
    /* Jaro-Winkler of .78 needs a Jaro of .63 even with the longest common beginning. */
    double c = (double)common;
    if (c / (double)a.n + c / (double)b.n < .9) return LEVEL_DIFFERS;
    double jw = text_jaro_winkler(a.p, a.n, b.p, b.n);
    return jw >= 0.88 ? LEVEL_ALIKE : jw >= 0.78 ? LEVEL_VAGUE : LEVEL_DIFFERS;
}

static uint8_t level_email(struct blob a, struct blob b)
{
    bool transposed = false;
    if (a.mark && a.mark == b.mark && memcmp(a.form, b.form, a.mark) == 0) return LEVEL_PART;
    int distance = text_distance(a.form, a.n_form, b.form, b.n_form, 2, &transposed);
    if (distance <= 1) return LEVEL_NEAR;
    if (distance == 2) return LEVEL_ALIKE;
    double jw = text_jaro_winkler(a.form, a.mark ? a.mark : a.n_form, b.form, b.mark ? b.mark : b.n_form);
    return jw >= 0.88 ? LEVEL_ALIKE : jw >= 0.78 ? LEVEL_VAGUE : LEVEL_DIFFERS;
}

/* Of equal length, place by place; else one digit left out or put in. */
static uint8_t level_digits(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
    if (n != m) {
        bool transposed = false;
        return n + 1 == m || m + 1 == n ? (text_distance(a, n, b, m, 1, &transposed) == 1 ? LEVEL_ONE_DIGIT : LEVEL_DIFFERS)
                                        : LEVEL_DIFFERS;
    }
    size_t unlike = 0, first = n;
    for (size_t i = 0; i < n && unlike <= 2; i++) {
        if (a[i] == b[i]) continue;
        if (unlike++ == 0) first = i;
    }
    if (unlike == 0) return LEVEL_SAME;
    if (unlike == 1) return LEVEL_ONE_DIGIT;
    if (unlike > 2) return LEVEL_DIFFERS;
    if (first + 1 < n && a[first] == b[first + 1] && a[first + 1] == b[first]) return LEVEL_TRANSPOSED;
    return n >= 6 ? LEVEL_ALIKE : LEVEL_DIFFERS;
}

static uint8_t level_code(struct blob x, struct blob y)
{
    struct tight a = tight_of(x), b = tight_of(y);
    return level_digits(a.p, a.n, b.p, b.n);
}

/* --- numbers -------------------------------------------------------------------------------------------------------- */
static int visible_conflicts(struct blob a, struct blob b, int *ret_visible)
{
    int conflicts = 0;
    *ret_visible = 0;
    if (a.n_form != b.n_form) return 99;
    for (size_t i = 0; i < a.n_form; i++) {
        if (a.form[i] == '*' || b.form[i] == '*') continue;
        (*ret_visible)++;
        conflicts += a.form[i] != b.form[i];
    }
    return conflicts;
}

static uint8_t level_masked(struct blob a, struct blob b)
{
    int visible = 0, conflicts = visible_conflicts(a, b, &visible);
    if (conflicts == 0) return visible >= 5 ? LEVEL_MASKED_SAME : LEVEL_MISSING;
    return LEVEL_DIFFERS;
}

static bool hidden(struct blob b)
{
    return memchr(b.form, '*', b.n_form) != NULL;
}

static uint8_t level_phone(struct blob a, struct blob b)
{
    if (hidden(a) || hidden(b)) return level_masked(a, b);
    if (a.n_form > b.n_form) {
        struct blob c = a;
        a = b;
        b = c;
    }
    if (a.n_form >= 7 && a.n_form < b.n_form && memcmp(a.form, b.form + b.n_form - a.n_form, a.n_form) == 0) return LEVEL_PART;
    return level_digits(a.form, a.n_form, b.form, b.n_form);
}

static uint8_t level_idno(struct blob a, struct blob b)
{
    if (a.mark == MARK_STRING && b.mark == MARK_STRING) return level_code(a, b);
    if (a.mark == MARK_STRING || b.mark == MARK_STRING) return LEVEL_DIFFERS;
    if (a.mark == MARK_HIDDEN || b.mark == MARK_HIDDEN) return level_masked(a, b);
    return level_digits(a.form, a.n_form, b.form, b.n_form);
}

/* --- Han names ------------------------------------------------------------------------------------------------------ */
struct han {
    uint16_t c[10], pinyin[10], sound[10];
    size_t n, surname;
    bool nickname;
};

static struct han han_of(struct blob b)
{
    struct han h = {.n = (size_t)(b.n_form - 4) / 6, .surname = b.mark & 7, .nickname = b.mark >= 128};
    memcpy(h.c, b.form, 2 * h.n);
    memcpy(h.pinyin, b.form + 2 * h.n, 2 * h.n);
    memcpy(h.sound, b.form + 4 * h.n, 2 * h.n);
    return h;
}

static bool within_in_order(const uint16_t *a, size_t n, const uint16_t *b, size_t m)
{
    size_t i = 0;
    for (size_t j = 0; j < m && i < n; j++) i += a[i] == b[j];
    return i == n;
}

static bool same_bag(const uint16_t *a, const uint16_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int left = 0;
        for (size_t j = 0; j < n; j++) left += (a[j] == a[i]) - (b[j] == a[i]);
        if (left) return false;
    }
    return true;
}

static bool same_surname(const struct han *a, const struct han *b)
{
    size_t n = a->surname ? a->surname : 1, m = b->surname ? b->surname : 1;
    return n == m && n <= a->n && n <= b->n && memcmp(a->c, b->c, 2 * n) == 0;
}

static bool similar_shapes(const struct han *a, const struct han *b)
{
    for (size_t i = 0; i < a->n; i++) {
        if (a->c[i] != b->c[i] && !people_similar_shape(a->c[i], b->c[i])) return false;
    }
    return true;
}

static uint8_t level_han_same_length(const struct han *a, const struct han *b)
{
    size_t chars = 0, pinyins = 0, sounds = 0;
    for (size_t i = 0; i < a->n; i++) {
        bool same = a->c[i] == b->c[i];
        chars += same;
        pinyins += same || (a->pinyin[i] && a->pinyin[i] == b->pinyin[i]);
        sounds += same || (a->sound[i] && a->sound[i] == b->sound[i]);
    }
    if (chars == a->n) return LEVEL_SAME;
    if (pinyins == a->n) return LEVEL_SAME_PINYIN;
    if (sounds == a->n) return LEVEL_SAME_SOUND;
    if (chars && similar_shapes(a, b)) return LEVEL_SIMILAR_SHAPE;
    if (same_bag(a->c, b->c, a->n)) return LEVEL_SWAPPED;
    if (a->n >= 3 && chars + 1 >= a->n && same_surname(a, b)) return LEVEL_NEAR;
    if (a->n >= 3 && sounds + 1 >= a->n && same_surname(a, b)) return LEVEL_ALIKE;
    return LEVEL_DIFFERS;
}

static uint8_t level_han(struct blob x, struct blob y)
{
    struct han a = han_of(x), b = han_of(y);
    if (a.n == b.n) {
        uint8_t level = level_han_same_length(&a, &b);
        if (level != LEVEL_DIFFERS) return level;
    } else {
        const struct han *s = a.n < b.n ? &a : &b, *l = a.n < b.n ? &b : &a;
        if (s->n >= 2 && !s->nickname && within_in_order(s->c, s->n, l->c, l->n)) return LEVEL_PART;
    }
    if (same_surname(&a, &b)) return LEVEL_SURNAME_ONLY;
    size_t n = a.surname ? a.surname : 1, m = b.surname ? b.surname : 1;
    if (a.n > n && a.n - n == b.n - m && b.n > m && memcmp(a.c + n, b.c + m, 2 * (a.n - n)) == 0) return LEVEL_GIVEN_ONLY;
    return LEVEL_DIFFERS;
}

/* --- dates and ages ------------------------------------------------------------------------------------------------- */
struct date {
    int y, m, d;
};

static struct date date_of(struct blob b)
{
    return (struct date){b.form[0] | b.form[1] << 8, b.form[2], b.form[3]};
}

static void date_digits(struct date d, uint8_t out[8])
{
    const int parts[] = {d.y / 1000 % 10, d.y / 100 % 10, d.y / 10 % 10, d.y % 10,
                         d.m / 10 % 10,   d.m % 10,       d.d / 10 % 10, d.d % 10};
    for (size_t i = 0; i < 8; i++) out[i] = (uint8_t)parts[i];
}

static uint8_t level_date(struct blob p, struct blob q)
{
    struct date a = date_of(p), b = date_of(q);
    int apart = a.y > b.y ? a.y - b.y : b.y - a.y;
    if (!a.y || !b.y || !a.m || !b.m || !a.d || !b.d) {
        if (!a.y || !b.y) return LEVEL_MISSING;
        return apart == 0 ? LEVEL_YEAR_ONLY : apart <= 1 ? LEVEL_YEAR_NEAR : LEVEL_DIFFERS;
    }
    int same = (a.y == b.y) + (a.m == b.m) + (a.d == b.d);
    if (same == 3) return LEVEL_SAME;
    if (a.y == b.y && a.m == b.d && a.d == b.m) return LEVEL_SWAPPED;
    uint8_t x[8], y[8];
    date_digits(a, x);
    date_digits(b, y);
    size_t unlike = 0, first = 8;
    for (size_t i = 0; i < 8; i++) {
        if (x[i] == y[i]) continue;
        if (first == 8) first = i;
        unlike++;
    }
    if (unlike == 1) return LEVEL_ONE_DIGIT;
    if (unlike == 2 && first < 7 && x[first] == y[first + 1] && x[first + 1] == y[first]) return LEVEL_TRANSPOSED;
    if (same == 2) return LEVEL_TWO_PARTS;
    if (unlike == 2) return LEVEL_ALIKE;
    if (a.y == b.y) return LEVEL_YEAR_ONLY;
    return apart == 1 ? LEVEL_YEAR_NEAR : LEVEL_DIFFERS;
}

static uint8_t level_years(int apart)
{
    if (apart < 0) apart = -apart;
    return apart <= 1 ? LEVEL_SAME : apart == 2 ? LEVEL_YEAR_NEAR : LEVEL_DIFFERS;
}

/* --- addresses ------------------------------------------------------------------------------------------------------ */
struct place {
    uint32_t part[PLACE_PARTS];
};

/* 1 the same, -1 another, 0 not known on one side */
static int agree(const struct place *a, const struct place *b, int part)
{
    if (!a->part[part] || !b->part[part]) return 0;
    return a->part[part] == b->part[part] ? 1 : -1;
}

static uint8_t level_inside(const struct place *a, const struct place *b)
{
    int building = agree(a, b, PLACE_BUILDING), unit = agree(a, b, PLACE_STAIR), room = agree(a, b, PLACE_ROOM);
    if (building < 0) return LEVEL_SAME_COMPOUND;
    if (unit < 0) return building > 0 ? LEVEL_SAME_BUILDING : LEVEL_SAME_COMPOUND;
    if (room > 0) return LEVEL_SAME;
    if (unit > 0) return LEVEL_SAME_UNIT;
    return building > 0 ? LEVEL_SAME_BUILDING : LEVEL_SAME_COMPOUND;
}

static uint8_t level_place(struct blob p, struct blob q)
{
    struct place a, b;
    memcpy(&a, p.form, sizeof a);
    memcpy(&b, q.form, sizeof b);
    int compound = agree(&a, &b, PLACE_COMPOUND), road = agree(&a, &b, PLACE_ROAD), number = agree(&a, &b, PLACE_NUMBER);
    int village = agree(&a, &b, PLACE_VILLAGE), group = agree(&a, &b, PLACE_GROUP), community = agree(&a, &b, PLACE_COMMUNITY);
    bool door = agree(&a, &b, PLACE_ROOM) > 0 && agree(&a, &b, PLACE_BUILDING) > 0 && agree(&a, &b, PLACE_STAIR) >= 0;
    if (compound > 0) return level_inside(&a, &b);
    if (road > 0 && number > 0 && compound == 0) {
        bool plain = !a.part[PLACE_BUILDING] && !b.part[PLACE_BUILDING] && !a.part[PLACE_ROOM] && !b.part[PLACE_ROOM];
        return plain ? LEVEL_SAME_BUILDING : level_inside(&a, &b);
    }
    if (village > 0)
        return group < 0                       ? LEVEL_SAME_COMPOUND
               : agree(&a, &b, PLACE_ROOM) > 0 ? LEVEL_SAME
               : group > 0                     ? LEVEL_SAME_BUILDING
                                               : LEVEL_SAME_COMPOUND;
    if (door) return LEVEL_ALIKE; /* the same door under another name of the place */
    if (road > 0 && number == 0) return LEVEL_SAME_COMPOUND;
    if (compound < 0 || road < 0 || village < 0 || number < 0) return LEVEL_DIFFERS;
    return community > 0 ? LEVEL_SAME_COMPOUND : community < 0 ? LEVEL_DIFFERS : LEVEL_MISSING;
}

static uint8_t level_address(struct blob a, struct blob b)
{
    if (a.mark && b.mark) return level_place(a, b);
    if (a.mark || b.mark) return LEVEL_MISSING;
    return level_string(a, b);
}

/* --- two rows ------------------------------------------------------------------------------------------------------- */
static uint8_t level_values(enum unit_kind kind, struct blob a, struct blob b)
{
    switch (kind) {
    case UNIT_IDNO:
        return level_idno(a, b);
    case UNIT_PHONE:
        return level_phone(a, b);
    case UNIT_NAME:
        return level_han(a, b);
    case UNIT_BIRTH:
        return level_date(a, b);
    case UNIT_AGE:
        return level_years(a.form[0] - b.form[0]);
    case UNIT_SEX:
        return LEVEL_DIFFERS;
    case UNIT_ADDRESS:
        return level_address(a, b);
    case UNIT_CODE:
        return level_code(a, b);
    case UNIT_EMAIL:
        return level_email(a, b);
    default:
        return level_string(a, b);
    }
}

static uint64_t places(const struct words *words, uint32_t value, size_t n)
{
    if (!value) return 0;
    struct blob b = words_blob(words, value);
    uint64_t sketch = 0;
    if (b.n_form != n || (b.domain == UNIT_IDNO && b.mark != MARK_NUMBER)) return 0;
    for (size_t i = n > 16 ? n - 16 : 0; i < n; i++) {
        uint8_t c = b.form[i];
        bool check = c == 'X' && b.domain == UNIT_IDNO;
        if (!check && (c < '0' || c > '9')) return 0;
        sketch = sketch << 4 | (check ? 10u : (uint64_t)(c - '0'));
    }
    return sketch;
}

struct sketch sketch_of(const struct layout *l, const struct words *words, const uint32_t *slots)
{
    struct sketch s = {0};
    if (l->idno >= 0) s.idno = places(words, slots[l->units[l->idno].slot], 18);
    if (l->phone >= 0) s.phone = places(words, slots[l->units[l->phone].slot], 11);
    return s;
}

/* When several telephones meet, the best meeting counts. */
static const uint8_t how_good[LEVELS] = {
    [LEVEL_SAME] = 9,       [LEVEL_PART] = 8,  [LEVEL_MASKED_SAME] = 7, [LEVEL_ONE_DIGIT] = 6,
    [LEVEL_TRANSPOSED] = 5, [LEVEL_ALIKE] = 3, [LEVEL_DIFFERS] = 1};

struct two {
    const struct words *wa, *wb;
    const uint32_t *a, *b;
    const struct sketch *sa, *sb;
};

static uint32_t commoner(const struct two *t, uint32_t x, uint32_t y)
{
    return words_count(t->wa, x) >= words_count(t->wb, y) ? x : y;
}

static uint8_t level_unit(const struct two *t, const struct unit *unit, uint32_t *ret_shared)
{
    uint8_t best = LEVEL_MISSING;
    *ret_shared = 0;
    for (size_t i = unit->slot; i < (size_t)unit->slot + unit->slots; i++) {
        for (size_t j = unit->slot; j < (size_t)unit->slot + unit->slots && t->a[i]; j++) {
            if (!t->b[j]) continue;
            uint8_t level = LEVEL_SAME;
            if (t->a[i] != t->b[j])
                level = level_values(unit->kind, words_blob(t->wa, t->a[i]), words_blob(t->wb, t->b[j]));
            else if (unit->kind == UNIT_IDNO || unit->kind == UNIT_PHONE)
                level = hidden(words_blob(t->wa, t->a[i])) ? (uint8_t)LEVEL_MASKED_SAME : (uint8_t)LEVEL_SAME;
            else if (unit->kind == UNIT_BIRTH)
                level = level_date(words_blob(t->wa, t->a[i]), words_blob(t->wb, t->b[j]));
            else if (unit->kind == UNIT_NAME && words_blob(t->wa, t->a[i]).mark >= 128)
                level = LEVEL_SURNAME_ONLY;
            if (unit->slots > 1 && best != LEVEL_MISSING && how_good[level] <= how_good[best]) continue;
            best = level;
            *ret_shared = commoner(t, t->a[i], t->b[j]);
        }
    }
    return best;
}

static uint8_t level_crossed(const struct two *t, uint32_t x, uint32_t y)
{
    if (!x || !y) return LEVEL_MISSING;
    return x == y ? (uint8_t)LEVEL_SAME : level_string(words_blob(t->wa, x), words_blob(t->wb, y));
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

static int age_at(struct date born, wg_day today)
{
    struct wg_civil now = wg_civil_from_day(today);
    int age = now.year - born.y;
    if (born.m && (now.month < born.m || (now.month == born.m && now.day < born.d))) age--;
    return age;
}

static uint8_t level_age_birth(const struct layout *l, const struct dependence *dep, const struct words *wa, const uint32_t *a,
                               const struct words *wb, const uint32_t *b)
{
    uint32_t age = a[l->units[l->age].slot], birth = b[l->units[l->birth].slot];
    if (!age || !birth || a[l->units[l->birth].slot]) return LEVEL_MISSING;
    struct date d = date_of(words_blob(wb, birth));
    if (!d.y) return LEVEL_MISSING;
    return level_years(words_blob(wa, age).form[0] - age_at(d, dep->today));
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

/* What an identity number says already is not said twice. */
static void drop_implied(const struct layout *l, const struct two *t, uint8_t *levels)
{
    if (l->idno < 0 || levels[l->idno] == LEVEL_MISSING) return;
    uint8_t number = levels[l->idno];
    size_t at = l->units[l->idno].slot;
    if (words_blob(t->wa, t->a[at]).mark == MARK_STRING || words_blob(t->wb, t->b[at]).mark == MARK_STRING) return;
    bool agrees = number != LEVEL_DIFFERS && number != LEVEL_MASKED_SAME;
    uint32_t derived = t->a[0] | t->b[0];
    if (l->birth >= 0 && ((derived & FLAG_BIRTH_DERIVED) || (agrees && levels[l->birth] == LEVEL_SAME)))
        levels[l->birth] = LEVEL_MISSING;
    if (l->sex >= 0 && ((derived & FLAG_SEX_DERIVED) || (agrees && levels[l->sex] == LEVEL_SAME)))
        levels[l->sex] = LEVEL_MISSING;
}

/* --- giving up early ------------------------------------------------------------------------------------------------ */
enum { PENDING = LEVELS };
/* In the order of what they cost: places of a number, names, other strings. */
enum stage { STAGE_NUMBERS, STAGE_NAMES, STAGE_STRINGS, STAGES };

static enum stage stage_of(enum unit_kind kind)
{
    switch (kind) {
    case UNIT_NAME:
    case UNIT_SURNAME:
    case UNIT_GIVEN:
        return STAGE_NAMES;
    case UNIT_IDNO:
    case UNIT_PHONE:
    case UNIT_BIRTH:
    case UNIT_AGE:
    case UNIT_SEX:
    case UNIT_CODE:
        return STAGE_NUMBERS;
    default:
        return STAGE_STRINGS;
    }
}

static float bits_of(const struct model *model, const struct layout *l, const struct two *t, size_t u, uint8_t level,
                     uint32_t shared)
{
    if (level == LEVEL_MISSING) return 0;
    float bits = model->table[CLASS_SAME][u][level] + model_rarity(model, t->wa, u, l->units[u].kind, level, shared);
    enum unit_kind kind = l->units[u].kind;
    /* What the number says already may be taken back in the end. */
    return (kind == UNIT_BIRTH || kind == UNIT_SEX || kind == UNIT_AGE) && bits < 0 ? 0 : bits;
}

static bool any_value(const uint32_t *slots, const struct unit *unit)
{
    for (size_t s = unit->slot; s < (size_t)unit->slot + unit->slots; s++) {
        if (slots[s]) return true;
    }
    return false;
}

static bool differs_at_sight(const struct layout *l, const struct two *t, int u)
{
    if (!t->sa || !t->sb) return false;
    if (u == l->idno) return sketch_differs(t->sa->idno, t->sb->idno);
    return u == l->phone && sketch_differs(t->sa->phone, t->sb->phone);
}

/* Most that the pair can still reach: what is known, and for the rest the best level short of the same. Names and ages can
 * also meet across units, so theirs stay open while either side has any. */
static float first_bound(const struct layout *l, const struct two *t, const struct model *model, struct comparison *c)
{
    float bound = 0;
    for (size_t u = 0; u < l->n_units; u++) {
        const struct unit *unit = &l->units[u];
        c->level[u] = PENDING;
        c->shared[u] = 0;
        bool a = any_value(t->a, unit), b = any_value(t->b, unit),
             across = stage_of(unit->kind) == STAGE_NAMES || unit->kind == UNIT_AGE;
        if (across ? !a && !b && unit->kind != UNIT_AGE : !a || !b) {
            c->level[u] = LEVEL_MISSING;
        } else if (differs_at_sight(l, t, (int)u)) {
            c->level[u] = LEVEL_DIFFERS;
            bound += model->table[CLASS_SAME][u][LEVEL_DIFFERS];
        } else if (unit->slots == 1 && t->a[unit->slot] == t->b[unit->slot] && a) {
            c->level[u] = level_unit(t, unit, &c->shared[u]);
            bound += bits_of(model, l, t, u, c->level[u], c->shared[u]);
        } else {
            bound += model->most[u];
        }
    }
    return bound;
}

static void settle(const struct layout *l, const struct two *t, const struct model *model, struct comparison *c, size_t u,
                   float *bound)
{
    if (c->level[u] != PENDING) return;
    c->level[u] = level_unit(t, &l->units[u], &c->shared[u]);
    *bound += bits_of(model, l, t, u, c->level[u], c->shared[u]) - model->most[u];
}

/* The names together: each may change what the others say. */
static void settle_names(const struct layout *l, const struct two *t, const struct model *model, struct comparison *c,
                         float *bound)
{
    if (l->name < 0 || l->surname < 0 || l->given < 0) return;
    const int units[] = {l->name, l->surname, l->given};
    float before = 0, after = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t u = (size_t)units[i];
        before += c->level[u] == PENDING ? model->most[u] : bits_of(model, l, t, u, c->level[u], c->shared[u]);
        if (c->level[u] == PENDING) c->level[u] = level_unit(t, &l->units[u], &c->shared[u]);
    }
    compare_names(l, t, c->level, c->shared);
    for (size_t i = 0; i < 3; i++) after += bits_of(model, l, t, (size_t)units[i], c->level[units[i]], c->shared[units[i]]);
    *bound += after - before;
}

static bool compare_while(const struct layout *l, const struct dependence *dep, const struct two *t, const struct model *model,
                          float cut, struct comparison *c)
{
    float bound = first_bound(l, t, model, c);
    for (int stage = 0; stage < STAGES; stage++) {
        if (bound < cut) return false;
        if (stage == STAGE_NAMES) {
            settle_names(l, t, model, c, &bound);
            continue;
        }
        for (size_t u = 0; u < l->n_units && bound >= cut; u++) {
            if (stage_of(l->units[u].kind) == (enum stage)stage && l->units[u].kind != UNIT_AGE)
                settle(l, t, model, c, u, &bound);
        }
    }
    if (bound < cut) return false;
    if (l->age >= 0) c->level[l->age] = level_unit(t, &l->units[l->age], &c->shared[l->age]);
    compare_ages(l, dep, t, c->level);
    return true;
}

bool compare_rows(const struct layout *l, const struct dependence *dep, struct side a, struct side b, const struct model *model,
                  float cut, struct comparison *ret)
{
    struct two t = {a.words, b.words, a.slots, b.slots, a.sketch, b.sketch};
    if (model) {
        if (!compare_while(l, dep, &t, model, cut, ret)) return false;
    } else {
        for (size_t u = 0; u < l->n_units; u++) ret->level[u] = level_unit(&t, &l->units[u], &ret->shared[u]);
        compare_names(l, &t, ret->level, ret->shared);
        compare_ages(l, dep, &t, ret->level);
    }
    drop_implied(l, &t, ret->level);
    return true;
}
