#include <string.h>

#include "platform/resource/resource.h"

enum { LIMIT_MOST = 200, LIMIT_USUAL = 50 };

int res_page(struct wg_ctx *ctx, const struct http_request *request, struct res_page *ret_page)
{
    int64_t limit = LIMIT_USUAL;
    struct wg_str text = http_query(request, "limit");
    if (text.n && !wg_parse_i64(text, 1, LIMIT_MOST, &limit)) return wg_refuse(ctx, WG_E_FIELD_RANGE, "limit", "1", "200");
    *ret_page = (struct res_page){.after = http_query(request, "after"), .limit = (int)limit};
    return 0;
}

json_t *res_page_json(json_t *items, const char *next)
{
    return json_pack("{s:o, s:s?}", "items", items, "next", next);
}

int res_answer(struct guard_call *call, json_t *json)
{
    call->answer->json = json;
    return 0;
}

int res_id_param(struct wg_ctx *ctx, const struct http_request *request, size_t index, wg_id *ret)
{
    struct wg_str text = request->params[index];
    if (wg_id_parse(text, ret)) return 0;
    return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_cstr(ctx->arena, text), NULL);
}

int res_id_query(struct wg_ctx *ctx, const struct http_request *request, const char *name, wg_id *ret)
{
    struct wg_str text = http_query(request, name);
    *ret = (wg_id){0};
    if (text.n == 0 || wg_id_parse(text, ret)) return 0;
    return wg_refuse(ctx, WG_E_BAD_FIELD, name, wg_cstr(ctx->arena, text), NULL);
}

int res_day_query(struct wg_ctx *ctx, const struct http_request *request, const char *name, wg_day otherwise, wg_day *ret)
{
    struct wg_str text = http_query(request, name);
    *ret = otherwise;
    if (text.n == 0 || wg_day_parse(text, ret)) return 0;
    return wg_refuse(ctx, WG_E_BAD_FIELD, name, wg_cstr(ctx->arena, text), NULL);
}

int res_scope_query(struct guard_call *call, struct guard_scope *ret_scope)
{
    struct wg_str place = http_query(call->request, "place");
    *ret_scope = guard_scope_within(call->ctx->arena, &call->who->scope, place);
    if (ret_scope->n > 0) return 0;
    return wg_refuse(call->ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
}

int res_text_member(struct wg_ctx *ctx, const json_t *body, const char *name, size_t max, const char **ret)
{
    const json_t *member = json_object_get(body, name);
    *ret = NULL;
    if (!member || json_is_null(member)) return 0;
    if (!json_is_string(member))
        return wg_refuse(ctx, WG_E_BAD_FIELD, name, ctx->lang == WG_ZH ? "应为文字" : "it must be text", NULL);
    struct wg_str text = wg_str_trim((struct wg_str){json_string_value(member), json_string_length(member)});
    if (wg_utf8_count(text) > max) return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, name, wg_fmt(ctx->arena, "%zu", max), NULL);
    if (text.n) *ret = wg_cstr(ctx->arena, text);
    return 0;
}

int res_id_member(struct wg_ctx *ctx, const json_t *body, const char *name, wg_id *ret)
{
    const char *text;
    int rc = res_text_member(ctx, body, name, WG_ID_TEXT, &text);
    *ret = (wg_id){0};
    if (rc || !text) return rc;
    return wg_id_parse(wg_str(text), ret) ? 0 : wg_refuse(ctx, WG_E_BAD_FIELD, name, text, NULL);
}

static void release(void *json)
{
    json_decref(json);
}

json_t *res_keep(struct wg_ctx *ctx, json_t *json)
{
    if (json) wg_arena_cleanup(ctx->arena, release, json);
    return json;
}

json_t *res_text_json(const char *text)
{
    return text ? json_string(text) : json_null();
}

json_t *res_day_json(struct wg_ctx *ctx, wg_day day)
{
    return day == WG_DAY_NONE || day == WG_DAY_OPEN ? json_null() : json_string(wg_day_text(ctx->arena, day));
}

json_t *res_time_json(struct wg_ctx *ctx, wg_time t)
{
    return t == WG_TIME_NONE ? json_null() : json_string(wg_time_text(ctx->arena, t, ctx->zone));
}

json_t *res_id_json(struct wg_ctx *ctx, wg_id id)
{
    return wg_id_is_nil(id) ? json_null() : json_string(wg_id_text(ctx->arena, id));
}
