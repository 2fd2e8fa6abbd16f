/* What http promises, over real sockets. Parsing and pages by themselves: http_parse_test.c. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include <cmocka.h>

#include "../../../tests/support/http_client.h"
#include "platform/http/http_internal.h"

struct fixture {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct http_server *server;
    _Atomic int entered, stream_ends;
    _Atomic bool release;
};

/* --- a handler that shows what it was given -------------------------------------------------------------------------------- */

struct counter {
    struct fixture *f;
    size_t left;
};

static ptrdiff_t next_block(void *arg, char *out, size_t room)
{
    struct counter *c = arg;
    if (c->left == 0) return 0;
    size_t n = c->left < room ? c->left : room;
    memset(out, 'x', n);
    c->left -= n;
    return (ptrdiff_t)n;
}

static ptrdiff_t events(void *arg, char *out, size_t room)
{
    struct counter *c = arg;
    if (http_stopping(c->f->server)) return 0;
    usleep(5000);
    return snprintf(out, room, ": still here\n\n");
}

static void stream_ended(void *arg)
{
    struct counter *c = arg;
    atomic_fetch_add(&c->f->stream_ends, 1);
}

static void start_stream(struct fixture *f, struct wg_ctx *ctx, struct http_answer *answer, size_t n, bool endless)
{
    struct counter *c = wg_alloc(ctx->arena, sizeof *c);
    *c = (struct counter){f, n};
    answer->type = endless ? "text/event-stream" : "text/csv; charset=utf-8";
    answer->stream = endless ? events : next_block;
    answer->stream_end = stream_ended;
    answer->stream_arg = c;
    if (!endless) answer->file_name = "名单 \"a\".csv";
}

static int show(struct wg_ctx *ctx, struct http_request *r, struct http_answer *answer)
{
    struct wg_str cookie = http_cookie(r, "wg_session"), a = http_query(r, "a");
    answer->json = json_pack("{s:s,s:s%,s:s%,s:s%,s:b,s:I,s:s,s:b}", "method", r->method, "path", r->path.p, r->path.n, "a",
                             a.p, a.n, "cookie", cookie.p, cookie.n, "has_b", http_has_query(r, "b"), "body_n",
                             (json_int_t)r->body.n, "lang", ctx->lang == WG_ZH ? "zh" : "en", "secure", r->secure);
    return 0;
}

static int upload(struct wg_ctx *ctx, struct http_request *r, struct http_answer *answer)
{
    struct http_upload u;
    int rc = http_multipart(ctx, r, &u);
    if (rc) return rc;
    answer->json = json_pack("{s:s%,s:I,s:I}", "file", u.file_name.p ? u.file_name.p : "", u.file_name.n, "bytes",
                             (json_int_t)u.bytes.n, "fields", (json_int_t)u.n_fields);
    return 0;
}

static int handle(struct wg_ctx *ctx, void *arg, struct http_request *r, struct http_answer *answer)
{
    struct fixture *f = arg;
    r->pattern = "/test";
    if (wg_str_is(r->path, "/json")) {
        json_t *body;
        int rc = http_json(ctx, r, &body);
        if (rc == 0) answer->json = json_incref(body);
        return rc;
    }
    if (wg_str_is(r->path, "/upload/file")) return upload(ctx, r, answer);
    if (wg_str_is(r->path, "/csv")) start_stream(f, ctx, answer, 1000000, false);
    if (wg_str_is(r->path, "/events")) start_stream(f, ctx, answer, 0, true);
    if (answer->stream) return 0;
    if (wg_str_is(r->path, "/slow")) {
        atomic_fetch_add(&f->entered, 1);
        while (!atomic_load(&f->release)) usleep(2000);
        answer->bytes = WG_STR("done");
        answer->type = "text/plain";
        return 0;
    }
    if (wg_str_is(r->path, "/refuse")) {
        answer->json = json_object();
        http_set_header(answer, "X-Kept", WG_STR("yes"));
        return wg_refuse(ctx, WG_E_FIELD_RANGE, "age", "0", "120");
    }
    return show(ctx, r, answer);
}

