/* OpenStreetMap XML, read in one pass with Expat: nodes, ways, and multipolygon relations put together from their ways. */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { MAX_NODES = 20 * 1000 * 1000, MAX_REFS = 40 * 1000 * 1000, MAX_TAGS = 512 };

struct key {
    int64_t id;
    size_t order; /* of two with one identifier the later counts */
};
struct node {
    struct key key;
    struct enc_xy at;
};
struct member {
    int64_t way;
    bool inner;
};
struct way {
    struct key key;
    size_t first, n; /* into refs */
    struct enc_tag *tags;
    size_t n_tags;
    bool in_relation; /* its outline is a relation's, which is read as the building */
};
struct relation {
    struct key key;
    size_t first, n; /* into members */
    struct enc_tag *tags;
    size_t n_tags;
};
enum inside { IN_NOTHING, IN_NODE, IN_WAY, IN_RELATION };

struct reader {
    struct wg_ctx *ctx;
    struct enc_features *out;
    XML_Parser parser;
    int failed; /* 0 or WG_E_ */
    struct node *nodes;
    size_t n_nodes, cap_nodes;
    int64_t *refs;
    size_t n_refs, cap_refs;
    struct way *ways;
    size_t n_ways, cap_ways;
    struct relation *relations;
    size_t n_relations, cap_relations;
    struct member *members;
    size_t n_members, cap_members;
    enum inside in;
    int64_t id;
    struct enc_xy at;
    bool placed, gone; /* gone: deleted or invisible in an editor's file or a change file */
    bool deleting;     /* within a change file's <delete> */
    size_t first;
    struct enc_tag tags[MAX_TAGS];
    size_t n_tags;
};

