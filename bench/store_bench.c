/* How much of the engine's own speed is left behind the store's face, on the same rows in the same run.
 *
 *   writes   single-row units through store_write from 64 threads, against the engine alone inserting the same rows in
 *            transactions of 1000 (the limit)
 *   reads    a point query through store_one in one snapshot, and with a snapshot each, against the bare prepared statement
 *
 *   store_bench [ROWS [DIRECTORY]]      rows for the writes (default 100000); the directory is made and removed
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "platform/store/store.h"

enum { THREADS = 64, BATCH = 1000, READS = 200000 };

static const char create_table[] = "CREATE TABLE reading (district TEXT NOT NULL, id BYTEA NOT NULL, enrolment BYTEA NOT NULL,"
                                   " day INTEGER NOT NULL, moment BIGINT NOT NULL, celsius DOUBLE PRECISION, answers TEXT,"
                                   " PRIMARY KEY (district, id)) WITHOUT ROWID";
static const char create_index[] = "CREATE INDEX reading_enrolment ON reading (district, enrolment, day)";
static const char insert_row[] = "INSERT INTO reading VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char find_row[] = "SELECT celsius, answers FROM reading WHERE district = $1 AND id = $2";
static const char answers[] = "{\"t\":36.6,\"cough\":false,\"fever\":false,\"left_home\":false}";
static const char district[] = "320508";

struct row {
    wg_id id, enrolment;
    int64_t day, moment;
};

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "store_bench: %s\n", what);
    exit(1);
}

static struct row *make_rows(size_t n)
{
    struct row *rows = wg_xcalloc(n, sizeof *rows);
    wg_time moment = wg_now();
    for (size_t i = 0; i < n; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%zu", i % 20000);
        rows[i] = (struct row){wg_id_new(moment), wg_id_named("enrolment", wg_str(name)), 18300 + (int64_t)(i % 14), moment};
    }
    return rows;
}

/* --- the engine alone ------------------------------------------------------------------------------------------------------ */
static sqlite3 *open_raw(const char *path)
{
    sqlite3 *db;
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, path);
    must(sqlite3_exec(db,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;"
                      "PRAGMA cache_size = -32768; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY",
                      NULL, NULL, NULL) == SQLITE_OK,
         "settings");
    return db;
}

static void bind_row(sqlite3_stmt *st, const struct row *row)
{
    (void)sqlite3_bind_text(st, 1, district, -1, SQLITE_STATIC);
    (void)sqlite3_bind_blob(st, 2, row->id.b, sizeof row->id.b, SQLITE_STATIC);
    (void)sqlite3_bind_blob(st, 3, row->enrolment.b, sizeof row->enrolment.b, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 4, row->day);
    (void)sqlite3_bind_int64(st, 5, row->moment);
    (void)sqlite3_bind_double(st, 6, 36.6);
    (void)sqlite3_bind_text(st, 7, answers, -1, SQLITE_STATIC);
}

static double raw_writes(const char *path, const struct row *rows, size_t n)
{
    sqlite3 *db = open_raw(path);
    sqlite3_stmt *st;
    must(sqlite3_exec(db, create_table, NULL, NULL, NULL) == SQLITE_OK, "table");
    must(sqlite3_exec(db, create_index, NULL, NULL, NULL) == SQLITE_OK, "index");
    must(sqlite3_prepare_v2(db, insert_row, -1, &st, NULL) == SQLITE_OK, "insert");
    double began = seconds();
    for (size_t i = 0; i < n; i++) {
        if (i % BATCH == 0) must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, "begin");
        bind_row(st, &rows[i]);
        must(sqlite3_step(st) == SQLITE_DONE, "row");
        (void)sqlite3_reset(st);
        if (i % BATCH == BATCH - 1 || i == n - 1) must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "commit");
    }
    double took = seconds() - began;
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return took;
}

static double raw_reads(const char *path, const struct row *rows, size_t n)
{
    sqlite3 *db = open_raw(path);
    sqlite3_stmt *st;
    must(sqlite3_prepare_v3(db, find_row, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) == SQLITE_OK, "query");
    must(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK, "begin");
    double began = 0, sum = 0;
    for (int round = 0; round < 2; round++) { /* the first warms the caches */
        began = seconds();
        for (size_t i = 0; i < READS; i++) {
            const struct row *row = &rows[i * 7919 % n];
            (void)sqlite3_bind_text(st, 1, district, -1, SQLITE_STATIC);
            (void)sqlite3_bind_blob(st, 2, row->id.b, sizeof row->id.b, SQLITE_STATIC);
            must(sqlite3_step(st) == SQLITE_ROW, "no row");
            sum += sqlite3_column_double(st, 0);
            (void)sqlite3_reset(st);
        }
    }
    double took = seconds() - began;
    must(sum > 0, "sum");
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return took;
}

/* --- through the store ----------------------------------------------------------------------------------------------------- */
static int create(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    int code = store_exec(ctx, tx, create_table, NULL, 0, NULL);
    return code ? code : store_exec(ctx, tx, create_index, NULL, 0, NULL);
}

struct one_row {
    const struct row *row;
};

