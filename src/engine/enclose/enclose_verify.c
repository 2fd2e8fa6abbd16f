/* Proof of a plan, by other means than the planner's: what stands and what the plan builds is taken from free ground as areas
 * (GEOS overlay, walls and fences ten centimetres thick), what is left falls into pieces, and a piece that meets a street is
 * where the street's people get. No door of an enclosed home may lie on such a piece; its own piece must meet a gate of its
 * compound. Nothing of the mesh, the cuts or the walks is used; the map as read is. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"
#include "engine/enclose/enclose_verify_internal.h"

static const double thick = 0.1; /* of walls and fences; houses grow by half of it: nothing passes a crack of ten centimetres */

void enc_violation(struct enc_check *k, const char *code, const char *feature, struct enc_xy at, const char *zh, const char *en)
{
    struct enclose_verdict *v = k->verdict;
    v->violations = wg_grow(k->ctx->arena, v->violations, &k->cap, v->n + 1, sizeof *v->violations);
    v->violations[v->n++] =
        (struct enclose_violation){code, feature ? feature : "", zh, en, enc_unproject(&k->map->projection, at)};
}

/* ---- what the plan builds ---- */

static int refuse(struct enc_check *k, const char *why)
{
    return wg_refuse(k->ctx, WG_E_MAP_FORMAT, "plan", why, NULL);
}

static bool read_point(const struct enc_check *k, const json_t *j, struct enc_xy *ret)
{
    const json_t *x = json_array_get(j, 0), *y = json_array_get(j, 1);
    if (!json_is_number(x) || !json_is_number(y)) return false;
    double lon = json_number_value(x), lat = json_number_value(y);
    if (!(fabs(lon) <= 180 && fabs(lat) < 89)) return false;
    *ret = enc_project(&k->map->projection, lon, lat);
    return hypot(ret->x, ret->y) < 3.0 * ENCLOSE_MAP_EXTENT_M;
}

static bool read_line(const struct enc_check *k, const json_t *c, struct enc_line *ret)
{
    size_t n = json_array_size(c);
    ret->p = wg_alloc_n(k->ctx->arena, n + 1, sizeof *ret->p);
    ret->n = n;
    for (size_t i = 0; i < n; i++)
        if (!read_point(k, json_array_get(c, i), &ret->p[i])) return false;
    return n > 0;
}

static GEOSGeometry *read_polygon(struct enc_check *k, const json_t *rings)
{
    GEOSGeometry *shape = NULL;
    for (size_t i = 0; i < json_array_size(rings); i++) {
        struct enc_line line;
        if (!read_line(k, json_array_get(rings, i), &line)) break;
        GEOSGeometry *raw = enc_geos_ring_polygon(k->geos, line.p, line.n), *valid = raw ? GEOSMakeValid_r(k->geos, raw) : NULL;
        if (raw) GEOSGeom_destroy_r(k->geos, raw);
        if (!valid) break;
        GEOSGeometry *next = i ? (shape ? GEOSDifference_r(k->geos, shape, valid) : NULL) : GEOSGeom_clone_r(k->geos, valid);
        GEOSGeom_destroy_r(k->geos, valid);
        if (shape) GEOSGeom_destroy_r(k->geos, shape);
        shape = next;
    }
    return shape;
}

static GEOSGeometry *read_area(struct enc_check *k, const json_t *geometry)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *c = json_object_get(geometry, "coordinates");
    if (!type) return NULL;
    if (strcmp(type, "Polygon") == 0) return enc_keep(k->bag, read_polygon(k, c));
    if (strcmp(type, "MultiPolygon") != 0) return NULL;
    GEOSGeometry *all = NULL;
    for (size_t i = 0; i < json_array_size(c); i++) {
        GEOSGeometry *one = read_polygon(k, json_array_get(c, i)), *both = one && all ? GEOSUnion_r(k->geos, all, one) : NULL;
        if (!one) continue;
        if (!all) {
            all = one;
            continue;
        }
        GEOSGeom_destroy_r(k->geos, all);
        GEOSGeom_destroy_r(k->geos, one);
        all = both;
    }
    return enc_keep(k->bag, all);
}

static const char *text_of(struct enc_check *k, const json_t *properties, const char *key)
{
    const char *s = json_string_value(json_object_get(properties, key));
    return s ? wg_cstr(k->ctx->arena, wg_str(s)) : NULL;
}

