/* The desk's tables as files: the rows of a page, all of them, for paper and for other programs. */
#include <string.h>

#include "district/desk/desk_internal.h"

/* A sheet holds 1,048,576 lines. */
enum { ROWS_MAX = 1000000, PAGE_ROWS = 1000 };

enum kind { TEXT, NUMBER, MOMENT, SEX, NAMES, STATE, RESULT, STREET, COMMUNITY };
struct column {
    const char *zh, *en;
    enum kind kind;
    const char *at; /* in the row: members from the outside in, between dots */
};
struct sheet {
    const char *zh, *en;
    const struct column *columns;
    size_t n;
    int (*each)(struct guard_call *call, int page_rows, desk_rows_visit visit, void *arg);
    const char *programme; /* whose results the rows have; NULL: the row says */
};

static const struct column task_columns[] = {
    {"街道乡镇", "street or township", STREET, "person.place.path"},
    {"社区村", "community or village", COMMUNITY, "person.place.path"},
    {"住处", "place", TEXT, "person.place.label"},
    {"姓名", "name", TEXT, "person.name"},
    {"性别", "sex", SEX, "person.sex"},
    {"年龄", "age", NUMBER, "person.age"},
    {"证件后四位", "identity number, last four", TEXT, "person.idno_tail"},
    {"电话后四位", "telephone, last four", TEXT, "person.phone_tail"},
    {"名单", "lists", NAMES, "lists"},
    {"状态", "state", STATE, "state"},
    {"结果", "result", RESULT, "result"},
    {"逾期小时", "hours late", NUMBER, "overdue_hours"},
    {"期限", "due", MOMENT, "due"},
    {"办结", "ended", MOMENT, "closed"},
    {"上门未遇", "tries", NUMBER, "tries"},
    {"负责人", "answered for by", TEXT, "owner.name"},
    {"负责人电话", "their telephone", TEXT, "owner.phone"},
};
static const struct column household_columns[] = {
    {"街道乡镇", "street or township", STREET, "place.path"},
    {"社区村", "community or village", COMMUNITY, "place.path"},
    {"门户", "door", TEXT, "place.label"},
    {"人数", "people", NUMBER, "people"},
    {"状态", "state", STATE, "state"},
    {"结果", "result", RESULT, "result"},
    {"时间", "at", MOMENT, "at"},
    {"负责人", "answered for by", TEXT, "owner.name"},
    {"负责人电话", "their telephone", TEXT, "owner.phone"},
};
enum { TASK_COLUMNS = sizeof task_columns / sizeof *task_columns };
enum { HOUSEHOLD_COLUMNS = sizeof household_columns / sizeof *household_columns };
static const struct sheet task_sheet = {"任务", "tasks", task_columns, TASK_COLUMNS, desk_each_task, NULL};
static const struct sheet household_sheet = {
    "排查门户", "doors", household_columns, HOUSEHOLD_COLUMNS, desk_each_household, PROGRAMME_SCREENING};

/* --- page after page -------------------------------------------------------------------------------------------------------- */

int desk_each_page(struct guard_call *call, desk_page_next next, void *asking, desk_rows_visit visit, void *arg)
{
    struct wg_ctx own = *call->ctx;
    bool more = true;
    int rc = 0;
    own.arena = wg_arena_new();
    while (rc == 0 && more) {
        json_t *items;
        rc = next(&own, asking, &items, &more);
        if (rc == 0) rc = visit(&own, arg, items);
        if (rc) wg_problem_fill(call->ctx, rc, own.problem.where, own.problem.args[0], own.problem.args[1]);
        wg_arena_reset(own.arena);
    }
    wg_arena_free(own.arena);
    return rc;
}

/* --- names of the places above a row -------------------------------------------------------------------------------------- */

static const char q_areas[] = "SELECT path, name FROM place WHERE district = $1 AND level IN (1, 2) ORDER BY path";

