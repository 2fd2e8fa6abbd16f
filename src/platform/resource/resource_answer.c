/* Answers that are files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "platform/resource/resource.h"

/* An export is a file on disk first: the answer then streams it, and a slow client holds no snapshot. */
static bool into_file(void *arg, const void *bytes, size_t n)
{
    const int *fd = arg;
    const char *at = bytes;
    while (n > 0) {
        ssize_t done = write(*fd, at, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static ptrdiff_t from_file(void *arg, char *out, size_t room)
{
    const int *fd = arg;
    ssize_t n = read(*fd, out, room);
    return n < 0 ? -1 : n;
}

static void close_file(void *arg)
{
    int *fd = arg;
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

const char *res_name_today(struct wg_ctx *ctx, const char *name)
{
    return wg_fmt(ctx->arena, "%s-%s", name, wg_day_text(ctx->arena, wg_today(ctx)));
}

int res_file_answer(struct guard_call *call, const char *name, res_file_writer write, void *what)
{
    struct wg_ctx *ctx = call->ctx;
    enum tab_format format;
    int rc = res_format(ctx, call->request, &format);
    if (rc) return rc;
    int *fd = wg_alloc(ctx->arena, sizeof *fd);
    *fd = open(store_directory(call->store), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (*fd < 0) return wg_refuse(ctx, WG_E_FILE, NULL, "export", strerror(errno));
    wg_arena_cleanup(ctx->arena, close_file, fd);
    rc = write(ctx, what, format, into_file, fd);
    if (rc) return rc;
    if (lseek(*fd, 0, SEEK_SET) < 0) return wg_refuse(ctx, WG_E_FILE, NULL, "export", strerror(errno));
    call->answer->stream = from_file;
    call->answer->stream_end = close_file;
    call->answer->stream_arg = fd;
    call->answer->type =
        format == TAB_CSV ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    call->answer->file_name = wg_fmt(ctx->arena, "%s.%s", name, format == TAB_CSV ? "csv" : "xlsx");
    return 0;
}
