#include "engine/columns/columns_internal.h"

#include <string.h>

#include "engine/people/people.h"

enum { HEADER_MAX = 48 };

/* Words of headers, simplified, lower case, without blanks and signs. A word that is the whole header counts in full, one at
 * its end (旅客姓名) nearly so, one inside it (姓名及电话) less. */
struct header_word {
    const char *word;
    enum column_kind kind;
    double weight;
};

static const struct header_word words[] = {
    {"序号", COLUMN_RECORD_ID, 1},
    {"编号", COLUMN_RECORD_ID, 1},
    {"记录编号", COLUMN_RECORD_ID, 1},
    {"登记编号", COLUMN_RECORD_ID, 1},
    {"人员编号", COLUMN_RECORD_ID, 1},
    {"流水号", COLUMN_RECORD_ID, 1},
    {"行号", COLUMN_RECORD_ID, 0.9},
    {"id", COLUMN_RECORD_ID, 0.9},
    {"no", COLUMN_RECORD_ID, 0.8},
    {"rowid", COLUMN_RECORD_ID, 1},
    {"recid", COLUMN_RECORD_ID, 1},
    {"recordid", COLUMN_RECORD_ID, 1},
    {"personid", COLUMN_RECORD_ID, 1},
    {"uniqueid", COLUMN_RECORD_ID, 1},
    {"caseid", COLUMN_RECORD_ID, 1},
    {"身份证", COLUMN_IDNO, 1},
    {"身份证号", COLUMN_IDNO, 1},
    {"身份证号码", COLUMN_IDNO, 1},
    {"身份证件号码", COLUMN_IDNO, 1},
    {"公民身份号码", COLUMN_IDNO, 1},
    {"身份号码", COLUMN_IDNO, 1},
    {"证件号", COLUMN_IDNO, 1},
    {"证件号码", COLUMN_IDNO, 1},
    {"证号", COLUMN_IDNO, 0.9},
    {"护照号", COLUMN_IDNO, 0.9},
    {"护照号码", COLUMN_IDNO, 0.9},
    {"idno", COLUMN_IDNO, 1},
    {"idnumber", COLUMN_IDNO, 1},
    {"idcard", COLUMN_IDNO, 1},
    {"idcardno", COLUMN_IDNO, 1},
    {"socsecid", COLUMN_IDNO, 1},
    {"手机", COLUMN_PHONE, 1},
    {"手机号", COLUMN_PHONE, 1},
    {"手机号码", COLUMN_PHONE, 1},
    {"电话", COLUMN_PHONE, 1},
    {"电话号码", COLUMN_PHONE, 1},
    {"联系电话", COLUMN_PHONE, 1},
    {"联系方式", COLUMN_PHONE, 1},
    {"联系号码", COLUMN_PHONE, 1},
    {"固话", COLUMN_PHONE, 0.9},
    {"座机", COLUMN_PHONE, 0.9},
    {"cell", COLUMN_PHONE, 0.7},
    {"姓名", COLUMN_NAME, 1},
    {"名字", COLUMN_NAME, 0.9},
    {"户主", COLUMN_NAME, 0.85},
    {"旅客", COLUMN_NAME, 0.7},
    {"患者", COLUMN_NAME, 0.7},
    {"姓", COLUMN_SURNAME, 1},
    {"姓氏", COLUMN_SURNAME, 1},
    {"lnamec1", COLUMN_SURNAME, 1},
    {"lnamec2", COLUMN_SURNAME, 0.9},
    {"名", COLUMN_GIVEN_NAME, 1},
    {"fnamec1", COLUMN_GIVEN_NAME, 1},
    {"fnamec2", COLUMN_GIVEN_NAME, 0.9},
    {"性别", COLUMN_SEX, 1},
    {"出生日期", COLUMN_BIRTH, 1},
    {"出生年月日", COLUMN_BIRTH, 1},
    {"出生年月", COLUMN_BIRTH, 1},
    {"出生时间", COLUMN_BIRTH, 1},
    {"生日", COLUMN_BIRTH, 1},
    {"出生年", COLUMN_BIRTH_YEAR, 1},
    {"出生年份", COLUMN_BIRTH_YEAR, 1},
    {"yob", COLUMN_BIRTH_YEAR, 1},
    {"by", COLUMN_BIRTH_YEAR, 0.9},
    {"出生月", COLUMN_BIRTH_MONTH, 1},
    {"出生月份", COLUMN_BIRTH_MONTH, 1},
    {"bm", COLUMN_BIRTH_MONTH, 0.9},
    {"出生日", COLUMN_BIRTH_DAY, 1},
    {"bd", COLUMN_BIRTH_DAY, 0.9},
    {"年龄", COLUMN_AGE, 1},
    {"周岁", COLUMN_AGE, 1},
    {"岁数", COLUMN_AGE, 1},
    {"现住址", COLUMN_ADDRESS, 1},
    {"现居住地址", COLUMN_ADDRESS, 1},
    {"现居住地", COLUMN_ADDRESS, 1},
    {"现住地址", COLUMN_ADDRESS, 1},
    {"居住地址", COLUMN_ADDRESS, 1},
    {"居住地", COLUMN_ADDRESS, 0.95},
    {"家庭住址", COLUMN_ADDRESS, 0.95},
    {"家庭地址", COLUMN_ADDRESS, 0.95},
    {"常住地址", COLUMN_ADDRESS, 0.95},
    {"详细地址", COLUMN_ADDRESS, 0.95},
    {"住址", COLUMN_ADDRESS, 0.95},
    {"地址", COLUMN_ADDRESS, 0.9},
    {"楼栋单元室", COLUMN_ADDRESS, 0.9},
    {"身份证地址", COLUMN_ADDRESS, 0.6},
    {"户籍地址", COLUMN_ADDRESS, 0.6},
    {"户籍地", COLUMN_ADDRESS, 0.6},
    {"户籍所在地", COLUMN_ADDRESS, 0.6},
    {"户口所在地", COLUMN_ADDRESS, 0.6},
    {"户籍", COLUMN_ADDRESS, 0.55},
    {"门牌号", COLUMN_STREET_NUMBER, 1},
    {"门牌", COLUMN_STREET_NUMBER, 1},
    {"门牌号码", COLUMN_STREET_NUMBER, 1},
    {"街路", COLUMN_STREET_NAME, 1},
    {"街路巷", COLUMN_STREET_NAME, 1},
    {"路名", COLUMN_STREET_NAME, 1},
    {"道路", COLUMN_STREET_NAME, 0.9},
    {"城市", COLUMN_CITY, 1},
    {"市", COLUMN_CITY, 0.9},
    {"地市", COLUMN_CITY, 0.9},
    {"区县", COLUMN_CITY, 0.8},
    {"县区", COLUMN_CITY, 0.8},
    {"省", COLUMN_STATE, 1},
    {"省份", COLUMN_STATE, 1},
    {"邮编", COLUMN_POSTCODE, 1},
    {"邮政编码", COLUMN_POSTCODE, 1},
    {"街道", COLUMN_TOWNSHIP, 1},
    {"乡镇", COLUMN_TOWNSHIP, 1},
    {"街道乡镇", COLUMN_TOWNSHIP, 1},
    {"乡镇街道", COLUMN_TOWNSHIP, 1},
    {"镇街", COLUMN_TOWNSHIP, 1},
    {"乡镇街", COLUMN_TOWNSHIP, 1},
    {"乡街", COLUMN_TOWNSHIP, 0.9},
    {"township", COLUMN_TOWNSHIP, 1},
    {"subdistrict", COLUMN_TOWNSHIP, 1},
    {"社区", COLUMN_COMMUNITY, 1},
    {"社区村", COLUMN_COMMUNITY, 1},
    {"村社区", COLUMN_COMMUNITY, 1},
    {"村居", COLUMN_COMMUNITY, 1},
    {"村", COLUMN_COMMUNITY, 0.9},
    {"居委会", COLUMN_COMMUNITY, 1},
    {"村委会", COLUMN_COMMUNITY, 1},
    {"community", COLUMN_COMMUNITY, 1},
    {"village", COLUMN_COMMUNITY, 1},
    {"电子邮箱", COLUMN_EMAIL, 1},
    {"电子邮件", COLUMN_EMAIL, 1},
    {"邮箱", COLUMN_EMAIL, 1},
    {"车牌", COLUMN_PLATE, 1},
    {"车牌号", COLUMN_PLATE, 1},
    {"车牌号码", COLUMN_PLATE, 1},
    {"车号", COLUMN_PLATE, 0.9},
    {"号牌", COLUMN_PLATE, 1},
    {"plate", COLUMN_PLATE, 1},
    {"platenumber", COLUMN_PLATE, 1},
    {"licenceplate", COLUMN_PLATE, 1},
    {"licenseplate", COLUMN_PLATE, 1},
    {"工作单位", COLUMN_ORGANISATION, 1},
    {"所在单位", COLUMN_ORGANISATION, 1},
    {"单位", COLUMN_ORGANISATION, 0.9},
    {"单位名称", COLUMN_ORGANISATION, 1},
    {"企业名称", COLUMN_ORGANISATION, 1},
    {"公司", COLUMN_ORGANISATION, 0.9},
    {"学校", COLUMN_ORGANISATION, 0.8},
    {"来源地", COLUMN_CAME_FROM, 1},
    {"出发地", COLUMN_CAME_FROM, 1},
    {"始发地", COLUMN_CAME_FROM, 1},
    {"始发站", COLUMN_CAME_FROM, 1},
    {"出发站", COLUMN_CAME_FROM, 1},
    {"上车站", COLUMN_CAME_FROM, 1},
    {"来自", COLUMN_CAME_FROM, 1},
    {"来自何地", COLUMN_CAME_FROM, 1},
    {"旅居地", COLUMN_CAME_FROM, 0.9},
    {"返回地", COLUMN_CAME_FROM, 0.8},
    {"何地返回", COLUMN_CAME_FROM, 1},
    {"轨迹地", COLUMN_CAME_FROM, 0.9},
    {"camefrom", COLUMN_CAME_FROM, 1},
    {"origin", COLUMN_CAME_FROM, 0.9},
    {"from", COLUMN_CAME_FROM, 0.8},
    {"到达时间", COLUMN_CAME_ON, 1},
    {"到达日期", COLUMN_CAME_ON, 1},
    {"抵达时间", COLUMN_CAME_ON, 1},
    {"抵达日期", COLUMN_CAME_ON, 1},
    {"返回时间", COLUMN_CAME_ON, 1},
    {"返回日期", COLUMN_CAME_ON, 1},
    {"返乡时间", COLUMN_CAME_ON, 1},
    {"返乡日期", COLUMN_CAME_ON, 1},
    {"返程时间", COLUMN_CAME_ON, 0.9},
    {"入境时间", COLUMN_CAME_ON, 0.9},
    {"入境日期", COLUMN_CAME_ON, 0.9},
    {"乘车日期", COLUMN_CAME_ON, 0.8},
    {"cameon", COLUMN_CAME_ON, 1},
    {"arrival", COLUMN_CAME_ON, 0.9},
    {"arrivaldate", COLUMN_CAME_ON, 1},
    {"arrivedon", COLUMN_CAME_ON, 1},
    {"车次", COLUMN_TRANSPORT, 1},
    {"航班", COLUMN_TRANSPORT, 1},
    {"航班号", COLUMN_TRANSPORT, 1},
    {"车次航班", COLUMN_TRANSPORT, 1},
    {"航班车次", COLUMN_TRANSPORT, 1},
    {"班次", COLUMN_TRANSPORT, 0.9},
    {"交通工具", COLUMN_TRANSPORT, 0.9},
    {"交通方式", COLUMN_TRANSPORT, 0.9},
    {"flight", COLUMN_TRANSPORT, 1},
    {"train", COLUMN_TRANSPORT, 1},
    {"transport", COLUMN_TRANSPORT, 1},
    {"体温", COLUMN_TEMPERATURE, 1},
    {"温度", COLUMN_TEMPERATURE, 0.8},
    {"temperature", COLUMN_TEMPERATURE, 1},
    {"temp", COLUMN_TEMPERATURE, 0.9},
    {"备注", COLUMN_NOTE, 1},
    {"说明", COLUMN_NOTE, 0.9},
};

