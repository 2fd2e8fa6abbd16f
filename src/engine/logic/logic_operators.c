/* The operators, each after the function of the same name in json-logic-js 2.0.5. */
#include <math.h>
#include <string.h>

#include "engine/logic/logic_internal.h"

#define APPLY(name)                                                                                                            \
    static bool name(struct logic_run *run, const struct logic_value *data, const struct logic_value *args, size_t n,          \
                     struct logic_value *ret)
#define LAZY(name)                                                                                                             \
    static bool name(struct logic_run *run, const struct logic_value *data, const json_t *values, size_t n,                    \
                     struct logic_value *ret)

static struct logic_value truth(bool b)
{
    return (struct logic_value){.kind = LOGIC_BOOLEAN, .as.truth = b};
}

static struct logic_value number(double d)
{
    return (struct logic_value){.kind = LOGIC_NUMBER, .as.number = d};
}

static struct logic_value text(struct wg_str s)
{
    return (struct logic_value){.kind = LOGIC_STRING, .as.text = s};
}

static struct logic_value null(void)
{
    return (struct logic_value){.kind = LOGIC_NULL};
}

/* An array of `n` items in the arena, charged; NULL when the evaluation must end. */
static struct logic_value *make_items(struct logic_run *run, size_t n)
{
    return logic_charge(run, n / 4 + 1) ? wg_alloc_n(run->ctx->arena, n + 1, sizeof(struct logic_value)) : NULL;
}

static struct logic_value array(const struct logic_value *items, size_t n)
{
    return (struct logic_value){.kind = LOGIC_ARRAY, .as.array = {NULL, items, n}};
}

/* --- data --- */

static bool lookup(struct logic_run *run, const struct logic_value *data, const struct logic_value *key,
                   const struct logic_value *otherwise, struct logic_value *ret)
{
    *ret = *data;
    if (key->kind <= LOGIC_NULL || (key->kind == LOGIC_STRING && key->as.text.n == 0)) return true;
    bool good = true;
    struct wg_str rest = logic_text(run, key, &good), part;
    while (good && wg_str_next(&rest, '.', &part)) {
        if (!logic_charge(run, ret->kind == LOGIC_STRING ? ret->as.text.n / 64 + 1 : 1)) return false;
        struct logic_value inner =
            ret->kind <= LOGIC_NULL ? (struct logic_value){.kind = LOGIC_UNDEFINED} : logic_property(run, ret, part);
        if (inner.kind == LOGIC_UNDEFINED) {
            *ret = *otherwise;
            return true;
        }
        *ret = inner;
    }
    return good;
}

APPLY(apply_var)
{
    struct logic_value key = n > 0 ? args[0] : null(), otherwise = n > 1 ? args[1] : null();
    return lookup(run, data, &key, &otherwise, ret);
}

APPLY(apply_missing)
{
    bool listed = n > 0 && args[0].kind == LOGIC_ARRAY;
    size_t count = listed ? args[0].as.array.n : n, missing = 0;
    struct logic_value *items = make_items(run, count);
    if (!items) return false;
    for (size_t i = 0; i < count; i++) {
        struct logic_value key = listed ? logic_at(&args[0], i) : args[i], otherwise = null(), found;
        /* an array as a key is key and default */
        struct logic_value name = key;
        if (key.kind == LOGIC_ARRAY) {
            name = key.as.array.n > 0 ? logic_at(&key, 0) : null();
            if (key.as.array.n > 1) otherwise = logic_at(&key, 1);
        }
        if (!lookup(run, data, &name, &otherwise, &found)) return false;
        if (found.kind <= LOGIC_NULL || (found.kind == LOGIC_STRING && found.as.text.n == 0)) items[missing++] = key;
    }
    *ret = array(items, missing);
    return true;
}

/* --- conditions --- */

LAZY(lazy_if)
{
    size_t i = 0;
    for (; i + 1 < n; i += 2) {
        struct logic_value condition;
        if (!logic_eval(run, logic_part(values, i), data, &condition)) return false;
        if (logic_truthy(&condition)) return logic_eval(run, logic_part(values, i + 1), data, ret);
    }
    if (i < n) return logic_eval(run, logic_part(values, i), data, ret);
    *ret = null();
    return true;
}

static bool until(struct logic_run *run, const struct logic_value *data, const json_t *values, size_t n, bool stop,
                  struct logic_value *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (!logic_eval(run, logic_part(values, i), data, ret)) return false;
        if (logic_truthy(ret) == stop) return true;
    }
    return true;
}

