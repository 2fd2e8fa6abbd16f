/* What goes wrong between a person and a row: slips of hand, ear and machine, and the many ways of writing an address. */
#include <stdio.h>
#include <string.h>

#include "app/demo/demo_internal.h"

static const char traditional_pairs[] =
    "刘劉 张張 陈陳 赵趙 孙孫 杨楊 吴吳 郑鄭 马馬 国國 华華 军軍 伟偉 丽麗 兰蘭 凤鳳 贵貴 东東 龙龍 "
    "飞飛 宝寶 庆慶 荣榮 艳艷 静靜 红紅 丹丹 亚亞 学學 强強 刚剛 杰傑 云雲 关關 罗羅 卢盧 邓鄧";

/* --- characters -------------------------------------------------------------------------------------------------------------- */
enum { NAME_CHARS = 16 };
struct chars {
    uint32_t c[NAME_CHARS];
    int n;
};

static struct chars chars_of(const char *text)
{
    struct chars out = {.n = 0};
    struct wg_str s = wg_str(text);
    size_t at = 0;
    while (at < s.n && out.n < NAME_CHARS) out.c[out.n++] = wg_utf8_next(s, &at);
    return out;
}

static void chars_to(const struct chars *chars, char *out, size_t size)
{
    size_t n = 0;
    for (int i = 0; i < chars->n && n + 5 < size; i++) {
        char bytes[4];
        size_t k = wg_utf8_put(bytes, chars->c[i]);
        memcpy(out + n, bytes, k);
        n += k;
    }
    out[n] = '\0';
}

void demo_note(struct demo_listed *row, const char *error)
{
    size_t n = strlen(row->errors);
    (void)snprintf(row->errors + n, sizeof row->errors - n, "%s%s", n ? " " : "", error);
}

/* Another character of the first group of `groups` that holds `c`; 0 when there is none. */
static uint32_t other_of_group(const char *groups, struct demo_random *r, uint32_t c)
{
    struct wg_str rest = wg_str(groups), group;
    while (wg_str_next(&rest, ' ', &group)) {
        uint32_t members[NAME_CHARS];
        int n = 0;
        bool holds = false;
        for (size_t at = 0; at < group.n && n < NAME_CHARS;) {
            uint32_t member = wg_utf8_next(group, &at);
            holds = holds || member == c;
            if (member != c) members[n++] = member;
        }
        if (holds && n > 0) return members[demo_below(r, n)];
    }
    return 0;
}

/* Replaces one character of the given name (any of the name when `surname_too`). */
static void change_name(struct demo_random *r, const char *groups, bool surname_too, const char *error, struct demo_listed *row)
{
    struct chars name = chars_of(row->name);
    int first = surname_too || name.n < 2 ? 0 : 1, start = first + demo_below(r, name.n - first);
    for (int k = 0; k < name.n - first; k++) {
        int i = first + (start - first + k) % (name.n - first);
        uint32_t other = other_of_group(groups, r, name.c[i]);
        if (other == 0) continue;
        name.c[i] = other;
        chars_to(&name, row->name, sizeof row->name);
        demo_note(row, error);
        return;
    }
}

/* --- numbers ----------------------------------------------------------------------------------------------------------------- */
static void miscopy_digit(struct demo_random *r, char *digits, int from, int to)
{
    int i = demo_between(r, from, to);
    if (digits[i] < '0' || digits[i] > '9') return;
    digits[i] = (char)('0' + (digits[i] - '0' + demo_between(r, 1, 9)) % 10);
}

/* Swaps two digits side by side that differ; false when there are none. */
static bool swap_digits(struct demo_random *r, char *digits, int from, int to)
{
    int start = demo_between(r, from, to - 1);
    for (int k = 0; k < to - from; k++) {
        int i = from + (start - from + k) % (to - from);
        if (digits[i] == digits[i + 1]) continue;
        char keep = digits[i];
        digits[i] = digits[i + 1];
        digits[i + 1] = keep;
        return true;
    }
    return false;
}

static void widen(const char *from, char *out, size_t size)
{
    size_t n = 0;
    for (; *from && n + 4 < size; from++) n += wg_utf8_put(out + n, 0xFF00u + (uint32_t)(unsigned char)*from - 0x20u);
    out[n] = '\0';
}

static void spaced(char *out, size_t size, const char *digits, int a, int b)
{
    (void)snprintf(out, size, "%.*s %.*s %s", a, digits, b, digits + a, digits + a + b);
}

