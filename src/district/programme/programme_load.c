#include <string.h>

#include "district/programme/programme_internal.h"
#include "engine/logic/logic.h"

struct programmes {
    struct programme *items;
    size_t n;
};

/* The results every programme knows besides its own. */
static const struct programme_result withdrawn = {"withdrawn", "撤回", "Withdrawn", EFFECT_WITHDRAWN, NULL};

static const char *const effect_codes[] = {"done", "excused", "tried", "passed", "none", "withdrawn"};

const char *programme_effect_code(enum result_effect effect)
{
    return effect_codes[effect];
}

static int wrong(struct wg_ctx *ctx, const char *file, const char *what)
{
    return wg_refuse(ctx, WG_E_PROGRAMME, NULL, file, what);
}

static const char *text_of(struct wg_ctx *ctx, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? wg_cstr(ctx->arena, wg_str(text)) : NULL;
}

static bool effect_of(const char *code, enum result_effect *ret)
{
    for (size_t i = 0; code && i < EFFECT_WITHDRAWN; i++)
        if (strcmp(code, effect_codes[i]) == 0) {
            *ret = (enum result_effect)i;
            return true;
        }
    return false;
}

static int read_results(struct wg_ctx *ctx, const char *file, const json_t *list, struct programme *programme)
{
    size_t n = json_array_size(list);
    struct programme_result *results = wg_alloc_n(ctx->arena, n, sizeof *results);
    if (n == 0) return wrong(ctx, file, "results");
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        struct programme_result *r = &results[i];
        r->code = text_of(ctx, item, "code");
        r->zh = text_of(ctx, item, "zh");
        r->en = text_of(ctx, item, "en");
        r->person_state = text_of(ctx, item, "person_state");
        if (!r->code || !r->zh || !r->en || !effect_of(json_string_value(json_object_get(item, "effect")), &r->effect))
            return wrong(ctx, file, wg_fmt(ctx->arena, "results[%zu]", i));
    }
    programme->results = results;
    programme->n_results = n;
    return 0;
}

static int read_rounds(struct wg_ctx *ctx, const char *file, const json_t *json, struct programme *programme)
{
    static const char *const levels[] = {"district", "street", "community"};
    const char *rounds = json_string_value(json_object_get(json, "rounds"));
    const char *due = json_string_value(json_object_get(json, "due"));
    const json_t *escalation = json_object_get(json, "escalation");
    if (!rounds || (strcmp(rounds, "once") != 0 && strcmp(rounds, "daily") != 0)) return wrong(ctx, file, "rounds");
    programme->daily = strcmp(rounds, "daily") == 0;
    if (programme->daily) {
        int64_t hour, minute;
        struct wg_str text = wg_str(due);
        if (text.n != 5 || !wg_parse_i64(wg_str_sub(text, 0, 2), 0, 23, &hour) ||
            !wg_parse_i64(wg_str_sub(text, 3, 2), 0, 59, &minute))
            return wrong(ctx, file, "due");
        programme->due_hour = (int)hour;
        programme->due_minute = (int)minute;
    }
    for (int level = 0; level < LEVEL_GRID; level++) {
        const json_t *hours = json_object_get(escalation, levels[level]);
        if (!json_is_integer(hours)) return wrong(ctx, file, "escalation");
        programme->escalation[level] = (int)json_integer_value(hours);
    }
    return 0;
}

static int read_alarms(struct wg_ctx *ctx, const char *file, const json_t *list, struct programme *programme)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_string(json_object_get(item, "kind"))) return wrong(ctx, file, "alarms");
        int rc = logic_check(ctx, json_object_get(item, "when"));
        if (rc) return rc;
    }
    programme->alarms = list;
    return 0;
}

static void release_json(void *json)
{
    json_decref(json);
}

