/* What the store promises of reading and writing. */
#include "platform/store/store_test_fixture.h"

/* --- values and rows ------------------------------------------------------------------------------------------------------- */
static int write_values(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const wg_id *id = arg;
    int code = store_exec(ctx, tx,
                          "CREATE TABLE kinds (i BIGINT, r DOUBLE PRECISION, t TEXT, b BYTEA, id BYTEA, day INTEGER, moment "
                          "BIGINT, none TEXT)",
                          NULL, 0, NULL);
    struct store_value values[] = {store_int(INT64_MIN),        store_real(37.3), store_text(WG_STR("网格")),
                                   store_bytes(WG_STR("a\0b")), store_id(id),     store_day(wg_day_from_civil(2020, 2, 14)),
                                   store_time(1581685500000),   store_null()};
    int64_t changed = 0;
    if (!code) code = store_exec(ctx, tx, "INSERT INTO kinds VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", values, 8, &changed);
    assert_int_equal(changed, 1);
    return code;
}

static void test_store__values_come_back_as_they_went(void **state)
{
    struct fixture *f = *state;
    wg_id id = wg_id_new(f->ctx.now);
    assert_int_equal(store_write(&f->ctx, f->store, write_values, &id), 0);
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, "SELECT * FROM kinds", NULL, 0, &rows, &found), 0);
    assert_true(found);
    assert_true(store_get_int(rows, 0) == INT64_MIN);
    assert_true(store_get_real(rows, 1) == 37.3);
    assert_true(wg_str_is(store_get_text(rows, 2), "网格"));
    assert_true(wg_str_eq(store_get_text(rows, 3), WG_STR("a\0b")));
    assert_true(wg_id_eq(store_get_id(rows, 4), id));
    assert_int_equal(store_get_day(rows, 5), wg_day_from_civil(2020, 2, 14));
    assert_int_equal(store_get_time(rows, 6), 1581685500000);
    assert_true(store_is_null(rows, 7));
    assert_int_equal(store_get_text(rows, 7).n, 0);
    assert_int_equal(store_get_int(rows, 7), 0);
    assert_true(wg_id_is_nil(store_get_id(rows, 7)));
    assert_int_equal(store_get_day(rows, 7), WG_DAY_NONE);
    assert_true(store_get_time(rows, 7) == WG_TIME_NONE);
    assert_int_equal(store_id(&(wg_id){{0}}).type, STORE_NULL);
    assert_int_equal(store_cstr(NULL).type, STORE_NULL);
    assert_int_equal(store_day(WG_DAY_NONE).type, STORE_NULL);
    assert_int_equal(store_time(WG_TIME_NONE).type, STORE_NULL);
}

static void test_store__parameters_go_by_number(void **state)
{
    struct fixture *f = *state;
    struct store_snap *snap;
    int64_t n;
    struct store_value values[] = {store_int(1), store_int(20), store_int(300)};
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT $3 * 1000000 + $1 + $2 * 1000 + $1", values, 3, -1, &n), 0);
    assert_int_equal(n, 300020002);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT $3 - $1", values, 2, -1, &n), WG_E_STORE);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT ?", values, 1, -1, &n), WG_E_STORE);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT 1; SELECT 2", NULL, 0, -1, &n), WG_E_STORE);
    assert_int_equal(n, 300020002);
}

static void test_store__the_subset_means_the_same_on_both_engines(void **state)
{
    struct fixture *f = *state;
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT 'ab' LIKE 'A%'", NULL, 0, -1, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT \"no such column\"", NULL, 0, -1, &n), WG_E_STORE);
    /* a reader cannot write */
    struct store_rows *rows;
    bool more;
    assert_int_equal(store_query(&f->ctx, snap, "DELETE FROM thing RETURNING n", NULL, 0, &rows), 0);
    assert_int_equal(store_next(&f->ctx, rows, &more), WG_E_STORE);
}

