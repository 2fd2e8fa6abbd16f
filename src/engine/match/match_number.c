#include <stdlib.h>

#include "engine/match/match_internal.h"

enum { FIRST_NUMBERS = 64 };

/* Eight digits at once: each byte must be '0'..'9'; pairs, fours and eights are then added up in three multiplications. */
static bool eight_digits(const char *p, uint64_t *ret)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    if (((v & 0xF0F0F0F0F0F0F0F0u) | ((v + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4) != 0x3333333333333333u)
        return false;
    v &= 0x0F0F0F0F0F0F0F0Fu;
    v = (v * 2561) >> 8;
    v = ((v & 0x00FF00FF00FF00FFu) * 6553601) >> 16;
    *ret = ((v & 0x0000FFFF0000FFFFu) * 42949672960001u) >> 32;
    return true;
}

uint64_t number_pack(struct wg_str s)
{
    uint64_t high, low;
    if (s.n != 18 || !eight_digits(s.p, &high) || !eight_digits(s.p + 8, &low)) return 0;
    char d = s.p[16], check = s.p[17];
    bool x = check == 'X' || check == 'x';
    if (d < '0' || d > '9' || (!x && (check < '0' || check > '9'))) return 0;
    return ((high * 100000000 + low) * 10 + (uint64_t)(d - '0')) * 11 + (x ? 10 : (uint64_t)(check - '0')) + 1;
}

static uint32_t place_of(const struct numbers *t, uint64_t number)
{
    return (uint32_t)(number * 0x9E3779B97F4A7C15u >> 32) & t->mask;
}

void numbers_free(struct numbers *t)
{
    free(t->held);
    *t = (struct numbers){0};
}

size_t numbers_bytes(const struct numbers *t)
{
    return t->held ? ((size_t)t->mask + 1) * sizeof *t->held : 0;
}

static void put(struct numbers *t, struct held held)
{
    uint32_t i = place_of(t, held.number);
    while (t->held[i].number) i = (i + 1) & t->mask;
    t->held[i] = held;
}

static void resize(struct numbers *t, uint32_t size)
{
    struct numbers old = *t;
    t->held = wg_xcalloc(size, sizeof *t->held);
    wish_large_pages(t->held, size * sizeof *t->held, false);
    t->mask = size - 1;
    for (uint32_t i = 0; old.held && i <= old.mask; i++) {
        if (old.held[i].number) put(t, old.held[i]);
    }
    free(old.held);
}

void numbers_expect(struct numbers *t, size_t n)
{
    uint32_t size = FIRST_NUMBERS;
    while ((uint64_t)size * 6 < (uint64_t)n * 10) size *= 2;
    if (!t->held || size > t->mask + 1) resize(t, size);
}

void numbers_put(struct numbers *t, struct held held)
{
    if (held.number == 0) return;
    numbers_expect(t, (size_t)t->n + 1);
    put(t, held);
    t->n++;
}

void numbers_drop(struct numbers *t, uint64_t number, uint32_t row)
{
    if (number == 0 || !t->held) return;
    uint32_t i = place_of(t, number);
    while (t->held[i].number && (t->held[i].number != number || t->held[i].row != row)) i = (i + 1) & t->mask;
    if (!t->held[i].number) return;
    t->n--;
    /* Those behind it move up, unless that would put them before their own place. */
    for (uint32_t j = (i + 1) & t->mask; t->held[j].number; j = (j + 1) & t->mask) {
        uint32_t own = place_of(t, t->held[j].number);
        if (((j - own) & t->mask) < ((j - i) & t->mask)) continue;
        t->held[i] = t->held[j];
        i = j;
    }
    t->held[i] = (struct held){0};
}

void numbers_ahead(const struct numbers *t, uint64_t number)
{
    if (t->held) __builtin_prefetch(&t->held[place_of(t, number)]);
}

const struct held *numbers_next(const struct numbers *t, uint64_t number, const struct held *after)
{
    if (number == 0 || !t->held) return NULL;
    uint32_t i = after ? (uint32_t)(after - t->held + 1) & t->mask : place_of(t, number);
    while (t->held[i].number && t->held[i].number != number) i = (i + 1) & t->mask;
    return t->held[i].number ? &t->held[i] : NULL;
}

const struct held *numbers_find(const struct numbers *t, uint64_t number)
{
    const struct held *found = numbers_next(t, number, NULL);
    return found && !numbers_next(t, number, found) ? found : NULL;
}
