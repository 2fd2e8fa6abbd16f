/* What a plan declares that it cannot keep. The proof believes none of it: for each rule broken it looks for a gate that would mend it, on
 * every stretch of the closed ground's edge, and only where there is none does the declaration stand. */
#include <string.h>

#include "engine/enclose/enclose_verify_internal.h"

static const double least_gate = 0.8;                                 /* that a person passes */
static const double step = 0.2, inner_depth = 1.0, outer_depth = 1.1; /* ground to step onto, beyond the fence's thickness */

void enc_excuse_add(struct enc_check *k, struct enc_excuse excuse)
{
    k->excuses = wg_grow(k->ctx->arena, k->excuses, &k->cap_excuses, k->n_excuses + 1, sizeof *k->excuses);
    k->excuses[k->n_excuses++] = excuse;
}

/* ---- places for a gate ---- */

struct ring_walk {
    struct enc_check *k;
    size_t piece;
    struct enc_site *sites;
    size_t n, cap;
};

static bool in_piece(const struct ring_walk *w, struct enc_xy at)
{
    GEOSGeometry *p = enc_geos_point(w->k->geos, at);
    bool in = p && GEOSPreparedIntersects_r(w->k->geos, w->k->pieces[w->piece].prepared, p) == 1;
    if (p) GEOSGeom_destroy_r(w->k->geos, p);
    return in;
}

static bool has_room(const struct ring_walk *w, struct enc_xy at, struct enc_xy out)
{
    struct enc_xy in = {at.x - inner_depth * out.x, at.y - inner_depth * out.y};
    struct enc_xy beyond = {at.x + step * out.x, at.y + step * out.y};
    struct enc_xy far = {at.x + outer_depth * out.x, at.y + outer_depth * out.y};
    return enc_is_street(w->k, beyond) && in_piece(w, in) && enc_is_street(w->k, far);
}

static void end_stretch(struct ring_walk *w, struct enc_xy a, struct enc_xy b, struct enc_xy out)
{
    static const double half = 0.05; /* of the fence's thickness: onto its line */
    if (enc_dist(a, b) < least_gate) return;
    w->sites = wg_grow(w->k->ctx->arena, w->sites, &w->cap, w->n + 1, sizeof *w->sites);
    w->sites[w->n++] =
        (struct enc_site){{a.x + half * out.x, a.y + half * out.y}, {b.x + half * out.x, b.y + half * out.y}, out};
}

static double area_of(struct enc_line l)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < l.n; i++) sum += l.p[i].x * l.p[i + 1].y - l.p[i + 1].x * l.p[i].y;
    return sum / 2;
}

/* Along one ring of the piece; a straight stretch goes on over corners of a few degrees. */
static void walk_ring(void *arg, struct enc_line line, bool hole, size_t part)
{
    struct ring_walk *w = arg;
    double side = (area_of(line) > 0) == hole ? 1 : -1; /* which way is out: 1: to the left */
    bool open = false;
    struct enc_xy first = {0, 0}, last = {0, 0}, along = {0, 0};
    (void)part;
    for (size_t i = 0; i + 1 < line.n; i++) {
        double length = enc_dist(line.p[i], line.p[i + 1]);
        if (length < 1e-6) continue;
        struct enc_xy dir = {(line.p[i + 1].x - line.p[i].x) / length, (line.p[i + 1].y - line.p[i].y) / length};
        struct enc_xy out = {-side * dir.y, side * dir.x};
        size_t n = (size_t)ceil(length / step);
        if (open && dir.x * along.x + dir.y * along.y < 0.995) { /* six degrees */
            end_stretch(w, first, last, (struct enc_xy){-side * along.y, side * along.x});
            open = false;
        }
        for (size_t s = 0; s <= n; s++) {
            double t = (double)s / (double)n;
            struct enc_xy at = {line.p[i].x + t * (line.p[i + 1].x - line.p[i].x),
                                line.p[i].y + t * (line.p[i + 1].y - line.p[i].y)};
            if (has_room(w, at, out)) {
                if (!open) first = at, along = dir, open = true;
                last = at;
            } else if (open) {
                end_stretch(w, first, last, (struct enc_xy){-side * along.y, side * along.x});
                open = false;
            }
        }
    }
    if (open) end_stretch(w, first, last, (struct enc_xy){-side * along.y, side * along.x});
}

