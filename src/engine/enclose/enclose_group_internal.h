/* enclose_group_internal.h - the search for the grouping of one patch, between enclose_group.c (joining parts, the order of the search),
 * enclose_strip.c (strips of ground between parts), enclose_turn.c (which side homes open to) and enclose_kick.c (out of dead ends). */
#ifndef WG_ENCLOSE_GROUP_INTERNAL_H
#define WG_ENCLOSE_GROUP_INTERNAL_H
#include "engine/enclose/enclose_internal.h"

struct enc_strip {
    int32_t *cells;
    uint32_t *walls; /* edges opened on the way */
    size_t n_cells, n_walls;
};
enum { ENC_WAYS = 8 }; /* searches of one patch */
struct enc_group {
    struct wg_ctx *ctx;
    struct enc_ground *g;
    struct enc_limits *limits;
    struct enc_cut *cut;
    bool may_open, any_size; /* any_size: join beyond the largest compound; the split that follows evens it out */
    uint8_t *forced, *open, *inside;
    int32_t *part;
    size_t parts;
    int64_t cut_cm;
    double cost;
    double reach_cm;         /* farther than this no strip is thought of */
    size_t turns;            /* turns that may still be tried: bounded by the size of the ground, not by the clock */
    uint64_t seen[ENC_WAYS]; /* groupings found so far, and what they cost once cut through */
    double seen_cost[ENC_WAYS];
    size_t n_seen;
    struct enc_strip *strips;
    size_t n_strips, cap_strips;
    struct enc_xy *place; /* of each home: the middle of its ground on side 0 and 1: place[2h + s] */
    /* scratch of the path search */
    double *dist, *perimeter;
    int32_t *from_edge, *origin;
    struct enc_heap heap;
};
/* Two parts and the edge where the cheapest strip between them would meet, in centimetres of fence. */
struct enc_bridge {
    int32_t p, q;
    uint32_t edge;
    double estimate;
};

/* The least cut with the strips laid, its parts and what it costs. */
void enc_group_cut(struct enc_group *s);
void enc_group_improve(struct enc_group *s);
/* Joins, relays and turns within `radius` of a place, while that helps. */
void enc_group_settle(struct enc_group *s, struct enc_xy at, double radius, int rounds);
/* Leaves a plan that no single step makes cheaper, and comes back with one that is no dearer; enclose_kick.c. */
void enc_group_kick(struct enc_group *s);

/* Cheapest ways from all parts over the ground outside. */
void enc_strip_spread(struct enc_group *s);
/* For each two parts that may be joined the cheapest bridge, cheapest first; in the arena. */
size_t enc_strip_bridges(struct enc_group *s, const uint8_t *barred, struct enc_bridge **ret_bridges);
struct enc_strip enc_strip_lay(struct enc_group *s, uint32_t edge);
void enc_strip_add(struct enc_group *s, struct enc_strip strip);

/* Turns homes while that makes the plan cheaper; true when any was. */
bool enc_turn_homes(struct enc_group *s);
/* The same, one by one, for those within `radius` of a place. */
bool enc_turn_near(struct enc_group *s, struct enc_xy at, double radius);
#endif
