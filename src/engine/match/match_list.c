#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum { CHUNK = BATCH_CHUNK, KEPT = 12 };

const char *match_outcome_code(enum match_outcome outcome)
{
    static const char *const codes[] = {"matched", "new", "review", "rejected"};
    return codes[outcome];
}

/* --- a list's rows --------------------------------------------------------------------------------------------------
 * Only rows that need it are read: those the fast way could not settle, a sample to learn from, and settled ones that claim a
 * person whom another row claims as well. */
enum { UNREAD = UINT32_MAX };
struct list {
    const struct match_index *index;
    const struct match_rows *rows;
    struct column_map map;
    size_t threads;
    wg_day today;
    struct batch batch;
    uint32_t *place; /* by row: its place in the batch; from batch.n on, its place among the late ones; UNREAD */
    struct reader reader;
    struct words late_words;
    uint32_t *late;
    size_t n_late, late_cap;
};

static bool is_late(const struct list *l, size_t row)
{
    return l->place[row] >= l->batch.n;
}

static const uint32_t *list_slots(const struct list *l, size_t row)
{
    if (is_late(l, row)) return l->late + (l->place[row] - l->batch.n) * l->index->layout.n_slots;
    return batch_slots(&l->batch, l->place[row]);
}

static const struct words *list_words(const struct list *l, size_t row)
{
    return is_late(l, row) ? &l->late_words : batch_words(&l->batch, l->place[row]);
}

static struct side list_side(const struct list *l, size_t row)
{
    return (struct side){.words = list_words(l, row), .slots = list_slots(l, row)};
}

static void list_open(struct list *l, const struct match_index *index, const struct match_rows *rows, size_t threads,
                      wg_day today)
{
    *l = (struct list){.index = index, .rows = rows, .threads = threads, .today = today};
    layout_map(&index->layout, rows->fields, rows->n_fields, &l->map);
}

static struct pupil list_pupil(const struct list *l)
{
    return (struct pupil){.index = l->index, .rows = l->rows, .map = &l->map, .today = l->today, .threads = l->threads};
}

/* The rows are read chunk by chunk, when they are compared. */
static void list_take(struct list *l, const uint32_t *pick, size_t n)
{
    l->place = wg_xmalloc((l->rows->rows + 1) * sizeof *l->place);
    memset(l->place, 0xFF, (l->rows->rows + 1) * sizeof *l->place);
    for (size_t i = 0; i < n; i++) l->place[pick[i]] = (uint32_t)i;
    batch_open(&l->batch, &l->index->layout, &l->map, &l->index->words, l->rows, pick, n, l->index->options.area_code, l->today,
               l->threads);
}

static void list_read_late(struct list *l, size_t row)
{
    if (l->place[row] != UNREAD) return;
    size_t line = l->index->layout.n_slots;
    if (!l->late) {
        words_init(&l->late_words, &l->index->words);
        reader_init(&l->reader, &l->index->layout, &l->map, &l->late_words, l->index->options.area_code, l->today);
    }
    if (l->n_late == l->late_cap) {
        l->late_cap = l->late_cap ? l->late_cap * 2 : 64;
        l->late = wg_xrealloc(l->late, l->late_cap * line, sizeof *l->late);
    }
    reader_row(&l->reader, l->rows->cells + row * l->rows->n_fields, l->late + l->n_late * line);
    l->place[row] = (uint32_t)(l->batch.n + l->n_late++);
}

static void list_close(struct list *l)
{
    if (l->late) {
        reader_free(&l->reader);
        words_free(&l->late_words);
    }
    free(l->late);
    free(l->place);
    batch_free(&l->batch);
}

