/* Strips of ground that join parts: shortest paths whose weights are what each cell adds to the fence. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_group_internal.h"

/* ---- paths ---- */

/* No strip goes through here: too narrow, or a wall that may not come down or would leave too small a hole. */
static bool shut(const struct enc_group *s, const struct enc_edge *edge)
{
    enum { LEAST_CM = 150 };
    return edge->narrow || edge->thin || (edge->wall && !(s->may_open && edge->real_cm >= LEAST_CM));
}

void enc_strip_spread(struct enc_group *s)
{
    const struct enc_ground *g = s->g;
    const struct enclose_config *c = g->space->map->config;
    double open_cm = c->open_yuan / c->fence_yuan * 100;
    s->heap.n = 0;
    for (size_t i = 0; i < g->n; i++) {
        s->dist[i] = s->part[i] > 0 ? 0 : 1e300;
        s->origin[i] = s->part[i];
        s->from_edge[i] = -1;
        if (s->part[i] > 0) enc_heap_push(&s->heap, 0, (int32_t)i);
    }
    while (s->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&s->heap);
        if (e.d > s->dist[e.cell]) continue;
        for (uint32_t k = g->first[e.cell]; k < g->first[e.cell + 1]; k++) {
            const struct enc_edge *edge = &g->edges[g->items[k]];
            int32_t d = g->across[k];
            if (d < 0 || s->part[d] > 0 || shut(s, edge)) continue;
            double step = s->perimeter[d] - 2 * (double)edge->cm + (edge->wall ? open_cm : 0);
            double next = e.d + fmax(step, 0) + 1;
            if (next >= s->dist[d] || next > s->reach_cm) continue;
            s->dist[d] = next;
            s->origin[d] = s->origin[e.cell];
            s->from_edge[d] = (int32_t)g->items[k];
            enc_heap_push(&s->heap, next, d);
        }
    }
}

/* ---- bridges ---- */

/* What each part holds; keys: the locked membership in it, or -1. Index 0 is unused. */
static void weigh_parts(const struct enc_group *s, int64_t *households, int32_t *keys)
{
    const struct enc_ground *g = s->g;
    bool *seen = wg_alloc_n(s->ctx->arena, g->n_homes + 1, sizeof *seen);
    for (size_t p = 0; p <= s->parts; p++) households[p] = 0, keys[p] = -1;
    for (size_t c = 0; c < g->n; c++) {
        int32_t h = g->home[c];
        if (h < 0 || s->part[c] <= 0 || seen[h]) continue;
        seen[h] = true;
        households[s->part[c]] += g->households[h];
        if (g->key[h] >= 0) keys[s->part[c]] = g->key[h];
    }
}

static bool allowed(const struct enc_group *s, const int64_t *households, const int32_t *keys, int32_t a, int32_t b)
{
    if (a == b) return false;
    if (keys[a] >= 0 && keys[b] >= 0 && keys[a] != keys[b]) return false;
    bool same_key = keys[a] >= 0 && keys[a] == keys[b];
    return same_key || s->any_size || households[a] + households[b] <= s->g->space->map->config->households_max;
}

static int by_pair(const void *a, const void *b)
{
    const struct enc_bridge *x = a, *y = b;
    if (x->p != y->p) return x->p < y->p ? -1 : 1;
    if (x->q != y->q) return x->q < y->q ? -1 : 1;
    if (x->estimate < y->estimate || x->estimate > y->estimate) return x->estimate < y->estimate ? -1 : 1;
    return (x->edge > y->edge) - (x->edge < y->edge);
}

static int by_estimate(const void *a, const void *b)
{
    const struct enc_bridge *x = a, *y = b;
    if (x->estimate < y->estimate || x->estimate > y->estimate) return x->estimate < y->estimate ? -1 : 1;
    return by_pair(a, b);
}

size_t enc_strip_bridges(struct enc_group *s, const uint8_t *barred, struct enc_bridge **ret_bridges)
{
    const struct enc_ground *g = s->g;
    const struct enclose_config *c = g->space->map->config;
    double open_cm = c->open_yuan / c->fence_yuan * 100;
    int64_t *households = wg_alloc_n(s->ctx->arena, s->parts + 2, sizeof *households);
    int32_t *keys = wg_alloc_n(s->ctx->arena, s->parts + 2, sizeof *keys);
    struct enc_bridge *all = NULL;
    size_t n = 0, cap = 0, kept = 0;
    weigh_parts(s, households, keys);
    enc_strip_spread(s);
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        if (edge->b < 0 || shut(s, edge) || (barred && barred[e])) continue;
        int32_t p = s->origin[edge->a], q = s->origin[edge->b];
        if (p <= 0 || q <= 0 || !allowed(s, households, keys, p, q)) continue;
        double d = s->dist[edge->a] + s->dist[edge->b] - 2 * (double)edge->cm + (edge->wall ? open_cm : 0);
        if (keys[p] >= 0 && keys[p] == keys[q]) d -= 1e12; /* a locked membership comes first */
        if (households[p] < c->households_min || households[q] < c->households_min) d -= 1e9;
        all = wg_grow(s->ctx->arena, all, &cap, n + 1, sizeof *all);
        all[n++] = (struct enc_bridge){p < q ? p : q, p < q ? q : p, (uint32_t)e, d};
    }
    if (n) qsort(all, n, sizeof *all, by_pair);
    for (size_t i = 0; i < n; i++)
        if (!i || all[i].p != all[i - 1].p || all[i].q != all[i - 1].q) all[kept++] = all[i];
    if (kept) qsort(all, kept, sizeof *all, by_estimate);
    *ret_bridges = all;
    return kept;
}

/* ---- strips ---- */

static int32_t across(const struct enc_ground *g, uint32_t e, int32_t cell)
{
    return g->edges[e].a == cell ? g->edges[e].b : g->edges[e].a;
}

static size_t steps_back(const struct enc_group *s, int32_t cell)
{
    size_t n = 1;
    for (; s->from_edge[cell] >= 0; n++) cell = across(s->g, (uint32_t)s->from_edge[cell], cell);
    return n;
}

static void walk_back(const struct enc_group *s, int32_t cell, struct enc_strip *strip)
{
    const struct enc_ground *g = s->g;
    while (s->from_edge[cell] >= 0) {
        uint32_t e = (uint32_t)s->from_edge[cell];
        strip->cells[strip->n_cells++] = cell;
        if (g->edges[e].wall) strip->walls[strip->n_walls++] = e;
        cell = across(g, e, cell);
    }
    strip->cells[strip->n_cells++] = cell; /* the part's own cell stays inside, so that the strip always ends on it */
}

static struct enc_strip new_strip(struct enc_group *s, size_t n)
{
    return (struct enc_strip){wg_alloc_n(s->ctx->arena, n, sizeof(int32_t)), wg_alloc_n(s->ctx->arena, n, sizeof(uint32_t)), 0,
                              0};
}

struct enc_strip enc_strip_lay(struct enc_group *s, uint32_t edge)
{
    const struct enc_edge *e = &s->g->edges[edge];
    struct enc_strip strip = new_strip(s, steps_back(s, e->a) + steps_back(s, e->b) + 1);
    walk_back(s, e->a, &strip);
    walk_back(s, e->b, &strip);
    if (e->wall) strip.walls[strip.n_walls++] = edge;
    return strip;
}

void enc_strip_add(struct enc_group *s, struct enc_strip strip)
{
    s->strips = wg_grow(s->ctx->arena, s->strips, &s->cap_strips, s->n_strips + 1, sizeof *s->strips);
    s->strips[s->n_strips++] = strip;
}
