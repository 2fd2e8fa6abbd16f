#include "engine/people/people_address_internal.h"

#include <string.h>

/* Building, unit, floor, room: 3号楼2单元501室, 3#2-501, 3-2-501, A座1203, 5楼东户.
 *
 * A number is digits with an optional letter or cyclical sign (甲 乙 丙 丁) on either side; several may be joined by dashes. */
enum { JOINED_MAX = 5 };

struct numbers {
    struct span part[JOINED_MAX];
    size_t n;
    size_t end;
};

static const char32_t *const building_words[] = {U"号楼", U"栋楼", U"栋", U"幢", U"座", U"#楼", U"#", U"排", NULL};
static const char32_t *const unit_words[] = {U"单元", NULL};
static const char32_t *const room_words[] = {U"室", U"户", U"房", NULL};
static const char32_t *const side_words[] = {U"东户", U"西户", U"中户", U"南户", U"北户", U"东侧", U"西侧", U"左户",
                                             U"右户", U"东门", U"西门", U"中门", U"东",   U"西",   U"中",   NULL};
/* After one of these "5楼" is a floor, in a compound it is a building. */
static const char *const tall_words[] = {"大厦", "商场",   "中心", "宾馆", "酒店", "医院",
                                         "大楼", "写字楼", "广场", "商城", "饭店", NULL};

static bool is_cyclical(uint32_t c)
{
    return c == 0x7532 || c == 0x4E59 || c == 0x4E19 || c == 0x4E01; /* 甲乙丙丁 */
}