/* --- comparing one row with the register ---------------------------------------------------------------------------- */
struct candidate {
    uint32_t row;
    float bits;
    double odds; /* of being the one, against everyone else */
    uint8_t idno, name;
    bool name_differs, phone, birth, address;
    bool twin;        /* another entry of whom the best is */
    bool stands;      /* the rest would do without the number */
    uint64_t content; /* of the person's sketch */
};
struct row_result {
    struct candidate *kept; /* best first */
    uint32_t found;
    uint8_t n;
    bool comparable, settled;
};
/* The best of a row while it is compared. */
struct best {
    struct candidate kept[KEPT];
    size_t n, found;
};
struct matching {
    struct list *list;
    const struct model *model;
    struct dependence dep; /* on the day the list's ages are of */
    const struct match_options *options;
    const struct settler *settler;
    float cut;
    const uint32_t *open; /* rows that were read */
    struct row_result *results;
    struct wg_arena **arenas; /* of the workers, for what is kept */
    size_t *compared, *skipped;
    const struct wg_progress *progress;
};

/* Of equal odds, what the persons say decides: an order that their places in the register have no part in. */
static bool better(const struct match_index *index, const struct candidate *a, const struct candidate *b)
{
    if (a->odds > b->odds || a->odds < b->odds) return a->odds > b->odds;
    if (a->content != b->content) return a->content < b->content;
    uint64_t x = row_content(&index->layout, &index->words, index_slots(index, a->row)),
             y = row_content(&index->layout, &index->words, index_slots(index, b->row));
    return x != y ? x < y : a->row < b->row;
}

static void keep(const struct match_index *index, struct best *r, const struct candidate *c)
{
    size_t at = r->n;
    if (at == KEPT) {
        if (!better(index, c, &r->kept[KEPT - 1])) return;
        at--;
    } else {
        r->n++;
    }
    while (at > 0 && better(index, c, &r->kept[at - 1])) {
        r->kept[at] = r->kept[at - 1];
        at--;
    }
    r->kept[at] = *c;
}

static bool says_same(uint8_t level)
{
    return level != LEVEL_MISSING && level != LEVEL_DIFFERS;
}

static struct candidate judge(const struct layout *l, const uint8_t *levels, const struct scored *scored, uint32_t row)
{
    struct candidate c = {.row = row, .bits = scored->bits};
    double p = scored->probability;
    c.odds = p < 1 - 1e-15 ? p / (1 - p) : 1e15;
    c.idno = l->idno >= 0 ? levels[l->idno] : LEVEL_MISSING;
    uint8_t han = l->name >= 0 ? levels[l->name] : LEVEL_MISSING;
    uint8_t surname = l->surname >= 0 ? levels[l->surname] : LEVEL_MISSING,
            given = l->given >= 0 ? levels[l->given] : LEVEL_MISSING;
    c.name = han != LEVEL_MISSING ? han : given != LEVEL_MISSING ? given : surname;
    c.name_differs = han == LEVEL_DIFFERS || han == LEVEL_SURNAME_ONLY || han == LEVEL_GIVEN_ONLY ||
                     ((given == LEVEL_DIFFERS || given == LEVEL_VAGUE) && !says_same(han)) ||
                     (surname == LEVEL_DIFFERS && given == LEVEL_MISSING);
    for (size_t u = 0; u < l->n_units; u++) {
        c.phone = c.phone || (l->units[u].kind == UNIT_PHONE && says_same(levels[u]));
        c.birth = c.birth || (l->units[u].kind == UNIT_BIRTH && says_same(levels[u]));
        c.address = c.address || (l->units[u].kind == UNIT_ADDRESS && says_same(levels[u]));
    }
    return c;
}

/* Equal numbers are always shown, however much else speaks against them. */
static bool same_number(const struct match_index *index, const uint32_t *slots, uint32_t person)
{
    if (index->layout.idno < 0) return false;
    size_t at = index->layout.units[index->layout.idno].slot;
    return slots[at] && slots[at] == index_slots(index, person)[at];
}

static bool is_number(const struct match_index *index, struct side side)
{
    uint32_t id = side.slots[index->layout.units[index->layout.idno].slot];
    return id && words_blob(side.words, id).mark == MARK_NUMBER;
}

