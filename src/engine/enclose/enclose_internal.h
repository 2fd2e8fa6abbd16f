/* enclose_internal.h - what the files of this room share. Nothing here is for callers.
 *
 * Flow: bytes -> enc_features (osm, geojson) -> enclose_map (map, site: repaired, projected, classified) -> enc_space
 * (triangles, labels) -> enc_answer per block (cut, group, bound) -> walk and gates -> enclose_plan.
 * enclose_verify.c shares with the planner the map as read and nothing below it. */
#ifndef WG_ENCLOSE_INTERNAL_H
#define WG_ENCLOSE_INTERNAL_H
#include <geos_c.h>
#include <math.h>

#include "engine/enclose/enclose.h"

struct enc_xy {
    double x, y;
};

/* ---- reading: features as they came, coordinates in degrees ---- */

struct enc_tag {
    const char *key, *value;
};
enum enc_form { ENC_POINT, ENC_LINE, ENC_AREA };
struct enc_path {
    struct enc_xy *p; /* x: longitude, y: latitude */
    size_t n;
    bool inner;
    size_t part;
};
struct enc_feature {
    const char *id;
    struct enc_tag *tags;
    size_t n_tags;
    enum enc_form form;
    struct enc_path *paths;
    size_t n_paths;
};
struct enc_features {
    struct enc_feature *list;
    size_t n, cap;
    struct enclose_note *notes;
    size_t n_notes, cap_notes;
};
WG_MUST int enc_osm_read(struct wg_ctx *ctx, struct wg_str bytes, struct enc_features *features);
WG_MUST int enc_geojson_read(struct wg_ctx *ctx, struct wg_str bytes, struct enc_features *features);
const char *enc_tag(const struct enc_feature *f, const char *key); /* NULL: absent */
bool enc_tag_is(const struct enc_feature *f, const char *key, const char *value);
void enc_note(struct wg_ctx *ctx, struct enc_features *features, const char *feature, const char *zh, const char *en);

/* ---- projection ---- */

struct enc_projection {
    double lon0, lat0, north0; /* origin, and its distance from the equator */
};
struct enc_projection enc_projection(double lon0, double lat0);
struct enc_xy enc_project(const struct enc_projection *pr, double lon, double lat);
struct enclose_point enc_unproject(const struct enc_projection *pr, struct enc_xy at);
/* GCJ-02 to WGS 84, by iteration; points outside China are left. */
struct enclose_point enc_from_gcj02(struct enclose_point at);

/* ---- the map in metres ---- */

struct enc_line {
    struct enc_xy *p;
    size_t n;
};
enum enc_use { ENC_HOME, ENC_REACHABLE, ENC_OTHER };
struct enc_building {
    const char *id, *street, *community, *name;
    GEOSGeometry *shape; /* valid polygon or multipolygon */
    double area, levels;
    int64_t households;
    bool households_known, use_known;
    enum enc_use use;
    struct enc_xy *doors; /* mapped entrances */
    size_t n_doors;
    bool has_shop; /* a shop stands in it: its street side stays open */
};
struct enc_way {
    const char *id, *name, *kind;
    struct enc_line line;
    double width;
    bool is_public, passage, emergency, vehicles, keep_open;
};
struct enc_barrier {
    const char *id, *kind;
    struct enc_line line;
};
struct enc_mark { /* a gate, bollard or entrance mapped as a node */
    const char *id, *kind;
    struct enc_xy at;
    bool keep_open, vehicles;
};
enum enc_zone_kind { ENC_WATER, ENC_RAIL, ENC_COMMUNITY, ENC_RESIDENTIAL };
struct enc_zone {
    const char *id, *name;
    enum enc_zone_kind kind;
    GEOSGeometry *shape;
};
struct enclose_map {
    const struct enclose_config *config;
    GEOSContextHandle_t geos;
    struct enc_projection projection;
    struct enc_building *buildings;
    struct enc_way *ways;
    struct enc_barrier *barriers;
    struct enc_mark *marks;
    struct enc_zone *zones;
    size_t n_buildings, n_ways, n_barriers, n_marks, n_zones;
    struct enclose_note *notes;
    size_t n_notes;
    double min_x, min_y, max_x, max_y; /* of all that matters */
};
WG_MUST int enc_map_build(struct wg_ctx *ctx, struct enc_features *features, const struct enclose_config *config,
                          struct enclose_map **ret_map);
