/* Ways on foot and on wheels over the cells. Dijkstra's search over points spread along the edges finds through which cells a way
 * leads; its length is then that of a string pulled taut through the edges it crosses (Lee and Preparata 1984). So a way is never
 * measured shorter than it can be walked, and longer only where a way through other cells is a little shorter still. enclose_verify measures
 * again on a raster. */
#include <stdlib.h>

#include "engine/enclose/enclose_internal.h"

static const double apart = 10;       /* metres between points on an edge */
static const double slack = 1.1;      /* ways over points are this much longer than taut ones at most, nearly always */
enum { START = -2, MOST_POINTS = 8 }; /* from: START - i: the i-th start; NOWHERE: not reached */
static const int32_t NOWHERE = -1;

struct portal {
    struct enc_xy left, right;
};

struct enc_walk {
    struct enc_draft *draft;
    uint32_t *first; /* points of the edge opposite corner i of cell t: first[3t + i] .. first[3t + i] + count[3t + i] */
    uint8_t *count;
    uint32_t *edge; /* of each point: 3t + i, of one of its two cells */
    double *dist;   /* of each point */
    int32_t *from;  /* of each point reached: the point before it */
    int32_t *into;  /* and the cell that the way goes on into */
    uint32_t *touched;
    size_t n_points, n_touched;
    int32_t *start; /* of each cell: which start it is; -1 */
    struct enc_stand *starts;
    size_t n_starts, cap_starts;
    struct portal *portals;
    size_t cap_portals;
    struct enc_heap heap;
};

static void free_walk(void *what)
{
    struct enc_walk *w = what;
    free(w->first);
    free(w->count);
    free(w->edge);
    free(w->dist);
    free(w->from);
    free(w->into);
    free(w->touched);
    free(w->start);
    free(w->starts);
    free(w->portals);
    enc_heap_free(&w->heap);
}

static int corner_to(const struct enc_mesh *m, int32_t t, int32_t neighbour)
{
    return m->adj[t][0] == neighbour ? 0 : m->adj[t][1] == neighbour ? 1 : 2;
}

/* Points on every edge between two cells that may be walked on. */
static void spread_points(struct enc_walk *w)
{
    const struct enc_space *sp = w->draft->space;
    const struct enc_mesh *m = &sp->mesh;
    for (size_t t = 0; t < m->n_tri; t++)
        for (int i = 0; i < 3; i++) {
            int32_t u = m->adj[t][i];
            if (u < (int32_t)t || sp->kind[t] == ENC_SOLID || sp->kind[u] == ENC_SOLID) continue; /* told by the lower cell */
            double n = fmax(1, fmin(MOST_POINTS, ceil(enc_edge_length(m, t, i) / apart)));
            size_t other = 3 * (size_t)u + (size_t)corner_to(m, u, (int32_t)t), own = 3 * t + (size_t)i;
            w->first[own] = w->first[other] = (uint32_t)w->n_points;
            w->count[own] = w->count[other] = (uint8_t)n;
            w->n_points += (size_t)n;
        }
    w->edge = wg_xcalloc(w->n_points + 1, sizeof *w->edge);
    for (size_t h = 0; h < 3 * m->n_tri; h++)
        for (uint32_t k = 0; k < w->count[h] && m->adj[h / 3][h % 3] > (int32_t)(h / 3); k++)
            w->edge[w->first[h] + k] = (uint32_t)h;
}

struct enc_walk *enc_walk(struct enc_draft *d)
{
    if (d->walker) return d->walker;
    struct enc_walk *w = wg_alloc(d->ctx->arena, sizeof *w);
    size_t n = d->space->mesh.n_tri;
    w->draft = d;
    wg_arena_cleanup(d->ctx->arena, free_walk, w);
    w->first = wg_xcalloc(3 * n + 1, sizeof *w->first);
    w->count = wg_xcalloc(3 * n + 1, sizeof *w->count);
    w->start = wg_xcalloc(n + 1, sizeof *w->start);
    for (size_t i = 0; i < n; i++) w->start[i] = -1;
    spread_points(w);
    w->dist = wg_xcalloc(w->n_points + 1, sizeof *w->dist);
    w->from = wg_xcalloc(w->n_points + 1, sizeof *w->from);
    w->into = wg_xcalloc(w->n_points + 1, sizeof *w->into);
    w->touched = wg_xcalloc(w->n_points + 1, sizeof *w->touched);
    for (size_t i = 0; i < w->n_points; i++) w->dist[i] = 1e300, w->from[i] = w->into[i] = NOWHERE;
    d->walker = w;
    return w;
}

