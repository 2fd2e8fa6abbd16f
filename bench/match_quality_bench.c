/* How well rows are matched: precision, recall and F1 over pairs, at the engine's own threshold and at the best one, and how far
 * its probabilities can be believed. No fields file, no tuning per set: the columns are recognised as `wangge match` does.
 *
 *   match_quality_bench [DIRECTORY]      sets with truth (X.csv, X_truth.csv); default $WG_SHARED/data/linkage
 *   match_quality_bench --write DIRECTORY   the made-up register and lists as files, with truth
 *
 * Each set is searched for doubles; then one record of each entity (for one entity in seven none) becomes a register and another
 * a list. The made-up Chinese lists (match_made.h says their errors) are compared with registers of 20,000 and 200,000. */
#include <dirent.h>

#include "match_made.h"

enum { GUESS_ROWS = 20000, BINS = 7 };
static const double bin_from[BINS + 1] = {0, .1, .3, .5, .7, .9, .99, 1.01};

static void must(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "match_quality_bench: %s\n", what);
    exit(1);
}

/* --- files ---------------------------------------------------------------------------------------------------------- */
struct set {
    size_t rows, columns, id;
    const struct wg_str *header;
    struct wg_str *cells;
    struct match_field *fields;
    uint64_t *entity; /* per row */
};

static void read_cells(struct wg_ctx *ctx, const char *path, struct set *s)
{
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    struct tab_row row;
    bool more = true;
    size_t cap = 0;
    must(tab_open_file(ctx, path, &limits, &reader) == 0, path);
    s->columns = tab_shape(reader)->columns;
    s->header = tab_shape(reader)->header;
    s->rows = 0;
    s->cells = NULL;
    for (;;) {
        must(tab_next(ctx, reader, &row, &more) == 0, path);
        if (!more) break;
        if (row.kind == TAB_BLANK) continue;
        s->cells = wg_grow(ctx->arena, s->cells, &cap, (s->rows + 1) * s->columns, sizeof *s->cells);
        for (size_t c = 0; c < s->columns; c++) s->cells[s->rows * s->columns + c] = wg_str_dup(ctx->arena, row.cells[c]);
        s->rows++;
    }
}

static uint64_t hash(struct wg_str s)
{
    return wg_hash(s.p, s.n) | 1;
}

static void read_set(struct wg_ctx *ctx, const char *folder, const char *name, struct set *s)
{
    struct set truth = {0};
    struct column_guess *guesses;
    read_cells(ctx, wg_fmt(ctx->arena, "%s/%s.csv", folder, name), s);
    read_cells(ctx, wg_fmt(ctx->arena, "%s/%s_truth.csv", folder, name), &truth);
    for (size_t c = 0; c < s->columns; c++) {
        if (wg_str_is(s->header[c], "rec_id") || wg_str_is(s->header[c], "unique_id")) s->id = c;
    }
    must(columns_guess_cells(ctx, s->header, s->columns, s->cells, s->rows < GUESS_ROWS ? s->rows : GUESS_ROWS, &guesses) == 0,
         "columns");
    s->fields = wg_alloc_n(ctx->arena, s->columns, sizeof *s->fields);
    for (size_t c = 0; c < s->columns; c++) {
        bool left_behind = wg_str_is(s->header[c], "blocking_number");
        s->fields[c] = (struct match_field){c == s->id || left_behind ? COLUMN_UNKNOWN : guesses[c].kind,
                                            wg_cstr(ctx->arena, s->header[c])};
    }
    size_t size = 1024;
    while (size < truth.rows * 2) size *= 2;
    size_t *table = wg_xcalloc(size, sizeof *table);
    for (size_t r = 0; r < truth.rows; r++) {
        size_t at = hash(truth.cells[r * 2]) & (size - 1);
        while (table[at]) at = (at + 1) & (size - 1);
        table[at] = r + 1;
    }
    s->entity = wg_alloc_n(ctx->arena, s->rows, sizeof *s->entity);
    for (size_t r = 0; r < s->rows; r++) {
        struct wg_str id = s->cells[r * s->columns + s->id];
        size_t at = hash(id) & (size - 1);
        while (table[at] && !wg_str_eq(truth.cells[(table[at] - 1) * 2], id)) at = (at + 1) & (size - 1);
        must(table[at] != 0, "a row without truth");
        s->entity[r] = hash(truth.cells[(table[at] - 1) * 2 + 1]);
    }
    free(table);
}

/* --- figures -------------------------------------------------------------------------------------------------------- */
struct decision {
    double probability;
    bool right;
};

