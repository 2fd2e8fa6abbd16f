/* Values and coercions, after ECMA-262: ToString (7.1.17), ToNumber (7.1.4), IsLooselyEqual (7.2.14), IsLessThan (7.2.13). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/logic/logic_internal.h"

enum { TEXT_DEPTH_MAX = 64, JSON_DEPTH_MAX = 256 };

static const struct logic_value undefined = {.kind = LOGIC_UNDEFINED};

struct logic_value logic_from_json(const json_t *json)
{
    if (!json) return undefined;
    struct logic_value v = {.kind = LOGIC_NULL};
    switch (json_typeof(json)) {
    case JSON_NULL:
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        v.kind = LOGIC_BOOLEAN;
        v.as.truth = json_is_true(json);
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        v.kind = LOGIC_NUMBER;
        v.as.number = json_number_value(json);
        break;
    case JSON_STRING:
        v.kind = LOGIC_STRING;
        v.as.text = (struct wg_str){json_string_value(json), json_string_length(json)};
        break;
    case JSON_ARRAY:
        v.kind = LOGIC_ARRAY;
        v.as.array.json = json;
        v.as.array.n = json_array_size(json);
        break;
    case JSON_OBJECT:
        v.kind = LOGIC_OBJECT;
        v.as.object = json;
        break;
    }
    return v;
}

struct logic_value logic_at(const struct logic_value *array, size_t index)
{
    if (array->as.array.json) return logic_from_json(json_array_get(array->as.array.json, index));
    return array->as.array.made[index];
}

static json_t *number_json(double number)
{
    if (!isfinite(number)) return json_null();
    if (floor(number) == number && fabs(number) <= 9007199254740992.0) return json_integer((json_int_t)number);
    return json_real(number);
}

static json_t *to_json(const struct logic_value *v, size_t depth);

static json_t *array_json(const struct logic_value *v, size_t depth)
{
    if (v->as.array.json) return json_deep_copy(v->as.array.json);
    json_t *array = json_array();
    for (size_t i = 0; i < v->as.array.n; i++) {
        struct logic_value item = logic_at(v, i);
        json_t *json = to_json(&item, depth + 1);
        if (!json || json_array_append_new(array, json) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *pair_json(const struct logic_value *v, size_t depth)
{
    json_t *current = to_json(&v->as.pair[0], depth + 1), *accumulator = to_json(&v->as.pair[1], depth + 1);
    if (current && accumulator) return json_pack("{so so}", "current", current, "accumulator", accumulator);
    json_decref(current);
    json_decref(accumulator);
    return NULL;
}

static json_t *to_json(const struct logic_value *v, size_t depth)
{
    if (depth > JSON_DEPTH_MAX) return NULL;
    switch (v->kind) {
    case LOGIC_UNDEFINED:
    case LOGIC_NULL:
        break;
    case LOGIC_BOOLEAN:
        return json_boolean(v->as.truth);
    case LOGIC_NUMBER:
        return number_json(v->as.number);
    case LOGIC_STRING:
        return json_stringn_nocheck(v->as.text.p, v->as.text.n);
    case LOGIC_OBJECT:
        return json_deep_copy(v->as.object);
    case LOGIC_PAIR:
        return pair_json(v, depth);
    case LOGIC_ARRAY:
        return array_json(v, depth);
    }
    return json_null();
}

json_t *logic_to_json(const struct logic_value *v)
{
    return to_json(v, 0);
}

/* --- text in UTF-16 units --- */

size_t logic_units(struct wg_str text)
{
    size_t n = 0;
    for (size_t at = 0; at < text.n;) n += wg_utf8_next(text, &at) > 0xFFFF ? 2 : 1;
    return n;
}

/* Half a pair cannot stand alone in UTF-8: U+FFFD stands for it. */
struct wg_str logic_cut(struct wg_arena *arena, struct wg_str text, size_t from, size_t n)
{
    char *out = wg_alloc(arena, text.n + 6);
    size_t unit = 0, used = 0, to = from + n;
    for (size_t at = 0; at < text.n && unit < to;) {
        size_t before = at;
        uint32_t c = wg_utf8_next(text, &at);
        size_t width = c > 0xFFFF ? 2 : 1;
        if (unit >= from && unit + width <= to) {
            memcpy(out + used, text.p + before, at - before);
            used += at - before;
        } else if (unit + width > from) {
            used += wg_utf8_put(out + used, 0xFFFD);
        }
        unit += width;
    }
    return (struct wg_str){out, used};
}

