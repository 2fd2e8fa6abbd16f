#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/match/match_test.h"

/* --- promises ------------------------------------------------------------------------------------------------------- */
/* match P1 */
static void test_match__order_of_rows_and_keys_does_not_matter(void **state)
{
    struct world *w = *state;
    size_t n;
    struct wg_str *list = list_of(w, &n);
    struct match_measure measure;
    struct match_index *index = register_of(w);
    struct match_link *links = compare(w, index, list, n, &measure);
    match_index_free(index);

    uint32_t people[MOST], order[MOST];
    shuffle(people, w->rows, 5);
    shuffle(order, n, 9);
    assert_int_equal(match_index_new(&w->ctx, fields, FIELDS, &w->options, &index), 0);
    for (size_t r = 0; r < w->rows; r++) match_index_put(index, people[r], w->cells + r * FIELDS);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    struct wg_str *turned = wg_alloc_n(w->arena, n * FIELDS, sizeof *turned);
    for (size_t i = 0; i < n; i++) memcpy(turned + order[i] * FIELDS, list + i * FIELDS, FIELDS * sizeof *turned);
    struct match_measure again;
    struct match_link *others = compare(w, index, turned, n, &again);
    match_index_free(index);
    for (size_t i = 0; i < n; i++) {
        const struct match_link *a = &links[i], *b = &others[order[i]];
        assert_int_equal(a->outcome, b->outcome);
        assert_string_equal(a->reason, b->reason);
        assert_true(a->best.probability == b->best.probability);
        if (a->best.probability > .5) assert_int_equal(people[a->best.key], b->best.key);
    }
    assert_int_equal(measure.pairs_compared, again.pairs_compared);
}

/* match P1 */
static void test_match__threads_do_not_matter(void **state)
{
    struct world *w = *state;
    size_t n;
    struct wg_str *list = list_of(w, &n);
    struct match_link *links[2];
    struct match_clusters clusters[2];
    struct match_rows table = rows_of(w->cells, w->rows);
    for (int i = 0; i < 2; i++) {
        struct match_measure measure;
        w->options.threads = i ? 4 : 1;
        struct match_index *index = register_of(w);
        links[i] = compare(w, index, list, n, &measure);
        match_index_free(index);
        assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &clusters[i], &measure), 0);
    }
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(links[0][i].outcome, links[1][i].outcome);
        assert_int_equal(links[0][i].best.key, links[1][i].best.key);
        assert_true(links[0][i].best.probability == links[1][i].best.probability);
    }
    assert_int_equal(clusters[0].n_pairs, clusters[1].n_pairs);
    assert_memory_equal(clusters[0].cluster, clusters[1].cluster, w->rows * sizeof(uint32_t));
}

/* match P2 */
static void test_match__comparing_is_symmetric(void **state)
{
    struct world *w = *state;
    struct match_index *index = register_of(w);
    uint64_t random = 3;
    for (int i = 0; i < 20000; i++) {
        uint32_t a = (uint32_t)(step(&random) % w->rows), b = (uint32_t)(step(&random) % w->rows);
        struct comparison one, two;
        assert_true(compare_rows(&index->layout, &index->dep, index_side(index, a), index_side(index, b), NULL, 0, &one));
        assert_true(compare_rows(&index->layout, &index->dep, index_side(index, b), index_side(index, a), NULL, 0, &two));
        assert_memory_equal(one.level, two.level, index->layout.n_units);
    }
    match_index_free(index);
}

/* match P2 */
static void test_match__giving_up_early_changes_no_answer(void **state)
{
    struct world *w = *state;
    struct match_index *index = register_of(w);
    struct model *model = &index->model;
    float cut = model_begin(model, &index->layout, .0005, false) + 5;
    size_t kept = 0;
    for (uint32_t a = 0; a < 60; a++) {
        for (uint32_t b = 0; b < w->rows; b++) {
            struct comparison c, full;
            struct scored scored;
            (void)compare_rows(&index->layout, &index->dep, index_side(index, a), index_side(index, b), NULL, 0, &full);
            model_score(model, &index->layout, &index->words, NULL, &full, &scored);
            bool held = compare_rows(&index->layout, &index->dep, index_side(index, a), index_side(index, b), model, cut, &c);
            if (held) assert_memory_equal(c.level, full.level, index->layout.n_units);
            if (scored.weight[CLASS_SAME] > cut) assert_true(held);
            kept += held;
        }
    }
    assert_true(kept >= 60);
    match_index_free(index);
}

