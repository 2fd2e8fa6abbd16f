/* Addresses: a table of forms, one string per row says what every part must be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/people/people_address_internal.h"
#include "engine/people/people_test.h"

/* Parts as "province/city/county/street/community/village/group/road/number/compound/building/unit/floor/room/rest". */
static const struct row {
    const char *written, *parts;
} rows[] = {
    {"辽宁省朝阳市双塔区燕北街道燕南社区春华小区3号楼2单元501室",
     "辽宁省/朝阳市/双塔区/燕北街道/燕南社区/////春华小区/3/2//501/"},
    {"春华小区3-2-501", "/////////春华小区/3/2//501/"},
    {"春华小区3#2-501", "/////////春华小区/3/2//501/"},
    {"春华小区 ３号楼　２单元 ５０１", "/////////春华小区/3/2//501/"},
    {"春华小区3幢2单元5-01", "/////////春华小区/3/2//501/"},
    {"春华小区3栋2单元501室", "/////////春华小区/3/2//501/"},
    {"春华小区三号楼二单元五〇一室", "/////////春华小区/3/2//501/"},
    {"春华小区3.2.501", "/////////春华小区/3/2//501/"},
    {"春华小区03号楼02单元0501室", "/////////春华小区/3/2//501/"},
    {"春華小區3號樓2單元501室", "/////////春华小区/3/2//501/"},
    {"春华小区（3号楼）2单元，501室", "/////////春华小区/3/2//501/"},
    {"春华小区3楼2单元501", "/////////春华小区/3/2//501/"},
    {"春华小区16号2单元3号", "/////////春华小区/16/2//3/"},
    {"春华小区8号楼4-2", "/////////春华小区/8///402/"},
    {"春华小区3-501", "/////////春华小区/3///501/"},
    {"春华小区12号楼", "/////////春华小区/12////"},
    {"春华小区", "/////////春华小区/////"},
    {"3-2-501", "//////////3/2//501/"},
    {"三号楼二单元五楼", "//////////3/2/5//"},
    {"春华小区三号楼二单元五楼东户", "/////////春华小区/3/2/5/东户/"},
    {"501室", "/////////////501/"},
    {"龙翔花园A座1203", "/////////龙翔花园/A///1203/"},
    {"凤凰家园A区3号楼B单元1001室", "/////////凤凰家园A区/3/B//1001/"},
    {"龙山花园二期3号楼", "/////////龙山花园2期/3////"},
    {"铁路家属楼2单元301", "/////////铁路家属楼//2//301/"},
    {"金达大厦5楼", "/////////金达大厦///5//"},
    {"人民路小区7号楼701", "/////////人民路小区/7///701/"},
    {"工人新村5号楼3单元", "/////////工人新村/5/3///"},
    {"梦里水乡小区3号楼", "/////////梦里水乡小区/3////"},
    {"翠湖名苑3号楼2单元501室（出租）", "/////////翠湖名苑/3/2//501/出租"},
    /* roads and doors */
    {"长江路三段16号", "///////长江路3段/16//////"},
    {"双塔区新华路二段39号", "//双塔区/////新华路2段/39//////"},
    {"新华路东段1-3号", "///////新华路东段/1-3//////"},
    {"长江路16号附2号", "///////长江路/16附2//////"},
    {"长江路16号之1", "///////长江路/16-1//////"},
    {"长江路甲1号", "///////长江路/甲1//////"},
    {"长江路1号甲", "///////长江路/1甲//////"},
    {"经三路5号", "///////经3路/5//////"},
    {"八一路12号", "///////八一路/12//////"},
    {"北京路5号", "///////北京路/5//////"},
    {"16-1号", "////////16-1//////"},
    {"北京市朝阳区建国路16号院3号楼2单元501", "北京市//朝阳区/////建国路/16//3/2//501/"},
    {"上海市浦东新区张杨路120弄5号301室", "上海市//浦东新区/////张杨路/120//5///301/"},
    {"辽宁省朝阳市双塔区龙山街四段308号翠湖名苑11-2-302", "辽宁省/朝阳市/双塔区/////龙山街4段/308/翠湖名苑/11/2//302/"},
    /* villages */
    {"他拉皋镇西营村3组", "///他拉皋镇//西营村/3////////"},
    {"他拉皋镇西营村第三村民组12号", "///他拉皋镇//西营村/3//12//////"},
    {"西营村委会3组", "/////西营村/3////////"},
    {"孙家湾镇五里村2队", "///孙家湾镇//五里村/2////////"},
    {"长宝营子乡东三家村王家屯", "///长宝营子乡//东三家村/王家屯////////"},
    {"长宝营子乡东三家村王家屯6组12号", "///长宝营子乡//东三家村/6//12/王家屯/////"},
    {"王家屯", "//////王家屯////////"},
    {"6组12号", "//////6//12//////"},
    {"凌河街道12委6组", "///凌河街道/12委//6////////"},
    {"双塔区红旗街道光明社区甲1号", "//双塔区/红旗街道/光明社区////甲1//////"},
    /* offices and areas */
    {"朝阳双塔区燕北办事处燕南社区居委会", "/朝阳/双塔区/燕北街道/燕南社区//////////"},
    {"燕北街道办", "///燕北街道///////////"},
    {"湖北省武汉市武昌区中南路街道百瑞景社区3栋1702", "湖北省/武汉市/武昌区/中南路街道/百瑞景社区/////"
                                                      "/3///1702/"},
    {"湖北武汉武昌区", "湖北/武汉/武昌区////////////"},
    {"吉林市船营区", "/吉林市/船营区////////////"},
    {"四川省凉山彝族自治州西昌市", "四川省/凉山彝族自治州/西昌市////////////"},
    {"内蒙古自治区赤峰市宁城县天义镇", "内蒙古自治区/赤峰市/宁城县/天义镇///////////"},
    {"喀喇沁左翼蒙古族自治县大城子镇", "//喀喇沁左翼蒙古族自治县/大城子镇///////////"},
    {"凌源市城关街道", "//凌源市/城关街道///////////"},
    {"武汉市", "/武汉市/////////////"},
    /* elsewhere */
    {"7 Wallaby Place,  Delmar", "//////////////7 wallaby place delmar"},
    {"Müllerstraße 12/3", "//////////////mullerstrasse 12/3"},
    {"", "//////////////"},
};

