/* Tables as the senders of lists lay them out, written as .xlsx and .csv. What engine/tabular writes is clean on purpose; these have
 * merged headers, bare dates and other people's encodings. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unicode/ucnv.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "app/demo/demo_internal.h"

struct demo_table *demo_table_new(struct wg_arena *arena, int columns)
{
    struct demo_table *table = wg_alloc(arena, sizeof *table);
    table->arena = arena;
    table->columns = columns;
    return table;
}

int demo_table_row(struct demo_table *table)
{
    size_t need = (size_t)(table->rows + 1) * (size_t)table->columns;
    table->cells = wg_grow(table->arena, table->cells, &table->cap, need, sizeof *table->cells);
    memset(&table->cells[(size_t)table->rows * (size_t)table->columns], 0, (size_t)table->columns * sizeof *table->cells);
    return table->rows++;
}

static struct demo_cell *cell_at(const struct demo_table *table, int row, int column)
{
    return &table->cells[(size_t)row * (size_t)table->columns + (size_t)column];
}

void demo_put(struct demo_table *table, int row, int column, const char *text)
{
    if (!text || !text[0]) return;
    *cell_at(table, row, column) = (struct demo_cell){.kind = CELL_TEXT, .text = wg_str_dup(table->arena, wg_str(text))};
}

void demo_put_number(struct demo_table *table, int row, int column, double number)
{
    *cell_at(table, row, column) = (struct demo_cell){.kind = CELL_NUMBER, .number = number};
}

void demo_put_moment(struct demo_table *table, int row, int column, wg_day day, int minutes)
{
    static const int epoch = 25569; /* 1970-01-01 in days of a spreadsheet */
    *cell_at(table, row, column) = (struct demo_cell){.kind = CELL_MOMENT, .number = epoch + day + minutes / 1440.0};
}

void demo_merge(struct demo_table *table, int row, int column, int last_row, int last_column)
{
    if (table->n_merges < (int)(sizeof table->merges / sizeof table->merges[0]))
        table->merges[table->n_merges++] = (struct demo_merge){row, column, last_row, last_column};
}

/* --- .xlsx ------------------------------------------------------------------------------------------------------------------- */
struct formats {
    lxw_format *moment, *merged;
};

static lxw_error write_cell(struct wg_arena *arena, lxw_worksheet *sheet, const struct formats *formats, int row, int column,
                            const struct demo_cell *cell)
{
    lxw_row_t r = (lxw_row_t)row;
    lxw_col_t c = (lxw_col_t)column;
    switch (cell->kind) {
    case CELL_TEXT:
        return worksheet_write_string(sheet, r, c, wg_cstr(arena, cell->text), NULL);
    case CELL_NUMBER:
        return worksheet_write_number(sheet, r, c, cell->number, NULL);
    case CELL_MOMENT:
        return worksheet_write_number(sheet, r, c, cell->number, formats->moment);
    case CELL_EMPTY:
        break;
    }
    return LXW_NO_ERROR;
}

static lxw_error write_sheet(struct wg_arena *arena, lxw_workbook *book, lxw_worksheet *sheet, const struct demo_table *table)
{
    struct formats formats = {workbook_add_format(book), workbook_add_format(book)};
    lxw_error error = LXW_NO_ERROR;
    format_set_num_format(formats.moment, "yyyy/m/d h:mm");
    format_set_align(formats.merged, LXW_ALIGN_CENTER);
    for (int i = 0; i < table->n_merges && !error; i++) {
        const struct demo_merge *m = &table->merges[i];
        error = worksheet_merge_range(sheet, (lxw_row_t)m->row, (lxw_col_t)m->column, (lxw_row_t)m->last_row,
                                      (lxw_col_t)m->last_column, "", formats.merged);
    }
    for (int row = 0; row < table->rows && !error; row++)
        for (int column = 0; column < table->columns && !error; column++)
            error = write_cell(arena, sheet, &formats, row, column, cell_at(table, row, column));
    return error;
}

/* All of a file in memory. */
static int read_back(struct wg_ctx *ctx, int fd, struct wg_str *ret)
{
    struct stat status;
    if (fstat(fd, &status) != 0) return wg_refuse(ctx, WG_E_FILE, NULL, "xlsx", strerror(errno));
    size_t size = (size_t)status.st_size, done = 0;
    char *bytes = wg_alloc(ctx->arena, size + 1);
    while (done < size) {
        ssize_t n = pread(fd, bytes + done, size - done, (off_t)done);
        if (n <= 0) return wg_refuse(ctx, WG_E_FILE, NULL, "xlsx", strerror(errno));
        done += (size_t)n;
    }
    *ret = (struct wg_str){bytes, size};
    return 0;
}

