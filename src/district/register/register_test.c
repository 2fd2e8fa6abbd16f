/* What the register promises: one tree, people at one place, numbers sealed, duties that leave nobody without an owner. */
#include "../../../tests/support/district_fixture.h"

/* --- units of work ----------------------------------------------------------------------------------------------------------------- */

struct work {
    struct district_fixture *f;
    struct place place;
    struct person person;
    struct duty duty;
    wg_id ending;
    wg_day until;
    bool twin;
};

static int add_place(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct work *w = arg;
    return place_add(ctx, tx, DF_DISTRICT, &w->place);
}

static int change_place(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct work *w = arg;
    return place_change(ctx, tx, DF_DISTRICT, &w->place);
}

static int put_person(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct work *w = arg;
    return person_put(ctx, tx, &w->f->d, df_worker("district"), w->twin, &w->person);
}

static int assign(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct work *w = arg;
    w->duty.id = (wg_id){0};
    return duty_assign(ctx, tx, DF_DISTRICT, &w->duty);
}

static int end_duty(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct work *w = arg;
    return duty_end(ctx, tx, DF_DISTRICT, w->ending, w->until, df_worker("district"));
}

static int try_work(struct district_fixture *f, store_work work, struct work *w)
{
    f->ctx.now = f->now;
    f->ctx.problem = (struct wg_problem){0};
    w->f = f;
    int rc = store_write(&f->ctx, f->d.store, work, w);
    if (rc) print_message("refused: %s\n", wg_problem_text(f->arena, &f->ctx.problem, WG_EN));
    return rc;
}

static struct place place_at(struct district_fixture *f, const char *path)
{
    struct store_snap *snap;
    struct place place;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(place_by_path(&f->ctx, snap, DF_DISTRICT, wg_str(path), &place), 0);
    store_read_end(snap);
    return place;
}

/* A made-up number in the unassigned area, with its check digit. */
static const char *number(struct district_fixture *f, const char *seventeen)
{
    return wg_fmt(f->arena, "%s%c", seventeen, people_idno_check(seventeen));
}

/* --- places ------------------------------------------------------------------------------------------------------------------------- */

static void test_register__a_path_is_the_parents_and_three_more(void **state)
{
    struct district_fixture *f = *state; /* register P1 */
    struct work w = {.place = {.parent = df_place("001001001"),
                               .level = LEVEL_COMPOUND,
                               .kind = "compound",
                               .name = "春华小区",
                               .valid_until = WG_DAY_OPEN}};
    assert_int_equal(try_work(f, add_place, &w), 0);
    assert_string_equal(w.place.path, "001001001002");
    struct work building = {
        .place = {
            .parent = w.place.id, .level = LEVEL_BUILDING, .kind = "building", .name = "3号楼", .valid_until = WG_DAY_OPEN}};
    assert_int_equal(try_work(f, add_place, &building), 0);
    struct work unit = {
        .place = {
            .parent = building.place.id, .level = LEVEL_UNIT, .kind = "unit", .name = "2单元", .valid_until = WG_DAY_OPEN}};
    assert_int_equal(try_work(f, add_place, &unit), 0);
    struct work door = {
        .place = {
            .parent = unit.place.id, .level = LEVEL_HOUSEHOLD, .kind = "household", .name = "501", .valid_until = WG_DAY_OPEN}};
    assert_int_equal(try_work(f, add_place, &door), 0);
    assert_string_equal(door.place.label, "春华小区3号楼2单元501");
    assert_string_equal(door.place.path, "001001001002001001001");
    /* A new name is said at every door below. */
    struct work renamed = {.place = place_at(f, "001001001002")};
    renamed.place.name = "秋实小区";
    assert_int_equal(try_work(f, change_place, &renamed), 0);
    assert_string_equal(place_at(f, door.place.path).label, "秋实小区3号楼2单元501");
    /* The same change from an older version is refused. */
    assert_int_equal(try_work(f, change_place, &renamed), WG_E_CONFLICT);
}

