/* The plan at a leaf of the exact search: every home's side is given, and which parts of the least cut make one piece of ground. Pieces
 * that are to hang together are joined one after another by the strip that costs least on top of the cut as it stands - exactly what the
 * room of a greatest flow says, for a strip that touches nothing else on its way - and the cut is made anew with the strip inside. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_exact.h"

struct builder {
    struct wg_ctx *ctx;
    const struct enc_ground *g;
    const struct enc_gatherings *all;
    const struct enc_gathering *one;
    bool may_open;
    struct enc_flow *flow; /* the cut with the strips laid so far */
    uint8_t *inside, *open;
    int32_t *part, *group; /* of each cell; of each part: what it is to hang together with */
    size_t parts;
    int64_t *there, *back;
    double *dist;
    int32_t *from; /* of each cell: the edge it was reached by; -1 */
};

/* Whom the piece that the cell lies in is to hang together with. */
static int32_t group_of(const struct builder *b, size_t cell)
{
    if (!b->one) return 0;
    int32_t part = b->all->part[cell];
    for (size_t i = 0; i < b->all->n_reps; i++)
        if (b->all->reps[i] == part) return b->one->block[i];
    return ENC_TOUR_PARTS + part; /* not asked about: by itself */
}

static void cut(struct builder *b)
{
    const struct enc_ground *g = b->g;
    uint8_t *side = wg_xmalloc(g->n + 1);
    size_t pair = 0;
    enc_flow_largest(b->flow, g->n, side);
    memcpy(b->inside, side, g->n);
    free(side);
    b->parts = enc_ground_parts(b->ctx, g, b->inside, b->open, b->part);
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].cm > 0) enc_flow_room(b->flow, pair++, &b->there[e], &b->back[e]);
    for (size_t c = 0; c < g->n; c++)
        if (b->part[c] > 0 && g->home[c] >= 0) b->group[b->part[c]] = group_of(b, c);
}

/* Room from the cell over its edge, and to it. */
static int64_t room_from(const struct builder *b, uint32_t edge, int32_t cell)
{
    return b->g->edges[edge].a == cell ? b->there[edge] : b->back[edge];
}

static int64_t room_to(const struct builder *b, uint32_t edge, int32_t cell)
{
    return b->g->edges[edge].a == cell ? b->back[edge] : b->there[edge];
}

/* What the cut rises by when the cell is taken in after the one before, over `edge`. */
static double rise_of(const struct builder *b, int32_t cell, uint32_t edge)
{
    const struct enc_ground *g = b->g;
    double rise = 0;
    for (uint32_t k = g->first[cell]; k < g->first[cell + 1]; k++) {
        const struct enc_edge *e = &g->edges[g->items[k]];
        int32_t d = e->a == cell ? e->b : e->a;
        if (d < 0 || !b->inside[d]) rise += (double)room_from(b, g->items[k], cell);
    }
    int32_t before = g->edges[edge].a == cell ? g->edges[edge].b : g->edges[edge].a;
    if (!b->inside[before]) rise -= (double)(room_from(b, edge, cell) + room_to(b, edge, cell));
    return fmax(rise, 0);
}

static bool is_shut(const struct builder *b, const struct enc_edge *e)
{
    enum { LEAST_CM = 150 };
    return e->narrow || e->thin || (e->wall && !(b->may_open && e->real_cm >= LEAST_CM));
}

