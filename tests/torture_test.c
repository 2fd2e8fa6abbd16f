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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_torture__a_batch_of_a_list_runs_again_as_if_it_never_had, df_setup, df_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