static void start_with(struct fixture *f, struct http_options options)
{
    *f = (struct fixture){.arena = wg_arena_new()};
    f->ctx = wg_ctx(f->arena);
    options.listen = "127.0.0.1:0";
    options.handle = handle;
    options.arg = f;
    options.quiet = true;
    options.upload_prefix = "/elsewhere /upload";
    assert_int_equal(http_start(&f->ctx, &options, &f->server), 0);
}

static void start(struct fixture *f)
{
    struct http_options options = http_options_default();
    options.max_body = 64 * 1024;
    options.max_upload = 4 * 1024 * 1024;
    start_with(f, options);
}

static void stop(struct fixture *f)
{
    http_stop(f->server);
    wg_arena_free(f->arena);
}

static struct hc_reply ask_once(struct fixture *f, const char *method, const char *path, const char *headers, const char *body)
{
    struct http_client c;
    assert_true(hc_open(&c, http_port(f->server)));
    struct hc_reply r = hc_ask(&c, method, path, headers, body);
    hc_close(&c);
    return r;
}

static void expect_status(struct fixture *f, const char *method, const char *path, const char *headers, const char *body,
                          int status, const char *code)
{
    struct hc_reply r = ask_once(f, method, path, headers, body);
    char text[64];
    assert_int_equal(r.status, status);
    if (code) assert_string_equal(hc_text(&r, "code", text, sizeof text), code);
    hc_free(&r);
}

/* --- limits --------------------------------------------------------------------------------------------------------------- */

static char *filled(size_t n)
{
    char *p = wg_xmalloc(n + 1);
    memset(p, 'a', n);
    p[n] = '\0';
    return p;
}

static void test_http__a_body_above_its_limit_is_refused(void **state)
{
    (void)state; /* http P1 */
    struct fixture f;
    start(&f);
    char *body = filled(4 * 1024 * 1024 + 1);
    struct hc_reply r = ask_once(&f, "POST", "/upload/x", NULL, body);
    assert_int_equal(r.status, 413);
    hc_free(&r);
    body[4 * 1024 * 1024] = '\0';
    r = ask_once(&f, "POST", "/upload/x", NULL, body);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "\"body_n\":4194304"));
    hc_free(&r);
    body[64 * 1024 + 1] = '\0';
    expect_status(&f, "POST", "/x", NULL, body, 413, "too_large");
    body[64 * 1024] = '\0';
    expect_status(&f, "POST", "/x", NULL, body, 200, NULL);
    free(body);
    expect_status(&f, "POST", "/x", "Content-Length: 99999999999\r\n", NULL, 413, "too_large");
    stop(&f);
}

static void test_http__a_body_in_chunks_has_the_same_limit(void **state)
{
    (void)state; /* http P1 */
    struct fixture f;
    start(&f);
    struct http_client c;
    assert_true(hc_open(&c, http_port(f.server)));
    for (size_t rounds = 4; rounds <= 20; rounds += 16) {
        char *block = filled(4096);
        assert_true(hc_send(&c, "PUT", "/x", "Transfer-Encoding: chunked\r\n", NULL, 0));
        for (size_t i = 0; i < rounds; i++)
            assert_true(hc_write(&c, "1000\r\n", 6) && hc_write(&c, block, 4096) && hc_write(&c, "\r\n", 2));
        assert_true(hc_write(&c, "0\r\n\r\n", 5));
        struct hc_reply r = hc_read(&c, false);
        assert_int_equal(r.status, rounds == 4 ? 200 : 413);
        if (rounds == 4) assert_non_null(strstr(r.body, "\"body_n\":16384"));
        hc_free(&r);
        free(block);
    }
    hc_close(&c);
    stop(&f);
}

