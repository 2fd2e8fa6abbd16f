#include <string.h>

#include "engine/match/match_internal.h"

struct atoms {
    struct atom *out;
    size_t n;
    uint8_t unit;
};

/* `domain` tells apart what must not meet. Returns the atom's number, from 1. */
static uint8_t add(struct atoms *a, uint32_t domain, uint32_t hash, bool broad, uint8_t cover)
{
    if (a->n == ATOMS_MAX) return 0;
    a->out[a->n++] = (struct atom){.hash = mix32(hash, domain), .unit = a->unit, .broad = broad, .cover = cover};
    return (uint8_t)a->n;
}

static void add_weak(struct atoms *a, uint32_t domain, uint32_t hash, bool broad)
{
    uint8_t at = add(a, domain, hash, broad, 0);
    if (at) a->out[at - 1].weak = true;
}

static uint32_t hash_of(const void *p, size_t n)
{
    return (uint32_t)(text_hash(p, n, 0) >> 32);
}

static uint32_t domain_of(const struct unit *unit, uint32_t type)
{
    uint32_t place = unit->kind == UNIT_SURNAME || unit->kind == UNIT_GIVEN ? UNIT_GIVEN : unit->slot + 100u;
    if (unit->kind == UNIT_PHONE) place = UNIT_PHONE;
    return place * 16 + type;
}

static void halves(struct atoms *a, const struct unit *unit, struct tight t)
{
    if (t.n < 6) return;
    size_t half = t.n / 2;
    add_weak(a, domain_of(unit, 1), hash_of(t.p, half), true);
    add_weak(a, domain_of(unit, 2), hash_of(t.p + half, t.n - half), true);
}

static bool shows(struct blob b, size_t from, size_t n)
{
    return b.n_form >= from + n && !memchr(b.form + from, '*', n);
}

static void atoms_idno(struct atoms *a, const struct unit *unit, struct blob b)
{
    if (b.mark == MARK_STRING) {
        struct tight t = tight_of(b);
        (void)add(a, domain_of(unit, 0), hash_of(t.p, t.n), false, 0);
        halves(a, unit, t);
        return;
    }
    if (b.n_form != 18) return;
    if (shows(b, 10, 8)) {
        uint8_t tail = add(a, domain_of(unit, 1), hash_of(b.form + 10, 8), false, 0);
        if (b.mark != MARK_HIDDEN) (void)add(a, domain_of(unit, 0), hash_of(b.form, b.n_form), false, tail);
    }
    if (shows(b, 14, 4)) add_weak(a, domain_of(unit, 2), hash_of(b.form + 14, 4), true);
}

static void atoms_phone(struct atoms *a, const struct unit *unit, struct blob b)
{
    size_t n = b.n_form;
    if (n >= 4 && !shows(b, 0, n)) {
        if (shows(b, n - 4, 4)) (void)add(a, domain_of(unit, 3), hash_of(b.form + n - 4, 4), true, 0);
        return;
    }
    uint8_t tail = n >= 7 ? add(a, domain_of(unit, 1), hash_of(b.form + n - 7, 7), false, 0) : 0;
    (void)add(a, domain_of(unit, 0), hash_of(b.form, n), true, tail);
    if (n >= 7) (void)add(a, domain_of(unit, 2), hash_of(b.form, n - 4), true, 0);
}

static void atoms_han(struct atoms *a, const struct unit *unit, struct blob b)
{
    size_t n = (size_t)(b.n_form - 4) / 6;
    const uint8_t *sound = b.form + 4 * n;
    if (b.mark >= 128) return;
    uint8_t all = add(a, domain_of(unit, 1), hash_of(sound, 2 * n), true, 0);
    (void)add(a, domain_of(unit, 0), hash_of(b.form, 2 * n), false, all);
    if (n == 3) {
        add_weak(a, domain_of(unit, 2), hash_of(sound + 2, 4), true);
        uint8_t ends[4] = {sound[0], sound[1], sound[4], sound[5]};
        add_weak(a, domain_of(unit, 3), hash_of(ends, 4), false);
        add_weak(a, domain_of(unit, 4), hash_of(sound, 4), false);
    }
    if (n == 2) add_weak(a, domain_of(unit, 5), hash_of(sound + 2, 2), true);
    uint16_t surname, given;
    memcpy(&surname, b.form + b.n_form - 4, 2);
    memcpy(&given, b.form + b.n_form - 2, 2);
    (void)add(a, 9999, (uint32_t)surname * given + surname + given, false, all);
}

static void atoms_birth(struct atoms *a, const struct unit *unit, struct blob b)
{
    uint32_t y = b.form[0] | (uint32_t)b.form[1] << 8, m = b.form[2], d = b.form[3];
    if (m && d) {
        uint32_t low = m < d ? m : d, high = m < d ? d : m;
        if (y) (void)add(a, domain_of(unit, 0), y * 10000 + low * 100 + high, false, 0);
        (void)add(a, domain_of(unit, 1), m * 100 + d, true, 0);
        if (y) add_weak(a, domain_of(unit, 2), y * 100 + d, false);
    }
    if (y && m) (void)add(a, domain_of(unit, 3), y * 100 + m, true, 0);
    if (y && !m) (void)add(a, domain_of(unit, 4), y, true, 0);
}

static void atoms_string(struct atoms *a, const struct unit *unit, struct blob b)
{
    struct tight t = tight_of(b);
    uint8_t sound = add(a, domain_of(unit, 1), t.sound, true, 0);
    (void)add(a, domain_of(unit, 0), hash_of(t.p, t.n), false, sound);
}

