#include "engine/columns/columns_internal.h"

#include <stdlib.h>
#include <string.h>

#include "engine/people/people.h"

enum { LOOKED_AT = 512 /* bytes of a cell */ };

/* --- small forms ---------------------------------------------------------------------------------------------------- */

static bool whole_number(struct wg_str s, int64_t min, int64_t max)
{
    int64_t v;
    return wg_parse_i64(s, min, max, &v);
}

static size_t count_digits(struct wg_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] >= '0' && s.p[i] <= '9';
    return n;
}

static bool has_han(struct wg_str s)
{
    for (size_t at = 0; at < s.n;) {
        uint32_t c = wg_utf8_next(s, &at);
        if (c >= 0x3400 && c < 0xA000) return true;
    }
    return false;
}

static bool is_email(struct wg_str s)
{
    ptrdiff_t at = wg_str_find(s, WG_STR("@"));
    if (at < 1 || s.n > 254) return false;
    struct wg_str host = wg_str_sub(s, (size_t)at + 1, s.n);
    ptrdiff_t dot = wg_str_find(host, WG_STR("."));
    return dot > 0 && (size_t)dot + 1 < host.n && wg_str_find(host, WG_STR("@")) < 0 && wg_str_find(s, WG_STR(" ")) < 0;
}

/* 36.5, 36.5℃, 36.5度: what a body has; a whole number is told by its header only. */
static bool is_temperature(struct wg_str s, bool *ret_decimal)
{
    static const char *const units[] = {"℃", "°C", "度", "C"};
    double v;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (wg_str_ends(s, wg_str(units[i]))) {
            s.n -= strlen(units[i]);
            break;
        }
    s = wg_str_trim(s);
    ptrdiff_t dot = wg_str_find(s, WG_STR("."));
    *ret_decimal = dot > 0;
    if (dot > 0 && s.n > (size_t)dot + 3) return false; /* a latitude */
    return wg_parse_double(s, 33.0, 43.0, &v);
}

static bool is_age(struct wg_str s, bool *ret_said)
{
    *ret_said = wg_str_ends(s, WG_STR("岁")) || wg_str_ends(s, WG_STR("周岁"));
    if (wg_str_ends(s, WG_STR("周岁")))
        s.n -= strlen("周岁");
    else if (*ret_said)
        s.n -= strlen("岁");
    return whole_number(wg_str_trim(s), 0, 125);
}

/* G1234, K96, MU5123, CZ6101, 3U8888 */
static bool is_transport(struct wg_str s)
{
    size_t letters = 0, digits = 0, i = 0;
    if (s.n < 2 || s.n > 7) return false;
    while (i < s.n && ((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= 'a' && s.p[i] <= 'z'))) i++;
    letters = i;
    if (letters == 0 && s.p[0] >= '1' && s.p[0] <= '9' && s.p[1] >= 'A' && s.p[1] <= 'Z') letters = i = 2;
    while (i + digits < s.n && s.p[i + digits] >= '0' && s.p[i + digits] <= '9') digits++;
    if (i + digits != s.n) return false;
    bool train = letters == 1 && digits >= 1 && digits <= 4 && strchr("GDCZTKLYSgdcztklys", s.p[0]);
    return train || (letters == 2 && (digits == 3 || digits == 4));
}

static bool ends_as(struct wg_str s, const char *const *endings, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (wg_str_ends(s, wg_str(endings[i]))) return true;
    return false;
}

static bool is_organisation(struct wg_str s)
{
    static const char *const endings[] = {"公司", "厂", "集团",   "学校", "医院", "中心", "银行", "政府", "大学",   "小学",
                                          "中学", "局", "幼儿园", "超市", "酒店", "商店", "饭店", "学院", "委员会", "合作社"};
    return ends_as(s, endings, sizeof endings / sizeof *endings);
}

/* The last word, in lower case, is one that English streets end with. */
static bool is_english_street(struct wg_str s)
{
    static const char *const kinds[] = {"street",  "st",       "road",      "rd",      "avenue", "ave",   "place", "pl",
                                        "circuit", "crescent", "cres",      "drive",   "close",  "court", "lane",  "way",
                                        "parade",  "terrace",  "boulevard", "highway", "grove",  "square"};
    char last[16];
    size_t from = s.n, n = 0;
    while (from > 0 && s.p[from - 1] != ' ') from--;
    if (from == 0 || s.n - from >= sizeof last) return false;
    for (size_t i = from; i < s.n; i++) last[n++] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    last[n] = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(last, kinds[i]) == 0) return true;
    return false;
}

