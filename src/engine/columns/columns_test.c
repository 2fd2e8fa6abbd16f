/* What columns promises, on made-up tables: the headers of the field's forms, headers that help nobody, headers that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/columns/columns.h"
#include "engine/people/people.h"

enum { ROWS = 24, MOST = 16 };

/* --- made-up people ------------------------------------------------------------------------------------------------- */

enum what {
    ID,
    PERSON,
    SEX,
    AGE,
    NUMBER,
    HOME,
    MOBILE,
    SERIAL,
    CAME,
    ARRIVED,
    BORN,
    TEMPERATURE,
    PLATE,
    TRAIN,
    WORK,
    STREET,
    VILLAGE,
    MASKED,
    WITHOUT_YEAR,
    LOST,
    NOTHING,
    REMARK
};

static const char *cell(struct wg_arena *arena, enum what what, int row)
{
    static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "欧阳", "赵", "单"};
    static const char *const given[] = {"伟", "秀英", "静", "建国", "小明", "婷婷"};
    static const char *const towns[] = {"武汉市", "湖北黄冈", "广东省深圳市", "北京", "沈阳市"};
    static const char *const streets[] = {"燕北街道", "红旗街道", "他拉皋镇", "长宝营子乡"};
    static const char *const villages[] = {"燕南社区", "光明社区", "西营村", "五里村"};
    static const char *const works[] = {"朝阳金达集团", "双塔区第一小学", "市中心医院", "大众超市"};
    char number[24];
    int year = 1940 + row * 3 % 70;
    (void)snprintf(number, sizeof number, "219999%04d%02d%02d%03d", year, row % 12 + 1, row % 28 + 1, 100 + row * 7 % 800);
    number[17] = people_idno_check(number);
    number[18] = '\0';
    switch (what) {
    case ID:
        return wg_fmt(arena, "%s", number);
    case PERSON:
        return wg_fmt(arena, "%s%s", surnames[row % 8], given[row % 6]);
    case SEX:
        return row % 3 ? "男" : "女";
    case AGE:
        return wg_fmt(arena, "%d", 2020 - year);
    case NUMBER:
        return wg_fmt(arena, "%d", row % 5 + 1);
    case HOME:
        return wg_fmt(arena, "双塔区春华小区%d号楼%d单元%d01", row % 9 + 1, row % 4 + 1, row % 6 + 1);
    case MOBILE:
        return wg_fmt(arena, "154%08d", 12345678 + row * 7919);
    case SERIAL:
        return wg_fmt(arena, "%d", row + 1);
    case CAME:
        return towns[row % 5];
    case ARRIVED:
        return wg_fmt(arena, "2020-01-%02d", row % 28 + 1);
    case WITHOUT_YEAR:
        return wg_fmt(arena, "1月%d日", row % 28 + 1);
    case BORN:
        return wg_fmt(arena, "%d.%d.%d", year, row % 12 + 1, row % 28 + 1);
    case TEMPERATURE:
        return wg_fmt(arena, "36.%d", row % 9);
    case PLATE:
        return wg_fmt(arena, "辽N%05d", 10000 + row * 371);
    case TRAIN:
        return wg_fmt(arena, "G%d", 1200 + row);
    case WORK:
        return works[row % 4];
    case STREET:
        return streets[row % 4];
    case VILLAGE:
        return villages[row % 4];
    case MASKED:
        return wg_fmt(arena, "2199**********%.4s", number + 14);
    case LOST:
        return "2.19999E+17";
    case REMARK:
        return row % 5 ? "" : "已电话核实，本人在外地";
    case NOTHING:
        break;
    }
    return "";
}

struct expected {
    const char *header;
    enum what what;
    enum column_kind kind;
};

static struct column_guess *guess_table(struct wg_ctx *ctx, const struct expected *table, size_t n, const int *order)
{
    struct wg_str header[MOST], cells[ROWS * MOST];
    for (size_t c = 0; c < n; c++) header[c] = wg_str(table[c].header);
    for (int r = 0; r < ROWS; r++)
        for (size_t c = 0; c < n; c++) cells[(size_t)r * n + c] = wg_str(cell(ctx->arena, table[c].what, order ? order[r] : r));
    struct column_guess *guesses;
    assert_int_equal(columns_guess_cells(ctx, header, n, cells, ROWS, &guesses), 0);
    return guesses;
}

