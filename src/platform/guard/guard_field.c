/* Fields of bodies and queries, read once and for all: what is not known is refused. */
#include <string.h>

#include "platform/guard/guard_internal.h"

enum { PAGE_DEFAULT = 50 };

int guard_only_fields(struct wg_ctx *ctx, const json_t *body, const char *const *names)
{
    if (!json_is_object(body)) return wg_refuse(ctx, WG_E_BAD_FIELD, "body", "object", NULL);
    for (void *at = json_object_iter((json_t *)(uintptr_t)body); at;
         at = json_object_iter_next((json_t *)(uintptr_t)body, at)) {
        const char *key = json_object_iter_key(at);
        size_t i = 0;
        while (names[i] && strcmp(names[i], key) != 0) i++;
        if (!names[i]) return wg_refuse(ctx, WG_E_UNKNOWN_FIELD, key, NULL, NULL);
    }
    return 0;
}

static bool has_control(struct wg_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F) return true;
    return false;
}

int guard_text(struct wg_ctx *ctx, const json_t *body, const struct guard_text_field *field, const char **ret, bool *ret_given)
{
    const json_t *value = json_object_get(body, field->name);
    *ret_given = value != NULL;
    if (!value) return field->must ? wg_refuse(ctx, WG_E_MISSING_FIELD, field->name, NULL, NULL) : 0;
    if (json_is_null(value) && field->may_be_null) {
        *ret = NULL;
        return 0;
    }
    if (!json_is_string(value)) return wg_refuse(ctx, WG_E_BAD_FIELD, field->name, "text", NULL);
    struct wg_str text = {json_string_value(value), json_string_length(value)};
    if (has_control(text)) return wg_refuse(ctx, WG_E_BAD_FIELD, field->name, "control characters", NULL);
    if (wg_utf8_count(text) > field->max)
        return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, field->name, wg_fmt(ctx->arena, "%zu", field->max), NULL);
    if (wg_str_trim(text).n == 0) {
        if (!field->may_be_null) return wg_refuse(ctx, WG_E_MISSING_FIELD, field->name, NULL, NULL);
        *ret = NULL;
        return 0;
    }
    *ret = wg_cstr(ctx->arena, text);
    return 0;
}

int guard_page_limit(struct wg_ctx *ctx, const struct http_request *request, int *ret)
{
    int64_t limit = PAGE_DEFAULT;
    struct wg_str text = http_query(request, "limit");
    if (text.n && !wg_parse_i64(text, 1, GUARD_PAGE_MAX, &limit))
        return wg_refuse(ctx, WG_E_FIELD_RANGE, "limit", "1", wg_fmt(ctx->arena, "%d", GUARD_PAGE_MAX));
    *ret = (int)limit;
    return 0;
}

int guard_query_id(struct wg_ctx *ctx, const struct http_request *request, const char *name, wg_id *ret)
{
    struct wg_str text = http_query(request, name);
    *ret = (wg_id){{0}};
    if (text.n == 0 || wg_id_parse(text, ret)) return 0;
    return wg_refuse(ctx, WG_E_BAD_FIELD, name, "uuid", NULL);
}

int guard_param_id(struct wg_ctx *ctx, const struct http_request *request, size_t index, wg_id *ret)
{
    if (wg_id_parse(request->params[index], ret)) return 0;
    return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_cstr(ctx->arena, request->params[index]), NULL);
}
