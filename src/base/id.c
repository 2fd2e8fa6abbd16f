#include "base/id.h"

#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

/* The last (millisecond << 12 | counter) given out: the counter sits in rand_a, so order holds within a millisecond. */
static _Atomic uint64_t last_stamp;

wg_id wg_id_new(wg_time now)
{
    uint64_t wanted = (uint64_t)now << 12;
    uint64_t last = atomic_load(&last_stamp), stamp;
    do stamp = wanted > last ? wanted : last + 1;
    while (!atomic_compare_exchange_weak(&last_stamp, &last, stamp));
    wg_id id;
    randombytes_buf(id.b, sizeof id.b);
    uint64_t ms = stamp >> 12;
    for (int i = 0; i < 6; i++) id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.b[6] = (uint8_t)(0x70 | ((stamp >> 8) & 0x0F));
    id.b[7] = (uint8_t)(stamp & 0xFF);
    id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3F));
    return id;
}

wg_id wg_id_named(const char *space, struct wg_str name)
{
    crypto_generichash_state state;
    wg_id id;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof id.b);
    (void)crypto_generichash_update(&state, (const unsigned char *)space, strlen(space) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)name.p, name.n);
    (void)crypto_generichash_final(&state, id.b, sizeof id.b);
    id.b[6] = (uint8_t)(0x80 | (id.b[6] & 0x0F));
    id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3F));
    return id;
}

bool wg_id_eq(wg_id a, wg_id b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

int wg_id_cmp(wg_id a, wg_id b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

bool wg_id_is_nil(wg_id id)
{
    return wg_id_eq(id, (wg_id){0});
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool wg_id_parse(struct wg_str s, wg_id *ret)
{
    wg_id id;
    if (s.n != WG_ID_TEXT) return false;
    size_t at = 0;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            if (s.p[at++] != '-') return false;
        int high = hex(s.p[at]), low = hex(s.p[at + 1]);
        if (high < 0 || low < 0) return false;
        id.b[i] = (uint8_t)(high * 16 + low);
        at += 2;
    }
    *ret = id;
    return true;
}

void wg_id_format(wg_id id, char out[WG_ID_TEXT + 1])
{
    static const char hexits[] = "0123456789abcdef";
    size_t at = 0;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        out[at++] = hexits[id.b[i] >> 4];
        out[at++] = hexits[id.b[i] & 15];
    }
    out[at] = '\0';
}

char *wg_id_text(struct wg_arena *arena, wg_id id)
{
    char *out = wg_alloc(arena, WG_ID_TEXT + 1);
    wg_id_format(id, out);
    return out;
}
