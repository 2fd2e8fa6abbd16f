/* What a row says of a person, and why a row was not taken, in words. */
#include <string.h>

#include "district/list/list_internal.h"

struct wg_str list_cell(const struct list_cells *cells, enum column_kind kind)
{
    for (size_t i = 0; i < cells->n; i++)
        if (cells->kinds[i] == kind && cells->cells[i].n) return cells->cells[i];
    return WG_STR("");
}

bool list_kind_compared(enum column_kind kind)
{
    switch (kind) {
    case COLUMN_IDNO:
    case COLUMN_PHONE:
    case COLUMN_NAME:
    case COLUMN_SURNAME:
    case COLUMN_GIVEN_NAME:
    case COLUMN_SEX:
    case COLUMN_BIRTH:
    case COLUMN_BIRTH_YEAR:
    case COLUMN_AGE:
    case COLUMN_ADDRESS:
        return true;
    default:
        return false;
    }
}

static void read_idno(struct wg_ctx *ctx, const struct list_cells *cells, struct list_person *ret)
{
    struct people_idno idno = people_idno_read(list_cell(cells, COLUMN_IDNO), wg_today(ctx));
    ret->lost_idno = idno.fault == IDNO_LOST;
    if (idno.fault != IDNO_OK && idno.fault != IDNO_OTHER_PAPER) return;
    ret->idno = wg_fmt(ctx->arena, "%s", idno.text);
    if (ret->birth == WG_DAY_NONE) ret->birth = idno.birth;
    if (ret->sex == 0) ret->sex = idno.sex;
}

static const char *whole_name(struct wg_ctx *ctx, const struct list_cells *cells)
{
    struct wg_str name = list_cell(cells, COLUMN_NAME);
    if (name.n == 0) {
        struct wg_str surname = list_cell(cells, COLUMN_SURNAME), given = list_cell(cells, COLUMN_GIVEN_NAME);
        name = wg_str(
            wg_fmt(ctx->arena, "%.*s%.*s", (int)surname.n, surname.n ? surname.p : "", (int)given.n, given.n ? given.p : ""));
    }
    struct people_name read = people_name_read(name, NULL);
    return read.n ? wg_fmt(ctx->arena, "%s", read.chinese ? read.text : wg_cstr(ctx->arena, wg_str_trim(name))) : NULL;
}

void list_person_read(struct wg_ctx *ctx, const struct district *d, const struct list_cells *cells, struct list_person *ret)
{
    struct wg_str address = list_cell(cells, COLUMN_ADDRESS), from = list_cell(cells, COLUMN_CAME_FROM),
                  how = list_cell(cells, COLUMN_TRANSPORT);
    struct people_phone phone = people_phone_read(list_cell(cells, COLUMN_PHONE), d->area_code, NULL);
    *ret = (struct list_person){
        .birth = WG_DAY_NONE, .name = whole_name(ctx, cells), .sex = people_sex_read(list_cell(cells, COLUMN_SEX))};
    if (!people_date_read(list_cell(cells, COLUMN_BIRTH), true, false, &ret->birth)) ret->birth = WG_DAY_NONE;
    read_idno(ctx, cells, ret);
    if (phone.fault == PHONE_OK) ret->phone = wg_fmt(ctx->arena, "%s", phone.text);
    if (address.n) ret->address = wg_cstr(ctx->arena, address);
    if (from.n || how.n)
        ret->came_from = wg_fmt(ctx->arena, "%.*s%s%.*s", (int)from.n, from.n ? from.p : "", from.n && how.n ? " " : "",
                                (int)how.n, how.n ? how.p : "");
}

wg_id list_print(const struct district *d, struct wg_ctx *ctx, const struct list_person *p)
{
    const char *text = p->idno ? wg_fmt(ctx->arena, "1|%s|%s", p->idno, p->name ? p->name : "")
                               : wg_fmt(ctx->arena, "0|%s|%s|%s|%s", p->name ? p->name : "", p->phone ? p->phone : "",
                                        wg_day_text(ctx->arena, p->birth), p->address ? p->address : "");
    return guard_index(d->guard, "list.print", wg_str(text));
}

const char *list_reason_text(const char *reason, enum wg_lang lang)
{
    static const struct {
        const char *code, *zh, *en;
    } texts[] = {
        {"no_name", "没有姓名，无法登记为新人员", "there is no name, so nobody can be entered"},
        {"lost_idno", "证件号已被表格软件改坏，又没有电话、出生日期或住址可认人",
         "a spreadsheet has rounded the identity number, and nothing else says who it is"},
        {"nothing_to_compare", "没有姓名、证件号或电话，无法比对", "no name, number or telephone to compare"},
        {"damaged", "这一行无法读出（编码或引号有误）", "the line cannot be read (encoding or quotes)"},
        {"too_many_cells", "这一行的格子比表头多，可能串列",
         "the line has more cells than the header; columns may have shifted"},
        {"idno", "证件号与姓名相符", "identity number and name agree"},
        {"idno_and_name_differ", "证件号相同，姓名不同", "the identity number agrees, the name does not"},
        {"idno_nearly_name", "证件号几乎相同，姓名相符", "the identity number nearly agrees, and the name does"},
        {"idno_nearly", "证件号几乎相同", "the identity number nearly agrees"},
        {"name_birth", "姓名与出生日期相符", "name and birth date agree"},
        {"name_address", "姓名与住址相符", "name and address agree"},
        {"name", "姓名相符，别处也相像", "the name agrees, and the rest is alike"},
        {"fields", "各项合起来相符", "taken together the fields agree"},
        {"unsure", "相像，但不足以断定", "alike, but not enough to be sure"},
        {"namesakes", "只有同名的人", "only namesakes"},
        {"too_unlike", "登记册中最相像的人也不够像", "the nearest person of the register is too unlike"},
        {"phone_name", "电话与姓名相符", "telephone and name agree"},
        {"two_close", "有两个以上同样相像的人", "two or more people are about equally alike"},
        {"no_candidate", "登记册中没有相像的人", "nobody in the register is alike"},
        {"clerk_same", "经人工复核为同一人", "a clerk found them the same"},
        {"clerk_new", "经人工复核不在册", "a clerk found them not in the register"},
        {"clerk_ask", "转社区核实", "the community is to find out"},
        {"not_same", "此前已认定不是同一人", "found not the same before"},
        {"repeat", "与本表另一行是同一人", "the same person as another row of this list"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].code, reason) == 0) return lang == WG_ZH ? texts[i].zh : texts[i].en;
    return reason;
}
