/* job_internal.h - what the files of this room share.
 *
 *   job.c         the engine: threads, the running jobs, what kinds call
 *   job_rows.c    the table
 *   job_clock.c   recurring calls
 *   job_routes.c  the edge
 *
 * A running job stands in the engine's list; its progress lives there and is written to its row now and then by the keeper,
 * a thread of its own: kinds report from inside units of work, where nobody may write. */
#ifndef WG_JOB_INTERNAL_H
#define WG_JOB_INTERNAL_H
#include <pthread.h>
#include <stdatomic.h>

#include "platform/job/job.h"

enum { JOB_CRASHES_MAX = 3, JOB_KEPT_DAYS = 90, JOB_SAVE_MS = 500, JOB_WHOLE = 1000000 /* progress is kept in millionths */ };

struct job {
    struct job_engine *engine;
    struct wg_arena *arena; /* of this run */
    wg_id id, worker;
    const char *kind_name;
    enum wg_lang lang;
    json_t *args, *checkpoint;
    json_t *result;                /* under the engine's lock */
    char phase[JOB_PHASE_MAX + 1]; /* under the engine's lock */
    atomic_uint done;              /* only rises */
    atomic_bool cancelled;         /* by somebody, not by the end of the program */
    struct wg_progress progress;
    unsigned shown, saved; /* what watchers were last woken for, what the row has: under the engine's lock */
    bool phase_saved;
    struct job *next;
};

struct job_engine {
    struct store *store;
    char *district;
    void *services;
    const struct job_kind *kinds;
    /* Taken before `lock`. Held while a job goes from its row into the list, and while one is cancelled in both, so that a
     * wish to stop cannot fall between them. */
    pthread_mutex_t claiming;
    pthread_mutex_t lock;
    pthread_cond_t woken;    /* the engine's own threads: work, or the end */
    pthread_cond_t changed;  /* watchers: some job's progress or end */
    uint64_t wakes, changes; /* counts of both */
    atomic_bool stopping;
    struct job *running;
    pthread_t *threads;
    size_t n_threads;
    pthread_t keeper;
    bool keeper_runs;
    struct job_clock clocks[JOB_CLOCKS_MAX];
    wg_time clock_due[JOB_CLOCKS_MAX]; /* by wg_monotonic */
    size_t n_clocks;
    pthread_t clock;
    bool clock_runs;
};

/* --- job.c ---------------------------------------------------------------------------------------------------------------- */
int job_thread_start(struct wg_ctx *ctx, pthread_t *ret_thread, void *(*run)(void *), void *arg);
/* Waits on `what` (engine->lock held) for at most `ms`. */
void job_wait(struct job_engine *engine, pthread_cond_t *what, wg_time ms);
/* How often some job has changed. */
uint64_t job_changes(struct job_engine *engine);
/* Waits until some job has changed since `seen`, for at most `ms`; the count now. */
uint64_t job_wait_change(struct job_engine *engine, uint64_t seen, wg_time ms);

/* --- job_rows.c ----------------------------------------------------------------------------------------------------------- */
/* What was running when the program ended waits again, or is failed; what ended long ago goes. */
WG_MUST int job_rows_recover(struct wg_ctx *ctx, struct job_engine *engine);
/* The oldest waiting job, now running; *ret_job NULL when none waits. It lives in `arena`. */
WG_MUST int job_rows_claim(struct wg_ctx *ctx, struct job_engine *engine, struct wg_arena *arena, struct job **ret_job);
struct job_progress_row {
    wg_id id;
    unsigned done;
    char phase[JOB_PHASE_MAX + 1];
};
WG_MUST int job_rows_save(struct wg_ctx *ctx, struct job_engine *engine, const struct job_progress_row *rows, size_t n);
/* state "queued": to be continued. */
WG_MUST int job_rows_finish(struct wg_ctx *ctx, struct job *job, const char *state, const struct wg_problem *problem);
WG_MUST int job_rows_read(struct wg_ctx *ctx, struct job_engine *engine, wg_id id, struct job_status *ret_status);
WG_MUST int job_rows_cancel(struct wg_ctx *ctx, struct job_engine *engine, wg_id id);

/* --- job_clock.c ---------------------------------------------------------------------------------------------------------- */
void job_clock_join(struct job_engine *engine);
#endif
