/* What stands, taken from the features: zones, buildings, ways, walls, gates and doors. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_map_internal.h"

enum { MAX_CUTS = 256 };
static const double door_reach = 1.5; /* an entrance node this near to an outline is a door of it */

static bool in_list(const char *const *list, size_t n, const char *what)
{
    for (size_t i = 0; what && i < n; i++)
        if (strcmp(list[i], what) == 0) return true;
    return false;
}

/* ---- zones ---- */

static bool zone_kind(const struct enc_feature *f, enum enc_zone_kind *ret)
{
    const char *water = enc_tag(f, "waterway"), *rail = enc_tag(f, "railway"), *level = enc_tag(f, "admin_level");
    if (enc_is_underground(f) || enc_tag_is(f, "bridge", "yes")) return false;
    if (f->form != ENC_POINT && rail &&
        in_list((const char *const[]){"rail", "light_rail", "narrow_gauge", "subway", "tram"}, 5, rail)) {
        *ret = ENC_RAIL;
        return true;
    }
    if (enc_tag_is(f, "natural", "water") || enc_tag_is(f, "landuse", "reservoir") ||
        (water && in_list((const char *const[]){"river", "canal", "stream", "riverbank"}, 4, water))) {
        *ret = ENC_WATER;
        return f->form != ENC_POINT;
    }
    if (f->form == ENC_POINT) return false;
    if ((enc_tag_is(f, "boundary", "administrative") && level && strlen(level) == 2) ||
        enc_tag_is(f, "boundary", "community")) {
        *ret = ENC_COMMUNITY;
        return true;
    }
    *ret = ENC_RESIDENTIAL;
    return enc_tag_is(f, "landuse", "residential");
}

static bool ends_meet(const struct enc_feature *f)
{
    if (f->form == ENC_AREA) return true;
    const struct enc_path *p = f->n_paths ? &f->paths[0] : NULL;
    return p && p->n > 3 && p->p[0].x == p->p[p->n - 1].x && p->p[0].y == p->p[p->n - 1].y;
}

/* A river or a railway drawn as its middle line. */
static GEOSGeometry *band_of(struct enc_build *b, const struct enc_feature *f, size_t path, enum enc_zone_kind kind)
{
    GEOSContextHandle_t geos = b->map->geos;
    struct enc_line l = enc_feature_line(b, f, path);
    GEOSGeometry *middle = enc_keep(b->bag, enc_geos_line(geos, l.p, l.n));
    double half = kind == ENC_RAIL ? 3 : enc_tag_is(f, "waterway", "river") ? 5 : enc_tag_is(f, "waterway", "stream") ? 1 : 3;
    return !middle ? NULL
                   : enc_keep(b->bag, GEOSBufferWithStyle_r(geos, middle, half, 2, GEOSBUF_CAP_FLAT, GEOSBUF_JOIN_MITRE, 2));
}

static void add_zone(struct enc_build *b, const struct enc_feature *f, enum enc_zone_kind kind, GEOSGeometry *shape,
                     size_t *cap)
{
    struct enclose_map *map = b->map;
    if (!shape) return;
    map->zones = wg_grow(b->ctx->arena, map->zones, cap, map->n_zones + 1, sizeof *map->zones);
    map->zones[map->n_zones++] = (struct enc_zone){f->id, enc_tag(f, "name"), kind, shape};
}

int enc_take_zones(struct enc_build *b)
{
    size_t cap = 0;
    for (size_t i = 0; i < b->features->n; i++) {
        const struct enc_feature *f = &b->features->list[i];
        enum enc_zone_kind kind;
        if (!zone_kind(f, &kind)) continue;
        GEOSGeometry *shape = NULL;
        bool line = kind == ENC_RAIL || (enc_tag(f, "waterway") && !enc_tag_is(f, "waterway", "riverbank"));
        if (line || (kind == ENC_WATER && !ends_meet(f))) {
            for (size_t k = 0; k < f->n_paths; k++) add_zone(b, f, kind, band_of(b, f, k, kind), &cap);
            continue;
        }
        if (ends_meet(f)) shape = enc_feature_shape(b, f, false);
        add_zone(b, f, kind, shape, &cap);
    }
    return 0;
}