static void test_store__the_same_query_may_be_nested(void **state)
{
    struct fixture *f = *state;
    for (int64_t i = 0; i < 3; i++) write_ok(f, i, NULL);
    static const char sql[] = "SELECT n FROM thing ORDER BY n";
    struct store_snap *snap;
    struct store_rows *outer, *inner;
    bool more;
    int64_t pairs = 0;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    assert_int_equal(store_query(&f->ctx, snap, sql, NULL, 0, &outer), 0);
    for (;;) {
        assert_int_equal(store_next(&f->ctx, outer, &more), 0);
        if (!more) break;
        assert_int_equal(store_query(&f->ctx, snap, sql, NULL, 0, &inner), 0);
        for (;;) {
            assert_int_equal(store_next(&f->ctx, inner, &more), 0);
            if (!more) break;
            pairs += 1 + 10 * store_get_int(outer, 0) + 100 * store_get_int(inner, 0);
        }
        assert_int_equal(store_next(&f->ctx, inner, &more), 0);
        assert_false(more);
    }
    assert_int_equal(pairs, 9 + 10 * 9 + 100 * 9);
}

static void test_store__more_statements_than_are_kept(void **state)
{
    struct fixture *f = *state;
    struct store_snap *snap;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < STATEMENTS_KEPT * 2; i++) {
            int64_t n;
            const char *sql = wg_fmt(f->arena, "SELECT %d", i);
            assert_int_equal(store_number(&f->ctx, snap, sql, NULL, 0, -1, &n), 0);
            assert_int_equal(n, i);
        }
    assert_true(snap->conn->idle.n <= STATEMENTS_KEPT);
}

static void test_store__what_is_left_open_closes_with_its_arena(void **state)
{
    struct fixture *f = *state; /* store P6 */
    for (int64_t i = 0; i < 3; i++) write_ok(f, i, NULL);
    struct wg_arena *whole = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(whole);
    struct store_snap *snap;
    struct store_rows *rows, *other;
    bool found;
    assert_int_equal(store_read(&ctx, f->store, &snap), 0);
    struct connection *conn = snap->conn;
    assert_int_equal(store_one(&ctx, snap, "SELECT n FROM thing", NULL, 0, &rows, &found), 0);
    /* rows in a shorter arena close with that */
    struct wg_arena *part = wg_arena_new();
    struct wg_ctx part_ctx = wg_ctx(part);
    assert_int_equal(store_one(&part_ctx, snap, "SELECT n + 1 FROM thing", NULL, 0, &other, &found), 0);
    assert_int_equal(conn->busy.n, 2);
    wg_arena_free(part);
    assert_int_equal(conn->busy.n, 1);
    assert_int_equal(store_get_int(rows, 0), 0);
    wg_arena_free(whole);
    assert_int_equal(conn->busy.n, 0);
    assert_int_equal(f->store->n_out, 0);
    /* ended by hand first: nothing happens twice, and rows of a dead snapshot are empty */
    whole = wg_arena_new();
    ctx = wg_ctx(whole);
    assert_int_equal(store_read(&ctx, f->store, &snap), 0);
    assert_int_equal(store_one(&ctx, snap, "SELECT n + 1 FROM thing", NULL, 0, &rows, &found), 0);
    assert_int_equal(store_get_int(rows, 0), 1);
    store_read_end(snap);
    store_read_end(snap);
    assert_int_equal(store_get_int(rows, 0), 0);
    assert_true(store_is_null(rows, 0));
    store_rows_end(rows);
    store_rows_end(rows);
    wg_arena_free(whole);
    assert_int_equal(f->store->n_out, 0);
}

static void test_store__a_loop_may_rewind_its_arena(void **state)
{
    struct fixture *f = *state; /* store P6 */
    write_ok(f, 1, "x");
    struct store_snap *snap;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    size_t before = 0;
    for (int i = 0; i < 1000; i++) {
        struct wg_arena_mark mark = wg_arena_mark(f->arena);
        struct store_rows *rows;
        bool found;
        struct store_value value = store_int(1);
        assert_int_equal(store_one(&f->ctx, snap, "SELECT word FROM thing WHERE n = $1", &value, 1, &rows, &found), 0);
        assert_true(found && wg_str_is(store_get_text(rows, 0), "x"));
        store_rows_end(rows);
        wg_arena_rewind(f->arena, mark);
        before = snap->conn->idle.n;
    }
    assert_int_equal(snap->conn->idle.n, before);
}

