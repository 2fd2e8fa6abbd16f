/* What programmes promise: sums that cannot forget anybody, facts that count once, tasks that are passed on with their chain. */
#include "../../../tests/support/district_fixture.h"

static const struct programme *programme(const struct district_fixture *f, const char *code)
{
    return programme_named(f->d.programmes, wg_str(code));
}

static struct sums sums_at(struct district_fixture *f, const char *code, const char *path)
{
    struct store_snap *snap;
    struct sums sums;
    f->ctx.now = f->now;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(programme_sums_at(&f->ctx, &f->d, snap, programme(f, code), wg_str(path), f->today, &sums), 0);
    store_read_end(snap);
    return sums;
}

static void assert_sums(struct sums s, int due, int done, int excused, int left)
{
    assert_int_equal(s.due, due);
    assert_int_equal(s.done, done);
    assert_int_equal(s.excused, excused);
    assert_int_equal(s.open + s.overdue, left);
    assert_int_equal(s.due, s.done + s.excused + s.open + s.overdue);
}

/* Every check of the room holds: count and rows are both empty. */
static void assert_checks(struct district_fixture *f)
{
    struct store_snap *snap;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    for (const struct district_check *check = programme_checks; check->code; check++) {
        int64_t count;
        struct store_value values[] = {store_cstr(DF_DISTRICT), store_time(f->now)};
        assert_int_equal(store_number(&f->ctx, snap, check->count, values, check->with_now ? 2 : 1, 0, &count), 0);
        if (count) print_error("check %s: %lld\n", check->code, (long long)count);
        assert_int_equal(count, 0);
    }
    store_read_end(snap);
}

static struct df_fact try_fact(struct district_fixture *f, const char *login, wg_id id, const char *members, int *ret_rc)
{
    struct df_fact fact = {.f = f, .worker = df_worker(login)};
    fact.text = wg_fmt(f->arena, "{\"id\": \"%s\", \"at\": \"%s\", %s}", df_id(f, id), wg_time_text(f->arena, f->now, DF_ZONE),
                       members);
    f->ctx.now = f->now;
    *ret_rc = store_write(&f->ctx, f->d.store, df_fact_unit, &fact);
    return fact;
}

static void test_programme__a_day_is_due_done_excused_and_left(void **state)
{
    struct district_fixture *f = *state; /* programme P1 */
    df_open_round(f, f->today);
    assert_sums(sums_at(f, "daily_screening", ""), DF_HOUSEHOLDS, 0, 0, DF_HOUSEHOLDS);
    (void)df_screen(f, "grid-001001001", df_household(f, 0), "normal");
    (void)df_screen(f, "grid-001001001", df_household(f, 1), "away");
    (void)df_screen(f, "grid-001001001", df_household(f, 2), "not_home");
    assert_sums(sums_at(f, "daily_screening", ""), DF_HOUSEHOLDS, 1, 1, DF_HOUSEHOLDS - 2);
    assert_sums(sums_at(f, "daily_screening", "001001001"), 4, 1, 1, 2);
    assert_sums(sums_at(f, "daily_screening", "002"), DF_HOUSEHOLDS / 2, 0, 0, DF_HOUSEHOLDS / 2);
    assert_checks(f);
}

static void test_programme__late_is_told_by_the_clock(void **state)
{
    struct district_fixture *f = *state; /* programme P1 */
    wg_id task = df_enrol(f, df_person(df_household(f, 0), 0), df_household(f, 0), f->now + WG_HOUR);
    struct sums before = sums_at(f, "list_follow_up", "001");
    assert_int_equal(before.open, 1);
    assert_int_equal(before.overdue, 0);
    f->now += 3 * WG_HOUR;
    assert_int_equal(sums_at(f, "list_follow_up", "001").overdue, 1);
    (void)df_answer(f, "grid-001001001", task, "seen");
    assert_int_equal(sums_at(f, "list_follow_up", "001").overdue, 0);
}

