#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wg_str wg_str(const char *cstr)
{
    return cstr ? (struct wg_str){cstr, strlen(cstr)} : WG_STR("");
}

bool wg_str_eq(struct wg_str a, struct wg_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool wg_str_is(struct wg_str a, const char *cstr)
{
    return wg_str_eq(a, wg_str(cstr));
}

int wg_str_cmp(struct wg_str a, struct wg_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    if (order) return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool wg_str_starts(struct wg_str s, struct wg_str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool wg_str_ends(struct wg_str s, struct wg_str suffix)
{
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

ptrdiff_t wg_str_find(struct wg_str s, struct wg_str needle)
{
    if (needle.n == 0) return 0;
    if (s.n < needle.n) return -1;
    const char *hit = memmem(s.p, s.n, needle.p, needle.n);
    return hit ? hit - s.p : -1;
}

struct wg_str wg_str_sub(struct wg_str s, size_t from, size_t n)
{
    if (from > s.n) from = s.n;
    if (n > s.n - from) n = s.n - from;
    return (struct wg_str){s.p + from, n};
}

/* Bytes of white space at the start (or, backwards, at the end) of s; 0 for none. */
static size_t space_at(struct wg_str s, bool at_end)
{
    static const struct wg_str wide[] = {
        {"\xE3\x80\x80", 3}, {"\xC2\xA0", 2}, {"\xEF\xBB\xBF", 3}, {"\xE2\x80\x8B", 3}, {"\xE2\x80\x83", 3}};
    if (s.n == 0) return 0;
    char c = at_end ? s.p[s.n - 1] : s.p[0];
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (at_end ? wg_str_ends(s, wide[i]) : wg_str_starts(s, wide[i])) return wide[i].n;
    return 0;
}

/* Most texts begin and end with what is plainly no space: a printable sign of ASCII, or a character of three bytes from U+4000 to
 * U+9FFF. */
static bool plain_ends(struct wg_str s)
{
    if (s.n < 3) return false;
    const uint8_t *p = (const uint8_t *)s.p;
    uint8_t first = p[0], lead = p[s.n - 3], middle = p[s.n - 2], last = p[s.n - 1];
    bool starts = (first > ' ' && first < 0x7F) || (first >= 0xE4 && first <= 0xE9);
    bool han = lead >= 0xE4 && lead <= 0xE9 && middle >= 0x80 && middle < 0xC0 && last >= 0x80 && last < 0xC0;
    return starts && ((last > ' ' && last < 0x7F) || han);
}

struct wg_str wg_str_trim(struct wg_str s)
{
    if (plain_ends(s)) return s;
    size_t n;
    while ((n = space_at(s, false)) > 0) s = wg_str_sub(s, n, s.n);
    while ((n = space_at(s, true)) > 0) s.n -= n;
    return s;
}

bool wg_str_next(struct wg_str *rest, char separator, struct wg_str *ret_part)
{
    if (!rest->p) return false;
    const char *hit = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    if (!hit) {
        *ret_part = *rest;
        *rest = (struct wg_str){NULL, 0};
        return true;
    }
    size_t n = (size_t)(hit - rest->p);
    *ret_part = (struct wg_str){rest->p, n};
    *rest = (struct wg_str){hit + 1, rest->n - n - 1};
    return true;
}

/* FNV-1a over the bytes, finished with the mixer of MurmurHash3 so that low bits are usable. */
uint64_t wg_hash(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t h = 1469598103934665603ULL;
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 1099511628211ULL;
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    return h ^ (h >> 33);
}

char *wg_cstr(struct wg_arena *arena, struct wg_str s)
{
    char *copy = wg_alloc(arena, s.n + 1);
    if (s.n) memcpy(copy, s.p, s.n);
    return copy;
}

struct wg_str wg_str_dup(struct wg_arena *arena, struct wg_str s)
{
    return (struct wg_str){wg_cstr(arena, s), s.n};
}

char *wg_vfmt(struct wg_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0) n = 0;
    char *out = wg_alloc(arena, (size_t)n + 1);
    (void)vsnprintf(out, (size_t)n + 1, format, again);
    va_end(again);
    return out;
}

char *wg_fmt(struct wg_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *out = wg_vfmt(arena, format, args);
    va_end(args);
    return out;
}

bool wg_parse_i64(struct wg_str s, int64_t min, int64_t max, int64_t *ret)
{
    size_t i = 0;
    bool negative = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        negative = s.p[0] == '-';
        i = 1;
    }
    if (i == s.n) return false;
    int64_t v = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        int digit = s.p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v)) return false;
        if (__builtin_add_overflow(v, negative ? -digit : digit, &v)) return false;
    }
    if (v < min || v > max) return false;
    *ret = v;
    return true;
}

