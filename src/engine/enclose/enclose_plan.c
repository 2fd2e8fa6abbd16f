/* The plan: locks, ground, groups, fences and gates in order, and what came of them in the caller's terms. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"
#include "engine/enclose/enclose_plan_internal.h"

/* Patches have nothing in common but what none of them changes: they are shared among the cores, and each is answered alike whoever
 * has it. */
struct patch_worker {
    struct wg_ctx ctx; /* its arena lives as long as the plan's */
    struct enc_limits limits;
    int rc;
};
struct patch_work {
    struct enc_making *k;
    struct patch_worker *workers;
    int (*answer)(struct patch_worker *w, struct enc_making *k, size_t patch);
    const struct wg_progress *progress;
    double from, to;     /* of the whole */
    size_t cells;        /* of all patches */
    _Atomic size_t done; /* of those that are answered */
};

static void answer_patches(void *arg, size_t from, size_t to, size_t worker)
{
    struct patch_work *work = arg;
    struct patch_worker *w = &work->workers[worker];
    for (size_t i = from; i < to && !w->rc; i++) {
        if (wg_progress_cancelled(work->progress)) {
            w->rc = wg_refuse(&w->ctx, WG_E_CANCELLED, NULL, NULL, NULL);
            return;
        }
        w->rc = work->answer(w, work->k, i);
        work->done += work->k->grounds[i].n;
        if (worker == 0) /* the caller's own thread */
            wg_progress_report(work->progress,
                               work->from + (work->to - work->from) * (double)work->done / (double)(work->cells + 1));
    }
}

static void release_arena(void *arena)
{
    wg_arena_free(arena);
}

static struct patch_worker *new_workers(const struct enc_making *k, size_t n)
{
    struct patch_worker *workers = wg_alloc_n(k->ctx->arena, n, sizeof *workers);
    for (size_t i = 0; i < n; i++) {
        workers[i].ctx = *k->ctx;
        workers[i].ctx.arena = wg_arena_new();
        wg_arena_cleanup(k->ctx->arena, release_arena, workers[i].ctx.arena);
    }
    return workers;
}

static int on_all_patches(struct patch_work *work, size_t threads, const char *phase)
{
    struct enc_making *k = work->k;
    k->limits.phase = phase;
    work->done = 0;
    for (size_t i = 0; i < threads; i++) work->workers[i].limits = k->limits;
    wg_parallel(threads, k->n_grounds, 1, answer_patches, work);
    int rc = 0;
    for (size_t i = 0; i < threads; i++) {
        const struct patch_worker *w = &work->workers[i];
        if (w->rc && !rc) k->ctx->problem = w->ctx.problem, rc = w->rc;
        if (w->limits.cut_short && !k->limits.cut_short) k->limits = w->limits;
    }
    return rc;
}

static int find_groups(struct patch_worker *w, struct enc_making *k, size_t patch)
{
    return enc_ground_solve(&w->ctx, &k->grounds[patch], &w->limits, &k->answers[patch]);
}

static int search_exactly(struct patch_worker *w, struct enc_making *k, size_t patch)
{
    return enc_exact_search(&w->ctx, &k->grounds[patch], &w->limits, &k->answers[patch], &k->exact[patch]);
}

/* Groups on every patch; then, in the time that is left, the exact search on each. */
static int solve_all(struct enc_making *k, const struct enclose_options *options)
{
    size_t threads = wg_cores();
    k->answers = wg_alloc_n(k->ctx->arena, k->n_grounds + 1, sizeof *k->answers);
    k->exact = wg_alloc_n(k->ctx->arena, k->n_grounds + 1, sizeof *k->exact);
    struct patch_work work = {.k = k, .workers = new_workers(k, threads), .progress = options->progress};
    for (size_t i = 0; i < k->n_grounds; i++) work.cells += k->grounds[i].n;
    work.answer = find_groups, work.from = ENC_DONE_SIDES, work.to = ENC_DONE_GROUPS;
    int rc = on_all_patches(&work, threads, "groups");
    if (rc) return rc;
    for (size_t i = 0; i < k->n_grounds; i++) k->searched += !k->answers[i].cut_short;
    work.answer = search_exactly, work.from = ENC_DONE_GROUPS, work.to = ENC_DONE_EXACT;
    return on_all_patches(&work, threads, "exact");
}

