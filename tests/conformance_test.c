/* What is sent and answered has the shapes that the routes name, on every route: the pages and the OpenAPI document are built on them.
 *
 * The requests are those of support/program_world.h, asked by whoever may, and further ones here for shapes that vary. A member that the
 * schema does not name fails as one does that is missing. */
#include "support/api_schema.h"
#include "support/program_world.h"

static struct api_schema schemas;

/* Asked before anything of the table has changed, and once more after. */
static const struct probe pages[] = {
    {"GET /api/v1/session", "street-001", 0, "/api/v1/session", NULL},
    {"GET /api/v1/session", "keeper", 0, "/api/v1/session", NULL},
    {"GET /api/v1/about", NULL, OPEN, "/api/v1/about", NULL},
    {"GET /healthz", NULL, OPEN, "/healthz", NULL},
    {"GET /api/v1/accounts", "keeper", 0, "/api/v1/accounts?limit=2", NULL},
    {"GET /api/v1/audit", "district", 0, "/api/v1/audit?limit=200", NULL},
    {"GET /api/v1/audit", "keeper", 0, "/api/v1/audit?limit=3", NULL},
    {"GET /api/v1/check", "keeper", 0, "/api/v1/check", NULL},
    {"GET /api/v1/place", "street-001", 0, "/api/v1/place?path=", NULL},
    {"GET /api/v1/place", "street-001", 0, "/api/v1/place?path=001001001001001001001", NULL},
    {"GET /api/v1/places", "district", 0, "/api/v1/places?limit=1", NULL},
    {"GET /api/v1/people", "district", 0, "/api/v1/people?limit=200", NULL},
    {"GET /api/v1/people", "district", 0, "/api/v1/people?state=provisional", NULL},
    {"GET /api/v1/people/{id}", "district", 0, "/api/v1/people/$person", NULL},
    {"GET /api/v1/people/{id}", "district", 0, "/api/v1/people/$person3", NULL},
    {"GET /api/v1/people/{id}/looks", "district", 0, "/api/v1/people/$person/looks?limit=1", NULL},
    {"GET /api/v1/resources/{name}", "street-001", 0, "/api/v1/resources/places", NULL},
    {"GET /api/v1/resources/{name}", "street-001", 0, "/api/v1/resources/duties", NULL},
    {"GET /api/v1/duties", "district", 0, "/api/v1/duties?current=1&limit=2", NULL},
    {"GET /api/v1/workers", "district", 0, "/api/v1/workers", NULL},
    {"GET /api/v1/workers", "district", 0, "/api/v1/workers?limit=1", NULL},
    {"GET /api/v1/today", "district", 0, "/api/v1/today", NULL},
    {"GET /api/v1/today", "community-001001", 0, "/api/v1/today?place=001001001", NULL},
    {"GET /api/v1/tasks", "district", 0, "/api/v1/tasks?state=open,overdue,done,excused,passed&limit=200", NULL},
    {"GET /api/v1/tasks", "district", 0, "/api/v1/tasks?limit=1", NULL},
    {"GET /api/v1/tasks/late", "district", 0, "/api/v1/tasks/late?by=worker&limit=1", NULL},
    {"GET /api/v1/households", "district", 0, "/api/v1/households?limit=200", NULL},
    {"GET /api/v1/households", "district", 0, "/api/v1/households?state=done&limit=1", NULL},
    {"GET /api/v1/alarms", "district", 0, "/api/v1/alarms?state=open,taken,closed", NULL},
    {"GET /api/v1/field/today", "community-001001", 0, "/api/v1/field/today", NULL},
    {"GET /api/v1/field/today", "grid-001001002", 0, "/api/v1/field/today", NULL},
    {"GET /api/v1/lists", "district", 0, "/api/v1/lists", NULL},
    {"GET /api/v1/lists", "district", 0, "/api/v1/lists?limit=1&state=open", NULL},
    {"GET /api/v1/lists/{id}", "district", 0, "/api/v1/lists/$list", NULL},
    {"GET /api/v1/lists/{id}", "district", 0, "/api/v1/lists/$draft", NULL},
    {"GET /api/v1/lists/{id}", "district", 0, "/api/v1/lists/$list3", NULL},
    {"GET /api/v1/lists/{id}/rows", "district", 0, "/api/v1/lists/$list/rows", NULL},
    {"GET /api/v1/lists/{id}/rows", "district", 0, "/api/v1/lists/$list/rows?limit=1&outcome=review", NULL},
    {"GET /api/v1/lists/{id}/rows/{row}", "district", 0, "/api/v1/lists/$list/rows/2", NULL},
    {"GET /api/v1/reports", "district", 0, "/api/v1/reports", NULL},
    {"GET /api/v1/reports", "street-001", 0, "/api/v1/reports?place=001002", NULL},
    {"GET /api/v1/reports/rows", "district", 0, "/api/v1/reports/rows?figure=households_left&limit=2", NULL},
    {"GET /api/v1/reports/rows", "district", 0, "/api/v1/reports/rows?figure=people_due", NULL},
    {"GET /api/v1/jobs/{id}", "street-001", 0, "/api/v1/jobs/$job", NULL},
};
enum { N_PAGES = sizeof pages / sizeof *pages };