static void test_store__a_snapshot_sees_one_moment(void **state)
{
    struct fixture *f = *state; /* store P3 */
    write_ok(f, 1, NULL);
    struct store_snap *snap;
    int64_t n;
    assert_int_equal(store_read(&f->ctx, f->store, &snap), 0);
    write_ok(f, 2, NULL); /* before the snapshot's first query, and by the thread that holds it */
    assert_int_equal(store_number(&f->ctx, snap, "SELECT count(*) FROM thing", NULL, 0, -1, &n), 0);
    assert_int_equal(n, 1);
    write_ok(f, 3, NULL);
    assert_int_equal(store_number(&f->ctx, snap, "SELECT count(*) FROM thing", NULL, 0, -1, &n), 0);
    assert_int_equal(n, 1);
    store_read_end(snap);
    assert_int_equal(count(f), 3);
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */
static void test_store__a_refused_unit_leaves_no_trace(void **state)
{
    struct fixture *f = *state; /* store P2 */
    struct add add = {7, "no", WG_E_BAD_FIELD};
    assert_int_equal(store_write(&f->ctx, f->store, add_thing, &add), WG_E_BAD_FIELD);
    assert_string_equal(f->ctx.problem.where, "n");
    assert_string_equal(f->ctx.problem.args[0], "said no");
    assert_int_equal(count(f), 0);
    add.refuse = 0;
    assert_int_equal(store_write(&f->ctx, f->store, add_thing, &add), 0);
    assert_int_equal(count(f), 1);
    assert_int_equal(store_stats(f->store).refused, 1);
}

static void test_store__a_key_that_exists_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    write_ok(f, 1, NULL);
    struct add add = {1, "again", 0};
    assert_int_equal(store_write(&f->ctx, f->store, add_thing, &add), WG_E_CONFLICT);
    assert_string_equal(f->ctx.problem.args[0], "thing.district, thing.n");
    assert_int_equal(count(f), 1);
}

static int read_own_write(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    int code = insert(ctx, tx, 5, "mine");
    if (code) return code;
    struct store_rows *rows;
    bool found;
    code = store_one(ctx, store_tx_snap(tx), "SELECT word FROM thing WHERE n = 5", NULL, 0, &rows, &found);
    if (code) return code;
    *(bool *)arg = found && wg_str_is(store_get_text(rows, 0), "mine");
    store_read_end(store_tx_snap(tx)); /* is not the unit's to end */
    return 0;                          /* rows left open */
}

static int returning(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct store_rows *rows;
    bool found;
    int code =
        store_one(ctx, store_tx_snap(tx), "UPDATE thing SET word = 'new' WHERE n = 5 RETURNING word", NULL, 0, &rows, &found);
    if (!code) *(bool *)arg = found && wg_str_is(store_get_text(rows, 0), "new");
    int64_t changed = -1;
    if (!code) code = store_exec(ctx, tx, "UPDATE thing SET word = 'x' WHERE n = 99", NULL, 0, &changed);
    assert_int_equal(changed, 0);
    return code;
}

static void test_store__a_unit_sees_its_own_writes(void **state)
{
    struct fixture *f = *state;
    bool seen = false;
    assert_int_equal(store_write(&f->ctx, f->store, read_own_write, &seen), 0);
    assert_true(seen);
    seen = false;
    assert_int_equal(store_write(&f->ctx, f->store, returning, &seen), 0);
    assert_true(seen);
    assert_int_equal(f->store->writer->busy.n, 0);
}

/* Many threads; every third unit refuses, so each group mixes both. */
enum { THREADS = 16, UNITS = 60 };
struct crowd {
    struct fixture *f;
    int64_t from;
    int wrong;
};

