/* enclose_verify_internal.h - the proof in the making, between enclose_verify.c (who gets where), enclose_measure.c (streets,
 * lengths, widths, distances) and enclose_excuse.c (what the plan says it cannot keep). */
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
    size_t n_doors, cap_doors;
};
/* What the plan declares that it cannot keep. */
struct enc_excuse {
    const char *rule, *feature;
    size_t building;
    struct enc_xy at;
    bool used;
};
/* A straight stretch of a closed piece's edge where a gate to the street would have room: on the line of the fence or wall. */
struct enc_site {
    struct enc_xy a, b, out; /* out: of length one, to the street's side */
};
struct enc_piece {
    const GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared;
    const struct enc_check_compound *asked;
    struct enc_site *sites;
    size_t n_sites;
    bool street, gate, sited; /* sited: sites were looked for */
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
    struct enc_excuse *excuses;
    size_t n_excuses, cap_excuses, cap_accepted;
};
void enc_violation(struct enc_check *k, const char *code, const char *feature, struct enc_xy at, const char *zh,
                   const char *en);
/* The piece a door opens on; n_pieces: none. */
size_t enc_piece_of(struct enc_check *k, struct enc_xy at);
/* Does the piece that holds the point lie open to the street? */
bool enc_is_street(struct enc_check *k, struct enc_xy at);
/* Street or the ground of a staffed gate lies along the building. */
bool enc_is_served(struct enc_check *k, size_t building);
bool enc_has_free_side(struct enc_check *k, size_t building);
WG_MUST int enc_check_measures(struct enc_check *k);

/* ---- exceptions; enclose_excuse.c ---- */

void enc_excuse_add(struct enc_check *k, struct enc_excuse excuse);
/* Places for a gate between the closed piece and the street, with ground to step onto on both sides: n_sites of the piece. */
const struct enc_site *enc_sites_of(struct enc_check *k, size_t piece);
/* A rule broken at a door (left_out: at a home): a violation, or an exception where the plan declares it and nothing would mend it. `mend`: a
 * place where a gate would; NULL: none, it cannot be avoided. */
void enc_breach(struct enc_check *k, const char *code, size_t building, struct enc_xy at, const struct enc_xy *mend,
                const char *zh, const char *en);
/* The plan declares it and it is a matter of the measure's error. */
void enc_excuse_nearly(struct enc_check *k, const char *code, size_t building, struct enc_xy at, const char *zh,
                       const char *en);
/* Declared, but no rule is broken there. */
void enc_excuses_left(struct enc_check *k);
#endif
