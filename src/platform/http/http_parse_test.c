/* What http promises of proxies, multipart bodies and pages, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/http/http_internal.h"

/* --- who asks ---------------------------------------------------------------------------------------------------------------- */

static void test_http__the_proxy_is_believed_only_when_told(void **state)
{
    (void)state;
    struct http_request r = {0};
    const struct http_pair headers[] = {{WG_STR("x-forwarded-for"), WG_STR("1.1.1.1, 192.0.2.7")},
                                        {WG_STR("x-forwarded-proto"), WG_STR("https")}};
    r.headers = headers;
    r.n_headers = 2;
    struct wg_arena *a = wg_arena_new();
    struct http_server server = {0};
    struct http_connection conn = {.server = &server, .client = "127.0.0.1"};
    http_read_client(a, &conn, &r);
    assert_string_equal(r.client, "127.0.0.1");
    assert_false(r.secure);
    server.options.behind_proxy = true;
    http_read_client(a, &conn, &r);
    assert_string_equal(r.client, "192.0.2.7");
    assert_true(r.secure);
    wg_arena_free(a);
}

/* --- multipart ---------------------------------------------------------------------------------------------------------------- */

static int parse(struct wg_ctx *ctx, const char *type, struct wg_str body, struct http_upload *u)
{
    struct http_request r = {.content_type = wg_str(type), .body = body};
    return http_multipart(ctx, &r, u);
}

static void test_multipart__a_file_and_its_fields_are_found(void **state)
{
    (void)state;
    struct wg_arena *a = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(a);
    struct http_upload u;
    static const char body[] = "--B\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\n火车站\r\n"
                               "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\d\\名单.csv\"\r\n"
                               "Content-Type: text/csv\r\n\r\na,b\r\n--Bx\r\n\r\n--B--\r\n";
    assert_int_equal(parse(&ctx, "multipart/form-data; boundary=B", WG_STR(body), &u), WG_E_BAD_FIELD);
    static const char good[] = "--B\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\n火车站\r\n"
                               "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\d\\名单.csv\"\r\n"
                               "Content-Type: text/csv\r\n\r\na,b\r\n-- B\r\n\r\n--B--\r\n";
    assert_int_equal(parse(&ctx, "multipart/form-data; charset=utf-8; boundary=\"B\"", WG_STR(good), &u), 0);
    assert_true(wg_str_is(u.file_name, "名单.csv"));
    assert_true(wg_str_is(u.bytes, "a,b\r\n-- B\r\n"));
    assert_int_equal(u.n_fields, 1);
    assert_true(wg_str_is(u.fields[0].name, "source") && wg_str_is(u.fields[0].value, "火车站"));
    wg_arena_free(a);
}

static void test_multipart__every_cut_is_refused(void **state)
{
    (void)state;
    struct wg_arena *a = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(a);
    struct http_upload u;
    static const char good[] = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n\r\n--B--\r\n";
    const size_t whole = sizeof good - 1;
    for (size_t n = 0; n <= whole; n++) {
        char *copy = wg_xmalloc(n + 1); /* exact, so that the sanitizer sees a read past the end */
        memcpy(copy, good, n);
        int rc = parse(&ctx, "multipart/form-data; boundary=B", (struct wg_str){copy, n}, &u);
        assert_int_equal(rc, n == whole || n == whole - 2 ? 0 : WG_E_BAD_FIELD);
        free(copy);
    }
    assert_int_equal(u.bytes.n, 0);
    assert_int_equal(parse(&ctx, "multipart/form-data", WG_STR("--B--"), &u), WG_E_MEDIA_TYPE);
    assert_int_equal(parse(&ctx, "text/csv", WG_STR("a,b"), &u), WG_E_MEDIA_TYPE);
    wg_arena_free(a);
}

/* --- pages -------------------------------------------------------------------------------------------------------------------- */

static const unsigned char page_bytes[] = "<html>sw(js)br gz";
#define PAGE(name, from, to)                                                                                                   \
    {                                                                                                                          \
        name, page_bytes + (from), page_bytes + (to)                                                                           \
    }
static const struct wg_embedded_file page_files[] = {
    PAGE("src/secret.sql", 0, 6),
    PAGE("web/desk/assets/index-BhX3k2_p.js", 8, 12),
    PAGE("web/desk/assets/index-BhX3k2_p.js.br", 12, 14),
    PAGE("web/desk/assets/index-BhX3k2_p.js.gz", 15, 17),
    PAGE("web/desk/assets/logo.svg", 0, 6),
    PAGE("web/desk/index.html", 0, 6),
    PAGE("web/field/index.html", 0, 6),
    PAGE("web/field/sw.js", 6, 8),
};

