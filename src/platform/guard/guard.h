/* guard.h - who may see and do what: accounts, sessions, rights, scope, audit, sealing. Enforced in one place.
 *
 * An account is a worker. Its role gives rights; its duties (dated, on places) give its scope: the subtrees below them and
 * nothing else. Every route is a row; the dispatcher signs in, checks the right and the anti-forgery token, works out the scope,
 * runs the handler and writes the audit: a handler cannot forget any of it.
 *   P1 a route without a right or without an audit verb (or a stated reason for none), or given twice, is refused at start
 *   P2 passwords are Argon2id; sessions are 256 random bits, stored hashed, in an HttpOnly SameSite=Strict cookie, idle and
 *      absolute limits; changing state needs the session's X-CSRF-Token header
 *   P3 logins are throttled by account and by client, growing from seconds to minutes; the answer does not tell which was wrong
 *   P4 an account whose password was made by the demo works only in a store marked as demo
 *   P5 every read and write of a person's record is in the audit before the answer leaves: who, when, what, whom, why; so is
 *      every refusal for want of a right or of scope (verb "x.refused")
 *   P6 sealed values (XChaCha20-Poly1305) are bound to their row and field: moved elsewhere they do not open
 *   P7 the key file lies outside the database with mode 0600 and is its owner's alone, and is refused otherwise; so is another
 *      store's
 *   P8 an account, a role or a session taken back ends its access at once in this program, within a minute in others
 * Owns the tables meta, worker, session, login_attempt, audit (0002_guard.sql). Days in the deployment's zone.
 *
 * Sessions. Desk roles: idle 2 hours, absolute 12 hours. Workers: idle 14 days, absolute 60 days, so that a phone that was offline
 * keeps its day's work. A session is looked up in memory; the store is read again each minute, and written when the session was
 * last seen more than ten minutes ago. */
#ifndef WG_GUARD_H
#define WG_GUARD_H
#include "platform/http/http.h"
#include "platform/store/store.h"

/* --- rights and roles --------------------------------------------------------------------------------------------------- */
enum guard_right {
    RIGHT_UNSET_,        /* forgotten: refused at start */
    RIGHT_NONE,          /* no sign-in needed */
    RIGHT_SIGNED_IN,     /* any account */
    RIGHT_PERSON_READ,   /* people and households within scope */
    RIGHT_PERSON_WRITE,  /* correct the register */
    RIGHT_PERSON_REVEAL, /* a full identity or telephone number, with a reason */
    RIGHT_PLACE_WRITE,
    RIGHT_DUTY_WRITE, /* duties, leave, stand-ins */
    RIGHT_TASK,       /* today's doors; record what was found */
    RIGHT_TASK_SEE,   /* who is not reached, of others */
    RIGHT_ASSIGN,     /* pools, passing tasks on */
    RIGHT_LIST_READ,
    RIGHT_LIST_IMPORT,
    RIGHT_REVIEW,
    RIGHT_REPORT_READ,
    RIGHT_REPORT_SIGN,   /* a community's report */
    RIGHT_REPORT_VERIFY, /* as the street */
    RIGHT_EXPORT,
    RIGHT_AUDIT_READ,
    RIGHT_ACCOUNT_WRITE,
    RIGHT_COUNT_
};
enum guard_role { ROLE_WORKER, ROLE_COMMUNITY, ROLE_STREET, ROLE_DISTRICT, ROLE_DATA, ROLE_CLERK, ROLE_KEEPER, ROLE_COUNT_ };
const char *guard_role_code(enum guard_role role); /* "worker" "community" "street" "district" "data" "clerk" "keeper" */
WG_MUST bool guard_role_from_code(struct wg_str code, enum guard_role *ret);
bool guard_role_may(enum guard_role role, enum guard_right right);
const char *guard_right_code(enum guard_right right); /* "person.read" */

/* --- scope ---------------------------------------------------------------------------------------------------------------- */
enum { GUARD_TOPS_MAX = 512 };
/* Tops of the subtrees someone may see: path prefixes, sorted, none under another. "" is the whole district. A record is in
 * scope when its path starts with a top; as a range: path >= top and path < top followed by '~'. */
