/* Routes of accounts. */
#include <string.h>

#include "platform/guard/guard_internal.h"

/* Pages by name: the cursor is the last row's id. */
static const char q_page[] =
    "SELECT id, login, name, phone, role, active, demo FROM worker w WHERE district = $1 "
    "AND ($2 IS NULL OR (name, id) > (SELECT name, id FROM worker WHERE district = $1 AND id = $2)) "
    "AND ($3 = '' OR name LIKE $3 ESCAPE '\\' OR login LIKE $7 ESCAPE '\\' OR phone LIKE $3 ESCAPE '\\') "
    "AND ($4 = '' OR role = $4) AND ($5 < 0 OR active = $5) ORDER BY name, id LIMIT $6";

/* "%text%" with the pattern's own signs made plain. */
static const char *like_pattern(struct wg_arena *arena, struct wg_str text)
{
    if (text.n == 0) return "";
    char *out = wg_alloc(arena, text.n * 2 + 3);
    size_t n = 0;
    out[n++] = '%';
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '\\') out[n++] = '\\';
        out[n++] = text.p[i];
    }
    out[n] = '%';
    return out;
}

struct filter {
    wg_id after;
    const char *like, *like_login /* logins are lower case */, *role;
    int64_t active; /* -1: both */
    int limit;
};

static int read_filter(struct guard_call *call, struct filter *f)
{
    struct wg_ctx *ctx = call->ctx;
    const struct http_request *request = call->request;
    enum guard_role role;
    struct wg_str q = wg_str_trim(http_query(request, "q")), role_code = http_query(request, "role");
    struct wg_str active = http_query(request, "active");
    if (q.n > GUARD_NAME_MAX * 4)
        return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, "q", wg_fmt(ctx->arena, "%d", GUARD_NAME_MAX), NULL);
    if (role_code.n && !guard_role_from_code(role_code, &role)) return wg_refuse(ctx, WG_E_BAD_FIELD, "role", "?", NULL);
    if (active.n && !wg_str_is(active, "true") && !wg_str_is(active, "false"))
        return wg_refuse(ctx, WG_E_FIELD_CHOICE, "active", "true, false", NULL);
    f->like = like_pattern(ctx->arena, q);
    f->like_login = guard_login_form(ctx->arena, wg_str(f->like));
    f->role = wg_cstr(ctx->arena, role_code);
    f->active = active.n == 0 ? -1 : wg_str_is(active, "true");
    int rc = guard_query_id(ctx, request, "after", &f->after);
    return rc ? rc : guard_page_limit(ctx, request, &f->limit);
}

static int read_rows(struct wg_ctx *ctx, struct store_rows *rows, int limit, json_t *items, const char **ret_next)
{
    const char *last = NULL;
    for (;;) {
        bool more;
        int rc = store_next(ctx, rows, &more);
        if (rc || !more) return rc;
        if ((int)json_array_size(items) == limit) {
            *ret_next = last;
            store_rows_end(rows);
            return 0;
        }
        struct guard_worker w;
        guard_worker_read(ctx, rows, &w);
        (void)json_array_append_new(items, guard_worker_json(&w));
        last = wg_id_text(ctx->arena, w.id);
    }
}

int guard_route_accounts(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct filter f = {0};
    struct store_snap *snap = NULL;
    struct store_rows *rows = NULL;
    const char *next = NULL;
    int rc = read_filter(call, &f);
    if (rc == 0) rc = store_read(ctx, call->store, &snap);
    if (rc) return rc;
    struct store_value values[] = {store_cstr(call->guard->district),
                                   store_id(&f.after),
                                   store_cstr(f.like),
                                   store_cstr(f.role),
                                   store_int(f.active),
                                   store_int(f.limit + 1),
                                   store_cstr(f.like_login)};
    json_t *items = json_array();
    rc = store_query(ctx, snap, q_page, values, 7, &rows);
    if (rc == 0) rc = read_rows(ctx, rows, f.limit, items, &next);
    store_read_end(snap);
    if (rc) {
        json_decref(items);
        return rc;
    }
    guard_note(call, (wg_id){{0}}, wg_fmt(ctx->arena, "%zu rows", json_array_size(items)));
    call->answer->json = json_pack("{s:o,s:s?}", "items", items, "next", next);
    return 0;
}

/* --- adding and changing ---------------------------------------------------------------------------------------------------------- */

struct account_edit {
    struct guard_call *call;
    json_t *body;
    struct guard_worker worker;
    const char *hash; /* of a new account's password; NULL: none given */
};

static int read_role(struct wg_ctx *ctx, const json_t *body, bool must, enum guard_role *ret)
{
    const struct guard_text_field field = {.name = "role", .max = 32, .must = must};
    const char *code = NULL;
    bool given;
    int rc = guard_text(ctx, body, &field, &code, &given);
    if (rc || !given || guard_role_from_code(wg_str(code), ret)) return rc;
    return wg_refuse(ctx, WG_E_FIELD_CHOICE, "role", "worker, community, street, district, data, clerk, keeper", NULL);
}

