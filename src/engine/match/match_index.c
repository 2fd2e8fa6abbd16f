#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum { ADDED_BUCKETS = 1 << 14, DRAWN_ROWS = 4096, DRAWN_PAIRS = 200000, HELD_AT_ONCE = 32 };

struct match_options match_options_default(wg_day today)
{
    return (struct match_options){.costs = {.false_match = 20, .missed_match = 20, .review = 6},
                                  .many_to_one = true,
                                  .repeats_by_data = true,
                                  .candidates = 5,
                                  .today = today};
}

int match_index_new(struct wg_ctx *ctx, const struct match_field *fields, size_t n_fields, const struct match_options *options,
                    struct match_index **ret_index)
{
    struct layout layout;
    layout_make(&layout, fields, n_fields);
    if (layout.n_units == 0) return wg_refuse(ctx, WG_E_MATCH_NOTHING, NULL, NULL, NULL);
    struct match_index *index = wg_xcalloc(1, sizeof *index);
    index->names = wg_arena_new();
    index->n_fields = n_fields;
    index->fields = wg_alloc_n(index->names, n_fields, sizeof *fields);
    for (size_t i = 0; i < n_fields; i++) {
        index->fields[i] = fields[i];
        if (fields[i].name) index->fields[i].name = wg_cstr(index->names, wg_str(fields[i].name));
    }
    index->options = *options;
    index->options.area_code = options->area_code ? wg_cstr(index->names, wg_str(options->area_code)) : NULL;
    layout_make(&index->layout, index->fields, n_fields);
    layout_map(&index->layout, index->fields, n_fields, &index->map);
    words_init(&index->words, NULL);
    reader_init(&index->reader, &index->layout, &index->map, &index->words, index->options.area_code, options->today);
    index->dep.today = options->today;
    *ret_index = index;
    return 0;
}

void match_index_free(struct match_index *index)
{
    if (!index) return;
    postings_free(&index->postings);
    numbers_free(&index->numbers);
    numbers_free(&index->phones);
    free(index->dates);
    reader_free(&index->reader);
    words_free(&index->words);
    wg_arena_free(index->names);
    free(index->slots);
    free(index->sketch_memory);
    free(index->alive);
    free(index->dirty);
    free(index->added);
    free(index->added_heads);
    free(index->by_content);
    free(index);
}

bool index_alive(const struct match_index *index, uint32_t row)
{
    return row < index->rows && (index->alive[row >> 6] >> (row & 63) & 1);
}

const uint32_t *index_slots(const struct match_index *index, uint32_t row)
{
    return index->slots + (size_t)row * index->layout.n_slots;
}

struct side index_side(const struct match_index *index, uint32_t row)
{
    return (struct side){.words = &index->words, .slots = index_slots(index, row), .sketch = &index->sketches[row]};
}

size_t match_index_size(const struct match_index *index)
{
    return index->living;
}

size_t match_index_bytes(const struct match_index *index)
{
    return sizeof *index + words_bytes(&index->words) +
           (size_t)index->rows_cap * (index->layout.n_slots * 4 + sizeof *index->sketches) + index->rows_cap / 8 +
           postings_bytes(&index->postings) + numbers_bytes(&index->numbers) + numbers_bytes(&index->phones) +
           (index->dates ? DATE_PLACES * sizeof *index->dates : 0) + index->added_cap * sizeof *index->added +
           index->dirty_cap * 4 + wg_arena_used(index->names);
}

/* A sketch to a line of memory: realloc would not keep them so. */
static void sketches_resize(struct match_index *index, size_t cap)
{
    void *memory = wg_xmalloc((cap + 1) * sizeof *index->sketches);
    size_t off = (uintptr_t)memory % sizeof *index->sketches;
    struct sketch *sketches = (void *)((uint8_t *)memory + (off ? sizeof *sketches - off : 0));
    wish_large_pages(sketches, cap * sizeof *sketches, false);
    size_t keep = index->rows < cap ? index->rows : cap;
    if (keep) memcpy(sketches, index->sketches, keep * sizeof *sketches);
    free(index->sketch_memory);
    index->sketch_memory = memory;
    index->sketches = sketches;
}

