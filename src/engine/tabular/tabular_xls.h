/* tabular_xls.h - .xls files: a compound file ([MS-CFB]) that holds a stream of BIFF records ([MS-XLS]; BIFF8, and BIFF5
 * of Excel 95).
 *
 * Read here and not by a library: these bytes come from strangers, and FreeXL (1.0.6) trusts the sizes they state, knows no
 * results of formulas, and takes one byte in the wrong place for a reason to drop the whole file. */
#ifndef WG_TABULAR_XLS_H
#define WG_TABULAR_XLS_H
#include "engine/tabular/tabular_internal.h"
#include "engine/tabular/tabular_number.h"

/* A compound file. */
struct tab_cfb {
    struct wg_str bytes;
    unsigned shift;      /* a sector has 1 << shift bytes */
    const uint32_t *fat; /* where the sectors of the allocation table are */
    size_t n_fat;
    uint32_t directory, mini_fat, mini_cutoff;
    struct wg_str mini; /* the stream that holds small streams, once it was needed */
    bool mini_read;
    uint32_t mini_start;
    uint64_t mini_size;
};
int tab_cfb_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, struct tab_cfb *ret);
bool tab_cfb_has(struct tab_cfb *cfb, const char *name);
/* The whole stream, put together in `arena`. */
int tab_cfb_read(struct wg_ctx *ctx, struct wg_arena *arena, struct tab_cfb *cfb, const char *name, struct wg_str *ret);

/* Records. */
struct tab_biff {
    struct wg_str stream;
    size_t at;   /* of the next record */
    unsigned id; /* of the current one */
    struct wg_str data;
};
/* false at the end of the stream, or where it is cut (`at` is then short of the stream's end). */
bool tab_biff_next(struct tab_biff *biff);
/* The id of the record behind the current one; 0 for none. */
unsigned tab_biff_peek(const struct tab_biff *biff);
/* Little-endian numbers at `at`; 0 beyond the end. */
unsigned tab_u8(struct wg_str s, size_t at);
unsigned tab_u16(struct wg_str s, size_t at);
uint32_t tab_u32(struct wg_str s, size_t at);

enum {
    BIFF_FORMULA = 0x06,
    BIFF_EOF = 0x0A,
    BIFF_DATEMODE = 0x22,
    BIFF_FILEPASS = 0x2F,
    BIFF_CONTINUE = 0x3C,
    BIFF_CODEPAGE = 0x42,
    BIFF_BOUNDSHEET = 0x85,
    BIFF_MULRK = 0xBD,
    BIFF_RSTRING = 0xD6,
    BIFF_XF = 0xE0,
    BIFF_MERGEDCELLS = 0xE5,
    BIFF_SST = 0xFC,
    BIFF_LABELSST = 0xFD,
    BIFF_NUMBER = 0x203,
    BIFF_LABEL = 0x204,
    BIFF_BOOLERR = 0x205,
    BIFF_STRING = 0x207,
    BIFF_RK = 0x27E,
    BIFF_FORMAT = 0x41E,
    BIFF_BOF = 0x809,
};

struct tab_book_sheet {
    const char *name;
    size_t offset; /* of its records in the stream */
    bool hidden, table;
};
struct tab_book {
    struct wg_arena *arena;
    bool biff8;
    struct UConverter *converter; /* BIFF5: of the code page */
    bool from_1904;
    struct tab_strings strings;
    struct tab_format_kind *formats; /* by cell style (XF) */
    size_t n_formats, cap_formats;
    struct tab_book_sheet *sheets;
    size_t n_sheets, cap_sheets;
};
/* The globals at the start of the stream. */
int tab_book_read(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str stream, const struct tab_limits *limits,
                  struct tab_book *book);
/* Appends the text of a string whose length stands at `at` in the current record (and those that continue it). With `wide`
 * the length takes two bytes. */
void tab_book_string(const struct tab_book *book, struct tab_biff *biff, size_t at, bool wide, struct wg_buf *out);
#endif
