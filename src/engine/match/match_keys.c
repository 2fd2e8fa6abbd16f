#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

/* --- atoms ---------------------------------------------------------------------------------------------------------- */
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

/* --- keys of a row -------------------------------------------------------------------------------------------------- */
static bool often(const uint64_t *bits, uint32_t mask, uint32_t hash)
{
    uint32_t i = hash & mask;
    return bits[i >> 6] >> (i & 63) & 1;
}

static bool many_have(const struct postings *p, const struct atom *atom)
{
    return often(atom->weak ? p->often_weak : p->often1, p->often_mask, atom->hash);
}

enum { FRUGAL_ROWS = 20000 };

static uint32_t pair_of(uint32_t a, uint32_t b)
{
    return a < b ? mix32(a, b) : mix32(b, a);
}

struct key_list {
    uint32_t *keys;
    size_t n;
};

static void put_key(struct key_list *list, uint32_t key)
{
    if (list->n < KEYS_MAX) list->keys[list->n++] = key;
}

/* A row's atoms that many have, those of its names first. */
struct often_atoms {
    struct atom atom[ATOMS_MAX];
    size_t n, names;
};

static bool of_name(const struct layout *l, uint8_t unit)
{
    return (int)unit == l->name || (int)unit == l->surname || (int)unit == l->given;
}

static void take_often(const struct postings *p, const struct layout *l, const struct atom *atoms, size_t n,
                       struct often_atoms *ret, struct key_list *rare)
{
    bool many[ATOMS_MAX];
    for (size_t i = 0; i < n; i++) many[i] = many_have(p, &atoms[i]);
    ret->n = ret->names = 0;
    for (size_t i = 0; i < n; i++) {
        if (!many[i]) {
            bool covered = atoms[i].cover && !many[atoms[i].cover - 1];
            if (rare && !covered) put_key(rare, atoms[i].hash);
        } else if (atoms[i].broad) {
            size_t at = ret->n++;
            ret->atom[at] = atoms[i];
            if (!of_name(l, atoms[i].unit)) continue;
            ret->atom[at] = ret->atom[ret->names];
            ret->atom[ret->names++] = atoms[i];
        }
    }
}

/* In large tables a pair without a part of the name is not worth its room: who shares neither name nor a fine key is nobody. */
static bool worth(const struct postings *p, const struct often_atoms *o, size_t i, size_t j)
{
    if (o->atom[i].unit == o->atom[j].unit) return false;
    return !p->frugal || o->names == 0 || i < o->names || j < o->names;
}

static size_t pairs_of(const struct postings *p, const struct often_atoms *o, uint32_t *out, uint16_t *members)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++) {
        for (size_t j = i + 1; j < o->n && n < KEYS_MAX; j++) {
            if (!worth(p, o, i, j)) continue;
            members[n] = (uint16_t)(i << 8 | j);
            out[n++] = pair_of(o->atom[i].hash, o->atom[j].hash);
        }
    }
    return n;
}

/* The pair a, b is too common: each third that makes it rarer, unless a rarer pair within the three finds them already. */
static void put_triples(const struct postings *p, const struct often_atoms *o, size_t a, size_t b, struct key_list *list)
{
    uint32_t ab = pair_of(o->atom[a].hash, o->atom[b].hash);
    for (size_t c = b + 1; c < o->n; c++) {
        if (o->atom[c].unit == o->atom[a].unit || o->atom[c].unit == o->atom[b].unit) continue;
        uint32_t ac = pair_of(o->atom[a].hash, o->atom[c].hash), bc = pair_of(o->atom[b].hash, o->atom[c].hash);
        if (worth(p, o, a, c) && !often(p->often2, p->often_mask, ac)) continue;
        if (worth(p, o, b, c) && !often(p->often2, p->often_mask, bc)) continue;
        put_key(list, mix32(pair_of(ab, pair_of(ac, bc)), 3));
    }
}

