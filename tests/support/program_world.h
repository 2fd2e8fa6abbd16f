/* program_world.h - a street with everything in it, and requests for all of it: one table with at least one request for every route of the
 * program, each with somebody who may ask. Header only; made once a test program (world_setup, pf_teardown).
 *
 * A new route needs its requests here: scope_test asks them as another street, without a session, a token or the right; conformance_test
 * holds what is sent and what is answered against the schemas that the route names. */
#ifndef WG_TESTS_PROGRAM_WORLD_H
#define WG_TESTS_PROGRAM_WORLD_H
#include "program_fixture.h"

enum {
    SHOWS = 1, /* the answer to whoever may ask has something of street 001 in it */
    FILE_ = 2, /* the body is a file, sent as multipart */
    OWN = 4,   /* is about the caller's own account or draft: there is nothing of anybody else to ask for */
    OPEN = 8   /* needs no session */
};
struct probe {
    const char *route, *login; /* NULL: nobody may */
    unsigned flags;
    const char *path, *body; /* with $names of the things below */
};

/* Things of street 001 (and $own..., $other..., of street 002), by name. */
static const struct probe probes[] = {
    {"POST /api/v1/session", NULL, OPEN, "/api/v1/session", "{\"login\":\"nobody\",\"password\":\"nothing at all\"}"},
    {"GET /api/v1/session", "grid-001001001", OWN, "/api/v1/session", NULL},
    {"DELETE /api/v1/session", "grid-001001001", OWN, "/api/v1/session", NULL},
    {"POST /api/v1/session/password", NULL, OWN, "/api/v1/session/password",
     "{\"old\":\"correct horse 9\",\"new\":\"battery staple 7\"}"},
    {"GET /api/v1/accounts", "keeper", SHOWS, "/api/v1/accounts?q=street-001", NULL},
    {"POST /api/v1/accounts", "keeper", 0, "/api/v1/accounts",
     "{\"login\":\"newcomer\",\"name\":\"新人\",\"role\":\"worker\",\"password\":\"battery staple 7\"}"},
    {"PATCH /api/v1/accounts/{id}", "keeper", SHOWS, "/api/v1/accounts/$worker", "{\"phone\":\"15400009999\"}"},
    {"POST /api/v1/accounts/{id}/password", "keeper", 0, "/api/v1/accounts/$spare/password",
     "{\"password\":\"battery staple 7\"}"},
    {"GET /api/v1/audit", "street-001", SHOWS, "/api/v1/audit", NULL},
    {"GET /api/v1/export/audit", "street-001", SHOWS, "/api/v1/export/audit?format=csv", NULL},
    {"GET /api/v1/audit", "street-001", SHOWS, "/api/v1/audit?person=$person", NULL},
    {"GET /api/v1/audit", "street-001", SHOWS, "/api/v1/audit?worker=$worker", NULL},
    {"GET /api/v1/export/audit", "street-001", SHOWS, "/api/v1/export/audit?person=$person&format=csv", NULL},
    {"GET /healthz", NULL, OPEN, "/healthz", NULL},
    {"GET /metrics", NULL, OPEN, "/metrics", NULL},
    {"GET /api/v1/about", NULL, OPEN, "/api/v1/about", NULL},

    {"GET /api/v1/jobs/{id}", "street-001", 0, "/api/v1/jobs/$job", NULL},
    {"GET /api/v1/jobs/{id}", "data", 0, "/api/v1/jobs/$listjob", NULL},
    {"GET /api/v1/jobs/{id}/events", "street-001", 0, "/api/v1/jobs/$job/events", NULL},
    {"POST /api/v1/jobs/{id}/cancel", "street-001", 0, "/api/v1/jobs/$job/cancel", NULL},
    {"POST /api/v1/jobs/{id}/cancel", "data", 0, "/api/v1/jobs/$listjob/cancel", NULL},

    {"GET /api/v1/place", "grid-001001001", SHOWS, "/api/v1/place?path=001001001", NULL},
    {"GET /api/v1/place", "district", 0, "/api/v1/place", NULL},
    {"GET /api/v1/places", "community-001001", SHOWS, "/api/v1/places?parent=$community", NULL},
    {"GET /api/v1/places", "district", SHOWS, "/api/v1/places", NULL},
    {"GET /api/v1/places/search", "district", SHOWS, "/api/v1/places/search?q=%E4%B8%9C%E8%A1%97&level=1", NULL},
    {"GET /api/v1/places/search", "district", SHOWS, "/api/v1/places/search?q=%E6%98%A5%E5%8D%8E", NULL},
    {"POST /api/v1/places", "district", 0, "/api/v1/places",
     "{\"parent\":\"$grid\",\"kind\":\"compound\",\"name\":\"秋实小区\"}"},
    {"PATCH /api/v1/places/{id}", "district", 0, "/api/v1/places/$grid2", "{\"version\":1,\"name\":\"第九网格\"}"},

    {"GET /api/v1/people", "community-001001", SHOWS, "/api/v1/people?place=001001", NULL},
    {"GET /api/v1/people", "street-001", SHOWS, "/api/v1/people", NULL},
    {"GET /api/v1/people", "street-001", SHOWS, "/api/v1/people?q=%E5%B0%89%E8%BF%9F", NULL},
    {"GET /api/v1/people", "street-001", SHOWS, "/api/v1/people?q=$idno", NULL},
    {"GET /api/v1/people", "street-001", SHOWS, "/api/v1/people?q=$phone", NULL},
    {"GET /api/v1/people", "street-001", SHOWS, "/api/v1/people?q=%E6%98%A5%E5%8D%8E%E5%B0%8F%E5%8C%BA1%E5%8F%B7%E6%A5%BC",
     NULL},
    {"POST /api/v1/people", "community-001001", 0, "/api/v1/people",
     "{\"place\":\"$household\",\"name\":\"新来\",\"birth\":\"1990-01-01\"}"},
    {"GET /api/v1/people/{id}", "grid-001001001", SHOWS, "/api/v1/people/$person", NULL},
    {"PATCH /api/v1/people/{id}", "community-001001", SHOWS, "/api/v1/people/$person2", "{\"version\":1,\"note\":\"改\"}"},
    {"PATCH /api/v1/people/{id}", NULL, 0, "/api/v1/people/$person2", "{\"version\":1,\"place\":\"$ownhousehold\"}"},
    {"PATCH /api/v1/people/{id}", NULL, 0, "/api/v1/people/$ownperson", "{\"version\":1,\"place\":\"$household\"}"},
    {"POST /api/v1/people/{id}/reveal", "grid-001001001", SHOWS, "/api/v1/people/$person/reveal",
     "{\"field\":\"idno\",\"reason\":\"核对\"}"},
    {"GET /api/v1/people/{id}/looks", "grid-001001001", SHOWS, "/api/v1/people/$person/looks", NULL},
    {"GET /api/v1/people/{id}/changes", "grid-001001001", SHOWS, "/api/v1/people/$corrected/changes", NULL},
    {"POST /api/v1/people/{id}/changes/{change}/undo", "community-001001", SHOWS,
     "/api/v1/people/$corrected/changes/$change/undo", "{\"version\":2}"},

    {"GET /api/v1/duties", "street-001", SHOWS, "/api/v1/duties?place=001", NULL},
    {"GET /api/v1/duties", "street-001", SHOWS, "/api/v1/duties", NULL},
    {"GET /api/v1/duties", "street-001", SHOWS, "/api/v1/duties?worker=$worker", NULL},
    {"GET /api/v1/duties/gaps", "street-001", SHOWS, "/api/v1/duties/gaps?place=001", NULL},
    {"GET /api/v1/duties/gaps", "street-001", SHOWS, "/api/v1/duties/gaps", NULL},
    {"POST /api/v1/duties", "street-001", SHOWS, "/api/v1/duties",
     "{\"place\":\"$grid2\",\"worker\":\"$worker\",\"role\":\"help\",\"from\":\"2020-01-01\"}"},
    {"POST /api/v1/duties/{id}/end", "street-001", SHOWS, "/api/v1/duties/$duty/end", "{\"until\":\"2099-01-01\"}"},
    {"GET /api/v1/absences", "street-001", SHOWS, "/api/v1/absences?place=001", NULL},
    {"GET /api/v1/absences", "street-001", SHOWS, "/api/v1/absences", NULL},
    {"POST /api/v1/absences", "street-001", 0, "/api/v1/absences",
     "{\"worker\":\"$worker\",\"from\":\"2098-01-01\",\"until\":\"2098-01-05\",\"stand_in\":\"$other\"}"},
    {"DELETE /api/v1/absences/{id}", "street-001", 0, "/api/v1/absences/$absence", NULL},

    {"GET /api/v1/resources/{name}", "grid-001001001", 0, "/api/v1/resources/people", NULL},
    {"GET /api/v1/export/{name}", "community-001001", SHOWS, "/api/v1/export/people?place=001001&format=csv", NULL},
    {"GET /api/v1/export/{name}", "street-001", SHOWS, "/api/v1/export/people?format=csv", NULL},
    {"GET /api/v1/export/{name}", "street-001", SHOWS, "/api/v1/export/places?format=csv", NULL},
    {"GET /api/v1/export/{name}", "street-001", SHOWS, "/api/v1/export/duties?format=csv", NULL},
    {"GET /api/v1/export/tasks", "street-001", SHOWS, "/api/v1/export/tasks?format=csv", NULL},
    {"GET /api/v1/export/tasks", "community-001001", SHOWS,
     "/api/v1/export/tasks?place=001001&state=open,overdue,done&format=csv", NULL},
    {"GET /api/v1/export/tasks", "street-001", SHOWS, "/api/v1/export/tasks?list=$list&format=csv", NULL},
    {"GET /api/v1/export/households", "street-001", SHOWS, "/api/v1/export/households?format=csv", NULL},
    {"POST /api/v1/import/people", "community-001001", FILE_, "/api/v1/import/people", "$peoplefile"},
    {"POST /api/v1/import/people", NULL, FILE_, "/api/v1/import/people", "$takenpeoplefile"},
    {"POST /api/v1/import/places", "district", FILE_, "/api/v1/import/places", "$placesfile"},
    {"POST /api/v1/import/duties", "street-001", FILE_, "/api/v1/import/duties", "$dutiesfile"},
    {"POST /api/v1/import/duties", NULL, FILE_, "/api/v1/import/duties", "$takendutiesfile"},
    {"GET /api/v1/import/{job}/refused", "street-001", SHOWS, "/api/v1/import/$job/refused", NULL},

    {"POST /api/v1/observations", "grid-001001001", 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"list_follow_up\",\"enrolment\":\"$task\",\"result\":\"not_home\",\"at\":\"$"
     "now\"}]}"},
    {"POST /api/v1/observations", "grid-001001001", 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"list_follow_up\",\"person\":\"$person\",\"result\":\"not_home\",\"at\":\"$"
     "now\"}]}"},
    {"POST /api/v1/observations", NULL, 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"list_follow_up\",\"person\":\"$person3\",\"place\":\"$ownhousehold\","
     "\"result\":"
     "\"seen\",\"at\":\"$now\"}]}"},
    {"POST /api/v1/observations", NULL, 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"daily_screening\",\"person\":\"$person3\",\"place\":\"$ownhousehold\","
     "\"result\":"
     "\"fever\",\"temperature\":39.1,\"at\":\"$now\"}]}"},
    {"POST /api/v1/observations", NULL, 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"daily_screening\",\"supersedes\":\"$fact\",\"result\":\"withdrawn\",\"at\":"
     "\"$now\"}]}"},
    {"POST /api/v1/observations", "grid-001001001", 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"daily_screening\",\"place\":\"$household\",\"result\":\"normal\",\"at\":\"$"
     "now\"}]}"},
    {"POST /api/v1/observations", "grid-001001001", 0, "/api/v1/observations",
     "{\"items\":[{\"id\":\"$new\",\"programme\":\"register\",\"result\":\"found\",\"place\":\"$household\",\"body\":{"
     "\"name\":\"尉迟新\"},\"at\":\"$now\"}]}"},
    {"POST /api/v1/alarms/{id}", "community-001001", 0, "/api/v1/alarms/$alarm", "{\"action\":\"take\"}"},
    {"POST /api/v1/tasks/assign", "street-001", 0, "/api/v1/tasks/assign", "{\"tasks\":[\"$task\"],\"worker\":\"$other\"}"},
    {"POST /api/v1/tasks/assign", "street-001", 0, "/api/v1/tasks/assign", "{\"tasks\":[\"$task2\"],\"place\":\"$grid\"}"},
    {"POST /api/v1/tasks/assign/undo", "street-001", 0, "/api/v1/tasks/assign/undo",
     "{\"before\":[{\"task\":\"$task2\",\"worker\":null,\"path\":\"001001\"}]}"},

    {"GET /api/v1/today", "street-001", SHOWS, "/api/v1/today?place=001", NULL},
    {"GET /api/v1/today", "street-001", SHOWS, "/api/v1/today", NULL},
    {"GET /api/v1/tasks", "grid-001001001", SHOWS, "/api/v1/tasks?place=001001001", NULL},
    {"GET /api/v1/tasks", "street-001", SHOWS, "/api/v1/tasks?state=open,overdue,done,excused,passed", NULL},
    {"GET /api/v1/tasks", "street-001", SHOWS, "/api/v1/tasks?list=$list", NULL},
    {"GET /api/v1/tasks", "street-001", SHOWS, "/api/v1/tasks?worker=$other", NULL},
    {"GET /api/v1/tasks", "street-001", SHOWS, "/api/v1/tasks?pool=1", NULL},
    {"GET /api/v1/tasks/late", "street-001", SHOWS, "/api/v1/tasks/late?by=worker", NULL},
    {"GET /api/v1/tasks/late", "street-001", SHOWS, "/api/v1/tasks/late?by=community&place=001", NULL},
    {"GET /api/v1/households", "grid-001001001", SHOWS, "/api/v1/households?place=001001001", NULL},
    {"GET /api/v1/households", "street-001", SHOWS, "/api/v1/households", NULL},
    {"GET /api/v1/alarms", "street-001", SHOWS, "/api/v1/alarms?place=001001", NULL},
    {"GET /api/v1/alarms", "street-001", SHOWS, "/api/v1/alarms?state=open,taken,closed", NULL},
    {"GET /api/v1/workers", "street-001", SHOWS, "/api/v1/workers?place=001", NULL},
    {"GET /api/v1/workers", "street-001", SHOWS, "/api/v1/workers?q=grid-001", NULL},
    {"GET /api/v1/field/today", "grid-001001001", SHOWS, "/api/v1/field/today", NULL},

    {"GET /api/v1/lists", "street-001", SHOWS, "/api/v1/lists", NULL},
    {"POST /api/v1/lists", "data", FILE_, "/api/v1/lists", "姓名,电话\n无关人,15400007777\n"},
    {"GET /api/v1/lists/sources", "data", 0, "/api/v1/lists/sources", NULL},
    {"GET /api/v1/lists/{id}", "street-001", SHOWS, "/api/v1/lists/$list", NULL},
    {"GET /api/v1/lists/{id}", "street-001", SHOWS, "/api/v1/lists/$draft", NULL},
    {"GET /api/v1/lists/{id}/rows", "street-001", SHOWS, "/api/v1/lists/$list/rows", NULL},
    {"GET /api/v1/lists/{id}/rows", "community-001001", SHOWS, "/api/v1/lists/$list/rows?place=001001", NULL},
    {"GET /api/v1/lists/{id}/rows/{row}", "street-001", SHOWS, "/api/v1/lists/$list/rows/2", NULL},
    {"GET /api/v1/lists/{id}/rows/{row}", "data", SHOWS, "/api/v1/lists/$list/rows/$rejected", NULL},
    {"GET /api/v1/lists/{id}/export", "street-001", SHOWS, "/api/v1/lists/$list/export?format=csv", NULL},
    {"POST /api/v1/lists/{id}/rows/{row}/mend", "data", SHOWS, "/api/v1/lists/$list/rows/$rejected/mend",
     "{\"cells\":[\"尉迟已改\",\"\",\"15400004444\",\"东街街道甲社区\"]}"},
    {"POST /api/v1/lists/{id}/rows/{row}/mend", "street-001", SHOWS, "/api/v1/lists/$list/rows/$doubtful2/mend",
     "{\"cells\":[\"尉迟又改\",\"\",\"15400005555\",\"东街街道甲社区\"]}"},
    {"POST /api/v1/lists/{id}/start", "street-001", 0, "/api/v1/lists/$draft/start",
     "{\"columns\":[\"name\",\"idno\",\"phone\",\"address\"],\"due\":\"2099-01-01T08:00:00+08:00\",\"again\":true}"},
    {"POST /api/v1/lists/{id}/close", "data", SHOWS, "/api/v1/lists/$list2/close", NULL},
    {"POST /api/v1/lists/{id}/reopen", "data", SHOWS, "/api/v1/lists/$list2/reopen", NULL},
    {"POST /api/v1/lists/{id}/cancel", "data", SHOWS, "/api/v1/lists/$list3/cancel", NULL},

    {"POST /api/v1/review/next", "clerk", SHOWS, "/api/v1/review/next", "{\"list\":\"$list\"}"},
    {"POST /api/v1/review/next", "clerk", SHOWS, "/api/v1/review/next", "{}"},
    {"GET /api/v1/review/ready", "clerk", 0, "/api/v1/review/ready", NULL},
    {"POST /api/v1/review/release", NULL, OWN, "/api/v1/review/release", "{\"list\":\"$list\",\"row\":$doubtful}"},
    {"POST /api/v1/review/{decision}/undo", "clerk", 0, "/api/v1/review/$decision/undo", NULL},
    {"POST /api/v1/review/decide", "clerk", 0, "/api/v1/review/decide",
     "{\"list\":\"$list\",\"row\":$doubtful,\"verdict\":\"new\"}"},

    {"GET /api/v1/reports", "community-001001", SHOWS, "/api/v1/reports?place=001001", NULL},
    {"GET /api/v1/reports", "street-001", SHOWS, "/api/v1/reports", NULL},
    {"GET /api/v1/reports/rows", "community-001001", SHOWS, "/api/v1/reports/rows?place=001001&figure=people_due", NULL},
    {"GET /api/v1/reports/rows", "street-001", SHOWS, "/api/v1/reports/rows?figure=households_done", NULL},
    {"POST /api/v1/reports/sign", "community-001001", SHOWS, "/api/v1/reports/sign?place=001001", "{\"remark\":\"\"}"},
    {"POST /api/v1/reports/verify", "street-001", SHOWS, "/api/v1/reports/verify?place=001001", NULL},
    {"GET /api/v1/reports/export", "street-001", SHOWS, "/api/v1/reports/export?place=001&format=csv", NULL},
    {"GET /api/v1/reports/export", "street-001", SHOWS, "/api/v1/reports/export?format=csv", NULL},
    {"GET /api/v1/check", "district", SHOWS, "/api/v1/check", NULL},
};
enum { N_PROBES = sizeof probes / sizeof *probes };