static void test_register__a_place_stands_under_the_right_kind(void **state)
{
    struct district_fixture *f = *state; /* register P1 */
    struct work w = {
        .place = {.parent = df_place("001"), .level = LEVEL_GRID, .kind = "grid", .name = "x", .valid_until = WG_DAY_OPEN}};
    assert_int_equal(try_work(f, add_place, &w), WG_E_PLACE_LEVEL);
    w = (struct work){
        .place = {
            .parent = df_place("001"), .level = LEVEL_COMMUNITY, .kind = "grid", .name = "x", .valid_until = WG_DAY_OPEN}};
    assert_int_equal(try_work(f, add_place, &w), WG_E_BAD_FIELD);
    struct work closing = {.place = place_at(f, "001001001")};
    closing.place.valid_until = f->today;
    assert_int_equal(try_work(f, change_place, &closing), WG_E_PLACE_IN_USE);
}

/* --- people ----------------------------------------------------------------------------------------------------------------------------- */

static void test_register__a_person_moves_with_the_path(void **state)
{
    struct district_fixture *f = *state; /* register P2 */
    const char *to = df_household(f, DF_HOUSEHOLDS - 1);
    struct store_snap *snap;
    struct work w = {0};
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    static const char *const whole[] = {""};
    struct guard_scope scope = {whole, 1};
    assert_int_equal(person_get(&f->ctx, snap, &f->d, &scope, df_person(df_household(f, 0), 0), &w.person), 0);
    store_read_end(snap);
    w.person.place = df_place(to);
    assert_int_equal(try_work(f, put_person, &w), 0);
    assert_string_equal(w.person.path, to);
    assert_int_equal(
        df_number(
            f,
            "SELECT count(*) FROM person p JOIN place l ON l.district = p.district AND l.id = p.place WHERE l.path <> p.path"),
        0);
}

static void test_register__numbers_are_sealed_and_found_by_their_mark(void **state)
{
    struct district_fixture *f = *state; /* register P3 */
    const char *idno = number(f, "21999919900101123");
    struct work w = {.person = {.place = df_place(df_household(f, 0)),
                                .name = "白雪",
                                .idno = idno,
                                .phone = "154 0000 1234",
                                .birth = WG_DAY_NONE,
                                .relation = 8}};
    assert_int_equal(try_work(f, put_person, &w), 0);
    assert_string_equal(w.person.phone_tail, "1234");
    assert_int_equal(w.person.birth, wg_day_from_civil(1990, 1, 1));
    /* Neither number stands in the file in clear. */
    assert_int_equal(
        df_number(f, wg_fmt(f->arena, "SELECT count(*) FROM person WHERE instr(idno_sealed, CAST('%s' AS BLOB)) > 0", idno)),
        0);
    df_routes(f, person_routes);
    struct df_session officer = df_enter(f, "district");
    json_t *page = df_get(f, &officer, wg_fmt(f->arena, "/api/v1/people?q=%s", idno));
    json_t *items = json_object_get(page, "items");
    assert_int_equal(json_array_size(items), 1);
    char *text = json_dumps(page, 0);
    assert_null(strstr(text, idno));
    free(text);
    /* The full number is given for a reason, which is kept. */
    const char *id = json_string_value(json_object_get(json_array_get(items, 0), "id"));
    struct df_reply r = df_ask(f, &officer, "POST", wg_fmt(f->arena, "/api/v1/people/%s/reveal", id),
                               "{\"field\": \"idno\", \"reason\": \"\"}");
    assert_int_equal(r.status, 422);
    r = df_ask(f, &officer, "POST", wg_fmt(f->arena, "/api/v1/people/%s/reveal", id),
               "{\"field\": \"idno\", \"reason\": \"电话核实\"}");
    assert_int_equal(r.status, 200);
    assert_string_equal(json_string_value(json_object_get(r.json, "value")), idno);
    json_t *looks = json_object_get(df_get(f, &officer, wg_fmt(f->arena, "/api/v1/people/%s/looks", id)), "items");
    bool found = false;
    for (size_t i = 0; i < json_array_size(looks); i++) {
        const char *reason = json_string_value(json_object_get(json_array_get(looks, i), "reason"));
        found = found || (reason && strcmp(reason, "电话核实") == 0);
    }
    assert_true(found);
}

