/* What the pages share: rows into JSON, filters, ranges of paths. */
#include <string.h>

#include "district/desk/desk_internal.h"

/* --- reading rows ------------------------------------------------------------------------------------------------------ */

const char *desk_text(struct wg_ctx *ctx, const struct store_rows *rows, int column)
{
    return store_is_null(rows, column) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, column));
}

json_t *desk_temperature_json(const struct store_rows *rows, int column)
{
    return store_is_null(rows, column) ? json_null() : json_real((double)store_get_int(rows, column) / 10.0);
}

json_t *desk_place_json(struct wg_ctx *ctx, const struct store_rows *rows, int at)
{
    if (store_is_null(rows, at)) return json_null();
    struct place place = {
        .id = store_get_id(rows, at),
        .path = wg_cstr(ctx->arena, store_get_text(rows, at + 1)),
        .level = (enum place_level)store_get_int(rows, at + 2),
        .kind = wg_cstr(ctx->arena, store_get_text(rows, at + 3)),
        .name = wg_cstr(ctx->arena, store_get_text(rows, at + 4)),
        .label = wg_cstr(ctx->arena, store_get_text(rows, at + 5)),
    };
    return place_ref_json(ctx, &place);
}

json_t *desk_person_json(struct wg_ctx *ctx, const struct store_rows *rows, int at)
{
    if (store_is_null(rows, at)) return json_null();
    int age = person_age(ctx, store_get_day(rows, at + 3));
    return json_pack("{s:s, s:s, s:I, s:o, s:s?, s:s?, s:o, s:s, s:o}", "id", wg_id_text(ctx->arena, store_get_id(rows, at)),
                     "name", wg_cstr(ctx->arena, store_get_text(rows, at + 1)), "sex", (json_int_t)store_get_int(rows, at + 2),
                     "age", age < 0 ? json_null() : json_integer(age), "idno_tail", desk_text(ctx, rows, at + 4), "phone_tail",
                     desk_text(ctx, rows, at + 5), "relation",
                     store_is_null(rows, at + 6) ? json_null() : json_integer(store_get_int(rows, at + 6)), "state",
                     wg_cstr(ctx->arena, store_get_text(rows, at + 7)), "place", desk_place_json(ctx, rows, at + 8));
}

enum { PLACES_CHUNK = 50 };
static const char q_places[] =
    "SELECT " DESK_PLACE("t") " FROM place t WHERE t.district = $1 AND t.path IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
                              "$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, "
                              "$31, $32, $33, $34, $35, "
                              "$36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51)";

static int places_chunk(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *const *paths,
                        size_t n, json_t **places)
{
    struct store_value values[PLACES_CHUNK + 1] = {store_cstr(d->code)};
    struct store_rows *rows;
    bool more;
    for (size_t i = 0; i < PLACES_CHUNK; i++) values[i + 1] = i < n ? store_cstr(paths[i]) : store_null();
    int rc = store_query(ctx, snap, q_places, values, PLACES_CHUNK + 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        json_t *place = res_keep(ctx, desk_place_json(ctx, rows, 0));
        for (size_t i = 0; i < n; i++)
            if (paths[i] && wg_str_is(store_get_text(rows, 1), paths[i])) places[i] = place;
    }
    return rc;
}

int desk_places(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *const *paths, size_t n,
                json_t **ret_places)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++) ret_places[i] = json_null();
    for (size_t i = 0; i < n && rc == 0; i += PLACES_CHUNK)
        rc = places_chunk(ctx, d, snap, paths + i, n - i < PLACES_CHUNK ? n - i : PLACES_CHUNK, ret_places + i);
    return rc;
}

/* --- what was asked ----------------------------------------------------------------------------------------------------- */

static int refuse_code(struct wg_ctx *ctx, const char *name, const char *const *codes)
{
    const char *all = "";
    for (size_t i = 0; codes[i]; i++) all = wg_fmt(ctx->arena, "%s%s%s", all, i ? ", " : "", codes[i]);
    return wg_refuse(ctx, WG_E_FIELD_CHOICE, name, all, NULL);
}

