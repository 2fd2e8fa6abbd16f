#include "engine/tabular/tabular.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/tabular/tabular_internal.h"

struct tab_reader {
    struct wg_arena *own;
    struct tab_source source;
    struct tab_limits limits;
    struct tab_shape shape;
    struct wg_str *cells; /* what tab_next shows, shape.columns wide */
    enum tab_cell_kind *kinds;
    struct wg_str *repeat; /* the header as it stands in the file, to know it again further down */
    size_t head_lines;     /* lines of the source up to the first one after the header */
    size_t to_skip, data_rows;
    bool at_end;
    struct wg_buf raw;
};

struct tab_limits tab_limits_default(void)
{
    return (struct tab_limits){.max_bytes = (size_t)512 * 1024 * 1024, .max_rows = 3000000, .max_columns = 300};
}

struct tab_cells tab_cells_new(struct wg_arena *arena, const struct tab_limits *limits)
{
    struct tab_cells c = {.cap = limits->max_columns + 1};
    c.cells = wg_alloc_n(arena, c.cap, sizeof *c.cells);
    c.kinds = wg_alloc_n(arena, c.cap, sizeof *c.kinds);
    return c;
}

/* --- the file --- */

struct mapping {
    void *p;
    size_t n;
};

static void unmap(void *what)
{
    struct mapping *m = what;
    (void)munmap(m->p, m->n);
}

static int refuse_file(struct wg_ctx *ctx, const char *path, int error)
{
    return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(error));
}

static int refuse_size(struct wg_ctx *ctx, const struct tab_limits *limits)
{
    return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, wg_fmt(ctx->arena, "> %zu MiB", limits->max_bytes >> 20), NULL);
}

