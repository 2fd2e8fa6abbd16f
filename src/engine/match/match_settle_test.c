/* Rows that number and name, or telephone and name, settle. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/match/match_test.h"

/* Rows told by number and name alone come out as they do when all that is known of them is weighed. */
static void test_match__settled_rows_are_those_that_scoring_matches(void **state) /* match P7 */
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    size_t n;
    struct wg_str *list = list_of(w, &n);
    struct match_link *settled = compare(w, index, list, n, &measure);
    numbers_free(&index->phones);
    numbers_free(&index->numbers); /* without it every row goes the long way */
    struct match_link *scored = compare(w, index, list, n, &measure);
    same_links(settled, scored, n, false);
    match_index_free(index);
}

static void test_match__how_a_number_is_written_does_not_matter(void **state) /* match P7 */
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    size_t n;
    struct wg_str *list = list_of(w, &n), *spaced = wg_alloc_n(w->arena, n * FIELDS, sizeof *spaced);
    memcpy(spaced, list, n * FIELDS * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        struct wg_str *cell = &spaced[i * FIELDS + (i % 2)];
        if (cell->n) *cell = text(w->arena, wg_fmt(w->arena, " %.*s ", (int)cell->n, cell->p));
    }
    same_links(compare(w, index, list, n, &measure), compare(w, index, spaced, n, &measure), n, true);
    match_index_free(index);
}

static void test_match__a_number_that_two_hold_settles_nothing(void **state) /* match P7 */
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    struct wg_str row[FIELDS] = {w->cells[0], w->cells[1]}, twin[FIELDS] = {w->cells[0], w->cells[1], w->cells[2 * FIELDS + 2]};
    uint32_t key = (uint32_t)w->rows;
    match_index_put(index, key, twin);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    /* Both are compared; that they are one person entered twice does not make the row doubtful (P9). */
    assert_int_equal(compare(w, index, row, 1, &measure)->outcome, MATCH_MATCHED);
    assert_true(measure.pairs_compared >= 2);
    match_index_drop(index, 0);
    struct match_link *link = compare(w, index, row, 1, &measure);
    assert_int_equal(link->outcome, MATCH_MATCHED);
    assert_int_equal(link->best.key, key);
    match_index_put(index, 0, w->cells);
    twin[0] = (struct wg_str){0};
    match_index_put(index, key, twin);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    link = compare(w, index, row, 1, &measure);
    assert_int_equal(link->outcome, MATCH_MATCHED);
    assert_int_equal(link->best.key, 0);
    match_index_free(index);
}

static void test_match__numbers_are_packed_and_found(void **state)
{
    (void)state;
    assert_int_equal(number_pack(WG_STR("21999919600101001")), 0);
    assert_int_equal(number_pack(WG_STR("2199991960010100X1")), 0);
    assert_int_equal(number_pack(WG_STR("21999919600101001:")), 0);
    assert_int_equal(number_pack(WG_STR("2199991960/1010018")), 0);
    assert_int_equal(number_pack(WG_STR("000000000000000000")), 1);
    assert_true(number_pack(WG_STR("21999919600101001x")) == number_pack(WG_STR("21999919600101001X")));
    assert_true(number_pack(WG_STR("21999919600101001X")) == 21999919600101001u * 11 + 11);
    struct numbers t = {0};
    uint64_t random = 5;
    bool in[512] = {false};
    /* Against a plain table: many that come and go, in a few places. */
    for (int i = 0; i < 20000; i++) {
        uint32_t row = (uint32_t)(step(&random) % 512);
        if (in[row])
            numbers_drop(&t, 1 + row % 300, row);
        else
            numbers_put(&t, (struct held){.number = 1 + row % 300, .row = row});
        in[row] = !in[row];
        uint32_t asked = (uint32_t)(step(&random) % 300), other = asked + 300;
        const struct held *found = numbers_find(&t, 1 + asked);
        bool first = in[asked], second = other < 512 && in[other];
        assert_int_equal(found != NULL, first != second);
        if (found) assert_int_equal(found->row, first ? asked : other);
    }
    numbers_free(&t);
}

/* What a sketch calls unlike is unlike. */
static void test_match__sketches_tell_only_what_is_so(void **state)
{
    (void)state;
    uint64_t random = 9;
    for (int i = 0; i < 20000; i++) {
        uint64_t a = 0, b = 0;
        int unlike = 0;
        for (int k = 0; k < 16; k++) {
            uint64_t x = 1 + step(&random) % 10, y = step(&random) % 8 ? x : 1 + step(&random) % 10;
            a = a << 4 | x;
            b = b << 4 | y;
            unlike += x != y;
        }
        assert_int_equal(sketch_differs(a, b), unlike > 2);
    }
    assert_false(sketch_differs(0, 0x1234567812345678u));
}

