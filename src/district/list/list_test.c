/* What lists promise: a sum to the last row, nothing lost, one person one task, a clerk's word kept. */
#include <time.h>

#include "../../../tests/support/district_fixture.h"

struct bringing {
    wg_id list;
    int rc;
};

/* Receives and runs a list as an officer would: columns as guessed. */
static struct bringing bring(struct district_fixture *f, const char *name, struct wg_str bytes, bool again)
{
    struct bringing b = {0};
    struct list_new what = {.name = name,
                            .source = "火车站",
                            .file_name = "a.csv",
                            .programme = "list_follow_up",
                            .bytes = bytes,
                            .worker = df_worker("data")};
    struct list_start start = {.due = f->now + 6 * WG_HOUR, .again = again, .worker = df_worker("data"), .lang = WG_ZH};
    struct tab_limits limits = tab_limits_default();
    struct column_guess *guesses;
    struct tab_reader *reader;
    wg_id job;
    f->ctx.now = f->now;
    f->ctx.problem = (struct wg_problem){0};
    b.rc = list_receive(&f->ctx, &f->d, &what, &b.list);
    if (b.rc) return b;
    assert_int_equal(tab_open_bytes(&f->ctx, bytes, &limits, &reader), 0);
    assert_int_equal(columns_guess(&f->ctx, reader, 100, &guesses), 0);
    start.n_columns = tab_shape(reader)->columns;
    const char **codes = wg_alloc_n(f->arena, start.n_columns, sizeof *codes);
    for (size_t c = 0; c < start.n_columns; c++) codes[c] = column_kind_code(guesses[c].kind);
    start.columns = codes;
    b.rc = list_start(&f->ctx, &f->d, b.list, &start, &job);
    if (b.rc == 0) b.rc = list_run(&f->ctx, &f->d, b.list, NULL, NULL, NULL);
    return b;
}

static int64_t count(struct district_fixture *f, wg_id list, const char *condition)
{
    struct store_snap *snap;
    int64_t n;
    const char *sql = wg_fmt(f->arena, "SELECT count(*) FROM list_row WHERE list = $1 AND %s", condition);
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, sql, (struct store_value[]){store_id(&list)}, 1, 0, &n), 0);
    store_read_end(snap);
    return n;
}

static void assert_checks(struct district_fixture *f)
{
    static const struct district_check *const rooms[] = {list_checks, programme_checks, register_checks};
    struct store_snap *snap;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    for (size_t r = 0; r < 3; r++)
        for (const struct district_check *check = rooms[r]; check->code; check++) {
            int64_t n;
            assert_int_equal(
                store_number(&f->ctx, snap, check->count, (struct store_value[]){store_cstr(DF_DISTRICT)}, 1, 0, &n), 0);
            if (n) print_error("check %s: %lld\n", check->code, (long long)n);
            assert_int_equal(n, 0);
        }
    store_read_end(snap);
}

/* Name, number and telephone of someone in the fixture's register, as a list would write them. */
static const char *row_of(struct district_fixture *f, int household, int n, const char *note)
{
    struct store_snap *snap;
    struct store_rows *rows;
    struct wg_str idno, phone;
    bool found;
    wg_id id = df_person(df_household(f, household), n);
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, "SELECT name, idno_sealed, phone_sealed FROM person WHERE id = $1",
                               (struct store_value[]){store_id(&id)}, 1, &rows, &found),
                     0);
    assert_true(found);
    assert_int_equal(guard_unseal(&f->ctx, f->d.guard, "idno", id, store_get_text(rows, 1), &idno), 0);
    assert_int_equal(guard_unseal(&f->ctx, f->d.guard, "phone", id, store_get_text(rows, 2), &phone), 0);
    const char *text = wg_fmt(f->arena, "%s,%.*s,%.*s,%s\n", wg_cstr(f->arena, store_get_text(rows, 0)), (int)idno.n, idno.p,
                              (int)phone.n, phone.p, note);
    store_rows_end(rows);
    store_read_end(snap);
    return text;
}

