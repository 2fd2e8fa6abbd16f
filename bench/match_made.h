/* match_made.h - made-up Chinese people for the match benches: a register of households, and lists drawn from it with errors.
 *
 * Register. Households of 1 to 6 live in flats of compounds (building, stairwell, room) or in villages. A household has a
 * family name by the father, a mother with her own, children whose given names share a character in one of three families.
 * Family names fall off as in the census (王李张刘陈 a third of all); given names are one character (one in five) or two, of
 * characters by sex. Identity numbers are of the unassigned areas 219901..219999 with right check digits. Columns: 证件号 (3 in
 * 100 missing), 姓名, 电话 (15 in 100 missing; children and a third of the old have a relative's), 出生日期, 性别, 住址 (2 missing).
 *
 * List. Six rows in ten are people of the register, each at most once; the others come from households that are not in it.
 *   number   missing by the list's kind; else 1.5 in 100 one digit wrong, 0.5 two neighbours exchanged, 3 masked
 *            (219901********1234), 0.5 made useless by a spreadsheet (2.19901E+17), lower-case x always possible
 *   name     3 in 100 another character of the same sound, 1 one of similar shape, 1 a character left out, 1 with (户主),
 *            0.3 characters exchanged, 0.5 with a space inside
 *   phone    missing by kind; else 12 in 100 a new number, 8 another member's, 2 one digit wrong, a fifth written +86 or with spaces
 *   birth    missing by kind; else 2 in 100 one part wrong, 1 month and day exchanged, in three ways of writing
 *   address  missing by kind; else 8 in 100 moved, 6 without the room, in four ways of writing the door, with or without the
 *            district's name before it */
#ifndef WG_BENCH_MATCH_MADE_H
#define WG_BENCH_MATCH_MADE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/match/match.h"
#include "engine/people/people.h"

struct made_random {
    uint64_t state;
};

