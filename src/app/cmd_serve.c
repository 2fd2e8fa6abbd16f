#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/commands.h"
#include "district/programme/programme.h"
#include "platform/resource/resource.h"

static const char help_zh[] =
    "用法: wangge serve --data 目录 [--listen 127.0.0.1:8020] [--tls-cert PEM --tls-key PEM] [--behind-proxy]\n"
    "运行服务器，直到收到中断。目录由 wangge demo 或 wangge user add --create 生成。\n";
static const char help_en[] =
    "usage: wangge serve --data DIR [--listen 127.0.0.1:8020] [--tls-cert PEM --tls-key PEM] [--behind-proxy]\n"
    "Runs the server until it is interrupted. The directory is made by wangge demo or wangge user add --create.\n";

enum { JOB_THREADS = 2 };

/* Daily rounds are due because the roster says so; opening them early only makes the first page of the morning quick. */
static int open_rounds(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct district *d = arg;
    for (size_t i = 0; i < programme_count(d->programmes); i++) {
        const struct programme *programme = programme_at(d->programmes, i);
        int rc = programme->daily ? programme_round_open(ctx, tx, d, programme, wg_today(ctx)) : 0;
        if (rc) return rc;
    }
    return 0;
}

/* Waits for SIGINT or SIGTERM; on the way opens each day's rounds at midnight. */
static void wait_for_end(const struct app *app, const sigset_t *signals)
{
    wg_day opened = WG_DAY_NONE;
    for (;;) {
        struct wg_arena *arena = wg_arena_new();
        struct wg_ctx ctx = wg_ctx(arena);
        ctx.zone = app->d.zone;
        if (wg_today(&ctx) != opened) {
            opened = wg_today(&ctx);
            if (store_write(&ctx, app->d.store, open_rounds, (void *)(uintptr_t)&app->d) != 0)
                wg_log(WG_LOG_ERROR, "rounds: %s", wg_problem_text(arena, &ctx.problem, WG_EN));
        }
        wg_arena_free(arena);
        struct timespec minute = {.tv_sec = 60};
        int got = sigtimedwait(signals, NULL, &minute);
        if (got == SIGINT || got == SIGTERM) return;
    }
}

static const char q_accounts[] =
    "SELECT login, role FROM worker WHERE district = $1 AND demo = 1 AND login IS NOT NULL AND active = 1 ORDER BY login";

/* A store that the demo made says how to sign in, each time it is served. */
static int tell_demo(struct wg_ctx *ctx, const struct app *app)
{
    struct store_snap *snap = NULL;
    struct store_rows *rows;
    const char *demo = NULL, *password = NULL;
    bool more, zh = ctx->lang == WG_ZH;
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = guard_meta(ctx, snap, "demo", &demo);
    if (rc == 0) rc = guard_meta(ctx, snap, "demo_password", &password);
    if (rc == 0 && demo && password) {
        printf(zh ? "演示帐号（密码 %s）:" : "demo accounts (password %s):", password);
        rc = store_query(ctx, snap, q_accounts, (struct store_value[]){store_cstr(app->d.code)}, 1, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
            printf(" %s", wg_cstr(ctx->arena, store_get_text(rows, 0)));
        printf(zh ? "\n桌面 /desk/   手机 /field/\n" : "\nofficers /desk/   phones /field/\n");
    }
    store_read_end(snap);
    return rc;
}

static int serve(struct wg_ctx *ctx, const struct app_args *args, struct app *app, const sigset_t *signals)
{
    struct guard_router *router;
    struct http_server *server;
    int rc = app_router(ctx, app, &router);
    if (rc) return app_failed(ctx, rc);
    struct http_options options = app_http_options(app, router);
    options.listen = args->listen ? args->listen : "127.0.0.1:8020";
    options.tls_cert = app_option(args, "tls-cert");
    options.tls_key = app_option(args, "tls-key");
    options.behind_proxy = app_option(args, "behind-proxy") != NULL;
    options.quiet = app_option(args, "quiet") != NULL;
    rc = http_start(ctx, &options, &server);
    if (rc == 0) {
        char host[128];
        const char *colon = strrchr(options.listen, ':');
        (void)snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - options.listen) : (int)strlen(options.listen),
                       options.listen);
        printf("%s http%s://%s:%u/\n", args->lang == WG_ZH ? "网格已启动:" : "Wangge is up:", options.tls_cert ? "s" : "", host,
               http_port(server));
        rc = tell_demo(ctx, app);
        (void)fflush(stdout);
        if (rc == 0) wait_for_end(app, signals);
        http_stop(server);
    }
    guard_router_free(router);
    return rc ? app_failed(ctx, rc) : 0;
}

int cmd_serve(int argc, char **argv)
{
    static const char *const known[] = {"data", "listen", "tls-cert", "tls-key", NULL}, *const flags[] = {"behind-proxy",
                                                                                                          "quiet", NULL};
    struct app_args args;
    struct app *app;
    sigset_t signals;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, help_zh, help_en);
    if (!args.data) {
        (void)fputs(args.lang == WG_ZH ? help_zh : help_en, stderr);
        return 2;
    }
    /* Blocked before any thread is made, so that only wait_for_end gets them. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args.lang;
    int exit_code;
    int rc = app_open(&ctx, &(struct app_options){.data = args.data, .job_threads = JOB_THREADS}, &app);
    if (rc) {
        exit_code = app_failed(&ctx, rc);
    } else {
        exit_code = serve(&ctx, &args, app, &signals);
        app_close(app);
    }
    wg_arena_free(arena);
    return exit_code;
}
