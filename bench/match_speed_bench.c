/* How fast a list meets a register, beside the two ways it is done otherwise, on the same made-up people in the same run.
 *
 *   join     a bare hash join on the identity number: open addressing over the register's numbers, built before the clock starts
 *            and counted apart; the limit for rows that carry a number
 *   duckdb   the same linkage as SQL (bench/duckdb: blocking rules and Jaro-Winkler), two threads, when node and the package are
 *            there (npm ci in bench/duckdb); its time counts from the list's CSV, without loading the register: `whole` with the
 *            register's columns cleaned by the query, `ready` with columns cleaned before the clock starts, as the index has them
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

/* What the SQL took, in milliseconds. */
struct sql_time {
    double ms, cpu;
};

/* Runs a script of bench/duckdb on tables in files: reads its `n` times and the pairs it links. */
struct sql_run {
    const char *script;
    const struct wg_str *table[2];
    size_t rows[2], tables;
    void (*each)(void *arg, size_t left, size_t right);
    void *arg;
};

static bool run_sql(const struct sql_run *sql, struct sql_time *ret, size_t n)
{
    char folder[] = "/tmp/match_speed_XXXXXX", command[1024], path[4][64];
    static const char *const names[] = {"first.csv", "second.csv", "links.csv", "times.txt"};
    must(mkdtemp(folder) != NULL, "no temporary directory");
    for (size_t i = 0; i < 4; i++) snprintf(path[i], sizeof path[i], "%s/%s", folder, names[i]);
    for (size_t i = 0; i < sql->tables; i++) write_csv(path[i], sql->table[i], sql->rows[i]);
    const char *second = sql->tables == 2 ? path[1] : "";
    snprintf(command, sizeof command, "cd '%s/bench/duckdb' && node %s '%s' %s '%s' 2 > '%s'", WG_SOURCE_DIR, sql->script,
             path[0], second, path[2], path[3]);
    bool ok = system(command) == 0;
    FILE *times = ok ? fopen(path[3], "rb") : NULL;
    for (size_t i = 0; i < n; i++) ok = ok && times && fscanf(times, "%lf %lf", &ret[i].ms, &ret[i].cpu) == 2;
    if (times) (void)fclose(times);
    FILE *links = ok ? fopen(path[2], "rb") : NULL;
    size_t left, right;
    while (links && fscanf(links, "%zu,%zu", &left, &right) == 2) sql->each(sql->arg, left, right);
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

struct linked {
    const int64_t *truth;
    struct judged judged;
};

static void judge_link(void *arg, size_t left, size_t right)
{
    struct linked *l = arg;
    l->judged.matched++;
    l->judged.right += l->truth[left] == (int64_t)right;
}

/* The list in SQL, the least of three runs. */
static void list_in_sql(const struct town *t, const struct match_rows *list, const int64_t *truth, struct judged own, double ms,
                        double cpu)
{
    struct sql_time least[2] = {{1e9, 1e9}, {1e9, 1e9}};
    struct linked linked;
    for (int i = 0; i < 3; i++) {
        struct sql_time time[2];
        linked = (struct linked){truth, {.truth = own.truth}};
        struct sql_run run = {"link.mjs", {t->cells, list->cells}, {t->people.n, list->rows}, 2, judge_link, &linked};
        if (!run_sql(&run, time, 2)) return;
        for (int k = 0; k < 2; k++) {
            least[k].ms = time[k].ms < least[k].ms ? time[k].ms : least[k].ms;
            least[k].cpu = time[k].cpu < least[k].cpu ? time[k].cpu : least[k].cpu;
        }
    }
    for (int k = 0; k < 2; k++)
        printf("%-22s duckdb %s %6.0f ms (cpu %.0f ms)  F1 %.4f: duckdb / engine = %.1f (cpu %.1f)\n", "",
               k ? "ready" : "whole", least[k].ms, least[k].cpu, f1(linked.judged), least[k].ms / ms, least[k].cpu / cpu);
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
    struct judged own = judge(links, truth, rows);
    printf("%-22s engine %7.0f ms (%.0f rows/ms, cpu %.0f ms, %zu pairs)  F1 %.4f\n", made_lists[kind].name, engine,
           (double)rows / engine, cpu, measure.pairs_compared, f1(own));
    if (carries > rows / 3)
        printf("%-22s bare join on the number %.1f ms (%zu of %zu found): engine / join = %.0f (cpu)\n", "", bare, found, rows,
               cpu / bare);
    if (sql) list_in_sql(t, &table, truth, own, engine, cpu);
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

/* Pairs of one table against the truth: each of the last rows, and whom of the first it repeats (or -1). */
struct doubles {
    size_t people;
    const int64_t *truth;
    struct judged judged;
};

static int64_t entity_of(const struct doubles *d, size_t row)
{
    if (row < d->people) return (int64_t)row;
    return d->truth[row - d->people] >= 0 ? d->truth[row - d->people] : (int64_t)row;
}

static void judge_pair(void *arg, size_t left, size_t right)
{
    struct doubles *d = arg;
    d->judged.matched++;
    d->judged.right += entity_of(d, left) == entity_of(d, right);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : x[1] < y[1] ? -1 : x[1] > y[1];
}

/* Calls `each` with every pair of rows that have the same number. */
static void pairs_of_equal(uint64_t (*rows)[2], size_t n, void (*each)(void *arg, size_t left, size_t right), void *arg)
{
    qsort(rows, n, sizeof *rows, by_number);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && rows[k][0] == rows[i][0]; k++) each(arg, rows[i][1], rows[k][1]);
    }
}

