/* The plan as GeoJSON: WGS 84, eight decimals (a millimetre), features in a fixed order, so that equal plans are equal bytes. */
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { OUT_MAX = 1024 * 1024 * 1024 };

struct out {
    struct wg_buf b;
    bool first;
};

static void text(struct out *o, const char *s)
{
    wg_buf_putc(&o->b, '"');
    for (const unsigned char *p = (const unsigned char *)(s ? s : ""); *p; p++) {
        if (*p == '"' || *p == '\\')
            wg_buf_fmt(&o->b, "\\%c", *p);
        else if (*p < 0x20)
            wg_buf_fmt(&o->b, "\\u%04x", *p);
        else
            wg_buf_putc(&o->b, (char)*p);
    }
    wg_buf_putc(&o->b, '"');
}

static void key_text(struct out *o, const char *key, const char *s)
{
    if (!s) return;
    wg_buf_fmt(&o->b, ",\"%s\":", key);
    text(o, s);
}

static void key_number(struct out *o, const char *key, double v)
{
    wg_buf_fmt(&o->b, ",\"%s\":%.2f", key, v);
}

static void key_whole(struct out *o, const char *key, int64_t v)
{
    wg_buf_fmt(&o->b, ",\"%s\":%lld", key, (long long)v);
}

static void key_flag(struct out *o, const char *key, bool v)
{
    wg_buf_fmt(&o->b, ",\"%s\":%s", key, v ? "true" : "false");
}

static void key_list(struct out *o, const char *key, const char **list, size_t n)
{
    wg_buf_fmt(&o->b, ",\"%s\":[", key);
    for (size_t i = 0; i < n; i++) {
        if (i) wg_buf_putc(&o->b, ',');
        text(o, list[i]);
    }
    wg_buf_putc(&o->b, ']');
}

static void point(struct out *o, struct enclose_point p)
{
    wg_buf_fmt(&o->b, "[%.8f,%.8f]", p.lon, p.lat);
}

static void open_feature(struct out *o, const char *kind)
{
    wg_buf_fmt(&o->b, "%s\n{\"type\":\"Feature\",\"properties\":{\"kind\":\"%s\"", o->first ? "" : ",", kind);
    o->first = false;
}

static void line(struct out *o, const struct enclose_point *p, size_t n)
{
    wg_buf_puts(&o->b, "},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[");
    for (size_t i = 0; i < n; i++) {
        if (i) wg_buf_putc(&o->b, ',');
        point(o, p[i]);
    }
    wg_buf_puts(&o->b, "]}}");
}

static void spot_point(struct out *o, struct enclose_point p)
{
    wg_buf_puts(&o->b, "},\"geometry\":{\"type\":\"Point\",\"coordinates\":");
    point(o, p);
    wg_buf_puts(&o->b, "}}");
}

static void outline(struct out *o, const struct enclose_compound *c)
{
    size_t parts = 0;
    for (size_t i = 0; i < c->n_rings; i++) parts += !c->rings[i].hole;
    wg_buf_fmt(&o->b, "},\"geometry\":{\"type\":\"%s\",\"coordinates\":[", parts == 1 ? "Polygon" : "MultiPolygon");
    for (size_t i = 0; i < c->n_rings; i++) {
        const struct enclose_ring *r = &c->rings[i];
        if (parts != 1 && !r->hole) wg_buf_puts(&o->b, i ? "],[" : "[");
        if (r->hole || (parts == 1 && i)) wg_buf_putc(&o->b, ',');
        wg_buf_putc(&o->b, '[');
        for (size_t k = 0; k < r->n; k++) {
            if (k) wg_buf_putc(&o->b, ',');
            point(o, r->points[k]);
        }
        wg_buf_putc(&o->b, ']');
    }
    wg_buf_puts(&o->b, parts > 1 ? "]]}}" : "]}}");
}

