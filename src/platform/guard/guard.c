/* Opening the guard, and what the store says of itself. */
#include <stdlib.h>
#include <string.h>

#include "platform/guard/guard_internal.h"

static const char q_meta[] = "SELECT value FROM meta WHERE key = $1";
static const char q_meta_put[] =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

int guard_meta(struct wg_ctx *ctx, struct store_snap *snap, const char *key, const char **ret)
{
    struct store_value values[] = {store_cstr(key)};
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, q_meta, values, 1, &rows, &found);
    if (rc) return rc;
    *ret = found ? wg_cstr(ctx->arena, store_get_text(rows, 0)) : NULL;
    if (found) store_rows_end(rows);
    return 0;
}

int guard_meta_put(struct wg_ctx *ctx, struct store_tx *tx, const char *key, const char *value)
{
    struct store_value values[] = {store_cstr(key), store_cstr(value)};
    return store_exec(ctx, tx, q_meta_put, values, 2, NULL);
}

int guard_is_demo_store(struct wg_ctx *ctx, struct store_snap *snap, bool *ret)
{
    const char *value;
    int rc = guard_meta(ctx, snap, "demo", &value);
    if (rc) return rc;
    *ret = value && strcmp(value, "1") == 0;
    return 0;
}

static char *copy_text(const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(wg_xmalloc(n), text, n);
}

int guard_open(struct wg_ctx *ctx, struct store *store, const struct guard_options *options, struct guard **ret_guard)
{
    if (sodium_init() < 0) return wg_refuse(ctx, WG_E_INTERNAL, "libsodium", NULL, NULL);
    struct guard *guard = wg_xcalloc(1, sizeof *guard);
    guard->options = *options;
    guard->store = store;
    guard->district = copy_text(options->district);
    guard->options.district = guard->district;
    session_cache_init(&guard->sessions);
    (void)pthread_mutex_init(&guard->decoy_lock, NULL);
    for (size_t i = 0; i < ACCOUNT_LOCKS; i++) (void)pthread_mutex_init(&guard->accounts[i], NULL);
    size_t cores = wg_cores();
    (void)sem_init(&guard->hashing, 0, cores > 1 ? (unsigned)cores : 2);
    int rc = guard_keys_open(ctx, guard);
    guard->options.key_file = NULL; /* the caller's text, needed no longer */
    if (rc) {
        guard_close(guard);
        return rc;
    }
    *ret_guard = guard;
    return 0;
}

void guard_close(struct guard *guard)
{
    if (!guard) return;
    session_cache_free(&guard->sessions);
    (void)pthread_mutex_destroy(&guard->decoy_lock);
    for (size_t i = 0; i < ACCOUNT_LOCKS; i++) (void)pthread_mutex_destroy(&guard->accounts[i]);
    (void)sem_destroy(&guard->hashing);
    if (guard->keys) sodium_free(guard->keys);
    free(guard->decoy);
    free(guard->district);
    free(guard);
}

void guard_forget_scopes(struct guard *guard)
{
    (void)atomic_fetch_add(&guard->generation, 1);
}

uint64_t guard_generation(const struct guard *guard)
{
    return atomic_load(&guard->generation);
}
