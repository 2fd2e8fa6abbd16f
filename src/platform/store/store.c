#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/store/store_internal.h"

static const char database_name[] = "wangge.db", lock_name[] = "wangge.lock";
enum { BACKUP_PAGES = 2048 };

_Noreturn void store_misuse(const char *what)
{
    wg_log(WG_LOG_ERROR, "store: %s", what);
    abort();
}

/* --- files ----------------------------------------------------------------------------------------------------------------- */
static int refuse_file(struct wg_ctx *ctx, const char *path)
{
    return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
}

static int sync_directory(struct wg_ctx *ctx, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return refuse_file(ctx, path);
    int code = fsync(fd) == 0 ? 0 : refuse_file(ctx, path);
    (void)close(fd);
    return code;
}

/* An empty file is an empty database; made here so that nobody else may read it for a moment. */
static int make_file(struct wg_ctx *ctx, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return refuse_file(ctx, path);
    (void)close(fd);
    return 0;
}

static char *beside(struct wg_arena *arena, const char *directory, const char *name)
{
    return wg_fmt(arena, "%s/%s", directory, name);
}

static int take_lock(struct wg_ctx *ctx, const char *directory, int *ret_fd)
{
    const char *path = beside(ctx->arena, directory, lock_name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return refuse_file(ctx, path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *ret_fd = fd;
        return 0;
    }
    int code = errno == EWOULDBLOCK ? wg_refuse(ctx, WG_E_STORE_LOCKED, NULL, directory, NULL) : refuse_file(ctx, path);
    (void)close(fd);
    return code;
}

/* --- opening --------------------------------------------------------------------------------------------------------------- */
static char *own(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(wg_xmalloc(size), text, size);
}

static struct store *new_store(struct wg_arena *arena, const char *directory)
{
    struct store *store = wg_xcalloc(1, sizeof *store);
    store->directory = own(directory);
    store->path = own(beside(arena, directory, database_name));
    store->lock_fd = -1;
    (void)pthread_mutex_init(&store->queue_lock, NULL);
    (void)pthread_cond_init(&store->queue_filled, NULL);
    store->queue.last = &store->queue.first;
    store->pending.last = &store->pending.first;
    (void)pthread_mutex_init(&store->pool_lock, NULL);
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&store->pool_filled, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return store;
}

static int open_files(struct wg_ctx *ctx, struct store *store, bool create)
{
    struct stat info;
    if (create && mkdir(store->directory, 0700) != 0 && errno != EEXIST) return refuse_file(ctx, store->directory);
    if (!create && stat(store->path, &info) != 0) return refuse_file(ctx, store->path);
    int code = take_lock(ctx, store->directory, &store->lock_fd);
    if (!code && create) code = make_file(ctx, store->path);
    if (!code && create) code = sync_directory(ctx, store->directory);
    return code;
}

int store_open(struct wg_ctx *ctx, const char *where, bool create, struct store **ret_store)
{
    if (strstr(where, "://")) return wg_refuse(ctx, WG_E_USAGE, NULL, "a store is a directory", NULL);
    struct store *store = new_store(ctx->arena, where);
    int code = open_files(ctx, store, create);
    if (!code) {
        store->writer = wg_xcalloc(1, sizeof *store->writer);
        code = connection_open(ctx, store->writer, store->path, CONNECTION_WRITER);
    }
    if (!code) code = store_migrate(ctx, store->writer, wg_embedded_files, wg_embedded_count, true);
    if (!code) code = store_writer_start(ctx, store);
    if (code) {
        store_close(store);
        return code;
    }
    *ret_store = store;
    return 0;
}

int store_open_reading(struct wg_ctx *ctx, const char *where, struct store **ret_store)
{
    if (strstr(where, "://")) return wg_refuse(ctx, WG_E_USAGE, NULL, "a store is a directory", NULL);
    struct store *store = new_store(ctx->arena, where);
    struct stat info;
    int code = stat(store->path, &info) == 0 ? 0 : refuse_file(ctx, store->path);
    if (!code) {
        struct connection *conn = wg_xcalloc(1, sizeof *conn);
        code = connection_open(ctx, conn, store->path, CONNECTION_READER);
        if (!code) code = store_migrate(ctx, conn, wg_embedded_files, wg_embedded_count, false);
        connection_free(conn);
    }
    if (code) {
        store_close(store);
        return code;
    }
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store) return;
    store_writer_stop(store);
    store_pool_close(store);
    /* The last connection to close copies the log back and removes it. */
    connection_free(store->writer);
    if (store->lock_fd >= 0) (void)close(store->lock_fd);
    (void)pthread_cond_destroy(&store->pool_filled);
    (void)pthread_mutex_destroy(&store->pool_lock);
    (void)pthread_cond_destroy(&store->queue_filled);
    (void)pthread_mutex_destroy(&store->queue_lock);
    free(store->path);
    free(store->directory);
    free(store);
}

const char *store_directory(const struct store *store)
{
    return store->directory;
}

struct store_stats store_stats(const struct store *store)
{
    return (struct store_stats){
        .writes = atomic_load_explicit(&store->n_writes, memory_order_relaxed),
        .groups = atomic_load_explicit(&store->n_groups, memory_order_relaxed),
        .largest_group = atomic_load_explicit(&store->largest_group, memory_order_relaxed),
        .refused = atomic_load_explicit(&store->n_refused, memory_order_relaxed),
        .reads = atomic_load_explicit(&store->n_reads, memory_order_relaxed),
        .waits = atomic_load_explicit(&store->n_waits, memory_order_relaxed),
    };
}

/* --- keeping it well ------------------------------------------------------------------------------------------------------- */
static int analyze(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    int code = store_exec(ctx, tx, "PRAGMA analysis_limit = 4000", NULL, 0, NULL);
    return code ? code : store_exec(ctx, tx, "ANALYZE", NULL, 0, NULL);
}

int store_optimize(struct wg_ctx *ctx, struct store *store)
{
    int code = store_write(ctx, store, analyze, NULL);
    /* Connections read the statistics when they open: let the pool open again. */
    if (!code) (void)atomic_fetch_add(&store->epoch, 1);
    return code;
}

static int copy_pages(struct wg_ctx *ctx, sqlite3 *from, const char *path)
{
    sqlite3 *to = NULL;
    int result = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK) {
        sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
        if (backup) {
            do result = sqlite3_backup_step(backup, BACKUP_PAGES);
            while (result == SQLITE_OK);
            result = sqlite3_backup_finish(backup);
        } else {
            result = sqlite3_errcode(to);
        }
    }
    int code = result == SQLITE_OK ? 0 : connection_refuse(ctx, to, result);
    (void)sqlite3_close(to);
    return code;
}

/* The copy gets its name when it is complete. The reader's snapshot stays open meanwhile, so writes do not restart it. */
int store_backup(struct wg_ctx *ctx, struct store *store, const char *to)
{
    const char *partial = beside(ctx->arena, to, "wangge.partial"), *complete = beside(ctx->arena, to, database_name);
    if (mkdir(to, 0700) != 0) return refuse_file(ctx, to);
    struct store_snap *snap = NULL;
    int code = make_file(ctx, partial);
    if (!code) code = store_read(ctx, store, &snap);
    if (!code) code = copy_pages(ctx, snap->conn->db, partial);
    store_read_end(snap);
    if (!code && rename(partial, complete) != 0) code = refuse_file(ctx, complete);
    if (!code) code = sync_directory(ctx, to);
    if (code) {
        (void)unlink(partial);
        (void)unlink(beside(ctx->arena, to, "wangge.partial-journal"));
        (void)rmdir(to);
    }
    return code;
}