static struct wg_ctx make_ctx(void)
{
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    ctx.now = wg_day_start(wg_day_from_civil(2020, 2, 14), 480);
    ctx.zone = 480;
    return ctx;
}

static void check(const struct expected *table, size_t n)
{
    struct wg_ctx ctx = make_ctx();
    struct column_guess *guesses = guess_table(&ctx, table, n, NULL);
    for (size_t c = 0; c < n; c++)
        if (guesses[c].kind != table[c].kind)
            fail_msg("%s: %s (%.2f), expected %s", table[c].header, column_kind_code(guesses[c].kind), guesses[c].confidence,
                     column_kind_code(table[c].kind));
    wg_arena_free(ctx.arena);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- forms ---------------------------------------------------------------------------------------------------------- */

static void test_columns__knows_the_forms_of_the_field(void **state)
{
    (void)state;
    static const struct expected sweep[] = {
        {"序号", SERIAL, COLUMN_RECORD_ID},
        {"姓名", PERSON, COLUMN_NAME},
        {"性别", SEX, COLUMN_SEX},
        {"年龄", AGE, COLUMN_AGE},
        {"身份证号", ID, COLUMN_IDNO},
        {"联系电话", MOBILE, COLUMN_PHONE},
        {"乡镇街道", STREET, COLUMN_TOWNSHIP},
        {"所属社区", VILLAGE, COLUMN_COMMUNITY},
        {"现住址", HOME, COLUMN_ADDRESS},
        {"工作单位", WORK, COLUMN_ORGANISATION},
        {"返回时间", ARRIVED, COLUMN_CAME_ON},
        {"出发地", CAME, COLUMN_CAME_FROM},
        {"车次/航班", TRAIN, COLUMN_TRANSPORT},
        {"体温（℃）", TEMPERATURE, COLUMN_TEMPERATURE},
        {"备注", REMARK, COLUMN_NOTE},
    };
    static const struct expected train[] = {
        {"旅客姓名", PERSON, COLUMN_NAME}, {"证件号码", ID, COLUMN_IDNO},         {"手机号", MOBILE, COLUMN_PHONE},
        {"车次", TRAIN, COLUMN_TRANSPORT}, {"乘车日期", ARRIVED, COLUMN_CAME_ON}, {"始发站", CAME, COLUMN_CAME_FROM},
    };
    static const struct expected police[] = {
        {"公民身份号码*", ID, COLUMN_IDNO}, {"姓  名", PERSON, COLUMN_NAME}, {"聯繫方式", MOBILE, COLUMN_PHONE},
        {"户籍地", CAME, COLUMN_ADDRESS},   {"车牌号", PLATE, COLUMN_PLATE}, {"出生日期", BORN, COLUMN_BIRTH},
    };
    static const struct expected hospital[] = {
        {"返回日期", WITHOUT_YEAR, COLUMN_CAME_ON}, {"患者姓名", PERSON, COLUMN_NAME},
        {"出生年月", BORN, COLUMN_BIRTH},           {"居住地址", HOME, COLUMN_ADDRESS},
        {"基本信息/身份证号码", ID, COLUMN_IDNO},   {"基本信息/手机", MOBILE, COLUMN_PHONE},
    };
    static const struct expected english[] = {
        {"Full Name", PERSON, COLUMN_NAME},        {"ID number", ID, COLUMN_IDNO},
        {"Mobile", MOBILE, COLUMN_PHONE},          {"Date of birth", BORN, COLUMN_BIRTH},
        {"Arrival date", ARRIVED, COLUMN_CAME_ON}, {"Remarks", REMARK, COLUMN_NOTE},
    };
    check(sweep, COUNT(sweep));
    check(train, COUNT(train));
    check(police, COUNT(police));
    check(hospital, COUNT(hospital));
    check(english, COUNT(english));
}

static void test_columns__headers_that_say_nothing_leave_it_to_the_cells(void **state)
{
    (void)state;
    static const struct expected table[] = {
        {"列1", PERSON, COLUMN_NAME},        {"列2", ID, COLUMN_IDNO},
        {"列3", MOBILE, COLUMN_PHONE},       {"", SEX, COLUMN_SEX},
        {"F5", HOME, COLUMN_ADDRESS},        {"列6", PLATE, COLUMN_PLATE},
        {"列7", STREET, COLUMN_TOWNSHIP},    {"列8", VILLAGE, COLUMN_COMMUNITY},
        {"列9", BORN, COLUMN_BIRTH},         {"列10", TRAIN, COLUMN_TRANSPORT},
        {"列11", NUMBER, COLUMN_NUMBER},     {"列12", NOTHING, COLUMN_UNKNOWN},
        {"列13", WORK, COLUMN_ORGANISATION},
    };
    check(table, COUNT(table));
}

static void test_columns__cells_win_over_a_header_that_lies(void **state)
{
    (void)state;
    static const struct expected swapped[] = {
        {"姓名", MOBILE, COLUMN_PHONE}, {"电话", PERSON, COLUMN_NAME}, {"序号", ID, COLUMN_IDNO},
        {"性别", HOME, COLUMN_ADDRESS}, {"住址", SEX, COLUMN_SEX},
    };
    static const struct expected all_name[] = {
        {"姓名", ID, COLUMN_IDNO},
        {"姓名#2", PERSON, COLUMN_NAME},
        {"姓名#3", MOBILE, COLUMN_PHONE},
    };
    check(swapped, COUNT(swapped));
    check(all_name, COUNT(all_name));
}

static void test_columns__the_public_sets_are_known_by_their_headers(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum column_kind kind;
        const char *cells[4];
    } sets[] = {
        {"rec_id", COLUMN_RECORD_ID, {"rec-223-org", "rec-122-org", "rec-122-dup-0", "rec-9-org"}},
        {"given_name", COLUMN_GIVEN_NAME, {"lachlan", "deakin", "jacob", "eve"}},
        {"surname", COLUMN_SURNAME, {"waller", "berry", "sondergeld", "white"}},
        {"street_number", COLUMN_STREET_NUMBER, {"6", "69", "48", "12"}},
        {"address_1", COLUMN_STREET_NAME, {"tullaroop street", "giblin street", "goldfinch circuit", "hurtle avenue"}},
        {"address_2", COLUMN_ADDRESS, {"willaroo", "", "kooltuo", "villa 7"}},
        {"suburb", COLUMN_CITY, {"st james", "bittern", "canterbury", "dapto"}},
        {"postcode", COLUMN_POSTCODE, {"4011", "4814", "2776", "3044"}},
        {"state", COLUMN_STATE, {"wa", "qld", "nsw", "vic"}},
        {"date_of_birth", COLUMN_BIRTH, {"19081209", "19990219", "19600210", "19371207"}},
        {"age", COLUMN_AGE, {"29", "31", "29", "60"}},
        {"phone_number", COLUMN_PHONE, {"04 22718532", "02 62479325", "03 30512345", "08 11112222"}},
        {"soc_sec_id", COLUMN_IDNO, {"6988048", "7364009", "2635962", "1804974"}},
        {"blocking_number", COLUMN_NUMBER, {"5", "6", "4", "1"}},
        {"email", COLUMN_EMAIL, {"robert255@smith.net", "roberta25@smith.net", "", "a@b.org"}},
    };
    static const struct {
        const char *header;
        enum column_kind kind;
        const char *cells[4];
    } persons[] = {
        {"fname_c1", COLUMN_GIVEN_NAME, {"CARSTEN", "GERD", "ROBERT", "STEFAN"}},
        {"fname_c2", COLUMN_GIVEN_NAME, {"", "", "", "PETER"}},
        {"lname_c1", COLUMN_SURNAME, {"MEIER", "BAUER", "HARTMANN", "WOLFF"}},
        {"by", COLUMN_BIRTH_YEAR, {"1949", "1968", "1930", "1957"}},
        {"bm", COLUMN_BIRTH_MONTH, {"7", "7", "4", "9"}},
        {"bd", COLUMN_BIRTH_DAY, {"22", "27", "30", "2"}},
        {"first_name", COLUMN_GIVEN_NAME, {"Robert", "Rob", "", "Grace"}},
        {"dob", COLUMN_BIRTH, {"1971-06-24", "1971-05-24", "1971-06-24", "1997-04-26"}},
        {"city", COLUMN_CITY, {"", "London", "London", "Hull"}},
        {"unique_id", COLUMN_RECORD_ID, {"0", "1", "2", "3"}},
    };
    struct wg_ctx ctx = make_ctx();
    struct wg_str header[COUNT(sets)], cells[4 * COUNT(sets)];
    struct column_guess *guesses;
    for (size_t c = 0; c < COUNT(sets); c++) {
        header[c] = wg_str(sets[c].header);
        for (size_t r = 0; r < 4; r++) cells[r * COUNT(sets) + c] = wg_str(sets[c].cells[r]);
    }
    assert_int_equal(columns_guess_cells(&ctx, header, COUNT(sets), cells, 4, &guesses), 0);
    for (size_t c = 0; c < COUNT(sets); c++)
        if (guesses[c].kind != sets[c].kind) fail_msg("%s: %s", sets[c].header, column_kind_code(guesses[c].kind));
    for (size_t c = 0; c < COUNT(persons); c++) {
        header[c] = wg_str(persons[c].header);
        for (size_t r = 0; r < 4; r++) cells[r * COUNT(persons) + c] = wg_str(persons[c].cells[r]);
    }
    assert_int_equal(columns_guess_cells(&ctx, header, COUNT(persons), cells, 4, &guesses), 0);
    for (size_t c = 0; c < COUNT(persons); c++)
        if (guesses[c].kind != persons[c].kind) fail_msg("%s: %s", persons[c].header, column_kind_code(guesses[c].kind));
    wg_arena_free(ctx.arena);
}