static void stop(struct reader *r, int code)
{
    if (!r->failed) r->failed = code;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static void refuse_at_line(struct reader *r, const char *why)
{
    const char *text = wg_fmt(r->ctx->arena, "%lu: %s", (unsigned long)XML_GetCurrentLineNumber(r->parser), why);
    stop(r, wg_refuse(r->ctx, WG_E_MAP_FORMAT, "osm", text, NULL));
}

static const char *attr(const char **attrs, const char *name)
{
    for (size_t i = 0; attrs[i]; i += 2)
        if (strcmp(attrs[i], name) == 0) return attrs[i + 1];
    return NULL;
}

static bool attr_id(struct reader *r, const char **attrs, const char *name, int64_t *ret)
{
    const char *text = attr(attrs, name);
    if (text && wg_parse_i64(wg_str(text), -(INT64_C(1) << 60), INT64_C(1) << 60, ret)) return true;
    refuse_at_line(r, name);
    return false;
}

static struct enc_tag *take_tags(struct reader *r)
{
    struct enc_tag *tags = wg_alloc_n(r->ctx->arena, r->n_tags ? r->n_tags : 1, sizeof *tags);
    memcpy(tags, r->tags, r->n_tags * sizeof *tags);
    return tags;
}

static bool is_gone(const struct reader *r, const char **attrs)
{
    const char *action = attr(attrs, "action"), *visible = attr(attrs, "visible");
    return r->deleting || (action && strcmp(action, "delete") == 0) || (visible && strcmp(visible, "false") == 0);
}

static void open_node(struct reader *r, const char **attrs)
{
    if (!attr_id(r, attrs, "id", &r->id)) return;
    const char *lat = attr(attrs, "lat"), *lon = attr(attrs, "lon");
    r->gone = is_gone(r, attrs);
    r->placed =
        lat && lon && wg_parse_double(wg_str(lat), -1e6, 1e6, &r->at.y) && wg_parse_double(wg_str(lon), -1e6, 1e6, &r->at.x);
    r->in = IN_NODE;
    r->n_tags = 0;
}

static void XMLCALL on_start(void *arg, const char *name, const char **attrs)
{
    struct reader *r = arg;
    struct wg_arena *arena = r->ctx->arena;
    if (strcmp(name, "node") == 0) {
        open_node(r, attrs);
    } else if (strcmp(name, "delete") == 0) {
        r->deleting = true;
    } else if (strcmp(name, "way") == 0 || strcmp(name, "relation") == 0) {
        if (!attr_id(r, attrs, "id", &r->id)) return;
        r->gone = is_gone(r, attrs);
        r->in = name[0] == 'w' ? IN_WAY : IN_RELATION;
        r->first = r->in == IN_WAY ? r->n_refs : r->n_members;
        r->n_tags = 0;
    } else if (strcmp(name, "nd") == 0 && r->in == IN_WAY) {
        if (r->n_refs == MAX_REFS) return refuse_at_line(r, "too many node references");
        r->refs = wg_grow(arena, r->refs, &r->cap_refs, r->n_refs + 1, sizeof *r->refs);
        if (attr_id(r, attrs, "ref", &r->refs[r->n_refs])) r->n_refs++;
    } else if (strcmp(name, "member") == 0 && r->in == IN_RELATION) {
        const char *type = attr(attrs, "type"), *role = attr(attrs, "role");
        if (!type || strcmp(type, "way") != 0) return;
        r->members = wg_grow(arena, r->members, &r->cap_members, r->n_members + 1, sizeof *r->members);
        if (!attr_id(r, attrs, "ref", &r->members[r->n_members].way)) return;
        r->members[r->n_members++].inner = role && strcmp(role, "inner") == 0;
    } else if (strcmp(name, "tag") == 0 && r->in != IN_NOTHING && r->n_tags < MAX_TAGS) {
        const char *k = attr(attrs, "k"), *v = attr(attrs, "v");
        if (!k || !v) return;
        r->tags[r->n_tags++] = (struct enc_tag){wg_cstr(arena, wg_str(k)), wg_cstr(arena, wg_str(v))};
    }
}

static struct enc_feature *add_feature(struct reader *r, const char *kind, int64_t id)
{
    struct enc_features *out = r->out;
    out->list = wg_grow(r->ctx->arena, out->list, &out->cap, out->n + 1, sizeof *out->list);
    struct enc_feature *f = &out->list[out->n++];
    memset(f, 0, sizeof *f);
    f->id = wg_fmt(r->ctx->arena, "%s/%lld", kind, (long long)id);
    return f;
}

static void close_node(struct reader *r)
{
    if (r->gone) return;
    if (!r->placed) {
        enc_note(r->ctx, r->out, wg_fmt(r->ctx->arena, "node/%lld", (long long)r->id), "节点没有坐标，略去",
                 "a node without coordinates is left out");
        return;
    }
    if (r->n_nodes == MAX_NODES) return refuse_at_line(r, "too many nodes");
    r->nodes = wg_grow(r->ctx->arena, r->nodes, &r->cap_nodes, r->n_nodes + 1, sizeof *r->nodes);
    r->nodes[r->n_nodes] = (struct node){{r->id, r->n_nodes}, r->at};
    r->n_nodes++;
    if (!r->n_tags) return;
    struct enc_feature *f = add_feature(r, "node", r->id);
    f->form = ENC_POINT;
    f->tags = take_tags(r);
    f->n_tags = r->n_tags;
    f->paths = wg_alloc(r->ctx->arena, sizeof *f->paths);
    f->paths[0].p = wg_alloc(r->ctx->arena, sizeof *f->paths[0].p);
    f->paths[0].p[0] = r->at;
    f->paths[0].n = f->n_paths = 1;
}

static void close_way(struct reader *r)
{
    r->ways = wg_grow(r->ctx->arena, r->ways, &r->cap_ways, r->n_ways + 1, sizeof *r->ways);
    if (r->gone) r->n_refs = r->first;
    r->ways[r->n_ways] =
        (struct way){{r->id, r->n_ways}, r->first, r->n_refs - r->first, take_tags(r), r->gone ? 0 : r->n_tags, false};
    r->n_ways++;
}

static void close_relation(struct reader *r)
{
    r->relations = wg_grow(r->ctx->arena, r->relations, &r->cap_relations, r->n_relations + 1, sizeof *r->relations);
    if (r->gone) r->n_members = r->first;
    r->relations[r->n_relations] =
        (struct relation){{r->id, r->n_relations}, r->first, r->n_members - r->first, take_tags(r), r->gone ? 0 : r->n_tags};
    r->n_relations++;
}

static void XMLCALL on_end(void *arg, const char *name)
{
    struct reader *r = arg;
    if (strcmp(name, "node") == 0 && r->in == IN_NODE) {
        close_node(r);
    } else if (strcmp(name, "way") == 0 && r->in == IN_WAY) {
        close_way(r);
    } else if (strcmp(name, "relation") == 0 && r->in == IN_RELATION) {
        close_relation(r);
    } else {
        if (strcmp(name, "delete") == 0) r->deleting = false;
        return;
    }
    r->in = IN_NOTHING;
}

/* An entity declared inside the file can grow without limit ("billion laughs"); maps have none. */
static void XMLCALL on_entity(void *arg, const char *name, int is_parameter, const char *value, int length, const char *base,
                              const char *system, const char *public, const char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public, (void)notation;
    refuse_at_line(arg, "entity declarations are not read");
}

/* Nodes, ways and relations all begin so. */
static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Sorts by identifier; of those that share one the last in the file stays, as in files put together from several. How many stay. */
static size_t sort_keys(void *items, size_t n, size_t size)
{
    char *at = items;
    size_t kept = 0;
    if (n) qsort(items, n, size, by_key);
    for (size_t i = 0; i < n; i++) {
        const struct key *one = (const void *)(at + i * size), *next = i + 1 < n ? (const void *)(at + (i + 1) * size) : NULL;
        if (next && next->id == one->id) continue;
        if (kept != i) memcpy(at + kept * size, one, size);
        kept++;
    }
    return kept;
}

static void *find_key(void *items, size_t n, size_t size, int64_t id)
{
    char *at = items;
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (((const struct key *)(const void *)(at + mid * size))->id < id)
            low = mid + 1;
        else
            high = mid;
    }
    struct key *found = low < n ? (void *)(at + low * size) : NULL;
    return found && found->id == id ? found : NULL;
}

