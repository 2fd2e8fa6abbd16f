/* What guard promises of passwords, sessions, throttling, keys, and of taking access back. */
#include "platform/guard/guard_testing.h"

/* --- passwords and sessions ------------------------------------------------------------------------------------------------------------- */

static void test_guard__passwords_are_argon2id_and_not_weak(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    static const char *const weak[] = {"",
                                       "short",
                                       "123456789",
                                       "13800000000",
                                       "219999199001011234",
                                       "21999919900101123X",
                                       "aaaaaaaaaaaa",
                                       "Password123",
                                       "woaini1314520",
                                       "网网网网网网网网网"};
    const char *hash;
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        assert_int_equal(guard_password_hash(&f->ctx, f->guard, wg_str(weak[i]), false, &hash), WG_E_WEAK_PASSWORD);
    assert_int_equal(guard_password_hash(&f->ctx, f->guard, WG_STR("春夏秋冬东南西北中间"), false, &hash), 0);
    assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
    char *longest = wg_alloc(f->arena, 300);
    memset(longest, 'a', 257);
    assert_int_equal(guard_password_hash(&f->ctx, f->guard, wg_str(longest), false, &hash), WG_E_FIELD_TOO_LONG);
    assert_int_equal(count(f, "SELECT count(*) FROM worker WHERE password_hash LIKE '$argon2id$%'"), 3);
}

static void test_guard__the_store_does_not_know_the_cookie(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct reply r = sign_in_as(f, "li", good_password);
    assert_non_null(strstr(r.set_cookie, "; HttpOnly"));
    assert_non_null(strstr(r.set_cookie, "; SameSite=Strict"));
    assert_non_null(strstr(r.set_cookie, "; Path=/;"));
    struct session li = session_of(f, &r);
    const char *token = strchr(li.cookie, '=') + 1;
    assert_int_equal(strlen(token), 43); /* 256 bits */
    assert_int_equal(count(f, "SELECT count(*) FROM session WHERE length(mark) = 32"), 1);
    struct session other = enter(f, "li");
    assert_string_not_equal(other.cookie, li.cookie);
    char *forged = wg_cstr(f->arena, wg_str(li.cookie));
    forged[strlen(forged) - 2] ^= 1;
    struct session bad = {forged, li.csrf};
    assert_string_equal(ask(f, &bad, "GET", "/api/v1/session", NULL).code, "guard.sign_in");
    assert_string_equal(ask(f, NULL, "GET", "/api/v1/session", NULL).code, "guard.sign_in");
}

static void test_guard__sessions_end_when_idle_and_in_any_case(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct session li = enter(f, "li"), wang = enter(f, "wang");
    wg_time from = f->now;
    f->now = from + 2 * WG_HOUR - 1;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    for (int i = 2; i <= 6; i++) { /* used all the time: the absolute limit is what ends it */
        f->now = from + i * (115 * (wg_time)WG_MINUTE);
        assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    }
    f->now = from + 12 * (wg_time)WG_HOUR;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 200);
    li = enter(f, "li");
    f->now += 2 * WG_HOUR;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    f->now += 13 * WG_DAY_MS; /* a phone in a drawer */
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 200);
    f->now += 14 * WG_DAY_MS;
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 401);
}

static void test_guard__when_last_seen_survives_a_restart(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct session li = enter(f, "li");
    f->now += 100 * WG_MINUTE;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    guard_close(f->guard);
    assert_int_equal(open_guard(f, false), 0);
    guard_router_free(f->router);
    assert_int_equal(guard_router_new(&f->ctx, f->guard, f->store, f, &f->router), 0);
    assert_int_equal(guard_router_add(&f->ctx, f->router, guard_routes), 0);
    f->now += 100 * WG_MINUTE;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
}

static void test_guard__a_known_session_reads_and_writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct session li = enter(f, "li");
    (void)ask(f, &li, "GET", "/api/v1/a/1/b/2", NULL);
    struct store_stats before = store_stats(f->store);
    for (int i = 0; i < 50; i++) assert_int_equal(ask(f, &li, "GET", "/api/v1/a/1/b/2", NULL).status, 200);
    struct store_stats after = store_stats(f->store);
    assert_int_equal(after.reads, before.reads);
    assert_int_equal(after.writes, before.writes);
}

