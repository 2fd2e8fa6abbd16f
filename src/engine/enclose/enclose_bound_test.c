/* The lower bound against plans drawn at random, and the choice of gates against trying all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_cover.h"
#include "engine/enclose/enclose_internal.h"
#include "engine/enclose/enclose_states.h"

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

struct town {
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct enclose_config config;
    struct enclose_map *map;
    struct enc_space space;
    struct enc_ground *grounds;
    size_t n;
};

static void open_town(struct town *t, uint64_t seed, int64_t households_max)
{
    struct enclose_town spec = {.seed = seed, .buildings = 40, .scale = 1, .walled = 0.5};
    struct wg_str bytes;
    struct enc_locks locks;
    struct enc_limits limits = {0};
    t->arena = wg_arena_new();
    t->ctx = wg_ctx(t->arena);
    enclose_config_default(&t->config);
    t->config.households_max = households_max;
    assert_int_equal(enclose_town_osm(&t->ctx, &spec, &bytes), 0);
    assert_int_equal(enclose_map_read(&t->ctx, bytes, &t->config, &t->map), 0);
    assert_int_equal(enc_locks_read(&t->ctx, t->map, (struct wg_str){NULL, 0}, &locks), 0);
    assert_int_equal(enc_space_build(&t->ctx, t->map, NULL, 0, &t->space), 0);
    assert_int_equal(enc_lanes_open(&t->ctx, &t->space), 0);
    assert_int_equal(enc_grounds(&t->ctx, &t->space, locks.keys, &limits, &t->grounds, &t->n), 0);
}

/* Cells along a random walk from a random cell, as ground that a plan takes in. */
static void wander(const struct enc_ground *g, uint64_t *state, uint8_t *forced)
{
    int32_t at = (int32_t)(next(state) % g->n);
    for (size_t steps = next(state) % 60; steps; steps--) {
        forced[at] = 1;
        uint32_t n = g->first[at + 1] - g->first[at];
        if (!n) return;
        const struct enc_edge *e = &g->edges[g->items[g->first[at] + next(state) % n]];
        int32_t to = e->a == at ? e->b : e->a;
        if (to >= 0) at = to;
    }
}

/* What it costs to fence in the homes' ground and `forced`, one compound for each piece. */
static double cost_of_taking(struct town *t, struct enc_ground *g, const uint8_t *forced)
{
    struct enc_cut *cut = enc_cut_new(g);
    struct enc_answer a = {0};
    uint8_t *inside = wg_alloc_n(t->arena, g->n + 1, 1);
    a.label = wg_alloc_n(t->arena, g->n + 1, sizeof *a.label);
    a.open = wg_alloc_n(t->arena, g->n_edges + 1, 1);
    (void)enc_cut_least(cut, forced, inside);
    a.k = enc_ground_parts(&t->ctx, g, inside, a.open, a.label);
    enc_cut_free(cut);
    return enc_answer_cost(g, &a);
}

static void test_enclose__no_ground_taken_at_random_costs_less_than_the_bound(void **state)
{
    (void)state; /* enclose P3 */
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct town t;
        struct enc_limits limits = {0};
        uint64_t dice = seed;
        open_town(&t, seed, 100000);
        for (size_t i = 0; i < t.n; i++) {
            struct enc_ground *g = &t.grounds[i];
            struct enc_answer a;
            assert_int_equal(enc_ground_solve(&t.ctx, g, &limits, &a), 0);
            assert_true(a.bound <= a.cost + 1e-6);
            assert_true(a.bound > 0);
            uint8_t *forced = wg_alloc_n(t.arena, g->n + 1, 1);
            for (int trial = 0; trial < 60; trial++) {
                memset(forced, 0, g->n);
                for (size_t walks = next(&dice) % 4; walks; walks--) wander(g, &dice, forced);
                assert_true(cost_of_taking(&t, g, forced) >= a.bound - 1e-6);
            }
        }
        wg_arena_free(t.arena);
    }
}

static void test_enclose__smaller_compounds_never_lower_the_bound(void **state)
{
    (void)state; /* enclose P3, P5: what may be larger may also be cheaper */
    double bound[2] = {0, 0}, cost[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        struct town t;
        struct enc_limits limits = {0};
        open_town(&t, 5, i ? 150 : 100000);
        for (size_t k = 0; k < t.n; k++) {
            struct enc_answer a;
            assert_int_equal(enc_ground_solve(&t.ctx, &t.grounds[k], &limits, &a), 0);
            assert_true(a.bound <= a.cost + 1e-6);
            bound[i] += a.bound;
            cost[i] += a.cost;
        }
        wg_arena_free(t.arena);
    }
    assert_true(bound[1] > bound[0]); /* more compounds are needed, and counted */
    assert_true(cost[1] >= bound[0]);
}

static double sum(const struct enclose_terms *t)
{
    return t->main_gates + t->more_gates + t->least_fence + t->joining + t->dividing + t->opened;
}

