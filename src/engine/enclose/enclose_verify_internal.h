/* enclose_verify_internal.h - the proof in the making, between enclose_verify.c (who gets where) and enclose_measure.c (streets,
 * lengths, widths, distances). */
#ifndef WG_ENCLOSE_VERIFY_INTERNAL_H
#define WG_ENCLOSE_VERIFY_INTERNAL_H
#include "engine/enclose/enclose_internal.h"

enum enc_work_kind { ENC_WORK_FENCE, ENC_WORK_GATE, ENC_WORK_OPENED, ENC_WORK_CLOSED };
struct enc_check_work {
    enum enc_work_kind kind;
    const char *id, *compound;
    struct enc_line line;  /* one point: a gate drawn as a point */
    double length, stated; /* stated: -1 when the plan does not say */
    bool staffed, key_holder, large;
};
struct enc_check_door {
    size_t building;
    struct enc_xy at;
};
struct enc_check_compound {
    const char *id;
    GEOSGeometry *shape;
    size_t *buildings;
    size_t n_buildings;
    bool listed, locked;
    struct enc_check_door *doors;
    size_t n_doors;
};
struct enc_piece {
    const GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared;
    const struct enc_check_compound *asked;
    bool street, gate;
};
struct enc_check {
    struct wg_ctx *ctx;
    const struct enclose_map *map;
    const struct enclose_config *config;
    GEOSContextHandle_t geos;
    struct enc_shapes *bag;
    struct enclose_verdict *verdict;
    size_t cap;
    struct enc_check_compound *compounds;
    struct enc_check_work *works;
    size_t n_compounds, cap_compounds, n_works, cap_works;
    GEOSGeometry *free;
    struct enc_piece *pieces;
    size_t n_pieces;
    GEOSSTRtree *tree;
    uint32_t *owner; /* of each building: compounds it is in */
};
void enc_violation(struct enc_check *k, const char *code, const char *feature, struct enc_xy at, const char *zh,
                   const char *en);
/* Street or the ground of a staffed gate lies along the building. */
bool enc_is_served(struct enc_check *k, size_t building);
bool enc_has_free_side(struct enc_check *k, size_t building);
WG_MUST int enc_check_measures(struct enc_check *k);
#endif