static const char *number(struct district_fixture *f, const char *seventeen)
{
    return wg_fmt(f->arena, "%s%c", seventeen, people_idno_check(seventeen));
}

static const char *mixed_list(struct district_fixture *f)
{
    return wg_fmt(f->arena,
                  "火车站到达人员\n姓名,证件号,电话,现住址\n%s%s%s白霜雪,%s,15400008888,无处小区1号楼\n,,,\n,,,只有地址\n青青,"
                  "2.11302E+17,,\n合计,5,,\n",
                  row_of(f, 0, 0, "x"), row_of(f, 1, 1, "x"), row_of(f, 9, 0, "x"), number(f, "21999919910203402"));
}

static void test_list__received_is_the_sum_of_its_parts(void **state)
{
    struct district_fixture *f = *state; /* list P1, P4 */
    struct bringing b = bring(f, "车站", wg_str(mixed_list(f)), false);
    assert_int_equal(b.rc, 0);
    assert_int_equal(count(f, b.list, "1 = 1"), 6);
    assert_int_equal(count(f, b.list, "outcome = 'matched'"), 3);
    assert_int_equal(count(f, b.list, "outcome = 'new'"), 1);
    assert_int_equal(count(f, b.list, "outcome = 'rejected'"), 2);
    assert_int_equal(count(f, b.list, "reason = 'lost_idno'"), 1);
    /* Line numbers are the sender's. */
    assert_int_equal(count(f, b.list, "row = 3 AND outcome = 'matched'"), 1);
    assert_checks(f);
}

static void test_list__the_same_file_is_recognised(void **state)
{
    struct district_fixture *f = *state; /* list P3 */
    struct bringing b = bring(f, "车站", wg_str(mixed_list(f)), false);
    assert_int_equal(b.rc, 0);
    assert_int_equal(bring(f, "车站再来", wg_str(mixed_list(f)), false).rc, WG_E_LIST_KNOWN);
    assert_string_equal(f->ctx.problem.args[1], "车站");
    assert_int_equal(bring(f, "车站再来", wg_str(mixed_list(f)), true).rc, 0);
    assert_int_equal(df_number(f, "SELECT count(*) FROM source_columns"), 1);
    assert_checks(f);
}

static void test_list__five_lists_one_visit_five_rows_closed(void **state)
{
    struct district_fixture *f = *state; /* list P5 */
    struct bringing lists[5];
    for (int i = 0; i < 5; i++) {
        lists[i] =
            bring(f, wg_fmt(f->arena, "名单%d", i),
                  wg_str(wg_fmt(f->arena, "姓名,证件号,电话,备注\n%s", row_of(f, 0, 0, wg_fmt(f->arena, "%d", i)))), false);
        assert_int_equal(lists[i].rc, 0);
    }
    assert_int_equal(df_number(f, "SELECT count(*) FROM enrolment"), 1);
    wg_id task = {0};
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, "SELECT id FROM enrolment", NULL, 0, &rows, &found), 0);
    task = store_get_id(rows, 0);
    store_rows_end(rows);
    store_read_end(snap);
    (void)df_answer(f, "grid-001001001", task, "seen");
    for (int i = 0; i < 5; i++) assert_int_equal(count(f, lists[i].list, "stage = 'reached'"), 1);
    assert_int_equal(df_number(f, "SELECT count(*) FROM list WHERE n_reached = 1 AND n_closed = 1"), 5);
    assert_checks(f);
}