/* The answers of all patches as labels of the draft. */
static void take_answers(struct enc_making *k)
{
    const struct enc_space *sp = &k->space;
    struct enc_draft *d = &k->draft;
    size_t n_tri = sp->mesh.n_tri;
    d->label = wg_alloc_n(k->ctx->arena, n_tri + 1, sizeof *d->label);
    d->open = wg_alloc_n(k->ctx->arena, n_tri + 1, 1);
    k->last_label = wg_alloc_n(k->ctx->arena, k->n_grounds + 1, sizeof *k->last_label);
    for (size_t i = 0; i < k->n_grounds; i++) {
        const struct enc_ground *g = &k->grounds[i];
        const struct enc_answer *a = &k->answers[i];
        for (size_t c = 0; c < g->n; c++)
            if (a->label[c] > 0) d->label[g->tri[c]] = a->label[c] + (int32_t)d->n_labels;
        for (size_t e = 0; e < g->n_edges; e++) {
            const struct enc_edge *edge = &g->edges[e];
            if (!a->open[e] || edge->b < 0) continue;
            d->open[edge->tri] |= (uint8_t)(1U << edge->corner);
            for (int j = 0; j < 3; j++)
                if (sp->mesh.adj[edge->other][j] == edge->tri) d->open[edge->other] |= (uint8_t)(1U << j);
        }
        d->n_labels += a->k;
        k->last_label[i] = (int32_t)d->n_labels;
        k->least_cm += a->least_cm;
    }
}

static void street_starts(const struct enc_space *sp, struct enc_stand *starts, size_t *ret_n)
{
    size_t n = 0;
    for (size_t t = 0; t < sp->mesh.n_tri; t++) {
        bool frame = sp->kind[t] != ENC_SOLID && (sp->mesh.adj[t][0] < 0 || sp->mesh.adj[t][1] < 0 || sp->mesh.adj[t][2] < 0);
        if ((sp->kind[t] == ENC_OUTSIDE && !sp->lane[t]) || frame) starts[n++] = (struct enc_stand){(int32_t)t, ENC_ANYWHERE};
    }
    *ret_n = n;
}

/* Where engines get on the streets' side of the new fence, which narrows lanes too. */
static void drive_streets(struct enc_making *k)
{
    struct enc_draft *d = &k->draft;
    struct enc_stand *starts = wg_xcalloc(k->space.mesh.n_tri + 1, sizeof *starts);
    size_t n = 0, out = 0;
    street_starts(&k->space, starts, &n);
    for (size_t i = 0; i < n; i++)
        if (d->label[starts[i].tri] == 0) starts[out++] = starts[i];
    struct enc_walk *w = enc_walk(d);
    enc_walk_from(w, ENC_WALK_OUTSIDE, 0, k->map->config->fire_lane_m, starts, out);
    enc_walk_mark(w, d->engine);
    free(starts);
}

/* Ways to the street today and beyond the fence, and where engines get today. */
static void walk_streets(struct enc_making *k)
{
    struct enc_draft *d = &k->draft;
    struct wg_arena *arena = k->ctx->arena;
    size_t n_tri = k->space.mesh.n_tri, n = 0;
    struct enc_stand *starts = wg_xcalloc(n_tri + 1, sizeof *starts);
    struct enc_walk *w = enc_walk(d);
    double lane = k->map->config->fire_lane_m;
    street_starts(&k->space, starts, &n);
    d->today = wg_alloc_n(arena, k->space.n_doors + 1, sizeof *d->today);
    d->walk = wg_alloc_n(arena, k->space.n_doors + 1, sizeof *d->walk);
    d->beyond = wg_alloc_n(arena, n_tri + 1, sizeof *d->beyond);
    d->street = wg_alloc_n(arena, n_tri + 1, 1);
    d->engine = wg_alloc_n(arena, n_tri + 1, 1), d->engine_today = wg_alloc_n(arena, n_tri + 1, 1);
    for (size_t i = 0; i < k->space.n_doors; i++) d->today[i] = 1e300;
    for (int pass = 0; pass < 2; pass++) { /* by walkable ways, else by what way there is */
        enc_walk_from(w, ENC_WALK_TODAY, 0, pass ? 0.1 : 0.9, starts, n);
        for (size_t i = 0; i < k->space.n_doors; i++)
            if (d->today[i] > 1e299) d->today[i] = enc_walk_to(w, k->space.doors[i].tri, k->space.doors[i].at);
    }
    enc_walk_from(w, ENC_WALK_TODAY, 0, lane, starts, n);
    enc_walk_mark(w, d->engine_today);
    size_t out = 0;
    for (size_t i = 0; i < n; i++)
        if (d->label[starts[i].tri] == 0) starts[out++] = starts[i];
    enc_walk_from(w, ENC_WALK_OUTSIDE, 0, 0.9, starts, out);
    for (size_t t = 0; t < n_tri; t++) {
        d->beyond[t] = enc_walk_roughly(w, (int32_t)t);
        d->street[t] = d->beyond[t] < 1e299;
    }
    free(starts);
}

