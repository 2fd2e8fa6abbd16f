/* Bytes to text: which encoding, decoding, and what a cell's text looks like. */
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include "engine/tabular/tabular_internal.h"

enum {
    SNIFF_BYTES = 4096,
    DECODE_UNITS = 16 * 1024,
    CLEARLY_NOT = 256, /* so many wrong sequences, more than right ones, are no accident in UTF-8 */
};

static const char replacement[] = "\xEF\xBF\xBD";

/* --- encoding --- */

struct tally {
    size_t good, bad, nul;
};

/* Length of the UTF-8 sequence at p (first byte above 0x7F), 0 for none. */
static size_t sequence_at(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c < 0xC2 || c > 0xF4 || left < 2) return 0;
    if ((p[1] & 0xC0) != 0x80) return 0;
    if (c < 0xE0) return 2;
    if (left < 3 || (p[2] & 0xC0) != 0x80) return 0;
    if (c < 0xF0) {
        bool wrong = (c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F);
        return wrong ? 0 : 3;
    }
    if (left < 4 || (p[3] & 0xC0) != 0x80) return 0;
    bool wrong = (c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F);
    return wrong ? 0 : 4;
}

static bool plain8(const unsigned char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    uint64_t zero = (w - 0x0101010101010101ULL) & ~w & 0x8080808080808080ULL;
    return ((w & 0x8080808080808080ULL) | zero) == 0;
}

/* Three-byte sequences, all but the few lead bytes that need a closer look: most of Chinese. Returns how many bytes. */
static size_t plain_three(const unsigned char *p, size_t left)
{
    size_t n = 0;
    while (left - n >= 3 && p[n] > 0xE0 && p[n] < 0xED && (p[n + 1] & 0xC0) == 0x80 && (p[n + 2] & 0xC0) == 0x80) n += 3;
    return n;
}

static struct tally tally_utf8(struct wg_str bytes)
{
    struct tally t = {0, 0, 0};
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t i = 0, n = bytes.n;
    while (i < n) {
        if (n - i >= 8 && plain8(p + i)) {
            i += 8;
        } else if (p[i] < 0x80) {
            t.nul += p[i] == 0;
            i++;
        } else {
            size_t run = plain_three(p + i, n - i);
            t.good += run / 3;
            i += run;
            if (run > 0) continue;
            size_t len = sequence_at(p + i, n - i);
            t.good += len > 0;
            t.bad += len == 0;
            i += len ? len : 1;
            if (t.bad >= CLEARLY_NOT && t.bad > t.good) break;
        }
    }
    return t;
}

/* UTF-16 without a mark: ASCII (separators, digits, line ends) leaves NULs on one side of the pairs only. */
static bool looks_utf16(struct wg_str bytes, enum tab_encoding *ret)
{
    size_t nul[2] = {0, 0}, n = bytes.n < SNIFF_BYTES ? bytes.n & ~(size_t)1 : SNIFF_BYTES;
    for (size_t i = 0; i < n; i++) nul[i & 1] += bytes.p[i] == '\0';
    size_t most = nul[0] > nul[1] ? nul[0] : nul[1], least = nul[0] + nul[1] - most;
    if (n < 4 || bytes.n % 2 != 0 || most * 40 < n || least * 20 > most) return false;
    *ret = nul[1] > nul[0] ? TAB_UTF16LE : TAB_UTF16BE;
    return true;
}

/* Control characters that no text has, at more than a few in a hundred. */
static bool looks_binary(struct wg_str bytes)
{
    size_t n = bytes.n < SNIFF_BYTES ? bytes.n : SNIFF_BYTES, odd = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        odd += (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1A) || c == 0x7F;
    }
    return odd * 50 > n;
}

struct tab_survey tab_survey(struct wg_str bytes)
{
    struct tab_survey s = {TAB_UTF8, 0, false};
    if (wg_str_starts(bytes, WG_STR("\xFF\xFE"))) return (struct tab_survey){TAB_UTF16LE, 2, false};
    if (wg_str_starts(bytes, WG_STR("\xFE\xFF"))) return (struct tab_survey){TAB_UTF16BE, 2, false};
    if (looks_utf16(bytes, &s.encoding)) return s;
    if (looks_binary(bytes)) return (struct tab_survey){TAB_BINARY, 0, false};
    if (wg_str_starts(bytes, WG_STR("\xEF\xBB\xBF"))) s.bom = 3;
    struct tally t = tally_utf8(bytes);
    s.broken = t.bad > 0 || t.nul > 0;
    if (s.bom == 0 && t.bad * 8 > t.good) {
        s.encoding = TAB_GB18030;
        s.broken = false;
    }
    return s;
}

