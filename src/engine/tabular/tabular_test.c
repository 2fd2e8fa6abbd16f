/* What tabular promises. Files are made here; the people are made up. */
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unistd.h>

#include "engine/tabular/tabular_testing.h"

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

/* --- the header --- */

static void head_is(const char *text, size_t title_rows, size_t header_row, const char *names)
{
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, wg_str(text));
    const struct tab_shape *s = tab_shape(r);
    struct wg_buf joined;
    wg_buf_init(&joined, 1 << 16);
    for (size_t i = 0; i < s->columns; i++) {
        if (i) wg_buf_putc(&joined, '|');
        wg_buf_str(&joined, s->header[i]);
    }
    if (s->title_rows != title_rows || s->header_row != header_row || strcmp(joined.p, names) != 0)
        fail_msg("%s\n%zu titles, header in %zu, %s", text, s->title_rows, s->header_row, joined.p);
    wg_buf_free(&joined);
    done(&ctx);
}

static void test_tabular__header_is_found(void **state)
{
    (void)state; /* tabular P1 */
    head_is("姓名,电话\n张三,13900000001\n", 0, 1, "姓名|电话");
    head_is("name,city\nJohn,Paris\nMary,London\n", 0, 1, "name|city");
    head_is("rec_id,given_name,surname,street_number,address_1,soc_sec_id\n"
            "rec-1-org,michaela,neumann,8,stanley street,5304218\nrec-2-org,courtney,painter,12,pinkerton circuit,4066625\n",
            0, 1, "rec_id|given_name|surname|street_number|address_1|soc_sec_id");
    /* titles, a line about the sender, blank lines */
    head_is("和平街道外地返回人员名单,,,,\n填报单位：幸福社区,,,填报时间：2020年2月14日,\n,,,,\n序号,姓名,性别,证件号,备注\n"
            "1,张三,男,219999199001010011,\n2,李四,女,219999199001010038,\n",
            3, 4, "序号|姓名|性别|证件号|备注");
    head_is("人员名单\n\n姓名,住址\n张三,幸福里\n李四,和平路\n", 2, 3, "姓名|住址");
    /* empty columns at the right go, nameless ones get a name, equal ones are told apart */
    head_is("姓名,电话,,电话,,\n张三,13900000001,x,13900000002,,\n", 0, 1, "姓名|电话|列3|电话#2");
    head_is("a,a,a#2,a\nx,1234567,y,2\n", 0, 1, "a|a#2|a#2#2|a#3");
    /* one column; a header with figures */
    head_is("身份证号\n219999199001010011\n219999199001010038\n", 0, 1, "身份证号");
    head_is("姓名,2月14日,2月15日\n张三,36.5,36.6\n李四,36.4,36.7\n", 0, 1, "姓名|2月14日|2月15日");
    head_is("姓名,1,2,3\n张三,36.5,36.6,36.5\n李四,36.4,36.7,36.9\n", 0, 1, "姓名|1|2|3");
    /* text under text, and rows that are mostly empty */
    head_is("户主,成员,与户主关系\n张三,张三,本人\n,李四,配偶\n,张小三,子\n王五,王五,本人\n", 0, 1, "户主|成员|与户主关系");
    head_is("姓名,备注,来源\n张三,,\n李四,,\n王五,,武汉\n", 0, 1, "姓名|备注|来源");
    head_is("姓 名\t\"联系\n电话\"\t住  址\n张三\t13900000001\t幸福里\n", 0, 1, "姓 名|联系电话|住  址");
}

static void test_tabular__a_header_of_two_lines(void **state)
{
    (void)state; /* tabular P1 */
    head_is("序号,基本情况,,,住址,体温,,备注\n,姓名,性别,年龄,,上午,下午,\n1,张三,男,30,幸福里,36.5,36.6,\n2,李四,女,41,和平路,"
            "36.4,36.7,\n",
            0, 2, "序号|姓名|性别|年龄|住址|上午|下午|备注");
    head_is("外出人员,,,,,\n序号,户主,,配偶,,住址\n,姓名,电话,姓名,电话,\n1,张三,13900000001,李四,13900000002,幸福里\n", 1, 3,
            "序号|户主/姓名|户主/电话|配偶/姓名|配偶/电话|住址");
    /* a group of one column, and a last name that only the upper line has */
    head_is("序号,旅客信息,,,到达,备注\n,姓名,身份证号码,联系方式,日期,\n1,张三,219999199001010011,13900000001,2026-11-24,\n"
            "2,李四,219999199001010038,13900000002,11月24日,无症状\n",
            0, 2, "序号|姓名|身份证号码|联系方式|日期|备注");
    head_is("姓名,,性别,备注\n张三,李四,男,无\n王五,赵六,女,无\n", 0, 1, "姓名|列2|性别|备注");
}

