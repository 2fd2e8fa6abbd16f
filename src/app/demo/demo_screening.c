/* The daily round at the doors. Nearly every answer is "all well": those are written as facts in bulk and summed by the programme's
 * own rebuilding; a fever or a symptom goes through fact_store, which raises its alarm. */
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"
#include "district/programme/programme.h"

enum { UNIT_DOORS = 4000, SENT_AFTER = 20 * WG_SECOND }; /* a phone sends it some seconds later */

static const char programme_code[] = "daily_screening";
static const char q_fact[] =
    "INSERT INTO observation (district, id, at, received, worker, programme, round, enrolment, person, place, path, result, "
    "effect, temperature, body, supersedes, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, $8, $9, $10, $11, $12, "
    "NULL, "
    "NULL, $13)";

enum door_answer { DOOR_NORMAL, DOOR_AWAY, DOOR_EMPTY, DOOR_NOT_HOME, DOOR_NOT_ASKED, DOOR_FEVER, DOOR_SYMPTOMS };
static const struct {
    const char *result, *effect;
} answers[] = {[DOOR_NORMAL] = {"normal", "done"},      [DOOR_AWAY] = {"away", "excused"}, [DOOR_EMPTY] = {"empty", "excused"},
               [DOOR_NOT_HOME] = {"not_home", "tried"}, [DOOR_NOT_ASKED] = {NULL, NULL},   [DOOR_FEVER] = {"fever", "done"},
               [DOOR_SYMPTOMS] = {"symptoms", "done"}};

struct visit {
    int32_t place;
    enum door_answer answer;
    wg_time at;
    int temperature; /* tenths; 0 not taken */
};

struct screening {
    struct demo_past *past;
    wg_day day;
    struct visit *visits; /* in the order of doors */
    size_t n, from, to;   /* a unit's */
    const struct visit *one;
    uint64_t number; /* of the first visit, for ids */
};

/* --- what is found ------------------------------------------------------------------------------------------------------------- */
static bool all_away(const struct demo_world *world, const struct demo_place *place)
{
    for (int32_t i = 0; i < place->n_people; i++)
        if (strcmp(world->people[place->first_person + i].state, "living") == 0) return false;
    return place->n_people > 0;
}

static enum door_answer answer_pick(const struct demo_world *world, const struct demo_place *place, struct demo_random *r)
{
    int ill_per_million = world->options.size == DEMO_FULL ? 120 : 900, roll = demo_below(r, 1000000);
    if (roll >= 990000) return DOOR_NOT_ASKED;
    if (place->n_people == 0) return roll < 850000 ? DOOR_EMPTY : DOOR_NOT_HOME;
    if (all_away(world, place)) return DOOR_AWAY;
    if (roll < ill_per_million / 2) return DOOR_FEVER;
    if (roll < ill_per_million) return DOOR_SYMPTOMS;
    return roll < 12000 ? DOOR_NOT_HOME : roll < 20000 ? DOOR_AWAY : DOOR_NORMAL;
}

/* Calls in the morning, doors in the afternoon, those who work in the evening. */
static wg_time moment_pick(wg_day day, struct demo_random *r)
{
    static const int weights[] = {60, 170, 190, 110, 20, 30, 130, 120, 60, 30, 60, 20}; /* from 8 to 20 o'clock */
    int hour = 8 + demo_weighted(r, weights, 12);
    return demo_clock(day, hour, demo_below(r, 60)) + demo_below(r, 60) * (wg_time)WG_SECOND;
}

/* So that there is something to see to now: the last door of today had a fever. */
static void add_fever(struct screening *s)
{
    struct visit *last = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (s->visits[i].answer == DOOR_NORMAL && (!last || s->visits[i].at > last->at)) last = &s->visits[i];
    if (!last) return;
    last->answer = DOOR_FEVER;
    last->temperature = 378;
}

static void plan_visits(struct wg_ctx *ctx, struct screening *s)
{
    const struct demo_world *world = s->past->world;
    s->visits = wg_alloc_n(ctx->arena, (size_t)world->n_households, sizeof *s->visits);
    for (int32_t i = 0; i < world->n_places; i++) {
        const struct demo_place *place = &world->places[i];
        if (place->level != LEVEL_HOUSEHOLD) continue;
        uint64_t which = (uint64_t)(uint32_t)s->day << 32 | (uint32_t)i;
        struct demo_random r = demo_random(world->options.seed, STREAM_HISTORY, which);
        struct visit visit = {.place = i, .answer = answer_pick(world, place, &r), .at = moment_pick(s->day, &r)};
        if (visit.answer == DOOR_FEVER) visit.temperature = demo_between(&r, 373, 389);
        if (visit.answer == DOOR_NORMAL && demo_chance(&r, 500)) visit.temperature = demo_bell(&r, 365, 2);
        visit.at = demo_happens(s->past, visit.at);
        if (visit.answer != DOOR_NOT_ASKED && visit.at != WG_TIME_NONE) s->visits[s->n++] = visit;
    }
    if (s->day == s->past->today) add_fever(s);
}

