/* The exact search of one patch: branch and bound over the sides of the homes in doubt; at a leaf, over the ways to gather.
 *
 * A node has given some homes their side. Three bounds hold for every plan below it:
 *
 *   cut     The least cut round the ground of the homes given so far, and as many gates as all homes of the patch take. A plan below the
 *           node has that ground inside, so its fence is a cut round it; leaving out a home only leaves out ground that must lie inside.
 *   walks   enc_bound_find with those homes' ground: parts of the least cut joined by least closed walks (enclose_tour.h). A plan below
 *           the node is a plan for fewer homes in that bound's sense, whose compounds are no fewer; homes not yet given count in the
 *           number of gates only.
 *   sides   Both are asked for either side of every home still open: where one side's bound is no cheaper than the plan at hand, the home
 *           opens to the other; where both are not, the node is done.
 *
 * A home one side of which lies within a part of the node's least cut already opens there: let X be a plan below the node where it opens
 * to the other side. X with the least cut added costs no more fence (the cut function is submodular), each part of the least cut has ground
 * of a home in it that X has inside, so no compound is added, and the home's ground lies in one. It takes leave to join
 * compounds, so it is done only where all homes of the patch fit into one.
 *
 * Which ground must lie inside: of each home's side the piece that hangs together by itself, where that is more than half of it. A
 * plan counts a home to the part with most of its ground and may let scraps go (enc_ground_parts), never that piece.
 *
 * The work is counted in cells and steps looked at, so the answer is the same on every machine; once it is spent, the nodes left give
 * the bound, and nothing is claimed. Patches with locks, or with a least size of compounds, are not searched. */
#include "engine/enclose/enclose_exact.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORK = 6000000,       /* cells and steps */
    NODE_STATES = 150000, /* of the walks asked about at a node, and at a leaf */
    LEAF_STATES = 600000,
    NODE_POPS = 20000,
    LEAF_POPS = 3000000,
    CUT_WORK = 3,    /* cells' worth of one copy of a cut, in cells */
    BUILD_WORK = 30, /* of one plan */
};
struct exact {
    struct wg_ctx *ctx;
    struct enc_ground *g;   /* its homes turned as the leaf at hand has them */
    struct enc_ground view; /* the same with the homes given so far */
    struct enc_limits *limits;
    struct enc_answer *best, *try;
    const struct enclose_config *c;
    double base;             /* yuan of the gates that any plan has */
    bool one;                /* all homes fit into one compound */
    uint32_t *first, *cells; /* what must lie inside for side s of home h: cells[first[2h + s] .. first[2h + s + 1]) */
    bool *alone;             /* of each 2h + s: no other home claims any of that ground */
    int8_t *side;            /* of each home: 0 or 1 once given; -1 */
    int32_t *part;           /* of each cell, in the node's least cut with walls as they stand */
    uint8_t *source, *inside, *no_wall;
    struct enc_gatherings gatherings;
    double least; /* of the bounds of all that was looked through or given up */
    double open;  /* of those that may hold a cheaper plan */
    size_t work;
    bool cut, better;
    int rc;
};

static double yuan_of(const struct exact *x, int64_t cm)
{
    return (double)cm / 100 * x->c->fence_yuan;
}

/* From here on a bound is no longer worth a search. */
static double enough(const struct exact *x)
{
    return x->best->cost - ENC_EXACT_NEAR;
}

static bool spent(struct exact *x)
{
    if (x->rc || x->work > WORK || enc_out_of_time(x->limits)) x->cut = true;
    return x->cut;
}

/* ---- what must lie inside ---- */

/* The piece of the home's side that hangs together by itself, where it is more than half; how many cells. */
static size_t whole_piece(struct exact *x, size_t home, int side, uint32_t *ret)
{
    const struct enc_ground *g = x->g;
    uint32_t from = g->side_first[2 * home + (size_t)side], to = g->side_first[2 * home + (size_t)side + 1];
    size_t n = 0;
    for (size_t c = 0; c < g->n; c++) x->view.home[c] = -1, x->inside[c] = 0;
    for (uint32_t k = from; k < to; k++) x->view.home[g->side_cells[k]] = (int32_t)home, x->inside[g->side_cells[k]] = 1;
    (void)enc_ground_parts(x->ctx, &x->view, x->inside, x->no_wall, x->part);
    for (uint32_t k = from; k < to; k++)
        if (x->part[g->side_cells[k]] > 0) ret[n++] = g->side_cells[k];
    return 2 * n > to - from ? n : 0;
}