static int read_programme(struct wg_ctx *ctx, const struct wg_embedded_file *file, struct programme *ret)
{
    json_error_t error;
    json_t *json = json_loadb((const char *)file->from, (size_t)(file->to - file->from), JSON_REJECT_DUPLICATES, &error);
    if (!json) return wrong(ctx, file->name, wg_fmt(ctx->arena, "%d:%d %s", error.line, error.column, error.text));
    wg_arena_cleanup(ctx->arena, release_json, json);
    ret->code = text_of(ctx, json, "code");
    ret->zh = text_of(ctx, json, "zh");
    ret->en = text_of(ctx, json, "en");
    ret->form = json_object_get(json, "form");
    if (!ret->code || !ret->zh || !ret->en) return wrong(ctx, file->name, "code, zh, en");
    int rc = read_rounds(ctx, file->name, json, ret);
    if (rc == 0) rc = read_results(ctx, file->name, json_object_get(json, "results"), ret);
    if (rc == 0) rc = read_alarms(ctx, file->name, json_object_get(json, "alarms"), ret);
    return rc;
}

int programmes_load(struct wg_ctx *ctx, const struct programmes **ret)
{
    struct programmes *all = wg_alloc(ctx->arena, sizeof *all);
    size_t cap = 0;
    for (unsigned long i = 0; i < wg_embedded_count; i++) {
        if (!wg_str_starts(wg_str(wg_embedded_files[i].name), WG_STR("programmes/"))) continue;
        all->items = wg_grow(ctx->arena, all->items, &cap, all->n + 1, sizeof *all->items);
        int rc = read_programme(ctx, &wg_embedded_files[i], &all->items[all->n]);
        if (rc) return rc;
        all->n++;
    }
    *ret = all;
    return 0;
}

size_t programme_count(const struct programmes *all)
{
    return all->n;
}

const struct programme *programme_at(const struct programmes *all, size_t index)
{
    return &all->items[index];
}

const struct programme *programme_named(const struct programmes *all, struct wg_str code)
{
    for (size_t i = 0; i < all->n; i++)
        if (wg_str_is(code, all->items[i].code)) return &all->items[i];
    return NULL;
}

const struct programme_result *programme_result(const struct programme *programme, struct wg_str code)
{
    if (wg_str_is(code, withdrawn.code)) return &withdrawn;
    for (size_t i = 0; i < programme->n_results; i++)
        if (wg_str_is(code, programme->results[i].code)) return &programme->results[i];
    return NULL;
}

json_t *programmes_json(const struct programmes *all)
{
    json_t *out = json_object();
    for (size_t i = 0; i < all->n; i++) {
        const struct programme *p = &all->items[i];
        json_t *results = json_array();
        for (size_t r = 0; r < p->n_results; r++)
            json_array_append_new(results, json_pack("{s:s, s:s, s:s, s:s}", "code", p->results[r].code, "zh", p->results[r].zh,
                                                     "en", p->results[r].en, "effect", effect_codes[p->results[r].effect]));
        json_t *due = p->daily ? json_sprintf("%02d:%02d", p->due_hour, p->due_minute) : json_null();
        json_object_set_new(out, p->code,
                            json_pack("{s:s, s:s, s:b, s:o, s:o, s:O, s:O}", "zh", p->zh, "en", p->en, "daily",
                                      p->daily ? 1 : 0, "due", due, "results", results, "form", p->form, "alarms", p->alarms));
    }
    return out;
}

wg_time programme_due(const struct programme *programme, wg_day day, int zone)
{
    return wg_day_start(day, zone) + (wg_time)programme->due_hour * WG_HOUR + (wg_time)programme->due_minute * WG_MINUTE;
}

int programme_escalated(const struct programme *programme, wg_time due, wg_time now)
{
    int64_t hours = now > due ? (now - due) / WG_HOUR : -1;
    for (int level = LEVEL_DISTRICT; level < LEVEL_GRID; level++)
        if (hours >= programme->escalation[level]) return level;
    return LEVEL_GRID;
}
