/* Segments filed in square cells; a query looks through the cells its circle touches. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct enc_near {
    struct wg_ctx *ctx;
    const struct enc_segment *segments;
    size_t n;
    double cell, x0, y0;
    int64_t columns, rows;
    uint32_t *first, *items; /* cell c holds items[first[c] .. first[c + 1]) */
    uint32_t *seen, stamp;
    uint32_t *found;
    size_t cap;
};

static int64_t clampi(int64_t v, int64_t max)
{
    return v < 0 ? 0 : v > max ? max : v;
}

static int64_t column(const struct enc_near *g, double x)
{
    return clampi((int64_t)floor((x - g->x0) / g->cell), g->columns - 1);
}
static int64_t row(const struct enc_near *g, double y)
{
    return clampi((int64_t)floor((y - g->y0) / g->cell), g->rows - 1);
}

/* Visits the cells of a segment's box that the segment passes within half a cell's diagonal. */
static void file_segment(struct enc_near *g, uint32_t i, bool count)
{
    const struct enc_segment *s = &g->segments[i];
    int64_t c0 = column(g, fmin(s->a.x, s->b.x)), c1 = column(g, fmax(s->a.x, s->b.x));
    int64_t r0 = row(g, fmin(s->a.y, s->b.y)), r1 = row(g, fmax(s->a.y, s->b.y));
    for (int64_t r = r0; r <= r1; r++)
        for (int64_t c = c0; c <= c1; c++) {
            struct enc_xy mid = {g->x0 + ((double)c + 0.5) * g->cell, g->y0 + ((double)r + 0.5) * g->cell};
            if (c1 > c0 && r1 > r0 && enc_dist_segment(mid, s->a, s->b, NULL) > 0.72 * g->cell) continue;
            uint32_t *slot = &g->first[r * g->columns + c];
            if (count)
                ++slot[1];
            else
                g->items[slot[0]++] = i;
        }
}

struct enc_near *enc_near(struct wg_ctx *ctx, const struct enc_segment *segments, size_t n, double cell)
{
    struct enc_near *g = wg_alloc(ctx->arena, sizeof *g);
    double x1 = -1e300, y1 = -1e300;
    *g = (struct enc_near){.ctx = ctx, .segments = segments, .n = n, .cell = cell, .x0 = 1e300, .y0 = 1e300};
    for (size_t i = 0; i < n; i++) {
        g->x0 = fmin(g->x0, fmin(segments[i].a.x, segments[i].b.x)), x1 = fmax(x1, fmax(segments[i].a.x, segments[i].b.x));
        g->y0 = fmin(g->y0, fmin(segments[i].a.y, segments[i].b.y)), y1 = fmax(y1, fmax(segments[i].a.y, segments[i].b.y));
    }
    if (!n) g->x0 = g->y0 = x1 = y1 = 0;
    while ((x1 - g->x0) / g->cell * ((y1 - g->y0) / g->cell) > 4e6) g->cell *= 2;
    g->columns = (int64_t)((x1 - g->x0) / g->cell) + 1;
    g->rows = (int64_t)((y1 - g->y0) / g->cell) + 1;
    size_t cells = (size_t)(g->columns * g->rows);
    g->first = wg_alloc_n(ctx->arena, cells + 2, sizeof *g->first);
    for (size_t i = 0; i < n; i++) file_segment(g, (uint32_t)i, true);
    for (size_t c = 0; c < cells; c++) g->first[c + 1] += g->first[c];
    g->items = wg_alloc_n(ctx->arena, g->first[cells] + 1U, sizeof *g->items);
    for (size_t i = 0; i < n; i++) file_segment(g, (uint32_t)i, false);
    for (size_t c = cells; c > 0; c--) g->first[c] = g->first[c - 1]; /* filing moved each start to its end */
    g->first[0] = 0;
    g->seen = wg_alloc_n(ctx->arena, n + 1, sizeof *g->seen);
    return g;
}

static int by_index(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

const uint32_t *enc_near_find(struct enc_near *g, struct enc_xy at, double radius, size_t *ret_n)
{
    size_t n = 0;
    g->stamp++;
    for (int64_t r = row(g, at.y - radius); r <= row(g, at.y + radius); r++)
        for (int64_t c = column(g, at.x - radius); c <= column(g, at.x + radius); c++) {
            size_t slot = (size_t)(r * g->columns + c);
            for (uint32_t k = g->first[slot]; k < g->first[slot + 1]; k++) {
                uint32_t i = g->items[k];
                if (g->seen[i] == g->stamp) continue;
                g->seen[i] = g->stamp;
                if (enc_dist_segment(at, g->segments[i].a, g->segments[i].b, NULL) > radius) continue;
                g->found = wg_grow(g->ctx->arena, g->found, &g->cap, n + 1, sizeof *g->found);
                g->found[n++] = i;
            }
        }
    if (n) qsort(g->found, n, sizeof *g->found, by_index);
    *ret_n = n;
    return g->found;
}
