#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/match/match_internal.h"

enum { FIRST_TABLE = 1024, FIRST_POOL = 4096 };

/* A wish only; refusal changes nothing. */
void wish_large_pages(void *at, size_t bytes, bool written)
{
    enum { LARGE = 1 << 21, COLLAPSE = 25 /* MADV_COLLAPSE, since Linux 6.1; older headers have no name for it */ };
    uintptr_t from = ((uintptr_t)at + LARGE - 1) & ~(uintptr_t)(LARGE - 1),
              to = ((uintptr_t)at + bytes) & ~(uintptr_t)(LARGE - 1);
    if (from >= to) return;
    void *start = (uint8_t *)at + (from - (uintptr_t)at);
    (void)madvise(start, to - from, MADV_HUGEPAGE);
    if (written) (void)madvise(start, to - from, COLLAPSE);
}

void words_init(struct words *w, const struct words *base)
{
    *w = (struct words){.base = base, .first = base ? words_total(base) : 0};
    w->mask = FIRST_TABLE - 1;
    w->table = wg_xcalloc(FIRST_TABLE, sizeof *w->table);
    w->pool_cap = FIRST_POOL;
    w->pool = wg_xmalloc(w->pool_cap);
    memset(w->pool, 0, BLOB_HEAD);
    w->pool_n = BLOB_HEAD; /* number 0 is "missing": nobody's */
}

void words_free(struct words *w)
{
    free(w->pool);
    free(w->table);
    *w = (struct words){0};
}

void words_trim(struct words *w)
{
    w->pool_cap = w->pool_n;
    w->pool = wg_xrealloc(w->pool, w->pool_cap, 1);
}

size_t words_bytes(const struct words *w)
{
    return w->pool_cap + ((size_t)w->mask + 1) * sizeof *w->table;
}

static uint32_t hash_of(uint8_t domain, struct wg_str text)
{
    return (uint32_t)(text_hash(text.p, text.n, domain) >> 32);
}

/* In a run of full places those that began it further ahead stand first (Celis 1986): what is not there is soon known not to be. */
static uint32_t steps_from_home(const struct words *w, uint32_t i)
{
    return (i - w->table[i].hash) & w->mask;
}

static uint32_t find(const struct words *w, uint32_t hash, uint8_t domain, struct wg_str text)
{
    uint32_t i = hash & w->mask;
    for (uint32_t steps = 0; w->table[i].value && steps_from_home(w, i) >= steps; steps++, i = (i + 1) & w->mask) {
        if (w->table[i].hash != hash) continue;
        struct blob b = words_blob_own(w, w->table[i].value);
        if (b.n_text == text.n && b.domain == domain && memcmp(b.text, text.p, text.n) == 0) return w->table[i].value;
    }
    return 0;
}

static void table_add(struct words *w, struct word_place place)
{
    uint32_t i = place.hash & w->mask;
    for (uint32_t steps = 0; w->table[i].value; steps++, i = (i + 1) & w->mask) {
        uint32_t others = steps_from_home(w, i);
        if (others >= steps) continue;
        struct word_place moved = w->table[i];
        w->table[i] = place;
        place = moved;
        steps = others;
    }
    w->table[i] = place;
}

static size_t blob_size(struct blob b)
{
    size_t n = (size_t)BLOB_HEAD + b.n_form + (b.shared_text ? 0u : b.n_text);
    return (n + 3) & ~(size_t)3;
}

uint32_t words_next(const struct words *w, uint32_t own)
{
    size_t at = own ? (size_t)own * 4 + blob_size(words_blob_own(w, own)) : BLOB_HEAD;
    return at < w->pool_n ? (uint32_t)(at / 4) : 0;
}

static void enlarge(struct words *w)
{
    struct words old = *w;
    uint32_t size = (w->mask + 1) * 2;
    w->table = wg_xcalloc(size, sizeof *w->table);
    wish_large_pages(w->table, size * sizeof *w->table, false);
    w->mask = size - 1;
    for (uint32_t i = 0; i <= old.mask; i++) {
        if (old.table[i].value) table_add(w, old.table[i]);
    }
    free(old.table);
}