static void test_http__all_bodies_together_are_bounded(void **state)
{
    (void)state; /* http P1 */
    struct fixture f;
    struct http_options options = http_options_default();
    options.max_upload = 4 * 1024 * 1024;
    options.max_bodies = 1024 * 1024;
    start_with(&f, options);
    char *body = filled(2 * 1024 * 1024);
    expect_status(&f, "POST", "/upload/x", NULL, body, 503, "busy");
    body[512 * 1024] = '\0';
    expect_status(&f, "POST", "/upload/x", NULL, body, 200, NULL);
    expect_status(&f, "POST", "/upload/x", NULL, body, 200, NULL);
    free(body);
    for (int i = 0; i < 1000 && atomic_load(&f.server->exchanges) > 0; i++) usleep(1000);
    assert_int_equal(atomic_load(&f.server->bodies), 0);
    stop(&f);
}

static void test_http__headers_are_bounded(void **state)
{
    (void)state; /* http P1 */
    struct fixture f;
    start(&f);
    char *value = filled(60000), *line = wg_fmt(f.arena, "X-Long: %s\r\n", value);
    struct hc_reply r = ask_once(&f, "GET", "/x", line, NULL);
    assert_true(r.status == 431 || r.status == 0);
    hc_free(&r);
    free(value);
    stop(&f);
}

static void test_http__a_client_has_a_number_of_connections(void **state)
{
    (void)state; /* http P1 */
    struct fixture f;
    struct http_options options = http_options_default();
    options.max_per_client = 3;
    start_with(&f, options);
    struct http_client c[4];
    int served = 0;
    for (int i = 0; i < 4; i++) {
        assert_true(hc_open(&c[i], http_port(f.server)));
        struct hc_reply r = hc_ask(&c[i], "GET", "/x", NULL, NULL);
        served += r.status == 200;
        hc_free(&r);
    }
    assert_int_equal(served, 3);
    for (int i = 0; i < 4; i++) hc_close(&c[i]);
    stop(&f);
}

static void test_http__a_request_that_trickles_in_is_ended(void **state)
{
    (void)state; /* http P1 */
    struct fixture f;
    struct http_options options = http_options_default();
    options.idle_seconds = 1;
    options.request_seconds = 1;
    start_with(&f, options);
    struct http_client c;
    assert_true(hc_open(&c, http_port(f.server)));
    bool broken = false;
    int64_t from = wg_monotonic();
    assert_true(hc_write(&c, "GET /x HTTP/1.1\r\nX-A: ", 22));
    while (!broken && wg_monotonic() - from < 15000) {
        usleep(100000); /* never silent for as long as idle_seconds */
        broken = !hc_write(&c, "a", 1);
    }
    assert_true(broken);
    hc_close(&c);
    stop(&f);
}

/* --- what every answer carries ------------------------------------------------------------------------------------------------ */

static void assert_safe(const struct hc_reply *r)
{
    assert_true(hc_header_has(r, "Content-Security-Policy", "script-src 'self';"));
    assert_true(hc_header_has(r, "Content-Security-Policy", "style-src 'self';"));
    assert_false(hc_header_has(r, "Content-Security-Policy", "unsafe"));
    assert_true(hc_header_has(r, "Content-Security-Policy", "frame-ancestors 'none'"));
    assert_true(hc_header_is(r, "X-Content-Type-Options", "nosniff"));
    assert_true(hc_header_is(r, "Referrer-Policy", "no-referrer"));
    assert_true(hc_header_is(r, "Cross-Origin-Opener-Policy", "same-origin"));
    assert_true(hc_header_is(r, "Cross-Origin-Resource-Policy", "same-origin"));
    size_t n;
    (void)hc_header_at(r, "X-Request-Id", &n);
    assert_int_equal(n, WG_ID_TEXT);
}

