/* district_lists.h - a list of 40,000 rows, from its bytes to its tasks, on a copy of the example; beside a bare hash join on the
 * identity number, whose table stands ready. */
#ifndef WG_DISTRICT_LISTS_H
#define WG_DISTRICT_LISTS_H
#include <dirent.h>

#include "district_bench.h"
#include "engine/columns/columns.h"
#include "engine/match/match.h"

enum { LIST_ROUNDS_MAX = 9, PHASES_MAX = 4, COLUMNS_MAX = 200, SAMPLE_ROWS = 2000 };

/* --- the list -------------------------------------------------------------------------------------------------------------------- */

struct list_file {
    char name[256];
    struct wg_str bytes;
    const char *codes[COLUMNS_MAX];
    size_t n_codes, id_column;
    /* read as the comparison wants it */
    struct match_field fields[COLUMNS_MAX];
    size_t columns[COLUMNS_MAX], n_fields;
    struct wg_str *cells;
    size_t rows;
};

/* The largest file among those the example would bring in. */
static void find_file(struct bench *b, struct list_file *f)
{
    const char *folder = wg_fmt(b->arena, "%s/lists", b->source);
    char best[1024] = "";
    struct dirent *entry;
    struct stat status;
    off_t largest = 0;
    DIR *dir = opendir(folder);
    must(dir != NULL, folder);
    while ((entry = readdir(dir)) != NULL) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= largest) continue;
        largest = status.st_size;
        (void)snprintf(best, sizeof best, "%s", path);
        (void)snprintf(f->name, sizeof f->name, "%s", entry->d_name);
    }
    (void)closedir(dir);
    must(best[0] != '\0', "the example has no list to bring in");
    char *bytes = wg_alloc(b->arena, (size_t)largest);
    FILE *in = fopen(best, "rb");
    must(in && fread(bytes, 1, (size_t)largest, in) == (size_t)largest, best);
    (void)fclose(in);
    f->bytes = (struct wg_str){bytes, (size_t)largest};
}

static bool is_compared(enum column_kind kind)
{
    return kind == COLUMN_IDNO || kind == COLUMN_PHONE || kind == COLUMN_NAME || kind == COLUMN_SEX || kind == COLUMN_BIRTH ||
           kind == COLUMN_AGE || kind == COLUMN_ADDRESS;
}

static void read_file(struct bench *b, struct list_file *f)
{
    struct tab_limits limits = tab_limits_default();
    struct column_guess *guesses;
    struct tab_reader *reader;
    struct tab_row row;
    size_t cap = 0;
    bool more;
    find_file(b, f);
    limits.max_columns = COLUMNS_MAX;
    must_do(&b->ctx, tab_open_bytes(&b->ctx, f->bytes, &limits, &reader), f->name);
    must_do(&b->ctx, columns_guess(&b->ctx, reader, SAMPLE_ROWS, &guesses), f->name);
    f->n_codes = tab_shape(reader)->columns;
    f->id_column = COLUMNS_MAX;
    for (size_t c = 0; c < f->n_codes; c++) {
        f->codes[c] = column_kind_code(guesses[c].kind);
        if (!is_compared(guesses[c].kind)) continue;
        if (guesses[c].kind == COLUMN_IDNO) f->id_column = f->n_fields;
        f->fields[f->n_fields] = (struct match_field){guesses[c].kind, ""};
        f->columns[f->n_fields++] = c;
    }
    must(f->id_column < COLUMNS_MAX, "the list has no identity numbers");
    for (;;) {
        must_do(&b->ctx, tab_next(&b->ctx, reader, &row, &more), f->name);
        if (!more) break;
        if (row.kind != TAB_DATA) continue;
        f->cells = wg_grow(b->arena, f->cells, &cap, (f->rows + 1) * f->n_fields, sizeof *f->cells);
        for (size_t c = 0; c < f->n_fields; c++)
            f->cells[f->rows * f->n_fields + c] = wg_str_dup(b->arena, row.cells[f->columns[c]]);
        f->rows++;
    }
}

/* --- the bare join ------------------------------------------------------------------------------------------------------------------ */

struct join {
    struct wg_arena *arena; /* of the numbers */
    struct wg_str *numbers;
    size_t n, cap, mask;
    uint32_t *table;
    const struct list_file *list;
    size_t found;
};

static int take_number(struct wg_ctx *ctx, void *arg, const struct person *person, struct wg_str label)
{
    struct join *j = arg;
    (void)ctx;
    (void)label;
    if (!person->idno) return 0;
    j->numbers = wg_grow(j->arena, j->numbers, &j->cap, j->n + 1, sizeof *j->numbers);
    j->numbers[j->n++] = wg_str(wg_cstr(j->arena, wg_str(person->idno)));
    return 0;
}

static size_t join_slot(const struct join *j, struct wg_str number)
{
    size_t at = wg_hash(number.p, number.n) & j->mask;
    while (j->table[at] && !wg_str_eq(j->numbers[j->table[at] - 1], number)) at = (at + 1) & j->mask;
    return at;
}

