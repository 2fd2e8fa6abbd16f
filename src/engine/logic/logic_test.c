/* What logic promises. data/logic_vectors.json says what each operator gives; the phone's evaluator is held to the same. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/logic/logic_internal.h"

static struct wg_ctx fresh(void)
{
    return wg_ctx(wg_arena_new());
}

static void done(struct wg_ctx *ctx)
{
    wg_arena_free(ctx->arena);
}

static json_t *parsed(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    if (!json) fail_msg("no JSON: %s", text);
    return json;
}

/* Equal as JSON, a number by its value however it is written. */
static bool alike(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b)) return json_number_value(a) == json_number_value(b);
    if (json_typeof(a) != json_typeof(b)) return false;
    if (json_is_array(a)) {
        if (json_array_size(a) != json_array_size(b)) return false;
        for (size_t i = 0; i < json_array_size(a); i++)
            if (!alike(json_array_get(a, i), json_array_get(b, i))) return false;
        return true;
    }
    return json_equal(a, b) == 1;
}

static void test_logic__meets_the_vectors(void **state)
{
    (void)state; /* logic P1 */
    json_error_t error;
    json_t *vectors = json_load_file(WG_SOURCE_DIR "/data/logic_vectors.json", 0, &error);
    if (!vectors) fail_msg("%s, line %d", error.text, error.line);
    assert_true(json_array_size(vectors) >= 120);
    size_t wrong = 0;
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        struct wg_ctx ctx = fresh();
        const json_t *v = json_array_get(vectors, i), *rule = json_object_get(v, "rule"), *data = json_object_get(v, "data"),
                     *want = json_object_get(v, "result");
        json_t *got = NULL;
        int e = logic_apply(&ctx, rule, data, &got);
        if (e || !alike(got, want)) {
            char *r = json_dumps(rule, JSON_ENCODE_ANY | JSON_COMPACT), *w = json_dumps(want, JSON_ENCODE_ANY | JSON_COMPACT),
                 *g = got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
            print_error("%s: got %s, want %s %s\n", r, g ? g : "", w, e ? wg_problem_text(ctx.arena, &ctx.problem, WG_EN) : "");
            free(r);
            free(w);
            free(g);
            wrong++;
        }
        bool holds;
        assert_int_equal(logic_holds(&ctx, rule, data, &holds), 0);
        done(&ctx);
    }
    json_decref(vectors);
    assert_int_equal(wrong, 0);
}

static void test_logic__every_operator_has_vectors(void **state)
{
    (void)state; /* logic P1 */
    static const char *const names[] = {"var",    "missing", "if",     "==",     "===", "!=",   "!==",  "!",
                                        "!!",     "or",      "and",    ">",      ">=",  "<",    "<=",   "max",
                                        "min",    "+",       "-",      "*",      "/",   "%",    "in",   "cat",
                                        "substr", "map",     "filter", "reduce", "all", "none", "some", "merge"};
    json_t *vectors = json_load_file(WG_SOURCE_DIR "/data/logic_vectors.json", 0, NULL);
    assert_non_null(vectors);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        size_t found = 0;
        assert_non_null(logic_operator(names[k]));
        for (size_t i = 0; i < json_array_size(vectors); i++)
            found += json_object_get(json_object_get(json_array_get(vectors, i), "rule"), names[k]) != NULL;
        if (found < 4) fail_msg("%s: %zu vectors", names[k], found);
    }
    json_decref(vectors);
}

static void checked(const char *rule, int code, const char *says)
{
    struct wg_ctx ctx = fresh();
    json_t *json = parsed(rule);
    ctx.lang = WG_EN;
    int e = logic_check(&ctx, json);
    if (e != code) fail_msg("%s: %d", rule, e);
    if (says && !strstr(ctx.problem.args[0], says)) fail_msg("%s: says \"%s\"", rule, ctx.problem.args[0]);
    json_t *value;
    /* unchecked, it is refused where it is met */
    int met = logic_apply(&ctx, json, NULL, &value);
    assert_true(met == 0 || met == WG_E_LOGIC);
    json_decref(json);
    done(&ctx);
}

static void test_logic__wrong_rules_are_refused(void **state)
{
    (void)state; /* logic P1 */
    checked("{\"var\":\"a\"}", 0, NULL);
    checked("[1,{\"var\":\"a\"}]", 0, NULL);
    checked("true", 0, NULL);
    checked("{\"equals\":[1,2]}", WG_E_LOGIC, "unknown operator equals");
    checked("{\"and\":[true,{\"or\":[1,{\"nor\":[1]}]}]}", WG_E_LOGIC, "nor (and[1].or[1])");
    checked("{\"map\":[[1],{\"?\":1}]}", WG_E_LOGIC, "? (map[1])");
    checked("[1,[{\"?\":1}]]", WG_E_LOGIC, "([1].[0])");
    checked("{\"==\":[1]}", WG_E_LOGIC, "==, 1");
    checked("{\"==\":[1,2,3]}", WG_E_LOGIC, "==, 3");
    checked("{\"<\":[1,2,3,4]}", WG_E_LOGIC, "<, 4");
    checked("{\"!\":[]}", WG_E_LOGIC, "!, 0");
    checked("{\"if\":[]}", WG_E_LOGIC, "if, 0");
    checked("{\"reduce\":[1]}", WG_E_LOGIC, "reduce, 1");
    checked("{\"var\":[1,2,3]}", WG_E_LOGIC, "var, 3");
    checked("{\"and\":[{\"a\":1,\"b\":2}]}", WG_E_LOGIC, NULL); /* the reference takes it for a constant, always true */
    struct wg_ctx ctx = fresh();
    assert_int_equal(logic_check(&ctx, NULL), WG_E_LOGIC);
    done(&ctx);
}