struct area {
    struct wg_str path, name;
};
struct areas {
    struct area *items;
    size_t n, cap;
};

static int load_areas(struct wg_ctx *ctx, const struct district *d, struct areas *ret)
{
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    *ret = (struct areas){0};
    int rc = store_read(ctx, d->store, &snap);
    if (rc) return rc;
    rc = store_query(ctx, snap, q_areas, (struct store_value[]){store_cstr(d->code)}, 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        ret->items = wg_grow(ctx->arena, ret->items, &ret->cap, ret->n + 1, sizeof *ret->items);
        ret->items[ret->n++] =
            (struct area){wg_str_dup(ctx->arena, store_get_text(rows, 0)), wg_str_dup(ctx->arena, store_get_text(rows, 1))};
    }
    store_read_end(snap);
    return rc;
}

static struct wg_str area_of(const struct areas *areas, const char *path, enum place_level level)
{
    struct wg_str key = wg_str_sub(wg_str(path), 0, (size_t)level * PLACE_STEP);
    size_t from = 0, to = areas->n;
    if (key.n < (size_t)level * PLACE_STEP) return WG_STR("");
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = wg_str_cmp(areas->items[middle].path, key);
        if (order == 0) return areas->items[middle].name;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return WG_STR("");
}

/* --- a row ------------------------------------------------------------------------------------------------------------------ */

struct writing {
    struct guard_call *call;
    const struct sheet *sheet;
    struct areas areas;
    struct tab_writer *writer;
    int64_t rows;
};

static const json_t *member(const json_t *row, const char *at)
{
    char name[32];
    for (;;) {
        const char *dot = strchr(at, '.');
        size_t n = dot ? (size_t)(dot - at) : strlen(at);
        if (n >= sizeof name) return NULL;
        memcpy(name, at, n);
        name[n] = 0;
        row = json_object_get(row, name);
        if (!dot) return row;
        at = dot + 1;
    }
}

