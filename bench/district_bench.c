/* The main job on the full example: how fast it is, beside a reference in the same run.
 *
 *   start    opening the store until the server listens; memory
 *   pages    first pages for each role, sums, reports and the phone's day, beside one indexed point query
 *   facts    observations over HTTP, durable, in posts of 50 and of 1, beside rows that SQLite alone inserts into the same table
 *   lists    40,000 rows compared with the register and dispatched, beside a bare hash join on the identity number
 *
 *   district_bench [--only start|pages|facts|lists] [--page NAME] [--rounds N] [DIRECTORY]
 *
 * DIRECTORY (or WG_BENCH_DATA) holds the example that `wangge demo --size full` made; it is copied and never written to. Without
 * one, it is made with $WANGGE_BIN in a temporary directory (TMPDIR). Rounds are of lists; the others have their own.
 * A machine that others use too is slower at everything: believe the ratios. */
#include "district_bench.h"
#include "district_callers.h"
#include "district_facts.h"
#include "district_lists.h"
#include "district_pages.h"

/* --- the example --------------------------------------------------------------------------------------------------------------- */

static void make_scratch(struct bench *b)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(b->scratch, sizeof b->scratch, "%s/district_bench_XXXXXX", tmp && *tmp ? tmp : "/tmp");
    must(mkdtemp(b->scratch) != NULL, b->scratch);
}

static void make_example(struct bench *b)
{
    const char *program = getenv("WANGGE_BIN");
    must(program && *program, "no DIRECTORY, and WANGGE_BIN does not name the program that makes the example");
    char *made = wg_fmt(b->arena, "%s/example", b->scratch);
    char *const argv[] = {(char *)(uintptr_t)program, "demo", "--data", made, "--size", "full", "--json", NULL};
    (void)fprintf(stderr, "making the example in %s (some minutes)\n", made);
    run(argv);
    b->source = made;
}

/* --- starting -------------------------------------------------------------------------------------------------------------------- */

static void listen_now(struct bench *b)
{
    struct http_options options = http_options_default();
    options.listen = "127.0.0.1:0";
    options.quiet = true;
    options.idle_seconds = 3600; /* a caller may wait for others to be measured */
    options.idle_seconds = 3600; /* a caller may wait for others to be measured */
    options.handle = guard_dispatch;
    options.arg = b->router;
    options.zone = b->app->d.zone;
    must_do(&b->ctx, http_start(&b->ctx, &options, &b->server), "listen");
}

static void stop(struct bench *b)
{
    http_stop(b->server);
    b->server = NULL;
    close_store(b);
}

static int open_today(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct district *d = arg;
    return programme_round_open(ctx, tx, d, programme_named(d->programmes, WG_STR("daily_screening")), wg_today(ctx));
}

static void bench_start(struct bench *b)
{
    enum { STARTS = 9 };
    double took[STARTS];
    struct memory started = {0};
    for (size_t i = 0; i < STARTS; i++) {
        double began = wall();
        open_store(b);
        listen_now(b);
        took[i] = wall() - began;
        if (i == 0) started = memory_now();
        if (i + 1 < STARTS) stop(b);
    }
    double first = took[0], began = wall();
    must_do(&b->ctx, store_write(&b->ctx, b->app->d.store, open_today, &b->app->d), "round");
    double round = wall() - began;
    heading("the server's start");
    printf("  %-44s %.3f s, the first time %.3f s  aim 1\n", "from opening the store until it listens", median(took, STARTS),
           first);
    printf("  %-44s %.3f s\n", "opening the day's round", round);
    printf("  %-44s %.0f MB (own %.0f, mapped files %.0f)  aim 200\n", "memory after it", started.resident, started.own,
           started.mapped);
}

static void read_password(struct bench *b)
{
    struct store_snap *snap;
    must_do(&b->ctx, store_read(&b->ctx, b->app->d.store, &snap), "snapshot");
    must_do(&b->ctx, guard_meta(&b->ctx, snap, "demo_password", &b->password), "password");
    store_read_end(snap);
    must(b->password != NULL, "this is no example: it has no demo accounts");
}

/* --- main ------------------------------------------------------------------------------------------------------------------------- */

static bool wanted(const char *only, const char *part)
{
    return !only || strcmp(only, part) == 0;
}

static void bench_all(struct bench *b, const char *only, size_t rounds)
{
    if (wanted(only, "start") || wanted(only, "pages") || wanted(only, "facts")) {
        copy_store(b, "served");
        bench_start(b);
        b->ctx.zone = b->app->d.zone;
        read_password(b);
        sample_people(b);
        if (wanted(only, "pages")) bench_pages(b);
        if (wanted(only, "facts")) bench_facts(b);
        stop(b);
        remove_tree(b->data);
    }
    if (wanted(only, "lists")) bench_lists(b, rounds);
}

int main(int argc, char **argv)
{
    struct bench b = {.source = getenv("WG_BENCH_DATA")};
    const char *only = NULL;
    int64_t rounds = 3;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            only = argv[++i];
        } else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc &&
                   wg_parse_i64(wg_str(argv[i + 1]), 1, LIST_ROUNDS_MAX, &rounds)) {
            i++;
        } else if (strcmp(argv[i], "--page") == 0 && i + 1 < argc) {
            b.page = argv[++i];
        } else if (argv[i][0] != '-') {
            b.source = argv[i];
        } else {
            (void)fputs("usage: district_bench [--only start|pages|facts|lists] [--page NAME] [--rounds N] [DIRECTORY]\n",
                        stderr);
            return 2;
        }
    }
    b.arena = wg_arena_new();
    b.ctx = wg_ctx(b.arena);
    make_scratch(&b);
    if (!b.source || !*b.source) make_example(&b);
    bench_all(&b, only, (size_t)rounds);
    wg_arena_free(b.arena);
    remove_tree(b.scratch);
    return 0;
}
