/* The records of a .xls workbook before its sheets: code page, formats and styles, sheets' names, shared strings. */
#include <stdio.h>
#include <unicode/ucnv.h>

#include "engine/tabular/tabular_xls.h"

enum { RECORD_HEAD = 4, SHEETS_MOST = 256, CUSTOM_MOST = 4096 };

/* --- records --- */

unsigned tab_biff_peek(const struct tab_biff *b)
{
    return b->at + RECORD_HEAD <= b->stream.n ? tab_u16(b->stream, b->at) : 0;
}

bool tab_biff_next(struct tab_biff *b)
{
    if (b->at + RECORD_HEAD > b->stream.n) return false;
    size_t n = tab_u16(b->stream, b->at + 2);
    if (n > b->stream.n - b->at - RECORD_HEAD) return false;
    b->id = tab_u16(b->stream, b->at);
    b->data = wg_str_sub(b->stream, b->at + RECORD_HEAD, n);
    b->at += RECORD_HEAD + n;
    return true;
}

/* --- strings --- */

/* Reading goes on from a record into those that continue it. */
struct flow {
    struct tab_biff *biff;
    size_t at;
    bool cut; /* the text ended before it should */
};

static bool flow_on(struct flow *f)
{
    if (tab_biff_peek(f->biff) != BIFF_CONTINUE || !tab_biff_next(f->biff)) {
        f->cut = true;
        return false;
    }
    f->at = 0;
    return true;
}

static unsigned flow_u8(struct flow *f)
{
    while (f->at >= f->biff->data.n)
        if (!flow_on(f)) return 0;
    return tab_u8(f->biff->data, f->at++);
}

static unsigned flow_u16(struct flow *f)
{
    unsigned low = flow_u8(f);
    return low | flow_u8(f) << 8;
}

static void flow_skip(struct flow *f, size_t n)
{
    while (n > 0 && !f->cut) {
        size_t left = f->biff->data.n - f->at, step = left < n ? left : n;
        f->at += step;
        n -= step;
        if (n > 0 && !flow_on(f)) return;
    }
}

struct units {
    struct wg_buf *out;
    unsigned lead;
};

static void put_unit(struct units *u, unsigned unit)
{
    char utf8[8];
    size_t n = 0;
    if (u->lead && unit >= 0xDC00 && unit < 0xE000) {
        n = wg_utf8_put(utf8, 0x10000 + ((u->lead - 0xD800) << 10) + (unit - 0xDC00));
        u->lead = 0;
    } else {
        if (u->lead) n = wg_utf8_put(utf8, 0xFFFD);
        u->lead = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
        bool nothing = unit == 0 || (unit >= 0xDC00 && unit < 0xE000);
        if (!u->lead) n += wg_utf8_put(utf8 + n, nothing ? 0xFFFD : unit);
    }
    wg_buf_add(u->out, utf8, n);
}

/* `count` characters; where a record ends among them, the next begins with how they are packed there. */
static void flow_characters(struct flow *f, size_t count, bool wide, struct wg_buf *out)
{
    struct units u = {out, 0};
    for (size_t i = 0; i < count && !f->cut; i++) {
        if (f->at >= f->biff->data.n) {
            if (!flow_on(f)) break;
            wide = flow_u8(f) & 1;
        }
        unsigned unit = wide ? flow_u16(f) : flow_u8(f);
        if (!f->cut) put_unit(&u, unit);
    }
    if (u.lead) put_unit(&u, 0xFFFD);
}

/* A Unicode string (2.5.293 XLUnicodeRichExtendedString and its shorter kin): flags, counts, characters, extras. */
static void flow_string(struct flow *f, size_t count, struct wg_buf *out)
{
    unsigned flags = flow_u8(f);
    size_t runs = flags & 8 ? flow_u16(f) : 0, extra = 0;
    if (flags & 4) {
        extra = flow_u16(f);
        extra |= (size_t)flow_u16(f) << 16;
    }
    flow_characters(f, count, flags & 1, out);
    flow_skip(f, runs * 4 + extra);
}

/* BIFF5: bytes of the workbook's code page. */
static void put_bytes(const struct tab_book *book, struct wg_str bytes, struct wg_buf *out)
{
    UChar units[256] = {0};
    struct units u = {out, 0};
    const char *at = bytes.p, *to = bytes.p + bytes.n;
    ucnv_resetToUnicode(book->converter);
    UErrorCode error = U_ZERO_ERROR;
    do {
        UChar *target = units;
        error = U_ZERO_ERROR;
        ucnv_toUnicode(book->converter, &target, units + 256, &at, to, NULL, true, &error);
        for (UChar *p = units; p < target; p++) put_unit(&u, *p);
    } while (error == U_BUFFER_OVERFLOW_ERROR);
}

void tab_book_string(const struct tab_book *book, struct tab_biff *biff, size_t at, bool wide, struct wg_buf *out)
{
    struct flow f = {.biff = biff, .at = at};
    size_t count = wide ? flow_u16(&f) : flow_u8(&f);
    if (book->biff8)
        flow_string(&f, count, out);
    else
        put_bytes(book, wg_str_sub(biff->data, f.at, count), out);
}

static bool read_strings(struct tab_book *book, struct tab_biff *biff)
{
    struct flow f = {.biff = biff, .at = 8};
    uint32_t count = tab_u32(biff->data, 4);
    for (uint32_t i = 0; i < count; i++) {
        size_t n = flow_u16(&f);
        if (f.cut) return false;
        flow_string(&f, n, &book->strings.text);
        if (f.cut || book->strings.text.failed) return false;
        tab_strings_end(&book->strings);
    }
    return true;
}

