#include "engine/people/people_internal.h"

#include <string.h>

enum { DOT = 0x00B7, SCAN = 256 };

/* The characters of a name while it is being cleaned. */
struct raw {
    uint32_t c[SCAN];
    size_t n;
};

/* --- cleaning ------------------------------------------------------------------------------------------------------- */

/* 王某 王XX 王** : a place where a character is hidden. */
static bool is_hidden(uint32_t c)
{
    return c == '*' || c == 0x25CF || c == 0x00D7 || c == 0x25CB || c == 0x2573;
}

static bool parts_people(uint32_t c)
{
    return c == ',' || c == ';' || c == '/' || c == '|' || c == '&' || c == '\\';
}

static bool any_han(const uint32_t *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (people_is_han(c[i])) return true;
    return false;
}

/* What stands in brackets, and an unclosed bracket to the end. */
static void drop_brackets(struct raw *raw)
{
    size_t n = 0, depth = 0;
    for (size_t i = 0; i < raw->n; i++) {
        if (raw->c[i] == '(') {
            depth++;
        } else if (raw->c[i] == ')') {
            if (depth > 0) depth--;
        } else if (depth == 0) {
            raw->c[n++] = raw->c[i];
        }
    }
    raw->n = n;
}

/* Only the first of several people: the first part with a Han character in it. */
static void keep_first(struct raw *raw)
{
    for (size_t from = 0, to; from < raw->n; from = to + 1) {
        to = from;
        while (to < raw->n && !parts_people(raw->c[to])) to++;
        if (!any_han(raw->c + from, to - from)) continue;
        memmove(raw->c, raw->c + from, (to - from) * sizeof *raw->c);
        raw->n = to - from;
        return;
    }
}

/* Simplified characters, dots and hidden places; letters only beside a single character (王X), since they are the same name
 * over again elsewhere (王伟 WANG WEI). Everything else is dropped. */
static void keep_han_name(struct raw *raw)
{
    size_t n = 0, han = 0;
    for (size_t i = 0; i < raw->n; i++) han += people_is_han(raw->c[i]);
    for (size_t i = 0; i < raw->n; i++) {
        uint32_t c = raw->c[i], latin[2];
        if (people_is_han(c)) {
            raw->c[n++] = people_simplified(c);
        } else if (is_hidden(c)) {
            raw->c[n++] = '*';
        } else if (c == DOT || c == '.' || c == '-') {
            if (n > 0 && raw->c[n - 1] != DOT) raw->c[n++] = DOT;
        } else if (han == 1 && any_han(raw->c, n) && people_latin_fold(c, latin)) {
            raw->c[n++] = latin[0];
        }
    }
    raw->n = n;
}

/* "Smith, John" is "john smith". */
static void turn_comma(struct raw *raw)
{
    size_t comma = 0, n = 0;
    while (comma < raw->n && raw->c[comma] != ',') comma++;
    if (comma == raw->n) return;
    uint32_t turned[SCAN];
    for (size_t i = comma + 1; i < raw->n && raw->c[i] != ','; i++) turned[n++] = raw->c[i];
    if (n < SCAN) turned[n++] = ' ';
    for (size_t i = 0; i < comma && n < SCAN; i++) turned[n++] = raw->c[i];
    memcpy(raw->c, turned, n * sizeof *turned);
    raw->n = n;
}

/* Words of letters with single spaces between; digits and signs part words or vanish. */
static void keep_latin_name(struct raw *raw)
{
    struct raw out = {.n = 0};
    for (size_t i = 0; i < raw->n && out.n + 2 < SCAN; i++) {
        uint32_t latin[2];
        size_t k = people_latin_fold(raw->c[i], latin);
        for (size_t j = 0; j < k; j++) out.c[out.n++] = latin[j];
        bool parts = raw->c[i] == ' ' || raw->c[i] == '-' || raw->c[i] == '.' || raw->c[i] == DOT || parts_people(raw->c[i]);
        if (parts && out.n > 0 && out.c[out.n - 1] != ' ') out.c[out.n++] = ' ';
    }
    while (out.n > 0 && out.c[out.n - 1] == ' ') out.n--;
    *raw = out;
}

static bool drop_latin_title(struct raw *raw)
{
    static const char32_t *const titles[] = {U"mr ", U"mrs ", U"ms ", U"miss ", U"dr ", U"prof ", U"sir ", NULL};
    size_t n = people_any_word(raw->c, raw->n, titles);
    if (n == 0 || n == raw->n) return false;
    memmove(raw->c, raw->c + n, (raw->n - n) * sizeof *raw->c);
    raw->n -= n;
    return true;
}

