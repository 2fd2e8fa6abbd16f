#include <math.h>
#include <stdlib.h>

#include "engine/match/match_internal.h"
#include "engine/people/people.h"

enum { IN_FLIGHT = 16, COUNTED_AT_ONCE = 512 };

/* --- the columns of a list ------------------------------------------------------------------------------------------ */
static void take_column(size_t *column, size_t i, bool *twice)
{
    *twice = *twice || *column != SIZE_MAX;
    *column = i;
}

/* The columns a row can be settled by unread: one that is the number, one that is the whole name, one that is the telephone. */
static void find_columns(struct settler *s, const struct column_map *map)
{
    const struct layout *l = &s->index->layout;
    bool names = false, numbers = false, phones = false, unclear = false;
    for (size_t i = 0; i < map->n; i++) {
        if (map->part[i] == PART_NONE) continue;
        bool slot = map->part[i] == PART_SLOT;
        if (map->part[i] == PART_NAME)
            take_column(&s->name_column, i, &names);
        else if (map->part[i] == PART_SURNAME || map->part[i] == PART_GIVEN)
            names = true; /* names in parts are put together by the reader */
        else if (slot && map->unit[i] == l->idno)
            take_column(&s->number_column, i, &numbers);
        else if (slot && map->unit[i] == l->phone)
            take_column(&s->phone_column, i, &phones);
        else if (slot && map->unit[i] == l->birth)
            take_column(&s->birth_column, i, &unclear);
        else if (slot && map->unit[i] == l->sex)
            take_column(&s->sex_column, i, &unclear);
        else if (slot && l->units[map->unit[i]].kind == UNIT_ADDRESS)
            continue;
        else if (s->n_others < SETTLE_OTHERS)
            s->others[s->n_others++] = i;
        else
            unclear = true;
    }
    if (names || s->name_column == SIZE_MAX) s->number_column = s->phone_column = SIZE_MAX;
    if (numbers || phones || unclear) s->phone_column = SIZE_MAX;
    if (numbers) s->number_column = SIZE_MAX;
}

static float least_of_address(const struct layout *l, const struct model *model)
{
    float least = 0;
    for (size_t u = 0; u < l->n_units; u++) {
        if (l->units[u].kind == UNIT_ADDRESS) least += model->table[CLASS_SAME][u][LEVEL_DIFFERS];
    }
    return least < 0 ? least : 0;
}

static float bits_of_same(const struct model *model, int unit)
{
    return model->table[CLASS_SAME][unit][LEVEL_SAME];
}

/* The weights of before any list: the register's own counts and the usual rate of errors. */
void settler_make(struct settler *s, const struct match_index *index, const struct column_map *map, double sure)
{
    const struct layout *l = &index->layout;
    *s = (struct settler){.index = index,
                          .number_column = SIZE_MAX,
                          .name_column = SIZE_MAX,
                          .phone_column = SIZE_MAX,
                          .birth_column = SIZE_MAX,
                          .sex_column = SIZE_MAX};
    if (l->name < 0 || l->surname < 0 || l->given < 0 || !index->built) return;
    find_columns(s, map);
    struct model *model = wg_xmalloc(sizeof *model);
    *model = index->model;
    double lambda = .5 / ((double)index->living + 1), bar = sure / (1 - sure);
    (void)model_begin(model, l, lambda, false);
    if (index->numbers.n) {
        float bits = bits_of_same(model, l->idno) - (float)log2(model->rare[l->idno]);
        s->number = bits > MOST_BITS ? MOST_BITS : bits;
    }
    if (index->phones.n) {
        s->phone = bits_of_same(model, l->phone);
        s->rare_phone = (float)model->rare[l->phone];
    }
    s->name = bits_of_same(model, l->name);
    s->rare_name = (float)model->rare[l->name];
    s->rows = model->rows;
    s->prior = (float)log2(lambda / (1 - lambda));
    s->least = bar > 1e3 ? bar : 1e3;
    /* Scoring all fields would come to the same even if the address spoke against it. */
    s->least_phone = bar * exp2(-(double)least_of_address(l, model));
    free(model);
}

/* --- what number and name, telephone and name weigh ----------------------------------------------------------------- */
static float at_most(float bits)
{
    return bits > MOST_BITS ? (float)MOST_BITS : bits;
}

static float bits_of_value(const struct settler *s, float same, float rare, double count)
{
    float p = (float)((count > 1 ? count - .5 : 0) / (s->rows + 1));
    return at_most(same - log2f(p > rare ? p : rare));
}

static bool weigh(const struct settler *s, float bits, double least, struct settled *ret)
{
    double odds = exp2((double)(bits + s->prior));
    ret->bits = bits;
    if (odds > least) ret->odds = odds < 1e15 ? odds : 1e15;
    return ret->odds > 0;
}

