/* problem.h - why something was refused, kept in the request that was refused.
 *
 * A function that can refuse returns 0 or one of the WG_E_ codes (all negative). The lowest one that knows the reason
 * fills the context with wg_refuse(); those above pass the code up unchanged. The edge (HTTP, command line) puts it into
 * words in the caller's language. All refusals stand in problems.def. */
#ifndef WG_BASE_PROBLEM_H
#define WG_BASE_PROBLEM_H
#include "base/id.h"

enum wg_lang { WG_ZH, WG_EN };

enum wg_problem_code {
    WG_E_OFFSET_ = -1000,
#define WG_PROBLEM(name, code, status, zh, en) WG_E_##name,
#include "base/problems.def"
#undef WG_PROBLEM
    WG_E_END_
};

enum { WG_PROBLEM_ARGS = 3 };

struct wg_problem {
    int code; /* 0: none */
    const char *where;
    const char *args[WG_PROBLEM_ARGS];
};

struct wg_problem_kind {
    const char *code; /* stable text, for programs */
    int status;       /* HTTP */
    const char *zh, *en;
};
const struct wg_problem_kind *wg_problem_kind(int code);
/* Every code there is, for documents and tests: index 0 .. count-1. */
size_t wg_problem_count(void);
const struct wg_problem_kind *wg_problem_at(size_t index);
char *wg_problem_text(struct wg_arena *arena, const struct wg_problem *problem, enum wg_lang lang);

/* What every call carries: whose memory, what went wrong, which language and zone, and what time it is (one moment for
 * the whole request, so that two parts of an answer agree). */
struct wg_ctx {
    struct wg_arena *arena;
    struct wg_problem problem;
    enum wg_lang lang;
    int zone; /* minutes east of UTC */
    wg_time now;
};

struct wg_ctx wg_ctx(struct wg_arena *arena);
wg_day wg_today(const struct wg_ctx *ctx);
/* Fills ctx->problem; texts are copied into the arena, NULL is allowed. */
void wg_problem_fill(struct wg_ctx *ctx, int code, const char *where, const char *arg0, const char *arg1);
/* The same, returning `code`: inline, so that the compiler sees that a refusal is never 0. */
static inline int wg_refuse(struct wg_ctx *ctx, int code, const char *where, const char *arg0, const char *arg1)
{
    wg_problem_fill(ctx, code, where, arg0, arg1);
    return code;
}

/* Progress of long work. `report` gets 0..1 (at most some tens of times a second) and `cancelled` is asked often; either
 * may be NULL. Work that sees `cancelled` return true stops with WG_E_CANCELLED. */
struct wg_progress {
    void (*report)(void *arg, double done);
    bool (*cancelled)(void *arg);
    void *arg;
};
void wg_progress_report(const struct wg_progress *progress, double done); /* NULL is allowed */
bool wg_progress_cancelled(const struct wg_progress *progress);
#endif
