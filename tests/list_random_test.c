/* The sums of lists under whatever happens in whatever order: lists come in, clerks decide and take back, rows are mended, workers answer,
 * correct themselves and send things twice, officers assign, lists are cancelled and closed, hours pass. After every 25 steps each promise
 * that the program can check holds, and so do those below; at the end the sums made again from facts are the same.
 *
 * WG_SEED=N takes another course; a failure names its seed and the steps before it. */
#include "district/programme/programme_internal.h"
#include "support/program_fixture.h"

enum { STEPS = 400, EVERY = 25, COURSES = 3, STRANGERS = 12, TRAIL = 200 };

struct course {
    struct district_fixture *f;
    uint64_t seed, state;
    const char *trail[TRAIL]; /* the last steps, in a ring */
    size_t steps;
    int lists;
    struct df_session clerks[3];
    wg_time entered;
    const char *last_post; /* to be sent again */
};

/* --- chance --------------------------------------------------------------------------------------------------------------- */

static uint64_t next(struct course *c)
{
    c->state ^= c->state << 13;
    c->state ^= c->state >> 7;
    c->state ^= c->state << 17;
    return c->state;
}

static int upto(struct course *c, int n)
{
    return (int)(next(c) % (uint64_t)n);
}

static bool chance(struct course *c, int percent)
{
    return upto(c, 100) < percent;
}

static void note(struct course *c, const char *step)
{
    c->trail[c->steps++ % TRAIL] = step;
}

static void lose(struct course *c, const char *what)
{
    print_error("%s: seed %llu, after step %zu\n", what, (unsigned long long)c->seed, c->steps);
    for (size_t i = c->steps > TRAIL ? c->steps - TRAIL : 0; i < c->steps; i++)
        print_error("  %zu %s\n", i, c->trail[i % TRAIL]);
    fail();
}

/* A refusal is an answer; a failure of the program is not. */
static void expect(struct course *c, const char *step, int status, const char *code)
{
    note(c, wg_fmt(c->f->arena, "%s: %d %s", step, status, code));
    if (status >= 500) lose(c, "the program failed");
}

/* --- picking ---------------------------------------------------------------------------------------------------------------- */

/* One of the ids that `what` ("id FROM enrolment WHERE ...") selects, at random; nil when there are none. */
static wg_id pick(struct course *c, const char *what)
{
    struct district_fixture *f = c->f;
    const char *from = strstr(what, "FROM");
    int64_t n = df_number(f, wg_fmt(f->arena, "SELECT count(*) %s", from));
    wg_id id = {0};
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    if (n == 0) return id;
    const char *sql = wg_fmt(f->arena, "SELECT %s ORDER BY 1 LIMIT 1 OFFSET %d", what, upto(c, (int)n));
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, sql, NULL, 0, &rows, &found), 0);
    if (found) id = store_get_id(rows, 0);
    store_rows_end(found ? rows : NULL);
    store_read_end(snap);
    return id;
}

/* A row of an outcome: its list and number; false when there is none. */
static bool pick_row(struct course *c, const char *outcome, wg_id *ret_list, int64_t *ret_row)
{
    struct district_fixture *f = c->f;
    int64_t n = df_number(f, wg_fmt(f->arena, "SELECT count(*) FROM list_row WHERE outcome = '%s'", outcome));
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    if (n == 0) return false;
    const char *sql =
        wg_fmt(f->arena, "SELECT list, row FROM list_row WHERE outcome = '%s' ORDER BY list, row LIMIT 1 OFFSET %d", outcome,
               upto(c, (int)n));
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, sql, NULL, 0, &rows, &found), 0);
    assert_true(found);
    *ret_list = store_get_id(rows, 0);
    *ret_row = store_get_int(rows, 1);
    store_rows_end(rows);
    store_read_end(snap);
    return true;
}

/* --- people as lists write them ------------------------------------------------------------------------------------------------ */

