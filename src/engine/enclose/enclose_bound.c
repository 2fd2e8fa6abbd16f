/* A proven lower bound on what a patch can cost, whatever the compounds, with the ground before the doors as the plan has it.
 *
 * Let A be the largest least cut round that ground, and X the ground inside of any plan that keeps the rules. The cut function is
 * submodular and A is least, so X with A added, X', cuts no more edges than X; and every compound of X lies in one connected component
 * of X' (ground only joins ground). Then:
 *
 *   fence    The cut of X' is the least cut plus the room that a greatest flow leaves on the edges out of X'. Those edges are told apart by
 *            the component of X' on their inner side, so components can be priced one by one: a component that holds the parts S of A pays
 *            at least the least closed walk round S (enclose_tour.h).
 *   gates    A component that holds parts with more households than one compound may have holds several compounds: as many as the
 *            packing of its homes takes at least. Each has a staffed gate for vehicles with its cabin and guards.
 *   dividing A component of several compounds has fence between them: not counted.
 *
 * The bound is the least sum over all ways to gather the parts into components. Where A has more parts than can be asked about
 * together, some stand for all (the others' least fence is still counted, their joining and their gates are not). Where ground of
 * another community lies beyond an edge, one fence serves both: half is counted here and half there. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_tour.h"

enum { MOST_STATES = 3000000, PINCH_CM = 30 };
static const double close_enough = 0.0005; /* of the cost: a gap not worth seconds of search */

/* How many compounds at least hold some homes. */
struct load {
    size_t alone;       /* homes that fill a compound by themselves */
    size_t half;        /* homes of which no two fit into one */
    int64_t households; /* of all but those that stand alone */
};
struct bounder {
    struct wg_ctx *ctx;
    const struct enc_ground *g;
    const struct enclose_config *c;
    const struct enc_answer *answer;
    bool locked; /* a lock may hold more households together than the largest compound */
    struct enc_flow *flow;
    int64_t base_cm;
    uint8_t *core, *barrier;
    int64_t *there, *back;
    int32_t *part;
    size_t n_parts;
    int32_t *realm;     /* of each part: parts of different realms can never hang together */
    struct load *loads; /* of each part */
};
/* A way to gather parts: what it costs in yuan, how many compounds it has, the component last added. */
struct way {
    double yuan;
    size_t compounds, last, before;
};

static void add_home(const struct bounder *b, struct load *l, int64_t households)
{
    if (households >= b->c->households_max) {
        l->alone++;
        return;
    }
    l->half += 2 * households > b->c->households_max;
    l->households += households;
}

static void add_load(struct load *to, const struct load *l)
{
    to->alone += l->alone, to->half += l->half, to->households += l->households;
}

static size_t compounds_for(const struct bounder *b, const struct load *l)
{
    size_t packed = (size_t)((l->households + b->c->households_max - 1) / b->c->households_max);
    size_t n = l->alone + (packed > l->half ? packed : l->half);
    return b->locked || n < 1 ? 1 : n;
}

/* ---- the least cut and its parts ---- */

/* Beyond the edge lies ground of another community: a fence here may be the other's as well. */
static bool is_shared(const struct enc_ground *g, const struct enc_edge *e)
{
    return e->b < 0 && e->other >= 0 && g->space->kind[e->other] == ENC_FREE && g->space->community[e->other] != g->community;
}

static int64_t capacity_of(const struct enc_ground *g, const struct enc_edge *e)
{
    return is_shared(g, e) ? e->cm / 2 : e->cm;
}

/* Compounds that meet in such an edge may be two, and yet no fence stands in it: it is too narrow, or a wall that stays. */
static bool is_barrier(const struct bounder *b, const struct enc_edge *e)
{
    return e->narrow || (e->wall ? !b->c->may_open : e->real_cm < PINCH_CM);
}

static void cut_ground(struct bounder *b)
{
    const struct enc_ground *g = b->g;
    size_t n = 0, pair = 0;
    uint32_t *from = wg_xcalloc(g->n + 1, sizeof *from);
    uint8_t *inside = wg_xcalloc(g->n + 2, 1);
    b->flow = enc_flow_new(g->n + 1, g->n_edges);
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        int64_t cm = capacity_of(g, edge);
        if (cm > 0) enc_flow_edge(b->flow, (size_t)edge->a, edge->b < 0 ? g->n : (size_t)edge->b, cm);
    }
    for (size_t c = 0; c < g->n; c++)
        if (g->home[c] >= 0 && b->answer->label[c] > 0) from[n++] = (uint32_t)c;
    b->base_cm = enc_flow_push(b->flow, from, n, g->n);
    enc_flow_largest(b->flow, g->n, inside);
    memcpy(b->core, inside, g->n);
    for (size_t e = 0; e < g->n_edges; e++) {
        b->barrier[e] = is_barrier(b, &g->edges[e]);
        if (capacity_of(g, &g->edges[e]) > 0) enc_flow_room(b->flow, pair++, &b->there[e], &b->back[e]);
    }
    enc_flow_free(b->flow);
    free(from);
    free(inside);
}

