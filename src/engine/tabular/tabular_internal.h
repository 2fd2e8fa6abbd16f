/* tabular_internal.h - what the files of this room share: a source gives raw lines, tabular.c makes rows of them. */
#ifndef WG_TABULAR_INTERNAL_H
#define WG_TABULAR_INTERNAL_H
#include "engine/tabular/tabular.h"

enum {
    TAB_COLUMNS_MOST = 1000,       /* what tab_limits.max_columns may be */
    TAB_HEAD_LINES = 40,           /* lines with something in them that the header is looked for in */
    TAB_HEAD_SCAN = 400,           /* lines looked at in all, blank ones included */
    TAB_HEAD_BYTES = 1024 * 1024,  /* text kept while looking */
    TAB_RECORD_MOST = 1024 * 1024, /* a quoted CSV record longer than this was never meant as one */
};

/* One line of a file, cut into cells but not yet understood. Everything is valid until the source's next line. */
struct tab_line {
    size_t number;
    struct wg_str *cells; /* trimmed, valid UTF-8 without NUL */
    enum tab_cell_kind *kinds;
    size_t n;
    struct wg_str raw; /* CSV only */
    bool damaged;
    bool overflow; /* something stood beyond the columns that are kept */
    size_t span;   /* columns of the widest merged cell that begins in this line; 0: not known */
};

/* A merged cell, rows and columns from 0, both ends inside. */
struct tab_merge {
    uint32_t top, left, bottom, right;
};

struct tab_source {
    int (*next)(struct wg_ctx *ctx, void *self, struct tab_line *ret_line, bool *ret_more);
    void (*rewind)(void *self);
    double (*done)(const void *self);
    /* May be NULL. From the line after `number` on, a cell that reaches over several lines is read in each of them. */
    void (*fill_after)(void *self, size_t number);
    void *self;
    enum tab_format format;
    const char *encoding;
    char delimiter;
    const char *sheet;
    const char *const *other_sheets;
    const struct tab_merge *merges; /* sorted by top, then left */
    size_t n_merges;
};

/* Where a source keeps the cells of its current line. */
struct tab_cells {
    struct wg_str *cells;
    enum tab_cell_kind *kinds;
    size_t cap;
};
struct tab_cells tab_cells_new(struct wg_arena *arena, const struct tab_limits *limits);

/* Merged cells along a pass through the rows of a sheet. */
struct tab_carry;
struct tab_merging {
    const struct tab_merge *merges; /* sorted by top, then left */
    size_t n, next;
    size_t fill_after; /* rows up to this one are left as they are */
    size_t carried_until;
    struct tab_carry *carries; /* by column */
    size_t columns;
};
/* Sorts `merges`; buffers are freed with `arena`. */
void tab_merging_start(struct tab_merging *m, struct wg_arena *arena, struct tab_merge *merges, size_t n, size_t columns,
                       size_t max_bytes);
void tab_merging_rewind(struct tab_merging *m);
/* Takes note of merged cells that begin in `row` (from 1), and puts the values of those that reach down into it where the
 * row has anything of its own. Returns how many columns the widest that begins here takes. */
size_t tab_merging_row(struct tab_merging *m, size_t row, struct tab_cells *cells, size_t *width);

/* Strings that a workbook shares: one block of text, and where each ends. */
struct tab_strings {
    struct wg_buf text;
    size_t *ends; /* [i]: where string i ends and i + 1 begins */
    size_t n, cap;
};
void tab_strings_end(struct tab_strings *strings); /* what was added to `text` is a string */
void tab_strings_free(struct tab_strings *strings);
struct wg_str tab_strings_at(const struct tab_strings *strings, size_t index, bool *ret_there);

/* `arena` dies with the reader; sources keep what grows in memory of their own and register its release there. */
int tab_csv_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                 struct tab_source *ret);
int tab_xlsx_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                  struct tab_source *ret);
int tab_xls_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                 struct tab_source *ret);

/* tabular_text.c */
enum tab_encoding { TAB_UTF8, TAB_GB18030, TAB_UTF16LE, TAB_UTF16BE, TAB_BINARY };
struct tab_survey {
    enum tab_encoding encoding;
    size_t bom;  /* bytes to skip */
    bool broken; /* UTF-8 with sequences that are none, or NULs */
};
struct tab_survey tab_survey(struct wg_str bytes);
const char *tab_encoding_name(enum tab_encoding encoding);

/* Decodes GB18030 or UTF-16 piece by piece. NUL and what cannot be decoded become U+FFFD. */
struct tab_decoder;
struct tab_decoder *tab_decoder_new(struct wg_arena *arena, enum tab_encoding encoding, struct wg_str bytes);
bool tab_decoder_more(struct tab_decoder *decoder, struct wg_buf *out); /* false: nothing was left to add */
void tab_decoder_rewind(struct tab_decoder *decoder);
double tab_decoder_done(const struct tab_decoder *decoder);

/* What a text looks like by itself (a CSV cell, or the text in a spreadsheet's cell). */
enum tab_cell_kind tab_text_kind(struct wg_str text);
/* A finite decimal number as people write it: sign, digits, fraction. */
bool tab_is_number(struct wg_str text);
/* Text that shows a long number rounded: 2.11302E+17. */
bool tab_is_rounded(struct wg_str text);
/* The formula guard: text behind any apostrophes starts with a sign that opens a formula. */
bool tab_is_formula(struct wg_str text, size_t *ret_apostrophes);
/* wg_str_trim, quick for what needs none. */
struct wg_str tab_trim(struct wg_str s);
/* Appends `text` with everything that is not UTF-8, and NUL, as U+FFFD. */
void tab_repair(struct wg_buf *out, struct wg_str text);

/* tabular_head.c */
struct tab_head_line {
    size_t number;
    const struct wg_str *cells;
    const enum tab_cell_kind *kinds;
    unsigned char *traits;   /* tabular_head.c's own */
    size_t n, filled, index; /* index: among all lines of the source */
    bool damaged;
};
struct tab_head {
    bool found;         /* false: the lines are data from `first` on */
    size_t top, bottom; /* the header lines, as indexes of head lines; found only */
    size_t first;       /* the first data line's head line */
    size_t columns;
};
/* false: nothing here looks like a table. */
bool tab_head_find(struct wg_arena *arena, struct tab_head_line *lines, size_t n, const struct tab_source *source,
                   struct tab_head *ret);
const struct wg_str *tab_head_names(struct wg_arena *arena, enum wg_lang lang, const struct tab_head_line *lines,
                                    const struct tab_head *head, const struct tab_source *source);
bool tab_is_total(const struct wg_str *cells, size_t n, size_t span);

/* tabular_write_*.c */
struct tab_writer_ops {
    void (*title)(void *self, const char *line);
    int (*row)(struct wg_ctx *ctx, void *self, const struct wg_str *cells);
    int (*close)(struct wg_ctx *ctx, void *self);
};
struct tab_writing {
    const char *sheet;
    const struct tab_column *columns;
    size_t n_columns;
    tab_sink sink;
    void *arg;
};
int tab_csv_write(struct wg_ctx *ctx, const struct tab_writing *what, const struct tab_writer_ops **ret_ops, void **ret_self);
int tab_xlsx_write(struct wg_ctx *ctx, const struct tab_writing *what, const struct tab_writer_ops **ret_ops, void **ret_self);
#endif