/* --- in bulk -------------------------------------------------------------------------------------------------------------------- */
static int write_visits(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct screening *s = arg;
    const struct demo_world *world = s->past->world;
    for (size_t i = s->from; i < s->to; i++) {
        const struct visit *v = &s->visits[i];
        if (v->answer == DOOR_FEVER || v->answer == DOOR_SYMPTOMS) continue;
        const struct demo_place *place = &world->places[v->place];
        wg_id id = demo_fact_id(world, v->at, s->number + i), worker = demo_owner(s->past, v->place);
        struct store_value values[] = {
            store_cstr(s->past->d->code),
            store_id(&id),
            store_time(v->at),
            store_time(v->at + SENT_AFTER),
            store_id(&worker),
            store_cstr(programme_code),
            store_day(s->day),
            store_id(&place->id),
            store_cstr(place->path),
            store_cstr(answers[v->answer].result),
            store_cstr(answers[v->answer].effect),
            v->temperature ? store_int(v->temperature) : store_null(),
            store_bytes((struct wg_str){(const char *)id.b, sizeof id.b}),
        };
        int rc = store_exec(ctx, tx, q_fact, values, 13, NULL);
        if (rc) return rc;
    }
    return 0;
}

static int open_round(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct screening *s = arg;
    const struct district *d = s->past->d;
    return programme_round_open(ctx, tx, d, programme_named(d->programmes, wg_str(programme_code)), s->day);
}

static int rebuild(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct screening *s = arg;
    return programme_rebuild(ctx, tx, s->past->d);
}

/* --- one by one ------------------------------------------------------------------------------------------------------------------ */
static int write_ill(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    static const char *const everywhere[] = {""};
    const struct screening *s = arg;
    const struct demo_world *world = s->past->world;
    const struct visit *v = s->one;
    struct guard_scope scope = {everywhere, 1};
    struct fact_outcome outcome;
    wg_id id = demo_fact_id(world, v->at, s->number + (uint64_t)(v - s->visits));
    json_t *body = v->answer == DOOR_SYMPTOMS ? json_pack("{s:[s], s:b}", "symptoms", "cough", "by_phone", 1)
                                              : json_pack("{s:s}", "site", "axillary");
    struct fact fact = {.id = id,
                        .worker = demo_owner(s->past, v->place),
                        .place = world->places[v->place].id,
                        .programme = programme_code,
                        .result = answers[v->answer].result,
                        .round = s->day,
                        .at = v->at,
                        .temperature = v->temperature,
                        .body = body,
                        .digest = {(const char *)id.b, sizeof id.b}};
    int rc = fact_store(ctx, tx, s->past->d, s->past->d->programmes, &scope, &fact, &outcome);
    json_decref(body);
    return rc;
}

static int screen(struct wg_ctx *ctx, struct screening *s)
{
    const struct district *d = s->past->d;
    plan_visits(ctx, s);
    int rc = demo_write(ctx, d->store, open_round, s);
    for (s->from = 0; s->from < s->n && rc == 0; s->from = s->to) {
        s->to = s->n - s->from < UNIT_DOORS ? s->n : s->from + UNIT_DOORS;
        rc = demo_write(ctx, d->store, write_visits, s);
    }
    if (rc == 0 && s->n > 0) rc = demo_write(ctx, d->store, rebuild, s);
    for (size_t i = 0; i < s->n && rc == 0; i++) {
        if (s->visits[i].answer != DOOR_FEVER && s->visits[i].answer != DOOR_SYMPTOMS) continue;
        struct wg_ctx then = demo_then(ctx, s->visits[i].at + SENT_AFTER);
        s->one = &s->visits[i];
        rc = demo_then_end(ctx, &then, store_write(&then, d->store, write_ill, s));
    }
    return rc;
}

int demo_screen(struct wg_ctx *ctx, struct demo_past *past, wg_day day)
{
    struct screening s = {.past = past, .day = day, .number = past->facts};
    wg_time morning = demo_clock(day, 0, 5);
    struct wg_ctx then = demo_then(ctx, morning < past->now ? morning : past->now);
    int rc = screen(&then, &s);
    past->facts += s.n;
    return demo_then_end(ctx, &then, rc);
}
