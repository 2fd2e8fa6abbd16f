/* Constrained Delaunay triangulation on whole centimetres, with exact tests: points one by one with flips (Lawson 1977), then
 * each segment by flipping the edges that cross it (Sloan 1993). Coordinates below 2^29 keep the in-circle test within 128 bits. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { FAR = 1 << 28, NONE = -1 };

struct stack {
    int32_t *list;
    size_t n, cap;
};
struct builder {
    struct wg_ctx *ctx;
    struct enc_mesh *m;
    int32_t *at;       /* a triangle at each vertex */
    struct stack work; /* triangles whose edge opposite their corner 0..2 needs a test: 4 * triangle + corner */
    struct stack cross;
    struct stack fresh; /* edges turned clear of a segment: they need a test once it lies */
    int32_t last;
};

static void push(struct stack *s, int32_t v)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 256;
        s->list = wg_xrealloc(s->list, s->cap, sizeof *s->list);
    }
    s->list[s->n++] = v;
}

/* > 0: c lies to the left of a -> b. */
static int64_t orient(struct enc_ixy a, struct enc_ixy b, struct enc_ixy c)
{
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static bool in_circle(struct enc_ixy a, struct enc_ixy b, struct enc_ixy c, struct enc_ixy d)
{
    int64_t ax = (int64_t)a.x - d.x, ay = (int64_t)a.y - d.y, bx = (int64_t)b.x - d.x, by = (int64_t)b.y - d.y;
    int64_t cx = (int64_t)c.x - d.x, cy = (int64_t)c.y - d.y;
    __int128 det = (__int128)(ax * ax + ay * ay) * (bx * cy - cx * by);
    det -= (__int128)(bx * bx + by * by) * (ax * cy - cx * ay);
    det += (__int128)(cx * cx + cy * cy) * (ax * by - bx * ay);
    return det > 0;
}

static int corner_of(const struct enc_mesh *m, int32_t t, int32_t v)
{
    return m->tri[t][0] == v ? 0 : m->tri[t][1] == v ? 1 : 2;
}

static int edge_to(const struct enc_mesh *m, int32_t t, int32_t neighbour)
{
    return m->adj[t][0] == neighbour ? 0 : m->adj[t][1] == neighbour ? 1 : 2;
}

static int32_t new_triangle(struct builder *b)
{
    struct enc_mesh *m = b->m;
    if (m->n_tri == m->cap_tri) { /* sized for the points given; growth is for safety */
        size_t cap = m->cap_tri, cap2 = cap, cap3 = cap;
        m->tri = wg_grow(b->ctx->arena, m->tri, &cap, m->n_tri + 1, sizeof *m->tri);
        m->adj = wg_grow(b->ctx->arena, m->adj, &cap2, m->n_tri + 1, sizeof *m->adj);
        m->fix = wg_grow(b->ctx->arena, m->fix, &cap3, m->n_tri + 1, sizeof *m->fix);
        m->cap_tri = cap < cap2 ? cap < cap3 ? cap : cap3 : cap2 < cap3 ? cap2 : cap3;
    }
    return (int32_t)m->n_tri++;
}

static void set_triangle(struct builder *b, int32_t t, const int32_t v[3], const int32_t adj[3], const uint8_t fix[3])
{
    struct enc_mesh *m = b->m;
    for (int i = 0; i < 3; i++) {
        m->tri[t][i] = v[i];
        m->adj[t][i] = adj[i];
        m->fix[t][i] = fix[i];
        b->at[v[i]] = t;
    }
}

static void relink(struct enc_mesh *m, int32_t t, int32_t was, int32_t now)
{
    if (t != NONE) m->adj[t][edge_to(m, t, was)] = now;
}

/* Turns the diagonal between t and its neighbour across corner i. Afterwards t holds (p, q, s), u holds (p, r, q)... */
static void flip(struct builder *b, int32_t t, int i)
{
    struct enc_mesh *m = b->m;
    int32_t u = m->adj[t][i];
    int j = edge_to(m, u, t), i1 = (i + 1) % 3, i2 = (i + 2) % 3, j1 = (j + 1) % 3, j2 = (j + 2) % 3;
    int32_t p = m->tri[t][i], a = m->tri[t][i1], c = m->tri[t][i2], q = m->tri[u][j];
    int32_t t_a = m->adj[t][i1], t_c = m->adj[t][i2]; /* across c-p, across p-a */
    int32_t u_a = m->adj[u][j1], u_c = m->adj[u][j2]; /* u's corners: q, c, a; across a-q, across q-c */
    uint8_t f_a = m->fix[t][i1], f_c = m->fix[t][i2], g_a = m->fix[u][j1], g_c = m->fix[u][j2];
    set_triangle(b, t, (int32_t[]){p, a, q}, (int32_t[]){u_a, u, t_c}, (uint8_t[]){g_a, 0, f_c});
    set_triangle(b, u, (int32_t[]){p, q, c}, (int32_t[]){u_c, t_a, t}, (uint8_t[]){g_c, f_a, 0});
    relink(m, u_a, u, t);
    relink(m, t_a, t, u);
}

static void legalize(struct builder *b)
{
    struct enc_mesh *m = b->m;
    while (b->work.n) {
        int32_t item = b->work.list[--b->work.n], t = item / 4;
        int i = item % 4;
        int32_t u = m->adj[t][i];
        if (u == NONE || m->fix[t][i]) continue;
        int j = edge_to(m, u, t);
        if (!in_circle(m->v[m->tri[t][0]], m->v[m->tri[t][1]], m->v[m->tri[t][2]], m->v[m->tri[u][j]])) continue;
        flip(b, t, i); /* t: p a q, u: p q c; the outer edges that were u's need a look */
        push(&b->work, 4 * t);
        push(&b->work, 4 * u);
        push(&b->work, 4 * t + 2);
        push(&b->work, 4 * u + 1);
    }
}

/* The triangle that holds p, by walking; which edge p lies on, or NONE. */
static int32_t locate(const struct builder *b, struct enc_ixy p, int *ret_edge)
{
    const struct enc_mesh *m = b->m;
    int32_t t = b->last;
    for (size_t steps = 0; steps < 4 * m->n_tri + 16; steps++) {
        int zero = NONE, turn = (int)(steps % 3);
        bool moved = false;
        for (int k = 0; k < 3 && !moved; k++) {
            int i = (k + turn) % 3;
            int64_t o = orient(m->v[m->tri[t][(i + 1) % 3]], m->v[m->tri[t][(i + 2) % 3]], p);
            if (o < 0) t = m->adj[t][i], moved = true;
            if (o == 0) zero = i;
        }
        if (t == NONE) return NONE;
        if (!moved) {
            *ret_edge = zero;
            return t;
        }
    }
    return NONE;
}

static void split_inside(struct builder *b, int32_t t, int32_t p)
{
    struct enc_mesh *m = b->m;
    int32_t v[3], n[3], t1 = new_triangle(b), t2 = new_triangle(b);
    memcpy(v, m->tri[t], sizeof v);
    memcpy(n, m->adj[t], sizeof n);
    const uint8_t none[3] = {0, 0, 0};
    set_triangle(b, t, (int32_t[]){p, v[1], v[2]}, (int32_t[]){n[0], t1, t2}, none);
    set_triangle(b, t1, (int32_t[]){p, v[2], v[0]}, (int32_t[]){n[1], t2, t}, none);
    set_triangle(b, t2, (int32_t[]){p, v[0], v[1]}, (int32_t[]){n[2], t, t1}, none);
    relink(m, n[1], t, t1);
    relink(m, n[2], t, t2);
    push(&b->work, 4 * t);
    push(&b->work, 4 * t1);
    push(&b->work, 4 * t2);
}

static void split_edge(struct builder *b, int32_t t, int i, int32_t p)
{
    struct enc_mesh *m = b->m;
    int32_t u = m->adj[t][i];
    int32_t a = m->tri[t][i], v1 = m->tri[t][(i + 1) % 3], v2 = m->tri[t][(i + 2) % 3];
    int32_t n1 = m->adj[t][(i + 1) % 3], n2 = m->adj[t][(i + 2) % 3]; /* across v2-a, across a-v1 */
    int j = edge_to(m, u, t);
    int32_t c = m->tri[u][j], k1 = m->adj[u][(j + 1) % 3], k2 = m->adj[u][(j + 2) % 3]; /* across v1-c, across c-v2 */
    int32_t t1 = new_triangle(b), u1 = new_triangle(b);
    const uint8_t none[3] = {0, 0, 0};
    set_triangle(b, t, (int32_t[]){p, a, v1}, (int32_t[]){n2, u1, t1}, none);
    set_triangle(b, t1, (int32_t[]){p, v2, a}, (int32_t[]){n1, t, u}, none);
    set_triangle(b, u, (int32_t[]){p, c, v2}, (int32_t[]){k2, t1, u1}, none);
    set_triangle(b, u1, (int32_t[]){p, v1, c}, (int32_t[]){k1, u, t}, none);
    relink(m, n1, t, t1);
    relink(m, k1, u, u1);
    push(&b->work, 4 * t);
    push(&b->work, 4 * t1);
    push(&b->work, 4 * u);
    push(&b->work, 4 * u1);
}

static int insert_point(struct builder *b, int32_t p)
{
    int edge = NONE;
    int32_t t = locate(b, b->m->v[p], &edge);
    if (t == NONE) return wg_refuse(b->ctx, WG_E_INTERNAL, "mesh.locate", NULL, NULL);
    if (edge == NONE)
        split_inside(b, t, p);
    else
        split_edge(b, t, edge, p);
    legalize(b);
    b->last = b->at[p];
    return 0;
}

/* ---- segments ---- */

/* Looks round vertex a for b: an edge a-b (true), else the triangle whose far edge the segment leaves by, or a vertex on the way. */
struct aim {
    int32_t tri, via;
    int corner;
    bool edge;
};

static struct aim take_aim(const struct enc_mesh *m, const int32_t *at, int32_t a, int32_t b)
{
    int32_t start = at[a], t = start;
    bool back = false;
    do {
        int i = corner_of(m, t, a);
        int32_t v1 = m->tri[t][(i + 1) % 3], v2 = m->tri[t][(i + 2) % 3];
        if (v1 == b) return (struct aim){t, b, (i + 2) % 3, true};
        if (v2 == b) return (struct aim){t, b, (i + 1) % 3, true};
        int64_t o1 = orient(m->v[a], m->v[b], m->v[v1]), o2 = orient(m->v[a], m->v[b], m->v[v2]);
        int64_t ahead1 = ((int64_t)m->v[b].x - m->v[a].x) * ((int64_t)m->v[v1].x - m->v[a].x) +
                         ((int64_t)m->v[b].y - m->v[a].y) * ((int64_t)m->v[v1].y - m->v[a].y);
        int64_t ahead2 = ((int64_t)m->v[b].x - m->v[a].x) * ((int64_t)m->v[v2].x - m->v[a].x) +
                         ((int64_t)m->v[b].y - m->v[a].y) * ((int64_t)m->v[v2].y - m->v[a].y);
        if (o1 == 0 && ahead1 > 0) return (struct aim){t, v1, (i + 2) % 3, true};
        if (o2 == 0 && ahead2 > 0) return (struct aim){t, v2, (i + 1) % 3, true};
        if (o1 < 0 && o2 > 0) return (struct aim){t, NONE, i, false};
        int32_t next = m->adj[t][back ? (i + 2) % 3 : (i + 1) % 3];
        if (next == NONE && !back) back = true, next = m->adj[start][(corner_of(m, start, a) + 2) % 3];
        t = next;
    } while (t != NONE && t != start);
    return (struct aim){NONE, NONE, 0, false};
}

static void fix_edge(struct enc_mesh *m, int32_t t, int corner)
{
    int32_t u = m->adj[t][corner];
    m->fix[t][corner] = 1;
    if (u != NONE) m->fix[u][edge_to(m, u, t)] = 1;
}

static bool convex(const struct enc_mesh *m, int32_t t, int i)
{
    int32_t u = m->adj[t][i];
    struct enc_ixy p = m->v[m->tri[t][i]], a = m->v[m->tri[t][(i + 1) % 3]], c = m->v[m->tri[t][(i + 2) % 3]];
    struct enc_ixy q = m->v[m->tri[u][edge_to(m, u, t)]];
    return orient(p, a, q) > 0 && orient(p, q, c) > 0;
}

/* Edges are kept as vertex pairs while flips move them about. */
static int32_t find_edge(const struct builder *b, int32_t v, int32_t w, int *ret_corner)
{
    struct aim aim = take_aim(b->m, b->at, v, w);
    *ret_corner = aim.corner;
    return aim.edge && aim.via == w ? aim.tri : NONE;
}

static bool crosses(const struct enc_mesh *m, int32_t a, int32_t b, int32_t v, int32_t w)
{
    if (v == a || v == b || w == a || w == b) return false;
    int64_t o1 = orient(m->v[a], m->v[b], m->v[v]), o2 = orient(m->v[a], m->v[b], m->v[w]);
    return (o1 > 0 && o2 < 0) || (o1 < 0 && o2 > 0);
}

/* Edges crossed from a towards b, up to b or the first vertex on the way, which comes back. */
static int32_t crossed(struct builder *b, int32_t from, int32_t to, struct aim aim)
{
    struct enc_mesh *m = b->m;
    int32_t t = aim.tri;
    int i = aim.corner;
    b->cross.n = 0;
    for (;;) {
        if (m->fix[t][i]) return NONE;
        push(&b->cross, m->tri[t][(i + 1) % 3]);
        push(&b->cross, m->tri[t][(i + 2) % 3]);
        int32_t u = m->adj[t][i];
        if (u == NONE) return NONE;
        int j = edge_to(m, u, t);
        int32_t q = m->tri[u][j];
        int64_t o = orient(m->v[from], m->v[to], m->v[q]);
        if (q == to || o == 0) return q;
        /* u's corners: q, then the end on the left side..: leave by the edge whose ends lie on both sides */
        int32_t right = m->tri[u][(j + 1) % 3];
        bool right_is_left = orient(m->v[from], m->v[to], m->v[right]) > 0;
        i = (o > 0) == right_is_left ? (j + 1) % 3 : (j + 2) % 3;
        t = u;
    }
}

static int insert_segment(struct builder *b, int32_t from, int32_t to)
{
    struct enc_mesh *m = b->m;
    while (from != to) {
        struct aim aim = take_aim(m, b->at, from, to);
        if (aim.tri == NONE) return wg_refuse(b->ctx, WG_E_INTERNAL, "mesh.aim", NULL, NULL);
        if (aim.edge) {
            fix_edge(m, aim.tri, aim.corner);
            from = aim.via;
            continue;
        }
        int32_t end = crossed(b, from, to, aim);
        if (end == NONE) return wg_refuse(b->ctx, WG_E_INTERNAL, "mesh.crossing", NULL, NULL);
        size_t rounds = 0;
        b->fresh.n = 0;
        for (size_t head = 0; head < b->cross.n; head += 2) {
            int32_t v = b->cross.list[head], w = b->cross.list[head + 1];
            int corner;
            int32_t t = find_edge(b, v, w, &corner);
            if (t == NONE || ++rounds > 100000000) return wg_refuse(b->ctx, WG_E_INTERNAL, "mesh.flip", NULL, NULL);
            if (!convex(m, t, corner)) {
                push(&b->cross, v);
                push(&b->cross, w);
                continue;
            }
            int32_t u = m->adj[t][corner], p = m->tri[t][corner], q = m->tri[u][edge_to(m, u, t)];
            flip(b, t, corner);
            struct stack *s = crosses(m, from, end, p, q) ? &b->cross : &b->fresh;
            push(s, p);
            push(s, q);
        }
        int corner;
        int32_t t = find_edge(b, from, end, &corner);
        if (t == NONE) return wg_refuse(b->ctx, WG_E_INTERNAL, "mesh.segment", NULL, NULL);
        fix_edge(m, t, corner);
        for (size_t k = 0; k < b->fresh.n; k += 2) {
            t = find_edge(b, b->fresh.list[k], b->fresh.list[k + 1], &corner);
            if (t != NONE) push(&b->work, 4 * t + corner);
        }
        legalize(b);
        from = end;
    }
    return 0;
}

/* ---- order of insertion: along a Hilbert curve, so that each walk is short ---- */

static uint64_t hilbert(struct enc_ixy p)
{
    uint32_t x = (uint32_t)(p.x + FAR) >> 13, y = (uint32_t)(p.y + FAR) >> 13; /* 16 bits each, 80 m cells */
    uint64_t d = 0;
    for (uint32_t s = 1U << 15; s; s >>= 1) {
        uint32_t rx = (x & s) > 0, ry = (y & s) > 0;
        d += (uint64_t)s * s * ((3 * rx) ^ ry);
        if (ry == 0) {
            if (rx) x = 0xFFFF - x, y = 0xFFFF - y;
            uint32_t swap = x;
            x = y;
            y = swap;
        }
    }
    return d;
}

struct keyed {
    uint64_t key;
    int32_t index;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void drop_outside(struct builder *b, int32_t n)
{
    struct enc_mesh *m = b->m;
    int32_t *to = wg_xcalloc(m->n_tri, sizeof *to);
    size_t kept = 0;
    for (size_t t = 0; t < m->n_tri; t++)
        to[t] = m->tri[t][0] < n && m->tri[t][1] < n && m->tri[t][2] < n ? (int32_t)kept++ : NONE;
    for (size_t t = 0; t < m->n_tri; t++) {
        if (to[t] == NONE) continue;
        for (int i = 0; i < 3; i++) {
            m->tri[to[t]][i] = m->tri[t][i];
            m->fix[to[t]][i] = m->fix[t][i];
            m->adj[to[t]][i] = m->adj[t][i] == NONE ? NONE : to[m->adj[t][i]];
        }
    }
    free(to);
    m->n_tri = kept;
    m->n_v = (size_t)n;
}

static int insert_all(struct builder *b, const struct enc_ixy *p, size_t n, const struct enc_link *segments, size_t n_segments)
{
    struct keyed *order = wg_xcalloc(n + 1, sizeof *order);
    for (size_t i = 0; i < n; i++) order[i] = (struct keyed){hilbert(p[i]), (int32_t)i};
    qsort(order, n, sizeof *order, by_key);
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i++) rc = insert_point(b, order[i].index);
    free(order);
    for (size_t i = 0; i < n_segments && !rc; i++) rc = insert_segment(b, (int32_t)segments[i].a, (int32_t)segments[i].b);
    return rc;
}

int enc_mesh_build(struct wg_ctx *ctx, const struct enc_ixy *p, size_t n, const struct enc_link *segments, size_t n_segments,
                   struct enc_mesh *ret_mesh)
{
    if (n > (size_t)50 * 1000 * 1000) return wg_refuse(ctx, WG_E_TOO_MANY, "mesh", "50000000", NULL);
    struct enc_mesh m = {.cap_v = n + 3, .cap_tri = 2 * n + 16, .n_v = n + 3};
    struct builder b = {.ctx = ctx, .m = &m};
    m.v = wg_alloc_n(ctx->arena, m.cap_v, sizeof *m.v);
    m.tri = wg_alloc_n(ctx->arena, m.cap_tri, sizeof *m.tri);
    m.adj = wg_alloc_n(ctx->arena, m.cap_tri, sizeof *m.adj);
    m.fix = wg_alloc_n(ctx->arena, m.cap_tri, sizeof *m.fix);
    b.at = wg_xcalloc(m.cap_v, sizeof *b.at);
    if (n) memcpy(m.v, p, n * sizeof *p);
    int32_t s = (int32_t)n;
    m.v[s] = (struct enc_ixy){-FAR, -FAR};
    m.v[s + 1] = (struct enc_ixy){FAR - 1, -FAR};
    m.v[s + 2] = (struct enc_ixy){0, FAR - 1};
    int32_t first = new_triangle(&b);
    set_triangle(&b, first, (int32_t[]){s, s + 1, s + 2}, (int32_t[]){NONE, NONE, NONE}, (uint8_t[]){0, 0, 0});
    int rc = insert_all(&b, p, n, segments, n_segments);
    if (!rc) drop_outside(&b, s);
    free(b.at);
    free(b.work.list);
    free(b.cross.list);
    free(b.fresh.list);
    if (!rc) *ret_mesh = m;
    return rc;
}
