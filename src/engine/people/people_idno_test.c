/* Identity numbers: GB 11643-1999, its vectors, and what people and spreadsheets do to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/people/people.h"
#include "engine/people/people_test.h"

static const struct vector {
    const char *written, *canonical;
    enum people_idno_fault fault;
    int sex;
} vectors[] = {
    /* of the standard itself, and of the times before it */
    {"11010519491231002X", "11010519491231002X", IDNO_OK, 2},
    {"440524188001010014", "440524188001010014", IDNO_OK, 1},
    {"34052419800101001X", "34052419800101001X", IDNO_OK, 1},
    {"130503670401001", "130503196704010016", IDNO_OK, 1},
    /* of an area that was never assigned */
    {"219999199001011238", "219999199001011238", IDNO_OK, 1},
    {"219999195602290043", "219999195602290043", IDNO_OK, 2},
    {"219999201506060182", "219999201506060182", IDNO_OK, 2},
    {"21999919750715005X", "21999919750715005X", IDNO_OK, 1},
    /* as people write */
    {"21999919750715005x", "21999919750715005X", IDNO_OK, 1},
    {"２１９９９９１９７５０７１５００５ｘ", "21999919750715005X", IDNO_OK, 1},
    {" 219999 19750715 005X ", "21999919750715005X", IDNO_OK, 1},
    {"219999-19900101-1238", "219999199001011238", IDNO_OK, 1},
    {"'219999199001011238", "219999199001011238", IDNO_OK, 1},
    {"身份证：219999199001011238", "219999199001011238", IDNO_OK, 1},
    {"219999199001011238（本人）", "219999199001011238", IDNO_OK, 1},
    /* as spreadsheets write */
    {"219999199001011238.0", "219999199001011238", IDNO_OK, 1},
    {"2.11302E+17", "2.11302E+17", IDNO_LOST, 0},
    {"2.11302e+17", "2.11302E+17", IDNO_LOST, 0},
    {"219999199001012000", "219999199001012000", IDNO_LOST, 2},
    /* with places hidden */
    {"2113**********1234", "2113**********1234", IDNO_MASKED, 1},
    {"2113＊＊＊＊＊＊＊＊＊＊1234", "2113**********1234", IDNO_MASKED, 1},
    {"2113●●●●●●●●●●1234", "2113**********1234", IDNO_MASKED, 1},
    {"211302****X", "211302***********X", IDNO_MASKED, 0},
    {"211302    1234", "211302********1234", IDNO_MASKED, 1},
    {"211302……123X", "211302********123X", IDNO_MASKED, 1},
    {"2113XXXXXXXXXXXXXX", "2113**************", IDNO_MASKED, 0},
    {"219999****1238", "219999********1238", IDNO_MASKED, 1},
    {"130503******001", "13050319******001*", IDNO_MASKED, 1},
    {"2113*******1234", "2113**********1234", IDNO_MASKED, 1},
    {"******************", "******************", IDNO_MASKED, 0},
    /* wrong */
    {"219999199001011239", "219999199001011239", IDNO_CHECK_DIGIT, 1},
    {"219999199002301238", "219999199002301238", IDNO_DATE, 1},
    {"21999920301231001X", "21999920301231001X", IDNO_DATE, 1},
    {"21999919900101123", "21999919900101123", IDNO_LENGTH, 0},
    {"2199991990010112388", "2199991990010112388", IDNO_LENGTH, 0},
    /* other papers */
    {" e1234 5678 ", "E12345678", IDNO_OTHER_PAPER, 0},
    {"H1234567890", "H1234567890", IDNO_OTHER_PAPER, 0},
    {"CHN210099123456", "CHN210099123456", IDNO_OTHER_PAPER, 0},
    {"", "", IDNO_EMPTY, 0},
    {"无", "", IDNO_EMPTY, 0},
    {"--", "", IDNO_EMPTY, 0},
    {"***", "", IDNO_EMPTY, 0},
};

