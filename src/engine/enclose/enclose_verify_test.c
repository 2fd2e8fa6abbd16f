/* The proof, broken in every way it can tell: a yard between two long houses, closed by hand, and one thing changed at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "engine/enclose/enclose.h"

static const double lon0 = 120.45, lat0 = 41.57, lon_m = 1e-4 / 8.34, lat_m = 1e-4 / 11.11; /* degrees in a metre there */

struct yard {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct enclose_config config;
    struct enclose_map *map;
    struct wg_buf features;
    double length; /* of the two houses, and so of the yard */
};

static void feature(struct yard *y, const char *properties, const char *type)
{
    wg_buf_fmt(&y->features,
               "%s{\"type\":\"Feature\",%s,\"geometry\":{\"type\":\"%s\",\"coordinates\":", y->features.n ? "," : "",
               properties, type);
}

static void corner(struct yard *y, double e, double n)
{
    wg_buf_fmt(&y->features, "[%.8f,%.8f]", lon0 + e * lon_m, lat0 + n * lat_m);
}

static void line(struct yard *y, const char *properties, double e0, double n0, double e1, double n1)
{
    feature(y, properties, "LineString");
    wg_buf_putc(&y->features, '[');
    corner(y, e0, n0);
    wg_buf_putc(&y->features, ',');
    corner(y, e1, n1);
    wg_buf_puts(&y->features, "]}}");
}

static void box(struct yard *y, const char *properties, double e0, double n0, double e1, double n1)
{
    const double p[5][2] = {{e0, n0}, {e1, n0}, {e1, n1}, {e0, n1}, {e0, n0}};
    feature(y, properties, "Polygon");
    wg_buf_puts(&y->features, "[[");
    for (int i = 0; i < 5; i++) {
        if (i) wg_buf_putc(&y->features, ',');
        corner(y, p[i][0], p[i][1]);
    }
    wg_buf_puts(&y->features, "]]}}");
}

static void spot(struct yard *y, const char *properties, double e, double n)
{
    feature(y, properties, "Point");
    corner(y, e, n);
    wg_buf_puts(&y->features, "}}");
}

static struct wg_str collection(struct yard *y)
{
    struct wg_str text =
        wg_str(wg_fmt(y->arena, "{\"type\":\"FeatureCollection\",\"features\":[%.*s]}", (int)y->features.n, y->features.p));
    y->features.n = 0;
    return text;
}

#define HOME(id) "\"id\":\"" id "\",\"properties\":{\"building\":\"apartments\",\"households\":\"40\"}"

/* A street along n = 0; house a from n = 20 to 30, house b from 50 to 60, the yard between them. */
static void begin(struct yard *y, double length)
{
    *y = (struct yard){.arena = wg_arena_new(), .length = length};
    y->ctx = wg_ctx(y->arena);
    enclose_config_default(&y->config);
    wg_buf_init(&y->features, 1 << 20);
    line(y, "\"id\":\"s\",\"properties\":{\"highway\":\"residential\",\"width\":\"6\"}", -100, 0, length + 100, 0);
    box(y, HOME("a"), 0, 20, length, 30);
    box(y, HOME("b"), 0, 50, length, 60);
}

static void read_map(struct yard *y)
{
    assert_int_equal(enclose_map_read(&y->ctx, collection(y), &y->config, &y->map), 0);
}

static void end(struct yard *y)
{
    wg_buf_free(&y->features);
    wg_arena_free(y->arena);
}

static const char *door_at(struct yard *y, const char *building, double e, double n)
{
    return wg_fmt(y->arena, "{\"building\":\"%s\",\"at\":[%.8f,%.8f]}", building, lon0 + e * lon_m, lat0 + n * lat_m);
}

static void compound(struct yard *y, const char *id, const char *buildings, const char *doors)
{
    const char *p = wg_fmt(y->arena, "\"properties\":{\"kind\":\"compound\",\"id\":\"%s\",\"buildings\":[%s],\"doors\":[%s]}",
                           id, buildings, doors);
    box(y, p, 0, 20, y->length, 60);
}

static void usual_compound(struct yard *y)
{
    compound(y, "C1", "\"a\",\"b\"", wg_fmt(y->arena, "%s,%s", door_at(y, "a", 2, 30.3), door_at(y, "b", 2, 49.7)));
}

