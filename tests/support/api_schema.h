/* api_schema.h - holds JSON against src/app/api_schemas.json, for tests: the words that file uses (type, enum, format, properties,
 * required, additionalProperties, items, anyOf, allOf, $ref, description) and no others: one it does not know is a fault, so that nothing
 * is thought to be held that is not. An object has the members its schema names and no others, unless the schema says otherwise. Header
 * only. */
#ifndef WG_TESTS_API_SCHEMA_H
#define WG_TESTS_API_SCHEMA_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

struct api_schema {
    json_t *all;
    char fault[512]; /* where and why the last value did not fit */
};

__attribute__((unused)) static bool api_schema_open(struct api_schema *s)
{
    s->fault[0] = '\0';
    s->all = json_load_file(WG_SOURCE_DIR "/src/app/api_schemas.json", 0, NULL);
    return s->all != NULL;
}

__attribute__((unused)) static void api_schema_close(struct api_schema *s)
{
    json_decref(s->all);
}

static bool schema_fits(struct api_schema *s, const json_t *schema, const json_t *value, const char *where);

static bool schema_fault(struct api_schema *s, const char *where, const char *why)
{
    (void)snprintf(s->fault, sizeof s->fault, "%.300s: %.200s", where, why);
    return false;
}

static bool schema_words_known(struct api_schema *s, const json_t *schema, const char *where)
{
    static const char *const words[] = {"type",  "enum",  "format", "properties", "required",    "additionalProperties",
                                        "items", "anyOf", "allOf",  "$ref",       "description", NULL};
    const char *word;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)schema, word, value)
    {
        size_t i = 0;
        while (words[i] && strcmp(words[i], word) != 0) i++;
        if (!words[i]) return schema_fault(s, where, word);
    }
    return true;
}

static bool schema_type_is(const char *type, const json_t *value)
{
    if (strcmp(type, "null") == 0) return json_is_null(value);
    if (strcmp(type, "string") == 0) return json_is_string(value);
    if (strcmp(type, "integer") == 0) return json_is_integer(value);
    if (strcmp(type, "number") == 0) return json_is_number(value);
    if (strcmp(type, "boolean") == 0) return json_is_boolean(value);
    if (strcmp(type, "array") == 0) return json_is_array(value);
    return strcmp(type, "object") == 0 && json_is_object(value);
}

static bool schema_type_fits(const json_t *type, const json_t *value)
{
    if (!type) return true;
    if (json_is_string(type)) return schema_type_is(json_string_value(type), value);
    for (size_t i = 0; i < json_array_size(type); i++)
        if (schema_type_is(json_string_value(json_array_get(type, i)), value)) return true;
    return false;
}

static bool schema_enum_fits(const json_t *choices, const json_t *value)
{
    if (!choices || json_is_null(value)) return true; /* whether null may be is the type's */
    for (size_t i = 0; i < json_array_size(choices); i++)
        if (json_equal(json_array_get(choices, i), value)) return true;
    return false;
}

static bool schema_format_fits(const json_t *format, const json_t *value)
{
    if (!format || !json_is_string(value)) return true;
    const char *name = json_string_value(format);
    struct wg_str text = {json_string_value(value), json_string_length(value)};
    wg_id id;
    wg_day day;
    wg_time time;
    if (strcmp(name, "uuid") == 0) return text.n == WG_ID_TEXT && wg_id_parse(text, &id);
    if (strcmp(name, "date") == 0) return text.n == 10 && wg_day_parse(text, &day);
    if (strcmp(name, "date-time") == 0) return text.n > 19 && text.p[10] == 'T' && wg_time_parse(text, &time);
    return false;
}

static bool schema_object_fits(struct api_schema *s, const json_t *schema, const json_t *value, const char *where)
{
    const json_t *properties = json_object_get(schema, "properties"), *required = json_object_get(schema, "required");
    const json_t *others = json_object_get(schema, "additionalProperties");
    json_t *member;
    const char *name;
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *needed = json_string_value(json_array_get(required, i));
        char why[128];
        (void)snprintf(why, sizeof why, "%.100s is missing", needed);
        if (!json_object_get(value, needed)) return schema_fault(s, where, why);
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        char below[256];
        const json_t *of_member = json_object_get(properties, name);
        (void)snprintf(below, sizeof below, "%.180s.%.60s", where, name);
        if (!of_member && json_is_object(others)) of_member = others;
        if (!of_member && properties && !json_is_true(others)) return schema_fault(s, below, "not in the schema");
        if (of_member && !schema_fits(s, of_member, member, below)) return false;
    }
    return true;
}

static bool schema_items_fit(struct api_schema *s, const json_t *schema, const json_t *value, const char *where)
{
    const json_t *of_item = json_object_get(schema, "items");
    for (size_t i = 0; of_item && i < json_array_size(value); i++) {
        char below[256];
        (void)snprintf(below, sizeof below, "%.200s[%zu]", where, i);
        if (!schema_fits(s, of_item, json_array_get(value, i), below)) return false;
    }
    return true;
}

static bool schema_fits(struct api_schema *s, const json_t *schema, const json_t *value, const char *where)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (ref) {
        schema = json_object_get(s->all, strrchr(ref, '/') + 1);
        if (!schema) return schema_fault(s, where, ref);
    }
    if (!schema_words_known(s, schema, where)) return false;
    const json_t *any = json_object_get(schema, "anyOf"), *each = json_object_get(schema, "allOf");
    bool fits = !any;
    for (size_t i = 0; i < json_array_size(any) && !fits; i++) fits = schema_fits(s, json_array_get(any, i), value, where);
    if (!fits) return false;
    for (size_t i = 0; i < json_array_size(each); i++)
        if (!schema_fits(s, json_array_get(each, i), value, where)) return false;
    if (!schema_type_fits(json_object_get(schema, "type"), value)) return schema_fault(s, where, "another type");
    if (!schema_enum_fits(json_object_get(schema, "enum"), value)) return schema_fault(s, where, "no choice of the enum");
    if (!schema_format_fits(json_object_get(schema, "format"), value)) return schema_fault(s, where, "another format");
    if (json_is_object(value)) return schema_object_fits(s, schema, value, where);
    return json_is_array(value) ? schema_items_fit(s, schema, value, where) : true;
}

/* Does the value have the named shape? Otherwise s->fault says where it does not. */
__attribute__((unused)) static bool api_schema_holds(struct api_schema *s, const char *name, const json_t *value)
{
    const json_t *schema = json_object_get(s->all, name);
    if (!schema) return schema_fault(s, name, "no such schema");
    return schema_fits(s, schema, value, name);
}
#endif