static wg_day today(void)
{
    return wg_day_from_civil(2020, 2, 14);
}

static void test_idno__reads_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct people_idno id = people_idno_read(wg_str(vectors[i].written), today());
        if (strcmp(id.text, vectors[i].canonical) != 0 || id.fault != vectors[i].fault || id.sex != vectors[i].sex)
            fail_msg("%s: %s, fault %d, sex %d", vectors[i].written, id.text, (int)id.fault, id.sex);
    }
}

static void test_idno__canonical_form_reads_as_itself(void **state)
{
    (void)state; /* people P1 */
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct people_idno id = people_idno_read(wg_str(vectors[i].canonical), today());
        assert_string_equal(id.text, vectors[i].canonical);
        if (vectors[i].fault != IDNO_EMPTY) assert_int_equal(id.fault, vectors[i].fault);
    }
}

static void test_idno__tells_birth_sex_and_area(void **state)
{
    (void)state;
    struct people_idno id = people_idno_read(WG_STR("130503670401001"), today());
    assert_true(id.from_15);
    assert_int_equal(id.birth, wg_day_from_civil(1967, 4, 1));
    assert_int_equal(id.area, 130503);
    id = people_idno_read(WG_STR("219999****02290043"), today());
    assert_int_equal(id.birth, WG_DAY_NONE);
    id = people_idno_read(WG_STR("219999195602290043"), today());
    assert_int_equal(id.birth, wg_day_from_civil(1956, 2, 29));
    id = people_idno_read(WG_STR("990000199001011231"), today());
    assert_int_equal(id.area, 0);
}

static void test_idno__the_oldest_of_the_fifteen_digit_days_are_of_the_century_before(void **state)
{
    (void)state;
    struct people_idno id = people_idno_read(WG_STR("219999850101996"), today());
    assert_int_equal(id.birth, wg_day_from_civil(1885, 1, 1));
    id = people_idno_read(WG_STR("219999850101995"), today());
    assert_int_equal(id.birth, wg_day_from_civil(1985, 1, 1));
}

/* A made-up number of the unassigned area, from a counter. */
static void make_number(uint32_t seed, char out[19])
{
    struct wg_civil c = wg_civil_from_day(wg_day_from_civil(1920, 1, 1) + (wg_day)(seed * 2654435761U % 36000));
    int sequence = (int)(seed * 40503U % 995);
    (void)snprintf(out, 19, "219999%04d%02d%02d%03d", c.year, c.month, c.day, sequence);
    out[17] = people_idno_check(out);
    out[18] = '\0';
}

static void test_idno__no_single_wrong_digit_passes(void **state)
{
    (void)state; /* ISO 7064 MOD 11-2 finds every single error, also a wrong X */
    for (uint32_t seed = 1; seed < 400; seed++) {
        char number[19];
        make_number(seed, number);
        assert_int_equal(people_idno_read(wg_str(number), today()).fault, IDNO_OK);
        for (int place = 0; place < 18; place++) {
            char right = number[place];
            for (const char *d = place == 17 ? "0123456789X" : "0123456789"; *d; d++) {
                if (*d == right) continue;
                number[place] = *d;
                assert_int_not_equal(people_idno_read(wg_str(number), today()).fault, IDNO_OK);
            }
            number[place] = right;
        }
    }
}

static void test_idno__no_exchange_of_neighbours_passes(void **state)
{
    (void)state; /* nor any exchange of two neighbours that differ */
    for (uint32_t seed = 1; seed < 400; seed++) {
        char number[19];
        make_number(seed, number);
        for (int place = 0; place < 17; place++) {
            char swapped[19];
            memcpy(swapped, number, sizeof swapped);
            swapped[place] = number[place + 1];
            swapped[place + 1] = number[place];
            if (strcmp(swapped, number) != 0) assert_int_not_equal(people_idno_read(wg_str(swapped), today()).fault, IDNO_OK);
        }
    }
}

