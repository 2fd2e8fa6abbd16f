/* The least cut round the homes of a patch as they are turned, and round strips. Between two questions few sources change: what flows from
 * those that are gone is taken back, and the others push what they can. The answer is that of a cut made from nothing. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct enc_cut {
    const struct enc_ground *g;
    struct enc_flow *flow;
    int64_t cm;
    uint8_t *source, *wanted; /* of each cell */
    uint8_t *side;            /* of each node */
    uint32_t *list;
};

struct enc_cut *enc_cut_new(const struct enc_ground *g)
{
    struct enc_cut *k = wg_xcalloc(1, sizeof *k);
    k->g = g;
    k->flow = enc_flow_new(g->n + 1, g->n_edges);
    for (size_t e = 0; e < g->n_edges; e++)
        if (g->edges[e].cm > 0)
            enc_flow_edge(k->flow, (size_t)g->edges[e].a, g->edges[e].b < 0 ? g->n : (size_t)g->edges[e].b, g->edges[e].cm);
    k->source = wg_xcalloc(g->n + 1, 1);
    k->wanted = wg_xcalloc(g->n + 1, 1);
    k->side = wg_xcalloc(g->n + 1, 1);
    k->list = wg_xcalloc(g->n + 1, sizeof *k->list);
    return k;
}

void enc_cut_free(struct enc_cut *k)
{
    if (!k) return;
    enc_flow_free(k->flow);
    free(k->source), free(k->wanted), free(k->side), free(k->list);
    free(k);
}

int64_t enc_cut_least(struct enc_cut *k, const uint8_t *forced, uint8_t *ret_inside)
{
    const struct enc_ground *g = k->g;
    size_t n = 0;
    memcpy(k->wanted, forced, g->n);
    for (size_t h = 0; h < g->n_homes; h++) {
        size_t side = 2 * h + g->turned[h];
        for (uint32_t c = g->side_first[side]; c < g->side_first[side + 1]; c++) k->wanted[g->side_cells[c]] = 1;
    }
    for (size_t c = 0; c < g->n; c++)
        if (k->source[c] && !k->wanted[c]) k->list[n++] = (uint32_t)c;
    if (n) k->cm -= enc_flow_withdraw(k->flow, k->list, n, g->n);
    bool all = n > 0;
    n = 0;
    for (size_t c = 0; c < g->n; c++)
        if (k->wanted[c] && (all || !k->source[c])) k->list[n++] = (uint32_t)c;
    memcpy(k->source, k->wanted, g->n);
    k->cm += enc_flow_push(k->flow, k->list, n, g->n);
    enc_flow_largest(k->flow, g->n, k->side);
    memcpy(ret_inside, k->side, g->n);
    return k->cm;
}
