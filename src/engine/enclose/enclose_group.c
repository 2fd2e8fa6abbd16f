/* Which homes make one compound. The least cut round every home of a patch falls into parts; each part would need a gate and its
 * guards, so parts are joined by strips of ground where that costs less than the gate it saves (a shortest path whose weights
 * are what each cell adds to the fence), the cut is made again with the strip inside, and strips are laid anew until none pays. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct strip {
    int32_t *cells;
    uint32_t *walls; /* edges opened on the way */
    size_t n_cells, n_walls;
};
struct state {
    struct wg_ctx *ctx;
    const struct enc_ground *g;
    struct enc_limits *limits;
    struct enc_flow *base;
    int64_t base_cm;
    bool may_open, any_size; /* any_size: join beyond the largest compound; the split that follows evens it out */
    uint8_t *forced, *open, *inside;
    int32_t *part;
    size_t parts;
    int64_t cut_cm;
    struct strip *strips;
    size_t n_strips, cap_strips;
    /* scratch of the path search */
    double *dist, *perimeter;
    int32_t *from_edge, *origin;
    struct entry *heap;
    size_t n_heap, cap_heap;
};
struct entry {
    double d;
    int32_t cell;
};
struct bridge {
    double estimate;
    uint32_t edge;
    bool found;
};

/* ---- heap ---- */

static bool before(struct entry a, struct entry b)
{
    return a.d < b.d || (a.d <= b.d && a.cell < b.cell);
}

static void push(struct state *s, double d, int32_t cell)
{
    if (s->n_heap == s->cap_heap) {
        s->cap_heap = s->cap_heap ? 2 * s->cap_heap : 1024;
        s->heap = wg_xrealloc(s->heap, s->cap_heap, sizeof *s->heap);
    }
    struct entry e = {d, cell};
    size_t i = s->n_heap++;
    for (; i && before(e, s->heap[(i - 1) / 2]); i = (i - 1) / 2) s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = e;
}

static struct entry pop(struct state *s)
{
    struct entry top = s->heap[0], last = s->heap[--s->n_heap];
    size_t i = 0;
    for (size_t c = 1; c < s->n_heap; c = 2 * i + 1) {
        if (c + 1 < s->n_heap && before(s->heap[c + 1], s->heap[c])) c++;
        if (!before(s->heap[c], last)) break;
        s->heap[i] = s->heap[c];
        i = c;
    }
    if (s->n_heap) s->heap[i] = last;
    return top;
}

/* ---- the cut and its parts ---- */

static void apply_strips(struct state *s)
{
    memset(s->forced, 0, s->g->n);
    memset(s->open, 0, s->g->n_edges);
    for (size_t i = 0; i < s->n_strips; i++) {
        for (size_t k = 0; k < s->strips[i].n_cells; k++) s->forced[s->strips[i].cells[k]] = 1;
        for (size_t k = 0; k < s->strips[i].n_walls; k++) s->open[s->strips[i].walls[k]] = 1;
    }
}

static void cut_again(struct state *s)
{
    apply_strips(s);
    s->cut_cm = enc_ground_cut(s->g, s->base, s->base_cm, s->forced, s->inside);
    s->parts = enc_ground_parts(s->ctx, s->g, s->inside, s->open, s->part);
}

/* New fence between cells of different parts, and the walls opened, in yuan; each part's gate comes on top. */
static double state_cost(const struct state *s)
{
    const struct enclose_config *c = s->g->space->map->config;
    int64_t cm = 0;
    size_t opened = 0;
    for (size_t e = 0; e < s->g->n_edges; e++) {
        const struct enc_edge *edge = &s->g->edges[e];
        int32_t a = s->part[edge->a], b = edge->b < 0 ? 0 : s->part[edge->b];
        if (a != b) cm += edge->cm;
        opened += s->open[e] && a == b && a;
    }
    return (double)cm / 100 * c->fence_yuan + (double)opened * c->open_yuan + (double)s->parts * enc_compound_yuan(c);
}

/* ---- strips ---- */

