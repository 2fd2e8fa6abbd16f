/* What the store may do to a unit of work at the worst moment: run it again, or fail in the middle. Nothing may be counted twice, nothing be
 * half done, and the program must go on afterwards.
 *
 * Failures are made by the linker: store_exec, store_query and store_number of the whole program are those below, which fail when their
 * turn has come. */
#include <pthread.h>
#include <semaphore.h>

#include "support/program_fixture.h"

int __real_store_exec(struct wg_ctx *ctx, struct store_tx *tx, const char *sql, const struct store_value *values, size_t n,
                      int64_t *ret_changed);
int __wrap_store_exec(struct wg_ctx *ctx, struct store_tx *tx, const char *sql, const struct store_value *values, size_t n,
                      int64_t *ret_changed);
int __real_store_query(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                       struct store_rows **ret_rows);
int __wrap_store_query(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                       struct store_rows **ret_rows);
int __real_store_number(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values,
                        size_t n, int64_t otherwise, int64_t *ret);
int __wrap_store_number(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values,
                        size_t n, int64_t otherwise, int64_t *ret);
int __real_store_one(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                     struct store_rows **ret_rows, bool *ret_found);
int __wrap_store_one(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                     struct store_rows **ret_rows, bool *ret_found);

/* Calls until one fails; negative: none does. Writes run on the writer's thread, so it is shared. */
static _Atomic long fuse = -1;

static bool burnt(struct wg_ctx *ctx)
{
    if (atomic_load(&fuse) < 0 || atomic_fetch_sub(&fuse, 1) != 0) return false;
    (void)wg_refuse(ctx, WG_E_STORE, NULL, "torture", NULL);
    return true;
}

int __wrap_store_exec(struct wg_ctx *ctx, struct store_tx *tx, const char *sql, const struct store_value *values, size_t n,
                      int64_t *ret_changed)
{
    return burnt(ctx) ? WG_E_STORE : __real_store_exec(ctx, tx, sql, values, n, ret_changed);
}

int __wrap_store_query(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                       struct store_rows **ret_rows)
{
    return burnt(ctx) ? WG_E_STORE : __real_store_query(ctx, snap, sql, values, n, ret_rows);
}

int __wrap_store_number(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values,
                        size_t n, int64_t otherwise, int64_t *ret)
{
    return burnt(ctx) ? WG_E_STORE : __real_store_number(ctx, snap, sql, values, n, otherwise, ret);
}

int __wrap_store_one(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                     struct store_rows **ret_rows, bool *ret_found)
{
    return burnt(ctx) ? WG_E_STORE : __real_store_one(ctx, snap, sql, values, n, ret_rows, ret_found);
}

/* --- run again ---------------------------------------------------------------------------------------------------------------- */

static void rest(int milliseconds)
{
    (void)nanosleep(&(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L}, NULL);
}

static int wait_at_the_gate(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)ctx;
    (void)tx;
    return sem_wait(arg) == 0 ? 0 : WG_E_INTERNAL;
}

/* Ends the transaction under its whole group, as an engine does that has run out of room. */
static int bring_down(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    return store_exec(ctx, tx, "ROLLBACK", NULL, 0, NULL);
}

struct writer {
    struct district_fixture *f;
    store_work work;
    void *arg;
    int rc;
};

static void *write_apart(void *arg)
{
    struct writer *w = arg;
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    w->rc = store_write(&ctx, w->f->d.store, w->work, w->arg);
    wg_arena_free(arena);
    return NULL;
}

struct importing {
    struct district_fixture *f;
    wg_id list;
    sem_t about_to_write;
    int rc;
};

static void phase(void *arg, const char *code)
{
    struct importing *i = arg;
    if (strcmp(code, "dispatching") == 0) (void)sem_post(&i->about_to_write);
}

static void *import_apart(void *arg)
{
    struct importing *i = arg;
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.zone = DF_ZONE;
    i->rc = list_run(&ctx, &i->f->d, i->list, NULL, phase, i);
    wg_arena_free(arena);
    return NULL;
}

