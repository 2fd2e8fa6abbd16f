/* What tabular promises for .xls. The compound files and their records are put together here; two files of tests/files come
 * from other programs. The people are made up. */
#include <string.h>

#include "engine/tabular/tabular_testing.h"

/* --- a stream of records --- */

static void u8(struct wg_buf *b, unsigned v)
{
    wg_buf_putc(b, (char)v);
}

static void u16(struct wg_buf *b, unsigned v)
{
    u8(b, v & 0xFF);
    u8(b, v >> 8 & 0xFF);
}

static void u32(struct wg_buf *b, uint32_t v)
{
    u16(b, v & 0xFFFF);
    u16(b, v >> 16);
}

static void f64(struct wg_buf *b, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    u32(b, (uint32_t)bits);
    u32(b, (uint32_t)(bits >> 32));
}

static void put_at(struct wg_buf *b, size_t at, uint32_t v)
{
    for (int i = 0; i < 4; i++) b->p[at + (size_t)i] = (char)(v >> (8 * i) & 0xFF);
}

/* Opens a record; its length is filled in by `closed`. */
static size_t record(struct wg_buf *b, unsigned id)
{
    u16(b, id);
    u16(b, 0);
    return b->n;
}

static void closed(struct wg_buf *b, size_t from)
{
    size_t n = b->n - from;
    b->p[from - 2] = (char)(n & 0xFF);
    b->p[from - 1] = (char)(n >> 8);
}

