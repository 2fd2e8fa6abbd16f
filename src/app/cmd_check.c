#include <stdio.h>

#include "app/app.h"
#include "app/commands.h"
#include "district/programme/programme.h"
#include "platform/resource/resource.h"

static const char help_zh[] = "用法: wangge check --data 目录 [--json]\n核对每一个承诺的合计；有不符的，列出并返回 1。\n";
static const char help_en[] =
    "usage: wangge check --data DIR [--json]\nHolds every promised sum against the store; names what breaks one and exits 1.\n";

static int check_all(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    const struct district_check *check;
    struct store_snap *snap;
    bool all_ok = true, zh = args->lang == WG_ZH;
    json_t *items = res_keep(ctx, json_array());
    int rc = store_read(ctx, app->d.store, &snap);
    for (size_t i = 0; rc == 0 && (check = app_check_at(i)) != NULL; i++) {
        const char **names;
        size_t n;
        int64_t count;
        rc = app_check_run(ctx, snap, app->d.code, check, &count, &names, &n);
        if (rc) break;
        if (count) all_ok = false;
        json_array_append_new(items,
                              json_pack("{s:s, s:b, s:I}", "code", check->code, "ok", count == 0, "count", (json_int_t)count));
        if (args->json) continue;
        printf("%s  %-28s %s\n", count ? (zh ? "不符" : "FAIL") : (zh ? "相符" : "ok  "), check->code,
               zh ? check->title_zh : check->title_en);
        for (size_t r = 0; r < n; r++) printf("      %s\n", names[r]);
        if (count) printf("      (%lld) %s\n", (long long)count, zh ? check->advice_zh : check->advice_en);
    }
    if (rc) return app_failed(ctx, rc);
    if (args->json) {
        json_t *out = res_keep(ctx, json_pack("{s:b, s:O}", "ok", all_ok ? 1 : 0, "items", items));
        (void)json_dumpf(out, stdout, JSON_INDENT(1));
        (void)putchar('\n');
    }
    return all_ok ? 0 : 1;
}

int cmd_check(int argc, char **argv)
{
    static const char *const known[] = {"data", NULL}, *const flags[] = {NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, help_zh, help_en);
    return app_run(&args, &(struct app_options){.data = args.data}, help_zh, help_en, check_all);
}

/* --- rebuild ------------------------------------------------------------------------------------------------------------------ */

static const char rebuild_zh[] = "用法: wangge rebuild --data 目录\n由事实重新计算各级合计与每日答复。\n";
static const char rebuild_en[] = "usage: wangge rebuild --data DIR\nMakes the sums and the daily answers again from facts.\n";

static int rebuild(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return programme_rebuild(ctx, tx, arg);
}

static int rebuild_all(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    (void)args;
    int rc = store_write(ctx, app->d.store, rebuild, &app->d);
    return rc ? app_failed(ctx, rc) : 0;
}

int cmd_rebuild(int argc, char **argv)
{
    static const char *const known[] = {"data", NULL}, *const flags[] = {NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, rebuild_zh, rebuild_en);
    return app_run(&args, &(struct app_options){.data = args.data}, rebuild_zh, rebuild_en, rebuild_all);
}
