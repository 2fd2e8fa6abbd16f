/* A part that holds too many households, or homes locked to different compounds, is cut through: lines in eight directions sweep
 * its homes into two halves, and so does the way over the ground from one far home rather than from another; a least cut inside the part
 * parts them. The cheapest that leaves both halves whole and open to the street stands; halves that are still too large are cut again. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct splitter {
    struct wg_ctx *ctx;
    const struct enc_ground *g;
    struct enc_answer *answer;
    uint8_t *side; /* of each home of the part: 0 not in it, 1 source, 2 sink */
    uint8_t *half, *best;
    uint32_t *cells, *edges; /* of the part */
    size_t n_cells, n_edges;
    uint32_t *node; /* of each cell: its place among the part's */
};
enum { MOST_PLACES = 6 };
struct order {
    double at;
    int32_t home;
};

static int by_place(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->at < y->at || x->at > y->at) return x->at < y->at ? -1 : 1;
    return (x->home > y->home) - (x->home < y->home);
}

/* What the part is made of. */
static void list_part(struct splitter *s, int32_t label)
{
    const struct enc_ground *g = s->g;
    s->n_cells = s->n_edges = 0;
    for (size_t c = 0; c < g->n; c++)
        if (s->answer->label[c] == label) s->node[c] = (uint32_t)s->n_cells, s->cells[s->n_cells++] = (uint32_t)c;
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].b >= 0 && s->answer->label[g->edges[e].a] == label && s->answer->label[g->edges[e].b] == label)
            s->edges[s->n_edges++] = (uint32_t)e;
}

/* Least cut inside the part between its two sets of homes, each taken together; half[c] is 1 on the first's side. */
static int64_t halve(struct splitter *s)
{
    const struct enc_ground *g = s->g;
    uint32_t source = (uint32_t)s->n_cells, sink = source + 1;
    struct enc_flow *f = enc_flow_new(s->n_cells + 2, s->n_edges);
    uint32_t *name = wg_xcalloc(s->n_cells + 1, sizeof *name);
    uint8_t *inside = wg_xcalloc(s->n_cells + 3, 1);
    for (uint32_t i = 0; i < s->n_cells; i++) {
        int32_t h = g->home[s->cells[i]];
        name[i] = h >= 0 && s->side[h] == 1 ? source : h >= 0 && s->side[h] == 2 ? sink : i;
    }
    for (size_t i = 0; i < s->n_edges;
         i++) { /* a wall that was opened to join is closed again for nothing; 1 keeps the halves compact */
        const struct enc_edge *e = &g->edges[s->edges[i]];
        enc_flow_edge(f, name[s->node[e->a]], name[s->node[e->b]], e->cm + 1);
    }
    int64_t cm = enc_flow_push(f, &source, 1, sink);
    enc_flow_smallest(f, &source, 1, inside);
    memset(s->half, 0, g->n);
    for (uint32_t i = 0; i < s->n_cells; i++) s->half[s->cells[i]] = inside[name[i]];
    free(inside);
    free(name);
    enc_flow_free(f);
    return cm;
}

/* How many separate pieces with homes both halves make, and whether each half meets the street. */
static size_t pieces(struct splitter *s, int32_t label, bool *ret_street)
{
    const struct enc_ground *g = s->g;
    struct wg_arena_mark mark = wg_arena_mark(s->ctx->arena);
    uint8_t *in = wg_alloc_n(s->ctx->arena, g->n + 1, 1);
    int32_t *part = wg_alloc_n(s->ctx->arena, g->n + 1, sizeof *part);
    size_t n = 0;
    *ret_street = true;
    for (int h = 0; h < 2; h++) {
        bool street = false;
        for (size_t c = 0; c < g->n; c++) in[c] = s->answer->label[c] == label && s->half[c] == h;
        n += enc_ground_parts(s->ctx, g, in, s->answer->open, part);
        for (size_t e = 0; e < g->n_edges && !street; e++) {
            const struct enc_edge *edge = &g->edges[e];
            if (edge->wall || edge->real_cm < 150) continue;
            bool a = part[edge->a] > 0, b = edge->b >= 0 && part[edge->b] > 0;
            bool out = edge->b < 0 || s->answer->label[edge->b] == 0 || s->answer->label[edge->a] == 0;
            street = (a || b) && out;
        }
        *ret_street = *ret_street && street;
    }
    wg_arena_rewind(s->ctx->arena, mark);
    return n;
}