/* A pipe: there is nothing to map. */
static int slurp(struct wg_ctx *ctx, struct wg_arena *own, int fd, const char *path, const struct tab_limits *limits,
                 struct wg_str *ret)
{
    size_t cap = 0, n = 0;
    char *bytes = NULL;
    for (;;) {
        bytes = wg_grow(own, bytes, &cap, n + 65536, 1);
        ssize_t got = read(fd, bytes + n, cap - n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return refuse_file(ctx, path, errno);
        if (got == 0) break;
        n += (size_t)got;
        if (n > limits->max_bytes) return refuse_size(ctx, limits);
    }
    *ret = (struct wg_str){bytes, n};
    return 0;
}

static int map_or_slurp(struct wg_ctx *ctx, struct wg_arena *own, int fd, const char *path, const struct tab_limits *limits,
                        struct wg_str *ret)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return refuse_file(ctx, path, errno);
    if (S_ISDIR(st.st_mode)) return refuse_file(ctx, path, EISDIR);
    if (!S_ISREG(st.st_mode)) return slurp(ctx, own, fd, path, limits, ret);
    if (st.st_size == 0) {
        *ret = WG_STR("");
        return 0;
    }
    if ((uintmax_t)st.st_size > limits->max_bytes) return refuse_size(ctx, limits);
    struct mapping *m = wg_alloc(own, sizeof *m);
    m->n = (size_t)st.st_size;
    m->p = mmap(NULL, m->n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (m->p == MAP_FAILED) return refuse_file(ctx, path, errno);
    wg_arena_cleanup(own, unmap, m);
    (void)madvise(m->p, m->n, MADV_SEQUENTIAL);
    *ret = (struct wg_str){m->p, m->n};
    return 0;
}

/* --- opening --- */

static bool is_foreign(struct wg_str bytes)
{
    static const struct wg_str marks[] = {{"%PDF", 4},     {"\x89PNG", 4}, {"\xFF\xD8\xFF", 3}, {"GIF8", 4},
                                          {"\x1F\x8B", 2}, {"Rar!", 4},    {"7z\xBC\xAF", 4},   {"{\\rtf", 5}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (wg_str_starts(bytes, marks[i])) return true;
    struct wg_str text = wg_str_trim(wg_str_sub(bytes, 0, 512));
    return wg_str_starts(text, WG_STR("<?xml")) || wg_str_starts(text, WG_STR("<html")) ||
           wg_str_starts(text, WG_STR("<HTML")) || wg_str_starts(text, WG_STR("<!DOCTYPE")) ||
           wg_str_starts(text, WG_STR("<table"));
}

/* The kind of the file is told by how it begins. */
static int open_source(struct wg_ctx *ctx, struct tab_reader *r, struct wg_str bytes)
{
    if (wg_str_trim(bytes).n == 0) return wg_refuse(ctx, WG_E_TAB_EMPTY, NULL, NULL, NULL);
    if (wg_str_starts(bytes, WG_STR("PK\x03\x04"))) return tab_xlsx_open(ctx, r->own, bytes, &r->limits, &r->source);
    if (wg_str_starts(bytes, WG_STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
        return tab_xls_open(ctx, r->own, bytes, &r->limits, &r->source);
    if (is_foreign(bytes)) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    return tab_csv_open(ctx, r->own, bytes, &r->limits, &r->source);
}

static bool has_text(const struct tab_line *line)
{
    for (size_t i = 0; i < line->n; i++)
        if (line->cells[i].n > 0) return true;
    return line->overflow;
}

static void keep_line(struct wg_arena *arena, const struct tab_line *line, size_t index, struct tab_head_line *ret)
{
    size_t n = line->n;
    while (n > 0 && line->cells[n - 1].n == 0) n--;
    struct wg_str *cells = wg_alloc_n(arena, n, sizeof *cells);
    enum tab_cell_kind *kinds = wg_alloc_n(arena, n, sizeof *kinds);
    size_t filled = 0;
    for (size_t i = 0; i < n; i++) {
        cells[i] = wg_str_dup(arena, line->cells[i]);
        kinds[i] = line->kinds[i];
        filled += cells[i].n > 0;
    }
    *ret = (struct tab_head_line){.number = line->number,
                                  .cells = cells,
                                  .kinds = kinds,
                                  .n = n,
                                  .filled = filled,
                                  .index = index,
                                  .damaged = line->damaged};
}

struct sample {
    struct tab_head_line lines[TAB_HEAD_LINES];
    size_t n;
    bool more; /* the source goes on */
};

static int take_sample(struct wg_ctx *ctx, struct tab_reader *r, struct sample *s)
{
    size_t start = wg_arena_used(r->own);
    size_t looked = 0;
    for (size_t index = 0; s->n < TAB_HEAD_LINES && looked<TAB_HEAD_SCAN; index++, looked += s->n> 0) {
        struct tab_line line;
        bool more;
        int e = r->source.next(ctx, r->source.self, &line, &more);
        if (e) return e;
        s->more = more;
        if (!more) return 0;
        if (has_text(&line)) keep_line(r->own, &line, index, &s->lines[s->n++]);
        if (wg_arena_used(r->own) - start > TAB_HEAD_BYTES) return 0;
    }
    return 0;
}

/* The header's cells as they stand in its last line, to know the line again when it is repeated further down. */
static void remember_header(struct tab_reader *r, const struct tab_head_line *line)
{
    r->repeat = wg_alloc_n(r->own, r->shape.columns, sizeof *r->repeat);
    for (size_t i = 0; i < r->shape.columns && i < line->n; i++) r->repeat[i] = line->cells[i];
}

static int find_shape(struct wg_ctx *ctx, struct tab_reader *r)
{
    struct sample *s = wg_alloc(r->own, sizeof *s);
    int e = take_sample(ctx, r, s);
    if (e) return e;
    if (s->n == 0) return wg_refuse(ctx, WG_E_TAB_EMPTY, NULL, NULL, NULL);
    struct tab_head head;
    if (!tab_head_find(r->own, s->lines, s->n, &r->source, &head)) return wg_refuse(ctx, WG_E_TAB_NO_HEADER, NULL, NULL, NULL);
    if (head.first >= s->n && !s->more) return wg_refuse(ctx, WG_E_TAB_NO_ROWS, NULL, NULL, NULL);
    if (head.columns > r->limits.max_columns)
        return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, wg_fmt(ctx->arena, "> %zu columns", r->limits.max_columns), NULL);
    struct tab_shape *shape = &r->shape;
    shape->format = r->source.format;
    shape->encoding = r->source.encoding;
    shape->delimiter = r->source.delimiter;
    shape->sheet = r->source.sheet;
    static const char *const none[] = {NULL};
    shape->other_sheets = r->source.other_sheets ? r->source.other_sheets : none;
    shape->columns = head.columns;
    shape->header = tab_head_names(r->own, ctx->lang, s->lines, &head, &r->source);
    if (head.found) {
        shape->title_rows = s->lines[head.top].index;
        shape->header_row = s->lines[head.bottom].number;
        r->head_lines = s->lines[head.bottom].index + 1;
        remember_header(r, &s->lines[head.bottom]);
    } else {
        shape->title_rows = s->lines[head.first].index;
        r->head_lines = shape->title_rows;
    }
    if (r->source.fill_after) r->source.fill_after(r->source.self, head.found ? shape->header_row : 0);
    r->cells = wg_alloc_n(r->own, shape->columns, sizeof *r->cells);
    r->kinds = wg_alloc_n(r->own, shape->columns, sizeof *r->kinds);
    return 0;
}

static void close_reader(void *what)
{
    struct tab_reader *r = what;
    struct wg_arena *own = r->own;
    wg_buf_free(&r->raw);
    wg_arena_free(own);
}

static struct tab_reader *reader_new(struct wg_ctx *ctx, const struct tab_limits *limits)
{
    struct wg_arena *own = wg_arena_new();
    struct tab_reader *r = wg_alloc(own, sizeof *r);
    r->own = own;
    r->limits = limits ? *limits : tab_limits_default();
    if (r->limits.max_columns > TAB_COLUMNS_MOST) r->limits.max_columns = TAB_COLUMNS_MOST;
    if (r->limits.max_columns == 0) r->limits.max_columns = 1;
    wg_buf_init(&r->raw, r->limits.max_bytes);
    wg_arena_cleanup(ctx->arena, close_reader, r);
    return r;
}

static int open_reader(struct wg_ctx *ctx, struct tab_reader *r, struct wg_str bytes, struct tab_reader **ret)
{
    int e = open_source(ctx, r, bytes);
    if (!e) e = find_shape(ctx, r);
    if (e) return e;
    tab_rewind(r);
    *ret = r;
    return 0;
}

int tab_open_bytes(struct wg_ctx *ctx, struct wg_str bytes, const struct tab_limits *limits, struct tab_reader **ret_reader)
{
    struct tab_reader *r = reader_new(ctx, limits);
    if (bytes.n > r->limits.max_bytes) return refuse_size(ctx, &r->limits);
    return open_reader(ctx, r, bytes, ret_reader);
}

int tab_open_file(struct wg_ctx *ctx, const char *path, const struct tab_limits *limits, struct tab_reader **ret_reader)
{
    struct tab_reader *r = reader_new(ctx, limits);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return refuse_file(ctx, path, errno);
    struct wg_str bytes = WG_STR("");
    int e = map_or_slurp(ctx, r->own, fd, path, &r->limits, &bytes);
    (void)close(fd);
    if (e) return e;
    return open_reader(ctx, r, bytes, ret_reader);
}

/* --- reading --- */

const struct tab_shape *tab_shape(const struct tab_reader *reader)
{
    return &reader->shape;
}

void tab_rewind(struct tab_reader *r)
{
    r->source.rewind(r->source.self);
    r->to_skip = r->head_lines;
    r->data_rows = 0;
    r->at_end = false;
}

double tab_done(const struct tab_reader *r)
{
    return r->at_end ? 1.0 : r->source.done(r->source.self);
}

static struct wg_str joined(struct tab_reader *r, const struct tab_line *line)
{
    wg_buf_clear(&r->raw);
    for (size_t i = 0; i < line->n; i++) {
        if (i) wg_buf_putc(&r->raw, '\t');
        wg_buf_str(&r->raw, line->cells[i]);
    }
    return (struct wg_str){r->raw.p ? r->raw.p : "", r->raw.n};
}

static bool is_repeated_header(const struct tab_reader *r, const struct tab_row *row)
{
    if (!r->repeat) return false;
    size_t filled = 0;
    for (size_t i = 0; i < r->shape.columns; i++) {
        if (!wg_str_eq(r->repeat[i], row->cells[i])) return false;
        filled += row->cells[i].n > 0;
    }
    return filled >= 2;
}

static enum tab_row_kind row_kind(const struct tab_reader *r, const struct tab_row *row, size_t span)
{
    bool blank = !row->too_many_cells;
    for (size_t i = 0; i < r->shape.columns && blank; i++) blank = row->cells[i].n == 0;
    if (blank) return TAB_BLANK;
    if (tab_is_total(row->cells, r->shape.columns, span)) return TAB_TOTAL;
    return is_repeated_header(r, row) ? TAB_HEADER : TAB_DATA;
}

static void make_row(struct tab_reader *r, const struct tab_line *line, struct tab_row *ret)
{
    size_t columns = r->shape.columns;
    struct tab_row row = {.number = line->number, .too_many_cells = line->overflow};
    if (line->n >= columns) {
        row.cells = line->cells;
        row.kinds = line->kinds;
        for (size_t i = columns; i < line->n; i++) row.too_many_cells |= line->cells[i].n > 0;
    } else {
        for (size_t i = 0; i < columns; i++) {
            r->cells[i] = i < line->n ? line->cells[i] : WG_STR("");
            r->kinds[i] = i < line->n ? line->kinds[i] : TAB_EMPTY;
        }
        row.cells = r->cells;
        row.kinds = r->kinds;
    }
    row.raw = r->source.format == TAB_CSV ? line->raw : joined(r, line);
    row.kind = line->damaged ? TAB_DAMAGED : row_kind(r, &row, line->span);
    *ret = row;
}

int tab_next(struct wg_ctx *ctx, struct tab_reader *r, struct tab_row *ret_row, bool *ret_more)
{
    for (;;) {
        struct tab_line line;
        bool more;
        int e = r->at_end ? 0 : r->source.next(ctx, r->source.self, &line, &more);
        if (e) return e;
        if (r->at_end || !more) {
            r->at_end = true;
            *ret_more = false;
            return 0;
        }
        if (r->to_skip > 0) {
            r->to_skip--;
            continue;
        }
        struct tab_row row;
        make_row(r, &line, &row);
        if (row.kind == TAB_DATA && ++r->data_rows > r->limits.max_rows)
            return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, wg_fmt(ctx->arena, "> %zu rows", r->limits.max_rows), NULL);
        *ret_row = row;
        *ret_more = true;
        return 0;
    }
}