static void *write_many(void *arg)
{
    struct crowd *c = arg;
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    for (int64_t i = 0; i < UNITS; i++) {
        struct add add = {c->from + i, "w", i % 3 == 2 ? WG_E_BAD_FIELD : 0};
        int code = store_write(&ctx, c->f->store, add_thing, &add);
        if (code != add.refuse) c->wrong++;
        if (code && ctx.problem.code != WG_E_BAD_FIELD) c->wrong++;
        struct store_snap *snap;
        int64_t n = -1;
        struct store_value value = store_int(add.n);
        if (store_read(&ctx, c->f->store, &snap) ||
            store_number(&ctx, snap, "SELECT count(*) FROM thing WHERE n = $1", &value, 1, -1, &n))
            c->wrong++;
        if (n != (code == 0)) c->wrong++;
        wg_arena_reset(arena);
    }
    wg_arena_free(arena);
    return NULL;
}

static void test_store__many_threads_write_as_one(void **state)
{
    struct fixture *f = *state; /* store P1 P2 */
    pthread_t threads[THREADS];
    struct crowd crowds[THREADS];
    for (int i = 0; i < THREADS; i++) {
        crowds[i] = (struct crowd){f, i * 1000, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &crowds[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(crowds[i].wrong, 0);
    }
    assert_int_equal(count(f), THREADS * UNITS * 2 / 3);
    struct store_stats stats = store_stats(f->store);
    assert_int_equal(stats.writes, THREADS * UNITS + 1);
    assert_true(stats.groups < stats.writes && stats.largest_group > 1);
}

static int fail_whole_transaction(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    int code = insert(ctx, tx, 1000, "lost");
    if (code) return code;
    /* what the engine does by itself on some failures */
    (void)sqlite3_exec(tx->snap.conn->db, "ROLLBACK", NULL, NULL, NULL);
    return 0;
}

struct one_write {
    struct fixture *f;
    store_work work;
    struct add add;
    int code, problem;
    pthread_t thread;
};

static void *write_one(void *arg)
{
    struct one_write *w = arg;
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    w->code = store_write(&ctx, w->f->store, w->work, &w->add);
    w->problem = ctx.problem.code;
    wg_arena_free(arena);
    return NULL;
}

struct gate {
    atomic_bool entered, open;
};

static int wait_at_gate(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)ctx;
    (void)tx;
    struct gate *gate = arg;
    atomic_store(&gate->entered, true);
    while (!atomic_load(&gate->open)) (void)usleep(500);
    return 0;
}

struct gate_keeper {
    struct fixture *f;
    struct gate gate;
    int code; /* that of its group; nobody asks */
};

static void *keep_gate(void *arg)
{
    struct gate_keeper *keeper = arg;
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    keeper->code = store_write(&ctx, keeper->f->store, wait_at_gate, &keeper->gate);
    wg_arena_free(arena);
    return NULL;
}

static size_t queued(struct store *store)
{
    size_t n = 0;
    (void)pthread_mutex_lock(&store->queue_lock);
    for (const struct unit *unit = store->queue.first; unit; unit = unit->next) n++;
    (void)pthread_mutex_unlock(&store->queue_lock);
    return n;
}

/* All in one group, in this order: the writer is held at a gate until they stand in the queue. The gate's own unit is the
 * group's first. */
static void write_together(struct one_write *writes, size_t n)
{
    struct gate_keeper keeper = {.f = writes[0].f};
    pthread_t gate;
    assert_int_equal(pthread_create(&gate, NULL, keep_gate, &keeper), 0);
    while (!atomic_load(&keeper.gate.entered)) (void)usleep(500);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(pthread_create(&writes[i].thread, NULL, write_one, &writes[i]), 0);
        while (queued(writes[0].f->store) <= i) (void)usleep(500);
    }
    atomic_store(&keeper.gate.open, true);
    for (size_t i = 0; i < n; i++) assert_int_equal(pthread_join(writes[i].thread, NULL), 0);
    assert_int_equal(pthread_join(gate, NULL), 0);
}