static double try_halves(struct splitter *s, int32_t label)
{
    const struct enclose_config *c = s->g->space->map->config;
    bool street;
    int64_t cm = halve(s);
    size_t n = pieces(s, label, &street);
    return (double)cm / 100 * c->fence_yuan + (double)n * enc_compound_yuan(c) + (street ? 0 : 5 * enc_compound_yuan(c));
}

/* Gives the pieces of both halves labels of their own. */
static void relabel(struct splitter *s, int32_t label)
{
    const struct enc_ground *g = s->g;
    uint8_t *in = wg_alloc_n(s->ctx->arena, g->n + 1, 1);
    int32_t *part = wg_alloc_n(s->ctx->arena, g->n + 1, sizeof *part);
    int32_t next = (int32_t)s->answer->k + 1;
    bool first = true;
    for (int h = 0; h < 2; h++) {
        for (size_t c = 0; c < g->n; c++) in[c] = s->answer->label[c] == label && s->best[c] == h;
        size_t n = enc_ground_parts(s->ctx, g, in, s->answer->open, part);
        for (size_t p = 1; p <= n; p++) {
            int32_t name = first ? label : next++;
            first = false;
            for (size_t c = 0; c < g->n; c++)
                if (part[c] == (int32_t)p) s->answer->label[c] = -name; /* set apart until both halves are done */
        }
    }
    for (size_t c = 0; c < g->n; c++) {
        if (s->answer->label[c] == label) s->answer->label[c] = 0; /* a pocket that belongs to nobody now */
        if (s->answer->label[c] < 0) s->answer->label[c] = -s->answer->label[c];
    }
    s->answer->k = (size_t)next - 1;
}

static bool cut_by_key(struct splitter *s, int32_t label, int32_t key)
{
    for (size_t h = 0; h < s->g->n_homes; h++)
        if (s->side[h]) s->side[h] = s->g->key[h] == key ? 1 : s->g->key[h] >= 0 ? 2 : 3;
    double cost = try_halves(s, label);
    memcpy(s->best, s->half, s->g->n);
    return cost < 1e299;
}

/* After which homes of the order a cut leaves whole compounds' worth on each side; at most a few, spread evenly. */
static size_t even_places(const struct enc_ground *g, const struct order *order, size_t n, int64_t total, int64_t max,
                          size_t *ret)
{
    int64_t before = 0, parts = (total + max - 1) / max;
    size_t found = 0, kept = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t at = 0;
        before = 0;
        for (size_t i = 0; i + 1 < n; i++) {
            before += g->households[order[i].home];
            int64_t left = (before + max - 1) / max, right = (total - before + max - 1) / max;
            if (left + right > parts || (parts > 2 && (left * 3 < parts || right * 3 < parts))) continue;
            if (!pass) {
                found++;
                continue;
            }
            if (found <= MOST_PLACES || at * MOST_PLACES / found != (at + 1) * MOST_PLACES / found) ret[kept++] = i;
            at++;
        }
    }
    return kept;
}

struct cutting {
    const int32_t *homes; /* of the part */
    size_t n;
    int64_t total, max;
    uint8_t *side; /* of each home, in the best cut so far */
    double best;
};

/* Tries the sides as they are set; true when that is the best cut so far. */
static bool try_sides(struct splitter *s, int32_t label, struct cutting *c)
{
    double cost = try_halves(s, label);
    if (cost >= c->best - 1e-6) return false;
    c->best = cost;
    memcpy(s->best, s->half, s->g->n);
    memcpy(c->side, s->side, s->g->n_homes);
    return true;
}

/* Both sides hold no more than as few compounds as the whole needs. */
static bool is_even(const struct splitter *s, const struct cutting *c)
{
    int64_t left = 0;
    for (size_t i = 0; i < c->n; i++)
        if (s->side[c->homes[i]] == 1) left += s->g->households[c->homes[i]];
    return (left + c->max - 1) / c->max + (c->total - left + c->max - 1) / c->max <= (c->total + c->max - 1) / c->max &&
           left > 0 && left < c->total;
}

