/* Ways on foot and on wheels over the cells: from centre to centre of neighbouring triangles, Dijkstra's search. It errs to the
 * long side by some parts in a hundred; enclose_verify measures again on a raster. */
#include <stdlib.h>

#include "engine/enclose/enclose_internal.h"

struct enc_walk {
    struct enc_draft *draft;
    double *dist;
    int32_t *touched;
    size_t n_touched;
    struct enc_heap heap;
};

static void push(struct enc_walk *w, double d, int32_t tri)
{
    if (w->dist[tri] <= d) return;
    if (w->dist[tri] > 1e299) w->touched[w->n_touched++] = tri;
    w->dist[tri] = d;
    enc_heap_push(&w->heap, d, tri);
}

struct enc_walk *enc_walk(struct enc_draft *d)
{
    struct enc_walk *w = wg_alloc(d->ctx->arena, sizeof *w);
    size_t n = d->space->mesh.n_tri + 1;
    w->draft = d;
    wg_arena_cleanup(d->ctx->arena, enc_heap_free, &w->heap);
    w->dist = wg_alloc_n(d->ctx->arena, n, sizeof *w->dist);
    w->touched = wg_alloc_n(d->ctx->arena, n, sizeof *w->touched);
    for (size_t i = 0; i < n; i++) w->dist[i] = 1e300;
    return w;
}

static bool may_pass(const struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, int32_t t, int corner,
                     int32_t u)
{
    const struct enc_draft *d = w->draft;
    const struct enc_space *sp = d->space;
    if (sp->kind[u] == ENC_SOLID) return false;
    if (where == ENC_WALK_INSIDE && d->label[u] != label) return false;
    if (where == ENC_WALK_OUTSIDE && d->label[u] != 0) return false;
    if (sp->wall[t][corner] >= 0 && !(where == ENC_WALK_INSIDE && (d->open[t] >> corner & 1))) return false;
    if (sp->wall[t][corner] >= 0) return enc_edge_length(&sp->mesh, (size_t)t, corner) >= width; /* as wide as it is opened */
    return sp->gap[t][corner] >= width;
}

void enc_walk_from(struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, const int32_t *starts, size_t n)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    for (size_t i = 0; i < w->n_touched; i++) w->dist[w->touched[i]] = 1e300;
    w->n_touched = w->heap.n = 0;
    for (size_t i = 0; i < n; i++) push(w, 0, starts[i]);
    while (w->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&w->heap);
        if (e.d > w->dist[e.cell]) continue;
        for (int i = 0; i < 3; i++) {
            int32_t u = m->adj[e.cell][i];
            if (u < 0 || !may_pass(w, where, label, width, e.cell, i, u)) continue;
            push(w, e.d + enc_dist(enc_centre(m, (size_t)e.cell), enc_centre(m, (size_t)u)), u);
        }
    }
}

double enc_walk_to(const struct enc_walk *w, int32_t tri)
{
    return w->dist[tri];
}

void enc_walk_mark(const struct enc_walk *w, uint8_t *cells)
{
    for (size_t i = 0; i < w->n_touched; i++) cells[w->touched[i]] = 1;
}

double enc_walk_near(struct enc_walk *w, int32_t start, const uint8_t *cells, double limit)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    for (size_t i = 0; i < w->n_touched; i++) w->dist[w->touched[i]] = 1e300;
    w->n_touched = w->heap.n = 0;
    push(w, 0, start);
    while (w->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&w->heap);
        if (e.d > w->dist[e.cell]) continue;
        if (e.d > limit) break;
        if (cells[e.cell]) return e.d;
        for (int i = 0; i < 3; i++) {
            int32_t u = m->adj[e.cell][i];
            if (u >= 0 && may_pass(w, ENC_WALK_TODAY, 0, 0, e.cell, i, u))
                push(w, e.d + enc_dist(enc_centre(m, (size_t)e.cell), enc_centre(m, (size_t)u)), u);
        }
    }
    return 1e300;
}
