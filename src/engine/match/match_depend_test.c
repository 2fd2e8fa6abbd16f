#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "match_test.h"

enum { COLUMNS = 5, PEOPLE = 1500, TWICE = 150, MOVED = 3 };
static const struct match_field places[COLUMNS] = {{COLUMN_GIVEN_NAME, "first_name"},
                                                   {COLUMN_SURNAME, "surname"},
                                                   {COLUMN_STREET_NAME, "street"},
                                                   {COLUMN_CITY, "city"},
                                                   {COLUMN_POSTCODE, "postcode"}};

static const char *word(struct wg_arena *arena, uint64_t *random, size_t syllables)
{
    static const char *const parts[] = {"ba", "do", "ki", "mel", "nor", "pu", "ra", "sto", "ve", "win"};
    const char *text = "";
    for (size_t i = 0; i < syllables; i++) text = wg_fmt(arena, "%s%s", text, parts[step(random) % 10]);
    return text;
}

static void settle_in(struct world *w, struct wg_str *row, uint64_t *random)
{
    static const char *const towns[] = {"Aston", "Belford", "Corley", "Denham", "Elsted", "Fenwick", "Garston", "Hexham"};
    uint64_t town = step(random) % 8;
    row[2] = text(w->arena, wg_fmt(w->arena, "%s street %d", word(w->arena, random, 3), (int)(step(random) % 90)));
    row[3] = text(w->arena, towns[town]);
    row[4] = text(w->arena, wg_fmt(w->arena, "%d", 27100 + (int)town * 11));
}

/* People of eight towns, each with its postcode; the last TWICE rows are the first people once more, every third of whom moved. */
static struct wg_str *townspeople(struct world *w)
{
    uint64_t random = 7;
    struct wg_str *cells = wg_alloc_n(w->arena, (PEOPLE + TWICE) * COLUMNS, sizeof *cells);
    for (size_t i = 0; i < PEOPLE + TWICE; i++) {
        struct wg_str *row = cells + i * COLUMNS;
        bool again = i >= PEOPLE;
        row[0] = again ? row[-PEOPLE * COLUMNS] : text(w->arena, word(w->arena, &random, 3));
        row[1] = again ? row[1 - PEOPLE * COLUMNS] : text(w->arena, word(w->arena, &random, 3));
        if (again) memcpy(row + 2, row + 2 - PEOPLE * COLUMNS, 3 * sizeof *row);
        if (!again || i % MOVED == 0) settle_in(w, row, &random);
    }
    return cells;
}

/* match.h: a place that a finer one implies says nothing more. */
static void test_match__a_town_says_nothing_that_its_postcode_has_said(void **state)
{
    struct world *w = *state;
    struct match_rows table = {places, COLUMNS, townspeople(w), PEOPLE + TWICE};
    struct match_index *index = NULL;
    assert_int_equal(index_of_table(&w->ctx, &table, &w->options, NULL, &index), 0);
    size_t town = 0, code = 0;
    for (size_t u = 0; u < index->layout.n_units; u++) {
        if (index->layout.units[u].column == COLUMN_CITY) town = u;
        if (index->layout.units[u].column == COLUMN_POSTCODE) code = u;
    }
    const struct hanging *hangs = &index->model.hanging[town];
    /* Both are shared by as many: the one further left is the finer. */
    size_t coarse = hangs->by == (int16_t)code ? town : code;
    hangs = &index->model.hanging[coarse];
    assert_int_equal(hangs->by, coarse == town ? code : town);
    assert_true(hangs->keeps < .05f);
    assert_int_equal(depend_state(&index->model, (uint8_t[UNITS_MAX]){0}, coarse), -1);
    match_index_free(index);
}

/* Families of three behind one door, with names as common as names are: nobody stands twice. */
static struct wg_str *neighbours(struct world *w)
{
    uint64_t random = 11, first = 0;
    const char *given[60], *surnames[150];
    struct wg_str *cells = wg_alloc_n(w->arena, PEOPLE * COLUMNS, sizeof *cells);
    for (size_t i = 0; i < 60; i++) given[i] = word(w->arena, &random, 3);
    for (size_t i = 0; i < 150; i++) surnames[i] = word(w->arena, &random, 3);
    for (size_t i = 0; i < PEOPLE; i++) {
        struct wg_str *row = cells + i * COLUMNS;
        first = i % 3 ? first + 7 + step(&random) % 12 : step(&random); /* brothers have different names */
        row[0] = text(w->arena, given[first % 60]);
        row[1] = i % 3 ? row[1 - COLUMNS] : text(w->arena, surnames[step(&random) % 150]);
        if (i % 3)
            memcpy(row + 2, row + 2 - COLUMNS, 3 * sizeof *row);
        else
            settle_in(w, row, &random);
    }
    return cells;
}

/* P1 holds as well: the tree is the same for rows in another order. */
static void test_match__who_moved_is_found_by_name_though_street_town_and_postcode_differ(void **state)
{
    struct world *w = *state;
    struct wg_str *cells = townspeople(w);
    struct match_rows table = {places, COLUMNS, cells, PEOPLE + TWICE};
    struct match_clusters found;
    struct match_measure measure;
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &found, &measure), 0);
    size_t right = 0;
    for (size_t i = PEOPLE; i < PEOPLE + TWICE; i++) right += found.cluster[i] == i - PEOPLE;
    assert_true(right >= TWICE - 2);
    assert_true(PEOPLE + TWICE - found.clusters <= TWICE + 2);
    uint32_t order[PEOPLE + TWICE];
    struct wg_str *other = wg_alloc_n(w->arena, (PEOPLE + TWICE) * COLUMNS, sizeof *other);
    shuffle(order, PEOPLE + TWICE, 3);
    for (size_t i = 0; i < PEOPLE + TWICE; i++)
        memcpy(other + i * COLUMNS, cells + order[i] * COLUMNS, COLUMNS * sizeof *other);
    struct match_rows turned = {places, COLUMNS, other, PEOPLE + TWICE};
    struct match_clusters again;
    assert_int_equal(match_dedupe(&w->ctx, &turned, &w->options, NULL, &again, &measure), 0);
    assert_int_equal(again.clusters, found.clusters);
    assert_int_equal(again.n_pairs, found.n_pairs);
}

/* Neither numbers nor birth dates are known, and a family's names and door are alike: relatives are not taken for doubles. */
static void test_match__relatives_are_no_doubles_where_nobody_stands_twice(void **state)
{
    struct world *w = *state;
    struct match_rows table = {places, COLUMNS, neighbours(w), PEOPLE};
    struct match_clusters found;
    struct match_measure measure;
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &found, &measure), 0);
    assert_true(PEOPLE - found.clusters <= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_match__a_town_says_nothing_that_its_postcode_has_said, setup, teardown),
        cmocka_unit_test_setup_teardown(test_match__who_moved_is_found_by_name_though_street_town_and_postcode_differ, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_match__relatives_are_no_doubles_where_nobody_stands_twice, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
