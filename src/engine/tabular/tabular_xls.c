/* One sheet of a .xls file: its records are collected as cells, put in order, and given row by row. */
#include <stdlib.h>
#include <string.h>

#include "engine/tabular/tabular_xls.h"

enum cell_source { FROM_NUMBER, FROM_SHARED, FROM_TEXT, FROM_BOOLEAN, FROM_ERROR };

struct cell {
    uint32_t row;
    uint16_t column, style;
    enum cell_source source;
    uint32_t length;
    union {
        double number;
        uint32_t shared; /* index */
        size_t from;     /* in `texts` */
        uint32_t code;   /* of a truth value or an error */
    } value;
};

struct xls {
    struct tab_book book;
    struct wg_str stream;
    struct cell *cells;
    size_t n, cap, most;
    struct wg_buf texts; /* strings that are not shared: results of formulas, labels */
    struct tab_merge *merges;
    size_t n_merges, cap_merges;
    size_t at; /* the next cell */
    struct tab_cells line;
    struct tab_merging merging;
    struct wg_buf shown; /* numbers of the current row as text */
    size_t *offsets;     /* as in tabular_sheet.c */
};

static int damaged(struct wg_ctx *ctx)
{
    return wg_refuse(ctx, WG_E_TAB_DAMAGED, NULL, "BIFF", NULL);
}

/* --- records of a sheet --- */

static struct cell *add_cell(struct xls *x, uint32_t row, unsigned column, unsigned style, enum cell_source source)
{
    if (x->n == x->most) return NULL;
    if (x->n == x->cap) {
        x->cap = x->cap ? x->cap * 2 : 1024;
        x->cells = wg_xrealloc(x->cells, x->cap, sizeof *x->cells);
    }
    x->cells[x->n] = (struct cell){.row = row, .column = (uint16_t)column, .style = (uint16_t)style, .source = source};
    return &x->cells[x->n++];
}

/* A number in 30 bits: the upper ones of a double, or an integer, each perhaps times 100. */
static double rk_number(uint32_t rk)
{
    double value;
    if (rk & 2) {
        value = (double)((int32_t)rk >> 2);
    } else {
        uint64_t bits = (uint64_t)(rk & 0xFFFFFFFCU) << 32;
        memcpy(&value, &bits, sizeof value);
    }
    return rk & 1 ? value / 100 : value;
}