const char *tab_encoding_name(enum tab_encoding encoding)
{
    switch (encoding) {
    case TAB_UTF8:
        return "UTF-8";
    case TAB_GB18030:
        return "GB18030";
    case TAB_UTF16LE:
        return "UTF-16LE";
    case TAB_UTF16BE:
        return "UTF-16BE";
    case TAB_BINARY:
        break;
    }
    return "";
}

/* --- decoding --- */

struct tab_decoder {
    UConverter *converter;
    const char *from, *at, *to;
    UChar lead; /* a surrogate that waits for its second half in the next piece */
    UChar units[DECODE_UNITS];
};

static void U_CALLCONV replace_undecodable(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t n,
                                           UConverterCallbackReason reason, UErrorCode *error)
{
    (void)context, (void)bytes, (void)n;
    if (reason > UCNV_IRREGULAR) return;
    static const UChar unknown = 0xFFFD;
    *error = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(args, &unknown, 1, 0, error);
}

static void close_converter(void *converter)
{
    ucnv_close(converter);
}

struct tab_decoder *tab_decoder_new(struct wg_arena *arena, enum tab_encoding encoding, struct wg_str bytes)
{
    struct tab_decoder *d = wg_alloc(arena, sizeof *d);
    d->from = d->at = bytes.p;
    d->to = bytes.p + bytes.n;
    UErrorCode error = U_ZERO_ERROR;
    d->converter = ucnv_open(tab_encoding_name(encoding), &error);
    if (U_FAILURE(error)) return NULL;
    wg_arena_cleanup(arena, close_converter, d->converter);
    ucnv_setToUCallBack(d->converter, replace_undecodable, NULL, NULL, NULL, &error);
    return U_FAILURE(error) ? NULL : d;
}

/* UTF-16 to UTF-8; halves of pairs that stand alone, and NUL, become U+FFFD. */
static void put_units(struct tab_decoder *d, const UChar *units, size_t n, struct wg_buf *out)
{
    char piece[DECODE_UNITS];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (used > sizeof piece - 8) {
            wg_buf_add(out, piece, used);
            used = 0;
        }
        uint32_t c = units[i];
        if (d->lead) {
            UChar lead = d->lead;
            d->lead = 0;
            if (U16_IS_TRAIL(c)) {
                used += wg_utf8_put(piece + used, (uint32_t)U16_GET_SUPPLEMENTARY((uint32_t)lead, c));
                continue;
            }
            used += wg_utf8_put(piece + used, 0xFFFD);
        }
        if (U16_IS_LEAD(c))
            d->lead = (UChar)c;
        else
            used += wg_utf8_put(piece + used, c == 0 || U16_IS_TRAIL(c) ? 0xFFFD : c);
    }
    wg_buf_add(out, piece, used);
}

bool tab_decoder_more(struct tab_decoder *d, struct wg_buf *out)
{
    if (d->at == d->to && !d->lead) return false;
    if (d->at == d->to) {
        d->lead = 0;
        wg_buf_puts(out, replacement);
        return true;
    }
    /* The converter is flushed with the last bytes; a full target only means: come again. */
    UChar *target = d->units;
    const char *source = d->at;
    UErrorCode error = U_ZERO_ERROR;
    size_t left = (size_t)(d->to - d->at), n = left < DECODE_UNITS / 2 ? left : DECODE_UNITS / 2;
    bool last = n == left;
    ucnv_toUnicode(d->converter, &target, d->units + DECODE_UNITS, &source, d->at + n, NULL, last, &error);
    d->at = U_FAILURE(error) ? d->to : source;
    put_units(d, d->units, (size_t)(target - d->units), out);
    return true;
}

void tab_decoder_rewind(struct tab_decoder *d)
{
    ucnv_resetToUnicode(d->converter);
    d->at = d->from;
    d->lead = 0;
}

