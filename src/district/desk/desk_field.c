/* All that a phone needs for the day, in one answer: doors in walking order, who lives there, what is due. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "district/desk/desk_internal.h"

enum { HOUSEHOLDS_MAX = 3000, VERSION_BYTES = 16 };

static const char q_count[] = "SELECT count(*) FROM (SELECT 1 FROM place WHERE district = $1 AND level = 7 AND path >= $2 "
                              "AND path < $3 LIMIT $4) AS some";
static const char q_doors[] =
    "SELECT h.id, h.path, h.label, u.label, a.state, a.result FROM place h "
    "LEFT JOIN place u ON u.district = h.district AND u.id = h.parent "
    "LEFT JOIN answer a ON a.district = h.district AND a.programme = $4 AND a.round = $5 AND a.path = h.path "
    "WHERE h.district = $1 AND h.level = 7 AND h.path >= $2 AND h.path < $3 AND h.valid_from <= $5 "
    "AND (h.valid_until IS NULL OR h.valid_until > $5) ORDER BY h.path";
#define PERSON_HERE "p.id, p.name, p.sex, p.birth, p.phone_tail, p.relation, p.state"
static const char q_people[] = "SELECT p.path, " PERSON_HERE " FROM person p WHERE p.district = $1 AND p.path >= $2 "
                               "AND p.path < $3 AND p.state IN ('living', 'away', 'provisional')";
/* Open, or ended since $5. What was given to somebody else by name is theirs. */
#define TASK_HERE                                                                                                              \
    "SELECT e.path, " PERSON_HERE ", e.id, e.programme, e.due, e.tries, e.result, e.state, "                                   \
    "(SELECT max(r.came_from) FROM list_row r WHERE r.district = e.district AND r.enrolment = e.id) FROM enrolment e "         \
    "JOIN person p ON p.district = e.district AND p.id = e.person WHERE e.district = $1 AND e.state = $4 "                     \
    "AND ($4 = 'open' OR e.closed >= $5) "
static const char q_tasks[] = TASK_HERE "AND e.path >= $2 AND e.path < $3 AND (e.worker IS NULL OR e.worker = $6)";
static const char q_named[] = TASK_HERE "AND e.worker = $6 AND e.path >= $2 AND e.path < $3";

struct field_person {
    const char *path;
    wg_id id;
    bool elsewhere;
    int rank; /* the head of the household first */
    wg_day birth;
    json_t *json; /* kept by the answer's pool */
};
struct field_task {
    const char *path;
    wg_id id;
    bool elsewhere;
    wg_time due;
    json_t *json; /* the same */
};
struct field_door {
    const char *path;
    wg_id id;
    bool elsewhere; /* outside the worker's own places: a task was given by name */
    const char *label, *group;
    const char *screening, *result; /* NULL: not a household of the round */
};
struct field {
    struct guard_call *call;
    struct wg_ctx *ctx;
    const struct district *d;
    struct store_snap *snap;
    wg_day day;
    json_t *pool; /* holds the parts until they are put together; kept by the arena */
    struct field_door *doors;
    struct field_person *people;
    struct field_task *tasks;
    size_t n_doors, n_people, n_tasks, cap_doors, cap_people, cap_tasks;
};

static json_t *pooled(struct field *f, json_t *json)
{
    (void)json_array_append_new(f->pool, json);
    return json;
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

static int refuse_many(struct field *f)
{
    const struct guard_scope *scope = &f->call->who->scope;
    int64_t all = 0;
    for (size_t i = 0; i < scope->n; i++) {
        int64_t n;
        struct store_value values[] = {store_cstr(f->d->code), store_cstr(scope->tops[i]),
                                       store_cstr(guard_scope_end(f->ctx->arena, scope->tops[i])),
                                       store_int(HOUSEHOLDS_MAX + 1)};
        int rc = store_number(f->ctx, f->snap, q_count, values, 4, 0, &n);
        if (rc) return rc;
        all += n;
        if (all > HOUSEHOLDS_MAX)
            return wg_refuse(f->ctx, WG_E_TOO_MANY, f->ctx->lang == WG_ZH ? "住户" : "households",
                             wg_fmt(f->ctx->arena, "%d", HOUSEHOLDS_MAX), NULL);
    }
    return 0;
}

static struct field_door *add_door(struct field *f, const char *path, bool elsewhere)
{
    f->doors = wg_grow(f->ctx->arena, f->doors, &f->cap_doors, f->n_doors + 1, sizeof *f->doors);
    f->doors[f->n_doors] = (struct field_door){.path = path, .elsewhere = elsewhere, .label = "", .group = ""};
    return &f->doors[f->n_doors++];
}

static int read_doors(struct field *f, const char *top)
{
    struct wg_ctx *ctx = f->ctx;
    struct store_value values[] = {store_cstr(f->d->code), store_cstr(top), store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_cstr(PROGRAMME_SCREENING), store_day(f->day)};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, f->snap, q_doors, values, 5, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct field_door *door = add_door(f, wg_cstr(ctx->arena, store_get_text(rows, 1)), false);
        door->id = store_get_id(rows, 0);
        door->label = wg_cstr(ctx->arena, store_get_text(rows, 2));
        door->group = wg_cstr(ctx->arena, store_get_text(rows, 3));
        door->screening = store_is_null(rows, 4) ? "open" : wg_cstr(ctx->arena, store_get_text(rows, 4));
        door->result = desk_text(ctx, rows, 5);
    }
    return rc;
}

