/* Lists of the past: received, compared, decided by the clerk from the truth, followed up at the doors, closed. */
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"
#include "district/list/list.h"
#include "engine/columns/columns.h"

enum { UNIT_FACTS = 200, CLOSED_AFTER_DAYS = 5, REVIEWED_MINUTES = 70 };

static const char programme_code[] = "list_follow_up";
static const char q_review[] = "SELECT row FROM list_row WHERE district = $1 AND list = $2 AND outcome = 'review' ORDER BY row";
static const char q_job_done[] =
    "UPDATE job SET state = 'done', done = 1, started = $3, ended = $3 WHERE district = $1 AND id = $2 AND state = 'queued'";
static const char q_open[] = "SELECT id, person, path, opened, due FROM enrolment WHERE district = $1 AND state = 'open' AND "
                             "programme = $2 ORDER BY path, id";
static const char q_to_close[] =
    "SELECT id FROM list WHERE district = $1 AND state = 'open' AND received < $2 ORDER BY received";

/* What came in, and when. Today's five are left to be brought in by whoever tries the example. */
static const struct {
    int days_ago, hour;
    enum demo_sender sender;
    int rows_full, rows_small;
} schedule[] = {
    {18, 16, DEMO_STATION, 420, 40}, {15, 9, DEMO_UPPER, 900, 50},     {12, 17, DEMO_EXPRESSWAY, 380, 40},
    {9, 10, DEMO_EMPLOYER, 300, 36}, {7, 15, DEMO_CLINIC, 40, 16},     {6, 9, DEMO_UPPER, 800, 50},
    {4, 16, DEMO_STATION, 400, 40},  {3, 9, DEMO_EXPRESSWAY, 360, 40}, {2, 10, DEMO_EMPLOYER, 260, 36},
    {1, 9, DEMO_UPPER, 1200, 90},    {1, 16, DEMO_STATION, 450, 48},
};

/* --- receiving ------------------------------------------------------------------------------------------------------------------- */
struct import {
    struct demo_past *past;
    struct demo_list_file file;
    wg_id list, job;
    const char *const *columns;
    size_t n_columns;
    wg_time at;
    int64_t *review; /* rows for the clerk */
    size_t n_review;
};

static wg_id worker_with(const struct demo_world *world, enum guard_role role)
{
    int32_t i = 0;
    while (world->workers[i].role != role) i++;
    return world->workers[i].id;
}

static int guess_columns(struct wg_ctx *ctx, struct import *import)
{
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    struct column_guess *guesses;
    int rc = tab_open_bytes(ctx, import->file.bytes, &limits, &reader);
    if (rc == 0) rc = columns_guess(ctx, reader, 200, &guesses);
    if (rc) return rc;
    import->n_columns = tab_shape(reader)->columns;
    const char **codes = wg_alloc_n(ctx->arena, import->n_columns, sizeof *codes);
    for (size_t i = 0; i < import->n_columns; i++) codes[i] = column_kind_code(guesses[i].kind);
    import->columns = codes;
    return 0;
}

/* The job that list_start asked for is done here and now, in the past; it must not run again. */
static int end_job(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct import *import = arg;
    struct store_value values[] = {store_cstr(import->past->d->code), store_id(&import->job), store_time(ctx->now)};
    return store_exec(ctx, tx, q_job_done, values, 3, NULL);
}

static int receive(struct wg_ctx *ctx, struct import *import)
{
    const struct demo_past *past = import->past;
    wg_id worker = worker_with(past->world, ROLE_DATA);
    struct wg_civil day = wg_civil_from_day(wg_day_of(import->at, DEMO_ZONE));
    struct list_new what = {.name = wg_fmt(ctx->arena, "%s %d-%d", import->file.source, day.month, day.day),
                            .source = import->file.source,
                            .file_name = import->file.name,
                            .programme = programme_code,
                            .bytes = import->file.bytes,
                            .worker = worker};
    int rc = guess_columns(ctx, import);
    if (rc == 0) rc = list_receive(ctx, past->d, &what, &import->list);
    if (rc) return rc;
    struct list_start start = {.columns = import->columns,
                               .n_columns = import->n_columns,
                               .due = import->at + 24 * (wg_time)WG_HOUR,
                               .worker = worker,
                               .lang = WG_ZH};
    rc = list_start(ctx, past->d, import->list, &start, &import->job);
    if (rc == 0) rc = list_run(ctx, past->d, import->list, NULL, NULL, NULL);
    return rc ? rc : store_write(ctx, past->d->store, end_job, import);
}

