/* What all searches for shortest ways share: the nearest cell next, of two as near the one with the lower number, so that the same map
 * gives the same plan. */
#include <stdlib.h>

#include "engine/enclose/enclose_internal.h"

static bool before(struct enc_heap_entry a, struct enc_heap_entry b)
{
    return a.d < b.d || (a.d <= b.d && a.cell < b.cell);
}

void enc_heap_push(struct enc_heap *heap, double d, int32_t cell)
{
    if (heap->n == heap->cap) {
        heap->cap = heap->cap ? 2 * heap->cap : 1024;
        heap->list = wg_xrealloc(heap->list, heap->cap, sizeof *heap->list);
    }
    struct enc_heap_entry e = {d, cell}, *list = heap->list;
    size_t i = heap->n++;
    for (; i && before(e, list[(i - 1) / 2]); i = (i - 1) / 2) list[i] = list[(i - 1) / 2];
    list[i] = e;
}

struct enc_heap_entry enc_heap_pop(struct enc_heap *heap)
{
    struct enc_heap_entry *list = heap->list, top = list[0], last = list[--heap->n];
    size_t i = 0;
    for (size_t c = 1; c < heap->n; c = 2 * i + 1) {
        if (c + 1 < heap->n && before(list[c + 1], list[c])) c++;
        if (!before(list[c], last)) break;
        list[i] = list[c];
        i = c;
    }
    if (heap->n) list[i] = last;
    return top;
}

void enc_heap_free(void *heap)
{
    free(((struct enc_heap *)heap)->list);
}
