/* district_pages.h - pages and sums on the full example, beside a point query. */
#ifndef WG_DISTRICT_PAGES_H
#define WG_DISTRICT_PAGES_H
#include "district_callers.h"

enum { PAGE_ROUNDS = 15, DURABLE_ROUNDS = 9, PAGE_AIM = 20, SUMS_AIM = 5, ROLES = 4 };

static const char *const role_logins[ROLES] = {"worker", "community", "street", "district"};

struct page {
    const char *name, *pattern, *path;
    unsigned roles; /* bits of those who ask, in the order of role_logins */
    double aim;
};

/* How long one row of audit takes to be on disk: what every page of people waits for once. */
static int write_nothing_much(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct bench *b = arg;
    static const char q[] = "UPDATE meta SET value = $2 WHERE key = $1";
    return store_exec(ctx, tx, q, (struct store_value[]){store_cstr("district"), store_cstr(b->app->d.code)}, 2, NULL);
}

static void commit_once(void *arg)
{
    struct bench *b = arg;
    must_do(&b->ctx, store_write(&b->ctx, b->app->d.store, write_nothing_much, b), "write");
}

static void tell_page(struct bench *b, struct pointing *point, struct caller *caller, const struct page *page)
{
    struct asking a;
    char name[80], more[120];
    asking_begin(&a, b, caller, page->pattern, page->path);
    struct work reference = {point_once, point, own_cpu}, handler = {ask_handler, &a, own_cpu};
    struct work reference_wall = {point_once, point, wall}, dispatched = {ask_dispatcher, &a, wall},
                http = {ask_http, &a, wall};
    struct rate alone = compare(&reference, &handler, PAGE_ROUNDS);
    struct rate audited = compare(&reference_wall, &dispatched, DURABLE_ROUNDS),
                over = compare(&reference_wall, &http, DURABLE_ROUNDS);
    (void)snprintf(name, sizeof name, "%s, %s", page->name, caller->login);
    (void)snprintf(more, sizeof more, "dispatched %.0f x (%.2f ms), HTTP %.0f x (%.2f ms), %zu bytes", audited.ratio,
                   audited.seconds * 1e3, over.ratio, over.seconds * 1e3, a.bytes);
    tell_ratio(name, alone, page->aim, more);
    asking_end(&a);
}

static void tell_pages(struct bench *b, struct pointing *point, struct caller callers[ROLES], const struct page *pages)
{
    for (; pages->name; pages++)
        for (size_t r = 0; r < ROLES && (!b->page || strcmp(pages->name, b->page) == 0); r++)
            if ((pages->roles & (1U << r)) && callers[r].who) tell_page(b, point, &callers[r], pages);
}

/* --- roll-ups as a room asks for them ------------------------------------------------------------------------------------------------ */

struct summing {
    struct pointing *point;
    const struct programme *programme;
    const char *path;
    enum place_level below;
    size_t n; /* places found the last time */
};

static void sum_once(void *arg)
{
    struct summing *s = arg;
    struct wg_ctx *ctx = &s->point->ctx;
    const struct district *d = &s->point->b->app->d;
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct place_sums *sums;
    must_do(ctx,
            programme_sums_below(ctx, d, s->point->snap, s->programme, wg_str(s->path), s->below, wg_today(ctx), &sums, &s->n),
            "sums");
    wg_arena_rewind(ctx->arena, mark);
}

static void sum_at_once(void *arg)
{
    struct summing *s = arg;
    struct wg_ctx *ctx = &s->point->ctx;
    const struct district *d = &s->point->b->app->d;
    struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
    struct sums sums;
    must_do(ctx, programme_sums_at(ctx, d, s->point->snap, s->programme, wg_str(s->path), wg_today(ctx), &sums), "sums");
    wg_arena_rewind(ctx->arena, mark);
}

static void tell_sums(struct bench *b, struct pointing *point, const char *const paths[3])
{
    static const char *const levels[] = {"the district", "a street", "a community"};
    struct work reference = {point_once, point, own_cpu};
    char name[80], more[40];
    for (size_t p = 0; p < programme_count(b->app->d.programmes); p++) {
        const struct programme *programme = programme_at(b->app->d.programmes, p);
        for (int level = 0; level < 3; level++) {
            struct summing s = {point, programme, paths[level], (enum place_level)(level + 1), 0};
            struct work at = {sum_at_once, &s, own_cpu}, below = {sum_once, &s, own_cpu};
            (void)snprintf(name, sizeof name, "%s at %s", programme->code, levels[level]);
            tell_ratio(name, compare(&reference, &at, PAGE_ROUNDS), SUMS_AIM, "");
            struct rate rate = compare(&reference, &below, PAGE_ROUNDS);
            (void)snprintf(name, sizeof name, "%s, each place in %s", programme->code, levels[level]);
            (void)snprintf(more, sizeof more, "%zu places", s.n);
            tell_ratio(name, rate, 0, more);
        }
    }
}

/* --- all of them ------------------------------------------------------------------------------------------------------------------------ */

