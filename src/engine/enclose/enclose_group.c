/* Which homes make one compound. The least cut round every home of a patch falls into parts; each part would need a gate and its
 * guards, so parts are joined by strips of ground where that costs less than the gate it saves; the cut is made again with the strip
 * inside, strips are laid anew and homes in doubt turned to their other side until nothing pays any more. The search runs up to four
 * times - with walls left standing and opened; within the largest compound and beyond it, to be cut through afterwards - and again, with
 * walls as was better, looking beyond what single steps find (enclose_kick.c); the cheapest plan stands. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_group_internal.h"

/* ---- the cut and its parts ---- */

static void apply_strips(struct enc_group *s)
{
    memset(s->forced, 0, s->g->n);
    memset(s->open, 0, s->g->n_edges);
    for (size_t i = 0; i < s->n_strips; i++) {
        for (size_t k = 0; k < s->strips[i].n_cells; k++) s->forced[s->strips[i].cells[k]] = 1;
        for (size_t k = 0; k < s->strips[i].n_walls; k++) s->open[s->strips[i].walls[k]] = 1;
    }
}

/* New fence between cells of different parts, and the walls opened, in yuan; each part's gate comes on top, and a part on whose edge to the street no
 * gate has room costs many times as much: a home does not open onto such a pocket where it can open elsewhere. */
static double cost_of(const struct enc_ground *g, const int32_t *part, const uint8_t *open, size_t parts)
{
    enum { GATE_CM = 80, POCKET = 10 };
    const struct enclose_config *c = g->space->map->config;
    int64_t cm = 0;
    size_t opened = 0, pockets = parts;
    bool *room = wg_xcalloc(parts + 1, sizeof *room);
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        int32_t a = part[edge->a], b = edge->b < 0 ? 0 : part[edge->b];
        bool roomy = edge->real_cm >= GATE_CM && (edge->wall ? edge->b < 0 : !edge->narrow);
        if (a != b) cm += edge->cm;
        for (int end = 0; end < 2 && a != b && roomy; end++) {
            int32_t p = end ? b : a, q = end ? a : b;
            if (p > 0 && q <= 0 && !room[p]) room[p] = true, pockets--;
        }
        opened += open[e] && a == b && a;
    }
    free(room);
    return (double)cm / 100 * c->fence_yuan + (double)opened * c->open_yuan +
           (double)(parts + POCKET * pockets) * enc_compound_yuan(c);
}

double enc_answer_cost(const struct enc_ground *g, const struct enc_answer *a)
{
    return cost_of(g, a->label, a->open, a->k);
}

void enc_group_cut(struct enc_group *s)
{
    apply_strips(s);
    s->cut_cm = enc_cut_least(s->cut, s->forced, s->inside);
    s->parts = enc_ground_parts(s->ctx, s->g, s->inside, s->open, s->part);
    s->cost = cost_of(s->g, s->part, s->open, s->parts);
}

/* ---- joining ---- */

enum { MOST_TRIES = 12, FEW_TRIES = 3, THOROUGH_TRIES = 60, MOST_WORK = 2000000 };
static const double likely = 1.5, thinkable = 6; /* gates that a strip may be thought to cost */
static const struct enc_xy nowhere = {0, 0};
static const double everywhere = 1e300;

/* One join that pays (or a lock or the least size asks for it); false when none of the likely ones does. `far`: how many gates a strip may
 * be thought to cost and yet be tried: with the strip inside, the cut often grows to walls and houses and is cheaper. */
