/* The desk's pages held against the rows they are made from. Each test has a tiny district of its own (district_fixture.h). */
#include "../../../tests/support/api_schema.h"
#include "../../../tests/support/district_fixture.h"
#include "district/desk/desk_internal.h"

/* --- what the tests share ------------------------------------------------------------------------------------------------ */

static int setup(void **state)
{
    int rc = df_setup(state);
    if (rc == 0) df_routes(*state, desk_routes);
    return rc;
}

static size_t size_of(const json_t *page)
{
    return json_array_size(json_object_get(page, "items"));
}

static const json_t *item(const json_t *page, size_t index)
{
    return json_array_get(json_object_get(page, "items"), index);
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "";
}

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static json_t *get(struct district_fixture *f, const char *login, const char *path)
{
    struct df_session session = df_enter(f, login);
    return df_get(f, &session, path);
}

/* How many rows a filter gives, over all its pages of `limit`; checks that they come in order and each once. */
static size_t count_rows(struct district_fixture *f, const char *login, const char *path, int limit)
{
    struct df_session session = df_enter(f, login);
    const char *after = "", *before = "";
    size_t n = 0;
    for (;;) {
        json_t *page = df_get(f, &session, wg_fmt(f->arena, "%s&limit=%d&after=%s", path, limit, after));
        for (size_t i = 0; i < size_of(page); i++) {
            const json_t *place = json_object_get(item(page, i), "place");
            if (!place) place = json_object_get(json_object_get(item(page, i), "person"), "place");
            assert_true(strcmp(before, text(place, "path")) <= 0);
            before = text(place, "path");
        }
        n += size_of(page);
        if (json_is_null(json_object_get(page, "next"))) return n;
        assert_int_equal(size_of(page), limit);
        after = text(page, "next");
    }
}

static int move_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    wg_id community = df_place("001001");
    struct store_value values[] = {store_id(arg), store_id(&community)};
    return store_exec(ctx, tx, "UPDATE person SET place = $2, path = '001001', state = 'provisional' WHERE id = $1", values, 2,
                      NULL);
}

/* Twelve tasks in the four grids of the first street, four of them late; one more in the pool of its first community. */
static void some_tasks(struct district_fixture *f)
{
    for (int i = 0; i < 12; i++) {
        const char *door = df_household(f, i);
        (void)df_enrol(f, df_person(door, 0), door, f->now + (i % 3 == 0 ? -5 : 3) * (wg_time)WG_HOUR);
    }
    /* Whose door nobody knows yet. */
    wg_id stranger = df_person(df_household(f, 3), 1);
    df_write(f, move_unit, &stranger);
    (void)df_enrol(f, stranger, "001001", f->now + (wg_time)WG_HOUR);
}

static int assign_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct df_enrolling *e = arg;
    return enrolment_assign(ctx, tx, &e->f->d, e->id, e->person, NULL);
}

/* Gives a task to a worker by name. */
static void give(struct district_fixture *f, wg_id task, const char *login)
{
    df_write(f, assign_unit, &(struct df_enrolling){.f = f, .id = task, .person = df_worker(login)});
}

static int list_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    static const char q_list[] =
        "INSERT INTO list (district, id, name, source, programme, received, worker, file_name, file_digest, file_bytes, shape, "
        "state, n_rows, n_matched, n_new, n_review, n_rejected, n_dispatched, n_reached, n_closed) "
        "VALUES ($1, $2, $3, 's', 'list_follow_up', $4, $2, 'f', $2, 1, '{}', 'open', 2, 2, 0, 0, 0, 2, 0, 0)";
    static const char q_row[] =
        "INSERT INTO list_row (district, list, row, raw, name, outcome, reason, person, print, enrolment, path, "
        "stage) VALUES ($1, $2, $3, $2, 'n', 'matched', 'idno', $4, $2, $5, $6, 'dispatched')";
    const struct df_enrolling *e = arg;
    wg_id lists[] = {wg_id_named("list", WG_STR("一")), wg_id_named("list", WG_STR("二"))};
    static const char *const names[] = {"火车站", "公安"};
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++) {
        struct store_value list[] = {store_cstr(DF_DISTRICT), store_id(&lists[i]), store_cstr(names[i]),
                                     store_time(ctx->now + i)};
        rc = store_exec(ctx, tx, q_list, list, 4, NULL);
        /* The same person on two rows of the first list, on one of the second. */
        for (int row = 1; row <= 2 - i && rc == 0; row++) {
            struct store_value values[] = {store_cstr(DF_DISTRICT), store_id(&lists[i]), store_int(row),
                                           store_id(&e->person),    store_id(&e->id),    store_cstr(e->path)};
            rc = store_exec(ctx, tx, q_row, values, 6, NULL);
        }
    }
    return rc;
}

/* --- scope ---------------------------------------------------------------------------------------------------------------- */