static void rows_trim(struct match_index *index)
{
    index->rows_cap = (index->rows + 63) & ~(uint32_t)63;
    if (index->rows_cap == 0) return;
    index->slots = wg_xrealloc(index->slots, (size_t)index->rows_cap * index->layout.n_slots, sizeof *index->slots);
    sketches_resize(index, index->rows_cap);
    index->alive = wg_xrealloc(index->alive, index->rows_cap / 64, sizeof *index->alive);
}

void index_room_for(struct match_index *index, uint32_t key)
{
    if (key < index->rows_cap) return;
    uint64_t cap = (uint64_t)index->rows_cap + index->rows_cap / 4 + 64;
    if (cap <= key) cap = (uint64_t)key + 1;
    cap = (cap + 63) & ~(uint64_t)63;
    size_t line = index->layout.n_slots;
    index->slots = wg_xrealloc(index->slots, cap * line, sizeof *index->slots);
    wish_large_pages(index->slots + index->rows_cap * line, (cap - index->rows_cap) * line * sizeof *index->slots, false);
    sketches_resize(index, cap);
    index->alive = wg_xrealloc(index->alive, cap / 64, sizeof *index->alive);
    memset(index->slots + index->rows_cap * line, 0, (cap - index->rows_cap) * line * sizeof *index->slots);
    memset(index->alive + index->rows_cap / 64, 0, (cap - index->rows_cap) / 64 * sizeof *index->alive);
    index->rows_cap = (uint32_t)cap;
}

static void count_row(struct match_index *index, uint32_t row, uint32_t by)
{
    uint32_t *slots = index->slots + (size_t)row * index->layout.n_slots;
    for (size_t s = 1; s < index->layout.n_slots; s++) {
        if (slots[s]) words_count_add(&index->words, slots[s], by);
    }
}

static uint32_t full_name(const struct match_index *index, const uint32_t *slots)
{
    const struct layout *l = &index->layout;
    if (l->name < 0 || l->surname < 0 || l->given < 0) return 0;
    uint32_t name = slots[l->units[l->name].slot];
    bool latin = slots[l->units[l->surname].slot] || slots[l->units[l->given].slot];
    return name && !latin && words_blob(&index->words, name).mark < 128 ? name : 0;
}

/* What a person holds, for the table of numbers; number 0 when it is not a whole one. */
static struct held holding(const struct match_index *index, uint32_t row)
{
    const struct layout *l = &index->layout;
    const uint32_t *slots = index_slots(index, row);
    struct held held = {.row = row};
    if (l->idno < 0 || !slots[l->units[l->idno].slot]) return held;
    struct blob b = words_blob(&index->words, slots[l->units[l->idno].slot]);
    if (b.mark != MARK_NUMBER) return held;
    held.number = number_pack((struct wg_str){b.text, b.n_text});
    held.name = full_name(index, slots);
    return held;
}

static struct held holding_phone(const struct match_index *index, uint32_t row)
{
    return (struct held){.number = index->sketches[row].phone, .row = row, .name = full_name(index, index_slots(index, row))};
}

static void forget(struct match_index *index, uint32_t row)
{
    if (!index_alive(index, row)) return;
    if (index->built && !index->alone) {
        numbers_drop(&index->numbers, holding(index, row).number, row);
        numbers_drop(&index->phones, holding_phone(index, row).number, row);
    }
    count_row(index, row, UINT32_MAX); /* one less, modulo 2^32 */
    index->alive[row >> 6] &= ~((uint64_t)1 << (row & 63));
    index->living--;
}