static size_t building_index(const struct enc_check *k, const char *id)
{
    for (size_t b = 0; id && b < k->map->n_buildings; b++)
        if (strcmp(k->map->buildings[b].id, id) == 0) return b;
    return k->map->n_buildings;
}

static void read_compound(struct enc_check *k, const json_t *feature, const json_t *properties)
{
    struct enc_check_compound c = {.id = text_of(k, properties, "id")};
    c.shape = read_area(k, json_object_get(feature, "geometry"));
    const json_t *list = json_object_get(properties, "buildings"), *doors = json_object_get(properties, "doors");
    size_t n = json_array_size(list);
    c.buildings = wg_alloc_n(k->ctx->arena, n + 1, sizeof *c.buildings);
    for (size_t i = 0; i < n; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        size_t b = building_index(k, id);
        if (b < k->map->n_buildings)
            c.buildings[c.n_buildings++] = b;
        else
            enc_violation(k, "no_building", id ? wg_cstr(k->ctx->arena, wg_str(id)) : NULL, (struct enc_xy){0, 0},
                          "地图上没有这栋楼", "there is no such building on the map");
    }
    c.listed = json_is_array(list);
    c.locked = json_is_true(json_object_get(properties, "locked"));
    c.cap_doors = json_array_size(doors) + 1;
    c.doors = wg_alloc_n(k->ctx->arena, c.cap_doors, sizeof *c.doors);
    for (size_t i = 0; i < json_array_size(doors); i++) {
        const json_t *d = json_array_get(doors, i);
        struct enc_check_door door = {.building = building_index(k, json_string_value(json_object_get(d, "building")))};
        if (door.building < k->map->n_buildings && read_point(k, json_object_get(d, "at"), &door.at))
            c.doors[c.n_doors++] = door;
    }
    if (!c.shape) {
        enc_violation(k, "bad_outline", c.id, (struct enc_xy){0, 0}, "小区轮廓读不出来",
                      "the compound's outline cannot be read");
        return;
    }
    k->compounds = wg_grow(k->ctx->arena, k->compounds, &k->cap_compounds, k->n_compounds + 1, sizeof *k->compounds);
    k->compounds[k->n_compounds++] = c;
}

static void read_work(struct enc_check *k, const json_t *feature, const json_t *properties, enum enc_work_kind kind)
{
    const json_t *g = json_object_get(feature, "geometry");
    const char *type = json_string_value(json_object_get(g, "type"));
    struct enc_check_work w = {
        .kind = kind, .id = text_of(k, properties, "id"), .compound = text_of(k, properties, "compound")};
    bool is_point = type && strcmp(type, "Point") == 0;
    bool ok = is_point
                  ? read_point(k, json_object_get(g, "coordinates"), (w.line.p = wg_alloc(k->ctx->arena, sizeof *w.line.p)))
                  : type && strcmp(type, "LineString") == 0 && read_line(k, json_object_get(g, "coordinates"), &w.line) &&
                        w.line.n > 1;
    if (is_point) w.line.n = 1;
    if (!ok) {
        enc_violation(k, "bad_line", w.id, (struct enc_xy){0, 0}, "围挡或大门的位置读不出来",
                      "the line of a fence or gate cannot be read");
        return;
    }
    const char *state = json_string_value(json_object_get(properties, "state")),
               *size = json_string_value(json_object_get(properties, "gate"));
    const json_t *stated = json_object_get(properties, kind == ENC_WORK_GATE ? "width" : "metres");
    w.stated = json_is_number(stated) ? json_number_value(stated) : -1;
    w.staffed = !state || strcmp(state, "staffed") == 0;
    w.key_holder = state && strcmp(state, "key_holder") == 0;
    w.large = size && strcmp(size, "large") == 0;
    for (size_t i = 0; i + 1 < w.line.n; i++) w.length += enc_dist(w.line.p[i], w.line.p[i + 1]);
    k->works = wg_grow(k->ctx->arena, k->works, &k->cap_works, k->n_works + 1, sizeof *k->works);
    k->works[k->n_works++] = w;
}