static const char fence[] = "\"properties\":{\"kind\":\"fence\",\"compound\":\"C1\"}";
static const char gate[] =
    "\"properties\":{\"kind\":\"gate\",\"id\":\"G1\",\"compound\":\"C1\",\"gate\":\"large\",\"state\":\"staffed\"}";

/* The east end: fence, gate from 37.5 to 37.5 + width, fence. */
static void east_end(struct yard *y, const char *gate_properties, double width)
{
    line(y, fence, y->length, 30, y->length, 37.5);
    line(y, gate_properties, y->length, 37.5, y->length, 37.5 + width);
    line(y, fence, y->length, 37.5 + width, y->length, 50);
}

static void west_end(struct yard *y)
{
    line(y, fence, 0, 30, 0, 50);
}

static struct enclose_verdict prove(struct yard *y)
{
    struct enclose_verdict v;
    assert_int_equal(enclose_verify(&y->ctx, y->map, &y->config, collection(y), &v), 0);
    return v;
}

static bool near(struct enclose_point p, double e, double n, double metres)
{
    return hypot((p.lon - lon0) / lon_m - e, (p.lat - lat0) / lat_m - n) < metres;
}

/* The plan breaks this rule for that feature, and the place named is within so many metres of where it was broken. */
static void breaks(struct yard *y, const char *code, const char *of, double e, double n, double metres)
{
    struct enclose_verdict v = prove(y);
    bool found = false;
    for (size_t i = 0; i < v.n; i++) {
        const struct enclose_violation *x = &v.violations[i];
        assert_true(x->zh[0] && x->en[0]);
        found = found || (strcmp(x->code, code) == 0 && strcmp(x->feature, of) == 0 && near(x->at, e, n, metres));
    }
    for (size_t i = 0; i < v.n && !found; i++)
        print_message("%s %s %.1f %.1f instead of %s\n", v.violations[i].code, v.violations[i].feature,
                      (v.violations[i].at.lon - lon0) / lon_m, (v.violations[i].at.lat - lat0) / lat_m, code);
    assert_true(found);
    end(y);
}

static void holds(struct yard *y, size_t exceptions)
{
    struct enclose_verdict v = prove(y);
    for (size_t i = 0; i < v.n; i++)
        print_message("%s %s %s\n", v.violations[i].code, v.violations[i].feature, v.violations[i].en);
    assert_int_equal(v.n, 0);
    assert_int_equal(v.n_exceptions, exceptions);
    end(y);
}

static struct yard usual(void)
{
    struct yard y;
    begin(&y, 60);
    read_map(&y);
    return y;
}

static struct yard whole(void) /* a good plan, to which something is added */
{
    struct yard y = usual();
    usual_compound(&y);
    west_end(&y);
    east_end(&y, gate, 5);
    return y;
}

/* ---- the good plan, and plans of other programs ---- */

static void test_enclose_verify__a_yard_closed_by_hand_is_accepted(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = whole();
    holds(&y, 0);
}

static void test_enclose_verify__outline_fence_and_gate_alone_are_enough(void **state)
{
    (void)state; /* enclose P8: drawn by another program, with no more than `kind` */
    struct yard y = usual();
    box(&y, "\"properties\":{\"kind\":\"compound\"}", 0, 20, 60, 60);
    line(&y, "\"properties\":{\"kind\":\"fence\"}", 0, 30, 0, 50);
    line(&y, "\"properties\":{\"kind\":\"fence\"}", 60, 30, 60, 50);
    spot(&y, "\"properties\":{\"kind\":\"gate\"}", 60, 40);
    holds(&y, 0);
}

static void test_enclose_verify__a_gap_in_a_drawn_plan_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    box(&y, "\"properties\":{\"kind\":\"compound\"}", 0, 20, 60, 60);
    line(&y, "\"properties\":{\"kind\":\"fence\"}", 60, 30, 60, 50);
    spot(&y, "\"properties\":{\"kind\":\"gate\"}", 60, 40);
    breaks(&y, "leak", "a", 30, 25, 1);
}

