/* Routes: found by pattern, entered by right, left through the audit. */
#include <stdlib.h>
#include <string.h>

#include "platform/guard/guard_internal.h"

enum { PARTS_MAX = 12, ROUTES_MAX = 1000 };

struct compiled {
    const struct guard_route *route;
    struct wg_str parts[PARTS_MAX];
    bool is_param[PARTS_MAX];
    size_t n;
};

struct guard_router {
    struct guard *guard;
    struct store *store;
    void *services;
    struct compiled *routes;
    size_t n, cap;
};

int guard_router_new(struct wg_ctx *ctx, struct guard *guard, struct store *store, void *services,
                     struct guard_router **ret_router)
{
    struct guard_router *router = wg_xcalloc(1, sizeof *router);
    router->guard = guard;
    router->store = store;
    router->services = services;
    (void)ctx;
    *ret_router = router;
    return 0;
}

void guard_router_free(struct guard_router *router)
{
    if (!router) return;
    free(router->routes);
    free(router);
}

size_t guard_route_count(const struct guard_router *router)
{
    return router->n;
}

const struct guard_route *guard_route_at(const struct guard_router *router, size_t index)
{
    return router->routes[index].route;
}

/* --- patterns ----------------------------------------------------------------------------------------------------------------- */

/* The parts between slashes; false when there are too many. */
static bool split(struct wg_str path, struct wg_str parts[PARTS_MAX], size_t *ret_n)
{
    struct wg_str rest = wg_str_sub(path, 1, path.n), part;
    *ret_n = 0;
    while (wg_str_next(&rest, '/', &part)) {
        if (*ret_n == PARTS_MAX) return false;
        parts[(*ret_n)++] = part;
    }
    return true;
}

static bool compile(const struct guard_route *route, struct compiled *out)
{
    size_t params = 0;
    *out = (struct compiled){.route = route};
    if (route->pattern[0] != '/' || !split(wg_str(route->pattern), out->parts, &out->n)) return false;
    for (size_t i = 0; i < out->n; i++) {
        struct wg_str part = out->parts[i];
        out->is_param[i] = part.n > 2 && part.p[0] == '{' && part.p[part.n - 1] == '}';
        params += out->is_param[i];
    }
    return params <= HTTP_PARAMS_MAX;
}

static bool same_shape(const struct compiled *a, const struct compiled *b)
{
    if (a->n != b->n || strcmp(a->route->method, b->route->method) != 0) return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->is_param[i] != b->is_param[i] || (!a->is_param[i] && !wg_str_eq(a->parts[i], b->parts[i]))) return false;
    return true;
}

/* Why a row cannot be a route; NULL when it can. */
static const char *fault_of(const struct guard_router *router, const struct compiled *c, bool compiled)
{
    const struct guard_route *r = c->route;
    if (!compiled) return "pattern";
    if (!r->handle) return "no handler";
    if (r->right <= RIGHT_UNSET_ || r->right >= RIGHT_COUNT_) return "no right";
    if (!r->audit && !(r->no_audit && *r->no_audit)) return "neither an audit verb nor a reason for none";
    if (r->audit && (r->no_audit || !*r->audit)) return "an audit verb and a reason for none";
    for (size_t i = 0; i < router->n; i++)
        if (same_shape(&router->routes[i], c)) return "given twice";
    return router->n == ROUTES_MAX ? "too many" : NULL;
}

int guard_router_add(struct wg_ctx *ctx, struct guard_router *router, const struct guard_route *routes)
{
    for (; routes->method; routes++) {
        struct compiled c;
        bool compiled = compile(routes, &c);
        const char *fault = fault_of(router, &c, compiled);
        if (fault) return wg_refuse(ctx, WG_E_ROUTE, NULL, wg_fmt(ctx->arena, "%s %s", routes->method, routes->pattern), fault);
        if (router->n == router->cap) {
            router->cap = router->cap ? router->cap * 2 : 64;
            router->routes = wg_xrealloc(router->routes, router->cap, sizeof *router->routes);
        }
        router->routes[router->n++] = c;
    }
    return 0;
}

static bool matches(const struct compiled *c, const struct wg_str *parts, size_t n)
{
    if (c->n != n) return false;
    for (size_t i = 0; i < n; i++)
        if (c->is_param[i] ? parts[i].n == 0 : !wg_str_eq(parts[i], c->parts[i])) return false;
    return true;
}

/* At the first part where they differ, the literal goes first. */
static bool is_closer(const struct compiled *a, const struct compiled *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->is_param[i] != b->is_param[i]) return !a->is_param[i];
    return false;
}