const struct enc_site *enc_sites_of(struct enc_check *k, size_t piece)
{
    struct enc_piece *p = &k->pieces[piece];
    struct ring_walk w = {.k = k, .piece = piece};
    if (!p->sited) enc_geos_each_line(k->ctx, k->geos, p->shape, walk_ring, &w);
    if (!p->sited) p->sites = w.sites, p->n_sites = w.n;
    p->sited = true;
    return p->sites;
}

/* ---- declared, and true? ---- */

static struct enc_excuse *declared(const struct enc_check *k, const char *code, size_t building, struct enc_xy at)
{
    static const double same_door = 1.5;
    for (size_t i = 0; i < k->n_excuses; i++) {
        struct enc_excuse *e = &k->excuses[i];
        if (e->building != building || strcmp(e->rule, code) != 0) continue;
        if (strcmp(code, "left_out") == 0 || enc_dist(e->at, at) < same_door) return e;
    }
    return NULL;
}

static void accept(struct enc_check *k, const char *code, size_t building, struct enc_xy at, const char *zh, const char *en)
{
    struct enclose_verdict *v = k->verdict;
    v->exceptions = wg_grow(k->ctx->arena, v->exceptions, &k->cap_accepted, v->n_exceptions + 1, sizeof *v->exceptions);
    v->exceptions[v->n_exceptions++] =
        (struct enclose_violation){code, k->map->buildings[building].id, zh, en, enc_unproject(&k->map->projection, at)};
}

static void add_reason(struct enc_check *k, const char *code, bool is_declared, const struct enc_xy *mend, const char **zh,
                       const char **en)
{
    struct wg_arena *a = k->ctx->arena;
    bool left_out = strcmp(code, "left_out") == 0;
    if (!mend) {
        *zh = wg_fmt(a, "%s；%s，方案却没有申报为例外", *zh, left_out ? "四面无空地" : "按此围挡设门也无法避免");
        *en = wg_fmt(a, "%s; %s, yet the plan does not declare it as an exception", *en,
                     left_out ? "it has no free ground on any side" : "with this fence no gate would mend it");
    } else if (is_declared && left_out) {
        *zh = wg_fmt(a, "%s；方案申报为例外，但楼旁有空地", *zh);
        *en = wg_fmt(a, "%s; declared as an exception, but there is free ground beside it", *en);
    } else if (is_declared) {
        struct enclose_point p = enc_unproject(&k->map->projection, *mend);
        *zh = wg_fmt(a, "%s；方案申报为例外，但在 %.7f, %.7f 设门即可避免", *zh, p.lon, p.lat);
        *en = wg_fmt(a, "%s; declared as an exception, but a gate at %.7f, %.7f would mend it", *en, p.lon, p.lat);
    }
}

void enc_breach(struct enc_check *k, const char *code, size_t building, struct enc_xy at, const struct enc_xy *mend,
                const char *zh, const char *en)
{
    struct enc_excuse *e = declared(k, code, building, at);
    if (e) e->used = true;
    if (e && !mend) {
        accept(k, code, building, at, zh, en);
        return;
    }
    add_reason(k, code, e != NULL, mend, &zh, &en);
    enc_violation(k, code, k->map->buildings[building].id, at, zh, en);
}

void enc_excuse_nearly(struct enc_check *k, const char *code, size_t building, struct enc_xy at, const char *zh, const char *en)
{
    struct enc_excuse *e = declared(k, code, building, at);
    if (!e || e->used) return;
    e->used = true;
    accept(k, code, building, at, zh, en);
}

void enc_excuses_left(struct enc_check *k)
{
    for (size_t i = 0; i < k->n_excuses; i++) {
        const struct enc_excuse *e = &k->excuses[i];
        if (e->used) continue;
        enc_violation(k, "exception", e->feature, e->at, wg_fmt(k->ctx->arena, "申报为“%s”的例外，但并无此事", e->rule),
                      wg_fmt(k->ctx->arena, "declared as an exception to \"%s\", but that rule is kept there", e->rule));
    }
}
