/* What base promises: arenas, text, days, ids, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "base/base.h"

static void test_arena__memory_is_zeroed_and_kept(void **state)
{
    (void)state; /* arena P1 */
    struct wg_arena *a = wg_arena_new();
    for (size_t n = 1; n < 100000; n = n * 3 + 1) {
        unsigned char *p = wg_alloc(a, n);
        assert_true(((uintptr_t)p & 15) == 0);
        for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xAA, n);
    }
    wg_arena_free(a);
}

static void note(void *what)
{
    char **end = what;
    *(*end)++ = 'x';
}

static void test_arena__cleanups_run_once(void **state)
{
    (void)state; /* arena P2 */
    char marks[8] = {0}, *end = marks;
    struct wg_arena *a = wg_arena_new();
    wg_arena_cleanup(a, note, &end);
    wg_arena_cleanup(a, note, &end);
    wg_arena_reset(a);
    assert_string_equal(marks, "xx");
    wg_arena_free(a);
    assert_string_equal(marks, "xx");
}

/* arena P4; without the sanitizer there is nothing to ask */
static void test_arena__the_sanitizer_sees_past_the_end(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    struct wg_arena *a = wg_arena_new();
    char *first = wg_alloc(a, 20);
    struct wg_arena_mark m = wg_arena_mark(a);
    char *second = wg_alloc(a, 8);
    assert_false(__asan_address_is_poisoned(first + 19));
    assert_true(__asan_address_is_poisoned(first + 20));
    assert_true(__asan_address_is_poisoned(second - 1));
    assert_true(__asan_address_is_poisoned(second + 8));
    wg_arena_rewind(a, m);
    assert_true(__asan_address_is_poisoned(second));
    assert_ptr_equal(wg_alloc(a, 8), second);
    assert_false(__asan_address_is_poisoned(second));
    wg_arena_free(a);
#else
    skip();
#endif
}

static void test_arena__rewind_gives_back(void **state)
{
    (void)state; /* arena P3 */
    struct wg_arena *a = wg_arena_new();
    (void)wg_alloc(a, 100);
    struct wg_arena_mark m = wg_arena_mark(a);
    void *first = wg_alloc(a, 64);
    (void)wg_alloc(a, 1 << 20);
    wg_arena_rewind(a, m);
    assert_ptr_equal(first, wg_alloc(a, 64));
    wg_arena_free(a);
}

static void test_str__numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state; /* str P1 */
    int64_t v = 7;
    assert_true(wg_parse_i64(WG_STR("-12"), -20, 20, &v));
    assert_int_equal(v, -12);
    static const char *const bad[] = {"", "-", "1 ", "1.5", "9223372036854775808", "21", "x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(wg_parse_i64(wg_str(bad[i]), -20, 20, &v));
    assert_int_equal(v, -12);
    double d;
    assert_true(wg_parse_double(WG_STR("36.5"), 30, 45, &d));
    assert_false(wg_parse_double(WG_STR("nan"), 30, 45, &d));
    assert_false(wg_parse_double(WG_STR("0x1p5"), 0, 45, &d));
}

static void test_str__a_full_buffer_stays_failed(void **state)
{
    (void)state; /* str P2 */
    struct wg_buf b;
    wg_buf_init(&b, 4);
    wg_buf_puts(&b, "abc");
    wg_buf_puts(&b, "de");
    wg_buf_puts(&b, "f");
    assert_true(b.failed);
    assert_int_equal(b.n, 3);
    wg_buf_free(&b);
}

static void test_str__utf8_round_trips_and_survives_junk(void **state)
{
    (void)state; /* str P3 */
    for (uint32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
        if (c >= 0xD800 && c < 0xE000) continue;
        char out[4];
        size_t n = wg_utf8_put(out, c), at = 0;
        assert_int_equal(wg_utf8_next((struct wg_str){out, n}, &at), c);
        assert_int_equal(at, n);
    }
    assert_false(wg_utf8_valid(WG_STR("\xC0\x80")));
    assert_false(wg_utf8_valid(WG_STR("\xED\xA0\x80")));
    assert_false(wg_utf8_valid(WG_STR("\xE4\xBD")));
    assert_true(wg_utf8_valid(WG_STR("网格")));
    assert_true(wg_str_eq(wg_str_trim(WG_STR("\xE3\x80\x80 王\xC2\xA0")), WG_STR("王")));
}