/* What a feature is; enclose_site.c. */
enum enc_use enc_building_use(const struct enclose_config *config, const struct enc_feature *f, double area, bool *ret_known);
bool enc_is_reachable_tag(const struct enclose_config *config, const struct enc_feature *f);
bool enc_is_barrier(const char *kind);
bool enc_is_underground(const struct enc_feature *f);
double enc_way_width(const struct enc_feature *f);

/* ---- geometry helpers over GEOS; every geometry made is kept by the arena unless it says otherwise ---- */

struct enc_shapes { /* a bag of geometries that is destroyed with the arena */
    GEOSContextHandle_t geos;
    GEOSGeometry **list;
    size_t n, cap;
};
struct enc_shapes *enc_shapes(struct wg_ctx *ctx, GEOSContextHandle_t geos);
GEOSGeometry *enc_keep(struct enc_shapes *bag, GEOSGeometry *g); /* NULL passes */
GEOSGeometry *enc_geos_line(GEOSContextHandle_t geos, const struct enc_xy *p, size_t n);
GEOSGeometry *enc_geos_ring_polygon(GEOSContextHandle_t geos, const struct enc_xy *p, size_t n);
GEOSGeometry *enc_geos_point(GEOSContextHandle_t geos, struct enc_xy at);
/* Coordinates of a line string or ring, in the arena. */
struct enc_line enc_geos_points(struct wg_ctx *ctx, GEOSContextHandle_t geos, const GEOSGeometry *line);
/* Calls `each` for every polygon ring (outer first) or line in g. */
void enc_geos_each_line(struct wg_ctx *ctx, GEOSContextHandle_t geos, const GEOSGeometry *g,
                        void (*each)(void *arg, struct enc_line line, bool hole, size_t part), void *arg);
double enc_dist(struct enc_xy a, struct enc_xy b);
double enc_dist_segment(struct enc_xy p, struct enc_xy a, struct enc_xy b, double *ret_t);

/* ---- constrained Delaunay triangulation on a grid of centimetres ---- */

struct enc_ixy {
    int32_t x, y;
};
struct enc_mesh {
    struct enc_ixy *v;
    size_t n_v, cap_v;
    int32_t (*tri)[3]; /* corners, counter-clockwise */
    int32_t (*adj)[3]; /* the triangle across the edge opposite corner i; -1: none */
    uint8_t (*fix)[3]; /* that edge is a constraint */
    size_t n_tri, cap_tri;
};
struct enc_link {
    uint32_t a, b;
};
/* Triangulates points and the segments between them (indices into p); segments may meet only at points given. What the arena holds
 * afterwards is the mesh. */
WG_MUST int enc_mesh_build(struct wg_ctx *ctx, const struct enc_ixy *p, size_t n, const struct enc_link *segments,
                           size_t n_segments, struct enc_mesh *ret_mesh);

/* ---- least cut ---- */

struct enc_flow;
struct enc_flow *enc_flow_new(size_t nodes, size_t arcs);
/* With the flow as it stands; `more_arcs` is 0 after the first push. */
struct enc_flow *enc_flow_copy(const struct enc_flow *f, size_t more_arcs);
void enc_flow_free(struct enc_flow *f);
/* An edge usable both ways. */
void enc_flow_edge(struct enc_flow *f, size_t a, size_t b, int64_t capacity);
void enc_flow_arc(struct enc_flow *f, size_t from, size_t to, int64_t capacity);
/* The greatest flow from these nodes on top of what flows from those given before; no arcs may be added after the first call. */
int64_t enc_flow_push(struct enc_flow *f, const uint32_t *from, size_t n, size_t sink);
/* Takes back what flows from these nodes, which are sources no more; push from those that are left before asking for a cut. Only where
 * every arc is an edge usable both ways. */