static void test_register__a_wrong_number_says_what_is_wrong(void **state)
{
    struct district_fixture *f = *state; /* register P3 */
    struct work w = {.person = {.place = df_place(df_household(f, 0)),
                                .name = "白雪",
                                .idno = "219999199001011230",
                                .birth = WG_DAY_NONE,
                                .relation = -1}};
    assert_int_equal(try_work(f, put_person, &w), WG_E_IDNO);
    w.person = (struct person){
        .place = df_place(df_household(f, 0)), .name = "白雪", .idno = "2.11302E+17", .birth = WG_DAY_NONE, .relation = -1};
    assert_int_equal(try_work(f, put_person, &w), WG_E_IDNO);
    w.person = (struct person){
        .place = df_place(df_household(f, 0)), .name = "白雪", .phone = "12345", .birth = WG_DAY_NONE, .relation = -1};
    assert_int_equal(try_work(f, put_person, &w), WG_E_PHONE);
    w.person = (struct person){.place = df_place(df_household(f, 0)), .name = "  ", .birth = WG_DAY_NONE, .relation = -1};
    assert_int_equal(try_work(f, put_person, &w), WG_E_MISSING_FIELD);
    const char *idno = number(f, "21999919900101123");
    w.person = (struct person){
        .place = df_place(df_household(f, 0)), .name = "白雪", .idno = idno, .birth = WG_DAY_NONE, .relation = -1};
    assert_int_equal(try_work(f, put_person, &w), 0);
    w.person = (struct person){
        .place = df_place(df_household(f, 1)), .name = "白霜", .idno = idno, .birth = WG_DAY_NONE, .relation = -1};
    assert_int_equal(try_work(f, put_person, &w), WG_E_IDNO_TAKEN);
    w.twin = true;
    assert_int_equal(try_work(f, put_person, &w), 0);
}

static void test_register__a_correction_keeps_what_it_replaced(void **state)
{
    struct district_fixture *f = *state; /* register P4 */
    struct work w = {.person = {.place = df_place(df_household(f, 0)), .name = "白雪", .birth = WG_DAY_NONE, .relation = -1}};
    assert_int_equal(try_work(f, put_person, &w), 0);
    w.person.name = "白雪梅";
    assert_int_equal(try_work(f, put_person, &w), 0);
    assert_int_equal(w.person.version, 2);
    assert_int_equal(df_number(f, "SELECT count(*) FROM person_change WHERE fields = 'name'"), 1);
    w.person.version = 1;
    w.person.name = "白梅";
    assert_int_equal(try_work(f, put_person, &w), WG_E_CONFLICT);
    /* Nothing changed, nothing kept. */
    w.person.version = 2;
    w.person.name = "白雪梅";
    assert_int_equal(try_work(f, put_person, &w), 0);
    assert_int_equal(df_number(f, "SELECT count(*) FROM person_change"), 1);
}

static void test_register__what_a_correction_replaced_is_put_back(void **state)
{
    struct district_fixture *f = *state; /* register P4 */
    struct work w = {.person = {.place = df_place(df_household(f, 0)),
                                .name = "白雪",
                                .birth = WG_DAY_NONE,
                                .phone = "13800001234",
                                .relation = -1}};
    assert_int_equal(try_work(f, put_person, &w), 0);
    w.person.name = "白雪梅";
    w.person.phone = "13800009876";
    assert_int_equal(try_work(f, put_person, &w), 0);
    df_routes(f, person_routes);
    const char *address = wg_fmt(f->arena, "/api/v1/people/%s/changes", df_id(f, w.person.id));
    struct df_session officer = df_enter(f, "community-001001"), other = df_enter(f, "community-002001");
    json_t *change = json_array_get(json_object_get(df_get(f, &officer, address), "items"), 0);
    json_t *values = json_object_get(change, "values");
    assert_int_equal(json_array_size(values), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(values, 0), "before")), "白雪");
    assert_string_equal(json_string_value(json_object_get(json_array_get(values, 1), "before")), "1234"); /* P3 */
    const char *undo = wg_fmt(f->arena, "%s/%s/undo", address, json_string_value(json_object_get(change, "id")));
    assert_int_equal(df_ask(f, &other, "GET", address, NULL).status, 404);
    assert_int_equal(df_ask(f, &other, "POST", undo, "{\"version\": 2}").status, 404);
    assert_int_equal(df_ask(f, &officer, "POST", undo, "{\"version\": 1}").status, 409);
    struct df_reply r = df_ask(f, &officer, "POST", undo, "{\"version\": 2}");
    assert_int_equal(r.status, 200);
    assert_string_equal(json_string_value(json_object_get(r.json, "name")), "白雪");
    assert_string_equal(json_string_value(json_object_get(r.json, "phone_tail")), "1234");
    assert_int_equal(json_integer_value(json_object_get(r.json, "version")), 3);
    assert_int_equal(json_array_size(json_object_get(df_get(f, &officer, address), "items")), 2);
}

