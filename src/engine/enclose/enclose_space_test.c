/* The ground of made-up towns: what each cell is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "engine/enclose/enclose_internal.h"

enum { TOWNS = 12 };

static double radius_within(const struct enc_mesh *m, size_t t)
{
    struct enc_xy a = enc_vertex(m, m->tri[t][0]), b = enc_vertex(m, m->tri[t][1]), c = enc_vertex(m, m->tri[t][2]);
    double twice = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    return twice / (enc_dist(a, b) + enc_dist(b, c) + enc_dist(c, a));
}

/* All houses as one shape. */
static GEOSGeometry *houses_of(GEOSContextHandle_t geos, const struct enclose_map *map)
{
    GEOSGeometry *houses = GEOSGeom_createEmptyCollection_r(geos, GEOS_GEOMETRYCOLLECTION);
    for (size_t i = 0; i < map->n_buildings; i++) {
        GEOSGeometry *more = GEOSUnion_r(geos, houses, map->buildings[i].shape);
        GEOSGeom_destroy_r(geos, houses);
        houses = more;
        assert_non_null(houses);
    }
    return houses;
}

static void check_cells(GEOSContextHandle_t geos, const struct enclose_map *map, const struct enc_space *space)
{
    static const double tellable = 0.03; /* the grid moves lines by a centimetre or two: thinner cells may be told either way */
    GEOSGeometry *houses = houses_of(geos, map);
    const GEOSPreparedGeometry *prepared = GEOSPrepare_r(geos, houses);
    for (size_t t = 0; t < space->mesh.n_tri; t++) {
        if (radius_within(&space->mesh, t) < tellable) continue;
        GEOSGeometry *point = enc_geos_point(geos, enc_centre(&space->mesh, t));
        bool covered = GEOSPreparedIntersects_r(geos, prepared, point) == 1;
        GEOSGeom_destroy_r(geos, point);
        assert_int_equal(space->kind[t] == ENC_SOLID, covered);
    }
    GEOSPreparedGeom_destroy_r(geos, prepared);
    GEOSGeom_destroy_r(geos, houses);
}

static void test_enclose__a_cell_is_a_house_where_a_house_stands(void **state)
{
    (void)state;
    GEOSContextHandle_t geos = GEOS_init_r();
    for (uint64_t seed = 1; seed <= TOWNS; seed++) {
        struct wg_arena *arena = wg_arena_new();
        struct wg_ctx ctx = wg_ctx(arena);
        struct enclose_town town = {.seed = seed, .buildings = 60, .scale = 1, .walled = 0.5};
        struct enclose_config config;
        struct enclose_map *map;
        struct enc_space space = {0};
        struct wg_str osm;
        enclose_config_default(&config);
        assert_int_equal(enclose_town_osm(&ctx, &town, &osm), 0);
        assert_int_equal(enclose_map_read(&ctx, osm, &config, &map), 0);
        assert_int_equal(enc_space_build(&ctx, map, NULL, 0, &space), 0);
        check_cells(geos, map, &space);
        wg_arena_free(arena);
    }
    GEOS_finish_r(geos);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enclose__a_cell_is_a_house_where_a_house_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
