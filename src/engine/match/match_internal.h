/* match_internal.h - the parts of engine/match among themselves.
 *
 * A cell becomes a *value*: a canonical text, kept once, with the form it is compared in and the number of rows that have it.
 * A row is a line of value numbers, one *slot* after another (0: missing); slot 0 holds flags. A *unit* is what is compared
 * with what: one or more slots, one vote. Rows are found by *atoms*: hashes of parts of a unit's value. An atom that few rows
 * have is a key; atoms that many have are paired, and pairs that many have are joined by a third (match_keys.c).
 *
 *   match_words.c    values: interning, counts        match_read.c     cells to values; match_batch.c, many rows at once
 *   match_address.c  Chinese addresses to values       match_door.c     numerals of a door
 *   match_text.c     strings alike                    match_compare.c  two rows to a level per unit
 *   match_sketch.c   rows in brief                    match_level.c    two values to a level
 *   match_model.c    levels to weights, EM            match_atoms.c    values to atoms
 *   match_keys.c     atoms to keys                    match_postings.c which rows have a key
 *   match_depend.c   places that imply one another
 *   match_index.c    a register in memory             match_number.c   its identity numbers
 *   match_list.c     a list against it                match_settle.c   rows that number and name settle
 *   match_learn.c    what it teaches
 *   match_dedupe.c   one table with itself            match_explain.c  why, in words */
#ifndef WG_MATCH_INTERNAL_H
#define WG_MATCH_INTERNAL_H
#include <string.h>

#include "engine/match/match.h"

enum {
    UNITS_MAX = 20,
    SLOTS_MAX = 28,
    PHONES_MAX = 3,
    ATOMS_MAX = 96,
    CMP_MAX = 64,
    TEXT_MAX = 200,
    STRING_MAX = 56,
    STRING_HEAD = 9
};

/* How a unit is read and compared. */
enum unit_kind {
    UNIT_IDNO,
    UNIT_PHONE,
    UNIT_NAME, /* Han names: one unit. Latin names go to SURNAME and GIVEN */
    UNIT_SURNAME,
    UNIT_GIVEN,
    UNIT_BIRTH,
    UNIT_AGE,
    UNIT_SEX,
    UNIT_ADDRESS,
    UNIT_PLACE, /* a town, a state, an organisation: a word out of a stock */
    UNIT_CODE,  /* a number or code compared place by place: postcode, plate, street number */
    UNIT_EMAIL,
    UNIT_TEXT,
    UNIT_KINDS
};

/* code, Chinese, English; the order is that of the parameters only. LEVEL_MISSING is neutral. */
#define MATCH_LEVELS(L)                                                                                                        \
    L(MISSING, "missing", "无从比较", "not given")                                                                             \
    L(SAME, "same", "相同", "the same")                                                                                        \
    L(SAME_PINYIN, "same_pinyin", "同音不同字", "same pinyin, other characters")                                               \
    L(SAME_SOUND, "same_sound", "读音相近", "sounds alike")                                                                    \
    L(SIMILAR_SHAPE, "similar_shape", "字形相近", "characters look alike")                                                     \
    L(NEAR, "near", "只差一个字", "one character off")                                                                         \
    L(SWAPPED, "swapped", "顺序颠倒", "swapped")                                                                               \
    L(PART, "part", "只写了一部分", "one is part of the other")                                                                \
    L(ALIKE, "alike", "大体相似", "much alike")                                                                                \
    L(VAGUE, "vague", "略有相似", "somewhat alike")                                                                            \
    L(SURNAME_ONLY, "surname_only", "同姓不同名", "same family name only")                                                     \
    L(GIVEN_ONLY, "given_only", "同名不同姓", "same given name only")                                                          \
    L(ONE_DIGIT, "one_digit", "一位数字不同", "one digit differs")                                                             \
    L(TRANSPOSED, "transposed", "相邻两位颠倒", "two digits transposed")                                                       \
    L(MASKED_SAME, "masked_same", "未遮部分相同", "the same where visible")                                                    \
    L(TWO_PARTS, "two_parts", "年月日中两项相同", "two of year, month and day the same")                                       \
    L(YEAR_ONLY, "year_only", "仅年份相同", "only the year the same")                                                          \
    L(YEAR_NEAR, "year_near", "相差一年左右", "about a year apart")                                                            \
    L(SAME_UNIT, "same_unit", "同一单元", "same stairwell")                                                                    \
    L(SAME_BUILDING, "same_building", "同一栋楼", "same building")                                                             \
    L(SAME_COMPOUND, "same_compound", "同一小区或道路", "same compound or road")                                               \
    L(DIFFERS, "differs", "不同", "differs")

enum level {
#define L(name, code, zh, en) LEVEL_##name,
    MATCH_LEVELS(L)
#undef L
        LEVELS
};

