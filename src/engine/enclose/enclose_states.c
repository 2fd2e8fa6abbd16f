/* Numbers for keys: open addressing, slots next to each other. */
#include "engine/enclose/enclose_states.h"

#include <stdlib.h>
#include <string.h>

static size_t start_of(const struct enc_states *s, uint64_t key)
{
    return (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (s->n_slots - 1);
}

static void put(struct enc_states *s, uint32_t number)
{
    size_t i = start_of(s, s->list[number].key);
    while (s->slots[i]) i = (i + 1) & (s->n_slots - 1);
    s->slots[i] = number + 1;
    s->list[number].slot = (uint32_t)i;
}

static void grow(struct enc_states *s)
{
    free(s->slots);
    s->n_slots = s->n_slots ? 2 * s->n_slots : 4096;
    s->slots = wg_xcalloc(s->n_slots, sizeof *s->slots);
    s->cap = s->n_slots / 2;
    s->list = wg_xrealloc(s->list, s->cap, sizeof *s->list);
    for (size_t i = 0; i < s->n; i++) put(s, (uint32_t)i);
}

uint32_t enc_states_at(struct enc_states *s, uint64_t key)
{
    if (s->n == s->cap) grow(s);
    size_t i = start_of(s, key);
    for (; s->slots[i]; i = (i + 1) & (s->n_slots - 1))
        if (s->list[s->slots[i] - 1].key == key) return s->slots[i] - 1;
    s->list[s->n] = (struct enc_state){key, 1e300, (uint32_t)i, 0, 0};
    s->slots[i] = (uint32_t)++s->n;
    return (uint32_t)s->n - 1;
}

void enc_states_clear(struct enc_states *s)
{
    for (size_t i = 0; i < s->n; i++) s->slots[s->list[i].slot] = 0;
    s->n = 0;
}

void enc_states_free(struct enc_states *s)
{
    free(s->list);
    free(s->slots);
}