/* --- the world ---------------------------------------------------------------------------------------------------------------- */

struct name {
    const char *name, *value;
};
struct world {
    struct program p;
    struct name names[64];
    size_t n_names;
    const char **words; /* what is street 001's: ids, names, tails, numbers, workers */
    size_t n_words, cap;
};

static struct world world;

static void name_thing(const char *name, const char *value)
{
    assert_true(world.n_names < sizeof world.names / sizeof *world.names);
    world.names[world.n_names++] = (struct name){name, value};
}

static void name_id(const char *name, wg_id id)
{
    name_thing(name, df_id(world.p.f, id));
}

static const char *thing(const char *name, size_t n)
{
    for (size_t i = 0; i < world.n_names; i++)
        if (strlen(world.names[i].name) == n && strncmp(world.names[i].name, name, n) == 0) return world.names[i].value;
    fail_msg("no thing named %.*s", (int)n, name);
    return "";
}

/* $name becomes what has that name; $new a new id. */
static const char *filled(const char *text)
{
    struct district_fixture *f = world.p.f;
    struct wg_buf out;
    if (!text) return NULL;
    wg_buf_init(&out, 1 << 20);
    while (*text) {
        size_t plain = strcspn(text, "$");
        wg_buf_add(&out, text, plain);
        text += plain;
        if (!*text) break;
        size_t n = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
        wg_buf_puts(&out, n == 3 && strncmp(text + 1, "new", 3) == 0 ? df_id(f, wg_id_new(f->now)) : thing(text + 1, n));
        text += 1 + n;
    }
    const char *done = wg_cstr(f->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return done;
}

static void add_word(const char *word)
{
    world.words = wg_grow(world.p.f->arena, world.words, &world.cap, world.n_words + 1, sizeof *world.words);
    world.words[world.n_words++] = word;
}

static void add_ids(const char *sql)
{
    struct district_fixture *f = world.p.f;
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_query(&f->ctx, snap, sql, NULL, 0, &rows), 0);
    while (assert_int_equal(store_next(&f->ctx, rows, &more), 0), more) add_word(df_id(f, store_get_id(rows, 0)));
    store_read_end(snap);
}

