/* match_test.h - a made-up district for the tests of this room: households of three, and lists drawn from them. Included after
 * cmocka.h and what that asks for. */
#ifndef WG_MATCH_TEST_H
#define WG_MATCH_TEST_H
#include "engine/match/match_internal.h"
#include "engine/people/people.h"

enum { FIELDS = 6, HOUSEHOLDS = 400, MOST = 4 * HOUSEHOLDS };
static const struct match_field fields[FIELDS] = {{COLUMN_IDNO, "证件号"},    {COLUMN_NAME, "姓名"}, {COLUMN_PHONE, "电话"},
                                                  {COLUMN_BIRTH, "出生日期"}, {COLUMN_SEX, "性别"},  {COLUMN_ADDRESS, "住址"}};

struct world {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct match_options options;
    struct wg_str *cells; /* households of three: father, mother, child */
    size_t rows;
};

static inline uint64_t step(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static inline const char *pick(struct wg_arena *arena, const char *set, uint64_t *state)
{
    size_t n = strlen(set) / 3, at = step(state) % n;
    return wg_fmt(arena, "%.3s", set + 3 * at);
}

static inline struct wg_str text(struct wg_arena *arena, const char *s)
{
    return wg_str_dup(arena, wg_str(s));
}

static inline struct wg_str idno_of(struct wg_arena *arena, int year, int month, int day, int order)
{
    char *digits = wg_fmt(arena, "219999%04d%02d%02d%03d", year, month, day, order);
    return text(arena, wg_fmt(arena, "%s%c", digits, people_idno_check(digits)));
}

static inline void person(struct world *w, const char *surname, int year, uint64_t *state, bool male, const char *phone,
                          const char *address)
{
    struct wg_str *row = w->cells + w->rows++ * FIELDS;
    const char *set = male ? "伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩" : "芳娜敏静丽艳娟霞燕玲桂英秀兰红梅玉凤琴莉";
    int month = 1 + (int)(step(state) % 12), day = 1 + (int)(step(state) % 28);
    row[0] = idno_of(w->arena, year, month, day, (int)(step(state) % 400) * 2 + male);
    row[1] = text(w->arena, wg_fmt(w->arena, "%s%s%s", surname, pick(w->arena, set, state), pick(w->arena, set, state)));
    row[2] = text(w->arena, phone);
    row[3] = text(w->arena, wg_fmt(w->arena, "%04d-%02d-%02d", year, month, day));
    row[4] = text(w->arena, male ? "男" : "女");
    row[5] = text(w->arena, address);
}

static inline int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    uint64_t random = 20200214;
    w->arena = wg_arena_new();
    w->ctx = wg_ctx(w->arena);
    w->options = match_options_default(wg_day_from_civil(2020, 2, 14));
    w->cells = wg_alloc_n(w->arena, MOST * FIELDS, sizeof *w->cells);
    for (int h = 0; h < HOUSEHOLDS; h++) {
        const char *surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗";
        const char *father = pick(w->arena, surnames, &random), *mother = pick(w->arena, surnames, &random);
        const char *phone = wg_fmt(w->arena, "138%08d", (int)(step(&random) % 100000000));
        const char *address = wg_fmt(w->arena, "春华小区%d号楼%d单元%d室", 1 + h / 40, 1 + h / 10 % 4, (1 + h % 10) * 100 + 1);
        int year = 1960 + (int)(step(&random) % 30);
        person(w, father, year, &random, true, phone, address);
        person(w, mother, year + 1, &random, false, phone, address);
        person(w, father, year + 26, &random, step(&random) % 2, phone, address);
    }
    *state = w;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    wg_arena_free(w->arena);
    free(w);
    return 0;
}

static inline struct match_rows rows_of(const struct wg_str *cells, size_t n)
{
    return (struct match_rows){fields, FIELDS, cells, n};
}

static inline struct match_index *register_of(struct world *w)
{
    struct match_index *index = NULL;
    assert_int_equal(match_index_new(&w->ctx, fields, FIELDS, &w->options, &index), 0);
    for (size_t r = 0; r < w->rows; r++) match_index_put(index, (uint32_t)r, w->cells + r * FIELDS);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    assert_int_equal(match_index_size(index), w->rows);
    return index;
}

/* A list of every third person, with faults of several kinds, and as many strangers. */
static inline struct wg_str *list_of(struct world *w, size_t *ret_n)
{
    size_t n = w->rows / 3;
    struct wg_str *list = wg_alloc_n(w->arena, 2 * n * FIELDS, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        struct wg_str *row = list + i * FIELDS;
        memcpy(row, w->cells + i * 3 * FIELDS, FIELDS * sizeof *row);
        if (i % 4 == 1) row[0] = (struct wg_str){0};
        if (i % 4 == 2) row[5] = row[2] = (struct wg_str){0};
        if (i % 8 == 3) row[2] = text(w->arena, "+86 137 0000 0000");
        row[3] = i % 3 ? row[3] : (struct wg_str){0};
        struct wg_str *other = list + (n + i) * FIELDS;
        memcpy(other, row, FIELDS * sizeof *row);
        other[0] = (struct wg_str){0};
        other[1] = text(w->arena, wg_fmt(w->arena, "慕容%s", i % 2 ? "雪" : "云"));
        other[2] = text(w->arena, wg_fmt(w->arena, "159%08zu", i * 7919));
        other[3] = text(w->arena, "1931-03-03");
        other[5] = text(w->arena, wg_fmt(w->arena, "秋实小区%zu号楼1单元%zu01室", 1 + i % 9, 1 + i % 7));
    }
    *ret_n = 2 * n;
    return list;
}

static inline struct match_link *compare(struct world *w, const struct match_index *index, const struct wg_str *list, size_t n,
                                         struct match_measure *measure)
{
    struct match_link *links = NULL;
    struct match_rows rows = rows_of(list, n);
    assert_int_equal(match_list(&w->ctx, index, &rows, &w->options, NULL, &links, measure), 0);
    return links;
}

static inline void shuffle(uint32_t *order, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        size_t j = step(&seed) % i;
        uint32_t t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

static inline void same_links(const struct match_link *a, const struct match_link *b, size_t n, bool to_the_bit)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a[i].outcome, b[i].outcome);
        if (a[i].outcome == MATCH_MATCHED) assert_int_equal(a[i].best.key, b[i].best.key);
        assert_string_equal(a[i].reason, b[i].reason);
        if (to_the_bit) assert_true(fabs(a[i].best.probability - b[i].best.probability) < 1e-12);
    }
}
#endif