static const char *joined(struct wg_arena *arena, const struct people_address *a)
{
    const struct wg_str parts[] = {a->province, a->city,  a->county, a->street,      a->community,
                                   a->village,  a->group, a->road,   a->road_number, a->compound,
                                   a->building, a->unit,  a->floor,  a->room,        a->rest};
    struct wg_buf buf;
    wg_buf_init(&buf, 4096);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (i) wg_buf_putc(&buf, '/');
        wg_buf_str(&buf, parts[i]);
    }
    const char *out = wg_cstr(arena, (struct wg_str){buf.p, buf.n});
    wg_buf_free(&buf);
    return out;
}

static void test_address__comes_apart_into_its_levels(void **state)
{
    (void)state;
    struct wg_arena *arena = wg_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct people_address a = people_address_read(arena, wg_str(rows[i].written));
        const char *parts = joined(arena, &a);
        if (strcmp(parts, rows[i].parts) != 0) fail_msg("%s\n %s\n %s", rows[i].written, parts, rows[i].parts);
    }
    wg_arena_free(arena);
}

static void test_address__normal_form_reads_as_itself(void **state)
{
    (void)state; /* people P1 */
    struct wg_arena *arena = wg_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct people_address a = people_address_read(arena, wg_str(rows[i].written));
        struct people_address b = people_address_read(arena, a.normal);
        assert_true(wg_str_eq(a.normal, b.normal));
        assert_string_equal(joined(arena, &a), joined(arena, &b));
    }
    wg_arena_free(arena);
}

