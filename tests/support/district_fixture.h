/* district_fixture.h - a tiny district in a real store, for tests of the district rooms: header only, static functions.
 *
 * District 219999, at 14:05 of the real today (f->now; a test may move it). Two streets, each with two communities, each with
 * two grids; a grid is one compound of one building with two units of two households: 8 grids, 32 households, in each two people.
 *
 *   path        of a household: street 001 or 002, community, grid, compound 001, building 001, unit, household
 *   place id    df_place("001002001"): named by the path, so that tests need not ask for it
 *   person id   df_person("001002001001001002001", 0): the household's first (head, male) or second (wife)
 *   worker id   df_worker("grid-001002001"): the login. Accounts: grid-PATH, community-PATH, street-PATH, district, data, clerk,
 *               keeper; each leads (district, data and clerk: helps at) the place of its name
 *
 * Identity numbers have the unassigned area 219999, telephones the unissued range 154. All accounts have df_password. */
#ifndef WG_TESTS_DISTRICT_FIXTURE_H
#define WG_TESTS_DISTRICT_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "district/list/list.h"
#include "engine/people/people.h"
#include "platform/http/http_internal.h" /* reading an address, for requests made by hand */
#include "platform/resource/resource.h"

#define DF_DISTRICT "219999"
#define DF_UNUSED __attribute__((unused))
enum { DF_STREETS = 2, DF_COMMUNITIES = 2, DF_GRIDS = 2, DF_UNITS = 2, DF_ROOMS = 2, DF_PEOPLE = 2, DF_ZONE = 480 };
enum { DF_HOUSEHOLDS = DF_STREETS * DF_COMMUNITIES * DF_GRIDS * DF_UNITS * DF_ROOMS };
static const char df_password[] = "correct horse 9";

struct district_fixture {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    char dir[64];
    struct district d;
    struct guard_router *router; /* has guard_routes; a test adds its room's with df_routes */
    wg_time now;
    wg_day today;
    const char *hash;
    int n_workers;
};

/* --- names ----------------------------------------------------------------------------------------------------------------- */

DF_UNUSED static wg_id df_place(const char *path)
{
    return wg_id_named("fixture.place", wg_str(path));
}

DF_UNUSED static wg_id df_person(const char *household, int n)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s/%d", household, n);
    return wg_id_named("fixture.person", wg_str(name));
}

DF_UNUSED static wg_id df_worker(const char *login)
{
    return wg_id_named("fixture.worker", wg_str(login));
}

DF_UNUSED static const char *df_id(struct district_fixture *f, wg_id id)
{
    return wg_id_text(f->arena, id);
}

/* Path of the n-th household (0 .. DF_HOUSEHOLDS - 1), in walking order. */
DF_UNUSED static const char *df_household(struct district_fixture *f, int n)
{
    static const int many[] = {DF_STREETS, DF_COMMUNITIES, DF_GRIDS, 1, 1, DF_UNITS, DF_ROOMS};
    int step[7];
    for (int i = 6; i >= 0; i--) {
        step[i] = n % many[i] + 1;
        n /= many[i];
    }
    return wg_fmt(f->arena, "%03d%03d%03d%03d%03d%03d%03d", step[0], step[1], step[2], step[3], step[4], step[5], step[6]);
}

/* --- filling it ------------------------------------------------------------------------------------------------------------ */

DF_UNUSED static const char *df_place_name(struct district_fixture *f, const char *path, enum place_level level)
{
    static const char *const streets[] = {"", "东街街道", "西街街道"}, *const communities[] = {"", "甲社区", "乙社区"};
    size_t n = strlen(path);
    int step = n ? path[n - 1] - '0' : 0; /* no step here has two digits */
    switch (level) {
    case LEVEL_DISTRICT:
        return "示范区";
    case LEVEL_STREET:
        return streets[step];
    case LEVEL_COMMUNITY:
        return communities[step];
    case LEVEL_GRID:
        return wg_fmt(f->arena, "第%d网格", step);
    case LEVEL_COMPOUND:
        return "春华小区";
    case LEVEL_BUILDING:
        return wg_fmt(f->arena, "%d号楼", step);
    case LEVEL_UNIT:
        return wg_fmt(f->arena, "%d单元", step);
    default:
        return wg_fmt(f->arena, "%d01", step);
    }
}

