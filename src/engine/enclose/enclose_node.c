/* Linework noded by snap rounding on whole centimetres (Hobby 1999): every end and every crossing makes its grid square "hot", and
 * every segment is led through the middle of each hot square it passes. What comes out meets only at ends. All tests are exact, in
 * whole numbers, so that the answer is the same on every machine; the segments and squares are filed in square cells. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_node.h"

enum { FIRST_SLOTS = 1024, CELL_CM = 600 };
static const double most_cells = 4e6;

static uint64_t hash_of(struct enc_ixy p)
{
    uint64_t h = ((uint64_t)(uint32_t)p.x << 32) | (uint32_t)p.y;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

static void rehash(struct enc_linework *w)
{
    size_t n = w->n_slots ? 2 * w->n_slots : FIRST_SLOTS;
    free(w->slots);
    w->slots = wg_xcalloc(n, sizeof *w->slots);
    w->n_slots = n;
    for (size_t i = 0; i < w->n_v; i++) {
        uint64_t h = hash_of(w->v[i]);
        while (w->slots[h & (n - 1)]) h++;
        w->slots[h & (n - 1)] = (uint32_t)i + 1;
    }
}

/* The hot square's number; it is made when there is none yet. */
static uint32_t vertex(struct enc_linework *w, struct enc_ixy p)
{
    if (2 * (w->n_v + 1) > w->n_slots) rehash(w);
    uint64_t h = hash_of(p);
    for (;; h++) {
        uint32_t slot = w->slots[h & (w->n_slots - 1)];
        if (!slot) break;
        if (w->v[slot - 1].x == p.x && w->v[slot - 1].y == p.y) return slot - 1;
    }
    if (w->n_v == w->cap_v) {
        w->cap_v = w->cap_v ? 2 * w->cap_v : FIRST_SLOTS;
        w->v = wg_xrealloc(w->v, w->cap_v, sizeof *w->v);
    }
    w->v[w->n_v] = p;
    w->slots[h & (w->n_slots - 1)] = (uint32_t)w->n_v + 1;
    return (uint32_t)w->n_v++;
}

static void add_segment(struct enc_link **list, size_t *n, size_t *cap, uint32_t a, uint32_t b)
{
    if (a == b) return;
    if (*n == *cap) {
        *cap = *cap ? 2 * *cap : FIRST_SLOTS;
        *list = wg_xrealloc(*list, *cap, sizeof **list);
    }
    (*list)[(*n)++] = a < b ? (struct enc_link){a, b} : (struct enc_link){b, a};
}

void enc_linework_add(struct enc_linework *w, const struct enc_xy *p, size_t n)
{
    uint32_t before = 0;
    for (size_t i = 0; i < n; i++) {
        struct enc_ixy at = {(int32_t)lround(p[i].x * ENC_GRID_M), (int32_t)lround(p[i].y * ENC_GRID_M)};
        uint32_t v = vertex(w, at);
        if (i) add_segment(&w->links, &w->n_links, &w->cap_links, before, v);
        before = v;
    }
}

void enc_linework_free(void *linework)
{
    struct enc_linework *w = linework;
    free(w->v);
    free(w->slots);
    free(w->links);
    *w = (struct enc_linework){0};
}

