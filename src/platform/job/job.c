#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/job/job_internal.h"

enum { SHOW_STEP = JOB_WHOLE / 1000, RETRY_MS = 1000 };

/* --- waiting and waking ---------------------------------------------------------------------------------------------------- */
void job_wait(struct job_engine *engine, pthread_cond_t *what, wg_time ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / WG_SECOND;
    until.tv_nsec += ms % WG_SECOND * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_cond_timedwait(what, &engine->lock, &until);
}

uint64_t job_changes(struct job_engine *engine)
{
    (void)pthread_mutex_lock(&engine->lock);
    uint64_t changes = engine->changes;
    (void)pthread_mutex_unlock(&engine->lock);
    return changes;
}

uint64_t job_wait_change(struct job_engine *engine, uint64_t seen, wg_time ms)
{
    wg_time until = wg_monotonic() + ms;
    (void)pthread_mutex_lock(&engine->lock);
    for (;;) {
        wg_time left = until - wg_monotonic();
        if (engine->changes != seen || left <= 0 || atomic_load(&engine->stopping)) break;
        job_wait(engine, &engine->changed, left);
    }
    uint64_t now = engine->changes;
    (void)pthread_mutex_unlock(&engine->lock);
    return now;
}

/* With the lock held. */
static void tell_watchers(struct job_engine *engine)
{
    engine->changes++;
    (void)pthread_cond_broadcast(&engine->changed);
}

void job_wake(struct job_engine *engine)
{
    (void)pthread_mutex_lock(&engine->lock);
    engine->wakes++;
    (void)pthread_cond_broadcast(&engine->woken);
    (void)pthread_mutex_unlock(&engine->lock);
}

int job_thread_start(struct wg_ctx *ctx, pthread_t *ret_thread, void *(*run)(void *), void *arg)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(ret_thread, NULL, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error ? wg_refuse(ctx, WG_E_BUSY, NULL, strerror(error), NULL) : 0;
}

/* --- what kinds call ------------------------------------------------------------------------------------------------------- */
static void report(void *arg, double done)
{
    struct job *job = arg;
    if (!(done > 0)) return; /* also not a number */
    unsigned now = done >= 1 ? JOB_WHOLE : (unsigned)(done * JOB_WHOLE);
    unsigned before = atomic_load(&job->done);
    while (before < now && !atomic_compare_exchange_weak(&job->done, &before, now)) {
    }
    if (before >= now) return;
    (void)pthread_mutex_lock(&job->engine->lock);
    if (now >= job->shown + SHOW_STEP) {
        job->shown = now;
        tell_watchers(job->engine);
    }
    (void)pthread_mutex_unlock(&job->engine->lock);
}

static bool cancelled(void *arg)
{
    const struct job *job = arg;
    return atomic_load(&job->cancelled) || atomic_load(&job->engine->stopping);
}

bool job_stopping(const struct job *job)
{
    return atomic_load(&job->engine->stopping) && !atomic_load(&job->cancelled);
}

const json_t *job_args(const struct job *job)
{
    return job->args;
}

wg_id job_id(const struct job *job)
{
    return job->id;
}

wg_id job_worker(const struct job *job)
{
    return job->worker;
}

const struct wg_progress *job_progress(struct job *job)
{
    return &job->progress;
}

const json_t *job_last_checkpoint(const struct job *job)
{
    return job->checkpoint;
}

void job_phase(struct job *job, const char *phase)
{
    struct wg_str text = wg_str_sub(wg_str(phase), 0, JOB_PHASE_MAX);
    (void)pthread_mutex_lock(&job->engine->lock);
    memcpy(job->phase, text.p, text.n);
    job->phase[text.n] = 0;
    job->phase_saved = false;
    tell_watchers(job->engine);
    (void)pthread_mutex_unlock(&job->engine->lock);
}

void job_result(struct job *job, json_t *result)
{
    (void)pthread_mutex_lock(&job->engine->lock);
    json_t *before = job->result;
    job->result = result;
    (void)pthread_mutex_unlock(&job->engine->lock);
    json_decref(before);
}