/* The cheapest way from part `of` to another of its group; the cell of that part it ends on, -1: none. */
static int32_t find_strip(struct builder *b, int32_t of)
{
    const struct enc_ground *g = b->g;
    const struct enclose_config *c = g->space->map->config;
    struct enc_heap heap = {0};
    int32_t end = -1;
    for (size_t i = 0; i < g->n; i++) {
        b->dist[i] = b->part[i] == of ? 0 : 1e300;
        b->from[i] = -1;
        if (b->part[i] == of) enc_heap_push(&heap, 0, (int32_t)i);
    }
    while (heap.n && end < 0) {
        struct enc_heap_entry e = enc_heap_pop(&heap);
        if (e.d > b->dist[e.cell]) continue;
        if (b->part[e.cell] > 0 && b->part[e.cell] != of) {
            end = e.cell;
            break;
        }
        for (uint32_t k = g->first[e.cell]; k < g->first[e.cell + 1]; k++) {
            const struct enc_edge *edge = &g->edges[g->items[k]];
            int32_t d = edge->a == e.cell ? edge->b : edge->a;
            if (d < 0 || is_shut(b, edge) || b->part[d] == of) continue;
            if (b->part[d] > 0 && b->group[b->part[d]] != b->group[of]) continue; /* never with those */
            double next = e.d + (b->inside[d] ? 0 : rise_of(b, d, g->items[k])) + 0.5 +
                          (edge->wall ? c->open_yuan / c->fence_yuan * 100 : 0);
            if (next >= b->dist[d]) continue;
            b->dist[d] = next;
            b->from[d] = (int32_t)g->items[k];
            enc_heap_push(&heap, next, d);
        }
    }
    enc_heap_free(&heap);
    return end;
}

static void lay_strip(struct builder *b, int32_t end)
{
    const struct enc_ground *g = b->g;
    uint32_t *cells = wg_xcalloc(g->n + 1, sizeof *cells);
    size_t n = 0;
    for (int32_t at = end;;) {
        cells[n++] = (uint32_t)at;
        if (b->from[at] < 0) break;
        const struct enc_edge *e = &g->edges[b->from[at]];
        if (e->wall) b->open[b->from[at]] = 1;
        at = e->a == at ? e->b : e->a;
    }
    (void)enc_flow_push(b->flow, cells, n, g->n);
    free(cells);
}

/* Two parts of one group, the first of them; 0: none is left. Those in `failed` have no way. */
static int32_t part_to_join(const struct builder *b, const uint8_t *failed)
{
    for (size_t p = 1; p <= b->parts; p++)
        for (size_t q = p + 1; q <= b->parts; q++)
            if (b->group[p] == b->group[q] && !failed[p]) return (int32_t)p;
    return 0;
}

static void join_groups(struct builder *b)
{
    uint8_t *failed = wg_xcalloc(b->g->n + 2, 1);
    size_t most = 2 * b->parts + 2;
    for (int32_t p = part_to_join(b, failed); p && most; p = part_to_join(b, failed), most--) {
        size_t parts = b->parts;
        int32_t end = find_strip(b, p);
        if (end < 0) {
            failed[p] = 1;
            continue;
        }
        lay_strip(b, end);
        cut(b);
        if (b->parts < parts) memset(failed, 0, b->g->n + 2);
        if (b->parts >= parts) break; /* it joined nothing: what it led through is too narrow after all */
    }
    free(failed);
}

int enc_exact_build(struct wg_ctx *ctx, const struct enc_ground *g, const struct enc_gatherings *all,
                    const struct enc_gathering *one, bool may_open, struct enc_answer *ret)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct builder b = {.ctx = ctx, .g = g, .all = all, .one = one, .may_open = may_open};
    int64_t cm;
    b.inside = wg_alloc_n(ctx->arena, g->n + 1, 1), b.open = wg_alloc_n(ctx->arena, g->n_edges + 1, 1);
    b.part = wg_alloc_n(ctx->arena, g->n + 1, sizeof *b.part), b.group = wg_alloc_n(ctx->arena, g->n + 2, sizeof *b.group);
    b.there = wg_alloc_n(ctx->arena, g->n_edges + 1, sizeof *b.there);
    b.back = wg_alloc_n(ctx->arena, g->n_edges + 1, sizeof *b.back);
    b.dist = wg_alloc_n(ctx->arena, g->n + 1, sizeof *b.dist), b.from = wg_alloc_n(ctx->arena, g->n + 1, sizeof *b.from);
    b.flow = enc_ground_flow(g, true, &cm);
    cut(&b);
    join_groups(&b);
    enc_flow_free(b.flow);
    memcpy(ret->label, b.part, g->n * sizeof *ret->label);
    memcpy(ret->open, b.open, g->n_edges);
    memcpy(ret->turned, g->turned, g->n_homes * sizeof *ret->turned);
    ret->k = b.parts;
    int rc = enc_ground_split(ctx, g, ret);
    ret->cost = rc ? 1e300 : enc_answer_cost(g, ret);
    wg_arena_rewind(ctx->arena, mark);
    return rc;
}
