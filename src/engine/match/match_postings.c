/* Which rows have a key.
 *
 * Atoms, pairs and keys are hashes, so counting them as they come would miss the cache at nearly every one. They are spread over
 * parts by their bits first, and each part, small enough for the cache, is counted by one thread: no locks either (the radix
 * clustering of Boncz, Manegold & Kersten 1999). */
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum {
    FRUGAL_ROWS = 20000,
    ROWS_A_CHUNK = 4096,
    ROWS_A_ROUND = 32 * ROWS_A_CHUNK, /* so many are spread before they are counted: more would only need more memory */
    PART_BITS = 6,
    PARTS = 1 << PART_BITS
};

/* What one worker has for one part. */
struct pile {
    uint32_t *item;
    size_t n, cap;
};
/* A chunk of rows: their atoms, one row after the other, later their keys. */
struct kept {
    struct atom *atoms;
    uint32_t *keys;
    uint16_t n[ROWS_A_CHUNK]; /* of each row */
};
struct build {
    struct postings *p;
    const struct layout *layout;
    const struct words *words;
    const uint32_t *slots;
    uint32_t rows, round; /* `round`: its first row */
    size_t threads, workers;
    struct pile *piles; /* workers * PARTS */
    struct kept **kept; /* by chunk */
    uint32_t *counter;
    uint32_t bucket_shift, part_shift; /* of a key to its bucket; of a counter's number to its part */
};

static uint32_t *pile_room(struct build *b, size_t worker, size_t part, size_t items)
{
    struct pile *pile = &b->piles[worker * PARTS + part];
    if (pile->n + items > pile->cap) {
        pile->cap = pile->cap ? pile->cap * 2 : 512;
        pile->item = wg_xrealloc(pile->item, pile->cap, sizeof *pile->item);
    }
    pile->n += items;
    return pile->item + pile->n - items;
}

static void spread(struct build *b, size_t worker, uint32_t counter)
{
    *pile_room(b, worker, counter >> b->part_shift, 1) = counter;
}

static struct kept **chunk_of(const struct build *b, size_t from)
{
    return &b->kept[(b->round + from) / ROWS_A_CHUNK];
}

/* --- what a chunk of rows has --------------------------------------------------------------------------------------- */
static void take_atoms(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    struct kept *kept = wg_xcalloc(1, sizeof *kept);
    size_t n = 0, cap = 0;
    for (size_t k = 0; k < to - from; k++) {
        if (cap - n < ATOMS_MAX) {
            cap = cap ? cap + cap / 2 : (to - from) * 16 + ATOMS_MAX;
            kept->atoms = wg_xrealloc(kept->atoms, cap, sizeof *kept->atoms);
        }
        struct atom *atoms = kept->atoms + n;
        size_t own = keys_atoms(b->layout, b->words, b->slots + (b->round + from + k) * b->layout->n_slots, atoms);
        for (size_t i = 0; i < own; i++) spread(b, worker, atoms[i].hash & b->p->often_mask);
        kept->n[k] = (uint16_t)own;
        n += own;
    }
    kept->atoms = wg_xrealloc(kept->atoms, n + 1, sizeof *kept->atoms);
    *chunk_of(b, from) = kept;
}

static void take_pairs(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    const struct kept *kept = *chunk_of(b, from);
    const struct atom *atoms = kept->atoms;
    uint32_t pairs[KEYS_MAX];
    for (size_t k = 0; k < to - from; atoms += kept->n[k++]) {
        size_t n = postings_pairs(b->p, b->layout, atoms, kept->n[k], pairs);
        for (size_t i = 0; i < n; i++) spread(b, worker, pairs[i] & b->p->often_mask);
    }
}

static void take_keys(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    struct kept *kept = *chunk_of(b, from);
    const struct atom *atoms = kept->atoms;
    size_t n = 0, cap = 0;
    for (size_t k = 0; k < to - from; k++) {
        if (cap - n < KEYS_MAX) {
            cap = cap ? cap + cap / 2 : (to - from) * 24 + KEYS_MAX;
            kept->keys = wg_xrealloc(kept->keys, cap, sizeof *kept->keys);
        }
        uint32_t *keys = kept->keys + n;
        size_t own = postings_join(b->p, b->layout, atoms, kept->n[k], keys);
        for (size_t i = 0; i < own; i++) spread(b, worker, keys[i] >> b->bucket_shift);
        atoms += kept->n[k];
        kept->n[k] = (uint16_t)own;
        n += own;
    }
    kept->keys = wg_xrealloc(kept->keys, n + 1, sizeof *kept->keys);
    free(kept->atoms);
    kept->atoms = NULL;
}

static void give_keys(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    struct kept *kept = *chunk_of(b, from);
    const uint32_t *key = kept->keys;
    for (size_t k = 0; k < to - from; k++) {
        for (size_t i = 0; i < kept->n[k]; i++, key++) {
            uint32_t *room = pile_room(b, worker, *key >> b->bucket_shift >> b->part_shift, 2);
            room[0] = *key;
            room[1] = (uint32_t)(b->round + from + k);
        }
    }
    free(kept->keys);
    free(kept);
}

