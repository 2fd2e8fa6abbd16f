/* What tabular promises for .xlsx. Packages are put together here, part by part; the people are made up. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "engine/tabular/tabular_testing.h"

/* --- helpers --- */

struct part {
    const char *name, *text;
};

/* A zip of these parts, in ctx->arena. */
static struct wg_str zipped(struct wg_ctx *ctx, const struct part *parts, size_t n)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *whole = zip_source_buffer_create(NULL, 0, 0, &error);
    assert_non_null(whole);
    zip_source_keep(whole);
    zip_t *zip = zip_open_from_source(whole, ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *part = zip_source_buffer(zip, parts[i].text, strlen(parts[i].text), 0);
        assert_true(zip_file_add(zip, parts[i].name, part, 0) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t st;
    assert_int_equal(zip_source_stat(whole, &st), 0);
    char *bytes = wg_alloc(ctx->arena, (size_t)st.size);
    assert_int_equal(zip_source_open(whole), 0);
    assert_int_equal(zip_source_read(whole, bytes, st.size), (zip_int64_t)st.size);
    (void)zip_source_close(whole);
    zip_source_free(whole);
    zip_error_fini(&error);
    return (struct wg_str){bytes, (size_t)st.size};
}

#define RELATIONS "http://schemas.openxmlformats.org/package/2006/relationships"
#define DOCUMENT "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

static const char top_rels[] = "<Relationships xmlns='" RELATIONS "'><Relationship Id='rId1' Type='" DOCUMENT
                               "/officeDocument' Target='xl/workbook.xml'/></Relationships>";
static const char book_rels[] = "<Relationships xmlns='" RELATIONS "'><Relationship Id='a' Type='" DOCUMENT
                                "/worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='b' Type='" DOCUMENT
                                "/worksheet' Target='/xl/worksheets/sheet2.xml'/><Relationship Id='c' Type='" DOCUMENT
                                "/sharedStrings' Target='sharedStrings.xml'/><Relationship Id='d' Type='" DOCUMENT
                                "/styles' Target='styles.xml'/></Relationships>";
static const char one_sheet[] =
    "<workbook xmlns='" MAIN "' xmlns:r='" DOCUMENT "'><sheets><sheet name='名单' sheetId='1' r:id='a'/></sheets></workbook>";
static const char no_strings[] = "<sst xmlns='" MAIN "'/>";
static const char no_styles[] = "<styleSheet xmlns='" MAIN "'/>";

struct made {
    const char *workbook, *strings, *styles, *sheet, *second;
};

static struct wg_str xlsx(struct wg_ctx *ctx, const struct made *m)
{
    const struct part parts[] = {{"_rels/.rels", top_rels},
                                 {"xl/workbook.xml", m->workbook ? m->workbook : one_sheet},
                                 {"xl/_rels/workbook.xml.rels", book_rels},
                                 {"xl/sharedStrings.xml", m->strings ? m->strings : no_strings},
                                 {"xl/styles.xml", m->styles ? m->styles : no_styles},
                                 {"xl/worksheets/sheet1.xml", m->sheet},
                                 {"xl/worksheets/sheet2.xml", m->second ? m->second : "<worksheet/>"}};
    return zipped(ctx, parts, sizeof parts / sizeof *parts);
}

#define SHEET(rows) "<worksheet xmlns='" MAIN "'><sheetData>" rows "</sheetData></worksheet>"
#define TEXT(ref, text) "<c r='" ref "' t='inlineStr'><is><t>" text "</t></is></c>"
#define HEAD "<row r='1'>" TEXT("A1", "姓名") TEXT("B1", "电话") TEXT("C1", "备注") "</row>"

/* --- cells --- */

static void test_tabular_xlsx__texts(void **state)
{
    (void)state; /* tabular P2 */
    struct wg_ctx ctx = fresh();
    struct made m = {
        .strings = "<sst xmlns='" MAIN "'><si><t>姓名</t></si><si><r><t xml:space='preserve'>张 </t></r><r><rPr/>"
                   "<t>三</t></r><rPh sb='0' eb='1'><t>ZHANG</t></rPh></si><si><t> _x0041__x005F_x0042_&amp; </t></si></sst>",
        .sheet = SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c>" TEXT("B1", "值") TEXT(
            "C1", "备注") "</row>"
                          "<row r='3'><c r='A3' t='s'><v>1</v></c><c r='B3' t='s'><v>2</v></c>"
                          "<c r='C3' t='inlineStr'><is><r><t>a</t></r><rPh><t>x</t></rPh><r><t>b</t></r></is></c></row>"
                          "<row><c t='b'><v>1</v></c><c t='b'><v>0</v></c><c t='e'><v>#N/A</v></c></row>"
                          "<row><c t='str'><f>A1</f><v>结果</v></c><c><f>1+1</f><v>2</v></c><c><f>1+1</f></c></row>"
                          "<row r='9'><c r='C9' t='d'><v>2020-02-14T08:30:00.000Z</v></c></row>")};
    struct tab_reader *r = opened(&ctx, xlsx(&ctx, &m));
    assert_int_equal(tab_shape(r)->format, TAB_XLSX);
    assert_string_equal(tab_shape(r)->sheet, "名单");
    struct tab_row a = row(&ctx, r);
    assert_int_equal(a.number, 3);
    is(a.cells[0], "张 三");
    is(a.cells[1], "A_x0042_&");
    is(a.cells[2], "ab");
    is(a.raw, "张 三\tA_x0042_&\tab");
    a = row(&ctx, r);
    assert_int_equal(a.number, 4);
    is(a.cells[0], "TRUE");
    is(a.cells[1], "FALSE");
    is(a.cells[2], "#N/A");
    a = row(&ctx, r);
    is(a.cells[0], "结果");
    is(a.cells[1], "2");
    assert_int_equal(a.kinds[1], TAB_NUMBER);
    assert_int_equal(a.kinds[2], TAB_EMPTY);
    a = row(&ctx, r);
    assert_int_equal(a.number, 9);
    is(a.cells[2], "2020-02-14T08:30");
    assert_int_equal(a.kinds[2], TAB_DATE);
    at_end(&ctx, r);
    done(&ctx);
}