static void test_enclose_verify__a_drawn_plan_is_measured_by_the_mapped_doors(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y;
    begin(&y, 60);
    spot(&y, "\"id\":\"d\",\"properties\":{\"entrance\":\"yes\"}", 2, 30);
    y.config.detour_m = 5;
    read_map(&y);
    box(&y, "\"properties\":{\"kind\":\"compound\"}", 0, 20, 60, 60);
    line(&y, "\"properties\":{\"kind\":\"fence\"}", 0, 30, 0, 50);
    line(&y, "\"properties\":{\"kind\":\"fence\"}", 60, 30, 60, 37.5);
    line(&y, "\"properties\":{\"kind\":\"gate\"}", 60, 37.5, 60, 42.5);
    line(&y, "\"properties\":{\"kind\":\"fence\"}", 60, 42.5, 60, 50);
    breaks(&y, "detour", "a", 2, 30, 1);
}

/* ---- one code after another ---- */

static void test_enclose_verify__a_missing_fence_is_a_leak(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    usual_compound(&y);
    east_end(&y, gate, 5);
    breaks(&y, "leak", "b", 2, 49.7, 0.5);
}

static void test_enclose_verify__a_yard_without_a_staffed_gate_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    usual_compound(&y);
    west_end(&y);
    east_end(&y, "\"properties\":{\"kind\":\"gate\",\"compound\":\"C1\",\"gate\":\"large\",\"state\":\"emergency\"}", 5);
    breaks(&y, "no_gate", "a", 2, 30.3, 0.5);
}

static void test_enclose_verify__a_door_within_the_house_is_blocked(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    compound(&y, "C1", "\"a\",\"b\"", wg_fmt(y.arena, "%s,%s", door_at(&y, "a", 30, 25), door_at(&y, "b", 2, 49.7)));
    west_end(&y);
    east_end(&y, gate, 5);
    breaks(&y, "door_blocked", "a", 30, 25, 0.5);
}

static void test_enclose_verify__a_home_of_no_compound_is_left_out(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    compound(&y, "C1", "\"a\"", door_at(&y, "a", 2, 30.3));
    west_end(&y);
    east_end(&y, gate, 5);
    breaks(&y, "left_out", "b", 30, 55, 1);
}

static void test_enclose_verify__a_home_of_two_compounds_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = whole();
    compound(&y, "C2", "\"b\"", door_at(&y, "b", 2, 49.7));
    breaks(&y, "twice", "b", 30, 55, 1);
}

static void test_enclose_verify__a_fence_across_a_street_is_named(void **state)
{
    (void)state; /* enclose P8, P9 */
    struct yard y = whole();
    line(&y, fence, 20, -10, 20, 10);
    breaks(&y, "street_fenced", "s", 20, 0, 0.5);
}

static void test_enclose_verify__a_wrong_length_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    usual_compound(&y);
    line(&y, "\"properties\":{\"kind\":\"fence\",\"id\":\"F1\",\"compound\":\"C1\",\"metres\":19.5}", 0, 30, 0, 50);
    east_end(&y, gate, 5);
    breaks(&y, "length", "F1", 0, 30, 0.5);
}

static void test_enclose_verify__narrow_gates_are_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    usual_compound(&y);
    west_end(&y);
    east_end(&y, gate, 3);
    breaks(&y, "gate_narrow", "G1", 60, 37.5, 0.5);
    y = usual();
    usual_compound(&y);
    west_end(&y);
    east_end(&y, "\"properties\":{\"kind\":\"gate\",\"id\":\"G2\",\"compound\":\"C1\",\"gate\":\"small\"}", 0.6);
    breaks(&y, "gate_narrow", "G2", 60, 37.5, 0.5);
}

static void test_enclose_verify__a_compound_in_two_communities_is_named(void **state)
{
    (void)state; /* enclose P8, P9 */
    struct yard y;
    begin(&y, 60);
    box(&y, "\"id\":\"p\",\"properties\":{\"boundary\":\"community\",\"name\":\"South\"}", -50, -50, 150, 40);
    box(&y, "\"id\":\"q\",\"properties\":{\"boundary\":\"community\",\"name\":\"North\"}", -50, 40, 150, 150);
    read_map(&y);
    usual_compound(&y);
    west_end(&y);
    east_end(&y, gate, 5);
    breaks(&y, "two_communities", "C1", 2, 30.3, 0.5);
}

static void test_enclose_verify__too_many_households_are_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = whole();
    y.config.households_max = 79; /* two homes of 40 */
    breaks(&y, "too_large", "C1", 2, 30.3, 0.5);
}