static void list_pieces(struct exact *x)
{
    const struct enc_ground *g = x->g;
    struct wg_arena *arena = x->ctx->arena;
    uint8_t *claims = wg_alloc_n(arena, g->n + 1, 1);
    x->first = wg_alloc_n(arena, 2 * g->n_homes + 2, sizeof *x->first);
    x->cells = wg_alloc_n(arena, g->side_first[2 * g->n_homes] + 1U, sizeof *x->cells);
    x->alone = wg_alloc_n(arena, 2 * g->n_homes + 1, sizeof *x->alone);
    for (uint32_t k = 0; k < g->side_first[2 * g->n_homes]; k++)
        if (claims[g->side_cells[k]] < 2) claims[g->side_cells[k]]++;
    for (size_t i = 0; i < 2 * g->n_homes; i++) {
        x->first[i + 1] = x->first[i] + (uint32_t)whole_piece(x, i / 2, (int)(i & 1), &x->cells[x->first[i]]);
        x->alone[i] = true;
        for (uint32_t k = g->side_first[i]; k < g->side_first[i + 1]; k++)
            x->alone[i] = x->alone[i] && claims[g->side_cells[k]] == 1;
    }
}

static int64_t push_side(struct exact *x, struct enc_flow *f, size_t home, int side)
{
    size_t i = 2 * home + (size_t)side;
    x->work += CUT_WORK * x->g->n;
    return enc_flow_push(f, &x->cells[x->first[i]], x->first[i + 1] - x->first[i], x->g->n);
}

static int64_t rise_of(struct exact *x, const struct enc_flow *f, size_t home, int side)
{
    struct enc_flow *copy = enc_flow_copy(f, 0);
    int64_t rise = push_side(x, copy, home, side);
    enc_flow_free(copy);
    return rise;
}

static struct enc_flow *empty_flow(const struct enc_ground *g)
{
    struct enc_flow *f = enc_flow_new(g->n + 1, g->n_edges);
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        int64_t cm = enc_bound_capacity(g, edge);
        if (cm > 0) enc_flow_edge(f, (size_t)edge->a, edge->b < 0 ? g->n : (size_t)edge->b, cm);
    }
    return f;
}

/* ---- a node ---- */

/* The ground of the homes given so far. */
static void look_at(struct exact *x)
{
    memset(x->source, 0, x->g->n);
    for (size_t c = 0; c < x->g->n; c++) x->view.home[c] = -1;
    for (size_t h = 0; h < x->g->n_homes; h++) {
        size_t i = 2 * h + (x->side[h] > 0);
        for (uint32_t k = x->first[i]; x->side[h] >= 0 && k < x->first[i + 1]; k++) {
            x->source[x->cells[k]] = 1;
            if (x->view.home[x->cells[k]] < 0) x->view.home[x->cells[k]] = (int32_t)h;
        }
    }
}

/* Parts of the least cut with walls as they stand. */
static size_t find_parts(struct exact *x, struct enc_flow *f)
{
    uint8_t *inside = wg_xmalloc(x->g->n + 1);
    look_at(x);
    enc_flow_largest(f, x->g->n, inside);
    memcpy(x->inside, inside, x->g->n);
    free(inside);
    x->work += 2 * x->g->n;
    return enc_ground_parts(x->ctx, &x->view, x->inside, x->no_wall, x->part);
}

static struct enc_bound walks(struct exact *x, bool leaf)
{
    struct enc_bound_ask ask = {.source = x->source, .cost = x->best->cost, .near = ENC_EXACT_NEAR};
    ask.states = leaf ? LEAF_STATES : NODE_STATES, ask.pops = leaf ? LEAF_POPS : NODE_POPS;
    ask.holes = leaf;
    if (leaf) ask.gatherings = &x->gatherings;
    x->gatherings.n = 0;
    struct enc_bound b = enc_bound_find(x->ctx, &x->view, &ask, x->limits);
    x->work += 20 * x->g->n + b.work;
    return b;
}

