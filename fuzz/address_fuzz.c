/* Any text comes apart into parts that lie in its normal form, and the normal form reads as itself (people P1, P2). */
#include <stdlib.h>
#include <string.h>

#include "engine/people/people.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wg_arena *arena = wg_arena_new();
    struct people_address a = people_address_read(arena, (struct wg_str){(const char *)data, size});
    struct people_address b = people_address_read(arena, a.normal);
    const struct wg_str x[] = {a.province,    a.city,     a.county,   a.street, a.community, a.village, a.group, a.road,
                               a.road_number, a.compound, a.building, a.unit,   a.floor,     a.room,    a.rest,  a.normal};
    const struct wg_str y[] = {b.province,    b.city,     b.county,   b.street, b.community, b.village, b.group, b.road,
                               b.road_number, b.compound, b.building, b.unit,   b.floor,     b.room,    b.rest,  b.normal};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        must(wg_str_eq(x[i], y[i]));
        must(wg_utf8_valid(x[i]));
    }
    wg_arena_free(arena);
    return 0;
}
