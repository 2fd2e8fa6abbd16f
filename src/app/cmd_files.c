/* import, export, backup: the register and the store as files. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/commands.h"
#include "district/register/register.h"

static const char import_zh[] =
    "用法: wangge import people|places|duties 文件 --data 目录 [--refused 退回.csv] [--by 帐号] [--json]\n"
    "导入 .csv/.xlsx/.xls；坏行写入退回文件并说明原因，好行照常导入。\n";
static const char import_en[] =
    "usage: wangge import people|places|duties FILE --data DIR [--refused FILE.csv] [--by LOGIN] [--json]\n"
    "Imports .csv/.xlsx/.xls; bad rows go to the refused file with their reasons, good rows go on.\n";
static const char export_zh[] =
    "用法: wangge export people|places|duties --data 目录 [--format csv|xlsx] [--out 文件]\n导出的文件可原样再导入。\n";
static const char export_en[] = "usage: wangge export people|places|duties --data DIR [--format csv|xlsx] [--out FILE]\nWhat "
                                "is exported imports again unchanged.\n";
static const char backup_zh[] =
    "用法: wangge backup --data 目录 --out 文件\n复制数据库（运行中也可）。密钥文件要另行保管，没有它备份打不开。\n";
static const char backup_en[] = "usage: wangge backup --data DIR --out FILE\nCopies the database, running or not. Keep the key "
                                "file apart: without it the copy cannot be read.\n";

static int import_file(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    const struct register_file *file = register_file_named(wg_str(args->rest[0]));
    struct tab_limits limits = tab_limits_default();
    struct guard_scope scope = app_everywhere();
    struct register_imported sums;
    struct tab_reader *reader;
    struct wg_buf refused;
    wg_id by;
    wg_buf_init(&refused, (size_t)256 * 1024 * 1024);
    int rc = app_actor(ctx, app, args, &by);
    if (rc == 0) rc = tab_open_file(ctx, args->rest[1], &limits, &reader);
    if (rc == 0) rc = register_import(ctx, &app->d, file, &scope, by, reader, NULL, &refused, &sums);
    if (rc) {
        wg_buf_free(&refused);
        return app_failed(ctx, rc);
    }
    if (args->json)
        printf("{\"received\": %lld, \"added\": %lld, \"changed\": %lld, \"unchanged\": %lld, \"rejected\": %lld}\n",
               (long long)sums.received, (long long)sums.added, (long long)sums.changed, (long long)sums.unchanged,
               (long long)sums.rejected);
    else
        printf(args->lang == WG_ZH ? "收到 %lld = 新增 %lld + 更改 %lld + 未变 %lld + 退回 %lld\n"
                                   : "received %lld = added %lld + changed %lld + unchanged %lld + rejected %lld\n",
               (long long)sums.received, (long long)sums.added, (long long)sums.changed, (long long)sums.unchanged,
               (long long)sums.rejected);
    const char *path = app_option(args, "refused");
    int exit_code = 0;
    if (refused.n && path) {
        FILE *out = fopen(path, "wb");
        bool ok = out && fwrite(refused.p, 1, refused.n, out) == refused.n;
        if (out && fclose(out) != 0) ok = false;
        if (!ok) exit_code = app_failed(ctx, wg_refuse(ctx, WG_E_FILE, NULL, path, "write"));
    } else if (refused.n) {
        (void)fwrite(refused.p, 1, refused.n, stderr);
    }
    wg_buf_free(&refused);
    return exit_code;
}

static int usage(const struct app_args *args, const char *zh, const char *en)
{
    (void)fputs(args->lang == WG_ZH ? zh : en, stderr);
    return 2;
}

int cmd_import(int argc, char **argv)
{
    static const char *const known[] = {"data", "refused", "by", NULL}, *const flags[] = {NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, import_zh, import_en);
    if (args.n_rest != 2 || !register_file_named(wg_str(args.rest[0]))) return usage(&args, import_zh, import_en);
    return app_run(&args, &(struct app_options){.data = args.data}, import_zh, import_en, import_file);
}

static int export_file(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    const struct register_file *file = register_file_named(wg_str(args->rest[0]));
    struct guard_scope scope = app_everywhere();
    bool xlsx = args->format && strcmp(args->format, "xlsx") == 0;
    FILE *out = args->out ? fopen(args->out, "wb") : stdout;
    if (!out) return app_failed(ctx, wg_refuse(ctx, WG_E_FILE, NULL, args->out, "open"));
    int rc = register_export(ctx, &app->d, file, &scope, xlsx ? TAB_XLSX : TAB_CSV, app_into_file, out);
    if ((out == stdout ? fflush(out) : fclose(out)) != 0 && rc == 0)
        rc = wg_refuse(ctx, WG_E_FILE, NULL, args->out ? args->out : "-", "write");
    return rc ? app_failed(ctx, rc) : 0;
}

int cmd_export(int argc, char **argv)
{
    static const char *const known[] = {"data", "format", "out", NULL}, *const flags[] = {NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, export_zh, export_en);
    if (args.n_rest != 1 || !register_file_named(wg_str(args.rest[0])) ||
        (args.format && strcmp(args.format, "csv") != 0 && strcmp(args.format, "xlsx") != 0))
        return usage(&args, export_zh, export_en);
    return app_run(&args, &(struct app_options){.data = args.data}, export_zh, export_en, export_file);
}

int cmd_backup(int argc, char **argv)
{
    static const char *const known[] = {"data", "out", NULL}, *const flags[] = {NULL};
    struct app_args args;
    struct store *store;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, backup_zh, backup_en);
    if (!args.data || !args.out) return usage(&args, backup_zh, backup_en);
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args.lang;
    /* A server may be running on the store: reading needs no lock. */
    int rc = store_open_reading(&ctx, args.data, &store);
    if (rc == 0) {
        rc = store_backup(&ctx, store, args.out);
        store_close(store);
    }
    int exit_code = rc ? app_failed(&ctx, rc) : 0;
    wg_arena_free(arena);
    return exit_code;
}
