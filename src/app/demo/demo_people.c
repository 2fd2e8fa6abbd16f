/* Families. A household draws what it is (a couple, three generations, tenants ...), then its members from the youngest
 * child's age upwards, so that every mother was of an age to bear her children. */
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"

enum { YEAR = 365, FAMILY_MAX = 12 };

enum family_kind {
    FAMILY_SINGLE_YOUNG,
    FAMILY_SINGLE_OLD,
    FAMILY_COUPLE_YOUNG,
    FAMILY_COUPLE_OLD,
    FAMILY_ONE_CHILD,
    FAMILY_TWO_CHILDREN,
    FAMILY_THREE_GENERATIONS,
    FAMILY_ONE_PARENT,
    FAMILY_GRANDCHILD, /* left with the grandparents */
    FAMILY_TENANTS,
    FAMILY_NOBODY, /* an empty door */
    FAMILY_KINDS
};
/* Per thousand doors, in the town and in villages. */
static const int family_weights[2][FAMILY_KINDS] = {
    {52, 50, 60, 122, 330, 148, 130, 42, 12, 16, 48},
    {20, 70, 40, 180, 205, 165, 185, 25, 50, 5, 55},
};

enum relation { HEAD, SPOUSE, SON, DAUGHTER, GRANDCHILD, PARENT, GRANDPARENT, SIBLING, OTHER };
enum { MALE = 1, FEMALE = 2 };

struct member {
    int sex, mother, father; /* indices in the family */
    enum relation relation;
    wg_day birth;
    struct demo_line line;
};

struct family {
    struct demo_maker *maker;
    struct demo_random *r;
    const struct demo_line *clans; /* of a village; NULL in the town */
    int n_clans;
    struct member members[FAMILY_MAX];
    int n;
};

/* --- members ----------------------------------------------------------------------------------------------------------------- */
static wg_day birth_at(struct family *f, int age)
{
    return f->maker->anchor - 1 - age * YEAR - age / 4 - demo_below(f->r, YEAR);
}

/* The birth day of someone `years` (and some days) older than someone born on `day`. */
static wg_day before(struct family *f, wg_day day, int years)
{
    return day - years * YEAR - years / 4 - demo_below(f->r, YEAR - 60) - 30;
}

static struct demo_line line_pick(struct family *f)
{
    if (f->clans && demo_chance(f->r, 450)) return f->clans[demo_front(f->r, f->n_clans)];
    return demo_line_pick(f->maker->names, f->r);
}

static int add(struct family *f, int sex, wg_day birth, enum relation relation, const struct demo_line *line)
{
    f->members[f->n] = (struct member){
        .sex = sex, .mother = DEMO_NOBODY, .father = DEMO_NOBODY, .relation = relation, .birth = birth, .line = *line};
    return f->n++;
}

