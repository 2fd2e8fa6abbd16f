/* A place with what stands above it and who answers for it today: the one shape that needs both places and duties. */
#include "district/register/register_internal.h"

int place_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place, json_t **ret)
{
    struct place *above;
    size_t n;
    struct owner owner;
    bool held;
    int rc = place_above(ctx, snap, d->code, wg_str(place->path), &above, &n);
    if (rc == 0) rc = owner_of_place(ctx, snap, d->code, wg_today(ctx), wg_str(place->path), &owner, &held);
    if (rc) return rc;
    json_t *out = place_ref_json(ctx, place);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, place_ref_json(ctx, &above[i]));
    json_object_set_new(out, "code", res_text_json(place->code));
    json_object_set_new(out, "parent", res_id_json(ctx, place->parent));
    json_object_set_new(out, "valid_from", json_string(wg_day_text(ctx->arena, place->valid_from)));
    json_object_set_new(out, "valid_until", res_day_json(ctx, place->valid_until));
    json_object_set_new(out, "version", json_integer(place->version));
    json_object_set_new(out, "above", list);
    json_object_set_new(out, "owner", held ? owner_json(ctx, &owner) : json_null());
    *ret = out;
    return 0;
}