static void test_list__people_go_to_the_place_their_address_names(void **state)
{
    struct district_fixture *f = *state; /* list P5 */
    const char *community = df_place_name(f, "001002", LEVEL_COMMUNITY);
    const char *csv = wg_fmt(
        f->arena, "姓名,证件号,电话,街道,所属社区,现住址\n白霜雪,%s,15400008888,%s,%s,\n青禾苗,%s,15400008889,,%s,火星路1号\n",
        number(f, "21999919910203402"), df_place_name(f, "001", LEVEL_STREET), community, number(f, "21999919910203407"),
        community);
    struct bringing b = bring(f, "新人", wg_str(csv), false);
    assert_int_equal(b.rc, 0);
    assert_int_equal(count(f, b.list, "outcome = 'new' AND stage = 'dispatched'"), 2);
    assert_int_equal(count(f, b.list, "path = '001002'"), 1);
    /* Two communities have that name: without the street it goes to the pool of both. */
    assert_int_equal(count(f, b.list, "path = ''"), 1);
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE state = 'provisional'"), 2);
    /* The same new person twice on one list is one person and one task. */
    csv = wg_fmt(f->arena, "姓名,证件号,电话\n蓝田玉,%s,15400001111\n蓝田玉,%s,15400001111\n", number(f, "21999919910203409"),
                 number(f, "21999919910203409"));
    b = bring(f, "重复", wg_str(csv), false);
    assert_int_equal(b.rc, 0);
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE name = '蓝田玉'"), 1);
    assert_checks(f);
}

/* list P10 */
static void test_list__the_register_in_memory_follows_each_change(void **state)
{
    struct district_fixture *f = *state;
    struct bringing b = bring(f, "新人", WG_STR("姓名,电话\n蓝田玉,15400001111\n"), false);
    assert_int_equal(count(f, b.list, "outcome = 'new'"), 1);
    b = bring(f, "又来", WG_STR("姓名,电话,备注\n蓝田玉,15400001111,又\n"), false);
    assert_int_equal(count(f, b.list, "outcome = 'matched'"), 1);
    /* Within the millisecond in which the register was last looked at. */
    df_sql(f, "UPDATE person SET name = '宫羽墨', version = version + 1 WHERE name = '蓝田玉'");
    b = bring(f, "改名", WG_STR("姓名,电话\n宫羽墨,15400001111\n"), false);
    assert_int_equal(count(f, b.list, "outcome = 'matched'"), 1);
    df_sql(f, "UPDATE person SET state = 'gone', version = version + 1 WHERE name = '宫羽墨'");
    b = bring(f, "不在", WG_STR("姓名,电话,备注\n宫羽墨,15400001111,再\n"), false);
    assert_int_equal(count(f, b.list, "outcome = 'new'"), 1);
}

/* --- over HTTP: mending, reviewing ------------------------------------------------------------------------------------------------- */

static void test_list__a_rejected_row_is_mended_or_goes_back_as_a_file(void **state)
{
    struct district_fixture *f = *state; /* list P2 */
    struct bringing b = bring(f, "车站", wg_str(mixed_list(f)), false);
    df_routes(f, list_routes);
    struct df_session data = df_enter(f, "data");
    json_t *rows = json_object_get(
        df_get(f, &data, wg_fmt(f->arena, "/api/v1/lists/%s/rows?outcome=rejected", df_id(f, b.list))), "items");
    assert_int_equal(json_array_size(rows), 2);
    int64_t number_of_row = json_integer_value(json_object_get(json_array_get(rows, 1), "row"));
    const char *address = wg_fmt(f->arena, "/api/v1/lists/%s/rows/%lld", df_id(f, b.list), (long long)number_of_row);
    json_t *row = df_get(f, &data, address);
    assert_string_equal(json_string_value(json_array_get(json_object_get(row, "cells"), 0)), "青青");
    /* As it came stays as it came; the mended cells are compared. */
    const char *body = wg_fmt(f->arena, "{\"cells\": [\"青青\", \"%s\", \"\", \"\"]}", number(f, "21999919910203405"));
    struct df_reply r = df_ask(f, &data, "POST", wg_fmt(f->arena, "%s/mend", address), body);
    assert_int_equal(r.status, 200);
    assert_string_equal(json_string_value(json_object_get(r.json, "outcome")), "new");
    row = df_get(f, &data, address);
    assert_string_equal(json_string_value(json_array_get(json_object_get(row, "cells"), 1)), "2.11302E+17");
    assert_int_equal(df_ask(f, &data, "POST", wg_fmt(f->arena, "%s/mend", address), body).status, 409);
    /* What is left goes out as a file with the reason, which comes in again as a list. */
    r = df_ask(f, &data, "GET", wg_fmt(f->arena, "/api/v1/lists/%s/export?outcome=rejected&format=csv", df_id(f, b.list)),
               NULL);
    assert_int_equal(r.status, 200);
    assert_true(wg_str_find(r.answer->bytes, WG_STR("只有地址")) > 0);
    assert_true(wg_str_ends(wg_str(r.answer->file_name), WG_STR("-rows.csv")));
    assert_int_equal(df_number(f, "SELECT count(*) FROM audit WHERE verb = 'list.export' AND what = '1 rows'"), 1);
    struct bringing again = bring(f, "退回再来", r.answer->bytes, false);
    assert_int_equal(again.rc, 0);
    assert_int_equal(count(f, again.list, "1 = 1"), 1);
    assert_checks(f);
}

