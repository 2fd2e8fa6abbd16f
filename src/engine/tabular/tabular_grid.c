/* What both kinds of spreadsheets need: shared strings, and cells that are merged over several rows. */
#include <stdlib.h>

#include "engine/tabular/tabular_internal.h"

/* --- shared strings --- */

void tab_strings_end(struct tab_strings *s)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 256;
        s->ends = wg_xrealloc(s->ends, s->cap, sizeof *s->ends);
    }
    s->ends[s->n++] = s->text.n;
}

void tab_strings_free(struct tab_strings *s)
{
    wg_buf_free(&s->text);
    free(s->ends);
    s->ends = NULL;
    s->n = s->cap = 0;
}

struct wg_str tab_strings_at(const struct tab_strings *s, size_t index, bool *ret_there)
{
    *ret_there = index < s->n;
    if (index >= s->n) return WG_STR("");
    size_t from = index ? s->ends[index - 1] : 0;
    return (struct wg_str){s->text.p ? s->text.p + from : "", s->ends[index] - from};
}

/* --- merged cells --- */

/* The value of a merged cell, for the rows below its first. */
struct tab_carry {
    struct wg_buf text;
    enum tab_cell_kind kind;
    size_t until; /* the last row, from 1 */
};

static int merge_order(const void *a, const void *b)
{
    const struct tab_merge *x = a, *y = b;
    if (x->top != y->top) return x->top < y->top ? -1 : 1;
    return (x->left > y->left) - (x->left < y->left);
}

static void free_carries(void *what)
{
    struct tab_merging *m = what;
    for (size_t i = 0; i < m->columns; i++) wg_buf_free(&m->carries[i].text);
}

void tab_merging_start(struct tab_merging *m, struct wg_arena *arena, struct tab_merge *merges, size_t n, size_t columns,
                       size_t max_bytes)
{
    *m = (struct tab_merging){.merges = merges, .n = n, .fill_after = SIZE_MAX, .columns = columns};
    if (n == 0) return;
    qsort(merges, n, sizeof *merges, merge_order);
    m->carries = wg_alloc_n(arena, columns, sizeof *m->carries);
    for (size_t i = 0; i < columns; i++) wg_buf_init(&m->carries[i].text, max_bytes);
    wg_arena_cleanup(arena, free_carries, m);
}

void tab_merging_rewind(struct tab_merging *m)
{
    m->next = m->carried_until = 0;
    for (size_t i = 0; m->carries && i < m->columns; i++) m->carries[i].until = 0;
}

static void start_carry(struct tab_merging *m, const struct tab_merge *merge, const struct tab_cells *cells, size_t width)
{
    struct tab_carry *c = &m->carries[merge->left];
    wg_buf_clear(&c->text);
    c->kind = TAB_EMPTY;
    if (merge->left < width) {
        wg_buf_str(&c->text, cells->cells[merge->left]);
        c->kind = cells->kinds[merge->left];
    }
    c->until = (size_t)merge->bottom + 1;
    if (c->until > m->carried_until) m->carried_until = c->until;
}

static size_t begin_merges(struct tab_merging *m, size_t row, const struct tab_cells *cells, size_t width)
{
    size_t span = 0;
    for (; m->next < m->n && m->merges[m->next].top < row; m->next++) {
        const struct tab_merge *merge = &m->merges[m->next];
        if ((size_t)merge->top + 1 != row || merge->left >= m->columns) continue;
        size_t columns = (size_t)merge->right - merge->left + 1;
        if (columns > span && merge->left < width && cells->cells[merge->left].n > 0) span = columns;
        if (merge->bottom > merge->top && row > m->fill_after) start_carry(m, merge, cells, width);
    }
    return span;
}

static bool has_own(const struct tab_cells *cells, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (cells->cells[i].n > 0) return true;
    return false;
}

static void fill_carried(struct tab_merging *m, size_t row, struct tab_cells *cells, size_t *width)
{
    for (size_t i = 0; i < m->columns; i++) {
        const struct tab_carry *c = &m->carries[i];
        if (c->until < row || c->text.n == 0 || (i < *width && cells->cells[i].n > 0)) continue;
        for (; *width <= i; ++*width) {
            cells->cells[*width] = WG_STR("");
            cells->kinds[*width] = TAB_EMPTY;
        }
        cells->cells[i] = (struct wg_str){c->text.p, c->text.n};
        cells->kinds[i] = c->kind;
    }
}

size_t tab_merging_row(struct tab_merging *m, size_t row, struct tab_cells *cells, size_t *width)
{
    if (m->n == 0) return 0;
    size_t span = begin_merges(m, row, cells, *width);
    if (row > m->fill_after && row <= m->carried_until && has_own(cells, *width)) fill_carried(m, row, cells, width);
    return span;
}
