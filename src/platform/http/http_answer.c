/* Answers on their way out: headers, problem documents, bodies, streams. */
#include <string.h>
#include <zlib.h>

#include "platform/http/http_internal.h"

/* Every answer carries these. Pages set inline style only through the CSSOM, which the policy does not concern. */
static const struct {
    const char *name, *value;
} security_headers[] = {
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
     "worker-src 'self'; manifest-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"},
};

enum { STREAM_BLOCK = 16 * 1024, JSON_MAX = 64 * 1024 * 1024, GZIP_FROM = 2 * 1024 };

void http_set_header(struct http_answer *answer, const char *name, struct wg_str value)
{
    const size_t room = sizeof answer->headers / sizeof *answer->headers;
    for (size_t i = 0; i < answer->n_headers; i++) {
        if (!http_name_is(answer->headers[i].name, name)) continue;
        answer->headers[i].value = value;
        return;
    }
    if (answer->n_headers == room) {
        wg_log(WG_LOG_ERROR, "http: no room for header %s", name);
        return;
    }
    answer->headers[answer->n_headers++] = (struct http_pair){wg_str(name), value};
}

void http_answer_release(struct http_answer *answer)
{
    json_decref(answer->json);
    if (answer->stream_end) answer->stream_end(answer->stream_arg);
    answer->json = NULL;
    answer->stream = NULL;
    answer->stream_end = NULL;
    answer->bytes = WG_STR("");
}

void http_problem(struct wg_ctx *ctx, const struct http_request *request, int code, struct http_answer *answer)
{
    if (ctx->problem.code == 0) (void)wg_refuse(ctx, code, NULL, NULL, NULL);
    const struct wg_problem_kind *kind = wg_problem_kind(ctx->problem.code);
    http_answer_release(answer);
    json_t *body = json_object();
    (void)json_object_set_new(body, "type", json_sprintf("urn:wangge:problem:%s", kind->code));
    (void)json_object_set_new(body, "title", json_string(MHD_get_reason_phrase_for((unsigned)kind->status)));
    (void)json_object_set_new(body, "status", json_integer(kind->status));
    (void)json_object_set_new(body, "detail", json_string(wg_problem_text(ctx->arena, &ctx->problem, ctx->lang)));
    (void)json_object_set_new(body, "code", json_string(kind->code));
    if (ctx->problem.where) (void)json_object_set_new(body, "where", json_string(ctx->problem.where));
    if (request->id) (void)json_object_set_new(body, "instance", json_string(request->id));
    answer->status = kind->status;
    answer->type = "application/problem+json";
    answer->json = body;
    answer->file_name = NULL;
    http_set_header(answer, "Content-Language", ctx->lang == WG_ZH ? WG_STR("zh") : WG_STR("en"));
    if (kind->status == MHD_HTTP_UNAUTHORIZED) http_set_header(answer, "WWW-Authenticate", WG_STR("Session"));
    if (kind->status == MHD_HTTP_SERVICE_UNAVAILABLE) http_set_header(answer, "Retry-After", WG_STR("1"));
}

static int take_json(const char *bytes, size_t n, void *arg)
{
    struct wg_buf *out = arg;
    wg_buf_add(out, bytes, n);
    return out->failed ? -1 : 0;
}

bool http_json_write(struct wg_buf *out, const json_t *json)
{
    return json_dump_callback(json, take_json, out, JSON_COMPACT) == 0;
}

static ssize_t read_stream(void *arg, uint64_t at, char *out, size_t room)
{
    struct http_exchange *x = arg;
    (void)at;
    ptrdiff_t n = x->answer.stream(x->answer.stream_arg, out, room);
    if (n == 0) return MHD_CONTENT_READER_END_OF_STREAM;
    if (n < 0 || (size_t)n > room) return MHD_CONTENT_READER_END_WITH_ERROR;
    x->bytes_out += (uint64_t)n;
    return n;
}

/* The library wants a pointer to change; it leaves persistent bytes alone. */
static struct MHD_Response *constant_response(struct wg_str bytes)
{
    void *p;
    memcpy(&p, &bytes.p, sizeof p);
    return MHD_create_response_from_buffer(bytes.n, bytes.n ? p : NULL, MHD_RESPMEM_PERSISTENT);
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES) wg_log(WG_LOG_ERROR, "http: header %s not sent", name);
}

/* Packs `plain` in place of itself when that is worth it and the client takes it: phones have slow lines. */
static bool pack(const struct http_request *request, struct wg_buf *plain)
{
    enum { LEVEL = 3, GZIP_WINDOW = 15 + 16, MEMORY = 8, SLACK = 64 };
    int weight;
    if (plain->n < GZIP_FROM || !http_accepts(http_header(request, "Accept-Encoding"), "gzip", &weight)) return false;
    z_stream z = {0};
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) return false;
    size_t room = deflateBound(&z, plain->n) + SLACK;
    struct wg_buf packed = {.p = wg_xmalloc(room), .cap = room, .max = room};
    z.next_in = (Bytef *)plain->p;
    z.avail_in = (uInt)plain->n;
    z.next_out = (Bytef *)packed.p;
    z.avail_out = (uInt)room;
    bool whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
    packed.n = z.total_out;
    (void)deflateEnd(&z);
    wg_buf_free(whole ? plain : &packed);
    if (whole) *plain = packed;
    return whole;
}