static void number_is(const char *workbook, const char *format, const char *value, const char *want, enum tab_cell_kind kind)
{
    struct wg_ctx ctx = fresh();
    const char *styles =
        wg_fmt(ctx.arena,
               "<styleSheet xmlns='" MAIN "'><numFmts><numFmt numFmtId='200' formatCode='%s'/></numFmts>"
               "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='%s'/></cellXfs>"
               "</styleSheet>",
               format, format[0] == '#' ? format + 1 : "200");
    const char *sheet =
        wg_fmt(ctx.arena, SHEET(HEAD "<row r='2'>" TEXT("A2", "张三") "<c r='B2' s='1'><v>%s</v></c></row>"), value);
    struct made m = {.workbook = workbook, .styles = styles, .sheet = sheet};
    struct tab_reader *r = opened(&ctx, xlsx(&ctx, &m));
    struct tab_row got = row(&ctx, r);
    if (!wg_str_is(got.cells[1], want) || got.kinds[1] != kind)
        fail_msg("%s as %s: got \"%.*s\" (%d), want \"%s\"", value, format, (int)got.cells[1].n, got.cells[1].p, got.kinds[1],
                 want);
    done(&ctx);
}

static void test_tabular_xlsx__numbers(void **state)
{
    (void)state; /* tabular P2 */
    number_is(NULL, "General", "30", "30", TAB_NUMBER);
    number_is(NULL, "General", "30.0", "30", TAB_NUMBER);
    number_is(NULL, "General", "36.600000000000001", "36.6", TAB_NUMBER);
    number_is(NULL, "General", "0.30000000000000004", "0.3", TAB_NUMBER);
    number_is(NULL, "General", "-0", "0", TAB_NUMBER);
    number_is(NULL, "General", "1.39E10", "13900000000", TAB_NUMBER);
    number_is(NULL, "0.00E+00", "13900000000", "13900000000", TAB_NUMBER);
    number_is(NULL, "General", "2.1999919900101001E+17", "219999199001010000", TAB_LOST);
    number_is(NULL, "@", "219999199001010011", "219999199001010000", TAB_LOST);
    number_is(NULL, "General", "999999999999999", "999999999999999", TAB_NUMBER);
    number_is(NULL, "000000", "421", "000421", TAB_NUMBER);
    number_is(NULL, "#1", "421", "421", TAB_NUMBER);
    number_is(NULL, "General", "1e400", "1e400", TAB_TEXT);
}

