/* Who answers for whom: the district's, streets' and communities' officers, a worker for every grid, heads of compounds and village
 * groups as help. Some handed over, a few are on leave, and a very few grids have nobody, so that the page of gaps has rows. */
#include <stdio.h>
#include <string.h>

#include "app/demo/demo_internal.h"

struct staff {
    struct demo_maker *maker;
    struct demo_random random;
    size_t workers_cap, duties_cap, absences_cap;
    int32_t *lead_of;
    struct demo_list reasons;
};

struct account {
    const char *login, *title_zh, *title_en;
    enum guard_role role;
    const char *place; /* code of the place led; NULL: helps the district; "": no duty */
};
static const struct account accounts[] = {
    {"data", "数据专班：导入名单、核对结果", "data office: brings lists in, checks the results", ROLE_DATA, NULL},
    {"clerk", "复核员：决定待复核的行", "clerk: decides the rows to be reviewed", ROLE_CLERK, NULL},
    {"district", "区指挥部：看全区，追逾期", "district command: sees all, chases what is late", ROLE_DISTRICT, "211302"},
    {"street", "燕北街道：审核日报，调配人员", "Yanbei street: verifies reports, moves people", ROLE_STREET, "211302010"},
    {"community", "燕南社区：分派任务，签日报", "Yannan community: assigns tasks, signs the report", ROLE_COMMUNITY,
     "211302010003"},
    {"worker", "燕南社区第一网格的网格员（手机页面）", "grid worker of Yannan's first grid (the phone's pages)", ROLE_WORKER,
     DEMO_WORKER_GRID},
    {"keeper", "系统管理员：帐号、日志、备份", "system keeper: accounts, audit, backup", ROLE_KEEPER, ""},
};

static int32_t push_worker(struct staff *s, enum guard_role role)
{
    struct demo_world *world = s->maker->world;
    int32_t at = world->n_workers++;
    world->workers =
        wg_grow(s->maker->ctx->arena, world->workers, &s->workers_cap, (size_t)world->n_workers, sizeof *world->workers);
    struct demo_worker *worker = &world->workers[at];
    memset(worker, 0, sizeof *worker);
    worker->id = demo_id("demo.worker", world->options.seed, (uint64_t)at);
    worker->role = role;
    int sex = demo_chance(&s->random, 420) ? 1 : 2, age = demo_between(&s->random, 25, 57);
    struct demo_line line;
    do line = demo_line_pick(s->maker->names, &s->random);
    while (line.manner != LINE_HAN);
    int year = wg_civil_from_day(s->maker->anchor).year - age;
    (void)demo_name_pick(s->maker->names, &s->random, &line, year, sex, (struct wg_str){0}, worker->name);
    char phone[15];
    demo_phone_make(s->maker->numbers, phone);
    memcpy(worker->phone, phone + 2, strlen(phone + 2) + 1);
    return at;
}

static void push_duty(struct staff *s, int32_t place, int32_t worker, bool lead, wg_day from, wg_day until)
{
    struct demo_world *world = s->maker->world;
    int32_t at = world->n_duties++;
    world->duties =
        wg_grow(s->maker->ctx->arena, world->duties, &s->duties_cap, (size_t)world->n_duties, sizeof *world->duties);
    world->duties[at] = (struct demo_duty){.id = demo_id("demo.duty", world->options.seed, (uint64_t)at),
                                           .place = place,
                                           .worker = worker,
                                           .lead = lead,
                                           .from = from,
                                           .until = until};
    wg_day today = world->options.today;
    if (lead && from <= today && today < until) s->lead_of[place] = worker;
}

static void push_absence(struct staff *s, int32_t worker, int32_t stand_in, int from, int days)
{
    struct demo_world *world = s->maker->world;
    int32_t at = world->n_absences++;
    world->absences =
        wg_grow(s->maker->ctx->arena, world->absences, &s->absences_cap, (size_t)world->n_absences, sizeof *world->absences);
    world->absences[at] = (struct demo_absence){
        .id = demo_id("demo.absence", world->options.seed, (uint64_t)at),
        .worker = worker,
        .stand_in = stand_in,
        .from = world->options.today + from,
        .until = world->options.today + from + days,
        .reason = wg_cstr(s->maker->ctx->arena, s->reasons.words[demo_below(&s->random, s->reasons.n)]),
    };
}

static wg_day first_day(const struct staff *s)
{
    return s->maker->world->options.today - DEMO_HISTORY_DAYS;
}

/* --- accounts and officers -------------------------------------------------------------------------------------------------- */
static int make_accounts(struct staff *s)
{
    struct demo_world *world = s->maker->world;
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        const struct account *account = &accounts[i];
        int32_t worker = push_worker(s, account->role), place = 0;
        world->workers[worker].login = account->login;
        world->workers[worker].title_zh = account->title_zh;
        world->workers[worker].title_en = account->title_en;
        if (account->place && account->place[0] == '\0') continue;
        if (account->place) place = demo_place_by_code(world, account->place);
        if (place == DEMO_NOBODY) return wg_refuse(s->maker->ctx, WG_E_NO_PLACE, "demo", account->place, NULL);
        push_duty(s, place, worker, account->place != NULL, first_day(s), WG_DAY_OPEN);
    }
    return 0;
}

static void make_helpers(struct staff *s, int32_t place, enum guard_role role, int n)
{
    for (int i = 0; i < n; i++) push_duty(s, place, push_worker(s, role), false, first_day(s), WG_DAY_OPEN);
}

