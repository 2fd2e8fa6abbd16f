/* A made-up town. Streets run in a grid of blocks some 190 by 150 m; each block is one of six kinds, by chance:
 *   slabs    rows of long blocks of flats along an inner way, as the 1980s built them (two in five)
 *   yard     slabs round a courtyard with an archway
 *   towers   point blocks in a lawn
 *   cottages single houses
 *   mixed    slabs, garages and a shop on the street
 *   school   a school on its grounds among slabs
 * Some blocks have a wall with gaps and a gate round them. Names are made up; the place is a field. With `faults` the map gets what real
 * maps have: open and crossing outlines, a house twice, overlapping houses, swapped coordinates, a street through a house. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct town {
    struct wg_ctx *ctx;
    const struct enclose_town *spec;
    struct enc_projection projection;
    struct wg_buf nodes, ways;
    int64_t next_node, next_way;
    uint64_t state;
    size_t homes;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t roll(struct town *t)
{
    uint64_t z = t->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double chance(struct town *t)
{
    return (double)(roll(t) >> 11) / 9007199254740992.0;
}

static double between(struct town *t, double low, double high)
{
    return low + (high - low) * chance(t);
}

static int64_t node(struct town *t, double x, double y, const char *key, const char *value)
{
    struct enclose_point at = enc_unproject(&t->projection, (struct enc_xy){x * t->spec->scale, y * t->spec->scale});
    wg_buf_fmt(&t->nodes, "<node id=\"%lld\" lat=\"%.9f\" lon=\"%.9f\"", (long long)t->next_node, at.lat, at.lon);
    if (key)
        wg_buf_fmt(&t->nodes, "><tag k=\"%s\" v=\"%s\"/></node>\n", key, value);
    else
        wg_buf_puts(&t->nodes, "/>\n");
    return t->next_node++;
}

struct spot {
    double x, y;
};

static void open_way(struct town *t, const struct spot *p, size_t n, bool closed)
{
    wg_buf_fmt(&t->ways, "<way id=\"%lld\">", (long long)t->next_way++);
    int64_t first = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t id = node(t, p[i].x, p[i].y, NULL, NULL);
        if (!i) first = id;
        wg_buf_fmt(&t->ways, "<nd ref=\"%lld\"/>", (long long)id);
    }
    if (closed) wg_buf_fmt(&t->ways, "<nd ref=\"%lld\"/>", (long long)first);
}

static void tag(struct town *t, const char *key, const char *value)
{
    wg_buf_fmt(&t->ways, "<tag k=\"%s\" v=\"%s\"/>", key, value);
}

static void close_way(struct town *t)
{
    wg_buf_puts(&t->ways, "</way>\n");
}

static void box(struct town *t, double x, double y, double w, double h)
{
    double turn = (chance(t) - 0.5) * 0.02; /* nothing is quite square */
    struct spot p[4] = {{x, y}, {x + w, y + w * turn}, {x + w - h * turn, y + h + w * turn}, {x - h * turn, y + h}};
    open_way(t, p, 4, true);
}

static void home(struct town *t, double x, double y, double w, double h, const char *kind, int levels)
{
    box(t, x, y, w, h);
    tag(t, "building", kind);
    if (levels > 0 && chance(t) < 0.6) tag(t, "building:levels", wg_fmt(t->ctx->arena, "%d", levels));
    close_way(t);
    t->homes++;
}

static void line(struct town *t, struct spot a, struct spot b, const char *kind, const char *name, double width)
{
    open_way(t, (struct spot[]){a, b}, 2, false);
    tag(t, "highway", kind);
    if (name) tag(t, "name", name);
    tag(t, "width", wg_fmt(t->ctx->arena, "%.3f", width * t->spec->scale));
    close_way(t);
}

/* ---- blocks: x, y is the lower left corner inside the streets, w by h the room ---- */

static void slabs(struct town *t, double x, double y, double w, double h)
{
    double depth = between(t, 11, 13), pitch = depth + between(t, 18, 26), length = w / 2 - between(t, 12, 16);
    size_t rows = (size_t)((h - 8) / pitch);
    for (size_t r = 0; r < rows; r++)
        for (int side = 0; side < 2; side++)
            home(t, x + 4 + side * (w / 2 + 2), y + 4 + (double)r * pitch, length, depth,
                 chance(t) < 0.5 ? "apartments" : "yes", 6);
    line(t, (struct spot){x + w / 2 - 4, y - 6}, (struct spot){x + w / 2 - 4, y + h - 6}, "service", NULL, 4);
}