static void test_tabular_xlsx__days_and_times(void **state)
{
    (void)state; /* tabular P2 */
    static const char of_1904[] =
        "<workbook xmlns='" MAIN "' xmlns:r='" DOCUMENT
        "'><workbookPr date1904='1'/><sheets><sheet name='名单' sheetId='1' r:id='a'/></sheets></workbook>";
    number_is(NULL, "yyyy-mm-dd", "43875", "2020-02-14", TAB_DATE);
    number_is(NULL, "yyyy\"年\"m\"月\"d\"日\"", "43875", "2020-02-14", TAB_DATE);
    number_is(NULL, "m\"月\"d\"日\"", "43875.9", "2020-02-14", TAB_DATE);
    number_is(NULL, "[$-804]yyyy/m/d h:mm", "43875.354166666664", "2020-02-14T08:30", TAB_DATE);
    number_is(NULL, "yyyy/m/d h:mm:ss", "43875.354340277779", "2020-02-14T08:30:15", TAB_DATE);
    number_is(NULL, "yyyy/m/d h:mm", "43875", "2020-02-14", TAB_DATE);
    number_is(NULL, "yyyy/m/d h:mm", "43875.999999999", "2020-02-15", TAB_DATE);
    number_is(NULL, "h:mm AM/PM", "0.354166666666667", "08:30", TAB_TEXT);
    number_is(NULL, "[h]:mm", "1.5", "36:00", TAB_TEXT);
    number_is(NULL, "mm:ss", "0.00017361111", "00:00:15", TAB_TEXT);
    number_is(NULL, "#14", "43875", "2020-02-14", TAB_DATE);
    number_is(NULL, "#22", "43875.354166666664", "2020-02-14T08:30", TAB_DATE);
    number_is(NULL, "#31", "43875", "2020-02-14", TAB_DATE);
    number_is(NULL, "#57", "43875", "2020-02-14", TAB_DATE);
    number_is(NULL, "yyyy-mm-dd", "1", "1900-01-01", TAB_DATE);
    number_is(NULL, "yyyy-mm-dd", "59", "1900-02-28", TAB_DATE);
    number_is(NULL, "yyyy-mm-dd", "60", "60", TAB_NUMBER); /* the day that never was */
    number_is(NULL, "yyyy-mm-dd", "61", "1900-03-01", TAB_DATE);
    number_is(NULL, "yyyy-mm-dd", "-1", "-1", TAB_NUMBER);
    number_is(NULL, "yyyy-mm-dd", "99999999", "99999999", TAB_NUMBER);
    number_is(of_1904, "yyyy-mm-dd", "42413", "2020-02-14", TAB_DATE);
    number_is(NULL, "0\"days\"", "7", "7", TAB_NUMBER);
    number_is(NULL, "[Red]0.00", "7", "7", TAB_NUMBER);
}

/* --- the sheet --- */