/* Each home counts for the part that holds most of the ground before its doors. */
static void load_parts(struct bounder *b)
{
    const struct enc_ground *g = b->g;
    uint32_t *count = wg_xcalloc(g->n_homes * (b->n_parts + 1) + 1, sizeof *count);
    b->loads = wg_alloc_n(b->ctx->arena, b->n_parts + 1, sizeof *b->loads);
    for (size_t c = 0; c < g->n; c++)
        if (b->part[c] > 0 && g->home[c] >= 0) count[(size_t)g->home[c] * (b->n_parts + 1) + (size_t)b->part[c]]++;
    for (size_t h = 0; h < g->n_homes; h++) {
        const uint32_t *of = &count[h * (b->n_parts + 1)];
        size_t most = 0;
        for (size_t p = 1; p <= b->n_parts; p++)
            if (of[p] > of[most]) most = p;
        if (most) add_home(b, &b->loads[most], g->households[h]);
    }
    free(count);
}

static void find_parts(struct bounder *b)
{
    struct wg_arena *arena = b->ctx->arena;
    uint8_t *open = wg_alloc_n(arena, b->g->n_edges + 1, 1), *inside = wg_alloc_n(arena, b->g->n + 1, 1);
    memset(open, b->c->may_open ? 1 : 0, b->g->n_edges);
    memcpy(inside, b->core, b->g->n);
    b->part = wg_alloc_n(arena, b->g->n + 1, sizeof *b->part);
    b->n_parts = enc_ground_parts(b->ctx, b->g, inside, open, b->part);
    load_parts(b);
}

/* Where ground is not led through to join parts: nobody passes, or a hole in the wall would be too small. */
static bool is_shut(const struct bounder *b, const struct enc_edge *e)
{
    enum { LEAST_CM = 150 };
    return e->narrow || e->thin || (e->wall && !(b->c->may_open && e->real_cm >= LEAST_CM));
}

/* Ground that hangs together by gaps wide enough, and parts as they are. */
static void find_realms(struct bounder *b)
{
    const struct enc_ground *g = b->g;
    int32_t *of = wg_xcalloc(g->n + 1, sizeof *of), *stack = wg_xcalloc(g->n + 1, sizeof *stack), realms = 0;
    b->realm = wg_alloc_n(b->ctx->arena, b->n_parts + 1, sizeof *b->realm);
    for (size_t c = 0; c < g->n; c++) {
        size_t n = 0;
        if (of[c]) continue;
        of[c] = ++realms;
        stack[n++] = (int32_t)c;
        while (n) {
            int32_t at = stack[--n];
            for (uint32_t k = g->first[at]; k < g->first[at + 1]; k++) {
                const struct enc_edge *e = &g->edges[g->items[k]];
                int32_t d = e->a == at ? e->b : e->a;
                bool one = d >= 0 && b->part[d] > 0 && b->part[d] == b->part[at];
                if (d < 0 || of[d] || (!one && is_shut(b, e))) continue;
                of[d] = realms;
                stack[n++] = d;
            }
        }
    }
    for (size_t c = 0; c < g->n; c++)
        if (b->part[c] > 0 && !b->realm[b->part[c]]) b->realm[b->part[c]] = of[c];
    free(of);
    free(stack);
}

/* ---- which parts to ask about ---- */

static bool chosen(const struct enc_tour_question *q, int32_t part)
{
    for (size_t i = 0; i < q->n_reps; i++)
        if (q->reps[i] == part) return true;
    return false;
}

/* The part farthest over the ground from those chosen - or, where households need several compounds, the largest; those of compounds
 * not yet asked about come first. */
