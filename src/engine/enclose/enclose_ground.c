/* A patch of ground as a graph: cells, the edges between them, the homes on it, and the least cut round a set of cells. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { WALK_CM = 90, PINCH_CM = 30 }; /* a gap that a person passes; ground inside that is drawn together more is no way */

bool enc_out_of_time(struct enc_limits *limits)
{
    if (limits->cut_short) return true;
    if (limits->deadline && wg_monotonic() > limits->deadline) {
        limits->cut_short = true;
        limits->cut_in = limits->phase;
    }
    return limits->cut_short;
}

double enc_compound_yuan(const struct enclose_config *c)
{
    double guards = (double)c->days * c->shifts_day * c->shift_yuan;
    return guards + c->cabin_yuan + c->gate_large_yuan - c->fence_yuan * c->gate_large_m;
}

struct sorter {
    int32_t block, community, home;
};

static int by_patch(const void *a, const void *b)
{
    const struct sorter *x = a, *y = b;
    if (x->block != y->block) return x->block < y->block ? -1 : 1;
    if (x->community != y->community) return x->community < y->community ? -1 : 1;
    return (x->home > y->home) - (x->home < y->home);
}

struct maker {
    struct wg_ctx *ctx;
    const struct enc_space *space;
    int32_t *cell; /* of each triangle, in the ground being made; -1 */
    const int32_t *keys;
    uint32_t *vertex; /* of each mesh vertex: its number in the ground being made, plus 1 */
    uint16_t *degree; /* of each mesh vertex */
};

static void index_edges(struct wg_ctx *ctx, struct enc_ground *g)
{
    g->first = wg_alloc_n(ctx->arena, g->n + 2, sizeof *g->first);
    g->items = wg_alloc_n(ctx->arena, 2 * g->n_edges + 1, sizeof *g->items);
    for (size_t e = 0; e < g->n_edges; e++) {
        g->first[g->edges[e].a + 1]++;
        if (g->edges[e].b >= 0) g->first[g->edges[e].b + 1]++;
    }
    for (size_t c = 0; c < g->n; c++) g->first[c + 1] += g->first[c];
    for (size_t e = 0; e < g->n_edges; e++) {
        g->items[g->first[g->edges[e].a]++] = (uint32_t)e;
        if (g->edges[e].b >= 0) g->items[g->first[g->edges[e].b]++] = (uint32_t)e;
    }
    for (size_t c = g->n; c > 0; c--) g->first[c] = g->first[c - 1];
    g->first[0] = 0;
    g->across = wg_alloc_n(ctx->arena, 2 * g->n_edges + 1, sizeof *g->across);
    g->odd = wg_alloc_n(ctx->arena, 2 * g->n_edges + 1, 1);
    g->tight = wg_alloc_n(ctx->arena, g->n + 1, 1);
    for (size_t c = 0; c < g->n; c++) {
        for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++) {
            const struct enc_edge *e = &g->edges[g->items[k]];
            g->across[k] = e->a == (int32_t)c ? e->b : e->a;
            g->odd[k] = e->narrow ? ENC_SHUT : e->wall || e->real_cm < PINCH_CM ? ENC_ODD : ENC_PLAIN;
        }
        for (int i = 0; i < 3; i++)
            g->tight[c] = g->tight[c] || (g->degree[g->corner[c][i]] == UINT16_MAX &&
                                          enc_height(&g->space->mesh, (size_t)g->tri[c], i) * 100 < PINCH_CM);
    }
}

/* Corners numbered within the ground, with how many triangles lie round each. */
static void make_corners(struct maker *k, struct enc_ground *g)
{
    const struct enc_space *sp = k->space;
    g->corner = wg_alloc_n(k->ctx->arena, g->n + 1, sizeof *g->corner);
    g->degree = wg_alloc_n(k->ctx->arena, 3 * g->n + 1, sizeof *g->degree);
    for (size_t c = 0; c < g->n; c++)
        for (int i = 0; i < 3; i++) {
            int32_t v = sp->mesh.tri[g->tri[c]][i];
            if (!k->vertex[v]) {
                g->degree[g->n_corners] = sp->solid[v] ? UINT16_MAX : k->degree[v];
                k->vertex[v] = (uint32_t)++g->n_corners;
            }
            g->corner[c][i] = k->vertex[v] - 1;
        }
    for (size_t c = 0; c < g->n; c++)
        for (int i = 0; i < 3; i++) k->vertex[sp->mesh.tri[g->tri[c]][i]] = 0;
}