static void test_http__every_answer_has_an_id_and_security_headers(void **state)
{
    (void)state; /* http P2 */
    struct fixture f;
    start(&f);
    static const char *const asked[][2] = {{"GET", "/x"},    {"GET", "/refuse"}, {"GET", "/csv"},  {"BREW", "/x"},
                                           {"GET", "/a%zz"}, {"HEAD", "/x"},     {"POST", "/json"}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct hc_reply r = ask_once(&f, asked[i][0], asked[i][1], NULL, NULL);
        assert_true(r.status != 0);
        assert_safe(&r);
        hc_free(&r);
    }
    struct hc_reply r = ask_once(&f, "GET", "/api/v1/x", NULL, NULL);
    assert_true(hc_header_is(&r, "Cache-Control", "no-store"));
    hc_free(&r);
    stop(&f);
}

static void test_http__a_refusal_is_a_problem_document(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    struct hc_reply r = ask_once(&f, "GET", "/refuse", "Accept-Language: fr, en;q=0.8, zh;q=0.2\r\n", NULL);
    assert_int_equal(r.status, 422);
    assert_true(hc_header_is(&r, "Content-Type", "application/problem+json"));
    assert_true(hc_header_is(&r, "X-Kept", "yes"));
    char text[128], id[64];
    assert_string_equal(hc_text(&r, "type", text, sizeof text), "urn:wangge:problem:field_range");
    assert_string_equal(hc_text(&r, "where", text, sizeof text), "age");
    assert_string_equal(hc_text(&r, "detail", text, sizeof text), "\"age\" must lie between 0 and 120.");
    assert_true(hc_header_is(&r, "X-Request-Id", hc_text(&r, "instance", id, sizeof id)));
    hc_free(&r);
    r = ask_once(&f, "GET", "/refuse", "Accept-Language: zh-CN,en;q=0.8\r\nCookie: a=b; lang=en\r\n", NULL);
    assert_true(hc_header_is(&r, "Content-Language", "en"));
    hc_free(&r);
    r = ask_once(&f, "GET", "/refuse", NULL, NULL);
    assert_true(hc_header_is(&r, "Content-Language", "zh"));
    hc_free(&r);
    stop(&f);
}

/* Runs one request with standard error caught; returns the log. */
static char *logged(struct fixture *f, const char *method, const char *path)
{
    FILE *caught = tmpfile();
    assert_non_null(caught);
    (void)fflush(stderr);
    int kept = dup(STDERR_FILENO);
    assert_true(dup2(fileno(caught), STDERR_FILENO) >= 0);
    struct hc_reply r = ask_once(f, method, path, NULL, NULL);
    for (int i = 0; i < 1000 && atomic_load(&f->server->exchanges) > 0; i++) usleep(1000);
    (void)fflush(stderr);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    hc_free(&r);
    char *text = wg_alloc(f->arena, 4096);
    rewind(caught);
    (void)!fread(text, 1, 4095, caught);
    (void)fclose(caught);
    return text;
}

static void test_http__the_log_has_the_pattern_and_never_the_path(void **state)
{
    (void)state; /* http P3 */
    struct fixture f;
    start(&f);
    f.server->options.quiet = false;
    char *line = logged(&f, "GET", "/people/wang?a=secret");
    assert_non_null(strstr(line, "info access "));
    assert_non_null(strstr(line, " GET /test 200 "));
    assert_null(strstr(line, "wang"));
    assert_null(strstr(line, "secret"));
    line = logged(&f, "W-2190", "/x");
    assert_null(strstr(line, "2190"));
    stop(&f);
}

/* --- stopping --------------------------------------------------------------------------------------------------------------- */

struct asking {
    struct fixture *f;
    struct hc_reply reply;
};

static void *ask_slow(void *arg)
{
    struct asking *a = arg;
    a->reply = ask_once(a->f, "GET", "/slow", NULL, NULL);
    return NULL;
}

static void *stop_server(void *arg)
{
    struct fixture *f = arg;
    http_stop(f->server);
    return NULL;
}

