/* The edge: a job as JSON, its progress as server-sent events, and the wish that it stop. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/job/job_internal.h"

enum { LOOK_MS = 200, REMARK_MS = 5000, WAIT_MS = 1000, EVENT_MAX = 1024 * 1024 };

static struct job_engine *engine_of(const struct guard_call *call)
{
    return ((const struct job_services *)call->services)->engine;
}

/* job P4. One that is not to be seen does not exist. */
static int find(const struct guard_call *call, struct job_status *ret_status)
{
    wg_id id;
    if (!wg_id_parse(call->request->params[0], &id)) return wg_refuse(call->ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    struct job_status status;
    int code = job_look(call->ctx, engine_of(call), id, &status);
    if (code) return code;
    if (!wg_id_eq(status.worker, call->who->worker) && !guard_in_scope(&call->who->scope, wg_str(status.path)))
        return wg_refuse(call->ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    *ret_status = status;
    return 0;
}

static int get_job(struct guard_call *call)
{
    struct job_status status;
    int code = find(call, &status);
    if (!code) call->answer->json = job_json(call->ctx, &status);
    return code;
}

static int cancel_job(struct guard_call *call)
{
    struct job_status status;
    int code = find(call, &status);
    if (!code) code = job_cancel(call->ctx, engine_of(call), status.id);
    if (!code) code = find(call, &status);
    if (!code) call->answer->json = job_json(call->ctx, &status);
    return code;
}

/* --- events ---------------------------------------------------------------------------------------------------------------- */
struct watch {
    struct job_engine *engine;
    const struct http_server *server;
    wg_id id;
    enum wg_lang lang;
    int zone;
    uint64_t seen;      /* the engine's changes */
    wg_time said;       /* when something was last sent, by wg_monotonic */
    wg_time looked;     /* when the job was last looked at */
    char *last;         /* the event sent last, to send no two alike */
    struct wg_buf text; /* being sent */
    size_t sent;
    bool over; /* after what is being sent nothing follows */
};

static bool has_ended(const char *state)
{
    return strcmp(state, "done") == 0 || strcmp(state, "failed") == 0 || strcmp(state, "cancelled") == 0;
}

/* How it stands, if that differs from what was said last. */
static void say(struct watch *w)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = w->lang;
    ctx.zone = w->zone;
    struct job_status status;
    w->looked = wg_monotonic();
    int code = job_look(&ctx, w->engine, w->id, &status);
    if (code == 0) {
        json_t *json = job_json(&ctx, &status);
        char *data = json_dumps(json, JSON_COMPACT);
        json_decref(json);
        if (data && (!w->last || strcmp(data, w->last) != 0)) {
            wg_buf_fmt(&w->text, "event: progress\ndata: %s\n\n", data);
            free(w->last);
            w->last = data;
        } else {
            free(data);
        }
        w->over = has_ended(status.state) || w->text.failed;
    } else if (code != WG_E_BUSY) {
        w->over = true; /* the client asks again and gets the refusal */
    }
    wg_arena_free(arena);
}

static void rest_until(wg_time moment)
{
    wg_time left = moment - wg_monotonic();
    if (left > 0) (void)nanosleep(&(struct timespec){.tv_nsec = left * 1000000}, NULL);
}

static void prepare(struct watch *w)
{
    w->sent = 0;
    wg_buf_clear(&w->text);
    while (!w->text.n && !w->over) {
        if (http_stopping(w->server) || atomic_load(&w->engine->stopping)) {
            w->over = true;
            return;
        }
        uint64_t changes = job_wait_change(w->engine, w->seen, WAIT_MS);
        if (changes != w->seen) {
            rest_until(w->looked + LOOK_MS); /* many small steps make one event */
            w->seen = job_changes(w->engine);
            say(w);
        }
        if (!w->text.n && wg_monotonic() - w->said >= REMARK_MS) wg_buf_puts(&w->text, ": still here\n\n");
    }
}

static ptrdiff_t next_events(void *arg, char *out, size_t room)
{
    struct watch *w = arg;
    if (w->sent == w->text.n) {
        if (w->over) return 0;
        prepare(w);
        if (!w->text.n) return 0;
    }
    size_t n = w->text.n - w->sent;
    if (n > room) n = room;
    memcpy(out, w->text.p + w->sent, n);
    w->sent += n;
    w->said = wg_monotonic();
    return (ptrdiff_t)n;
}

static void end_events(void *arg)
{
    struct watch *w = arg;
    wg_buf_free(&w->text);
    free(w->last);
}

static int watch_job(struct guard_call *call)
{
    struct job_status status;
    int code = find(call, &status);
    if (code) return code;
    struct watch *w = wg_alloc(call->ctx->arena, sizeof *w);
    *w = (struct watch){.engine = engine_of(call),
                        .server = call->request->server,
                        .id = status.id,
                        .lang = call->ctx->lang,
                        .zone = call->ctx->zone,
                        .said = wg_monotonic()};
    wg_buf_init(&w->text, EVENT_MAX);
    wg_buf_puts(&w->text, "retry: 3000\n\n");
    w->seen = job_changes(w->engine);
    say(w);
    call->answer->type = "text/event-stream";
    http_set_header(call->answer, "X-Accel-Buffering", WG_STR("no"));
    call->answer->stream = next_events;
    call->answer->stream_end = end_events;
    call->answer->stream_arg = w;
    return 0;
}

const struct guard_route job_routes[] = {
    {.method = "GET",
     .pattern = "/api/v1/jobs/{id}",
     .right = RIGHT_SIGNED_IN,
     .no_audit = "how far own work is names nobody",
     .handle = get_job,
     .summary = "How a job stands",
     .reply = "Job"},
    {.method = "GET",
     .pattern = "/api/v1/jobs/{id}/events",
     .right = RIGHT_SIGNED_IN,
     .no_audit = "how far own work is names nobody",
     .handle = watch_job,
     .summary = "A job's progress as server-sent events named progress, each a Job, until it ends",
     .reply = "Job"},
    {.method = "POST",
     .pattern = "/api/v1/jobs/{id}/cancel",
     .right = RIGHT_SIGNED_IN,
     .audit = "job.cancel",
     .handle = cancel_job,
     .summary = "Asks a job to stop",
     .reply = "Job"},
    {0},
};