static lxw_error write_book(struct wg_ctx *ctx, const char *path, const struct demo_table *table, const char *sheet_name)
{
    lxw_workbook *book = workbook_new(path);
    if (!book) return LXW_ERROR_MEMORY_MALLOC_FAILED;
    /* A fixed moment instead of the clock: the same table, the same bytes. */
    lxw_doc_properties properties = {.created = 1580572800};
    lxw_worksheet *sheet = workbook_add_worksheet(book, sheet_name);
    lxw_error error = sheet ? workbook_set_properties(book, &properties) : LXW_ERROR_MEMORY_MALLOC_FAILED;
    if (!error) error = write_sheet(ctx->arena, book, sheet, table);
    lxw_error closed = workbook_close(book);
    return error ? error : closed;
}

int demo_table_xlsx(struct wg_ctx *ctx, const struct demo_table *table, const char *sheet_name, struct wg_str *ret)
{
    int fd = memfd_create("wangge-demo", MFD_CLOEXEC); /* the library writes to a name only */
    if (fd < 0) return wg_refuse(ctx, WG_E_FILE, NULL, "xlsx", strerror(errno));
    lxw_error error = write_book(ctx, wg_fmt(ctx->arena, "/proc/self/fd/%d", fd), table, sheet_name);
    int rc = error ? wg_refuse(ctx, WG_E_FILE, NULL, "xlsx", lxw_strerror(error)) : read_back(ctx, fd, ret);
    (void)close(fd);
    return rc;
}

/* --- .csv --------------------------------------------------------------------------------------------------------------------- */
static void put_cell(struct wg_buf *out, const struct demo_cell *cell, char delimiter)
{
    if (cell->kind == CELL_NUMBER) wg_buf_fmt(out, "%.15g", cell->number);
    if (cell->kind != CELL_TEXT) return;
    bool quoted = memchr(cell->text.p, delimiter, cell->text.n) || memchr(cell->text.p, '"', cell->text.n);
    if (quoted) wg_buf_putc(out, '"');
    for (size_t i = 0; i < cell->text.n; i++) {
        if (cell->text.p[i] == '"') wg_buf_putc(out, '"');
        wg_buf_putc(out, cell->text.p[i]);
    }
    if (quoted) wg_buf_putc(out, '"');
}

static int to_gb18030(struct wg_ctx *ctx, struct wg_str text, struct wg_str *ret)
{
    UErrorCode error = U_ZERO_ERROR;
    int32_t cap = (int32_t)text.n * 2 + 16;
    char *out = wg_alloc(ctx->arena, (size_t)cap);
    int32_t n = ucnv_convert("GB18030", "UTF-8", out, cap, text.p, (int32_t)text.n, &error);
    if (U_FAILURE(error)) return wg_refuse(ctx, WG_E_INTERNAL, "csv", u_errorName(error), NULL);
    *ret = (struct wg_str){out, (size_t)n};
    return 0;
}

int demo_table_csv(struct wg_ctx *ctx, const struct demo_table *table, char delimiter, enum demo_encoding encoding,
                   struct wg_str *ret)
{
    struct wg_buf out;
    wg_buf_init(&out, (size_t)256 << 20);
    if (encoding == ENCODING_UTF8_BOM) wg_buf_puts(&out, "\xEF\xBB\xBF");
    for (int row = 0; row < table->rows; row++) {
        for (int column = 0; column < table->columns; column++) {
            if (column > 0) wg_buf_putc(&out, delimiter);
            put_cell(&out, cell_at(table, row, column), delimiter);
        }
        wg_buf_puts(&out, "\r\n");
    }
    struct wg_str text = {out.p, out.n};
    int rc = out.failed ? wg_refuse(ctx, WG_E_TOO_LARGE, NULL, "256 MiB", NULL) : 0;
    if (rc == 0 && encoding == ENCODING_GB18030)
        rc = to_gb18030(ctx, text, ret);
    else if (rc == 0)
        *ret = wg_str_dup(ctx->arena, text);
    wg_buf_free(&out);
    return rc;
}
