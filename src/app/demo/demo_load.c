/* The world into a store, each unit of work with memory of its own. Nobody else waits for the writer yet: units are large, so that a
 * page of an index is written once for many rows. */
#include <string.h>

#include "app/demo/demo_internal.h"

enum { UNIT_ROWS = 25000, REGISTERED_DAYS_AGO = 40, PLACES_SINCE_DAYS = 400 };

static const char q_places[] = "SELECT count(*) FROM (SELECT 1 FROM place WHERE district = $1 LIMIT 1) AS some";
static const char q_absence[] =
    "INSERT INTO absence (district, id, worker, from_day, until_day, stand_in, reason, recorded, recorded_by, cancelled) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)";

static const char q_duty[] =
    "INSERT INTO duty (district, id, place, path, worker, role, from_day, until_day, supersedes, superseded, "
    "recorded, recorded_by) VALUES ($1, $2, $3, $4, $5, 'lead', $6, NULL, NULL, 0, $7, $8)";

struct loading {
    const struct district *d;
    const struct demo_world *world;
    const char *hash;
    int32_t from, to; /* rows of this unit */
};

/* --- units ---------------------------------------------------------------------------------------------------------------------- */
static wg_time morning(wg_day day)
{
    return wg_day_start(day, DEMO_ZONE) + 8 * (wg_time)WG_HOUR;
}

static int load_places(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct loading *l = arg;
    wg_day since = l->world->options.today - PLACES_SINCE_DAYS;
    for (int32_t i = l->from; i < l->to; i++) {
        const struct demo_place *p = &l->world->places[i];
        struct place place = {.id = p->id,
                              .path = p->path,
                              .level = p->level,
                              .kind = p->kind,
                              .code = p->code,
                              .name = p->name,
                              .label = p->label,
                              .valid_from = since,
                              .valid_until = WG_DAY_OPEN,
                              .version = 1};
        if (p->parent != DEMO_NOBODY) place.parent = l->world->places[p->parent].id;
        int rc = place_put(ctx, tx, l->d->code, &place);
        if (rc) return rc;
    }
    return 0;
}

static int load_people(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct loading *l = arg;
    wg_time registered = morning(l->world->options.today - REGISTERED_DAYS_AGO);
    for (int32_t i = l->from; i < l->to; i++) {
        const struct demo_person *p = &l->world->people[i];
        struct person person = {.id = p->id,
                                .place = l->world->places[p->place].id,
                                .path = l->world->places[p->place].path,
                                .name = p->name,
                                .sex = p->sex,
                                .birth = p->birth,
                                .idno = p->idno[0] ? p->idno : NULL,
                                .phone = p->phone[0] ? p->phone : NULL,
                                .relation = p->relation,
                                .state = p->state,
                                .note = p->note,
                                .created = registered,
                                .updated = registered,
                                .version = 1};
        int rc = person_load(ctx, tx, l->d, &person);
        if (rc) return rc;
    }
    return 0;
}

static int load_workers(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct loading *l = arg;
    for (int32_t i = l->from; i < l->to; i++) {
        const struct demo_worker *w = &l->world->workers[i];
        struct guard_worker worker = {.id = w->id,
                                      .login = w->login,
                                      .name = w->name,
                                      .phone = w->phone,
                                      .role = w->role,
                                      .active = true,
                                      .demo = w->login != NULL};
        int rc = guard_worker_add(ctx, tx, l->d->code, &worker);
        if (rc == 0 && w->login) rc = guard_password_set(ctx, tx, l->d->code, w->id, l->hash);
        if (rc) return rc;
    }
    return 0;
}

/* Whoever commands the district is said to have given out the duties. */
static wg_id recorder(const struct demo_world *world)
{
    return world->workers[world->lead_of[0]].id;
}

/* What duty_assign refuses, and an import of old files has brought all the same. */
static int load_overlap(struct wg_ctx *ctx, struct store_tx *tx, const struct loading *l, const struct demo_duty *d)
{
    wg_id by = recorder(l->world);
    struct store_value values[] = {store_cstr(l->d->code),
                                   store_id(&d->id),
                                   store_id(&l->world->places[d->place].id),
                                   store_cstr(l->world->places[d->place].path),
                                   store_id(&l->world->workers[d->worker].id),
                                   store_day(d->from),
                                   store_time(morning(d->from)),
                                   store_id(&by)};
    return store_exec(ctx, tx, q_duty, values, 8, NULL);
}