/* A header that speaks of somebody else: the contact, the guardian, who filled the form in. */
static const char *const others[] = {"联系人", "监护人", "包保",   "排查人", "填报人", "填表人", "登记人", "审核",
                                     "网格员", "责任人", "负责人", "家长",   "父亲",   "母亲",   "配偶",   "亲属",
                                     "医生",   "司机",   "同住",   "紧急",   "测温人", "记录人", "经办人"};

/* A date under such a header is not that of the birth. */
static const char *const events[] = {"登记", "填报", "入院", "出院", "就诊", "死亡", "采样", "检测", "发病", "办理",
                                     "签发", "有效", "报告", "更新", "创建", "录入", "入住", "接种", "确诊", "入职"};

/* Simplified, lower case, half width; without blanks and signs, without what stands in brackets, without "#2" at the end. */
static struct wg_str clean(struct wg_str header, char out[HEADER_MAX * 4])
{
    size_t n = 0, count = 0, depth = 0;
    for (size_t at = 0; at < header.n && count < HEADER_MAX;) {
        uint32_t c = people_simplified(wg_utf8_next(header, &at));
        if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
        if (c == '(' || c == '[' || c == 0x3010) depth++;
        bool inside = depth > 0;
        if ((c == ')' || c == ']' || c == 0x3011) && depth > 0) depth--;
        if (c == '#' && n > 0) break;
        if (c >= 'A' && c <= 'Z') c += 32;
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 0x3400 && c < 0xA000);
        if (inside || !word) continue;
        n += wg_utf8_put(out + n, c);
        count++;
    }
    return (struct wg_str){out, n};
}

