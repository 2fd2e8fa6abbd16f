/* enclose.h - the enclosure planner: from a map of what stands to a plan that can be built tomorrow.
 *
 * A quarter's open buildings are gathered into compounds, each closed by the walls and houses that stand, by as little new
 * fence as possible, and by gates. The money of the whole drive is weighed: fence, gates, cabins and, above all, the guards of
 * every staffed gate round the clock. Nothing here knows a store or the network: bytes in, plan out.
 *
 * The model (engine/enclose/README.md tells it at length). Buildings, walls, fences and hedges cannot be walked through. Free
 * ground is a constrained Delaunay triangulation whose edges are the places where a fence may stand, with feet of
 * perpendiculars added so that the narrowest gap between two facades is an edge. Public streets, railways, water and the edge
 * of the map are outside; the ground before each home's doors (its apron) is inside. The least fence is a least cut between
 * the two. A home whose doors are not mapped is taken to open to its sheltered long side; the plan says so.
 *
 * Sources: Ford and Fulkerson 1956 and Dinic 1970 (cuts and flows); Dahlhaus et al. 1994 (multiway cuts: hard from three
 * terminals on, hence bounds); Strang 1983 (the continuous cut and flow, whose discrete shadow this is); Sloan 1993 (constrained
 * triangulation by flips); Hobby 1999 (snap rounding); Karney 2011 (transverse
 * Mercator). Field rules and prices: early 2020 orders and price lists, each a parameter in enclose_config.
 *
 * Units: metres on the ground, yuan, degrees of WGS 84 in every answer. Memory: ctx->arena, also what GEOS holds.
 *
 *   P1  every plan made is accepted by enclose_verify with the same map and configuration, what it cannot keep being declared as
 *       exceptions (held on made-up towns by the tests; what is known of real maps: docs/enclose.md)
 *   P2  the same map, configuration, locks and options give the same bytes, unless a time limit cut the search short (the plan
 *       then says so)
 *   P3  plan.bound never exceeds plan.cost: no plan on this model's ground, edges and doors can cost less (with the doors, the sides
 *       and the lanes to what must stay reachable as this plan has them, gates for vehicles wherever this plan's patch has them, and
 *       ways inside of 0.9 m; the proof of each term stands in enclose_bound.c and enclose_tour.c). plan.spent and plan.least are the
 *       terms of both: they add up to cost and bound
 *   P4  metres are true to the ground: scaling the coordinates scales them
 *   P5  more freedom never costs more: allowing barriers to be opened, or more of them, never gives a dearer plan
 *   P6  a locked fence, gate or membership is found again in the new plan
 *   P7  a faulty map is repaired, each repair named with the feature, or refused naming it; no map crashes the reader
 *   P8  enclose_verify measures with code of its own and rejects a plan that lacks one piece of its fence
 *   P9  a compound lies within one community, and no fence stands on a public street
 *   P10 every home is in exactly one compound; every compound has a staffed gate
 *   P11 enclose_verify accepts no exception that a gate would mend, and none where the rule is kept
 *   P12 a patch counts as exact (grounds_exact) only if no plan on it costs a yuan less in the planner's model - its fence, a main gate
 *       for each compound, walls opened -, whatever side homes in doubt open to and however homes are gathered, within what P3
 *       says; further gates are not part of it. A search cut short, by its count of work or the clock, claims nothing
 *       (the proof: enclose_exact.c) */
#ifndef WG_ENCLOSE_H
#define WG_ENCLOSE_H
#include "base/base.h"

/* ---- configuration ---- */

enum enclose_homes { ENCLOSE_HOMES_GUESS, ENCLOSE_HOMES_TAGGED, ENCLOSE_HOMES_ALL };

/* Defaults and their sources stand in enclose_config.c; every field is a key of the JSON file. */
struct enclose_config {
    int64_t days;           /* the drive's length */
    double fence_yuan;      /* a metre of fence, standing */
    double gate_large_yuan; /* a gate for vehicles */
    double gate_small_yuan; /* a gate for people */
    double cabin_yuan;      /* a cabin with heater and lamp */
    double shift_yuan;      /* a guard's shift */
    double shifts_day;      /* person-shifts a staffed gate takes in a day */
    double key_holder_yuan; /* a key holder's day: one who lives or works near and opens when called */
    double open_yuan;       /* taking down a stretch of barrier inside */
    double gate_large_m;    /* width of a large gate; at least fire_lane_m */
    double gate_small_m;
    double fire_lane_m;            /* clear width a fire engine needs */
    double fire_reach_m;           /* an engine comes this near to every home, if it can today */
    double detour_m;               /* a gate adds at most this to anyone's walk to the street */
    double apron_m;                /* depth of the ground before a home's doors that lies inside */
    int64_t households_max;        /* in one compound */
    int64_t key_holder_households; /* most households that may depend on a gate with a key holder */
    int64_t households_min;        /* fewer are gathered with neighbours where a way leads there */
    int64_t teams;                 /* crews the bill is divided among */
    bool may_open;                 /* barriers inside may be taken down to join buildings */
    bool gcj02;                    /* the map's coordinates are GCJ-02: convert them first */
    enum enclose_homes homes;
    const char **public_ways; /* values of highway= that stay public */
    size_t n_public_ways;
    const char **reachable; /* "key=value" or "key": buildings that stay reachable from the street */
    size_t n_reachable;
    const char **keep_open; /* ids of ways and gates that may not be closed: they get a gate at least for emergencies */
    size_t n_keep_open;
    const char **walls; /* values of barrier= that keep people out; kerbs, bollards and low things do not */
    size_t n_walls;
};

