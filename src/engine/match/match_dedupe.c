#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum { SAMPLE_ROWS = 20000, SAMPLE_PAIRS = 600000, CHUNK = 256, LARGE_CLUSTER = 40 };

/* --- the sample EM learns from -------------------------------------------------------------------------------------- */
static int by_content(const void *a, const void *b)
{
    const struct row_choice *x = a, *y = b;
    return x->content != y->content ? (x->content < y->content ? -1 : 1) : x->row < y->row ? -1 : x->row > y->row;
}

struct sample {
    struct comparison *pairs;
    size_t n, cap, rows, looked;
    struct level_counts seen;
};

static void sample_row(struct match_index *index, struct finder *f, struct row_choice **order, size_t *order_cap, uint32_t row,
                       float cut, struct sample *s)
{
    const uint32_t *slots = index_slots(index, row);
    finder_run(f, &index->words, slots);
    if (f->n > *order_cap) {
        *order_cap = f->n * 2;
        *order = wg_xrealloc(*order, *order_cap, sizeof **order);
    }
    for (size_t i = 0; i < f->n; i++)
        (*order)[i] =
            (struct row_choice){row_content(&index->layout, &index->words, index_slots(index, f->found[i])), f->found[i]};
    if (f->n) qsort(*order, f->n, sizeof **order, by_content);
    for (size_t i = 0; i < f->n; i++) {
        if ((*order)[i].row == row) continue;
        if (s->n == s->cap) {
            s->cap = s->cap ? s->cap * 2 : 4096;
            s->pairs = wg_xrealloc(s->pairs, s->cap, sizeof *s->pairs);
        }
        struct comparison *c = &s->pairs[s->n];
        (void)compare_rows(&index->layout, &index->dep, index_side(index, row), index_side(index, (*order)[i].row), NULL, 0, c);
        s->looked++;
        level_count(&s->seen, &index->layout, c);
        s->n += model_learns_from(&index->model, &index->layout, &index->words, c, cut);
    }
}

/* EM begins with few doubles and takes in more as the data asks for it: begun with many, it would take namesakes and relatives for
 * doubles where there are hardly any, and never come back. */
#define DOUBLES_A_ROW .01
/* From which probability two entries of a register are taken for one person without asking. */
#define SURE_DOUBLES .99

static void learn(struct match_index *index)
{
    struct row_choice *rows = NULL, *order = NULL;
    size_t order_cap = 0;
    size_t n = choose_rows(&index->layout, &index->words, index->slots, index->rows, index->alive, SAMPLE_ROWS,
                           index->options.threads, &rows);
    struct sample s = {0};
    struct finder f;
    finder_init(&f, index);
    index->model.within = true;
    float cut = model_begin(&index->model, &index->layout, DOUBLES_A_ROW / (double)(index->living + 1), true);
    for (size_t i = 0; i < n && s.looked < SAMPLE_PAIRS; i++, s.rows++)
        sample_row(index, &f, &order, &order_cap, rows[i].row, cut, &s);
    model_add_seen(&index->model, &s.seen);
    double space = (double)s.rows * ((double)index->living - 1);
    if (space < 1) space = 1;
    struct em_sample sample = {.pairs = s.pairs, .n = s.n, .rows = s.rows, .space = space};
    model_em(&index->model, &index->layout, &index->words, &sample, DOUBLES_A_ROW * (double)s.rows, 5.0 / ((double)s.rows + 5),
             true, 10);
    finder_free(&f);
    free(order);
    free(rows);
    free(s.pairs);
}

/* Pairs that are too improbable to be kept are still some of those missed: counted down to this part of the threshold. */
#define LEAST_COUNTED .05

/* --- all pairs ------------------------------------------------------------------------------------------------------ */
struct chunk_pairs {
    struct match_pair *pairs;
    size_t n, cap, compared, skipped;
    double unlikely; /* probabilities of pairs that are too improbable to be kept */
};
struct scan {
    const struct match_index *index;
    struct chunk_pairs *chunks;
    double least;
    float cut, count_cut; /* bits to be kept, and to be counted among what may be missed */
    const struct wg_progress *progress;
};

