/* columns_internal.h - the two signs by which a column is known: its header (columns_header.c), its cells (columns_content.c). */
#ifndef WG_COLUMNS_INTERNAL_H
#define WG_COLUMNS_INTERNAL_H
#include "engine/columns/columns.h"
#include "engine/people/people.h"

/* What a header says: for each kind 0 (nothing) to 1 (exactly that). */
struct column_header {
    double says[COLUMN_KIND_COUNT];
    int ordinal;    /* of "name 2": 2; -1: none */
    bool others;    /* speaks of somebody else than the row's person: the mother, the contact, who filled it in */
    bool event;     /* speaks of something that happened once, which is not the birth: registered, admitted, died */
    bool name_part; /* a title, a suffix, a type: belongs to a name or a street and is neither */
};
struct column_header column_header_read(struct wg_str header);
/* What its words say where they are in Latin letters (columns_latin.c); adds to what is there. */
void column_header_latin(struct wg_str header, struct column_header *ret);

/* What the cells say. Sums of whole numbers over cells, so that their order cannot matter, not even in the last bit. */
struct column_content {
    size_t sampled, filled, lost;
    double
        fits[COLUMN_KIND_COUNT]; /* how telling the cells are for a kind: 0 none of them, 1 all and for no other kind as much */
    bool each_once;              /* every row filled, no two alike */
    bool mostly_once;            /* three tenths of the filled cells differ: a list may name each person thrice */
};
/* Cells of one column: cells[row * stride]. */
struct column_content column_content_read(struct wg_ctx *ctx, const struct wg_str *cells, size_t rows, size_t stride);
/* Does the cell read as `kind`? Kinds without a form take any text. */
bool column_cell_reads(enum column_kind kind, struct wg_str cell, wg_day today);
/* Could a column headed `kind` hold this cell, if written carelessly? Weaker: what cannot contradicts the header. */
bool column_cell_may_be(enum column_kind kind, struct wg_str cell, wg_day today);
#endif
