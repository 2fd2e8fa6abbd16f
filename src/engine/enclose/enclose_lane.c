/* Shops, schools and clinics stay reachable: the ground between one of their walls and the street stays open. The way is the
 * shortest over free cells that no home's door opens on; where there is none, the plan says so and they are served through the
 * compound's gate. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct lanes {
    struct wg_ctx *ctx;
    struct enc_space *space;
    double *dist;
    int32_t *from;
    struct enc_heap heap;
    int32_t *touched;
    size_t n_touched;
};

static void reach(struct lanes *l, int32_t t, int32_t from, double d)
{
    if (l->dist[t] <= d) return;
    if (l->dist[t] > 1e299) l->touched[l->n_touched++] = t;
    l->dist[t] = d;
    l->from[t] = from;
    enc_heap_push(&l->heap, d, t);
}

/* Dijkstra from the cells along the house to the first cell of the street; turns the way outside. */
static bool open_lane(struct lanes *l, const int32_t *start, size_t n)
{
    struct enc_space *sp = l->space;
    const struct enc_mesh *m = &sp->mesh;
    bool found = false;
    l->heap.n = l->n_touched = 0;
    for (size_t i = 0; i < n; i++)
        if (sp->apron[start[i]] < 0 && sp->apron2[start[i]] < 0) reach(l, start[i], -1, 0);
    while (l->heap.n && !found) {
        struct enc_heap_entry e = enc_heap_pop(&l->heap);
        if (e.d > l->dist[e.cell]) continue;
        if (sp->kind[e.cell] == ENC_OUTSIDE) {
            for (int32_t t = e.cell; t >= 0; t = l->from[t])
                if (sp->kind[t] == ENC_FREE) sp->kind[t] = ENC_OUTSIDE, sp->lane[t] = 1;
            found = true;
        }
        for (int i = 0; i < 3 && !found; i++) {
            int32_t u = m->adj[e.cell][i];
            if (u < 0 || sp->kind[u] == ENC_SOLID || sp->wall[e.cell][i] >= 0 || sp->apron[u] >= 0 || sp->apron2[u] >= 0)
                continue;
            double squeeze = enc_edge_length(m, (size_t)e.cell, i) < 1 ? 50 : 0; /* rather not through a crack */
            reach(l, u, e.cell, e.d + squeeze + enc_dist(enc_centre(m, (size_t)e.cell), enc_centre(m, (size_t)u)));
        }
    }
    for (size_t i = 0; i < l->n_touched; i++) l->dist[l->touched[i]] = 1e300;
    return found;
}

int enc_lanes_open(struct wg_ctx *ctx, struct enc_space *space)
{
    const struct enclose_map *map = space->map;
    const struct enc_mesh *m = &space->mesh;
    struct lanes l = {.ctx = ctx, .space = space};
    l.dist = wg_alloc_n(ctx->arena, m->n_tri + 1, sizeof *l.dist);
    l.from = wg_alloc_n(ctx->arena, m->n_tri + 1, sizeof *l.from);
    l.touched = wg_alloc_n(ctx->arena, m->n_tri + 1, sizeof *l.touched);
    for (size_t t = 0; t < m->n_tri; t++) l.dist[t] = 1e300;
    /* the free cells along each house, gathered by house */
    uint32_t *first = wg_alloc_n(ctx->arena, map->n_buildings + 2, sizeof *first);
    for (int pass = 0; pass < 2; pass++) {
        int32_t *cells = pass ? wg_alloc_n(ctx->arena, (size_t)first[map->n_buildings] + 1, sizeof *cells) : NULL;
        for (size_t t = 0; t < m->n_tri; t++)
            for (int i = 0; space->kind[t] != ENC_SOLID && i < 3; i++) {
                int32_t u = m->adj[t][i], h = u < 0 ? -1 : space->building[u];
                if (h < 0 || (map->buildings[h].use != ENC_REACHABLE && !map->buildings[h].has_shop)) continue;
                if (pass)
                    cells[first[h]++] = (int32_t)t;
                else
                    first[h + 1]++;
            }
        if (!pass) {
            for (size_t h = 0; h < map->n_buildings; h++) first[h + 1] += first[h];
            continue;
        }
        for (size_t h = map->n_buildings; h > 0; h--) first[h] = first[h - 1];
        first[0] = 0;
        for (size_t h = 0; h < map->n_buildings; h++) {
            const struct enc_building *bd = &map->buildings[h];
            if (bd->use != ENC_REACHABLE && !bd->has_shop) continue;
            if (!open_lane(&l, &cells[first[h]], first[h + 1] - first[h]))
                enc_space_note(ctx, space, bd->id, "没有不经过住户门前的路通街道，由大门进出",
                               "no way to the street avoids homes' doors; reached through the compound's gate");
        }
    }
    enc_heap_free(&l.heap);
    return 0;
}
