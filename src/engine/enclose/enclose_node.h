/* enclose_node.h - linework put together on whole centimetres, so that it meets only at ends. */
#ifndef WG_ENCLOSE_NODE_H
#define WG_ENCLOSE_NODE_H
#include "engine/enclose/enclose_internal.h"

enum { ENC_GRID_M = 100 }; /* grid squares in a metre */
struct enc_linework {      /* starts zeroed; freed with enc_linework_free */
    struct enc_ixy *v;
    struct enc_link *links; /* a < b: corners */
    size_t n_v, cap_v, n_links, cap_links;
    uint32_t *slots; /* corner + 1, open addressing; only while it grows */
    size_t n_slots;
};
/* Adds a line of n points, in metres within 100 km of the origin. */
void enc_linework_add(struct enc_linework *w, const struct enc_xy *p, size_t n);
/* Afterwards links meet only at their ends, and none is there twice. No line may be added any more. */
void enc_linework_node(struct enc_linework *w);
void enc_linework_free(void *linework); /* a struct enc_linework; fit for wg_arena_cleanup */
#endif
