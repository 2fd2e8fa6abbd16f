/* Accounts and passwords. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "platform/guard/guard_internal.h"

#define WORKER_COLUMNS "id, login, name, phone, role, active, demo"

static const char q_add[] = "INSERT INTO worker (district, id, login, name, phone, role, active, demo, password_hash, "
                            "password_changed, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $9)";
static const char q_change[] = "UPDATE worker SET login = $3, name = $4, phone = $5, role = $6, active = $7 "
                               "WHERE district = $1 AND id = $2";
static const char q_get[] = "SELECT " WORKER_COLUMNS " FROM worker WHERE district = $1 AND id = $2";
static const char q_by_login[] = "SELECT " WORKER_COLUMNS ", password_hash FROM worker WHERE district = $1 AND login = $2";
static const char q_other_keepers[] = "SELECT count(*) FROM worker WHERE district = $1 AND role = 'keeper' AND active = 1 "
                                      "AND password_hash IS NOT NULL AND id <> $2";
static const char q_set_password[] = "UPDATE worker SET password_hash = $3, demo = $4, password_changed = $5 "
                                     "WHERE district = $1 AND id = $2";

/* Marks, in front of a hash, that the demo made the password. */
static const char demo_mark[] = "demo:";

void guard_worker_read(struct wg_ctx *ctx, const struct store_rows *rows, struct guard_worker *ret)
{
    enum guard_role role;
    if (!guard_role_from_code(store_get_text(rows, 4), &role)) role = ROLE_WORKER; /* of a newer program: the least */
    *ret = (struct guard_worker){
        .id = store_get_id(rows, 0),
        .login = store_is_null(rows, 1) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 1)),
        .name = wg_cstr(ctx->arena, store_get_text(rows, 2)),
        .phone = store_is_null(rows, 3) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 3)),
        .role = role,
        .active = store_get_int(rows, 5) != 0,
        .demo = store_get_int(rows, 6) != 0,
    };
}

const char *guard_login_form(struct wg_arena *arena, struct wg_str login)
{
    char *text = wg_cstr(arena, wg_str_trim(login));
    for (char *c = text; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    return text;
}

static int check_login(struct wg_ctx *ctx, const char *login)
{
    size_t n = strlen(login);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)login[i];
        if (c <= ' ' || c == 0x7F) return wg_refuse(ctx, WG_E_BAD_FIELD, "login", login, NULL);
    }
    if (wg_utf8_count(wg_str(login)) > GUARD_LOGIN_MAX)
        return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, "login", wg_fmt(ctx->arena, "%d", GUARD_LOGIN_MAX), NULL);
    return n > 0 ? 0 : wg_refuse(ctx, WG_E_MISSING_FIELD, "login", NULL, NULL);
}

/* The login as stored; NULL stays NULL. */
static int stored_login(struct wg_ctx *ctx, const char *login, const char **ret)
{
    *ret = login ? guard_login_form(ctx->arena, wg_str(login)) : NULL;
    return *ret ? check_login(ctx, *ret) : 0;
}

/* Taken is said of the login, not of columns. */
static int explain(struct wg_ctx *ctx, int rc, const char *login)
{
    return rc == WG_E_CONFLICT && login ? wg_refuse(ctx, rc, "login", login, NULL) : rc;
}

int guard_worker_add(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct guard_worker *worker)
{
    const char *login;
    int rc = stored_login(ctx, worker->login, &login);
    if (rc) return rc;
    struct store_value values[] = {
        store_cstr(district),      store_id(&worker->id),     store_cstr(login),
        store_cstr(worker->name),  store_cstr(worker->phone), store_cstr(guard_role_code(worker->role)),
        store_int(worker->active), store_int(worker->demo),   store_time(ctx->now)};
    return explain(ctx, store_exec(ctx, tx, q_add, values, 9, NULL), login);
}

/* A store that no keeper can enter any more could only be mended from the command line. */
static int keep_a_keeper(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct guard_worker *before,
                         const struct guard_worker *after)
{
    bool was = before->role == ROLE_KEEPER && before->active, is = after->role == ROLE_KEEPER && after->active && after->login;
    if (!was || is) return 0;
    struct store_value values[] = {store_cstr(district), store_id(&after->id)};
    int64_t others;
    int rc = store_number(ctx, store_tx_snap(tx), q_other_keepers, values, 2, 0, &others);
    if (rc) return rc;
    return others > 0 ? 0 : wg_refuse(ctx, WG_E_CONFLICT, "role", "keeper", NULL);
}

