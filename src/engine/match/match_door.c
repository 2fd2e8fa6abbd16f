#include <string.h>

#include "engine/match/match_internal.h"

enum { HAN_BYTES = 3, MOST_NUMERALS = 3 };

/* 1 to 9, 10 for 十, 0 for all else. */
static unsigned numeral(struct wg_str s, size_t at)
{
    static const struct wg_str numerals[] = {WG_STR("一"), WG_STR("二"), WG_STR("三"), WG_STR("四"), WG_STR("五"),
                                             WG_STR("六"), WG_STR("七"), WG_STR("八"), WG_STR("九"), WG_STR("十")};
    if (s.n - at < HAN_BYTES || ((uint8_t)s.p[at] != 0xE4 && (uint8_t)s.p[at] != 0xE5)) return 0; /* as all of them begin */
    for (unsigned i = 0; i < sizeof numerals / sizeof *numerals; i++) {
        if (memcmp(s.p + at, numerals[i].p, HAN_BYTES) == 0) return i + 1;
    }
    return 0;
}

/* 三, 十, 十二, 二十, 二十三; 0 for all else. */
static unsigned numeral_value(const unsigned *digit, size_t n)
{
    const unsigned ten = 10;
    if (n == 1) return digit[0];
    if (n == 2 && digit[0] == ten && digit[1] < ten) return ten + digit[1];
    if (n < 2 || digit[0] == ten || digit[1] != ten) return 0;
    if (n == 2) return digit[0] * ten;
    return n == 3 && digit[2] < ten ? digit[0] * ten + digit[2] : 0;
}

static bool counts_doors(struct wg_str rest)
{
    return wg_str_starts(rest, WG_STR("号楼")) || wg_str_starts(rest, WG_STR("栋")) || wg_str_starts(rest, WG_STR("单元"));
}

/* What stands before a numeral may change how it is read: a digit, other numerals, 第 and 之. */
static bool plain_before(struct wg_str s, size_t at)
{
    static const char odd[] = "第之零〇百佰拾壹贰叁肆伍陆柒捌玖";
    if (at < HAN_BYTES || (s.p[at - 1] >= '0' && s.p[at - 1] <= '9')) return false;
    for (size_t i = 0; i < sizeof odd - 1; i += HAN_BYTES) {
        if (memcmp(s.p + at - HAN_BYTES, odd + i, HAN_BYTES) == 0) return false;
    }
    return true;
}

static size_t put_number(char *out, unsigned value)
{
    size_t n = 0;
    if (value >= 10) out[n++] = (char)('0' + value / 10);
    out[n++] = (char)('0' + value % 10);
    return n;
}

struct wg_str door_in_digits(struct wg_str s, char out[TEXT_MAX])
{
    size_t n = 0;
    bool turned = false;
    if (s.n > TEXT_MAX) return (struct wg_str){0};
    for (size_t at = 0; at < s.n;) {
        unsigned digit[MOST_NUMERALS];
        size_t run = 0;
        while (numeral(s, at + run * HAN_BYTES)) {
            if (run == MOST_NUMERALS) return (struct wg_str){0};
            digit[run] = numeral(s, at + run * HAN_BYTES);
            run++;
        }
        size_t end = at + run * HAN_BYTES;
        unsigned value = run && counts_doors(wg_str_sub(s, end, s.n)) && plain_before(s, at) ? numeral_value(digit, run) : 0;
        if (value) {
            n += put_number(out + n, value);
            turned = true;
        } else {
            end = run ? end : at + 1;
            memcpy(out + n, s.p + at, end - at);
            n += end - at;
        }
        at = end;
    }
    return turned ? (struct wg_str){out, n} : (struct wg_str){0};
}
