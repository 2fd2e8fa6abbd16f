#include <stdlib.h>
#include <string.h>

#include "district/report/report_internal.h"

enum { DAYS_CORRECTED = 3 };

static const char q_communities[] =
    "SELECT id, path, level, kind, name, label FROM place WHERE district = $1 AND level = 2 AND path >= $2 AND path < $3 "
    "AND valid_until IS NULL ORDER BY path";
static const char q_above[] =
    "SELECT id, path, level, kind, name, label FROM place WHERE district = $1 AND level IN (0, 1) AND "
    "path >= $2 AND path < $3 ORDER BY path";
static const char q_reports[] =
    "SELECT r.path, r.figures, r.remark, r.signed_at, s.name, r.verified_at, v.name, r.cutoff FROM report r "
    "LEFT JOIN worker s ON s.district = r.district AND s.id = r.signed_by LEFT JOIN worker v ON v.district = r.district AND "
    "v.id = r.verified_by "
    "WHERE r.district = $1 AND r.day = $2 AND r.path >= $3 AND r.path < $4 ORDER BY r.path";
static const char q_sign[] =
    "INSERT INTO report (district, day, path, cutoff, figures, remark, signed_by, signed_at, verified_by, verified_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL) ON CONFLICT (district, day, path) DO NOTHING";
static const char q_verify[] = "UPDATE report SET verified_by = $4, verified_at = $5 WHERE district = $1 AND day = $2 AND path "
                               "= $3 AND verified_by IS NULL";
static const char q_signed[] =
    "SELECT w.name, r.verified_by FROM report r JOIN worker w ON w.district = r.district AND w.id = r.signed_by "
    "WHERE r.district = $1 AND r.day = $2 AND r.path = $3";

size_t report_figure_count(void)
{
    size_t n = 0;
    while (report_figures[n].code) n++;
    return n;
}

/* --- counting ----------------------------------------------------------------------------------------------------------------------- */

static struct report_line *line_at(struct report_line *lines, size_t n, struct wg_str path)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wg_str_cmp(wg_str(lines[middle].place.path), path);
        if (order == 0) return &lines[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void day_values(struct wg_ctx *ctx, const struct district *d, const char *top, wg_day day, struct store_value out[6])
{
    out[0] = store_cstr(d->code);
    out[1] = store_cstr(top);
    out[2] = store_cstr(guard_scope_end(ctx->arena, top));
    out[3] = store_time(wg_day_start(day, ctx->zone));
    out[4] = store_time(wg_day_start(day + 1, ctx->zone));
    out[5] = store_day(day);
}

static bool line_needed(const struct report_line *line, enum report_need need)
{
    return need == REPORT_ALL || line->is_signed == (need == REPORT_CORRECTIONS);
}

/* Counts a figure by `sql` for those of `lines` that lie below `top`. */
static int count_lines(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top, size_t figure,
                       const char *sql, struct report_line *lines, size_t n, wg_day day)
{
    struct store_value values[6];
    struct store_rows *rows;
    bool more;
    day_values(ctx, d, top, day, values);
    int rc = store_query(ctx, snap, sql, values, 6, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct report_line *line = line_at(lines, n, store_get_text(rows, 0));
        if (line) line->now[figure] = store_get_int(rows, 1);
    }
    return rc;
}

static int count_figure(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top, size_t figure,
                        struct report_sheet *sheet)
{
    return count_lines(ctx, d, snap, top, figure, report_figures[figure].number, sheet->lines, sheet->n, sheet->day);
}

static int count_above(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, struct report_sheet *sheet)
{
    int rc = 0;
    for (size_t f = 0; report_figures[f].code && rc == 0 && sheet->n_above; f++)
        rc = count_lines(ctx, d, snap, sheet->top, f, report_figures[f].held_above, sheet->above, sheet->n_above, sheet->day);
    return rc;
}

/* One grouped count a figure where most communities are needed, else one a community that is: a district of which all but a few have
 * signed costs those few. */
static int count_now(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, enum report_need need,
                     struct report_sheet *sheet)
{
    size_t needed = 0;
    int rc = 0;
    for (size_t i = 0; i < sheet->n; i++) needed += line_needed(&sheet->lines[i], need);
    for (size_t f = 0; report_figures[f].code && rc == 0 && needed; f++) {
        if (need == REPORT_CORRECTIONS && !report_figures[f].corrected) continue;
        if (needed * 2 > sheet->n) {
            rc = count_figure(ctx, d, snap, sheet->top, f, sheet);
            continue;
        }
        for (size_t i = 0; i < sheet->n && rc == 0; i++)
            if (line_needed(&sheet->lines[i], need)) rc = count_figure(ctx, d, snap, sheet->lines[i].place.path, f, sheet);
    }
    return rc;
}

static void take_figures(struct report_line *line, struct wg_str text)
{
    json_t *figures = json_loadb(text.p, text.n, 0, NULL);
    for (size_t f = 0; report_figures[f].code; f++) {
        const json_t *value = json_object_get(figures, report_figures[f].code);
        line->value[f] = json_integer_value(value);
    }
    json_decref(figures);
}

static const char *text_column(struct wg_ctx *ctx, const struct store_rows *rows, int column)
{
    return store_is_null(rows, column) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, column));
}

