/* The main job from end to end, over real HTTP against a real store: a list comes in and everyone on it is reached by someone accountable.
 * The steps stand in `steps`, in their order; each begins where the one before ended. A second test kills the program in the middle of an
 * import. */
#include <iconv.h>
#include <signal.h>
#include <sys/wait.h>

#include "support/http_client.h"
#include "support/program_fixture.h"

enum { LARGE = 6000 };
static const char *const people[] = {"data", "clerk", "community-001001", "grid-001001001", "street-001", "district"};
enum person_of_flow { DATA, CLERK, COMMUNITY, WORKER, STREET, DISTRICT, PEOPLE };

struct flow {
    struct program p;
    struct http_server *server;
    struct http_client clients[PEOPLE];
    struct hc_reply reply; /* the last */
    json_t *json;          /* of it, kept by the arena */
    const char *csv, *list, *list2, *stranger, *task[2], *moved_fact, *post, *large;
    int64_t received;
};
static struct flow flow;

/* --- asking ------------------------------------------------------------------------------------------------------------------ */

static struct wg_arena *arena(void)
{
    return flow.p.f->arena;
}

static void take_reply(struct hc_reply reply)
{
    hc_free(&flow.reply);
    flow.reply = reply;
    flow.json = hc_json(&flow.reply);
    if (flow.json) wg_arena_cleanup(arena(), df_release_json, flow.json);
}

static void show(const char *method, const char *path)
{
    print_error("%s %s: %d %.600s\n", method, path, flow.reply.status, flow.reply.body ? flow.reply.body : "");
}

/* Asks and expects a status; the answer's JSON. */
static json_t *ask_for(enum person_of_flow who, int status, const char *method, const char *path, const char *body)
{
    take_reply(hc_ask(&flow.clients[who], method, path, NULL, body));
    if (flow.reply.status != status) show(method, path);
    assert_int_equal(flow.reply.status, status);
    assert_false(flow.reply.broken);
    return flow.json;
}

static json_t *get(enum person_of_flow who, const char *path)
{
    return ask_for(who, 200, "GET", path, NULL);
}

static json_t *post(enum person_of_flow who, const char *path, const char *body)
{
    return ask_for(who, 200, "POST", path, body);
}

static json_t *upload(enum person_of_flow who, const char *path, const char *file_name, struct wg_str bytes, const char *name)
{
    const char *fields[] = {"source", "火车站", "name", name, NULL}, *type;
    struct wg_str body = pf_upload(arena(), file_name, bytes, fields, &type);
    (void)hc_send(&flow.clients[who], "POST", path, wg_fmt(arena(), "Content-Type: %s\r\n", type), body.p, body.n);
    take_reply(hc_read(&flow.clients[who], false));
    if (flow.reply.status != 200) show("POST", path);
    assert_int_equal(flow.reply.status, 200);
    return flow.json;
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? wg_fmt(arena(), "%s", value) : "";
}

static int64_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static const json_t *items(const json_t *page)
{
    return json_object_get(page, "items");
}

static const json_t *counts(const char *list)
{
    return json_object_get(get(DATA, wg_fmt(arena(), "/api/v1/lists/%s", list)), "counts");
}

/* A job's events to its end: its progress never goes back; how it ended. */
static const char *watch(enum person_of_flow who, const char *job)
{
    double done = 0;
    const char *state = "";
    take_reply(hc_ask(&flow.clients[who], "GET", wg_fmt(arena(), "/api/v1/jobs/%s/events", job), NULL, NULL));
    assert_int_equal(flow.reply.status, 200);
    assert_true(hc_header_has(&flow.reply, "Content-Type", "text/event-stream"));
    for (const char *at = flow.reply.body; (at = strstr(at, "data: ")) != NULL;) {
        at += strlen("data: ");
        json_t *event = json_loadb(at, strcspn(at, "\n"), 0, NULL);
        assert_non_null(event);
        assert_true(json_number_value(json_object_get(event, "done")) >= done);
        done = json_number_value(json_object_get(event, "done"));
        state = text(event, "state");
        json_decref(event);
    }
    return state;
}