static uint64_t made_next(struct made_random *r)
{
    uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static int made_below(struct made_random *r, int n)
{
    return (int)(made_next(r) % (uint64_t)n);
}

static bool made_chance(struct made_random *r, double p)
{
    return (double)(made_next(r) >> 11) / 9007199254740992.0 < p;
}

static const char made_surnames[] =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任"
    "姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
static const char made_male[] = "伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林东海峰建国志文永春生成光宏祥德庆福贵"
                                "云山振兴立新嘉泽轩睿博瀚梓晨铭"
                                "昊然子涵皓宸逸航启源柏毅诚信义仁礼智";
static const char made_female[] = "芳娜敏静丽艳娟霞燕玲桂英秀兰红梅玉凤琴华莉萍雪颖倩婷慧洁云佳欣怡思雨涵梦琪诗悦雅馨萱语彤可心"
                                  "若晴晓娜珊瑶琳璐蕾薇蓉菊莲香翠珍"
                                  "春淑惠美素贞月";
static const char *const made_compounds[] = {"春华", "秋实", "燕南", "东升", "金都", "阳光", "锦绣", "龙泉", "凌河", "文化",
                                             "建设", "和平", "幸福", "光明", "新华", "向阳", "富园", "天悦", "碧水", "祥和"};
static const char *const made_kinds[] = {"小区", "花园", "家园", "嘉园", "苑"};

struct made_person {
    char idno[20], name[32], phone[12], address[3][96]; /* the address in three ways of writing, the first the register's */
    char coarse[96];
    int year, month, day, sex;
    uint32_t household;
};
struct made_people {
    struct made_person *p;
    size_t n;
};

static void made_char(const char *set, int at, char out[4])
{
    memcpy(out, set + 3 * at, 3);
    out[3] = 0;
}

/* Skewed to the front, as names are. */
static int made_skewed(struct made_random *r, int n, double power)
{
    double x = (double)(made_next(r) >> 11) / 9007199254740992.0, y = x;
    for (double k = 1; k < power; k++) y *= x;
    int at = (int)(y * n);
    return at < n ? at : n - 1;
}

static void made_given(struct made_random *r, int sex, const char *shared, char *out)
{
    const char *set = sex == 1 ? made_male : made_female;
    int n = (int)(sex == 1 ? sizeof made_male : sizeof made_female) / 3;
    char a[4], b[4];
    made_char(set, made_skewed(r, n, 2), a);
    made_char(set, made_skewed(r, n, 2), b);
    if (shared)
        snprintf(out, 8, "%s%s", shared, a);
    else if (made_chance(r, .2))
        snprintf(out, 8, "%s", a);
    else
        snprintf(out, 8, "%s%s", a, b);
}

static void made_idno(struct made_random *r, struct made_person *p)
{
    char digits[24];
    int order = made_below(r, 500) * 2 + (p->sex == 1);
    snprintf(digits, sizeof digits, "2199%02d%04d%02d%02d%03d", 1 + made_below(r, 99), p->year, p->month, p->day, order);
    snprintf(p->idno, sizeof p->idno, "%.17s%c", digits, people_idno_check(digits));
}

static void made_phone(struct made_random *r, char out[12])
{
    static const char *const heads[] = {"138", "139", "135", "136", "137", "150", "151", "158",
                                        "159", "186", "187", "188", "133", "189", "177"};
    snprintf(out, 12, "%s%04d%04d", heads[made_below(r, 15)], made_below(r, 400), made_below(r, 10000));
}

static void made_member(struct made_random *r, struct made_person *p, const char *surname, int sex, int year,
                        const char *shared)
{
    char given[8];
    p->sex = sex;
    p->year = year;
    p->month = 1 + made_below(r, 12);
    p->day = 1 + made_below(r, 28);
    made_given(r, sex, shared, given);
    snprintf(p->name, sizeof p->name, "%s%s", surname, given);
    made_idno(r, p);
    made_phone(r, p->phone);
}

static const char *const made_numerals[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};

static void made_address(struct made_random *r, struct made_person *p, size_t n_people)
{
    int compounds = (int)(n_people / 1500) + 3;
    int which = made_below(r, compounds), building = 1 + made_below(r, 20), unit = 1 + made_below(r, 4);
    int room = (1 + made_below(r, 18)) * 100 + 1 + made_below(r, 2);
    char compound[64];
    const char *base = made_compounds[which % 20], *kind = made_kinds[which / 20 % 5];
    if (which < 100)
        snprintf(compound, sizeof compound, "%s%s", base, kind);
    else
        snprintf(compound, sizeof compound, "%s%s%s%s", base, made_compounds[which / 100 % 20],
                 which / 2000 ? made_numerals[which / 2000 % 10] : "", kind);
    snprintf(p->address[0], sizeof p->address[0], "%s%d号楼%d单元%d室", compound, building, unit, room);
    snprintf(p->address[1], sizeof p->address[1], "%s%d-%d-%d", compound, building, unit, room);
    if (building <= 10)
        snprintf(p->address[2], sizeof p->address[2], "%s%s号楼%s单元%d", compound, made_numerals[building],
                 made_numerals[unit], room);
    else
        snprintf(p->address[2], sizeof p->address[2], "%s%d栋%d单元%d号", compound, building, unit, room);
    snprintf(p->coarse, sizeof p->coarse, "%s%d号楼", compound, building);
}

static struct made_people made_register(uint64_t seed, size_t n)
{
    struct made_random r = {seed};
    struct made_people out = {.p = wg_xcalloc(n + 8, sizeof *out.p)};
    uint32_t household = 0;
    while (out.n < n) {
        char father[4], mother[4], grand[4], shared[4];
        int surnames = (int)sizeof made_surnames / 3;
        made_char(made_surnames, made_skewed(&r, surnames, 2), father);
        made_char(made_surnames, made_skewed(&r, surnames, 2), mother);
        made_char(made_surnames, made_skewed(&r, surnames, 2), grand);
        made_char(made_male, made_skewed(&r, 60, 1), shared);
        size_t first = out.n;
        struct made_person *p = &out.p[out.n];
        int year = 1950 + made_below(&r, 48);
        made_member(&r, &p[0], father, 1, year, NULL);
        size_t k = 1;
        if (made_chance(&r, .75)) made_member(&r, &p[k++], mother, 2, year - 3 + made_below(&r, 8), NULL);
        bool same = made_chance(&r, .33);
        while (k < 4 && made_chance(&r, .5)) {
            int child = year + 22 + made_below(&r, 12);
            if (child > 2019) break;
            made_member(&r, &p[k], father, 1 + made_below(&r, 2), child, same ? shared : NULL);
            if (child > 2005) memcpy(p[k].phone, p[made_below(&r, (int)k < 2 ? (int)k : 2)].phone, sizeof p->phone);
            k++;
        }
        if (year > 1965 && made_chance(&r, .15)) {
            made_member(&r, &p[k], grand, 1 + made_below(&r, 2), year - 24, NULL);
            if (made_chance(&r, .33)) memcpy(p[k].phone, p[0].phone, sizeof p->phone);
            k++;
        }
        made_address(&r, &p[0], n);
        for (size_t i = 0; i < k; i++) {
            p[i].household = household;
            if (i) memcpy(p[i].address, p[0].address, sizeof p->address);
            if (i) memcpy(p[i].coarse, p[0].coarse, sizeof p->coarse);
        }
        household++;
        out.n = first + k < n ? first + k : n;
    }
    return out;
}

enum { MADE_FIELDS = 6 };
static const struct match_field made_fields[MADE_FIELDS] = {{COLUMN_IDNO, "证件号"}, {COLUMN_NAME, "姓名"},
                                                            {COLUMN_PHONE, "电话"},  {COLUMN_BIRTH, "出生日期"},
                                                            {COLUMN_SEX, "性别"},    {COLUMN_ADDRESS, "住址"}};

/* Texts with a known end: what is left empty stays so. */
struct made_text {
    struct wg_arena *arena;
};

static struct wg_str made_put(struct wg_arena *arena, const char *text)
{
    return wg_str_dup(arena, wg_str(text));
}

/* One register row: MADE_FIELDS cells. */
static void made_register_row(struct made_random *r, struct wg_arena *arena, const struct made_person *p, struct wg_str *cells)
{
    char birth[16];
    snprintf(birth, sizeof birth, "%04d-%02d-%02d", p->year, p->month, p->day);
    memset(cells, 0, MADE_FIELDS * sizeof *cells);
    if (!made_chance(r, .03)) cells[0] = made_put(arena, p->idno);
    cells[1] = made_put(arena, p->name);
    if (!made_chance(r, .15)) cells[2] = made_put(arena, p->phone);
    cells[3] = made_put(arena, birth);
    cells[4] = made_put(arena, p->sex == 1 ? "男" : "女");
    if (!made_chance(r, .02)) cells[5] = made_put(arena, p->address[0]);
}

/* How often a list of this kind has each column. */
struct made_list_kind {
    const char *name;
    double idno, phone, birth, sex, address;
};
static const struct made_list_kind made_lists[] = {{"with numbers", .97, .75, .3, .9, .7},
                                                   {"half with numbers", .5, .75, .3, .9, .7},
                                                   {"name, phone, address", 0, .8, 0, .5, .8},
                                                   {"name, birth date", 0, 0, .95, .9, 0},
                                                   {"name, address", 0, 0, 0, .9, .9}};
enum { MADE_LISTS = sizeof made_lists / sizeof *made_lists };

static void made_wrong_digit(struct made_random *r, char *digits, size_t n)
{
    size_t at = (size_t)made_below(r, (int)n);
    if (digits[at] < '0' || digits[at] > '9') return;
    digits[at] = (char)('0' + (digits[at] - '0' + 1 + made_below(r, 9)) % 10);
}

static struct wg_str made_list_idno(struct made_random *r, struct wg_arena *arena, const struct made_person *p)
{
    char text[32];
    snprintf(text, sizeof text, "%s", p->idno);
    if (made_chance(r, .015))
        made_wrong_digit(r, text, 17);
    else if (made_chance(r, .005)) {
        size_t at = 6 + (size_t)made_below(r, 10);
        char c = text[at];
        text[at] = text[at + 1];
        text[at + 1] = c;
    } else if (made_chance(r, .03))
        memset(text + 6, '*', 8);
    else if (made_chance(r, .005))
        snprintf(text, sizeof text, "%c.%.5sE+17", p->idno[0], p->idno + 1);
    if (text[17] == 'X' && made_chance(r, .3)) text[17] = 'x';
    return made_put(arena, text);
}

/* Another character of the same sound, or of a similar shape; 0 when there is none. */
static uint32_t made_other_char(struct made_random *r, struct wg_arena *arena, uint32_t c, bool shape)
{
    static const char *const sets[] = {made_male, made_female, made_surnames};
    char text[5] = {0};
    (void)wg_utf8_put(text, c);
    const char *sound = people_pinyin(arena, wg_str(text));
    uint32_t found[32];
    int n = 0;
    for (size_t s = 0; s < 3; s++) {
        for (const char *at = sets[s]; *at && n < 32; at += 3) {
            struct wg_str one = {at, 3};
            size_t from = 0;
            uint32_t other = wg_utf8_next(one, &from);
            if (other == c) continue;
            if (shape ? people_similar_shape(c, other) : strcmp(people_pinyin(arena, one), sound) == 0) found[n++] = other;
        }
    }
    return n ? found[made_below(r, n)] : 0;
}

static struct wg_str made_list_name(struct made_random *r, struct wg_arena *arena, const struct made_person *p)
{
    uint32_t c[8];
    size_t n = 0;
    struct wg_str name = wg_str(p->name);
    for (size_t at = 0; at < name.n && n < 8;) c[n++] = wg_utf8_next(name, &at);
    double die = (double)(made_next(r) >> 11) / 9007199254740992.0;
    size_t at = 1 + (size_t)made_below(r, (int)n - 1);
    const char *tail = "";
    bool space = false;
    if (die < .03 || die > .99) {
        uint32_t other = made_other_char(r, arena, c[at], die > .99);
        if (other) c[at] = other;
    } else if (die < .04 && n == 3) {
        c[at] = c[n - 1];
        n--;
    } else if (die < .05)
        tail = "(户主)";
    else if (die < .053 && n == 3) {
        uint32_t t = c[1];
        c[1] = c[2];
        c[2] = t;
    } else if (die < .058)
        space = true;
    char text[64];
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        k += wg_utf8_put(text + k, c[i]);
        if (space && i == 0) text[k++] = ' ';
    }
    text[k] = 0;
    return made_put(arena, wg_fmt(arena, "%s%s", text, tail));
}

