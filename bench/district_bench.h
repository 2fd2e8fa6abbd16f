/* district_bench.h - what the parts of district_bench.c share: a copy of the example, opened as the server opens it; clocks; rounds
 * in which the thing measured and its reference take turns; one line a result.
 *
 * The reference of most lines is one point query: a person's row by its key through store_one, the snapshot open, the pages warm. */
#ifndef WG_DISTRICT_BENCH_H
#define WG_DISTRICT_BENCH_H
#include <errno.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "district/list/list.h"
#include "district/register/register.h"
#include "platform/resource/resource.h"

#define BENCH_UNUSED __attribute__((unused))
enum { ROUNDS_MAX = 31, SAMPLE_PEOPLE = 4096 };

struct bench {
    const char *source; /* the example as it was made: only read */
    const char *page;   /* name of the page wanted; NULL: all */
    char scratch[256];  /* a directory of our own, removed at the end */
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct app *app;
    struct guard_router *router;
    struct http_server *server;
    char data[320];
    const char *password;
    wg_id *people; /* a sample of the register, for point queries */
    size_t n_people;
};

static void must(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "district_bench: %s\n", what);
    exit(1);
}

static void must_do(struct wg_ctx *ctx, int rc, const char *what)
{
    if (rc == 0) return;
    (void)fprintf(stderr, "district_bench: %s: %s\n", what, wg_problem_text(ctx->arena, &ctx->problem, WG_EN));
    exit(1);
}

/* --- clocks --------------------------------------------------------------------------------------------------------------- */

static double clock_seconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

BENCH_UNUSED static double wall(void)
{
    return clock_seconds(CLOCK_MONOTONIC);
}