static const struct enc_zone *zone_at(const struct enclose_map *map, enum enc_zone_kind kind, struct enc_xy at)
{
    GEOSGeometry *p = enc_geos_point(map->geos, at);
    const struct enc_zone *found = NULL;
    for (size_t i = 0; p && i < map->n_zones && !found; i++)
        if (map->zones[i].kind == kind && GEOSIntersects_r(map->geos, map->zones[i].shape, p) == 1) found = &map->zones[i];
    if (p) GEOSGeom_destroy_r(map->geos, p);
    return found;
}

/* ---- buildings ---- */

static double count_tag(const struct enc_feature *f, const char *key, double max)
{
    const char *text = enc_tag(f, key);
    double v;
    return text && wg_parse_double(wg_str_trim(wg_str(text)), 1, max, &v) ? v : 0;
}

/* Levels and households as tagged, or from the footprint: a flat takes some 90 square metres of floor. */
static void size_building(const struct enc_feature *f, struct enc_building *bd)
{
    const char *kind = enc_tag(f, "building");
    bool small = in_list((const char *const[]){"house", "detached", "bungalow", "semidetached_house", "farm"}, 5, kind);
    bd->levels = count_tag(f, "building:levels", 150);
    if (bd->levels == 0) bd->levels = floor(count_tag(f, "height", 600) / 3);
    if (bd->levels == 0) bd->levels = small ? 1 : bd->area >= 250 ? 6 : bd->area >= 140 ? 2 : 1;
    double flats = count_tag(f, "households", 100000);
    if (flats == 0) flats = count_tag(f, "building:flats", 100000);
    if (flats == 0) flats = count_tag(f, "building:units", 100000);
    bd->households_known = flats > 0;
    if (flats == 0) flats = small ? 1 : fmax(1, floor(bd->area * bd->levels / 90 * 0.8));
    bd->households = bd->use == ENC_HOME ? (int64_t)flats : 0;
}

static bool is_building(const struct enc_feature *f)
{
    const char *b = enc_tag(f, "building");
    if (!b || f->form == ENC_POINT || enc_is_underground(f)) return false;
    return !in_list((const char *const[]){"no", "roof", "carport", "proposed", "demolished", "entrance", "ruins"}, 7, b);
}

static void add_building(struct enc_build *b, const struct enc_feature *f)
{
    struct enclose_map *map = b->map;
    struct enc_building bd = {.id = f->id, .name = enc_tag(f, "name"), .street = enc_tag(f, "addr:street")};
    bd.shape = enc_feature_shape(b, f, true);
    if (!bd.shape || !GEOSArea_r(map->geos, bd.shape, &bd.area)) return;
    bd.use = enc_building_use(map->config, f, bd.area, &bd.use_known);
    bd.community = enc_tag(f, "community");
    size_building(f, &bd);
    if (!bd.use_known && bd.use == ENC_HOME) {
        const char *en = "taken to be homes by its size; not tagged";
        enc_note(b->ctx, b->features, f->id, "未注明用途，按面积推定为住宅", en);
    }
    map->buildings[map->n_buildings++] = bd;
}

struct near_query {
    GEOSContextHandle_t geos;
    size_t *list;
    size_t n, cap;
};

static void collect(void *item, void *arg)
{
    struct near_query *q = arg;
    if (q->n < q->cap) q->list[q->n++] = (size_t)(uintptr_t)item;
}

static GEOSSTRtree *building_tree(const struct enclose_map *map)
{
    GEOSSTRtree *tree = GEOSSTRtree_create_r(map->geos, 10);
    for (size_t i = 0; tree && i < map->n_buildings; i++)
        GEOSSTRtree_insert_r(map->geos, tree, map->buildings[i].shape, (void *)(uintptr_t)i);
    return tree;
}