/* --- one cell ------------------------------------------------------------------------------------------------------- */

/* What a cell could be, in hundredths each: how telling its form is. */
struct signs {
    uint8_t fit[COLUMN_KIND_COUNT];
    wg_day date; /* WG_DAY_NONE when it is none */
};

static void look_at_numbers(struct wg_str s, struct signs *ret, wg_day today)
{
    struct people_idno id = people_idno_read(s, today);
    bool decimal, said;
    if (id.fault == IDNO_OK) ret->fit[COLUMN_IDNO] = 100;
    if (id.fault == IDNO_CHECK_DIGIT || id.fault == IDNO_DATE) ret->fit[COLUMN_IDNO] = 70;
    if (id.fault == IDNO_LOST) ret->fit[COLUMN_IDNO] = 80;
    if (id.fault == IDNO_MASKED) ret->fit[COLUMN_IDNO] = count_digits(s) >= 6 && s.n >= 15 ? 90 : 40;
    if (id.fault == IDNO_OTHER_PAPER && count_digits(s) >= 7 && s.n <= 20 && !has_han(s)) ret->fit[COLUMN_IDNO] = 30;
    struct people_phone phone = people_phone_read(s, NULL, NULL);
    if (phone.fault == PHONE_OK && ret->fit[COLUMN_IDNO] < 70)
        ret->fit[COLUMN_PHONE] = phone.mobile ? 100 : phone.text[0] == '8' && strlen(phone.text) >= 12 ? 80 : 30;
    if (phone.fault == PHONE_MASKED && phone.mobile) ret->fit[COLUMN_PHONE] = 90;
    if (phone.fault == PHONE_LOST && id.fault != IDNO_LOST) ret->fit[COLUMN_PHONE] = 60;
    if (is_temperature(s, &decimal)) ret->fit[COLUMN_TEMPERATURE] = decimal ? 80 : 20;
    if (is_age(s, &said)) ret->fit[COLUMN_AGE] = said ? 100 : 35;
    if (whole_number(s, 1900, 2100)) ret->fit[COLUMN_BIRTH_YEAR] = 40;
    if (whole_number(s, 1, 12)) ret->fit[COLUMN_BIRTH_MONTH] = 10;
    if (whole_number(s, 1, 31)) ret->fit[COLUMN_BIRTH_DAY] = 10;
    if (count_digits(s) == s.n && (s.n == 6 || s.n == 5 || s.n == 4)) ret->fit[COLUMN_POSTCODE] = s.n == 6 ? 40 : 20;
    double number;
    if (wg_parse_double(s, -1e15, 1e15, &number)) ret->fit[COLUMN_NUMBER] = 30;
}

static void look_at_dates(struct wg_str s, struct signs *ret)
{
    if (!people_date_read(s, false, false, &ret->date)) return;
    /* 20200214 might be a number */
    ret->fit[COLUMN_BIRTH] = ret->fit[COLUMN_CAME_ON] = count_digits(s) == s.n ? 80 : 100;
}

static size_t count_present(const struct wg_str *parts, size_t n)
{
    size_t present = 0;
    for (size_t i = 0; i < n; i++) present += parts[i].n > 0;
    return present;
}

/* Parts that only an address has. */
static void look_at_address(struct wg_arena *arena, struct wg_str s, struct signs *ret)
{
    struct people_address a = people_address_read(arena, s);
    const struct wg_str areas[] = {a.province, a.city, a.county}, named[] = {a.street, a.community, a.village},
                        numbered[] = {a.road, a.road_number, a.building, a.unit, a.room, a.group};
    size_t area = count_present(areas, 3), places = count_present(named, 3), doors = count_present(numbered, 6);
    size_t all = area + places + doors + (a.compound.n > 0);
    if (a.rest.n > a.normal.n / 2) return;
    if (doors > 0) ret->fit[COLUMN_ADDRESS] = all >= 3 ? 100 : all == 2 ? 80 : 40;
    if (doors == 0 && all >= 2) ret->fit[COLUMN_ADDRESS] = 60;
    bool alone = all == 1 && a.rest.n == 0;
    if (alone && a.street.n > 0) ret->fit[COLUMN_TOWNSHIP] = 100;
    if (alone && a.community.n + a.village.n > 0) ret->fit[COLUMN_COMMUNITY] = 100;
    if (alone && a.road.n > 0) ret->fit[COLUMN_STREET_NAME] = 70;
    if (area > 0 && places + doors == 0) ret->fit[COLUMN_CAME_FROM] = 50;
    if (alone && a.province.n > 0) ret->fit[COLUMN_STATE] = 60;
    if (alone && (a.city.n > 0 || a.county.n > 0)) ret->fit[COLUMN_CITY] = 55;
}

