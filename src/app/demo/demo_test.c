/* What the made-up world promises (demo.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/demo/demo_internal.h"
#include "engine/people/people.h"
#include "engine/tabular/tabular.h"

struct fixture {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct demo_world *world; /* small, seed 1 */
};

static wg_day fixed_day(void)
{
    return wg_day_from_civil(2026, 3, 5);
}

static struct demo_world *make(struct wg_ctx *ctx, enum demo_size size, uint64_t seed, wg_day today)
{
    struct demo_options options = {.size = size, .seed = seed, .today = today};
    struct demo_world *world = NULL;
    assert_int_equal(demo_world_make(ctx, &options, &world), 0);
    return world;
}

static int set_up(void **state)
{
    struct fixture *f = wg_xcalloc(1, sizeof *f);
    f->arena = wg_arena_new();
    f->ctx = wg_ctx(f->arena);
    f->ctx.zone = DEMO_ZONE;
    f->ctx.now = wg_day_start(fixed_day(), DEMO_ZONE) + 15 * (wg_time)WG_HOUR;
    f->world = make(&f->ctx, DEMO_SMALL, 1, fixed_day());
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    wg_arena_free(f->arena);
    free(f);
    return 0;
}

/* --- P1 ----------------------------------------------------------------------------------------------------------------------- */
static void add_text(struct wg_buf *buf, const char *text)
{
    wg_buf_puts(buf, text ? text : "-");
    wg_buf_putc(buf, '\n');
}

/* Everything a world says, as text: no padding, no pointers. */
static void print_world(const struct demo_world *world, struct wg_buf *buf)
{
    char id[WG_ID_TEXT + 1];
    wg_buf_init(buf, (size_t)64 << 20);
    for (int32_t i = 0; i < world->n_places; i++) {
        const struct demo_place *p = &world->places[i];
        wg_id_format(p->id, id);
        wg_buf_fmt(buf, "%s %s %s %s %d %d %d %d ", id, p->path, p->kind, p->name, (int)p->level, (int)p->parent, (int)p->end,
                   (int)p->n_people);
        add_text(buf, p->label);
    }
    for (int32_t i = 0; i < world->n_people; i++) {
        const struct demo_person *p = &world->people[i];
        wg_id_format(p->id, id);
        wg_buf_fmt(buf, "%s %d %d %d %d %s %s %s %d %d %d %s ", id, (int)p->place, (int)p->mother, (int)p->father,
                   (int)p->birth, p->name, p->idno, p->phone, p->sex, p->relation, p->old_number, p->state);
        add_text(buf, p->note);
    }
    for (int32_t i = 0; i < world->n_workers; i++) {
        wg_buf_fmt(buf, "%s %s %d ", world->workers[i].name, world->workers[i].phone, (int)world->workers[i].role);
        add_text(buf, world->workers[i].login);
    }
    for (int32_t i = 0; i < world->n_duties; i++) {
        const struct demo_duty *d = &world->duties[i];
        wg_buf_fmt(buf, "%d %d %d %d %d\n", (int)d->place, (int)d->worker, d->lead + 2 * d->overlaps, (int)d->from,
                   (int)d->until);
    }
    for (int32_t i = 0; i < world->n_absences; i++) {
        const struct demo_absence *a = &world->absences[i];
        wg_buf_fmt(buf, "%d %d %d %d ", (int)a->worker, (int)a->stand_in, (int)a->from, (int)a->until);
        add_text(buf, a->reason);
    }
    assert_false(buf->failed);
}

static void test_demo__same_options_give_the_same_world(void **state)
{
    struct fixture *f = *state; /* demo P1 */
    struct wg_buf first, again, other;
    print_world(f->world, &first);
    print_world(make(&f->ctx, DEMO_SMALL, 1, fixed_day()), &again);
    print_world(make(&f->ctx, DEMO_SMALL, 2, fixed_day()), &other);
    assert_int_equal(first.n, again.n);
    assert_memory_equal(first.p, again.p, first.n);
    assert_false(first.n == other.n && memcmp(first.p, other.p, first.n) == 0);
    wg_buf_free(&first);
    wg_buf_free(&again);
    wg_buf_free(&other);
}

