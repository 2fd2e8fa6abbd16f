/* The short ways give the answers of the long ones. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/match/match_internal.h"
#include "engine/people/people.h"

enum { FIELDS = 7, ROWS = 260 };
static const struct match_field fields[FIELDS] = {{COLUMN_IDNO, "证件号"}, {COLUMN_NAME, "姓名"}, {COLUMN_PHONE, "电话"},
                                                  {COLUMN_BIRTH, "生日"},  {COLUMN_SEX, "性别"},  {COLUMN_ADDRESS, "住址"},
                                                  {COLUMN_AGE, "年龄"}};

struct world {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct match_options options;
    uint64_t random;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->arena = wg_arena_new();
    w->ctx = wg_ctx(w->arena);
    w->options = match_options_default(wg_day_from_civil(2020, 2, 14));
    w->random = 20200214;
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    wg_arena_free(w->arena);
    free(w);
    return 0;
}

static int below(struct world *w, int n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (int)((w->random >> 33) % (uint64_t)n);
}

static const char *one_of(struct world *w, const char *const *all, int n)
{
    return all[below(w, n)];
}

/* From small stocks, so that rows meet on every level; in every way of writing that the readers know. */
static const char *any_idno(struct world *w)
{
    char *digits = wg_fmt(w->arena, "2199990%d%04d%02d%02d%02d", 1 + below(w, 2), 1960 + below(w, 4) * 13, 1 + below(w, 12),
                          1 + below(w, 28), below(w, 3));
    char *text = wg_fmt(w->arena, "%.17s%c", digits, people_idno_check(digits));
    if (below(w, 6) == 0) text[10 + below(w, 6)] = (char)('0' + below(w, 10));
    if (below(w, 9) == 0) memset(text + 6, '*', 8);
    if (below(w, 12) == 0) return wg_fmt(w->arena, "E%07d", below(w, 30));
    return text;
}

static const char *any_name(struct world *w)
{
    static const char *const surnames[] = {"王", "汪", "李", "慕容"}, *const chars[] = {"伟", "玮", "芳", "志",
                                                                                        "智", "明", "鸣"};
    static const char *const others[] = {"小李", "Wang Wei", "Li, Fang", "买买提·吐尔逊", "王", "老王", "欧阳志明"};
    if (below(w, 8) == 0) return one_of(w, others, 7);
    const char *one = one_of(w, chars, 7), *two = below(w, 3) ? one_of(w, chars, 7) : "";
    return wg_fmt(w->arena, "%s%s%s%s", one_of(w, surnames, 4), one, two, below(w, 12) ? "" : one_of(w, chars, 7));
}

static const char *any_phone(struct world *w)
{
    int a = below(w, 3) * 11, b = below(w, 30);
    switch (below(w, 12)) {
    case 0:
        return wg_fmt(w->arena, "+86 138 %04d 00%02d", a, b);
    case 1:
        return wg_fmt(w->arena, "138****00%02d", b);
    case 2:
        return wg_fmt(w->arena, "0421-%04d0%02d", a, b);
    case 3:
        return wg_fmt(w->arena, "%04d1%02d", a, b);
    default:
        return wg_fmt(w->arena, "138%04d00%02d", a, b);
    }
}

static const char *any_birth(struct world *w)
{
    int year = 1960 + below(w, 4) * 13 + below(w, 2), month = 1 + below(w, 12), day = 1 + below(w, 31);
    switch (below(w, 5)) {
    case 0:
        return wg_fmt(w->arena, "%04d%02d%02d", year, month, day);
    case 1:
        return wg_fmt(w->arena, "%d年%d月%d日", year, month, day > 28 ? 28 : day);
    case 2:
        return wg_fmt(w->arena, "%04d", year);
    default:
        return wg_fmt(w->arena, "%04d-%02d-%02d", year, month, day);
    }
}