/* From the columns PERSON_HERE, which begin at 1. */
static void read_person(struct field *f, const struct store_rows *rows, const char *path, bool elsewhere)
{
    struct wg_ctx *ctx = f->ctx;
    wg_day birth = store_get_day(rows, 4);
    int age = person_age(ctx, birth);
    bool related = !store_is_null(rows, 6);
    f->people = wg_grow(ctx->arena, f->people, &f->cap_people, f->n_people + 1, sizeof *f->people);
    struct field_person *p = &f->people[f->n_people++];
    *p = (struct field_person){.path = path,
                               .id = store_get_id(rows, 1),
                               .elsewhere = elsewhere,
                               .rank = related ? (int)store_get_int(rows, 6) : INT32_MAX,
                               .birth = birth};
    p->json = pooled(f, json_pack("{s:s, s:s, s:I, s:o, s:s?, s:o, s:s}", "id", wg_id_text(ctx->arena, p->id), "name",
                                  wg_cstr(ctx->arena, store_get_text(rows, 2)), "sex", (json_int_t)store_get_int(rows, 3),
                                  "age", age < 0 ? json_null() : json_integer(age), "phone_tail", desk_text(ctx, rows, 5),
                                  "relation", related ? json_integer(p->rank) : json_null(), "state",
                                  wg_cstr(ctx->arena, store_get_text(rows, 7))));
}

static int read_people(struct field *f, const char *top)
{
    struct wg_ctx *ctx = f->ctx;
    struct store_value values[] = {store_cstr(f->d->code), store_cstr(top), store_cstr(guard_scope_end(ctx->arena, top))};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, f->snap, q_people, values, 3, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
        read_person(f, rows, wg_cstr(ctx->arena, store_get_text(rows, 0)), false);
    return rc;
}

/* A task, and whose it is: who was found to have moved lives at that door no longer, and is shown with the task all the same. */
static void read_task(struct field *f, const struct store_rows *rows, bool elsewhere)
{
    struct wg_ctx *ctx = f->ctx;
    const char *path = wg_cstr(ctx->arena, store_get_text(rows, 0));
    f->tasks = wg_grow(ctx->arena, f->tasks, &f->cap_tasks, f->n_tasks + 1, sizeof *f->tasks);
    struct field_task *t = &f->tasks[f->n_tasks++];
    *t =
        (struct field_task){.path = path, .id = store_get_id(rows, 8), .elsewhere = elsewhere, .due = store_get_time(rows, 10)};
    t->json = pooled(f, json_pack("{s:s, s:s, s:s, s:o, s:I, s:s?, s:s?, s:s}", "id", wg_id_text(ctx->arena, t->id), "person",
                                  wg_id_text(ctx->arena, store_get_id(rows, 1)), "programme",
                                  wg_cstr(ctx->arena, store_get_text(rows, 9)), "due", res_time_json(ctx, t->due), "tries",
                                  (json_int_t)store_get_int(rows, 11), "came_from", desk_text(ctx, rows, 14), "result",
                                  desk_text(ctx, rows, 12), "state", wg_cstr(ctx->arena, store_get_text(rows, 13))));
    read_person(f, rows, path, elsewhere);
}

static int read_tasks(struct field *f, const char *sql, const char *top, bool elsewhere)
{
    static const char *const states[] = {"open", "done", "excused", "passed"};
    const struct guard_who *who = f->call->who;
    int rc = 0;
    for (size_t i = 0; i < sizeof states / sizeof *states && rc == 0; i++) {
        struct store_value values[] = {store_cstr(f->d->code),
                                       store_cstr(top),
                                       store_cstr(guard_scope_end(f->ctx->arena, top)),
                                       store_cstr(states[i]),
                                       store_time(wg_day_start(f->day, f->ctx->zone)),
                                       store_id(&who->worker)};
        struct store_rows *rows;
        bool more;
        rc = store_query(f->ctx, f->snap, sql, values, 6, &rows);
        while (rc == 0 && (rc = store_next(f->ctx, rows, &more)) == 0 && more)
            if (!elsewhere || !guard_in_scope(&who->scope, store_get_text(rows, 0))) read_task(f, rows, elsewhere);
    }
    return rc;
}

