/* wangge enclose: a quarter's map to a plan of compounds, and the proof of any such plan. docs/enclose.md describes the files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/commands.h"
#include "engine/enclose/enclose.h"

enum { EXIT_USAGE = 2, SHOWN_NOTES = 12 };

static const char help_zh[] =
    "用法: wangge enclose 地图.osm|地图.geojson [--config C.json] [--time 秒] [--locks 旧方案.geojson] --out PLAN.geojson\n"
    "                      [--bill BILL.csv|.xlsx] [--svg PLAN.svg] [--sheets 目录] [--json]\n"
    "      wangge enclose --verify PLAN.geojson 地图 [--config C.json] [--json]\n"
    "      wangge enclose --town N [--seed S] --out TOWN.osm\n"
    "\n"
    "把敞开的楼栋围成小区：利用现有的墙和楼，新围挡最少，值守最省。\n"
    "  --config  价格、门宽、户数、绕行上限等（JSON，见 docs/enclose.md；不写则用默认值）\n"
    "  --time    搜索的时间上限；不写则不限，结果可重复\n"
    "  --locks   旧方案中 \"locked\": true 的围挡、大门、小区归属保持不变\n"
    "  --out     方案：小区、围挡、大门、封堵口、拆通处、板房，WGS 84 坐标；不写则输出到屏幕\n"
    "  --bill    工程量清单    --svg  总图    --sheets  施工图（PDF，每个小区一页）\n"
    "  --verify  另法核对任何方案（手画的也行）：有漏洞则返回 1，并逐条列出位置\n"
    "  --town    生成约 N 栋住宅的虚构小镇，供试验\n"
    "  --lang zh|en\n";
static const char help_en[] =
    "usage: wangge enclose QUARTER.osm|QUARTER.geojson [--config C.json] [--time SECONDS] [--locks OLD.geojson] --out "
    "PLAN.geojson\n"
    "                      [--bill BILL.csv|.xlsx] [--svg PLAN.svg] [--sheets DIR] [--json]\n"
    "       wangge enclose --verify PLAN.geojson QUARTER [--config C.json] [--json]\n"
    "       wangge enclose --town N [--seed S] --out TOWN.osm\n"
    "\n"
    "Gathers open buildings into compounds: the walls and houses that stand are used, with the least new fence and guards.\n"
    "  --config  prices, widths, sizes, the longest detour (JSON, see docs/enclose.md; defaults otherwise)\n"
    "  --time    bounds the search; without it there is no bound, and the result can be repeated\n"
    "  --locks   fences, gates and memberships with \"locked\": true in an earlier plan are kept\n"
    "  --out     the plan: compounds, fences, gates, closed and opened places, cabins, in WGS 84; else standard output\n"
    "  --bill    bill of quantities    --svg  overview    --sheets  sheets for the crews (PDF, a page for each compound)\n"
    "  --verify  proves any plan by other means, also one drawn by hand: exit 1 and every violation with its place\n"
    "  --town    makes up a town of about N homes, to try things on\n"
    "  --lang zh|en\n";

static const char *say(const struct wg_ctx *ctx, const char *zh, const char *en)
{
    return ctx->lang == WG_ZH ? zh : en;
}

/* ---- files ---- */

static int read_file(struct wg_ctx *ctx, const char *path, struct wg_str *ret_bytes)
{
    FILE *file = fopen(path, "rb");
    size_t n = 0, cap = 0, got;
    char *bytes = NULL;
    if (!file) return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
    do {
        bytes = wg_grow(ctx->arena, bytes, &cap, n + (1U << 16), 1);
        got = fread(bytes + n, 1, cap - n, file);
        n += got;
    } while (got && n <= ENCLOSE_MAP_BYTES);
    bool failed = ferror(file) != 0;
    int error = errno;
    (void)fclose(file);
    if (failed) return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(error));
    *ret_bytes = (struct wg_str){bytes, n};
    return 0;
}

static int write_file(struct wg_ctx *ctx, const char *path, struct wg_str bytes)
{
    FILE *file = path ? fopen(path, "wb") : stdout;
    if (!file) return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
    bool ok = fwrite(bytes.p, 1, bytes.n, file) == bytes.n && fflush(file) == 0;
    int error = errno;
    if (path && fclose(file) != 0) ok = false, error = errno;
    return ok ? 0 : wg_refuse(ctx, WG_E_FILE, NULL, path ? path : "-", strerror(error));
}