static void make_edges(struct maker *k, struct enc_ground *g)
{
    const struct enc_space *sp = k->space;
    const struct enc_mesh *m = &sp->mesh;
    struct enc_edge *edges = wg_xcalloc(3 * g->n + 1, sizeof *edges); /* about half are there */
    for (size_t c = 0; c < g->n; c++) {
        int32_t t = g->tri[c];
        for (int i = 0; i < 3; i++) {
            int32_t u = m->adj[t][i], b = u < 0 ? -1 : k->cell[u];
            if (u >= 0 && sp->kind[u] == ENC_SOLID) continue;
            if (b >= 0 && b < (int32_t)c) continue;
            struct enc_edge e = {
                .a = (int32_t)c, .b = b, .other = u, .tri = t, .corner = (uint8_t)i, .wall = sp->wall[t][i] >= 0};
            e.ends[0] = g->corner[c][(i + 1) % 3], e.ends[1] = g->corner[c][(i + 2) % 3];
            double len = enc_edge_length(m, (size_t)t, i);
            e.real_cm = llround(len * 100);
            e.cm = e.wall || enc_edge_crack(sp, (size_t)t, i) ? 0 : e.real_cm;
            e.narrow = enc_edge_narrow(sp, (size_t)t, i);
            bool solid = g->degree[e.ends[0]] == UINT16_MAX || g->degree[e.ends[1]] == UINT16_MAX;
            e.thin = !e.wall && e.real_cm < WALK_CM && solid;
            edges[g->n_edges++] = e;
        }
    }
    g->edges = wg_alloc_n(k->ctx->arena, g->n_edges + 1, sizeof *g->edges);
    memcpy(g->edges, edges, g->n_edges * sizeof *edges);
    free(edges);
    index_edges(k->ctx, g);
}

static int32_t home_index(int32_t building, const struct sorter *homes, size_t n)
{
    struct sorter key = {homes[0].block, homes[0].community, building};
    const struct sorter *hit = building < 0 ? NULL : bsearch(&key, homes, n, sizeof key, by_patch);
    return hit ? (int32_t)(hit - homes) : -1;
}

static void make_homes(struct maker *k, struct enc_ground *g, const struct sorter *homes, size_t n)
{
    const struct enc_space *sp = k->space;
    struct wg_arena *arena = k->ctx->arena;
    g->homes = wg_alloc_n(arena, n, sizeof *g->homes), g->place = wg_alloc_n(arena, n, sizeof *g->place);
    g->households = wg_alloc_n(arena, n, sizeof *g->households), g->key = wg_alloc_n(arena, n, sizeof *g->key);
    g->home = wg_alloc_n(arena, g->n, sizeof *g->home);
    double *weight = wg_alloc_n(arena, n, sizeof *weight);
    for (size_t h = 0; h < n; h++) {
        g->homes[h] = (uint32_t)homes[h].home;
        g->households[h] = sp->map->buildings[homes[h].home].households;
        g->key[h] = k->keys ? k->keys[homes[h].home] : -1;
    }
    g->n_homes = n;
    g->home2 = wg_alloc_n(arena, g->n, sizeof *g->home2);
    for (size_t c = 0; c < g->n; c++) {
        g->home[c] = home_index(sp->apron[g->tri[c]], homes, n);
        g->home2[c] = home_index(sp->apron2[g->tri[c]], homes, n);
        if (g->home[c] < 0) continue;
        struct enc_xy at = enc_centre(&sp->mesh, (size_t)g->tri[c]);
        int32_t h = g->home[c];
        g->place[h].x += at.x, g->place[h].y += at.y, weight[h] += 1;
    }
    for (size_t h = 0; h < n; h++)
        if (weight[h] > 0) g->place[h].x /= weight[h], g->place[h].y /= weight[h];
}

