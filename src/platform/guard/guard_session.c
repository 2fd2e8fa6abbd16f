/* Sessions: a secret in a cookie, its mark in the store, and a copy in memory so that most requests read nothing. */
#include <stdlib.h>
#include <string.h>

#include "platform/guard/guard_internal.h"

enum {
    READ_AGAIN = 60 * WG_SECOND,
    WRITE_SEEN = 10 * WG_MINUTE,
};

/* How long a session lasts: unused, and at all. */
static void limits_of(enum guard_role role, wg_time *ret_idle, wg_time *ret_absolute)
{
    bool in_the_field = role == ROLE_WORKER;
    *ret_idle = in_the_field ? 14 * WG_DAY_MS : 2 * (wg_time)WG_HOUR;
    *ret_absolute = in_the_field ? 60 * WG_DAY_MS : 12 * (wg_time)WG_HOUR;
}

static const char q_find[] = "SELECT s.id, s.worker, s.last_seen, s.expires, w.name, w.role, w.active, w.login, w.demo "
                             "FROM session s JOIN worker w ON w.district = s.district AND w.id = s.worker "
                             "WHERE s.district = $1 AND s.mark = $2";
static const char q_add[] = "INSERT INTO session (district, mark, id, worker, created, last_seen, expires) "
                            "VALUES ($1, $2, $3, $4, $5, $5, $6)";
static const char q_sweep[] = "DELETE FROM session WHERE district = $1 AND expires < $2";
static const char q_oldest[] = "DELETE FROM session WHERE district = $1 AND worker = $2 AND created <= "
                               "(SELECT created FROM session WHERE district = $1 AND worker = $2 "
                               "ORDER BY created DESC LIMIT 1 OFFSET $3)";
static const char q_seen[] = "UPDATE session SET last_seen = $3 WHERE district = $1 AND mark = $2";
static const char q_end[] = "DELETE FROM session WHERE district = $1 AND mark = $2";
static const char q_end_all[] = "DELETE FROM session WHERE district = $1 AND worker = $2";

/* --- in memory -------------------------------------------------------------------------------------------------------------- */

/* One block of memory, texts and tops behind the structure. */
struct session_entry {
    struct session_entry *next;
    struct guard_mark mark;
    wg_id session, worker;
    enum guard_role role;
    wg_time read_at, last_seen, idle, expires;
    wg_time stored_seen; /* what the store says */
    uint64_t generation;
    const char *name, *login;
    const char **tops;
    size_t n_tops;
};

void session_cache_init(struct session_cache *cache)
{
    (void)pthread_mutex_init(&cache->lock, NULL);
}

static void cache_clear(struct session_cache *cache)
{
    for (size_t i = 0; i < SESSION_BUCKETS; i++) {
        while (cache->buckets[i]) {
            struct session_entry *next = cache->buckets[i]->next;
            free(cache->buckets[i]);
            cache->buckets[i] = next;
        }
    }
    cache->n = 0;
}

void session_cache_free(struct session_cache *cache)
{
    cache_clear(cache);
    (void)pthread_mutex_destroy(&cache->lock);
}

/* Marks are the output of a keyed hash: their first bytes spread well. */
static struct session_entry **bucket_of(struct session_cache *cache, const struct guard_mark *mark)
{
    return &cache->buckets[(mark->b[0] | mark->b[1] << 8) % SESSION_BUCKETS];
}

static struct session_entry **place_of(struct session_cache *cache, const struct guard_mark *mark)
{
    struct session_entry **at = bucket_of(cache, mark);
    while (*at && sodium_memcmp((*at)->mark.b, mark->b, sizeof mark->b) != 0) at = &(*at)->next;
    return at;
}

static void cache_drop(struct session_cache *cache, const struct guard_mark *mark)
{
    (void)pthread_mutex_lock(&cache->lock);
    struct session_entry **at = place_of(cache, mark), *old = *at;
    if (old) {
        *at = old->next;
        free(old);
        cache->n--;
    }
    (void)pthread_mutex_unlock(&cache->lock);
}

static char *put_text(char **at, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = memcpy(*at, text, n);
    *at += n;
    return copy;
}

