#include "engine/people/people_internal.h"

#include <string.h>

enum { SCAN = 240, NUMBER_MAX = 15, KEPT = 23, EXTENSION_MAX = 5 };

/* A cell as characters, and where each began. */
struct cell {
    uint32_t c[SCAN];
    uint32_t at[SCAN + 1];
    size_t n;
};

/* Digits gathered from groups that single separators part. */
struct gathered {
    char d[NUMBER_MAX + 1];
    size_t n;
    size_t first_group; /* digits before the first separator */
    bool plus;          /* a + (or 00) stood before */
};

/* A local number may turn out to be the beginning of a longer one; a whole one is taken at once. */
enum trust { NO_NUMBER, LOCAL_NUMBER, WHOLE_NUMBER };

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_mask(uint32_t c)
{
    return c == '*' || c == 'x' || c == 'X' || c == '?' || c == 0x25CF || c == 0x00D7;
}

/* May stand between two digits of one number. */
static bool joins(uint32_t c)
{
    return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '_' || c == 0x00B7;
}

static bool is_mobile(const char *d, size_t n)
{
    return n == 11 && d[0] == '1' && d[1] >= '3' && d[1] <= '9';
}

/* The digits of the area code (without its 0) that a national number of a landline begins with, or 0: 10 and 2x have two
 * and eight to follow, the others three and seven or eight, the first of which is 2 to 8. */
static size_t area_digits(const char *d, size_t n)
{
    if (n < 10) return 0;
    size_t area = (d[0] == '1' && d[1] == '0') || d[0] == '2' ? 2 : 3;
    bool length = area == 2 ? n == 10 : n == 10 || n == 11;
    if (!length || d[0] == '0' || (area == 3 && d[0] == '1')) return 0;
    return d[area] >= '2' && d[area] <= '8' ? area : 0;
}

static bool is_service(const char *d, size_t n)
{
    return n == 10 && (d[0] == '4' || d[0] == '8') && d[1] == '0' && d[2] == '0';
}

/* A number of the country, without its trunk 0. */
static bool is_national(const char *d, size_t n)
{
    return is_mobile(d, n) || is_service(d, n) || area_digits(d, n) > 0;
}

static void append(struct people_phone *phone, size_t *n, struct wg_str digits)
{
    for (size_t i = 0; i < digits.n && *n < KEPT; i++) phone->text[(*n)++] = digits.p[i];
}

/* Prefix 2, area 3 and number 15 at most: all of it fits. */
static void put(struct people_phone *phone, const char *prefix, const char *area, const char *d, size_t n)
{
    size_t written = 0;
    *phone = (struct people_phone){.fault = PHONE_OK, .mobile = is_mobile(d, n)};
    append(phone, &written, wg_str(prefix));
    append(phone, &written, wg_str(area));
    append(phone, &written, (struct wg_str){d, n});
}

/* Reads what was gathered as one number. */
static enum trust judge(const struct gathered *g, const char *area_code, struct people_phone *ret)
{
    const char *d = g->d;
    size_t n = g->n;
    if (n > 2 && d[0] == '8' && d[1] == '6') {
        size_t skip = d[2] == '0' ? 3 : 2;
        if (is_national(d + skip, n - skip)) {
            put(ret, "86", "", d + skip, n - skip);
            return WHOLE_NUMBER;
        }
        if (g->plus) return NO_NUMBER;
    }
    if (g->plus) {
        if (n < 8 || d[0] == '0') return NO_NUMBER;
        put(ret, "+", "", d, n);
        ret->mobile = false;
        return LOCAL_NUMBER; /* its length is not known here: as long as it goes */
    }
    if (n > 1 && d[0] == '0') {
        if (!is_national(d + 1, n - 1)) return NO_NUMBER;
        put(ret, "86", "", d + 1, n - 1);
        return WHOLE_NUMBER;
    }
    bool area_apart = area_digits(d, n) > 0 && g->first_group == area_digits(d, n);
    if (is_mobile(d, n) || is_service(d, n) || area_apart) {
        put(ret, "86", "", d, n);
        return WHOLE_NUMBER;
    }
    if ((n != 7 && n != 8) || d[0] < '2' || d[0] > '8') return NO_NUMBER;
    while (area_code && *area_code == '0') area_code++;
    bool with_area = area_code && strlen(area_code) >= 2 && strlen(area_code) <= 3;
    put(ret, with_area ? "86" : "", with_area ? area_code : "", d, n);
    return LOCAL_NUMBER;
}

