/* list add | show | rows, and report: the main job from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"
#include "app/commands.h"
#include "district/list/list.h"
#include "district/report/report.h"
#include "platform/resource/resource.h"

static const char list_zh[] = "用法: wangge list add 文件 --data 目录 [--source 来源] [--name 名称] [--due "
                              "2020-02-15T08:00:00+08:00] [--by 帐号] [--again] [--json]\n"
                              "      wangge list show --data 目录 [--json]\n"
                              "      wangge list rows 编号 --data 目录 [--outcome matched|new|review|rejected]\n"
                              "add 读入、比对并派发；没有 --due 时为 24 小时后。\n";
static const char list_en[] = "usage: wangge list add FILE --data DIR [--source S] [--name N] [--due "
                              "2020-02-15T08:00:00+08:00] [--by LOGIN] [--again] [--json]\n"
                              "       wangge list show --data DIR [--json]\n"
                              "       wangge list rows ID --data DIR [--outcome matched|new|review|rejected]\n"
                              "add reads, compares and dispatches; without --due the deadline is in 24 hours.\n";

static int read_file(struct wg_ctx *ctx, const char *path, struct wg_str *ret)
{
    enum { MOST = 512 * 1024 * 1024 };
    struct stat status;
    FILE *in = fopen(path, "rb");
    if (!in || fstat(fileno(in), &status) != 0 || status.st_size > MOST) {
        if (in) (void)fclose(in);
        return wg_refuse(ctx, WG_E_FILE, NULL, path, in ? "512 MiB" : "open");
    }
    char *bytes = wg_alloc(ctx->arena, (size_t)status.st_size + 1);
    size_t n = fread(bytes, 1, (size_t)status.st_size, in);
    (void)fclose(in);
    if (n != (size_t)status.st_size) return wg_refuse(ctx, WG_E_FILE, NULL, path, "read");
    *ret = (struct wg_str){bytes, n};
    return 0;
}

static int guess_codes(struct wg_ctx *ctx, struct wg_str bytes, const char ***ret_codes, size_t *ret_n)
{
    struct tab_limits limits = tab_limits_default();
    struct column_guess *guesses;
    struct tab_reader *reader;
    limits.max_columns = 200;
    int rc = tab_open_bytes(ctx, bytes, &limits, &reader);
    if (rc == 0) rc = columns_guess(ctx, reader, 2000, &guesses);
    if (rc) return rc;
    size_t n = tab_shape(reader)->columns;
    const char **codes = wg_alloc_n(ctx->arena, n, sizeof *codes);
    for (size_t c = 0; c < n; c++) codes[c] = column_kind_code(guesses[c].kind);
    *ret_codes = codes;
    *ret_n = n;
    return 0;
}

static void show_phase(void *arg, const char *code)
{
    (void)arg;
    fprintf(stderr, "%s ...\n", code);
}

static int show_one(struct wg_ctx *ctx, struct app *app, wg_id id, bool json)
{
    static const char q[] =
        "SELECT name, n_rows, n_matched, n_new, n_review, n_rejected, n_dispatched FROM list WHERE district = $1 AND id = $2";
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = store_one(ctx, snap, q, (struct store_value[]){store_cstr(app->d.code), store_id(&id)}, 2, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, id), NULL);
    const char *format =
        json ? "{\"id\": \"%s\", \"name\": \"%s\", \"received\": %lld, \"matched\": %lld, \"new\": %lld, \"review\": %lld, "
               "\"rejected\": %lld, \"dispatched\": %lld}\n"
        : ctx->lang == WG_ZH
            ? "%s  %s\n收到 %lld = 相符 %lld + 新 %lld + 待复核 %lld + 退回 %lld；已派 %lld\n"
            : "%s  %s\nreceived %lld = matched %lld + new %lld + review %lld + rejected %lld; dispatched %lld\n";
    /* One of three constant formats with the same arguments. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    printf(format, wg_id_text(ctx->arena, id), wg_cstr(ctx->arena, store_get_text(rows, 0)), (long long)store_get_int(rows, 1),
           (long long)store_get_int(rows, 2), (long long)store_get_int(rows, 3), (long long)store_get_int(rows, 4),
           (long long)store_get_int(rows, 5), (long long)store_get_int(rows, 6));
#pragma GCC diagnostic pop
    store_rows_end(rows);
    store_read_end(snap);
    return 0;
}

static int add(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    const char *path = args->rest[1], *base = strrchr(path, '/'), *due = app_option(args, "due"),
               *name = app_option(args, "name");
    struct list_new what = {.file_name = base ? base + 1 : path, .programme = "list_follow_up"};
    struct list_start start = {.again = app_option(args, "again") != NULL, .lang = args->lang, .due = ctx->now + WG_DAY_MS};
    const char **codes = NULL;
    wg_id list, job;
    const char *source = app_option(args, "source");
    what.name = name ? name : what.file_name;
    what.source = source ? source : what.file_name;
    if (due && !wg_time_parse(wg_str(due), &start.due))
        return app_failed(ctx, wg_refuse(ctx, WG_E_BAD_FIELD, "--due", due, NULL));
    int rc = app_actor(ctx, app, args, &what.worker);
    if (rc == 0) rc = read_file(ctx, path, &what.bytes);
    if (rc == 0) rc = guess_codes(ctx, what.bytes, &codes, &start.n_columns);
    if (rc == 0) rc = list_receive(ctx, &app->d, &what, &list);
    start.columns = codes;
    start.worker = what.worker;
    if (rc == 0) rc = list_start(ctx, &app->d, list, &start, &job);
    if (rc == 0) rc = list_run(ctx, &app->d, list, NULL, show_phase, NULL);
    if (rc == 0) rc = show_one(ctx, app, list, args->json);
    return rc ? app_failed(ctx, rc) : 0;
}

static int show(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    struct guard_scope scope = app_everywhere();
    struct store_snap *snap;
    json_t *page, *item;
    size_t index;
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = list_page_json(ctx, &app->d, snap, &(struct list_page){.scope = &scope, .limit = 200}, &page);
    if (rc) return app_failed(ctx, rc);
    (void)res_keep(ctx, page);
    if (args->json) {
        (void)json_dumpf(page, stdout, JSON_INDENT(1));
        (void)putchar('\n');
        return 0;
    }
    json_array_foreach(json_object_get(page, "items"), index, item)
    {
        const json_t *counts = json_object_get(item, "counts");
        printf("%s  %-9s %7lld  %s\n", json_string_value(json_object_get(item, "id")),
               json_string_value(json_object_get(item, "state")),
               (long long)json_integer_value(json_object_get(counts, "received")),
               json_string_value(json_object_get(item, "name")));
    }
    return 0;
}

/* The rows as CSV: line, outcome, reason, stage, name with the last four of its number. */
static int rows(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    static const char q[] = "SELECT row, outcome, reason, stage, name, idno_tail, phone_tail, probability FROM list_row WHERE "
                            "district = $1 AND list = $2 "
                            "AND ($3 IS NULL OR outcome = $3) ORDER BY row";
    static const struct tab_column columns[] = {{"row", true, 0},         {"outcome", false, 0},   {"reason", false, 0},
                                                {"stage", false, 0},      {"name", false, 0},      {"idno_tail", false, 0},
                                                {"phone_tail", false, 0}, {"probability", true, 0}};
    struct tab_writer *writer;
    struct store_snap *snap;
    struct store_rows *found;
    bool more;
    wg_id id;
    if (!wg_id_parse(wg_str(args->rest[1]), &id))
        return app_failed(ctx, wg_refuse(ctx, WG_E_NOT_FOUND, NULL, args->rest[1], NULL));
    struct store_value values[] = {store_cstr(app->d.code), store_id(&id), store_cstr(app_option(args, "outcome"))};
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = store_query(ctx, snap, q, values, 3, &found);
    if (rc == 0) rc = tab_write_open(ctx, TAB_CSV, "", columns, 8, app_into_file, stdout, &writer);
    while (rc == 0 && (rc = store_next(ctx, found, &more)) == 0 && more) {
        char row[24], probability[24];
        (void)snprintf(row, sizeof row, "%lld", (long long)store_get_int(found, 0));
        (void)snprintf(probability, sizeof probability, "%.4f", store_get_real(found, 7));
        struct wg_str cells[] = {wg_str(row),
                                 store_get_text(found, 1),
                                 store_get_text(found, 2),
                                 store_get_text(found, 3),
                                 store_get_text(found, 4),
                                 store_get_text(found, 5),
                                 store_get_text(found, 6),
                                 wg_str(probability)};
        rc = tab_write_row(ctx, writer, cells);
    }
    if (rc == 0) rc = tab_write_close(ctx, writer);
    return rc ? app_failed(ctx, rc) : 0;
}