LAZY(lazy_and)
{
    return until(run, data, values, n, false, ret);
}

LAZY(lazy_or)
{
    return until(run, data, values, n, true, ret);
}

APPLY(apply_not)
{
    (void)run, (void)data, (void)n;
    *ret = truth(!logic_truthy(&args[0]));
    return true;
}

APPLY(apply_truthy)
{
    (void)run, (void)data, (void)n;
    *ret = truth(logic_truthy(&args[0]));
    return true;
}

APPLY(apply_equal)
{
    (void)data, (void)n;
    bool good = true;
    *ret = truth(logic_equal(run, &args[0], &args[1], &good));
    return good;
}

APPLY(apply_unequal)
{
    (void)data, (void)n;
    bool good = true;
    *ret = truth(!logic_equal(run, &args[0], &args[1], &good));
    return good;
}

APPLY(apply_same)
{
    (void)run, (void)data, (void)n;
    *ret = truth(logic_same(&args[0], &args[1]));
    return true;
}

APPLY(apply_not_same)
{
    (void)run, (void)data, (void)n;
    *ret = truth(!logic_same(&args[0], &args[1]));
    return true;
}

/* a < b, or a < b < c */
static bool ascending(struct logic_run *run, const struct logic_value *args, size_t n, bool or_equal, struct logic_value *ret)
{
    bool good = true, holds = logic_less(run, &args[0], &args[1], or_equal, &good);
    if (holds && n > 2) holds = logic_less(run, &args[1], &args[2], or_equal, &good);
    *ret = truth(holds);
    return good;
}

APPLY(apply_less)
{
    (void)data;
    return ascending(run, args, n, false, ret);
}

APPLY(apply_at_most)
{
    (void)data;
    return ascending(run, args, n, true, ret);
}

APPLY(apply_more)
{
    (void)data, (void)n;
    bool good = true;
    *ret = truth(logic_less(run, &args[1], &args[0], false, &good));
    return good;
}

APPLY(apply_at_least)
{
    (void)data, (void)n;
    bool good = true;
    *ret = truth(logic_less(run, &args[1], &args[0], true, &good));
    return good;
}

/* --- numbers --- */

APPLY(apply_plus)
{
    (void)data;
    bool good = true;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += logic_parse_float(run, &args[i], &good);
    *ret = number(sum);
    return good;
}

/* One factor alone comes back as it is. */
APPLY(apply_times)
{
    (void)data;
    bool good = true;
    *ret = args[0];
    if (n == 1) return true;
    double product = logic_parse_float(run, &args[0], &good);
    for (size_t i = 1; i < n; i++) product *= logic_parse_float(run, &args[i], &good);
    *ret = number(product);
    return good;
}

APPLY(apply_minus)
{
    (void)data;
    bool good = true;
    double a = logic_number(run, &args[0], &good);
    *ret = number(n == 1 ? -a : a - logic_number(run, &args[1], &good));
    return good;
}

APPLY(apply_divide)
{
    (void)data, (void)n;
    bool good = true;
    double a = logic_number(run, &args[0], &good);
    *ret = number(a / logic_number(run, &args[1], &good));
    return good;
}

APPLY(apply_remainder)
{
    (void)data, (void)n;
    bool good = true;
    double a = logic_number(run, &args[0], &good);
    *ret = number(fmod(a, logic_number(run, &args[1], &good)));
    return good;
}

static bool extreme(struct logic_run *run, const struct logic_value *args, size_t n, bool largest, struct logic_value *ret)
{
    bool good = true;
    double best = largest ? -INFINITY : INFINITY;
    for (size_t i = 0; i < n; i++) {
        double v = logic_number(run, &args[i], &good);
        if (isnan(v) || isnan(best))
            best = NAN;
        else if (largest ? v > best : v < best)
            best = v;
    }
    *ret = number(best);
    return good;
}

APPLY(apply_max)
{
    (void)data;
    return extreme(run, args, n, true, ret);
}

APPLY(apply_min)
{
    (void)data;
    return extreme(run, args, n, false, ret);
}

/* --- text --- */

APPLY(apply_in)
{
    (void)data, (void)n;
    bool good = true, found = false;
    if (args[1].kind == LOGIC_STRING && args[1].as.text.n > 0) {
        found = wg_str_find(args[1].as.text, logic_text(run, &args[0], &good)) >= 0;
    } else if (args[1].kind == LOGIC_ARRAY) {
        good = logic_charge(run, args[1].as.array.n);
        for (size_t i = 0; i < args[1].as.array.n && good && !found; i++) {
            struct logic_value item = logic_at(&args[1], i);
            found = logic_same(&args[0], &item);
        }
    }
    *ret = truth(found);
    return good;
}