/* The list with the most rows. */
static const char *largest_list(struct bench *b)
{
    static const char q[] = "SELECT id FROM list WHERE district = $1 ORDER BY n_rows DESC LIMIT 1";
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    must_do(&b->ctx, store_read(&b->ctx, b->app->d.store, &snap), "snapshot");
    must_do(&b->ctx, store_one(&b->ctx, snap, q, (struct store_value[]){store_cstr(b->app->d.code)}, 1, &rows, &found),
            "lists");
    must(found, "the example has no list");
    const char *id = wg_id_text(b->arena, store_get_id(rows, 0));
    store_read_end(snap);
    return id;
}

static void tell_phone(struct bench *b, struct caller *worker)
{
    struct hc_reply plain = hc_ask(&worker->http, "GET", "/api/v1/field/today", NULL, NULL);
    struct hc_reply packed = hc_ask(&worker->http, "GET", "/api/v1/field/today", "Accept-Encoding: gzip\r\n", NULL);
    json_t *json = hc_json(&plain);
    must(plain.status == 200 && packed.status == 200 && json, "field/today");
    printf("  %-44s %zu doors, %zu bytes, %zu packed\n", "one grid's day", json_array_size(json_object_get(json, "doors")),
           plain.body_n, packed.body_n);
    json_decref(json);
    hc_free(&plain);
    hc_free(&packed);
    (void)b;
}

BENCH_UNUSED static void bench_pages(struct bench *b)
{
    enum {
        WORKER = 1,
        COMMUNITY = 2,
        STREET = 4,
        DISTRICT = 8,
        OFFICERS = COMMUNITY | STREET | DISTRICT,
        ALL = WORKER | OFFICERS
    };
    struct caller callers[ROLES];
    struct pointing point;
    point_begin(b, &point);
    for (size_t r = 0; r < ROLES; r++)
        if (!caller_enter(b, &callers[r], role_logins[r])) printf("  (no account %s in this example)\n", role_logins[r]);
    const char *rows = wg_fmt(b->arena, "/api/v1/lists/%s/rows?limit=50", largest_list(b));
    const struct page first_pages[] = {
        {"people", "/api/v1/people", "/api/v1/people?limit=50", ALL, PAGE_AIM},
        {"people named 王", "/api/v1/people", "/api/v1/people?limit=50&q=%E7%8E%8B", ALL, PAGE_AIM},
        {"people named 王伟", "/api/v1/people", "/api/v1/people?limit=50&q=%E7%8E%8B%E4%BC%9F", ALL, PAGE_AIM},
        {"people called zhangwei", "/api/v1/people", "/api/v1/people?limit=50&q=zhangwei", ALL, PAGE_AIM},
        {"people by initials zw", "/api/v1/people", "/api/v1/people?limit=50&q=zw", ALL, PAGE_AIM},
        {"people by the last four 1238", "/api/v1/people", "/api/v1/people?limit=50&q=1238", ALL, PAGE_AIM},
        {"tasks", "/api/v1/tasks", "/api/v1/tasks?limit=50", ALL, PAGE_AIM},
        {"tasks late", "/api/v1/tasks", "/api/v1/tasks?limit=50&state=overdue", ALL, PAGE_AIM},
        {"rows of a list", "/api/v1/lists/{id}/rows", rows, OFFICERS, PAGE_AIM},
        {"households", "/api/v1/households", "/api/v1/households?limit=50", ALL, PAGE_AIM},
        {0},
    };
    const struct page day_pages[] = {
        {"today", "/api/v1/today", "/api/v1/today", OFFICERS, 0},
        {"late by community", "/api/v1/tasks/late", "/api/v1/tasks/late", OFFICERS, 0},
        {"alarms", "/api/v1/alarms", "/api/v1/alarms", OFFICERS, 0},
        {"lists", "/api/v1/lists", "/api/v1/lists", OFFICERS, 0},
        {"the evening's report", "/api/v1/reports", "/api/v1/reports", OFFICERS, 0},
        {0},
    };
    const struct page phone_pages[] = {{"the phone's day", "/api/v1/field/today", "/api/v1/field/today", WORKER, 0}, {0}};
    struct work reference = {point_once, &point, wall}, commit = {commit_once, b, wall};
    heading("the reference, and what a page of people waits for besides");
    struct work self = {point_once, &point, own_cpu};
    tell_ratio("one point query", compare(&self, &self, PAGE_ROUNDS), 0, "");
    tell_ratio("one durable write", compare(&reference, &commit, PAGE_ROUNDS), 0, "");
    heading("first pages of 50 rows, beside a point query (the handler alone, its JSON written)");
    tell_pages(b, &point, callers, first_pages);
    heading("sums of a day, beside a point query");
    tell_sums(b, &point, (const char *const[]){"", callers[2].who->scope.tops[0], callers[1].who->scope.tops[0]});
    heading("pages of sums, beside a point query");
    tell_pages(b, &point, callers, day_pages);
    heading("the phone");
    tell_pages(b, &point, callers, phone_pages);
    tell_phone(b, &callers[0]);
    for (size_t r = 0; r < ROLES; r++) hc_close(&callers[r].http);
    point_end(&point);
}
#endif
