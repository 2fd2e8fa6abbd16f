/* Homes of which nothing tells the door's side: the plan takes the side that needs less fence. Homes whose side is known make the
 * first cut; then, those that matter most first, each is tried on both sides, and the smaller rise of the cut stands. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct doubt {
    int32_t home;
    int64_t rise[2];
};

static const int64_t never = INT64_C(1) << 50;

static int by_weight(const void *a, const void *b)
{
    const struct doubt *x = a, *y = b;
    int64_t p = llabs(x->rise[0] - x->rise[1]), q = llabs(y->rise[0] - y->rise[1]);
    if (p != q) return p > q ? -1 : 1;
    return (x->home > y->home) - (x->home < y->home);
}

/* Cells of each home, both sides, as lists. */
struct sides {
    uint32_t *first, *cells; /* of home h and side s: cells[first[2h + s] .. first[2h + s + 1]) */
};

static struct sides list_sides(struct wg_ctx *ctx, const struct enc_ground *g)
{
    struct sides s = {wg_alloc_n(ctx->arena, 2 * g->n_homes + 3, sizeof *s.first),
                      wg_alloc_n(ctx->arena, 2 * g->n + 1, sizeof *s.cells)};
    for (size_t c = 0; c < g->n; c++) {
        if (g->home[c] >= 0) s.first[2 * g->home[c] + 1]++;
        if (g->home2[c] >= 0) s.first[2 * g->home2[c] + 2]++;
    }
    for (size_t i = 0; i < 2 * g->n_homes; i++) s.first[i + 1] += s.first[i];
    for (size_t c = 0; c < g->n; c++) {
        if (g->home[c] >= 0) s.cells[s.first[2 * g->home[c]]++] = (uint32_t)c;
        if (g->home2[c] >= 0) s.cells[s.first[2 * g->home2[c] + 1]++] = (uint32_t)c;
    }
    for (size_t i = 2 * g->n_homes; i > 0; i--) s.first[i] = s.first[i - 1];
    s.first[0] = 0;
    return s;
}

static int64_t add_side(struct enc_flow *f, const struct enc_ground *g, const struct sides *s, int32_t home, int side)
{
    for (uint32_t k = s->first[2 * home + side]; k < s->first[2 * home + side + 1]; k++)
        enc_flow_arc(f, g->n, s->cells[k], never);
    return enc_flow_max(f, g->n, g->n + 1);
}

static int64_t rise_of(const struct enc_flow *base, const struct enc_ground *g, const struct sides *s, int32_t home, int side)
{
    struct enc_flow *f = enc_flow_copy(base, s->first[2 * home + side + 1] - s->first[2 * home + side]);
    int64_t rise = add_side(f, g, s, home, side);
    enc_flow_free(f);
    return rise;
}

/* Source arcs of every home but one: doubtful ones on the side they have now. */
static struct enc_flow *all_but(const struct enc_ground *g, const struct sides *s, const bool *turned, int32_t home)
{
    struct enc_flow *f = enc_flow_new(g->n + 2, g->n_edges + 2 * g->n);
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].cm > 0)
            enc_flow_edge(f, (size_t)g->edges[e].a, g->edges[e].b < 0 ? g->n + 1 : (size_t)g->edges[e].b, g->edges[e].cm);
    for (int32_t h = 0; h < (int32_t)g->n_homes; h++) {
        int side = turned[h] ? 1 : 0;
        if (h == home) continue;
        for (uint32_t k = s->first[2 * h + side]; k < s->first[2 * h + side + 1]; k++)
            enc_flow_arc(f, g->n, s->cells[k], never);
    }
    (void)enc_flow_max(f, g->n, g->n + 1);
    return f;
}