static bool may_pass(const struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, int32_t t, int corner,
                     int32_t u)
{
    const struct enc_draft *d = w->draft;
    const struct enc_space *sp = d->space;
    if (sp->kind[u] == ENC_SOLID) return false;
    if (where == ENC_WALK_HOSE) return true;
    if (where == ENC_WALK_INSIDE && d->label[u] != label) return false;
    if (where == ENC_WALK_OUTSIDE && d->label[u] != 0) return false;
    if (sp->wall[t][corner] >= 0 && !(where == ENC_WALK_INSIDE && (d->open[t] >> corner & 1))) return false;
    if (sp->wall[t][corner] >= 0) return enc_edge_length(&sp->mesh, (size_t)t, corner) >= width; /* as wide as it is opened */
    return sp->gap[t][corner] >= width;
}

static bool is_anywhere(struct enc_xy at)
{
    return isnan(at.x);
}

static struct enc_xy point_at(const struct enc_walk *w, uint32_t point)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    uint32_t h = w->edge[point];
    struct enc_xy a = enc_vertex(m, m->tri[h / 3][(h + 1) % 3]), b = enc_vertex(m, m->tri[h / 3][(h % 3 + 2) % 3]);
    double t = ((double)(point - w->first[h]) + 0.5) / (double)w->count[h];
    return (struct enc_xy){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

static void push(struct enc_walk *w, double d, uint32_t point, int32_t into, int32_t from)
{
    if (w->dist[point] <= d) return;
    if (w->dist[point] > 1e299) w->touched[w->n_touched++] = point;
    w->dist[point] = d;
    w->from[point] = from;
    w->into[point] = into;
    enc_heap_push(&w->heap, d, (int32_t)point);
}

struct rule { /* where one may go */
    enum enc_walk_where where;
    int32_t label;
    double width;
};

/* Between the edge by which cell t was entered and the one to u lies a corner; where the edge opposite it is closed and something stands
 * at the corner, the way through the cell is as wide as the two are apart. */
static bool squeezed(const struct enc_walk *w, const struct rule *r, int32_t t, int32_t before, int exit)
{
    const struct enc_space *sp = w->draft->space;
    const struct enc_mesh *m = &sp->mesh;
    const uint8_t *solid = r->where == ENC_WALK_TODAY || !w->draft->solid ? sp->solid : w->draft->solid;
    int entry = corner_to(m, t, before), third = 3 - entry - exit;
    if (r->where == ENC_WALK_HOSE || entry == exit || !solid[m->tri[t][third]]) return false;
    int32_t u = m->adj[t][third];
    if (u >= 0 && may_pass(w, r->where, r->label, r->width, t, third, u)) return false;
    return enc_height(m, (size_t)t, third) < r->width;
}

/* The edge from cell t to its neighbour u, as one sees it going there. */
static struct portal portal_between(const struct enc_mesh *m, int32_t t, int32_t u)
{
    int i = m->adj[t][0] == u ? 0 : m->adj[t][1] == u ? 1 : 2;
    return (struct portal){enc_vertex(m, m->tri[t][(i + 2) % 3]), enc_vertex(m, m->tri[t][(i + 1) % 3])};
}

/* On from a point (or a start: START - i) over the cell it leads into. */
static void spread(struct enc_walk *w, const struct rule *r, double d, int32_t from, int32_t cell, struct enc_xy here)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    int32_t before = NOWHERE;
    if (from >= 0) {
        uint32_t h = w->edge[from];
        before = (int32_t)(h / 3) == cell ? m->adj[h / 3][h % 3] : (int32_t)(h / 3);
    }
    for (int i = 0; i < 3; i++) {
        int32_t u = m->adj[cell][i];
        uint32_t at = w->first[3 * cell + i], end = at + w->count[3 * cell + i];
        if (u < 0 || u == before || at == end || !may_pass(w, r->where, r->label, r->width, cell, i, u)) continue;
        if (from >= 0 && squeezed(w, r, cell, before, i)) continue;
        for (; at < end; at++) push(w, d + (is_anywhere(here) ? 0 : enc_dist(here, point_at(w, at))), at, u, from);
    }
}