static void test_demo__people_do_not_change_within_a_year(void **state)
{
    struct fixture *f = *state; /* demo P1 */
    const struct demo_world *later = make(&f->ctx, DEMO_SMALL, 1, wg_day_from_civil(2026, 12, 31));
    assert_int_equal(later->n_people, f->world->n_people);
    for (int32_t i = 0; i < later->n_people; i++) {
        assert_string_equal(later->people[i].name, f->world->people[i].name);
        assert_int_equal(later->people[i].birth, f->world->people[i].birth);
    }
}

/* --- P2 ----------------------------------------------------------------------------------------------------------------------- */
static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_numbers(struct wg_ctx *ctx, const struct demo_world *world)
{
    const char **numbers = wg_alloc_n(ctx->arena, (size_t)world->n_people + 1, sizeof *numbers);
    size_t n = 0;
    for (int32_t i = 0; i < world->n_people; i++) {
        const struct demo_person *p = &world->people[i];
        if (!p->idno[0]) continue;
        struct people_idno read = people_idno_read(wg_str(p->idno), world->options.today);
        assert_int_equal(read.fault, IDNO_OK);
        assert_string_equal(read.text, p->idno);
        assert_int_equal(read.area, 219999);
        assert_int_equal(read.birth, p->birth);
        assert_int_equal(read.sex, p->sex);
        numbers[n++] = p->idno;
    }
    assert_true((int64_t)n > (int64_t)world->n_people * 98 / 100);
    qsort(numbers, n, sizeof *numbers, compare_texts);
    for (size_t i = 1; i < n; i++) assert_string_not_equal(numbers[i - 1], numbers[i]);
}

static void test_demo__identity_numbers_are_right_and_nobodys(void **state)
{
    struct fixture *f = *state; /* demo P2 */
    check_numbers(&f->ctx, f->world);
}

static void test_demo__telephones_are_unissued(void **state)
{
    struct fixture *f = *state; /* demo P2 */
    int shared = 0, none = 0;
    for (int32_t i = 0; i < f->world->n_people; i++) {
        const struct demo_person *p = &f->world->people[i];
        if (!p->phone[0]) {
            none++;
            continue;
        }
        assert_int_equal(strlen(p->phone), 13);
        assert_true(strncmp(p->phone, "86154", 5) == 0 || strncmp(p->phone, "86194", 5) == 0);
        struct people_phone read = people_phone_read(wg_str(p->phone + 2), "421", NULL);
        assert_int_equal(read.fault, PHONE_OK);
        assert_string_equal(read.text, p->phone);
        if (i > 0 && f->world->people[i - 1].place == p->place) shared += strcmp(f->world->people[i - 1].phone, p->phone) == 0;
    }
    assert_true(shared > f->world->n_people / 50); /* families share */
    assert_true(none > 0);
}

/* --- P3 ----------------------------------------------------------------------------------------------------------------------- */
static bool same_surname(const struct demo_person *a, const struct demo_person *b)
{
    return a->surname == b->surname && memcmp(a->name, b->name, a->surname) == 0;
}

static void check_parent(const struct demo_world *world, const struct demo_person *child, int32_t at, int sex, int most)
{
    if (at == DEMO_NOBODY) return;
    const struct demo_person *parent = &world->people[at];
    int days = child->birth - parent->birth;
    assert_int_equal(parent->place, child->place);
    assert_int_equal(parent->sex, sex);
    assert_in_range(days, 16 * 365, most * 366);
}

