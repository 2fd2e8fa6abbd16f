/* wangge demo: the Shuangta example into a new directory. It is made beside (DIR.wangge-demo-partial) and takes its name when it is whole, so that
 * a directory never holds half a demo. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/commands.h"
#include "app/demo/demo.h"
#include "platform/resource/resource.h"

static const char help_zh[] = "用法: wangge demo --data 目录 [--size full|small] [--seed N] [--force] [--json]\n"
                              "生成双塔区示例：真实的行政区划，虚构的居民、工作人员、名单和三周的工作记录。\n"
                              "  --size  full（缺省）全区约 21 万户、60 万人；small 约 2 千户，几秒钟\n"
                              "  --seed  换一批虚构的人（缺省 1）\n"
                              "  --force 目录里已有示例时重新生成；不是示例的数据从不覆盖\n"
                              "名单文件写在 目录/lists，各行的真实身份在 目录/lists/truth。\n";
static const char help_en[] =
    "usage: wangge demo --data DIR [--size full|small] [--seed N] [--force] [--json]\n"
    "Makes the Shuangta example: real administrative divisions, made-up people, workers, lists and three weeks of work.\n"
    "  --size  full (the default): about 210,000 households and 600,000 people; small: about 2,000 households, seconds\n"
    "  --seed  other made-up people (default 1)\n"
    "  --force makes an earlier example again; data that is not an example is never touched\n"
    "Lists to bring in are written to DIR/lists, who their rows really are to DIR/lists/truth.\n";

struct making {
    const struct app_args *args;
    const char *directory, *partial;
    struct demo_options options;
    struct demo_world *world;
    struct demo_list_file files[DEMO_SENDERS];
    wg_time started;
};

static void say(void *arg, const char *zh, const char *en)
{
    const struct making *m = arg;
    (void)fprintf(stderr, "%5.1f s  %s\n", (double)(wg_monotonic() - m->started) / 1000.0, m->args->lang == WG_ZH ? zh : en);
}

/* --- directories ------------------------------------------------------------------------------------------------------------------ */
static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int remove_tree(struct wg_ctx *ctx, const char *path)
{
    enum { OPEN_FILES = 16 };
    if (nftw(path, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT) return 0;
    return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
}

/* A store is opened for writing when it is to go: one that a server has open is not taken from under it. */
static int read_mark(struct wg_ctx *ctx, const struct making *m, bool *ret_demo)
{
    struct store *store;
    struct store_snap *snap;
    const char *mark = NULL;
    bool force = app_option(m->args, "force") != NULL;
    int rc = force ? store_open(ctx, m->directory, false, &store) : store_open_reading(ctx, m->directory, &store);
    if (rc) return rc;
    rc = store_read(ctx, store, &snap);
    if (rc == 0) rc = guard_meta(ctx, snap, "demo", &mark);
    if (rc == 0) store_read_end(snap);
    store_close(store);
    *ret_demo = rc == 0 && mark && strcmp(mark, "1") == 0;
    return rc;
}

/* Does the directory hold an example? Refuses when it holds anything else. */
static int look_at(struct wg_ctx *ctx, const struct making *m, bool *ret_demo)
{
    bool zh = ctx->lang == WG_ZH;
    *ret_demo = false;
    if (rmdir(m->directory) == 0 || errno == ENOENT) return 0; /* an empty one is as good as none */
    if (errno != ENOTEMPTY && errno != EEXIST) return wg_refuse(ctx, WG_E_FILE, NULL, m->directory, strerror(errno));
    int rc = read_mark(ctx, m, ret_demo);
    if (rc == WG_E_STORE_LOCKED || rc == WG_E_STORE_NEWER || rc == WG_E_STORE_CHANGED || *ret_demo) return rc;
    const char *why =
        zh ? "%s 不是空目录，也不是示例；请换一个目录" : "%s is neither empty nor an example; choose another directory";
    return wg_refuse(ctx, WG_E_CONFLICT, NULL, wg_fmt(ctx->arena, why, m->directory), NULL);
}

static int make_room(struct wg_ctx *ctx, const struct making *m)
{
    bool is_demo;
    int rc = look_at(ctx, m, &is_demo);
    if (rc) return rc;
    if (is_demo && !app_option(m->args, "force"))
        return wg_refuse(ctx, WG_E_CONFLICT, NULL,
                         wg_fmt(ctx->arena,
                                ctx->lang == WG_ZH ? "%s 里已有示例；要重新生成请加 --force"
                                                   : "%s holds an example already; add --force to make it again",
                                m->directory),
                         NULL);
    return remove_tree(ctx, m->partial);
}

static int take_name(struct wg_ctx *ctx, const struct making *m)
{
    int rc = remove_tree(ctx, m->directory);
    if (rc) return rc;
    return rename(m->partial, m->directory) == 0 ? 0 : wg_refuse(ctx, WG_E_FILE, NULL, m->directory, strerror(errno));
}

/* --- making ------------------------------------------------------------------------------------------------------------------------ */
static int fill(struct wg_ctx *ctx, struct making *m, const struct app *app)
{
    const char *lists = wg_fmt(ctx->arena, "%s/lists", m->partial);
    int rc = demo_load(ctx, &app->d, m->world, say, m);
    if (rc == 0) rc = demo_history(ctx, &app->d, m->world, say, m);
    if (rc) return rc;
    say(m, "写出名单文件", "writing the lists");
    return demo_lists_write(ctx, m->world, lists, m->files);
}

static int make(struct wg_ctx *ctx, struct making *m)
{
    struct app *app;
    struct app_options options = {.data = m->partial, .create = true, .district = DEMO_DISTRICT, .fast_hash = true};
    int rc = make_room(ctx, m);
    if (rc) return rc;
    say(m, "编造双塔区", "making up Shuangta");
    m->options.today = wg_today(ctx);
    rc = demo_world_make(ctx, &m->options, &m->world);
    if (rc == 0) rc = app_open(ctx, &options, &app);
    if (rc) return rc;
    rc = fill(ctx, m, app);
    app_close(app);
    if (rc == 0) rc = take_name(ctx, m);
    if (rc == 0) say(m, "完成", "done");
    return rc;
}

/* --- telling ------------------------------------------------------------------------------------------------------------------------ */
static void tell_json(struct wg_ctx *ctx, const struct making *m)
{
    const struct demo_world *world = m->world;
    json_t *accounts = json_array(), *lists = json_array();
    bool zh = m->args->lang == WG_ZH;
    for (int32_t i = 0; i < world->n_workers; i++) {
        const struct demo_worker *w = &world->workers[i];
        if (w->login)
            json_array_append_new(accounts, json_pack("{s:s, s:s, s:s, s:s}", "login", w->login, "name", w->name, "role",
                                                      guard_role_code(w->role), "what", zh ? w->title_zh : w->title_en));
    }
    for (int i = 0; i < DEMO_SENDERS; i++)
        json_array_append_new(lists, json_pack("{s:s, s:s, s:i}", "file",
                                               wg_fmt(ctx->arena, "%s/lists/%s", m->directory, m->files[i].name), "source",
                                               m->files[i].source, "rows", m->files[i].rows));
    json_t *out =
        res_keep(ctx, json_pack("{s:s, s:s, s:o, s:o, s:i, s:i, s:i}", "data", m->directory, "password", DEMO_PASSWORD,
                                "accounts", accounts, "lists", lists, "households", (int)world->n_households, "people",
                                (int)world->n_people, "workers", (int)world->n_workers));
    (void)json_dumpf(out, stdout, JSON_INDENT(1));
    (void)putchar('\n');
}

static void tell(const struct making *m)
{
    const struct demo_world *world = m->world;
    bool zh = m->args->lang == WG_ZH;
    printf(zh ? "双塔区示例：%d 户，%d 人，%d 名工作人员（除行政区划外全是虚构）。\n\n"
              : "The Shuangta example: %d households, %d people, %d workers (all made up, but for the divisions).\n\n",
           (int)world->n_households, (int)world->n_people, (int)world->n_workers);
    printf(zh ? "演示帐号，密码都是 %s\n" : "Accounts, all with the password %s\n", DEMO_PASSWORD);
    for (int32_t i = 0; i < world->n_workers; i++) {
        const struct demo_worker *w = &world->workers[i];
        if (w->login) printf("  %-10s %s\n", w->login, zh ? w->title_zh : w->title_en);
    }
    printf(zh ? "\n可以导入的名单\n" : "\nLists to bring in\n");
    for (int i = 0; i < DEMO_SENDERS; i++)
        printf(zh ? "  %s/lists/%s  %d 行\n" : "  %s/lists/%s  %d rows\n", m->directory, m->files[i].name, m->files[i].rows);
    printf(zh ? "\n接着: wangge serve --data %s\n" : "\nNext: wangge serve --data %s\n", m->directory);
}

static bool read_options(const struct app_args *args, struct demo_options *ret)
{
    const char *size = app_option(args, "size"), *seed = app_option(args, "seed");
    int64_t number = 1;
    if (size && strcmp(size, "full") != 0 && strcmp(size, "small") != 0) return false;
    if (seed && !wg_parse_i64(wg_str(seed), 0, INT64_MAX, &number)) return false;
    *ret = (struct demo_options){.size = size && strcmp(size, "small") == 0 ? DEMO_SMALL : DEMO_FULL, .seed = (uint64_t)number};
    return true;
}

int cmd_demo(int argc, char **argv)
{
    static const char *const known[] = {"data", "size", "seed", NULL}, *const flags[] = {"force", NULL};
    struct app_args args;
    struct making m = {.args = &args, .started = wg_monotonic()};
    if (!app_args(argc, argv, known, flags, &args)) return 2;
    if (args.help) return app_help(&args, help_zh, help_en);
    if (!args.data || !args.data[0] || args.n_rest > 0 || !read_options(&args, &m.options)) {
        (void)fputs(args.lang == WG_ZH ? help_zh : help_en, stderr);
        return 2;
    }
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args.lang;
    ctx.zone = DEMO_ZONE;
    size_t n = strlen(args.data);
    while (n > 1 && args.data[n - 1] == '/') n--;
    m.directory = wg_fmt(arena, "%.*s", (int)n, args.data);
    m.partial = wg_fmt(arena, "%s.wangge-demo-partial", m.directory);
    int rc = make(&ctx, &m);
    if (rc == 0 && args.json)
        tell_json(&ctx, &m);
    else if (rc == 0)
        tell(&m);
    int exit_code = rc ? app_failed(&ctx, rc) : 0;
    wg_arena_free(arena);
    return exit_code;
}