static void test_address__the_normal_form_keeps_names_and_turns_numbers(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"東三家村 三组", "东三家村3组"},
        {"八一路二十三号", "八一路23号"},
        {"春华小区１２＃楼", "春华小区12#楼"},
        {"燕北街道办事处", "燕北街道"},
        {"一百零五号", "105号"},
        {"三里屯", "三里屯"},
        {"五里村民委员会", "五里村"},
        {"春华小区\xEF\xBF\xBD"
         "3号楼",
         "春华小区3号楼"},
    };
    struct wg_arena *arena = wg_arena_new();
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct people_address a = people_address_read(arena, wg_str(pairs[i][0]));
        if (!wg_str_is(a.normal, pairs[i][1])) fail_msg("%s: %.*s", pairs[i][0], (int)a.normal.n, a.normal.p);
    }
    wg_arena_free(arena);
}

static void test_address__anything_at_all_is_survived(void **state)
{
    (void)state; /* people P1 P2 */
    static const char *const pieces[] = {"辽宁省", "朝阳", "市", "区",   "街道", "办",   "办事处", "村", "委会", "社区", "小区",
                                         "3",      "三",   "十", "号",   "楼",   "单元", "-",      "#",  "甲",   "A",    "路",
                                         "段",     "组",   "屯", "\xff", " ",    "第",   "之",     "座", "弄",   "0"};
    struct wg_arena *arena = wg_arena_new();
    uint32_t dice = 4242;
    struct wg_buf buf;
    wg_buf_init(&buf, 4096);
    for (int round = 0; round < 40000; round++) {
        struct wg_str text = people_random_text(&buf, &dice, pieces, sizeof pieces / sizeof *pieces, 24);
        struct people_address a = people_address_read(arena, text);
        struct people_address b = people_address_read(arena, a.normal);
        if (!wg_str_eq(a.normal, b.normal))
            fail_msg("%.*s: %.*s, then %.*s", (int)text.n, text.p, (int)a.normal.n, a.normal.p, (int)b.normal.n, b.normal.p);
        assert_string_equal(joined(arena, &a), joined(arena, &b));
        if (round % 100 == 0) wg_arena_reset(arena);
    }
    wg_arena_free(arena);
    wg_buf_free(&buf);
}

static void test_address__a_very_long_one_costs_no_more_than_its_length(void **state)
{
    (void)state; /* people P2 */
    struct wg_arena *arena = wg_arena_new();
    struct wg_buf buf;
    wg_buf_init(&buf, 4 * 1000 * 1000);
    for (size_t i = 0; i < 1000 * 1000; i++) wg_buf_puts(&buf, "路");
    size_t before = wg_arena_used(arena);
    struct people_address a = people_address_read(arena, (struct wg_str){buf.p, buf.n});
    assert_true(wg_arena_used(arena) - before < 65536);
    assert_true(wg_utf8_valid(a.normal));
    wg_buf_free(&buf);
    wg_arena_free(arena);
}

static void test_address__every_prefecture_is_looked_for(void **state)
{
    (void)state;
    for (size_t p = 0; p < people_province_count; p++) {
        const char32_t *names = people_provinces[p].prefectures;
        for (size_t i = 0; names[i]; i++)
            if (i == 0 || names[i - 1] == ' ') assert_true(people_prefecture_begins(names[i], names[i + 1]));
    }
    size_t heads = 0;
    for (size_t i = 0; i < 64; i++) heads += (size_t)__builtin_popcountll(people_prefecture_heads[i]);
    assert_true(heads < 4096 / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address__comes_apart_into_its_levels),
        cmocka_unit_test(test_address__normal_form_reads_as_itself),
        cmocka_unit_test(test_address__the_normal_form_keeps_names_and_turns_numbers),
        cmocka_unit_test(test_address__anything_at_all_is_survived),
        cmocka_unit_test(test_address__a_very_long_one_costs_no_more_than_its_length),
        cmocka_unit_test(test_address__every_prefecture_is_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