static void check_families(const struct demo_world *world)
{
    for (int32_t i = 0; i < world->n_people; i++) {
        const struct demo_person *p = &world->people[i];
        check_parent(world, p, p->mother, 2, 50);
        check_parent(world, p, p->father, 1, 75);
        if (p->father == DEMO_NOBODY) continue;
        assert_true(same_surname(p, &world->people[p->father]) ||
                    (p->mother != DEMO_NOBODY && same_surname(p, &world->people[p->mother])));
    }
    for (int32_t i = 0; i < world->n_places; i++) {
        const struct demo_place *place = &world->places[i];
        int heads = 0;
        for (int32_t k = 0; k < place->n_people; k++) {
            const struct demo_person *p = &world->people[place->first_person + k];
            assert_int_equal(p->place, i);
            heads += p->relation == 0;
            for (int32_t j = 0; j < k; j++) assert_string_not_equal(world->people[place->first_person + j].name, p->name);
        }
        assert_int_equal(heads, place->n_people > 0);
    }
}

static void test_demo__families_hold_together(void **state)
{
    struct fixture *f = *state; /* demo P3 */
    check_families(f->world);
}

static void test_demo__nobody_is_born_in_the_year_or_too_old(void **state)
{
    struct fixture *f = *state; /* demo P2 */
    wg_day anchor = wg_day_from_civil(2026, 1, 1);
    for (int32_t i = 0; i < f->world->n_people; i++) {
        assert_true(f->world->people[i].birth < anchor);
        assert_true(f->world->people[i].birth > anchor - 106 * 366);
    }
}

/* --- P4 ----------------------------------------------------------------------------------------------------------------------- */
static void check_tree(const struct demo_world *world)
{
    int32_t people = 0;
    for (int32_t i = 1; i < world->n_places; i++) {
        const struct demo_place *p = &world->places[i], *up = &world->places[p->parent];
        assert_true(strcmp(world->places[i - 1].path, p->path) < 0);
        assert_int_equal(strlen(p->path), strlen(up->path) + PLACE_STEP);
        assert_memory_equal(p->path, up->path, strlen(up->path));
        assert_true(up->level < p->level);
        assert_true(p->parent < i && i < up->end && p->end <= up->end);
        if (p->level != LEVEL_HOUSEHOLD) continue;
        assert_int_not_equal(demo_place_above(world, i, LEVEL_GRID), DEMO_NOBODY);
        assert_int_equal(p->first_person, people);
        people += p->n_people;
    }
    assert_int_equal(people, world->n_people);
}

static void test_demo__every_household_stands_under_a_grid(void **state)
{
    struct fixture *f = *state; /* demo P4 */
    check_tree(f->world);
}

static void test_demo__doors_are_said_once(void **state)
{
    struct fixture *f = *state; /* demo P4 */
    const char **labels = wg_alloc_n(f->arena, (size_t)f->world->n_households, sizeof *labels);
    size_t n = 0;
    bool spring = false;
    for (int32_t i = 0; i < f->world->n_places; i++)
        if (f->world->places[i].level == LEVEL_HOUSEHOLD) {
            labels[n++] = f->world->places[i].label;
            spring = spring || strcmp(f->world->places[i].label, "春华小区1号楼2单元501") == 0;
        }
    assert_true(spring);
    qsort(labels, n, sizeof *labels, compare_texts);
    for (size_t i = 1; i < n; i++) assert_string_not_equal(labels[i - 1], labels[i]);
}

/* --- P5 ----------------------------------------------------------------------------------------------------------------------- */
static int32_t count_level(const struct demo_world *world, enum place_level level)
{
    int32_t n = 0;
    for (int32_t i = 0; i < world->n_places; i++) n += world->places[i].level == level;
    return n;
}

static void test_demo__small_is_small(void **state)
{
    struct fixture *f = *state; /* demo P5 */
    assert_int_equal(count_level(f->world, LEVEL_STREET), 3);
    assert_int_equal(count_level(f->world, LEVEL_COMMUNITY), 8);
    assert_in_range(f->world->n_households, 1850, 2150);
    assert_in_range(f->world->n_people, 5200, 5800);
}

