/* Telephones and plates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/people/people.h"
#include "engine/people/people_test.h"

static const struct number {
    const char *written, *canonical;
    enum people_phone_fault fault;
    bool mobile;
    const char *rest;
} numbers[] = {
    {"15412345678", "8615412345678", PHONE_OK, true, ""},
    {"+86 154 1234 5678", "8615412345678", PHONE_OK, true, ""},
    {"0086-15412345678", "8615412345678", PHONE_OK, true, ""},
    {"8615412345678", "8615412345678", PHONE_OK, true, ""},
    {"１５４１２３４５６７８", "8615412345678", PHONE_OK, true, ""},
    {"154-1234-5678", "8615412345678", PHONE_OK, true, ""},
    {"015412345678", "8615412345678", PHONE_OK, true, ""},
    {"15412345678.0", "8615412345678", PHONE_OK, true, ""},
    {"手机：15412345678（本人）", "8615412345678", PHONE_OK, true, "（本人）"},
    {"0421-2812345", "864212812345", PHONE_OK, false, ""},
    {"（0421）2812345", "864212812345", PHONE_OK, false, ""},
    {"0421 281 2345", "864212812345", PHONE_OK, false, ""},
    {"421-2812345", "864212812345", PHONE_OK, false, ""},
    {"2812345", "864212812345", PHONE_OK, false, ""},
    {"0421-2812345-802", "864212812345", PHONE_OK, false, ""},
    {"2812345转802", "864212812345", PHONE_OK, false, ""},
    {"010-62345678", "861062345678", PHONE_OK, false, ""},
    {"+86-10-62345678", "861062345678", PHONE_OK, false, ""},
    {"400-812-3123", "864008123123", PHONE_OK, false, ""},
    {"+82 10 1234 5678", "+821012345678", PHONE_OK, false, ""},
    /* several in a cell */
    {"15412345678 19412345678", "8615412345678", PHONE_OK, true, "19412345678"},
    {"15412345678/19412345678", "8615412345678", PHONE_OK, true, "19412345678"},
    {"15412345678、2812345", "8615412345678", PHONE_OK, true, "2812345"},
    {"1541234567819412345678", "8615412345678", PHONE_OK, true, "19412345678"},
    {"家：2812345 手机15412345678", "864212812345", PHONE_OK, false, "手机15412345678"},
    {"1541234567，19412345678", "8619412345678", PHONE_OK, true, ""},
    /* no good */
    {"154****5678", "86154****5678", PHONE_MASKED, true, ""},
    {"86154****5678", "86154****5678", PHONE_MASKED, true, ""},
    {"1.54E+10", "1.54E+10", PHONE_LOST, false, ""},
    {"1541234567", "1541234567", PHONE_LENGTH, false, ""},
    {"154123456789", "154123456789", PHONE_LENGTH, false, ""},
    {"04 22718532", "0422718532", PHONE_LENGTH, false, ""},
    {"电话", "", PHONE_NOT_A_NUMBER, false, ""},
    {"无", "", PHONE_EMPTY, false, ""},
    {"", "", PHONE_EMPTY, false, ""},
};

static void test_phone__reads_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct wg_str rest;
        struct people_phone p = people_phone_read(wg_str(numbers[i].written), "421", &rest);
        if (strcmp(p.text, numbers[i].canonical) != 0 || p.fault != numbers[i].fault || p.mobile != numbers[i].mobile ||
            !wg_str_is(rest, numbers[i].rest))
            fail_msg("%s: %s, fault %d, mobile %d, rest %.*s", numbers[i].written, p.text, (int)p.fault, p.mobile, (int)rest.n,
                     rest.p);
    }
}

static void test_phone__canonical_form_reads_as_itself(void **state)
{
    (void)state; /* people P1 */
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct people_phone p = people_phone_read(wg_str(numbers[i].canonical), "421", NULL);
        assert_string_equal(p.text, numbers[i].canonical);
        if (numbers[i].canonical[0]) assert_int_equal(p.fault, numbers[i].fault);
    }
}

static void test_phone__a_landline_without_a_code_stays_bare_where_none_is_given(void **state)
{
    (void)state;
    assert_string_equal(people_phone_read(WG_STR("2812345"), NULL, NULL).text, "2812345");
    assert_string_equal(people_phone_read(WG_STR("2812345"), "0421", NULL).text, "864212812345");
}