static void test_tabular__a_file_without_a_header(void **state)
{
    (void)state; /* tabular P1, P4 */
    head_is("张三,219999199001010011,13900000001\n李四,219999199001010038,13900000002\n", 0, 0, "列1|列2|列3");
    head_is("名单\n张三,219999199001010011,13900000001\n李四,219999199001010038,13900000002\n", 1, 0, "列1|列2|列3");
    head_is("219999199001010011\n219999199001010038\n", 0, 0, "列1");
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, WG_STR("张三,219999199001010011\n李四,219999199001010038\n"));
    is(row(&ctx, r).cells[0], "张三");
    is(row(&ctx, r).cells[0], "李四");
    at_end(&ctx, r);
    done(&ctx);
}

static void test_tabular__totals_notes_and_repeated_headers_are_marked(void **state)
{
    (void)state; /* tabular P1 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(
        &ctx,
        WG_STR(
            "序号,姓名,人数,住址\n1,张三,2,幸福里\n小 计,,2,\n序号,姓名,人数,住址\n2,李四,3,和平路\n"
            "合计：5人,,,\nTotal,,5,\n3,总计,5,\n填表人：某某,,审核人：某某,\n4,合计,5,共计路1号\n,注记人,,\nSum,John,1,\n"));
    static const enum tab_row_kind want[] = {TAB_DATA,  TAB_TOTAL, TAB_HEADER, TAB_DATA, TAB_TOTAL, TAB_TOTAL,
                                             TAB_TOTAL, TAB_TOTAL, TAB_TOTAL,  TAB_DATA, TAB_DATA};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct tab_row got = row(&ctx, r);
        if (got.kind != want[i]) fail_msg("line %zu: kind %d, want %d", got.number, got.kind, want[i]);
    }
    at_end(&ctx, r);
    done(&ctx);
}

static void test_tabular__long_lines_say_so(void **state)
{
    (void)state; /* tabular P1 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, WG_STR("姓名,电话\n张三,13900000001,,\n李四,13900000002,x\n王五\n"));
    assert_false(row(&ctx, r).too_many_cells);
    struct tab_row b = row(&ctx, r);
    assert_true(b.too_many_cells);
    is(b.raw, "李四,13900000002,x");
    struct tab_row c = row(&ctx, r);
    assert_false(c.too_many_cells);
    assert_int_equal(c.kinds[1], TAB_EMPTY);
    is(c.cells[1], "");
    at_end(&ctx, r);
    done(&ctx);
}

static void test_tabular__kinds_of_cells(void **state)
{
    (void)state; /* tabular P2 */
    static const struct {
        const char *text;
        enum tab_cell_kind kind;
    } cases[] = {{"12", TAB_NUMBER},
                 {"-3.50", TAB_NUMBER},
                 {"0", TAB_NUMBER},
                 {"0421", TAB_TEXT},
                 {"13900000001", TAB_NUMBER},
                 {"219999199001010011", TAB_TEXT},
                 {"2.11302E+17", TAB_LOST},
                 {"1.39E+10", TAB_LOST},
                 {"1.2E+05", TAB_TEXT},
                 {"3E12", TAB_TEXT},
                 {"2020-02-14", TAB_DATE},
                 {"2020-02-30", TAB_TEXT},
                 {"2020-02-14T08:30", TAB_DATE},
                 {"2020-02-14T08:30:15", TAB_DATE},
                 {"2020/2/14", TAB_TEXT},
                 {"x", TAB_TEXT},
                 {"-", TAB_TEXT},
                 {"\xE3\x80\x80", TAB_EMPTY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wg_ctx ctx = fresh();
        struct tab_reader *r = opened(&ctx, wg_str(wg_fmt(ctx.arena, "姓名,数\n张三,%s\n", cases[i].text)));
        struct tab_row got = row(&ctx, r);
        if (got.kinds[1] != cases[i].kind) fail_msg("%s: kind %d", cases[i].text, got.kinds[1]);
        done(&ctx);
    }
}

static void test_tabular__what_is_no_table_is_refused(void **state)
{
    (void)state; /* tabular P4 */
    refused(WG_STR(""), NULL, WG_E_TAB_EMPTY);
    refused(WG_STR("\xEF\xBB\xBF"), NULL, WG_E_TAB_EMPTY);
    refused(WG_STR("\xFE\xFF"), NULL, WG_E_TAB_EMPTY);
    refused(WG_STR(" \r\n,,,\r\n,,\r\n"), NULL, WG_E_TAB_EMPTY);
    refused(WG_STR("姓名,电话\r\n\r\n"), NULL, WG_E_TAB_NO_ROWS);
    refused(WG_STR("%PDF-1.7\n"), NULL, WG_E_TAB_FORMAT);
    refused(WG_STR("<html><table><tr><td>姓名</td></tr></table>"), NULL, WG_E_TAB_FORMAT);
    refused(WG_STR("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0e\x0f\x10"), NULL, WG_E_TAB_FORMAT);
    refused(WG_STR("各位居民请注意，为了做好近期的防控工作，请大家减少外出，出门请佩戴口罩，回家洗手，保持室内通风。\n"
                   "外地返回人员请在到达后第一时间联系社区登记，按照要求做好居家观察，配合网格员每日上门测量体温两次。\n"),
            NULL, WG_E_TAB_NO_HEADER);
    struct tab_limits small = tab_limits_default();
    small.max_bytes = 10;
    refused(WG_STR("姓名,电话\n张三,1\n"), &small, WG_E_TAB_LIMIT);
    small = tab_limits_default();
    small.max_columns = 2;
    refused(WG_STR("姓名,电话,住址\n张三,1,x\n"), &small, WG_E_TAB_LIMIT);
}

static void test_tabular__rows_are_limited(void **state)
{
    (void)state; /* tabular P4, P5 */
    struct wg_ctx ctx = fresh();
    struct tab_limits small = tab_limits_default();
    small.max_rows = 2;
    struct tab_reader *r;
    assert_int_equal(tab_open_bytes(&ctx, WG_STR("姓名,电话\n张三,1\n李四,2\n\n王五,3\n"), &small, &r), 0);
    for (int i = 0; i < 3; i++) (void)row(&ctx, r);
    struct tab_row got;
    bool more;
    assert_int_equal(tab_next(&ctx, r, &got, &more), WG_E_TAB_LIMIT);
    done(&ctx);
}

static void test_tabular__files_are_opened(void **state)
{
    (void)state;
    struct wg_ctx ctx = fresh();
    struct tab_reader *r;
    assert_int_equal(tab_open_file(&ctx, "/nonexistent/x.csv", NULL, &r), WG_E_FILE);
    assert_int_equal(tab_open_file(&ctx, "/tmp", NULL, &r), WG_E_FILE);
    char path[] = "/tmp/wangge-tabular-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(tab_open_file(&ctx, path, NULL, &r), WG_E_TAB_EMPTY);
    static const char text[] = "姓名,电话\n张三,13900000001\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    assert_int_equal(tab_open_file(&ctx, path, NULL, &r), 0);
    is(row(&ctx, r).cells[0], "张三");
    assert_true(tab_done(r) > 0.9);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, sizeof text - 1), sizeof text - 1);
    (void)close(ends[1]);
    assert_int_equal(tab_open_file(&ctx, wg_fmt(ctx.arena, "/dev/fd/%d", ends[0]), NULL, &r), 0);
    is(row(&ctx, r).cells[1], "13900000001");
    (void)close(ends[0]);
    (void)close(fd);
    (void)unlink(path);
    done(&ctx);
}

