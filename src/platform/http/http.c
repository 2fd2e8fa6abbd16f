/* The server: listening, connections, gathering of bodies, the call of the handler, stopping. */
#include "platform/http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "platform/http/http_internal.h"

enum {
    STACK_BYTES = 1024 * 1024, /* address space only; SQLite, ICU and the sanitizers are happy with it */
    CONNECTION_MEMORY = 32 * 1024,
    SMALL_BODY = 8 * 1024,        /* lives in the arena */
    DRAIN_MAX = 16 * 1024 * 1024, /* read past a limit, so that the client sees the refusal and not a broken connection */
    BODY_RATE = 4 * 1024,         /* bytes a second that a slow body must keep */
    TLS_FILE_MAX = 256 * 1024,
};

static const unsigned latency_bounds_ms[HTTP_LATENCIES - 1] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000};
static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

int64_t http_clock_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct http_options http_options_default(void)
{
    return (struct http_options){
        .listen = "127.0.0.1:8020",
        .max_body = 1024 * 1024,
        .max_upload = 64 * 1024 * 1024,
        .max_bodies = 512 * 1024 * 1024,
        .max_connections = 1024,
        .max_per_client = 256,
        .idle_seconds = 60,
        .request_seconds = 30,
        .stop_seconds = 10,
        .zone = 8 * 60,
    };
}

/* --- connections -------------------------------------------------------------------------------------------------------- */

static void name_client(const struct sockaddr *addr, char out[INET6_ADDRSTRLEN])
{
    const void *ip = NULL;
    if (addr && addr->sa_family == AF_INET) ip = &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
    if (addr && addr->sa_family == AF_INET6) ip = &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
    if (!ip || !inet_ntop(addr->sa_family, ip, out, INET6_ADDRSTRLEN)) (void)snprintf(out, INET6_ADDRSTRLEN, "?");
    if (strncmp(out, "::ffff:", 7) == 0 && strchr(out, '.')) memmove(out, out + 7, strlen(out + 7) + 1);
}

static void wait_for_request(struct http_connection *c)
{
    atomic_store(&c->since, wg_monotonic());
    atomic_store(&c->body_came, 0);
    atomic_store(&c->waiting, true);
}

