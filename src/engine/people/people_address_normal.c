#include "engine/people/people_address_internal.h"

#include <string.h>

enum {
    TEN = 0x5341,
    TEN_FORMAL = 0x62FE,
    HUNDRED = 0x767E,
    HUNDRED_FORMAL = 0x4F70,
    NUMBER_SIGN = 0x53F7 /* 号 */,
    PASSES = 4
};

/* A string of characters being rewritten. */
struct chars {
    uint32_t c[PEOPLE_ADDRESS_MAX + 1];
    size_t n;
};

/* Of what lies behind the last character nothing is ever read. */
static void copy(struct chars *to, const struct chars *from)
{
    memcpy(to->c, from->c, from->n * sizeof *from->c);
    to->n = from->n;
}

static uint32_t peek(const struct chars *s, size_t i)
{
    return i < s->n ? s->c[i] : 0;
}

static void push(struct chars *s, uint32_t c)
{
    if (s->n < PEOPLE_ADDRESS_MAX) s->c[s->n++] = c;
}

static bool arabic(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool alnum(uint32_t c)
{
    return arabic(c) || (c >= 'A' && c <= 'Z');
}

static size_t any_at(const struct chars *s, size_t i, const char32_t *const *words)
{
    return people_any_word(s->c + i, s->n - i, words);
}

/* --- western addresses ---------------------------------------------------------------------------------------------- */

/* Lower case without marks; words parted by one space, whatever stood between. */
static void latin_only(struct chars *s)
{
    struct chars out;
    out.n = 0;
    for (size_t i = 0; i < s->n; i++) {
        uint32_t c = s->c[i], latin[2];
        size_t k = people_latin_fold(c, latin);
        for (size_t j = 0; j < k; j++) push(&out, latin[j]);
        bool inner = (c == '-' || c == '/') && arabic(peek(s, i + 1)) && i > 0 && arabic(s->c[i - 1]);
        if (k == 0 && (arabic(c) || c == '#' || inner)) push(&out, c);
        if (k == 0 && !arabic(c) && c != '#' && !inner && c != '\'' && out.n > 0 && out.c[out.n - 1] != ' ') push(&out, ' ');
    }
    while (out.n > 0 && out.c[out.n - 1] == ' ') out.n--;
    copy(s, &out);
}

/* --- signs ---------------------------------------------------------------------------------------------------------- */

/* A dash stays between numbers and after 号 (16号-1); elsewhere it only parts what is parted anyway. */
static bool dash_counts(const struct chars *s, const struct chars *out, size_t i)
{
    uint32_t before = out->n ? out->c[out->n - 1] : 0, after = peek(s, i + 1);
    return alnum(after) && (alnum(before) || before == NUMBER_SIGN);
}

/* No. between a name and a number says nothing. */
static bool ends_numero(const struct chars *s)
{
    bool numero = s->n >= 2 && s->c[s->n - 2] == 'N' && s->c[s->n - 1] == 'O';
    return numero && (s->n == 2 || people_is_han(s->c[s->n - 3]));
}

static void clean_signs(struct chars *s)
{
    struct chars out;
    out.n = 0;
    for (size_t i = 0; i < s->n; i++) {
        uint32_t c = people_simplified(s->c[i]), latin[2];
        if (c == 0x2116) continue; /* № */
        if (c == 0x4E4B && i > 0 && (arabic(s->c[i - 1]) || s->c[i - 1] == NUMBER_SIGN) && people_digit(peek(s, i + 1)) >= 0)
            c = '-'; /* 之 */
        bool dash = c == '-' || c == '~' || c == '/' || c == '_' || c == '\\' || c == '.' || c == 0x301C || c == 0xFF5E;
        if (dash) {
            bool numero = ends_numero(&out) && arabic(peek(s, i + 1));
            if (dash_counts(s, &out, i) && !numero) push(&out, '-');
        } else if (c == '#' || arabic(c)) {
            if (arabic(c) && ends_numero(&out)) out.n -= 2;
            push(&out, c);
        } else if (people_is_han(c)) {
            push(&out, c);
        } else {
            size_t k = people_latin_fold(c, latin);
            for (size_t j = 0; j < k; j++) push(&out, latin[j] >= 'a' && latin[j] <= 'z' ? latin[j] - 32 : latin[j]);
        }
    }
    copy(s, &out);
}

/* --- words ---------------------------------------------------------------------------------------------------------- */

/* The offices of a place stand for the place: 燕北街道办事处 and 燕北办事处 are 燕北街道, X村民委员会 is X村. */
static void shorten_offices(struct chars *s)
{
    static const char32_t *const street[] = {U"街道办事处", U"街道办", U"街道", U"办事处", U"街办", NULL};
    static const char32_t *const street_tail[] = {U"办事处", U"办", NULL};
    static const char32_t *const village[] = {U"村民委员会", U"村委会", U"村委", NULL};
    static const char32_t *const village_tail[] = {U"民委员会", U"委会", U"委", U"会", NULL};
    static const char32_t *const community[] = {U"社区居民委员会", U"社区居委会", U"社区居委", U"社区委员会", NULL};
    static const char32_t *const community_tail[] = {U"居民委员会", U"居委会", U"居委", U"委员会", NULL};
    static const char32_t *const committee[] = {U"居民委员会", NULL};
    static const struct {
        const char32_t *const *words, *const *tail;
        const char32_t *to;
    } rules[] = {{street, street_tail, U"街道"},
                 {village, village_tail, U"村"},
                 {community, community_tail, U"社区"},
                 {committee, NULL, U"居委会"}};
    struct chars out;
    out.n = 0;
    for (size_t i = 0; i < s->n;) {
        size_t r = 0, n = 0, k;
        bool may_be = people_one_of(s->c[i], U"街办村社居"); /* what the words of all rules begin with */
        while (may_be && r < sizeof rules / sizeof *rules && !(n = any_at(s, i, rules[r].words))) r++;
        if (n == 0) {
            push(&out, s->c[i++]);
            continue;
        }
        i += n;
        while (rules[r].tail && (k = any_at(s, i, rules[r].tail)) > 0) i += k;
        for (const char32_t *to = rules[r].to; *to; to++) push(&out, *to);
    }
    copy(s, &out);
}

/* --- numerals ------------------------------------------------------------------------------------------------------- */

static bool is_ten(uint32_t c)
{
    return c == TEN || c == TEN_FORMAL;
}

static bool is_numeral(uint32_t c)
{
    return (!arabic(c) && people_digit(c) >= 0) || is_ten(c) || c == HUNDRED || c == HUNDRED_FORMAL;
}

/* 三百二十一, 十二, 一百零五: below a thousand; -1 when it is not well formed. */
static int numeral_value(const uint32_t *c, size_t n)
{
    int value = 0, digit = -1, unit = 1000;
    for (size_t i = 0; i < n; i++) {
        int step = is_ten(c[i]) ? 10 : c[i] == HUNDRED || c[i] == HUNDRED_FORMAL ? 100 : 0;
        if (step == 0) {
            if (digit > 0) return -1;
            digit = people_digit(c[i]);
            continue;
        }
        if (step >= unit || digit == 0 || (digit < 0 && !(step == 10 && i == 0))) return -1;
        value += (digit < 0 ? 1 : digit) * step;
        unit = step;
        digit = -1;
    }
    return digit > 0 ? value + digit : value;
}

/* Is the numeral that ends before `i` a number by what follows it (and by `before`, what stands before it)? */
static bool counts(const struct chars *s, size_t i, uint32_t before)
{
    static const char32_t *const units[] = {U"号",   U"栋", U"幢",   U"座", U"楼",     U"单元",     U"层",     U"室",
                                            U"组",   U"段", U"弄",   U"期", U"村民组", U"村民小组", U"居民组", U"居民小组",
                                            U"小组", U"队", U"网格", U"排", U"户",     NULL};
    size_t n = any_at(s, i, units);
    if (n) return !people_one_of(peek(s, i + n), U"村乡镇屯庄县市峡子堡沟店");
    uint32_t unit = peek(s, i), after = peek(s, i + 1);
    if (unit == 0x59D4) return is_numeral(after) || arabic(after) || after == 0x7EC4;  /* 三委六组 */
    if (unit == 0x793E) return before == 0x6751 && after != 0x533A && after != 0x4F1A; /* 村三社, not 社区 社会 */
    if (unit == 0x533A) return people_one_of(before, U"园区苑城村里庄府湾");           /* 花园三区 */
    if (unit == 0x95E8) return people_one_of(before, U"楼栋幢号元");                   /* 楼三门 */
    if (people_one_of(unit, U"路街巷条")) return people_one_of(before, U"经纬东西南北中第路街巷"); /* 经三路 长江路二巷 */
    return false;
}

static void push_number(struct chars *out, const uint32_t *c, size_t n)
{
    bool spelled = true; /* 二〇三: digit by digit */
    for (size_t i = 0; i < n; i++) spelled = spelled && people_digit(c[i]) >= 0;
    int value = spelled ? 0 : numeral_value(c, n);
    char digits[12];
    size_t k = 0;
    if (spelled || value < 0) {
        for (size_t i = 0; i < n; i++) push(out, spelled ? (uint32_t)('0' + people_digit(c[i])) : c[i]);
        return;
    }
    do {
        digits[k++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (k > 0) push(out, (unsigned char)digits[--k]);
}

/* 第3组 is 3组. */
static void drop_ordinal(struct chars *out)
{
    size_t n = out->n;
    while (n > 0 && out->c[n - 1] == 0x7B2C) n--;
    if (n == 0 || !arabic(out->c[n - 1])) out->n = n;
}

static void turn_numerals(struct chars *s)
{
    struct chars out;
    out.n = 0;
    for (size_t i = 0; i < s->n;) {
        size_t run = 0;
        while (is_numeral(peek(s, i + run))) run++;
        uint32_t before = out.n ? out.c[out.n - 1] : 0;
        if (run == 0) {
            if (arabic(s->c[i])) drop_ordinal(&out);
            push(&out, s->c[i++]);
            continue;
        }
        bool number = !arabic(before) && run <= 8 && counts(s, i + run, before);
        if (number) drop_ordinal(&out);
        if (number)
            push_number(&out, s->c + i, run);
        else
            for (size_t k = 0; k < run; k++) push(&out, s->c[i + k]);
        i += run;
    }
    copy(s, &out);
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static bool equal(const struct chars *a, const struct chars *b)
{
    return a->n == b->n && memcmp(a->c, b->c, a->n * sizeof *a->c) == 0;
}

static bool any_han(const struct chars *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (people_is_han(s->c[i])) return true;
    return false;
}

void people_address_normalise(struct wg_arena *arena, struct wg_str text, struct address *ret)
{
    struct chars s, before;
    s.n = people_scan(wg_str_trim(text), s.c, NULL, PEOPLE_ADDRESS_MAX);
    /* What one pass puts together the next may read: until it stays. */
    for (int pass = 0; pass < PASSES && any_han(&s); pass++) {
        copy(&before, &s);
        clean_signs(&s);
        shorten_offices(&s);
        turn_numerals(&s);
        if (equal(&s, &before)) break;
    }
    if (!any_han(&s)) latin_only(&s);
    char *out = wg_alloc(arena, s.n * 4 + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < s.n; i++) {
        ret->c[i] = s.c[i];
        ret->at[i] = (uint32_t)bytes;
        bytes += wg_utf8_put(out + bytes, s.c[i]);
    }
    ret->arena = arena;
    ret->n = s.n;
    ret->i = 0;
    ret->c[s.n] = ret->c[s.n + 1] = 0;
    ret->at[s.n] = (uint32_t)bytes;
    ret->normal = (struct wg_str){out, bytes};
}