static void test_programme__a_fact_sent_twice_counts_once(void **state)
{
    struct district_fixture *f = *state; /* programme P2 */
    wg_id task = df_enrol(f, df_person(df_household(f, 0), 0), df_household(f, 0), f->now + WG_HOUR), id = wg_id_new(f->now);
    const char *seen =
        wg_fmt(f->arena, "\"programme\": \"list_follow_up\", \"enrolment\": \"%s\", \"result\": \"seen\"", df_id(f, task));
    const char *other =
        wg_fmt(f->arena, "\"programme\": \"list_follow_up\", \"enrolment\": \"%s\", \"result\": \"refused\"", df_id(f, task));
    int rc;
    assert_false(try_fact(f, "grid-001001001", id, seen, &rc).outcome.already);
    assert_int_equal(rc, 0);
    struct df_fact again = try_fact(f, "grid-001001001", id, seen, &rc);
    assert_int_equal(rc, 0);
    assert_true(again.outcome.already);
    assert_string_equal(again.outcome.task_state, "done");
    (void)try_fact(f, "grid-001001001", id, other, &rc);
    assert_int_equal(rc, WG_E_ID_REUSED);
    assert_int_equal(df_number(f, "SELECT count(*) FROM observation"), 1);
    assert_sums(sums_at(f, "list_follow_up", ""), 1, 1, 0, 0);
}

static void test_programme__a_fact_about_an_ended_task_is_kept(void **state)
{
    struct district_fixture *f = *state; /* programme P3 */
    wg_id task = df_enrol(f, df_person(df_household(f, 0), 0), df_household(f, 0), f->now + WG_HOUR);
    (void)df_answer(f, "grid-001001001", task, "seen");
    (void)df_answer(f, "community-001001", task, "never");
    assert_int_equal(df_number(f, "SELECT count(*) FROM observation"), 2);
    assert_int_equal(df_number(f, "SELECT count(*) FROM enrolment WHERE result = 'seen'"), 1);
    assert_sums(sums_at(f, "list_follow_up", ""), 1, 1, 0, 0);
}

static void test_programme__five_lists_are_one_task(void **state)
{
    struct district_fixture *f = *state; /* programme P4 */
    wg_id person = df_person(df_household(f, 0), 0), first = df_enrol(f, person, df_household(f, 0), f->now + 9 * WG_HOUR);
    for (int i = 0; i < 4; i++)
        assert_true(wg_id_eq(df_enrol(f, person, df_household(f, 0), f->now + (2 + i) * WG_HOUR), first));
    assert_sums(sums_at(f, "list_follow_up", ""), 1, 0, 0, 1);
    /* The earliest deadline holds, rounded up to the hour. */
    assert_int_equal(df_number(f, "SELECT due / 3600000 FROM enrolment"), (f->now + 2 * WG_HOUR + WG_HOUR - 1) / WG_HOUR);
}

static void test_programme__moved_to_passes_the_task_on(void **state)
{
    struct district_fixture *f = *state; /* programme P5 */
    const char *from = df_household(f, 0), *to = df_household(f, DF_HOUSEHOLDS - 1);
    wg_id person = df_person(from, 0), task = df_enrol(f, person, from, f->now + WG_HOUR);
    int rc;
    struct df_fact moved = try_fact(
        f, "grid-001001001", wg_id_new(f->now),
        wg_fmt(
            f->arena,
            "\"programme\": \"list_follow_up\", \"enrolment\": \"%s\", \"result\": \"moved\", \"body\": {\"moved_to\": \"%s\"}",
            df_id(f, task), df_id(f, df_place(to))),
        &rc);
    assert_int_equal(rc, 0);
    assert_string_equal(moved.outcome.task_state, "passed");
    assert_string_equal(moved.outcome.next_path, to);
    assert_sums(sums_at(f, "list_follow_up", "001"), 1, 0, 1, 0);
    assert_sums(sums_at(f, "list_follow_up", "002"), 1, 0, 0, 1);
    assert_int_equal(df_number(f, "SELECT count(*) FROM enrolment WHERE previous IS NOT NULL AND state = 'open'"), 1);
    assert_int_equal(df_number(f, wg_fmt(f->arena, "SELECT count(*) FROM person WHERE path = '%s'", to)), DF_PEOPLE + 1);
    assert_checks(f);
}

