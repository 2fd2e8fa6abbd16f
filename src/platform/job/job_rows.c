#include <stdlib.h>
#include <string.h>

#include "platform/job/job_internal.h"

/* --- JSON in texts --------------------------------------------------------------------------------------------------------- */
static void drop_json(void *json)
{
    json_decref(json);
}

static json_t *read_json(struct wg_arena *arena, struct wg_str text)
{
    json_t *json = text.n ? json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL) : NULL;
    if (json) wg_arena_cleanup(arena, drop_json, json);
    return json;
}

/* NULL stays NULL; so does what cannot be written. */
static const char *write_json(struct wg_arena *arena, const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    const char *kept = text ? wg_cstr(arena, wg_str(text)) : NULL;
    free(text);
    return kept;
}

/* In both languages: whoever looks may read another than whoever asked. */
static const char *problem_json(struct wg_arena *arena, const struct wg_problem *problem)
{
    if (!problem) return NULL;
    const struct wg_problem_kind *kind = wg_problem_kind(problem->code);
    json_t *json = json_pack("{s:s, s:i, s:s?, s:s, s:s}", "code", kind->code, "status", kind->status, "where", problem->where,
                             "zh", wg_problem_text(arena, problem, WG_ZH), "en", wg_problem_text(arena, problem, WG_EN));
    const char *text = write_json(arena, json);
    json_decref(json);
    return text;
}

static double share(unsigned done)
{
    return (double)done / JOB_WHOLE;
}

/* --- asking for one -------------------------------------------------------------------------------------------------------- */
int job_add(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct job_new *what, wg_id *ret_id)
{
    static const char sql[] =
        "INSERT INTO job (district, id, kind, worker, path, lang, args, state, cancel, crashes, phase, done, queued)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, 0, '', 0.0, $8)";
    wg_id id = wg_id_new(ctx->now);
    const char *args = write_json(ctx->arena, what->args);
    struct store_value values[] = {store_cstr(district),
                                   store_id(&id),
                                   store_cstr(what->kind),
                                   store_id(&what->worker),
                                   store_cstr(what->path ? what->path : ""),
                                   store_cstr(what->lang == WG_EN ? "en" : "zh"),
                                   store_cstr(args ? args : "{}"),
                                   store_time(ctx->now)};
    int code = store_exec(ctx, tx, sql, values, sizeof values / sizeof *values, NULL);
    if (!code) *ret_id = id;
    return code;
}

/* --- after a stop ---------------------------------------------------------------------------------------------------------- */
static int recover(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct job_engine *engine = arg;
    struct wg_problem crash = {.code = WG_E_INTERNAL};
    struct store_value district = store_cstr(engine->district);
    int code = store_exec(ctx, tx, "UPDATE job SET crashes = crashes + 1 WHERE district = $1 AND state = 'running'", &district,
                          1, NULL);
    if (code) return code;
    struct store_value values[] = {district, store_int(JOB_CRASHES_MAX), store_cstr(problem_json(ctx->arena, &crash)),
                                   store_time(ctx->now)};
    code = store_exec(ctx, tx,
                      "UPDATE job SET state = 'failed', problem = $3, ended = $4"
                      " WHERE district = $1 AND state = 'running' AND crashes >= $2",
                      values, sizeof values / sizeof *values, NULL);
    if (code) return code;
    code = store_exec(ctx, tx, "UPDATE job SET state = 'queued' WHERE district = $1 AND state = 'running'", &district, 1, NULL);
    if (code) return code;
    struct store_value old[] = {district, store_time(ctx->now - JOB_KEPT_DAYS * WG_DAY_MS)};
    return store_exec(ctx, tx, "DELETE FROM job WHERE district = $1 AND ended < $2", old, sizeof old / sizeof *old, NULL);
}

int job_rows_recover(struct wg_ctx *ctx, struct job_engine *engine)
{
    return store_write(ctx, engine->store, recover, engine);
}

/* --- taking one ------------------------------------------------------------------------------------------------------------ */
struct claim {
    struct job_engine *engine;
    struct wg_arena *arena;
    wg_time now;
    struct job *job;
};