static bool join_once(struct enc_group *s, uint8_t *barred, size_t *tries, double far, size_t most)
{
    const struct enclose_config *c = s->g->space->map->config;
    struct wg_arena_mark mark = wg_arena_mark(s->ctx->arena);
    double now = s->cost;
    size_t parts = s->parts;
    struct enc_bridge *list = NULL;
    size_t n = enc_strip_bridges(s, barred, &list);
    struct enc_bridge *bridges = wg_xcalloc(n + 1, sizeof *bridges);
    if (n) memcpy(bridges, list, n * sizeof *bridges);
    wg_arena_rewind(s->ctx->arena, mark);
    bool joined = false;
    for (size_t i = 0; i < n && !joined && *tries < most && !enc_out_of_time(s->limits); i++) {
        bool asked = bridges[i].estimate < -1e8;
        if (!asked && bridges[i].estimate / 100 * c->fence_yuan > far * enc_compound_yuan(c)) break; /* far from paying */
        if (i) enc_strip_spread(s); /* the parts are again what they were */
        enc_strip_add(s, enc_strip_lay(s, bridges[i].edge));
        enc_group_cut(s);
        joined = s->parts < parts && (asked || s->cost < now - 1e-6);
        if (joined) break;
        s->n_strips--;
        barred[bridges[i].edge] = 1;
        (*tries)++;
        enc_group_cut(s);
    }
    free(bridges);
    return joined;
}

/* How far strips are looked for where one may cost `far` gates; everywhere where locks or the least size ask for some. */
static double reach_of(const struct enc_group *s, double far)
{
    const struct enclose_config *c = s->g->space->map->config;
    bool asked = c->households_min > 0;
    for (size_t h = 0; h < s->g->n_homes && !asked; h++) asked = s->g->key[h] >= 0;
    return asked ? 1e300 : far * enc_compound_yuan(c) / c->fence_yuan * 100;
}

static void join_parts(struct enc_group *s, double far, size_t most)
{
    uint8_t *barred = wg_xcalloc(s->g->n_edges + 1, 1);
    s->reach_cm = reach_of(s, far);
    size_t tries = 0;
    while (s->parts > 1 && !enc_out_of_time(s->limits) && join_once(s, barred, &tries, far, most)) {
    }
    free(barred);
}

/* Takes strip i up and lays the best one for the ground as it now is; true when the plan is cheaper for it. */
static bool relay_one(struct enc_group *s, size_t i)
{
    struct enc_strip old = s->strips[i];
    double now = s->cost;
    size_t parts = s->parts;
    s->strips[i] = s->strips[--s->n_strips];
    enc_group_cut(s);
    if (s->cost <= now - 1e-6 || (s->parts == parts && s->cost <= now + 1e-6))
        return true; /* it had become idle, or costs too much */
    struct wg_arena_mark mark = wg_arena_mark(s->ctx->arena);
    struct enc_bridge *list = NULL;
    bool laid = s->parts > parts && enc_strip_bridges(s, NULL, &list) > 0;
    uint32_t edge = laid ? list[0].edge : 0;
    wg_arena_rewind(s->ctx->arena, mark);
    if (laid) enc_strip_add(s, enc_strip_lay(s, edge));
    if (laid) enc_group_cut(s);
    if (s->cost < now - 1e-6 && s->parts <= parts) return true;
    if (laid) s->n_strips--;
    enc_strip_add(s, s->n_strips > i ? s->strips[i] : old);
    s->strips[i] = old;
    enc_group_cut(s);
    return false;
}

static bool is_near(const struct enc_group *s, size_t strip, struct enc_xy at, double radius)
{
    int32_t middle = s->strips[strip].cells[s->strips[strip].n_cells / 2];
    return enc_dist(at, enc_centre(&s->g->space->mesh, (size_t)s->g->tri[middle])) < radius;
}

/* Those within `radius` of a place. */
static bool relay_strips(struct enc_group *s, struct enc_xy at, double radius)
{
    bool any = false, better = true;
    s->reach_cm = reach_of(s, likely);
    for (int round = 0; better && round < 6; round++) {
        better = false;
        for (size_t i = 0; i < s->n_strips && !enc_out_of_time(s->limits); i++)
            if (is_near(s, i, at, radius)) better = relay_one(s, i) || better;
        any = any || better;
    }
    return any;
}

