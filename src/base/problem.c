#include "base/problem.h"

#include <string.h>

static const struct wg_problem_kind kinds[] = {
#define WG_PROBLEM(name, code, status, zh, en) {code, status, zh, en},
#include "base/problems.def"
#undef WG_PROBLEM
};

enum { KINDS = sizeof kinds / sizeof *kinds };

const struct wg_problem_kind *wg_problem_kind(int code)
{
    if (code <= WG_E_OFFSET_ || code >= WG_E_END_) code = WG_E_INTERNAL;
    return &kinds[code - WG_E_OFFSET_ - 1];
}

size_t wg_problem_count(void)
{
    return KINDS;
}

const struct wg_problem_kind *wg_problem_at(size_t index)
{
    return &kinds[index];
}

char *wg_problem_text(struct wg_arena *arena, const struct wg_problem *problem, enum wg_lang lang)
{
    const struct wg_problem_kind *kind = wg_problem_kind(problem->code);
    struct wg_str text = wg_str(lang == WG_ZH ? kind->zh : kind->en);
    struct wg_buf out;
    wg_buf_init(&out, 64 * 1024);
    for (size_t i = 0; i < text.n;) {
        struct wg_str rest = wg_str_sub(text, i, text.n);
        if (wg_str_starts(rest, WG_STR("{where}"))) {
            wg_buf_str(&out, wg_str(problem->where));
            i += 7;
        } else if (rest.n >= 3 && rest.p[0] == '{' && rest.p[2] == '}' && rest.p[1] >= '0' &&
                   rest.p[1] < '0' + WG_PROBLEM_ARGS) {
            wg_buf_str(&out, wg_str(problem->args[rest.p[1] - '0']));
            i += 3;
        } else {
            wg_buf_putc(&out, text.p[i++]);
        }
    }
    char *copy = wg_cstr(arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return copy;
}

struct wg_ctx wg_ctx(struct wg_arena *arena)
{
    return (struct wg_ctx){.arena = arena, .lang = WG_ZH, .zone = 8 * 60, .now = wg_now()};
}

wg_day wg_today(const struct wg_ctx *ctx)
{
    return wg_day_of(ctx->now, ctx->zone);
}

static const char *keep(struct wg_ctx *ctx, const char *text)
{
    return text ? wg_cstr(ctx->arena, wg_str(text)) : NULL;
}

void wg_problem_fill(struct wg_ctx *ctx, int code, const char *where, const char *arg0, const char *arg1)
{
    ctx->problem =
        (struct wg_problem){.code = code, .where = keep(ctx, where), .args = {keep(ctx, arg0), keep(ctx, arg1), NULL}};
}

void wg_progress_report(const struct wg_progress *progress, double done)
{
    if (progress && progress->report) progress->report(progress->arg, done);
}

bool wg_progress_cancelled(const struct wg_progress *progress)
{
    return progress && progress->cancelled && progress->cancelled(progress->arg);
}