static void look_at_words(struct wg_arena *arena, struct wg_str s, struct signs *ret)
{
    bool nickname;
    struct people_name name = people_name_read(s, &nickname);
    size_t digits = count_digits(s);
    int sex = people_sex_read(s);
    if (sex) ret->fit[COLUMN_SEX] = digits ? 30 : 100;
    if (is_email(s)) ret->fit[COLUMN_EMAIL] = 100;
    if (is_transport(s)) ret->fit[COLUMN_TRANSPORT] = 80;
    if (people_plate_read(s).fault == PLATE_OK && has_han(s)) ret->fit[COLUMN_PLATE] = 100;
    if (is_organisation(s)) ret->fit[COLUMN_ORGANISATION] = 90;
    if (name.chinese && !sex && digits == 0) {
        bool dotted = wg_str_find(wg_str(name.text), WG_STR("·")) > 0;
        if (name.surname > 0 && name.n > name.surname && name.n <= 4) ret->fit[COLUMN_NAME] = 100;
        if (dotted) ret->fit[COLUMN_NAME] = 90;
        if (nickname) ret->fit[COLUMN_NAME] = 60;
    }
    if (has_han(s)) {
        look_at_address(arena, s, ret);
    } else if (digits == 0 && name.n > 1 && !sex) {
        bool two_words = wg_str_find(wg_str(name.text), WG_STR(" ")) > 0;
        ret->fit[COLUMN_NAME] = two_words ? 35 : 20;
        ret->fit[COLUMN_GIVEN_NAME] = ret->fit[COLUMN_SURNAME] = two_words ? 0 : 25;
    }
    if (is_english_street(s)) {
        ret->fit[COLUMN_NAME] = 0;
        ret->fit[digits ? COLUMN_ADDRESS : COLUMN_STREET_NAME] = 80;
    }
    ret->fit[COLUMN_TEXT] = 10;
}

static struct wg_str shorten(struct wg_str cell)
{
    return wg_str_trim(wg_str_sub(wg_str_trim(cell), 0, LOOKED_AT));
}

bool column_cell_reads(enum column_kind kind, struct wg_str cell, wg_day today)
{
    struct wg_str s = shorten(cell);
    struct people_idno id;
    wg_day day;
    double number;
    bool unused;
    switch (kind) {
    case COLUMN_IDNO:
        id = people_idno_read(s, today);
        return id.fault == IDNO_OK || id.fault == IDNO_OTHER_PAPER;
    case COLUMN_PHONE:
        return people_phone_read(s, NULL, NULL).fault == PHONE_OK;
    case COLUMN_NAME:
    case COLUMN_SURNAME:
    case COLUMN_GIVEN_NAME:
        return people_name_read(s, NULL).n > 0;
    case COLUMN_SEX:
        return people_sex_read(s) != 0;
    case COLUMN_BIRTH:
    case COLUMN_CAME_ON:
        return people_date_read(s, true, false, &day);
    case COLUMN_BIRTH_YEAR:
        return whole_number(s, 1800, 2200);
    case COLUMN_BIRTH_MONTH:
        return whole_number(s, 1, 12);
    case COLUMN_BIRTH_DAY:
        return whole_number(s, 1, 31);
    case COLUMN_AGE:
        return is_age(s, &unused);
    case COLUMN_EMAIL:
        return is_email(s);
    case COLUMN_PLATE:
        return people_plate_read(s).fault == PLATE_OK;
    case COLUMN_TEMPERATURE:
        return is_temperature(s, &unused);
    case COLUMN_POSTCODE:
        return count_digits(s) >= 3;
    case COLUMN_STREET_NUMBER:
        return count_digits(s) >= 1;
    case COLUMN_NUMBER:
        return wg_parse_double(s, -1e300, 1e300, &number);
    default:
        return true;
    }
}

