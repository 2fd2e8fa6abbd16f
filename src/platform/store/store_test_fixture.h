/* store_test_fixture.h - a fresh store with one table, and the units of work that the tests of this room share. */
#ifndef WG_STORE_TEST_FIXTURE_H
#define WG_STORE_TEST_FIXTURE_H
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/store/store_internal.h"

struct fixture {
    char directory[64];
    struct wg_arena *arena;
    struct wg_ctx ctx;
    struct store *store;
};

static inline int make_table(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    return store_exec(ctx, tx,
                      "CREATE TABLE thing (district TEXT NOT NULL, n BIGINT NOT NULL, word TEXT, PRIMARY KEY (district, n))",
                      NULL, 0, NULL);
}

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    (void)snprintf(f->directory, sizeof f->directory, "/tmp/wangge-store-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    f->arena = wg_arena_new();
    f->ctx = wg_ctx(f->arena);
    assert_int_equal(store_open(&f->ctx, f->directory, true, &f->store), 0);
    assert_int_equal(store_write(&f->ctx, f->store, make_table, NULL), 0);
    *state = f;
    return 0;
}

static inline void remove_directory(const char *directory)
{
    static const char *const names[] = {"wangge.db", "wangge.db-wal", "wangge.db-shm", "wangge.lock", "wangge.partial"};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(directory);
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    wg_arena_free(f->arena);
    store_close(f->store);
    remove_directory(f->directory);
    free(f);
    return 0;
}

static inline void reopen(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(store_open(&f->ctx, f->directory, false, &f->store), 0);
}

/* --- units of work used below ---------------------------------------------------------------------------------------------- */
struct add {
    int64_t n;
    const char *word;
    int refuse; /* after the insert */
};

static inline int insert(struct wg_ctx *ctx, struct store_tx *tx, int64_t n, const char *word)
{
    struct store_value values[] = {store_cstr("320508"), store_int(n), store_cstr(word)};
    return store_exec(ctx, tx, "INSERT INTO thing (district, n, word) VALUES ($1, $2, $3)", values, 3, NULL);
}

static inline int add_thing(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct add *add = arg;
    int code = insert(ctx, tx, add->n, add->word);
    if (!code && add->refuse) return wg_refuse(ctx, add->refuse, "n", "said no", NULL);
    return code;
}

static inline int64_t count(struct fixture *f)
{
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&ctx, f->store, &snap), 0);
    assert_int_equal(store_number(&ctx, snap, "SELECT count(*) FROM thing", NULL, 0, -1, &n), 0);
    wg_arena_free(arena);
    return n;
}

static inline bool has(struct fixture *f, int64_t wanted)
{
    struct store_snap *snap;
    int64_t n;
    struct store_value value = store_int(wanted);
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT n FROM thing WHERE n = $1", &value, 1, -1, &n), 0);
    store_read_end(snap);
    return n == wanted;
}

static inline void write_ok(struct fixture *f, int64_t n, const char *word)
{
    struct add add = {n, word, 0};
    assert_int_equal(store_write(&f->ctx, f->store, add_thing, &add), 0);
}

static inline int run_sql(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return store_exec(ctx, tx, arg, NULL, 0, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#endif
