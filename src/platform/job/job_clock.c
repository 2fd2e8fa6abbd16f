#include "platform/job/job_internal.h"

enum { LONGEST_WAIT = 60 * WG_SECOND };

/* With the lock held: the one that is due first, or n_clocks when there is none. */
static size_t next_due(const struct job_engine *engine)
{
    size_t first = engine->n_clocks;
    for (size_t i = 0; i < engine->n_clocks; i++)
        if (first == engine->n_clocks || engine->clock_due[i] < engine->clock_due[first]) first = i;
    return first;
}

static void call(const struct job_engine *engine, const struct job_clock *clock)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    int code = clock->call(&ctx, engine->services);
    if (code && code != WG_E_CANCELLED) {
        struct wg_problem problem = ctx.problem.code == code ? ctx.problem : (struct wg_problem){.code = code};
        wg_log(WG_LOG_ERROR, "clock %s: %s", clock->name, wg_problem_text(arena, &problem, WG_EN));
    }
    wg_arena_free(arena);
}

static void *run_clock(void *arg)
{
    struct job_engine *engine = arg;
    (void)pthread_mutex_lock(&engine->lock);
    while (!atomic_load(&engine->stopping)) {
        size_t i = next_due(engine);
        wg_time now = wg_monotonic(), left = engine->clock_due[i] - now;
        if (left > 0) {
            job_wait(engine, &engine->woken, left < LONGEST_WAIT ? left : LONGEST_WAIT);
            continue;
        }
        struct job_clock clock = engine->clocks[i];
        engine->clock_due[i] = now + clock.every;
        (void)pthread_mutex_unlock(&engine->lock);
        call(engine, &clock);
        (void)pthread_mutex_lock(&engine->lock);
    }
    (void)pthread_mutex_unlock(&engine->lock);
    return NULL;
}

int job_clock_add(struct wg_ctx *ctx, struct job_engine *engine, const struct job_clock *clock)
{
    if (clock->every <= 0) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    int code = 0;
    (void)pthread_mutex_lock(&engine->lock);
    if (engine->n_clocks == JOB_CLOCKS_MAX) {
        code = wg_refuse(ctx, WG_E_TOO_MANY, "clocks", wg_fmt(ctx->arena, "%d", JOB_CLOCKS_MAX), NULL);
    } else {
        engine->clock_due[engine->n_clocks] = wg_monotonic();
        engine->clocks[engine->n_clocks++] = *clock;
        if (!engine->clock_runs) code = job_thread_start(ctx, &engine->clock, run_clock, engine);
        if (!code) engine->clock_runs = true;
        (void)pthread_cond_broadcast(&engine->woken);
    }
    (void)pthread_mutex_unlock(&engine->lock);
    return code;
}

void job_clock_join(struct job_engine *engine)
{
    if (engine->clock_runs) (void)pthread_join(engine->clock, NULL);
}
