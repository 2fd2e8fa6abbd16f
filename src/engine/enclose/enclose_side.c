/* Homes of which nothing tells the door's side: the plan takes the side that needs less fence. Homes whose side is known make the
 * first cut; then, those that matter most first, each is tried on both sides, and the smaller rise of the cut stands. The grouping
 * (enclose_group.c) turns homes again where a compound they can share makes it cheaper. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct doubt {
    int32_t home;
    int64_t rise[2];
};

static int by_weight(const void *a, const void *b)
{
    const struct doubt *x = a, *y = b;
    int64_t p = llabs(x->rise[0] - x->rise[1]), q = llabs(y->rise[0] - y->rise[1]);
    if (p != q) return p > q ? -1 : 1;
    return (x->home > y->home) - (x->home < y->home);
}

/* Cells before each home, both sides, as lists. */
static void list_sides(struct wg_ctx *ctx, struct enc_ground *g)
{
    uint32_t *first = wg_alloc_n(ctx->arena, 2 * g->n_homes + 3, sizeof *first);
    uint32_t *cells = wg_alloc_n(ctx->arena, 2 * g->n + 1, sizeof *cells);
    for (size_t c = 0; c < g->n; c++) {
        if (g->home[c] >= 0) first[2 * g->home[c] + 1]++;
        if (g->home2[c] >= 0) first[2 * g->home2[c] + 2]++;
    }
    for (size_t i = 0; i < 2 * g->n_homes; i++) first[i + 1] += first[i];
    for (size_t c = 0; c < g->n; c++) {
        if (g->home[c] >= 0) cells[first[2 * g->home[c]]++] = (uint32_t)c;
        if (g->home2[c] >= 0) cells[first[2 * g->home2[c] + 1]++] = (uint32_t)c;
    }
    for (size_t i = 2 * g->n_homes; i > 0; i--) first[i] = first[i - 1];
    first[0] = 0;
    g->side_first = first;
    g->side_cells = cells;
    g->turned = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *g->turned);
    g->home1 = wg_alloc_n(ctx->arena, g->n + 1, sizeof *g->home1);
    memcpy(g->home1, g->home, g->n * sizeof *g->home1);
}

bool enc_side_doubtful(const struct enc_ground *g, int32_t home)
{
    return g->side_first[2 * home + 1] < g->side_first[2 * home + 2];
}

int64_t enc_side_push(const struct enc_ground *g, struct enc_flow *f, int32_t home, int side)
{
    uint32_t from = g->side_first[2 * home + side];
    return enc_flow_push(f, &g->side_cells[from], g->side_first[2 * home + side + 1] - from, g->n);
}

static int64_t rise_of(const struct enc_flow *base, const struct enc_ground *g, int32_t home, int side)
{
    struct enc_flow *f = enc_flow_copy(base, 0);
    int64_t rise = enc_side_push(g, f, home, side);
    enc_flow_free(f);
    return rise;
}

/* Whose the cell is with the homes turned as they are; ground that two claim stays with the one that has not turned. */
static int32_t owner_of(const struct enc_ground *g, size_t cell)
{
    int32_t first = g->home1[cell], second = g->home2[cell];
    if (first >= 0 && !g->turned[first]) return first;
    return second >= 0 && g->turned[second] ? second : -1;
}

bool enc_side_turn(struct enc_ground *g, int32_t home)
{
    bool kept = false;
    g->turned[home] = !g->turned[home];
    for (int side = 0; side < 2; side++)
        for (uint32_t k = g->side_first[2 * home + side]; k < g->side_first[2 * home + side + 1]; k++) {
            uint32_t c = g->side_cells[k];
            g->home[c] = owner_of(g, c);
            kept = kept || g->home[c] == home;
        }
    if (!kept) return false;
    for (uint32_t k = g->side_first[2 * home]; k < g->side_first[2 * home + 1]; k++) { /* did it take all of a neighbour's? */
        int32_t other = g->home2[g->side_cells[k]];
        bool any = other < 0 || !g->turned[other];
        for (uint32_t j = any ? 0 : g->side_first[2 * other + 1]; !any && j < g->side_first[2 * other + 2]; j++)
            any = g->home[g->side_cells[j]] == other;
        if (!any) return false;
    }
    return true;
}

void enc_sides_set(struct enc_ground *g, const bool *turned)
{
    memcpy(g->turned, turned, g->n_homes * sizeof *turned);
    for (size_t c = 0; c < g->n; c++) g->home[c] = owner_of(g, c);
}

/* A home whose other side is all the ground of homes that stay as they are cannot turn. */
static void hold_back(struct wg_ctx *ctx, struct enc_ground *g, bool *turned)
{
    bool *gains = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *gains);
    for (bool changed = true; changed;) {
        changed = false;
        memset(gains, 0, g->n_homes * sizeof *gains);
        for (size_t c = 0; c < g->n; c++)
            if (g->home2[c] >= 0 && (g->home1[c] < 0 || turned[g->home1[c]])) gains[g->home2[c]] = true;
        for (size_t h = 0; h < g->n_homes; h++)
            if (turned[h] && !gains[h]) turned[h] = false, changed = true;
    }
}

void enc_sides_choose(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits)
{
    list_sides(ctx, g);
    struct doubt *doubts = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *doubts);
    bool *turned = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *turned);
    size_t n = 0;
    int64_t cm;
    for (size_t h = 0; h < g->n_homes; h++)
        if (enc_side_doubtful(g, (int32_t)h)) doubts[n++].home = (int32_t)h;
    if (!n || enc_out_of_time(limits)) return;
    struct enc_flow *f = enc_ground_flow(g, false, &cm);
    for (size_t i = 0; i < n && !enc_out_of_time(limits); i++)
        for (int side = 0; side < 2; side++) doubts[i].rise[side] = rise_of(f, g, doubts[i].home, side);
    qsort(doubts, n, sizeof *doubts, by_weight);
    for (size_t i = 0; i < n && !enc_out_of_time(limits); i++) {
        int32_t h = doubts[i].home;
        turned[h] = rise_of(f, g, h, 1) < rise_of(f, g, h, 0); /* equal: the likelier side */
        (void)enc_side_push(g, f, h, turned[h] ? 1 : 0);
    }
    enc_flow_free(f);
    hold_back(ctx, g, turned);
    enc_sides_set(g, turned);
}

/* The choice as the ground before the doors; doors of the sides not taken are no doors. */
void enc_sides_settle(struct wg_ctx *ctx, struct enc_space *sp, const struct enc_ground *grounds, size_t n)
{
    uint8_t *side = wg_alloc_n(ctx->arena, sp->map->n_buildings + 1, 1);
    for (size_t i = 0; i < n; i++) {
        const struct enc_ground *g = &grounds[i];
        for (size_t h = 0; h < g->n_homes; h++) side[g->homes[h]] = g->turned[h];
        for (size_t c = 0; c < g->n; c++) {
            int32_t was = g->home1[c] >= 0 || g->home[c] >= 0;
            if (was) sp->apron[g->tri[c]] = g->home[c] >= 0 ? (int32_t)g->homes[g->home[c]] : -1;
        }
    }
    size_t kept = 0;
    for (size_t d = 0; d < sp->n_doors; d++)
        if (sp->doors[d].side == side[sp->doors[d].building]) sp->doors[kept++] = sp->doors[d];
    sp->n_doors = kept;
}