/* --- the server -------------------------------------------------------------------------------------------------------------- */

static void serve(void)
{
    struct district_fixture *f = flow.p.f;
    struct http_options options = app_http_options(flow.p.app, f->router);
    options.listen = "127.0.0.1:0";
    options.quiet = true;
    assert_int_equal(http_start(&f->ctx, &options, &flow.server), 0);
    for (int i = 0; i < PEOPLE; i++) assert_true(hc_open(&flow.clients[i], http_port(flow.server)));
}

static void stop_serving(void)
{
    for (int i = 0; i < PEOPLE; i++) hc_close(&flow.clients[i]);
    http_stop(flow.server);
    flow.server = NULL;
}

/* --- steps ---------------------------------------------------------------------------------------------------------------------- */

static void everybody_signs_in(void)
{
    for (int i = 0; i < PEOPLE; i++) assert_true(hc_sign_in(&flow.clients[i], people[i], df_password));
    const json_t *worker = json_object_get(get(DATA, "/api/v1/session"), "worker");
    assert_string_equal(text(worker, "role"), "data");
}

static const char *idno(const char *seventeen)
{
    return wg_fmt(arena(), "%s%c", seventeen, people_idno_check(seventeen));
}

/* Two of the register, one new, two doubtful, one that says nobody, one whose number a spreadsheet destroyed. */
static void make_list(void)
{
    flow.stranger = idno("21999919910203402");
    flow.csv =
        wg_fmt(arena(),
               "火车站到达人员\n姓名,证件号,电话,现住址\n王建国,%s,15400000000,\n赵德海,%s,15400000001,\n"
               "白霜雪,%s,15400008888,东街街道甲社区\n完颜甲,%s,,东街街道甲社区\n完颜乙,%s,,东街街道甲社区\n,,,只有地址\n"
               "青青,2.11302E+17,,\n合计,7,,\n",
               idno("21999919500115001"), idno("21999919510115003"), flow.stranger, idno("21999919520115005"),
               idno("21999919530115007"));
    flow.received = 7;
}

static struct wg_str as_gbk(const char *utf8)
{
    size_t left = strlen(utf8), room = left * 2;
    char *out = wg_alloc(arena(), room), *to = out, *from = (char *)(uintptr_t)utf8;
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    assert_true(converter != (iconv_t)-1);
    assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
    (void)iconv_close(converter);
    return (struct wg_str){out, (size_t)(to - out)};
}

static bool into_buffer(void *arg, const void *bytes, size_t n)
{
    wg_buf_add(arg, bytes, n);
    return true;
}