/* --- promises ------------------------------------------------------------------------------------------------------- */

static void test_columns__a_kind_that_occurs_once_goes_to_the_best(void **state)
{
    (void)state; /* columns P1 */
    static const struct expected table[] = {
        {"紧急联系人", PERSON, COLUMN_TEXT},      {"姓名", PERSON, COLUMN_NAME},
        {"监护人身份证", ID, COLUMN_TEXT},        {"身份证号", ID, COLUMN_IDNO},
        {"紧急联系人电话", MOBILE, COLUMN_PHONE}, {"手机", MOBILE, COLUMN_PHONE},
    };
    struct wg_ctx ctx = make_ctx();
    struct column_guess *guesses = guess_table(&ctx, table, COUNT(table), NULL);
    bool once[COLUMN_KIND_COUNT] = {false};
    for (size_t c = 0; c < COUNT(table); c++) {
        if (guesses[c].kind == COLUMN_NAME || guesses[c].kind == COLUMN_IDNO) {
            assert_false(once[guesses[c].kind]);
            once[guesses[c].kind] = true;
        }
    }
    assert_int_equal(guesses[1].kind, COLUMN_NAME);
    assert_int_equal(guesses[0].second, COLUMN_NAME);
    assert_int_equal(guesses[3].kind, COLUMN_IDNO);
    assert_int_equal(guesses[2].second, COLUMN_IDNO);
    assert_true(guesses[5].confidence > guesses[4].confidence); /* a person's own number before another's */
    wg_arena_free(ctx.arena);
}