int64_t enc_flow_withdraw(struct enc_flow *f, const uint32_t *from, size_t n, size_t sink);
/* After that: is the node on the sources' side of the least cut that is largest (or smallest) on that side? */
void enc_flow_largest(struct enc_flow *f, size_t sink, uint8_t *ret_inside);
void enc_flow_smallest(struct enc_flow *f, const uint32_t *from, size_t n, uint8_t *ret_inside);
/* What room the flow leaves on the arcs added by the call numbered `pair` (from 0): from a to b, and from b to a. */
void enc_flow_room(const struct enc_flow *f, size_t pair, int64_t *ret_there, int64_t *ret_back);

/* ---- segments in a grid, for "what stands near here" ---- */

struct enc_segment {
    struct enc_xy a, b;
    uint32_t owner;
};
struct enc_near;
struct enc_near *enc_near(struct wg_ctx *ctx, const struct enc_segment *segments, size_t n, double cell);
/* Indices of the segments within `radius` of `at`, ascending; the list is good until the next call. */
const uint32_t *enc_near_find(struct enc_near *near, struct enc_xy at, double radius, size_t *ret_n);

/* ---- free ground as cells ---- */

enum enc_cell_kind { ENC_FREE, ENC_SOLID, ENC_OUTSIDE };
struct enc_door {
    uint32_t building;
    struct enc_xy at; /* just before the wall */
    bool estimated;
    uint8_t side; /* 1: of the other long side, should the plan take that */
    int32_t tri;  /* the cell it opens on */
};
struct enc_space {
    const struct enclose_map *map;
    struct enc_mesh mesh;
    uint8_t *kind;                       /* of each triangle: enc_cell_kind */
    uint8_t *lane;                       /* outside, but no street: 1 a shop's way to the street, 2 railway or water */
    int32_t *building;                   /* solid: whose; -1 */
    int32_t *apron;                      /* the home before whose doors it lies; -1 */
    int32_t *apron2;                     /* the same for the other side, where nothing tells which; -1 */
    int32_t *community;                  /* zone index; -1 */
    int32_t *block;                      /* street block; -1: street */
    int32_t (*wall)[3];                  /* existing barrier along the edge; -1 */
    uint8_t *solid;                      /* of each vertex: it belongs to a building or a wall */
    float (*gap)[3];                     /* width of the way through each edge, metres; large where nothing hems it in */
    const struct enc_segment *obstacles; /* what stands */
    size_t n_obstacles;
    size_t n_blocks;
    int32_t *home_block; /* of each building: its block, -1 when it is no home or has no ground before a door */
    struct enc_door *doors;
    size_t n_doors, cap_doors;
    GEOSGeometry **aprons; /* of each building; NULL */
    GEOSGeometry **aprons2;
    struct enclose_note *notes;
    size_t n_notes, cap_notes;
};
WG_MUST int enc_space_build(struct wg_ctx *ctx, const struct enclose_map *map, const struct enc_line *locked, size_t n_locked,
                            struct enc_space *ret_space);
/* The ground before the doors of homes: fills doors and aprons; enclose_door.c. */
WG_MUST int enc_doors_find(struct wg_ctx *ctx, struct enc_space *space, struct enc_shapes *bag, const GEOSGeometry *streets);
/* Lets go of scraps of aprons; enclose_apron.c. */
void enc_aprons_settle(struct wg_ctx *ctx, struct enc_space *space);
/* Finds solid vertices and the widths of gaps among what stands; enclose_gap.c. */
void enc_gaps_measure(struct wg_ctx *ctx, struct enc_space *space, const struct enc_segment *obstacles, size_t n);
/* A gap between two solid things too narrow to walk through. */
bool enc_edge_narrow(const struct enc_space *space, size_t t, int corner);
/* A gap that nothing passes, of less than ENC_CRACK_CM: it needs no fence. */
enum { ENC_CRACK_CM = 10 };
bool enc_edge_crack(const struct enc_space *space, size_t t, int corner);
double enc_edge_length(const struct enc_mesh *m, size_t t, int corner);
/* How near the corner is to the edge opposite: who crosses the triangle past the corner goes between the two. */
double enc_height(const struct enc_mesh *m, size_t t, int corner);
struct enc_xy enc_vertex(const struct enc_mesh *m, int32_t v);
struct enc_xy enc_centre(const struct enc_mesh *m, size_t t);
void enc_space_note(struct wg_ctx *ctx, struct enc_space *space, const char *feature, const char *zh, const char *en);
/* What must stay reachable from the street keeps a way there: those cells turn outside; enclose_lane.c. */
WG_MUST int enc_lanes_open(struct wg_ctx *ctx, struct enc_space *space);

