/* The world put together: official divisions, then grids, compounds, buildings and doors below them. */
#include <stdio.h>
#include <string.h>

#include "app/demo/demo_internal.h"
#include "base/embedded.h"

static const char divisions_file[] = "data/divisions/shuangta_211302.csv";

/* What the small example keeps: a town quarter, a station quarter, a township. */
static const char *const small_codes[] = {
    "211302",       "211302008",    "211302010",    "211302101",    "211302008002", "211302008005",
    "211302010001", "211302010002", "211302010003", "211302010200", "211302101200", "211302101202",
};

/* Doors to be made in all communities and in all villages, and in one grid of each. */
struct scale {
    int town_doors, village_doors, town_grid, village_grid;
};
static const struct scale scales[] = {[DEMO_SMALL] = {1560, 400, 80, 70}, [DEMO_FULL] = {187000, 23000, 400, 300}};

struct division {
    struct wg_str code, name;
    int32_t place;
    bool village, community;
    int weight, doors;
};

struct builder {
    struct demo_maker *maker;
    struct demo_random random; /* of the grid being built */
    struct demo_list stems, endings, units, unit_endings;
    int *named, *unit_named; /* combinations in a shuffled order */
    int n_named, n_unit_named, next_named, next_unit_named;
};

wg_id demo_id(const char *space, uint64_t seed, uint64_t number)
{
    char name[48];
    int n = snprintf(name, sizeof name, "%llu/%llu", (unsigned long long)seed, (unsigned long long)number);
    return wg_id_named(space, (struct wg_str){name, (size_t)n});
}

/* --- places ------------------------------------------------------------------------------------------------------------------ */
static int32_t push_place(struct demo_maker *maker, int32_t parent, enum place_level level, const char *kind, const char *code,
                          const char *name)
{
    struct demo_world *world = maker->world;
    struct wg_arena *arena = maker->ctx->arena;
    int32_t at = world->n_places;
    world->places = wg_grow(arena, world->places, &maker->places_cap, (size_t)at + 1, sizeof *world->places);
    struct demo_place *place = &world->places[at];
    *place = (struct demo_place){.parent = parent, .end = at + 1, .level = level, .kind = kind, .code = code, .name = name};
    const char *above = "";
    if (parent != DEMO_NOBODY) {
        struct demo_place *up = &world->places[parent];
        size_t n = strlen(up->path);
        memcpy(place->path, up->path, n);
        place_step((unsigned)++up->n_children, place->path + n);
        if (up->level >= LEVEL_COMPOUND) above = up->label;
    }
    place->label = place_label(arena, level, above, name);
    place->id = wg_id_named("demo.place." DEMO_DISTRICT, wg_str(place->path));
    world->n_places++;
    if (level == LEVEL_HOUSEHOLD) world->n_households++;
    if (level == LEVEL_GRID) world->n_grids++;
    return at;
}

static void end_place(struct demo_maker *maker, int32_t place)
{
    maker->world->places[place].end = maker->world->n_places;
}

/* --- names of compounds --------------------------------------------------------------------------------------------------- */
static int *shuffled(struct wg_arena *arena, struct demo_random *r, int n)
{
    int *order = wg_alloc_n(arena, (size_t)n, sizeof *order);
    for (int i = 0; i < n; i++) order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int j = demo_below(r, i + 1), keep = order[i];
        order[i] = order[j];
        order[j] = keep;
    }
    return order;
}

static void builder_words(struct builder *b)
{
    struct wg_arena *arena = b->maker->ctx->arena;
    struct demo_random r = demo_random(b->maker->world->options.seed, STREAM_PLAN, 1);
    b->stems = demo_split(arena, demo_compound_stems);
    b->endings = demo_split(arena, demo_compound_endings);
    b->units = demo_split(arena, demo_compound_units);
    b->unit_endings = demo_split(arena, demo_compound_unit_endings);
    b->n_named = b->stems.n * b->endings.n;
    b->n_unit_named = b->units.n * b->unit_endings.n;
    b->named = shuffled(arena, &r, b->n_named);
    b->unit_named = shuffled(arena, &r, b->n_unit_named);
}

