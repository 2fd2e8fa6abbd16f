#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

/* A list teaches by a sample of its rows: as many as there are decisions to be made with what they teach, within bounds. */
enum { SAMPLE_LEAST = 256, SAMPLE_MOST = 2000, SAMPLE_PAIRS = 100000, DRAWN_PAIRS = 20000 };
/* Work is shared in portions of a fixed size, whose results are added up in their order: the same for any number of threads. */
enum { ROWS_A_PORTION = 32, PORTIONS_A_WAVE = 8, PAIRS_A_PORTION = 1024 };

/* --- the sample ----------------------------------------------------------------------------------------------------- */
static int by_content(const void *a, const void *b)
{
    const struct row_choice *x = a, *y = b;
    return x->content != y->content ? (x->content < y->content ? -1 : 1) : x->row < y->row ? -1 : x->row > y->row;
}

static uint64_t cell_hash(struct wg_str cell, uint64_t seed)
{
    cell = wg_str_trim(cell);
    return text_hash(cell.p, cell.n, seed);
}

/* The same for rows that say the same in the same words, wherever they stand and whatever they are called. */
static uint64_t raw_content(const struct pupil *p, size_t row)
{
    const struct wg_str *cells = p->rows->cells + row * p->rows->n_fields;
    uint64_t sum = 1;
    for (size_t i = 0; i < p->map->n; i++) {
        if (p->map->part[i] == PART_NONE || cells[i].n == 0) continue;
        sum += cell_hash(cells[i], (uint64_t)p->map->part[i] << 8 | p->map->slot[i]);
    }
    sum *= 0x94D049BB133111EBu;
    return sum ^ sum >> 31;
}

struct hashing {
    const struct pupil *pupil;
    struct row_choice *all;
};

static void hash_rows(void *arg, size_t from, size_t to, size_t worker)
{
    struct hashing *h = arg;
    (void)worker;
    for (size_t r = from; r < to; r++) h->all[r] = (struct row_choice){raw_content(h->pupil, r), (uint32_t)r};
}

/* Rows of the least contents, in their order: a sample that does not depend on the order of rows. */
static size_t choose_sample(const struct pupil *p, size_t want, struct row_choice **ret)
{
    size_t rows = p->rows->rows, n = 0;
    struct hashing h = {p, wg_xmalloc((rows + 1) * sizeof *h.all)};
    wg_parallel(p->threads, rows, 4096, hash_rows, &h);
    uint64_t bar = rows > 2 * want ? UINT64_MAX / rows * (want * 3 / 2) : UINT64_MAX;
    for (size_t r = 0; r < rows; r++) n += h.all[r].content <= bar;
    if (n < want) bar = UINT64_MAX; /* many equal rows: look at all */
    n = 0;
    for (size_t r = 0; r < rows; r++) {
        if (h.all[r].content <= bar) h.all[n++] = h.all[r];
    }
    if (n) qsort(h.all, n, sizeof *h.all, by_content);
    *ret = h.all;
    return n < want ? n : want;
}

struct sample {
    const struct match_index *index;
    struct dependence dep; /* on the day the list's ages are of */
    const struct batch *rows;
    struct sketch *sketches;
    uint64_t seed;
};

static void sketch_rows(void *arg, size_t from, size_t to, size_t worker)
{
    struct sample *s = arg;
    (void)worker;
    for (size_t i = from; i < to; i++)
        s->sketches[i] = sketch_of(&s->index->layout, batch_words(s->rows, i), batch_slots(s->rows, i));
}

static struct side sample_side(const struct sample *s, size_t i)
{
    return (struct side){.words = batch_words(s->rows, i), .slots = batch_slots(s->rows, i), .sketch = &s->sketches[i]};
}

/* --- the day a list's ages are of ------------------------------------------------------------------------------------- */
enum { AGES_ENOUGH = 300, AGES_LEAST = 12, OLDEST = 64 };