static void test_idno__fifteen_digits_are_the_eighteen_without_century_and_check(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 2000; seed++) {
        char number[19], old[16];
        make_number(seed, number);
        if (strncmp(number + 6, "19", 2) != 0) continue;
        (void)snprintf(old, sizeof old, "%.6s%.9s", number, number + 8);
        struct people_idno id = people_idno_read(wg_str(old), today());
        assert_string_equal(id.text, number);
        assert_int_equal(id.fault, IDNO_OK);
    }
}

static bool may_equal(const char *a, const char *b, int *ret_visible)
{
    struct people_idno x = people_idno_read(wg_str(a), today()), y = people_idno_read(wg_str(b), today());
    int other = -1;
    bool equal = people_idno_may_equal(&x, &y, ret_visible);
    assert_int_equal(people_idno_may_equal(&y, &x, &other), equal); /* symmetric */
    assert_int_equal(other, *ret_visible);
    return equal;
}

static void test_idno__hidden_places_may_be_anything(void **state)
{
    (void)state;
    int visible = 0;
    assert_true(may_equal("219999199001011238", "2199**********1238", &visible));
    assert_int_equal(visible, 8);
    assert_false(may_equal("219999199001011238", "2199**********1239", &visible));
    assert_true(may_equal("2199**************", "**************1238", &visible));
    assert_int_equal(visible, 0);
    assert_true(may_equal("130503670401001", "130503196704010016", &visible));
    assert_int_equal(visible, 18);
    assert_true(may_equal("219999199001012345", "219999199001012000", &visible)); /* fifteen digits survived */
    assert_int_equal(visible, 15);
    assert_true(may_equal("219999199001011238", "2.19999E+17", &visible));
    assert_int_equal(visible, 6);
    assert_true(may_equal("219998699001011238", "2.19999E+17", &visible)); /* rounded up */
    assert_false(may_equal("219997199001011238", "2.19999E+17", &visible));
    assert_false(may_equal("219999199001011239", "219999199001011238", &visible));
    assert_int_equal(visible, 18);
    assert_true(may_equal("e12345678", "E12345678", &visible));
    assert_false(may_equal("E12345678", "219999199001011238", &visible));
    assert_false(may_equal("", "", &visible));
}

static void test_idno__anything_at_all_is_survived(void **state)
{
    (void)state; /* people P2 */
    static const char *const pieces[] = {"2", "1", "9", "X", "*", " ", "身", "E+1", ".", "-", "…", "\xff", "0", "x", "ａ"};
    uint32_t dice = 12345;
    struct wg_buf buf;
    wg_buf_init(&buf, 4096);
    for (int round = 0; round < 20000; round++) {
        struct wg_str text = people_random_text(&buf, &dice, pieces, sizeof pieces / sizeof *pieces, 40);
        struct people_idno id = people_idno_read(text, today());
        struct people_idno again = people_idno_read(wg_str(id.text), today());
        if (strcmp(id.text, again.text) != 0) fail_msg("%.*s: %s, then %s", (int)text.n, text.p, id.text, again.text);
    }
    wg_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idno__reads_every_form),
        cmocka_unit_test(test_idno__canonical_form_reads_as_itself),
        cmocka_unit_test(test_idno__tells_birth_sex_and_area),
        cmocka_unit_test(test_idno__the_oldest_of_the_fifteen_digit_days_are_of_the_century_before),
        cmocka_unit_test(test_idno__no_single_wrong_digit_passes),
        cmocka_unit_test(test_idno__no_exchange_of_neighbours_passes),
        cmocka_unit_test(test_idno__fifteen_digits_are_the_eighteen_without_century_and_check),
        cmocka_unit_test(test_idno__hidden_places_may_be_anything),
        cmocka_unit_test(test_idno__anything_at_all_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
