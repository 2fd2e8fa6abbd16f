/* enclose_raster.h - a raster of the ground, used by the verifier only. */
#ifndef WG_ENCLOSE_RASTER_H
#define WG_ENCLOSE_RASTER_H
#include "engine/enclose/enclose_internal.h"

enum { ENC_RASTER_FAR = INT32_MAX };
struct enc_raster {
    double x0, y0, cell; /* metres a cell: half a metre, more on large ground */
    int32_t w, h;
};
struct enc_raster enc_raster(double x0, double y0, double x1, double y1);
size_t enc_raster_cells(const struct enc_raster *r);
int64_t enc_raster_at(const struct enc_raster *r, struct enc_xy p); /* -1: off the ground */
void enc_raster_line(const struct enc_raster *r, struct enc_xy a, struct enc_xy b, uint8_t *cells, uint8_t value);
void enc_raster_fill(struct wg_ctx *ctx, const struct enc_raster *r, const struct enc_line *rings, size_t n, uint8_t *cells,
                     uint8_t value);
/* Distances in tenths of a cell from all cells whose distance is 0 already; the others must be ENC_RASTER_FAR. */
void enc_raster_spread(const struct enc_raster *r, const uint8_t *blocked, int32_t *dist);
/* The same, from further cells that start with a distance; they are put in order. */
struct enc_raster_seed {
    int64_t cell;
    int32_t dist;
};
void enc_raster_spread_seeds(const struct enc_raster *r, const uint8_t *blocked, struct enc_raster_seed *seeds, size_t n,
                             int32_t *dist);
/* Metres from a point (or the best cell round it) to the sources along the way that `dist` tells, pulled taut; -1: none reached. Steps
 * to eight neighbours alone make a way up to 8 parts in a hundred too long. */
double enc_raster_taut(const struct enc_raster *r, const uint8_t *blocked, const int32_t *dist, struct enc_xy from);
#endif
