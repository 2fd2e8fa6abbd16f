/* What the enclosure planner promises, on made-up towns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose.h"

struct quarter {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct enclose_config config;
    struct wg_str bytes;
    struct enclose_map *map;
    struct enclose_plan *plan;
    struct wg_str geojson;
};

static void open_quarter(struct quarter *q)
{
    q->arena = wg_arena_new();
    q->ctx = wg_ctx(q->arena);
    q->ctx.lang = WG_EN;
    enclose_config_default(&q->config);
}

static void read_town(struct quarter *q, struct enclose_town town)
{
    if (town.scale <= 0) town.scale = 1;
    assert_int_equal(enclose_town_osm(&q->ctx, &town, &q->bytes), 0);
    assert_int_equal(enclose_map_read(&q->ctx, q->bytes, &q->config, &q->map), 0);
}

static void plan_with(struct quarter *q, struct wg_str locks)
{
    struct enclose_options options = {.locks = locks};
    assert_int_equal(enclose_plan(&q->ctx, q->map, &options, &q->plan), 0);
    assert_int_equal(enclose_plan_geojson(&q->ctx, q->plan, &q->geojson), 0);
}

static void plan_town(struct quarter *q, struct enclose_town town)
{
    read_town(q, town);
    plan_with(q, (struct wg_str){NULL, 0});
}

static size_t violations(struct quarter *q, struct wg_str plan)
{
    struct enclose_verdict v;
    assert_int_equal(enclose_verify(&q->ctx, q->map, &q->config, plan, &v), 0);
    for (size_t i = 0; i < v.n && i < 5; i++)
        print_message("%s %s %s (%.7f %.7f)\n", v.violations[i].code, v.violations[i].feature, v.violations[i].en,
                      v.violations[i].at.lon, v.violations[i].at.lat);
    return v.n;
}

static struct wg_str dump(struct quarter *q, const json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    assert_non_null(text);
    struct wg_str copy = wg_str_dup(q->arena, wg_str(text));
    free(text);
    return copy;
}

static json_t *load(struct wg_str text)
{
    json_t *root = json_loadb(text.p, text.n, 0, NULL);
    assert_non_null(root);
    return root;
}

static const char *prop(const json_t *feature, const char *key)
{
    return json_string_value(json_object_get(json_object_get(feature, "properties"), key));
}

/* ---- the plan ---- */

static void test_enclose__every_plan_made_is_accepted(void **state)
{
    (void)state; /* enclose P1 */
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct quarter q;
        open_quarter(&q);
        plan_town(&q,
                  (struct enclose_town){
                      .seed = seed, .buildings = 20 + 12 * (size_t)seed, .walled = seed % 2 ? 0.6 : 0, .faults = seed == 3});
        assert_int_equal(violations(&q, q.geojson), 0);
        wg_arena_free(q.arena);
    }
}

static void test_enclose__a_plan_cut_short_is_accepted_and_says_so(void **state)
{
    (void)state; /* enclose P1, P2 */
    struct quarter q;
    struct enclose_options options = {.seconds = 0.001};
    open_quarter(&q);
    read_town(&q, (struct enclose_town){.seed = 8, .buildings = 60, .walled = 0.5});
    assert_int_equal(enclose_plan(&q.ctx, q.map, &options, &q.plan), 0);
    assert_int_equal(enclose_plan_geojson(&q.ctx, q.plan, &q.geojson), 0);
    assert_true(q.plan->cut_short);
    assert_string_equal(q.plan->cut_in, "sides");
    assert_true(q.plan->grounds > 0 && q.plan->searched == 0);
    assert_true(wg_str_find(q.geojson, WG_STR("\"cut_in\":\"sides\"")) > 0);
    assert_int_equal(violations(&q, q.geojson), 0);
    wg_arena_free(q.arena);
}

static void test_enclose__small_compounds_are_accepted_too(void **state)
{
    (void)state; /* enclose P1: many cuts inside blocks */
    for (int64_t max = 60; max <= 240; max += 90) {
        struct quarter q;
        open_quarter(&q);
        q.config.households_max = max;
        plan_town(&q, (struct enclose_town){.seed = 5, .buildings = 40, .walled = 0.3});
        assert_int_equal(violations(&q, q.geojson), 0);
        wg_arena_free(q.arena);
    }
}