/* After the table: what it left out, and refusals that are part of an answer. */
static const struct probe changes[] = {
    {"POST /api/v1/session", NULL, OPEN, "/api/v1/session", "{\"login\":\"clerk\",\"password\":\"correct horse 9\"}"},
    {"POST /api/v1/session/password", "grid-002002002", 0, "/api/v1/session/password",
     "{\"old\":\"correct horse 9\",\"new\":\"battery staple 7\"}"},
    {"POST /api/v1/observations", "grid-001001001", 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"daily_screening\",\"place\":\"$household\",\"result\":\"normal\",\"at\":\"$"
     "now\","
     "\"body\":{\"people\":2}},{\"id\":\"$new\",\"programme\":\"daily_screening\",\"place\":\"$ownhousehold\",\"result\":"
     "\"normal\","
     "\"at\":\"$now\"},{\"id\":\"$new\",\"programme\":\"daily_screening\",\"place\":\"$household\",\"person\":\"$person\","
     "\"result\":"
     "\"fever\",\"temperature\":38.4,\"at\":\"$now\"}]}"},
    {"POST /api/v1/observations", "community-001001", 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"list_follow_up\",\"enrolment\":\"$task2\",\"result\":\"moved\",\"at\":\"$"
     "now\","
     "\"body\":{\"moved_to\":\"$grid2\",\"note\":\"搬了\"}}]}"},
    {"POST /api/v1/tasks/assign", "street-001", 0, "/api/v1/tasks/assign", "{\"tasks\":[\"$person\"],\"place\":\"$grid\"}"},
    {"POST /api/v1/review/next", "clerk", 0, "/api/v1/review/next", "{\"list\":\"$list3\"}"},
    {"POST /api/v1/review/release", "clerk", 0, "/api/v1/review/release", "{\"list\":\"$list\",\"row\":$doubtful}"},
    {"POST /api/v1/alarms/{id}", "community-001001", 0, "/api/v1/alarms/$alarm", "{\"action\":\"close\",\"outcome\":\"送医\"}"},
    {"POST /api/v1/lists", "data", FILE_, "/api/v1/lists", "姓名,证件号,电话,现住址\n尉迟001,2.11302E+17,15400001234,\n"},
};
enum { N_CHANGES = sizeof changes / sizeof *changes };

/* --- holding ------------------------------------------------------------------------------------------------------------------ */

static int wrong_shape(const char *route, const char *what, const char *shape, const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    bool holds = json && api_schema_holds(&schemas, shape, json);
    if (!holds) print_error("%s: %s is no %s: %s\n  %.700s\n", route, what, shape, json ? schemas.fault : "no JSON", text);
    json_decref(json);
    return holds ? 0 : 1;
}

/* A stream of server-sent events: each has the shape. */
static int wrong_events(const char *route, const char *shape, const char *text)
{
    int wrong = 0, events = 0;
    for (const char *data = text; (data = strstr(data, "data: ")) != NULL; data++, events++) {
        const char *end = strchr(data, '\n');
        size_t n = end ? (size_t)(end - data) : strlen(data);
        wrong += wrong_shape(route, "an event", shape, wg_cstr(world.p.f->arena, (struct wg_str){data + 6, n - 6}));
    }
    if (events == 0) print_error("%s: no events\n", route);
    return wrong + (events == 0);
}

