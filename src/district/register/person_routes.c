/* The edge of people: pages, search, corrections, the full number with a reason, who looked. */
#include <string.h>

#include "district/register/register_internal.h"

static const char *const relations[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", NULL};
static const char *const relations_zh[] = {"户主", "配偶", "子", "女", "孙", "父母", "祖父母", "兄弟姐妹", "其他", NULL};
static const char *const sexes[] = {"0", "1", "2", NULL};
static const char *const sexes_zh[] = {"未知", "男", "女", NULL};
static const char *const states[] = {"living", "away", "moved", "provisional", "gone", NULL};
static const char *const states_zh[] = {"在住", "外出", "搬走", "待核实", "查无", NULL};

static const struct res_field people_fields[] = {
    {"id", "编号", "id", RES_ID, RES_READ | RES_FILE, 0, 0, NULL, NULL},
    {"place_path", "地方路径", "place path", RES_TEXT, RES_READ | RES_FILE, 0, PLACE_PATH_MAX, NULL, NULL},
    {"place_label", "住址", "address", RES_TEXT, RES_READ | RES_FILE, 0, 200, NULL, NULL},
    {"place", "地方编号", "place id", RES_ID, RES_WRITE, 0, 0, NULL, NULL},
    {"name", "姓名", "name", RES_TEXT, RES_READ | RES_WRITE | RES_REQUIRED | RES_FILE, 0, 60, NULL, NULL},
    {"sex", "性别", "sex", RES_INT, RES_READ | RES_WRITE, 0, 2, NULL, NULL},
    {"sex_text", "性别", "sex", RES_CHOICE, RES_FILE, 0, 0, sexes, sexes_zh},
    {"birth", "出生日期", "birth date", RES_DAY, RES_READ | RES_WRITE | RES_FILE | RES_NULLABLE, 0, 0, NULL, NULL},
    {"idno", "证件号", "identity number", RES_TEXT, RES_WRITE | RES_FILE | RES_SEALED | RES_NULLABLE, 0, 32, NULL, NULL},
    {"phone", "电话", "telephone", RES_TEXT, RES_WRITE | RES_FILE | RES_SEALED | RES_NULLABLE, 0, 32, NULL, NULL},
    {"relation", "与户主关系", "relation to head", RES_INT, RES_READ | RES_WRITE | RES_NULLABLE, 0, 8, NULL, NULL},
    {"relation_text", "与户主关系", "relation to head", RES_CHOICE, RES_FILE | RES_NULLABLE, 0, 0, relations, relations_zh},
    {"state", "状态", "state", RES_CHOICE, RES_READ | RES_WRITE | RES_FILE, 0, 0, states, states_zh},
    {"address", "登记住址", "address as given", RES_TEXT, RES_READ | RES_WRITE | RES_FILE | RES_NULLABLE, 0, 200, NULL, NULL},
    {"note", "备注", "note", RES_TEXT, RES_READ | RES_WRITE | RES_FILE | RES_NULLABLE, 0, 500, NULL, NULL},
    {"version", "版本", "version", RES_INT, RES_READ | RES_WRITE, 0, INT32_MAX, NULL, NULL},
};
const struct res_resource register_people = {"people", "居民", "people", people_fields,
                                             sizeof people_fields / sizeof *people_fields};

/* --- pages ------------------------------------------------------------------------------------------------------------------- */

/* Every page has the same parameters: $1 district, $2 $3 the range of paths (it begins where the page before ended), $4 $5 after, $6
 * state or NULL, $7 limit, and as many keys as the search has from $8. `COALESCE(x, '')` hides a column from the planner, so that the
 * index meant leads: statistics tell it little of names and numbers.
 *   walk    goes along the paths and looks at everybody: for what many have
 *   pick    finds the page's keys in the search's own index, puts them in order, and reads only those people: for what few have */
#define PAGE_COLUMNS PERSON_COLUMNS_OF("p") ", t.id, t.path, t.level, t.kind, t.name, t.label"
#define PAGE_PLACE " LEFT JOIN place t ON t.district = p.district AND t.id = p.place "
#define AFTER(p)                                                                                                               \
    "(COALESCE(" p ".path, '') > $4 OR (COALESCE(" p ".path, '') = $4 AND " p ".id > $5)) AND ($6 IS NULL OR " p ".state = "   \
    "$6)"
#define WALK(condition)                                                                                                        \
    "SELECT " PAGE_COLUMNS " FROM person p" PAGE_PLACE "WHERE p.district = $1 AND p.path >= $2 AND p.path < $3 AND "           \
    "" AFTER("p") condition " ORDER BY p.path, p.id LIMIT $7"
#define IN_RANGE(p) " AND COALESCE(" p ".path, '') >= $2 AND COALESCE(" p ".path, '') < $3 AND " AFTER(p)
#define PICK(keys)                                                                                                             \
    "SELECT " PAGE_COLUMNS " FROM (" keys " ORDER BY 1, 2 LIMIT $7) AS k CROSS JOIN person p" PAGE_PLACE                       \
    "WHERE p.district = $1 AND p.id = k.id ORDER BY k.path, k.id"
#define KEYS(condition)                                                                                                        \
    "SELECT COALESCE(x.path, '') AS path, x.id AS id FROM person x WHERE x.district = $1 AND " condition IN_RANGE("x")
static const char q_all[] = WALK("");
static const char q_walk_name[] = WALK(" AND p.name >= $8 AND p.name < $9");
static const char q_walk_sound[] = WALK(" AND ((p.sound >= $8 AND p.sound < $9) OR (p.initials >= $8 AND p.initials < $9))");
static const char q_pick_name[] = PICK(KEYS("x.name >= $8 AND x.name < $9"));
/* Letters are the beginning of the pinyin or of the initials. There are few different initials behind two letters: each is sought by
 * itself, so that its people come in the order of paths and a page's worth of each is enough. Nobody comes by both. */
#define EACH_INITIALS                                                                                                          \
    "(WITH RECURSIVE v(k) AS (SELECT min(initials) FROM person WHERE district = $1 AND initials >= $8 AND initials < $9 "      \
    "UNION ALL SELECT (SELECT min(initials) FROM person WHERE district = $1 AND initials > v.k AND initials < $9) FROM v "     \
    "WHERE v.k IS NOT NULL) SELECT k FROM v WHERE k IS NOT NULL)"
static const char q_pick_letters[] = PICK(KEYS(
    "x.sound >= $8 AND x.sound < $9") " UNION ALL SELECT x.path, x.id FROM " EACH_INITIALS
                                      " AS v CROSS JOIN person x WHERE x.district = $1 AND x.initials = v.k AND x.path >= $2 "
                                      "AND x.path < $3 "
                                      "AND NOT (COALESCE(x.sound, '') >= $8 AND COALESCE(x.sound, '') < $9) AND " AFTER("x"));
static const char q_idno[] = PICK(KEYS("x.idno_mark = $8"));
static const char q_phone[] = PICK(KEYS("x.phone_mark = $8"));
static const char q_tail[] = PICK(KEYS("x.idno_tail = $8") " UNION " KEYS("x.phone_tail = $8"));
static const char q_label[] = PICK(
    "SELECT COALESCE(x.path, '') AS path, x.id AS id FROM place d CROSS JOIN person x WHERE d.district = $1 AND d.label >= $8 "
    "AND d.label < $9 AND x.district = $1 AND x.path = d.path" IN_RANGE("x"));
/* How many there are of it, up to $4: $1 district, $2 $3 keys. */
#define SOME(column)                                                                                                           \
    "(SELECT count(*) FROM (SELECT 1 FROM person WHERE district = $1 AND " column " >= $2 AND " column " < $3 LIMIT $4) AS "   \
    "some)"
static const char q_some_names[] = "SELECT " SOME("name");
static const char q_some_sounds[] = "SELECT " SOME("sound");
static const char q_some_letters[] = "SELECT " SOME("sound") " + " SOME("initials");
/* From so many on, walking meets a page's worth sooner than they can be put in order. */
enum { MANY = 8000 };

struct search {
    const char *sql;  /* for what few have */
    const char *walk; /* for what many have; NULL: nobody has it in plenty */
    const char *some;
    struct store_value keys[2];
    size_t n_keys;
    wg_id mark;
};

static bool has_han(struct wg_str text)
{
    for (size_t at = 0; at < text.n;)
        if (wg_utf8_next(text, &at) >= 0x2E80) return true;
    return false;
}

static size_t count_digits(struct wg_str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) n += text.p[i] >= '0' && text.p[i] <= '9';
    return n;
}