/* How common it is weighs wherever two names are alike. */
static void fetch_name(const struct match_index *index, uint32_t person)
{
    int name = index->layout.name;
    if (name >= 0) __builtin_prefetch(words_at(&index->words, index_slots(index, person)[index->layout.units[name].slot]));
}

#define LEAST_KEPT 1e-4 /* probability, or odds: of who is less probable nothing is kept */

static void judge_found(const struct matching *m, const struct finder *f, struct side side, struct best *r)
{
    const struct match_index *index = m->list->index;
    r->n = 0;
    r->found += f->n;
    for (size_t i = 0; i < f->n; i++) {
        struct comparison c;
        struct scored scored;
        if (i + 2 < f->n) fetch_name(index, f->found[i + 2]);
        struct side person = index_side(index, f->found[i]);
        if (!compare_rows(&index->layout, &m->dep, side, person, m->model, m->cut, &c)) {
            if (!same_number(index, side.slots, f->found[i])) continue;
            (void)compare_rows(&index->layout, &m->dep, side, person, NULL, 0, &c);
        }
        model_score(m->model, &index->layout, side.words, side.memo, &c, &scored);
        bool idno_same = index->layout.idno >= 0 && c.level[index->layout.idno] == LEVEL_SAME;
        if (scored.probability < LEAST_KEPT / (1 + LEAST_KEPT) && !idno_same) continue;
        struct candidate found = judge(&index->layout, c.level, &scored, f->found[i]);
        /* Of an identity number everyone knows that it is one person's; of other codes only the model can say how far that holds. */
        bool number = found.idno == LEVEL_SAME && is_number(index, side);
        if (found.idno == LEVEL_SAME && !number) found.stands = true;
        if (number && found.name_differs) {
            c.level[index->layout.idno] = LEVEL_MISSING;
            model_score(m->model, &index->layout, side.words, side.memo, &c, &scored);
            found.stands = scored.probability > .5;
        }
        if (r->n == KEPT && found.odds < r->kept[KEPT - 1].odds) continue;
        found.content = sketch_content(person.sketch);
        keep(index, r, &found);
    }
}

/* Number and name agree: whoever else resembles the row is somebody else, and need not be looked for. */
static bool settled_by_number(const struct best *r)
{
    return r->n > 0 && r->kept[0].idno == LEVEL_SAME && r->kept[0].name != LEVEL_MISSING && !r->kept[0].name_differs &&
           r->kept[0].odds > 1e3;
}

static void keep_settled(struct row_result *r, const struct settled *s, struct wg_arena *arena)
{
    *r = (struct row_result){.kept = wg_alloc(arena, sizeof *r->kept), .n = 1, .found = 1, .comparable = true, .settled = true};
    *r->kept = (struct candidate){.row = s->row, .bits = s->bits, .odds = s->odds, .name = LEVEL_SAME};
    r->kept->idno = s->by_phone ? LEVEL_MISSING : LEVEL_SAME;
    r->kept->phone = s->by_phone;
}

/* A row on its way to its candidates. A few are under way at a time, so that what one waits for is fetched while others are
 * worked at. */
enum { FLIGHTS = 5 };
struct flight {
    struct finder finder;
    struct side side;
    struct sketch sketch;
    struct rarity_memo memo;
    struct best best;
    uint64_t number; /* as number_pack has it */
    uint32_t row;
    bool landed; /* it needs no more looking for */
};

static uint64_t row_number(const struct match_index *index, struct side side)
{
    const struct layout *l = &index->layout;
    uint32_t value = l->idno >= 0 ? side.slots[l->units[l->idno].slot] : 0;
    if (!value) return 0;
    struct blob b = words_blob(side.words, value);
    return b.mark == MARK_NUMBER ? number_pack((struct wg_str){b.text, b.n_text}) : 0;
}

/* Of all odds of a row; an entry of less changes nothing that is seen, and need not be looked at again. */
#define LEAST_TWIN 1e-3