/* ---- one patch: the ground of a street block within one community ---- */

struct enc_edge {
    int32_t a, b;    /* cells of the ground; b: -1 outside */
    int32_t other;   /* triangle on b's side, also where b is -1; -1: the frame */
    int64_t cm;      /* what a fence here costs in length; 0 where a wall stands */
    int64_t real_cm; /* its length */
    int32_t tri;     /* triangle of a, and the corner opposite the edge */
    uint8_t corner;
    bool wall, narrow; /* narrow: between two solid things and too thin to walk through */
    bool thin;         /* short, with an end on something solid: no strip is led through */
    uint32_t ends[2];  /* its corners, as corners of the ground */
};
/* What speaks against walking across an edge: nobody passes; a wall, or too short a piece for all ways. */
enum enc_odd { ENC_PLAIN, ENC_SHUT, ENC_ODD };
struct enc_ground {
    const struct enc_space *space;
    int32_t *tri; /* triangle of each cell */
    size_t n;
    struct enc_edge *edges;
    size_t n_edges;
    uint32_t *first, *items; /* edges of cell c: items[first[c] .. first[c + 1]) */
    int32_t *across;         /* the cell on the other side of each of these edges; -1 */
    uint8_t *odd;            /* of each of these edges: enc_odd */
    uint8_t *tight;          /* of each cell: a corner where something stands lies near the edge opposite */
    uint32_t (*corner)[3];   /* of each cell: its corners, numbered within the ground */
    uint16_t *degree;        /* of each corner: triangles round it; more than any count where it is solid */
    size_t n_corners;
    int32_t *home;  /* of each cell: which of the homes below it lies before; -1 */
    int32_t *home1; /* the same for the likelier side of each home, and for the other side of a home that has one */
    int32_t *home2;
    uint32_t *side_first, *side_cells; /* cells of home h's side s: side_cells[side_first[2h + s] .. side_first[2h + s + 1]) */
    bool *turned;                      /* of each home: it opens to its other side */
    uint32_t *homes;                   /* buildings */
    size_t n_homes;
    struct enc_xy *place; /* of each home: the middle of its apron */
    int64_t *households;
    int32_t *key; /* of each home: locked membership; -1 */
    int32_t block, community;
};
struct enc_answer {
    int32_t *label; /* of each cell: 0 outside, 1 .. k */
    size_t k;
    uint8_t *open; /* of each edge: a wall taken down */
    bool *turned;  /* of each home: it opens to its other side */
    double cost, bound;
    size_t bound_compounds;   /* as many as the bound counts gates */
    int64_t cut_cm, least_cm; /* length of new fence; least that separates all homes from the street */
    bool proven, cut_short;
};
struct enc_limits {
    wg_time deadline; /* monotonic; 0: none */
    const struct wg_progress *progress;
    const char *phase;  /* what is being done: sides, groups, exact or gates */
    const char *cut_in; /* the phase in which time ran out; NULL */
    bool cut_short;
};
/* How much is done after the ground, the sides and the groups. */
#define ENC_DONE_SPACE 0.1
#define ENC_DONE_SIDES 0.25
#define ENC_DONE_GROUPS 0.75
#define ENC_DONE_EXACT 0.9
bool enc_out_of_time(struct enc_limits *limits);
/* Grounds of every block that has homes. `keys` (one a building, -1: none) are locked memberships. */
WG_MUST int enc_grounds(struct wg_ctx *ctx, struct enc_space *space, const int32_t *keys, struct enc_limits *limits,
                        struct enc_ground **ret_grounds, size_t *ret_n);