static void test_enclose__plans_under_tight_rules_are_accepted(void **state)
{
    (void)state; /* enclose P1: a lane that the fence itself narrows, short detours, deep ground before the doors */
    for (int rule = 0; rule < 4; rule++) {
        struct quarter q;
        open_quarter(&q);
        if (rule == 0) q.config.fire_reach_m = 25;
        if (rule == 1) q.config.detour_m = 120;
        if (rule == 2) q.config.apron_m = 6;
        if (rule == 3) q.config.fire_lane_m = 4.9, q.config.fire_reach_m = 40;
        plan_town(&q, (struct enclose_town){.seed = 60 + (uint64_t)rule, .buildings = 60, .walled = 0.4});
        assert_int_equal(violations(&q, q.geojson), 0);
        wg_arena_free(q.arena);
    }
}

static void test_enclose__a_gate_few_need_is_locked_with_a_key_holder(void **state)
{
    (void)state; /* enclose P1, P8 */
    struct quarter q;
    struct enclose_verdict v;
    open_quarter(&q);
    q.config.detour_m = 100;
    q.config.key_holder_households = 100000;
    plan_town(&q, (struct enclose_town){.seed = 62, .buildings = 60, .walled = 0.5});
    size_t keys = 0, depend = 0;
    for (size_t i = 0; i < q.plan->n_gates; i++) {
        keys += q.plan->gates[i].state == ENCLOSE_KEY_HOLDER;
        assert_false(q.plan->gates[i].state == ENCLOSE_KEY_HOLDER && q.plan->gates[i].main);
    }
    assert_true(keys > 0);
    assert_int_equal(violations(&q, q.geojson), 0);
    q.config.key_holder_households = 0; /* the proof counts who depends on them */
    assert_int_equal(enclose_verify(&q.ctx, q.map, &q.config, q.geojson, &v), 0);
    for (size_t i = 0; i < v.n; i++) depend += strcmp(v.violations[i].code, "key_holder") == 0;
    assert_true(depend > 0);
    wg_arena_free(q.arena);
}

static void add_house(struct wg_buf *map, const char *id, double x, double y, double w, double h)
{
    static const double lon = 1e-4 / 8.34, lat = 1e-4 / 11.11; /* degrees in a metre at 41.57 north */
    double x0 = 120.45 + x * lon, y0 = 41.57 + y * lat, x1 = x0 + w * lon, y1 = y0 + h * lat;
    wg_buf_fmt(map,
               ",{\"type\":\"Feature\",\"id\":\"%s\",\"properties\":{\"building\":\"apartments\"},\"geometry\":{"
               "\"type\":\"Polygon\",\"coordinates\":[[[%.8f,%.8f],[%.8f,%.8f],[%.8f,%.8f],[%.8f,%.8f],[%.8f,%.8f]]]}}",
               id, x0, y0, x1, y0, x1, y1, x0, y1, x0, y0);
}

static void test_enclose__crowded_and_overlapping_houses_are_accepted(void **state)
{
    (void)state; /* enclose P1, P10 */
    struct quarter q;
    open_quarter(&q);
    struct wg_buf map;
    wg_buf_init(&map, 1 << 20);
    wg_buf_puts(&map, "{\"type\":\"FeatureCollection\",\"features\":["
                      "{\"type\":\"Feature\",\"id\":\"s\",\"properties\":{\"highway\":\"residential\",\"width\":\"6\"},"
                      "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[120.4480,41.5700],[120.4530,41.5700]]}}");
    for (int i = 0; i < 6; i++) { /* houses so close that the ground before one is all its neighbour's */
        add_house(&map, wg_fmt(q.arena, "near%d", i), 14.0 * (i % 3), 20 + 10.5 * (i / 3), 13, 8);
        add_house(&map, wg_fmt(q.arena, "row%d", i), 90 + 12.2 * (i % 2), 20 + 10.2 * (i / 2), 12, 8);
    }
    add_house(&map, "large", 140, 20, 40, 20); /* four fifths of the small one lie in it */
    add_house(&map, "small", 168, 32, 15, 15);
    wg_buf_puts(&map, "]}");
    assert_int_equal(enclose_map_read(&q.ctx, (struct wg_str){map.p, map.n}, &q.config, &q.map), 0);
    plan_with(&q, (struct wg_str){NULL, 0});
    wg_buf_free(&map);
    assert_int_equal(q.plan->totals.buildings, 14);
    assert_int_equal(violations(&q, q.geojson), 0);
    wg_arena_free(q.arena);
}