/* --- duties -------------------------------------------------------------------------------------------------------------------------------- */

static void test_register__a_place_has_one_lead_a_day(void **state)
{
    struct district_fixture *f = *state; /* register P5 */
    struct work w = {.duty = {.place = df_place("001001001"),
                              .worker = df_worker("grid-001001002"),
                              .lead = true,
                              .recorded_by = df_worker("district"),
                              .from = f->today,
                              .until = WG_DAY_OPEN}};
    assert_int_equal(try_work(f, assign, &w), WG_E_DUTY_TAKEN);
    assert_non_null(f->ctx.problem.args[0]);
    w.duty.lead = false;
    assert_int_equal(try_work(f, assign, &w), 0);
    w.duty.until = w.duty.from;
    assert_int_equal(try_work(f, assign, &w), WG_E_DUTY_DAYS);
}

static struct owner owner_at(struct district_fixture *f, const char *path, wg_day day)
{
    struct store_snap *snap;
    struct owners *owners;
    struct owner owner;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(owners_load(&f->ctx, snap, DF_DISTRICT, day, &owners), 0);
    assert_true(owner_of(owners, wg_str(path), &owner));
    store_read_end(snap);
    return owner;
}

static wg_id duty_of(struct district_fixture *f, const char *login)
{
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    wg_id worker = df_worker(login);
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, "SELECT id FROM duty WHERE worker = $1 AND superseded = 0",
                               (struct store_value[]){store_id(&worker)}, 1, &rows, &found),
                     0);
    assert_true(found);
    wg_id id = store_get_id(rows, 0);
    store_rows_end(rows);
    store_read_end(snap);
    return id;
}

static void absent(struct district_fixture *f, const char *login, const char *stand_in)
{
    df_routes(f, duty_routes);
    struct df_session officer = df_enter(f, "community-001001");
    const char *stand = stand_in ? wg_fmt(f->arena, ", \"stand_in\": \"%s\"", df_id(f, df_worker(stand_in))) : "";
    const char *body =
        wg_fmt(f->arena, "{\"worker\": \"%s\", \"from\": \"%s\", \"until\": \"%s\"%s}", df_id(f, df_worker(login)),
               wg_day_text(f->arena, f->today), wg_day_text(f->arena, f->today + 3), stand);
    assert_int_equal(df_ask(f, &officer, "POST", "/api/v1/absences", body).status, 200);
}

static void test_register__every_household_has_an_owner(void **state)
{
    struct district_fixture *f = *state; /* register P6 */
    const char *door = df_household(f, 0);
    assert_true(wg_id_eq(owner_at(f, door, f->today).worker, df_worker("grid-001001001")));
    absent(f, "grid-001001001", "grid-001001002");
    struct owner stand_in = owner_at(f, door, f->today);
    assert_true(wg_id_eq(stand_in.worker, df_worker("grid-001001002")) && stand_in.stand_in);
    /* Back after the leave. */
    assert_true(wg_id_eq(owner_at(f, door, f->today + 3).worker, df_worker("grid-001001001")));
}

static void test_register__with_nobody_there_the_next_level_holds_it(void **state)
{
    struct district_fixture *f = *state; /* register P6 */
    const char *door = df_household(f, 0);
    absent(f, "grid-001001001", NULL);
    struct owner owner = owner_at(f, door, f->today);
    assert_true(wg_id_eq(owner.worker, df_worker("community-001001")));
    assert_int_equal(owner.level, LEVEL_COMMUNITY);
    struct work w = {.ending = duty_of(f, "community-001001"), .until = f->today};
    assert_int_equal(try_work(f, end_duty, &w), 0);
    assert_int_equal(owner_at(f, door, f->today).level, LEVEL_STREET);
    /* What was before stays answerable. */
    assert_int_equal(df_number(f, "SELECT count(*) FROM duty WHERE superseded = 1"), 1);
}

static wg_id owner_kept(struct district_fixture *f, const char *path)
{
    const struct owners *owners;
    struct owner owner;
    f->ctx.now = f->now;
    assert_int_equal(owners_today(&f->ctx, &f->d, &owners), 0);
    assert_true(owner_of(owners, wg_str(path), &owner));
    return owner.worker;
}