static void read_exception(struct enc_check *k, const json_t *feature, const json_t *properties)
{
    static const char *const rules[] = {"detour", "no_gate", "fire", "left_out"};
    const char *rule = json_string_value(json_object_get(properties, "rule")), *known = NULL;
    const char *building = text_of(k, properties, "building");
    struct enc_excuse e = {.feature = building, .building = building_index(k, building)};
    for (size_t i = 0; rule && i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i], rule) == 0) known = rules[i];
    e.rule = known;
    bool placed = read_point(k, json_object_get(json_object_get(feature, "geometry"), "coordinates"), &e.at);
    if (known && placed && e.building < k->map->n_buildings) {
        enc_excuse_add(k, e);
        return;
    }
    enc_violation(k, "exception", building, placed ? e.at : (struct enc_xy){0, 0},
                  "例外没有写明规则（detour、no_gate、fire、left_out）、地图上的楼或位置",
                  "an exception names no rule (detour, no_gate, fire, left_out), no home on the map or no place");
}

static int read_plan(struct enc_check *k, struct wg_str plan)
{
    json_error_t error;
    json_t *root = json_loadb(plan.p, plan.n, 0, &error);
    if (!root) return refuse(k, wg_fmt(k->ctx->arena, "%d:%d: %s", error.line, error.column, error.text));
    const json_t *list = json_object_get(root, "features");
    if (!json_is_array(list)) {
        json_decref(root);
        return refuse(k, "no features");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i), *p = json_object_get(f, "properties");
        const char *kind = json_string_value(json_object_get(p, "kind"));
        if (!kind) continue;
        if (strcmp(kind, "compound") == 0) read_compound(k, f, p);
        if (strcmp(kind, "fence") == 0) read_work(k, f, p, ENC_WORK_FENCE);
        if (strcmp(kind, "gate") == 0) read_work(k, f, p, ENC_WORK_GATE);
        if (strcmp(kind, "opened") == 0) read_work(k, f, p, ENC_WORK_OPENED);
        if (strcmp(kind, "closed") == 0) read_work(k, f, p, ENC_WORK_CLOSED);
        if (strcmp(kind, "exception") == 0) read_exception(k, f, p);
    }
    json_decref(root);
    for (size_t b = 0; b < k->map->n_buildings; b++)
        if (!k->n_compounds && k->map->buildings[b].use == ENC_HOME) return refuse(k, "no compound");
    return 0; /* where nobody lives there is nothing to enclose */
}

/* ---- solid things as one area ---- */

static GEOSGeometry *thicken(struct enc_check *k, const struct enc_line *line, double half, int cap)
{
    if (line->n == 1) {
        GEOSGeometry *p = enc_geos_point(k->geos, line->p[0]), *disc = p ? GEOSBuffer_r(k->geos, p, half, 4) : NULL;
        if (p) GEOSGeom_destroy_r(k->geos, p);
        return disc;
    }
    GEOSGeometry *raw = enc_geos_line(k->geos, line->p, line->n);
    GEOSGeometry *band = raw ? GEOSBufferWithStyle_r(k->geos, raw, half, 2, cap, GEOSBUF_JOIN_MITRE, 2) : NULL;
    if (raw) GEOSGeom_destroy_r(k->geos, raw);
    return band;
}

static GEOSGeometry *join(struct enc_check *k, GEOSGeometry **parts, unsigned n)
{
    GEOSGeometry *all = GEOSGeom_createCollection_r(k->geos, GEOS_GEOMETRYCOLLECTION, parts, n);
    GEOSGeometry *one = all ? GEOSUnaryUnion_r(k->geos, all) : NULL;
    if (all) GEOSGeom_destroy_r(k->geos, all);
    return enc_keep(k->bag, one);
}

static double frame_margin(void)
{
    return 60;
}

static GEOSGeometry *frame(struct enc_check *k)
{
    const struct enclose_map *m = k->map;
    double e = frame_margin();
    struct enc_xy p[4] = {
        {m->min_x - e, m->min_y - e}, {m->max_x + e, m->min_y - e}, {m->max_x + e, m->max_y + e}, {m->min_x - e, m->max_y + e}};
    return enc_keep(k->bag, enc_geos_ring_polygon(k->geos, p, 4));
}