/* {"!":{"!":...true}} */
static json_t *nested(size_t depth)
{
    json_t *json = json_true();
    for (size_t i = 0; i < depth; i++) json = json_pack("{so}", "!", json);
    return json;
}

static void test_logic__depth_is_bounded(void **state)
{
    (void)state; /* logic P2 */
    struct wg_ctx ctx = fresh();
    json_t *most = nested(LOGIC_DEPTH_MAX - 1), *more = nested(LOGIC_DEPTH_MAX), *value;
    bool holds = false;
    assert_int_equal(logic_check(&ctx, most), 0);
    assert_int_equal(logic_holds(&ctx, most, NULL, &holds), 0);
    assert_int_equal(holds, LOGIC_DEPTH_MAX % 2 == 1);
    assert_int_equal(logic_check(&ctx, more), WG_E_LOGIC);
    assert_int_equal(logic_apply(&ctx, more, NULL, &value), WG_E_LOGIC);
    json_decref(most);
    json_decref(more);
    done(&ctx);
}

/* A rule over an array of `n` ones. */
static int over(struct wg_ctx *ctx, const char *rule, size_t n)
{
    json_t *json = parsed(rule), *data = json_array(), *value;
    for (size_t i = 0; i < n; i++) (void)json_array_append_new(data, json_integer(1));
    assert_int_equal(logic_check(ctx, json), 0);
    int e = logic_apply(ctx, json, data, &value);
    json_decref(json);
    json_decref(data);
    return e;
}

static void test_logic__steps_and_memory_are_bounded(void **state)
{
    (void)state; /* logic P2 */
    static const char *const endless[] = {
        "{\"map\":[{\"var\":\"\"},{\"+\":[1,2,3]}]}",
        "{\"reduce\":[{\"var\":\"\"},{\"cat\":[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]},\"x\"]}",
        "{\"reduce\":[{\"var\":\"\"},{\"merge\":[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]},[1]]}",
        "{\"reduce\":[{\"var\":\"\"},[{\"var\":\"accumulator\"}],1]}",
        "{\"reduce\":[{\"var\":\"\"},{\"+\":[[[{\"var\":\"accumulator\"}]]]},1]}",
        "{\"reduce\":[{\"var\":\"\"},{\"var\":\"\"},1]}",
        "{\"cat\":[{\"reduce\":[{\"var\":\"\"},[{\"var\":\"accumulator\"}],1]}]}",
    };
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        struct wg_ctx ctx = fresh();
        assert_int_equal(over(&ctx, endless[i], 30000), WG_E_LOGIC);
        assert_true(wg_arena_used(ctx.arena) < (size_t)64 << 20);
        done(&ctx);
    }
    struct wg_ctx ctx = fresh();
    assert_int_equal(
        over(&ctx, "{\"reduce\":[{\"var\":\"\"},{\"+\":[{\"var\":\"current\"},{\"var\":\"accumulator\"}]},0]}", 10000), 0);
    done(&ctx);
}

static void test_logic__holds_leaves_nothing_in_the_arena(void **state)
{
    (void)state;
    struct wg_ctx ctx = fresh();
    json_t *rule = parsed("{\"==\":[{\"cat\":[\"a\",1]},\"a1\"]}");
    bool holds;
    (void)wg_alloc(ctx.arena, 16);
    struct wg_arena_mark before = wg_arena_mark(ctx.arena);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(logic_holds(&ctx, rule, NULL, &holds), 0);
        assert_true(holds);
    }
    struct wg_arena_mark after = wg_arena_mark(ctx.arena);
    assert_ptr_equal(before.block, after.block);
    assert_int_equal(before.used, after.used);
    json_decref(rule);
    done(&ctx);
}

static void test_logic__truth_is_json_logics(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        bool holds;
    } cases[] = {{"[]", false}, {"[0]", true},   {"\"\"", false},          {"\"0\"", true},        {"0", false},
                 {"{}", true},  {"null", false}, {"{\"-\":\"x\"}", false}, {"{\"/\":[1,0]}", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wg_ctx ctx = fresh();
        json_t *rule = parsed(cases[i].rule);
        bool holds = !cases[i].holds;
        assert_int_equal(logic_holds(&ctx, rule, NULL, &holds), 0);
        assert_int_equal(holds, cases[i].holds);
        json_decref(rule);
        done(&ctx);
    }
}

static void test_logic__numbers_are_printed_as_javascript_does(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "0"},
                 {1, "1"},
                 {-1.5, "-1.5"},
                 {100, "100"},
                 {1e21, "1e+21"},
                 {1e20, "100000000000000000000"},
                 {123456789012345680000.0, "123456789012345680000"},
                 {1e-6, "0.000001"},
                 {1e-7, "1e-7"},
                 {1.5e-10, "1.5e-10"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {5e-324, "5e-324"},
                 {NAN, "NaN"},
                 {INFINITY, "Infinity"},
                 {-INFINITY, "-Infinity"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"},
                 {36.6, "36.6"},
                 {-123.456e5, "-12345600"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[LOGIC_NUMBER_TEXT];
        logic_number_text(cases[i].number, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logic__meets_the_vectors),
        cmocka_unit_test(test_logic__every_operator_has_vectors),
        cmocka_unit_test(test_logic__wrong_rules_are_refused),
        cmocka_unit_test(test_logic__depth_is_bounded),
        cmocka_unit_test(test_logic__steps_and_memory_are_bounded),
        cmocka_unit_test(test_logic__holds_leaves_nothing_in_the_arena),
        cmocka_unit_test(test_logic__truth_is_json_logics),
        cmocka_unit_test(test_logic__numbers_are_printed_as_javascript_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
