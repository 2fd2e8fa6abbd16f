/* job.h - long work: progress, cancel, resume, and a clock.
 *
 * A job is a row (table job) and a function. Its state is queued, running, done, failed or cancelled. What the caller must see
 * (counts, a file's name) is its result, JSON.
 *   P1 a job that was running when the program stopped is run again at the next start: kinds are written so that running
 *      again continues (job_checkpoint keeps where)
 *   P2 a cancelled job stops at its next look at job_progress.cancelled and keeps what its kind says it keeps
 *   P3 progress seen by a watcher never goes back
 *   P4 a worker sees only own jobs, unless the job's path lies in scope
 * Jobs run on `threads` threads of their own. */
#ifndef WG_JOB_H
#define WG_JOB_H
#include "platform/guard/guard.h"

struct job_engine;
struct job; /* the running one, for its kind's function */

struct job_kind {
    const char *name; /* "list.import" */
    /* Returns 0 or a refusal (kept with the job in words). ctx is the job's own. */
    int (*run)(struct wg_ctx *ctx, struct job *job, void *services);
};
WG_MUST int job_engine_start(struct wg_ctx *ctx, struct store *store, const char *district, void *services,
                             const struct job_kind *kinds /* name NULL ends */, size_t threads, struct job_engine **ret_engine);
void job_engine_stop(struct job_engine *engine); /* asks running jobs to stop and leaves them to resume; NULL is allowed */

struct job_new {
    const char *kind;
    wg_id worker;     /* who asked */
    const char *path; /* place it concerns, for scope */
    const json_t *args;
    enum wg_lang lang; /* for problems in words */
};
/* Inside a write; starts after it is committed (call job_wake then). */
WG_MUST int job_add(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct job_new *what, wg_id *ret_id);
void job_wake(struct job_engine *engine);

/* For kinds: */
const json_t *job_args(const struct job *job);
wg_id job_id(const struct job *job);
const struct wg_progress *job_progress(struct job *job);
void job_phase(struct job *job, const char *phase); /* code: "reading" "comparing" "dispatching" ... */
WG_MUST int job_checkpoint(struct wg_ctx *ctx, struct job *job, const json_t *state);
const json_t *job_last_checkpoint(const struct job *job); /* NULL: from the beginning */
void job_result(struct job *job, json_t *result);         /* taken over */

/* GET /api/v1/jobs/{id}, GET .../events (server-sent events until it ends), POST .../cancel */
extern const struct guard_route job_routes[];
/* The engine must be found by the routes: services begins with this. */
struct job_services {
    struct job_engine *engine;
};
#endif
