/* Out of the plans that no single step makes cheaper: homes in doubt round a place drawn by lot are turned, strips near them taken up, and
 * the search goes on from there, near the place; what is dearer in the end is taken back. The lots are the same on every machine, and the
 * more a plan spends beyond its least fence and its gates, the more are drawn. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_group_internal.h"

enum { MOST_KICKS = 120, MOST_WORK = 1000000, MOST_ROUNDS = 2 };

static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15)); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

struct kept {
    bool *turned;
    struct enc_strip *strips;
    size_t n_strips;
};

static void keep_state(const struct enc_group *s, struct kept *k)
{
    k->n_strips = s->n_strips;
    free(k->strips);
    k->strips = wg_xcalloc(s->n_strips + 1, sizeof *k->strips);
    if (s->n_strips) memcpy(k->strips, s->strips, s->n_strips * sizeof *k->strips);
    memcpy(k->turned, s->g->turned, s->g->n_homes * sizeof *k->turned);
}

static void take_back(struct enc_group *s, const struct kept *k)
{
    enc_sides_set(s->g, k->turned);
    s->n_strips = 0;
    for (size_t i = 0; i < k->n_strips; i++) enc_strip_add(s, k->strips[i]);
}

static bool turn_by_lot(struct enc_group *s, struct enc_xy at, double radius, uint64_t *state)
{
    struct enc_ground *g = s->g;
    bool any = false;
    for (int32_t h = 0; h < (int32_t)g->n_homes; h++) {
        if (!enc_side_doubtful(g, h) || enc_dist(at, s->place[2 * h]) >= radius || draw(state) % 2) continue;
        if (enc_side_turn(g, h))
            any = true;
        else
            (void)enc_side_turn(g, h);
    }
    return any;
}

static bool lift_by_lot(struct enc_group *s, struct enc_xy at, double radius, uint64_t *state)
{
    const struct enc_ground *g = s->g;
    bool any = false;
    for (size_t i = 0; i < s->n_strips;) {
        int32_t middle = s->strips[i].cells[s->strips[i].n_cells / 2];
        bool near = enc_dist(at, enc_centre(&g->space->mesh, (size_t)g->tri[middle])) < radius;
        if (near && draw(state) % 2) {
            s->strips[i] = s->strips[--s->n_strips];
            any = true;
        } else {
            i++;
        }
    }
    return any;
}

/* What the plan spends beyond its least fence and the fewest gates: all there is to gain, but for other sides. */
static double slack_of(struct enc_group *s)
{
    const struct enclose_config *c = s->g->space->map->config;
    int64_t households = 0;
    for (size_t h = 0; h < s->g->n_homes; h++) households += s->g->households[h];
    memset(s->forced, 0, s->g->n);
    double least = (double)enc_cut_least(s->cut, s->forced, s->inside) / 100 * c->fence_yuan, cost = s->cost;
    double fewest = ceil((double)households / (double)c->households_max);
    enc_group_cut(s);
    return cost - least - fewest * enc_compound_yuan(c);
}

void enc_group_kick(struct enc_group *s)
{
    enum { KINDS = 3, TURN = 0, LIFT = 1 };
    const struct enc_ground *g = s->g;
    double tries = slack_of(s) / enc_compound_yuan(g->space->map->config) * MOST_KICKS;
    size_t most = (size_t)fmin(fmin(fmax(tries, 0), MOST_KICKS), (double)MOST_WORK / (double)(g->n + 1));
    uint64_t state = 1;
    struct kept k = {.turned = wg_xcalloc(g->n_homes + 1, sizeof *k.turned)};
    double best = s->cost;
    keep_state(s, &k);
    for (size_t i = 0; i < most && !enc_out_of_time(s->limits); i++) {
        uint64_t kind = draw(&state) % KINDS, home = draw(&state) % g->n_homes;
        struct enc_xy at = s->place[2 * home];
        double radius = 20 + (double)(draw(&state) % 60);
        bool moved = kind != LIFT && turn_by_lot(s, at, radius, &state);
        moved = (kind != TURN && lift_by_lot(s, at, radius + 40, &state)) || moved;
        if (!moved) continue;
        enc_group_cut(s);
        enc_group_settle(s, at, radius + 30, MOST_ROUNDS);
        if (s->cost < best - 1e-6) {
            best = s->cost;
            keep_state(s, &k);
        } else {
            take_back(s, &k);
        }
    }
    enc_group_cut(s);
    free(k.turned);
    free(k.strips);
}