/* --- putting in order ---------------------------------------------------------------------------------------------------- */

static int by_door(bool elsewhere_a, const char *path_a, bool elsewhere_b, const char *path_b)
{
    if (elsewhere_a != elsewhere_b) return elsewhere_a ? 1 : -1;
    return strcmp(path_a, path_b);
}

static int compare_doors(const void *left, const void *right)
{
    const struct field_door *a = left, *b = right;
    return by_door(a->elsewhere, a->path, b->elsewhere, b->path);
}

static int compare_identity(const void *left, const void *right)
{
    const struct field_person *a = left, *b = right;
    int order = by_door(a->elsewhere, a->path, b->elsewhere, b->path);
    return order ? order : wg_id_cmp(a->id, b->id);
}

static int compare_people(const void *left, const void *right)
{
    const struct field_person *a = left, *b = right;
    int order = by_door(a->elsewhere, a->path, b->elsewhere, b->path);
    if (order) return order;
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    if (a->birth != b->birth) return a->birth < b->birth ? -1 : 1;
    return wg_id_cmp(a->id, b->id);
}

static int compare_tasks(const void *left, const void *right)
{
    const struct field_task *a = left, *b = right;
    int order = by_door(a->elsewhere, a->path, b->elsewhere, b->path);
    if (order) return order;
    if (a->due != b->due) return a->due < b->due ? -1 : 1;
    return wg_id_cmp(a->id, b->id);
}

/* Each once at a door: somebody is there as living there and as the person of a task. */
static void tidy_people(struct field *f)
{
    size_t kept = 0;
    if (f->n_people == 0) return;
    qsort(f->people, f->n_people, sizeof *f->people, compare_identity);
    for (size_t i = 0; i < f->n_people; i++)
        if (kept == 0 || compare_identity(&f->people[kept - 1], &f->people[i]) != 0) f->people[kept++] = f->people[i];
    f->n_people = kept;
    qsort(f->people, kept, sizeof *f->people, compare_people);
}

/* Whoever is at a place that is no household of the round (a pool, a compound, another worker's door) gets a door there. A task
 * brings its person, so looking at people finds every such place. */
static int add_missing_doors(struct field *f)
{
    struct wg_ctx *ctx = f->ctx;
    size_t known = f->n_doors, at = 0;
    for (size_t i = 0; i < f->n_people; i++) {
        const struct field_person *p = &f->people[i];
        struct field_door wanted = {.path = p->path, .elsewhere = p->elsewhere};
        while (at < known && compare_doors(&f->doors[at], &wanted) < 0) at++;
        if (at < known && compare_doors(&f->doors[at], &wanted) == 0) continue;
        if (f->n_doors > known && compare_doors(&f->doors[f->n_doors - 1], &wanted) == 0) continue;
        (void)add_door(f, p->path, p->elsewhere);
    }
    size_t n = f->n_doors - known;
    const char **paths = wg_alloc_n(ctx->arena, n + 1, sizeof *paths);
    json_t **places = wg_alloc_n(ctx->arena, n + 1, sizeof(json_t *));
    for (size_t i = 0; i < n; i++) paths[i] = f->doors[known + i].path;
    int rc = desk_places(ctx, f->d, f->snap, paths, n, places);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct field_door *door = &f->doors[known + i];
        const char *id = json_string_value(json_object_get(places[i], "id"));
        const char *label = json_string_value(json_object_get(places[i], "label"));
        if (id && !wg_id_parse(wg_str(id), &door->id)) door->id = (wg_id){0};
        if (label) door->label = door->group = wg_cstr(ctx->arena, wg_str(label));
    }
    if (rc == 0 && n) qsort(f->doors, f->n_doors, sizeof *f->doors, compare_doors);
    return rc;
}

static int add_lists(struct field *f)
{
    wg_id *ids = wg_alloc_n(f->ctx->arena, f->n_tasks + 1, sizeof *ids);
    json_t **names = wg_alloc_n(f->ctx->arena, f->n_tasks + 1, sizeof(json_t *));
    for (size_t i = 0; i < f->n_tasks; i++) ids[i] = f->tasks[i].id;
    int rc = list_names_for(f->ctx, f->d, f->snap, ids, f->n_tasks, names);
    for (size_t i = 0; i < f->n_tasks && rc == 0; i++) (void)json_object_set(f->tasks[i].json, "lists", names[i]);
    return rc;
}