static void compound(struct out *o, const struct enclose_compound *c)
{
    open_feature(o, "compound");
    key_text(o, "id", c->id);
    key_text(o, "community", c->community);
    key_text(o, "street", c->street);
    key_whole(o, "team", c->team);
    key_list(o, "buildings", c->buildings, c->n_buildings);
    key_list(o, "others", c->others, c->n_others);
    key_whole(o, "households", c->households);
    key_flag(o, "households_estimated", c->households_estimated);
    key_number(o, "fence_m", c->fence_m);
    key_number(o, "walk_worst_m", c->walk_worst_m);
    key_number(o, "detour_worst_m", c->detour_worst_m);
    key_number(o, "detour_mean_m", c->detour_mean_m);
    key_number(o, "cost", c->cost);
    wg_buf_puts(&o->b, ",\"doors\":[");
    for (size_t i = 0; i < c->n_doors; i++) {
        const struct enclose_door *d = &c->doors[i];
        wg_buf_puts(&o->b, i ? ",{\"building\":" : "{\"building\":");
        text(o, d->building);
        wg_buf_fmt(&o->b, ",\"estimated\":%s,\"walk_m\":%.1f,\"detour_m\":%.1f,\"engine_m\":%.1f,\"at\":",
                   d->estimated ? "true" : "false", d->walk_m, d->detour_m, d->engine_m);
        point(o, d->at);
        wg_buf_putc(&o->b, '}');
    }
    wg_buf_putc(&o->b, ']');
    outline(o, c);
}

static void fence(struct out *o, const struct enclose_fence *f)
{
    open_feature(o, "fence");
    key_text(o, "id", f->id);
    key_text(o, "compound", f->compound);
    key_text(o, "neighbour", f->neighbour);
    key_number(o, "metres", f->metres);
    if (f->locked) key_flag(o, "locked", true);
    line(o, f->points, f->n);
}

static void gate(struct out *o, const struct enclose_gate *g)
{
    static const char *const states[] = {"staffed", "key_holder", "emergency"};
    open_feature(o, "gate");
    key_text(o, "id", g->id);
    key_text(o, "compound", g->compound);
    key_text(o, "neighbour", g->neighbour);
    key_text(o, "gate", g->large ? "large" : "small");
    key_text(o, "state", states[g->state]);
    key_number(o, "width", g->width);
    key_flag(o, "main", g->main);
    key_flag(o, "existing", g->existing);
    key_text(o, "feature", g->way);
    if (g->locked) key_flag(o, "locked", true);
    line(o, (struct enclose_point[]){g->a, g->b}, 2);
}

static void exception(struct out *o, const struct enclose_exception *e)
{
    open_feature(o, "exception");
    key_text(o, "rule", e->rule);
    key_text(o, "building", e->building);
    key_text(o, "compound", e->compound);
    if (e->value >= 0) key_number(o, "value", e->value);
    if (e->limit >= 0) key_number(o, "limit", e->limit);
    key_text(o, "zh", e->zh);
    key_text(o, "en", e->en);
    spot_point(o, e->at);
}

static void terms(struct out *o, const char *key, const struct enclose_terms *t)
{
    wg_buf_fmt(&o->b, ",\"%s\":{\"unit\":\"yuan\"", key);
    key_number(o, "main_gates", t->main_gates), key_number(o, "more_gates", t->more_gates);
    key_number(o, "least_fence", t->least_fence), key_number(o, "joining", t->joining);
    key_number(o, "dividing", t->dividing), key_number(o, "opened", t->opened);
    wg_buf_putc(&o->b, '}');
}