int desk_codes(struct wg_ctx *ctx, const struct http_request *request, const char *name, const char *const *codes,
               unsigned otherwise, unsigned *ret_bits)
{
    struct wg_str rest = http_query(request, name), part;
    unsigned bits = 0;
    while (rest.n && wg_str_next(&rest, ',', &part)) {
        size_t i = 0;
        while (codes[i] && !wg_str_is(part, codes[i])) i++;
        if (!codes[i]) return refuse_code(ctx, name, codes);
        bits |= 1U << i;
    }
    *ret_bits = bits ? bits : otherwise;
    return 0;
}

int desk_position_read(struct wg_ctx *ctx, struct wg_str after, struct desk_position *ret)
{
    *ret = (struct desk_position){.path = WG_STR("")};
    if (after.n == 0) return 0;
    struct wg_str path, rest = after;
    if (!wg_str_next(&rest, ':', &path) || !wg_id_parse(rest, &ret->id))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "after", wg_cstr(ctx->arena, after), NULL);
    ret->path = path;
    return 0;
}

const char *desk_position_text(struct wg_ctx *ctx, const char *path, wg_id id)
{
    return wg_fmt(ctx->arena, "%s:%s", path, wg_id_text(ctx->arena, id));
}

struct store_value desk_id_bytes(const wg_id *id)
{
    return store_bytes((struct wg_str){(const char *)id->b, sizeof id->b});
}

int desk_may_see_tasks(struct guard_call *call)
{
    if (guard_may(call->who, RIGHT_TASK_SEE) || guard_may(call->who, RIGHT_TASK)) return 0;
    return wg_refuse(call->ctx, WG_E_FORBIDDEN, NULL, guard_right_code(RIGHT_TASK_SEE), NULL);
}

/* --- ranges of paths ---------------------------------------------------------------------------------------------------- */

struct path_range *desk_ranges_of(struct wg_ctx *ctx, const struct guard_scope *scope)
{
    struct path_range *ranges = wg_alloc_n(ctx->arena, scope->n + 1, sizeof *ranges);
    for (size_t i = 0; i < scope->n; i++)
        ranges[i] = (struct path_range){scope->tops[i], guard_scope_end(ctx->arena, scope->tops[i])};
    return ranges;
}

struct path_range *desk_ranges_cut(struct wg_ctx *ctx, const struct path_range *a, size_t n_a, const struct path_range *b,
                                   size_t n_b, size_t *ret_n)
{
    struct path_range *out = wg_alloc_n(ctx->arena, n_a + n_b + 1, sizeof *out);
    size_t i = 0, k = 0, n = 0;
    while (i < n_a && k < n_b) {
        const char *from = strcmp(a[i].from, b[k].from) > 0 ? a[i].from : b[k].from;
        bool a_ends = strcmp(a[i].to, b[k].to) < 0;
        const char *to = a_ends ? a[i].to : b[k].to;
        if (strcmp(from, to) < 0) out[n++] = (struct path_range){from, to};
        if (a_ends)
            i++;
        else
            k++;
    }
    *ret_n = n;
    return out;
}

/* --- tasks --------------------------------------------------------------------------------------------------------------- */

int64_t desk_hours_late(wg_time due, wg_time now)
{
    if (due > now) return 0;
    return now - due < 2 * (wg_time)WG_HOUR ? 1 : (now - due) / WG_HOUR;
}

int desk_task_sums(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, struct wg_str path, struct sums *ret)
{
    *ret = (struct sums){0};
    for (size_t i = 0; i < programme_count(d->programmes); i++) {
        const struct programme *programme = programme_at(d->programmes, i);
        struct sums sums;
        if (programme->daily) continue;
        int rc = programme_sums_at(ctx, d, snap, programme, path, wg_today(ctx), &sums);
        if (rc) return rc;
        ret->due += sums.due;
        ret->done += sums.done;
        ret->excused += sums.excused;
        ret->open += sums.open;
        ret->overdue += sums.overdue;
    }
    return 0;
}