/* 王伟先生 is 王伟; 李师傅 is 李, and no more of the name is known. */
static bool drop_title(struct raw *raw)
{
    static const char32_t *const titles[] = {
        U"先生", U"女士", U"小姐", U"师傅", U"老师", U"阿姨", U"大爷", U"大妈", U"大娘", U"大叔", U"大哥", U"大姐", U"大嫂",
        U"大婶", U"大伯", U"叔叔", U"爷爷", U"奶奶", U"伯伯", U"同志", U"同学", U"医生", U"大夫", U"护士", U"主任", U"书记",
        U"经理", U"老板", U"院长", U"队长", U"局长", U"科长", U"处长", U"教授", U"会计", U"司机", U"老汉", U"老太", NULL};
    static const char32_t short_titles[] = U"总姐哥叔婶嫂姨氏";
    size_t n = people_ending(raw->c, raw->n, titles);
    if (n > 0 && any_han(raw->c, raw->n - n)) {
        raw->n -= n;
        return true;
    }
    bool brief = raw->n == 2 && people_surname_known(raw->c[0]) && people_one_of(raw->c[1], short_titles);
    if (brief) raw->n = 1;
    return brief;
}

/* 王某某 王xx : the same as 王** */
static void drop_hidden(struct raw *raw)
{
    static const char32_t *const hidden[] = {U"某某某", U"某某", U"某", U"xxx", U"xx", U"x", NULL};
    size_t n = people_ending(raw->c, raw->n, hidden);
    if (n == 0 || n == raw->n || !people_is_han(raw->c[0])) return;
    for (size_t i = raw->n - n; i < raw->n; i++) raw->c[i] = '*';
}

/* 小李 老王 阿明: true when a prefix of familiarity was taken off. */
static bool drop_prefix(struct raw *raw)
{
    if (raw->n != 2 || !people_is_han(raw->c[1])) return false;
    bool familiar = raw->c[0] == 0x5C0F || raw->c[0] == 0x8001; /* 小 老 */
    if (!(familiar && people_surname_known(raw->c[1])) && raw->c[0] != 0x963F /* 阿 */) return false;
    raw->c[0] = raw->c[1];
    raw->n = 1;
    return true;
}

/* --- readings ------------------------------------------------------------------------------------------------------- */

/* Text that never grows past its array; what does not fit is left out whole. */
struct line {
    char *p;
    size_t n, cap;
};

static void add(struct line *line, const char *bytes, size_t n)
{
    if (line->n + n >= line->cap) return;
    memcpy(line->p + line->n, bytes, n);
    line->n += n;
}

static void add_word(struct line *line, const char *bytes, size_t n)
{
    if (line->n + n + 1 >= line->cap) return;
    if (line->n > 0) add(line, " ", 1);
    add(line, bytes, n);
}

/* Where a name's readings are written. */
struct readings {
    struct line pinyin, sound, initials;
};

static void add_syllable(struct readings *to, int syllable)
{
    const char *letters = people_syllable_text(syllable), *heard = people_syllable_sound(syllable);
    add_word(&to->pinyin, letters, strlen(letters));
    add_word(&to->sound, heard, strlen(heard));
    add(&to->initials, letters, 1);
}

static void read_aloud_han(const struct people_name *name, struct readings *to)
{
    size_t i = 0;
    const char *own = name->surname ? people_surname_reading(name->chars, name->surname) : NULL;
    if (own) {
        struct wg_str rest = wg_str(own), one;
        while (wg_str_next(&rest, ' ', &one)) add_syllable(to, people_syllable_find(one.p, one.n));
        i = name->surname;
    }
    for (; i < name->n; i++) {
        char put[4];
        int s = people_syllable_of(name->chars[i]);
        if (name->chars[i] == DOT) continue;
        if (s >= 0) {
            add_syllable(to, s);
        } else {
            size_t n = wg_utf8_put(put, name->chars[i]);
            add_word(&to->pinyin, put, n);
            add_word(&to->sound, put, n);
        }
    }
}

/* The syllables of a word as lengths, the longest first where there is a choice; 0 when it is not made of syllables. */
static size_t cut_syllables(struct wg_str word, uint8_t lengths[PEOPLE_NAME_MAX])
{
    uint8_t first[PEOPLE_NAME_MAX + 1] = {0}; /* a syllable of this length begins here, and the rest can be cut too */
    if (word.n == 0 || word.n > PEOPLE_NAME_MAX) return 0;
    for (size_t i = word.n; i-- > 0;)
        for (size_t k = 1; k <= 6 && i + k <= word.n; k++)
            if ((i + k == word.n || first[i + k]) && people_syllable_find(word.p + i, k) >= 0) first[i] = (uint8_t)k;
    size_t n = 0;
    for (size_t i = 0; i < word.n && first[i]; i += first[i]) lengths[n++] = first[i];
    return n;
}

/* A Chinese name in letters, surname first: "Wang Xiaoming". */
static bool is_romanised(struct wg_str text)
{
    struct wg_str word, rest = text;
    uint8_t lengths[PEOPLE_NAME_MAX];
    size_t words = 0, syllables = 0;
    while (wg_str_next(&rest, ' ', &word)) {
        size_t n = cut_syllables(word, lengths);
        if (n == 0 || (words == 0 && !people_surname_letters(word.p, word.n))) return false;
        words++;
        syllables += n;
    }
    return words >= 2 && syllables <= 4;
}

