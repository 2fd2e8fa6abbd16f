/* What came: path, query, headers, cookies, language, and the body as JSON. */
#include <string.h>
#include <strings.h>

#include "platform/http/http_internal.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Percent-decoding that accepts nothing half right: the result is UTF-8 without control characters. */
static bool decode(struct wg_arena *arena, struct wg_str raw, bool plus_is_space, struct wg_str *ret)
{
    char *out = wg_alloc(arena, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            if (raw.n - i < 3) return false;
            int high = hex(raw.p[i + 1]), low = hex(raw.p[i + 2]);
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[n++] = c;
    }
    *ret = (struct wg_str){out, n};
    return wg_utf8_valid(*ret);
}

static bool has_control(struct wg_str s, bool lines_allowed)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == 0x7F || (c < ' ' && !(lines_allowed && (c == '\n' || c == '\r' || c == '\t')))) return true;
    }
    return false;
}

static bool path_is_safe(struct wg_str path)
{
    if (path.n == 0 || path.p[0] != '/' || has_control(path, false)) return false;
    if (memchr(path.p, '\\', path.n)) return false;
    struct wg_str rest = path, part;
    while (wg_str_next(&rest, '/', &part))
        if (wg_str_is(part, ".") || wg_str_is(part, "..")) return false;
    return true;
}

static int read_query(struct wg_arena *arena, struct wg_str text, struct http_request *request)
{
    struct http_pair *pairs = wg_alloc_n(arena, HTTP_QUERY_MAX, sizeof *pairs);
    size_t n = 0;
    struct wg_str part;
    while (wg_str_next(&text, '&', &part)) {
        if (part.n == 0) continue;
        if (n == HTTP_QUERY_MAX) return WG_E_BAD_PATH;
        struct wg_str name = part, value = WG_STR("");
        const char *sign = memchr(part.p, '=', part.n);
        if (sign) {
            name.n = (size_t)(sign - part.p);
            value = wg_str_sub(part, name.n + 1, part.n);
        }
        if (!decode(arena, name, true, &pairs[n].name) || !decode(arena, value, true, &pairs[n].value)) return WG_E_BAD_PATH;
        if (has_control(pairs[n].name, false) || has_control(pairs[n].value, true)) return WG_E_BAD_PATH;
        n++;
    }
    request->query = pairs;
    request->n_query = n;
    return 0;
}

int http_read_uri(struct wg_arena *arena, struct wg_str uri, struct http_request *request)
{
    struct wg_str path = uri, query = {NULL, 0};
    const char *mark = uri.n ? memchr(uri.p, '?', uri.n) : NULL;
    if (mark) {
        path.n = (size_t)(mark - uri.p);
        query = wg_str_sub(uri, path.n + 1, uri.n);
    }
    request->path = WG_STR("/");
    struct wg_str decoded;
    if (!decode(arena, path, false, &decoded) || !path_is_safe(decoded)) return WG_E_BAD_PATH;
    request->path = decoded;
    return query.n ? read_query(arena, query, request) : 0;
}

struct header_list {
    struct http_pair *items;
    size_t n;
};

static enum MHD_Result keep_header(void *arg, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value,
                                   size_t value_n)
{
    struct header_list *list = arg;
    (void)kind;
    if (list->n == HTTP_HEADERS_MAX) return MHD_NO;
    list->items[list->n].name = (struct wg_str){key, key_n};
    list->items[list->n].value = value ? (struct wg_str){value, value_n} : WG_STR("");
    list->n++;
    return MHD_YES;
}

void http_read_headers(struct wg_arena *arena, struct MHD_Connection *raw, struct http_request *request)
{
    struct header_list list = {wg_alloc_n(arena, HTTP_HEADERS_MAX, sizeof(struct http_pair)), 0};
    (void)MHD_get_connection_values_n(raw, MHD_HEADER_KIND, keep_header, &list);
    request->headers = list.items;
    request->n_headers = list.n;
    request->content_type = http_header(request, "Content-Type");
}

/* Behind a proxy the last address is the one the proxy itself saw; those before it are the client's own words. */
void http_read_client(struct wg_arena *arena, const struct http_connection *conn, struct http_request *request)
{
    request->client = conn->client;
    request->secure = conn->server->options.tls_cert != NULL;
    if (!conn->server->options.behind_proxy) return;
    struct wg_str rest = http_header(request, "X-Forwarded-For"), part, last = WG_STR("");
    while (wg_str_next(&rest, ',', &part)) last = wg_str_trim(part);
    if (last.n > 0 && last.n < INET6_ADDRSTRLEN) request->client = wg_cstr(arena, last);
    if (http_name_is(http_header(request, "X-Forwarded-Proto"), "https")) request->secure = true;
}

bool http_name_is(struct wg_str name, const char *other)
{
    size_t n = strlen(other);
    return name.n == n && strncasecmp(name.p, other, n) == 0;
}