static void search_range(struct wg_ctx *ctx, struct search *s, const char *sql, struct wg_str key)
{
    s->sql = sql;
    s->n_keys = 2;
    s->keys[0] = store_text(wg_str_dup(ctx->arena, key));
    /* Nothing sorts after U+10FFFF. */
    s->keys[1] = store_cstr(wg_fmt(ctx->arena, "%.*s\xF4\x8F\xBF\xBF", (int)key.n, key.p));
}

static void search_mark(struct search *s, const char *sql, wg_id mark)
{
    s->sql = sql;
    s->n_keys = 1;
    s->mark = mark;
    s->keys[0] = store_id(&s->mark);
}

/* "春华小区 3号楼 2-501" as labels are said: 春华小区3号楼2单元501. */
static const char *label_of(struct wg_ctx *ctx, struct wg_str q)
{
    struct people_address a = people_address_read(ctx->arena, q);
    if (a.compound.n == 0) return wg_cstr(ctx->arena, q);
    const char *label = wg_cstr(ctx->arena, a.compound);
    if (a.building.n) label = wg_fmt(ctx->arena, "%s%.*s号楼", label, (int)a.building.n, a.building.p);
    if (a.building.n && a.unit.n) label = wg_fmt(ctx->arena, "%s%.*s单元", label, (int)a.unit.n, a.unit.p);
    if (a.building.n && a.room.n) label = wg_fmt(ctx->arena, "%s%.*s", label, (int)a.room.n, a.room.p);
    return label;
}