struct guard_scope {
    const char *const *tops;
    size_t n;
};
bool guard_in_scope(const struct guard_scope *scope, struct wg_str path);
/* The scope cut down to the subtree at `path` (empty when outside). */
struct guard_scope guard_scope_within(struct wg_arena *arena, const struct guard_scope *scope, struct wg_str path);
/* The end of a prefix's range: prefix followed by '~'. */
const char *guard_scope_end(struct wg_arena *arena, const char *top);

struct guard_who {
    wg_id worker;
    const char *name, *login;
    enum guard_role role;
    struct guard_scope scope; /* the keeper, who has no right on people, has the whole district */
    const char *csrf;
    wg_id session;
    const char *district; /* code, leads every key */
};
bool guard_may(const struct guard_who *who, enum guard_right right);

/* --- the guard ------------------------------------------------------------------------------------------------------------ */
struct guard;
struct guard_options {
    const char *district; /* code */
    const char *key_file; /* NULL: "wangge.key" in the store's directory */
    bool create_key;      /* only when the store is new: one that has a key already is refused without its file */
    bool fast_hash;       /* tests and demo seeds: the cheapest Argon2id that verifies all the same */
    /* How duties become a scope: asked at sign-in and when duties changed (district/register gives it). */
    int (*tops)(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id worker, wg_day day,
                const char *const **ret_tops, size_t *ret_n);
};
WG_MUST int guard_open(struct wg_ctx *ctx, struct store *store, const struct guard_options *options, struct guard **ret_guard);
void guard_close(struct guard *guard);
/* Scopes and accounts are kept for a minute; call after duties changed. */
void guard_forget_scopes(struct guard *guard);
/* Another number after each guard_forget_scopes, which changed accounts call too: for whoever keeps what follows from duties. */
uint64_t guard_generation(const struct guard *guard);

/* What the store says of itself: "demo" ("1": made by the demo), "district", "zone", "key". *ret NULL: not said. */
WG_MUST int guard_meta(struct wg_ctx *ctx, struct store_snap *snap, const char *key, const char **ret);
WG_MUST int guard_meta_put(struct wg_ctx *ctx, struct store_tx *tx, const char *key, const char *value);

/* --- accounts ------------------------------------------------------------------------------------------------------------- */
struct guard_worker {
    wg_id id;
    const char *login; /* NULL: has no account */
    const char *name;
    const char *phone; /* of duty, not sealed: it is on the door notice */
    enum guard_role role;
    bool active, demo;
};
/* Logins are kept in lower case. WG_E_CONFLICT for one that is taken. */
WG_MUST int guard_worker_add(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct guard_worker *worker);
/* All but id and demo. Ends the sessions of one who is no longer active or has another role. WG_E_CONFLICT rather than leave the
 * store without an active keeper. */
WG_MUST int guard_worker_change(struct wg_ctx *ctx, struct store_tx *tx, const char *district,
                                const struct guard_worker *worker);
WG_MUST int guard_worker_get(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id id,
                             struct guard_worker *ret);
WG_MUST int guard_worker_by_login(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str login,
                                  struct guard_worker *ret); /* WG_E_NOT_FOUND */
/* WG_E_WEAK_PASSWORD (not for the demo's). Hashing is slow by design: do it outside the transaction. The text says whether the
 * demo made it. */
WG_MUST int guard_password_hash(struct wg_ctx *ctx, struct guard *guard, struct wg_str password, bool demo,
                                const char **ret_hash);
/* Ends the worker's sessions. */
WG_MUST int guard_password_set(struct wg_ctx *ctx, struct store_tx *tx, const char *district, wg_id worker, const char *hash);

/* --- sealing --------------------------------------------------------------------------------------------------------------- */
/* `field` and `row` bind the sealed bytes to their place. Result in the arena. A value that does not open is WG_E_STORE. */
struct wg_str guard_seal(struct wg_ctx *ctx, const struct guard *guard, const char *field, wg_id row, struct wg_str plain);
WG_MUST int guard_unseal(struct wg_ctx *ctx, const struct guard *guard, const char *field, wg_id row, struct wg_str sealed,
                         struct wg_str *ret_plain);
/* Keyed index (BLAKE2b-128) of a canonical value: equal values, equal marks, within this store only. */
wg_id guard_index(const struct guard *guard, const char *field, struct wg_str value);
/* "***********1238": all but the last four replaced. */
const char *guard_mask(struct wg_arena *arena, struct wg_str value);