static void test_enclose_verify__a_home_beyond_its_outline_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    const char *doors = wg_fmt(y.arena, "%s,%s", door_at(&y, "a", 2, 30.3), door_at(&y, "b", 2, 49.7));
    box(&y,
        wg_fmt(y.arena, "\"properties\":{\"kind\":\"compound\",\"id\":\"C1\",\"buildings\":[\"a\",\"b\"],\"doors\":[%s]}",
               doors),
        0, 20, 60, 45);
    west_end(&y);
    east_end(&y, gate, 5);
    breaks(&y, "outline", "b", 30, 55, 1);
}

static void test_enclose_verify__a_school_shut_in_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y;
    begin(&y, 60);
    box(&y, "\"id\":\"school\",\"properties\":{\"building\":\"school\"}", 20, 37, 40, 43);
    read_map(&y);
    usual_compound(&y);
    west_end(&y);
    east_end(&y, "\"properties\":{\"kind\":\"gate\",\"compound\":\"C1\",\"gate\":\"large\",\"state\":\"emergency\"}", 5);
    breaks(&y, "unreachable", "school", 30, 40, 1);
}

static void test_enclose_verify__a_long_way_round_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = whole();
    y.config.detour_m = 5;
    breaks(&y, "detour", "a", 2, 30.3, 0.5);
}

static void test_enclose_verify__too_many_who_need_a_key_are_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = usual();
    usual_compound(&y);
    line(&y, fence, 0, 30, 0, 39);
    line(&y, "\"properties\":{\"kind\":\"gate\",\"compound\":\"C1\",\"gate\":\"small\",\"state\":\"key_holder\"}", 0, 39, 0,
         40.5);
    line(&y, fence, 0, 40.5, 0, 50);
    east_end(&y, gate, 5);
    y.config.detour_m = 5;
    y.config.key_holder_households = 30;
    breaks(&y, "key_holder", "C1", 2, 30.3, 0.5);
}

static void narrow_yard(struct yard *y, const char *excuse)
{
    *y = usual();
    compound(y, "C1", "\"a\",\"b\"", wg_fmt(y->arena, "%s,%s", door_at(y, "a", 30, 30.3), door_at(y, "b", 30, 49.7)));
    west_end(y);
    east_end(y, "\"properties\":{\"kind\":\"gate\",\"id\":\"G1\",\"compound\":\"C1\",\"gate\":\"small\"}", 1.5);
    if (excuse) spot(y, excuse, 30, 30.3);
    y->config.fire_reach_m = 15;
}

static void test_enclose_verify__a_yard_no_engine_enters_any_more_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y;
    narrow_yard(&y, NULL);
    breaks(&y, "fire", "a", 30, 30.3, 0.5);
    narrow_yard(&y, "\"properties\":{\"kind\":\"exception\",\"rule\":\"fire\",\"building\":\"a\"}");
    breaks(&y, "fire", "a", 30, 30.3, 0.5); /* P11: a wide gate has room at both ends */
}

static void test_enclose_verify__what_cannot_be_read_is_named(void **state)
{
    (void)state; /* enclose P8 */
    struct yard y = whole();
    spot(&y, "\"properties\":{\"kind\":\"compound\",\"id\":\"C9\"}", 0, 0);
    breaks(&y, "bad_outline", "C9", 0, 0, 200);
    y = whole();
    box(&y, "\"properties\":{\"kind\":\"fence\",\"id\":\"F9\"}", 0, 0, 1, 1);
    breaks(&y, "bad_line", "F9", 0, 0, 200);
    y = usual();
    compound(&y, "C1", "\"a\",\"b\",\"nowhere\"", door_at(&y, "a", 2, 30.3));
    west_end(&y);
    east_end(&y, gate, 5);
    breaks(&y, "no_building", "nowhere", 0, 0, 200);
}

/* ---- exceptions ---- */

static const char far_way[] = "\"properties\":{\"kind\":\"exception\",\"rule\":\"detour\",\"building\":\"b\"}";

/* A long yard with its gate in the east; in the west a shed leaves a gap of some metres, which the plan shuts. */
static void long_yard(struct yard *y, double gap)
{
    begin(y, 300);
    box(y, "\"id\":\"shed\",\"properties\":{\"building\":\"garage\"}", -10, 30, 0, 50 - gap);
    y->config.detour_m = 100;
    read_map(y);
    compound(y, "C1", "\"a\",\"b\"", door_at(y, "b", 2, 49.7));
    line(y, fence, 0, 50 - gap, 0, 50);
    east_end(y, gate, 5);
}