static void join_build(struct bench *b, struct join *j, const struct list_file *list)
{
    *j = (struct join){.arena = wg_arena_new(), .list = list};
    must_do(&b->ctx, person_each(&b->ctx, &b->app->d, &(struct person_walk){.visit = take_number, .arg = j}), "register");
    j->mask = 1023;
    while (j->mask + 1 < j->n * 2) j->mask = j->mask * 2 + 1;
    j->table = wg_xcalloc(j->mask + 1, sizeof *j->table);
    for (size_t i = 0; i < j->n; i++) j->table[join_slot(j, j->numbers[i])] = (uint32_t)i + 1;
}

static void join_free(struct join *j)
{
    free(j->table);
    wg_arena_free(j->arena);
}

static void join_once(void *arg)
{
    struct join *j = arg;
    const struct list_file *list = j->list;
    j->found = 0;
    for (size_t i = 0; i < list->rows; i++) {
        struct wg_str number = list->cells[i * list->n_fields + list->id_column];
        if (number.n) j->found += j->table[join_slot(j, number)] != 0;
    }
}

/* --- a round ---------------------------------------------------------------------------------------------------------------------------- */

struct phase {
    const char *code;
    double wall, cpu;
};
struct list_round {
    struct bench *b;
    const struct list_file *file;
    const struct join *join;
    struct phase phases[PHASES_MAX];
    size_t n_phases;
    double load, load_cpu, learn, match, match_cpu, receive, run, run_cpu, join_seconds;
    struct memory before, after;
    int64_t rows, dispatched;
};

static int use_nothing(struct wg_ctx *ctx, void *arg, const struct list_view *view)
{
    (void)ctx;
    *(size_t *)arg = view->people;
    return 0;
}

static int use_match(struct wg_ctx *ctx, void *arg, const struct list_view *view)
{
    struct list_round *r = arg;
    struct match_rows rows = {r->file->fields, r->file->n_fields, r->file->cells, r->file->rows};
    struct match_options options = match_options_default(wg_today(ctx));
    struct match_weights *weights;
    struct match_link *links;
    struct match_measure measure;
    options.area_code = r->b->app->d.area_code;
    double began = wall();
    int rc = match_learn(ctx, view->match, &rows, &options, &weights);
    r->learn = wall() - began;
    options.weights = weights;
    began = wall();
    double cpu = all_cpu();
    if (rc == 0) rc = match_list(ctx, view->match, &rows, &options, NULL, &links, &measure);
    r->match = wall() - began;
    r->match_cpu = all_cpu() - cpu;
    return rc;
}

static void end_phase(struct list_round *r)
{
    if (r->n_phases == 0) return;
    struct phase *p = &r->phases[r->n_phases - 1];
    p->wall = wall() - p->wall;
    p->cpu = all_cpu() - p->cpu;
}

static void begin_phase(void *arg, const char *code)
{
    struct list_round *r = arg;
    end_phase(r);
    must(r->n_phases < PHASES_MAX, "more phases than there were");
    r->phases[r->n_phases++] = (struct phase){code, wall(), all_cpu()};
}

static wg_id any_worker(struct wg_ctx *ctx, struct bench *b)
{
    struct guard_worker worker;
    struct store_snap *snap;
    must_do(ctx, store_read(ctx, b->app->d.store, &snap), "snapshot");
    must_do(ctx, guard_worker_by_login(ctx, snap, b->app->d.code, WG_STR("data"), &worker), "the account data");
    store_read_end(snap);
    return worker.id;
}

static void count_rows(struct wg_ctx *ctx, struct list_round *r, wg_id list)
{
    static const char q[] = "SELECT n_rows, n_dispatched FROM list WHERE district = $1 AND id = $2";
    struct store_value values[] = {store_cstr(r->b->app->d.code), store_id(&list)};
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    must_do(ctx, store_read(ctx, r->b->app->d.store, &snap), "snapshot");
    must_do(ctx, store_one(ctx, snap, q, values, 2, &rows, &found), "list");
    r->rows = store_get_int(rows, 0);
    r->dispatched = store_get_int(rows, 1);
    store_rows_end(rows);
    store_read_end(snap);
}

static void bring(struct wg_ctx *ctx, struct list_round *r)
{
    const struct district *d = &r->b->app->d;
    struct list_new what = {
        .name = "bench", .source = "bench", .file_name = r->file->name, .programme = "list_follow_up", .bytes = r->file->bytes};
    struct list_start start = {
        .columns = r->file->codes, .n_columns = r->file->n_codes, .due = ctx->now + WG_DAY_MS, .again = true};
    wg_id list, job;
    what.worker = start.worker = any_worker(ctx, r->b);
    double began = wall();
    must_do(ctx, list_receive(ctx, d, &what, &list), "list_receive");
    must_do(ctx, list_start(ctx, d, list, &start, &job), "list_start");
    r->receive = wall() - began;
    began = wall();
    double cpu = all_cpu();
    must_do(ctx, list_run(ctx, d, list, NULL, begin_phase, r), "list_run");
    end_phase(r);
    r->run = wall() - began;
    r->run_cpu = all_cpu() - cpu;
    count_rows(ctx, r, list);
}