static struct http_connection *connection_open(struct http_server *server, struct MHD_Connection *raw)
{
    struct http_connection *c = wg_xcalloc(1, sizeof *c);
    c->server = server;
    c->arena = wg_arena_new();
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(raw, MHD_CONNECTION_INFO_CONNECTION_FD);
    c->fd = info ? info->connect_fd : -1;
    const int on = 1;
    if (c->fd >= 0) (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    info = MHD_get_connection_info(raw, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    name_client(info ? info->client_addr : NULL, c->client);
    wait_for_request(c);
    (void)pthread_mutex_lock(&server->lock);
    c->after = server->connections;
    if (c->after) c->after->before = c;
    server->connections = c;
    (void)pthread_mutex_unlock(&server->lock);
    atomic_fetch_add(&server->open_connections, 1);
    return c;
}

static void connection_close(struct http_connection *c)
{
    struct http_server *server = c->server;
    (void)pthread_mutex_lock(&server->lock);
    if (c->before)
        c->before->after = c->after;
    else
        server->connections = c->after;
    if (c->after) c->after->before = c->before;
    (void)pthread_mutex_unlock(&server->lock);
    atomic_fetch_sub(&server->open_connections, 1);
    wg_arena_free(c->arena);
    free(c);
}

static void on_connection(void *arg, struct MHD_Connection *raw, void **context, enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = connection_open(arg, raw);
    } else if (*context) {
        connection_close(*context);
        *context = NULL;
    }
}

/* The library times out silence only; this ends connections whose request trickles in. */
static void sweep(struct http_server *server)
{
    const struct http_options *o = &server->options;
    int64_t now = wg_monotonic(), patience = ((int64_t)o->idle_seconds + o->request_seconds) * WG_SECOND;
    (void)pthread_mutex_lock(&server->lock);
    for (struct http_connection *c = server->connections; c; c = c->after) {
        int64_t earned = (int64_t)(atomic_load(&c->body_came) / BODY_RATE) * WG_SECOND;
        bool late = now - atomic_load(&c->since) > patience + earned;
        if (atomic_load(&c->waiting) && late && c->fd >= 0) (void)shutdown(c->fd, SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&server->lock);
}

static void *sweeper(void *arg)
{
    struct http_server *server = arg;
    (void)pthread_mutex_lock(&server->lock);
    while (!atomic_load(&server->stopping)) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += 1;
        (void)pthread_cond_timedwait(&server->gone, &server->lock, &until);
        (void)pthread_mutex_unlock(&server->lock);
        sweep(server);
        (void)pthread_mutex_lock(&server->lock);
    }
    (void)pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* --- bodies ------------------------------------------------------------------------------------------------------------- */

static void body_free(struct http_server *server, struct http_body *body)
{
    if (!body->counted) return;
    atomic_fetch_sub(&server->bodies, body->cap);
    free(body->p);
    *body = (struct http_body){.max = body->max};
}

/* Room for n bytes in all; false when the server holds too much already. */
static bool body_reserve(struct http_exchange *x, size_t n)
{
    struct http_server *server = x->conn->server;
    struct http_body *b = &x->body;
    if (n <= b->cap) return true;
    size_t cap = b->cap * 2 > n ? b->cap * 2 : n;
    if (cap > b->max) cap = b->max;
    if (cap <= SMALL_BODY) {
        char *p = wg_alloc(x->conn->arena, cap);
        if (b->n) memcpy(p, b->p, b->n);
        b->p = p;
        b->cap = cap;
        return true;
    }
    size_t more = b->counted ? cap - b->cap : cap;
    if (atomic_fetch_add(&server->bodies, more) + more > server->options.max_bodies) {
        atomic_fetch_sub(&server->bodies, more);
        return false;
    }
    char *small = b->counted ? NULL : b->p;
    b->p = wg_xrealloc(b->counted ? b->p : NULL, cap, 1);
    if (small) memcpy(b->p, small, b->n);
    b->cap = cap;
    b->counted = true;
    return true;
}

/* A declared length is believed only so far as it saves growing. */
static void body_expect(struct http_exchange *x, uint64_t declared)
{
    enum { BELIEVED = 64 * 1024 };
    if (declared == 0 || declared > x->body.max) return;
    (void)body_reserve(x, declared < BELIEVED ? (size_t)declared : BELIEVED);
}

static enum MHD_Result body_gather(struct http_exchange *x, const char *bytes, size_t n)
{
    uint64_t came = atomic_fetch_add(&x->conn->body_came, n) + n;
    if (x->refusal) return came > DRAIN_MAX ? MHD_NO : MHD_YES;
    if (n > x->body.max - x->body.n) {
        x->refusal = WG_E_TOO_LARGE;
    } else if (!body_reserve(x, x->body.n + n)) {
        x->refusal = WG_E_BUSY;
    } else {
        memcpy(x->body.p + x->body.n, bytes, n);
        x->body.n += n;
        return MHD_YES;
    }
    body_free(x->conn->server, &x->body);
    return MHD_YES;
}

/* --- requests ----------------------------------------------------------------------------------------------------------- */

/* The address as it came, before the library decodes it. */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *raw)
{
    struct http_server *server = arg;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(raw, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (!info || !info->socket_context) return NULL;
    struct http_connection *conn = info->socket_context;
    struct http_exchange *x = wg_alloc(conn->arena, sizeof *x);
    x->conn = conn;
    x->raw = raw;
    x->uri = wg_str_dup(conn->arena, wg_str(uri));
    x->began_us = http_clock_us();
    atomic_fetch_add(&server->exchanges, 1);
    return x;
}

/* We decode by ourselves, strictly; the library leaves the text alone. */
static size_t no_decoding(void *arg, struct MHD_Connection *raw, char *text)
{
    (void)arg;
    (void)raw;
    return strlen(text);
}

static const char *known_method(const char *method)
{
    if (strcmp(method, "HEAD") == 0) return "GET";
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(method, methods[i]) == 0) return methods[i];
    return NULL;
}

static size_t body_limit(const struct http_server *server, struct wg_str path)
{
    const struct http_options *o = &server->options;
    struct wg_str rest = wg_str(o->upload_prefix), prefix;
    while (o->upload_prefix && wg_str_next(&rest, ' ', &prefix))
        if (prefix.n && wg_str_starts(path, prefix)) return o->max_upload;
    return o->max_body;
}

static enum MHD_Result run(struct http_exchange *x);

/* The headers have come: refuse what can be refused already. */
static enum MHD_Result begin(struct http_exchange *x, const char *method)
{
    struct http_request *r = &x->request;
    struct wg_arena *arena = x->conn->arena;
    x->begun = true;
    r->server = x->conn->server;
    r->id = wg_id_text(arena, wg_id_new(wg_now()));
    x->is_head = strcmp(method, "HEAD") == 0;
    r->method = known_method(method);
    x->refusal = http_read_uri(arena, x->uri, r);
    http_read_headers(arena, x->raw, r);
    http_read_client(arena, x->conn, r);
    if (!r->method) {
        r->method = "?";
        x->refusal = WG_E_METHOD;
    }
    x->body.max = body_limit(x->conn->server, r->path);
    int64_t declared = 0;
    struct wg_str length = http_header(r, "Content-Length");
    if (length.n && !wg_parse_i64(length, 0, INT64_MAX, &declared)) declared = INT64_MAX;
    if (!x->refusal && (uint64_t)declared > x->body.max) x->refusal = WG_E_TOO_LARGE;
    if (!x->refusal) body_expect(x, (uint64_t)declared);
    bool asks_first = http_header(r, "Expect").n > 0;
    return x->refusal && (declared > DRAIN_MAX || asks_first) ? run(x) : MHD_YES;
}

static void count(struct http_exchange *x, int64_t span_us)
{
    struct http_server *server = x->conn->server;
    size_t bucket = 0;
    while (bucket < HTTP_LATENCIES - 1 && span_us > (int64_t)latency_bounds_ms[bucket] * 1000) bucket++;
    atomic_fetch_add(&server->latency[bucket], 1);
    atomic_fetch_add(&server->latency_sum_us, (uint64_t)span_us);
    atomic_fetch_add(&server->requests, 1);
    int class = x->answer.status ? x->answer.status / 100 : 2;
    atomic_fetch_add(&server->by_status[class < 6 ? class : 0], 1);
}

static int refuse_early(struct wg_ctx *ctx, struct http_exchange *x)
{
    const char *arg = NULL;
    if (x->refusal == WG_E_METHOD) {
        arg = "?";
        http_set_header(&x->answer, "Allow", WG_STR("GET, HEAD, POST, PUT, PATCH, DELETE"));
    } else if (x->refusal == WG_E_TOO_LARGE) {
        arg = x->body.max >= 1024 * 1024 ? wg_fmt(ctx->arena, "%zu MB", x->body.max / (1024 * 1024))
                                         : wg_fmt(ctx->arena, "%zu KB", x->body.max / 1024);
    }
    return wg_refuse(ctx, x->refusal, NULL, arg, NULL);
}

static enum MHD_Result run(struct http_exchange *x)
{
    struct http_server *server = x->conn->server;
    struct wg_ctx ctx = wg_ctx(x->conn->arena);
    x->answered = true;
    atomic_store(&x->conn->waiting, false);
    ctx.zone = server->options.zone;
    ctx.lang = http_language(&x->request);
    x->request.body = x->body.p ? (struct wg_str){x->body.p, x->body.n} : WG_STR("");
    int64_t from = http_clock_us();
    int rc = x->refusal ? refuse_early(&ctx, x) : server->options.handle(&ctx, server->options.arg, &x->request, &x->answer);
    if (rc) http_problem(&ctx, &x->request, rc, &x->answer);
    count(x, http_clock_us() - from);
    return http_send(x);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *raw, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *n, void **context)
{
    struct http_exchange *x = *context;
    (void)arg;
    (void)raw;
    (void)url;
    (void)version;
    if (!x) return MHD_NO;
    if (!x->begun) return begin(x, method);
    if (*n > 0) {
        enum MHD_Result result = body_gather(x, bytes, *n);
        *n = 0;
        return result;
    }
    return x->answered ? MHD_YES : run(x);
}

static void log_access(const struct http_exchange *x)
{
    const struct http_request *r = &x->request;
    wg_log(WG_LOG_INFO, "access %s %s %s %d %llu %lld us", r->id, x->is_head ? "HEAD" : r->method,
           r->pattern ? r->pattern : "-", x->status, (unsigned long long)x->bytes_out,
           (long long)(http_clock_us() - x->began_us));
}

static void on_completed(void *arg, struct MHD_Connection *raw, void **context, enum MHD_RequestTerminationCode why)
{
    struct http_server *server = arg;
    struct http_exchange *x = *context;
    (void)raw;
    (void)why;
    if (!x) return;
    *context = NULL;
    struct http_connection *conn = x->conn;
    http_answer_release(&x->answer);
    if (x->answered) {
        atomic_fetch_add(&server->bytes_out, x->bytes_out);
        if (!server->options.quiet) log_access(x);
    }
    body_free(server, &x->body);
    wg_arena_reset(conn->arena);
    wait_for_request(conn);
    if (atomic_fetch_sub(&server->exchanges, 1) == 1 && atomic_load(&server->stopping)) {
        (void)pthread_mutex_lock(&server->lock);
        (void)pthread_cond_broadcast(&server->gone);
        (void)pthread_mutex_unlock(&server->lock);
    }
}

static void on_library_log(void *arg, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static void on_library_log(void *arg, const char *format, va_list args)
{
    /* Its remarks are about single connections and may quote what the client sent. */
    (void)arg;
    (void)format;
    (void)args;
}

/* --- start and stop ----------------------------------------------------------------------------------------------------- */

/* "127.0.0.1:8020" or "[::1]:8020". */
static int open_listener(struct wg_ctx *ctx, const char *where, int *ret_fd)
{
    struct wg_str text = wg_str(where), host, port;
    const char *colon = strrchr(where, ':');
    int64_t number;
    if (!colon) return wg_refuse(ctx, WG_E_LISTEN, NULL, where, "HOST:PORT");
    host = wg_str_sub(text, 0, (size_t)(colon - where));
    port = wg_str_sub(text, host.n + 1, text.n);
    if (!wg_parse_i64(port, 0, 65535, &number)) return wg_refuse(ctx, WG_E_LISTEN, NULL, where, "HOST:PORT");
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') host = wg_str_sub(host, 1, host.n - 2);

    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found = NULL;
    int rc = getaddrinfo(host.n ? wg_cstr(ctx->arena, host) : NULL, wg_cstr(ctx->arena, port), &hints, &found);
    if (rc != 0) return wg_refuse(ctx, WG_E_LISTEN, NULL, where, gai_strerror(rc));
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = errno;
    const int on = 1;
    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
        if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0) {
            error = errno;
            (void)close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0) return wg_refuse(ctx, WG_E_LISTEN, NULL, where, strerror(error));
    *ret_fd = fd;
    return 0;
}

static unsigned port_of(int fd)
{
    struct sockaddr_in6 addr = {0}; /* the port stands at the same place in both families */
    socklen_t n = sizeof addr;
    return getsockname(fd, (struct sockaddr *)&addr, &n) == 0 ? ntohs(addr.sin6_port) : 0;
}

static int read_pem(struct wg_ctx *ctx, const char *path, char **ret_text)
{
    FILE *f = fopen(path, "re");
    if (!f) return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
    char *text = wg_xcalloc(TLS_FILE_MAX + 1, 1);
    size_t n = fread(text, 1, TLS_FILE_MAX + 1, f);
    bool failed = ferror(f) != 0 || n > TLS_FILE_MAX;
    (void)fclose(f);
    if (failed) {
        free(text);
        return wg_refuse(ctx, WG_E_FILE, NULL, path, "not a PEM file");
    }
    *ret_text = text;
    return 0;
}

static char *copy_text(const char *text)
{
    if (!text) return NULL;
    size_t n = strlen(text) + 1;
    return memcpy(wg_xmalloc(n), text, n);
}

static int start_daemon(struct wg_ctx *ctx, struct http_server *server)
{
    const struct http_options *o = &server->options;
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | (o->tls_cert ? MHD_USE_TLS : 0U);
    /* Behind a proxy all connections come from one address; counting them there is the proxy's business. */
    unsigned per_client = o->behind_proxy ? 0 : o->max_per_client;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
    if (o->tls_cert) {
        tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, server->tls_cert};
        tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, server->tls_key};
    }
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, NULL, MHD_OPTION_LISTEN_SOCKET,
        server->listen_fd, MHD_OPTION_CONNECTION_LIMIT, o->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_client,
        MHD_OPTION_CONNECTION_TIMEOUT, o->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
        MHD_OPTION_UNESCAPE_CALLBACK, no_decoding, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (!server->daemon) return wg_refuse(ctx, WG_E_LISTEN, NULL, o->listen, o->tls_cert ? "TLS" : "libmicrohttpd");
    return 0;
}

