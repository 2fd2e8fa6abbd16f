/* district_callers.h - the accounts that ask, and the three ways a page is asked for: the handler alone with its JSON written out,
 * through the dispatcher (which puts the audit on disk before it answers), and over a kept HTTP connection. */
#ifndef WG_DISTRICT_CALLERS_H
#define WG_DISTRICT_CALLERS_H
#include "../tests/support/http_client.h"
#include "district_bench.h"
#include "platform/guard/guard_internal.h" /* a session by hand, a call without its audit */
#include "platform/http/http_internal.h"   /* reading an address, for requests made by hand */

struct caller {
    const char *login;
    struct http_client http;
    const struct guard_who *who; /* NULL: has no account in this example */
    struct http_pair headers[2];
};

BENCH_UNUSED static bool caller_enter(struct bench *b, struct caller *c, const char *login)
{
    *c = (struct caller){.login = login};
    must(hc_open(&c->http, http_port(b->server)), "no connection");
    if (!hc_sign_in(&c->http, login, b->password)) return false;
    c->headers[0] = (struct http_pair){WG_STR("Cookie"), wg_str(c->http.cookie)};
    c->headers[1] = (struct http_pair){WG_STR("X-CSRF-Token"), wg_str(c->http.csrf)};
    struct http_request request = {.method = "GET", .headers = c->headers, .n_headers = 2};
    must_do(&b->ctx, session_find(&b->ctx, b->app->d.guard, &request, &c->who), "session");
    return c->who != NULL;
}

/* One page, asked for again and again. */
struct asking {
    struct bench *b;
    struct caller *caller;
    const char *pattern, *path;
    const struct guard_route *route;
    struct wg_arena *arena;
    int status; /* of the last time */
    size_t bytes;
};

BENCH_UNUSED static void asking_begin(struct asking *a, struct bench *b, struct caller *caller, const char *pattern,
                                      const char *path)
{
    *a = (struct asking){.b = b, .caller = caller, .pattern = pattern, .path = path, .arena = wg_arena_new()};
    for (size_t i = 0; i < guard_route_count(b->router); i++) {
        const struct guard_route *route = guard_route_at(b->router, i);
        if (strcmp(route->pattern, pattern) == 0 && strcmp(route->method, "GET") == 0) a->route = route;
    }
    must(a->route != NULL, pattern);
}

BENCH_UNUSED static void asking_end(struct asking *a)
{
    wg_arena_free(a->arena);
}

static void take_answer(struct asking *a, struct http_answer *answer)
{
    a->status = answer->status ? answer->status : 200;
    a->bytes = 0;
    if (answer->json) {
        struct wg_buf out;
        wg_buf_init(&out, 16 * 1024 * 1024);
        if (!http_json_write(&out, answer->json)) a->status = 500;
        json_decref(answer->json);
        a->bytes = out.n;
        wg_buf_free(&out);
    }
}

static struct wg_ctx request_ctx(const struct asking *a)
{
    wg_arena_reset(a->arena);
    struct wg_ctx ctx = wg_ctx(a->arena);
    ctx.zone = a->b->app->d.zone;
    return ctx;
}

static void read_request(struct asking *a, struct wg_ctx *ctx, struct http_request *request)
{
    *request = (struct http_request){.method = "GET",
                                     .client = "127.0.0.1",
                                     .headers = a->caller->headers,
                                     .n_headers = 2,
                                     .id = wg_id_text(ctx->arena, wg_id_new(ctx->now))};
    must_do(ctx, http_read_uri(ctx->arena, wg_str(a->path), request), a->path);
}

/* {id} of the pattern: the part of the path that stands there. */
static void read_param(const struct asking *a, struct http_request *request)
{
    const char *brace = strchr(a->pattern, '{');
    if (!brace) return;
    struct wg_str rest = wg_str_sub(request->path, (size_t)(brace - a->pattern), request->path.n);
    (void)wg_str_next(&rest, '/', &request->params[0]);
}

BENCH_UNUSED static void ask_handler(void *arg)
{
    struct asking *a = arg;
    struct wg_ctx ctx = request_ctx(a);
    struct http_request request;
    struct http_answer answer = {0};
    struct guard_notes notes = {.route = a->route};
    read_request(a, &ctx, &request);
    read_param(a, &request);
    struct guard_call call = {.ctx = &ctx,
                              .request = &request,
                              .answer = &answer,
                              .who = a->caller->who,
                              .guard = a->b->app->d.guard,
                              .store = a->b->app->d.store,
                              .services = &a->b->app->d,
                              .notes = &notes};
    must_do(&ctx, a->route->handle(&call), a->path);
    take_answer(a, &answer);
}

BENCH_UNUSED static void ask_dispatcher(void *arg)
{
    struct asking *a = arg;
    struct wg_ctx ctx = request_ctx(a);
    struct http_request request;
    struct http_answer answer = {0};
    read_request(a, &ctx, &request);
    must_do(&ctx, guard_dispatch(&ctx, a->b->router, &request, &answer), a->path);
    take_answer(a, &answer);
}

BENCH_UNUSED static void ask_http(void *arg)
{
    struct asking *a = arg;
    struct hc_reply reply = hc_ask(&a->caller->http, "GET", a->path, NULL, NULL);
    a->status = reply.status;
    a->bytes = reply.body_n;
    must(reply.status == 200 || reply.status == 304, a->path);
    hc_free(&reply);
}
#endif
