/* What guard promises, against a real store in a directory of its own. Requests are built by hand, so that a test chooses the
 * moment; one test goes over real sockets. */
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

static int answer_ok(struct guard_call *call)
{
    call->answer->json = json_pack("{s:b}", "ok", 1);
    return 0;
}

static int read_person(struct guard_call *call)
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

static int write_fact(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct guard_call *call = arg;
    int rc = guard_meta_put(ctx, tx, "fact", "written");
    if (rc == 0) rc = guard_audit_in(call, tx);
    if (rc == 0 && http_has_query(call->request, "fail")) return wg_refuse(ctx, WG_E_CONFLICT, NULL, "fail", NULL);
    return rc;
}

static int record(struct guard_call *call)
{
    const struct fixture *f = call->services;
    guard_note(call, f->person[0], "temperature");
    guard_note_reason(call, WG_STR("每日排查"));
    int rc = store_write(call->ctx, call->store, write_fact, call);
    return rc ? rc : answer_ok(call);
}

static int show_params(struct guard_call *call)
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
static int tops(struct wg_ctx *ctx, struct store_snap *snap, const char *code, wg_id worker, wg_day day,
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

static int open_guard(struct fixture *f, bool create)
{
    const struct guard_options options = {.district = district, .create_key = create, .fast_hash = true, .tops = tops};
    return guard_open(&f->ctx, f->store, &options, &f->guard);
}

struct seed {
    struct fixture *f;
    const char *hash, *demo_hash;
};

static int add_workers(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
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

static int setup(void **state)
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

static int teardown(void **state)
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

static void release_json(void *json)
{
    json_decref(json);
}

static struct wg_str header_of(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->n_headers; i++)
        if (strcasecmp(answer->headers[i].name.p, name) == 0) return answer->headers[i].value;
    return WG_STR("");
}

/* `path` may carry a query of plain characters. */
static struct reply ask(struct fixture *f, const struct session *as, const char *method, const char *path, const char *body)
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

static struct reply sign_in_as(struct fixture *f, const char *login, const char *password)
{
    json_t *body = json_pack("{s:s,s:s}", "login", login, "password", password);
    char *text = json_dumps(body, JSON_COMPACT);
    struct reply r = ask(f, NULL, "POST", "/api/v1/session", text);
    free(text);
    json_decref(body);
    return r;
}

static struct session session_of(struct fixture *f, const struct reply *r)
{
    assert_int_equal(r->status, 200);
    struct wg_str rest = wg_str(r->set_cookie), cookie;
    assert_true(wg_str_next(&rest, ';', &cookie));
    return (struct session){wg_cstr(f->arena, cookie), json_string_value(json_object_get(r->json, "csrf"))};
}

static struct session enter(struct fixture *f, const char *login)
{
    struct reply r = sign_in_as(f, login, good_password);
    return session_of(f, &r);
}

static int64_t count(struct fixture *f, const char *sql)
{
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, sql, NULL, 0, 0, &n), 0);
    store_read_end(snap);
    return n;
}

static int run_sql(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return store_exec(ctx, tx, arg, NULL, 0, NULL);
}

static void change(struct fixture *f, const char *sql)
{
    assert_int_equal(store_write(&f->ctx, f->store, run_sql, wg_cstr(f->arena, wg_str(sql))), 0);
}

/* --- routes ----------------------------------------------------------------------------------------------------------------------- */

static void expect_fault(struct fixture *f, struct guard_route route, const char *why)
{
    const struct guard_route routes[2] = {route, {0}};
    struct wg_ctx ctx = wg_ctx(f->arena);
    assert_int_equal(guard_router_add(&ctx, f->router, routes), WG_E_ROUTE);
    assert_string_equal(ctx.problem.args[1], why);
}

static void test_guard__a_route_without_right_or_audit_is_refused(void **state)
{
    struct fixture *f = *state; /* guard P1 */
    struct guard_route good = {.method = "GET", .pattern = "/x", .right = RIGHT_TASK, .audit = "x", .handle = answer_ok};
    struct guard_route r = good;
    r.right = RIGHT_UNSET_;
    expect_fault(f, r, "no right");
    r = good;
    r.audit = NULL;
    expect_fault(f, r, "neither an audit verb nor a reason for none");
    r.no_audit = "";
    expect_fault(f, r, "neither an audit verb nor a reason for none");
    r = good;
    r.no_audit = "both";
    expect_fault(f, r, "an audit verb and a reason for none");
    r = good;
    r.handle = NULL;
    expect_fault(f, r, "no handler");
    r = good;
    r.pattern = "/api/v1/people/{other}";
    r.method = "GET";
    expect_fault(f, r, "given twice");
}

static void test_guard__a_route_is_found_by_method_and_pattern(void **state)
{
    struct fixture *f = *state;
    struct reply r = ask(f, NULL, "GET", "/api/v1/a/1/b/2", NULL);
    assert_string_equal(json_string_value(json_object_get(r.json, "first")), "1");
    assert_string_equal(json_string_value(json_object_get(r.json, "second")), "2");
    r = ask(f, NULL, "GET", "/api/v1/a/1/b/last", NULL);
    assert_non_null(json_object_get(r.json, "ok"));
    assert_string_equal(ask(f, NULL, "GET", "/api/v1/a/1/b", NULL).code, "no_route");
    assert_string_equal(ask(f, NULL, "GET", "/api/v1/a//b/2", NULL).code, "no_route");
    assert_string_equal(ask(f, NULL, "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14", NULL).code, "no_route");
    r = ask(f, NULL, "PUT", "/api/v1/a/1/b/2", NULL);
    assert_int_equal(r.status, 405);
    assert_string_equal(r.allow, "GET, HEAD, DELETE");
    assert_int_equal(guard_route_count(f->router), 17);
}

