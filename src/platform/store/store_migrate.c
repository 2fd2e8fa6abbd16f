#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/store_internal.h"

enum { CHECKSUM = 32, MIGRATION_MAX = 1024 * 1024 };

struct migration {
    int64_t number;
    const char *name; /* path from the root of the sources */
    struct wg_str text;
    unsigned char checksum[CHECKSUM];
    bool applied;
};

struct migrations {
    struct migration *all; /* by number */
    size_t n;
};

static const char create_table[] = "CREATE TABLE IF NOT EXISTS schema_migration (\n"
                                   "    number BIGINT NOT NULL PRIMARY KEY, -- NNNN of the file's name\n"
                                   "    name TEXT NOT NULL,                 -- its path, for people\n"
                                   "    checksum BYTEA NOT NULL,            -- BLAKE2b-256 of its text\n"
                                   "    applied BIGINT NOT NULL             -- moment\n"
                                   ")";

/* The number of src/.../NNNN_name.sql, or -1. */
static int64_t number_of(const char *path)
{
    struct wg_str name = wg_str(path);
    if (!wg_str_starts(name, WG_STR("src/")) || !wg_str_ends(name, WG_STR(".sql"))) return -1;
    const char *base = strrchr(path, '/') + 1;
    int64_t number;
    if (strlen(base) < sizeof "0000_x.sql" - 1 || base[4] != '_') return -1;
    for (int i = 0; i < 4; i++)
        if (base[i] < '0' || base[i] > '9') return -1;
    return wg_parse_i64((struct wg_str){base, 4}, 0, 9999, &number) ? number : -1;
}