struct dependence list_dependence(const struct match_index *index, const struct model *model)
{
    struct dependence dep = index->dep;
    struct wg_civil now = wg_civil_from_day(dep.today);
    if (model->older) dep.today = wg_day_from_civil(now.year - model->older, now.month, now.month == 2 ? 28 : now.day);
    return dep;
}

/* Years from the age a row gives to the age whom it may speak of has now; -1: not known, or out of the question. */
static int years_behind(const struct match_index *index, struct side row, uint32_t person)
{
    const struct layout *l = &index->layout;
    uint32_t age = row.slots[l->units[l->age].slot], birth = index_slots(index, person)[l->units[l->birth].slot];
    if (!age || !birth) return -1;
    struct blob born = words_blob(&index->words, birth);
    int year = born.form[0] | born.form[1] << 8;
    int years = wg_civil_from_day(index->dep.today).year - year - words_blob(row.words, age).form[0];
    return year && years >= 0 && years < OLDEST ? years : -1;
}

static bool same_value(const struct layout *l, const uint32_t *a, const uint32_t *b, int unit)
{
    return unit >= 0 && a[l->units[unit].slot] && a[l->units[unit].slot] == b[l->units[unit].slot];
}

/* The years behind of the only person that has the row's name; -1 where there is none. */
static int years_of_namesake(const struct match_index *index, struct finder *f, struct side row)
{
    const struct layout *l = &index->layout;
    int years = -1;
    size_t n = 0;
    finder_run(f, row.words, row.slots);
    for (size_t k = 0; k < f->n && n < 2; k++) {
        const uint32_t *person = index_slots(index, f->found[k]);
        if (!same_value(l, row.slots, person, l->name) &&
            !(same_value(l, row.slots, person, l->surname) && same_value(l, row.slots, person, l->given)))
            continue;
        years = years_behind(index, row, f->found[k]);
        n++;
    }
    return n == 1 ? years : -1;
}

/* A list may be years old. Its ages are of the day on which most of its namesakes are as old as it says. */
static int years_old(const struct sample *s)
{
    const struct layout *l = &s->index->layout;
    size_t by_years[OLDEST + 1] = {0}, all = 0, most = 0;
    int old = 0;
    if (l->age < 0 || l->birth < 0) return 0;
    struct finder f;
    finder_init(&f, s->index);
    for (size_t i = 0; i < s->rows->n && all < AGES_ENOUGH; i++) {
        struct side row = sample_side(s, i);
        int years = row.slots[l->units[l->age].slot] ? years_of_namesake(s->index, &f, row) : -1;
        if (years < 0) continue;
        by_years[years]++;
        all++;
    }
    finder_free(&f);
    for (int i = 0; i < OLDEST; i++) {
        if (by_years[i] + by_years[i + 1] <= most) continue;
        most = by_years[i] + by_years[i + 1];
        old = i;
    }
    return all >= AGES_LEAST && 2 * most > all && most > 2 * (by_years[0] + by_years[1]) ? old : 0;
}

/* --- strangers ------------------------------------------------------------------------------------------------------ */
struct drawing {
    const struct sample *sample;
    struct level_counts *counts; /* by portion */
};

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static void draw_some(void *arg, size_t from, size_t to, size_t worker)
{
    const struct drawing *d = arg;
    const struct match_index *index = d->sample->index;
    struct level_counts *counts = &d->counts[from / PAIRS_A_PORTION];
    (void)worker;
    for (size_t k = from; k < to; k++) {
        uint64_t at = mixed(d->sample->seed + k * 0x9E3779B97F4A7C15u) % index->n_by_content;
        uint32_t person = index->by_content[at];
        if (!index_alive(index, person)) continue;
        struct comparison c;
        (void)compare_rows(&index->layout, &d->sample->dep, sample_side(d->sample, k % d->sample->rows->n),
                           index_side(index, person), NULL, 0, &c);
        level_count(counts, &index->layout, &c);
    }
}