static int df_put_place(struct wg_ctx *ctx, struct store_tx *tx, struct district_fixture *f, const char *path,
                        const char *parent_label)
{
    static const char *const kinds[] = {"district", "street", "community", "grid", "compound", "building", "unit", "household"};
    static const int many[] = {DF_STREETS, DF_COMMUNITIES, DF_GRIDS, 1, 1, DF_UNITS, DF_ROOMS, 0};
    size_t n = strlen(path);
    enum place_level level = (enum place_level)(n / PLACE_STEP);
    struct place place = {.id = df_place(path),
                          .path = path,
                          .level = level,
                          .kind = kinds[level],
                          .name = df_place_name(f, path, level),
                          .valid_from = f->today - 100,
                          .valid_until = WG_DAY_OPEN};
    if (n) place.parent = df_place(wg_cstr(f->arena, (struct wg_str){path, n - PLACE_STEP}));
    place.label = place_label(f->arena, level, parent_label, place.name);
    int rc = place_put(ctx, tx, DF_DISTRICT, &place);
    for (int i = 1; i <= many[level] && rc == 0; i++)
        rc = df_put_place(ctx, tx, f, wg_fmt(f->arena, "%s%03d", path, i), level >= LEVEL_COMPOUND ? place.label : "");
    return rc;
}

static int df_put_person(struct wg_ctx *ctx, struct store_tx *tx, struct district_fixture *f, int household, int n)
{
    static const char *const names[DF_PEOPLE][4] = {{"王建国", "赵德海", "孙立军", "周成林"},
                                                    {"李秀英", "陈桂兰", "吴淑珍", "郑玉华"}};
    const char *path = df_household(f, household);
    int year = 1950 + household, sequence = household * 2 + (n == 0 ? 1 : 0); /* odd: male */
    char *idno = wg_fmt(f->arena, "219999%04d0%d15%03d", year, n + 1, sequence);
    struct person person = {.id = df_person(path, n),
                            .place = df_place(path),
                            .path = path,
                            .name = names[n][household % 4],
                            .sex = n == 0 ? 1 : 2,
                            .birth = wg_day_from_civil(year, n + 1, 15),
                            .phone = wg_fmt(f->arena, "86154%04d%04d", n, household),
                            .relation = n,
                            .state = "living",
                            .created = f->now - 30 * WG_DAY_MS,
                            .updated = f->now - 30 * WG_DAY_MS};
    person.idno = wg_fmt(f->arena, "%s%c", idno, people_idno_check(idno));
    return person_load(ctx, tx, &f->d, &person);
}

static int df_put_worker(struct wg_ctx *ctx, struct store_tx *tx, struct district_fixture *f, const char *login,
                         enum guard_role role, const char *path)
{
    struct guard_worker worker = {.id = df_worker(login),
                                  .login = login,
                                  .name = wg_fmt(f->arena, "员%s", login),
                                  .phone = wg_fmt(f->arena, "154%08d", ++f->n_workers),
                                  .role = role,
                                  .active = true};
    int rc = guard_worker_add(ctx, tx, DF_DISTRICT, &worker);
    if (rc == 0) rc = guard_password_set(ctx, tx, DF_DISTRICT, worker.id, f->hash);
    if (rc || !path) return rc;
    struct duty duty = {.place = df_place(path),
                        .worker = worker.id,
                        .lead = role != ROLE_DATA && role != ROLE_CLERK,
                        .from = f->today - 30,
                        .until = WG_DAY_OPEN,
                        .recorded_by = worker.id};
    return duty_assign(ctx, tx, DF_DISTRICT, &duty);
}

static int df_put_workers(struct wg_ctx *ctx, struct store_tx *tx, struct district_fixture *f)
{
    int rc = df_put_worker(ctx, tx, f, "district", ROLE_DISTRICT, "");
    if (rc == 0) rc = df_put_worker(ctx, tx, f, "data", ROLE_DATA, "");
    if (rc == 0) rc = df_put_worker(ctx, tx, f, "clerk", ROLE_CLERK, "");
    if (rc == 0) rc = df_put_worker(ctx, tx, f, "keeper", ROLE_KEEPER, NULL);
    for (int s = 1; s <= DF_STREETS && rc == 0; s++) {
        rc = df_put_worker(ctx, tx, f, wg_fmt(f->arena, "street-%03d", s), ROLE_STREET, wg_fmt(f->arena, "%03d", s));
        for (int c = 1; c <= DF_COMMUNITIES && rc == 0; c++) {
            const char *community = wg_fmt(f->arena, "%03d%03d", s, c);
            rc = df_put_worker(ctx, tx, f, wg_fmt(f->arena, "community-%s", community), ROLE_COMMUNITY, community);
            for (int g = 1; g <= DF_GRIDS && rc == 0; g++) {
                const char *grid = wg_fmt(f->arena, "%s%03d", community, g);
                rc = df_put_worker(ctx, tx, f, wg_fmt(f->arena, "grid-%s", grid), ROLE_WORKER, grid);
            }
        }
    }
    return rc;
}

