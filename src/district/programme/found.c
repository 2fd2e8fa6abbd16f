/* Somebody found at a door whom the register does not have: comes with the facts, in their order, and becomes a person. The item's id is the
 * person's, so that the same one again adds nobody; its numbers go to the register, sealed, and are kept nowhere else. */
#include <string.h>

#include "district/programme/programme_internal.h"

static const char q_known[] = "SELECT count(*) FROM person WHERE district = $1 AND id = $2";
static const char q_keep[] = "INSERT INTO found (district, person, worker, received) VALUES ($1, $2, $3, $4)";
static const char q_by_them[] = "SELECT count(*) FROM found WHERE district = $1 AND person = $2 AND worker = $3";
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

int found_read(struct wg_ctx *ctx, const json_t *json, struct found *ret)
{
    const json_t *body = json_object_get(json, "body");
    const char *result;
    *ret = (struct found){0};
    int rc = res_id_member(ctx, json, "id", &ret->id);
    if (rc == 0) rc = res_id_member(ctx, json, "place", &ret->place);
    if (rc == 0) rc = res_id_member(ctx, json, "supersedes", &ret->supersedes);
    if (rc == 0) rc = res_text_member(ctx, json, "result", 32, &result);
    if (rc == 0) rc = res_text_member(ctx, body, "name", 60, &ret->name);
    if (rc == 0) rc = res_text_member(ctx, body, "idno", 40, &ret->idno);
    if (rc == 0) rc = res_text_member(ctx, body, "phone", 40, &ret->phone);
    if (rc == 0) rc = code_member(ctx, body, "sex", 0, &ret->sex);
    if (rc == 0) rc = code_member(ctx, body, "relation", -1, &ret->relation);
    if (rc) return rc;
    if (wg_id_is_nil(ret->id)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "id", NULL, NULL);
    ret->withdrawn = result && strcmp(result, "withdrawn") == 0;
    if (!ret->withdrawn && (!result || strcmp(result, "found") != 0))
        return wg_refuse(ctx, WG_E_FIELD_CHOICE, "result", "found, withdrawn", NULL);
    if (ret->withdrawn && wg_id_is_nil(ret->supersedes)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "supersedes", NULL, NULL);
    if (!ret->withdrawn && !wg_id_is_nil(ret->supersedes))
        return wg_refuse(ctx, WG_E_NO_UNDO, "supersedes",
                         ctx->lang == WG_ZH ? "登记后的更正请社区来做" : "once registered, the community corrects it", NULL);
    if (!ret->withdrawn && wg_id_is_nil(ret->place)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "place", NULL, NULL);
    return 0;
}

static int add(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct guard_scope *scope, wg_id by,
               const struct found *found, struct fact_outcome *ret)
{
    struct place door;
    int64_t known;
    struct person person = {.id = found->id,
                            .place = found->place,
                            .name = found->name,
                            .idno = found->idno,
                            .phone = found->phone,
                            .sex = found->sex,
                            .relation = found->relation,
                            .birth = WG_DAY_NONE,
                            .state = "living"};
    struct store_value values[] = {store_cstr(d->code), store_id(&found->id)};
    int rc = store_number(ctx, store_tx_snap(tx), q_known, values, 2, 0, &known);
    if (rc) return rc;
    ret->already = known > 0;
    if (ret->already) return 0;
    rc = place_get(ctx, store_tx_snap(tx), d->code, found->place, &door);
    if (rc) return rc;
    if (!guard_in_scope(scope, wg_str(door.path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
    if (door.level != LEVEL_HOUSEHOLD) return wg_refuse(ctx, WG_E_BAD_FIELD, "place", door.label, NULL);
    rc = person_put(ctx, tx, d, by, false, &person);
    if (rc) return rc;
    struct store_value kept[] = {store_cstr(d->code), store_id(&found->id), store_id(&by), store_time(ctx->now)};
    return store_exec(ctx, tx, q_keep, kept, 4, NULL);
}

/* Nobody is deleted: whom this worker registered by mistake is gone, as long as nothing else is known of them. Anyone else of the
 * register is out of reach here, whoever asks. */
static int withdraw(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct guard_scope *scope,
                    wg_id by, const struct found *found, struct fact_outcome *ret)
{
    struct store_snap *snap = store_tx_snap(tx);
    struct person person;
    int64_t by_them, more;
    struct store_value values[] = {store_cstr(d->code), store_id(&found->supersedes), store_id(&by)};
    int rc = person_get(ctx, snap, d, scope, found->supersedes, &person);
    if (rc == 0) rc = store_number(ctx, snap, q_by_them, values, 3, 0, &by_them);
    if (rc == 0 && by_them == 0) rc = wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "supersedes", NULL, NULL);
    if (rc) return rc;
    ret->already = strcmp(person.state, "gone") == 0;
    if (ret->already) return 0;
    rc = store_number(ctx, snap, q_on_record, values, 2, 0, &more);
    if (rc) return rc;
    if (person.version != 1 || more > 0)
        return wg_refuse(ctx, WG_E_NO_UNDO, "supersedes", ctx->lang == WG_ZH ? "这个人已有后续记录" : "more is on record since",
                         NULL);
    return person_move(ctx, tx, d, by, person.id, &(struct place){.id = person.place, .path = person.path}, "gone");
}

int found_store(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct guard_scope *scope, wg_id by,
                const struct found *found, struct fact_outcome *ret)
{
    *ret = (struct fact_outcome){0};
    return found->withdrawn ? withdraw(ctx, tx, d, scope, by, found, ret) : add(ctx, tx, d, scope, by, found, ret);
}