/* Pinyin as typed ("Wang Wei") without spaces, lower case. */
static struct wg_str letters_of(struct wg_ctx *ctx, struct wg_str q)
{
    char *lower = wg_cstr(ctx->arena, q);
    size_t n = 0;
    for (size_t i = 0; i < q.n; i++) {
        char c = lower[i] >= 'A' && lower[i] <= 'Z' ? (char)(lower[i] - 'A' + 'a') : lower[i];
        if (c >= 'a' && c <= 'z') lower[n++] = c;
    }
    lower[n] = '\0';
    return (struct wg_str){lower, n};
}

/* What kind of thing was typed: a number whole or by its end, a name, its pinyin or initials, an address. */
static void read_search(struct wg_ctx *ctx, const struct district *d, struct wg_str q, struct search *ret)
{
    struct people_idno idno = people_idno_read(q, wg_today(ctx));
    struct people_phone phone = people_phone_read(q, d->area_code, NULL);
    *ret = (struct search){.sql = q_all};
    if (q.n == 0) return;
    if (idno.fault == IDNO_OK) {
        search_mark(ret, q_idno, guard_index(d->guard, "idno", wg_str(idno.text)));
    } else if (phone.fault == PHONE_OK && !has_han(q)) {
        search_mark(ret, q_phone, guard_index(d->guard, "phone", wg_str(phone.text)));
    } else if (!has_han(q) && q.n == 4 && count_digits(q) >= 3) {
        search_range(ctx, ret, q_tail, q);
        ret->n_keys = 1;
    } else if (has_han(q) && count_digits(q) > 0) {
        search_range(ctx, ret, q_label, wg_str(label_of(ctx, q)));
    } else if (has_han(q)) {
        search_range(ctx, ret, q_pick_name, q);
        ret->walk = q_walk_name;
        ret->some = q_some_names;
    } else {
        search_range(ctx, ret, q_pick_letters, letters_of(ctx, q));
        ret->walk = q_walk_sound;
        ret->some = ret->keys[0].s.n < 2 ? q_some_letters : q_some_sounds;
    }
}