void enc_group_improve(struct enc_group *s)
{
    enum { MOST_ROUNDS = 6 };
    double last = 1e300;
    join_parts(s, likely, MOST_TRIES);
    for (int round = 0; round < MOST_ROUNDS && s->cost < last - 1e-6 && !enc_out_of_time(s->limits); round++) {
        last = s->cost;
        (void)relay_strips(s, nowhere, everywhere);
        (void)enc_turn_homes(s);
        join_parts(s, likely, MOST_TRIES);
    }
    double before = s->cost;
    join_parts(s, thinkable, THOROUGH_TRIES);
    if (s->cost < before - 1e-6) (void)relay_strips(s, nowhere, everywhere);
}

void enc_group_settle(struct enc_group *s, struct enc_xy at, double radius, int rounds)
{
    double last = 1e300;
    join_parts(s, likely, FEW_TRIES);
    for (int round = 0; round < rounds && s->cost < last - 1e-6 && !enc_out_of_time(s->limits); round++) {
        last = s->cost;
        (void)enc_turn_near(s, at, radius);
        (void)relay_strips(s, at, radius);
        join_parts(s, likely, FEW_TRIES);
    }
}

/* ---- the search ---- */

static struct enc_group new_group(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits)
{
    struct wg_arena *arena = ctx->arena;
    struct enc_group s = {.ctx = ctx, .g = g, .limits = limits};
    s.forced = wg_alloc_n(arena, g->n + 1, 1), s.inside = wg_alloc_n(arena, g->n + 1, 1);
    s.open = wg_alloc_n(arena, g->n_edges + 1, 1), s.part = wg_alloc_n(arena, g->n + 1, sizeof *s.part);
    s.dist = wg_alloc_n(arena, g->n + 1, sizeof *s.dist), s.perimeter = wg_alloc_n(arena, g->n + 1, sizeof *s.perimeter);
    s.from_edge = wg_alloc_n(arena, g->n + 1, sizeof *s.from_edge), s.origin = wg_alloc_n(arena, g->n + 1, sizeof *s.origin);
    s.place = wg_alloc_n(arena, 2 * g->n_homes + 1, sizeof *s.place);
    for (size_t e = 0; e < g->n_edges; e++) {
        s.perimeter[g->edges[e].a] += (double)g->edges[e].cm;
        if (g->edges[e].b >= 0) s.perimeter[g->edges[e].b] += (double)g->edges[e].cm;
    }
    for (size_t i = 0; i < 2 * g->n_homes; i++) {
        double n = (double)(g->side_first[i + 1] - g->side_first[i]);
        for (uint32_t k = g->side_first[i]; k < g->side_first[i + 1]; k++) {
            struct enc_xy at = enc_centre(&g->space->mesh, (size_t)g->tri[g->side_cells[k]]);
            s.place[i].x += at.x / n, s.place[i].y += at.y / n;
        }
    }
    s.cut = enc_cut_new(g);
    return s;
}

static struct enc_answer new_answer(struct wg_ctx *ctx, const struct enc_ground *g)
{
    struct enc_answer a = {.cost = 1e300};
    a.label = wg_alloc_n(ctx->arena, g->n + 1, sizeof *a.label), a.open = wg_alloc_n(ctx->arena, g->n_edges + 1, 1);
    a.turned = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *a.turned);
    return a;
}

static void keep(const struct enc_group *s, struct enc_answer *a)
{
    memcpy(a->label, s->part, s->g->n * sizeof *a->label);
    memcpy(a->open, s->open, s->g->n_edges);
    memcpy(a->turned, s->g->turned, s->g->n_homes * sizeof *a->turned);
    a->k = s->parts;
}

/* Tells one grouping from another. */
static uint64_t mark_of(const struct enc_group *s, const struct enc_answer *a)
{
    uint64_t mark = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (size_t c = 0; c < s->g->n; c++) mark = (mark ^ (uint64_t)(uint32_t)a->label[c]) * UINT64_C(0x100000001B3);
    for (size_t e = 0; e < s->g->n_edges; e++) mark = (mark ^ a->open[e]) * UINT64_C(0x100000001B3);
    for (size_t h = 0; h < s->g->n_homes; h++) mark = (mark ^ (uint64_t)a->turned[h]) * UINT64_C(0x100000001B3);
    return mark;
}

