/* The old spreadsheet format, enough of it to hand in a list: [MS-XLS] BIFF8 records in a "Workbook" stream, in a [MS-CFB] compound
 * file of 512-byte sectors.
 *
 *   header | DIFAT sectors | FAT sectors | directory | stream
 *
 * Text goes into the shared string table, each text whole in one record, so that a CONTINUE record always begins with a text. */
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"

enum {
    SECTOR = 512,
    ENTRIES = SECTOR / 4,
    HEADER_FAT_SECTORS = 109, /* of which the header itself holds the numbers */
    RECORD_MOST = 8224,
    TEXT_MOST = 2000, /* characters; longer ones are cut */
    STREAM_LEAST = 4096,
    XLS_ROWS_MOST = 65536,
};
static const uint32_t end_of_chain = 0xFFFFFFFEu, free_sector = 0xFFFFFFFFu, fat_sector = 0xFFFFFFFDu,
                      difat_sector = 0xFFFFFFFCu;

/* --- little-endian bytes -------------------------------------------------------------------------------------------------- */
static void put16(struct wg_buf *b, uint32_t v)
{
    char bytes[2] = {(char)(v & 0xFF), (char)(v >> 8 & 0xFF)};
    wg_buf_add(b, bytes, 2);
}

static void put32(struct wg_buf *b, uint32_t v)
{
    put16(b, v & 0xFFFF);
    put16(b, v >> 16);
}

static void put_double(struct wg_buf *b, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put32(b, (uint32_t)bits);
    put32(b, (uint32_t)(bits >> 32));
}

static void put_zeros(struct wg_buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++) wg_buf_putc(b, 0);
}

static void poke32(struct wg_buf *b, size_t at, uint32_t v)
{
    for (int i = 0; i < 4 && at + 4 <= b->n; i++) b->p[at + (size_t)i] = (char)(v >> (8 * i) & 0xFF);
}

static void record(struct wg_buf *b, uint32_t type, uint32_t length)
{
    put16(b, type);
    put16(b, length);
}

/* --- text: a count, a flag, then UTF-16 (or its low bytes when they say all) ---------------------------------------------- */
static void put_text(struct wg_buf *b, struct wg_str text, bool short_count)
{
    uint16_t units[TEXT_MOST + 2];
    size_t n = 0, at = 0;
    bool wide = false;
    while (at < text.n && n < TEXT_MOST) {
        uint32_t c = wg_utf8_next(text, &at);
        if (c > 0xFFFF) {
            units[n++] = (uint16_t)(0xD7C0 + (c >> 10));
            units[n++] = (uint16_t)(0xDC00 | (c & 0x3FF));
        } else {
            units[n++] = (uint16_t)c;
        }
        wide = wide || c > 0xFF;
    }
    if (short_count)
        wg_buf_putc(b, (char)n);
    else
        put16(b, (uint32_t)n);
    wg_buf_putc(b, wide ? 1 : 0);
    for (size_t i = 0; i < n; i++) {
        if (wide)
            put16(b, units[i]);
        else
            wg_buf_putc(b, (char)units[i]);
    }
}

static void put_bof(struct wg_buf *b, uint32_t kind)
{
    record(b, 0x0809, 16);
    put16(b, 0x0600);
    put16(b, kind); /* 5 the globals, 16 a sheet */
    put16(b, 0x0DBB);
    put16(b, 0x07CC);
    put32(b, 0);
    put32(b, 6);
}

static void put_fonts_and_formats(struct wg_buf *b)
{
    for (int i = 0; i < 4; i++) {
        record(b, 0x0031, 16 + 5); /* FONT */
        put16(b, 220);             /* 11 points, in twentieths */
        put16(b, 0);
        put16(b, 0x7FFF);
        put16(b, 400);
        put_zeros(b, 6);
        put_text(b, WG_STR("Arial"), true);
    }
    for (int i = 0; i < 16; i++) { /* XF: fifteen of styles, one of cells, as programs expect */
        record(b, 0x00E0, 20);
        put16(b, 0);
        put16(b, 0);
        put16(b, i < 15 ? 0xFFF5 : 1);
        put16(b, 0x20);
        put_zeros(b, 8);
        put32(b, 0x20C0);
    }
    record(b, 0x0293, 4); /* STYLE: "Normal" is XF 0 */
    put16(b, 0x8000);
    put16(b, 0xFF00);
}

