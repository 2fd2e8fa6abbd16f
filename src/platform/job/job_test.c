/* What jobs promise. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/job/job_internal.h"

static const char district[] = "320508";

/* What kinds and tests share; begins as the routes want it. */
struct services {
    struct job_services job;
    struct store *store;
    atomic_int runs, inside, overlaps, ticks;
    atomic_bool gate; /* lets "step" go on */
    int pipe;
    atomic_int seen_from;
    char order[16];
    atomic_int ordered;
};

struct fixture {
    char directory[64];
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct services services;
};

static void nap(void)
{
    (void)usleep(2000);
}

/* --- kinds ----------------------------------------------------------------------------------------------------------------- */
static int run_good(struct wg_ctx *ctx, struct job *job, void *arg)
{
    struct services *s = arg;
    if (!s->job.engine) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    job_phase(job, "reading");
    wg_progress_report(job_progress(job), 0.25);
    job_phase(job, "comparing");
    job_result(job, json_pack("{s:i}", "rows", 1));
    job_result(job, json_pack("{s:i, s:O}", "rows", 7, "asked", json_object_get(job_args(job), "name")));
    return 0;
}

static int run_bad(struct wg_ctx *ctx, struct job *job, void *arg)
{
    (void)arg;
    job_result(job, json_pack("{s:i}", "rows", 3));
    wg_progress_report(job_progress(job), 0.5);
    return wg_refuse(ctx, WG_E_TAB_DAMAGED, "file", "sheet1.xml", NULL);
}

/* Counts to 100, remembering where; waits at 50 for the gate, or until told to stop. */
static int run_steps(struct wg_ctx *ctx, struct job *job, void *arg)
{
    struct services *s = arg;
    int from = (int)json_integer_value(json_object_get(job_last_checkpoint(job), "next"));
    (void)atomic_fetch_add(&s->runs, 1);
    atomic_store(&s->seen_from, from);
    for (int i = from; i < 100; i++) {
        wg_progress_report(job_progress(job), i / 100.0);
        json_t *state = json_pack("{s:i}", "next", i);
        int code = i % 10 ? 0 : job_checkpoint(ctx, job, state);
        json_decref(state);
        if (code) return code;
        while (i == 50 && !atomic_load(&s->gate) && !wg_progress_cancelled(job_progress(job))) nap();
        if (wg_progress_cancelled(job_progress(job))) {
            job_result(job, json_pack("{s:i}", "kept", i));
            return wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
        }
    }
    job_result(job, json_pack("{s:i}", "from", from));
    return 0;
}

static int run_wild(struct wg_ctx *ctx, struct job *job, void *arg)
{
    struct services *s = arg;
    (void)ctx;
    const struct wg_progress *p = job_progress(job);
    static const double wild[] = {0.1, 0.6, 0.2, -1, 0.0 / 0.0, 0.7, 0.3};
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        wg_progress_report(p, wild[i]);
        nap();
    }
    while (!atomic_load(&s->gate)) nap();
    wg_progress_report(p, 7);
    return 0;
}

static int run_order(struct wg_ctx *ctx, struct job *job, void *arg)
{
    struct services *s = arg;
    (void)ctx;
    s->order[atomic_fetch_add(&s->ordered, 1)] = json_string_value(json_object_get(job_args(job), "name"))[0];
    return 0;
}

static int checkpoint_and_refuse(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    json_t *state = json_pack("{s:i}", "next", 99);
    int code = job_checkpoint_in(ctx, tx, arg, state);
    json_decref(state);
    return code ? code : wg_refuse(ctx, WG_E_BAD_FIELD, NULL, NULL, NULL);
}

/* A checkpoint inside a write that is refused does not count. */
static int run_undone(struct wg_ctx *ctx, struct job *job, void *arg)
{
    struct services *s = arg;
    if (job_last_checkpoint(job)) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    if (store_write(ctx, s->store, checkpoint_and_refuse, job) != WG_E_BAD_FIELD) return -1;
    (void)atomic_fetch_add(&s->runs, 1);
    while (!atomic_load(&s->gate) && !wg_progress_cancelled(job_progress(job))) nap();
    if (wg_progress_cancelled(job_progress(job))) return wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    return 0;
}

