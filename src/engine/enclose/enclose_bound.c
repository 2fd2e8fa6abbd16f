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
 *   walls    A plan that takes no wall down is a plan where none may come down, and pays that bound; any other pays for one at least. Asked
 *            only where the plan at hand is within one wall's price of its bound.
 *   dividing A component of several compounds has fence between them: not counted.
 *
 * The bound is the least sum over all ways to gather the parts into components. Where A has more parts than can be asked about
 * together, some stand for all (the others' least fence is still counted, their joining and their gates are not). Where ground of
 * another community lies beyond an edge, one fence serves both: half is counted here and half there. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_bound.h"

enum {
    MOST_STATES = 3000000,
    MANY_STATES = 300000000,
    MOST_POPS = 12000000,
    MANY_POPS = 3000000,
    PINCH_CM = 30,
    MOST_LISTED = 20000
};
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
    const struct enc_bound_ask *ask;
    bool locked; /* a lock may hold more households together than the largest compound */
    struct enc_flow *flow;
    int64_t base_cm;
    uint8_t *core, *barrier;
    int64_t *there, *back;
    int32_t *part;
    size_t n_parts;
    int32_t *realm;     /* of each part: parts of different realms can never hang together */
    struct load *loads; /* of each part */
    size_t states;      /* most corners times sets of parts in one question */
    size_t work;        /* of all searches, in steps */
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

int64_t enc_bound_capacity(const struct enc_ground *g, const struct enc_edge *e)
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
        int64_t cm = enc_bound_capacity(g, edge);
        if (cm > 0) enc_flow_edge(b->flow, (size_t)edge->a, edge->b < 0 ? g->n : (size_t)edge->b, cm);
    }
    for (size_t c = 0; c < g->n; c++)
        if (b->ask->source[c]) from[n++] = (uint32_t)c;
    b->base_cm = enc_flow_push(b->flow, from, n, g->n);
    enc_flow_largest(b->flow, g->n, inside);
    memcpy(b->core, inside, g->n);
    for (size_t e = 0; e < g->n_edges; e++) {
        b->barrier[e] = is_barrier(b, &g->edges[e]);
        if (enc_bound_capacity(g, &g->edges[e]) > 0) enc_flow_room(b->flow, pair++, &b->there[e], &b->back[e]);
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
        if (b->ask->label && b->part[c] > 0 && b->ask->label[c] > 0 && !asked[b->ask->label[c]]) fresh[b->part[c]] = true;
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
    while (room < ENC_TOUR_PARTS && b->g->n_corners << (room + 1) <= b->states) room++;
    bool *asked = wg_xcalloc(b->ask->k + 2, sizeof *asked);
    while (q->n_reps < room && q->n_reps < b->n_parts) {
        int32_t p = next_part(b, q, asked, by_size);
        if (!p) break;
        q->reps[q->n_reps++] = p;
        for (size_t c = 0; b->ask->label && c < b->g->n; c++)
            if (b->part[c] == p && b->ask->label[c] > 0) asked[b->ask->label[c]] = true;
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
        if (codes << few > b->states) continue;
        while (q->n_reps > few && codes << q->n_reps > b->states) q->n_reps--;
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

/* ---- all ways to gather them that may be worth it, least first ---- */

struct lister {
    const struct bounder *b;
    const struct enc_tour_question *q;
    const double *walk;
    size_t fewest;
    double base, limit; /* yuan */
    size_t block[ENC_TOUR_PARTS];
    uint8_t of[ENC_TOUR_PARTS];
    struct enc_gatherings *out;
    size_t left; /* how many are yet to be looked at */
};

static void note_gathering(const struct lister *l, double yuan)
{
    struct enc_gatherings *out = l->out;
    if (out->n == ENC_GATHERINGS && yuan >= out->list[out->n - 1].yuan) return;
    size_t i = out->n < ENC_GATHERINGS ? out->n++ : out->n - 1;
    for (; i > 0 && out->list[i - 1].yuan > yuan; i--) out->list[i] = out->list[i - 1];
    out->list[i].yuan = yuan;
    memcpy(out->list[i].block, l->of, sizeof l->of);
}

static size_t needs_of(const struct lister *l, size_t set)
{
    struct load load = {0};
    for (size_t i = 0; i < l->q->n_reps; i++)
        if (set >> i & 1) add_load(&load, &l->b->loads[l->q->reps[i]]);
    return compounds_for(l->b, &load);
}

/* Part `at` goes to each piece begun, or begins one. What pieces cost never falls as they grow, so a sum beyond the limit ends it. */
static void list_from(struct lister *l, size_t at, size_t blocks)
{
    double gate = enc_compound_yuan(l->b->c), yuan = l->base;
    size_t compounds = 0;
    if (!l->left) return;
    l->left--;
    for (size_t k = 0; k < blocks; k++) {
        size_t needs = needs_of(l, l->block[k]);
        compounds += needs;
        yuan += l->walk[l->block[k]] * l->b->c->fence_yuan / 100 + gate * (double)needs;
    }
    if (compounds < l->fewest) yuan += gate * (double)(l->fewest - compounds);
    if (yuan >= l->limit) return;
    if (at >= l->q->n_reps || at >= ENC_TOUR_PARTS) {
        note_gathering(l, yuan);
        return;
    }
    for (size_t k = 0; k <= blocks; k++) {
        size_t before = k < blocks ? l->block[k] : 0;
        size_t other = before ? (size_t)__builtin_ctzll(before) : at;
        if (l->b->realm[l->q->reps[at]] != l->b->realm[l->q->reps[other]]) continue; /* never together */
        l->block[k] = before | (size_t)1 << at;
        l->of[at] = (uint8_t)k;
        list_from(l, at + 1, k < blocks ? blocks : blocks + 1);
        l->block[k] = before;
    }
}

static void list_gatherings(const struct bounder *b, const struct enc_tour_question *q, const double *walk, size_t fewest)
{
    struct enc_gatherings *out = b->ask->gatherings;
    struct lister l = {.b = b, .q = q, .walk = walk, .fewest = fewest, .out = out, .left = MOST_LISTED};
    l.base = (double)b->base_cm / 100 * b->c->fence_yuan;
    l.limit = b->ask->cost - b->ask->near;
    out->n = 0;
    out->n_reps = q->n_reps;
    memcpy(out->reps, q->reps, sizeof out->reps);
    memcpy(out->part, b->part, b->g->n * sizeof *out->part);
    list_from(&l, 0, 0);
}

/* ---- all of it ---- */

/* After a search that was broken off: fewer parts. False: there are too few to ask about less. */
static bool ask_less(struct enc_tour_question *q)
{
    enum { FEWER = 2, FEWEST = 5 };
    if (q->n_reps < FEWEST) return false;
    q->n_reps -= FEWER;
    return true;
}

/* One question; false when nothing more can be learnt by another like it. `holes`: what walks went round the wrong way is asked for next,
 * and else fewer parts where these were too many. */
static bool ask_once(struct bounder *b, struct enc_tour_question *q, size_t fewest, bool holes, struct way *best)
{
    size_t sets[ENC_TOUR_PARTS], n = 0, n_holes = q->n_holes;
    double *walk = wg_xcalloc(q->n_reps <= ENC_TOUR_PARTS ? (size_t)1 << q->n_reps : 1, sizeof *walk);
    struct enc_tours *tours = q->n_reps > 1 ? enc_tours(b->g, q, walk) : NULL;
    struct way way = gather(b, q, walk, fewest, sets, &n);
    bool more = false;
    if (b->ask->gatherings && (way.yuan > best->yuan || !b->ask->gatherings->n)) list_gatherings(b, q, walk, fewest);
    if (way.yuan > best->yuan) *best = way;
    if (tours) {
        size_t pops = enc_tours_pops(tours);
        b->work += enc_tours_work(tours);
        if (holes) {
            q->most_pops = pops < q->most_pops ? q->most_pops - pops : 0;
            more = q->most_pops && add_holes(tours, q, sets, n) && make_room(b, q, n_holes);
        } else
            more = enc_tours_broken_off(tours) && ask_less(q);
        enc_tours_free(tours);
    }
    free(walk);
    return more;
}

/* The best of the bounds got first with more and more holes watched, then with as many parts as may be; `enough` is no longer worth looking
 * beyond. */
static struct way least_way(struct bounder *b, struct enc_tour_question *q, size_t fewest, double enough,
                            struct enc_limits *limits)
{
    struct way best = {.yuan = enc_compound_yuan(b->c) * (double)fewest, .compounds = fewest};
    struct enc_tour_question many = *q;
    size_t asked;
    b->states = b->ask->states;
    choose_parts(b, q, fewest > 1);
    asked = q->n_reps;
    while (best.yuan < enough && !enc_out_of_time(limits) && ask_once(b, q, fewest, b->ask->holes, &best)) {
    }
    if (!b->ask->many) return best;
    b->states = MANY_STATES;
    many.most_pops = MANY_POPS;
    choose_parts(b, &many, fewest > 1);
    bool more = many.n_reps > asked;
    while (more && best.yuan < enough && !enc_out_of_time(limits))
        more = ask_once(b, &many, fewest, false, &best) && many.n_reps > asked;
    return best;
}

static size_t weigh_all(struct bounder *b)
{
    struct load all = {0};
    for (size_t h = 0; h < b->g->n_homes; h++) {
        b->locked = b->locked || b->g->key[h] >= 0;
        add_home(b, &all, b->g->households[h]);
    }
    return compounds_for(b, &all);
}

size_t enc_bound_fewest(const struct enc_ground *g)
{
    struct bounder b = {.g = g, .c = g->space->map->config};
    return weigh_all(&b);
}

/* With the walls that `c` lets come down. */
static struct enc_bound bound_with(struct wg_ctx *ctx, const struct enc_ground *g, const struct enclose_config *c,
                                   const struct enc_bound_ask *ask, struct enc_limits *limits)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct bounder b = {.ctx = ctx, .g = g, .c = c, .ask = ask};
    size_t fewest = weigh_all(&b);
    b.core = wg_alloc_n(ctx->arena, g->n + 1, 1), b.barrier = wg_alloc_n(ctx->arena, g->n_edges + 1, 1);
    b.there = wg_alloc_n(ctx->arena, g->n_edges + 1, sizeof *b.there);
    b.back = wg_alloc_n(ctx->arena, g->n_edges + 1, sizeof *b.back);
    cut_ground(&b);
    double gate = enc_compound_yuan(b.c), least = (double)b.base_cm / 100 * b.c->fence_yuan,
           over = ask->cost - least - gate * (double)fewest;
    struct way best = {.yuan = gate * (double)fewest, .compounds = fewest};
    if (over > ask->near && !enc_out_of_time(limits)) {
        struct enc_tour_question q = {.core = b.core, .there = b.there, .back = b.back, .barrier = b.barrier};
        find_parts(&b);
        find_realms(&b);
        q.part = b.part;
        q.limits = limits;
        q.most_pops = ask->pops;
        q.gate_cm = gate / b.c->fence_yuan * 100;
        q.most_cm = (over + 1) / b.c->fence_yuan * 100; /* the plan at hand is no dearer */
        best = least_way(&b, &q, fewest, ask->cost - ask->near - least, limits);
    }
    wg_arena_rewind(ctx->arena, mark);
    return (struct enc_bound){least + best.yuan, best.compounds, b.base_cm, b.work};
}

/* Beside what it costs to take one wall down: does it matter whether any comes down? */
static bool walls_matter(const struct enc_ground *g, const struct enclose_config *c, double gap, double near)
{
    if (!c->may_open || gap <= near || gap > c->open_yuan + near) return false;
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].wall && g->edges[e].b >= 0) return true;
    return false;
}