static void test_http__stopping_lets_handlers_finish(void **state)
{
    (void)state; /* http P4 */
    struct fixture f;
    start(&f);
    struct asking a = {.f = &f};
    unsigned port = http_port(f.server);
    pthread_t asker, stopper;
    assert_int_equal(pthread_create(&asker, NULL, ask_slow, &a), 0);
    while (atomic_load(&f.entered) == 0) usleep(1000);
    assert_int_equal(pthread_create(&stopper, NULL, stop_server, &f), 0);
    struct http_client late;
    bool refused = false;
    for (int i = 0; i < 500 && !refused; i++) {
        usleep(2000);
        refused = !hc_open(&late, port);
        hc_close(&late);
    }
    assert_true(refused);
    atomic_store(&f.release, true);
    assert_int_equal(pthread_join(asker, NULL), 0);
    assert_int_equal(pthread_join(stopper, NULL), 0);
    assert_int_equal(a.reply.status, 200);
    assert_string_equal(a.reply.body, "done");
    hc_free(&a.reply);
    wg_arena_free(f.arena);
}

static void test_http__stopping_ends_streams(void **state)
{
    (void)state; /* http P4 */
    struct fixture f;
    start(&f);
    struct http_client c;
    pthread_t stopper;
    assert_true(hc_open(&c, http_port(f.server)));
    assert_true(hc_send(&c, "GET", "/events", NULL, NULL, 0));
    assert_true(hc_until(&c, 0, ": still here") > 0);
    assert_int_equal(pthread_create(&stopper, NULL, stop_server, &f), 0);
    struct hc_reply r = hc_read(&c, false);
    assert_false(r.broken);
    hc_free(&r);
    hc_close(&c);
    assert_int_equal(pthread_join(stopper, NULL), 0);
    assert_int_equal(f.stream_ends, 1);
    wg_arena_free(f.arena);
}

static void test_http__a_client_that_leaves_ends_its_stream(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    struct http_client c;
    assert_true(hc_open(&c, http_port(f.server)));
    assert_true(hc_send(&c, "GET", "/events", NULL, NULL, 0));
    assert_true(hc_until(&c, 0, ": still here") > 0);
    hc_close(&c);
    for (int i = 0; i < 2000 && atomic_load(&f.stream_ends) == 0; i++) usleep(2000);
    assert_int_equal(atomic_load(&f.stream_ends), 1);
    stop(&f);
}

/* --- paths, methods, parsing ---------------------------------------------------------------------------------------------------- */

static void test_http__broken_addresses_are_refused(void **state)
{
    (void)state; /* http P5 */
    struct fixture f;
    start(&f);
    static const char *const bad[] = {"/../etc/passwd", "/a/%2e%2e/b", "/a/..",    "/a%00b",   "/a%zz",       "/a%4",
                                      "/%c0%af",        "/a\\b",       "/x?a=%00", "/x?a=%ff", "/a%0d%0aX:y", "http://other/x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_status(&f, "GET", bad[i], NULL, NULL, 400, "http.bad_path");
    struct hc_reply r = ask_once(&f, "GET", "/%E7%BD%91/..a/b+c?a=%E6%A0%BC+1&b&a=2", NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "\"path\":\"/网/..a/b+c\",\"a\":\"格 1\""));
    assert_non_null(strstr(r.body, "\"has_b\":true"));
    hc_free(&r);
    stop(&f);
}