static void test_programme__a_withdrawn_fact_leaves_things_as_they_were(void **state)
{
    struct district_fixture *f = *state; /* programme P6 */
    const char *from = df_household(f, 0), *to = df_household(f, DF_HOUSEHOLDS - 1);
    wg_id task = df_enrol(f, df_person(from, 0), from, f->now + WG_HOUR), moved = wg_id_new(f->now);
    int rc;
    (void)try_fact(
        f, "grid-001001001", moved,
        wg_fmt(
            f->arena,
            "\"programme\": \"list_follow_up\", \"enrolment\": \"%s\", \"result\": \"moved\", \"body\": {\"moved_to\": \"%s\"}",
            df_id(f, task), df_id(f, df_place(to))),
        &rc);
    assert_int_equal(rc, 0);
    (void)try_fact(f, "grid-001001001", wg_id_new(f->now),
                   wg_fmt(f->arena, "\"programme\": \"list_follow_up\", \"result\": \"withdrawn\", \"supersedes\": \"%s\"",
                          df_id(f, moved)),
                   &rc);
    assert_int_equal(rc, 0);
    assert_sums(sums_at(f, "list_follow_up", "001"), 1, 0, 0, 1);
    assert_int_equal(df_number(f, wg_fmt(f->arena, "SELECT count(*) FROM person WHERE path = '%s' AND state = 'living'", from)),
                     DF_PEOPLE);
    /* A fact is corrected once; a second correction names the first. */
    (void)try_fact(f, "grid-001001001", wg_id_new(f->now),
                   wg_fmt(f->arena, "\"programme\": \"list_follow_up\", \"result\": \"withdrawn\", \"supersedes\": \"%s\"",
                          df_id(f, moved)),
                   &rc);
    assert_int_equal(rc, WG_E_NO_UNDO);
    assert_checks(f);
}

static void test_programme__a_corrected_screening_falls_back_to_the_fact_before(void **state)
{
    struct district_fixture *f = *state; /* programme P6 */
    int rc;
    df_open_round(f, f->today);
    (void)df_screen(f, "grid-001001001", df_household(f, 0), "not_home");
    f->now += WG_MINUTE;
    wg_id normal = df_screen(f, "grid-001001001", df_household(f, 0), "normal");
    assert_sums(sums_at(f, "daily_screening", "001001001"), 4, 1, 0, 3);
    (void)try_fact(f, "grid-001001001", wg_id_new(f->now),
                   wg_fmt(f->arena, "\"programme\": \"daily_screening\", \"result\": \"withdrawn\", \"supersedes\": \"%s\"",
                          df_id(f, normal)),
                   &rc);
    assert_int_equal(rc, 0);
    assert_sums(sums_at(f, "daily_screening", "001001001"), 4, 0, 0, 4);
    assert_int_equal(df_number(f, "SELECT count(*) FROM answer WHERE state = 'tried'"), 1);
    assert_checks(f);
}

static void test_programme__fever_raises_an_alarm_once(void **state)
{
    struct district_fixture *f = *state;
    int rc;
    const char *hot =
        wg_fmt(f->arena, "\"programme\": \"daily_screening\", \"place\": \"%s\", \"result\": \"normal\", \"temperature\": 37.3",
               df_id(f, df_place(df_household(f, 0))));
    const char *warm =
        wg_fmt(f->arena, "\"programme\": \"daily_screening\", \"place\": \"%s\", \"result\": \"normal\", \"temperature\": 37.2",
               df_id(f, df_place(df_household(f, 1))));
    const char *wrong =
        wg_fmt(f->arena, "\"programme\": \"daily_screening\", \"place\": \"%s\", \"result\": \"normal\", \"temperature\": 365",
               df_id(f, df_place(df_household(f, 1))));
    (void)try_fact(f, "grid-001001001", wg_id_new(f->now), hot, &rc);
    assert_int_equal(rc, 0);
    (void)try_fact(f, "grid-001001001", wg_id_new(f->now), warm, &rc);
    assert_int_equal(rc, 0);
    (void)try_fact(f, "grid-001001001", wg_id_new(f->now), wrong, &rc);
    assert_int_equal(rc, WG_E_FIELD_RANGE);
    assert_int_equal(df_number(f, "SELECT count(*) FROM alarm WHERE kind = 'fever'"), 1);
}

