#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/store_internal.h"

enum { BUSY_MS = 5000, LARGE_VALUE = 4096, PARAMETERS_MAX = 1000 };

/* Allocation statistics cost a lock on every allocation, in every thread. Must be said before the engine's first use. */
static void configure_engine(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* --- refusals ------------------------------------------------------------------------------------------------------------ */
int connection_refuse(struct wg_ctx *ctx, sqlite3 *db, int result)
{
    const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(result);
    switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: {
        /* "UNIQUE constraint failed: worker.district, worker.login" */
        const char *columns = strstr(text, ": ");
        return wg_refuse(ctx, WG_E_CONFLICT, NULL, columns ? columns + 2 : text, NULL);
    }
    default:
        break;
    }
    int system_error = db ? sqlite3_system_errno(db) : 0;
    switch (result & 0xff) {
    case SQLITE_FULL:
        return wg_refuse(ctx, WG_E_STORE_FULL, NULL, NULL, NULL);
    case SQLITE_BUSY:
        return wg_refuse(ctx, WG_E_BUSY, NULL, NULL, NULL);
    case SQLITE_IOERR:
        if (system_error == ENOSPC || system_error == EDQUOT) return wg_refuse(ctx, WG_E_STORE_FULL, NULL, NULL, NULL);
        return wg_refuse(ctx, WG_E_STORE, NULL,
                         wg_fmt(ctx->arena, "%s (%s)", text, system_error ? strerror(system_error) : sqlite3_errstr(result)),
                         NULL);
    default:
        return wg_refuse(ctx, WG_E_STORE, NULL, text, NULL);
    }
}

/* --- opening ------------------------------------------------------------------------------------------------------------- */
static const char settings_of_all[] = "PRAGMA temp_store = MEMORY;"
                                      "PRAGMA mmap_size = 268435456;"
                                      "PRAGMA case_sensitive_like = ON;";
static const char settings_of_writer[] = "PRAGMA journal_mode = WAL;"
                                         "PRAGMA synchronous = FULL;"
                                         "PRAGMA journal_size_limit = 67108864;"
                                         "PRAGMA cache_size = -32768;";
static const char settings_of_reader[] = "PRAGMA query_only = ON;"
                                         "PRAGMA cache_size = -4096;";

static int set_up(sqlite3 *db, enum connection_kind kind)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        /* A statement's plan never depends on values: otherwise it is prepared again whenever a column of some partial index's
         * condition is compared with a parameter. */
        {SQLITE_DBCONFIG_ENABLE_QPSG, 1},
    };
    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_busy_timeout(db, BUSY_MS);
    int result = SQLITE_OK;
    for (size_t i = 0; i < sizeof options / sizeof *options && result == SQLITE_OK; i++)
        result = sqlite3_db_config(db, options[i].option, options[i].value, NULL);
    if (result == SQLITE_OK) result = sqlite3_exec(db, settings_of_all, NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, kind == CONNECTION_WRITER ? settings_of_writer : settings_of_reader, NULL, NULL, NULL);
    return result;
}

int connection_open(struct wg_ctx *ctx, struct connection *conn, const char *path, enum connection_kind kind)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    (void)pthread_once(&configured, configure_engine);
    sqlite3 *db = NULL;
    int result = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK) result = set_up(db, kind);
    if (result != SQLITE_OK) {
        int code = connection_refuse(ctx, db, result);
        (void)sqlite3_close(db);
        return code;
    }
    conn->db = db;
    return 0;
}

/* --- lists and tables of statements ------------------------------------------------------------------------------------- */
static void list_push(struct statement_list *list, struct statement *s)
{
    s->before = NULL;
    s->after = list->first;
    if (list->first)
        list->first->before = s;
    else
        list->last = s;
    list->first = s;
    list->n++;
}

static void list_remove(struct statement_list *list, struct statement *s)
{
    if (s->before)
        s->before->after = s->after;
    else
        list->first = s->after;
    if (s->after)
        s->after->before = s->before;
    else
        list->last = s->before;
    list->n--;
}

