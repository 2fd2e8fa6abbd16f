/* What tabular promises. Files are made here; the people are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unicode/ucnv.h>

#include <cmocka.h>

#include "engine/tabular/tabular.h"

/* --- helpers --- */

static struct wg_ctx fresh(void)
{
    return wg_ctx(wg_arena_new());
}

static void done(struct wg_ctx *ctx)
{
    wg_arena_free(ctx->arena);
}

static struct tab_reader *opened(struct wg_ctx *ctx, struct wg_str bytes)
{
    struct tab_reader *r = NULL;
    int e = tab_open_bytes(ctx, bytes, NULL, &r);
    if (e) print_error("refused: %s\n", wg_problem_text(ctx->arena, &ctx->problem, WG_EN));
    assert_int_equal(e, 0);
    return r;
}

static struct tab_row row(struct wg_ctx *ctx, struct tab_reader *r)
{
    struct tab_row got;
    bool more = false;
    assert_int_equal(tab_next(ctx, r, &got, &more), 0);
    assert_true(more);
    return got;
}

static void at_end(struct wg_ctx *ctx, struct tab_reader *r)
{
    struct tab_row got;
    bool more = true;
    assert_int_equal(tab_next(ctx, r, &got, &more), 0);
    assert_false(more);
}

static void is(struct wg_str got, const char *want)
{
    if (!wg_str_is(got, want)) fail_msg("got \"%.*s\", want \"%s\"", (int)got.n, got.p, want);
}

/* --- CSV --- */