static void add_method(char *allow, size_t room, const char *method)
{
    if (strstr(allow, method)) return;
    size_t n = strlen(allow);
    (void)snprintf(allow + n, room - n, "%s%s%s", n ? ", " : "", method, strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

static int find_route(struct wg_ctx *ctx, const struct guard_router *router, struct http_request *request,
                      struct http_answer *answer, const struct guard_route **ret)
{
    struct wg_str parts[PARTS_MAX];
    const struct compiled *best = NULL;
    char allow[64] = "";
    size_t n;
    if (!split(request->path, parts, &n)) n = PARTS_MAX + 1;
    for (size_t i = 0; i < router->n; i++) {
        const struct compiled *c = &router->routes[i];
        if (!matches(c, parts, n)) continue;
        if (strcmp(c->route->method, request->method) != 0)
            add_method(allow, sizeof allow, c->route->method);
        else if (!best || is_closer(c, best))
            best = c;
    }
    if (!best && allow[0]) {
        http_set_header(answer, "Allow", wg_str_dup(ctx->arena, wg_str(allow)));
        return wg_refuse(ctx, WG_E_METHOD, NULL, request->method, NULL);
    }
    if (!best) return wg_refuse(ctx, WG_E_NO_ROUTE, NULL, wg_cstr(ctx->arena, request->path), NULL);
    size_t params = 0;
    for (size_t i = 0; i < n; i++)
        if (best->is_param[i]) request->params[params++] = parts[i];
    request->pattern = best->route->pattern;
    *ret = best->route;
    return 0;
}

/* --- the way through ---------------------------------------------------------------------------------------------------------- */

static bool changes_state(const struct http_request *request)
{
    return strcmp(request->method, "GET") != 0;
}

static bool token_is_right(const struct guard_who *who, struct wg_str token)
{
    return token.n == strlen(who->csrf) && sodium_memcmp(token.p, who->csrf, token.n) == 0;
}

/* Whether the caller may come in at all. */
static int admit(struct guard_call *call, const struct guard_route *route)
{
    struct wg_ctx *ctx = call->ctx;
    int rc = session_find(ctx, call->guard, call->request, &call->who);
    if (rc || route->right == RIGHT_NONE) return rc;
    if (!call->who) return wg_refuse(ctx, WG_E_SIGN_IN, NULL, NULL, NULL);
    if (changes_state(call->request) && !token_is_right(call->who, http_header(call->request, "X-CSRF-Token")))
        return wg_refuse(ctx, WG_E_CSRF, NULL, NULL, NULL);
    if (!guard_may(call->who, route->right)) return wg_refuse(ctx, WG_E_FORBIDDEN, NULL, guard_right_code(route->right), NULL);
    return 0;
}

struct audit_work {
    struct guard_call *call;
    bool refused;
};

static int write_audit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct audit_work *work = arg;
    (void)ctx;
    return guard_audit_rest(work->call, tx, work->refused);
}

static bool is_telling(int refusal)
{
    return refusal == WG_E_FORBIDDEN || refusal == WG_E_OUT_OF_SCOPE || refusal == WG_E_BAD_LOGIN || refusal == WG_E_DEMO_ONLY;
}

/* The answer waits for its audit; when that cannot be written there is no answer. A refusal stays what it was. */
static int audit(struct guard_call *call, const struct guard_route *route, int rc)
{
    struct audit_work work = {call, rc != 0};
    if (rc == 0) {
        if (!route->audit || !guard_audit_has_rest(call)) return 0;
        return store_write(call->ctx, call->store, write_audit, &work);
    }
    if (!is_telling(rc)) return rc;
    struct wg_problem problem = call->ctx->problem;
    int written = store_write(call->ctx, call->store, write_audit, &work);
    if (written) return written;
    call->ctx->problem = problem;
    return rc;
}

int guard_dispatch(struct wg_ctx *ctx, void *arg, struct http_request *request, struct http_answer *answer)
{
    struct guard_router *router = arg;
    const struct guard_route *route = NULL;
    if (http_static(ctx, request, answer)) return 0;
    int rc = find_route(ctx, router, request, answer, &route);
    if (rc || !route) return rc;
    struct guard_notes notes = {.route = route};
    struct guard_call call = {.ctx = ctx,
                              .request = request,
                              .answer = answer,
                              .guard = router->guard,
                              .store = router->store,
                              .services = router->services,
                              .notes = &notes};
    rc = admit(&call, route);
    if (rc == 0) rc = route->handle(&call);
    return audit(&call, route, rc);
}
