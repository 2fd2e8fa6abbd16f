/* Somebody found at a door whom the register does not have: comes with the facts, in their order, and becomes a person. The item's id is the
 * person's, so that the same one again adds nobody; its numbers go to the register, sealed, and are kept nowhere else. Who registered
 * somebody corrects them for the rest of that day; what a correction replaces is kept as any other's. */
#include <string.h>

#include "district/programme/programme_internal.h"

/* As long as a phone keeps what it has sent; by then one that was without a network has been heard. */
static const wg_time CORRECTED_WITHIN = 3 * WG_DAY_MS;

static const char q_known[] = "SELECT count(*) FROM person WHERE district = $1 AND id = $2";
static const char q_keep[] = "INSERT INTO found (district, person, worker, received) VALUES ($1, $2, $3, $4)";
static const char q_found[] = "SELECT worker, received FROM found WHERE district = $1 AND person = $2";
static const char q_corrected[] = "SELECT person FROM found_corrected WHERE district = $1 AND id = $2";
static const char q_keep_correction[] = "INSERT INTO found_corrected (district, id, person, received) VALUES ($1, $2, $3, $4)";
static const char q_by_others[] = "SELECT count(*) FROM person_change WHERE district = $1 AND person = $2 AND worker <> $3";
static const char q_on_record[] = "SELECT (SELECT count(*) FROM enrolment e WHERE e.district = $1 AND e.person = $2) + "
                                  "(SELECT count(*) FROM observation o WHERE o.district = $1 AND o.person = $2)";

bool found_is(const json_t *json)
{
    const char *programme = json_string_value(json_object_get(json, "programme"));
    return programme && strcmp(programme, "register") == 0;
}

static int code_member(struct wg_ctx *ctx, const json_t *body, const char *name, int otherwise, int *ret)
{
    const json_t *value = json_object_get(body, name);
    *ret = otherwise;
    if (!value || json_is_null(value)) return 0;
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > 9)
        return wg_refuse(ctx, WG_E_FIELD_RANGE, name, "0", "9");
    *ret = (int)json_integer_value(value);
    return 0;
}

static int read_kind(struct wg_ctx *ctx, const json_t *json, struct found *found)
{
    const char *result;
    bool follows = !wg_id_is_nil(found->supersedes);
    int rc = res_text_member(ctx, json, "result", 32, &result);
    if (rc) return rc;
    if (result && strcmp(result, "withdrawn") == 0) {
        found->what = FOUND_WITHDRAWN;
        return follows ? 0 : wg_refuse(ctx, WG_E_MISSING_FIELD, "supersedes", NULL, NULL);
    }
    if (!result || strcmp(result, "found") != 0) return wg_refuse(ctx, WG_E_FIELD_CHOICE, "result", "found, withdrawn", NULL);
    found->what = follows ? FOUND_CORRECTED : FOUND_NEW;
    if (follows) return fact_moment(ctx, json, &found->at);
    return wg_id_is_nil(found->place) ? wg_refuse(ctx, WG_E_MISSING_FIELD, "place", NULL, NULL) : 0;
}

int found_read(struct wg_ctx *ctx, const json_t *json, struct found *ret)
{
    const json_t *body = json_object_get(json, "body");
    *ret = (struct found){0};
    int rc = res_id_member(ctx, json, "id", &ret->id);
    if (rc == 0) rc = res_id_member(ctx, json, "place", &ret->place);
    if (rc == 0) rc = res_id_member(ctx, json, "person", &ret->person);
    if (rc == 0) rc = res_id_member(ctx, json, "supersedes", &ret->supersedes);
    if (rc == 0) rc = res_text_member(ctx, body, "name", 60, &ret->name);
    if (rc == 0) rc = res_text_member(ctx, body, "idno", 40, &ret->idno);
    if (rc == 0) rc = res_text_member(ctx, body, "phone", 40, &ret->phone);
    if (rc == 0) rc = code_member(ctx, body, "sex", 0, &ret->sex);
    if (rc == 0) rc = code_member(ctx, body, "relation", -1, &ret->relation);
    if (rc) return rc;
    ret->drops_idno = json_is_null(json_object_get(body, "idno"));
    ret->drops_phone = json_is_null(json_object_get(body, "phone"));
    ret->says_relation = json_object_get(body, "relation") != NULL;
    if (wg_id_is_nil(ret->id)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "id", NULL, NULL);
    return read_kind(ctx, json, ret);
}

