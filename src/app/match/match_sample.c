/* match_sample.c - a sample of decisions for a clerk to judge: both rows side by side and an empty column for the verdict.
 *
 * Stratified: by outcome, and within it by the band the probability falls in. Each stratum gives at least one decision; the rest go where
 * most errors are expected for the size of the stratum (Neyman 1934). Which decisions they are follows from the seed and from the
 * identifiers of the rows, not from their order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/match/match_job.h"

enum { OUTCOMES = 4, CLUSTER_MOST = 200 };

static const double bands[] = {0, .02, .2, .5, .8, .95, .99, .999};
enum { BANDS = sizeof bands / sizeof *bands };

/* A decision: two rows, and what was made of them. */
struct choice {
    uint64_t order; /* drawn by the least */
    double probability;
    uint32_t left, right;
    uint16_t stratum;
};
struct stratum {
    const char *outcome;
    size_t band;
    double from, to; /* probabilities */
    size_t size, wanted;
    double unsure; /* sum of the expected errors */
};
struct sampling {
    const struct table *left, *right;
    uint64_t seed;
    struct choice *choices;
    size_t n, cap;
    struct stratum strata[OUTCOMES * BANDS];
    size_t n_strata;
};

static uint16_t stratum_of(struct sampling *s, const char *outcome, double probability)
{
    size_t band = BANDS - 1;
    while (band > 0 && probability < bands[band]) band--;
    for (size_t i = 0; i < s->n_strata; i++) {
        if (strcmp(s->strata[i].outcome, outcome) == 0 && s->strata[i].band == band) return (uint16_t)i;
    }
    s->strata[s->n_strata] =
        (struct stratum){.outcome = outcome, .band = band, .from = bands[band], .to = band + 1 < BANDS ? bands[band + 1] : 1};
    return (uint16_t)s->n_strata++;
}

static uint64_t stir(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x9E3779B97F4A7C15u;
    return x ^ x >> 29;
}

/* `same`: what was decided. */
static void add_choice(struct wg_ctx *ctx, struct sampling *s, uint32_t left, uint32_t right, const char *outcome,
                       double probability, bool same)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct wg_str a = row_name(ctx, s->left, left), b = row_name(ctx, s->right, right);
    uint64_t x = stir(wg_hash(a.p, a.n)), y = stir(wg_hash(b.p, b.n));
    uint64_t order = stir(s->seed + (s->left == s->right ? x + y : x + stir(y)));
    wg_arena_rewind(ctx->arena, mark);
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 1024;
        s->choices = wg_xrealloc(s->choices, s->cap, sizeof *s->choices);
    }
    uint16_t stratum = stratum_of(s, outcome, probability);
    s->choices[s->n++] =
        (struct choice){.order = order, .probability = probability, .left = left, .right = right, .stratum = stratum};
    s->strata[stratum].size++;
    s->strata[stratum].unsure += same ? 1 - probability : probability;
}

/* --- how many of each ----------------------------------------------------------------------------------------------- */

static double worth(const struct stratum *s)
{
    double p = fmin(fmax(s->unsure / (double)s->size, .02), .5);
    return (double)s->size * sqrt(p * (1 - p));
}

/* One each, then one by one to the stratum whose sampled part is least for what it is worth. */
static void allot(struct sampling *s, size_t wanted)
{
    size_t given = 0;
    for (size_t i = 0; i < s->n_strata; i++, given++) s->strata[i].wanted = 1;
    for (; given < wanted && given < s->n; given++) {
        size_t best = s->n_strata;
        for (size_t i = 0; i < s->n_strata; i++) {
            const struct stratum *one = &s->strata[i];
            if (one->wanted == one->size) continue;
            if (best == s->n_strata ||
                worth(one) / (double)(one->wanted + 1) > worth(&s->strata[best]) / (double)(s->strata[best].wanted + 1))
                best = i;
        }
        s->strata[best].wanted++;
    }
}