static const struct node *find_node(const struct reader *r, int64_t id)
{
    return find_key(r->nodes, r->n_nodes, sizeof *r->nodes, id);
}

static struct way *find_way(const struct reader *r, int64_t id)
{
    return find_key(r->ways, r->n_ways, sizeof *r->ways, id);
}

static void sort_all(struct reader *r)
{
    r->n_nodes = sort_keys(r->nodes, r->n_nodes, sizeof *r->nodes);
    r->n_ways = sort_keys(r->ways, r->n_ways, sizeof *r->ways);
    r->n_relations = sort_keys(r->relations, r->n_relations, sizeof *r->relations);
}

/* The way's points; those whose node is not in the file are skipped and counted. */
static struct enc_path way_path(struct reader *r, const struct way *w, size_t *ret_missing)
{
    struct enc_path path = {wg_alloc_n(r->ctx->arena, w->n ? w->n : 1, sizeof *path.p), 0, false, 0};
    for (size_t i = 0; i < w->n; i++) {
        const struct node *node = find_node(r, r->refs[w->first + i]);
        if (node)
            path.p[path.n++] = node->at;
        else
            ++*ret_missing;
    }
    return path;
}

/* The same of an open line as pieces: no straight line is drawn through where nodes are missing. */
static size_t way_pieces(struct reader *r, const struct way *w, struct enc_path *paths)
{
    size_t n = 0;
    struct enc_xy *p = wg_alloc_n(r->ctx->arena, w->n + 1, sizeof *p);
    for (size_t i = 0, from = 0, at = 0; i <= w->n; i++) {
        const struct node *node = i < w->n ? find_node(r, r->refs[w->first + i]) : NULL;
        if (node) {
            p[at++] = node->at;
            continue;
        }
        if (at - from > 1) paths[n++] = (struct enc_path){&p[from], at - from, false, 0};
        from = at;
    }
    return n;
}

static bool same_end(struct enc_xy a, struct enc_xy b)
{
    return a.x == b.x && a.y == b.y;
}

static double end_distance(struct enc_xy a, struct enc_xy b)
{
    return hypot((a.x - b.x) * cos(a.y * 0.01745329), a.y - b.y);
}