static void damage_idno(struct demo_random *r, const struct demo_faults *f, bool old_number, struct demo_listed *row)
{
    char *idno = row->idno, copy[64];
    if (strlen(idno) != 18) return;
    if (demo_chance(r, f->idno_missing)) {
        idno[0] = '\0';
        demo_note(row, "no_idno");
        return;
    }
    if (old_number && demo_chance(r, f->idno_old)) { /* 15 places: without the century and the check digit */
        memmove(idno + 6, idno + 8, 9);
        idno[15] = '\0';
        demo_note(row, "idno_15");
        return;
    }
    if (demo_chance(r, f->idno_lost)) {
        row->idno_lost = true;
        demo_note(row, "idno_lost");
        return;
    }
    if (demo_chance(r, f->idno_masked)) {
        memset(idno + 4, '*', 10);
        demo_note(row, "idno_masked");
        return;
    }
    if (demo_chance(r, f->idno_digit)) {
        miscopy_digit(r, idno, 6, 16);
        demo_note(row, "idno_digit");
    } else if (demo_chance(r, f->idno_swapped) && swap_digits(r, idno, 6, 16)) {
        demo_note(row, "idno_swapped");
    } else if (demo_chance(r, f->idno_short)) {
        int at = demo_between(r, 8, 16);
        memmove(idno + at, idno + at + 1, strlen(idno + at));
        demo_note(row, "idno_short");
    }
    size_t n = strlen(idno);
    if (n == 18 && idno[17] == 'X' && demo_chance(r, f->idno_small_x)) idno[17] = 'x';
    if (demo_chance(r, f->idno_wide)) {
        widen(idno, copy, sizeof copy);
        memcpy(idno, copy, strlen(copy) + 1);
    }
}

static void damage_phone(struct demo_random *r, const struct demo_faults *f, struct demo_listed *row)
{
    char copy[64];
    if (!row->phone[0]) return;
    if (demo_chance(r, f->phone_missing)) {
        row->phone[0] = '\0';
        demo_note(row, "no_phone");
        return;
    }
    if (demo_chance(r, f->phone_digit)) {
        miscopy_digit(r, row->phone, 3, 10);
        demo_note(row, "phone_digit");
    }
    if (!demo_chance(r, f->phone_spaced)) return;
    spaced(copy, sizeof copy, row->phone, 3, 4);
    memcpy(row->phone, copy, strlen(copy) + 1);
}

static void hearsay(struct demo_random *r, const struct demo_instead *instead, struct demo_listed *row)
{
    row->idno[0] = row->phone[0] = '\0';
    (void)snprintf(row->address, sizeof row->address, "%s", instead->rough_address);
    demo_note(row, "hearsay");
    if (demo_chance(r, 600)) change_name(r, demo_homophones, false, "homophone", row);
}

void demo_damage(struct wg_arena *arena, struct demo_random *r, const struct demo_faults *faults,
                 const struct demo_instead *instead, struct demo_listed *row)
{
    if (demo_chance(r, faults->hearsay)) {
        hearsay(r, instead, row);
        return;
    }
    if (demo_chance(r, faults->homophone)) change_name(r, demo_homophones, false, "homophone", row);
    if (demo_chance(r, faults->look_alike)) change_name(r, demo_look_alikes, false, "look_alike", row);
    if (demo_chance(r, faults->traditional)) change_name(r, traditional_pairs, true, "traditional", row);
    struct chars name = chars_of(row->name);
    if (name.n == 2 && demo_chance(r, faults->spaced_name)) {
        const char *apart = wg_fmt(arena, "%.3s  %s", row->name, row->name + 3); /* two characters of three bytes each */
        (void)snprintf(row->name, sizeof row->name, "%s", apart);
    }
    damage_idno(r, faults, instead->old_number, row);
    damage_phone(r, faults, row);
    if (demo_chance(r, faults->address_missing)) {
        row->address[0] = '\0';
        demo_note(row, "no_address");
    } else if (demo_chance(r, faults->address_old)) {
        (void)snprintf(row->address, sizeof row->address, "%s", instead->old_address);
        demo_note(row, "old_address");
    }
}

/* --- addresses ---------------------------------------------------------------------------------------------------------------- */
static const char *name_above(const struct demo_world *world, int32_t place, enum place_level level)
{
    int32_t at = demo_place_above(world, place, level);
    return at == DEMO_NOBODY ? "" : world->places[at].name;
}