static int df_fill(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct district_fixture *f = arg;
    int rc = guard_meta_put(ctx, tx, "district", DF_DISTRICT);
    if (rc == 0) rc = df_put_place(ctx, tx, f, "", "");
    for (int i = 0; i < DF_HOUSEHOLDS && rc == 0; i++)
        for (int n = 0; n < DF_PEOPLE && rc == 0; n++) rc = df_put_person(ctx, tx, f, i, n);
    return rc ? rc : df_put_workers(ctx, tx, f);
}

/* --- opening and closing --------------------------------------------------------------------------------------------------- */

/* As a cmocka setup: *state is the fixture. */
DF_UNUSED static int df_setup(void **state)
{
    struct district_fixture *f = wg_xcalloc(1, sizeof *f);
    if (sodium_init() < 0) return -1;
    f->arena = wg_arena_new();
    f->ctx = wg_ctx(f->arena);
    f->ctx.zone = DF_ZONE;
    f->today = wg_today(&f->ctx);
    f->now = f->ctx.now = wg_day_start(f->today, DF_ZONE) + (wg_time)(14 * 60 + 5) * WG_MINUTE;
    /* In memory where that can be had: every answer waits for its audit to be on disk, and there are many. */
    (void)snprintf(f->dir, sizeof f->dir, "%s/wangge-district-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(f->dir));
    f->d = (struct district){.code = DF_DISTRICT, .area_code = "421", .zone = DF_ZONE};
    struct guard_options guard = {.district = DF_DISTRICT, .create_key = true, .fast_hash = true, .tops = duty_tops};
    assert_int_equal(store_open(&f->ctx, wg_fmt(f->arena, "%s/store", f->dir), true, &f->d.store), 0);
    assert_int_equal(guard_open(&f->ctx, f->d.store, &guard, &f->d.guard), 0);
    assert_int_equal(programmes_load(&f->ctx, &f->d.programmes), 0);
    assert_int_equal(programme_sums_new(&f->ctx, f->d.store, f->d.code, f->d.programmes, &f->d.sums), 0);
    assert_int_equal(list_index_new(&f->ctx, &f->d.people), 0);
    programme_on_change(f->d.sums, list_enrolment_changed);
    assert_int_equal(guard_password_hash(&f->ctx, f->d.guard, wg_str(df_password), false, &f->hash), 0);
    assert_int_equal(store_write(&f->ctx, f->d.store, df_fill, f), 0);
    assert_int_equal(guard_router_new(&f->ctx, f->d.guard, f->d.store, &f->d, &f->router), 0);
    assert_int_equal(guard_router_add(&f->ctx, f->router, guard_routes), 0);
    *state = f;
    return 0;
}

static void df_close_rooms(struct district_fixture *f)
{
    guard_router_free(f->router);
    store_close(f->d.store);
    list_index_free(f->d.people);
    programme_sums_free(f->d.sums);
    guard_close(f->d.guard);
    f->router = NULL;
}

DF_UNUSED static int df_teardown(void **state)
{
    struct district_fixture *f = *state;
    struct wg_arena *text = wg_arena_new();
    const char *remove = wg_fmt(text, "rm -rf '%s'", f->dir);
    wg_arena_free(f->arena); /* closes rows and snapshots that a failed test left */
    df_close_rooms(f);
    free(f);
    int rc = system(remove);
    wg_arena_free(text);
    return rc;
}

DF_UNUSED static void df_routes(struct district_fixture *f, const struct guard_route *routes)
{
    assert_int_equal(guard_router_add(&f->ctx, f->router, routes), 0);
}

/* --- asking as somebody ------------------------------------------------------------------------------------------------------ */

struct df_session {
    const char *cookie, *csrf;
};
struct df_reply {
    int status;
    json_t *json;     /* lives as long as the fixture */
    const char *code; /* of a problem; "" otherwise */
    const struct http_answer *answer;
};

static void df_release_json(void *json)
{
    json_decref(json);
}

/* A streamed answer to its end, as bytes. */
static void df_drain(struct district_fixture *f, struct http_answer *answer)
{
    char part[16384];
    ptrdiff_t n;
    struct wg_buf all;
    wg_buf_init(&all, 64 * 1024 * 1024);
    while ((n = answer->stream(answer->stream_arg, part, sizeof part)) > 0) wg_buf_add(&all, part, (size_t)n);
    assert_int_equal(n, 0);
    if (answer->stream_end) answer->stream_end(answer->stream_arg);
    answer->bytes = wg_str_dup(f->arena, (struct wg_str){all.p, all.n});
    wg_buf_free(&all);
}

/* `path` with its query, percent-encoded; `type` of the body, NULL without one. The moment is f->now. The request has an arena of its
 * own that ends with it, as in the server: what it held open of the store is given back. */
DF_UNUSED static struct df_reply df_send(struct district_fixture *f, const struct df_session *as, const char *method,
                                         const char *path, const char *type, struct wg_str body)
{
    struct http_pair headers[2];
    struct http_request request = {.method = method, .client = "192.0.2.1", .headers = headers};
    struct http_answer *answer = wg_alloc(f->arena, sizeof *answer);
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    ctx.now = f->now;
    ctx.zone = DF_ZONE;
    ctx.lang = WG_EN;
    request.id = wg_id_text(ctx.arena, wg_id_new(f->now));
    assert_int_equal(http_read_uri(ctx.arena, wg_str(path), &request), 0);
    if (as) {
        headers[request.n_headers++] = (struct http_pair){WG_STR("Cookie"), wg_str(as->cookie)};
        headers[request.n_headers++] = (struct http_pair){WG_STR("X-CSRF-Token"), wg_str(as->csrf)};
    }
    if (type) {
        request.body = body;
        request.content_type = wg_str(type);
    }
    int rc = guard_dispatch(&ctx, f->router, &request, answer);
    if (rc) http_problem(&ctx, &request, rc, answer);
    if (answer->stream) df_drain(f, answer);
    for (size_t i = 0; i < answer->n_headers; i++) answer->headers[i].value = wg_str_dup(f->arena, answer->headers[i].value);
    answer->bytes = wg_str_dup(f->arena, answer->bytes);
    answer->file_name = answer->file_name ? wg_fmt(f->arena, "%s", answer->file_name) : NULL;
    struct df_reply r = {.status = answer->status ? answer->status : 200, .json = answer->json, .answer = answer};
    if (r.json) wg_arena_cleanup(f->arena, df_release_json, r.json);
    const char *code = json_string_value(json_object_get(r.json, "code"));
    r.code = code ? code : "";
    wg_arena_free(ctx.arena);
    return r;
}

/* The same with a body of JSON, or NULL for none. */
DF_UNUSED static struct df_reply df_ask(struct district_fixture *f, const struct df_session *as, const char *method,
                                        const char *path, const char *body)
{
    return df_send(f, as, method, path, body ? "application/json" : NULL, body ? wg_str(body) : WG_STR(""));
}

DF_UNUSED static struct df_session df_enter(struct district_fixture *f, const char *login)
{
    struct wg_str cookie = WG_STR(""), rest;
    const char *body = wg_fmt(f->arena, "{\"login\": \"%s\", \"password\": \"%s\"}", login, df_password);
    struct df_reply r = df_ask(f, NULL, "POST", "/api/v1/session", body);
    assert_int_equal(r.status, 200);
    for (size_t i = 0; i < r.answer->n_headers; i++)
        if (strcasecmp(r.answer->headers[i].name.p, "Set-Cookie") == 0) cookie = r.answer->headers[i].value;
    rest = cookie;
    assert_true(wg_str_next(&rest, ';', &cookie));
    return (struct df_session){wg_cstr(f->arena, cookie), json_string_value(json_object_get(r.json, "csrf"))};
}

/* GET, which must succeed; the answer's JSON. */
DF_UNUSED static json_t *df_get(struct district_fixture *f, const struct df_session *as, const char *path)
{
    struct df_reply r = df_ask(f, as, "GET", path, NULL);
    if (r.status != 200) {
        char *text = json_dumps(r.json, JSON_INDENT(1) | JSON_ENCODE_ANY);
        print_error("GET %s: %d %s\n", path, r.status, text ? text : "");
        free(text);
    }
    assert_int_equal(r.status, 200);
    return r.json;
}

/* --- what happens ------------------------------------------------------------------------------------------------------------ */

DF_UNUSED static void df_write(struct district_fixture *f, store_work work, void *arg)
{
    f->ctx.now = f->now;
    assert_int_equal(store_write(&f->ctx, f->d.store, work, arg), 0);
}

static int df_run_sql(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return store_exec(ctx, tx, *(const char *const *)arg, NULL, 0, NULL);
}

DF_UNUSED static void df_sql(struct district_fixture *f, const char *sql)
{
    df_write(f, df_run_sql, &sql);
}

DF_UNUSED static int64_t df_number(struct district_fixture *f, const char *sql)
{
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, sql, NULL, 0, 0, &n), 0);
    store_read_end(snap);
    return n;
}

