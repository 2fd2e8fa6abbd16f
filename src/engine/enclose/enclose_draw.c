/* The map of a plan: ground, houses, walls, and the work to be done, with labels that stand clear of one another. */
#include <string.h>

#include "engine/enclose/enclose_draw_internal.h"

static struct enc_xy place(const struct enc_view *v, struct enc_xy at)
{
    return (struct enc_xy){v->ox + (at.x - v->x0) * v->scale, v->oy + (v->y1 - at.y) * v->scale};
}

static struct enc_xy metres(const struct enc_view *v, struct enclose_point p)
{
    return enc_project(&v->map->projection, p.lon, p.lat);
}

static struct enc_xy spot(const struct enc_view *v, struct enclose_point p)
{
    return place(v, metres(v, p));
}

void enc_view_colour(const struct enc_view *v, unsigned rgb)
{
    cairo_set_source_rgb(v->c, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

static void trace(const struct enc_view *v, const struct enc_xy *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct enc_xy at = place(v, p[i]);
        if (i)
            cairo_line_to(v->c, at.x, at.y);
        else
            cairo_move_to(v->c, at.x, at.y);
    }
}

static void trace_degrees(const struct enc_view *v, const struct enclose_point *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct enc_xy at = spot(v, p[i]);
        if (i)
            cairo_line_to(v->c, at.x, at.y);
        else
            cairo_move_to(v->c, at.x, at.y);
    }
}

/* ---- writing ---- */

