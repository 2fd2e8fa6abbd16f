/* http.h - a server on libmicrohttpd: requests in, answers out; it knows neither people nor rights.
 *
 *   P1 limits hold before a handler runs: body (WG_E_TOO_LARGE), memory of all bodies at once (WG_E_BUSY), header size, time to
 *      send a request, connections a client
 *   P2 every answer carries X-Request-Id and the security headers (strict CSP without inline script or style, nosniff, no
 *      framing, no referrer, same-origin opener and resource policy); answers under /api are never cached. (What is not HTTP at
 *      all never becomes a request: the library answers it with a bare 400 or 431 and closes.)
 *   P3 the access log has moment, request id, method, route pattern (never the real path or query), status, bytes, time
 *   P4 stopping lets running handlers finish (up to a limit) and takes no new connections
 *   P5 a path with .., NUL, or broken percent-encoding is refused; a static file is only one that was embedded
 *   P6 HEAD is GET without a body; unknown methods get 405 with Allow
 *   P7 a body is taken as JSON only when its Content-Type says so (no other site's form can send one), and never nested deeper
 *      than HTTP_JSON_DEPTH
 * A handler runs on the connection's thread (1 MiB of stack) and may block. Request and answer live in the request's arena. */
#ifndef WG_HTTP_H
#define WG_HTTP_H
#include <jansson.h>

#include "base/base.h"

enum { HTTP_PARAMS_MAX = 6, HTTP_JSON_DEPTH = 64, HTTP_QUERY_MAX = 64, HTTP_PARTS_MAX = 64 };

struct http_pair {
    struct wg_str name, value;
};
struct http_server;
struct http_request {
    const char *method;                    /* HEAD comes as GET */
    struct wg_str path;                    /* decoded; UTF-8 without control characters */
    const char *id;                        /* request id */
    const char *pattern;                   /* filled by the router, for the log */
    struct wg_str params[HTTP_PARAMS_MAX]; /* {id} parts of the pattern, in order */
    const struct http_pair *query;         /* decoded */
    size_t n_query;
    const struct http_pair *headers;
    size_t n_headers;
    struct wg_str body;
    struct wg_str content_type;
    const char *client;               /* address, for throttling; never logged */
    bool secure;                      /* came by TLS (or a trusted proxy said so) */
    const struct http_server *server; /* NULL in tests that build a request by hand */
};
struct wg_str http_query(const struct http_request *request, const char *name); /* empty when absent; first one counts */
bool http_has_query(const struct http_request *request, const char *name);
struct wg_str http_header(const struct http_request *request, const char *name);
struct wg_str http_cookie(const struct http_request *request, const char *name);
/* The body as JSON object or array. WG_E_BAD_JSON with line and column, WG_E_MEDIA_TYPE. Released with ctx->arena. */
WG_MUST int http_json(struct wg_ctx *ctx, const struct http_request *request, json_t **ret_body);
/* A multipart/form-data body: the first part that has a file name, and plain fields by name. WG_E_BAD_FIELD otherwise. All of it
 * points into the body; the file name is without folders. */
struct http_upload {
    struct wg_str file_name, bytes;
    const struct http_pair *fields;
    size_t n_fields;
};
WG_MUST int http_multipart(struct wg_ctx *ctx, const struct http_request *request, struct http_upload *ret_upload);

struct http_answer {
    int status;          /* 200 when left 0 */
    const char *type;    /* "application/json" for json; otherwise set it */
    json_t *json;        /* taken over; sent gzipped from 2 KiB on to those who take it; or */
    struct wg_str bytes; /* living in the arena or constant, or */
    /* a stream: called until it returns 0 (end) or a negative number (stop: the client sees the answer broken off); sleeps inside
     * when it has nothing yet (events), a few seconds at most: then it sends a remark, so that a client that left is noticed, and
     * asks http_stopping(request->server). `stream_end` is called once. The request's arena lives until then. */
    ptrdiff_t (*stream)(void *arg, char *out, size_t room);
    void (*stream_end)(void *arg);
    void *stream_arg;
    const char *file_name; /* Content-Disposition: attachment, in RFC 6266 form */
    struct http_pair headers[8];
    size_t n_headers;
};
void http_set_header(struct http_answer *answer, const char *name, struct wg_str value);
/* JSON as its answer is sent: compact, members in the order they were put. False when it does not fit. */
WG_MUST bool http_json_write(struct wg_buf *out, const json_t *json);
/* The RFC 9457 document for ctx->problem (or for `code`, when the context has none): status, title, detail in ctx->lang, code,
 * where, instance = request id. */
void http_problem(struct wg_ctx *ctx, const struct http_request *request, int code, struct http_answer *answer);

struct http_options {
    const char *listen;             /* "127.0.0.1:8020" or "[::1]:0" (a free port) */
    const char *tls_cert, *tls_key; /* PEM files, or NULL */
    bool behind_proxy;              /* trust X-Forwarded-For/-Proto */
    size_t max_body;                /* for other paths than uploads */
    size_t max_upload;              /* for paths that start with one of `upload_prefix` (several between spaces; NULL: none) */
    const char *upload_prefix;
    size_t max_bodies; /* memory of all bodies being received or handled */
    /* A request must have come whole within idle_seconds + request_seconds, longer only for a body that comes at 4 KiB/s. */
    unsigned max_connections, max_per_client, idle_seconds, request_seconds, stop_seconds;
    bool quiet; /* no access log (benchmarks) */
    /* Every request that is no static file. `ctx` has arena, now and the language asked for (cookie lang, then
     * Accept-Language); returning a refusal makes the problem document. */
    int (*handle)(struct wg_ctx *ctx, void *arg, struct http_request *request, struct http_answer *answer);
    void *arg;
    int zone;
};
struct http_options http_options_default(void);
WG_MUST int http_start(struct wg_ctx *ctx, const struct http_options *options, struct http_server **ret_server);
unsigned http_port(const struct http_server *server);
bool http_stopping(const struct http_server *server); /* streams ask; NULL: no */
/* Takes nothing new, waits up to stop_seconds for what runs, closes the connections, and frees. A handler that has not returned by
 * then loses its answer, and is waited for all the same. NULL is allowed. */
void http_stop(struct http_server *server);

/* Static pages embedded under web/: "/desk/" gives web/desk/index.html, and so does a page's own address below it (no dot in
 * its last part); "/" leads to /desk/. Files under assets/ with a hash in their name are cached for a year, others revalidated by
 * ETag; the .br or .gz twin is sent when the client takes it. False: no such file. */
bool http_static(struct wg_ctx *ctx, struct http_request *request, struct http_answer *answer);

struct http_stats {
    uint64_t requests, by_status[6], bytes_out, open_connections;
    uint64_t latency_buckets[12]; /* handler time, upper bounds 1 2 5 10 20 50 100 200 500 1000 5000 ms, more */
    uint64_t latency_sum_us;
};
struct http_stats http_stats(const struct http_server *server); /* NULL: all zero */
/* The same as Prometheus text. */
void http_metrics(const struct http_server *server, struct wg_buf *out);
#endif
