/* enclose_tour.h - the least fence that joining parts can cost; for enclose_bound.c. */
#ifndef WG_ENCLOSE_TOUR_H
#define WG_ENCLOSE_TOUR_H
#include "engine/enclose/enclose_internal.h"

enum { ENC_TOUR_PARTS = 14, ENC_TOUR_HOLES = 5, ENC_TOUR_WINDINGS = 5 };
/* What stands (a house, a wall) beside the edge of a cell. */
struct enc_tour_hole {
    int32_t cell;
    int corner;
};
struct enc_tour_question {
    const uint8_t *core;          /* of each cell: in the least cut */
    const int64_t *there, *back;  /* of each edge: room the greatest flow leaves from a to b, and back */
    const uint8_t *barrier;       /* of each edge: ground on both sides may belong to two compounds with no fence between */
    const int32_t *part;          /* of each cell: its part of the least cut; 0 or less: none */
    int32_t reps[ENC_TOUR_PARTS]; /* the parts asked about */
    size_t n_reps;
    struct enc_tour_hole holes[ENC_TOUR_HOLES]; /* walks may not go round these the wrong way */
    size_t n_holes;
    struct enc_limits *limits;
    size_t most_pops;        /* steps of all searches: bounded by the work, not by the clock */
    double gate_cm, most_cm; /* a gate, in fence; more than most_cm is never worth it */
};
struct enc_tours;
/* For every set of the parts (bit i: reps[i]) what fence they cost at least beyond the least cut when they hang together, in
 * centimetres; lengths that cannot matter are cut off at most_cm or a gate a part. ret_walk has 1 << n_reps entries. */
struct enc_tours *enc_tours(const struct enc_ground *g, const struct enc_tour_question *q, double *ret_walk);
/* What the walk found for the set goes round the wrong way, as no outer edge can; the count, at most `most`. */
size_t enc_tours_faults(struct enc_tours *t, size_t set, struct enc_tour_hole *ret, size_t most);
size_t enc_tours_pops(const struct enc_tours *t);     /* steps taken so far */
bool enc_tours_broken_off(const struct enc_tours *t); /* there was more to look at than may be */
size_t enc_tours_work(const struct enc_tours *t);     /* the same with what it took to begin, in steps */
void enc_tours_free(struct enc_tours *t);
#endif