static void test_time__days_and_dates_are_inverse(void **state)
{
    (void)state; /* time P1 */
    for (wg_day d = wg_day_from_civil(1, 1, 1); d <= wg_day_from_civil(9999, 12, 31); d += 1) {
        struct wg_civil c = wg_civil_from_day(d);
        assert_true(wg_civil_exists(c.year, c.month, c.day));
        assert_int_equal(wg_day_from_civil(c.year, c.month, c.day), d);
    }
}

static void test_time__dates_that_do_not_exist_are_refused(void **state)
{
    (void)state; /* time P2 */
    wg_day d;
    wg_time t;
    assert_true(wg_day_parse(WG_STR("2020-02-29"), &d));
    assert_false(wg_day_parse(WG_STR("2021-02-29"), &d));
    assert_false(wg_day_parse(WG_STR("2020-2-29"), &d));
    assert_true(wg_time_parse(WG_STR("2020-02-14T00:30:00+08:00"), &t));
    assert_int_equal(wg_day_of(t, 480), wg_day_from_civil(2020, 2, 14));
    assert_int_equal(wg_day_of(t, 0), wg_day_from_civil(2020, 2, 13));
    assert_int_equal(wg_day_start(wg_day_from_civil(2020, 2, 14), 480) + 30 * WG_MINUTE, t);
    struct wg_arena *a = wg_arena_new();
    wg_time again;
    assert_true(wg_time_parse(wg_str(wg_time_text(a, t, 480)), &again));
    assert_int_equal(again, t);
    wg_arena_free(a);
}

static void test_id__ids_sort_as_made(void **state)
{
    (void)state; /* id P1, P2 */
    wg_id last = wg_id_new(1000);
    for (int i = 0; i < 10000; i++) {
        wg_id id = wg_id_new(1000);
        assert_true(wg_id_cmp(last, id) < 0);
        assert_int_equal(id.b[6] >> 4, 7);
        last = id;
    }
    char text[WG_ID_TEXT + 1];
    wg_id_format(last, text);
    wg_id back;
    assert_true(wg_id_parse(wg_str(text), &back));
    assert_true(wg_id_eq(last, back));
    assert_false(wg_id_parse(WG_STR("0000-"), &back));
}

static void test_problem__every_refusal_speaks_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < wg_problem_count(); i++) {
        const struct wg_problem_kind *k = wg_problem_at(i);
        assert_true(strlen(k->zh) > 0 && strlen(k->en) > 0 && k->status >= 400);
        for (size_t j = 0; j < i; j++) assert_string_not_equal(k->code, wg_problem_at(j)->code);
    }
    struct wg_arena *a = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(a);
    assert_int_equal(wg_refuse(&ctx, WG_E_FIELD_RANGE, "age", "0", "120"), WG_E_FIELD_RANGE);
    assert_string_equal(wg_problem_text(a, &ctx.problem, WG_EN), "\"age\" must lie between 0 and 120.");
    wg_arena_free(a);
}

static void mark(void *arg, size_t from, size_t to, size_t worker)
{
    unsigned char *seen = arg;
    (void)worker;
    for (size_t i = from; i < to; i++) seen[i]++;
}

static void test_parallel__each_index_once(void **state)
{
    (void)state; /* parallel P1 */
    static unsigned char seen[10007];
    wg_parallel(4, sizeof seen, 13, mark, seen);
    for (size_t i = 0; i < sizeof seen; i++) assert_int_equal(seen[i], 1);
}

struct order {
    size_t next;
    bool in_order;
};

static void follow(void *arg, size_t from, size_t to, size_t worker)
{
    struct order *o = arg;
    if (worker != 0 || from != o->next) o->in_order = false;
    o->next = to;
}

static void test_parallel__one_thread_works_in_order(void **state)
{
    (void)state; /* parallel P2 */
    struct order o = {0, true};
    wg_parallel(1, 1000, 7, follow, &o);
    assert_true(o.in_order);
    assert_int_equal(o.next, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena__memory_is_zeroed_and_kept),
        cmocka_unit_test(test_arena__cleanups_run_once),
        cmocka_unit_test(test_arena__rewind_gives_back),
        cmocka_unit_test(test_arena__the_sanitizer_sees_past_the_end),
        cmocka_unit_test(test_str__numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(test_str__a_full_buffer_stays_failed),
        cmocka_unit_test(test_str__utf8_round_trips_and_survives_junk),
        cmocka_unit_test(test_time__days_and_dates_are_inverse),
        cmocka_unit_test(test_time__dates_that_do_not_exist_are_refused),
        cmocka_unit_test(test_id__ids_sort_as_made),
        cmocka_unit_test(test_problem__every_refusal_speaks_both_languages),
        cmocka_unit_test(test_parallel__each_index_once),
        cmocka_unit_test(test_parallel__one_thread_works_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
