/* multipart/form-data (RFC 7578) over a gathered body, as browsers write it and nothing looser: no preamble, no folded
 * header lines, no transfer encodings. */
#include <string.h>

#include "platform/http/http_internal.h"

enum { PART_HEAD_MAX = 8 * 1024, BOUNDARY_MAX = 70 };

/* Cuts a "name=value" or name="value" parameter list, after the first ';'. A quoted value keeps its bytes: browsers write a
 * quotation mark inside as %22. */
static bool next_parameter(struct wg_str *rest, struct wg_str *ret_name, struct wg_str *ret_value)
{
    struct wg_str s = wg_str_trim(*rest);
    if (s.n == 0 || s.p[0] != ';') return false;
    s = wg_str_trim(wg_str_sub(s, 1, s.n));
    const char *sign = s.n ? memchr(s.p, '=', s.n) : NULL;
    if (!sign) return false;
    size_t name_n = (size_t)(sign - s.p);
    struct wg_str name = wg_str_trim(wg_str_sub(s, 0, name_n)), value;
    s = wg_str_sub(s, name_n + 1, s.n);
    if (s.n && s.p[0] == '"') {
        const char *end = memchr(s.p + 1, '"', s.n - 1);
        if (!end) return false;
        value = wg_str_sub(s, 1, (size_t)(end - s.p) - 1);
        s = wg_str_sub(s, value.n + 2, s.n);
    } else {
        const char *end = s.n ? memchr(s.p, ';', s.n) : NULL;
        size_t n = end ? (size_t)(end - s.p) : s.n;
        value = wg_str_trim(wg_str_sub(s, 0, n));
        s = wg_str_sub(s, n, s.n);
    }
    *rest = s;
    *ret_name = name;
    *ret_value = value;
    return true;
}

static struct wg_str from_semicolon(struct wg_str s)
{
    const char *mark = s.n ? memchr(s.p, ';', s.n) : NULL;
    return mark ? wg_str_sub(s, (size_t)(mark - s.p), s.n) : WG_STR("");
}

static bool find_boundary(struct wg_str type, struct wg_str *ret)
{
    struct wg_str rest = type, kind, name, value;
    if (!wg_str_next(&rest, ';', &kind) || !http_name_is(wg_str_trim(kind), "multipart/form-data")) return false;
    rest = from_semicolon(type);
    while (next_parameter(&rest, &name, &value)) {
        if (!http_name_is(name, "boundary")) continue;
        if (value.n == 0 || value.n > BOUNDARY_MAX) return false;
        for (size_t i = 0; i < value.n; i++)
            if (value.p[i] <= ' ' || value.p[i] > '~') return false;
        *ret = value;
        return true;
    }
    return false;
}

struct part {
    struct wg_str name, file_name, bytes;
    bool is_file;
};

static bool is_clean(struct wg_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F) return false;
    return wg_utf8_valid(s);
}

static struct wg_str without_folders(struct wg_str name)
{
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') return wg_str_sub(name, i, name.n);
    return name;
}

/* One header line; only Content-Disposition concerns us. */
static bool read_line(struct wg_str line, struct part *part)
{
    const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (!colon || line.p[0] == ' ' || line.p[0] == '\t') return false;
    struct wg_str name = wg_str_sub(line, 0, (size_t)(colon - line.p));
    struct wg_str value = wg_str_trim(wg_str_sub(line, name.n + 1, line.n)), key, text;
    if (http_name_is(name, "Content-Transfer-Encoding")) return false;
    if (!http_name_is(name, "Content-Disposition")) return true;
    if (part->name.p || !wg_str_starts(value, WG_STR("form-data"))) return false;
    value = from_semicolon(value);
    while (next_parameter(&value, &key, &text)) {
        if (!is_clean(text)) return false;
        if (http_name_is(key, "name")) part->name = text;
        if (http_name_is(key, "filename")) {
            part->file_name = without_folders(text);
            part->is_file = true;
        }
    }
    return part->name.p != NULL;
}

/* Header lines up to the empty one; *rest is what follows. */
static bool read_head(struct wg_str *rest, struct part *part)
{
    for (;;) {
        ptrdiff_t end = wg_str_find(wg_str_sub(*rest, 0, PART_HEAD_MAX), WG_STR("\r\n"));
        if (end < 0) return false;
        struct wg_str line = wg_str_sub(*rest, 0, (size_t)end);
        *rest = wg_str_sub(*rest, line.n + 2, rest->n);
        if (line.n == 0) return part->name.p != NULL;
        if (!read_line(line, part)) return false;
    }
}

static int refuse(struct wg_ctx *ctx, const char *why)
{
    return wg_refuse(ctx, WG_E_BAD_FIELD, "multipart/form-data", why, NULL);
}

static void keep_part(const struct part *part, struct http_upload *upload, struct http_pair *fields)
{
    if (!part->is_file) {
        fields[upload->n_fields++] = (struct http_pair){part->name, part->bytes};
    } else if (!upload->bytes.p) {
        upload->file_name = part->file_name;
        upload->bytes = part->bytes;
    }
}

int http_multipart(struct wg_ctx *ctx, const struct http_request *request, struct http_upload *ret_upload)
{
    struct wg_str boundary, rest = request->body;
    if (!find_boundary(request->content_type, &boundary))
        return wg_refuse(ctx, WG_E_MEDIA_TYPE, NULL, "multipart/form-data", NULL);
    struct wg_str mark = wg_str(wg_fmt(ctx->arena, "\r\n--%.*s", (int)boundary.n, boundary.p));
    struct wg_str first = wg_str_sub(mark, 2, mark.n);
    if (!wg_str_starts(rest, first)) return refuse(ctx, "boundary");
    rest = wg_str_sub(rest, first.n, rest.n);

    struct http_pair *fields = wg_alloc_n(ctx->arena, HTTP_PARTS_MAX, sizeof *fields);
    struct http_upload upload = {.fields = fields};
    for (size_t n = 0; !wg_str_starts(rest, WG_STR("--")); n++) {
        if (n == HTTP_PARTS_MAX) return refuse(ctx, "parts");
        if (!wg_str_starts(rest, WG_STR("\r\n"))) return refuse(ctx, "boundary");
        rest = wg_str_sub(rest, 2, rest.n);
        struct part part = {{NULL, 0}, {NULL, 0}, {NULL, 0}, false};
        if (!read_head(&rest, &part)) return refuse(ctx, "Content-Disposition");
        ptrdiff_t end = wg_str_find(rest, mark);
        if (end < 0) return refuse(ctx, "boundary");
        part.bytes = wg_str_sub(rest, 0, (size_t)end);
        keep_part(&part, &upload, fields);
        rest = wg_str_sub(rest, (size_t)end + mark.n, rest.n);
    }
    if (rest.n != 2 && !wg_str_is(rest, "--\r\n")) return refuse(ctx, "boundary");
    *ret_upload = upload;
    return 0;
}