struct page_answer {
    struct http_answer answer;
    bool found;
};

static struct page_answer page(struct wg_arena *arena, const char *path, const char *accept, const char *if_none_match)
{
    struct http_pages pages = http_pages_of(page_files, sizeof page_files / sizeof *page_files);
    const struct http_pair headers[] = {{WG_STR("Accept-Encoding"), wg_str(accept)},
                                        {WG_STR("If-None-Match"), wg_str(if_none_match)}};
    struct http_request r = {.method = "GET", .path = wg_str(path), .headers = headers, .n_headers = 2};
    struct page_answer result = {0};
    result.found = http_pages_answer(arena, &pages, &r, &result.answer);
    free(pages.items);
    return result;
}

static struct wg_str header(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->n_headers; i++)
        if (http_name_is(answer->headers[i].name, name)) return answer->headers[i].value;
    return WG_STR("");
}

static void test_static__only_embedded_pages_are_served(void **state)
{
    (void)state; /* http P5 */
    struct wg_arena *a = wg_arena_new();
    static const char *const absent[] = {"/src/secret.sql", "/secret.sql",    "/desk/none.js",
                                         "/other/x",        "/api/v1/people", "/desk/assets/index-BhX3k2_p.js.br",
                                         "/open/"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) assert_false(page(a, absent[i], NULL, NULL).found);
    struct page_answer p = page(a, "/", NULL, NULL);
    assert_true(p.found && p.answer.status == 307 && wg_str_is(header(&p.answer, "Location"), "/desk/"));
    p = page(a, "/field", NULL, NULL);
    assert_true(p.found && wg_str_is(header(&p.answer, "Location"), "/field/"));
    p = page(a, "/desk/", NULL, NULL);
    assert_true(p.found && wg_str_is(p.answer.bytes, "<html>") && wg_str_is(header(&p.answer, "Cache-Control"), "no-cache"));
    p = page(a, "/desk/people/0198", NULL, NULL);
    assert_true(p.found && wg_str_is(p.answer.bytes, "<html>"));
    p = page(a, "/field/sw.js", NULL, NULL);
    assert_true(p.found && wg_str_is(header(&p.answer, "Cache-Control"), "no-cache"));
    assert_true(wg_str_is(header(&p.answer, "Service-Worker-Allowed"), "/"));
    wg_arena_free(a);
}

static void test_static__the_twin_is_sent_to_those_who_take_it(void **state)
{
    (void)state;
    struct wg_arena *a = wg_arena_new();
    const char *name = "/desk/assets/index-BhX3k2_p.js";
    struct page_answer p = page(a, name, "gzip, deflate, br", NULL);
    assert_true(wg_str_is(p.answer.bytes, "br") && wg_str_is(header(&p.answer, "Content-Encoding"), "br"));
    assert_string_equal(p.answer.type, "text/javascript; charset=utf-8");
    p = page(a, name, "gzip, br;q=0", NULL);
    assert_true(wg_str_is(p.answer.bytes, "gz"));
    p = page(a, name, NULL, NULL);
    assert_true(wg_str_is(p.answer.bytes, "(js)") && header(&p.answer, "Content-Encoding").n == 0);
    assert_true(wg_str_find(header(&p.answer, "Cache-Control"), WG_STR("immutable")) > 0);
    struct wg_str etag = header(&p.answer, "ETag");
    p = page(a, name, NULL, wg_fmt(a, "\"x\", W/%s", etag.p));
    assert_int_equal(p.answer.status, 304);
    assert_int_equal(p.answer.bytes.n, 0);
    assert_int_equal(page(a, name, "br", etag.p).answer.status, 0);
    p = page(a, "/desk/assets/logo.svg", NULL, NULL);
    assert_true(wg_str_is(header(&p.answer, "Cache-Control"), "no-cache"));
    wg_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http__the_proxy_is_believed_only_when_told),
        cmocka_unit_test(test_multipart__a_file_and_its_fields_are_found),
        cmocka_unit_test(test_multipart__every_cut_is_refused),
        cmocka_unit_test(test_static__only_embedded_pages_are_served),
        cmocka_unit_test(test_static__the_twin_is_sent_to_those_who_take_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