/* A list received and confirmed, but not yet run. */
static wg_id started_list(struct district_fixture *f, const char *csv)
{
    static const char *const columns[] = {"name", "idno", "phone", "address"};
    struct list_new what = {.name = "名单",
                            .source = "火车站",
                            .file_name = "a.csv",
                            .programme = "list_follow_up",
                            .bytes = wg_str(csv),
                            .worker = df_worker("data")};
    struct list_start start = {
        .columns = columns, .n_columns = 4, .due = f->now + 6 * WG_HOUR, .again = true, .worker = df_worker("data")};
    wg_id list, job;
    f->ctx.now = f->now;
    assert_int_equal(list_receive(&f->ctx, &f->d, &what, &list), 0);
    assert_int_equal(list_start(&f->ctx, &f->d, list, &start, &job), 0);
    return list;
}

static const char *strangers(struct district_fixture *f, int n)
{
    struct wg_buf csv;
    wg_buf_init(&csv, 1 << 20);
    wg_buf_puts(&csv, "姓名,证件号,电话,现住址\n");
    for (int i = 0; i < n; i++) {
        const char *seventeen = wg_fmt(f->arena, "2199991991020%d%03d", i / 1000 + 1, i % 1000);
        wg_buf_fmt(&csv, "白霜%s,%s%c,1540009%04d,东街街道甲社区\n", i % 2 ? "雪" : "降", seventeen,
                   people_idno_check(seventeen), i);
    }
    const char *text = wg_cstr(f->arena, (struct wg_str){csv.p, csv.n});
    wg_buf_free(&csv);
    return text;
}

/* store: a write may be run again; list P7 */
static void test_torture__a_batch_of_a_list_runs_again_as_if_it_never_had(void **state)
{
    struct district_fixture *f = *state;
    struct importing importing = {.f = f, .list = started_list(f, strangers(f, 40))};
    sem_t gate;
    struct writer keeper = {.f = f, .work = wait_at_the_gate, .arg = &gate}, spoiler = {.f = f, .work = bring_down};
    pthread_t threads[3];
    assert_int_equal(sem_init(&gate, 0, 0) + sem_init(&importing.about_to_write, 0, 0), 0);
    /* Behind a unit that waits, the list's batch queues up, and behind that one who brings the group down. */
    assert_int_equal(pthread_create(&threads[0], NULL, write_apart, &keeper), 0);
    rest(50);
    assert_int_equal(pthread_create(&threads[1], NULL, import_apart, &importing), 0);
    (void)sem_wait(&importing.about_to_write);
    rest(200);
    assert_int_equal(pthread_create(&threads[2], NULL, write_apart, &spoiler), 0);
    rest(100);
    (void)sem_post(&gate);
    for (int i = 0; i < 3; i++) (void)pthread_join(threads[i], NULL);
    assert_int_equal(keeper.rc, 0);
    assert_int_not_equal(spoiler.rc, 0);
    assert_int_equal(importing.rc, 0);
    assert_int_equal(df_number(f, "SELECT count(*) FROM list_row WHERE outcome = 'new' AND stage = 'dispatched'"), 40);
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE state = 'provisional'"), 40);
    (void)sem_destroy(&gate);
    (void)sem_destroy(&importing.about_to_write);
}

/* --- fail in turn ---------------------------------------------------------------------------------------------------------------- */

struct shell {
    struct district_fixture *f;
    struct app app; /* what app_router looks at; nothing of it is opened or closed here */
    wg_id list, task;
};

static int setup(void **state)
{
    void *fixture = NULL;
    struct shell *s = wg_xcalloc(1, sizeof *s);
    assert_int_equal(df_setup(&fixture), 0);
    s->f = fixture;
    s->app.d = s->f->d;
    guard_router_free(s->f->router);
    assert_int_equal(app_router(&s->f->ctx, &s->app, &s->f->router), 0);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct shell *s = *state;
    void *fixture = s->f;
    atomic_store(&fuse, -1);
    free(s);
    return df_teardown(&fixture);
}