/* Takes, for each home with two sides, the one that needs less fence (once time has run out: the likelier); enclose_side.c. */
void enc_sides_choose(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits);
bool enc_side_doubtful(const struct enc_ground *g, int32_t home);
/* Adds the home's ground on that side to the flow's sources; the rise of the cut comes back. */
int64_t enc_side_push(const struct enc_ground *g, struct enc_flow *f, int32_t home, int side);
/* Turns a home to its other side; false where that leaves it or a neighbour without ground (turn it back then). */
bool enc_side_turn(struct enc_ground *g, int32_t home);
void enc_sides_set(struct enc_ground *g, const bool *turned);
void enc_sides_settle(struct wg_ctx *ctx, struct enc_space *space, const struct enc_ground *grounds, size_t n);
/* Yuan of a compound's main gate over the drive, less the fence it stands in place of. */
double enc_compound_yuan(const struct enclose_config *config);
/* What a gate for people saves of that. */
double enc_small_gate_saves(const struct enclose_config *config);
/* The least cut round all homes, or all whose side is known, as a flow that further cuts start from; its length comes back. Freed with
 * enc_flow_free. The sink is node g->n. */
struct enc_flow *enc_ground_flow(const struct enc_ground *g, bool doubtful, int64_t *ret_cm);
/* A flow that follows the homes as they turn and strips as they come and go; enclose_cut.c. */
struct enc_cut;
struct enc_cut *enc_cut_new(const struct enc_ground *g);
void enc_cut_free(struct enc_cut *cut);
/* The least cut round the homes as they are turned and the `forced` cells, the largest of those least; its length comes back. */
int64_t enc_cut_least(struct enc_cut *cut, const uint8_t *forced, uint8_t *ret_inside);
/* Numbers the connected parts of what is inside; parts without a home are turned outside. */
size_t enc_ground_parts(struct wg_ctx *ctx, const struct enc_ground *g, uint8_t *inside, const uint8_t *open,
                        int32_t *ret_part);
WG_MUST int enc_ground_solve(struct wg_ctx *ctx, struct enc_ground *g, struct enc_limits *limits,
                             struct enc_answer *ret_answer);
WG_MUST int enc_ground_split(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_answer *answer);
WG_MUST int enc_ground_bound(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits,
                             struct enc_answer *answer);
/* The same for compounds with gates for people. */
void enc_ground_bound_small(struct wg_ctx *ctx, const struct enc_ground *g, struct enc_limits *limits,
                            struct enc_answer *answer);
double enc_answer_cost(const struct enc_ground *g, const struct enc_answer *answer);

/* ---- the plan being made ---- */