static const char *number_of(int household, int n, bool phone)
{
    struct district_fixture *f = world.p.f;
    const char *idno = wg_fmt(f->arena, "219999%04d0%d15%03d", 1950 + household, n + 1, household * 2 + (n == 0 ? 1 : 0));
    return phone ? wg_fmt(f->arena, "154%04d%04d", n, household) : wg_fmt(f->arena, "%s%c", idno, people_idno_check(idno));
}

static void collect_words(void)
{
    add_ids("SELECT id FROM person WHERE path LIKE '001%'");
    add_ids("SELECT id FROM enrolment WHERE path LIKE '001%'");
    add_ids("SELECT id FROM observation WHERE path LIKE '001%'");
    add_ids("SELECT id FROM alarm WHERE path LIKE '001%'");
    add_ids("SELECT id FROM duty WHERE path LIKE '001%'");
    add_ids("SELECT id FROM absence");
    add_ids("SELECT id FROM place WHERE path LIKE '001%'");
    add_ids("SELECT w.id FROM worker w WHERE w.login LIKE '%-001%'");
    static const char *const others[] = {"尉迟",         "壹九壹九", "贰八贰八",      "员grid-001", "员community-001",
                                         "员street-001", "东街名单", "\"path\":\"001"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) add_word(others[i]);
    for (int h = 0; h < DF_HOUSEHOLDS / 2; h++)
        for (int n = 0; n < DF_PEOPLE; n++) {
            add_word(number_of(h, n, false));
            add_word(number_of(h, n, true));
        }
}