static int make_pieces(struct enc_check *k)
{
    const struct enclose_map *m = k->map;
    unsigned n = 0, n_open = 0;
    size_t most = m->n_buildings + m->n_barriers + k->n_works + 1;
    GEOSGeometry **solid = wg_alloc_n(k->ctx->arena, most, sizeof(GEOSGeometry *)),
                 **open = wg_alloc_n(k->ctx->arena, most, sizeof(GEOSGeometry *));
    for (size_t i = 0; i < m->n_barriers; i++) {
        GEOSGeometry *g = thicken(k, &m->barriers[i].line, thick / 2, GEOSBUF_CAP_SQUARE);
        if (g) solid[n++] = g;
    }
    for (size_t i = 0; i < k->n_works; i++) { /* what is taken down opens walls, not houses */
        GEOSGeometry *g =
            k->works[i].kind == ENC_WORK_OPENED ? thicken(k, &k->works[i].line, 0.6 * thick, GEOSBUF_CAP_FLAT) : NULL;
        if (g) open[n_open++] = g;
    }
    GEOSGeometry *walls = join(k, solid, n), *openings = join(k, open, n_open);
    if (!walls || !openings) return wg_refuse(k->ctx, WG_E_INTERNAL, "geos.verify", NULL, NULL);
    GEOSGeometry *left = GEOSDifference_r(k->geos, walls, openings);
    n = 0;
    if (left) solid[n++] = left;
    for (size_t i = 0; i < m->n_buildings; i++) {
        GEOSGeometry *g =
            GEOSBufferWithStyle_r(k->geos, m->buildings[i].shape, thick / 2, 2, GEOSBUF_CAP_FLAT, GEOSBUF_JOIN_MITRE, 2);
        if (g) solid[n++] = g;
    }
    for (size_t i = 0; i < k->n_works; i++) {
        GEOSGeometry *g = k->works[i].kind == ENC_WORK_FENCE || k->works[i].kind == ENC_WORK_GATE
                              ? thicken(k, &k->works[i].line, thick / 2, GEOSBUF_CAP_SQUARE)
                              : NULL;
        if (g) solid[n++] = g;
    }
    GEOSGeometry *all = join(k, solid, n), *box = frame(k);
    if (!all || !box) return wg_refuse(k->ctx, WG_E_INTERNAL, "geos.verify", NULL, NULL);
    k->free = enc_keep(k->bag, GEOSDifference_r(k->geos, box, all));
    if (!k->free) return wg_refuse(k->ctx, WG_E_INTERNAL, "geos.verify", NULL, NULL);
    int parts = GEOSGetNumGeometries_r(k->geos, k->free);
    k->n_pieces = parts > 0 ? (size_t)parts : 0;
    k->pieces = wg_alloc_n(k->ctx->arena, k->n_pieces + 1, sizeof *k->pieces);
    k->tree = GEOSSTRtree_create_r(k->geos, 10);
    if (!k->tree) return wg_refuse(k->ctx, WG_E_INTERNAL, "geos.verify", NULL, NULL);
    for (size_t i = 0; i < k->n_pieces; i++) {
        k->pieces[i].shape = GEOSGetGeometryN_r(k->geos, k->free, (int)i);
        k->pieces[i].prepared = GEOSPrepare_r(k->geos, k->pieces[i].shape);
        GEOSSTRtree_insert_r(k->geos, k->tree, k->pieces[i].shape, (void *)(uintptr_t)i);
        if (!k->pieces[i].prepared) return wg_refuse(k->ctx, WG_E_INTERNAL, "geos.verify", NULL, NULL);
    }
    return 0;
}

/* ---- the flood ---- */

struct hit {
    struct enc_check *k;
    const GEOSGeometry *with;
    size_t *list;
    size_t n, cap;
};

static void touch(void *item, void *arg)
{
    struct hit *h = arg;
    size_t i = (size_t)(uintptr_t)item;
    if (GEOSPreparedIntersects_r(h->k->geos, h->k->pieces[i].prepared, h->with) != 1) return;
    h->list = wg_grow(h->k->ctx->arena, h->list, &h->cap, h->n + 1, sizeof *h->list);
    h->list[h->n++] = i;
}

static struct hit pieces_at(struct enc_check *k, const GEOSGeometry *g)
{
    struct hit h = {.k = k, .with = g};
    if (g) GEOSSTRtree_query_r(k->geos, k->tree, g, touch, &h);
    return h;
}