static int take_signed(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, struct report_sheet *sheet)
{
    struct store_rows *rows;
    bool more;
    struct store_value values[] = {store_cstr(d->code), store_day(sheet->day), store_cstr(sheet->top),
                                   store_cstr(guard_scope_end(ctx->arena, sheet->top))};
    int rc = store_query(ctx, snap, q_reports, values, 4, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct report_line *line = line_at(sheet->lines, sheet->n, store_get_text(rows, 0));
        if (!line) continue;
        line->is_signed = true;
        take_figures(line, store_get_text(rows, 1));
        line->remark = text_column(ctx, rows, 2);
        line->signed_at = store_get_time(rows, 3);
        line->signed_by = text_column(ctx, rows, 4);
        line->verified_at = store_get_time(rows, 5);
        line->verified_by = text_column(ctx, rows, 6);
        line->cutoff = store_get_time(rows, 7);
    }
    return rc;
}

static int read_lines(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top, const char *sql,
                      struct report_line **ret, size_t *ret_n)
{
    size_t cap = 0, figures = report_figure_count();
    struct store_rows *rows;
    bool more;
    struct store_value values[] = {store_cstr(d->code), store_cstr(top), store_cstr(guard_scope_end(ctx->arena, top))};
    int rc = store_query(ctx, snap, sql, values, 3, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        *ret = wg_grow(ctx->arena, *ret, &cap, *ret_n + 1, sizeof **ret);
        struct report_line *line = &(*ret)[(*ret_n)++];
        *line = (struct report_line){.verified_at = WG_TIME_NONE, .signed_at = WG_TIME_NONE, .cutoff = ctx->now};
        line->place = (struct place){.id = store_get_id(rows, 0),
                                     .path = wg_cstr(ctx->arena, store_get_text(rows, 1)),
                                     .level = (enum place_level)store_get_int(rows, 2),
                                     .kind = wg_cstr(ctx->arena, store_get_text(rows, 3)),
                                     .name = wg_cstr(ctx->arena, store_get_text(rows, 4)),
                                     .label = wg_cstr(ctx->arena, store_get_text(rows, 5))};
        line->now = wg_alloc_n(ctx->arena, figures, sizeof *line->now);
        line->value = wg_alloc_n(ctx->arena, figures, sizeof *line->value);
    }
    return rc;
}

static void values_from_now(struct report_line *lines, size_t n)
{
    size_t figures = report_figure_count();
    for (size_t i = 0; i < n; i++)
        if (!lines[i].is_signed) memcpy(lines[i].value, lines[i].now, figures * sizeof *lines[i].value);
}