/* match P3 */
static void test_match__equal_rows_always_link(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_clusters clusters;
    for (size_t i = 0; i < 100; i++)
        memcpy(w->cells + (w->rows + i) * FIELDS, w->cells + i * 5 * FIELDS, FIELDS * sizeof *w->cells);
    /* Without a number, only what is left identifies. */
    for (size_t i = 0; i < 100; i += 2) w->cells[(w->rows + i) * FIELDS] = w->cells[i * 5 * FIELDS] = (struct wg_str){0};
    struct match_rows table = rows_of(w->cells, w->rows + 100);
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &clusters, &measure), 0);
    for (size_t i = 0; i < 100; i++) assert_int_equal(clusters.cluster[w->rows + i], clusters.cluster[i * 5]);
    assert_int_equal(clusters.clusters, w->rows);
}

/* match P3 */
static void test_match__a_thousand_equal_rows_are_one(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_clusters clusters;
    for (size_t r = 0; r < 1000; r++) memcpy(w->cells + r * FIELDS, w->cells, FIELDS * sizeof *w->cells);
    struct match_rows table = rows_of(w->cells, w->rows);
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &clusters, &measure), 0);
    for (size_t r = 0; r < 1000; r++) assert_int_equal(clusters.cluster[r], 0);
}

/* match P4 */
static void test_match__every_row_has_one_outcome(void **state)
{
    struct world *w = *state;
    size_t n, sum[4] = {0};
    struct wg_str *list = list_of(w, &n);
    struct match_measure measure;
    memset(list, 0, FIELDS * sizeof *list);
    struct match_index *index = register_of(w);
    struct match_link *links = compare(w, index, list, n, &measure);
    for (size_t i = 0; i < n; i++) sum[links[i].outcome]++;
    assert_int_equal(sum[0] + sum[1] + sum[2] + sum[3], n);
    assert_int_equal(measure.rows, n);
    assert_int_equal(links[0].outcome, MATCH_REJECTED);
    assert_string_equal(links[0].reason, "nothing_to_compare");
    assert_int_equal(sum[MATCH_REJECTED], 1);
    /* The known are found and the strangers are not. */
    for (size_t i = 1; i < n / 2; i++) {
        assert_int_equal(links[i].outcome, MATCH_MATCHED);
        assert_int_equal(links[i].best.key, i * 3);
    }
    for (size_t i = n / 2; i < n; i++) assert_int_not_equal(links[i].outcome, MATCH_MATCHED);
    match_index_free(index);
}

/* match P5 */
static void test_match__a_person_takes_one_row_only(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    struct wg_str list[3 * FIELDS];
    for (size_t i = 0; i < 3; i++) memcpy(list + i * FIELDS, w->cells + 30 * FIELDS, FIELDS * sizeof *list);
    w->options.many_to_one = false;
    struct match_link *links = compare(w, index, list, 3, &measure);
    size_t matched = 0;
    for (size_t i = 0; i < 3; i++) matched += links[i].outcome == MATCH_MATCHED;
    assert_int_equal(matched, 1);
    /* Where repeats are allowed, rows that resemble each other may all be that person. */
    w->options.many_to_one = true;
    links = compare(w, index, list, 3, &measure);
    for (size_t i = 0; i < 3; i++) assert_int_equal(links[i].outcome, MATCH_MATCHED);
    match_index_free(index);
}

/* match P6 */
static void test_match__what_was_not_compared_is_counted(void **state)
{
    struct world *w = *state;
    enum { CROWD = 12000 };
    struct match_field two[] = {{COLUMN_NAME, "姓名"}, {COLUMN_SEX, "性别"}};
    struct wg_str *cells = wg_alloc_n(w->arena, CROWD * 2, sizeof *cells);
    for (size_t r = 0; r < CROWD; r++) {
        cells[r * 2] = WG_STR("王伟");
        cells[r * 2 + 1] = r % 2 ? WG_STR("男") : WG_STR("女");
    }
    struct match_rows table = {two, 2, cells, CROWD};
    struct match_clusters clusters;
    struct match_measure measure;
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &clusters, &measure), 0);
    assert_true(measure.blocks_split > 0);
    assert_true(measure.pairs_skipped > 0);
}