static int compare_texts(struct wg_str a, struct wg_str b)
{
    size_t i = 0, k = 0;
    while (i < a.n && k < b.n) {
        uint32_t x = wg_utf8_next(a, &i), y = wg_utf8_next(b, &k);
        if (x == y) continue;
        /* a pair's first unit (U+D800...) is less than U+E000 and what follows it */
        uint32_t ux = x > 0xFFFF ? 0xD800 + ((x - 0x10000) >> 10) : x, uy = y > 0xFFFF ? 0xD800 + ((y - 0x10000) >> 10) : y;
        if (ux != uy) return ux < uy ? -1 : 1;
        return x < y ? -1 : 1;
    }
    return (i < a.n) - (k < b.n);
}

/* --- properties --- */

static bool is_index(struct wg_str key, size_t *ret)
{
    int64_t index;
    if (key.n == 0 || key.n > 10 || (key.p[0] == '0' && key.n > 1) || key.p[0] == '+' || key.p[0] == '-') return false;
    if (!wg_parse_i64(key, 0, UINT32_MAX, &index)) return false;
    *ret = (size_t)index;
    return true;
}

struct logic_value logic_property(struct logic_run *run, const struct logic_value *v, struct wg_str key)
{
    size_t index = 0;
    bool indexed = is_index(key, &index), length = wg_str_is(key, "length");
    switch (v->kind) {
    case LOGIC_OBJECT:
        return logic_from_json(json_object_getn(v->as.object, key.p, key.n));
    case LOGIC_PAIR:
        if (wg_str_is(key, "current")) return v->as.pair[0];
        return wg_str_is(key, "accumulator") ? v->as.pair[1] : undefined;
    case LOGIC_ARRAY:
        if (length) return (struct logic_value){.kind = LOGIC_NUMBER, .as.number = (double)v->as.array.n};
        return indexed && index < v->as.array.n ? logic_at(v, index) : undefined;
    case LOGIC_STRING:
        if (length) return (struct logic_value){.kind = LOGIC_NUMBER, .as.number = (double)logic_units(v->as.text)};
        if (!indexed || index >= logic_units(v->as.text)) return undefined;
        return (struct logic_value){.kind = LOGIC_STRING, .as.text = logic_cut(run->ctx->arena, v->as.text, index, 1)};
    default:
        return undefined;
    }
}

/* --- to text --- */

/* The fewest digits that read back as this number, laid out as in ECMA-262, 6.1.6.1.20. */
void logic_number_text(double number, char out[LOGIC_NUMBER_TEXT])
{
    if (!isfinite(number) || number == 0) {
        (void)snprintf(out, LOGIC_NUMBER_TEXT, "%s",
                       isnan(number) ? "NaN"
                       : number == 0 ? "0"
                       : number > 0  ? "Infinity"
                                     : "-Infinity");
        return;
    }
    char e[40];
    int precision = 0;
    do (void)snprintf(e, sizeof e, "%.*e", precision, fabs(number));
    while (precision++ < 17 && strtod(e, NULL) != fabs(number));
    char digits[24] = {0};
    size_t k = 0;
    const char *p = e;
    for (; *p && *p != 'e'; p++)
        if (*p != '.') digits[k++] = *p;
    int64_t exponent = 0;
    (void)(*p == 'e' && wg_parse_i64(wg_str(p + 1), -400, 400, &exponent));
    int n = (int)exponent + 1, used = 0;
    if (number < 0) out[used++] = '-';
    size_t room = LOGIC_NUMBER_TEXT - (size_t)used;
    int count = (int)k;
    if (n >= count && n <= 21)
        (void)snprintf(out + used, room, "%.*s%.*s", count, digits, n - count, "000000000000000000000");
    else if (n > 0 && n <= 21)
        (void)snprintf(out + used, room, "%.*s.%.*s", n, digits, count - n, digits + n);
    else if (n > -6 && n <= 0)
        (void)snprintf(out + used, room, "0.%.*s%.*s", -n, "000000", count, digits);
    else
        (void)snprintf(out + used, room, "%c%s%.*se%+d", digits[0], count > 1 ? "." : "", count - 1, digits + 1, n - 1);
}