/* --- running --------------------------------------------------------------------------------------------------------------- */
static const struct job_kind *find_kind(const struct job_engine *engine, const char *name)
{
    for (const struct job_kind *kind = engine->kinds; kind->name; kind++)
        if (strcmp(kind->name, name) == 0) return kind;
    return NULL;
}

static void enter(struct job_engine *engine, struct job *job)
{
    job->progress = (struct wg_progress){report, cancelled, job};
    (void)pthread_mutex_lock(&engine->lock);
    job->next = engine->running;
    engine->running = job;
    (void)pthread_cond_broadcast(&engine->woken); /* the keeper */
    tell_watchers(engine);
    (void)pthread_mutex_unlock(&engine->lock);
}

/* Takes the oldest waiting job into the list of those running; NULL when none waits (or the store cannot say). */
static struct job *claim(struct wg_ctx *ctx, struct job_engine *engine)
{
    struct job *job = NULL;
    (void)pthread_mutex_lock(&engine->claiming);
    if (job_rows_claim(ctx, engine, ctx->arena, &job) == 0 && job) enter(engine, job);
    (void)pthread_mutex_unlock(&engine->claiming);
    return job;
}

static void leave(struct job_engine *engine, struct job *job)
{
    (void)pthread_mutex_lock(&engine->lock);
    struct job **at = &engine->running;
    while (*at != job) at = &(*at)->next;
    *at = job->next;
    tell_watchers(engine);
    (void)pthread_mutex_unlock(&engine->lock);
    json_decref(job->result);
    job->result = NULL;
}

static const char *state_after(const struct job *job, int code)
{
    if (code == 0) return "done";
    if (code != WG_E_CANCELLED) return "failed";
    if (atomic_load(&job->cancelled)) return "cancelled";
    return atomic_load(&job->engine->stopping) ? "queued" : "failed";
}

/* The end is written for as long as it takes: while the disk is full the job stays as it is, and a program that ends
 * meanwhile runs it again. */
static void write_end(struct wg_ctx *ctx, struct job *job, int code)
{
    struct job_engine *engine = job->engine;
    const char *state = state_after(job, code);
    struct wg_problem problem = ctx->problem;
    if (code && problem.code != code) problem = (struct wg_problem){.code = code};
    if (code == 0) (void)atomic_exchange(&job->done, JOB_WHOLE);
    while (job_rows_finish(ctx, job, state, strcmp(state, "failed") == 0 ? &problem : NULL)) {
        (void)pthread_mutex_lock(&engine->lock);
        bool stopping = atomic_load(&engine->stopping);
        if (!stopping) job_wait(engine, &engine->woken, RETRY_MS);
        (void)pthread_mutex_unlock(&engine->lock);
        if (stopping) return;
    }
}

static void run_job(struct job *job)
{
    struct job_engine *engine = job->engine;
    struct wg_ctx ctx = wg_ctx(job->arena);
    ctx.lang = job->lang;
    const struct job_kind *kind = find_kind(engine, job->kind_name);
    int code = kind ? kind->run(&ctx, job, engine->services) : wg_refuse(&ctx, WG_E_NOT_FOUND, "kind", job->kind_name, NULL);
    write_end(&ctx, job, code);
    leave(engine, job);
}

/* False when none waits. */
static bool run_next(struct job_engine *engine)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct job *job = claim(&ctx, engine);
    if (job) run_job(job);
    wg_arena_free(arena);
    return job != NULL;
}

static void *work(void *arg)
{
    struct job_engine *engine = arg;
    for (;;) {
        (void)pthread_mutex_lock(&engine->lock);
        uint64_t seen = engine->wakes;
        (void)pthread_mutex_unlock(&engine->lock);
        if (!atomic_load(&engine->stopping) && run_next(engine)) continue;
        (void)pthread_mutex_lock(&engine->lock);
        while (!atomic_load(&engine->stopping) && engine->wakes == seen) (void)pthread_cond_wait(&engine->woken, &engine->lock);
        (void)pthread_mutex_unlock(&engine->lock);
        if (atomic_load(&engine->stopping)) return NULL;
    }
}

