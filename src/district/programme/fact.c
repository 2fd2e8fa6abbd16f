/* What a fact does: it is kept, and from it follow the task's state, the household's answer, the register's record, alarms and sums. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "district/programme/programme_internal.h"
#include "engine/logic/logic.h"

enum { TEMPERATURE_LEAST = 300, TEMPERATURE_MOST = 450, PASS_ON_HOURS = 24, BODY_MAX = 8 * 1024 };

static const char q_insert[] = "INSERT INTO observation (district, id, at, received, worker, programme, round, enrolment, "
                               "person, place, path, result, effect, "
                               "temperature, body, supersedes, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
                               "$12, $13, $14, $15, $16, $17) "
                               "ON CONFLICT (district, id) DO NOTHING";
static const char q_digest[] =
    "SELECT o.digest, o.enrolment, (SELECT e.state FROM enrolment e WHERE e.district = o.district AND e.id = o.enrolment) "
    "FROM observation o WHERE o.district = $1 AND o.id = $2";
static const char q_old[] =
    "SELECT programme, round, enrolment, person, place, path, effect, body, "
    "EXISTS (SELECT 1 FROM observation s WHERE s.district = o.district AND s.supersedes = o.id AND s.id <> $3) "
    "FROM observation o WHERE o.district = $1 AND o.id = $2";
static const char q_answer[] =
    "SELECT observation, state, at FROM answer WHERE district = $1 AND programme = $2 AND round = $3 AND path = $4";
static const char q_set_answer[] =
    "INSERT INTO answer (district, programme, round, path, observation, state, result, at) VALUES ($1, $2, $3, $4, $5, $6, $7, "
    "$8) "
    "ON CONFLICT (district, programme, round, path) DO UPDATE SET observation = excluded.observation, state = excluded.state, "
    "result = excluded.result, at = excluded.at";
static const char q_drop_answer[] = "DELETE FROM answer WHERE district = $1 AND programme = $2 AND round = $3 AND path = $4";
static const char q_best[] =
    "SELECT id, effect, result, at FROM observation o WHERE o.district = $1 AND o.place = $2 AND o.round = $3 AND o.programme "
    "= $4 "
    "AND o.effect IN ('done', 'excused', 'tried') AND NOT EXISTS (SELECT 1 FROM observation s WHERE s.district = o.district "
    "AND s.supersedes = o.id) ORDER BY CASE o.effect WHEN 'tried' THEN 1 ELSE 0 END, o.at DESC, o.id DESC LIMIT 1";
static const char q_alarm[] =
    "INSERT INTO alarm (district, id, kind, person, place, path, at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open') "
    "ON CONFLICT (district, id) DO NOTHING";
static const char q_close_alarm[] =
    "UPDATE alarm SET state = 'closed', outcome = 'withdrawn' WHERE district = $1 AND id = $2 AND state <> 'closed'";
static const char q_person_place[] = "SELECT place, path, state, version FROM person WHERE district = $1 AND id = $2";

/* --- reading one from JSON ------------------------------------------------------------------------------------------------------ */

int fact_moment(struct wg_ctx *ctx, const json_t *json, wg_time *ret)
{
    const char *text;
    int rc = res_text_member(ctx, json, "at", 40, &text);
    if (rc) return rc;
    if (!text) return wg_refuse(ctx, WG_E_MISSING_FIELD, "at", NULL, NULL);
    if (!wg_time_parse(wg_str(text), ret)) return wg_refuse(ctx, WG_E_BAD_FIELD, "at", text, NULL);
    /* A phone's clock may run ahead a little; a fact from tomorrow is a wrong clock, and is said so. */
    if (*ret > ctx->now + WG_DAY_MS)
        return wg_refuse(ctx, WG_E_BAD_FIELD, "at",
                         ctx->lang == WG_ZH ? "时间在将来，请检查手机的日期" : "it lies in the future; check the phone's date",
                         NULL);
    return 0;
}

