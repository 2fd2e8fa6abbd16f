#include "app/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "district/desk/desk.h"
#include "district/list/list.h"
#include "district/programme/programme.h"
#include "district/register/register.h"
#include "district/report/report.h"
#include "platform/resource/resource.h"

static const struct guard_route app_routes[];

/* The one list of rooms. */
static const struct guard_route *const all_routes[] = {guard_routes,  job_routes,    place_routes,     person_routes,
                                                       duty_routes,   file_routes,   programme_routes, list_routes,
                                                       review_routes, report_routes, desk_routes,      app_routes};
static const struct district_check *const all_checks[] = {register_checks, programme_checks, list_checks, report_checks};

static int district_of(struct wg_ctx *ctx, struct app *app, const char *wanted)
{
    struct store_snap *snap;
    const char *code = NULL, *zone = NULL;
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc == 0) rc = guard_meta(ctx, snap, "district", &code);
    if (rc == 0) rc = guard_meta(ctx, snap, "zone", &zone);
    if (rc) return rc;
    store_read_end(snap);
    if (!code) code = wanted;
    if (!code) return wg_refuse(ctx, WG_E_USAGE, NULL, "--district CODE", NULL);
    int64_t minutes = 8 * 60;
    if (zone && !wg_parse_i64(wg_str(zone), -14 * 60, 14 * 60, &minutes))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "zone", zone, NULL);
    app->d.code = wg_cstr(app->arena, wg_str(code));
    app->d.zone = (int)minutes;
    /* The area code belongs to the prefecture; 朝阳 is 0421. Others say theirs in the store. */
    app->d.area_code = "421";
    return 0;
}

static int remember_district(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct app *app = arg;
    return guard_meta_put(ctx, tx, "district", app->d.code);
}

static int open_rooms(struct wg_ctx *ctx, struct app *app, const struct app_options *options)
{
    static const struct job_kind *const kinds[] = {register_jobs, list_jobs};
    struct guard_options guard = {
        .district = app->d.code, .create_key = options->create, .fast_hash = options->fast_hash, .tops = duty_tops};
    struct wg_ctx own = *ctx;
    own.arena = app->arena;
    int rc = guard_open(&own, app->d.store, &guard, &app->d.guard);
    if (rc == 0) rc = programmes_load(&own, &app->d.programmes);
    if (rc == 0) rc = programme_sums_new(&own, app->d.store, app->d.code, app->d.programmes, &app->d.sums);
    if (rc == 0) rc = list_index_new(&own, &app->d.people);
    app->d.duties = owners_cache_new();
    if (rc == 0) programme_on_change(app->d.sums, list_enrolment_changed);
    if (rc == 0 && options->create) rc = store_write(&own, app->d.store, remember_district, app);
    if (rc == 0 && options->job_threads) {
        struct job_kind *all = wg_alloc_n(app->arena, 32, sizeof *all);
        size_t n = 0;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            for (const struct job_kind *kind = kinds[k]; kind->name && n < 31; kind++) all[n++] = *kind;
        rc = job_engine_start(&own, app->d.store, app->d.code, &app->d, all, options->job_threads, &app->d.jobs.engine);
    }
    ctx->problem = own.problem;
    return rc;
}

int app_open(struct wg_ctx *ctx, const struct app_options *options, struct app **ret_app)
{
    if (sodium_init() < 0) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
    struct wg_arena *arena = wg_arena_new();
    struct app *app = wg_alloc(arena, sizeof *app);
    app->arena = arena;
    int rc = store_open(ctx, options->data, options->create, &app->d.store);
    if (rc == 0) rc = district_of(ctx, app, options->district);
    if (rc == 0) {
        ctx->zone = app->d.zone;
        rc = open_rooms(ctx, app, options);
    }
    if (rc) {
        /* The problem's texts live in the arena that goes now. */
        struct wg_problem problem = ctx->problem;
        (void)wg_refuse(ctx, problem.code, problem.where, problem.args[0], problem.args[1]);
        app_close(app);
        return rc;
    }
    *ret_app = app;
    return 0;
}

