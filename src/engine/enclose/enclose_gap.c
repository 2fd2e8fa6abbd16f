/* How wide a way each edge of the mesh lets through: between two solid things its length; where an end is only a corner of a strip or a
 * crossing of gaps, what stands to both sides of its middle tells. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { MOST_NEAR = 64 };
static const double widest = 5; /* nothing needs to know of wider gaps */

/* A vertex that only free ground touches is no obstacle; an edge between two obstacles is a gap. */
static void mark_solid(struct wg_ctx *ctx, struct enc_space *sp)
{
    const struct enc_mesh *m = &sp->mesh;
    sp->solid = wg_alloc_n(ctx->arena, m->n_v + 1, 1);
    for (size_t t = 0; t < m->n_tri; t++)
        for (int i = 0; i < 3; i++) {
            if (sp->kind[t] == ENC_SOLID) sp->solid[m->tri[t][i]] = 1;
            if (sp->wall[t][i] >= 0) sp->solid[m->tri[t][(i + 1) % 3]] = sp->solid[m->tri[t][(i + 2) % 3]] = 1;
        }
}

/* The narrowest pair of things that stand on opposite sides of a point. */
static double squeeze(struct enc_near *near, const struct enc_segment *all, struct enc_xy at)
{
    struct enc_xy to[MOST_NEAR];
    double far[MOST_NEAR], best = 1e9;
    size_t n, k = 0;
    const uint32_t *list = enc_near_find(near, at, widest, &n); /* the point may be nearer to one side */
    for (size_t i = 0; i < n && k < MOST_NEAR; i++) {
        const struct enc_segment *s = &all[list[i]];
        double t;
        far[k] = enc_dist_segment(at, s->a, s->b, &t);
        to[k] = (struct enc_xy){s->a.x + t * (s->b.x - s->a.x) - at.x, s->a.y + t * (s->b.y - s->a.y) - at.y};
        k++;
    }
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < i; j++)
            if (to[i].x * to[j].x + to[i].y * to[j].y < -0.5 * far[i] * far[j]) best = fmin(best, far[i] + far[j]);
    return best;
}

static void measure(struct wg_ctx *ctx, struct enc_space *sp, const uint8_t *solid, const struct enc_segment *obstacles,
                    size_t n)
{
    const struct enc_mesh *m = &sp->mesh;
    for (size_t t = 0; t < m->n_tri; t++)
        for (int i = 0; i < 3; i++) sp->gap[t][i] = 1e9F;
    struct enc_near *near = enc_near(ctx, obstacles, n, 5);
    for (size_t t = 0; t < m->n_tri; t++)
        for (int i = 0; i < 3; i++) {
            int32_t u = m->adj[t][i], v = m->tri[t][(i + 1) % 3], w = m->tri[t][(i + 2) % 3];
            if (sp->kind[t] == ENC_SOLID || u < 0 || sp->kind[u] == ENC_SOLID || sp->wall[t][i] >= 0) continue;
            double len = enc_edge_length(m, t, i);
            if (len >= widest) continue;
            if (solid[v] && solid[w]) {
                sp->gap[t][i] = (float)len;
            } else if (u > (int32_t)t) {
                struct enc_xy a = enc_vertex(m, v), b = enc_vertex(m, w);
                double gap = squeeze(near, obstacles, (struct enc_xy){(a.x + b.x) / 2, (a.y + b.y) / 2});
                sp->gap[t][i] = (float)gap;
                for (int j = 0; j < 3; j++)
                    if (m->adj[u][j] == (int32_t)t) sp->gap[u][j] = (float)gap;
            }
        }
}

void enc_gaps_measure(struct wg_ctx *ctx, struct enc_space *sp, const struct enc_segment *obstacles, size_t n)
{
    mark_solid(ctx, sp);
    sp->gap = wg_alloc_n(ctx->arena, sp->mesh.n_tri + 1, sizeof *sp->gap);
    sp->obstacles = obstacles;
    sp->n_obstacles = n;
    measure(ctx, sp, sp->solid, obstacles, n);
}

void enc_gaps_with_fence(struct enc_draft *d)
{
    struct enc_space *sp = d->space;
    const struct enc_mesh *m = &sp->mesh;
    size_t n = sp->n_obstacles;
    struct enc_segment *all = wg_alloc_n(d->ctx->arena, n + d->n_runs + 1, sizeof *all);
    uint8_t *solid = d->solid = wg_alloc_n(d->ctx->arena, m->n_v + 1, 1);
    if (n) memcpy(all, sp->obstacles, n * sizeof *all);
    memcpy(solid, sp->solid, m->n_v);
    for (size_t i = 0; i < d->n_runs; i++) all[n + i] = (struct enc_segment){d->runs[i].a, d->runs[i].b, UINT32_MAX};
    for (size_t i = 0; i < d->n_edges; i++)
        for (int end = 1; end < 3; end++) solid[m->tri[d->edges[i].tri][(d->edges[i].corner + end) % 3]] = 1;
    measure(d->ctx, sp, solid, all, n + d->n_runs);
}

bool enc_edge_narrow(const struct enc_space *sp, size_t t, int corner)
{
    static const float walkable = 0.9F; /* a gap that a person passes */
    return sp->gap[t][corner] < walkable;
}

bool enc_edge_crack(const struct enc_space *sp, size_t t, int corner)
{
    const int32_t *v = sp->mesh.tri[t];
    if (sp->wall[t][corner] >= 0 || !sp->solid[v[(corner + 1) % 3]] || !sp->solid[v[(corner + 2) % 3]]) return false;
    return enc_edge_length(&sp->mesh, t, corner) * 100 <
           ENC_CRACK_CM - 2; /* the proof closes ten centimetres; the grid may lose two */
}