struct written {
    const char *name, *idno, *phone, *address;
};

static const char *checked(struct course *c, const char *seventeen)
{
    return wg_fmt(c->f->arena, "%s%c", seventeen, people_idno_check(seventeen));
}

static struct written resident(struct course *c)
{
    static const char *const names[DF_PEOPLE][4] = {{"王建国", "赵德海", "孙立军", "周成林"},
                                                    {"李秀英", "陈桂兰", "吴淑珍", "郑玉华"}};
    int household = upto(c, DF_HOUSEHOLDS), n = upto(c, DF_PEOPLE);
    struct wg_arena *arena = c->f->arena;
    const char *seventeen = wg_fmt(arena, "219999%04d0%d15%03d", 1950 + household, n + 1, household * 2 + (n == 0 ? 1 : 0));
    return (struct written){names[n][household % 4], checked(c, seventeen), wg_fmt(arena, "154%04d%04d", n, household), ""};
}

static struct written stranger(struct course *c)
{
    static const char *const names[] = {"白霜雪", "青禾苗", "蓝田玉", "黄沙丘", "红叶林", "紫藤花"};
    int n = upto(c, STRANGERS);
    struct wg_arena *arena = c->f->arena;
    static const char *const addresses[] = {
        "", "东街街道甲社区", "西街街道乙社区", "东街街道", "甲社区", "火星路1号", "东街街道甲社区春华小区1号楼1单元101"};
    return (struct written){names[n % 6], checked(c, wg_fmt(arena, "2199991991020%d3%02d", n % 9 + 1, n)),
                            wg_fmt(arena, "1540000%04d", 8000 + n), addresses[upto(c, 7)]};
}

static struct written anybody(struct course *c)
{
    int kind = upto(c, 10);
    struct written w = kind < 4 ? resident(c) : stranger(c);
    if (kind == 7) w = (struct written){"完颜不同", resident(c).idno, "", w.address}; /* the number of another: for a clerk */
    if (kind == 8) w = (struct written){"", "", "", "只有地址"};
    if (kind == 9) w = (struct written){w.name, "2.11302E+17", chance(c, 50) ? w.phone : "", ""};
    return w;
}

/* --- steps ------------------------------------------------------------------------------------------------------------------------ */

static void bring(struct course *c)
{
    struct district_fixture *f = c->f;
    struct wg_buf csv;
    static const char *const columns[] = {"name", "idno", "phone", "address"};
    static const char *const bringers[] = {"data", "street-001", "street-002"};
    wg_id by = df_worker(bringers[upto(c, 3)]), list = {0}, job;
    int rows = 1 + upto(c, 12);
    wg_buf_init(&csv, 1 << 16);
    wg_buf_puts(&csv, "姓名,证件号,电话,现住址\n");
    for (int i = 0; i < rows; i++) {
        struct written w = anybody(c);
        wg_buf_fmt(&csv, "%s,%s,%s,%s\n", w.name, w.idno, w.phone, w.address);
    }
    struct list_new what = {.name = wg_fmt(f->arena, "名单%d", ++c->lists),
                            .source = "随机",
                            .file_name = "a.csv",
                            .programme = "list_follow_up",
                            .bytes = wg_str_dup(f->arena, (struct wg_str){csv.p, csv.n}),
                            .worker = by};
    wg_buf_free(&csv);
    struct list_start start = {.columns = columns,
                               .n_columns = 4,
                               .due = f->now + (1 + upto(c, 12)) * WG_HOUR,
                               .again = chance(c, 50),
                               .worker = by,
                               .lang = WG_ZH};
    f->ctx.now = f->now;
    f->ctx.problem = (struct wg_problem){0};
    int rc = list_receive(&f->ctx, &f->d, &what, &list);
    if (rc == 0) rc = list_start(&f->ctx, &f->d, list, &start, &job);
    if (rc == 0) rc = list_run(&f->ctx, &f->d, list, NULL, NULL, NULL);
    expect(c, wg_fmt(f->arena, "bring %d rows", rows), rc ? wg_problem_kind(rc)->status : 200,
           rc ? wg_problem_kind(rc)->code : "");
}