int cmd_list(int argc, char **argv)
{
    static const char *const known[] = {"data", "source", "name", "due", "by", "outcome", NULL}, *const flags[] = {"again",
                                                                                                                   NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, list_zh, list_en);
    const char *verb = args.n_rest ? args.rest[0] : "";
    bool is_add = strcmp(verb, "add") == 0 && args.n_rest == 2, is_show = strcmp(verb, "show") == 0 && args.n_rest == 1;
    bool is_rows = strcmp(verb, "rows") == 0 && args.n_rest == 2;
    if (!is_add && !is_show && !is_rows) {
        (void)fputs(args.lang == WG_ZH ? list_zh : list_en, stderr);
        return 2;
    }
    return app_run(&args, &(struct app_options){.data = args.data}, list_zh, list_en, is_add ? add : is_show ? show : rows);
}

/* --- report --------------------------------------------------------------------------------------------------------------------- */

static const char report_zh[] =
    "用法: wangge report --data 目录 [--day 2020-02-14] [--place 路径或代码] [--format csv|xlsx] [--out 文件] [--json]\n"
    "打印日报表；没有 --place 时为全区。\n";
static const char report_en[] =
    "usage: wangge report --data DIR [--day 2020-02-14] [--place PATH|CODE] [--format csv|xlsx] [--out FILE] [--json]\n"
    "Prints the daily report; of the whole district without --place.\n";