static bool judge(const struct settler *s, uint32_t person, uint32_t name, struct settled *ret)
{
    float bits = bits_of_value(s, s->name, s->rare_name, words_count(&s->index->words, name));
    *ret = (struct settled){.row = person};
    return weigh(s, s->number + bits, s->least, ret);
}

static bool judge_phone(const struct settler *s, uint32_t person, uint32_t name, size_t holders, struct settled *ret)
{
    float bits = bits_of_value(s, s->name, s->rare_name, words_count(&s->index->words, name)) +
                 bits_of_value(s, s->phone, s->rare_phone, (double)holders);
    *ret = (struct settled){.row = person, .by_phone = true};
    return weigh(s, bits, s->least_phone, ret);
}

/* Of those who hold the telephone, the only one of that name. */
static const struct held *holder(const struct settler *s, uint64_t phone, struct wg_str name, size_t *ret_holders)
{
    const struct held *found = NULL;
    size_t n = 0, named = 0;
    for (const struct held *h = numbers_next(&s->index->phones, phone, NULL); h;
         h = numbers_next(&s->index->phones, phone, h)) {
        n++;
        if (!h->name) continue;
        struct blob b = words_blob_own(&s->index->words, h->name);
        if (b.n_text != name.n || memcmp(b.text, name.p, name.n) != 0) continue;
        named++;
        found = h;
    }
    *ret_holders = n;
    return named == 1 ? found : NULL;
}

/* --- rows as they came ---------------------------------------------------------------------------------------------- */
static void settle_some(const struct settler *s, const struct wg_str *cells, size_t n_fields, size_t n, struct settled *ret)
{
    const struct words *words = &s->index->words;
    uint64_t number[IN_FLIGHT];
    const struct held *held[IN_FLIGHT];
    for (size_t i = 0; i < n; i++) {
        number[i] = number_pack(cells[i * n_fields + s->number_column]);
        if (number[i]) numbers_ahead(&s->index->numbers, number[i]);
    }
    for (size_t i = 0; i < n; i++) {
        held[i] = numbers_find(&s->index->numbers, number[i]);
        if (held[i] && held[i]->name) __builtin_prefetch(words_at(words, held[i]->name));
        if (held[i]) __builtin_prefetch(cells[i * n_fields + s->name_column].p);
    }
    for (size_t i = 0; i < n; i++) {
        if (!held[i] || !held[i]->name) continue;
        struct blob name = words_blob_own(words, held[i]->name);
        struct wg_str cell = cells[i * n_fields + s->name_column];
        if (cell.n == name.n_text && memcmp(cell.p, name.text, cell.n) == 0)
            (void)judge(s, held[i]->row, held[i]->name, &ret[i]);
    }
}

/* Eleven digits as a sketch has them; 0 when the cell is anything else. */
static uint64_t phone_of(struct wg_str s)
{
    uint64_t phone = 0;
    if (s.n != 11 || s.p[0] != '1') return 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return 0;
        phone = phone << 4 | (uint64_t)(s.p[i] - '0');
    }
    return phone;
}