static struct wg_str made_list_phone(struct made_random *r, struct wg_arena *arena, const struct made_people *all,
                                     const struct made_person *p)
{
    char phone[12];
    memcpy(phone, p->phone, sizeof phone);
    if (made_chance(r, .12))
        made_phone(r, phone);
    else if (made_chance(r, .08)) {
        const struct made_person *q = p > all->p && p[-1].household == p->household ? p - 1 : p;
        memcpy(phone, q->phone, sizeof phone);
    } else if (made_chance(r, .02))
        made_wrong_digit(r, phone + 3, 8);
    if (made_chance(r, .1)) return made_put(arena, wg_fmt(arena, "+86 %s", phone));
    if (made_chance(r, .1)) return made_put(arena, wg_fmt(arena, "%.3s %.4s %.4s", phone, phone + 3, phone + 7));
    return made_put(arena, phone);
}

static struct wg_str made_list_birth(struct made_random *r, struct wg_arena *arena, const struct made_person *p)
{
    int y = p->year, m = p->month, d = p->day;
    if (made_chance(r, .02)) {
        int which = made_below(r, 3);
        if (which == 0)
            y += made_below(r, 2) ? 1 : -1;
        else if (which == 1)
            m = m % 12 + 1;
        else
            d = d % 28 + 1;
    } else if (made_chance(r, .01) && d <= 12) {
        int t = m;
        m = d;
        d = t;
    }
    const char *form = made_chance(r, .5) ? "%04d-%02d-%02d" : made_chance(r, .5) ? "%04d%02d%02d" : "%d年%d月%d日";
    char text[40];
    snprintf(text, sizeof text, form, y, m, d);
    return made_put(arena, text);
}