/* One of three clerks: sessions of the desk last two hours. */
static const struct df_session *clerk(struct course *c)
{
    static const char *const logins[] = {"clerk", "data", "street-001"};
    if (c->f->now - c->entered > WG_HOUR) {
        for (int i = 0; i < 3; i++) c->clerks[i] = df_enter(c->f, logins[i]);
        c->entered = c->f->now;
    }
    return &c->clerks[upto(c, 3)];
}

static struct df_reply post(struct course *c, const struct df_session *as, const char *path, const char *body)
{
    struct df_reply r = df_ask(c->f, as, "POST", path, body);
    const char *detail = json_string_value(json_object_get(r.json, "detail"));
    expect(c, wg_fmt(c->f->arena, "%s %s", path, body), r.status, detail ? detail : "");
    return r;
}

static const char *verdict_body(struct course *c, const char *list, int64_t row, const json_t *candidates)
{
    struct district_fixture *f = c->f;
    size_t n = json_array_size(candidates);
    static const char *const verdicts[] = {"new", "ask", "same", "same"};
    const char *verdict = verdicts[upto(c, 4)], *person = "";
    wg_id anyone = pick(c, "id FROM person WHERE state <> 'gone'");
    if (n && chance(c, 90))
        person = json_string_value(
            json_object_get(json_object_get(json_array_get(candidates, (size_t)upto(c, (int)n)), "person"), "id"));
    else
        person = df_id(f, anyone);
    return wg_fmt(f->arena, "{\"list\":\"%s\",\"row\":%lld,\"verdict\":\"%s\",\"person\":\"%s\"}", list, (long long)row,
                  verdict, person);
}

static void decide(struct course *c)
{
    struct district_fixture *f = c->f;
    const struct df_session *as = clerk(c);
    wg_id list;
    int64_t row;
    if (chance(c, 15)) { /* without asking for it first */
        if (pick_row(c, chance(c, 70) ? "review" : "new", &list, &row))
            (void)post(c, as, "/api/v1/review/decide", verdict_body(c, df_id(f, list), row, NULL));
        return;
    }
    bool holding = chance(c, 30) && pick_row(c, "review", &list, &row);
    struct df_reply r =
        post(c, as, "/api/v1/review/next",
             holding ? wg_fmt(f->arena, "{\"holding\":{\"list\":\"%s\",\"row\":%lld}}", df_id(f, list), (long long)row) : "{}");
    const json_t *item = json_object_get(r.json, "item");
    if (r.status != 200) lose(c, "a clerk gets no row");
    if (!json_is_object(item)) return;
    const char *of = json_string_value(json_object_get(item, "list"));
    row = json_integer_value(json_object_get(item, "row"));
    if (chance(c, 10)) {
        (void)post(c, as, "/api/v1/review/release", wg_fmt(f->arena, "{\"list\":\"%s\",\"row\":%lld}", of, (long long)row));
        return;
    }
    (void)post(c, as, "/api/v1/review/decide", verdict_body(c, of, row, json_object_get(item, "candidates")));
}

static void undo(struct course *c)
{
    wg_id decision = pick(c, "id FROM decision WHERE undone IS NULL");
    if (!wg_id_is_nil(decision))
        (void)post(c, clerk(c), wg_fmt(c->f->arena, "/api/v1/review/%s/undo", df_id(c->f, decision)), "{}");
}

