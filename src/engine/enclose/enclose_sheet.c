/* Sheets that a crew builds from: the whole quarter as SVG, and a PDF with an overview and a page for each compound: the map, and
 * beside it every gate, piece of fence, opening and exception, with the numbers and metres of the bill. What has no room
 * beside the map goes on to a page of its own. */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/enclose/enclose_draw_internal.h"

static const double page_w = 842, page_h = 595, margin = 28, side_w = 214; /* A4 across, points */
static const double below = 28;                                            /* the map: room for north and scale */
static const double line_h = 9.6, text_size = 7.2, legend_h = 116;

struct sheet { /* the lines of text of one page's list */
    struct enc_view *v;
    const char **lines;
    size_t n, cap;
};

static const char *credit(void)
{
    return "© OpenStreetMap contributors, ODbL 1.0 (地图数据取自 OpenStreetMap 时 where the map is theirs)";
}

/* ---- lists ---- */

static void add(struct sheet *s, const char *text)
{
    s->lines = wg_grow(s->v->ctx->arena, s->lines, &s->cap, s->n + 1, sizeof(char *));
    s->lines[s->n++] = text;
}

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static void list_gates(struct sheet *s, const char *compound)
{
    static const char *const states[] = {"值守 staffed", "钥匙 key holder", "应急 emergency"};
    const struct enclose_plan *p = s->v->plan;
    struct wg_arena *a = s->v->ctx->arena;
    add(s, "■ 门 gates");
    for (size_t i = 0; i < p->n_gates; i++) {
        const struct enclose_gate *g = &p->gates[i];
        if (!is(g->compound, compound)) continue;
        add(s, wg_fmt(a, "%s  %s  %.2f m  %s%s", enc_short_id(s->v, g->id), g->large ? "大门 large" : "小门 small", g->width,
                      states[g->state], g->existing ? "（原有 existing）" : ""));
    }
}

/* Three pieces a line: their sum is the compound's in the bill. */
static void list_fences(struct sheet *s, const struct enclose_compound *c)
{
    const struct enclose_plan *p = s->v->plan;
    struct wg_arena *a = s->v->ctx->arena;
    const char *row = NULL;
    size_t in_row = 0;
    add(s, wg_fmt(a, "■ 围挡 fence, 共 total %.2f m", c->fence_m));
    for (size_t i = 0; i < p->n_fences; i++) {
        if (!is(p->fences[i].compound, c->id)) continue;
        const char *one = wg_fmt(a, "%s  %.2f m", enc_short_id(s->v, p->fences[i].id), p->fences[i].metres);
        row = row ? wg_fmt(a, "%s     %s", row, one) : one;
        if (++in_row < 3) continue;
        add(s, row);
        row = NULL;
        in_row = 0;
    }
    if (row) add(s, row);
    for (size_t i = 0; i < p->n_fences; i++) /* the neighbour's bill has it */
        if (is(p->fences[i].neighbour, c->id))
            add(s, wg_fmt(a, "%s %.2f m：计入 counted with %s", enc_short_id(s->v, p->fences[i].id), p->fences[i].metres,
                          enc_short_id(s->v, p->fences[i].compound)));
}

static void list_openings(struct sheet *s, const char *compound)
{
    const struct enclose_plan *p = s->v->plan;
    struct wg_arena *a = s->v->ctx->arena;
    const char *row = NULL;
    bool any = false;
    for (size_t i = 0; i < p->n_opened; i++) {
        if (!is(p->opened[i].compound, compound)) continue;
        if (!any) add(s, "■ 拆通 walls taken down");
        any = true;
        add(s, wg_fmt(a, "%s  %.2f m  %s", enc_short_id(s->v, p->opened[i].id), p->opened[i].metres,
                      p->opened[i].feature ? p->opened[i].feature : ""));
    }
    any = false;
    for (size_t i = 0; i < p->n_closed; i++) {
        if (!is(p->closed[i].compound, compound)) continue;
        const char *one = wg_fmt(a, "%s  %.1f m  %s", enc_short_id(s->v, p->closed[i].id), p->closed[i].metres,
                                 p->closed[i].feature ? p->closed[i].feature : "");
        if (!any) add(s, "■ 封堵 openings shut");
        any = true;
        if (row) add(s, wg_fmt(a, "%s     %s", row, one));
        row = row ? NULL : one;
    }
    if (row) add(s, row);
}

