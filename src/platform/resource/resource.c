#include "platform/resource/resource.h"

#include <string.h>

const char *res_label(const struct res_field *field, enum wg_lang lang)
{
    return lang == WG_ZH ? field->zh : field->en;
}

const struct res_value *res_get(const struct res_resource *resource, const struct res_value *values, const char *name)
{
    static const struct res_value absent;
    for (size_t i = 0; i < resource->n_fields; i++)
        if (strcmp(resource->fields[i].name, name) == 0) return &values[i];
    return &absent;
}

static const char *choices_text(struct wg_ctx *ctx, const struct res_field *field)
{
    struct wg_buf all;
    wg_buf_init(&all, 4096);
    for (size_t i = 0; field->choices[i]; i++) {
        if (i) wg_buf_puts(&all, ", ");
        wg_buf_puts(&all, field->choices[i]);
        if (ctx->lang == WG_ZH && field->choices_zh) wg_buf_fmt(&all, " (%s)", field->choices_zh[i]);
    }
    const char *text = wg_cstr(ctx->arena, (struct wg_str){all.p, all.n});
    wg_buf_free(&all);
    return text;
}

static int bad(struct wg_ctx *ctx, const struct res_field *field, const char *zh, const char *en)
{
    return wg_refuse(ctx, WG_E_BAD_FIELD, res_label(field, ctx->lang), ctx->lang == WG_ZH ? zh : en, NULL);
}

static int out_of_range(struct wg_ctx *ctx, const struct res_field *field)
{
    return wg_refuse(ctx, WG_E_FIELD_RANGE, res_label(field, ctx->lang), wg_fmt(ctx->arena, "%lld", (long long)field->min),
                     wg_fmt(ctx->arena, "%lld", (long long)field->max));
}

static int read_choice(struct wg_ctx *ctx, const struct res_field *field, struct wg_str text, struct res_value *ret)
{
    for (int i = 0; field->choices[i]; i++) {
        if (!wg_str_is(text, field->choices[i]) && !(field->choices_zh && wg_str_is(text, field->choices_zh[i]))) continue;
        ret->i = i;
        ret->text = field->choices[i];
        return 0;
    }
    return wg_refuse(ctx, WG_E_FIELD_CHOICE, res_label(field, ctx->lang), choices_text(ctx, field), NULL);
}

static int read_bool(struct wg_ctx *ctx, const struct res_field *field, struct wg_str text, struct res_value *ret)
{
    static const char *const yes[] = {"true", "1", "是", "yes"}, *const no[] = {"false", "0", "否", "no"};
    for (size_t i = 0; i < 4; i++) {
        if (wg_str_is(text, yes[i])) ret->i = 1;
        if (wg_str_is(text, yes[i]) || wg_str_is(text, no[i])) return 0;
    }
    return bad(ctx, field, "应为“是”或“否”", "it must be yes or no");
}

/* A value of any type from text; the text is not empty. */
static int read_value(struct wg_ctx *ctx, const struct res_field *field, struct wg_str text, struct res_value *ret)
{
    wg_day day;
    wg_time t;
    switch (field->type) {
    case RES_TEXT:
        if (!wg_utf8_valid(text)) return bad(ctx, field, "文字编码有误", "it is not valid UTF-8 text");
        if (wg_utf8_count(text) > (size_t)field->max)
            return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, res_label(field, ctx->lang),
                             wg_fmt(ctx->arena, "%lld", (long long)field->max), NULL);
        ret->text = wg_cstr(ctx->arena, text);
        return 0;
    case RES_INT:
        if (!wg_parse_i64(text, INT64_MIN, INT64_MAX, &ret->i)) return bad(ctx, field, "应为整数", "it must be a whole number");
        return ret->i < field->min || ret->i > field->max ? out_of_range(ctx, field) : 0;
    case RES_DAY:
        if (!wg_day_parse(text, &day)) return bad(ctx, field, "日期应写成 2020-02-14", "a date is written 2020-02-14");
        ret->i = day;
        return 0;
    case RES_TIME:
        if (!wg_time_parse(text, &t))
            return bad(ctx, field, "时间应写成 2020-02-14T08:30:00+08:00", "a time is written 2020-02-14T08:30:00+08:00");
        ret->i = t;
        return 0;
    case RES_ID:
        if (!wg_id_parse(text, &ret->id)) return bad(ctx, field, "不是有效的编号", "it is not an id");
        return 0;
    case RES_BOOL:
        return read_bool(ctx, field, text, ret);
    case RES_CHOICE:
        return read_choice(ctx, field, text, ret);
    }
    return WG_E_INTERNAL;
}

int res_read_text(struct wg_ctx *ctx, const struct res_field *field, struct wg_str text, struct res_value *ret_value)
{
    struct res_value value = {.given = true};
    text = wg_str_trim(text);
    if (text.n == 0) {
        value.given = value.null = (field->flags & RES_NULLABLE) != 0;
        *ret_value = value;
        return 0;
    }
    int rc = read_value(ctx, field, text, &value);
    if (rc == 0) *ret_value = value;
    return rc;
}