/* match P8: rows without numbers, told by telephone and name */
static void test_match__telephone_and_name_settle_what_scoring_matches(void **state)
{
    struct world *w = *state;
    struct match_measure measure, long_way;
    struct match_index *index = register_of(w);
    size_t n, matched = 0;
    struct wg_str *list = list_of(w, &n);
    uint64_t random = 12;
    for (size_t i = 0; i < n; i++) {
        struct wg_str *row = list + i * FIELDS;
        row[0] = (struct wg_str){0};
        if (step(&random) % 4 == 0) row[2] = list[(step(&random) % n) * FIELDS + 2]; /* another's telephone */
        if (step(&random) % 4 == 0) row[4] = step(&random) % 2 ? WG_STR("男") : WG_STR("女");
        if (step(&random) % 4 == 0) row[3] = list[(step(&random) % n) * FIELDS + 3];
        if (step(&random) % 3 == 0) row[5] = list[(step(&random) % n) * FIELDS + 5];
        if (step(&random) % 5 == 0 && row[2].n == 11)
            row[2] = text(w->arena, wg_fmt(w->arena, "+86 %.*s", (int)row[2].n, row[2].p));
    }
    struct match_link *settled = compare(w, index, list, n, &measure);
    numbers_free(&index->phones); /* without it every row goes the long way */
    struct match_link *scored = compare(w, index, list, n, &long_way);
    for (size_t i = 0; i < n; i++) {
        /* What is settled is what scoring would match; nothing else is touched by it. */
        assert_int_equal(settled[i].outcome, scored[i].outcome);
        if (settled[i].outcome != MATCH_MATCHED) continue;
        assert_int_equal(settled[i].best.key, scored[i].best.key);
        matched++;
    }
    assert_true(matched > n / 4);
    assert_true(measure.pairs_compared < long_way.pairs_compared);
    match_index_free(index);
}

/* match P8 */
static void test_match__what_contradicts_a_telephone_is_weighed(void **state)
{
    struct world *w = *state;
    struct match_index *index = register_of(w);
    struct column_map map;
    struct settler settler;
    struct settled settled;
    layout_map(&index->layout, fields, FIELDS, &map);
    settler_make(&settler, index, &map, .8);
    const struct wg_str *father = w->cells;
    struct wg_str row[FIELDS] = {{0}, father[1], father[2]};
    settle_cells(&settler, row, FIELDS, 1, &settled);
    assert_true(settled.odds > 0 && settled.by_phone);
    assert_int_equal(settled.row, 0);
    row[5] = w->cells[90 * FIELDS + 5]; /* he may have moved */
    settle_cells(&settler, row, FIELDS, 1, &settled);
    assert_true(settled.odds > 0);
    static const struct {
        size_t column;
        const char *cell;
    } against[] = {{0, "E1234567"}, {1, "慕容雪峰"}, {2, "1380000000"}, {3, "1931-03-03"}, {3, "春节"}, {4, "女"}};
    for (size_t i = 0; i < sizeof against / sizeof *against; i++) {
        struct wg_str other[FIELDS];
        memcpy(other, row, sizeof other);
        other[against[i].column] = wg_str(against[i].cell);
        settle_cells(&settler, other, FIELDS, 1, &settled);
        assert_false(settled.odds > 0);
    }
    /* Two of that name with that telephone: nobody. */
    struct wg_str twin[FIELDS] = {{0}, father[1], father[2]};
    match_index_put(index, (uint32_t)w->rows, twin);
    settle_cells(&settler, row, FIELDS, 1, &settled);
    assert_false(settled.odds > 0);
    match_index_drop(index, 0);
    settle_cells(&settler, row, FIELDS, 1, &settled);
    assert_int_equal(settled.row, w->rows);
    assert_true(settled.odds > 0);
    match_index_free(index);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_match__settled_rows_are_those_that_scoring_matches),
        T(test_match__how_a_number_is_written_does_not_matter),
        T(test_match__a_number_that_two_hold_settles_nothing),
        T(test_match__numbers_are_packed_and_found),
        T(test_match__sketches_tell_only_what_is_so),
        T(test_match__telephone_and_name_settle_what_scoring_matches),
        T(test_match__what_contradicts_a_telephone_is_weighed),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