static int limit(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static void add_child(struct family *f, int mother, int father, wg_day birth, int sex)
{
    const struct demo_line line = f->members[demo_chance(f->r, 20) ? mother : father].line;
    int child = add(f, sex, birth, sex == MALE ? SON : DAUGHTER, &line);
    f->members[child].mother = mother;
    f->members[child].father = father;
}

static int sex_pick(struct family *f)
{
    return demo_chance(f->r, 515) ? MALE : FEMALE;
}

/* A man and a woman, one of them the head. */
static void add_couple(struct family *f, wg_day wife_birth, int *ret_wife, int *ret_husband)
{
    wg_day husband_birth = wife_birth - limit(demo_bell(f->r, 650, 600), -500, 2400);
    struct demo_line wife = demo_line_pick(f->maker->names, f->r), husband = line_pick(f);
    if (husband_birth >= f->maker->anchor - 20 * YEAR) husband_birth = wife_birth;
    if (demo_chance(f->r, 780)) {
        *ret_husband = add(f, MALE, husband_birth, HEAD, &husband);
        *ret_wife = add(f, FEMALE, wife_birth, SPOUSE, &wife);
    } else {
        *ret_wife = add(f, FEMALE, wife_birth, HEAD, &wife);
        *ret_husband = add(f, MALE, husband_birth, SPOUSE, &husband);
    }
}

/* --- kinds of families ----------------------------------------------------------------------------------------------------- */
static void make_single(struct family *f, bool old)
{
    int age = old ? limit(demo_bell(f->r, 73, 9), 60, 101) : limit(demo_bell(f->r, 32, 8), 19, 58);
    int sex = demo_chance(f->r, old ? 350 : 560) ? MALE : FEMALE;
    struct demo_line line = line_pick(f);
    (void)add(f, sex, birth_at(f, age), HEAD, &line);
}

static void make_couple(struct family *f, bool old)
{
    int wife, husband, age = old ? limit(demo_bell(f->r, 63, 9), 46, 92) : limit(demo_bell(f->r, 29, 4), 22, 40);
    add_couple(f, birth_at(f, age), &wife, &husband);
}

/* Parents and `children`, the youngest `youngest` years old. */
static void make_parents(struct family *f, int children, int youngest, int *ret_wife, int *ret_husband)
{
    wg_day births[2];
    int sexes[2] = {sex_pick(f), sex_pick(f)};
    births[0] = birth_at(f, youngest);
    births[1] = births[0];
    if (children == 2) {
        bool twins = demo_chance(f->r, 12);
        if (!twins) births[0] = before(f, births[1], demo_between(f->r, 1, 8));
        if (twins && demo_chance(f->r, 600)) sexes[1] = sexes[0];
    }
    wg_day wife_birth = before(f, births[0], limit(demo_bell(f->r, 25, 3), 18, 36));
    add_couple(f, wife_birth, ret_wife, ret_husband);
    for (int i = 0; i < children; i++) add_child(f, *ret_wife, *ret_husband, births[i], sexes[i]);
}

/* Makes the old couple, or the one left of it, the head of a family whose head was their son or daughter. */
static void head_to_grandparents(struct family *f, int grandmother, int grandfather)
{
    int head = grandfather != DEMO_NOBODY ? grandfather : grandmother;
    for (int i = 0; i < f->n; i++) {
        struct member *m = &f->members[i];
        if (m->relation == SON || m->relation == DAUGHTER)
            m->relation = GRANDCHILD;
        else if (m->relation == HEAD || m->relation == SPOUSE)
            m->relation = m->sex == MALE ? SON : DAUGHTER; /* a son's wife counts among the daughters (GB/T 4761, 38) */
        else
            m->relation = i == head ? HEAD : SPOUSE;
    }
}

static void make_three_generations(struct family *f)
{
    int wife, husband, grandmother = DEMO_NOBODY, grandfather = DEMO_NOBODY;
    make_parents(f, demo_chance(f->r, 450) ? 2 : 1, demo_below(f->r, 17), &wife, &husband);
    int own = demo_chance(f->r, 800) ? husband : wife;
    wg_day born = f->members[own].birth, earliest = f->maker->anchor - 101 * YEAR;
    wg_day mother_birth = before(f, born, limit(demo_bell(f->r, 26, 4), 17, 44));
    wg_day father_birth = mother_birth - demo_bell(f->r, 700, 600);
    bool both = demo_chance(f->r, 450), she = both || demo_chance(f->r, 680);
    if (father_birth > born - 17 * YEAR) father_birth = born - 17 * YEAR;
    if (mother_birth < earliest || father_birth < earliest) return;
    if (she) {
        struct demo_line line = demo_line_pick(f->maker->names, f->r);
        grandmother = add(f, FEMALE, mother_birth, PARENT, &line);
    }
    if (both || !she) grandfather = add(f, MALE, father_birth, PARENT, &f->members[own].line);
    f->members[own].mother = grandmother;
    f->members[own].father = grandfather;
    if (demo_chance(f->r, 300))
        head_to_grandparents(f, grandmother, grandfather);
    else if (f->members[own].relation == SPOUSE) { /* whose parents they are is the head */
        for (int i = 0; i < 2; i++) f->members[i].relation = i == own ? HEAD : SPOUSE;
    }
}

static void make_one_parent(struct family *f)
{
    int sex = demo_chance(f->r, 260) ? MALE : FEMALE, children = demo_chance(f->r, 200) ? 2 : 1;
    wg_day youngest = birth_at(f, demo_below(f->r, 24)), oldest = youngest;
    if (children == 2) oldest = before(f, youngest, demo_between(f->r, 1, 7));
    struct demo_line line = line_pick(f), child_line = line;
    int parent = add(f, sex, before(f, oldest, limit(demo_bell(f->r, sex == MALE ? 28 : 25, 3), 18, 36)), HEAD, &line);
    if (sex == FEMALE && !demo_chance(f->r, 250)) child_line = line_pick(f); /* the absent father's */
    for (int i = 0; i < children; i++) {
        int child_sex = sex_pick(f);
        int child = add(f, child_sex, i == 0 ? oldest : youngest, child_sex == MALE ? SON : DAUGHTER, &child_line);
        *(sex == MALE ? &f->members[child].father : &f->members[child].mother) = parent;
    }
}

static void make_with_grandchild(struct family *f)
{
    int wife, husband, child_age = demo_between(f->r, 1, 15);
    add_couple(f, birth_at(f, limit(demo_bell(f->r, 60, 5), child_age + 40, 80)), &wife, &husband);
    (void)add(f, sex_pick(f), birth_at(f, child_age), GRANDCHILD, &f->members[husband].line);
}

static void make_tenants(struct family *f)
{
    int n = demo_between(f->r, 2, 4);
    struct demo_line line = demo_line_pick(f->maker->names, f->r);
    if (demo_chance(f->r, 15)) line = (struct demo_line){.manner = LINE_DOTTED};
    (void)add(f, sex_pick(f), birth_at(f, demo_between(f->r, 19, 34)), HEAD, &line);
    for (int i = 1; i < n; i++) {
        bool sibling = i == 1 && demo_chance(f->r, 250);
        struct demo_line other = sibling ? line : demo_line_pick(f->maker->names, f->r);
        (void)add(f, sex_pick(f), birth_at(f, demo_between(f->r, 19, 34)), sibling ? SIBLING : OTHER, &other);
    }
}

static void make_family(struct family *f)
{
    int wife, husband;
    f->n = 0;
    switch ((enum family_kind)demo_weighted(f->r, family_weights[f->clans != NULL], FAMILY_KINDS)) {
    case FAMILY_SINGLE_YOUNG:
        make_single(f, false);
        break;
    case FAMILY_SINGLE_OLD:
        make_single(f, true);
        break;
    case FAMILY_COUPLE_YOUNG:
        make_couple(f, false);
        break;
    case FAMILY_COUPLE_OLD:
        make_couple(f, true);
        break;
    case FAMILY_ONE_CHILD:
        make_parents(f, 1, demo_below(f->r, 27), &wife, &husband);
        break;
    case FAMILY_TWO_CHILDREN:
        make_parents(f, 2, demo_below(f->r, 20), &wife, &husband);
        break;
    case FAMILY_THREE_GENERATIONS:
        make_three_generations(f);
        break;
    case FAMILY_ONE_PARENT:
        make_one_parent(f);
        break;
    case FAMILY_GRANDCHILD:
        make_with_grandchild(f);
        break;
    case FAMILY_TENANTS:
        make_tenants(f);
        break;
    case FAMILY_NOBODY:
    case FAMILY_KINDS:
        break;
    }
}

/* --- from members to people ------------------------------------------------------------------------------------------------- */
static int age_of(const struct demo_maker *maker, wg_day birth)
{
    return (int)(maker->anchor - birth) * 4 / 1461;
}

/* The telephones: adults mostly have their own; children and many of the old share one of the family's. */
static void give_phones(struct family *f, struct demo_person *people)
{
    int shared = DEMO_NOBODY;
    for (int i = 0; i < f->n; i++) {
        int age = age_of(f->maker, f->members[i].birth);
        int own = age < 8 ? 0 : age < 13 ? 150 : age < 18 ? 620 : age < 65 ? 975 : age < 75 ? 800 : 520;
        if (!demo_chance(f->r, own)) continue;
        demo_phone_make(f->maker->numbers, people[i].phone);
        if (age >= 18 && shared == DEMO_NOBODY) shared = i;
    }
    if (shared == DEMO_NOBODY) return;
    for (int i = 0; i < f->n; i++) {
        const struct member *m = &f->members[i];
        if (people[i].phone[0] || !demo_chance(f->r, 900)) continue;
        int from = m->mother != DEMO_NOBODY && people[m->mother].phone[0] ? m->mother : shared;
        memcpy(people[i].phone, people[from].phone, sizeof people[i].phone);
    }
}

static const char *state_pick(struct family *f, const struct member *m, int age)
{
    int away = age >= 18 && age < 26   ? (m->relation == SON || m->relation == DAUGHTER ? 260 : 40)
               : age >= 26 && age < 50 ? (f->clans ? 90 : 18)
                                       : 6;
    if (m->relation != HEAD && demo_chance(f->r, away)) return "away";
    return demo_chance(f->r, 2) ? "moved" : "living";
}

static bool name_taken(const struct demo_person *people, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(people[i].name, name) == 0) return true;
    return false;
}