/* 2020-02-14 or 20200214 as a sketch has it; 0 when the cell is anything else. */
static uint32_t date_of(struct wg_str s)
{
    uint32_t date = 0;
    if (s.n != 8 && (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')) return 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.n == 10 && (i == 4 || i == 7)) continue;
        if (s.p[i] < '0' || s.p[i] > '9') return 0;
        date = date << 4 | (uint32_t)(s.p[i] - '0');
    }
    return date;
}

static uint8_t sex_of(const struct match_index *index, uint32_t row)
{
    uint32_t sex = index->layout.sex >= 0 ? index_slots(index, row)[index->layout.units[index->layout.sex].slot] : 0;
    return sex ? words_blob(&index->words, sex).form[0] : 0;
}

/* What else the row says, but for the address, is nothing or what the person says. */
static bool cells_agree(const struct settler *s, const struct wg_str *cells, uint32_t person)
{
    if (s->number_column != SIZE_MAX && cells[s->number_column].n) return false;
    for (size_t i = 0; i < s->n_others; i++) {
        if (cells[s->others[i]].n) return false;
    }
    struct wg_str birth = s->birth_column == SIZE_MAX ? (struct wg_str){0} : cells[s->birth_column],
                  sex = s->sex_column == SIZE_MAX ? (struct wg_str){0} : cells[s->sex_column];
    if (birth.n && (!date_of(birth) || date_of(birth) != s->index->sketches[person].birth)) return false;
    return sex.n == 0 || people_sex_read(sex) == sex_of(s->index, person);
}

static void settle_some_by_phone(const struct settler *s, const struct wg_str *cells, size_t n_fields, size_t n,
                                 struct settled *ret)
{
    uint64_t phone[IN_FLIGHT];
    for (size_t i = 0; i < n; i++) {
        const struct wg_str *row = cells + i * n_fields;
        bool other = ret[i].odds > 0 || (s->number_column != SIZE_MAX && row[s->number_column].n);
        phone[i] = other ? 0 : phone_of(row[s->phone_column]);
        if (phone[i]) numbers_ahead(&s->index->phones, phone[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct held *held = numbers_next(&s->index->phones, phone[i], NULL);
        if (held && held->name) __builtin_prefetch(words_at(&s->index->words, held->name));
    }
    for (size_t i = 0; i < n; i++) {
        size_t holders = 0;
        const struct held *held = phone[i] ? holder(s, phone[i], cells[i * n_fields + s->name_column], &holders) : NULL;
        if (held && cells_agree(s, cells + i * n_fields, held->row))
            (void)judge_phone(s, held->row, held->name, holders, &ret[i]);
    }
}

void settle_cells(const struct settler *s, const struct wg_str *cells, size_t n_fields, size_t n, struct settled *ret_settled)
{
    memset(ret_settled, 0, n * sizeof *ret_settled);
    for (size_t i = 0; i < n; i += IN_FLIGHT) {
        size_t some = n - i < IN_FLIGHT ? n - i : IN_FLIGHT;
        if (s->number > 0 && s->number_column != SIZE_MAX)
            settle_some(s, cells + i * n_fields, n_fields, some, ret_settled + i);
        if (s->index->phones.n && s->phone_column != SIZE_MAX)
            settle_some_by_phone(s, cells + i * n_fields, n_fields, some, ret_settled + i);
    }
}

struct counting {
    const struct settler *settler;
    const struct match_rows *rows;
    size_t open;
};

static void count_some(void *arg, size_t from, size_t to, size_t worker)
{
    struct counting *c = arg;
    struct settled settled[COUNTED_AT_ONCE];
    size_t open = 0;
    (void)worker;
    settle_cells(c->settler, c->rows->cells + from * c->rows->n_fields, c->rows->n_fields, to - from, settled);
    for (size_t i = 0; i < to - from; i++) open += !(settled[i].odds > 0);
    (void)__atomic_fetch_add(&c->open, open, __ATOMIC_RELAXED);
}

size_t settle_count_open(const struct settler *s, const struct match_rows *rows, size_t threads)
{
    struct counting c = {.settler = s, .rows = rows};
    wg_parallel(threads, rows->rows, COUNTED_AT_ONCE, count_some, &c);
    return c.open;
}

/* --- rows that had to be read: a number or name written in another way settles as well ------------------------------- */
static bool slots_agree(const struct settler *s, const struct words *words, const uint32_t *slots, uint32_t person)
{
    const struct layout *l = &s->index->layout;
    const uint32_t *other = index_slots(s->index, person);
    for (size_t u = 0; u < l->n_units; u++) {
        size_t at = l->units[u].slot;
        if ((int)u == l->name || (int)u == l->phone || l->units[u].kind == UNIT_ADDRESS || !slots[at]) continue;
        if ((int)u == l->sex && slots[at] == other[at]) continue;
        if ((int)u != l->birth || level_date_places(words_blob(words, slots[at])) != s->index->sketches[person].birth)
            return false;
    }
    return true;
}

static bool settle_slots_by_phone(const struct settler *s, const struct words *words, const uint32_t *slots, uint64_t phone,
                                  uint32_t name, struct settled *ret)
{
    size_t holders = 0;
    struct blob b = words_blob(words, name);
    if (!phone || b.mark >= 128) return false;
    const struct held *held = holder(s, phone, (struct wg_str){b.text, b.n_text}, &holders);
    return held && slots_agree(s, words, slots, held->row) && judge_phone(s, held->row, held->name, holders, ret);
}

bool settle_slots(const struct settler *s, const struct words *words, const uint32_t *slots, const struct sketch *sketch,
                  struct settled *ret)
{
    const struct layout *l = &s->index->layout;
    *ret = (struct settled){0};
    if (!s->index->built || l->name < 0) return false;
    uint32_t number = l->idno >= 0 ? slots[l->units[l->idno].slot] : 0, name = slots[l->units[l->name].slot];
    if (!name || slots[l->units[l->surname].slot] || slots[l->units[l->given].slot]) return false;
    if (!number) return settle_slots_by_phone(s, words, slots, sketch->phone, name, ret);
    struct blob b = words_blob(words, number);
    if (s->number == 0 || b.mark != MARK_NUMBER) return false;
    const struct held *held = numbers_find(&s->index->numbers, number_pack((struct wg_str){b.text, b.n_text}));
    return held && held->name == name && judge(s, held->row, name, ret);
}
