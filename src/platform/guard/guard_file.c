/* Sealed files beside the database (files/ID): written whole and synced, or not there at all. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/guard/guard_internal.h"

static const char *directory(struct wg_ctx *ctx, const struct store *store)
{
    return wg_fmt(ctx->arena, "%s/files", store_directory(store));
}

static const char *path_of(struct wg_ctx *ctx, const struct store *store, wg_id id)
{
    return wg_fmt(ctx->arena, "%s/%s", directory(ctx, store), wg_id_text(ctx->arena, id));
}

static int failed(struct wg_ctx *ctx, const char *path)
{
    return wg_refuse(ctx, errno == ENOSPC ? WG_E_STORE_FULL : WG_E_FILE, NULL, path, strerror(errno));
}

static bool write_whole(int fd, struct wg_str bytes)
{
    size_t at = 0;
    while (at < bytes.n) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        at += (size_t)n;
    }
    return fsync(fd) == 0;
}

int guard_file_keep(struct wg_ctx *ctx, const struct guard *guard, const struct store *store, const char *kind, wg_id id,
                    struct wg_str bytes)
{
    const char *path = path_of(ctx, store, id);
    struct wg_str sealed = guard_seal(ctx, guard, kind, id, bytes);
    const char *folder = directory(ctx, store);
    bool made = mkdir(folder, 0700) == 0;
    if (!made && errno != EEXIST) return failed(ctx, folder);
    if (made && !guard_sync_directory_of(ctx, folder)) return failed(ctx, folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return failed(ctx, path);
    int rc = write_whole(fd, sealed) ? 0 : failed(ctx, path);
    if (close(fd) != 0 && rc == 0) rc = failed(ctx, path);
    if (rc == 0 && !guard_sync_directory_of(ctx, path)) rc = failed(ctx, path);
    if (rc) (void)unlink(path);
    return rc;
}

static int read_whole(struct wg_ctx *ctx, const char *path, struct wg_str *ret)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed(ctx, path);
    int rc = fstat(fd, &status) == 0 ? 0 : failed(ctx, path);
    size_t size = rc ? 0 : (size_t)status.st_size, at = 0;
    char *bytes = wg_alloc(ctx->arena, size + 1);
    while (rc == 0 && at < size) {
        ssize_t n = read(fd, bytes + at, size - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) rc = failed(ctx, path);
        if (n > 0) at += (size_t)n;
    }
    (void)close(fd);
    if (rc == 0) *ret = (struct wg_str){bytes, size};
    return rc;
}

int guard_file_read(struct wg_ctx *ctx, const struct guard *guard, const struct store *store, const char *kind, wg_id id,
                    struct wg_str *ret_bytes)
{
    struct wg_str sealed;
    int rc = read_whole(ctx, path_of(ctx, store, id), &sealed);
    return rc ? rc : guard_unseal(ctx, guard, kind, id, sealed, ret_bytes);
}

void guard_file_forget(const struct store *store, wg_id id)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    (void)unlink(path_of(&ctx, store, id));
    wg_arena_free(arena);
}