static void test_enclose_verify__a_detour_no_gate_shortens_may_be_declared(void **state)
{
    (void)state; /* enclose P11 */
    struct yard y;
    long_yard(&y, 1); /* too narrow for a gate of 1.5 m */
    spot(&y, far_way, 2, 49.7);
    holds(&y, 1);
    long_yard(&y, 1);
    breaks(&y, "detour", "b", 2, 49.7, 0.5); /* not declared */
}

static void test_enclose_verify__a_detour_that_a_gate_would_shorten_may_not(void **state)
{
    (void)state; /* enclose P11 */
    struct yard y;
    long_yard(&y, 4);
    spot(&y, far_way, 2, 49.7);
    struct enclose_verdict v = prove(&y);
    assert_int_equal(v.n, 1);
    assert_int_equal(v.n_exceptions, 0);
    assert_string_equal(v.violations[0].code, "detour");
    assert_non_null(strstr(v.violations[0].en, "a gate at"));
    end(&y);
}

/* Four houses round a court, with gaps of half a metre that the plan shuts. */
static void court(struct yard *y)
{
    begin(y, 40);
    box(y, "\"id\":\"w\",\"properties\":{\"building\":\"garage\"}", 0, 30.5, 10, 49.5);
    box(y, "\"id\":\"e\",\"properties\":{\"building\":\"garage\"}", 30, 30.5, 40, 49.5);
    read_map(y);
    compound(y, "C1", "\"a\",\"b\"", wg_fmt(y->arena, "%s,%s", door_at(y, "a", 20, 30.3), door_at(y, "b", 20, 49.7)));
    line(y, fence, 10, 30, 10, 30.5);
    line(y, fence, 10, 49.5, 10, 50);
    line(y, fence, 30, 30, 30, 30.5);
    line(y, fence, 30, 49.5, 30, 50);
}

static void test_enclose_verify__a_court_without_room_for_a_gate_may_be_declared(void **state)
{
    (void)state; /* enclose P11 */
    struct yard y;
    court(&y);
    spot(&y, "\"properties\":{\"kind\":\"exception\",\"rule\":\"no_gate\",\"building\":\"a\"}", 20, 30.3);
    spot(&y, "\"properties\":{\"kind\":\"exception\",\"rule\":\"no_gate\",\"building\":\"b\"}", 20, 49.7);
    holds(&y, 2);
    court(&y);
    breaks(&y, "no_gate", "a", 20, 30.3, 0.5);
    y = usual(); /* a yard with room at both ends is no such court */
    usual_compound(&y);
    west_end(&y);
    line(&y, fence, 60, 30, 60, 50);
    spot(&y, "\"properties\":{\"kind\":\"exception\",\"rule\":\"no_gate\",\"building\":\"a\"}", 2, 30.3);
    breaks(&y, "no_gate", "a", 2, 30.3, 0.5);
}

static void test_enclose_verify__an_exception_where_the_rule_is_kept_is_named(void **state)
{
    (void)state; /* enclose P11 */
    static const char *const rules[] = {"detour", "no_gate", "fire", "left_out", "length"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct yard y = whole();
        spot(&y, wg_fmt(y.arena, "\"properties\":{\"kind\":\"exception\",\"rule\":\"%s\",\"building\":\"a\"}", rules[i]), 2,
             30.3);
        breaks(&y, "exception", "a", 2, 30.3, 0.5);
    }
    struct yard y = whole();
    spot(&y, "\"properties\":{\"kind\":\"exception\",\"rule\":\"fire\",\"building\":\"nowhere\"}", 2, 30.3);
    breaks(&y, "exception", "nowhere", 2, 30.3, 0.5);
}

static void test_enclose_verify__an_exception_hides_no_leak(void **state)
{
    (void)state; /* enclose P11 */
    struct yard y = usual();
    usual_compound(&y);
    east_end(&y, gate, 5);
    spot(&y, "\"properties\":{\"kind\":\"exception\",\"rule\":\"no_gate\",\"building\":\"b\"}", 2, 49.7);
    breaks(&y, "leak", "b", 2, 49.7, 0.5);
}