double tab_decoder_done(const struct tab_decoder *d)
{
    return d->to == d->from ? 1.0 : (double)(d->at - d->from) / (double)(d->to - d->from);
}

void tab_repair(struct wg_buf *out, struct wg_str text)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t from = 0, i = 0;
    while (i < text.n) {
        size_t len = p[i] >= 0x80 ? sequence_at(p + i, text.n - i) : p[i] != 0;
        if (len == 0) {
            wg_buf_add(out, text.p + from, i - from);
            wg_buf_add(out, replacement, sizeof replacement - 1);
            from = i + 1;
        }
        i += len ? len : 1;
    }
    wg_buf_add(out, text.p + from, i - from);
}

/* --- cells --- */

struct wg_str tab_trim(struct wg_str s)
{
    if (s.n == 0) return s;
    unsigned char a = (unsigned char)s.p[0], z = (unsigned char)s.p[s.n - 1];
    bool first = a > ' ' && a != 0xC2 && a != 0xE2 && a != 0xE3 && a != 0xEF;
    bool last = z > ' ' && z != 0x80 && z != 0x83 && z != 0x8B && z != 0xA0 && z != 0xBF;
    return first && last ? s : wg_str_trim(s);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(struct wg_str s, size_t i)
{
    while (i < s.n && is_digit(s.p[i])) i++;
    return i;
}

bool tab_is_number(struct wg_str s)
{
    size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    size_t whole = skip_digits(s, i) - i, fraction = 0;
    i += whole;
    if (i < s.n && s.p[i] == '.') {
        fraction = skip_digits(s, i + 1) - i - 1;
        i += 1 + fraction;
    }
    return i == s.n && whole + fraction > 0;
}

bool tab_is_rounded(struct wg_str s)
{
    size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    if (i >= s.n || !is_digit(s.p[i])) return false;
    i++;
    if (i < s.n && s.p[i] == '.') i = skip_digits(s, i + 1);
    if (i + 3 > s.n || (s.p[i] != 'E' && s.p[i] != 'e') || s.p[i + 1] != '+') return false;
    int64_t exponent;
    return wg_parse_i64(wg_str_sub(s, i + 2, s.n), 10, 999, &exponent);
}

static bool is_day(struct wg_str s)
{
    wg_day day;
    if (s.n < 10 || s.p[4] != '-' || !wg_day_parse(wg_str_sub(s, 0, 10), &day)) return false;
    if (s.n == 10) return true;
    bool time = s.n >= 16 && s.p[10] == 'T' && is_digit(s.p[11]) && is_digit(s.p[12]) && s.p[13] == ':' && is_digit(s.p[14]) &&
                is_digit(s.p[15]);
    if (s.n == 16) return time;
    return time && s.n == 19 && s.p[16] == ':' && is_digit(s.p[17]) && is_digit(s.p[18]);
}

/* A number that a double holds whole and prints alike: not 0421..., not 18 digits. */
static bool is_plain_number(struct wg_str s)
{
    if (!tab_is_number(s) || s.n > 16) return false;
    size_t first = s.p[0] == '-' || s.p[0] == '+';
    bool zero_led = s.n > first + 1 && s.p[first] == '0' && is_digit(s.p[first + 1]);
    return !zero_led && s.n - first <= 15;
}

enum tab_cell_kind tab_text_kind(struct wg_str s)
{
    if (s.n == 0) return TAB_EMPTY;
    char c = s.p[0];
    if (!is_digit(c) && c != '-' && c != '+' && c != '.') return TAB_TEXT;
    if (is_plain_number(s)) return TAB_NUMBER;
    if (is_day(s)) return TAB_DATE;
    return tab_is_rounded(s) ? TAB_LOST : TAB_TEXT;
}

static bool opens_formula(char c)
{
    return c == '=' || c == '+' || c == '-' || c == '@';
}

/* A lone sign stands for "none" in many lists and opens nothing; behind an apostrophe it counts all the same, so that
 * putting one on and taking one off stay each other's inverse. */
bool tab_is_formula(struct wg_str s, size_t *ret_apostrophes)
{
    size_t k = 0;
    while (k < s.n && s.p[k] == '\'') k++;
    *ret_apostrophes = k;
    if (k == s.n || !opens_formula(s.p[k])) return false;
    return k > 0 || s.n > 1;
}
