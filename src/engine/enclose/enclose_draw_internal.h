/* enclose_draw_internal.h - drawings in the making, between enclose_draw.c (the map) and enclose_sheet.c (text and pages). */
#ifndef WG_ENCLOSE_DRAW_INTERNAL_H
#define WG_ENCLOSE_DRAW_INTERNAL_H
#include <cairo.h>
#include <pango/pangocairo.h>

#include "engine/enclose/enclose_internal.h"

enum {
    ENC_RED = 0xD7263D,
    ENC_GREEN = 0x128A45,
    ENC_BLUE = 0x1E6FD9,
    ENC_VIOLET = 0x7A3FC0,
    ENC_ORANGE = 0xE8871E,
    ENC_INK = 0x111111,
    ENC_GREY = 0x6B7280
};
enum { ENC_MOST_LABELS = 4000 };
struct enc_box {
    double x0, y0, x1, y1;
};
struct enc_view {
    struct wg_ctx *ctx;
    const struct enclose_map *map;
    const struct enclose_plan *plan;
    cairo_t *c;
    PangoLayout *text;
    double scale, x0, y1; /* points a metre; west and north edge in metres */
    double ox, oy;        /* where that corner lies on the page */
    double low_x, low_y, high_x, high_y;
    struct enc_box frame;  /* of the map on the page, in points */
    struct enc_box *taken; /* where nothing more may be written */
    size_t n_taken;
    bool to_scale; /* printed at its true size */
};
/* Makes the map of these metres fill the frame. */
void enc_view_look(struct enc_view *v, struct enc_box metres, struct enc_box frame);
/* The whole map within the frame; `only`: one compound's work with its labels, the others pale. */
void enc_view_map(struct enc_view *v, const char *only);
void enc_view_colour(const struct enc_view *v, unsigned rgb);
/* Writes; its height comes back. width 0: one line. */
double enc_view_write(const struct enc_view *v, double x, double y, double size, double width, const char *text);
/* The symbols and what they mean, downwards from there; the height comes back. */
double enc_view_legend(const struct enc_view *v, double x, double y);
/* G0012 as it is written on the map: G12. */
const char *enc_short_id(const struct enc_view *v, const char *id);
#endif