struct position {
    struct wg_str path;
    wg_id id;
};

static int read_after(struct wg_ctx *ctx, struct wg_str after, struct position *ret)
{
    *ret = (struct position){.path = WG_STR("")};
    if (after.n == 0) return 0;
    struct wg_str path, rest = after;
    if (!wg_str_next(&rest, ':', &path) || !wg_id_parse(rest, &ret->id))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "after", wg_cstr(ctx->arena, after), NULL);
    ret->path = path;
    return 0;
}

/* The way that fits how many there are. */
static int choose_way(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, struct search *search)
{
    int64_t n;
    if (!search->walk) return 0;
    struct store_value values[] = {store_cstr(d->code), search->keys[0], search->keys[1], store_int(MANY)};
    int rc = store_number(ctx, snap, search->some, values, 4, 0, &n);
    if (rc == 0 && n >= MANY) search->sql = search->walk;
    return rc;
}

static json_t *place_of_row(struct wg_ctx *ctx, const struct store_rows *rows)
{
    enum { AT = PERSON_COLUMNS_COUNT };
    struct place place = {.id = store_get_id(rows, AT),
                          .path = wg_cstr(ctx->arena, store_get_text(rows, AT + 1)),
                          .level = (enum place_level)store_get_int(rows, AT + 2),
                          .kind = wg_cstr(ctx->arena, store_get_text(rows, AT + 3)),
                          .name = wg_cstr(ctx->arena, store_get_text(rows, AT + 4)),
                          .label = wg_cstr(ctx->arena, store_get_text(rows, AT + 5))};
    return store_is_null(rows, AT) ? json_null() : place_ref_json(ctx, &place);
}

static int page_of_top(struct guard_call *call, struct store_snap *snap, const struct search *search, const char *top,
                       const struct position *after, const char *state, int limit, json_t *items, struct person *ret_last)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_rows *rows;
    struct wg_str from = wg_str(top);
    bool more;
    if (wg_str_cmp(from, after->path) < 0) from = after->path;
    struct store_value values[] = {
        store_cstr(d->code),
        store_text(from),
        store_cstr(guard_scope_end(ctx->arena, top)),
        store_text(after->path),
        store_bytes((struct wg_str){(const char *)after->id.b, sizeof after->id.b}),
        store_cstr(state),
        store_int(limit - (int)json_array_size(items)),
        search->keys[0],
        search->keys[1],
    };
    int rc = store_query(ctx, snap, search->sql, values, 7 + search->n_keys, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        person_read(ctx, rows, ret_last);
        json_array_append_new(items, person_row_at(ctx, ret_last, place_of_row(ctx, rows)));
    }
    return rc;
}

static int get_people(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct res_page page;
    struct position after;
    struct search search;
    struct store_snap *snap;
    struct person last = {.path = ""};
    const char *next = NULL;
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = read_after(ctx, page.after, &after);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc) return rc;
    read_search(ctx, d, wg_str_trim(http_query(call->request, "q")), &search);
    rc = choose_way(ctx, d, snap, &search);
    const char *state = http_has_query(call->request, "state") ? wg_cstr(ctx->arena, http_query(call->request, "state")) : NULL;
    json_t *items = res_keep(ctx, json_array());
    for (size_t i = 0; i < scope.n && rc == 0 && json_array_size(items) < (size_t)page.limit; i++) {
        if (wg_str_cmp(wg_str(guard_scope_end(ctx->arena, scope.tops[i])), after.path) < 0) continue;
        rc = page_of_top(call, snap, &search, scope.tops[i], &after, state, page.limit, items, &last);
    }
    if (rc) return rc;
    if (json_array_size(items) == (size_t)page.limit)
        next = wg_fmt(ctx->arena, "%s:%s", last.path, wg_id_text(ctx->arena, last.id));
    store_read_end(snap);
    guard_note(call, (wg_id){0}, wg_fmt(ctx->arena, "%zu", json_array_size(items)));
    return res_answer(call, res_page_json(json_incref(items), next));
}

