#include <stdlib.h>
#include <string.h>

#include "district/register/register_internal.h"

static const char q_get[] = "SELECT " PERSON_COLUMNS " FROM person WHERE district = $1 AND id = $2";
static const char q_insert[] =
    "INSERT INTO person (district, id, path, place, name, sound, initials, sex, birth, idno_sealed, idno_mark, idno_tail, "
    "phone_sealed, "
    "phone_mark, phone_tail, relation, state, address, note, created, updated, version) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
static const char q_update[] = "UPDATE person SET path = $3, place = $4, name = $5, sound = $6, initials = $7, sex = $8, birth "
                               "= $9, idno_sealed = $10, idno_mark = $11, "
                               "idno_tail = $12, phone_sealed = $13, phone_mark = $14, phone_tail = $15, relation = $16, state "
                               "= $17, address = $18, note = $19, "
                               "created = $20, updated = $21, version = $22 WHERE district = $1 AND id = $2";
static const char q_sealed[] = "SELECT idno_sealed, phone_sealed FROM person WHERE district = $1 AND id = $2";
static const char q_twin[] = "SELECT name FROM person WHERE district = $1 AND idno_mark = $2 AND id <> $3 AND state IN "
                             "('living', 'away', 'provisional')";
static const char q_change[] =
    "INSERT INTO person_change (district, person, id, at, worker, fields, before) VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char q_each[] =
    "SELECT p.id, p.path, p.name, p.sex, p.birth, p.idno_sealed, p.phone_sealed, p.state, p.address, p.updated, p.version, "
    "(SELECT label FROM place WHERE place.district = p.district AND place.id = p.place) "
    "FROM person p WHERE p.district = $1 AND p.state IN ('living', 'away', 'provisional') ORDER BY p.path, p.id";
static const char q_since[] =
    "SELECT p.id, p.path, p.name, p.sex, p.birth, p.idno_sealed, p.phone_sealed, p.state, p.address, p.updated, p.version, "
    "(SELECT label FROM place WHERE place.district = p.district AND place.id = p.place) "
    "FROM person p WHERE p.district = $1 AND p.updated >= $2 ORDER BY p.updated, p.id";

static const char *const states[] = {"living", "away", "moved", "provisional", "gone", NULL};

bool person_state_known(const char *state)
{
    for (size_t i = 0; states[i]; i++)
        if (strcmp(states[i], state) == 0) return true;
    return false;
}

void person_read(struct wg_ctx *ctx, const struct store_rows *rows, struct person *ret)
{
    *ret = (struct person){
        .id = store_get_id(rows, 0),
        .path = wg_cstr(ctx->arena, store_get_text(rows, 1)),
        .place = store_get_id(rows, 2),
        .name = wg_cstr(ctx->arena, store_get_text(rows, 3)),
        .sex = (int)store_get_int(rows, 4),
        .birth = store_get_day(rows, 5),
        .idno_tail = register_text(ctx, rows, 6),
        .phone_tail = register_text(ctx, rows, 7),
        .relation = store_is_null(rows, 8) ? -1 : (int)store_get_int(rows, 8),
        .state = wg_cstr(ctx->arena, store_get_text(rows, 9)),
        .address = register_text(ctx, rows, 10),
        .note = register_text(ctx, rows, 11),
        .created = store_get_time(rows, 12),
        .updated = store_get_time(rows, 13),
        .version = store_get_int(rows, 14),
    };
}

const char *register_text(struct wg_ctx *ctx, const struct store_rows *rows, int column)
{
    return store_is_null(rows, column) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, column));
}

int person_find(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id id, struct person *ret)
{
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, q_get, (struct store_value[]){store_cstr(district), store_id(&id)}, 2, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    person_read(ctx, rows, ret);
    store_rows_end(rows);
    return 0;
}

