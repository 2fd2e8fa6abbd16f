/* The planner's parameters: their defaults, where these come from, and the JSON file that overrides them.
 *
 * Prices are the middle of what was paid and offered (steel hoarding 190-280 yuan a metre, welded fence 80-200; vehicle gate
 * 1,500-6,000, small gate 500-1,500, cabin 3,000-8,000, a guard's shift 100-150). Two guards, four shifts: eight person-shifts
 * a day. A key holder is paid half a shift a day for being at call (no price list names one: set your own), for a building or
 * two (50 households; 0 keeps every second gate staffed). Fire lanes: 4 m clear, at most 160 m apart, so that a house is at most 80 m from one. People climb or cut a fence where
 * the way round grows by 300 to 400 m. A block of 2 to 4 hectares holds 300 to 1,000 flats. All differ by region and year. */
#include <jansson.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

static const char *default_public[] = {"motorway",     "trunk",        "primary",        "secondary",    "tertiary",
                                       "unclassified", "residential",  "road",           "busway",       "motorway_link",
                                       "trunk_link",   "primary_link", "secondary_link", "tertiary_link"};
static const char *default_reachable[] = {"shop",
                                          "amenity=clinic",
                                          "amenity=hospital",
                                          "amenity=doctors",
                                          "amenity=pharmacy",
                                          "amenity=school",
                                          "amenity=police",
                                          "amenity=fire_station",
                                          "amenity=marketplace",
                                          "building=retail",
                                          "building=school",
                                          "building=hospital",
                                          "building=clinic",
                                          "building=supermarket",
                                          "healthcare"};
static const char *default_walls[] = {"wall", "fence", "city_wall"};

void enclose_config_default(struct enclose_config *ret_config)
{
    *ret_config = (struct enclose_config){
        .days = 30,
        .fence_yuan = 140,
        .gate_large_yuan = 3500,
        .gate_small_yuan = 1000,
        .cabin_yuan = 5000,
        .shift_yuan = 120,
        .shifts_day = 8,
        .key_holder_yuan = 60,
        .open_yuan = 600,
        .gate_large_m = 5,
        .gate_small_m = 1.5,
        .fire_lane_m = 4,
        .fire_reach_m = 80,
        .detour_m = 400,
        .apron_m = 3,
        .households_max = 1500,
        .key_holder_households = 50,
        .households_min = 0,
        .teams = 9,
        .may_open = true,
        .homes = ENCLOSE_HOMES_GUESS,
        .public_ways = default_public,
        .n_public_ways = sizeof default_public / sizeof *default_public,
        .reachable = default_reachable,
        .n_reachable = sizeof default_reachable / sizeof *default_reachable,
        .walls = default_walls,
        .n_walls = sizeof default_walls / sizeof *default_walls,
    };
}

static const char *const homes_names[] = {"guess", "tagged", "all", NULL};

struct number_key {
    const char *key;
    double *real;
    int64_t *whole;
    double min, max;
};

static int wrong(struct wg_ctx *ctx, const char *key, const char *why)
{
    return wg_refuse(ctx, WG_E_PLAN_CONFIG, key, wg_fmt(ctx->arena, "%s: %s", key, why), NULL);
}

