/* One person: household, tasks, lists, facts. */
#include <string.h>

#include "district/desk/desk_internal.h"

enum { TASKS_MAX = 50 };

static const char q_household[] =
    "SELECT " DESK_PERSON("p", "t") " FROM person p JOIN place t ON t.district = p.district AND t.id = p.place "
                                    "WHERE p.district = $1 AND p.path = $2 AND (p.state NOT IN ('moved', 'gone') OR p.id = $3) "
                                    "ORDER BY COALESCE(p.relation, 99), p.birth, p.id LIMIT 50";
static const char q_tasks[] =
    "SELECT e.id, e.programme, e.state, e.due, e.opened, e.result, e.previous, e.worker, w.name, w.phone, e.path, "
    "" DESK_PLACE(
        "t") " FROM enrolment e LEFT JOIN place t ON t.district = e.district AND t.path = e.path "
             "LEFT JOIN worker w ON w.district = e.district AND w.id = e.worker WHERE e.district = $1 AND e.person = $2 "
             "ORDER BY e.opened DESC, e.id DESC LIMIT 50";
/* Facts about the person, and those about the household as a whole. */
static const char q_facts[] =
    "SELECT o.id, o.at, o.received, o.programme, o.result, o.temperature, w.name, o.body, o.supersedes, "
    "EXISTS (SELECT 1 FROM observation s WHERE s.district = o.district AND s.supersedes = o.id) FROM ("
    "SELECT * FROM observation WHERE district = $1 AND person = $2 UNION ALL "
    "SELECT * FROM observation WHERE district = $1 AND place = $3 AND person IS NULL) AS o "
    "LEFT JOIN worker w ON w.district = o.district AND w.id = o.worker ORDER BY o.at DESC, o.id DESC LIMIT 200";

struct telling {
    struct wg_ctx *ctx;
    const struct district *d;
    struct store_snap *snap;
    const struct owners *owners;
    struct person person;
    struct place place;
    json_t *out; /* kept by the arena */
};

static void put(struct telling *t, const char *name, json_t *value)
{
    (void)json_object_set_new(t->out, name, value);
}

static void put_person(struct telling *t)
{
    struct wg_ctx *ctx = t->ctx;
    const struct person *p = &t->person;
    int age = person_age(ctx, p->birth);
    put(t, "id", res_id_json(ctx, p->id));
    put(t, "name", json_string(p->name));
    put(t, "sex", json_integer(p->sex));
    put(t, "birth", res_day_json(ctx, p->birth));
    put(t, "age", age < 0 ? json_null() : json_integer(age));
    put(t, "idno_tail", res_text_json(p->idno_tail));
    put(t, "phone_tail", res_text_json(p->phone_tail));
    put(t, "relation", p->relation < 0 ? json_null() : json_integer(p->relation));
    put(t, "state", json_string(p->state));
    put(t, "address", res_text_json(p->address));
    put(t, "note", res_text_json(p->note));
    put(t, "created", res_time_json(ctx, p->created));
    put(t, "updated", res_time_json(ctx, p->updated));
    put(t, "version", json_integer(p->version));
}

/* Who lives there, the person included. Somebody whose door is not known yet shares a place with others, but no household. */
static int put_household(struct telling *t)
{
    struct store_value values[] = {store_cstr(t->d->code), store_cstr(t->person.path), store_id(&t->person.id)};
    struct store_rows *rows;
    bool more;
    json_t *list = json_array(), *self;
    put(t, "household", list);
    if (t->place.level != LEVEL_HOUSEHOLD) {
        int rc = person_row_json(t->ctx, t->d, t->snap, &t->person, &self);
        if (rc == 0) json_array_append_new(list, self);
        return rc;
    }
    int rc = store_query(t->ctx, t->snap, q_household, values, 3, &rows);
    while (rc == 0 && (rc = store_next(t->ctx, rows, &more)) == 0 && more)
        json_array_append_new(list, desk_person_json(t->ctx, rows, 0));
    return rc;
}

/* --- tasks ------------------------------------------------------------------------------------------------------------------ */

static json_t *task_owner(const struct telling *t, const struct store_rows *rows)
{
    struct wg_ctx *ctx = t->ctx;
    const char *path = wg_cstr(ctx->arena, store_get_text(rows, 10));
    struct owner owner = {.worker = store_get_id(rows, 7),
                          .name = wg_cstr(ctx->arena, store_get_text(rows, 8)),
                          .phone = desk_text(ctx, rows, 9),
                          .path = path,
                          .level = (enum place_level)(strlen(path) / PLACE_STEP)};
    if (!wg_id_is_nil(owner.worker)) return owner_json(ctx, &owner);
    return owner_of(t->owners, wg_str(path), &owner) ? owner_json(ctx, &owner) : json_null();
}