/* --- what officers expect ------------------------------------------------------------------------------------------- */
static void test_match__number_and_name_settle_it(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    struct wg_str row[FIELDS] = {w->cells[0], w->cells[1]};
    struct match_link *link = compare(w, index, row, 1, &measure);
    assert_int_equal(link->outcome, MATCH_MATCHED);
    assert_int_equal(link->best.key, 0);
    assert_string_equal(link->reason, "idno");
    match_index_free(index);
}

static void test_match__a_number_with_another_name_is_reviewed(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    struct wg_str row[FIELDS] = {w->cells[0], WG_STR("慕容雪峰")};
    struct match_link *link = compare(w, index, row, 1, &measure);
    assert_int_equal(link->outcome, MATCH_REVIEW);
    assert_string_equal(link->reason, "idno_and_name_differ");
    match_index_free(index);
}

static void test_match__one_wrong_digit_and_the_name_is_found(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    for (size_t at = 0; at < 18; at++) {
        char *number = wg_cstr(w->arena, w->cells[9 * FIELDS]);
        number[at] = number[at] == '1' ? '2' : '1';
        struct wg_str row[FIELDS] = {wg_str(number), w->cells[9 * FIELDS + 1]};
        if (wg_str_eq(row[0], w->cells[9 * FIELDS])) continue;
        struct match_link *link = compare(w, index, row, 1, &measure);
        assert_true(link->outcome == MATCH_MATCHED || link->outcome == MATCH_REVIEW);
        assert_int_equal(link->best.key, 9);
    }
    match_index_free(index);
}

/* Two people teach nothing about how rare a telephone is: what is usual decides. */
static void test_match__a_tiny_register_goes_by_what_is_usual(void **state)
{
    struct world *w = *state;
    struct match_index *index = NULL;
    struct match_measure measure;
    assert_int_equal(match_index_new(&w->ctx, fields, FIELDS, &w->options, &index), 0);
    for (uint32_t r = 0; r < 2; r++) match_index_put(index, r, w->cells + r * FIELDS);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    struct wg_str rows[2 * FIELDS] = {{0}, w->cells[1],        w->cells[2],          {0}, {0}, {0},
                                      {0}, WG_STR("慕容雪峰"), WG_STR("13300000003")};
    struct match_link *links = compare(w, index, rows, 2, &measure);
    assert_int_equal(links[0].outcome, MATCH_MATCHED);
    assert_int_equal(links[0].best.key, 0);
    assert_int_equal(links[1].outcome, MATCH_NEW);
    match_index_free(index);
}

static void test_match__namesakes_are_not_matched(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    for (size_t i = 0; i < 30; i++) w->cells[i * 6 * FIELDS + 1] = WG_STR("王伟");
    struct match_index *index = register_of(w);
    struct wg_str row[FIELDS] = {{0}, WG_STR("王伟")};
    struct match_link *link = compare(w, index, row, 1, &measure);
    assert_true(link->outcome == MATCH_NEW || link->outcome == MATCH_REVIEW);
    match_index_free(index);
}

static void test_match__households_do_not_merge(void **state)
{
    struct world *w = *state;
    struct match_rows table = rows_of(w->cells, w->rows);
    struct match_clusters clusters;
    struct match_measure measure;
    for (size_t r = 0; r < w->rows; r++) w->cells[r * FIELDS] = (struct wg_str){0};
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, NULL, &clusters, &measure), 0);
    assert_int_equal(clusters.clusters, w->rows);
}

