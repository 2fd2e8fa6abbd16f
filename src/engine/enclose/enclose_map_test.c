/* Maps as editors, change files and other programs write them: planned, or refused with the feature's id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/enclose/enclose.h"

struct reading {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct enclose_config config;
    struct enclose_map *map;
    struct enclose_plan *plan;
    int rc;
};

static struct reading *read_map(struct wg_str bytes)
{
    struct wg_arena *arena = wg_arena_new();
    struct reading *r = wg_alloc(arena, sizeof *r);
    r->arena = arena;
    r->ctx = wg_ctx(arena);
    r->ctx.lang = WG_EN;
    enclose_config_default(&r->config);
    r->rc = enclose_map_read(&r->ctx, bytes, &r->config, &r->map);
    return r;
}

/* Planned, proven, and with as many homes as said. */
static void is_planned(struct wg_str bytes, size_t homes)
{
    struct reading *r = read_map(bytes);
    struct enclose_options options = {0};
    struct enclose_verdict verdict;
    struct wg_str geojson;
    assert_int_equal(r->rc, 0);
    assert_int_equal(enclose_plan(&r->ctx, r->map, &options, &r->plan), 0);
    assert_int_equal(r->plan->totals.buildings, homes);
    assert_int_equal(enclose_plan_geojson(&r->ctx, r->plan, &geojson), 0);
    assert_int_equal(enclose_verify(&r->ctx, r->map, &r->config, geojson, &verdict), 0);
    for (size_t i = 0; i < verdict.n; i++) print_message("%s %s\n", verdict.violations[i].code, verdict.violations[i].feature);
    assert_int_equal(verdict.n, 0);
    wg_arena_free(r->arena);
}

static void is_refused(const char *map, int code, const char *names)
{
    struct reading *r = read_map(wg_str(map));
    assert_int_equal(r->rc, code);
    if (names) assert_non_null(strstr(r->ctx.problem.args[0], names));
    wg_arena_free(r->arena);
}

/* ---- OpenStreetMap XML ---- */

struct corner {
    int id;
    double x, y; /* metres east and north of the middle */
};

static void node_at(struct wg_buf *map, int id, double lon, double lat, const char *more)
{
    if (lon > 180) lon -= 360;
    wg_buf_fmt(map, "<node id='%d' lat='%.8f' lon='%.8f'%s/>\r\n", id, lat, lon, more);
}

/* Four corners from `id` on, and a way of the same number that closes them. */
static void house(struct wg_buf *map, int id, double lon, double lat, const char *way_more)
{
    static const double dx[] = {0, 2.4e-4, 2.4e-4, 0}, dy[] = {0, 0, 1.1e-4, 1.1e-4};
    for (int i = 0; i < 4; i++) node_at(map, id + i, lon + dx[i], lat + dy[i], "");
    wg_buf_fmt(map, "<way id='%d'%s>", id, way_more);
    for (int i = 0; i < 5; i++) wg_buf_fmt(map, "<nd ref='%d'/>", id + i % 4);
    wg_buf_puts(map, "<tag k='building' v='apartments'/></way>\r\n");
}

static void street(struct wg_buf *map, int id, double lon, double lat)
{
    node_at(map, id, lon - 1e-3, lat, "");
    node_at(map, id + 1, lon + 2e-3, lat, "");
    wg_buf_fmt(map, "<way id='%d'><nd ref='%d'/><nd ref='%d'/><tag k='highway' v='residential'/></way>\r\n", id, id, id + 1);
}

static void test_enclose_map__what_an_editor_deleted_or_put_last_counts(void **state)
{
    (void)state; /* enclose P7 */
    struct wg_buf map;
    wg_buf_init(&map, 1 << 20);
    wg_buf_puts(&map, "\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?>\r\n<osm version='0.6'>\r\n");
    /* A relation before its ways: an outline in two pieces round a courtyard in which another house stands. */
    wg_buf_puts(&map,
                "<relation id='900'><member type='way' ref='501' role='outer'/><member type='way' ref='502' role='outer'/>"
                "<member type='way' ref='503' role='inner'/><tag k='type' v='multipolygon'/><tag k='building' "
                "v='apartments'/></relation>\r\n");
    static const struct corner corners[] = {{511, 0, 0},       {512, 6e-4, 0},    {513, 6e-4, 6e-4}, {514, 0, 6e-4},
                                            {515, 1e-4, 1e-4}, {516, 5e-4, 1e-4}, {517, 5e-4, 5e-4}, {518, 1e-4, 5e-4}};
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++)
        node_at(&map, corners[i].id, 120.452 + corners[i].x, 41.571 + corners[i].y, "");
    wg_buf_puts(&map, "<way id='501'><nd ref='511'/><nd ref='512'/><nd ref='513'/></way>"
                      "<way id='502'><nd ref='511'/><nd ref='514'/><nd ref='513'/></way>"
                      "<way id='503'><nd ref='515'/><nd ref='516'/><nd ref='517'/><nd ref='518'/><nd ref='515'/></way>\r\n");
    street(&map, 1, 120.450, 41.5702);
    house(&map, 10, 120.4500, 41.5705, "");
    house(&map, 20, 120.4505, 41.5705, " action='delete'");
    house(&map, 30, 120.4505, 41.5705, " visible='false'");
    house(&map, 40, 120.4510, 41.5705, "");
    house(&map, 40, 120.4510, 41.5705, " action='modify'"); /* once more, in files put together: the last counts */
    wg_buf_puts(&map, "</osm>\r\n");
    is_planned((struct wg_str){map.p, map.n}, 3);
    wg_buf_free(&map);
}

