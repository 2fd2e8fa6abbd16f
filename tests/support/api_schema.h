/* api_schema.h - holds answers against src/app/api_schemas.json, for tests: the words that file uses (type, enum, format by name only,
 * properties, required, additionalProperties, items, anyOf, $ref) and no others. Header only. */
#ifndef WG_TESTS_API_SCHEMA_H
#define WG_TESTS_API_SCHEMA_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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
    (void)snprintf(s->fault, sizeof s->fault, "%s: %s", where, why);
    return false;
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
    if (!choices || json_is_null(value)) return true;
    for (size_t i = 0; i < json_array_size(choices); i++)
        if (json_equal(json_array_get(choices, i), value)) return true;
    return false;
}

static bool schema_object_fits(struct api_schema *s, const json_t *schema, const json_t *value, const char *where)
{
    const json_t *properties = json_object_get(schema, "properties"), *required = json_object_get(schema, "required");
    json_t *member;
    const char *name;
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *needed = json_string_value(json_array_get(required, i));
        if (!json_object_get(value, needed)) return schema_fault(s, where, needed);
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        char below[256];
        const json_t *of_member = json_object_get(properties, name);
        (void)snprintf(below, sizeof below, "%.180s.%.60s", where, name);
        if (!of_member && json_is_false(json_object_get(schema, "additionalProperties")))
            return schema_fault(s, below, "not in the schema");
        if (of_member && !schema_fits(s, of_member, member, below)) return false;
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
    const json_t *any = json_object_get(schema, "anyOf");
    for (size_t i = 0; i < json_array_size(any); i++)
        if (schema_fits(s, json_array_get(any, i), value, where)) return true;
    if (any) return false;
    if (!schema_type_fits(json_object_get(schema, "type"), value)) return schema_fault(s, where, "another type");
    if (!schema_enum_fits(json_object_get(schema, "enum"), value)) return schema_fault(s, where, "no choice of the enum");
    if (json_is_object(value)) return schema_object_fits(s, schema, value, where);
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
        char below[256];
        const json_t *of_item = json_object_get(schema, "items");
        (void)snprintf(below, sizeof below, "%.200s[%zu]", where, i);
        if (of_item && !schema_fits(s, of_item, json_array_get(value, i), below)) return false;
    }
    return true;
}

/* Does the value have the named shape? Otherwise s->fault says where it does not. */
__attribute__((unused)) static bool api_schema_holds(struct api_schema *s, const char *name, const json_t *value)
{
    const json_t *schema = json_object_get(s->all, name);
    if (!schema) return schema_fault(s, name, "no such schema");
    return schema_fits(s, schema, value, name);
}
#endif