static double double_at(struct wg_str s, size_t at)
{
    uint64_t bits = (uint64_t)tab_u32(s, at + 4) << 32 | tab_u32(s, at);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool add_text(struct xls *x, struct tab_biff *b, size_t at, struct cell *cell)
{
    cell->source = FROM_TEXT;
    cell->value.from = x->texts.n;
    tab_book_string(&x->book, b, at, true, &x->texts);
    cell->length = (uint32_t)(x->texts.n - cell->value.from);
    return !x->texts.failed;
}

/* The result of a formula: a number, or what the first byte says; a text stands in a record of its own behind. */
static bool add_formula(struct xls *x, struct tab_biff *b, uint32_t row, unsigned column, unsigned style)
{
    struct wg_str d = b->data;
    struct cell *c = add_cell(x, row, column, style, FROM_NUMBER);
    if (!c) return false;
    if (tab_u16(d, 12) != 0xFFFF) {
        c->value.number = double_at(d, 6);
        return true;
    }
    switch (tab_u8(d, 6)) {
    case 0:
        for (int hops = 0; hops < 8; hops++) {
            unsigned id = tab_biff_peek(b);
            bool between = id == 0x4BC || id == 0x221 || id == 0x236 || id == BIFF_CONTINUE; /* shared, array, table */
            if ((!between && id != BIFF_STRING) || !tab_biff_next(b)) break;
            if (b->id == BIFF_STRING) return add_text(x, b, 0, c);
        }
        x->n--; /* a text that is not there: an empty cell */
        return true;
    case 1:
        c->source = FROM_BOOLEAN;
        c->value.code = tab_u8(d, 8);
        return true;
    case 2:
        c->source = FROM_ERROR;
        c->value.code = tab_u8(d, 8);
        return true;
    default:
        x->n--;
        return true;
    }
}

static bool add_rks(struct xls *x, struct wg_str d, uint32_t row, unsigned column)
{
    for (size_t at = 4; at + 8 <= d.n; at += 6, column++) {
        struct cell *c = add_cell(x, row, column, tab_u16(d, at), FROM_NUMBER);
        if (!c) return false;
        c->value.number = rk_number(tab_u32(d, at + 2));
    }
    return true;
}

static void add_merges(struct xls *x, struct wg_str d)
{
    unsigned n = tab_u16(d, 0);
    for (size_t i = 0, at = 2; i < n && at + 8 <= d.n; i++, at += 8) {
        struct tab_merge m = {
            .top = tab_u16(d, at), .bottom = tab_u16(d, at + 2), .left = tab_u16(d, at + 4), .right = tab_u16(d, at + 6)};
        if (m.bottom < m.top || m.right < m.left) continue;
        x->merges = wg_grow(x->book.arena, x->merges, &x->cap_merges, x->n_merges + 1, sizeof *x->merges);
        x->merges[x->n_merges++] = m;
    }
}

static bool add_record(struct xls *x, struct tab_biff *b)
{
    struct wg_str d = b->data;
    uint32_t row = tab_u16(d, 0);
    unsigned column = tab_u16(d, 2), style = tab_u16(d, 4);
    struct cell *c;
    switch (b->id) {
    case BIFF_NUMBER:
        c = add_cell(x, row, column, style, FROM_NUMBER);
        if (c) c->value.number = double_at(d, 6);
        return c != NULL;
    case BIFF_RK:
        c = add_cell(x, row, column, style, FROM_NUMBER);
        if (c) c->value.number = rk_number(tab_u32(d, 6));
        return c != NULL;
    case BIFF_LABELSST:
        c = add_cell(x, row, column, style, FROM_SHARED);
        if (c) c->value.shared = tab_u32(d, 6);
        return c != NULL;
    case BIFF_BOOLERR:
        c = add_cell(x, row, column, style, tab_u8(d, 7) ? FROM_ERROR : FROM_BOOLEAN);
        if (c) c->value.code = tab_u8(d, 6);
        return c != NULL;
    case BIFF_LABEL:
    case BIFF_RSTRING:
        c = add_cell(x, row, column, style, FROM_TEXT);
        return c && add_text(x, b, 6, c);
    case BIFF_MULRK:
        return add_rks(x, d, row, column);
    case BIFF_FORMULA:
        return add_formula(x, b, row, column, style);
    case BIFF_MERGEDCELLS:
        add_merges(x, d);
        return true;
    default:
        return true;
    }
}

static int cell_order(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

/* Writers put cells in order; those that did not are put right. */
static void put_in_order(struct xls *x)
{
    for (size_t i = 1; i < x->n; i++)
        if (cell_order(&x->cells[i - 1], &x->cells[i]) > 0) {
            qsort(x->cells, x->n, sizeof *x->cells, cell_order);
            return;
        }
}

/* All cells of the sheet whose records begin at `offset`; charts inside it are passed over. */
static int read_sheet(struct wg_ctx *ctx, struct xls *x, size_t offset)
{
    x->n = x->n_merges = 0;
    wg_buf_clear(&x->texts);
    struct tab_biff b = {.stream = x->stream, .at = offset};
    if (offset >= x->stream.n || !tab_biff_next(&b) || b.id != BIFF_BOF) return damaged(ctx);
    for (size_t depth = 1; depth > 0;) {
        if (!tab_biff_next(&b)) return damaged(ctx);
        if (b.id == BIFF_BOF)
            depth++;
        else if (b.id == BIFF_EOF)
            depth--;
        else if (depth == 1 && !add_record(x, &b))
            return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, "cells", NULL);
    }
    put_in_order(x);
    return 0;
}

/* --- cells as text --- */

static const char *error_text(uint32_t code)
{
    switch (code) {
    case 0x00:
        return "#NULL!";
    case 0x07:
        return "#DIV/0!";
    case 0x0F:
        return "#VALUE!";
    case 0x17:
        return "#REF!";
    case 0x1D:
        return "#NAME?";
    case 0x24:
        return "#NUM!";
    default:
        return "#N/A";
    }
}

static struct wg_str text_of(struct xls *x, const struct cell *c, enum tab_cell_kind *ret_kind, bool *ret_shown)
{
    bool there = true;
    struct wg_str text;
    *ret_shown = false;
    switch (c->source) {
    case FROM_NUMBER: {
        struct tab_format_kind plain = {false, false, false, 0};
        char number[TAB_NUMBER_TEXT];
        *ret_kind = tab_number_show(c->value.number, c->style < x->book.n_formats ? x->book.formats[c->style] : plain,
                                    x->book.from_1904, number);
        size_t from = x->shown.n;
        wg_buf_puts(&x->shown, number);
        *ret_shown = true;
        return (struct wg_str){x->shown.p + from, x->shown.n - from};
    }
    case FROM_SHARED:
        text = tab_strings_at(&x->book.strings, c->value.shared, &there);
        break;
    case FROM_TEXT:
        text = (struct wg_str){x->texts.p ? x->texts.p + c->value.from : "", c->length};
        break;
    case FROM_BOOLEAN:
        text = c->value.code ? WG_STR("TRUE") : WG_STR("FALSE");
        break;
    case FROM_ERROR:
        text = wg_str(error_text(c->value.code));
        break;
    }
    text = tab_trim(text);
    *ret_kind = text.n == 0 ? TAB_EMPTY : tab_is_rounded(text) ? TAB_LOST : TAB_TEXT;
    return text;
}

/* --- the source --- */

static int xls_next(struct wg_ctx *ctx, void *self, struct tab_line *ret, bool *ret_more)
{
    struct xls *x = self;
    (void)ctx;
    *ret_more = x->at < x->n;
    if (x->at == x->n) return 0;
    struct tab_line line = {.number = (size_t)x->cells[x->at].row + 1};
    size_t width = 0;
    uint32_t row = x->cells[x->at].row;
    wg_buf_clear(&x->shown);
    for (; x->at < x->n && x->cells[x->at].row == row; x->at++) {
        const struct cell *c = &x->cells[x->at];
        enum tab_cell_kind kind;
        bool shown;
        struct wg_str text = text_of(x, c, &kind, &shown);
        if (text.n == 0) continue;
        if (c->column >= x->line.cap) {
            line.overflow = true;
            continue;
        }
        for (; width <= c->column; width++) {
            x->line.cells[width] = WG_STR("");
            x->line.kinds[width] = TAB_EMPTY;
            x->offsets[width] = 0;
        }
        x->line.cells[c->column] = text;
        x->line.kinds[c->column] = kind;
        x->offsets[c->column] = shown ? x->shown.n - text.n + 1 : 0;
    }
    for (size_t i = 0; i < width; i++)
        if (x->offsets[i]) x->line.cells[i].p = x->shown.p + x->offsets[i] - 1;
    line.span = tab_merging_row(&x->merging, line.number, &x->line, &width);
    line.cells = x->line.cells;
    line.kinds = x->line.kinds;
    line.n = width;
    *ret = line;
    return 0;
}

static void xls_rewind(void *self)
{
    struct xls *x = self;
    x->at = 0;
    tab_merging_rewind(&x->merging);
}

static double xls_done(const void *self)
{
    const struct xls *x = self;
    return x->n ? (double)x->at / (double)x->n : 1;
}

static void xls_fill_after(void *self, size_t number)
{
    struct xls *x = self;
    x->merging.fill_after = number;
}

static void close_xls(void *self)
{
    struct xls *x = self;
    free(x->cells);
    wg_buf_free(&x->texts);
    wg_buf_free(&x->shown);
}

static bool has_data(struct xls *x)
{
    for (size_t i = 0; i < x->n; i++) {
        bool there = true;
        if (x->cells[i].source == FROM_SHARED && tab_strings_at(&x->book.strings, x->cells[i].value.shared, &there).n == 0)
            continue;
        if (x->cells[i].source == FROM_TEXT && x->cells[i].length == 0) continue;
        return true;
    }
    return false;
}

/* Whether the cells' shared strings are all there: a file that names others is not whole. */
static bool strings_are_there(const struct xls *x)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->cells[i].source == FROM_SHARED && x->cells[i].value.shared >= x->book.strings.n) return false;
    return true;
}