struct enc_bound enc_bound_find(struct wg_ctx *ctx, const struct enc_ground *g, const struct enc_bound_ask *ask,
                                struct enc_limits *limits)
{
    struct enclose_config config = *g->space->map->config, standing;
    const struct enclose_config *c = &config;
    if (ask->small) config.gate_large_yuan -= enc_small_gate_saves(&config);
    struct enc_bound open = bound_with(ctx, g, c, ask, limits);
    if (!walls_matter(g, c, ask->cost - open.yuan, ask->near)) return open;
    struct enc_bound_ask again = *ask;
    standing = config;
    standing.may_open = false;
    again.gatherings = NULL;
    struct enc_bound closed = bound_with(ctx, g, &standing, &again, limits);
    double other = open.yuan + c->open_yuan;
    open.work += closed.work;
    if (fmin(closed.yuan, other) <= open.yuan) return open;
    if (closed.compounds > open.compounds && closed.yuan < other) open.compounds = closed.compounds;
    open.yuan = fmin(closed.yuan, other);
    return open;
}

double enc_small_gate_saves(const struct enclose_config *c)
{
    return fmax(0, c->gate_large_yuan - c->fence_yuan * c->gate_large_m - c->gate_small_yuan + c->fence_yuan * c->gate_small_m);
}