static void test_enclose_map__towns_anywhere_on_the_globe(void **state)
{
    (void)state; /* enclose P1, P7 */
    static const struct {
        double lon, lat;
    } places[] = {{179.9996, -16.8}, {-0.0003, 0.0001}, {-70.9, -53.2}, {25.7, 71.1}, {-179.99995, 66.1}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct wg_buf map;
        wg_buf_init(&map, 1 << 20);
        wg_buf_puts(&map, "<osm>");
        street(&map, 1, places[i].lon, places[i].lat - 2e-4);
        for (int h = 0; h < 3; h++) house(&map, 10 + 10 * h, places[i].lon + 4e-4 * h, places[i].lat, "");
        wg_buf_puts(&map, "</osm>");
        is_planned((struct wg_str){map.p, map.n}, 3);
        wg_buf_free(&map);
    }
}

static void test_enclose_map__houses_without_a_street_and_one_house(void **state)
{
    (void)state; /* enclose P7 */
    for (int n = 1; n <= 4; n += 3) {
        struct wg_buf map;
        wg_buf_init(&map, 1 << 20);
        wg_buf_puts(&map, "<osm>");
        for (int h = 0; h < n; h++) house(&map, 10 + 10 * h, 120.45 + 4e-4 * h, 41.57, "");
        wg_buf_puts(&map, "</osm>");
        is_planned((struct wg_str){map.p, map.n}, (size_t)n);
        wg_buf_free(&map);
    }
    is_refused("<osm><node id='1' lat='41.57' lon='120.45'/><node id='2' lat='41.58' lon='120.45'/><way id='1'><nd ref='1'/>"
               "<nd ref='2'/><tag k='highway' v='residential'/></way></osm>",
               WG_E_MAP_EMPTY, NULL);
}

/* ---- GeoJSON ---- */

#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"crs\":null,\"features\":[" features "]}"
#define FEATURE(id, properties, geometry)                                                                                      \
    "{\"type\":\"Feature\",\"id\":" id ",\"properties\":" properties ",\"geometry\":" geometry "}"
#define HOME "{\"building\":\"apartments\",\"name\":\"\\\"1\\\" <\\u597d>\"}"
#define STREET                                                                                                                 \
    FEATURE("\"s\"", "{\"highway\":\"residential\"}",                                                                          \
            "{\"type\":\"LineString\",\"coordinates\":[[120.4480,41.5700],[120.4530,41.5700]]}")

static void test_enclose_map__geojson_of_other_programs(void **state)
{
    (void)state; /* enclose P7 */
    static const char map[] = COLLECTION(STREET "," FEATURE("null", "null", "null") "," FEATURE(
        "12", HOME,
        "{\"type\":\"Polygon\",\"coordinates\":[[[120.4497,41.5702,9.5],"
        "[120.4501,41.5702,9.5],[120.4501,41.5704,9.5],[120.4497,41.5704,9.5],[120.4497,41."
        "5702,9.5]]]}") "," FEATURE("\"m\"", HOME,
                                    "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[120."
                                    "4503,41.5702],[120.4506,41.5702],[120.4506,41.5704],"
                                    "[120.4503,41.5704],[120.4503,41.5702]]]]}"));
    is_planned(wg_str(map), 2);
}

static void test_enclose_map__where_nobody_lives_nothing_is_enclosed(void **state)
{
    (void)state; /* enclose P7 */
    static const char map[] =
        COLLECTION(STREET "," FEATURE("\"shop\"", "{\"building\":\"retail\"}",
                                      "{\"type\":\"Polygon\",\"coordinates\":[[[120.4497,41.5702],[120.4501,41.5702],"
                                      "[120.4501,41.5704],[120.4497,41.5704],[120.4497,41.5702]]]}"));
    is_planned(wg_str(map), 0);
}

static void test_enclose_map__coordinates_that_are_no_degrees_are_refused_by_id(void **state)
{
    (void)state; /* enclose P7 */
    is_refused(COLLECTION(FEATURE("\"metres7\"", HOME,
                                  "{\"type\":\"Polygon\",\"coordinates\":[[[500010,4600010],[500040,4600010],[500040,4600020],"
                                  "[500010,4600010]]]}")),
               WG_E_MAP_FORMAT, "metres7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enclose_map__what_an_editor_deleted_or_put_last_counts),
        cmocka_unit_test(test_enclose_map__towns_anywhere_on_the_globe),
        cmocka_unit_test(test_enclose_map__houses_without_a_street_and_one_house),
        cmocka_unit_test(test_enclose_map__geojson_of_other_programs),
        cmocka_unit_test(test_enclose_map__where_nobody_lives_nothing_is_enclosed),
        cmocka_unit_test(test_enclose_map__coordinates_that_are_no_degrees_are_refused_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