static void check_grid_sizes(const struct demo_world *world)
{
    for (int32_t i = 0; i < world->n_places; i++) {
        if (world->places[i].level != LEVEL_GRID) continue;
        bool village = strcmp(world->places[world->places[i].parent].kind, "village") == 0;
        int32_t doors = 0;
        for (int32_t k = i; k < world->places[i].end; k++) doors += world->places[k].level == LEVEL_HOUSEHOLD;
        assert_in_range(doors, village ? 200 : 300, village ? 470 : 500);
    }
}

static void test_demo__full_is_the_district(void **state)
{
    struct fixture *f = *state; /* demo P2 P3 P4 P5 */
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    const struct demo_world *world = make(&ctx, DEMO_FULL, 7, fixed_day());
    (void)f;
    assert_int_equal(count_level(world, LEVEL_STREET), 13);
    assert_int_equal(count_level(world, LEVEL_COMMUNITY), 106);
    assert_in_range(world->n_households, 207000, 213000);
    assert_in_range(world->n_people, 590000, 610000);
    assert_in_range(world->n_workers, 1450, 1600);
    check_grid_sizes(world);
    check_tree(world);
    check_families(world);
    check_numbers(&ctx, world);
    wg_arena_free(arena);
}

/* --- staff -------------------------------------------------------------------------------------------------------------------- */
static void test_demo__few_grids_have_no_lead_or_two(void **state)
{
    struct fixture *f = *state; /* demo P5 */
    const struct demo_world *world = f->world;
    int gaps = 0, overlaps = 0, absent = 0;
    for (int32_t i = 0; i < world->n_duties; i++) {
        const struct demo_duty *a = &world->duties[i];
        assert_true(a->from < a->until);
        for (int32_t k = 0; k < i && a->lead; k++) {
            const struct demo_duty *b = &world->duties[k];
            if (!b->lead || b->place != a->place || b->until <= a->from || a->until <= b->from) continue;
            assert_true(a->overlaps || b->overlaps);
            overlaps++;
        }
    }
    assert_in_range(overlaps, 1, 2);
    for (int32_t i = 0; i < world->n_places; i++)
        gaps += world->places[i].level == LEVEL_GRID && world->lead_of[i] == DEMO_NOBODY;
    assert_in_range(gaps, 1, 3);
    for (int32_t i = 0; i < world->n_absences; i++) {
        const struct demo_absence *a = &world->absences[i];
        assert_int_not_equal(a->worker, a->stand_in);
        absent += a->from <= world->options.today && world->options.today < a->until;
    }
    assert_true(absent > 0);
}

static void test_demo__one_account_a_role(void **state)
{
    struct fixture *f = *state; /* demo P7 */
    bool seen[ROLE_COUNT_] = {false};
    for (int32_t i = 0; i < f->world->n_workers; i++) {
        const struct demo_worker *w = &f->world->workers[i];
        if (!w->login) continue;
        assert_false(seen[w->role]);
        seen[w->role] = true;
        assert_non_null(w->title_zh);
        assert_non_null(w->title_en);
    }
    for (int role = 0; role < ROLE_COUNT_; role++) assert_true(seen[role]);
}

/* --- chance ------------------------------------------------------------------------------------------------------------------- */
static void test_demo__chance_is_even(void **state)
{
    (void)state; /* demo P1 */
    struct demo_random r = demo_random(1, STREAM_PLAN, 0);
    int counts[10] = {0}, sum = 0;
    for (int i = 0; i < 100000; i++) counts[demo_below(&r, 10)]++;
    for (int i = 0; i < 10; i++) assert_in_range(counts[i], 9500, 10500);
    for (int i = 0; i < 10000; i++) {
        int at = demo_bell(&r, 100, 10);
        assert_in_range(at, 70, 130);
        sum += at;
    }
    assert_in_range(sum / 10000, 98, 102);
    assert_int_equal(demo_below(&r, 1), 0);
}

/* --- P6 ----------------------------------------------------------------------------------------------------------------------- */
static const struct demo_person *person_by_id(const struct demo_world *world, struct wg_str text)
{
    wg_id id;
    if (!wg_id_parse(text, &id)) return NULL;
    for (int32_t i = 0; i < world->n_people; i++)
        if (wg_id_eq(world->people[i].id, id)) return &world->people[i];
    return NULL;
}