static void assert_checks(struct district_fixture *f)
{
    const struct district_check *check;
    struct store_snap *snap;
    f->ctx.now = f->now;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    for (size_t i = 0; (check = app_check_at(i)) != NULL; i++) {
        const char **rows;
        int64_t count;
        size_t n;
        assert_int_equal(app_check_run(&f->ctx, snap, f->d.code, check, &count, &rows, &n), 0);
        if (count) print_error("check %s: %lld\n", check->code, (long long)count);
        assert_int_equal(count, 0);
    }
    store_read_end(snap);
}

/* How much there is of everything that a unit of work may have written. */
static uint64_t weight(struct district_fixture *f)
{
    static const char *const counts[] = {
        "SELECT count(*) + sum(version) FROM person",
        "SELECT count(*) + sum(version) FROM place",
        "SELECT count(*) + sum(superseded) FROM duty",
        "SELECT count(*) + sum(cancelled) FROM absence",
        "SELECT count(*) + sum(tries) + sum(due) + count(closed) + count(worker) + sum(length(path)) FROM enrolment",
        "SELECT count(*) FROM observation",
        "SELECT count(*) FROM answer",
        "SELECT sum(due) + sum(done) + sum(excused) FROM tally",
        "SELECT count(*) + count(taken_by) + count(outcome) FROM alarm",
        "SELECT sum(n_rows) + sum(n_matched) * 3 + sum(n_new) * 5 + sum(n_review) * 7 + sum(n_dispatched) * 11 + sum(n_closed) "
        "* 13 + "
        "sum(length(state)) FROM list",
        "SELECT count(*) + count(mended) + count(enrolment) + count(decided_by) + sum(length(stage)) + sum(length(path)) FROM "
        "list_row",
        "SELECT count(*) + count(undone) FROM decision",
        "SELECT count(*) FROM not_same",
        "SELECT count(*) FROM person_change",
        "SELECT count(*) + count(verified_at) FROM report",
        "SELECT count(*) + count(login) FROM worker"};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) sum = sum * 131 + (uint64_t)df_number(f, counts[i]);
    return sum;
}

/* Asks again and again, each time with a later call failing, until nothing fails or the change is made: what is read for the answer after
 * the commit may fail too, and then all of the change is there, with its audit. */
static void survive(struct shell *s, const char *login, const char *method, const char *path, const char *body)
{
    struct district_fixture *f = s->f;
    struct df_session session = df_enter(f, login);
    for (long turn = 0; turn < 1000; turn++) {
        uint64_t before = weight(f);
        int64_t audit = df_number(f, "SELECT count(*) FROM audit");
        atomic_store(&fuse, turn);
        struct df_reply r = df_ask(f, &session, method, path, body);
        bool failed = atomic_exchange(&fuse, -1) < 0, changed = weight(f) != before;
        bool fine = r.status < 300 ? !failed || changed : failed && r.status >= 500;
        if (!fine) print_error("%s %s: call %ld, and the answer is %d %s\n", method, path, turn, r.status, r.code);
        assert_true(fine);
        if (changed) assert_true(df_number(f, "SELECT count(*) FROM audit") > audit);
        if (changed) assert_checks(f);
        if (changed || !failed) return;
    }
    fail_msg("no end");
}

static const char *mixed(struct district_fixture *f)
{
    const char *idno = "21999919500115001", *other = "21999919510115003";
    return wg_fmt(
        f->arena,
        "姓名,证件号,电话,现住址\n王建国,%s%c,15400000000,\n完颜甲,%s%c,,东街街道甲社区\n白霜雪,,15400008888,东街街道\n,,,x\n",
        idno, people_idno_check(idno), other, people_idno_check(other));
}