void index_put_slots(struct match_index *index, uint32_t key, const uint32_t *slots)
{
    index_room_for(index, key);
    forget(index, key);
    if (key >= index->rows) index->rows = key + 1;
    memcpy(index->slots + (size_t)key * index->layout.n_slots, slots, index->layout.n_slots * sizeof *slots);
    index->sketches[key] = sketch_of(&index->layout, &index->words, slots);
    count_row(index, key, 1);
    index->alive[key >> 6] |= (uint64_t)1 << (key & 63);
    index->living++;
    if (!index->built) return;
    if (!index->alone) {
        numbers_put(&index->numbers, holding(index, key));
        numbers_put(&index->phones, holding_phone(index, key));
    }
    if (index->n_dirty == index->dirty_cap) {
        index->dirty_cap = index->dirty_cap ? index->dirty_cap * 2 : 64;
        index->dirty = wg_xrealloc(index->dirty, index->dirty_cap, sizeof *index->dirty);
    }
    index->dirty[index->n_dirty++] = key;
}

void match_index_put(struct match_index *index, uint32_t key, const struct wg_str *cells)
{
    uint32_t slots[SLOTS_MAX];
    reader_row(&index->reader, cells, slots);
    index_put_slots(index, key, slots);
}

void match_index_drop(struct match_index *index, uint32_t key)
{
    if (!index_alive(index, key)) return;
    forget(index, key);
    memset(index->slots + (size_t)key * index->layout.n_slots, 0, index->layout.n_slots * sizeof *index->slots);
}

int row_identifies(const struct layout *l, const uint32_t *slots)
{
    int sum = 0;
    bool named = false;
    for (size_t u = 0; u < l->n_units; u++) {
        const struct unit *unit = &l->units[u];
        bool filled = false;
        for (size_t s = unit->slot; s < (size_t)unit->slot + unit->slots; s++) filled = filled || slots[s];
        if (!filled || unit->kind == UNIT_SEX || unit->kind == UNIT_AGE || unit->kind == UNIT_PLACE) continue;
        bool name = unit->kind == UNIT_NAME || unit->kind == UNIT_SURNAME || unit->kind == UNIT_GIVEN;
        if (name && named) continue;
        named = named || name;
        sum += unit->kind == UNIT_IDNO ? 2 : 1;
    }
    return sum;
}

/* --- samples -------------------------------------------------------------------------------------------------------- */
uint64_t row_content(const struct layout *l, const struct words *words, const uint32_t *slots)
{
    uint64_t h = 1;
    for (size_t s = 1; s < l->n_slots; s++) {
        h = (h ^ s) * 0x9E3779B97F4A7C15u;
        if (!slots[s]) continue;
        struct blob b = words_blob(words, slots[s]);
        h ^= wg_hash(b.text, b.n_text);
        h ^= h >> 31;
    }
    h *= 0xBF58476D1CE4E5B9u;
    return h ^ h >> 32;
}

struct content_work {
    const struct layout *layout;
    const struct words *words;
    const uint32_t *slots;
    uint64_t *content;
};

static void content_rows(void *arg, size_t from, size_t to, size_t worker)
{
    struct content_work *w = arg;
    (void)worker;
    for (size_t r = from; r < to; r++) w->content[r] = row_content(w->layout, w->words, w->slots + r * w->layout->n_slots);
}

static int by_content(const void *a, const void *b)
{
    const struct row_choice *x = a, *y = b;
    return x->content != y->content ? (x->content < y->content ? -1 : 1) : x->row < y->row ? -1 : x->row > y->row;
}