static int insert(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct row *row = ((struct one_row *)arg)->row;
    struct store_value values[] = {store_cstr(district),    store_id(&row->id), store_id(&row->enrolment), store_int(row->day),
                                   store_time(row->moment), store_real(36.6),   store_cstr(answers)};
    return store_exec(ctx, tx, insert_row, values, sizeof values / sizeof *values, NULL);
}

struct writer {
    struct store *store;
    const struct row *rows;
    size_t from, to;
};

static void *write_rows(void *arg)
{
    const struct writer *w = arg;
    struct wg_arena *arena = wg_arena_new();
    for (size_t i = w->from; i < w->to; i++) {
        struct wg_ctx ctx = wg_ctx(arena);
        struct one_row one = {&w->rows[i]};
        must(store_write(&ctx, w->store, insert, &one) == 0, "store_write");
        wg_arena_reset(arena);
    }
    wg_arena_free(arena);
    return NULL;
}

static double store_writes(struct store *store, const struct row *rows, size_t n, size_t threads)
{
    pthread_t ids[THREADS];
    struct writer writers[THREADS];
    double began = seconds();
    for (size_t i = 0; i < threads; i++) {
        writers[i] = (struct writer){store, rows, n * i / threads, n * (i + 1) / threads};
        must(pthread_create(&ids[i], NULL, write_rows, &writers[i]) == 0, "thread");
    }
    for (size_t i = 0; i < threads; i++) must(pthread_join(ids[i], NULL) == 0, "join");
    return seconds() - began;
}

static double find(struct wg_ctx *ctx, struct store_snap *snap, const struct row *row)
{
    struct store_rows *found;
    bool some;
    struct store_value values[] = {store_cstr(district), store_id(&row->id)};
    must(store_one(ctx, snap, find_row, values, 2, &found, &some) == 0 && some, "store_one");
    double celsius = store_get_real(found, 0);
    store_rows_end(found);
    return celsius;
}

static double store_reads(struct store *store, const struct row *rows, size_t n, bool snapshot_each)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct store_snap *snap = NULL;
    double began = 0, sum = 0;
    for (int round = 0; round < 2; round++) {
        began = seconds();
        for (size_t i = 0; i < READS; i++) {
            if (snap && snapshot_each) {
                wg_arena_reset(arena);
                snap = NULL;
            }
            if (!snap) must(store_read(&ctx, store, &snap) == 0, "store_read");
            struct wg_arena_mark mark = wg_arena_mark(arena);
            sum += find(&ctx, snap, &rows[i * 7919 % n]);
            wg_arena_rewind(arena, mark);
        }
    }
    double took = seconds() - began;
    must(sum > 0, "sum");
    wg_arena_free(arena);
    return took;
}

/* --- all of it ------------------------------------------------------------------------------------------------------------- */
static void remove_files(const char *directory)
{
    static const char *const names[] = {"raw.db",        "raw.db-wal",    "raw.db-shm", "wangge.db",
                                        "wangge.db-wal", "wangge.db-shm", "wangge.lock"};
    char path[512];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(directory);
}

static void say_writes(const char *what, double took, size_t n, double reference)
{
    printf("%-44s %10.0f rows/s   %5.3f of the limit\n", what, (double)n / took, reference / took);
}

static void say_reads(const char *what, double took, double reference)
{
    printf("%-44s %10.2f us       %5.2f x the bare query\n", what, took / READS * 1e6, took / reference);
}

int main(int argc, char **argv)
{
    int64_t wanted = 100000;
    must(argc < 2 || wg_parse_i64(wg_str(argv[1]), 64, 100000000, &wanted), "usage: store_bench [ROWS [DIRECTORY]]");
    const char *directory = argc > 2 ? argv[2] : "store-bench.data";
    size_t n = (size_t)wanted;
    struct row *rows = make_rows(n);
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct store *store;
    remove_files(directory);
    if (store_open(&ctx, directory, true, &store) || store_write(&ctx, store, create, NULL)) {
        (void)fprintf(stderr, "store_bench: %s\n", wg_problem_text(arena, &ctx.problem, WG_EN));
        return 1;
    }
    const char *raw = wg_fmt(arena, "%s/raw.db", directory);
    double limit = raw_writes(raw, rows, n);
    say_writes("engine alone, 1000 rows a transaction", limit, n, limit);
    double took = store_writes(store, rows, n, THREADS);
    say_writes("store_write, 1 row a unit, 64 threads", took, n, limit);
    struct store_stats stats = store_stats(store);
    printf("  %llu units in %llu groups, the largest %llu\n", (unsigned long long)stats.writes,
           (unsigned long long)stats.groups, (unsigned long long)stats.largest_group);
    double bare = raw_reads(raw, rows, n);
    say_reads("engine alone, point query", bare, bare);
    say_reads("store_one in one snapshot", store_reads(store, rows, n, false), bare);
    say_reads("store_read, store_one, end", store_reads(store, rows, n, true), bare);
    store_close(store);
    wg_arena_free(arena);
    remove_files(directory);
    free(rows);
    return 0;
}
