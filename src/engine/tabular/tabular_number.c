#include "engine/tabular/tabular_number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LAST_SERIAL = 2958465, SECONDS_A_DAY = 86400 };

static const struct tab_format_kind plain = {false, false, false, 0};

/* ECMA-376 part 1, 18.8.30, with the Chinese meaning of 27 to 36 and 50 to 58. */
struct tab_format_kind tab_format_builtin(unsigned id)
{
    static const struct tab_format_kind day = {true, false, false, 0}, time = {false, true, false, 0},
                                        both = {true, true, false, 0}, elapsed = {false, true, true, 0};
    if (id >= 14 && id <= 17) return day;
    if (id >= 18 && id <= 21) return time;
    if (id == 22) return both;
    if (id == 45 || id == 47) return time;
    if (id == 46) return elapsed;
    if (id >= 32 && id <= 35) return time;
    if (id == 55 || id == 56) return time;
    if ((id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return day;
    return plain;
}

/* Index behind a quoted, escaped or bracketed part that begins at i, or i. *elapsed is set for [h], [mm], [s]. */
static size_t skip_literal(struct wg_str s, size_t i, bool *elapsed)
{
    char c = s.p[i], close = c == '"' ? '"' : ']';
    if (c == '\\' || c == '_' || c == '*') return i + 2;
    if (c != '"' && c != '[') return i;
    size_t j = i + 1;
    while (j < s.n && s.p[j] != close) j++;
    bool letters = c == '[' && j > i + 1;
    for (size_t k = i + 1; k < j; k++) letters = letters && strchr("hHmMsS", s.p[k]) != NULL;
    *elapsed = *elapsed || letters;
    return j + 1;
}

static size_t skip_half_day(struct wg_str s, size_t i)
{
    struct wg_str rest = wg_str_sub(s, i, 5);
    if (wg_str_is(rest, "AM/PM") || wg_str_is(rest, "am/pm")) return i + 5;
    return wg_str_starts(rest, WG_STR("A/P")) || wg_str_starts(rest, WG_STR("a/p")) ? i + 3 : i;
}

static uint8_t only_zeros(struct wg_str s)
{
    if (s.n < 2 || s.n > 20) return 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '0') return 0;
    return (uint8_t)s.n;
}

/* m is a minute next to hours or seconds, else a month. */
struct tab_format_kind tab_format_code(struct wg_str code)
{
    struct tab_format_kind f = {.zeros = only_zeros(code)};
    bool month = false, after_hour = false;
    if (wg_str_is(code, "General") || wg_str_is(code, "@")) return plain;
    for (size_t i = 0; i < code.n && code.p[i] != ';';) {
        size_t next = skip_literal(code, i, &f.elapsed);
        if (next == i) next = skip_half_day(code, i);
        if (next != i) {
            i = next;
            continue;
        }
        switch (code.p[i]) {
        case 'y':
        case 'Y':
        case 'd':
        case 'D':
            f.day = true;
            after_hour = false;
            break;
        case 'h':
        case 'H':
            f.time = true;
            after_hour = true;
            break;
        case 's':
        case 'S':
            f.time = true;
            month = false;
            break;
        case 'm':
        case 'M':
            month = month || !after_hour;
            break;
        case 'E':
        case 'e':
            if (i + 1 < code.n && (code.p[i + 1] == '+' || code.p[i + 1] == '-')) return plain;
            f.day = true;
            break;
        default:
            break;
        }
        i++;
    }
    f.time = f.time || f.elapsed;
    f.day = (f.day || month) && !f.elapsed;
    return f;
}

/* A whole number that a spreadsheet rounded: the 15 digits it kept, and zeros, as it shows them itself. */
static void put_rounded(double value, char out[TAB_NUMBER_TEXT])
{
    char digits[TAB_NUMBER_TEXT];
    (void)snprintf(digits, sizeof digits, "%.14e", value);
    size_t n = 0;
    for (size_t i = 0; digits[i] && digits[i] != 'e'; i++)
        if (digits[i] != '.') out[n++] = digits[i];
    const char *e = strchr(digits, 'e');
    int64_t exponent = 0;
    if (!e || !wg_parse_i64(wg_str(e + 1), 0, 20, &exponent)) exponent = 14;
    for (int64_t i = 14; i < exponent; i++) out[n++] = '0';
    out[n] = '\0';
}

enum tab_cell_kind tab_number_plain(double value, char out[TAB_NUMBER_TEXT])
{
    double size = fabs(value);
    if (size >= 1e15 && size < 1e21) {
        put_rounded(value, out);
        return TAB_LOST;
    }
    if (size < 1e15 && floor(value) == value)
        (void)snprintf(out, TAB_NUMBER_TEXT, "%.0f", value == 0 ? 0.0 : value);
    else
        (void)snprintf(out, TAB_NUMBER_TEXT, "%.15g", value);
    return size >= 1e15 ? TAB_LOST : TAB_NUMBER;
}

static size_t put_time(char *out, size_t room, long long seconds)
{
    long long h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
    int n = s ? snprintf(out, room, "%02lld:%02lld:%02lld", h, m, s) : snprintf(out, room, "%02lld:%02lld", h, m);
    return n > 0 ? (size_t)n : 0;
}

/* The day of a serial number. In the system of 1900, day 60 is 29 February 1900, which never was. */
static bool day_of_serial(long long serial, bool from_1904, wg_day *ret)
{
    if (serial < (from_1904 ? 0 : 1) || serial > LAST_SERIAL) return false;
    if (from_1904) {
        *ret = wg_day_from_civil(1904, 1, 1) + (wg_day)serial;
        return true;
    }
    if (serial == 60) return false;
    *ret = wg_day_from_civil(1899, 12, serial < 60 ? 31 : 30) + (wg_day)serial;
    return true;
}

enum tab_cell_kind tab_number_show(double value, struct tab_format_kind format, bool from_1904, char out[TAB_NUMBER_TEXT])
{
    bool whole = floor(value) == value;
    if (format.zeros && whole && value >= 0 && value < 1e15) {
        (void)snprintf(out, TAB_NUMBER_TEXT, "%0*.0f", (int)format.zeros, value);
        return TAB_NUMBER;
    }
    if ((!format.day && !format.time) || value < 0 || value > LAST_SERIAL + 1.0) return tab_number_plain(value, out);
    long long seconds = llround(value * SECONDS_A_DAY);
    if (!format.day) {
        (void)put_time(out, TAB_NUMBER_TEXT, format.elapsed ? seconds : seconds % SECONDS_A_DAY);
        return TAB_TEXT;
    }
    long long serial = format.time ? seconds / SECONDS_A_DAY : (long long)floor(value);
    wg_day day;
    if (!day_of_serial(serial, from_1904, &day)) return tab_number_plain(value, out);
    struct wg_civil c = wg_civil_from_day(day);
    int n = snprintf(out, TAB_NUMBER_TEXT, "%04d-%02d-%02d", c.year, c.month, c.day);
    seconds %= SECONDS_A_DAY;
    if (format.time && seconds != 0 && n > 0) {
        out[n] = 'T';
        (void)put_time(out + n + 1, TAB_NUMBER_TEXT - (size_t)n - 1, seconds);
    }
    return TAB_DATE;
}
