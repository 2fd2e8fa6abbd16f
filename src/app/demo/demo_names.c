#include <stdio.h>
#include <string.h>

#include "app/demo/demo_internal.h"
#include "engine/people/people.h"

enum { FIRST_YEAR = 1900, YEARS = 200, PER_DAY = 500, GENERATIONS_MAX = 12 };

struct given {
    struct demo_list whole, first, second, single;
};
struct demo_names {
    int surname_total;
    struct given given[GENERATIONS_MAX][2];
    struct demo_list mongol[2], dotted[2], wide[2], mongol_surnames;
};

struct demo_list demo_split(struct wg_arena *arena, const char *words)
{
    struct wg_str rest = wg_str(words), word;
    struct demo_list list = {0};
    size_t cap = 0;
    while (wg_str_next(&rest, ' ', &word)) {
        if (word.n == 0) continue;
        list.words = wg_grow(arena, list.words, &cap, (size_t)list.n + 1, sizeof *list.words);
        list.words[list.n++] = word;
    }
    return list;
}

struct demo_names *demo_names_new(struct wg_arena *arena)
{
    struct demo_names *names = wg_alloc(arena, sizeof *names);
    for (size_t i = 0; i < demo_surname_count; i++) names->surname_total += demo_surnames[i].weight;
    for (size_t g = 0; g < demo_generation_count; g++)
        for (int sex = 0; sex < 2; sex++) {
            const struct demo_given *words = &demo_generations[g].sex[sex];
            names->given[g][sex] = (struct given){demo_split(arena, words->whole), demo_split(arena, words->first),
                                                  demo_split(arena, words->second), demo_split(arena, words->single)};
        }
    for (int sex = 0; sex < 2; sex++) {
        names->mongol[sex] = demo_split(arena, demo_mongol_given[sex]);
        names->dotted[sex] = demo_split(arena, demo_dotted_names[sex]);
        names->wide[sex] = demo_split(arena, demo_given_wide[sex]);
    }
    names->mongol_surnames = demo_split(arena, demo_mongol_surnames);
    return names;
}

struct demo_line demo_line_of(struct wg_str surname)
{
    return (struct demo_line){.surname = surname, .manner = LINE_HAN};
}

struct demo_line demo_line_pick(const struct demo_names *names, struct demo_random *r)
{
    if (demo_chance(r, 20)) { /* Mongol, in the Mongol manner */
        struct wg_str surname = {0};
        if (demo_chance(r, 700)) surname = names->mongol_surnames.words[demo_below(r, names->mongol_surnames.n)];
        return (struct demo_line){.surname = surname, .manner = LINE_MONGOL};
    }
    int at = demo_below(r, names->surname_total);
    size_t i = 0;
    while (i + 1 < demo_surname_count && at >= demo_surnames[i].weight) at -= demo_surnames[i++].weight;
    return demo_line_of(wg_str(demo_surnames[i].text));
}

static size_t generation_of(int year)
{
    size_t g = 0;
    while (g + 1 < demo_generation_count && year >= demo_generations[g].until) g++;
    return g;
}

struct wg_str demo_shared_pick(const struct demo_names *names, struct demo_random *r, int year, int sex)
{
    const struct demo_list *first = &names->given[generation_of(year)][sex == 2].first;
    return first->words[demo_front(r, first->n)];
}

static void join(char *out, size_t size, struct wg_str a, struct wg_str b, struct wg_str c)
{
    (void)snprintf(out, size, "%.*s%.*s%.*s", (int)a.n, a.p, (int)b.n, b.p, (int)c.n, c.p);
}

/* Mostly one in fashion. */
static struct wg_str character_pick(struct demo_random *r, const struct demo_list *fashion, const struct demo_list *wide)
{
    if (demo_chance(r, 420)) return wide->words[demo_below(r, wide->n)];
    return fashion->words[demo_front(r, fashion->n)];
}