void app_close(struct app *app)
{
    if (!app) return;
    job_engine_stop(app->d.jobs.engine);
    /* What was read of the duties outlives no store; the writer may still gather sums, and ends before them. */
    owners_cache_free(app->d.duties);
    store_close(app->d.store);
    list_index_free(app->d.people);
    programme_sums_free(app->d.sums);
    guard_close(app->d.guard);
    wg_arena_free(app->arena);
}

static int add_routes(struct wg_ctx *ctx, struct guard_router *router)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof all_routes / sizeof *all_routes; i++)
        rc = guard_router_add(ctx, router, all_routes[i]);
    return rc;
}

int app_router(struct wg_ctx *ctx, struct app *app, struct guard_router **ret_router)
{
    struct guard_router *router;
    int rc = guard_router_new(ctx, app->d.guard, app->d.store, &app->d, &router);
    if (rc == 0) rc = add_routes(ctx, router);
    if (rc == 0) *ret_router = router;
    return rc;
}

int app_router_bare(struct wg_ctx *ctx, struct guard_router **ret_router)
{
    struct guard_router *router;
    int rc = guard_router_new(ctx, NULL, NULL, NULL, &router);
    if (rc == 0) rc = add_routes(ctx, router);
    if (rc == 0) *ret_router = router;
    return rc;
}

struct http_options app_http_options(const struct app *app, struct guard_router *router)
{
    enum { MAX_BODY = 2 * 1024 * 1024, MAX_UPLOAD = 128 * 1024 * 1024 };
    struct http_options options = http_options_default();
    options.max_body = MAX_BODY;
    options.max_upload = MAX_UPLOAD;
    options.upload_prefix = "/api/v1/lists /api/v1/import/";
    options.handle = guard_dispatch;
    options.arg = router;
    options.zone = app->d.zone;
    return options;
}

/* --- checks -------------------------------------------------------------------------------------------------------------------- */

const struct district_check *app_check_at(size_t index)
{
    for (size_t room = 0; room < sizeof all_checks / sizeof *all_checks; room++)
        for (const struct district_check *check = all_checks[room]; check->code; check++)
            if (index-- == 0) return check;
    return NULL;
}

int app_check_run(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const struct district_check *check,
                  int64_t *ret_count, const char ***ret_rows, size_t *ret_n)
{
    enum { SHOWN = 20 };
    struct store_value values[] = {store_cstr(district), store_time(ctx->now)};
    size_t n_values = check->with_now ? 2 : 1, n = 0, all = 0;
    const char **names = wg_alloc_n(ctx->arena, SHOWN, sizeof *names);
    struct store_rows *rows;
    int64_t count;
    bool more;
    int rc = store_number(ctx, snap, check->count, values, n_values, 0, &count);
    if (rc == 0) rc = store_query(ctx, snap, check->rows, values, n_values, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        if (n < SHOWN) names[n++] = wg_cstr(ctx->arena, store_get_text(rows, 0));
        all++;
    }
    if (rc) return rc;
    if ((int64_t)all != count)
        return wg_refuse(ctx, WG_E_STORE, check->code,
                         wg_fmt(ctx->arena, "%s: count %lld, rows %zu", check->code, (long long)count, all), NULL);
    *ret_count = count;
    *ret_rows = names;
    *ret_n = n;
    return 0;
}

