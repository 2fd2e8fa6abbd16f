/* Writers: the common door, and CSV. */
#include <string.h>

#include "engine/tabular/tabular_internal.h"

enum { CSV_PIECE = 64 * 1024, CSV_MOST = 64 * 1024 * 1024 };

struct tab_writer {
    const struct tab_writer_ops *ops;
    void *self;
};

struct csv_writer {
    struct tab_writing what;
    struct wg_buf out;
    bool stopped;
};

int tab_write_open(struct wg_ctx *ctx, enum tab_format format, const char *sheet, const struct tab_column *columns,
                   size_t n_columns, tab_sink sink, void *arg, struct tab_writer **ret_writer)
{
    if (n_columns == 0 || n_columns > TAB_COLUMNS_MOST)
        return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, wg_fmt(ctx->arena, "%zu columns", n_columns), NULL);
    if (format == TAB_XLS) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    struct tab_column *copy = wg_alloc_n(ctx->arena, n_columns, sizeof *copy);
    for (size_t i = 0; i < n_columns; i++) {
        copy[i] = columns[i];
        copy[i].name = wg_cstr(ctx->arena, wg_str(columns[i].name));
    }
    struct tab_writing what = {sheet ? wg_cstr(ctx->arena, wg_str(sheet)) : "", copy, n_columns, sink, arg};
    struct tab_writer *w = wg_alloc(ctx->arena, sizeof *w);
    int e = format == TAB_CSV ? tab_csv_write(ctx, &what, &w->ops, &w->self) : tab_xlsx_write(ctx, &what, &w->ops, &w->self);
    if (e) return e;
    *ret_writer = w;
    return 0;
}

void tab_write_title(struct tab_writer *writer, const char *line)
{
    writer->ops->title(writer->self, line);
}

int tab_write_row(struct wg_ctx *ctx, struct tab_writer *writer, const struct wg_str *cells)
{
    return writer->ops->row(ctx, writer->self, cells);
}

int tab_write_close(struct wg_ctx *ctx, struct tab_writer *writer)
{
    return writer->ops->close(ctx, writer->self);
}

/* --- CSV --- */

static int flush(struct wg_ctx *ctx, struct csv_writer *w)
{
    if (w->out.failed) return wg_refuse(ctx, WG_E_TOO_LARGE, NULL, "64 MiB", NULL);
    if (!w->stopped && w->out.n > 0 && !w->what.sink(w->what.arg, w->out.p, w->out.n)) w->stopped = true;
    wg_buf_clear(&w->out);
    return w->stopped ? wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL) : 0;
}

static bool needs_quotes(struct wg_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r') return true;
    return false;
}

static void put_quoted(struct wg_buf *out, struct wg_str s)
{
    while (s.n > 0) {
        const char *q = memchr(s.p, '"', s.n);
        size_t n = q ? (size_t)(q - s.p) + 1 : s.n;
        wg_buf_add(out, s.p, n);
        if (q) wg_buf_putc(out, '"');
        s = wg_str_sub(s, n, s.n);
    }
}

static void put_cell(struct wg_buf *out, struct wg_str cell)
{
    struct wg_str s = tab_trim(cell);
    size_t apostrophes;
    bool guard = tab_is_formula(s, &apostrophes) && (apostrophes > 0 || !tab_is_number(s));
    bool quotes = needs_quotes(s);
    if (quotes) wg_buf_putc(out, '"');
    if (guard) wg_buf_putc(out, '\'');
    if (quotes)
        put_quoted(out, s);
    else
        wg_buf_str(out, s);
    if (quotes) wg_buf_putc(out, '"');
}

static void csv_title(void *self, const char *line)
{
    (void)self, (void)line;
}

static int csv_row(struct wg_ctx *ctx, void *self, const struct wg_str *cells)
{
    struct csv_writer *w = self;
    for (size_t i = 0; i < w->what.n_columns; i++) {
        if (i) wg_buf_putc(&w->out, ',');
        put_cell(&w->out, cells[i]);
    }
    wg_buf_add(&w->out, "\r\n", 2);
    return w->out.n >= CSV_PIECE || w->out.failed ? flush(ctx, w) : 0;
}

static int csv_close(struct wg_ctx *ctx, void *self)
{
    struct csv_writer *w = self;
    int e = flush(ctx, w);
    wg_buf_free(&w->out);
    return e;
}

static void drop_csv_writer(void *self)
{
    struct csv_writer *w = self;
    wg_buf_free(&w->out);
}

int tab_csv_write(struct wg_ctx *ctx, const struct tab_writing *what, const struct tab_writer_ops **ret_ops, void **ret_self)
{
    static const struct tab_writer_ops ops = {csv_title, csv_row, csv_close};
    struct csv_writer *w = wg_alloc(ctx->arena, sizeof *w);
    w->what = *what;
    wg_buf_init(&w->out, CSV_MOST);
    wg_arena_cleanup(ctx->arena, drop_csv_writer, w);
    wg_buf_puts(&w->out, "\xEF\xBB\xBF");
    struct wg_str *names = wg_alloc_n(ctx->arena, what->n_columns, sizeof *names);
    for (size_t i = 0; i < what->n_columns; i++) names[i] = wg_str(what->columns[i].name);
    int e = csv_row(ctx, w, names);
    if (e) return e;
    *ret_ops = &ops;
    *ret_self = w;
    return 0;
}
