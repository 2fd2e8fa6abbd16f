/* What the evening's report promises: counts that open, signatures that hold, corrections instead of changed pasts. */
#include "../../../tests/support/district_fixture.h"

#include "district/report/report_internal.h"

static json_t *report(struct district_fixture *f, const struct df_session *as, const char *place, wg_day day)
{
    return df_get(f, as, wg_fmt(f->arena, "/api/v1/reports?place=%s&day=%s", place, wg_day_text(f->arena, day)));
}

static int64_t figure(const json_t *report, const char *code, const char *member)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(report, "figures"), i, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "code")), code) == 0)
            return json_integer_value(json_object_get(item, member));
    }
    fail_msg("no figure %s", code);
    return -1;
}

static struct df_reply sign(struct district_fixture *f, const struct df_session *as, const char *verb, const char *place,
                            wg_day day)
{
    return df_ask(f, as, "POST",
                  wg_fmt(f->arena, "/api/v1/reports/%s?place=%s&day=%s", verb, place, wg_day_text(f->arena, day)), "{}");
}

static void some_work(struct district_fixture *f)
{
    df_open_round(f, f->today);
    (void)df_screen(f, "grid-001001001", df_household(f, 0), "normal");
    (void)df_screen(f, "grid-001001001", df_household(f, 1), "not_home");
    (void)df_screen(f, "grid-001001001", df_household(f, 2), "away");
    wg_id seen = df_enrol(f, df_person(df_household(f, 0), 0), df_household(f, 0), f->now + WG_HOUR);
    (void)df_enrol(f, df_person(df_household(f, 1), 0), df_household(f, 1), f->now + WG_HOUR);
    (void)df_answer(f, "grid-001001001", seen, "seen");
}

static void test_report__every_figure_is_the_count_of_its_rows(void **state)
{
    struct district_fixture *f = *state; /* report P1 */
    some_work(f);
    df_routes(f, report_routes);
    struct df_session officer = df_enter(f, "district");
    static const char *const places[] = {"", "001", "001001"};
    for (size_t p = 0; p < 3; p++) {
        json_t *sheet = report(f, &officer, places[p], f->today), *item;
        size_t i;
        json_array_foreach(json_object_get(sheet, "figures"), i, item)
        {
            const char *rows = json_string_value(json_object_get(item, "rows"));
            json_t *page = df_get(f, &officer, wg_fmt(f->arena, "/api/v1/reports/rows?%s&limit=200", rows));
            assert_int_equal(json_array_size(json_object_get(page, "items")),
                             json_integer_value(json_object_get(item, "value")));
        }
    }
    json_t *sheet = report(f, &officer, "001001", f->today);
    assert_int_equal(figure(sheet, "households_done", "value"), 1);
    assert_int_equal(figure(sheet, "people_reached", "value"), 1);
    assert_int_equal(figure(sheet, "people_left", "value"), 1);
    /* due = done + excused + left, where a door without an answer (also one tried in vain) is left. */
    assert_int_equal(figure(sheet, "households_due", "value"), figure(sheet, "households_done", "value") +
                                                                   figure(sheet, "households_excused", "value") +
                                                                   figure(sheet, "households_left", "value"));
}

static void test_report__a_signed_sheet_never_changes(void **state)
{
    struct district_fixture *f = *state; /* report P2, P5 */
    some_work(f);
    df_routes(f, report_routes);
    struct df_session community = df_enter(f, "community-001001");
    assert_int_equal(sign(f, &community, "sign", "001001", f->today).status, 200);
    assert_string_equal(sign(f, &community, "sign", "001001", f->today).code, "report.signed");
    f->now += WG_HOUR;
    (void)df_screen(f, "grid-001001001", df_household(f, 1), "normal");
    json_t *sheet = report(f, &community, "001001", f->today);
    assert_int_equal(figure(sheet, "households_done", "value"), 1);
    assert_true(json_is_true(json_object_get(sheet, "difference_from_signed")));
    /* The next day's sheet says what changed. */
    f->now += WG_DAY_MS;
    community = df_enter(f, "community-001001"); /* a desk's session does not last overnight */
    json_t *corrections = json_object_get(report(f, &community, "001001", f->today + 1), "corrections"), *item;
    bool found = false;
    size_t i;
    json_array_foreach(corrections, i, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "code")), "households_done") != 0) continue;
        found = true;
        assert_int_equal(json_integer_value(json_object_get(item, "signed")), 1);
        assert_int_equal(json_integer_value(json_object_get(item, "now")), 2);
        assert_string_equal(json_string_value(json_object_get(item, "day")), wg_day_text(f->arena, f->today));
    }
    assert_true(found);
}