/* The first choice was made one by one; each home looks again with all others in place. */
static void look_again(const struct enc_ground *g, const struct sides *s, const struct doubt *doubts, size_t n, bool *turned)
{
    enum { MOST_WORK = 400000, MOST_ROUNDS = 3 };
    bool changed = n * g->n < MOST_WORK;
    for (int round = 0; changed && round < MOST_ROUNDS; round++) {
        changed = false;
        for (size_t i = 0; i < n; i++) {
            int32_t h = doubts[i].home;
            struct enc_flow *f = all_but(g, s, turned, h);
            int64_t here = rise_of(f, g, s, h, turned[h] ? 1 : 0), there = rise_of(f, g, s, h, turned[h] ? 0 : 1);
            enc_flow_free(f);
            if (there >= here) continue;
            turned[h] = !turned[h];
            changed = true;
        }
    }
}

/* A home whose other side is all the ground of homes that stay as they are cannot turn. */
static void hold_back(struct wg_ctx *ctx, const struct enc_ground *g, bool *turned)
{
    bool *gains = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *gains);
    for (bool changed = true; changed;) {
        changed = false;
        memset(gains, 0, g->n_homes * sizeof *gains);
        for (size_t c = 0; c < g->n; c++)
            if (g->home2[c] >= 0 && (g->home[c] < 0 || turned[g->home[c]])) gains[g->home2[c]] = true;
        for (size_t h = 0; h < g->n_homes; h++)
            if (turned[h] && !gains[h]) turned[h] = false, changed = true;
    }
}

/* The home opens to its other side: cells and doors change over. */
static void turn_home(struct enc_space *sp, struct enc_ground *g, const bool *turned)
{
    for (size_t c = 0; c < g->n; c++) {
        int32_t t = g->tri[c];
        if (g->home[c] >= 0 && turned[g->home[c]]) g->home[c] = -1, sp->apron[t] = -1;
    }
    for (size_t c = 0; c < g->n; c++) {
        int32_t t = g->tri[c], h = g->home2[c];
        if (h >= 0 && turned[h] && g->home[c] < 0) g->home[c] = h, sp->apron[t] = (int32_t)g->homes[h];
    }
}

void enc_sides_choose(struct wg_ctx *ctx, struct enc_space *sp, struct enc_ground *g)
{
    struct sides s = list_sides(ctx, g);
    struct doubt *doubts = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *doubts);
    bool *open = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *open),
         *turned = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *turned);
    size_t n = 0;
    for (size_t h = 0; h < g->n_homes; h++) {
        if (s.first[2 * h + 1] == s.first[2 * h + 2]) continue;
        open[h] = true;
        doubts[n++].home = (int32_t)h;
    }
    if (!n) return;
    struct enc_flow *f = enc_flow_new(g->n + 2, g->n_edges + 2 * g->n);
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].cm > 0)
            enc_flow_edge(f, (size_t)g->edges[e].a, g->edges[e].b < 0 ? g->n + 1 : (size_t)g->edges[e].b, g->edges[e].cm);
    for (size_t c = 0; c < g->n; c++)
        if (g->home[c] >= 0 && !open[g->home[c]]) enc_flow_arc(f, g->n, c, never);
    (void)enc_flow_max(f, g->n, g->n + 1);
    for (size_t i = 0; i < n; i++)
        for (int side = 0; side < 2; side++) doubts[i].rise[side] = rise_of(f, g, &s, doubts[i].home, side);
    qsort(doubts, n, sizeof *doubts, by_weight);
    for (size_t i = 0; i < n; i++) {
        int32_t h = doubts[i].home;
        turned[h] = rise_of(f, g, &s, h, 1) < rise_of(f, g, &s, h, 0); /* equal: the likelier side */
        (void)add_side(f, g, &s, h, turned[h] ? 1 : 0);
    }
    enc_flow_free(f);
    look_again(g, &s, doubts, n, turned);
    hold_back(ctx, g, turned);
    turn_home(sp, g, turned);
    for (size_t d = 0; d < sp->n_doors; d++) {
        struct enc_door *door = &sp->doors[d];
        for (size_t i = 0; i < n; i++)
            if (g->homes[doubts[i].home] == door->building && turned[doubts[i].home]) {
                door->side = (uint8_t)(1 - door->side);
                break;
            }
    }
}