/* Texts equal to the end of their form are not kept twice. */
static uint32_t add(struct words *w, uint8_t domain, uint8_t mark, struct wg_str form, struct wg_str text)
{
    bool shared = text.n <= form.n && memcmp(form.p + form.n - text.n, text.p, text.n) == 0;
    size_t need = w->pool_n + (size_t)BLOB_HEAD + form.n + (shared ? 0 : text.n) + 3;
    if (need > w->pool_cap) {
        w->pool_cap = need + need / 4 + FIRST_POOL;
        w->pool = wg_xrealloc(w->pool, w->pool_cap, 1);
        wish_large_pages(w->pool + w->pool_n, w->pool_cap - w->pool_n, false);
    }
    if (need / 4 + w->first > UINT32_MAX / 2) abort(); /* 8 GiB of texts: the edge limits the size of a table long before */
    uint8_t *p = w->pool + w->pool_n;
    memset(p, 0, BLOB_HEAD);
    p[4] = (uint8_t)(domain | (shared ? 128 : 0));
    p[5] = (uint8_t)form.n;
    p[6] = (uint8_t)text.n;
    p[7] = mark;
    if (form.n) memcpy(p + BLOB_HEAD, form.p, form.n);
    if (!shared) memcpy(p + BLOB_HEAD + form.n, text.p, text.n);
    uint32_t own = (uint32_t)(w->pool_n / 4);
    w->pool_n += blob_size(words_blob_own(w, own));
    return own;
}

uint32_t words_find(const struct words *w, uint8_t domain, struct wg_str text)
{
    if (text.n == 0 || text.n > TEXT_MAX) return 0;
    uint32_t hash = hash_of(domain, text);
    uint32_t found = w->base ? find(w->base, hash, domain, text) : 0;
    if (found) return found;
    found = find(w, hash, domain, text);
    return found ? found + w->first : 0;
}

static void fetch_place(const struct words *w, uint32_t hash)
{
    const struct words *in = w->base ? w->base : w;
    __builtin_prefetch(&in->table[hash & in->mask]);
}

/* Its place is hardly ever the first: others began there or before. */
static void fetch_value(const struct words *w, uint32_t hash)
{
    const struct words *in = w->base ? w->base : w;
    uint32_t i = hash & in->mask;
    for (uint32_t steps = 0; in->table[i].value && steps_from_home(in, i) >= steps; steps++, i = (i + 1) & in->mask) {
        if (in->table[i].hash != hash) continue;
        __builtin_prefetch(in->pool + (size_t)in->table[i].value * 4);
        return;
    }
}

void words_ahead(const struct words *w, uint8_t domain, struct wg_str text, bool value)
{
    if (text.n == 0) return;
    if (value)
        fetch_value(w, hash_of(domain, text));
    else
        fetch_place(w, hash_of(domain, text));
}

static uint32_t put_hashed(struct words *w, uint32_t hash, uint8_t domain, uint8_t mark, struct wg_str f, struct wg_str t)
{
    uint32_t found = w->base ? find(w->base, hash, domain, t) : 0;
    if (found) return found;
    found = find(w, hash, domain, t);
    if (found) return found + w->first;
    uint32_t own = add(w, domain, mark, f, t);
    table_add(w, (struct word_place){.value = own, .hash = hash});
    w->n++;
    if ((uint64_t)w->n * 10 > (uint64_t)(w->mask + 1) * 8) enlarge(w);
    return own + w->first;
}

uint32_t words_put(struct words *w, uint8_t domain, uint8_t mark, const void *form, size_t n_form, const void *text,
                   size_t n_text)
{
    struct wg_str f = {form, n_form < FORM_MAX ? n_form : FORM_MAX}, t = {text, n_text < TEXT_MAX ? n_text : TEXT_MAX};
    return put_hashed(w, hash_of(domain, t), domain, mark, f, t);
}

static void put_first(struct words *w, struct words_later *later)
{
    size_t i = later->first++ % LATER;
    struct wg_str form = {(const char *)later->waiting[i].form, later->waiting[i].n_form},
                  text = {later->waiting[i].text, later->waiting[i].n_text};
    *later->waiting[i].ret =
        put_hashed(w, later->waiting[i].hash, later->waiting[i].domain, later->waiting[i].mark, form, text);
    later->n--;
}

void words_put_later(struct words *w, struct words_later *later, uint8_t domain, uint8_t mark, struct wg_str form,
                     struct wg_str text, uint32_t *ret)
{
    if (later->n == LATER) put_first(w, later);
    size_t i = (later->first + later->n++) % LATER, half = (i + LATER / 2) % LATER;
    if (text.n > TEXT_MAX) text.n = TEXT_MAX;
    memcpy(later->waiting[i].form, form.p, form.n);
    memcpy(later->waiting[i].text, text.p, text.n);
    later->waiting[i].n_form = (uint8_t)form.n;
    later->waiting[i].n_text = (uint8_t)text.n;
    later->waiting[i].domain = domain;
    later->waiting[i].mark = mark;
    later->waiting[i].ret = ret;
    later->waiting[i].hash = hash_of(domain, text);
    fetch_place(w, later->waiting[i].hash);
    if (later->n > LATER / 2) fetch_value(w, later->waiting[half].hash);
}

void words_put_rest(struct words *w, struct words_later *later)
{
    while (later->n) put_first(w, later);
}

void words_count_add(struct words *w, uint32_t id, uint32_t by)
{
    uint32_t count = words_count(w, id) + by;
    memcpy(w->pool + (size_t)id * 4, &count, sizeof count);
}