/* Past the + or 00 that a foreign number begins with. */
static bool skip_plus(const struct cell *cell, size_t *i)
{
    if (cell->c[*i] == '+') {
        *i += 1;
        while (*i < cell->n && joins(cell->c[*i])) *i += 1;
        return true;
    }
    if (*i + 2 < cell->n && cell->c[*i] == '0' && cell->c[*i + 1] == '0' && is_digit(cell->c[*i + 2])) {
        *i += 2;
        return true;
    }
    return false;
}

/* The number that begins at `from`, in the fewest groups that make a whole one; a local number only when nothing longer is
 * one. *ret_end: past it. */
static bool number_at(const struct cell *cell, size_t from, const char *area_code, struct people_phone *ret, size_t *ret_end)
{
    struct gathered g = {.plus = false};
    enum trust best = NO_NUMBER;
    size_t i = from;
    g.plus = skip_plus(cell, &i);
    while (i < cell->n) {
        size_t group = 0;
        while (i < cell->n && is_digit(cell->c[i]) && g.n < NUMBER_MAX) {
            g.d[g.n++] = (char)cell->c[i++];
            group++;
        }
        if (g.n == group) g.first_group = group;
        if (group == 0 || (i < cell->n && (is_digit(cell->c[i]) || cell->c[i] == '*'))) break; /* too long, or masked */
        struct people_phone phone;
        enum trust trust = judge(&g, area_code, &phone);
        if (trust != NO_NUMBER && trust >= best) {
            best = trust;
            *ret = phone;
            *ret_end = i;
        }
        if (best == WHOLE_NUMBER) break;
        size_t gap = 0;
        while (i + gap < cell->n && joins(cell->c[i + gap])) gap++;
        if (gap > 3) break;
        i += gap;
    }
    return best != NO_NUMBER;
}

/* Two mobile numbers written as one run of digits: the first eleven. */
static bool two_in_a_run(const struct cell *cell, size_t from, struct people_phone *ret, size_t *ret_end)
{
    char d[22];
    for (size_t i = 0; i < sizeof d; i++) {
        if (from + i >= cell->n || !is_digit(cell->c[from + i])) return false;
        d[i] = (char)cell->c[from + i];
    }
    if (!is_mobile(d, 11) || !is_mobile(d + 11, 11)) return false;
    put(ret, "86", "", d, 11);
    *ret_end = from + 11;
    return true;
}

/* Past all that is joined to the group at `i`. */
static size_t skip_joined(const struct cell *cell, size_t i)
{
    while (i < cell->n && (is_digit(cell->c[i]) || (joins(cell->c[i]) && i + 1 < cell->n && is_digit(cell->c[i + 1])))) i++;
    return i;
}

static bool first_good(const struct cell *cell, const char *area_code, struct people_phone *ret, size_t *ret_end)
{
    for (size_t i = 0; i < cell->n; i++) {
        bool begins = cell->c[i] == '+' || (is_digit(cell->c[i]) && (i == 0 || !is_digit(cell->c[i - 1])));
        bool hidden = i > 0 && cell->c[i - 1] == '*';
        if (!begins || hidden) continue;
        if (two_in_a_run(cell, i, ret, ret_end) || number_at(cell, i, area_code, ret, ret_end)) return true;
        /* What follows an area code that is none is not a number without it. */
        if (cell->c[i] == '0') i = skip_joined(cell, i);
    }
    return false;
}

/* Past "-802", "转802", "ext. 802", which belong to the number before, and what parts it from the next. */
static size_t skip_extension(const struct cell *cell, size_t end)
{
    size_t i = end, digits = 0;
    bool marked = false;
    while (i < cell->n && (joins(cell->c[i]) || cell->c[i] == 0x8F6C /* 转 */ || cell->c[i] == '#' ||
                           (cell->c[i] < 0x80 && strchr("extEXT", (int)cell->c[i])))) {
        marked = marked || cell->c[i] != ' ';
        i++;
    }
    while (i + digits < cell->n && is_digit(cell->c[i + digits])) digits++;
    if (marked && digits > 0 && digits <= EXTENSION_MAX) end = i + digits;
    while (end < cell->n && cell->c[end] < 0x80 && strchr(" -.,;/|", (int)cell->c[end])) end++;
    return end;
}

/* 1.38E+10 */
static bool is_lost(const struct cell *cell)
{
    size_t i = 0, e = 0;
    while (i < cell->n && (is_digit(cell->c[i]) || (cell->c[i] == '.' && i == 1))) i++;
    if (i == 0 || i >= cell->n || (cell->c[i] != 'E' && cell->c[i] != 'e')) return false;
    i++;
    if (i < cell->n && cell->c[i] == '+') i++;
    while (i + e < cell->n && is_digit(cell->c[i + e])) e++;
    return e >= 1 && e <= 2 && i + e == cell->n;
}