/* --- the shared strings ---------------------------------------------------------------------------------------------------- */
static int text_count(const struct demo_table *table)
{
    int n = 0;
    for (int i = 0; i < table->rows * table->columns; i++) n += table->cells[i].kind == CELL_TEXT;
    return n;
}

static void put_strings(struct wg_buf *b, const struct demo_table *table)
{
    struct wg_buf piece, one;
    uint32_t type = 0x00FC, count = (uint32_t)text_count(table); /* SST, then CONTINUE */
    wg_buf_init(&piece, RECORD_MOST);
    wg_buf_init(&one, RECORD_MOST);
    put32(&piece, count);
    put32(&piece, count);
    for (int i = 0; i < table->rows * table->columns; i++) {
        if (table->cells[i].kind != CELL_TEXT) continue;
        wg_buf_clear(&one);
        put_text(&one, table->cells[i].text, false);
        if (piece.n + one.n > RECORD_MOST) {
            record(b, type, (uint32_t)piece.n);
            wg_buf_add(b, piece.p, piece.n);
            wg_buf_clear(&piece);
            type = 0x003C;
        }
        wg_buf_add(&piece, one.p, one.n);
    }
    record(b, type, (uint32_t)piece.n);
    wg_buf_add(b, piece.p, piece.n);
    if (piece.failed || one.failed) b->failed = true;
    wg_buf_free(&piece);
    wg_buf_free(&one);
}

static void put_cells(struct wg_buf *b, const struct demo_table *table)
{
    uint32_t text = 0;
    for (int i = 0; i < table->rows * table->columns; i++) {
        const struct demo_cell *cell = &table->cells[i];
        if (cell->kind == CELL_EMPTY) continue;
        record(b, cell->kind == CELL_TEXT ? 0x00FD : 0x0203, cell->kind == CELL_TEXT ? 10 : 14); /* LABELSST, NUMBER */
        put16(b, (uint32_t)(i / table->columns));
        put16(b, (uint32_t)(i % table->columns));
        put16(b, 15);
        if (cell->kind == CELL_TEXT)
            put32(b, text++);
        else
            put_double(b, cell->number);
    }
}

static void put_merges(struct wg_buf *b, const struct demo_table *table)
{
    if (table->n_merges == 0) return;
    record(b, 0x00E5, (uint32_t)(2 + 8 * table->n_merges));
    put16(b, (uint32_t)table->n_merges);
    for (int i = 0; i < table->n_merges; i++) {
        put16(b, (uint32_t)table->merges[i].row);
        put16(b, (uint32_t)table->merges[i].last_row);
        put16(b, (uint32_t)table->merges[i].column);
        put16(b, (uint32_t)table->merges[i].last_column);
    }
}

static void put_workbook(struct wg_buf *b, const struct demo_table *table, const char *sheet)
{
    put_bof(b, 5);
    record(b, 0x0042, 2); /* CODEPAGE: UTF-16 */
    put16(b, 1200);
    record(b, 0x003D, 18); /* WINDOW1 */
    put_zeros(b, 4);
    put16(b, 0x4000);
    put16(b, 0x2000);
    put16(b, 0x38);
    put_zeros(b, 4);
    put16(b, 1);
    put16(b, 600);
    put_fonts_and_formats(b);
    struct wg_buf name;
    wg_buf_init(&name, 256);
    put_text(&name, wg_str(sheet), true);
    record(b, 0x0085, (uint32_t)(6 + name.n)); /* BOUNDSHEET */
    size_t where = b->n;
    put32(b, 0);
    put16(b, 0);
    wg_buf_add(b, name.p, name.n);
    wg_buf_free(&name);
    put_strings(b, table);
    record(b, 0x000A, 0); /* EOF */
    poke32(b, where, (uint32_t)b->n);
    put_bof(b, 16);
    record(b, 0x0200, 14); /* DIMENSIONS */
    put32(b, 0);
    put32(b, (uint32_t)table->rows);
    put16(b, 0);
    put16(b, (uint32_t)table->columns);
    put16(b, 0);
    put_cells(b, table);
    record(b, 0x023E, 18); /* WINDOW2 */
    put16(b, 0x06B6);
    put_zeros(b, 16);
    put_merges(b, table);
    record(b, 0x000A, 0);
}