/* Every name once; when all are used, second and third stages of the same compounds are built. */
static const char *compound_name(struct builder *b, bool of_unit)
{
    static const char *const stages[] = {"", "二期", "三期", "四期"};
    struct wg_arena *arena = b->maker->ctx->arena;
    if (of_unit && b->next_unit_named < b->n_unit_named) {
        int at = b->unit_named[b->next_unit_named++];
        struct wg_str unit = b->units.words[at / b->unit_endings.n], ending = b->unit_endings.words[at % b->unit_endings.n];
        return wg_fmt(arena, "%.*s%.*s", (int)unit.n, unit.p, (int)ending.n, ending.p);
    }
    int stage = b->next_named / b->n_named % 4, at = b->named[b->next_named % b->n_named];
    b->next_named++;
    struct wg_str stem = b->stems.words[at / b->endings.n], ending = b->endings.words[at % b->endings.n];
    return wg_fmt(arena, "%.*s%.*s%s", (int)stem.n, stem.p, (int)ending.n, ending.p, stages[stage]);
}

/* --- compounds of the town ------------------------------------------------------------------------------------------------- */
struct house {
    int floors, per_floor, units_min, units_max;
};

static struct house house_pick(struct demo_random *r, bool of_unit, int doors)
{
    static const int tall[] = {11, 18, 26};
    if (of_unit) return (struct house){demo_between(r, 5, 6), demo_between(r, 2, 3), 2, 4};
    if (doors >= 150 && demo_chance(r, 300)) return (struct house){tall[demo_below(r, 2)], demo_between(r, 2, 4), 1, 2};
    if (doors >= 300 && demo_chance(r, 150)) return (struct house){tall[2], 2, 1, 2};
    return (struct house){demo_between(r, 6, 7), 2, 3, 5};
}

static void build_unit(struct builder *b, int32_t building, int number, const struct house *house)
{
    struct demo_maker *maker = b->maker;
    struct wg_arena *arena = maker->ctx->arena;
    int32_t unit = push_place(maker, building, LEVEL_UNIT, "unit", NULL, wg_fmt(arena, "%d单元", number));
    for (int floor = 1; floor <= house->floors; floor++)
        for (int door = 1; door <= house->per_floor; door++)
            (void)push_place(maker, unit, LEVEL_HOUSEHOLD, "household", NULL, wg_fmt(arena, "%d", floor * 100 + door));
    end_place(maker, unit);
}

/* Returns how many doors were built: `doors`, to within half a stairwell. */
static int build_compound(struct builder *b, int32_t grid, const char *name, bool of_unit, int doors)
{
    struct demo_maker *maker = b->maker;
    struct demo_random *r = &b->random;
    struct house house = house_pick(r, of_unit, doors);
    int per_unit = house.floors * house.per_floor, built = 0;
    int32_t compound = push_place(maker, grid, LEVEL_COMPOUND, "compound", NULL, name);
    for (int number = 1; number == 1 || doors - built > per_unit / 2; number++) {
        int units = demo_between(r, house.units_min, house.units_max), wanted = (doors - built + per_unit / 2) / per_unit;
        if (units > wanted) units = wanted > 0 ? wanted : 1;
        int32_t building =
            push_place(maker, compound, LEVEL_BUILDING, "building", NULL, wg_fmt(maker->ctx->arena, "%d号楼", number));
        for (int unit = 1; unit <= units; unit++) build_unit(b, building, unit, &house);
        end_place(maker, building);
        built += units * per_unit;
    }
    end_place(maker, compound);
    return built;
}

static void build_town_grid(struct builder *b, int32_t grid, int doors, bool with_spring)
{
    static const int compound_weights[] = {55, 35, 10};
    struct demo_random *r = &b->random;
    int compounds = doors >= 60 ? demo_weighted(r, compound_weights, 3) + 1 : 1, left = doors;
    for (int i = 0; i < compounds; i++) {
        int share = compounds - i == 1 ? left : left / (compounds - i) * demo_between(r, 80, 120) / 100;
        bool of_unit = demo_chance(r, 280);
        const char *name = with_spring && i == 0 ? "春华小区" : compound_name(b, of_unit);
        left -= build_compound(b, grid, name, of_unit, share);
        if (left <= 0) break;
    }
}

