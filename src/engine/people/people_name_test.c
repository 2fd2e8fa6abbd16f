/* Names and the tables of characters behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include <cmocka.h>

#include "engine/people/people_internal.h"
#include "engine/people/people_test.h"

static const struct name {
    const char *written, *text;
    int64_t surname;
    const char *pinyin, *sound, *initials;
    bool nickname;
} names[] = {
    {"王伟", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {" 王　伟 ", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {"王偉", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {"王伟（户主）", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {"王伟【已回访】13912345678", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {"王伟先生", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {"王伟、李强", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {"王伟 WANG WEI", "王伟", 1, "wang wei", "wan wei", "ww", false},
    {"王伟之子", "王伟之子", 1, "wang wei zhi zi", "wan wei zi zi", "wwzz", false},
    /* what is left of a name */
    {"小李", "李", 1, "li", "li", "l", true},
    {"老王", "王", 1, "wang", "wan", "w", true},
    {"李师傅", "李", 1, "li", "li", "l", true},
    {"王阿姨", "王", 1, "wang", "wan", "w", true},
    {"张姐", "张", 1, "zhang", "zan", "z", true},
    {"王某某", "王**", 1, "wang * *", "wan * *", "w", true},
    {"王XX", "王**", 1, "wang * *", "wan * *", "w", true},
    {"王*伟", "王*伟", 1, "wang * wei", "wan * wei", "ww", true},
    /* surnames of more than one character, and with a reading of their own */
    {"歐陽娜娜", "欧阳娜娜", 2, "ou yang na na", "ou yan la la", "oynn", false},
    {"慕容雪", "慕容雪", 2, "mu rong xue", "mu rong xue", "mrx", false},
    {"尉迟恭", "尉迟恭", 2, "yu chi gong", "yu ci gong", "ycg", false},
    {"万俟卨", "万俟卨", 2, "mo qi xie", "mo qi xie", "mqx", false},
    {"长孙无忌", "长孙无忌", 2, "zhang sun wu ji", "zan sun wu ji", "zswj", false},
    {"單雄信", "单雄信", 1, "shan xiong xin", "san xiong xin", "sxx", false},
    {"仇和", "仇和", 1, "qiu he", "qiu he", "qh", false},
    {"解晓东", "解晓东", 1, "xie xiao dong", "xie xiao dong", "xxd", false},
    {"曾国藩", "曾国藩", 1, "zeng guo fan", "zen guo fan", "zgf", false},
    {"查良镛", "查良镛", 1, "zha liang yong", "za lian yong", "zly", false},
    {"区淑贞", "区淑贞", 1, "ou shu zhen", "ou su zen", "osz", false},
    {"任贤齐", "任贤齐", 1, "ren xian qi", "ren xian qi", "rxq", false},
    {"盖叫天", "盖叫天", 1, "ge jiao tian", "ge jiao tian", "gjt", false},
    {"朴树", "朴树", 1, "piao shu", "piao su", "ps", false},
    {"乐嘉", "乐嘉", 1, "yue jia", "yue jia", "yj", false},
    {"吕布", "吕布", 1, "lv bu", "lu bu", "lb", false},
    {"李乾坤", "李乾坤", 1, "li qian kun", "li qian kun", "lqk", false},
    /* of other peoples */
    {"阿卜杜拉·买买提", "阿卜杜拉·买买提", 0, "a bo du la mai mai ti", "a bo du la mai mai ti", "abdlmmt", false},
    {"阿卜杜拉．买买提", "阿卜杜拉·买买提", 0, "a bo du la mai mai ti", "a bo du la mai mai ti", "abdlmmt", false},
    {"阿卜杜拉•买买提", "阿卜杜拉·买买提", 0, "a bo du la mai mai ti", "a bo du la mai mai ti", "abdlmmt", false},
    {"Müller", "muller", 0, "muller", "muller", "m", false},
    {"Smith, John", "john smith", 0, "john smith", "john smith", "js", false},
    {"Mr. John O'Brien-Łukasz", "john obrien lukasz", 0, "john obrien lukasz", "john obrien lukasz", "jol", false},
    {"WANG WEI", "wang wei", 0, "wang wei", "wan wei", "ww", false},
    {"Wang Xiaoming", "wang xiaoming", 0, "wang xiao ming", "wan xiao min", "wxm", false},
    {"susan smith", "susan smith", 0, "susan smith", "susan smith", "ss", false},
    /* written with other characters than it has */
    {"⺟⽅", "母方", 1, "mu fang", "mu fan", "mf", false},
    {"𠮷田", "吉田", 1, "ji tian", "ji tian", "jt", false},
    /* none */
    {"", "", 0, "", "", "", false},
    {"无", "", 0, "", "", "", false},
    {"不详", "", 0, "", "", "", false},
    {"12345", "", 0, "", "", "", false},
    {"（）", "", 0, "", "", "", false},
};

