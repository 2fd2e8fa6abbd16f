/* One try at a password: whether it may be made, whether it is right, and its counting when it is not. */
#include <string.h>
#include <time.h>

#include "platform/guard/guard_internal.h"

static bool lock_patiently(pthread_mutex_t *lock)
{
    enum { PATIENCE = 10 };
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE;
    return pthread_mutex_timedlock(lock, &until) == 0;
}

static int look_up(struct wg_ctx *ctx, struct guard *guard, struct guard_attempt *a)
{
    struct store_snap *snap;
    int rc = store_read(ctx, guard->store, &snap);
    if (rc) return rc;
    rc = throttle_check(ctx, snap, &a->throttle);
    if (rc == 0) rc = guard_login_find(ctx, snap, guard->district, a->login, &a->found, &a->is_there);
    if (rc == 0) rc = guard_is_demo_store(ctx, snap, &a->is_demo);
    store_read_end(snap);
    return rc;
}

/* The counters are read after the wait for a turn to hash, so that even many attempts at once overshoot by a few only. */
static int try_password(struct wg_ctx *ctx, struct guard *guard, struct guard_attempt *a)
{
    int rc = guard_hashing_begin(ctx, guard);
    if (rc) return rc;
    rc = look_up(ctx, guard, a);
    bool may_enter = rc == 0 && a->is_there && a->found.worker.active;
    if (rc == 0) rc = guard_password_check(ctx, guard, may_enter ? a->found.hash : NULL, a->password, &a->right);
    guard_hashing_end(guard);
    return rc;
}

static int count(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct guard_attempt *a = arg;
    return throttle_count(ctx, tx, &a->throttle);
}

int guard_attempt(struct wg_ctx *ctx, struct guard *guard, struct guard_attempt *a)
{
    a->throttle = throttle_of(ctx, guard, a->login, a->client);
    pthread_mutex_t *lock = &guard->accounts[a->throttle.account.b[0] % ACCOUNT_LOCKS];
    if (!lock_patiently(lock)) return wg_refuse(ctx, WG_E_BUSY, NULL, NULL, NULL);
    int rc = try_password(ctx, guard, a);
    if (rc == 0 && !a->right) rc = store_write(ctx, guard->store, count, a);
    (void)pthread_mutex_unlock(lock);
    return rc;
}

int guard_attempt_settle(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct guard_attempt *a)
{
    struct guard_login now = {0};
    bool is_there = false;
    int rc = guard_login_find(ctx, store_tx_snap(tx), district, a->login, &now, &is_there);
    if (rc) return rc;
    if (!is_there || !now.worker.active || !now.hash || strcmp(now.hash, a->found.hash) != 0)
        return wg_refuse(ctx, WG_E_BAD_LOGIN, NULL, NULL, NULL);
    return throttle_forgive(ctx, tx, &a->throttle);
}
