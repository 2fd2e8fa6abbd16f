/* Greatest flow and least cut (Dinic 1970: level graph, blocking flow), on arrays of arcs in pairs. Capacities are whole
 * (centimetres), so that the answer is exact and the same on every machine. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct arc {
    uint32_t to, next;
    int64_t left;
};
struct enc_flow {
    struct arc *arcs;
    size_t n_arcs, cap_arcs, nodes;
    uint32_t *head, *level, *here, *queue;
};
enum { END = UINT32_MAX };

struct enc_flow *enc_flow_new(size_t nodes, size_t arcs)
{
    struct enc_flow *f = wg_xcalloc(1, sizeof *f);
    f->nodes = nodes;
    f->cap_arcs = 2 * arcs + 2;
    f->arcs = wg_xcalloc(f->cap_arcs, sizeof *f->arcs);
    f->head = wg_xcalloc(4 * nodes + 4, sizeof *f->head);
    f->level = f->head + nodes;
    f->here = f->level + nodes;
    f->queue = f->here + nodes;
    memset(f->head, 0xFF, nodes * sizeof *f->head);
    return f;
}

struct enc_flow *enc_flow_copy(const struct enc_flow *f, size_t more_arcs)
{
    struct enc_flow *copy = enc_flow_new(f->nodes, f->n_arcs / 2 + more_arcs);
    memcpy(copy->arcs, f->arcs, f->n_arcs * sizeof *f->arcs);
    memcpy(copy->head, f->head, f->nodes * sizeof *f->head);
    copy->n_arcs = f->n_arcs;
    return copy;
}

void enc_flow_free(struct enc_flow *f)
{
    if (!f) return;
    free(f->arcs);
    free(f->head);
    free(f);
}

static void add_pair(struct enc_flow *f, size_t a, size_t b, int64_t there, int64_t back)
{
    if (a == b) return;
    if (f->n_arcs + 2 > f->cap_arcs) {
        f->cap_arcs = 2 * f->cap_arcs;
        f->arcs = wg_xrealloc(f->arcs, f->cap_arcs, sizeof *f->arcs);
    }
    f->arcs[f->n_arcs] = (struct arc){(uint32_t)b, f->head[a], there};
    f->head[a] = (uint32_t)f->n_arcs++;
    f->arcs[f->n_arcs] = (struct arc){(uint32_t)a, f->head[b], back};
    f->head[b] = (uint32_t)f->n_arcs++;
}

void enc_flow_edge(struct enc_flow *f, size_t a, size_t b, int64_t capacity)
{
    add_pair(f, a, b, capacity, capacity);
}

void enc_flow_arc(struct enc_flow *f, size_t from, size_t to, int64_t capacity)
{
    add_pair(f, from, to, capacity, 0);
}

/* Distances to the sink over arcs with room; false when the source cannot reach it. */
static bool levels(struct enc_flow *f, size_t source, size_t sink)
{
    memset(f->level, 0xFF, f->nodes * sizeof *f->level);
    size_t n = 0;
    f->queue[n++] = (uint32_t)sink;
    f->level[sink] = 0;
    for (size_t i = 0; i < n && f->level[source] == END; i++) {
        uint32_t v = f->queue[i];
        for (uint32_t a = f->head[v]; a != END; a = f->arcs[a].next) {
            uint32_t w = f->arcs[a].to;
            if (f->level[w] != END || f->arcs[a ^ 1].left == 0) continue;
            f->level[w] = f->level[v] + 1;
            f->queue[n++] = w;
        }
    }
    return f->level[source] != END;
}

/* Pushes along one shortest path after another; `queue` serves as the path of arcs. */
static int64_t blocking(struct enc_flow *f, size_t source, size_t sink)
{
    int64_t total = 0;
    size_t depth = 0;
    uint32_t v = (uint32_t)source;
    memcpy(f->here, f->head, f->nodes * sizeof *f->here);
    for (;;) {
        if (v == sink) {
            int64_t room = INT64_MAX;
            size_t tight = 0;
            for (size_t i = 0; i < depth; i++)
                if (f->arcs[f->queue[i]].left < room) room = f->arcs[f->queue[i]].left, tight = i;
            for (size_t i = 0; i < depth; i++) f->arcs[f->queue[i]].left -= room, f->arcs[f->queue[i] ^ 1].left += room;
            total += room;
            v = f->arcs[f->queue[tight] ^ 1].to;
            depth = tight;
            continue;
        }
        uint32_t a = f->here[v];
        while (a != END &&
               (f->arcs[a].left == 0 || f->level[f->arcs[a].to] == END || f->level[f->arcs[a].to] + 1 != f->level[v]))
            a = f->arcs[a].next;
        f->here[v] = a;
        if (a != END) {
            f->queue[depth++] = a;
            v = f->arcs[a].to;
        } else {
            if (!depth) return total;
            f->level[v] = END;
            v = f->arcs[f->queue[--depth] ^ 1].to;
        }
    }
}

int64_t enc_flow_max(struct enc_flow *f, size_t source, size_t sink)
{
    int64_t total = 0;
    while (levels(f, source, sink)) total += blocking(f, source, sink);
    return total;
}

void enc_flow_side(struct enc_flow *f, size_t source, size_t sink, bool largest, uint8_t *ret_inside)
{
    /* smallest: what the source still reaches; largest: all but what still reaches the sink */
    size_t n = 0;
    memset(ret_inside, largest ? 1 : 0, f->nodes);
    f->queue[n++] = (uint32_t)(largest ? sink : source);
    ret_inside[f->queue[0]] = !largest;
    for (size_t i = 0; i < n; i++)
        for (uint32_t a = f->head[f->queue[i]]; a != END; a = f->arcs[a].next) {
            uint32_t w = f->arcs[a].to;
            int64_t room = largest ? f->arcs[a ^ 1].left : f->arcs[a].left;
            if (room == 0 || ret_inside[w] == !largest) continue;
            ret_inside[w] = !largest;
            f->queue[n++] = w;
        }
}