static void flood(struct enc_check *k)
{
    const struct enclose_map *m = k->map;
    for (size_t i = 0; i < m->n_ways; i++) {
        if (!m->ways[i].is_public || m->ways[i].passage) continue;
        GEOSGeometry *line = enc_geos_line(k->geos, m->ways[i].line.p, m->ways[i].line.n);
        struct hit h = pieces_at(k, line);
        for (size_t j = 0; j < h.n; j++) k->pieces[h.list[j]].street = true;
        if (line) GEOSGeom_destroy_r(k->geos, line);
    }
    double e = frame_margin() - 0.5; /* the edge of the map is outside, whatever lies beyond */
    struct enc_xy p[5] = {{m->min_x - e, m->min_y - e},
                          {m->max_x + e, m->min_y - e},
                          {m->max_x + e, m->max_y + e},
                          {m->min_x - e, m->max_y + e},
                          {m->min_x - e, m->min_y - e}};
    GEOSGeometry *edge = enc_geos_line(k->geos, p, 5);
    struct hit h = pieces_at(k, edge);
    for (size_t j = 0; j < h.n; j++) k->pieces[h.list[j]].street = true;
    if (edge) GEOSGeom_destroy_r(k->geos, edge);
}

/* The piece a door opens on: the one at the point, or the nearest within a step. */
size_t enc_piece_of(struct enc_check *k, struct enc_xy at)
{
    for (int step = 0; step < 5; step++) {
        double reach = 0.3 * step;
        GEOSGeometry *p = enc_geos_point(k->geos, at), *disc = p && reach > 0 ? GEOSBuffer_r(k->geos, p, reach, 4) : NULL;
        struct hit h = pieces_at(k, disc ? disc : p);
        if (p) GEOSGeom_destroy_r(k->geos, p);
        if (disc) GEOSGeom_destroy_r(k->geos, disc);
        for (size_t i = 0; i < h.n; i++) /* on the line between two, the door counts for the closed one */
            if (!k->pieces[h.list[i]].street) return h.list[i];
        if (h.n) return h.list[0];
    }
    return k->n_pieces;
}

static void touch_street(void *item, void *arg)
{
    struct hit *h = arg;
    const struct enc_piece *p = &h->k->pieces[(size_t)(uintptr_t)item];
    if (p->street && GEOSPreparedIntersects_r(h->k->geos, p->prepared, h->with) == 1) h->n++;
}

bool enc_is_street(struct enc_check *k, struct enc_xy at)
{
    GEOSGeometry *p = enc_geos_point(k->geos, at);
    struct hit h = {.k = k, .with = p};
    if (p) GEOSSTRtree_query_r(k->geos, k->tree, p, touch_street, &h);
    if (p) GEOSGeom_destroy_r(k->geos, p);
    return h.n > 0;
}

static bool is_way_in(const struct enc_check *k, const struct enc_check_work *w, size_t piece)
{
    const GEOSGeometry *shape = k->pieces[piece].shape;
    GEOSGeometry *band = enc_geos_line(k->geos, w->line.p, w->line.n);
    if (w->line.n == 1) band = enc_geos_point(k->geos, w->line.p[0]);
    double d = 1e300;
    if (band && !GEOSDistance_r(k->geos, shape, band, &d)) d = 1e300;
    if (band) GEOSGeom_destroy_r(k->geos, band);
    return d < thick;
}

static void check_door(struct enc_check *k, const struct enc_check_compound *c, size_t building, struct enc_xy at)
{
    const char *id = k->map->buildings[building].id;
    size_t piece = enc_piece_of(k, at);
    k->verdict->doors++;
    if (piece == k->n_pieces) {
        enc_violation(k, "door_blocked", id, at, "楼门前没有空地", "there is no free ground before the door");
        return;
    }
    if (k->pieces[piece].street) {
        enc_violation(k, "leak", id, at, "不经大门即可从街道走到楼门",
                      "the door can be reached from the street without passing a gate");
        return;
    }
    if (k->pieces[piece].asked != c) { /* once for each piece and compound */
        k->pieces[piece].asked = c;
        k->pieces[piece].gate = false;
        for (size_t i = 0; i < k->n_works && !k->pieces[piece].gate; i++) {
            const struct enc_check_work *w = &k->works[i];
            bool own = w->kind == ENC_WORK_GATE && w->staffed && (!w->compound || !c->id || strcmp(w->compound, c->id) == 0);
            k->pieces[piece].gate = own && is_way_in(k, w, piece);
        }
    }
    if (k->pieces[piece].gate) return;
    const struct enc_site *site = enc_sites_of(k, piece);
    struct enc_xy mend = at;
    if (k->pieces[piece].n_sites) mend = (struct enc_xy){(site->a.x + site->b.x) / 2, (site->a.y + site->b.y) / 2};
    enc_breach(k, "no_gate", building, at, k->pieces[piece].n_sites ? &mend : NULL, "楼门走不到本小区有人值守的大门",
               "no staffed gate of the compound can be reached from the door");
}

