/* enclose_map_internal.h - the steps of building a map, between enclose_map.c and enclose_take.c. */
#ifndef WG_ENCLOSE_MAP_INTERNAL_H
#define WG_ENCLOSE_MAP_INTERNAL_H
#include "engine/enclose/enclose_internal.h"

struct enc_build {
    struct wg_ctx *ctx;
    struct enc_features *features;
    struct enclose_map *map;
    struct enc_shapes *bag;
    struct enc_xy middle; /* degrees, as on the map */
};
/* Degrees east of `from`, the short way round. */
double enc_lon_east(double lon, double from);
/* The feature's area in metres, valid, or NULL; `tell` notes what was repaired. */
GEOSGeometry *enc_feature_shape(struct enc_build *b, const struct enc_feature *f, bool tell);
struct enc_line enc_feature_line(struct enc_build *b, const struct enc_feature *f, size_t path);
WG_MUST int enc_take_zones(struct enc_build *b);
WG_MUST int enc_take_buildings(struct enc_build *b);
WG_MUST int enc_take_lines(struct enc_build *b);
WG_MUST int enc_take_points(struct enc_build *b);
/* Cuts passages out of buildings, and openings into walls where a way or a mapped gate goes through. */
WG_MUST int enc_open_walls(struct enc_build *b);
#endif