void postings_ahead(const struct postings *p, const struct atom *atoms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(&(atoms[i].weak ? p->often_weak : p->often1)[(atoms[i].hash & p->often_mask) >> 6]);
}

/* `keys` is filled through the list. */
size_t postings_join(const struct postings *p, const struct layout *l, const struct atom *atoms, size_t n,
                     uint32_t keys[KEYS_MAX]) /* NOLINT(readability-non-const-parameter) */
{
    struct often_atoms o;
    struct key_list list = {.keys = keys};
    take_often(p, l, atoms, n, &o, &list);
    uint32_t pairs[KEYS_MAX];
    uint16_t members[KEYS_MAX];
    size_t n_pairs = pairs_of(p, &o, pairs, members);
    bool many[KEYS_MAX]; /* all at once: the bits lie far apart, and none has to wait for another */
    for (size_t i = 0; i < n_pairs; i++) many[i] = often(p->often2, p->often_mask, pairs[i]);
    for (size_t i = 0; i < n_pairs; i++) {
        if (many[i])
            put_triples(p, &o, members[i] >> 8, members[i] & 255, &list);
        else
            put_key(&list, pairs[i]);
    }
    if (list.n == 0 && n > 0) {
        /* Nothing rare about the row: its fullest atom all the same, so that what is left out is at least counted. */
        size_t last = n - 1;
        for (size_t i = 0; i < n; i++) {
            if (!atoms[i].broad) last = i;
        }
        put_key(&list, atoms[last].hash);
    }
    return list.n;
}

size_t postings_keys(const struct postings *p, const struct layout *l, const struct words *words, const uint32_t *slots,
                     uint32_t keys[KEYS_MAX])
{
    struct atom atoms[ATOMS_MAX];
    return postings_join(p, l, atoms, keys_atoms(l, words, slots, atoms), keys);
}

bool postings_number_key(const struct postings *p, const struct layout *l, const struct words *words, const uint32_t *slots,
                         uint32_t *ret_key)
{
    if (l->idno < 0) return false;
    const struct unit *unit = &l->units[l->idno];
    if (!slots[unit->slot]) return false;
    struct blob b = words_blob(words, slots[unit->slot]);
    struct atom out[4];
    struct atoms a = {.out = out, .unit = (uint8_t)l->idno};
    if (b.mark != MARK_NUMBER) return false;
    atoms_idno(&a, unit, b);
    for (size_t i = 0; i < a.n && i < 2; i++) {
        if (many_have(p, &out[i])) continue;
        *ret_key = out[i].hash;
        return true;
    }
    return false;
}

/* --- building ------------------------------------------------------------------------------------------------------- */
struct build {
    struct postings *p;
    const struct layout *layout;
    const struct words *words;
    const uint32_t *slots;
    uint32_t *counter;
    int pass;
    uint32_t shift;
};