/* desk P1 */
static void test_desk__a_worker_gets_nothing_of_another_street(void **state)
{
    struct district_fixture *f = *state;
    some_tasks(f);
    df_open_round(f, f->today);
    struct df_session other = df_enter(f, "grid-002001001"), officer = df_enter(f, "street-002");
    assert_int_equal(size_of(df_get(f, &other, "/api/v1/tasks")), 0);
    assert_int_equal(size_of(df_get(f, &officer, "/api/v1/tasks")), 0);
    assert_int_equal(size_of(df_get(f, &officer, "/api/v1/tasks/late")), 0);
    json_t *doors = json_object_get(df_get(f, &other, "/api/v1/field/today"), "doors");
    for (size_t i = 0; i < json_array_size(doors); i++)
        assert_true(wg_str_starts(wg_str(text(json_array_get(doors, i), "path")), WG_STR("002001001")));
    json_t *households = df_get(f, &other, "/api/v1/households");
    assert_int_equal(size_of(households), 4);
    assert_true(wg_str_starts(wg_str(text(json_object_get(item(households, 0), "place"), "path")), WG_STR("002001001")));
    const char *person = wg_fmt(f->arena, "/api/v1/people/%s", df_id(f, df_person(df_household(f, 0), 0)));
    static const char *const elsewhere[] = {"/api/v1/tasks?place=001", "/api/v1/households?place=001001"};
    for (size_t i = 0; i < 2; i++) assert_int_equal(df_ask(f, &other, "GET", elsewhere[i], NULL).status, 404);
    assert_int_equal(df_ask(f, &other, "GET", person, NULL).status, 404);
    assert_int_equal(df_ask(f, &officer, "GET", "/api/v1/today?place=001", NULL).status, 404);
    assert_int_equal(df_ask(f, &officer, "GET", "/api/v1/alarms?place=001001", NULL).status, 404);
    assert_int_equal(df_number(f, "SELECT count(*) FROM audit WHERE verb = 'person.read.refused' AND person IS NOT NULL"), 1);
}

/* desk P1 */
static void test_desk__a_right_is_needed_for_what_is_others(void **state)
{
    struct district_fixture *f = *state;
    struct df_session worker = df_enter(f, "grid-001001001"), clerk = df_enter(f, "clerk"), data = df_enter(f, "data");
    static const char *const of_officers[] = {"/api/v1/today", "/api/v1/tasks/late", "/api/v1/alarms"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(df_ask(f, &worker, "GET", of_officers[i], NULL).status, 403);
        assert_int_equal(df_ask(f, &data, "GET", of_officers[i], NULL).status, 200);
    }
    assert_int_equal(df_ask(f, &clerk, "GET", "/api/v1/tasks", NULL).status, 403);
    assert_int_equal(df_ask(f, &clerk, "GET", "/api/v1/households", NULL).status, 403);
    assert_int_equal(df_ask(f, &data, "GET", "/api/v1/field/today", NULL).status, 403);
    assert_int_equal(df_ask(f, &worker, "GET", "/api/v1/tasks", NULL).status, 200);
}

/* desk P1 */
static void test_desk__a_task_given_by_name_is_seen_wherever_it_is(void **state)
{
    struct district_fixture *f = *state;
    const char *door = df_household(f, 0);
    wg_id task = df_enrol(f, df_person(door, 0), door, f->now + (wg_time)WG_HOUR);
    give(f, task, "grid-002002002");
    json_t *page = get(f, "grid-002002002", "/api/v1/tasks");
    assert_int_equal(size_of(page), 1);
    assert_string_equal(text(item(page, 0), "id"), df_id(f, task));
    assert_true(json_is_true(json_object_get(item(page, 0), "named")));
    assert_string_equal(text(json_object_get(item(page, 0), "owner"), "worker"), df_id(f, df_worker("grid-002002002")));
    /* On the phone: a door of its own after the worker's own, with that person alone; and not on the phone of the grid's worker. */
    json_t *doors = json_object_get(get(f, "grid-002002002", "/api/v1/field/today"), "doors");
    const json_t *last = json_array_get(doors, json_array_size(doors) - 1);
    assert_int_equal(json_array_size(doors), 5);
    assert_string_equal(text(last, "path"), door);
    assert_string_equal(text(last, "place"), df_id(f, df_place(door)));
    assert_int_equal(json_array_size(json_object_get(last, "people")), 1);
    assert_int_equal(json_array_size(json_object_get(last, "tasks")), 1);
    json_t *of_grid = json_object_get(get(f, "grid-001001001", "/api/v1/field/today"), "doors");
    for (size_t i = 0; i < json_array_size(of_grid); i++)
        assert_int_equal(json_array_size(json_object_get(json_array_get(of_grid, i), "tasks")), 0);
    /* It counts as the named worker's, not the grid's holder's. */
    assert_int_equal(count_rows(f, "street-001",
                                "/api/v1/tasks?worker="
                                "00000000-0000-0000-0000-000000000001",
                                10),
                     0);
    const char *by_worker = "/api/v1/tasks?worker=%s";
    assert_int_equal(count_rows(f, "street-001", wg_fmt(f->arena, by_worker, df_id(f, df_worker("grid-002002002"))), 10), 1);
    assert_int_equal(count_rows(f, "street-001", wg_fmt(f->arena, by_worker, df_id(f, df_worker("grid-001001001"))), 10), 0);
}

/* --- files ----------------------------------------------------------------------------------------------------------------- */

static size_t lines_of(struct district_fixture *f, const char *login, const char *path)
{
    struct df_session s = df_enter(f, login);
    struct df_reply r = df_ask(f, &s, "GET", path, NULL);
    size_t n = 0;
    assert_int_equal(r.status, 200);
    struct wg_str rest = r.answer->bytes, line;
    while (wg_str_next(&rest, '\n', &line)) n += line.n > 0;
    return n;
}