static void test_tabular__a_long_gb18030_file_passes_the_window(void **state)
{
    (void)state; /* tabular P1, P5 */
    enum { ROWS = 30000 };
    struct wg_ctx ctx = fresh();
    struct wg_buf text;
    wg_buf_init(&text, 64 << 20);
    wg_buf_puts(&text, "编号,姓名,住址\r\n");
    for (int i = 0; i < ROWS; i++) wg_buf_fmt(&text, "%d,张三%d,\"幸福里,\r\n%d号楼\"\r\n", i, i, i % 50);
    struct wg_str gbk = encoded(&ctx, "GB18030", (struct wg_str){text.p, text.n});
    struct tab_reader *r = opened(&ctx, gbk);
    for (int i = 0; i < ROWS; i++) {
        struct tab_row got = row(&ctx, r);
        assert_int_equal(got.number, 2 + 2 * i);
        assert_int_equal(got.kind, TAB_DATA);
        is(got.cells[1], wg_fmt(ctx.arena, "张三%d", i));
    }
    at_end(&ctx, r);
    wg_buf_free(&text);
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

static void test_tabular__formulas_stay_text_in_csv(void **state)
{
    (void)state; /* tabular P3 */
    struct wg_ctx ctx = fresh();
    static const struct tab_column columns[] = {{"=姓名", false, 0}, {"值", false, 0}};
    struct catch c;
    wg_buf_init(&c.bytes, 1 << 20);
    struct tab_writer *w;
    assert_int_equal(tab_write_open(&ctx, TAB_CSV, NULL, columns, 2, caught, &c, &w), 0);
    tab_write_title(w, "CSV has no titles");
    static const char *const cells[][2] = {
        {"=cmd|'/C calc'!A0", "-5"}, {"+86 139", "+5.5"}, {"@SUM(1)", "-"}, {"'=x", "-无"}, {"a,\"b\"", " x "}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        const struct wg_str line[] = {wg_str(cells[i][0]), wg_str(cells[i][1])};
        assert_int_equal(tab_write_row(&ctx, w, line), 0);
    }
    assert_int_equal(tab_write_close(&ctx, w), 0);
    is((struct wg_str){c.bytes.p, c.bytes.n},
       "\xEF\xBB\xBF'=姓名,值\r\n'=cmd|'/C calc'!A0,-5\r\n'+86 139,+5.5\r\n'@SUM(1),-\r\n"
       "''=x,'-无\r\n\"a,\"\"b\"\"\",x\r\n");
    wg_buf_free(&c.bytes);
    done(&ctx);
}

static bool stop(void *arg, const void *bytes, size_t n)
{
    (void)arg, (void)bytes, (void)n;
    return false;
}

static void test_tabular__a_sink_stops_the_writer(void **state)
{
    (void)state;
    struct wg_ctx ctx = fresh();
    static const struct tab_column columns[] = {{"姓名", false, 0}};
    struct tab_writer *w;
    assert_int_equal(tab_write_open(&ctx, TAB_CSV, NULL, columns, 1, stop, NULL, &w), 0);
    const struct wg_str line[] = {WG_STR("张三")};
    assert_int_equal(tab_write_row(&ctx, w, line), 0);
    assert_int_equal(tab_write_close(&ctx, w), WG_E_CANCELLED);
    done(&ctx);
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
        cmocka_unit_test(test_tabular__header_is_found),
        cmocka_unit_test(test_tabular__a_header_of_two_lines),
        cmocka_unit_test(test_tabular__a_file_without_a_header),
        cmocka_unit_test(test_tabular__totals_notes_and_repeated_headers_are_marked),
        cmocka_unit_test(test_tabular__long_lines_say_so),
        cmocka_unit_test(test_tabular__kinds_of_cells),
        cmocka_unit_test(test_tabular__what_is_no_table_is_refused),
        cmocka_unit_test(test_tabular__rows_are_limited),
        cmocka_unit_test(test_tabular__files_are_opened),
        cmocka_unit_test(test_tabular__a_long_gb18030_file_passes_the_window),
        cmocka_unit_test(test_tabular__formulas_stay_text_in_csv),
        cmocka_unit_test(test_tabular__a_sink_stops_the_writer),
        cmocka_unit_test(test_tabular__csv_round_trip),
        cmocka_unit_test(test_tabular__xlsx_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