int guard_worker_change(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct guard_worker *worker)
{
    struct guard_worker before = {0};
    const char *login = NULL;
    int rc = guard_worker_get(ctx, store_tx_snap(tx), district, worker->id, &before);
    if (rc == 0) rc = stored_login(ctx, worker->login, &login);
    if (rc == 0) rc = keep_a_keeper(ctx, tx, district, &before, worker);
    if (rc) return rc;
    struct store_value values[] = {store_cstr(district),      store_id(&worker->id),
                                   store_cstr(login),         store_cstr(worker->name),
                                   store_cstr(worker->phone), store_cstr(guard_role_code(worker->role)),
                                   store_int(worker->active)};
    rc = explain(ctx, store_exec(ctx, tx, q_change, values, 7, NULL), login);
    if (rc) return rc;
    bool same = worker->active && worker->role == before.role && login;
    return same ? 0 : sessions_end_of(ctx, tx, district, worker->id);
}

int guard_worker_get(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id id, struct guard_worker *ret)
{
    struct store_value values[] = {store_cstr(district), store_id(&id)};
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, q_get, values, 2, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, id), NULL);
    guard_worker_read(ctx, rows, ret);
    store_rows_end(rows);
    return 0;
}

int guard_login_find(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const char *login,
                     struct guard_login *ret, bool *ret_found)
{
    struct store_value values[] = {store_cstr(district), store_cstr(login)};
    struct store_rows *rows;
    int rc = store_one(ctx, snap, q_by_login, values, 2, &rows, ret_found);
    if (rc || !*ret_found) return rc;
    guard_worker_read(ctx, rows, &ret->worker);
    ret->hash = store_is_null(rows, 7) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 7));
    store_rows_end(rows);
    return 0;
}

int guard_worker_by_login(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str login,
                          struct guard_worker *ret)
{
    struct guard_login found;
    bool is_there;
    const char *form = guard_login_form(ctx->arena, login);
    int rc = guard_login_find(ctx, snap, district, form, &found, &is_there);
    if (rc) return rc;
    if (!is_there) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, form, NULL);
    *ret = found.worker;
    return 0;
}

json_t *guard_worker_json(const struct guard_worker *w)
{
    char id[WG_ID_TEXT + 1];
    wg_id_format(w->id, id);
    return json_pack("{s:s,s:s?,s:s,s:s?,s:s,s:b,s:b}", "id", id, "login", w->login, "name", w->name, "phone", w->phone, "role",
                     guard_role_code(w->role), "active", w->active, "demo", w->demo);
}

/* --- passwords -------------------------------------------------------------------------------------------------------------- */

/* Common passwords that are long enough to pass otherwise: from published lists, with those of Chinese sites. Lower case. */
static const char *const common[] = {
    "password12",   "password123",  "password1234",  "passw0rd123",   "qwertyuiop",    "qwerty1234",   "qwerty12345",
    "qwerty123456", "1qaz2wsx3edc", "1q2w3e4r5t",    "1q2w3e4r5t6y",  "q1w2e3r4t5",    "zaq12wsxcde3", "asdfghjkl;",
    "asdfghjkl1",   "zxcvbnm123",   "qazwsxedcr",    "qazwsxedc1",    "abcdefghij",    "abcdefghijk",  "abcd123456",
    "abc1234567",   "abc123456789", "a123456789",    "aa123456789",   "aa12345678",    "a1234567890",  "aaa123456789",
    "qq123456789",  "qq1234567890", "woaini1314",    "woaini1314520", "woaini5201314", "woaini123456", "5201314woaini",
    "iloveyou12",   "iloveyou123",  "administrator", "admin12345",    "admin123456",   "welcome123",   "welcome1234",
    "letmein123",   "changeme123",  "p@ssw0rd123",   "p@ssword123",   "!qaz2wsx3edc",  "1qaz@wsx3edc", "zhang123456",
    "wang123456",   "li12345678",   "liu1234567",    "chen123456",    "china12345",    "wangge12345",  "wangge123456",
};

static bool is_all_digits(struct wg_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (i + 1 == s.n && (s.p[i] == 'X' || s.p[i] == 'x')))) return false;
    return true;
}

