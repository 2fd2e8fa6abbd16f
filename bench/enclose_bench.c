/* The enclosure planner on real quarters and on made-up towns: metres of fence a building beside the lower bound, beside the hull of each
 * street block's homes and beside each home alone; gates, cabins, detours, processor seconds, memory, and growth with the number of buildings;
 * on how many patches the exact search proved the plan best, on how many it made it cheaper, and the gap to the bound that holds for any sides.
 * Run: enclose_bench [DIRECTORY of .osm files]; default $WG_SHARED/data/quarters, else ../shared/data/quarters beside the sources.
 * Each case runs in a process of its own, so that its memory is its own. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/enclose/enclose.h"

enum { MOST_FILES = 256, MAP_MAX = ENCLOSE_MAP_BYTES };

static const char *read_file(struct wg_arena *arena, const char *path, struct wg_str *ret)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t n = 0, cap = 0, got;
    if (!file) return "cannot open";
    do {
        bytes = wg_grow(arena, bytes, &cap, n + (1U << 20), 1);
        got = fread(bytes + n, 1, cap - n, file);
        n += got;
    } while (got && n < MAP_MAX);
    (void)fclose(file);
    *ret = (struct wg_str){bytes, n};
    return NULL;
}

/* Of this processor: what else runs on the machine does not count. */
static double seconds_now(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void run(const char *name, const char *path, size_t town_homes)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct enclose_config config;
    struct enclose_map *map;
    struct enclose_plan *plan;
    struct enclose_verdict verdict = {0};
    struct enclose_options options = {0};
    struct wg_str bytes = {NULL, 0}, text;
    enclose_config_default(&config);
    struct enclose_town town = {.seed = 1, .buildings = town_homes, .scale = 1, .walled = 0.5};
    const char *problem = path ? read_file(arena, path, &bytes) : NULL;
    int rc = problem ? WG_E_FILE : path ? 0 : enclose_town_osm(&ctx, &town, &bytes);
    double start = seconds_now();
    if (!rc) rc = enclose_map_read(&ctx, bytes, &config, &map);
    if (!rc) rc = enclose_plan(&ctx, map, &options, &plan);
    double planned = seconds_now() - start;
    if (rc) {
        (void)printf("| %s | %s |\n", name, problem ? problem : wg_problem_text(arena, &ctx.problem, WG_EN));
        return;
    }
    struct rusage use;
    (void)getrusage(RUSAGE_SELF, &use);
    start = seconds_now();
    rc = enclose_plan_geojson(&ctx, plan, &text);
    if (!rc) rc = enclose_verify(&ctx, map, &config, text, &verdict);
    double verified = seconds_now() - start;
    const struct enclose_totals *t = &plan->totals;
    double n = t->buildings ? (double)t->buildings : 1;
    (void)printf("| %s | %zu | %zu | %zu | %.1f | %.1f | %.1f | %.2f | %.1f | %zu | %zu | %zu | %zu | %.0f | %.0f | %.1f | %zu "
                 "| %.2f | %.2f | "
                 "%.0f | %zu/%zu | %zu | %.1f |\n",
                 name, t->buildings, plan->blocks, t->compounds, t->fence_m / n, plan->fence_bound_m / n, plan->hull_m / n,
                 plan->hull_m > 0 ? t->fence_m / plan->hull_m : 0, plan->alone_m / n, t->gates_large, t->gates_small,
                 t->gates_staffed, t->cabins, t->detour_worst_m, t->detour_mean_m,
                 plan->bound > 0 ? 100 * (plan->cost / plan->bound - 1) : 0, rc ? 9999 : verdict.n, planned, verified,
                 (double)use.ru_maxrss / 1024, plan->grounds_exact, plan->grounds, plan->grounds_improved,
                 plan->bound_any > 0 ? 100 * (plan->cost / plan->bound_any - 1) : 0);
    wg_arena_free(arena);
}

/* A child for each case. */
static void apart(const char *name, const char *path, size_t town_homes)
{
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        run(name, path, town_homes);
        (void)fflush(stdout);
        _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) (void)printf("| %s | failed |\n", name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void header(void)
{
    (void)puts("| case | homes | blocks | compounds | fence m/home | least | hulls | of hulls | alone | large | small | "
               "staffed | cabins | "
               "worst detour m | mean | gap to bound % | violations | plan s | verify s | MB | exact patches | improved | gap "
               "any side % |");
    (void)puts("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
}

int main(int argc, char **argv)
{
    const char *shared = getenv("WG_SHARED");
    char directory[4096], path[8192];
    char *names[MOST_FILES];
    size_t n = 0;
    if (argc > 1)
        (void)snprintf(directory, sizeof directory, "%s", argv[1]);
    else if (shared)
        (void)snprintf(directory, sizeof directory, "%s/data/quarters", shared);
    else
        (void)snprintf(directory, sizeof directory, "%s/../shared/data/quarters", WG_SOURCE_DIR);
    DIR *dir = opendir(directory);
    for (const struct dirent *e; dir && (e = readdir(dir)) != NULL && n < MOST_FILES;) {
        size_t length = strlen(e->d_name);
        if (length > 4 && strcmp(e->d_name + length - 4, ".osm") == 0) names[n++] = strdup(e->d_name);
    }
    if (dir) (void)closedir(dir);
    if (!n) (void)printf("no quarters in %s; towns only\n\n", directory);
    if (n) qsort(names, n, sizeof *names, by_text);
    header();
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        apart(names[i], path, 0);
        free(names[i]);
    }
    static const size_t sizes[] = {100, 400, 1618, 5000, 10000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        (void)snprintf(path, sizeof path, "made-up town of %zu", sizes[i]);
        apart(path, NULL, sizes[i]);
    }
    return 0;
}