static bool is_in_row(const struct tab_row *row, size_t columns, const char *text)
{
    for (size_t i = 0; i < columns; i++)
        if (wg_str_is(row->cells[i], text)) return true;
    return false;
}

static void next_data(struct wg_ctx *ctx, struct tab_reader *reader, struct tab_row *ret_row, bool *ret_more)
{
    do assert_int_equal(tab_next(ctx, reader, ret_row, ret_more), 0);
    while (*ret_more && ret_row->kind != TAB_DATA);
}

/* Walks truth and table side by side; returns how many rows have a fault. */
static int check_truth(struct fixture *f, const struct demo_list_file *file)
{
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    struct tab_row row;
    struct wg_str rest = file->truth, line, part[4];
    bool more;
    int rows = 0, faults = 0, registered = 0;
    assert_int_equal(tab_open_bytes(&f->ctx, file->bytes, &limits, &reader), 0);
    assert_true(wg_str_next(&rest, '\n', &line));
    assert_true(wg_str_is(line, "row,who,repeats,errors"));
    while (wg_str_next(&rest, '\n', &line) && line.n > 0) {
        int64_t number, first;
        for (int i = 0; i < 4; i++)
            if (!wg_str_next(&line, ',', &part[i])) part[i] = (struct wg_str){"", 0};
        next_data(&f->ctx, reader, &row, &more);
        assert_true(more);
        assert_true(wg_parse_i64(part[0], 1, 100000, &number));
        assert_int_equal(row.number, number);
        if (part[2].n > 0) {
            assert_true(wg_parse_i64(part[2], 1, number - 1, &first));
        }
        const struct demo_person *person = person_by_id(f->world, part[1]);
        assert_true(person || wg_str_starts(part[1], WG_STR("new-")) || wg_str_is(part[1], "junk"));
        size_t columns = tab_shape(reader)->columns;
        if (person && part[3].n == 0) assert_true(is_in_row(&row, columns, person->name) || strlen(person->name) == 6);
        rows++;
        registered += person != NULL;
        faults += part[3].n > 0;
    }
    next_data(&f->ctx, reader, &row, &more);
    assert_false(more);
    assert_int_equal(rows, file->rows);
    assert_in_range(registered, rows * 4 / 10, rows * 95 / 100);
    return faults;
}

static void test_demo__each_list_has_its_truth(void **state)
{
    struct fixture *f = *state; /* demo P6 */
    struct demo_lists *lists;
    assert_int_equal(demo_lists_new(&f->ctx, f->world, &lists), 0);
    for (int s = 0; s < DEMO_SENDERS; s++) {
        struct demo_list_file file;
        int wanted = demo_list_rows(f->world, (enum demo_sender)s);
        assert_int_equal(demo_list_make(&f->ctx, lists, (enum demo_sender)s, fixed_day(), wanted, &file), 0);
        assert_in_range(file.rows, wanted, wanted + 4);
        assert_in_range(check_truth(f, &file), wanted / 20, wanted * 9 / 10);
    }
}

static void test_demo__same_list_same_bytes(void **state)
{
    struct fixture *f = *state; /* demo P1 */
    struct demo_lists *lists;
    for (int s = 0; s < DEMO_SENDERS; s++) {
        struct demo_list_file a, b, other;
        assert_int_equal(demo_lists_new(&f->ctx, f->world, &lists), 0);
        assert_int_equal(demo_list_make(&f->ctx, lists, (enum demo_sender)s, fixed_day(), 60, &a), 0);
        assert_int_equal(demo_list_make(&f->ctx, lists, (enum demo_sender)s, fixed_day() - 1, 60, &other), 0);
        assert_int_equal(demo_list_make(&f->ctx, lists, (enum demo_sender)s, fixed_day(), 60, &b), 0);
        assert_true(wg_str_eq(a.bytes, b.bytes));
        assert_true(wg_str_eq(a.truth, b.truth));
        assert_false(wg_str_eq(a.bytes, other.bytes));
    }
}

