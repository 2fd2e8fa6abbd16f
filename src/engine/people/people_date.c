#include "engine/people/people_internal.h"

#include <string.h>

enum { SCAN = 64, YEAR_MIN = 1800, YEAR_MAX = 2199, SERIAL_MIN = 10000, SERIAL_MAX = 99999, SERIAL_1970 = 25569 };

/* Reading goes forward over folded characters; a failed step leaves `i` where it was. */
struct cursor {
    uint32_t c[SCAN];
    size_t n, i;
};

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static uint32_t peek(const struct cursor *at, size_t ahead)
{
    return at->i + ahead < at->n ? at->c[at->i + ahead] : 0;
}

static void skip_spaces(struct cursor *at)
{
    while (peek(at, 0) == ' ') at->i++;
}

static bool take(struct cursor *at, uint32_t c)
{
    if (peek(at, 0) != c) return false;
    at->i++;
    return true;
}

/* A word of letters or Han characters, given in lower case. */
static bool take_word(struct cursor *at, const char *word)
{
    struct wg_str w = wg_str(word);
    size_t k = 0;
    for (size_t p = 0; p < w.n; k++) {
        uint32_t c = peek(at, k);
        if (c >= 'A' && c <= 'Z') c += 32;
        if (wg_utf8_next(w, &p) != c) return false;
    }
    at->i += k;
    return true;
}

/* Digits, at least one and at most `most`; *ret_n says how many. */
static bool take_digits(struct cursor *at, size_t most, int *ret, size_t *ret_n)
{
    size_t n = 0;
    int v = 0;
    while (n < most && is_digit(peek(at, n))) v = v * 10 + (int)(peek(at, n++) - '0');
    if (n == 0 || is_digit(peek(at, n))) return false;
    at->i += n;
    *ret = v;
    *ret_n = n;
    return true;
}

/* A number below 100 in Han numerals (二十四, 十四, 廿四) or a year digit by digit (二〇二〇). */
static bool take_han_number(struct cursor *at, int *ret, size_t *ret_n)
{
    int v = 0, tens = -1, last = -1;
    size_t n = 0;
    for (;; n++) {
        uint32_t c = peek(at, n);
        int digit = is_digit(c) ? -1 : c == 0x25CB || c == 'O' ? 0 : people_digit(c); /* ○ and O stand for 〇 */
        bool ten = c == 0x5341 || c == 0x62FE;                                        /* 十 拾 */
        if (c == 0x5EFF || c == 0x5345) {                                             /* 廿 卅 */
            if (n > 0) return false;
            tens = c == 0x5EFF ? 2 : 3;
        } else if (ten) {
            if (tens >= 0 || n > 1) return false;
            tens = n == 0 ? 1 : last;
            last = -1;
        } else if (digit >= 0) {
            if (n == 4 || (tens >= 0 && last >= 0)) return false;
            last = digit;
            v = v * 10 + digit;
        } else {
            break;
        }
    }
    if (n == 0) return false;
    *ret = tens >= 0 ? tens * 10 + (last > 0 ? last : 0) : v;
    *ret_n = n;
    at->i += n;
    return true;
}

static bool make_day(int year, int month, int day, wg_day *ret)
{
    if (year < YEAR_MIN || year > YEAR_MAX || !wg_civil_exists(year, month, day)) return false;
    *ret = wg_day_from_civil(year, month, day);
    return true;
}

