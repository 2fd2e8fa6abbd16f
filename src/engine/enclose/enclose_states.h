/* enclose_states.h - what one search over walks has reached (enclose_tour.c): pairs of a corner and a code. There are more of these than
 * memory for, and a search reaches few, so they are numbered as they are found. */
#ifndef WG_ENCLOSE_STATES_H
#define WG_ENCLOSE_STATES_H
#include "engine/enclose/enclose_internal.h"

struct enc_state {
    uint64_t key;
    double d;
    uint32_t slot, via, before; /* via, before: the caller's */
};
struct enc_states {
    struct enc_state *list;
    size_t n, cap;
    uint32_t *slots; /* numbers of states plus 1, by key */
    size_t n_slots;  /* a power of two */
};
/* The number of the state, found now with d 1e300 if it is new. */
uint32_t enc_states_at(struct enc_states *s, uint64_t key);
/* Forgets all. */
void enc_states_clear(struct enc_states *s);
void enc_states_free(struct enc_states *s);
#endif
