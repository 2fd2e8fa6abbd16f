/* Flows that lose sources against flows made from nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/enclose/enclose_internal.h"

enum { SIDE = 12, CELLS = SIDE * SIDE };

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* A square of cells with edges of drawn lengths, some of none; its rim borders on the sink. */
static struct enc_flow *grid(uint64_t seed)
{
    struct enc_flow *f = enc_flow_new(CELLS + 1, 3 * CELLS);
    for (size_t c = 0; c < CELLS; c++) {
        size_t x = c % SIDE, y = c / SIDE;
        if (x + 1 < SIDE) enc_flow_edge(f, c, c + 1, (int64_t)(next(&seed) % 7));
        if (y + 1 < SIDE) enc_flow_edge(f, c, c + SIDE, (int64_t)(next(&seed) % 7));
        if (x == 0 || y == 0 || x + 1 == SIDE || y + 1 == SIDE) enc_flow_edge(f, c, CELLS, (int64_t)(next(&seed) % 7));
    }
    return f;
}

static size_t list_of(const uint8_t *source, uint32_t *ret)
{
    size_t n = 0;
    for (uint32_t c = 0; c < CELLS; c++)
        if (source[c]) ret[n++] = c;
    return n;
}

static void test_enclose__a_flow_that_lost_sources_is_the_flow_that_never_had_them(void **state)
{
    (void)state; /* enclose P2 */
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t dice = seed;
        uint8_t source[CELLS] = {0}, inside[CELLS + 1], fresh_inside[CELLS + 1];
        uint32_t list[CELLS], rest[CELLS];
        struct enc_flow *f = grid(seed);
        int64_t cm = 0;
        for (int step = 0; step < 30; step++) {
            for (int k = 0; k < 4; k++) {
                uint32_t c = (uint32_t)(next(&dice) % CELLS);
                source[c] = !source[c];
            }
            for (uint32_t c = 0; c < CELLS; c++)
                if (source[c] && next(&dice) % 6 == 0) source[c] = 0;
            size_t n = list_of(source, list);
            struct enc_flow *fresh = grid(seed);
            int64_t want = enc_flow_push(fresh, list, n, CELLS);
            enc_flow_largest(fresh, CELLS, fresh_inside);
            uint8_t none[CELLS];
            for (size_t c = 0; c < CELLS; c++) none[c] = !source[c]; /* what was no source gives nothing back */
            cm -= enc_flow_withdraw(f, rest, list_of(none, rest), CELLS);
            cm += enc_flow_push(f, list, n, CELLS);
            enc_flow_largest(f, CELLS, inside);
            assert_int_equal(cm, want);
            assert_memory_equal(inside, fresh_inside, sizeof inside);
            enc_flow_free(fresh);
        }
        enc_flow_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enclose__a_flow_that_lost_sources_is_the_flow_that_never_had_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