void enclose_config_default(struct enclose_config *ret_config);
/* Reads a JSON object over the defaults. WG_E_PLAN_CONFIG names the key that is unknown or out of bounds. */
WG_MUST int enclose_config_read(struct wg_ctx *ctx, struct wg_str json, struct enclose_config *ret_config);

/* ---- the map ---- */

struct enclose_map;
/* What the reader repaired, left out or assumed, in both languages. */
struct enclose_note {
    const char *feature; /* its id on the map, or "" */
    const char *zh, *en;
};
enum { ENCLOSE_MAP_BYTES = 512 * 1024 * 1024, ENCLOSE_MAP_BUILDINGS = 100000, ENCLOSE_MAP_EXTENT_M = 40000 };

/* OpenStreetMap XML or GeoJSON, told apart by the first byte. `config` decides what is public, home or reachable and must live
 * as long as the map. */
WG_MUST int enclose_map_read(struct wg_ctx *ctx, struct wg_str bytes, const struct enclose_config *config,
                             struct enclose_map **ret_map);
const struct enclose_note *enclose_map_notes(const struct enclose_map *map, size_t *ret_count);

/* ---- the plan ---- */

struct enclose_point {
    double lon, lat;
};
struct enclose_ring {
    struct enclose_point *points; /* the first again at the end */
    size_t n;
    bool hole;
    size_t part; /* rings of one polygon share it */
};
struct enclose_door {
    const char *building;
    struct enclose_point at;
    bool estimated;
    double walk_m, detour_m, engine_m; /* to the gate; beyond today's way to the street; engine's nearest stand */
};
struct enclose_compound {
    const char *id, *community, *street;
    const char **buildings; /* homes */
    size_t n_buildings;
    const char **others; /* buildings inside that are no homes */
    size_t n_others;
    struct enclose_ring *rings;
    size_t n_rings;
    struct enclose_door *doors;
    size_t n_doors;
    int64_t households, team;
    bool households_estimated;
    double fence_m, detour_worst_m, detour_mean_m, walk_worst_m, cost;
};
struct enclose_fence {
    const char *id;
    const char *compound, *neighbour; /* neighbour: the compound on its other side, or NULL */
    struct enclose_point *points;
    size_t n;
    double metres;
    bool locked;
};
/* Staffed round the clock; locked, opened by a key holder for the few whose way to a staffed gate would be too long (every door
 * reaches a staffed gate all the same); shut but for emergencies. A second gate that only a fire engine needs is for emergencies;
 * one that at most key_holder_households need is locked; any other is staffed. enclose_verify counts them again. */
enum enclose_gate_state { ENCLOSE_STAFFED, ENCLOSE_KEY_HOLDER, ENCLOSE_EMERGENCY };
struct enclose_gate {
    const char *id, *compound, *way; /* way: what passes through, or NULL */
    const char *neighbour;           /* the compound on its other side, or NULL: the street */
    struct enclose_point a, b;       /* the posts */
    double width;
    bool large, existing, locked, main;
    enum enclose_gate_state state;
};
/* An opening shut, a barrier taken down, a cabin. */
struct enclose_spot {
    const char *id, *compound, *feature;
    struct enclose_point at, a, b; /* a, b: the ends of a barrier's stretch taken down */
    double metres;
};
/* A rule that this plan cannot keep at one door (left_out: at one home), said openly: a detour that no second gate would shorten
 * (detour), a door whose ground has no room for a gate (no_gate), a fire engine that no wide gate would let near (fire), a home without free
 * ground on any side (left_out). enclose_verify accepts it where it finds by its own measure that no gate would mend it with the
 * fence as it stands, and names it as a violation otherwise. */
struct enclose_exception {
    const char *rule, *building, *compound; /* compound: NULL for left_out */
    struct enclose_point at;
    double value, limit; /* metres; -1: none */
    const char *zh, *en; /* why */
};
struct enclose_totals {
    size_t buildings, compounds, gates_large, gates_small, gates_staffed, cabins, closed, opened;
    double fence_m, detour_worst_m, detour_mean_m;
    int64_t households;
};
/* What makes up a sum, in yuan. A gate counts less the fence it stands in place of; fence counts as if it ran through the gates. The
 * bound knows main gates, least fence and joining; what the plan spends under the others is gap in full. */