/* One search, cut through where a compound is too large; taken over when it is cheaper. */
static int search(struct enc_group *s, const bool *first_sides, bool kick, struct enc_answer *try, struct enc_answer *best,
                  double *ret_cost)
{
    struct wg_arena_mark mark = wg_arena_mark(s->ctx->arena);
    s->strips = NULL, s->n_strips = s->cap_strips = 0; /* the last search's went with the arena */
    enc_sides_set(s->g, first_sides);
    s->turns = MOST_WORK / (s->g->n + 1);
    enc_group_cut(s);
    enc_group_improve(s);
    if (kick) enc_group_kick(s);
    keep(s, try);
    s->strips = NULL, s->n_strips = s->cap_strips = 0;
    uint64_t found = mark_of(s, try);
    for (size_t i = 0; i < s->n_seen; i++) {
        if (s->seen[i] != found) continue; /* it has been cut through already */
        *ret_cost = s->seen_cost[i];
        wg_arena_rewind(s->ctx->arena, mark);
        return 0;
    }
    int rc = enc_ground_split(s->ctx, s->g, try);
    if (rc) return rc;
    try->cost = enc_answer_cost(s->g, try);
    *ret_cost = try->cost;
    s->seen[s->n_seen] = found, s->seen_cost[s->n_seen++] = try->cost;
    wg_arena_rewind(s->ctx->arena, mark);
    if (try->cost >= best->cost - 1e-6) return 0;
    struct enc_answer swap = *best;
    *best = *try;
    *try = swap;
    return 0;
}

int enc_ground_solve(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits, struct enc_answer *ret_answer)
{
    struct enc_group s = new_group(ctx, g, limits);
    struct enc_answer a = new_answer(ctx, g), try = new_answer(ctx, g);
    bool *sides = wg_alloc_n(ctx->arena, g->n_homes + 1, sizeof *sides);
    memcpy(sides, g->turned, g->n_homes * sizeof *sides);
    const struct enclose_config *c = g->space->map->config;
    bool walls = false;
    int64_t households = 0;
    for (size_t e = 0; e < g->n_edges && !walls; e++) walls = g->edges[e].wall && g->edges[e].b >= 0;
    for (size_t h = 0; h < g->n_homes; h++) households += g->households[h];
    int rc = 0;
    double cost = 1e300, least[2] = {1e300, 1e300};
    bool opening_helps[2] = {false, false};
    for (int way = 0; way < 8 && !rc;
         way++) { /* within the largest compound and beyond; walls left standing and opened; without kicks and with */
        bool kick = way >= 4;
        s.any_size = (way & 1) != 0;
        s.may_open = (way & 2) != 0; /* only taken where it is cheaper: leave to open walls never makes a plan dearer */
        if ((s.may_open && !(walls && c->may_open)) || (s.any_size && households <= c->households_max)) continue;
        if (kick && s.may_open && !opening_helps[s.any_size]) continue;
        if (way > 0 && enc_out_of_time(limits)) break;
        rc = search(&s, sides, kick, &try, &a, &cost);
        opening_helps[s.any_size] = opening_helps[s.any_size] || (s.may_open && cost < least[s.any_size] - 1e-6);
        least[s.any_size] = fmin(least[s.any_size], cost);
    }
    enc_heap_free(&s.heap);
    enc_cut_free(s.cut);
    if (rc) return rc;
    enc_sides_set(g, a.turned);
    enc_flow_free(enc_ground_flow(g, true, &a.least_cm));
    rc = enc_ground_bound(ctx, g, limits, &a);
    a.cut_short = limits->cut_short;
    if (!rc) *ret_answer = a;
    return rc;
}
