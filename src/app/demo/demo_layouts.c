/* Each sender's own table: titles, headers, dates and totals as that office makes them. */
#include <stdio.h>
#include <string.h>

#include "app/demo/demo_internal.h"

static const char *const from_places[] = {"湖北武汉", "湖北黄冈", "湖北孝感", "北京",     "天津",
                                          "上海",     "浙江温州", "广东深圳", "河南信阳", "黑龙江哈尔滨",
                                          "吉林长春", "辽宁沈阳", "河北唐山", "山东青岛"};
static const char *const trains[] = {"G908", "G3701", "D7", "K1084", "K681", "T225", "2257", "4209", "6418", "G8197"};

#define PICK(random, list) ((list)[demo_below((random), (int)(sizeof(list) / sizeof(list)[0]))])

static const char *sex_word(const struct demo_listed *row)
{
    return row->sex == 1 ? "男" : row->sex == 2 ? "女" : "";
}

static bool is_junk(const struct demo_listed *row)
{
    return row->person == DEMO_NOBODY && row->stranger == DEMO_NOBODY;
}

static const char *day_zh(struct wg_arena *arena, wg_day day, bool with_year)
{
    struct wg_civil d = wg_civil_from_day(day);
    return with_year ? wg_fmt(arena, "%d年%d月%d日", d.year, d.month, d.day) : wg_fmt(arena, "%d月%d日", d.month, d.day);
}

static int age_on(const struct demo_layout *l, const struct demo_listed *row)
{
    return (int)(l->day - row->birth) * 4 / 1461;
}

static void put_row(struct demo_table *table, int row, const char *const *texts, int n)
{
    for (int i = 0; i < n; i++) demo_put(table, row, i, texts[i]);
}

/* A moment of the given day or the days before it. */
static wg_day day_before(struct demo_random *r, wg_day day, int most)
{
    return day - demo_front(r, most + 1);
}

/* --- station ------------------------------------------------------------------------------------------------------------------- */
static void station_head(const struct demo_layout *l, struct demo_table *t)
{
    static const char *const upper[] = {"序号", "旅客信息", "", "", "", "", "行程", "", "", "现住址", "备注"};
    static const char *const lower[] = {"",     "姓名",   "性别",     "身份证号", "联系电话", "体温",
                                        "车次", "出发地", "到达时间", "",         ""};
    demo_put(t, demo_table_row(t), 0, "朝阳站到站旅客信息登记表");
    demo_put(t, demo_table_row(t), 0,
             wg_fmt(l->ctx->arena, "填报单位：车站联防组    日期：%s", day_zh(l->ctx->arena, l->day, true)));
    int first = demo_table_row(t), second = demo_table_row(t);
    put_row(t, first, upper, 11);
    put_row(t, second, lower, 11);
    demo_merge(t, 0, 0, 0, 10);
    demo_merge(t, 1, 0, 1, 10);
    demo_merge(t, first, 0, second, 0);
    demo_merge(t, first, 1, first, 5);
    demo_merge(t, first, 6, first, 8);
    demo_merge(t, first, 9, second, 9);
    demo_merge(t, first, 10, second, 10);
}

static struct demo_table *lay_out_station(const struct demo_layout *l)
{
    struct demo_table *t = demo_table_new(l->ctx->arena, 11);
    struct demo_random *r = l->random;
    const char *train = "", *from = "";
    int group = DEMO_NOBODY, minutes = 0;
    wg_day arrived = l->day;
    station_head(l, t);
    for (int i = 0; i < l->n; i++) {
        struct demo_listed *row = &l->rows[i];
        int at = demo_table_row(t);
        if (row->group != group) {
            group = row->group;
            train = PICK(r, trains);
            from = PICK(r, from_places);
            arrived = day_before(r, l->day, 1);
            minutes = demo_between(r, 5 * 60, 23 * 60 + 50);
        }
        row->line = at + 1;
        demo_put_number(t, at, 0, i + 1);
        demo_put(t, at, 1, row->name);
        demo_put(t, at, 2, sex_word(row));
        demo_put(t, at, 3, row->idno);
        demo_put(t, at, 4, row->phone);
        if (is_junk(row)) continue;
        demo_put_number(t, at, 5, demo_bell(r, 364, 3) / 10.0);
        demo_put(t, at, 6, train);
        demo_put(t, at, 7, from);
        demo_put_moment(t, at, 8, arrived, minutes);
        demo_put(t, at, 9, row->address);
        if (demo_chance(r, 60)) demo_put(t, at, 10, "有家人接站");
    }
    int total = demo_table_row(t), foot = demo_table_row(t);
    demo_put(t, total, 0, "合计");
    demo_put(t, total, 1, wg_fmt(l->ctx->arena, "%d人", l->n));
    demo_put(t, foot, 0, "填表人：");
    demo_put(t, foot, 6, "审核人：");
    return t;
}