/* How much of a header a word is: 1 the whole, less at its end, still less inside. Letters are the whole or nothing here; their
 * parts are read in columns_latin.c. */
static double share_of(struct wg_str header, struct wg_str word)
{
    if (wg_str_eq(header, word)) return 1;
    if ((unsigned char)word.p[0] < 0x80 || word.n < 6) return 0; /* two Han characters have six bytes */
    if (wg_str_ends(header, word)) return 0.9;
    return wg_str_find(header, word) >= 0 ? 0.6 : 0;
}

/* The longest word that fits decides for its kind and against shorter ones inside it: 身份证地址 is an address. */
static void read_words(struct wg_str header, struct column_header *ret)
{
    size_t length[COLUMN_KIND_COUNT] = {0}, longest = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct wg_str word = wg_str(words[i].word);
        double says = share_of(header, word) * words[i].weight;
        enum column_kind kind = words[i].kind;
        if (says <= 0) continue;
        if (word.n > length[kind]) length[kind] = word.n;
        if (word.n > longest) longest = word.n;
        if (says > ret->says[kind]) ret->says[kind] = says;
        if (share_of(header, word) == 1) ret->says[kind] = words[i].weight;
    }
    for (int k = 0; k < COLUMN_KIND_COUNT; k++)
        if (length[k] < longest) ret->says[k] *= 0.6;
}