static void test_name__reads_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool nickname;
        struct people_name n = people_name_read(wg_str(names[i].written), &nickname);
        if (strcmp(n.text, names[i].text) != 0 || n.surname != names[i].surname || nickname != names[i].nickname)
            fail_msg("%s: %s, surname %d, nickname %d", names[i].written, n.text, n.surname, nickname);
        assert_string_equal(n.pinyin, names[i].pinyin);
        assert_string_equal(n.sound, names[i].sound);
        assert_string_equal(n.initials, names[i].initials);
        assert_int_equal(n.n, wg_utf8_count(wg_str(n.text)));
    }
}

static void test_name__canonical_form_reads_as_itself(void **state)
{
    (void)state; /* people P1 */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct people_name n = people_name_read(wg_str(names[i].text), NULL);
        assert_string_equal(n.text, names[i].text);
    }
}

static void test_name__what_sounds_alike_has_one_sound(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"张三", "章三"}, {"陈静", "程晋"}, {"刘娜", "刘拉"},
                                           {"王盛", "万森"}, {"史诗", "司思"}, {"李宁", "李林"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct people_name a = people_name_read(wg_str(pairs[i][0]), NULL), b = people_name_read(wg_str(pairs[i][1]), NULL);
        assert_string_equal(a.sound, b.sound);
    }
    struct people_name a = people_name_read(WG_STR("王伟"), NULL), b = people_name_read(WG_STR("黄伟"), NULL);
    assert_string_not_equal(a.sound, b.sound);
}

static void test_name__a_long_one_is_cut_and_stays_valid(void **state)
{
    (void)state; /* people P2 */
    struct wg_buf buf;
    wg_buf_init(&buf, 20000);
    for (size_t i = 0; i < 4000; i++) wg_buf_puts(&buf, "庄");
    struct people_name n = people_name_read((struct wg_str){buf.p, buf.n}, NULL);
    wg_buf_free(&buf);
    assert_int_equal(n.n, PEOPLE_NAME_MAX);
    assert_int_equal(strlen(n.initials), PEOPLE_NAME_MAX);
    assert_true(wg_utf8_valid(wg_str(n.text)));
    assert_true(strlen(n.pinyin) < PEOPLE_PINYIN_MAX);
}

static void test_name__anything_at_all_is_survived(void **state)
{
    (void)state; /* people P1 P2 */
    static const char *const pieces[] = {"王", "师傅", "小", "·",    ".",  "-",   " ",  "x",    "X",           "*",
                                         "某", "(",    ")",  "先生", "，", "Mr ", "阿", "é",    "\xff",        "1",
                                         "无", "总",   "李", "NA",   "/",  "𠮷",  "氏", "欧阳", "\xE2\x80\x8B"};
    uint32_t dice = 99;
    struct wg_buf buf;
    wg_buf_init(&buf, 4096);
    for (int round = 0; round < 40000; round++) {
        struct wg_str text = people_random_text(&buf, &dice, pieces, sizeof pieces / sizeof *pieces, 24);
        struct people_name name = people_name_read(text, NULL);
        struct people_name again = people_name_read(wg_str(name.text), NULL);
        if (strcmp(name.text, again.text) != 0) fail_msg("%.*s: %s, then %s", (int)text.n, text.p, name.text, again.text);
    }
    wg_buf_free(&buf);
}

static void test_pinyin__reads_any_text(void **state)
{
    (void)state;
    struct wg_arena *arena = wg_arena_new();
    assert_string_equal(people_pinyin(arena, WG_STR("长江路16号")), "zhang jiang lu 16 hao");
    assert_string_equal(people_pinyin(arena, WG_STR("春華小區 A座")), "chun hua xiao qu A zuo");
    assert_string_equal(people_pinyin(arena, WG_STR("")), "");
    assert_string_equal(people_pinyin(arena, WG_STR("Main St")), "Main St");
    wg_arena_free(arena);
}

static void test_shape__what_looks_alike_is_known_both_ways(void **state)
{
    (void)state;
    static const uint32_t alike[][2] = {{0x4F1F, 0x73AE}, {0x5DF1, 0x5DF2}, {0x5DF2, 0x5DF3}, {0x672A, 0x672B},
                                        {0x6768, 0x626C}, {0x5019, 0x4FAF}, {0x535A, 0x5085}, {0x6668, 0x8FB0},
                                        {0x5A77, 0x505C}, {0x83B9, 0x8425}, {0x9759, 0x51C0}, {0x5049, 0x73AE} /* 偉 with 玮 */,
                                        {0x738B, 0x738B}};
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        assert_true(people_similar_shape(alike[i][0], alike[i][1]));
        assert_true(people_similar_shape(alike[i][1], alike[i][0]));
    }
    assert_false(people_similar_shape(0x738B, 0x674E)); /* 王 李 */
    assert_false(people_similar_shape(0x4F1F, 'a'));
}

static void test_shape__every_group_says_something(void **state)
{
    (void)state;
    for (size_t g = 0; g < people_shape_group_count; g++) {
        struct wg_str group = wg_str(people_shape_groups[g]);
        assert_true(wg_utf8_valid(group));
        assert_true(wg_utf8_count(group) >= 2);
        for (size_t at = 0; at < group.n;) {
            uint32_t c = wg_utf8_next(group, &at);
            assert_true(people_is_han(c));
            assert_int_equal(people_simplified(c), c);
        }
    }
}