struct enclose_terms {
    double main_gates; /* with cabins and guards: one a compound */
    double more_gates; /* for detours, engines, openings kept open */
    double least_fence;
    double joining;  /* fence beyond that, so that compounds hang together */
    double dividing; /* fence between two compounds */
    double opened;   /* walls taken down */
};
struct enclose_plan {
    const struct enclose_config *config;
    struct enclose_compound *compounds;
    struct enclose_fence *fences;
    struct enclose_gate *gates;
    struct enclose_spot *closed, *opened, *cabins;
    size_t n_compounds, n_fences, n_gates, n_closed, n_opened, n_cabins;
    struct enclose_note *notes; /* what could not be had, e.g. a home no engine reaches even today */
    size_t n_notes;
    struct enclose_exception *exceptions;
    size_t n_exceptions;
    struct enclose_totals totals;
    double cost, bound;                /* yuan over the drive; the proven least */
    struct enclose_terms spent, least; /* of cost; of bound */
    double fence_bound_m;              /* least fence that separates every home from the street, however many gates */
    double hull_m, alone_m;   /* for comparison: fencing each street block along the hull of its homes; each home alone */
    size_t blocks;            /* street blocks with homes: gates the hulls would need */
    bool proven;              /* cost == bound but for rounding */
    bool cut_short;           /* the time limit ended the search */
    const char *cut_in;       /* sides, groups, exact or gates: what it was at; NULL */
    size_t grounds, searched; /* patches of ground with homes; those whose groups were searched to the end */
    size_t grounds_exact;     /* patches whose part of the plan is proven best, to the yuan (P12) */
    size_t grounds_improved;  /* patches where the exact search found a cheaper plan than the groups had */
    double bound_any;         /* the proven least whatever side the homes in doubt open to; at most `bound` */
    bool exact;               /* cost == bound_any but for rounding: nothing is cheaper, whatever the sides */
};
struct enclose_options {
    double seconds; /* 0: no limit; reading the ground, placing gates and drawing up the plan take their time all the same */
    struct wg_str locks; /* a plan's GeoJSON: features with "locked": true hold; empty: none */
    const struct wg_progress *progress;
};
WG_MUST int enclose_plan(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_options *options,
                         struct enclose_plan **ret_plan);

/* ---- what leaves ---- */

WG_MUST int enclose_plan_geojson(struct wg_ctx *ctx, const struct enclose_plan *plan, struct wg_str *ret_text);
/* Rows by compound, community, street and team, and the total; the file opens in a spreadsheet. */
WG_MUST int enclose_bill_csv(struct wg_ctx *ctx, const struct enclose_plan *plan, struct wg_str *ret_text);
WG_MUST int enclose_bill_xlsx(struct wg_ctx *ctx, const struct enclose_plan *plan, const char *path);
WG_MUST int enclose_draw_svg(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_plan *plan,
                             const char *path);
/* One PDF with an overview and a page for each compound, in `directory`; the name comes back. */
WG_MUST int enclose_draw_sheets(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_plan *plan,
                                const char *directory, const char **ret_path);

/* ---- proof ---- */

struct enclose_violation {
    const char *code; /* stable: leak, street_fenced, no_gate, gate_narrow, detour, ... */
    const char *feature;
    const char *zh, *en;
    struct enclose_point at;
};
struct enclose_verdict {
    struct enclose_violation *violations;
    size_t n;
    struct enclose_violation *exceptions; /* declared by the plan, and found to be unavoidable */
    size_t n_exceptions;
    size_t compounds, gates, doors; /* what was checked */
    double fence_m, detour_worst_m; /* measured again */
};
/* Any plan, also one drawn by hand: needs compound features (their `buildings` where named, else what lies inside), fence
 * and gate features. WG_E_MAP_FORMAT when the plan cannot be read at all. */
WG_MUST int enclose_verify(struct wg_ctx *ctx, const struct enclose_map *map, const struct enclose_config *config,
                           struct wg_str plan, struct enclose_verdict *ret_verdict);

/* ---- a made-up town, for tests and scale ---- */

struct enclose_town {
    uint64_t seed;
    size_t buildings; /* about so many homes */
    double scale;     /* 1: metres as they are; 2: everything twice as large */
    double walled;    /* share of blocks that have a wall with gaps */
    bool faults;      /* with the faults real maps have */
};
/* OpenStreetMap XML of a town of made-up blocks round 41.57 N 120.45 E: rows of slabs, towers, garages, shops, a school, walls
 * with gaps and gates. The same spec gives the same bytes. */
WG_MUST int enclose_town_osm(struct wg_ctx *ctx, const struct enclose_town *town, struct wg_str *ret_text);
#endif
