/* enclose_tour.h - the least fence that joining parts can cost; for enclose_bound.c. */
#ifndef WG_ENCLOSE_TOUR_H
#define WG_ENCLOSE_TOUR_H
#include "engine/enclose/enclose_internal.h"

enum { ENC_TOUR_PARTS = 10 };
struct enc_tour_question {
    const uint8_t *core;          /* of each cell: in the least cut */
    const int64_t *there, *back;  /* of each edge: room the greatest flow leaves from a to b, and back */
    const uint8_t *barrier;       /* of each edge: ground on both sides may belong to two compounds with no fence between */
    const int32_t *part;          /* of each cell: its part of the least cut; 0 or less: none */
    int32_t reps[ENC_TOUR_PARTS]; /* the parts asked about */
    size_t n_reps;
    double gate_cm, most_cm; /* a gate, in fence; more than most_cm is never worth it */
};
/* For every set of the parts (bit i: reps[i]) what fence they cost at least beyond the least cut when they hang together, in
 * centimetres; lengths that cannot matter are cut off at most_cm or a gate a part. ret_walk has 1 << n_reps entries. */
void enc_tours(const struct enc_ground *g, const struct enc_tour_question *q, double *ret_walk);
#endif
