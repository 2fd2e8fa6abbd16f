/* Nobody gets anything of a street that is not theirs, on any route of the program; no route is open to whoever is not signed in, lacks the
 * right, or comes without the anti-forgery token.
 *
 * The table of support/program_world.h has requests for every route; a route without one fails the test, so that nobody adds a route without
 * deciding. Each asks for something of street 001. It is asked by everybody of street 002, whatever their role, and must come back as 403 or 404, or as an
 * answer that has nothing of street 001 in it; afterwards street 001 is what it was, to the byte. Then whoever may ask does, and must be
 * answered, so that no request passes because it is wrong. */
#include "support/program_world.h"

/* --- the table and the routes ------------------------------------------------------------------------------------------------------ */

/* guard P1 */
static void test_scope__every_route_has_its_requests(void **state)
{
    const struct guard_router *router = world.p.f->router;
    int missing = 0;
    (void)state;
    for (size_t i = 0; i < guard_route_count(router); i++)
        if (!first_probe(guard_route_at(router, i))) {
            print_error("no request for %s: say in tests/support/program_world.h what another street asks there\n",
                        route_name(guard_route_at(router, i)));
            missing++;
        }
    for (size_t i = 0; i < N_PROBES; i++)
        if (!route_of(&probes[i])) {
            print_error("no route %s\n", probes[i].route);
            missing++;
        }
    assert_int_equal(missing, 0);
}

/* --- who may come in ----------------------------------------------------------------------------------------------------------------- */

static bool changes_state(const struct guard_route *route)
{
    return strcmp(route->method, "GET") != 0;
}