/* The same table as a spreadsheet. */
static struct wg_str as_xlsx(const char *csv)
{
    struct district_fixture *f = flow.p.f;
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    struct tab_writer *writer;
    struct tab_row row;
    struct wg_buf out;
    bool more;
    assert_int_equal(tab_open_bytes(&f->ctx, wg_str(csv), &limits, &reader), 0);
    size_t n = tab_shape(reader)->columns;
    struct tab_column *columns = wg_alloc_n(arena(), n, sizeof *columns);
    for (size_t c = 0; c < n; c++) columns[c] = (struct tab_column){.name = wg_cstr(arena(), tab_shape(reader)->header[c])};
    wg_buf_init(&out, 1 << 22);
    assert_int_equal(tab_write_open(&f->ctx, TAB_XLSX, "名单", columns, n, into_buffer, &out, &writer), 0);
    while (assert_int_equal(tab_next(&f->ctx, reader, &row, &more), 0), more)
        assert_int_equal(tab_write_row(&f->ctx, writer, row.cells), 0);
    assert_int_equal(tab_write_close(&f->ctx, writer), 0);
    struct wg_str bytes = wg_str_dup(arena(), (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return bytes;
}

static void the_list_comes_as_csv_gbk_and_xlsx(void)
{
    static const char *const encodings[] = {"UTF-8", "GB18030", ""}, *const formats[] = {"csv", "csv", "xlsx"};
    static const char *const kinds[] = {"name", "idno", "phone", "address"};
    make_list();
    struct wg_str files[] = {wg_str(flow.csv), as_gbk(flow.csv), as_xlsx(flow.csv)};
    for (size_t i = 0; i < 3; i++) {
        const json_t *list =
            upload(DATA, "/api/v1/lists", i < 2 ? "车站.csv" : "车站.xlsx", files[i], wg_fmt(arena(), "车站%zu", i));
        const json_t *shape = json_object_get(list, "shape"), *columns = json_object_get(list, "columns");
        assert_string_equal(text(list, "state"), "mapping");
        assert_string_equal(text(shape, "format"), formats[i]);
        assert_string_equal(text(shape, "encoding"), encodings[i]);
        assert_int_equal(json_array_size(columns), 4);
        for (size_t c = 0; c < 4; c++) assert_string_equal(text(json_array_get(columns, c), "kind"), kinds[c]);
        if (i == 0) flow.list = text(list, "id");
        if (i == 1) flow.list2 = text(list, "id");
    }
}

static const char *starting(bool again)
{
    return wg_fmt(arena(), "{\"columns\":[\"name\",\"idno\",\"phone\",\"address\"],\"due\":\"%s\",\"again\":%s}",
                  wg_time_text(arena(), wg_now() + 6 * WG_HOUR, DF_ZONE), again ? "true" : "false");
}

static const char *start_list(const char *list)
{
    return text(post(DATA, wg_fmt(arena(), "/api/v1/lists/%s/start", list), starting(false)), "id");
}

static void it_is_started_and_watched_to_the_end(void)
{
    assert_string_equal(watch(DATA, start_list(flow.list)), "done");
    assert_string_equal(text(get(DATA, wg_fmt(arena(), "/api/v1/lists/%s", flow.list)), "state"), "open");
}

static void the_receipt_adds_up(void)
{
    const json_t *c = counts(flow.list);
    assert_int_equal(number(c, "received"), flow.received);
    assert_int_equal(number(c, "matched") + number(c, "new") + number(c, "review") + number(c, "rejected"), flow.received);
    assert_int_equal(number(c, "matched"), 2);
    assert_int_equal(number(c, "new"), 1);
    assert_int_equal(number(c, "review"), 2);
    assert_int_equal(number(c, "rejected"), 2);
}

static void the_same_file_is_recognised_and_other_bytes_make_no_second_visit(void)
{
    const char *again = text(upload(DATA, "/api/v1/lists", "又来.csv", wg_str(flow.csv), "又来"), "id");
    assert_string_equal(text(json_object_get(flow.json, "known"), "id"), flow.list);
    (void)ask_for(DATA, 409, "POST", wg_fmt(arena(), "/api/v1/lists/%s/start", again), starting(false));
    assert_string_equal(text(flow.json, "code"), "list.known");
    int64_t tasks = df_number(flow.p.f, "SELECT count(*) FROM enrolment");
    assert_string_equal(watch(DATA, start_list(flow.list2)), "done");
    assert_int_equal(df_number(flow.p.f, "SELECT count(*) FROM enrolment"), tasks);
    assert_int_equal(number(counts(flow.list2), "received"), flow.received);
}

static const char *verdict(const json_t *item, const char *word)
{
    const json_t *first = json_array_get(json_object_get(item, "candidates"), 0);
    const char *person = strcmp(word, "same") == 0 ? text(json_object_get(first, "person"), "id") : NULL;
    return wg_fmt(arena(), "{\"list\":\"%s\",\"row\":%lld,\"verdict\":\"%s\"%s}", text(item, "list"),
                  (long long)number(item, "row"), word, person ? wg_fmt(arena(), ",\"person\":\"%s\"", person) : "");
}

static const json_t *next_row(void)
{
    return json_object_get(post(CLERK, "/api/v1/review/next", wg_fmt(arena(), "{\"list\":\"%s\"}", flow.list)), "item");
}

static void a_clerk_reviews(void)
{
    (void)post(CLERK, "/api/v1/review/decide", verdict(next_row(), "same"));
    const char *decision = text(post(CLERK, "/api/v1/review/decide", verdict(next_row(), "new")), "decision");
    assert_int_equal(number(counts(flow.list), "review"), 0);
    (void)post(CLERK, wg_fmt(arena(), "/api/v1/review/%s/undo", decision), "{}");
    assert_int_equal(number(counts(flow.list), "review"), 1);
    (void)post(CLERK, "/api/v1/review/decide", verdict(next_row(), "ask"));
    assert_true(json_is_null(next_row()));
}

static void a_rejected_row_is_mended(void)
{
    const json_t *rows = items(get(DATA, wg_fmt(arena(), "/api/v1/lists/%s/rows?outcome=rejected", flow.list)));
    int64_t row = number(json_array_get(rows, 1), "row");
    const json_t *mended =
        post(DATA, wg_fmt(arena(), "/api/v1/lists/%s/rows/%lld/mend", flow.list, (long long)row),
             wg_fmt(arena(), "{\"cells\":[\"青青\",\"%s\",\"\",\"东街街道甲社区\"]}", idno("21999919880607405")));
    assert_string_equal(text(mended, "outcome"), "new");
    assert_int_equal(number(counts(flow.list), "rejected"), 1);
}

static void the_community_assigns_its_pool(void)
{
    const json_t *pool = items(get(COMMUNITY, "/api/v1/tasks?pool=1"));
    struct wg_buf tasks;
    size_t n = json_array_size(pool);
    assert_true(n >= 3); /* new, asked about, mended */
    wg_buf_init(&tasks, 1 << 16);
    for (size_t i = 0; i < n; i++) wg_buf_fmt(&tasks, "%s\"%s\"", i ? "," : "", text(json_array_get(pool, i), "id"));
    const char *all = wg_cstr(arena(), (struct wg_str){tasks.p, tasks.n});
    wg_buf_free(&tasks);
    const json_t *answer =
        post(COMMUNITY, "/api/v1/tasks/assign",
             wg_fmt(arena(), "{\"tasks\":[%s],\"worker\":\"%s\"}", all, df_id(flow.p.f, df_worker("grid-001001001"))));
    assert_int_equal(number(answer, "assigned"), n);
}

/* The task at a door, on the phone. */
static const char *task_at(const json_t *today, const char *door)
{
    const json_t *doors = json_object_get(today, "doors");
    for (size_t i = 0; i < json_array_size(doors); i++)
        if (strcmp(text(json_array_get(doors, i), "path"), door) == 0)
            return text(json_array_get(json_object_get(json_array_get(doors, i), "tasks"), 0), "id");
    fail_msg("no door %s", door);
    return "";
}

static void the_worker_opens_the_phone(void)
{
    const json_t *today = get(WORKER, "/api/v1/field/today");
    const char *version = text(today, "version");
    flow.task[0] = task_at(today, df_household(flow.p.f, 0));
    flow.task[1] = task_at(today, df_household(flow.p.f, 1));
    assert_int_equal(strlen(flow.task[0]), WG_ID_TEXT);
    assert_int_equal(strlen(flow.task[1]), WG_ID_TEXT);
    (void)ask_for(WORKER, 304, "GET", wg_fmt(arena(), "/api/v1/field/today?since=%s", version), NULL);
}

static const char *observation(const char *id, const char *task, const char *result, const char *body)
{
    return wg_fmt(arena(),
                  "{\"id\":\"%s\",\"programme\":\"list_follow_up\",\"enrolment\":\"%s\",\"result\":\"%s\",\"at\":\"%s\"%s}", id,
                  task, result, wg_time_text(arena(), wg_now(), DF_ZONE), body);
}

static size_t stored_as(const json_t *answer, const char *status)
{
    const json_t *stored = json_object_get(answer, "stored");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(stored); i++) n += strcmp(text(json_array_get(stored, i), "status"), status) == 0;
    return n;
}

static void the_worker_answers_and_sends_it_twice(void)
{
    struct district_fixture *f = flow.p.f;
    const char *elsewhere = wg_fmt(arena(), ",\"body\":{\"moved_to\":\"%s\"}", df_id(f, df_place("002001")));
    flow.moved_fact = df_id(f, wg_id_new(wg_now()));
    flow.post = wg_fmt(arena(), "{\"items\":[%s,%s,%s]}", observation(df_id(f, wg_id_new(wg_now())), flow.task[0], "seen", ""),
                       observation(df_id(f, wg_id_new(wg_now())), flow.task[1], "not_home", ""),
                       observation(flow.moved_fact, flow.task[1], "moved", elsewhere));
    assert_int_equal(stored_as(post(WORKER, "/api/v1/observations", flow.post), "stored"), 3);
    int64_t facts = df_number(f, "SELECT count(*) FROM observation"), tasks = df_number(f, "SELECT count(*) FROM enrolment");
    assert_int_equal(stored_as(post(WORKER, "/api/v1/observations", flow.post), "already"), 3);
    assert_int_equal(df_number(f, "SELECT count(*) FROM observation"), facts);
    assert_int_equal(df_number(f, "SELECT count(*) FROM enrolment"), tasks);
    assert_int_equal(
        df_number(f, "SELECT count(*) FROM enrolment WHERE path = '002001' AND state = 'open' AND previous IS NOT NULL"), 1);
}

static void rows_close_on_both_lists_and_the_funnel_adds_up(void)
{
    static const char *const sums[] = {"received", "dispatched", "reached", "closed"};
    const char *lists[] = {flow.list, flow.list2};
    for (size_t l = 0; l < 2; l++) {
        const json_t *list = get(DISTRICT, wg_fmt(arena(), "/api/v1/lists/%s", lists[l]));
        const json_t *funnel = json_object_get(list, "funnel"), *c = json_object_get(list, "counts");
        for (size_t s = 0; s < 4; s++) {
            int64_t sum = 0;
            for (size_t i = 0; i < json_array_size(funnel); i++) sum += number(json_array_get(funnel, i), sums[s]);
            assert_int_equal(sum, number(c, sums[s]));
        }
        assert_int_equal(number(c, "reached"), 1);
        const json_t *reached = items(get(DISTRICT, wg_fmt(arena(), "/api/v1/lists/%s/rows?stage=reached", lists[l])));
        assert_int_equal(json_array_size(reached), 1);
        assert_string_equal(text(json_array_get(reached, 0), "name"), "王建国");
    }
}

static void who_is_late_is_counted(void)
{
    struct district_fixture *f = flow.p.f;
    const char *door = df_household(f, 6); /* 001 001 002 */
    (void)df_enrol(f, df_person(door, 0), door, wg_now() - 5 * (wg_time)WG_HOUR);
    const json_t *late = items(get(STREET, "/api/v1/tasks/late?by=community"));
    assert_int_equal(json_array_size(late), 1);
    assert_int_equal(json_array_size(items(get(STREET, "/api/v1/tasks?state=overdue"))), 1);
}

static int64_t figure(const json_t *report, const char *code)
{
    const json_t *figures = json_object_get(report, "figures");
    for (size_t i = 0; i < json_array_size(figures); i++)
        if (strcmp(text(json_array_get(figures, i), "code"), code) == 0) return number(json_array_get(figures, i), "value");
    fail_msg("no figure %s", code);
    return -1;
}

static void the_report_is_signed_and_verified(void)
{
    struct district_fixture *f = flow.p.f;
    const char *screening =
        wg_fmt(arena(),
               "{\"items\":[{\"id\":\"%s\",\"programme\":\"daily_screening\",\"place\":\"%s\",\"result\":\"normal\","
               "\"at\":\"%s\"}]}",
               df_id(f, wg_id_new(wg_now())), df_id(f, df_place(df_household(f, 0))), wg_time_text(arena(), wg_now(), DF_ZONE));
    assert_int_equal(stored_as(post(WORKER, "/api/v1/observations", screening), "stored"), 1);
    const json_t *report = post(COMMUNITY, "/api/v1/reports/sign?place=001001", "{\"remark\":\"无\"}");
    assert_string_equal(text(report, "state"), "signed");
    assert_int_equal(figure(report, "households_done"), 1);
    assert_int_equal(figure(report, "people_reached"), 1);
    assert_string_equal(text(post(STREET, "/api/v1/reports/verify?place=001001", NULL), "state"), "verified");
}

static void the_report_is_a_spreadsheet(void)
{
    struct district_fixture *f = flow.p.f;
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    take_reply(hc_ask(&flow.clients[STREET], "GET", "/api/v1/reports/export?place=001&format=xlsx", NULL, NULL));
    assert_int_equal(flow.reply.status, 200);
    assert_true(hc_header_has(&flow.reply, "Content-Disposition", "attachment"));
    assert_int_equal(
        tab_open_bytes(&f->ctx, wg_str_dup(arena(), (struct wg_str){flow.reply.body, flow.reply.body_n}), &limits, &reader), 0);
    assert_int_equal(tab_shape(reader)->format, TAB_XLSX);
    assert_true(tab_shape(reader)->columns > 5);
}

static void the_register_goes_out_and_comes_in_unchanged(void)
{
    static const char *const formats[] = {"csv", "xlsx"};
    for (size_t i = 0; i < 2; i++) {
        const char *path = wg_fmt(arena(), "/api/v1/export/people?place=001001&format=%s", formats[i]);
        take_reply(hc_ask(&flow.clients[COMMUNITY], "GET", path, NULL, NULL));
        assert_int_equal(flow.reply.status, 200);
        struct wg_str bytes = wg_str_dup(arena(), (struct wg_str){flow.reply.body, flow.reply.body_n});
        const char *job = text(upload(COMMUNITY, "/api/v1/import/people", "居民", bytes, "x"), "id");
        assert_string_equal(watch(COMMUNITY, job), "done");
        const json_t *result = json_object_get(get(COMMUNITY, wg_fmt(arena(), "/api/v1/jobs/%s", job)), "result");
        assert_true(number(result, "received") >= 16);
        assert_int_equal(number(result, "unchanged"), number(result, "received"));
    }
}

static void a_look_at_a_person_is_seen(void)
{
    const char *person = wg_fmt(arena(), "/api/v1/people/%s", df_id(flow.p.f, df_person(df_household(flow.p.f, 0), 0)));
    (void)get(WORKER, person);
    const json_t *newest = json_array_get(items(get(COMMUNITY, wg_fmt(arena(), "%s/looks", person))), 0);
    assert_string_equal(text(newest, "verb"), "person.read");
    assert_string_equal(text(newest, "worker"), "员grid-001001001");
}

/* --- stopping ------------------------------------------------------------------------------------------------------------------- */

static const char *large_list(int n)
{
    struct wg_buf csv;
    wg_buf_init(&csv, 1 << 24);
    wg_buf_puts(&csv, "姓名,证件号,电话,现住址\n");
    for (int i = 0; i < n; i++) {
        char seventeen[64]; /* 17 are used */
        (void)snprintf(seventeen, sizeof seventeen, "219999%04d0%d%02d%03d", 1950 + i % 50, i / 1000 % 9 + 1, i / 50 % 28 + 1,
                       i % 1000);
        /* Long enough that the file is larger than what other addresses of the server take. */
        wg_buf_fmt(&csv, "白霜%s,%s%c,1541%07d,东街街道甲社区%0400d\n", i % 2 ? "雪" : "降", seventeen,
                   people_idno_check(seventeen), i, i);
    }
    const char *all = wg_cstr(arena(), (struct wg_str){csv.p, csv.n});
    wg_buf_free(&csv);
    return all;
}

/* Every row of a list once, and its sums true. */
static void assert_whole(struct district_fixture *f, int64_t n)
{
    const char *of_it = wg_fmt(f->arena, "WHERE list = (SELECT id FROM list WHERE n_rows = %lld)", (long long)n);
    assert_int_equal(
        df_number(f, wg_fmt(f->arena, "SELECT count(*) FROM list WHERE n_rows = %lld AND state = 'open'", (long long)n)), 1);
    assert_int_equal(df_number(f, wg_fmt(f->arena, "SELECT count(*) FROM list_row %s", of_it)), n);
    assert_int_equal(df_number(f, wg_fmt(f->arena, "SELECT count(DISTINCT row) FROM list_row %s", of_it)), n);
}

/* The state of the newest list in a store that no program has open. */
static const char *state_beside(struct district_fixture *f)
{
    static const char newest[] = "SELECT state FROM list ORDER BY received DESC, id DESC LIMIT 1";
    struct wg_arena *own = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(own);
    struct store *store;
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    assert_int_equal(store_open_reading(&ctx, wg_fmt(own, "%s/store", f->dir), &store), 0);
    assert_int_equal(store_read(&ctx, store, &snap), 0);
    assert_int_equal(store_one(&ctx, snap, newest, NULL, 0, &rows, &found), 0);
    const char *state = wg_cstr(f->arena, store_get_text(rows, 0));
    wg_arena_free(own);
    store_close(store);
    return state;
}

static void the_program_stops_in_the_middle_and_goes_on(void)
{
    const char *csv = large_list(LARGE);
    assert_true(strlen(csv) > 2 * 1024 * 1024);
    const char *list = text(upload(DATA, "/api/v1/lists", "大表.csv", wg_str(csv), "大表"), "id");
    const char *job = start_list(list);
    wg_id id;
    stop_serving();
    pf_stop(&flow.p);
    print_message("     stopped while the list was %s\n", state_beside(flow.p.f));
    pf_start(&flow.p);
    serve();
    assert_true(wg_id_parse(wg_str(job), &id));
    assert_true(pf_wait_job(&flow.p, id));
    assert_whole(flow.p.f, LARGE);
    for (int i = 0; i < PEOPLE; i++) assert_true(hc_sign_in(&flow.clients[i], people[i], df_password));
    assert_string_equal(text(get(DATA, wg_fmt(arena(), "/api/v1/lists/%s", list)), "state"), "open");
}

static void every_check_holds(void)
{
    assert_true(json_is_true(json_object_get(get(DISTRICT, "/api/v1/check"), "ok")));
    flow.p.f->now = wg_now();
    pf_assert_checks(&flow.p);
}

static const struct {
    const char *label;
    void (*run)(void);
} steps[] = {
    {"everybody signs in", everybody_signs_in},
    {"the list comes as CSV, as GBK and as a spreadsheet", the_list_comes_as_csv_gbk_and_xlsx},
    {"it is started and watched to the end", it_is_started_and_watched_to_the_end},
    {"the receipt adds up", the_receipt_adds_up},
    {"the same file is recognised; the same people elsewhere make no second visit",
     the_same_file_is_recognised_and_other_bytes_make_no_second_visit},
    {"a clerk reviews", a_clerk_reviews},
    {"a rejected row is mended", a_rejected_row_is_mended},
    {"the community assigns its pool", the_community_assigns_its_pool},
    {"the worker opens the phone", the_worker_opens_the_phone},
    {"the worker answers, and sends it twice", the_worker_answers_and_sends_it_twice},
    {"rows close on both lists, and the funnel adds up", rows_close_on_both_lists_and_the_funnel_adds_up},
    {"who is late is counted", who_is_late_is_counted},
    {"the report is signed and verified", the_report_is_signed_and_verified},
    {"the report is a spreadsheet", the_report_is_a_spreadsheet},
    {"the register goes out and comes in unchanged", the_register_goes_out_and_comes_in_unchanged},
    {"a look at a person is seen", a_look_at_a_person_is_seen},
    {"the program stops in the middle of an import and goes on", the_program_stops_in_the_middle_and_goes_on},
    {"every check holds", every_check_holds},
};

static void test_flow__everyone_on_a_list_is_reached_by_someone_accountable(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        print_message("  %zu %s\n", i + 1, steps[i].label);
        steps[i].run();
    }
}

