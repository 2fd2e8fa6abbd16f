/* The cheapest set of gates from which every door is near enough: all sets of up to three staffed gates are tried, and what they leave
 * over goes to gates with key holders, as many at a time as one may serve. With few places and few gates a compound this is the
 * exact answer where no key holder is needed, and never worse than the set given where they are. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_cover.h"

enum { MOST_STAFFED = 3, MOST_KEYS = 6 };

struct coverer {
    const struct enc_cover *c;
    size_t words;
    uint64_t *near; /* of each place: the doors near enough; near[place * words] */
    uint64_t *left; /* scratch, of each depth: doors not near enough yet */
    size_t at[MOST_STAFFED];
    struct enc_cover_answer best;
    double best_yuan, best_score;
};

static bool none_left(const uint64_t *left, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if (left[i]) return false;
    return true;
}

static bool has(const uint64_t *set, size_t i)
{
    return (set[i / 64] >> (i % 64) & 1) != 0;
}

/* Households of the doors in `left` that are near to the place. */
static int64_t weight(const struct coverer *k, const uint64_t *left, size_t place)
{
    int64_t sum = 0;
    uint32_t last = UINT32_MAX;
    for (size_t d = 0; d < k->c->n_doors; d++) {
        if (!has(left, d) || !has(&k->near[place * k->words], d)) continue;
        if (k->c->building[d] != last) sum += k->c->households[d];
        last = k->c->building[d];
    }
    return sum;
}

/* Key holders for what is left; false when they cannot serve all. */
static bool give_keys(const struct coverer *k, uint64_t *left, struct enc_cover_answer *a)
{
    while (!none_left(left, k->words)) {
        int64_t most = 0;
        size_t pick = k->c->n_places;
        for (size_t p = 0; p < k->c->n_places; p++) {
            int64_t w = weight(k, left, p);
            if (w > most && w <= k->c->key_households) most = w, pick = p;
        }
        if (pick == k->c->n_places || a->n_keys == MOST_KEYS) return false;
        a->keys[a->n_keys++] = pick;
        for (size_t i = 0; i < k->words; i++) left[i] &= ~k->near[pick * k->words + i];
    }
    return true;
}

/* Not more than all key holders together could serve. */
static bool few_left(const struct coverer *k, const uint64_t *left)
{
    int64_t sum = 0, most = MOST_KEYS * k->c->key_households;
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < k->words && sum <= most; i++)
        for (uint64_t set = left[i]; set; set &= set - 1) {
            size_t d = 64 * i + (size_t)__builtin_ctzll(set);
            if (k->c->building[d] != last) sum += k->c->households[d];
            last = k->c->building[d];
        }
    return sum <= most;
}

/* Is the set at hand better than the best? Its main gate is the place that scores best. */
static void judge(struct coverer *k, size_t n)
{
    const struct enc_cover *c = k->c;
    struct enc_cover_answer a = {.n_staffed = n};
    double least = 1e300;
    for (size_t i = 0; i < n; i++) {
        a.staffed[i] = k->at[i];
        if (!c->may_main[k->at[i]] || c->score[k->at[i]] >= least) continue;
        least = c->score[k->at[i]];
        a.staffed[i] = a.staffed[0];
        a.staffed[0] = k->at[i];
    }
    if (c->needs_main && least > 1e299) return;
    if (!c->needs_main) least = 0;
    if ((double)n * c->staffed_yuan > k->best_yuan + 1e-6 || !few_left(k, &k->left[n * k->words])) return;
    uint64_t *left = wg_xcalloc(k->words + 1, sizeof *left);
    memcpy(left, &k->left[n * k->words], k->words * sizeof *left);
    double yuan = (double)n * c->staffed_yuan;
    if (give_keys(k, left, &a)) {
        yuan += (double)a.n_keys * c->key_yuan;
        bool better = yuan < k->best_yuan - 1e-6 || (yuan < k->best_yuan + 1e-6 && least < k->best_score);
        if (better) k->best = a, k->best_yuan = yuan, k->best_score = least;
    }
    free(left);
}

static void try_sets(struct coverer *k, size_t n, size_t from, size_t size)
{
    if (n == size) {
        judge(k, n);
        return;
    }
    for (size_t p = from; p < k->c->n_places; p++) {
        k->at[n] = p;
        for (size_t i = 0; i < k->words; i++)
            k->left[(n + 1) * k->words + i] = k->left[n * k->words + i] & ~k->near[p * k->words + i];
        try_sets(k, n + 1, p + 1, size);
    }
}

bool enc_cover_find(const struct enc_cover *c, struct enc_cover_answer *ret_answer)
{
    struct coverer k = {.c = c, .words = c->n_doors / 64 + 1, .best_yuan = c->most_yuan, .best_score = 1e300};
    k.near = wg_xcalloc((c->n_places + 1) * k.words, sizeof *k.near);
    k.left = wg_xcalloc((MOST_STAFFED + 1) * k.words, sizeof *k.left);
    for (size_t d = 0; d < c->n_doors; d++) {
        bool any = false;
        for (size_t p = 0; p < c->n_places; p++) {
            if (!c->near[p * c->n_doors + d]) continue;
            k.near[p * k.words + d / 64] |= UINT64_C(1) << (d % 64);
            any = true;
        }
        if (any && !c->served[d]) k.left[d / 64] |= UINT64_C(1) << (d % 64);
    }
    for (size_t size = c->needs_main ? 1 : 0; size <= MOST_STAFFED; size++)
        if ((double)size * c->staffed_yuan < k.best_yuan) try_sets(&k, 0, 0, size);
    bool found = k.best_yuan < c->most_yuan - 1e-6;
    if (found) *ret_answer = k.best;
    free(k.near);
    free(k.left);
    return found;
}