/* --- values ---------------------------------------------------------------------------------------------------------
 * A value's number is where its blob stands in the pool, in fours of bytes: rows that have it (4 bytes), domain, length of the
 * compared form, length of the text, mark; then the form, then the text unless it is the form's end. */
struct word_place {
    uint32_t value, hash; /* value 0: empty. Another hash, another text: the text itself is fetched for its own hash only */
};
struct words {
    uint8_t *pool;
    size_t pool_n, pool_cap;
    struct word_place *table; /* open addressing */
    uint32_t mask, n;
    const struct words *base; /* an overlay numbers its own values after those of its base, which it never changes */
    uint32_t first;           /* the overlay's first number, else 0 */
    const uint32_t *dates;    /* by date_place: the value of each usual date, or 0; an index's own, else NULL */
};
/* Comparing jumps about in what an index holds: large pages spare it half of its misses. Best wished before anything is written
 * there; what has been `written` is moved at once, where the system can. */
void wish_large_pages(void *at, size_t bytes, bool written);
void words_init(struct words *w, const struct words *base);
void words_free(struct words *w);
void words_trim(struct words *w); /* no room to spare: nothing will come for a while */
size_t words_bytes(const struct words *w);
uint32_t words_put(struct words *w, uint8_t domain, uint8_t mark, const void *form, size_t n_form, const void *text,
                   size_t n_text);
uint32_t words_find(const struct words *w, uint8_t domain, struct wg_str text); /* 0: none */
/* Fetches what words_find will read (of the base, if there is one): first the table's line, a little later (`value`) the value's. */
void words_ahead(const struct words *w, uint8_t domain, struct wg_str text, bool value);
void words_count_add(struct words *w, uint32_t id, uint32_t by); /* w has no base */
uint32_t words_next(const struct words *w, uint32_t own);        /* after 0 the first, 0 after the last */
/* Values on their way: what words_put would wait for is fetched while others are read. Each stands where `ret` points once so many
 * have come after it, or at words_put_rest. */
enum { LATER = 8, LATER_FORM = 40 };
struct words_later {
    struct {
        uint32_t *ret, hash;
        uint8_t domain, mark, n_form, n_text;
        uint8_t form[LATER_FORM];
        char text[TEXT_MAX];
    } waiting[LATER];
    size_t first, n;
};
/* n_form is LATER_FORM at most. */
void words_put_later(struct words *w, struct words_later *later, uint8_t domain, uint8_t mark, struct wg_str form,
                     struct wg_str text, uint32_t *ret);
void words_put_rest(struct words *w, struct words_later *later);

enum { BLOB_HEAD = 8, FORM_MAX = 128 };
struct blob {
    const uint8_t *form;
    const char *text;
    uint8_t n_form, n_text, mark, domain;
    bool shared_text;
};
static inline struct blob words_blob_own(const struct words *w, uint32_t own)
{
    const uint8_t *p = w->pool + (size_t)own * 4;
    bool shared = p[4] & 128;
    return (struct blob){.form = p + BLOB_HEAD,
                         .text = (const char *)p + BLOB_HEAD + p[5] - (shared ? p[6] : 0),
                         .n_form = p[5],
                         .n_text = p[6],
                         .mark = p[7],
                         .domain = p[4] & 127,
                         .shared_text = shared};
}
static inline struct blob words_blob(const struct words *w, uint32_t id)
{
    return w->base && id < w->first ? words_blob_own(w->base, id) : words_blob_own(w, id - w->first);
}
static inline const uint8_t *words_at(const struct words *w, uint32_t id)
{
    return w->base && id < w->first ? w->base->pool + (size_t)id * 4 : w->pool + (size_t)(id - w->first) * 4;
}
static inline uint32_t words_count(const struct words *w, uint32_t id)
{
    uint32_t count;
    memcpy(&count, words_at(w, id), sizeof count);
    return count;
}
/* Numbers in use are below it. */
static inline uint32_t words_total(const struct words *w)
{
    return w->first + (uint32_t)(w->pool_n / 4);
}
/* A Chinese address's form: hashes of its parts, 0 where it has none. */
enum {
    PLACE_COMPOUND,
    PLACE_ROAD,
    PLACE_NUMBER,
    PLACE_VILLAGE,
    PLACE_GROUP,
    PLACE_BUILDING,
    PLACE_STAIR,
    PLACE_ROOM,
    PLACE_COMMUNITY,
    PLACE_PARTS
};
/* Marks of an identity number: another paper, compared as a string; one with 18 places; one with hidden places. */
enum { MARK_STRING, MARK_NUMBER, MARK_HIDDEN };
/* A string's form (match_read.c: put_string). */
struct tight {
    const uint8_t *p, *spaced;
    size_t n, n_spaced;
    uint32_t mask, sound;
};
static inline struct tight tight_of(struct blob b)
{
    struct tight t = {.p = b.form + STRING_HEAD, .n = b.form[8]};
    memcpy(&t.mask, b.form, 4);
    memcpy(&t.sound, b.form + 4, 4);
    bool spaces = b.n_form > STRING_HEAD + t.n;
    t.spaced = spaces ? t.p + t.n : t.p;
    t.n_spaced = spaces ? b.n_form - STRING_HEAD - t.n : t.n;
    return t;
}

