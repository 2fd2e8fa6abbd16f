/* logic_internal.h - JavaScript's values, as far as JsonLogic meets them, and its coercions between them.
 *
 * Jansson cannot hold NaN or infinity, which arithmetic here makes and compares, so values are of their own kind; what comes
 * from the rule or the data is borrowed from there. New text and arrays live in the evaluation's arena. Every value costs a
 * step, its text one more for each 64 bytes, an array made one more for each 4 items; so LOGIC_STEPS_MAX bounds memory too. */
#ifndef WG_LOGIC_INTERNAL_H
#define WG_LOGIC_INTERNAL_H
#include "engine/logic/logic.h"

enum logic_kind {
    LOGIC_UNDEFINED,
    LOGIC_NULL,
    LOGIC_BOOLEAN,
    LOGIC_NUMBER,
    LOGIC_STRING,
    LOGIC_ARRAY,
    LOGIC_OBJECT,
    LOGIC_PAIR
};

struct logic_value {
    enum logic_kind kind;
    union {
        bool truth;
        double number;
        struct wg_str text;
        struct { /* `made` when json is NULL */
            const json_t *json;
            const struct logic_value *made;
            size_t n;
        } array;
        const json_t *object;
        const struct logic_value *pair; /* what reduce shows its rule: {current, accumulator} */
    } as;
};

struct logic_run {
    struct wg_ctx *ctx;
    size_t steps, depth;
};
/* False when the evaluation must end. */
bool logic_charge(struct logic_run *run, size_t steps);

struct logic_value logic_from_json(const json_t *json); /* NULL is undefined */
/* A new reference; NaN, infinity and undefined are null, as in JSON. NULL when it is nested too deep. */
json_t *logic_to_json(const struct logic_value *value);
struct logic_value logic_at(const struct logic_value *array, size_t index);
/* value[key]; undefined when there is none. */
struct logic_value logic_property(struct logic_run *run, const struct logic_value *value, struct wg_str key);

bool logic_truthy(const struct logic_value *value); /* JsonLogic's: an empty array is false */
/* String(value). *ret_good false when the evaluation must end; so for the others. */
struct wg_str logic_text(struct logic_run *run, const struct logic_value *value, bool *ret_good);
double logic_number(struct logic_run *run, const struct logic_value *value, bool *ret_good); /* Number(value) */
double logic_parse_float(struct logic_run *run, const struct logic_value *value, bool *ret_good);
bool logic_same(const struct logic_value *a, const struct logic_value *b);                                         /* === */
bool logic_equal(struct logic_run *run, const struct logic_value *a, const struct logic_value *b, bool *ret_good); /* == */
/* a < b (or <=), false where either is no number. */
bool logic_less(struct logic_run *run, const struct logic_value *a, const struct logic_value *b, bool or_equal, bool *ret_good);

/* Text in UTF-16 units, which JavaScript counts in. */
size_t logic_units(struct wg_str text);
struct wg_str logic_cut(struct wg_arena *arena, struct wg_str text, size_t from, size_t n);

enum { LOGIC_NUMBER_TEXT = 32 };
void logic_number_text(double number, char out[LOGIC_NUMBER_TEXT]); /* as JavaScript prints it */

/* The operators. */
struct logic_operator {
    const char *name;
    size_t least, most;
    /* Arguments are evaluated before; NULL for those that decide themselves what to evaluate. */
    bool (*apply)(struct logic_run *run, const struct logic_value *data, const struct logic_value *args, size_t n,
                  struct logic_value *ret);
    bool (*lazy)(struct logic_run *run, const struct logic_value *data, const json_t *values, size_t n,
                 struct logic_value *ret);
};
const struct logic_operator *logic_operator(const char *name);
/* An operation's values are a list, or one value without the brackets. */
const json_t *logic_part(const json_t *values, size_t index);
bool logic_eval(struct logic_run *run, const json_t *rule, const struct logic_value *data, struct logic_value *ret);
#endif
