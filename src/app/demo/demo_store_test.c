/* The made-up world in a store: what demo.h promises of it, and the sums that `wangge check` holds against any store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/app.h"
#include "app/demo/demo.h"

struct fixture {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    char directory[64];
    struct app *app;
    struct demo_world *world;
};

static int set_up_at(void **state, int minutes)
{
    struct fixture *f = wg_xcalloc(1, sizeof *f);
    f->arena = wg_arena_new();
    f->ctx = wg_ctx(f->arena);
    f->ctx.zone = DEMO_ZONE;
    wg_day today = wg_day_from_civil(2026, 3, 5);
    f->ctx.now = wg_day_start(today, DEMO_ZONE) + minutes * (wg_time)WG_MINUTE;
    (void)snprintf(f->directory, sizeof f->directory, "/tmp/wangge-demo-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    struct demo_options options = {.size = DEMO_SMALL, .seed = 1, .today = today};
    struct app_options how = {.data = f->directory, .create = true, .district = DEMO_DISTRICT, .fast_hash = true};
    int rc = demo_world_make(&f->ctx, &options, &f->world);
    if (rc == 0) rc = app_open(&f->ctx, &how, &f->app);
    if (rc == 0) rc = demo_load(&f->ctx, &f->app->d, f->world, NULL, NULL);
    if (rc == 0) rc = demo_history(&f->ctx, &f->app->d, f->world, NULL, NULL);
    if (rc) fail_msg("%s", wg_problem_text(f->arena, &f->ctx.problem, WG_EN));
    *state = f;
    return 0;
}

static int set_up(void **state)
{
    return set_up_at(state, 15 * 60);
}
static int set_up_at_night(void **state)
{
    return set_up_at(state, 10);
}
static int set_up_in_the_evening(void **state)
{
    return set_up_at(state, 23 * 60 + 50);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char *command = wg_fmt(f->arena, "rm -rf %s", f->directory);
    app_close(f->app);
    assert_int_equal(system(command), 0);
    wg_arena_free(f->arena);
    free(f);
    return 0;
}

static int64_t number(struct fixture *f, const char *sql)
{
    struct store_snap *snap;
    struct store_value values[] = {store_cstr(DEMO_DISTRICT)};
    int64_t n = -1;
    assert_int_equal(store_read(&f->ctx, f->app->d.store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, sql, values, 1, -1, &n), 0);
    store_read_end(snap);
    return n;
}

static void test_demo__everybody_is_in_the_store(void **state)
{
    struct fixture *f = *state; /* demo P4 */
    assert_int_equal(number(f, "SELECT count(*) FROM place WHERE district = $1"), f->world->n_places);
    assert_true(number(f, "SELECT count(*) FROM person WHERE district = $1") >= f->world->n_people);
    assert_int_equal(number(f, "SELECT count(*) FROM worker WHERE district = $1"), f->world->n_workers);
    assert_int_equal(number(f, "SELECT count(*) FROM duty WHERE district = $1"), f->world->n_duties);
    assert_int_equal(number(f, "SELECT count(*) FROM absence WHERE district = $1"), f->world->n_absences);
}

static void test_demo__only_demo_accounts_can_sign_in(void **state)
{
    struct fixture *f = *state; /* demo P7 */
    assert_int_equal(number(f, "SELECT count(*) FROM worker WHERE district = $1 AND demo = 1 AND password_hash IS NOT NULL"),
                     7);
    assert_int_equal(
        number(f, "SELECT count(*) FROM worker WHERE district = $1 AND (login IS NOT NULL OR password_hash IS NOT NULL)"), 7);
    assert_int_equal(number(f, "SELECT count(*) FROM meta WHERE key = 'demo' AND value = '1' AND $1 <> ''"), 1);
}