static int setup(void **state)
{
    void *program = NULL;
    assert_int_equal(pf_setup(&program), 0);
    flow = (struct flow){.p = *(struct program *)program};
    free(program);
    *state = &flow;
    serve();
    return 0;
}

static int teardown(void **state)
{
    struct program *p = wg_xcalloc(1, sizeof *p);
    void *program = p;
    (void)state;
    if (flow.server) stop_serving();
    hc_free(&flow.reply);
    *p = flow.p;
    return pf_teardown(&program);
}

/* --- a crash -------------------------------------------------------------------------------------------------------------------- */

/* The child imports until it is killed. */
static void import_in_child(struct program *p, const char *csv)
{
    static const char *const columns[] = {"name", "idno", "phone", "address"};
    struct district_fixture *f = p->f;
    struct list_new what = {.name = "大表",
                            .source = "火车站",
                            .file_name = "a.csv",
                            .programme = "list_follow_up",
                            .bytes = wg_str(csv),
                            .worker = df_worker("data")};
    struct list_start start = {.columns = columns, .n_columns = 4, .due = wg_now() + 6 * WG_HOUR, .worker = df_worker("data")};
    wg_id list, job;
    f->ctx.now = wg_now();
    pf_start(p);
    if (list_receive(&f->ctx, &f->d, &what, &list) || list_start(&f->ctx, &f->d, list, &start, &job)) _exit(1);
    for (;;) (void)pause();
}