static int by_number(const void *a, const void *b)
{
    const struct migration *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static int collect(struct wg_ctx *ctx, const struct wg_embedded_file *files, size_t count, struct migrations *ret)
{
    struct migrations m = {wg_alloc_n(ctx->arena, count + 1, sizeof *m.all), 0};
    for (size_t i = 0; i < count; i++) {
        int64_t number = number_of(files[i].name);
        if (number < 0) continue;
        struct migration *one = &m.all[m.n++];
        one->number = number;
        one->name = files[i].name;
        one->text = (struct wg_str){(const char *)files[i].from, (size_t)(files[i].to - files[i].from)};
        (void)crypto_generichash(one->checksum, CHECKSUM, files[i].from, one->text.n, NULL, 0);
    }
    qsort(m.all, m.n, sizeof *m.all, by_number);
    for (size_t i = 1; i < m.n; i++)
        if (m.all[i - 1].number == m.all[i].number)
            return wg_refuse(ctx, WG_E_STORE, NULL,
                             wg_fmt(ctx->arena, "two migrations have one number: %s, %s", m.all[i - 1].name, m.all[i].name),
                             NULL);
    *ret = m;
    return 0;
}

static struct migration *find(struct migrations *m, int64_t number)
{
    struct migration key = {.number = number};
    return m->n ? bsearch(&key, m->all, m->n, sizeof *m->all, by_number) : NULL;
}

static int refuse_newer(struct wg_ctx *ctx, struct store_snap *snap, const struct migrations *m)
{
    int64_t highest;
    int code = store_number(ctx, snap, "SELECT max(number) FROM schema_migration", NULL, 0, 0, &highest);
    if (code) return code;
    int64_t known = m->n ? m->all[m->n - 1].number : 0;
    return wg_refuse(ctx, WG_E_STORE_NEWER, NULL, wg_fmt(ctx->arena, "%04lld", (long long)highest),
                     wg_fmt(ctx->arena, "%04lld", (long long)known));
}

/* Marks what the store already has, and refuses what it should not have. */
static int compare(struct wg_ctx *ctx, struct store_snap *snap, struct migrations *m)
{
    struct store_rows *rows;
    int code = store_query(ctx, snap, "SELECT number, checksum, name FROM schema_migration ORDER BY number", NULL, 0, &rows);
    if (code) return code;
    for (;;) {
        bool more;
        if ((code = store_next(ctx, rows, &more)) || !more) return code;
        struct migration *one = find(m, store_get_int(rows, 0));
        if (!one) {
            store_rows_end(rows);
            return refuse_newer(ctx, snap, m);
        }
        struct wg_str was = store_get_text(rows, 1), is = {(const char *)one->checksum, CHECKSUM};
        if (!wg_str_eq(was, is)) {
            const char *name = wg_cstr(ctx->arena, store_get_text(rows, 2));
            store_rows_end(rows);
            return wg_refuse(ctx, WG_E_STORE_CHANGED, NULL, name, NULL);
        }
        one->applied = true;
    }
}

/* The one word the engines do not share: a table kept in the order of its primary key. */
static const char *in_dialect(struct wg_ctx *ctx, struct wg_str text)
{
    static const struct wg_str mark = {"/*clustered*/", 13};
    struct wg_buf out;
    wg_buf_init(&out, 2 * MIGRATION_MAX);
    while (text.n) {
        ptrdiff_t at = wg_str_find(text, mark);
        size_t plain = at < 0 ? text.n : (size_t)at;
        wg_buf_add(&out, text.p, plain);
        text = wg_str_sub(text, plain, text.n);
        if (at < 0) break;
        wg_buf_puts(&out, "WITHOUT ROWID");
        text = wg_str_sub(text, mark.n, text.n);
    }
    const char *sql = out.failed ? NULL : !out.n ? "" : wg_cstr(ctx->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return sql;
}

static int refuse_file(struct wg_ctx *ctx, const struct migration *one, const char *why)
{
    return wg_refuse(ctx, WG_E_STORE, NULL, wg_fmt(ctx->arena, "%s: %s", one->name, why), NULL);
}

static int apply_inside(struct wg_ctx *ctx, struct store_tx *tx, const struct migration *one)
{
    sqlite3 *db = tx->snap.conn->db;
    const char *sql = one->text.n > MIGRATION_MAX ? NULL : in_dialect(ctx, one->text);
    if (!sql) return refuse_file(ctx, one, "too large");
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) return refuse_file(ctx, one, sqlite3_errmsg(db));
    if (sqlite3_get_autocommit(db)) return refuse_file(ctx, one, "a migration must not end its transaction");
    struct store_value values[] = {store_int(one->number), store_cstr(one->name),
                                   store_bytes((struct wg_str){(const char *)one->checksum, CHECKSUM}), store_time(ctx->now)};
    return store_exec(ctx, tx, "INSERT INTO schema_migration (number, name, checksum, applied) VALUES ($1, $2, $3, $4)", values,
                      sizeof values / sizeof *values, NULL);
}

static int apply_one(struct wg_ctx *ctx, struct store_tx *tx, const struct migration *one)
{
    int code = connection_run(ctx, tx->snap.conn, "BEGIN IMMEDIATE");
    if (code) return code;
    code = apply_inside(ctx, tx, one);
    if (!code) code = connection_run(ctx, tx->snap.conn, "COMMIT");
    if (code && !sqlite3_get_autocommit(tx->snap.conn->db)) (void)sqlite3_exec(tx->snap.conn->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

int store_migrate(struct wg_ctx *ctx, struct connection *conn, const struct wg_embedded_file *files, size_t count, bool apply)
{
    if (sodium_init() < 0) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    struct store_tx tx = {{.conn = conn, .arena = ctx->arena, .writing = true}};
    struct migrations m = {NULL, 0};
    int code = collect(ctx, files, count, &m);
    if (!code && apply) code = connection_run(ctx, conn, create_table);
    if (!code) code = compare(ctx, &tx.snap, &m);
    for (size_t i = 0; i < m.n && !code; i++) {
        if (m.all[i].applied) continue;
        code = apply ? apply_one(ctx, &tx, &m.all[i])
                     : refuse_file(ctx, &m.all[i], "not yet applied; start the program on this store once");
    }
    return code;
}
