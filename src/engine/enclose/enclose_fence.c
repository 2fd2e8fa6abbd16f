/* New fence from the labels of the cells: edges put end to end between two things that stand, edges in line taken as one run. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct link {
    int32_t from, to, label, other;
    struct enc_fence_edge edge;
    bool used;
};

void enc_draft_note(struct enc_draft *d, const char *feature, const char *zh, const char *en)
{
    d->notes = wg_grow(d->ctx->arena, d->notes, &d->cap_notes, d->n_notes + 1, sizeof *d->notes);
    d->notes[d->n_notes++] = (struct enclose_note){feature, zh, en};
}

static int by_start(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->label != y->label) return x->label < y->label ? -1 : 1;
    if (x->other != y->other) return x->other < y->other ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* All edges between a compound and what is not the same compound; between two compounds the lower number owns the fence. */
static size_t find_links(struct enc_draft *d, struct link **ret)
{
    const struct enc_space *sp = d->space;
    const struct enc_mesh *m = &sp->mesh;
    struct link *links = NULL;
    size_t n = 0, cap = 0;
    for (size_t t = 0; t < m->n_tri; t++)
        for (int i = 0; d->label[t] > 0 && i < 3; i++) {
            int32_t u = m->adj[t][i], other = u < 0 ? 0 : d->label[u];
            if (other == d->label[t] || (u >= 0 && sp->kind[u] == ENC_SOLID) || sp->wall[t][i] >= 0) continue;
            if ((other > 0 && other < d->label[t]) || enc_edge_crack(sp, t, i)) continue;
            links = wg_grow(d->ctx->arena, links, &cap, n + 1, sizeof *links);
            links[n++] = (struct link){m->tri[t][(i + 1) % 3],
                                       m->tri[t][(i + 2) % 3],
                                       d->label[t],
                                       other,
                                       {(int32_t)t, (uint8_t)i, u < 0 || d->street[u]},
                                       false};
        }
    if (n) qsort(links, n, sizeof *links, by_start);
    *ret = links;
    return n;
}

/* The link that goes on from `at` with the same two sides; NULL where it ends, forks or meets something that stands. */
static struct link *follow(const struct enc_draft *d, struct link *links, size_t n, const struct link *at)
{
    if (d->space->solid[at->to]) return NULL;
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (links[mid].from < at->to)
            lo = mid + 1;
        else
            hi = mid;
    }
    struct link *next = NULL;
    for (; lo < n && links[lo].from == at->to; lo++) {
        if (links[lo].label != at->label || links[lo].other != at->other) continue;
        if (next) return NULL;
        next = &links[lo];
    }
    return next;
}

static void add_run(struct enc_draft *d, struct enc_xy a, struct enc_xy b, uint32_t first, uint32_t n)
{
    d->runs = wg_grow(d->ctx->arena, d->runs, &d->cap_runs, d->n_runs + 1, sizeof *d->runs);
    d->runs[d->n_runs++] = (struct enc_run){a, b, first, n};
}

/* Edges first .. first + n as few straight runs: a run goes on while all its corners stay within 3 cm of its chord. */
static void make_runs(struct enc_draft *d, uint32_t first, uint32_t n)
{
    const struct enc_mesh *m = &d->space->mesh;
    uint32_t start = first;
    while (start < first + n) {
        const struct enc_fence_edge *e0 = &d->edges[start];
        struct enc_xy a = enc_vertex(m, m->tri[e0->tri][(e0->corner + 1) % 3]), b = a;
        uint32_t end = start;
        for (; end < first + n; end++) {
            const struct enc_fence_edge *e = &d->edges[end];
            struct enc_xy to = enc_vertex(m, m->tri[e->tri][(e->corner + 2) % 3]);
            bool straight = true;
            for (uint32_t k = start; k < end && straight; k++) {
                const struct enc_fence_edge *f = &d->edges[k];
                straight = enc_dist_segment(enc_vertex(m, m->tri[f->tri][(f->corner + 2) % 3]), a, to, NULL) < 0.03;
            }
            if (!straight) break;
            b = to;
        }
        add_run(d, a, b, start, end - start);
        start = end;
    }
}

static void take_chain(struct enc_draft *d, struct link *links, size_t n, struct link *first)
{
    uint32_t from = (uint32_t)d->n_edges, runs = (uint32_t)d->n_runs;
    for (struct link *l = first; l && !l->used; l = follow(d, links, n, l)) {
        l->used = true;
        d->edges = wg_grow(d->ctx->arena, d->edges, &d->cap_edges, d->n_edges + 1, sizeof *d->edges);
        d->edges[d->n_edges++] = l->edge;
    }
    make_runs(d, from, (uint32_t)d->n_edges - from);
    d->chains = wg_grow(d->ctx->arena, d->chains, &d->cap_chains, d->n_chains + 1, sizeof *d->chains);
    d->chains[d->n_chains++] = (struct enc_chain){first->label, first->other, runs, (uint32_t)d->n_runs - runs};
}

void enc_fences_find(struct enc_draft *d)
{
    struct link *links = NULL;
    size_t n = find_links(d, &links);
    bool *has_before = wg_alloc_n(d->ctx->arena, n + 1, sizeof *has_before);
    for (size_t i = 0; i < n; i++) {
        struct link *next = follow(d, links, n, &links[i]);
        if (next) has_before[next - links] = true;
    }
    for (size_t i = 0; i < n; i++)
        if (!has_before[i] && !links[i].used) take_chain(d, links, n, &links[i]);
    for (size_t i = 0; i < n; i++) /* rings that meet nothing */
        if (!links[i].used) take_chain(d, links, n, &links[i]);
}