static int read_temperature(struct wg_ctx *ctx, const json_t *json, int *ret)
{
    const json_t *value = json_object_get(json, "temperature");
    *ret = 0;
    if (!value || json_is_null(value)) return 0;
    if (!json_is_number(value)) return wg_refuse(ctx, WG_E_BAD_FIELD, "temperature", "36.5", NULL);
    double tenths = json_number_value(value) * 10.0;
    if (tenths < TEMPERATURE_LEAST || tenths > TEMPERATURE_MOST)
        return wg_refuse(ctx, WG_E_FIELD_RANGE, ctx->lang == WG_ZH ? "体温" : "temperature", "30.0", "45.0");
    *ret = (int)(tenths + 0.5);
    return 0;
}

static struct wg_str digest_of(struct wg_ctx *ctx, const json_t *json)
{
    unsigned char *hash = wg_alloc(ctx->arena, 16);
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    (void)crypto_generichash(hash, 16, (const unsigned char *)(text ? text : ""), text ? strlen(text) : 0, NULL, 0);
    free(text);
    return (struct wg_str){(const char *)hash, 16};
}

static int read_round(struct wg_ctx *ctx, const json_t *json, const struct programme *programme, wg_time at, wg_day *ret)
{
    const char *text;
    int rc = res_text_member(ctx, json, "round", 10, &text);
    *ret = WG_DAY_NONE;
    if (rc || !programme->daily) return rc;
    *ret = wg_day_of(at, ctx->zone);
    if (text && !wg_day_parse(wg_str(text), ret)) return wg_refuse(ctx, WG_E_BAD_FIELD, "round", text, NULL);
    if (*ret > wg_today(ctx)) return wg_refuse(ctx, WG_E_BAD_FIELD, "round", text, NULL);
    return 0;
}

int fact_read(struct wg_ctx *ctx, const struct programmes *all, const json_t *json, wg_id worker, struct fact *ret)
{
    struct fact fact = {.worker = worker};
    int rc = res_id_member(ctx, json, "id", &fact.id);
    if (rc == 0) rc = res_id_member(ctx, json, "enrolment", &fact.enrolment);
    if (rc == 0) rc = res_id_member(ctx, json, "person", &fact.person);
    if (rc == 0) rc = res_id_member(ctx, json, "place", &fact.place);
    if (rc == 0) rc = res_id_member(ctx, json, "supersedes", &fact.supersedes);
    if (rc == 0) rc = res_text_member(ctx, json, "programme", 64, &fact.programme);
    if (rc == 0) rc = res_text_member(ctx, json, "result", 32, &fact.result);
    if (rc == 0) rc = fact_moment(ctx, json, &fact.at);
    if (rc == 0) rc = read_temperature(ctx, json, &fact.temperature);
    if (rc) return rc;
    if (wg_id_is_nil(fact.id)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "id", NULL, NULL);
    const struct programme *programme = programme_named(all, wg_str(fact.programme));
    if (!programme) return wg_refuse(ctx, WG_E_BAD_FIELD, "programme", fact.programme, NULL);
    if (!programme_result(programme, wg_str(fact.result))) return wg_refuse(ctx, WG_E_BAD_FIELD, "result", fact.result, NULL);
    fact.programme = programme->code;
    rc = read_round(ctx, json, programme, fact.at, &fact.round);
    if (rc) return rc;
    fact.body = json_object_get(json, "body");
    if (fact.body && !json_is_object(fact.body)) return wg_refuse(ctx, WG_E_BAD_FIELD, "body", "{}", NULL);
    if (strcmp(fact.result, "withdrawn") == 0 && wg_id_is_nil(fact.supersedes))
        return wg_refuse(ctx, WG_E_MISSING_FIELD, "supersedes", NULL, NULL);
    if (wg_id_is_nil(fact.supersedes) && wg_id_is_nil(fact.person) && wg_id_is_nil(fact.place) && wg_id_is_nil(fact.enrolment))
        return wg_refuse(ctx, WG_E_MISSING_FIELD, programme->daily ? "place" : "person", NULL, NULL);
    fact.digest = digest_of(ctx, json);
    *ret = fact;
    return 0;
}

/* --- where it belongs -------------------------------------------------------------------------------------------------------------- */