static void test_tabular_xlsx__merged_cells(void **state)
{
    (void)state; /* tabular P1 */
    struct wg_ctx ctx = fresh();
    struct made m = {
        .sheet =
            "<x:worksheet xmlns:x='" MAIN "'><x:sheetData>"
            "<x:row r='1'><x:c r='A1' t='str'><x:v>人员名单</x:v></x:c></x:row>"
            "<x:row r='2'><x:c r='A2' t='str'><x:v>住址</x:v></x:c><x:c r='B2' t='str'><x:v>基本情况</x:v></x:c></x:row>"
            "<x:row r='3'><x:c r='B3' t='str'><x:v>姓名</x:v></x:c><x:c r='C3' t='str'><x:v>性别</x:v></x:c></x:row>"
            "<x:row r='4'><x:c r='A4' t='str'><x:v>101</x:v></x:c><x:c r='B4' t='str'><x:v>张三</x:v></x:c></x:row>"
            "<x:row r='5'><x:c r='B5' t='str'><x:v>李四</x:v></x:c></x:row>"
            "<x:row r='6'><x:c r='A6'/></x:row>"
            "<x:row r='7'><x:c r='B7' t='str'><x:v>王五</x:v></x:c></x:row>"
            "<x:row r='8'><x:c r='A8' t='str'><x:v>以下是另一个小区</x:v></x:c></x:row>"
            "</x:sheetData><x:mergeCells><x:mergeCell ref='A4:A6'/><x:mergeCell ref='A2:A3'/><x:mergeCell ref='B2:C2'/>"
            "<x:mergeCell ref='A1:C1'/><x:mergeCell ref='A8:C8'/><x:mergeCell ref='nonsense'/></x:mergeCells></x:worksheet>"};
    struct tab_reader *r = opened(&ctx, xlsx(&ctx, &m));
    assert_int_equal(tab_shape(r)->title_rows, 1);
    assert_int_equal(tab_shape(r)->header_row, 3);
    is(tab_shape(r)->header[0], "住址");
    is(tab_shape(r)->header[1], "姓名");
    for (int round = 0; round < 2; round++) {
        is(row(&ctx, r).cells[0], "101");
        is(row(&ctx, r).cells[0], "101");
        assert_int_equal(row(&ctx, r).kind, TAB_BLANK);
        is(row(&ctx, r).cells[0], "");
        assert_int_equal(row(&ctx, r).kind, TAB_TOTAL);
        at_end(&ctx, r);
        tab_rewind(r);
    }
    done(&ctx);
}

/* Only the title is merged; the header's groups are told by the cells left empty. */
static void test_tabular_xlsx__groups_without_merged_cells(void **state)
{
    (void)state; /* tabular P1 */
    struct wg_ctx ctx = fresh();
    struct made m = {
        .sheet = "<worksheet xmlns='" MAIN "'><sheetData><row r='1'>" TEXT(
            "A1", "人员名单") "</row>"
                              "<row r='2'>" TEXT("A2", "户主") TEXT("C2", "配偶") TEXT(
                                  "E2", "住址") "</row>"
                                                "<row r='3'>" TEXT("A3", "姓名") TEXT("B3", "电话") TEXT("C3", "姓名") TEXT(
                                                    "D3", "电话") "</row>"
                                                                  "<row r='4'>" TEXT("A4", "张三") TEXT("B4", "13900000001")
                                                                      TEXT("C4", "李四") TEXT(
                                                                          "E4",
                                                                          "幸福里") "</row>"
                                                                                    "</sheetData><mergeCells><mergeCell "
                                                                                    "ref='A1:E1'/></mergeCells></worksheet>"};
    const struct tab_shape *s = tab_shape(opened(&ctx, xlsx(&ctx, &m)));
    assert_int_equal(s->title_rows, 1);
    assert_int_equal(s->header_row, 3);
    is(s->header[1], "户主/电话");
    is(s->header[2], "配偶/姓名");
    is(s->header[4], "住址");
    done(&ctx);
}

