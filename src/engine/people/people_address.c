#include "engine/people/people_address_internal.h"

#include <string.h>

enum {
    WINDOW = 14,
    CITY = 0x5E02 /* 市 */,
    COUNTY = 0x53BF,
    DISTRICT = 0x533A,
    BANNER = 0x65D7,
    TOWN = 0x9547,
    TOWNSHIP = 0x4E61,
    VILLAGE = 0x6751,
    HAMLET = 0x5C6F /* 屯 */,
    ROAD = 0x8DEF,
    STREET = 0x8857,
    WAY = 0x9053,
    LANE = 0x5DF7,
    ALLEY = 0x5F04
};

/* --- looking at characters ------------------------------------------------------------------------------------------ */

size_t people_address_word(const struct address *a, size_t i, const char32_t *word)
{
    return people_word(a->c + i, a->n - i, word);
}

size_t people_address_any(const struct address *a, size_t i, const char32_t *const *words)
{
    return people_any_word(a->c + i, a->n - i, words);
}

bool people_address_digit(const struct address *a, size_t i)
{
    return i < a->n && a->c[i] >= '0' && a->c[i] <= '9';
}

struct wg_str people_address_slice(const struct address *a, struct span span)
{
    return wg_str_sub(a->normal, a->at[span.from], a->at[span.to] - a->at[span.from]);
}

struct wg_str people_address_number(const struct address *a, struct span span)
{
    while (span.from + 1 < span.to && a->c[span.from] == '0' && people_address_digit(a, span.from + 1)) span.from++;
    return people_address_slice(a, span);
}

static size_t digits_at(const struct address *a, size_t i)
{
    size_t n = 0;
    while (people_address_digit(a, i + n)) n++;
    return n;
}

/* Takes the text up to `to` as a part, and goes on after `next`. */
static void take(struct address *a, struct wg_str *part, size_t to, size_t next)
{
    *part = people_address_slice(a, (struct span){a->i, to});
    a->i = next;
}

/* --- province, city, county ----------------------------------------------------------------------------------------- */

/* The end of a county's name that begins at `from`, or 0. Its kind is told by the last character alone, so what only looks
 * like one is refused: a 小区, a 社区, a road or a township before it. */
static size_t county_end(const struct address *a, size_t from, bool after_city)
{
    for (size_t j = from; j < a->n && j < from + WINDOW; j++) {
        uint32_t c = a->c[j], before = j > from ? a->c[j - 1] : 0, after = a->c[j + 1];
        size_t name = j - from;
        if (c == COUNTY && name > 0) return j + 1;
        if (c == CITY && name > 1 && name < 6) return j + 1;
        if (c == BANNER && name > 1 && people_one_of(before, U"前后中左右翼治")) return j + 1;
        if (c == DISTRICT && name > 0) {
            bool part_of_town =
                before < 0x80 || people_one_of(before, U"小社园院校厂库片街宅活属号") || (name == 1 && !after_city);
            bool zone = people_one_of(before, U"发新") && !after_city;
            return part_of_town || zone || name > 8 ? 0 : j + 1;
        }
        if (people_address_digit(a, j) || people_one_of(c, U"号巷弄组栋幢")) return 0;
        if (people_one_of(c, U"路街道") && name > 0) return 0;
        if (people_one_of(c, U"镇乡村") && name > 0 && after != COUNTY && after != CITY) return 0;
    }
    return 0;
}

/* The end of one of the prefectures at `from`, with its ending; a name without one counts only before a county or where
 * the province has been said. */
static size_t prefecture_end(const struct address *a, size_t from, const char32_t *names, bool after_province)
{
    static const char32_t *const endings[] = {U"市", U"地区", U"盟", NULL};
    for (const char32_t *name = names; *name;) {
        size_t n = 0, length = 0;
        while (name[length] && name[length] != ' ') length++;
        while (n < length && from + n < a->n && a->c[from + n] == name[n]) n++;
        name += length + (name[length] == ' ');
        if (n < length) continue;
        size_t end = from + n, ending = people_address_any(a, end, endings);
        if (ending) return end + ending;
        for (size_t k = end; k < a->n && k < end + WINDOW; k++) {
            size_t state = people_address_word(a, k, U"自治州");
            if (state) return k + state;
        }
        if (people_one_of(a->c[end], U"区县路街道大小")) return 0;
        if (after_province || county_end(a, end, true)) return end;
    }
    return 0;
}

/* The end of the province at the beginning. Without its ending it counts only where what follows lies in it, so that 吉林市
 * and 北京路 stay what they are. */