/* A crowd of brothers and sisters whose names share a character, and nobody twice; match_quality_bench does it with many more. */
static void test_match__a_table_without_doubles_stays_whole(void **state)
{
    struct world *w = *state;
    enum { MANY = 3000 };
    struct world crowd = *w;
    uint64_t random = 77;
    crowd.rows = 0;
    crowd.cells = wg_alloc_n(w->arena, (size_t)MANY * 3 * FIELDS, sizeof *crowd.cells);
    for (int h = 0; h < MANY; h++) {
        const char *family = wg_fmt(w->arena, "%s%s", pick(w->arena, "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", &random),
                                    pick(w->arena, "志国建文春光成宏祥德", &random));
        const char *address = wg_fmt(w->arena, "春华小区%d号楼%d单元%d室", 1 + h / 100, 1 + h / 25 % 4, (1 + h % 25) * 100 + 1);
        int year = 1970 + (int)(step(&random) % 40);
        for (int k = 0; k < 3; k++) {
            const char *phone = wg_fmt(w->arena, "138%08d", (int)(step(&random) % 100000000));
            person(&crowd, family, year + k * 2, &random, step(&random) % 2, phone, address);
            /* No two of a household with the same name: one of three different characters after the one they share. */
            size_t at = 3 * ((size_t)(h % 5) * 3 + (size_t)k);
            crowd.cells[(crowd.rows - 1) * FIELDS + 1] =
                text(w->arena, wg_fmt(w->arena, "%s%.3s", family, &"伟强磊芳娜敏静丽艳娟霞燕军勇杰"[at]));
        }
    }
    struct match_rows rows = rows_of(crowd.cells, crowd.rows);
    struct match_clusters clusters;
    struct match_measure measure;
    assert_int_equal(match_dedupe(&w->ctx, &rows, &w->options, NULL, &clusters, &measure), 0);
    assert_true(clusters.clusters + 3 >= crowd.rows);
}

static void test_match__an_unrelated_row_changes_only_frequencies(void **state)
{
    struct world *w = *state;
    size_t n;
    struct wg_str *list = list_of(w, &n);
    struct match_measure measure;
    struct match_index *index = register_of(w);
    struct match_link *links = compare(w, index, list, n, &measure);
    struct wg_str stranger[FIELDS] = {
        idno_of(w->arena, 1903, 1, 2, 111), WG_STR("欧阳修"), WG_STR("13300000001"), WG_STR("1903-01-02"), WG_STR("男"),
        WG_STR("龙泉小区99号楼9单元909室")};
    match_index_put(index, (uint32_t)w->rows, stranger);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    struct match_link *again = compare(w, index, list, n, &measure);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(links[i].outcome, again[i].outcome);
        assert_true(fabs(links[i].best.probability - again[i].best.probability) < .01);
    }
    match_index_free(index);
}

static void test_match__the_index_follows_its_people(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_index *index = register_of(w);
    struct wg_str newcomer[FIELDS] = {
        idno_of(w->arena, 1999, 9, 9, 99), WG_STR("慕容雪峰"), WG_STR("13300000002"), {0}, {0}, {0}};
    struct wg_str *row = newcomer;
    assert_int_equal(compare(w, index, row, 1, &measure)->outcome, MATCH_NEW);
    match_index_put(index, 5000, newcomer);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    assert_int_equal(compare(w, index, row, 1, &measure)->best.key, 5000);
    assert_int_equal(compare(w, index, row, 1, &measure)->outcome, MATCH_MATCHED);
    match_index_drop(index, 5000);
    assert_int_equal(compare(w, index, row, 1, &measure)->outcome, MATCH_NEW);
    assert_int_equal(match_index_size(index), w->rows);
    /* Replaced: found by the new name, not by the old. */
    match_index_put(index, 0, newcomer);
    assert_int_equal(match_index_ready(&w->ctx, index, NULL), 0);
    assert_int_equal(compare(w, index, row, 1, &measure)->best.key, 0);
    match_index_free(index);
}

static void test_match__putting_many_equals_putting_each(void **state)
{
    struct world *w = *state;
    size_t n;
    struct wg_str *list = list_of(w, &n);
    struct match_measure measure;
    struct match_rows table = rows_of(w->cells, w->rows);
    struct match_index *index = register_of(w), *bulk = NULL;
    assert_int_equal(match_index_new(&w->ctx, fields, FIELDS, &w->options, &bulk), 0);
    match_index_put_rows(bulk, 0, &table);
    assert_int_equal(match_index_ready(&w->ctx, bulk, NULL), 0);
    struct match_link *one = compare(w, index, list, n, &measure), *two = compare(w, bulk, list, n, &measure);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(one[i].best.key, two[i].best.key);
        assert_true(one[i].best.probability == two[i].best.probability);
    }
    match_index_free(index);
    match_index_free(bulk);
}