int report_sheet_read(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top, wg_day day,
                      enum report_need need, struct report_sheet *ret)
{
    struct report_sheet sheet = {.top = top, .day = day};
    int rc = read_lines(ctx, d, snap, top, q_communities, &sheet.lines, &sheet.n);
    if (rc == 0 && need != REPORT_CORRECTIONS) rc = read_lines(ctx, d, snap, top, q_above, &sheet.above, &sheet.n_above);
    if (rc == 0) rc = take_signed(ctx, d, snap, &sheet);
    if (rc == 0) rc = count_now(ctx, d, snap, need, &sheet);
    if (rc == 0) rc = count_above(ctx, d, snap, &sheet);
    if (rc) return rc;
    values_from_now(sheet.lines, sheet.n);
    values_from_now(sheet.above, sheet.n_above);
    *ret = sheet;
    return 0;
}

int64_t report_sum(const struct report_sheet *sheet, size_t figure)
{
    int64_t sum = 0;
    for (size_t i = 0; i < sheet->n; i++) sum += sheet->lines[i].value[figure];
    for (size_t i = 0; i < sheet->n_above; i++) sum += sheet->above[i].value[figure];
    return sum;
}

static bool is_nothing(const struct report_line *line)
{
    for (size_t f = 0; report_figures[f].code; f++)
        if (line->value[f]) return false;
    return true;
}

static const char *line_state(const struct report_line *line)
{
    return line->verified_by ? "verified" : line->is_signed ? "signed" : "unsigned";
}

static const char *sheet_state(const struct report_sheet *sheet)
{
    size_t is_signed = 0, verified = 0;
    for (size_t i = 0; sheet->lines && i < sheet->n; i++) {
        is_signed += sheet->lines[i].is_signed;
        verified += sheet->lines[i].verified_by != NULL;
    }
    if (sheet->n && verified == sheet->n) return "verified";
    if (sheet->n && is_signed == sheet->n) return "signed";
    return is_signed ? "partly" : "unsigned";
}

/* --- as JSON ---------------------------------------------------------------------------------------------------------------------------- */

static json_t *figures_json(struct wg_ctx *ctx, const struct report_sheet *sheet, const struct report_sheet *yesterday)
{
    json_t *items = json_array();
    for (size_t f = 0; report_figures[f].code; f++) {
        int64_t value = report_sum(sheet, f), before = report_sum(yesterday, f);
        json_array_append_new(
            items, json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "code", report_figures[f].code, "label",
                             ctx->lang == WG_ZH ? report_figures[f].zh : report_figures[f].en, "value", (json_int_t)value,
                             "yesterday", (json_int_t)before, "difference", (json_int_t)(value - before), "rows",
                             wg_fmt(ctx->arena, "day=%s&place=%s&figure=%s", wg_day_text(ctx->arena, sheet->day), sheet->top,
                                    report_figures[f].code)));
    }
    return items;
}

/* What changed after an earlier day was signed. */
static int corrections(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top, wg_day day,
                       json_t *items)
{
    for (wg_day past = day - 1; past >= day - DAYS_CORRECTED; past--) {
        struct report_sheet sheet;
        int rc = report_sheet_read(ctx, d, snap, top, past, REPORT_CORRECTIONS, &sheet);
        if (rc) return rc;
        for (size_t f = 0; report_figures[f].code; f++) {
            int64_t as_signed = 0, now = 0;
            if (!report_figures[f].corrected) continue;
            for (size_t i = 0; i < sheet.n; i++) {
                if (!sheet.lines[i].is_signed) continue;
                as_signed += sheet.lines[i].value[f];
                now += sheet.lines[i].now[f];
            }
            if (as_signed != now)
                json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:I, s:I}", "day", wg_day_text(ctx->arena, past),
                                                       "code", report_figures[f].code, "label",
                                                       ctx->lang == WG_ZH ? report_figures[f].zh : report_figures[f].en,
                                                       "signed", (json_int_t)as_signed, "now", (json_int_t)now));
        }
    }
    return 0;
}

static json_t *signature(struct wg_ctx *ctx, const char *by, wg_time at)
{
    return by ? json_pack("{s:s, s:o}", "by", by, "at", res_time_json(ctx, at)) : json_null();
}

