/* Three weeks of work, day by day, so that the facts of a day are there when its report is signed. */
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"
#include "district/list/list.h"
#include "district/programme/programme.h"
#include "district/report/report.h"

enum { ALARMS_OPEN = 2, ALARMS_TAKEN = 2 }; /* of the newest, at least */
enum { SHOWN_HOUR = 15, STILL_SENDING = 3 * WG_MINUTE };

static const char q_alarms[] = "SELECT id, path, at FROM alarm WHERE district = $1 ORDER BY at, id";
static const char q_alarm_closed[] = "UPDATE alarm SET state = 'closed', taken_by = $3, taken_at = $4, outcome = $5 "
                                     "WHERE district = $1 AND id = $2";
static const char q_alarm_taken[] =
    "UPDATE alarm SET state = 'taken', taken_by = $3, taken_at = $4 WHERE district = $1 AND id = $2";

/* --- the past ------------------------------------------------------------------------------------------------------------------- */
struct wg_ctx demo_then(const struct wg_ctx *ctx, wg_time moment)
{
    struct wg_ctx then = wg_ctx(wg_arena_new());
    then.lang = ctx->lang;
    then.zone = DEMO_ZONE;
    then.now = moment;
    return then;
}

int demo_then_end(struct wg_ctx *ctx, struct wg_ctx *then, int rc)
{
    if (rc) (void)wg_refuse(ctx, rc, then->problem.where, then->problem.args[0], then->problem.args[1]);
    wg_arena_free(then->arena);
    return rc;
}

wg_time demo_clock(wg_day day, int hour, int minute)
{
    return wg_day_start(day, DEMO_ZONE) + hour * (wg_time)WG_HOUR + minute * (wg_time)WG_MINUTE;
}

wg_time demo_happens(const struct demo_past *past, wg_time at)
{
    wg_time midnight = demo_clock(past->today, 0, 0), shown = demo_clock(past->today, SHOWN_HOUR, 0);
    wg_time latest = past->now - STILL_SENDING;
    if (at < midnight) return at;
    if (at >= shown) return WG_TIME_NONE;
    if (latest >= shown) return at;
    if (latest < midnight) return WG_TIME_NONE;
    return midnight + (at - midnight) * ((latest - midnight) / WG_SECOND) / ((shown - midnight) / WG_SECOND);
}

