#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/store/store_internal.h"

/* --- values ---------------------------------------------------------------------------------------------------------------- */
struct store_value store_null(void)
{
    return (struct store_value){.type = STORE_NULL};
}

struct store_value store_int(int64_t i)
{
    return (struct store_value){.type = STORE_INT, .i = i};
}

struct store_value store_real(double r)
{
    return (struct store_value){.type = STORE_REAL, .r = r};
}

struct store_value store_text(struct wg_str s)
{
    return (struct store_value){.type = STORE_TEXT, .s = s};
}

struct store_value store_cstr(const char *s)
{
    return s ? store_text(wg_str(s)) : store_null();
}

struct store_value store_bytes(struct wg_str s)
{
    return (struct store_value){.type = STORE_BYTES, .s = s};
}

struct store_value store_id(const wg_id *id)
{
    if (!id || wg_id_is_nil(*id)) return store_null();
    return store_bytes((struct wg_str){(const char *)id->b, sizeof id->b});
}

struct store_value store_day(wg_day day)
{
    return day == WG_DAY_NONE ? store_null() : store_int(day);
}

struct store_value store_time(wg_time t)
{
    return t == WG_TIME_NONE ? store_null() : store_int(t);
}

/* --- the pool -------------------------------------------------------------------------------------------------------------- */
/* A free connection, a new place for one (db NULL), or NULL when none came free in time. */
static struct connection *pool_take(struct store *store)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += READER_WAIT;
    (void)pthread_mutex_lock(&store->pool_lock);
    bool waited = false;
    int timeout = 0;
    while (!store->pool && store->n_readers == READERS_MAX && timeout != ETIMEDOUT) {
        waited = true;
        timeout = pthread_cond_timedwait(&store->pool_filled, &store->pool_lock, &until);
    }
    struct connection *conn = store->pool;
    if (conn) {
        store->pool = conn->next;
    } else if (store->n_readers < READERS_MAX) {
        conn = wg_xcalloc(1, sizeof *conn);
        conn->next_of_all = store->all_readers;
        store->all_readers = conn;
        store->n_readers++;
    }
    if (conn) store->n_out++;
    (void)pthread_mutex_unlock(&store->pool_lock);
    if (waited) (void)atomic_fetch_add_explicit(&store->n_waits, 1, memory_order_relaxed);
    return conn;
}

static void pool_give(struct store *store, struct connection *conn)
{
    (void)pthread_mutex_lock(&store->pool_lock);
    conn->next = store->pool;
    store->pool = conn;
    store->n_out--;
    (void)pthread_cond_signal(&store->pool_filled);
    (void)pthread_mutex_unlock(&store->pool_lock);
}

void store_pool_close(struct store *store)
{
    if (store->n_out) store_misuse("closed while snapshots are open");
    while (store->all_readers) {
        struct connection *conn = store->all_readers;
        store->all_readers = conn->next_of_all;
        connection_free(conn);
    }
    store->pool = NULL;
    store->n_readers = 0;
}