static void mend(struct course *c)
{
    struct district_fixture *f = c->f;
    struct written w = anybody(c);
    wg_id list;
    int64_t row;
    static const char *const outcomes[] = {"rejected", "rejected", "review", "matched"};
    if (!pick_row(c, outcomes[upto(c, 4)], &list, &row)) return;
    (void)post(c, clerk(c), wg_fmt(f->arena, "/api/v1/lists/%s/rows/%lld/mend", df_id(f, list), (long long)row),
               wg_fmt(f->arena, "{\"cells\":[\"%s\",\"%s\",\"%s\",\"%s\"]}", w.name, w.idno, w.phone, w.address));
}

/* --- workers ------------------------------------------------------------------------------------------------------------------------ */

static const char *moved_body(struct course *c)
{
    struct district_fixture *f = c->f;
    static const char *const to[] = {"001002", "002001", "002", "001001002001001002001", "002002001001001001002"};
    if (chance(c, 25)) return "{\"moved_to_text\":\"外地\"}";
    return wg_fmt(f->arena, "{\"moved_to\":\"%s\"}", df_id(f, df_place(to[upto(c, 5)])));
}

static const char *members(struct course *c, const char *about)
{
    struct district_fixture *f = c->f;
    static const char *const results[] = {"seen",  "seen",  "seen",    "not_home", "not_home", "moved",
                                          "moved", "never", "refused", "away",     "dead"};
    const char *result = results[upto(c, 11)];
    const char *body = strcmp(result, "moved") == 0 ? wg_fmt(f->arena, ",\"body\":%s", moved_body(c)) : "";
    const char *at = wg_time_text(f->arena, f->now - upto(c, 90) * WG_MINUTE, DF_ZONE);
    return wg_fmt(f->arena, "\"programme\":\"list_follow_up\",%s,\"result\":\"%s\",\"at\":\"%s\"%s", about, result, at, body);
}

/* A fact by somebody who sees everything; tolerates refusals. */
static void send_fact(struct course *c, const char *text)
{
    struct district_fixture *f = c->f;
    struct df_fact fact = {.f = f, .worker = df_worker("grid-001001001"), .text = text};
    f->ctx.now = f->now;
    f->ctx.problem = (struct wg_problem){0};
    int rc = store_write(&f->ctx, f->d.store, df_fact_unit, &fact);
    expect(c, wg_fmt(f->arena, "fact %s%s", text, fact.outcome.already ? " (already)" : ""),
           rc ? wg_problem_kind(rc)->status : 200, rc ? wg_problem_kind(rc)->code : "");
    c->last_post = text;
}

static void answer(struct course *c)
{
    struct district_fixture *f = c->f;
    wg_id task = pick(c, chance(c, 85) ? "id FROM enrolment WHERE state = 'open'" : "id FROM enrolment");
    if (wg_id_is_nil(task)) return;
    const char *about = wg_fmt(f->arena, "\"enrolment\":\"%s\"", df_id(f, task));
    if (chance(c, 20))
        about = wg_fmt(f->arena, "%s,\"place\":\"%s\"", about, df_id(f, df_place(df_household(f, upto(c, DF_HOUSEHOLDS)))));
    send_fact(c, wg_fmt(f->arena, "{\"id\":\"%s\",%s}", df_id(f, wg_id_new(f->now)), members(c, about)));
}

static void correct(struct course *c)
{
    struct district_fixture *f = c->f;
    wg_id old = pick(c, "id FROM observation");
    if (wg_id_is_nil(old)) return;
    const char *about = wg_fmt(f->arena, "\"supersedes\":\"%s\"", df_id(f, old));
    const char *text = chance(c, 50)
                           ? members(c, about)
                           : wg_fmt(f->arena, "\"programme\":\"list_follow_up\",%s,\"result\":\"withdrawn\",\"at\":\"%s\"",
                                    about, wg_time_text(f->arena, f->now, DF_ZONE));
    send_fact(c, wg_fmt(f->arena, "{\"id\":\"%s\",%s}", df_id(f, wg_id_new(f->now)), text));
}

