#include "engine/people/people_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>

enum { DIRECT = 0xFB00, FAR_MAX = 8192, SYLLABLE_MAX = 512, SHAPE_MAX = 8192 };

struct far_reading {
    uint32_t c;
    int16_t syllable;
};
struct shape {
    uint32_t c;
    uint16_t group;
};

/* Written once by expand(), read by everyone afterwards. */
static struct {
    uint16_t simplified[DIRECT];
    int16_t syllable[DIRECT]; /* number + 1, so that zero is "none" */
    struct far_reading far[FAR_MAX];
    size_t n_far;
    char sound[SYLLABLE_MAX][8];
    struct shape shapes[SHAPE_MAX];
    size_t n_shapes;
} tables;
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static int far_cmp(const void *a, const void *b)
{
    const struct far_reading *x = a, *y = b;
    return (x->c > y->c) - (x->c < y->c);
}

static int shape_cmp(const void *a, const void *b)
{
    const struct shape *x = a, *y = b;
    if (x->c != y->c) return (x->c > y->c) - (x->c < y->c);
    return (x->group > y->group) - (x->group < y->group);
}

/* What the ear mixes up: zh ch sh lose their h, initial n becomes l, a final g is lost after a, e and i, ü is u. */
static void merge_sounds(const char *syllable, char out[8])
{
    size_t n = 0;
    for (const char *p = syllable; *p && n < 7; p++) {
        bool first = p == syllable;
        if (*p == 'h' && p == syllable + 1 && strchr("zcs", syllable[0])) continue;
        if (*p == 'g' && !p[1] && !first && p[-1] == 'n' && p - syllable >= 2 && strchr("aei", p[-2])) continue;
        out[n++] = first && *p == 'n' && p[1] ? 'l' : *p == 'v' ? 'u' : *p;
    }
    out[n] = '\0';
}

static void expand_variants(void)
{
    struct wg_str pairs = wg_str(people_variant_pairs);
    for (size_t at = 0; at < pairs.n;) {
        uint32_t from = wg_utf8_next(pairs, &at);
        uint32_t to = wg_utf8_next(pairs, &at);
        if (from < DIRECT && to < DIRECT) tables.simplified[from] = (uint16_t)to;
    }
}

static void expand_readings(void)
{
    for (size_t s = 0; s < people_syllable_count && s < SYLLABLE_MAX; s++) {
        struct wg_str chars = wg_str(people_syllables[s].chars);
        merge_sounds(people_syllables[s].syllable, tables.sound[s]);
        for (size_t at = 0; at < chars.n;) {
            uint32_t c = wg_utf8_next(chars, &at);
            if (c < DIRECT)
                tables.syllable[c] = (int16_t)(s + 1);
            else if (tables.n_far < FAR_MAX)
                tables.far[tables.n_far++] = (struct far_reading){c, (int16_t)s};
        }
    }
    qsort(tables.far, tables.n_far, sizeof *tables.far, far_cmp);
}

static void expand_shapes(void)
{
    for (size_t g = 0; g < people_shape_group_count; g++) {
        struct wg_str group = wg_str(people_shape_groups[g]);
        for (size_t at = 0; at < group.n && tables.n_shapes < SHAPE_MAX;)
            tables.shapes[tables.n_shapes++] = (struct shape){wg_utf8_next(group, &at), (uint16_t)g};
    }
    qsort(tables.shapes, tables.n_shapes, sizeof *tables.shapes, shape_cmp);
}

static void expand(void)
{
    expand_variants();
    expand_readings();
    expand_shapes();
}

static void need_tables(void)
{
    (void)pthread_once(&tables_once, expand); /* cannot fail with a static control and a function */
}

uint32_t people_simplified(uint32_t c)
{
    need_tables();
    if (c == 0x20BB7) return 0x5409; /* 𠮷 is a way of writing 吉 */
    return c < DIRECT && tables.simplified[c] ? tables.simplified[c] : c;
}

int people_syllable_of(uint32_t c)
{
    need_tables();
    if (c < DIRECT) return tables.syllable[c] - 1;
    struct far_reading key = {c, 0};
    const struct far_reading *hit = bsearch(&key, tables.far, tables.n_far, sizeof key, far_cmp);
    return hit ? hit->syllable : -1;
}

const char *people_syllable_text(int syllable)
{
    return people_syllables[syllable].syllable;
}