size_t choose_rows(const struct layout *l, const struct words *words, const uint32_t *slots, uint32_t rows,
                   const uint64_t *alive, size_t most, size_t threads, struct row_choice **ret)
{
    struct content_work w = {l, words, slots, wg_xmalloc(((size_t)rows + 1) * sizeof(uint64_t))};
    wg_parallel(threads, rows, 8192, content_rows, &w);
    /* Contents are spread evenly: a bar a little above the share wanted leaves few to sort. */
    double share = rows ? (double)most * 1.5 / rows + 64.0 / rows : 1;
    uint64_t bar = share >= 1 ? UINT64_MAX : (uint64_t)(share * 18446744073709549568.0);
    size_t n = 0, cap = 0;
    struct row_choice *chosen = NULL;
    for (int again = 0; again < 2; again++) {
        n = 0;
        for (uint32_t r = 0; r < rows; r++) {
            if (w.content[r] > bar || (alive && !(alive[r >> 6] >> (r & 63) & 1))) continue;
            if (n == cap) {
                cap = cap ? cap * 2 : 1024;
                chosen = wg_xrealloc(chosen, cap, sizeof *chosen);
            }
            chosen[n++] = (struct row_choice){w.content[r], r};
        }
        if (n >= most || bar == UINT64_MAX) break;
        bar = UINT64_MAX; /* many equal rows: look at all */
    }
    free(w.content);
    if (n) qsort(chosen, n, sizeof *chosen, by_content);
    *ret = chosen;
    return n < most ? n : most;
}

/* --- bringing it up to date ----------------------------------------------------------------------------------------- */
static void draw_pairs(struct match_index *index)
{
    struct model *m = &index->model;
    struct row_choice *rows = NULL;
    size_t n = choose_rows(&index->layout, &index->words, index->slots, index->rows, index->alive, DRAWN_ROWS,
                           index->options.threads, &rows);
    memset(m->u_drawn, 0, sizeof m->u_drawn);
    memset(m->drawn, 0, sizeof m->drawn);
    memset(m->known, 0, sizeof m->known);
    m->tried = 0;
    size_t all = n < 2 ? 0 : n * (n - 1) / 2, want = all < DRAWN_PAIRS ? all : DRAWN_PAIRS;
    double step = want ? (double)all / (double)want : 0;
    size_t i = 0, before = 0;
    struct level_counts *counts = wg_xcalloc(1, sizeof *counts);
    for (size_t k = 0; k < want; k++) {
        size_t at = (size_t)((double)k * step);
        while (at - before >= n - 1 - i) before += n - 1 - i++;
        size_t j = i + 1 + (at - before);
        struct comparison c;
        (void)compare_rows(&index->layout, &index->dep, index_side(index, rows[i].row), index_side(index, rows[j].row), NULL, 0,
                           &c);
        level_count(counts, &index->layout, &c);
    }
    model_add_random(m, &index->layout, counts);
    free(counts);
    index->n_by_content = n;
    index->by_content = wg_xrealloc(index->by_content, n + 1, sizeof *index->by_content);
    for (size_t k = 0; k < n; k++) index->by_content[k] = rows[k].row;
    free(rows);
}

/* Does the age column say again what the birth date says? */
static void look_at_ages(struct match_index *index)
{
    const struct layout *l = &index->layout;
    if (l->age < 0 || l->birth < 0) return;
    size_t both = 0, fit = 0;
    struct wg_civil now = wg_civil_from_day(index->dep.today);
    /* The list may be old: ages fit when most lie within a year of one common offset from today's. */
    size_t by_offset[64] = {0};
    for (uint32_t r = 0; r < index->rows; r++) {
        const uint32_t *s = index_slots(index, r);
        uint32_t age = s[l->units[l->age].slot], birth = s[l->units[l->birth].slot];
        if (!index_alive(index, r) || !age || !birth) continue;
        struct blob b = words_blob(&index->words, birth);
        int year = b.form[0] | b.form[1] << 8, off = now.year - year - words_blob(&index->words, age).form[0];
        both++;
        if (off >= 0 && off < 64) by_offset[off]++;
    }
    for (size_t i = 0; i + 1 < 64; i++) {
        size_t two = by_offset[i] + by_offset[i + 1];
        if (two > fit) fit = two;
    }
    index->dep.age_from_birth = both > 20 && fit * 2 > both;
}