/* list P7 */
static void test_torture__a_list_survives_every_call_that_fails(void **state)
{
    struct shell *s = *state;
    struct district_fixture *f = s->f;
    wg_id list = started_list(f, mixed(f));
    int rc = -1;
    for (long turn = 0; rc && turn < 1000; turn++) {
        f->ctx.problem = (struct wg_problem){0};
        atomic_store(&fuse, turn);
        rc = list_run(&f->ctx, &f->d, list, NULL, NULL, NULL);
        bool failed = atomic_exchange(&fuse, -1) < 0;
        assert_int_equal(failed, rc != 0);
        assert_int_equal(df_number(f, "SELECT count(*) FROM list_row"), rc ? df_number(f, "SELECT n_rows FROM list") : 4);
        assert_int_equal(df_number(f, "SELECT count(*) FROM list WHERE state = 'failed'"), 0);
        assert_checks(f);
    }
    assert_int_equal(rc, 0);
    assert_int_equal(df_number(f, "SELECT count(*) FROM list_row WHERE stage = 'dispatched'"), 2);
    assert_int_equal(df_number(f, "SELECT count(*) FROM enrolment"), 2);
}

/* store P2, programme P7, list P1, guard P5: an answer that fails has changed nothing */
static void test_torture__every_change_is_whole_or_not_at_all(void **state)
{
    struct shell *s = *state;
    struct district_fixture *f = s->f;
    wg_id list = started_list(f, mixed(f));
    const char *door = df_household(f, 0), *now = wg_time_text(f->arena, f->now, DF_ZONE);
    assert_int_equal(list_run(&f->ctx, &f->d, list, NULL, NULL, NULL), 0);
    const char *id = df_id(f, list);
    static const char fact[] =
        "{\"items\":[{\"id\":\"%s\",\"programme\":\"list_follow_up\",%s,\"result\":\"%s\",\"at\":\"%s\"%s}]}";
    const char *task =
        wg_fmt(f->arena, "\"enrolment\":\"%s\"", df_id(f, pf_find_id(f, "SELECT id FROM enrolment WHERE length(path) = 21")));
    const char *moved = wg_fmt(f->arena, ",\"body\":{\"moved_to\":\"%s\"}", df_id(f, df_place("001002")));
    wg_id first = wg_id_new(f->now);

    survive(s, "clerk", "POST", "/api/v1/review/next", "{}");
    survive(s, "clerk", "POST", "/api/v1/review/decide",
            wg_fmt(f->arena, "{\"list\":\"%s\",\"row\":3,\"verdict\":\"new\"}", id));
    const char *decision = df_id(f, pf_find_id(f, "SELECT id FROM decision"));
    survive(s, "clerk", "POST", wg_fmt(f->arena, "/api/v1/review/%s/undo", decision), "{}");
    survive(s, "data", "POST", wg_fmt(f->arena, "/api/v1/lists/%s/rows/5/mend", id),
            "{\"cells\":[\"红叶林\",\"\",\"15400008889\",\"西街街道\"]}");
    survive(s, "grid-001001001", "POST", "/api/v1/observations",
            wg_fmt(f->arena, fact, df_id(f, first), task, "moved", now, moved));
    survive(s, "grid-001001001", "POST", "/api/v1/observations",
            wg_fmt(f->arena, fact, df_id(f, wg_id_new(f->now)), wg_fmt(f->arena, "\"supersedes\":\"%s\"", df_id(f, first)),
                   "seen", now, ",\"temperature\":38.5"));
    survive(s, "grid-001001001", "POST", "/api/v1/observations",
            wg_fmt(f->arena,
                   "{\"items\":[{\"id\":\"%s\",\"programme\":\"daily_screening\",\"place\":\"%s\",\"result\":\"fever\","
                   "\"at\":\"%s\"}]}",
                   df_id(f, wg_id_new(f->now)), df_id(f, df_place(door)), now));
    survive(s, "community-001001", "POST",
            wg_fmt(f->arena, "/api/v1/alarms/%s", df_id(f, pf_find_id(f, "SELECT id FROM alarm WHERE state = 'open'"))),
            "{\"action\":\"close\",\"outcome\":\"送医\"}");
    survive(s, "street-001", "POST", "/api/v1/tasks/assign",
            wg_fmt(f->arena, "{\"tasks\":[\"%s\"],\"worker\":\"%s\"}",
                   df_id(f, pf_find_id(f, "SELECT id FROM enrolment WHERE state = 'open' AND path LIKE '001%'")),
                   df_id(f, df_worker("grid-001001001"))));
    survive(s, "community-001001", "PATCH", wg_fmt(f->arena, "/api/v1/people/%s", df_id(f, df_person(df_household(f, 1), 1))),
            "{\"version\":1,\"note\":\"x\",\"phone\":\"15400006666\"}");
    survive(s, "street-001", "POST", "/api/v1/absences",
            wg_fmt(f->arena, "{\"worker\":\"%s\",\"from\":\"2099-01-01\",\"until\":\"2099-01-02\"}",
                   df_id(f, df_worker("grid-001001001"))));
    survive(s, "street-001", "POST",
            wg_fmt(f->arena, "/api/v1/duties/%s/end", df_id(f, pf_find_id(f, "SELECT id FROM duty WHERE path = '001001001'"))),
            "{\"until\":\"2099-01-01\"}");
    survive(
        s, "district", "POST", "/api/v1/places",
        wg_fmt(f->arena, "{\"parent\":\"%s\",\"kind\":\"compound\",\"name\":\"秋实小区\"}", df_id(f, df_place("001001001"))));
    survive(s, "community-001001", "POST", "/api/v1/reports/sign?place=001001", "{}");
    survive(s, "street-001", "POST", "/api/v1/reports/verify?place=001001", NULL);
    survive(s, "data", "POST", wg_fmt(f->arena, "/api/v1/lists/%s/cancel", id), "{}");
    assert_checks(f);
}