static void test_register__duties_that_are_kept_follow_what_changes(void **state)
{
    struct district_fixture *f = *state; /* register P6 */
    const char *door = df_household(f, 0);
    const struct owners *before;
    struct owner owner;
    f->d.duties = owners_cache_new();
    assert_int_equal(owners_today(&f->ctx, &f->d, &before), 0);
    assert_true(wg_id_eq(owner_kept(f, door), df_worker("grid-001001001")));
    absent(f, "grid-001001001", "grid-001001002");
    assert_true(wg_id_eq(owner_kept(f, door), df_worker("grid-001001002")));
    /* Whoever read them before still holds what was read. */
    assert_true(owner_of(before, wg_str(door), &owner) && wg_id_eq(owner.worker, df_worker("grid-001001001")));
    /* What another program changed is seen after a minute, and on the next day. */
    df_sql(f, "UPDATE absence SET cancelled = 1");
    assert_true(wg_id_eq(owner_kept(f, door), df_worker("grid-001001002")));
    f->now += WG_MINUTE;
    assert_true(wg_id_eq(owner_kept(f, door), df_worker("grid-001001001")));
    owners_cache_free(f->d.duties);
    f->d.duties = NULL;
    assert_true(owner_of(before, wg_str(door), &owner));
}

static void test_register__one_place_alone_has_the_owner_that_all_give_it(void **state)
{
    struct district_fixture *f = *state; /* register P6 */
    absent(f, "grid-001001001", NULL);
    for (int i = 0; i < DF_HOUSEHOLDS; i++) {
        const char *door = df_household(f, i);
        for (size_t n = 0; n <= strlen(door); n += PLACE_STEP) {
            const char *path = wg_cstr(f->arena, (struct wg_str){door, n});
            struct owner all = owner_at(f, path, f->today), alone;
            struct store_snap *snap;
            bool held;
            assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
            assert_int_equal(owner_of_place(&f->ctx, snap, DF_DISTRICT, f->today, wg_str(path), &alone, &held), 0);
            store_read_end(snap);
            assert_true(held && wg_id_eq(all.worker, alone.worker) && strcmp(all.path, alone.path) == 0);
        }
    }
}

static void test_register__scope_is_what_lies_under_ones_duties(void **state)
{
    struct district_fixture *f = *state; /* register P7 */
    df_routes(f, person_routes);
    df_routes(f, place_routes);
    struct df_session mine = df_enter(f, "grid-001001001"), other = df_enter(f, "grid-002001001");
    json_t *items = json_object_get(df_get(f, &mine, "/api/v1/people?limit=200"), "items");
    assert_int_equal(json_array_size(items), DF_UNITS * DF_ROOMS * DF_PEOPLE);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(items, i), "id"));
        /* Another street's worker gets nothing of them. */
        assert_int_equal(df_ask(f, &other, "GET", wg_fmt(f->arena, "/api/v1/people/%s/looks", id), NULL).status, 404);
        assert_int_equal(df_ask(f, &other, "POST", wg_fmt(f->arena, "/api/v1/people/%s/reveal", id),
                                "{\"field\": \"phone\", \"reason\": \"x\"}")
                             .status,
                         404);
    }
    assert_int_equal(df_ask(f, &other, "GET", "/api/v1/people?place=001001001", NULL).status, 404);
    assert_int_equal(df_ask(f, &other, "GET", "/api/v1/place?path=001001001", NULL).status, 404);
    /* The places above one's own may be named. */
    assert_int_equal(df_ask(f, &mine, "GET", "/api/v1/place?path=001", NULL).status, 200);
    /* A stand-in sees what the absent one sees, while it lasts. */
    absent(f, "grid-001001001", "grid-001001002");
    struct df_session stand_in = df_enter(f, "grid-001001002");
    items = json_object_get(df_get(f, &stand_in, "/api/v1/people?limit=200"), "items");
    assert_int_equal(json_array_size(items), 2 * DF_UNITS * DF_ROOMS * DF_PEOPLE);
}

/* --- search ------------------------------------------------------------------------------------------------------------------------------------ */

static size_t found(struct district_fixture *f, const struct df_session *as, const char *query)
{
    return json_array_size(json_object_get(df_get(f, as, wg_fmt(f->arena, "/api/v1/people?limit=200&q=%s", query)), "items"));
}

