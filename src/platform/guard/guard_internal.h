/* guard_internal.h - what the files of this room share. */
#ifndef WG_GUARD_INTERNAL_H
#define WG_GUARD_INTERNAL_H
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <stdatomic.h>

#include "platform/guard/guard.h"

enum {
    GUARD_KEY_BYTES = 64,
    GUARD_TOKEN_BYTES = 32,
    GUARD_MARK_BYTES = 32,
    GUARD_LOGIN_MAX = 64,
    GUARD_NAME_MAX = 64,
    GUARD_PASSWORD_MIN = 10,
    GUARD_PASSWORD_MAX = 256,
    GUARD_SESSIONS_MAX = 100, /* of one account; the oldest goes */
    GUARD_REASON_MAX = 200,
    GUARD_PAGE_MAX = 200,
};

/* Kept apart from other memory by libsodium. */
struct guard_keys {
    unsigned char seal[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    unsigned char index[32];
};

struct guard_mark {
    unsigned char b[GUARD_MARK_BYTES];
};

struct session_entry;
enum { SESSION_BUCKETS = 4096, SESSION_ENTRIES_MAX = 50000, ACCOUNT_LOCKS = 64 };
struct session_cache {
    pthread_mutex_t lock;
    struct session_entry *buckets[SESSION_BUCKETS];
    size_t n;
};

struct guard {
    struct guard_options options;
    struct store *store;
    char *district;
    struct guard_keys *keys;
    struct session_cache sessions;
    _Atomic uint64_t generation;             /* raised when cached sessions must be read again */
    sem_t hashing;                           /* how many passwords are hashed at once */
    pthread_mutex_t accounts[ACCOUNT_LOCKS]; /* attempts on one account go one after another */
    pthread_mutex_t decoy_lock;
    char *decoy; /* a hash to verify against when there is no account; made at first need */
};

struct guard_subject {
    wg_id person;
    const char *what;
};
struct guard_notes {
    const struct guard_route *route;
    struct guard_subject *subjects;
    size_t n, cap, n_written;
    bool row_written; /* the row of a call without subjects */
    const char *path, *reason;
    wg_id actor; /* when it is not call->who: who tried to sign in */
    const char *actor_role;
};

/* guard_key.c */
bool guard_sync_directory_of(struct wg_ctx *ctx, const char *path); /* so that a new file's name is on disk */
int guard_keys_open(struct wg_ctx *ctx, struct guard *guard);
/* Of a secret text for a purpose: 32 bytes, keyed by the store. */
struct guard_mark guard_keyed(const struct guard *guard, const char *purpose, struct wg_str text);

/* guard_account.c */
const char *guard_login_form(struct wg_arena *arena, struct wg_str login); /* trimmed, lower case */
struct guard_login {
    struct guard_worker worker;
    const char *hash; /* NULL: none */
};
int guard_login_find(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const char *login,
                     struct guard_login *ret, bool *ret_found);
/* As many hash at once as there are cores, for each takes 64 MiB; WG_E_BUSY after ten seconds of waiting. */
int guard_hashing_begin(struct wg_ctx *ctx, struct guard *guard);
void guard_hashing_end(struct guard *guard);
/* Between those two. Takes as long when there is nothing to verify against (hash NULL). */
int guard_password_check(struct wg_ctx *ctx, struct guard *guard, const char *hash, struct wg_str password, bool *ret_right);
int guard_is_demo_store(struct wg_ctx *ctx, struct store_snap *snap, bool *ret);
/* From a row that begins with id, login, name, phone, role, active, demo. */
void guard_worker_read(struct wg_ctx *ctx, const struct store_rows *rows, struct guard_worker *ret);
json_t *guard_worker_json(const struct guard_worker *worker);

/* guard_throttle.c: failed attempts, by account and by client. */
struct throttle {
    const char *district;
    wg_id account, client; /* marks */
    bool has_failures;     /* left by throttle_check, as is */
    int64_t wait_seconds;
};
struct throttle throttle_of(struct wg_ctx *ctx, const struct guard *guard, const char *login, const char *client);
int throttle_check(struct wg_ctx *ctx, struct store_snap *snap, struct throttle *throttle); /* WG_E_LOGIN_THROTTLED */
int throttle_count(struct wg_ctx *ctx, struct store_tx *tx, const struct throttle *throttle);
int throttle_forgive(struct wg_ctx *ctx, struct store_tx *tx, const struct throttle *throttle);

/* guard_attempt.c: one try at an account's password. 0 with `right` told; WG_E_LOGIN_THROTTLED, WG_E_BUSY. A wrong one is counted
 * already; a right one is settled in the write that follows from it. */
struct guard_attempt {
    const char *login; /* in stored form */
    struct wg_str password;
    const char *client;
    struct throttle throttle;
    struct guard_login found;
    bool is_there, is_demo, right;
};
int guard_attempt(struct wg_ctx *ctx, struct guard *guard, struct guard_attempt *attempt);
/* In that write: forgives, unless the account was closed or its password changed since. WG_E_BAD_LOGIN. */
int guard_attempt_settle(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct guard_attempt *attempt);

/* guard_session.c */
void session_cache_init(struct session_cache *cache);
void session_cache_free(struct session_cache *cache);
/* The session of the request's cookie; *ret NULL when there is none. */
int session_find(struct wg_ctx *ctx, struct guard *guard, const struct http_request *request, const struct guard_who **ret);
struct session_new {
    char token[64]; /* for the cookie */
    struct guard_mark mark;
    wg_id id, worker;
    enum guard_role role;
};
void session_make(struct wg_ctx *ctx, const struct guard *guard, const struct guard_worker *worker, struct session_new *ret);
int session_store(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct session_new *session);
int session_read(struct wg_ctx *ctx, struct guard *guard, struct guard_mark mark, struct wg_str token,
                 const struct guard_who **ret);
int session_end(struct wg_ctx *ctx, struct guard *guard, const struct http_request *request);
void session_set_cookie(struct wg_ctx *ctx, const struct http_request *request, const struct session_new *session,
                        struct http_answer *answer);
void session_clear_cookie(const struct http_request *request, struct http_answer *answer);
int sessions_end_of(struct wg_ctx *ctx, struct store_tx *tx, const char *district, wg_id worker);

/* guard_audit.c */
int guard_audit_rest(struct guard_call *call, struct store_tx *tx, bool refused);
bool guard_audit_has_rest(const struct guard_call *call);
int guard_audit_routes_read(struct guard_call *call); /* GET /api/v1/audit */

/* guard_field.c: fields of a JSON body. A missing one leaves *ret alone and is no refusal unless `must`. */
struct guard_text_field {
    const char *name;
    size_t max; /* characters */
    bool must, may_be_null;
};
int guard_text(struct wg_ctx *ctx, const json_t *body, const struct guard_text_field *field, const char **ret, bool *ret_given);
int guard_only_fields(struct wg_ctx *ctx, const json_t *body, const char *const *names); /* ends with NULL */
int guard_page_limit(struct wg_ctx *ctx, const struct http_request *request, int *ret);
int guard_query_id(struct wg_ctx *ctx, const struct http_request *request, const char *name, wg_id *ret); /* nil: absent */
int guard_param_id(struct wg_ctx *ctx, const struct http_request *request, size_t index, wg_id *ret);

/* guard_routes.c, guard_accounts.c */
int guard_route_sign_in(struct guard_call *call);
int guard_route_who(struct guard_call *call);
int guard_route_sign_out(struct guard_call *call);
int guard_route_password(struct guard_call *call);
int guard_route_accounts(struct guard_call *call);
int guard_route_account_add(struct guard_call *call);
int guard_route_account_change(struct guard_call *call);
int guard_route_account_password(struct guard_call *call);
#endif