static void test_enclose__the_same_town_gives_the_same_bytes(void **state)
{
    (void)state; /* enclose P2 */
    struct wg_str first = {NULL, 0};
    struct quarter q[2];
    for (int i = 0; i < 2; i++) {
        open_quarter(&q[i]);
        plan_town(&q[i], (struct enclose_town){.seed = 11, .buildings = 50, .walled = 0.5});
        if (i)
            assert_true(wg_str_eq(first, q[i].geojson));
        else
            first = q[i].geojson;
    }
    wg_arena_free(q[0].arena);
    wg_arena_free(q[1].arena);
}

static void test_enclose__the_bound_never_exceeds_the_cost(void **state)
{
    (void)state; /* enclose P3 */
    for (uint64_t seed = 20; seed < 26; seed++) {
        struct quarter q;
        open_quarter(&q);
        plan_town(&q, (struct enclose_town){.seed = seed, .buildings = 30, .walled = 0.4});
        assert_true(q.plan->bound <= q.plan->cost + 1e-6);
        assert_true(q.plan->bound > 0);
        assert_true(q.plan->fence_bound_m <= q.plan->totals.fence_m + 5.0 * (double)q.plan->n_gates + 0.5);
        wg_arena_free(q.arena);
    }
}

static void test_enclose__an_enclosed_pair_is_proven(void **state)
{
    (void)state; /* enclose P3: where one least cut gives one compound, bound and cost meet */
    static const char map[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"id\":\"s\",\"properties\":{\"highway\":\"residential\",\"width\":\"6\"},\"geometry\":{"
        "\"type\":\"LineString\","
        "\"coordinates\":[[120.4490,41.5700],[120.4520,41.5700]]}},"
        "{\"type\":\"Feature\",\"id\":\"w\",\"properties\":{\"highway\":\"service\"},\"geometry\":{\"type\":\"LineString\","
        "\"coordinates\":[[120.45005,41.5700],[120.45005,41.57062]]}},"
        "{\"type\":\"Feature\",\"id\":\"a\",\"properties\":{\"building\":\"apartments\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":"
        "[[[120.4501,41.5702],[120.4507,41.5702],[120.4507,41.5703],[120.4501,41.5703],[120.4501,41.5702]]]}},"
        "{\"type\":\"Feature\",\"id\":\"b\",\"properties\":{\"building\":\"apartments\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":"
        "[[[120.4501,41.5705],[120.4507,41.5705],[120.4507,41.5706],[120.4501,41.5706],[120.4501,41.5705]]]}}]}";
    struct quarter q;
    open_quarter(&q);
    assert_int_equal(enclose_map_read(&q.ctx, wg_str(map), &q.config, &q.map), 0);
    plan_with(&q, (struct wg_str){NULL, 0});
    assert_int_equal(q.plan->n_compounds, 1);
    assert_true(q.plan->proven);
    /* two gaps of 22.2 m (0.0002 degrees of latitude), less the gate */
    assert_true(fabs(q.plan->totals.fence_m + 5 - 44.4) < 1.0);
    assert_int_equal(violations(&q, q.geojson), 0);
    wg_arena_free(q.arena);
}

static void test_enclose__twice_the_town_takes_twice_the_fence(void **state)
{
    (void)state; /* enclose P4 */
    double fence[2];
    for (int i = 0; i < 2; i++) {
        struct quarter q;
        double s = i ? 2 : 1;
        open_quarter(&q);
        struct enclose_config *c = &q.config;
        c->fence_yuan /= s, c->gate_large_m *= s, c->gate_small_m *= s, c->fire_lane_m *= s, c->fire_reach_m *= s,
            c->detour_m *= s;
        c->apron_m *= s;
        c->homes = ENCLOSE_HOMES_TAGGED;
        plan_town(&q, (struct enclose_town){.seed = 42, .buildings = 9, .scale = s});
        fence[i] = q.plan->totals.fence_m;
        wg_arena_free(q.arena);
    }
    assert_true(fabs(fence[1] / fence[0] - 2) < 0.04);
}

static void test_enclose__leave_to_open_never_costs_more(void **state)
{
    (void)state; /* enclose P5 */
    for (uint64_t seed = 30; seed < 34; seed++) {
        double cost[2];
        for (int i = 0; i < 2; i++) {
            struct quarter q;
            open_quarter(&q);
            q.config.may_open = i == 1;
            plan_town(&q, (struct enclose_town){.seed = seed, .buildings = 30, .walled = 0.8});
            cost[i] = q.plan->cost;
            wg_arena_free(q.arena);
        }
        assert_true(cost[1] <= cost[0] + 1e-6);
    }
}

static void test_enclose__every_home_is_in_one_compound_with_a_staffed_gate(void **state)
{
    (void)state; /* enclose P10 */
    struct quarter q;
    open_quarter(&q);
    plan_town(&q, (struct enclose_town){.seed = 9, .buildings = 70, .walled = 0.5});
    size_t homes = 0;
    for (size_t i = 0; i < q.plan->n_compounds; i++) {
        bool staffed = false;
        homes += q.plan->compounds[i].n_buildings;
        for (size_t g = 0; g < q.plan->n_gates; g++)
            staffed = staffed || (q.plan->gates[g].state == ENCLOSE_STAFFED &&
                                  strcmp(q.plan->gates[g].compound, q.plan->compounds[i].id) == 0);
        assert_true(staffed);
    }
    assert_int_equal(homes, q.plan->totals.buildings);
    wg_arena_free(q.arena);
}

static void test_enclose__compounds_stay_in_their_community(void **state)
{
    (void)state; /* enclose P9 */
    static const char map[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"id\":\"s\",\"properties\":{\"highway\":\"residential\"},\"geometry\":{\"type\":\"LineString\","
        "\"coordinates\":[[120.4490,41.5700],[120.4520,41.5700]]}},"
        "{\"type\":\"Feature\",\"id\":\"x\",\"properties\":{\"boundary\":\"community\",\"name\":\"West\"},\"geometry\":{"
        "\"type\":\"Polygon\","
        "\"coordinates\":[[[120.4480,41.5690],[120.4503,41.5690],[120.4503,41.5720],[120.4480,41.5720],[120.4480,41.5690]]]}},"
        "{\"type\":\"Feature\",\"id\":\"y\",\"properties\":{\"boundary\":\"community\",\"name\":\"East\"},\"geometry\":{"
        "\"type\":\"Polygon\","
        "\"coordinates\":[[[120.4503,41.5690],[120.4530,41.5690],[120.4530,41.5720],[120.4503,41.5720],[120.4503,41.5690]]]}},"
        "{\"type\":\"Feature\",\"id\":\"a\",\"properties\":{\"building\":\"apartments\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":"
        "[[[120.4497,41.5702],[120.4501,41.5702],[120.4501,41.5703],[120.4497,41.5703],[120.4497,41.5702]]]}},"
        "{\"type\":\"Feature\",\"id\":\"b\",\"properties\":{\"building\":\"apartments\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":"
        "[[[120.4505,41.5702],[120.4509,41.5702],[120.4509,41.5703],[120.4505,41.5703],[120.4505,41.5702]]]}}]}";
    struct quarter q;
    open_quarter(&q);
    assert_int_equal(enclose_map_read(&q.ctx, wg_str(map), &q.config, &q.map), 0);
    plan_with(&q, (struct wg_str){NULL, 0});
    assert_int_equal(q.plan->n_compounds, 2);
    assert_string_not_equal(q.plan->compounds[0].community, q.plan->compounds[1].community);
    assert_int_equal(violations(&q, q.geojson), 0);
    wg_arena_free(q.arena);
}

/* ---- locks ---- */

static void test_enclose__what_is_locked_is_found_again(void **state)
{
    (void)state; /* enclose P6 */
    struct quarter q;
    open_quarter(&q);
    q.config.households_max = 200;
    plan_town(&q, (struct enclose_town){.seed = 7, .buildings = 40});
    json_t *root = load(q.geojson), *features = json_object_get(root, "features");
    const char *gate_id = NULL, *compound_id = NULL, *first = NULL;
    double metres = 0;
    size_t members = 0;
    for (size_t i = 0; i < json_array_size(features); i++) {
        json_t *f = json_array_get(features, i), *p = json_object_get(f, "properties");
        const char *kind = prop(f, "kind");
        size_t n = json_array_size(json_object_get(p, "buildings"));
        if (!compound_id && strcmp(kind, "compound") == 0 && n > 1) {
            compound_id = wg_cstr(q.arena, wg_str(prop(f, "id")));
            first = wg_cstr(q.arena, wg_str(json_string_value(json_array_get(json_object_get(p, "buildings"), 0))));
            members = n;
            assert_int_equal(json_object_set_new(p, "locked", json_true()), 0);
        }
        bool own = compound_id && prop(f, "compound") && strcmp(prop(f, "compound"), compound_id) == 0;
        if (own && !gate_id && strcmp(kind, "gate") == 0) {
            gate_id = wg_cstr(q.arena, wg_str(prop(f, "id")));
            assert_int_equal(json_object_set_new(p, "locked", json_true()), 0);
        }
        if (own && metres == 0 && strcmp(kind, "fence") == 0 && !prop(f, "neighbour")) {
            metres = json_number_value(json_object_get(p, "metres"));
            assert_int_equal(json_object_set_new(p, "locked", json_true()), 0);
        }
    }
    assert_non_null(gate_id);
    assert_true(metres > 0);
    struct wg_str locks = dump(&q, root);
    json_decref(root);
    q.config.households_max = 400; /* another plan would come out */
    plan_with(&q, locks);
    bool gate = false, fence = false;
    const struct enclose_compound *again = NULL;
    for (size_t i = 0; i < q.plan->n_gates; i++)
        gate = gate || (q.plan->gates[i].locked && strcmp(q.plan->gates[i].id, gate_id) == 0);
    for (size_t i = 0; i < q.plan->n_fences; i++)
        fence = fence || (q.plan->fences[i].locked && fabs(q.plan->fences[i].metres - metres) < 0.05);
    for (size_t i = 0; i < q.plan->n_compounds; i++)
        for (size_t b = 0; b < q.plan->compounds[i].n_buildings; b++)
            if (strcmp(q.plan->compounds[i].buildings[b], first) == 0) again = &q.plan->compounds[i];
    assert_true(gate);
    assert_true(fence);
    assert_non_null(again);
    assert_string_equal(again->id, compound_id);
    assert_true(again->n_buildings >= members);
    assert_int_equal(violations(&q, q.geojson), 0);
    wg_arena_free(q.arena);
}

static void test_enclose__locks_that_cannot_be_read_are_refused(void **state)
{
    (void)state; /* enclose P6 */
    struct quarter q;
    open_quarter(&q);
    read_town(&q, (struct enclose_town){.seed = 1, .buildings = 9});
    static const char *const bad[] = {
        "[", "{\"type\":\"FeatureCollection\"}",
        ("{\"features\":[{\"properties\":{\"kind\":\"fence\",\"locked\":true},\"geometry\":{\"type\":\"Point\",\"coordinates\":"
         "["
         "0,0]}}]}"),
        "{\"features\":[{\"properties\":{\"kind\":\"compound\",\"locked\":true,\"buildings\":[\"way/none\"]}}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct enclose_options options = {.locks = wg_str(bad[i])};
        struct enclose_plan *plan;
        assert_int_equal(enclose_plan(&q.ctx, q.map, &options, &plan), WG_E_MAP_FORMAT);
    }
    wg_arena_free(q.arena);
}

/* ---- proof ---- */

static void test_enclose__a_plan_without_one_piece_of_fence_is_rejected(void **state)
{
    (void)state; /* enclose P8 */
    struct quarter q;
    open_quarter(&q);
    plan_town(&q, (struct enclose_town){.seed = 3, .buildings = 27, .walled = 0.5});
    json_t *root = load(q.geojson), *features = json_object_get(root, "features");
    size_t tried = 0;
    for (size_t i = 0; i < json_array_size(features); i++) {
        json_t *f = json_array_get(features, i);
        if (strcmp(prop(f, "kind"), "fence") != 0) continue;
        json_incref(f);
        assert_int_equal(json_array_remove(features, i), 0);
        struct enclose_verdict v;
        assert_int_equal(enclose_verify(&q.ctx, q.map, &q.config, dump(&q, root), &v), 0);
        assert_true(v.n > 0);
        bool leak = false;
        for (size_t k = 0; k < v.n; k++)
            leak = leak || strcmp(v.violations[k].code, "leak") == 0 || strcmp(v.violations[k].code, "no_gate") == 0;
        assert_true(leak);
        assert_int_equal(json_array_insert_new(features, i, f), 0);
        tried++;
    }
    assert_true(tried > 5);
    json_decref(root);
    wg_arena_free(q.arena);
}

static void change(struct quarter *q, const char *kind, const char *key, json_t *value, const char *code)
{
    json_t *root = load(q->geojson), *features = json_object_get(root, "features");
    bool done = false, found = false;
    for (size_t i = 0; i < json_array_size(features) && !done; i++) {
        json_t *f = json_array_get(features, i);
        if (strcmp(prop(f, "kind"), kind) != 0) continue;
        json_t *into = strcmp(key, "coordinates") == 0 ? json_object_get(f, "geometry") : json_object_get(f, "properties");
        assert_int_equal(json_object_set_new(into, key, value), 0);
        done = true;
    }
    assert_true(done);
    struct enclose_verdict v;
    assert_int_equal(enclose_verify(&q->ctx, q->map, &q->config, dump(q, root), &v), 0);
    for (size_t i = 0; i < v.n; i++) found = found || strcmp(v.violations[i].code, code) == 0;
    if (!found) print_message("expected %s\n", code);
    assert_true(found);
    json_decref(root);
}

static void test_enclose__each_kind_of_violation_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct quarter q;
    open_quarter(&q);
    plan_town(&q, (struct enclose_town){.seed = 2, .buildings = 18});
    change(&q, "fence", "metres", json_real(3.0), "length");
    change(&q, "gate", "state", json_string("emergency"), "no_gate");
    change(&q, "compound", "buildings", json_array(), "left_out");
    /* a fence straight across a street of the town (a street runs 7 m south of its first block) */
    json_t *across = json_pack("[[f,f],[f,f]]", 120.4505, 41.5697, 120.4505, 41.5702);
    change(&q, "fence", "coordinates", across, "street_fenced");
    wg_arena_free(q.arena);
}

static void test_enclose__a_plan_that_is_no_plan_is_refused(void **state)
{
    (void)state; /* enclose P8 */
    struct quarter q;
    struct enclose_verdict v;
    open_quarter(&q);
    read_town(&q, (struct enclose_town){.seed = 1, .buildings = 9});
    assert_int_equal(enclose_verify(&q.ctx, q.map, &q.config, WG_STR("{"), &v), WG_E_MAP_FORMAT);
    assert_int_equal(enclose_verify(&q.ctx, q.map, &q.config, WG_STR("{\"features\":[]}"), &v), WG_E_MAP_FORMAT);
    wg_arena_free(q.arena);
}

/* ---- maps ---- */

static void test_enclose__faults_are_repaired_and_named(void **state)
{
    (void)state; /* enclose P7 */
    struct quarter q;
    open_quarter(&q);
    read_town(&q, (struct enclose_town){.seed = 4, .buildings = 18, .faults = true});
    size_t n, closed = 0, mended = 0, twice = 0, overlap = 0, none = 0, swapped = 0;
    const struct enclose_note *notes = enclose_map_notes(q.map, &n);
    for (size_t i = 0; i < n; i++) {
        assert_true(notes[i].feature[0] != '\0');
        assert_true(notes[i].zh[0] != '\0');
        closed += strstr(notes[i].en, "not closed") != NULL;
        mended += strstr(notes[i].en, "crossed itself") != NULL;
        twice += strstr(notes[i].en, "taken as part of it") != NULL;
        overlap += strstr(notes[i].en, "overlaps") != NULL;
        none += strstr(notes[i].en, "no shape") != NULL;
        swapped += strstr(notes[i].en, "swapped") != NULL;
    }
    assert_true(closed >= 1 && mended >= 1 && twice >= 1 && overlap >= 1 && none >= 1 && swapped >= 1);
    wg_arena_free(q.arena);
}

static void test_enclose__maps_that_cannot_be_read_are_refused(void **state)
{
    (void)state; /* enclose P7 */
    static const struct {
        const char *text;
        int code;
    } maps[] = {
        {"", WG_E_MAP_EMPTY},
        {"   \n", WG_E_MAP_EMPTY},
        {"<osm></osm>", WG_E_MAP_EMPTY},
        {"<osm>", WG_E_MAP_FORMAT},
        {"<osm><node id='x' lat='1' lon='1'/></osm>", WG_E_MAP_FORMAT},
        {"<!DOCTYPE x [<!ENTITY a 'b'>]><osm/>", WG_E_MAP_FORMAT},
        {"{", WG_E_MAP_FORMAT},
        {"{\"type\":\"FeatureCollection\",\"features\":[]}", WG_E_MAP_EMPTY},
        {"{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"b7\",\"properties\":{\"building\":"
         "\"yes\"},\"geometry\":"
         "{\"type\":\"Polygon\",\"coordinates\":[[[\"x\",1]]]}}]}",
         WG_E_MAP_FORMAT},
        {"just text", WG_E_MAP_FORMAT},
    };
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        struct quarter q;
        open_quarter(&q);
        assert_int_equal(enclose_map_read(&q.ctx, wg_str(maps[i].text), &q.config, &q.map), maps[i].code);
        wg_arena_free(q.arena);
    }
}