static void test_match__an_explanation_adds_up(void **state)
{
    struct world *w = *state;
    size_t n;
    struct wg_str *list = list_of(w, &n);
    struct match_index *index = register_of(w);
    struct match_rows rows = rows_of(list, n);
    struct match_weights *weights = NULL;
    assert_int_equal(match_learn(&w->ctx, index, &rows, &w->options, &weights), 0);
    w->options.weights = weights;
    for (size_t i = 0; i < 20; i++) {
        struct match_explanation e;
        assert_int_equal(match_explain(&w->ctx, index, &rows, i, (uint32_t)(i * 3), &w->options, &e), 0);
        double sum = e.prior;
        for (size_t f = 0; f < e.n_fields; f++) sum += e.fields[f].weight;
        assert_true(fabs(1 / (1 + exp2(-sum)) - e.probability) < 1e-3);
        assert_true(fabs(e.prior + e.weight - sum) < .1);
        assert_non_null(strstr(e.sentence, "姓名相同"));
    }
    struct match_explanation e;
    assert_int_not_equal(match_explain(&w->ctx, index, &rows, 0, 999999, &w->options, &e), 0);
    match_index_free(index);
}

static void test_match__weights_of_other_fields_are_passed_over(void **state)
{
    struct world *w = *state;
    struct match_measure measure;
    struct match_weights *zeros = wg_alloc(w->arena, match_weights_bytes());
    struct match_index *index = register_of(w);
    w->options.weights = zeros;
    struct match_link *link = compare(w, index, w->cells, 1, &measure);
    assert_int_equal(link->outcome, MATCH_MATCHED);
    match_index_free(index);
}

static void test_match__nothing_to_compare_is_refused(void **state)
{
    struct world *w = *state;
    struct match_index *index = NULL;
    struct match_field none = {COLUMN_NOTE, "备注"};
    assert_int_equal(match_index_new(&w->ctx, &none, 1, &w->options, &index), WG_E_MATCH_NOTHING);
    assert_null(index);
}

static bool stop_at_once(void *arg)
{
    (void)arg;
    return true;
}

static void test_match__work_can_be_cancelled(void **state)
{
    struct world *w = *state;
    struct match_rows table = rows_of(w->cells, w->rows);
    struct match_clusters clusters;
    struct match_measure measure;
    struct wg_progress progress = {.cancelled = stop_at_once};
    assert_int_equal(match_dedupe(&w->ctx, &table, &w->options, &progress, &clusters, &measure), WG_E_CANCELLED);
    struct match_index *index = register_of(w);
    struct match_link *links = NULL;
    assert_int_equal(match_list(&w->ctx, index, &table, &w->options, &progress, &links, &measure), WG_E_CANCELLED);
    match_index_free(index);
}

/* --- levels --------------------------------------------------------------------------------------------------------- */
static uint8_t level_of(struct world *w, enum column_kind kind, const char *a, const char *b)
{
    struct match_field field = {kind, "x"};
    struct match_index *index = NULL;
    assert_int_equal(match_index_new(&w->ctx, &field, 1, &w->options, &index), 0);
    struct wg_str one = wg_str(a), two = wg_str(b);
    match_index_put(index, 0, &one);
    match_index_put(index, 1, &two);
    struct comparison c;
    (void)compare_rows(&index->layout, &index->dep, index_side(index, 0), index_side(index, 1), NULL, 0, &c);
    uint8_t level = LEVEL_MISSING;
    for (size_t u = 0; u < index->layout.n_units && level == LEVEL_MISSING; u++) level = c.level[u];
    match_index_free(index);
    return level;
}