/* The first sheet with anything in it, seen ones before hidden ones; its cells are then in *x. */
static int choose_sheet(struct wg_ctx *ctx, struct xls *x, struct tab_source *source)
{
    const struct tab_book *book = &x->book;
    const char **others = wg_alloc_n(book->arena, book->n_sheets + 1, sizeof *others);
    size_t n_others = 0;
    const struct tab_book_sheet *chosen = NULL;
    for (int hidden = 0; hidden < 2; hidden++) {
        for (size_t i = 0; i < book->n_sheets && (!chosen || !hidden); i++) {
            const struct tab_book_sheet *sheet = &book->sheets[i];
            if (!sheet->table || sheet->hidden != (hidden == 1)) continue;
            int e = read_sheet(ctx, x, sheet->offset);
            if (e) return e;
            if (!has_data(x)) continue;
            if (chosen)
                others[n_others++] = sheet->name;
            else
                chosen = sheet;
        }
    }
    if (!chosen) return wg_refuse(ctx, WG_E_TAB_EMPTY, NULL, NULL, NULL);
    source->sheet = chosen->name;
    source->other_sheets = others;
    int e = read_sheet(ctx, x, chosen->offset);
    if (e) return e;
    return strings_are_there(x) ? 0 : damaged(ctx);
}