static void test_enclose__a_far_building_is_refused_by_its_id(void **state)
{
    (void)state; /* enclose P7 */
    static const char map[] = "{\"type\":\"FeatureCollection\",\"features\":["
                              "{\"type\":\"Feature\",\"id\":\"a\",\"properties\":{\"building\":\"yes\"},\"geometry\":{\"type\":"
                              "\"Polygon\",\"coordinates\":"
                              "[[[120.4497,41.5702],[120.4501,41.5702],[120.4501,41.5703],[120.4497,41.5702]]]}},"
                              "{\"type\":\"Feature\",\"id\":\"b\",\"properties\":{\"building\":\"yes\"},\"geometry\":{\"type\":"
                              "\"Polygon\",\"coordinates\":"
                              "[[[120.4498,41.5706],[120.4502,41.5706],[120.4502,41.5707],[120.4498,41.5706]]]}},"
                              "{\"type\":\"Feature\",\"id\":\"far9\",\"properties\":{\"building\":\"yes\"},\"geometry\":{"
                              "\"type\":\"Polygon\",\"coordinates\":"
                              "[[[10.45,51.57],[10.46,51.57],[10.46,51.58],[10.45,51.57]]]}}]}";
    struct quarter q;
    open_quarter(&q);
    assert_int_equal(enclose_map_read(&q.ctx, wg_str(map), &q.config, &q.map), WG_E_MAP_FORMAT);
    assert_non_null(strstr(q.ctx.problem.args[0], "far9"));
    wg_arena_free(q.arena);
}

