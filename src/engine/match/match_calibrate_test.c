/* Probabilities that come true: what strangers have in common by chance, and what a person's own repeats are. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "match_test.h"

enum { COLUMNS = 4, PEOPLE = 6000 };
static const struct match_field columns[COLUMNS] = {
    {COLUMN_NAME, "姓名"}, {COLUMN_SEX, "性别"}, {COLUMN_PHONE, "电话"}, {COLUMN_ADDRESS, "住址"}};

/* A number below n, the small ones more often. */
static size_t skewed(uint64_t *random, size_t n)
{
    size_t x = step(random) % n;
    return x * (step(random) % n) / n;
}

static const char *const characters[2] = {"伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林东海峰建国志文永春生成光宏"
                                          "祥德庆福贵云山振兴立新嘉泽轩睿博瀚梓晨铭",
                                          "芳娜敏静丽艳娟霞燕玲桂英秀兰红梅玉凤琴莉萍雪颖倩婷慧洁佳欣怡思雨涵梦琪诗悦雅馨萱语彤"
                                          "可心若晴晓珊瑶琳璐蕾薇蓉菊莲香翠珍淑惠美"};

static const char *given(struct wg_arena *arena, bool male, uint64_t *random)
{
    return wg_fmt(arena, "%.3s", characters[male] + 3 * skewed(random, strlen(characters[male]) / 3));
}

/* Men and women have characters of their own. */
static void called(struct world *w, struct wg_str *row, uint64_t *random)
{
    static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"};
    bool male = step(random) % 2;
    const char *surname = surnames[step(random) % 12], *first = given(w->arena, male, random);
    row[0] = text(w->arena, wg_fmt(w->arena, "%s%s%s", surname, first, given(w->arena, male, random)));
    row[1] = male ? WG_STR("男") : WG_STR("女");
}

static void lives(struct world *w, struct wg_str *row, uint64_t *random)
{
    row[2] = text(w->arena, wg_fmt(w->arena, "13%09d", (int)(step(random) % 1000000000)));
    row[3] = text(w->arena, wg_fmt(w->arena, "春华小区%d号楼%d单元%d室", 1 + (int)(step(random) % 60),
                                   1 + (int)(step(random) % 4), 100 + (int)(step(random) % 900)));
}

static struct wg_str *people(struct world *w, size_t n, uint64_t seed)
{
    struct wg_str *cells = wg_alloc_n(w->arena, n * COLUMNS, sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        called(w, cells + i * COLUMNS, &seed);
        lives(w, cells + i * COLUMNS, &seed);
    }
    return cells;
}

static struct match_index *index_people(struct world *w, const struct wg_str *cells, size_t n)
{
    struct match_rows table = {columns, COLUMNS, cells, n};
    struct match_index *index = NULL;
    assert_int_equal(match_index_new(&w->ctx, columns, COLUMNS, &w->options, &index), 0);
    match_index_put_rows(index, 0, &table);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    return index;
}

/* match.h: u from counts - a name tells the sex of strangers too */
static void test_match__sex_is_no_witness_once_names_agree(void **state)
{
    struct world *w = *state;
    struct wg_str *cells = people(w, PEOPLE, 3);
    struct match_index *index = index_people(w, cells, PEOPLE);
    struct wg_str list[COLUMNS] = {cells[0], cells[1]};
    struct match_rows rows = {columns, COLUMNS, list, 1};
    struct match_explanation why;
    assert_int_equal(match_explain(&w->ctx, index, &rows, 0, 0, &w->options, &why), 0);
    for (size_t i = 0; i < why.n_fields; i++) {
        if (why.fields[i].kind == COLUMN_SEX) assert_true(why.fields[i].weight < .3);
    }
    match_index_free(index);
}

/* match.h: "agreement weighed by how rare the shared value is" - as rare as strangers find it to be */
static void test_match__strangers_have_a_name_that_few_hold_as_often_as_is_believed(void **state)
{
    struct world *w = *state;
    enum { STRANGERS = 24000 };
    struct match_index *index = index_people(w, people(w, PEOPLE, 3), PEOPLE);
    struct wg_str *strangers = people(w, STRANGERS, 4);
    size_t name = (size_t)index->layout.name;
    double met[5] = {0}, believed[5] = {0};
    index->model.within = false;
    (void)model_begin(&index->model, &index->layout, .5 / PEOPLE, false);
    for (size_t i = 0; i < STRANGERS; i++) {
        uint32_t value = words_find(&index->words, UNIT_NAME, strangers[i * COLUMNS]);
        uint32_t holders = value ? words_count(&index->words, value) : 0;
        if (holders < 5) met[holders]++;
    }
    for (uint32_t v = words_next(&index->words, 0); v; v = words_next(&index->words, v)) {
        uint32_t holders = words_count(&index->words, v);
        if (words_blob_own(&index->words, v).domain != UNIT_NAME || holders >= 5) continue;
        double bits = (double)model_rarity(&index->model, &index->words, name, UNIT_NAME, LEVEL_SAME, v);
        believed[holders] += STRANGERS * exp2(-bits);
    }
    for (size_t holders = 1; holders < 4; holders++) {
        assert_true(met[holders] > 100);
        assert_true(fabs(believed[holders] / met[holders] - 1) < .4);
    }
    match_index_free(index);
}