static void test_report__nothing_and_not_reported_are_two_states(void **state)
{
    struct district_fixture *f = *state; /* report P3 */
    df_routes(f, report_routes);
    struct df_session community = df_enter(f, "community-002002");
    json_t *sheet = report(f, &community, "002002", f->today);
    assert_string_equal(json_string_value(json_object_get(sheet, "state")), "unsigned");
    assert_int_equal(figure(sheet, "fevers", "value"), 0);
    struct df_reply r = sign(f, &community, "sign", "002002", f->today);
    assert_int_equal(r.status, 200);
    assert_string_equal(json_string_value(json_object_get(r.json, "state")), "signed");
    assert_int_equal(figure(r.json, "fevers", "value"), 0);
    assert_string_equal(sign(f, &community, "sign", "002002", f->today + 1).code, "report.future");
}

static void test_report__community_then_street_and_the_district_is_the_sum(void **state)
{
    struct district_fixture *f = *state; /* report P4 */
    some_work(f);
    df_routes(f, report_routes);
    struct df_session community = df_enter(f, "community-001001"), street = df_enter(f, "street-001"),
                      other = df_enter(f, "street-002");
    struct df_session district = df_enter(f, "district");
    assert_string_equal(sign(f, &street, "verify", "001001", f->today).code, "report.order");
    assert_int_equal(sign(f, &community, "sign", "001001", f->today).status, 200);
    assert_int_equal(sign(f, &community, "verify", "001001", f->today).status, 403);
    assert_int_equal(sign(f, &other, "verify", "001001", f->today).status, 404);
    struct df_reply r = sign(f, &street, "verify", "001001", f->today);
    assert_int_equal(r.status, 200);
    assert_string_equal(json_string_value(json_object_get(r.json, "state")), "verified");
    json_t *sum = report(f, &district, "", f->today), *part;
    size_t i;
    assert_string_equal(json_string_value(json_object_get(sum, "state")), "partly");
    static const char *const codes[] = {"households_due", "households_done", "people_due", "people"};
    for (size_t c = 0; c < 4; c++) {
        int64_t parts = 0;
        json_array_foreach(json_object_get(sum, "children"), i, part) parts +=
            json_integer_value(json_object_get(json_object_get(part, "figures"), codes[c]));
        assert_int_equal(figure(sum, codes[c], "value"), parts);
    }
    /* Another street sees nothing of it. */
    assert_int_equal(df_ask(f, &other, "GET", "/api/v1/reports?place=001", NULL).status, 404);
    assert_int_equal(df_ask(f, &other, "GET", "/api/v1/reports/rows?place=001001&figure=people", NULL).status, 404);
}

/* report P1, P4: whom no community holds is in the sums, once, and their line is signed by nobody. */
static void test_report__whom_no_community_holds_has_a_line_of_their_own(void **state)
{
    struct district_fixture *f = *state;
    some_work(f);
    df_routes(f, report_routes);
    struct df_session officer = df_enter(f, "district"), street = df_enter(f, "street-001");
    json_int_t before = figure(report(f, &officer, "", f->today), "people_left", "value");
    wg_id in_street = df_person(df_household(f, 2), 0), in_district = df_person(df_household(f, 20), 0);
    (void)df_enrol(f, in_street, "001", f->now + WG_HOUR);
    (void)df_enrol(f, in_district, "", f->now + WG_HOUR);
    df_sql(f, "UPDATE person SET path = '001', place = (SELECT id FROM place WHERE path = '001') WHERE id IN "
              "(SELECT person FROM enrolment WHERE path = '001')");
    static const char *const places[] = {"", "001", "002", "001001"};
    static const json_int_t more[] = {2, 1, 0, 0};
    for (size_t p = 0; p < 4; p++) {
        json_t *sheet = report(f, &officer, places[p], f->today), *item, *child;
        size_t i, own_lines = 0;
        json_array_foreach(json_object_get(sheet, "figures"), i, item)
        {
            const char *rows = json_string_value(json_object_get(item, "rows"));
            json_t *page = df_get(f, &officer, wg_fmt(f->arena, "/api/v1/reports/rows?%s&limit=200", rows));
            assert_int_equal(json_array_size(json_object_get(page, "items")),
                             json_integer_value(json_object_get(item, "value")));
        }
        if (p == 0) assert_int_equal(figure(sheet, "people_left", "value"), before + more[p]);
        json_int_t parts = 0, people = 0;
        json_array_foreach(json_object_get(sheet, "children"), i, child)
        {
            parts += json_integer_value(json_object_get(json_object_get(child, "figures"), "people_left"));
            people += json_integer_value(json_object_get(json_object_get(child, "figures"), "people"));
            if (!json_is_true(json_object_get(child, "held_above"))) continue;
            own_lines++;
            assert_int_equal(json_integer_value(json_object_get(child, "communities")), 0);
            assert_int_equal(json_integer_value(json_object_get(json_object_get(child, "figures"), "people_left")), 1);
        }
        if (p < 3) assert_int_equal(parts, figure(sheet, "people_left", "value"));
        if (p < 3) assert_int_equal(people, figure(sheet, "people", "value"));
        assert_int_equal(own_lines, p < 2 ? 1 : 0);
    }
    /* Signed by both communities, the street is signed: the line above them waits for nobody. */
    static const char *const communities[] = {"001001", "001002"};
    for (size_t c = 0; c < 2; c++) {
        struct df_session officer_there = df_enter(f, wg_fmt(f->arena, "community-%s", communities[c]));
        assert_int_equal(sign(f, &officer_there, "sign", communities[c], f->today).status, 200);
    }
    assert_string_equal(json_string_value(json_object_get(report(f, &street, "001", f->today), "state")), "signed");
    struct df_reply r = df_ask(f, &street, "GET", "/api/v1/reports/export?place=001&format=csv", NULL);
    assert_true(wg_str_find(r.answer->bytes, WG_STR("(held by no community)")) > 0);
}