static struct session_entry *entry_copy(const struct session_entry *from)
{
    size_t bytes = sizeof *from + from->n_tops * sizeof *from->tops + strlen(from->name) + strlen(from->login) + 2;
    for (size_t i = 0; i < from->n_tops; i++) bytes += strlen(from->tops[i]) + 1;
    struct session_entry *e = wg_xmalloc(bytes);
    *e = *from;
    e->tops = (const char **)(void *)(e + 1);
    char *at = (char *)(e->tops + e->n_tops);
    e->name = put_text(&at, from->name);
    e->login = put_text(&at, from->login);
    for (size_t i = 0; i < e->n_tops; i++) e->tops[i] = put_text(&at, from->tops[i]);
    return e;
}

static void cache_put(struct session_cache *cache, const struct session_entry *entry)
{
    struct session_entry *copy = entry_copy(entry);
    cache_drop(cache, &entry->mark);
    (void)pthread_mutex_lock(&cache->lock);
    if (cache->n >= SESSION_ENTRIES_MAX) cache_clear(cache);
    struct session_entry **bucket = bucket_of(cache, &copy->mark);
    copy->next = *bucket;
    *bucket = copy;
    cache->n++;
    (void)pthread_mutex_unlock(&cache->lock);
}

/* --- from one request to the next ------------------------------------------------------------------------------------------- */

static const char *csrf_of(struct wg_ctx *ctx, const struct guard *guard, struct wg_str token)
{
    enum { HALF = GUARD_MARK_BYTES / 2 };
    struct guard_mark mark = guard_keyed(guard, "csrf", token);
    char *text = wg_alloc(ctx->arena, HALF * 2 + 1);
    (void)sodium_bin2hex(text, HALF * 2 + 1, mark.b, HALF);
    return text;
}

static const struct guard_who *who_of(struct wg_ctx *ctx, const struct guard *guard, const struct session_entry *e,
                                      struct wg_str token)
{
    struct guard_who *who = wg_alloc(ctx->arena, sizeof *who);
    const char **tops = wg_alloc_n(ctx->arena, e->n_tops + 1, sizeof *tops);
    for (size_t i = 0; i < e->n_tops; i++) tops[i] = wg_cstr(ctx->arena, wg_str(e->tops[i]));
    *who = (struct guard_who){
        .worker = e->worker,
        .name = wg_cstr(ctx->arena, wg_str(e->name)),
        .login = wg_cstr(ctx->arena, wg_str(e->login)),
        .role = e->role,
        .scope = {tops, e->n_tops},
        .csrf = csrf_of(ctx, guard, token),
        .session = e->session,
        .district = guard->district,
    };
    return who;
}

static bool is_over(const struct wg_ctx *ctx, const struct session_entry *e)
{
    return ctx->now >= e->expires || ctx->now - e->last_seen >= e->idle;
}

static const struct guard_who *from_memory(struct wg_ctx *ctx, struct guard *guard, const struct guard_mark *mark,
                                           struct wg_str token)
{
    struct session_cache *cache = &guard->sessions;
    const struct guard_who *who = NULL;
    uint64_t generation = atomic_load(&guard->generation);
    (void)pthread_mutex_lock(&cache->lock);
    struct session_entry *e = *place_of(cache, mark);
    bool fresh = e && e->generation == generation && ctx->now - e->read_at < READ_AGAIN && !is_over(ctx, e);
    if (fresh) {
        if (ctx->now > e->last_seen) e->last_seen = ctx->now;
        who = who_of(ctx, guard, e, token);
    }
    (void)pthread_mutex_unlock(&cache->lock);
    return who;
}