static void test_tabular__plain_csv(void **state)
{
    (void)state; /* tabular P1 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, WG_STR("姓名,年龄,电话\r\n张三,30,13900000001\r\n\r\n李四,,\"1,2\"\r\n"));
    const struct tab_shape *s = tab_shape(r);
    assert_int_equal(s->columns, 3);
    assert_int_equal(s->header_row, 1);
    assert_string_equal(s->encoding, "UTF-8");
    is(s->header[2], "电话");
    for (int round = 0; round < 2; round++) {
        struct tab_row a = row(&ctx, r);
        assert_int_equal(a.number, 2);
        is(a.cells[0], "张三");
        assert_int_equal(a.kinds[1], TAB_NUMBER);
        struct tab_row b = row(&ctx, r);
        assert_int_equal(b.kind, TAB_BLANK);
        struct tab_row c = row(&ctx, r);
        assert_int_equal(c.number, 4);
        is(c.cells[2], "1,2");
        is(c.raw, "李四,,\"1,2\"");
        at_end(&ctx, r);
        at_end(&ctx, r);
        tab_rewind(r);
    }
    done(&ctx);
}

/* The same text in GB18030, UTF-16LE and UTF-16BE, by ICU. */
static struct wg_str encoded(struct wg_ctx *ctx, const char *encoding, struct wg_str text)
{
    UErrorCode error = U_ZERO_ERROR;
    size_t cap = text.n * 4 + 16;
    char *out = wg_alloc(ctx->arena, cap);
    int32_t n = ucnv_convert(encoding, "UTF-8", out, (int32_t)cap, text.p, (int32_t)text.n, &error);
    assert_true(U_SUCCESS(error));
    return (struct wg_str){out, (size_t)n};
}

static void test_tabular__encodings_are_told_apart(void **state)
{
    (void)state; /* tabular P2 */
    static const struct {
        const char *encoding, *name, *mark;
        size_t mark_n;
    } cases[] = {{"UTF-8", "UTF-8", "", 0},       {"UTF-8", "UTF-8", "\xEF\xBB\xBF", 3},
                 {"GB18030", "GB18030", "", 0},   {"GBK", "GB18030", "", 0},
                 {"UTF-16LE", "UTF-16LE", "", 0}, {"UTF-16LE", "UTF-16LE", "\xFF\xFE", 2},
                 {"UTF-16BE", "UTF-16BE", "", 0}, {"UTF-16BE", "UTF-16BE", "\xFE\xFF", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wg_ctx ctx = fresh();
        struct wg_str text = encoded(&ctx, cases[i].encoding,
                                     WG_STR("姓名,住址,电话\r\n张三,幸福里小区1号楼,13900000001\r\n李四,“和平”路2号,\r\n"));
        char *whole = wg_alloc(ctx.arena, text.n + 4);
        memcpy(whole, cases[i].mark, cases[i].mark_n);
        memcpy(whole + cases[i].mark_n, text.p, text.n);
        struct tab_reader *r = opened(&ctx, (struct wg_str){whole, text.n + cases[i].mark_n});
        assert_string_equal(tab_shape(r)->encoding, cases[i].name);
        is(tab_shape(r)->header[1], "住址");
        struct tab_row a = row(&ctx, r);
        assert_int_equal(a.kind, TAB_DATA);
        is(a.cells[1], "幸福里小区1号楼");
        is(row(&ctx, r).cells[1], "“和平”路2号");
        at_end(&ctx, r);
        tab_rewind(r);
        is(row(&ctx, r).cells[0], "张三");
        done(&ctx);
    }
}

static void test_tabular__undecodable_bytes_are_shown(void **state)
{
    (void)state; /* tabular P2 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r =
        opened(&ctx, WG_STR("姓名,住址,电话\n张三,幸福里\xFF,1\n李四,\"幸\"\"福\"\"里\",2\n王五,和平路,3\0,\n"));
    assert_string_equal(tab_shape(r)->encoding, "UTF-8");
    struct tab_row a = row(&ctx, r);
    assert_int_equal(a.kind, TAB_DAMAGED);
    is(a.cells[1], "幸福里\xEF\xBF\xBD");
    struct tab_row b = row(&ctx, r);
    assert_int_equal(b.kind, TAB_DATA);
    is(b.cells[1], "幸\"福\"里");
    struct tab_row c = row(&ctx, r);
    assert_int_equal(c.kind, TAB_DAMAGED);
    is(c.cells[2], "3\xEF\xBF\xBD");
    at_end(&ctx, r);
    done(&ctx);
    ctx = fresh();
    struct wg_str text = encoded(&ctx, "GB18030", WG_STR("姓名,住址\n张三,幸福里#\n李四,和平路\n"));
    *(char *)memchr(text.p, '#', text.n) = (char)0xFF;
    r = opened(&ctx, text);
    assert_string_equal(tab_shape(r)->encoding, "GB18030");
    a = row(&ctx, r);
    assert_int_equal(a.kind, TAB_DAMAGED);
    is(a.cells[1], "幸福里\xEF\xBF\xBD");
    assert_int_equal(row(&ctx, r).kind, TAB_DATA);
    done(&ctx);
}

static void test_tabular__delimiters_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char delimiter;
    } cases[] = {{"name,city\nA,B\nC,D\n", ','},
                 {"name;city;note\nA;B;1,5\nC;D;2,5\n", ';'},
                 {"name\tcity\nA\tB, C\nD\tE, F\n", '\t'},
                 {"sep=;\r\nname;city,x\r\nA;B\r\n", ';'},
                 {"name\nA\nB\n", ','}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wg_ctx ctx = fresh();
        struct tab_reader *r = opened(&ctx, wg_str(cases[i].text));
        assert_int_equal(tab_shape(r)->delimiter, cases[i].delimiter);
        is(tab_shape(r)->header[0], "name");
        is(row(&ctx, r).cells[0], "A");
        done(&ctx);
    }
}

static void test_tabular__quotes(void **state)
{
    (void)state; /* tabular P1 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, WG_STR("name,note,no\n\"A\",\"two\nlines\",1\n\"say \"\"hi\"\"\" ,\"B\"(head),2\n"
                                               "C,\"never closed,3\nD,fine,4\nE,\"closed\",5\nF,5\" pipe,6\r\rG,,7"));
    struct tab_row a = row(&ctx, r);
    assert_int_equal(a.number, 2);
    is(a.cells[1], "two\nlines");
    a = row(&ctx, r);
    assert_int_equal(a.number, 4);
    is(a.cells[0], "say \"hi\"");
    is(a.cells[1], "B(head)");
    a = row(&ctx, r);
    assert_int_equal(a.number, 5);
    assert_int_equal(a.kind, TAB_DAMAGED);
    is(a.raw, "C,\"never closed,3");
    a = row(&ctx, r);
    assert_int_equal(a.number, 6);
    assert_int_equal(a.kind, TAB_DATA);
    is(a.cells[1], "fine");
    is(row(&ctx, r).cells[1], "closed");
    is(row(&ctx, r).cells[1], "5\" pipe");
    assert_int_equal(row(&ctx, r).kind, TAB_BLANK);
    a = row(&ctx, r);
    assert_int_equal(a.number, 10);
    is(a.cells[2], "7");
    at_end(&ctx, r);
    done(&ctx);
}

/* --- writing and reading again --- */

struct catch
{
    struct wg_buf bytes;
};

static bool caught(void *arg, const void *bytes, size_t n)
{
    struct catch *c = arg;
    wg_buf_add(&c->bytes, bytes, n);
    return !c->bytes.failed;
}

struct dice {
    uint64_t state;
};

static uint64_t roll(struct dice *d, uint64_t below)
{
    d->state = d->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (d->state >> 33) % below;
}

static struct wg_str random_cell(struct wg_ctx *ctx, struct dice *d)
{
    static const char *const pieces[] = {"张三",
                                         "=1+1",
                                         "-",
                                         "@x",
                                         "+86 139",
                                         "-5",
                                         "'",
                                         "\"",
                                         ",",
                                         ";",
                                         "\n",
                                         "\r\n",
                                         "\t",
                                         " ",
                                         "_x0041_",
                                         "&<>",
                                         "\xF0\xA0\xAE\xB7",
                                         "219999199001010000",
                                         "0421",
                                         "1.50",
                                         "12",
                                         "\x01",
                                         "e",
                                         "2.11302E+17",
                                         "2020-02-14",
                                         "#N/A",
                                         "\xE3\x80\x80",
                                         "</t>",
                                         "\r",
                                         "="};
    struct wg_buf out;
    wg_buf_init(&out, 1 << 20);
    for (uint64_t n = roll(d, 5); n > 0; n--) wg_buf_puts(&out, pieces[roll(d, sizeof pieces / sizeof *pieces)]);
    struct wg_str s = wg_str_dup(ctx->arena, wg_str_trim((struct wg_str){out.p, out.n}));
    wg_buf_free(&out);
    return s;
}

static void round_trip(enum tab_format format, uint64_t seed)
{
    enum { ROWS = 60, COLUMNS = 7 };
    struct wg_ctx ctx = fresh();
    struct dice d = {seed};
    static const struct tab_column columns[COLUMNS] = {{"姓名", false, 0},  {"年龄", true, 0}, {"电话", false, 20},
                                                       {"=住址", false, 0}, {"体温", true, 0}, {"备注", false, 0},
                                                       {"编号", true, 0}};
    struct wg_str cells[ROWS][COLUMNS];
    struct catch c;
    wg_buf_init(&c.bytes, 64 << 20);
    struct tab_writer *w;
    assert_int_equal(tab_write_open(&ctx, format, "名单/甲", columns, COLUMNS, caught, &c, &w), 0);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < COLUMNS; k++) cells[i][k] = i == 7 ? WG_STR("") : random_cell(&ctx, &d);
        cells[i][0] = i == 7 ? WG_STR("") : wg_str(wg_fmt(ctx.arena, "居民%zu", i));
        assert_int_equal(tab_write_row(&ctx, w, cells[i]), 0);
    }
    assert_int_equal(tab_write_close(&ctx, w), 0);
    struct tab_reader *r = opened(&ctx, (struct wg_str){c.bytes.p, c.bytes.n});
    assert_int_equal(tab_shape(r)->format, format);
    assert_int_equal(tab_shape(r)->columns, COLUMNS);
    is(tab_shape(r)->header[3], "=住址");
    for (size_t i = 0; i < ROWS; i++) {
        struct tab_row got = row(&ctx, r);
        assert_int_equal(got.kind, i == 7 ? TAB_BLANK : TAB_DATA);
        for (size_t k = 0; k < COLUMNS; k++)
            if (!wg_str_eq(got.cells[k], cells[i][k]))
                fail_msg("seed %zu row %zu column %zu: got \"%.*s\", want \"%.*s\"", (size_t)seed, i, k, (int)got.cells[k].n,
                         got.cells[k].p, (int)cells[i][k].n, cells[i][k].p);
    }
    at_end(&ctx, r);
    wg_buf_free(&c.bytes);
    done(&ctx);
}

static void test_tabular__csv_round_trip(void **state)
{
    (void)state; /* tabular P3 */
    for (uint64_t seed = 1; seed <= 40; seed++) round_trip(TAB_CSV, seed);
}

static void test_tabular__xlsx_round_trip(void **state)
{
    (void)state; /* tabular P3 */
    for (uint64_t seed = 1; seed <= 40; seed++) round_trip(TAB_XLSX, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tabular__plain_csv),
        cmocka_unit_test(test_tabular__encodings_are_told_apart),
        cmocka_unit_test(test_tabular__undecodable_bytes_are_shown),
        cmocka_unit_test(test_tabular__delimiters_are_told_apart),
        cmocka_unit_test(test_tabular__quotes),
        cmocka_unit_test(test_tabular__csv_round_trip),
        cmocka_unit_test(test_tabular__xlsx_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
