/* enclose_cover.h - which places get a gate, so that every door is near enough to one; for enclose_gate.c. */
#ifndef WG_ENCLOSE_COVER_H
#define WG_ENCLOSE_COVER_H
#include "engine/enclose/enclose_internal.h"

struct enc_cover {
    size_t n_places, n_doors;
    const bool *near;     /* near[place * n_doors + door]: its way is within what the rules allow */
    const bool *served;   /* of each door: near enough to a gate that stands already */
    const bool *may_main; /* of each place: fit for the main gate */
    const double *score;  /* of each place, as main gate: lower is better */
    const uint32_t *building;
    const int64_t *households; /* of each door: its building's; doors of one building follow each other */
    int64_t key_households;    /* one key holder may serve */
    double staffed_yuan, key_yuan, most_yuan;
    bool needs_main; /* no staffed gate stands yet */
};
struct enc_cover_answer {
    size_t staffed[3], n_staffed; /* the first is the main gate, where one is needed */
    size_t keys[6], n_keys;
};
/* Doors that no place is near enough to are left out of account. False: nothing is cheaper than most_yuan. */
bool enc_cover_find(const struct enc_cover *cover, struct enc_cover_answer *ret_answer);
#endif
