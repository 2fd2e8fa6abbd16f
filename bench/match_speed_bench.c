/* How fast a list meets a register, beside the two ways it is done otherwise, on the same made-up people in the same run.
 *
 *   join     a bare hash join on the identity number: open addressing over the register's numbers, built before the clock starts
 *            and counted apart; the limit for rows that carry a number
 *   duckdb   the same linkage as SQL (bench/duckdb/link.mjs: blocking rules and Jaro-Winkler), two threads, when node and the
 *            package are there (npm ci in bench/duckdb); its time counts from the list's CSV, without loading the register
 *   engine   match_list, from the list's cells to its links; the register's index stands in memory, as the server keeps it
 *
 * Each is run three times (the joins nine); the least time is given, wall clock and processor time of all threads.
 *
 *   match_speed_bench [--people N] [--rows M] [--growth] [--dedupe N] [--no-duckdb]        default 600000 40000 */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "match_made.h"

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double used_cpu(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double peak_megabytes(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void must(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "match_speed_bench: %s\n", what);
    exit(1);
}

struct town {
    struct made_people people;
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct match_options options;
    struct wg_str *cells;
};

static struct town *town_new(size_t n)
{
    struct town *t = wg_xcalloc(1, sizeof *t);
    struct made_random random = {99};
    t->people = made_register(7, n);
    t->arena = wg_arena_new();
    t->ctx = wg_ctx(t->arena);
    t->options = match_options_default(wg_day_from_civil(2020, 2, 14));
    t->cells = wg_alloc_n(t->arena, n * MADE_FIELDS, sizeof *t->cells);
    for (size_t i = 0; i < n; i++) made_register_row(&random, t->arena, &t->people.p[i], t->cells + i * MADE_FIELDS);
    return t;
}

static void town_free(struct town *t)
{
    free(t->people.p);
    wg_arena_free(t->arena);
    free(t);
}

/* --- the bare join -------------------------------------------------------------------------------------------------- */
struct join {
    uint32_t *table;
    size_t mask;
    const struct wg_str *cells;
};

static uint64_t join_hash(struct wg_str s)
{
    uint64_t h = 0;
    for (size_t i = 0; i + 8 <= s.n; i += 8) {
        uint64_t part;
        memcpy(&part, s.p + i, 8);
        h = (h ^ part) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    return h;
}

static void join_build(struct join *j, const struct wg_str *cells, size_t n)
{
    size_t size = 1024;
    while (size < n * 2) size *= 2;
    *j = (struct join){wg_xcalloc(size, sizeof *j->table), size - 1, cells};
    for (size_t i = 0; i < n; i++) {
        struct wg_str id = cells[i * MADE_FIELDS];
        if (id.n != 18) continue;
        size_t at = join_hash(id) & j->mask;
        while (j->table[at]) at = (at + 1) & j->mask;
        j->table[at] = (uint32_t)i + 1;
    }
}

static size_t join_probe(const struct join *j, const struct wg_str *list, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        struct wg_str id = list[i * MADE_FIELDS];
        if (id.n != 18) continue;
        size_t at = join_hash(id) & j->mask;
        while (j->table[at] && !wg_str_eq(j->cells[(size_t)(j->table[at] - 1) * MADE_FIELDS], id)) at = (at + 1) & j->mask;
        found += j->table[at] != 0;
    }
    return found;
}

/* --- the same in SQL ------------------------------------------------------------------------------------------------ */
static void write_csv(const char *path, const struct wg_str *cells, size_t n)
{
    FILE *file = fopen(path, "wb");
    must(file != NULL, path);
    (void)fputs("k,idno,name,phone,birth,sex,address\n", file);
    for (size_t i = 0; i < n; i++) {
        fprintf(file, "%zu", i);
        for (size_t c = 0; c < MADE_FIELDS; c++)
            fprintf(file, ",%.*s", (int)cells[i * MADE_FIELDS + c].n,
                    cells[i * MADE_FIELDS + c].n ? cells[i * MADE_FIELDS + c].p : "");
        (void)fputc('\n', file);
    }
    must(fclose(file) == 0, path);
}

struct judged {
    double matched, right, truth;
};

static double f1(struct judged j)
{
    return j.matched + j.truth > 0 ? 2 * j.right / (j.matched + j.truth) : 0;
}

static bool duckdb(const struct town *t, const struct wg_str *list, size_t rows, const int64_t *truth, double *ret_ms,
                   double *ret_cpu, struct judged *ret)
{
    char folder[] = "/tmp/match_speed_XXXXXX", command[1024], path[4][64];
    static const char *const names[] = {"register.csv", "list.csv", "links.csv", "times.txt"};
    must(mkdtemp(folder) != NULL, "no temporary directory");
    for (size_t i = 0; i < 4; i++) snprintf(path[i], sizeof path[i], "%s/%s", folder, names[i]);
    write_csv(path[0], t->cells, t->people.n);
    write_csv(path[1], list, rows);
    snprintf(command, sizeof command, "cd '%s/bench/duckdb' && node link.mjs '%s' '%s' '%s' 2 > '%s'", WG_SOURCE_DIR, path[0],
             path[1], path[2], path[3]);
    bool ok = system(command) == 0;
    double load = 0, link = 0, cpu = 0;
    FILE *times = ok ? fopen(path[3], "rb") : NULL;
    ok = times && fscanf(times, "%lf %lf %lf", &load, &link, &cpu) == 3;
    if (times) (void)fclose(times);
    *ret_ms = load + link;
    *ret_cpu = cpu;
    FILE *links = ok ? fopen(path[2], "rb") : NULL;
    long long l, r;
    while (links && fscanf(links, "%lld,%lld", &l, &r) == 2) {
        ret->matched++;
        ret->right += truth[l] == r;
    }
    if (links) (void)fclose(links);
    for (size_t i = 0; i < 4; i++) (void)unlink(path[i]);
    (void)rmdir(folder);
    return ok;
}

/* --- the comparison ------------------------------------------------------------------------------------------------- */
static struct judged judge(const struct match_link *links, const int64_t *truth, size_t n)
{
    struct judged j = {0};
    for (size_t i = 0; i < n; i++) {
        j.truth += truth[i] >= 0;
        if (links[i].outcome != MATCH_MATCHED) continue;
        j.matched++;
        j.right += truth[i] == (int64_t)links[i].best.key;
    }
    return j;
}

static void one_list(struct town *t, struct match_index *index, const struct join *join, size_t kind, size_t rows, bool sql)
{
    int64_t *truth;
    struct match_link *links;
    struct match_measure measure;
    struct wg_str *list = made_list(11 + kind, t->arena, &t->people, &made_lists[kind], rows, &truth);
    struct match_rows table = {made_fields, MADE_FIELDS, list, rows};
    size_t found = join_probe(join, list, rows), carries = 0;
    double bare = 1e9, engine = 1e9, cpu = 1e9;
    for (int i = 0; i < 9; i++) {
        double used = used_cpu();
        found = join_probe(join, list, rows);
        used = (used_cpu() - used) * 1e3;
        bare = used < bare ? used : bare;
    }
    for (size_t i = 0; i < rows; i++) carries += list[i * MADE_FIELDS].n == 18;

    for (int i = 0; i < 3; i++) {
        double start = seconds(), used = used_cpu();
        must(match_list(&t->ctx, index, &table, &t->options, NULL, &links, &measure) == 0, "match_list failed");
        double took = (seconds() - start) * 1e3;
        used = (used_cpu() - used) * 1e3;
        engine = took < engine ? took : engine;
        cpu = used < cpu ? used : cpu;
    }
    struct judged own = judge(links, truth, rows), theirs = {.truth = own.truth};
    printf("%-22s engine %7.0f ms (%.0f rows/ms, cpu %.0f ms, %zu pairs)  F1 %.4f\n", made_lists[kind].name, engine,
           (double)rows / engine, cpu, measure.pairs_compared, f1(own));
    if (carries > rows / 3)
        printf("%-22s bare join on the number %.1f ms (%zu of %zu found): engine / join = %.0f (cpu)\n", "", bare, found, rows,
               cpu / bare);
    double ms = 1e9, their_cpu = 1e9;
    for (int i = 0; sql && i < 3; i++) {
        double took = 0, used = 0;
        theirs = (struct judged){.truth = own.truth};
        if (!duckdb(t, list, rows, truth, &took, &used, &theirs)) break;
        ms = took < ms ? took : ms;
        their_cpu = used < their_cpu ? used : their_cpu;
    }
    if (ms < 1e9)
        printf("%-22s duckdb %7.0f ms (cpu %.0f ms)  F1 %.4f: duckdb / engine = %.1f (cpu %.1f)\n", "", ms, their_cpu,
               f1(theirs), ms / engine, their_cpu / cpu);
    (void)fflush(stdout);
}

/* Rows that hold the number and the name of somebody in the register: what a bare join answers as well. */
static void clean_rows(struct town *t, struct match_index *index, const struct join *join, size_t rows)
{
    struct wg_str *list = wg_alloc_n(t->arena, rows * MADE_FIELDS, sizeof *list);
    size_t n = 0, found = 0;
    for (size_t i = 0; n < rows && i < t->people.n * 2; i++) {
        const struct wg_str *from = t->cells + i * 7919 % t->people.n * MADE_FIELDS;
        if (from[0].n != 18) continue;
        for (size_t c = 0; c < MADE_FIELDS; c++) list[n * MADE_FIELDS + c] = wg_str_dup(t->arena, from[c]);
        n++;
    }
    struct match_rows table = {made_fields, MADE_FIELDS, list, n};
    double join_least = 1e9, least = 1e9;
    for (int i = 0; i < 9; i++) {
        struct match_link *links;
        struct match_measure measure;
        double cpu = used_cpu();
        found = join_probe(join, list, n);
        cpu = (used_cpu() - cpu) * 1e3;
        join_least = cpu < join_least ? cpu : join_least;
        cpu = used_cpu();
        must(match_list(&t->ctx, index, &table, &t->options, NULL, &links, &measure) == 0, "match_list failed");
        cpu = (used_cpu() - cpu) * 1e3;
        least = cpu < least ? cpu : least;
    }
    printf("%zu rows with number and name (%zu found by the join): cpu %.2f ms, bare join %.2f ms (least of 9): engine / join "
           "= %.1f\n",
           n, found, least, join_least, least / join_least);
}

static struct match_index *build(struct town *t)
{
    struct match_index *index;
    struct match_rows table = {made_fields, MADE_FIELDS, t->cells, t->people.n};
    must(match_index_new(&t->ctx, made_fields, MADE_FIELDS, &t->options, &index) == 0, "no index");
    double start = seconds(), cpu = used_cpu();
    match_index_put_rows(index, 0, &table);
    double put = seconds() - start, put_cpu = used_cpu() - cpu;
    must(match_index_ready(&t->ctx, index, NULL) == 0, "not ready");
    printf("register %zu: read %.2f s (cpu %.2f), index %.2f s (cpu %.2f), %.1f MB in memory (%.0f bytes a person)\n",
           t->people.n, put, put_cpu, seconds() - start - put, used_cpu() - cpu - put_cpu,
           (double)match_index_bytes(index) / 1e6, (double)match_index_bytes(index) / (double)t->people.n);
    return index;
}

/* What the server does between lists: a few people change. */
static void changes(struct town *t, struct match_index *index)
{
    double start = seconds();
    for (uint32_t i = 0; i < 1000; i++) match_index_put(index, i * 7, t->cells + (size_t)i * 7 * MADE_FIELDS);
    must(match_index_ready(&t->ctx, index, NULL) == 0, "not ready");
    printf("1000 people put again and the index brought up to date: %.1f ms\n", (seconds() - start) * 1e3);
    struct match_link *links;
    struct match_measure measure;
    struct match_rows one = {made_fields, MADE_FIELDS, t->cells, 1};
    start = seconds();
    for (int i = 0; i < 10; i++)
        must(match_list(&t->ctx, index, &one, &t->options, NULL, &links, &measure) == 0, "match_list failed");
    printf("a list of one row: %.2f ms\n", (seconds() - start) / 10 * 1e3);
}

static void compare(size_t people, size_t rows, bool sql)
{
    struct town *t = town_new(people);
    struct match_index *index = build(t);
    struct join join;
    double start = seconds();
    join_build(&join, t->cells, people);
    printf("bare join: table built in %.0f ms\n", (seconds() - start) * 1e3);
    for (size_t kind = 0; kind < MADE_LISTS; kind++) one_list(t, index, &join, kind, rows, sql && kind < 3);
    clean_rows(t, index, &join, rows);
    changes(t, index);
    free(join.table);
    match_index_free(index);
    town_free(t);
}

/* One row in ten a second time, as a list would have it. */
static void dedupe(size_t n)
{
    struct town *t = town_new(n - n / 10);
    int64_t *truth;
    struct wg_str *twice = made_list(5, t->arena, &t->people, &made_lists[1], n / 10, &truth);
    struct wg_str *cells = wg_alloc_n(t->arena, n * MADE_FIELDS, sizeof *cells);
    memcpy(cells, t->cells, t->people.n * MADE_FIELDS * sizeof *cells);
    memcpy(cells + t->people.n * MADE_FIELDS, twice, n / 10 * MADE_FIELDS * sizeof *cells);
    struct match_rows table = {made_fields, MADE_FIELDS, cells, n};
    struct match_clusters clusters;
    struct match_measure measure;
    double before = peak_megabytes(), start = seconds(), cpu = used_cpu();
    must(match_dedupe(&t->ctx, &table, &t->options, NULL, &clusters, &measure) == 0, "match_dedupe failed");
    double took = seconds() - start, right = 0, known = 0;
    for (size_t i = 0; i < n / 10; i++) {
        if (truth[i] < 0) continue;
        known++;
        right += clusters.cluster[t->people.n + i] == clusters.cluster[truth[i]];
    }
    printf("dedupe %8zu: %7.2f s (cpu %.2f s, %.1f us a row), %zu pairs compared, peak memory %.0f MB (the rows themselves "
           "%.0f), %.3f of the doubles found\n",
           n, took, used_cpu() - cpu, took / (double)n * 1e6, measure.pairs_compared, peak_megabytes(), before, right / known);
    (void)fflush(stdout);
    town_free(t);
}

static void growth(size_t rows)
{
    static const size_t sizes[] = {60000, 200000, 600000, 2000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct town *t = town_new(sizes[i]);
        struct match_index *index = build(t);
        int64_t *truth;
        struct match_link *links;
        struct match_measure measure;
        struct wg_str *list = made_list(12, t->arena, &t->people, &made_lists[1], rows, &truth);
        struct match_rows table = {made_fields, MADE_FIELDS, list, rows};
        double start = seconds(), cpu = used_cpu();
        must(match_list(&t->ctx, index, &table, &t->options, NULL, &links, &measure) == 0, "match_list failed");
        printf("%8zu people: %6.0f ms, cpu %.0f ms, %.1f pairs a row, F1 %.4f\n", sizes[i], (seconds() - start) * 1e3,
               (used_cpu() - cpu) * 1e3, (double)measure.pairs_compared / (double)rows, f1(judge(links, truth, rows)));
        match_index_free(index);
        town_free(t);
        dedupe(sizes[i]);
    }
}

int main(int argc, char **argv)
{
    size_t people = 600000, rows = 40000, doubles = 0;
    bool sql = true, grow = false;
    for (int i = 1; i < argc; i++) {
        int64_t value = 0;
        bool has = i + 1 < argc && wg_parse_i64(wg_str(argv[i + 1]), 1000, 10000000, &value);
        if (strcmp(argv[i], "--people") == 0 && has)
            people = (size_t)value, i++;
        else if (strcmp(argv[i], "--rows") == 0 && has)
            rows = (size_t)value, i++;
        else if (strcmp(argv[i], "--dedupe") == 0 && has)
            doubles = (size_t)value, i++;
        else if (strcmp(argv[i], "--growth") == 0)
            grow = true;
        else if (strcmp(argv[i], "--no-duckdb") == 0)
            sql = false;
        else {
            (void)fputs("usage: match_speed_bench [--people N] [--rows M] [--growth] [--dedupe N] [--no-duckdb]\n", stderr);
            return 2;
        }
    }
    if (grow)
        growth(rows);
    else if (doubles)
        dedupe(doubles);
    else
        compare(people, rows, sql);
    return 0;
}