static struct job *read_job(const struct claim *claim, const struct store_rows *rows)
{
    struct job *job = wg_alloc(claim->arena, sizeof *job);
    job->engine = claim->engine;
    job->arena = claim->arena;
    job->id = store_get_id(rows, 0);
    job->kind_name = wg_cstr(claim->arena, store_get_text(rows, 1));
    job->worker = store_get_id(rows, 2);
    job->lang = wg_str_is(store_get_text(rows, 3), "en") ? WG_EN : WG_ZH;
    job->args = read_json(claim->arena, store_get_text(rows, 4));
    job->checkpoint = read_json(claim->arena, store_get_text(rows, 5));
    struct wg_str phase = wg_str_sub(store_get_text(rows, 6), 0, JOB_PHASE_MAX);
    memcpy(job->phase, phase.p, phase.n);
    job->phase_saved = true;
    job->saved = job->shown = (unsigned)(store_get_real(rows, 7) * JOB_WHOLE);
    atomic_init(&job->done, job->saved);
    atomic_init(&job->cancelled, store_get_int(rows, 8) != 0);
    return job;
}

static int claim_oldest(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct claim *claim = arg;
    struct store_rows *rows;
    bool found;
    struct store_value district = store_cstr(claim->engine->district);
    claim->job = NULL;
    int code = store_one(ctx, store_tx_snap(tx),
                         "SELECT id, kind, worker, lang, args, checkpoint, phase, done, cancel FROM job"
                         " WHERE district = $1 AND state = 'queued' ORDER BY id LIMIT 1",
                         &district, 1, &rows, &found);
    if (code || !found) return code;
    struct job *job = read_job(claim, rows);
    store_rows_end(rows);
    struct store_value values[] = {district, store_id(&job->id), store_time(claim->now)};
    code =
        store_exec(ctx, tx, "UPDATE job SET state = 'running', started = COALESCE(started, $3) WHERE district = $1 AND id = $2",
                   values, sizeof values / sizeof *values, NULL);
    if (!code) claim->job = job;
    return code;
}

int job_rows_claim(struct wg_ctx *ctx, struct job_engine *engine, struct wg_arena *arena, struct job **ret_job)
{
    struct claim claim = {engine, arena, wg_now(), NULL};
    int code = store_write(ctx, engine->store, claim_oldest, &claim);
    if (!code) *ret_job = claim.job;
    return code;
}

/* --- keeping how far it is ------------------------------------------------------------------------------------------------- */
struct save {
    struct job_engine *engine;
    const struct job_progress_row *rows;
    size_t n;
};

static int save_all(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct save *save = arg;
    int code = 0;
    for (size_t i = 0; i < save->n && !code; i++) {
        const struct job_progress_row *row = &save->rows[i];
        struct store_value values[] = {store_cstr(save->engine->district), store_id(&row->id), store_cstr(row->phase),
                                       store_real(share(row->done))};
        code = store_exec(ctx, tx,
                          "UPDATE job SET phase = $3, done = $4"
                          " WHERE district = $1 AND id = $2 AND state = 'running' AND done <= $4",
                          values, sizeof values / sizeof *values, NULL);
    }
    return code;
}

int job_rows_save(struct wg_ctx *ctx, struct job_engine *engine, const struct job_progress_row *rows, size_t n)
{
    struct save save = {engine, rows, n};
    return store_write(ctx, engine->store, save_all, &save);
}

int job_checkpoint_in(struct wg_ctx *ctx, struct store_tx *tx, struct job *job, const json_t *state)
{
    struct store_value values[] = {store_cstr(job->engine->district), store_id(&job->id),
                                   store_cstr(write_json(ctx->arena, state))};
    return store_exec(ctx, tx, "UPDATE job SET checkpoint = $3 WHERE district = $1 AND id = $2", values,
                      sizeof values / sizeof *values, NULL);
}

struct checkpoint {
    struct job *job;
    const json_t *state;
};

static int write_checkpoint(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct checkpoint *c = arg;
    return job_checkpoint_in(ctx, tx, c->job, c->state);
}