static void test_list__a_list_is_seen_by_those_it_concerns(void **state)
{
    struct district_fixture *f = *state; /* list P8 */
    struct bringing b = bring(f, "东街", wg_str(wg_fmt(f->arena, "姓名,证件号,电话,备注\n%s", row_of(f, 0, 0, "x"))), false);
    assert_int_equal(b.rc, 0);
    df_routes(f, list_routes);
    struct df_session bringer = df_enter(f, "data"), inside = df_enter(f, "community-001001"),
                      outside = df_enter(f, "community-002001");
    const char *address = wg_fmt(f->arena, "/api/v1/lists/%s", df_id(f, b.list));
    assert_int_equal(df_ask(f, &bringer, "GET", address, NULL).status, 200);
    assert_int_equal(df_ask(f, &inside, "GET", address, NULL).status, 200);
    assert_int_equal(df_ask(f, &outside, "GET", address, NULL).status, 404);
    assert_int_equal(json_array_size(json_object_get(df_get(f, &outside, "/api/v1/lists"), "items")), 0);
    /* Whoever may not end it is told so before trying. */
    assert_true(json_is_true(json_object_get(df_get(f, &bringer, address), "mine")));
    assert_true(json_is_false(json_object_get(df_get(f, &inside, address), "mine")));
    json_t *rows = json_object_get(df_get(f, &inside, "/api/v1/lists"), "items");
    assert_true(json_is_false(json_object_get(json_array_get(rows, 0), "mine")));
}

/* list.h: what was closed by mistake is opened again, and nothing else changed by either */
static void test_list__a_closed_list_is_opened_again(void **state)
{
    struct district_fixture *f = *state;
    struct bringing b = bring(f, "误结", wg_str(wg_fmt(f->arena, "姓名,证件号,电话,备注\n%s", row_of(f, 0, 0, "x"))), false);
    assert_int_equal(b.rc, 0);
    df_routes(f, list_routes);
    struct df_session data = df_enter(f, "data"), inside = df_enter(f, "street-001");
    const char *address = wg_fmt(f->arena, "/api/v1/lists/%s", df_id(f, b.list));
    const char *reopen = wg_fmt(f->arena, "%s/reopen", address);
    assert_int_equal(df_ask(f, &data, "POST", reopen, "{}").status, 409);
    assert_int_equal(df_ask(f, &data, "POST", wg_fmt(f->arena, "%s/close", address), "{}").status, 200);
    assert_int_equal(df_ask(f, &inside, "POST", reopen, "{}").status, 404);
    struct df_reply r = df_ask(f, &data, "POST", reopen, "{}");
    assert_int_equal(r.status, 200);
    assert_string_equal(json_string_value(json_object_get(r.json, "state")), "open");
    assert_int_equal(count(f, b.list, "stage = 'dispatched'"), 1);
    assert_int_equal(df_ask(f, &data, "POST", wg_fmt(f->arena, "%s/cancel", address), "{}").status, 200);
    assert_int_equal(df_ask(f, &data, "POST", reopen, "{}").status, 409);
    assert_checks(f);
}