static void count_truth(void *arg, size_t left, size_t right)
{
    struct doubles *d = arg;
    (void)left, (void)right;
    d->judged.truth++;
}

static void dedupe_in_sql(const struct match_rows *table, struct doubles d, double ms, double cpu)
{
    struct sql_time time;
    d.judged.matched = d.judged.right = 0;
    struct sql_run run = {"dedupe.mjs", {table->cells}, {table->rows}, 1, judge_pair, &d};
    if (run_sql(&run, &time, 1))
        printf("       duckdb: %7.2f s (cpu %.2f s)  F1 %.4f: duckdb / engine = %.1f (cpu %.1f)\n", time.ms / 1e3,
               time.cpu / 1e3, f1(d.judged), time.ms / ms, time.cpu / cpu);
}

/* One row in ten a second time, as a list would have it. */
static void dedupe(size_t n, bool sql)
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
    double took = seconds() - start;
    cpu = used_cpu() - cpu;
    struct doubles d = {.people = t->people.n, .truth = truth};
    uint64_t(*rows)[2] = wg_alloc_n(t->arena, n, sizeof *rows);
    for (size_t i = 0; i < n; i++) rows[i][0] = (uint64_t)entity_of(&d, i), rows[i][1] = i;
    pairs_of_equal(rows, n, count_truth, &d);
    for (size_t i = 0; i < n; i++) rows[i][0] = clusters.cluster[i], rows[i][1] = i;
    pairs_of_equal(rows, n, judge_pair, &d);
    printf("dedupe %8zu: %7.2f s (cpu %.2f s, %.1f us a row), %zu pairs compared, peak memory %.0f MB (the rows themselves "
           "%.0f)  F1 %.4f (recall %.3f)\n",
           n, took, cpu, cpu / (double)n * 1e6, measure.pairs_compared, peak_megabytes(), before, f1(d.judged),
           d.judged.right / d.judged.truth);
    if (sql) dedupe_in_sql(&table, d, took * 1e3, cpu * 1e3);
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
        dedupe(sizes[i], false);
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
        dedupe(doubles, sql);
    else
        compare(people, rows, sql);
    return 0;
}