static void test_report__the_sheet_is_a_file_with_a_total(void **state)
{
    struct district_fixture *f = *state; /* report P4 */
    static const char *const formats[] = {"xlsx", "csv"};
    some_work(f);
    df_routes(f, report_routes);
    struct df_session district = df_enter(f, "district");
    for (size_t i = 0; i < 2; i++) {
        struct df_reply r =
            df_ask(f, &district, "GET", wg_fmt(f->arena, "/api/v1/reports/export?place=&format=%s", formats[i]), NULL);
        struct tab_limits limits = tab_limits_default();
        struct tab_reader *reader;
        struct tab_row row;
        size_t data = 0, totals = 0;
        bool more;
        assert_int_equal(r.status, 200);
        assert_true(wg_str_ends(wg_str(r.answer->file_name),
                                wg_str(wg_fmt(f->arena, "%s.%s", wg_day_text(f->arena, f->today), formats[i]))));
        assert_int_equal(tab_open_bytes(&f->ctx, r.answer->bytes, &limits, &reader), 0);
        while (tab_next(&f->ctx, reader, &row, &more) == 0 && more) {
            data += row.kind == TAB_DATA;
            totals += row.kind == TAB_TOTAL;
        }
        assert_int_equal(data, DF_STREETS * DF_COMMUNITIES);
        assert_int_equal(totals, 1);
    }
}

/* report P1: what is counted for only some communities is what a count of all would have said of them. */
static void test_report__counting_only_where_needed_says_the_same(void **state)
{
    struct district_fixture *f = *state;
    struct report_sheet whole, values, corrections;
    struct store_snap *snap;
    some_work(f);
    df_routes(f, report_routes);
    for (size_t signed_lines = 0; signed_lines <= DF_STREETS * DF_COMMUNITIES; signed_lines++) {
        assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
        assert_int_equal(report_sheet_read(&f->ctx, &f->d, snap, "", f->today, REPORT_ALL, &whole), 0);
        assert_int_equal(report_sheet_read(&f->ctx, &f->d, snap, "", f->today, REPORT_VALUES, &values), 0);
        assert_int_equal(report_sheet_read(&f->ctx, &f->d, snap, "", f->today, REPORT_CORRECTIONS, &corrections), 0);
        store_read_end(snap);
        for (size_t i = 0; i < whole.n; i++) {
            assert_int_equal(whole.lines[i].is_signed, i < signed_lines);
            for (size_t c = 0; report_figures[c].code; c++) {
                assert_int_equal(values.lines[i].value[c], whole.lines[i].value[c]);
                if (i < signed_lines && report_figures[c].corrected)
                    assert_int_equal(corrections.lines[i].now[c], whole.lines[i].now[c]);
            }
        }
        if (signed_lines == whole.n) break;
        const char *place = whole.lines[signed_lines].place.path;
        struct df_session community = df_enter(f, wg_fmt(f->arena, "community-%s", place));
        assert_int_equal(sign(f, &community, "sign", place, f->today).status, 200);
        /* After it was signed, so that what was signed and what the facts say differ. */
        if (signed_lines == 0) (void)df_screen(f, "grid-001001001", df_household(f, 3), "normal");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_report__every_figure_is_the_count_of_its_rows, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_report__a_signed_sheet_never_changes, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_report__nothing_and_not_reported_are_two_states, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_report__community_then_street_and_the_district_is_the_sum, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_report__counting_only_where_needed_says_the_same, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_report__whom_no_community_holds_has_a_line_of_their_own, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_report__the_sheet_is_a_file_with_a_total, df_setup, df_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