static void begin(struct enc_walk *w, const struct rule *r, const struct enc_stand *starts, size_t n)
{
    for (size_t i = 0; i < w->n_touched; i++) w->dist[w->touched[i]] = 1e300, w->from[w->touched[i]] = NOWHERE;
    for (size_t i = 0; i < w->n_starts; i++) w->start[w->starts[i].tri] = -1;
    w->n_touched = w->heap.n = 0;
    if (n > w->cap_starts) {
        w->starts = wg_xrealloc(w->starts, n, sizeof *w->starts);
        w->cap_starts = n;
    }
    w->n_starts = n;
    for (size_t i = 0; i < n; i++) {
        w->starts[i] = starts[i];
        w->start[starts[i].tri] = (int32_t)i;
    }
    for (size_t i = 0; i < n; i++) spread(w, r, 0, START - (int32_t)i, starts[i].tri, starts[i].at);
}

void enc_walk_from(struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, const struct enc_stand *starts,
                   size_t n)
{
    struct rule r = {where, label, width};
    begin(w, &r, starts, n);
    while (w->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&w->heap);
        if (e.d <= w->dist[e.cell]) spread(w, &r, e.d, e.cell, w->into[e.cell], point_at(w, (uint32_t)e.cell));
    }
}

/* ---- the taut string ---- */

static double turn(struct enc_xy a, struct enc_xy b, struct enc_xy c) /* > 0: c lies to the left of a -> b */
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static bool same(struct enc_xy a, struct enc_xy b)
{
    return fabs(a.x - b.x) < 1e-9 && fabs(a.y - b.y) < 1e-9;
}

/* Length from `from` to `to` through the portals; the last corner it bends round comes back. */
static double pull(const struct portal *p, size_t n, struct enc_xy from, struct enc_xy to, struct enc_xy *ret_last)
{
    struct enc_xy apex = from, left = from, right = from;
    size_t at_left = 0, at_right = 0;
    double length = 0;
    for (size_t i = 0; i <= n; i++) {
        struct enc_xy l = i < n ? p[i].left : to, r = i < n ? p[i].right : to;
        if (turn(apex, right, r) >= 0) { /* the right side comes nearer, or stays */
            if (same(apex, right) || turn(apex, left, r) < 0) {
                right = r, at_right = i;
            } else { /* it crosses the left: bend round the left corner */
                length += enc_dist(apex, left);
                apex = right = left, at_right = i = at_left;
                continue;
            }
        }
        if (turn(apex, left, l) <= 0) {
            if (same(apex, left) || turn(apex, right, l) > 0) {
                left = l, at_left = i;
            } else {
                length += enc_dist(apex, right);
                apex = left = right, at_left = i = at_right;
                continue;
            }
        }
    }
    *ret_last = apex;
    return length + enc_dist(apex, to);
}

static struct enc_xy nearest_on(struct portal p, struct enc_xy at)
{
    double t;
    (void)enc_dist_segment(at, p.left, p.right, &t);
    return (struct enc_xy){p.left.x + t * (p.right.x - p.left.x), p.left.y + t * (p.right.y - p.left.y)};
}

/* The edges on the way back from a point to its start, as one sees them going back; which start it is comes back. */
static size_t portals_from(struct enc_walk *w, int32_t point, size_t *ret_start)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    size_t n = 0;
    int32_t p = point;
    for (; p >= 0; p = w->from[p]) {
        if (n == w->cap_portals) {
            w->cap_portals = w->cap_portals ? 2 * w->cap_portals : 256;
            w->portals = wg_xrealloc(w->portals, w->cap_portals, sizeof *w->portals);
        }
        int32_t cell = w->into[p], lower = (int32_t)(w->edge[p] / 3);
        w->portals[n++] = portal_between(m, cell, lower == cell ? m->adj[lower][w->edge[p] % 3] : lower);
    }
    *ret_start = (size_t)(START - p);
    return n;
}

