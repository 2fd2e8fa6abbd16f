#include <string.h>

#include "engine/match/match_internal.h"
#include "engine/people/people.h"

enum { HAN_MOST = 10 };

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

uint8_t level_string(struct blob x, struct blob y)
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
    int distance = text_distance(a.form, a.n_form, b.form, b.n_form, 2, &transposed);
    if (distance <= 1) return LEVEL_NEAR;
    if (distance == 2) return LEVEL_ALIKE;
    if (a.mark && a.mark == b.mark && memcmp(a.form, b.form, a.mark) == 0) return LEVEL_PART;
    double jw = text_jaro_winkler(a.form, a.mark ? a.mark : a.n_form, b.form, b.mark ? b.mark : b.n_form);
    return jw >= 0.85 ? LEVEL_VAGUE : LEVEL_DIFFERS;
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

bool level_hidden(struct blob b)
{
    return memchr(b.form, '*', b.n_form) != NULL;
}

static uint8_t level_phone(struct blob a, struct blob b)
{
    if (level_hidden(a) || level_hidden(b)) return level_masked(a, b);
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
    const uint16_t *c, *pinyin, *sound;
    size_t n, surname;
    bool nickname;
};
struct han_room {
    uint16_t part[3][HAN_MOST];
};

static struct han han_of(struct blob b, struct han_room *room)
{
    size_t n = (size_t)(b.n_form - 4) / 6;
    if (n > HAN_MOST) n = HAN_MOST;
    for (size_t k = 0; k < 3; k++) memcpy(room->part[k], b.form + 2 * n * k, 2 * n);
    return (struct han){.c = room->part[0],
                        .pinyin = room->part[1],
                        .sound = room->part[2],
                        .n = n,
                        .surname = b.mark & 7,
                        .nickname = b.mark >= 128};
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

/* Places at which two names of one length have the same character, or also the same pinyin, or sound. */
struct places {
    size_t chars, pinyins, sounds;
};

static struct places count_places(const struct han *a, const struct han *b)
{
    struct places p = {0};
    for (size_t i = 0; i < a->n; i++) {
        bool same = a->c[i] == b->c[i];
        p.chars += same;
        p.pinyins += same || (a->pinyin[i] && a->pinyin[i] == b->pinyin[i]);
        p.sounds += same || (a->sound[i] && a->sound[i] == b->sound[i]);
    }
    return p;
}

static uint8_t level_han_same_length(const struct han *a, const struct han *b, struct places p)
{
    if (p.chars == a->n) return LEVEL_SAME;
    if (p.pinyins == a->n) return LEVEL_SAME_PINYIN;
    if (p.sounds == a->n) return LEVEL_SAME_SOUND;
    if (p.chars && similar_shapes(a, b)) return LEVEL_SIMILAR_SHAPE;
    if (p.chars + 2 <= a->n && same_bag(a->c, b->c, a->n)) return LEVEL_SWAPPED;
    if (a->n >= 3 && p.chars + 1 >= a->n && same_surname(a, b)) return LEVEL_NEAR;
    if (a->n >= 3 && p.sounds + 1 >= a->n && same_surname(a, b)) return LEVEL_ALIKE;
    return LEVEL_DIFFERS;
}

static uint8_t level_other_length(const struct han *a, const struct han *b)
{
    const struct han *s = a->n < b->n ? a : b, *l = a->n < b->n ? b : a;
    return s->n >= 2 && within_in_order(s->c, s->n, l->c, l->n) ? LEVEL_PART : LEVEL_DIFFERS;
}

static uint8_t level_of_parts(const struct han *a, const struct han *b)
{
    if (same_surname(a, b)) return LEVEL_SURNAME_ONLY;
    size_t n = a->surname ? a->surname : 1, m = b->surname ? b->surname : 1;
    if (a->n > n && a->n - n == b->n - m && b->n > m && memcmp(a->c + n, b->c + m, 2 * (a->n - n)) == 0)
        return LEVEL_GIVEN_ONLY;
    return LEVEL_DIFFERS;
}

/* 小李 and 李明, 阿明 and 李明, 李* and 李明: what is said of the name is in it. */
static bool fits(const struct han *some, const struct han *all)
{
    size_t same = 0, hidden = 0;
    for (size_t i = 0; i < some->n; i++) {
        hidden += some->c[i] == '*';
        same += i < all->n && some->c[i] == all->c[i];
    }
    if (hidden) return same > 0 && (some->n != all->n || same + hidden == some->n);
    return some->n > 0 && within_in_order(some->c, some->n, all->c, all->n);
}

/* A name of which only a part is said agrees as far as it goes, or does not; two such parts need not be of one kind. */
static uint8_t level_of_some(const struct han *a, const struct han *b)
{
    bool fit = (a->nickname && fits(a, b)) || (b->nickname && fits(b, a));
    return fit ? LEVEL_MASKED_SAME : a->nickname && b->nickname ? LEVEL_MISSING : LEVEL_DIFFERS;
}

static uint8_t level_han(struct blob x, struct blob y)
{
    struct han_room rooms[2];
    struct han a = han_of(x, &rooms[0]), b = han_of(y, &rooms[1]);
    if (a.nickname || b.nickname) return level_of_some(&a, &b);
    uint8_t level = a.n == b.n ? level_han_same_length(&a, &b, count_places(&a, &b)) : level_other_length(&a, &b);
    return level != LEVEL_DIFFERS ? level : level_of_parts(&a, &b);
}

static struct han han_of_sketch(const struct sketch *s)
{
    return (struct han){.c = s->name[0], .pinyin = s->name[1], .sound = s->name[2], .n = s->n_name, .surname = s->surname};
}

/* The highest bit of each of the four parts in which two lines are the same. */
static uint64_t same_parts(const uint16_t *a, const uint16_t *b)
{
    const uint64_t low = 0x7FFF7FFF7FFF7FFFu;
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    uint64_t z = x ^ y;
    return ~(((z & low) + low) | z | low);
}

/* How many of the four bits that same_parts gives are set. */
static size_t parts(uint64_t bits)
{
    return (size_t)((bits >> 15) * 0x0001000100010001u >> 48);
}

uint8_t level_sketched_names(const struct sketch *x, const struct sketch *y)
{
    static const uint16_t nothing[SKETCH_CHARS] = {0};
    struct han a = han_of_sketch(x), b = han_of_sketch(y);
    uint8_t level;
    if (a.n == b.n) {
        uint64_t used = ~same_parts(a.c, nothing) & 0x8000800080008000u, same = same_parts(a.c, b.c) & used;
        uint64_t pinyin = same_parts(a.pinyin, b.pinyin) & ~same_parts(a.pinyin, nothing) & used,
                 sound = same_parts(a.sound, b.sound) & ~same_parts(a.sound, nothing) & used;
        struct places p = {.chars = parts(same), .pinyins = parts(same | pinyin), .sounds = parts(same | sound)};
        level = level_han_same_length(&a, &b, p);
    } else {
        level = level_other_length(&a, &b);
    }
    return level != LEVEL_DIFFERS ? level : level_of_parts(&a, &b);
}

/* --- dates and ages ------------------------------------------------------------------------------------------------- */
uint32_t level_date_places(struct blob b)
{
    uint32_t y = b.form[0] | (uint32_t)b.form[1] << 8, m = b.form[2], d = b.form[3];
    return (y / 1000 << 12 | y / 100 % 10 << 8 | y / 10 % 10 << 4 | y % 10) << 16 | (m / 10 << 4 | m % 10) << 8 |
           (d / 10 << 4 | d % 10);
}

static int year_of(uint32_t date)
{
    return (int)((date >> 28) * 1000 + (date >> 24 & 15) * 100 + (date >> 20 & 15) * 10 + (date >> 16 & 15));
}

/* How many bits are set; 3 for three and more. */
static int few_bits(uint64_t bits)
{
    int n = 0;
    for (; bits && n < 3; bits &= bits - 1) n++;
    return n;
}

/* Of two places that differ, side by side, are the digits exchanged? */
static bool exchanged(uint64_t a, uint64_t b, uint64_t unlike)
{
    unsigned at = (unsigned)__builtin_ctzll(unlike);
    if (unlike >> at != 0x11) return false;
    return (a >> at & 15) == (b >> (at + 4) & 15) && (a >> (at + 4) & 15) == (b >> at & 15);
}

uint8_t level_dates(uint32_t a, uint32_t b)
{
    uint32_t ya = a >> 16, yb = b >> 16, ma = a >> 8 & 255, mb = b >> 8 & 255, da = a & 255, db = b & 255;
    if (!ya || !yb || !ma || !mb || !da || !db) {
        if (!ya || !yb) return LEVEL_MISSING;
        if (ya == yb) return LEVEL_YEAR_ONLY;
        int apart = year_of(a) - year_of(b);
        return apart >= -1 && apart <= 1 ? LEVEL_YEAR_NEAR : LEVEL_DIFFERS;
    }
    if (a == b) return LEVEL_SAME;
    if (ya == yb && ma == db && da == mb) return LEVEL_SWAPPED;
    uint64_t places = sketch_unlike(a, b);
    int unlike = few_bits(places);
    if (unlike == 1) return LEVEL_ONE_DIGIT;
    if (unlike == 2 && exchanged(a, b, places)) return LEVEL_TRANSPOSED;
    if ((ya == yb) + (ma == mb) + (da == db) == 2) return LEVEL_TWO_PARTS;
    if (unlike == 2) return LEVEL_ALIKE;
    if (ya == yb) return LEVEL_YEAR_ONLY;
    int apart = year_of(a) - year_of(b);
    return apart >= -1 && apart <= 1 ? LEVEL_YEAR_NEAR : LEVEL_DIFFERS;
}

/* Two telephones of eleven places. */
uint8_t level_sketched_phones(uint64_t a, uint64_t b)
{
    uint64_t places = sketch_unlike(a, b);
    int unlike = few_bits(places);
    if (unlike == 0) return LEVEL_SAME;
    if (unlike == 1) return LEVEL_ONE_DIGIT;
    if (unlike > 2) return LEVEL_DIFFERS;
    return exchanged(a, b, places) ? LEVEL_TRANSPOSED : LEVEL_ALIKE;
}

uint8_t level_years(int apart)
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

/* Two parts cut to sixteen bits: unlike ones are unlike, equal ones only perhaps the same. */
static bool part_unlike(const uint16_t *a, const uint16_t *b, int part)
{
    return a[part] && b[part] && a[part] != b[part];
}

static bool part_may_agree(const uint16_t *a, const uint16_t *b, int part)
{
    return a[part] && a[part] == b[part];
}

bool level_places_differ(const uint16_t *a, const uint16_t *b)
{
    if (part_may_agree(a, b, PLACE_COMPOUND) || part_may_agree(a, b, PLACE_ROAD) || part_may_agree(a, b, PLACE_VILLAGE))
        return false;
    bool door = part_may_agree(a, b, PLACE_ROOM) && part_may_agree(a, b, PLACE_BUILDING) && !part_unlike(a, b, PLACE_STAIR);
    return !door && (part_unlike(a, b, PLACE_COMPOUND) || part_unlike(a, b, PLACE_ROAD) || part_unlike(a, b, PLACE_VILLAGE) ||
                     part_unlike(a, b, PLACE_NUMBER));
}

static uint8_t level_address(struct blob a, struct blob b)
{
    if (a.mark && b.mark) return level_place(a, b);
    if (a.mark || b.mark) return LEVEL_MISSING;
    return level_string(a, b);
}

/* --- by kind --------------------------------------------------------------------------------------------------------- */
uint8_t level_values(enum unit_kind kind, struct blob a, struct blob b)
{
    switch (kind) {
    case UNIT_IDNO:
        return level_idno(a, b);
    case UNIT_PHONE:
        return level_phone(a, b);
    case UNIT_NAME:
        return level_han(a, b);
    case UNIT_BIRTH:
        return level_dates(level_date_places(a), level_date_places(b));
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