static int load_duties(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct loading *l = arg;
    for (int32_t i = l->from; i < l->to; i++) {
        const struct demo_duty *d = &l->world->duties[i];
        struct duty duty = {.id = d->id,
                            .place = l->world->places[d->place].id,
                            .worker = l->world->workers[d->worker].id,
                            .lead = d->lead,
                            .from = d->from,
                            .until = d->until,
                            .recorded = morning(d->from < l->world->options.today ? d->from : l->world->options.today - 1),
                            .recorded_by = recorder(l->world)};
        if (d->overlaps) continue;
        int rc = duty_assign(ctx, tx, l->d->code, &duty);
        if (rc) return rc;
    }
    for (int32_t i = l->from; i < l->to; i++) {
        int rc = l->world->duties[i].overlaps ? load_overlap(ctx, tx, l, &l->world->duties[i]) : 0;
        if (rc) return rc;
    }
    return 0;
}

static int load_absences(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct loading *l = arg;
    wg_id by = recorder(l->world);
    for (int32_t i = l->from; i < l->to; i++) {
        const struct demo_absence *a = &l->world->absences[i];
        wg_day said = a->from < l->world->options.today ? a->from : l->world->options.today - 1;
        struct store_value values[] = {
            store_cstr(l->d->code),
            store_id(&a->id),
            store_id(&l->world->workers[a->worker].id),
            store_day(a->from),
            store_day(a->until),
            a->stand_in == DEMO_NOBODY ? store_null() : store_id(&l->world->workers[a->stand_in].id),
            store_cstr(a->reason),
            store_time(morning(said)),
            store_id(&by),
        };
        int rc = store_exec(ctx, tx, q_absence, values, 9, NULL);
        if (rc) return rc;
    }
    return 0;
}

static int load_marks(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    int rc = guard_meta_put(ctx, tx, "demo", "1");
    if (rc == 0) rc = guard_meta_put(ctx, tx, "demo_password", DEMO_PASSWORD);
    if (rc == 0) rc = guard_meta_put(ctx, tx, "district", DEMO_DISTRICT);
    return rc ? rc : guard_meta_put(ctx, tx, "zone", "480");
}

/* --- all of them --------------------------------------------------------------------------------------------------------------- */
int demo_write(struct wg_ctx *ctx, struct store *store, store_work work, void *arg)
{
    struct wg_ctx own = *ctx;
    own.arena = wg_arena_new();
    int rc = store_write(&own, store, work, arg);
    /* The problem's texts go with the unit's memory: say it again in the caller's. */
    if (rc) (void)wg_refuse(ctx, own.problem.code, own.problem.where, own.problem.args[0], own.problem.args[1]);
    wg_arena_free(own.arena);
    return rc;
}

static int load_all(struct wg_ctx *ctx, struct loading *l, store_work work, int32_t n)
{
    int rc = 0;
    for (int32_t from = 0; from < n && rc == 0; from += UNIT_ROWS) {
        l->from = from;
        l->to = n - from < UNIT_ROWS ? n : from + UNIT_ROWS;
        rc = demo_write(ctx, l->d->store, work, l);
    }
    return rc;
}

static int refuse_used(struct wg_ctx *ctx, const struct district *d)
{
    struct store_snap *snap;
    int64_t places;
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = store_number(ctx, snap, q_places, (struct store_value[]){store_cstr(d->code)}, 1, 0, &places);
    if (rc) return rc;
    store_read_end(snap);
    return places ? wg_refuse(ctx, WG_E_CONFLICT, "place", store_directory(d->store), NULL) : 0;
}

void demo_say(demo_phase phase, void *arg, const char *zh, const char *en)
{
    if (phase) phase(arg, zh, en);
}

int demo_load(struct wg_ctx *ctx, const struct district *d, const struct demo_world *world, demo_phase phase, void *arg)
{
    struct loading l = {.d = d, .world = world};
    int rc = refuse_used(ctx, d);
    if (rc == 0) rc = guard_password_hash(ctx, d->guard, WG_STR(DEMO_PASSWORD), true, &l.hash);
    if (rc) return rc;
    demo_say(phase, arg, "写入地方", "writing places");
    rc = load_all(ctx, &l, load_places, world->n_places);
    if (rc) return rc;
    demo_say(phase, arg, "写入居民（证件号、电话号码加密）", "writing people, their numbers sealed");
    rc = load_all(ctx, &l, load_people, world->n_people);
    if (rc) return rc;
    demo_say(phase, arg, "写入工作人员与包保", "writing workers and duties");
    rc = load_all(ctx, &l, load_workers, world->n_workers);
    if (rc == 0) rc = load_all(ctx, &l, load_duties, world->n_duties);
    if (rc == 0) rc = load_all(ctx, &l, load_absences, world->n_absences);
    if (rc == 0) rc = load_all(ctx, &l, load_marks, 1);
    return rc ? rc : store_optimize(ctx, d->store);
}
