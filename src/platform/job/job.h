/* job.h - long work: progress, cancel, resume; and a clock.
 *
 * A job is a row (table job) and a function. Its state is queued, running, done, failed or cancelled. What the caller must see
 * (counts, a file's name) is its result, JSON. One that ended is forgotten after 90 days, when the engine starts.
 *   P1 a job that was running when the program stopped is run again at the next start: kinds are written so that running
 *      again continues (job_checkpoint keeps where). One that was running at three crashes is failed instead
 *   P2 a cancelled job stops at its next look at job_progress.cancelled and keeps what its kind says it keeps
 *   P3 progress seen by a watcher never goes back
 *   P4 a worker sees only own jobs, unless the job's path lies in scope
 *   P5 a call of the clock never overlaps itself, and one that refuses is called again at its next time
 * Jobs run on `threads` threads of their own, the oldest first. Times are moments; results live in ctx->arena. */
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
/* `services` is passed on to the kinds; NULL, or begins with struct job_services, whose engine is set here before the first
 * job runs. `kinds` outlives the engine. */
WG_MUST int job_engine_start(struct wg_ctx *ctx, struct store *store, const char *district, void *services,
                             const struct job_kind *kinds /* name NULL ends */, size_t threads, struct job_engine **ret_engine);
/* Asks running jobs to stop and leaves them to resume; NULL is allowed. Stop the server first: watchers ask the engine. */
void job_engine_stop(struct job_engine *engine);

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

struct job_status {
    wg_id id, worker;
    const char *kind, *path, *state, *phase; /* phase "": none yet */
    double done;                             /* 0..1 */
    wg_time queued, started, ended;          /* WG_TIME_NONE: not yet */
    const json_t *result, *problem;          /* NULL: none; the problem has code, status, where, zh, en */
};
/* How it stands this moment. Reads the store: not while holding a snapshot. WG_E_OUT_OF_SCOPE when there is none. */
WG_MUST int job_look(struct wg_ctx *ctx, struct job_engine *engine, wg_id id, struct job_status *ret_status);
/* A queued job is cancelled at once, a running one is asked to stop; an ended one stays as it is. */
WG_MUST int job_cancel(struct wg_ctx *ctx, struct job_engine *engine, wg_id id);
/* The job as the API gives it: {id, kind, state, phase, done, queued, started, ended, result, problem}, times in ctx->zone and
 * the problem in ctx->lang. The caller's to json_decref (or hand on). */
json_t *job_json(const struct wg_ctx *ctx, const struct job_status *status);

/* --- for kinds ---------------------------------------------------------------------------------------------------------- */
const json_t *job_args(const struct job *job);
wg_id job_id(const struct job *job);
wg_id job_worker(const struct job *job);
const struct wg_progress *job_progress(struct job *job); /* any thread may report and ask */
enum { JOB_PHASE_MAX = 31 };
bool job_stopping(const struct job *job);           /* cancelled because the program ends: the job will be run again */
void job_phase(struct job *job, const char *phase); /* code: "reading" "comparing" "dispatching" ... */
/* Where to continue: alone, or inside the write that it speaks of (then both are kept or neither). */
WG_MUST int job_checkpoint(struct wg_ctx *ctx, struct job *job, const json_t *state);
WG_MUST int job_checkpoint_in(struct wg_ctx *ctx, struct store_tx *tx, struct job *job, const json_t *state);
/* The last one when this run began; NULL: from the beginning. */
const json_t *job_last_checkpoint(const struct job *job);
void job_result(struct job *job, json_t *result); /* taken over; kept however the job ends */

/* --- the clock ---------------------------------------------------------------------------------------------------------- */
/* Calls that recur while the engine runs, on one thread of their own: first soon after being added, then `every`
 * milliseconds after the last call began (a late one is not made up for). What takes long adds a job instead. */
enum { JOB_CLOCKS_MAX = 16 };
struct job_clock {
    const char *name; /* for the log, when it refuses */
    wg_time every;
    int (*call)(struct wg_ctx *ctx, void *services);
};
WG_MUST int job_clock_add(struct wg_ctx *ctx, struct job_engine *engine, const struct job_clock *clock);

/* --- routes ------------------------------------------------------------------------------------------------------------- */
/* GET /api/v1/jobs/{id}, GET .../events (server-sent events "progress" until it ends), POST .../cancel */
extern const struct guard_route job_routes[];
/* The engine must be found by the routes: services begins with this. */
struct job_services {
    struct job_engine *engine;
};
#endif