/* desk P4 */
static void test_desk__a_file_has_the_rows_of_its_page_and_is_on_record(void **state)
{
    struct district_fixture *f = *state;
    some_tasks(f);
    df_open_round(f, f->today);
    static const char *const filters[] = {"state=open,overdue", "state=overdue", "state=open,overdue,done,excused,passed"};
    static const char *const logins[] = {"district", "street-001", "community-001001"};
    for (size_t w = 0; w < 3; w++)
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(lines_of(f, logins[w], wg_fmt(f->arena, "/api/v1/export/tasks?%s", filters[i])),
                             1 + count_rows(f, logins[w], wg_fmt(f->arena, "/api/v1/tasks?%s", filters[i]), 200));
    assert_int_equal(lines_of(f, "district", "/api/v1/export/households"), 1 + DF_HOUSEHOLDS);
    assert_int_equal(lines_of(f, "street-001", "/api/v1/export/households"), 1 + DF_HOUSEHOLDS / DF_STREETS);
    assert_int_equal(df_number(f, "SELECT count(*) FROM audit WHERE verb = 'task.export' AND what LIKE '% rows'"), 9);
    assert_int_equal(df_number(f, "SELECT count(*) FROM audit WHERE verb = 'household.export' AND path = '001'"), 1);
    struct df_session clerk = df_enter(f, "clerk"), outside = df_enter(f, "street-002");
    assert_int_equal(df_ask(f, &clerk, "GET", "/api/v1/export/tasks", NULL).status, 403);
    assert_int_equal(df_ask(f, &outside, "GET", "/api/v1/export/tasks?place=001", NULL).status, 404);
}

/* desk P4 */
static void test_desk__the_file_of_the_audit_says_what_was_done_in_words(void **state)
{
    struct district_fixture *f = *state;
    struct df_session district = df_enter(f, "district"), clerk = df_enter(f, "clerk");
    assert_int_equal(df_ask(f, &district, "GET", "/api/v1/tasks", NULL).status, 200);
    assert_int_equal(df_ask(f, &clerk, "GET", "/api/v1/tasks", NULL).status, 403);
    struct df_reply r = df_ask(f, &district, "GET", "/api/v1/export/audit", NULL);
    assert_int_equal(r.status, 200);
    assert_true(wg_str_find(r.answer->bytes, WG_STR("role,what was done,verb,what")) > 0);
    assert_true(wg_str_find(r.answer->bytes, WG_STR("District command,listed tasks,task.list,")) > 0);
    assert_true(wg_str_find(r.answer->bytes, WG_STR("Review clerk,listed tasks (refused),task.list.refused,")) > 0);
    /* Every verb that a route writes has a word in both languages. */
    static const struct guard_route *const rooms[] = {guard_routes,  job_routes,       place_routes, person_routes,
                                                      duty_routes,   file_routes,      list_routes,  review_routes,
                                                      report_routes, programme_routes, desk_routes};
    struct desk_words words;
    for (int zh = 0; zh < 2; zh++) {
        f->ctx.lang = zh ? WG_ZH : WG_EN;
        assert_int_equal(desk_words_load(&f->ctx, &words), 0);
        for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
            for (const struct guard_route *route = rooms[i]; route->method; route++)
                if (route->audit) assert_string_not_equal(desk_verb_text(&f->ctx, &words, route->audit), route->audit);
    }
    assert_string_equal(desk_verb_text(&f->ctx, &words, "person.read"), "看居民");
    assert_string_equal(desk_verb_text(&f->ctx, &words, "register.refused"), "下载退回的行");
    assert_string_equal(desk_verb_text(&f->ctx, &words, "person.read.refused"), "看居民 (被拒)");
    assert_string_equal(desk_verb_text(&f->ctx, &words, "of.old"), "of.old");
}

/* --- giving, and taking back ------------------------------------------------------------------------------------------------ */

static void test_desk__an_assignment_is_taken_back_to_how_it_was_held(void **state)
{
    struct district_fixture *f = *state;
    const char *door = df_household(f, 0);
    wg_id task = df_enrol(f, df_person(door, 0), "001", f->now + (wg_time)WG_HOUR);
    df_routes(f, programme_routes);
    struct df_session street = df_enter(f, "street-001"), other = df_enter(f, "street-002");
    struct df_reply r =
        df_ask(f, &street, "POST", "/api/v1/tasks/assign",
               wg_fmt(f->arena, "{\"tasks\": [\"%s\"], \"place\": \"%s\"}", df_id(f, task), df_id(f, df_place("001001001"))));
    assert_int_equal(r.status, 200);
    assert_int_equal(size_of(get(f, "street-001", "/api/v1/tasks?pool=1")), 0);
    json_t *back = res_keep(&f->ctx, json_pack("{s:O}", "before", json_object_get(r.json, "before")));
    char *body = json_dumps(back, JSON_COMPACT);
    struct df_reply refused = df_ask(f, &other, "POST", "/api/v1/tasks/assign/undo", body);
    assert_int_equal(json_integer_value(json_object_get(refused.json, "assigned")), 0);
    /* Held by nobody who works here, it would be seen by nobody. */
    refused = df_ask(f, &street, "POST", "/api/v1/tasks/assign/undo",
                     wg_fmt(f->arena, "{\"before\": [{\"task\": \"%s\", \"worker\": \"%s\", \"path\": \"001\"}]}",
                            df_id(f, task), df_id(f, wg_id_new(f->now))));
    assert_int_equal(json_integer_value(json_object_get(refused.json, "assigned")), 0);
    assert_int_equal(json_array_size(json_object_get(refused.json, "refused")), 1);
    assert_int_equal(df_ask(f, &street, "POST", "/api/v1/tasks/assign/undo", body).status, 200);
    free(body);
    assert_int_equal(size_of(get(f, "street-001", "/api/v1/tasks?pool=1")), 1);
}

/* --- sums ------------------------------------------------------------------------------------------------------------------ */