static void test_enclose__damaged_bytes_never_crash_the_reader(void **state)
{
    (void)state; /* enclose P7 */
    struct quarter q;
    open_quarter(&q);
    struct enclose_town town = {.seed = 6, .buildings = 9, .scale = 1, .faults = true};
    assert_int_equal(enclose_town_osm(&q.ctx, &town, &q.bytes), 0);
    uint64_t rnd = 99;
    for (int i = 0; i < 60; i++) {
        struct wg_arena_mark mark = wg_arena_mark(q.arena);
        struct quarter r;
        open_quarter(&r);
        char *copy = wg_cstr(q.arena, q.bytes);
        for (int k = 0; k < 4; k++) {
            rnd = rnd * UINT64_C(6364136223846793005) + 1442695040888963407U;
            copy[(rnd >> 24) % q.bytes.n] = "09.\"<>-x"[rnd >> 61];
        }
        struct enclose_options options = {0};
        int rc = enclose_map_read(&r.ctx, (struct wg_str){copy, q.bytes.n}, &r.config, &r.map);
        if (!rc) rc = enclose_plan(&r.ctx, r.map, &options, &r.plan);
        assert_true(rc <= 0);
        wg_arena_free(r.arena);
        wg_arena_rewind(q.arena, mark);
    }
    wg_arena_free(q.arena);
}