/* A row whose number is one person's and whose name is quite another's: for a clerk. */
static struct bringing doubtful(struct district_fixture *f, int rows)
{
    struct wg_buf csv;
    wg_buf_init(&csv, 1 << 16);
    wg_buf_puts(&csv, "姓名,证件号,电话,备注\n");
    for (int i = 0; i < rows; i++) {
        const char *row = row_of(f, i, 0, "x"), *comma = strchr(row, ',');
        const char *idno_end = strchr(comma + 1, ',');
        wg_buf_fmt(&csv, "完颜不同%s,%.*s,,x\n", i ? "乙" : "甲", (int)(idno_end - comma - 1), comma + 1);
    }
    struct bringing b = bring(f, "存疑", wg_str(wg_cstr(f->arena, (struct wg_str){csv.p, csv.n})), false);
    wg_buf_free(&csv);
    assert_int_equal(b.rc, 0);
    assert_int_equal(count(f, b.list, "outcome = 'review'"), rows);
    return b;
}

static json_t *next_item(struct district_fixture *f, const struct df_session *as)
{
    struct df_reply r = df_ask(f, as, "POST", "/api/v1/review/next", "{}");
    assert_int_equal(r.status, 200);
    return json_object_get(r.json, "item");
}

static struct df_reply decide(struct district_fixture *f, const struct df_session *as, const json_t *item, const char *verdict,
                              const char *person)
{
    const char *whom = person ? wg_fmt(f->arena, ", \"person\": \"%s\"", person) : "";
    return df_ask(f, as, "POST", "/api/v1/review/decide",
                  wg_fmt(f->arena, "{\"list\": \"%s\", \"row\": %lld, \"verdict\": \"%s\"%s}",
                         json_string_value(json_object_get(item, "list")),
                         (long long)json_integer_value(json_object_get(item, "row")), verdict, whom));
}

static const char *first_candidate(const json_t *item)
{
    return json_string_value(
        json_object_get(json_object_get(json_array_get(json_object_get(item, "candidates"), 0), "person"), "id"));
}

static void test_list__two_clerks_never_get_the_same_row(void **state)
{
    struct district_fixture *f = *state; /* list P6 */
    (void)doubtful(f, 2);
    df_routes(f, review_routes);
    struct df_session a = df_enter(f, "clerk"), b = df_enter(f, "data");
    json_t *first = next_item(f, &a), *second = next_item(f, &b);
    assert_int_not_equal(json_integer_value(json_object_get(first, "row")), json_integer_value(json_object_get(second, "row")));
    assert_true(json_array_size(json_object_get(first, "candidates")) >= 1);
    assert_string_equal(decide(f, &b, first, "new", NULL).code, "review.claimed");
    assert_int_equal(decide(f, &a, first, "same", first_candidate(first)).status, 200);
    assert_string_equal(decide(f, &b, first, "new", NULL).code, "review.decided");
    /* After ten minutes a row that was left goes to whoever asks. */
    f->now += 11 * WG_MINUTE;
    assert_int_equal(json_integer_value(json_object_get(next_item(f, &a), "row")),
                     json_integer_value(json_object_get(second, "row")));
    assert_checks(f);
}