static void test_phone__the_rest_gives_the_next_until_nothing_is_left(void **state)
{
    (void)state;
    struct wg_str rest = WG_STR("15412345678；0421-2812345转8，19412345678");
    static const char *const expected[] = {"8615412345678", "864212812345", "8619412345678"};
    for (size_t i = 0; i < 3; i++) assert_string_equal(people_phone_read(rest, NULL, &rest).text, expected[i]);
    assert_int_equal(rest.n, 0);
}

static void test_phone__anything_at_all_is_survived(void **state)
{
    (void)state; /* people P1 P2 */
    static const char *const pieces[] = {"2", "1", "86", "0", "*",           " ",    "转",  "E+1",
                                         ".", "-", "+",  "(", "15412345678", "\xff", "042", "/"};
    uint32_t dice = 777;
    struct wg_buf buf;
    wg_buf_init(&buf, 4096);
    for (int round = 0; round < 20000; round++) {
        struct wg_str text = people_random_text(&buf, &dice, pieces, sizeof pieces / sizeof *pieces, 40);
        struct people_phone p = people_phone_read(text, "421", NULL);
        struct people_phone again = people_phone_read(wg_str(p.text), "421", NULL);
        if (strcmp(p.text, again.text) != 0) fail_msg("%.*s: %s, then %s", (int)text.n, text.p, p.text, again.text);
    }
    wg_buf_free(&buf);
}

static void test_plate__reads_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *written, *canonical;
        enum people_plate_fault fault;
        bool new_energy;
    } plates[] = {
        {"辽N12345", "辽N12345", PLATE_OK, false},
        {"辽n·12345", "辽N12345", PLATE_OK, false},
        {"辽Ｎ－Ａ１２３４", "辽NA1234", PLATE_OK, false},
        {"遼N 12345", "辽N12345", PLATE_OK, false},
        {"车牌：辽N12345（白色）", "辽N12345", PLATE_OK, false},
        {"辽N D12345", "辽ND12345", PLATE_OK, true},
        {"京AF12345", "京AF12345", PLATE_OK, true},
        {"辽N12345D", "辽N12345D", PLATE_OK, true},
        {"辽N1234警", "辽N1234警", PLATE_OK, false},
        {"辽N1234学", "辽N1234学", PLATE_OK, false},
        {"粤Z1234港", "粤Z1234港", PLATE_OK, false},
        {"使014578", "使014578", PLATE_OK, false},
        {"WJ辽1234X", "WJ辽1234X", PLATE_OK, false},
        {"VA12345", "VA12345", PLATE_OK, false},
        {"辽N1234O", "辽N1234O", PLATE_LETTER, false},
        {"辽NI2345", "辽NI2345", PLATE_LETTER, false},
        {"辽I12345", "辽I12345", PLATE_LETTER, false},
        {"N12345", "N12345", PLATE_FORM, false},
        {"辽N123456", "辽N123456", PLATE_FORM, false},
        {"辽N1234", "辽N1234", PLATE_FORM, false},
        {"步行", "步行", PLATE_FORM, false},
        {"无", "", PLATE_EMPTY, false},
        {"", "", PLATE_EMPTY, false},
    };
    for (size_t i = 0; i < sizeof plates / sizeof *plates; i++) {
        struct people_plate p = people_plate_read(wg_str(plates[i].written));
        if (strcmp(p.text, plates[i].canonical) != 0 || p.fault != plates[i].fault || p.new_energy != plates[i].new_energy)
            fail_msg("%s: %s, fault %d", plates[i].written, p.text, (int)p.fault);
        struct people_plate again = people_plate_read(wg_str(p.text)); /* people P1 */
        assert_string_equal(again.text, p.text);
        if (p.text[0]) assert_int_equal(again.fault, p.fault);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phone__reads_every_form),
        cmocka_unit_test(test_phone__canonical_form_reads_as_itself),
        cmocka_unit_test(test_phone__a_landline_without_a_code_stays_bare_where_none_is_given),
        cmocka_unit_test(test_phone__the_rest_gives_the_next_until_nothing_is_left),
        cmocka_unit_test(test_phone__anything_at_all_is_survived),
        cmocka_unit_test(test_plate__reads_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
