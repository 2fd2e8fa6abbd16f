#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

enum { FIRST_TABLE = 1024, HEAD = BLOB_HEAD };

void words_init(struct words *w, const struct words *base)
{
    *w = (struct words){.base = base, .first = base ? words_total(base) : 0};
    w->mask = FIRST_TABLE - 1;
    w->table = wg_xcalloc(FIRST_TABLE, sizeof *w->table);
    w->cap = FIRST_TABLE / 2;
    w->values = wg_xmalloc(w->cap * sizeof *w->values);
    w->values[0] = (struct value){0};
    w->n = 1;
}

void words_free(struct words *w)
{
    free(w->values);
    free(w->pool);
    free(w->table);
    *w = (struct words){0};
}

size_t words_bytes(const struct words *w)
{
    return w->cap * sizeof *w->values + w->pool_cap + ((size_t)w->mask + 1) * sizeof *w->table;
}

static uint32_t hash_of(uint8_t domain, const void *text, size_t n)
{
    uint64_t h = (wg_hash(text, n) ^ domain) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32);
}

static uint32_t find(const struct words *w, uint32_t hash, uint8_t domain, const void *text, size_t n)
{
    for (uint32_t i = hash & w->mask; w->table[i]; i = (i + 1) & w->mask) {
        struct blob b = words_blob_own(w, w->table[i]);
        if (b.domain == domain && b.n_text == n && memcmp(b.text, text, n) == 0) return w->table[i];
    }
    return 0;
}

static void enlarge(struct words *w)
{
    uint32_t size = (w->mask + 1) * 2;
    free(w->table);
    w->table = wg_xcalloc(size, sizeof *w->table);
    w->mask = size - 1;
    for (uint32_t v = 1; v < w->n; v++) {
        struct blob b = words_blob_own(w, v);
        uint32_t i = hash_of(b.domain, b.text, b.n_text) & w->mask;
        while (w->table[i]) i = (i + 1) & w->mask;
        w->table[i] = v;
    }
}

uint32_t words_put(struct words *w, uint8_t domain, uint8_t mark, const void *form, size_t n_form, const void *text,
                   size_t n_text)
{
    if (n_form > CMP_MAX * 2) n_form = CMP_MAX * 2;
    if (n_text > TEXT_MAX) n_text = TEXT_MAX;
    uint32_t hash = hash_of(domain, text, n_text);
    uint32_t found = w->base ? find(w->base, hash, domain, text, n_text) : 0;
    if (found) return found;
    found = find(w, hash, domain, text, n_text);
    if (found) return found + w->first;

    if (w->n == w->cap) {
        w->cap += w->cap / 2;
        w->values = wg_xrealloc(w->values, w->cap, sizeof *w->values);
    }
    size_t need = w->pool_n + HEAD + n_form + n_text;
    if (need > w->pool_cap) {
        w->pool_cap = need + need / 4 + 4096;
        w->pool = wg_xrealloc(w->pool, w->pool_cap, 1);
    }
    if (need > UINT32_MAX) abort(); /* 4 GiB of texts: the edge limits the size of a table long before */
    uint8_t *p = w->pool + w->pool_n;
    p[0] = domain;
    p[1] = (uint8_t)n_form;
    p[2] = (uint8_t)n_text;
    p[3] = mark;
    if (n_form) memcpy(p + HEAD, form, n_form);
    if (n_text) memcpy(p + HEAD + n_form, text, n_text);
    w->values[w->n] = (struct value){.at = (uint32_t)w->pool_n};
    w->pool_n = need;
    uint32_t own = w->n++;
    uint32_t i = hash & w->mask;
    while (w->table[i]) i = (i + 1) & w->mask;
    w->table[i] = own;
    if ((uint64_t)w->n * 10 > (uint64_t)(w->mask + 1) * 7) enlarge(w);
    return own + w->first;
}