static void add_keys(struct match_index *index, uint32_t row)
{
    uint32_t keys[KEYS_MAX];
    size_t n = postings_keys(&index->postings, &index->layout, &index->words, index_slots(index, row), keys);
    if (!index->added_heads) {
        index->added_heads = wg_xcalloc(ADDED_BUCKETS, sizeof *index->added_heads);
        index->n_added = 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (index->n_added >= index->added_cap) {
            index->added_cap = index->added_cap ? index->added_cap * 2 : 1024;
            index->added = wg_xrealloc(index->added, index->added_cap, sizeof *index->added);
        }
        uint32_t *head = &index->added_heads[keys[i] % ADDED_BUCKETS];
        index->added[index->n_added] = (struct added){.key = keys[i], .row = row, .next = *head};
        *head = index->n_added++;
    }
}

/* Some rows at once: what one needs is fetched while others are looked at. */
static void hold_rows(struct match_index *index, uint32_t from, uint32_t to)
{
    const struct layout *l = &index->layout;
    struct held held[HELD_AT_ONCE][2];
    for (uint32_t r = from; r < to; r++) {
        const uint32_t *slots = index_slots(index, r);
        if (l->idno >= 0) __builtin_prefetch(words_at(&index->words, slots[l->units[l->idno].slot]));
        if (l->name >= 0) __builtin_prefetch(words_at(&index->words, slots[l->units[l->name].slot]));
    }
    for (uint32_t r = from; r < to; r++) {
        struct held none = {0};
        bool alive = index_alive(index, r);
        held[r - from][0] = alive ? holding(index, r) : none;
        held[r - from][1] = alive ? holding_phone(index, r) : none;
        numbers_ahead(&index->numbers, held[r - from][0].number);
        numbers_ahead(&index->phones, held[r - from][1].number);
    }
    for (uint32_t r = from; r < to; r++) {
        numbers_put(&index->numbers, held[r - from][0]);
        numbers_put(&index->phones, held[r - from][1]);
    }
}

static void gather_numbers(struct match_index *index)
{
    numbers_free(&index->numbers);
    numbers_free(&index->phones);
    if (index->alone) return;
    if (index->layout.idno >= 0) numbers_expect(&index->numbers, index->living);
    if (index->layout.phone >= 0) numbers_expect(&index->phones, index->living);
    for (uint32_t r = 0; r < index->rows; r += HELD_AT_ONCE)
        hold_rows(index, r, index->rows - r < HELD_AT_ONCE ? index->rows : r + HELD_AT_ONCE);
}

static void gather_dates(struct match_index *index)
{
    struct words *words = &index->words;
    if (!index->dates) index->dates = wg_xmalloc(DATE_PLACES * sizeof *index->dates);
    memset(index->dates, 0, DATE_PLACES * sizeof *index->dates);
    for (uint32_t v = words_next(words, 0); v; v = words_next(words, v)) {
        struct blob b = words_blob_own(words, v);
        if (b.domain != UNIT_BIRTH) continue;
        uint32_t place = date_place(b.form[0] | b.form[1] << 8, b.form[2], b.form[3]);
        if (place < DATE_PLACES) index->dates[place] = v;
    }
    words->dates = index->dates;
}

/* What is looked up lies far apart: in small pages, finding the page costs as much as fetching what stands there. Most tables are
 * large already; those that moved as they grew, or stand in memory that was used before, may not be. */
static void enlarge_rows(const struct match_index *index)
{
    const struct words *w = &index->words;
    wish_large_pages(w->table, ((size_t)w->mask + 1) * sizeof *w->table, true);
    wish_large_pages(w->pool, w->pool_cap, true);
    wish_large_pages(index->sketches, (size_t)index->rows_cap * sizeof *index->sketches, true);
    wish_large_pages(index->slots, (size_t)index->rows_cap * index->layout.n_slots * sizeof *index->slots, true);
}

