/* Aprons as cells: of each home's ground before the doors one whole piece stays (with mapped doors: each piece that holds one);
 * slivers behind cracks and walls, which the strip before a facade picks up from its neighbours, are let go. */
#include <string.h>

#include "engine/enclose/enclose_internal.h"

static double area_of(const struct enc_mesh *m, size_t t)
{
    struct enc_xy a = enc_vertex(m, m->tri[t][0]), b = enc_vertex(m, m->tri[t][1]), c = enc_vertex(m, m->tri[t][2]);
    return ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)) / 2;
}

static bool holds(const struct enc_mesh *m, size_t t, struct enc_xy p)
{
    for (int i = 0; i < 3; i++) {
        struct enc_xy a = enc_vertex(m, m->tri[t][i]), b = enc_vertex(m, m->tri[t][(i + 1) % 3]);
        if ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) < -0.02 * enc_dist(a, b)) return false;
    }
    return true;
}

struct piece {
    int32_t home;
    double area;
    bool kept;
};

/* `pieces` has room for one a triangle before a home. */
static size_t find_pieces(struct wg_ctx *ctx, const struct enc_space *sp, const int32_t *apron, int32_t *piece,
                          struct piece *pieces)
{
    const struct enc_mesh *m = &sp->mesh;
    int32_t *stack = wg_alloc_n(ctx->arena, m->n_tri + 1, sizeof *stack);
    size_t n = 0;
    memset(piece, 0xFF, m->n_tri * sizeof *piece);
    for (size_t first = 0; first < m->n_tri; first++) {
        int32_t home = apron[first];
        if (home < 0 || piece[first] >= 0) continue;
        size_t depth = 0;
        pieces[n] = (struct piece){home, 0, false};
        stack[depth++] = (int32_t)first;
        piece[first] = (int32_t)n;
        while (depth) {
            int32_t t = stack[--depth];
            pieces[n].area += area_of(m, (size_t)t);
            for (int i = 0; i < 3; i++) {
                int32_t u = m->adj[t][i];
                if (u < 0 || apron[u] != home || piece[u] >= 0 || sp->wall[t][i] >= 0 || enc_edge_narrow(sp, (size_t)t, i))
                    continue;
                piece[u] = (int32_t)n;
                stack[depth++] = u;
            }
        }
        n++;
    }
    return n;
}

/* The triangles before each home, for finding the one a door stands on: those of home b are tris[first[b] .. first[b + 1]). */
struct before_homes {
    uint32_t *first, *tris;
};

static struct before_homes list_by_home(struct wg_ctx *ctx, const struct enc_space *sp, const int32_t *apron)
{
    size_t nb = sp->map->n_buildings, n_tri = sp->mesh.n_tri;
    struct before_homes list = {wg_alloc_n(ctx->arena, nb + 2, sizeof *list.first),
                                wg_alloc_n(ctx->arena, n_tri + 1, sizeof *list.tris)};
    for (size_t t = 0; t < n_tri; t++)
        if (apron[t] >= 0) list.first[apron[t] + 1]++;
    for (size_t b = 0; b < nb; b++) list.first[b + 1] += list.first[b];
    for (size_t t = 0; t < n_tri; t++)
        if (apron[t] >= 0) list.tris[list.first[apron[t]]++] = (uint32_t)t;
    for (size_t b = nb; b > 0; b--) list.first[b] = list.first[b - 1];
    list.first[0] = 0;
    return list;
}

static void keep_doors(struct enc_space *sp, const struct before_homes *list, uint8_t side, const int32_t *piece,
                       const struct piece *pieces)
{
    const struct enc_mesh *m = &sp->mesh;
    const uint32_t *first = list->first, *tris = list->tris;
    size_t kept = 0;
    for (size_t d = 0; d < sp->n_doors; d++) {
        const struct enc_door *door = &sp->doors[d];
        int32_t on = -1;
        if (door->side != side) {
            sp->doors[kept++] = *door;
            continue;
        }
        for (uint32_t k = first[door->building]; k < first[door->building + 1] && on < 0; k++)
            if (pieces[piece[tris[k]]].kept && holds(m, tris[k], door->at)) on = (int32_t)tris[k];
        if (on < 0) continue;
        sp->doors[kept] = *door;
        sp->doors[kept++].tri = on;
    }
    sp->n_doors = kept;
}