static double odds_of_all(const struct row_result *r)
{
    double all = 1; /* nobody */
    for (size_t i = 0; i < r->n; i++) all += r->kept[i].odds;
    return all;
}

static void find_twins(const struct matching *m, struct row_result *r)
{
    double least = odds_of_all(r) * LEAST_TWIN;
    for (size_t i = 1; i < r->n; i++)
        r->kept[i].twin = r->kept[i].odds > least && index_doubles(m->list->index, m->model, r->kept[0].row, r->kept[i].row);
}

static void land(const struct matching *m, struct flight *f, struct wg_arena *arena)
{
    struct row_result *r = &m->results[f->row];
    r->found = f->best.found < UINT32_MAX ? (uint32_t)f->best.found : UINT32_MAX;
    r->n = (uint8_t)f->best.n;
    r->kept = wg_alloc_n(arena, f->best.n, sizeof *r->kept);
    if (f->best.n) memcpy(r->kept, f->best.kept, f->best.n * sizeof *r->kept);
    find_twins(m, r); /* while they are at hand */
    f->landed = true;
}

/* Fetches what boarding will read. */
static void call_up(const struct matching *m, uint32_t row)
{
    struct side side = list_side(m->list, row);
    for (size_t s = 1; s < m->list->index->layout.n_slots; s++) __builtin_prefetch(words_at(side.words, side.slots[s]));
}

/* Reads what the next steps ask for, and fetches what they will look up. */
static void board(const struct matching *m, struct flight *f, uint32_t row)
{
    const struct match_index *index = m->list->index;
    f->row = row;
    f->side = list_side(m->list, row);
    f->landed = row_identifies(&index->layout, f->side.slots) == 0;
    m->results[row].comparable = !f->landed;
    if (f->landed) return;
    f->sketch = sketch_of(&index->layout, f->side.words, f->side.slots);
    f->number = row_number(index, f->side);
    if (f->number) numbers_ahead(&index->numbers, f->number);
    if (f->sketch.phone) numbers_ahead(&index->phones, f->sketch.phone);
    finder_atoms(&f->finder, f->side.words, f->side.slots);
}

/* Number and name first: they settle most rows. */
static void take_off(const struct matching *m, struct flight *f, struct wg_arena *arena)
{
    const struct match_index *index = m->list->index;
    struct settled settled;
    if (settle_slots(m->settler, f->side.words, f->side.slots, &f->sketch, &settled)) {
        keep_settled(&m->results[f->row], &settled, arena);
        f->landed = true;
        return;
    }
    memset(&f->memo, 0, sizeof f->memo);
    f->side.sketch = &f->sketch;
    f->side.memo = &f->memo;
    f->best.n = f->best.found = 0;
    if (numbers_next(&index->numbers, f->number, NULL)) {
        finder_number(&f->finder, f->side.words, f->side.slots);
        judge_found(m, &f->finder, f->side, &f->best);
        if (settled_by_number(&f->best)) {
            land(m, f, arena);
            return;
        }
    }
    finder_join(&f->finder);
}

static struct wg_arena *arena_of(const struct matching *m, size_t worker)
{
    if (!m->arenas[worker]) m->arenas[worker] = wg_arena_new();
    return m->arenas[worker];
}

/* One step of each flight; `at` is the place of the one that is boarded. */
static void step_flights(const struct matching *m, struct flight *flights, size_t at, size_t from, size_t to,
                         struct wg_arena *arena)
{
    if (at + 1 < to) call_up(m, m->open[at + 1]);
    if (at < to) board(m, &flights[at % FLIGHTS], m->open[at]);
    for (size_t k = 1; k < FLIGHTS && k <= at - from; k++) {
        struct flight *f = &flights[(at - k) % FLIGHTS];
        if (at - k >= to || f->landed) continue;
        if (k == 1) take_off(m, f, arena);
        if (k == 2) finder_ahead(&f->finder);
        if (k == 3) finder_gather(&f->finder);
        if (k < FLIGHTS - 1) continue;
        judge_found(m, &f->finder, f->side, &f->best);
        land(m, f, arena);
    }
}