static void bound_answer(struct wg_ctx *ctx, const struct enc_ground *g, double cost, bool small, struct enc_limits *limits,
                         struct enc_answer *answer)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    uint8_t *source = wg_alloc_n(ctx->arena, g->n + 1, 1);
    for (size_t c = 0; c < g->n; c++) source[c] = g->home[c] >= 0 && answer->label[c] > 0;
    struct enc_bound_ask ask = {
        .source = source, .label = answer->label, .k = answer->k, .cost = cost, .small = small, .holes = true, .many = true};
    ask.near = fmax(1, cost * close_enough);
    ask.states = MOST_STATES, ask.pops = MOST_POPS;
    struct enc_bound bound = enc_bound_find(ctx, g, &ask, limits);
    answer->least_cm = bound.least_cm;
    answer->bound_compounds = bound.compounds;
    answer->bound = bound.yuan;
    answer->proven = cost <= answer->bound + 1e-6;
    wg_arena_rewind(ctx->arena, mark);
}

int enc_ground_bound(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer)
{
    bound_answer(ctx, g, answer->cost, false, limits, answer);
    return 0;
}

void enc_ground_bound_small(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits,
                            struct enc_answer *answer)
{
    double less = enc_small_gate_saves(g->space->map->config) * (double)answer->k;
    bound_answer(ctx, g, answer->cost - less, true, limits, answer);
}