/* Cells in the order of a flood: neighbours lie near each other in memory, which searches over large patches feel. */
static void order_cells(struct maker *k, struct enc_ground *g)
{
    const struct enc_mesh *m = &k->space->mesh;
    int32_t *order = wg_xcalloc(g->n + 1, sizeof *order);
    size_t n = 0;
    for (size_t from = 0; from < g->n; from++) {
        if (k->cell[g->tri[from]] < 0) continue;
        size_t at = n;
        order[n++] = g->tri[from];
        k->cell[g->tri[from]] = -1;
        for (; at < n; at++)
            for (int i = 0; i < 3; i++) {
                int32_t u = m->adj[order[at]][i];
                if (u < 0 || k->cell[u] < 0) continue;
                order[n++] = u;
                k->cell[u] = -1;
            }
    }
    memcpy(g->tri, order, g->n * sizeof *order);
    for (size_t c = 0; c < g->n; c++) k->cell[g->tri[c]] = (int32_t)c;
    free(order);
}

int enc_grounds(struct wg_ctx *ctx, struct enc_space *sp, const int32_t *keys, struct enc_limits *limits,
                struct enc_ground **ret_grounds, size_t *ret_n)
{
    const struct enclose_map *map = sp->map;
    const struct enc_mesh *m = &sp->mesh;
    struct maker k = {.ctx = ctx, .space = sp, .keys = keys};
    struct sorter *homes = wg_alloc_n(ctx->arena, map->n_buildings + 1, sizeof *homes);
    int32_t *community = wg_alloc_n(ctx->arena, map->n_buildings + 1, sizeof *community);
    for (size_t i = 0; i < map->n_buildings; i++) community[i] = -2;
    for (size_t t = 0; t < m->n_tri; t++)
        if (sp->kind[t] == ENC_FREE && sp->apron[t] >= 0 && community[sp->apron[t]] == -2)
            community[sp->apron[t]] = sp->community[t];
    size_t n = 0;
    for (size_t i = 0; i < map->n_buildings; i++)
        if (map->buildings[i].use == ENC_HOME && sp->home_block[i] >= 0 && community[i] != -2)
            homes[n++] = (struct sorter){sp->home_block[i], community[i], (int32_t)i};
    if (n) qsort(homes, n, sizeof *homes, by_patch);
    /* free triangles by block */
    uint32_t *first = wg_alloc_n(ctx->arena, sp->n_blocks + 2, sizeof *first),
             *tris = wg_alloc_n(ctx->arena, m->n_tri + 1, sizeof *tris);
    for (size_t t = 0; t < m->n_tri; t++)
        if (sp->kind[t] == ENC_FREE && sp->block[t] >= 0) first[sp->block[t] + 1]++;
    for (size_t b = 0; b < sp->n_blocks; b++) first[b + 1] += first[b];
    for (size_t t = 0; t < m->n_tri; t++)
        if (sp->kind[t] == ENC_FREE && sp->block[t] >= 0) tris[first[sp->block[t]]++] = (uint32_t)t;
    for (size_t b = sp->n_blocks; b > 0; b--) first[b] = first[b - 1];
    first[0] = 0;
    k.vertex = wg_alloc_n(ctx->arena, m->n_v + 1, sizeof *k.vertex);
    k.degree = wg_alloc_n(ctx->arena, m->n_v + 1, sizeof *k.degree);
    for (size_t t = 0; t < m->n_tri; t++)
        for (int i = 0; i < 3; i++)
            k.degree[m->tri[t][i]] = (uint16_t)(k.degree[m->tri[t][i]] + (k.degree[m->tri[t][i]] < UINT16_MAX - 1));
    k.cell = wg_alloc_n(ctx->arena, m->n_tri + 1, sizeof *k.cell);
    memset(k.cell, 0xFF, m->n_tri * sizeof *k.cell);
    struct enc_ground *grounds = wg_alloc_n(ctx->arena, n + 1, sizeof *grounds);
    size_t made = 0;
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && homes[j].block == homes[i].block && homes[j].community == homes[i].community) j++;
        struct enc_ground *g = &grounds[made++];
        g->space = sp;
        g->block = homes[i].block;
        g->community = homes[i].community;
        g->tri = wg_alloc_n(ctx->arena, first[g->block + 1] - first[g->block] + 1U, sizeof *g->tri);
        for (uint32_t x = first[g->block]; x < first[g->block + 1]; x++) {
            if (sp->community[tris[x]] != g->community) continue;
            k.cell[tris[x]] = (int32_t)g->n;
            g->tri[g->n++] = (int32_t)tris[x];
        }
        order_cells(&k, g);
        make_corners(&k, g);
        make_edges(&k, g);
        make_homes(&k, g, &homes[i], j - i);
        enc_sides_choose(ctx, g, limits);
        if (wg_progress_cancelled(limits->progress)) return wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
        wg_progress_report(limits->progress, ENC_DONE_SPACE + (ENC_DONE_SIDES - ENC_DONE_SPACE) * (double)j / (double)n);
        for (size_t c = 0; c < g->n; c++) k.cell[g->tri[c]] = -1;
        i = j;
    }
    *ret_grounds = grounds;
    *ret_n = made;
    return 0;
}