/* --- random work ---------------------------------------------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *seed)
{
    /* SplitMix64 (Steele, Lea & Flood 2014). */
    uint64_t z = (*seed += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

struct random_work {
    wg_id facts[4000], tasks[400];
    size_t n_facts, n_tasks;
    uint64_t seed;
};

static void random_step(struct district_fixture *f, struct random_work *w)
{
    static const char *const follow[] = {"seen", "not_home", "never", "refused", "away", "moved"};
    static const char *const screen[] = {"normal", "not_home", "away", "empty", "refused", "fever"};
    const char *door = df_household(f, (int)(next_random(&w->seed) % DF_HOUSEHOLDS)), *members = NULL;
    uint64_t what = next_random(&w->seed) % 10, pick = next_random(&w->seed);
    int rc;
    f->now += (wg_time)(next_random(&w->seed) % 90) * WG_SECOND;
    if (what < 2 && w->n_tasks < 400) {
        wg_id person = df_person(door, (int)(pick % DF_PEOPLE));
        wg_time due = f->now + (wg_time)(pick % 7) * WG_HOUR - 2 * WG_HOUR;
        /* Somebody who was found never to have lived here, or moved, may be asked for again. */
        w->tasks[w->n_tasks++] = df_enrol(f, person, door, due);
        return;
    }
    if (what < 5 && w->n_tasks) {
        const char *result = follow[pick % 6];
        const char *body = strcmp(result, "moved") == 0 && pick % 2
                               ? wg_fmt(f->arena, ", \"body\": {\"moved_to\": \"%s\"}", df_id(f, df_place(door)))
                               : "";
        members = wg_fmt(f->arena, "\"programme\": \"list_follow_up\", \"enrolment\": \"%s\", \"result\": \"%s\"%s",
                         df_id(f, w->tasks[(pick >> 8) % w->n_tasks]), result, body);
    } else if (what < 8) {
        members = wg_fmt(f->arena, "\"programme\": \"daily_screening\", \"place\": \"%s\", \"result\": \"%s\"",
                         df_id(f, df_place(door)), screen[pick % 6]);
    } else if (w->n_facts) {
        /* Corrections of either kind; those that are refused (already corrected, other programme) leave no trace. */
        const char *code = pick % 2 ? "daily_screening" : "list_follow_up";
        const char *result = pick % 3 ? "withdrawn" : pick % 2 ? "normal" : "seen";
        members = wg_fmt(f->arena, "\"programme\": \"%s\", \"result\": \"%s\", \"supersedes\": \"%s\"", code, result,
                         df_id(f, w->facts[(pick >> 8) % w->n_facts]));
    }
    if (!members || w->n_facts == 4000) return;
    wg_id id = wg_id_new(f->now);
    (void)try_fact(f, "district", id, members, &rc);
    if (rc == 0) w->facts[w->n_facts++] = id;
    if (rc != 0 && rc != WG_E_NO_UNDO) print_error("%s: %s\n", wg_problem_kind(rc)->code, members);
    assert_true(rc == 0 || rc == WG_E_NO_UNDO);
}

static int rebuild(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return programme_rebuild(ctx, tx, arg);
}

static const char *dump(struct district_fixture *f, const char *sql)
{
    struct store_snap *snap;
    struct store_rows *rows;
    struct wg_buf out;
    bool more;
    wg_buf_init(&out, 4 * 1024 * 1024);
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_query(&f->ctx, snap, sql, NULL, 0, &rows), 0);
    while (store_next(&f->ctx, rows, &more) == 0 && more)
        wg_buf_fmt(&out, "%.*s\n", (int)store_get_text(rows, 0).n, store_get_text(rows, 0).p);
    store_read_end(snap);
    const char *text = wg_cstr(f->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return text;
}

static void test_programme__sums_hold_under_random_work_and_rebuilding_changes_nothing(void **state)
{
    struct district_fixture *f = *state; /* programme P1, P7 */
    static const char q_tally[] = "SELECT programme || ' ' || round || ' ' || level || ' ' || path || ' ' || due || ' ' || "
                                  "done || ' ' || excused FROM tally "
                                  "WHERE due <> 0 OR done <> 0 OR excused <> 0 ORDER BY 1";
    static const char q_answer[] =
        "SELECT programme || ' ' || round || ' ' || path || ' ' || state || ' ' || result || ' ' || at FROM answer ORDER BY 1";
    static const char q_hour[] = "SELECT programme || ' ' || day || ' ' || path || ' ' || hour || ' ' || done FROM tally_hour "
                                 "WHERE done <> 0 ORDER BY 1";
    static struct random_work w;
    w = (struct random_work){.seed = 20200214};
    df_open_round(f, f->today);
    for (int i = 0; i < 1500; i++) {
        random_step(f, &w);
        if (i % 250 == 249) assert_checks(f);
    }
    struct sums all = sums_at(f, "list_follow_up", ""), parts = {0};
    for (int s = 1; s <= DF_STREETS; s++) {
        struct sums part = sums_at(f, "list_follow_up", s == 1 ? "001" : "002");
        parts.due += part.due;
        parts.done += part.done;
        parts.excused += part.excused;
    }
    assert_int_equal(all.due, parts.due);
    assert_int_equal(all.done, parts.done);
    assert_int_equal(all.excused, parts.excused);
    const char *tally = dump(f, q_tally), *answer = dump(f, q_answer), *hour = dump(f, q_hour);
    df_write(f, rebuild, &f->d);
    assert_string_equal(dump(f, q_answer), answer);
    assert_string_equal(dump(f, q_tally), tally);
    assert_string_equal(dump(f, q_hour), hour);
    assert_checks(f);
}

static void test_programme__facts_over_http_are_kept_one_by_one(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, programme_routes);
    struct df_session worker = df_enter(f, "grid-001001001"), other = df_enter(f, "grid-002002002");
    wg_id good = wg_id_new(f->now), bad = wg_id_new(f->now);
    const char *at = wg_time_text(f->arena, f->now, DF_ZONE);
    const char *body = wg_fmt(
        f->arena,
        "{\"items\": [{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"daily_screening\", \"place\": \"%s\", \"result\": "
        "\"normal\"}, "
        "{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"daily_screening\", \"place\": \"%s\", \"result\": \"normal\"}]}",
        df_id(f, good), at, df_id(f, df_place(df_household(f, 0))), df_id(f, bad), at,
        df_id(f, df_place(df_household(f, DF_HOUSEHOLDS - 1))));
    struct df_reply r = df_ask(f, &worker, "POST", "/api/v1/observations", body);
    assert_int_equal(r.status, 200);
    assert_int_equal(json_array_size(json_object_get(r.json, "stored")), 1);
    assert_int_equal(json_array_size(json_object_get(r.json, "refused")), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(r.json, "refused"), 0), "code")),
                        "guard.out_of_scope");
    /* The other street's worker may store the other one; what is stored is answered as already there. */
    r = df_ask(f, &other, "POST", "/api/v1/observations", body);
    assert_int_equal(json_array_size(json_object_get(r.json, "stored")), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(r.json, "stored"), 0), "status")),
                        "already");
    assert_int_equal(df_number(f, "SELECT count(*) FROM observation"), 2);
}