/* --- making it ------------------------------------------------------------------------------------------------------------------- */

struct told {
    int status;
    const char *code, *text;
};

static struct told tell(const struct df_session *as, const char *method, const char *path, const char *body, bool is_file)
{
    struct district_fixture *f = world.p.f;
    static const char *const fields[] = {"source", "网格测试", NULL};
    const char *type = body ? "application/json" : NULL;
    struct wg_str bytes = body ? wg_str(body) : WG_STR("");
    if (is_file) bytes = pf_upload(f->arena, "a.csv", bytes, fields, &type);
    struct df_reply r = df_send(f, as, method, path, type, bytes);
    char *json = r.json ? json_dumps(r.json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    struct told told = {r.status, r.code,
                        wg_fmt(f->arena, "%s%.*s", json ? json : "", (int)r.answer->bytes.n, r.answer->bytes.p)};
    if (r.answer->file_name) told.text = wg_fmt(f->arena, "%s%s", told.text, r.answer->file_name);
    free(json);
    return told;
}

/* Asks as somebody who may; the answer. */
static json_t *done(const char *login, const char *method, const char *path, const char *body, bool is_file)
{
    struct district_fixture *f = world.p.f;
    struct df_session session = df_enter(f, login);
    struct told told = tell(&session, method, path, body, is_file);
    if (told.status != 200) print_error("%s %s as %s: %d %s\n", method, path, login, told.status, told.text);
    assert_int_equal(told.status, 200);
    json_t *json = json_loads(told.text, 0, NULL);
    if (json) wg_arena_cleanup(f->arena, df_release_json, json);
    return json;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    assert_non_null(text);
    return text;
}

static const char *wait_for_job(const json_t *job)
{
    wg_id id;
    assert_true(wg_id_parse(wg_str(text_of(job, "id")), &id));
    assert_true(pf_wait_job(&world.p, id));
    return text_of(job, "id");
}

/* Brings a list and starts it; *ret_job may be NULL. */
static const char *bring(const char *login, const char *csv, const char **ret_job)
{
    struct district_fixture *f = world.p.f;
    const char *list = text_of(done(login, "POST", "/api/v1/lists", csv, true), "id");
    const char *due = wg_time_text(f->arena, f->now + 20 * WG_HOUR, DF_ZONE);
    const char *start = wg_fmt(
        f->arena, "{\"columns\":[\"name\",\"idno\",\"phone\",\"address\"],\"due\":\"%s\",\"name\":\"东街名单%s\"}", due, list);
    json_t *job = done(login, "POST", wg_fmt(f->arena, "/api/v1/lists/%s/start", list), start, false);
    const char *id = wait_for_job(job);
    if (ret_job) *ret_job = id;
    return list;
}

static int64_t row_where(const char *list, const char *condition)
{
    struct district_fixture *f = world.p.f;
    wg_id id;
    assert_true(wg_id_parse(wg_str(list), &id));
    const char *sql = wg_fmt(f->arena, "SELECT row FROM list_row WHERE list = $1 AND %s ORDER BY row LIMIT 1", condition);
    struct store_snap *snap;
    int64_t row;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, sql, (struct store_value[]){store_id(&id)}, 1, -1, &row), 0);
    store_read_end(snap);
    if (row < 0) print_error("no row where %s\n", condition);
    assert_true(row >= 0);
    return row;
}