/* --- rights and scope ----------------------------------------------------------------------------------------------------------------- */

static void test_guard__roles_have_their_rights_and_no_others(void **state)
{
    (void)state;
    enum guard_role role;
    for (int i = 0; i < ROLE_COUNT_; i++) {
        assert_true(guard_role_from_code(wg_str(guard_role_code((enum guard_role)i)), &role));
        assert_int_equal(role, i);
        assert_true(guard_role_may(role, RIGHT_SIGNED_IN));
        assert_false(guard_role_may(role, RIGHT_UNSET_));
    }
    assert_false(guard_role_from_code(WG_STR("root"), &role));
    assert_true(guard_role_may(ROLE_WORKER, RIGHT_TASK) && guard_role_may(ROLE_WORKER, RIGHT_PERSON_REVEAL));
    assert_false(guard_role_may(ROLE_WORKER, RIGHT_TASK_SEE) || guard_role_may(ROLE_WORKER, RIGHT_EXPORT));
    assert_true(guard_role_may(ROLE_COMMUNITY, RIGHT_REPORT_SIGN) && !guard_role_may(ROLE_COMMUNITY, RIGHT_REPORT_VERIFY));
    assert_true(guard_role_may(ROLE_STREET, RIGHT_REPORT_VERIFY) && guard_role_may(ROLE_STREET, RIGHT_AUDIT_READ));
    assert_true(guard_role_may(ROLE_DISTRICT, RIGHT_PLACE_WRITE) && !guard_role_may(ROLE_DISTRICT, RIGHT_PERSON_WRITE));
    assert_false(guard_role_may(ROLE_DATA, RIGHT_PERSON_REVEAL) || guard_role_may(ROLE_CLERK, RIGHT_LIST_IMPORT));
    for (int right = RIGHT_PERSON_READ; right <= RIGHT_PERSON_REVEAL; right++)
        assert_false(guard_role_may(ROLE_KEEPER, (enum guard_right)right));
    for (int right = 0; right < RIGHT_COUNT_; right++) assert_non_null(guard_right_code((enum guard_right)right));
}

static void test_guard__scope_is_what_lies_below_the_tops(void **state)
{
    struct fixture *f = *state;
    static const char *const two[] = {"001002", "003"};
    const struct guard_scope scope = {two, 2}, nothing = {NULL, 0};
    static const char *const inside[] = {"001002", "001002001", "003", "003zzz"};
    static const char *const outside[] = {"", "001", "001001", "001003", "002", "004", "00"};
    for (size_t i = 0; i < 4; i++) assert_true(guard_in_scope(&scope, wg_str(inside[i])));
    for (size_t i = 0; i < 7; i++) assert_false(guard_in_scope(&scope, wg_str(outside[i])));
    assert_false(guard_in_scope(&nothing, WG_STR("")));
    struct guard_scope cut = guard_scope_within(f->arena, &scope, WG_STR("001"));
    assert_int_equal(cut.n, 1);
    assert_string_equal(cut.tops[0], "001002");
    cut = guard_scope_within(f->arena, &scope, WG_STR("003004"));
    assert_int_equal(cut.n, 1);
    assert_string_equal(cut.tops[0], "003004");
    assert_int_equal(guard_scope_within(f->arena, &scope, WG_STR("")).n, 2);
    assert_int_equal(guard_scope_within(f->arena, &scope, WG_STR("002")).n, 0);
    assert_string_equal(guard_scope_end(f->arena, "001"), "001~");
}

static void test_guard__the_session_says_who_and_what(void **state)
{
    struct fixture *f = *state;
    struct session wang = enter(f, " WANG ");
    struct reply r = ask(f, &wang, "GET", "/api/v1/session", NULL);
    assert_int_equal(r.status, 200);
    const json_t *scope = json_object_get(r.json, "scope"), *worker = json_object_get(r.json, "worker");
    assert_int_equal(json_array_size(scope), 1); /* told three times over */
    assert_string_equal(json_string_value(json_object_get(json_array_get(scope, 0), "path")), "001002");
    assert_string_equal(json_string_value(json_object_get(worker, "login")), "wang");
    assert_string_equal(json_string_value(json_object_get(worker, "role")), "worker");
    assert_int_equal(json_array_size(json_object_get(r.json, "rights")), 3);
    assert_string_equal(json_string_value(json_object_get(r.json, "district")), district);
    assert_string_equal(json_string_value(json_object_get(r.json, "csrf")), wang.csrf);
    struct session keeper = enter(f, "keeper");
    r = ask(f, &keeper, "GET", "/api/v1/session", NULL);
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(r.json, "scope"), 0), "path")), "");
}