int person_get(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const struct guard_scope *scope, wg_id id,
               struct person *ret)
{
    struct person person;
    int rc = person_find(ctx, snap, d->code, id, &person);
    if (rc) return rc;
    if (!guard_in_scope(scope, wg_str(person.path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    *ret = person;
    return 0;
}

int person_age(const struct wg_ctx *ctx, wg_day birth)
{
    if (birth == WG_DAY_NONE) return -1;
    struct wg_civil b = wg_civil_from_day(birth), t = wg_civil_from_day(wg_today(ctx));
    int age = t.year - b.year - ((t.month < b.month || (t.month == b.month && t.day < b.day)) ? 1 : 0);
    return age < 0 ? 0 : age;
}

/* --- numbers ------------------------------------------------------------------------------------------------------------ */

static const char *idno_fault(const struct wg_ctx *ctx, enum people_idno_fault fault)
{
    bool zh = ctx->lang == WG_ZH;
    switch (fault) {
    case IDNO_MASKED:
        return zh ? "有遮盖的位，需要完整号码" : "some places are masked; the whole number is needed";
    case IDNO_LOST:
        return zh ? "号码已被表格软件改坏（变成了科学记数），请按文本重新填写"
                  : "a spreadsheet has rounded it; enter it again as text";
    case IDNO_LENGTH:
        return zh ? "位数不对，应为 18 位（旧证 15 位）" : "it must have 18 places (old cards 15)";
    case IDNO_CHECK_DIGIT:
        return zh ? "校验位不对，请核对是否抄错" : "the check digit does not fit; look for a miscopied digit";
    case IDNO_DATE:
        return zh ? "其中的出生日期不存在" : "the birth date in it does not exist";
    default:
        return zh ? "无法识别" : "it cannot be read";
    }
}

static int canonical_idno(struct wg_ctx *ctx, struct person *person)
{
    if (!person->idno) return 0;
    struct people_idno idno = people_idno_read(wg_str(person->idno), wg_today(ctx));
    if (idno.fault == IDNO_EMPTY) {
        person->idno = NULL;
        return 0;
    }
    if (idno.fault != IDNO_OK && idno.fault != IDNO_OTHER_PAPER)
        return wg_refuse(ctx, WG_E_IDNO, ctx->lang == WG_ZH ? "证件号" : "identity number", idno_fault(ctx, idno.fault), NULL);
    person->idno = wg_fmt(ctx->arena, "%s", idno.text);
    if (person->birth == WG_DAY_NONE) person->birth = idno.birth;
    if (person->sex == 0) person->sex = idno.sex;
    return 0;
}

static int canonical_phone(struct wg_ctx *ctx, const struct district *d, struct person *person)
{
    if (!person->phone) return 0;
    struct people_phone phone = people_phone_read(wg_str(person->phone), d->area_code, NULL);
    if (phone.fault == PHONE_EMPTY) {
        person->phone = NULL;
        return 0;
    }
    if (phone.fault != PHONE_OK)
        return wg_refuse(ctx, WG_E_PHONE, ctx->lang == WG_ZH ? "电话" : "telephone",
                         ctx->lang == WG_ZH ? "应为 11 位手机号，或带区号的固定电话"
                                            : "a mobile has 11 digits, a landline an area code",
                         NULL);
    person->phone = wg_fmt(ctx->arena, "%s", phone.text);
    return 0;
}

static const char *tail(struct wg_ctx *ctx, const char *number)
{
    size_t n = strlen(number);
    return wg_cstr(ctx->arena, wg_str(number + (n > 4 ? n - 4 : 0)));
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

static void bind_number(struct wg_ctx *ctx, const struct district *d, const char *field, wg_id row, const char *number,
                        wg_id *mark, struct store_value out[3])
{
    if (!number) {
        out[0] = out[1] = out[2] = store_null();
        return;
    }
    *mark = guard_index(d->guard, field, wg_str(number));
    out[0] = store_bytes(guard_seal(ctx, d->guard, field, row, wg_str(number)));
    out[1] = store_id(mark);
    out[2] = store_cstr(tail(ctx, number));
}

static int write_person(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const char *sql,
                        const struct person *person)
{
    struct people_name name = people_name_read(wg_str(person->name), NULL);
    char sound[PEOPLE_PINYIN_MAX];
    size_t n = 0;
    for (const char *c = name.pinyin; *c; c++)
        if (*c != ' ') sound[n++] = *c;
    sound[n] = '\0';
    wg_id idno_mark = {0}, phone_mark = {0};
    struct store_value values[22] = {
        store_cstr(d->code),
        store_id(&person->id),
        store_cstr(person->path),
        store_id(&person->place),
        store_cstr(person->name),
        store_cstr(sound),
        store_cstr(name.initials),
        store_int(person->sex),
        store_day(person->birth),
        store_null(),
        store_null(),
        store_null(),
        store_null(),
        store_null(),
        store_null(),
        person->relation < 0 ? store_null() : store_int(person->relation),
        store_cstr(person->state),
        store_cstr(person->address),
        store_cstr(person->note),
        store_time(person->created),
        store_time(person->updated),
        store_int(person->version),
    };
    bind_number(ctx, d, "idno", person->id, person->idno, &idno_mark, values + 9);
    bind_number(ctx, d, "phone", person->id, person->phone, &phone_mark, values + 12);
    return store_exec(ctx, tx, sql, values, 22, NULL);
}

int person_load(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct person *person)
{
    struct person p = *person;
    if (p.version == 0) p.version = 1;
    return write_person(ctx, tx, d, q_insert, &p);
}

int person_numbers(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, struct person *person)
{
    struct store_rows *rows;
    struct wg_str plain;
    bool found;
    int rc =
        store_one(ctx, snap, q_sealed, (struct store_value[]){store_cstr(d->code), store_id(&person->id)}, 2, &rows, &found);
    if (rc || !found) return rc ? rc : wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    if (!store_is_null(rows, 0)) {
        rc = guard_unseal(ctx, d->guard, "idno", person->id, store_get_text(rows, 0), &plain);
        if (rc == 0) person->idno = wg_cstr(ctx->arena, plain);
    }
    if (rc == 0 && !store_is_null(rows, 1)) {
        rc = guard_unseal(ctx, d->guard, "phone", person->id, store_get_text(rows, 1), &plain);
        if (rc == 0) person->phone = wg_cstr(ctx->arena, plain);
    }
    store_rows_end(rows);
    return rc;
}

static int refuse_twin(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const struct person *person)
{
    struct store_rows *rows;
    bool found;
    wg_id mark = guard_index(d->guard, "idno", wg_str(person->idno));
    int rc = store_one(ctx, snap, q_twin, (struct store_value[]){store_cstr(d->code), store_id(&mark), store_id(&person->id)},
                       3, &rows, &found);
    if (rc || !found) return rc;
    const char *name = wg_cstr(ctx->arena, store_get_text(rows, 0));
    store_rows_end(rows);
    return wg_refuse(ctx, WG_E_IDNO_TAKEN, ctx->lang == WG_ZH ? "证件号" : "identity number", name, NULL);
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Names of the fields that differ, comma between; "" when nothing does. */
static const char *changed_fields(struct wg_ctx *ctx, const struct person *a, const struct person *b)
{
    struct {
        const char *name;
        bool differs;
    } fields[] = {
        {"place", !wg_id_eq(a->place, b->place)},
        {"name", !same_text(a->name, b->name)},
        {"sex", a->sex != b->sex},
        {"birth", a->birth != b->birth},
        {"idno", !same_text(a->idno, b->idno)},
        {"phone", !same_text(a->phone, b->phone)},
        {"relation", a->relation != b->relation},
        {"state", !same_text(a->state, b->state)},
        {"address", !same_text(a->address, b->address)},
        {"note", !same_text(a->note, b->note)},
    };
    const char *list = "";
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].differs) list = wg_fmt(ctx->arena, "%s%s%s", list, *list ? "," : "", fields[i].name);
    return list;
}

static int keep_before(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by, const struct person *old,
                       const char *fields)
{
    json_t *before =
        json_pack("{s:s, s:s, s:i, s:o, s:s?, s:s?, s:i, s:s, s:s?, s:s?}", "place", wg_id_text(ctx->arena, old->place), "name",
                  old->name, "sex", old->sex, "birth", res_day_json(ctx, old->birth), "idno", old->idno, "phone", old->phone,
                  "relation", old->relation, "state", old->state, "address", old->address, "note", old->note);
    char *text = json_dumps(before, JSON_COMPACT);
    json_decref(before);
    if (!text) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    wg_id id = wg_id_new(ctx->now);
    struct wg_str sealed = guard_seal(ctx, d->guard, "person_change", id, wg_str(text));
    free(text);
    struct store_value values[] = {store_cstr(d->code), store_id(&old->id), store_id(&id),      store_time(ctx->now),
                                   store_id(&by),       store_cstr(fields), store_bytes(sealed)};
    return store_exec(ctx, tx, q_change, values, 7, NULL);
}

static int change_person(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by, struct person *person)
{
    struct person old;
    struct store_snap *snap = store_tx_snap(tx);
    int rc = person_find(ctx, snap, d->code, person->id, &old);
    if (rc == 0) rc = person_numbers(ctx, snap, d, &old);
    if (rc) return rc;
    if (old.version != person->version) return wg_refuse(ctx, WG_E_CONFLICT, "version", old.name, NULL);
    const char *fields = changed_fields(ctx, &old, person);
    person->created = old.created;
    if (!*fields) return 0;
    rc = keep_before(ctx, tx, d, by, &old, fields);
    person->version = old.version + 1;
    return rc ? rc : write_person(ctx, tx, d, q_update, person);
}

int person_put(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by, bool accept_twin,
               struct person *person)
{
    struct store_snap *snap = store_tx_snap(tx);
    struct place place;
    if (!person->name || wg_str_trim(wg_str(person->name)).n == 0)
        return wg_refuse(ctx, WG_E_MISSING_FIELD, ctx->lang == WG_ZH ? "姓名" : "name", NULL, NULL);
    if (!person->state) person->state = "living";
    if (wg_id_is_nil(person->id)) person->id = wg_id_new(ctx->now);
    if (!person_state_known(person->state)) return wg_refuse(ctx, WG_E_BAD_FIELD, "state", person->state, NULL);
    int rc = canonical_idno(ctx, person);
    if (rc == 0) rc = canonical_phone(ctx, d, person);
    if (rc == 0) rc = place_get(ctx, snap, d->code, person->place, &place);
    if (rc == 0 && person->idno && !accept_twin) rc = refuse_twin(ctx, snap, d, person);
    if (rc) return rc;
    person->path = place.path;
    person->idno_tail = person->idno ? tail(ctx, person->idno) : NULL;
    person->phone_tail = person->phone ? tail(ctx, person->phone) : NULL;
    person->updated = ctx->now;
    if (person->version > 0) return change_person(ctx, tx, d, by, person);
    person->created = ctx->now;
    person->version = 1;
    return write_person(ctx, tx, d, q_insert, person);
}

int person_move(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by, wg_id id, const struct place *to,
                const char *state)
{
    struct person person;
    struct store_snap *snap = store_tx_snap(tx);
    int rc = person_find(ctx, snap, d->code, id, &person);
    if (rc == 0) rc = person_numbers(ctx, snap, d, &person);
    if (rc) return rc;
    person.place = to->id;
    person.path = to->path;
    if (state) person.state = state;
    person.updated = ctx->now;
    return change_person(ctx, tx, d, by, &person);
}

/* --- reading for others --------------------------------------------------------------------------------------------------- */

json_t *person_row_at(struct wg_ctx *ctx, const struct person *person, json_t *place)
{
    int age = person_age(ctx, person->birth);
    return json_pack("{s:s, s:s, s:i, s:o, s:s?, s:s?, s:o, s:s, s:o}", "id", wg_id_text(ctx->arena, person->id), "name",
                     person->name, "sex", person->sex, "age", age < 0 ? json_null() : json_integer(age), "idno_tail",
                     person->idno_tail, "phone_tail", person->phone_tail, "relation",
                     person->relation < 0 ? json_null() : json_integer(person->relation), "state", person->state, "place",
                     place);
}

int person_row_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct person *person,
                    json_t **ret)
{
    json_t *place;
    int rc = place_ref(ctx, snap, d->code, wg_str(person->path), &place);
    if (rc == 0) *ret = person_row_at(ctx, person, place);
    return rc;
}

static int visit_row(struct wg_ctx *ctx, const struct district *d, const struct store_rows *rows,
                     const struct person_walk *walk)
{
    struct wg_str plain;
    struct person p = {
        .id = store_get_id(rows, 0),
        .path = wg_cstr(ctx->arena, store_get_text(rows, 1)),
        .name = wg_cstr(ctx->arena, store_get_text(rows, 2)),
        .sex = (int)store_get_int(rows, 3),
        .birth = store_get_day(rows, 4),
        .state = wg_cstr(ctx->arena, store_get_text(rows, 7)),
        .address = register_text(ctx, rows, 8),
        .updated = store_get_time(rows, 9),
        .version = store_get_int(rows, 10),
        .relation = -1,
    };
    int rc = 0;
    if (!store_is_null(rows, 5)) {
        rc = guard_unseal(ctx, d->guard, "idno", p.id, store_get_text(rows, 5), &plain);
        if (rc == 0) p.idno = wg_cstr(ctx->arena, plain);
    }
    if (rc == 0 && !store_is_null(rows, 6)) {
        rc = guard_unseal(ctx, d->guard, "phone", p.id, store_get_text(rows, 6), &plain);
        if (rc == 0) p.phone = wg_cstr(ctx->arena, plain);
    }
    return rc ? rc : walk->visit(ctx, walk->arg, &p, store_get_text(rows, 11));
}

int person_each(struct wg_ctx *ctx, const struct district *d, const struct person_walk *walk)
{
    /* 600,000 rows pass through: their texts live in an arena of their own that is rewound row by row. */
    struct wg_ctx own = *ctx;
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    int rc = store_read(ctx, d->store, &snap);
    if (rc) return rc;
    struct store_value values[] = {store_cstr(d->code), store_int(walk->since)};
    rc = store_query(ctx, snap, walk->since ? q_since : q_each, values, walk->since ? 2 : 1, &rows);
    own.arena = wg_arena_new();
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        if (walk->known && walk->known(walk->arg, store_get_id(rows, 0), store_get_int(rows, 10))) continue;
        wg_arena_reset(own.arena);
        rc = visit_row(&own, d, rows, walk);
        if (rc) ctx->problem = (struct wg_problem){.code = own.problem.code};
    }
    wg_arena_free(own.arena);
    store_read_end(snap);
    return rc;
}