/* docs/api.md: every answer has the shape that the pages are built on */
static void test_desk__answers_have_the_shapes_of_the_contract(void **state)
{
    struct district_fixture *f = *state;
    const char *door = df_household(f, 0);
    struct api_schema schemas;
    assert_true(api_schema_open(&schemas));
    some_tasks(f);
    df_open_round(f, f->today);
    (void)df_screen(f, "grid-001001001", door, "fever");
    wg_id person = df_person(door, 0), task = df_enrol(f, person, door, f->now);
    df_write(f, list_unit, &(struct df_enrolling){.f = f, .id = task, .person = person, .path = door});
    give(f, task, "grid-001001001");
    const struct {
        const char *login, *path, *shape;
    } asked[] = {
        {"district", "/api/v1/today", "Today"},
        {"community-001001", "/api/v1/today", "Today"},
        {"district", "/api/v1/tasks?state=open,overdue,done", "TaskPage"},
        {"district", "/api/v1/tasks/late?by=community", "LateByPage"},
        {"district", "/api/v1/tasks/late?by=worker", "LateByPage"},
        {"grid-001001001", "/api/v1/households", "HouseholdPage"},
        {"street-001", "/api/v1/alarms", "AlarmPage"},
        {"clerk", wg_fmt(f->arena, "/api/v1/people/%s", df_id(f, person)), "Person"},
        {"community-001001", "/api/v1/workers", "WorkerPage"},
        {"grid-001001001", "/api/v1/field/today", "FieldToday"},
    };
    for (int answered = 0; answered < 2; answered++) {
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            bool holds = api_schema_holds(&schemas, asked[i].shape, get(f, asked[i].login, asked[i].path));
            if (!holds) print_error("%s: %s\n", asked[i].path, schemas.fault);
            assert_true(holds);
        }
        if (!answered) (void)df_answer(f, "grid-001001001", task, "seen");
    }
    api_schema_close(&schemas);
}

static void check_sums(struct district_fixture *f, const char *place)
{
    static const char *const states[] = {"open", "overdue", "done", "excused"};
    static const char tasks[] = "/api/v1/tasks?place=%s&state=%s", doors[] = "/api/v1/households?place=%s&state=%s";
    json_t *today = get(f, "district", wg_fmt(f->arena, "/api/v1/today?place=%s", place));
    const json_t *follow_up = json_object_get(today, "follow_up"), *screening = json_object_get(today, "screening");
    json_int_t missing = number(screening, "open") + number(screening, "overdue");
    for (size_t s = 0; s < 4; s++)
        assert_int_equal(count_rows(f, "district", wg_fmt(f->arena, tasks, place, states[s]), 3), number(follow_up, states[s]));
    assert_int_equal(count_rows(f, "district", wg_fmt(f->arena, tasks, place, "open,overdue,done,excused"), 3),
                     number(follow_up, "due"));
    assert_int_equal(count_rows(f, "district", wg_fmt(f->arena, doors, place, "open,tried"), 3), missing);
    for (size_t s = 2; s < 4; s++)
        assert_int_equal(count_rows(f, "district", wg_fmt(f->arena, doors, place, states[s]), 3), number(screening, states[s]));
    assert_int_equal(count_rows(f, "district", wg_fmt(f->arena, doors, place, ""), 3), number(screening, "due"));
    assert_int_equal(count_rows(f, "district", wg_fmt(f->arena, "/api/v1/tasks?pool=1&place=%s", place), 3),
                     number(today, "pool"));
}

/* desk P1: what the first page counts is what the tables list, also when few are late and when all are */
static void test_desk__sums_shown_equal_rows_listed(void **state)
{
    struct district_fixture *f = *state;
    static const char *const places[] = {"", "001", "001001", "001001002", "002"};
    const char *door = df_household(f, 7);
    some_tasks(f);
    df_open_round(f, f->today);
    (void)df_screen(f, "grid-001001001", df_household(f, 0), "normal");
    (void)df_screen(f, "grid-001001001", df_household(f, 1), "not_home");
    (void)df_screen(f, "grid-001001002", df_household(f, 4), "empty");
    (void)df_answer(f, "grid-001001002", df_enrol(f, df_person(door, 1), door, f->now + (wg_time)WG_HOUR), "seen");
    json_t *whole = get(f, "district", "/api/v1/today");
    assert_int_equal(number(json_object_get(whole, "follow_up"), "due"), 14);
    assert_int_equal(number(json_object_get(whole, "follow_up"), "overdue"), 4);
    assert_int_equal(number(json_object_get(whole, "screening"), "due"), DF_HOUSEHOLDS);
    assert_int_equal(number(whole, "pool"), 1);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) check_sums(f, places[i]);
    f->now += 7 * (wg_time)WG_HOUR;
    whole = get(f, "district", "/api/v1/today");
    assert_int_equal(number(json_object_get(whole, "follow_up"), "overdue"), 13);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) check_sums(f, places[i]);
}