static int by_ends(const void *a, const void *b)
{
    const struct enc_link *x = a, *y = b;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static size_t unique(struct enc_link *list, size_t n)
{
    size_t kept = 0;
    if (n) qsort(list, n, sizeof *list, by_ends);
    for (size_t i = 0; i < n; i++)
        if (!kept || list[i].a != list[kept - 1].a || list[i].b != list[kept - 1].b) list[kept++] = list[i];
    return kept;
}

/* ---- cells ---- */

struct cells {
    int64_t x0, y0, size, columns, rows;
    uint32_t *first, *items; /* cell c holds items[first[c] .. first[c + 1]) */
};

static int64_t clamp(int64_t v, int64_t top)
{
    return v < 0 ? 0 : v > top ? top : v;
}

static int64_t column_of(const struct cells *c, double x)
{
    return clamp((int64_t)floor((x - (double)c->x0) / (double)c->size), c->columns - 1);
}

static int64_t row_of(const struct cells *c, double y)
{
    return clamp((int64_t)floor((y - (double)c->y0) / (double)c->size), c->rows - 1);
}

/* Calls `each` for every cell the segment comes within two centimetres of, column by column. */
static void along(const struct cells *c, struct enc_ixy a, struct enc_ixy b, void (*each)(void *arg, size_t cell), void *arg)
{
    static const double near = 2;
    if (a.x > b.x) {
        struct enc_ixy swap = a;
        a = b;
        b = swap;
    }
    int64_t from = column_of(c, a.x - near), to = column_of(c, b.x + near);
    double slope = b.x > a.x ? ((double)b.y - a.y) / ((double)b.x - a.x) : 0;
    for (int64_t column = from; column <= to; column++) {
        double left = fmax(a.x, (double)(c->x0 + column * c->size) - near),
               right = fmin(b.x, (double)(c->x0 + (column + 1) * c->size) + near);
        double y0 = a.x == b.x ? a.y : a.y + slope * (left - a.x), y1 = a.x == b.x ? b.y : a.y + slope * (right - a.x);
        int64_t low = row_of(c, fmin(y0, y1) - near), high = row_of(c, fmax(y0, y1) + near);
        for (int64_t row = low; row <= high; row++) each(arg, (size_t)(row * c->columns + column));
    }
}

static struct cells make_cells(const struct enc_linework *w)
{
    int64_t x1 = INT32_MIN, y1 = INT32_MIN;
    struct cells c = {.x0 = INT32_MAX, .y0 = INT32_MAX, .size = CELL_CM};
    for (size_t i = 0; i < w->n_v; i++) {
        if (w->v[i].x < c.x0) c.x0 = w->v[i].x;
        if (w->v[i].y < c.y0) c.y0 = w->v[i].y;
        if (w->v[i].x > x1) x1 = w->v[i].x;
        if (w->v[i].y > y1) y1 = w->v[i].y;
    }
    while ((double)(x1 - c.x0) / (double)c.size * ((double)(y1 - c.y0) / (double)c.size) > most_cells) c.size *= 2;
    c.columns = (x1 - c.x0) / c.size + 1;
    c.rows = (y1 - c.y0) / c.size + 1;
    return c;
}

static size_t n_cells(const struct cells *c)
{
    return (size_t)(c->columns * c->rows);
}

/* Counts are in first[c + 1]: makes room, and leaves first[c] at the start of cell c. */
static void open_cells(struct cells *c)
{
    for (size_t i = 0; i < n_cells(c); i++) c->first[i + 1] += c->first[i];
    c->items = wg_xmalloc(((size_t)c->first[n_cells(c)] + 1) * sizeof *c->items);
}

/* Filing moved each start to its end. */
static void close_cells(struct cells *c)
{
    for (size_t i = n_cells(c); i > 0; i--) c->first[i] = c->first[i - 1];
    c->first[0] = 0;
}

struct filing {
    struct cells *cells;
    uint32_t item;
};

static void count_item(void *arg, size_t cell)
{
    struct filing *f = arg;
    f->cells->first[cell + 1]++;
}

static void file_item(void *arg, size_t cell)
{
    struct filing *f = arg;
    f->cells->items[f->cells->first[cell]++] = f->item;
}

static void file_links(const struct enc_linework *w, struct cells *c)
{
    struct filing f = {.cells = c};
    c->first = wg_xcalloc(n_cells(c) + 2, sizeof *c->first);
    for (size_t i = 0; i < w->n_links; i++) along(c, w->v[w->links[i].a], w->v[w->links[i].b], count_item, &f);
    open_cells(c);
    for (f.item = 0; f.item < w->n_links; f.item++) along(c, w->v[w->links[f.item].a], w->v[w->links[f.item].b], file_item, &f);
    close_cells(c);
}

static void file_vertices(const struct enc_linework *w, struct cells *c)
{
    c->first = wg_xcalloc(n_cells(c) + 2, sizeof *c->first);
    for (size_t i = 0; i < w->n_v; i++) c->first[row_of(c, w->v[i].y) * c->columns + column_of(c, w->v[i].x) + 1]++;
    open_cells(c);
    for (size_t i = 0; i < w->n_v; i++)
        c->items[c->first[row_of(c, w->v[i].y) * c->columns + column_of(c, w->v[i].x)]++] = (uint32_t)i;
    close_cells(c);
}

static void free_cells(struct cells *c)
{
    free(c->first);
    free(c->items);
}

/* ---- crossings ---- */

/* > 0: c lies to the left of a -> b. */
static int64_t orient(struct enc_ixy a, struct enc_ixy b, struct enc_ixy c)
{
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static int64_t floor_div(__int128 a, __int128 b) /* b > 0 */
{
    __int128 q = a / b;
    return (int64_t)(a % b < 0 ? q - 1 : q);
}

/* base + span * num / den to the nearest whole number, halves up: the square that holds the point. */
static int32_t part_way(int32_t base, int64_t span, int64_t num, int64_t den)
{
    __int128 twice = 2 * (__int128)span * num + den;
    return (int32_t)(base + floor_div(twice, 2 * (__int128)den));
}

/* The square where two segments cross between their ends; false where they do not. */
static bool crossing(struct enc_ixy a, struct enc_ixy b, struct enc_ixy c, struct enc_ixy d, struct enc_ixy *ret)
{
    int64_t o1 = orient(a, b, c), o2 = orient(a, b, d);
    if (!((o1 > 0 && o2 < 0) || (o1 < 0 && o2 > 0))) return false;
    int64_t o3 = orient(c, d, a), o4 = orient(c, d, b);
    if (!((o3 > 0 && o4 < 0) || (o3 < 0 && o4 > 0))) return false;
    int64_t num = o3 < 0 ? -o3 : o3, den = num + (o4 < 0 ? -o4 : o4);
    *ret = (struct enc_ixy){part_way(a.x, (int64_t)b.x - a.x, num, den), part_way(a.y, (int64_t)b.y - a.y, num, den)};
    return true;
}

static bool apart(struct enc_ixy a, struct enc_ixy b, struct enc_ixy c, struct enc_ixy d)
{
    int32_t ax0 = a.x < b.x ? a.x : b.x, ax1 = a.x < b.x ? b.x : a.x, ay0 = a.y < b.y ? a.y : b.y, ay1 = a.y < b.y ? b.y : a.y;
    return (c.x < ax0 && d.x < ax0) || (c.x > ax1 && d.x > ax1) || (c.y < ay0 && d.y < ay0) || (c.y > ay1 && d.y > ay1);
}

static void heat_crossings(struct enc_linework *w, const struct cells *c)
{
    for (size_t cell = 0; cell < n_cells(c); cell++)
        for (uint32_t i = c->first[cell]; i < c->first[cell + 1]; i++) {
            const struct enc_link *s = &w->links[c->items[i]];
            struct enc_ixy a = w->v[s->a], b = w->v[s->b], at;
            for (uint32_t k = i + 1; k < c->first[cell + 1]; k++) {
                const struct enc_link *t = &w->links[c->items[k]];
                if (s->a == t->a || s->a == t->b || s->b == t->a || s->b == t->b) continue;
                if (!apart(a, b, w->v[t->a], w->v[t->b]) && crossing(a, b, w->v[t->a], w->v[t->b], &at)) (void)vertex(w, at);
            }
        }
}

/* ---- through the hot squares ---- */

/* Does the segment meet the square round p, its top and right edges left out? */
static bool passes(struct enc_ixy a, struct enc_ixy b, struct enc_ixy p)
{
    struct enc_ixy from = a.x <= b.x ? a : b, to = a.x <= b.x ? b : a, q = {2 * to.x, 2 * to.y}, o = {2 * from.x, 2 * from.y};
    int32_t x0 = 2 * p.x - 1, x1 = 2 * p.x + 1, y0 = 2 * p.y - 1, y1 = 2 * p.y + 1;
    bool upward = o.y < q.y;
    if (o.x >= x1 || q.x < x0 || (upward ? o.y : q.y) >= y1 || (upward ? q.y : o.y) < y0) return false;
    if (o.x == q.x || o.y == q.y) return true;
    int64_t top_left = orient(o, q, (struct enc_ixy){x0, y1}), top_right = orient(o, q, (struct enc_ixy){x1, y1});
    if (top_left == 0) return !upward;
    if (top_right == 0) return upward;
    if ((top_left > 0) != (top_right > 0)) return true;
    int64_t low_left = orient(o, q, (struct enc_ixy){x0, y0}), low_right = orient(o, q, (struct enc_ixy){x1, y0});
    if (low_left == 0) return true;
    if ((low_left > 0) != (top_left > 0)) return true;
    if (low_right == 0) return !upward;
    return (low_right > 0) != (low_left > 0);
}

struct stop {
    int64_t along;
    uint32_t vertex;
};

struct tour {
    const struct enc_linework *w;
    const struct cells *hot;
    struct enc_ixy a, b;
    struct stop *stops;
    size_t n, cap;
};

static void look_into(void *arg, size_t cell)
{
    struct tour *t = arg;
    for (uint32_t i = t->hot->first[cell]; i < t->hot->first[cell + 1]; i++) {
        uint32_t v = t->hot->items[i];
        struct enc_ixy p = t->w->v[v];
        if (!passes(t->a, t->b, p)) continue;
        if (t->n == t->cap) {
            t->cap = t->cap ? 2 * t->cap : 64;
            t->stops = wg_xrealloc(t->stops, t->cap, sizeof *t->stops);
        }
        /* a straight line climbs in both coordinates, so this orders the squares as it meets them */
        t->stops[t->n++] = (struct stop){
            ((int64_t)t->b.x - t->a.x) * ((int64_t)p.x - t->a.x) + ((int64_t)t->b.y - t->a.y) * ((int64_t)p.y - t->a.y), v};
    }
}

static int by_along(const void *a, const void *b)
{
    const struct stop *x = a, *y = b;
    if (x->along != y->along) return x->along < y->along ? -1 : 1;
    return (x->vertex > y->vertex) - (x->vertex < y->vertex);
}

static void lead_through(struct enc_linework *w, const struct cells *hot)
{
    struct enc_link *out = NULL;
    size_t n = 0, cap = 0;
    struct tour t = {.w = w, .hot = hot};
    for (size_t i = 0; i < w->n_links; i++) {
        t.a = w->v[w->links[i].a], t.b = w->v[w->links[i].b];
        t.n = 0;
        along(hot, t.a, t.b, look_into, &t);
        if (t.n) qsort(t.stops, t.n, sizeof *t.stops, by_along);
        for (size_t k = 1; k < t.n; k++) add_segment(&out, &n, &cap, t.stops[k - 1].vertex, t.stops[k].vertex);
    }
    free(t.stops);
    free(w->links);
    w->links = out;
    w->n_links = n;
    w->cap_links = cap;
}

void enc_linework_node(struct enc_linework *w)
{
    if (!w->n_links) return;
    struct cells c = make_cells(w);
    w->n_links = unique(w->links, w->n_links);
    file_links(w, &c);
    heat_crossings(w, &c);
    free_cells(&c);
    file_vertices(w, &c);
    lead_through(w, &c);
    free_cells(&c);
    w->n_links = unique(w->links, w->n_links);
    free(w->slots);
    w->slots = NULL;
    w->n_slots = 0;
}