static const struct wg_str *find_query(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->n_query; i++)
        if (wg_str_is(request->query[i].name, name)) return &request->query[i].value;
    return NULL;
}

struct wg_str http_query(const struct http_request *request, const char *name)
{
    const struct wg_str *value = find_query(request, name);
    return value ? *value : WG_STR("");
}

bool http_has_query(const struct http_request *request, const char *name)
{
    return find_query(request, name) != NULL;
}

struct wg_str http_header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->n_headers; i++)
        if (http_name_is(request->headers[i].name, name)) return request->headers[i].value;
    return WG_STR("");
}

struct wg_str http_cookie(const struct http_request *request, const char *name)
{
    struct wg_str wanted = wg_str(name);
    for (size_t i = 0; i < request->n_headers; i++) {
        if (!http_name_is(request->headers[i].name, "Cookie")) continue;
        struct wg_str rest = request->headers[i].value, part;
        while (wg_str_next(&rest, ';', &part)) {
            part = wg_str_trim(part);
            if (part.n > wanted.n && part.p[wanted.n] == '=' && wg_str_starts(part, wanted))
                return wg_str_sub(part, wanted.n + 1, part.n);
        }
    }
    return WG_STR("");
}

/* The weight of ";q=0.8" in thousandths; 1000 when there is none or it is not understood. */
static int weight_of(struct wg_str parameters)
{
    struct wg_str part;
    while (wg_str_next(&parameters, ';', &part)) {
        part = wg_str_trim(part);
        double q;
        if (part.n > 2 && (part.p[0] == 'q' || part.p[0] == 'Q') && part.p[1] == '=' &&
            wg_parse_double(wg_str_sub(part, 2, part.n), 0, 1, &q))
            return (int)(q * 1000 + 0.5);
    }
    return 1000;
}

bool http_accepts(struct wg_str list, const char *token, int *ret_weight)
{
    struct wg_str item;
    if (list.n == 0) return false;
    while (wg_str_next(&list, ',', &item)) {
        struct wg_str rest = item, name;
        if (!wg_str_next(&rest, ';', &name)) continue;
        if (!http_name_is(wg_str_trim(name), token)) continue;
        *ret_weight = rest.p ? weight_of(rest) : 1000;
        return *ret_weight > 0;
    }
    return false;
}

/* The cookie is what the user chose on the page; without it the browser's list decides; Chinese otherwise. */
enum wg_lang http_language(const struct http_request *request)
{
    struct wg_str chosen = http_cookie(request, "lang");
    if (wg_str_is(chosen, "en")) return WG_EN;
    if (wg_str_is(chosen, "zh")) return WG_ZH;
    struct wg_str list = http_header(request, "Accept-Language"), item;
    int zh = 0, en = 0;
    if (list.n == 0) return WG_ZH;
    while (wg_str_next(&list, ',', &item)) {
        struct wg_str rest = item, name;
        if (!wg_str_next(&rest, ';', &name)) continue;
        name = wg_str_sub(wg_str_trim(name), 0, 2);
        int weight = rest.p ? weight_of(rest) : 1000;
        if (http_name_is(name, "zh") && weight > zh) zh = weight;
        if (http_name_is(name, "en") && weight > en) en = weight;
    }
    return en > zh ? WG_EN : WG_ZH;
}

/* --- JSON --------------------------------------------------------------------------------------------------------------- */

/* Jansson recurses; a thread's stack is small. */
static bool too_deep(struct wg_str text)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted) {
            if (c == '\\') i++;
            if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > HTTP_JSON_DEPTH) return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

static void release_json(void *json)
{
    json_decref(json);
}

static bool is_json_type(struct wg_str type)
{
    struct wg_str rest = type, name;
    return type.n > 0 && wg_str_next(&rest, ';', &name) && http_name_is(wg_str_trim(name), "application/json");
}

int http_json(struct wg_ctx *ctx, const struct http_request *request, json_t **ret_body)
{
    if (!is_json_type(request->content_type)) return wg_refuse(ctx, WG_E_MEDIA_TYPE, NULL, "application/json", NULL);
    json_error_t error;
    json_t *body = NULL;
    if (too_deep(request->body)) {
        (void)wg_refuse(ctx, WG_E_BAD_JSON, NULL, "1", "1");
        ctx->problem.args[2] = "nested too deeply";
        return WG_E_BAD_JSON;
    }
    body = json_loadb(request->body.n ? request->body.p : "", request->body.n, JSON_REJECT_DUPLICATES, &error);
    if (!body) {
        (void)wg_refuse(ctx, WG_E_BAD_JSON, NULL, wg_fmt(ctx->arena, "%d", error.line), wg_fmt(ctx->arena, "%d", error.column));
        ctx->problem.args[2] = wg_cstr(ctx->arena, wg_str(error.text));
        return WG_E_BAD_JSON;
    }
    wg_arena_cleanup(ctx->arena, release_json, body);
    *ret_body = body;
    return 0;
}
