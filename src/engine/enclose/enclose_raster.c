/* A raster of the ground, for the verifier's own measure of distances: square cells, eight neighbours, whole costs (10 straight, 14
 * across) in Dial's buckets. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_raster.h"

enum { MOST_CELLS = 30 * 1000 * 1000, FINE_CELLS = 12 * 1000 * 1000, BUCKETS = 16 };

struct enc_raster enc_raster(double x0, double y0, double x1, double y1)
{
    struct enc_raster r = {.x0 = x0, .y0 = y0};
    double area = (x1 - x0) * (y1 - y0);
    r.cell = area > MOST_CELLS ? sqrt(area / MOST_CELLS) : fmax(0.5, fmin(1, sqrt(area / FINE_CELLS)));
    r.w = (int32_t)ceil((x1 - x0) / r.cell) + 1;
    r.h = (int32_t)ceil((y1 - y0) / r.cell) + 1;
    return r;
}

size_t enc_raster_cells(const struct enc_raster *r)
{
    return (size_t)r->w * (size_t)r->h;
}

int64_t enc_raster_at(const struct enc_raster *r, struct enc_xy p)
{
    double x = floor((p.x - r->x0) / r->cell), y = floor((p.y - r->y0) / r->cell);
    if (!(x >= 0 && y >= 0 && x < r->w && y < r->h)) return -1;
    return (int64_t)y * r->w + (int64_t)x;
}

/* Every cell the segment enters (Amanatides and Woo 1987), both of two that meet at a corner. */
void enc_raster_line(const struct enc_raster *r, struct enc_xy a, struct enc_xy b, uint8_t *cells, uint8_t value)
{
    double len = enc_dist(a, b);
    size_t steps = (size_t)ceil(len / (r->cell * 0.25)) + 1;
    int64_t before = -1;
    for (size_t i = 0; i <= steps; i++) {
        double t = (double)i / (double)steps;
        int64_t at = enc_raster_at(r, (struct enc_xy){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
        if (at < 0 || at == before) {
            before = at;
            continue;
        }
        cells[at] = value;
        if (before >= 0 && at / r->w != before / r->w && at % r->w != before % r->w)
            cells[before / r->w * r->w + at % r->w] = value; /* no slipping through a corner */
        before = at;
    }
}

struct crossings {
    double *x;
    size_t n, cap;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Fills by scan lines through the cells' centres; rings of all parts and holes together (even and odd). */
void enc_raster_fill(struct wg_ctx *ctx, const struct enc_raster *r, const struct enc_line *rings, size_t n, uint8_t *cells,
                     uint8_t value)
{
    double low = 1e300, high = -1e300;
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct crossings c = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rings[i].n; k++) low = fmin(low, rings[i].p[k].y), high = fmax(high, rings[i].p[k].y);
    int32_t from = (int32_t)fmax(0, floor((low - r->y0) / r->cell - 0.5)),
            to = (int32_t)fmin(r->h - 1, ceil((high - r->y0) / r->cell));
    for (int32_t row = from; row <= to && n; row++) {
        double y = r->y0 + (row + 0.5) * r->cell;
        c.n = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k + 1 < rings[i].n; k++) {
                struct enc_xy p = rings[i].p[k], q = rings[i].p[k + 1];
                if ((p.y <= y) == (q.y <= y)) continue;
                c.x = wg_grow(ctx->arena, c.x, &c.cap, c.n + 1, sizeof *c.x);
                c.x[c.n++] = p.x + (y - p.y) / (q.y - p.y) * (q.x - p.x);
            }
        if (c.n) qsort(c.x, c.n, sizeof *c.x, by_value);
        for (size_t k = 0; k + 1 < c.n; k += 2) {
            double x0 = fmax(0, ceil((c.x[k] - r->x0) / r->cell - 0.5)),
                   x1 = fmin(r->w - 1, floor((c.x[k + 1] - r->x0) / r->cell - 0.5));
            for (int32_t x = (int32_t)x0; x <= (int32_t)x1; x++) cells[(size_t)row * (size_t)r->w + (size_t)x] = value;
        }
    }
    wg_arena_rewind(ctx->arena, mark);
}

struct bucket {
    int64_t *list;
    size_t n, cap;
};

static void push(struct bucket *b, int64_t cell)
{
    if (b->n == b->cap) {
        b->cap = b->cap ? 2 * b->cap : 256;
        b->list = wg_xrealloc(b->list, b->cap, sizeof *b->list);
    }
    b->list[b->n++] = cell;
}

static int by_dist(const void *a, const void *b)
{
    const struct enc_raster_seed *x = a, *y = b;
    if (x->dist != y->dist) return x->dist < y->dist ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

void enc_raster_spread(const struct enc_raster *r, const uint8_t *blocked, int32_t *dist)
{
    enc_raster_spread_seeds(r, blocked, NULL, 0, dist);
}

void enc_raster_spread_seeds(const struct enc_raster *r, const uint8_t *blocked, struct enc_raster_seed *seeds, size_t n,
                             int32_t *dist)
{
    static const int32_t dx[8] = {1, -1, 0, 0, 1, 1, -1, -1}, dy[8] = {0, 0, 1, -1, 1, -1, 1, -1};
    struct bucket buckets[BUCKETS] = {0};
    size_t cells = enc_raster_cells(r), waiting = 0, sown = 0;
    if (n) qsort(seeds, n, sizeof *seeds, by_dist);
    for (size_t i = 0; i < cells; i++)
        if (dist[i] == 0) push(&buckets[0], (int64_t)i), waiting++;
    for (int32_t d = 0; waiting || sown < n; d++) {
        struct bucket *b = &buckets[d % BUCKETS];
        for (; sown < n && seeds[sown].dist <= d; sown++)
            if (dist[seeds[sown].cell] > d) dist[seeds[sown].cell] = d, push(b, seeds[sown].cell), waiting++;
        for (size_t k = 0; k < b->n; k++) {
            int64_t at = b->list[k];
            waiting--;
            if (dist[at] != d) continue;
            int32_t x = (int32_t)(at % r->w), y = (int32_t)(at / r->w);
            for (int i = 0; i < 8; i++) {
                int32_t nx = x + dx[i], ny = y + dy[i];
                if (nx < 0 || ny < 0 || nx >= r->w || ny >= r->h) continue;
                int64_t to = (int64_t)ny * r->w + nx;
                if (blocked[to]) continue;
                if (i >= 4 && (blocked[(int64_t)y * r->w + nx] || blocked[(int64_t)ny * r->w + x])) continue;
                int32_t next = d + (i < 4 ? 10 : 14);
                if (dist[to] <= next) continue;
                dist[to] = next;
                push(&buckets[next % BUCKETS], to);
                waiting++;
            }
        }
        b->n = 0;
    }
    for (int i = 0; i < BUCKETS; i++) free(buckets[i].list);
}

/* ---- the taut way ---- */

/* Nothing blocked lies on the straight line; two blocked cells that meet at a corner hold as well. */
static bool clear_line(const struct enc_raster *r, const uint8_t *blocked, struct enc_xy a, struct enc_xy b)
{
    size_t steps = (size_t)ceil(enc_dist(a, b) / (r->cell * 0.25)) + 1;
    int64_t before = -1;
    for (size_t i = 0; i <= steps; i++) {
        double t = (double)i / (double)steps;
        int64_t at = enc_raster_at(r, (struct enc_xy){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
        if (at == before) continue;
        bool end = i == 0 || i == steps; /* doors and gates may stand on blocked cells */
        if (at < 0 || (blocked[at] && !end)) return false;
        if (before >= 0 && at / r->w != before / r->w && at % r->w != before % r->w &&
            blocked[before / r->w * r->w + at % r->w] && blocked[at / r->w * r->w + before % r->w])
            return false;
        before = at;
    }
    return true;
}

static struct enc_xy centre_of(const struct enc_raster *r, int64_t cell)
{
    int64_t column = cell % r->w, row = cell / r->w;
    return (struct enc_xy){r->x0 + ((double)column + 0.5) * r->cell, r->y0 + ((double)row + 0.5) * r->cell};
}

/* The neighbour one step nearer to the sources; -1 where the way begins. */
static int64_t step_down(const struct enc_raster *r, const uint8_t *blocked, const int32_t *dist, int64_t at)
{
    static const int32_t dx[8] = {1, -1, 0, 0, 1, 1, -1, -1}, dy[8] = {0, 0, 1, -1, 1, -1, 1, -1};
    int32_t x = (int32_t)(at % r->w), y = (int32_t)(at / r->w);
    for (int i = 0; i < 8 && dist[at] > 0; i++) {
        int32_t nx = x + dx[i], ny = y + dy[i];
        if (nx < 0 || ny < 0 || nx >= r->w || ny >= r->h) continue;
        if (i >= 4 && (blocked[(int64_t)y * r->w + nx] || blocked[(int64_t)ny * r->w + x])) continue;
        int64_t to = (int64_t)ny * r->w + nx;
        if (dist[to] == dist[at] - (i < 4 ? 10 : 14)) return to;
    }
    return -1;
}

double enc_raster_taut(const struct enc_raster *r, const uint8_t *blocked, const int32_t *dist, struct enc_xy from)
{
    int64_t start = -1;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            int64_t c = enc_raster_at(r, (struct enc_xy){from.x + dx * r->cell, from.y + dy * r->cell});
            if (c >= 0 && dist[c] < (start < 0 ? ENC_RASTER_FAR : dist[start])) start = c;
        }
    if (start < 0) return -1;
    size_t n = 0, cap = (size_t)dist[start] / 10 + 2;
    struct enc_xy *way = wg_xcalloc(cap, sizeof *way);
    for (int64_t c = start; c >= 0 && n < cap; c = step_down(r, blocked, dist, c)) way[n++] = centre_of(r, c);
    int64_t last = enc_raster_at(r, way[n - 1]);
    double length = enc_dist(from, way[0]) + dist[last] * r->cell / 10;
    for (size_t at = 0; at + 1 < n;) { /* to the farthest point on the way that can be seen, farther and farther, then nearer */
        size_t seen = at + 1, far = 2;
        while (at + far < n && clear_line(r, blocked, way[at], way[at + far])) seen = at + far, far *= 2;
        for (size_t back = far / 2; back > 0; back /= 2)
            if (seen + back < n && clear_line(r, blocked, way[at], way[seen + back])) seen += back;
        length += enc_dist(way[at], way[seen]);
        at = seen;
    }
    free(way);
    return length;
}