static void scan_row(const struct scan *scan, const struct finder *f, uint32_t row, struct chunk_pairs *out)
{
    const struct match_index *index = scan->index;
    struct rarity_memo memo = {.value = {0}};
    struct side side = index_side(index, row);
    side.memo = &memo;
    for (size_t i = 0; i < f->n; i++) {
        if (f->found[i] <= row) continue;
        struct comparison c;
        struct scored scored;
        out->compared++;
        struct side other = index_side(index, f->found[i]);
        if (!compare_rows(&index->layout, &index->dep, side, other, &index->model, scan->count_cut, &c)) continue;
        model_score(&index->model, &index->layout, &index->words, &memo, &c, &scored);
        if (scored.probability < scan->least) {
            out->unlikely += scored.probability;
            continue;
        }
        /* By what it says before anything is taken back that another field implies. */
        if (!compare_rows(&index->layout, &index->dep, side, other, &index->model, scan->cut, &c)) continue;
        if (out->n == out->cap) {
            out->cap = out->cap ? out->cap * 2 : 64;
            out->pairs = wg_xrealloc(out->pairs, out->cap, sizeof *out->pairs);
        }
        out->pairs[out->n++] =
            (struct match_pair){.left = row, .right = f->found[i], .weight = scored.bits, .probability = scored.probability};
    }
}

static int by_rows(const void *a, const void *b)
{
    const struct match_pair *x = a, *y = b;
    if (x->left != y->left) return x->left < y->left ? -1 : 1;
    return x->right < y->right ? -1 : x->right > y->right;
}

/* A few rows are under way at a time, so that what one waits for is fetched while others are worked at. */
enum { FLIGHTS = 4 };

static void scan_rows(void *arg, size_t from, size_t to, size_t worker)
{
    struct scan *scan = arg;
    const struct match_index *index = scan->index;
    (void)worker;
    if (wg_progress_cancelled(scan->progress)) return;
    struct chunk_pairs *out = &scan->chunks[from / CHUNK];
    struct finder *f = wg_xmalloc(FLIGHTS * sizeof *f);
    for (size_t i = 0; i < FLIGHTS; i++) finder_init(&f[i], index);
    for (size_t at = from; at < to + FLIGHTS - 1; at++) {
        if (at < to) finder_keys(&f[at % FLIGHTS], &index->words, index_slots(index, (uint32_t)at));
        if (at >= from + 1 && at - 1 < to) finder_ahead(&f[(at - 1) % FLIGHTS]);
        if (at >= from + 2 && at - 2 < to) finder_gather(&f[(at - 2) % FLIGHTS]);
        if (at >= from + 3 && at - 3 < to) scan_row(scan, &f[(at - 3) % FLIGHTS], (uint32_t)(at - 3), out);
    }
    for (size_t i = 0; i < FLIGHTS; i++) {
        out->skipped += f[i].skipped;
        finder_free(&f[i]);
    }
    free(f);
    if (out->n) qsort(out->pairs, out->n, sizeof *out->pairs, by_rows);
}

/* --- clusters ------------------------------------------------------------------------------------------------------- */
struct clusters {
    uint32_t *root, *next, *size; /* members of a cluster in a ring */
};

static uint32_t root_of(struct clusters *c, uint32_t r)
{
    while (c->root[r] != r) {
        c->root[r] = c->root[c->root[r]];
        r = c->root[r];
    }
    return r;
}

/* Two clusters become one when the pair that asks for it is not outweighed by what else their members say of each other
 * (correlation clustering: Bansal, Blum & Chawla 2004), so that rows are not the same because both resemble a third. They are
 * compared as two people are, field by field, each field saying the mean of what it says in the pairs that have it: many rows that
 * give a name only do not drown the few whose telephones differ. Several pairs that agree are more than one witness, and fewer
 * than their number, since the same rows speak in them: the prior is held against them by the sixth root of how many they are. */