static bool put_text(struct logic_run *run, const struct logic_value *v, size_t depth, struct wg_buf *out)
{
    char number[LOGIC_NUMBER_TEXT];
    if (depth > TEXT_DEPTH_MAX || !logic_charge(run, 1)) return false;
    switch (v->kind) {
    case LOGIC_UNDEFINED:
        wg_buf_puts(out, "undefined");
        break;
    case LOGIC_NULL:
        wg_buf_puts(out, "null");
        break;
    case LOGIC_BOOLEAN:
        wg_buf_puts(out, v->as.truth ? "true" : "false");
        break;
    case LOGIC_NUMBER:
        logic_number_text(v->as.number, number);
        wg_buf_puts(out, number);
        break;
    case LOGIC_STRING:
        if (!logic_charge(run, v->as.text.n / 64)) return false;
        wg_buf_str(out, v->as.text);
        break;
    case LOGIC_OBJECT:
    case LOGIC_PAIR:
        wg_buf_puts(out, "[object Object]");
        break;
    case LOGIC_ARRAY:
        for (size_t i = 0; i < v->as.array.n; i++) {
            struct logic_value item = logic_at(v, i);
            if (i) wg_buf_putc(out, ',');
            if (item.kind <= LOGIC_NULL) {
                if (!logic_charge(run, 1)) return false;
            } else if (!put_text(run, &item, depth + 1, out)) {
                return false;
            }
        }
        break;
    }
    return !out->failed;
}

struct wg_str logic_text(struct logic_run *run, const struct logic_value *v, bool *ret_good)
{
    if (v->kind == LOGIC_STRING) return v->as.text;
    struct wg_buf out;
    wg_buf_init(&out, (size_t)LOGIC_STEPS_MAX * 64);
    *ret_good = put_text(run, v, 0, &out) && *ret_good;
    struct wg_str text = wg_str_dup(run->ctx->arena, (struct wg_str){out.p ? out.p : "", out.n});
    wg_buf_free(&out);
    return text;
}

/* --- to numbers --- */

static bool is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

static struct wg_str without_space(struct wg_str s)
{
    size_t from = s.n, to = 0;
    for (size_t at = 0; at < s.n;) {
        size_t before = at;
        if (is_space(wg_utf8_next(s, &at))) continue;
        if (from == s.n) from = before;
        to = at;
    }
    return from < to ? wg_str_sub(s, from, to - from) : WG_STR("");
}

static size_t digits_at(struct wg_str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && s.p[i + n] >= '0' && s.p[i + n] <= '9') n++;
    return n;
}

/* How long the decimal number at the start of s is; 0 for none. */
static size_t decimal_length(struct wg_str s)
{
    size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    size_t whole = digits_at(s, i), fraction = 0;
    i += whole;
    if (i < s.n && s.p[i] == '.') {
        fraction = digits_at(s, i + 1);
        if (whole + fraction > 0) i += 1 + fraction;
    }
    if (whole + fraction == 0) return 0;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        size_t sign = i + 1 < s.n && (s.p[i + 1] == '-' || s.p[i + 1] == '+');
        size_t exponent = digits_at(s, i + 1 + sign);
        if (exponent > 0) i += 1 + sign + exponent;
    }
    return i;
}

static bool infinity_at(struct wg_str s, double *ret, size_t *ret_length)
{
    size_t sign = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    if (!wg_str_starts(wg_str_sub(s, sign, s.n), WG_STR("Infinity"))) return false;
    *ret = s.p[0] == '-' ? -INFINITY : INFINITY;
    *ret_length = sign + 8;
    return true;
}

static double decimal(struct wg_arena *arena, struct wg_str s)
{
    return strtod(wg_cstr(arena, s), NULL);
}

/* 0x1F, 0o17, 0b11 */
static double radix_number(struct wg_str digits, int radix)
{
    double number = 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 99;
        if (digit >= radix) return NAN;
        number = number * radix + digit;
    }
    return digits.n ? number : NAN;
}