static void test_guard__changed_duties_change_the_scope(void **state)
{
    struct fixture *f = *state;
    struct session wang = enter(f, "wang");
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/people/1", NULL).status, 200);
    change(f, "INSERT INTO meta (key, value) VALUES ('test.moved', '1')");
    guard_forget_scopes(f->guard);
    assert_string_equal(ask(f, &wang, "GET", "/api/v1/people/1", NULL).code, "guard.out_of_scope");
    change(f, "DELETE FROM meta WHERE key = 'test.moved'");
    f->now += 61 * WG_SECOND; /* without being told, within a minute */
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/people/1", NULL).status, 200);
}

/* --- passwords and sessions ------------------------------------------------------------------------------------------------------------- */

static void test_guard__passwords_are_argon2id_and_not_weak(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    static const char *const weak[] = {"",
                                       "short",
                                       "123456789",
                                       "13800000000",
                                       "219999199001011234",
                                       "21999919900101123X",
                                       "aaaaaaaaaaaa",
                                       "Password123",
                                       "woaini1314520",
                                       "网网网网网网网网网"};
    const char *hash;
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        assert_int_equal(guard_password_hash(&f->ctx, f->guard, wg_str(weak[i]), false, &hash), WG_E_WEAK_PASSWORD);
    assert_int_equal(guard_password_hash(&f->ctx, f->guard, WG_STR("春夏秋冬东南西北中间"), false, &hash), 0);
    assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
    char *longest = wg_alloc(f->arena, 300);
    memset(longest, 'a', 257);
    assert_int_equal(guard_password_hash(&f->ctx, f->guard, wg_str(longest), false, &hash), WG_E_FIELD_TOO_LONG);
    assert_int_equal(count(f, "SELECT count(*) FROM worker WHERE password_hash LIKE '$argon2id$%'"), 3);
}

static void test_guard__the_store_does_not_know_the_cookie(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct reply r = sign_in_as(f, "li", good_password);
    assert_non_null(strstr(r.set_cookie, "; HttpOnly"));
    assert_non_null(strstr(r.set_cookie, "; SameSite=Strict"));
    assert_non_null(strstr(r.set_cookie, "; Path=/;"));
    struct session li = session_of(f, &r);
    const char *token = strchr(li.cookie, '=') + 1;
    assert_int_equal(strlen(token), 43); /* 256 bits */
    assert_int_equal(count(f, "SELECT count(*) FROM session WHERE length(mark) = 32"), 1);
    struct session other = enter(f, "li");
    assert_string_not_equal(other.cookie, li.cookie);
    char *forged = wg_cstr(f->arena, wg_str(li.cookie));
    forged[strlen(forged) - 2] ^= 1;
    struct session bad = {forged, li.csrf};
    assert_string_equal(ask(f, &bad, "GET", "/api/v1/session", NULL).code, "guard.sign_in");
    assert_string_equal(ask(f, NULL, "GET", "/api/v1/session", NULL).code, "guard.sign_in");
}

static void test_guard__sessions_end_when_idle_and_in_any_case(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct session li = enter(f, "li"), wang = enter(f, "wang");
    wg_time from = f->now;
    f->now = from + 2 * WG_HOUR - 1;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    for (int i = 2; i <= 6; i++) { /* used all the time: the absolute limit is what ends it */
        f->now = from + i * (115 * (wg_time)WG_MINUTE);
        assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    }
    f->now = from + 12 * (wg_time)WG_HOUR;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 200);
    li = enter(f, "li");
    f->now += 2 * WG_HOUR;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    f->now += 13 * WG_DAY_MS; /* a phone in a drawer */
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 200);
    f->now += 14 * WG_DAY_MS;
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 401);
}

static void test_guard__when_last_seen_survives_a_restart(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct session li = enter(f, "li");
    f->now += 100 * WG_MINUTE;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    guard_close(f->guard);
    assert_int_equal(open_guard(f, false), 0);
    guard_router_free(f->router);
    assert_int_equal(guard_router_new(&f->ctx, f->guard, f->store, f, &f->router), 0);
    assert_int_equal(guard_router_add(&f->ctx, f->router, guard_routes), 0);
    f->now += 100 * WG_MINUTE;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
}

static void test_guard__a_known_session_reads_and_writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct session li = enter(f, "li");
    (void)ask(f, &li, "GET", "/api/v1/a/1/b/2", NULL);
    struct store_stats before = store_stats(f->store);
    for (int i = 0; i < 50; i++) assert_int_equal(ask(f, &li, "GET", "/api/v1/a/1/b/2", NULL).status, 200);
    struct store_stats after = store_stats(f->store);
    assert_int_equal(after.reads, before.reads);
    assert_int_equal(after.writes, before.writes);
}

static void test_guard__changing_state_needs_the_token(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct session wang = enter(f, "wang"), other = enter(f, "wang");
    struct session bare = {wang.cookie, NULL}, crossed = {wang.cookie, other.csrf}, empty = {wang.cookie, ""};
    assert_string_equal(ask(f, &bare, "POST", "/api/v1/facts", "{}").code, "guard.csrf");
    assert_string_equal(ask(f, &crossed, "POST", "/api/v1/facts", "{}").code, "guard.csrf");
    assert_string_equal(ask(f, &empty, "POST", "/api/v1/facts", "{}").code, "guard.csrf");
    assert_string_equal(ask(f, &bare, "DELETE", "/api/v1/session", NULL).code, "guard.csrf");
    assert_int_equal(ask(f, &wang, "POST", "/api/v1/facts", "{}").status, 200);
    assert_int_equal(ask(f, &bare, "GET", "/api/v1/people/1", NULL).status, 200);
}