/* The homes of the smaller pieces of each half go to the other side, while that makes a better cut. */
static void join_strays(struct splitter *s, int32_t label, struct cutting *c)
{
    const struct enc_ground *g = s->g;
    struct wg_arena_mark mark = wg_arena_mark(s->ctx->arena);
    uint8_t *in = wg_alloc_n(s->ctx->arena, g->n + 1, 1);
    int32_t *part = wg_alloc_n(s->ctx->arena, g->n + 1, sizeof *part);
    int64_t *weight = wg_alloc_n(s->ctx->arena, g->n + 2, sizeof *weight);
    bool better = true;
    for (int round = 0; better && round < 6; round++) {
        better = false;
        for (uint8_t h = 0; h < 2 && !better; h++) {
            for (size_t k = 0; k < g->n; k++) in[k] = s->answer->label[k] == label && s->best[k] == h;
            size_t n = enc_ground_parts(s->ctx, g, in, s->answer->open, part), largest = 1;
            memset(weight, 0, (n + 1) * sizeof *weight);
            for (size_t k = 0; k < g->n; k++)
                if (part[k] > 0 && g->home[k] >= 0) weight[part[k]]++;
            for (size_t p = 1; p <= n; p++)
                if (weight[p] > weight[largest]) largest = p;
            memcpy(s->side, c->side, g->n_homes);
            for (size_t k = 0; k < g->n; k++)
                if (part[k] > 0 && part[k] != (int32_t)largest && g->home[k] >= 0 && c->side[g->home[k]])
                    s->side[g->home[k]] = h ? 2 : 1; /* half 1 is the first side's */
            better = n > 1 && is_even(s, c) && try_sides(s, label, c);
        }
    }
    wg_arena_rewind(s->ctx->arena, mark);
}

/* Ways over the part's ground from a home to the others; 1e300: none. */
static void walk_from(const struct splitter *s, int32_t home, double *ret_far)
{
    const struct enc_ground *g = s->g;
    const struct enc_mesh *m = &g->space->mesh;
    double *far = wg_xcalloc(s->n_cells + 1, sizeof *far);
    struct enc_heap heap = {0};
    for (size_t h = 0; h < g->n_homes; h++) ret_far[h] = 1e300;
    for (uint32_t i = 0; i < s->n_cells; i++) {
        far[i] = g->home[s->cells[i]] == home ? 0 : 1e300;
        if (far[i] <= 0) enc_heap_push(&heap, 0, (int32_t)i);
    }
    int32_t label = s->answer->label[s->cells[0]];
    while (heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&heap);
        uint32_t c = s->cells[e.cell];
        if (e.d > far[e.cell]) continue;
        if (g->home[c] >= 0 && e.d < ret_far[g->home[c]]) ret_far[g->home[c]] = e.d;
        for (uint32_t k = g->first[c]; k < g->first[c + 1]; k++) {
            int32_t d = g->across[k];
            const struct enc_edge *edge = &g->edges[g->items[k]];
            if (d < 0 || s->answer->label[d] != label || edge->narrow || (edge->wall && !s->answer->open[g->items[k]]))
                continue;
            double next = e.d + enc_dist(enc_centre(m, (size_t)g->tri[c]), enc_centre(m, (size_t)g->tri[d]));
            if (next >= far[s->node[d]]) continue;
            far[s->node[d]] = next;
            enc_heap_push(&heap, next, (int32_t)s->node[d]);
        }
    }
    enc_heap_free(&heap);
    free(far);
}

/* Sweeps the homes in this order. */
static void sweep(struct splitter *s, int32_t label, struct cutting *c, struct order *order)
{
    size_t places[MOST_PLACES];
    qsort(order, c->n, sizeof *order, by_place);
    size_t n_places = even_places(s->g, order, c->n, c->total, c->max, places), at = c->n;
    for (size_t p = 0; p < n_places; p++) {
        for (size_t k = 0; k < c->n; k++) s->side[order[k].home] = k <= places[p] ? 1 : 2;
        if (try_sides(s, label, c)) at = places[p];
    }
    for (int step = -2; at < c->n && step <= 2; step++) { /* beside the best place in this direction */
        size_t place = at + (size_t)(step + 2) - 2;
        if (!step || place >= c->n - 1) continue;
        for (size_t k = 0; k < c->n; k++) s->side[order[k].home] = k <= place ? 1 : 2;
        if (is_even(s, c)) (void)try_sides(s, label, c);
    }
}

/* Sweeps from each of some homes far apart towards each other of them. */
static void sweep_ways(struct splitter *s, int32_t label, struct cutting *c, struct order *order)
{
    enum { SEEDS = 4 };
    size_t n = s->g->n_homes, seeds = 0;
    double *far = wg_xcalloc(SEEDS * n + 1, sizeof *far), *least = wg_xcalloc(n + 1, sizeof *least);
    int32_t next = c->homes[0];
    for (size_t i = 0; i < n; i++) least[i] = 1e300;
    for (; seeds < SEEDS && next >= 0; seeds++) {
        double most = 0;
        walk_from(s, next, &far[seeds * n]);
        if (!seeds) { /* begin at an end */
            for (size_t i = 0; i < c->n; i++)
                if (far[c->homes[i]] > most && far[c->homes[i]] < 1e299) most = far[c->homes[i]], next = c->homes[i];
            walk_from(s, next, far);
            most = 0;
        }
        next = -1;
        for (size_t i = 0; i < c->n; i++) {
            int32_t h = c->homes[i];
            least[h] = fmin(least[h], far[seeds * n + (size_t)h]);
            if (least[h] > most && least[h] < 1e299) most = least[h], next = h;
        }
    }
    for (size_t a = 0; a < seeds; a++)
        for (size_t b = 0; b < a; b++) {
            for (size_t i = 0; i < c->n; i++) {
                int32_t h = c->homes[i];
                order[i] = (struct order){fmin(far[a * n + (size_t)h], 1e6) - fmin(far[b * n + (size_t)h], 1e6), h};
            }
            sweep(s, label, c, order);
        }
    free(far);
    free(least);
}