/* For the crash: tells through the pipe that it has begun, and does not end. */
static int run_doomed(struct wg_ctx *ctx, struct job *job, void *arg)
{
    struct services *s = arg;
    json_t *state = json_pack("{s:i}", "next", 42);
    const json_t *last = job_last_checkpoint(job);
    int code = last ? 0 : job_checkpoint(ctx, job, state);
    json_decref(state);
    if (last) job_result(job, json_deep_copy(last));
    if (code || s->pipe < 0) return code;
    if (write(s->pipe, "x", 1) != 1) _exit(3);
    for (;;) (void)pause();
}

static const struct job_kind kinds[] = {
    {"good", run_good},   {"bad", run_bad},       {"steps", run_steps},   {"wild", run_wild},
    {"order", run_order}, {"undone", run_undone}, {"doomed", run_doomed}, {NULL, NULL},
};

/* --- helpers --------------------------------------------------------------------------------------------------------------- */
static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    (void)snprintf(f->directory, sizeof f->directory, "/tmp/wangge-job-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    f->arena = wg_arena_new();
    f->ctx = wg_ctx(f->arena);
    f->services.pipe = -1;
    assert_int_equal(store_open(&f->ctx, f->directory, true, &f->services.store), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"wangge.db", "wangge.db-wal", "wangge.db-shm", "wangge.lock"};
    job_engine_stop(f->services.job.engine);
    wg_arena_free(f->arena);
    store_close(f->services.store);
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", f->directory, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(f->directory);
    free(f);
    return 0;
}

static void start(struct fixture *f, size_t threads)
{
    struct job_engine *engine;
    assert_int_equal(job_engine_start(&f->ctx, f->services.store, district, &f->services, kinds, threads, &engine), 0);
    assert_ptr_equal(engine, f->services.job.engine);
}

static void stop(struct fixture *f)
{
    job_engine_stop(f->services.job.engine);
    f->services.job.engine = NULL;
}

struct adding {
    struct job_new what;
    wg_id id;
};

static int add(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct adding *a = arg;
    return job_add(ctx, tx, district, &a->what, &a->id);
}

static wg_id ask(struct fixture *f, const char *kind, const char *name)
{
    json_t *args = json_pack("{s:s}", "name", name);
    struct adding a = {{kind, wg_id_named("worker", WG_STR("a")), "a.b.", args, WG_EN}, {{0}}};
    assert_int_equal(store_write(&f->ctx, f->services.store, add, &a), 0);
    json_decref(args);
    if (f->services.job.engine) job_wake(f->services.job.engine);
    return a.id;
}

static struct job_status look(struct fixture *f, wg_id id)
{
    struct job_status status;
    assert_int_equal(job_look(&f->ctx, f->services.job.engine, id, &status), 0);
    return status;
}

static struct job_status wait_for(struct fixture *f, wg_id id, const char *state)
{
    for (int i = 0; i < 5000; i++) {
        struct job_status status = look(f, id);
        if (strcmp(status.state, state) == 0) return status;
        nap();
    }
    fail_msg("the job did not become %s", state);
    return (struct job_status){0};
}

static int run_sql(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return store_exec(ctx, tx, arg, NULL, 0, NULL);
}

static void sql(struct fixture *f, const char *text)
{
    union {
        const char *in;
        void *out;
    } arg = {text};
    assert_int_equal(store_write(&f->ctx, f->services.store, run_sql, arg.out), 0);
}