/* The two longest words by their sound. */
static void atoms_text(struct atoms *a, const struct unit *unit, struct blob b)
{
    atoms_string(a, unit, b);
    struct tight t = tight_of(b);
    struct wg_str rest = {(const char *)t.spaced, t.n_spaced}, part, longest = {0}, second = {0};
    while (wg_str_next(&rest, ' ', &part)) {
        if (part.n > longest.n) {
            second = longest;
            longest = part;
        } else if (part.n > second.n) {
            second = part;
        }
    }
    if (second.n < 3) return;
    add_weak(a, domain_of(unit, 2), text_sound((const uint8_t *)longest.p, longest.n), true);
    add_weak(a, domain_of(unit, 2), text_sound((const uint8_t *)second.p, second.n), true);
}

static void atoms_address(struct atoms *a, const struct unit *unit, struct blob b)
{
    if (!b.mark) {
        atoms_text(a, unit, b);
        return;
    }
    uint32_t part[PLACE_PARTS];
    memcpy(part, b.form, sizeof part);
    uint32_t place = part[PLACE_COMPOUND] ? part[PLACE_COMPOUND]
                     : part[PLACE_ROAD]   ? mix32(part[PLACE_ROAD], part[PLACE_NUMBER])
                                          : mix32(part[PLACE_VILLAGE], part[PLACE_GROUP]);
    bool known = part[PLACE_COMPOUND] || (part[PLACE_ROAD] && part[PLACE_NUMBER]) || part[PLACE_VILLAGE];
    uint32_t building = part[PLACE_BUILDING], stair = part[PLACE_STAIR], room = part[PLACE_ROOM];
    if (known && room) {
        uint8_t door = add(a, domain_of(unit, 2), mix32(place, room), false, 0);
        (void)add(a, domain_of(unit, 0), mix32(mix32(place, building), mix32(stair, room)), false, door);
    }
    if (known) add_weak(a, domain_of(unit, 1), mix32(place, building), true);
    if (building && room) add_weak(a, domain_of(unit, 3), mix32(mix32(building, stair), room), true);
}

static void atoms_email(struct atoms *a, const struct unit *unit, struct blob b)
{
    size_t at = b.mark;
    uint8_t local = at >= 4 ? add(a, domain_of(unit, 1), hash_of(b.form, at), false, 0) : 0;
    (void)add(a, domain_of(unit, 0), hash_of(b.form, b.n_form), false, local);
    if (at < 4) return;
    (void)add(a, domain_of(unit, 2), hash_of(b.form, 4), true, 0);
    if (b.n_form > at + 4) (void)add(a, domain_of(unit, 3), hash_of(b.form + at - 3, b.n_form - at + 3), true, 0);
}

size_t keys_atoms(const struct layout *l, const struct words *words, const uint32_t *slots, struct atom out[ATOMS_MAX])
{
    struct atoms a = {.out = out};
    for (size_t u = 0; u < l->n_units; u++) {
        const struct unit *unit = &l->units[u];
        a.unit = (uint8_t)u;
        for (size_t s = unit->slot; s < (size_t)unit->slot + unit->slots; s++) {
            if (!slots[s]) continue;
            struct blob b = words_blob(words, slots[s]);
            switch (unit->kind) {
            case UNIT_IDNO:
                atoms_idno(&a, unit, b);
                break;
            case UNIT_PHONE:
                atoms_phone(&a, unit, b);
                break;
            case UNIT_NAME:
                atoms_han(&a, unit, b);
                break;
            case UNIT_SURNAME:
            case UNIT_GIVEN:
                atoms_string(&a, unit, b);
                break;
            case UNIT_BIRTH:
                atoms_birth(&a, unit, b);
                break;
            case UNIT_ADDRESS:
                atoms_address(&a, unit, b);
                break;
            case UNIT_PLACE:
            case UNIT_CODE: {
                struct tight t = tight_of(b);
                (void)add(&a, domain_of(unit, 0), hash_of(t.p, t.n), true, 0);
                if (unit->kind == UNIT_CODE) halves(&a, unit, t);
                break;
            }
            case UNIT_EMAIL:
                atoms_email(&a, unit, b);
                break;
            case UNIT_TEXT:
                atoms_text(&a, unit, b);
                break;
            default:
                break;
            }
        }
    }
    if (l->surname >= 0 && l->given >= 0) {
        uint32_t s = slots[l->units[l->surname].slot], g = slots[l->units[l->given].slot];
        if (s && g) {
            struct tight x = tight_of(words_blob(words, s)), y = tight_of(words_blob(words, g));
            uint32_t one = text_hash16(x.p, x.n), two = text_hash16(y.p, y.n);
            a.unit = (uint8_t)l->surname;
            (void)add(&a, 9999, one * two + one + two, false, 0);
        }
    }
    return a.n;
}

size_t keys_number_atoms(const struct layout *l, const struct words *words, const uint32_t *slots,
                         struct atom out[NUMBER_ATOMS])
{
    if (l->idno < 0) return 0;
    const struct unit *unit = &l->units[l->idno];
    if (!slots[unit->slot]) return 0;
    struct blob b = words_blob(words, slots[unit->slot]);
    struct atoms a = {.out = out, .unit = (uint8_t)l->idno};
    if (b.mark != MARK_NUMBER) return 0;
    atoms_idno(&a, unit, b);
    return a.n;
}