static void test_enclose_verify__the_planner_declares_what_it_cannot_keep(void **state)
{
    (void)state; /* enclose P1, P11: a home in a court that houses fill up to its walls */
    struct yard y;
    struct enclose_plan *plan;
    struct enclose_options options = {0};
    struct enclose_verdict v;
    struct wg_str text;
    begin(&y, 60);
    box(&y, HOME("c"), 20, 100, 30, 110);
    box(&y, "\"id\":\"n\",\"properties\":{\"building\":\"garage\"}", 10, 110, 40, 115);
    box(&y, "\"id\":\"o\",\"properties\":{\"building\":\"garage\"}", 10, 95, 40, 100);
    box(&y, "\"id\":\"p\",\"properties\":{\"building\":\"garage\"}", 10, 100, 20, 110);
    box(&y, "\"id\":\"q\",\"properties\":{\"building\":\"garage\"}", 30, 100, 40, 110);
    read_map(&y);
    assert_int_equal(enclose_plan(&y.ctx, y.map, &options, &plan), 0);
    assert_int_equal(plan->n_exceptions, 1);
    assert_string_equal(plan->exceptions[0].rule, "left_out");
    assert_string_equal(plan->exceptions[0].building, "c");
    assert_int_equal(enclose_bill_csv(&y.ctx, plan, &text), 0);
    assert_true(wg_str_find(text, WG_STR("例外 exception,- left_out c")) > 0);
    assert_int_equal(enclose_plan_geojson(&y.ctx, plan, &text), 0);
    assert_int_equal(enclose_verify(&y.ctx, y.map, &y.config, text, &v), 0);
    assert_int_equal(v.n, 0);
    assert_int_equal(v.n_exceptions, 1);
    plan->n_exceptions = 0; /* said nothing: the proof says it */
    assert_int_equal(enclose_plan_geojson(&y.ctx, plan, &text), 0);
    assert_int_equal(enclose_verify(&y.ctx, y.map, &y.config, text, &v), 0);
    assert_int_equal(v.n, 1);
    assert_string_equal(v.violations[0].code, "left_out");
    end(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enclose_verify__a_yard_closed_by_hand_is_accepted),
        cmocka_unit_test(test_enclose_verify__outline_fence_and_gate_alone_are_enough),
        cmocka_unit_test(test_enclose_verify__a_gap_in_a_drawn_plan_is_named),
        cmocka_unit_test(test_enclose_verify__a_drawn_plan_is_measured_by_the_mapped_doors),
        cmocka_unit_test(test_enclose_verify__a_missing_fence_is_a_leak),
        cmocka_unit_test(test_enclose_verify__a_yard_without_a_staffed_gate_is_named),
        cmocka_unit_test(test_enclose_verify__a_door_within_the_house_is_blocked),
        cmocka_unit_test(test_enclose_verify__a_home_of_no_compound_is_left_out),
        cmocka_unit_test(test_enclose_verify__a_home_of_two_compounds_is_named),
        cmocka_unit_test(test_enclose_verify__a_fence_across_a_street_is_named),
        cmocka_unit_test(test_enclose_verify__a_wrong_length_is_named),
        cmocka_unit_test(test_enclose_verify__narrow_gates_are_named),
        cmocka_unit_test(test_enclose_verify__a_compound_in_two_communities_is_named),
        cmocka_unit_test(test_enclose_verify__too_many_households_are_named),
        cmocka_unit_test(test_enclose_verify__a_home_beyond_its_outline_is_named),
        cmocka_unit_test(test_enclose_verify__a_school_shut_in_is_named),
        cmocka_unit_test(test_enclose_verify__a_long_way_round_is_named),
        cmocka_unit_test(test_enclose_verify__too_many_who_need_a_key_are_named),
        cmocka_unit_test(test_enclose_verify__a_yard_no_engine_enters_any_more_is_named),
        cmocka_unit_test(test_enclose_verify__what_cannot_be_read_is_named),
        cmocka_unit_test(test_enclose_verify__a_detour_no_gate_shortens_may_be_declared),
        cmocka_unit_test(test_enclose_verify__a_detour_that_a_gate_would_shorten_may_not),
        cmocka_unit_test(test_enclose_verify__a_court_without_room_for_a_gate_may_be_declared),
        cmocka_unit_test(test_enclose_verify__an_exception_where_the_rule_is_kept_is_named),
        cmocka_unit_test(test_enclose_verify__an_exception_hides_no_leak),
        cmocka_unit_test(test_enclose_verify__the_planner_declares_what_it_cannot_keep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
