/* store.h - one face over the database: migrations, consistent reads, and one writer that commits for many.
 *
 * SQLite (WAL) in a directory. The face is shaped so that PostgreSQL fits behind it: parameters are $1 $2 ..., SQL is the
 * subset both speak (ON CONFLICT, RETURNING, CTE, window functions, FILTER; no engine's own functions), a write may be run
 * again, and text orders by bytes (PostgreSQL: collation C). No other room names an engine.
 *   P1 store_write returns 0 only when the group's commit is on disk (synchronous=FULL); a crash loses nothing acknowledged
 *   P2 a unit of work that refuses leaves no trace, and the others of its group are not disturbed
 *   P3 a snapshot sees one moment: nothing committed after it began
 *   P4 migrations are the embedded files src/.../NNNN_name.sql, applied once each, in the order of their numbers; a store with
 *      a number this program does not know is refused (WG_E_STORE_NEWER)
 *   P5 one program opens a directory for writing at a time (WG_E_STORE_LOCKED)
 *   P6 rows, statements and snapshots left open are closed with ctx->arena
 * Errors: WG_E_STORE with the engine's text, WG_E_STORE_FULL, WG_E_CONFLICT for a unique key that exists (the constraint's
 * columns in the problem), WG_E_BUSY when no connection came free in ten seconds (a thread that holds one snapshot and asks
 * for another may wait for itself: hold one). Any thread may call; one snapshot or transaction is used by one thread at a
 * time. A store outlives the arenas it was used with.
 *
 * The SQL of migrations and queries: types TEXT, BIGINT, INTEGER, DOUBLE PRECISION, BYTEA (ids are 16 bytes); LIKE tells
 * upper from lower case; no constraint is DEFERRABLE (it would fail the group instead of its unit). A table to be kept in
 * the order of its primary key has the word clustered in a comment of its own, without blanks, after its closing parenthesis
 * (src/platform/job/0003_job.sql shows it). */
#ifndef WG_STORE_H
#define WG_STORE_H
#include "base/base.h"

struct store;
struct store_snap; /* a consistent read */
struct store_tx;   /* a write in the current group */

/* `where`: a directory (made when `create`). Applies migrations. */
WG_MUST int store_open(struct wg_ctx *ctx, const char *where, bool create, struct store **ret_store);
/* For looking beside a running program: takes no lock, applies nothing (a store that lacks a migration is refused), and
 * store_write refuses. */
WG_MUST int store_open_reading(struct wg_ctx *ctx, const char *where, struct store **ret_store);
/* NULL is allowed; finishes the writes already handed in. All snapshots must have ended. */
void store_close(struct store *store);
/* The directory, for the key file and uploads beside the database. */
const char *store_directory(const struct store *store);
/* A copy of the database that a running program may take: consistent, complete, a store in the new directory `to` (must not
 * exist). The key file and other files beside the database are not part of it. */
WG_MUST int store_backup(struct wg_ctx *ctx, struct store *store, const char *to);
/* ANALYZE and the like, after bulk loads. */
WG_MUST int store_optimize(struct wg_ctx *ctx, struct store *store);

/* --- values ----------------------------------------------------------------------------------------------------------- */
enum store_type { STORE_NULL, STORE_INT, STORE_REAL, STORE_TEXT, STORE_BYTES };
struct store_value {
    enum store_type type;
    int64_t i;
    double r;
    struct wg_str s; /* must live until the call returns */
};
struct store_value store_null(void);
struct store_value store_int(int64_t i);
struct store_value store_real(double r);
struct store_value store_text(struct wg_str s);
struct store_value store_cstr(const char *s); /* NULL becomes NULL */
struct store_value store_bytes(struct wg_str s);
struct store_value store_id(const wg_id *id); /* NULL or nil becomes NULL; the id must live until the call returns */
/* WG_DAY_NONE and WG_TIME_NONE become NULL. */
struct store_value store_day(wg_day day);
struct store_value store_time(wg_time t);