struct df_enrolling {
    struct district_fixture *f;
    wg_id person, id;
    const char *path;
    wg_time due;
};

static int df_enrol_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct df_enrolling *e = arg;
    bool is_new;
    return enrol(ctx, tx, &e->f->d, programme_named(e->f->d.programmes, WG_STR("list_follow_up")), e->person, wg_str(e->path),
                 e->due, &e->id, &is_new);
}

/* A task of list follow-up for someone, at `path` (usually their door). */
DF_UNUSED static wg_id df_enrol(struct district_fixture *f, wg_id person, const char *path, wg_time due)
{
    struct df_enrolling e = {.f = f, .person = person, .path = path, .due = due};
    df_write(f, df_enrol_unit, &e);
    return e.id;
}

struct df_opening {
    struct district_fixture *f;
    wg_day day;
};

static int df_open_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct df_opening *o = arg;
    return programme_round_open(ctx, tx, &o->f->d, programme_named(o->f->d.programmes, WG_STR("daily_screening")), o->day);
}

/* Opens a day's screening round. */
DF_UNUSED static void df_open_round(struct district_fixture *f, wg_day day)
{
    df_write(f, df_open_unit, &(struct df_opening){f, day});
}

struct df_fact {
    struct district_fixture *f;
    const char *text; /* shape Observation */
    wg_id worker;
    struct fact_outcome outcome;
};

