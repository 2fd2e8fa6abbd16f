/* What the store promises of opening, crashing, copying and migrating. */
#include "platform/store/store_test_fixture.h"

/* --- crash ----------------------------------------------------------------------------------------------------------------- */
enum { CRASH_THREADS = 4, CRASH_ACKS = 200 };
struct crasher {
    struct store *store;
    int pipe;
    int64_t from;
};

static void *write_until_killed(void *arg)
{
    struct crasher *c = arg;
    struct wg_arena *arena = wg_arena_new();
    for (int64_t n = c->from;; n++) {
        struct wg_ctx ctx = wg_ctx(arena);
        struct add add = {n, "acknowledged", 0};
        if (store_write(&ctx, c->store, add_thing, &add)) _exit(3);
        if (write(c->pipe, &n, sizeof n) != (ssize_t)sizeof n) _exit(4);
        wg_arena_reset(arena);
    }
    return NULL;
}

static void crash_child(const char *directory, int pipe)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct store *store;
    if (store_open(&ctx, directory, false, &store)) _exit(2);
    struct crasher crashers[CRASH_THREADS];
    pthread_t thread;
    for (int i = 0; i < CRASH_THREADS; i++) {
        crashers[i] = (struct crasher){store, pipe, i * 1000000};
        if (pthread_create(&thread, NULL, write_until_killed, &crashers[i])) _exit(5);
    }
    for (;;) (void)pause();
}

static void test_store__what_was_acknowledged_survives_a_kill(void **state)
{
    struct fixture *f = *state; /* store P1 */
    store_close(f->store);
    f->store = NULL;
    for (int round = 0; round < 3; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            char directory[64];
            (void)snprintf(directory, sizeof directory, "%s", f->directory);
            (void)close(ends[0]);
            crash_child(directory, ends[1]);
        }
        (void)close(ends[1]);
        int64_t acknowledged[CRASH_THREADS * 4096];
        size_t n = 0;
        while (n < CRASH_ACKS && read(ends[0], &acknowledged[n], sizeof *acknowledged) == (ssize_t)sizeof *acknowledged) n++;
        assert_int_equal(n, CRASH_ACKS);
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        while (n < sizeof acknowledged / sizeof *acknowledged &&
               read(ends[0], &acknowledged[n], sizeof *acknowledged) == (ssize_t)sizeof *acknowledged)
            n++;
        (void)close(ends[0]);
        assert_int_equal(store_open(&f->ctx, f->directory, false, &f->store), 0);
        for (size_t i = 0; i < n; i++) assert_true(has(f, acknowledged[i]));
        /* the child of the next round starts with an empty table */
        assert_int_equal(store_write(&f->ctx, f->store, run_sql, "DELETE FROM thing"), 0);
        store_close(f->store);
        f->store = NULL;
    }
    assert_int_equal(store_open(&f->ctx, f->directory, false, &f->store), 0);
}

/* Runs in a child: a limit on the size of files makes the engine's writes fail, and lifting it makes them succeed again. */
static int write_against_a_limit(const char *directory)
{
    struct wg_arena *arena = wg_arena_new();
    struct fixture f = {.arena = arena, .ctx = wg_ctx(arena)};
    struct rlimit limit;
    char word[8000];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = 0;
    (void)signal(SIGXFSZ, SIG_IGN);
    if (store_open(&f.ctx, directory, false, &f.store) || getrlimit(RLIMIT_FSIZE, &limit)) return 2;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 512 * 1024;
    if (setrlimit(RLIMIT_FSIZE, &limit)) return 3;
    int code = 0;
    int64_t n = 0;
    while (!code && n < 10000) {
        struct add add = {n, word, 0};
        code = store_write(&f.ctx, f.store, add_thing, &add);
        if (!code) n++;
    }
    if (code != WG_E_STORE || f.ctx.problem.code != code || n == 0) return 4;
    limit.rlim_cur = before;
    if (setrlimit(RLIMIT_FSIZE, &limit) || count(&f) != n) return 5;
    struct add add = {n, word, 0};
    if (store_write(&f.ctx, f.store, add_thing, &add) || count(&f) != n + 1) return 6;
    store_close(f.store);
    wg_arena_free(arena);
    return 0;
}

static void test_store__a_failing_disk_is_said_and_survived(void **state)
{
    struct fixture *f = *state; /* store P1 */
    store_close(f->store);
    f->store = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(write_against_a_limit(f->directory));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(store_open(&f->ctx, f->directory, false, &f->store), 0);
    assert_true(count(f) > 1);
}

/* --- opening --------------------------------------------------------------------------------------------------------------- */
static void test_store__one_program_at_a_time(void **state)
{
    struct fixture *f = *state; /* store P5 */
    struct store *other = NULL;
    assert_int_equal(store_open(&f->ctx, f->directory, true, &other), WG_E_STORE_LOCKED);
    assert_string_equal(f->ctx.problem.args[0], f->directory);
    assert_null(other);
    /* looking is allowed meanwhile, writing not */
    write_ok(f, 1, NULL);
    assert_int_equal(store_open_reading(&f->ctx, f->directory, &other), 0);
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, other, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT count(*) FROM thing", NULL, 0, -1, &n), 0);
    assert_int_equal(n, 1);
    store_read_end(snap);
    struct add add = {2, NULL, 0};
    assert_int_equal(store_write(&f->ctx, other, add_thing, &add), WG_E_STORE);
    store_close(other);
    write_ok(f, 2, NULL);
    reopen(f);
    assert_int_equal(count(f), 2);
}