static int by_probability(const void *a, const void *b)
{
    const struct decision *x = a, *y = b;
    return x->probability > y->probability ? -1 : x->probability < y->probability;
}

static double f1(double right, double said, double truth)
{
    return said + truth > 0 ? 2 * right / (said + truth) : 0;
}

static void best_threshold(struct decision *d, size_t n, double truth)
{
    double best = 0, at = 1, right = 0;
    if (n) qsort(d, n, sizeof *d, by_probability);
    for (size_t i = 0; i < n; i++) {
        right += d[i].right;
        if (i + 1 < n && d[i + 1].probability >= d[i].probability) continue;
        double f = f1(right, (double)i + 1, truth);
        if (f <= best) continue;
        best = f;
        at = d[i].probability;
    }
    printf("   best F1 %.4f from %.3f  believed -> true:", best, at);
    for (size_t b = BINS; b-- > 0;) {
        double sum = 0, true_ones = 0, count = 0;
        for (size_t i = 0; i < n; i++) {
            if (d[i].probability < bin_from[b] || d[i].probability >= bin_from[b + 1] || d[i].probability <= 0) continue;
            sum += d[i].probability;
            true_ones += d[i].right;
            count++;
        }
        if (count > 0) printf(" %.2f->%.2f (%.0f)", sum / count, true_ones / count, count);
    }
    printf("\n");
}

static int by_value(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Pairs within groups of equal value. */
static double pairs_within(const uint64_t *group, size_t n)
{
    uint64_t *sorted = wg_xmalloc((n + 1) * sizeof *sorted);
    memcpy(sorted, group, n * sizeof *sorted);
    if (n) qsort(sorted, n, sizeof *sorted, by_value);
    double pairs = 0, run = 1;
    for (size_t i = 1; i <= n; i++) {
        if (i < n && sorted[i] == sorted[i - 1]) {
            run++;
            continue;
        }
        pairs += run * (run - 1) / 2;
        run = 1;
    }
    free(sorted);
    return pairs;
}

static void doubles(struct wg_ctx *ctx, const char *name, const struct set *s)
{
    struct match_rows table = {s->fields, s->columns, s->cells, s->rows};
    struct match_options options = match_options_default(wg_day_from_civil(2020, 2, 14));
    struct match_clusters c;
    struct match_measure m;
    must(match_dedupe(ctx, &table, &options, NULL, &c, &m) == 0, "match_dedupe failed");
    uint64_t *group = wg_alloc_n(ctx->arena, s->rows, sizeof *group), *both = wg_alloc_n(ctx->arena, s->rows, sizeof *both);
    for (size_t r = 0; r < s->rows; r++) {
        group[r] = c.cluster[r];
        both[r] = s->entity[r] * 0x9E3779B97F4A7C15u ^ (group[r] + 1) * 0xBF58476D1CE4E5B9u;
    }
    double truth = pairs_within(s->entity, s->rows), said = pairs_within(group, s->rows), right = pairs_within(both, s->rows);
    struct decision *d = wg_alloc_n(ctx->arena, c.n_pairs, sizeof *d);
    for (size_t i = 0; i < c.n_pairs; i++)
        d[i] = (struct decision){c.pairs[i].probability, s->entity[c.pairs[i].left] == s->entity[c.pairs[i].right]};
    printf("%-16s doubles   P %.4f  R %.4f  F1 %.4f  (clusters; false %.0f, expected %.1f)\n", name,
           said > 0 ? right / said : 0, right / truth, f1(right, said, truth), said - right, m.expected_false_matches);
    best_threshold(d, c.n_pairs, truth);
}

struct linked {
    const struct match_link *links;
    size_t n;
    const int64_t *truth; /* person, or -1 */
    const struct match_measure *measure;
};

static void print_links(struct wg_ctx *ctx, const char *name, const char *what, const struct linked *l)
{
    double said = 0, right = 0, truth = 0, review = 0, review_right = 0;
    struct decision *d = wg_alloc_n(ctx->arena, l->n, sizeof *d);
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct match_link *k = &l->links[i];
        bool good = k->best.probability > 0 && l->truth[i] == (int64_t)k->best.key;
        truth += l->truth[i] >= 0;
        said += k->outcome == MATCH_MATCHED;
        right += k->outcome == MATCH_MATCHED && good;
        review += k->outcome == MATCH_REVIEW;
        for (size_t c = 0; k->outcome == MATCH_REVIEW && c < k->n_candidates; c++)
            review_right += (int64_t)k->candidates[c].key == l->truth[i];
        if (k->best.probability > 0) d[n++] = (struct decision){k->best.probability, good};
    }
    printf("%-16s %-9s P %.4f  R %.4f  F1 %.4f  (false %.0f, expected %.1f; %.0f for review, %.0f of them known people)\n",
           name, what, said > 0 ? right / said : 0, truth > 0 ? right / truth : 0, f1(right, said, truth), said - right,
           l->measure->expected_false_matches, review, review_right);
    best_threshold(d, n, truth);
}

