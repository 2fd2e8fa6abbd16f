/* OpenStreetMap XML, read in one pass with Expat: nodes, ways, and multipolygon relations put together from their ways. */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { MAX_NODES = 20 * 1000 * 1000, MAX_REFS = 40 * 1000 * 1000, MAX_TAGS = 64 };

struct node {
    int64_t id;
    struct enc_xy at;
};
struct member {
    int64_t way;
    bool inner;
};
struct way {
    int64_t id;
    size_t first, n; /* into refs */
    struct enc_tag *tags;
    size_t n_tags;
};
struct relation {
    int64_t id;
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
    bool placed, gone; /* gone: deleted or invisible in an editor's file */
    size_t first;
    struct enc_tag tags[MAX_TAGS];
    size_t n_tags;
    bool sorted;
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

static void open_node(struct reader *r, const char **attrs)
{
    if (!attr_id(r, attrs, "id", &r->id)) return;
    const char *lat = attr(attrs, "lat"), *lon = attr(attrs, "lon"), *action = attr(attrs, "action");
    r->gone = action && strcmp(action, "delete") == 0;
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
    } else if (strcmp(name, "way") == 0 || strcmp(name, "relation") == 0) {
        const char *action = attr(attrs, "action");
        if (!attr_id(r, attrs, "id", &r->id)) return;
        r->gone = action && strcmp(action, "delete") == 0;
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
    r->nodes[r->n_nodes++] = (struct node){r->id, r->at};
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

static void XMLCALL on_end(void *arg, const char *name)
{
    struct reader *r = arg;
    struct wg_arena *arena = r->ctx->arena;
    if (strcmp(name, "node") == 0 && r->in == IN_NODE) {
        close_node(r);
    } else if (strcmp(name, "way") == 0 && r->in == IN_WAY) {
        r->ways = wg_grow(arena, r->ways, &r->cap_ways, r->n_ways + 1, sizeof *r->ways);
        if (r->gone) r->n_refs = r->first;
        r->ways[r->n_ways++] = (struct way){r->id, r->first, r->n_refs - r->first, take_tags(r), r->gone ? 0 : r->n_tags};
    } else if (strcmp(name, "relation") == 0 && r->in == IN_RELATION) {
        r->relations = wg_grow(arena, r->relations, &r->cap_relations, r->n_relations + 1, sizeof *r->relations);
        if (!r->gone)
            r->relations[r->n_relations++] =
                (struct relation){r->id, r->first, r->n_members - r->first, take_tags(r), r->n_tags};
    } else {
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

static int by_node_id(const void *a, const void *b)
{
    int64_t x = ((const struct node *)a)->id, y = ((const struct node *)b)->id;
    return (x > y) - (x < y);
}
static int by_way_id(const void *a, const void *b)
{
    int64_t x = ((const struct way *)a)->id, y = ((const struct way *)b)->id;
    return (x > y) - (x < y);
}

/* The way's points; those whose node is not in the file are skipped and counted. */
static struct enc_path way_path(struct reader *r, const struct way *w, size_t *ret_missing)
{
    struct enc_path path = {wg_alloc_n(r->ctx->arena, w->n ? w->n : 1, sizeof *path.p), 0, false, 0};
    for (size_t i = 0; i < w->n; i++) {
        struct node key = {r->refs[w->first + i], {0, 0}};
        const struct node *node = r->n_nodes ? bsearch(&key, r->nodes, r->n_nodes, sizeof key, by_node_id) : NULL;
        if (node)
            path.p[path.n++] = node->at;
        else
            ++*ret_missing;
    }
    return path;
}

static bool same_end(struct enc_xy a, struct enc_xy b)
{
    return a.x == b.x && a.y == b.y;
}

/* Appends `more` to `path` from its end (turned round where needed); false when they do not meet. */
static bool join(struct wg_ctx *ctx, struct enc_path *path, const struct enc_path *more)
{
    struct enc_xy end = path->p[path->n - 1];
    bool forward = same_end(end, more->p[0]), backward = same_end(end, more->p[more->n - 1]);
    if (!forward && !backward) return false;
    struct enc_xy *p = wg_alloc_n(ctx->arena, path->n + more->n, sizeof *p);
    memcpy(p, path->p, path->n * sizeof *p);
    for (size_t i = 1; i < more->n; i++) p[path->n++] = forward ? more->p[i] : more->p[more->n - 1 - i];
    path->p = p;
    return true;
}

/* Puts a relation's member ways together into rings. */
static void relation_feature(struct reader *r, const struct relation *rel)
{
    struct wg_arena *arena = r->ctx->arena;
    struct enc_path *parts = wg_alloc_n(arena, rel->n, sizeof *parts), *rings = wg_alloc_n(arena, rel->n, sizeof *rings);
    bool *used = wg_alloc_n(arena, rel->n, sizeof *used);
    size_t n_rings = 0, missing = 0;
    for (size_t i = 0; i < rel->n; i++) {
        struct way key = {.id = r->members[rel->first + i].way};
        const struct way *w = r->n_ways ? bsearch(&key, r->ways, r->n_ways, sizeof key, by_way_id) : NULL;
        if (w) parts[i] = way_path(r, w, &missing);
        parts[i].inner = r->members[rel->first + i].inner;
        if (!w || parts[i].n < 2) missing++, used[i] = true;
    }
    for (size_t i = 0; i < rel->n; i++) {
        if (used[i]) continue;
        struct enc_path ring = parts[i];
        used[i] = true;
        for (size_t j = 0; j < rel->n && !same_end(ring.p[0], ring.p[ring.n - 1]); j++) {
            if (used[j] || !join(r->ctx, &ring, &parts[j])) continue;
            used[j] = true;
            j = (size_t)-1; /* from the start: an earlier part may fit now */
        }
        rings[n_rings++] = ring;
    }
    struct enc_feature *f = add_feature(r, "relation", rel->id);
    *f = (struct enc_feature){f->id, rel->tags, rel->n_tags, ENC_AREA, rings, n_rings};
    if (missing)
        enc_note(r->ctx, r->out, f->id, "关系缺少成员，按现有部分读取",
                 "members of the relation are missing; read without them");
}

static void assemble(struct reader *r)
{
    if (r->n_nodes) qsort(r->nodes, r->n_nodes, sizeof *r->nodes, by_node_id);
    if (r->n_ways) qsort(r->ways, r->n_ways, sizeof *r->ways, by_way_id);
    for (size_t i = 0; i < r->n_ways; i++) {
        const struct way *w = &r->ways[i];
        if (!w->n_tags) continue;
        size_t missing = 0;
        struct enc_path path = way_path(r, w, &missing);
        struct enc_feature *f = add_feature(r, "way", w->id);
        struct enc_path *paths = wg_alloc(r->ctx->arena, sizeof *paths);
        paths[0] = path;
        *f = (struct enc_feature){f->id, w->tags, w->n_tags, ENC_LINE, paths, 1};
        if (missing)
            enc_note(r->ctx, r->out, f->id, "路径缺少节点，按现有节点读取", "nodes of the way are missing; read without them");
    }
    for (size_t i = 0; i < r->n_relations; i++)
        if (r->relations[i].n && r->relations[i].n_tags) relation_feature(r, &r->relations[i]);
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
