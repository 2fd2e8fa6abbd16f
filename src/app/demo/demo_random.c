#include "app/demo/demo_internal.h"

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

struct demo_random demo_random(uint64_t seed, enum demo_stream stream, uint64_t index)
{
    struct demo_random r;
    uint64_t state = seed;
    state = splitmix(&state) ^ (uint64_t)stream;
    state = splitmix(&state) ^ index;
    for (int i = 0; i < 4; i++) r.s[i] = splitmix(&state);
    return r;
}

uint64_t demo_next(struct demo_random *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

int demo_below(struct demo_random *r, int n)
{
    return (int)(((demo_next(r) >> 32) * (uint64_t)n) >> 32);
}

int demo_between(struct demo_random *r, int from, int to)
{
    return from + demo_below(r, to - from + 1);
}

bool demo_chance(struct demo_random *r, int per_thousand)
{
    return demo_below(r, 1000) < per_thousand;
}

int demo_front(struct demo_random *r, int n)
{
    int a = demo_below(r, n), b = demo_below(r, n);
    return a < b ? a : b;
}

int demo_bell(struct demo_random *r, int middle, int spread)
{
    /* Four uniforms: standard deviation 1/sqrt(3) of one's half width, so 1.73 x spread wide gives `spread`, cut at 3.46. */
    int width = spread * 173 / 100, sum = 0;
    for (int i = 0; i < 4; i++) sum += demo_between(r, -width, width);
    sum /= 2;
    if (sum > 3 * spread) sum = 3 * spread;
    if (sum < -3 * spread) sum = -3 * spread;
    return middle + sum;
}

int demo_weighted(struct demo_random *r, const int *weights, int n)
{
    int total = 0;
    for (int i = 0; i < n; i++) total += weights[i];
    int at = demo_below(r, total);
    for (int i = 0; i < n; i++) {
        if (at < weights[i]) return i;
        at -= weights[i];
    }
    return n - 1;
}
