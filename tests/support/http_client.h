/* http_client.h - a small blocking HTTP/1.1 client for tests: one connection, kept alive; keeps the session's cookie and
 * anti-forgery token and sends them along. Header only; a reply is freed with hc_free(). */
#ifndef WG_TESTS_HTTP_CLIENT_H
#define WG_TESTS_HTTP_CLIENT_H
#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/base.h"

struct http_client {
    int fd;
    unsigned port;
    char cookie[256], csrf[128]; /* "" until signed in */
    struct wg_buf in;            /* received and not yet taken */
};
struct hc_reply {
    int status; /* 0: no answer, the connection broke */
    char *head; /* status line and header lines */
    char *body; /* ends in NUL */
    size_t body_n;
    bool broken; /* the body ended before it should have */
};

__attribute__((unused)) static bool hc_open(struct http_client *c, unsigned port)
{
    memset(c, 0, sizeof *c);
    wg_buf_init(&c->in, 256 * 1024 * 1024);
    c->port = port;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    const struct timeval patience = {.tv_sec = 20};
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return connect(c->fd, (struct sockaddr *)&to, sizeof to) == 0;
}

__attribute__((unused)) static void hc_close(struct http_client *c)
{
    if (c->fd >= 0) (void)close(c->fd);
    c->fd = -1;
    wg_buf_free(&c->in);
}

__attribute__((unused)) static void hc_free(struct hc_reply *r)
{
    free(r->head);
    free(r->body);
    *r = (struct hc_reply){0};
}