/* desk.h: children sorted by trouble, the day's curve, what waits */
static void test_desk__today_tells_what_needs_somebody(void **state)
{
    struct district_fixture *f = *state;
    const char *door = df_household(f, 20); /* 002 001 */
    df_open_round(f, f->today);
    (void)df_enrol(f, df_person(door, 0), door, f->now - 3 * (wg_time)WG_HOUR);
    (void)df_screen(f, "grid-002001002", door, "fever");
    json_t *today = get(f, "district", "/api/v1/today");
    const json_t *children = json_object_get(today, "children");
    assert_int_equal(json_array_size(children), 2);
    assert_string_equal(text(json_object_get(json_array_get(children, 0), "place"), "path"), "002");
    assert_int_equal(number(json_object_get(json_array_get(children, 0), "follow_up"), "overdue"), 1);
    const json_t *hours = json_object_get(today, "hours");
    assert_int_equal(json_array_size(hours), 24);
    assert_int_equal(number(json_array_get(hours, 13), "today"), 0);
    assert_int_equal(number(json_array_get(hours, 14), "today"), 1);
    assert_true(json_is_null(json_object_get(json_array_get(hours, 15), "today")));
    assert_int_equal(number(json_array_get(hours, 23), "yesterday"), 0);
    const json_t *alarm = json_array_get(json_object_get(today, "alarms"), 0);
    assert_string_equal(text(alarm, "kind"), "fever");
    assert_string_equal(text(json_object_get(alarm, "place"), "path"), door);
    assert_true(json_is_null(json_object_get(today, "report")));
    /* A community's page: its grids, its report's state; a grid's: the same curve from its answers, no children. */
    json_t *community = get(f, "community-002001", "/api/v1/today");
    assert_string_equal(text(json_object_get(community, "place"), "path"), "002001");
    assert_string_equal(text(community, "report"), "unsigned");
    assert_int_equal(json_array_size(json_object_get(community, "children")), 2);
    json_t *grid = get(f, "community-002001", "/api/v1/today?place=002001002");
    assert_int_equal(json_array_size(json_object_get(grid, "children")), 0);
    assert_int_equal(number(json_array_get(json_object_get(grid, "hours"), 14), "today"), 1);
    assert_int_equal(json_array_size(json_object_get(get(f, "street-001", "/api/v1/today"), "alarms")), 0);
}

/* --- tasks ------------------------------------------------------------------------------------------------------------------ */

/* desk.h: in walking order, with owner, lateness and who hears of it */
static void test_desk__tasks_say_who_answers_and_how_late_they_are(void **state)
{
    struct district_fixture *f = *state;
    some_tasks(f);
    json_t *page = get(f, "community-001001", "/api/v1/tasks?state=overdue");
    assert_int_equal(size_of(page), 3);
    const json_t *first = item(page, 0);
    assert_int_equal(number(first, "overdue_hours"), 4); /* a deadline of 9:05 is rounded up to 10:00 */
    assert_int_equal(number(first, "escalated"), LEVEL_DISTRICT);
    assert_string_equal(text(json_object_get(first, "owner"), "worker"), df_id(f, df_worker("grid-001001001")));
    assert_false(json_is_true(json_object_get(first, "named")));
    assert_string_equal(text(json_object_get(json_object_get(first, "person"), "place"), "label"), "春华小区1号楼1单元101");
    json_t *pool = get(f, "community-001001", "/api/v1/tasks?pool=1");
    assert_int_equal(size_of(pool), 1);
    assert_int_equal(number(item(pool, 0), "overdue_hours"), 0);
    assert_int_equal(number(item(pool, 0), "escalated"), LEVEL_GRID);
    assert_string_equal(text(json_object_get(item(pool, 0), "owner"), "worker"), df_id(f, df_worker("community-001001")));
    /* of a worker: by duty, without what others below answer for */
    assert_int_equal(size_of(get(f, "grid-001001001", "/api/v1/tasks?worker=me")), 4);
    assert_int_equal(size_of(get(f, "community-001001", "/api/v1/tasks?worker=me")), 1);
    assert_int_equal(df_ask(f, NULL, "GET", "/api/v1/tasks", NULL).status, 401);
    struct df_session s = df_enter(f, "district");
    assert_string_equal(df_ask(f, &s, "GET", "/api/v1/tasks?state=late", NULL).code, "field_choice");
    assert_string_equal(df_ask(f, &s, "GET", "/api/v1/tasks?programme=none", NULL).code, "bad_field");
    assert_string_equal(df_ask(f, &s, "GET", "/api/v1/tasks?after=x", NULL).code, "bad_field");
}

/* desk.h: what is late is at least an hour late in the eye, to the moment */
static void test_desk__a_deadline_is_late_from_its_moment_on(void **state)
{
    struct district_fixture *f = *state;
    const char *door = df_household(f, 0);
    wg_time due = wg_day_start(f->today, DF_ZONE) + 14 * (wg_time)WG_HOUR;
    (void)df_enrol(f, df_person(door, 0), door, due);
    f->now = due - 1;
    json_t *page = get(f, "district", "/api/v1/tasks");
    assert_int_equal(number(item(page, 0), "overdue_hours"), 0);
    assert_int_equal(size_of(get(f, "district", "/api/v1/tasks?state=overdue")), 0);
    f->now = due;
    page = get(f, "district", "/api/v1/tasks?state=overdue");
    assert_int_equal(size_of(page), 1);
    assert_int_equal(number(item(page, 0), "overdue_hours"), 1);
    assert_int_equal(number(json_object_get(get(f, "district", "/api/v1/today"), "follow_up"), "overdue"), 1);
}