/* When the session was last used, as far as memory knows. */
static wg_time seen_in_memory(struct guard *guard, const struct guard_mark *mark)
{
    struct session_cache *cache = &guard->sessions;
    (void)pthread_mutex_lock(&cache->lock);
    const struct session_entry *e = *place_of(cache, mark);
    wg_time seen = e ? e->last_seen : 0;
    (void)pthread_mutex_unlock(&cache->lock);
    return seen;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, and without those that lie under another. */
static void tidy_tops(const char **tops, size_t *n)
{
    size_t kept = 0;
    if (*n > 1) qsort(tops, *n, sizeof *tops, by_text);
    for (size_t i = 0; i < *n; i++)
        if (kept == 0 || !wg_str_starts(wg_str(tops[i]), wg_str(tops[kept - 1]))) tops[kept++] = tops[i];
    *n = kept;
}

static int read_tops(struct wg_ctx *ctx, struct guard *guard, struct store_snap *snap, struct session_entry *e)
{
    const char *const *given = NULL;
    size_t n = 0;
    if (e->role == ROLE_KEEPER) {
        static const char *const whole[] = {""};
        given = whole;
        n = 1;
    } else if (guard->options.tops) {
        int rc = guard->options.tops(ctx, snap, guard->district, e->worker, wg_today(ctx), &given, &n);
        if (rc) return rc;
    }
    e->tops = wg_alloc_n(ctx->arena, n + 1, sizeof *e->tops);
    for (size_t i = 0; i < n; i++) e->tops[i] = given[i];
    tidy_tops(e->tops, &n);
    if (n > GUARD_TOPS_MAX) return wg_refuse(ctx, WG_E_TOO_MANY, "scope", wg_fmt(ctx->arena, "%d", GUARD_TOPS_MAX), NULL);
    e->n_tops = n;
    return 0;
}

static int read_entry(struct wg_ctx *ctx, struct guard *guard, struct store_snap *snap, const struct guard_mark *mark,
                      struct session_entry *e, bool *ret_valid)
{
    struct wg_str bytes = {(const char *)mark->b, sizeof mark->b};
    struct store_value values[] = {store_cstr(guard->district), store_bytes(bytes)};
    struct store_rows *rows;
    bool found, is_demo;
    *ret_valid = false;
    int rc = store_one(ctx, snap, q_find, values, 2, &rows, &found);
    if (rc || !found) return rc;
    wg_time absolute;
    bool known = guard_role_from_code(store_get_text(rows, 5), &e->role);
    e->mark = *mark;
    e->session = store_get_id(rows, 0);
    e->worker = store_get_id(rows, 1);
    e->stored_seen = e->last_seen = store_get_time(rows, 2);
    e->expires = store_get_time(rows, 3);
    e->name = wg_cstr(ctx->arena, store_get_text(rows, 4));
    e->login = wg_cstr(ctx->arena, store_get_text(rows, 7));
    bool may_enter = known && store_get_int(rows, 6) != 0 && !store_is_null(rows, 7), demo = store_get_int(rows, 8) != 0;
    store_rows_end(rows);
    if (!may_enter) return 0;
    limits_of(e->role, &e->idle, &absolute);
    rc = guard_is_demo_store(ctx, snap, &is_demo);
    if (rc == 0) rc = read_tops(ctx, guard, snap, e);
    *ret_valid = rc == 0 && (is_demo || !demo);
    return rc;
}

struct seen {
    const char *district;
    const struct guard_mark *mark;
};

static int write_seen(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct seen *seen = arg;
    struct wg_str bytes = {(const char *)seen->mark->b, sizeof seen->mark->b};
    struct store_value values[] = {store_cstr(seen->district), store_bytes(bytes), store_time(ctx->now)};
    return store_exec(ctx, tx, q_seen, values, 3, NULL);
}

int session_read(struct wg_ctx *ctx, struct guard *guard, struct guard_mark mark, struct wg_str token,
                 const struct guard_who **ret)
{
    struct session_entry e = {.read_at = ctx->now, .generation = atomic_load(&guard->generation)};
    struct store_snap *snap;
    bool valid;
    int rc = store_read(ctx, guard->store, &snap);
    if (rc) return rc;
    rc = read_entry(ctx, guard, snap, &mark, &e, &valid);
    store_read_end(snap);
    if (rc) return rc;
    wg_time seen = seen_in_memory(guard, &mark);
    if (seen > e.last_seen) e.last_seen = seen;
    if (!valid || is_over(ctx, &e)) {
        cache_drop(&guard->sessions, &mark);
        return 0;
    }
    e.last_seen = ctx->now;
    if (ctx->now - e.stored_seen > WRITE_SEEN) {
        struct seen now = {guard->district, &mark};
        rc = store_write(ctx, guard->store, write_seen, &now);
        if (rc) return rc;
    }
    cache_put(&guard->sessions, &e);
    *ret = who_of(ctx, guard, &e, token);
    return 0;
}

static bool token_of(const struct http_request *request, struct wg_str *ret)
{
    *ret = http_cookie(request, "wg_session");
    return ret->n > 0 && ret->n < sizeof((struct session_new *)0)->token;
}

int session_find(struct wg_ctx *ctx, struct guard *guard, const struct http_request *request, const struct guard_who **ret)
{
    struct wg_str token;
    *ret = NULL;
    if (!token_of(request, &token)) return 0;
    struct guard_mark mark = guard_keyed(guard, "session", token);
    *ret = from_memory(ctx, guard, &mark, token);
    return *ret ? 0 : session_read(ctx, guard, mark, token, ret);
}

/* --- beginning and ending ----------------------------------------------------------------------------------------------------- */

void session_make(struct wg_ctx *ctx, const struct guard *guard, const struct guard_worker *worker, struct session_new *ret)
{
    unsigned char secret[GUARD_TOKEN_BYTES];
    randombytes_buf(secret, sizeof secret);
    (void)sodium_bin2base64(ret->token, sizeof ret->token, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(secret, sizeof secret);
    ret->mark = guard_keyed(guard, "session", wg_str(ret->token));
    ret->id = wg_id_new(ctx->now);
    ret->worker = worker->id;
    ret->role = worker->role;
}

int session_store(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct session_new *session)
{
    wg_time idle, absolute;
    limits_of(session->role, &idle, &absolute);
    struct wg_str bytes = {(const char *)session->mark.b, sizeof session->mark.b};
    struct store_value add[] = {store_cstr(district),       store_bytes(bytes),   store_id(&session->id),
                                store_id(&session->worker), store_time(ctx->now), store_time(ctx->now + absolute)};
    struct store_value sweep[] = {store_cstr(district), store_time(ctx->now)};
    struct store_value oldest[] = {store_cstr(district), store_id(&session->worker), store_int(GUARD_SESSIONS_MAX)};
    int rc = store_exec(ctx, tx, q_add, add, 6, NULL);
    if (rc == 0) rc = store_exec(ctx, tx, q_sweep, sweep, 2, NULL);
    return rc ? rc : store_exec(ctx, tx, q_oldest, oldest, 3, NULL);
}

struct ending {
    const char *district;
    struct guard_mark mark;
};

static int write_end(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct ending *ending = arg;
    struct wg_str bytes = {(const char *)ending->mark.b, sizeof ending->mark.b};
    struct store_value values[] = {store_cstr(ending->district), store_bytes(bytes)};
    return store_exec(ctx, tx, q_end, values, 2, NULL);
}

int session_end(struct wg_ctx *ctx, struct guard *guard, const struct http_request *request)
{
    struct wg_str token;
    if (!token_of(request, &token)) return 0;
    struct ending ending = {guard->district, guard_keyed(guard, "session", token)};
    int rc = store_write(ctx, guard->store, write_end, &ending);
    if (rc) return rc;
    cache_drop(&guard->sessions, &ending.mark);
    guard_forget_scopes(guard); /* a request that read the session before may be about to keep it */
    return 0;
}

int sessions_end_of(struct wg_ctx *ctx, struct store_tx *tx, const char *district, wg_id worker)
{
    struct store_value values[] = {store_cstr(district), store_id(&worker)};
    return store_exec(ctx, tx, q_end_all, values, 2, NULL);
}

/* --- the cookie --------------------------------------------------------------------------------------------------------------- */

void session_set_cookie(struct wg_ctx *ctx, const struct http_request *request, const struct session_new *session,
                        struct http_answer *answer)
{
    wg_time idle, absolute;
    limits_of(session->role, &idle, &absolute);
    http_set_header(answer, "Set-Cookie",
                    wg_str(wg_fmt(ctx->arena, "wg_session=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s",
                                  session->token, (long long)(absolute / WG_SECOND), request->secure ? "; Secure" : "")));
}

void session_clear_cookie(const struct http_request *request, struct http_answer *answer)
{
    http_set_header(answer, "Set-Cookie",
                    request->secure ? WG_STR("wg_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure")
                                    : WG_STR("wg_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"));
}