static void test_list__the_next_row_is_given_ahead_while_one_is_held(void **state)
{
    struct district_fixture *f = *state; /* list P6 */
    (void)doubtful(f, 2);
    df_routes(f, review_routes);
    struct df_session a = df_enter(f, "clerk");
    json_t *first = next_item(f, &a);
    const char *holding =
        wg_fmt(f->arena, "{\"holding\": {\"list\": \"%s\", \"row\": %lld}}", json_string_value(json_object_get(first, "list")),
               (long long)json_integer_value(json_object_get(first, "row")));
    json_t *ahead = json_object_get(df_ask(f, &a, "POST", "/api/v1/review/next", holding).json, "item");
    assert_int_not_equal(json_integer_value(json_object_get(first, "row")), json_integer_value(json_object_get(ahead, "row")));
    /* Both are this clerk's, to the end. */
    assert_int_equal(df_number(f, "SELECT count(*) FROM list_row WHERE claimed_by IS NOT NULL"), 2);
    assert_int_equal(decide(f, &a, first, "same", first_candidate(first)).status, 200);
    assert_int_equal(decide(f, &a, ahead, "ask", NULL).status, 200);
    assert_checks(f);
}

static void test_list__not_the_same_is_remembered(void **state)
{
    struct district_fixture *f = *state; /* list P6 */
    struct bringing b = doubtful(f, 1);
    df_routes(f, review_routes);
    struct df_session clerk = df_enter(f, "clerk");
    json_t *item = next_item(f, &clerk);
    wg_id person;
    assert_true(wg_id_parse(wg_str(first_candidate(item)), &person));
    assert_int_equal(decide(f, &clerk, item, "new", NULL).status, 200);
    assert_int_equal(count(f, b.list, "outcome = 'new' AND reason = 'clerk_new' AND stage = 'dispatched'"), 1);
    assert_true(df_number(f, "SELECT count(*) FROM not_same") >= 1);
    /* The same row on another list is not put before a clerk with that person again. */
    const char *row = row_of(f, 0, 0, "x"), *comma = strchr(row, ','), *end = strchr(comma + 1, ',');
    struct bringing again = bring(
        f, "又来", wg_str(wg_fmt(f->arena, "姓名,证件号,电话,备注\n完颜不同甲,%.*s,,y\n", (int)(end - comma - 1), comma + 1)),
        false);
    assert_int_equal(again.rc, 0);
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    struct store_value values[] = {store_id(&again.list), store_id(&person)};
    assert_int_equal(
        store_number(&f->ctx, snap, "SELECT count(*) FROM list_row WHERE list = $1 AND person = $2", values, 2, 0, &n), 0);
    store_read_end(snap);
    assert_int_equal(n, 0);
    assert_checks(f);
}

static void test_list__a_decision_is_undone_until_somebody_acted_on_it(void **state)
{
    struct district_fixture *f = *state; /* list P6 */
    struct bringing b = doubtful(f, 1);
    df_routes(f, review_routes);
    struct df_session clerk = df_enter(f, "clerk"), other = df_enter(f, "data");
    json_t *item = next_item(f, &clerk);
    const char *decision = json_string_value(json_object_get(decide(f, &clerk, item, "new", NULL).json, "decision"));
    const char *undo = wg_fmt(f->arena, "/api/v1/review/%s/undo", decision);
    assert_string_equal(df_ask(f, &other, "POST", undo, "{}").code, "task.no_undo");
    assert_int_equal(df_ask(f, &clerk, "POST", undo, "{}").status, 200);
    assert_int_equal(count(f, b.list, "outcome = 'review' AND stage = 'waiting'"), 1);
    assert_int_equal(df_number(f, "SELECT count(*) FROM not_same"), 0);
    assert_int_equal(df_number(f, "SELECT count(*) FROM enrolment WHERE state = 'open'"), 0);
    assert_checks(f);
    /* Once the worker has been there, it stands. */
    item = next_item(f, &clerk);
    decision = json_string_value(json_object_get(decide(f, &clerk, item, "same", first_candidate(item)).json, "decision"));
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, "SELECT id FROM enrolment WHERE state = 'open'", NULL, 0, &rows, &found), 0);
    wg_id task = store_get_id(rows, 0);
    store_rows_end(rows);
    store_read_end(snap);
    (void)df_answer(f, "grid-001001001", task, "not_home");
    assert_string_equal(df_ask(f, &clerk, "POST", wg_fmt(f->arena, "/api/v1/review/%s/undo", decision), "{}").code,
                        "task.no_undo");
    assert_checks(f);
}

