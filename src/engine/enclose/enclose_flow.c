/* Greatest flow and least cut by shortest augmenting paths (Ahuja and Orlin 1991: distance labels, gap rule), on arrays of arcs in pairs.
 * Capacities are whole (centimetres), so that the answer is exact and the same on every machine.
 *
 * Sources come one set after another. The labels, never more than a node's distance to the sink, only ever rise and hold from one set to the
 * next and in copies; a node from which nothing can reach the sink stays so whatever comes later (no arc that leaves such nodes has room,
 * and a later path that went in could not come out). So adding one home or one strip costs little whatever the size of the ground. Taking a
 * source away follows what flows from it to the sink and takes it back; the others may then push more. The least cuts are the same whatever
 * the order in which sources came and went. */
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
    uint32_t *head, *label, *here, *queue,
        *count;    /* label: nodes and more where the sink is out of reach; count: nodes of each label */
    size_t raised; /* labels raised one by one since all were last set */
    bool labelled;
};
enum { END = UINT32_MAX, SHARE = 2 };

struct enc_flow *enc_flow_new(size_t nodes, size_t arcs)
{
    struct enc_flow *f = wg_xcalloc(1, sizeof *f);
    f->nodes = nodes;
    f->cap_arcs = 2 * arcs + 2;
    f->arcs = wg_xcalloc(f->cap_arcs, sizeof *f->arcs);
    f->head = wg_xcalloc(5 * nodes + 5, sizeof *f->head);
    f->label = f->head + nodes;
    f->here = f->label + nodes;
    f->queue = f->here + nodes;
    f->count = f->queue + nodes;
    memset(f->head, 0xFF, nodes * sizeof *f->head);
    return f;
}