static void enlarge_keys(const struct match_index *index)
{
    const struct postings *p = &index->postings;
    wish_large_pages(p->start, (size_t)p->buckets * sizeof *p->start, true);
    wish_large_pages(p->entry, (size_t)p->start[p->buckets] * sizeof *p->entry, true);
    wish_large_pages(index->numbers.held, numbers_bytes(&index->numbers), true);
    wish_large_pages(index->phones.held, numbers_bytes(&index->phones), true);
}

static void rebuild(struct match_index *index, const struct wg_progress *progress)
{
    size_t threads = index->options.threads ? index->options.threads : wg_cores();
    index->options.threads = threads;
    words_trim(&index->words);
    rows_trim(index);
    enlarge_rows(index);
    postings_build(&index->postings, &index->layout, &index->words, index->slots, index->rows, threads);
    gather_numbers(index);
    gather_dates(index);
    enlarge_keys(index);
    wg_progress_report(progress, .7);
    look_at_ages(index);
    model_prior(&index->model, &index->layout);
    model_counts(&index->model, &index->layout, &index->words, index->slots, index->rows, index->alive);
    draw_pairs(index);
    depend_look(&index->model, &index->layout, index->slots, index->by_content, index->n_by_content);
    index->model.within = false;
    free(index->added_heads);
    index->added_heads = NULL;
    index->n_added = 0;
    index->n_dirty = index->read_dirty = 0;
    index->built = true;
    wg_progress_report(progress, 1);
}

int match_index_ready(struct wg_ctx *ctx, struct match_index *index, const struct wg_progress *progress)
{
    if (wg_progress_cancelled(progress)) return wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    if (!index->built || index->n_dirty > 1000 + index->living / 8) {
        rebuild(index, progress);
        return 0;
    }
    for (; index->read_dirty < index->n_dirty; index->read_dirty++) {
        uint32_t row = index->dirty[index->read_dirty];
        if (index_alive(index, row)) add_keys(index, row);
    }
    return 0;
}

/* --- finding -------------------------------------------------------------------------------------------------------- */
enum { FIRST_SET = 1024 };

void finder_init(struct finder *f, const struct match_index *index)
{
    *f = (struct finder){.index = index, .cap = FIRST_SET / 2, .set_mask = FIRST_SET - 1};
    f->found = wg_xmalloc(f->cap * sizeof *f->found);
    f->set = wg_xcalloc(FIRST_SET, sizeof *f->set);
}

void finder_free(struct finder *f)
{
    free(f->found);
    free(f->set);
    *f = (struct finder){0};
}

static void set_put(struct finder *f, uint32_t row)
{
    uint32_t i = row * 0x9E3779B1u & f->set_mask;
    while (f->set[i]) i = (i + 1) & f->set_mask;
    f->set[i] = row + 1;
}

static void found_one(struct finder *f, uint32_t row)
{
    uint32_t i = row * 0x9E3779B1u & f->set_mask;
    for (; f->set[i]; i = (i + 1) & f->set_mask) {
        if (f->set[i] == row + 1) return;
    }
    if (!index_alive(f->index, row)) return;
    __builtin_prefetch(index_slots(f->index, row));
    __builtin_prefetch(index_slots(f->index, row) + f->index->layout.n_slots - 1);
    __builtin_prefetch(&f->index->sketches[row]);
    f->set[i] = row + 1;
    f->found[f->n++] = row;
    if (f->n < f->cap) return;
    f->cap *= 2;
    f->found = wg_xrealloc(f->found, f->cap, sizeof *f->found);
    free(f->set);
    f->set_mask = f->set_mask * 2 + 1;
    f->set = wg_xcalloc((size_t)f->set_mask + 1, sizeof *f->set);
    for (size_t k = 0; k < f->n; k++) set_put(f, f->found[k]);
}