static void test_register__people_are_found_by_name_sound_number_and_address(void **state)
{
    struct district_fixture *f = *state;
    struct work w = {.person = {.place = df_place(df_household(f, 5)),
                                .name = "欧阳清禾",
                                .phone = "15400009876",
                                .birth = WG_DAY_NONE,
                                .relation = -1}};
    assert_int_equal(try_work(f, put_person, &w), 0);
    df_routes(f, person_routes);
    struct df_session officer = df_enter(f, "district"), worker = df_enter(f, "grid-002001001");
    assert_int_equal(found(f, &officer, "%E6%AC%A7%E9%98%B3"), 1); /* 欧阳 */
    assert_int_equal(found(f, &officer, "ouyang"), 1);
    assert_int_equal(found(f, &officer, "Ou%20Yang%20Qing"), 1);
    assert_int_equal(found(f, &officer, "oyqh"), 1);
    assert_int_equal(found(f, &officer, "15400009876"), 1);
    assert_int_equal(found(f, &officer, "9876"), 1);
    assert_int_equal(found(f, &officer, "%E6%AC%A7%E9%98%B3%E5%A8%9C%E5%A8%9C"), 0);
    assert_int_equal(found(f, &worker, "ouyang"), 0);
}

static void test_register__pages_follow_each_other_without_gap_or_repeat(void **state)
{
    struct district_fixture *f = *state;
    df_routes(f, person_routes);
    struct df_session officer = df_enter(f, "district");
    const char *after = "";
    size_t seen = 0;
    char ids[DF_HOUSEHOLDS * DF_PEOPLE][WG_ID_TEXT + 1];
    while (after) {
        json_t *page = df_get(f, &officer, wg_fmt(f->arena, "/api/v1/people?limit=7&after=%s", after)), *item;
        size_t i;
        json_array_foreach(json_object_get(page, "items"), i, item)
        {
            const char *id = json_string_value(json_object_get(item, "id"));
            for (size_t k = 0; k < seen; k++) assert_string_not_equal(ids[k], id);
            assert_true(seen < sizeof ids / sizeof *ids);
            memcpy(ids[seen++], id, WG_ID_TEXT + 1);
        }
        after = json_string_value(json_object_get(page, "next"));
    }
    assert_int_equal(seen, DF_HOUSEHOLDS * DF_PEOPLE);
}

enum { CROWD = 8100, CROWD_PAGE = 150 }; /* more than are put in order: then the page is met on a walk */

static int load_crowd(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct district_fixture *f = arg;
    int rc = 0;
    for (int i = 0; i < CROWD && rc == 0; i++) {
        const char *door = df_household(f, i % DF_HOUSEHOLDS);
        struct person person = {.id = wg_id_new(f->now),
                                .place = df_place(door),
                                .path = door,
                                .name = i % 90 == 0 ? "容止" : "容与",
                                .birth = WG_DAY_NONE,
                                .relation = -1,
                                .state = i % 2 ? "away" : "living",
                                .created = f->now,
                                .updated = f->now};
        rc = person_load(ctx, tx, &f->d, &person);
    }
    return rc;
}

/* All pages of a search, in order and without a repeat; how many people they name. */
static size_t found_in_order(struct district_fixture *f, const struct df_session *as, const char *query)
{
    const char *after = "", *last = "";
    size_t n = 0;
    while (after) {
        json_t *page = df_get(f, as, wg_fmt(f->arena, "/api/v1/people?limit=%d&q=%s&after=%s", CROWD_PAGE, query, after)),
               *item;
        size_t i;
        json_array_foreach(json_object_get(page, "items"), i, item)
        {
            const char *path = json_string_value(json_object_get(json_object_get(item, "place"), "path"));
            const char *key = wg_fmt(f->arena, "%s:%s", path, json_string_value(json_object_get(item, "id")));
            assert_true(strcmp(last, key) < 0);
            last = key;
            n++;
        }
        after = json_string_value(json_object_get(page, "next"));
    }
    return n;
}

