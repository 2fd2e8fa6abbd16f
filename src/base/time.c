#include "base/time.h"

#include <time.h>

wg_time wg_now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    return (wg_time)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

wg_time wg_monotonic(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (wg_time)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Days from civil and back: the shift of the year to begin in March, with 400-year eras, after Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms" (2013). */
wg_day wg_day_from_civil(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct wg_civil wg_civil_from_day(wg_day day)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = (int)(z - era * 146097);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    struct wg_civil c = {
        .year = (int)(yoe + era * 400), .month = mp < 10 ? mp + 3 : mp - 9, .day = doy - (153 * mp + 2) / 5 + 1};
    if (c.month <= 2) c.year++;
    return c;
}

bool wg_civil_exists(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

wg_day wg_day_of(wg_time moment, int zone_minutes)
{
    return (wg_day)floor_div(moment + (wg_time)zone_minutes * WG_MINUTE, WG_DAY_MS);
}

wg_time wg_day_start(wg_day day, int zone_minutes)
{
    return (wg_time)day * WG_DAY_MS - (wg_time)zone_minutes * WG_MINUTE;
}

static bool digits(struct wg_str s, size_t from, size_t n, int *ret)
{
    int v = 0;
    if (from + n > s.n) return false;
    for (size_t i = from; i < from + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *ret = v;
    return true;
}

bool wg_day_parse(struct wg_str s, wg_day *ret)
{
    int y, m, d;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-') return false;
    if (!digits(s, 0, 4, &y) || !digits(s, 5, 2, &m) || !digits(s, 8, 2, &d)) return false;
    if (!wg_civil_exists(y, m, d)) return false;
    *ret = wg_day_from_civil(y, m, d);
    return true;
}

char *wg_day_text(struct wg_arena *arena, wg_day day)
{
    if (day == WG_DAY_OPEN || day == WG_DAY_NONE) return wg_fmt(arena, "%s", "");
    struct wg_civil c = wg_civil_from_day(day);
    return wg_fmt(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* "Z" or "+08:00" at `at`, to the end of s. */
static bool zone_parse(struct wg_str s, size_t at, int *ret_minutes)
{
    if (at < s.n && s.p[at] == 'Z' && at + 1 == s.n) {
        *ret_minutes = 0;
        return true;
    }
    int hours, minutes;
    if (at + 6 != s.n || (s.p[at] != '+' && s.p[at] != '-') || s.p[at + 3] != ':') return false;
    if (!digits(s, at + 1, 2, &hours) || !digits(s, at + 4, 2, &minutes) || hours > 14 || minutes > 59) return false;
    *ret_minutes = (s.p[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool wg_time_parse(struct wg_str s, wg_time *ret)
{
    wg_day day;
    int h, m, sec, millis = 0, zone;
    if (s.n < 20 || (s.p[10] != 'T' && s.p[10] != ' ') || !wg_day_parse(wg_str_sub(s, 0, 10), &day)) return false;
    if (!digits(s, 11, 2, &h) || s.p[13] != ':' || !digits(s, 14, 2, &m) || s.p[16] != ':' || !digits(s, 17, 2, &sec))
        return false;
    if (h > 23 || m > 59 || sec > 60) return false;
    size_t at = 19;
    if (s.p[at] == '.') {
        int scale = 100;
        for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++, scale /= 10) millis += (s.p[at] - '0') * scale;
    }
    if (!zone_parse(s, at, &zone)) return false;
    *ret = (wg_time)day * WG_DAY_MS + (wg_time)h * WG_HOUR + (wg_time)m * WG_MINUTE + (wg_time)sec * 1000 + millis -
           (wg_time)zone * WG_MINUTE;
    return true;
}

char *wg_time_text(struct wg_arena *arena, wg_time moment, int zone)
{
    wg_time local = moment + (wg_time)zone * WG_MINUTE;
    wg_day day = wg_day_of(moment, zone);
    int64_t ms = local - (wg_time)day * WG_DAY_MS;
    struct wg_civil c = wg_civil_from_day(day);
    int away = zone < 0 ? -zone : zone;
    return wg_fmt(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d:%02d", c.year, c.month, c.day, (int)(ms / WG_HOUR),
                  (int)(ms / WG_MINUTE % 60), (int)(ms / 1000 % 60), (int)(ms % 1000), zone < 0 ? '-' : '+', away / 60,
                  away % 60);
}