/* --- cancelling ---------------------------------------------------------------------------------------------------------------------- */

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

static void test_list__cancelling_before_dispatch_leaves_no_row(void **state)
{
    struct district_fixture *f = *state; /* list P7 */
    struct list_new what = {.name = "x",
                            .source = "s",
                            .file_name = "a.csv",
                            .programme = "list_follow_up",
                            .bytes = wg_str(mixed_list(f)),
                            .worker = df_worker("data")};
    static const char *const columns[] = {"name", "idno", "phone", "address"};
    struct list_start start = {.columns = columns, .n_columns = 4, .due = f->now + WG_HOUR, .worker = df_worker("data")};
    struct wg_progress stop = {.cancelled = at_once};
    wg_id list, job;
    f->ctx.now = f->now;
    assert_int_equal(list_receive(&f->ctx, &f->d, &what, &list), 0);
    assert_int_equal(list_start(&f->ctx, &f->d, list, &start, &job), 0);
    assert_int_equal(list_run(&f->ctx, &f->d, list, &stop, NULL, NULL), WG_E_CANCELLED);
    assert_int_equal(count(f, list, "1 = 1"), 0);
    /* Run again (after a crash, say) it goes on to the end; and once more adds nothing. */
    assert_int_equal(list_run(&f->ctx, &f->d, list, NULL, NULL, NULL), 0);
    assert_int_equal(count(f, list, "1 = 1"), 6);
    assert_int_equal(list_run(&f->ctx, &f->d, list, NULL, NULL, NULL), WG_E_LIST_STATE);
    assert_int_equal(count(f, list, "1 = 1"), 6);
    assert_checks(f);
}

struct closing {
    struct district_fixture *f;
    wg_id list;
};

static int cancel(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct closing *c = arg;
    return list_close(ctx, tx, &c->f->d, c->list, "cancelled");
}

static void test_list__cancelling_ends_only_tasks_that_no_other_list_asks_for(void **state)
{
    struct district_fixture *f = *state; /* list P7 */
    struct bringing a = bring(
        f, "甲", wg_str(wg_fmt(f->arena, "姓名,证件号,电话,备注\n%s%s", row_of(f, 0, 0, "x"), row_of(f, 1, 0, "x"))), false);
    struct bringing b = bring(f, "乙", wg_str(wg_fmt(f->arena, "姓名,证件号,电话,备注\n%s", row_of(f, 0, 0, "y"))), false);
    assert_int_equal(a.rc + b.rc, 0);
    df_write(f, cancel, &(struct closing){f, a.list});
    assert_int_equal(df_number(f, "SELECT count(*) FROM enrolment WHERE state = 'open'"), 1);
    assert_int_equal(count(f, b.list, "stage = 'dispatched'"), 1);
    assert_checks(f);
}