/* --- expressway --------------------------------------------------------------------------------------------------------------- */
/* Authority letters that no city has. */
static const char *plate_make(struct wg_arena *arena, struct demo_random *r)
{
    static const char *const provinces[] = {"辽", "辽", "辽", "冀", "京", "蒙", "鄂", "吉"};
    static const char marks[] = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
    const char *province = PICK(r, provinces);
    return wg_fmt(arena, "%sZ%c%04d", province, marks[demo_below(r, (int)sizeof marks - 1)], demo_below(r, 10000));
}

static struct demo_table *lay_out_expressway(const struct demo_layout *l)
{
    static const char *const header[] = {"序号", "登记时间", "车牌号", "车型", "姓名", "证件号码",
                                         "手机", "出发地",   "目的地", "体温", "处置", "备注"};
    static const char *const cars[] = {"小型客车", "小型客车", "小型客车", "面包车", "货车"};
    struct wg_arena *arena = l->ctx->arena;
    struct demo_table *t = demo_table_new(arena, 12);
    struct demo_random *r = l->random;
    const char *plate = "", *car = "", *from = "";
    int group = DEMO_NOBODY, minutes = 6 * 60;
    put_row(t, demo_table_row(t), header, 12);
    for (int i = 0; i < l->n; i++) {
        struct demo_listed *row = &l->rows[i];
        int at = demo_table_row(t);
        if (row->group != group) {
            group = row->group;
            plate = plate_make(arena, r);
            car = PICK(r, cars);
            from = PICK(r, from_places);
            if (minutes < 22 * 60) minutes += demo_below(r, 3);
        }
        row->line = at + 1;
        demo_put(t, at, 0, wg_fmt(arena, "%d", i + 1));
        demo_put(t, at, 1, wg_fmt(arena, "%s %02d:%02d", wg_day_text(arena, l->day), minutes / 60, minutes % 60));
        demo_put(t, at, 2, plate);
        demo_put(t, at, 3, car);
        demo_put(t, at, 4, row->name);
        demo_put(t, at, 5, row->idno);
        demo_put(t, at, 6, row->phone);
        if (is_junk(row)) continue;
        demo_put(t, at, 7, from);
        demo_put(t, at, 8, row->address);
        demo_put(t, at, 9, wg_fmt(arena, "%.1f", demo_bell(r, 362, 4) / 10.0));
        demo_put(t, at, 10, demo_chance(r, 960) ? "放行" : "劝返");
    }
    return t;
}

/* --- clinic --------------------------------------------------------------------------------------------------------------------- */
static const char *day_somehow(struct wg_arena *arena, struct demo_random *r, wg_day day)
{
    struct wg_civil d = wg_civil_from_day(day);
    switch (demo_below(r, 4)) {
    case 0:
        return wg_fmt(arena, "%d-%d-%d", d.year, d.month, d.day);
    case 1:
        return wg_fmt(arena, "%d/%02d/%02d", d.year, d.month, d.day);
    case 2:
        return wg_fmt(arena, "%d年%d月%d日", d.year, d.month, d.day);
    default:
        return wg_fmt(arena, "%04d%02d%02d", d.year, d.month, d.day);
    }
}

static struct demo_table *lay_out_clinic(const struct demo_layout *l)
{
    static const char *const header[] = {"就诊日期", "姓名",  "性别", "年龄",         "身份证", "联系电话",
                                         "现住址",   "体温℃", "症状", "14天内旅居史", "去向"};
    static const char *const symptoms[] = {"发热", "发热、咳嗽", "咽痛", "发热、乏力", "流涕", "发热、头痛"};
    static const char *const outcomes[] = {"居家观察", "留观", "排除，回家", "转定点医院"};
    struct wg_arena *arena = l->ctx->arena;
    struct demo_table *t = demo_table_new(arena, 11);
    struct demo_random *r = l->random;
    put_row(t, demo_table_row(t), header, 11);
    for (int i = 0; i < l->n; i++) {
        struct demo_listed *row = &l->rows[i];
        int at = demo_table_row(t);
        row->line = at + 1;
        demo_put(t, at, 0, day_somehow(arena, r, day_before(r, l->day, 5)));
        demo_put(t, at, 1, row->name);
        demo_put(t, at, 2, sex_word(row));
        demo_put(t, at, 3, wg_fmt(arena, "%d%s", age_on(l, row), demo_chance(r, 300) ? "岁" : ""));
        demo_put(t, at, 4, row->idno);
        demo_put(t, at, 5, row->phone);
        demo_put(t, at, 6, row->address);
        demo_put(t, at, 7, wg_fmt(arena, "%.1f", demo_bell(r, 378, 5) / 10.0));
        demo_put(t, at, 8, PICK(r, symptoms));
        demo_put(t, at, 9, demo_chance(r, 600) ? "无" : PICK(r, from_places));
        demo_put(t, at, 10, PICK(r, outcomes));
    }
    return t;
}