/* Homes whose doors neither map nor plan tells: one side at least must be closed to the street. */
static void check_unknown_doors(struct enc_check *k, const struct enc_check_compound *c, size_t b)
{
    const GEOSGeometry *shape = k->map->buildings[b].shape;
    GEOSGeometry *around = GEOSBuffer_r(k->geos, shape, 0.3, 4);
    struct hit h = pieces_at(k, around);
    struct enc_xy at = {0, 0};
    GEOSGeometry *centre = GEOSGetCentroid_r(k->geos, shape);
    if (centre && (!GEOSGeomGetX_r(k->geos, centre, &at.x) || !GEOSGeomGetY_r(k->geos, centre, &at.y)))
        at = (struct enc_xy){0, 0};
    bool closed = false, gate = false;
    for (size_t j = 0; j < h.n; j++) {
        if (k->pieces[h.list[j]].street) continue;
        closed = true;
        for (size_t i = 0; i < k->n_works && !gate; i++)
            gate = k->works[i].kind == ENC_WORK_GATE && k->works[i].staffed && is_way_in(k, &k->works[i], h.list[j]);
    }
    k->verdict->doors++;
    (void)c;
    if (!closed)
        enc_violation(k, "leak", k->map->buildings[b].id, at, "楼的四周都可从街道走到",
                      "every side of the house can be reached from the street");
    else if (!gate)
        enc_violation(k, "no_gate", k->map->buildings[b].id, at, "楼旁的封闭地块没有大门",
                      "the closed ground beside the house has no staffed gate");
    if (around) GEOSGeom_destroy_r(k->geos, around);
    if (centre) GEOSGeom_destroy_r(k->geos, centre);
}

/* A mapped door that the plan shuts; another one of the home, which the plan names, is its way out. */
static bool is_shut(const struct enc_check *k, const struct enc_check_compound *c, size_t building, struct enc_xy at)
{
    bool other = false, shut = false;
    for (size_t i = 0; i < c->n_doors; i++) other = other || c->doors[i].building == building;
    for (size_t i = 0; i < k->n_works; i++)
        shut = shut || (k->works[i].kind == ENC_WORK_CLOSED && enc_dist(k->works[i].line.p[0], at) < 1);
    return other && shut;
}

static bool lists_door(const struct enc_check_compound *c, size_t building)
{
    for (size_t i = 0; i < c->n_doors; i++)
        if (c->doors[i].building == building) return true;
    return false;
}

/* A plan that does not list a home's doors: those on the map are looked at, and measured, as if it did. */
static void take_mapped_doors(struct enc_check *k, struct enc_check_compound *c, size_t b)
{
    const struct enc_building *bd = &k->map->buildings[b];
    for (size_t d = 0; d < bd->n_doors; d++) {
        c->doors = wg_grow(k->ctx->arena, c->doors, &c->cap_doors, c->n_doors + 1, sizeof *c->doors);
        c->doors[c->n_doors++] = (struct enc_check_door){b, bd->doors[d]};
    }
}

