/* people_address_internal.h - an address between its normal form and its parts.
 *
 * Normalising (people_address_normal.c) gives an array of characters; reading goes over it from left to right. Every step looks
 * at a bounded window, so the whole is linear. */
#ifndef WG_PEOPLE_ADDRESS_INTERNAL_H
#define WG_PEOPLE_ADDRESS_INTERNAL_H
#include "engine/people/people_internal.h"

enum { PEOPLE_ADDRESS_MAX = 512 }; /* characters of an address that are looked at */

struct people_province {
    const char32_t *name, *full;
    bool is_city;                /* directly under the state: its districts follow at once */
    const char32_t *prefectures; /* parted by spaces, without endings */
};
extern const struct people_province people_provinces[];
extern const size_t people_province_count;
extern const uint64_t people_prefecture_heads[64];

/* Whether some prefecture's name may begin with these two characters; hardly any others pass. */
static inline bool people_prefecture_begins(uint32_t first, uint32_t second)
{
    uint32_t at = (first * 37 ^ second) & 4095;
    return people_prefecture_heads[at >> 6] >> (at & 63) & 1;
}

/* Characters from..to of the normal form. */
struct span {
    size_t from, to;
};

struct address {
    struct wg_arena *arena;
    uint32_t c[PEOPLE_ADDRESS_MAX + 2];  /* two zeros follow the last */
    uint32_t at[PEOPLE_ADDRESS_MAX + 1]; /* where each begins in `normal` */
    size_t n, i;
    struct wg_str normal;
    struct people_address *parts;
};

/* Fills c, n, at and normal. */
void people_address_normalise(struct wg_arena *arena, struct wg_str text, struct address *ret);

/* Characters of `word` if the text has it at `i`, else 0. */
size_t people_address_word(const struct address *a, size_t i, const char32_t *word);
/* The same for the first of several that is there; the list ends with NULL. */
size_t people_address_any(const struct address *a, size_t i, const char32_t *const *words);
bool people_address_digit(const struct address *a, size_t i);
struct wg_str people_address_slice(const struct address *a, struct span span);
/* Without leading zeros. */
struct wg_str people_address_number(const struct address *a, struct span span);

/* Building, unit, floor and room from a->i on (people_address_tail.c); false when nothing of the kind stands there. */
bool people_address_tail(struct address *a);
/* May a building, unit, floor or room begin at i? */
bool people_address_tail_begins(const struct address *a, size_t i);
#endif