static const char *any_address(struct world *w)
{
    static const char *const places[] = {"春华小区",     "秋实花园", "双塔区春华小区", "朝阳大街16号",
                                         "朝阳大街18号", "东升村",   "东升村3组",      "燕北街道文化社区"};
    const char *place = one_of(w, places, 8);
    int building = 1 + below(w, 2), stair = 1 + below(w, 2), room = 101 + below(w, 3) * 100;
    switch (below(w, 6)) {
    case 0:
        return wg_fmt(w->arena, "%s%d号楼%d单元%d室", place, building, stair, room);
    case 1:
        return wg_fmt(w->arena, "%s%d-%d-%d", place, building, stair, room);
    case 2:
        return wg_fmt(w->arena, "%s%d号楼%d室", place, building, room);
    case 3:
        return wg_fmt(w->arena, "%s%d号楼", place, building);
    case 4:
        return below(w, 3) ? place : "12 Pridham Street";
    default:
        return wg_fmt(w->arena, "%d号楼%d单元%d", building, stair, room);
    }
}

static void any_row(struct world *w, struct wg_str *row)
{
    memset(row, 0, FIELDS * sizeof *row);
    if (below(w, 3)) row[0] = wg_str(any_idno(w));
    row[1] = wg_str(any_name(w));
    if (below(w, 4)) row[2] = wg_str(any_phone(w));
    if (below(w, 2)) row[3] = wg_str(any_birth(w));
    if (below(w, 2)) row[4] = wg_str(below(w, 2) ? "男" : "女");
    if (below(w, 4)) row[5] = wg_str(any_address(w));
    if (below(w, 4) == 0) row[6] = wg_str(wg_fmt(w->arena, "%d", 20 + below(w, 40)));
}

static struct wg_str *any_rows(struct world *w, size_t n)
{
    struct wg_str *cells = wg_alloc_n(w->arena, n * FIELDS, sizeof *cells);
    for (size_t i = 0; i < n; i++) any_row(w, cells + i * FIELDS);
    return cells;
}

static struct match_index *register_of(struct world *w, const struct wg_str *cells, size_t n)
{
    struct match_index *index = NULL;
    assert_int_equal(match_index_new(&w->ctx, fields, FIELDS, &w->options, &index), 0);
    for (size_t r = 0; r < n; r++) match_index_put(index, (uint32_t)r, cells + r * FIELDS);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    return index;
}

/* Levels and weights of a pair, with everything asked of the values themselves. */
static struct comparison full(const struct match_index *index, struct side a, struct side b)
{
    struct comparison c;
    a.sketch = b.sketch = NULL;
    a.memo = NULL;
    assert_true(compare_rows(&index->layout, &index->dep, a, b, NULL, 0, &c));
    return c;
}

/* Both with the sketches and with giving up early, rows of a list against persons of the register. */
static void test_match__sketches_change_no_answer(void **state)
{
    struct world *w = *state;
    struct match_index *index = register_of(w, any_rows(w, ROWS), ROWS);
    const struct layout *l = &index->layout;
    struct wg_str *list = any_rows(w, ROWS);
    struct match_rows rows = {fields, FIELDS, list, ROWS};
    struct column_map map;
    struct batch batch;
    layout_map(l, fields, FIELDS, &map);
    batch_read(&batch, l, &map, &index->words, &rows, NULL, ROWS, NULL, w->options.today, 1);
    struct model *model = &index->model;
    float cut = model_begin(model, l, .002, false);
    size_t held = 0;
    for (size_t i = 0; i < ROWS; i++) {
        struct rarity_memo memo = {.value = {0}};
        struct side row = {.words = batch_words(&batch, i), .slots = batch_slots(&batch, i), .memo = &memo};
        struct sketch sketch = sketch_of(l, row.words, row.slots);
        row.sketch = &sketch;
        for (uint32_t r = 0; r < ROWS; r++) {
            struct side person = index_side(index, r);
            struct comparison c = full(index, row, person), quick;
            struct scored one, two;
            assert_true(compare_rows(l, &index->dep, row, person, NULL, 0, &quick));
            assert_memory_equal(quick.level, c.level, l->n_units);
            model_score(model, l, row.words, NULL, &c, &one);
            model_score(model, l, row.words, &memo, &quick, &two);
            assert_true(one.probability == two.probability && one.bits == two.bits);
            bool kept = compare_rows(l, &index->dep, row, person, model, cut, &quick);
            if (one.weight[CLASS_SAME] > cut) assert_true(kept);
            if (!kept) continue;
            held++;
            assert_memory_equal(quick.level, c.level, l->n_units);
            model_score(model, l, row.words, &memo, &quick, &two);
            assert_true(one.probability == two.probability);
        }
    }
    assert_true(held > ROWS);
    batch_free(&batch);
    match_index_free(index);
}

