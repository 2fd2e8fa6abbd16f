/* Which side homes in doubt open to, chosen together with the compounds: rows that face each other share one closed yard. Homes are
 * turned one by one and by two, each turn kept where the whole plan is cheaper for it. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_group_internal.h"

enum { NEAREST = 3 };
static const double near_m = 60; /* homes whose yards may be one */

static bool try_turn(struct enc_group *s, int32_t a, int32_t b)
{
    double was = s->cost;
    bool *before = wg_xcalloc(s->g->n_homes + 1, sizeof *before);
    memcpy(before, s->g->turned, s->g->n_homes * sizeof *before);
    bool better = enc_side_turn(s->g, a) && (b < 0 || enc_side_turn(s->g, b));
    if (better) {
        enc_group_cut(s);
        better = s->cost < was - 1e-6;
    }
    if (!better) {
        enc_sides_set(s->g, before);
        s->cost = was;
    }
    free(before);
    return better;
}

/* The homes in doubt whose side not taken lies nearest to that of `h`. */
static size_t neighbours(const struct enc_group *s, int32_t h, int32_t *ret)
{
    const struct enc_ground *g = s->g;
    double far[NEAREST];
    size_t n = 0;
    struct enc_xy at = s->place[2 * h + !g->turned[h]];
    for (int32_t k = 0; k < (int32_t)g->n_homes; k++) {
        if (k == h || !enc_side_doubtful(g, k)) continue;
        double d = enc_dist(at, s->place[2 * k + !g->turned[k]]);
        if (d > near_m || (n == NEAREST && d >= far[n - 1])) continue;
        size_t i = n < NEAREST ? n++ : n - 1;
        for (; i > 0 && far[i - 1] > d; i--) far[i] = far[i - 1], ret[i] = ret[i - 1];
        far[i] = d, ret[i] = k;
    }
    return n;
}

/* One of the turns that may still be tried. */
static bool may_turn(struct enc_group *s, int32_t a, int32_t b)
{
    if (!s->turns) return false;
    s->turns--;
    return try_turn(s, a, b);
}

bool enc_turn_near(struct enc_group *s, struct enc_xy at, double radius)
{
    bool any = false;
    for (int32_t h = 0; h < (int32_t)s->g->n_homes && !enc_out_of_time(s->limits); h++)
        if (enc_side_doubtful(s->g, h) && enc_dist(at, s->place[2 * h]) < radius) any = try_turn(s, h, -1) || any;
    enc_group_cut(s);
    return any;
}

bool enc_turn_homes(struct enc_group *s)
{
    bool any = false;
    for (int32_t h = 0; h < (int32_t)s->g->n_homes && !enc_out_of_time(s->limits); h++) {
        if (!enc_side_doubtful(s->g, h)) continue;
        int32_t with[NEAREST];
        bool turned = may_turn(s, h, -1);
        size_t n = turned ? 0 : neighbours(s, h, with);
        for (size_t i = 0; i < n && !turned; i++) turned = with[i] > h && may_turn(s, h, with[i]);
        any = any || turned;
    }
    enc_group_cut(s);
    return any;
}