static struct MHD_Response *json_response(struct http_exchange *x)
{
    struct wg_buf out;
    wg_buf_init(&out, JSON_MAX);
    bool written = http_json_write(&out, x->answer.json);
    json_decref(x->answer.json);
    x->answer.json = NULL;
    if (!written) {
        wg_buf_free(&out);
        return NULL;
    }
    bool packed = pack(&x->request, &out);
    x->bytes_out = out.n;
    struct MHD_Response *response = MHD_create_response_from_buffer(out.n, out.p, MHD_RESPMEM_MUST_FREE);
    if (!response) wg_buf_free(&out);
    if (response && packed) add_header(response, "Content-Encoding", "gzip");
    return response;
}

/* libmicrohttpd 0.9.75 ends a chunked answer to HEAD with an empty chunk, which the next answer's reader would meet: such an answer
 * is not chunked and closes the connection. */
static struct MHD_Response *stream_response(struct http_exchange *x)
{
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, x, NULL);
    if (response && x->is_head) (void)MHD_set_response_options(response, MHD_RF_HTTP_VERSION_1_0_ONLY, MHD_RO_END);
    return response;
}

static struct MHD_Response *make_response(struct http_exchange *x)
{
    struct http_answer *a = &x->answer;
    if (a->json) return json_response(x);
    if (a->stream) return stream_response(x);
    x->bytes_out = a->bytes.n;
    return constant_response(a->bytes);
}

/* RFC 6266: a plain name for old clients and the true one, percent-encoded. */
static const char *disposition(struct wg_arena *arena, const char *file_name)
{
    struct wg_buf out;
    wg_buf_init(&out, 4096);
    wg_buf_puts(&out, "attachment; filename=\"");
    for (const char *c = file_name; *c; c++) {
        bool plain = *c >= ' ' && *c < 0x7F && *c != '"' && *c != '\\' && *c != '%' && *c != '/';
        if (plain)
            wg_buf_putc(&out, *c);
        else if (((unsigned char)*c & 0xC0) != 0x80)
            wg_buf_putc(&out, '_');
    }
    wg_buf_puts(&out, "\"; filename*=UTF-8''");
    for (const char *c = file_name; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || *c == '.' ||
                     *c == '-' || *c == '_';
        if (plain)
            wg_buf_putc(&out, *c);
        else
            wg_buf_fmt(&out, "%%%02X", (unsigned)(unsigned char)*c);
    }
    const char *text = out.failed ? "attachment" : wg_cstr(arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return text;
}

static bool has_header(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->n_headers; i++)
        if (http_name_is(answer->headers[i].name, name)) return true;
    return false;
}

static void add_headers(struct http_exchange *x, struct MHD_Response *response, bool has_body, bool is_json)
{
    const struct http_answer *a = &x->answer;
    struct wg_arena *arena = x->conn->arena;
    for (size_t i = 0; i < sizeof security_headers / sizeof *security_headers; i++)
        add_header(response, security_headers[i].name, security_headers[i].value);
    if (x->request.secure) add_header(response, "Strict-Transport-Security", "max-age=31536000");
    add_header(response, "X-Request-Id", x->request.id);
    const char *type = a->type ? a->type : is_json ? "application/json" : "application/octet-stream";
    if (has_body) add_header(response, "Content-Type", type);
    bool is_api = wg_str_starts(x->request.path, WG_STR("/api"));
    for (size_t i = 0; i < a->n_headers; i++)
        if (!is_api || !http_name_is(a->headers[i].name, "Cache-Control"))
            add_header(response, wg_cstr(arena, a->headers[i].name), wg_cstr(arena, a->headers[i].value));
    if (is_api || !has_header(a, "Cache-Control")) add_header(response, "Cache-Control", "no-store");
    if (a->file_name) add_header(response, "Content-Disposition", disposition(arena, a->file_name));
    if (atomic_load(&x->conn->server->stopping)) add_header(response, "Connection", "close");
}

enum MHD_Result http_send(struct http_exchange *x)
{
    struct http_answer *a = &x->answer;
    if (a->status == 0) a->status = MHD_HTTP_OK;
    bool is_json = a->json != NULL, has_body = a->json || a->stream || a->bytes.n > 0;
    struct MHD_Response *response = make_response(x);
    if (!response) {
        wg_log(WG_LOG_ERROR, "http: no answer could be made (request %s)", x->request.id);
        return MHD_NO;
    }
    add_headers(x, response, has_body, is_json);
    x->status = a->status;
    enum MHD_Result queued = MHD_queue_response(x->raw, (unsigned)a->status, response);
    MHD_destroy_response(response);
    return queued;
}
