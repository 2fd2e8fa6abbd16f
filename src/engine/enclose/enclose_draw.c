/* Sheets that a crew builds from: the whole quarter as SVG, and a PDF with an overview and a page for each compound. */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <pango/pangocairo.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/enclose/enclose_internal.h"

static const double page_w = 842, page_h = 595, margin = 28, side_w = 210; /* A4 across, points */

struct view {
    struct wg_ctx *ctx;
    const struct enclose_map *map;
    const struct enclose_plan *plan;
    cairo_t *c;
    PangoLayout *text;
    double scale, x0, y1; /* points a metre; west and north edge in metres */
    double ox, oy;        /* where that corner lies on the page */
    double low_x, low_y, high_x, high_y;
};

static struct enc_xy place(const struct view *v, struct enc_xy at)
{
    return (struct enc_xy){v->ox + (at.x - v->x0) * v->scale, v->oy + (v->y1 - at.y) * v->scale};
}

static struct enc_xy metres(const struct view *v, struct enclose_point p)
{
    return enc_project(&v->map->projection, p.lon, p.lat);
}

static void colour(const struct view *v, unsigned rgb)
{
    cairo_set_source_rgb(v->c, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

static void trace(const struct view *v, const struct enc_xy *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct enc_xy at = place(v, p[i]);
        if (i)
            cairo_line_to(v->c, at.x, at.y);
        else
            cairo_move_to(v->c, at.x, at.y);
    }
}

static void trace_degrees(const struct view *v, const struct enclose_point *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct enc_xy at = metres(v, p[i]);
        if (i) {
            struct enc_xy q = place(v, at);
            cairo_line_to(v->c, q.x, q.y);
        } else {
            trace(v, &at, 1);
        }
    }
}

