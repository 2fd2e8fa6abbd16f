/* A proven lower bound on what a patch can cost. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

int enc_ground_bound(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer)
{
    (void)ctx, (void)limits;
    const struct enclose_config *c = g->space->map->config;
    int64_t total = 0;
    for (size_t h = 0; h < g->n_homes; h++) total += g->households[h];
    int64_t k = (total + c->households_max - 1) / c->households_max;
    if (k < 1) k = 1;
    answer->bound = fmin(answer->cost, (double)answer->least_cm / 100 * c->fence_yuan + (double)k * enc_compound_yuan(c));
    answer->proven = answer->cost <= answer->bound + 1e-6;
    return 0;
}