static bool may_join(const struct match_index *index, const struct clusters *c, uint32_t a, uint32_t b,
                     const struct match_pair *pair)
{
    size_t pairs = (size_t)c->size[a] * c->size[b];
    if (pairs == 1) return true;
    if (pairs > LARGE_CLUSTER * LARGE_CLUSTER) return pair->probability > .99;
    struct unit_bits sums = {.pairs = {0}};
    uint32_t i = a;
    do {
        uint32_t j = b;
        do {
            struct comparison found;
            (void)compare_rows(&index->layout, &index->dep, index_side(index, i), index_side(index, j), NULL, 0, &found);
            model_add_bits(&index->model, &index->layout, &index->words, &found, &sums);
            j = c->next[j];
        } while (j != b);
        i = c->next[i];
    } while (i != a);
    return model_mean_odds(&index->model, &sums, cbrt(sqrt((double)pairs))) > 0;
}

static void join(struct clusters *c, uint32_t a, uint32_t b)
{
    uint32_t swap = c->next[a];
    c->next[a] = c->next[b];
    c->next[b] = swap;
    if (b < a) {
        uint32_t t = a;
        a = b;
        b = t;
    }
    c->root[b] = a;
    c->size[a] += c->size[b];
}

struct ranked {
    struct match_pair pair;
    uint64_t content;
};

static int by_strength(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->pair.probability > y->pair.probability) return -1;
    if (x->pair.probability < y->pair.probability) return 1;
    if (x->pair.weight != y->pair.weight) return x->pair.weight > y->pair.weight ? -1 : 1;
    if (x->content != y->content) return x->content < y->content ? -1 : 1;
    return by_rows(&x->pair, &y->pair);
}

/* Rows that are equal throughout: found by sorting, so that no number of them is too many. */
static void join_equal_rows(const struct match_index *index, struct clusters *c)
{
    struct row_choice *rows = NULL;
    size_t line = index->layout.n_slots * sizeof(uint32_t);
    size_t n = choose_rows(&index->layout, &index->words, index->slots, index->rows, index->alive, index->rows,
                           index->options.threads, &rows);
    for (size_t i = 1; i < n; i++) {
        uint32_t a = rows[i - 1].row, b = rows[i].row;
        if (rows[i].content != rows[i - 1].content || memcmp(index_slots(index, a), index_slots(index, b), line) != 0) continue;
        if (row_identifies(&index->layout, index_slots(index, a)) < 2) continue;
        uint32_t x = root_of(c, a), y = root_of(c, b);
        if (x != y) join(c, x, y);
    }
    free(rows);
}

static void cluster_rows(struct wg_ctx *ctx, const struct match_index *index, double bar, struct match_clusters *ret)
{
    struct clusters c;
    size_t rows = ret->rows, n = 0;
    c.root = wg_xmalloc((rows + 1) * sizeof *c.root);
    c.next = wg_xmalloc((rows + 1) * sizeof *c.next);
    c.size = wg_xmalloc((rows + 1) * sizeof *c.size);
    for (uint32_t r = 0; r < rows; r++) {
        c.root[r] = c.next[r] = r;
        c.size[r] = 1;
    }
    join_equal_rows(index, &c);
    struct ranked *ranked = wg_xmalloc((ret->n_pairs + 1) * sizeof *ranked);
    for (size_t i = 0; i < ret->n_pairs; i++) {
        const struct match_pair *p = &ret->pairs[i];
        if (p->probability < bar) continue;
        uint64_t x = row_content(&index->layout, &index->words, index_slots(index, p->left));
        uint64_t y = row_content(&index->layout, &index->words, index_slots(index, p->right));
        ranked[n++] = (struct ranked){*p, x ^ y};
    }
    if (n) qsort(ranked, n, sizeof *ranked, by_strength);
    for (size_t i = 0; i < n; i++) {
        uint32_t a = root_of(&c, ranked[i].pair.left), b = root_of(&c, ranked[i].pair.right);
        if (a != b && may_join(index, &c, a, b, &ranked[i].pair)) join(&c, a, b);
    }
    ret->cluster = wg_alloc_n(ctx->arena, rows, sizeof *ret->cluster);
    ret->clusters = 0;
    for (uint32_t r = 0; r < rows; r++) {
        ret->cluster[r] = root_of(&c, r);
        ret->clusters += ret->cluster[r] == r;
    }
    free(ranked);
    free(c.root);
    free(c.next);
    free(c.size);
}