static void test_guard__changing_state_needs_the_token(void **state)
{
    struct fixture *f = *state; /* guard P2 */
    struct session wang = enter(f, "wang"), other = enter(f, "wang");
    struct session bare = {wang.cookie, NULL}, crossed = {wang.cookie, other.csrf}, empty = {wang.cookie, ""};
    assert_string_equal(ask(f, &bare, "POST", "/api/v1/facts", "{}").code, "guard.csrf");
    assert_string_equal(ask(f, &crossed, "POST", "/api/v1/facts", "{}").code, "guard.csrf");
    assert_string_equal(ask(f, &empty, "POST", "/api/v1/facts", "{}").code, "guard.csrf");
    assert_string_equal(ask(f, &bare, "DELETE", "/api/v1/session", NULL).code, "guard.csrf");
    assert_int_equal(ask(f, &wang, "POST", "/api/v1/facts", "{}").status, 200);
    assert_int_equal(ask(f, &bare, "GET", "/api/v1/people/1", NULL).status, 200);
}

static void test_guard__an_account_has_a_number_of_sessions(void **state)
{
    struct fixture *f = *state;
    struct session first = enter(f, "li");
    for (int i = 0; i < GUARD_SESSIONS_MAX; i++) {
        f->now += 1;
        (void)enter(f, "li");
    }
    assert_int_equal(count(f, "SELECT count(*) FROM session"), GUARD_SESSIONS_MAX);
    f->now += 61 * WG_SECOND;
    assert_int_equal(ask(f, &first, "GET", "/api/v1/session", NULL).status, 401);
}

/* --- throttling --------------------------------------------------------------------------------------------------------------------------- */

static const char *same_but_instance(struct fixture *f, const struct reply *r)
{
    json_t *copy = json_deep_copy(r->json);
    (void)json_object_del(copy, "instance");
    char *text = json_dumps(copy, JSON_SORT_KEYS);
    const char *kept = wg_cstr(f->arena, wg_str(text));
    free(text);
    json_decref(copy);
    return kept;
}

static void test_guard__the_answer_does_not_tell_which_was_wrong(void **state)
{
    struct fixture *f = *state; /* guard P3 */
    change(f, "UPDATE worker SET active = 0 WHERE login = 'keeper'");
    change(f, "UPDATE worker SET password_hash = NULL WHERE login = 'wang'");
    struct reply wrong = sign_in_as(f, "li", "wrong password"), unknown = sign_in_as(f, "nobody", good_password),
                 closed = sign_in_as(f, "keeper", good_password), without = sign_in_as(f, "wang", good_password);
    assert_int_equal(wrong.status, 401);
    assert_string_equal(wrong.code, "guard.bad_login");
    assert_string_equal(same_but_instance(f, &unknown), same_but_instance(f, &wrong));
    assert_string_equal(same_but_instance(f, &closed), same_but_instance(f, &wrong));
    assert_string_equal(same_but_instance(f, &without), same_but_instance(f, &wrong));
}

static int64_t seconds_of(const struct reply *r)
{
    const char *text = json_string_value(json_object_get(r->json, "detail"));
    int64_t seconds = -1;
    const char *at = text ? strpbrk(text, "0123456789") : NULL;
    if (at) assert_true(wg_parse_i64((struct wg_str){at, strspn(at, "0123456789")}, 0, 100000, &seconds));
    return seconds;
}

static void test_guard__wrong_passwords_make_an_account_wait(void **state)
{
    struct fixture *f = *state; /* guard P3 */
    int64_t last = 0, longest = 0;
    for (int i = 0; i < 20; i++) {
        struct reply r = sign_in_as(f, "li", "wrong password");
        if (r.status == 401) continue;
        assert_string_equal(r.code, "guard.throttled");
        assert_string_equal(sign_in_as(f, "li", good_password).code, "guard.throttled"); /* no guess gets through meanwhile */
        last = seconds_of(&r);
        assert_true(last >= longest && last <= 300);
        longest = last;
        f->now += last * WG_SECOND;
    }
    assert_true(longest >= 60);
    assert_int_equal(sign_in_as(f, "wang", good_password).status, 200); /* others are not kept out */
    f->now += 300 * WG_SECOND;
    assert_int_equal(sign_in_as(f, "li", good_password).status, 200);
    assert_int_equal(sign_in_as(f, "li", "wrong password").status, 401); /* forgiven */
}

