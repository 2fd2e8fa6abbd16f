/* match_job.h - what the parts of `wangge match` share: the tables as they came, what their columns hold, where results go. */
#ifndef WG_APP_MATCH_JOB_H
#define WG_APP_MATCH_JOB_H
#include <stdio.h>

#include "app/app.h"
#include "engine/match/match.h"

/* --- tables (match_tables.c) ---------------------------------------------------------------------------------------- */
struct growing;
struct table {
    const char *path;
    const char *encoding;
    size_t columns, rows, damaged, first_damaged; /* a line's number */
    const struct wg_str *header;
    struct wg_str *cells; /* grown on the heap, where large memory grows without a copy; freed with the arena */
    struct growing *growing;
    struct match_field *fields; /* one per column */
    double *confidence;         /* in the guess, per column */
    size_t id_column;           /* columns: none, rows go by their number */
};
/* The row's identifier, or its number from 1. */
struct wg_str row_name(const struct wg_ctx *ctx, const struct table *t, size_t row);
/* Reads `n` tables, refuses ids that appear twice, and tells what the columns hold; the fields file (or NULL) has the last word. */
WG_MUST int open_tables(struct wg_ctx *ctx, const char *fields, const char *const *paths, struct table *const *tables,
                        size_t n);
/* What the columns were taken for, as a fields file on standard output: to be corrected and given back. */
WG_MUST int show_fields(struct wg_ctx *ctx, struct table *const *tables, size_t n_tables);

/* Leaves out columns that another one implies (match_witness.c). */
void drop_implied_columns(const struct table *t);

/* An address in pieces that is to be put together (match_compose.c). */
struct composition {
    size_t column[5], n; /* the pieces in their order; table->columns: there is none */
    size_t target;       /* the column that takes them; table->columns: nothing to do */
    bool door;           /* compound, building, stairwell, room */
};
/* Tells what there is to do, and sets the kinds of the columns; `other` is the other table, or NULL. */
struct composition compose_plan(const struct table *t, const struct table *other);
/* Does it, unless the fields file has taken the column for something else. */
void compose(struct wg_ctx *ctx, const struct table *t, const struct composition *c);

static inline struct match_rows rows_of(const struct table *t)
{
    return (struct match_rows){.fields = t->fields, .n_fields = t->columns, .cells = t->cells, .rows = t->rows};
}

/* --- results (match_output.c) --------------------------------------------------------------------------------------- */
struct output {
    FILE *file;
    const char *path; /* NULL: standard output */
};
/* Refuses what could not be written in the end, before the work is done: a folder that is not there, a file that is an input. */
WG_MUST int output_check(struct wg_ctx *ctx, const char *path, const char *const *inputs, size_t n_inputs);
WG_MUST int output_open(struct wg_ctx *ctx, const char *path, struct output *ret);
WG_MUST int output_close(struct wg_ctx *ctx, struct output *out);
void output_cell(FILE *file, struct wg_str cell); /* as a cell of a CSV */

/* --- the job -------------------------------------------------------------------------------------------------------- */
struct job {
    const struct app_args *args;
    struct match_options options;
    struct wg_progress progress;
    size_t sample; /* decisions to draw; 0: none */
    uint64_t seed;
    struct table a, b;
};

static inline const char *say(const struct wg_ctx *ctx, const char *zh, const char *en)
{
    return ctx->lang == WG_ZH ? zh : en;
}

/* --- a sample for a clerk to judge (match_sample.c), and what its verdicts say (match_judge.c) ------------------------ */
/* --sample N --out-sample FILE [--seed S]: nothing where it is not asked for. */
WG_MUST int sample_links(struct wg_ctx *ctx, const struct job *job, const struct match_link *links);
WG_MUST int sample_clusters(struct wg_ctx *ctx, const struct job *job, const struct match_clusters *clusters);
/* Reads the sample filled in and prints the errors estimated from it. */
WG_MUST int judge_sample(struct wg_ctx *ctx, const char *path, bool json);
#endif