static int64_t everything_told(struct district_fixture *f)
{
    return df_number(f,
                     "SELECT (SELECT count(*) FROM observation) * 1000003 + (SELECT count(*) FROM enrolment) * 1009 + (SELECT "
                     "count(*) FROM enrolment WHERE state = 'open') * 17 + (SELECT sum(n_closed) + sum(n_reached) FROM list)");
}

/* programme P2: a post whose answer was lost is sent again, and changes nothing. */
static void send_again(struct course *c)
{
    if (!c->last_post) return;
    int64_t before = everything_told(c->f);
    bool stored = df_number(c->f, wg_fmt(c->f->arena, "SELECT count(*) FROM observation")) > 0;
    if (!stored) return;
    const char *text = c->last_post;
    send_fact(c, text);
    /* One that was refused may be taken now; one that was stored must not count twice. */
    struct wg_str id = wg_str_sub(wg_str(text), strlen("{\"id\":\""), strlen("{\"id\":\"") + WG_ID_TEXT);
    (void)id;
    if (everything_told(c->f) != before && strstr(c->trail[(c->steps - 1) % TRAIL], "(already)")) lose(c, "a repeat counted");
}

/* --- officers ------------------------------------------------------------------------------------------------------------------------- */

static int assign_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct df_enrolling *e = arg;
    return enrolment_assign(ctx, tx, &e->f->d, e->id, e->person, e->path);
}

static void assign(struct course *c)
{
    struct district_fixture *f = c->f;
    static const char *const paths[] = {"001001", "002002", "001001001001001001001", "002001002", NULL};
    struct df_enrolling e = {.f = f, .id = pick(c, "id FROM enrolment"), .path = paths[upto(c, 5)]};
    if (wg_id_is_nil(e.id)) return;
    if (chance(c, 60)) e.person = df_worker("grid-002001001");
    f->ctx.now = f->now;
    int rc = store_write(&f->ctx, f->d.store, assign_unit, &e);
    expect(c, wg_fmt(f->arena, "assign %s to %s", df_id(f, e.id), e.path ? e.path : "a worker"),
           rc ? wg_problem_kind(rc)->status : 200, "");
}

static void end_list(struct course *c)
{
    wg_id list = pick(c, "id FROM list WHERE state = 'open'");
    if (wg_id_is_nil(list)) return;
    (void)post(c, clerk(c), wg_fmt(c->f->arena, "/api/v1/lists/%s/%s", df_id(c->f, list), chance(c, 50) ? "cancel" : "close"),
               "{}");
}

static void step(struct course *c)
{
    int kind = upto(c, 100);
    c->f->now += upto(c, 8) * WG_MINUTE;
    if (kind < 12)
        bring(c);
    else if (kind < 34)
        decide(c);
    else if (kind < 42)
        undo(c);
    else if (kind < 54)
        mend(c);
    else if (kind < 76)
        answer(c);
    else if (kind < 84)
        correct(c);
    else if (kind < 89)
        send_again(c);
    else if (kind < 96)
        assign(c);
    else
        end_list(c);
}

/* --- what must hold ------------------------------------------------------------------------------------------------------------------- */