/* --- the keeper ------------------------------------------------------------------------------------------------------------ */
/* With the lock held: what rows lack. */
static size_t collect_unsaved(struct job_engine *engine, struct job_progress_row *rows, size_t max)
{
    size_t n = 0;
    for (struct job *job = engine->running; job && n < max; job = job->next) {
        unsigned done = atomic_load(&job->done);
        if (done == job->saved && job->phase_saved) continue;
        job->saved = done;
        job->phase_saved = true;
        rows[n].id = job->id;
        rows[n].done = done;
        memcpy(rows[n++].phase, job->phase, sizeof job->phase);
    }
    return n;
}

static void *keep_progress(void *arg)
{
    struct job_engine *engine = arg;
    struct wg_arena *arena = wg_arena_new();
    (void)pthread_mutex_lock(&engine->lock);
    while (!atomic_load(&engine->stopping)) {
        if (!engine->running) {
            (void)pthread_cond_wait(&engine->woken, &engine->lock);
            continue;
        }
        struct job_progress_row *rows = wg_alloc_n(arena, engine->n_threads, sizeof *rows);
        size_t n = collect_unsaved(engine, rows, engine->n_threads);
        (void)pthread_mutex_unlock(&engine->lock);
        struct wg_ctx ctx = wg_ctx(arena);
        bool lost = n && job_rows_save(&ctx, engine, rows, n) != 0;
        wg_arena_reset(arena);
        (void)pthread_mutex_lock(&engine->lock);
        for (struct job *job = lost ? engine->running : NULL; job; job = job->next) job->phase_saved = false;
        if (!atomic_load(&engine->stopping)) job_wait(engine, &engine->woken, JOB_SAVE_MS);
    }
    (void)pthread_mutex_unlock(&engine->lock);
    wg_arena_free(arena);
    return NULL;
}

/* --- start and stop -------------------------------------------------------------------------------------------------------- */
static struct job_engine *new_engine(struct store *store, const char *district, void *services, const struct job_kind *kinds,
                                     size_t threads)
{
    struct job_engine *engine = wg_xcalloc(1, sizeof *engine);
    size_t size = strlen(district) + 1;
    engine->store = store;
    engine->district = memcpy(wg_xmalloc(size), district, size);
    engine->services = services;
    engine->kinds = kinds;
    engine->threads = wg_xcalloc(threads, sizeof *engine->threads);
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&engine->lock, NULL);
    (void)pthread_mutex_init(&engine->claiming, NULL);
    (void)pthread_cond_init(&engine->woken, &monotonic);
    (void)pthread_cond_init(&engine->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return engine;
}

int job_engine_start(struct wg_ctx *ctx, struct store *store, const char *district, void *services,
                     const struct job_kind *kinds, size_t threads, struct job_engine **ret_engine)
{
    struct job_engine *engine = new_engine(store, district, services, kinds, threads ? threads : 1);
    int code = job_rows_recover(ctx, engine);
    if (!code && services) ((struct job_services *)services)->engine = engine;
    /* The lock keeps the threads from seeing how many they are before it is known. */
    (void)pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < (threads ? threads : 1) && !code; i++) {
        code = job_thread_start(ctx, &engine->threads[i], work, engine);
        if (!code) engine->n_threads++;
    }
    if (!code) code = job_thread_start(ctx, &engine->keeper, keep_progress, engine);
    engine->keeper_runs = code == 0;
    (void)pthread_mutex_unlock(&engine->lock);
    if (code) {
        if (services) ((struct job_services *)services)->engine = NULL;
        job_engine_stop(engine);
        return code;
    }
    *ret_engine = engine;
    return 0;
}