static bool take_month_name(struct cursor *at, int *ret)
{
    static const char *const whole[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    struct cursor start = *at;
    for (int m = 0; m < 12; m++) {
        char three[4] = {whole[m][0], whole[m][1], whole[m][2], '\0'};
        if (!take_word(at, whole[m]) && !(m == 8 && take_word(at, "sept")) && !take_word(at, three)) continue;
        uint32_t next = peek(at, 0);
        if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z')) break;
        (void)take(at, '.');
        *ret = m + 1;
        return true;
    }
    *at = start;
    return false;
}

static bool take_separator(struct cursor *at, uint32_t *ret)
{
    skip_spaces(at);
    uint32_t c = peek(at, 0);
    if (c != '-' && c != '/' && c != '.' && c != '\\' && c != ',' && c != 0x00B7) return false;
    at->i++;
    skip_spaces(at);
    *ret = c;
    return true;
}

/* 2020年2月14日, in digits or numerals, 日 or 号 or nothing at the end */
static bool take_chinese(struct cursor *at, wg_day *ret)
{
    struct cursor start = *at;
    int part[3];
    size_t n[3];
    static const uint32_t unit[3] = {0x5E74, 0x6708, 0x65E5};
    for (int k = 0; k < 3; k++) {
        skip_spaces(at);
        bool number = take_digits(at, k == 0 ? 4 : 2, &part[k], &n[k]) || take_han_number(at, &part[k], &n[k]);
        skip_spaces(at);
        bool closed = number && (take(at, unit[k]) || k == 2);
        if (!closed || (k == 0 && n[0] != 4)) {
            *at = start;
            return false;
        }
        if (k == 2) (void)take(at, 0x53F7); /* 号 */
    }
    if (make_day(part[0], part[1], part[2], ret)) return true;
    *at = start;
    return false;
}

static bool take_day_of_month(struct cursor *at, int *ret)
{
    size_t n;
    if (!take_digits(at, 2, ret, &n)) return false;
    if (!take_word(at, "st") && !take_word(at, "nd") && !take_word(at, "rd")) (void)take_word(at, "th");
    return true;
}

static void skip_between(struct cursor *at)
{
    uint32_t separator;
    if (!take_separator(at, &separator)) skip_spaces(at);
}

/* 14 Feb 2020, 14th February, 2020, 14-Feb-2020, Feb 14 2020 */
static bool take_named_month(struct cursor *at, wg_day *ret)
{
    struct cursor start = *at;
    int day = 0, month = 0, year = 0;
    size_t n = 0;
    bool day_first = take_day_of_month(at, &day);
    if (day_first) skip_between(at);
    bool good = take_month_name(at, &month);
    if (good) skip_between(at);
    if (good && !day_first) {
        good = take_day_of_month(at, &day);
        if (good) skip_between(at);
    }
    good = good && take_digits(at, 4, &year, &n) && n == 4 && make_day(year, month, day, ret);
    if (!good) *at = start;
    return good;
}

/* 2020-2-14, or 14/2/2020 where the order may be in doubt. */
static bool take_numbers(struct cursor *at, bool month_first, wg_day *ret)
{
    struct cursor start = *at;
    int part[3] = {0};
    size_t n[3] = {0};
    uint32_t one, two;
    bool good = take_digits(at, 4, &part[0], &n[0]) && take_separator(at, &one) && take_digits(at, 2, &part[1], &n[1]) &&
                take_separator(at, &two) && one == two && take_digits(at, 4, &part[2], &n[2]);
    if (good && n[0] == 4) {
        good = n[2] <= 2 && make_day(part[0], part[1], part[2], ret);
    } else if (good) {
        bool first_is_month = part[1] > 12 || (month_first && part[0] <= 12);
        good = n[0] <= 2 && n[2] == 4 &&
               (first_is_month ? make_day(part[2], part[0], part[1], ret) : make_day(part[2], part[1], part[0], ret));
    }
    if (!good) *at = start;
    return good;
}

static bool two_digits(const struct cursor *at, size_t from, int *ret)
{
    if (!is_digit(peek(at, from)) || !is_digit(peek(at, from + 1))) return false;
    *ret = (int)(peek(at, from) - '0') * 10 + (int)(peek(at, from + 1) - '0');
    return true;
}

/* 20200214; the digits of a time may follow at once (202002140830, 20200214083000). */
static bool take_compact(struct cursor *at, wg_day *ret)
{
    int century, year, month, day;
    size_t run = 0;
    while (is_digit(peek(at, run))) run++;
    if (run != 8 && run != 12 && run != 14) return false;
    if (!two_digits(at, 0, &century) || !two_digits(at, 2, &year) || !two_digits(at, 4, &month) || !two_digits(at, 6, &day))
        return false;
    if (!make_day(century * 100 + year, month, day, ret)) return false;
    at->i += 8;
    return true;
}

static bool take_date(struct cursor *at, bool month_first, wg_day *ret)
{
    skip_spaces(at);
    return take_compact(at, ret) || take_chinese(at, ret) || take_numbers(at, month_first, ret) || take_named_month(at, ret);
}

static void skip_weekday(struct cursor *at)
{
    struct cursor start = *at;
    skip_spaces(at);
    bool bracket = take(at, '(');
    if (take_word(at, "星期") || take_word(at, "周") || take_word(at, "礼拜")) {
        if (people_digit(peek(at, 0)) > 0 || peek(at, 0) == 0x65E5 || peek(at, 0) == 0x5929) { /* 日 天 */
            at->i++;
            if (!bracket || take(at, ')')) return;
        }
    }
    *at = start;
}

enum half { NO_HALF, MORNING, AFTERNOON };

static enum half take_half(struct cursor *at)
{
    static const char *const morning[] = {"上午", "早上", "早晨", "凌晨", "清晨", "am", "a.m."};
    static const char *const afternoon[] = {"下午", "晚上", "傍晚", "夜间", "中午", "pm", "p.m."};
    for (size_t i = 0; i < sizeof morning / sizeof *morning; i++)
        if (take_word(at, morning[i])) return MORNING;
    for (size_t i = 0; i < sizeof afternoon / sizeof *afternoon; i++)
        if (take_word(at, afternoon[i])) return AFTERNOON;
    return NO_HALF;
}

/* The zone of the deployment may be said; another one is not understood here. */
static void skip_zone(struct cursor *at)
{
    if (!take_word(at, "+08:00") && !take_word(at, "+0800")) (void)take_word(at, "+08");
}

/* 8:30, 08:30:15.250, 8时30分, 8点半, 0830, 8点: minutes since midnight. */
static bool take_clock(struct cursor *at, int *ret)
{
    int hour, minute = 0, second = 0;
    size_t n;
    if (two_digits(at, 0, &hour) && two_digits(at, 2, &minute)) {
        size_t run = 4;
        while (is_digit(peek(at, run))) run++;
        if (run != 4 && (run != 6 || !two_digits(at, 4, &second))) return false;
        at->i += run;
    } else {
        minute = 0;
        if (!take_digits(at, 2, &hour, &n)) return false;
        if (take(at, ':') || take(at, '.')) {
            if (!take_digits(at, 2, &minute, &n) || n != 2) return false;
            if (take(at, ':') && (!take_digits(at, 2, &second, &n) || n != 2)) return false;
            if (take(at, '.') && !take_digits(at, 9, &(int){0}, &n)) return false;
        } else if (take(at, 0x65F6) || take(at, 0x70B9)) { /* 时 点 */
            (void)take(at, 0x949F);                        /* 钟 */
            if (take(at, 0x534A)) {                        /* 半 */
                minute = 30;
            } else if (take_digits(at, 2, &minute, &n)) {
                (void)take(at, 0x5206); /* 分 */
                if (take_digits(at, 2, &second, &n)) (void)take(at, 0x79D2);
            }
        } else {
            return false;
        }
    }
    if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute || second))) return false;
    *ret = hour * 60 + minute;
    return true;
}