static void check_compound(struct enc_check *k, struct enc_check_compound *c)
{
    const struct enclose_map *m = k->map;
    if (!c->listed) { /* drawn by hand: the homes that lie in it */
        c->buildings = wg_alloc_n(k->ctx->arena, m->n_buildings + 1, sizeof *c->buildings);
        for (size_t b = 0; b < m->n_buildings; b++) {
            GEOSGeometry *p = m->buildings[b].use == ENC_HOME ? GEOSPointOnSurface_r(k->geos, m->buildings[b].shape) : NULL;
            if (p && GEOSIntersects_r(k->geos, c->shape, p) == 1) c->buildings[c->n_buildings++] = b;
            if (p) GEOSGeom_destroy_r(k->geos, p);
        }
    }
    for (size_t i = 0; i < c->n_buildings; i++) {
        size_t b = c->buildings[i];
        bool listed = lists_door(c, b);
        k->owner[b]++;
        for (size_t d = 0; d < m->buildings[b].n_doors && listed; d++)
            if (!is_shut(k, c, b, m->buildings[b].doors[d])) check_door(k, c, b, m->buildings[b].doors[d]);
        if (!listed) take_mapped_doors(k, c, b);
        if (!m->buildings[b].n_doors && !listed) check_unknown_doors(k, c, b);
    }
    for (size_t i = 0; i < c->n_doors; i++) check_door(k, c, c->doors[i].building, c->doors[i].at);
}

static void check_homes(struct enc_check *k)
{
    const struct enclose_map *m = k->map;
    for (size_t b = 0; b < m->n_buildings; b++) {
        struct enc_xy at = {0, 0};
        bool listed = k->owner[b] == 1;
        if (m->buildings[b].use != ENC_HOME || listed) continue;
        GEOSGeometry *p = GEOSPointOnSurface_r(k->geos, m->buildings[b].shape);
        if (p && (!GEOSGeomGetX_r(k->geos, p, &at.x) || !GEOSGeomGetY_r(k->geos, p, &at.y))) at = (struct enc_xy){0, 0};
        if (p) GEOSGeom_destroy_r(k->geos, p);
        if (k->owner[b] > 1)
            enc_violation(k, "twice", m->buildings[b].id, at, "这栋楼属于两个小区", "the home is in two compounds");
        else
            enc_breach(k, "left_out", b, at, enc_has_free_side(k, b) ? &at : NULL, "这栋楼不在任何小区内",
                       "the home is in no compound");
    }
}

bool enc_has_free_side(struct enc_check *k, size_t b)
{
    GEOSGeometry *around = GEOSBuffer_r(k->geos, k->map->buildings[b].shape, 0.5, 2);
    struct hit h = pieces_at(k, around);
    if (around) GEOSGeom_destroy_r(k->geos, around);
    return h.n > 0;
}

bool enc_is_served(struct enc_check *k, size_t b)
{
    GEOSGeometry *around = GEOSBuffer_r(k->geos, k->map->buildings[b].shape, 0.5, 2);
    struct hit h = pieces_at(k, around);
    bool served = false;
    for (size_t j = 0; j < h.n && !served; j++) {
        served = k->pieces[h.list[j]].street;
        for (size_t i = 0; i < k->n_works && !served; i++)
            served = k->works[i].kind == ENC_WORK_GATE && k->works[i].staffed && is_way_in(k, &k->works[i], h.list[j]);
    }
    if (around) GEOSGeom_destroy_r(k->geos, around);
    return served;
}

static void free_check(void *what)
{
    struct enc_check *k = what;
    for (size_t i = 0; i < k->n_pieces; i++)
        if (k->pieces[i].prepared) GEOSPreparedGeom_destroy_r(k->geos, k->pieces[i].prepared);
    if (k->tree) GEOSSTRtree_destroy_r(k->geos, k->tree);
}

int enclose_verify(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_config *config, struct wg_str plan,
                   struct enclose_verdict *ret_verdict)
{
    struct enclose_verdict verdict = {0};
    struct enc_check *k = wg_alloc(ctx->arena, sizeof *k);
    *k = (struct enc_check){.ctx = ctx, .map = map, .config = config, .geos = map->geos, .verdict = &verdict};
    k->bag = enc_shapes(ctx, map->geos);
    wg_arena_cleanup(ctx->arena, free_check, k);
    k->owner = wg_alloc_n(ctx->arena, map->n_buildings + 1, sizeof *k->owner);
    int rc = read_plan(k, plan);
    if (!rc) rc = make_pieces(k);
    if (rc) return rc;
    flood(k);
    for (size_t i = 0; i < k->n_compounds; i++) check_compound(k, &k->compounds[i]);
    check_homes(k);
    rc = enc_check_measures(k);
    if (rc) return rc;
    enc_excuses_left(k);
    verdict.compounds = k->n_compounds;
    *ret_verdict = verdict;
    return 0;
}
