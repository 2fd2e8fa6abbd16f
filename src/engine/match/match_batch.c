#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum { ROWS_AT_ONCE = 1 << 16, AHEAD = 2, NOBODY = 255 };

static const struct wg_str *batch_cells(const struct batch *b, size_t k)
{
    return b->rows->cells + (b->pick ? b->pick[k] : k) * b->rows->n_fields;
}

void batch_read_chunk(struct batch *b, size_t from, size_t to, size_t worker)
{
    struct reader *reader = &b->readers[worker];
    if (!reader->cache) {
        words_init(&b->words[worker], b->base);
        reader_init(reader, b->layout, b->map, &b->words[worker], b->area_code, b->today);
    }
    b->owner[from / BATCH_CHUNK] = (uint8_t)worker;
    for (size_t k = from; k < to; k++) {
        if (k + 2 * AHEAD < to) reader_ahead(reader, batch_cells(b, k + 2 * AHEAD), false);
        if (k + AHEAD < to) reader_ahead(reader, batch_cells(b, k + AHEAD), true);
        reader_one_of_many(reader, batch_cells(b, k), b->slots + k * b->layout->n_slots);
    }
    reader_rest(reader);
}

bool batch_has_chunk(const struct batch *b, size_t from)
{
    return b->owner[from / BATCH_CHUNK] != NOBODY;
}

static void read_chunk(void *arg, size_t from, size_t to, size_t worker)
{
    batch_read_chunk(arg, from, to, worker);
}

void batch_open(struct batch *b, const struct layout *layout, const struct column_map *map, const struct words *base,
                const struct match_rows *rows, const uint32_t *pick, size_t n, const char *area_code, wg_day today,
                size_t threads)
{
    *b = (struct batch){.layout = layout,
                        .map = map,
                        .base = base,
                        .rows = rows,
                        .pick = pick,
                        .n = n,
                        .area_code = area_code,
                        .today = today,
                        .threads = threads < 64 ? threads : 64};
    b->slots = wg_xcalloc(n + 1, layout->n_slots * sizeof *b->slots);
    b->words = wg_xcalloc(b->threads, sizeof *b->words);
    b->owner = wg_xmalloc(n / BATCH_CHUNK + 1);
    memset(b->owner, NOBODY, n / BATCH_CHUNK + 1);
    b->readers = wg_xcalloc(b->threads, sizeof *b->readers);
}

void batch_close(struct batch *b)
{
    for (size_t i = 0; b->readers && i < b->threads; i++) {
        if (b->readers[i].cache) reader_free(&b->readers[i]);
    }
    free(b->readers);
    b->readers = NULL;
    b->map = NULL;
    b->pick = NULL;
}

void batch_read(struct batch *b, const struct layout *layout, const struct column_map *map, const struct words *base,
                const struct match_rows *rows, const uint32_t *pick, size_t n, const char *area_code, wg_day today,
                size_t threads)
{
    batch_open(b, layout, map, base, rows, pick, n, area_code, today, threads);
    wg_parallel(b->threads, n, BATCH_CHUNK, read_chunk, b);
    batch_close(b);
}

void batch_free(struct batch *b)
{
    batch_close(b);
    for (size_t i = 0; i < b->threads; i++) {
        if (b->words[i].table) words_free(&b->words[i]);
    }
    free(b->words);
    free(b->owner);
    free(b->slots);
    *b = (struct batch){0};
}

/* The workers' values become the index's, in the order of rows, some rows under way at once: every value is somewhere else in memory,
 * and is fetched while others are looked at. */
enum { ROWS_UNDER_WAY = 32, TO_COME = UINT32_MAX };
struct merge {
    struct match_index *index;
    const struct batch *batch;
    uint32_t **known; /* by worker and its own value: the index's value, 0 for not yet, TO_COME when it is in `fresh` */
    struct fresh {
        const struct words *words;
        uint32_t id, *known;
    } fresh[ROWS_UNDER_WAY * SLOTS_MAX];
    size_t n_fresh;
};

