/* tabular_testing.h - what the tests of this room share. */
#ifndef WG_TABULAR_TESTING_H
#define WG_TABULAR_TESTING_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/tabular/tabular.h"

static inline struct wg_ctx fresh(void)
{
    return wg_ctx(wg_arena_new());
}

static inline void done(struct wg_ctx *ctx)
{
    wg_arena_free(ctx->arena);
}

static inline struct tab_reader *opened(struct wg_ctx *ctx, struct wg_str bytes)
{
    struct tab_reader *r = NULL;
    int e = tab_open_bytes(ctx, bytes, NULL, &r);
    if (e) fail_msg("refused: %s", wg_problem_text(ctx->arena, &ctx->problem, WG_EN));
    return r;
}

static inline struct tab_row row(struct wg_ctx *ctx, struct tab_reader *r)
{
    struct tab_row got;
    bool more = false;
    assert_int_equal(tab_next(ctx, r, &got, &more), 0);
    assert_true(more);
    return got;
}

static inline void at_end(struct wg_ctx *ctx, struct tab_reader *r)
{
    struct tab_row got;
    bool more = true;
    assert_int_equal(tab_next(ctx, r, &got, &more), 0);
    assert_false(more);
}

static inline void is(struct wg_str got, const char *want)
{
    if (!wg_str_is(got, want)) fail_msg("got \"%.*s\", want \"%s\"", (int)got.n, got.p, want);
}

static inline void refused(struct wg_str bytes, const struct tab_limits *limits, int code)
{
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = NULL;
    int e = tab_open_bytes(&ctx, bytes, limits, &r);
    if (e != code)
        fail_msg("%d (%s), want %s", e, e ? wg_problem_text(ctx.arena, &ctx.problem, WG_EN) : "", wg_problem_kind(code)->code);
    assert_null(r);
    done(&ctx);
}
#endif