static void test_tabular_xlsx__first_sheet_with_data(void **state)
{
    (void)state;
    static const char names[] =
        "<workbook xmlns='" MAIN "' xmlns:r='" DOCUMENT "'><sheets><sheet name='一' sheetId='1' state='%s' r:id='a'/>"
        "<sheet name='二' sheetId='2' r:id='b'/></sheets></workbook>";
    static const char table[] = SHEET(HEAD "<row r='2'>" TEXT("A2", "张三") "</row>"),
                      empty[] = SHEET("<row r='1'><c r='A1'/></row>");
    static const struct {
        const char *state, *first, *second, *chosen, *other;
    } cases[] = {{"visible", table, table, "一", "二"},
                 {"visible", empty, table, "二", NULL},
                 {"hidden", table, table, "二", NULL},
                 {"veryHidden", table, empty, "一", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wg_ctx ctx = fresh();
        char *workbook = wg_alloc(ctx.arena, sizeof names + 16);
        (void)snprintf(workbook, sizeof names + 16, names, cases[i].state);
        struct made m = {.workbook = workbook, .sheet = cases[i].first, .second = cases[i].second};
        const struct tab_shape *s = tab_shape(opened(&ctx, xlsx(&ctx, &m)));
        assert_string_equal(s->sheet, cases[i].chosen);
        if (cases[i].other)
            assert_string_equal(s->other_sheets[0], cases[i].other);
        else
            assert_null(s->other_sheets[0]);
        done(&ctx);
    }
    struct wg_ctx ctx = fresh();
    struct made m = {.sheet = empty};
    refused(xlsx(&ctx, &m), NULL, WG_E_TAB_EMPTY);
    done(&ctx);
}

/* --- what is wrong --- */

static void sheet_is_refused(const char *sheet, int code)
{
    struct wg_ctx ctx = fresh();
    struct made m = {.sheet = sheet};
    refused(xlsx(&ctx, &m), NULL, code);
    done(&ctx);
}

static void test_tabular_xlsx__damage_is_refused(void **state)
{
    (void)state; /* tabular P4 */
    sheet_is_refused("<worksheet xmlns='" MAIN "'><sheetData>" HEAD "<row r='2'><c><v>1</v></c>", WG_E_TAB_DAMAGED);
    sheet_is_refused(SHEET(HEAD "<row r='2'><c r='A2' t='s'><v>7</v></c></row>"), WG_E_TAB_DAMAGED);
    sheet_is_refused(SHEET(HEAD "<row r='1'><c><v>1</v></c></row>"), WG_E_TAB_DAMAGED);
    sheet_is_refused(SHEET(HEAD "<row r='2'><c r='AAAA2'><v>1</v></c></row>"), WG_E_TAB_DAMAGED);
    sheet_is_refused(
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" SHEET(HEAD "<row><c t='str'><v>&b;</v></c></row>"),
        WG_E_TAB_DAMAGED);
    sheet_is_refused("", WG_E_TAB_DAMAGED);
    struct wg_ctx ctx = fresh();
    const struct part word[] = {{"word/document.xml", "<document/>"}};
    refused(zipped(&ctx, word, 1), NULL, WG_E_TAB_FORMAT);
    done(&ctx);
}

static struct wg_str small_table(struct wg_ctx *ctx)
{
    struct made m = {.sheet = SHEET(HEAD "<row r='2'>" TEXT(
                         "A2", "张三") "<c r='B2'><v>13900000001</v></c></row>"
                                       "<row r='3'>" TEXT("A3", "李四") "<c r='B3'><v>13900000002</v></c></row>")};
    return xlsx(ctx, &m);
}

/* All cells as one text; empty when the file is refused. */
static const char *content(struct wg_ctx *ctx, struct wg_str bytes)
{
    struct tab_reader *r;
    if (tab_open_bytes(ctx, bytes, NULL, &r)) return "";
    const char *all = "";
    struct tab_row got;
    bool more;
    while (true) {
        if (tab_next(ctx, r, &got, &more)) return "";
        if (!more) return all;
        all = wg_fmt(ctx->arena, "%s%.*s\n", all, (int)got.raw.n, got.raw.p);
    }
}

static void test_tabular_xlsx__a_cut_file_is_refused(void **state)
{
    (void)state; /* tabular P4 */
    struct wg_ctx ctx = fresh();
    struct wg_str whole = small_table(&ctx);
    for (size_t n = 4; n < whole.n; n++) {
        struct wg_ctx inner = fresh();
        struct tab_reader *r;
        assert_int_not_equal(tab_open_bytes(&inner, wg_str_sub(whole, 0, n), NULL, &r), 0);
        done(&inner);
    }
    done(&ctx);
}

static void test_tabular_xlsx__a_changed_byte_changes_no_cell(void **state)
{
    (void)state; /* tabular P4: the checksums of the zip are proved before a row is given */
    struct wg_ctx ctx = fresh();
    struct wg_str whole = small_table(&ctx);
    const char *want = content(&ctx, whole);
    assert_string_not_equal(want, "");
    char *copy = wg_cstr(ctx.arena, whole);
    for (size_t i = 4; i < whole.n; i++) {
        struct wg_ctx inner = fresh();
        copy[i] = (char)(copy[i] ^ 0x11);
        const char *got = content(&inner, (struct wg_str){copy, whole.n});
        if (*got && strcmp(got, want) != 0) fail_msg("byte %zu: %s", i, got);
        copy[i] = whole.p[i];
        done(&inner);
    }
    done(&ctx);
}

static void test_tabular_xlsx__a_zip_bomb_is_refused(void **state)
{
    (void)state; /* tabular P5 */
    struct wg_ctx ctx = fresh();
    size_t spaces = 8 << 20;
    struct wg_buf b;
    wg_buf_init(&b, 16 << 20);
    wg_buf_puts(&b, "<worksheet xmlns='" MAIN "'><sheetData>" HEAD);
    for (size_t i = 0; i < spaces; i++) wg_buf_putc(&b, ' ');
    wg_buf_puts(&b, "<row r='2'><c><v>1</v></c></row></sheetData></worksheet>");
    const char *sheet = wg_cstr(ctx.arena, (struct wg_str){b.p, b.n});
    wg_buf_free(&b);
    struct made m = {.sheet = sheet};
    struct wg_str bomb = xlsx(&ctx, &m);
    assert_true(bomb.n < 64 * 1024);
    struct tab_limits limits = tab_limits_default();
    limits.max_bytes = 4 << 20;
    refused(bomb, &limits, WG_E_TAB_LIMIT);
    limits.max_bytes = 16 << 20;
    struct tab_reader *r;
    assert_int_equal(tab_open_bytes(&ctx, bomb, &limits, &r), 0);
    done(&ctx);
}

static void test_tabular_xlsx__a_password_is_told(void **state)
{
    (void)state; /* tabular P4 */
    struct wg_ctx ctx = fresh();
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *whole = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_source_keep(whole);
    zip_t *zip = zip_open_from_source(whole, ZIP_TRUNCATE, &error);
    zip_int64_t at = zip_file_add(zip, "xl/workbook.xml", zip_source_buffer(zip, one_sheet, sizeof one_sheet - 1, 0), 0);
    assert_true(at >= 0);
    bool can = zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_AES_256, "x") == 0;
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t st;
    assert_int_equal(zip_source_stat(whole, &st), 0);
    char *bytes = wg_alloc(ctx.arena, (size_t)st.size);
    assert_int_equal(zip_source_open(whole), 0);
    assert_int_equal(zip_source_read(whole, bytes, st.size), (zip_int64_t)st.size);
    (void)zip_source_close(whole);
    zip_source_free(whole);
    if (can) refused((struct wg_str){bytes, (size_t)st.size}, NULL, WG_E_TAB_ENCRYPTED);
    done(&ctx);
}