/* --- tests ----------------------------------------------------------------------------------------------------------------- */
static void test_job__runs_and_keeps_its_result(void **state)
{
    struct fixture *f = *state;
    start(f, 2);
    wg_id id = ask(f, "good", "x");
    struct job_status s = wait_for(f, id, "done");
    assert_string_equal(s.kind, "good");
    assert_string_equal(s.path, "a.b.");
    assert_string_equal(s.phase, "comparing");
    assert_true(s.done == 1);
    assert_true(s.queued != WG_TIME_NONE && s.started >= s.queued - 1000 && s.ended >= s.started);
    assert_int_equal(json_integer_value(json_object_get(s.result, "rows")), 7);
    assert_string_equal(json_string_value(json_object_get(s.result, "asked")), "x");
    assert_null(s.problem);
    json_t *json = job_json(&f->ctx, &s);
    assert_string_equal(json_string_value(json_object_get(json, "id")), wg_id_text(f->arena, id));
    assert_true(json_is_null(json_object_get(json, "problem")));
    assert_true(json_real_value(json_object_get(json, "done")) == 1);
    assert_non_null(strstr(json_string_value(json_object_get(json, "ended")), "+08:00"));
    json_decref(json);
}

static void test_job__a_refusal_is_kept_in_words(void **state)
{
    struct fixture *f = *state;
    start(f, 1);
    struct job_status s = wait_for(f, ask(f, "bad", "x"), "failed");
    assert_true(s.done == 0.5);
    assert_int_equal(json_integer_value(json_object_get(s.result, "rows")), 3);
    static const char *const words[] = {[WG_ZH] = "文件损坏", [WG_EN] = "The file is damaged"};
    for (int lang = WG_ZH; lang <= WG_EN; lang++) {
        f->ctx.lang = (enum wg_lang)lang;
        json_t *json = job_json(&f->ctx, &s), *problem = json_object_get(json, "problem");
        assert_string_equal(json_string_value(json_object_get(problem, "code")), "tabular.damaged");
        assert_string_equal(json_string_value(json_object_get(problem, "where")), "file");
        assert_int_equal(json_integer_value(json_object_get(problem, "status")), 422);
        assert_non_null(strstr(json_string_value(json_object_get(problem, "detail")), words[lang]));
        assert_non_null(strstr(json_string_value(json_object_get(problem, "detail")), "sheet1.xml"));
        json_decref(json);
    }
    s = wait_for(f, ask(f, "no such kind", "x"), "failed");
    assert_string_equal(json_string_value(json_object_get(s.problem, "code")), "not_found");
    assert_int_equal(job_look(&f->ctx, f->services.job.engine, wg_id_new(1), &s), WG_E_OUT_OF_SCOPE);
}

static void test_job__the_oldest_runs_first(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    wg_id last = {{0}};
    for (size_t i = 0; i < 5; i++) last = ask(f, "order", names[i]);
    start(f, 1);
    (void)wait_for(f, last, "done");
    assert_string_equal(f->services.order, "abcde");
}

static void test_job__continues_where_it_was_when_the_program_stopped(void **state)
{
    struct fixture *f = *state; /* job P1 */
    start(f, 1);
    wg_id id = ask(f, "steps", "x");
    while (look(f, id).done < 0.5) nap();
    stop(f);
    atomic_store(&f->services.gate, true);
    start(f, 1);
    struct job_status s = wait_for(f, id, "done");
    assert_int_equal(atomic_load(&f->services.runs), 2);
    assert_int_equal(atomic_load(&f->services.seen_from), 50);
    assert_int_equal(json_integer_value(json_object_get(s.result, "from")), 50);
}

static void test_job__survives_the_death_of_the_program(void **state)
{
    struct fixture *f = *state; /* job P1 */
    store_close(f->services.store);
    f->services.store = NULL;
    int ends[2];
    wg_id id;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        f->services.pipe = ends[1];
        if (store_open(&f->ctx, f->directory, false, &f->services.store)) _exit(2);
        start(f, 1);
        id = ask(f, "doomed", "x");
        if (write(ends[1], &id, sizeof id) != (ssize_t)sizeof id) _exit(3);
        for (;;) (void)pause();
    }
    (void)close(ends[1]);
    char bytes[sizeof id + 1]; /* the id and the 'x', in either order */
    size_t n = 0;
    while (n < sizeof bytes) {
        ssize_t got = read(ends[0], bytes + n, sizeof bytes - n);
        assert_true(got > 0);
        n += (size_t)got;
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    (void)close(ends[0]);
    memcpy(&id, bytes[0] == 'x' ? bytes + 1 : bytes, sizeof id);
    assert_int_equal(store_open(&f->ctx, f->directory, false, &f->services.store), 0);
    start(f, 1);
    struct job_status s = wait_for(f, id, "done");
    assert_int_equal(json_integer_value(json_object_get(s.result, "next")), 42);
}

