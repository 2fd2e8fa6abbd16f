/* store_internal.h - what the files of this room share. Nobody else includes it (its own test does).
 *
 *   store.c             open, close, lock, copy, statistics
 *   store_connection.c  a connection to the engine: settings, prepared statements, refusals
 *   store_read.c        values, the pool of readers, snapshots, rows
 *   store_write.c       the queue and the one writer
 *   store_migrate.c     embedded .sql files
 *
 * Lifetimes: connections and the memory of their statements live until store_close, also when the engine's own objects are
 * closed or replaced before; so rows left in an arena can always ask whether they still own their statement. */
#ifndef WG_STORE_INTERNAL_H
#define WG_STORE_INTERNAL_H
#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "base/embedded.h"
#include "platform/store/store.h"

enum {
    STATEMENTS_KEPT = 200,  /* idle prepared statements a connection */
    STATEMENT_SLOTS = 256,  /* of the two hash tables; a power of two */
    READERS_MAX = 16,       /* connections in the pool */
    READER_WAIT = 10,       /* seconds for a connection of the pool, then WG_E_BUSY */
    GATHERERS_MAX = 4,      /* */
    GROUP_UNITS = 512,      /* a group is closed at this many units, */
    GROUP_MS = 50,          /* or when its units have worked this long */
    CHECKPOINT_PAGES = 4096 /* of the log: then it is copied back into the database, between two groups */
};

/* A prepared statement; in exactly one list of its connection: idle (most recently used first), busy or spare. */
struct statement {
    sqlite3_stmt *st;
    char *sql;
    uint64_t hash;
    _Atomic uint64_t use; /* odd while given out; rises with each giving and taking */
    size_t n_values;      /* the highest $n */
    int n_params;         /* the engine's own count: distinct parameters */
    uint16_t *value_of;   /* [n_params]: which $n, from 0 */
    bool holds_large;     /* a large value is bound: drop it after use */
    struct statement *next_in_slot;
    struct statement *before, *after;
};

struct statement_list {
    struct statement *first, *last;
    size_t n;
};

struct connection {
    sqlite3 *db; /* NULL: closed */
    struct statement *by_text[STATEMENT_SLOTS];
    struct statement *by_address[STATEMENT_SLOTS];
    struct statement_list idle, busy, spare;
    unsigned epoch;          /* of the pool: see store_optimize */
    struct connection *next; /* idle in the pool */
    struct connection *next_of_all;
};

enum connection_kind { CONNECTION_WRITER, CONNECTION_READER };

struct store_snap {
    struct store *store;
    struct connection *conn; /* NULL: ended */
    struct wg_arena *arena;
    bool writing;
};

struct store_tx {
    struct store_snap snap;
};

/* Stands on the stack of the caller, who waits for `done`. */
struct unit {
    struct wg_ctx *ctx;
    store_work work;
    void *arg;
    int code;
    struct unit *next;
    sem_t done;
};

struct unit_queue {
    struct unit *first, **last;
};

struct store {
    char *directory, *path;
    int lock_fd; /* -1: opened for reading beside another program */

    /* the writer */
    pthread_mutex_t queue_lock;
    pthread_cond_t queue_filled;
    struct unit_queue queue;   /* under queue_lock */
    bool writer_asleep;        /* under queue_lock */
    bool closing;              /* under queue_lock */
    struct unit_queue pending; /* taken from the queue; the writer's own */
    pthread_t writer_thread;
    bool writer_runs;
    struct connection *writer;
    int log_pages;     /* in the write-ahead log; the writer's own */
    int checkpoint_at; /* the next copying back */
    struct store_gatherer gatherers[GATHERERS_MAX];
    size_t n_gatherers;

    /* the readers */
    pthread_mutex_t pool_lock;
    pthread_cond_t pool_filled;
    struct connection *pool, *all_readers; /* under pool_lock */
    size_t n_readers, n_out;               /* under pool_lock */
    atomic_uint epoch;

    _Atomic uint64_t n_writes, n_groups, largest_group, n_refused, n_reads, n_waits;
};

/* A call that no correct program makes: says so and aborts. */
_Noreturn void store_misuse(const char *what);

/* --- store_connection.c -------------------------------------------------------------------------------------------------- */
WG_MUST int connection_open(struct wg_ctx *ctx, struct connection *conn, const char *path, enum connection_kind kind);
void connection_close(struct connection *conn); /* the engine's part; the memory stays */
void connection_free(struct connection *conn);
/* Fills ctx->problem from the engine's last result on `db` and returns the code. */
int connection_refuse(struct wg_ctx *ctx, sqlite3 *db, int result);
/* A statement without parameters or rows that matter; `sql` constant. */
WG_MUST int connection_run(struct wg_ctx *ctx, struct connection *conn, const char *sql);
/* An idle statement for `sql`, prepared if need be; it is given back with statement_give. NULL when refused: the reason is in
 * ctx->problem. */
WG_MUST struct statement *statement_take(struct wg_ctx *ctx, struct connection *conn, const char *sql);
void statement_give(struct connection *conn, struct statement *s);
/* Gives back all that are out. */
void statements_give(struct connection *conn);
/* `copy`: the values need not outlive the call. */
WG_MUST int statement_bind(struct wg_ctx *ctx, struct connection *conn, struct statement *s, const struct store_value *values,
                           size_t n, bool copy);

/* --- store_read.c --------------------------------------------------------------------------------------------------------- */
void store_pool_close(struct store *store);

/* --- store_write.c -------------------------------------------------------------------------------------------------------- */
WG_MUST int store_writer_start(struct wg_ctx *ctx, struct store *store);
void store_writer_stop(struct store *store);

/* --- store_migrate.c ------------------------------------------------------------------------------------------------------ */
/* Applies those of `files` that are migrations and not yet applied; `apply` false: refuses when there are any. */
WG_MUST int store_migrate(struct wg_ctx *ctx, struct connection *conn, const struct wg_embedded_file *files, size_t count,
                          bool apply);
#endif
