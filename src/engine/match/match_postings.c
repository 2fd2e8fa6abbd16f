/* Which rows have a key.
 *
 * Atoms, pairs and keys are hashes, so counting them as they come would miss the cache at nearly every one. They are spread over
 * parts by their bits first, and each part, small enough for the cache, is counted by one thread: no locks either (the radix
 * clustering of Boncz, Manegold & Kersten 1999). */
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum { FRUGAL_ROWS = 20000, ROWS_A_CHUNK = 4096, PART_BITS = 6, PARTS = 1 << PART_BITS, BLOCK_ITEMS = 1020 };

/* --- spreading ------------------------------------------------------------------------------------------------------ */
struct block {
    struct block *next;
    uint32_t n, item[BLOCK_ITEMS];
};
struct spread {
    struct block **last; /* workers * PARTS, each the end of a chain */
    size_t workers;
};

static void spread_open(struct spread *s, size_t workers)
{
    s->workers = workers ? workers : 1;
    s->last = wg_xcalloc(s->workers * PARTS, sizeof *s->last);
}

static uint32_t *spread_room(struct spread *s, size_t worker, uint32_t part, uint32_t items)
{
    struct block **last = &s->last[worker * PARTS + part], *block = *last;
    if (!block || block->n + items > BLOCK_ITEMS) {
        block = wg_xmalloc(sizeof *block);
        block->next = *last;
        block->n = 0;
        *last = block;
    }
    uint32_t *room = block->item + block->n;
    block->n += items;
    return room;
}

static void spread_free_part(struct spread *s, size_t part)
{
    for (size_t w = 0; w < s->workers; w++) {
        struct block *block = s->last[w * PARTS + part];
        while (block) {
            struct block *next = block->next;
            free(block);
            block = next;
        }
        s->last[w * PARTS + part] = NULL;
    }
}

static void spread_close(struct spread *s)
{
    free(s->last);
    s->last = NULL;
}

/* --- building ------------------------------------------------------------------------------------------------------- */
struct kept { /* the atoms of a chunk of rows, one row after the other */
    struct atom *atoms;
    uint8_t n[ROWS_A_CHUNK];
};
struct build {
    struct postings *p;
    const struct layout *layout;
    const struct words *words;
    const uint32_t *slots;
    struct kept **kept; /* by chunk */
    struct spread spread;
    uint32_t often_shift, bucket_shift;
    uint32_t weak_most;
    uint64_t split[PARTS];
};

static void take_atoms(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    struct kept *kept = wg_xmalloc(sizeof *kept);
    size_t n = 0, cap = 0;
    kept->atoms = NULL;
    for (size_t r = from; r < to; r++) {
        if (cap - n < ATOMS_MAX) {
            cap = cap ? cap + cap / 2 : (to - from) * 16 + ATOMS_MAX;
            kept->atoms = wg_xrealloc(kept->atoms, cap, sizeof *kept->atoms);
        }
        struct atom *atoms = kept->atoms + n;
        size_t own = keys_atoms(b->layout, b->words, b->slots + r * b->layout->n_slots, atoms);
        for (size_t i = 0; i < own; i++) {
            uint32_t at = atoms[i].hash & b->p->often_mask;
            *spread_room(&b->spread, worker, at >> b->often_shift, 1) = at;
        }
        kept->n[r - from] = (uint8_t)own;
        n += own;
    }
    kept->atoms = wg_xrealloc(kept->atoms, n + 1, sizeof *kept->atoms);
    b->kept[from / ROWS_A_CHUNK] = kept;
}

static void take_pairs(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    const struct kept *kept = b->kept[from / ROWS_A_CHUNK];
    const struct atom *atoms = kept->atoms;
    uint32_t pairs[KEYS_MAX];
    for (size_t k = 0; k < to - from; atoms += kept->n[k++]) {
        size_t n = postings_pairs(b->p, b->layout, atoms, kept->n[k], pairs);
        for (size_t i = 0; i < n; i++) {
            uint32_t at = pairs[i] & b->p->often_mask;
            *spread_room(&b->spread, worker, at >> b->often_shift, 1) = at;
        }
    }
}

static void take_keys(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    struct kept *kept = b->kept[from / ROWS_A_CHUNK];
    const struct atom *atoms = kept->atoms;
    uint32_t keys[KEYS_MAX];
    for (size_t k = 0; k < to - from; atoms += kept->n[k++]) {
        size_t n = postings_join(b->p, b->layout, atoms, kept->n[k], keys);
        for (size_t i = 0; i < n; i++) {
            uint32_t *room = spread_room(&b->spread, worker, keys[i] >> (32 - PART_BITS), 2);
            room[0] = keys[i];
            room[1] = (uint32_t)(from + k);
        }
    }
    free(kept->atoms);
    free(kept);
    b->kept[from / ROWS_A_CHUNK] = NULL;
}

/* Sets the bits of what more than `most` have in one part of a table. */
static uint64_t mark(uint64_t *bits, const uint32_t *counter, size_t n, uint32_t most)
{
    uint64_t marked = 0;
    for (size_t i = 0; i < n; i++) {
        bits[i >> 6] |= (uint64_t)(counter[i] > most) << (i & 63);
        marked += counter[i] > most;
    }
    return marked;
}