/* Shortest paths from every part at once through ground that is outside; the cheapest meeting of two parts that may be joined. */
static bool allowed(const struct state *s, const int64_t *households, const int32_t *keys, int32_t a, int32_t b)
{
    if (a == b) return false;
    if (keys[a] >= 0 && keys[b] >= 0 && keys[a] != keys[b]) return false;
    bool same_key = keys[a] >= 0 && keys[a] == keys[b];
    return same_key || s->any_size || households[a] + households[b] <= s->g->space->map->config->households_max;
}

/* A stretch of wall wide enough for people to go through once it is down. */
static bool may_take_down(const struct state *s, const struct enc_edge *edge)
{
    enum { LEAST_CM = 150 };
    return s->may_open && edge->real_cm >= LEAST_CM;
}

static void spread(struct state *s)
{
    const struct enc_ground *g = s->g;
    const struct enclose_config *c = g->space->map->config;
    double open_cm = c->open_yuan / c->fence_yuan * 100;
    s->n_heap = 0;
    for (size_t i = 0; i < g->n; i++) {
        s->dist[i] = s->part[i] > 0 ? 0 : 1e300;
        s->origin[i] = s->part[i];
        s->from_edge[i] = -1;
        if (s->part[i] > 0) push(s, 0, (int32_t)i);
    }
    while (s->n_heap) {
        struct entry e = pop(s);
        if (e.d > s->dist[e.cell]) continue;
        for (uint32_t k = g->first[e.cell]; k < g->first[e.cell + 1]; k++) {
            const struct enc_edge *edge = &g->edges[g->items[k]];
            int32_t d = edge->a == e.cell ? edge->b : edge->a;
            if (d < 0 || s->part[d] > 0 || edge->narrow || edge->thin || (edge->wall && !may_take_down(s, edge))) continue;
            double step = s->perimeter[d] - 2 * (double)edge->cm + (edge->wall ? open_cm : 0);
            double next = e.d + fmax(step, 0) + 1;
            if (next >= s->dist[d]) continue;
            s->dist[d] = next;
            s->origin[d] = s->origin[e.cell];
            s->from_edge[d] = (int32_t)g->items[k];
            push(s, next, d);
        }
    }
}

/* What each part holds; keys: the locked membership in it, or -1. Index 0 is unused. */
static void weigh_parts(const struct state *s, int64_t *households, int32_t *keys)
{
    const struct enc_ground *g = s->g;
    bool *seen = wg_alloc_n(s->ctx->arena, g->n_homes + 1, sizeof *seen);
    for (size_t p = 0; p <= s->parts; p++) households[p] = 0, keys[p] = -1;
    for (size_t c = 0; c < g->n; c++) {
        int32_t h = g->home[c];
        if (h < 0 || s->part[c] <= 0 || seen[h]) continue;
        seen[h] = true;
        households[s->part[c]] += g->households[h];
        if (g->key[h] >= 0) keys[s->part[c]] = g->key[h];
    }
}

static struct bridge best_bridge(struct state *s, const uint8_t *barred)
{
    const struct enc_ground *g = s->g;
    const struct enclose_config *c = g->space->map->config;
    struct bridge best = {1e300, 0, false};
    struct wg_arena_mark mark = wg_arena_mark(s->ctx->arena);
    int64_t *households = wg_alloc_n(s->ctx->arena, s->parts + 2, sizeof *households);
    int32_t *keys = wg_alloc_n(s->ctx->arena, s->parts + 2, sizeof *keys);
    double open_cm = c->open_yuan / c->fence_yuan * 100;
    weigh_parts(s, households, keys);
    spread(s);
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        if (edge->b < 0 || edge->narrow || edge->thin || (edge->wall && !may_take_down(s, edge)) || (barred && barred[e]))
            continue;
        int32_t p = s->origin[edge->a], q = s->origin[edge->b];
        if (p <= 0 || q <= 0 || !allowed(s, households, keys, p, q)) continue;
        double d = s->dist[edge->a] + s->dist[edge->b] - 2 * (double)edge->cm + (edge->wall ? open_cm : 0);
        if (keys[p] >= 0 && keys[p] == keys[q]) d -= 1e12; /* a locked membership comes first */
        if (households[p] < c->households_min || households[q] < c->households_min) d -= 1e9;
        if (d < best.estimate) best = (struct bridge){d, (uint32_t)e, true};
    }
    wg_arena_rewind(s->ctx->arena, mark);
    return best;
}