/* Appends `more` to `path` from its end, turned round where asked. */
static void append(struct wg_ctx *ctx, struct enc_path *path, const struct enc_path *more, bool backward)
{
    struct enc_xy *p = wg_alloc_n(ctx->arena, path->n + more->n, sizeof *p);
    memcpy(p, path->p, path->n * sizeof *p);
    for (size_t i = 0; i < more->n; i++) {
        struct enc_xy at = backward ? more->p[more->n - 1 - i] : more->p[i];
        if (!same_end(at, p[path->n - 1])) p[path->n++] = at;
    }
    path->p = p;
}

static bool is_ring(const struct enc_path *path)
{
    return same_end(path->p[0], path->p[path->n - 1]);
}

/* The unused part of the same role whose end is nearest to the path's end; exact: only one that meets it. */
static size_t next_part(const struct enc_path *path, const struct enc_path *parts, const bool *used, size_t n, bool exact,
                        bool *ret_backward)
{
    struct enc_xy end = path->p[path->n - 1];
    double best = end_distance(end, path->p[0]); /* rather closed than led on to something farther */
    size_t found = n;
    for (size_t j = 0; j < n; j++) {
        if (used[j] || parts[j].inner != path->inner || is_ring(&parts[j])) continue;
        double first = end_distance(end, parts[j].p[0]), last = end_distance(end, parts[j].p[parts[j].n - 1]);
        double d = fmin(first, last);
        if (exact ? d > 0 : d >= best) continue;
        best = d;
        found = j;
        *ret_backward = last < first;
        if (exact) break;
    }
    return found;
}

/* Puts a relation's member ways together into rings; where a member is missing the nearest ends are joined. */
static size_t make_rings(struct reader *r, struct enc_path *parts, bool *used, size_t n, struct enc_path *rings)
{
    size_t n_rings = 0;
    for (size_t i = 0; i < n; i++) {
        if (used[i]) continue;
        struct enc_path ring = parts[i];
        used[i] = true;
        for (int loose = 0; loose < 2; loose++)
            while (!is_ring(&ring)) {
                bool backward = false;
                size_t j = next_part(&ring, parts, used, n, loose == 0, &backward);
                if (j == n) break;
                used[j] = true;
                append(r->ctx, &ring, &parts[j], backward);
            }
        rings[n_rings++] = ring;
    }
    return n_rings;
}

static const char *tag_of(const struct enc_tag *tags, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(tags[i].key, key) == 0) return tags[i].value;
    return NULL;
}

static bool is_area_relation(const struct relation *rel)
{
    const char *type = tag_of(rel->tags, rel->n_tags, "type");
    return rel->n && rel->n_tags && (!type || strcmp(type, "multipolygon") == 0 || strcmp(type, "boundary") == 0);
}

/* A building's tags may stand on the relation, on its outer way, or on both: the relation, which knows the courtyards, is the
 * building, with the tags of both. */
static void take_over_outers(struct reader *r, struct relation *rel)
{
    struct enc_tag *tags = rel->tags;
    size_t n = rel->n_tags;
    bool building = tag_of(rel->tags, rel->n_tags, "building") != NULL, has_inner = false;
    for (size_t i = 0; i < rel->n; i++) has_inner = has_inner || r->members[rel->first + i].inner;
    for (size_t i = 0; i < rel->n; i++) {
        struct way *w = r->members[rel->first + i].inner ? NULL : find_way(r, r->members[rel->first + i].way);
        if (!w || w->in_relation || !tag_of(w->tags, w->n_tags, "building") || (!building && !has_inner)) continue;
        struct enc_tag *both = wg_alloc_n(r->ctx->arena, n + w->n_tags, sizeof *both);
        memcpy(both, tags, n * sizeof *both);
        for (size_t t = 0; t < w->n_tags; t++)
            if (!tag_of(both, n, w->tags[t].key)) both[n++] = w->tags[t];
        tags = both;
        w->in_relation = true;
    }
    rel->tags = tags;
    rel->n_tags = n;
}

