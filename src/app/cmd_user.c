/* user add | list | password: accounts from the command line; the first one makes the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/app.h"
#include "app/commands.h"
#include "district/register/register.h"

static const char help_zh[] =
    "用法: wangge user add 帐号 --name 姓名 --role keeper|data|clerk|district|street|community|worker --data 目录\n"
    "                 [--place 路径或代码] [--create --district 代码 --district-name 名称]\n"
    "      wangge user list --data 目录\n"
    "      wangge user password 帐号 --data 目录\n"
    "密码从标准输入读（终端上不回显）。--create 新建数据目录；第一个帐号应为 keeper。\n";
static const char help_en[] =
    "usage: wangge user add LOGIN --name NAME --role keeper|data|clerk|district|street|community|worker --data DIR\n"
    "                 [--place PATH|CODE] [--create --district CODE --district-name NAME]\n"
    "       wangge user list --data DIR\n"
    "       wangge user password LOGIN --data DIR\n"
    "The password is read from standard input (not shown on a terminal). --create makes the store; its first account should be "
    "a keeper.\n";

static int read_password(struct wg_ctx *ctx, struct wg_str *ret)
{
    struct termios shown, hidden;
    char line[512];
    bool terminal = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (terminal) {
        (void)fputs(ctx->lang == WG_ZH ? "密码: " : "password: ", stderr);
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    const char *got = fgets(line, sizeof line, stdin);
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        (void)fputc('\n', stderr);
    }
    if (!got) return wg_refuse(ctx, WG_E_WEAK_PASSWORD, NULL, NULL, NULL);
    line[strcspn(line, "\r\n")] = '\0';
    *ret = wg_str_dup(ctx->arena, wg_str(line));
    return 0;
}

struct adding {
    const struct app *app;
    struct guard_worker worker;
    const char *hash, *place, *district_name;
};

static int first_place(struct wg_ctx *ctx, struct store_tx *tx, const struct adding *a)
{
    struct place root;
    int rc = place_by_path(ctx, store_tx_snap(tx), a->app->d.code, WG_STR(""), &root);
    if (rc != WG_E_NO_PLACE) return rc;
    ctx->problem = (struct wg_problem){0};
    root = (struct place){.level = LEVEL_DISTRICT,
                          .kind = "district",
                          .code = a->app->d.code,
                          .name = a->district_name ? a->district_name : a->app->d.code,
                          .valid_until = WG_DAY_OPEN};
    return place_add(ctx, tx, a->app->d.code, &root);
}

static int give_place(struct wg_ctx *ctx, struct store_tx *tx, const struct adding *a)
{
    struct place place;
    if (!a->place && a->worker.role == ROLE_KEEPER) return 0;
    int rc = place_by_path(ctx, store_tx_snap(tx), a->app->d.code, wg_str(a->place ? a->place : ""), &place);
    if (rc == WG_E_NO_PLACE && a->place) rc = place_by_code(ctx, store_tx_snap(tx), a->app->d.code, wg_str(a->place), &place);
    if (rc) return rc;
    ctx->problem = (struct wg_problem){0};
    struct duty duty = {.place = place.id,
                        .worker = a->worker.id,
                        .lead = true,
                        .from = wg_today(ctx),
                        .until = WG_DAY_OPEN,
                        .recorded_by = a->worker.id};
    rc = duty_assign(ctx, tx, a->app->d.code, &duty);
    if (rc != WG_E_DUTY_TAKEN) return rc;
    /* Somebody leads there already: this one helps, with the same scope. */
    ctx->problem = (struct wg_problem){0};
    duty.id = (wg_id){0};
    duty.lead = false;
    return duty_assign(ctx, tx, a->app->d.code, &duty);
}

static int write_account(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct adding *a = arg;
    int rc = first_place(ctx, tx, a);
    if (rc == 0) rc = guard_worker_add(ctx, tx, a->app->d.code, &a->worker);
    if (rc == 0) rc = guard_password_set(ctx, tx, a->app->d.code, a->worker.id, a->hash);
    return rc ? rc : give_place(ctx, tx, a);
}

static int add(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    struct adding a = {.app = app, .place = app_option(args, "place"), .district_name = app_option(args, "district-name")};
    const char *role = app_option(args, "role"), *name = app_option(args, "name");
    struct wg_str password;
    a.worker = (struct guard_worker){
        .id = wg_id_new(ctx->now), .login = args->rest[1], .name = name ? name : args->rest[1], .active = true};
    int rc =
        role && guard_role_from_code(wg_str(role), &a.worker.role)
            ? 0
            : wg_refuse(ctx, WG_E_FIELD_CHOICE, "--role", "keeper, data, clerk, district, street, community, worker", NULL);
    if (rc == 0) rc = read_password(ctx, &password);
    if (rc == 0) rc = guard_password_hash(ctx, app->d.guard, password, false, &a.hash);
    if (rc == 0) rc = store_write(ctx, app->d.store, write_account, &a);
    return rc ? app_failed(ctx, rc) : 0;
}

struct setting {
    const struct app *app;
    wg_id worker;
    const char *hash;
};

static int write_password(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct setting *s = arg;
    return guard_password_set(ctx, tx, s->app->d.code, s->worker, s->hash);
}

static int password(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    struct setting s = {.app = app};
    struct guard_worker worker;
    struct store_snap *snap;
    struct wg_str text;
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = guard_worker_by_login(ctx, snap, app->d.code, wg_str(args->rest[1]), &worker);
    if (rc) return app_failed(ctx, rc);
    store_read_end(snap);
    s.worker = worker.id;
    rc = read_password(ctx, &text);
    if (rc == 0) rc = guard_password_hash(ctx, app->d.guard, text, false, &s.hash);
    if (rc == 0) rc = store_write(ctx, app->d.store, write_password, &s);
    return rc ? app_failed(ctx, rc) : 0;
}

static int list(struct wg_ctx *ctx, struct app *app, const struct app_args *args)
{
    (void)args;
    static const char q[] =
        "SELECT login, role, name, active FROM worker WHERE district = $1 AND login IS NOT NULL ORDER BY role, login";
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = store_query(ctx, snap, q, (struct store_value[]){store_cstr(app->d.code)}, 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
        printf("%-16s %-10s %s%s\n", wg_cstr(ctx->arena, store_get_text(rows, 0)), wg_cstr(ctx->arena, store_get_text(rows, 1)),
               wg_cstr(ctx->arena, store_get_text(rows, 2)),
               store_get_int(rows, 3) ? ""
               : ctx->lang == WG_ZH   ? "（停用）"
                                      : " (closed)");
    return rc ? app_failed(ctx, rc) : 0;
}

int cmd_user(int argc, char **argv)
{
    static const char *const known[] = {"data", "name", "role", "place", "district", "district-name", NULL}, *const flags[] = {
                                                                                                                 "create",
                                                                                                                 NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, help_zh, help_en);
    const char *verb = args.n_rest ? args.rest[0] : "";
    bool is_add = strcmp(verb, "add") == 0 && args.n_rest == 2, is_list = strcmp(verb, "list") == 0,
         is_password = strcmp(verb, "password") == 0 && args.n_rest == 2;
    if (!args.data || (!is_add && !is_list && !is_password)) {
        (void)fputs(args.lang == WG_ZH ? help_zh : help_en, stderr);
        return 2;
    }
    struct app_options options = {
        .data = args.data, .create = is_add && app_option(&args, "create"), .district = app_option(&args, "district")};
    return app_run(&args, &options, help_zh, help_en, is_add ? add : is_list ? list : password);
}
