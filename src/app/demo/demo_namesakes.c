/* People whom name and compound do not tell apart: planted here and there, and found for the lists that speak of them. */
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"

enum { PLANTED_PER_THOUSAND = 350, WOMEN_MOST = 512, AGES_APART = 6 * 365 };

/* May she be called otherwise, without a child losing its parents' surname or a household having one name twice? */
static bool may_rename(const struct demo_world *world, int32_t at, const char *name)
{
    const struct demo_person *p = &world->people[at];
    const struct demo_place *home = &world->places[p->place];
    for (int32_t i = home->first_person; i < home->first_person + home->n_people; i++) {
        const struct demo_person *other = &world->people[i];
        if (i != at && strcmp(other->name, name) == 0) return false;
        if (other->mother != at || other->father == DEMO_NOBODY) continue;
        const struct demo_person *father = &world->people[other->father];
        if (other->surname != father->surname || memcmp(other->name, father->name, other->surname) != 0) return false;
    }
    return true;
}

/* Married women, neither of whose parents lives there: nobody else's surname hangs on theirs. */
static int collect_wives(const struct demo_world *world, const struct demo_place *compound, int32_t *ret_wives)
{
    int n = 0;
    for (const struct demo_place *place = compound; place < &world->places[compound->end]; place++)
        for (int32_t i = place->first_person; i < place->first_person + place->n_people && n < WOMEN_MOST; i++) {
            const struct demo_person *p = &world->people[i];
            if (p->sex == 2 && p->relation == 1 && p->mother == DEMO_NOBODY && p->father == DEMO_NOBODY) ret_wives[n++] = i;
        }
    return n;
}

static void plant_in(struct demo_world *world, struct demo_random *r, const struct demo_place *compound)
{
    int32_t wives[WOMEN_MOST];
    int n = collect_wives(world, compound, wives);
    if (n < 2) return;
    const struct demo_person *one = &world->people[wives[demo_below(r, n)]];
    for (int i = 0; i < n; i++) {
        struct demo_person *other = &world->people[wives[i]];
        if (other->place == one->place || abs(other->birth - one->birth) > AGES_APART) continue;
        if (!may_rename(world, wives[i], one->name)) continue;
        memcpy(other->name, one->name, sizeof other->name);
        other->surname = one->surname;
        return;
    }
}

void demo_plant_namesakes(struct demo_world *world)
{
    struct demo_random r = demo_random(world->options.seed, STREAM_FAMILY, UINT64_MAX);
    for (int32_t i = 0; i < world->n_places; i++)
        if (world->places[i].level == LEVEL_COMPOUND && demo_chance(&r, PLANTED_PER_THOUSAND))
            plant_in(world, &r, &world->places[i]);
}

/* --- finding --------------------------------------------------------------------------------------------------------------------- */
struct named {
    int32_t compound, person;
    const char *name;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    if (x->compound != y->compound) return x->compound < y->compound ? -1 : 1;
    int order = strcmp(x->name, y->name);
    if (order) return order;
    return x->person < y->person ? -1 : x->person > y->person;
}

static bool same(const struct named *a, const struct named *b)
{
    return a->compound == b->compound && strcmp(a->name, b->name) == 0;
}

struct demo_indices demo_namesakes(struct wg_arena *arena, const struct demo_world *world)
{
    size_t people = (size_t)world->n_people;
    struct named *all = wg_alloc_n(arena, people, sizeof *all);
    struct demo_indices found = {wg_alloc_n(arena, people, sizeof(int32_t)), 0};
    for (int32_t i = 0; i < world->n_people; i++)
        all[i] = (struct named){demo_place_above(world, world->people[i].place, LEVEL_COMPOUND), i, world->people[i].name};
    qsort(all, people, sizeof *all, by_name);
    for (size_t i = 0; i < people; i++)
        if ((i > 0 && same(&all[i], &all[i - 1])) || (i + 1 < people && same(&all[i], &all[i + 1])))
            found.at[found.n++] = all[i].person;
    return found;
}