static int read_member(struct wg_ctx *ctx, const struct res_field *field, const json_t *member, struct res_value *ret)
{
    ret->given = true;
    if (json_is_null(member) || (json_is_string(member) && json_string_length(member) == 0 && (field->flags & RES_NULLABLE))) {
        if (!(field->flags & RES_NULLABLE)) return wg_refuse(ctx, WG_E_MISSING_FIELD, res_label(field, ctx->lang), NULL, NULL);
        ret->null = true;
        return 0;
    }
    if (json_is_string(member)) {
        struct wg_str text = {json_string_value(member), json_string_length(member)};
        if (field->type == RES_TEXT) text = wg_str_trim(text);
        if (text.n == 0 && (field->flags & RES_REQUIRED))
            return wg_refuse(ctx, WG_E_MISSING_FIELD, res_label(field, ctx->lang), NULL, NULL);
        if (field->type == RES_INT) return bad(ctx, field, "应为整数", "it must be a whole number");
        return read_value(ctx, field, text, ret);
    }
    if (json_is_integer(member) && field->type == RES_INT) {
        ret->i = json_integer_value(member);
        return ret->i < field->min || ret->i > field->max ? out_of_range(ctx, field) : 0;
    }
    if (json_is_boolean(member) && field->type == RES_BOOL) {
        ret->i = json_is_true(member);
        return 0;
    }
    return bad(ctx, field, "类型不对", "it has the wrong type");
}

static const struct res_field *field_named(const struct res_resource *resource, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < resource->n_fields; i++)
        if (strcmp(resource->fields[i].name, name) == 0) {
            *ret_index = i;
            return &resource->fields[i];
        }
    return NULL;
}

int res_read_json(struct wg_ctx *ctx, const struct res_resource *resource, const json_t *body, bool creating,
                  struct res_value *ret_values)
{
    const char *name;
    json_t *member;
    struct res_value *values = wg_alloc_n(ctx->arena, resource->n_fields, sizeof *values);
    if (!json_is_object(body)) return wg_refuse(ctx, WG_E_BAD_JSON, NULL, "1", "1");
    /* Jansson's iterator takes a non-const object but does not change it. */
    json_object_foreach((json_t *)(uintptr_t)body, name, member)
    {
        size_t index;
        const struct res_field *field = field_named(resource, name, &index);
        if (!field || !(field->flags & RES_WRITE)) return wg_refuse(ctx, WG_E_UNKNOWN_FIELD, name, NULL, NULL);
        int rc = read_member(ctx, field, member, &values[index]);
        if (rc) return rc;
    }
    for (size_t i = 0; creating && i < resource->n_fields; i++)
        if ((resource->fields[i].flags & RES_REQUIRED) && !values[i].given)
            return wg_refuse(ctx, WG_E_MISSING_FIELD, res_label(&resource->fields[i], ctx->lang), NULL, NULL);
    memcpy(ret_values, values, resource->n_fields * sizeof *values);
    return 0;
}

static json_t *field_schema(const struct res_field *field)
{
    json_t *schema = json_object();
    static const char *const types[] = {"string", "integer", "string", "string", "string", "boolean", "string"};
    static const char *const formats[] = {NULL, NULL, "date", "date-time", "uuid", NULL, NULL};
    json_t *type = json_string(types[field->type]);
    json_object_set_new(schema, "type", field->flags & RES_NULLABLE ? json_pack("[o, s]", type, "null") : type);
    if (formats[field->type]) json_object_set_new(schema, "format", json_string(formats[field->type]));
    if (field->type == RES_TEXT) json_object_set_new(schema, "maxLength", json_integer(field->max));
    if (field->type == RES_INT) {
        json_object_set_new(schema, "minimum", json_integer(field->min));
        json_object_set_new(schema, "maximum", json_integer(field->max));
    }
    if (field->type == RES_CHOICE) {
        json_t *list = json_array();
        for (size_t i = 0; field->choices[i]; i++) json_array_append_new(list, json_string(field->choices[i]));
        json_object_set_new(schema, "enum", list);
    }
    json_object_set_new(schema, "description", json_string(field->en));
    return schema;
}

json_t *res_schema(const struct res_resource *resource, bool writing)
{
    json_t *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < resource->n_fields; i++) {
        const struct res_field *field = &resource->fields[i];
        if (!(field->flags & (writing ? RES_WRITE : RES_READ))) continue;
        json_object_set_new(properties, field->name, field_schema(field));
        if (field->flags & RES_REQUIRED) json_array_append_new(required, json_string(field->name));
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required", required,
                     "additionalProperties", 0);
}

json_t *res_describe(const struct res_resource *resource)
{
    static const char *const types[] = {"text", "integer", "day", "time", "id", "bool", "choice"};
    json_t *fields = json_array();
    for (size_t i = 0; i < resource->n_fields; i++) {
        const struct res_field *field = &resource->fields[i];
        json_t *choices = json_array();
        for (size_t c = 0; field->type == RES_CHOICE && field->choices[c]; c++)
            json_array_append_new(choices, json_pack("{s:s, s:s, s:s}", "code", field->choices[c], "zh",
                                                     field->choices_zh ? field->choices_zh[c] : field->choices[c], "en",
                                                     field->choices[c]));
        json_array_append_new(fields, json_pack("{s:s, s:{s:s, s:s}, s:s, s:b, s:b, s:I, s:o}", "name", field->name, "label",
                                                "zh", field->zh, "en", field->en, "type", types[field->type], "required",
                                                (field->flags & RES_REQUIRED) != 0, "writable", (field->flags & RES_WRITE) != 0,
                                                "max", (json_int_t)field->max, "choices", choices));
    }
    return fields;
}
