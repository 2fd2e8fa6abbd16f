/* enclose_plan_internal.h - the plan in the making, between enclose_plan.c and enclose_tell.c. */
#ifndef WG_ENCLOSE_PLAN_INTERNAL_H
#define WG_ENCLOSE_PLAN_INTERNAL_H
#include "engine/enclose/enclose_internal.h"

/* What the bound of one ground counts. */
struct enc_ground_bound_terms {
    int32_t last_label; /* of the plan's compounds on it */
    size_t compounds;
};
struct enc_making {
    struct wg_ctx *ctx;
    const struct enclose_map *map;
    struct enc_locks locks;
    struct enc_space space;
    struct enc_ground *grounds;
    size_t n_grounds;
    struct enc_draft draft;
    struct enc_limits limits;
    size_t searched;                      /* grounds whose search ran to its end */
    struct enc_ground_bound_terms *terms; /* of each ground */
    double bound, bound_gates;            /* in yuan; the part of it that gates are */
    int64_t least_cm;
};
/* Puts the draft into the caller's terms: degrees, names, money. */
WG_MUST int enc_plan_tell(struct enc_making *k, struct enclose_plan **ret_plan);
/* The terms of the plan's cost and bound; enclose_terms.c. */
void enc_terms_tell(const struct enc_making *k, struct enclose_plan *plan);
#endif
