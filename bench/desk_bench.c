/* How long the first pages take on a whole district with a bad night behind it.
 *
 *   desk_bench DIRECTORY [TASKS]
 *
 * DIRECTORY is a store made by `wangge demo`, which is spoilt: open tasks are added until there are TASKS (default 100000), half of
 * them late, each on one list. Then every page is asked for as its reader asks, handler and audit included, without the network: once to
 * warm up, 20 times measured. In milliseconds: the asking thread's own work (median), and what the reader waits (median and worst: with
 * the audit on disk, and whatever else the machine does); rows or doors; bytes of the answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/app.h"
#include "app/demo/demo.h"
#include "district/desk/desk.h"
#include "platform/http/http_internal.h"
#include "platform/resource/resource.h"

enum { TIMES = 20, UNIT = 2000 };

static void must(int rc, const struct wg_ctx *ctx, const char *what)
{
    if (rc == 0) return;
    (void)fprintf(stderr, "desk_bench: %s: %s\n", what, wg_problem_text(ctx->arena, &ctx->problem, WG_EN));
    exit(1);
}

static double milliseconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- a bad night ---------------------------------------------------------------------------------------------------------- */

static const char q_open[] = "SELECT count(*) FROM enrolment WHERE district = $1 AND state = 'open'";
static const char q_people[] = "SELECT p.id, p.path FROM person p WHERE p.district = $1 AND p.id > $2 AND p.state = 'living' "
                               "ORDER BY p.id LIMIT $3";
static const char q_list[] =
    "INSERT INTO list (district, id, name, source, programme, received, worker, file_name, file_digest, file_bytes, shape, "
    "state, "
    "n_rows, n_matched, n_new, n_review, n_rejected, n_dispatched, n_reached, n_closed) VALUES ($1, $2, '大名单', '测量', "
    "'list_follow_up', $3, $2, 'f', $2, 1, '{}', 'open', 0, 0, 0, 0, 0, 0, 0, 0)";
static const char q_row[] =
    "INSERT INTO list_row (district, list, row, raw, name, outcome, reason, person, print, enrolment, path, "
    "stage) VALUES ($1, $2, $3, $2, 'n', 'matched', 'idno', $4, $2, $5, $6, 'dispatched')";

struct night {
    const struct district *d;
    wg_id list, last;
    int64_t row, seen;
    int n; /* people of this unit */
};

static int open_list(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct night *night = arg;
    struct store_value values[] = {store_cstr(night->d->code), store_id(&night->list), store_time(ctx->now)};
    return store_exec(ctx, tx, q_list, values, 3, NULL);
}

static int add_task(struct wg_ctx *ctx, struct store_tx *tx, struct night *night, wg_id person, const char *path)
{
    const struct programme *programme = programme_named(night->d->programmes, WG_STR("list_follow_up"));
    wg_time due = ctx->now + ((wg_time)(person.b[15] % 24) - 12) * WG_HOUR;
    wg_id id;
    bool is_new;
    int rc = enrol(ctx, tx, night->d, programme, person, wg_str(path), due, &id, &is_new);
    struct store_value values[] = {store_cstr(night->d->code), store_id(&night->list), store_int(++night->row),
                                   store_id(&person),          store_id(&id),          store_cstr(path)};
    return rc ? rc : store_exec(ctx, tx, q_row, values, 6, NULL);
}

static int add_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct night *night = arg;
    struct store_value values[] = {store_cstr(night->d->code),
                                   store_bytes((struct wg_str){(const char *)night->last.b, sizeof night->last.b}),
                                   store_int(night->n)};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, store_tx_snap(tx), q_people, values, 3, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        night->last = store_get_id(rows, 0);
        night->seen++;
        /* One in five, all over the district. */
        if (wg_hash(night->last.b, sizeof night->last.b) % 5 == 0)
            rc = add_task(ctx, tx, night, night->last, wg_cstr(ctx->arena, store_get_text(rows, 1)));
    }
    return rc;
}

static void make_night(struct wg_ctx *ctx, const struct app *app, int64_t wanted)
{
    struct night night = {.d = &app->d, .list = wg_id_new(ctx->now)};
    struct store_snap *snap;
    int64_t open = 0;
    must(store_write(ctx, app->d.store, open_list, &night), ctx, "list");
    for (;;) {
        must(store_read(ctx, app->d.store, &snap), ctx, "read");
        must(store_number(ctx, snap, q_open, (struct store_value[]){store_cstr(app->d.code)}, 1, 0, &open), ctx, "count");
        store_read_end(snap);
        if (open >= wanted) break;
        int64_t before = night.seen;
        night.n = wanted - open < UNIT ? (int)(wanted - open) : UNIT;
        must(store_write(ctx, app->d.store, add_unit, &night), ctx, "tasks");
        if (night.seen == before) break; /* there are no more people */
    }
    must(store_optimize(ctx, app->d.store), ctx, "optimize");
    printf("%lld open tasks\n", (long long)open);
}

/* --- asking ------------------------------------------------------------------------------------------------------------------- */

struct asking {
    struct guard_router *router;
    wg_time now;
    const char *cookie;
};

