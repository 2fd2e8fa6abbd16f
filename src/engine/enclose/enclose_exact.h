/* enclose_exact.h - the exact search of one patch, between enclose_exact.c (sides) and enclose_exact_build.c (the plan at a leaf). */
#ifndef WG_ENCLOSE_EXACT_H
#define WG_ENCLOSE_EXACT_H
#include "engine/enclose/enclose_bound.h"

enum { ENC_EXACT_NEAR = 1 }; /* yuan: less than a centimetre of fence */
/* What the exact search of a patch found. */
struct enc_exact {
    double bound; /* no plan costs less, whatever side the homes in doubt open to */
    bool exact;   /* the patch's answer costs no more than that, but for ENC_EXACT_NEAR */
    bool better;  /* the answer it was given was dearer */
    bool cut;     /* the count of work, or the time, ran out */
};
/* Looks for a plan of the patch that is cheaper than the answer, over all sides and all ways to gather; puts it in the answer's place. */
WG_MUST int enc_exact_search(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits, struct enc_answer *answer,
                             struct enc_exact *ret);

/* The plan with the sides as they are turned whose pieces hang together as the gathering says (NULL: all); cost 1e300 where there is
 * none. `ret` has room for the patch. */
WG_MUST int enc_exact_build(struct wg_ctx *ctx, const struct enc_ground *g, const struct enc_gatherings *all,
                            const struct enc_gathering *one, bool may_open, struct enc_answer *ret);
#endif