static void test_job__what_brings_the_program_down_thrice_is_failed(void **state)
{
    struct fixture *f = *state; /* job P1 */
    wg_id id = ask(f, "good", "x");
    for (int crash = 1; crash <= JOB_CRASHES_MAX; crash++) {
        struct job_engine engine = {.store = f->services.store, .district = (char[]){"320508"}};
        sql(f, "UPDATE job SET state = 'running'");
        assert_int_equal(job_rows_recover(&f->ctx, &engine), 0);
        struct job_status s;
        assert_int_equal(job_rows_read(&f->ctx, &engine, id, &s), 0);
        assert_string_equal(s.state, crash < JOB_CRASHES_MAX ? "queued" : "failed");
    }
    start(f, 1);
    assert_string_equal(look(f, id).state, "failed");
}

static void test_job__is_forgotten_long_after_its_end(void **state)
{
    struct fixture *f = *state;
    start(f, 1);
    wg_id old = ask(f, "good", "x");
    (void)wait_for(f, old, "done");
    sql(f, "UPDATE job SET ended = ended - 91 * 86400000");
    wg_id recent = ask(f, "good", "x");
    (void)wait_for(f, recent, "done");
    stop(f);
    start(f, 1);
    struct job_status s;
    assert_int_equal(job_look(&f->ctx, f->services.job.engine, old, &s), WG_E_OUT_OF_SCOPE);
    assert_string_equal(look(f, recent).state, "done");
}

static void test_job__a_checkpoint_goes_with_its_write(void **state)
{
    struct fixture *f = *state; /* job P1 */
    start(f, 1);
    wg_id id = ask(f, "undone", "x");
    while (!atomic_load(&f->services.runs)) nap();
    stop(f);
    start(f, 1);
    while (atomic_load(&f->services.runs) < 2) nap();
    atomic_store(&f->services.gate, true);
    (void)wait_for(f, id, "done");
}

static void test_job__cancelled_it_stops_and_keeps_what_it_keeps(void **state)
{
    struct fixture *f = *state; /* job P2 */
    start(f, 1);
    wg_id running = ask(f, "steps", "x"), waiting = ask(f, "good", "x");
    while (look(f, running).done < 0.5) nap();
    assert_int_equal(job_cancel(&f->ctx, f->services.job.engine, waiting), 0);
    assert_string_equal(look(f, waiting).state, "cancelled");
    assert_string_equal(look(f, running).state, "running");
    assert_int_equal(job_cancel(&f->ctx, f->services.job.engine, running), 0);
    struct job_status s = wait_for(f, running, "cancelled");
    assert_int_equal(json_integer_value(json_object_get(s.result, "kept")), 50);
    assert_true(s.ended != WG_TIME_NONE);
    assert_null(s.problem);
    /* what has ended stays as it is */
    wg_id done = ask(f, "good", "x");
    (void)wait_for(f, done, "done");
    assert_int_equal(job_cancel(&f->ctx, f->services.job.engine, done), 0);
    assert_string_equal(look(f, done).state, "done");
    assert_true(wg_id_is_nil(look(f, waiting).worker) == false && look(f, waiting).started == WG_TIME_NONE);
}

static void test_job__a_wish_to_stop_is_never_lost(void **state)
{
    struct fixture *f = *state; /* job P2 */
    start(f, 2);
    for (int i = 0; i < 40; i++) {
        wg_id id = ask(f, "steps", "x");
        (void)usleep((useconds_t)(i * 20));
        assert_int_equal(job_cancel(&f->ctx, f->services.job.engine, id), 0);
        (void)wait_for(f, id, "cancelled");
    }
}