static void test_guard__an_account_has_a_number_of_sessions(void **state)
{
    struct fixture *f = *state;
    struct session first = enter(f, "li");
    for (int i = 0; i < GUARD_SESSIONS_MAX; i++) {
        f->now += 1;
        (void)enter(f, "li");
    }
    assert_int_equal(count(f, "SELECT count(*) FROM session"), GUARD_SESSIONS_MAX);
    f->now += 61 * WG_SECOND;
    assert_int_equal(ask(f, &first, "GET", "/api/v1/session", NULL).status, 401);
}

/* --- throttling --------------------------------------------------------------------------------------------------------------------------- */

static const char *same_but_instance(struct fixture *f, const struct reply *r)
{
    json_t *copy = json_deep_copy(r->json);
    (void)json_object_del(copy, "instance");
    char *text = json_dumps(copy, JSON_SORT_KEYS);
    const char *kept = wg_cstr(f->arena, wg_str(text));
    free(text);
    json_decref(copy);
    return kept;
}

static void test_guard__the_answer_does_not_tell_which_was_wrong(void **state)
{
    struct fixture *f = *state; /* guard P3 */
    change(f, "UPDATE worker SET active = 0 WHERE login = 'keeper'");
    change(f, "UPDATE worker SET password_hash = NULL WHERE login = 'wang'");
    struct reply wrong = sign_in_as(f, "li", "wrong password"), unknown = sign_in_as(f, "nobody", good_password),
                 closed = sign_in_as(f, "keeper", good_password), without = sign_in_as(f, "wang", good_password);
    assert_int_equal(wrong.status, 401);
    assert_string_equal(wrong.code, "guard.bad_login");
    assert_string_equal(same_but_instance(f, &unknown), same_but_instance(f, &wrong));
    assert_string_equal(same_but_instance(f, &closed), same_but_instance(f, &wrong));
    assert_string_equal(same_but_instance(f, &without), same_but_instance(f, &wrong));
}

static int64_t seconds_of(const struct reply *r)
{
    const char *text = json_string_value(json_object_get(r->json, "detail"));
    int64_t seconds = -1;
    const char *at = text ? strpbrk(text, "0123456789") : NULL;
    if (at) assert_true(wg_parse_i64((struct wg_str){at, strspn(at, "0123456789")}, 0, 100000, &seconds));
    return seconds;
}

static void test_guard__wrong_passwords_make_an_account_wait(void **state)
{
    struct fixture *f = *state; /* guard P3 */
    int64_t last = 0, longest = 0;
    for (int i = 0; i < 20; i++) {
        struct reply r = sign_in_as(f, "li", "wrong password");
        if (r.status == 401) continue;
        assert_string_equal(r.code, "guard.throttled");
        assert_string_equal(sign_in_as(f, "li", good_password).code, "guard.throttled"); /* no guess gets through meanwhile */
        last = seconds_of(&r);
        assert_true(last >= longest && last <= 300);
        longest = last;
        f->now += last * WG_SECOND;
    }
    assert_true(longest >= 60);
    assert_int_equal(sign_in_as(f, "wang", good_password).status, 200); /* others are not kept out */
    f->now += 300 * WG_SECOND;
    assert_int_equal(sign_in_as(f, "li", good_password).status, 200);
    assert_int_equal(sign_in_as(f, "li", "wrong password").status, 401); /* forgiven */
}

static void test_guard__many_accounts_from_one_client_make_it_wait(void **state)
{
    struct fixture *f = *state; /* guard P3 */
    bool throttled = false;
    f->client = "2001:db8:1:2::1";
    for (int i = 0; i < 60 && !throttled; i++) {
        f->client = wg_fmt(f->arena, "2001:db8:1:2::%x", (unsigned)i + 1); /* one network, many addresses */
        throttled = sign_in_as(f, wg_fmt(f->arena, "guess%d", i), "wrong password").status == 429;
    }
    assert_true(throttled);
    guard_close(f->guard); /* a restart does not forget */
    assert_int_equal(open_guard(f, false), 0);
    guard_router_free(f->router);
    assert_int_equal(guard_router_new(&f->ctx, f->guard, f->store, f, &f->router), 0);
    assert_int_equal(guard_router_add(&f->ctx, f->router, guard_routes), 0);
    assert_string_equal(sign_in_as(f, "li", good_password).code, "guard.throttled");
    f->client = "192.0.2.9";
    assert_int_equal(sign_in_as(f, "li", good_password).status, 200);
    f->now += 25 * (wg_time)WG_HOUR;
    assert_int_equal(sign_in_as(f, "li", good_password).status, 200);
    assert_int_equal(count(f, "SELECT count(*) FROM login_attempt WHERE kind = 'account'"), 0);
}

/* --- the demo ----------------------------------------------------------------------------------------------------------------------------- */

static int set_demo_password(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct seed *s = arg;
    return guard_password_set(ctx, tx, district, s->f->officer, s->demo_hash);
}