/* Two rows of a list, read by different workers, whose values nobody in the register has. */
static void test_match__values_of_different_workers_are_told_apart(void **state)
{
    struct world *w = *state;
    struct match_index *index = register_of(w, any_rows(w, 20), 20);
    struct wg_str *list = any_rows(w, ROWS);
    struct column_map map;
    layout_map(&index->layout, fields, FIELDS, &map);
    struct match_rows rows = {fields, FIELDS, list, ROWS};
    struct batch one, halves[2];
    batch_read(&one, &index->layout, &map, &index->words, &rows, NULL, ROWS, NULL, w->options.today, 1);
    for (size_t h = 0; h < 2; h++) {
        struct match_rows half = {fields, FIELDS, list + h * ROWS / 2 * FIELDS, ROWS / 2};
        batch_read(&halves[h], &index->layout, &map, &index->words, &half, NULL, ROWS / 2, NULL, w->options.today, 1);
    }
    for (size_t i = 0; i < ROWS / 2; i++) {
        for (size_t j = ROWS / 2; j < ROWS; j++) {
            struct side a = {.words = batch_words(&one, i), .slots = batch_slots(&one, i)},
                        b = {.words = batch_words(&one, j), .slots = batch_slots(&one, j)},
                        c = {.words = batch_words(&halves[0], i), .slots = batch_slots(&halves[0], i)},
                        d = {.words = batch_words(&halves[1], j - ROWS / 2), .slots = batch_slots(&halves[1], j - ROWS / 2)};
            struct comparison same = full(index, a, b), apart = full(index, c, d);
            assert_memory_equal(same.level, apart.level, index->layout.n_units);
        }
    }
    batch_free(&one);
    batch_free(&halves[0]);
    batch_free(&halves[1]);
    match_index_free(index);
}

static char *any_place(struct world *w)
{
    static const char *const words[] = {"辽宁省",   "辽宁", "朝阳市", "双塔区", "燕北街道", "文化社区", "东升村",   "第",
                                        "三",       "十二", "建设路", "长江",   "大街",     "二巷",     "春华小区", "花园",
                                        "甲座",     "单元", "号",     "楼",     "院",       "组",       "经",       "新村",
                                        "国际大厦", "期",   "家属",   "北京市", "吉林",     "委",       "屯",       "向阳镇",
                                        "里",       "苑",   "东",     "户",     "栋",       "附",       "之",       "社"};
    char *name = wg_fmt(w->arena, "%s", words[below(w, 40)]);
    for (int more = below(w, 5); more > 0; more--) name = wg_fmt(w->arena, "%s%s", name, words[below(w, 40)]);
    return name;
}

static void assert_same_value(const struct words *x, uint32_t one, const struct words *y, uint32_t two)
{
    struct blob a = words_blob(x, one), b = words_blob(y, two);
    assert_int_equal(a.n_form, b.n_form);
    assert_memory_equal(a.form, b.form, a.n_form);
    assert_int_equal(a.n_text, b.n_text);
    assert_memory_equal(a.text, b.text, a.n_text);
}