static struct wg_str made_list_address(struct made_random *r, struct wg_arena *arena, const struct made_person *p,
                                       size_t n_people)
{
    struct made_person moved = *p;
    if (made_chance(r, .08)) made_address(r, &moved, n_people);
    const char *text = made_chance(r, .06) ? moved.coarse : moved.address[made_below(r, 3)];
    return made_put(arena, wg_fmt(arena, "%s%s", made_chance(r, .3) ? "辽宁省朝阳市双塔区" : "", text));
}

/* `n` rows; ret_truth[i] is the person of the register the row speaks of, or -1. */
static struct wg_str *made_list(uint64_t seed, struct wg_arena *arena, const struct made_people *people,
                                const struct made_list_kind *kind, size_t n, int64_t **ret_truth)
{
    struct made_random r = {seed};
    struct made_people others = made_register(seed ^ 0x5151, n + 16);
    struct wg_str *cells = wg_alloc_n(arena, n * MADE_FIELDS, sizeof *cells);
    int64_t *truth = wg_alloc_n(arena, n, sizeof *truth);
    /* An odd stride over the register takes nobody twice. */
    uint64_t at = made_next(&r) % people->n, stride = 2 * (made_next(&r) % (people->n / 2 + 1)) + 1;
    while (people->n % 2 == 0 ? false : people->n % stride == 0 && stride > 1) stride += 2;
    for (size_t i = 0; i < n; i++) {
        bool known = made_chance(&r, .6) && i < people->n / 2;
        at = (at + stride) % people->n;
        const struct made_people *from = known ? people : &others;
        const struct made_person *p = known ? &people->p[at] : &others.p[i];
        struct wg_str *row = cells + i * MADE_FIELDS;
        truth[i] = known ? (int64_t)at : -1;
        if (made_chance(&r, kind->idno)) row[0] = made_list_idno(&r, arena, p);
        row[1] = made_list_name(&r, arena, p);
        if (made_chance(&r, kind->phone)) row[2] = made_list_phone(&r, arena, from, p);
        if (made_chance(&r, kind->birth)) row[3] = made_list_birth(&r, arena, p);
        if (made_chance(&r, kind->sex)) row[4] = made_put(arena, p->sex == 1 ? "男" : "女");
        if (made_chance(&r, kind->address)) row[5] = made_list_address(&r, arena, p, people->n);
    }
    free(others.p);
    *ret_truth = truth;
    return cells;
}
#endif