int tab_xls_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                 struct tab_source *ret)
{
    struct tab_cfb cfb;
    int e = tab_cfb_open(ctx, arena, bytes, &cfb);
    if (e) return e;
    if (tab_cfb_has(&cfb, "EncryptedPackage")) return wg_refuse(ctx, WG_E_TAB_ENCRYPTED, NULL, NULL, NULL);
    const char *name = tab_cfb_has(&cfb, "Workbook") ? "Workbook" : "Book";
    if (!tab_cfb_has(&cfb, name)) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    struct xls *x = wg_alloc(arena, sizeof *x);
    wg_buf_init(&x->texts, limits->max_bytes);
    wg_buf_init(&x->shown, limits->max_bytes);
    x->most = limits->max_bytes / sizeof *x->cells;
    wg_arena_cleanup(arena, close_xls, x);
    e = tab_cfb_read(ctx, arena, &cfb, name, &x->stream);
    if (!e) e = tab_book_read(ctx, arena, x->stream, limits, &x->book);
    struct tab_source source = {.format = TAB_XLS, .encoding = ""};
    if (!e) e = choose_sheet(ctx, x, &source);
    if (e) return e;
    x->line = tab_cells_new(arena, limits);
    x->offsets = wg_alloc_n(arena, x->line.cap, sizeof *x->offsets);
    tab_merging_start(&x->merging, arena, x->merges, x->n_merges, x->line.cap, limits->max_bytes);
    source.next = xls_next;
    source.rewind = xls_rewind;
    source.done = xls_done;
    source.fill_after = xls_fill_after;
    source.self = x;
    source.merges = x->merging.merges;
    source.n_merges = x->merging.n;
    *ret = source;
    return 0;
}