static bool is_letter(uint32_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* One number at i, or an empty span. */
static struct span one_number(const struct address *a, size_t i)
{
    size_t from = i;
    if (is_letter(a->c[i]) || is_cyclical(a->c[i])) i++;
    size_t digits = i;
    while (people_address_digit(a, i)) i++;
    bool lone = i == digits && i > from; /* A座 甲单元 */
    if (i == digits && !lone) return (struct span){from, from};
    if (!lone && i > digits && (is_letter(a->c[i]) || is_cyclical(a->c[i])) && !people_address_digit(a, i + 1)) i++;
    return (struct span){from, i};
}

static bool lone_letter(const struct address *a, struct span s)
{
    return s.to == s.from + 1 && !people_address_digit(a, s.from);
}

static struct numbers joined_numbers(const struct address *a, size_t i)
{
    struct numbers r = {.n = 0, .end = i};
    while (r.n < JOINED_MAX) {
        struct span s = one_number(a, i);
        if (s.to == s.from) break;
        r.part[r.n++] = s;
        r.end = i = s.to;
        if (a->c[i] != '-') break;
        i++;
    }
    return r;
}

bool people_address_tail_begins(const struct address *a, size_t i)
{
    struct span s = one_number(a, i);
    if (s.to == s.from) return false;
    if (!lone_letter(a, s)) return true;
    static const char32_t *const words[] = {U"座", U"栋", U"幢", U"单元", U"号楼", U"楼", U"区", U"号", NULL};
    return people_address_any(a, s.to, words) > 0;
}

static struct wg_str text_of(const struct address *a, struct span s)
{
    return people_address_number(a, s);
}

static size_t length(struct span s)
{
    return s.to - s.from;
}

/* 5-01 and 5-1 are 501. */
static struct wg_str floor_and_flat(const struct address *a, struct span floor, struct span flat)
{
    struct wg_str f = text_of(a, floor), r = text_of(a, flat);
    const char *text = wg_fmt(a->arena, "%.*s%s%.*s", (int)f.n, f.p, r.n < 2 ? "0" : "", (int)r.n, r.p);
    return wg_str(text);
}

static bool empty(struct wg_str s)
{
    return s.n == 0;
}

/* What `numbers` without a word of their own mean, by how many they are and by what is known already. */
static bool take_bare(struct address *a, const struct numbers *r)
{
    struct people_address *p = a->parts;
    const struct span *s = r->part;
    bool long_last = length(s[r->n - 1]) >= 3;
    if (r->n == 1) {
        bool room = !empty(p->building) || !empty(p->unit) || !empty(p->floor) || length(s[0]) >= 3;
        struct wg_str *to = room ? &p->room : &p->building;
        if (!empty(*to) || (room ? false : empty(p->compound))) return false;
        *to = text_of(a, s[0]);
        return true;
    }
    if (!empty(p->room)) return false;
    if (r->n == 2) {
        if (!long_last) {
            p->room = floor_and_flat(a, s[0], s[1]);
            return true;
        }
        if (!empty(p->unit)) return false;
        struct wg_str *to = empty(p->building) ? &p->building : &p->unit;
        *to = text_of(a, s[0]);
        p->room = text_of(a, s[1]);
        return true;
    }
    bool inner = !empty(p->building), innermost = inner && !empty(p->unit);
    if (innermost || (r->n == 4 && (inner || !empty(p->unit)))) return false;
    size_t k = 0;
    if (empty(p->building)) p->building = text_of(a, s[k++]);
    /* what is left: unit and room, floor and flat, or unit, floor and flat */
    bool zero_last = length(s[r->n - 1]) == 2 && a->c[s[r->n - 1].from] == '0';
    if (r->n - k == 3) p->unit = text_of(a, s[k++]);
    if (!empty(p->unit) || zero_last) {
        p->room = floor_and_flat(a, s[k], s[k + 1]);
    } else {
        p->unit = text_of(a, s[k]);
        p->room = text_of(a, s[k + 1]);
    }
    return true;
}

static struct span whole(const struct numbers *r)
{
    return (struct span){r->part[0].from, r->end};
}

/* Are the words after i those of something inside a building? */
static bool inside_follows(const struct address *a, size_t i)
{
    struct numbers r = joined_numbers(a, i);
    if (r.n == 0) return false;
    return people_address_any(a, r.end, unit_words) || people_address_word(a, r.end, U"门") || r.end == a->n ||
           people_address_any(a, r.end, room_words);
}

static bool take_building(struct address *a, const struct numbers *r)
{
    struct people_address *p = a->parts;
    size_t n = people_address_any(a, r->end, building_words);
    bool set = !empty(p->building);
    if (n == 0 && !set && people_address_word(a, r->end, U"号") && !people_address_word(a, r->end, U"号院") && empty(p->unit)) {
        /* 春华小区16号2单元: its house; 长江路16号 is read before */
        if (!empty(p->compound) || !empty(p->road_number)) n = 1;
    }
    if (n == 0 && !set && people_address_word(a, r->end, U"楼")) {
        bool tall = false;
        for (size_t k = 0; tall_words[k]; k++) tall = tall || wg_str_ends(p->compound, wg_str(tall_words[k]));
        if (!tall && empty(p->unit) && (!empty(p->compound) || inside_follows(a, r->end + 1))) n = 1;
    }
    if (n == 0 || set) return false;
    p->building = text_of(a, whole(r));
    a->i = r->end + n;
    return true;
}

static bool take_unit(struct address *a, const struct numbers *r)
{
    struct people_address *p = a->parts;
    size_t n = people_address_any(a, r->end, unit_words);
    if (n == 0 && !empty(p->building)) n = people_address_word(a, r->end, U"门");
    if (n == 0 || !empty(p->unit)) return false;
    /* 3-2单元: building and unit */
    if (r->n == 2 && empty(p->building)) {
        p->building = text_of(a, r->part[0]);
        p->unit = text_of(a, r->part[1]);
    } else {
        p->unit = text_of(a, whole(r));
    }
    a->i = r->end + n;
    return true;
}

static bool take_floor(struct address *a, const struct numbers *r)
{
    struct people_address *p = a->parts;
    size_t n = people_address_word(a, r->end, U"层");
    if (n == 0) n = people_address_word(a, r->end, U"楼");
    if (n == 0 && a->c[r->part[0].to - 1] == 'F' && r->n == 1 && length(r->part[0]) > 1) {
        p->floor = text_of(a, (struct span){r->part[0].from, r->part[0].to - 1});
        a->i = r->end;
        return true;
    }
    if (n == 0 || !empty(p->floor) || r->n != 1) return false;
    p->floor = text_of(a, whole(r));
    a->i = r->end + n;
    return true;
}

static bool take_room(struct address *a, const struct numbers *r)
{
    struct people_address *p = a->parts;
    size_t n = people_address_any(a, r->end, room_words);
    if (n == 0 && !empty(p->building)) n = people_address_word(a, r->end, U"号");
    bool bare = n == 0 && !people_address_any(a, r->end, building_words);
    if ((n == 0 && !bare) || !empty(p->room)) return false;
    if (n > 0 && r->n == 1) {
        p->room = text_of(a, r->part[0]);
    } else if (!take_bare(a, r)) {
        return false;
    }
    a->i = r->end + n;
    return true;
}

static bool take_side(struct address *a)
{
    struct people_address *p = a->parts;
    size_t n = people_address_any(a, a->i, side_words);
    if (n == 0 || !empty(p->room) || (empty(p->building) && empty(p->unit)) || a->i + n != a->n) return false;
    p->room = people_address_slice(a, (struct span){a->i, a->i + n});
    a->i += n;
    return true;
}

bool people_address_tail(struct address *a)
{
    if (take_side(a)) return true;
    if (!people_address_tail_begins(a, a->i)) return false;
    struct numbers r = joined_numbers(a, a->i);
    if (r.n == 0 || r.n == JOINED_MAX) return false;
    return take_building(a, &r) || take_unit(a, &r) || take_floor(a, &r) || take_room(a, &r);
}