static bool cut_by_size(struct splitter *s, int32_t label, const int32_t *homes, size_t n, int64_t total)
{
    static const double pi = 3.14159265358979323846;
    const struct enc_ground *g = s->g;
    struct cutting c = {homes, n, total, g->space->map->config->households_max, NULL, 1e300};
    struct order *order = wg_alloc_n(s->ctx->arena, n + 1, sizeof *order);
    c.side = wg_alloc_n(s->ctx->arena, g->n_homes + 1, 1);
    sweep_ways(s, label, &c, order);
    for (int angle = 0; angle < 8; angle++) {
        double ux = cos(angle * pi / 8), uy = sin(angle * pi / 8);
        for (size_t i = 0; i < n; i++)
            order[i] = (struct order){ux * g->place[homes[i]].x + uy * g->place[homes[i]].y, homes[i]};
        sweep(s, label, &c, order);
    }
    if (c.best < 1e299) join_strays(s, label, &c);
    double best = c.best;
    if (best < 1e299) return true;
    int64_t before = 0; /* no even cut: halve by the middle of the last direction */
    for (size_t k = 0; k < n; k++) {
        s->side[order[k].home] = k == 0 || 2 * before < total ? 1 : 2;
        before += g->households[order[k].home];
    }
    s->side[order[n - 1].home] = 2;
    double cost = try_halves(s, label);
    memcpy(s->best, s->half, g->n);
    return cost < 1e299;
}

/* One cut through the part `label`, if it needs one and can have it. */
static bool split_part(struct splitter *s, int32_t label)
{
    const struct enc_ground *g = s->g;
    int32_t *homes = wg_alloc_n(s->ctx->arena, g->n_homes + 1, sizeof *homes);
    size_t n = 0;
    int64_t total = 0;
    int32_t key = -1;
    bool two_keys = false;
    memset(s->side, 0, g->n_homes);
    for (size_t c = 0; c < g->n; c++) {
        int32_t h = g->home[c];
        if (h < 0 || s->answer->label[c] != label || s->side[h]) continue;
        s->side[h] = 3;
        homes[n++] = h;
        total += g->households[h];
        if (g->key[h] >= 0 && key >= 0 && g->key[h] != key) two_keys = true;
        if (g->key[h] >= 0 && key < 0) key = g->key[h];
    }
    if (!two_keys && (key >= 0 || n < 2 || total <= g->space->map->config->households_max)) return false;
    list_part(s, label);
    if (two_keys) return cut_by_key(s, label, key);
    return cut_by_size(s, label, homes, n, total);
}

int enc_ground_split(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_answer *answer)
{
    struct splitter s = {.ctx = ctx, .g = g, .answer = answer};
    s.side = wg_alloc_n(ctx->arena, g->n_homes + 1, 1);
    s.cells = wg_alloc_n(ctx->arena, g->n + 1, sizeof *s.cells), s.node = wg_alloc_n(ctx->arena, g->n + 1, sizeof *s.node);
    s.edges = wg_alloc_n(ctx->arena, g->n_edges + 1, sizeof *s.edges);
    s.half = wg_alloc_n(ctx->arena, g->n + 1, 1), s.best = wg_alloc_n(ctx->arena, g->n + 1, 1);
    for (size_t label = 1; label <= answer->k; label++)
        for (size_t k = 0; split_part(&s, (int32_t)label); k++) {
            size_t before = answer->k;
            relabel(&s, (int32_t)label);
            if (answer->k == before || k > g->n_homes) break;
        }
    for (size_t e = 0; e < g->n_edges; e++) /* a wall opened between what are now two compounds stands again */
        if (answer->open[e] && (g->edges[e].b < 0 || answer->label[g->edges[e].a] != answer->label[g->edges[e].b]))
            answer->open[e] = 0;
    return 0;
}