static bool ends_with(const char *path, const char *end)
{
    return wg_str_ends(wg_str(path), wg_str(end));
}

/* ---- telling ---- */

/* Only of what takes more than a second. */
static void show_progress(void *arg, double done)
{
    const wg_time *start = arg;
    if (wg_monotonic() - *start < 1000) return;
    (void)fprintf(stderr, "\r%3.0f%%", done * 100);
    if (done >= 1) (void)fputs("\r    \r", stderr);
}

static void tell_notes(const struct wg_ctx *ctx, const struct enclose_note *notes, size_t n)
{
    for (size_t i = 0; i < n && i < SHOWN_NOTES; i++)
        (void)fprintf(stderr, "  %s%s%s\n", notes[i].feature, *notes[i].feature ? ": " : "",
                      say(ctx, notes[i].zh, notes[i].en));
    if (n > SHOWN_NOTES)
        (void)fprintf(stderr, say(ctx, "  ……共 %zu 条，余见方案文件\n", "  ... %zu in all; see the plan\n"), n);
}

/* Rules that the plan cannot keep: all of them, since somebody must answer for each. */
static void tell_exceptions(const struct wg_ctx *ctx, const struct enclose_plan *p)
{
    if (p->n_exceptions)
        (void)fprintf(stderr, say(ctx, "例外：%zu 处达不到规定\n", "exceptions: %zu places where a rule cannot be kept\n"),
                      p->n_exceptions);
    for (size_t i = 0; i < p->n_exceptions; i++) {
        const struct enclose_exception *e = &p->exceptions[i];
        (void)fprintf(stderr, "  %s\t%s\t%.7f\t%.7f\t", e->rule, e->building, e->at.lon, e->at.lat);
        if (e->value >= 0)
            (void)fprintf(stderr, say(ctx, "%.0f 米（限 %.0f 米）；", "%.0f m (limit %.0f m); "), e->value, e->limit);
        (void)fprintf(stderr, "%s\n", say(ctx, e->zh, e->en));
    }
}

static void tell_plan(const struct wg_ctx *ctx, const struct enclose_plan *p, bool json, bool to_file)
{
    const struct enclose_totals *t = &p->totals;
    double gap = p->bound > 0 ? 100 * (p->cost / p->bound - 1) : 0;
    FILE *out = to_file ? stdout : stderr; /* standard output may be the plan itself */
    if (json) {
        (void)fprintf(
            out,
            "{\"buildings\":%zu,\"compounds\":%zu,\"households\":%lld,\"fence_m\":%.2f,\"fence_bound_m\":%.2f,\"gates_large\":%"
            "zu,"
            "\"gates_small\":%zu,\"gates_staffed\":%zu,\"cabins\":%zu,\"closed\":%zu,\"opened\":%zu,\"detour_worst_m\":%.1f,"
            "\"detour_mean_m\":%.1f,\"cost\":%.2f,\"bound\":%.2f,\"gap_percent\":%.3f,\"proven\":%s,\"cut_short\":%s,"
            "\"blocks\":%zu,"
            "\"hull_m\":%.2f,\"alone_m\":%.2f,\"notes\":%zu,\"exceptions\":%zu}\n",
            t->buildings, t->compounds, (long long)t->households, t->fence_m, p->fence_bound_m, t->gates_large, t->gates_small,
            t->gates_staffed, t->cabins, t->closed, t->opened, t->detour_worst_m, t->detour_mean_m, p->cost, p->bound, gap,
            p->proven ? "true" : "false", p->cut_short ? "true" : "false", p->blocks, p->hull_m, p->alone_m, p->n_notes,
            p->n_exceptions);
        return;
    }
    (void)fprintf(
        out,
        say(ctx,
            "%zu 栋楼 → %zu 个小区；围挡 %.0f 米（每栋 %.1f 米；沿街区外围 %.0f 米）；大门 %zu，小门 %zu，值守 %zu，板房 "
            "%zu；封堵 %zu 处，拆通 "
            "%zu 处；最长绕行 %.0f 米\n费用 %.0f 元，下界 %.0f 元，相差 %.1f%%%s\n",
            "%zu buildings -> %zu compounds; %.0f m of fence (%.1f a building; %.0f along the blocks' hulls); gates: %zu "
            "large, %zu "
            "small, %zu staffed; %zu cabins; %zu places closed, %zu opened; longest detour %.0f m\ncost %.0f yuan, lower bound "
            "%.0f yuan, gap %.1f%%%s\n"),
        t->buildings, t->compounds, t->fence_m, t->buildings ? t->fence_m / (double)t->buildings : 0, p->hull_m, t->gates_large,
        t->gates_small, t->gates_staffed, t->cabins, t->closed, t->opened, t->detour_worst_m, p->cost, p->bound, gap,
        p->cut_short ? say(ctx, "（到时停止）", " (stopped by the time limit)") : "");
    if (p->cut_short)
        (void)fprintf(out,
                      say(ctx, "时限在“%s”一步用完：%zu 块地中 %zu 块搜索完毕\n",
                          "time ran out in the phase \"%s\": %zu patches of ground, %zu of them searched to the end\n"),
                      p->cut_in ? p->cut_in : "", p->grounds, p->searched);
}