/* --- the compound file ------------------------------------------------------------------------------------------------------- */
static void put_entry(struct wg_buf *b, const char *name, int type, uint32_t child, uint32_t start, uint32_t size)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < 32; i++) put16(b, i < n ? (uint32_t)(unsigned char)name[i] : 0);
    put16(b, (uint32_t)(n ? 2 * (n + 1) : 0));
    wg_buf_putc(b, (char)type); /* 0 none, 2 stream, 5 root */
    wg_buf_putc(b, 1);
    put32(b, free_sector);
    put32(b, free_sector);
    put32(b, child);
    put_zeros(b, 36);
    put32(b, start);
    put32(b, size);
    put32(b, 0);
}

struct compound {
    uint32_t stream, fat, difat; /* sectors of each */
};

/* How many FAT sectors describe everything, themselves included. */
static struct compound compound_plan(size_t stream_bytes)
{
    struct compound c = {.stream = (uint32_t)((stream_bytes + SECTOR - 1) / SECTOR)};
    for (;;) {
        uint32_t total = c.difat + c.fat + 1 + c.stream, fat = (total + ENTRIES - 1) / ENTRIES;
        uint32_t difat = fat > HEADER_FAT_SECTORS ? (fat - HEADER_FAT_SECTORS + ENTRIES - 2) / (ENTRIES - 1) : 0;
        if (fat == c.fat && difat == c.difat) return c;
        c.fat = fat;
        c.difat = difat;
    }
}

static void put_header(struct wg_buf *out, const struct compound *c)
{
    static const unsigned char magic[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    wg_buf_add(out, magic, sizeof magic);
    put_zeros(out, 16);
    put16(out, 0x3E);
    put16(out, 3);
    put16(out, 0xFFFE);
    put16(out, 9); /* 2^9: sectors of 512 */
    put16(out, 6);
    put_zeros(out, 10);
    put32(out, c->fat);
    put32(out, c->difat + c->fat); /* the directory */
    put32(out, 0);
    put32(out, STREAM_LEAST);
    put32(out, end_of_chain);
    put32(out, 0);
    put32(out, c->difat ? 0 : end_of_chain);
    put32(out, c->difat);
    for (uint32_t i = 0; i < HEADER_FAT_SECTORS; i++) put32(out, i < c->fat ? c->difat + i : free_sector);
}

static void put_difat(struct wg_buf *out, const struct compound *c)
{
    uint32_t next = HEADER_FAT_SECTORS;
    for (uint32_t s = 0; s < c->difat; s++) {
        for (uint32_t i = 0; i < ENTRIES - 1; i++, next++) put32(out, next < c->fat ? c->difat + next : free_sector);
        put32(out, s + 1 < c->difat ? s + 1 : end_of_chain);
    }
}

static void put_fat(struct wg_buf *out, const struct compound *c)
{
    uint32_t directory = c->difat + c->fat, total = directory + 1 + c->stream;
    for (uint32_t i = 0; i < c->fat * ENTRIES; i++) {
        if (i < c->difat)
            put32(out, difat_sector);
        else if (i < directory)
            put32(out, fat_sector);
        else if (i == directory || i + 1 == total)
            put32(out, end_of_chain);
        else
            put32(out, i < total ? i + 1 : free_sector);
    }
}

int demo_table_xls(struct wg_ctx *ctx, const struct demo_table *table, const char *sheet, struct wg_str *ret)
{
    struct wg_buf stream, out;
    if (table->rows > XLS_ROWS_MOST) return wg_refuse(ctx, WG_E_TOO_MANY, "xls", "65536", NULL);
    wg_buf_init(&stream, (size_t)256 << 20);
    wg_buf_init(&out, (size_t)256 << 20);
    put_workbook(&stream, table, sheet);
    while (stream.n < STREAM_LEAST && !stream.failed) wg_buf_putc(&stream, 0);
    struct compound c = compound_plan(stream.n);
    put_header(&out, &c);
    put_difat(&out, &c);
    put_fat(&out, &c);
    put_entry(&out, "Root Entry", 5, 1, end_of_chain, 0);
    put_entry(&out, "Workbook", 2, free_sector, c.difat + c.fat + 1, (uint32_t)stream.n);
    put_entry(&out, "", 0, free_sector, 0, 0);
    put_entry(&out, "", 0, free_sector, 0, 0);
    wg_buf_add(&out, stream.p, stream.n);
    put_zeros(&out, (SECTOR - stream.n % SECTOR) % SECTOR);
    int rc = stream.failed || out.failed ? wg_refuse(ctx, WG_E_TOO_LARGE, "xls", "256 MiB", NULL) : 0;
    if (rc == 0) *ret = wg_str_dup(ctx->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&stream);
    wg_buf_free(&out);
    return rc;
}
