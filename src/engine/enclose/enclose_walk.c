/* Ways on foot and on wheels over the cells. Dijkstra's search finds through which cells a way leads; its length is then that of a
 * string pulled taut through the edges it crosses (Lee and Preparata 1984). The search runs twice, from the middle of one edge to
 * the middle of the next and from each point to the nearest of the next edge: where edges are long, one of them is led astray, seldom
 * both. So a way is never measured shorter than it can be walked, and longer only where a way through other cells is shorter still.
 * enclose_verify measures again on a raster. */
#include <stdlib.h>

#include "engine/enclose/enclose_internal.h"

static const double slack = 1.3;   /* the searches' ways are this much longer than taut ones at most, nearly always */
enum { START = -2, SEARCHES = 2 }; /* from: START - i: the i-th start; NOWHERE: not reached */
static const int32_t NOWHERE = -1;

struct portal {
    struct enc_xy left, right;
};

struct search {
    double *dist;
    int32_t *from;     /* of each cell reached: the cell before it */
    struct enc_xy *at; /* where the search entered it; no number: anywhere on the start cell, or on the edge to it */
    int32_t *touched;
    size_t n_touched;
};

struct enc_walk {
    struct enc_draft *draft;
    struct search search[SEARCHES]; /* to the middles of edges; to the nearest points */
    struct enc_stand *starts;
    size_t n_starts, cap_starts;
    struct portal *portals;
    size_t cap_portals;
    struct enc_heap heap;
};