static size_t province_end(const struct address *a, const struct people_province *province)
{
    static const char32_t *const endings[] = {U"省", U"自治区", NULL};
    size_t n = people_address_word(a, 0, province->full);
    if (n) return n;
    n = people_address_word(a, 0, province->name);
    if (n == 0) return 0;
    if (province->is_city) return county_end(a, n, true) ? n : 0;
    size_t ending = people_address_any(a, n, endings);
    if (ending) return n + ending;
    if (people_one_of(a->c[n], U"市区县路街大")) return 0;
    return n == a->n || prefecture_end(a, n, province->prefectures, true) ? n : 0;
}

static const struct people_province *read_province(struct address *a)
{
    for (size_t p = 0; p < people_province_count; p++) {
        size_t n = province_end(a, &people_provinces[p]);
        if (n == 0) continue;
        take(a, &a->parts->province, n, n);
        return &people_provinces[p];
    }
    return NULL;
}

static void read_city(struct address *a, const struct people_province *province)
{
    size_t end = 0, again;
    if (province && province->is_city) {
        if ((again = people_address_word(a, a->i, province->full)) > 0) a->i += again;
        if ((again = people_address_word(a, a->i, U"市辖区")) > 0) a->i += again;
        return;
    }
    bool may_be = people_prefecture_begins(a->c[a->i], a->c[a->i + 1]);
    for (size_t p = 0; may_be && p < people_province_count && end == 0; p++)
        if (!province || province == &people_provinces[p])
            end = prefecture_end(a, a->i, people_provinces[p].prefectures, province != NULL);
    if (end) take(a, &a->parts->city, end, end);
    if ((again = people_address_word(a, a->i, U"市辖区")) > 0) a->i += again;
}

static void read_area(struct address *a)
{
    const struct people_province *province = read_province(a);
    read_city(a, province);
    size_t end = county_end(a, a->i, a->parts->city.n > 0 || (province && province->is_city));
    if (end) take(a, &a->parts->county, end, end);
}

/* --- street, community, village, group ------------------------------------------------------------------------------ */

static bool ends_compound(const struct address *a, size_t i)
{
    static const char32_t *const words[] = {U"小区", U"花园", U"家园", U"公寓", U"新村", U"大厦", U"广场", U"苑",
                                            U"城",   U"名苑", U"路",   U"街",   U"大道", U"家属", NULL};
    return people_address_any(a, i, words) > 0;
}

static bool read_street(struct address *a)
{
    if (a->parts->street.n || a->parts->road.n || a->parts->compound.n) return false;
    bool road = false; /* 中南路街道 has a road in its name, a township has not */
    for (size_t j = a->i + 1; j < a->n && j < a->i + WINDOW; j++) {
        uint32_t c = a->c[j];
        size_t n = people_address_word(a, j, U"街道");
        if (n == 0 && !road && (c == TOWN || c == TOWNSHIP) && !ends_compound(a, j + 1)) n = 1;
        if (n == 0 && !road) n = people_address_word(a, j, U"苏木");
        if (n) {
            take(a, &a->parts->street, j + n, j + n);
            return true;
        }
        if (people_address_digit(a, j) || people_one_of(c, U"号村巷弄") || people_address_word(a, j, U"社区") ||
            people_address_word(a, j, U"小区"))
            return false;
        road = road || c == ROAD || c == STREET;
    }
    return false;
}

static bool read_community(struct address *a)
{
    if (a->parts->community.n) return false;
    size_t digits = digits_at(a, a->i), n;
    /* 12委6组: committees by number */
    if (digits > 0 && a->c[a->i + digits] == 0x59D4) {
        take(a, &a->parts->community, a->i + digits + 1, a->i + digits + 1);
        return true;
    }
    for (size_t j = a->i + 1; j < a->n && j < a->i + WINDOW; j++) {
        n = people_address_word(a, j, U"社区");
        if (n == 0) n = people_address_word(a, j, U"居委会");
        if (n) {
            take(a, &a->parts->community, j + n, j + n);
            return true;
        }
        if (people_address_digit(a, j) || people_one_of(a->c[j], U"号栋幢镇村")) return false;
    }
    return false;
}

static bool read_village(struct address *a)
{
    if (a->parts->village.n || a->parts->compound.n || a->parts->community.n) return false;
    for (size_t j = a->i + 1; j < a->n && j < a->i + WINDOW; j++) {
        uint32_t c = a->c[j];
        if (c == VILLAGE) {
            size_t after = j + 1;
            bool compound = ends_compound(a, after) || people_one_of(a->c[after], U"委大") ||
                            (a->c[j - 1] == 0x65B0 && a->parts->street.n == 0) || /* 新村 in a town is a compound */
                            (a->parts->road.n > 0 && a->parts->street.n == 0);
            if (compound) return false;
            take(a, &a->parts->village, after, after);
            return true;
        }
        if (people_address_digit(a, j) || people_one_of(c, U"号栋幢") ||
            ((c == ROAD || c == STREET) && j + 1 < a->n && a->c[j + 1] != VILLAGE))
            return false;
    }
    return false;
}