static void test_guard__many_accounts_from_one_client_make_it_wait(void **state)
{
    struct fixture *f = *state; /* guard P3 */
    bool throttled = false;
    f->client = "2001:db8:1:2::1";
    for (int i = 0; i < 60 && !throttled; i++) {
        f->client = wg_fmt(f->arena, "2001:db8:1:2::%x", (unsigned)i + 1); /* one network, many addresses */
        throttled = sign_in_as(f, wg_fmt(f->arena, "guess%d", i), "wrong password").status == 429;
    }
    assert_true(throttled);
    guard_close(f->guard); /* a restart does not forget */
    assert_int_equal(open_guard(f, false), 0);
    guard_router_free(f->router);
    assert_int_equal(guard_router_new(&f->ctx, f->guard, f->store, f, &f->router), 0);
    assert_int_equal(guard_router_add(&f->ctx, f->router, guard_routes), 0);
    assert_string_equal(sign_in_as(f, "li", good_password).code, "guard.throttled");
    f->client = "192.0.2.9";
    assert_int_equal(sign_in_as(f, "li", good_password).status, 200);
    f->now += 25 * (wg_time)WG_HOUR;
    assert_int_equal(sign_in_as(f, "li", "wrong password").status, 401);
    assert_int_equal(count(f, "SELECT count(*) FROM login_attempt"), 2); /* a day later the others are gone */
}

struct guessing {
    struct fixture *f;
    unsigned port;
    _Atomic int refused, waiting, entered;
};

static void *guess(void *arg)
{
    struct guessing *g = arg;
    struct http_client c;
    if (!hc_open(&c, g->port)) return NULL;
    struct hc_reply r = hc_ask(&c, "POST", "/api/v1/session", NULL, "{\"login\":\"li\",\"password\":\"wrong password\"}");
    (void)atomic_fetch_add(r.status == 401 ? &g->refused : r.status == 429 ? &g->waiting : &g->entered, 1);
    hc_free(&r);
    hc_close(&c);
    return NULL;
}

static void test_guard__many_guesses_at_once_count_as_many(void **state)
{
    struct fixture *f = *state; /* guard P3 */
    enum { GUESSES = 40, FREE = 4 };
    struct http_options options = http_options_default();
    struct http_server *server;
    pthread_t threads[GUESSES];
    options.listen = "127.0.0.1:0";
    options.handle = guard_dispatch;
    options.arg = f->router;
    options.quiet = true;
    assert_int_equal(http_start(&f->ctx, &options, &server), 0);
    struct guessing g = {.f = f, .port = http_port(server)};
    for (size_t i = 0; i < GUESSES; i++) assert_int_equal(pthread_create(&threads[i], NULL, guess, &g), 0);
    for (size_t i = 0; i < GUESSES; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(g.entered, 0);
    assert_int_equal(g.refused + g.waiting, GUESSES);
    assert_true(g.refused >= FREE &&
                g.refused <= FREE + 8); /* a slow machine lets the first pauses pass: 1, 2, 4 ... seconds */
    http_stop(server);
}

/* --- the demo ----------------------------------------------------------------------------------------------------------------------------- */

static int set_demo_password(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct seed *s = arg;
    return guard_password_set(ctx, tx, district, s->f->officer, s->demo_hash);
}

static void test_guard__demo_passwords_work_only_in_a_demo_store(void **state)
{
    struct fixture *f = *state; /* guard P4 */
    struct seed s = {.f = f};
    assert_int_equal(guard_password_hash(&f->ctx, f->guard, WG_STR("demo"), true, &s.demo_hash), 0);
    assert_int_equal(store_write(&f->ctx, f->store, set_demo_password, &s), 0);
    assert_string_equal(sign_in_as(f, "li", "demo").code, "guard.demo_only");
    assert_string_equal(sign_in_as(f, "li", "else").code, "guard.bad_login");
    change(f, "INSERT INTO meta (key, value) VALUES ('demo', '1')");
    struct reply r = sign_in_as(f, "li", "demo");
    struct session li = session_of(f, &r);
    assert_true(json_is_true(json_object_get(r.json, "demo")));
    change(f, "DELETE FROM meta WHERE key = 'demo'");
    f->now += 61 * WG_SECOND;
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    struct session keeper = enter(f, "keeper");
    const char *path = wg_fmt(f->arena, "/api/v1/accounts/%s/password", wg_id_text(f->arena, f->officer));
    assert_int_equal(ask(f, &keeper, "POST", path, "{\"password\":\"a better one, 7\"}").status, 200);
    assert_int_equal(sign_in_as(f, "li", "a better one, 7").status, 200);
}

/* --- sealing and keys ----------------------------------------------------------------------------------------------------------------------- */

static void test_guard__a_sealed_value_opens_only_where_it_was_sealed(void **state)
{
    struct fixture *f = *state; /* guard P6 */
    struct wg_ctx *ctx = &f->ctx;
    struct wg_str plain = WG_STR("219999199001011234"), out;
    struct wg_str sealed = guard_seal(ctx, f->guard, "idno", f->person[0], plain);
    assert_true(wg_str_find(sealed, WG_STR("219999")) < 0);
    assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], sealed, &out), 0);
    assert_true(wg_str_eq(out, plain));
    assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[1], sealed, &out), WG_E_STORE);
    assert_int_equal(guard_unseal(ctx, f->guard, "phone", f->person[0], sealed, &out), WG_E_STORE);
    for (size_t i = 0; i < sealed.n; i++) {
        char *copy = wg_alloc(f->arena, sealed.n);
        memcpy(copy, sealed.p, sealed.n);
        copy[i] ^= 1;
        assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], (struct wg_str){copy, sealed.n}, &out), WG_E_STORE);
        assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], wg_str_sub(sealed, 0, i), &out), WG_E_STORE);
    }
    assert_false(wg_str_eq(sealed, guard_seal(ctx, f->guard, "idno", f->person[0], plain)));
    struct wg_str empty = guard_seal(ctx, f->guard, "idno", f->person[0], WG_STR(""));
    assert_int_equal(guard_unseal(ctx, f->guard, "idno", f->person[0], empty, &out), 0);
    assert_int_equal(out.n, 0);
    wg_id a = guard_index(f->guard, "idno", plain), b = guard_index(f->guard, "phone", plain);
    assert_true(wg_id_eq(a, guard_index(f->guard, "idno", plain)));
    assert_false(wg_id_eq(a, b));
    assert_string_equal(guard_mask(f->arena, plain), "**************1234");
    assert_string_equal(guard_mask(f->arena, WG_STR("123")), "***");
    assert_string_equal(guard_mask(f->arena, WG_STR("护照一二三四五")), "***二三四五");
}

