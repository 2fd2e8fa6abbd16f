/* str.h - text as a pointer and a length, numbers read with bounds, and a buffer that has a maximum from birth.
 *
 * Text is UTF-8 unless a name says otherwise. A wg_str does not own its bytes and need not end in NUL.
 *   P1 wg_parse_i64 and wg_parse_double refuse anything but one whole number within the bounds given
 *   P2 a wg_buf never holds more than its maximum; an append beyond it marks the buffer failed, and it stays so
 *   P3 wg_utf8_next never reads past the end and answers U+FFFD, one byte on, for anything that is not UTF-8 */
#ifndef WG_BASE_STR_H
#define WG_BASE_STR_H
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct wg_str {
    const char *p;
    size_t n;
};

/* A literal as a wg_str. */
#define WG_STR(literal) ((struct wg_str){(literal), sizeof(literal) - 1})

struct wg_str wg_str(const char *cstr); /* NULL gives the empty string */
bool wg_str_eq(struct wg_str a, struct wg_str b);
bool wg_str_is(struct wg_str a, const char *cstr);
int wg_str_cmp(struct wg_str a, struct wg_str b);
bool wg_str_starts(struct wg_str s, struct wg_str prefix);
bool wg_str_ends(struct wg_str s, struct wg_str suffix);
/* Index of the first `needle`, or -1. */
ptrdiff_t wg_str_find(struct wg_str s, struct wg_str needle);
struct wg_str wg_str_sub(struct wg_str s, size_t from, size_t n); /* clipped to s */
/* Without white space at both ends, the ideographic and the no-break space and the byte order mark included. */
struct wg_str wg_str_trim(struct wg_str s);
/* Cuts the next part off *rest at `separator`; false when nothing is left. */
bool wg_str_next(struct wg_str *rest, char separator, struct wg_str *ret_part);
uint64_t wg_hash(const void *bytes, size_t n); /* not keyed: never for what strangers choose */

char *wg_cstr(struct wg_arena *arena, struct wg_str s);
struct wg_str wg_str_dup(struct wg_arena *arena, struct wg_str s);
char *wg_fmt(struct wg_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *wg_vfmt(struct wg_arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

WG_MUST bool wg_parse_i64(struct wg_str s, int64_t min, int64_t max, int64_t *ret);
WG_MUST bool wg_parse_double(struct wg_str s, double min, double max, double *ret);

/* The code point at *at (which must be < s.n); moves *at on. */
uint32_t wg_utf8_next(struct wg_str s, size_t *at);
/* Writes 1 to 4 bytes; returns how many. */
size_t wg_utf8_put(char out[4], uint32_t code_point);
bool wg_utf8_valid(struct wg_str s);
size_t wg_utf8_count(struct wg_str s); /* code points */

struct wg_buf {
    char *p;
    size_t n, cap, max;
    bool failed;
};
void wg_buf_init(struct wg_buf *buf, size_t max);
void wg_buf_add(struct wg_buf *buf, const void *bytes, size_t n);
void wg_buf_str(struct wg_buf *buf, struct wg_str s);
void wg_buf_puts(struct wg_buf *buf, const char *cstr);
void wg_buf_putc(struct wg_buf *buf, char c);
void wg_buf_fmt(struct wg_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void wg_buf_clear(struct wg_buf *buf);
void wg_buf_free(struct wg_buf *buf);
#endif