static void make_lock(struct http_server *server)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&server->lock, NULL);
    (void)pthread_cond_init(&server->gone, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

static int start(struct wg_ctx *ctx, struct http_server *server)
{
    struct http_options *o = &server->options;
    int rc = open_listener(ctx, o->listen, &server->listen_fd);
    if (rc == 0 && o->tls_cert) rc = read_pem(ctx, o->tls_cert, &server->tls_cert);
    if (rc == 0 && o->tls_cert) rc = read_pem(ctx, o->tls_key, &server->tls_key);
    if (rc) return rc;
    server->port = port_of(server->listen_fd);
    server->pages = http_pages_of(wg_embedded_files, wg_embedded_count);
    rc = start_daemon(ctx, server);
    if (rc) return rc;
    if (pthread_create(&server->sweeper, NULL, sweeper, server) != 0)
        return wg_refuse(ctx, WG_E_LISTEN, NULL, o->listen, "threads");
    server->sweeping = true;
    return 0;
}

int http_start(struct wg_ctx *ctx, const struct http_options *options, struct http_server **ret_server)
{
    if ((options->tls_cert == NULL) != (options->tls_key == NULL))
        return wg_refuse(ctx, WG_E_USAGE, NULL, "TLS: certificate and key", NULL);
    struct http_server *server = wg_xcalloc(1, sizeof *server);
    server->options = *options;
    server->listen = copy_text(options->listen);
    server->upload_prefix = copy_text(options->upload_prefix);
    server->options.listen = server->listen;
    server->options.upload_prefix = server->upload_prefix;
    server->listen_fd = -1;
    make_lock(server);
    int rc = start(ctx, server);
    if (rc) {
        http_stop(server);
        return rc;
    }
    *ret_server = server;
    return 0;
}

static void wait_for_exchanges(struct http_server *server)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += server->options.stop_seconds;
    (void)pthread_mutex_lock(&server->lock);
    while (atomic_load(&server->exchanges) > 0)
        if (pthread_cond_timedwait(&server->gone, &server->lock, &until) == ETIMEDOUT) break;
    (void)pthread_mutex_unlock(&server->lock);
}