/* --- villages ----------------------------------------------------------------------------------------------------------------- */
static void build_group(struct builder *b, int32_t grid, const char *village, int number, int doors)
{
    struct demo_maker *maker = b->maker;
    struct wg_arena *arena = maker->ctx->arena;
    int32_t group = push_place(maker, grid, LEVEL_COMPOUND, "group", NULL, wg_fmt(arena, "%s%d组", village, number));
    int yard_number = 1;
    for (int built = 0; built < doors; yard_number++) {
        const char *name = wg_fmt(arena, "%d号", yard_number);
        if (doors - built >= 2 && demo_chance(&b->random, 60)) { /* two households in one yard */
            int32_t yard = push_place(maker, group, LEVEL_BUILDING, "yard", NULL, name);
            (void)push_place(maker, yard, LEVEL_HOUSEHOLD, "household", NULL, "东户");
            (void)push_place(maker, yard, LEVEL_HOUSEHOLD, "household", NULL, "西户");
            end_place(maker, yard);
            built += 2;
        } else {
            (void)push_place(maker, group, LEVEL_HOUSEHOLD, "household", NULL, name);
            built++;
        }
    }
    end_place(maker, group);
}

static void build_village_grid(struct builder *b, int32_t grid, const char *village, int *group_number, int doors)
{
    int groups = (doors + 22) / 45;
    if (groups < 1) groups = 1;
    for (int i = 0; i < groups; i++) {
        int share = doors / (groups - i);
        build_group(b, grid, village, ++*group_number, share);
        doors -= share;
    }
}