bool wg_parse_double(struct wg_str s, double min, double max, double *ret)
{
    char copy[64];
    if (s.n == 0 || s.n >= sizeof copy) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789+-.eE", s.p[i]) || s.p[i] == '\0') return false;
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    char *end;
    double v = strtod(copy, &end);
    if (*end != '\0' || end == copy || !isfinite(v) || v < min || v > max) return false;
    *ret = v;
    return true;
}

uint32_t wg_utf8_next(struct wg_str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t left = s.n - *at;
    uint32_t c = p[0];
    size_t len = c < 0x80 ? 1 : (c >= 0xC2 && c < 0xE0) ? 2 : (c >= 0xE0 && c < 0xF0) ? 3 : (c >= 0xF0 && c < 0xF5) ? 4 : 0;
    if (len == 0 || len > left) {
        *at += 1;
        return 0xFFFD;
    }
    if (len > 1) c &= 0xFFU >> (len + 1);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *at += 1;
            return 0xFFFD;
        }
        c = (c << 6) | (p[i] & 0x3F);
    }
    bool overlong = (len == 3 && c < 0x800) || (len == 4 && c < 0x10000);
    if (overlong || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF) {
        *at += 1;
        return 0xFFFD;
    }
    *at += len;
    return c;
}

size_t wg_utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

bool wg_utf8_valid(struct wg_str s)
{
    size_t at = 0;
    while (at < s.n) {
        size_t before = at;
        if (wg_utf8_next(s, &at) == 0xFFFD && at == before + 1) return false;
    }
    return true;
}

size_t wg_utf8_count(struct wg_str s)
{
    size_t at = 0, count = 0;
    while (at < s.n) {
        (void)wg_utf8_next(s, &at);
        count++;
    }
    return count;
}

void wg_buf_init(struct wg_buf *buf, size_t max)
{
    *buf = (struct wg_buf){.max = max};
}

/* Room for n more bytes and a closing NUL, or failed. */
static bool buf_reserve(struct wg_buf *buf, size_t n)
{
    if (buf->failed) return false;
    if (n > buf->max - buf->n) {
        buf->failed = true;
        return false;
    }
    size_t need = buf->n + n + 1;
    if (need <= buf->cap) return true;
    size_t cap = buf->cap ? buf->cap : 256;
    while (cap < need) cap += cap / 2 + 1;
    buf->p = wg_xrealloc(buf->p, cap, 1);
    buf->cap = cap;
    return true;
}

void wg_buf_add(struct wg_buf *buf, const void *bytes, size_t n)
{
    if (!buf_reserve(buf, n)) return;
    if (n) memcpy(buf->p + buf->n, bytes, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void wg_buf_str(struct wg_buf *buf, struct wg_str s)
{
    wg_buf_add(buf, s.p, s.n);
}

void wg_buf_puts(struct wg_buf *buf, const char *cstr)
{
    wg_buf_add(buf, cstr, strlen(cstr));
}

void wg_buf_putc(struct wg_buf *buf, char c)
{
    wg_buf_add(buf, &c, 1);
}

void wg_buf_fmt(struct wg_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n > 0 && buf_reserve(buf, (size_t)n)) {
        (void)vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again);
        buf->n += (size_t)n;
    }
    va_end(again);
}

void wg_buf_clear(struct wg_buf *buf)
{
    buf->n = 0;
    buf->failed = false;
    if (buf->p) buf->p[0] = '\0';
}

void wg_buf_free(struct wg_buf *buf)
{
    free(buf->p);
    *buf = (struct wg_buf){.max = buf->max};
}