static void set_text(const struct enc_view *v, double size, double width, const char *text)
{
    PangoFontDescription *font = pango_font_description_from_string("Noto Sans CJK SC, WenQuanYi Micro Hei, sans");
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(v->text, font);
    pango_font_description_free(font);
    pango_layout_set_width(v->text, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    pango_layout_set_text(v->text, text, -1);
}

double enc_view_write(const struct enc_view *v, double x, double y, double size, double width, const char *text)
{
    int w, h;
    set_text(v, size, width, text);
    pango_layout_get_pixel_size(v->text, &w, &h);
    cairo_move_to(v->c, x, y);
    pango_cairo_show_layout(v->c, v->text);
    return h;
}

const char *enc_short_id(const struct enc_view *v, const char *id)
{
    size_t letters = strcspn(id, "0123456789"), zeros = strspn(id + letters, "0");
    if (!letters || letters > 2 || !id[letters + zeros]) return id;
    return wg_fmt(v->ctx->arena, "%.*s%s", (int)letters, id, id + letters + zeros);
}

static bool is_free(const struct enc_view *v, struct enc_box b)
{
    const struct enc_box *f = &v->frame;
    if (b.x0 < f->x0 + 2 || b.y0 < f->y0 + 2 || b.x1 > f->x1 - 2 || b.y1 > f->y1 - 2) return false;
    for (size_t i = 0; i < v->n_taken; i++) {
        const struct enc_box *t = &v->taken[i];
        if (b.x0 < t->x1 && b.x1 > t->x0 && b.y0 < t->y1 && b.y1 > t->y0) return false;
    }
    return true;
}

static void take(struct enc_view *v, struct enc_box b)
{
    if (v->n_taken < ENC_MOST_LABELS) v->taken[v->n_taken++] = b;
}

/* On white, so that it can be read over lines and tints. */
static void write_label(const struct enc_view *v, double x, double y, unsigned rgb)
{
    cairo_new_path(v->c);
    cairo_move_to(v->c, x, y);
    pango_cairo_layout_path(v->c, v->text);
    enc_view_colour(v, 0xFFFFFF);
    cairo_set_line_width(v->c, 2.2);
    cairo_set_line_join(v->c, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke_preserve(v->c);
    enc_view_colour(v, rgb);
    cairo_fill(v->c);
}

/* Writes near the anchor where there is room, with a thin line to it where that is not close by; nowhere when there is none: the
 * lists beside the map have it all. */
static void label(struct enc_view *v, struct enc_xy at, double size, unsigned rgb, const char *text, bool leader)
{
    static const double dir[8][2] = {{1, 0}, {0, -1}, {-1, 0}, {0, 1}, {0.8, -0.8}, {-0.8, -0.8}, {-0.8, 0.8}, {0.8, 0.8}};
    int w, h;
    set_text(v, size, 0, text);
    pango_layout_get_pixel_size(v->text, &w, &h);
    for (int far = 5; far < 60; far += 9)
        for (int i = 0; i < 8; i++) {
            double x = at.x + dir[i][0] * (far + w / 2.0) - w / 2.0, y = at.y + dir[i][1] * (far + h / 2.0) - h / 2.0;
            struct enc_box b = {x - 1, y, x + w + 1, y + h};
            if (!is_free(v, b) || (far > 15 && !leader)) continue;
            if (far > 15) {
                enc_view_colour(v, rgb);
                cairo_set_line_width(v->c, 0.35);
                cairo_move_to(v->c, at.x, at.y);
                cairo_line_to(v->c, fmax(b.x0, fmin(b.x1, at.x)), fmax(b.y0, fmin(b.y1, at.y)));
                cairo_stroke(v->c);
            }
            write_label(v, x, y, rgb);
            take(v, b);
            return;
        }
}

/* ---- ground ---- */

static bool seen(const struct enc_view *v, const struct enc_line *l)
{
    double x0 = 1e300, y0 = 1e300, x1 = -1e300, y1 = -1e300;
    for (size_t i = 0; i < l->n; i++) {
        x0 = fmin(x0, l->p[i].x), x1 = fmax(x1, l->p[i].x);
        y0 = fmin(y0, l->p[i].y), y1 = fmax(y1, l->p[i].y);
    }
    return x1 > v->low_x && x0 < v->high_x && y1 > v->low_y && y0 < v->high_y;
}

static void draw_ways(const struct enc_view *v)
{
    cairo_set_line_cap(v->c, CAIRO_LINE_CAP_ROUND);
    for (int pass = 0; pass < 2; pass++) /* public streets on top */
        for (size_t i = 0; i < v->map->n_ways; i++) {
            const struct enc_way *w = &v->map->ways[i];
            if (w->is_public != (pass == 1) || !seen(v, &w->line)) continue;
            enc_view_colour(v, w->is_public ? 0xF2E3B3 : 0xE4E4E4);
            cairo_set_line_width(v->c, fmax(0.5, w->width * v->scale));
            trace(v, w->line.p, w->line.n);
            cairo_stroke(v->c);
        }
    cairo_set_line_cap(v->c, CAIRO_LINE_CAP_BUTT);
}

/* Each street's name once, at the middle of its longest stretch in sight. */
static void name_streets(struct enc_view *v)
{
    for (size_t i = 0; i < v->map->n_ways; i++) {
        const struct enc_way *w = &v->map->ways[i];
        bool again = !w->name || !w->is_public || !seen(v, &w->line);
        for (size_t k = 0; k < i && !again; k++)
            again = v->map->ways[k].is_public && v->map->ways[k].name && strcmp(v->map->ways[k].name, w->name) == 0 &&
                    seen(v, &v->map->ways[k].line);
        double longest = 20;
        struct enc_xy at = {-1e9, 0};
        for (size_t k = 0; k + 1 < w->line.n && !again; k++) {
            struct enc_xy a = place(v, w->line.p[k]), b = place(v, w->line.p[k + 1]);
            struct enc_xy mid = {(a.x + b.x) / 2, (a.y + b.y) / 2};
            bool in = mid.x > v->frame.x0 && mid.x < v->frame.x1 && mid.y > v->frame.y0 && mid.y < v->frame.y1;
            if (in && enc_dist(a, b) > longest) longest = enc_dist(a, b), at = mid;
        }
        if (!again && at.x > -1e8) label(v, at, 7, 0x8A6D1B, w->name, false);
    }
}

static void trace_ring(void *arg, struct enc_line line, bool hole, size_t part)
{
    (void)hole, (void)part;
    trace(arg, line.p, line.n);
    cairo_close_path(((const struct enc_view *)arg)->c);
}

static void draw_buildings(const struct enc_view *v)
{
    cairo_set_fill_rule(v->c, CAIRO_FILL_RULE_EVEN_ODD);
    for (size_t i = 0; i < v->map->n_buildings; i++) {
        double x0, y0, x1, y1;
        GEOSContextHandle_t geos = v->map->geos;
        const GEOSGeometry *g = v->map->buildings[i].shape;
        if (!GEOSGeom_getXMin_r(geos, g, &x0) || !GEOSGeom_getYMin_r(geos, g, &y0) || !GEOSGeom_getXMax_r(geos, g, &x1) ||
            !GEOSGeom_getYMax_r(geos, g, &y1))
            continue;
        if (x1 < v->low_x || x0 > v->high_x || y1 < v->low_y || y0 > v->high_y) continue;
        enc_geos_each_line(v->ctx, geos, g, trace_ring, (void *)(uintptr_t)v);
        enc_view_colour(v, v->map->buildings[i].use == ENC_HOME        ? 0x9AA3AF
                           : v->map->buildings[i].use == ENC_REACHABLE ? 0xD3B3CE
                                                                       : 0xCDD1D5);
        cairo_fill_preserve(v->c);
        enc_view_colour(v, 0x5A6470);
        cairo_set_line_width(v->c, 0.3);
        cairo_stroke(v->c);
    }
}

static void draw_compound(const struct enc_view *v, const struct enclose_compound *c, double alpha)
{
    static const unsigned tints[6] = {0x7FB7E6, 0x8FD3A6, 0xF0C987, 0xC9A7E0, 0xF2A7A0, 0x9AD6D6};
    unsigned hash = 0;
    for (const char *p = c->id; *p; p++) hash = hash * 31 + (unsigned char)*p;
    unsigned t = tints[hash % 6];
    cairo_set_fill_rule(v->c, CAIRO_FILL_RULE_EVEN_ODD);
    for (size_t i = 0; i < c->n_rings; i++) {
        trace_degrees(v, c->rings[i].points, c->rings[i].n);
        cairo_close_path(v->c);
    }
    cairo_set_source_rgba(v->c, (t >> 16 & 255) / 255.0, (t >> 8 & 255) / 255.0, (t & 255) / 255.0, alpha);
    cairo_fill(v->c);
}

static void draw_walls(const struct enc_view *v)
{
    enc_view_colour(v, 0x333333);
    cairo_set_line_width(v->c, 0.9);
    for (size_t i = 0; i < v->map->n_barriers; i++) {
        if (!seen(v, &v->map->barriers[i].line)) continue;
        trace(v, v->map->barriers[i].line.p, v->map->barriers[i].line.n);
        cairo_stroke(v->c);
    }
}

/* ---- the work ---- */

static bool belongs(const char *only, const char *compound, const char *neighbour)
{
    return !only || strcmp(compound, only) == 0 || (neighbour && strcmp(neighbour, only) == 0);
}

static unsigned gate_colour(enum enclose_gate_state state)
{
    return state == ENCLOSE_STAFFED ? ENC_GREEN : state == ENCLOSE_KEY_HOLDER ? ENC_BLUE : ENC_VIOLET;
}

/* From post to post, with a tick at each; the large ones are twice as thick. */
static void draw_gate(const struct enc_view *v, struct enc_xy a, struct enc_xy b, bool large, enum enclose_gate_state state)
{
    double length = fmax(enc_dist(a, b), 1e-6), tick = large ? 4 : 3;
    struct enc_xy n = {-(b.y - a.y) / length * tick, (b.x - a.x) / length * tick};
    enc_view_colour(v, gate_colour(state));
    cairo_set_line_width(v->c, large ? 3.6 : 1.8);
    cairo_move_to(v->c, a.x, a.y);
    cairo_line_to(v->c, b.x, b.y);
    cairo_stroke(v->c);
    cairo_set_line_width(v->c, 1);
    for (int end = 0; end < 2; end++) {
        struct enc_xy p = end ? b : a;
        cairo_move_to(v->c, p.x - n.x, p.y - n.y);
        cairo_line_to(v->c, p.x + n.x, p.y + n.y);
    }
    cairo_stroke(v->c);
}

static void draw_cross(const struct enc_view *v, struct enc_xy p)
{
    enc_view_colour(v, ENC_RED);
    cairo_set_line_width(v->c, 1.1);
    for (int i = -1; i < 2; i += 2) {
        cairo_move_to(v->c, p.x - 2.2, p.y - 2.2 * i);
        cairo_line_to(v->c, p.x + 2.2, p.y + 2.2 * i);
    }
    cairo_stroke(v->c);
}

static void draw_cabin(const struct enc_view *v, struct enc_xy p)
{
    enc_view_colour(v, ENC_GREEN);
    cairo_rectangle(v->c, p.x - 2.2, p.y - 2.2, 4.4, 4.4);
    cairo_fill(v->c);
}

static void draw_warning(const struct enc_view *v, struct enc_xy p)
{
    enc_view_colour(v, 0xC2185B);
    cairo_move_to(v->c, p.x, p.y - 4);
    cairo_line_to(v->c, p.x + 3.6, p.y + 2.6);
    cairo_line_to(v->c, p.x - 3.6, p.y + 2.6);
    cairo_close_path(v->c);
    cairo_fill(v->c);
}

static void draw_line(const struct enc_view *v, const struct enclose_point *p, size_t n, unsigned rgb, double width)
{
    enc_view_colour(v, rgb);
    cairo_set_line_width(v->c, width);
    trace_degrees(v, p, n);
    cairo_stroke(v->c);
}

static void draw_work(const struct enc_view *v, const char *only)
{
    const struct enclose_plan *p = v->plan;
    for (size_t i = 0; i < p->n_fences; i++)
        if (belongs(only, p->fences[i].compound, p->fences[i].neighbour))
            draw_line(v, p->fences[i].points, p->fences[i].n, ENC_RED, 1.6);
    for (size_t i = 0; i < p->n_opened; i++)
        if (belongs(only, p->opened[i].compound, NULL))
            draw_line(v, (struct enclose_point[]){p->opened[i].a, p->opened[i].b}, 2, ENC_ORANGE, 3);
    for (size_t i = 0; i < p->n_gates; i++)
        if (belongs(only, p->gates[i].compound, p->gates[i].neighbour))
            draw_gate(v, spot(v, p->gates[i].a), spot(v, p->gates[i].b), p->gates[i].large, p->gates[i].state);
    for (size_t i = 0; i < p->n_closed; i++)
        if (belongs(only, p->closed[i].compound, NULL)) draw_cross(v, spot(v, p->closed[i].at));
    for (size_t i = 0; i < p->n_cabins; i++)
        if (belongs(only, p->cabins[i].compound, NULL)) draw_cabin(v, spot(v, p->cabins[i].at));
    for (size_t i = 0; i < p->n_exceptions; i++)
        if (!only || (p->exceptions[i].compound && strcmp(p->exceptions[i].compound, only) == 0))
            draw_warning(v, spot(v, p->exceptions[i].at));
}

/* Half way along. */
static struct enc_xy middle_of(const struct enc_view *v, const struct enclose_fence *f)
{
    double total = 0;
    for (size_t i = 0; i + 1 < f->n; i++) total += enc_dist(metres(v, f->points[i]), metres(v, f->points[i + 1]));
    double left = total / 2;
    for (size_t i = 0; i + 1 < f->n; i++) {
        struct enc_xy a = metres(v, f->points[i]), b = metres(v, f->points[i + 1]);
        double length = enc_dist(a, b);
        if (length < left) {
            left -= length;
            continue;
        }
        double t = length > 0 ? left / length : 0;
        return place(v, (struct enc_xy){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
    }
    return spot(v, f->points[0]);
}

/* Nothing is written over a line of work. */
static void take_line(struct enc_view *v, struct enc_xy a, struct enc_xy b)
{
    static const double step = 5, half = 1.6;
    size_t n = (size_t)ceil(enc_dist(a, b) / step) + 1;
    for (size_t i = 0; i <= n && n < ENC_MOST_LABELS / 4; i++) {
        double t = (double)i / (double)n, x = a.x + t * (b.x - a.x), y = a.y + t * (b.y - a.y);
        bool in = x > v->frame.x0 && x < v->frame.x1 && y > v->frame.y0 && y < v->frame.y1;
        if (in) take(v, (struct enc_box){x - half, y - half, x + half, y + half});
    }
}

static void take_work(struct enc_view *v, const char *only)
{
    const struct enclose_plan *p = v->plan;
    for (size_t i = 0; i < p->n_gates; i++) {
        if (!belongs(only, p->gates[i].compound, p->gates[i].neighbour)) continue;
        struct enc_xy a = spot(v, p->gates[i].a), b = spot(v, p->gates[i].b);
        take(v, (struct enc_box){fmin(a.x, b.x) - 3, fmin(a.y, b.y) - 3, fmax(a.x, b.x) + 3, fmax(a.y, b.y) + 3});
    }
    for (size_t i = 0; i < p->n_fences; i++)
        for (size_t k = 0; k + 1 < p->fences[i].n && belongs(only, p->fences[i].compound, p->fences[i].neighbour); k++)
            take_line(v, spot(v, p->fences[i].points[k]), spot(v, p->fences[i].points[k + 1]));
}

/* Gates first, which must be found; then fences, the long ones first to say how long; openings last. */
static void label_work(struct enc_view *v, const char *only)
{
    const struct enclose_plan *p = v->plan;
    struct wg_arena *arena = v->ctx->arena;
    take_work(v, only);
    for (size_t i = 0; i < p->n_gates; i++) {
        const struct enclose_gate *g = &p->gates[i];
        if (!belongs(only, g->compound, g->neighbour)) continue;
        struct enc_xy a = spot(v, g->a), b = spot(v, g->b);
        label(v, (struct enc_xy){(a.x + b.x) / 2, (a.y + b.y) / 2}, 8, gate_colour(g->state),
              wg_fmt(arena, "%s  %.1f m", enc_short_id(v, g->id), g->width), true);
    }
    static const double shortest[] = {20, 20. / 3, 20. / 9, 20. / 27,
                                      20. / 81}; /* metres: the longest pieces are named first */
    for (size_t k = 0; k < sizeof shortest / sizeof *shortest; k++)
        for (size_t i = 0; i < p->n_fences; i++) {
            const struct enclose_fence *f = &p->fences[i];
            bool now = f->metres >= shortest[k] && (k == 0 || f->metres < shortest[k - 1]);
            if (now && belongs(only, f->compound, f->neighbour))
                label(v, middle_of(v, f), 6.5, 0x8A0F20, wg_fmt(arena, "%s  %.1f m", enc_short_id(v, f->id), f->metres), true);
        }
    for (size_t i = 0; i < p->n_opened; i++)
        if (belongs(only, p->opened[i].compound, NULL))
            label(v, spot(v, p->opened[i].at), 6.5, 0xA65A0C, enc_short_id(v, p->opened[i].id), true);
    for (size_t i = 0; i < p->n_closed; i++)
        if (belongs(only, p->closed[i].compound, NULL))
            label(v, spot(v, p->closed[i].at), 6, ENC_RED, enc_short_id(v, p->closed[i].id), true);
}

static void name_compounds(struct enc_view *v, const char *only)
{
    for (size_t i = 0; i < v->plan->n_compounds; i++) {
        const struct enclose_compound *c = &v->plan->compounds[i];
        struct enc_xy mid = {0, 0};
        size_t n = 0;
        for (size_t r = 0; r < c->n_rings; r++)
            for (size_t k = 0; k < c->rings[r].n && !c->rings[r].hole; k++, n++) {
                struct enc_xy p = spot(v, c->rings[r].points[k]);
                mid.x += p.x, mid.y += p.y;
            }
        if (!n || (only && strcmp(c->id, only) == 0)) continue;
        label(v, (struct enc_xy){mid.x / (double)n, mid.y / (double)n}, only ? 7 : 8, only ? ENC_GREY : ENC_INK,
              enc_short_id(v, c->id), false);
    }
}

/* ---- the frame ---- */

void enc_view_look(struct enc_view *v, struct enc_box m, struct enc_box frame)
{
    static const double pad = 12;
    double w = frame.x1 - frame.x0, h = frame.y1 - frame.y0;
    double mid_x = (m.x0 + m.x1) / 2, mid_y = (m.y0 + m.y1) / 2;
    v->frame = frame;
    v->scale = fmin(w / (m.x1 - m.x0 + 2 * pad), h / (m.y1 - m.y0 + 2 * pad));
    v->ox = frame.x0, v->oy = frame.y0;
    v->x0 = v->low_x = mid_x - w / v->scale / 2, v->y1 = v->high_y = mid_y + h / v->scale / 2;
    v->high_x = v->x0 + w / v->scale, v->low_y = v->y1 - h / v->scale;
    v->n_taken = 0;
}

/* Round metres that take 30 to 75 points: 1, 2 or 5 and noughts. */
static double round_metres(const struct enc_view *v)
{
    double unit = 1;
    for (int i = 0; unit * v->scale < 30; i++) unit *= i % 3 == 1 ? 2.5 : 2;
    return unit;
}

/* Below the map: the arrow to the north, a bar of round metres, and the scale where it is printed true. */
static void north_and_scale(const struct enc_view *v)
{
    double unit = round_metres(v), step = unit * v->scale, x = v->frame.x0, y = v->frame.y1 + 5;
    enc_view_colour(v, ENC_INK);
    cairo_move_to(v->c, x + 6, y);
    cairo_line_to(v->c, x + 11, y + 20);
    cairo_line_to(v->c, x + 6, y + 15);
    cairo_line_to(v->c, x + 1, y + 20);
    cairo_close_path(v->c);
    cairo_fill(v->c);
    (void)enc_view_write(v, x + 14, y + 4, 9, 0, "北 N");
    double bx = x + 56, by = y + 13;
    cairo_set_line_width(v->c, 0.6);
    cairo_rectangle(v->c, bx, by, step, 4);
    cairo_fill(v->c);
    cairo_rectangle(v->c, bx, by, 2 * step, 4);
    cairo_stroke(v->c);
    for (int i = 0; i < 3; i++)
        (void)enc_view_write(v, bx + i * step - 3, by - 12, 7, 0, wg_fmt(v->ctx->arena, i == 2 ? "%.0f m" : "%.0f", i * unit));
    if (v->to_scale)
        (void)enc_view_write(v, bx + 2 * step + 26, by - 4, 8, 0, wg_fmt(v->ctx->arena, "1 : %.0f", 72 / 0.0254 / v->scale));
}

void enc_view_map(struct enc_view *v, const char *only)
{
    struct wg_arena_mark mark = wg_arena_mark(v->ctx->arena);
    v->taken = wg_alloc_n(v->ctx->arena, ENC_MOST_LABELS, sizeof *v->taken);
    cairo_save(v->c);
    cairo_rectangle(v->c, v->frame.x0, v->frame.y0, v->frame.x1 - v->frame.x0, v->frame.y1 - v->frame.y0);
    cairo_clip(v->c);
    draw_ways(v);
    for (size_t i = 0; i < v->plan->n_compounds; i++) {
        const struct enclose_compound *c = &v->plan->compounds[i];
        bool this_one = only && strcmp(c->id, only) == 0;
        draw_compound(v, c, !only || this_one ? 0.5 : 0.15);
    }
    draw_buildings(v);
    draw_walls(v);
    draw_work(v, only);
    if (only) label_work(v, only);
    name_compounds(v, only);
    name_streets(v);
    cairo_restore(v->c);
    enc_view_colour(v, 0x9CA3AF);
    cairo_set_line_width(v->c, 0.5);
    cairo_rectangle(v->c, v->frame.x0, v->frame.y0, v->frame.x1 - v->frame.x0, v->frame.y1 - v->frame.y0);
    cairo_stroke(v->c);
    north_and_scale(v);
    wg_arena_rewind(v->ctx->arena, mark);
    v->taken = NULL;
    v->n_taken = 0;
}

/* ---- the legend ---- */

double enc_view_legend(const struct enc_view *v, double x, double y)
{
    static const char *const text[] = {"新围挡（编号与米数） new fence, number and metres",
                                       "值守大门 staffed gate, large",
                                       "值守小门 staffed gate, small",
                                       "钥匙门 gate with a key holder",
                                       "应急门 gate for emergencies",
                                       "板房 cabin",
                                       "封堵口 opening shut",
                                       "拆通处 wall taken down",
                                       "现有围墙 wall that stands",
                                       "达不到规定处 a rule not kept"};
    const double step = 11;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        double at = y + (double)i * step + 5;
        struct enc_xy a = {x, at}, b = {x + 18, at}, mid = {x + 9, at};
        if (i == 0 || i == 7 || i == 8) {
            enc_view_colour(v, i == 0 ? ENC_RED : i == 7 ? ENC_ORANGE : 0x333333U);
            cairo_set_line_width(v->c, i == 0 ? 1.6 : i == 7 ? 3 : 0.9);
            cairo_move_to(v->c, a.x, a.y);
            cairo_line_to(v->c, b.x, b.y);
            cairo_stroke(v->c);
        }
        if (i == 1 || i == 2) draw_gate(v, a, b, i == 1, ENCLOSE_STAFFED);
        if (i == 3) draw_gate(v, a, b, false, ENCLOSE_KEY_HOLDER);
        if (i == 4) draw_gate(v, a, b, true, ENCLOSE_EMERGENCY);
        if (i == 5) draw_cabin(v, mid);
        if (i == 6) draw_cross(v, mid);
        if (i == 9) draw_warning(v, mid);
        enc_view_colour(v, ENC_INK);
        (void)enc_view_write(v, x + 24, at - 5.5, 7, 0, text[i]);
    }
    size_t lines = sizeof text / sizeof *text;
    return step * (double)lines;
}