/* ---- configuration, bill ---- */

static void test_enclose__a_wrong_key_is_named(void **state)
{
    (void)state;
    struct quarter q;
    open_quarter(&q);
    static const char *const bad[] = {
        "{\"fense_yuan\": 1}",   "{\"fence_yuan\": \"1\"}", "{\"days\": 0}",    "{\"homes\": \"some\"}", "[]", "{",
        "{\"gate_large_m\": 3}", "{\"public_ways\": [1]}",  "{\"may_open\": 1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(enclose_config_read(&q.ctx, wg_str(bad[i]), &q.config), WG_E_PLAN_CONFIG);
    assert_int_equal(
        enclose_config_read(&q.ctx, WG_STR("{\"days\": 14, \"homes\": \"all\", \"keep_open\": [\"way/1\"]}"), &q.config), 0);
    assert_int_equal(q.config.days, 14);
    wg_arena_free(q.arena);
}

static void test_enclose__the_bill_adds_up(void **state)
{
    (void)state;
    struct quarter q;
    struct wg_str bill, row, rest;
    open_quarter(&q);
    plan_town(&q, (struct enclose_town){.seed = 12, .buildings = 40, .walled = 0.5});
    double sum = 0;
    for (size_t i = 0; i < q.plan->n_compounds; i++) sum += q.plan->compounds[i].cost;
    assert_true(fabs(sum - q.plan->cost) < 0.01);
    assert_int_equal(enclose_bill_csv(&q.ctx, q.plan, &bill), 0);
    rest = bill;
    const char *total = wg_fmt(q.arena, "%.2f", q.plan->cost);
    bool found = false;
    while (wg_str_next(&rest, '\n', &row))
        found = found || (wg_str_find(row, WG_STR("total")) >= 0 && wg_str_find(row, wg_str(total)) >= 0);
    assert_true(found);
    wg_arena_free(q.arena);
}

static size_t file_starts_with(const char *path, const char *start)
{
    char head[8] = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(head, 1, sizeof head, file) == sizeof head);
    assert_memory_equal(head, start, strlen(start));
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_int_equal(fclose(file), 0);
    assert_true(size > 0);
    return (size_t)size;
}