static int32_t next_part(const struct bounder *b, const struct enc_tour_question *q, const bool *asked, bool by_size)
{
    const struct enc_ground *g = b->g;
    double *far = wg_xcalloc(g->n + 1, sizeof *far), best = -1;
    double *of = wg_xcalloc(b->n_parts + 1, sizeof *of);
    bool *fresh = wg_xcalloc(b->n_parts + 1, sizeof *fresh);
    struct enc_heap heap = {0};
    int32_t pick = 0;
    for (size_t c = 0; c < g->n; c++) {
        far[c] = 1e300;
        if (chosen(q, b->part[c])) far[c] = 0, enc_heap_push(&heap, 0, (int32_t)c);
        if (b->part[c] > 0 && b->answer->label[c] > 0 && !asked[b->answer->label[c]]) fresh[b->part[c]] = true;
    }
    while (heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&heap);
        if (e.d > far[e.cell]) continue;
        for (uint32_t k = g->first[e.cell]; k < g->first[e.cell + 1]; k++) {
            const struct enc_edge *edge = &g->edges[g->items[k]];
            int32_t d = edge->a == e.cell ? edge->b : edge->a;
            if (d < 0 || edge->narrow) continue;
            double step = b->part[d] > 0 && b->part[d] == b->part[e.cell]
                              ? 0
                              : enc_dist(enc_centre(&g->space->mesh, (size_t)g->tri[e.cell]),
                                         enc_centre(&g->space->mesh, (size_t)g->tri[d]));
            if (e.d + step >= far[d]) continue;
            far[d] = e.d + step;
            enc_heap_push(&heap, far[d], d);
        }
    }
    for (size_t p = 1; p <= b->n_parts; p++) of[p] = 1e300;
    for (size_t c = 0; c < g->n; c++)
        if (b->part[c] > 0) of[b->part[c]] = fmin(of[b->part[c]], far[c]);
    for (size_t p = 1; p <= b->n_parts; p++) {
        double worth = (by_size ? (double)b->loads[p].households : fmin(of[p], 1e6)) + (fresh[p] ? 1e7 : 0);
        if (chosen(q, (int32_t)p) || worth <= best) continue;
        best = worth;
        pick = (int32_t)p;
    }
    enc_heap_free(&heap);
    free(far), free(of), free(fresh);
    return pick;
}

static void choose_parts(const struct bounder *b, struct enc_tour_question *q, bool by_size)
{
    size_t room = 1;
    while (room < ENC_TOUR_PARTS && b->g->n_corners << (room + 1) <= MOST_STATES) room++;
    bool *asked = wg_xcalloc(b->answer->k + 2, sizeof *asked);
    while (q->n_reps < room && q->n_reps < b->n_parts) {
        int32_t p = next_part(b, q, asked, by_size);
        if (!p) break;
        q->reps[q->n_reps++] = p;
        for (size_t c = 0; c < b->g->n; c++)
            if (b->part[c] == p && b->answer->label[c] > 0) asked[b->answer->label[c]] = true;
    }
    free(asked);
}

/* ---- the least way to gather them ---- */

static void take_less(struct way *to, struct way w)
{
    if (w.yuan < to->yuan) *to = w;
}

/* Over all ways to gather the parts of q; walk[S] in centimetres. At least `fewest` compounds come of it. `ret_sets`: its components
 * of two parts and more. */
static struct way gather(const struct bounder *b, const struct enc_tour_question *q, const double *walk, size_t fewest,
                         size_t *ret_sets, size_t *ret_n)
{
    size_t sets = (size_t)1 << q->n_reps, row = fewest + 1, at = 0;
    double gate = enc_compound_yuan(b->c), yuan_cm = b->c->fence_yuan / 100;
    struct way *best = wg_xcalloc(sets * row, sizeof *best), least = {.yuan = 1e300};
    size_t *needs = wg_xcalloc(sets, sizeof *needs);
    for (size_t s = 0; s < sets; s++) {
        struct load l = {0};
        for (size_t i = 0; i < q->n_reps; i++)
            if (s >> i & 1) add_load(&l, &b->loads[q->reps[i]]);
        needs[s] = compounds_for(b, &l);
        for (size_t i = 0; i < q->n_reps; i++)
            if ((s >> i & 1) && b->realm[q->reps[i]] != b->realm[q->reps[__builtin_ctzll(s)]])
                needs[s] = 0; /* never together */
    }
    for (size_t i = 1; i < sets * row; i++) best[i].yuan = 1e300;
    for (size_t s = 1; s < sets; s++) {
        size_t first = s & (~s + 1), rest = s ^ first;
        for (size_t t = rest;; t = (t - 1) & rest) { /* the component of the first part has t as well */
            size_t in = first | t;
            for (size_t j = 0; needs[in] && j < row; j++) {
                const struct way *w = &best[(s ^ in) * row + j];
                size_t n = w->compounds + needs[in];
                if (w->yuan < 1e299)
                    take_less(&best[s * row + (n < fewest ? n : fewest)],
                              (struct way){w->yuan + walk[in] * yuan_cm + gate * (double)needs[in], n, in, (s ^ in) * row + j});
            }
            if (!t) break;
        }
    }
    for (size_t j = 0; j < row; j++) {
        struct way w = best[(sets - 1) * row + j];
        size_t more = w.compounds < fewest ? fewest - w.compounds : 0;
        if (w.yuan > 1e299) continue;
        w.yuan += gate * (double)more, w.compounds += more;
        if (w.yuan < least.yuan) at = (sets - 1) * row + j;
        take_less(&least, w);
    }
    for (*ret_n = 0; at >= row; at = best[at].before)
        if (best[at].last & (best[at].last - 1)) ret_sets[(*ret_n)++] = best[at].last;
    free(best);
    free(needs);
    return least;
}