static void test_match__levels_say_how_two_values_differ(void **state)
{
    struct world *w = *state;
    static const struct {
        enum column_kind kind;
        const char *a, *b;
        enum level level;
    } cases[] = {
        {COLUMN_NAME, "王伟", "王伟", LEVEL_SAME},
        {COLUMN_NAME, "王伟", "王玮", LEVEL_SAME_PINYIN},
        {COLUMN_NAME, "张建国", "张国建", LEVEL_SWAPPED},
        {COLUMN_NAME, "张建国", "张国", LEVEL_PART},
        {COLUMN_NAME, "王伟", "王芳", LEVEL_SURNAME_ONLY},
        {COLUMN_NAME, "王伟", "李伟", LEVEL_GIVEN_ONLY},
        {COLUMN_NAME, "王伟", "李芳", LEVEL_DIFFERS},
        {COLUMN_NAME, "王伟", "Wang Wei", LEVEL_SAME_PINYIN},
        {COLUMN_NAME, "张小明", "Xiaoming Zhang", LEVEL_SAME_PINYIN},
        {COLUMN_GIVEN_NAME, "Robert", "Rob", LEVEL_PART},
        {COLUMN_GIVEN_NAME, "Robert", "Robret", LEVEL_NEAR},
        {COLUMN_GIVEN_NAME, "Smith", "Smyth", LEVEL_NEAR},
        {COLUMN_GIVEN_NAME, "Philip", "Filip", LEVEL_SAME_SOUND},
        {COLUMN_GIVEN_NAME, "J", "John", LEVEL_PART},
        {COLUMN_BIRTH, "1980-03-04", "1980-04-03", LEVEL_SWAPPED},
        {COLUMN_BIRTH, "1980-03-04", "1986-03-04", LEVEL_ONE_DIGIT},
        {COLUMN_BIRTH, "1980-03-04", "1980", LEVEL_YEAR_ONLY},
        {COLUMN_BIRTH, "1980-03-04", "1951-11-27", LEVEL_DIFFERS},
        {COLUMN_PHONE, "13800001111", "+86 138 0000 1111", LEVEL_SAME},
        {COLUMN_PHONE, "13800001111", "13800001121", LEVEL_ONE_DIGIT},
        {COLUMN_PHONE, "13800012111", "13800021111", LEVEL_TRANSPOSED},
        {COLUMN_ADDRESS, "春华小区3号楼2单元501室", "春华小区3-2-501", LEVEL_SAME},
        {COLUMN_ADDRESS, "春华小区3号楼2单元501室", "春华小区三号楼二单元502", LEVEL_SAME_UNIT},
        {COLUMN_ADDRESS, "春华小区3号楼2单元501室", "春华小区4号楼", LEVEL_SAME_COMPOUND},
        {COLUMN_ADDRESS, "春华小区3号楼2单元501室", "秋实小区1号楼1单元101", LEVEL_DIFFERS},
        {COLUMN_ADDRESS, "12 Pridham Street", "12 pridhamstreet", LEVEL_NEAR},
        {COLUMN_POSTCODE, "2010", "2011", LEVEL_ONE_DIGIT},
        {COLUMN_EMAIL, "a.smith@x.org", "A.Smith@x.org", LEVEL_SAME},
        {COLUMN_EMAIL, "a.smith@x.org", "a.smith@y.com", LEVEL_PART},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t level = level_of(w, cases[i].kind, cases[i].a, cases[i].b);
        if (level != cases[i].level)
            print_error("%s | %s: level %d, not %d\n", cases[i].a, cases[i].b, level, (int)cases[i].level);
        assert_int_equal(level, cases[i].level);
        assert_int_equal(level_of(w, cases[i].kind, cases[i].b, cases[i].a), cases[i].level);
    }
}

static void test_match__masked_numbers_meet_where_both_show(void **state)
{
    struct world *w = *state;
    struct wg_str full = idno_of(w->arena, 1980, 1, 2, 123);
    char *hidden = wg_cstr(w->arena, full);
    memset(hidden + 6, '*', 8);
    assert_int_equal(level_of(w, COLUMN_IDNO, wg_cstr(w->arena, full), hidden), LEVEL_MASKED_SAME);
    hidden[16] = hidden[16] == '1' ? '2' : '1';
    assert_int_equal(level_of(w, COLUMN_IDNO, wg_cstr(w->arena, full), hidden), LEVEL_DIFFERS);
}

static double jw(const char *a, const char *b)
{
    return text_jaro_winkler((const uint8_t *)a, strlen(a), (const uint8_t *)b, strlen(b));
}

/* Winkler's own examples. */
static void test_match__jaro_winkler_agrees_with_its_paper(void **state)
{
    (void)state;
    assert_true(fabs(jw("MARTHA", "MARHTA") - .9611) < 1e-4);
    assert_true(fabs(jw("DIXON", "DICKSONX") - .8133) < 1e-4);
    assert_true(fabs(jw("DWAYNE", "DUANE") - .84) < 1e-4);
    assert_true(jw("abc", "xyz") == 0);
    assert_true(jw("", "a") == 0);
    assert_true(jw("same", "same") == 1);
}