const char *people_syllable_sound(int syllable)
{
    need_tables();
    return tables.sound[syllable];
}

int people_syllable_find(const char *letters, size_t n)
{
    size_t from = 0, to = people_syllable_count;
    struct wg_str key = {letters, n};
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = wg_str_cmp(key, wg_str(people_syllables[middle].syllable));
        if (order == 0) return (int)middle;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return -1;
}

static size_t shape_first(uint32_t c)
{
    size_t from = 0, to = tables.n_shapes;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (tables.shapes[middle].c < c)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

bool people_similar_shape(uint32_t a, uint32_t b)
{
    a = people_simplified(a);
    b = people_simplified(b);
    if (a == b) return true;
    size_t i = shape_first(a), j = shape_first(b);
    while (i < tables.n_shapes && j < tables.n_shapes && tables.shapes[i].c == a && tables.shapes[j].c == b) {
        if (tables.shapes[i].group == tables.shapes[j].group) return true;
        if (tables.shapes[i].group < tables.shapes[j].group)
            i++;
        else
            j++;
    }
    return false;
}

bool people_is_han(uint32_t c)
{
    return (c >= 0x3400 && c < 0x4DC0) || (c >= 0x4E00 && c < 0xA000) || c == 0x3007 || (c >= 0x2E80 && c < 0x2FE0) ||
           (c >= 0xF900 && c < 0xFB00) || (c >= 0x20000 && c < 0x323B0);
}

static uint32_t fold_ascii(uint32_t c)
{
    if (c >= '\t' && c <= '\r') return ' ';
    if (c < ' ' || c == 0x7F) return 0;
    if (c == '[' || c == '{' || c == '<') return '(';
    if (c == ']' || c == '}' || c == '>') return ')';
    return c;
}

struct fold_pair {
    uint16_t from, to;
};

static int fold_cmp(const void *key, const void *item)
{
    uint32_t c = *(const uint32_t *)key;
    const struct fold_pair *pair = item;
    return (c > pair->from) - (c < pair->from);
}

/* Dashes, middle dots, brackets, quotes and spaces of all kinds, by what is written; to 0: dropped. */
static uint32_t fold_punctuation(uint32_t c)
{
    static const struct fold_pair pairs[] = {
        {0x0085, ' '},  {0x00A0, ' '},  {0x00AD, 0},   {0x00B4, '\''}, {0x00B7, 0xB7}, {0x02BC, '\''}, {0x034F, 0},
        {0x0387, 0xB7}, {0x061C, 0},    {0x1680, ' '}, {0x180E, 0},    {0x2010, '-'},  {0x2011, '-'},  {0x2012, '-'},
        {0x2013, '-'},  {0x2014, '-'},  {0x2015, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201C, '"'},  {0x201D, '"'},
        {0x2022, 0xB7}, {0x2027, 0xB7}, {0x2028, ' '}, {0x2029, ' '},  {0x202F, ' '},  {0x2032, '\''}, {0x2033, '"'},
        {0x205F, ' '},  {0x2060, 0},    {0x2212, '-'}, {0x2219, 0xB7}, {0x22C5, 0xB7}, {0x2500, '-'},  {0x2501, '-'},
        {0x266F, '#'},  {0x2E31, 0xB7}, {0x3000, ' '}, {0x3001, ','},  {0x3002, '.'},  {0x3008, '('},  {0x3009, ')'},
        {0x300A, '('},  {0x300B, ')'},  {0x300C, '('}, {0x300D, ')'},  {0x300E, '('},  {0x300F, ')'},  {0x3010, '('},
        {0x3011, ')'},  {0x3014, '('},  {0x3015, ')'}, {0x3016, '('},  {0x3017, ')'},  {0x3018, '('},  {0x3019, ')'},
        {0x30FB, 0xB7}, {0x30FC, '-'},  {0xFE50, ','}, {0xFE51, ','},  {0xFE58, '-'},  {0xFE59, '('},  {0xFE5A, ')'},
        {0xFE5F, '#'},  {0xFE63, '-'},  {0xFEFF, 0},   {0xFF61, '.'},  {0xFF64, ','},  {0xFF65, 0xB7}, {0xFFFD, 0}};
    const struct fold_pair *hit = bsearch(&c, pairs, sizeof pairs / sizeof *pairs, sizeof *pairs, fold_cmp);
    return hit ? hit->to : c;
}

uint32_t people_fold(uint32_t c)
{
    if (c < 0x80) return fold_ascii(c);
    if (people_is_han(c)) return c;
    if (c >= 0xFF01 && c <= 0xFF5E) return fold_ascii(c - 0xFEE0);
    if (c >= 0x2000 && c <= 0x200A) return ' ';
    if ((c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2061 && c <= 0x206F)) return 0;
    if ((c >= 0x80 && c < 0xA0 && c != 0x85) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c < 0xE0200)) return 0;
    if ((c >= 0xE000 && c < 0xF900) || c >= 0xF0000) return 0; /* private use: what GBK files leave behind */
    return fold_punctuation(c);
}

