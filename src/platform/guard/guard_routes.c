/* The guard's routes: signing in and out, who am I, one's own password; health and metrics. */
#include <string.h>

#include "platform/guard/guard_internal.h"

/* --- the session ---------------------------------------------------------------------------------------------------------------- */

static json_t *rights_json(enum guard_role role)
{
    json_t *rights = json_array();
    for (int right = RIGHT_SIGNED_IN + 1; right < RIGHT_COUNT_; right++)
        if (guard_role_may(role, (enum guard_right)right))
            (void)json_array_append_new(rights, json_string(guard_right_code((enum guard_right)right)));
    return rights;
}

static json_t *scope_json(const struct guard_scope *scope)
{
    json_t *tops = json_array();
    for (size_t i = 0; i < scope->n; i++) (void)json_array_append_new(tops, json_pack("{s:s}", "path", scope->tops[i]));
    return tops;
}

static int answer_session(struct guard_call *call, const struct guard_who *who)
{
    struct store_snap *snap;
    bool is_demo;
    int rc = store_read(call->ctx, call->store, &snap);
    if (rc) return rc;
    rc = guard_is_demo_store(call->ctx, snap, &is_demo);
    store_read_end(snap);
    if (rc) return rc;
    json_t *worker = json_pack("{s:s,s:s,s:s,s:s}", "id", wg_id_text(call->ctx->arena, who->worker), "login", who->login,
                               "name", who->name, "role", guard_role_code(who->role));
    call->answer->json = json_pack("{s:o,s:o,s:o,s:s,s:b,s:i,s:s}", "worker", worker, "rights", rights_json(who->role), "scope",
                                   scope_json(&who->scope), "csrf", who->csrf, "demo", is_demo, "zone", call->ctx->zone,
                                   "district", who->district);
    return 0;
}

int guard_route_who(struct guard_call *call)
{
    return answer_session(call, call->who);
}

struct signing_in {
    struct guard_call *call;
    struct guard_attempt attempt;
    struct session_new session;
};

static int let_in(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct signing_in *s = arg;
    const char *district = s->call->guard->district;
    int rc = guard_attempt_settle(ctx, tx, district, &s->attempt);
    if (rc == 0) rc = session_store(ctx, tx, district, &s->session);
    return rc ? rc : guard_audit_in(s->call, tx);
}

/* What was asked, as text. Wrong types are told apart from wrong passwords; nothing else is. */
static int read_login(struct guard_call *call, struct signing_in *s)
{
    static const char *const names[] = {"login", "password", NULL};
    const struct guard_text_field login_field = {.name = "login", .max = GUARD_LOGIN_MAX, .must = true};
    const struct guard_text_field password_field = {.name = "password", .max = GUARD_PASSWORD_MAX, .must = true};
    const char *login = "", *password = "";
    bool given;
    json_t *body;
    int rc = http_json(call->ctx, call->request, &body);
    if (rc == 0) rc = guard_only_fields(call->ctx, body, names);
    if (rc == 0) rc = guard_text(call->ctx, body, &login_field, &login, &given);
    if (rc == 0) rc = guard_text(call->ctx, body, &password_field, &password, &given);
    if (rc) return rc;
    s->attempt.login = guard_login_form(call->ctx->arena, wg_str(login));
    s->attempt.password = wg_str(password);
    s->attempt.client = call->request->client;
    return 0;
}

static int attempt(struct guard_call *call, struct guard_attempt *a)
{
    int rc = guard_attempt(call->ctx, call->guard, a);
    if (rc == WG_E_LOGIN_THROTTLED)
        http_set_header(call->answer, "Retry-After",
                        wg_str(wg_fmt(call->ctx->arena, "%lld", (long long)a->throttle.wait_seconds)));
    return rc;
}

static void note_actor(struct guard_call *call, const struct guard_attempt *a)
{
    call->who = NULL; /* a session that was open before is not who signs in now */
    if (!a->is_there) return;
    call->notes->actor = a->found.worker.id;
    call->notes->actor_role = guard_role_code(a->found.worker.role);
}