static bool read_group(struct address *a)
{
    static const char32_t *const words[] = {U"村民小组", U"村民组", U"居民小组", U"居民组", U"小组", U"组", U"队", U"社", NULL};
    struct people_address *p = a->parts;
    size_t digits = digits_at(a, a->i), n;
    if (digits > 0 && (n = people_address_any(a, a->i + digits, words)) > 0) {
        if (people_address_word(a, a->i + digits, U"组团") || people_address_word(a, a->i + digits, U"社区")) return false;
        if (p->group.n && p->compound.n) return false;
        if (p->group.n) p->compound = p->group; /* Y屯3组: the hamlet, then the group in it */
        p->group = people_address_number(a, (struct span){a->i, a->i + digits});
        a->i += digits + n;
        return true;
    }
    if (p->group.n || p->road.n || p->compound.n) return false;
    bool placed = p->street.n > 0 || p->village.n > 0; /* elsewhere a hamlet must end the name */
    for (size_t j = a->i + 1; j < a->n && j < a->i + 8; j++) {
        n = people_address_word(a, j, U"自然村");
        if (a->c[j] == HAMLET || n) {
            size_t end = j + (n ? n : 1);
            if (people_one_of(a->c[end], U"路街村镇小") || (!placed && end < a->n && !people_address_digit(a, end)))
                return false;
            take(a, &p->group, end, end);
            return true;
        }
        if (people_address_digit(a, j) || people_one_of(a->c[j], U"号路街")) return false;
    }
    return false;
}

/* --- road and number ------------------------------------------------------------------------------------------------ */

/* The end of a road's name whose kind stands at j, with what may follow it (东段, 3段, 东街, 二巷), or 0. */
static size_t road_end(const struct address *a, size_t j)
{
    uint32_t c = a->c[j], before = a->c[j - 1];
    size_t end = 0;
    if (c == ROAD || c == LANE || (c == STREET && a->c[j + 1] != WAY)) end = j + 1;
    if (c == WAY && before == 0x5927) end = j + 1; /* 大道 */
    if (people_address_word(a, j, U"胡同")) end = j + 2;
    if (end == 0) return 0;
    size_t digits = digits_at(a, end);
    if (digits && a->c[end + digits] == 0x6BB5) return end + digits + 1; /* 3段 */
    if (digits && people_one_of(a->c[end + digits], U"巷条街")) return end + digits + 1;
    if (people_one_of(a->c[end], U"东西南北中") && people_one_of(a->c[end + 1], U"段街巷路里")) return end + 2;
    return end;
}

/* 16号, 16-1号, 甲1号, 16号甲, 16号-1, 16号附2, 120弄, but not 16号楼. */
static bool read_number(struct address *a)
{
    static const char32_t *const not_a_door[] = {U"号楼", U"号栋", U"号单元", U"号线", NULL};
    struct people_address *p = a->parts;
    size_t i = a->i, from = i;
    if (p->road_number.n) return false;
    if (people_one_of(a->c[i], U"甲乙丙丁")) i++;
    size_t digits = digits_at(a, i);
    if (digits == 0) return false;
    i += digits;
    while (a->c[i] == '-' && digits_at(a, i + 1)) i += 1 + digits_at(a, i + 1);
    if (people_one_of(a->c[i], U"甲乙丙丁")) i++;
    bool lane = a->c[i] == ALLEY;
    if ((a->c[i] != 0x53F7 && !lane) || people_address_any(a, i, not_a_door)) return false;
    struct span number = {from, i};
    size_t after = i + 1;
    const char *joint = NULL;
    struct span extra = {after, after};
    if (!lane && (a->c[after] == '-' || a->c[after] == 0x9644) && digits_at(a, after + 1)) { /* 附 */
        joint = a->c[after] == '-' ? "-" : "附";
        extra = (struct span){after + 1, after + 1 + digits_at(a, after + 1)};
        after = extra.to + (a->c[extra.to] == 0x53F7);
    } else if (!lane && people_one_of(a->c[after], U"甲乙丙丁") && a->c[after + 1] != 0x5355) { /* not 甲单元 */
        joint = "";
        extra = (struct span){after, after + 1};
        after++;
    }
    struct wg_str first = people_address_number(a, number), second = people_address_slice(a, extra);
    p->road_number =
        joint ? wg_str(wg_fmt(a->arena, "%.*s%s%.*s", (int)first.n, first.p, joint, (int)second.n, second.p)) : first;
    if (a->c[after] == 0x9662 && (after + 1 == a->n || people_one_of(a->c[after + 1], U"内0123456789")))
        after++; /* 16号院3号楼 */
    a->i = after;
    return true;
}