static void give_up(struct exact *x, double bound)
{
    x->open = fmin(x->open, bound);
}

static void close_node(struct exact *x, double bound)
{
    x->least = fmin(x->least, bound);
}

/* Homes given at a node, to be taken back. */
struct given {
    int32_t *homes;
    size_t n;
};

static void give(struct exact *x, struct given *given, size_t home, int side)
{
    x->side[home] = (int8_t)side;
    given->homes[given->n++] = (int32_t)home;
}

/* One side lies within the parts at hand: the home opens there. */
static size_t give_covered(struct exact *x, struct given *given)
{
    size_t n = 0;
    for (size_t h = 0; h < x->g->n_homes && x->one; h++)
        for (int s = 0; s < 2 && x->side[h] < 0; s++) {
            size_t i = 2 * h + (size_t)s;
            bool covered = x->alone[i] && x->g->side_first[i] < x->g->side_first[i + 1];
            for (uint32_t k = x->g->side_first[i]; covered && k < x->g->side_first[i + 1]; k++)
                covered = x->part[x->g->side_cells[k]] > 0;
            if (!covered) continue;
            give(x, given, h, s);
            n++;
        }
    return n;
}

struct choice {
    int32_t home; /* -1: all are given */
    int64_t rise[2];
};

/* What branching on the home is worth: both sides should cost much. */
static int64_t score_of(const int64_t *rise)
{
    return rise[0] < rise[1] ? 4 * rise[0] + rise[1] : 4 * rise[1] + rise[0];
}

/* Weighs both sides of one home; gives it when only one can be cheaper. False: neither can. */
static bool weigh(struct exact *x, struct enc_flow *f, int64_t *cm, struct given *given, int32_t h, int64_t *rise)
{
    double low[2];
    for (int s = 0; s < 2; s++) {
        rise[s] = rise_of(x, f, (size_t)h, s);
        low[s] = x->base + yuan_of(x, *cm + rise[s]);
    }
    if (fmax(low[0], low[1]) < enough(x)) return true;
    int s = low[0] < low[1] ? 0 : 1;
    close_node(x, low[1 - s]);
    if (low[s] >= enough(x)) {
        close_node(x, low[s]);
        return false;
    }
    *cm += push_side(x, f, (size_t)h, s);
    give(x, given, (size_t)h, s);
    return true;
}

/* Gives homes that have no choice left, and picks the one to branch on. What a side raises the cut by never grows as more is inside, so
 * what was found before (`rises`) says whom to weigh again. False: nothing below is cheaper. */
static bool choose(struct exact *x, struct enc_flow *f, int64_t *cm, struct given *given, int64_t *rises, struct choice *ret)
{
    size_t n = x->g->n_homes;
    bool *fresh = wg_xcalloc(n + 1, sizeof *fresh), worth = true;
    ret->home = -1;
    while (worth && !spent(x)) {
        int32_t next = -1;
        for (size_t h = 0; h < n; h++) {
            if (x->side[h] >= 0) continue;
            int64_t *r = &rises[2 * h];
            bool may_fix = !fresh[h] && x->base + yuan_of(x, *cm + (r[0] > r[1] ? r[0] : r[1])) >= enough(x);
            if (may_fix) {
                next = (int32_t)h;
                break;
            }
            if (next < 0 || score_of(r) > score_of(&rises[2 * next])) next = (int32_t)h;
        }
        ret->home = next;
        if (next >= 0) ret->rise[0] = rises[2 * next], ret->rise[1] = rises[2 * next + 1];
        if (next < 0 || fresh[next]) break;
        worth = weigh(x, f, cm, given, next, &rises[2 * next]);
        fresh[next] = true;
    }
    free(fresh);
    return worth;
}

/* Turns the homes; false where that leaves one without ground of its own. */
static bool turn_all(struct exact *x)
{
    struct enc_ground *g = x->g;
    bool *turned = wg_xcalloc(g->n_homes + 1, sizeof *turned), *has = wg_xcalloc(g->n_homes + 1, sizeof *has), all = true;
    for (size_t h = 0; h < g->n_homes; h++) turned[h] = x->side[h] > 0;
    enc_sides_set(g, turned);
    for (size_t c = 0; c < g->n; c++)
        if (g->home[c] >= 0) has[g->home[c]] = true;
    for (size_t h = 0; h < g->n_homes; h++) all = all && has[h];
    free(turned);
    free(has);
    return all;
}