static void name_members(struct family *f, struct demo_person *people)
{
    struct wg_str shared = {0};
    bool sharing = demo_chance(f->r, f->clans ? 300 : 150);
    for (int i = 0; i < f->n; i++) {
        const struct member *m = &f->members[i];
        int year = wg_civil_from_day(m->birth).year;
        bool child = m->relation == SON || m->relation == DAUGHTER || m->relation == GRANDCHILD;
        struct wg_str given = {0};
        if (child && sharing && f->n >= 4) {
            if (shared.n == 0) shared = demo_shared_pick(f->maker->names, f->r, year, m->sex);
            given = shared;
        }
        for (int tries = 0; tries < 8; tries++) {
            people[i].surname = (uint8_t)demo_name_pick(f->maker->names, f->r, &m->line, year, m->sex, given, people[i].name);
            if (!name_taken(people, i, people[i].name)) break;
        }
    }
}

static void push_family(struct family *f, int32_t place, const struct demo_list *notes)
{
    struct demo_world *world = f->maker->world;
    int32_t first = world->n_people;
    world->people =
        wg_grow(f->maker->ctx->arena, world->people, &f->maker->people_cap, (size_t)first + FAMILY_MAX, sizeof *world->people);
    struct demo_person *people = &world->people[first];
    world->places[place].first_person = first;
    world->places[place].n_people = f->n;
    memset(people, 0, FAMILY_MAX * sizeof *people);
    name_members(f, people);
    for (int i = 0; i < f->n; i++) {
        const struct member *m = &f->members[i];
        struct demo_person *p = &people[i];
        int age = age_of(f->maker, m->birth);
        p->place = place;
        p->mother = m->mother == DEMO_NOBODY ? DEMO_NOBODY : first + m->mother;
        p->father = m->father == DEMO_NOBODY ? DEMO_NOBODY : first + m->father;
        p->birth = m->birth;
        p->sex = (uint8_t)m->sex;
        p->relation = (int8_t)m->relation;
        p->state = state_pick(f, m, age);
        /* Babies have none yet; of the others hardly anybody's is unknown. */
        if (!demo_chance(f->r, age < 1 ? 550 : 3)) demo_idno_make(f->maker->numbers, m->birth, m->sex, p->idno);
        p->old_number = age >= 68 && age < 100 && demo_chance(f->r, 60);
        if (age >= 60 && demo_chance(f->r, 12))
            p->note = wg_cstr(f->maker->ctx->arena, notes->words[demo_below(f->r, notes->n)]);
    }
    give_phones(f, people);
    world->n_people += f->n;
}