static int ask(struct wg_arena *arena, const struct asking *as, const char *method, const char *path, const char *body,
               struct http_answer *ret)
{
    struct http_pair cookie = {WG_STR("Cookie"), wg_str(as->cookie)};
    struct http_request request = {.method = method, .client = "192.0.2.1", .headers = &cookie, .n_headers = 1};
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.now = as->now;
    ctx.zone = DEMO_ZONE;
    request.id = wg_id_text(arena, wg_id_new(as->now));
    must(http_read_uri(arena, wg_str(path), &request), &ctx, path);
    if (body) {
        request.body = wg_str(body);
        request.content_type = WG_STR("application/json");
    }
    *ret = (struct http_answer){0};
    int rc = guard_dispatch(&ctx, as->router, &request, ret);
    must(rc, &ctx, path);
    return rc;
}

static void sign_in(struct wg_arena *arena, struct asking *as, const char *login)
{
    struct http_answer answer;
    const char *body = wg_fmt(arena, "{\"login\": \"%s\", \"password\": \"%s\"}", login, DEMO_PASSWORD);
    struct wg_str cookie = WG_STR("");
    as->cookie = "";
    (void)ask(arena, as, "POST", "/api/v1/session", body, &answer);
    for (size_t i = 0; i < answer.n_headers; i++)
        if (strcmp(answer.headers[i].name.p, "Set-Cookie") == 0) cookie = answer.headers[i].value;
    struct wg_str rest = cookie;
    (void)wg_str_next(&rest, ';', &cookie);
    as->cookie = wg_cstr(arena, cookie);
    json_decref(answer.json);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void measure(struct asking *as, const char *login, const char *path)
{
    struct wg_arena *arena = wg_arena_new(), *signing = wg_arena_new();
    double took[TIMES], worked[TIMES];
    size_t rows = 0, bytes = 0;
    sign_in(signing, as, login);
    for (int i = -1; i < TIMES; i++) {
        struct http_answer answer;
        double began = milliseconds(CLOCK_MONOTONIC), before = milliseconds(CLOCK_THREAD_CPUTIME_ID);
        (void)ask(arena, as, "GET", path, NULL, &answer);
        double ended = milliseconds(CLOCK_MONOTONIC), after = milliseconds(CLOCK_THREAD_CPUTIME_ID);
        const json_t *items = json_object_get(answer.json, "items");
        rows = json_array_size(items ? items : json_object_get(answer.json, "doors"));
        char *text = answer.json ? json_dumps(answer.json, JSON_COMPACT) : NULL;
        bytes = text ? strlen(text) : 0;
        free(text);
        json_decref(answer.json);
        wg_arena_reset(arena);
        if (i < 0) continue;
        took[i] = ended - began;
        worked[i] = after - before;
    }
    qsort(took, TIMES, sizeof *took, ascending);
    qsort(worked, TIMES, sizeof *worked, ascending);
    printf("%8.1f %8.1f %8.1f %6zu %8zu  %-10s %s\n", worked[TIMES / 2], took[TIMES / 2], took[TIMES - 1], rows, bytes, login,
           path);
    wg_arena_free(signing);
    wg_arena_free(arena);
}

int main(int argc, char **argv)
{
    static const char *const asked[][2] = {
        {"district", "/api/v1/today"},
        {"community", "/api/v1/today"},
        {"district", "/api/v1/tasks"},
        {"district", "/api/v1/tasks?limit=200"},
        {"district", "/api/v1/tasks?state=overdue"},
        {"district", "/api/v1/tasks?state=done,excused"},
        {"district", "/api/v1/tasks?pool=1"},
        {"community", "/api/v1/tasks?worker=me"},
        {"worker", "/api/v1/tasks"},
        {"district", "/api/v1/tasks/late?by=community"},
        {"district", "/api/v1/tasks/late?by=worker"},
        {"district", "/api/v1/households"},
        {"district", "/api/v1/households?state=open,tried"},
        {"district", "/api/v1/households?state=excused"},
        {"district", "/api/v1/alarms?state=open,taken,closed"},
        {"district", "/api/v1/workers"},
        {"district", "/api/v1/workers?q=w"},
        {"worker", "/api/v1/field/today"},
        {"community", "/api/v1/field/today"},
    };
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct app *app;
    struct guard_router *router;
    int64_t tasks = 100000;
    if (argc < 2 || (argc > 2 && !wg_parse_i64(wg_str(argv[2]), 0, 1000000, &tasks))) {
        (void)fprintf(stderr, "usage: desk_bench DIRECTORY [TASKS]\n");
        return 2;
    }
    must(app_open(&ctx, &(struct app_options){.data = argv[1]}, &app), &ctx, argv[1]);
    must(app_router(&ctx, app, &router), &ctx, "routes");
    make_night(&ctx, app, tasks);
    printf("    work    waits    worst   rows    bytes  as         page\n");
    struct asking as = {.router = router, .now = ctx.now};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) measure(&as, asked[i][0], asked[i][1]);
    guard_router_free(router);
    app_close(app);
    wg_arena_free(arena);
    return 0;
}