/* --- reading ---------------------------------------------------------------------------------------------------------- */
/* A reader connection from the pool, with a read transaction begun; waits when all are out. */
WG_MUST int store_read(struct wg_ctx *ctx, struct store *store, struct store_snap **ret_snap);
/* Gives the connection back before the arena dies. NULL is allowed; twice is once. */
void store_read_end(struct store_snap *snap);
/* A transaction sees its own writes. */
struct store_snap *store_tx_snap(struct store_tx *tx);

struct store_rows;
/* The prepared statement is kept by the text of `sql`: build few different ones, of constants; as many `values` as the
 * highest $n in it. Once rows are ended their memory is the arena's again: wg_arena_rewind over ended rows is allowed when
 * the snapshot was made in the same arena (or comes from store_tx_snap). */
WG_MUST int store_query(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values,
                        size_t n, struct store_rows **ret_rows);
/* The next row; *ret_more false at the end, when the rows are closed by themselves. */
WG_MUST int store_next(struct wg_ctx *ctx, struct store_rows *rows, bool *ret_more);
void store_rows_end(struct store_rows *rows); /* stop early; NULL is allowed */
/* Columns from 0. Texts and bytes are valid until the next store_next; NULL reads as 0, "" or nil. */
bool store_is_null(const struct store_rows *rows, int column);
int64_t store_get_int(const struct store_rows *rows, int column);
double store_get_real(const struct store_rows *rows, int column);
struct wg_str store_get_text(const struct store_rows *rows, int column);
wg_id store_get_id(const struct store_rows *rows, int column);
wg_day store_get_day(const struct store_rows *rows, int column);   /* NULL: WG_DAY_NONE */
wg_time store_get_time(const struct store_rows *rows, int column); /* NULL: WG_TIME_NONE */
/* One row or none: *ret_found false. With one, read it and then store_rows_end (or let the arena). */
WG_MUST int store_one(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                      struct store_rows **ret_rows, bool *ret_found);
/* The first column of the first row as a number; `otherwise` when there is no row or it is NULL. */
WG_MUST int store_number(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values,
                         size_t n, int64_t otherwise, int64_t *ret);

/* --- writing ---------------------------------------------------------------------------------------------------------- */
/* A unit of work. Runs on the writer's thread with the caller's ctx (the caller waits); may be run again, so what it
 * leaves in `arg` must not depend on how often. Returns 0, or a refusal that undoes only this unit. Inside it, read with
 * store_tx_snap: store_read and store_write abort there. Everybody waits for it: look up, compute and hash before, and split
 * bulk loads into units of some thousand rows. */
typedef int (*store_work)(struct wg_ctx *ctx, struct store_tx *tx, void *arg);
WG_MUST int store_write(struct wg_ctx *ctx, struct store *store, store_work work, void *arg);
WG_MUST int store_exec(struct wg_ctx *ctx, struct store_tx *tx, const char *sql, const struct store_value *values, size_t n,
                       int64_t *ret_changed /* may be NULL */);
/* Something that gathers while units run and writes once a group (roll-ups). `unit_done` is called after each unit, `kept`
 * false when it refused and was rolled back: what it noted since the last call must be dropped. `flush` runs before the
 * commit, inside the transaction; its refusal fails the whole group. `group_done` tells how the group ended (kept false: all
 * notes must go). All on the writer's thread. Register before the first write; at most 4. */
struct store_gatherer {
    void (*unit_done)(void *arg, bool kept);
    int (*flush)(struct wg_ctx *ctx, struct store_tx *tx, void *arg);
    void (*group_done)(void *arg, bool kept);
    void *arg;
};
void store_gather(struct store *store, const struct store_gatherer *gatherer);

struct store_stats {
    uint64_t writes, groups, largest_group, refused, reads, waits;
};
struct store_stats store_stats(const struct store *store);
#endif