static int by_order(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;
    if (x->stratum != y->stratum) return x->stratum < y->stratum ? -1 : 1;
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    return x->left != y->left ? (x->left < y->left ? -1 : 1) : x->right < y->right ? -1 : x->right > y->right;
}

/* --- the file ------------------------------------------------------------------------------------------------------- */

/* Columns of both tables, those that hold the same beside each other. */
struct shown {
    const struct table *table;
    size_t column;
    bool right;
};

static size_t pair_columns(struct wg_ctx *ctx, const struct sampling *s, struct shown **ret)
{
    size_t all = s->left->columns + s->right->columns, n = 0;
    struct shown *shown = wg_alloc_n(ctx->arena, all, sizeof *shown);
    bool *taken = wg_alloc_n(ctx->arena, s->right->columns, sizeof *taken);
    for (size_t c = 0; c < s->left->columns; c++) {
        shown[n++] = (struct shown){s->left, c, false};
        size_t k = s->right->columns;
        for (size_t pass = 0; pass < 2 && k == s->right->columns; pass++) { /* by name, else by kind */
            for (k = 0; k < s->right->columns; k++) {
                bool name = strcmp(s->left->fields[c].name, s->right->fields[k].name) == 0;
                bool kind = s->left->fields[c].kind == s->right->fields[k].kind && s->left->fields[c].kind != COLUMN_UNKNOWN;
                if (!taken[k] && (pass == 0 ? name : kind)) break;
            }
        }
        if (k == s->right->columns) continue;
        taken[k] = true;
        shown[n++] = (struct shown){s->right, k, true};
    }
    for (size_t k = 0; k < s->right->columns; k++) {
        if (!taken[k]) shown[n++] = (struct shown){s->right, k, true};
    }
    *ret = shown;
    return n;
}

enum { FIXED = 7 };

static int write_choices(struct wg_ctx *ctx, const struct sampling *s, struct output *out, bool xlsx)
{
    static const char *const fixed[FIXED] = {"verdict", "outcome", "score", "left_id", "right_id", "stratum", "of"};
    struct shown *shown;
    size_t n = pair_columns(ctx, s, &shown);
    struct tab_column *columns = wg_alloc_n(ctx->arena, FIXED + n, sizeof *columns);
    struct wg_str *cells = wg_alloc_n(ctx->arena, FIXED + n, sizeof *cells);
    struct tab_writer *writer;
    for (size_t i = 0; i < FIXED; i++) columns[i].name = fixed[i];
    for (size_t i = 0; i < n; i++)
        columns[FIXED + i].name =
            wg_fmt(ctx->arena, "%s %s", shown[i].right ? "B" : "A", shown[i].table->fields[shown[i].column].name);
    int rc = tab_write_open(ctx, xlsx ? TAB_XLSX : TAB_CSV, "sample", columns, FIXED + n, app_into_file, out->file, &writer);
    for (size_t i = 0, taken = 0; rc == 0 && i < s->n; i++) {
        const struct choice *c = &s->choices[i];
        const struct stratum *stratum = &s->strata[c->stratum];
        taken = i > 0 && s->choices[i - 1].stratum == c->stratum ? taken : 0;
        if (taken++ >= stratum->wanted) continue;
        cells[0] = wg_str("");
        cells[1] = wg_str(stratum->outcome);
        cells[2] = wg_str(wg_fmt(ctx->arena, "%.6f", c->probability));
        cells[3] = row_name(ctx, s->left, c->left);
        cells[4] = row_name(ctx, s->right, c->right);
        cells[5] = wg_str(wg_fmt(ctx->arena, "%s %g-%g", stratum->outcome, stratum->from, stratum->to));
        cells[6] = wg_str(wg_fmt(ctx->arena, "%zu", stratum->size));
        for (size_t k = 0; k < n; k++) {
            size_t row = shown[k].right ? c->right : c->left;
            cells[FIXED + k] = shown[k].table->cells[row * shown[k].table->columns + shown[k].column];
        }
        rc = tab_write_row(ctx, writer, cells);
    }
    return rc ? rc : tab_write_close(ctx, writer);
}

