#include "engine/match/match_internal.h"

static bool often(const uint64_t *bits, uint32_t mask, uint32_t hash)
{
    uint32_t i = hash & mask;
    return bits[i >> 6] >> (i & 63) & 1;
}

static bool many_have(const struct postings *p, const struct atom *atom)
{
    return often(atom->weak ? p->often_weak : p->often1, p->often_mask, atom->hash);
}

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

size_t postings_pairs(const struct postings *p, const struct layout *l, const struct atom *atoms, size_t n,
                      uint32_t pairs[KEYS_MAX])
{
    struct often_atoms o;
    uint16_t members[KEYS_MAX];
    take_often(p, l, atoms, n, &o, NULL);
    return pairs_of(p, &o, pairs, members);
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
    struct atom atoms[NUMBER_ATOMS];
    size_t n = keys_number_atoms(l, words, slots, atoms);
    for (size_t i = 0; i < n && i < 2; i++) {
        if (many_have(p, &atoms[i])) continue;
        *ret_key = atoms[i].hash;
        return true;
    }
    return false;
}