/* No number is good: what stands there, digits and stars, and why it is none. */
static void read_fault(const struct cell *cell, struct people_phone *phone)
{
    char kept[KEPT + 1] = "";
    size_t n = 0, digits = 0, masks = 0;
    for (size_t i = 0; i < cell->n; i++) {
        bool mask = is_mask(cell->c[i]) && digits + masks > 0;
        if (!mask && !is_digit(cell->c[i])) {
            if (digits + masks == 0 || joins(cell->c[i])) continue;
            break;
        }
        digits += !mask;
        masks += mask;
        if (n < KEPT) kept[n++] = mask ? '*' : (char)cell->c[i];
    }
    if (digits == 0) {
        phone->fault = PHONE_NOT_A_NUMBER;
        return;
    }
    phone->fault = masks > 0 && digits >= 3 ? PHONE_MASKED : PHONE_LENGTH;
    const char *from = kept;
    if (phone->fault == PHONE_MASKED && n == 13 && memcmp(kept, "861", 3) == 0) from += 2;
    n -= (size_t)(from - kept);
    bool mobile = phone->fault == PHONE_MASKED && n == 11 && from[0] == '1';
    memcpy(phone->text, "86", mobile ? 2 : 0);
    memcpy(phone->text + (mobile ? 2 : 0), from, n);
    phone->mobile = mobile;
}

static struct people_phone read_cell(const struct cell *cell, const char *area_code, size_t *ret_end)
{
    struct people_phone phone = {0};
    *ret_end = cell->n;
    if (is_lost(cell) && cell->n <= KEPT) {
        phone.fault = PHONE_LOST;
        for (size_t i = 0; i < cell->n; i++) phone.text[i] = cell->c[i] == 'e' ? 'E' : (char)cell->c[i];
    } else if (first_good(cell, area_code, &phone, ret_end)) {
        *ret_end = skip_extension(cell, *ret_end);
    } else {
        read_fault(cell, &phone);
    }
    return phone;
}

/* 13800138000, 138 0013 8000 or +86 138 0013 8000 and nothing else: what most cells hold needs no looking for numbers. */
static bool plain_mobile(struct wg_str s, char d[11])
{
    size_t n = 0, i = wg_str_starts(s, WG_STR("+86")) ? 3 : 0;
    for (; i < s.n; i++) {
        bool parts = (s.p[i] == ' ' || s.p[i] == '-') && i > 0 && i + 1 < s.n && is_digit((unsigned char)s.p[i + 1]);
        if (parts) continue;
        if (!is_digit((unsigned char)s.p[i]) || n == 11) return false;
        d[n++] = s.p[i];
    }
    return is_mobile(d, n);
}

struct people_phone people_phone_read(struct wg_str text, const char *area_code, struct wg_str *ret_rest)
{
    struct cell cell;
    struct people_phone phone = {.fault = PHONE_EMPTY};
    size_t end = 0;
    char mobile[11];
    if (ret_rest) *ret_rest = wg_str_sub(text, text.n, 0);
    if (plain_mobile(wg_str_trim(text), mobile)) {
        put(&phone, "86", "", mobile, sizeof mobile);
        return phone;
    }
    if (people_says_nothing(text)) return phone;
    cell.n = people_scan(wg_str_trim(text), cell.c, cell.at, SCAN);
    /* 13800138000.0: a number that passed through a spreadsheet */
    if (cell.n > 9 && cell.c[cell.n - 1] == '0' && cell.c[cell.n - 2] == '.') cell.n -= 2;
    phone = read_cell(&cell, area_code, &end);
    if (phone.fault == PHONE_LENGTH || phone.fault == PHONE_MASKED) {
        /* Groups that make no number apart may make one together; so that what is kept reads as the cell does. */
        struct cell digits = {.n = strlen(phone.text)};
        size_t unused;
        for (size_t i = 0; i < digits.n; i++) digits.c[i] = (unsigned char)phone.text[i];
        phone = read_cell(&digits, area_code, &unused);
    }
    if (ret_rest && phone.fault == PHONE_OK && end < cell.n) {
        struct wg_str trimmed = wg_str_trim(text);
        *ret_rest = wg_str_trim(wg_str_sub(trimmed, cell.at[end], trimmed.n));
    }
    return phone;
}