static void build(struct exact *x, const struct enc_gathering *one)
{
    for (int open = 0; open <= x->c->may_open && !x->rc && !spent(x); open++) {
        x->work += BUILD_WORK * x->g->n;
        x->rc = enc_exact_build(x->ctx, x->g, &x->gatherings, one, open != 0, x->try);
        if (x->rc || x->try->cost >= enough(x)) continue;
        struct enc_answer swap = *x->best;
        *x->best = *x->try;
        *x->try = swap;
        x->better = true;
    }
}

static void look_at_leaf(struct exact *x, double low, size_t parts)
{
    if (!turn_all(x)) return; /* not among the plans */
    if (parts > 1) {
        struct enc_bound b = walks(x, true);
        low = fmax(low, b.yuan);
        if (low < enough(x) && x->gatherings.n == 0) build(x, NULL);
    } else
        build(x, NULL);
    for (size_t i = 0; i < x->gatherings.n && x->gatherings.list[i].yuan < enough(x); i++) build(x, &x->gatherings.list[i]);
    if (low < enough(x))
        give_up(x, low);
    else
        close_node(x, low);
}

/* Gives what follows from the homes given; the lower bound of the node, or 1e300 where nothing below is cheaper. */
static double settle(struct exact *x, struct enc_flow *f, int64_t *cm, struct given *given, int64_t *rises,
                     struct choice *choice, size_t *ret_parts)
{
    for (size_t before = SIZE_MAX; given->n != before && !spent(x);) {
        before = given->n;
        *ret_parts = find_parts(x, f);
        (void)give_covered(x, given);
        if (!choose(x, f, cm, given, rises, choice)) return 1e300;
    }
    double low = x->base + yuan_of(x, *cm);
    if (low < enough(x) && !spent(x) && choice->home >= 0 && *ret_parts > 1) {
        look_at(x);
        low = fmax(low, walks(x, false).yuan);
    }
    if (low < enough(x)) return low;
    close_node(x, low);
    return 1e300;
}

/* Everything below the node. The flow is the least cut round the homes given so far, the caller's; so are `rises`. */
static void explore(struct exact *x, struct enc_flow *f, int64_t cm, const int64_t *rises)
{
    struct choice choice = {-1, {0, 0}};
    struct given given = {wg_xcalloc(x->g->n_homes + 1, sizeof(int32_t)), 0};
    int64_t *own = wg_xcalloc(2 * x->g->n_homes + 1, sizeof *own);
    size_t parts = 0;
    memcpy(own, rises, 2 * x->g->n_homes * sizeof *own);
    double low = settle(x, f, &cm, &given, own, &choice, &parts);
    bool worth = low < 1e299;
    if (worth && spent(x))
        give_up(x, low);
    else if (worth && choice.home < 0)
        look_at_leaf(x, low, parts);
    else
        for (int i = 0; worth && i < 2; i++) {
            int s = (choice.rise[0] <= choice.rise[1]) == (i == 0) ? 0 : 1;
            struct enc_flow *below = enc_flow_copy(f, 0);
            x->side[choice.home] = (int8_t)s;
            explore(x, below, cm + push_side(x, below, (size_t)choice.home, s), own);
            x->side[choice.home] = -1;
            enc_flow_free(below);
        }
    for (size_t i = 0; i < given.n; i++) x->side[given.homes[i]] = -1;
    free(given.homes);
    free(own);
}

/* ---- all of it ---- */

static bool may_search(const struct enc_ground *g)
{
    bool locked = g->space->map->config->households_min > 0;
    for (size_t h = 0; h < g->n_homes; h++) locked = locked || g->key[h] >= 0;
    return !locked;
}