static int draw(struct wg_ctx *ctx, const struct job *job, struct sampling *s)
{
    const char *path = app_option(job->args, "out-sample");
    size_t given = 0;
    struct output out;
    allot(s, job->sample);
    if (s->n) qsort(s->choices, s->n, sizeof *s->choices, by_order);
    for (size_t i = 0; i < s->n_strata; i++) given += s->strata[i].wanted;
    int rc = output_open(ctx, path, &out);
    if (rc) return rc;
    size_t length = strlen(path);
    rc = write_choices(ctx, s, &out, length > 5 && strcmp(path + length - 5, ".xlsx") == 0);
    int closed = output_close(ctx, &out);
    if (rc || closed) return rc ? rc : closed;
    fprintf(stderr,
            say(ctx,
                "%s：抽出 %zu 条判定（共 %zu 条，%zu 层）。请在 verdict 一列填“是”（同一人）或“否”，再用 wangge match --judge "
                "统计\n",
                "%s: %zu decisions of %zu, from %zu strata. Fill in the column \"verdict\" (yes: the same person, no), then "
                "count with "
                "wangge match --judge\n"),
            path, given, s->n, s->n_strata);
    return 0;
}

int sample_links(struct wg_ctx *ctx, const struct job *job, const struct match_link *links)
{
    struct sampling s = {.left = &job->b, .right = &job->a, .seed = job->seed};
    if (job->sample == 0) return 0;
    for (size_t r = 0; r < job->b.rows; r++) {
        const struct match_link *l = &links[r];
        if (l->n_candidates == 0 && l->outcome != MATCH_MATCHED) continue; /* nobody to show beside it */
        add_choice(ctx, &s, (uint32_t)r, l->best.key, match_outcome_code(l->outcome), l->best.probability,
                   l->outcome == MATCH_MATCHED);
    }
    int rc = draw(ctx, job, &s);
    free(s.choices);
    return rc;
}

/* --- doubles -------------------------------------------------------------------------------------------------------- */

static int by_rows(const void *a, const void *b)
{
    const struct match_pair *x = a, *y = b;
    if (x->left != y->left) return x->left < y->left ? -1 : 1;
    return x->right < y->right ? -1 : x->right > y->right;
}

static double score_of(const struct match_clusters *c, uint32_t left, uint32_t right)
{
    struct match_pair key = {.left = left, .right = right};
    const struct match_pair *found = c->n_pairs ? bsearch(&key, c->pairs, c->n_pairs, sizeof key, by_rows) : NULL;
    return found ? found->probability : 0;
}

/* Every two rows of one cluster; of a very large one those near each other in the file. */
static void add_joined(struct wg_ctx *ctx, const struct match_clusters *c, struct sampling *s)
{
    uint32_t *last = wg_xcalloc(c->rows + 1, sizeof *last), *before = wg_xcalloc(c->rows + 1, sizeof *before);
    for (uint32_t r = 0; r < c->rows; r++) { /* from 1, so that 0 ends the chain */
        uint32_t other = last[c->cluster[r]];
        for (size_t n = 0; other && n < CLUSTER_MOST; n++, other = before[other - 1]) {
            double p = score_of(c, other - 1, r);
            add_choice(ctx, s, other - 1, r, p > 0 ? "joined" : "joined_by_another", p, true);
        }
        before[r] = last[c->cluster[r]];
        last[c->cluster[r]] = r + 1;
    }
    free(last);
    free(before);
}

int sample_clusters(struct wg_ctx *ctx, const struct job *job, const struct match_clusters *c)
{
    struct sampling s = {.left = &job->a, .right = &job->a, .seed = job->seed};
    if (job->sample == 0) return 0;
    add_joined(ctx, c, &s);
    for (size_t i = 0; i < c->n_pairs; i++) {
        const struct match_pair *p = &c->pairs[i];
        if (c->cluster[p->left] != c->cluster[p->right]) add_choice(ctx, &s, p->left, p->right, "apart", p->probability, false);
    }
    int rc = draw(ctx, job, &s);
    free(s.choices);
    return rc;
}