static void test_register__few_and_many_are_found_alike(void **state)
{
    struct district_fixture *f = *state;
    df_write(f, load_crowd, f);
    df_routes(f, person_routes);
    struct df_session officer = df_enter(f, "district"), worker = df_enter(f, "grid-002001001");
    const size_t one_grid = (CROWD + DF_HOUSEHOLDS - 1) / DF_HOUSEHOLDS * DF_UNITS * DF_ROOMS;
    assert_int_equal(found_in_order(f, &officer, "%E5%AE%B9"), CROWD);               /* 容: many */
    assert_int_equal(found_in_order(f, &officer, "%E5%AE%B9%E6%AD%A2"), CROWD / 90); /* 容止: few */
    assert_int_equal(found_in_order(f, &officer, "rong"), CROWD);
    assert_int_equal(found_in_order(f, &officer, "rongzhi"), CROWD / 90);
    assert_int_equal(found_in_order(f, &officer, "ry"), CROWD - CROWD / 90);
    /* By pinyin and by initials alike: once. */
    df_sql(f, "UPDATE person SET sound = 'aan', initials = 'aa' WHERE id = (SELECT min(id) FROM person WHERE name = '容止')");
    assert_int_equal(found_in_order(f, &officer, "aa"), 1);
    assert_int_equal(found_in_order(f, &officer, "a"), 1);
    assert_int_equal(found_in_order(f, &officer, "aab"), 0);
    size_t mine = found_in_order(f, &worker, "%E5%AE%B9");
    assert_true(mine <= one_grid && mine + DF_UNITS * DF_ROOMS >= one_grid);
    assert_int_equal(found_in_order(f, &officer, "%E5%AE%B9&state=living"), CROWD / 2);
}

/* --- files: the resource room's promises, on the register's three ----------------------------------------------------------------------------- */

static bool into_buffer(void *arg, const void *bytes, size_t n)
{
    wg_buf_add(arg, bytes, n);
    return true;
}

static struct register_imported bring(struct district_fixture *f, const char *name, struct wg_str bytes, struct wg_buf *refused)
{
    static const char *const whole[] = {""};
    struct guard_scope scope = {whole, 1};
    struct tab_limits limits = tab_limits_default();
    struct register_imported sums;
    struct tab_reader *reader;
    f->ctx.now = f->now;
    assert_int_equal(tab_open_bytes(&f->ctx, bytes, &limits, &reader), 0);
    assert_int_equal(register_import(&f->ctx, &f->d, register_file_named(wg_str(name)), &scope, df_worker("district"), reader,
                                     NULL, refused, &sums),
                     0);
    return sums;
}

static void test_register__what_goes_out_comes_in_unchanged(void **state)
{
    struct district_fixture *f = *state; /* resource P3 */
    static const char *const names[] = {"people", "places", "duties"};
    static const char *const whole[] = {""};
    struct guard_scope scope = {whole, 1};
    struct work w = {.person = {.place = df_place(df_household(f, 0)),
                                .name = "=白雪",
                                .note = "+86 开头的\"备注\",有逗号",
                                .birth = WG_DAY_NONE,
                                .relation = -1}};
    assert_int_equal(try_work(f, put_person, &w), 0);
    for (int round = 0; round < 12; round++) {
        struct wg_buf out, refused;
        f->ctx.lang = round % 2 ? WG_EN : WG_ZH;
        wg_buf_init(&out, 1 << 24);
        wg_buf_init(&refused, 1 << 24);
        assert_int_equal(register_export(&f->ctx, &f->d, register_file_named(wg_str(names[round % 3])), &scope,
                                         round < 6 ? TAB_CSV : TAB_XLSX, into_buffer, &out),
                         0);
        struct register_imported sums = bring(f, names[round % 3], (struct wg_str){out.p, out.n}, &refused);
        if (refused.n) print_error("%s\n", refused.p);
        assert_int_equal(sums.rejected, 0);
        assert_int_equal(sums.added + sums.changed, 0);
        assert_true(sums.unchanged > 0 && sums.unchanged == sums.received);
        wg_buf_free(&out);
        wg_buf_free(&refused);
    }
    f->ctx.lang = WG_ZH;
}