static void test_match__edits_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int edits;
    } cases[] = {{"abcd", "abcd", 0},     {"abcd", "abxd", 1},     {"abcd", "acbd", 1}, {"abcd", "abd", 1},
                 {"abcdef", "badcef", 2}, {"abcdef", "uvwxyz", 3}, {"", "ab", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool transposed = false;
        const uint8_t *a = (const uint8_t *)cases[i].a, *b = (const uint8_t *)cases[i].b;
        size_t n = strlen(cases[i].a), m = strlen(cases[i].b);
        assert_int_equal(text_distance(a, n, b, m, 2, &transposed), cases[i].edits);
        assert_int_equal(text_distance(b, m, a, n, 2, &transposed), cases[i].edits);
    }
}

/* A name of which only a part is said (小李, 阿明, 李*) speaks for whom it fits, and against others; no error is counted. */
static void test_match__part_of_a_name_agrees_as_far_as_it_goes(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"李晓明", "王伟", "小李", "阿明", "李*明", "老赵", "小李"};
    static const struct match_field name = {COLUMN_NAME, "姓名"};
    struct match_index *index = NULL;
    assert_int_equal(match_index_new(&w->ctx, &name, 1, &w->options, &index), 0);
    for (uint32_t i = 0; i < 7; i++) {
        struct wg_str cell = wg_str(names[i]);
        match_index_put(index, i, &cell);
    }
    static const struct {
        uint32_t a, b;
        uint8_t level;
    } meet[] = {{0, 2, LEVEL_MASKED_SAME}, {0, 3, LEVEL_MASKED_SAME}, {0, 4, LEVEL_MASKED_SAME}, {0, 5, LEVEL_DIFFERS},
                {1, 2, LEVEL_DIFFERS},     {1, 3, LEVEL_DIFFERS},     {2, 3, LEVEL_MISSING},     {2, 6, LEVEL_MASKED_SAME}};
    for (size_t i = 0; i < sizeof meet / sizeof *meet; i++) {
        struct comparison one, two;
        (void)compare_rows(&index->layout, &index->dep, index_side(index, meet[i].a), index_side(index, meet[i].b), NULL, 0,
                           &one);
        (void)compare_rows(&index->layout, &index->dep, index_side(index, meet[i].b), index_side(index, meet[i].a), NULL, 0,
                           &two);
        assert_int_equal(one.level[index->layout.name], meet[i].level);
        assert_int_equal(two.level[index->layout.name], meet[i].level); /* match P2 */
    }
    match_index_free(index);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_match__order_of_rows_and_keys_does_not_matter),
        T(test_match__threads_do_not_matter),
        T(test_match__part_of_a_name_agrees_as_far_as_it_goes),
        T(test_match__comparing_is_symmetric),
        T(test_match__giving_up_early_changes_no_answer),
        T(test_match__equal_rows_always_link),
        T(test_match__a_thousand_equal_rows_are_one),
        T(test_match__every_row_has_one_outcome),
        T(test_match__a_person_takes_one_row_only),
        T(test_match__what_was_not_compared_is_counted),
        T(test_match__number_and_name_settle_it),
        T(test_match__a_table_without_doubles_stays_whole),
        T(test_match__a_number_with_another_name_is_reviewed),
        T(test_match__one_wrong_digit_and_the_name_is_found),
        T(test_match__a_tiny_register_goes_by_what_is_usual),
        T(test_match__namesakes_are_not_matched),
        T(test_match__households_do_not_merge),
        T(test_match__an_unrelated_row_changes_only_frequencies),
        T(test_match__the_index_follows_its_people),
        T(test_match__putting_many_equals_putting_each),
        T(test_match__an_explanation_adds_up),
        T(test_match__weights_of_other_fields_are_passed_over),
        T(test_match__nothing_to_compare_is_refused),
        T(test_match__work_can_be_cancelled),
        T(test_match__levels_say_how_two_values_differ),
        T(test_match__masked_numbers_meet_where_both_show),
        T(test_match__jaro_winkler_agrees_with_its_paper),
        T(test_match__edits_are_counted),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