APPLY(apply_cat)
{
    (void)data;
    bool good = true;
    struct wg_buf out;
    wg_buf_init(&out, (size_t)LOGIC_STEPS_MAX * 64);
    for (size_t i = 0; i < n && good; i++) {
        if (args[i].kind <= LOGIC_NULL) continue;
        wg_buf_str(&out, logic_text(run, &args[i], &good));
    }
    *ret = text(wg_str_dup(run->ctx->arena, (struct wg_str){out.p ? out.p : "", out.n}));
    good = good && !out.failed;
    wg_buf_free(&out);
    return good;
}

/* ToIntegerOrInfinity, kept within what a text can be long. */
static double integer(double d)
{
    if (isnan(d)) return 0;
    return d > 1e9 ? 1e9 : d < -1e9 ? -1e9 : trunc(d);
}

/* String.substr in units: a start below zero counts from the end. */
static struct wg_str substr(struct wg_arena *arena, struct wg_str s, double start, double count)
{
    double size = (double)logic_units(s);
    start = integer(start);
    if (start < 0) start = start + size < 0 ? 0 : start + size;
    if (start > size) start = size;
    count = integer(count);
    if (count > size - start) count = size - start;
    return count > 0 ? logic_cut(arena, s, (size_t)start, (size_t)count) : WG_STR("");
}

/* A count below zero leaves off that many at the end. What is "below zero" but a text is, as in the reference, put behind the
 * length as text, which is then hardly ever a number. */
APPLY(apply_substr)
{
    (void)data;
    bool good = true;
    struct wg_arena *arena = run->ctx->arena;
    struct wg_str s = logic_text(run, &args[0], &good);
    if (!good) return false;
    double start = logic_number(run, &args[1], &good);
    if (n < 3) {
        *ret = text(substr(arena, s, start, INFINITY));
        return good;
    }
    double count = logic_number(run, &args[2], &good);
    if (count < 0) {
        s = substr(arena, s, start, INFINITY);
        start = 0;
        double size = (double)logic_units(s);
        if (args[2].kind >= LOGIC_STRING) {
            struct wg_str behind = logic_text(run, &args[2], &good);
            struct logic_value joined = text(wg_str(wg_fmt(arena, "%.0f%.*s", size, (int)behind.n, behind.p)));
            count = logic_number(run, &joined, &good);
        } else {
            count += size;
        }
    }
    *ret = text(substr(arena, s, start, count));
    return good;
}

/* --- arrays --- */

APPLY(apply_merge)
{
    (void)data;
    size_t count = 0, k = 0;
    for (size_t i = 0; i < n; i++) count += args[i].kind == LOGIC_ARRAY ? args[i].as.array.n : 1;
    struct logic_value *items = make_items(run, count);
    if (!items) return false;
    for (size_t i = 0; i < n; i++) {
        if (args[i].kind != LOGIC_ARRAY) {
            items[k++] = args[i];
            continue;
        }
        for (size_t m = 0; m < args[i].as.array.n; m++) items[k++] = logic_at(&args[i], m);
    }
    *ret = array(items, count);
    return true;
}

LAZY(lazy_map)
{
    (void)n;
    struct logic_value over;
    if (!logic_eval(run, logic_part(values, 0), data, &over)) return false;
    size_t count = over.kind == LOGIC_ARRAY ? over.as.array.n : 0;
    struct logic_value *items = make_items(run, count);
    if (!items) return false;
    for (size_t i = 0; i < count; i++) {
        struct logic_value item = logic_at(&over, i);
        if (!logic_eval(run, logic_part(values, 1), &item, &items[i])) return false;
    }
    *ret = array(items, count);
    return true;
}

LAZY(lazy_filter)
{
    (void)n;
    struct logic_value over;
    if (!logic_eval(run, logic_part(values, 0), data, &over)) return false;
    size_t count = over.kind == LOGIC_ARRAY ? over.as.array.n : 0, kept = 0;
    struct logic_value *items = make_items(run, count);
    if (!items) return false;
    for (size_t i = 0; i < count; i++) {
        struct logic_value item = logic_at(&over, i), keep;
        if (!logic_eval(run, logic_part(values, 1), &item, &keep)) return false;
        if (logic_truthy(&keep)) items[kept++] = item;
    }
    *ret = array(items, kept);
    return true;
}