/* --- snapshots ------------------------------------------------------------------------------------------------------------- */
/* BEGIN alone takes no snapshot; the first read does. */
static int begin_reading(struct wg_ctx *ctx, struct store *store, struct connection *conn)
{
    unsigned epoch = atomic_load(&store->epoch);
    if (conn->db && conn->epoch != epoch) connection_close(conn);
    if (!conn->db) {
        conn->epoch = epoch;
        int code = connection_open(ctx, conn, store->path, CONNECTION_READER);
        if (code) return code;
    }
    int code = connection_run(ctx, conn, "BEGIN");
    if (code) return code;
    code = connection_run(ctx, conn, "SELECT 1 FROM sqlite_schema LIMIT 1");
    if (code) (void)sqlite3_exec(conn->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

static void end_snap(void *what)
{
    store_read_end(what);
}

int store_read(struct wg_ctx *ctx, struct store *store, struct store_snap **ret_snap)
{
    if (store->writer_runs && pthread_equal(pthread_self(), store->writer_thread))
        store_misuse("store_read inside a unit of work: read with store_tx_snap");
    struct connection *conn = pool_take(store);
    if (!conn) return wg_refuse(ctx, WG_E_BUSY, NULL, NULL, NULL);
    int code = begin_reading(ctx, store, conn);
    if (code) {
        pool_give(store, conn);
        return code;
    }
    (void)atomic_fetch_add_explicit(&store->n_reads, 1, memory_order_relaxed);
    struct store_snap *snap = wg_alloc(ctx->arena, sizeof *snap);
    *snap = (struct store_snap){.store = store, .conn = conn, .arena = ctx->arena};
    wg_arena_cleanup(ctx->arena, end_snap, snap);
    *ret_snap = snap;
    return 0;
}

void store_read_end(struct store_snap *snap)
{
    if (!snap || snap->writing || !snap->conn) return;
    struct connection *conn = snap->conn;
    snap->conn = NULL;
    statements_give(conn);
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    /* A connection that cannot end its transaction is replaced. */
    if (connection_run(&ctx, conn, "COMMIT")) connection_close(conn);
    wg_arena_free(arena);
    pool_give(snap->store, conn);
}

struct store_snap *store_tx_snap(struct store_tx *tx)
{
    return &tx->snap;
}

/* --- rows ------------------------------------------------------------------------------------------------------------------ */
struct store_rows {
    struct connection *conn;
    struct statement *s;
    uint64_t use;
};

static bool is_open(const struct store_rows *rows)
{
    return atomic_load_explicit(&rows->s->use, memory_order_relaxed) == rows->use;
}

static void end_rows(void *what)
{
    store_rows_end(what);
}

static struct connection *connection_of(const struct store_snap *snap)
{
    if (!snap->conn) store_misuse("a snapshot is used after its end");
    return snap->conn;
}

/* The statement with its values; NULL when refused. */
static struct statement *start(struct wg_ctx *ctx, struct connection *conn, const char *sql, const struct store_value *values,
                               size_t n, bool copy)
{
    struct statement *s = statement_take(ctx, conn, sql);
    if (s && statement_bind(ctx, conn, s, values, n, copy) != 0) {
        statement_give(conn, s);
        return NULL;
    }
    return s;
}

static struct store_rows *open_rows(struct wg_ctx *ctx, struct store_snap *snap, const char *sql,
                                    const struct store_value *values, size_t n)
{
    struct connection *conn = connection_of(snap);
    struct statement *s = start(ctx, conn, sql, values, n, true);
    if (!s) return NULL;
    struct store_rows *rows = wg_alloc(ctx->arena, sizeof *rows);
    *rows = (struct store_rows){conn, s, atomic_load_explicit(&s->use, memory_order_relaxed)};
    /* The snapshot closes its rows; those that live in another, shorter arena must be closed with that. */
    if (ctx->arena != snap->arena) wg_arena_cleanup(ctx->arena, end_rows, rows);
    return rows;
}

int store_query(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                struct store_rows **ret_rows)
{
    struct store_rows *rows = open_rows(ctx, snap, sql, values, n);
    if (!rows) return ctx->problem.code;
    *ret_rows = rows;
    return 0;
}

int store_next(struct wg_ctx *ctx, struct store_rows *rows, bool *ret_more)
{
    if (!is_open(rows)) {
        *ret_more = false;
        return 0;
    }
    int result = sqlite3_step(rows->s->st);
    if (result == SQLITE_ROW) {
        *ret_more = true;
        return 0;
    }
    int code = result == SQLITE_DONE ? 0 : connection_refuse(ctx, rows->conn->db, result);
    statement_give(rows->conn, rows->s);
    if (!code) *ret_more = false;
    return code;
}

void store_rows_end(struct store_rows *rows)
{
    if (rows && is_open(rows)) statement_give(rows->conn, rows->s);
}

bool store_is_null(const struct store_rows *rows, int column)
{
    return !is_open(rows) || sqlite3_column_type(rows->s->st, column) == SQLITE_NULL;
}

int64_t store_get_int(const struct store_rows *rows, int column)
{
    return is_open(rows) ? sqlite3_column_int64(rows->s->st, column) : 0;
}

double store_get_real(const struct store_rows *rows, int column)
{
    return is_open(rows) ? sqlite3_column_double(rows->s->st, column) : 0;
}

struct wg_str store_get_text(const struct store_rows *rows, int column)
{
    if (!is_open(rows)) return WG_STR("");
    sqlite3_stmt *st = rows->s->st;
    /* Asking for bytes as they are leaves a blob a blob; numbers become text. */
    const void *p = sqlite3_column_type(st, column) == SQLITE_BLOB ? sqlite3_column_blob(st, column)
                                                                   : (const void *)sqlite3_column_text(st, column);
    if (!p) return WG_STR("");
    return (struct wg_str){p, (size_t)sqlite3_column_bytes(st, column)};
}

wg_id store_get_id(const struct store_rows *rows, int column)
{
    wg_id id = {{0}};
    struct wg_str bytes = store_get_text(rows, column);
    if (bytes.n == sizeof id.b) memcpy(id.b, bytes.p, sizeof id.b);
    return id;
}

wg_day store_get_day(const struct store_rows *rows, int column)
{
    if (store_is_null(rows, column)) return WG_DAY_NONE;
    int64_t day = store_get_int(rows, column);
    return day < INT32_MIN || day > INT32_MAX ? WG_DAY_NONE : (wg_day)day;
}

wg_time store_get_time(const struct store_rows *rows, int column)
{
    return store_is_null(rows, column) ? WG_TIME_NONE : store_get_int(rows, column);
}

int store_one(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
              struct store_rows **ret_rows, bool *ret_found)
{
    struct store_rows *rows = open_rows(ctx, snap, sql, values, n);
    if (!rows) return ctx->problem.code;
    int code = store_next(ctx, rows, ret_found);
    if (code) return code;
    *ret_rows = rows;
    return 0;
}

int store_number(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                 int64_t otherwise, int64_t *ret)
{
    struct connection *conn = connection_of(snap);
    struct statement *s = start(ctx, conn, sql, values, n, false);
    if (!s) return ctx->problem.code;
    int code = 0;
    int result = sqlite3_step(s->st);
    if (result == SQLITE_ROW)
        *ret = sqlite3_column_type(s->st, 0) == SQLITE_NULL ? otherwise : sqlite3_column_int64(s->st, 0);
    else if (result == SQLITE_DONE)
        *ret = otherwise;
    else
        code = connection_refuse(ctx, conn->db, result);
    statement_give(conn, s);
    return code;
}

int store_exec(struct wg_ctx *ctx, struct store_tx *tx, const char *sql, const struct store_value *values, size_t n,
               int64_t *ret_changed)
{
    struct connection *conn = connection_of(&tx->snap);
    struct statement *s = start(ctx, conn, sql, values, n, false);
    if (!s) return ctx->problem.code;
    int code = 0;
    sqlite3_int64 before = sqlite3_total_changes64(conn->db);
    int result;
    do result = sqlite3_step(s->st);
    while (result == SQLITE_ROW);
    if (result != SQLITE_DONE)
        code = connection_refuse(ctx, conn->db, result);
    else if (ret_changed) /* the engine keeps the last count over statements that change no rows */
        *ret_changed = sqlite3_total_changes64(conn->db) == before ? 0 : sqlite3_changes64(conn->db);
    statement_give(conn, s);
    return code;
}
