/* people_test.h - random text for the tests of this room: pieces that readers trip over, put together by dice. */
#ifndef WG_PEOPLE_TEST_H
#define WG_PEOPLE_TEST_H
#include "base/base.h"

/* The linear congruential generator of Numerical Recipes; its upper bits are good enough here. */
static inline uint32_t people_roll(uint32_t *dice, uint32_t sides)
{
    *dice = *dice * 1664525U + 1013904223U;
    return (*dice >> 8) % sides;
}

/* Up to `most` pieces in a row; the text lives in `buf` until the next call. */
static inline struct wg_str people_random_text(struct wg_buf *buf, uint32_t *dice, const char *const *pieces, size_t n,
                                               uint32_t most)
{
    uint32_t length = people_roll(dice, most + 1);
    wg_buf_clear(buf);
    wg_buf_puts(buf, "");
    for (uint32_t i = 0; i < length; i++) wg_buf_puts(buf, pieces[people_roll(dice, (uint32_t)n)]);
    return (struct wg_str){buf->p, buf->n};
}
#endif