static void clear_set(struct finder *f)
{
    if (f->n * 8 > f->set_mask) {
        memset(f->set, 0, ((size_t)f->set_mask + 1) * sizeof *f->set);
    } else {
        for (size_t k = f->n; k-- > 0;) { /* in reverse, so that no chain is cut before its end */
            uint32_t i = f->found[k] * 0x9E3779B1u & f->set_mask;
            while (f->set[i] != f->found[k] + 1) i = (i + 1) & f->set_mask;
            f->set[i] = 0;
        }
    }
    f->n = 0;
}

static void find_key(struct finder *f, uint32_t key)
{
    const struct match_index *index = f->index;
    const struct postings *p = &index->postings;
    uint32_t shift = (uint32_t)__builtin_clz(p->buckets) + 1;
    uint32_t from = p->start[key >> shift], to = p->start[(key >> shift) + 1];
    if (to - from > p->most * 8) {
        f->skipped += to - from;
        return;
    }
    uint32_t mask = ((uint32_t)1 << p->row_bits) - 1, tag = key << p->row_bits >> p->row_bits;
    for (uint32_t at = from; at < to; at++) {
        if (p->entry[at] >> p->row_bits == tag) found_one(f, p->entry[at] & mask);
    }
    for (uint32_t at = index->added_heads ? index->added_heads[key % ADDED_BUCKETS] : 0; at; at = index->added[at].next) {
        if (index->added[at].key == key) found_one(f, index->added[at].row);
    }
}

void finder_atoms(struct finder *f, const struct words *words, const uint32_t *slots)
{
    f->n_atoms = f->index->built ? keys_atoms(&f->index->layout, words, slots, f->atoms) : 0;
    postings_ahead(&f->index->postings, f->atoms, f->n_atoms);
}

void finder_join(struct finder *f)
{
    const struct postings *p = &f->index->postings;
    clear_set(f);
    f->n_keys = 0;
    if (!f->index->built) return;
    f->n_keys = postings_join(p, &f->index->layout, f->atoms, f->n_atoms, f->keys);
    uint32_t shift = (uint32_t)__builtin_clz(p->buckets) + 1;
    for (size_t i = 0; i < f->n_keys; i++) __builtin_prefetch(&p->start[f->keys[i] >> shift]);
}

void finder_keys(struct finder *f, const struct words *words, const uint32_t *slots)
{
    finder_atoms(f, words, slots);
    finder_join(f);
}

void finder_ahead(const struct finder *f)
{
    const struct postings *p = &f->index->postings;
    if (f->n_keys == 0) return;
    uint32_t shift = (uint32_t)__builtin_clz(p->buckets) + 1;
    for (size_t i = 0; i < f->n_keys; i++) __builtin_prefetch(&p->entry[p->start[f->keys[i] >> shift]]);
}

void finder_gather(struct finder *f)
{
    for (size_t i = 0; i < f->n_keys; i++) find_key(f, f->keys[i]);
}

void finder_run(struct finder *f, const struct words *words, const uint32_t *slots)
{
    finder_keys(f, words, slots);
    finder_ahead(f);
    finder_gather(f);
}

void finder_number(struct finder *f, const struct words *words, const uint32_t *slots)
{
    const struct match_index *index = f->index;
    uint32_t key = 0;
    clear_set(f);
    if (!index->built || !postings_number_key(&index->postings, &index->layout, words, slots, &key)) return;
    find_key(f, key);
    size_t at = index->layout.units[index->layout.idno].slot, n = 0;
    for (size_t i = 0; i < f->n; i++) n += index_slots(index, f->found[i])[at] == slots[at];
    if (n == f->n) return;
    uint32_t kept[64];
    size_t k = 0;
    for (size_t i = 0; i < f->n && k < 64; i++) {
        if (index_slots(index, f->found[i])[at] == slots[at]) kept[k++] = f->found[i];
    }
    clear_set(f);
    for (size_t i = 0; i < k; i++) found_one(f, kept[i]);
}
