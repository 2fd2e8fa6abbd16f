/* .xlsx out, by libxlsxwriter in constant memory: its pieces and the file stand in a private folder until they are sent. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "engine/tabular/tabular_package.h"

enum { SHEET_NAME_MOST = 31, WIDTH_LEAST = 8, WIDTH_MOST = 40, TEXT_MOST = 32767 * 4, SEND_PIECE = 64 * 1024 };

struct xlsx_writer {
    struct tab_writing what;
    char folder[256], path[300];
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *title, *head, *text, *number;
    lxw_row_t row, head_row;
    bool head_written, title_written;
    struct wg_buf repaired, scratch;
};

static int cannot(struct wg_ctx *ctx, lxw_error error)
{
    if (error == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED) return wg_refuse(ctx, WG_E_TOO_LARGE, NULL, "32,767", NULL);
    if (error == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE)
        return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, "> 1,048,576 (xlsx)", NULL);
    return wg_refuse(ctx, WG_E_FILE, NULL, ".xlsx", lxw_strerror(error));
}

static void discard(struct xlsx_writer *w)
{
    if (w->book) lxw_workbook_free(w->book);
    w->book = NULL;
    if (w->path[0]) (void)unlink(w->path);
    if (w->folder[0]) (void)rmdir(w->folder);
    w->path[0] = w->folder[0] = '\0';
    wg_buf_free(&w->repaired);
    wg_buf_free(&w->scratch);
}

static void drop_writer(void *self)
{
    discard(self);
}

/* --- cells --- */

/* What would be read as an escape (ECMA-376 part 1, 22.9.2.19) is escaped itself, and so is CR, which XML would read as LF;
 * the library escapes the other control characters. U+FFFE and U+FFFF are no characters of XML. */
static void put_escaped(struct wg_buf *out, struct wg_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *instead = NULL;
        size_t n = 1;
        if (s.p[i] == '\r') {
            instead = "_x000D_";
        } else if (tab_escape_at(s.p + i, s.n - i) >= 0) {
            instead = "_x005F_";
        } else if (wg_str_starts(wg_str_sub(s, i, 3), WG_STR("\xEF\xBF\xBE")) ||
                   wg_str_starts(wg_str_sub(s, i, 3), WG_STR("\xEF\xBF\xBF"))) {
            instead = "\xEF\xBF\xBD";
            n = 3;
        }
        if (!instead) continue;
        wg_buf_add(out, s.p + from, i - from);
        wg_buf_puts(out, instead);
        from = i + n;
        i = from - 1;
    }
    wg_buf_add(out, s.p + from, s.n - from);
}

/* `s` trimmed, as a C string of what a sheet can hold; valid until the next call. */
static const char *as_cstr(struct xlsx_writer *w, struct wg_str s)
{
    wg_buf_clear(&w->repaired);
    tab_repair(&w->repaired, tab_trim(s));
    wg_buf_clear(&w->scratch);
    if (w->repaired.p) put_escaped(&w->scratch, (struct wg_str){w->repaired.p, w->repaired.n});
    if (w->repaired.failed) w->scratch.failed = true;
    return w->scratch.p ? w->scratch.p : "";
}

/* Whether a spreadsheet would show this very text for the number. */
static bool as_number(struct wg_str s, double *ret)
{
    char shown[TAB_NUMBER_TEXT];
    return tab_is_number(s) && wg_parse_double(s, -1e15, 1e15, ret) && tab_number_plain(*ret, shown) == TAB_NUMBER &&
           wg_str_is(s, shown);
}

static lxw_error put_cell(struct xlsx_writer *w, size_t column, struct wg_str cell)
{
    double value;
    lxw_col_t at = (lxw_col_t)column;
    if (w->what.columns[column].number && as_number(cell, &value))
        return worksheet_write_number(w->sheet, w->row, at, value, w->number);
    const char *text = as_cstr(w, cell);
    if (w->scratch.failed) return LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED;
    if (!*text) return LXW_NO_ERROR;
    return worksheet_write_string(w->sheet, w->row, at, text, w->text);
}

/* --- head --- */

static void xlsx_title(void *self, const char *line)
{
    struct xlsx_writer *w = self;
    if (w->head_written) return;
    const char *text = as_cstr(w, wg_str(line));
    lxw_format *format = w->title_written ? NULL : w->title;
    if (!w->title_written && w->what.n_columns > 1)
        (void)worksheet_merge_range(w->sheet, w->row, 0, w->row, (lxw_col_t)(w->what.n_columns - 1), text, format);
    else
        (void)worksheet_write_string(w->sheet, w->row, 0, text, format);
    w->title_written = true;
    w->row++;
}

static lxw_error put_head(struct xlsx_writer *w)
{
    if (w->head_written) return LXW_NO_ERROR;
    w->head_written = true;
    w->head_row = w->row;
    for (size_t i = 0; i < w->what.n_columns; i++) {
        const char *name = as_cstr(w, wg_str(w->what.columns[i].name));
        lxw_error error = worksheet_write_string(w->sheet, w->row, (lxw_col_t)i, name, w->head);
        if (error) return error;
    }
    worksheet_freeze_panes(w->sheet, w->row + 1, 0);
    worksheet_repeat_rows(w->sheet, w->row, w->row);
    w->row++;
    return LXW_NO_ERROR;
}

/* --- rows and end --- */