/* Rows of the sample against persons of the register, far apart in the order of their contents. */
static void draw_strangers(const struct sample *s, size_t threads, struct model *model)
{
    size_t n = s->rows->n * 64 < DRAWN_PAIRS ? s->rows->n * 64 : DRAWN_PAIRS, portions = n / PAIRS_A_PORTION + 1;
    if (n == 0 || s->index->n_by_content == 0) return;
    struct drawing d = {s, wg_xcalloc(portions, sizeof *d.counts)};
    wg_parallel(threads, n, PAIRS_A_PORTION, draw_some, &d);
    memset(model->known, 0, sizeof model->known);
    model->tried = 0;
    for (size_t i = 0; i < portions; i++) model_add_random(model, &s->index->layout, &d.counts[i]);
    free(d.counts);
}

/* --- pairs that the keys bring together ----------------------------------------------------------------------------- */
/* Entries of one name that are looked at: where more have it, few of them are one person. Few looked at say little. */
enum { NAMESAKES = 4, FEW_NAMESAKES = 10 };
struct portion {
    struct comparison *pairs;
    size_t n, cap, looked;
    uint32_t of_row[ROWS_A_PORTION];                           /* pairs */
    uint32_t namesakes[NAMESAKES + 1], doubles[NAMESAKES + 1]; /* pairs of entries, by how many have the name */
    struct level_counts seen;
};
struct looking {
    const struct sample *sample;
    const struct model *model;
    float cut;
    size_t first; /* row of the wave's first portion */
    struct portion portions[PORTIONS_A_WAVE];
};

void learn_only_register(const struct match_index *index, struct comparison *c)
{
    for (size_t u = 0; u < index->layout.n_units; u++) {
        if (c->shared[u] >= words_total(&index->words)) c->shared[u] = 0;
    }
}

static void look_for_doubles(const struct looking *l, const uint32_t *entries, size_t n, struct portion *out)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            out->namesakes[n]++;
            out->doubles[n] += index_doubles(l->sample->index, l->model, entries[i], entries[j]);
        }
    }
}

static uint32_t look_at_row(const struct looking *l, struct finder *f, size_t i, struct portion *out)
{
    const struct match_index *index = l->sample->index;
    struct side row = sample_side(l->sample, i);
    size_t before = out->n, named = 0;
    uint32_t entries[NAMESAKES];
    int name = index->layout.name;
    finder_run(f, row.words, row.slots);
    out->looked += f->n;
    if (out->n + f->n > out->cap) {
        out->cap = (out->n + f->n) * 2;
        out->pairs = wg_xrealloc(out->pairs, out->cap, sizeof *out->pairs);
    }
    for (size_t k = 0; k < f->n; k++) {
        struct comparison *c = &out->pairs[out->n];
        (void)compare_rows(&index->layout, &l->sample->dep, row, index_side(index, f->found[k]), NULL, 0, c);
        learn_only_register(index, c);
        level_count(&out->seen, &index->layout, c);
        if (name >= 0 && c->level[name] == LEVEL_SAME && named++ < NAMESAKES) entries[named - 1] = f->found[k];
        out->n += model_learns_from(l->model, &index->layout, &index->words, c, l->cut);
    }
    if (named <= NAMESAKES) look_for_doubles(l, entries, named, out);
    return (uint32_t)(out->n - before);
}

static void look_at_rows(void *arg, size_t from, size_t to, size_t worker)
{
    struct looking *l = arg;
    (void)worker;
    struct finder f;
    finder_init(&f, l->sample->index);
    struct portion *out = &l->portions[from / ROWS_A_PORTION];
    for (size_t i = from; i < to; i++) out->of_row[i - from] = look_at_row(l, &f, l->first + i, out);
    finder_free(&f);
}

