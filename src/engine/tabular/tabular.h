/* tabular.h - a table out of whatever file people send, and back into files they can open.
 *
 * Reads CSV (UTF-8 with or without BOM, GBK/GB18030, UTF-16 of either order; comma, semicolon or tab; quotes after
 * RFC 4180, told apart by content), .xlsx (ECMA-376, by libzip and Expat) and .xls (BIFF8, and BIFF5 of Excel 95). The kind is
 * told by the bytes, never by the name. Finds the header: title rows above it, merged header cells (of a two-line header the
 * lower line names the columns, as "upper/lower" where it would name two alike), empty columns and lines; marks totals lines.
 * A file that begins with data has no header (header_row 0) and gets "列1" ... A cell merged over several rows of data is read
 * in each of them. Nothing is guessed about meaning here: that is columns.h.
 *   P1 every line of the file comes out once, in order, with its number as the sender sees it, as data, blank, total, repeated
 *      header or damaged (a spreadsheet's rows that it does not store are no lines); what came before the header is counted in tab_shape.title_rows
 *   P2 a cell's text is UTF-8 (valid: undecodable bytes become U+FFFD and the row says so), trimmed, as the sender reads it:
 *      a date cell is 2020-02-14 (with T08:30 when it has a time), a number has no trailing ".0", and a number that a
 *      spreadsheet rounded (11 or more digits shown as 2.11302E+17, or stored with more than 15 digits) is marked TAB_LOST
 *   P3 writing a table and reading it again gives the same cells, for CSV and for XLSX
 *   P4 a damaged, encrypted, oversized, unknown or empty file, and one without a header or without rows, is refused
 *      (WG_E_TAB_*), never half read as if it were whole
 *   P5 memory is bounded by the limits given, whatever the file claims about itself (also a zip bomb)
 * Reader and writer belong to ctx->arena (their files and buffers are closed with it). One thread each. */
#ifndef WG_TABULAR_H
#define WG_TABULAR_H
#include "base/base.h"

enum tab_format { TAB_CSV, TAB_XLSX, TAB_XLS };
enum tab_cell_kind { TAB_EMPTY, TAB_TEXT, TAB_NUMBER, TAB_DATE, TAB_LOST };
enum tab_row_kind {
    TAB_DATA,
    TAB_BLANK,  /* nothing in any cell */
    TAB_TOTAL,  /* a line of totals (合计, 总计, 小计, total), or a note (填表人：…) or heading across the table */
    TAB_HEADER, /* the header line once more, where tables were pasted together */
    TAB_DAMAGED /* not decodable, or an unclosed quote: kept as it came in `raw` */
};

struct tab_limits {
    size_t max_bytes;   /* of the file, and of what it unpacks to */
    size_t max_rows;    /* data rows */
    size_t max_columns; /* at most 1,000 */
};
struct tab_limits tab_limits_default(void); /* 512 MiB, 3,000,000 rows, 300 columns */

struct tab_shape {
    enum tab_format format;
    const char *encoding;            /* "UTF-8", "GB18030", "UTF-16LE" ...; spreadsheets: "" */
    char delimiter;                  /* CSV only, else 0 */
    const char *sheet;               /* the sheet read (the first with data), else "" */
    const char *const *other_sheets; /* names of further sheets with data, NULL-terminated; they are not read */
    size_t title_rows;               /* lines above the header */
    size_t header_row;               /* number of the (last) header line, from 1; 0: the file has none */
    size_t columns;
    const struct wg_str *header; /* names made unique ("电话", "电话#2"); an empty one is "列3"/"column 3" by ctx->lang */
};

struct tab_row {
    size_t number; /* line (CSV: the first physical line of the record) or sheet row, from 1 */
    enum tab_row_kind kind;
    const struct wg_str *cells; /* tab_shape.columns of them; valid until the next tab_next */
    const enum tab_cell_kind *kinds;
    bool too_many_cells; /* the line had more cells than the header; the rest is in `raw` */
    struct wg_str raw;   /* the line as text: CSV as it stood (decoded), spreadsheets joined by tabs */
};

struct tab_reader;
/* A regular file is mapped, not copied: nobody may shorten it while it is read. Anything else (a pipe) is read first. */
WG_MUST int tab_open_file(struct wg_ctx *ctx, const char *path, const struct tab_limits *limits,
                          struct tab_reader **ret_reader);
/* `bytes` must outlive the reader. */
WG_MUST int tab_open_bytes(struct wg_ctx *ctx, struct wg_str bytes, const struct tab_limits *limits,
                           struct tab_reader **ret_reader);
const struct tab_shape *tab_shape(const struct tab_reader *reader);
/* The next line after the header. *ret_more is false at the end, and *ret_row then untouched. */
WG_MUST int tab_next(struct wg_ctx *ctx, struct tab_reader *reader, struct tab_row *ret_row, bool *ret_more);
/* Back to the first line after the header. */
void tab_rewind(struct tab_reader *reader);
/* How far reading has come, 0..1. */
double tab_done(const struct tab_reader *reader);

/* Writers. CSV gets a BOM (so that Excel reads it), commas and CRLF; a text cell that a spreadsheet would take for a
 * formula (= + - @ at the start, when it is no number) is written so that it stays text, and reading takes that off again.
 * XLSX columns marked text keep long numbers whole. `sink` gets bytes as they come and returns false to stop. */
struct tab_column {
    const char *name;
    bool number; /* cells that read as numbers are written as numbers; otherwise all cells are text */
    int width;   /* characters, 0: by the name */
};
typedef bool (*tab_sink)(void *arg, const void *bytes, size_t n);
struct tab_writer;
WG_MUST int tab_write_open(struct wg_ctx *ctx, enum tab_format format, const char *sheet, const struct tab_column *columns,
                           size_t n_columns, tab_sink sink, void *arg, struct tab_writer **ret_writer);
/* Optional, before the first row, XLSX only (CSV ignores it): lines above the header; the first is the title. */
void tab_write_title(struct tab_writer *writer, const char *line);
WG_MUST int tab_write_row(struct wg_ctx *ctx, struct tab_writer *writer, const struct wg_str *cells);
WG_MUST int tab_write_close(struct wg_ctx *ctx, struct tab_writer *writer);
#endif