/* How many compounds of each patch have no staffed gate for vehicles. */
static void count_small(const struct enc_making *k, size_t *small)
{
    size_t ground = 0;
    bool *roomy = wg_xcalloc(k->draft.n_labels + 2, sizeof *roomy);
    for (size_t i = 0; i < k->draft.n_gates; i++)
        if (k->draft.gates[i].large && k->draft.gates[i].state == ENCLOSE_STAFFED) roomy[k->draft.gates[i].label] = true;
    for (int32_t label = 1; label <= (int32_t)k->draft.n_labels; label++) {
        while (label > k->last_label[ground]) ground++;
        small[ground] += !roomy[label];
    }
    free(roomy);
}

/* The bounds of all patches. Where the plan itself has a compound with no room for a gate for vehicles, the patch's compounds are counted
 * with gates for people: the bound is found anew with their price, and what holds for any sides falls by as much for each compound that
 * a plan no dearer can have. */
static void settle_bound(struct enc_making *k)
{
    const struct enclose_config *c = k->map->config;
    size_t *small = wg_xcalloc(k->n_grounds + 1, sizeof *small);
    double less = enc_small_gate_saves(c), gate = enc_compound_yuan(c) - less;
    count_small(k, small);
    for (size_t i = 0; i < k->n_grounds; i++) {
        struct enc_answer *a = &k->answers[i];
        const struct enc_exact *e = &k->exact[i];
        double any = e->bound, cost = a->cost - less * (double)small[i];
        if (small[i]) {
            any -= less * floor(a->cost / gate);
            enc_ground_bound_small(k->ctx, &k->grounds[i], &k->limits, a);
        }
        any = fmax(0, any);
        k->bound += fmax(a->bound, any);
        k->bound_any += any;
        k->bound_gates += (enc_compound_yuan(c) - (small[i] ? less : 0)) * (double)a->bound_compounds;
        k->n_exact += e->exact && cost - any <= ENC_EXACT_NEAR;
        k->n_improved += e->better;
    }
    free(small);
}

int enclose_plan(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_options *options,
                 struct enclose_plan **ret_plan)
{
    struct enc_making *k = wg_alloc(ctx->arena, sizeof *k);
    k->ctx = ctx;
    k->map = map;
    k->limits.progress = options->progress;
    if (options->seconds > 0) k->limits.deadline = wg_monotonic() + (wg_time)(options->seconds * 1000);
    int rc = enc_locks_read(ctx, map, options->locks, &k->locks);
    if (!rc) rc = enc_space_build(ctx, map, k->locks.lines, k->locks.n_lines, &k->space);
    if (!rc) rc = enc_lanes_open(ctx, &k->space);
    if (!rc) wg_progress_report(options->progress, ENC_DONE_SPACE);
    k->limits.phase = "sides";
    if (!rc) rc = enc_grounds(ctx, &k->space, k->locks.keys, &k->limits, &k->grounds, &k->n_grounds);
    k->draft = (struct enc_draft){.ctx = ctx, .space = &k->space};
    if (!rc) rc = solve_all(k, options);
    if (rc) return rc;
    take_answers(k);
    enc_sides_settle(ctx, &k->space, k->grounds, k->n_grounds);
    walk_streets(k);
    enc_fences_find(&k->draft);
    enc_gaps_with_fence(&k->draft);
    drive_streets(k);
    k->limits.phase = "gates";
    rc = enc_gates_place(&k->draft, k->locks.gates, k->locks.n_gates, &k->limits);
    if (!rc) settle_bound(k);
    if (!rc) rc = enc_plan_tell(k, ret_plan);
    if (!rc) enc_terms_tell(k, *ret_plan);
    wg_progress_report(options->progress, 1);
    return rc;
}