static bool is_busy(const struct statement *s)
{
    return atomic_load_explicit(&s->use, memory_order_relaxed) & 1;
}

static size_t address_slot(const char *sql)
{
    return ((uintptr_t)sql >> 3) & (STATEMENT_SLOTS - 1);
}

static void forget(struct connection *conn, struct statement *s)
{
    struct statement **at = &conn->by_text[s->hash & (STATEMENT_SLOTS - 1)];
    while (*at != s) at = &(*at)->next_in_slot;
    *at = s->next_in_slot;
    for (size_t i = 0; i < STATEMENT_SLOTS; i++)
        if (conn->by_address[i] == s) conn->by_address[i] = NULL;
    (void)sqlite3_finalize(s->st);
    free(s->sql);
    free(s->value_of);
    s->st = NULL;
    s->sql = NULL;
    s->value_of = NULL;
    list_push(&conn->spare, s);
}

void connection_close(struct connection *conn)
{
    statements_give(conn);
    while (conn->idle.first) {
        struct statement *s = conn->idle.first;
        list_remove(&conn->idle, s);
        forget(conn, s);
    }
    (void)sqlite3_close(conn->db);
    conn->db = NULL;
}

void connection_free(struct connection *conn)
{
    if (!conn) return;
    connection_close(conn);
    struct statement *after;
    for (struct statement *s = conn->spare.first; s; s = after) {
        after = s->after;
        free(s);
    }
    free(conn);
}

/* --- preparing ------------------------------------------------------------------------------------------------------------ */
/* "$12" gives 11; a parameter of another form, -1. */
static int value_number(const char *name)
{
    int64_t number;
    if (!name || name[0] != '$' || !wg_parse_i64(wg_str(name + 1), 1, PARAMETERS_MAX, &number)) return -1;
    return (int)number - 1;
}

static int read_parameters(struct wg_ctx *ctx, struct statement *s)
{
    s->n_params = sqlite3_bind_parameter_count(s->st);
    s->n_values = 0;
    s->value_of = wg_xcalloc((size_t)s->n_params, sizeof *s->value_of);
    for (int i = 0; i < s->n_params; i++) {
        int number = value_number(sqlite3_bind_parameter_name(s->st, i + 1));
        if (number < 0) return wg_refuse(ctx, WG_E_STORE, NULL, "parameters are $1, $2, ...", NULL);
        s->value_of[i] = (uint16_t)number;
        if ((size_t)number >= s->n_values) s->n_values = (size_t)number + 1;
    }
    return 0;
}

static struct statement *prepare(struct wg_ctx *ctx, struct connection *conn, const char *sql, uint64_t hash)
{
    sqlite3_stmt *st = NULL;
    const char *tail = NULL;
    int result = sqlite3_prepare_v3(conn->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, &tail);
    if (result != SQLITE_OK) {
        (void)connection_refuse(ctx, conn->db, result);
        return NULL;
    }
    if (!st || wg_str_trim(wg_str(tail)).n) {
        (void)sqlite3_finalize(st);
        (void)wg_refuse(ctx, WG_E_STORE, NULL, "one statement is expected", NULL);
        return NULL;
    }
    struct statement *s = conn->spare.first;
    if (s)
        list_remove(&conn->spare, s);
    else
        s = wg_xcalloc(1, sizeof *s);
    s->st = st;
    if (read_parameters(ctx, s) != 0) {
        (void)sqlite3_finalize(st);
        free(s->value_of);
        s->value_of = NULL;
        s->st = NULL;
        list_push(&conn->spare, s);
        return NULL;
    }
    size_t size = strlen(sql) + 1;
    s->sql = memcpy(wg_xmalloc(size), sql, size);
    s->hash = hash;
    s->holds_large = false;
    s->next_in_slot = conn->by_text[hash & (STATEMENT_SLOTS - 1)];
    conn->by_text[hash & (STATEMENT_SLOTS - 1)] = s;
    list_push(&conn->idle, s);
    return s;
}