static bool read_road(struct address *a)
{
    if (a->parts->road.n) return false;
    for (size_t j = a->i + 1; j < a->n && j < a->i + WINDOW; j++) {
        size_t end = road_end(a, j);
        if (end) {
            static const char32_t *const not_a_road[] = {U"小区", U"花园", U"家园", U"新村", U"公寓", U"大厦", U"广场",
                                                         U"社区", U"村",   U"学校", U"家属", U"桥",   NULL};
            if (people_address_any(a, end, not_a_road)) return false;
            take(a, &a->parts->road, end, end);
            (void)read_number(a);
            return true;
        }
        bool inner_digit = people_address_digit(a, j) && people_one_of(a->c[j + digits_at(a, j)], U"路街道巷");
        if (people_address_digit(a, j) && !inner_digit) return false;
        if (people_one_of(a->c[j], U"号栋幢") || people_address_word(a, j, U"单元")) return false;
    }
    return false;
}

/* --- compound ------------------------------------------------------------------------------------------------------- */

static bool known_compound(const struct address *a, struct span name)
{
    static const char32_t *const endings[] = {
        U"小区", U"花园",   U"家园",   U"公寓", U"苑",   U"园",   U"城",   U"庄园", U"广场", U"大厦", U"公馆", U"府", U"湾",
        U"新村", U"家属院", U"家属楼", U"宿舍", U"大院", U"院",   U"里",   U"坊",   U"居",   U"轩",   U"庭",   U"阁", U"郡",
        U"墅",   U"都",     U"楼",     U"中心", U"学校", U"医院", U"宾馆", U"酒店", U"厂",   U"公司", U"期",   U"区", U"组团",
        U"村",   U"站",     U"场",     U"店",   U"校",   U"市场", U"商城", U"局",   U"所",   NULL};
    size_t n = name.to - name.from, ending = people_ending(a->c + name.from, n, endings);
    return ending > 0 && ending < n;
}

/* Past 2期, A区, 3组团 at i, which belong to a compound's name; 0 when there is none. */
static size_t stage_end(const struct address *a, size_t i)
{
    static const char32_t *const words[] = {U"期", U"区", U"组团", U"里", U"坊", U"村", NULL};
    size_t k = i;
    if (a->c[k] >= 'A' && a->c[k] <= 'Z') k++;
    k += digits_at(a, k);
    size_t n = k > i ? people_address_any(a, k, words) : 0;
    return n ? k + n : 0;
}

/* Everything up to where a building, unit or room begins is the name of a compound, whatever it ends with; without one it
 * must end as such names do. */
static bool read_compound(struct address *a)
{
    size_t j = a->i, stage;
    if (a->parts->compound.n || a->parts->building.n || a->parts->unit.n || a->parts->room.n) return false;
    while (j < a->n) {
        if ((stage = stage_end(a, j)) > 0 && j > a->i)
            j = stage;
        else if (people_address_tail_begins(a, j))
            break;
        else
            j++;
    }
    if (j < a->i + 2 || (j == a->n && !known_compound(a, (struct span){a->i, j}))) return false;
    take(a, &a->parts->compound, j, j);
    return true;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static bool read_part(struct address *a)
{
    struct people_address *p = a->parts;
    if (read_street(a) || read_community(a) || read_village(a) || read_group(a)) return true;
    bool hamlet = p->group.n > 0 && p->building.n == 0; /* what is in `compound` then has doors, not buildings */
    if (p->compound.n == 0 && read_road(a)) return true;
    if ((p->compound.n == 0 || hamlet) && read_number(a)) return true;
    return people_address_tail(a) || read_compound(a);
}

struct people_address people_address_read(struct wg_arena *arena, struct wg_str text)
{
    struct people_address parts = {0};
    struct address a;
    people_address_normalise(arena, text, &a);
    a.parts = &parts;
    bool han = false, letters = false;
    for (size_t i = 0; i < a.n; i++) {
        han = han || people_is_han(a.c[i]);
        letters = letters || a.c[i] > '9';
    }
    if (han) {
        read_area(&a);
        while (a.i < a.n && read_part(&a)) continue;
    } else if (!letters) {
        (void)people_address_tail(&a); /* 3-2-501 */
    }
    parts.normal = a.normal;
    parts.rest = people_address_slice(&a, (struct span){a.i, a.n});
    return parts;
}