/* --- the clerk -------------------------------------------------------------------------------------------------------------------- */
/* Who a row is, from what is left of the truth (rows come in order): nil for a stranger. */
static wg_id look_up_truth(struct wg_str *truth, int64_t wanted)
{
    struct wg_str line, row, who;
    wg_id person = {0};
    int64_t number;
    while (wg_str_next(truth, '\n', &line)) {
        if (!wg_str_next(&line, ',', &row) || !wg_parse_i64(row, 1, INT32_MAX, &number) || number != wanted) continue;
        if (!wg_str_next(&line, ',', &who) || !wg_id_parse(who, &person)) person = (wg_id){0};
        break;
    }
    return person;
}

static int decide_all(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct import *import = arg;
    wg_id clerk = worker_with(import->past->world, ROLE_CLERK), decision;
    struct wg_str truth = import->file.truth;
    int rc = 0;
    for (size_t i = 0; i < import->n_review && rc == 0; i++) {
        wg_id person = look_up_truth(&truth, import->review[i]);
        rc = review_decide(ctx, tx, import->past->d, clerk, import->list, import->review[i],
                           wg_id_is_nil(person) ? "new" : "same", person, &decision);
    }
    return rc;
}

static int read_review(struct wg_ctx *ctx, struct import *import)
{
    struct store_snap *snap;
    struct store_rows *rows;
    size_t cap = 0;
    bool more;
    struct store_value values[] = {store_cstr(import->past->d->code), store_id(&import->list)};
    int rc = store_read(ctx, import->past->d->store, &snap);
    if (rc == 0) rc = store_query(ctx, snap, q_review, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        import->review = wg_grow(ctx->arena, import->review, &cap, import->n_review + 1, sizeof *import->review);
        import->review[import->n_review++] = store_get_int(rows, 0);
    }
    if (rc == 0) store_read_end(snap);
    return rc;
}

/* All of older lists; of yesterday's the last part waits. */
static int review(struct wg_ctx *ctx, struct import *import)
{
    int rc = read_review(ctx, import);
    bool recent = wg_day_of(import->at, DEMO_ZONE) >= import->past->today - 1;
    if (recent) import->n_review /= 2;
    if (rc || import->n_review == 0) return rc;
    struct wg_ctx then = demo_then(ctx, import->at + REVIEWED_MINUTES * (wg_time)WG_MINUTE);
    return demo_then_end(ctx, &then, store_write(&then, import->past->d->store, decide_all, import));
}

int demo_receive_lists(struct wg_ctx *ctx, struct demo_past *past, wg_day day)
{
    bool full = past->world->options.size == DEMO_FULL;
    int rc = 0;
    for (size_t i = 0; i < sizeof schedule / sizeof schedule[0] && rc == 0; i++) {
        if (past->today - schedule[i].days_ago != day) continue;
        struct import import = {.past = past, .at = demo_clock(day, schedule[i].hour, 12)};
        struct wg_ctx then = demo_then(ctx, import.at);
        rc = demo_list_make(&then, past->lists, schedule[i].sender, day, full ? schedule[i].rows_full : schedule[i].rows_small,
                            &import.file);
        if (rc == 0) rc = receive(&then, &import);
        if (rc == 0) rc = review(&then, &import);
        rc = demo_then_end(ctx, &then, rc);
    }
    return rc;
}

/* --- at the doors ------------------------------------------------------------------------------------------------------------------ */
struct found {
    wg_id enrolment, person, door; /* door: where somebody new was found to live, or moved to */
    int32_t place;
    const char *result;
    wg_time at;
    int temperature;
    json_t *body; /* the arena's */
};
struct finding {
    struct demo_past *past;
    struct found *all;
    size_t n, cap, from, to;
    uint64_t number; /* of the first, for ids */
};

static int32_t random_door(const struct demo_world *world, struct demo_random *r, int32_t under)
{
    for (int tries = 0; tries < 100; tries++) {
        int32_t at = demo_between(r, under, world->places[under].end - 1);
        if (world->places[at].level == LEVEL_HOUSEHOLD) return at;
    }
    return DEMO_NOBODY;
}