/* --- upper ----------------------------------------------------------------------------------------------------------------------- */
/* The number as the spreadsheet kept it: rounded to what a double holds and shows. */
static double rounded_number(const char *digits)
{
    double value = 0;
    for (int i = 0; i < 15 && digits[i]; i++) value = value * 10 + (digits[i] - '0');
    return value * 1000;
}

static struct demo_table *lay_out_upper(const struct demo_layout *l)
{
    static const char *const header[] = {"批次号", "姓名", "证件号码", "手机号", "户籍地", "到访地", "到访时间", "推送单位"};
    static const char *const offices[] = {"湖北省专班", "北京市专班", "省大数据局", "省公安厅", "黑龙江省专班"};
    struct wg_arena *arena = l->ctx->arena;
    struct demo_table *t = demo_table_new(arena, 8);
    struct demo_random *r = l->random;
    struct wg_civil d = wg_civil_from_day(l->day);
    put_row(t, demo_table_row(t), header, 8);
    for (int i = 0; i < l->n; i++) {
        struct demo_listed *row = &l->rows[i];
        int at = demo_table_row(t);
        row->line = at + 1;
        demo_put(t, at, 0, wg_fmt(arena, "PC%04d%02d%02d-%d", d.year, d.month, d.day, i / 5000 + 1));
        demo_put(t, at, 1, row->name);
        if (row->idno_lost)
            demo_put_number(t, at, 2, rounded_number(row->idno));
        else
            demo_put(t, at, 2, row->idno);
        demo_put(t, at, 3, row->phone);
        if (is_junk(row)) continue;
        demo_put(t, at, 4, row->address);
        demo_put(t, at, 5, PICK(r, from_places));
        demo_put(t, at, 6, day_zh(arena, day_before(r, l->day, 13), false));
        demo_put(t, at, 7, PICK(r, offices));
    }
    return t;
}

/* --- employer ------------------------------------------------------------------------------------------------------------------- */
static struct demo_table *lay_out_employer(const struct demo_layout *l)
{
    static const char *const header[] = {"序号",       "您的姓名（必填）", "身份证号码（18位）",
                                         "年龄(周岁)", "手机号码（本人）", "现居住地详细地址",
                                         "所属企业",   "返岗日期",         "从何地返回"};
    static const char *const firms[] = {"凌水机械制造", "燕都纺织", "金凤凰食品",   "柳城建材",
                                        "营州电子",     "双塔商贸", "北方重型配件", "慕容药业"};
    struct wg_arena *arena = l->ctx->arena;
    struct demo_table *t = demo_table_new(arena, 9);
    struct demo_random *r = l->random;
    int left = 0;
    const char *firm = firms[0];
    demo_put(t, demo_table_row(t), 0, "企业员工返岗信息采集（收集结果）");
    (void)demo_table_row(t);
    put_row(t, demo_table_row(t), header, 9);
    for (int i = 0; i < l->n; i++, left--) {
        struct demo_listed *row = &l->rows[i];
        if (left == 0) {
            left = demo_between(r, 8, 30);
            firm = PICK(r, firms);
            if (i > 0) (void)demo_table_row(t);
        }
        int at = demo_table_row(t);
        row->line = at + 1;
        demo_put_number(t, at, 0, i + 1);
        demo_put(t, at, 1, row->name);
        demo_put(t, at, 2, row->idno);
        demo_put(t, at, 4, row->phone);
        if (is_junk(row)) continue;
        demo_put_number(t, at, 3, age_on(l, row));
        demo_put(t, at, 5, row->address);
        demo_put(t, at, 6, wg_fmt(arena, "%s有限公司", firm));
        demo_put_moment(t, at, 7, day_before(r, l->day, 3), 0);
        demo_put(t, at, 8, demo_chance(r, 500) ? "一直在朝阳" : PICK(r, from_places));
    }
    return t;
}

int demo_lay_out(const struct demo_layout *layout, enum demo_sender sender, struct wg_str *ret_bytes)
{
    struct wg_ctx *ctx = layout->ctx;
    switch (sender) {
    case DEMO_STATION:
        return demo_table_xlsx(ctx, lay_out_station(layout), "到站旅客", ret_bytes);
    case DEMO_EXPRESSWAY:
        return demo_table_csv(ctx, lay_out_expressway(layout), ';', ENCODING_GB18030, ret_bytes);
    case DEMO_CLINIC:
        return demo_table_csv(ctx, lay_out_clinic(layout), ',', ENCODING_UTF8_BOM, ret_bytes);
    case DEMO_UPPER:
        return demo_table_xls(ctx, lay_out_upper(layout), "Sheet1", ret_bytes);
    case DEMO_EMPLOYER:
        return demo_table_xlsx(ctx, lay_out_employer(layout), "Sheet1", ret_bytes);
    case DEMO_SENDERS:
        break;
    }
    return wg_refuse(ctx, WG_E_INTERNAL, "sender", NULL, NULL);
}