bool column_cell_may_be(enum column_kind kind, struct wg_str cell, wg_day today)
{
    struct wg_str s = shorten(cell);
    size_t digits = count_digits(s);
    double number;
    switch (kind) {
    case COLUMN_IDNO: /* also numbers of other countries */
        return digits >= 5 && !people_date_read(s, false, false, &(wg_day){0});
    case COLUMN_PHONE:
        return digits >= 6 && !is_email(s) && people_idno_read(s, today).fault != IDNO_OK;
    case COLUMN_NAME:
    case COLUMN_SURNAME:
    case COLUMN_GIVEN_NAME:
        return people_name_read(s, NULL).n > 0 && digits < 3 && people_sex_read(s) == 0 && !is_email(s);
    case COLUMN_ADDRESS:
    case COLUMN_STREET_NAME:
    case COLUMN_CITY:
    case COLUMN_STATE:
    case COLUMN_TOWNSHIP:
    case COLUMN_COMMUNITY:
    case COLUMN_CAME_FROM:
    case COLUMN_ORGANISATION:
        return digits < s.n && people_sex_read(s) == 0 && !is_email(s) && !people_date_read(s, false, false, &(wg_day){0});
    case COLUMN_BIRTH:
    case COLUMN_CAME_ON: /* 1990-05 and 1月5日 too */
        if (digits >= 1 && wg_str_find(s, WG_STR("月")) >= 0) return true;
        return digits >= 4 && digits <= 17 &&
               (people_date_read(s, true, false, &(wg_day){0}) || !wg_parse_double(s, 1e5, 1e300, &number));
    case COLUMN_AGE: /* 3个月 too */
        return digits >= 1 && digits <= 3;
    case COLUMN_POSTCODE: /* ME4 1AB too */
        return digits >= 1 && s.n <= 12;
    case COLUMN_TEMPERATURE: /* 365 too */
        return digits >= 2 && digits <= 4;
    default:
        return column_cell_reads(kind, cell, today);
    }
}

/* --- the column ----------------------------------------------------------------------------------------------------- */

static int hash_cmp(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t count_distinct(uint64_t *hashes, size_t n)
{
    size_t distinct = 0;
    if (n == 0) return 0;
    qsort(hashes, n, sizeof *hashes, hash_cmp);
    for (size_t i = 0; i < n; i++) distinct += i == 0 || hashes[i] != hashes[i - 1];
    return distinct;
}

static bool is_lost(struct wg_str s, wg_day today)
{
    return s.n >= 7 && (people_phone_read(s, NULL, NULL).fault == PHONE_LOST || people_idno_read(s, today).fault == IDNO_LOST);
}

/* Births are spread over a life, arrivals over weeks. */
static void part_dates(struct column_content *c, wg_day first, wg_day last, size_t dates)
{
    bool wide = dates >= 3 && (int64_t)last - first > 5 * 365, narrow = (int64_t)last - first < 400;
    c->fits[COLUMN_BIRTH] *= wide ? 0.75 : 0.3;
    c->fits[COLUMN_CAME_ON] *= wide ? 0.1 : narrow ? 0.6 : 0.3;
}

static void look_at_cell(struct wg_ctx *ctx, struct wg_str s, wg_day today, struct signs *ret)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    *ret = (struct signs){.date = WG_DAY_NONE};
    look_at_numbers(s, ret, today);
    look_at_dates(s, ret);
    look_at_words(ctx->arena, s, ret);
    wg_arena_rewind(ctx->arena, mark);
}

struct column_content column_content_read(struct wg_ctx *ctx, const struct wg_str *cells, size_t rows, size_t stride)
{
    struct column_content c = {.sampled = rows};
    wg_day today = wg_today(ctx), first = INT32_MAX, last = INT32_MIN;
    size_t dates = 0, longest = 0;
    uint64_t sums[COLUMN_KIND_COUNT] = {0};
    uint64_t *hashes = wg_alloc_n(ctx->arena, rows + 1, sizeof *hashes);
    for (size_t r = 0; r < rows; r++) {
        struct wg_str s = shorten(cells[r * stride]);
        struct signs signs;
        if (s.n == 0) continue;
        look_at_cell(ctx, s, today, &signs);
        hashes[c.filled++] = wg_hash(s.p, s.n);
        c.lost += is_lost(s, today);
        longest = s.n > longest ? s.n : longest;
        if (signs.date != WG_DAY_NONE) {
            dates++;
            first = signs.date < first ? signs.date : first;
            last = signs.date > last ? signs.date : last;
        }
        for (int k = 0; k < COLUMN_KIND_COUNT; k++) sums[k] += signs.fit[k];
    }
    if (c.filled == 0) return c;
    for (int k = 0; k < COLUMN_KIND_COUNT; k++) c.fits[k] = (double)sums[k] / (100.0 * (double)c.filled);
    size_t distinct = count_distinct(hashes, c.filled);
    c.each_once = distinct == rows && rows > 1;
    c.mostly_once = distinct * 10 >= c.filled * 3;
    c.fits[COLUMN_RECORD_ID] = c.each_once && longest <= 64 ? 0.4 : 0;
    if (dates > 0) part_dates(&c, first, last, dates);
    return c;
}