/* --- the other globals --- */

struct custom {
    unsigned id;
    struct tab_format_kind kind;
};

struct globals {
    struct tab_book *book;
    struct custom customs[CUSTOM_MOST];
    size_t n_customs;
    struct wg_buf scratch;
};

static void close_converter(void *converter)
{
    ucnv_close(converter);
}

static bool set_code_page(struct tab_book *book, unsigned page)
{
    char name[32];
    const char *known = page == 936 ? "GB18030" : page == 950 ? "Big5" : page == 10000 || page == 32768 ? "macintosh" : NULL;
    (void)snprintf(name, sizeof name, page == 32769 ? "windows-1252" : "cp%u", page);
    UErrorCode error = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(known ? known : name, &error);
    if (U_FAILURE(error)) {
        error = U_ZERO_ERROR;
        converter = ucnv_open("GB18030", &error);
    }
    if (U_FAILURE(error)) return false;
    wg_arena_cleanup(book->arena, close_converter, converter);
    book->converter = converter;
    return true;
}

static void add_format(struct globals *g, struct tab_biff *biff)
{
    if (g->n_customs == CUSTOM_MOST) return;
    unsigned id = tab_u16(biff->data, 0);
    wg_buf_clear(&g->scratch);
    tab_book_string(g->book, biff, 2, g->book->biff8, &g->scratch);
    struct wg_str code = {g->scratch.p ? g->scratch.p : "", g->scratch.n};
    g->customs[g->n_customs++] = (struct custom){id, tab_format_code(code)};
}

static void add_style(struct globals *g, const struct tab_biff *biff)
{
    struct tab_book *book = g->book;
    unsigned id = tab_u16(biff->data, 2);
    struct tab_format_kind kind = tab_format_builtin(id);
    for (size_t i = g->n_customs; i-- > 0;)
        if (g->customs[i].id == id) {
            kind = g->customs[i].kind;
            break;
        }
    book->formats = wg_grow(book->arena, book->formats, &book->cap_formats, book->n_formats + 1, sizeof *book->formats);
    book->formats[book->n_formats++] = kind;
}

static void add_sheet(struct globals *g, struct tab_biff *biff)
{
    struct tab_book *book = g->book;
    if (book->n_sheets == SHEETS_MOST) return;
    struct tab_book_sheet sheet = {
        .offset = tab_u32(biff->data, 0), .hidden = (tab_u8(biff->data, 4) & 3) != 0, .table = tab_u8(biff->data, 5) == 0};
    wg_buf_clear(&g->scratch);
    tab_book_string(book, biff, 6, false, &g->scratch);
    sheet.name = wg_cstr(book->arena, (struct wg_str){g->scratch.p ? g->scratch.p : "", g->scratch.n});
    book->sheets = wg_grow(book->arena, book->sheets, &book->cap_sheets, book->n_sheets + 1, sizeof *book->sheets);
    book->sheets[book->n_sheets++] = sheet;
}

static int damaged(struct wg_ctx *ctx)
{
    return wg_refuse(ctx, WG_E_TAB_DAMAGED, NULL, "BIFF", NULL);
}

static int read_record(struct wg_ctx *ctx, struct globals *g, struct tab_biff *biff)
{
    struct tab_book *book = g->book;
    switch (biff->id) {
    case BIFF_FILEPASS:
        return wg_refuse(ctx, WG_E_TAB_ENCRYPTED, NULL, NULL, NULL);
    case BIFF_DATEMODE:
        book->from_1904 = tab_u16(biff->data, 0) == 1;
        break;
    case BIFF_CODEPAGE:
        if (!book->biff8 && !set_code_page(book, tab_u16(biff->data, 0))) return damaged(ctx);
        break;
    case BIFF_FORMAT:
        add_format(g, biff);
        break;
    case BIFF_XF:
        add_style(g, biff);
        break;
    case BIFF_BOUNDSHEET:
        add_sheet(g, biff);
        break;
    case BIFF_SST:
        if (!read_strings(book, biff))
            return book->strings.text.failed ? wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, "text", NULL) : damaged(ctx);
        break;
    default:
        break;
    }
    return 0;
}

static void drop_strings(void *strings)
{
    tab_strings_free(strings);
}

int tab_book_read(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str stream, const struct tab_limits *limits,
                  struct tab_book *book)
{
    *book = (struct tab_book){.arena = arena};
    wg_buf_init(&book->strings.text, limits->max_bytes);
    wg_arena_cleanup(arena, drop_strings, &book->strings);
    struct tab_biff biff = {.stream = stream};
    if (!tab_biff_next(&biff) || biff.id != BIFF_BOF) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    unsigned version = tab_u16(biff.data, 0);
    if (version != 0x0600 && version != 0x0500) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    book->biff8 = version == 0x0600;
    if (!book->biff8 && !set_code_page(book, 936)) return damaged(ctx);
    struct globals *g = wg_alloc(arena, sizeof *g);
    g->book = book;
    wg_buf_init(&g->scratch, 256 * 1024);
    int e = 0;
    bool ended = false;
    while (!e && !ended && tab_biff_next(&biff)) {
        ended = biff.id == BIFF_EOF;
        e = read_record(ctx, g, &biff);
    }
    wg_buf_free(&g->scratch);
    if (e) return e;
    return ended ? 0 : damaged(ctx);
}