/* A line below a sheet: a street's, a community's, or of whom the place itself holds. */
static int child_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, struct wg_str path,
                      const struct report_sheet *part, const char *state, json_t *items)
{
    json_t *ref, *figures = res_keep(ctx, json_object());
    int64_t is_signed = 0, verified = 0;
    int rc = place_ref(ctx, snap, d->code, path, &ref);
    if (rc) return rc;
    for (size_t f = 0; report_figures[f].code; f++)
        json_object_set_new(figures, report_figures[f].code, json_integer(report_sum(part, f)));
    for (size_t i = 0; i < part->n; i++) {
        is_signed += part->lines[i].is_signed;
        verified += part->lines[i].verified_by != NULL;
    }
    json_array_append_new(items, json_pack("{s:o, s:s, s:b, s:I, s:I, s:I, s:O}", "place", ref, "state", state, "held_above",
                                           part->n ? 0 : 1, "signed", (json_int_t)is_signed, "verified", (json_int_t)verified,
                                           "communities", (json_int_t)part->n, "figures", figures));
    return 0;
}

/* One line a child: communities themselves under a street, streets under the district; before them whom the place itself holds. */
static int children_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place,
                         const struct report_sheet *sheet, json_t *items)
{
    size_t cut = strlen(place->path) + PLACE_STEP, at = 0;
    int rc = 0;
    for (; rc == 0 && at < sheet->n_above && strlen(sheet->above[at].place.path) < cut; at++)
        if (!is_nothing(&sheet->above[at]))
            rc = child_json(ctx, d, snap, wg_str(place->path), &(struct report_sheet){.above = &sheet->above[at], .n_above = 1},
                            "unsigned", items);
    for (size_t from = 0; rc == 0 && (from < sheet->n || at < sheet->n_above);) {
        struct wg_str path = from < sheet->n ? wg_str_sub(wg_str(sheet->lines[from].place.path), 0, cut) : WG_STR("~");
        /* A street without communities has a line too, when somebody is there. */
        if (at < sheet->n_above && wg_str_cmp(wg_str(sheet->above[at].place.path), path) < 0)
            path = wg_str(sheet->above[at].place.path);
        struct report_sheet part = {.lines = sheet->lines + from, .above = sheet->above + at};
        while (from < sheet->n && wg_str_starts(wg_str(sheet->lines[from].place.path), path)) from++, part.n++;
        while (at < sheet->n_above && wg_str_is(path, sheet->above[at].place.path)) at++, part.n_above++;
        bool is_community = place->level == LEVEL_STREET && part.n == 1;
        if (part.n || !is_nothing(part.above))
            rc = child_json(ctx, d, snap, path, &part, is_community ? line_state(part.lines) : sheet_state(&part), items);
    }
    return rc;
}

int report_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place, wg_day day,
                json_t **ret)
{
    struct report_sheet sheet, yesterday;
    json_t *place_shape, *children = res_keep(ctx, json_array()), *late = res_keep(ctx, json_array());
    if (place->level > LEVEL_COMMUNITY) return wg_refuse(ctx, WG_E_BAD_FIELD, "place", place->name, NULL);
    if (day > wg_today(ctx)) return wg_refuse(ctx, WG_E_REPORT_FUTURE, "day", NULL, NULL);
    int rc = report_sheet_read(ctx, d, snap, place->path, day, REPORT_ALL, &sheet);
    if (rc == 0) rc = report_sheet_read(ctx, d, snap, place->path, day - 1, REPORT_VALUES, &yesterday);
    if (rc == 0) rc = corrections(ctx, d, snap, place->path, day, late);
    if (rc == 0 && place->level < LEVEL_COMMUNITY) rc = children_json(ctx, d, snap, place, &sheet, children);
    if (rc == 0) rc = place_json(ctx, d, snap, place, &place_shape);
    if (rc) return rc;
    const struct report_line *own = place->level == LEVEL_COMMUNITY && sheet.n == 1 ? &sheet.lines[0] : NULL;
    bool differs = false;
    for (size_t f = 0; own && own->is_signed && report_figures[f].code; f++)
        if (report_figures[f].corrected && own->value[f] != own->now[f]) differs = true;
    *ret = json_pack("{s:s, s:o, s:o, s:s, s:o, s:O, s:s?, s:o, s:o, s:O, s:b}", "day", wg_day_text(ctx->arena, day), "place",
                     place_shape, "cutoff", res_time_json(ctx, own && own->is_signed ? own->cutoff : ctx->now), "state",
                     own ? line_state(own) : sheet_state(&sheet), "figures", figures_json(ctx, &sheet, &yesterday),
                     "corrections", late, "remark", own ? own->remark : NULL, "signed",
                     signature(ctx, own ? own->signed_by : NULL, own ? own->signed_at : 0), "verified",
                     signature(ctx, own ? own->verified_by : NULL, own ? own->verified_at : 0), "children", children,
                     "difference_from_signed", differs ? 1 : 0);
    return 0;
}