static const char *status_of(const struct df_reply *r, const char *list, const char *member)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(r->json, list), 0), member));
}

/* programme P8 */
static void test_programme__somebody_found_at_a_door_is_registered_once(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, programme_routes);
    struct df_session worker = df_enter(f, "grid-001001001"), other = df_enter(f, "grid-002002002");
    wg_id id = wg_id_new(f->now), back = wg_id_new(f->now);
    const char *at = wg_time_text(f->arena, f->now, DF_ZONE), *person = df_id(f, id);
    const char *body =
        wg_fmt(f->arena,
               "{\"items\": [{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"register\", \"result\": \"found\", "
               "\"place\": \"%s\", \"body\": {\"name\": \"完颜新来\", \"phone\": \"15400001234\", \"relation\": 8}}]}",
               person, at, df_id(f, df_place(df_household(f, 0))));
    struct df_reply r = df_ask(f, &other, "POST", "/api/v1/observations", body);
    assert_string_equal(status_of(&r, "refused", "code"), "guard.out_of_scope");
    r = df_ask(f, &worker, "POST", "/api/v1/observations", body);
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    r = df_ask(f, &worker, "POST", "/api/v1/observations", body);
    assert_string_equal(status_of(&r, "stored", "status"), "already");
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE name = '完颜新来' AND state = 'living' AND relation = 8 "
                                  "AND phone_tail = '1234' AND path LIKE '001001001%'"),
                     1);
    /* The numbers stand nowhere but in the register. */
    assert_int_equal(df_number(f, "SELECT count(*) FROM observation"), 0);
    assert_int_equal(df_number(f, "SELECT count(*) FROM audit WHERE verb = 'observation.write' AND what = 'found'"),
                     3); /* each time it came */
    const char *undo = wg_fmt(f->arena,
                              "{\"items\": [{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"register\", \"result\": "
                              "\"withdrawn\", \"supersedes\": \"%s\"}]}",
                              df_id(f, back), at, person);
    r = df_ask(f, &worker, "POST", "/api/v1/observations", undo);
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE name = '完颜新来' AND state = 'gone'"), 1);
    r = df_ask(f, &worker, "POST", "/api/v1/observations", undo);
    assert_string_equal(status_of(&r, "stored", "status"), "already");
    assert_checks(f);
}