/* --- writing --- */

static bool keep(void *arg, const void *bytes, size_t n)
{
    wg_buf_add(arg, bytes, n);
    return true;
}

static bool stop(void *arg, const void *bytes, size_t n)
{
    (void)arg, (void)bytes, (void)n;
    return false;
}

static const struct tab_column two[] = {{"证件号", false, 0}, {"年龄", true, 0}};

static void test_tabular_xlsx__titles_stand_above_the_header(void **state)
{
    (void)state; /* tabular P3 */
    struct wg_ctx ctx = fresh();
    struct wg_buf out;
    wg_buf_init(&out, 1 << 20);
    struct tab_writer *w;
    assert_int_equal(
        tab_write_open(&ctx, TAB_XLSX, "一/二'三[四]五:六*七?八\\九十一二三四五六七八九十一二三四五", two, 2, keep, &out, &w),
        0);
    tab_write_title(w, "和平街道人员名单");
    tab_write_title(w, "2020-02-14 21:05");
    const struct wg_str cells[] = {WG_STR("219999199001010011"), WG_STR("30")};
    assert_int_equal(tab_write_row(&ctx, w, cells), 0);
    assert_int_equal(tab_write_close(&ctx, w), 0);
    struct tab_reader *r = opened(&ctx, (struct wg_str){out.p, out.n});
    assert_int_equal(tab_shape(r)->title_rows, 2);
    assert_int_equal(tab_shape(r)->header_row, 3);
    is(tab_shape(r)->header[0], "证件号");
    struct tab_row got = row(&ctx, r);
    is(got.cells[0], "219999199001010011");
    assert_int_equal(got.kinds[0], TAB_TEXT);
    is(got.cells[1], "30");
    assert_int_equal(got.kinds[1], TAB_NUMBER);
    at_end(&ctx, r);
    wg_buf_free(&out);
    done(&ctx);
}