struct storing {
    const struct district *d;
    const struct programme *programme;
    const struct programme_result *result;
    const struct fact *fact;
    struct enrolment task;
    bool has_task;
    wg_id person, place;
    wg_day round;
    const char *path; /* where the fact happened */
    wg_id household;  /* daily: the household it is about */
    json_t *was;      /* what the register said before, for a correction */
};

static int find_superseded(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s)
{
    struct store_rows *rows;
    bool found;
    struct store_value values[] = {store_cstr(s->d->code), store_id(&s->fact->supersedes), store_id(&s->fact->id)};
    int rc = store_one(ctx, store_tx_snap(tx), q_old, values, 3, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_NOT_FOUND, "supersedes", wg_id_text(ctx->arena, s->fact->supersedes), NULL);
    bool same_programme = wg_str_is(store_get_text(rows, 0), s->programme->code), taken = store_get_int(rows, 8) != 0;
    s->round = store_is_null(rows, 1) ? WG_DAY_NONE : store_get_day(rows, 1);
    wg_id enrolment = store_get_id(rows, 2);
    s->person = store_get_id(rows, 3);
    s->place = store_get_id(rows, 4);
    s->path = wg_cstr(ctx->arena, store_get_text(rows, 5));
    json_t *body = store_is_null(rows, 7) ? NULL : json_loadb(store_get_text(rows, 7).p, store_get_text(rows, 7).n, 0, NULL);
    store_rows_end(rows);
    s->was = json_object_get(res_keep(ctx, body), "_was");
    if (!same_programme || taken)
        return wg_refuse(ctx, WG_E_NO_UNDO, "supersedes", ctx->lang == WG_ZH ? "它已被更正过" : "it has been corrected already",
                         NULL);
    if (wg_id_is_nil(enrolment)) return 0;
    s->has_task = true;
    return enrolment_get(ctx, store_tx_snap(tx), s->d, enrolment, &s->task);
}

static int find_task(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s)
{
    const struct fact *fact = s->fact;
    struct store_snap *snap = store_tx_snap(tx);
    if (s->programme->daily) return 0;
    if (!wg_id_is_nil(fact->enrolment)) {
        s->has_task = true;
        return enrolment_get(ctx, snap, s->d, fact->enrolment, &s->task);
    }
    return enrolment_open_of(ctx, snap, s->d, s->programme->code, fact->person, &s->task, &s->has_task);
}