static int xlsx_row(struct wg_ctx *ctx, void *self, const struct wg_str *cells)
{
    struct xlsx_writer *w = self;
    lxw_error error = put_head(w);
    bool empty = true;
    for (size_t i = 0; i < w->what.n_columns && !error; i++) {
        empty = empty && tab_trim(cells[i]).n == 0;
        error = put_cell(w, i, cells[i]);
    }
    /* an empty row is a row too */
    if (empty && !error) error = worksheet_write_blank(w->sheet, w->row, 0, w->text);
    if (error) return cannot(ctx, error);
    w->row++;
    return 0;
}

static int send_file(struct wg_ctx *ctx, const struct xlsx_writer *w)
{
    int fd = open(w->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return wg_refuse(ctx, WG_E_FILE, NULL, w->path, strerror(errno));
    char *piece = wg_xmalloc(SEND_PIECE);
    int e = 0;
    while (!e) {
        ssize_t n = read(fd, piece, SEND_PIECE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) e = wg_refuse(ctx, WG_E_FILE, NULL, w->path, strerror(errno));
        if (n <= 0) break;
        if (!w->what.sink(w->what.arg, piece, (size_t)n)) e = wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    }
    free(piece);
    (void)close(fd);
    return e;
}

static int xlsx_close(struct wg_ctx *ctx, void *self)
{
    struct xlsx_writer *w = self;
    lxw_error error = put_head(w);
    if (!error && w->row > w->head_row + 1)
        error = worksheet_autofilter(w->sheet, w->head_row, 0, w->row - 1, (lxw_col_t)(w->what.n_columns - 1));
    if (error) {
        discard(w);
        return cannot(ctx, error);
    }
    error = workbook_close(w->book); /* frees it, whatever comes of it */
    w->book = NULL;
    int e = error ? cannot(ctx, error) : send_file(ctx, w);
    discard(w);
    return e;
}

/* --- opening --- */

/* What Excel takes as a sheet's name: 31 characters, none of []:*?/\, no apostrophe at the ends. */
static const char *sheet_name(struct wg_ctx *ctx, struct xlsx_writer *w, const char *wanted)
{
    struct wg_str s = wg_str(wg_cstr(ctx->arena, wg_str(as_cstr(w, wg_str(wanted)))));
    char *name = wg_cstr(ctx->arena, s);
    size_t at = 0, characters = 0;
    while (at < s.n && characters < SHEET_NAME_MOST) {
        size_t before = at;
        uint32_t c = wg_utf8_next(s, &at);
        if (c < 0x80 && (c < 0x20 || strchr("[]:*?/\\'", (int)c))) name[before] = '_';
        characters += c > 0xFFFF ? 2 : 1;
        if (characters > SHEET_NAME_MOST) at = before;
    }
    name[at] = '\0';
    return name;
}

static double column_width(const struct tab_column *column)
{
    if (column->width > 0) return column->width > 255 ? 255 : column->width;
    struct wg_str name = wg_str(column->name);
    int width = 2;
    for (size_t at = 0; at < name.n;) width += wg_utf8_next(name, &at) > 0x2E7F ? 2 : 1;
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
}

static bool make_formats(struct xlsx_writer *w)
{
    w->title = workbook_add_format(w->book);
    w->head = workbook_add_format(w->book);
    w->text = workbook_add_format(w->book);
    w->number = workbook_add_format(w->book);
    if (!w->title || !w->head || !w->text || !w->number) return false;
    format_set_bold(w->title);
    format_set_font_size(w->title, 14);
    format_set_align(w->title, LXW_ALIGN_CENTER);
    format_set_bold(w->head);
    format_set_bottom(w->head, LXW_BORDER_THIN);
    format_set_bg_color(w->head, 0xEDEDED);
    format_set_num_format(w->head, "@");
    format_set_num_format(w->text, "@");
    return true;
}

static int make_folder(struct wg_ctx *ctx, struct xlsx_writer *w)
{
    const char *top = getenv("TMPDIR");
    if (!top || !*top || strlen(top) > sizeof w->folder - 32) top = "/tmp";
    (void)snprintf(w->folder, sizeof w->folder, "%s/wangge-XXXXXX", top);
    if (!mkdtemp(w->folder)) {
        int error = errno;
        w->folder[0] = '\0';
        return wg_refuse(ctx, WG_E_FILE, NULL, top, strerror(error));
    }
    (void)snprintf(w->path, sizeof w->path, "%s/table.xlsx", w->folder);
    return 0;
}

int tab_xlsx_write(struct wg_ctx *ctx, const struct tab_writing *what, const struct tab_writer_ops **ret_ops, void **ret_self)
{
    static const struct tab_writer_ops ops = {xlsx_title, xlsx_row, xlsx_close};
    struct xlsx_writer *w = wg_alloc(ctx->arena, sizeof *w);
    w->what = *what;
    wg_buf_init(&w->repaired, TEXT_MOST);
    wg_buf_init(&w->scratch, (size_t)TEXT_MOST * 7);
    wg_arena_cleanup(ctx->arena, drop_writer, w);
    int e = make_folder(ctx, w);
    if (e) return e;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = w->folder};
    w->book = workbook_new_opt(w->path, &options);
    const char *name = sheet_name(ctx, w, what->sheet);
    w->sheet = w->book ? workbook_add_worksheet(w->book, *name ? name : NULL) : NULL;
    if (!w->sheet || !make_formats(w)) return cannot(ctx, LXW_ERROR_CREATING_XLSX_FILE);
    for (size_t i = 0; i < what->n_columns; i++) {
        lxw_format *format = what->columns[i].number ? w->number : w->text;
        lxw_error error = worksheet_set_column(w->sheet, (lxw_col_t)i, (lxw_col_t)i, column_width(&what->columns[i]), format);
        if (error) return cannot(ctx, error);
    }
    *ret_ops = &ops;
    *ret_self = w;
    return 0;
}