struct enc_flow *enc_flow_copy(const struct enc_flow *f, size_t more_arcs)
{
    struct enc_flow *copy = enc_flow_new(f->nodes, f->n_arcs / 2 + more_arcs);
    memcpy(copy->arcs, f->arcs, f->n_arcs * sizeof *f->arcs);
    memcpy(copy->head, f->head, (5 * f->nodes + 5) * sizeof *f->head);
    copy->labelled = f->labelled;
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

/* Every node's distance to the sink over arcs with room. */
static void label_nodes(struct enc_flow *f, size_t sink)
{
    size_t n = 0;
    for (size_t v = 0; v < f->nodes; v++) f->label[v] = (uint32_t)f->nodes;
    memcpy(f->here, f->head, f->nodes * sizeof *f->here);
    memset(f->count, 0, (f->nodes + 1) * sizeof *f->count);
    f->label[sink] = 0;
    f->queue[n++] = (uint32_t)sink;
    for (size_t i = 0; i < n; i++) {
        uint32_t v = f->queue[i];
        f->count[f->label[v]]++;
        for (uint32_t a = f->head[v]; a != END; a = f->arcs[a].next) {
            uint32_t w = f->arcs[a].to;
            if (f->label[w] < f->nodes || f->arcs[a ^ 1].left == 0) continue;
            f->label[w] = f->label[v] + 1;
            f->queue[n++] = w;
        }
    }
    f->labelled = true;
    f->raised = 0;
}

/* No node is left at this distance: whatever lies farther cannot reach the sink any more. */
static void close_gap(struct enc_flow *f, uint32_t label)
{
    for (size_t v = 0; v < f->nodes; v++)
        if (f->label[v] > label) f->label[v] = (uint32_t)f->nodes;
    memset(f->count + label, 0, (f->nodes - label) * sizeof *f->count);
}

/* One more than the nearest neighbour's label. */
static void relabel(struct enc_flow *f, uint32_t v)
{
    uint32_t old = f->label[v], least = (uint32_t)f->nodes;
    for (uint32_t a = f->head[v]; a != END; a = f->arcs[a].next)
        if (f->arcs[a].left > 0 && f->label[f->arcs[a].to] + 1 < least) least = f->label[f->arcs[a].to] + 1;
    f->label[v] = least;
    f->raised++;
    f->here[v] = f->head[v];
    if (least < f->nodes) f->count[least]++;
    if (--f->count[old] == 0) close_gap(f, old);
}

static int64_t augment(struct enc_flow *f, size_t depth, size_t *ret_tight)
{
    int64_t room = INT64_MAX;
    for (size_t i = 0; i < depth; i++)
        if (f->arcs[f->queue[i]].left < room) room = f->arcs[f->queue[i]].left, *ret_tight = i;
    for (size_t i = 0; i < depth; i++) f->arcs[f->queue[i]].left -= room, f->arcs[f->queue[i] ^ 1].left += room;
    return room;
}

/* Pushes along one shortest path after another from one source; `queue` serves as the path of arcs. */
static int64_t push_from(struct enc_flow *f, uint32_t source, size_t sink)
{
    int64_t total = 0;
    size_t depth = 0;
    uint32_t v = source;
    while (f->label[source] < f->nodes) {
        if (f->raised > f->nodes / SHARE) { /* where little flows any more, labels creep: setting all anew is quicker */
            label_nodes(f, sink);
            v = source;
            depth = 0;
            continue;
        }
        if (v == sink) {
            size_t tight = 0;
            total += augment(f, depth, &tight);
            v = f->arcs[f->queue[tight] ^ 1].to;
            depth = tight;
            continue;
        }
        uint32_t a = f->here[v];
        while (a != END && (f->arcs[a].left == 0 || f->label[f->arcs[a].to] + 1 != f->label[v])) a = f->arcs[a].next;
        f->here[v] = a;
        if (a != END) {
            f->queue[depth++] = a;
            v = f->arcs[a].to;
            continue;
        }
        if (f->label[v] < f->nodes) relabel(f, v);
        if (depth) v = f->arcs[f->queue[--depth] ^ 1].to;
    }
    return total;
}

int64_t enc_flow_push(struct enc_flow *f, const uint32_t *from, size_t n, size_t sink)
{
    int64_t total = 0;
    if (!f->labelled) label_nodes(f, sink);
    for (size_t i = 0; i < n; i++) total += push_from(f, from[i], sink);
    return total;
}

/* What flows along the arc; for edges usable both ways. */
static int64_t along(const struct enc_flow *f, uint32_t a)
{
    return (f->arcs[a ^ 1].left - f->arcs[a].left) / 2;
}

/* Takes at most `most` back from the last arcs of the path; what was taken comes back. */
static int64_t take_back(struct enc_flow *f, size_t from, size_t depth, int64_t most)
{
    for (size_t i = from; i < depth; i++)
        if (along(f, f->queue[i]) < most) most = along(f, f->queue[i]);
    for (size_t i = from; i < depth; i++) f->arcs[f->queue[i]].left += most, f->arcs[f->queue[i] ^ 1].left -= most;
    for (size_t i = from; i < depth; i++) f->here[f->arcs[f->queue[i]].to] = END;
    return most;
}

/* Follows the flow from the source to the sink and takes it back, rings of flow on the way as well. `here`: where on the path a node is. */
static int64_t withdraw_from(struct enc_flow *f, uint32_t source, size_t sink)
{
    int64_t left = 0, total = 0;
    for (uint32_t a = f->head[source]; a != END; a = f->arcs[a].next) left += along(f, a);
    while (left > 0) {
        size_t depth = 0;
        uint32_t v = source;
        f->here[source] = 0;
        while (v != sink) {
            uint32_t a = f->head[v];
            while (along(f, a) <= 0) a = f->arcs[a].next;
            f->queue[depth++] = a;
            v = f->arcs[a].to;
            if (f->here[v] == END) {
                f->here[v] = (uint32_t)depth;
                continue;
            }
            size_t ring = f->here[v];
            (void)take_back(f, ring, depth, INT64_MAX);
            f->here[v] = (uint32_t)ring;
            depth = ring;
        }
        int64_t taken = take_back(f, 0, depth, left);
        f->here[source] = END;
        left -= taken, total += taken;
    }
    return total;
}

int64_t enc_flow_withdraw(struct enc_flow *f, const uint32_t *from, size_t n, size_t sink)
{
    int64_t total = 0;
    memset(f->here, 0xFF, f->nodes * sizeof *f->here);
    for (size_t i = 0; i < n; i++) total += withdraw_from(f, from[i], sink);
    f->labelled = false;
    return total;
}

void enc_flow_largest(struct enc_flow *f, size_t sink, uint8_t *ret_inside)
{
    size_t n = 0; /* all but what still reaches the sink */
    memset(ret_inside, 1, f->nodes);
    f->queue[n++] = (uint32_t)sink;
    ret_inside[sink] = 0;
    for (size_t i = 0; i < n; i++)
        for (uint32_t a = f->head[f->queue[i]]; a != END; a = f->arcs[a].next) {
            uint32_t w = f->arcs[a].to;
            if (f->arcs[a ^ 1].left == 0 || !ret_inside[w]) continue;
            ret_inside[w] = 0;
            f->queue[n++] = w;
        }
}

void enc_flow_smallest(struct enc_flow *f, const uint32_t *from, size_t n_from, uint8_t *ret_inside)
{
    size_t n = 0; /* what the sources still reach */
    memset(ret_inside, 0, f->nodes);
    for (size_t i = 0; i < n_from; i++)
        if (!ret_inside[from[i]]) f->queue[n++] = from[i], ret_inside[from[i]] = 1;
    for (size_t i = 0; i < n; i++)
        for (uint32_t a = f->head[f->queue[i]]; a != END; a = f->arcs[a].next) {
            uint32_t w = f->arcs[a].to;
            if (f->arcs[a].left == 0 || ret_inside[w]) continue;
            ret_inside[w] = 1;
            f->queue[n++] = w;
        }
}

void enc_flow_room(const struct enc_flow *f, size_t pair, int64_t *ret_there, int64_t *ret_back)
{
    *ret_there = f->arcs[2 * pair].left;
    *ret_back = f->arcs[2 * pair + 1].left;
}