static void list_round(struct bench *b, struct list_round *r)
{
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    size_t people = 0;
    copy_store(b, "list");
    open_store(b);
    ctx.zone = b->app->d.zone;
    r->before = memory_now();
    double began = wall(), cpu = all_cpu();
    must_do(&ctx, list_index_use(&ctx, &b->app->d, NULL, use_nothing, &people), "register");
    r->load = wall() - began;
    r->load_cpu = all_cpu() - cpu;
    r->join_seconds = repeat(&(struct work){join_once, (void *)(uintptr_t)r->join, wall}, 0.05);
    must_do(&ctx, list_index_use(&ctx, &b->app->d, NULL, use_match, r), "comparison");
    bring(&ctx, r);
    wg_arena_free(ctx.arena);
    r->after = memory_now();
    close_store(b);
    remove_tree(b->data);
}

/* --- telling ----------------------------------------------------------------------------------------------------------------------------- */

static double middle(const struct list_round *rounds, size_t n, size_t offset)
{
    double numbers[LIST_ROUNDS_MAX];
    for (size_t i = 0; i < n; i++) memcpy(&numbers[i], (const char *)&rounds[i] + offset, sizeof numbers[i]);
    return median(numbers, n);
}
#define MIDDLE(field) middle(rounds, n, offsetof(struct list_round, field))

static double middle_ratio(const struct list_round *rounds, size_t n, size_t offset)
{
    double numbers[LIST_ROUNDS_MAX];
    for (size_t i = 0; i < n; i++) {
        double seconds;
        memcpy(&seconds, (const char *)&rounds[i] + offset, sizeof seconds);
        numbers[i] = rounds[i].join_seconds / seconds;
    }
    return median(numbers, n);
}
#define MIDDLE_RATIO(field) middle_ratio(rounds, n, offsetof(struct list_round, field))

static void tell_phases(const struct list_round *rounds, size_t n)
{
    for (size_t p = 0; p < rounds[0].n_phases; p++)
        printf("    %-42s %7.2f s, %.2f s of processor\n", rounds[0].phases[p].code,
               middle(rounds, n, offsetof(struct list_round, phases) + p * sizeof(struct phase) + offsetof(struct phase, wall)),
               middle(rounds, n, offsetof(struct list_round, phases) + p * sizeof(struct phase) + offsetof(struct phase, cpu)));
}

BENCH_UNUSED static void bench_lists(struct bench *b, size_t n)
{
    struct list_round rounds[LIST_ROUNDS_MAX] = {0};
    struct list_file file = {0};
    struct join join;
    read_file(b, &file);
    copy_store(b, "join");
    open_store(b);
    join_build(b, &join, &file);
    close_store(b);
    remove_tree(b->data);
    for (size_t i = 0; i < n; i++) {
        rounds[i].b = b;
        rounds[i].file = &file;
        rounds[i].join = &join;
        list_round(b, &rounds[i]);
    }
    join_free(&join);
    heading("a list compared with the register, and its people given to somebody");
    double rows = (double)rounds[0].rows;
    printf("  %-44s %.0f rows, %lld dispatched, %zu people, %zu numbers found by the join\n", file.name, rows,
           (long long)rounds[0].dispatched, join.n, join.found);
    printf("  %-44s %7.4f s (%.0f rows/s)\n", "a bare hash join on the number", MIDDLE(join_seconds),
           rows / MIDDLE(join_seconds));
    printf("  %-44s %7.2f s, %.2f s of processor\n", "loading the register into memory, once", MIDDLE(load), MIDDLE(load_cpu));
    printf("  %-44s %7.2f s\n", "learning the list's weights", MIDDLE(learn));
    printf("  %-44s %7.2f s, %.2f s of processor (%.0f rows/s: %.4f of the join)\n", "comparing alone (match_list)",
           MIDDLE(match), MIDDLE(match_cpu), rows / MIDDLE(match), MIDDLE_RATIO(match));
    printf("  %-44s %7.2f s\n", "keeping the file, reading its head", MIDDLE(receive));
    printf("  %-44s %7.2f s, %.2f s of processor (%.0f rows/s: %.4f of the join)\n", "all of it, the register in memory",
           MIDDLE(run), MIDDLE(run_cpu), rows / MIDDLE(run), MIDDLE_RATIO(run));
    tell_phases(rounds, n);
    printf("  %-44s %7.2f s\n", "the first list of all, loading included", MIDDLE(load) + MIDDLE(run));
    printf("  %-44s %.0f MB (own %.0f, mapped files %.0f), before it %.0f (%.0f, %.0f)\n", "memory after the first list",
           rounds[0].after.resident, rounds[0].after.own, rounds[0].after.mapped, rounds[0].before.resident,
           rounds[0].before.own, rounds[0].before.mapped);
}
#endif