void job_engine_stop(struct job_engine *engine)
{
    if (!engine) return;
    (void)pthread_mutex_lock(&engine->lock);
    atomic_store(&engine->stopping, true);
    (void)pthread_cond_broadcast(&engine->woken);
    (void)pthread_cond_broadcast(&engine->changed);
    (void)pthread_mutex_unlock(&engine->lock);
    for (size_t i = 0; i < engine->n_threads; i++) (void)pthread_join(engine->threads[i], NULL);
    if (engine->keeper_runs) (void)pthread_join(engine->keeper, NULL);
    job_clock_join(engine);
    (void)pthread_cond_destroy(&engine->changed);
    (void)pthread_cond_destroy(&engine->woken);
    (void)pthread_mutex_destroy(&engine->claiming);
    (void)pthread_mutex_destroy(&engine->lock);
    free(engine->threads);
    free(engine->district);
    free(engine);
}

/* --- looking and cancelling ------------------------------------------------------------------------------------------------ */
static void drop_json(void *json)
{
    json_decref(json);
}

/* Memory first, the row after: a job leaves memory only when its row has its end, so nothing older is seen than before. */
int job_look(struct wg_ctx *ctx, struct job_engine *engine, wg_id id, struct job_status *ret_status)
{
    const char *phase = NULL;
    double done = 0;
    json_t *result = NULL;
    (void)pthread_mutex_lock(&engine->lock);
    for (const struct job *job = engine->running; job; job = job->next) {
        if (!wg_id_eq(job->id, id)) continue;
        phase = wg_cstr(ctx->arena, wg_str(job->phase));
        done = (double)atomic_load(&job->done) / JOB_WHOLE;
        result = json_deep_copy(job->result);
    }
    (void)pthread_mutex_unlock(&engine->lock);
    if (result) wg_arena_cleanup(ctx->arena, drop_json, result);
    struct job_status status;
    int code = job_rows_read(ctx, engine, id, &status);
    if (code) return code;
    if (phase && strcmp(status.state, "running") == 0) {
        status.phase = phase;
        if (done > status.done) status.done = done;
        if (result) status.result = result;
    }
    *ret_status = status;
    return 0;
}

int job_cancel(struct wg_ctx *ctx, struct job_engine *engine, wg_id id)
{
    (void)pthread_mutex_lock(&engine->claiming);
    int code = job_rows_cancel(ctx, engine, id);
    (void)pthread_mutex_lock(&engine->lock);
    for (struct job *job = engine->running; job && !code; job = job->next)
        if (wg_id_eq(job->id, id)) atomic_store(&job->cancelled, true);
    tell_watchers(engine);
    (void)pthread_mutex_unlock(&engine->lock);
    (void)pthread_mutex_unlock(&engine->claiming);
    return code;
}

static json_t *moment_json(const struct wg_ctx *ctx, wg_time t)
{
    return t == WG_TIME_NONE ? json_null() : json_string(wg_time_text(ctx->arena, t, ctx->zone));
}

static json_t *problem_in_words(const struct wg_ctx *ctx, const json_t *problem)
{
    if (!problem) return json_null();
    json_t *words = json_object();
    static const char *const as_they_are[] = {"code", "status", "where"};
    for (size_t i = 0; i < sizeof as_they_are / sizeof *as_they_are; i++)
        (void)json_object_set(words, as_they_are[i], json_object_get(problem, as_they_are[i]));
    (void)json_object_set(words, "detail", json_object_get(problem, ctx->lang == WG_EN ? "en" : "zh"));
    return words;
}

json_t *job_json(const struct wg_ctx *ctx, const struct job_status *status)
{
    char id[WG_ID_TEXT + 1];
    wg_id_format(status->id, id);
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:o, s:o, s:o, s:o, s:o}", "id", id, "kind", status->kind, "state",
                     status->state, "phase", status->phase, "done", status->done, "queued", moment_json(ctx, status->queued),
                     "started", moment_json(ctx, status->started), "ended", moment_json(ctx, status->ended), "result",
                     status->result ? json_deep_copy(status->result) : json_null(), "problem",
                     problem_in_words(ctx, status->problem));
}