static int ask_and_hold(const struct probe *probe)
{
    const struct guard_route *route = route_of(probe);
    struct df_session session = {0};
    int wrong = 0;
    if (probe->login) session = df_enter(world.p.f, probe->login);
    const char *body = filled(probe->body);
    bool is_file = (probe->flags & FILE_) != 0;
    if (body && !is_file && !route->body) {
        print_error("%s takes a body and names no schema\n", probe->route);
        wrong++;
    } else if (body && !is_file) {
        wrong += wrong_shape(probe->route, "the body", route->body, body);
    }
    struct told told = tell(probe->login ? &session : NULL, route->method, filled(probe->path), body, is_file);
    if (told.status != 200 && told.status != 201) {
        print_error("%s as %s: %d %.500s\n", probe->route, probe->login, told.status, told.text);
        return wrong + 1;
    }
    if (!route->reply) return wrong + (told.text[0] == '\0');
    if (strstr(route->pattern, "/events")) return wrong + wrong_events(probe->route, route->reply, told.text);
    return wrong + wrong_shape(probe->route, "the answer", route->reply, told.text);
}

/* docs/api.md: the shapes named there */
static void test_conformance__every_answer_has_the_shape_its_route_names(void **state)
{
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < N_PAGES; i++) wrong += ask_and_hold(&pages[i]);
    for (size_t i = 0; i < N_PROBES; i++)
        if (probes[i].login && strcmp(probes[i].route, "DELETE /api/v1/session") != 0) wrong += ask_and_hold(&probes[i]);
    for (size_t i = 0; i < N_CHANGES; i++) wrong += ask_and_hold(&changes[i]);
    for (size_t i = 0; i < N_PAGES; i++) wrong += ask_and_hold(&pages[i]);
    assert_int_equal(wrong, 0);
}

static bool is_asked(const struct guard_route *route)
{
    for (size_t i = 0; i < N_PROBES; i++)
        if (probes[i].login && route_of(&probes[i]) == route) return true;
    for (size_t i = 0; i < N_PAGES; i++)
        if (route_of(&pages[i]) == route) return true;
    for (size_t i = 0; i < N_CHANGES; i++)
        if (route_of(&changes[i]) == route) return true;
    return false;
}

/* Every route with an answer of a shape is asked above, and the shapes it names exist. */
static void test_conformance__every_route_is_asked(void **state)
{
    const struct guard_router *router = world.p.f->router;
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < guard_route_count(router); i++) {
        const struct guard_route *route = guard_route_at(router, i);
        bool named = (!route->reply || json_object_get(schemas.all, route->reply)) &&
                     (!route->body || json_object_get(schemas.all, route->body));
        /* Numbers as text, for a machine: the guard's own tests read them. */
        if (named && (is_asked(route) || strcmp(route->pattern, "/metrics") == 0)) continue;
        print_error("%s: %s\n", route_name(route), named ? "is not asked" : "names a shape that is not there");
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* Refusals are problem documents of one shape, in the language asked for. */
static void test_conformance__every_refusal_is_a_problem(void **state)
{
    const struct guard_router *router = world.p.f->router;
    struct df_session session = df_enter(world.p.f, "clerk");
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < guard_route_count(router); i++) {
        const struct guard_route *route = guard_route_at(router, i);
        if (route->right == RIGHT_NONE || strcmp(route->method, "DELETE") == 0) continue;
        const struct probe *probe = first_probe(route);
        struct told shut = ask(probe, NULL), broken = tell(&session, route->method, "/api/v1/no/such/route", "{", false);
        wrong += wrong_shape(probe->route, "the refusal", "Problem", shut.text);
        wrong += wrong_shape(probe->route, "the refusal", "Problem", broken.text);
        if (route->body) {
            struct told bad = tell(&session, route->method, filled(probe->path), "{\"id\": [", false);
            if (bad.status >= 400) wrong += wrong_shape(probe->route, "the refusal", "Problem", bad.text);
            assert_true(bad.status < 500);
        }
    }
    assert_int_equal(wrong, 0);
}

static int setup(void **state)
{
    if (!api_schema_open(&schemas)) return -1;
    return world_setup(state);
}

static int teardown(void **state)
{
    api_schema_close(&schemas);
    return pf_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conformance__every_route_is_asked),
        cmocka_unit_test(test_conformance__every_refusal_is_a_problem),
        cmocka_unit_test(test_conformance__every_answer_has_the_shape_its_route_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