/* Whom, where: from the task, the person or the household named. */
static int find_subject(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s)
{
    struct store_snap *snap = store_tx_snap(tx);
    struct place place;
    if (!wg_id_is_nil(s->fact->supersedes)) return find_superseded(ctx, tx, s);
    s->person = s->fact->person;
    s->place = s->fact->place;
    s->round = s->fact->round;
    int rc = find_task(ctx, tx, s);
    if (rc) return rc;
    if (s->has_task) {
        s->person = s->task.person;
        s->path = s->task.path;
        return 0;
    }
    if (!wg_id_is_nil(s->place)) {
        rc = place_get(ctx, snap, s->d->code, s->place, &place);
        s->path = rc ? NULL : place.path;
        if (rc == 0 && s->programme->daily && place.level != LEVEL_HOUSEHOLD)
            return wg_refuse(ctx, WG_E_BAD_FIELD, "place", place.label, NULL);
        return rc;
    }
    struct store_rows *rows;
    bool found;
    rc = store_one(ctx, snap, q_person_place, (struct store_value[]){store_cstr(s->d->code), store_id(&s->person)}, 2, &rows,
                   &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    if (s->programme->daily) s->place = store_get_id(rows, 0);
    s->path = wg_cstr(ctx->arena, store_get_text(rows, 1));
    store_rows_end(rows);
    return 0;
}

/* --- what follows -------------------------------------------------------------------------------------------------------------------- */

static int set_person_state(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s, const struct place *to,
                            const char *state)
{
    struct store_rows *rows;
    struct place place;
    bool found;
    struct store_value values[] = {store_cstr(s->d->code), store_id(&s->person)};
    int rc = store_one(ctx, store_tx_snap(tx), q_person_place, values, 2, &rows, &found);
    if (rc || !found) return rc;
    wg_id at = store_get_id(rows, 0);
    const char *was = wg_cstr(ctx->arena, store_get_text(rows, 2));
    store_rows_end(rows);
    /* Somebody the register has no door for stays "provisional" until a door is known. */
    if (!to && strcmp(was, "provisional") == 0 && strcmp(state, "living") == 0) return 0;
    if (!to && strcmp(was, state) == 0) return 0;
    if (!to) {
        rc = place_get(ctx, store_tx_snap(tx), s->d->code, at, &place);
        if (rc) return rc;
        to = &place;
    }
    s->was = res_keep(ctx, json_pack("{s:s, s:s}", "place", wg_id_text(ctx->arena, at), "state", was));
    return person_move(ctx, tx, s->d, s->fact->worker, s->person, to, state);
}

/* The place someone moved to: named by id in the body; *ret_found false when only words were given. */
static int moved_to(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s, struct place *ret, bool *ret_found)
{
    wg_id id;
    *ret_found = false;
    int rc = s->fact->body ? res_id_member(ctx, s->fact->body, "moved_to", &id) : 0;
    if (rc || !s->fact->body || wg_id_is_nil(id)) return rc;
    *ret_found = true;
    return place_get(ctx, store_tx_snap(tx), s->d->code, id, ret);
}

static int pass_on(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s, struct fact_outcome *ret)
{
    struct place to;
    bool inside;
    int rc = moved_to(ctx, tx, s, &to, &inside);
    if (rc) return rc;
    if (!inside) {
        rc = enrolment_finish(ctx, tx, s->d, &s->task, &(struct enrolment_end){"excused", s->fact->result, &s->fact->id}, NULL);
        return rc ? rc : set_person_state(ctx, tx, s, NULL, "moved");
    }
    wg_time soon = enrolment_deadline(ctx->now + (wg_time)PASS_ON_HOURS * WG_HOUR);
    struct enrolment next = {
        .id = wg_id_new(ctx->now),
        .person = s->task.person,
        .programme = s->task.programme,
        .path = to.path,
        .state = "open",
        .opened = ctx->now,
        .due = s->task.due > ctx->now ? s->task.due : soon,
        .closed = WG_TIME_NONE,
        .previous = s->task.id,
    };
    rc = set_person_state(ctx, tx, s, &to, to.level == LEVEL_HOUSEHOLD ? "living" : "provisional");
    if (rc == 0)
        rc = enrolment_finish(ctx, tx, s->d, &s->task, &(struct enrolment_end){"passed", s->fact->result, &s->fact->id}, &next);
    if (rc == 0) rc = enrolment_write(ctx, tx, s->d, &next);
    ret->next_path = next.path;
    ret->next = next.id;
    return rc;
}

/* A household named in the body gives a provisional person a door. */
static int found_at_door(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s)
{
    struct place door;
    if (wg_id_is_nil(s->fact->place)) return set_person_state(ctx, tx, s, NULL, s->result->person_state);
    int rc = place_get(ctx, store_tx_snap(tx), s->d->code, s->fact->place, &door);
    if (rc || door.level != LEVEL_HOUSEHOLD) return rc;
    return set_person_state(ctx, tx, s, &door, s->result->person_state);
}

static int apply_to_task(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s, struct fact_outcome *ret)
{
    int rc = 0;
    if (!s->has_task || strcmp(s->task.state, "open") != 0) return 0; /* kept on the person; the task ended before */
    switch (s->result->effect) {
    case EFFECT_DONE:
    case EFFECT_EXCUSED:
        rc = enrolment_finish(
            ctx, tx, s->d, &s->task,
            &(struct enrolment_end){s->result->effect == EFFECT_DONE ? "done" : "excused", s->fact->result, &s->fact->id},
            NULL);
        return rc || !s->result->person_state ? rc : found_at_door(ctx, tx, s);
    case EFFECT_TRIED:
        return enrolment_tried(ctx, tx, s->d, &s->task, s->task.tries + 1);
    case EFFECT_PASS_ON:
        return pass_on(ctx, tx, s, ret);
    case EFFECT_NONE:
    case EFFECT_WITHDRAWN:
        return 0;
    }
    return 0;
}

/* Takes back what the superseded fact did, so that the new one is applied to things as they were. */
static int put_back(struct wg_ctx *ctx, struct store_tx *tx, struct storing *s)
{
    struct enrolment next;
    struct place place;
    wg_id place_id;
    bool found = false;
    int rc = store_exec(ctx, tx, q_close_alarm, (struct store_value[]){store_cstr(s->d->code), store_id(&s->fact->supersedes)},
                        2, NULL);
    if (rc || !s->has_task || !wg_id_eq(s->task.observation, s->fact->supersedes)) return rc;
    if (strcmp(s->task.state, "passed") == 0) rc = enrolment_next_of(ctx, store_tx_snap(tx), s->d, s->task.id, &next, &found);
    if (rc) return rc;
    if (found && (strcmp(next.state, "open") != 0 || next.tries > 0))
        return wg_refuse(ctx, WG_E_NO_UNDO, "supersedes",
                         ctx->lang == WG_ZH ? "对方已经处理" : "the other place has acted on it", NULL);
    /* Whoever waits for the task there waits for this one again. */
    if (found) rc = enrolment_finish(ctx, tx, s->d, &next, &(struct enrolment_end){"excused", "withdrawn", NULL}, &s->task);
    if (rc == 0) rc = enrolment_open_of(ctx, store_tx_snap(tx), s->d, s->programme->code, s->task.person, &next, &found);
    if (rc == 0 && found)
        return wg_refuse(ctx, WG_E_NO_UNDO, "supersedes",
                         ctx->lang == WG_ZH ? "此人已有新的任务" : "the person has a newer task", NULL);
    if (rc == 0) rc = enrolment_reopen(ctx, tx, s->d, &s->task);
    const char *was = json_string_value(json_object_get(s->was, "place"));
    const char *state = json_string_value(json_object_get(s->was, "state"));
    if (rc || !was || !state || !wg_id_parse(wg_str(was), &place_id)) return rc;
    rc = place_get(ctx, store_tx_snap(tx), s->d->code, place_id, &place);
    if (rc == 0) rc = person_move(ctx, tx, s->d, s->fact->worker, s->person, &place, state);
    s->was = NULL;
    return rc;
}

/* --- daily rounds ------------------------------------------------------------------------------------------------------------------------ */

struct answer {
    bool exists;
    wg_id observation;
    char state; /* d e t */
    wg_time at;
};

static int read_answer(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s, struct answer *ret)
{
    struct store_rows *rows;
    struct store_value values[] = {store_cstr(s->d->code), store_cstr(s->programme->code), store_day(s->round),
                                   store_cstr(s->path)};
    *ret = (struct answer){0};
    int rc = store_one(ctx, store_tx_snap(tx), q_answer, values, 4, &rows, &ret->exists);
    if (rc || !ret->exists) return rc;
    ret->observation = store_get_id(rows, 0);
    ret->state = store_get_text(rows, 1).p[0];
    ret->at = store_get_time(rows, 2);
    store_rows_end(rows);
    return 0;
}

static void note_answer(const struct wg_ctx *ctx, const struct storing *s, char state, wg_time at, int sign)
{
    if (state == 't') return;
    programme_sums_note(s->d->sums, s->programme->code, s->round, wg_str(s->path), 0, state == 'd' ? sign : 0,
                        state == 'e' ? sign : 0);
    programme_sums_hour(s->d->sums, s->programme->code, s->round, programme_hour(at, s->round, ctx->zone), wg_str(s->path),
                        sign);
}

static int write_answer(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s, wg_id observation,
                        struct wg_str effect, struct wg_str result, wg_time at)
{
    char state = effect.p[0] == 't' ? 't' : effect.p[0] == 'e' ? 'e' : 'd';
    struct store_value values[] = {
        store_cstr(s->d->code), store_cstr(s->programme->code),
        store_day(s->round),    store_cstr(s->path),
        store_id(&observation), store_cstr(state == 't' ? "tried" : state == 'e' ? "excused" : "done"),
        store_text(result),     store_time(at)};
    note_answer(ctx, s, state, at, 1);
    return store_exec(ctx, tx, q_set_answer, values, 8, NULL);
}

/* After a correction: the best of what is left, or no answer. */
static int answer_again(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s, const struct answer *old)
{
    struct store_rows *rows;
    bool found;
    struct store_value best[] = {store_cstr(s->d->code), store_id(&s->place), store_day(s->round),
                                 store_cstr(s->programme->code)};
    struct store_value key[] = {store_cstr(s->d->code), store_cstr(s->programme->code), store_day(s->round),
                                store_cstr(s->path)};
    int rc = store_one(ctx, store_tx_snap(tx), q_best, best, 4, &rows, &found);
    if (rc) return rc;
    if (old->exists) note_answer(ctx, s, old->state, old->at, -1);
    if (!found) return store_exec(ctx, tx, q_drop_answer, key, 4, NULL);
    wg_id id = store_get_id(rows, 0);
    struct wg_str effect = wg_str_dup(ctx->arena, store_get_text(rows, 1)),
                  result = wg_str_dup(ctx->arena, store_get_text(rows, 2));
    wg_time at = store_get_time(rows, 3);
    store_rows_end(rows);
    return write_answer(ctx, tx, s, id, effect, result, at);
}

static bool better(const struct storing *s, const struct answer *old)
{
    bool tried = s->result->effect == EFFECT_TRIED;
    if (!old->exists) return true;
    if (tried != (old->state == 't')) return !tried;
    if (s->fact->at != old->at) return s->fact->at > old->at;
    return wg_id_cmp(s->fact->id, old->observation) > 0;
}

static int apply_to_round(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s)
{
    struct answer old;
    enum result_effect effect = s->result->effect;
    int rc = read_answer(ctx, tx, s, &old);
    if (rc) return rc;
    if (!wg_id_is_nil(s->fact->supersedes)) return answer_again(ctx, tx, s, &old);
    if ((effect != EFFECT_DONE && effect != EFFECT_EXCUSED && effect != EFFECT_TRIED) || !better(s, &old)) return 0;
    if (old.exists) note_answer(ctx, s, old.state, old.at, -1);
    return write_answer(ctx, tx, s, s->fact->id, wg_str(programme_effect_code(effect)), wg_str(s->fact->result), s->fact->at);
}

/* --- alarms -------------------------------------------------------------------------------------------------------------------------------- */

static int raise_alarms(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s)
{
    const json_t *alarm;
    size_t index;
    if (s->result->effect == EFFECT_WITHDRAWN) return 0;
    json_t *data = json_pack("{s:s, s:o, s:O?}", "result", s->fact->result, "temperature",
                             s->fact->temperature ? json_real(s->fact->temperature / 10.0) : json_null(), "symptoms",
                             json_object_get(s->fact->body, "symptoms"));
    int rc = 0;
    json_array_foreach((json_t *)(uintptr_t)s->programme->alarms, index, alarm)
    {
        bool holds;
        rc = logic_holds(ctx, json_object_get(alarm, "when"), data, &holds);
        if (rc) break;
        if (!holds) continue;
        struct store_value values[] = {
            store_cstr(s->d->code), store_id(&s->fact->id), store_cstr(json_string_value(json_object_get(alarm, "kind"))),
            store_id(&s->person),   store_id(&s->place),    store_cstr(s->path),
            store_time(s->fact->at)};
        rc = store_exec(ctx, tx, q_alarm, values, 7, NULL);
        break; /* the first that holds names the alarm */
    }
    json_decref(data);
    return rc;
}

/* --- storing --------------------------------------------------------------------------------------------------------------------------------- */

static int write_fact(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s, bool *ret_new)
{
    const struct fact *fact = s->fact;
    int64_t changed;
    char *body = NULL;
    if (fact->body || s->was) {
        json_t *whole = fact->body ? json_copy((json_t *)(uintptr_t)fact->body) : json_object();
        json_object_del(whole, "_was");
        if (s->was) json_object_set(whole, "_was", s->was);
        body = json_object_size(whole) ? json_dumps(whole, JSON_COMPACT) : NULL;
        json_decref(whole);
        if (body && strlen(body) > BODY_MAX) {
            free(body);
            return wg_refuse(ctx, WG_E_TOO_LARGE, "body", "8 KiB", NULL);
        }
    }
    struct store_value values[] = {
        store_cstr(s->d->code),
        store_id(&fact->id),
        store_time(fact->at),
        store_time(ctx->now),
        store_id(&fact->worker),
        store_cstr(s->programme->code),
        store_day(s->round),
        s->has_task ? store_id(&s->task.id) : store_null(),
        store_id(&s->person),
        store_id(&s->place),
        store_cstr(s->path),
        store_cstr(fact->result),
        store_cstr(programme_effect_code(s->result->effect)),
        fact->temperature ? store_int(fact->temperature) : store_null(),
        store_cstr(body),
        store_id(&fact->supersedes),
        store_bytes(fact->digest),
    };
    int rc = store_exec(ctx, tx, q_insert, values, 17, &changed);
    free(body);
    *ret_new = changed > 0;
    return rc;
}

/* An id that is there already: the same content is a repeat, other content a mistake. */
static int repeated(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct fact *fact,
                    struct fact_outcome *ret, bool *ret_found)
{
    struct store_rows *rows;
    int rc = store_one(ctx, store_tx_snap(tx), q_digest, (struct store_value[]){store_cstr(d->code), store_id(&fact->id)}, 2,
                       &rows, ret_found);
    if (rc || !*ret_found) return rc;
    bool same = wg_str_eq(store_get_text(rows, 0), fact->digest);
    *ret = (struct fact_outcome){.already = true,
                                 .task_state = store_is_null(rows, 2) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 2))};
    store_rows_end(rows);
    return same ? 0 : wg_refuse(ctx, WG_E_ID_REUSED, "id", wg_id_text(ctx->arena, fact->id), NULL);
}