static void relation_feature(struct reader *r, const struct relation *rel)
{
    struct wg_arena *arena = r->ctx->arena;
    struct enc_path *parts = wg_alloc_n(arena, rel->n, sizeof *parts), *rings = wg_alloc_n(arena, rel->n, sizeof *rings);
    bool *used = wg_alloc_n(arena, rel->n, sizeof *used);
    size_t missing = 0;
    for (size_t i = 0; i < rel->n; i++) {
        const struct way *w = find_way(r, r->members[rel->first + i].way);
        if (w) parts[i] = way_path(r, w, &missing);
        parts[i].inner = r->members[rel->first + i].inner;
        if (!w || parts[i].n < 2) missing++, used[i] = true;
    }
    size_t n_rings = make_rings(r, parts, used, rel->n, rings);
    struct enc_feature *f = add_feature(r, "relation", rel->key.id);
    *f = (struct enc_feature){f->id, rel->tags, rel->n_tags, ENC_AREA, rings, n_rings};
    if (missing)
        enc_note(r->ctx, r->out, f->id, "关系缺少成员，按现有部分读取",
                 "members of the relation are missing; read without them");
}

static void way_feature(struct reader *r, const struct way *w)
{
    size_t missing = 0;
    struct enc_path whole = way_path(r, w, &missing), *paths = wg_alloc_n(r->ctx->arena, w->n + 1, sizeof *paths);
    bool open = w->n && r->refs[w->first] != r->refs[w->first + w->n - 1];
    size_t n = 1;
    paths[0] = whole;
    if (missing && open && !tag_of(w->tags, w->n_tags, "building")) n = way_pieces(r, w, paths);
    struct enc_feature *f = add_feature(r, "way", w->key.id);
    *f = (struct enc_feature){f->id, w->tags, w->n_tags, ENC_LINE, paths, n};
    if (!w->n)
        enc_note(r->ctx, r->out, f->id, "路径没有节点，略去", "a way without nodes is left out");
    else if (missing)
        enc_note(r->ctx, r->out, f->id, "路径缺少节点，按现有节点读取", "nodes of the way are missing; read without them");
}

static void assemble(struct reader *r)
{
    sort_all(r);
    for (size_t i = 0; i < r->n_relations; i++)
        if (is_area_relation(&r->relations[i])) take_over_outers(r, &r->relations[i]);
    for (size_t i = 0; i < r->n_ways; i++)
        if (r->ways[i].n_tags && !r->ways[i].in_relation) way_feature(r, &r->ways[i]);
    for (size_t i = 0; i < r->n_relations; i++)
        if (is_area_relation(&r->relations[i])) relation_feature(r, &r->relations[i]);
}

static int parse(struct reader *r, struct wg_str bytes)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetEntityDeclHandler(r->parser, on_entity);
    for (size_t at = 0; at < bytes.n || at == 0;) {
        size_t n = bytes.n - at < (1U << 20) ? bytes.n - at : 1U << 20;
        bool last = at + n == bytes.n;
        if (XML_Parse(r->parser, bytes.p + at, (int)n, last) != XML_STATUS_OK) {
            if (!r->failed) refuse_at_line(r, XML_ErrorString(XML_GetErrorCode(r->parser)));
            return r->failed;
        }
        at += n;
        if (last) break;
    }
    return 0;
}

int enc_osm_read(struct wg_ctx *ctx, struct wg_str bytes, struct enc_features *features)
{
    struct reader *r = wg_alloc(ctx->arena, sizeof *r);
    r->ctx = ctx;
    r->out = features;
    r->parser = XML_ParserCreate(NULL);
    if (!r->parser) return wg_refuse(ctx, WG_E_INTERNAL, "expat", NULL, NULL);
    int rc = parse(r, bytes);
    if (rc == 0 && r->failed) rc = r->failed;
    XML_ParserFree(r->parser);
    if (rc) return rc;
    assemble(r);
    return 0;
}

const char *enc_tag(const struct enc_feature *f, const char *key)
{
    for (size_t i = 0; i < f->n_tags; i++)
        if (strcmp(f->tags[i].key, key) == 0) return f->tags[i].value;
    return NULL;
}

bool enc_tag_is(const struct enc_feature *f, const char *key, const char *value)
{
    const char *v = enc_tag(f, key);
    return v && strcmp(v, value) == 0;
}

void enc_note(struct wg_ctx *ctx, struct enc_features *features, const char *feature, const char *zh, const char *en)
{
    features->notes =
        wg_grow(ctx->arena, features->notes, &features->cap_notes, features->n_notes + 1, sizeof *features->notes);
    features->notes[features->n_notes++] = (struct enclose_note){feature, zh, en};
}