/* desk P2, list P5: one task, the names of all lists that ask for it */
static void test_desk__a_task_names_its_lists_once_each(void **state)
{
    struct district_fixture *f = *state;
    const char *door = df_household(f, 5);
    some_tasks(f);
    wg_id person = df_person(door, 0), task = df_enrol(f, person, door, f->now + (wg_time)WG_HOUR);
    df_write(f, list_unit, &(struct df_enrolling){.f = f, .id = task, .person = person, .path = door});
    const char *path = wg_fmt(f->arena, "/api/v1/tasks?list=%s", df_id(f, wg_id_named("list", WG_STR("一"))));
    json_t *page = get(f, "district", path);
    assert_int_equal(size_of(page), 1);
    assert_int_equal(count_rows(f, "district", path, 1), 1);
    assert_int_equal(json_array_size(json_object_get(item(page, 0), "lists")), 2);
    json_t *with_others = get(f, "grid-001001002", "/api/v1/tasks");
    for (size_t i = 0; i < size_of(with_others); i++) {
        bool mine = strcmp(text(item(with_others, i), "id"), df_id(f, task)) == 0;
        assert_int_equal(json_array_size(json_object_get(item(with_others, i), "lists")), mine ? 2 : 0);
    }
    json_t *lists = json_object_get(get(f, "district", "/api/v1/today"), "lists");
    assert_int_equal(json_array_size(lists), 2);
    assert_string_equal(text(json_array_get(lists, 0), "name"), "公安");
    json_t *one = get(f, "district", wg_fmt(f->arena, "/api/v1/people/%s", df_id(f, person)));
    assert_int_equal(json_array_size(json_object_get(one, "lists")), 3);
    const json_t *told = json_array_get(json_object_get(one, "tasks"), 0);
    assert_int_equal(json_array_size(json_object_get(told, "lists")), 2);
    assert_string_equal(text(json_object_get(told, "owner"), "name"), "员grid-001001002");
}

/* register owner_ranges: the other way round of owner_of */
static void test_desk__ranges_of_a_worker_are_the_paths_they_answer_for(void **state)
{
    struct district_fixture *f = *state;
    static const char *const logins[] = {"district", "street-001", "community-001001", "grid-001001001"};
    struct store_snap *snap;
    struct owners *owners;
    df_sql(f, "DELETE FROM duty WHERE path = '001001002'"); /* a grid without a lead falls to its community */
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(owners_load(&f->ctx, snap, DF_DISTRICT, f->today, &owners), 0);
    for (size_t w = 0; w < 4; w++) {
        struct path_range *ranges;
        size_t n;
        owner_ranges(&f->ctx, owners, df_worker(logins[w]), &ranges, &n);
        for (int h = 0; h < DF_HOUSEHOLDS; h++)
            for (size_t depth = 0; depth <= PLACE_PATH_MAX; depth += PLACE_STEP) {
                const char *path = wg_cstr(f->arena, wg_str_sub(wg_str(df_household(f, h)), 0, depth));
                struct owner owner;
                bool in = false;
                for (size_t i = 0; i < n; i++) in = in || (strcmp(path, ranges[i].from) >= 0 && strcmp(path, ranges[i].to) < 0);
                assert_true(owner_of(owners, wg_str(path), &owner));
                assert_int_equal(in, wg_id_eq(owner.worker, df_worker(logins[w])));
            }
    }
    store_read_end(snap);
}

/* --- late ------------------------------------------------------------------------------------------------------------------- */

/* desk.h: by community or worker, worst first */
static void test_desk__who_is_late_comes_worst_first(void **state)
{
    struct district_fixture *f = *state;
    some_tasks(f);
    json_t *page = get(f, "district", "/api/v1/tasks/late?by=community");
    assert_int_equal(size_of(page), 2);
    assert_string_equal(text(item(page, 0), "key"), "001001");
    assert_string_equal(text(item(page, 0), "name"), "甲社区");
    assert_int_equal(number(item(page, 0), "overdue"), 3);
    assert_int_equal(number(item(page, 0), "open"), 6); /* five in its grids, one in its pool */
    assert_int_equal(number(item(page, 0), "worst_hours"), 4);
    assert_int_equal(number(item(page, 1), "overdue"), 1);
    page = get(f, "district", "/api/v1/tasks/late?by=worker&limit=1");
    assert_string_equal(text(item(page, 0), "key"), df_id(f, df_worker("grid-001001001")));
    assert_int_equal(number(item(page, 0), "overdue"), 2);
    assert_string_equal(text(json_object_get(item(page, 0), "place"), "path"), "001001001");
    size_t n = 1;
    while (!json_is_null(json_object_get(page, "next"))) {
        page = get(f, "district", wg_fmt(f->arena, "/api/v1/tasks/late?by=worker&limit=1&after=%s", text(page, "next")));
        n += size_of(page);
    }
    assert_int_equal(n, 3);
}

/* desk.h: who works within scope, with what they have open */
static void test_desk__workers_have_what_is_open_beside_them(void **state)
{
    struct district_fixture *f = *state;
    some_tasks(f);
    json_t *page = get(f, "community-001001", "/api/v1/workers");
    assert_int_equal(size_of(page), 3); /* itself and two grids */
    assert_string_equal(text(item(page, 0), "id"), df_id(f, df_worker("community-001001")));
    assert_int_equal(number(item(page, 0), "open"), 1);
    assert_int_equal(number(item(page, 1), "open"), 2);
    assert_int_equal(number(item(page, 1), "overdue"), 2);
    assert_int_equal(size_of(get(f, "district", "/api/v1/workers?q=grid-001")), 4);
    struct df_session s = df_enter(f, "district");
    const char *after = "";
    size_t n = 0;
    do {
        page = df_get(f, &s, wg_fmt(f->arena, "/api/v1/workers?limit=4&after=%s", after));
        n += size_of(page);
        after = text(page, "next");
    } while (*after);
    assert_int_equal(n, 3 + DF_STREETS * (1 + DF_COMMUNITIES * (1 + DF_GRIDS)));
}

/* desk.h: whoever holds nothing yet is offered for a first duty, to those who give duties */
static void test_desk__who_holds_nothing_yet_can_be_given_a_first_duty(void **state)
{
    struct district_fixture *f = *state;
    df_sql(f, "DELETE FROM duty WHERE path = '002002002'");
    static const char *const givers[] = {"keeper", "district", "community-001001"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(size_of(get(f, givers[i], "/api/v1/workers?q=grid-002002002")), 0);
        json_t *page = get(f, givers[i], "/api/v1/workers?idle=1&q=grid-002002002");
        assert_int_equal(size_of(page), 1);
        assert_string_equal(text(item(page, 0), "id"), df_id(f, df_worker("grid-002002002")));
        assert_int_equal(json_array_size(json_object_get(item(page, 0), "places")), 0);
    }
    assert_int_equal(size_of(get(f, "clerk", "/api/v1/workers?idle=1&q=grid-002002002")), 0);
}