int job_checkpoint(struct wg_ctx *ctx, struct job *job, const json_t *state)
{
    struct checkpoint c = {job, state};
    return store_write(ctx, job->engine->store, write_checkpoint, &c);
}

/* --- its end --------------------------------------------------------------------------------------------------------------- */
struct finish {
    struct job *job;
    const char *state, *result, *problem;
    wg_time ended;
};

static int finish(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct finish *f = arg;
    struct store_value values[] = {
        store_cstr(f->job->engine->district),          store_id(&f->job->id), store_cstr(f->state),   store_cstr(f->job->phase),
        store_real(share(atomic_load(&f->job->done))), store_cstr(f->result), store_cstr(f->problem), store_time(f->ended)};
    return store_exec(ctx, tx,
                      "UPDATE job SET state = $3, phase = $4, done = $5, result = $6, problem = $7, ended = $8, crashes = 0"
                      " WHERE district = $1 AND id = $2",
                      values, sizeof values / sizeof *values, NULL);
}

int job_rows_finish(struct wg_ctx *ctx, struct job *job, const char *state, const struct wg_problem *problem)
{
    bool ends = strcmp(state, "queued") != 0;
    struct finish f = {job, state, write_json(ctx->arena, job->result), problem_json(ctx->arena, problem),
                       ends ? wg_now() : WG_TIME_NONE};
    return store_write(ctx, job->engine->store, finish, &f);
}

/* --- looking and cancelling ------------------------------------------------------------------------------------------------ */
static void read_status(struct wg_arena *arena, const struct store_rows *rows, struct job_status *ret)
{
    *ret = (struct job_status){
        .id = store_get_id(rows, 0),
        .worker = store_get_id(rows, 1),
        .kind = wg_cstr(arena, store_get_text(rows, 2)),
        .path = wg_cstr(arena, store_get_text(rows, 3)),
        .state = wg_cstr(arena, store_get_text(rows, 4)),
        .phase = wg_cstr(arena, store_get_text(rows, 5)),
        .done = store_get_real(rows, 6),
        .queued = store_get_time(rows, 7),
        .started = store_get_time(rows, 8),
        .ended = store_get_time(rows, 9),
        .result = read_json(arena, store_get_text(rows, 10)),
        .problem = read_json(arena, store_get_text(rows, 11)),
    };
}

int job_rows_read(struct wg_ctx *ctx, struct job_engine *engine, wg_id id, struct job_status *ret_status)
{
    struct store_snap *snap;
    int code = store_read(ctx, engine->store, &snap);
    if (code) return code;
    struct store_rows *rows;
    bool found = false;
    struct store_value values[] = {store_cstr(engine->district), store_id(&id)};
    code = store_one(ctx, snap,
                     "SELECT id, worker, kind, path, state, phase, done, queued, started, ended, result, problem FROM job"
                     " WHERE district = $1 AND id = $2",
                     values, 2, &rows, &found);
    if (!code && !found) code = wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    if (!code) read_status(ctx->arena, rows, ret_status);
    store_read_end(snap);
    return code;
}

struct cancel {
    struct job_engine *engine;
    wg_id id;
};

static int cancel(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct cancel *c = arg;
    struct store_value values[] = {store_cstr(c->engine->district), store_id(&c->id), store_time(wg_now())};
    int code =
        store_exec(ctx, tx, "UPDATE job SET cancel = 1 WHERE district = $1 AND id = $2 AND state IN ('queued', 'running')",
                   values, 2, NULL);
    /* One that has begun before is left to its kind: it may have something to keep. */
    return code ? code
                : store_exec(ctx, tx,
                             "UPDATE job SET state = 'cancelled', ended = $3"
                             " WHERE district = $1 AND id = $2 AND state = 'queued' AND started IS NULL",
                             values, 3, NULL);
}

int job_rows_cancel(struct wg_ctx *ctx, struct job_engine *engine, wg_id id)
{
    struct cancel c = {engine, id};
    return store_write(ctx, engine->store, cancel, &c);
}
