/* Dates, times of day, sexes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/people/people.h"

static const struct date {
    const char *written;
    int year, month, day;
    int minutes; /* -1: no time of day */
} dates[] = {
    {"2020-02-14", 2020, 2, 14, -1},
    {"2020-2-14", 2020, 2, 14, -1},
    {"2020/02/14", 2020, 2, 14, -1},
    {"2020.2.14", 2020, 2, 14, -1},
    {" ２０２０－２－１４ ", 2020, 2, 14, -1},
    {"20200214", 2020, 2, 14, -1},
    {"2020年2月14日", 2020, 2, 14, -1},
    {"2020 年 2 月 14 日", 2020, 2, 14, -1},
    {"2020年2月14号", 2020, 2, 14, -1},
    {"二〇二〇年二月十四日", 2020, 2, 14, -1},
    {"一九九〇年十二月二十五日", 1990, 12, 25, -1},
    {"二零二零年十月卅一日", 2020, 10, 31, -1},
    {"14/2/2020", 2020, 2, 14, -1},
    {"2/14/2020", 2020, 2, 14, -1},
    {"3/4/2020", 2020, 4, 3, -1},
    {"Feb 14 2020", 2020, 2, 14, -1},
    {"February 14th, 2020", 2020, 2, 14, -1},
    {"14 Feb. 2020", 2020, 2, 14, -1},
    {"14-Feb-2020", 2020, 2, 14, -1},
    {"1st Sept 2020", 2020, 9, 1, -1},
    {"2020-02-29", 2020, 2, 29, -1},
    {"2020年2月14日（周五）", 2020, 2, 14, -1},
    {"2020年2月14日 星期五", 2020, 2, 14, -1},
    {"2020-2-14上午", 2020, 2, 14, -1},
    {"2020-02-14T08:30", 2020, 2, 14, 510},
    {"2020-02-14 08:30:15", 2020, 2, 14, 510},
    {"2020-02-14T08:30:00.000+08:00", 2020, 2, 14, 510},
    {"2020/2/14 8:30", 2020, 2, 14, 510},
    {"2020-2-14 3:20 PM", 2020, 2, 14, 920},
    {"2020-2-14 12:05 AM", 2020, 2, 14, 5},
    {"2020年2月14日8时30分", 2020, 2, 14, 510},
    {"2020年2月14日下午3点半", 2020, 2, 14, 930},
    {"2020年2月14日（周五）晚上9点", 2020, 2, 14, 1260},
    {"202002140830", 2020, 2, 14, 510},
    {"20200214083059", 2020, 2, 14, 510},
    {"20200214 0830", 2020, 2, 14, 510},
};

static void test_date__reads_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        wg_day day = 0, with_time = 0;
        int minutes = -1;
        if (!people_date_read(wg_str(dates[i].written), false, false, &day) ||
            day != wg_day_from_civil(dates[i].year, dates[i].month, dates[i].day))
            fail_msg("%s", dates[i].written);
        bool timed = people_datetime_read(wg_str(dates[i].written), &with_time, &minutes);
        if (timed != (dates[i].minutes >= 0) || minutes != dates[i].minutes) fail_msg("%s: %d", dates[i].written, minutes);
        if (timed) assert_int_equal(with_time, day);
    }
}

static void test_date__refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",           "2020",       "2020-2",        "2020年2月",        "2020-02-30",    "2019-02-29",
        "2020-13-01", "13/13/2020", "20201301",      "2020021",          "正月初一",      "2020-2-14左右",
        "2020-2/14",  "12345678",   "Smarch 1 2020", "2020-02-14 25:00", "14 Febru 2020", "43875"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        wg_day day = 4711;
        if (people_date_read(wg_str(none[i]), false, false, &day)) fail_msg("%s", none[i]);
        assert_int_equal(day, 4711);
    }
}

static void test_date__an_order_in_doubt_is_as_asked(void **state)
{
    (void)state;
    wg_day day;
    assert_true(people_date_read(WG_STR("03/04/2020"), false, true, &day));
    assert_int_equal(day, wg_day_from_civil(2020, 3, 4));
    assert_true(people_date_read(WG_STR("14/04/2020"), false, true, &day)); /* no doubt */
    assert_int_equal(day, wg_day_from_civil(2020, 4, 14));
}

static void test_date__serials_are_read_where_allowed(void **state)
{
    (void)state;
    wg_day day;
    assert_true(people_date_read(WG_STR("43875"), true, false, &day));
    assert_int_equal(day, wg_day_from_civil(2020, 2, 14));
    assert_true(people_date_read(WG_STR("43875.75"), true, false, &day));
    assert_int_equal(day, wg_day_from_civil(2020, 2, 14));
    assert_false(people_date_read(WG_STR("2020"), true, false, &day)); /* a year, not a day of 1905 */
    assert_true(people_date_read(WG_STR("20200214"), true, false, &day));
    assert_int_equal(day, wg_day_from_civil(2020, 2, 14));
}

static void test_date__midnight_at_the_end_is_the_next_day(void **state)
{
    (void)state;
    wg_day day;
    int minutes;
    assert_true(people_datetime_read(WG_STR("2020-02-14 24:00"), &day, &minutes));
    assert_int_equal(day, wg_day_from_civil(2020, 2, 15));
    assert_int_equal(minutes, 0);
}

static void test_date__every_day_reads_back(void **state)
{
    (void)state; /* people P1 */
    struct wg_arena *arena = wg_arena_new();
    for (wg_day day = wg_day_from_civil(1850, 1, 1); day < wg_day_from_civil(2150, 1, 1); day += 13) {
        wg_day again;
        struct wg_civil c = wg_civil_from_day(day);
        assert_true(people_date_read(wg_str(wg_day_text(arena, day)), false, false, &again));
        assert_int_equal(again, day);
        assert_true(people_date_read(wg_str(wg_fmt(arena, "%d年%d月%d日", c.year, c.month, c.day)), false, false, &again));
        assert_int_equal(again, day);
        assert_true(people_date_read(wg_str(wg_fmt(arena, "%04d%02d%02d", c.year, c.month, c.day)), true, false, &again));
        assert_int_equal(again, day);
    }
    wg_arena_free(arena);
}

static void test_sex__is_read_in_words_letters_and_codes(void **state)
{
    (void)state;
    static const char *const male[] = {"男", "男性", "M", "male", " Male ", "1", "先生", "Ｍ"};
    static const char *const female[] = {"女", "女性", "F", "female", "2", "女士"};
    static const char *const unknown[] = {"", "0", "9", "未知", "男女", "x", "12"};
    for (size_t i = 0; i < sizeof male / sizeof *male; i++) assert_int_equal(people_sex_read(wg_str(male[i])), 1);
    for (size_t i = 0; i < sizeof female / sizeof *female; i++) assert_int_equal(people_sex_read(wg_str(female[i])), 2);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) assert_int_equal(people_sex_read(wg_str(unknown[i])), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date__reads_every_form),
        cmocka_unit_test(test_date__refuses_what_is_none),
        cmocka_unit_test(test_date__an_order_in_doubt_is_as_asked),
        cmocka_unit_test(test_date__serials_are_read_where_allowed),
        cmocka_unit_test(test_date__midnight_at_the_end_is_the_next_day),
        cmocka_unit_test(test_date__every_day_reads_back),
        cmocka_unit_test(test_sex__is_read_in_words_letters_and_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
