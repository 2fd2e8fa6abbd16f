#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "engine/match/match_internal.h"

uint32_t mix32(uint32_t a, uint32_t b)
{
    uint64_t h = ((uint64_t)a << 32 | b) * 0x9E3779B97F4A7C15u;
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9u;
    return (uint32_t)(h >> 32);
}

uint16_t text_hash16(const void *p, size_t n)
{
    return (uint16_t)(wg_hash(p, n) * 0x9E3779B97F4A7C15u >> 48);
}

/* Jaro (1989) with Winkler's (1990) bonus for a common beginning. The places of each letter of `b` are bits of a word, so
 * that the first free one within reach is one instruction away. */
double text_jaro_winkler(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
    if (n > 64) n = 64;
    if (m > 64) m = 64;
    if (n == 0 || m == 0) return 0;
    uint64_t places[256]; /* only the entries of letters that occur are set */
    for (size_t i = 0; i < n; i++) places[a[i]] = 0;
    for (size_t j = 0; j < m; j++) places[b[j]] = 0;
    for (size_t j = 0; j < m; j++) places[b[j]] |= (uint64_t)1 << j;
    size_t longer = n > m ? n : m, reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
    uint64_t in_a = 0, in_b = 0;
    for (size_t i = 0; i < n; i++) {
        size_t from = i > reach ? i - reach : 0, width = i + reach + 1 - from;
        uint64_t window = (width >= 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1) << from;
        uint64_t free_places = from >= 64 ? 0 : places[a[i]] & window & ~in_b;
        if (!free_places) continue;
        in_a |= (uint64_t)1 << i;
        in_b |= free_places & (~free_places + 1);
    }
    if (!in_a) return 0;
    size_t crossed = 0, common = 0;
    for (uint64_t x = in_a, y = in_b; x; x &= x - 1, y &= y - 1, common++)
        crossed += a[__builtin_ctzll(x)] != b[__builtin_ctzll(y)];
    double c = (double)common;
    double jaro = (c / (double)n + c / (double)m + (c - (double)crossed / 2) / c) / 3;
    size_t prefix = 0;
    while (prefix < 4 && prefix < n && prefix < m && a[prefix] == b[prefix]) prefix++;
    return jaro + 0.1 * (double)prefix * (1 - jaro);
}

static size_t trim_common(const uint8_t **a, size_t *n, const uint8_t **b, size_t *m)
{
    size_t start = 0;
    while (start < *n && start < *m && (*a)[start] == (*b)[start]) start++;
    *a += start;
    *b += start;
    *n -= start;
    *m -= start;
    while (*n && *m && (*a)[*n - 1] == (*b)[*m - 1]) {
        (*n)--;
        (*m)--;
    }
    return start;
}

/* Edits (insert, drop, replace, transpose neighbours) when there are at most two, else most + 1. */
int text_distance(const uint8_t *a, size_t n, const uint8_t *b, size_t m, int most, bool *ret_transposed)
{
    *ret_transposed = false;
    (void)trim_common(&a, &n, &b, &m);
    if (n > m) {
        const uint8_t *p = a;
        a = b;
        b = p;
        size_t s = n;
        n = m;
        m = s;
    }
    if (m - n > (size_t)most) return most + 1;
    if (n == 0) return (int)m;
    if (n == 1 && m == 1) return 1;
    if (n == 2 && m == 2 && a[0] == b[1] && a[1] == b[0]) {
        *ret_transposed = true;
        return 1;
    }
    if (most < 2) return most + 1;
    if (m > CMP_MAX) return most + 1;
    int before[CMP_MAX + 1] = {0}, last[CMP_MAX + 1], row[CMP_MAX + 1];
    for (size_t j = 0; j <= m; j++) last[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = (int)i;
        int least = row[0];
        for (size_t j = 1; j <= m; j++) {
            int cost = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < cost) cost = last[j] + 1;
            if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < cost)
                cost = before[j - 2] + 1;
            row[j] = cost;
            if (cost < least) least = cost;
        }
        if (least > most) return most + 1;
        memcpy(before, last, (m + 1) * sizeof *row);
        memcpy(last, row, (m + 1) * sizeof *row);
    }
    return last[m] > most ? most + 1 : last[m];
}

uint32_t text_mask(const uint8_t *s, size_t n)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < n; i++) mask |= (uint32_t)1 << (s[i] & 31);
    return mask;
}

struct wg_str text_clip(struct wg_str s, size_t most)
{
    if (s.n <= most) return s;
    s.n = most;
    while (s.n && ((uint8_t)s.p[s.n] & 0xC0) == 0x80) s.n--;
    return s;
}