static void test_demo__no_page_is_empty(void **state)
{
    struct fixture *f = *state; /* demo P8 */
    assert_true(number(f, "SELECT count(*) FROM list WHERE district = $1 AND state = 'open'") >= 2);
    assert_true(number(f, "SELECT count(*) FROM list WHERE district = $1 AND state = 'closed'") >= 3);
    assert_true(number(f, "SELECT count(*) FROM list_row WHERE district = $1 AND outcome = 'review'") > 0);
    assert_true(number(f, "SELECT count(*) FROM decision WHERE district = $1") > 0);
    assert_true(number(f, "SELECT count(*) FROM enrolment WHERE district = $1 AND state = 'open'") > 5);
    assert_true(number(f, "SELECT count(*) FROM enrolment WHERE district = $1 AND state = 'done'") > 50);
    assert_true(number(f, "SELECT count(*) FROM alarm WHERE district = $1") > 0);
    assert_true(number(f, "SELECT count(DISTINCT round) FROM answer WHERE district = $1") >= 7);
    assert_true(number(f, "SELECT count(*) FROM report WHERE district = $1 AND verified_by IS NOT NULL") > 20);
    assert_int_equal(number(f, "SELECT count(*) FROM job WHERE district = $1 AND state <> 'done'"), 0);
}

static void test_demo__nothing_lies_in_the_future(void **state)
{
    struct fixture *f = *state; /* demo P8 */
    const char *late =
        wg_fmt(f->arena, "SELECT count(*) FROM observation WHERE district = $1 AND (at > %lld OR received > %lld)",
               (long long)f->ctx.now, (long long)f->ctx.now);
    assert_int_equal(number(f, late), 0);
}

static int64_t open_tasks = -1;

static void test_demo__there_is_work_done_and_left_at_any_hour(void **state)
{
    struct fixture *f = *state; /* demo P8 */
    const char *today =
        wg_fmt(f->arena, "SELECT count(*) FROM answer WHERE district = $1 AND round = %d", f->world->options.today);
    int64_t answered = number(f, today), doors = f->world->n_households;
    assert_true(answered > doors / 2 && answered < doors * 9 / 10);
    int64_t open = number(f, "SELECT count(*) FROM enrolment WHERE district = $1 AND state = 'open'");
    if (open_tasks < 0) open_tasks = open; /* at three, which comes first */
    assert_true(open > 20);
    assert_int_equal(open, open_tasks);
}

static void test_demo__every_check_holds(void **state)
{
    struct fixture *f = *state; /* demo P8 */
    const struct district_check *check;
    struct store_snap *snap;
    assert_int_equal(store_read(&f->ctx, f->app->d.store, &snap), 0);
    for (size_t i = 0; (check = app_check_at(i)) != NULL; i++) {
        int64_t count;
        const char **rows;
        size_t n;
        assert_int_equal(app_check_run(&f->ctx, snap, DEMO_DISTRICT, check, &count, &rows, &n), 0);
        if (count > 0) print_error("%s: %s\n", check->code, n > 0 ? rows[0] : "");
        assert_int_equal(count, 0);
    }
    store_read_end(snap);
}

static void test_demo__a_filled_store_is_refused(void **state)
{
    struct fixture *f = *state; /* demo P7 */
    assert_int_equal(demo_load(&f->ctx, &f->app->d, f->world, NULL, NULL), WG_E_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo__everybody_is_in_the_store),
        cmocka_unit_test(test_demo__only_demo_accounts_can_sign_in),
        cmocka_unit_test(test_demo__no_page_is_empty),
        cmocka_unit_test(test_demo__there_is_work_done_and_left_at_any_hour),
        cmocka_unit_test(test_demo__nothing_lies_in_the_future),
        cmocka_unit_test(test_demo__every_check_holds),
        cmocka_unit_test(test_demo__a_filled_store_is_refused),
    };
    const struct CMUnitTest at_any_hour[] = {
        cmocka_unit_test(test_demo__no_page_is_empty),
        cmocka_unit_test(test_demo__there_is_work_done_and_left_at_any_hour),
        cmocka_unit_test(test_demo__nothing_lies_in_the_future),
        cmocka_unit_test(test_demo__every_check_holds),
    };
    int failed = cmocka_run_group_tests_name("at three", tests, set_up, tear_down);
    failed += cmocka_run_group_tests_name("at night", at_any_hour, set_up_at_night, tear_down);
    return failed + cmocka_run_group_tests_name("in the evening", at_any_hour, set_up_in_the_evening, tear_down);
}
