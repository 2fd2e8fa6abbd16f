/* What noded linework promises: links meet only at their ends, none is there twice, and every line can still be followed from its
 * first point to its last within a grid square of where it ran. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "engine/enclose/enclose_node.h"

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static int64_t side(struct enc_ixy a, struct enc_ixy b, struct enc_ixy c)
{
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static bool between(struct enc_ixy a, struct enc_ixy b, struct enc_ixy p)
{
    int64_t along = ((int64_t)b.x - a.x) * ((int64_t)p.x - a.x) + ((int64_t)b.y - a.y) * ((int64_t)p.y - a.y);
    int64_t whole = ((int64_t)b.x - a.x) * ((int64_t)b.x - a.x) + ((int64_t)b.y - a.y) * ((int64_t)b.y - a.y);
    return side(a, b, p) == 0 && along > 0 && along < whole;
}

static void check_meets_at_ends(const struct enc_linework *w)
{
    for (size_t i = 0; i < w->n_links; i++) {
        struct enc_ixy a = w->v[w->links[i].a], b = w->v[w->links[i].b];
        assert_true(w->links[i].a < w->links[i].b);
        for (size_t v = 0; v < w->n_v; v++) assert_false(between(a, b, w->v[v]));
        for (size_t k = i + 1; k < w->n_links; k++) {
            struct enc_ixy c = w->v[w->links[k].a], d = w->v[w->links[k].b];
            assert_false(w->links[i].a == w->links[k].a && w->links[i].b == w->links[k].b);
            int64_t o1 = side(a, b, c), o2 = side(a, b, d), o3 = side(c, d, a), o4 = side(c, d, b);
            assert_false(((o1 > 0 && o2 < 0) || (o1 < 0 && o2 > 0)) && ((o3 > 0 && o4 < 0) || (o3 < 0 && o4 > 0)));
        }
    }
}

static size_t root_of(const size_t *up, size_t v)
{
    while (up[v] != v) v = up[v];
    return v;
}

static size_t vertex_at(const struct enc_linework *w, struct enc_xy p)
{
    for (size_t i = 0; i < w->n_v; i++)
        if (w->v[i].x == lround(p.x * 100) && w->v[i].y == lround(p.y * 100)) return i;
    fail();
    return 0;
}

static void test_enclose_node__links_meet_only_at_ends(void **state)
{
    (void)state;
    enum { LINES = 60 };
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct enc_linework w = {0};
        struct enc_xy p[LINES][2];
        uint64_t s = seed;
        uint64_t span = seed % 3 == 0 ? 12 : seed % 3 == 1 ? 400 : 300000; /* crowded on few squares; a town's width */
        for (int i = 0; i < LINES; i++) {
            for (int k = 0; k < 2; k++)
                p[i][k] =
                    (struct enc_xy){((double)(next(&s) % span) - (double)span / 2) / 100, (double)(next(&s) % span) / 100};
            if (i % 7 == 3) p[i][1].x = p[i][0].x;
            if (i % 7 == 5) p[i][0] = p[i - 1][0];
            enc_linework_add(&w, p[i], 2);
        }
        enc_linework_node(&w);
        check_meets_at_ends(&w);
        size_t *up = calloc(w.n_v, sizeof *up);
        assert_non_null(up);
        for (size_t v = 0; v < w.n_v; v++) up[v] = v;
        for (size_t i = 0; i < w.n_links; i++) up[root_of(up, w.links[i].a)] = root_of(up, w.links[i].b);
        for (int i = 0; i < LINES; i++) assert_true(root_of(up, vertex_at(&w, p[i][0])) == root_of(up, vertex_at(&w, p[i][1])));
        free(up);
        enc_linework_free(&w);
    }
}

static void test_enclose_node__a_crossing_becomes_a_corner_of_both(void **state)
{
    (void)state;
    struct enc_linework w = {0};
    enc_linework_add(&w, (struct enc_xy[]){{-1, 0}, {1, 0}}, 2);
    enc_linework_add(&w, (struct enc_xy[]){{0.003, -1}, {-0.004, 1}}, 2);
    enc_linework_add(&w, (struct enc_xy[]){{-1, 0}, {1, 0}}, 2); /* the same again */
    enc_linework_node(&w);
    assert_int_equal(w.n_v, 5);
    assert_int_equal(w.n_links, 4);
    size_t middle = vertex_at(&w, (struct enc_xy){0, 0});
    for (size_t i = 0; i < w.n_links; i++) assert_true(w.links[i].a == middle || w.links[i].b == middle);
    enc_linework_free(&w);
}

static void test_enclose_node__nothing_and_points_give_nothing(void **state)
{
    (void)state;
    struct enc_linework w = {0};
    enc_linework_node(&w);
    assert_int_equal(w.n_links, 0);
    enc_linework_add(&w, (struct enc_xy[]){{2, 3}, {2.001, 3}}, 2);
    enc_linework_node(&w);
    assert_int_equal(w.n_links, 0);
    enc_linework_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enclose_node__links_meet_only_at_ends),
        cmocka_unit_test(test_enclose_node__a_crossing_becomes_a_corner_of_both),
        cmocka_unit_test(test_enclose_node__nothing_and_points_give_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
