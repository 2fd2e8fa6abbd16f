#include "engine/people/people_internal.h"

#include <string.h>

enum { PLACES = 18, OLD_PLACES = 15, LONGEST = 32, SCAN = 96 };

/* Places of a number as they were read: digits, a closing 'X', '*' for a masked place; `gap` marks a run of blanks, dashes
 * or dots, which may stand for places left out. */
struct places {
    char at[SCAN + 1];
    size_t n;
    bool gap;    /* such a run stands somewhere inside */
    size_t left; /* places before the first gap */
    size_t masked;
};

char people_idno_check(const char digits17[17])
{
    static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++) sum += weights[i] * (digits17[i] - '0');
    return "10X98765432"[sum % 11];
}

static bool all_digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9') return false;
    return true;
}

static int number_at(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++) v = v * 10 + (p[i] - '0');
    return v;
}

static bool is_mask(uint32_t c)
{
    return c == '*' || c == '?' || c == '_' || c == 0x25CF || c == 0x2605 || c == 0x00D7 || c == 0x2715 || c == 0x25A0 ||
           c == 0x25A1 || c == 0x2606 || c == 0x203B || c == 0x25CB || c == 0x2716;
}

static bool is_x(uint32_t c)
{
    return c == 'x' || c == 'X' || c == 0x0425 || c == 0x0445 || c == 0x2169; /* Cyrillic ha, the Roman numeral */
}

/* Spaces, hyphens, dots, commas and quotes that people and spreadsheets put around and between. */
static bool is_stray(uint32_t c)
{
    return c == ' ' || c == '-' || c == '.' || c == ',' || c == '\'' || c == '"' || c == '`' || c == 0x00B7 || c == 0x2026 ||
           c == ':' || c == '=';
}

/* 2.11302E+17 */
static bool is_scientific(const uint32_t *c, size_t n)
{
    size_t i = 0, e = 0;
    while (i < n && ((c[i] >= '0' && c[i] <= '9') || (c[i] == '.' && i == 1))) i++;
    if (i == 0 || i >= n || (c[i] != 'E' && c[i] != 'e')) return false;
    i++;
    if (i < n && c[i] == '+') i++;
    while (i + e < n && c[i + e] >= '0' && c[i + e] <= '9') e++;
    return e >= 1 && e <= 2 && i + e == n;
}

/* False when some character can stand in no identity number. */
static bool read_places(const uint32_t *c, size_t n, struct places *ret)
{
    *ret = (struct places){0};
    for (size_t i = 0; i < n;) {
        if (c[i] >= '0' && c[i] <= '9') {
            ret->at[ret->n++] = (char)c[i++];
        } else if (is_mask(c[i])) {
            ret->at[ret->n++] = '*';
            i++;
        } else if (is_x(c[i])) {
            size_t run = 0;
            while (i + run < n && is_x(c[i + run])) run++;
            bool closing = run == 1 && i + run == n;
            for (size_t k = 0; k < run; k++) ret->at[ret->n++] = closing ? 'X' : '*';
            i += run;
        } else if (is_stray(c[i])) {
            size_t run = 0, wide = 0;
            for (; i + run < n && is_stray(c[i + run]); run++) wide += c[i + run] == 0x2026 ? 2 : 1;
            if (wide > 1 && ret->n > 0 && !ret->gap) {
                ret->gap = true;
                ret->left = ret->n;
            }
            i += run;
        } else {
            return false;
        }
    }
    for (size_t i = 0; i < ret->n; i++) ret->masked += ret->at[i] == '*';
    return ret->n > 0;
}

/* GB/T 2260: the first two digits of a province, 0 for the rest. */
static int known_area(int area)
{
    static const char *const provinces =
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 "
        "65 71 81 82 83";
    char two[3] = {(char)('0' + area / 100000 % 10), (char)('0' + area / 10000 % 10), '\0'};
    return strstr(provinces, two) ? area : 0;
}

/* What the visible places of text[18] tell. */
static void tell(struct people_idno *id)
{
    const char *t = id->text;
    if (all_digits(t, 6)) id->area = known_area(number_at(t, 6));
    if (t[16] >= '0' && t[16] <= '9') id->sex = (t[16] - '0') % 2 ? 1 : 2;
    if (!all_digits(t + 6, 8)) return;
    int year = number_at(t + 6, 4), month = number_at(t + 10, 2), day = number_at(t + 12, 2);
    if (wg_civil_exists(year, month, day)) id->birth = wg_day_from_civil(year, month, day);
}

static void judge(struct people_idno *id, wg_day today)
{
    tell(id);
    if (memchr(id->text, '*', PLACES)) {
        id->fault = IDNO_MASKED;
        return;
    }
    bool good = people_idno_check(id->text) == id->text[17];
    if (!good && strcmp(id->text + 15, "000") == 0) {
        id->fault = IDNO_LOST; /* a spreadsheet keeps fifteen digits */
    } else if (id->birth == WG_DAY_NONE || id->birth > today) {
        id->fault = IDNO_DATE;
        id->birth = WG_DAY_NONE;
    } else {
        id->fault = good ? IDNO_OK : IDNO_CHECK_DIGIT;
    }
}