static void summary(struct out *o, const struct enclose_plan *p)
{
    const struct enclose_totals *s = &p->totals;
    const struct enclose_config *c = p->config;
    wg_buf_puts(&o->b, ",\n\"summary\":{\"unit\":\"yuan, metres\"");
    key_number(o, "cost", p->cost), key_number(o, "bound", p->bound), key_flag(o, "proven", p->proven);
    terms(o, "spent", &p->spent), terms(o, "least", &p->least);
    key_flag(o, "cut_short", p->cut_short);
    key_text(o, "cut_in", p->cut_in);
    key_whole(o, "grounds", (int64_t)p->grounds), key_whole(o, "grounds_searched", (int64_t)p->searched);
    key_whole(o, "grounds_exact", (int64_t)p->grounds_exact), key_whole(o, "grounds_improved", (int64_t)p->grounds_improved);
    key_number(o, "bound_any", p->bound_any), key_flag(o, "exact", p->exact);
    key_number(o, "gap_percent", p->bound > 0 ? 100 * (p->cost / p->bound - 1) : 0);
    key_whole(o, "buildings", (int64_t)s->buildings), key_whole(o, "households", s->households);
    key_whole(o, "compounds", (int64_t)s->compounds), key_number(o, "fence_m", s->fence_m),
        key_number(o, "fence_bound_m", p->fence_bound_m);
    key_whole(o, "gates_large", (int64_t)s->gates_large), key_whole(o, "gates_small", (int64_t)s->gates_small);
    key_whole(o, "gates_staffed", (int64_t)s->gates_staffed), key_whole(o, "cabins", (int64_t)s->cabins);
    key_whole(o, "closed", (int64_t)s->closed), key_whole(o, "opened", (int64_t)s->opened);
    key_number(o, "detour_worst_m", s->detour_worst_m), key_number(o, "detour_mean_m", s->detour_mean_m);
    key_whole(o, "exceptions", (int64_t)p->n_exceptions);
    key_whole(o, "blocks", (int64_t)p->blocks), key_number(o, "hull_m", p->hull_m), key_number(o, "alone_m", p->alone_m);
    wg_buf_fmt(&o->b, "},\n\"parameters\":{\"days\":%lld", (long long)c->days);
    key_number(o, "fence_yuan", c->fence_yuan), key_number(o, "gate_large_yuan", c->gate_large_yuan);
    key_number(o, "gate_small_yuan", c->gate_small_yuan), key_number(o, "cabin_yuan", c->cabin_yuan);
    key_number(o, "shift_yuan", c->shift_yuan), key_number(o, "shifts_day", c->shifts_day),
        key_number(o, "open_yuan", c->open_yuan);
    key_number(o, "key_holder_yuan", c->key_holder_yuan);
    key_whole(o, "key_holder_households", c->key_holder_households);
    key_number(o, "gate_large_m", c->gate_large_m), key_number(o, "gate_small_m", c->gate_small_m);
    key_number(o, "fire_lane_m", c->fire_lane_m), key_number(o, "fire_reach_m", c->fire_reach_m),
        key_number(o, "detour_m", c->detour_m);
    key_number(o, "apron_m", c->apron_m), key_whole(o, "households_max", c->households_max),
        key_whole(o, "households_min", c->households_min);
    key_flag(o, "may_open", c->may_open);
    wg_buf_puts(&o->b, "},\n\"notes\":[");
    for (size_t i = 0; i < p->n_notes; i++) {
        wg_buf_puts(&o->b, i ? ",{\"feature\":" : "{\"feature\":");
        text(o, p->notes[i].feature);
        key_text(o, "zh", p->notes[i].zh);
        key_text(o, "en", p->notes[i].en);
        wg_buf_putc(&o->b, '}');
    }
    wg_buf_puts(&o->b, "]");
}

int enclose_plan_geojson(struct wg_ctx *ctx, const struct enclose_plan *p, struct wg_str *ret_text)
{
    struct out o = {.first = true};
    wg_buf_init(&o.b, OUT_MAX);
    wg_buf_puts(&o.b, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; i < p->n_compounds; i++) compound(&o, &p->compounds[i]);
    for (size_t i = 0; i < p->n_fences; i++) fence(&o, &p->fences[i]);
    for (size_t i = 0; i < p->n_gates; i++) gate(&o, &p->gates[i]);
    for (size_t i = 0; i < p->n_closed; i++) {
        open_feature(&o, "closed");
        key_text(&o, "id", p->closed[i].id), key_text(&o, "compound", p->closed[i].compound);
        key_text(&o, "feature", p->closed[i].feature), key_number(&o, "width", p->closed[i].metres);
        key_whole(&o, "days", p->config->days);
        spot_point(&o, p->closed[i].at);
    }
    for (size_t i = 0; i < p->n_opened; i++) {
        open_feature(&o, "opened");
        key_text(&o, "id", p->opened[i].id), key_text(&o, "compound", p->opened[i].compound);
        key_text(&o, "feature", p->opened[i].feature), key_number(&o, "metres", p->opened[i].metres);
        line(&o, (struct enclose_point[]){p->opened[i].a, p->opened[i].b}, 2);
    }
    for (size_t i = 0; i < p->n_cabins; i++) {
        open_feature(&o, "cabin");
        key_text(&o, "id", p->cabins[i].id), key_text(&o, "compound", p->cabins[i].compound);
        key_text(&o, "gate", p->cabins[i].feature);
        spot_point(&o, p->cabins[i].at);
    }
    for (size_t i = 0; i < p->n_exceptions; i++) exception(&o, &p->exceptions[i]);
    wg_buf_puts(&o.b, "\n]");
    summary(&o, p);
    wg_buf_puts(&o.b, "}\n");
    int rc = o.b.failed ? wg_refuse(ctx, WG_E_TOO_LARGE, "plan", "1 GB", NULL) : 0;
    if (!rc) *ret_text = wg_str_dup(ctx->arena, (struct wg_str){o.b.p, o.b.n});
    wg_buf_free(&o.b);
    return rc;
}