static int df_fact_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    static const char *const whole[] = {""};
    struct df_fact *fact = arg;
    struct guard_scope scope = {whole, 1};
    struct fact read;
    json_t *json = res_keep(ctx, json_loads(fact->text, 0, NULL));
    int rc = fact_read(ctx, fact->f->d.programmes, json, fact->worker, &read);
    return rc ? rc : fact_store(ctx, tx, &fact->f->d, fact->f->d.programmes, &scope, &read, &fact->outcome);
}

/* A fact as JSON without its id, recorded by a worker who may see everything. Returns the fact's id. */
DF_UNUSED static wg_id df_fact(struct district_fixture *f, const char *login, const char *members)
{
    wg_id id = wg_id_new(f->now);
    struct df_fact fact = {.f = f, .worker = df_worker(login)};
    fact.text = wg_fmt(f->arena, "{\"id\": \"%s\", %s}", df_id(f, id), members);
    df_write(f, df_fact_unit, &fact);
    return id;
}

/* A door's answer to today's screening, at f->now. */
DF_UNUSED static wg_id df_screen(struct district_fixture *f, const char *login, const char *household, const char *result)
{
    return df_fact(f, login,
                   wg_fmt(f->arena, "\"programme\": \"daily_screening\", \"place\": \"%s\", \"result\": \"%s\", \"at\": \"%s\"",
                          df_id(f, df_place(household)), result, wg_time_text(f->arena, f->now, DF_ZONE)));
}

/* What became of a task, at f->now. */
DF_UNUSED static wg_id df_answer(struct district_fixture *f, const char *login, wg_id task, const char *result)
{
    return df_fact(f, login,
                   wg_fmt(f->arena,
                          "\"programme\": \"list_follow_up\", \"enrolment\": \"%s\", \"result\": \"%s\", \"at\": \"%s\"",
                          df_id(f, task), result, wg_time_text(f->arena, f->now, DF_ZONE)));
}
#endif