/* Whatever stands before a door, reading it once is as good as reading it every time. */
static void test_match__addresses_of_one_shape_read_as_each_would(void **state)
{
    static const char *const doors[][3] = {
        {"号楼", "单元", "室"}, {"号楼", "单元", ""}, {"号楼", "单元", "号"}, {"栋", "单元", "室"}, {"栋", "单元", ""},
        {"栋", "单元", "号"},   {"-", "-", ""},       {"号楼", "-", ""},      {"号", "单元", "室"}, {"-", "-", "室"}};
    struct world *w = *state;
    struct match_index *index = register_of(w, any_rows(w, 1), 1);
    size_t read = 0;
    for (int k = 0; k < 3000; k++) {
        struct words apart;
        words_init(&apart, NULL);
        struct reader full = index->reader;
        full.words = &apart;
        char *name = any_place(w);
        for (int times = 0; times < 3; times++) {
            int building = 1 + below(w, below(w, 2) ? 20 : 200), stair = below(w, below(w, 2) ? 5 : 30), room = below(w, 3000);
            const char *const *after = doors[below(w, 10)];
            struct wg_str text = wg_str(wg_fmt(w->arena, "%s%s%d%s%d%s%d%s", name, below(w, 9) ? "" : "0", building, after[0],
                                               stair, after[1], room, after[2]));
            uint32_t one = address_read_shape(&index->reader, text), two = address_read_fully(&full, text);
            if (!one) continue;
            assert_true(two != 0);
            assert_same_value(&index->words, one, &apart, two);
            read++;
        }
        words_free(&apart);
    }
    assert_true(read > 1500);
    match_index_free(index);
}

static const char *any_numeral(struct world *w)
{
    static const char *const digits[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "零", "两", "叁", "百"};
    static const char *const tens[] = {"十", "十", "十", "", "百", "拾"};
    switch (below(w, 4)) {
    case 0:
        return digits[below(w, 13)];
    case 1:
        return wg_fmt(w->arena, "%s%s", tens[below(w, 6)], digits[below(w, 13)]);
    case 2:
        return wg_fmt(w->arena, "%s%s", digits[below(w, 13)], tens[below(w, 6)]);
    default:
        return wg_fmt(w->arena, "%s%s%s", digits[below(w, 13)], tens[below(w, 6)], digits[below(w, 13)]);
    }
}

/* 三号楼二单元501 is 3号楼2单元501, whatever stands before it. */
static void test_match__a_door_in_numerals_reads_as_one_in_digits(void **state)
{
    static const char *const buildings[] = {"号楼", "栋", "幢", "号"}, *const rooms[] = {"", "室", "号"};
    struct world *w = *state;
    struct match_index *index = register_of(w, any_rows(w, 1), 1);
    size_t turned = 0;
    for (int k = 0; k < 20000; k++) {
        char digits[TEXT_MAX];
        struct words apart;
        struct reader full = index->reader;
        struct wg_str text = wg_str(wg_fmt(w->arena, "%s%s%s%s单元%d%s", any_place(w), any_numeral(w), buildings[below(w, 4)],
                                           any_numeral(w), 100 + below(w, 3000), rooms[below(w, 3)]));
        struct wg_str door = door_in_digits(text, digits);
        uint32_t one = door.n ? address_read_shape(&index->reader, door) : 0;
        if (!one) continue;
        words_init(&apart, NULL);
        full.words = &apart;
        assert_same_value(&index->words, one, &apart, address_read_fully(&full, text));
        words_free(&apart);
        turned++;
    }
    assert_true(turned > 500);
    match_index_free(index);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_match__sketches_change_no_answer),
        T(test_match__values_of_different_workers_are_told_apart),
        T(test_match__addresses_of_one_shape_read_as_each_would),
        T(test_match__a_door_in_numerals_reads_as_one_in_digits),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