__attribute__((unused)) static bool hc_write(struct http_client *c, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(c->fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool hc_more(struct http_client *c)
{
    char chunk[16384];
    ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);
    if (n <= 0) return false;
    wg_buf_add(&c->in, chunk, (size_t)n);
    return true;
}

static void hc_take(struct http_client *c, size_t n)
{
    memmove(c->in.p, c->in.p + n, c->in.n - n);
    c->in.n -= n;
}

static char *hc_copy(const char *p, size_t n)
{
    char *out = wg_xmalloc(n + 1);
    if (n) memcpy(out, p, n);
    out[n] = '\0';
    return out;
}

/* A header's value, or "". In the reply's head: valid until hc_free; the length goes to *n. */
static const char *hc_header_at(const struct hc_reply *r, const char *name, size_t *n)
{
    size_t name_n = strlen(name);
    for (const char *line = r->head; line; line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL) {
        if (strncasecmp(line, name, name_n) != 0 || line[name_n] != ':') continue;
        const char *value = line + name_n + 1;
        while (*value == ' ') value++;
        *n = strcspn(value, "\r");
        return value;
    }
    *n = 0;
    return "";
}

__attribute__((unused)) static bool hc_header_is(const struct hc_reply *r, const char *name, const char *value)
{
    size_t n;
    const char *p = hc_header_at(r, name, &n);
    return n == strlen(value) && memcmp(p, value, n) == 0;
}

__attribute__((unused)) static bool hc_header_has(const struct hc_reply *r, const char *name, const char *part)
{
    size_t n;
    const char *p = hc_header_at(r, name, &n);
    return n > 0 && memmem(p, n, part, strlen(part)) != NULL;
}

static void hc_keep_cookie(struct http_client *c, const struct hc_reply *r)
{
    size_t n;
    const char *p = hc_header_at(r, "Set-Cookie", &n);
    if (n == 0) return;
    n = strcspn(p, ";\r");
    if (n < sizeof c->cookie) {
        memcpy(c->cookie, p, n);
        c->cookie[n] = '\0';
    }
}

/* Up to and with the text `end` stands in c->in; its offset behind it, or 0. */
static size_t hc_until(struct http_client *c, size_t from, const char *end)
{
    for (;;) {
        char *hit = c->in.n > from ? memmem(c->in.p + from, c->in.n - from, end, strlen(end)) : NULL;
        if (hit) return (size_t)(hit - c->in.p) + strlen(end);
        if (!hc_more(c)) return 0;
    }
}

static bool hc_chunks(struct http_client *c, struct wg_buf *body)
{
    for (;;) {
        size_t line = hc_until(c, 0, "\r\n");
        if (line == 0) return false;
        size_t n = 0;
        for (size_t i = 0; c->in.p[i] != '\r' && c->in.p[i] != ';'; i++) {
            int digit = c->in.p[i] <= '9' ? c->in.p[i] - '0' : (c->in.p[i] | 0x20) - 'a' + 10;
            n = n * 16 + (size_t)digit;
        }
        hc_take(c, line);
        while (c->in.n < n + 2)
            if (!hc_more(c)) return false;
        wg_buf_add(body, c->in.p, n);
        hc_take(c, n + 2);
        if (n == 0) return true;
    }
}

/* Reads one answer; `head_only` for HEAD. */
__attribute__((unused)) static struct hc_reply hc_read(struct http_client *c, bool head_only)
{
    struct hc_reply r = {0};
    size_t head = hc_until(c, 0, "\r\n\r\n");
    if (head < 16) return r;
    r.head = hc_copy(c->in.p, head);
    r.status = (r.head[9] - '0') * 100 + (r.head[10] - '0') * 10 + (r.head[11] - '0');
    hc_take(c, head);
    if (r.status == 100) {
        hc_free(&r);
        return hc_read(c, head_only);
    }
    hc_keep_cookie(c, &r);
    struct wg_buf body;
    wg_buf_init(&body, 256 * 1024 * 1024);
    size_t n;
    const char *length = hc_header_at(&r, "Content-Length", &n);
    int64_t wanted = 0;
    if (head_only || r.status == 204 || r.status == 304) {
        wanted = 0;
    } else if (hc_header_has(&r, "Transfer-Encoding", "chunked")) {
        r.broken = !hc_chunks(c, &body);
    } else if (wg_parse_i64((struct wg_str){length, n}, 0, 1 << 30, &wanted)) {
        while (c->in.n < (size_t)wanted && !r.broken) r.broken = !hc_more(c);
        size_t got = c->in.n < (size_t)wanted ? c->in.n : (size_t)wanted;
        wg_buf_add(&body, c->in.p, got);
        hc_take(c, got);
    }
    r.body_n = body.n;
    r.body = hc_copy(body.p, body.n);
    wg_buf_free(&body);
    return r;
}

/* `headers`: further lines, each ending in CRLF, or NULL. A body without a Content-Type among them is sent as JSON. */
__attribute__((unused)) static bool hc_send(struct http_client *c, const char *method, const char *path, const char *headers,
                                            const char *body, size_t n)
{
    struct wg_buf out;
    wg_buf_init(&out, 256 * 1024 * 1024);
    wg_buf_fmt(&out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
    if (c->cookie[0]) wg_buf_fmt(&out, "Cookie: %s\r\n", c->cookie);
    if (c->csrf[0]) wg_buf_fmt(&out, "X-CSRF-Token: %s\r\n", c->csrf);
    if (headers) wg_buf_puts(&out, headers);
    if (body && !(headers && strcasestr(headers, "Content-Type:"))) wg_buf_puts(&out, "Content-Type: application/json\r\n");
    if (body || strcmp(method, "POST") == 0) wg_buf_fmt(&out, "Content-Length: %zu\r\n", n);
    wg_buf_puts(&out, "\r\n");
    if (body) wg_buf_add(&out, body, n);
    bool sent = hc_write(c, out.p, out.n);
    wg_buf_free(&out);
    return sent;
}

/* Sends and reads. `body` is text or NULL. */
__attribute__((unused)) static struct hc_reply hc_ask(struct http_client *c, const char *method, const char *path,
                                                      const char *headers, const char *body)
{
    /* When sending breaks, an answer may still be there: a server may refuse before it has read all. */
    (void)hc_send(c, method, path, headers, body, body ? strlen(body) : 0);
    return hc_read(c, strcmp(method, "HEAD") == 0);
}

/* The body as JSON, or NULL. The caller releases it. */
__attribute__((unused)) static json_t *hc_json(const struct hc_reply *r)
{
    return json_loadb(r->body ? r->body : "", r->body_n, 0, NULL);
}

/* A text of the body's outermost object copied to `out`; "" when it is not there. */
__attribute__((unused)) static const char *hc_text(const struct hc_reply *r, const char *key, char *out, size_t room)
{
    json_t *body = hc_json(r);
    const char *text = json_string_value(json_object_get(body, key));
    (void)snprintf(out, room, "%s", text ? text : "");
    json_decref(body);
    return out;
}

/* POST /api/v1/session; true when signed in. */
__attribute__((unused)) static bool hc_sign_in(struct http_client *c, const char *login, const char *password)
{
    json_t *body = json_pack("{s:s,s:s}", "login", login, "password", password);
    char *text = json_dumps(body, JSON_COMPACT);
    c->csrf[0] = '\0';
    c->cookie[0] = '\0';
    struct hc_reply r = hc_ask(c, "POST", "/api/v1/session", NULL, text);
    bool ok = r.status >= 200 && r.status < 300;
    if (ok) (void)hc_text(&r, "csrf", c->csrf, sizeof c->csrf);
    free(text);
    json_decref(body);
    hc_free(&r);
    return ok;
}
#endif