static void units(struct wg_buf *b, const char *text)
{
    struct wg_str s = wg_str(text);
    for (size_t at = 0; at < s.n;) {
        uint32_t c = wg_utf8_next(s, &at);
        if (c > 0xFFFF) {
            u16(b, 0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + (c & 0x3FF);
        }
        u16(b, c);
    }
}

static unsigned count_units(const char *text)
{
    struct wg_buf b;
    wg_buf_init(&b, 1 << 20);
    units(&b, text);
    unsigned n = (unsigned)(b.n / 2);
    wg_buf_free(&b);
    return n;
}

static void unicode(struct wg_buf *b, const char *text)
{
    u16(b, count_units(text));
    u8(b, 1);
    units(b, text);
}

static void bof(struct wg_buf *b, unsigned version, unsigned kind)
{
    size_t r = record(b, 0x809);
    u16(b, version);
    u16(b, kind);
    for (int i = 0; i < 6; i++) u16(b, 0);
    closed(b, r);
}

static void eof(struct wg_buf *b)
{
    closed(b, record(b, 0x0A));
}

static void xf(struct wg_buf *b, unsigned format)
{
    size_t r = record(b, 0xE0);
    u16(b, 0);
    u16(b, format);
    for (int i = 0; i < 8; i++) u16(b, 0);
    closed(b, r);
}

static void format(struct wg_buf *b, unsigned id, const char *code)
{
    size_t r = record(b, 0x41E);
    u16(b, id);
    unicode(b, code);
    closed(b, r);
}

static size_t boundsheet(struct wg_buf *b, const char *name, unsigned state)
{
    size_t r = record(b, 0x85), at = b->n;
    u32(b, 0);
    u8(b, state);
    u8(b, 0);
    u8(b, count_units(name));
    u8(b, 1);
    units(b, name);
    closed(b, r);
    return at;
}

static size_t cell(struct wg_buf *b, unsigned id, unsigned row_at, unsigned column, unsigned style)
{
    size_t r = record(b, id);
    u16(b, row_at);
    u16(b, column);
    u16(b, style);
    return r;
}

static void label(struct wg_buf *b, unsigned row_at, unsigned column, const char *text)
{
    size_t r = cell(b, 0x204, row_at, column, 0);
    unicode(b, text);
    closed(b, r);
}

static void shared(struct wg_buf *b, unsigned row_at, unsigned column, uint32_t index)
{
    size_t r = cell(b, 0xFD, row_at, column, 0);
    u32(b, index);
    closed(b, r);
}

static void number(struct wg_buf *b, unsigned row_at, unsigned column, unsigned style, double v)
{
    size_t r = cell(b, 0x203, row_at, column, style);
    f64(b, v);
    closed(b, r);
}

static void rk(struct wg_buf *b, unsigned row_at, unsigned column, uint32_t v)
{
    size_t r = cell(b, 0x27E, row_at, column, 0);
    u32(b, v);
    closed(b, r);
}

static void formula(struct wg_buf *b, unsigned row_at, unsigned column, unsigned kind, unsigned value)
{
    size_t r = cell(b, 0x06, row_at, column, 0);
    u8(b, kind);
    u8(b, 0);
    u8(b, value);
    u8(b, 0);
    u16(b, 0);
    u16(b, 0xFFFF);
    u32(b, 0);
    closed(b, r);
}

/* --- a compound file around it --- */

enum { SECTOR = 512 };

static void pad(struct wg_buf *b, size_t to, int with)
{
    while (b->n % to) u8(b, (unsigned)with);
}

static void entry(struct wg_buf *b, const char *name, unsigned kind, uint32_t start, uint32_t size)
{
    size_t from = b->n;
    units(b, name);
    while (b->n < from + 64) u8(b, 0);
    u16(b, (count_units(name) + 1) * 2);
    u8(b, kind);
    u8(b, 1);
    for (int i = 0; i < 3; i++) u32(b, 0xFFFFFFFF);
    while (b->n < from + 116) u8(b, 0);
    u32(b, start);
    u32(b, size);
    u32(b, 0);
}

/* Sector 0: directory, 1: table, 2: table of small pieces, 3...: the stream, itself or as the one that holds small ones. */
static struct wg_str compound(struct wg_ctx *ctx, const char *name, struct wg_str stream)
{
    bool small = stream.n < 4096;
    struct wg_buf b;
    wg_buf_init(&b, 64 << 20);
    wg_buf_add(&b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    for (int i = 0; i < 8; i++) u16(&b, 0);
    u16(&b, 0x3E);
    u16(&b, 3);
    u16(&b, 0xFFFE);
    u16(&b, 9);
    u16(&b, 6);
    while (b.n < 44) u8(&b, 0);
    u32(&b, 1); /* sectors of the table */
    u32(&b, 0); /* the directory */
    u32(&b, 0);
    u32(&b, 4096); /* streams below are small */
    u32(&b, small ? 2 : 0xFFFFFFFE);
    u32(&b, small ? 1 : 0);
    u32(&b, 0xFFFFFFFE);
    u32(&b, 0);
    u32(&b, 1); /* where the table is */
    while (b.n < SECTOR) u8(&b, 0xFF);
    uint32_t sectors = (uint32_t)((stream.n + SECTOR - 1) / SECTOR);
    entry(&b, "Root Entry", 5, small ? 3 : 0xFFFFFFFE, small ? sectors * SECTOR : 0);
    entry(&b, name, 2, small ? 0 : 3, (uint32_t)stream.n);
    while (b.n < 2 * SECTOR) u8(&b, 0);
    uint32_t table[SECTOR / 4] = {0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFE};
    assert_true(sectors + 3 <= SECTOR / 4);
    for (uint32_t i = 0; i < sectors; i++) table[3 + i] = i + 1 < sectors ? 4 + i : 0xFFFFFFFE;
    for (size_t i = 0; i < SECTOR / 4; i++) u32(&b, i < sectors + 3 ? table[i] : 0xFFFFFFFF);
    uint32_t pieces = (uint32_t)((stream.n + 63) / 64);
    for (uint32_t i = 0; i < SECTOR / 4; i++) u32(&b, !small || i >= pieces ? 0xFFFFFFFF : i + 1 < pieces ? i + 1 : 0xFFFFFFFE);
    wg_buf_str(&b, stream);
    pad(&b, SECTOR, 0);
    struct wg_str whole = wg_str_dup(ctx->arena, (struct wg_str){b.p, b.n});
    wg_buf_free(&b);
    return whole;
}

/* A workbook of one sheet: `globals` and `cells` add their records. */
static struct wg_str workbook(struct wg_ctx *ctx, void (*globals)(struct wg_buf *), void (*cells)(struct wg_buf *))
{
    struct wg_buf b;
    wg_buf_init(&b, 16 << 20);
    bof(&b, 0x600, 5);
    if (globals) globals(&b);
    size_t at = boundsheet(&b, "名单", 0);
    eof(&b);
    put_at(&b, at, (uint32_t)b.n);
    bof(&b, 0x600, 0x10);
    cells(&b);
    eof(&b);
    struct wg_str whole = compound(ctx, "Workbook", (struct wg_str){b.p, b.n});
    wg_buf_free(&b);
    return whole;
}

/* --- tests --- */

static void styles(struct wg_buf *b)
{
    format(b, 164, "yyyy\"年\"m\"月\"d\"日\"");
    format(b, 165, "000000");
    xf(b, 0);
    xf(b, 164);
    xf(b, 22);
    xf(b, 165);
}

static void all_cells(struct wg_buf *b)
{
    label(b, 0, 0, "姓名");
    label(b, 0, 1, "甲");
    label(b, 0, 2, "乙");
    label(b, 0, 3, "丙");
    label(b, 1, 0, "张三\xF0\xA0\xAE\xB7");
    number(b, 1, 1, 0, 13900000001);
    number(b, 1, 2, 1, 43875);
    number(b, 1, 3, 2, 43875.354166666664);
    label(b, 3, 0, "李四");
    rk(b, 3, 1, (30U << 2) | 2);         /* 30 */
    rk(b, 3, 2, (3660U << 2) | 3);       /* 36.60 */
    rk(b, 3, 3, (uint32_t)(-5 * 4) | 2); /* -5 */
    label(b, 4, 0, "王五");
    size_t r = cell(b, 0xBD, 4, 1, 0); /* MULRK, the first style is in `cell` */
    u32(b, (7U << 2) | 2);
    u16(b, 3);
    u32(b, (421U << 2) | 2);
    u16(b, 0);
    u32(b, 0x40000000); /* 2.0: the upper half of a double */
    u16(b, 3);
    closed(b, r);
    label(b, 5, 0, "赵六");
    r = cell(b, 0x205, 5, 1, 0);
    u8(b, 1);
    u8(b, 0);
    closed(b, r);
    r = cell(b, 0x205, 5, 2, 0);
    u8(b, 0x2A);
    u8(b, 1);
    closed(b, r);
    number(b, 5, 3, 0, 219999199001010011.0);
    label(b, 6, 0, "钱七");
    r = cell(b, 0x06, 6, 1, 0);
    f64(b, 66.5);
    u32(b, 0);
    closed(b, r);
    formula(b, 6, 2, 0, 0);
    closed(b, record(b, 0x4BC)); /* a shared formula stands between */
    r = record(b, 0x207);
    unicode(b, "结果");
    closed(b, r);
    formula(b, 6, 3, 1, 0);
    label(b, 7, 0, "孙八");
    formula(b, 7, 1, 2, 0x07);
    formula(b, 7, 2, 3, 0);
}

static void test_tabular_xls__cells(void **state)
{
    (void)state; /* tabular P1, P2 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, workbook(&ctx, styles, all_cells));
    assert_int_equal(tab_shape(r)->format, TAB_XLS);
    assert_string_equal(tab_shape(r)->sheet, "名单");
    for (int round = 0; round < 2; round++) {
        static const struct {
            size_t number;
            const char *cells[4];
        } want[] = {{2, {"张三\xF0\xA0\xAE\xB7", "13900000001", "2020-02-14", "2020-02-14T08:30"}},
                    {4, {"李四", "30", "36.6", "-5"}},
                    {5, {"王五", "7", "000421", "2"}},
                    {6, {"赵六", "TRUE", "#N/A", "219999199001010000"}},
                    {7, {"钱七", "66.5", "结果", "FALSE"}},
                    {8, {"孙八", "#DIV/0!", "", ""}}};
        for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
            struct tab_row got = row(&ctx, r);
            assert_int_equal(got.number, want[i].number);
            for (size_t k = 0; k < 4; k++) is(got.cells[k], want[i].cells[k]);
            if (got.number == 2) assert_int_equal(got.kinds[2], TAB_DATE);
            if (got.number == 6) assert_int_equal(got.kinds[3], TAB_LOST);
        }
        at_end(&ctx, r);
        tab_rewind(r);
    }
    done(&ctx);
}

/* Strings that go on in CONTINUE records: broken between strings, inside characters (with the packing changed), and in the
 * formatting runs behind them. */
static void long_strings(struct wg_buf *b)
{
    size_t r = record(b, 0xFC);
    u32(b, 3);
    u32(b, 4);
    unicode(b, "姓名");
    u16(b, 6);
    u8(b, 0);
    wg_buf_puts(b, "abc");
    closed(b, r);
    r = record(b, 0x3C);
    u8(b, 1);
    units(b, "丁戊己");
    closed(b, r);
    r = record(b, 0x3C);
    u16(b, 2);
    u8(b, 1 | 8 | 4);
    u16(b, 2); /* runs of formatting, 4 bytes each */
    u32(b, 5); /* further bytes */
    units(b, "庚辛");
    u32(b, 0);
    closed(b, r);
    r = record(b, 0x3C);
    u32(b, 0);
    for (int i = 0; i < 5; i++) u8(b, 0xEE);
    u16(b, 1);
    u8(b, 0);
    u8(b, 'z');
    closed(b, r);
}

static void shared_cells(struct wg_buf *b)
{
    shared(b, 0, 0, 0);
    label(b, 0, 1, "备注");
    shared(b, 2, 0, 3);
    shared(b, 1, 0, 1); /* out of order */
    shared(b, 1, 1, 2);
}

static void test_tabular_xls__shared_strings(void **state)
{
    (void)state; /* tabular P2 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, workbook(&ctx, long_strings, shared_cells));
    is(tab_shape(r)->header[0], "姓名");
    struct tab_row a = row(&ctx, r);
    is(a.cells[0], "abc丁戊己");
    is(a.cells[1], "庚辛");
    is(row(&ctx, r).cells[0], "z");
    at_end(&ctx, r);
    done(&ctx);
}

static void wrong_string(struct wg_buf *b)
{
    shared_cells(b);
    shared(b, 3, 0, 4);
}

static void password(struct wg_buf *b)
{
    size_t r = record(b, 0x2F);
    u16(b, 1);
    closed(b, r);
}

static void too_many_strings(struct wg_buf *b)
{
    size_t r = record(b, 0xFC);
    u32(b, 0xFFFFFFFF);
    u32(b, 0xFFFFFFFF);
    unicode(b, "姓名");
    closed(b, r);
}

static void test_tabular_xls__what_is_wrong_is_refused(void **state)
{
    (void)state; /* tabular P4, P5 */
    struct wg_ctx ctx = fresh();
    refused(workbook(&ctx, password, all_cells), NULL, WG_E_TAB_ENCRYPTED);
    refused(compound(&ctx, "EncryptedPackage", WG_STR("xxxx")), NULL, WG_E_TAB_ENCRYPTED);
    refused(compound(&ctx, "WordDocument", WG_STR("xxxx")), NULL, WG_E_TAB_FORMAT);
    refused(compound(&ctx, "Workbook", WG_STR("xxxx")), NULL, WG_E_TAB_FORMAT);
    refused(workbook(&ctx, long_strings, wrong_string), NULL, WG_E_TAB_DAMAGED);
    refused(workbook(&ctx, too_many_strings, shared_cells), NULL, WG_E_TAB_DAMAGED);
    refused(workbook(&ctx, NULL, eof), NULL, WG_E_TAB_EMPTY);
    done(&ctx);
}

static void merged(struct wg_buf *b)
{
    label(b, 0, 0, "人员名单");
    label(b, 1, 0, "住址");
    label(b, 1, 1, "户主");
    label(b, 1, 3, "配偶");
    label(b, 2, 1, "姓名");
    label(b, 2, 2, "年龄");
    label(b, 2, 3, "姓名");
    label(b, 2, 4, "年龄");
    label(b, 3, 0, "101");
    label(b, 3, 1, "张三");
    label(b, 4, 1, "李四");
    size_t r = record(b, 0xE5);
    static const unsigned merges[][4] = {{3, 4, 0, 0}, {1, 2, 0, 0}, {1, 1, 1, 2}, {1, 1, 3, 4}, {0, 0, 0, 4}};
    u16(b, 5);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++) u16(b, merges[i][k]);
    closed(b, r);
}

static void test_tabular_xls__merged_cells(void **state)
{
    (void)state; /* tabular P1 */
    struct wg_ctx ctx = fresh();
    struct tab_reader *r = opened(&ctx, workbook(&ctx, NULL, merged));
    assert_int_equal(tab_shape(r)->title_rows, 1);
    assert_int_equal(tab_shape(r)->header_row, 3);
    is(tab_shape(r)->header[0], "住址");
    is(tab_shape(r)->header[2], "户主/年龄");
    is(tab_shape(r)->header[4], "配偶/年龄");
    is(row(&ctx, r).cells[0], "101");
    is(row(&ctx, r).cells[0], "101");
    at_end(&ctx, r);
    done(&ctx);
}

/* Excel 95: bytes of a code page, in a stream named Book; large enough to be no small stream. */
static void test_tabular_xls__excel_95(void **state)
{
    (void)state; /* tabular P2 */
    struct wg_ctx ctx = fresh();
    struct wg_buf b;
    wg_buf_init(&b, 1 << 20);
    bof(&b, 0x500, 5);
    size_t r = record(&b, 0x42);
    u16(&b, 936);
    closed(&b, r);
    r = record(&b, 0x22);
    u16(&b, 1);
    closed(&b, r);
    r = record(&b, 0x41E);
    u16(&b, 164);
    u8(&b, 10);
    wg_buf_puts(&b, "yyyy-mm-dd");
    closed(&b, r);
    xf(&b, 164);
    r = record(&b, 0x85);
    size_t at = b.n;
    u32(&b, 0);
    u16(&b, 0);
    u8(&b, 4);
    wg_buf_puts(&b, "\xC3\xFB\xB5\xA5");
    closed(&b, r);
    eof(&b);
    put_at(&b, at, (uint32_t)b.n);
    bof(&b, 0x500, 0x10);
    for (unsigned i = 0; i < 200; i++) {
        r = cell(&b, 0x204, i, 0, 0);
        u16(&b, 4);
        wg_buf_puts(&b, i ? "\xD5\xC5\xC8\xFD" : "\xD0\xD5\xC3\xFB");
        closed(&b, r);
        r = cell(&b, 0x204, i, 1, 0);
        u16(&b, 2);
        wg_buf_puts(&b, "no");
        closed(&b, r);
        if (i) number(&b, i, 2, 0, 42413 + i - 1);
    }
    eof(&b);
    assert_true(b.n > 4096);
    struct tab_reader *reader = opened(&ctx, compound(&ctx, "Book", (struct wg_str){b.p, b.n}));
    assert_string_equal(tab_shape(reader)->sheet, "名单");
    is(tab_shape(reader)->header[0], "姓名");
    struct tab_row got = row(&ctx, reader);
    is(got.cells[0], "张三");
    is(got.cells[2], "2020-02-14");
    wg_buf_free(&b);
    done(&ctx);
}

static void test_tabular_xls__a_cut_or_changed_file_does_no_harm(void **state)
{
    (void)state; /* tabular P4, P5: records have no checksums, so only what is cut is refused for sure */
    struct wg_ctx ctx = fresh();
    struct wg_str whole = workbook(&ctx, styles, all_cells);
    for (size_t n = 8; n < whole.n - SECTOR; n += 7) {
        struct wg_ctx inner = fresh();
        struct tab_reader *r;
        assert_int_not_equal(tab_open_bytes(&inner, wg_str_sub(whole, 0, n), NULL, &r), 0);
        done(&inner);
    }
    char *copy = wg_cstr(ctx.arena, whole);
    for (size_t i = 8; i < whole.n; i++) {
        static const char to[] = {0, 1, 0x7F, (char)0xFF};
        for (size_t k = 0; k < sizeof to; k++) {
            struct wg_ctx inner = fresh();
            struct tab_reader *r;
            struct tab_row got;
            bool more = true;
            copy[i] = to[k];
            if (tab_open_bytes(&inner, (struct wg_str){copy, whole.n}, NULL, &r) == 0)
                while (more && tab_next(&inner, r, &got, &more) == 0) continue;
            copy[i] = whole.p[i];
            done(&inner);
        }
    }
    done(&ctx);
}

/* The same list, written by two other programs: see tests/files/README.md. */
static void test_tabular_xls__files_of_other_programs(void **state)
{
    (void)state; /* tabular P1, P2 */
    static const char *const files[] = {WG_SOURCE_DIR "/tests/files/list_xlwt.xls",
                                        WG_SOURCE_DIR "/tests/files/list_gnumeric.xls"};
    for (size_t i = 0; i < 2; i++) {
        struct wg_ctx ctx = fresh();
        struct tab_reader *r;
        assert_int_equal(tab_open_file(&ctx, files[i], NULL, &r), 0);
        const struct tab_shape *s = tab_shape(r);
        assert_string_equal(s->sheet, "名单");
        assert_string_equal(s->other_sheets[0], "其他");
        assert_null(s->other_sheets[1]);
        assert_int_equal(s->title_rows, 1);
        assert_int_equal(s->header_row, 3);
        is(s->header[5], "上午");
        struct tab_row a = row(&ctx, r);
        is(a.cells[1], "张三0");
        if (i == 1) is(a.cells[3], "31"); /* a formula; the first program writes no results */
        is(a.cells[7], "2020-02-14");
        a = row(&ctx, r);
        is(a.cells[4], "幸福里1号楼101");
        is(a.cells[7], "2020-02-15T08:30");
        for (int k = 0; k < 4; k++) (void)row(&ctx, r);
        a = row(&ctx, r);
        is(a.cells[0], "000123");
        assert_int_equal(a.cells[1].n, 1200);
        assert_int_equal(a.kinds[8], TAB_LOST);
        assert_int_equal(row(&ctx, r).kind, TAB_TOTAL);
        assert_int_equal(row(&ctx, r).kind, TAB_TOTAL);
        at_end(&ctx, r);
        done(&ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tabular_xls__cells),
        cmocka_unit_test(test_tabular_xls__shared_strings),
        cmocka_unit_test(test_tabular_xls__what_is_wrong_is_refused),
        cmocka_unit_test(test_tabular_xls__merged_cells),
        cmocka_unit_test(test_tabular_xls__excel_95),
        cmocka_unit_test(test_tabular_xls__a_cut_or_changed_file_does_no_harm),
        cmocka_unit_test(test_tabular_xls__files_of_other_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