static int latin_cmp(const void *key, const void *item)
{
    uint32_t c = *(const uint32_t *)key;
    const struct people_latin *letter = item;
    return (c > letter->from) - (c < letter->from);
}

size_t people_latin_fold(uint32_t c, uint32_t out[2])
{
    if (c < 0x80) {
        bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        out[0] = upper ? c + ('a' - 'A') : c;
        return upper || lower ? 1 : 0;
    }
    if ((c >= 0xC0 && c < 0x250) || (c >= 0x1E00 && c < 0x1F00)) {
        const struct people_latin *hit = bsearch(&c, people_latin_letters, people_latin_count, sizeof *hit, latin_cmp);
        if (hit) {
            out[0] = (unsigned char)hit->to[0];
            out[1] = (unsigned char)hit->to[1];
            return out[1] ? 2 : 1;
        }
    }
    if (!u_isalpha((UChar32)c)) return 0;
    uint32_t lower = (uint32_t)u_tolower((UChar32)c);
    if (lower != c) return people_latin_fold(lower, out); /* what is its own lower case ends it */
    out[0] = c;
    return 1;
}

size_t people_scan(struct wg_str text, uint32_t *out, uint32_t *at, size_t cap)
{
    size_t n = 0, i = 0;
    while (i < text.n && n < cap) {
        size_t from = i;
        uint32_t c = people_fold(wg_utf8_next(text, &i));
        if (!c) continue;
        if (at) at[n] = (uint32_t)from;
        out[n++] = c;
    }
    if (at) at[n] = (uint32_t)i;
    return n;
}

int people_digit(uint32_t c)
{
    static const uint32_t han[] = {0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};
    static const uint32_t formal[] = {0x3007, 0x58F9, 0x8D30, 0x53C1, 0x8086, 0x4F0D, 0x9646, 0x67D2, 0x634C, 0x7396};
    if (c >= '0' && c <= '9') return (int)(c - '0');
    for (int i = 0; i < 10; i++)
        if (c == han[i] || c == formal[i]) return i;
    return -1;
}

bool people_says_nothing(struct wg_str text)
{
    static const char32_t *const words[] = {U"-",    U"--",   U"---",  U"/",       U"\\",   U".",    U"?",      U"无",
                                            U"没有", U"暂无", U"不详", U"未知",    U"不明", U"不清", U"未填",   U"拒绝",
                                            U"空",   U"缺",   U"无号", U"无名",    U"略",   U"同上", U"未提供", U"n/a",
                                            U"none", U"null", U"nil",  U"unknown", NULL};
    static const char32_t heads[] = U"-/\\.?无没暂不未拒空缺略同nu"; /* what they begin with */
    enum { LONGEST = 8, LONGEST_BYTES = 24 };
    uint32_t c[LONGEST];
    text = wg_str_trim(text);
    if (text.n == 0) return true;
    if (text.n > LONGEST_BYTES || (text.p[0] >= '0' && text.p[0] <= '9')) return false;
    size_t n = people_scan(text, c, NULL, LONGEST);
    if (n == 0) return true;
    if (n == 2 && c[0] == 'N' && c[1] == 'A') return true; /* but Na is a name */
    for (size_t i = 0; i < n; i++) c[i] = c[i] >= 'A' && c[i] <= 'Z' ? c[i] + 32 : people_simplified(c[i]);
    if (!people_one_of(c[0], heads)) return false;
    for (size_t w = 0; words[w]; w++) {
        size_t k = people_word(c, n, words[w]);
        if (k && k == n) return true;
    }
    return false;
}