/* One straight run of new fence: edges of the mesh in line, the compound on its left. */
struct enc_run {
    struct enc_xy a, b;
    uint32_t first, n; /* its edges in enc_draft.edges */
};
struct enc_fence_edge {
    int32_t tri; /* on the compound's side */
    uint8_t corner;
    bool street; /* the other side hangs together with the street */
};
struct enc_chain { /* runs end to end between two things that stand */
    int32_t label, other;
    uint32_t first, n; /* runs */
};
struct enc_gap { /* a gate's place in a chain */
    uint32_t run;
    double from, to; /* metres along the run */
};
struct enc_draft_gate {
    int32_t label, other;
    struct enc_xy a, b;
    int64_t chain; /* -1: in an existing wall */
    struct enc_gap gap;
    int32_t way, mark;  /* what passes; -1 */
    int32_t tri, outer; /* cells inside and outside it */
    double width;
    bool large, main, wall, locked;
    enum enclose_gate_state state;
    const char *locked_id;
};
struct enc_walk;
struct enc_draft {
    struct wg_ctx *ctx;
    struct enc_space *space;
    int32_t *label;  /* of each triangle: 0 outside, else compound */
    uint8_t *open;   /* of each triangle: bit i, the wall across corner i is taken down */
    uint8_t *street; /* of each triangle outside: hangs together with the street */
    size_t n_labels;
    struct enc_fence_edge *edges;
    size_t n_edges, cap_edges;
    struct enc_run *runs;
    size_t n_runs, cap_runs;
    struct enc_chain *chains;
    size_t n_chains, cap_chains;
    struct enc_draft_gate *gates;
    size_t n_gates, cap_gates;
    uint8_t *engine, *engine_today; /* of each triangle: a fire engine gets here with the plan; as things stand */
    double *walk;                   /* of each door: to the nearest staffed gate inside */
    double *today;                  /* of each door: to the street as things stand */
    double *beyond;                 /* of each triangle outside: from here to the street; 1e300 */
    struct enc_walk *walker;        /* enc_walk */
    uint8_t *solid;                 /* of each vertex: something stands there, or new fence; once gaps are measured with it */
    struct enclose_note *notes;
    size_t n_notes, cap_notes;
};
void enc_draft_note(struct enc_draft *d, const char *feature, const char *zh, const char *en);
/* Chains of new fence from the labels; enclose_fence.c. */
void enc_fences_find(struct enc_draft *d);
/* Measures the gaps again with the new fence standing: it hems lanes in as walls do; enclose_gap.c. */
void enc_gaps_with_fence(struct enc_draft *d);
/* Gates for every compound; enclose_gate.c. */
WG_MUST int enc_gates_place(struct enc_draft *d, const struct enc_draft_gate *locked, size_t n_locked,
                            struct enc_limits *limits);

/* ---- searches: enclose_heap.c. Outside the arena, which searches rewind ---- */
struct enc_heap_entry {
    double d;
    int32_t cell;
};
struct enc_heap {
    struct enc_heap_entry *list;
    size_t n, cap;
};
void enc_heap_push(struct enc_heap *heap, double d, int32_t cell);
struct enc_heap_entry enc_heap_pop(struct enc_heap *heap); /* of one that is not empty */
void enc_heap_free(void *heap);                            /* a struct enc_heap; fit for wg_arena_cleanup */

/* A hose goes over walls and fences, not through houses. */
enum enc_walk_where { ENC_WALK_TODAY, ENC_WALK_INSIDE, ENC_WALK_OUTSIDE, ENC_WALK_HOSE };
struct enc_stand { /* a place: a cell and a point on it; no point (ENC_ANYWHERE): wherever on the cell is nearest */
    int32_t tri;
    struct enc_xy at;
};
#define ENC_ANYWHERE ((struct enc_xy){NAN, NAN})
struct enc_walk *enc_walk(struct enc_draft *d); /* the draft's own; made when first asked for */
/* Shortest ways over cells from the starts; `label` for ENC_WALK_INSIDE; gaps thinner than `width` do not count. The distances
 * hold until the next call. */
void enc_walk_from(struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, const struct enc_stand *starts,
                   size_t n);
double enc_walk_to(struct enc_walk *w, int32_t tri, struct enc_xy at); /* 1e300: no way */
double enc_walk_roughly(const struct enc_walk *w, int32_t tri); /* as far as the search went: some parts in a hundred longer */
void enc_walk_mark(const struct enc_walk *w, uint8_t *cells);   /* sets 1 for every cell reached */
/* A hose's way from a place to the nearest cell that is set in `cells`; 1e300 well beyond the limit. */
double enc_walk_near(struct enc_walk *w, struct enc_stand start, const uint8_t *cells, double limit);

/* ---- what a caller has locked; enclose_lock.c ---- */

struct enc_locks {
    struct enc_line *lines; /* fences that stand */
    struct enc_draft_gate *gates;
    int32_t *keys;    /* of each building: index into ids; -1 */
    const char **ids; /* of the locked compounds */
    size_t n_lines, n_gates, n_ids;
};
WG_MUST int enc_locks_read(struct wg_ctx *ctx, const struct enclose_map *map, struct wg_str plan, struct enc_locks *ret_locks);
#endif
