/* Ways on foot and on wheels over the cells. Dijkstra's search goes from the middle of one edge to the middle of the next and finds
 * through which cells a way leads; its length is then that of a string pulled taut through the edges it crosses (Lee and Preparata
 * 1984). So a way is never measured shorter than it can be walked, and longer only where a way through other cells is shorter still.
 * enclose_verify measures again on a raster. */
#include <stdlib.h>

#include "engine/enclose/enclose_internal.h"

static const double slack = 1.3; /* ways from middle to middle are this much longer than taut ones at most, nearly always */
enum { START = -2 };             /* from: START - i: the i-th start; NOWHERE: not reached */
static const int32_t NOWHERE = -1;

struct portal {
    struct enc_xy left, right;
};

struct enc_walk {
    struct enc_draft *draft;
    double *dist;
    int32_t *from; /* of each cell reached: the cell before it */
    int32_t *touched;
    size_t n_touched;
    struct enc_stand *starts;
    size_t n_starts, cap_starts;
    struct portal *portals;
    size_t cap_portals;
    struct enc_heap heap;
};

static void free_walk(void *what)
{
    struct enc_walk *w = what;
    free(w->dist);
    free(w->from);
    free(w->touched);
    free(w->starts);
    free(w->portals);
    enc_heap_free(&w->heap);
}

struct enc_walk *enc_walk(struct enc_draft *d)
{
    if (d->walker) return d->walker;
    struct enc_walk *w = wg_alloc(d->ctx->arena, sizeof *w);
    size_t n = d->space->mesh.n_tri + 1;
    w->draft = d;
    w->dist = wg_xcalloc(n, sizeof *w->dist);
    w->from = wg_xcalloc(n, sizeof *w->from);
    w->touched = wg_xcalloc(n, sizeof *w->touched);
    wg_arena_cleanup(d->ctx->arena, free_walk, w);
    for (size_t i = 0; i < n; i++) w->dist[i] = 1e300, w->from[i] = NOWHERE;
    d->walker = w;
    return w;
}

static bool may_pass(const struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, int32_t t, int corner,
                     int32_t u)
{
    const struct enc_draft *d = w->draft;
    const struct enc_space *sp = d->space;
    if (sp->kind[u] == ENC_SOLID) return false;
    if (where == ENC_WALK_INSIDE && d->label[u] != label) return false;
    if (where == ENC_WALK_OUTSIDE && d->label[u] != 0) return false;
    if (sp->wall[t][corner] >= 0 && !(where == ENC_WALK_INSIDE && (d->open[t] >> corner & 1))) return false;
    if (sp->wall[t][corner] >= 0) return enc_edge_length(&sp->mesh, (size_t)t, corner) >= width; /* as wide as it is opened */
    return sp->gap[t][corner] >= width;
}

static void push(struct enc_walk *w, double d, int32_t tri, int32_t from)
{
    if (w->dist[tri] <= d) return;
    if (w->dist[tri] > 1e299) w->touched[w->n_touched++] = tri;
    w->dist[tri] = d;
    w->from[tri] = from;
    enc_heap_push(&w->heap, d, tri);
}

static bool is_anywhere(const struct enc_stand *s)
{
    return isnan(s->at.x);
}

static const struct enc_stand *start_of(const struct enc_walk *w, int32_t tri)
{
    return &w->starts[START - w->from[tri]];
}

/* The edge from cell t to its neighbour u, as one sees it going there. */
static struct portal portal_between(const struct enc_mesh *m, int32_t t, int32_t u)
{
    int i = m->adj[t][0] == u ? 0 : m->adj[t][1] == u ? 1 : 2;
    return (struct portal){enc_vertex(m, m->tri[t][(i + 2) % 3]), enc_vertex(m, m->tri[t][(i + 1) % 3])};
}

static struct enc_xy middle(struct portal p)
{
    return (struct enc_xy){(p.left.x + p.right.x) / 2, (p.left.y + p.right.y) / 2};
}

