/* match_output.c - results as CSV. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/match/match_job.h"

static int refuse_file(struct wg_ctx *ctx, const char *path)
{
    return wg_refuse(ctx, WG_E_FILE, path, path, strerror(errno));
}

int output_check(struct wg_ctx *ctx, const char *path, const char *const *inputs, size_t n_inputs)
{
    struct stat out, in;
    if (!path || strcmp(path, "-") == 0) return 0;
    if (stat(path, &out) == 0) {
        for (size_t i = 0; i < n_inputs; i++) {
            if (!inputs[i] || stat(inputs[i], &in) != 0 || in.st_dev != out.st_dev || in.st_ino != out.st_ino) continue;
            return wg_refuse(
                ctx, WG_E_FILE, path, path,
                say(ctx, "它是输入的表，请换一个输出文件名", "it is one of the tables compared; give the result another name"));
        }
        if (S_ISDIR(out.st_mode)) errno = EISDIR;
        return S_ISDIR(out.st_mode) || access(path, W_OK) != 0 ? refuse_file(ctx, path) : 0;
    }
    const char *slash = strrchr(path, '/');
    const char *folder = slash == path ? "/" : slash ? wg_fmt(ctx->arena, "%.*s", (int)(slash - path), path) : ".";
    return access(folder, W_OK | X_OK) != 0 ? refuse_file(ctx, path) : 0;
}

int output_open(struct wg_ctx *ctx, const char *path, struct output *ret)
{
    ret->path = path && strcmp(path, "-") != 0 ? path : NULL;
    ret->file = ret->path ? fopen(ret->path, "wb") : stdout;
    if (!ret->file) return refuse_file(ctx, path);
    return 0;
}

int output_close(struct wg_ctx *ctx, struct output *out)
{
    bool bad = ferror(out->file) != 0 || fflush(out->file) != 0;
    if (out->path && fclose(out->file) != 0) bad = true;
    return bad ? wg_refuse(ctx, WG_E_FILE, out->path, out->path ? out->path : "-", say(ctx, "写入失败", "writing failed")) : 0;
}

void output_cell(FILE *file, struct wg_str cell)
{
    bool quoted = false;
    for (size_t i = 0; i < cell.n; i++) quoted = quoted || strchr("\",\r\n", cell.p[i]) != NULL;
    if (!quoted) {
        (void)fwrite(cell.p, 1, cell.n, file);
        return;
    }
    (void)fputc('"', file);
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"') (void)fputc('"', file);
        (void)fputc(cell.p[i], file);
    }
    (void)fputc('"', file);
}
