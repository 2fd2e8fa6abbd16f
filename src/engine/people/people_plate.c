#include "engine/people/people_internal.h"

#include <string.h>

enum { SCAN = 64, SERIAL = 5, KEPT = 23 };

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint32_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool in(uint32_t c, const char *set)
{
    struct wg_str s = wg_str(set);
    for (size_t at = 0; at < s.n;)
        if (wg_utf8_next(s, &at) == c) return true;
    return false;
}

static bool is_province(uint32_t c)
{
    return in(c, "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新");
}

/* The special signs that may close a plate in the place of its last number. */
static bool is_closing(uint32_t c)
{
    return in(c, "警学挂港澳试领超");
}

/* Upper case, simplified, without blanks, dots and dashes. */
static size_t clean(struct wg_str text, uint32_t out[SCAN])
{
    size_t n = people_scan(wg_str_trim(text), out, NULL, SCAN), k = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t c = people_simplified(out[i]);
        if (c >= 'a' && c <= 'z') c -= 32;
        if (is_digit(c) || is_letter(c) || people_is_han(c)) out[k++] = c;
    }
    return k;
}

/* What does not fit whole is not kept: a part of it might read as something else. */
static void put(struct people_plate *plate, const uint32_t *c, size_t n)
{
    size_t bytes = 0;
    char one[4];
    for (size_t i = 0; i < n; i++) {
        size_t k = wg_utf8_put(one, c[i]);
        if (bytes + k > KEPT) {
            plate->text[0] = '\0';
            return;
        }
        memcpy(plate->text + bytes, one, k);
        bytes += k;
    }
    plate->text[bytes] = '\0';
}

/* Length of the letters and digits from c on. */
static size_t run_of(const uint32_t *c, size_t n)
{
    size_t run = 0;
    while (run < n && (is_digit(c[run]) || is_letter(c[run]))) run++;
    return run;
}

/* New energy (GA 36-2018): small cars D A B C E (electric) or F G H J K (other) first, then a letter or digit, then four
 * digits; large ones five digits, then D or F. */
static bool is_new_energy(const uint32_t *c)
{
    bool small = in(c[0], "DABCEFGHJK"), large = in(c[5], "DF");
    for (int i = 2; i < 6; i++) small = small && is_digit(c[i]);
    for (int i = 0; i < 5; i++) large = large && is_digit(c[i]);
    return small || large;
}

/* Sign of the province, a letter, and the number. */
static bool read_civil(struct people_plate *plate, const uint32_t *c, size_t n)
{
    if (n < 2 || !is_letter(c[1]) || !is_province(c[0])) return false;
    size_t run = run_of(c + 2, n - 2), letters = 0, wrong = 0;
    bool closed = run == SERIAL - 1 && n > 2 + run && is_closing(c[2 + run]);
    size_t length = 2 + run + (closed ? 1 : 0);
    for (size_t i = 0; i < run; i++) {
        letters += is_letter(c[2 + i]);
        wrong += c[2 + i] == 'I' || c[2 + i] == 'O';
    }
    wrong += c[1] == 'I';
    plate->new_energy = run == SERIAL + 1 && is_new_energy(c + 2);
    if (run != SERIAL && !closed && !(run == SERIAL + 1 && (plate->new_energy || wrong > 0))) return false;
    if (letters > 3 + wrong) return false;
    plate->fault = wrong ? PLATE_LETTER : PLATE_OK;
    put(plate, c, length);
    return true;
}

/* 使014001 and 014001使; WJ辽1234X; two letters and five digits of the army. */
static bool read_special(struct people_plate *plate, const uint32_t *c, size_t n)
{
    size_t digits = 0;
    bool embassy = c[0] == 0x4F7F, police = n >= 7 && c[0] == 'W' && c[1] == 'J';
    if (embassy) {
        while (1 + digits < n && is_digit(c[1 + digits])) digits++;
        if (digits != 6) return false;
        put(plate, c, 7);
    } else if (police) {
        size_t from = is_province(c[2]) ? 3 : 2, run = run_of(c + from, n - from);
        if (run != 5 && run != 7) return false;
        put(plate, c, from + run);
    } else {
        size_t lead = 0;
        while (lead < n && is_letter(c[lead])) lead++;
        while (lead + digits < n && is_digit(c[lead + digits])) digits++;
        bool army = lead == 2 && digits == 5 && n == 7;
        bool consul = lead == 0 && digits == 6 && n == 7 && (c[6] == 0x4F7F || c[6] == 0x9886);
        if (!army && !consul) return false;
        put(plate, c, 7);
    }
    plate->fault = PLATE_OK;
    return true;
}

struct people_plate people_plate_read(struct wg_str text)
{
    struct people_plate plate = {.fault = PLATE_EMPTY};
    uint32_t c[SCAN];
    if (people_says_nothing(text)) return plate;
    size_t n = clean(text, c);
    if (n == 0) return plate;
    /* 车牌：辽N12345 : the first sign of a province with a letter after it */
    size_t from = 0;
    while (from + 1 < n && !(is_letter(c[from + 1]) && is_province(c[from]))) from++; /* the cheap question first */
    if (from + 1 < n && read_civil(&plate, c + from, n - from)) return plate;
    if (read_special(&plate, c, n)) return plate;
    plate.fault = PLATE_FORM;
    plate.new_energy = false;
    put(&plate, c, n);
    if (people_says_nothing(wg_str(plate.text))) plate = (struct people_plate){.fault = PLATE_EMPTY};
    return plate;
}