static void test_http__head_is_get_without_body(void **state)
{
    (void)state; /* http P6 */
    struct fixture f;
    start(&f);
    struct http_client c;
    assert_true(hc_open(&c, http_port(f.server)));
    struct hc_reply r = hc_ask(&c, "HEAD", "/x", NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_false(hc_header_is(&r, "Content-Length", "0"));
    hc_free(&r);
    r = hc_ask(&c, "GET", "/x", NULL, NULL); /* nothing of a body stood in between */
    assert_non_null(strstr(r.body, "\"method\":\"GET\""));
    hc_free(&r);
    r = hc_ask(&c, "HEAD", "/csv", NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_int_equal(c.in.n, 0);
    assert_false(hc_more(&c)); /* closed, and nothing came before */
    hc_free(&r);
    hc_close(&c);
    r = ask_once(&f, "BREW", "/x", NULL, NULL);
    assert_int_equal(r.status, 405);
    assert_true(hc_header_has(&r, "Allow", "PATCH"));
    hc_free(&r);
    stop(&f);
}

static void test_http__json_is_taken_only_as_json(void **state)
{
    (void)state; /* http P7 */
    struct fixture f;
    start(&f);
    expect_status(&f, "POST", "/json", NULL, "{\"a\":[1,2.5,\"网\"]}", 200, NULL);
    expect_status(&f, "POST", "/json", "Content-Type: application/json; charset=utf-8\r\n", "[]", 200, NULL);
    expect_status(&f, "POST", "/json", "Content-Type: text/plain\r\n", "{}", 415, "http.media_type");
    expect_status(&f, "POST", "/json", NULL, "{\"a\":1,\"a\":2}", 400, "bad_json");
    expect_status(&f, "POST", "/json", NULL, "{\"a\":", 400, "bad_json");
    expect_status(&f, "POST", "/json", NULL, "3", 400, "bad_json");
    char *deep = filled(60000);
    memset(deep, '[', 60000);
    expect_status(&f, "POST", "/json", NULL, deep, 400, "bad_json");
    free(deep);
    stop(&f);
}

static void test_http__large_json_is_packed_for_those_who_take_it(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    char *body = filled(20000);
    body[0] = '[';
    body[1] = body[19998] = '"';
    body[19999] = ']';
    struct hc_reply plain = ask_once(&f, "POST", "/json", NULL, body);
    struct hc_reply packed = ask_once(&f, "POST", "/json", "Accept-Encoding: br, gzip\r\n", body);
    assert_int_equal(plain.body_n, 20000);
    assert_false(hc_header_is(&plain, "Content-Encoding", "gzip"));
    assert_true(hc_header_is(&packed, "Content-Encoding", "gzip"));
    assert_true(packed.body_n < 1000);
    char *out = wg_xmalloc(20000);
    z_stream z = {
        .next_in = (Bytef *)packed.body, .avail_in = (uInt)packed.body_n, .next_out = (Bytef *)out, .avail_out = 20000};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(inflateEnd(&z), Z_OK);
    assert_memory_equal(out, body, 20000);
    free(out);
    hc_free(&packed);
    hc_free(&plain);
    packed = ask_once(&f, "GET", "/x", "Accept-Encoding: gzip\r\n", NULL);
    assert_false(hc_header_is(&packed, "Content-Encoding", "gzip")); /* too small to be worth it */
    hc_free(&packed);
    free(body);
    stop(&f);
}

static void test_http__a_bad_address_or_certificate_is_refused(void **state)
{
    (void)state;
    struct wg_arena *a = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(a);
    struct http_options options = http_options_default();
    struct http_server *server = NULL;
    static const char *const bad[] = {"", "8020", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x", "198.51.100.7:0"};
    options.handle = handle;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.listen = bad[i];
        assert_int_equal(http_start(&ctx, &options, &server), WG_E_LISTEN);
    }
    options.listen = "127.0.0.1:0";
    options.tls_cert = "/dev/null";
    assert_int_equal(http_start(&ctx, &options, &server), WG_E_USAGE);
    options.tls_key = "/dev/null";
    assert_int_equal(http_start(&ctx, &options, &server), WG_E_LISTEN);
    options.tls_key = "/nonexistent/key.pem";
    assert_int_equal(http_start(&ctx, &options, &server), WG_E_FILE);
    assert_null(server);
    wg_arena_free(a);
}

static void test_http__a_stream_arrives_whole_and_ends_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    struct http_client c;
    assert_true(hc_open(&c, http_port(f.server)));
    for (int i = 1; i <= 3; i++) {
        struct hc_reply r = hc_ask(&c, "GET", "/csv", NULL, NULL);
        assert_int_equal(r.body_n, 1000000);
        assert_true(hc_header_has(&r, "Content-Disposition", "filename=\"__ _a_.csv\"; filename*=UTF-8''%E5%90%8D"));
        hc_free(&r);
        r = hc_ask(&c, "GET", "/x", NULL, NULL); /* the one before it is over by then */
        hc_free(&r);
        assert_int_equal(atomic_load(&f.stream_ends), i);
    }
    hc_close(&c);
    stop(&f);
}

static void test_http__numbers_are_counted(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    struct http_client c;
    assert_true(hc_open(&c, http_port(f.server)));
    for (int i = 0; i < 20; i++) {
        struct hc_reply r = hc_ask(&c, "GET", i % 4 ? "/x" : "/refuse", NULL, NULL);
        hc_free(&r);
    }
    struct http_stats stats = http_stats(f.server);
    assert_int_equal(stats.requests, 20);
    assert_int_equal(stats.by_status[2], 15);
    assert_int_equal(stats.by_status[4], 5);
    assert_int_equal(stats.open_connections, 1);
    struct wg_buf out;
    wg_buf_init(&out, 65536);
    http_metrics(f.server, &out);
    assert_non_null(strstr(out.p, "wangge_http_requests_total{class=\"2xx\"} 15\n"));
    assert_non_null(strstr(out.p, "wangge_http_handler_seconds_count 20\n"));
    wg_buf_free(&out);
    hc_close(&c);
    stop(&f);
}

static void test_multipart__an_upload_comes_through_the_server(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    struct wg_buf body;
    wg_buf_init(&body, 8 * 1024 * 1024);
    wg_buf_puts(&body, "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n");
    for (int i = 0; i < 300000; i++) wg_buf_puts(&body, "0123456789");
    wg_buf_puts(&body, "\r\n--xyz--\r\n");
    struct http_client c;
    assert_true(hc_open(&c, http_port(f.server)));
    assert_true(hc_send(&c, "POST", "/upload/file", "Content-Type: multipart/form-data; boundary=xyz\r\n", body.p, body.n));
    struct hc_reply r = hc_read(&c, false);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "{\"file\":\"a.xlsx\",\"bytes\":3000000,\"fields\":0}");
    hc_free(&r);
    hc_close(&c);
    wg_buf_free(&body);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http__a_body_above_its_limit_is_refused),
        cmocka_unit_test(test_http__a_body_in_chunks_has_the_same_limit),
        cmocka_unit_test(test_http__all_bodies_together_are_bounded),
        cmocka_unit_test(test_http__headers_are_bounded),
        cmocka_unit_test(test_http__a_client_has_a_number_of_connections),
        cmocka_unit_test(test_http__a_request_that_trickles_in_is_ended),
        cmocka_unit_test(test_http__every_answer_has_an_id_and_security_headers),
        cmocka_unit_test(test_http__a_refusal_is_a_problem_document),
        cmocka_unit_test(test_http__the_log_has_the_pattern_and_never_the_path),
        cmocka_unit_test(test_http__stopping_lets_handlers_finish),
        cmocka_unit_test(test_http__stopping_ends_streams),
        cmocka_unit_test(test_http__a_client_that_leaves_ends_its_stream),
        cmocka_unit_test(test_http__broken_addresses_are_refused),
        cmocka_unit_test(test_http__head_is_get_without_body),
        cmocka_unit_test(test_http__json_is_taken_only_as_json),
        cmocka_unit_test(test_http__large_json_is_packed_for_those_who_take_it),
        cmocka_unit_test(test_http__a_bad_address_or_certificate_is_refused),
        cmocka_unit_test(test_http__a_stream_arrives_whole_and_ends_once),
        cmocka_unit_test(test_http__numbers_are_counted),
        cmocka_unit_test(test_multipart__an_upload_comes_through_the_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