/* --- communities ------------------------------------------------------------------------------------------------------------ */
static const char *numeral(struct wg_arena *arena, int n)
{
    static const char *const digits[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    if (n < 10) return digits[n];
    return wg_fmt(arena, "%s十%s", n / 10 == 1 ? "" : digits[n / 10 % 10], digits[n % 10]);
}

static void build_community(struct builder *b, const struct division *division)
{
    struct demo_maker *maker = b->maker;
    struct demo_world *world = maker->world;
    struct wg_arena *arena = maker->ctx->arena;
    const struct scale *scale = &scales[world->options.size];
    int usual = division->village ? scale->village_grid : scale->town_grid;
    int grids = (division->doors + usual / 2) / usual, left = division->doors, group_number = 0;
    if (grids < 1) grids = 1;
    const char *code = world->places[division->place].code, *name = world->places[division->place].name;
    for (int i = 1; i <= grids; i++) {
        int share = left / (grids - i + 1);
        b->random = demo_random(world->options.seed, STREAM_GRID, (uint64_t)world->n_grids);
        int32_t grid = push_place(maker, division->place, LEVEL_GRID, "grid", wg_fmt(arena, "%s-%03d", code, i),
                                  wg_fmt(arena, "第%s网格", numeral(arena, i)));
        if (division->village)
            build_village_grid(b, grid, name, &group_number, share);
        else
            build_town_grid(b, grid, share, i == 1 && strcmp(code, "211302010003") == 0);
        end_place(maker, grid);
        left -= share;
    }
}

/* --- divisions ---------------------------------------------------------------------------------------------------------------- */
static bool wanted(const struct demo_world *world, struct wg_str code)
{
    if (world->options.size == DEMO_FULL) return true;
    for (size_t i = 0; i < sizeof small_codes / sizeof small_codes[0]; i++)
        if (wg_str_is(code, small_codes[i])) return true;
    return false;
}

static int read_divisions(struct demo_maker *maker, struct division **ret, int *ret_n)
{
    struct wg_str file, line;
    if (!wg_embedded(divisions_file, &file)) return wg_refuse(maker->ctx, WG_E_FILE, NULL, divisions_file, "not embedded");
    struct division *divisions = NULL;
    size_t cap = 0;
    int n = 0;
    bool header = true;
    while (wg_str_next(&file, '\n', &line)) {
        struct wg_str rest = wg_str_trim(line), code = {0}, name = {0}, level = {0};
        bool whole = wg_str_next(&rest, ',', &code) && wg_str_next(&rest, ',', &name) && wg_str_next(&rest, ',', &level);
        if (header || !whole || !wanted(maker->world, code)) {
            header = false;
            continue;
        }
        divisions = wg_grow(maker->ctx->arena, divisions, &cap, (size_t)n + 1, sizeof *divisions);
        divisions[n++] = (struct division){.code = code,
                                           .name = name,
                                           .place = DEMO_NOBODY,
                                           .village = wg_str_is(level, "village"),
                                           .community = wg_str_is(level, "village") || wg_str_is(level, "community")};
    }
    *ret = divisions;
    *ret_n = n;
    return n > 0 ? 0 : wg_refuse(maker->ctx, WG_E_FILE, NULL, divisions_file, "empty");
}

/* Divides the doors of towns and villages by weights, so that communities differ and the sum does not. */
static void plan_doors(struct demo_maker *maker, struct division *divisions, int n)
{
    const struct scale *scale = &scales[maker->world->options.size];
    struct demo_random r = demo_random(maker->world->options.seed, STREAM_PLAN, 0);
    int total[2] = {0, 0};
    for (int i = 0; i < n; i++) {
        if (!divisions[i].community) continue;
        divisions[i].weight = demo_between(&r, 70, 130);
        total[divisions[i].village] += divisions[i].weight;
    }
    for (int i = 0; i < n; i++) {
        int64_t doors = divisions[i].village ? scale->village_doors : scale->town_doors;
        if (divisions[i].community) divisions[i].doors = (int)(doors * divisions[i].weight / total[divisions[i].village]);
    }
}

static const char *kind_of(const struct division *division)
{
    if (division->community) return division->village ? "village" : "community";
    if (wg_str_ends(division->name, WG_STR("镇"))) return "town";
    return wg_str_ends(division->name, WG_STR("乡")) ? "township" : "street";
}

static const char *name_of(struct wg_arena *arena, const struct division *division)
{
    static const char committee[] = "委会"; /* 肖家村委会 is the committee of 肖家村 */
    struct wg_str name = division->name;
    if (division->village && wg_str_ends(name, WG_STR(committee))) name.n -= sizeof committee - 1;
    return wg_cstr(arena, name);
}

int demo_make_places(struct demo_maker *maker)
{
    struct wg_arena *arena = maker->ctx->arena;
    struct builder builder = {.maker = maker};
    struct division *divisions = NULL;
    int n = 0;
    int rc = read_divisions(maker, &divisions, &n);
    if (rc) return rc;
    plan_doors(maker, divisions, n);
    builder_words(&builder);
    int32_t district = push_place(maker, DEMO_NOBODY, LEVEL_DISTRICT, "district", wg_cstr(arena, divisions[0].code),
                                  wg_cstr(arena, divisions[0].name));
    for (int s = 1; s < n; s++) {
        struct division *street = &divisions[s];
        if (street->community) continue;
        street->place =
            push_place(maker, district, LEVEL_STREET, kind_of(street), wg_cstr(arena, street->code), name_of(arena, street));
        for (int c = s + 1; c < n; c++) {
            struct division *community = &divisions[c];
            if (!community->community || !wg_str_starts(community->code, street->code)) continue;
            community->place = push_place(maker, street->place, LEVEL_COMMUNITY, kind_of(community),
                                          wg_cstr(arena, community->code), name_of(arena, community));
            build_community(&builder, community);
            end_place(maker, community->place);
        }
        end_place(maker, street->place);
    }
    end_place(maker, district);
    return 0;
}

/* --- the world ---------------------------------------------------------------------------------------------------------------- */
int32_t demo_place_by_code(const struct demo_world *world, const char *code)
{
    for (int32_t i = 0; i < world->n_places; i++)
        if (world->places[i].code && strcmp(world->places[i].code, code) == 0) return i;
    return DEMO_NOBODY;
}

int32_t demo_place_above(const struct demo_world *world, int32_t place, enum place_level level)
{
    while (place != DEMO_NOBODY && world->places[place].level > level) place = world->places[place].parent;
    return place != DEMO_NOBODY && world->places[place].level == level ? place : DEMO_NOBODY;
}

int demo_world_make(struct wg_ctx *ctx, const struct demo_options *options, struct demo_world **ret_world)
{
    struct demo_world *world = wg_alloc(ctx->arena, sizeof *world);
    struct wg_civil today = wg_civil_from_day(options->today);
    world->options = *options;
    struct demo_maker maker = {.ctx = ctx,
                               .world = world,
                               .names = demo_names_new(ctx->arena),
                               .numbers = demo_numbers_new(ctx->arena, options->seed),
                               .anchor = wg_day_from_civil(today.year, 1, 1)};
    int rc = demo_make_places(&maker);
    if (rc) return rc;
    demo_make_people(&maker);
    rc = demo_make_staff(&maker);
    if (rc) return rc;
    world->names = maker.names;
    world->numbers = maker.numbers;
    *ret_world = world;
    return 0;
}