static void bump(uint32_t *counter) /* NOLINT(readability-non-const-parameter): written through the builtin */
{
    (void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void count_rows(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    (void)worker;
    struct atom atoms[ATOMS_MAX];
    struct often_atoms o;
    uint32_t keys[KEYS_MAX];
    uint16_t members[KEYS_MAX];
    for (size_t r = from; r < to; r++) {
        const uint32_t *slots = b->slots + r * b->layout->n_slots;
        if (b->pass == 3) {
            size_t n = postings_keys(b->p, b->layout, b->words, slots, keys);
            for (size_t i = 0; i < n; i++) bump(&b->counter[(keys[i] >> b->shift) + 1]);
            continue;
        }
        size_t n = keys_atoms(b->layout, b->words, slots, atoms);
        if (b->pass == 1) {
            for (size_t i = 0; i < n; i++) bump(&b->counter[atoms[i].hash & b->p->often_mask]);
            continue;
        }
        take_often(b->p, b->layout, atoms, n, &o, NULL);
        n = pairs_of(b->p, &o, keys, members);
        for (size_t i = 0; i < n; i++) bump(&b->counter[keys[i] & b->p->often_mask]);
    }
}

static void fill_rows(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    (void)worker;
    uint32_t keys[KEYS_MAX];
    for (size_t r = from; r < to; r++) {
        size_t n = postings_keys(b->p, b->layout, b->words, b->slots + r * b->layout->n_slots, keys);
        for (size_t i = 0; i < n; i++) {
            uint32_t at = __atomic_fetch_add(&b->counter[keys[i] >> b->shift], 1, __ATOMIC_RELAXED);
            b->p->entry[at] = (uint32_t)r | keys[i] << b->p->row_bits;
        }
    }
}

static uint64_t *mark_often(const struct build *b, size_t size, uint32_t most, uint64_t *ret_count)
{
    uint64_t *bits = wg_xcalloc(size / 64, sizeof *bits);
    for (size_t i = 0; i < size; i++) {
        if (b->counter[i] <= most) continue;
        bits[i >> 6] |= (uint64_t)1 << (i & 63);
        (*ret_count)++;
    }
    return bits;
}

static uint32_t power_of_two(uint64_t least, uint32_t smallest, uint32_t largest)
{
    uint32_t n = smallest;
    while (n < least && n < largest) n *= 2;
    return n;
}

void postings_build(struct postings *p, const struct layout *l, const struct words *words, const uint32_t *slots, uint32_t rows,
                    size_t threads)
{
    postings_free(p);
    /* Small tables can afford to compare more. */
    double most = 3e6 / (rows + 1.0);
    p->most = most > 1000 ? 1000 : most < 24 ? 24 : (uint32_t)most;
    p->frugal = rows >= FRUGAL_ROWS;
    uint32_t size = power_of_two((uint64_t)rows * 8, 1 << 12, 1 << 23);
    p->often_mask = size - 1;
    struct build b = {.p = p, .layout = l, .words = words, .slots = slots};
    b.counter = wg_xcalloc(size, sizeof *b.counter);
    enum { CHUNK = 4096 };
    b.pass = 1;
    wg_parallel(threads, rows, CHUNK, count_rows, &b);
    uint64_t weak = 0;
    p->often_weak = mark_often(&b, size, most < 200 ? p->most / 6 : p->most, &weak);
    p->often1 = mark_often(&b, size, p->most, &p->split);
    memset(b.counter, 0, size * sizeof *b.counter);
    b.pass = 2;
    wg_parallel(threads, rows, CHUNK, count_rows, &b);
    p->often2 = mark_often(&b, size, p->most, &p->split);
    free(b.counter);

    p->buckets = power_of_two((uint64_t)rows * 2, 1 << 10, 1 << 23);
    b.shift = (uint32_t)__builtin_clz(p->buckets) + 1;
    p->start = wg_xcalloc((size_t)p->buckets + 1, sizeof *p->start);
    b.counter = p->start;
    b.pass = 3;
    wg_parallel(threads, rows, CHUNK, count_rows, &b);
    for (size_t i = 0; i < p->buckets; i++) p->start[i + 1] += p->start[i];
    size_t total = p->start[p->buckets];
    p->row_bits = 1;
    while ((uint64_t)1 << p->row_bits < rows) p->row_bits++;
    p->entry = wg_xmalloc((total + 1) * sizeof *p->entry);
    b.counter = wg_xmalloc(((size_t)p->buckets + 1) * sizeof *b.counter);
    memcpy(b.counter, p->start, ((size_t)p->buckets + 1) * sizeof *b.counter);
    wg_parallel(threads, rows, CHUNK, fill_rows, &b);
    free(b.counter);
}

void postings_free(struct postings *p)
{
    free(p->start);
    free(p->entry);
    free(p->often1);
    free(p->often2);
    free(p->often_weak);
    *p = (struct postings){0};
}

size_t postings_bytes(const struct postings *p)
{
    if (!p->start) return 0;
    return ((size_t)p->buckets + 1) * 4 + (size_t)p->start[p->buckets] * 4 + ((size_t)p->often_mask + 1) / 8 * 3;
}