static void json_text(const char *s)
{
    (void)fputc('"', stdout);
    for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
        if (*p == '"' || *p == '\\')
            (void)printf("\\%c", *p);
        else if (*p < 0x20)
            (void)printf("\\u%04x", *p);
        else
            (void)fputc(*p, stdout);
    }
    (void)fputc('"', stdout);
}

static void tell_finding(const struct wg_ctx *ctx, const struct enclose_violation *x, const char *before, bool json)
{
    if (!json) {
        (void)printf("%s%s\t%s\t%.7f\t%.7f\t%s\n", before, x->code, x->feature, x->at.lon, x->at.lat, say(ctx, x->zh, x->en));
        return;
    }
    (void)printf("%s{\"code\":\"%s\",\"lon\":%.7f,\"lat\":%.7f,\"feature\":", before, x->code, x->at.lon, x->at.lat);
    json_text(x->feature);
    (void)fputs(",\"text\":", stdout);
    json_text(say(ctx, x->zh, x->en));
    (void)fputc('}', stdout);
}

static int tell_verdict(const struct wg_ctx *ctx, const struct enclose_verdict *v, bool json)
{
    const char *excepted = say(ctx, "例外 ", "exception ");
    if (json)
        (void)printf("{\"compounds\":%zu,\"gates\":%zu,\"doors\":%zu,\"fence_m\":%.2f,\"violations\":[", v->compounds, v->gates,
                     v->doors, v->fence_m);
    for (size_t i = 0; i < v->n; i++) tell_finding(ctx, &v->violations[i], json && i ? "," : "", json);
    if (json) (void)fputs("],\"exceptions\":[", stdout);
    for (size_t i = 0; i < v->n_exceptions; i++) tell_finding(ctx, &v->exceptions[i], !json ? excepted : i ? "," : "", json);
    if (json) (void)puts("]}");
    if (!json)
        (void)fprintf(stderr,
                      say(ctx, "核对 %zu 个小区、%zu 座门、%zu 个楼门，围挡 %.1f 米：%zu 处不合，%zu 处例外确属无法避免\n",
                          "%zu compounds, %zu gates, %zu doors, %.1f m of fence checked: %zu violations, %zu exceptions found "
                          "unavoidable\n"),
                      v->compounds, v->gates, v->doors, v->fence_m, v->n, v->n_exceptions);
    return v->n ? 1 : 0;
}

/* ---- the three uses ---- */

static int read_inputs(struct wg_ctx *ctx, const struct app_args *args, struct enclose_config *config,
                       struct enclose_map **ret_map)
{
    struct wg_str bytes;
    const char *path = app_option(args, "config");
    int rc = 0;
    enclose_config_default(config);
    if (path) rc = read_file(ctx, path, &bytes);
    if (path && !rc) rc = enclose_config_read(ctx, bytes, config);
    if (!rc) rc = read_file(ctx, args->rest[0], &bytes);
    if (!rc) rc = enclose_map_read(ctx, bytes, config, ret_map);
    if (rc) return rc;
    size_t n;
    const struct enclose_note *notes = enclose_map_notes(*ret_map, &n);
    if (n && !args->json) (void)fprintf(stderr, say(ctx, "地图：修补和推定 %zu 处\n", "map: %zu repairs and assumptions\n"), n);
    if (!args->json) tell_notes(ctx, notes, n);
    return 0;
}