/* --- registered ---------------------------------------------------------------------------------------------------------------- */

struct finding {
    const struct district *d;
    const struct guard_scope *scope;
    wg_id by;
    const struct found *found;
};

static int known_already(struct wg_ctx *ctx, struct store_tx *tx, const struct finding *f, wg_id person, bool *ret)
{
    int64_t known;
    struct store_value values[] = {store_cstr(f->d->code), store_id(&person)};
    int rc = store_number(ctx, store_tx_snap(tx), q_known, values, 2, 0, &known);
    if (rc == 0) *ret = known > 0;
    return rc;
}

static int add(struct wg_ctx *ctx, struct store_tx *tx, const struct finding *f, wg_id id)
{
    const struct found *found = f->found;
    struct place door;
    struct person person = {.id = id,
                            .place = found->place,
                            .name = found->name,
                            .idno = found->idno,
                            .phone = found->phone,
                            .sex = found->sex,
                            .relation = found->relation,
                            .birth = WG_DAY_NONE,
                            .state = "living"};
    int rc = place_get(ctx, store_tx_snap(tx), f->d->code, found->place, &door);
    if (rc) return rc;
    if (!guard_in_scope(f->scope, wg_str(door.path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
    if (door.level != LEVEL_HOUSEHOLD) return wg_refuse(ctx, WG_E_BAD_FIELD, "place", door.label, NULL);
    rc = person_put(ctx, tx, f->d, f->by, false, &person);
    if (rc) return rc;
    struct store_value kept[] = {store_cstr(f->d->code), store_id(&id), store_id(&f->by), store_time(ctx->now)};
    return store_exec(ctx, tx, q_keep, kept, 4, NULL);
}

/* --- whose it is ------------------------------------------------------------------------------------------------------------------ */

/* The person that a registration or a correction of it is about. */
static int person_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id item, wg_id *ret)
{
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, q_corrected, (struct store_value[]){store_cstr(d->code), store_id(&item)}, 2, &rows, &found);
    *ret = item;
    if (rc || !found) return rc;
    *ret = store_get_id(rows, 0);
    store_rows_end(rows);
    return 0;
}

static int settled(struct wg_ctx *ctx, const char *zh, const char *en)
{
    return wg_refuse(ctx, WG_E_FOUND_SETTLED, "supersedes", ctx->lang == WG_ZH ? zh : en, NULL);
}

/* Somebody whom this worker registered and nobody else has changed since. Anyone else of the register is out of reach here. */
static int find_own(struct wg_ctx *ctx, struct store_snap *snap, const struct finding *f, wg_id id, struct person *ret,
                    wg_time *ret_received)
{
    struct store_rows *rows;
    bool known;
    int64_t others = 0;
    struct store_value values[] = {store_cstr(f->d->code), store_id(&id), store_id(&f->by)};
    int rc = person_get(ctx, snap, f->d, f->scope, id, ret);
    if (rc == 0) rc = store_one(ctx, snap, q_found, values, 2, &rows, &known);
    if (rc) return rc;
    bool own = known && wg_id_eq(store_get_id(rows, 0), f->by);
    *ret_received = known ? store_get_time(rows, 1) : 0;
    store_rows_end(known ? rows : NULL);
    if (!own) return wg_refuse(ctx, WG_E_FOUND_OTHERS, "supersedes", NULL, NULL);
    rc = store_number(ctx, snap, q_by_others, values, 3, 0, &others);
    return rc || others == 0 ? rc : settled(ctx, "社区已改过这条记录", "the community has changed the record since");
}

/* --- corrected -------------------------------------------------------------------------------------------------------------------- */

/* Birth and sex followed from the number that goes, and follow from the one that comes. */
static void correct(const struct found *found, struct person *person)
{
    if (found->name) person->name = found->name;
    if (found->phone || found->drops_phone) person->phone = found->phone;
    if (found->idno || found->drops_idno) {
        person->idno = found->idno;
        person->birth = WG_DAY_NONE;
        person->sex = 0;
    }
    if (found->sex) person->sex = found->sex;
    if (found->says_relation) person->relation = found->relation;
}

/* Judged by when it was said: a phone may have been without a network until the morning. */
static int check_day(struct wg_ctx *ctx, const struct found *found, wg_time received)
{
    if (wg_day_of(found->at, ctx->zone) > wg_day_of(received, ctx->zone) || ctx->now > received + CORRECTED_WITHIN)
        return settled(ctx, "登记的当天已过", "the day of the registration is over");
    return 0;
}

static int correct_one(struct wg_ctx *ctx, struct store_tx *tx, const struct finding *f, wg_id id)
{
    struct store_snap *snap = store_tx_snap(tx);
    struct person person;
    wg_time received;
    int rc = find_own(ctx, snap, f, id, &person, &received);
    if (rc == 0 && strcmp(person.state, "gone") == 0) rc = settled(ctx, "登记已撤回", "the registration was withdrawn");
    if (rc == 0) rc = check_day(ctx, f->found, received);
    if (rc == 0) rc = person_numbers(ctx, snap, f->d, &person);
    if (rc) return rc;
    correct(f->found, &person);
    return person_put(ctx, tx, f->d, f->by, false, &person);
}

static int correction(struct wg_ctx *ctx, struct store_tx *tx, const struct finding *f, struct fact_outcome *ret)
{
    const struct found *found = f->found;
    struct store_snap *snap = store_tx_snap(tx);
    wg_id id = found->person, again;
    bool known;
    int rc = person_of(ctx, snap, f->d, found->id, &again);
    if (rc) return rc;
    ret->already = !wg_id_eq(again, found->id);
    if (ret->already) return 0;
    if (wg_id_is_nil(id)) rc = person_of(ctx, snap, f->d, found->supersedes, &id);
    if (rc == 0) rc = known_already(ctx, tx, f, id, &known);
    if (rc) return rc;
    /* The registration itself was refused, for what this one corrects perhaps: then this is it. */
    rc = known || wg_id_is_nil(found->place) ? correct_one(ctx, tx, f, id) : add(ctx, tx, f, id);
    if (rc) return rc;
    struct store_value kept[] = {store_cstr(f->d->code), store_id(&found->id), store_id(&id), store_time(ctx->now)};
    return store_exec(ctx, tx, q_keep_correction, kept, 4, NULL);
}

/* --- withdrawn -------------------------------------------------------------------------------------------------------------------- */

/* Nobody is deleted: whom this worker registered by mistake is gone, as long as nothing else is known of them. */
static int withdraw(struct wg_ctx *ctx, struct store_tx *tx, const struct finding *f, struct fact_outcome *ret)
{
    struct store_snap *snap = store_tx_snap(tx);
    struct person person;
    wg_time received;
    int64_t more;
    wg_id id = f->found->person;
    int rc = wg_id_is_nil(id) ? person_of(ctx, snap, f->d, f->found->supersedes, &id) : 0;
    if (rc == 0) rc = find_own(ctx, snap, f, id, &person, &received);
    if (rc) return rc;
    ret->already = strcmp(person.state, "gone") == 0;
    if (ret->already) return 0;
    struct store_value values[] = {store_cstr(f->d->code), store_id(&id)};
    rc = store_number(ctx, snap, q_on_record, values, 2, 0, &more);
    if (rc) return rc;
    if (more > 0) return settled(ctx, "这个人已有后续记录", "more is on record since");
    return person_move(ctx, tx, f->d, f->by, person.id, &(struct place){.id = person.place, .path = person.path}, "gone");
}

int found_store(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct guard_scope *scope, wg_id by,
                const struct found *found, struct fact_outcome *ret)
{
    const struct finding f = {d, scope, by, found};
    *ret = (struct fact_outcome){0};
    if (found->what == FOUND_WITHDRAWN) return withdraw(ctx, tx, &f, ret);
    if (found->what == FOUND_CORRECTED) return correction(ctx, tx, &f, ret);
    int rc = known_already(ctx, tx, &f, found->id, &ret->already);
    return rc || ret->already ? rc : add(ctx, tx, &f, found->id);
}