int report_state(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place, wg_day day,
                 const char **ret)
{
    static const char q_counts[] =
        "SELECT count(*), sum(CASE WHEN r.path IS NULL THEN 0 ELSE 1 END), sum(CASE WHEN r.verified_by IS NULL THEN 0 ELSE 1 "
        "END) "
        "FROM place p LEFT JOIN report r ON r.district = p.district AND r.path = p.path AND r.day = $4 "
        "WHERE p.district = $1 AND p.level = 2 AND p.path >= $2 AND p.path < $3 AND p.valid_until IS NULL";
    struct store_rows *rows;
    bool found;
    struct store_value values[] = {store_cstr(d->code), store_cstr(place->path),
                                   store_cstr(guard_scope_end(ctx->arena, place->path)), store_day(day)};
    int rc = store_one(ctx, snap, q_counts, values, 4, &rows, &found);
    if (rc || !found) return rc;
    int64_t all = store_get_int(rows, 0), is_signed = store_get_int(rows, 1), verified = store_get_int(rows, 2);
    store_rows_end(rows);
    *ret = all && verified == all ? "verified" : all && is_signed == all ? "signed" : is_signed ? "partly" : "unsigned";
    return 0;
}

/* --- signing -------------------------------------------------------------------------------------------------------------------------- */

static int signed_already(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const char *path, wg_day day,
                          const char **ret_by, bool *ret_verified)
{
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, q_signed, (struct store_value[]){store_cstr(d->code), store_day(day), store_cstr(path)}, 3,
                       &rows, &found);
    *ret_by = NULL;
    *ret_verified = false;
    if (rc || !found) return rc;
    *ret_by = wg_cstr(ctx->arena, store_get_text(rows, 0));
    *ret_verified = !store_is_null(rows, 1);
    store_rows_end(rows);
    return 0;
}

int report_sign(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct place *community, wg_day day,
                wg_id worker, const char *remark)
{
    struct report_sheet sheet;
    const char *by;
    bool verified;
    if (community->level != LEVEL_COMMUNITY) return wg_refuse(ctx, WG_E_BAD_FIELD, "place", community->name, NULL);
    if (day > wg_today(ctx)) return wg_refuse(ctx, WG_E_REPORT_FUTURE, "day", NULL, NULL);
    int rc = signed_already(ctx, store_tx_snap(tx), d, community->path, day, &by, &verified);
    if (rc) return rc;
    if (by) return wg_refuse(ctx, WG_E_REPORT_SIGNED, NULL, by, NULL);
    rc = report_sheet_read(ctx, d, store_tx_snap(tx), community->path, day, REPORT_ALL, &sheet);
    if (rc) return rc;
    json_t *figures = json_object();
    for (size_t f = 0; report_figures[f].code; f++)
        json_object_set_new(figures, report_figures[f].code, json_integer(report_sum(&sheet, f)));
    char *text = json_dumps(figures, JSON_COMPACT);
    json_decref(figures);
    struct store_value values[] = {store_cstr(d->code), store_day(day),     store_cstr(community->path), store_time(ctx->now),
                                   store_cstr(text),    store_cstr(remark), store_id(&worker),           store_time(ctx->now)};
    rc = store_exec(ctx, tx, q_sign, values, 8, NULL);
    free(text);
    return rc;
}