static void test_guard__demo_passwords_work_only_in_a_demo_store(void **state)
{
    struct fixture *f = *state; /* guard P4 */
    struct seed s = {.f = f};
    assert_int_equal(guard_password_hash(&f->ctx, f->guard, WG_STR("demo"), true, &s.demo_hash), 0);
    assert_int_equal(store_write(&f->ctx, f->store, set_demo_password, &s), 0);
    assert_string_equal(sign_in_as(f, "li", "demo").code, "guard.demo_only");
    assert_string_equal(sign_in_as(f, "li", "else").code, "guard.bad_login");
    change(f, "INSERT INTO meta (key, value) VALUES ('demo', '1')");
    struct reply r = sign_in_as(f, "li", "demo");
    struct session li = session_of(f, &r);
    assert_true(json_is_true(json_object_get(r.json, "demo")));
    change(f, "DELETE FROM meta WHERE key = 'demo'");
    f->now += 61 * WG_SECOND;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    struct session keeper = enter(f, "keeper");
    const char *path = wg_fmt(f->arena, "/api/v1/accounts/%s/password", wg_id_text(f->arena, f->officer));
    assert_int_equal(ask(f, &keeper, "POST", path, "{\"password\":\"a better one, 7\"}").status, 200);
    assert_int_equal(sign_in_as(f, "li", "a better one, 7").status, 200);
}

/* --- audit -------------------------------------------------------------------------------------------------------------------------------- */

static void test_guard__reading_a_person_is_written_before_the_answer(void **state)
{
    struct fixture *f = *state; /* guard P5 */
    struct session wang = enter(f, "wang");
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/people/1", NULL).status, 200);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'person.read' AND person IS NOT NULL AND what = 'page' "
                              "AND path = '001002' AND role = 'worker' AND route = 'GET /api/v1/people/{which}' "
                              "AND request IS NOT NULL"),
                     1);
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/people/household", NULL).status, 200);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'person.read' AND what = 'household'"), 2);
    change(f, "DROP TABLE audit");
    struct reply r = ask(f, &wang, "GET", "/api/v1/people/1", NULL);
    assert_int_equal(r.status, 500); /* no audit, no answer */
    assert_null(json_object_get(r.json, "ok"));
}

static void test_guard__refusals_are_in_the_audit(void **state)
{
    struct fixture *f = *state; /* guard P5 */
    struct session wang = enter(f, "wang"), keeper = enter(f, "keeper");
    change(f, "INSERT INTO meta (key, value) VALUES ('test.moved', '1')");
    guard_forget_scopes(f->guard);
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/people/1", NULL).status, 404);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'person.read.refused' AND person IS NOT NULL"), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'person.read'"), 0);
    assert_string_equal(ask(f, &keeper, "GET", "/api/v1/people/1", NULL).code, "guard.forbidden");
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'person.read.refused' AND role = 'keeper'"), 1);
    assert_string_equal(ask(f, &wang, "POST", "/api/v1/lists", "{}").code, "guard.forbidden");
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'list.import.refused'"), 1);
    assert_int_equal(sign_in_as(f, "li", "wrong password").status, 401);
    assert_int_equal(count(f, "SELECT count(*) FROM audit a JOIN worker w ON w.id = a.worker "
                              "WHERE verb = 'session.open.refused' AND w.login = 'li'"),
                     1);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'session.open' AND worker IS NOT NULL"), 2);
}

static void test_guard__a_write_and_its_audit_are_one_commit(void **state)
{
    struct fixture *f = *state; /* guard P5 */
    struct session wang = enter(f, "wang");
    struct store_stats before = store_stats(f->store);
    assert_int_equal(ask(f, &wang, "POST", "/api/v1/facts", "{}").status, 200);
    assert_int_equal(store_stats(f->store).groups, before.groups + 1);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'fact.add' AND reason = '每日排查'"), 1);
    assert_int_equal(ask(f, &wang, "POST", "/api/v1/facts?fail", "{}").status, 409);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE verb = 'fact.add'"), 1);
}

static void read_ids(const struct reply *r, struct fixture *f, const char **ids, size_t *n)
{
    const json_t *items = json_object_get(r->json, "items");
    assert_int_equal(r->status, 200);
    for (size_t i = 0; i < json_array_size(items); i++)
        ids[(*n)++] = wg_cstr(f->arena, wg_str(json_string_value(json_object_get(json_array_get(items, i), "id"))));
}

static void test_guard__the_audit_is_read_in_pages_within_scope(void **state)
{
    struct fixture *f = *state;
    struct session wang = enter(f, "wang");
    for (int i = 0; i < 7; i++) {
        f->now += i % 2; /* some within one millisecond */
        assert_int_equal(ask(f, &wang, "GET", "/api/v1/people/household", NULL).status, 200);
    }
    f->now += 1000;
    struct session keeper = enter(f, "keeper");
    const char *ids[64], *next = "", *person = wg_id_text(f->arena, f->person[0]);
    size_t n = 0;
    for (int page = 0; page < 10 && next; page++) {
        struct reply r =
            ask(f, &keeper, "GET", wg_fmt(f->arena, "/api/v1/audit?person=%s&limit=2&after=%s", person, next), NULL);
        read_ids(&r, f, ids, &n);
        next = json_string_value(json_object_get(r.json, "next"));
    }
    assert_int_equal(n, 7); /* and not the reading of these pages, which is newer */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) assert_string_not_equal(ids[i], ids[j]);

    change(f, "UPDATE worker SET role = 'street' WHERE login = 'li'");
    struct session li = enter(f, "li");
    struct reply r = ask(f, &li, "GET", "/api/v1/audit?limit=200", NULL);
    const json_t *items = json_object_get(r.json, "items");
    assert_true(json_array_size(items) >= 14);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *place = json_string_value(json_object_get(json_array_get(items, i), "place"));
        assert_true(place && strncmp(place, "001", 3) == 0); /* the keeper's doings are not li's to see */
    }
    assert_string_equal(ask(f, &wang, "GET", "/api/v1/audit", NULL).code, "guard.forbidden");
    assert_string_equal(ask(f, &keeper, "GET", "/api/v1/audit?after=x", NULL).code, "bad_field");
    r = ask(f, &keeper, "GET", "/api/v1/audit?to=2001-01-01", NULL);
    assert_int_equal(json_array_size(json_object_get(r.json, "items")), 0);
}