static int by_index(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* A footprint that lies (nine tenths of it) in another is the same house twice, or a part of it: the larger stays. */
static int drop_doubles(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    GEOSSTRtree *tree = building_tree(map);
    if (!tree) return wg_refuse(b->ctx, WG_E_INTERNAL, "geos", NULL, NULL);
    size_t *found = wg_alloc_n(b->ctx->arena, map->n_buildings, sizeof *found);
    bool *gone = wg_alloc_n(b->ctx->arena, map->n_buildings, sizeof *gone);
    for (size_t i = 0; i < map->n_buildings; i++) {
        struct near_query q = {map->geos, found, 0, map->n_buildings};
        GEOSSTRtree_query_r(map->geos, tree, map->buildings[i].shape, collect, &q);
        qsort(q.list, q.n, sizeof *q.list, by_index);
        for (size_t k = 0; k < q.n && !gone[i]; k++) {
            size_t j = q.list[k];
            const struct enc_building *small = &map->buildings[i], *large = &map->buildings[j];
            if (i == j || gone[j] || small->area > large->area || (small->area == large->area && i < j)) continue;
            if (GEOSIntersects_r(map->geos, small->shape, large->shape) != 1) continue;
            GEOSGeometry *common = GEOSIntersection_r(map->geos, small->shape, large->shape);
            double area = 0, left = 0;
            if (common && !GEOSArea_r(map->geos, common, &area)) area = 0;
            if (common) GEOSGeom_destroy_r(map->geos, common);
            gone[i] = area > 0.9 * small->area;
            if (gone[i])
                enc_note(b->ctx, b->features, small->id, wg_fmt(b->ctx->arena, "与 %s 重叠，并入后者", large->id),
                         wg_fmt(b->ctx->arena, "lies in %s; taken as part of it", large->id));
            if (gone[i] || area <= 1) continue;
            enc_note(b->ctx, b->features, small->id, wg_fmt(b->ctx->arena, "与 %s 部分重叠，按相连处理", large->id),
                     wg_fmt(b->ctx->arena, "overlaps %s; taken as joined", large->id));
            /* ground that two houses claim is the larger's, for planner and proof alike */
            GEOSGeometry *rest = enc_keep(b->bag, GEOSDifference_r(map->geos, small->shape, large->shape));
            if (rest && GEOSArea_r(map->geos, rest, &left) && left > 1) map->buildings[i].shape = rest;
        }
    }
    GEOSSTRtree_destroy_r(map->geos, tree);
    size_t n = 0;
    for (size_t i = 0; i < map->n_buildings; i++)
        if (!gone[i]) map->buildings[n++] = map->buildings[i];
    map->n_buildings = n;
    return 0;
}

/* Untagged houses on the grounds of a school, hospital or works are not homes; the largest on grounds that must stay reachable
 * stands for them. */
static void mind_grounds(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    for (size_t i = 0; i < b->features->n; i++) {
        const struct enc_feature *f = &b->features->list[i];
        const char *amenity = enc_tag(f, "amenity"), *land = enc_tag(f, "landuse");
        bool grounds =
            (amenity &&
             in_list((const char *const[]){"school", "university", "college", "hospital", "kindergarten"}, 5, amenity)) ||
            (land && in_list((const char *const[]){"industrial", "commercial", "retail", "railway", "military"}, 5, land));
        if (!grounds || enc_tag(f, "building") || f->form == ENC_POINT || !ends_meet(f)) continue;
        GEOSGeometry *shape = enc_feature_shape(b, f, false);
        if (!shape) continue;
        const GEOSPreparedGeometry *prepared = GEOSPrepare_r(map->geos, shape);
        struct enc_building *largest = NULL;
        bool has = false;
        for (size_t k = 0; prepared && k < map->n_buildings; k++) {
            struct enc_building *bd = &map->buildings[k];
            if (GEOSPreparedIntersects_r(map->geos, prepared, bd->shape) != 1 ||
                GEOSPreparedContains_r(map->geos, prepared, bd->shape) != 1)
                continue;
            if (bd->use == ENC_HOME && !bd->use_known && map->config->homes == ENCLOSE_HOMES_GUESS)
                bd->use = ENC_OTHER, bd->households = 0;
            has = has || bd->use == ENC_REACHABLE;
            if (bd->use == ENC_OTHER && (!largest || bd->area > largest->area)) largest = bd;
        }
        if (prepared) GEOSPreparedGeom_destroy_r(map->geos, prepared);
        if (largest && !has && enc_is_reachable_tag(map->config, f)) largest->use = ENC_REACHABLE;
    }
}

struct named {
    const char *id;
    size_t index;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* A plan names buildings by their ids: of several with one id the later get a number. */
static void make_ids_unique(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    struct named *all = wg_alloc_n(b->ctx->arena, map->n_buildings + 1, sizeof *all);
    for (size_t i = 0; i < map->n_buildings; i++) all[i] = (struct named){map->buildings[i].id, i};
    if (map->n_buildings) qsort(all, map->n_buildings, sizeof *all, by_name);
    for (size_t i = 1, run = 1; i < map->n_buildings; i++) {
        run = strcmp(all[i].id, all[i - 1].id) == 0 ? run + 1 : 1;
        if (run == 1) continue;
        struct enc_building *bd = &map->buildings[all[i].index];
        bd->id = wg_fmt(b->ctx->arena, "%s#%zu", all[i].id, run);
        enc_note(b->ctx, b->features, bd->id, "与另一栋楼编号相同，已另编", "another building has the same id; numbered");
    }
}

/* What is said once of the whole map: buildings that are only points, and a map where nothing is a home. */
static void note_missing(struct enc_build *b)
{
    const struct enclose_map *map = b->map;
    bool homes = false;
    for (size_t i = 0; i < b->features->n; i++) {
        const struct enc_feature *f = &b->features->list[i];
        const char *kind = f->form == ENC_POINT ? enc_tag(f, "building") : NULL;
        if (kind && strcmp(kind, "no") != 0 && strcmp(kind, "entrance") != 0)
            enc_note(b->ctx, b->features, f->id, "建筑只画成一个点，没有轮廓，略去",
                     "a building drawn as a point has no outline; left out");
    }
    for (size_t i = 0; i < map->n_buildings; i++) homes = homes || map->buildings[i].use == ENC_HOME;
    if (!homes && map->n_buildings)
        enc_note(b->ctx, b->features, "", "图上没有住宅，无可围合；若建筑都是住宅，配置 homes 设为 all",
                 "no building on the map is a home, so there is nothing to enclose; set homes to \"all\" if all are");
}

int enc_take_buildings(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    size_t n = 0;
    for (size_t i = 0; i < b->features->n; i++) n += is_building(&b->features->list[i]);
    if (n > ENCLOSE_MAP_BUILDINGS) return wg_refuse(b->ctx, WG_E_TOO_MANY, "buildings", "100000", NULL);
    map->buildings = wg_alloc_n(b->ctx->arena, n + 1, sizeof *map->buildings);
    for (size_t i = 0; i < b->features->n; i++)
        if (is_building(&b->features->list[i])) add_building(b, &b->features->list[i]);
    int rc = drop_doubles(b);
    if (rc) return rc;
    make_ids_unique(b);
    mind_grounds(b);
    note_missing(b);
    for (size_t i = 0; i < map->n_buildings; i++) {
        struct enc_building *bd = &map->buildings[i];
        GEOSGeometry *in = bd->community ? NULL : enc_keep(b->bag, GEOSPointOnSurface_r(map->geos, bd->shape));
        struct enc_xy at;
        if (!in || !GEOSGeomGetX_r(map->geos, in, &at.x) || !GEOSGeomGetY_r(map->geos, in, &at.y)) continue;
        const struct enc_zone *zone = zone_at(map, ENC_COMMUNITY, at);
        if (zone) bd->community = zone->name ? zone->name : zone->id;
    }
    return 0;
}

/* ---- ways and walls ---- */

static bool is_way(const struct enc_feature *f)
{
    const char *h = enc_tag(f, "highway");
    if (!h || f->form == ENC_POINT || enc_is_underground(f)) return false;
    return !in_list((const char *const[]){"construction", "proposed", "platform", "corridor", "elevator", "razed", "abandoned",
                                          "bus_stop", "raceway", "services", "rest_area", "street_lamp", "no"},
                    13, h);
}

static bool is_wall(const struct enclose_config *c, const struct enc_feature *f)
{
    double height = count_tag(f, "height", 100);
    return f->form != ENC_POINT && in_list(c->walls, c->n_walls, enc_tag(f, "barrier")) && !enc_is_underground(f) &&
           (height == 0 || height >= 1.2);
}

static void add_way(struct enc_build *b, const struct enc_feature *f, size_t path, size_t *cap)
{
    const struct enclose_config *c = b->map->config;
    const char *kind = enc_tag(f, "highway"), *access = enc_tag(f, "access"), *bridge = enc_tag(f, "bridge");
    struct enc_way w = {.id = f->id, .name = enc_tag(f, "name"), .kind = kind, .width = enc_way_width(f)};
    bool closed_to_all = access && in_list((const char *const[]){"private", "no", "residents", "customers"}, 4, access);
    bool elevated = bridge && strcmp(bridge, "no") != 0;
    w.line = enc_feature_line(b, f, path);
    if (w.line.n < 2 || elevated) return;
    w.passage =
        enc_tag_is(f, "tunnel", "building_passage") || enc_tag_is(f, "covered", "yes") || enc_tag_is(f, "covered", "arcade");
    w.is_public = in_list(c->public_ways, c->n_public_ways, kind) && !closed_to_all;
    w.emergency = enc_tag_is(f, "service", "emergency_access") || enc_tag_is(f, "access", "emergency") ||
                  enc_tag_is(f, "emergency", "yes") || enc_tag_is(f, "emergency", "designated");
    w.vehicles = !in_list((const char *const[]){"footway", "path", "steps", "cycleway", "pedestrian"}, 5, kind);
    w.keep_open = in_list(c->keep_open, c->n_keep_open, f->id);
    b->map->ways = wg_grow(b->ctx->arena, b->map->ways, cap, b->map->n_ways + 1, sizeof *b->map->ways);
    b->map->ways[b->map->n_ways++] = w;
}

int enc_take_lines(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    size_t cap = 0, cap_ways = 0;
    for (size_t i = 0; i < b->features->n; i++) {
        const struct enc_feature *f = &b->features->list[i];
        for (size_t k = 0; is_way(f) && k < f->n_paths; k++) add_way(b, f, k, &cap_ways);
        if (!is_wall(map->config, f)) continue;
        for (size_t k = 0; k < f->n_paths; k++) {
            struct enc_barrier wall = {f->id, enc_tag(f, "barrier"), enc_feature_line(b, f, k)};
            if (wall.line.n < 2) continue;
            map->barriers = wg_grow(b->ctx->arena, map->barriers, &cap, map->n_barriers + 1, sizeof *map->barriers);
            map->barriers[map->n_barriers++] = wall;
        }
    }
    return 0;
}

/* ---- gates, doors, shops ---- */

static void add_door(struct enc_build *b, const struct near_query *q, struct enc_xy at)
{
    struct enclose_map *map = b->map;
    GEOSGeometry *p = enc_geos_point(map->geos, at);
    double best = door_reach;
    struct enc_building *owner = NULL;
    for (size_t k = 0; p && k < q->n; k++) {
        const GEOSGeometry *edge = GEOSBoundary_r(map->geos, map->buildings[q->list[k]].shape);
        double d;
        if (edge && GEOSDistance_r(map->geos, edge, p, &d) && d < best) best = d, owner = &map->buildings[q->list[k]];
        if (edge) GEOSGeom_destroy_r(map->geos, (GEOSGeometry *)(uintptr_t)edge);
    }
    if (p) GEOSGeom_destroy_r(map->geos, p);
    if (!owner) return;
    struct enc_xy *doors = wg_alloc_n(b->ctx->arena, owner->n_doors + 1, sizeof *doors);
    if (owner->n_doors) memcpy(doors, owner->doors, owner->n_doors * sizeof *doors);
    doors[owner->n_doors++] = at;
    owner->doors = doors;
}

static bool is_door(const struct enc_feature *f)
{
    const char *entrance = enc_tag(f, "entrance");
    if (enc_tag_is(f, "building", "entrance")) return true;
    return entrance && !in_list((const char *const[]){"no", "garage", "service", "emergency", "exit", "shop"}, 6, entrance);
}

static void add_mark(struct enc_build *b, const struct enc_feature *f, const char *kind, struct enc_xy at)
{
    const struct enclose_config *c = b->map->config;
    bool narrow = in_list((const char *const[]){"wicket_gate", "kissing_gate", "turnstile", "full-height_turnstile", "stile",
                                                "bollard", "cycle_barrier", "block"},
                          8, kind);
    struct enc_mark mark = {f->id, kind, at, in_list(c->keep_open, c->n_keep_open, f->id), !narrow};
    b->map->marks[b->map->n_marks++] = mark;
}

int enc_take_points(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    GEOSSTRtree *tree = building_tree(map);
    if (!tree) return wg_refuse(b->ctx, WG_E_INTERNAL, "geos", NULL, NULL);
    size_t *found = wg_alloc_n(b->ctx->arena, map->n_buildings, sizeof *found);
    map->marks = wg_alloc_n(b->ctx->arena, b->features->n + 1, sizeof *map->marks);
    for (size_t i = 0; i < b->features->n; i++) {
        const struct enc_feature *f = &b->features->list[i];
        const char *barrier = enc_tag(f, "barrier");
        bool place = enc_is_reachable_tag(map->config, f), door = is_door(f);
        if (f->form != ENC_POINT || (!place && !door && !barrier)) continue;
        struct enc_line at = enc_feature_line(b, f, 0);
        if (!at.n) continue;
        if (enc_is_barrier(barrier)) add_mark(b, f, barrier, at.p[0]);
        if (!place && !door) continue;
        GEOSGeometry *point = enc_geos_point(map->geos, at.p[0]);
        GEOSGeometry *around = point ? GEOSBuffer_r(map->geos, point, door_reach, 4) : NULL;
        struct near_query q = {map->geos, found, 0, map->n_buildings};
        if (around) GEOSSTRtree_query_r(map->geos, tree, around, collect, &q);
        qsort(q.list, q.n, sizeof *q.list, by_index);
        if (door) add_door(b, &q, at.p[0]);
        for (size_t k = 0; place && point && k < q.n; k++) {
            struct enc_building *bd = &map->buildings[q.list[k]];
            if (GEOSIntersects_r(map->geos, bd->shape, point) != 1) continue;
            bd->has_shop = true;
            if (bd->use == ENC_OTHER) bd->use = ENC_REACHABLE;
        }
        if (around) GEOSGeom_destroy_r(map->geos, around);
        if (point) GEOSGeom_destroy_r(map->geos, point);
    }
    GEOSSTRtree_destroy_r(map->geos, tree);
    return 0;
}

/* ---- openings ---- */

/* Passages under a house are cut out of its footprint: people walk there. */
static void cut_passages(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    for (size_t i = 0; i < map->n_ways; i++) {
        if (!map->ways[i].passage) continue;
        GEOSGeometry *middle = enc_keep(b->bag, enc_geos_line(map->geos, map->ways[i].line.p, map->ways[i].line.n));
        double half = fmin(map->ways[i].width, 6) / 2;
        GEOSGeometry *lane = !middle ? NULL
                                     : enc_keep(b->bag, GEOSBufferWithStyle_r(map->geos, middle, half, 2, GEOSBUF_CAP_SQUARE,
                                                                              GEOSBUF_JOIN_MITRE, 2));
        for (size_t k = 0; lane && k < map->n_buildings; k++) {
            struct enc_building *bd = &map->buildings[k];
            if (GEOSIntersects_r(map->geos, bd->shape, lane) != 1) continue;
            GEOSGeometry *rest = GEOSDifference_r(map->geos, bd->shape, lane);
            double area = 0;
            if (rest && GEOSArea_r(map->geos, rest, &area) && area > 1)
                bd->shape = enc_keep(b->bag, rest);
            else if (rest)
                GEOSGeom_destroy_r(map->geos, rest);
        }
    }
}

/* Where walls of less than the opening's width are taken away: around `at`, `half` metres to each side. */
struct opening {
    struct enc_xy at;
    double half;
};

static bool segments_cross(struct enc_xy a, struct enc_xy b, struct enc_xy c, struct enc_xy d, struct enc_xy *ret_at)
{
    double rx = b.x - a.x, ry = b.y - a.y, sx = d.x - c.x, sy = d.y - c.y, den = rx * sy - ry * sx;
    if (fabs(den) < 1e-12) return false;
    double t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / den, u = ((c.x - a.x) * ry - (c.y - a.y) * rx) / den;
    if (t < 0 || t > 1 || u < 0 || u > 1) return false;
    *ret_at = (struct enc_xy){a.x + t * rx, a.y + t * ry};
    return true;
}

static void ways_through(const struct enclose_map *map, const struct enc_barrier *wall, struct opening *list, size_t *n)
{
    for (size_t w = 0; w < map->n_ways; w++) {
        const struct enc_line *l = &map->ways[w].line;
        for (size_t i = 0; i + 1 < l->n; i++)
            for (size_t k = 0; k + 1 < wall->line.n && *n < MAX_CUTS; k++) {
                struct enc_xy at;
                if (segments_cross(wall->line.p[k], wall->line.p[k + 1], l->p[i], l->p[i + 1], &at))
                    list[(*n)++] = (struct opening){at, map->ways[w].width / 2};
            }
    }
}

static void marks_on(const struct enclose_map *map, const struct enc_barrier *wall, struct opening *list, size_t *n)
{
    for (size_t m = 0; m < map->n_marks && *n < MAX_CUTS; m++)
        for (size_t k = 0; k + 1 < wall->line.n; k++) {
            if (enc_dist_segment(map->marks[m].at, wall->line.p[k], wall->line.p[k + 1], NULL) > 0.5) continue;
            list[(*n)++] = (struct opening){map->marks[m].at, map->marks[m].vehicles ? 2.5 : 0.75};
            break;
        }
}

/* The pieces of wall left when discs of the openings are taken out, in steps along each segment. */
static void cut_wall(struct enc_build *b, const struct enc_barrier *wall, const struct opening *list, size_t n, size_t *cap)
{
    struct enclose_map *map = b->map;
    struct enc_line whole = wall->line;
    GEOSGeometry *left = enc_geos_line(map->geos, whole.p, whole.n);
    for (size_t i = 0; left && i < n; i++) {
        GEOSGeometry *p = enc_geos_point(map->geos, list[i].at);
        GEOSGeometry *disc = p ? GEOSBuffer_r(map->geos, p, list[i].half, 8) : NULL;
        GEOSGeometry *rest = disc ? GEOSDifference_r(map->geos, left, disc) : NULL;
        if (p) GEOSGeom_destroy_r(map->geos, p);
        if (disc) GEOSGeom_destroy_r(map->geos, disc);
        if (rest) GEOSGeom_destroy_r(map->geos, left), left = rest;
    }
    int parts = left ? GEOSGetNumGeometries_r(map->geos, left) : 0;
    for (int i = 0; i < parts; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(map->geos, left, i);
        struct enc_line line =
            part && GEOSisEmpty_r(map->geos, part) == 0 ? enc_geos_points(b->ctx, map->geos, part) : (struct enc_line){NULL, 0};
        if (line.n < 2) continue;
        map->barriers = wg_grow(b->ctx->arena, map->barriers, cap, map->n_barriers + 1, sizeof *map->barriers);
        map->barriers[map->n_barriers++] = (struct enc_barrier){wall->id, wall->kind, line};
    }
    if (left) GEOSGeom_destroy_r(map->geos, left);
}

int enc_open_walls(struct enc_build *b)
{
    struct enclose_map *map = b->map;
    cut_passages(b);
    struct enc_barrier *old = map->barriers;
    size_t n_old = map->n_barriers, cap = 0;
    struct opening *list = wg_alloc_n(b->ctx->arena, MAX_CUTS, sizeof *list);
    map->barriers = NULL;
    map->n_barriers = 0;
    for (size_t i = 0; i < n_old; i++) {
        size_t n = 0;
        ways_through(map, &old[i], list, &n);
        marks_on(map, &old[i], list, &n);
        cut_wall(b, &old[i], list, n, &cap);
        if (n) {
            const char *zh = wg_fmt(b->ctx->arena, "有 %zu 处开口（道路或门穿过）", n);
            enc_note(b->ctx, b->features, old[i].id, zh,
                     wg_fmt(b->ctx->arena, "has %zu openings where a way or a gate goes through", n));
        }
    }
    return 0;
}
