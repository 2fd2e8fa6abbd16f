/* The multipart parser and the address parser over arbitrary bytes. The first line of the input is the Content-Type (or the
 * address), the rest the body. What is found must lie inside the body. */
#include <stdlib.h>
#include <string.h>

#include "platform/http/http_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must_lie_inside(struct wg_str part, struct wg_str whole)
{
    if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n)) abort();
}

static void parse_multipart(struct wg_ctx *ctx, struct wg_str type, struct wg_str body)
{
    struct http_request request = {.content_type = type, .body = body};
    struct http_upload upload;
    if (http_multipart(ctx, &request, &upload) != 0) return;
    must_lie_inside(upload.file_name, body);
    must_lie_inside(upload.bytes, body);
    for (size_t i = 0; i < upload.n_fields; i++) {
        must_lie_inside(upload.fields[i].name, body);
        must_lie_inside(upload.fields[i].value, body);
    }
}

static void parse_uri(struct wg_ctx *ctx, struct wg_str uri)
{
    struct http_request request = {0};
    if (http_read_uri(ctx->arena, uri, &request) != 0) return;
    if (!wg_utf8_valid(request.path) || wg_str_find(request.path, WG_STR("/../")) >= 0) abort();
    if (memchr(request.path.p, '\0', request.path.n)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct wg_str rest = {(const char *)data, n}, first;
    if (n && wg_str_next(&rest, '\n', &first)) {
        parse_uri(&ctx, first);
        struct http_pair header = {WG_STR("Cookie"), first};
        struct http_request request = {.headers = &header, .n_headers = 1};
        (void)http_cookie(&request, "lang");
        if (rest.p) {
            parse_multipart(&ctx, first, rest);
            parse_multipart(&ctx, WG_STR("multipart/form-data; boundary=B"), rest);
        }
    }
    wg_arena_free(arena);
    return 0;
}
