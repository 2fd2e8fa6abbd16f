/* What guard promises of routes, rights, scope, audit and accounts. Passwords, sessions and keys: guard_session_test.c. */
#include "platform/guard/guard_testing.h"

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
    /* One verb, and what was refused of it. */
    json_t *verbs = json_object_get(ask(f, &keeper, "GET", "/api/v1/audit?verb=person.read&limit=200", NULL).json, "items");
    assert_true(json_array_size(verbs) > 0);
    for (size_t i = 0; i < json_array_size(verbs); i++)
        assert_int_equal(strncmp(json_string_value(json_object_get(json_array_get(verbs, i), "verb")), "person.read", 11), 0);
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
        TEST(test_guard__reading_a_person_is_written_before_the_answer),
        TEST(test_guard__refusals_are_in_the_audit),
        TEST(test_guard__a_write_and_its_audit_are_one_commit),
        TEST(test_guard__the_audit_is_read_in_pages_within_scope),
        TEST(test_guard__who_looked_at_a_person),
        TEST(test_guard__accounts_are_added_changed_and_found),
        TEST(test_guard__metrics_are_for_this_machine_or_a_keeper),
        TEST(test_guard__works_over_real_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