/* 1: taken; 0: not a number key; otherwise the refusal. */
static int read_number(struct wg_ctx *ctx, const char *key, const json_t *value, struct enclose_config *c)
{
    const struct number_key keys[] = {
        {"days", NULL, &c->days, 1, 3650},
        {"fence_yuan", &c->fence_yuan, NULL, 0.01, 1e6},
        {"gate_large_yuan", &c->gate_large_yuan, NULL, 0, 1e7},
        {"gate_small_yuan", &c->gate_small_yuan, NULL, 0, 1e7},
        {"cabin_yuan", &c->cabin_yuan, NULL, 0, 1e7},
        {"shift_yuan", &c->shift_yuan, NULL, 0, 1e6},
        {"shifts_day", &c->shifts_day, NULL, 0, 1000},
        {"key_holder_yuan", &c->key_holder_yuan, NULL, 0, 1e6},
        {"open_yuan", &c->open_yuan, NULL, 0, 1e7},
        {"gate_large_m", &c->gate_large_m, NULL, 1, 50},
        {"gate_small_m", &c->gate_small_m, NULL, 0.5, 20},
        {"fire_lane_m", &c->fire_lane_m, NULL, 1, 50},
        {"fire_reach_m", &c->fire_reach_m, NULL, 1, 10000},
        {"detour_m", &c->detour_m, NULL, 10, 100000},
        {"apron_m", &c->apron_m, NULL, 0.5, 50},
        {"households_max", NULL, &c->households_max, 1, 1000000},
        {"key_holder_households", NULL, &c->key_holder_households, 0, 1000000},
        {"households_min", NULL, &c->households_min, 0, 1000000},
        {"teams", NULL, &c->teams, 1, 10000},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct number_key *k = &keys[i];
        if (strcmp(k->key, key) != 0) continue;
        if (!json_is_number(value) || (k->whole && !json_is_integer(value))) return wrong(ctx, key, "number");
        double v = json_number_value(value);
        if (!(v >= k->min && v <= k->max)) return wrong(ctx, key, wg_fmt(ctx->arena, "%g .. %g", k->min, k->max));
        if (k->real)
            *k->real = v;
        else
            *k->whole = json_integer_value(value);
        return 1;
    }
    return 0;
}

static int read_list(struct wg_ctx *ctx, const char *key, const json_t *value, const char ***ret, size_t *ret_n)
{
    size_t n = json_array_size(value);
    if (!json_is_array(value) || n > 10000) return wrong(ctx, key, "list of texts");
    const char **list = wg_alloc_n(ctx->arena, n ? n : 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (!text) return wrong(ctx, key, "list of texts");
        list[i] = wg_cstr(ctx->arena, wg_str(text));
    }
    *ret = list;
    *ret_n = n;
    return 1;
}

static int read_other(struct wg_ctx *ctx, const char *key, const json_t *value, struct enclose_config *c)
{
    struct {
        const char *key;
        bool *flag;
    } flags[] = {{"may_open", &c->may_open}, {"gcj02", &c->gcj02}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(flags[i].key, key) != 0) continue;
        if (!json_is_boolean(value)) return wrong(ctx, key, "true, false");
        *flags[i].flag = json_is_true(value);
        return 1;
    }
    if (strcmp(key, "public_ways") == 0) return read_list(ctx, key, value, &c->public_ways, &c->n_public_ways);
    if (strcmp(key, "reachable") == 0) return read_list(ctx, key, value, &c->reachable, &c->n_reachable);
    if (strcmp(key, "keep_open") == 0) return read_list(ctx, key, value, &c->keep_open, &c->n_keep_open);
    if (strcmp(key, "walls") == 0) return read_list(ctx, key, value, &c->walls, &c->n_walls);
    if (strcmp(key, "homes") == 0) {
        for (int i = 0; homes_names[i]; i++)
            if (json_is_string(value) && strcmp(json_string_value(value), homes_names[i]) == 0) {
                c->homes = (enum enclose_homes)i;
                return 1;
            }
        return wrong(ctx, key, "guess, tagged, all");
    }
    return wrong(ctx, key, "?");
}

int enclose_config_read(struct wg_ctx *ctx, struct wg_str json, struct enclose_config *ret_config)
{
    json_error_t error;
    struct enclose_config c;
    enclose_config_default(&c);
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error), *value;
    if (!root) return wrong(ctx, "-", wg_fmt(ctx->arena, "%d:%d: %s", error.line, error.column, error.text));
    int rc = json_is_object(root) ? 1 : wrong(ctx, "-", "{}");
    const char *key;
    json_object_foreach(root, key, value)
    {
        if (rc < 0) break;
        const char *name = wg_cstr(ctx->arena, wg_str(key));
        rc = read_number(ctx, name, value, &c);
        if (rc == 0) rc = read_other(ctx, name, value, &c);
    }
    json_decref(root);
    if (rc < 0) return rc;
    if (c.gate_large_m < c.fire_lane_m) return wrong(ctx, "gate_large_m", "< fire_lane_m");
    *ret_config = c;
    return 0;
}
