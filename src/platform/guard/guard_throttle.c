/* Throttling of sign-ins. Attempts on one account go one after another (see guard_attempt), so that many at once count as many. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "platform/guard/guard_internal.h"

enum {
    ACCOUNT_FREE = 4, /* failures without a pause */
    CLIENT_FREE = 30, /* an office may stand behind one address */
    PAUSE_MAX = 300,  /* seconds */
    FORGOTTEN_AFTER = 60 * 60,
    KEPT = 24 * 60 * 60,
};

static const char q_find[] = "SELECT failures, last, blocked_until FROM login_attempt "
                             "WHERE district = $1 AND kind = $2 AND mark = $3";
static const char q_put[] = "INSERT INTO login_attempt (district, kind, mark, failures, last, blocked_until) "
                            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district, kind, mark) DO UPDATE SET "
                            "failures = excluded.failures, last = excluded.last, blocked_until = excluded.blocked_until";
static const char q_clear[] = "DELETE FROM login_attempt WHERE district = $1 AND kind = 'account' AND mark = $2";
static const char q_sweep[] = "DELETE FROM login_attempt WHERE district = $1 AND last < $2";

struct counter {
    int64_t failures;
    wg_time last, until;
};

/* One household or office has a whole /64 of IPv6. */
static struct wg_str network_of(struct wg_arena *arena, const char *client)
{
    enum { PREFIX = 8 };
    struct in6_addr address;
    if (inet_pton(AF_INET6, client, &address) != 1) return wg_str(client);
    return wg_str_dup(arena, (struct wg_str){(const char *)address.s6_addr, PREFIX});
}

struct throttle throttle_of(struct wg_ctx *ctx, const struct guard *guard, const char *login, const char *client)
{
    return (struct throttle){.district = guard->district,
                             .account = guard_index(guard, "login.account", wg_str(login)),
                             .client = guard_index(guard, "login.client", network_of(ctx->arena, client))};
}

static int read_counter(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const char *kind, const wg_id *mark,
                        struct counter *ret)
{
    struct store_value values[] = {store_cstr(district), store_cstr(kind), store_id(mark)};
    struct store_rows *rows;
    bool found;
    *ret = (struct counter){0, 0, 0};
    int rc = store_one(ctx, snap, q_find, values, 3, &rows, &found);
    if (rc || !found) return rc;
    *ret = (struct counter){store_get_int(rows, 0), store_get_time(rows, 1), store_get_time(rows, 2)};
    store_rows_end(rows);
    if (ctx->now - ret->last > FORGOTTEN_AFTER * (wg_time)WG_SECOND) *ret = (struct counter){0, 0, 0};
    return 0;
}

/* 1, 2, 4 ... seconds after the free ones. */
static int64_t pause_after(int64_t failures, int64_t free_ones)
{
    int64_t over = failures - free_ones, pause = 1;
    if (over < 0) return 0;
    while (over-- > 0 && pause < PAUSE_MAX) pause *= 2;
    return pause < PAUSE_MAX ? pause : PAUSE_MAX;
}

int throttle_check(struct wg_ctx *ctx, struct store_snap *snap, struct throttle *t)
{
    struct counter account = {0, 0, 0}, client = {0, 0, 0};
    int rc = read_counter(ctx, snap, t->district, "account", &t->account, &account);
    if (rc == 0) rc = read_counter(ctx, snap, t->district, "client", &t->client, &client);
    if (rc) return rc;
    t->has_failures = account.failures > 0;
    wg_time until = account.until > client.until ? account.until : client.until;
    if (until <= ctx->now) return 0;
    t->wait_seconds = (until - ctx->now + WG_SECOND - 1) / WG_SECOND;
    return wg_refuse(ctx, WG_E_LOGIN_THROTTLED, NULL, wg_fmt(ctx->arena, "%lld", (long long)t->wait_seconds), NULL);
}

static int count(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const char *kind, const wg_id *mark,
                 int64_t free_ones)
{
    struct counter counter;
    int rc = read_counter(ctx, store_tx_snap(tx), district, kind, mark, &counter);
    if (rc) return rc;
    counter.failures++;
    wg_time until = ctx->now + pause_after(counter.failures, free_ones) * WG_SECOND;
    struct store_value values[] = {store_cstr(district),        store_cstr(kind),     store_id(mark),
                                   store_int(counter.failures), store_time(ctx->now), store_time(until)};
    return store_exec(ctx, tx, q_put, values, 6, NULL);
}

int throttle_count(struct wg_ctx *ctx, struct store_tx *tx, const struct throttle *t)
{
    struct store_value sweep[] = {store_cstr(t->district), store_time(ctx->now - KEPT * (wg_time)WG_SECOND)};
    int rc = count(ctx, tx, t->district, "account", &t->account, ACCOUNT_FREE);
    if (rc == 0) rc = count(ctx, tx, t->district, "client", &t->client, CLIENT_FREE);
    return rc ? rc : store_exec(ctx, tx, q_sweep, sweep, 2, NULL);
}

/* Of the account only: whoever has one account must not wash away guesses at others. */
int throttle_forgive(struct wg_ctx *ctx, struct store_tx *tx, const struct throttle *t)
{
    struct store_value account[] = {store_cstr(t->district), store_id(&t->account)};
    return t->has_failures ? store_exec(ctx, tx, q_clear, account, 2, NULL) : 0;
}