static void test_guard__who_looked_at_a_person(void **state)
{
    struct fixture *f = *state; /* guard P5 */
    struct session wang = enter(f, "wang");
    struct store_snap *snap;
    json_t *page;
    for (int i = 0; i < 3; i++) assert_int_equal(ask(f, &wang, "GET", "/api/v1/people/1", NULL).status, 200);
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(guard_looks(&f->ctx, snap, district, f->person[0], WG_STR(""), 2, &page), 0);
    const json_t *first = json_array_get(json_object_get(page, "items"), 0);
    assert_int_equal(json_array_size(json_object_get(page, "items")), 2);
    assert_string_equal(json_string_value(json_object_get(first, "worker")), "王某");
    assert_string_equal(json_string_value(json_object_get(first, "verb")), "person.read");
    const char *next = wg_cstr(f->arena, wg_str(json_string_value(json_object_get(page, "next"))));
    json_decref(page);
    assert_int_equal(guard_looks(&f->ctx, snap, district, f->person[0], wg_str(next), 2, &page), 0);
    assert_int_equal(json_array_size(json_object_get(page, "items")), 1);
    assert_true(json_is_null(json_object_get(page, "next")));
    json_decref(page);
    store_read_end(snap);
}

/* --- sealing and keys ----------------------------------------------------------------------------------------------------------------------- */

static void test_guard__a_sealed_value_opens_only_where_it_was_sealed(void **state)
{
    struct fixture *f = *state; /* guard P6 */
    struct wg_ctx *ctx = &f->ctx;
    struct wg_str plain = WG_STR("219999199001011234"), out;
    struct wg_str sealed = guard_seal(ctx, f->guard, "idno", f->person[0], plain);
    assert_true(wg_str_find(sealed, WG_STR("219999")) < 0);
    assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], sealed, &out), 0);
    assert_true(wg_str_eq(out, plain));
    assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[1], sealed, &out), WG_E_STORE);
    assert_int_equal(guard_unseal(ctx, f->guard, "phone", f->person[0], sealed, &out), WG_E_STORE);
    for (size_t i = 0; i < sealed.n; i++) {
        char *copy = wg_alloc(f->arena, sealed.n);
        memcpy(copy, sealed.p, sealed.n);
        copy[i] ^= 1;
        assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], (struct wg_str){copy, sealed.n}, &out), WG_E_STORE);
        assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], wg_str_sub(sealed, 0, i), &out), WG_E_STORE);
    }
    assert_false(wg_str_eq(sealed, guard_seal(ctx, f->guard, "idno", f->person[0], plain)));
    struct wg_str empty = guard_seal(ctx, f->guard, "idno", f->person[0], WG_STR(""));
    assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], empty, &out), 0);
    assert_int_equal(out.n, 0);
    wg_id a = guard_index(f->guard, "idno", plain), b = guard_index(f->guard, "phone", plain);
    assert_true(wg_id_eq(a, guard_index(f->guard, "idno", plain)));
    assert_false(wg_id_eq(a, b));
    assert_string_equal(guard_mask(f->arena, plain), "**************1234");
    assert_string_equal(guard_mask(f->arena, WG_STR("123")), "***");
    assert_string_equal(guard_mask(f->arena, WG_STR("护照一二三四五")), "***二三四五");
}

static int reopen(struct fixture *f, bool create)
{
    guard_close(f->guard);
    f->guard = NULL;
    return open_guard(f, create);
}

static void test_guard__a_key_file_that_others_can_read_is_refused(void **state)
{
    struct fixture *f = *state; /* guard P7 */
    const char *key = wg_fmt(f->arena, "%s/store/wangge.key", f->dir), *aside = wg_fmt(f->arena, "%s/aside", f->dir);
    struct stat info;
    assert_int_equal(stat(key, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    static const mode_t bad[] = {0640, 0604, 0660, 0700};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(chmod(key, bad[i]), 0);
        assert_int_equal(reopen(f, true), WG_E_KEY_FILE);
    }
    assert_int_equal(chmod(key, 0600), 0);
    assert_int_equal(reopen(f, false), 0);
    assert_int_equal(rename(key, aside), 0);
    assert_int_equal(reopen(f, true), WG_E_KEY_FILE); /* the store is not new: a new key would open nothing */
    assert_int_equal(access(key, F_OK), -1);
    assert_int_equal(symlink(aside, key), 0);
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    assert_int_equal(unlink(key), 0);
    assert_int_equal(rename(aside, key), 0);
    assert_int_equal(reopen(f, false), 0);
}

static void write_key(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
}

static void test_guard__a_damaged_or_foreign_key_is_refused(void **state)
{
    struct fixture *f = *state; /* guard P7 */
    const char *key = wg_fmt(f->arena, "%s/store/wangge.key", f->dir);
    char foreign[129];
    memset(foreign, 'a', 128);
    foreign[128] = '\0';
    write_key(key, foreign);
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    write_key(key, "abc");
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    foreign[5] = 'x';
    write_key(key, foreign);
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    write_key(key, "");
    assert_int_equal(reopen(f, true), WG_E_KEY_FILE);
}

/* --- taking back ---------------------------------------------------------------------------------------------------------------------------- */

static void test_guard__signing_out_ends_the_session(void **state)
{
    struct fixture *f = *state; /* guard P8 */
    struct session li = enter(f, "li"), other = enter(f, "li");
    struct reply r = ask(f, &li, "DELETE", "/api/v1/session", NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.set_cookie, "Max-Age=0"));
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &other, "GET", "/api/v1/session", NULL).status, 200);
}