static int get_check(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    const struct district_check *check;
    struct store_snap *snap;
    bool all_ok = true;
    json_t *items = res_keep(ctx, json_array());
    /* A check holds for the whole district; which rows break it may be somebody's name, and is for those who see all of it. */
    bool whole = guard_in_scope(&call->who->scope, WG_STR(""));
    int rc = store_read(ctx, d->store, &snap);
    for (size_t i = 0; rc == 0 && (check = app_check_at(i)) != NULL; i++) {
        int64_t count;
        const char **names;
        size_t n;
        bool zh = ctx->lang == WG_ZH;
        rc = app_check_run(ctx, snap, d->code, check, &count, &names, &n);
        if (rc) break;
        json_t *rows = json_array();
        for (size_t r = 0; whole && r < n; r++) json_array_append_new(rows, json_string(names[r]));
        if (count) all_ok = false;
        json_array_append_new(items,
                              json_pack("{s:s, s:s, s:b, s:I, s:o, s:s}", "code", check->code, "title",
                                        zh ? check->title_zh : check->title_en, "ok", count == 0, "count", (json_int_t)count,
                                        "rows", rows, "advice", zh ? check->advice_zh : check->advice_en));
    }
    if (rc) return rc;
    call->answer->json = json_pack("{s:s, s:b, s:O}", "as_of", wg_time_text(ctx->arena, ctx->now, ctx->zone), "ok",
                                   all_ok ? 1 : 0, "items", items);
    return 0;
}

/* --- what anybody may know before signing in -------------------------------------------------------------------------------------- */

static const char q_demo_accounts[] = "SELECT login, name, role FROM worker WHERE district = $1 AND demo = 1 AND login IS NOT "
                                      "NULL AND active = 1 ORDER BY role, login LIMIT 20";

static int get_about(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct store_rows *rows;
    struct place place;
    const char *demo = NULL, *password = NULL;
    bool more;
    json_t *accounts = res_keep(ctx, json_array());
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = place_by_path(ctx, snap, d->code, WG_STR(""), &place);
    if (rc == 0) rc = guard_meta(ctx, snap, "demo", &demo);
    if (rc == 0) rc = guard_meta(ctx, snap, "demo_password", &password);
    if (rc) return rc;
    bool is_demo = demo && strcmp(demo, "1") == 0;
    if (is_demo) {
        rc = store_query(ctx, snap, q_demo_accounts, (struct store_value[]){store_cstr(d->code)}, 1, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
            json_array_append_new(accounts, json_pack("{s:s, s:s, s:s}", "login", wg_cstr(ctx->arena, store_get_text(rows, 0)),
                                                      "name", wg_cstr(ctx->arena, store_get_text(rows, 1)), "role",
                                                      wg_cstr(ctx->arena, store_get_text(rows, 2))));
        if (rc) return rc;
    }
    call->answer->json =
        json_pack("{s:s, s:s, s:s, s:b, s:s?, s:O}", "district", d->code, "district_name", place.name, "version", WG_VERSION,
                  "demo", is_demo ? 1 : 0, "demo_password", is_demo ? password : NULL, "demo_accounts", accounts);
    return 0;
}

static const struct guard_route app_routes[] = {
    {"GET", "/api/v1/about", RIGHT_NONE, NULL, "says nothing of any person", get_about, "What this deployment is", NULL, NULL,
     "About"},
    {"GET", "/api/v1/check", RIGHT_AUDIT_READ, "check.read", NULL, get_check, "Hold every promised sum against the store", NULL,
     NULL, "Checks"},
    {0},
};

/* --- arguments --------------------------------------------------------------------------------------------------------------------- */

static bool listed(const char *const *names, const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

const char *app_option(const struct app_args *args, const char *name)
{
    for (size_t i = 0; i < args->n_options; i++)
        if (strcmp(args->options[i].name, name) == 0) return args->options[i].value;
    return NULL;
}

enum wg_lang app_lang(const struct app_args *args)
{
    const char *text = args ? app_option(args, "lang") : NULL;
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; !text && i < 3; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value) text = value;
    }
    return text && strncmp(text, "en", 2) == 0 ? WG_EN : WG_ZH;
}