static void walk_back(struct state *s, int32_t cell, struct strip *strip)
{
    const struct enc_ground *g = s->g;
    while (s->from_edge[cell] >= 0) {
        uint32_t e = (uint32_t)s->from_edge[cell];
        strip->cells[strip->n_cells++] = cell;
        if (g->edges[e].wall) strip->walls[strip->n_walls++] = e;
        cell = g->edges[e].a == cell ? g->edges[e].b : g->edges[e].a;
    }
    strip->cells[strip->n_cells++] = cell; /* the part's own cell stays inside, so that the strip always ends on it */
}

static struct strip lay_strip(struct state *s, const struct bridge *b)
{
    const struct enc_ground *g = s->g;
    struct strip strip = {0};
    size_t n = 4;
    for (int side = 0; side < 2; side++)
        for (int32_t c = side ? g->edges[b->edge].b : g->edges[b->edge].a; s->from_edge[c] >= 0; n++) {
            uint32_t e = (uint32_t)s->from_edge[c];
            c = g->edges[e].a == c ? g->edges[e].b : g->edges[e].a;
        }
    strip.cells = wg_alloc_n(s->ctx->arena, n, sizeof *strip.cells);
    strip.walls = wg_alloc_n(s->ctx->arena, n, sizeof *strip.walls);
    walk_back(s, g->edges[b->edge].a, &strip);
    walk_back(s, g->edges[b->edge].b, &strip);
    if (g->edges[b->edge].wall) strip.walls[strip.n_walls++] = b->edge;
    return strip;
}

static void add_strip(struct state *s, struct strip strip)
{
    s->strips = wg_grow(s->ctx->arena, s->strips, &s->cap_strips, s->n_strips + 1, sizeof *s->strips);
    s->strips[s->n_strips++] = strip;
}

/* Joins parts while it pays (or a lock or the least size asks for it). */
static void join_parts(struct state *s)
{
    const struct enc_ground *g = s->g;
    uint8_t *barred = wg_alloc_n(s->ctx->arena, g->n_edges + 1, 1);
    size_t refused = 0;
    double now = state_cost(s);
    while (s->parts > 1 && refused < 12 && !enc_out_of_time(s->limits)) {
        struct bridge b = best_bridge(s, barred);
        if (!b.found) return;
        bool asked = b.estimate < -1e8;
        double saves = enc_compound_yuan(g->space->map->config);
        if (!asked && b.estimate / 100 * g->space->map->config->fence_yuan > 1.5 * saves) return; /* far from paying */
        size_t parts = s->parts;
        add_strip(s, lay_strip(s, &b));
        cut_again(s);
        double then = state_cost(s);
        if (s->parts < parts && (asked || then < now - 1e-6)) {
            now = then;
            continue;
        }
        s->n_strips--;
        barred[b.edge] = 1;
        refused++;
        cut_again(s);
    }
}

/* Takes each strip up and lays the best one for the ground as it now is. */
static void relay_strips(struct state *s)
{
    double now = state_cost(s);
    bool better = true;
    for (int round = 0; better && round < 6; round++) {
        better = false;
        for (size_t i = 0; i < s->n_strips && !enc_out_of_time(s->limits); i++) {
            struct strip old = s->strips[i];
            size_t parts = s->parts;
            s->strips[i] = s->strips[s->n_strips - 1];
            s->n_strips--;
            cut_again(s);
            double without = state_cost(s);
            if (s->parts == parts && without <= now - 1e-6) { /* it had become idle */
                now = without;
                better = true;
                continue;
            }
            struct bridge b = best_bridge(s, NULL);
            bool laid = b.found && s->parts > parts;
            if (laid) add_strip(s, lay_strip(s, &b));
            if (laid) cut_again(s);
            double then = state_cost(s);
            if (then < now - 1e-6 && s->parts <= parts) {
                now = then;
                better = true;
                continue;
            }
            if (laid) s->n_strips--;
            add_strip(s, s->n_strips > i ? s->strips[i] : old);
            s->strips[i] = old;
            cut_again(s);
        }
    }
}

