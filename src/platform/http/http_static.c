/* Built pages: found by bisection among the embedded files, validated by a hash of their bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/http/http_internal.h"

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
    {".map", "application/json"},
};

static const char *type_of(struct wg_str name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (wg_str_ends(name, wg_str(types[i].ending))) return types[i].type;
    return "application/octet-stream";
}

static int by_name(const void *a, const void *b)
{
    const struct http_page *left = a, *right = b;
    return wg_str_cmp(left->name, right->name);
}

struct http_pages http_pages_of(const struct wg_embedded_file *files, size_t n)
{
    struct http_pages pages = {wg_xcalloc(n, sizeof(struct http_page)), 0};
    for (size_t i = 0; i < n; i++) {
        struct wg_str name = wg_str(files[i].name);
        if (!wg_str_starts(name, WG_STR("web/"))) continue;
        struct http_page *page = &pages.items[pages.n++];
        page->name = name;
        page->bytes = (struct wg_str){(const char *)files[i].from, (size_t)(files[i].to - files[i].from)};
        (void)snprintf(page->etag, sizeof page->etag, "%016llx", (unsigned long long)wg_hash(page->bytes.p, page->bytes.n));
    }
    if (pages.n) qsort(pages.items, pages.n, sizeof *pages.items, by_name);
    return pages;
}

static const struct http_page *find(const struct http_pages *pages, struct wg_str name)
{
    struct http_page wanted = {.name = name};
    return pages->n ? bsearch(&wanted, pages->items, pages->n, sizeof *pages->items, by_name) : NULL;
}

static const struct http_page *twin(struct wg_arena *arena, const struct http_pages *pages, struct wg_str name,
                                    const char *ending)
{
    return find(pages, wg_str(wg_fmt(arena, "%.*s%s", (int)name.n, name.p, ending)));
}

/* Vite's "name-8characters.ext" under assets/: the bytes behind such a name never change. */
static bool is_hashed(struct wg_str name)
{
    if (wg_str_find(name, WG_STR("/assets/")) < 0) return false;
    size_t slash = 0, dot = name.n;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '/') slash = i;
    for (size_t i = slash + 1; i < name.n && dot == name.n; i++)
        if (name.p[i] == '.') dot = i;
    if (dot == name.n || dot - slash < 10 || name.p[dot - 9] != '-') return false;
    for (size_t i = dot - 8; i < dot; i++) {
        char c = name.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_')) return false;
    }
    return true;
}

/* The page's own addresses, "/desk/people/…", are answered with its index: the page reads the rest itself. */
static const struct http_page *page_for(struct wg_arena *arena, const struct http_pages *pages, struct wg_str path)
{
    if (wg_str_ends(path, WG_STR("/")))
        path = wg_str(wg_fmt(arena, "%.*sindex.html", (int)path.n, path.p));
    else if (wg_str_ends(path, WG_STR(".br")) || wg_str_ends(path, WG_STR(".gz")))
        return NULL;
    const struct http_page *page = find(pages, wg_str(wg_fmt(arena, "web%.*s", (int)path.n, path.p)));
    if (page) return page;
    struct wg_str rest = wg_str_sub(path, 1, path.n), top, part, last = WG_STR("");
    if (!wg_str_next(&rest, '/', &top)) return NULL;
    while (wg_str_next(&rest, '/', &part)) last = part;
    if (last.n && memchr(last.p, '.', last.n) && !wg_str_is(last, "index.html")) return NULL;
    return find(pages, wg_str(wg_fmt(arena, "web/%.*s/index.html", (int)top.n, top.p)));
}

static bool redirect(struct http_answer *answer, const char *to)
{
    answer->status = MHD_HTTP_TEMPORARY_REDIRECT;
    http_set_header(answer, "Location", wg_str(to));
    return true;
}

static bool etag_listed(struct wg_str list, struct wg_str etag)
{
    struct wg_str item;
    if (list.n == 0) return false;
    while (wg_str_next(&list, ',', &item)) {
        item = wg_str_trim(item);
        if (wg_str_starts(item, WG_STR("W/"))) item = wg_str_sub(item, 2, item.n);
        if (wg_str_eq(item, etag) || wg_str_is(item, "*")) return true;
    }
    return false;
}

/* The smallest form the client takes; *ret_encoding NULL for the plain one. */
static const struct http_page *choose(struct wg_arena *arena, const struct http_pages *pages, const struct http_page *plain,
                                      struct wg_str accept, const char **ret_encoding)
{
    static const char *const codings[] = {"br", "gzip"}, *const endings[] = {".br", ".gz"};
    for (size_t i = 0; i < 2; i++) {
        int weight;
        const struct http_page *small = twin(arena, pages, plain->name, endings[i]);
        if (!small || !http_accepts(accept, codings[i], &weight)) continue;
        *ret_encoding = codings[i];
        return small;
    }
    *ret_encoding = NULL;
    return plain;
}

bool http_pages_answer(struct wg_arena *arena, const struct http_pages *pages, const struct http_request *request,
                       struct http_answer *answer)
{
    if (strcmp(request->method, "GET") != 0) return false;
    struct wg_str path = request->path;
    if (wg_str_starts(path, WG_STR("/api/"))) return false; /* the most frequent, and never a page */
    if (wg_str_is(path, "/") && find(pages, WG_STR("web/desk/index.html"))) return redirect(answer, "/desk/");
    if (path.n > 1 && !memchr(path.p + 1, '/', path.n - 1) &&
        find(pages, wg_str(wg_fmt(arena, "web%.*s/index.html", (int)path.n, path.p))))
        return redirect(answer, wg_fmt(arena, "%.*s/", (int)path.n, path.p));
    const struct http_page *plain = page_for(arena, pages, path);
    if (!plain) return false;

    const char *encoding;
    const struct http_page *sent = choose(arena, pages, plain, http_header(request, "Accept-Encoding"), &encoding);
    struct wg_str etag = wg_str(wg_fmt(arena, "\"%s\"", sent->etag));
    http_set_header(answer, "ETag", etag);
    http_set_header(answer, "Vary", WG_STR("Accept-Encoding"));
    http_set_header(answer, "Cache-Control",
                    is_hashed(plain->name) ? WG_STR("public, max-age=31536000, immutable") : WG_STR("no-cache"));
    if (wg_str_ends(plain->name, WG_STR("/sw.js"))) http_set_header(answer, "Service-Worker-Allowed", WG_STR("/"));
    if (etag_listed(http_header(request, "If-None-Match"), etag)) {
        answer->status = MHD_HTTP_NOT_MODIFIED;
        return true;
    }
    if (encoding) http_set_header(answer, "Content-Encoding", wg_str(encoding));
    answer->type = type_of(plain->name);
    answer->bytes = sent->bytes;
    return true;
}

bool http_static(struct wg_ctx *ctx, struct http_request *request, struct http_answer *answer)
{
    if (!request->server || !http_pages_answer(ctx->arena, &request->server->pages, request, answer)) return false;
    request->pattern = "(page)";
    return true;
}