/* list P9 */
static void test_list__the_register_is_loaded_once_by_a_job_of_its_own(void **state)
{
    struct district_fixture *f = *state;
    struct job_engine *engine;
    struct store_snap *snap;
    int64_t done = 0;
    assert_int_equal(job_engine_start(&f->ctx, f->d.store, f->d.code, &f->d, list_jobs, 1, &engine), 0);
    for (int i = 0; i < 3; i++) (void)list_index_await(&f->ctx, &f->d, df_worker("data"));
    for (int i = 0; i < 2000 && done == 0; i++) {
        assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
        assert_int_equal(store_number(&f->ctx, snap, "SELECT count(*) FROM job WHERE district = $1 AND state = 'done'",
                                      (struct store_value[]){store_cstr(f->d.code)}, 1, 0, &done),
                         0);
        store_read_end(snap);
        if (done == 0) (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    job_engine_stop(engine);
    f->d.jobs.engine = NULL;
    assert_int_equal(done, 1);
    assert_int_equal(df_number(f, "SELECT count(*) FROM job"), 1);
}

static int hold_the_lock(struct wg_ctx *ctx, void *arg, const struct list_view *view)
{
    (void)view;
    struct district_fixture *f = arg;
    struct df_session clerk = df_enter(f, "clerk");
    /* Somebody compares a list: the register is in use, and a clerk's look does not wait for them. */
    json_t *item = next_item(f, &clerk);
    assert_int_equal(json_array_size(json_object_get(item, "candidates")), 1);
    (void)ctx;
    return 0;
}

/* list P9 */
static void test_list__a_clerk_sees_the_row_before_the_register_is_loaded(void **state)
{
    struct district_fixture *f = *state;
    struct job_engine *engine;
    struct bringing b = doubtful(f, 2);
    struct list_index *fresh, *warm = f->d.people;
    json_t *item, *ready = NULL;
    df_routes(f, review_routes);
    assert_int_equal(list_index_new(&f->ctx, &fresh), 0);
    f->d.people = fresh; /* as after a start */
    struct df_session clerk = df_enter(f, "clerk");
    assert_int_equal(job_engine_start(&f->ctx, f->d.store, f->d.code, &f->d, list_jobs, 1, &engine), 0);
    item = next_item(f, &clerk);
    assert_string_equal(json_string_value(json_object_get(item, "list")), df_id(f, b.list));
    assert_true(json_array_size(json_object_get(item, "fields")) > 0);
    if (json_is_number(json_object_get(item, "loading")))
        assert_int_equal(json_array_size(json_object_get(item, "candidates")), 0);
    for (int i = 0; i < 2000 && !json_is_null(json_object_get(ready, "loading")); i++) {
        ready = df_get(f, &clerk, "/api/v1/review/ready");
        double share = json_number_value(json_object_get(ready, "loading"));
        assert_true(share >= 0 && share <= 1);
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    json_int_t row = json_integer_value(json_object_get(item, "row"));
    item = next_item(f, &clerk);
    assert_int_equal(json_integer_value(json_object_get(item, "row")), row);
    assert_true(json_is_null(json_object_get(item, "loading")));
    assert_int_equal(json_array_size(json_object_get(item, "candidates")), 1);
    assert_int_equal(list_index_use(&f->ctx, &f->d, NULL, hold_the_lock, f), 0);
    job_engine_stop(engine);
    f->d.jobs.engine = NULL;
    assert_int_equal(df_number(f, "SELECT count(*) FROM job"), 1);
    f->d.people = warm;
    list_index_free(fresh);
}

static void test_list__a_file_that_is_no_table_is_refused(void **state)
{
    struct district_fixture *f = *state; /* list P7 */
    assert_int_equal(bring(f, "空", WG_STR(""), false).rc, WG_E_TAB_EMPTY);
    assert_int_equal(df_number(f, "SELECT count(*) FROM list"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list__received_is_the_sum_of_its_parts, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__the_same_file_is_recognised, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__five_lists_one_visit_five_rows_closed, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__people_go_to_the_place_their_address_names, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__a_rejected_row_is_mended_or_goes_back_as_a_file, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__a_list_is_seen_by_those_it_concerns, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__a_closed_list_is_opened_again, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__two_clerks_never_get_the_same_row, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__the_next_row_is_given_ahead_while_one_is_held, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__not_the_same_is_remembered, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__a_decision_is_undone_until_somebody_acted_on_it, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__cancelling_before_dispatch_leaves_no_row, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__cancelling_ends_only_tasks_that_no_other_list_asks_for, df_setup,
                                        df_teardown),
        cmocka_unit_test_setup_teardown(test_list__the_register_in_memory_follows_each_change, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__the_register_is_loaded_once_by_a_job_of_its_own, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__a_clerk_sees_the_row_before_the_register_is_loaded, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_list__a_file_that_is_no_table_is_refused, df_setup, df_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