/* --- what a part gets ----------------------------------------------------------------------------------------------- */
static void count_parts(void *arg, size_t from, size_t to, size_t worker)
{
    const struct build *b = arg;
    (void)worker;
    for (size_t part = from; part < to; part++) {
        for (size_t w = 0; w < b->workers; w++) {
            struct pile *pile = &b->piles[w * PARTS + part];
            for (size_t i = 0; i < pile->n; i++) b->counter[pile->item[i]]++;
            pile->n = 0;
        }
    }
}

static void fill_parts(void *arg, size_t from, size_t to, size_t worker)
{
    const struct build *b = arg;
    (void)worker;
    for (size_t part = from; part < to; part++) {
        for (size_t w = 0; w < b->workers; w++) {
            struct pile *pile = &b->piles[w * PARTS + part];
            for (size_t i = 0; i < pile->n; i += 2) {
                uint32_t key = pile->item[i], at = b->counter[key >> b->bucket_shift]++;
                b->p->entry[at] = pile->item[i + 1] | key << b->p->row_bits;
            }
            pile->n = 0;
        }
    }
}

typedef void step(void *arg, size_t from, size_t to, size_t worker);

static void all_rows(struct build *b, step *take, step *settle)
{
    for (uint32_t from = 0; from < b->rows; from += ROWS_A_ROUND) {
        b->round = from;
        wg_parallel(b->threads, b->rows - from < ROWS_A_ROUND ? b->rows - from : ROWS_A_ROUND, ROWS_A_CHUNK, take, b);
        wg_parallel(b->threads, PARTS, 1, settle, b);
    }
}

/* --- building ------------------------------------------------------------------------------------------------------- */
static uint64_t *mark_often(const uint32_t *counter, size_t size, uint32_t most, uint64_t *ret_count)
{
    uint64_t *bits = wg_xcalloc(size / 64, sizeof *bits);
    for (size_t i = 0; i < size; i++) {
        bits[i >> 6] |= (uint64_t)(counter[i] > most) << (i & 63);
        *ret_count += counter[i] > most;
    }
    return bits;
}

static uint32_t power_of_two(uint64_t least, uint32_t smallest, uint32_t largest)
{
    uint32_t n = smallest;
    while (n < least && n < largest) n *= 2;
    return n;
}

static uint32_t bits_of(uint32_t power)
{
    return (uint32_t)__builtin_ctz(power);
}

static void find_often(struct build *b)
{
    struct postings *p = b->p;
    /* Small tables can afford to compare more. */
    double most = 3e6 / (b->rows + 1.0);
    p->most = most > 1000 ? 1000 : most < 24 ? 24 : (uint32_t)most;
    p->frugal = b->rows >= FRUGAL_ROWS;
    uint32_t size = power_of_two((uint64_t)b->rows * 8, 1 << 12, 1 << 23);
    uint64_t weak = 0;
    p->often_mask = size - 1;
    b->part_shift = bits_of(size) - PART_BITS;
    b->counter = wg_xcalloc(size, sizeof *b->counter);
    all_rows(b, take_atoms, count_parts);
    p->often_weak = mark_often(b->counter, size, most < 200 ? p->most / 6 : p->most, &weak);
    p->often1 = mark_often(b->counter, size, p->most, &p->split);
    memset(b->counter, 0, size * sizeof *b->counter);
    all_rows(b, take_pairs, count_parts);
    p->often2 = mark_often(b->counter, size, p->most, &p->split);
    free(b->counter);
}

static void fill(struct build *b)
{
    struct postings *p = b->p;
    p->buckets = power_of_two((uint64_t)b->rows * 2, 1 << 10, 1 << 23);
    b->bucket_shift = 32 - bits_of(p->buckets);
    b->part_shift = bits_of(p->buckets) - PART_BITS;
    p->start = wg_xcalloc((size_t)p->buckets + 1, sizeof *p->start);
    wish_large_pages(p->start, (size_t)p->buckets * sizeof *p->start, false);
    b->counter = p->start + 1;
    all_rows(b, take_keys, count_parts);
    for (size_t i = 0; i < p->buckets; i++) p->start[i + 1] += p->start[i];
    p->row_bits = 1;
    while ((uint64_t)1 << p->row_bits < b->rows) p->row_bits++;
    p->entry = wg_xmalloc(((size_t)p->start[p->buckets] + 1) * sizeof *p->entry);
    wish_large_pages(p->entry, (size_t)p->start[p->buckets] * sizeof *p->entry, false);
    b->counter = wg_xmalloc(((size_t)p->buckets + 1) * sizeof *b->counter);
    memcpy(b->counter, p->start, ((size_t)p->buckets + 1) * sizeof *b->counter);
    all_rows(b, give_keys, fill_parts);
    free(b->counter);
}

void postings_build(struct postings *p, const struct layout *l, const struct words *words, const uint32_t *slots, uint32_t rows,
                    size_t threads)
{
    postings_free(p);
    struct build b = {.p = p, .layout = l, .words = words, .slots = slots, .rows = rows, .threads = threads};
    b.workers = threads ? threads : 1;
    b.piles = wg_xcalloc(b.workers * PARTS, sizeof *b.piles);
    b.kept = wg_xcalloc(rows / ROWS_A_CHUNK + 1, sizeof *b.kept);
    find_often(&b);
    fill(&b);
    for (size_t i = 0; i < b.workers * PARTS; i++) free(b.piles[i].item);
    free(b.piles);
    free(b.kept);
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