/* --- a set split into a register and a list -------------------------------------------------------------------------- */
struct member {
    uint64_t entity, order;
    uint32_t row;
};

static int by_entity(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->entity != y->entity) return x->entity < y->entity ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void split(struct wg_ctx *ctx, const char *name, const struct set *s)
{
    struct member *m = wg_alloc_n(ctx->arena, s->rows, sizeof *m);
    for (uint32_t r = 0; r < s->rows; r++) m[r] = (struct member){s->entity[r], hash(s->cells[r * s->columns + s->id]), r};
    qsort(m, s->rows, sizeof *m, by_entity);
    struct match_options options = match_options_default(wg_day_from_civil(2020, 2, 14));
    struct match_index *index;
    must(match_index_new(ctx, s->fields, s->columns, &options, &index) == 0, "no index");
    struct wg_str *list = wg_alloc_n(ctx->arena, s->rows * s->columns, sizeof *list);
    int64_t *truth = wg_alloc_n(ctx->arena, s->rows, sizeof *truth);
    size_t n = 0;
    for (size_t i = 0; i < s->rows;) {
        size_t end = i + 1;
        while (end < s->rows && m[end].entity == m[i].entity) end++;
        bool known = m[i].entity % 7 != 0;
        size_t taken = end - i > 1 ? i + 1 : known ? end : i;
        if (known) match_index_put(index, m[i].row, s->cells + m[i].row * s->columns);
        if (taken < end) {
            memcpy(list + n * s->columns, s->cells + m[taken].row * s->columns, s->columns * sizeof *list);
            truth[n++] = known && taken != i ? (int64_t)m[i].row : -1;
        }
        i = end;
    }
    must(match_index_ready(ctx, index, NULL) == 0, "not ready");
    struct match_rows rows = {s->fields, s->columns, list, n};
    struct match_link *links;
    struct match_measure measure;
    must(match_list(ctx, index, &rows, &options, NULL, &links, &measure) == 0, "match_list failed");
    print_links(ctx, name, "list", &(struct linked){links, n, truth, &measure});
    match_index_free(index);
}

/* A register in which nobody stands twice, all its columns known or only some: whoever is joined is joined wrongly. */
static void nobody_twice(size_t people)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct match_options options = match_options_default(wg_day_from_civil(2020, 2, 14));
    struct made_people all = made_register(7, people);
    struct made_random random = {99};
    struct wg_str *cells = wg_alloc_n(arena, people * MADE_FIELDS, sizeof *cells);
    for (size_t i = 0; i < people; i++) made_register_row(&random, arena, &all.p[i], cells + i * MADE_FIELDS);
    for (int known = 0; known < 2; known++) {
        struct match_field fields[MADE_FIELDS];
        memcpy(fields, made_fields, sizeof fields);
        if (known) fields[0].kind = COLUMN_UNKNOWN;
        struct match_rows table = {fields, MADE_FIELDS, cells, people};
        struct match_clusters clusters;
        struct match_measure measure;
        must(match_dedupe(&ctx, &table, &options, NULL, &clusters, &measure) == 0, "match_dedupe failed");
        printf("nobody twice, %zu people, %s numbers: %zu joined to another, expected %.1f\n", people,
               known ? "without" : "with", people - clusters.clusters, measure.expected_false_matches);
    }
    free(all.p);
    wg_arena_free(arena);
}