static void open_search(struct exact *x)
{
    struct enc_ground *g = x->g;
    struct wg_arena *arena = x->ctx->arena;
    int64_t households = 0;
    x->view = *g;
    x->view.home = wg_alloc_n(arena, g->n + 1, sizeof *x->view.home);
    x->part = wg_alloc_n(arena, g->n + 1, sizeof *x->part), x->gatherings.part = wg_alloc_n(arena, g->n + 1, sizeof *x->part);
    x->source = wg_alloc_n(arena, g->n + 1, 1), x->inside = wg_alloc_n(arena, g->n + 1, 1);
    x->no_wall = wg_alloc_n(arena, g->n_edges + 1, 1);
    x->side = wg_alloc_n(arena, g->n_homes + 1, sizeof *x->side);
    for (size_t h = 0; h < g->n_homes; h++) households += g->households[h];
    x->one = households <= x->c->households_max;
    x->base = enc_compound_yuan(x->c) * (double)enc_bound_fewest(g);
    list_pieces(x);
}

static void search(struct exact *x)
{
    struct enc_flow *f = empty_flow(x->g);
    int64_t cm = 0;
    for (size_t h = 0; h < x->g->n_homes; h++) {
        x->side[h] = enc_side_doubtful(x->g, (int32_t)h) ? -1 : 0;
        if (x->side[h] == 0) cm += push_side(x, f, h, 0);
    }
    int64_t *rises = wg_xcalloc(2 * x->g->n_homes + 1, sizeof *rises);
    for (size_t i = 0; i < 2 * x->g->n_homes; i++) rises[i] = INT64_C(1) << 40; /* not weighed yet */
    explore(x, f, cm, rises);
    free(rises);
    enc_flow_free(f);
}

static struct enc_answer new_answer(struct wg_arena *arena, const struct enc_ground *g)
{
    struct enc_answer a = {.cost = 1e300};
    a.label = wg_alloc_n(arena, g->n + 1, sizeof *a.label), a.open = wg_alloc_n(arena, g->n_edges + 1, 1);
    a.turned = wg_alloc_n(arena, g->n_homes + 1, sizeof *a.turned);
    return a;
}

static void copy_answer(const struct enc_ground *g, const struct enc_answer *from, struct enc_answer *to)
{
    memcpy(to->label, from->label, g->n * sizeof *to->label);
    memcpy(to->open, from->open, g->n_edges);
    memcpy(to->turned, from->turned, g->n_homes * sizeof *to->turned);
    to->k = from->k, to->cost = from->cost;
}

static int run(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer,
               struct enc_exact *ret)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct enc_answer best = new_answer(ctx->arena, g), try = new_answer(ctx->arena, g);
    struct exact x = {.ctx = ctx, .g = g, .limits = limits, .best = &best, .try = &try, .c = g->space->map->config};
    copy_answer(g, answer, &best);
    x.least = x.open = 1e300;
    open_search(&x);
    search(&x);
    if (x.better) copy_answer(g, &best, answer);
    enc_sides_set(g, answer->turned);
    *ret = (struct enc_exact){fmin(best.cost, fmin(x.least, x.open)), false, x.better, x.cut};
    ret->exact = !x.cut && best.cost - ret->bound <= ENC_EXACT_NEAR;
    wg_arena_rewind(ctx->arena, mark);
    return x.rc;
}

/* Once more with the walls left standing: with leave to open them nothing may come out dearer than without. */
static int run_standing(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer,
                        struct enc_exact *ret)
{
    const struct enc_space *space = g->space;
    struct enclose_config c = *space->map->config;
    struct enclose_map map = *space->map;
    struct enc_space standing = *space;
    struct enc_exact found;
    c.may_open = false;
    map.config = &c;
    standing.map = &map;
    g->space = &standing;
    int rc = run(ctx, g, limits, answer, &found);
    g->space = space;
    ret->better = ret->better || found.better;
    ret->cut = ret->cut || found.cut;
    return rc;
}

static bool has_inner_walls(const struct enc_ground *g)
{
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].wall && g->edges[e].b >= 0) return true;
    return false;
}

int enc_exact_search(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer,
                     struct enc_exact *ret)
{
    *ret = (struct enc_exact){0};
    if (!may_search(g)) return 0;
    int rc = run(ctx, g, limits, answer, ret);
    if (!rc && !ret->exact && g->space->map->config->may_open && has_inner_walls(g))
        rc = run_standing(ctx, g, limits, answer, ret);
    if (rc || !ret->better) return rc;
    return enc_ground_bound(ctx, g, limits, answer);
}