static bool take_time(struct cursor *at, int *ret)
{
    struct cursor start = *at;
    skip_spaces(at);
    if (peek(at, 0) == 'T' || peek(at, 0) == 't' || peek(at, 0) == ',') at->i++;
    skip_spaces(at);
    enum half half = take_half(at);
    skip_spaces(at);
    if (!take_clock(at, ret)) {
        *at = start;
        return false;
    }
    skip_spaces(at);
    if (half == NO_HALF) half = take_half(at);
    if (half == AFTERNOON && *ret < 12 * 60) *ret += 12 * 60;
    if (half == MORNING && *ret >= 12 * 60 && *ret < 13 * 60) *ret -= 12 * 60;
    skip_zone(at);
    return true;
}

static bool at_end(struct cursor *at)
{
    skip_spaces(at);
    return at->i == at->n;
}

static bool fill(struct wg_str text, struct cursor *ret)
{
    ret->i = 0;
    ret->n = people_scan(wg_str_trim(text), ret->c, NULL, SCAN);
    return ret->n > 0 && ret->n < SCAN;
}

/* Days of a spreadsheet since 1899-12-30; the part of a day after the point is dropped. */
static bool read_serial(struct wg_str text, wg_day *ret)
{
    double serial;
    if (!wg_parse_double(wg_str_trim(text), SERIAL_MIN, SERIAL_MAX, &serial)) return false;
    *ret = (wg_day)serial - SERIAL_1970;
    return true;
}

bool people_date_read(struct wg_str text, bool allow_serial, bool month_first, wg_day *ret_day)
{
    struct cursor at;
    wg_day day;
    int minutes;
    if (allow_serial && read_serial(text, ret_day)) return true;
    if (!fill(text, &at) || !take_date(&at, month_first, &day)) return false;
    skip_weekday(&at);
    if (!take_time(&at, &minutes)) {
        skip_spaces(&at);
        (void)take_half(&at); /* 2月14日上午 */
    }
    if (!at_end(&at)) return false;
    *ret_day = day;
    return true;
}

bool people_datetime_read(struct wg_str text, wg_day *ret_day, int *ret_minutes)
{
    struct cursor at;
    wg_day day;
    int minutes;
    if (!fill(text, &at) || !take_date(&at, false, &day)) return false;
    skip_weekday(&at);
    if (!take_time(&at, &minutes) || !at_end(&at)) return false;
    *ret_day = minutes == 24 * 60 ? day + 1 : day; /* 24:00 is the beginning of the next day */
    *ret_minutes = minutes % (24 * 60);
    return true;
}

int people_sex_read(struct wg_str text)
{
    static const char *const words[2][12] = {
        {"男", "男性", "男士", "男孩", "男生", "先生", "m", "male", "man", "boy", "1", "1男"},
        {"女", "女性", "女士", "女孩", "女生", "小姐", "f", "female", "woman", "girl", "2", "2女"}};
    struct cursor at;
    if (!fill(text, &at)) return 0;
    while (at.n > 0 && (at.c[at.n - 1] == '.' || at.c[at.n - 1] == ' ')) at.n--;
    for (int sex = 0; sex < 2; sex++)
        for (size_t i = 0; i < sizeof words[0] / sizeof *words[0]; i++) {
            at.i = 0;
            if (take_word(&at, words[sex][i]) && at.i == at.n) return sex + 1;
        }
    return 0;
}