LAZY(lazy_reduce)
{
    struct logic_value over, so_far = null();
    if (!logic_eval(run, logic_part(values, 0), data, &over)) return false;
    if (n > 2 && !logic_eval(run, logic_part(values, 2), data, &so_far)) return false;
    size_t count = over.kind == LOGIC_ARRAY ? over.as.array.n : 0;
    for (size_t i = 0; i < count; i++) {
        struct logic_value *pair = make_items(run, 2);
        if (!pair) return false;
        pair[0] = logic_at(&over, i);
        pair[1] = so_far;
        struct logic_value scope = {.kind = LOGIC_PAIR, .as.pair = pair};
        if (!logic_eval(run, logic_part(values, 1), &scope, &so_far)) return false;
    }
    *ret = so_far;
    return true;
}

/* Whether one item is found for which the rule is `wanted`; *ret_any whether there were items at all. */
static bool search(struct logic_run *run, const struct logic_value *data, const json_t *values, bool wanted, bool *ret_found,
                   bool *ret_any)
{
    struct logic_value over;
    if (!logic_eval(run, logic_part(values, 0), data, &over)) return false;
    size_t count = over.kind == LOGIC_ARRAY ? over.as.array.n : 0;
    *ret_any = count > 0;
    *ret_found = false;
    for (size_t i = 0; i < count && !*ret_found; i++) {
        struct logic_value item = logic_at(&over, i), holds;
        if (!logic_eval(run, logic_part(values, 1), &item, &holds)) return false;
        *ret_found = logic_truthy(&holds) == wanted;
    }
    return true;
}

/* All of nothing is false. */
LAZY(lazy_all)
{
    (void)n;
    bool found, any;
    if (!search(run, data, values, false, &found, &any)) return false;
    *ret = truth(any && !found);
    return true;
}

LAZY(lazy_none)
{
    (void)n;
    bool found, any;
    if (!search(run, data, values, true, &found, &any)) return false;
    *ret = truth(!found);
    return true;
}

LAZY(lazy_some)
{
    (void)n;
    bool found, any;
    if (!search(run, data, values, true, &found, &any)) return false;
    *ret = truth(found);
    return true;
}

/* --- the list --- */

static const struct logic_operator operators[] = {
    {"var", 0, 2, apply_var, NULL},        {"missing", 0, SIZE_MAX, apply_missing, NULL},
    {"if", 1, SIZE_MAX, NULL, lazy_if},    {"==", 2, 2, apply_equal, NULL},
    {"===", 2, 2, apply_same, NULL},       {"!=", 2, 2, apply_unequal, NULL},
    {"!==", 2, 2, apply_not_same, NULL},   {"!", 1, 1, apply_not, NULL},
    {"!!", 1, 1, apply_truthy, NULL},      {"or", 1, SIZE_MAX, NULL, lazy_or},
    {"and", 1, SIZE_MAX, NULL, lazy_and},  {">", 2, 2, apply_more, NULL},
    {">=", 2, 2, apply_at_least, NULL},    {"<", 2, 3, apply_less, NULL},
    {"<=", 2, 3, apply_at_most, NULL},     {"max", 1, SIZE_MAX, apply_max, NULL},
    {"min", 1, SIZE_MAX, apply_min, NULL}, {"+", 1, SIZE_MAX, apply_plus, NULL},
    {"-", 1, 2, apply_minus, NULL},        {"*", 1, SIZE_MAX, apply_times, NULL},
    {"/", 2, 2, apply_divide, NULL},       {"%", 2, 2, apply_remainder, NULL},
    {"in", 2, 2, apply_in, NULL},          {"cat", 0, SIZE_MAX, apply_cat, NULL},
    {"substr", 2, 3, apply_substr, NULL},  {"map", 2, 2, NULL, lazy_map},
    {"filter", 2, 2, NULL, lazy_filter},   {"reduce", 2, 3, NULL, lazy_reduce},
    {"all", 2, 2, NULL, lazy_all},         {"none", 2, 2, NULL, lazy_none},
    {"some", 2, 2, NULL, lazy_some},       {"merge", 0, SIZE_MAX, apply_merge, NULL},
};

const struct logic_operator *logic_operator(const char *name)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(operators[i].name, name) == 0) return &operators[i];
    return NULL;
}