/* programme P8 */
static void test_programme__only_who_registered_somebody_withdraws_them(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, programme_routes);
    struct df_session worker = df_enter(f, "grid-001001001"), community = df_enter(f, "community-001001");
    const char *at = wg_time_text(f->arena, f->now, DF_ZONE);
    static const char undo[] = "{\"items\": [{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"register\", \"result\": "
                               "\"withdrawn\", \"supersedes\": \"%s\"}]}";
    /* A resident of the worker's own doors, of whom nothing is on record yet. */
    const char *resident = df_id(f, df_person(df_household(f, 0), 0));
    struct df_reply r =
        df_ask(f, &worker, "POST", "/api/v1/observations", wg_fmt(f->arena, undo, df_id(f, wg_id_new(f->now)), at, resident));
    assert_string_equal(status_of(&r, "refused", "code"), "found.others");
    wg_id id = wg_id_new(f->now);
    r = df_ask(f, &worker, "POST", "/api/v1/observations",
               wg_fmt(f->arena,
                      "{\"items\": [{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"register\", \"result\": \"found\", "
                      "\"place\": \"%s\", \"body\": {\"name\": \"完颜新来\"}}]}",
                      df_id(f, id), at, df_id(f, df_place(df_household(f, 0)))));
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    r = df_ask(f, &community, "POST", "/api/v1/observations",
               wg_fmt(f->arena, undo, df_id(f, wg_id_new(f->now)), at, df_id(f, id)));
    assert_string_equal(status_of(&r, "refused", "code"), "found.others");
    /* Once more is known of them they stay. */
    (void)df_enrol(f, id, df_household(f, 0), f->now + WG_HOUR);
    r = df_ask(f, &worker, "POST", "/api/v1/observations",
               wg_fmt(f->arena, undo, df_id(f, wg_id_new(f->now)), at, df_id(f, id)));
    assert_int_equal(json_array_size(json_object_get(r.json, "refused")), 1);
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE state = 'gone'"), 0);
    assert_checks(f);
}

/* Somebody of the community corrects a name. */
struct renaming {
    struct district_fixture *f;
    wg_id id;
    const char *name;
};

static int rename_person(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct renaming *to = arg;
    struct person person;
    struct guard_scope all = {.tops = (const char *[]){""}, .n = 1};
    int rc = person_get(ctx, store_tx_snap(tx), &to->f->d, &all, to->id, &person);
    if (rc) return rc;
    person.name = to->name;
    return person_put(ctx, tx, &to->f->d, wg_id_new(to->f->now), false, &person);
}

/* One item about somebody found at the first household's door; `members` follow with a comma before them. */
static struct df_reply say_found(struct district_fixture *f, const struct df_session *who, wg_id id, wg_time at,
                                 const char *result, const char *members)
{
    return df_ask(f, who, "POST", "/api/v1/observations",
                  wg_fmt(f->arena,
                         "{\"items\": [{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"register\", \"result\": \"%s\", "
                         "\"place\": \"%s\"%s}]}",
                         df_id(f, id), wg_time_text(f->arena, at, DF_ZONE), result, df_id(f, df_place(df_household(f, 0))),
                         members));
}

/* A correction of `person` in place of `instead`. */
static struct df_reply correct_found(struct district_fixture *f, const struct df_session *who, wg_id id, wg_id person,
                                     wg_id instead, const char *body)
{
    return say_found(f, who, id, f->now, "found",
                     wg_fmt(f->arena, ", \"person\": \"%s\", \"supersedes\": \"%s\", \"body\": %s", df_id(f, person),
                            df_id(f, instead), body));
}