/* Counts the rows of a list whose truth mentions `error`. */
static int count_error(struct wg_str truth, const char *error)
{
    struct wg_str line;
    int n = 0;
    while (wg_str_next(&truth, '\n', &line)) n += wg_str_find(line, wg_str(error)) >= 0;
    return n;
}

static void test_demo__the_upper_list_is_damaged_as_spreadsheets_do(void **state)
{
    struct fixture *f = *state; /* demo P6 */
    struct demo_lists *lists;
    struct demo_list_file file;
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    struct tab_row row;
    bool more;
    int lost = 0;
    assert_int_equal(demo_lists_new(&f->ctx, f->world, &lists), 0);
    assert_int_equal(demo_list_make(&f->ctx, lists, DEMO_UPPER, fixed_day(), 400, &file), 0);
    assert_int_equal(tab_open_bytes(&f->ctx, file.bytes, &limits, &reader), 0);
    assert_int_equal(tab_shape(reader)->format, TAB_XLS);
    while (tab_next(&f->ctx, reader, &row, &more) == 0 && more)
        for (size_t i = 0; i < tab_shape(reader)->columns; i++) lost += row.kinds[i] == TAB_LOST;
    assert_int_equal(lost, count_error(file.truth, "idno_lost"));
    assert_true(lost > 30);
    assert_true(count_error(file.truth, "idno_masked") > 30);
}

static void test_demo__a_long_xls_is_whole(void **state)
{
    struct fixture *f = *state; /* demo P6: more than 7 MB need a second table of the compound file's sectors */
    struct demo_table *table = demo_table_new(f->arena, 6);
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    struct wg_str bytes;
    struct tab_row row;
    bool more;
    int n = 0;
    for (int i = 0; i < 40001; i++) {
        int at = demo_table_row(table);
        for (int c = 0; c < 6; c++) {
            if (c == 5 && i > 0)
                demo_put_number(table, at, c, i);
            else
                demo_put(table, at, c, i == 0 ? wg_fmt(f->arena, "列名%d", c) : wg_fmt(f->arena, "双塔区第%d行第%d格", i, c));
        }
    }
    assert_int_equal(demo_table_xls(&f->ctx, table, "很长", &bytes), 0);
    assert_true(bytes.n > (size_t)7 << 20);
    assert_int_equal(tab_open_bytes(&f->ctx, bytes, &limits, &reader), 0);
    while (tab_next(&f->ctx, reader, &row, &more) == 0 && more) {
        n++;
        assert_int_equal(row.number, n + 1);
        assert_true(wg_str_is(row.cells[4], wg_fmt(f->arena, "双塔区第%d行第4格", n)));
        assert_true(wg_str_is(row.cells[5], wg_fmt(f->arena, "%d", n)));
    }
    assert_int_equal(n, 40000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo__same_options_give_the_same_world),
        cmocka_unit_test(test_demo__people_do_not_change_within_a_year),
        cmocka_unit_test(test_demo__identity_numbers_are_right_and_nobodys),
        cmocka_unit_test(test_demo__telephones_are_unissued),
        cmocka_unit_test(test_demo__families_hold_together),
        cmocka_unit_test(test_demo__nobody_is_born_in_the_year_or_too_old),
        cmocka_unit_test(test_demo__every_household_stands_under_a_grid),
        cmocka_unit_test(test_demo__doors_are_said_once),
        cmocka_unit_test(test_demo__small_is_small),
        cmocka_unit_test(test_demo__full_is_the_district),
        cmocka_unit_test(test_demo__few_grids_have_no_lead_or_two),
        cmocka_unit_test(test_demo__one_account_a_role),
        cmocka_unit_test(test_demo__chance_is_even),
        cmocka_unit_test(test_demo__each_list_has_its_truth),
        cmocka_unit_test(test_demo__same_list_same_bytes),
        cmocka_unit_test(test_demo__the_upper_list_is_damaged_as_spreadsheets_do),
        cmocka_unit_test(test_demo__a_long_xls_is_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
