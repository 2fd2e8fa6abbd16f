/* time.h - moments and days.
 *
 * wg_time is a moment: milliseconds since 1970-01-01T00:00Z. wg_day is a calendar day: days since 1970-01-01, proleptic
 * Gregorian, in the deployment's zone. A zone is a fixed offset in minutes (China: +480 all year); a day is never made
 * from a moment without one.
 *   P1 wg_day_from_civil and wg_civil_from_day are inverse for every day of years 1 to 9999
 *   P2 reading is strict: a date that does not exist (30 February) is refused */
#ifndef WG_BASE_TIME_H
#define WG_BASE_TIME_H
#include <stdint.h>

#include "base/str.h"

typedef int64_t wg_time;
typedef int32_t wg_day;

enum { WG_DAY_OPEN = INT32_MAX }; /* no end yet */
enum { WG_DAY_NONE = INT32_MIN }; /* not known */
#define WG_TIME_NONE INT64_MIN
enum { WG_SECOND = 1000, WG_MINUTE = 60 * 1000, WG_HOUR = 60 * 60 * 1000 };
#define WG_DAY_MS ((wg_time)24 * WG_HOUR)

struct wg_civil {
    int year, month, day;
};

wg_time wg_now(void);
/* Never goes back; for measuring spans only. Milliseconds. */
wg_time wg_monotonic(void);

wg_day wg_day_from_civil(int year, int month, int day);
struct wg_civil wg_civil_from_day(wg_day day);
bool wg_civil_exists(int year, int month, int day);
wg_day wg_day_of(wg_time moment, int zone_minutes);
/* The moment at which `day` begins in the zone. */
wg_time wg_day_start(wg_day day, int zone_minutes);

/* 2020-02-14 */
WG_MUST bool wg_day_parse(struct wg_str s, wg_day *ret);
char *wg_day_text(struct wg_arena *arena, wg_day day);
/* 2020-02-14T21:05:00.000+08:00, Z, or without fraction. */
WG_MUST bool wg_time_parse(struct wg_str s, wg_time *ret);
char *wg_time_text(struct wg_arena *arena, wg_time moment, int zone_minutes);
#endif