/* match.h: the same - of a list of which six in ten are known, half of them by a name only */
static void test_match__how_many_of_a_list_are_known_is_learnt_where_many_have_a_name_only(void **state)
{
    struct world *w = *state;
    enum { ROWS = 2000 };
    uint64_t random = 5;
    struct wg_str *cells = people(w, PEOPLE, 3), *list = people(w, ROWS, 6);
    for (size_t i = 0; i < ROWS; i++) {
        struct wg_str *row = list + i * COLUMNS, *person = cells + i * COLUMNS;
        if (i % 10 < 6) memcpy(row, person, COLUMNS * sizeof *row);
        row[1] = (struct wg_str){0};
        if (i % 2) row[2] = row[3] = (struct wg_str){0};
        if (i % 10 == 4) row[2] = text(w->arena, wg_fmt(w->arena, "15%09d", (int)(step(&random) % 1000000000)));
    }
    struct match_index *index = index_people(w, cells, PEOPLE);
    struct match_rows rows = {columns, COLUMNS, list, ROWS};
    struct match_weights *learnt = NULL;
    assert_int_equal(match_learn(&w->ctx, index, &rows, &w->options, &learnt), 0);
    double known = learnt->model.lambda[CLASS_SAME] * learnt->model.rows;
    assert_true(known > .56 && known < .64);
    match_index_free(index);
}

/* match.h: clusters - two of one name, each written many times, most of them by name only */
static void test_match__namesakes_with_telephones_of_their_own_are_two_clusters(void **state)
{
    struct world *w = *state;
    enum { PAIRS = 300, TIMES = 8, ROWS = 2 * PAIRS * TIMES, OTHERS = 2000 };
    struct wg_str *persons = people(w, 2 * PAIRS, 8), *others = people(w, OTHERS, 9);
    struct wg_str *cells = wg_alloc_n(w->arena, (ROWS + OTHERS) * COLUMNS, sizeof *cells);
    for (size_t i = 0; i < ROWS; i++) {
        struct wg_str *row = cells + i * COLUMNS;
        size_t person = i / TIMES, time = i % TIMES;
        memcpy(row, persons + person * COLUMNS, COLUMNS * sizeof *row);
        if (person % 20 == 1) memcpy(row, persons + (person - 1) * COLUMNS, 2 * sizeof *row); /* called as the one before */
        if (time > 1) row[2] = row[3] = (struct wg_str){0};
    }
    memcpy(cells + ROWS * COLUMNS, others, OTHERS * COLUMNS * sizeof *cells);
    struct match_rows table = {columns, COLUMNS, cells, ROWS + OTHERS};
    struct match_clusters found;
    struct match_measure measure;
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &found, &measure), 0);
    size_t mixed = 0;
    for (size_t i = 0; i < ROWS; i += 2 * TIMES) mixed += found.cluster[i] == found.cluster[i + TIMES];
    assert_int_equal(mixed, 0);
}

/* match P9 */
static void test_match__a_person_entered_twice_is_matched_and_two_namesakes_are_not(void **state)
{
    struct world *w = *state;
    struct wg_str *cells = people(w, PEOPLE, 3), row[COLUMNS];
    memcpy(cells + COLUMNS, cells, COLUMNS * sizeof *cells); /* entered twice, in the end without the sex */
    cells[COLUMNS + 1] = (struct wg_str){0};
    cells[3 * COLUMNS] = cells[2 * COLUMNS]; /* of one name, with telephones and doors of their own */
    struct match_index *index = index_people(w, cells, PEOPLE);
    struct match_rows rows = {columns, COLUMNS, row, 1};
    struct match_link *links = NULL;
    struct match_measure measure;
    memcpy(row, cells, sizeof row);
    row[2] = (struct wg_str){0};
    assert_int_equal(match_list(&w->ctx, index, &rows, &w->options, NULL, &links, &measure), 0);
    assert_int_equal(links[0].outcome, MATCH_MATCHED);
    assert_true(links[0].best.key < 2);
    memcpy(row, cells + 2 * COLUMNS, sizeof row);
    row[2] = row[3] = (struct wg_str){0};
    assert_int_equal(match_list(&w->ctx, index, &rows, &w->options, NULL, &links, &measure), 0);
    assert_int_not_equal(links[0].outcome, MATCH_MATCHED);
    match_index_free(index);
}

