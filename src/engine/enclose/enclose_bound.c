/* A proven lower bound on what a patch can cost.
 *
 * Let A be the largest least cut round all homes and m its connected parts. For any plan X (the ground inside), X with A added cuts no
 * more edges (the cut function is submodular and A is least) and has no more parts (each part of A holds ground of a home, which X has
 * as well), so only plans that contain A need be looked at. A plan of k < m compounds joins at least m - k + 1 parts of A to others. A part that is
 * joined has, in every ring of cells round it that lies short of the next part, at least one cell inside; so the cut is at least the
 * smallest least cut with one cell of the ring added, for the worst ring: F(part). Hence, with F sorted, a plan of k compounds costs at
 * least k gates with their guards and max(least, F of rank m - k + 1) of fence; the bound is the least of these over all k that the
 * households allow. Gates beyond one a compound, which detours and fire lanes ask for, are not in the bound. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { MOST_CELLS = 3000, MOST_PARTS = 40 };

struct rings {
    struct wg_ctx *ctx;
    const struct enc_ground *g;
    const struct enc_flow *base;
    struct enc_limits *limits;
    bool may_open;
    uint8_t *inside;
    int32_t *part, *depth, *queue;
    int64_t *rise; /* of each cell: least cut with it added, less the least; -1: not known */
};

static int64_t rise_of(struct rings *r, int32_t cell)
{
    if (r->rise[cell] >= 0) return r->rise[cell];
    struct enc_flow *f = enc_flow_copy(r->base, 0);
    r->rise[cell] = enc_flow_push(f, &(uint32_t){(uint32_t)cell}, 1, r->g->n);
    enc_flow_free(f);
    return r->rise[cell];
}

/* F of a part, less the least cut: the worst ring's cheapest cell. */
static int64_t worst_ring(struct rings *r, int32_t number)
{
    const struct enc_ground *g = r->g;
    size_t n = 0;
    int64_t worst = 0, cheapest = INT64_MAX;
    int32_t ring = 0;
    for (size_t c = 0; c < g->n; c++) {
        r->depth[c] = r->part[c] == number ? 0 : -1;
        if (r->depth[c] == 0) r->queue[n++] = (int32_t)c;
    }
    for (size_t head = 0; head < n; head++) {
        int32_t c = r->queue[head];
        if (r->depth[c] > ring) { /* the ring before is whole, and no other part was met up to here */
            if (ring > 0 && cheapest > worst) worst = cheapest;
            ring = r->depth[c];
            cheapest = INT64_MAX;
            if (enc_out_of_time(r->limits)) return worst;
        }
        if (ring > 0 && cheapest > worst) cheapest = cheapest < rise_of(r, c) ? cheapest : rise_of(r, c);
        for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++) {
            const struct enc_edge *e = &g->edges[g->items[k]];
            int32_t d = e->a == c ? e->b : e->a;
            if (d < 0 || r->depth[d] >= 0 || (e->wall && !r->may_open)) continue;
            if (r->part[d] > 0 && r->part[d] != number) return worst; /* this ring is no fence against the next part */
            r->depth[d] = r->depth[c] + 1;
            r->queue[n++] = d;
        }
    }
    return INT64_MAX; /* no other part can be reached at all */
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* F of every part of the least cut, ascending, less the least cut; returns m, or 1 when it would take too long. */
static size_t joining_costs(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits, int64_t **ret)
{
    const struct enclose_config *c = g->space->map->config;
    int64_t cm;
    struct enc_flow *base = enc_ground_flow(g, true, &cm);
    struct rings r = {.ctx = ctx, .g = g, .base = base, .limits = limits, .may_open = c->may_open};
    uint8_t *none = wg_alloc_n(ctx->arena, g->n + 1, 1), *open = wg_alloc_n(ctx->arena, g->n_edges + 1, 1);
    r.inside = wg_alloc_n(ctx->arena, g->n + 1, 1);
    r.part = wg_alloc_n(ctx->arena, g->n + 1, sizeof *r.part), r.depth = wg_alloc_n(ctx->arena, g->n + 1, sizeof *r.depth);
    r.queue = wg_alloc_n(ctx->arena, g->n + 1, sizeof *r.queue), r.rise = wg_alloc_n(ctx->arena, g->n + 1, sizeof *r.rise);
    memset(open, c->may_open ? 1 : 0, g->n_edges);
    (void)enc_ground_cut(g, base, cm, none, r.inside);
    size_t m = enc_ground_parts(ctx, g, r.inside, open, r.part);
    for (size_t i = 0; i < g->n; i++) r.rise[i] = -1;
    if (m > 1 && m <= MOST_PARTS) {
        int64_t *cost = wg_alloc_n(ctx->arena, m, sizeof *cost);
        for (size_t p = 0; p < m; p++) cost[p] = worst_ring(&r, (int32_t)p + 1);
        qsort(cost, m, sizeof *cost, by_value);
        *ret = cost;
    }
    enc_flow_free(base);
    return m <= MOST_PARTS ? m : 1;
}

int enc_ground_bound(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer)
{
    const struct enclose_config *c = g->space->map->config;
    double gate = enc_compound_yuan(c), least = (double)answer->least_cm / 100 * c->fence_yuan, best = 1e300;
    int64_t total = 0, *join = NULL;
    for (size_t h = 0; h < g->n_homes; h++) total += g->households[h];
    size_t fewest = (size_t)((total + c->households_max - 1) / c->households_max), m = 1;
    if (fewest < 1) fewest = 1;
    for (size_t h = 0; h < g->n_homes; h++)
        if (g->key[h] >= 0) fewest = 1; /* a lock may hold more households together than the largest compound */
    if (answer->k > fewest || answer->cost > least + (double)fewest * gate + 1)
        if (g->n <= MOST_CELLS && !enc_out_of_time(limits)) m = joining_costs(ctx, g, limits, &join);
    for (size_t k = fewest; k <= (m > fewest ? m : fewest); k++) {
        double fence = least;
        if (k < m && join) {
            int64_t rank = join[m - k];      /* of m - k + 1 parts joined the dearest is at least this */
            if (rank == INT64_MAX) continue; /* that many cannot be joined */
            fence += (double)rank / 100 * c->fence_yuan;
        }
        best = fmin(best, (double)k * gate + fence);
    }
    answer->bound = fmin(answer->cost, best);
    answer->proven = answer->cost <= answer->bound + 1e-6;
    return 0;
}