static uint8_t one_byte(uint32_t c)
{
    return (uint8_t)(128 + mix32(c, 7) % 128);
}

static void fold_put(uint32_t c, uint8_t *out, size_t max, size_t *n)
{
    bool word = c < 128 ? (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') : u_isalnum((UChar32)c);
    if (c == '\'' || c == 0x2019) return;
    if (!word) {
        if (*n && out[*n - 1] != ' ' && *n < max) out[(*n)++] = ' ';
        return;
    }
    if (*n < max) out[(*n)++] = c < 128 ? (uint8_t)c : one_byte(c);
}

size_t text_fold(struct wg_str s, uint8_t *out, size_t max)
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *nfkd = NULL;
    size_t n = 0;
    for (size_t at = 0; at < s.n && n < max;) {
        uint32_t c = (uint8_t)s.p[at];
        if (c < 128) {
            at++;
            fold_put(c >= 'A' && c <= 'Z' ? c + 32 : c, out, max, &n);
            continue;
        }
        c = wg_utf8_next(s, &at);
        if (!nfkd) nfkd = unorm2_getNFKDInstance(&error);
        UChar parts[32];
        int32_t k = U_SUCCESS(error) ? unorm2_getDecomposition(nfkd, (UChar32)c, parts, 32, &error) : -1;
        if (k < 0 || U_FAILURE(error)) {
            error = U_ZERO_ERROR;
            fold_put((uint32_t)u_tolower((UChar32)c), out, max, &n);
            continue;
        }
        for (int32_t i = 0; i < k; i++) {
            uint32_t part = parts[i];
            if (U16_IS_LEAD(part) && i + 1 < k) part = (uint32_t)U16_GET_SUPPLEMENTARY(part, parts[++i]);
            if (u_charType((UChar32)part) != U_NON_SPACING_MARK) fold_put((uint32_t)u_tolower((UChar32)part), out, max, &n);
        }
    }
    while (n && out[n - 1] == ' ') n--;
    return n;
}

size_t text_squeeze(const uint8_t *in, size_t n, uint8_t *out)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (in[i] != ' ') out[k++] = in[i];
    }
    return k;
}

/* Consonants that European ears and pens confuse get one sign; vowels count only in front. */
static uint8_t sound_sign(const uint8_t *s, size_t n, size_t i, size_t *skip)
{
    uint8_t c = s[i], next = i + 1 < n ? s[i + 1] : 0;
    *skip = 0;
    switch (c) {
    case 'p':
        if (next == 'h') *skip = 1;
        return next == 'h' ? 'f' : 'b';
    case 'b':
        return 'b';
    case 'f':
    case 'v':
    case 'w':
        return 'f';
    case 'c':
        if (next == 'k' || next == 'h') *skip = 1;
        return next == 'e' || next == 'i' || next == 'y' ? 's' : 'k';
    case 's':
        if (next == 'c' && i + 2 < n && s[i + 2] == 'h')
            *skip = 2;
        else if (next == 'h' || next == 'c' || next == 'z')
            *skip = 1;
        return 's';
    case 'z':
    case 'x':
        return 's';
    case 'k':
    case 'q':
        return 'k';
    case 'g':
        if (next == 'h') *skip = 1;
        return next == 'h' ? 0 : 'k';
    case 'j':
        return 'j';
    case 'd':
    case 't':
        if (next == 'h' || next == 't') *skip = 1;
        return 't';
    case 'l':
        return 'l';
    case 'm':
    case 'n':
        return 'n';
    case 'r':
        return 'r';
    default:
        return c >= '0' && c <= '9' ? c : c >= 128 ? c : 0;
    }
}

uint32_t text_sound(const uint8_t *s, size_t n)
{
    if (n == 0) return 0;
    if (n > 1 && ((s[0] == 'k' && s[1] == 'n') || (s[0] == 'w' && s[1] == 'r') || (s[0] == 'p' && s[1] == 's'))) {
        s++;
        n--;
    }
    uint32_t h = 17;
    uint8_t last = 0, signs = 0;
    for (size_t i = 0; i < n && signs < 6; i++) {
        size_t skip = 0;
        uint8_t sign = sound_sign(s, n, i, &skip);
        i += skip;
        if (sign == 0 && signs == 0) sign = 'a';
        if (sign && sign != last) {
            h = mix32(h, sign);
            signs++;
        }
        last = sign;
    }
    return h;
}