static void gather_fresh(struct merge *m, size_t from, size_t to)
{
    m->n_fresh = 0;
    for (size_t r = from; r < to; r++) {
        const uint32_t *slots = batch_slots(m->batch, r);
        const struct words *words = batch_words(m->batch, r);
        for (size_t s = 1; s < m->index->layout.n_slots; s++) {
            if (slots[s] < words->first) continue;
            uint32_t *known = &m->known[m->batch->owner[r / BATCH_CHUNK]][slots[s] - words->first];
            if (*known) continue;
            *known = TO_COME;
            m->fresh[m->n_fresh++] = (struct fresh){words, slots[s], known};
            __builtin_prefetch(words_at(words, slots[s]));
        }
    }
}

/* The overlays speak of the index as it was: what they call new may have come in since, but never changes its number. */
static void put_fresh(struct merge *m)
{
    struct words *into = &m->index->words;
    for (int value = 0; value < 2; value++) {
        for (size_t i = 0; i < m->n_fresh; i++) {
            struct blob b = words_blob(m->fresh[i].words, m->fresh[i].id);
            words_ahead(into, b.domain, (struct wg_str){b.text, b.n_text}, value);
        }
    }
    for (size_t i = 0; i < m->n_fresh; i++) {
        struct blob b = words_blob(m->fresh[i].words, m->fresh[i].id);
        *m->fresh[i].known = words_put(into, b.domain, b.mark, b.form, b.n_form, b.text, b.n_text);
    }
}

static void put_rows(struct merge *m, size_t from, size_t to, uint32_t first)
{
    size_t n_slots = m->index->layout.n_slots;
    uint32_t slots[ROWS_UNDER_WAY][SLOTS_MAX];
    for (size_t r = from; r < to; r++) {
        const uint32_t *read = batch_slots(m->batch, r), *known = m->known[m->batch->owner[r / BATCH_CHUNK]];
        uint32_t before = batch_words(m->batch, r)->first;
        slots[r - from][0] = read[0];
        for (size_t s = 1; s < n_slots; s++) {
            uint32_t value = read[s] < before ? read[s] : known[read[s] - before];
            slots[r - from][s] = value;
            __builtin_prefetch(words_at(&m->index->words, value), 1);
        }
    }
    for (size_t r = from; r < to; r++) index_put_slots(m->index, first + (uint32_t)r, slots[r - from]);
}

static void put_batch(struct match_index *index, uint32_t first, const struct match_rows *rows, size_t threads)
{
    struct batch batch;
    batch_read(&batch, &index->layout, &index->map, &index->words, rows, NULL, rows->rows, index->options.area_code,
               index->options.today, threads);
    struct merge merge = {.index = index, .batch = &batch, .known = wg_xcalloc(batch.threads, sizeof *merge.known)};
    for (size_t i = 0; i < batch.threads; i++) {
        if (batch.words[i].table) merge.known[i] = wg_xcalloc(batch.words[i].pool_n / 4 + 1, sizeof **merge.known);
    }
    for (size_t from = 0; from < rows->rows; from += ROWS_UNDER_WAY) {
        size_t to = rows->rows - from < ROWS_UNDER_WAY ? rows->rows : from + ROWS_UNDER_WAY;
        gather_fresh(&merge, from, to);
        put_fresh(&merge);
        put_rows(&merge, from, to, first);
    }
    for (size_t i = 0; i < batch.threads; i++) free(merge.known[i]);
    free(merge.known);
    batch_free(&batch);
}

void match_index_put_rows(struct match_index *index, uint32_t first, const struct match_rows *rows)
{
    size_t threads = index->options.threads ? index->options.threads : wg_cores();
    if (rows->rows) index_room_for(index, first + (uint32_t)rows->rows - 1);
    for (size_t from = 0; from < rows->rows; from += ROWS_AT_ONCE) {
        struct match_rows part = *rows;
        part.cells += from * rows->n_fields;
        part.rows = rows->rows - from < ROWS_AT_ONCE ? rows->rows - from : ROWS_AT_ONCE;
        put_batch(index, first + (uint32_t)from, &part, threads);
    }
}