static void test_store__a_lost_transaction_costs_only_its_cause(void **state)
{
    struct fixture *f = *state; /* store P2 */
    struct one_write writes[] = {
        {.f = f, .work = add_thing, .add = {1, NULL, 0}, .code = 1},
        {.f = f, .work = add_thing, .add = {2, NULL, 0}, .code = 1},
        {.f = f, .work = fail_whole_transaction, .add = {0}, .code = 1},
        {.f = f, .work = add_thing, .add = {3, NULL, 0}, .code = 1},
        {.f = f, .work = add_thing, .add = {3, NULL, 0}, .code = 1},
    };
    write_together(writes, 5);
    assert_int_equal(writes[0].code, 0);
    assert_int_equal(writes[1].code, 0);
    assert_int_equal(writes[2].code, WG_E_STORE);
    assert_int_equal(writes[2].problem, WG_E_STORE);
    assert_int_equal(writes[3].code, 0);
    assert_int_equal(writes[4].code, WG_E_CONFLICT);
    assert_int_equal(writes[4].problem, WG_E_CONFLICT);
    assert_int_equal(count(f), 3);
    assert_false(has(f, 1000));
}

static int add_large(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    size_t n = 4 * 1024 * 1024;
    char *p = wg_alloc(ctx->arena, n);
    memset(p, 'x', n);
    struct store_value values[] = {store_text((struct wg_str){p, n})};
    return store_exec(ctx, tx, "INSERT INTO thing (district, n, word) VALUES ('320508', 77, $1)", values, 1, NULL);
}

static void test_store__a_full_disk_is_said_and_survived(void **state)
{
    struct fixture *f = *state; /* store P1 P2 */
    write_ok(f, 1, NULL);
    assert_int_equal(store_write(&f->ctx, f->store, run_sql, "PRAGMA max_page_count = 64"), 0);
    struct one_write writes[] = {{.f = f, .work = add_thing, .add = {2, NULL, 0}, .code = 1},
                                 {.f = f, .work = add_large, .add = {0}, .code = 1},
                                 {.f = f, .work = add_thing, .add = {3, NULL, 0}, .code = 1}};
    write_together(writes, 3);
    assert_int_equal(writes[0].code, 0);
    assert_int_equal(writes[1].code, WG_E_STORE_FULL);
    assert_int_equal(writes[1].problem, WG_E_STORE_FULL);
    assert_int_equal(writes[2].code, 0);
    assert_int_equal(store_write(&f->ctx, f->store, run_sql, "PRAGMA max_page_count = 100000"), 0);
    assert_int_equal(store_write(&f->ctx, f->store, add_large, NULL), 0);
    assert_int_equal(count(f), 4);
}

static int open_deferred_debt(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    (void)arg;
    int code =
        store_exec(ctx, tx, "CREATE TABLE child (n BIGINT REFERENCES parent (n) DEFERRABLE INITIALLY DEFERRED)", NULL, 0, NULL);
    if (!code) code = store_exec(ctx, tx, "CREATE TABLE parent (n BIGINT PRIMARY KEY)", NULL, 0, NULL);
    if (!code) code = store_exec(ctx, tx, "INSERT INTO child VALUES (1)", NULL, 0, NULL);
    return code;
}

static void test_store__a_failed_commit_is_told_to_every_unit(void **state)
{
    struct fixture *f = *state; /* store P1 */
    struct one_write writes[] = {{.f = f, .work = add_thing, .add = {2, NULL, 0}, .code = 1},
                                 {.f = f, .work = open_deferred_debt, .add = {0}, .code = 1},
                                 {.f = f, .work = add_thing, .add = {3, NULL, 0}, .code = 1}};
    write_together(writes, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(writes[i].code, WG_E_STORE);
        assert_int_equal(writes[i].problem, WG_E_STORE);
    }
    assert_int_equal(count(f), 0);
    write_ok(f, 4, NULL);
}