/* The fifteen-digit number of before 1999 has two digits of year and no check digit; 996 to 999 were for those born in the
 * century before. A masked place in it stays masked, and so does then the check digit. */
static void widen(struct people_idno *id, const char *old)
{
    bool centenarian = all_digits(old + 12, 3) && number_at(old + 12, 3) >= 996;
    memcpy(id->text, old, 6);
    memcpy(id->text + 6, centenarian ? "18" : "19", 2);
    memcpy(id->text + 8, old + 6, 9);
    id->text[17] = all_digits(id->text, 17) ? people_idno_check(id->text) : '*';
    id->from_15 = true;
}

/* 2113****1234 written with too few stars, or with a hole: what stands before and after is laid against the two ends. */
static bool spread(struct people_idno *id, const char *at, size_t left, size_t right_from, size_t n)
{
    size_t right = n - right_from;
    if (left + right == 0 || left + right >= PLACES) return false;
    memset(id->text, '*', PLACES);
    memcpy(id->text, at, left);
    memcpy(id->text + PLACES - right, at + right_from, right);
    return true;
}

static bool spread_masked(struct people_idno *id, const struct places *p)
{
    size_t left = 0, right_from = p->n;
    while (left < p->n && p->at[left] != '*') left++;
    while (right_from > left && p->at[right_from - 1] != '*') right_from--;
    return spread(id, p->at, left, right_from, p->n);
}

/* Fifteen places with stars in them are an old number when at most its last three are shown: four at the end are those of a
 * new one whose stars were not counted. */
static bool is_old(const struct places *p)
{
    size_t shown = 0;
    if (p->n != OLD_PLACES || p->at[p->n - 1] == 'X') return false;
    while (shown < p->n && p->at[p->n - 1 - shown] != '*') shown++;
    return p->masked == 0 || shown <= 3;
}

static void read_number(struct people_idno *id, const struct places *p, wg_day today)
{
    if (p->n == PLACES && p->masked < PLACES) {
        memcpy(id->text, p->at, PLACES);
        judge(id, today);
    } else if (is_old(p) && p->masked < OLD_PLACES) {
        widen(id, p->at);
        judge(id, today);
    } else if (p->masked == p->n) {
        id->fault = p->n >= 6 ? IDNO_MASKED : IDNO_EMPTY;
        if (p->n >= 6) memset(id->text, '*', PLACES);
    } else if (p->masked > 0 && spread_masked(id, p)) {
        judge(id, today);
    } else if (p->masked == 0 && p->gap && p->left > 0 && p->left < p->n && p->n < OLD_PLACES &&
               spread(id, p->at, p->left, p->left, p->n)) {
        judge(id, today);
    } else {
        id->fault = IDNO_LENGTH;
        if (p->n <= LONGEST) memcpy(id->text, p->at, p->n);
    }
}

/* Passport and the like: as written, upper case, without spaces; what is too long to keep is not kept. */
static void read_other(struct people_idno *id, const uint32_t *c, size_t n, bool whole)
{
    size_t bytes = 0;
    id->fault = IDNO_OTHER_PAPER;
    for (size_t i = 0; i < n && whole; i++) {
        char put[4];
        uint32_t latin[2];
        uint32_t one = c[i] < 0x80 && people_latin_fold(c[i], latin) ? latin[0] - 32 : people_simplified(c[i]);
        if (one == ' ') continue;
        size_t k = wg_utf8_put(put, one);
        if (bytes + k > LONGEST) {
            whole = false;
            break;
        }
        memcpy(id->text + bytes, put, k);
        bytes += k;
    }
    if (!whole) {
        memset(id->text, 0, sizeof id->text);
        id->fault = IDNO_LENGTH;
    }
}

/* With words around it (身份证:2113...; 2113...(本人)) the number is the longest run that could be one. */
static bool number_among_words(const uint32_t *c, size_t n, size_t *ret_from, size_t *ret_n)
{
    size_t best = 0, from = 0;
    for (size_t i = 0; i < n;) {
        size_t run = 0;
        while (i + run < n && ((c[i + run] >= '0' && c[i + run] <= '9') || c[i + run] == '*' || is_x(c[i + run]))) run++;
        if (run > best) {
            best = run;
            from = i;
        }
        i += run ? run : 1;
    }
    bool letter_before = from > 0 && c[from - 1] < 0x80 && c[from - 1] >= 'A' && c[from - 1] != '_';
    if ((best != OLD_PLACES && best != PLACES) || letter_before) return false;
    *ret_from = from;
    *ret_n = best;
    return true;
}

static size_t trim_strays(const uint32_t **c, size_t n)
{
    while (n > 0 && is_stray((*c)[0])) {
        *c += 1;
        n--;
    }
    while (n > 0 && is_stray((*c)[n - 1])) n--;
    /* 2113...234.0: a number that passed through a spreadsheet */
    if ((n == OLD_PLACES + 2 || n == PLACES + 2) && (*c)[n - 1] == '0' && (*c)[n - 2] == '.') {
        size_t digits = 0;
        while (digits < n && (*c)[digits] >= '0' && (*c)[digits] <= '9') digits++;
        if (digits == n - 2) n -= 2;
    }
    return n;
}