static void test_guard__a_sealed_file_opens_only_for_its_use(void **state)
{
    struct fixture *f = *state; /* guard P6 */
    struct wg_ctx *ctx = &f->ctx;
    struct wg_str out, bytes = WG_STR("姓名,证件号\n王某,219999199001011234\n");
    assert_int_equal(guard_file_keep(ctx, f->guard, f->store, "list.file", f->person[0], bytes), 0);
    assert_int_equal(guard_file_keep(ctx, f->guard, f->store, "list.file", f->person[0], bytes), WG_E_FILE);
    assert_int_equal(guard_file_read(ctx, f->guard, f->store, "list.file", f->person[0], &out), 0);
    assert_true(wg_str_eq(out, bytes));
    assert_int_equal(guard_file_read(ctx, f->guard, f->store, "other.file", f->person[0], &out), WG_E_STORE);
    const char *path = wg_fmt(f->arena, "%s/store/files/%s", f->dir, wg_id_text(f->arena, f->person[0]));
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    guard_file_forget(f->store, f->person[0]);
    assert_int_equal(guard_file_read(ctx, f->guard, f->store, "list.file", f->person[0], &out), WG_E_FILE);
}

static int reopen(struct fixture *f, bool create)
{
    guard_close(f->guard);
    f->guard = NULL;
    return open_guard(f, create);
}

static void test_guard__a_key_file_that_others_can_read_is_refused(void **state)
{
    struct fixture *f = *state; /* guard P7 */
    const char *key = wg_fmt(f->arena, "%s/store/wangge.key", f->dir), *aside = wg_fmt(f->arena, "%s/aside", f->dir);
    struct stat info;
    assert_int_equal(stat(key, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    static const mode_t bad[] = {0640, 0604, 0660, 0700};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(chmod(key, bad[i]), 0);
        assert_int_equal(reopen(f, true), WG_E_KEY_FILE);
    }
    assert_int_equal(chmod(key, 0600), 0);
    assert_int_equal(reopen(f, false), 0);
    assert_int_equal(rename(key, aside), 0);
    assert_int_equal(reopen(f, true), WG_E_KEY_FILE); /* the store is not new: a new key would open nothing */
    assert_int_equal(access(key, F_OK), -1);
    assert_int_equal(symlink(aside, key), 0);
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    assert_int_equal(unlink(key), 0);
    assert_int_equal(rename(aside, key), 0);
    assert_int_equal(reopen(f, false), 0);
}

static void write_key(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
}

static void test_guard__a_damaged_or_foreign_key_is_refused(void **state)
{
    struct fixture *f = *state; /* guard P7 */
    const char *key = wg_fmt(f->arena, "%s/store/wangge.key", f->dir);
    char foreign[129];
    memset(foreign, 'a', 128);
    foreign[128] = '\0';
    write_key(key, foreign);
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    write_key(key, "abc");
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    foreign[5] = 'x';
    write_key(key, foreign);
    assert_int_equal(reopen(f, false), WG_E_KEY_FILE);
    write_key(key, "");
    assert_int_equal(reopen(f, true), WG_E_KEY_FILE);
}

/* --- taking back ---------------------------------------------------------------------------------------------------------------------------- */

static void test_guard__signing_out_ends_the_session(void **state)
{
    struct fixture *f = *state; /* guard P8 */
    struct session li = enter(f, "li"), other = enter(f, "li");
    struct reply r = ask(f, &li, "DELETE", "/api/v1/session", NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.set_cookie, "Max-Age=0"));
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &other, "GET", "/api/v1/session", NULL).status, 200);
}

