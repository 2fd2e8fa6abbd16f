/* A list's file, sealed, beside the database: written whole and synced before the list exists, gone when the list closes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "district/list/list_internal.h"

static const char *directory(struct wg_ctx *ctx, const struct district *d)
{
    return wg_fmt(ctx->arena, "%s/files", store_directory(d->store));
}

static const char *path_of(struct wg_ctx *ctx, const struct district *d, wg_id list)
{
    return wg_fmt(ctx->arena, "%s/%s", directory(ctx, d), wg_id_text(ctx->arena, list));
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

int list_file_keep(struct wg_ctx *ctx, const struct district *d, wg_id list, struct wg_str bytes)
{
    const char *path = path_of(ctx, d, list);
    struct wg_str sealed = guard_seal(ctx, d->guard, "list.file", list, bytes);
    if (mkdir(directory(ctx, d), 0700) != 0 && errno != EEXIST) return failed(ctx, directory(ctx, d));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return failed(ctx, path);
    int rc = write_whole(fd, sealed) ? 0 : failed(ctx, path);
    if (close(fd) != 0 && rc == 0) rc = failed(ctx, path);
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

int list_file_open(struct wg_ctx *ctx, const struct district *d, wg_id list, struct tab_reader **ret_reader)
{
    struct wg_str sealed, plain;
    struct tab_limits limits = tab_limits_default();
    int rc = read_whole(ctx, path_of(ctx, d, list), &sealed);
    if (rc == 0) rc = guard_unseal(ctx, d->guard, "list.file", list, sealed, &plain);
    limits.max_columns = LIST_COLUMNS_MAX;
    return rc ? rc : tab_open_bytes(ctx, plain, &limits, ret_reader);
}

void list_file_forget(const struct district *d, wg_id list)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    (void)unlink(path_of(&ctx, d, list));
    wg_arena_free(arena);
}