/* What this thread has used of a processor: says the same on a machine that others use too. */
BENCH_UNUSED static double own_cpu(void)
{
    return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

BENCH_UNUSED static double all_cpu(void)
{
    return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/* --- rounds ----------------------------------------------------------------------------------------------------------------- */

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

BENCH_UNUSED static double median(double *numbers, size_t n)
{
    qsort(numbers, n, sizeof *numbers, by_number);
    return n % 2 ? numbers[n / 2] : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

/* One measured thing: `work` does it once. */
struct work {
    void (*once)(void *arg);
    void *arg;
    double (*clock)(void);
};
struct rate {
    double seconds; /* of once, the median */
    double ratio;   /* to the reference of the same round, the median */
};

/* Repeats until at least `least` seconds have gone by; seconds of one. */
static double repeat(const struct work *work, double least)
{
    double began = work->clock(), now;
    size_t n = 0;
    do {
        work->once(work->arg);
        n++;
        now = work->clock();
    } while (now - began < least);
    return (now - began) / (double)n;
}

BENCH_UNUSED static struct rate compare(const struct work *reference, const struct work *work, size_t rounds)
{
    enum { LEAST_US = 3000 };
    double seconds[ROUNDS_MAX], ratios[ROUNDS_MAX];
    work->once(work->arg); /* warms caches and statements */
    for (size_t r = 0; r < rounds; r++) {
        double base = repeat(reference, LEAST_US / 1e6);
        seconds[r] = repeat(work, LEAST_US / 1e6);
        ratios[r] = seconds[r] / base;
    }
    return (struct rate){median(seconds, rounds), median(ratios, rounds)};
}

/* --- the reference: one indexed point query ------------------------------------------------------------------------------------- */

struct pointing {
    struct bench *b;
    struct wg_ctx ctx;
    struct store_snap *snap;
    size_t at;
};

static const char q_point[] = "SELECT name, path FROM person WHERE district = $1 AND id = $2";

static void point_once(void *arg)
{
    struct pointing *p = arg;
    const wg_id *id = &p->b->people[p->at++ % p->b->n_people];
    struct store_value values[] = {store_cstr(p->b->app->d.code), store_id(id)};
    struct wg_arena_mark mark = wg_arena_mark(p->ctx.arena);
    struct store_rows *rows;
    bool found;
    must_do(&p->ctx, store_one(&p->ctx, p->snap, q_point, values, 2, &rows, &found), "point query");
    must(found && store_get_text(rows, 0).n > 0, "a person is gone");
    store_rows_end(rows);
    wg_arena_rewind(p->ctx.arena, mark);
}

BENCH_UNUSED static void point_begin(struct bench *b, struct pointing *p)
{
    *p = (struct pointing){.b = b, .ctx = wg_ctx(wg_arena_new())};
    must_do(&p->ctx, store_read(&p->ctx, b->app->d.store, &p->snap), "snapshot");
    for (size_t i = 0; i < b->n_people; i++) point_once(p);
}

BENCH_UNUSED static void point_end(struct pointing *p)
{
    store_read_end(p->snap);
    wg_arena_free(p->ctx.arena);
}

/* --- telling ------------------------------------------------------------------------------------------------------------------------ */

BENCH_UNUSED static void heading(const char *text)
{
    printf("\n%s\n", text);
}

/* `aim` is the largest ratio that the design wants; 0: none is said. */
BENCH_UNUSED static void tell_ratio(const char *name, struct rate rate, double aim, const char *more)
{
    const char *verdict = aim <= 0 ? "" : rate.ratio <= aim ? "  holds" : "  misses";
    char wanted[32] = "";
    if (aim > 0) (void)snprintf(wanted, sizeof wanted, "  aim %g", aim);
    printf("  %-44s %9.1f x  (%.3f ms)%s%s%s%s\n", name, rate.ratio, rate.seconds * 1e3, wanted, verdict, more[0] ? "  " : "",
           more);
    (void)fflush(stdout);
}

/* --- memory --------------------------------------------------------------------------------------------------------------------------- */

struct memory {
    double resident, own,
        mapped; /* MB: all; heap and stacks; pages of files (mapped database pages belong to the page cache) */
};

BENCH_UNUSED static struct memory memory_now(void)
{
    struct memory m = {0};
    char line[256];
    FILE *in = fopen("/proc/self/status", "r");
    must(in != NULL, "/proc/self/status");
    while (fgets(line, sizeof line, in)) {
        double kib;
        if (sscanf(line, "VmRSS: %lf", &kib) == 1) m.resident = kib / 1e3 * 1.024;
        if (sscanf(line, "RssAnon: %lf", &kib) == 1) m.own = kib / 1e3 * 1.024;
        if (sscanf(line, "RssFile: %lf", &kib) == 1) m.mapped = kib / 1e3 * 1.024;
    }
    (void)fclose(in);
    return m;
}

/* --- stores ---------------------------------------------------------------------------------------------------------------------------- */

static void run(char *const *argv)
{
    extern char **environ;
    pid_t child;
    int status;
    must(posix_spawnp(&child, argv[0], NULL, NULL, argv, environ) == 0, argv[0]);
    while (waitpid(child, &status, 0) < 0) must(errno == EINTR, argv[0]);
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0, argv[0]);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

BENCH_UNUSED static void remove_tree(const char *path)
{
    enum { OPEN_FILES = 16 };
    (void)nftw(path, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

/* A fresh copy of the example under the scratch directory. */
BENCH_UNUSED static void copy_store(struct bench *b, const char *name)
{
    (void)snprintf(b->data, sizeof b->data, "%s/%s", b->scratch, name);
    char *const argv[] = {"cp", "-R", "--reflink=auto", (char *)(uintptr_t)b->source, b->data, NULL};
    run(argv);
}

BENCH_UNUSED static void open_store(struct bench *b)
{
    b->ctx.now = wg_now();
    must_do(&b->ctx, app_open(&b->ctx, &(struct app_options){.data = b->data, .fast_hash = true}, &b->app), b->data);
    must_do(&b->ctx, app_router(&b->ctx, b->app, &b->router), "routes");
}

BENCH_UNUSED static void close_store(struct bench *b)
{
    guard_router_free(b->router);
    app_close(b->app);
    b->router = NULL;
    b->app = NULL;
}

/* Every so-manieth person's id, from all over the district. */
BENCH_UNUSED static void sample_people(struct bench *b)
{
    static const char q[] =
        "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY path, id) AS n FROM person WHERE district = $1) "
        "AS numbered WHERE n % 139 = 1 LIMIT $2";
    struct store_value values[] = {store_cstr(b->app->d.code), store_int(SAMPLE_PEOPLE)};
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    b->people = wg_alloc_n(b->arena, SAMPLE_PEOPLE, sizeof *b->people);
    must_do(&b->ctx, store_read(&b->ctx, b->app->d.store, &snap), "snapshot");
    must_do(&b->ctx, store_query(&b->ctx, snap, q, values, 2, &rows), "people");
    for (;;) {
        must_do(&b->ctx, store_next(&b->ctx, rows, &more), "people");
        if (!more) break;
        b->people[b->n_people++] = store_get_id(rows, 0);
    }
    store_read_end(snap);
    must(b->n_people > 0, "the register is empty");
    /* Neighbours in the sample are no neighbours in the table. */
    for (size_t i = 0; i < b->n_people; i++) {
        size_t other = i * 2654435761U % b->n_people;
        wg_id held = b->people[i];
        b->people[i] = b->people[other];
        b->people[other] = held;
    }
}
#endif