int32_t demo_place_at(const struct demo_world *world, struct wg_str path)
{
    for (;;) {
        int32_t low = 0, high = world->n_places;
        while (low < high) {
            int32_t middle = low + (high - low) / 2;
            int order = wg_str_cmp(wg_str(world->places[middle].path), path);
            if (order == 0) return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (path.n < PLACE_STEP) return 0;
        path.n -= PLACE_STEP;
    }
}

wg_id demo_owner(const struct demo_past *past, int32_t place)
{
    while (place > 0 && past->lead[place] == DEMO_NOBODY) place = past->world->places[place].parent;
    return past->world->workers[past->lead[place]].id;
}

wg_id demo_fact_id(const struct demo_world *world, wg_time at, uint64_t number)
{
    wg_id id = demo_id("demo.fact", world->options.seed, number);
    for (int i = 0; i < 6; i++) id.b[i] = (uint8_t)((uint64_t)at >> (40 - 8 * i));
    id.b[6] = (uint8_t)(0x70 | (id.b[6] & 0x0F));
    return id;
}

/* Who answers for each place on a day: the lead there, or the stand-in, or nobody (then the level above). */
static void leads_of(struct demo_past *past, wg_day day)
{
    const struct demo_world *world = past->world;
    for (int32_t i = 0; i < world->n_places; i++) past->lead[i] = DEMO_NOBODY;
    for (int32_t i = 0; i < world->n_duties; i++) {
        const struct demo_duty *duty = &world->duties[i];
        if (duty->lead && duty->from <= day && day < duty->until) past->lead[duty->place] = duty->worker;
    }
    for (int32_t i = 0; i < world->n_places; i++)
        for (int32_t k = 0; past->lead[i] != DEMO_NOBODY && k < world->n_absences; k++) {
            const struct demo_absence *a = &world->absences[k];
            if (a->worker != past->lead[i] || day < a->from || day >= a->until) continue;
            past->lead[i] = a->stand_in;
            break;
        }
}

/* --- alarms --------------------------------------------------------------------------------------------------------------------- */
struct handling {
    const struct demo_past *past;
    struct handled {
        wg_id id, by;
        wg_time at;
    } * alarms;
    size_t n;
};

static int read_alarms(struct wg_ctx *ctx, const struct demo_past *past, struct handling *ret)
{
    struct store_snap *snap;
    struct store_rows *rows;
    size_t cap = 0;
    bool more;
    int rc = store_read(ctx, past->d->store, &snap);
    if (rc == 0) rc = store_query(ctx, snap, q_alarms, (struct store_value[]){store_cstr(past->d->code)}, 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        ret->alarms = wg_grow(ctx->arena, ret->alarms, &cap, ret->n + 1, sizeof *ret->alarms);
        int32_t place = demo_place_at(past->world, store_get_text(rows, 1));
        int32_t community = demo_place_above(past->world, place, LEVEL_COMMUNITY);
        if (community == DEMO_NOBODY) community = 0;
        ret->alarms[ret->n++] = (struct handled){store_get_id(rows, 0), demo_owner(past, community), store_get_time(rows, 2)};
    }
    if (rc == 0) store_read_end(snap);
    return rc;
}

/* A community takes an alarm within the hour and closes it within three; the newest are still as they came. */
static int handle_alarms(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    static const char *const outcomes[] = {"已送发热门诊，排除", "复测 36.6 ℃，腋下，正常", "已送发热门诊，留观",
                                           "家庭医生上门，普通感冒"};
    const struct handling *h = arg;
    const char *district = h->past->d->code;
    int rc = 0;
    for (size_t i = 0; i + ALARMS_OPEN < h->n && rc == 0; i++) {
        const struct handled *a = &h->alarms[i];
        wg_time taken = a->at + 25 * (wg_time)WG_MINUTE, closed = a->at + 150 * (wg_time)WG_MINUTE;
        bool is_closed = closed < h->past->now && i + ALARMS_OPEN + ALARMS_TAKEN < h->n;
        struct store_value values[] = {store_cstr(district), store_id(&a->id), store_id(&a->by), store_time(taken),
                                       store_cstr(outcomes[i % 4])};
        if (taken >= h->past->now) continue;
        rc = is_closed ? store_exec(ctx, tx, q_alarm_closed, values, 5, NULL)
                       : store_exec(ctx, tx, q_alarm_taken, values, 4, NULL);
    }
    return rc;
}

static int settle_alarms(struct wg_ctx *ctx, const struct demo_past *past)
{
    struct wg_ctx then = demo_then(ctx, past->now);
    struct handling handling = {.past = past};
    int rc = read_alarms(&then, past, &handling);
    if (rc == 0) rc = store_write(&then, past->d->store, handle_alarms, &handling);
    return demo_then_end(ctx, &then, rc);
}

/* --- reports -------------------------------------------------------------------------------------------------------------------- */
enum { SIGNING_GROUPS = 2 }; /* communities sign at one of two moments of the evening */

struct signing {
    const struct demo_past *past;
    wg_day day;
    int group;
    bool verify;
};

/* Of yesterday's sheets some are not signed, and some not verified. */
static bool is_left(const struct signing *s, int number)
{
    if (s->day < s->past->today - 1) return false;
    return number % 9 == 4 || (s->verify && number % 5 == 1);
}

static int sign_one(struct wg_ctx *ctx, struct store_tx *tx, const struct signing *s, int32_t community)
{
    const struct district *d = s->past->d;
    const struct demo_place *at = &s->past->world->places[community];
    struct place place;
    int rc = place_by_path(ctx, store_tx_snap(tx), d->code, wg_str(at->path), &place);
    if (rc) return rc;
    if (s->verify) return report_verify(ctx, tx, d, &place, s->day, demo_owner(s->past, at->parent));
    return report_sign(ctx, tx, d, &place, s->day, demo_owner(s->past, community), NULL);
}

static int sign_group(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct signing *s = arg;
    const struct demo_world *world = s->past->world;
    int number = 0, rc = 0;
    for (int32_t i = 0; i < world->n_places && rc == 0; i++) {
        if (world->places[i].level != LEVEL_COMMUNITY) continue;
        if (number % SIGNING_GROUPS == s->group && !is_left(s, number)) rc = sign_one(ctx, tx, s, i);
        number++;
    }
    return rc;
}

/* Signed by the communities that evening, verified by the streets the next morning. */
static int reports_of(struct wg_ctx *ctx, const struct demo_past *past, wg_day day)
{
    int rc = 0;
    for (int verify = 0; verify <= 1; verify++)
        for (int group = 0; group < SIGNING_GROUPS && rc == 0; group++) {
            wg_time at =
                demo_happens(past, verify ? demo_clock(day + 1, 8, 5 + 9 * group) : demo_clock(day, 20, 30 + 7 * group));
            if (at == WG_TIME_NONE) continue;
            struct signing s = {.past = past, .day = day, .group = group, .verify = verify != 0};
            struct wg_ctx then = demo_then(ctx, at);
            rc = demo_then_end(ctx, &then, store_write(&then, past->d->store, sign_group, &s));
        }
    return rc;
}

/* --- all days ------------------------------------------------------------------------------------------------------------------ */
static int day_of(struct wg_ctx *ctx, struct demo_past *past, wg_day day)
{
    /* A district's screening is two hundred thousand facts a day: the full example keeps the last days only. */
    int screened = past->world->options.size == DEMO_FULL ? 2 : 7;
    bool recent = day >= past->today - screened;
    leads_of(past, day);
    int rc = demo_receive_lists(ctx, past, day);
    if (rc == 0) rc = demo_follow_up(ctx, past, day);
    if (rc == 0 && recent) rc = demo_screen(ctx, past, day);
    if (rc == 0) rc = demo_close_lists(ctx, past, day);
    if (rc == 0 && recent && day < past->today) rc = reports_of(ctx, past, day);
    return rc;
}

int demo_history(struct wg_ctx *ctx, const struct district *d, const struct demo_world *world, demo_phase phase, void *arg)
{
    struct demo_past past = {.d = d, .world = world, .now = ctx->now, .today = world->options.today};
    past.lead = wg_alloc_n(ctx->arena, (size_t)world->n_places, sizeof *past.lead);
    int rc = demo_lists_new(ctx, world, &past.lists);
    for (wg_day day = past.today - DEMO_HISTORY_DAYS + 1; day <= past.today && rc == 0; day++) {
        demo_say(phase, arg, wg_fmt(ctx->arena, "补写历史：%s", wg_day_text(ctx->arena, day)),
                 wg_fmt(ctx->arena, "history: %s", wg_day_text(ctx->arena, day)));
        rc = day_of(ctx, &past, day);
    }
    if (rc == 0) rc = settle_alarms(ctx, &past);
    return rc ? rc : store_optimize(ctx, d->store);
}