/* --- units and layouts ---------------------------------------------------------------------------------------------- */
struct unit {
    enum unit_kind kind;
    enum column_kind column;
    const char *name;
    uint8_t slot, slots;
    bool family; /* may be shared by a household */
};
/* In the order of what comparing them costs: places of a number, names, other strings. */
enum stage { STAGE_NUMBERS, STAGE_NAMES, STAGE_STRINGS, STAGES };
struct layout {
    struct unit units[UNITS_MAX];
    size_t n_units, n_slots;
    uint8_t fed[UNITS_MAX];                          /* columns that went into a name unit */
    int name, surname, given, birth, age, sex, idno; /* unit numbers or -1 */
    int phone;                                       /* where a row can have one only */
    int address;                                     /* the first */
    uint32_t stage[STAGES], across;                  /* units as bits; `across`: they may also meet units of another kind */
    uint32_t emails;                                 /* units as bits */
};
/* Where each column goes: a slot, or one of the parts that are put together. */
enum part { PART_NONE, PART_SLOT, PART_NAME, PART_SURNAME, PART_GIVEN, PART_YEAR, PART_MONTH, PART_DAY };
struct column_map {
    uint8_t part[256];
    uint8_t slot[256];
    uint8_t unit[256];
    size_t n;
};
void layout_make(struct layout *layout, const struct match_field *fields, size_t n_fields);
void layout_map(const struct layout *layout, const struct match_field *fields, size_t n_fields, struct column_map *ret_map);

/* Usual dates have a place in a table. */
enum { FIRST_YEAR = 1880, YEARS = 160, DATE_PLACES = YEARS * 12 * 31 };
static inline uint32_t date_place(int year, int month, int day) /* DATE_PLACES: none */
{
    bool usual = year >= FIRST_YEAR && year < FIRST_YEAR + YEARS && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    return usual ? (uint32_t)(((year - FIRST_YEAR) * 12 + month - 1) * 31 + day - 1) : (uint32_t)DATE_PLACES;
}

enum { FLAG_BIRTH_DERIVED = 1, FLAG_SEX_DERIVED = 2 };

/* --- reading -------------------------------------------------------------------------------------------------------- */
struct reader {
    const struct layout *layout;
    const struct column_map *map;
    struct words *words;
    struct wg_arena *scratch;
    struct cell_cache *cache;
    struct address_shapes *shapes;
    const char *area_code;
    wg_day today;
    struct words_later later;
};
void reader_init(struct reader *r, const struct layout *layout, const struct column_map *map, struct words *words,
                 const char *area_code, wg_day today);
void reader_free(struct reader *r);
void reader_row(struct reader *r, const struct wg_str *cells, uint32_t *ret_slots);
/* The same for one of many rows: some of its values are there by reader_rest only. */
void reader_one_of_many(struct reader *r, const struct wg_str *cells, uint32_t *ret_slots);
void reader_rest(struct reader *r);
/* Fetches for a row to be read soon; again with `value` a little later. */
void reader_ahead(const struct reader *r, const struct wg_str *cells, bool value);

/* --- Chinese addresses (match_address.c) -----------------------------------------------------------------------------
 * Most addresses of a list differ in building, stairwell and room only: what stands before these is read once. */
enum { ADDRESS_END = 1 };                                       /* ends what is shown of an address's text */
uint32_t address_read_fully(struct reader *r, struct wg_str s); /* 0 where nothing could be read */
/* The same, where the address has such a door; else 0. */
uint32_t address_read_shape(struct reader *r, struct wg_str s);
/* The same as words_put_later does it; false: nothing comes. */
bool address_read_shape_later(struct reader *r, struct wg_str s, uint32_t *ret);
struct address_shapes *address_shapes_new(void); /* freed with free */
/* 三号楼十二单元501 with 3 and 12, which reading it in full comes to as well (match_door.c); nothing where there is no such door. */
struct wg_str door_in_digits(struct wg_str s, char out[TEXT_MAX]);

/* Many rows read on all threads: all of `rows`, or those `pick` names. Each worker keeps values of its own over `base`, so that
 * reading needs no lock. What is read goes by its place in the batch. */