struct enc_flow *enc_ground_flow(const struct enc_ground *g, bool doubtful, int64_t *ret_cm)
{
    struct enc_flow *f = enc_flow_new(g->n + 1, g->n_edges);
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].cm > 0)
            enc_flow_edge(f, (size_t)g->edges[e].a, g->edges[e].b < 0 ? g->n : (size_t)g->edges[e].b, g->edges[e].cm);
    *ret_cm = 0;
    for (int32_t h = 0; h < (int32_t)g->n_homes; h++)
        if (doubtful || !enc_side_doubtful(g, h)) *ret_cm += enc_side_push(g, f, h, g->turned[h] ? 1 : 0);
    return f;
}

struct flooding {
    const struct enc_ground *g;
    const uint8_t *inside, *open;
    const uint16_t *around; /* of each corner: triangles round it that are inside */
    int32_t *part, *stack;
    uint32_t *entry; /* of each cell: the edge by which it was reached, plus 1; 0: the flood began here */
};

/* The cell's corner that the edge does not touch. */
static int corner_opposite(const struct enc_ground *g, int32_t cell, const struct enc_edge *e)
{
    int i = 0;
    while (i < 2 && (g->corner[cell][i] == e->ends[0] || g->corner[cell][i] == e->ends[1])) i++;
    return i;
}

/* Past a corner where something stands, by the edge of the ground inside, there is no way where the two are too near each other. */
static bool pinched(const struct flooding *f, int32_t cell, const struct enc_edge *in, const struct enc_edge *out)
{
    const struct enc_ground *g = f->g;
    int third = 3 - corner_opposite(g, cell, in) - corner_opposite(g, cell, out);
    if (third < 0 || third > 2 || g->degree[g->corner[cell][third]] != UINT16_MAX) return false;
    for (uint32_t k = g->first[cell]; k < g->first[cell + 1]; k++) {
        const struct enc_edge *e = &g->edges[g->items[k]];
        int32_t d = e->a == cell ? e->b : e->a;
        if (e != in && e != out && !e->wall && d >= 0 && f->inside[d]) return false; /* the edge opposite is open */
    }
    return enc_height(&g->space->mesh, (size_t)g->tri[cell], third) * 100 < PINCH_CM;
}

static bool may_flood(const struct flooding *f, int32_t c, uint32_t edge)
{
    const struct enc_edge *e = &f->g->edges[edge];
    if (e->wall && !(f->open && f->open[edge])) return false;
    if (!e->wall && e->real_cm < PINCH_CM && f->around[e->ends[0]] != f->g->degree[e->ends[0]] &&
        f->around[e->ends[1]] != f->g->degree[e->ends[1]])
        return false; /* the ground inside is pinched here */
    return !f->entry[c] || !pinched(f, c, &f->g->edges[f->entry[c] - 1], e);
}

/* Marks what hangs together with `from` as part `number`; true when a home lies in it. */
static bool flood(struct flooding *f, int32_t from, int32_t number, size_t *ret_n)
{
    const struct enc_ground *g = f->g;
    size_t n = 0;
    bool homes = false;
    f->stack[n++] = from;
    f->part[from] = number;
    f->entry[from] = 0;
    for (size_t head = 0; head < n; head++) {
        int32_t c = f->stack[head];
        homes = homes || g->home[c] >= 0;
        for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++) {
            uint32_t edge = g->items[k];
            int32_t d = g->across[k];
            if (d < 0 || !f->inside[d] || f->part[d] || g->odd[k] == ENC_SHUT) continue;
            if ((g->odd[k] || g->tight[c]) && !may_flood(f, c, edge)) continue;
            f->part[d] = number;
            f->entry[d] = edge + 1;
            if (c == from && !f->entry[c]) f->entry[c] = edge + 1; /* begun in a pinch: on one side of it */
            f->stack[n++] = d;
        }
    }
    *ret_n = n;
    return homes;
}