int guard_route_sign_in(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct guard *guard = call->guard;
    struct signing_in s = {.call = call};
    int rc = read_login(call, &s);
    if (rc == 0) rc = attempt(call, &s.attempt);
    if (rc) return rc;
    note_actor(call, &s.attempt);
    if (!s.attempt.right) return wg_refuse(ctx, WG_E_BAD_LOGIN, NULL, NULL, NULL);
    const struct guard_worker *worker = &s.attempt.found.worker;
    if (worker->demo && !s.attempt.is_demo) return wg_refuse(ctx, WG_E_DEMO_ONLY, NULL, NULL, NULL);
    session_make(ctx, guard, worker, &s.session);
    rc = store_write(ctx, call->store, let_in, &s);
    const struct guard_who *who = NULL;
    if (rc == 0) rc = session_read(ctx, guard, s.session.mark, wg_str(s.session.token), &who);
    if (rc) return rc;
    if (!who) return wg_refuse(ctx, WG_E_BAD_LOGIN, NULL, NULL, NULL); /* closed in between */
    session_set_cookie(ctx, call->request, &s.session, call->answer);
    return answer_session(call, who);
}

int guard_route_sign_out(struct guard_call *call)
{
    int rc = session_end(call->ctx, call->guard, call->request);
    if (rc) return rc;
    session_clear_cookie(call->request, call->answer);
    call->answer->json = json_pack("{s:b}", "ok", 1);
    return 0;
}

/* --- one's own password ----------------------------------------------------------------------------------------------------------- */

struct changing {
    struct guard_call *call;
    struct guard_attempt attempt;
    const char *hash;
    struct session_new session;
};

static int write_password(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct changing *c = arg;
    const char *district = c->call->guard->district;
    int rc = guard_attempt_settle(ctx, tx, district, &c->attempt);
    if (rc == 0) rc = guard_password_set(ctx, tx, district, c->session.worker, c->hash);
    if (rc == 0) rc = session_store(ctx, tx, district, &c->session);
    return rc ? rc : guard_audit_in(c->call, tx);
}

static int read_passwords(struct guard_call *call, const char **ret_old, const char **ret_new)
{
    static const char *const names[] = {"old", "new", NULL};
    const struct guard_text_field old_field = {.name = "old", .max = GUARD_PASSWORD_MAX, .must = true};
    const struct guard_text_field new_field = {.name = "new", .max = GUARD_PASSWORD_MAX, .must = true};
    bool given;
    json_t *body;
    int rc = http_json(call->ctx, call->request, &body);
    if (rc == 0) rc = guard_only_fields(call->ctx, body, names);
    if (rc == 0) rc = guard_text(call->ctx, body, &old_field, ret_old, &given);
    return rc ? rc : guard_text(call->ctx, body, &new_field, ret_new, &given);
}

/* The old password is guessed no faster here than at the door. All other sessions end; this one goes on under a new secret. */
int guard_route_password(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct guard *guard = call->guard;
    struct changing c = {.call = call, .attempt = {.login = call->who->login, .client = call->request->client}};
    const char *old = "", *new = "";
    int rc = read_passwords(call, &old, &new);
    c.attempt.password = wg_str(old);
    if (rc == 0) rc = attempt(call, &c.attempt);
    if (rc) return rc;
    const struct guard_worker *worker = &c.attempt.found.worker;
    if (!c.attempt.right || !wg_id_eq(worker->id, call->who->worker)) return wg_refuse(ctx, WG_E_BAD_LOGIN, "old", NULL, NULL);
    rc = guard_password_hash(ctx, guard, wg_str(new), false, &c.hash);
    if (rc) return rc;
    session_make(ctx, guard, worker, &c.session);
    rc = store_write(ctx, call->store, write_password, &c);
    if (rc) return rc;
    guard_forget_scopes(guard);
    const struct guard_who *who = NULL;
    rc = session_read(ctx, guard, c.session.mark, wg_str(c.session.token), &who);
    if (rc) return rc;
    if (!who) return wg_refuse(ctx, WG_E_SIGN_IN, NULL, NULL, NULL);
    session_set_cookie(ctx, call->request, &c.session, call->answer);
    return answer_session(call, who);
}

/* --- health and metrics ----------------------------------------------------------------------------------------------------------- */

static int route_health(struct guard_call *call)
{
    struct store_snap *snap;
    int64_t number;
    int rc = store_read(call->ctx, call->store, &snap);
    if (rc) return rc;
    rc = store_number(call->ctx, snap, "SELECT count(*) FROM meta WHERE key = 'key'", NULL, 0, 0, &number);
    store_read_end(snap);
    if (rc) return rc;
    call->answer->json = json_pack("{s:b}", "ok", 1);
    return 0;
}