/* Row numbers at `from`..`to` of those that are open. */
static void match_open(void *arg, size_t from, size_t to, size_t worker)
{
    const struct matching *m = arg;
    if (wg_progress_cancelled(m->progress)) return;
    struct wg_arena *arena = arena_of(m, worker);
    struct flight *flights = wg_xcalloc(FLIGHTS, sizeof *flights);
    size_t compared = 0, skipped = 0;
    if (!batch_has_chunk(&m->list->batch, from)) batch_read_chunk(&m->list->batch, from, to, worker);
    for (size_t i = 0; i < FLIGHTS; i++) finder_init(&flights[i].finder, m->list->index);
    for (size_t at = from; at < to + FLIGHTS - 1; at++) step_flights(m, flights, at, from, to, arena);
    for (size_t i = from; i < to; i++) compared += m->results[m->open[i]].found;
    for (size_t i = 0; i < FLIGHTS; i++) {
        skipped += flights[i].finder.skipped;
        finder_free(&flights[i].finder);
    }
    free(flights);
    m->compared[from / CHUNK] = compared;
    m->skipped[from / CHUNK] = skipped;
    /* Progress comes from whoever is at it; the order of reports does not matter. */
    if (worker == 0) wg_progress_report(m->progress, .2 + .7 * (double)to / (double)m->list->batch.n);
}

static void settle_rows(void *arg, size_t from, size_t to, size_t worker)
{
    const struct matching *m = arg;
    const struct match_rows *rows = m->list->rows;
    struct settled settled[CHUNK];
    struct wg_arena *arena = arena_of(m, worker);
    settle_cells(m->settler, rows->cells + from * rows->n_fields, rows->n_fields, to - from, settled);
    for (size_t r = from; r < to; r++) {
        if (settled[r - from].odds > 0) keep_settled(&m->results[r], &settled[r - from], arena);
    }
}

/* --- learning and reading at once --------------------------------------------------------------------------------------
 * Neither needs the other, and learning has stretches for one thread only. Half of the threads learn; the others read until the
 * model is there, and what they have not come to is read when it is compared, which is the better moment for it. */
struct opening {
    struct list *list;
    struct pupil pupil;
    struct model *model;
    bool learnt;
};

static void learn_or_read(void *arg, size_t from, size_t to, size_t worker)
{
    struct opening *o = arg;
    struct batch *batch = &o->list->batch;
    for (size_t item = from; item < to; item++) {
        if (item == 0) {
            learn_from_list(&o->pupil, batch->n, o->model);
            __atomic_store_n(&o->learnt, true, __ATOMIC_RELAXED);
        } else if (!__atomic_load_n(&o->learnt, __ATOMIC_RELAXED)) {
            size_t first = (item - 1) * CHUNK, end = first + CHUNK < batch->n ? first + CHUNK : batch->n;
            batch_read_chunk(batch, first, end, worker);
        }
    }
}

static void learn_while_reading(struct list *list, struct model *model)
{
    struct opening o = {.list = list, .pupil = list_pupil(list), .model = model};
    o.pupil.threads = (list->threads + 1) / 2;
    wg_parallel(list->threads - o.pupil.threads + 1, (list->batch.n + CHUNK - 1) / CHUNK + 1, 1, learn_or_read, &o);
}

/* --- one person, one row -------------------------------------------------------------------------------------------- */
struct claim {
    uint32_t person, row;
    double odds;
    uint64_t content; /* of the list row */
};