static void yard(struct town *t, double x, double y, double w, double h)
{
    double d = 12;
    home(t, x + 3, y + 3, w - 6, d, "apartments", 5);
    home(t, x + 3, y + h - d - 3, w * 0.45 - 6, d, "apartments", 5);
    home(t, x + w * 0.55, y + h - d - 3, w * 0.45 - 3, d, "apartments", 5);
    home(t, x + 3, y + d + 9, d, h - 2 * d - 18, "apartments", 5);
    home(t, x + w - d - 3, y + d + 9, d, h - 2 * d - 18, "apartments", 5);
    line(t, (struct spot){x + w / 2, y + h + 6}, (struct spot){x + w / 2, y + h / 2}, "service", NULL, 4);
}

static void towers(struct town *t, double x, double y, double w, double h)
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++) home(t, x + 14 + i * (w - 40) / 2.6, y + 16 + k * (h - 56), 22, 22, "apartments", 16);
    line(t, (struct spot){x - 6, y + h / 2}, (struct spot){x + w - 20, y + h / 2}, "service", NULL, 5);
}

static void cottages(struct town *t, double x, double y, double w, double h)
{
    size_t n = (size_t)(w / 22), rows = (size_t)(h / 30);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < n; i++)
            home(t, x + 4 + (double)i * 22, y + 5 + (double)r * 30, between(t, 9, 13), between(t, 8, 11), "house", 1);
    line(t, (struct spot){x - 6, y + 22}, (struct spot){x + w, y + 22}, "footway", NULL, 2);
}

static void mixed(struct town *t, double x, double y, double w, double h)
{
    slabs(t, x, y + 24, w, h - 24);
    box(t, x + 6, y + 4, 30, 12);
    tag(t, "building", "retail");
    tag(t, "shop", "convenience");
    close_way(t);
    box(t, x + w - 70, y + 5, 60, 6);
    tag(t, "building", "garages");
    close_way(t);
}

static void school(struct town *t, double x, double y, double w, double h)
{
    slabs(t, x, y, w * 0.55, h);
    struct spot p[4] = {{x + w * 0.6, y + 2}, {x + w - 1, y + 2}, {x + w - 1, y + h - 2}, {x + w * 0.6, y + h - 2}};
    open_way(t, p, 4, true);
    tag(t, "amenity", "school");
    close_way(t);
    box(t, x + w * 0.66, y + 20, w * 0.25, 16);
    tag(t, "building", "school");
    tag(t, "amenity", "school");
    close_way(t);
}

/* A wall along the block with a gate and two gaps. */
static void wall(struct town *t, double x, double y, double w, double h)
{
    double gap = between(t, 5, 8), at = between(t, 0.2, 0.6) * w;
    struct spot lower[2] = {{x, y}, {x + at, y}};
    open_way(t, lower, 2, false);
    tag(t, "barrier", "wall");
    close_way(t);
    struct spot rest[4] = {{x + at + gap, y}, {x + w, y}, {x + w, y + h}, {x + w * 0.55, y + h}};
    open_way(t, rest, 4, false);
    tag(t, "barrier", chance(t) < 0.5 ? "wall" : "fence");
    close_way(t);
    struct spot left[3] = {{x + w * 0.45, y + h}, {x, y + h}, {x, y}};
    open_way(t, left, 3, false);
    tag(t, "barrier", "wall");
    close_way(t);
    (void)node(t, x + at + gap / 2, y, "barrier", "gate");
}

static void block(struct town *t, double x, double y, double w, double h)
{
    double kind = chance(t);
    bool walled = chance(t) < t->spec->walled;
    if (kind < 0.4)
        slabs(t, x + 4, y + 4, w - 8, h - 8);
    else if (kind < 0.55)
        yard(t, x + 4, y + 4, w - 8, h - 8);
    else if (kind < 0.7)
        towers(t, x + 4, y + 4, w - 8, h - 8);
    else if (kind < 0.8)
        cottages(t, x + 4, y + 4, w - 8, h - 8);
    else if (kind < 0.92)
        mixed(t, x + 4, y + 4, w - 8, h - 8);
    else
        school(t, x + 4, y + 4, w - 8, h - 8);
    if (walled) wall(t, x + 1.5, y + 1.5, w - 3, h - 3);
}