static void begin(struct enc_walk *w, const struct enc_stand *starts, size_t n)
{
    for (size_t i = 0; i < w->n_touched; i++) w->dist[w->touched[i]] = 1e300, w->from[w->touched[i]] = NOWHERE;
    w->n_touched = w->heap.n = 0;
    if (n > w->cap_starts) {
        w->starts = wg_xrealloc(w->starts, n, sizeof *w->starts);
        w->cap_starts = n;
    }
    for (size_t i = 0; i < n; i++) {
        w->starts[i] = starts[i];
        push(w, 0, starts[i].tri, START - (int32_t)i);
    }
    w->n_starts = n;
}

static void spread(struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, const struct enc_heap_entry *e)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    bool at_start = w->from[e->cell] <= START, anywhere = at_start && is_anywhere(start_of(w, e->cell));
    struct enc_xy here = anywhere   ? (struct enc_xy){0, 0}
                         : at_start ? start_of(w, e->cell)->at
                                    : middle(portal_between(m, e->cell, w->from[e->cell]));
    for (int i = 0; i < 3; i++) {
        int32_t u = m->adj[e->cell][i];
        if (u < 0 || !may_pass(w, where, label, width, e->cell, i, u)) continue;
        push(w, e->d + (anywhere ? 0 : enc_dist(here, middle(portal_between(m, e->cell, u)))), u, e->cell);
    }
}

void enc_walk_from(struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, const struct enc_stand *starts,
                   size_t n)
{
    begin(w, starts, n);
    while (w->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&w->heap);
        if (e.d <= w->dist[e.cell]) spread(w, where, label, width, &e);
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

/* The portals from a cell back to its start; how many there are. */
static size_t portals_from(struct enc_walk *w, int32_t tri)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    size_t n = 0;
    for (int32_t t = tri; w->from[t] > START; t = w->from[t]) {
        if (n == w->cap_portals) {
            w->cap_portals = w->cap_portals ? 2 * w->cap_portals : 256;
            w->portals = wg_xrealloc(w->portals, w->cap_portals, sizeof *w->portals);
        }
        w->portals[n++] = portal_between(m, t, w->from[t]);
    }
    return n;
}

static struct enc_xy nearest_on(struct portal p, struct enc_xy at)
{
    double t;
    (void)enc_dist_segment(at, p.left, p.right, &t);
    return (struct enc_xy){p.left.x + t * (p.right.x - p.left.x), p.left.y + t * (p.right.y - p.left.y)};
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

double enc_walk_to(struct enc_walk *w, int32_t tri, struct enc_xy at)
{
    if (w->dist[tri] > 1e299) return 1e300;
    size_t n = portals_from(w, tri);
    int32_t start = tri;
    while (w->from[start] > START) start = w->from[start];
    const struct enc_stand *s = start_of(w, start);
    struct enc_xy bend;
    if (!is_anywhere(s)) return pull(w->portals, n, at, s->at, &bend);
    return n ? pull_to_edge(w->portals, n, at) : 0;
}

double enc_walk_roughly(const struct enc_walk *w, int32_t tri)
{
    return w->dist[tri];
}

void enc_walk_mark(const struct enc_walk *w, uint8_t *cells)
{
    for (size_t i = 0; i < w->n_touched; i++) cells[w->touched[i]] = 1;
}

/* Back from a cell to where the search began, and turned round: to anywhere on the edge by which the cell was entered. */
static double taut_into(struct enc_walk *w, int32_t tri)
{
    size_t n = portals_from(w, tri);
    if (!n) return 0;
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
    double best = 1e300;
    begin(w, &start, 1);
    while (w->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&w->heap);
        if (e.d > w->dist[e.cell]) continue;
        if (e.d > slack * fmin(limit, best)) break;
        if (cells[e.cell])
            best = fmin(best, taut_into(w, e.cell));
        else
            spread(w, ENC_WALK_TODAY, 0, 0, &e);
    }
    return best;
}