static double text_number(struct logic_run *run, struct wg_str text)
{
    struct wg_str s = without_space(text);
    if (s.n == 0) return 0;
    if (s.n > 1 && s.p[0] == '0') {
        char c = s.p[1];
        int radix = c == 'x' || c == 'X' ? 16 : c == 'o' || c == 'O' ? 8 : c == 'b' || c == 'B' ? 2 : 0;
        if (radix) return radix_number(wg_str_sub(s, 2, s.n), radix);
    }
    double infinite;
    size_t length;
    if (infinity_at(s, &infinite, &length)) return length == s.n ? infinite : NAN;
    return decimal_length(s) == s.n ? decimal(run->ctx->arena, s) : NAN;
}

double logic_number(struct logic_run *run, const struct logic_value *v, bool *ret_good)
{
    switch (v->kind) {
    case LOGIC_UNDEFINED:
        return NAN;
    case LOGIC_NULL:
        return 0;
    case LOGIC_BOOLEAN:
        return v->as.truth ? 1 : 0;
    case LOGIC_NUMBER:
        return v->as.number;
    default:
        return text_number(run, logic_text(run, v, ret_good));
    }
}

double logic_parse_float(struct logic_run *run, const struct logic_value *v, bool *ret_good)
{
    if (v->kind == LOGIC_NUMBER) return v->as.number;
    struct wg_str s = without_space(logic_text(run, v, ret_good));
    double infinite;
    size_t length;
    if (infinity_at(s, &infinite, &length)) return infinite;
    length = decimal_length(s);
    return length ? decimal(run->ctx->arena, wg_str_sub(s, 0, length)) : NAN;
}

/* --- comparing --- */

bool logic_truthy(const struct logic_value *v)
{
    switch (v->kind) {
    case LOGIC_UNDEFINED:
    case LOGIC_NULL:
        return false;
    case LOGIC_BOOLEAN:
        return v->as.truth;
    case LOGIC_NUMBER:
        return v->as.number != 0 && !isnan(v->as.number);
    case LOGIC_STRING:
        return v->as.text.n > 0;
    case LOGIC_ARRAY:
        return v->as.array.n > 0;
    case LOGIC_OBJECT:
    case LOGIC_PAIR:
        break;
    }
    return true;
}

bool logic_same(const struct logic_value *a, const struct logic_value *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case LOGIC_UNDEFINED:
    case LOGIC_NULL:
        break;
    case LOGIC_BOOLEAN:
        return a->as.truth == b->as.truth;
    case LOGIC_NUMBER:
        return a->as.number == b->as.number;
    case LOGIC_STRING:
        return wg_str_eq(a->as.text, b->as.text);
    case LOGIC_ARRAY:
        return a->as.array.json == b->as.array.json && a->as.array.made == b->as.array.made;
    case LOGIC_OBJECT:
        return a->as.object == b->as.object;
    case LOGIC_PAIR:
        return a->as.pair == b->as.pair;
    }
    return true;
}

/* ToPrimitive: arrays and objects become text. */
static struct logic_value primitive(struct logic_run *run, const struct logic_value *v, bool *ret_good)
{
    if (v->kind < LOGIC_ARRAY) return *v;
    return (struct logic_value){.kind = LOGIC_STRING, .as.text = logic_text(run, v, ret_good)};
}

bool logic_equal(struct logic_run *run, const struct logic_value *a, const struct logic_value *b, bool *ret_good)
{
    if (a->kind == b->kind) return logic_same(a, b);
    if (a->kind <= LOGIC_NULL || b->kind <= LOGIC_NULL) return a->kind <= LOGIC_NULL && b->kind <= LOGIC_NULL;
    if (a->kind >= LOGIC_ARRAY && b->kind >= LOGIC_ARRAY) return false;
    struct logic_value x = primitive(run, a, ret_good), y = primitive(run, b, ret_good);
    if (x.kind == LOGIC_STRING && y.kind == LOGIC_STRING) return wg_str_eq(x.as.text, y.as.text);
    return logic_number(run, &x, ret_good) == logic_number(run, &y, ret_good);
}

bool logic_less(struct logic_run *run, const struct logic_value *a, const struct logic_value *b, bool or_equal, bool *ret_good)
{
    struct logic_value x = primitive(run, a, ret_good), y = primitive(run, b, ret_good);
    if (x.kind == LOGIC_STRING && y.kind == LOGIC_STRING) {
        int order = compare_texts(x.as.text, y.as.text);
        return or_equal ? order <= 0 : order < 0;
    }
    double m = logic_number(run, &x, ret_good), n = logic_number(run, &y, ret_good);
    return or_equal ? m <= n : m < n;
}