static void make_officers(struct staff *s)
{
    struct demo_world *world = s->maker->world;
    bool full = world->options.size == DEMO_FULL;
    make_helpers(s, 0, ROLE_DISTRICT, full ? 23 : 3);
    make_helpers(s, 0, ROLE_DATA, full ? 7 : 1);
    make_helpers(s, 0, ROLE_CLERK, full ? 11 : 1);
    for (int32_t i = 0; i < world->n_places; i++) {
        enum place_level level = world->places[i].level;
        if (level != LEVEL_STREET && level != LEVEL_COMMUNITY) continue;
        enum guard_role role = level == LEVEL_STREET ? ROLE_STREET : ROLE_COMMUNITY;
        if (s->lead_of[i] == DEMO_NOBODY) push_duty(s, i, push_worker(s, role), true, first_day(s), WG_DAY_OPEN);
        make_helpers(s, i, role, level == LEVEL_STREET ? 2 : demo_between(&s->random, 1, 2));
    }
}

/* --- grids -------------------------------------------------------------------------------------------------------------------- */
/* How a grid is held: most by one worker all the time. The last kinds are the mistakes that the page of
 * gaps and overlaps is for. */
enum held { HELD, HELD_HANDED_OVER, HELD_UNTIL_SOON, HELD_EMPTY, HELD_EMPTY_UNTIL, HELD_TWICE };

static enum held held_pick(const struct staff *s, int32_t grid_number)
{
    bool full = s->maker->world->options.size == DEMO_FULL;
    int32_t every = full ? 180 : 20, at = grid_number % every;
    if (at == 7) return HELD_EMPTY;
    if (at == 13) return HELD_EMPTY_UNTIL;
    if (at == 17) return HELD_UNTIL_SOON;
    if (at == 19) return HELD_TWICE;
    return at % 10 == 5 ? HELD_HANDED_OVER : HELD;
}

static void make_grid(struct staff *s, int32_t grid, int32_t number)
{
    wg_day today = s->maker->world->options.today, from = first_day(s);
    int32_t worker = push_worker(s, ROLE_WORKER);
    wg_day change = today - demo_between(&s->random, 4, 15);
    switch (held_pick(s, number)) {
    case HELD:
        push_duty(s, grid, worker, true, from, WG_DAY_OPEN);
        break;
    case HELD_HANDED_OVER:
        push_duty(s, grid, worker, true, from, change);
        push_duty(s, grid, push_worker(s, ROLE_WORKER), true, change, WG_DAY_OPEN);
        break;
    case HELD_UNTIL_SOON:
        push_duty(s, grid, worker, true, from, today + 4);
        break;
    case HELD_EMPTY:
        push_duty(s, grid, worker, true, from, today - 1);
        break;
    case HELD_EMPTY_UNTIL:
        push_duty(s, grid, worker, true, from, today);
        push_duty(s, grid, push_worker(s, ROLE_WORKER), true, today + 3, WG_DAY_OPEN);
        break;
    case HELD_TWICE:
        push_duty(s, grid, push_worker(s, ROLE_WORKER), true, today - 6, WG_DAY_OPEN);
        s->maker->world->duties[s->maker->world->n_duties - 1].overlaps = true;
        push_duty(s, grid, worker, true, from, WG_DAY_OPEN); /* the earlier one answers */
        break;
    }
}

static void make_grids(struct staff *s)
{
    struct demo_world *world = s->maker->world;
    int32_t number = 0;
    for (int32_t i = 0; i < world->n_places; i++) {
        if (world->places[i].level != LEVEL_GRID) continue;
        number++;
        if (s->lead_of[i] == DEMO_NOBODY) make_grid(s, i, number);
    }
    /* A head for most compounds and village groups; they help, and hold nothing. */
    for (int32_t i = 0; i < world->n_places; i++)
        if (world->places[i].level == LEVEL_COMPOUND && demo_chance(&s->random, 480))
            push_duty(s, i, push_worker(s, ROLE_WORKER), false, first_day(s) + demo_below(&s->random, 6), WG_DAY_OPEN);
}

/* Leave among the workers of grids: with a stand-in from the grid next door, or with nobody; past, present and to come. */
static void make_absences(struct staff *s)
{
    struct demo_world *world = s->maker->world;
    bool full = world->options.size == DEMO_FULL;
    int32_t every = full ? 23 : 5, number = 0;
    for (int32_t i = 0; i < world->n_places; i++) {
        int32_t worker = s->lead_of[i];
        if (world->places[i].level != LEVEL_GRID) continue;
        if (++number % every != 3 || worker == DEMO_NOBODY || world->workers[worker].login) continue;
        int32_t next = world->places[i].end;
        bool neighbour = next < world->n_places && world->places[next].level == LEVEL_GRID && s->lead_of[next] != DEMO_NOBODY;
        int kind = number / every % 5, days = demo_between(&s->random, 2, 6);
        int from = kind == 3 ? -12 : kind == 4 ? 2 : -1;
        push_absence(s, worker, neighbour && kind != 1 ? s->lead_of[next] : DEMO_NOBODY, from, days);
    }
}

int demo_make_staff(struct demo_maker *maker)
{
    struct demo_world *world = maker->world;
    struct staff staff = {.maker = maker,
                          .random = demo_random(world->options.seed, STREAM_STAFF, 0),
                          .lead_of = wg_alloc_n(maker->ctx->arena, (size_t)world->n_places, sizeof(int32_t)),
                          .reasons = demo_split(maker->ctx->arena, demo_leave_reasons)};
    for (int32_t i = 0; i < world->n_places; i++) staff.lead_of[i] = DEMO_NOBODY;
    int rc = make_accounts(&staff);
    if (rc) return rc;
    make_officers(&staff);
    make_grids(&staff);
    make_absences(&staff);
    world->lead_of = staff.lead_of;
    return 0;
}