void http_stop(struct http_server *server)
{
    if (!server) return;
    (void)pthread_mutex_lock(&server->lock);
    atomic_store(&server->stopping, true);
    (void)pthread_cond_broadcast(&server->gone);
    (void)pthread_mutex_unlock(&server->lock);
    if (server->daemon) {
        (void)MHD_quiesce_daemon(server->daemon);
        (void)shutdown(server->listen_fd, SHUT_RDWR); /* new connections are refused, not left waiting */
        wait_for_exchanges(server);
        MHD_stop_daemon(server->daemon);
    }
    if (server->sweeping) (void)pthread_join(server->sweeper, NULL);
    if (server->listen_fd >= 0) (void)close(server->listen_fd);
    (void)pthread_cond_destroy(&server->gone);
    (void)pthread_mutex_destroy(&server->lock);
    free(server->pages.items);
    free(server->listen);
    free(server->upload_prefix);
    free(server->tls_cert);
    free(server->tls_key);
    free(server);
}

unsigned http_port(const struct http_server *server)
{
    return server->port;
}

bool http_stopping(const struct http_server *server)
{
    return server && atomic_load(&server->stopping);
}

/* --- numbers ------------------------------------------------------------------------------------------------------------ */

struct http_stats http_stats(const struct http_server *server)
{
    struct http_stats stats = {0};
    if (!server) return stats;
    stats.requests = atomic_load(&server->requests);
    stats.bytes_out = atomic_load(&server->bytes_out);
    stats.open_connections = atomic_load(&server->open_connections);
    stats.latency_sum_us = atomic_load(&server->latency_sum_us);
    for (size_t i = 0; i < 6; i++) stats.by_status[i] = atomic_load(&server->by_status[i]);
    for (size_t i = 0; i < HTTP_LATENCIES; i++) stats.latency_buckets[i] = atomic_load(&server->latency[i]);
    return stats;
}