static void decref(void *json)
{
    json_decref(json);
}

static json_t *kept(struct wg_ctx *ctx, json_t *json)
{
    wg_arena_cleanup(ctx->arena, decref, json);
    return json;
}

static void fill_seen(struct wg_ctx *ctx, const struct demo_past *past, struct demo_random *r, wg_day day, struct found *f)
{
    static const char *const from[] = {"沈阳", "北京", "天津", "上海", "湖北武汉", "湖北黄冈", "深圳", "哈尔滨", "赤峰"};
    static const char *const by[] = {"K1084次", "G908次", "自驾", "自驾", "长途客车", "D7次"};
    int ill = demo_below(r, 1000);
    f->result = "seen";
    f->temperature = ill < 4 ? demo_between(r, 373, 386) : demo_bell(r, 364, 2);
    const char *came_on = wg_day_text(ctx->arena, day - demo_front(r, 8));
    f->body = json_pack("{s:s, s:s, s:s, s:b}", "came_from", from[demo_below(r, 9)], "came_on", came_on, "transport",
                        by[demo_below(r, 6)], "by_phone", demo_chance(r, 300) ? 1 : 0);
    if (ill >= 4 && ill < 9) json_object_set_new(f->body, "symptoms", json_pack("[s]", "cough"));
    f->body = kept(ctx, f->body);
    /* Somebody whom the register has no door for is given the one they were found behind. */
    int32_t door = past->world->places[f->place].level <= LEVEL_COMMUNITY && f->place > 0 && demo_chance(r, 800)
                       ? random_door(past->world, r, f->place)
                       : DEMO_NOBODY;
    if (door != DEMO_NOBODY) f->door = past->world->places[door].id;
}

static void fill_moved(struct wg_ctx *ctx, const struct demo_past *past, struct demo_random *r, struct found *f)
{
    int32_t door = demo_chance(r, 600) ? random_door(past->world, r, 0) : DEMO_NOBODY;
    f->result = "moved";
    f->body = door == DEMO_NOBODY ? json_pack("{s:s}", "moved_to_text", "龙城区")
                                  : json_pack("{s:s}", "moved_to", wg_id_text(ctx->arena, past->world->places[door].id));
    f->body = kept(ctx, f->body);
}

static void fill_found(struct wg_ctx *ctx, const struct demo_past *past, struct demo_random *r, wg_day day, struct found *f)
{
    int kind = demo_below(r, 1000);
    if (kind < 70) {
        f->result = "not_home";
    } else if (kind < 100) {
        f->result = "away";
        f->body = kept(ctx, json_pack("{s:s}", "until", wg_day_text(ctx->arena, day + demo_between(r, 3, 20))));
    } else if (kind < 116) {
        f->result = "never";
    } else if (kind < 132) {
        fill_moved(ctx, past, r, f);
    } else if (kind < 136) {
        f->result = "refused";
    } else {
        fill_seen(ctx, past, r, day, f);
    }
}

/* When a task is tried on a day: after it came, in working hours; WG_TIME_NONE when not on this day. */
static wg_time try_pick(const struct demo_past *past, struct demo_random *r, wg_day day, wg_time opened, bool pool)
{
    bool same_day = wg_day_of(opened, DEMO_ZONE) == day;
    int minutes = demo_between(r, 8 * 60 + 20, 19 * 60 + 40);
    wg_time at = demo_happens(past, demo_clock(day, minutes / 60, minutes % 60));
    if (!demo_chance(r, (same_day ? 700 : 930) * (pool ? 60 : 100) / 100)) return WG_TIME_NONE;
    return at != WG_TIME_NONE && at > opened + 20 * (wg_time)WG_MINUTE ? at : WG_TIME_NONE;
}