static int put_tasks(struct telling *t)
{
    struct wg_ctx *ctx = t->ctx;
    struct store_value values[] = {store_cstr(t->d->code), store_id(&t->person.id)};
    struct store_rows *rows;
    wg_id ids[TASKS_MAX];
    json_t *names[TASKS_MAX];
    size_t n = 0;
    bool more;
    json_t *list = json_array();
    put(t, "tasks", list);
    int rc = store_query(ctx, t->snap, q_tasks, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more && n < TASKS_MAX) {
        ids[n++] = store_get_id(rows, 0);
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:o, s:o, s:s?, s:o, s:o, s:o}", "id", wg_id_text(ctx->arena, ids[n - 1]), "programme",
                      wg_cstr(ctx->arena, store_get_text(rows, 1)), "state", wg_cstr(ctx->arena, store_get_text(rows, 2)),
                      "due", res_time_json(ctx, store_get_time(rows, 3)), "opened", res_time_json(ctx, store_get_time(rows, 4)),
                      "result", desk_text(ctx, rows, 5), "place", desk_place_json(ctx, rows, 11), "owner", task_owner(t, rows),
                      "previous", res_id_json(ctx, store_get_id(rows, 6))));
    }
    if (rc == 0) rc = list_names_for(ctx, t->d, t->snap, ids, n, names);
    for (size_t i = 0; i < n && rc == 0; i++) (void)json_object_set(json_array_get(list, i), "lists", names[i]);
    return rc;
}

static int put_lists(struct telling *t)
{
    json_t *lists;
    int rc = list_rows_of_person(t->ctx, t->d, t->snap, t->person.id, &lists);
    if (rc == 0) put(t, "lists", lists);
    return rc;
}

/* --- facts ------------------------------------------------------------------------------------------------------------------ */

/* The rest of the form, without what the program itself keeps there (names that begin with an underscore). */
static json_t *body_json(const struct store_rows *rows, int column)
{
    struct wg_str text = store_get_text(rows, column);
    json_t *body = text.n ? json_loadb(text.p, text.n, 0, NULL) : NULL, *value;
    const char *name;
    void *next;
    if (!json_is_object(body)) {
        json_decref(body);
        return json_object();
    }
    json_object_foreach_safe(body, next, name, value)
    {
        if (name[0] == '_') (void)json_object_del(body, name);
    }
    return body;
}

static json_t *fact_json(struct wg_ctx *ctx, const struct store_rows *rows)
{
    return json_pack("{s:s, s:o, s:o, s:s, s:s, s:o, s:s, s:o, s:o, s:b}", "id", wg_id_text(ctx->arena, store_get_id(rows, 0)),
                     "at", res_time_json(ctx, store_get_time(rows, 1)), "received", res_time_json(ctx, store_get_time(rows, 2)),
                     "programme", wg_cstr(ctx->arena, store_get_text(rows, 3)), "result",
                     wg_cstr(ctx->arena, store_get_text(rows, 4)), "temperature", desk_temperature_json(rows, 5), "worker",
                     wg_cstr(ctx->arena, store_get_text(rows, 6)), "body", body_json(rows, 7), "supersedes",
                     res_id_json(ctx, store_get_id(rows, 8)), "superseded", store_get_int(rows, 9) != 0 ? 1 : 0);
}

static int put_facts(struct telling *t)
{
    struct store_value values[] = {store_cstr(t->d->code), store_id(&t->person.id), store_id(&t->person.place)};
    struct store_rows *rows;
    bool more;
    json_t *list = json_array();
    put(t, "facts", list);
    int rc = store_query(t->ctx, t->snap, q_facts, values, 3, &rows);
    while (rc == 0 && (rc = store_next(t->ctx, rows, &more)) == 0 && more) json_array_append_new(list, fact_json(t->ctx, rows));
    return rc;
}

static int put_place(struct telling *t)
{
    json_t *place;
    int rc = place_get(t->ctx, t->snap, t->d->code, t->person.place, &t->place);
    if (rc == 0) rc = place_json(t->ctx, t->d, t->snap, &t->place, &place);
    if (rc == 0) put(t, "place", place);
    return rc;
}

int desk_get_person(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct telling t = {.ctx = ctx, .d = call->services};
    wg_id id;
    t.out = res_keep(ctx, json_object());
    int rc = res_id_param(ctx, call->request, 0, &id);
    if (rc) return rc;
    guard_note(call, id, NULL);
    rc = owners_today(ctx, t.d, &t.owners);
    if (rc == 0) rc = store_read(ctx, t.d->store, &t.snap);
    if (rc == 0) rc = person_get(ctx, t.snap, t.d, &call->who->scope, id, &t.person);
    if (rc) return rc;
    guard_note_place(call, wg_str(t.person.path));
    put_person(&t);
    rc = put_place(&t);
    if (rc == 0) rc = put_household(&t);
    if (rc == 0) rc = put_tasks(&t);
    if (rc == 0) rc = put_lists(&t);
    if (rc == 0) rc = put_facts(&t);
    if (rc) return rc;
    store_read_end(t.snap);
    return res_answer(call, json_incref(t.out));
}