/* Lays what the body says over `worker`. */
static int read_account(struct wg_ctx *ctx, const json_t *body, bool is_new, struct guard_worker *w)
{
    static const char *const names_new[] = {"login", "name", "phone", "role", "active", "password", NULL};
    static const char *const names_change[] = {"login", "name", "phone", "role", "active", NULL};
    const struct guard_text_field login = {.name = "login", .max = GUARD_LOGIN_MAX, .may_be_null = true};
    const struct guard_text_field name = {.name = "name", .max = GUARD_NAME_MAX, .must = is_new};
    const struct guard_text_field phone = {.name = "phone", .max = 32, .may_be_null = true};
    bool given;
    int rc = guard_only_fields(ctx, body, is_new ? names_new : names_change);
    if (rc == 0) rc = guard_text(ctx, body, &login, &w->login, &given);
    if (rc == 0) rc = guard_text(ctx, body, &name, &w->name, &given);
    if (rc == 0) rc = guard_text(ctx, body, &phone, &w->phone, &given);
    if (rc == 0) rc = read_role(ctx, body, is_new, &w->role);
    if (rc) return rc;
    const json_t *active = json_object_get(body, "active");
    if (active && !json_is_boolean(active)) return wg_refuse(ctx, WG_E_FIELD_CHOICE, "active", "true, false", NULL);
    if (active) w->active = json_is_true(active);
    return 0;
}

static int read_password(struct guard_call *call, const json_t *body, bool must, const char **ret_hash)
{
    const struct guard_text_field field = {.name = "password", .max = GUARD_PASSWORD_MAX, .must = must};
    const char *password = NULL;
    bool given;
    int rc = guard_text(call->ctx, body, &field, &password, &given);
    if (rc || !given) return rc;
    return guard_password_hash(call->ctx, call->guard, wg_str(password), false, ret_hash);
}

static int write_added(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct account_edit *edit = arg;
    const char *district = edit->call->guard->district;
    int rc = guard_worker_add(ctx, tx, district, &edit->worker);
    if (rc == 0 && edit->hash) rc = guard_password_set(ctx, tx, district, edit->worker.id, edit->hash);
    return rc ? rc : guard_audit_in(edit->call, tx);
}

static int answer_account(struct guard_call *call, wg_id id)
{
    struct guard_worker w;
    struct store_snap *snap;
    int rc = store_read(call->ctx, call->store, &snap);
    if (rc) return rc;
    rc = guard_worker_get(call->ctx, snap, call->guard->district, id, &w);
    store_read_end(snap);
    if (rc) return rc;
    call->answer->json = guard_worker_json(&w);
    return 0;
}

/* What the audit says of an account: its id, for it has no other name there. */
static void note_account(struct guard_call *call, wg_id id)
{
    guard_note(call, (wg_id){{0}}, wg_fmt(call->ctx->arena, "worker %s", wg_id_text(call->ctx->arena, id)));
}

int guard_route_account_add(struct guard_call *call)
{
    struct account_edit edit = {.call = call, .worker = {.id = wg_id_new(call->ctx->now), .active = true}};
    int rc = http_json(call->ctx, call->request, &edit.body);
    if (rc == 0) rc = read_account(call->ctx, edit.body, true, &edit.worker);
    if (rc == 0) rc = read_password(call, edit.body, false, &edit.hash);
    if (rc) return rc;
    note_account(call, edit.worker.id);
    rc = store_write(call->ctx, call->store, write_added, &edit);
    if (rc) return rc;
    call->answer->status = 201;
    return answer_account(call, edit.worker.id);
}

static int write_changed(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct account_edit *edit = arg;
    const char *district = edit->call->guard->district;
    wg_id id = edit->worker.id;
    int rc = guard_worker_get(ctx, store_tx_snap(tx), district, id, &edit->worker);
    if (rc == 0) rc = read_account(ctx, edit->body, false, &edit->worker);
    if (rc == 0) rc = guard_worker_change(ctx, tx, district, &edit->worker);
    return rc ? rc : guard_audit_in(edit->call, tx);
}

int guard_route_account_change(struct guard_call *call)
{
    struct account_edit edit = {.call = call};
    int rc = guard_param_id(call->ctx, call->request, 0, &edit.worker.id);
    if (rc == 0) rc = http_json(call->ctx, call->request, &edit.body);
    if (rc) return rc;
    note_account(call, edit.worker.id);
    rc = store_write(call->ctx, call->store, write_changed, &edit);
    if (rc) return rc;
    guard_forget_scopes(call->guard);
    return answer_account(call, edit.worker.id);
}

static int write_password(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct account_edit *edit = arg;
    int rc = guard_password_set(ctx, tx, edit->call->guard->district, edit->worker.id, edit->hash);
    return rc ? rc : guard_audit_in(edit->call, tx);
}

int guard_route_account_password(struct guard_call *call)
{
    static const char *const names[] = {"password", NULL};
    struct account_edit edit = {.call = call};
    int rc = guard_param_id(call->ctx, call->request, 0, &edit.worker.id);
    if (rc == 0) rc = http_json(call->ctx, call->request, &edit.body);
    if (rc == 0) rc = guard_only_fields(call->ctx, edit.body, names);
    if (rc == 0) rc = read_password(call, edit.body, true, &edit.hash);
    if (rc) return rc;
    note_account(call, edit.worker.id);
    rc = store_write(call->ctx, call->store, write_password, &edit);
    if (rc) return rc;
    guard_forget_scopes(call->guard);
    call->answer->json = json_pack("{s:b}", "ok", 1);
    return 0;
}
