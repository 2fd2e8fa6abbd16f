/* What a feature of the map is to the planner: home, shop, public street, wall. The rules stand here and nowhere else. */
#include <string.h>

#include "engine/enclose/enclose_internal.h"

static bool one_of(const char *value, const char *const *list, size_t n)
{
    for (size_t i = 0; value && i < n; i++)
        if (strcmp(value, list[i]) == 0) return true;
    return false;
}
#define ONE_OF(value, ...)                                                                                                     \
    one_of(value, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static double number_tag(const struct enc_feature *f, const char *key, double fallback)
{
    const char *text = enc_tag(f, key);
    if (!text) return fallback;
    struct wg_str s = wg_str_trim(wg_str(text));
    if (wg_str_ends(s, WG_STR("m"))) s = wg_str_trim((struct wg_str){s.p, s.n - 1});
    double v;
    return wg_parse_double(s, -1e4, 1e4, &v) ? v : fallback;
}

bool enc_is_underground(const struct enc_feature *f)
{
    const char *tunnel = enc_tag(f, "tunnel");
    if (tunnel && strcmp(tunnel, "no") != 0 && strcmp(tunnel, "building_passage") != 0) return true;
    if (ONE_OF(enc_tag(f, "location"), "underground", "underwater", "indoor")) return true;
    return number_tag(f, "layer", 0) < 0 || number_tag(f, "level", 0) < 0;
}

bool enc_is_reachable_tag(const struct enclose_config *config, const struct enc_feature *f)
{
    for (size_t i = 0; i < config->n_reachable; i++) {
        struct wg_str rest = wg_str(config->reachable[i]), key;
        if (!wg_str_next(&rest, '=', &key)) continue;
        for (size_t t = 0; t < f->n_tags; t++) {
            if (!wg_str_is(key, f->tags[t].key)) continue;
            const char *v = f->tags[t].value;
            if (rest.n ? wg_str_is(rest, v) : strcmp(v, "no") != 0 && strcmp(v, "vacant") != 0) return true;
        }
    }
    return false;
}

static bool is_home_value(const char *b)
{
    return ONE_OF(b, "apartments", "residential", "house", "detached", "semidetached_house", "terrace", "dormitory", "bungalow",
                  "farm", "flats");
}

enum enc_use enc_building_use(const struct enclose_config *config, const struct enc_feature *f, double area, bool *ret_known)
{
    const char *b = enc_tag(f, "building");
    *ret_known = true;
    if (is_home_value(b)) return ENC_HOME;
    if (enc_is_reachable_tag(config, f)) return ENC_REACHABLE;
    if (config->homes == ENCLOSE_HOMES_ALL) return ENC_HOME;
    bool plain = ONE_OF(b, "yes", "1", "true", "unclassified", "block", "building");
    if (!plain || config->homes == ENCLOSE_HOMES_TAGGED) return ENC_OTHER;
    if (enc_tag(f, "amenity") || enc_tag(f, "office") || enc_tag(f, "industrial") || enc_tag(f, "man_made") ||
        enc_tag(f, "leisure") || enc_tag(f, "tourism") || enc_tag(f, "power") || enc_tag(f, "religion") ||
        enc_tag(f, "public_transport") || enc_tag(f, "railway") || enc_tag(f, "craft"))
        return ENC_OTHER;
    *ret_known = false; /* most blocks of flats are mapped so; size tells more than the tag */
    double least = enc_tag(f, "addr:housenumber") ? 40 : 100;
    return area >= least && area <= 8000 ? ENC_HOME : ENC_OTHER;
}

bool enc_is_barrier(const char *kind)
{
    return ONE_OF(kind, "gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "wicket_gate", "kissing_gate",
                  "turnstile", "full-height_turnstile", "stile", "bollard", "toll_booth", "block", "chain", "cycle_barrier");
}

double enc_way_width(const struct enc_feature *f)
{
    static const struct {
        const char *kind;
        double metres;
    } usual[] = {{"motorway", 24},     {"trunk", 20},        {"primary", 16},   {"secondary", 14},   {"tertiary", 10},
                 {"residential", 7},   {"unclassified", 7},  {"road", 7},       {"busway", 7},       {"living_street", 5},
                 {"service", 4},       {"motorway_link", 7}, {"trunk_link", 7}, {"primary_link", 7}, {"secondary_link", 7},
                 {"tertiary_link", 7}, {"pedestrian", 5},    {"track", 3.5},    {"cycleway", 2.5},   {"footway", 2},
                 {"path", 1.5},        {"steps", 2}};
    double width = number_tag(f, "width", 0);
    if (width >= 1 && width <= 80) return width;
    double lanes = number_tag(f, "lanes", 0);
    if (lanes >= 1 && lanes <= 12) return lanes * 3.25 + 1;
    const char *kind = enc_tag(f, "highway");
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (kind && strcmp(kind, usual[i].kind) == 0) return usual[i].metres;
    return 4;
}