/* --- writing -------------------------------------------------------------------------------------------------------------------- */

struct person_writing {
    struct guard_call *call;
    const struct district *d;
    struct res_value values[sizeof people_fields / sizeof *people_fields];
    wg_id id; /* nil: a new one */
    struct person person;
};

static const struct res_value *value(const struct person_writing *w, const char *name)
{
    return res_get(&register_people, w->values, name);
}

static void take_text(const struct person_writing *w, const char *name, const char **text)
{
    const struct res_value *v = value(w, name);
    if (v->given) *text = v->null ? NULL : v->text;
}

static void take_values(struct person_writing *w)
{
    struct person *p = &w->person;
    if (value(w, "place")->given) p->place = value(w, "place")->id;
    take_text(w, "name", &p->name);
    take_text(w, "idno", &p->idno);
    take_text(w, "phone", &p->phone);
    take_text(w, "address", &p->address);
    take_text(w, "note", &p->note);
    take_text(w, "state", &p->state);
    if (value(w, "sex")->given) p->sex = (int)value(w, "sex")->i;
    if (value(w, "birth")->given) p->birth = value(w, "birth")->null ? WG_DAY_NONE : (wg_day)value(w, "birth")->i;
    if (value(w, "relation")->given) p->relation = value(w, "relation")->null ? -1 : (int)value(w, "relation")->i;
}