static void run(struct state *s)
{
    s->n_strips = 0;
    cut_again(s);
    join_parts(s);
    relay_strips(s);
}

static void keep(const struct state *s, struct enc_answer *a)
{
    memcpy(a->label, s->part, s->g->n * sizeof *a->label);
    memcpy(a->open, s->open, s->g->n_edges);
    a->k = s->parts;
}

double enc_answer_cost(const struct enc_ground *g, const struct enc_answer *a)
{
    const struct enclose_config *c = g->space->map->config;
    int64_t cm = 0;
    size_t opened = 0;
    for (size_t e = 0; e < g->n_edges; e++) {
        int32_t p = a->label[g->edges[e].a], q = g->edges[e].b < 0 ? 0 : a->label[g->edges[e].b];
        if (p != q) cm += g->edges[e].cm;
        opened += a->open[e] && p == q && p;
    }
    return (double)cm / 100 * c->fence_yuan + (double)opened * c->open_yuan + (double)a->k * enc_compound_yuan(c);
}

int enc_ground_solve(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits, struct enc_answer *ret_answer)
{
    struct state s = {.ctx = ctx, .g = g, .limits = limits};
    struct enc_answer a = {.cost = 1e300};
    s.forced = wg_alloc_n(ctx->arena, g->n + 1, 1), s.inside = wg_alloc_n(ctx->arena, g->n + 1, 1);
    s.open = wg_alloc_n(ctx->arena, g->n_edges + 1, 1), s.part = wg_alloc_n(ctx->arena, g->n + 1, sizeof *s.part);
    s.dist = wg_alloc_n(ctx->arena, g->n + 1, sizeof *s.dist),
    s.perimeter = wg_alloc_n(ctx->arena, g->n + 1, sizeof *s.perimeter);
    s.from_edge = wg_alloc_n(ctx->arena, g->n + 1, sizeof *s.from_edge),
    s.origin = wg_alloc_n(ctx->arena, g->n + 1, sizeof *s.origin);
    a.label = wg_alloc_n(ctx->arena, g->n + 1, sizeof *a.label), a.open = wg_alloc_n(ctx->arena, g->n_edges + 1, 1);
    for (size_t e = 0; e < g->n_edges; e++) {
        s.perimeter[g->edges[e].a] += (double)g->edges[e].cm;
        if (g->edges[e].b >= 0) s.perimeter[g->edges[e].b] += (double)g->edges[e].cm;
    }
    s.base = enc_ground_flow(g, &s.base_cm);
    a.least_cm = s.base_cm;
    /* with walls left standing, then with leave to open them: the second can only be taken when it is no dearer */
    const struct enclose_config *c = g->space->map->config;
    bool walls = false;
    int64_t households = 0;
    for (size_t e = 0; e < g->n_edges && !walls; e++) walls = g->edges[e].wall && g->edges[e].b >= 0;
    for (size_t h = 0; h < g->n_homes; h++) households += g->households[h];
    struct enc_answer try = a;
    try.label = wg_alloc_n(ctx->arena, g->n + 1, sizeof *a.label), try.open = wg_alloc_n(ctx->arena, g->n_edges + 1, 1);
    int rc = 0;
    for (int way = 0; way < 4 && !rc; way++) {
        s.may_open = way >= 2;
        s.any_size = way % 2 == 1;
        if ((s.may_open && !(walls && c->may_open)) || (s.any_size && households <= c->households_max)) continue;
        if (way > 0 && enc_out_of_time(limits)) break;
        run(&s);
        keep(&s, &try);
        rc = enc_ground_split(ctx, g, &try);
        try.cost = enc_answer_cost(g, &try);
        if (rc || try.cost >= a.cost - 1e-6) continue;
        a.cost = try.cost;
        a.k = try.k;
        memcpy(a.label, try.label, g->n * sizeof *a.label);
        memcpy(a.open, try.open, g->n_edges);
    }
    free(s.heap);
    enc_flow_free(s.base);
    if (rc) return rc;
    rc = enc_ground_bound(ctx, g, limits, &a);
    a.cut_short = limits->cut_short;
    if (!rc) *ret_answer = a;
    return rc;
}
