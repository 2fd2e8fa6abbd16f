/* http_internal.h - what the files of this room share. */
#ifndef WG_HTTP_INTERNAL_H
#define WG_HTTP_INTERNAL_H
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/embedded.h"
#include "platform/http/http.h"

enum { HTTP_LATENCIES = 12, HTTP_HEADERS_MAX = 64 };

/* One embedded page with its validator, sorted by name. */
struct http_page {
    struct wg_str name, bytes;
    char etag[24]; /* 16 hexadecimal digits */
};
struct http_pages {
    struct http_page *items;
    size_t n;
};
/* Every file under "web/" of `files` (sorted by name). Freed with free(items). */
struct http_pages http_pages_of(const struct wg_embedded_file *files, size_t n);
bool http_pages_answer(struct wg_arena *arena, const struct http_pages *pages, const struct http_request *request,
                       struct http_answer *answer);

/* A client's connection; lives from accept to close. The sweeper reads the atomic members. */
struct http_connection {
    struct http_server *server;
    struct wg_arena *arena; /* of the request in work, reset when its answer has gone */
    struct http_connection *before, *after;
    int fd;
    char client[INET6_ADDRSTRLEN];
    _Atomic int64_t since;      /* when it began to wait for a request, monotonic ms */
    _Atomic bool waiting;       /* a request has not yet come whole */
    _Atomic uint64_t body_came; /* bytes of the body so far */
};

/* A body being gathered: small ones in the arena, larger ones in memory of their own that counts against max_bodies. */
struct http_body {
    char *p;
    size_t n, cap, max;
    bool counted;
};

/* A request and its answer; lives in its connection's arena. */
struct http_exchange {
    struct http_connection *conn;
    struct MHD_Connection *raw;
    struct http_request request;
    struct http_answer answer;
    struct wg_str uri; /* as it came */
    struct http_body body;
    int refusal; /* found before a handler could run */
    bool begun, answered, is_head;
    int status;
    uint64_t bytes_out;
    int64_t began_us;
};

struct http_server {
    struct http_options options;
    char *listen, *tls_cert, *tls_key, *upload_prefix; /* owned copies; the tls_ ones are the files' contents */
    struct MHD_Daemon *daemon;
    int listen_fd;
    unsigned port;
    struct http_pages pages;
    pthread_t sweeper;
    bool sweeping;
    pthread_mutex_t lock; /* of the list of connections, of `gone` */
    pthread_cond_t gone;  /* an exchange ended, or stop */
    struct http_connection *connections;
    _Atomic bool stopping;
    _Atomic uint64_t exchanges; /* begun and not completed */
    _Atomic uint64_t bodies;    /* bytes held for large bodies */
    _Atomic uint64_t open_connections, requests, by_status[6], bytes_out;
    _Atomic uint64_t latency[HTTP_LATENCIES], latency_sum_us;
};

int64_t http_clock_us(void);

/* http_request.c: fills path, query, headers, language from what came. Returns 0 or a refusal's code. */
int http_read_uri(struct wg_arena *arena, struct wg_str uri, struct http_request *request);
void http_read_headers(struct wg_arena *arena, struct MHD_Connection *raw, struct http_request *request);
void http_read_client(struct wg_arena *arena, const struct http_connection *conn, struct http_request *request);
enum wg_lang http_language(const struct http_request *request);
/* Does a comma-separated header list `token` with a weight above nought? *ret_weight in thousandths. */
bool http_accepts(struct wg_str list, const char *token, int *ret_weight);
bool http_name_is(struct wg_str name, const char *other); /* without regard to case */

/* http_answer.c: sends x->answer. */
enum MHD_Result http_send(struct http_exchange *x);
void http_answer_release(struct http_answer *answer);
#endif