/* match.h: "agreement weighed by how rare the shared value is" - a person's own second entry does not make a name common */
static void test_match__who_stands_twice_is_as_probable_by_name_as_who_stands_once(void **state)
{
    struct world *w = *state;
    enum { TWICE = 600, HALF = 300, ROWS = 2 * HALF };
    struct wg_str *persons = people(w, PEOPLE, 3), *list = wg_alloc_n(w->arena, ROWS * COLUMNS, sizeof *list);
    struct wg_str *cells = wg_alloc_n(w->arena, (PEOPLE + TWICE) * COLUMNS, sizeof *cells);
    memcpy(cells, persons, PEOPLE * COLUMNS * sizeof *cells);
    memcpy(cells + PEOPLE * COLUMNS, persons, TWICE * COLUMNS * sizeof *cells);
    for (size_t i = 0; i < ROWS; i++) list[i * COLUMNS] = persons[(TWICE - HALF + i) * COLUMNS];
    struct match_index *index = index_people(w, cells, PEOPLE + TWICE);
    struct match_rows rows = {columns, COLUMNS, list, ROWS};
    struct match_link *links = NULL;
    struct match_measure measure;
    assert_int_equal(match_list(&w->ctx, index, &rows, &w->options, NULL, &links, &measure), 0);
    double twice = 0, once = 0;
    for (size_t i = 0; i < HALF; i++) {
        twice += links[i].best.probability / HALF;
        once += links[HALF + i].best.probability / HALF;
    }
    assert_true(once > .5);
    assert_true(twice > once - .1);
    match_index_free(index);
}

/* match.h: an age is of the day the list is of, which may be years ago */
static void test_match__ages_of_an_old_list_are_compared_on_its_own_day(void **state)
{
    struct world *w = *state;
    enum { ROWS = 400, AGO = 9 };
    static const struct match_field born[3] = {{COLUMN_NAME, "姓名"}, {COLUMN_BIRTH, "出生日期"}, {COLUMN_PHONE, "电话"}};
    static const struct match_field aged[3] = {{COLUMN_NAME, "姓名"}, {COLUMN_AGE, "年龄"}, {COLUMN_PHONE, "电话"}};
    struct wg_str *persons = people(w, PEOPLE, 3), *cells = wg_alloc_n(w->arena, PEOPLE * 3, sizeof *cells);
    struct wg_str *list = wg_alloc_n(w->arena, ROWS * 3, sizeof *list);
    uint64_t random = 21;
    for (size_t i = 0; i < PEOPLE; i++) {
        int year = 1940 + (int)(step(&random) % 60);
        cells[i * 3] = persons[i * COLUMNS];
        cells[i * 3 + 1] = text(w->arena, wg_fmt(w->arena, "%d-06-15", year));
        cells[i * 3 + 2] = persons[i * COLUMNS + 2];
        if (i >= ROWS) continue;
        list[i * 3] = cells[i * 3];
        list[i * 3 + 1] = text(w->arena, wg_fmt(w->arena, "%d", 2020 - year - AGO - (int)(step(&random) % 2)));
        if (i % 2) list[i * 3 + 2] = cells[i * 3 + 2];
    }
    struct match_index *index = NULL;
    struct match_rows table = {born, 3, cells, PEOPLE}, rows = {aged, 3, list, ROWS};
    assert_int_equal(match_index_new(&w->ctx, born, 3, &w->options, &index), 0);
    match_index_put_rows(index, 0, &table);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    struct match_explanation why;
    double age = 0;
    assert_int_equal(match_explain(&w->ctx, index, &rows, 0, 0, &w->options, &why), 0);
    for (size_t i = 0; i < why.n_fields; i++) age += why.fields[i].kind == COLUMN_AGE ? why.fields[i].weight : 0;
    assert_true(age > 3);
    match_index_free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_match__sex_is_no_witness_once_names_agree, setup, teardown),
        cmocka_unit_test_setup_teardown(test_match__strangers_have_a_name_that_few_hold_as_often_as_is_believed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_match__how_many_of_a_list_are_known_is_learnt_where_many_have_a_name_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_match__namesakes_with_telephones_of_their_own_are_two_clusters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_match__a_person_entered_twice_is_matched_and_two_namesakes_are_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_match__who_stands_twice_is_as_probable_by_name_as_who_stands_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_match__ages_of_an_old_list_are_compared_on_its_own_day, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