static void collect(struct wg_ctx *ctx, struct scan *scan, size_t n_chunks, struct match_clusters *ret,
                    struct match_measure *measure)
{
    size_t total = 0;
    for (size_t i = 0; i < n_chunks; i++) total += scan->chunks[i].n;
    ret->pairs = wg_alloc_n(ctx->arena, total, sizeof *ret->pairs);
    for (size_t i = 0; i < n_chunks; i++) {
        struct chunk_pairs *c = &scan->chunks[i];
        if (c->n) memcpy(ret->pairs + ret->n_pairs, c->pairs, c->n * sizeof *c->pairs);
        ret->n_pairs += c->n;
        measure->expected_missed += c->unlikely;
        measure->pairs_compared += c->compared;
        measure->pairs_skipped += c->skipped;
    }
}

static double pair_probability(const struct match_index *index, uint32_t a, uint32_t b)
{
    struct comparison c;
    struct scored s;
    (void)compare_rows(&index->layout, &index->dep, index_side(index, a), index_side(index, b), NULL, 0, &c);
    model_score(&index->model, &index->layout, &index->words, NULL, &c, &s);
    return s.probability;
}

struct member {
    uint32_t cluster, row;
};

static int by_cluster(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->cluster != y->cluster) return x->cluster < y->cluster ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static double odds_of(double p)
{
    return p < 1 - 1e-9 ? p / (1 - p) : 1e9;
}

/* What a third says of i and j, by what each of them and the third say of each other: of the ways in which three rows can be one, two
 * or three persons, those that have i and j together against the others, what i and j say of each other left aside. */
static double third_says(double ik, double kj)
{
    double a = odds_of(ik), b = odds_of(kj);
    return (a * b + 1) / (a + b + 1);
}

enum { WITNESSES = 2 };

/* Two rows that were not linked themselves are one person if there is a third that is one with both, as far as they do not
 * contradict each other; the best two of them are heard, as the others repeat what these say. The rows of a cluster larger than this
 * come in several lots. */
static double expect_false(const struct match_index *index, const struct member *m, size_t n, double bar)
{
    double own[LARGE_CLUSTER][LARGE_CLUSTER], p[LARGE_CLUSTER][LARGE_CLUSTER], sum = 0;
    for (size_t i = 0; i < n; i++) {
        own[i][i] = p[i][i] = 1;
        for (size_t j = i + 1; j < n; j++)
            own[i][j] = own[j][i] = p[i][j] = p[j][i] = pair_probability(index, m[i].row, m[j].row);
    }
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                if (i == k || j == k || own[i][j] >= bar) continue;
                double odds = odds_of(own[i][j]) * third_says(p[i][k], p[k][j]);
                p[i][j] = fmax(p[i][j], odds / (1 + odds));
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            double best[WITNESSES] = {1, 1};
            for (size_t k = 0; k < n; k++) {
                double says = k == i || k == j ? 1 : third_says(p[i][k], p[k][j]);
                if (says > best[0]) {
                    best[1] = best[0];
                    best[0] = says;
                } else if (says > best[1]) {
                    best[1] = says;
                }
            }
            sum += 1 / (1 + odds_of(own[i][j]) * best[0] * best[1]);
        }
    }
    return sum;
}

/* The errors to be expected: a cluster says that every two of its rows are one person, also those that met through a third only;
 * what lies near the threshold between clusters may have been missed. */
static void expect_errors(const struct match_index *index, const struct match_clusters *clusters, struct match_measure *measure)
{
    for (size_t i = 0; i < clusters->n_pairs; i++) {
        const struct match_pair *p = &clusters->pairs[i];
        if (clusters->cluster[p->left] != clusters->cluster[p->right]) measure->expected_missed += p->probability;
    }
    size_t n = 0;
    uint32_t *size = wg_xcalloc(clusters->rows + 1, sizeof *size);
    for (size_t r = 0; r < clusters->rows; r++) size[clusters->cluster[r]]++;
    for (size_t r = 0; r < clusters->rows; r++) n += size[clusters->cluster[r]] > 1;
    struct member *members = wg_xmalloc((n + 1) * sizeof *members);
    n = 0;
    for (size_t r = 0; r < clusters->rows; r++) {
        if (size[clusters->cluster[r]] > 1) members[n++] = (struct member){clusters->cluster[r], (uint32_t)r};
    }
    free(size);
    if (n) qsort(members, n, sizeof *members, by_cluster);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && end < i + LARGE_CLUSTER && members[end].cluster == members[i].cluster) end++;
        measure->expected_false_matches += expect_false(index, members + i, end - i, measure->threshold_match);
        i = end;
    }
    free(members);
}