/* Waits until some rows are written, beside the program that writes them; how many. */
static int64_t rows_beside(struct district_fixture *f)
{
    const char *where = wg_fmt(f->arena, "%s/store", f->dir);
    int64_t n = 0;
    for (int i = 0; i < 20000 && n == 0; i++) {
        struct wg_arena *own = wg_arena_new();
        struct wg_ctx ctx = wg_ctx(own);
        struct store *store = NULL;
        struct store_snap *snap;
        if (store_open_reading(&ctx, where, &store) == 0 && store_read(&ctx, store, &snap) == 0 &&
            store_number(&ctx, snap, "SELECT count(*) FROM list_row", NULL, 0, 0, &n) != 0)
            n = 0;
        wg_arena_free(own);
        store_close(store);
        if (n == 0) (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return n;
}

/* list P7, job P1, store P1 */
static void test_flow__an_import_that_was_killed_goes_on_and_no_row_comes_twice(void **state)
{
    void *fixture = NULL;
    int status;
    (void)state;
    assert_int_equal(df_setup(&fixture), 0);
    flow = (struct flow){.p = {.f = fixture}};
    struct district_fixture *f = fixture;
    df_close_rooms(f);
    const char *csv = large_list(LARGE);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) import_in_child(&flow.p, csv);
    int64_t before = rows_beside(f);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(before > 0);
    pf_start(&flow.p);
    wg_id job = pf_find_id(f, "SELECT id FROM job WHERE kind = 'list.import'");
    assert_true(pf_wait_job(&flow.p, job));
    print_message("  killed with %lld of %d rows written\n", (long long)before, LARGE);
    assert_whole(f, LARGE);
    f->now = wg_now();
    pf_assert_checks(&flow.p);
    void *program = wg_xcalloc(1, sizeof(struct program));
    *(struct program *)program = flow.p;
    assert_int_equal(pf_teardown(&program), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flow__an_import_that_was_killed_goes_on_and_no_row_comes_twice),
        cmocka_unit_test_setup_teardown(test_flow__everyone_on_a_list_is_reached_by_someone_accountable, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