/* --- the tables against ICU ----------------------------------------------------------------------------------------- */

/* One character through a transliterator: into `out` as UTF-8. */
static void through(UTransliterator *t, uint32_t c, char out[64])
{
    UChar text[64];
    UErrorCode error = U_ZERO_ERROR;
    int32_t n = 0, written = 0;
    UBool failed = false;
    U16_APPEND(text, n, 64, c, failed);
    assert_false(failed);
    int32_t limit = n;
    utrans_transUChars(t, text, &n, 64, 0, &limit, &error);
    u_strToUTF8(out, 64, &written, text, n, &error);
    assert_true(U_SUCCESS(error));
    out[written] = '\0';
}

static UTransliterator *transliterator(const char *id)
{
    UChar name[64];
    UErrorCode error = U_ZERO_ERROR;
    u_uastrcpy(name, id);
    UTransliterator *t = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
    assert_true(U_SUCCESS(error));
    return t;
}

/* ICU writes tones as marks: with NFD they come apart; of the marks only the two dots of ü count, as v. */
static void without_tones(char *text)
{
    size_t n = 0;
    struct wg_str s = wg_str(text);
    for (size_t at = 0; at < s.n;) {
        uint32_t c = wg_utf8_next(s, &at);
        if (c == 0x308) text[n - 1] = 'v';
        if (c < 0x300) text[n++] = (char)c;
    }
    text[n] = '\0';
}

static void test_table__readings_are_those_of_icu(void **state)
{
    (void)state;
    UTransliterator *t = transliterator("Han-Latin; NFD");
    size_t read = 0, differ = 0;
    for (uint32_t c = 0x4E00; c < 0xA000; c++) {
        char icu[64];
        int ours = people_syllable_of(c);
        through(t, c, icu);
        bool known = (unsigned char)icu[0] < 0xE0;
        if (!known) continue;
        without_tones(icu);
        read++;
        if (ours < 0 || strcmp(people_syllable_text(ours), icu) != 0) differ++;
    }
    utrans_close(t);
    assert_true(read > 20000);
    assert_true(differ * 200 < read); /* what was put right by hand, and what a later edition of Unicode corrects */
}

static void test_table__variants_are_those_of_icu_and_end_in_one_step(void **state)
{
    (void)state;
    UTransliterator *t = transliterator("Traditional-Simplified");
    size_t differ = 0;
    for (uint32_t c = 0x3400; c < 0xA000; c++) {
        char icu[64];
        size_t at = 0;
        uint32_t ours = people_simplified(c);
        assert_int_equal(people_simplified(ours), ours);
        through(t, c, icu);
        if (wg_utf8_next(wg_str(icu), &at) != c) differ += wg_utf8_count(wg_str(icu)) == 1 && ours == c;
    }
    utrans_close(t);
    assert_true(differ <= 12); /* 乾 著 俱 ... stay */
}

static void test_table__letters_are_those_of_icu(void **state)
{
    (void)state;
    UTransliterator *t = transliterator("Latin-ASCII; Lower");
    for (uint32_t c = 0xC0; c < 0x250; c++) {
        char icu[64], ours[3] = "";
        uint32_t latin[2];
        through(t, c, icu);
        if (icu[0] < 'a' || icu[0] > 'z') continue;
        size_t n = people_latin_fold(c, latin);
        for (size_t i = 0; i < n; i++) ours[i] = (char)latin[i];
        assert_string_equal(ours, icu);
    }
    utrans_close(t);
}

static void test_table__every_surname_has_a_reading(void **state)
{
    (void)state;
    for (const char32_t *one = people_surnames_single; *one; one++) {
        uint32_t c = *one;
        assert_int_equal(people_simplified(c), c);
        assert_true(people_surname_known(c));
        assert_true(people_syllable_of(c) >= 0);
    }
    for (size_t i = 0; i < people_surname_reading_count; i++) {
        struct wg_str rest = wg_str(people_surname_readings[i].syllables), one;
        size_t n = 0;
        for (; wg_str_next(&rest, ' ', &one); n++) assert_true(people_syllable_find(one.p, one.n) >= 0);
        size_t characters = 0;
        while (people_surname_readings[i].surname[characters]) characters++;
        assert_int_equal(n, characters);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name__reads_every_form),
        cmocka_unit_test(test_name__canonical_form_reads_as_itself),
        cmocka_unit_test(test_name__what_sounds_alike_has_one_sound),
        cmocka_unit_test(test_name__a_long_one_is_cut_and_stays_valid),
        cmocka_unit_test(test_name__anything_at_all_is_survived),
        cmocka_unit_test(test_pinyin__reads_any_text),
        cmocka_unit_test(test_shape__what_looks_alike_is_known_both_ways),
        cmocka_unit_test(test_shape__every_group_says_something),
        cmocka_unit_test(test_table__readings_are_those_of_icu),
        cmocka_unit_test(test_table__variants_are_those_of_icu_and_end_in_one_step),
        cmocka_unit_test(test_table__letters_are_those_of_icu),
        cmocka_unit_test(test_table__every_surname_has_a_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
