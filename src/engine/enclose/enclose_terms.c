/* What a plan's cost and its lower bound are made of. */
#include "engine/enclose/enclose_plan_internal.h"

static double yuan_of_gate(const struct enclose_config *c, const struct enclose_gate *g)
{
    double yuan = g->large ? c->gate_large_yuan : c->gate_small_yuan;
    if (g->state == ENCLOSE_KEY_HOLDER) yuan += (double)c->days * c->key_holder_yuan;
    if (g->state == ENCLOSE_STAFFED) yuan += c->cabin_yuan + (double)c->days * c->shifts_day * c->shift_yuan;
    return yuan;
}

void enc_terms_tell(const struct enc_making *k, struct enclose_plan *plan)
{
    const struct enclose_config *c = plan->config;
    struct enclose_terms *spent = &plan->spent, *least = &plan->least;
    double fence = plan->totals.fence_m * c->fence_yuan;
    for (size_t i = 0; i < plan->n_gates; i++) { /* in the order of the draft's */
        const struct enclose_gate *g = &plan->gates[i];
        double stands_for = k->draft.gates[i].wall ? 0 : g->width * c->fence_yuan;
        *(g->main ? &spent->main_gates : &spent->more_gates) += yuan_of_gate(c, g) - stands_for;
        fence += stands_for;
        if (g->neighbour) spent->dividing += stands_for;
    }
    for (size_t i = 0; i < plan->n_fences; i++)
        if (plan->fences[i].neighbour && !plan->fences[i].locked) spent->dividing += plan->fences[i].metres * c->fence_yuan;
    spent->opened = (double)plan->n_opened * c->open_yuan;
    spent->least_fence = plan->fence_bound_m * c->fence_yuan;
    spent->joining = fence - spent->dividing - spent->least_fence;
    least->main_gates = k->bound_gates;
    least->least_fence = spent->least_fence;
    least->joining = plan->bound - least->main_gates - least->least_fence;
}