static void test_job__progress_never_goes_back(void **state)
{
    struct fixture *f = *state; /* job P3 */
    start(f, 1);
    wg_id id = ask(f, "wild", "x");
    double seen = 0;
    wg_time until = wg_monotonic() + 1000; /* long enough that the keeper has written */
    while (wg_monotonic() < until) {
        struct job_status s = look(f, id);
        assert_true(s.done >= seen);
        seen = s.done;
        nap();
    }
    assert_true(seen == 0.7);
    struct job_status row;
    assert_int_equal(job_rows_read(&f->ctx, f->services.job.engine, id, &row), 0);
    assert_true(row.done == 0.7);
    atomic_store(&f->services.gate, true);
    assert_true(wait_for(f, id, "done").done == 1);
}

/* --- the clock ------------------------------------------------------------------------------------------------------------- */
static int tick(struct wg_ctx *ctx, void *arg)
{
    struct services *s = arg;
    if (atomic_fetch_add(&s->inside, 1) != 0) (void)atomic_fetch_add(&s->overlaps, 1);
    (void)usleep(15000);
    (void)atomic_fetch_sub(&s->inside, 1);
    (void)atomic_fetch_add(&s->ticks, 1);
    return wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
}

static void test_job__the_clock_calls_again(void **state)
{
    struct fixture *f = *state; /* job P5 */
    start(f, 1);
    struct job_clock clock = {"tick", 5, tick}, rare = {"rare", WG_HOUR, tick}, never = {"never", 0, tick};
    assert_int_equal(job_clock_add(&f->ctx, f->services.job.engine, &never), WG_E_INTERNAL);
    assert_int_equal(job_clock_add(&f->ctx, f->services.job.engine, &clock), 0);
    assert_int_equal(job_clock_add(&f->ctx, f->services.job.engine, &rare), 0);
    for (int i = 0; i < 2000 && atomic_load(&f->services.ticks) < 5; i++) nap();
    assert_true(atomic_load(&f->services.ticks) >= 5);
    assert_int_equal(atomic_load(&f->services.overlaps), 0);
    for (int i = 0; i < JOB_CLOCKS_MAX - 2; i++) assert_int_equal(job_clock_add(&f->ctx, f->services.job.engine, &rare), 0);
    assert_int_equal(job_clock_add(&f->ctx, f->services.job.engine, &rare), WG_E_TOO_MANY);
}

/* --- routes ---------------------------------------------------------------------------------------------------------------- */
static const struct guard_route *route(const char *ending)
{
    for (const struct guard_route *r = job_routes; r->method; r++)
        if (wg_str_ends(wg_str(r->pattern), wg_str(ending))) return r;
    fail_msg("no route %s", ending);
    return NULL;
}

struct edge {
    struct guard_who who;
    struct http_request request;
    struct http_answer answer;
    struct guard_call call;
};

static int call_route(struct fixture *f, struct edge *e, const char *ending, wg_id id, const char *worker, const char *top)
{
    const char **tops = wg_alloc_n(f->arena, 1, sizeof *tops);
    tops[0] = top;
    *e = (struct edge){.who = {.worker = wg_id_named("worker", wg_str(worker)), .scope = {tops, top ? 1 : 0}}};
    e->request.params[0] = wg_str(wg_id_text(f->arena, id));
    e->call = (struct guard_call){
        .ctx = &f->ctx, .request = &e->request, .answer = &e->answer, .who = &e->who, .services = &f->services};
    return route(ending)->handle(&e->call);
}