static int write_person_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct person_writing *w = arg;
    const struct guard_scope *scope = &w->call->who->scope;
    struct place to;
    int rc = 0;
    w->person = (struct person){.birth = WG_DAY_NONE, .relation = -1, .state = "living"};
    if (!wg_id_is_nil(w->id)) {
        rc = person_get(ctx, store_tx_snap(tx), w->d, scope, w->id, &w->person);
        if (rc == 0) rc = person_numbers(ctx, store_tx_snap(tx), w->d, &w->person);
        if (rc) return rc;
        w->person.version = value(w, "version")->i;
    }
    take_values(w);
    rc = place_get(ctx, store_tx_snap(tx), w->d->code, w->person.place, &to);
    if (rc) return rc;
    if (!guard_in_scope(scope, wg_str(to.path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
    rc = person_put(ctx, tx, w->d, w->call->who->worker, false, &w->person);
    if (rc) return rc;
    guard_note(w->call, w->person.id, wg_id_is_nil(w->id) ? "new" : "change");
    return guard_audit_in(w->call, tx);
}

static int write_person_call(struct guard_call *call, bool creating)
{
    struct wg_ctx *ctx = call->ctx;
    struct person_writing w = {.call = call, .d = call->services};
    struct store_snap *snap;
    json_t *body, *row;
    int rc = creating ? 0 : res_id_param(ctx, call->request, 0, &w.id);
    if (rc == 0) rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_read_json(ctx, &register_people, body, creating, w.values);
    if (rc) return rc;
    if (creating && !value(&w, "place")->given)
        return wg_refuse(ctx, WG_E_MISSING_FIELD, ctx->lang == WG_ZH ? "住址" : "place", NULL, NULL);
    if (!creating && !value(&w, "version")->given) return wg_refuse(ctx, WG_E_MISSING_FIELD, "version", NULL, NULL);
    rc = store_write(ctx, w.d->store, write_person_unit, &w);
    if (rc == 0) rc = store_read(ctx, w.d->store, &snap);
    if (rc == 0) rc = person_row_json(ctx, w.d, snap, &w.person, &row);
    if (rc) return rc;
    json_object_set_new(row, "version", json_integer(w.person.version));
    return res_answer(call, row);
}

static int post_person(struct guard_call *call)
{
    return write_person_call(call, true);
}

static int patch_person(struct guard_call *call)
{
    return write_person_call(call, false);
}

/* --- the full number, and who looked ------------------------------------------------------------------------------------------- */

static int post_reveal(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct person person;
    const char *field, *reason;
    json_t *body;
    wg_id id;
    int rc = res_id_param(ctx, call->request, 0, &id);
    if (rc == 0) rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_text_member(ctx, body, "field", 16, &field);
    if (rc == 0) rc = res_text_member(ctx, body, "reason", 200, &reason);
    if (rc) return rc;
    bool phone = field && strcmp(field, "phone") == 0;
    if (!field || (!phone && strcmp(field, "idno") != 0))
        return wg_refuse(ctx, WG_E_FIELD_CHOICE, "field", "idno, phone", NULL);
    if (!reason) return wg_refuse(ctx, WG_E_MISSING_FIELD, ctx->lang == WG_ZH ? "查看原因" : "reason", NULL, NULL);
    rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = person_get(ctx, snap, d, &call->who->scope, id, &person);
    if (rc == 0) rc = person_numbers(ctx, snap, d, &person);
    if (rc) return rc;
    store_read_end(snap);
    guard_note(call, id, field);
    guard_note_reason(call, wg_str(reason));
    const char *number = phone ? person.phone : person.idno;
    return res_answer(call, json_pack("{s:s}", "value", number ? number : ""));
}

static int get_looks(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct person person;
    struct res_page page;
    json_t *looks;
    wg_id id;
    int rc = res_id_param(ctx, call->request, 0, &id);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = person_get(ctx, snap, d, &call->who->scope, id, &person);
    if (rc == 0) rc = guard_looks(ctx, snap, d->code, id, page.after, page.limit, &looks);
    if (rc) return rc;
    store_read_end(snap);
    guard_note(call, id, NULL);
    return res_answer(call, looks);
}

const struct guard_route person_routes[] = {
    {"GET", "/api/v1/people", RIGHT_PERSON_READ, "person.list", NULL, get_people,
     "People within scope, in walking order; q finds by name, pinyin, initials, number or address",
     "place:string q:string state:string after:string limit:integer", NULL, "PersonPage"},
    {"POST", "/api/v1/people", RIGHT_PERSON_WRITE, "person.write", NULL, post_person, "Add a person", NULL, "PersonWrite",
     "PersonRow"},
    {"PATCH", "/api/v1/people/{id}", RIGHT_PERSON_WRITE, "person.write", NULL, patch_person, "Correct a person's record", NULL,
     "PersonWrite", "PersonRow"},
    {"POST", "/api/v1/people/{id}/reveal", RIGHT_PERSON_REVEAL, "person.reveal", NULL, post_reveal,
     "The full number, with a reason", NULL, "RevealAsk", "Revealed"},
    {"GET", "/api/v1/people/{id}/looks", RIGHT_PERSON_READ, "person.looks", NULL, get_looks,
     "Who looked at or changed the record", "after:string limit:integer", NULL, "LookPage"},
    {"GET", "/api/v1/people/{id}/changes", RIGHT_PERSON_READ, "person.changes", NULL, person_get_changes,
     "What corrections of the record replaced, newest first, up to fifty; numbers by their last four", NULL, NULL,
     "PersonChangePage"},
    {"POST", "/api/v1/people/{id}/changes/{change}/undo", RIGHT_PERSON_WRITE, "person.write", NULL, person_undo_change,
     "Put back what a correction replaced; itself a correction", NULL, "PersonChangeUndo", "PersonRow"},
    {0},
};