static void test_enclose__drawings_and_workbook_are_written(void **state)
{
    (void)state; /* every piece of fence has a number of its own, and its metres add up to the compound's */
    struct quarter q;
    char directory[] = "/tmp/enclose-test-XXXXXX";
    const char *pdf = NULL;
    open_quarter(&q);
    plan_town(&q, (struct enclose_town){.seed = 3, .buildings = 27, .walled = 0.5});
    for (size_t i = 0; i < q.plan->n_compounds; i++) {
        double sum = 0;
        for (size_t k = 0; k < q.plan->n_fences; k++)
            if (strcmp(q.plan->fences[k].compound, q.plan->compounds[i].id) == 0) sum += q.plan->fences[k].metres;
        assert_true(fabs(sum - q.plan->compounds[i].fence_m) < 1e-6);
    }
    for (size_t k = 1; k < q.plan->n_fences; k++) assert_true(strcmp(q.plan->fences[k - 1].id, q.plan->fences[k].id) < 0);
    assert_non_null(mkdtemp(directory));
    const char *svg = wg_fmt(q.arena, "%s/plan.svg", directory), *bill = wg_fmt(q.arena, "%s/bill.xlsx", directory);
    assert_int_equal(enclose_draw_svg(&q.ctx, q.map, q.plan, svg), 0);
    assert_int_equal(enclose_draw_sheets(&q.ctx, q.map, q.plan, directory, &pdf), 0);
    assert_int_equal(enclose_bill_xlsx(&q.ctx, q.plan, bill), 0);
    assert_true(file_starts_with(svg, "<?xml") > 10000);
    assert_true(file_starts_with(pdf, "%PDF") > 10000);
    assert_true(file_starts_with(bill, "PK") > 4000);
    assert_int_equal(remove(svg) | remove(pdf) | remove(bill) | remove(directory), 0);
    wg_arena_free(q.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enclose__every_plan_made_is_accepted),
        cmocka_unit_test(test_enclose__a_plan_cut_short_is_accepted_and_says_so),
        cmocka_unit_test(test_enclose__small_compounds_are_accepted_too),
        cmocka_unit_test(test_enclose__plans_under_tight_rules_are_accepted),
        cmocka_unit_test(test_enclose__a_gate_few_need_is_locked_with_a_key_holder),
        cmocka_unit_test(test_enclose__crowded_and_overlapping_houses_are_accepted),
        cmocka_unit_test(test_enclose__the_same_town_gives_the_same_bytes),
        cmocka_unit_test(test_enclose__the_bound_never_exceeds_the_cost),
        cmocka_unit_test(test_enclose__an_enclosed_pair_is_proven),
        cmocka_unit_test(test_enclose__twice_the_town_takes_twice_the_fence),
        cmocka_unit_test(test_enclose__leave_to_open_never_costs_more),
        cmocka_unit_test(test_enclose__every_home_is_in_one_compound_with_a_staffed_gate),
        cmocka_unit_test(test_enclose__compounds_stay_in_their_community),
        cmocka_unit_test(test_enclose__what_is_locked_is_found_again),
        cmocka_unit_test(test_enclose__locks_that_cannot_be_read_are_refused),
        cmocka_unit_test(test_enclose__a_plan_without_one_piece_of_fence_is_rejected),
        cmocka_unit_test(test_enclose__each_kind_of_violation_is_named),
        cmocka_unit_test(test_enclose__a_plan_that_is_no_plan_is_refused),
        cmocka_unit_test(test_enclose__faults_are_repaired_and_named),
        cmocka_unit_test(test_enclose__maps_that_cannot_be_read_are_refused),
        cmocka_unit_test(test_enclose__a_far_building_is_refused_by_its_id),
        cmocka_unit_test(test_enclose__damaged_bytes_never_crash_the_reader),
        cmocka_unit_test(test_enclose__a_wrong_key_is_named),
        cmocka_unit_test(test_enclose__the_bill_adds_up),
        cmocka_unit_test(test_enclose__drawings_and_workbook_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