static const char *state_word(enum wg_lang lang, const json_t *row, const char *state)
{
    static const struct {
        const char *code, *zh, *en;
    } words[] = {{"done", "已完成", "done"},
                 {"excused", "免", "excused"},
                 {"passed", "已转出", "passed on"},
                 {"tried", "去过未遇", "no answer"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(state, words[i].code) == 0) return lang == WG_ZH ? words[i].zh : words[i].en;
    if (json_integer_value(json_object_get(row, "overdue_hours")) > 0) return lang == WG_ZH ? "逾期" : "late";
    return lang == WG_ZH ? "待办" : "open";
}

static const char *result_word(const struct writing *w, const json_t *row, const char *code)
{
    const struct district *d = w->call->services;
    const char *name = w->sheet->programme ? w->sheet->programme : json_string_value(json_object_get(row, "programme"));
    const struct programme *programme = name ? programme_named(d->programmes, wg_str(name)) : NULL;
    const struct programme_result *result = programme ? programme_result(programme, wg_str(code)) : NULL;
    if (!result) return code;
    return w->call->ctx->lang == WG_ZH ? result->zh : result->en;
}

static const char *names(struct wg_ctx *ctx, const json_t *array)
{
    const char *all = "";
    for (size_t i = 0; i < json_array_size(array); i++)
        all = wg_fmt(ctx->arena, "%s%s%s", all, i ? "、" : "", json_string_value(json_array_get(array, i)));
    return all;
}

const char *desk_moment_text(struct wg_ctx *ctx, const char *text)
{
    enum { DAY = 10, CLOCK = 5 };
    if (strlen(text) < DAY + 1 + CLOCK) return text;
    return wg_fmt(ctx->arena, "%.*s %.*s", DAY, text, CLOCK, text + DAY + 1);
}

static struct wg_str cell(struct wg_ctx *ctx, const struct writing *w, const struct column *column, const json_t *row)
{
    static const char *const sexes[][2] = {{"未知", "unknown"}, {"男", "male"}, {"女", "female"}};
    const json_t *value = member(row, column->at);
    const char *text = json_string_value(value);
    size_t sex = (size_t)json_integer_value(value);
    if (!value || json_is_null(value)) return WG_STR("");
    switch (column->kind) {
    case NUMBER:
        return wg_str(wg_fmt(ctx->arena, "%lld", (long long)json_integer_value(value)));
    case SEX:
        return wg_str(sexes[sex < 3 ? sex : 0][ctx->lang == WG_ZH ? 0 : 1]);
    case NAMES:
        return wg_str(names(ctx, value));
    case MOMENT:
        return wg_str(text ? desk_moment_text(ctx, text) : "");
    case STATE:
        return wg_str(text ? state_word(ctx->lang, row, text) : "");
    case RESULT:
        return wg_str(text ? result_word(w, row, text) : "");
    case STREET:
        return text ? area_of(&w->areas, text, LEVEL_STREET) : WG_STR("");
    case COMMUNITY:
        return text ? area_of(&w->areas, text, LEVEL_COMMUNITY) : WG_STR("");
    case TEXT:
        break;
    }
    return wg_str(text ? text : "");
}

static int refuse_many(struct wg_ctx *ctx)
{
    return wg_refuse(ctx, WG_E_TOO_MANY, ctx->lang == WG_ZH ? "要导出的行" : "rows to export",
                     wg_fmt(ctx->arena, "%d", ROWS_MAX), NULL);
}

static int write_rows(struct wg_ctx *ctx, void *arg, const json_t *items)
{
    struct writing *w = arg;
    struct wg_str *cells = wg_alloc_n(ctx->arena, w->sheet->n, sizeof *cells);
    for (size_t i = 0; i < json_array_size(items); i++) {
        if (++w->rows > ROWS_MAX) return refuse_many(ctx);
        for (size_t c = 0; c < w->sheet->n; c++) cells[c] = cell(ctx, w, &w->sheet->columns[c], json_array_get(items, i));
        int rc = tab_write_row(ctx, w->writer, cells);
        if (rc) return rc;
    }
    return 0;
}

/* --- a file ----------------------------------------------------------------------------------------------------------------- */

static int write_sheet(struct wg_ctx *ctx, void *what, enum tab_format format, tab_sink sink, void *arg)
{
    struct writing *w = what;
    const struct sheet *sheet = w->sheet;
    struct tab_column *columns = wg_alloc_n(ctx->arena, sheet->n, sizeof *columns);
    for (size_t c = 0; c < sheet->n; c++)
        columns[c] = (struct tab_column){.name = ctx->lang == WG_ZH ? sheet->columns[c].zh : sheet->columns[c].en,
                                         .number = sheet->columns[c].kind == NUMBER};
    int rc = tab_write_open(ctx, format, ctx->lang == WG_ZH ? sheet->zh : sheet->en, columns, sheet->n, sink, arg, &w->writer);
    if (rc == 0) rc = sheet->each(w->call, PAGE_ROWS, write_rows, w);
    return rc ? rc : tab_write_close(ctx, w->writer);
}

static int export_sheet(struct guard_call *call, const struct sheet *sheet)
{
    struct wg_ctx *ctx = call->ctx;
    struct writing w = {.call = call, .sheet = sheet};
    int rc = load_areas(ctx, call->services, &w.areas);
    if (rc == 0) rc = res_file_answer(call, res_name_today(ctx, ctx->lang == WG_ZH ? sheet->zh : sheet->en), write_sheet, &w);
    if (rc == 0) guard_note(call, (wg_id){0}, wg_fmt(ctx->arena, "%lld rows", (long long)w.rows));
    return rc;
}

int desk_export_tasks(struct guard_call *call)
{
    return export_sheet(call, &task_sheet);
}

int desk_export_households(struct guard_call *call)
{
    return export_sheet(call, &household_sheet);
}