static bool take_option(int argc, char **argv, int *at, const char *const *known, const char *const *flags,
                        struct app_args *args)
{
    char *name = argv[*at] + 2, *equals = strchr(name, '=');
    const char *value = NULL;
    if (equals) {
        *equals = '\0';
        value = equals + 1;
    }
    if (args->n_options == sizeof args->options / sizeof *args->options) return false;
    if (listed(flags, name) || strcmp(name, "help") == 0 || strcmp(name, "json") == 0) {
        value = "";
    } else if (!listed(known, name) && strcmp(name, "lang") != 0) {
        fprintf(stderr, "wangge %s: unknown option --%s / 不认识的选项\n", argv[0], name);
        return false;
    } else if (!value) {
        if (*at + 1 >= argc) {
            fprintf(stderr, "wangge %s: --%s needs a value / 需要一个值\n", argv[0], name);
            return false;
        }
        value = argv[++*at];
    }
    args->options[args->n_options].name = name;
    args->options[args->n_options++].value = value;
    return true;
}

bool app_args(int argc, char **argv, const char *const *known, const char *const *flags, struct app_args *ret)
{
    *ret = (struct app_args){0};
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0 && argv[i][2]) {
            if (!take_option(argc, argv, &i, known, flags, ret)) return false;
        } else if (ret->n_rest < sizeof ret->rest / sizeof *ret->rest) {
            ret->rest[ret->n_rest++] = argv[i];
        }
    }
    ret->data = app_option(ret, "data");
    ret->listen = app_option(ret, "listen");
    ret->format = app_option(ret, "format");
    ret->out = app_option(ret, "out");
    ret->json = app_option(ret, "json") != NULL;
    ret->help = app_option(ret, "help") != NULL;
    ret->lang = app_lang(ret);
    return true;
}

int app_failed(const struct wg_ctx *ctx, int code)
{
    struct wg_problem problem = ctx->problem;
    if (problem.code == 0) problem.code = code;
    fprintf(stderr, "wangge: %s\n", wg_problem_text(ctx->arena, &problem, ctx->lang));
    return 1;
}

int app_help(const struct app_args *args, const char *zh, const char *en)
{
    fputs(args->lang == WG_ZH ? zh : en, stdout);
    return 0;
}

int app_run(const struct app_args *args, const struct app_options *options, const char *zh, const char *en, app_work work)
{
    struct app *app;
    if (!args->data) {
        (void)fputs(args->lang == WG_ZH ? zh : en, stderr);
        return 2;
    }
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args->lang;
    int rc = app_open(&ctx, options, &app);
    int exit_code = rc ? app_failed(&ctx, rc) : work(&ctx, app, args);
    /* The arena first: what it still holds open of the store is closed before the store is. */
    wg_arena_free(arena);
    if (rc == 0) app_close(app);
    return exit_code;
}

struct guard_scope app_everywhere(void)
{
    static const char *const tops[] = {""};
    return (struct guard_scope){tops, 1};
}

static const char q_keeper[] =
    "SELECT id FROM worker WHERE district = $1 AND role = 'keeper' AND active = 1 ORDER BY created, id LIMIT 1";

int app_actor(struct wg_ctx *ctx, struct app *app, const struct app_args *args, wg_id *ret_worker)
{
    const char *login = app_option(args, "by");
    struct guard_worker worker;
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    int rc = store_read(ctx, app->d.store, &snap);
    if (rc) return rc;
    if (login) {
        rc = guard_worker_by_login(ctx, snap, app->d.code, wg_str(login), &worker);
        if (rc == 0) *ret_worker = worker.id;
    } else {
        rc = store_one(ctx, snap, q_keeper, (struct store_value[]){store_cstr(app->d.code)}, 1, &rows, &found);
        if (rc == 0 && !found) rc = wg_refuse(ctx, WG_E_USAGE, NULL, "--by LOGIN", NULL);
        if (rc == 0) *ret_worker = store_get_id(rows, 0);
    }
    store_read_end(snap);
    return rc;
}

bool app_into_file(void *arg, const void *bytes, size_t n)
{
    return fwrite(bytes, 1, n, arg) == n;
}