/* Eighteen places and nothing else, as most cells hold them. */
static bool plain_places(struct wg_str s, char text[PLACES])
{
    if (s.n != PLACES || !all_digits(s.p, PLACES - 1)) return false;
    char last = s.p[PLACES - 1] == 'x' ? 'X' : s.p[PLACES - 1];
    if (last != 'X' && (last < '0' || last > '9')) return false;
    memcpy(text, s.p, PLACES - 1);
    text[PLACES - 1] = last;
    return true;
}

static struct people_idno read_once(struct wg_str text, wg_day today)
{
    struct people_idno id = {.birth = WG_DAY_NONE};
    uint32_t chars[SCAN];
    text = wg_str_trim(text);
    if (plain_places(text, id.text)) {
        judge(&id, today);
        return id;
    }
    if (people_says_nothing(text)) {
        id.fault = IDNO_EMPTY;
        return id;
    }
    size_t all = people_scan(text, chars, NULL, SCAN);
    const uint32_t *c = chars;
    size_t n = trim_strays(&c, all);
    struct places places;
    size_t from, length;
    if (n == 0) {
        id.fault = IDNO_EMPTY;
    } else if (is_scientific(c, n) && n <= LONGEST) {
        id.fault = IDNO_LOST;
        for (size_t i = 0; i < n; i++) id.text[i] = c[i] == 'e' ? 'E' : (char)c[i];
    } else if (all < SCAN && read_places(c, n, &places)) {
        read_number(&id, &places, today);
    } else if (all < SCAN && number_among_words(c, n, &from, &length) && read_places(c + from, length, &places)) {
        read_number(&id, &places, today);
    } else {
        read_other(&id, c, n, all < SCAN);
    }
    return id;
}

struct people_idno people_idno_read(struct wg_str text, wg_day today)
{
    struct people_idno id = read_once(text, today);
    /* Another paper without its blanks may look like a number among words; what it then is, it is at once. */
    for (int again = 0; again < 3 && id.fault == IDNO_OTHER_PAPER; again++) {
        struct people_idno next = read_once(wg_str(id.text), today);
        if (strcmp(next.text, id.text) == 0) break;
        id = next;
    }
    return id;
}

/* Digits of 2.11302E+17 without the point, and the power. */
static bool scientific_digits(const char *text, char digits[PLACES + 1], size_t *ret_n, size_t *ret_places)
{
    const char *e = strchr(text, 'E');
    size_t n = 0;
    if (!e) return false;
    for (const char *p = text; p < e; p++)
        if (*p != '.' && n < PLACES) digits[n++] = *p;
    int64_t power;
    struct wg_str exponent = wg_str(e + 1);
    if (!wg_parse_i64(exponent, 0, 99, &power)) return false;
    digits[n] = '\0';
    *ret_n = n;
    *ret_places = (size_t)power + 1;
    return n > 0;
}

/* The leading digits of `full` are those of the rounded number, or one less in the last of them. */
static bool rounded_equal(const char *rounded, const char *full, int *ret_visible)
{
    char digits[PLACES + 1];
    size_t n, places;
    if (!scientific_digits(rounded, digits, &n, &places) || places != strlen(full) || n > places) return false;
    if (!all_digits(full, n)) return false;
    int64_t a = 0, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = a * 10 + (digits[i] - '0');
        b = b * 10 + (full[i] - '0');
    }
    *ret_visible = (int)n;
    return a == b || a == b + 1;
}

static bool has_places(const struct people_idno *id)
{
    return id->fault != IDNO_EMPTY && id->fault != IDNO_OTHER_PAPER && id->fault != IDNO_LENGTH && strlen(id->text) == PLACES &&
           !strchr(id->text, 'E');
}

static bool shows(const struct people_idno *id, size_t place)
{
    return id->text[place] != '*' && !(id->fault == IDNO_LOST && place >= OLD_PLACES);
}

bool people_idno_may_equal(const struct people_idno *a, const struct people_idno *b, int *ret_visible)
{
    int visible = 0;
    bool equal = true;
    if (has_places(a) && has_places(b)) {
        for (size_t i = 0; i < PLACES; i++) {
            if (!shows(a, i) || !shows(b, i)) continue;
            visible++;
            if (a->text[i] != b->text[i]) equal = false;
        }
    } else if (a->fault == IDNO_EMPTY || b->fault == IDNO_EMPTY || !a->text[0] || !b->text[0]) {
        equal = false;
    } else if (a->fault == IDNO_LOST && has_places(b)) {
        equal = rounded_equal(a->text, b->text, &visible);
    } else if (b->fault == IDNO_LOST && has_places(a)) {
        equal = rounded_equal(b->text, a->text, &visible);
    } else {
        equal = strcmp(a->text, b->text) == 0;
        visible = equal ? (int)strlen(a->text) : 0;
    }
    if (ret_visible) *ret_visible = visible;
    return equal;
}