struct batch {
    const struct layout *layout;
    const struct column_map *map;
    const struct words *base;
    const struct match_rows *rows;
    const uint32_t *pick; /* NULL: all */
    size_t n;
    const char *area_code;
    wg_day today;
    uint32_t *slots;
    struct words *words;
    struct reader *readers;
    uint8_t *owner; /* the worker that read a chunk of rows */
    size_t threads;
};
enum { BATCH_CHUNK = 512 };
void batch_read(struct batch *b, const struct layout *layout, const struct column_map *map, const struct words *base,
                const struct match_rows *rows, const uint32_t *pick, size_t n, const char *area_code, wg_day today,
                size_t threads);
void batch_free(struct batch *b);
/* The same in steps, for who has more to do with a chunk while it is at hand: opened, each chunk of BATCH_CHUNK rows read by one
 * of the workers, closed. */
void batch_open(struct batch *b, const struct layout *layout, const struct column_map *map, const struct words *base,
                const struct match_rows *rows, const uint32_t *pick, size_t n, const char *area_code, wg_day today,
                size_t threads);
void batch_read_chunk(struct batch *b, size_t from, size_t to, size_t worker);
void batch_close(struct batch *b);
bool batch_has_chunk(const struct batch *b, size_t from); /* has it been read? */
static inline const uint32_t *batch_slots(const struct batch *b, size_t place)
{
    return b->slots + place * b->layout->n_slots;
}
static inline const struct words *batch_words(const struct batch *b, size_t place)
{
    return &b->words[b->owner[place / BATCH_CHUNK]];
}