/* Ground without a home that only a crack joins to a part goes with it: no fence is needed in the crack. */
static void adopt_pockets(const struct enc_ground *g, const int32_t *pockets, size_t n, int32_t *part)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < n; i++)
            for (uint32_t k = g->first[pockets[i]]; part[pockets[i]] < 0 && k < g->first[pockets[i] + 1]; k++) {
                const struct enc_edge *e = &g->edges[g->items[k]];
                int32_t d = e->a == pockets[i] ? e->b : e->a;
                if (d < 0 || e->wall || part[d] <= 0 || e->cm == 0) continue;
                part[pockets[i]] = part[d];
                moved = true;
            }
    }
}

/* Parts renumbered: one that is not the largest piece of any home's ground is a scrap (-1); how many are left comes back. */
static size_t set_scraps_apart(struct wg_ctx *ctx, const struct enc_ground *g, size_t parts, int32_t *part)
{
    uint32_t *count = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *count),
             *most = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *most);
    int32_t *main_part = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *main_part),
            *name = wg_alloc_n(ctx->arena, parts + 1, sizeof *name);
    uint32_t *first = wg_alloc_n(ctx->arena, parts + 2, sizeof *first),
             *cells = wg_alloc_n(ctx->arena, g->n + 1, sizeof *cells);
    for (size_t c = 0; c < g->n; c++)
        if (part[c] > 0 && g->home[c] >= 0) first[part[c]]++;
    uint32_t at = 0;
    for (size_t p = 1; p <= parts + 1; p++) {
        uint32_t n = p <= parts ? first[p] : 0;
        first[p] = at;
        at += n;
    }
    for (size_t c = 0; c < g->n; c++)
        if (part[c] > 0 && g->home[c] >= 0) cells[first[part[c]]++] = (uint32_t)c;
    for (size_t p = 1, from = 0; p <= parts; p++) { /* first[p] is now the end of part p */
        for (size_t i = from; i < first[p]; i++) {
            int32_t h = g->home[cells[i]];
            if (++count[h] > most[h]) most[h] = count[h], main_part[h] = (int32_t)p;
        }
        for (size_t i = from; i < first[p]; i++) count[g->home[cells[i]]] = 0;
        from = first[p];
    }
    size_t kept = 0;
    for (size_t h = 0; h < g->n_homes; h++)
        if (main_part[h] > 0) name[main_part[h]] = 1;
    for (size_t p = 1; p <= parts; p++) name[p] = name[p] ? (int32_t)++kept : -1;
    for (size_t c = 0; c < g->n; c++)
        if (part[c] > 0) part[c] = name[part[c]];
    return kept;
}

size_t enc_ground_parts(struct wg_ctx *ctx, const struct enc_ground *g, uint8_t *inside, const uint8_t *open, int32_t *ret_part)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    int32_t *stack = wg_alloc_n(ctx->arena, g->n + 1, sizeof *stack),
            *pockets = wg_alloc_n(ctx->arena, g->n + 1, sizeof *pockets);
    uint32_t *entry = wg_alloc_n(ctx->arena, g->n + 1, sizeof *entry);
    size_t parts = 0, n_pockets = 0;
    uint16_t *around =
        wg_alloc_n(ctx->arena, g->n_corners + 1, sizeof *around); /* of each corner: triangles round it that are inside */
    for (size_t c = 0; c < g->n; c++)
        for (int i = 0; inside[c] && i < 3; i++) around[g->corner[c][i]]++;
    memset(ret_part, 0, g->n * sizeof *ret_part);
    struct flooding f = {g, inside, open, around, ret_part, stack, entry};
    for (size_t c = 0; c < g->n; c++) {
        size_t n = 0;
        if (!inside[c] || ret_part[c]) continue;
        if (flood(&f, (int32_t)c, (int32_t)parts + 1, &n)) {
            parts++;
            continue;
        }
        for (size_t i = 0; i < n; i++) ret_part[stack[i]] = -1;
    }
    parts = set_scraps_apart(ctx, g, parts, ret_part);
    n_pockets = 0;
    for (size_t c = 0; c < g->n; c++)
        if (ret_part[c] < 0) pockets[n_pockets++] = (int32_t)c;
    adopt_pockets(g, pockets, n_pockets, ret_part);
    for (size_t i = 0; i < n_pockets; i++)
        if (ret_part[pockets[i]] < 0) ret_part[pockets[i]] = 0, inside[pockets[i]] = 0;
    wg_arena_rewind(ctx->arena, mark);
    return parts;
}