/* programme P8 */
static void test_programme__who_registered_somebody_corrects_them_that_day(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, programme_routes);
    struct df_session worker = df_enter(f, "grid-001001001");
    wg_id id = wg_id_new(f->now), first = wg_id_new(f->now), second = wg_id_new(f->now);
    struct df_reply r = say_found(f, &worker, id, f->now, "found",
                                  ", \"body\": {\"name\": \"完颜新来\", \"phone\": \"15400001234\", \"relation\": 8}");
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    r = correct_found(f, &worker, first, id, id, "{\"name\": \"完颜新莱\", \"phone\": \"15400005678\", \"relation\": null}");
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    r = correct_found(f, &worker, first, id, id, "{\"name\": \"完颜新莱\", \"phone\": \"15400005678\", \"relation\": null}");
    assert_string_equal(status_of(&r, "stored", "status"), "already");
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE name = '完颜新莱' AND phone_tail = '5678' AND relation IS "
                                  "NULL AND version = 2 AND state = 'living'"),
                     1);
    /* The number brings birth and sex; the telephone, unsaid, stays. The correction before is named, and no person. */
    r = say_found(
        f, &worker, second, f->now, "found",
        wg_fmt(f->arena, ", \"supersedes\": \"%s\", \"body\": {\"idno\": \"%s\"}", df_id(f, first), "219999199001010014"));
    assert_string_equal(status_of(&r, "refused", "code"), "register.idno");
    r = say_found(
        f, &worker, second, f->now, "found",
        wg_fmt(f->arena, ", \"supersedes\": \"%s\", \"body\": {\"idno\": \"%s\"}", df_id(f, first), "219999199001010016"));
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    assert_int_equal(df_number(f,
                               "SELECT count(*) FROM person WHERE idno_tail = '0016' AND phone_tail = '5678' AND sex = 1 AND "
                               "birth IS NOT NULL"),
                     1);
    /* A wrong number goes, and what followed from it. */
    r = correct_found(f, &worker, wg_id_new(f->now), id, second, "{\"idno\": null}");
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    assert_int_equal(
        df_number(f, "SELECT count(*) FROM person WHERE name = '完颜新莱' AND idno_tail IS NULL AND sex = 0 AND birth "
                     "IS NULL AND phone_tail = '5678'"),
        1);
    assert_int_equal(df_number(f, "SELECT count(*) FROM person_change"), 3);
    assert_int_equal(df_number(f, "SELECT count(*) FROM observation"), 0);
    /* Withdrawn by the name of a correction: it is the person who goes, and then nothing is corrected. */
    r = say_found(f, &worker, wg_id_new(f->now), f->now, "withdrawn",
                  wg_fmt(f->arena, ", \"supersedes\": \"%s\"", df_id(f, second)));
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE name = '完颜新莱' AND state = 'gone'"), 1);
    r = say_found(f, &worker, wg_id_new(f->now), f->now, "withdrawn",
                  wg_fmt(f->arena, ", \"person\": \"%s\", \"supersedes\": \"%s\"", df_id(f, id), df_id(f, wg_id_new(f->now))));
    assert_string_equal(status_of(&r, "stored", "status"), "already");
    r = correct_found(f, &worker, wg_id_new(f->now), id, second, "{\"name\": \"完颜又来\"}");
    assert_string_equal(status_of(&r, "refused", "code"), "found.settled");
    assert_checks(f);
}

/* programme P8 */
static void test_programme__nobody_else_and_no_other_day_corrects_somebody_found(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, programme_routes);
    struct df_session worker = df_enter(f, "grid-001001001"), community = df_enter(f, "community-001001");
    wg_id id = wg_id_new(f->now), resident = df_person(df_household(f, 0), 0);
    struct df_reply r = correct_found(f, &worker, wg_id_new(f->now), resident, resident, "{\"name\": \"完颜他人\"}");
    assert_string_equal(status_of(&r, "refused", "code"), "found.others");
    r = say_found(f, &worker, id, f->now, "found", ", \"body\": {\"name\": \"完颜新来\"}");
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    r = correct_found(f, &community, wg_id_new(f->now), id, id, "{\"name\": \"完颜社区\"}");
    assert_string_equal(status_of(&r, "refused", "code"), "found.others");
    /* Said on the day and heard in the morning: it counts. Said in the morning, it does not. */
    wg_time day = f->now, end = wg_day_start(wg_day_of(day, DF_ZONE) + 1, DF_ZONE);
    const char *instead = wg_fmt(f->arena, ", \"supersedes\": \"%s\", \"body\": {\"name\": \"完颜新莱\"}", df_id(f, id));
    f->now = end + 8 * WG_HOUR;
    worker = df_enter(f, "grid-001001001");
    r = say_found(f, &worker, wg_id_new(f->now), end, "found", instead);
    assert_string_equal(status_of(&r, "refused", "code"), "found.settled");
    r = say_found(f, &worker, wg_id_new(f->now), end - 1, "found", instead);
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    /* Never later than a phone keeps it, whatever it says of the moment. */
    f->now = day + 3 * WG_DAY_MS + 1;
    worker = df_enter(f, "grid-001001001");
    r = say_found(f, &worker, wg_id_new(f->now), end - 1, "found", instead);
    assert_string_equal(status_of(&r, "refused", "code"), "found.settled");
    assert_checks(f);
}