static int report(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    const char *day_text = app_option(args, "day"), *where = app_option(args, "place");
    struct store_snap *snap;
    struct place place;
    json_t *json;
    wg_day day = wg_today(ctx);
    bool xlsx = args->format && strcmp(args->format, "xlsx") == 0;
    if (day_text && !wg_day_parse(wg_str(day_text), &day))
        return app_failed(ctx, wg_refuse(ctx, WG_E_BAD_FIELD, "--day", day_text, NULL));
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = place_by_path(ctx, snap, app->d.code, wg_str(where ? where : ""), &place);
    if (rc == WG_E_NO_PLACE && where) rc = place_by_code(ctx, snap, app->d.code, wg_str(where), &place);
    if (rc == 0 && args->json) {
        rc = report_json(ctx, &app->d, snap, &place, day, &json);
        if (rc == 0) (void)json_dumpf(res_keep(ctx, json), stdout, JSON_INDENT(1));
        return rc ? app_failed(ctx, rc) : putchar('\n') == EOF;
    }
    FILE *out = args->out ? fopen(args->out, "wb") : stdout;
    if (rc == 0 && !out) rc = wg_refuse(ctx, WG_E_FILE, NULL, args->out, "open");
    if (rc == 0) rc = report_write(ctx, &app->d, snap, &place, day, xlsx ? TAB_XLSX : TAB_CSV, app_into_file, out);
    if (out && out != stdout && fclose(out) != 0 && rc == 0) rc = wg_refuse(ctx, WG_E_FILE, NULL, args->out, "write");
    return rc ? app_failed(ctx, rc) : 0;
}

int cmd_report(int argc, char **argv)
{
    static const char *const known[] = {"data", "day", "place", "format", "out", NULL}, *const flags[] = {NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, report_zh, report_en);
    return app_run(&args, &(struct app_options){.data = args.data}, report_zh, report_en, report);
}