/* --- villages have their clans ------------------------------------------------------------------------------------------- */
static void clans_of(struct demo_maker *maker, struct demo_random *r, const char *village, struct demo_line clans[3])
{
    for (int i = 0; i < 3; i++) {
        do clans[i] = demo_line_pick(maker->names, r);
        while (clans[i].manner != LINE_HAN);
    }
    /* 李杖子村, 姜家窝铺村: named after the clan. */
    struct wg_str name = wg_str(village);
    bool named =
        wg_str_find(name, WG_STR("家")) > 0 || wg_str_find(name, WG_STR("杖子")) > 0 || wg_str_find(name, WG_STR("仗子")) > 0;
    for (size_t i = 0; named && i < demo_surname_count; i++)
        if (wg_str_starts(name, wg_str(demo_surnames[i].text))) clans[0] = demo_line_of(wg_str(demo_surnames[i].text));
}

static int by_id(const void *a, const void *b)
{
    return wg_id_cmp(*(const wg_id *)a, *(const wg_id *)b);
}

/* Ids rise in the order of doors: a store that keeps people by id then fills from one end to the other. */
static void give_ids(struct wg_arena *arena, struct demo_world *world)
{
    wg_id *ids = wg_alloc_n(arena, (size_t)world->n_people, sizeof *ids);
    for (int32_t i = 0; i < world->n_people; i++) ids[i] = demo_id("demo.person", world->options.seed, (uint64_t)i);
    qsort(ids, (size_t)world->n_people, sizeof *ids, by_id);
    for (int32_t i = 0; i < world->n_people; i++) world->people[i].id = ids[i];
}

void demo_make_people(struct demo_maker *maker)
{
    struct demo_world *world = maker->world;
    struct demo_list notes = demo_split(maker->ctx->arena, demo_resident_notes);
    struct demo_line clans[3];
    struct demo_random r = demo_random(world->options.seed, STREAM_FAMILY, 0);
    struct family family = {.maker = maker, .r = &r};
    for (int32_t i = 0; i < world->n_places; i++) {
        const struct demo_place *place = &world->places[i];
        if (place->level == LEVEL_COMMUNITY) {
            bool village = strcmp(place->kind, "village") == 0;
            r = demo_random(world->options.seed, STREAM_FAMILY, (uint64_t)i + 1);
            if (village) clans_of(maker, &r, place->name, clans);
            family.clans = village ? clans : NULL;
            family.n_clans = village ? 3 : 0;
        }
        if (place->level != LEVEL_HOUSEHOLD) continue;
        make_family(&family);
        push_family(&family, i, &notes);
    }
    demo_plant_namesakes(world);
    give_ids(maker->ctx->arena, world);
}