/* An idle statement of this text, or NULL. */
static struct statement *find_idle(struct connection *conn, const char *sql, uint64_t hash)
{
    struct statement *s = conn->by_text[hash & (STATEMENT_SLOTS - 1)];
    while (s && (s->hash != hash || is_busy(s) || strcmp(s->sql, sql) != 0)) s = s->next_in_slot;
    return s;
}

struct statement *statement_take(struct wg_ctx *ctx, struct connection *conn, const char *sql)
{
    /* Most statements are constants: the address finds them, comparing the text makes sure. */
    struct statement **near = &conn->by_address[address_slot(sql)];
    struct statement *s = *near;
    if (!s || is_busy(s) || strcmp(s->sql, sql) != 0) {
        uint64_t hash = wg_hash(sql, strlen(sql));
        s = find_idle(conn, sql, hash);
        if (!s) s = prepare(ctx, conn, sql, hash);
        if (!s) return NULL;
        *near = s;
    }
    list_remove(&conn->idle, s);
    (void)atomic_fetch_add_explicit(&s->use, 1, memory_order_relaxed);
    list_push(&conn->busy, s);
    return s;
}

void statement_give(struct connection *conn, struct statement *s)
{
    assert(is_busy(s));
    (void)sqlite3_reset(s->st);
    if (s->holds_large) {
        (void)sqlite3_clear_bindings(s->st);
        s->holds_large = false;
    }
    (void)atomic_fetch_add_explicit(&s->use, 1, memory_order_relaxed);
    list_remove(&conn->busy, s);
    list_push(&conn->idle, s);
    if (conn->idle.n > STATEMENTS_KEPT) {
        struct statement *oldest = conn->idle.last;
        list_remove(&conn->idle, oldest);
        forget(conn, oldest);
    }
}

void statements_give(struct connection *conn)
{
    while (conn->busy.first) statement_give(conn, conn->busy.first);
}

int connection_run(struct wg_ctx *ctx, struct connection *conn, const char *sql)
{
    struct statement *s = statement_take(ctx, conn, sql);
    if (!s) return ctx->problem.code;
    int result;
    do result = sqlite3_step(s->st);
    while (result == SQLITE_ROW);
    int code = result == SQLITE_DONE ? 0 : connection_refuse(ctx, conn->db, result);
    statement_give(conn, s);
    return code;
}

/* --- binding --------------------------------------------------------------------------------------------------------------- */
static int bind_value(struct statement *s, int index, const struct store_value *v, sqlite3_destructor_type keep)
{
    const char *p = v->s.p ? v->s.p : "";
    switch (v->type) {
    case STORE_NULL:
        return sqlite3_bind_null(s->st, index);
    case STORE_INT:
        return sqlite3_bind_int64(s->st, index, v->i);
    case STORE_REAL:
        return sqlite3_bind_double(s->st, index, v->r);
    case STORE_TEXT:
        if (v->s.n > LARGE_VALUE) s->holds_large = true;
        return sqlite3_bind_text64(s->st, index, p, v->s.n, keep, SQLITE_UTF8);
    case STORE_BYTES:
        if (v->s.n > LARGE_VALUE) s->holds_large = true;
        return sqlite3_bind_blob64(s->st, index, p, v->s.n, keep);
    }
    store_misuse("a value of no type");
}

int statement_bind(struct wg_ctx *ctx, struct connection *conn, struct statement *s, const struct store_value *values, size_t n,
                   bool copy)
{
    if (n != s->n_values)
        return wg_refuse(ctx, WG_E_STORE, NULL,
                         wg_fmt(ctx->arena, "%zu values for a statement with %zu: %s", n, s->n_values, s->sql), NULL);
    for (int i = 0; i < s->n_params; i++) {
        int result = bind_value(s, i + 1, &values[s->value_of[i]], copy ? SQLITE_TRANSIENT : SQLITE_STATIC);
        if (result != SQLITE_OK) return connection_refuse(ctx, conn->db, result);
    }
    return 0;
}