/* --- people ------------------------------------------------------------------------------------------------------------------ */

/* desk.h: household, tasks, facts; the reading is in the audit */
static void test_desk__a_person_has_household_tasks_and_facts(void **state)
{
    struct district_fixture *f = *state;
    const char *door = df_household(f, 0);
    wg_id person = df_person(door, 0), task = df_enrol(f, person, door, f->now + (wg_time)WG_HOUR);
    wg_id seen = df_answer(f, "grid-001001001", task, "seen");
    f->now += (wg_time)WG_MINUTE;
    (void)df_fact(f, "grid-001001001",
                  wg_fmt(f->arena,
                         "\"programme\": \"list_follow_up\", \"supersedes\": \"%s\", \"result\": \"away\", \"at\": \"%s\", "
                         "\"body\": {\"note\": \"回武汉\"}",
                         df_id(f, seen), wg_time_text(f->arena, f->now, DF_ZONE)));
    json_t *one = get(f, "grid-001001001", wg_fmt(f->arena, "/api/v1/people/%s", df_id(f, person)));
    assert_string_equal(text(one, "name"), "王建国");
    assert_string_equal(text(one, "state"), "away");
    assert_int_equal(strlen(text(one, "idno_tail")), 4);
    assert_int_equal(json_array_size(json_object_get(one, "household")), 2);
    assert_int_equal(json_array_size(json_object_get(json_object_get(one, "place"), "above")), 7);
    const json_t *facts = json_object_get(one, "facts"), *newest = json_array_get(facts, 0);
    assert_int_equal(json_array_size(facts), 2);
    assert_string_equal(text(newest, "result"), "away");
    assert_string_equal(text(json_object_get(newest, "body"), "note"), "回武汉");
    assert_int_equal(json_object_size(json_object_get(newest, "body")), 1);
    assert_false(json_is_true(json_object_get(newest, "superseded")));
    assert_true(json_is_true(json_object_get(json_array_get(facts, 1), "superseded")));
    assert_string_equal(text(json_array_get(json_object_get(one, "tasks"), 0), "state"), "excused");
    assert_int_equal(df_number(f, "SELECT count(*) FROM audit WHERE verb = 'person.read' AND person IS NOT NULL AND path = "
                                  "'001001001001001001001'"),
                     1);
}

/* desk.h: alarms, newest first */
static void test_desk__alarms_come_newest_first_with_who_and_where(void **state)
{
    struct district_fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        f->now += (wg_time)WG_MINUTE;
        (void)df_screen(f, "district", df_household(f, i * 5), "fever");
    }
    const char *door = df_household(f, 1);
    f->now += (wg_time)WG_MINUTE;
    (void)df_fact(f, "grid-001001001",
                  wg_fmt(f->arena,
                         "\"programme\": \"list_follow_up\", \"person\": \"%s\", \"result\": \"seen\", \"temperature\": 38.2, "
                         "\"at\": \"%s\"",
                         df_id(f, df_person(door, 1)), wg_time_text(f->arena, f->now, DF_ZONE)));
    json_t *page = get(f, "district", "/api/v1/alarms?limit=3");
    assert_int_equal(size_of(page), 3);
    assert_string_equal(text(json_object_get(item(page, 0), "person"), "name"), "陈桂兰");
    assert_int_equal((int)(json_real_value(json_object_get(item(page, 0), "temperature")) * 10 + 0.5), 382);
    assert_true(json_is_null(json_object_get(item(page, 1), "person")));
    json_t *rest = get(f, "district", wg_fmt(f->arena, "/api/v1/alarms?limit=3&after=%s", text(page, "next")));
    assert_int_equal(size_of(rest), 2);
    assert_string_equal(text(json_object_get(item(rest, 1), "place"), "path"), df_household(f, 0));
    assert_int_equal(size_of(get(f, "district", "/api/v1/alarms?state=closed")), 0);
    assert_int_equal(size_of(get(f, "street-002", "/api/v1/alarms")), 0);
}

/* --- the phone ---------------------------------------------------------------------------------------------------------------- */