/* --- strings -------------------------------------------------------------------------------------------------------- */
double text_jaro_winkler(const uint8_t *a, size_t n, const uint8_t *b, size_t m); /* lengths up to 64 */
int text_distance(const uint8_t *a, size_t n, const uint8_t *b, size_t m, int most, bool *ret_transposed);
/* Lower case, without marks, one byte for a character; words parted by one space. Returns the length. */
size_t text_fold(struct wg_str s, uint8_t *out, size_t max);
uint32_t text_mask(const uint8_t *s, size_t n);                 /* which letters and digits occur, modulo 32 */
struct wg_str text_clip(struct wg_str s, size_t most);          /* never within a character */
size_t text_squeeze(const uint8_t *in, size_t n, uint8_t *out); /* without spaces */
uint32_t text_sound(const uint8_t *s, size_t n);                /* hash of how a European reader would say it */
uint32_t mix32(uint32_t a, uint32_t b);
/* Eight bytes a step: for tables in memory, not for anything kept. */
static inline uint64_t text_hash(const void *p, size_t n, uint64_t seed)
{
    const uint8_t *s = p;
    uint64_t h = seed + n, part;
    for (; n >= 8; s += 8, n -= 8) {
        memcpy(&part, s, 8);
        h = (h ^ part) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    part = 0;
    if (n >= 4) {
        uint32_t first, last;
        memcpy(&first, s, 4);
        memcpy(&last, s + n - 4, 4);
        part = (uint64_t)last << 32 | first;
    } else if (n) {
        part = (uint64_t)s[0] << 16 | (uint64_t)s[n / 2] << 8 | s[n - 1];
    }
    h = (h ^ part) * 0xBF58476D1CE4E5B9u;
    h ^= h >> 32;
    return h * 0x94D049BB133111EBu;
}
uint16_t text_hash16(const void *p, size_t n);

/* --- two values to a level (match_level.c) --------------------------------------------------------------------------- */
uint8_t level_values(enum unit_kind kind, struct blob a, struct blob b); /* of values that are not the very same */
uint8_t level_string(struct blob a, struct blob b);
uint8_t level_years(int apart);
bool level_hidden(struct blob b);
/* A date as four bits a place, yyyymmdd, and two of them. */
uint32_t level_date_places(struct blob b);
uint8_t level_dates(uint32_t a, uint32_t b);
/* The same as the values themselves would give, from what a sketch holds of them. */
struct sketch;
uint8_t level_sketched_names(const struct sketch *a, const struct sketch *b);
uint8_t level_sketched_phones(uint64_t a, uint64_t b);
/* Two addresses that are DIFFERS for certain. */
bool level_places_differ(const uint16_t *a, const uint16_t *b);

/* --- comparing ------------------------------------------------------------------------------------------------------ */
struct model;
/* What the data says of columns that repeat one another. */
struct dependence {
    bool age_from_birth; /* the age column says again what the birth date says */
    wg_day today;
};
struct comparison {
    uint8_t level[UNITS_MAX];
    uint32_t shared[UNITS_MAX]; /* the value both have, or the commoner of the two: how rare it is weighs */
};
/* What comparing two rows asks for most, side by side in one line of memory, so that the values themselves are hardly ever
 * fetched. 0: the row has none, or one that does not fit; then the values are asked.
 * Numbers are four bits a place, the last sixteen; two that are unlike in more than two places differ. */
enum { SKETCH_CHARS = 4, SKETCH_PLACES = 8 };
struct sketch {                     /* 64 bytes, all of them used */
    uint64_t idno, phone;           /* a whole identity number; a telephone of eleven places, when the row can have one only */
    uint16_t name[3][SKETCH_CHARS]; /* a full Han name: characters, pinyin, sounds */
    uint32_t n_name : 4, surname : 4, has : 24; /* `has`: units that the row has a value of, as bits */
    uint16_t place[SKETCH_PLACES];              /* parts of a Chinese address up to the room, to tell that two differ */
    uint32_t birth;                             /* four bits a place: yyyymmdd */
};
/* What a row's own values weigh where the other row has the same ones, once it is known; and the last that was only alike. */
struct rarity_memo {
    uint32_t value[UNITS_MAX]; /* 0: none yet */
    float bits[UNITS_MAX];
    uint32_t alike[UNITS_MAX];
    float alike_bits[UNITS_MAX];
    uint8_t alike_level[UNITS_MAX];
};
struct side {
    const struct words *words;
    const uint32_t *slots;
    const struct sketch *sketch; /* or NULL */
    struct rarity_memo *memo;    /* or NULL; of the left side only, for one model */
};
uint32_t units_with_values(const struct layout *layout, const uint32_t *slots); /* as bits */
struct sketch sketch_of(const struct layout *layout, const struct words *words, const uint32_t *slots);
/* The same for the same sketch. */
uint64_t sketch_content(const struct sketch *sketch);
static inline uint64_t sketch_unlike(uint64_t a, uint64_t b)
{
    uint64_t x = a ^ b;
    x |= x >> 1;
    x |= x >> 2;
    return x & 0x1111111111111111u;
}
static inline bool sketch_differs(uint64_t a, uint64_t b)
{
    if (!a || !b) return false;
    uint64_t x = sketch_unlike(a, b);
    x &= x - 1;
    x &= x - 1;
    return x != 0;
}
/* With a model, gives up (false) once the pair cannot reach `cut` bits any more. */
bool compare_rows(const struct layout *layout, const struct dependence *dep, struct side a, struct side b,
                  const struct model *model, float cut, struct comparison *ret);

/* --- the model ------------------------------------------------------------------------------------------------------
 * Three kinds of pairs: the same person, two of one household, strangers. A household shares address, telephone and family
 * name, and is more often of an age than strangers are; without that class a mixture of two learns to call relatives the same.
 * The weight of LEVEL_SAME is log2(m / p), p being how often the shared value is met among others; of any other level
 * log2(m / u), a little more when the value is rare. Weights are against strangers. */
enum { CLASS_SAME, CLASS_FAMILY, CLASSES };
enum { MOST_BITS = 34, HELD_MOST = 8 }; /* no field says more */
/* A place that hangs on a finer one (match_depend.c): bits that both states together have more than each alone, [this agrees]
 * [the finer one agrees]. */
struct hanging {
    float classes[CLASSES][2][2], strangers[2][2];
    float keeps; /* part of what a value's rarity says that is left once the finer one agrees */
    int16_t by;  /* or -1 */
};
struct model {
    double m[CLASSES][UNITS_MAX][LEVELS];
    double u[UNITS_MAX][LEVELS];
    double lambda[CLASSES];                      /* share of each class among all pairs */
    double lambda_strangers, log_same, log_rest; /* of lambda, for scoring */
    double log_family, log_strangers;
    double rare[UNITS_MAX];                /* p of a value that nobody else has */
    double others[UNITS_MAX];              /* of one table: part of the pairs with equal values that are two people */
    double held[UNITS_MAX][HELD_MOST + 2]; /* values that so many rows have */
    double doubled[HELD_MOST + 1];         /* of entries of one name that so many have, pairs that are one person */
    double due[UNITS_MAX][HELD_MOST + 1];  /* of a value that so many have, how many are owed to its being common */
    double u_drawn[UNITS_MAX][LEVELS], drawn[UNITS_MAX]; /* levels of pairs drawn at random */
    double u_same[UNITS_MAX];                            /* share of pairs with equal values, counted */
    double known[UNITS_MAX], tried;                      /* of `tried` pairs at random, those where both sides have a value */
    double seen[UNITS_MAX][LEVELS];                      /* levels of all pairs that the keys brought together in the sample */
    double rows;
    int older;   /* years that a list's ages are behind today's */
    bool within; /* pairs of one table, not of a list and a register */
    float table[CLASSES][UNITS_MAX][LEVELS];
    float most[UNITS_MAX]; /* bits a unit can give at most without being the same */
    struct hanging hanging[UNITS_MAX];
    float relief; /* bits that all of them can add to the sum of the units */
};
struct match_weights {
    uint64_t signature;
    struct model model;
};
struct scored {
    float weight[CLASSES]; /* bits against strangers */
    double probability;
    float bits; /* log2 odds of the fields alone: the same person against all others */
};
uint64_t weights_signature(const struct layout *layout);
struct level_counts {
    uint32_t n[UNITS_MAX][LEVELS];
    uint32_t pairs;
};
void level_count(struct level_counts *counts, const struct layout *layout, const struct comparison *c);
/* Pairs drawn at random, and pairs that the keys brought together. */
void model_add_random(struct model *model, const struct layout *layout, const struct level_counts *counts);
/* Some of those who share a name are one person entered twice: `doubled` of them, by how many share it. */
void model_allow_doubles(struct model *model, const struct layout *layout, const double doubled[HELD_MOST + 1]);
void model_add_seen(struct model *model, const struct level_counts *counts);
/* Or is the pair too unlike? */
bool model_learns_from(const struct model *model, const struct layout *layout, const struct words *words,
                       const struct comparison *c, float cut);
void model_prior(struct model *model, const struct layout *layout);
void model_counts(struct model *model, const struct layout *layout, const struct words *words, const uint32_t *slots,
                  uint32_t rows, const uint64_t *alive);
void model_finish(struct model *model, const struct layout *layout);
/* Weights before any pair is seen, with the share `lambda` of pairs taken to be the same; returns the bits below which a
 * pair teaches nothing. */
float model_begin(struct model *model, const struct layout *layout, double lambda, bool within);
/* Pairs to learn from. `per_row`: how many of them each row of a list has, in turn: it is one of these persons or nobody; NULL: each
 * pair for itself. `space`: all pairs that the rows stand for. */
struct em_sample {
    const struct comparison *pairs;
    const uint32_t *per_row;
    size_t n, rows;
    double space;
};
/* `start`: how many pairs may be the same, to begin with, held with `faith` (1: as much as the data). `trust`: pairs' worth of belief
 * in the levels of model_prior. `within`: one table with itself, so that the random pairs held matches too. */
void model_em(struct model *model, const struct layout *layout, const struct words *words, const struct em_sample *sample,
              double start, double faith, bool within, double trust);
float model_rarity(const struct model *model, const struct words *words, size_t unit, enum unit_kind kind, uint8_t level,
                   uint32_t shared);
/* Does it matter for that level how common the value is? */
bool level_weighs_rarity(enum unit_kind kind, uint8_t level);
/* The same as model_rarity; asks the memo (or NULL) first. */
static inline float model_rarity_known(const struct model *model, struct rarity_memo *memo, const struct words *words,
                                       size_t unit, enum unit_kind kind, uint8_t level, uint32_t shared)
{
    if (level == LEVEL_DIFFERS) return 0;
    if (!memo || shared == 0) return model_rarity(model, words, unit, kind, level, shared);
    bool same = level == LEVEL_SAME;
    uint32_t *value = same ? &memo->value[unit] : &memo->alike[unit];
    float *bits = same ? &memo->bits[unit] : &memo->alike_bits[unit];
    if (*value == shared && (same || memo->alike_level[unit] == level)) return *bits;
    if (!same) memo->alike_level[unit] = level;
    *value = shared;
    *bits = model_rarity(model, words, unit, kind, level, shared);
    return *bits;
}
void model_score(const struct model *model, const struct layout *layout, const struct words *words, struct rarity_memo *memo,
                 const struct comparison *c, struct scored *ret);
/* What each unit says, summed over pairs; and the log2 odds if it said its mean, the prior divided by `less`. */
struct unit_bits {
    double bits[CLASSES][UNITS_MAX], pairs[UNITS_MAX];
};
void model_add_bits(const struct model *model, const struct layout *layout, const struct words *words,
                    const struct comparison *c, struct unit_bits *sums);
double model_mean_odds(const struct model *model, const struct unit_bits *sums, double less);
/* Which places hang on which, by some rows of the register, whose content orders them. */
void depend_look(struct model *model, const struct layout *layout, const uint32_t *slots, const uint32_t *rows, size_t n);
/* 2 if the unit agrees, 1 if the one it hangs on does, both added; -1: it hangs on none, or one of the two is missing. */
int depend_state(const struct model *model, const uint8_t *level, size_t unit);
/* What has to be added to the unit's own bits, in which `rarity` is its part. */
float depend_bits(const struct model *model, int c, size_t unit, int state, uint8_t level, float rarity);
/* sums: by class, unit and the two states, the pairs expected. */
void depend_learn(struct model *model, const struct layout *layout, double (*sums)[UNITS_MAX][2][2]);
/* Bits of CLASS_SAME that the units of a pair, each for itself, need to reach the probability `least`. */
float model_cut(const struct model *model, double least);

/* --- keys ----------------------------------------------------------------------------------------------------------- */
struct atom {
    uint32_t hash;
    uint8_t unit;
    bool broad;    /* joined with others when many have it */
    bool weak;     /* says little alone: "many" begins earlier */
    uint8_t cover; /* from 1: an atom that says less; while few have that one, this one is not needed */
};
size_t keys_atoms(const struct layout *layout, const struct words *words, const uint32_t *slots, struct atom out[ATOMS_MAX]);
/* Those of the whole identity number alone; none where the row has no such number. */
enum { NUMBER_ATOMS = 4 };
size_t keys_number_atoms(const struct layout *layout, const struct words *words, const uint32_t *slots,
                         struct atom out[NUMBER_ATOMS]);

enum { KEYS_MAX = 512 };
struct postings {
    uint32_t *start; /* buckets + 1 */
    uint32_t *entry; /* a row in the low bits; above them the key's, to tell it from others in its bucket */
    uint32_t row_bits;
    uint32_t buckets; /* a power of two */
    uint32_t most;    /* rows a key may have */
    bool frugal;      /* a large table: fewer kinds of pairs */
    uint64_t *often1, *often2, *often_weak;
    uint32_t often_mask;
    uint64_t split, skipped; /* keys made finer; pairs of rows of keys left out in the end */
};
void postings_build(struct postings *p, const struct layout *layout, const struct words *words, const uint32_t *slots,
                    uint32_t rows, size_t threads);
void postings_free(struct postings *p);
size_t postings_bytes(const struct postings *p);
/* The key under which all persons with this identity number stand, or false. */
bool postings_number_key(const struct postings *p, const struct layout *layout, const struct words *words,
                         const uint32_t *slots, uint32_t *ret_key);
size_t postings_keys(const struct postings *p, const struct layout *layout, const struct words *words, const uint32_t *slots,
                     uint32_t keys[KEYS_MAX]);
/* The same in steps: what joining a row's atoms (keys_atoms) to keys will read is fetched; they are joined. */
void postings_ahead(const struct postings *p, const struct atom *atoms, size_t n);
size_t postings_join(const struct postings *p, const struct layout *layout, const struct atom *atoms, size_t n,
                     uint32_t keys[KEYS_MAX]);
/* The pairs alone, whether many have them or not. */
size_t postings_pairs(const struct postings *p, const struct layout *layout, const struct atom *atoms, size_t n,
                      uint32_t pairs[KEYS_MAX]);

/* --- identity numbers and telephones ---------------------------------------------------------------------------------
 * Who holds which whole number: open addressing, one line of memory a look-up. */
struct held {
    uint64_t number; /* number_pack, or a sketch's telephone; 0: empty */
    uint32_t row;
    uint32_t name; /* the value of the full Han name, or 0 where the name is another kind */
};
struct numbers {
    struct held *held;
    uint32_t mask, n;
};
/* 17 digits and a check digit as they stand in a clean cell, in 60 bits; 0 when `s` is anything else. */
uint64_t number_pack(struct wg_str s);
void numbers_free(struct numbers *t);
size_t numbers_bytes(const struct numbers *t);
void numbers_expect(struct numbers *t, size_t n);
void numbers_put(struct numbers *t, struct held held); /* nothing when held.number is 0 */
void numbers_drop(struct numbers *t, uint64_t number, uint32_t row);
void numbers_ahead(const struct numbers *t, uint64_t number);
const struct held *numbers_find(const struct numbers *t, uint64_t number); /* one that several hold is nobody's */
/* All who hold it, one after the other: after NULL the first, at the end NULL. */
const struct held *numbers_next(const struct numbers *t, uint64_t number, const struct held *after);

/* --- the index ------------------------------------------------------------------------------------------------------ */
struct added {
    uint32_t key, row, next;
};
struct match_index {
    struct match_field *fields;
    size_t n_fields;
    struct layout layout;
    struct column_map map;
    struct words words;
    struct reader reader;
    uint32_t *slots;         /* rows * n_slots, by the caller's key */
    struct sketch *sketches; /* within sketch_memory, each in one line of it */
    void *sketch_memory;
    uint32_t rows, rows_cap;
    uint64_t *alive;
    size_t living;
    struct postings postings;
    /* Kept from the first match_index_ready on; empty in a table that is compared with itself. */
    struct numbers numbers, phones;
    uint32_t *dates; /* words.dates */
    bool built, alone;
    uint32_t *dirty; /* rows put since the postings were built */
    size_t n_dirty, dirty_cap, read_dirty;
    struct added *added; /* their keys, chained by bucket; [0] is nobody's */
    uint32_t *added_heads;
    uint32_t n_added, added_cap;
    uint32_t *by_content; /* a sample of rows in the order of their content */
    size_t n_by_content;
    struct model model;
    struct dependence dep;
    struct match_options options;
    struct wg_arena *names;
};
/* Fields that speak of one person more than of many: 2 for an identity number, 1 for a name, a birth date, a telephone ... */
int row_identifies(const struct layout *layout, const uint32_t *slots);
void index_room_for(struct match_index *index, uint32_t key);
void index_put_slots(struct match_index *index, uint32_t key, const uint32_t *slots);
bool index_alive(const struct match_index *index, uint32_t row);
const uint32_t *index_slots(const struct match_index *index, uint32_t row);
struct side index_side(const struct match_index *index, uint32_t row);
/* The same for rows of the same content, whatever their order. */
uint64_t row_content(const struct layout *layout, const struct words *words, const uint32_t *slots);
/* Up to `most` rows of the least content, in its order: a sample that does not depend on the order of rows. */
struct row_choice {
    uint64_t content;
    uint32_t row;
};
size_t choose_rows(const struct layout *layout, const struct words *words, const uint32_t *slots, uint32_t rows,
                   const uint64_t *alive, size_t most, size_t threads, struct row_choice **ret);

/* What the index knows of its columns, on the day a list's ages are of. */
struct dependence list_dependence(const struct match_index *index, const struct model *model);
/* Are two entries of the register one person, by all that they say? */
bool index_doubles(const struct match_index *index, const struct model *model, uint32_t a, uint32_t b);

/* Puts and learns a whole table, for comparing it with itself. */
WG_MUST int index_of_table(struct wg_ctx *ctx, const struct match_rows *table, const struct match_options *options,
                           const struct wg_progress *progress, struct match_index **ret_index);

/* --- what a list teaches (match_learn.c) ---------------------------------------------------------------------------- */
struct pupil {
    const struct match_index *index;
    const struct match_rows *rows;
    const struct column_map *map;
    wg_day today;
    size_t threads;
};
/* `open`: rows that will be decided by what is learnt. */
void learn_from_list(const struct pupil *pupil, size_t open, struct model *model);
/* The numbers of a list's own values mean nothing to another worker; nobody in the register has them anyway. */
void learn_only_register(const struct match_index *index, struct comparison *c);

/* --- rows that number and name settle (match_settle.c) --------------------------------------------------------------
 * Who has the whole number and the whole name of one person of the register, and shares that number with nobody, is that person,
 * whatever else the row says. Who gives no number but has the whole telephone and the whole name of one person, and says nothing
 * that this person contradicts, save where one lives, is that person as well. What number, telephone and name say at the usual
 * rate of errors is known before any list is. */
enum { SETTLE_OTHERS = 16 };
struct settler {
    const struct match_index *index;
    float number, name, phone, prior;       /* bits; number 0: nothing can be settled by it */
    float rare_name, rare_phone;            /* p of a value that nobody else has */
    double rows, least, least_phone;        /* odds from which a row is settled */
    size_t number_column, name_column;      /* of the list; SIZE_MAX: rows must be read first */
    size_t phone_column;                    /* SIZE_MAX: as said */
    size_t birth_column, sex_column;        /* SIZE_MAX: none */
    size_t others[SETTLE_OTHERS], n_others; /* columns that have to be empty, for the telephone to settle a row */
};
struct settled {
    uint32_t row; /* the person */
    float bits;
    double odds;
    bool by_phone;
};
void settler_make(struct settler *s, const struct match_index *index, const struct column_map *map, double sure);
/* From the raw cells of `n` rows, sixteen under way: ret_settled[i].odds is 0 for a row that must be read. */
void settle_cells(const struct settler *s, const struct wg_str *cells, size_t n_fields, size_t n, struct settled *ret_settled);
/* How many rows settle_cells leaves. */
size_t settle_count_open(const struct settler *s, const struct match_rows *rows, size_t threads);
bool settle_slots(const struct settler *s, const struct words *words, const uint32_t *slots, const struct sketch *sketch,
                  struct settled *ret);

struct finder {
    const struct match_index *index;
    uint32_t *found; /* rows, each once */
    size_t n, cap;
    uint32_t *set;
    uint32_t set_mask;
    size_t skipped; /* rows of keys that even three atoms could not make rare */
    size_t n_atoms, n_keys;
    struct atom atoms[ATOMS_MAX];
    uint32_t keys[KEYS_MAX];
};
void finder_init(struct finder *f, const struct match_index *index);
void finder_free(struct finder *f);
void finder_run(struct finder *f, const struct words *words, const uint32_t *slots);
/* The same in steps, each of which fetches what the next will read: others can take theirs in between. */
void finder_atoms(struct finder *f, const struct words *words, const uint32_t *slots);
void finder_join(struct finder *f);
void finder_keys(struct finder *f, const struct words *words, const uint32_t *slots); /* those two at once */
void finder_ahead(const struct finder *f);
void finder_gather(struct finder *f);
/* Only persons with the very identity number of the row. */
void finder_number(struct finder *f, const struct words *words, const uint32_t *slots);
#endif