/* Leaves out parts, then holes, until there is room; false when none is left of what was added last. */
static bool make_room(const struct bounder *b, struct enc_tour_question *q, size_t holes_before)
{
    for (;; q->n_holes--) {
        size_t codes = b->g->n_corners, few = q->n_reps < 3 ? q->n_reps : 3;
        if (q->n_holes == holes_before) return false;
        for (size_t h = 0; h < q->n_holes; h++) codes *= ENC_TOUR_WINDINGS;
        if (codes << few > MOST_STATES) continue;
        while (codes << q->n_reps > MOST_STATES) q->n_reps--;
        return true;
    }
}

/* Adds what the walks round the components go round the wrong way; false when there is nothing to add. */
static bool add_holes(struct enc_tours *tours, struct enc_tour_question *q, const size_t *sets, size_t n)
{
    size_t before = q->n_holes;
    for (size_t i = 0; i < n; i++) {
        struct enc_tour_hole found[2];
        size_t found_n = enc_tours_faults(tours, sets[i], found, 2);
        for (size_t k = 0; k < found_n && q->n_holes < ENC_TOUR_HOLES; k++) q->holes[q->n_holes++] = found[k];
    }
    return q->n_holes > before;
}

/* The best of the bounds got with more and more holes watched; `enough` is no longer worth looking beyond. */
static struct way least_way(const struct bounder *b, struct enc_tour_question *q, size_t fewest, double enough,
                            struct enc_limits *limits)
{
    struct way best = {.yuan = enc_compound_yuan(b->c) * (double)fewest, .compounds = fewest};
    size_t sets[ENC_TOUR_PARTS], n = 0;
    for (bool more = true; more && best.yuan < enough && !enc_out_of_time(limits);) {
        double *walk = wg_xcalloc((size_t)1 << q->n_reps, sizeof *walk);
        struct enc_tours *tours = enc_tours(b->g, q, walk);
        struct way way = gather(b, q, walk, fewest, sets, &n);
        if (way.yuan > best.yuan) best = way;
        size_t holes = q->n_holes;
        more = add_holes(tours, q, sets, n) && make_room(b, q, holes);
        enc_tours_free(tours);
        free(walk);
    }
    return best;
}

int enc_ground_bound(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct bounder b = {.ctx = ctx, .g = g, .c = g->space->map->config, .answer = answer};
    struct load all = {0};
    for (size_t h = 0; h < g->n_homes; h++) {
        b.locked = b.locked || g->key[h] >= 0;
        add_home(&b, &all, g->households[h]);
    }
    size_t fewest = compounds_for(&b, &all);
    b.core = wg_alloc_n(ctx->arena, g->n + 1, 1), b.barrier = wg_alloc_n(ctx->arena, g->n_edges + 1, 1);
    b.there = wg_alloc_n(ctx->arena, g->n_edges + 1, sizeof *b.there);
    b.back = wg_alloc_n(ctx->arena, g->n_edges + 1, sizeof *b.back);
    cut_ground(&b);
    double gate = enc_compound_yuan(b.c), least = (double)b.base_cm / 100 * b.c->fence_yuan,
           over = answer->cost - least - gate * (double)fewest;
    struct way best = {.yuan = gate * (double)fewest, .compounds = fewest};
    if (over > 1 && !enc_out_of_time(limits)) {
        struct enc_tour_question q = {.core = b.core, .there = b.there, .back = b.back, .barrier = b.barrier};
        find_parts(&b);
        find_realms(&b);
        q.part = b.part;
        q.limits = limits;
        q.gate_cm = gate / b.c->fence_yuan * 100;
        q.most_cm = (over + 1) / b.c->fence_yuan * 100; /* the plan at hand is no dearer */
        choose_parts(&b, &q, fewest > 1);
        best = least_way(&b, &q, fewest, answer->cost * (1 - close_enough) - least, limits);
    }
    answer->least_cm = b.base_cm;
    answer->bound_compounds = best.compounds;
    answer->bound = least + best.yuan;
    answer->proven = answer->cost <= answer->bound + 1e-6;
    wg_arena_rewind(ctx->arena, mark);
    return 0;
}