/* desk.h: doors in walking order with who lives there, what is due and what was done today */
static void test_desk__the_phone_gets_its_doors_in_walking_order(void **state)
{
    struct district_fixture *f = *state;
    const char *first = df_household(f, 0), *third = df_household(f, 2);
    df_open_round(f, f->today);
    (void)df_screen(f, "grid-001001001", first, "normal");
    (void)df_enrol(f, df_person(third, 1), third, f->now + (wg_time)WG_HOUR);
    wg_id gone = df_enrol(f, df_person(first, 0), first, f->now + (wg_time)WG_HOUR);
    (void)df_answer(f, "grid-001001001", gone, "never");
    json_t *today = get(f, "grid-001001001", "/api/v1/field/today"), *doors = json_object_get(today, "doors");
    assert_int_equal(json_array_size(doors), 4);
    assert_string_equal(text(today, "worker"), df_id(f, df_worker("grid-001001001")));
    assert_string_equal(text(json_array_get(json_object_get(today, "places"), 0), "path"), "001001001");
    assert_true(json_is_object(json_object_get(json_object_get(today, "programmes"), "list_follow_up")));
    for (int i = 0; i < 4; i++) assert_string_equal(text(json_array_get(doors, (size_t)i), "path"), df_household(f, i));
    const json_t *door = json_array_get(doors, 0), *people = json_object_get(door, "people");
    assert_string_equal(text(door, "label"), "春华小区1号楼1单元101");
    assert_string_equal(text(door, "group"), "春华小区1号楼1单元");
    assert_string_equal(text(door, "screening"), "done");
    assert_string_equal(text(door, "screening_result"), "normal");
    /* Whoever was found never to have lived there is gone, and shown with the task that found it. */
    assert_int_equal(json_array_size(people), 2);
    assert_string_equal(text(json_array_get(people, 0), "state"), "gone");
    assert_string_equal(text(json_array_get(json_object_get(door, "tasks"), 0), "state"), "excused");
    assert_string_equal(text(json_array_get(doors, 2), "screening"), "open");
    assert_int_equal(json_array_size(json_object_get(json_array_get(doors, 2), "tasks")), 1);
    assert_int_equal(strlen(text(json_array_get(people, 1), "phone_tail")), 4);
    /* Yesterday's work is no longer there. */
    f->now += WG_DAY_MS;
    doors = json_object_get(get(f, "grid-001001001", "/api/v1/field/today"), "doors");
    assert_int_equal(json_array_size(json_object_get(json_array_get(doors, 0), "tasks")), 0);
    assert_int_equal(json_array_size(json_object_get(json_array_get(doors, 0), "people")), 1);
    assert_string_equal(text(json_array_get(doors, 0), "screening"), "open");
}

/* desk P3 */
static void test_desk__the_phone_is_told_when_nothing_changed(void **state)
{
    struct district_fixture *f = *state;
    struct df_session s = df_enter(f, "grid-001001001");
    const char *version = text(df_get(f, &s, "/api/v1/field/today"), "version");
    const char *since = wg_fmt(f->arena, "/api/v1/field/today?since=%s", version);
    f->now += (wg_time)WG_MINUTE;
    struct df_reply r = df_ask(f, &s, "GET", since, NULL);
    assert_int_equal(r.status, 304);
    assert_null(r.json);
    /* Of another grid: nothing to tell. Of this one: all of it, under another version. */
    (void)df_screen(f, "grid-001001002", df_household(f, 4), "normal");
    assert_int_equal(df_ask(f, &s, "GET", since, NULL).status, 304);
    (void)df_screen(f, "grid-001001001", df_household(f, 0), "normal");
    r = df_ask(f, &s, "GET", since, NULL);
    assert_int_equal(r.status, 200);
    assert_string_not_equal(text(r.json, "version"), version);
}

/* desk.h: a phone is for a grid or a community, not for a district */
static void test_desk__a_scope_too_large_for_a_phone_is_refused(void **state)
{
    struct district_fixture *f = *state;
    df_sql(
        f,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO place (district, id, path, "
        "level, kind, name, label, sound, valid_from, version) SELECT '219999', CAST('many-households-' || i AS BLOB), "
        "'00100100' || '1' || 'zzzzzz' || (100000 + i), 7, 'household', 'x', 'x', 'x', 0, 1 FROM n");
    struct df_session s = df_enter(f, "grid-001001001"), other = df_enter(f, "grid-001001002");
    struct df_reply r = df_ask(f, &s, "GET", "/api/v1/field/today", NULL);
    assert_int_equal(r.status, 422);
    assert_string_equal(r.code, "too_many");
    assert_int_equal(df_ask(f, &other, "GET", "/api/v1/field/today", NULL).status, 200);
}

#define ON_A_DISTRICT(test) cmocka_unit_test_setup_teardown(test, setup, df_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_DISTRICT(test_desk__a_worker_gets_nothing_of_another_street),
        ON_A_DISTRICT(test_desk__a_right_is_needed_for_what_is_others),
        ON_A_DISTRICT(test_desk__a_task_given_by_name_is_seen_wherever_it_is),
        ON_A_DISTRICT(test_desk__answers_have_the_shapes_of_the_contract),
        ON_A_DISTRICT(test_desk__sums_shown_equal_rows_listed),
        ON_A_DISTRICT(test_desk__today_tells_what_needs_somebody),
        ON_A_DISTRICT(test_desk__tasks_say_who_answers_and_how_late_they_are),
        ON_A_DISTRICT(test_desk__a_deadline_is_late_from_its_moment_on),
        ON_A_DISTRICT(test_desk__a_task_names_its_lists_once_each),
        ON_A_DISTRICT(test_desk__ranges_of_a_worker_are_the_paths_they_answer_for),
        ON_A_DISTRICT(test_desk__who_is_late_comes_worst_first),
        ON_A_DISTRICT(test_desk__a_file_has_the_rows_of_its_page_and_is_on_record),
        ON_A_DISTRICT(test_desk__the_file_of_the_audit_says_what_was_done_in_words),
        ON_A_DISTRICT(test_desk__an_assignment_is_taken_back_to_how_it_was_held),
        ON_A_DISTRICT(test_desk__workers_have_what_is_open_beside_them),
        ON_A_DISTRICT(test_desk__who_holds_nothing_yet_can_be_given_a_first_duty),
        ON_A_DISTRICT(test_desk__a_person_has_household_tasks_and_facts),
        ON_A_DISTRICT(test_desk__alarms_come_newest_first_with_who_and_where),
        ON_A_DISTRICT(test_desk__the_phone_gets_its_doors_in_walking_order),
        ON_A_DISTRICT(test_desk__the_phone_is_told_when_nothing_changed),
        ON_A_DISTRICT(test_desk__a_scope_too_large_for_a_phone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