/* A request that a proxy passed on is not from this machine, whoever knows of the proxy. */
static bool is_loopback(const struct http_request *request)
{
    if (http_header(request, "X-Forwarded-For").n > 0) return false;
    return strncmp(request->client, "127.", 4) == 0 || strcmp(request->client, "::1") == 0;
}

static int route_metrics(struct guard_call *call)
{
    enum { METRICS_MAX = 64 * 1024 };
    bool is_keeper = call->who && call->who->role == ROLE_KEEPER;
    if (!is_loopback(call->request) && !is_keeper)
        return wg_refuse(call->ctx, call->who ? WG_E_FORBIDDEN : WG_E_SIGN_IN, NULL, "keeper", NULL);
    struct store_stats store = store_stats(call->store);
    struct wg_buf out;
    wg_buf_init(&out, METRICS_MAX);
    http_metrics(call->request->server, &out);
    const struct {
        const char *name, *type;
        uint64_t value;
    } rows[] = {
        {"wangge_store_writes_total", "counter", store.writes},   {"wangge_store_groups_total", "counter", store.groups},
        {"wangge_store_refused_total", "counter", store.refused}, {"wangge_store_reads_total", "counter", store.reads},
        {"wangge_store_waits_total", "counter", store.waits},     {"wangge_store_largest_group", "gauge", store.largest_group},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        wg_buf_fmt(&out, "# TYPE %s %s\n%s %llu\n", rows[i].name, rows[i].type, rows[i].name,
                   (unsigned long long)rows[i].value);
    call->answer->type = "text/plain; version=0.0.4; charset=utf-8";
    call->answer->bytes = wg_str_dup(call->ctx->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return 0;
}

/* --- the table -------------------------------------------------------------------------------------------------------------------- */

const struct guard_route guard_routes[] = {
    {"POST", "/api/v1/session", RIGHT_NONE, "session.open", NULL, guard_route_sign_in,
     "Sign in. The cookie is set; changes of state need the token `csrf` in the header X-CSRF-Token.", NULL, "Login",
     "Session"},
    {"GET", "/api/v1/session", RIGHT_SIGNED_IN, NULL, "shows one's own account", guard_route_who, "Who am I, and what may I.",
     NULL, NULL, "Session"},
    {"DELETE", "/api/v1/session", RIGHT_SIGNED_IN, "session.close", NULL, guard_route_sign_out, "Sign out.", NULL, NULL,
     "Done"},
    {"POST", "/api/v1/session/password", RIGHT_SIGNED_IN, "password.change", NULL, guard_route_password,
     "Change one's own password; other sessions end, this one has a new token.", NULL, "PasswordChange", "Session"},
    {"GET", "/api/v1/accounts", RIGHT_ACCOUNT_WRITE, "account.list", NULL, guard_route_accounts, "Accounts, by name.",
     "q:string role:string active:boolean after:string limit:integer", NULL, "AccountPage"},
    {"POST", "/api/v1/accounts", RIGHT_ACCOUNT_WRITE, "account.add", NULL, guard_route_account_add, "Add an account.", NULL,
     "AccountWrite", "Account"},
    {"PATCH", "/api/v1/accounts/{id}", RIGHT_ACCOUNT_WRITE, "account.change", NULL, guard_route_account_change,
     "Change an account; one that is closed or given another role is signed out.", NULL, "AccountWrite", "Account"},
    {"POST", "/api/v1/accounts/{id}/password", RIGHT_ACCOUNT_WRITE, "account.password", NULL, guard_route_account_password,
     "Give an account a new password; its sessions end.", NULL, "PasswordSet", "Done"},
    {"GET", "/api/v1/audit", RIGHT_AUDIT_READ, "audit.read", NULL, guard_audit_routes_read,
     "Who did what, newest first; without a person or a worker, of the last 31 days.",
     "person:string worker:string verb:string from:date to:date after:string limit:integer", NULL, "AuditPage"},
    {"GET", "/healthz", RIGHT_NONE, NULL, "tells only that the store can be read", route_health, "Is the service well?", NULL,
     NULL, "Done"},
    {"GET", "/metrics", RIGHT_NONE, NULL, "numbers about the program", route_metrics,
     "Numbers for Prometheus, as text; for this machine, or a keeper.", NULL, NULL, NULL},
    {NULL, NULL, RIGHT_UNSET_, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};
