#include <math.h>
#include <stdlib.h>

#include "engine/match/match_internal.h"

enum { IN_FLIGHT = 16, COUNTED_AT_ONCE = 512 };

/* The columns a row can be settled by unread: one that is the number, one that is the whole name. */
static void find_columns(struct settler *s, const struct column_map *map)
{
    size_t numbers = 0, names = 0;
    s->number_column = s->name_column = SIZE_MAX;
    for (size_t i = 0; i < map->n; i++) {
        if (map->part[i] == PART_SLOT && map->unit[i] == s->index->layout.idno) {
            s->number_column = i;
            numbers++;
        } else if (map->part[i] == PART_NAME) {
            s->name_column = i;
            names++;
        } else if (map->part[i] == PART_SURNAME || map->part[i] == PART_GIVEN) {
            names = 2; /* names in parts are put together by the reader */
        }
    }
    if (numbers != 1 || names != 1) s->number_column = s->name_column = SIZE_MAX;
}

/* The weights of before any list: the register's own counts and the usual rate of errors. */
void settler_make(struct settler *s, const struct match_index *index, const struct column_map *map, double sure)
{
    const struct layout *l = &index->layout;
    *s = (struct settler){.index = index, .number_column = SIZE_MAX, .name_column = SIZE_MAX};
    if (l->idno < 0 || l->name < 0 || l->surname < 0 || l->given < 0 || !index->numbers.n || !index->built) return;
    find_columns(s, map);
    struct model *model = wg_xmalloc(sizeof *model);
    *model = index->model;
    double lambda = .5 / ((double)index->living + 1);
    (void)model_begin(model, l, lambda, false);
    size_t number = (size_t)l->idno, name = (size_t)l->name;
    float bits = model->table[CLASS_SAME][number][LEVEL_SAME] - (float)log2(model->rare[number]);
    s->number = bits > MOST_BITS ? MOST_BITS : bits;
    s->name = model->table[CLASS_SAME][name][LEVEL_SAME];
    s->rare_name = (float)model->rare[name];
    s->rows = model->rows;
    s->prior = (float)log2(lambda / (1 - lambda));
    double bar = sure / (1 - sure);
    s->least = bar > 1e3 ? bar : 1e3;
    free(model);
}

static bool judge(const struct settler *s, uint32_t person, uint32_t name, struct settled *ret)
{
    double count = words_count(&s->index->words, name), p = (count > 1 ? count - .5 : 0) / (s->rows + 1);
    float bits = s->name - log2f((float)p > s->rare_name ? (float)p : s->rare_name);
    *ret = (struct settled){.row = person, .bits = s->number + (bits > MOST_BITS ? (float)MOST_BITS : bits)};
    double odds = exp2((double)(ret->bits + s->prior));
    if (odds > s->least) ret->odds = odds < 1e15 ? odds : 1e15;
    return ret->odds > 0;
}

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
        ret[i] = (struct settled){0};
        if (!held[i] || !held[i]->name) continue;
        struct blob name = words_blob_own(words, held[i]->name);
        struct wg_str cell = cells[i * n_fields + s->name_column];
        if (cell.n == name.n_text && memcmp(cell.p, name.text, cell.n) == 0)
            (void)judge(s, held[i]->row, held[i]->name, &ret[i]);
    }
}

void settle_cells(const struct settler *s, const struct wg_str *cells, size_t n_fields, size_t n, struct settled *ret_settled)
{
    if (s->number_column == SIZE_MAX || !s->index) {
        memset(ret_settled, 0, n * sizeof *ret_settled);
        return;
    }
    for (size_t i = 0; i < n; i += IN_FLIGHT)
        settle_some(s, cells + i * n_fields, n_fields, n - i < IN_FLIGHT ? n - i : IN_FLIGHT, ret_settled + i);
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

/* The same of a row that had to be read: a number or name written in another way settles as well. */
bool settle_slots(const struct settler *s, const struct words *words, const uint32_t *slots, struct settled *ret)
{
    const struct layout *l = &s->index->layout;
    *ret = (struct settled){0};
    if (s->number == 0) return false;
    uint32_t number = slots[l->units[l->idno].slot], name = slots[l->units[l->name].slot];
    if (!number || !name || slots[l->units[l->surname].slot] || slots[l->units[l->given].slot]) return false;
    struct blob b = words_blob(words, number);
    if (b.mark != MARK_NUMBER) return false;
    const struct held *held = numbers_find(&s->index->numbers, number_pack((struct wg_str){b.text, b.n_text}));
    return held && held->name == name && judge(s, held->row, name, ret);
}