static void test_guard__a_new_password_ends_other_sessions(void **state)
{
    struct fixture *f = *state; /* guard P8 */
    struct session li = enter(f, "li"), other = enter(f, "li");
    assert_string_equal(ask(f, &li, "POST", "/api/v1/session/password", "{\"old\":\"wrong\",\"new\":\"a better one, 7\"}").code,
                        "guard.bad_login");
    assert_string_equal(
        ask(f, &li, "POST", "/api/v1/session/password", "{\"old\":\"correct horse 9\",\"new\":\"1234567890\"}").code,
        "guard.weak_password");
    struct reply r =
        ask(f, &li, "POST", "/api/v1/session/password", "{\"old\":\"correct horse 9\",\"new\":\"a better one, 7\"}");
    struct session renewed = session_of(f, &r);
    assert_int_equal(ask(f, &renewed, "GET", "/api/v1/session", NULL).status, 200);
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &other, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(sign_in_as(f, "li", good_password).status, 401);
    assert_int_equal(sign_in_as(f, "li", "a better one, 7").status, 200);
}

static void test_guard__a_closed_account_is_out_at_once(void **state)
{
    struct fixture *f = *state; /* guard P8 */
    struct session li = enter(f, "li"), wang = enter(f, "wang"), keeper = enter(f, "keeper");
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 200);
    struct reply r = ask(f, &keeper, "PATCH", account_path(f, f->officer), "{\"active\":false}");
    assert_int_equal(r.status, 200);
    assert_true(json_is_false(json_object_get(r.json, "active")));
    assert_int_equal(ask(f, &li, "GET", "/api/v1/session", NULL).status, 401);
    assert_int_equal(ask(f, &keeper, "PATCH", account_path(f, f->worker), "{\"role\":\"clerk\"}").status, 200);
    assert_int_equal(ask(f, &wang, "GET", "/api/v1/session", NULL).status, 401);
    /* written by another program: within a minute */
    change(f, "UPDATE worker SET active = 0 WHERE login = 'keeper'");
    f->now += 61 * WG_SECOND;
    assert_int_equal(ask(f, &keeper, "GET", "/api/v1/session", NULL).status, 401);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_guard__passwords_are_argon2id_and_not_weak),
        TEST(test_guard__the_store_does_not_know_the_cookie),
        TEST(test_guard__sessions_end_when_idle_and_in_any_case),
        TEST(test_guard__when_last_seen_survives_a_restart),
        TEST(test_guard__a_known_session_reads_and_writes_nothing),
        TEST(test_guard__changing_state_needs_the_token),
        TEST(test_guard__an_account_has_a_number_of_sessions),
        TEST(test_guard__the_answer_does_not_tell_which_was_wrong),
        TEST(test_guard__wrong_passwords_make_an_account_wait),
        TEST(test_guard__many_accounts_from_one_client_make_it_wait),
        TEST(test_guard__many_guesses_at_once_count_as_many),
        TEST(test_guard__demo_passwords_work_only_in_a_demo_store),
        TEST(test_guard__a_sealed_value_opens_only_where_it_was_sealed),
        TEST(test_guard__a_sealed_file_opens_only_for_its_use),
        TEST(test_guard__a_key_file_that_others_can_read_is_refused),
        TEST(test_guard__a_damaged_or_foreign_key_is_refused),
        TEST(test_guard__signing_out_ends_the_session),
        TEST(test_guard__a_new_password_ends_other_sessions),
        TEST(test_guard__a_closed_account_is_out_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