struct rule {
    const char *says, *what, *from; /* what of the rows that break it is named */
};
static const struct rule rules[] = {
    {"somebody asks for every open task", "e.id",
     "FROM enrolment e WHERE e.state = 'open' AND NOT EXISTS (SELECT 1 FROM list_row r WHERE r.enrolment = e.id)"},
    {"nobody has an open task whom a clerk took back", "e.id",
     "FROM enrolment e JOIN person p ON p.id = e.person WHERE e.state = 'open' AND p.state = 'gone' AND NOT EXISTS (SELECT 1 "
     "FROM "
     "observation o WHERE o.person = p.id AND o.result IN ('never', 'dead'))"},
    {"no row of an open list hangs on a task that was taken back", "e.id",
     "FROM list_row r JOIN list l ON l.id = r.list JOIN enrolment e ON e.id = r.enrolment WHERE l.state = 'open' AND e.result "
     "= "
     "'withdrawn'"},
    {"no list that was cancelled asks alone for an open task", "e.id",
     "FROM enrolment e WHERE e.state = 'open' AND NOT EXISTS (SELECT 1 FROM list_row r JOIN list l ON l.id = r.list WHERE "
     "r.enrolment = e.id AND l.state <> 'cancelled')"},
    {"what waits has no task", "r.list",
     "FROM list_row r WHERE r.stage = 'waiting' AND (r.enrolment IS NOT NULL OR r.outcome IN ('matched', 'new'))"},
    {"what was taken has a task", "r.list", "FROM list_row r WHERE r.outcome IN ('matched', 'new') AND r.enrolment IS NULL"},
    {"a row stands where its task does", "e.id",
     "FROM list_row r JOIN enrolment e ON e.id = r.enrolment WHERE r.stage = 'dispatched' AND r.path <> e.path"},
    {"a pair found not the same is not compared into one", "r.list",
     "FROM list_row r JOIN not_same n ON n.print = r.print AND n.person = r.person JOIN list l ON l.id = r.list WHERE "
     "r.outcome = "
     "'matched' AND r.reason <> 'clerk_same' AND n.at < COALESCE(r.decided_at, l.received)"},
};

static void hold(struct course *c)
{
    static const struct district_check *const rooms[] = {list_checks, programme_checks, register_checks};
    struct district_fixture *f = c->f;
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    for (size_t r = 0; r < 3; r++)
        for (const struct district_check *check = rooms[r]; check->code; check++) {
            struct store_value values[] = {store_cstr(DF_DISTRICT), store_time(f->now)};
            assert_int_equal(store_number(&f->ctx, snap, check->count, values, check->with_now ? 2 : 1, 0, &n), 0);
            if (n) lose(c, check->code);
        }
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        const char *sql = wg_fmt(f->arena, "SELECT count(*) %s", rules[r].from);
        assert_int_equal(store_number(&f->ctx, snap, sql, NULL, 0, 0, &n), 0);
        if (n == 0) continue;
        wg_id id = pf_find_id(f, wg_fmt(f->arena, "SELECT %s %s", rules[r].what, rules[r].from));
        lose(c, wg_fmt(f->arena, "%s (%s)", rules[r].says, df_id(f, id)));
    }
    store_read_end(snap);
}

static int rebuild(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct course *c = arg;
    return programme_rebuild(ctx, tx, &c->f->d);
}

static int64_t tally_sum(struct district_fixture *f)
{
    return df_number(
        f,
        "SELECT sum((due * 3 + done * 5 + excused * 7) * (level + 11) * (round % 9973 + 1) * (length(path) + 1)) FROM tally");
}

/* list P1, P5, P6, P7; programme P1-P7 */
static void test_lists__their_sums_hold_whatever_happens(void **state)
{
    const char *asked = getenv("WG_SEED");
    int64_t first = 20200214;
    (void)state;
    if (asked) assert_true(wg_parse_i64(wg_str(asked), 1, INT64_MAX, &first));
    for (int course = 0; course < COURSES; course++) {
        void *fixture = NULL;
        assert_int_equal(df_setup(&fixture), 0);
        struct course c = {.f = fixture, .seed = (uint64_t)first + (uint64_t)course};
        c.state = c.seed * 0x9E3779B97F4A7C15U | 1;
        df_routes(c.f, list_routes);
        df_routes(c.f, review_routes);
        for (int s = 1; s <= STEPS; s++) {
            step(&c);
            if (s % EVERY == 0) hold(&c);
        }
        int64_t before = tally_sum(c.f);
        df_write(c.f, rebuild, &c);
        if (tally_sum(c.f) != before) lose(&c, "sums made again from facts differ");
        hold(&c);
        (void)df_teardown(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists__their_sums_hold_whatever_happens)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