/* Father and son of one name have a door in common, or a telephone, hardly both; and no number, birth date or e-mail address. */
static bool more_than_namesakes(const struct layout *l, const struct comparison *c)
{
    bool own = false, phone = false, place = false;
    for (size_t u = 0; u < l->n_units; u++) {
        if (c->level[u] != LEVEL_SAME) continue;
        enum unit_kind kind = l->units[u].kind;
        own = own || kind == UNIT_IDNO || kind == UNIT_BIRTH || kind == UNIT_EMAIL;
        phone = phone || kind == UNIT_PHONE;
        place = place || kind == UNIT_ADDRESS || kind == UNIT_TEXT;
    }
    return own || (phone && place);
}

bool index_doubles(const struct match_index *index, const struct model *model, uint32_t a, uint32_t b)
{
    struct comparison c;
    struct scored s;
    /* Most are plainly two people, which is seen before all is compared. */
    float least = model_cut(model, SURE_DOUBLES);
    if (!compare_rows(&index->layout, &index->dep, index_side(index, a), index_side(index, b), model, least, &c)) return false;
    if (!more_than_namesakes(&index->layout, &c)) return false;
    model_score(model, &index->layout, &index->words, NULL, &c, &s);
    return s.probability > SURE_DOUBLES;
}

int index_of_table(struct wg_ctx *ctx, const struct match_rows *table, const struct match_options *options,
                   const struct wg_progress *progress, struct match_index **ret_index)
{
    struct match_index *index = NULL;
    int error = match_index_new(ctx, table->fields, table->n_fields, options, &index);
    if (error) return error;
    index->alone = true;
    match_index_put_rows(index, 0, table);
    wg_progress_report(progress, .15);
    if (wg_progress_cancelled(progress)) error = wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    if (!error) error = match_index_ready(ctx, index, NULL);
    if (error) {
        match_index_free(index);
        return error;
    }
    learn(index);
    *ret_index = index;
    return 0;
}

int match_dedupe(struct wg_ctx *ctx, const struct match_rows *table, const struct match_options *options,
                 const struct wg_progress *progress, struct match_clusters *ret_clusters, struct match_measure *ret_measure)
{
    struct match_index *index = NULL;
    int error = index_of_table(ctx, table, options, progress, &index);
    if (error) return error;
    wg_progress_report(progress, .4);

    double bar = options->costs.false_match / (options->costs.false_match + options->costs.missed_match);
    double look = options->costs.review / options->costs.missed_match;
    size_t n_chunks = (table->rows + CHUNK - 1) / CHUNK;
    struct scan scan = {.index = index, .least = look < bar ? look : bar, .progress = progress};
    scan.cut = model_cut(&index->model, scan.least);
    scan.count_cut = model_cut(&index->model, scan.least * LEAST_COUNTED);
    scan.chunks = wg_xcalloc(n_chunks + 1, sizeof *scan.chunks);
    wg_parallel(index->options.threads, table->rows, CHUNK, scan_rows, &scan);
    wg_progress_report(progress, .95);

    struct match_clusters clusters = {.rows = table->rows};
    struct match_measure measure = {
        .rows = table->rows, .register_size = table->rows, .threshold_match = bar, .threshold_review = look};
    measure.blocks_split = index->postings.split;
    if (wg_progress_cancelled(progress)) {
        error = wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    } else {
        collect(ctx, &scan, n_chunks, &clusters, &measure);
        cluster_rows(ctx, index, bar, &clusters);
        expect_errors(index, &clusters, &measure);
        *ret_clusters = clusters;
        *ret_measure = measure;
    }
    for (size_t i = 0; i < n_chunks; i++) free(scan.chunks[i].pairs);
    free(scan.chunks);
    match_index_free(index);
    wg_progress_report(progress, 1);
    return error;
}