static int by_person(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    if (x->odds > y->odds) return -1;
    if (x->odds < y->odds) return 1;
    if (x->content != y->content) return x->content < y->content ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static void withdraw(const struct matching *m, struct row_result *r)
{
    for (size_t i = 1; i < r->n; i++) r->kept[i - 1] = r->kept[i];
    r->n--;
    find_twins(m, r);
}

/* Do two rows of the list speak of one person, judged as a row and a person would be? */
static bool repeat(const struct matching *m, uint32_t a, uint32_t b)
{
    const struct match_index *index = m->list->index;
    struct comparison c;
    struct scored s;
    (void)compare_rows(&index->layout, &m->dep, list_side(m->list, a), list_side(m->list, b), NULL, 0, &c);
    learn_only_register(index, &c);
    model_score(m->model, &index->layout, &index->words, NULL, &c, &s);
    return s.bits > 0;
}

static bool claims_someone(const struct row_result *r)
{
    return r->n > 0 && r->kept[0].odds >= .1;
}

/* Persons that more than one row claims, as bits. Returns whether there are any. */
static bool find_contested(const struct matching *m, uint64_t *claimed, uint64_t *contested)
{
    size_t words = m->list->index->rows / 64 + 1;
    bool any = false;
    memset(claimed, 0, words * sizeof *claimed);
    memset(contested, 0, words * sizeof *contested);
    for (size_t r = 0; r < m->list->rows->rows; r++) {
        if (!claims_someone(&m->results[r])) continue;
        uint32_t person = m->results[r].kept[0].row;
        uint64_t bit = (uint64_t)1 << (person & 63), before = claimed[person >> 6];
        contested[person >> 6] |= before & bit;
        any = any || (before & bit);
        claimed[person >> 6] |= bit;
    }
    return any;
}

/* The claims on contested persons; a settled row has to show the rest of what it says as well. */
static size_t gather_claims(const struct matching *m, const uint64_t *contested, struct claim *claims)
{
    const struct match_index *index = m->list->index;
    size_t n = 0;
    for (size_t r = 0; r < m->list->rows->rows; r++) {
        const struct row_result *result = &m->results[r];
        if (!claims_someone(result)) continue;
        uint32_t person = result->kept[0].row;
        if (!(contested[person >> 6] >> (person & 63) & 1)) continue;
        double odds = result->kept[0].odds;
        list_read_late(m->list, r);
        if (result->settled) {
            struct comparison c;
            struct scored s;
            (void)compare_rows(&index->layout, &m->dep, list_side(m->list, r), index_side(index, person), NULL, 0, &c);
            model_score(m->model, &index->layout, list_words(m->list, r), NULL, &c, &s);
            odds = s.probability < 1 - 1e-15 ? s.probability / (1 - s.probability) : 1e15;
        }
        claims[n++] = (struct claim){person, (uint32_t)r, odds,
                                     row_content(&index->layout, list_words(m->list, r), list_slots(m->list, r))};
    }
    return n;
}

/* A person claimed by several rows goes to the best; the others fall back on their next. Repeats until nothing is contested. */
static void settle_claims(const struct matching *m)
{
    size_t rows = m->list->rows->rows, words = m->list->index->rows / 64 + 1;
    struct claim *claims = wg_xmalloc((rows + 1) * sizeof *claims);
    uint64_t *bits = wg_xmalloc(2 * words * sizeof *bits);
    for (int again = 0; again < 8 && find_contested(m, bits, bits + words); again++) {
        size_t n = gather_claims(m, bits + words, claims), withdrawn = 0;
        qsort(claims, n, sizeof *claims, by_person);
        for (size_t i = 0; i < n;) {
            size_t end = i + 1;
            for (; end < n && claims[end].person == claims[i].person; end++) {
                if (m->options->many_to_one && repeat(m, claims[i].row, claims[end].row)) continue;
                withdraw(m, &m->results[claims[end].row]);
                withdrawn++;
            }
            i = end;
        }
        if (withdrawn == 0) break;
    }
    free(bits);
    free(claims);
}

/* --- outcomes ------------------------------------------------------------------------------------------------------- */
static const char *reason_matched(const struct candidate *c)
{
    bool named = c->name != LEVEL_MISSING && !c->name_differs;
    if (c->idno == LEVEL_SAME) return "idno";
    if (says_same(c->idno)) return named ? "idno_nearly_name" : "idno_nearly";
    if (c->phone && named) return "phone_name";
    if (c->birth && named) return "name_birth";
    if (c->address && named) return "name_address";
    return named ? "name" : "fields";
}

static void decide(const struct matching *m, struct row_result *r, struct wg_arena *arena, struct match_link *link)
{
    const struct match_costs *costs = &m->options->costs;
    double sure = 1 - costs->review / costs->false_match, hopeless = costs->review / costs->missed_match;
    size_t n = r->n < m->options->candidates ? r->n : m->options->candidates;
    struct match_candidate *out = wg_alloc_n(arena, n, sizeof *out);
    double all = odds_of_all(r);
    for (size_t i = 0; i < n; i++)
        out[i] =
            (struct match_candidate){.key = r->kept[i].row, .probability = r->kept[i].odds / all, .weight = r->kept[i].bits};
    *link = (struct match_link){.outcome = MATCH_NEW, .candidates = out, .n_candidates = n, .reason = "no_candidate"};
    if (!r->comparable) {
        link->outcome = MATCH_REJECTED;
        link->reason = "nothing_to_compare";
        return;
    }
    if (r->n == 0) return;
    const struct candidate *best = &r->kept[0];
    double mine = best->odds; /* also as the register's other entries of that person */
    for (size_t i = 1; i < r->n; i++) mine += r->kept[i].twin ? r->kept[i].odds : 0;
    double p = mine / all;
    link->best = (struct match_candidate){.key = best->row, .probability = p, .weight = best->bits};
    for (size_t i = 0; i < r->n; i++) {
        if (r->kept[i].idno != LEVEL_SAME || !r->kept[i].name_differs || r->kept[i].stands || p >= sure) continue;
        link->outcome = MATCH_REVIEW;
        link->reason = "idno_and_name_differ";
        return;
    }
    if (p >= sure && best->idno == LEVEL_SAME && best->name_differs && !best->stands) {
        link->outcome = MATCH_REVIEW;
        link->reason = "idno_and_name_differ";
    } else if (p >= sure) {
        link->outcome = MATCH_MATCHED;
        link->reason = reason_matched(best);
    } else if (r->n > 1 && r->kept[1].odds > best->odds * .2 &&
               (p >= hopeless || (1 - 1 / all >= hopeless && r->n <= m->options->candidates))) {
        link->outcome = MATCH_REVIEW;
        link->reason = "two_close";
    } else if (p >= hopeless) {
        link->outcome = MATCH_REVIEW;
        link->reason = "unsure";
    } else {
        link->reason = 1 - 1 / all >= hopeless ? "namesakes" : "too_unlike";
    }
}

static void measure_link(const struct match_link *link, struct match_measure *measure)
{
    double any = 0;
    for (size_t i = 0; i < link->n_candidates; i++) any += link->candidates[i].probability;
    if (link->outcome == MATCH_MATCHED) measure->expected_false_matches += 1 - link->best.probability;
    if (link->outcome == MATCH_NEW) measure->expected_missed += any;
}

uint64_t weights_signature(const struct layout *l)
{
    uint64_t h = sizeof(struct model) * UNITS_MAX + LEVELS;
    for (size_t u = 0; u < l->n_units; u++)
        h = (h ^ ((uint64_t)l->units[u].kind << 16 | (uint64_t)l->units[u].column << 8 | l->units[u].slots)) *
            0x9E3779B97F4A7C15u;
    return h;
}

int match_learn(struct wg_ctx *ctx, const struct match_index *index, const struct match_rows *rows,
                const struct match_options *options, struct match_weights **ret_weights)
{
    struct list list;
    list_open(&list, index, rows, options->threads ? options->threads : wg_cores(), options->today);
    struct settler settler;
    settler_make(&settler, index, &list.map, 1 - options->costs.review / options->costs.false_match);
    struct match_weights *weights = wg_alloc(ctx->arena, sizeof *weights);
    weights->signature = weights_signature(&index->layout);
    weights->model = index->model;
    struct pupil pupil = list_pupil(&list);
    learn_from_list(&pupil, settle_count_open(&settler, rows, list.threads), &weights->model);
    *ret_weights = weights;
    return 0;
}

size_t match_weights_bytes(void)
{
    return sizeof(struct match_weights);
}

static void make_links(struct wg_ctx *ctx, const struct matching *m, size_t n_chunks, struct match_link **ret_links,
                       struct match_measure *ret_measure)
{
    const struct match_costs *costs = &m->options->costs;
    size_t rows = m->list->rows->rows;
    struct match_measure measure = {.rows = rows,
                                    .register_size = m->list->index->living,
                                    .blocks_split = m->list->index->postings.split,
                                    .threshold_match = 1 - costs->review / costs->false_match,
                                    .threshold_review = costs->review / costs->missed_match,
                                    .pairs_compared = rows - m->list->batch.n};
    struct match_link *links = wg_alloc_n(ctx->arena, rows, sizeof *links);
    for (size_t r = 0; r < rows; r++) {
        decide(m, &m->results[r], ctx->arena, &links[r]);
        measure_link(&links[r], &measure);
    }
    for (size_t i = 0; i < n_chunks; i++) {
        measure.pairs_compared += m->compared[i];
        measure.pairs_skipped += m->skipped[i];
    }
    *ret_links = links;
    *ret_measure = measure;
}

int match_list(struct wg_ctx *ctx, const struct match_index *index, const struct match_rows *rows,
               const struct match_options *options, const struct wg_progress *progress, struct match_link **ret_links,
               struct match_measure *ret_measure)
{
    size_t threads = options->threads ? options->threads : wg_cores(), n_open = 0;
    struct list list;
    list_open(&list, index, rows, threads, options->today);
    struct settler settler;
    settler_make(&settler, index, &list.map, 1 - options->costs.review / options->costs.false_match);
    struct matching m = {.list = &list, .options = options, .settler = &settler, .progress = progress};
    m.results = wg_xcalloc(rows->rows + 1, sizeof *m.results);
    m.arenas = wg_xcalloc(threads + 1, sizeof(struct wg_arena *));
    wg_parallel(threads, rows->rows, CHUNK, settle_rows, &m);

    uint32_t *open = wg_xmalloc((rows->rows + 1) * sizeof *open);
    for (size_t r = 0; r < rows->rows; r++) {
        if (!m.results[r].settled) open[n_open++] = (uint32_t)r;
    }
    m.open = open;
    list_take(&list, open, n_open);
    struct model *model = wg_xmalloc(sizeof *model);
    bool known = options->weights && options->weights->signature == weights_signature(&index->layout);
    *model = known ? options->weights->model : index->model;
    if (!known && n_open > 0)
        learn_while_reading(&list, model);
    else if (!known) /* nothing to weigh but rival claims */
        (void)model_begin(model, &index->layout, .5 / (double)(index->living + 1), false);
    m.model = model;
    m.dep = list_dependence(index, model);
    m.cut = model_cut(model, LEAST_KEPT);
    wg_progress_report(progress, .2);

    size_t n_chunks = (n_open + CHUNK - 1) / CHUNK;
    m.compared = wg_xcalloc(n_chunks + 1, sizeof *m.compared);
    m.skipped = wg_xcalloc(n_chunks + 1, sizeof *m.skipped);
    wg_parallel(list.batch.threads, n_open, CHUNK, match_open, &m);
    batch_close(&list.batch);
    int error = 0;
    if (wg_progress_cancelled(progress)) {
        error = wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    } else {
        if (!options->many_to_one || options->repeats_by_data) settle_claims(&m);
        make_links(ctx, &m, n_chunks, ret_links, ret_measure);
    }
    for (size_t i = 0; i < threads; i++) wg_arena_free(m.arenas[i]);
    free(m.arenas);
    free(m.results);
    free(m.compared);
    free(m.skipped);
    free(open);
    free(model);
    list_close(&list);
    wg_progress_report(progress, 1);
    return error;
}