static void free_walk(void *what)
{
    struct enc_walk *w = what;
    for (int i = 0; i < SEARCHES; i++) {
        free(w->search[i].dist);
        free(w->search[i].from);
        free(w->search[i].at);
        free(w->search[i].touched);
    }
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
    wg_arena_cleanup(d->ctx->arena, free_walk, w);
    for (int k = 0; k < SEARCHES; k++) {
        struct search *s = &w->search[k];
        s->dist = wg_xcalloc(n, sizeof *s->dist);
        s->from = wg_xcalloc(n, sizeof *s->from);
        s->at = wg_xcalloc(n, sizeof *s->at);
        s->touched = wg_xcalloc(n, sizeof *s->touched);
        for (size_t i = 0; i < n; i++) s->dist[i] = 1e300, s->from[i] = NOWHERE;
    }
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

static void push(struct enc_walk *w, struct search *s, double d, struct enc_xy at, int32_t tri, int32_t from)
{
    if (s->dist[tri] <= d) return;
    if (s->dist[tri] > 1e299) s->touched[s->n_touched++] = tri;
    s->dist[tri] = d;
    s->from[tri] = from;
    s->at[tri] = at;
    enc_heap_push(&w->heap, d, tri);
}

static bool is_anywhere(struct enc_xy at)
{
    return isnan(at.x);
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

static struct enc_xy nearest_on(struct portal p, struct enc_xy at)
{
    double t;
    (void)enc_dist_segment(at, p.left, p.right, &t);
    return (struct enc_xy){p.left.x + t * (p.right.x - p.left.x), p.left.y + t * (p.right.y - p.left.y)};
}

static void begin(struct enc_walk *w, struct search *s, const struct enc_stand *starts, size_t n)
{
    for (size_t i = 0; i < s->n_touched; i++) s->dist[s->touched[i]] = 1e300, s->from[s->touched[i]] = NOWHERE;
    s->n_touched = w->heap.n = 0;
    for (size_t i = 0; i < n; i++) push(w, s, 0, starts[i].at, starts[i].tri, START - (int32_t)i);
}

static void keep_starts(struct enc_walk *w, const struct enc_stand *starts, size_t n)
{
    if (n > w->cap_starts) {
        w->starts = wg_xrealloc(w->starts, n, sizeof *w->starts);
        w->cap_starts = n;
    }
    for (size_t i = 0; i < n; i++) w->starts[i] = starts[i];
    w->n_starts = n;
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
    int entry = m->adj[t][0] == before ? 0 : m->adj[t][1] == before ? 1 : 2, third = 3 - entry - exit;
    if (r->where == ENC_WALK_HOSE || entry == exit || !solid[m->tri[t][third]]) return false;
    int32_t u = m->adj[t][third];
    if (u >= 0 && may_pass(w, r->where, r->label, r->width, t, third, u)) return false;
    return enc_height(m, (size_t)t, third) < r->width;
}

static void spread(struct enc_walk *w, struct search *s, const struct rule *r, const struct enc_heap_entry *e)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    struct enc_xy here = s->at[e->cell];
    bool on_start = s->from[e->cell] <= START, anywhere = is_anywhere(here), to_middle = s == &w->search[0];
    for (int i = 0; i < 3; i++) {
        int32_t u = m->adj[e->cell][i];
        if (u < 0 || u == s->from[e->cell] || !may_pass(w, r->where, r->label, r->width, e->cell, i, u)) continue;
        if (!on_start && squeezed(w, r, e->cell, s->from[e->cell], i)) continue;
        struct portal p = portal_between(m, e->cell, u);
        struct enc_xy to = to_middle || anywhere ? middle(p) : nearest_on(p, here);
        if (on_start && anywhere)
            push(w, s, e->d, here, u, e->cell);
        else if (anywhere)
            push(w, s, e->d + enc_dist(nearest_on(portal_between(m, e->cell, s->from[e->cell]), to), to), to, u, e->cell);
        else
            push(w, s, e->d + enc_dist(here, to), to, u, e->cell);
    }
}

void enc_walk_from(struct enc_walk *w, enum enc_walk_where where, int32_t label, double width, const struct enc_stand *starts,
                   size_t n)
{
    struct rule r = {where, label, width};
    keep_starts(w, starts, n);
    for (int k = 0; k < SEARCHES; k++) {
        struct search *s = &w->search[k];
        begin(w, s, w->starts, n);
        while (w->heap.n) {
            struct enc_heap_entry e = enc_heap_pop(&w->heap);
            if (e.d <= s->dist[e.cell]) spread(w, s, &r, &e);
        }
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
static size_t portals_from(struct enc_walk *w, const struct search *s, int32_t tri)
{
    const struct enc_mesh *m = &w->draft->space->mesh;
    size_t n = 0;
    for (int32_t t = tri; s->from[t] > START; t = s->from[t]) {
        if (n == w->cap_portals) {
            w->cap_portals = w->cap_portals ? 2 * w->cap_portals : 256;
            w->portals = wg_xrealloc(w->portals, w->cap_portals, sizeof *w->portals);
        }
        w->portals[n++] = portal_between(m, t, s->from[t]);
    }
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

static double taut_from(struct enc_walk *w, const struct search *s, int32_t tri, struct enc_xy at)
{
    size_t n = portals_from(w, s, tri);
    int32_t start = tri;
    while (s->from[start] > START) start = s->from[start];
    struct enc_xy bend, goal = w->starts[START - s->from[start]].at;
    if (!is_anywhere(goal)) return pull(w->portals, n, at, goal, &bend);
    return n ? pull_to_edge(w->portals, n, at) : 0;
}

double enc_walk_to(struct enc_walk *w, int32_t tri, struct enc_xy at)
{
    double best = 1e300;
    for (int k = 0; k < SEARCHES; k++)
        if (w->search[k].dist[tri] < 1e299) best = fmin(best, taut_from(w, &w->search[k], tri, at));
    return best;
}

double enc_walk_roughly(const struct enc_walk *w, int32_t tri)
{
    return fmin(w->search[0].dist[tri], w->search[1].dist[tri]);
}

void enc_walk_mark(const struct enc_walk *w, uint8_t *cells)
{
    for (size_t i = 0; i < w->search[0].n_touched; i++) cells[w->search[0].touched[i]] = 1;
}

/* Back from a cell to where the search began, and turned round: to anywhere on the edge by which the cell was entered. */
static double taut_into(struct enc_walk *w, const struct search *s, int32_t tri)
{
    size_t n = portals_from(w, s, tri);
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
    static const struct rule hose = {ENC_WALK_HOSE, 0, 0};
    double best = 1e300;
    keep_starts(w, &start, 1);
    for (int k = 0; k < SEARCHES; k++) {
        struct search *s = &w->search[k];
        begin(w, s, w->starts, 1);
        while (w->heap.n) {
            struct enc_heap_entry e = enc_heap_pop(&w->heap);
            if (e.d > s->dist[e.cell]) continue;
            if (e.d > slack * fmin(limit, best)) break;
            if (cells[e.cell])
                best = fmin(best, taut_into(w, s, e.cell));
            else
                spread(w, s, &hose, &e);
        }
    }
    return best;
}