static void read_aloud_latin(struct wg_str text, struct readings *to)
{
    struct wg_str word;
    bool romanised = is_romanised(text);
    while (wg_str_next(&text, ' ', &word)) {
        uint8_t lengths[PEOPLE_NAME_MAX];
        size_t n = romanised ? cut_syllables(word, lengths) : 0;
        for (size_t k = 0, at = 0; k < n; at += lengths[k++]) add_syllable(to, people_syllable_find(word.p + at, lengths[k]));
        if (n > 0 || word.n == 0) continue;
        add_word(&to->pinyin, word.p, word.n);
        add_word(&to->sound, word.p, word.n);
        if ((unsigned char)word.p[0] < 0x80) add(&to->initials, word.p, 1);
    }
}

static void read_aloud(struct people_name *name)
{
    struct readings to = {.pinyin = {name->pinyin, 0, sizeof name->pinyin},
                          .sound = {name->sound, 0, sizeof name->sound},
                          .initials = {name->initials, 0, sizeof name->initials}};
    if (name->chinese)
        read_aloud_han(name, &to);
    else
        read_aloud_latin(wg_str(name->text), &to);
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static void cut(struct raw *raw)
{
    if (raw->n > PEOPLE_NAME_MAX) raw->n = PEOPLE_NAME_MAX;
    while (raw->n > 0 && (raw->c[raw->n - 1] == DOT || raw->c[raw->n - 1] == ' ')) raw->n--;
}

static void clean_han(struct raw *raw, bool *ret_nickname)
{
    bool familiar = false, again = true;
    keep_first(raw);
    keep_han_name(raw);
    cut(raw);
    if (!any_han(raw->c, raw->n)) raw->n = 0; /* cut off after many hidden places */
    while (again) {
        bool prefix = drop_prefix(raw);
        familiar = familiar || prefix;
        again = drop_title(raw) || prefix;
        cut(raw);
    }
    drop_hidden(raw);
    *ret_nickname = familiar || (raw->n == 1 && people_surname_known(raw->c[0]));
    for (size_t i = 0; i < raw->n; i++) *ret_nickname = *ret_nickname || raw->c[i] == '*';
}

static void clean_latin(struct raw *raw)
{
    turn_comma(raw);
    keep_latin_name(raw);
    cut(raw);
    while (drop_latin_title(raw)) cut(raw);
}

/* A long word with a dot in it is a name of another people written by sound: no surname. So is one of five and more. */
static uint8_t surname_of(const struct raw *raw)
{
    for (size_t i = 0; i < raw->n; i++)
        if (raw->c[i] == DOT) return 0;
    uint8_t length = people_surname_length(raw->c, raw->n);
    if (length > 1 || (length == 1 && raw->n <= 4)) return length;
    return 0;
}

struct people_name people_name_read(struct wg_str text, bool *ret_nickname)
{
    struct people_name name = {0};
    struct raw raw;
    bool nickname = false;
    text = wg_str_trim(text);
    raw.n = people_scan(text, raw.c, NULL, SCAN);
    drop_brackets(&raw);
    name.chinese = any_han(raw.c, raw.n);
    if (people_says_nothing(text))
        raw.n = 0;
    else if (name.chinese)
        clean_han(&raw, &nickname);
    else
        clean_latin(&raw);
    size_t bytes = 0;
    for (size_t i = 0; i < raw.n; i++) bytes += wg_utf8_put(name.text + bytes, raw.c[i]);
    if (people_says_nothing((struct wg_str){name.text, bytes})) {
        memset(name.text, 0, bytes);
        raw.n = 0;
    }
    name.n = (uint8_t)raw.n;
    memcpy(name.chars, raw.c, raw.n * sizeof *raw.c);
    if (raw.n == 0) name.chinese = nickname = false;
    if (name.chinese) name.surname = surname_of(&raw);
    read_aloud(&name);
    if (ret_nickname) *ret_nickname = nickname;
    return name;
}

char *people_pinyin(struct wg_arena *arena, struct wg_str text)
{
    size_t most = text.n * 4 + 1, n = 0; /* three bytes of a character give a space, at most six letters and a space */
    char *out = wg_alloc(arena, most);
    bool after_syllable = false;
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        uint32_t c = people_simplified(wg_utf8_next(text, &at));
        int s = people_syllable_of(c);
        bool blank = n == 0 || out[n - 1] == ' ';
        if (s < 0) {
            if (after_syllable && !blank && text.p[from] != ' ') out[n++] = ' ';
            memcpy(out + n, text.p + from, at - from);
            n += at - from;
            after_syllable = false;
            continue;
        }
        size_t letters = strlen(people_syllable_text(s));
        if (!blank) out[n++] = ' ';
        memcpy(out + n, people_syllable_text(s), letters);
        n += letters;
        after_syllable = true;
    }
    return out;
}