/* --- made-up lists -------------------------------------------------------------------------------------------------- */
static void made_sets(size_t people, size_t rows)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct match_options options = match_options_default(wg_day_from_civil(2020, 2, 14));
    struct made_people all = made_register(7, people);
    struct made_random random = {99};
    struct match_index *index;
    struct wg_str *cells = wg_alloc_n(arena, people * MADE_FIELDS, sizeof *cells);
    for (size_t i = 0; i < people; i++) made_register_row(&random, arena, &all.p[i], cells + i * MADE_FIELDS);
    struct match_rows table = {made_fields, MADE_FIELDS, cells, people};
    must(match_index_new(&ctx, made_fields, MADE_FIELDS, &options, &index) == 0, "no index");
    match_index_put_rows(index, 0, &table);
    must(match_index_ready(&ctx, index, NULL) == 0, "not ready");
    for (size_t kind = 0; kind < MADE_LISTS; kind++) {
        int64_t *truth;
        struct match_link *links;
        struct match_measure measure;
        struct wg_str *list = made_list(11 + kind, arena, &all, &made_lists[kind], rows, &truth);
        struct match_rows part = {made_fields, MADE_FIELDS, list, rows};
        must(match_list(&ctx, index, &part, &options, NULL, &links, &measure) == 0, "match_list failed");
        print_links(&ctx, made_lists[kind].name, people >= 100000 ? "made 200k" : "made 20k",
                    &(struct linked){links, rows, truth, &measure});
    }
    match_index_free(index);
    free(all.p);
    wg_arena_free(arena);
}

static void write_cells(const char *path, const struct wg_str *cells, size_t n)
{
    FILE *file = fopen(path, "wb");
    must(file != NULL, path);
    (void)fputs("id", file);
    for (size_t c = 0; c < MADE_FIELDS; c++) fprintf(file, ",%s", made_fields[c].name);
    for (size_t i = 0; i < n; i++) {
        fprintf(file, "\n%zu", i + 1);
        for (size_t c = 0; c < MADE_FIELDS; c++) {
            struct wg_str s = cells[i * MADE_FIELDS + c];
            fprintf(file, ",%.*s", (int)s.n, s.n ? s.p : "");
        }
    }
    (void)fputc('\n', file);
    must(fclose(file) == 0, path);
}

static void write_made(const char *folder)
{
    enum { PEOPLE = 20000, ROWS = 3000 };
    struct wg_arena *arena = wg_arena_new();
    struct made_people all = made_register(7, PEOPLE);
    struct made_random random = {99};
    struct wg_str *cells = wg_alloc_n(arena, PEOPLE * MADE_FIELDS, sizeof *cells);
    for (size_t i = 0; i < PEOPLE; i++) made_register_row(&random, arena, &all.p[i], cells + i * MADE_FIELDS);
    write_cells(wg_fmt(arena, "%s/register.csv", folder), cells, PEOPLE);
    for (size_t kind = 0; kind < MADE_LISTS; kind++) {
        int64_t *truth;
        struct wg_str *list = made_list(11 + kind, arena, &all, &made_lists[kind], ROWS, &truth);
        write_cells(wg_fmt(arena, "%s/list%zu.csv", folder, kind + 1), list, ROWS);
        const char *path = wg_fmt(arena, "%s/list%zu_truth.csv", folder, kind + 1);
        FILE *file = fopen(path, "wb");
        must(file != NULL, path);
        (void)fputs("row_id,person_id\n", file);
        for (size_t i = 0; i < ROWS; i++) {
            if (truth[i] >= 0) fprintf(file, "%zu,%lld\n", i + 1, (long long)truth[i] + 1);
        }
        must(fclose(file) == 0, path);
    }
    free(all.p);
    wg_arena_free(arena);
}

static void public_sets(const char *folder)
{
    static const char *const names[] = {"RLdata500", "fake_1000", "febrl1", "febrl3", "dsgen_A_10000"};
    DIR *directory = opendir(folder);
    if (!directory) {
        (void)fprintf(stderr, "match_quality_bench: no sets in %s (give their directory, or set WG_SHARED)\n", folder);
        return;
    }
    (void)closedir(directory);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct wg_arena *arena = wg_arena_new();
        struct wg_ctx ctx = wg_ctx(arena);
        struct set set = {0};
        read_set(&ctx, folder, names[i], &set);
        doubles(&ctx, names[i], &set);
        split(&ctx, names[i], &set);
        (void)fflush(stdout);
        wg_arena_free(arena);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        write_made(argv[2]);
        return 0;
    }
    const char *shared = getenv("WG_SHARED");
    char folder[512];
    if (argc > 1)
        snprintf(folder, sizeof folder, "%s", argv[1]);
    else if (shared)
        snprintf(folder, sizeof folder, "%s/data/linkage", shared);
    else
        snprintf(folder, sizeof folder, "%s/../shared/data/linkage", WG_SOURCE_DIR);
    public_sets(folder);
    made_sets(20000, 3000);
    made_sets(200000, 10000);
    nobody_twice(200000);
    return 0;
}