static int plan_finds(struct wg_ctx *ctx, struct finding *f, wg_day day)
{
    struct demo_past *past = f->past;
    struct store_snap *snap;
    struct store_rows *rows;
    struct demo_random r = demo_random(past->world->options.seed, STREAM_HISTORY, UINT64_MAX - (uint64_t)(past->today - day));
    bool more;
    struct store_value values[] = {store_cstr(past->d->code), store_cstr(programme_code)};
    int rc = store_read(ctx, past->d->store, &snap);
    if (rc == 0) rc = store_query(ctx, snap, q_open, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct wg_str path = store_get_text(rows, 2);
        wg_time at = try_pick(past, &r, day, store_get_time(rows, 3), path.n < PLACE_STEP * LEVEL_GRID);
        if (at == WG_TIME_NONE) continue;
        f->all = wg_grow(ctx->arena, f->all, &f->cap, f->n + 1, sizeof *f->all);
        f->all[f->n] = (struct found){.enrolment = store_get_id(rows, 0),
                                      .person = store_get_id(rows, 1),
                                      .place = demo_place_at(past->world, path),
                                      .at = at};
        fill_found(ctx, past, &r, day, &f->all[f->n]);
        f->n++;
    }
    if (rc == 0) store_read_end(snap);
    return rc;
}

static int by_time(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return wg_id_cmp(x->enrolment, y->enrolment);
}

static int store_finds(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    static const char *const everywhere[] = {""};
    const struct finding *f = arg;
    struct guard_scope scope = {everywhere, 1};
    int rc = 0;
    for (size_t i = f->from; i < f->to && rc == 0; i++) {
        const struct found *found = &f->all[i];
        struct fact_outcome outcome;
        wg_id id = demo_fact_id(f->past->world, found->at, f->number + i);
        struct fact fact = {.id = id,
                            .worker = demo_owner(f->past, found->place),
                            .enrolment = found->enrolment,
                            .person = found->person,
                            .place = found->door,
                            .programme = programme_code,
                            .result = found->result,
                            .round = WG_DAY_NONE,
                            .at = found->at,
                            .temperature = found->temperature,
                            .body = found->body,
                            .digest = {(const char *)id.b, sizeof id.b}};
        rc = fact_store(ctx, tx, f->past->d, f->past->d->programmes, &scope, &fact, &outcome);
    }
    return rc;
}

int demo_follow_up(struct wg_ctx *ctx, struct demo_past *past, wg_day day)
{
    struct finding f = {.past = past, .number = past->facts};
    struct wg_ctx then = demo_then(ctx, demo_clock(day, 8, 0));
    int rc = plan_finds(&then, &f, day);
    if (f.n > 1) qsort(f.all, f.n, sizeof *f.all, by_time);
    for (f.from = 0; f.from < f.n && rc == 0; f.from = f.to) {
        /* A unit is what phones sent within half an hour: it is received when its last fact happened. */
        f.to = f.from + 1;
        while (f.to < f.n && f.to - f.from < UNIT_FACTS && f.all[f.to].at - f.all[f.from].at < 30 * (wg_time)WG_MINUTE) f.to++;
        then.now = f.all[f.to - 1].at + 30 * (wg_time)WG_SECOND;
        rc = store_write(&then, past->d->store, store_finds, &f);
    }
    past->facts += f.n;
    return demo_then_end(ctx, &then, rc);
}

/* --- closing ------------------------------------------------------------------------------------------------------------------------ */
struct closing {
    const struct demo_past *past;
    wg_id lists[16];
    size_t n;
};

static int close_lists(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct closing *c = arg;
    int rc = 0;
    for (size_t i = 0; i < c->n && rc == 0; i++) rc = list_close(ctx, tx, c->past->d, c->lists[i], "closed");
    return rc;
}

int demo_close_lists(struct wg_ctx *ctx, struct demo_past *past, wg_day day)
{
    struct closing c = {.past = past};
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    if (day >= past->today) return 0;
    struct wg_ctx then = demo_then(ctx, demo_clock(day, 21, 0));
    struct store_value values[] = {store_cstr(past->d->code), store_time(demo_clock(day - CLOSED_AFTER_DAYS, 21, 0))};
    int rc = store_read(&then, past->d->store, &snap);
    if (rc == 0) rc = store_query(&then, snap, q_to_close, values, 2, &rows);
    while (rc == 0 && (rc = store_next(&then, rows, &more)) == 0 && more)
        if (c.n < 16) c.lists[c.n++] = store_get_id(rows, 0);
    if (rc == 0) {
        store_read_end(snap);
        rc = store_write(&then, past->d->store, close_lists, &c);
    }
    return demo_then_end(ctx, &then, rc);
}