static void test_enclose__the_terms_add_up(void **state)
{
    (void)state; /* enclose P3 */
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct town t;
        struct enclose_plan *plan;
        struct enclose_options options = {0};
        open_town(&t, seed, seed == 1 ? 100000 : 200);
        assert_int_equal(enclose_plan(&t.ctx, t.map, &options, &plan), 0);
        assert_true(fabs(sum(&plan->spent) - plan->cost) < 1);
        assert_true(fabs(sum(&plan->least) - plan->bound) < 1);
        assert_true(plan->bound <= plan->cost + 1e-6);
        assert_true(plan->spent.main_gates >= plan->least.main_gates - 1);
        assert_true(plan->least.joining >= -1);
        wg_arena_free(t.arena);
    }
}

/* ---- states ---- */

static void test_enclose__a_state_keeps_its_number_until_all_are_forgotten(void **state)
{
    (void)state; /* enclose P2: the search that finds walks */
    enum { KEYS = 20000, FAR = 1000003 };
    struct enc_states s = {0};
    for (int round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < KEYS; i++) {
            uint32_t number = enc_states_at(&s, i * FAR + (uint64_t)round);
            assert_int_equal(number, i);
            assert_true(s.list[number].d > 1e299);
            s.list[number].d = (double)i;
        }
        for (uint64_t i = 0; i < KEYS; i++) {
            assert_int_equal(enc_states_at(&s, i * FAR + (uint64_t)round), i);
            assert_true(s.list[i].d < 1e299);
        }
        assert_int_equal(s.n, KEYS);
        enc_states_clear(&s);
        assert_int_equal(s.n, 0);
    }
    enc_states_free(&s);
}

/* ---- gates ---- */

enum { PLACES = 9, DOORS = 12 };

/* The fewest of all sets of places that serve every door some place serves. */
static size_t fewest_by_hand(const bool *near)
{
    size_t best = PLACES + 1;
    for (unsigned set = 0; set < 1U << PLACES; set++) {
        bool all = true;
        for (size_t d = 0; d < DOORS && all; d++) {
            bool any = false, served = false;
            for (size_t p = 0; p < PLACES; p++) {
                any = any || near[p * DOORS + d];
                served = served || ((set >> p & 1) && near[p * DOORS + d]);
            }
            all = served || !any;
        }
        size_t n = (size_t)__builtin_popcount(set);
        if (all && n && n < best) best = n;
    }
    return best;
}

static void test_enclose__as_few_guards_as_can_be(void **state)
{
    (void)state; /* enclose P1, P3: gates of one compound */
    uint64_t dice = 7;
    for (int trial = 0; trial < 200; trial++) {
        bool near[PLACES * DOORS], served[DOORS] = {false}, may_main[PLACES];
        double score[PLACES];
        uint32_t building[DOORS];
        int64_t households[DOORS];
        uint64_t share = 2 + next(&dice) % 3;
        for (size_t i = 0; i < PLACES * DOORS; i++) near[i] = next(&dice) % share == 0;
        for (size_t i = 0; i < PLACES; i++) may_main[i] = true, score[i] = (double)(next(&dice) % 100);
        for (size_t i = 0; i < DOORS; i++) building[i] = (uint32_t)i, households[i] = 60; /* too many for a key holder */
        struct enc_cover cover = {PLACES, DOORS, near, served, may_main, score, building, households, 50, 100, 1, 1e6, true};
        struct enc_cover_answer a;
        size_t fewest = fewest_by_hand(near);
        bool found = enc_cover_find(&cover, &a);
        assert_int_equal(found, fewest <= 3);
        if (!found) continue;
        assert_int_equal(a.n_staffed, fewest);
        assert_int_equal(a.n_keys, 0);
        for (size_t i = 1; i < a.n_staffed; i++) assert_true(score[a.staffed[0]] <= score[a.staffed[i]]);
    }
}

static void test_enclose__few_households_get_a_key_holder(void **state)
{
    (void)state; /* enclose P1: two doors out of reach of the first gate, 20 households: a key holder, not a second guard */
    static const bool near[] = {true, true, false, false, false, true};
    static const bool served[3] = {false}, may_main[2] = {true, true};
    static const double score[2] = {1, 2};
    static const uint32_t building[3] = {0, 1, 2};
    static const int64_t households[3] = {100, 100, 20};
    struct enc_cover cover = {2, 3, near, served, may_main, score, building, households, 50, 1000, 10, 1e6, true};
    struct enc_cover_answer a;
    assert_true(enc_cover_find(&cover, &a));
    assert_int_equal(a.n_staffed, 1);
    assert_int_equal(a.staffed[0], 0);
    assert_int_equal(a.n_keys, 1);
    assert_int_equal(a.keys[0], 1);
    cover.most_yuan = 1010; /* what is no cheaper is not taken */
    assert_false(enc_cover_find(&cover, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enclose__no_ground_taken_at_random_costs_less_than_the_bound),
        cmocka_unit_test(test_enclose__smaller_compounds_never_lower_the_bound),
        cmocka_unit_test(test_enclose__the_terms_add_up),
        cmocka_unit_test(test_enclose__a_state_keeps_its_number_until_all_are_forgotten),
        cmocka_unit_test(test_enclose__as_few_guards_as_can_be),
        cmocka_unit_test(test_enclose__few_households_get_a_key_holder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