static void test_job__is_seen_by_who_asked_and_who_is_in_charge(void **state)
{
    struct fixture *f = *state; /* job P4 */
    start(f, 1);
    wg_id id = ask(f, "steps", "x"); /* by worker "a", at a.b. */
    struct edge e;
    static const struct {
        const char *worker, *top;
        bool seen;
    } cases[] = {{"a", NULL, true}, {"b", NULL, false},     {"b", "a.", true},
                 {"b", "", true},   {"b", "a.b.c.", false}, {"b", "c.", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int expected = cases[i].seen ? 0 : WG_E_OUT_OF_SCOPE;
        assert_int_equal(call_route(f, &e, "{id}", id, cases[i].worker, cases[i].top), expected);
        if (cases[i].seen) assert_string_equal(json_string_value(json_object_get(e.answer.json, "kind")), "steps");
        json_decref(e.answer.json);
        if (cases[i].seen) continue;
        assert_int_equal(call_route(f, &e, "/events", id, cases[i].worker, cases[i].top), WG_E_OUT_OF_SCOPE);
        assert_int_equal(call_route(f, &e, "/cancel", id, cases[i].worker, cases[i].top), WG_E_OUT_OF_SCOPE);
    }
    assert_int_equal(call_route(f, &e, "{id}", wg_id_new(1), "a", ""), WG_E_OUT_OF_SCOPE);
    assert_string_not_equal(look(f, id).state, "cancelled");
    assert_int_equal(call_route(f, &e, "/cancel", id, "a", NULL), 0);
    json_decref(e.answer.json);
    (void)wait_for(f, id, "cancelled");
}

static void test_job__events_tell_its_progress_and_end_with_it(void **state)
{
    struct fixture *f = *state; /* job P3 */
    start(f, 1);
    wg_id id = ask(f, "steps", "x");
    struct edge e;
    assert_int_equal(call_route(f, &e, "/events", id, "a", NULL), 0);
    assert_string_equal(e.answer.type, "text/event-stream");
    struct wg_buf all;
    wg_buf_init(&all, 1 << 20);
    for (;;) {
        char part[100]; /* less than an event */
        ptrdiff_t n = e.answer.stream(e.answer.stream_arg, part, sizeof part);
        assert_true(n >= 0);
        if (n == 0) break;
        wg_buf_add(&all, part, (size_t)n);
        if (strstr(all.p, "\"done\":0.5")) atomic_store(&f->services.gate, true);
    }
    e.answer.stream_end(e.answer.stream_arg);
    double seen = -1;
    size_t events = 0;
    bool ended = false;
    for (char *at = all.p; (at = strstr(at, "event: progress\ndata: "));) {
        at += strlen("event: progress\ndata: ");
        char *end = strstr(at, "\n\n");
        assert_non_null(end);
        json_t *json = json_loadb(at, (size_t)(end - at), 0, NULL);
        assert_non_null(json);
        assert_false(ended);
        assert_true(json_number_value(json_object_get(json, "done")) >= seen);
        seen = json_number_value(json_object_get(json, "done"));
        ended = strcmp(json_string_value(json_object_get(json, "state")), "done") == 0;
        json_decref(json);
        events++;
    }
    assert_true(ended && seen == 1 && events >= 2);
    wg_buf_free(&all);
}

static void test_job__events_end_when_the_program_does(void **state)
{
    struct fixture *f = *state;
    start(f, 1);
    wg_id id = ask(f, "steps", "x");
    struct edge e;
    assert_int_equal(call_route(f, &e, "/events", id, "a", NULL), 0);
    atomic_store(&f->services.job.engine->stopping, true);
    char part[4096];
    while (e.answer.stream(e.answer.stream_arg, part, sizeof part) > 0) {
    }
    e.answer.stream_end(e.answer.stream_arg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_job__runs_and_keeps_its_result),
        TEST(test_job__a_refusal_is_kept_in_words),
        TEST(test_job__the_oldest_runs_first),
        TEST(test_job__continues_where_it_was_when_the_program_stopped),
        TEST(test_job__survives_the_death_of_the_program),
        TEST(test_job__what_brings_the_program_down_thrice_is_failed),
        TEST(test_job__is_forgotten_long_after_its_end),
        TEST(test_job__a_checkpoint_goes_with_its_write),
        TEST(test_job__cancelled_it_stops_and_keeps_what_it_keeps),
        TEST(test_job__a_wish_to_stop_is_never_lost),
        TEST(test_job__progress_never_goes_back),
        TEST(test_job__the_clock_calls_again),
        TEST(test_job__is_seen_by_who_asked_and_who_is_in_charge),
        TEST(test_job__events_tell_its_progress_and_end_with_it),
        TEST(test_job__events_end_when_the_program_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