static double write_at(const struct view *v, double x, double y, double size, double width, const char *text)
{
    PangoFontDescription *font = pango_font_description_from_string("Noto Sans CJK SC, WenQuanYi Micro Hei, sans");
    int w, h;
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(v->text, font);
    pango_font_description_free(font);
    pango_layout_set_width(v->text, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    pango_layout_set_text(v->text, text, -1);
    pango_layout_get_pixel_size(v->text, &w, &h);
    cairo_move_to(v->c, x, y);
    pango_cairo_show_layout(v->c, v->text);
    return h;
}

static bool seen(const struct view *v, const struct enc_line *l)
{
    double x0 = 1e300, y0 = 1e300, x1 = -1e300, y1 = -1e300;
    for (size_t i = 0; i < l->n; i++) {
        x0 = fmin(x0, l->p[i].x), x1 = fmax(x1, l->p[i].x);
        y0 = fmin(y0, l->p[i].y), y1 = fmax(y1, l->p[i].y);
    }
    return x1 > v->low_x && x0 < v->high_x && y1 > v->low_y && y0 < v->high_y;
}

static void draw_ways(const struct view *v)
{
    cairo_set_line_cap(v->c, CAIRO_LINE_CAP_ROUND);
    for (size_t i = 0; i < v->map->n_ways; i++) {
        const struct enc_way *w = &v->map->ways[i];
        if (!seen(v, &w->line)) continue;
        colour(v, w->is_public ? 0xF2E3B3 : 0xE4E4E4);
        cairo_set_line_width(v->c, fmax(0.5, w->width * v->scale));
        trace(v, w->line.p, w->line.n);
        cairo_stroke(v->c);
    }
}

static void trace_ring(void *arg, struct enc_line line, bool hole, size_t part)
{
    (void)hole, (void)part;
    trace(arg, line.p, line.n);
    cairo_close_path(((const struct view *)arg)->c);
}

static void draw_buildings(const struct view *v)
{
    cairo_set_fill_rule(v->c, CAIRO_FILL_RULE_EVEN_ODD);
    for (size_t i = 0; i < v->map->n_buildings; i++) {
        double x0, y0;
        const GEOSGeometry *g = v->map->buildings[i].shape;
        if (!GEOSGeom_getXMin_r(v->map->geos, g, &x0) || !GEOSGeom_getYMin_r(v->map->geos, g, &y0)) continue;
        if (x0 < v->low_x - 300 || x0 > v->high_x || y0 < v->low_y - 300 || y0 > v->high_y) continue;
        enc_geos_each_line(v->ctx, v->map->geos, g, trace_ring, (void *)(uintptr_t)v);
        colour(v, v->map->buildings[i].use == ENC_HOME        ? 0x8C96A3
                  : v->map->buildings[i].use == ENC_REACHABLE ? 0xC9A3C4
                                                              : 0xC4C8CC);
        cairo_fill_preserve(v->c);
        colour(v, 0x5A6470);
        cairo_set_line_width(v->c, 0.3);
        cairo_stroke(v->c);
    }
}

static void draw_compound(const struct view *v, const struct enclose_compound *c, double alpha)
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

static void draw_walls(const struct view *v)
{
    colour(v, 0x444444);
    cairo_set_line_width(v->c, 0.9);
    for (size_t i = 0; i < v->map->n_barriers; i++) {
        if (!seen(v, &v->map->barriers[i].line)) continue;
        trace(v, v->map->barriers[i].line.p, v->map->barriers[i].line.n);
        cairo_stroke(v->c);
    }
}

static void draw_fences(const struct view *v, const char *only, bool labels)
{
    const struct enclose_plan *p = v->plan;
    for (size_t i = 0; i < p->n_fences; i++) {
        const struct enclose_fence *f = &p->fences[i];
        if (only && strcmp(f->compound, only) != 0 && !(f->neighbour && strcmp(f->neighbour, only) == 0)) continue;
        colour(v, 0xD7263D);
        cairo_set_line_width(v->c, 1.6);
        trace_degrees(v, f->points, f->n);
        cairo_stroke(v->c);
        if (!labels || f->metres < 1.5) continue;
        struct enc_xy at = place(v, metres(v, f->points[f->n / 2])),
                      before = place(v, metres(v, f->points[f->n / 2 - (f->n > 1)]));
        colour(v, 0x8A0F20);
        (void)write_at(v, (at.x + before.x) / 2 + 2, (at.y + before.y) / 2 + 1, 6.5, 0,
                       wg_fmt(v->ctx->arena, "%.1f m", f->metres));
    }
}

static void dot(const struct view *v, struct enclose_point at, double r, unsigned rgb)
{
    struct enc_xy p = place(v, metres(v, at));
    colour(v, rgb);
    cairo_new_path(v->c);
    cairo_arc(v->c, p.x, p.y, r, 0, 6.2832);
    cairo_fill(v->c);
}

static void draw_gates(const struct view *v, const char *only, bool labels)
{
    const struct enclose_plan *p = v->plan;
    for (size_t i = 0; i < p->n_closed; i++)
        if (!only || strcmp(p->closed[i].compound, only) == 0) dot(v, p->closed[i].at, 1.6, 0xD7263D);
    for (size_t i = 0; i < p->n_opened; i++) {
        if (only && strcmp(p->opened[i].compound, only) != 0) continue;
        colour(v, 0xE8871E);
        cairo_set_line_width(v->c, 2.5);
        trace_degrees(v, (struct enclose_point[]){p->opened[i].a, p->opened[i].b}, 2);
        cairo_stroke(v->c);
    }
    for (size_t i = 0; i < p->n_gates; i++) {
        const struct enclose_gate *g = &p->gates[i];
        if (only && strcmp(g->compound, only) != 0) continue;
        colour(v, g->state == ENCLOSE_STAFFED ? 0x128A45 : 0x1E6FD9);
        cairo_set_line_width(v->c, g->large ? 3.5 : 2);
        trace_degrees(v, (struct enclose_point[]){g->a, g->b}, 2);
        cairo_stroke(v->c);
        if (!labels) continue;
        struct enc_xy at = place(v, metres(v, g->b));
        (void)write_at(v, at.x + 3, at.y - 9, 7.5, 0, wg_fmt(v->ctx->arena, "%s %.1f m", g->id, g->width));
    }
    for (size_t i = 0; i < p->n_cabins; i++)
        if (!only || strcmp(p->cabins[i].compound, only) == 0) dot(v, p->cabins[i].at, 2.2, 0x128A45);
}

static void look_at(struct view *v, double x0, double y0, double x1, double y1, double w, double h)
{
    double pad = 12, sx = w / (x1 - x0 + 2 * pad), sy = h / (y1 - y0 + 2 * pad);
    v->scale = fmin(sx, sy);
    v->x0 = v->low_x = x0 - pad, v->y1 = v->high_y = y1 + pad;
    v->high_x = v->x0 + w / v->scale, v->low_y = v->y1 - h / v->scale;
}

static void north_and_scale(const struct view *v, double x, double y)
{
    double unit = 10;
    while (unit * v->scale < 45) unit *= unit < 15 || (unit > 45 && unit < 150) ? 5 : 2;
    colour(v, 0x333333);
    cairo_set_line_width(v->c, 1);
    cairo_move_to(v->c, x, y);
    cairo_line_to(v->c, x + unit * v->scale, y);
    cairo_stroke(v->c);
    (void)write_at(v, x, y + 2, 8, 0, wg_fmt(v->ctx->arena, "%.0f m", unit));
    cairo_move_to(v->c, x - 10, y);
    cairo_line_to(v->c, x - 10, y - 16);
    cairo_line_to(v->c, x - 13, y - 10);
    cairo_stroke(v->c);
    (void)write_at(v, x - 14, y - 27, 8, 0, "N");
}

static void draw_all(const struct view *v, const char *only)
{
    draw_ways(v);
    for (size_t i = 0; i < v->plan->n_compounds; i++) {
        const struct enclose_compound *c = &v->plan->compounds[i];
        bool this_one = only && strcmp(c->id, only) == 0;
        draw_compound(v, c, !only || this_one ? 0.55 : 0.15);
    }
    draw_buildings(v);
    draw_walls(v);
    draw_fences(v, only, only != NULL);
    draw_gates(v, only, only != NULL);
}

static const char *credit(void)
{
    return "© OpenStreetMap contributors, ODbL 1.0 (if the map is theirs)";
}

static void overview_text(const struct view *v, double x, double y)
{
    const struct enclose_totals *t = &v->plan->totals;
    struct wg_arena *a = v->ctx->arena;
    colour(v, 0x111111);
    y += write_at(v, x, y, 16, 0, "封闭管理总图  Enclosure plan") + 6;
    const char *text = wg_fmt(
        a,
        "小区 compounds %zu\n楼栋 buildings %zu\n户 households %lld\n围挡 fence %.0f m\n大门 large gates %zu\n小门 small gates "
        "%zu\n值守 staffed %zu\n板房 cabins %zu\n封堵口 closed %zu\n拆通处 opened %zu\n最长绕行 longest detour %.0f m\n费用 "
        "cost "
        "%.0f 元\n下界 lower bound %.0f 元\n",
        t->compounds, t->buildings, (long long)t->households, t->fence_m, t->gates_large, t->gates_small, t->gates_staffed,
        t->cabins, t->closed, t->opened, t->detour_worst_m, v->plan->cost, v->plan->bound);
    y += write_at(v, x, y, 10, side_w, text) + 8;
    (void)write_at(v, x, y, 8, side_w,
                   "红线：新围挡\n绿线：值守门，圆点为板房\n蓝线：应急门\n橙线：拆通的围墙\n红点：封堵的开口\n黑线：现有围墙\nr"
                   "ed: new fence; green: staffed gate, "
                   "dot: cabin; blue: emergency gate; orange: wall taken down; red dot: opening shut; black: wall that stands");
}

static void compound_text(const struct view *v, const struct enclose_compound *c, double x, double y)
{
    struct wg_arena *a = v->ctx->arena;
    const struct enclose_plan *p = v->plan;
    struct wg_buf list;
    wg_buf_init(&list, 64 * 1024);
    colour(v, 0x111111);
    y += write_at(v, x, y, 16, side_w, c->id) + 2;
    wg_buf_fmt(&list,
               "社区 community %s\n街道 street %s\n施工队 team %lld\n楼栋 buildings %zu\n户 households %lld%s\n围挡 fence %.1f "
               "m\n最长绕行 detour %.0f m\n\n",
               c->community ? c->community : "-", c->street ? c->street : "-", (long long)c->team, c->n_buildings,
               (long long)c->households, c->households_estimated ? " (估 est.)" : "", c->fence_m, c->detour_worst_m);
    for (size_t i = 0; i < p->n_gates; i++) {
        const struct enclose_gate *g = &p->gates[i];
        if (strcmp(g->compound, c->id) != 0) continue;
        wg_buf_fmt(&list, "%s %s %.2f m %s\n", g->id, g->large ? "大门 large" : "小门 small", g->width,
                   g->state == ENCLOSE_STAFFED     ? "值守 staffed"
                   : g->state == ENCLOSE_EMERGENCY ? "应急 emergency"
                                                   : "钥匙 key holder");
    }
    wg_buf_puts(&list, "\n围挡 fence\n");
    size_t shown = 0;
    for (size_t i = 0; i < p->n_fences; i++) {
        const struct enclose_fence *f = &p->fences[i];
        if (strcmp(f->compound, c->id) != 0) continue;
        if (++shown <= 40) wg_buf_fmt(&list, "%s%.2f m", shown > 1 ? ", " : "", f->metres);
    }
    if (shown > 40) wg_buf_fmt(&list, " ... (%zu)", shown);
    wg_buf_puts(&list, "\n\n封堵 closed\n");
    for (size_t i = 0; i < p->n_closed; i++)
        if (strcmp(p->closed[i].compound, c->id) == 0)
            wg_buf_fmt(&list, "%s %s\n", p->closed[i].id, p->closed[i].feature ? p->closed[i].feature : "");
    (void)write_at(v, x, y, 8, side_w, wg_cstr(a, (struct wg_str){list.p, list.n}));
    wg_buf_free(&list);
}

static int finish(struct wg_ctx *ctx, struct view *v, cairo_surface_t *surface, const char *path)
{
    g_object_unref(v->text);
    cairo_destroy(v->c);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status ? wg_refuse(ctx, WG_E_FILE, NULL, path, cairo_status_to_string(status)) : 0;
}

static bool start(struct view *v, cairo_surface_t *surface)
{
    v->c = cairo_create(surface);
    v->text = pango_cairo_create_layout(v->c);
    return cairo_status(v->c) == CAIRO_STATUS_SUCCESS && v->text != NULL;
}

int enclose_draw_svg(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_plan *plan, const char *path)
{
    struct view v = {.ctx = ctx, .map = map, .plan = plan, .ox = margin, .oy = margin};
    double w = map->max_x - map->min_x + 24, h = map->max_y - map->min_y + 24, points = 1400 / fmax(w, h);
    cairo_surface_t *surface =
        cairo_svg_surface_create(path, w * points + 3 * margin + side_w, fmax(h * points, 420) + 2 * margin);
    if (!start(&v, surface)) return finish(ctx, &v, surface, path);
    look_at(&v, map->min_x, map->min_y, map->max_x, map->max_y, w * points, h * points);
    colour(&v, 0xFFFFFF);
    cairo_paint(v.c);
    cairo_save(v.c);
    cairo_rectangle(v.c, 0, 0, w * points + 1.5 * margin, fmax(h * points, 420) + 2 * margin);
    cairo_clip(v.c);
    draw_all(&v, NULL);
    cairo_restore(v.c);
    overview_text(&v, w * points + 2 * margin, margin);
    north_and_scale(&v, margin + 16, margin + h * points);
    colour(&v, 0x777777);
    (void)write_at(&v, margin + 140, margin + h * points + 4, 7, 0, credit());
    return finish(ctx, &v, surface, path);
}

static void compound_page(struct view *v, const struct enclose_compound *c)
{
    double x0 = 1e300, y0 = 1e300, x1 = -1e300, y1 = -1e300;
    for (size_t i = 0; i < c->n_rings; i++)
        for (size_t k = 0; k < c->rings[i].n; k++) {
            struct enc_xy p = metres(v, c->rings[i].points[k]);
            x0 = fmin(x0, p.x), x1 = fmax(x1, p.x), y0 = fmin(y0, p.y), y1 = fmax(y1, p.y);
        }
    if (x1 < x0) return;
    double w = page_w - 3 * margin - side_w, h = page_h - 2 * margin;
    look_at(v, x0, y0, x1, y1, w, h);
    cairo_save(v->c);
    cairo_rectangle(v->c, margin, margin, w, h);
    cairo_clip(v->c);
    draw_all(v, c->id);
    cairo_restore(v->c);
    compound_text(v, c, page_w - margin - side_w, margin);
    north_and_scale(v, margin + 20, page_h - margin - 12);
    colour(v, 0x777777);
    (void)write_at(v, margin, page_h - margin + 6, 6.5, 0, credit());
    cairo_show_page(v->c);
}

int enclose_draw_sheets(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_plan *plan,
                        const char *directory, const char **ret_path)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST) return wg_refuse(ctx, WG_E_FILE, NULL, directory, strerror(errno));
    const char *path = wg_fmt(ctx->arena, "%s/sheets.pdf", directory);
    struct view v = {.ctx = ctx, .map = map, .plan = plan, .ox = margin, .oy = margin};
    cairo_surface_t *surface = cairo_pdf_surface_create(path, page_w, page_h);
    if (!start(&v, surface)) return finish(ctx, &v, surface, path);
    look_at(&v, map->min_x, map->min_y, map->max_x, map->max_y, page_w - 3 * margin - side_w, page_h - 2 * margin);
    cairo_save(v.c);
    cairo_rectangle(v.c, margin, margin, page_w - 3 * margin - side_w, page_h - 2 * margin);
    cairo_clip(v.c);
    draw_all(&v, NULL);
    cairo_restore(v.c);
    overview_text(&v, page_w - margin - side_w, margin);
    north_and_scale(&v, margin + 20, page_h - margin - 12);
    cairo_show_page(v.c);
    for (size_t i = 0; i < plan->n_compounds; i++) compound_page(&v, &plan->compounds[i]);
    int rc = finish(ctx, &v, surface, path);
    if (!rc) *ret_path = path;
    return rc;
}