/* Sealed files beside the database: written whole and synced before the call returns. `kind` binds them to their use. */
WG_MUST int guard_file_keep(struct wg_ctx *ctx, const struct guard *guard, const struct store *store, const char *kind,
                            wg_id id, struct wg_str bytes);
WG_MUST int guard_file_read(struct wg_ctx *ctx, const struct guard *guard, const struct store *store, const char *kind,
                            wg_id id, struct wg_str *ret_bytes);
void guard_file_forget(const struct store *store, wg_id id);

/* --- routes ----------------------------------------------------------------------------------------------------------------- */
struct guard_call {
    struct wg_ctx *ctx;
    struct http_request *request;
    struct http_answer *answer;
    const struct guard_who *who; /* NULL on RIGHT_NONE routes without a session */
    struct guard *guard;
    struct store *store;
    void *services;            /* what main passed on */
    struct guard_notes *notes; /* for the audit; the dispatcher's own */
};
/* Adds a subject to the call's audit entry: whose record (nil: nobody's), and what (short; never a number or a name). One row is
 * written for each; without any, one row for the call. A table of people is one: guard_note(call, nil, "50 rows"). */
void guard_note(struct guard_call *call, wg_id person, const char *what);
/* Where it is, for those who read the audit of a place. Unsaid, it is the first top of the reader's scope. */
void guard_note_place(struct guard_call *call, struct wg_str path);
/* Why, in the words of whoever asked. */
void guard_note_reason(struct guard_call *call, struct wg_str reason);
/* Writes the call's audit rows inside the handler's own write, so that both cost one commit; the dispatcher then writes only what
 * was noted afterwards. Call it last in the unit of work (which may run again). */
WG_MUST int guard_audit_in(struct guard_call *call, struct store_tx *tx);

struct guard_route {
    const char *method, *pattern; /* "GET" "/api/v1/people/{id}" */
    enum guard_right right;
    const char *audit;    /* verb, "person.read"; NULL only with */
    const char *no_audit; /* why nothing is written */
    int (*handle)(struct guard_call *call);
    /* For the OpenAPI document: one line, and names of schemas in the document (NULL: none). "?name:type" parts of `query`
     * separated by spaces describe the query parameters: "place:string limit:integer". */
    const char *summary, *query, *body, *reply;
};
struct guard_router;
WG_MUST int guard_router_new(struct wg_ctx *ctx, struct guard *guard, struct store *store, void *services,
                             struct guard_router **ret_router);
/* `routes` ends with a row whose method is NULL; call once per room. A literal part goes before a {part}. */
WG_MUST int guard_router_add(struct wg_ctx *ctx, struct guard_router *router, const struct guard_route *routes);
void guard_router_free(struct guard_router *router);
/* An http_options.handle: static pages, then routes. */
int guard_dispatch(struct wg_ctx *ctx, void *router, struct http_request *request, struct http_answer *answer);
/* Every row, for OpenAPI and tests. */
size_t guard_route_count(const struct guard_router *router);
const struct guard_route *guard_route_at(const struct guard_router *router, size_t index);

/* The guard's own routes: sign in and out, who am I, change password, accounts, audit, /healthz, /metrics (for loopback or a keeper).
 * See docs/api.md. */
extern const struct guard_route guard_routes[];

/* Who looked at a person's record or changed it, newest first: a LookPage {items, next}. `after` is a former `next`, or empty. */
WG_MUST int guard_looks(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id person, struct wg_str after,
                        int limit, json_t **ret_page);

/* A row of the audit, for files of it. */
struct guard_audit_row {
    wg_time at;
    wg_id person, request;                                   /* nil: nobody's, unknown */
    const char *worker, *role, *verb, *what, *reason, *path; /* NULL: none */
};
typedef int (*guard_audit_visit)(struct wg_ctx *ctx, void *arg, const struct guard_audit_row *row);
/* All that GET audit would show for the call's person, worker, from and to, page after page: newest first, within the caller's scope,
 * from one snapshot. WG_E_TOO_MANY beyond `most`. */
WG_MUST int guard_audit_each(struct guard_call *call, int64_t most, guard_audit_visit visit, void *arg);
#endif