static void list_exceptions(struct sheet *s, const char *compound)
{
    const struct enclose_plan *p = s->v->plan;
    struct wg_arena *a = s->v->ctx->arena;
    bool any = false;
    for (size_t i = 0; i < p->n_exceptions; i++) {
        const struct enclose_exception *e = &p->exceptions[i];
        if (compound ? !is(e->compound, compound) : e->compound != NULL) continue;
        if (!any) add(s, "■ 达不到规定 rules not kept");
        any = true;
        add(s, e->value >= 0 ? wg_fmt(a, "▲ %s %s: %.0f m（限 limit %.0f）", e->rule, e->building, e->value, e->limit)
                             : wg_fmt(a, "▲ %s %s", e->rule, e->building));
        add(s, e->zh);
        add(s, e->en);
    }
}

/* Writes lines in a column of some height; the first that found no room comes back. */
static size_t write_column(const struct sheet *s, size_t from, double x, double y, double bottom, double width)
{
    size_t i = from;
    for (; i < s->n; i++) {
        PangoLayout *l = s->v->text;
        bool head = strncmp(s->lines[i], "■", strlen("■")) == 0;
        if (head && i > from) y += 3;
        if (y + line_h > bottom) break;
        enc_view_colour(s->v, head ? 0x374151 : ENC_INK);
        pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
        double h = enc_view_write(s->v, x, y, text_size, width, s->lines[i]);
        y += fmax(line_h, h + 0.5);
    }
    return i;
}

static void write_foot(const struct enc_view *v, size_t page)
{
    enc_view_colour(v, ENC_GREY);
    (void)enc_view_write(v, margin, page_h - margin + 5, 6.5, 0, credit());
    (void)enc_view_write(v, page_w - margin - 60, page_h - margin + 5, 6.5, 0, wg_fmt(v->ctx->arena, "第 %zu 页 page", page));
}

/* ---- pages ---- */

static struct enc_box map_frame(void)
{
    return (struct enc_box){margin, margin, page_w - 2 * margin - side_w + 10, page_h - margin - below};
}

static const char *overview_numbers(const struct enc_view *v)
{
    const struct enclose_totals *t = &v->plan->totals;
    return wg_fmt(
        v->ctx->arena,
        "小区 compounds %zu\n楼栋 buildings %zu\n户 households %lld\n围挡 fence %.0f m\n大门 large gates %zu\n小门 small "
        "gates %zu\n其中值守 staffed %zu\n板房 cabins %zu\n封堵口 openings shut %zu\n拆通处 walls taken down %zu\n最长绕行 "
        "longest "
        "detour %.0f m\n达不到规定 rules not kept %zu\n费用 cost %.0f 元 yuan\n下界 lower bound %.0f 元 yuan",
        t->compounds, t->buildings, (long long)t->households, t->fence_m, t->gates_large, t->gates_small, t->gates_staffed,
        t->cabins, t->closed, t->opened, t->detour_worst_m, v->plan->n_exceptions, v->plan->cost, v->plan->bound);
}

static void overview_text(struct enc_view *v, double x, double y)
{
    enc_view_colour(v, ENC_INK);
    y += enc_view_write(v, x, y, 16, 0, "封闭管理总图") + 1;
    y += enc_view_write(v, x, y, 11, 0, "Enclosure plan") + 6;
    y += enc_view_write(v, x, y, 9.5, side_w, overview_numbers(v)) + 10;
    (void)enc_view_legend(v, x, y);
}

static void compound_page(struct enc_view *v, const struct enclose_compound *c, size_t *page)
{
    struct wg_arena *a = v->ctx->arena;
    struct wg_arena_mark mark = wg_arena_mark(a);
    struct sheet s = {.v = v};
    struct enc_box m = {1e300, 1e300, -1e300, -1e300};
    for (size_t i = 0; i < c->n_rings; i++)
        for (size_t k = 0; k < c->rings[i].n; k++) {
            struct enc_xy p = enc_project(&v->map->projection, c->rings[i].points[k].lon, c->rings[i].points[k].lat);
            m.x0 = fmin(m.x0, p.x), m.x1 = fmax(m.x1, p.x), m.y0 = fmin(m.y0, p.y), m.y1 = fmax(m.y1, p.y);
        }
    if (m.x1 < m.x0) return;
    enc_view_look(v, m, map_frame());
    enc_view_map(v, c->id);
    add(&s, wg_fmt(a, "社区 community %s", c->community ? c->community : "-"));
    add(&s, wg_fmt(a, "街道 street %s", c->street ? c->street : "-"));
    add(&s, wg_fmt(a, "施工队 team %lld    楼栋 buildings %zu", (long long)c->team, c->n_buildings));
    add(&s, wg_fmt(a, "户 households %lld%s    最长绕行 longest detour %.0f m", (long long)c->households,
                   c->households_estimated ? "（估 est.）" : "", c->detour_worst_m));
    list_gates(&s, c->id);
    list_fences(&s, c);
    list_exceptions(&s, c->id);
    list_openings(&s, c->id);
    double x = page_w - margin - side_w + 10, y = margin;
    enc_view_colour(v, ENC_INK);
    y += enc_view_write(v, x, y, 16, side_w, wg_fmt(a, "小区 %s", enc_short_id(v, c->id))) + 4;
    size_t at = write_column(&s, 0, x, y, page_h - margin - legend_h - 14, side_w - 10);
    if (at < s.n) {
        enc_view_colour(v, ENC_GREY);
        (void)enc_view_write(v, x, page_h - margin - legend_h - 12, text_size, 0, "余见下页 continued overleaf");
    }
    (void)enc_view_legend(v, x, page_h - margin - legend_h + 4);
    write_foot(v, (*page)++);
    cairo_show_page(v->c);
    while (at < s.n) {
        size_t before = at;
        enc_view_colour(v, ENC_INK);
        double top =
            margin + 8 + enc_view_write(v, margin, margin, 14, 0, wg_fmt(a, "小区 %s（续 continued）", enc_short_id(v, c->id)));
        for (int column = 0; column < 3 && at < s.n; column++)
            at = write_column(&s, at, margin + column * 262, top, page_h - margin - 4, 250);
        write_foot(v, (*page)++);
        cairo_show_page(v->c);
        if (at == before) break;
    }
    wg_arena_rewind(a, mark);
}