static uint32_t *count_part(const struct build *b, size_t part)
{
    size_t n = (size_t)1 << b->often_shift;
    uint32_t *counter = wg_xcalloc(n, sizeof *counter);
    for (size_t w = 0; w < b->spread.workers; w++) {
        for (const struct block *block = b->spread.last[w * PARTS + part]; block; block = block->next) {
            for (uint32_t i = 0; i < block->n; i++) counter[block->item[i] & (n - 1)]++;
        }
    }
    return counter;
}

static void count_atoms(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    (void)worker;
    size_t n = (size_t)1 << b->often_shift;
    for (size_t part = from; part < to; part++) {
        uint32_t *counter = count_part(b, part);
        (void)mark(b->p->often_weak + part * n / 64, counter, n, b->weak_most);
        b->split[part] += mark(b->p->often1 + part * n / 64, counter, n, b->p->most);
        free(counter);
        spread_free_part(&b->spread, part);
    }
}

static void count_pairs(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    (void)worker;
    size_t n = (size_t)1 << b->often_shift;
    for (size_t part = from; part < to; part++) {
        uint32_t *counter = count_part(b, part);
        b->split[part] += mark(b->p->often2 + part * n / 64, counter, n, b->p->most);
        free(counter);
        spread_free_part(&b->spread, part);
    }
}

static void count_keys(void *arg, size_t from, size_t to, size_t worker)
{
    const struct build *b = arg;
    (void)worker;
    for (size_t chain = from * b->spread.workers; chain < to * b->spread.workers; chain++) {
        const struct block *block = b->spread.last[chain % b->spread.workers * PARTS + chain / b->spread.workers];
        for (; block; block = block->next) {
            for (uint32_t i = 0; i < block->n; i += 2) b->p->start[(block->item[i] >> b->bucket_shift) + 1]++;
        }
    }
}

static void fill_entries(void *arg, size_t from, size_t to, size_t worker)
{
    struct build *b = arg;
    (void)worker;
    size_t buckets = b->p->buckets / PARTS;
    uint32_t *at = wg_xmalloc(buckets * sizeof *at);
    for (size_t part = from; part < to; part++) {
        memcpy(at, b->p->start + part * buckets, buckets * sizeof *at);
        for (size_t w = 0; w < b->spread.workers; w++) {
            for (const struct block *block = b->spread.last[w * PARTS + part]; block; block = block->next) {
                for (uint32_t i = 0; i < block->n; i += 2) {
                    uint32_t bucket = block->item[i] >> b->bucket_shift;
                    b->p->entry[at[bucket - part * buckets]++] = block->item[i + 1] | block->item[i] << b->p->row_bits;
                }
            }
        }
        spread_free_part(&b->spread, part);
    }
    free(at);
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

static void find_often(struct build *b, uint32_t rows, size_t threads)
{
    struct postings *p = b->p;
    /* Small tables can afford to compare more. */
    double most = 3e6 / (rows + 1.0);
    p->most = most > 1000 ? 1000 : most < 24 ? 24 : (uint32_t)most;
    b->weak_most = most < 200 ? p->most / 6 : p->most;
    uint32_t size = power_of_two((uint64_t)rows * 8, 1 << 12, 1 << 23);
    p->often_mask = size - 1;
    b->often_shift = bits_of(size) - PART_BITS;
    p->often_weak = wg_xcalloc(size / 64, sizeof *p->often_weak);
    p->often1 = wg_xcalloc(size / 64, sizeof *p->often1);
    p->often2 = wg_xcalloc(size / 64, sizeof *p->often2);
    wg_parallel(threads, rows, ROWS_A_CHUNK, take_atoms, b);
    wg_parallel(threads, PARTS, 1, count_atoms, b);
    wg_parallel(threads, rows, ROWS_A_CHUNK, take_pairs, b);
    wg_parallel(threads, PARTS, 1, count_pairs, b);
    for (size_t part = 0; part < PARTS; part++) p->split += b->split[part];
}

void postings_build(struct postings *p, const struct layout *l, const struct words *words, const uint32_t *slots, uint32_t rows,
                    size_t threads)
{
    postings_free(p);
    p->frugal = rows >= FRUGAL_ROWS;
    struct build b = {.p = p, .layout = l, .words = words, .slots = slots};
    b.kept = wg_xcalloc(rows / ROWS_A_CHUNK + 1, sizeof *b.kept);
    spread_open(&b.spread, threads);
    find_often(&b, rows, threads);

    p->buckets = power_of_two((uint64_t)rows * 2, 1 << 10, 1 << 23);
    b.bucket_shift = 32 - bits_of(p->buckets);
    p->start = wg_xcalloc((size_t)p->buckets + 1, sizeof *p->start);
    wish_large_pages(p->start, (size_t)p->buckets * sizeof *p->start, false);
    wg_parallel(threads, rows, ROWS_A_CHUNK, take_keys, &b);
    wg_parallel(threads, PARTS, 1, count_keys, &b);
    for (size_t i = 0; i < p->buckets; i++) p->start[i + 1] += p->start[i];
    p->row_bits = 1;
    while ((uint64_t)1 << p->row_bits < rows) p->row_bits++;
    p->entry = wg_xmalloc(((size_t)p->start[p->buckets] + 1) * sizeof *p->entry);
    wish_large_pages(p->entry, (size_t)p->start[p->buckets] * sizeof *p->entry, false);
    wg_parallel(threads, PARTS, 1, fill_entries, &b);
    spread_close(&b.spread);
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
