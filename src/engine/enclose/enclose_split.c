/* A part that holds too many households, or homes locked to different compounds, is cut through: lines in eight directions sweep
 * its homes into two halves, a least cut inside the part parts them, the cheapest that leaves both whole and open to the street
 * stands; halves that are still too large are cut again. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct splitter {
    struct wg_ctx *ctx;
    const struct enc_ground *g;
    struct enc_answer *answer;
    uint8_t *side; /* of each home of the part: 0 not in it, 1 source, 2 sink */
    uint8_t *half, *best;
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

/* Least cut inside the part between its two sets of homes; half[c] is 1 on the first's side. */
static int64_t halve(struct splitter *s, int32_t label)
{
    const int64_t never = INT64_C(1) << 50;
    const struct enc_ground *g = s->g;
    struct enc_flow *f = enc_flow_new(g->n + 1, g->n_edges + g->n);
    uint32_t *from = wg_xcalloc(g->n + 1, sizeof *from);
    size_t n = 0;
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        if (edge->b < 0 || s->answer->label[edge->a] != label || s->answer->label[edge->b] != label) continue;
        /* a wall that was opened to join is closed again for nothing; 1 keeps the halves compact */
        enc_flow_edge(f, (size_t)edge->a, (size_t)edge->b, edge->cm + 1);
    }
    for (size_t c = 0; c < g->n; c++) {
        if (s->answer->label[c] != label || g->home[c] < 0) continue;
        if (s->side[g->home[c]] == 1) from[n++] = (uint32_t)c;
        if (s->side[g->home[c]] == 2) enc_flow_arc(f, c, g->n, never);
    }
    int64_t cm = enc_flow_push(f, from, n, g->n);
    uint8_t *inside = wg_xmalloc(g->n + 1);
    enc_flow_smallest(f, from, n, inside);
    memcpy(s->half, inside, g->n);
    free(inside);
    free(from);
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
    int64_t cm = halve(s, label);
    if (cm >= INT64_C(1) << 49) return 1e300; /* two homes share their ground */
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

static bool cut_by_size(struct splitter *s, int32_t label, const int32_t *homes, size_t n, int64_t total)
{
    static const double pi = 3.14159265358979323846;
    const struct enc_ground *g = s->g;
    struct cutting c = {homes, n, total, g->space->map->config->households_max, NULL, 1e300};
    size_t places[MOST_PLACES];
    struct order *order = wg_alloc_n(s->ctx->arena, n + 1, sizeof *order);
    c.side = wg_alloc_n(s->ctx->arena, g->n_homes + 1, 1);
    for (int angle = 0; angle < 8; angle++) {
        double ux = cos(angle * pi / 8), uy = sin(angle * pi / 8);
        for (size_t i = 0; i < n; i++)
            order[i] = (struct order){ux * g->place[homes[i]].x + uy * g->place[homes[i]].y, homes[i]};
        qsort(order, n, sizeof *order, by_place);
        size_t n_places = even_places(g, order, n, total, c.max, places), at = n;
        for (size_t p = 0; p < n_places; p++) {
            for (size_t k = 0; k < n; k++) s->side[order[k].home] = k <= places[p] ? 1 : 2;
            if (try_sides(s, label, &c)) at = places[p];
        }
        for (int step = -2; at < n && step <= 2; step++) { /* beside the best place in this direction */
            size_t place = at + (size_t)(step + 2) - 2;
            if (!step || place >= n - 1) continue;
            for (size_t k = 0; k < n; k++) s->side[order[k].home] = k <= place ? 1 : 2;
            if (is_even(s, &c)) (void)try_sides(s, label, &c);
        }
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
    if (two_keys) return cut_by_key(s, label, key);
    if (key >= 0 || n < 2 || total <= g->space->map->config->households_max) return false;
    return cut_by_size(s, label, homes, n, total);
}

int enc_ground_split(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_answer *answer)
{
    struct splitter s = {.ctx = ctx, .g = g, .answer = answer};
    s.side = wg_alloc_n(ctx->arena, g->n_homes + 1, 1);
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