static void keep_pieces(struct wg_ctx *ctx, const struct enc_space *sp, const struct before_homes *list, const int32_t *piece,
                        struct piece *pieces, size_t n)
{
    size_t nb = sp->map->n_buildings;
    int32_t *largest = wg_alloc_n(ctx->arena, nb + 1, sizeof *largest);
    memset(largest, 0xFF, nb * sizeof *largest);
    for (size_t p = 0; p < n; p++) {
        int32_t *best = &largest[pieces[p].home];
        if (*best < 0 || pieces[p].area > pieces[*best].area) *best = (int32_t)p;
    }
    for (size_t b = 0; b < nb; b++)
        if (largest[b] >= 0) pieces[largest[b]].kept = true;
    for (size_t d = 0; d < sp->n_doors; d++) {
        const struct enc_door *door = &sp->doors[d];
        for (uint32_t k = list->first[door->building]; !door->estimated && k < list->first[door->building + 1]; k++) {
            uint32_t t = list->tris[k];
            if (pieces[piece[t]].area > 0.5 && holds(&sp->mesh, t, door->at)) pieces[piece[t]].kept = true;
        }
    }
}

/* A home left without a door on its ground gets one in the middle of its largest cell. */
static void replace_doors(struct wg_ctx *ctx, struct enc_space *sp)
{
    size_t nb = sp->map->n_buildings;
    bool *has = wg_alloc_n(ctx->arena, nb + 1, sizeof *has);
    double *most = wg_alloc_n(ctx->arena, nb + 1, sizeof *most);
    int32_t *cell = wg_alloc_n(ctx->arena, nb + 1, sizeof *cell);
    for (size_t d = 0; d < sp->n_doors; d++) has[sp->doors[d].building] = has[sp->doors[d].building] || sp->doors[d].side == 0;
    for (size_t t = 0; t < sp->mesh.n_tri; t++) {
        int32_t h = sp->apron[t];
        double area = h < 0 || has[h] ? 0 : area_of(&sp->mesh, t);
        if (area > 0 && area > most[h]) most[h] = area, cell[h] = (int32_t)t;
    }
    for (size_t h = 0; h < nb; h++) {
        if (most[h] <= 0) continue;
        sp->doors = wg_grow(ctx->arena, sp->doors, &sp->cap_doors, sp->n_doors + 1, sizeof *sp->doors);
        sp->doors[sp->n_doors++] = (struct enc_door){(uint32_t)h, enc_centre(&sp->mesh, (size_t)cell[h]), true, 0, cell[h]};
    }
}

static void settle(struct wg_ctx *ctx, struct enc_space *sp, int32_t *apron, uint8_t side)
{
    struct before_homes list = list_by_home(ctx, sp, apron);
    int32_t *piece = wg_alloc_n(ctx->arena, sp->mesh.n_tri + 1, sizeof *piece);
    struct piece *pieces = wg_alloc_n(ctx->arena, list.first[sp->map->n_buildings] + 1, sizeof *pieces);
    size_t n = find_pieces(ctx, sp, apron, piece, pieces);
    keep_pieces(ctx, sp, &list, piece, pieces, n);
    keep_doors(sp, &list, side, piece, pieces);
    for (size_t t = 0; t < sp->mesh.n_tri; t++)
        if (piece[t] >= 0 && !pieces[piece[t]].kept) apron[t] = -1;
}

/* The other side only counts while a door of it is left. */
static void drop_sides_without_doors(struct wg_ctx *ctx, struct enc_space *sp)
{
    bool *has = wg_alloc_n(ctx->arena, sp->map->n_buildings + 1, sizeof *has);
    for (size_t d = 0; d < sp->n_doors; d++)
        if (sp->doors[d].side == 1) has[sp->doors[d].building] = true;
    for (size_t t = 0; t < sp->mesh.n_tri; t++)
        if (sp->apron2[t] >= 0 && !has[sp->apron2[t]]) sp->apron2[t] = -1;
}

void enc_aprons_settle(struct wg_ctx *ctx, struct enc_space *sp)
{
    settle(ctx, sp, sp->apron, 0);
    settle(ctx, sp, sp->apron2, 1);
    replace_doors(ctx, sp);
    drop_sides_without_doors(ctx, sp);
}