static void make_lists(void)
{
    struct district_fixture *f = world.p.f;
    static const char head[] = "姓名,证件号,电话,现住址\n";
    const char *job;
    const char *csv = wg_fmt(f->arena,
                             "%s尉迟001,%s,%s,\n尉迟001,%s,%s,\n尉迟新人,,15400003333,东街街道甲社区\n"
                             "完颜甲,%s,,东街街道甲社区\n完颜乙,%s,,东街街道甲社区\n完颜丙,%s,,东街街道甲社区\n,,,尉迟之家\n",
                             head, number_of(0, 0, false), number_of(0, 0, true), number_of(1, 0, false), number_of(1, 0, true),
                             number_of(2, 0, false), number_of(3, 0, false), number_of(4, 0, false));
    const char *list = bring("data", csv, &job);
    name_thing("list", list);
    name_thing("listjob", job);
    name_thing("rejected", wg_fmt(f->arena, "%lld", (long long)row_where(list, "outcome = 'rejected'")));
    /* One doubtful row is decided; two are left. */
    json_t *decided = done("clerk", "POST", "/api/v1/review/decide",
                           wg_fmt(f->arena, "{\"list\":\"%s\",\"row\":%lld,\"verdict\":\"new\"}", list,
                                  (long long)row_where(list, "outcome = 'review'")),
                           false);
    name_thing("decision", text_of(decided, "decision"));
    int64_t doubtful = row_where(list, "outcome = 'review'");
    name_thing("doubtful", wg_fmt(f->arena, "%lld", (long long)doubtful));
    name_thing("doubtful2",
               wg_fmt(f->arena, "%lld",
                      (long long)row_where(list, wg_fmt(f->arena, "outcome = 'review' AND row > %lld", (long long)doubtful))));
    name_thing(
        "list2",
        bring("data", wg_fmt(f->arena, "%s尉迟001,%s,%s,x\n", head, number_of(5, 0, false), number_of(5, 0, true)), NULL));
    name_thing(
        "list3",
        bring("data", wg_fmt(f->arena, "%s尉迟001,%s,%s,y\n", head, number_of(6, 0, false), number_of(6, 0, true)), NULL));
    /* One that waits for its columns, brought by the street. */
    csv = wg_fmt(f->arena, "%s尉迟001,%s,%s,z\n", head, number_of(7, 0, false), number_of(7, 0, true));
    name_thing("draft", text_of(done("street-001", "POST", "/api/v1/lists", csv, true), "id"));
    df_sql(f, "UPDATE list_row SET idno_tail = '壹九壹九', phone_tail = '贰八贰八' WHERE path LIKE '001%'");
}

