#include <string.h>

#include "engine/match/match_internal.h"

/* Eight digits to four bits each, the first highest; false when one is no digit. */
static bool eight_places(const uint8_t *p, uint32_t *ret)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++) v = v << 8 | p[i]; /* one load and a swap */
    if (((v & 0xF0F0F0F0F0F0F0F0u) | ((v + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4) != 0x3333333333333333u)
        return false;
    v &= 0x0F0F0F0F0F0F0F0Fu;
    v = (v | v >> 4) & 0x00FF00FF00FF00FFu;
    v = (v | v >> 8) & 0x0000FFFF0000FFFFu;
    *ret = (uint32_t)(v | v >> 16);
    return true;
}

static uint64_t places(const struct words *words, uint32_t value, size_t n)
{
    if (!value) return 0;
    struct blob b = words_blob(words, value);
    uint64_t sketch = 0;
    if (b.n_form != n || (b.domain == UNIT_IDNO && b.mark != MARK_NUMBER)) return 0;
    size_t from = n > 16 ? n - 16 : 0;
    for (uint32_t eight; from + 8 <= n && eight_places(b.form + from, &eight); from += 8) sketch = sketch << 32 | eight;
    for (size_t i = from; i < n; i++) {
        uint8_t c = b.form[i];
        bool check = c == 'X' && b.domain == UNIT_IDNO;
        if (!check && (c < '0' || c > '9')) return 0;
        sketch = sketch << 4 | (check ? 10u : (uint64_t)(c - '0'));
    }
    return sketch;
}

static void sketch_name(struct sketch *s, struct blob b)
{
    size_t n = (size_t)(b.n_form - 4) / 6;
    if (b.mark >= 128 || n > SKETCH_CHARS) return;
    for (size_t k = 0; k < 3; k++) memcpy(s->name[k], b.form + k * 2 * n, 2 * n);
    s->n_name = n & 15;
    s->surname = b.mark & 7;
}

static void sketch_place(struct sketch *s, struct blob b)
{
    if (!b.mark) return;
    for (size_t k = 0; k < SKETCH_PLACES; k++) {
        uint32_t part;
        memcpy(&part, b.form + k * sizeof part, sizeof part);
        s->place[k] = part ? (uint16_t)(part >> 16 ? part >> 16 : 1) : 0;
    }
}

uint32_t units_with_values(const struct layout *l, const uint32_t *slots)
{
    uint32_t has = 0;
    for (size_t u = 0; u < l->n_units; u++) {
        const struct unit *unit = &l->units[u];
        for (size_t s = unit->slot; s < (size_t)unit->slot + unit->slots; s++) has |= (uint32_t)(slots[s] != 0) << u;
    }
    return has;
}

struct sketch sketch_of(const struct layout *l, const struct words *words, const uint32_t *slots)
{
    struct sketch s = {0};
    if (l->idno >= 0) s.idno = places(words, slots[l->units[l->idno].slot], 18);
    if (l->phone >= 0) s.phone = places(words, slots[l->units[l->phone].slot], 11);
    uint32_t name = l->name >= 0 ? slots[l->units[l->name].slot] : 0,
             birth = l->birth >= 0 ? slots[l->units[l->birth].slot] : 0,
             address = l->address >= 0 ? slots[l->units[l->address].slot] : 0;
    s.has = units_with_values(l, slots) & 0xFFFFFF;
    if (name) sketch_name(&s, words_blob(words, name));
    if (birth) s.birth = level_date_places(words_blob(words, birth));
    if (address) sketch_place(&s, words_blob(words, address));
    return s;
}

uint64_t sketch_content(const struct sketch *s)
{
    uint64_t part[sizeof *s / sizeof(uint64_t)], h = 1;
    memcpy(part, s, sizeof part);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        h = (h ^ part[i]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h;
}