static int finish(struct wg_ctx *ctx, struct enc_view *v, cairo_surface_t *surface, const char *path)
{
    g_object_unref(v->text);
    cairo_destroy(v->c);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status ? wg_refuse(ctx, WG_E_FILE, NULL, path, cairo_status_to_string(status)) : 0;
}

/* Fonts live as long as the drawing: Pango's own map would keep them until the program ends. */
static bool start(struct enc_view *v, cairo_surface_t *surface)
{
    v->c = cairo_create(surface);
    PangoFontMap *fonts = pango_cairo_font_map_new();
    PangoContext *context = pango_font_map_create_context(fonts);
    pango_cairo_update_context(v->c, context);
    v->text = pango_layout_new(context);
    g_object_unref(context);
    g_object_unref(fonts);
    return cairo_status(v->c) == CAIRO_STATUS_SUCCESS && v->text != NULL;
}

int enclose_draw_svg(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_plan *plan, const char *path)
{
    struct enc_view v = {.ctx = ctx, .map = map, .plan = plan};
    double w = map->max_x - map->min_x + 24, h = map->max_y - map->min_y + 24, points = 1400 / fmax(w, h);
    double high = fmax(h * points, 420), wide = fmax(w * points, 420);
    cairo_surface_t *surface = cairo_svg_surface_create(path, wide + 3 * margin + side_w, high + 2 * margin + below);
    if (!start(&v, surface)) return finish(ctx, &v, surface, path);
    enc_view_look(&v, (struct enc_box){map->min_x, map->min_y, map->max_x, map->max_y},
                  (struct enc_box){margin, margin, margin + wide, margin + high});
    enc_view_colour(&v, 0xFFFFFF);
    cairo_paint(v.c);
    enc_view_map(&v, NULL);
    overview_text(&v, wide + 2 * margin, margin);
    enc_view_colour(&v, ENC_GREY);
    (void)enc_view_write(&v, margin, margin + high + below + 4, 7, 0, credit());
    return finish(ctx, &v, surface, path);
}

int enclose_draw_sheets(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_plan *plan,
                        const char *directory, const char **ret_path)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST) return wg_refuse(ctx, WG_E_FILE, NULL, directory, strerror(errno));
    const char *path = wg_fmt(ctx->arena, "%s/sheets.pdf", directory);
    struct enc_view v = {.ctx = ctx, .map = map, .plan = plan, .to_scale = true};
    size_t page = 1;
    cairo_surface_t *surface = cairo_pdf_surface_create(path, page_w, page_h);
    if (!start(&v, surface)) return finish(ctx, &v, surface, path);
    enc_view_look(&v, (struct enc_box){map->min_x, map->min_y, map->max_x, map->max_y}, map_frame());
    enc_view_map(&v, NULL);
    overview_text(&v, page_w - margin - side_w + 10, margin);
    struct sheet left = {.v = &v};
    list_exceptions(&left, NULL);
    (void)write_column(&left, 0, page_w - margin - side_w + 10, margin + 370, page_h - margin, side_w - 10);
    write_foot(&v, page++);
    cairo_show_page(v.c);
    for (size_t i = 0; i < plan->n_compounds; i++) compound_page(&v, &plan->compounds[i], &page);
    int rc = finish(ctx, &v, surface, path);
    if (!rc) *ret_path = path;
    return rc;
}