/* The digits a name begins with: "3号楼" gives "3". */
static int number_of(const char *name)
{
    int n = 0;
    for (; *name >= '0' && *name <= '9'; name++) n = n * 10 + (*name - '0');
    return n;
}

static void town_address(const struct demo_world *world, struct demo_random *r, int32_t household, char *out, size_t size)
{
    static const int ways[] = {220, 200, 130, 130, 80, 90, 80, 70};
    const char *label = world->places[household].label, *room = world->places[household].name;
    const char *street = name_above(world, household, LEVEL_STREET), *community = name_above(world, household, LEVEL_COMMUNITY),
               *compound = name_above(world, household, LEVEL_COMPOUND);
    int building = number_of(name_above(world, household, LEVEL_BUILDING)),
        unit = number_of(name_above(world, household, LEVEL_UNIT));
    switch (demo_weighted(r, ways, 8)) {
    case 0:
        (void)snprintf(out, size, "双塔区%s%s%s", street, community, label);
        break;
    case 1:
        (void)snprintf(out, size, "%s", label);
        break;
    case 2:
        (void)snprintf(out, size, "%s%d-%d-%s", compound, building, unit, room);
        break;
    case 3:
        (void)snprintf(out, size, "朝阳市双塔区%s%d栋%d单元%s室", compound, building, unit, room);
        break;
    case 4:
        (void)snprintf(out, size, "%s%d#%d单元%s", compound, building, unit, room);
        break;
    case 5:
        (void)snprintf(out, size, "辽宁省朝阳市双塔区%s%s%d号楼%d单元%s室", street, compound, building, unit, room);
        break;
    case 6:
        (void)snprintf(out, size, "%s%d号楼%s", compound, building, room);
        break;
    default:
        (void)snprintf(out, size, "%s%s", community, compound);
        break;
    }
}

static void village_address(const struct demo_world *world, struct demo_random *r, int32_t household, char *out, size_t size)
{
    const char *street = name_above(world, household, LEVEL_STREET), *village = name_above(world, household, LEVEL_COMMUNITY),
               *group = name_above(world, household, LEVEL_COMPOUND), *label = world->places[household].label;
    switch (demo_below(r, 4)) {
    case 0:
        (void)snprintf(out, size, "%s%s", street, label);
        break;
    case 1:
        (void)snprintf(out, size, "朝阳市双塔区%s%s", street, group);
        break;
    case 2:
        (void)snprintf(out, size, "%s", label);
        break;
    default:
        (void)snprintf(out, size, "双塔区%s%s", street, village);
        break;
    }
}

void demo_address(const struct demo_world *world, struct demo_random *r, int32_t household, char *out, size_t size)
{
    int32_t community = demo_place_above(world, household, LEVEL_COMMUNITY);
    if (strcmp(world->places[community].kind, "village") == 0)
        village_address(world, r, household, out, size);
    else
        town_address(world, r, household, out, size);
}

void demo_address_rough(const struct demo_world *world, int32_t household, char *out, size_t size)
{
    int32_t community = demo_place_above(world, household, LEVEL_COMMUNITY);
    bool village = strcmp(world->places[community].kind, "village") == 0;
    (void)snprintf(out, size, "%s%s", world->places[community].name,
                   village ? "" : name_above(world, household, LEVEL_COMPOUND));
}

void demo_address_outside(struct demo_random *r, char *out, size_t size)
{
    static const char *const places[] = {"朝阳市龙城区", "朝阳市龙城区向阳街道", "朝阳县",         "北票市",
                                         "凌源市",       "建平县叶柏寿街道",     "喀左县",         "葫芦岛市连山区",
                                         "锦州市凌河区", "阜新市海州区",         "赤峰市元宝山区", "沈阳市铁西区"};
    static const char *const compounds[] = {"天秀小区", "向阳新村", "文化家园", "站前小区", "河畔花园", "龙山新村"};
    const char *place = places[demo_below(r, (int)(sizeof places / sizeof places[0]))];
    if (demo_chance(r, 350))
        (void)snprintf(out, size, "%s", place);
    else
        (void)snprintf(out, size, "%s%s%d号楼%d单元%d", place, compounds[demo_below(r, 6)], demo_between(r, 1, 20),
                       demo_between(r, 1, 4), demo_between(r, 1, 6) * 100 + demo_between(r, 1, 3));
}