static void learn_pairs(const struct sample *s, size_t threads, struct model *model)
{
    const struct match_index *index = s->index;
    size_t n = 0, cap = 0, used = 0, looked = 0;
    struct comparison *pairs = NULL;
    double namesakes[NAMESAKES + 1] = {0}, doubles[NAMESAKES + 1] = {0}, doubled[HELD_MOST + 1] = {0};
    uint32_t *per_row = wg_xmalloc((s->rows->n + 1) * sizeof *per_row);
    struct looking *l = wg_xmalloc(sizeof *l);
    *l = (struct looking){.sample = s, .model = model};
    l->cut = model_begin(model, &index->layout, .5 / (double)(index->living + 1), false);
    while (used < s->rows->n && looked < SAMPLE_PAIRS) {
        size_t rows =
            s->rows->n - used < ROWS_A_PORTION * PORTIONS_A_WAVE ? s->rows->n - used : ROWS_A_PORTION * PORTIONS_A_WAVE;
        l->first = used;
        memset(l->portions, 0, sizeof l->portions);
        wg_parallel(threads, rows, ROWS_A_PORTION, look_at_rows, l);
        for (size_t i = 0; i < PORTIONS_A_WAVE; i++) {
            struct portion *p = &l->portions[i];
            if (n + p->n > cap) {
                cap = (n + p->n) * 2;
                pairs = wg_xrealloc(pairs, cap, sizeof *pairs);
            }
            if (p->n) memcpy(pairs + n, p->pairs, p->n * sizeof *pairs);
            size_t first = i * ROWS_A_PORTION, left = rows > first ? rows - first : 0;
            size_t of = left < ROWS_A_PORTION ? left : ROWS_A_PORTION;
            for (size_t k = 0; k < of; k++) per_row[used + first + k] = p->of_row[k];
            n += p->n;
            looked += p->looked;
            model_add_seen(model, &p->seen);
            for (size_t c = 2; c <= NAMESAKES; c++) {
                namesakes[c] += p->namesakes[c];
                doubles[c] += p->doubles[c];
            }
            free(p->pairs);
        }
        used += rows;
    }
    free(l);
    for (size_t c = 2; c <= NAMESAKES; c++) doubled[c] = doubles[c] / (namesakes[c] + FEW_NAMESAKES);
    model_allow_doubles(model, &index->layout, doubled);
    double space = (double)used * (double)index->living;
    if (space < 1) space = 1;
    struct em_sample sample = {.pairs = pairs, .n = n, .per_row = per_row, .rows = used, .space = space};
    model_em(model, &index->layout, &index->words, &sample, .5 * (double)used, 5.0 / ((double)used + 5), false, 20);
    free(per_row);
    free(pairs);
}

void learn_from_list(const struct pupil *p, size_t open, struct model *model)
{
    size_t want = open * 4 < SAMPLE_LEAST ? SAMPLE_LEAST : open * 4 > SAMPLE_MOST ? SAMPLE_MOST : open * 4;
    struct row_choice *rows = NULL;
    size_t n = choose_sample(p, want, &rows);
    uint32_t *pick = wg_xmalloc((n + 1) * sizeof *pick);
    for (size_t i = 0; i < n; i++) pick[i] = rows[i].row;
    struct batch batch;
    batch_read(&batch, &p->index->layout, p->map, &p->index->words, p->rows, pick, n, p->index->options.area_code, p->today,
               p->threads);
    struct sample sample = {.index = p->index,
                            .rows = &batch,
                            .sketches = wg_xmalloc((n + 1) * sizeof *sample.sketches),
                            .seed = n ? rows[0].content : 0};
    wg_parallel(p->threads, n, BATCH_CHUNK, sketch_rows, &sample);
    model->older = years_old(&sample);
    sample.dep = list_dependence(p->index, model);
    draw_strangers(&sample, p->threads, model);
    learn_pairs(&sample, p->threads, model);
    free(sample.sketches);
    batch_free(&batch);
    free(pick);
    free(rows);
}