static void test_guard__a_new_password_ends_other_sessions(void **state)
{
    struct fixture *f = *state; /* guard P8 */
    struct session li = enter(f, "li"), other = enter(f, "li");
    assert_string_equal(ask(f, &li, "POST", "/api/v1/session/password", "{\"old\":\"wrong\",\"new\":\"a better one, 7\"}").code,
                        "guard.bad_login");
    assert_string_equal(
        ask(f, &li, "POST", "/api/v1/session/password", "{\"old\":\"correct horse 9\",\"new\":\"1234567890\"}").code,
        "guard.weak_password");
    struct reply r =
        ask(f, &li, "POST", "/api/v1/session/password", "{\"old\":\"correct horse 9\",\"new\":\"a better one, 7\"}");
    struct session renewed = session_of(f, &r);
    assert_int_equal(ask(f, &renewed, "GET", "/api/v1/session", NULL).status, 200);
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &other, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(sign_in_as(f, "li", good_password).status, 401);
    assert_int_equal(sign_in_as(f, "li", "a better one, 7").status, 200);
}

static const char *account_path(struct fixture *f, wg_id id)
{
    return wg_fmt(f->arena, "/api/v1/accounts/%s", wg_id_text(f->arena, id));
}

static void test_guard__a_closed_account_is_out_at_once(void **state)
{
    struct fixture *f = *state; /* guard P8 */
    struct session li = enter(f, "li"), wang = enter(f, "wang"), keeper = enter(f, "keeper");
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    struct reply r = ask(f, &keeper, "PATCH", account_path(f, f->officer), "{\"active\":false}");
    assert_int_equal(r.status, 200);
    assert_true(json_is_false(json_object_get(r.json, "active")));
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &keeper, "PATCH", account_path(f, f->worker), "{\"role\":\"clerk\"}").status, 200);
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 401);
    /* written by another program: within a minute */
    change(f, "UPDATE worker SET active = 0 WHERE login = 'keeper'");
    f->now += 61 * WG_SECOND;
    assert_int_equal(ask(f, &keeper, "GET", "/api/v1/session", NULL).status, 401);
}

/* --- accounts --------------------------------------------------------------------------------------------------------------------------------- */

static void test_guard__accounts_are_added_changed_and_found(void **state)
{
    struct fixture *f = *state;
    struct session keeper = enter(f, "keeper"), li = enter(f, "li");
    const char *zhao = "{\"login\":\"Zhao\",\"name\":\"赵某\",\"role\":\"street\",\"phone\":\"0421-2610000\","
                       "\"password\":\"street and lane 5\"}";
    assert_string_equal(ask(f, &li, "POST", "/api/v1/accounts", zhao).code, "guard.forbidden");
    struct reply r = ask(f, &keeper, "POST", "/api/v1/accounts", zhao);
    assert_int_equal(r.status, 201);
    assert_string_equal(json_string_value(json_object_get(r.json, "login")), "zhao");
    assert_int_equal(sign_in_as(f, "zhao", "street and lane 5").status, 200);
    r = ask(f, &keeper, "POST", "/api/v1/accounts", zhao);
    assert_string_equal(r.code, "conflict");
    assert_string_equal(json_string_value(json_object_get(r.json, "where")), "login");
    assert_string_equal(ask(f, &keeper, "POST", "/api/v1/accounts", "{\"name\":\"x\",\"role\":\"root\"}").code, "field_choice");
    assert_string_equal(ask(f, &keeper, "POST", "/api/v1/accounts", "{\"role\":\"clerk\"}").code, "missing_field");
    assert_string_equal(ask(f, &keeper, "POST", "/api/v1/accounts", "{\"name\":\"x\",\"role\":\"clerk\",\"x\":1}").code,
                        "unknown_field");
    assert_string_equal(ask(f, &keeper, "PATCH", account_path(f, f->person[0]), "{}").code, "not_found");
    assert_string_equal(ask(f, &keeper, "PATCH", account_path(f, f->keeper), "{\"active\":false}").code, "conflict");
    assert_int_equal(ask(f, &keeper, "POST", "/api/v1/accounts", "{\"name\":\"无号\",\"role\":\"worker\"}").status, 201);
    assert_int_equal(ask(f, &keeper, "POST", "/api/v1/accounts", "{\"name\":\"无号\",\"role\":\"worker\"}").status, 201);

    const char *next = "", *ids[16];
    size_t n = 0;
    for (int page = 0; page < 5 && next; page++) {
        r = ask(f, &keeper, "GET", wg_fmt(f->arena, "/api/v1/accounts?limit=2&after=%s", next), NULL);
        read_ids(&r, f, ids, &n);
        next = json_string_value(json_object_get(r.json, "next"));
    }
    assert_int_equal(n, 6);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) assert_string_not_equal(ids[i], ids[j]);
    r = ask(f, &keeper, "GET", "/api/v1/accounts?q=ZHAO", NULL);
    assert_int_equal(json_array_size(json_object_get(r.json, "items")), 1);
    r = ask(f, &keeper, "GET", "/api/v1/accounts?q=%25", NULL);
    assert_int_equal(json_array_size(json_object_get(r.json, "items")), 0);
    r = ask(f, &keeper, "GET", "/api/v1/accounts?role=worker&active=true", NULL);
    assert_int_equal(json_array_size(json_object_get(r.json, "items")), 3);
}