/* Where it happened must lie in scope, and whoever is named beside the place too: a door of one's own is no way to write about others. */
static int refuse_outside(struct wg_ctx *ctx, struct store_tx *tx, const struct storing *s, const struct guard_scope *scope)
{
    struct store_rows *rows;
    bool found;
    if (s->has_task && wg_id_eq(s->task.worker, s->fact->worker)) return 0;
    if (!guard_in_scope(scope, wg_str(s->path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    if (s->has_task || wg_id_is_nil(s->fact->person) || wg_id_is_nil(s->fact->place)) return 0;
    struct store_value values[] = {store_cstr(s->d->code), store_id(&s->fact->person)};
    int rc = store_one(ctx, store_tx_snap(tx), q_person_place, values, 2, &rows, &found);
    if (rc) return rc;
    bool inside = found && guard_in_scope(scope, store_get_text(rows, 1));
    store_rows_end(found ? rows : NULL);
    return inside ? 0 : wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "person", NULL, NULL);
}

int fact_store(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programmes *all,
               const struct guard_scope *scope, const struct fact *fact, struct fact_outcome *ret)
{
    struct storing s = {.d = d, .programme = programme_named(all, wg_str(fact->programme)), .fact = fact, .round = WG_DAY_NONE};
    struct fact_outcome outcome = {0};
    bool found, is_new;
    int rc = repeated(ctx, tx, d, fact, ret, &found);
    if (rc || found) return rc;
    s.result = programme_result(s.programme, wg_str(fact->result));
    rc = find_subject(ctx, tx, &s);
    if (rc) return rc;
    rc = refuse_outside(ctx, tx, &s, scope);
    if (rc) return rc;
    if (s.programme->daily) rc = programme_round_open(ctx, tx, d, s.programme, s.round);
    if (rc == 0 && !wg_id_is_nil(fact->supersedes)) rc = put_back(ctx, tx, &s);
    if (rc == 0 && !s.programme->daily) rc = apply_to_task(ctx, tx, &s, &outcome);
    if (rc == 0) rc = write_fact(ctx, tx, &s, &is_new);
    if (rc == 0 && s.programme->daily) rc = apply_to_round(ctx, tx, &s);
    if (rc == 0) rc = raise_alarms(ctx, tx, &s);
    if (rc) return rc;
    outcome.task_state = s.has_task ? s.task.state : s.programme->daily ? programme_effect_code(s.result->effect) : NULL;
    *ret = outcome;
    return 0;
}
