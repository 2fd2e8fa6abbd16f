#include "engine/logic/logic.h"

#include "engine/logic/logic_internal.h"

static int refuse(struct wg_ctx *ctx, const char *zh, const char *en, const char *what)
{
    return wg_refuse(ctx, WG_E_LOGIC, NULL, wg_fmt(ctx->arena, "%s%s", ctx->lang == WG_ZH ? zh : en, what), NULL);
}

/* An operation is an object with exactly one key: the operator. */
static bool is_operation(const json_t *rule, const char **ret_name, const json_t **ret_values)
{
    if (!json_is_object(rule) || json_object_size(rule) != 1) return false;
    void *at = json_object_iter((json_t *)(uintptr_t)rule);
    *ret_name = json_object_iter_key(at);
    *ret_values = json_object_iter_value(at);
    return true;
}

static size_t count_of(const json_t *values)
{
    return json_is_array(values) ? json_array_size(values) : 1;
}

const json_t *logic_part(const json_t *values, size_t index)
{
    return json_is_array(values) ? json_array_get(values, index) : values;
}

/* --- checking --- */

/* Where a part of the rule stands, from the inside out. */
struct place {
    const struct place *outer;
    const char *operator_name;
    size_t index;
};

static const char *path_to(struct wg_arena *arena, const struct place *place)
{
    const char *path = "";
    for (; place; place = place->outer)
        path = place->operator_name ? wg_fmt(arena, "%s[%zu]%s%s", place->operator_name, place->index, *path ? "." : "", path)
                                    : wg_fmt(arena, "[%zu]%s%s", place->index, *path ? "." : "", path);
    return path;
}

static int refuse_at(struct wg_ctx *ctx, const struct place *place, const char *zh, const char *en, const char *what)
{
    const char *path = path_to(ctx->arena, place);
    return refuse(ctx, zh, en, wg_fmt(ctx->arena, "%s%s%s%s", what, *path ? " (" : "", path, *path ? ")" : ""));
}

static int check(struct wg_ctx *ctx, const json_t *rule, size_t depth, const struct place *place);

static int check_parts(struct wg_ctx *ctx, const json_t *values, const char *name, size_t depth, const struct place *place)
{
    for (size_t i = 0; i < count_of(values); i++) {
        struct place inner = {place, name, i};
        int e = check(ctx, logic_part(values, i), depth + 1, &inner);
        if (e) return e;
    }
    return 0;
}

static int check(struct wg_ctx *ctx, const json_t *rule, size_t depth, const struct place *place)
{
    if (depth >= LOGIC_DEPTH_MAX)
        return refuse(ctx, "嵌套太深，最多 ", "nested too deep; at most ", wg_fmt(ctx->arena, "%d", LOGIC_DEPTH_MAX));
    if (json_is_array(rule)) return check_parts(ctx, rule, NULL, depth, place);
    if (!json_is_object(rule)) return 0;
    const char *name;
    const json_t *values;
    if (!is_operation(rule, &name, &values))
        return refuse_at(ctx, place, "一个条件只能有一个运算", "an operation has exactly one operator", "");
    const struct logic_operator *o = logic_operator(name);
    if (!o) return refuse_at(ctx, place, "不认识的运算 ", "unknown operator ", name);
    size_t n = count_of(values);
    if (n < o->least || n > o->most)
        return refuse_at(ctx, place, "参数个数不对：", "wrong number of arguments: ", wg_fmt(ctx->arena, "%s, %zu", name, n));
    return check_parts(ctx, values, name, depth, place);
}

int logic_check(struct wg_ctx *ctx, const json_t *rule)
{
    if (!rule) return refuse(ctx, "没有条件", "there is no rule", "");
    return check(ctx, rule, 0, NULL);
}

/* --- evaluating --- */

bool logic_charge(struct logic_run *run, size_t steps)
{
    if (steps > LOGIC_STEPS_MAX - run->steps) {
        run->steps = LOGIC_STEPS_MAX;
        return false;
    }
    run->steps += steps;
    return true;
}

static bool eval_list(struct logic_run *run, const json_t *values, const struct logic_value *data,
                      struct logic_value **ret_items)
{
    size_t n = count_of(values);
    if (!logic_charge(run, n / 4)) return false;
    struct logic_value *items = wg_alloc_n(run->ctx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        if (!logic_eval(run, logic_part(values, i), data, &items[i])) return false;
    *ret_items = items;
    return true;
}

static bool eval_inside(struct logic_run *run, const json_t *rule, const struct logic_value *data, struct logic_value *ret)
{
    const char *name;
    const json_t *values;
    struct logic_value *items;
    if (json_is_array(rule)) {
        if (!eval_list(run, rule, data, &items)) return false;
        *ret = (struct logic_value){.kind = LOGIC_ARRAY, .as.array = {NULL, items, json_array_size(rule)}};
        return true;
    }
    if (!is_operation(rule, &name, &values)) {
        *ret = logic_from_json(rule);
        return true;
    }
    const struct logic_operator *o = logic_operator(name);
    size_t n = count_of(values);
    if (!o || n < o->least || n > o->most) return false; /* logic_check was not asked */
    if (o->lazy) return o->lazy(run, data, values, n, ret);
    return eval_list(run, values, data, &items) && o->apply(run, data, items, n, ret);
}

bool logic_eval(struct logic_run *run, const json_t *rule, const struct logic_value *data, struct logic_value *ret)
{
    if (run->depth >= LOGIC_DEPTH_MAX || !logic_charge(run, 1)) return false;
    run->depth++;
    bool good = eval_inside(run, rule, data, ret);
    run->depth--;
    return good && (ret->kind != LOGIC_STRING || logic_charge(run, ret->as.text.n / 64));
}

static int evaluate(struct wg_ctx *ctx, const json_t *rule, const json_t *data, struct logic_value *ret)
{
    struct logic_run run = {.ctx = ctx};
    struct logic_value from = data ? logic_from_json(data) : (struct logic_value){.kind = LOGIC_NULL};
    if (rule && logic_eval(&run, rule, &from, ret)) return 0;
    int e = logic_check(ctx, rule);
    return e ? e
             : refuse(ctx, "运算步数超过上限 ", "evaluation takes more steps than ", wg_fmt(ctx->arena, "%d", LOGIC_STEPS_MAX));
}

static void release(void *json)
{
    json_decref(json);
}

int logic_apply(struct wg_ctx *ctx, const json_t *rule, const json_t *data, json_t **ret_value)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct logic_value value;
    int e = evaluate(ctx, rule, data, &value);
    if (e) return e;
    json_t *json = logic_to_json(&value);
    wg_arena_rewind(ctx->arena, mark);
    if (!json) return refuse(ctx, "结果无法表示", "the result cannot be written", "");
    wg_arena_cleanup(ctx->arena, release, json);
    *ret_value = json;
    return 0;
}

int logic_holds(struct wg_ctx *ctx, const json_t *rule, const json_t *data, bool *ret)
{
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct logic_value value;
    int e = evaluate(ctx, rule, data, &value);
    if (e) return e;
    *ret = logic_truthy(&value);
    wg_arena_rewind(ctx->arena, mark);
    return 0;
}