struct column_header column_header_read(struct wg_str header)
{
    struct column_header ret = {.ordinal = -1};
    char buffer[HEADER_MAX * 4];
    struct wg_str whole = clean(header, buffer);
    if (whole.n > 0) read_words(whole, &ret);
    column_header_latin(header, &ret);
    if (whole.n == 0) return ret;
    /* 现住址/街道: of a two-line header the lower line says more */
    ptrdiff_t slash = -1;
    for (size_t i = 0; i < header.n; i++)
        if (header.p[i] == '/') slash = (ptrdiff_t)i;
    if (slash >= 0) {
        struct column_header lower = {0};
        char lower_buffer[HEADER_MAX * 4];
        struct wg_str part = clean(wg_str_sub(header, (size_t)slash + 1, header.n), lower_buffer);
        if (part.n > 0) read_words(part, &lower);
        for (int k = 0; k < COLUMN_KIND_COUNT; k++)
            if (lower.says[k] * 0.95 > ret.says[k]) ret.says[k] = lower.says[k] * 0.95;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (wg_str_find(whole, wg_str(others[i])) >= 0) ret.others = true;
    }
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (wg_str_find(whole, wg_str(events[i])) >= 0) ret.event = ret.says[COLUMN_BIRTH] < 0.5;
    }
    for (int k = 0; k < COLUMN_KIND_COUNT && ret.others; k++) ret.says[k] *= 0.5;
    return ret;
}