static size_t left_behind(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static void test_tabular_xlsx__nothing_is_left_behind(void **state)
{
    (void)state;
    char folder[] = "/tmp/wangge-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    const struct wg_str cells[] = {WG_STR("x"), WG_STR("30")};
    for (int how = 0; how < 3; how++) {
        struct wg_ctx ctx = fresh();
        struct wg_buf out;
        wg_buf_init(&out, 1 << 20);
        struct tab_writer *w;
        assert_int_equal(tab_write_open(&ctx, TAB_XLSX, "名单", two, 2, how == 1 ? stop : keep, &out, &w), 0);
        assert_int_equal(tab_write_row(&ctx, w, cells), 0);
        if (how == 0) assert_int_equal(tab_write_close(&ctx, w), 0);
        if (how == 1) assert_int_equal(tab_write_close(&ctx, w), WG_E_CANCELLED);
        wg_buf_free(&out);
        done(&ctx);
        assert_int_equal(left_behind(folder), 0);
    }
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_tabular_xlsx__what_a_sheet_cannot_hold_is_refused(void **state)
{
    (void)state; /* tabular P3 */
    struct wg_ctx ctx = fresh();
    struct wg_buf out;
    wg_buf_init(&out, 1 << 20);
    struct tab_writer *w;
    assert_int_equal(tab_write_open(&ctx, TAB_XLS, "名单", two, 2, keep, &out, &w), WG_E_TAB_FORMAT);
    assert_int_equal(tab_write_open(&ctx, TAB_CSV, "名单", two, 0, keep, &out, &w), WG_E_TAB_LIMIT);
    assert_int_equal(tab_write_open(&ctx, TAB_XLSX, "名单", two, 2, keep, &out, &w), 0);
    char *text = wg_alloc(ctx.arena, 40001);
    memset(text, 'x', 40000);
    const struct wg_str cells[] = {{text, 40000}, WG_STR("1")};
    assert_int_equal(tab_write_row(&ctx, w, cells), WG_E_TOO_LARGE);
    wg_buf_free(&out);
    done(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tabular_xlsx__texts),
        cmocka_unit_test(test_tabular_xlsx__numbers),
        cmocka_unit_test(test_tabular_xlsx__days_and_times),
        cmocka_unit_test(test_tabular_xlsx__merged_cells),
        cmocka_unit_test(test_tabular_xlsx__groups_without_merged_cells),
        cmocka_unit_test(test_tabular_xlsx__first_sheet_with_data),
        cmocka_unit_test(test_tabular_xlsx__damage_is_refused),
        cmocka_unit_test(test_tabular_xlsx__a_cut_file_is_refused),
        cmocka_unit_test(test_tabular_xlsx__a_changed_byte_changes_no_cell),
        cmocka_unit_test(test_tabular_xlsx__a_zip_bomb_is_refused),
        cmocka_unit_test(test_tabular_xlsx__a_password_is_told),
        cmocka_unit_test(test_tabular_xlsx__titles_stand_above_the_header),
        cmocka_unit_test(test_tabular_xlsx__nothing_is_left_behind),
        cmocka_unit_test(test_tabular_xlsx__what_a_sheet_cannot_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
