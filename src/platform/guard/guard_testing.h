/* guard_testing.h - what the tests of guard share: a real store in a directory of its own with a worker, an officer and a keeper,
 * and requests built by hand, so that a test chooses the moment. */
#ifndef WG_GUARD_TESTING_H
#define WG_GUARD_TESTING_H
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../../tests/support/http_client.h"
#include "platform/guard/guard_internal.h"
#include "platform/http/http_internal.h" /* reading an address, for requests made by hand */

static const char district[] = "219999";
static const char good_password[] = "correct horse 9";

struct fixture {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    char dir[64];
    struct store *store;
    struct guard *guard;
    struct guard_router *router;
    wg_time now;
    const char *client;
    wg_id worker, officer, keeper, person[2];
};

/* --- routes of the test ------------------------------------------------------------------------------------------------------------ */

__attribute__((unused)) static int answer_ok(struct guard_call *call)
{
    call->answer->json = json_pack("{s:b}", "ok", 1);
    return 0;
}

__attribute__((unused)) static int read_person(struct guard_call *call)
{
    const struct fixture *f = call->services;
    struct wg_str which = call->request->params[0];
    guard_note_place(call, WG_STR("001002"));
    if (wg_str_is(which, "household")) {
        guard_note(call, f->person[0], "household");
        guard_note(call, f->person[1], "household");
    } else {
        guard_note(call, f->person[0], "page");
    }
    if (!guard_in_scope(&call->who->scope, WG_STR("001002"))) return wg_refuse(call->ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    return answer_ok(call);
}

__attribute__((unused)) static int write_fact(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct guard_call *call = arg;
    int rc = guard_meta_put(ctx, tx, "fact", "written");
    if (rc == 0) rc = guard_audit_in(call, tx);
    if (rc == 0 && http_has_query(call->request, "fail")) return wg_refuse(ctx, WG_E_CONFLICT, NULL, "fail", NULL);
    return rc;
}

__attribute__((unused)) static int record(struct guard_call *call)
{
    const struct fixture *f = call->services;
    guard_note(call, f->person[0], "temperature");
    guard_note_reason(call, WG_STR("每日排查"));
    int rc = store_write(call->ctx, call->store, write_fact, call);
    return rc ? rc : answer_ok(call);
}

__attribute__((unused)) static int show_params(struct guard_call *call)
{
    const struct wg_str *p = call->request->params;
    call->answer->json =
        json_pack("{s:s%,s:s%}", "first", p[0].p ? p[0].p : "", p[0].n, "second", p[1].p ? p[1].p : "", p[1].n);
    return 0;
}

static const struct guard_route test_routes[] = {
    {"GET", "/api/v1/people/{which}", RIGHT_PERSON_READ, "person.read", NULL, read_person, NULL, NULL, NULL, NULL},
    {"POST", "/api/v1/facts", RIGHT_TASK, "fact.add", NULL, record, NULL, NULL, NULL, NULL},
    {"POST", "/api/v1/lists", RIGHT_LIST_IMPORT, "list.import", NULL, answer_ok, NULL, NULL, NULL, NULL},
    {"GET", "/api/v1/a/{x}/b/{y}", RIGHT_NONE, NULL, "a test", show_params, NULL, NULL, NULL, NULL},
    {"GET", "/api/v1/a/{x}/b/last", RIGHT_NONE, NULL, "a test", answer_ok, NULL, NULL, NULL, NULL},
    {"DELETE", "/api/v1/a/{x}/b/{y}", RIGHT_SIGNED_IN, NULL, "a test", answer_ok, NULL, NULL, NULL, NULL},
    {NULL, NULL, RIGHT_UNSET_, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

/* --- the fixture ---------------------------------------------------------------------------------------------------------------------- */

/* The worker holds grid 001002 (told twice, and once below); the officer the whole of 001. */
__attribute__((unused)) static int tops(struct wg_ctx *ctx, struct store_snap *snap, const char *code, wg_id worker, wg_day day,
                                        const char *const **ret_tops, size_t *ret_n)
{
    static const char *const of_worker[] = {"001002", "001002003", "001002"}, *const of_others[] = {"001"};
    const char *name;
    (void)code;
    (void)day;
    int rc = guard_meta(ctx, snap, "test.moved", &name);
    bool moved = rc == 0 && name;
    struct guard_worker w;
    if (rc == 0) rc = guard_worker_get(ctx, snap, district, worker, &w);
    if (rc) return rc;
    *ret_tops = w.role == ROLE_WORKER && !moved ? of_worker : of_others;
    *ret_n = w.role == ROLE_WORKER ? (moved ? 0 : 3) : 1;
    return 0;
}

__attribute__((unused)) static int open_guard(struct fixture *f, bool create)
{
    const struct guard_options options = {.district = district, .create_key = create, .fast_hash = true, .tops = tops};
    return guard_open(&f->ctx, f->store, &options, &f->guard);
}

struct seed {
    struct fixture *f;
    const char *hash, *demo_hash;
};

__attribute__((unused)) static int add_workers(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct seed *s = arg;
    struct fixture *f = s->f;
    const struct guard_worker workers[] = {
        {f->worker, "Wang", "王某", "13800000000", ROLE_WORKER, true, false},
        {f->officer, "li", "李某", NULL, ROLE_COMMUNITY, true, false},
        {f->keeper, "keeper", "管理员", NULL, ROLE_KEEPER, true, false},
    };
    for (size_t i = 0; i < 3; i++) {
        int rc = guard_worker_add(ctx, tx, district, &workers[i]);
        if (rc == 0) rc = guard_password_set(ctx, tx, district, workers[i].id, s->hash);
        if (rc) return rc;
    }
    return 0;
}

__attribute__((unused)) static int setup(void **state)
{
    struct fixture *f = wg_xcalloc(1, sizeof *f);
    f->arena = wg_arena_new();
    f->ctx = wg_ctx(f->arena);
    f->now = f->ctx.now;
    f->client = "192.0.2.1";
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/wangge-guard-XXXXXX");
    if (!mkdtemp(f->dir)) return -1;
    f->worker = wg_id_new(f->now);
    f->officer = wg_id_new(f->now);
    f->keeper = wg_id_new(f->now);
    f->person[0] = wg_id_new(f->now);
    f->person[1] = wg_id_new(f->now);
    struct seed seed = {.f = f};
    const char *dir = wg_fmt(f->arena, "%s/store", f->dir);
    assert_int_equal(store_open(&f->ctx, dir, true, &f->store), 0);
    assert_int_equal(open_guard(f, true), 0);
    assert_int_equal(guard_password_hash(&f->ctx, f->guard, wg_str(good_password), false, &seed.hash), 0);
    assert_int_equal(store_write(&f->ctx, f->store, add_workers, &seed), 0);
    assert_int_equal(guard_router_new(&f->ctx, f->guard, f->store, f, &f->router), 0);
    assert_int_equal(guard_router_add(&f->ctx, f->router, guard_routes), 0);
    assert_int_equal(guard_router_add(&f->ctx, f->router, test_routes), 0);
    *state = f;
    return 0;
}

__attribute__((unused)) static int teardown(void **state)
{
    struct fixture *f = *state;
    guard_router_free(f->router);
    guard_close(f->guard);
    wg_arena_free(f->arena);
    store_close(f->store);
    struct wg_arena *a = wg_arena_new();
    int rc = system(wg_fmt(a, "rm -rf '%s'", f->dir));
    wg_arena_free(a);
    free(f);
    return rc;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------------- */

struct session {
    const char *cookie, *csrf;
};

struct reply {
    int status;
    json_t *json; /* borrowed from the fixture's arena */
    const char *code, *set_cookie, *allow;
};

__attribute__((unused)) static void release_json(void *json)
{
    json_decref(json);
}

__attribute__((unused)) static struct wg_str header_of(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->n_headers; i++)
        if (strcasecmp(answer->headers[i].name.p, name) == 0) return answer->headers[i].value;
    return WG_STR("");
}

/* `path` may carry a query of plain characters. */
__attribute__((unused)) static struct reply ask(struct fixture *f, const struct session *as, const char *method,
                                                const char *path, const char *body)
{
    struct http_request request = {.method = method, .client = f->client};
    struct http_pair headers[3];
    struct wg_ctx ctx = wg_ctx(f->arena);
    struct http_answer answer = {0};
    ctx.now = f->now;
    ctx.lang = WG_EN;
    request.id = wg_id_text(f->arena, wg_id_new(f->now));
    assert_int_equal(http_read_uri(f->arena, wg_str(path), &request), 0);
    request.headers = headers;
    if (as && as->cookie) headers[request.n_headers++] = (struct http_pair){WG_STR("Cookie"), wg_str(as->cookie)};
    if (as && as->csrf) headers[request.n_headers++] = (struct http_pair){WG_STR("X-CSRF-Token"), wg_str(as->csrf)};
    if (body) {
        request.body = wg_str(body);
        request.content_type = WG_STR("application/json");
    }
    int rc = guard_dispatch(&ctx, f->router, &request, &answer);
    if (rc) http_problem(&ctx, &request, rc, &answer);
    struct reply r = {.status = answer.status ? answer.status : 200, .json = answer.json};
    if (r.json) wg_arena_cleanup(f->arena, release_json, r.json);
    const char *code = json_string_value(json_object_get(r.json, "code"));
    r.code = code ? code : "";
    r.set_cookie = wg_cstr(f->arena, header_of(&answer, "Set-Cookie"));
    r.allow = wg_cstr(f->arena, header_of(&answer, "Allow"));
    return r;
}

__attribute__((unused)) static struct reply sign_in_as(struct fixture *f, const char *login, const char *password)
{
    json_t *body = json_pack("{s:s,s:s}", "login", login, "password", password);
    char *text = json_dumps(body, JSON_COMPACT);
    struct reply r = ask(f, NULL, "POST", "/api/v1/session", text);
    free(text);
    json_decref(body);
    return r;
}

__attribute__((unused)) static struct session session_of(struct fixture *f, const struct reply *r)
{
    assert_int_equal(r->status, 200);
    struct wg_str rest = wg_str(r->set_cookie), cookie;
    assert_true(wg_str_next(&rest, ';', &cookie));
    return (struct session){wg_cstr(f->arena, cookie), json_string_value(json_object_get(r->json, "csrf"))};
}

__attribute__((unused)) static struct session enter(struct fixture *f, const char *login)
{
    struct reply r = sign_in_as(f, login, good_password);
    return session_of(f, &r);
}

__attribute__((unused)) static int64_t count(struct fixture *f, const char *sql)
{
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, sql, NULL, 0, 0, &n), 0);
    store_read_end(snap);
    return n;
}

__attribute__((unused)) static int run_sql(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return store_exec(ctx, tx, arg, NULL, 0, NULL);
}

__attribute__((unused)) static void change(struct fixture *f, const char *sql)
{
    assert_int_equal(store_write(&f->ctx, f->store, run_sql, wg_cstr(f->arena, wg_str(sql))), 0);
}

__attribute__((unused)) static const char *account_path(struct fixture *f, wg_id id)
{
    return wg_fmt(f->arena, "/api/v1/accounts/%s", wg_id_text(f->arena, id));
}

#endif