static void faults(struct town *t)
{
    double x = 20, y = -90; /* south of the town, where nothing else stands */
    open_way(t, (struct spot[]){{x, y}, {x + 40, y}, {x + 40, y + 12}, {x, y + 12}}, 4, false);
    tag(t, "building", "apartments"); /* not closed */
    close_way(t);
    x += 60;
    open_way(t, (struct spot[]){{x, y}, {x + 30, y + 12}, {x + 30, y}, {x, y + 12}}, 4, true);
    tag(t, "building", "yes"); /* crosses itself */
    close_way(t);
    x += 50;
    for (int i = 0; i < 2; i++) { /* the same house twice */
        open_way(t, (struct spot[]){{x, y}, {x + 40, y}, {x + 40, y + 12}, {x, y + 12}}, 4, true);
        tag(t, "building", "apartments");
        close_way(t);
    }
    x += 60;
    for (int i = 0; i < 2; i++) { /* one overlaps the other */
        open_way(t, (struct spot[]){{x + i * 30, y}, {x + i * 30 + 40, y}, {x + i * 30 + 40, y + 12}, {x + i * 30, y + 12}}, 4,
                 true);
        tag(t, "building", "apartments");
        close_way(t);
    }
    x += 90;
    open_way(t, (struct spot[]){{x, y}, {x + 1, y}}, 2, false);
    tag(t, "building", "yes"); /* no area */
    close_way(t);
    open_way(t, (struct spot[]){{x, y}, {x + 12, y}, {x + 12, y + 14}, {x, y + 14}}, 4, true);
    tag(t, "building", "no");
    close_way(t);
    line(t, (struct spot){30, -120}, (struct spot){30, -60}, "residential", NULL, 6); /* a street through the first house */
    struct enclose_point at = enc_unproject(&t->projection, (struct enc_xy){(x + 30) * t->spec->scale, y * t->spec->scale});
    int64_t first = t->next_node; /* latitude and longitude swapped */
    static const double dx[4] = {0, 0.0004, 0.0004, 0}, dy[4] = {0, 0, 0.0001, 0.0001};
    for (int i = 0; i < 4; i++)
        wg_buf_fmt(&t->nodes, "<node id=\"%lld\" lat=\"%.9f\" lon=\"%.9f\"/>\n", (long long)t->next_node++, at.lon + dx[i],
                   at.lat + dy[i]);
    wg_buf_fmt(&t->ways, "<way id=\"%lld\">", (long long)t->next_way++);
    for (int64_t i = 0; i < 5; i++) wg_buf_fmt(&t->ways, "<nd ref=\"%" PRId64 "\"/>", first + i % 4);
    tag(t, "building", "apartments");
    close_way(t);
}

int enclose_town_osm(struct wg_ctx *ctx, const struct enclose_town *spec, struct wg_str *ret_text)
{
    static const char *const names[] = {"东风路", "新华街", "友谊路", "和平街", "建设路", "光明街", "文化路", "站前街"};
    struct town t = {.ctx = ctx,
                     .spec = spec,
                     .projection = enc_projection(120.45, 41.57),
                     .next_node = 1,
                     .next_way = 1,
                     .state = spec->seed};
    wg_buf_init(&t.nodes, 1024U * 1024 * 1024);
    wg_buf_init(&t.ways, 1024U * 1024 * 1024);
    const double w = 190, h = 150, street = 14;
    size_t columns = (size_t)ceil(sqrt((double)spec->buildings / 9.0)), rows = columns; /* some nine homes a block */
    for (size_t r = 0; r < rows && t.homes < spec->buildings; r++)
        for (size_t c = 0; c < columns && t.homes < spec->buildings; c++)
            block(&t, (double)c * (w + street), (double)r * (h + street), w, h);
    for (size_t r = 0; r <= rows; r++)
        line(&t, (struct spot){-60, (double)r * (h + street) - street / 2},
             (struct spot){(double)columns * (w + street) + 40, (double)r * (h + street) - street / 2},
             r % 3 ? "residential" : "tertiary", names[r % 8], 9);
    for (size_t c = 0; c <= columns; c++)
        line(&t, (struct spot){(double)c * (w + street) - street / 2, -60},
             (struct spot){(double)c * (w + street) - street / 2, (double)rows * (h + street) + 40},
             c % 3 ? "residential" : "secondary", names[(c + 3) % 8], 9);
    if (spec->faults) faults(&t);
    struct wg_buf out;
    wg_buf_init(&out, 2047U * 1024 * 1024);
    wg_buf_puts(&out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\" generator=\"wangge, a made-up town\">\n");
    wg_buf_add(&out, t.nodes.p, t.nodes.n);
    wg_buf_add(&out, t.ways.p, t.ways.n);
    wg_buf_puts(&out, "</osm>\n");
    bool failed = out.failed || t.nodes.failed || t.ways.failed;
    if (!failed) *ret_text = wg_str_dup(ctx->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&t.nodes);
    wg_buf_free(&t.ways);
    wg_buf_free(&out);
    return failed ? wg_refuse(ctx, WG_E_TOO_LARGE, "town", "2 GB", NULL) : 0;
}