/* `text` with every `from` replaced. */
static const char *replaced(const char *text, const char *from, const char *to)
{
    struct district_fixture *f = world.p.f;
    struct wg_buf out;
    wg_buf_init(&out, 1 << 22);
    for (const char *hit; (hit = strstr(text, from)) != NULL; text = hit + strlen(from)) {
        wg_buf_add(&out, text, (size_t)(hit - text));
        wg_buf_puts(&out, to);
    }
    wg_buf_puts(&out, text);
    const char *whole = wg_cstr(f->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return whole;
}

static const char *exported(const char *login, const char *what)
{
    struct district_fixture *f = world.p.f;
    struct df_session session = df_enter(f, login);
    struct df_reply r = df_ask(f, &session, "GET", wg_fmt(f->arena, "/api/v1/export/%s?format=csv", what), NULL);
    assert_int_equal(r.status, 200);
    return wg_cstr(f->arena, r.answer->bytes);
}

/* Files that would change street 001: as it is exported, with notes, names and ends changed; and with everything taken to street 002. */
static void make_files(void)
{
    const char *people = replaced(exported("street-001", "people"), "尉迟记", "改了");
    const char *places = replaced(exported("street-001", "places"), "第1网格", "第一网格");
    const char *duties = replaced(exported("street-001", "duties"), "负责", "协助");
    duties = replaced(duties, "lead", "help");
    name_thing("peoplefile", people);
    name_thing("takenpeoplefile", replaced(people, ",001", ",002"));
    name_thing("placesfile", places);
    /* The last column is the end of the duty, empty so far. */
    name_thing("dutiesfile", replaced(duties, ",\r\n", ",2099-01-01\r\n"));
    name_thing("takendutiesfile", replaced(replaced(duties, ",001", ",002"), ",\r\n", ",2020-02-02\r\n"));
}

static int overlap(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    wg_id duty = wg_id_named("scope", WG_STR("overlap")), place = df_place("001001001"), worker = df_worker("grid-001001002");
    struct store_value values[] = {store_cstr(DF_DISTRICT), store_id(&duty), store_id(&place), store_id(&worker),
                                   store_time(ctx->now)};
    (void)arg;
    return store_exec(
        ctx, tx,
        "INSERT INTO duty (district, id, place, path, worker, role, from_day, until_day, supersedes, superseded, recorded, "
        "recorded_by) VALUES ($1, $2, $3, '001001001', $4, 'lead', 0, NULL, NULL, 0, $5, $4)",
        values, 5, NULL);
}

static int more_workers(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct district_fixture *f = arg;
    int rc = df_put_worker(ctx, tx, f, "data-002", ROLE_DATA, "002");
    if (rc == 0) rc = df_put_worker(ctx, tx, f, "clerk-002", ROLE_CLERK, "002");
    if (rc == 0) rc = df_put_worker(ctx, tx, f, "district-002", ROLE_DISTRICT, NULL);
    struct duty duty = {.place = df_place("002"),
                        .worker = df_worker("district-002"),
                        .from = f->today - 30,
                        .until = WG_DAY_OPEN,
                        .recorded_by = df_worker("district-002")};
    if (rc == 0) rc = duty_assign(ctx, tx, DF_DISTRICT, &duty);
    return rc ? rc : df_put_worker(ctx, tx, f, "spare", ROLE_WORKER, NULL);
}

/* What happened in street 001 before anybody asks: tasks open, late and in a pool, a fever, facts, leave, a double duty, looks. */
static void make_day(void)
{
    struct district_fixture *f = world.p.f;
    const char *door = df_household(f, 0), *door2 = df_household(f, 1);
    df_open_round(f, f->today);
    name_id("fact", df_screen(f, "grid-001001001", df_household(f, 3), "normal"));
    wg_id task = pf_find_id(f, "SELECT id FROM enrolment WHERE path = '001001001001001001001' AND state = 'open'");
    wg_id task2 = pf_find_id(f, "SELECT id FROM enrolment WHERE path = '001001' AND state = 'open'");
    name_id("task", task);
    name_id("task2", task2);
    (void)df_enrol(f, df_person(door2, 1), door2, f->now - 5 * WG_HOUR);
    name_id("alarm",
            df_fact(f, "grid-001001001",
                    wg_fmt(f->arena,
                           "\"programme\": \"daily_screening\", \"place\": \"%s\", \"person\": \"%s\", \"result\": \"fever\", "
                           "\"temperature\": 39.2, \"at\": \"%s\"",
                           df_id(f, df_place(door)), df_id(f, df_person(door, 0)), wg_time_text(f->arena, f->now, DF_ZONE))));
    const char *leave =
        wg_fmt(f->arena, "{\"worker\":\"%s\",\"from\":\"2099-01-01\",\"until\":\"2099-01-05\",\"stand_in\":\"%s\"}",
               df_id(f, df_worker("grid-001001001")), df_id(f, df_worker("grid-001001002")));
    name_thing("absence", text_of(done("street-001", "POST", "/api/v1/absences", leave, false), "id"));
    df_write(f, overlap, NULL);
    (void)done("grid-001001001", "GET", wg_fmt(f->arena, "/api/v1/people/%s", df_id(f, df_person(door, 0))), NULL, false);
    (void)done("community-001002", "POST", "/api/v1/reports/sign?place=001002", NULL, false);
}

static void make_world(void)
{
    struct district_fixture *f = world.p.f;
    const char *door = df_household(f, 0);
    df_write(f, more_workers, f);
    df_sql(f, "UPDATE worker SET phone = '154777' || substr(phone, 7)"); /* not like those of people */
    df_sql(f, "UPDATE person SET name = '尉迟' || substr(path, 1, 3), idno_tail = '壹九壹九', phone_tail = '贰八贰八', address "
              "= '尉迟宅', "
              "note = '尉迟记' WHERE path LIKE '001%'");
    name_id("person", df_person(door, 0));
    name_id("person2", df_person(door, 1));
    name_id("person3", df_person(df_household(f, 8), 1));
    name_id("corrected", df_person(df_household(f, 1), 0));
    (void)done("community-001001", "PATCH", filled("/api/v1/people/$corrected"), "{\"version\":1,\"note\":\"尉迟改\"}", false);
    name_id("change", pf_find_id(f, "SELECT id FROM person_change WHERE fields = 'note'"));
    name_id("ownperson", df_person(df_household(f, 16), 0));
    name_id("household", df_place(door));
    name_id("ownhousehold", df_place(df_household(f, 16)));
    name_id("community", df_place("001001"));
    name_id("grid", df_place("001001001"));
    name_id("grid2", df_place("001001002"));
    name_id("worker", df_worker("grid-001001001"));
    name_id("other", df_worker("grid-001001002"));
    name_id("spare", df_worker("spare"));
    name_id("duty", pf_find_id(f, "SELECT id FROM duty WHERE path = '001001001'"));
    name_thing("idno", number_of(0, 0, false));
    name_thing("phone", number_of(0, 0, true));
    name_thing("now", replaced(wg_time_text(f->arena, f->now, DF_ZONE), "+", "\\u002b"));
    make_lists();
    make_day();
    make_files();
    /* An import with a row that is refused: its file of refused rows is the street's. */
    const char *bad = replaced(exported("street-001", "people"), "在住", "何处");
    name_thing("job",
               wait_for_job(done("street-001", "POST", "/api/v1/import/people", replaced(bad, "living", "nowhere"), true)));
    /* Somebody whose path is not that of their place breaks a check, which then names them. */
    df_sql(f, "UPDATE person SET path = '001001' WHERE path = '001002002001001002002' AND sex = 2");
    collect_words();
}

DF_UNUSED static int world_setup(void **state)
{
    void *program = NULL;
    assert_int_equal(pf_setup(&program), 0);
    *state = program;
    world = (struct world){.p = *(struct program *)program};
    make_world();
    return 0;
}

/* --- the table and the routes ------------------------------------------------------------------------------------------------------ */

static const char *route_name(const struct guard_route *route)
{
    return wg_fmt(world.p.f->arena, "%s %s", route->method, route->pattern);
}

static const struct guard_route *route_of(const struct probe *probe)
{
    const struct guard_router *router = world.p.f->router;
    for (size_t i = 0; i < guard_route_count(router); i++)
        if (strcmp(route_name(guard_route_at(router, i)), probe->route) == 0) return guard_route_at(router, i);
    return NULL;
}

static const struct probe *first_probe(const struct guard_route *route)
{
    for (size_t i = 0; i < N_PROBES; i++)
        if (strcmp(probes[i].route, route_name(route)) == 0) return &probes[i];
    return NULL;
}

DF_UNUSED static struct told ask(const struct probe *probe, const struct df_session *as)
{
    return tell(as, route_of(probe)->method, filled(probe->path), filled(probe->body), (probe->flags & FILE_) != 0);
}

/* An id that whoever asks has named themselves is no news to them. */
DF_UNUSED static bool is_news(const char *word, const char *request)
{
    return !(strlen(word) == WG_ID_TEXT && strstr(request, word));
}

/* The first thing of street 001 in an answer, or NULL. */
DF_UNUSED static const char *found_in(const char *answer, const char *request)
{
    for (size_t i = 0; i < world.n_words; i++)
        if (strstr(answer, world.words[i]) && is_news(world.words[i], request)) return world.words[i];
    return NULL;
}
#endif