static int verify(struct wg_ctx *ctx, const struct app_args *args, int *ret_exit)
{
    struct enclose_config config;
    struct enclose_map *map = NULL;
    struct enclose_verdict verdict;
    struct wg_str plan;
    int rc = read_inputs(ctx, args, &config, &map);
    if (!rc) rc = read_file(ctx, app_option(args, "verify"), &plan);
    if (!rc) rc = enclose_verify(ctx, map, &config, plan, &verdict);
    if (!rc) *ret_exit = tell_verdict(ctx, &verdict, args->json);
    return rc;
}

static int write_bill(struct wg_ctx *ctx, const struct enclose_plan *plan, const char *path)
{
    struct wg_str text;
    if (ends_with(path, ".xlsx")) return enclose_bill_xlsx(ctx, plan, path);
    int rc = enclose_bill_csv(ctx, plan, &text);
    return rc ? rc : write_file(ctx, path, text);
}

static int plan_quarter(struct wg_ctx *ctx, const struct app_args *args)
{
    struct enclose_config config;
    struct enclose_map *map = NULL;
    struct enclose_plan *plan = NULL;
    wg_time start = wg_monotonic();
    struct wg_progress progress = {.report = show_progress, .arg = &start};
    struct enclose_options options = {0};
    struct wg_str text;
    const char *seconds = app_option(args, "time"), *locks = app_option(args, "locks"), *bill = app_option(args, "bill");
    const char *svg = app_option(args, "svg"), *sheets = app_option(args, "sheets"), *pdf = NULL;
    if (seconds && !wg_parse_double(wg_str(seconds), 0.001, 1e6, &options.seconds))
        return wg_refuse(ctx, WG_E_USAGE, NULL, "--time", NULL);
    if (isatty(STDERR_FILENO)) options.progress = &progress;
    int rc = read_inputs(ctx, args, &config, &map);
    if (!rc && locks) rc = read_file(ctx, locks, &options.locks);
    if (!rc) rc = enclose_plan(ctx, map, &options, &plan);
    if (!rc) rc = enclose_plan_geojson(ctx, plan, &text);
    if (!rc) rc = write_file(ctx, args->out, text);
    if (!rc && bill) rc = write_bill(ctx, plan, bill);
    if (!rc && svg) rc = enclose_draw_svg(ctx, map, plan, svg);
    if (!rc && sheets) rc = enclose_draw_sheets(ctx, map, plan, sheets, &pdf);
    if (rc) return rc;
    if (!args->json) tell_notes(ctx, plan->notes, plan->n_notes);
    if (!args->json) tell_exceptions(ctx, plan);
    tell_plan(ctx, plan, args->json, args->out != NULL);
    return 0;
}

static int make_town(struct wg_ctx *ctx, const struct app_args *args)
{
    int64_t homes, seed = 1;
    struct wg_str text;
    const char *seed_text = app_option(args, "seed");
    if (!wg_parse_i64(wg_str(app_option(args, "town")), 1, 50000, &homes))
        return wg_refuse(ctx, WG_E_USAGE, NULL, "--town 1..50000", NULL);
    if (seed_text && !wg_parse_i64(wg_str(seed_text), 0, INT64_MAX, &seed))
        return wg_refuse(ctx, WG_E_USAGE, NULL, "--seed", NULL);
    struct enclose_town town = {.seed = (uint64_t)seed, .buildings = (size_t)homes, .scale = 1, .walled = 0.5};
    int rc = enclose_town_osm(ctx, &town, &text);
    return rc ? rc : write_file(ctx, args->out, text);
}

int cmd_enclose(int argc, char **argv)
{
    static const char *const known[] = {"config", "time",   "locks", "out",  "bill", "svg",
                                        "sheets", "verify", "town",  "seed", NULL};
    static const char *const flags[] = {NULL};
    struct app_args args;
    if (!app_args(argc, argv, known, flags, &args)) return EXIT_USAGE;
    if (args.help) return app_help(&args, help_zh, help_en);
    bool town = app_option(&args, "town") != NULL;
    if (args.n_rest != (town ? 0 : 1)) {
        (void)fputs(args.lang == WG_ZH ? help_zh : help_en, stderr);
        return EXIT_USAGE;
    }
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args.lang;
    int exit_code = 0, rc = town                          ? make_town(&ctx, &args)
                            : app_option(&args, "verify") ? verify(&ctx, &args, &exit_code)
                                                          : plan_quarter(&ctx, &args);
    if (rc) exit_code = app_failed(&ctx, rc);
    if (rc == WG_E_USAGE) exit_code = EXIT_USAGE;
    wg_arena_free(arena);
    return exit_code;
}