static int read_all(struct field *f)
{
    const struct guard_scope *scope = &f->call->who->scope;
    int rc = refuse_many(f);
    for (size_t i = 0; i < scope->n && rc == 0; i++) {
        rc = read_doors(f, scope->tops[i]);
        if (rc == 0) rc = read_people(f, scope->tops[i]);
        if (rc == 0) rc = read_tasks(f, q_tasks, scope->tops[i], false);
    }
    if (rc == 0) rc = read_tasks(f, q_named, "", true);
    if (rc) return rc;
    tidy_people(f);
    if (f->n_tasks) qsort(f->tasks, f->n_tasks, sizeof *f->tasks, compare_tasks);
    rc = add_missing_doors(f);
    return rc ? rc : add_lists(f);
}

/* --- telling --------------------------------------------------------------------------------------------------------------- */

static bool at_door(const struct field_door *door, bool elsewhere, const char *path)
{
    return by_door(door->elsewhere, door->path, elsewhere, path) == 0;
}

/* Doors, people and tasks are in the same order: one walk puts them together. */
static json_t *doors_json(const struct field *f)
{
    json_t *list = json_array();
    size_t person = 0, task = 0;
    for (size_t i = 0; i < f->n_doors; i++) {
        const struct field_door *door = &f->doors[i];
        json_t *people = json_array(), *tasks = json_array();
        for (; person < f->n_people && at_door(door, f->people[person].elsewhere, f->people[person].path); person++)
            json_array_append(people, f->people[person].json);
        for (; task < f->n_tasks && at_door(door, f->tasks[task].elsewhere, f->tasks[task].path); task++)
            json_array_append(tasks, f->tasks[task].json);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s?, s:s?}", "place",
                                              wg_id_text(f->ctx->arena, door->id), "path", door->path, "label", door->label,
                                              "group", door->group, "people", people, "tasks", tasks, "screening",
                                              door->screening, "screening_result", door->result));
    }
    return list;
}

static int places_json(struct field *f, json_t *out)
{
    const struct guard_scope *scope = &f->call->who->scope;
    json_t **places = wg_alloc_n(f->ctx->arena, scope->n + 1, sizeof(json_t *)), *list = json_array();
    (void)json_object_set_new(out, "places", list);
    int rc = desk_places(f->ctx, f->d, f->snap, scope->tops, scope->n, places);
    for (size_t i = 0; i < scope->n && rc == 0; i++)
        if (!json_is_null(places[i])) json_array_append(list, places[i]);
    return rc;
}

static int hash_more(const char *bytes, size_t n, void *state)
{
    return crypto_generichash_update(state, (const unsigned char *)bytes, n);
}

/* A digest of all that the answer says, the moment apart: nothing can change without it, and nothing else changes it. */
static int version_of(struct wg_ctx *ctx, const json_t *out, const char **ret)
{
    crypto_generichash_state state;
    unsigned char hash[VERSION_BYTES];
    char *text = wg_alloc(ctx->arena, 2 * VERSION_BYTES + 1);
    if (crypto_generichash_init(&state, NULL, 0, sizeof hash) != 0 ||
        json_dump_callback(out, hash_more, &state, JSON_COMPACT) || crypto_generichash_final(&state, hash, sizeof hash) != 0)
        return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    *ret = sodium_bin2hex(text, 2 * VERSION_BYTES + 1, hash, sizeof hash);
    return 0;
}

static int answer(struct field *f, json_t *out)
{
    struct wg_ctx *ctx = f->ctx;
    const char *version;
    (void)json_object_set_new(out, "day", json_string(wg_day_text(ctx->arena, f->day)));
    (void)json_object_set_new(out, "zone", json_integer(ctx->zone));
    (void)json_object_set_new(out, "worker", res_id_json(ctx, f->call->who->worker));
    (void)json_object_set_new(out, "name", json_string(f->call->who->name));
    (void)json_object_set_new(out, "doors", doors_json(f));
    (void)json_object_set_new(out, "programmes", programmes_json(f->d->programmes));
    int rc = places_json(f, out);
    if (rc == 0) rc = version_of(ctx, out, &version);
    if (rc) return rc;
    store_read_end(f->snap);
    if (wg_str_is(http_query(f->call->request, "since"), version)) {
        guard_note(f->call, (wg_id){0}, "unchanged");
        f->call->answer->status = 304;
        return 0;
    }
    guard_note(f->call, (wg_id){0}, wg_fmt(ctx->arena, "%zu", f->n_people));
    (void)json_object_set_new(out, "version", json_string(version));
    (void)json_object_set_new(out, "as_of", json_string(wg_time_text(ctx->arena, ctx->now, ctx->zone)));
    return res_answer(f->call, json_incref(out));
}

int desk_get_field_today(struct guard_call *call)
{
    struct field f = {.call = call, .ctx = call->ctx, .d = call->services, .day = wg_today(call->ctx)};
    json_t *out = res_keep(f.ctx, json_object());
    f.pool = res_keep(f.ctx, json_array());
    int rc = store_read(f.ctx, f.d->store, &f.snap);
    if (rc == 0) rc = read_all(&f);
    return rc ? rc : answer(&f, out);
}