/* --- gatherers ------------------------------------------------------------------------------------------------------------- */
struct tally {
    int64_t noted, sure, flushed, kept_groups, undone_groups, kept_units, undone_units;
    int refuse_flush;
};

static void tally_unit_done(void *arg, bool kept)
{
    struct tally *t = arg;
    if (kept) {
        t->sure += t->noted;
        t->kept_units++;
    } else {
        t->undone_units++;
    }
    t->noted = 0;
}

static int tally_flush(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct tally *t = arg;
    if (t->refuse_flush) return wg_refuse(ctx, t->refuse_flush, "tally", "not now", NULL);
    struct store_value value = store_int(t->sure);
    t->flushed = t->sure;
    return store_exec(ctx, tx, "INSERT INTO thing (district, n) VALUES ('tally', $1)", &value, 1, NULL);
}

static void tally_group_done(void *arg, bool kept)
{
    struct tally *t = arg;
    t->noted = t->sure = 0;
    if (kept)
        t->kept_groups++;
    else
        t->undone_groups++;
}

struct noting {
    struct tally *tally;
    struct add add;
};

static int add_and_note(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct noting *n = arg;
    n->tally->noted += n->add.n;
    return add_thing(ctx, tx, &n->add);
}

static void test_store__gatherers_write_once_a_group_and_drop_what_was_undone(void **state)
{
    struct fixture *f = *state;
    struct tally t = {0};
    struct store_gatherer gatherer = {tally_unit_done, tally_flush, tally_group_done, &t};
    store_gather(f->store, &gatherer);
    struct noting good = {&t, {10, NULL, 0}}, bad = {&t, {20, NULL, WG_E_BAD_FIELD}};
    assert_int_equal(store_write(&f->ctx, f->store, add_and_note, &good), 0);
    assert_int_equal(t.flushed, 10);
    assert_int_equal(t.kept_groups, 1);
    assert_true(has(f, 10));
    assert_int_equal(store_write(&f->ctx, f->store, add_and_note, &bad), WG_E_BAD_FIELD);
    assert_int_equal(t.undone_units, 1);
    assert_int_equal(t.undone_groups, 1);
    assert_int_equal(count(f), 2);
    good.add.n = 30;
    assert_int_equal(store_write(&f->ctx, f->store, add_and_note, &good), 0);
    assert_int_equal(t.flushed, 30); /* nothing of the refused unit */
    assert_int_equal(count(f), 4);
    /* a refusal of the flush is the refusal of every unit */
    t.refuse_flush = WG_E_INTERNAL;
    good.add.n = 40;
    assert_int_equal(store_write(&f->ctx, f->store, add_and_note, &good), WG_E_INTERNAL);
    assert_string_equal(f->ctx.problem.where, "tally");
    assert_int_equal(t.undone_groups, 2);
    assert_int_equal(count(f), 4);
    assert_int_equal(t.sure, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_store__values_come_back_as_they_went),
        TEST(test_store__parameters_go_by_number),
        TEST(test_store__the_subset_means_the_same_on_both_engines),
        TEST(test_store__the_same_query_may_be_nested),
        TEST(test_store__more_statements_than_are_kept),
        TEST(test_store__what_is_left_open_closes_with_its_arena),
        TEST(test_store__a_loop_may_rewind_its_arena),
        TEST(test_store__a_snapshot_sees_one_moment),
        TEST(test_store__a_refused_unit_leaves_no_trace),
        TEST(test_store__a_key_that_exists_is_a_conflict),
        TEST(test_store__a_unit_sees_its_own_writes),
        TEST(test_store__many_threads_write_as_one),
        TEST(test_store__a_lost_transaction_costs_only_its_cause),
        TEST(test_store__a_full_disk_is_said_and_survived),
        TEST(test_store__a_failed_commit_is_told_to_every_unit),
        TEST(test_store__gatherers_write_once_a_group_and_drop_what_was_undone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
