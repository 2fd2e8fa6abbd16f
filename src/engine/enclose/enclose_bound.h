/* enclose_bound.h - the lower bound of a patch, asked for a plan (enclose_group.c) or for a node of the exact search
 * (enclose_exact.c). */
#ifndef WG_ENCLOSE_BOUND_H
#define WG_ENCLOSE_BOUND_H
#include "engine/enclose/enclose_tour.h"

/* One way to gather the parts of a least cut into pieces of ground that hang together. */
struct enc_gathering {
    double yuan;                   /* at least */
    uint8_t block[ENC_TOUR_PARTS]; /* of each part asked about: the piece it goes to, from 0 */
};
enum { ENC_GATHERINGS = 24 };
struct enc_gatherings {
    int32_t *part; /* of each cell, the caller's: its part of the least cut, walls inside it down where they may come down */
    int32_t reps[ENC_TOUR_PARTS];
    size_t n_reps;
    struct enc_gathering list[ENC_GATHERINGS]; /* those that may beat the cost known, least first */
    size_t n;
};
struct enc_bound_ask {
    const uint8_t *source; /* of each cell: every plan asked about has it inside, and it lies before the home g->home says */
    const int32_t *label;  /* of each cell: a plan's compounds, 1 .. k, so that parts of all are asked about; NULL */
    size_t k;
    double cost;                       /* of a plan that is known: no bound beyond it is looked for */
    double near;                       /* yuan below the cost that are no longer worth a search */
    size_t states, pops;               /* most states of a search; most steps of all */
    bool holes;                        /* walks are asked again where they go round houses the wrong way */
    bool many;                         /* then about as many parts as may be, at some seconds' cost */
    bool small;                        /* compounds have gates for people */
    struct enc_gatherings *gatherings; /* NULL: not wanted */
};
struct enc_bound {
    double yuan;
    size_t compounds;
    int64_t least_cm;
    size_t work; /* in steps */
};
/* No plan with these sources inside costs less. With fewer sources the bound can only be lower, or as high: a plan for more is a plan
 * for fewer. */
struct enc_bound enc_bound_find(struct wg_ctx *ctx, const struct enc_ground *g, const struct enc_bound_ask *ask,
                                struct enc_limits *limits);
/* As many compounds as the homes of the patch take at least, whatever the plan. */
size_t enc_bound_fewest(const struct enc_ground *g);
/* What fence on the edge costs at least: half of it where it may serve another community as well. */
int64_t enc_bound_capacity(const struct enc_ground *g, const struct enc_edge *e);
#endif