/* A page that cannot be read whole is not shown in part. */
static void test_torture__no_page_is_shown_in_part(void **state)
{
    struct shell *s = *state;
    struct district_fixture *f = s->f;
    wg_id list = started_list(f, mixed(f));
    assert_int_equal(list_run(&f->ctx, &f->d, list, NULL, NULL, NULL), 0);
    df_open_round(f, f->today);
    (void)df_screen(f, "grid-001001001", df_household(f, 0), "fever");
    const char *id = df_id(f, list), *person = df_id(f, df_person(df_household(f, 0), 0));
    const struct {
        const char *login, *path;
    } pages[] = {{"street-001", "/api/v1/today"},
                 {"street-001", "/api/v1/tasks"},
                 {"street-001", "/api/v1/tasks/late?by=worker"},
                 {"street-001", "/api/v1/households"},
                 {"street-001", "/api/v1/alarms"},
                 {"street-001", "/api/v1/workers"},
                 {"street-001", "/api/v1/people?q=%E7%8E%8B"},
                 {"street-001", "/api/v1/duties"},
                 {"street-001", "/api/v1/duties/gaps"},
                 {"street-001", "/api/v1/reports"},
                 {"street-001", "/api/v1/reports/rows?figure=people_due"},
                 {"street-001", "/api/v1/reports/export?format=csv"},
                 {"street-001", "/api/v1/audit"},
                 {"street-001", "/api/v1/export/people?format=csv"},
                 {"street-001", "/api/v1/places/search?q=%E7%94%B2&level=2"},
                 {"district", "/api/v1/check"},
                 {"district", "/api/v1/lists"},
                 {"district", wg_fmt(f->arena, "/api/v1/lists/%s", id)},
                 {"district", wg_fmt(f->arena, "/api/v1/lists/%s/rows", id)},
                 {"district", wg_fmt(f->arena, "/api/v1/lists/%s/export?format=csv", id)},
                 {"grid-001001001", wg_fmt(f->arena, "/api/v1/people/%s", person)},
                 {"grid-001001001", wg_fmt(f->arena, "/api/v1/people/%s/looks", person)},
                 {"grid-001001001", "/api/v1/field/today"}};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) survive(s, pages[i].login, "GET", pages[i].path, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_torture__a_batch_of_a_list_runs_again_as_if_it_never_had, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_torture__a_list_survives_every_call_that_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_torture__every_change_is_whole_or_not_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_torture__no_page_is_shown_in_part, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