static void test_columns__the_living_address_comes_before_the_registered_one(void **state)
{
    (void)state;
    static const struct expected table[] = {{"户籍地址", HOME, COLUMN_ADDRESS}, {"现住址", HOME, COLUMN_ADDRESS}};
    struct wg_ctx ctx = make_ctx();
    struct column_guess *guesses = guess_table(&ctx, table, 2, NULL);
    assert_int_equal(guesses[0].kind, COLUMN_ADDRESS);
    assert_int_equal(guesses[1].kind, COLUMN_ADDRESS);
    assert_true(guesses[1].confidence > guesses[0].confidence);
    wg_arena_free(ctx.arena);
}

static void test_columns__a_serial_that_is_not_one_is_no_record_id(void **state)
{
    (void)state;
    static const struct expected table[] = {{"序号", NUMBER, COLUMN_NUMBER}, {"编号", SERIAL, COLUMN_RECORD_ID}};
    check(table, COUNT(table));
}

static void test_columns__the_order_of_rows_does_not_matter(void **state)
{
    (void)state; /* columns P2 */
    static const struct expected table[] = {
        {"姓名", PERSON, COLUMN_NAME},     {"证件", ID, COLUMN_IDNO},        {"列3", MOBILE, COLUMN_PHONE},
        {"日期", ARRIVED, COLUMN_CAME_ON}, {"地址", HOME, COLUMN_ADDRESS},   {"体温", TEMPERATURE, COLUMN_TEMPERATURE},
        {"备注", REMARK, COLUMN_NOTE},     {"来自", CAME, COLUMN_CAME_FROM},
    };
    struct wg_ctx ctx = make_ctx();
    struct column_guess *first = guess_table(&ctx, table, COUNT(table), NULL);
    uint32_t dice = 7;
    for (int round = 0; round < 8; round++) {
        int order[ROWS];
        for (int i = 0; i < ROWS; i++) order[i] = i;
        for (int i = ROWS - 1; i > 0; i--) {
            dice = dice * 1664525U + 1013904223U;
            int j = (int)((dice >> 16) % (uint32_t)(i + 1)), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        struct column_guess *again = guess_table(&ctx, table, COUNT(table), order);
        for (size_t c = 0; c < COUNT(table); c++) {
            assert_int_equal(first[c].kind, again[c].kind);
            assert_int_equal(first[c].second, again[c].second);
            assert_true(first[c].confidence == again[c].confidence);
            assert_int_equal(first[c].faulty, again[c].faulty);
            assert_int_equal(first[c].n_samples, again[c].n_samples);
            for (size_t k = 0; k < first[c].n_samples; k++) assert_true(wg_str_eq(first[c].samples[k], again[c].samples[k]));
        }
    }
    wg_arena_free(ctx.arena);
}

static void test_columns__counts_what_is_filled_faulty_and_lost(void **state)
{
    (void)state;
    struct wg_ctx ctx = make_ctx();
    const char *ids[] = {"219999199001011238", "", "219999199001011239", "2.19999E+17", "219999195602290043", "2.19999E+17"};
    struct wg_str header[] = {WG_STR("身份证号")}, cells[COUNT(ids)];
    struct column_guess *guesses;
    for (size_t i = 0; i < COUNT(ids); i++) cells[i] = wg_str(ids[i]);
    assert_int_equal(columns_guess_cells(&ctx, header, 1, cells, COUNT(ids), &guesses), 0);
    assert_int_equal(guesses[0].kind, COLUMN_IDNO);
    assert_int_equal(guesses[0].sampled, 6);
    assert_int_equal(guesses[0].filled, 5);
    assert_int_equal(guesses[0].faulty, 3);
    assert_int_equal(guesses[0].lost, 2);
    assert_int_equal(guesses[0].n_samples, 3);
    assert_true(guesses[0].by_header && guesses[0].by_content);
    wg_arena_free(ctx.arena);
}

static void test_columns__masked_and_lost_numbers_are_still_identity_numbers(void **state)
{
    (void)state;
    static const struct expected table[] = {{"列1", MASKED, COLUMN_IDNO}, {"列2", PERSON, COLUMN_NAME}};
    static const struct expected lost[] = {{"证件号码", LOST, COLUMN_IDNO}, {"列2", PERSON, COLUMN_NAME}};
    check(table, COUNT(table));
    check(lost, COUNT(lost));
}

static void test_columns__an_empty_table_is_told_by_its_header(void **state)
{
    (void)state;
    struct wg_ctx ctx = make_ctx();
    struct wg_str header[] = {WG_STR("姓名"), WG_STR("身份证号"), WG_STR("列3")};
    struct column_guess *guesses;
    assert_int_equal(columns_guess_cells(&ctx, header, 3, NULL, 0, &guesses), 0);
    assert_int_equal(guesses[0].kind, COLUMN_NAME);
    assert_int_equal(guesses[1].kind, COLUMN_IDNO);
    assert_int_equal(guesses[2].kind, COLUMN_UNKNOWN);
    wg_arena_free(ctx.arena);
}

static void test_columns__reads_a_file_and_leaves_it_rewound(void **state)
{
    (void)state;
    static const char file[] = "双塔区返回人员名单\n姓名,身份证号,手机,现住址\n"
                               "王伟,219999199001011238,15412345678,春华小区3号楼2单元501\n"
                               "李静,219999195602290043,15412345679,春华小区4号楼1单元302\n"
                               "张强,21999919750715005X,15412345670,长江路三段16号\n合计,3人,,\n";
    struct wg_ctx ctx = make_ctx();
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    struct column_guess *guesses;
    struct tab_row row;
    bool more;
    assert_int_equal(tab_open_bytes(&ctx, WG_STR(file), &limits, &reader), 0);
    assert_int_equal(columns_guess(&ctx, reader, 100, &guesses), 0);
    static const enum column_kind expected[] = {COLUMN_NAME, COLUMN_IDNO, COLUMN_PHONE, COLUMN_ADDRESS};
    for (size_t c = 0; c < 4; c++) assert_int_equal(guesses[c].kind, expected[c]);
    assert_int_equal(guesses[0].sampled, 3);
    assert_int_equal(tab_next(&ctx, reader, &row, &more), 0);
    assert_true(more && wg_str_is(row.cells[0], "王伟"));
    wg_arena_free(ctx.arena);
}

static void test_columns__codes_are_read_back(void **state)
{
    (void)state;
    for (int k = 0; k < COLUMN_KIND_COUNT; k++) {
        enum column_kind again;
        assert_true(column_kind_from_code(wg_str(column_kind_code((enum column_kind)k)), &again));
        assert_int_equal(again, k);
        assert_true(strlen(column_kind_label((enum column_kind)k, WG_ZH)) > 0 &&
                    strlen(column_kind_label((enum column_kind)k, WG_EN)) > 0);
    }
    enum column_kind kind = COLUMN_SEX;
    assert_false(column_kind_from_code(WG_STR("no such kind"), &kind));
    assert_int_equal(kind, COLUMN_SEX);
}

/* --- headers in Latin letters --------------------------------------------------------------------------------------- */

static const char *const census_rows[] = {"ANN,HALL,F,3,7,1961,12 MILL LANE,PO21 4AB",
                                          "TOM,REED,M,14,11,1984,3 HIGH STREET,PO4 8CD",
                                          "MARY,HALL,F,28,2,1958,12 MILL LANE,PO21 4AB"};
static const char *const voter_rows[] = {"JANE,MARIE,DOE,JR,41,12,OAK,ST,SALEM,NC,27101,919 555 0101,F,01/05/1999",
                                         "MARK,,POE,,67,340,ELM,AVE,DURHAM,NC,27701,919 555 0102,M,03/21/1978",
                                         "RUTH,ANN,ROE,,23,7,PINE,RD,SALEM,NC,27101,919 555 0103,F,10/02/2014"};
static const char *const german_rows[] = {"Herr,Jonas,Adler,03.07.1961,Lindenweg,12,01067,Dresden,0351 5550101,m",
                                          "Frau,Anna,Vogt,14.11.1984,Hauptstraße,3a,04109,Leipzig,0341 5550102,w",
                                          "Frau,Ida,Brandt,28.02.1958,Am Markt,7,09111,Chemnitz,0371 5550103,w"};
static const char *const french_rows[] = {"ADLER,Jean,03/07/1961,12 rue Basse,75011,Paris,01 55 50 10 10",
                                          "VOGT,Anne,14/11/1984,3 rue Haute,69002,Lyon,04 55 50 10 20",
                                          "BRANDT,Luc,28/02/1958,7 place Verte,31000,Toulouse,05 55 50 10 30"};
static const char *const ward_rows[] = {"40012,\"Hall, Ann\",03/07/1961,943 476 5919,12/01/2020,HALL,Reed",
                                        "40013,\"Reed, Tom\",14/11/1984,943 476 5870,13/01/2020,LANE,Hall",
                                        "40014,\"Moss, Eve\",28/02/1958,401 023 2137,29/01/2020,WOOD,Moss"};

struct latin {
    const char *header;
    const char *const *rows; /* three */
    const char *kinds;
};

static struct wg_str next_cell(struct wg_str *rest)
{
    struct wg_str cell;
    if (rest->n && rest->p[0] == '"') {
        *rest = wg_str_sub(*rest, 1, rest->n);
        assert_true(wg_str_next(rest, '"', &cell));
        if (rest->n) *rest = wg_str_sub(*rest, 1, rest->n);
        return cell;
    }
    assert_true(wg_str_next(rest, ',', &cell));
    return cell;
}

static void check_latin(const struct latin *t)
{
    enum { LINES = 30, COLUMNS = 16 };
    struct wg_ctx ctx = make_ctx();
    struct wg_str header[COLUMNS], cells[LINES * COLUMNS], rest = wg_str(t->header), kinds = wg_str(t->kinds), kind;
    size_t n = 0;
    while (n < COLUMNS && rest.p) header[n++] = next_cell(&rest);
    for (size_t r = 0; r < LINES; r++) {
        struct wg_str row = wg_str(t->rows[r % 3]);
        for (size_t c = 0; c < n; c++) cells[r * n + c] = next_cell(&row);
    }
    struct column_guess *guesses;
    assert_int_equal(columns_guess_cells(&ctx, header, n, cells, LINES, &guesses), 0);
    for (size_t c = 0; c < n; c++) {
        assert_true(wg_str_next(&kinds, ',', &kind));
        if (!wg_str_is(kind, column_kind_code(guesses[c].kind)))
            fail_msg("%.*s: %s, expected %.*s", (int)header[c].n, header[c].p, column_kind_code(guesses[c].kind), (int)kind.n,
                     kind.p);
    }
    wg_arena_free(ctx.arena);
}

static void test_columns__reads_headers_in_latin_letters_word_by_word(void **state)
{
    (void)state;
    static const struct latin tables[] = {
        {"PERNAME1,PERNAME2,SEX,DOB_DAY,DOB_MON,DOB_YEAR,ENUMCAP,ENUMPC", census_rows,
         "given_name,surname,sex,birth_day,birth_month,birth_year,address,postcode"},
        {"firstName,lastName,gndr,birthDay,birthMonth,birthYear,homeAddress,postCode", census_rows,
         "given_name,surname,sex,birth_day,birth_month,birth_year,address,postcode"},
        {"first_name,midl_name,last_name,name_sufx_cd,age,house_num,street_name,street_type_cd,res_city_desc,state_cd,zip_code,"
         "phone_num,sex_code,register_date",
         voter_rows,
         "given_name,given_name,surname,text,age,street_number,street_name,text,city,state,postcode,phone,sex,text"},
        {"Anrede,Vorname,Name,Geburtsdatum,Straße,Hausnr.,PLZ,Wohnort,Telefonnummer,Geschlecht", german_rows,
         "text,given_name,surname,birth,street_name,street_number,postcode,city,phone,sex"},
        {"nom,prénom,date_naissance,adresse,code_postal,ville,téléphone", french_rows,
         "surname,given_name,birth,address,postcode,city,phone"},
        {"MRN,Patient Name,DOB,NHS No,Admission Date,MOTHERS_MAIDEN_NAME,GP name", ward_rows,
         "number,name,birth,idno,came_on,text,text"},
    };
    for (size_t i = 0; i < COUNT(tables); i++) check_latin(&tables[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns__knows_the_forms_of_the_field),
        cmocka_unit_test(test_columns__reads_headers_in_latin_letters_word_by_word),
        cmocka_unit_test(test_columns__headers_that_say_nothing_leave_it_to_the_cells),
        cmocka_unit_test(test_columns__cells_win_over_a_header_that_lies),
        cmocka_unit_test(test_columns__the_public_sets_are_known_by_their_headers),
        cmocka_unit_test(test_columns__a_kind_that_occurs_once_goes_to_the_best),
        cmocka_unit_test(test_columns__the_living_address_comes_before_the_registered_one),
        cmocka_unit_test(test_columns__a_serial_that_is_not_one_is_no_record_id),
        cmocka_unit_test(test_columns__the_order_of_rows_does_not_matter),
        cmocka_unit_test(test_columns__counts_what_is_filled_faulty_and_lost),
        cmocka_unit_test(test_columns__masked_and_lost_numbers_are_still_identity_numbers),
        cmocka_unit_test(test_columns__an_empty_table_is_told_by_its_header),
        cmocka_unit_test(test_columns__reads_a_file_and_leaves_it_rewound),
        cmocka_unit_test(test_columns__codes_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