static void test_guard__metrics_are_for_this_machine_or_a_keeper(void **state)
{
    struct fixture *f = *state;
    struct session keeper = enter(f, "keeper"), li = enter(f, "li");
    assert_int_equal(ask(f, NULL, "GET", "/metrics", NULL).status, 401);
    assert_int_equal(ask(f, &li, "GET", "/metrics", NULL).status, 403);
    assert_int_equal(ask(f, &keeper, "GET", "/metrics", NULL).status, 200);
    f->client = "127.0.0.1";
    assert_int_equal(ask(f, NULL, "GET", "/metrics", NULL).status, 200);
    f->client = "192.0.2.1";
    assert_int_equal(ask(f, NULL, "GET", "/healthz", NULL).status, 200);
}

/* --- over sockets ------------------------------------------------------------------------------------------------------------------------------- */

static void test_guard__works_over_real_connections(void **state)
{
    struct fixture *f = *state;
    struct http_options options = http_options_default();
    struct http_server *server;
    options.listen = "127.0.0.1:0";
    options.handle = guard_dispatch;
    options.arg = f->router;
    options.quiet = true;
    assert_int_equal(http_start(&f->ctx, &options, &server), 0);
    struct http_client c;
    assert_true(hc_open(&c, http_port(server)));
    assert_false(hc_sign_in(&c, "wang", "wrong password"));
    assert_true(hc_sign_in(&c, "wang", good_password));
    assert_true(strlen(c.csrf) == 32);
    struct hc_reply r = hc_ask(&c, "POST", "/api/v1/facts", NULL, "{}");
    assert_int_equal(r.status, 200);
    hc_free(&r);
    r = hc_ask(&c, "POST", "/api/v1/session/password", NULL, "{\"old\":1}");
    assert_int_equal(r.status, 422);
    hc_free(&r);
    r = hc_ask(&c, "GET", "/metrics", NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "wangge_http_requests_total{class=\"2xx\"} 2\n"));
    assert_non_null(strstr(r.body, "wangge_store_writes_total "));
    hc_free(&r);
    r = hc_ask(&c, "DELETE", "/api/v1/session", NULL, NULL);
    assert_int_equal(r.status, 200);
    hc_free(&r);
    r = hc_ask(&c, "GET", "/api/v1/session", NULL, NULL);
    assert_int_equal(r.status, 401);
    hc_free(&r);
    hc_close(&c);
    http_stop(server);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_guard__a_route_without_right_or_audit_is_refused),
        TEST(test_guard__a_route_is_found_by_method_and_pattern),
        TEST(test_guard__roles_have_their_rights_and_no_others),
        TEST(test_guard__scope_is_what_lies_below_the_tops),
        TEST(test_guard__the_session_says_who_and_what),
        TEST(test_guard__changed_duties_change_the_scope),
        TEST(test_guard__passwords_are_argon2id_and_not_weak),
        TEST(test_guard__the_store_does_not_know_the_cookie),
        TEST(test_guard__sessions_end_when_idle_and_in_any_case),
        TEST(test_guard__when_last_seen_survives_a_restart),
        TEST(test_guard__a_known_session_reads_and_writes_nothing),
        TEST(test_guard__changing_state_needs_the_token),
        TEST(test_guard__an_account_has_a_number_of_sessions),
        TEST(test_guard__the_answer_does_not_tell_which_was_wrong),
        TEST(test_guard__wrong_passwords_make_an_account_wait),
        TEST(test_guard__many_accounts_from_one_client_make_it_wait),
        TEST(test_guard__demo_passwords_work_only_in_a_demo_store),
        TEST(test_guard__reading_a_person_is_written_before_the_answer),
        TEST(test_guard__refusals_are_in_the_audit),
        TEST(test_guard__a_write_and_its_audit_are_one_commit),
        TEST(test_guard__the_audit_is_read_in_pages_within_scope),
        TEST(test_guard__who_looked_at_a_person),
        TEST(test_guard__a_sealed_value_opens_only_where_it_was_sealed),
        TEST(test_guard__a_key_file_that_others_can_read_is_refused),
        TEST(test_guard__a_damaged_or_foreign_key_is_refused),
        TEST(test_guard__signing_out_ends_the_session),
        TEST(test_guard__a_new_password_ends_other_sessions),
        TEST(test_guard__a_closed_account_is_out_at_once),
        TEST(test_guard__accounts_are_added_changed_and_found),
        TEST(test_guard__metrics_are_for_this_machine_or_a_keeper),
        TEST(test_guard__works_over_real_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