size_t demo_name_pick(const struct demo_names *names, struct demo_random *r, const struct demo_line *line, int year, int sex,
                      struct wg_str shared, char out[DEMO_NAME_MAX])
{
    /* One character after the surname, per thousand: the fashion of the seventies to nineties. */
    static const int single_rate[GENERATIONS_MAX] = {0, 30, 90, 210, 250, 220, 60, 30};
    size_t g = generation_of(year);
    const struct given *given = &names->given[g][sex == 2];
    struct wg_str surname = line->surname, none = {"", 0};
    if (surname.n == 0) surname = none;
    if (line->manner == LINE_DOTTED) {
        const struct demo_list *list = &names->dotted[sex == 2];
        join(out, DEMO_NAME_MAX, none, none, list->words[demo_below(r, list->n)]);
        return 0;
    }
    if (line->manner == LINE_MONGOL && (surname.n == 0 || demo_chance(r, 600))) {
        const struct demo_list *list = &names->mongol[sex == 2];
        join(out, DEMO_NAME_MAX, surname, none, list->words[demo_below(r, list->n)]);
        return surname.n;
    }
    const struct demo_list *wide = &names->wide[sex == 2];
    struct wg_str first = shared, second;
    if (shared.n == 0 && given->single.n > 0 && demo_chance(r, single_rate[g])) {
        second = character_pick(r, &given->single, wide);
    } else if (shared.n == 0 && demo_chance(r, 320)) {
        second = given->whole.words[demo_front(r, given->whole.n)];
    } else {
        if (shared.n == 0) first = character_pick(r, &given->first, wide);
        second = character_pick(r, &given->second, wide);
    }
    join(out, DEMO_NAME_MAX, surname, first.n > 0 ? first : none, second);
    return surname.n;
}

/* --- numbers --------------------------------------------------------------------------------------------------------------- */
struct demo_numbers {
    uint64_t seed;
    uint32_t phones;
    uint16_t used[YEARS * 366][2];
};

struct demo_numbers *demo_numbers_new(struct wg_arena *arena, uint64_t seed)
{
    struct demo_numbers *numbers = wg_alloc(arena, sizeof *numbers);
    numbers->seed = seed;
    return numbers;
}

struct demo_numbers *demo_numbers_copy(struct wg_arena *arena, const struct demo_numbers *numbers)
{
    struct demo_numbers *copy = wg_alloc(arena, sizeof *copy);
    *copy = *numbers;
    return copy;
}

void demo_idno_make(struct demo_numbers *numbers, wg_day birth, int sex, char out[19])
{
    struct wg_civil date = wg_civil_from_day(birth);
    out[0] = '\0';
    if (date.year < FIRST_YEAR || date.year >= FIRST_YEAR + YEARS) return;
    size_t slot = (size_t)(date.year - FIRST_YEAR) * 366 + (size_t)(birth - wg_day_from_civil(date.year, 1, 1));
    uint16_t *used = &numbers->used[slot][sex == 2];
    if (*used >= PER_DAY) return;
    struct demo_random r = demo_random(numbers->seed, STREAM_NUMBER, slot * 2 + (sex == 2));
    int sequence = (*used * 173 + demo_below(&r, PER_DAY)) % PER_DAY * 2 + (sex == 1); /* 173 and 500 share no factor */
    (*used)++;
    (void)snprintf(out, 19, "219999%04u%02u%02u%03u", (unsigned)date.year % 10000, (unsigned)date.month % 100,
                   (unsigned)date.day % 100, (unsigned)sequence % 1000);
    out[17] = people_idno_check(out);
    out[18] = '\0';
}

void demo_phone_make(struct demo_numbers *numbers, char out[15])
{
    uint32_t n = numbers->phones++;
    struct demo_random r = demo_random(numbers->seed, STREAM_NUMBER, UINT64_MAX);
    uint64_t tail = ((uint64_t)(n / 2) * 61803399u + (uint64_t)demo_below(&r, 100000000)) % 100000000u;
    (void)snprintf(out, 15, "86%s%08u", n % 2 ? "194" : "154", (unsigned)tail);
}