int report_verify(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct place *community, wg_day day,
                  wg_id worker)
{
    const char *by;
    bool verified;
    int rc = signed_already(ctx, store_tx_snap(tx), d, community->path, day, &by, &verified);
    if (rc) return rc;
    if (!by) return wg_refuse(ctx, WG_E_REPORT_ORDER, NULL, NULL, NULL);
    if (verified) return wg_refuse(ctx, WG_E_REPORT_SIGNED, NULL, by, NULL);
    struct store_value values[] = {store_cstr(d->code), store_day(day), store_cstr(community->path), store_id(&worker),
                                   store_time(ctx->now)};
    return store_exec(ctx, tx, q_verify, values, 5, NULL);
}

/* --- as a file --------------------------------------------------------------------------------------------------------------------------- */

static int write_line(struct wg_ctx *ctx, struct tab_writer *writer, const char *name, const struct report_sheet *part,
                      const char *by, const char *verified)
{
    size_t n = report_figure_count();
    struct wg_str *cells = wg_alloc_n(ctx->arena, n + 3, sizeof *cells);
    cells[0] = wg_str(name);
    for (size_t f = 0; f < n; f++) cells[f + 1] = wg_str(wg_fmt(ctx->arena, "%lld", (long long)report_sum(part, f)));
    cells[n + 1] = wg_str(by);
    cells[n + 2] = wg_str(verified);
    return tab_write_row(ctx, writer, cells);
}

int report_write(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place, wg_day day,
                 enum tab_format format, tab_sink sink, void *arg)
{
    struct report_sheet sheet;
    struct tab_writer *writer;
    bool zh = ctx->lang == WG_ZH;
    size_t n = report_figure_count();
    int rc = report_sheet_read(ctx, d, snap, place->path, day, REPORT_ALL, &sheet);
    struct tab_column *columns = wg_alloc_n(ctx->arena, n + 3, sizeof *columns);
    columns[0] = (struct tab_column){zh ? "社区（村）" : "community or village", false, 18};
    for (size_t f = 0; f < n; f++)
        columns[f + 1] = (struct tab_column){zh ? report_figures[f].zh : report_figures[f].en, true, 0};
    columns[n + 1] = (struct tab_column){zh ? "填报人" : "signed by", false, 12};
    columns[n + 2] = (struct tab_column){zh ? "审核人" : "verified by", false, 12};
    if (rc == 0) rc = tab_write_open(ctx, format, zh ? "日报表" : "daily report", columns, n + 3, sink, arg, &writer);
    if (rc) return rc;
    tab_write_title(writer, wg_fmt(ctx->arena, zh ? "%s疫情防控日报表 %s" : "%s: daily report %s", place->name,
                                   wg_day_text(ctx->arena, day)));
    tab_write_title(writer, wg_fmt(ctx->arena, zh ? "截至 %s" : "as of %s", wg_time_text(ctx->arena, ctx->now, ctx->zone)));
    for (size_t i = 0; rc == 0 && i < sheet.n; i++) {
        const struct report_line *line = &sheet.lines[i];
        rc = write_line(ctx, writer, line->place.name, &(struct report_sheet){.lines = &sheet.lines[i], .n = 1},
                        line->signed_by ? line->signed_by
                        : zh            ? "未报"
                                        : "not signed",
                        line->verified_by ? line->verified_by : "");
    }
    size_t written = sheet.n;
    for (size_t i = 0; rc == 0 && i < sheet.n_above; i++) {
        if (is_nothing(&sheet.above[i])) continue;
        const char *name =
            wg_fmt(ctx->arena, zh ? "%s（未落实到社区）" : "%s (held by no community)", sheet.above[i].place.name);
        rc = write_line(ctx, writer, name, &(struct report_sheet){.above = &sheet.above[i], .n_above = 1}, "", "");
        written++;
    }
    if (rc == 0 && written > 1) rc = write_line(ctx, writer, zh ? "合计" : "total", &sheet, "", "");
    return rc ? rc : tab_write_close(ctx, writer);
}