/* programme P8 */
static void test_programme__what_the_community_has_changed_stays(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, programme_routes);
    struct df_session worker = df_enter(f, "grid-001001001");
    wg_id id = wg_id_new(f->now);
    struct df_reply r = say_found(f, &worker, id, f->now, "found", ", \"body\": {\"name\": \"完颜新来\"}");
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    struct renaming to = {f, id, "完颜正名"};
    assert_int_equal(store_write(&f->ctx, f->d.store, rename_person, &to), 0);
    r = correct_found(f, &worker, wg_id_new(f->now), id, id, "{\"name\": \"完颜新莱\"}");
    assert_string_equal(status_of(&r, "refused", "code"), "found.settled");
    r = say_found(f, &worker, wg_id_new(f->now), f->now, "withdrawn",
                  wg_fmt(f->arena, ", \"supersedes\": \"%s\"", df_id(f, id)));
    assert_string_equal(status_of(&r, "refused", "code"), "found.settled");
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE name = '完颜正名' AND state = 'living'"), 1);
    assert_checks(f);
}

/* programme P8 */
static void test_programme__a_correction_registers_whom_the_refused_item_did_not(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, programme_routes);
    struct df_session worker = df_enter(f, "grid-001001001");
    wg_id id = wg_id_new(f->now), lost = wg_id_new(f->now);
    struct df_reply r = say_found(f, &worker, id, f->now, "found", ", \"body\": {\"name\": \"完颜新来\", \"phone\": \"12\"}");
    assert_string_equal(status_of(&r, "refused", "code"), "register.phone");
    r = correct_found(f, &worker, wg_id_new(f->now), id, lost, "{\"name\": \"完颜新来\", \"phone\": \"15400001234\"}");
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    r = correct_found(f, &worker, wg_id_new(f->now), id, id, "{\"relation\": 1}");
    assert_string_equal(status_of(&r, "stored", "status"), "stored");
    assert_int_equal(
        df_number(f, "SELECT count(*) FROM person WHERE name = '完颜新来' AND phone_tail = '1234' AND relation = 1"), 1);
    /* Of nobody at all, and without a door: nothing to correct, nothing to add. */
    r = df_ask(f, &worker, "POST", "/api/v1/observations",
               wg_fmt(f->arena,
                      "{\"items\": [{\"id\": \"%s\", \"at\": \"%s\", \"programme\": \"register\", \"result\": \"found\", "
                      "\"supersedes\": \"%s\", \"body\": {\"name\": \"完颜无门\"}}]}",
                      df_id(f, wg_id_new(f->now)), wg_time_text(f->arena, f->now, DF_ZONE), df_id(f, wg_id_new(f->now))));
    assert_string_equal(status_of(&r, "refused", "code"), "guard.out_of_scope");
    assert_checks(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_programme__a_day_is_due_done_excused_and_left, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__late_is_told_by_the_clock, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__a_fact_sent_twice_counts_once, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__a_fact_about_an_ended_task_is_kept, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__five_lists_are_one_task, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__moved_to_passes_the_task_on, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__a_withdrawn_fact_leaves_things_as_they_were, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__a_corrected_screening_falls_back_to_the_fact_before, df_setup,
                                        df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__fever_raises_an_alarm_once, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__sums_hold_under_random_work_and_rebuilding_changes_nothing, df_setup,
                                        df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__facts_over_http_are_kept_one_by_one, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__somebody_found_at_a_door_is_registered_once, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__only_who_registered_somebody_withdraws_them, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__who_registered_somebody_corrects_them_that_day, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__nobody_else_and_no_other_day_corrects_somebody_found, df_setup,
                                        df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__what_the_community_has_changed_stays, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_programme__a_correction_registers_whom_the_refused_item_did_not, df_setup,
                                        df_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