static void test_register__a_bad_row_is_kept_while_good_rows_go_on(void **state)
{
    struct district_fixture *f = *state; /* resource P2, P4 */
    struct wg_buf refused;
    wg_buf_init(&refused, 1 << 20);
    const char *door = df_household(f, 3);
    const char *csv = wg_fmt(f->arena,
                             "地方路径,姓名,性别,出生日期,证件号,状态\n%s,甲一,男,1980-01-02,,在住\n%s,乙二,男,1980-13-02,,"
                             "在住\n999,丙三,女,,,在住\n%s,丁四,女,,219999199001011230,在住\n"
                             "%s,戊五,女,,2.11302E+17,在住\n%s,,女,,,在住\n%s,庚七,女,1990-05-06,,在住\n",
                             door, door, door, door, door, door);
    struct register_imported sums = bring(f, "people", wg_str(csv), &refused);
    assert_int_equal(sums.received, 7);
    assert_int_equal(sums.added, 2);
    assert_int_equal(sums.rejected, 5);
    /* Each refusal says where and what. */
    assert_non_null(strstr(refused.p, "出生日期"));
    assert_non_null(strstr(refused.p, "校验位"));
    assert_non_null(strstr(refused.p, "乙二"));
    assert_int_equal(df_number(f, "SELECT count(*) FROM person WHERE name IN ('甲一', '庚七')"), 2);
    /* Mended, the file of refused rows imports as it is, its column of reasons and all. */
    struct wg_buf again;
    wg_buf_init(&again, 1 << 20);
    sums = bring(f, "people", (struct wg_str){refused.p, refused.n}, &again);
    assert_int_equal(sums.received, 5);
    assert_int_equal(sums.rejected, 5);
    wg_buf_free(&refused);
    wg_buf_free(&again);
}

static void test_register__a_field_that_may_not_be_written_is_refused(void **state)
{
    struct district_fixture *f = *state; /* resource P1, P2 */
    df_routes(f, person_routes);
    struct df_session officer = df_enter(f, "community-001001");
    const char *place = df_id(f, df_place(df_household(f, 0)));
    struct df_reply r = df_ask(f, &officer, "POST", "/api/v1/people",
                               wg_fmt(f->arena, "{\"place\": \"%s\", \"name\": \"白雪\", \"id\": \"x\"}", place));
    assert_string_equal(r.code, "unknown_field");
    r = df_ask(f, &officer, "POST", "/api/v1/people",
               wg_fmt(f->arena, "{\"place\": \"%s\", \"name\": \"白雪\", \"sex\": 5}", place));
    assert_string_equal(r.code, "field_range");
    r = df_ask(f, &officer, "POST", "/api/v1/people",
               wg_fmt(f->arena, "{\"place\": \"%s\", \"name\": \"白雪\", \"birth\": \"2021-02-29\"}", place));
    assert_string_equal(r.code, "bad_field");
    r = df_ask(f, &officer, "POST", "/api/v1/people", wg_fmt(f->arena, "{\"place\": \"%s\"}", place));
    assert_string_equal(r.code, "missing_field");
    r = df_ask(f, &officer, "POST", "/api/v1/people",
               wg_fmt(f->arena, "{\"place\": \"%s\", \"name\": \"白雪\", \"politics\": \"x\"}", place));
    assert_string_equal(r.code, "unknown_field");
    r = df_ask(f, &officer, "POST", "/api/v1/people",
               wg_fmt(f->arena, "{\"place\": \"%s\", \"name\": \"白雪\", \"sex\": 2}", place));
    assert_int_equal(r.status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_register__a_path_is_the_parents_and_three_more, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__a_place_stands_under_the_right_kind, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__a_person_moves_with_the_path, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__numbers_are_sealed_and_found_by_their_mark, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__a_wrong_number_says_what_is_wrong, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__a_correction_keeps_what_it_replaced, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__what_a_correction_replaced_is_put_back, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__a_place_has_one_lead_a_day, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__every_household_has_an_owner, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__with_nobody_there_the_next_level_holds_it, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__duties_that_are_kept_follow_what_changes, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__one_place_alone_has_the_owner_that_all_give_it, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__scope_is_what_lies_under_ones_duties, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__people_are_found_by_name_sound_number_and_address, df_setup,
                                        df_teardown),
        cmocka_unit_test_setup_teardown(test_register__pages_follow_each_other_without_gap_or_repeat, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__few_and_many_are_found_alike, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__what_goes_out_comes_in_unchanged, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__a_bad_row_is_kept_while_good_rows_go_on, df_setup, df_teardown),
        cmocka_unit_test_setup_teardown(test_register__a_field_that_may_not_be_written_is_refused, df_setup, df_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