/* To anywhere on the last portal: the foot of the perpendicular from where the string bends last, which may move that bend. */
static double pull_to_edge(const struct portal *p, size_t n, struct enc_xy from)
{
    struct enc_xy bend = from;
    double best = 1e300;
    for (int round = 0; round < 4; round++) {
        double length = pull(p, n, from, nearest_on(p[n - 1], bend), &bend);
        if (length > best - 0.01) break;
        best = length;
    }
    return best;
}

static double taut_from(struct enc_walk *w, int32_t point, struct enc_xy at)
{
    size_t start, n = portals_from(w, point, &start);
    struct enc_xy bend, goal = w->starts[start].at;
    return is_anywhere(goal) ? pull_to_edge(w->portals, n, at) : pull(w->portals, n, at, goal, &bend);
}

double enc_walk_to(struct enc_walk *w, int32_t tri, struct enc_xy at)
{
    double best = 1e300;
    if (w->start[tri] >= 0) { /* in the start's own cell */
        struct enc_xy goal = w->starts[w->start[tri]].at;
        best = is_anywhere(goal) ? 0 : enc_dist(at, goal);
    }
    for (int i = 0; i < 3; i++) { /* by the best point of each edge */
        int32_t by = NOWHERE;
        double least = 1e300;
        uint32_t point = w->first[3 * tri + i], end = point + w->count[3 * tri + i];
        for (; point < end; point++) {
            double d =
                w->into[point] == tri && w->dist[point] < 1e299 ? w->dist[point] + enc_dist(at, point_at(w, point)) : 1e300;
            if (d < least) least = d, by = (int32_t)point;
        }
        if (by >= 0 && least < slack * best) best = fmin(best, taut_from(w, by, at));
    }
    return best;
}

double enc_walk_roughly(const struct enc_walk *w, int32_t tri)
{
    double best = w->start[tri] >= 0 ? 0 : 1e300;
    for (int i = 0; i < 3; i++)
        for (uint32_t k = 0; k < w->count[3 * tri + i]; k++) {
            uint32_t point = w->first[3 * tri + i] + k;
            if (w->into[point] == tri) best = fmin(best, w->dist[point]);
        }
    return best;
}

void enc_walk_mark(const struct enc_walk *w, uint8_t *cells)
{
    for (size_t i = 0; i < w->n_starts; i++) cells[w->starts[i].tri] = 1;
    for (size_t i = 0; i < w->n_touched; i++) cells[w->into[w->touched[i]]] = 1;
}

/* Back from a point to where the search began, and turned round: to anywhere on the point's edge. */
static double taut_into(struct enc_walk *w, int32_t point)
{
    size_t start, n = portals_from(w, point, &start);
    for (size_t i = 0; i < n; i++) w->portals[i] = (struct portal){w->portals[i].right, w->portals[i].left};
    for (size_t i = 0; i < n / 2; i++) {
        struct portal swap = w->portals[i];
        w->portals[i] = w->portals[n - 1 - i];
        w->portals[n - 1 - i] = swap;
    }
    return pull_to_edge(w->portals, n, w->starts[0].at);
}

double enc_walk_near(struct enc_walk *w, struct enc_stand start, const uint8_t *cells, double limit)
{
    static const struct rule hose = {ENC_WALK_HOSE, 0, 0};
    double best = cells[start.tri] ? 0 : 1e300;
    begin(w, &hose, &start, 1);
    while (w->heap.n && best > 0) {
        struct enc_heap_entry e = enc_heap_pop(&w->heap);
        if (e.d > w->dist[e.cell]) continue;
        if (e.d > slack * fmin(limit, best)) break;
        if (cells[w->into[e.cell]])
            best = fmin(best, taut_into(w, e.cell));
        else
            spread(w, &hose, e.d, e.cell, w->into[e.cell], point_at(w, (uint32_t)e.cell));
    }
    return best;
}