void http_metrics(const struct http_server *server, struct wg_buf *out)
{
    struct http_stats stats = http_stats(server);
    wg_buf_puts(out, "# TYPE wangge_http_requests_total counter\n");
    for (unsigned i = 1; i < 6; i++)
        wg_buf_fmt(out, "wangge_http_requests_total{class=\"%uxx\"} %llu\n", i, (unsigned long long)stats.by_status[i]);
    wg_buf_fmt(out, "# TYPE wangge_http_sent_bytes_total counter\nwangge_http_sent_bytes_total %llu\n",
               (unsigned long long)stats.bytes_out);
    wg_buf_fmt(out, "# TYPE wangge_http_connections gauge\nwangge_http_connections %llu\n",
               (unsigned long long)stats.open_connections);
    wg_buf_puts(out, "# TYPE wangge_http_handler_seconds histogram\n");
    uint64_t below = 0;
    for (size_t i = 0; i < HTTP_LATENCIES - 1; i++) {
        below += stats.latency_buckets[i];
        wg_buf_fmt(out, "wangge_http_handler_seconds_bucket{le=\"%g\"} %llu\n", latency_bounds_ms[i] / 1000.0,
                   (unsigned long long)below);
    }
    below += stats.latency_buckets[HTTP_LATENCIES - 1];
    wg_buf_fmt(out, "wangge_http_handler_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)below);
    wg_buf_fmt(out, "wangge_http_handler_seconds_sum %.6f\nwangge_http_handler_seconds_count %llu\n",
               (double)stats.latency_sum_us / 1e6, (unsigned long long)below);
}