static void test_store__files_are_private_and_absence_is_said(void **state)
{
    struct fixture *f = *state;
    struct stat info;
    assert_int_equal(stat(f->store->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_string_equal(store_directory(f->store), f->directory);
    struct store *store;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/none", f->directory);
    assert_int_equal(store_open(&f->ctx, path, false, &store), WG_E_FILE);
    assert_int_equal(store_open_reading(&f->ctx, path, &store), WG_E_FILE);
    assert_int_equal(store_open(&f->ctx, "postgresql://localhost/wangge", false, &store), WG_E_USAGE);
    assert_int_equal(store_open(&f->ctx, path, true, &store), 0);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    store_close(store);
    remove_directory(path);
}

static int read_settings(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    static const char *const settings[] = {"PRAGMA synchronous", "PRAGMA foreign_keys", "PRAGMA trusted_schema"};
    int64_t *values = arg;
    int code = 0;
    for (size_t i = 0; i < sizeof settings / sizeof *settings && !code; i++)
        code = store_number(ctx, store_tx_snap(tx), settings[i], NULL, 0, -1, &values[i]);
    struct store_rows *rows;
    bool found;
    if (!code) code = store_one(ctx, store_tx_snap(tx), "PRAGMA journal_mode", NULL, 0, &rows, &found);
    if (!code) values[3] = found && wg_str_is(store_get_text(rows, 0), "wal");
    return code;
}

static void test_store__every_commit_is_synced(void **state)
{
    struct fixture *f = *state; /* store P1 */
    int64_t values[4];
    assert_int_equal(store_write(&f->ctx, f->store, read_settings, values), 0);
    assert_int_equal(values[0], 2); /* FULL */
    assert_int_equal(values[1], 1);
    assert_int_equal(values[2], 0);
    assert_int_equal(values[3], 1);
}

static void test_store__a_copy_is_complete_and_consistent(void **state)
{
    struct fixture *f = *state;
    char to[128];
    (void)snprintf(to, sizeof to, "%s/copy", f->directory);
    for (int64_t i = 0; i < 100; i++) write_ok(f, i, "copied");
    assert_int_equal(store_backup(&f->ctx, f->store, to), 0);
    write_ok(f, 100, "too late");
    assert_int_equal(store_backup(&f->ctx, f->store, to), WG_E_FILE); /* exists */
    struct fixture copy = {.arena = f->arena, .ctx = f->ctx};
    assert_int_equal(store_open(&f->ctx, to, false, &copy.store), 0);
    assert_int_equal(count(&copy), 100);
    store_close(copy.store);
    remove_directory(to);
}

static void test_store__optimizing_keeps_what_is_there(void **state)
{
    struct fixture *f = *state;
    for (int64_t i = 0; i < 50; i++) write_ok(f, i, "w");
    assert_int_equal(count(f), 50);
    assert_int_equal(store_optimize(&f->ctx, f->store), 0);
    assert_int_equal(count(f), 50);
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'thing'", NULL, 0, -1, &n), 0);
    assert_true(n > 0);
}

static void test_store__a_pool_that_is_empty_makes_one_wait(void **state)
{
    struct fixture *f = *state;
    struct store_snap *snaps[READERS_MAX];
    for (int i = 0; i < READERS_MAX; i++) assert_int_equal(store_read(&f->ctx, f->store, &snaps[i]), 0);
    write_ok(f, 1, NULL); /* snapshots do not stop the writer */
    assert_int_equal(f->store->n_readers, READERS_MAX);
    for (int i = 0; i < READERS_MAX; i++) store_read_end(snaps[i]);
    assert_int_equal(count(f), 1);
    assert_int_equal(f->store->n_readers, READERS_MAX);
}

/* --- migrations ------------------------------------------------------------------------------------------------------------ */
static struct wg_embedded_file file(const char *name, const char *text)
{
    const unsigned char *from = (const unsigned char *)text;
    return (struct wg_embedded_file){name, from, from + strlen(text)};
}

static void fresh(struct fixture *f, struct connection *conn, char path[96])
{
    (void)snprintf(path, 96, "%s/migrate.db", f->directory);
    (void)unlink(path);
    FILE *made = fopen(path, "w");
    assert_non_null(made);
    assert_int_equal(fclose(made), 0);
    memset(conn, 0, sizeof *conn);
    assert_int_equal(connection_open(&f->ctx, conn, path, CONNECTION_WRITER), 0);
}

static int64_t number(struct fixture *f, struct connection *conn, const char *sql)
{
    struct store_snap snap = {.conn = conn, .arena = f->arena, .writing = true};
    int64_t n;
    assert_int_equal(store_number(&f->ctx, &snap, sql, NULL, 0, -1, &n), 0);
    return n;
}

static void test_store__migrations_apply_once_in_the_order_of_their_numbers(void **state)
{
    struct fixture *f = *state; /* store P4 */
    struct connection *conn = wg_xcalloc(1, sizeof *conn);
    char path[96];
    fresh(f, conn, path);
    struct wg_embedded_file files[] = {
        file("src/b/0002_second.sql", "INSERT INTO one VALUES (1); INSERT INTO one VALUES (2);"),
        file("src/b/notes.sql", "not SQL and no migration"),
        file("web/0009_x.sql", "not SQL and no migration"),
        file("src/a/0001_first.sql", "CREATE TABLE one (n BIGINT PRIMARY KEY) /*clustered*/;\n-- \"remark\"\n"),
        file("src/c/0003_third.sql", "DELETE FROM one WHERE n = 1;"),
    };
    assert_int_equal(store_migrate(&f->ctx, conn, files, 4, false), WG_E_STORE); /* a reader applies nothing */
    assert_int_equal(store_migrate(&f->ctx, conn, files, 4, true), 0);
    assert_int_equal(number(f, conn, "SELECT count(*) FROM one"), 2);
    assert_int_equal(store_migrate(&f->ctx, conn, files, 4, true), 0);
    assert_int_equal(number(f, conn, "SELECT count(*) FROM one"), 2);
    assert_int_equal(store_migrate(&f->ctx, conn, files, 4, false), 0);
    assert_int_equal(store_migrate(&f->ctx, conn, files, 5, false), WG_E_STORE);
    assert_int_equal(store_migrate(&f->ctx, conn, files, 5, true), 0);
    assert_int_equal(number(f, conn, "SELECT sum(n) FROM one"), 2);
    assert_int_equal(number(f, conn, "SELECT count(*) FROM schema_migration"), 3);
    assert_int_equal(number(f, conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'one' AND sql LIKE '%WITHOUT ROWID%'"),
                     1);
    connection_free(conn);
    (void)unlink(path);
}

static void test_store__a_newer_or_changed_schema_is_refused(void **state)
{
    struct fixture *f = *state; /* store P4 */
    struct connection *conn = wg_xcalloc(1, sizeof *conn);
    char path[96];
    fresh(f, conn, path);
    struct wg_embedded_file files[] = {file("src/a/0001_first.sql", "CREATE TABLE one (n BIGINT);"),
                                       file("src/a/0007_next.sql", "CREATE TABLE two (n BIGINT);")};
    assert_int_equal(store_migrate(&f->ctx, conn, files, 2, true), 0);
    assert_int_equal(store_migrate(&f->ctx, conn, files, 1, true), WG_E_STORE_NEWER);
    assert_string_equal(f->ctx.problem.args[0], "0007");
    assert_string_equal(f->ctx.problem.args[1], "0001");
    files[0] = file("src/a/0001_first.sql", "CREATE TABLE one (n BIGINT); ");
    assert_int_equal(store_migrate(&f->ctx, conn, files, 2, true), WG_E_STORE_CHANGED);
    assert_string_equal(f->ctx.problem.args[0], "src/a/0001_first.sql");
    connection_free(conn);
    (void)unlink(path);
}

static void test_store__a_broken_migration_is_refused_whole(void **state)
{
    struct fixture *f = *state; /* store P4 */
    struct connection *conn = wg_xcalloc(1, sizeof *conn);
    char path[96];
    fresh(f, conn, path);
    struct wg_embedded_file files[] = {file("src/a/0001_first.sql", "CREATE TABLE one (n BIGINT);"),
                                       file("src/a/0002_next.sql", "CREATE TABLE two (n BIGINT); CREATE NONSENSE;")};
    assert_int_equal(store_migrate(&f->ctx, conn, files, 2, true), WG_E_STORE);
    assert_non_null(strstr(f->ctx.problem.args[0], "0002_next.sql"));
    assert_int_equal(number(f, conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'two'"), 0);
    assert_int_equal(number(f, conn, "SELECT count(*) FROM schema_migration"), 1);
    files[1] = file("src/a/0001_again.sql", "");
    assert_int_equal(store_migrate(&f->ctx, conn, files, 2, true), WG_E_STORE);
    assert_non_null(strstr(f->ctx.problem.args[0], "one number"));
    connection_free(conn);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_store__what_was_acknowledged_survives_a_kill),
        TEST(test_store__a_failing_disk_is_said_and_survived),
        TEST(test_store__one_program_at_a_time),
        TEST(test_store__files_are_private_and_absence_is_said),
        TEST(test_store__every_commit_is_synced),
        TEST(test_store__a_copy_is_complete_and_consistent),
        TEST(test_store__optimizing_keeps_what_is_there),
        TEST(test_store__a_pool_that_is_empty_makes_one_wait),
        TEST(test_store__migrations_apply_once_in_the_order_of_their_numbers),
        TEST(test_store__a_newer_or_changed_schema_is_refused),
        TEST(test_store__a_broken_migration_is_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