static bool is_one_character(struct wg_str s)
{
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] != s.p[0]) return false;
    return true;
}

/* Nothing but digits is a telephone, a birthday or an identity number. */
static bool is_weak(struct wg_arena *arena, struct wg_str password)
{
    if (wg_utf8_count(password) < GUARD_PASSWORD_MIN || is_all_digits(password) || is_one_character(password)) return true;
    const char *form = guard_login_form(arena, password);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(form, common[i]) == 0) return true;
    return false;
}

int guard_hashing_begin(struct wg_ctx *ctx, struct guard *guard)
{
    enum { PATIENCE = 10 };
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE;
    int rc;
    while ((rc = sem_timedwait(&guard->hashing, &until)) != 0 && errno == EINTR) {
    }
    return rc == 0 ? 0 : wg_refuse(ctx, WG_E_BUSY, NULL, NULL, NULL);
}

void guard_hashing_end(struct guard *guard)
{
    (void)sem_post(&guard->hashing);
}

static int hash_text(struct wg_ctx *ctx, const struct guard *guard, struct wg_str password, char out[crypto_pwhash_STRBYTES])
{
    bool fast = guard->options.fast_hash;
    int rc = crypto_pwhash_str_alg(
        out, password.p, password.n, fast ? crypto_pwhash_argon2id_OPSLIMIT_MIN : crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
        fast ? crypto_pwhash_argon2id_MEMLIMIT_MIN : crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    return rc == 0 ? 0 : wg_refuse(ctx, WG_E_BUSY, NULL, NULL, NULL); /* no memory for it */
}

int guard_password_hash(struct wg_ctx *ctx, struct guard *guard, struct wg_str password, bool demo, const char **ret_hash)
{
    char out[crypto_pwhash_STRBYTES];
    if (wg_utf8_count(password) > GUARD_PASSWORD_MAX)
        return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, "password", wg_fmt(ctx->arena, "%d", GUARD_PASSWORD_MAX), NULL);
    if (!demo && is_weak(ctx->arena, password)) return wg_refuse(ctx, WG_E_WEAK_PASSWORD, "password", NULL, NULL);
    int rc = guard_hashing_begin(ctx, guard);
    if (rc) return rc;
    rc = hash_text(ctx, guard, password, out);
    guard_hashing_end(guard);
    if (rc) return rc;
    *ret_hash = wg_fmt(ctx->arena, "%s%s", demo ? demo_mark : "", out);
    return 0;
}

int guard_password_set(struct wg_ctx *ctx, struct store_tx *tx, const char *district, wg_id worker, const char *hash)
{
    bool demo = strncmp(hash, demo_mark, sizeof demo_mark - 1) == 0;
    struct store_value values[] = {store_cstr(district), store_id(&worker), store_cstr(hash), store_int(demo),
                                   store_time(ctx->now)};
    int64_t changed;
    int rc = store_exec(ctx, tx, q_set_password, values, 5, &changed);
    if (rc) return rc;
    if (changed == 0) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, worker), NULL);
    return sessions_end_of(ctx, tx, district, worker);
}

/* Made when it is first needed, by whichever sign-in is first, so that its making tells nothing. */
static int decoy(struct wg_ctx *ctx, struct guard *guard, const char **ret)
{
    char out[crypto_pwhash_STRBYTES];
    int rc = 0;
    (void)pthread_mutex_lock(&guard->decoy_lock);
    if (!guard->decoy && (rc = hash_text(ctx, guard, WG_STR("nobody's password"), out)) == 0) {
        guard->decoy = wg_xmalloc(sizeof out);
        memcpy(guard->decoy, out, sizeof out);
    }
    *ret = guard->decoy;
    (void)pthread_mutex_unlock(&guard->decoy_lock);
    return rc;
}

int guard_password_check(struct wg_ctx *ctx, struct guard *guard, const char *hash, struct wg_str password, bool *ret_right)
{
    const char *instead;
    int rc = decoy(ctx, guard, &instead);
    if (rc) return rc;
    const char *text = hash ? hash : instead;
    if (strncmp(text, demo_mark, sizeof demo_mark - 1) == 0) text += sizeof demo_mark - 1;
    bool right = crypto_pwhash_str_verify(text, password.p, password.n) == 0;
    *ret_right = right && hash;
    return 0;
}