/* guard: the only doors open to everybody are those that say nothing of anybody */
static void test_scope__without_a_session_every_route_is_closed(void **state)
{
    const struct guard_router *router = world.p.f->router;
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < guard_route_count(router); i++) {
        const struct guard_route *route = guard_route_at(router, i);
        const struct probe *probe = first_probe(route);
        bool open = (probe->flags & OPEN) != 0;
        assert_int_equal(open, route->right == RIGHT_NONE);
        if (open && changes_state(route)) assert_string_equal(route->pattern, "/api/v1/session");
        if (open) continue;
        struct told told = ask(probe, NULL);
        if (told.status == 401 && strcmp(told.code, "guard.sign_in") == 0) continue;
        print_error("%s without a session: %d %s\n", probe->route, told.status, told.code);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static const char *const role_logins[ROLE_COUNT_] = {[ROLE_WORKER] = "grid-001001001",
                                                     [ROLE_COMMUNITY] = "community-001001",
                                                     [ROLE_STREET] = "street-001",
                                                     [ROLE_DISTRICT] = "district",
                                                     [ROLE_DATA] = "data",
                                                     [ROLE_CLERK] = "clerk",
                                                     [ROLE_KEEPER] = "keeper"};

/* guard P2 */
static void test_scope__nothing_is_changed_without_the_token(void **state)
{
    struct district_fixture *f = world.p.f;
    const struct guard_router *router = f->router;
    int wrong = 0;
    (void)state;
    for (int role = 0; role < ROLE_COUNT_; role++) {
        struct df_session session = df_enter(f, role_logins[role]);
        static const char *const tokens[] = {"", "x", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
        for (size_t i = 0; i < guard_route_count(router); i++) {
            const struct guard_route *route = guard_route_at(router, i);
            if (!changes_state(route) || route->right == RIGHT_NONE) continue;
            session.csrf = tokens[i % 3];
            struct told told = ask(first_probe(route), &session);
            if (told.status == 403 && strcmp(told.code, "guard.csrf") == 0) continue;
            print_error("%s without a token: %d %s\n", route_name(route), told.status, told.code);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* guard: a role without the right gets no further */
static void test_scope__a_role_without_the_right_gets_nothing(void **state)
{
    struct district_fixture *f = world.p.f;
    const struct guard_router *router = f->router;
    int wrong = 0;
    (void)state;
    for (int role = 0; role < ROLE_COUNT_; role++) {
        struct df_session session = df_enter(f, role_logins[role]);
        for (size_t i = 0; i < guard_route_count(router); i++) {
            const struct guard_route *route = guard_route_at(router, i);
            if (guard_role_may((enum guard_role)role, route->right)) continue;
            struct told told = ask(first_probe(route), &session);
            if (told.status == 403 && strcmp(told.code, "guard.forbidden") == 0) continue;
            print_error("%s as %s: %d %s\n", route_name(route), guard_role_code((enum guard_role)role), told.status, told.code);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* --- another street ------------------------------------------------------------------------------------------------------------------- */

/* All rows of street 001, and of what is the whole district's, as one number: a sum of hashes. */
static uint64_t state_of_001(void)
{
    static const char *const tables[] = {
        "SELECT * FROM person WHERE path LIKE '001%' ORDER BY id",
        "SELECT * FROM person WHERE path LIKE '002%' ORDER BY id",
        "SELECT * FROM place ORDER BY id",
        "SELECT * FROM duty ORDER BY id",
        "SELECT * FROM absence ORDER BY id",
        "SELECT * FROM enrolment ORDER BY id",
        "SELECT * FROM observation ORDER BY id",
        "SELECT * FROM answer ORDER BY path, round",
        "SELECT * FROM alarm ORDER BY id",
        "SELECT * FROM tally ORDER BY programme, round, level, path",
        "SELECT * FROM list WHERE name LIKE '东街%' OR state = 'mapping' AND file_name = 'a.csv' AND n_rows > 0 ORDER BY id",
        "SELECT * FROM list_row WHERE path LIKE '001%' OR path = '' ORDER BY list, row",
        "SELECT * FROM decision ORDER BY id",
        "SELECT * FROM not_same ORDER BY print, person",
        "SELECT * FROM report ORDER BY path, day",
        "SELECT * FROM worker WHERE login <> 'spare' ORDER BY id"};
    static const int columns[] = {22, 22, 13, 12, 10, 14, 17, 8, 11, 8, 24, 20, 8, 5, 8, 8};
    struct district_fixture *f = world.p.f;
    struct store_snap *snap;
    uint64_t sum = 0;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        struct store_rows *rows;
        bool more;
        assert_int_equal(store_query(&f->ctx, snap, tables[t], NULL, 0, &rows), 0);
        while (assert_int_equal(store_next(&f->ctx, rows, &more), 0), more)
            for (int c = 0; c < columns[t]; c++) {
                struct wg_str cell = store_get_text(rows, c);
                int64_t number = store_get_int(rows, c);
                sum = sum * 31 + wg_hash(cell.p, cell.n) + (uint64_t)number;
            }
    }
    store_read_end(snap);
    return sum;
}

static const char *const strangers[] = {"grid-002001001", "community-002001", "street-002",
                                        "data-002",       "clerk-002",        "district-002"};
enum { N_STRANGERS = sizeof strangers / sizeof *strangers };

static int ask_as_stranger(const struct probe *probe, const char *login, const struct df_session *session)
{
    const char *path = filled(probe->path), *body = filled(probe->body);
    struct told told = tell(session, route_of(probe)->method, path, body, (probe->flags & FILE_) != 0);
    const char *request = wg_fmt(world.p.f->arena, "%s %s", path, body ? body : "");
    const char *word = found_in(told.text, request);
    bool fine = (told.status == 200 && !word) || told.status == 403 || told.status == 404;
    if (fine && told.status == 200 && strncmp(probe->route, "POST /api/v1/import/", 20) == 0)
        (void)wait_for_job(res_keep(&world.p.f->ctx, json_loads(told.text, 0, NULL))); /* the rows are refused by the job */
    if (fine) return 0;
    print_error("%s as %s: %d%s%s\n  %s\n  %.1500s\n", probe->route, login, told.status, word ? " with " : "", word ? word : "",
                request, told.text);
    return 1;
}

static bool is_audit(const struct probe *probe)
{
    return strcmp(probe->route, "GET /api/v1/audit") == 0 || strcmp(probe->route, "GET /api/v1/export/audit") == 0;
}

/* guard: scope. The audit first: later on it rightly tells street 002 what its own people tried. */
static void test_scope__another_street_gets_nothing_on_any_route(void **state)
{
    struct district_fixture *f = world.p.f;
    struct df_session sessions[N_STRANGERS];
    int wrong = 0;
    (void)state;
    for (size_t s = 0; s < N_STRANGERS; s++) sessions[s] = df_enter(f, strangers[s]);
    uint64_t before = state_of_001();
    for (int audits = 1; audits >= 0; audits--)
        for (size_t i = 0; i < N_PROBES; i++) {
            if (probes[i].flags & (OPEN | OWN)) continue;
            if (is_audit(&probes[i]) != (audits == 1)) continue;
            for (size_t s = 0; s < N_STRANGERS; s++) wrong += ask_as_stranger(&probes[i], strangers[s], &sessions[s]);
            if (state_of_001() != before) {
                print_error("%s: something changed\n  %s\n  %.500s\n", probes[i].route, filled(probes[i].path),
                            filled(probes[i].body));
                before = state_of_001();
                wrong++;
            }
        }
    assert_int_equal(wrong, 0);
}

/* ... and whoever may ask is answered: the requests above are right. */
static void test_scope__who_may_ask_is_answered(void **state)
{
    struct district_fixture *f = world.p.f;
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < N_PROBES; i++) {
        const struct probe *probe = &probes[i];
        if (!probe->login) continue;
        struct df_session session = df_enter(f, probe->login);
        struct told told = ask(probe, &session);
        bool shows = found_in(told.text, "") != NULL;
        if ((told.status == 200 || told.status == 201) && (shows || !(probe->flags & SHOWS))) continue;
        print_error("%s as %s: %d%s\n  %s\n  %.1500s\n", probe->route, probe->login, told.status,
                    told.status == 200 ? " with nothing of the street" : "", filled(probe->path), told.text);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope__every_route_has_its_requests),
        cmocka_unit_test(test_scope__without_a_session_every_route_is_closed),
        cmocka_unit_test(test_scope__nothing_is_changed_without_the_token),
        cmocka_unit_test(test_scope__a_role_without_the_right_gets_nothing),
        cmocka_unit_test(test_scope__another_street_gets_nothing_on_any_route),
        cmocka_unit_test(test_scope__who_may_ask_is_answered),
    };
    return cmocka_run_group_tests(tests, world_setup, pf_teardown);
}
