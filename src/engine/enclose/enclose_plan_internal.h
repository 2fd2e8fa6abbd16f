/* enclose_plan_internal.h - the plan in the making, between enclose_plan.c and enclose_tell.c. */
#ifndef WG_ENCLOSE_PLAN_INTERNAL_H
#define WG_ENCLOSE_PLAN_INTERNAL_H
#include "engine/enclose/enclose_exact.h"

struct enc_making {
    struct wg_ctx *ctx;
    const struct enclose_map *map;
    struct enc_locks locks;
    struct enc_space space;
    struct enc_ground *grounds;
    size_t n_grounds;
    struct enc_draft draft;
    struct enc_limits limits;
    struct enc_answer *answers; /* of each ground */
    struct enc_exact *exact;
    int32_t *last_label;        /* of the plan's compounds on each ground */
    size_t searched;            /* grounds whose groups were searched to the end */
    size_t n_exact, n_improved; /* grounds whose answer is proven best; where the exact search beat the groups */
    double bound, bound_gates;  /* in yuan; the part of it that gates are */
    double bound_any;           /* whatever side the homes in doubt open to */
    int64_t least_cm;
};
/* Puts the draft into the caller's terms: degrees, names, money. */
WG_MUST int enc_plan_tell(struct enc_making *k, struct enclose_plan **ret_plan);
/* The terms of the plan's cost and bound; enclose_terms.c. */
void enc_terms_tell(const struct enc_making *k, struct enclose_plan *plan);
#endif
