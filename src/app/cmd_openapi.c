/* The OpenAPI document, from the routes and the shapes that the program serves. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/commands.h"
#include "app/openapi.h"
#include "base/embedded.h"
#include "platform/resource/resource.h"

static const char help_zh[] = "用法: wangge openapi [--data 目录]\n打印 OpenAPI 3.1 文档（JSON）。\n";
static const char help_en[] = "usage: wangge openapi [--data DIR]\nPrints the OpenAPI 3.1 document (JSON).\n";

static json_t *ref(const char *schema)
{
    char text[160];
    (void)snprintf(text, sizeof text, "#/components/schemas/%s", schema);
    return json_pack("{s:s}", "$ref", text);
}

static json_t *content(const char *type, const char *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", schema ? ref(schema) : json_object());
}

/* "{id}" parts of the pattern and "name:type" parts of the query. */
static json_t *parameters(struct wg_ctx *ctx, const struct guard_route *route)
{
    json_t *list = json_array();
    for (const char *open = strchr(route->pattern, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        const char *name = wg_cstr(ctx->arena, (struct wg_str){open + 1, (size_t)(close - open - 1)});
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in", "path", "required", 1, "schema", "type", "string"));
    }
    struct wg_str rest = wg_str(route->query), part;
    while (route->query && wg_str_next(&rest, ' ', &part)) {
        struct wg_str name, type = part;
        if (!wg_str_next(&type, ':', &name)) continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", wg_cstr(ctx->arena, name), "in", "query",
                                              "required", 0, "schema", "type", wg_cstr(ctx->arena, type)));
    }
    return list;
}

static json_t *operation(struct wg_ctx *ctx, const struct guard_route *route)
{
    const char *type = route->reply ? "application/json" : "application/octet-stream";
    json_t *responses =
        json_pack("{s:{s:s, s:o}, s:{s:s, s:o}}", "200", "description", "done", "content", content(type, route->reply),
                  "default", "description", "refused", "content", content("application/problem+json", "Problem"));
    json_t *op = json_pack("{s:s, s:o, s:o}", "summary", route->summary ? route->summary : "", "parameters",
                           parameters(ctx, route), "responses", responses);
    if (route->body)
        json_object_set_new(op, "requestBody",
                            json_pack("{s:b, s:o}", "required", 1, "content", content("application/json", route->body)));
    json_object_set_new(op, "x-right", json_string(guard_right_code(route->right) ? guard_right_code(route->right) : ""));
    if (route->audit) json_object_set_new(op, "x-audit", json_string(route->audit));
    return op;
}

static const char *lower_method(struct wg_ctx *ctx, const char *method)
{
    char *text = wg_cstr(ctx->arena, wg_str(method));
    for (char *c = text; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    return text;
}

int openapi_document(struct wg_ctx *ctx, const struct guard_router *router, json_t **ret)
{
    struct wg_str bytes;
    json_error_t error;
    if (!wg_embedded("src/app/api_schemas.json", &bytes)) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    json_t *schemas = json_loadb(bytes.p, bytes.n, 0, &error);
    if (!schemas) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    json_t *paths = json_object();
    for (size_t i = 0; i < guard_route_count(router); i++) {
        const struct guard_route *route = guard_route_at(router, i);
        json_t *path = json_object_get(paths, route->pattern);
        if (!path) {
            path = json_object();
            json_object_set_new(paths, route->pattern, path);
        }
        json_object_set_new(path, lower_method(ctx, route->method), operation(ctx, route));
    }
    *ret = res_keep(ctx, json_pack("{s:s, s:{s:s, s:s, s:{s:s}}, s:o, s:{s:o}}", "openapi", "3.1.0", "info", "title", "Wangge",
                                   "version", WG_VERSION, "license", "name", "Apache-2.0", "paths", paths, "components",
                                   "schemas", schemas));
    return 0;
}

int cmd_openapi(int argc, char **argv)
{
    static const char *const known[] = {"data", NULL}, *const flags[] = {NULL};
    struct app_args args;
    struct guard_router *router;
    json_t *document;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, help_zh, help_en);
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args.lang;
    int rc = app_router_bare(&ctx, &router);
    if (rc == 0) rc = openapi_document(&ctx, router, &document);
    if (rc == 0) {
        (void)json_dumpf(document, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
        (void)putchar('\n');
        guard_router_free(router);
    }
    int exit_code = rc ? app_failed(&ctx, rc) : 0;
    wg_arena_free(arena);
    return exit_code;
}
