/* match_witness.c - which columns bear witness of their own.
 *
 * Fields are weighed as if they were independent. A column that another one implies (the county beside the town, the ward beside
 * the precinct, the age group beside the age) would be a second vote for the same thing, and a table with twenty of them would
 * take neighbours for one person. So of the columns without a kind of their own, and of places named a second time, those that
 * another column implies are not used; nor is what nearly all rows share. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/match/match_job.h"

enum {
    LOOK_ROWS = 6000,
    MATES = 5, /* other rows with a row's value, on average, from which they are strangers as a rule */
    MOST_USED = 18
};

struct look {
    const struct table *t;
    uint64_t *values; /* column * rows + row: a hash, 0 for an empty cell */
    size_t rows;
    double *same;   /* per column: how often two rows agree */
    size_t *filled; /* per column */
    uint64_t *scratch;
};

static void look_at_column(struct look *l, size_t column)
{
    size_t n = 0;
    for (size_t r = 0; r < l->rows; r++) {
        uint64_t value = l->values[column * l->rows + r];
        if (value) l->scratch[n++] = value;
    }
    double pairs = match_equal_pairs(l->scratch, n);
    l->filled[column] = n;
    l->same[column] = n > 1 ? pairs / ((double)n * ((double)n - 1) / 2) : 0;
}

/* Of two rows that agree in `by`, how much likelier than any two are they to agree in `column`: 0 not at all, 1 always. */
static double implied(const struct look *l, size_t by, size_t column)
{
    const uint64_t *a = l->values + by * l->rows, *b = l->values + column * l->rows;
    size_t n = 0;
    for (size_t r = 0; r < l->rows; r++) {
        if (a[r] && b[r]) l->scratch[n++] = a[r];
    }
    double agree = match_equal_pairs(l->scratch, n);
    n = 0;
    for (size_t r = 0; r < l->rows; r++) {
        if (a[r] && b[r]) l->scratch[n++] = a[r] * 31 + b[r];
    }
    double both = match_equal_pairs(l->scratch, n);
    if (agree < 100) return 0;
    return (both / agree - l->same[column]) / (1 - l->same[column] + 1e-9);
}

static bool is_leftover(const struct look *l, size_t column)
{
    enum column_kind kind = l->t->fields[column].kind;
    if (kind == COLUMN_TEXT || kind == COLUMN_NUMBER) return true;
    bool place = kind == COLUMN_CITY || kind == COLUMN_ADDRESS || kind == COLUMN_STREET_NAME || kind == COLUMN_ORGANISATION;
    for (size_t c = 0; c < column && place; c++) {
        if (l->t->fields[c].kind == kind) return true;
    }
    return false;
}

/* `by` is shared by many rows, and finer than `column`, or as fine and further left. */
static bool may_imply(const struct look *l, size_t by, size_t column)
{
    enum column_kind kind = l->t->fields[by].kind;
    if (by == column || kind == COLUMN_UNKNOWN || kind == COLUMN_RECORD_ID || kind == COLUMN_NOTE) return false;
    if (l->same[by] * (double)l->filled[by] < MATES || l->same[by] > .9) return false;
    if (is_leftover(l, by) && by > column) return l->same[by] < l->same[column] * .8;
    return l->same[by] < l->same[column] * 1.3;
}

static void drop_implied(const struct look *l)
{
    const struct table *t = l->t;
    for (size_t c = 0; c < t->columns; c++) {
        if (!is_leftover(l, c)) continue;
        bool drop = l->same[c] > .95;
        for (size_t by = 0; by < t->columns && !drop; by++) drop = may_imply(l, by, c) && implied(l, by, c) > .75;
        if (drop) t->fields[c].kind = COLUMN_UNKNOWN;
    }
}

/* The engine weighs a limited number of fields: those that say least make room. */
static void drop_surplus(const struct look *l)
{
    const struct table *t = l->t;
    for (;;) {
        size_t used = 0, least = t->columns;
        for (size_t c = 0; c < t->columns; c++) {
            enum column_kind kind = t->fields[c].kind;
            used += kind != COLUMN_UNKNOWN && kind != COLUMN_RECORD_ID && kind != COLUMN_NOTE && kind != COLUMN_CAME_ON;
            if ((kind == COLUMN_TEXT || kind == COLUMN_NUMBER) && (least == t->columns || l->same[c] > l->same[least]))
                least = c;
        }
        if (used <= MOST_USED || least == t->columns) return;
        t->fields[least].kind = COLUMN_UNKNOWN;
    }
}

/* Rows chosen by what stands in them, so that their order does not matter. */
static void read_values(struct look *l)
{
    const struct table *t = l->t;
    size_t every = t->rows / (LOOK_ROWS / 2) + 1, most = LOOK_ROWS, n = 0;
    for (size_t r = 0; r < t->rows && n < most; r++) {
        const struct wg_str *row = t->cells + r * t->columns;
        uint64_t all = 0;
        for (size_t c = 0; c < t->columns && every > 1; c++) {
            if (c != t->id_column) all = all * 31 + wg_hash(row[c].p, row[c].n);
        }
        if ((all >> 24) % every != 0) continue;
        for (size_t c = 0; c < t->columns; c++) l->values[c * most + n] = row[c].n ? wg_hash(row[c].p, row[c].n) | 1 : 0;
        n++;
    }
    for (size_t c = 1; c < t->columns; c++) memmove(l->values + c * n, l->values + c * most, n * sizeof *l->values);
    l->rows = n;
}

void drop_implied_columns(const struct table *t)
{
    struct look l = {.t = t};
    l.values = wg_xcalloc(t->columns * LOOK_ROWS + 1, sizeof *l.values);
    l.scratch = wg_xcalloc(LOOK_ROWS + 1, sizeof *l.scratch);
    l.same = wg_xcalloc(t->columns + 1, sizeof *l.same);
    l.filled = wg_xcalloc(t->columns + 1, sizeof *l.filled);
    read_values(&l);
    for (size_t c = 0; c < t->columns; c++) look_at_column(&l, c);
    if (l.rows >= 50) drop_implied(&l);
    drop_surplus(&l);
    free(l.values);
    free(l.scratch);
    free(l.same);
    free(l.filled);
}
