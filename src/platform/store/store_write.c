/* The writer. Callers put a unit into the queue and wait on its semaphore; the writer's thread takes what is there, runs each
 * unit inside a savepoint of one transaction, commits once, and answers them all. While it commits the next group gathers, so
 * the group grows by itself with the number of callers, and a single caller waits for nobody. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/store_internal.h"

/* --- queues ---------------------------------------------------------------------------------------------------------------- */
static void queue_clear(struct unit_queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
}

static void queue_append(struct unit_queue *queue, struct unit *unit)
{
    unit->next = NULL;
    *queue->last = unit;
    queue->last = &unit->next;
}

static void queue_prepend(struct unit_queue *queue, struct unit *unit)
{
    unit->next = queue->first;
    if (!queue->first) queue->last = &unit->next;
    queue->first = unit;
}

/* The next unit: of those taken before, else all that came since. */
static struct unit *take_unit(struct store *store)
{
    struct unit_queue *pending = &store->pending;
    if (!pending->first) {
        (void)pthread_mutex_lock(&store->queue_lock);
        if (store->queue.first) {
            *pending = store->queue;
            queue_clear(&store->queue);
        }
        (void)pthread_mutex_unlock(&store->queue_lock);
    }
    struct unit *unit = pending->first;
    if (!unit) return NULL;
    pending->first = unit->next;
    if (!pending->first) queue_clear(pending);
    return unit;
}

/* False when the store closes and nothing is left. */
static bool wait_for_units(struct store *store)
{
    if (store->pending.first) return true;
    (void)pthread_mutex_lock(&store->queue_lock);
    store->writer_asleep = true;
    while (!store->queue.first && !store->closing) (void)pthread_cond_wait(&store->queue_filled, &store->queue_lock);
    store->writer_asleep = false;
    bool some = store->queue.first != NULL;
    (void)pthread_mutex_unlock(&store->queue_lock);
    return some;
}

/* --- the caller ------------------------------------------------------------------------------------------------------------ */
int store_write(struct wg_ctx *ctx, struct store *store, store_work work, void *arg)
{
    if (!store->writer_runs) return wg_refuse(ctx, WG_E_STORE, NULL, "opened for reading", NULL);
    if (pthread_equal(pthread_self(), store->writer_thread)) store_misuse("store_write inside a unit of work");
    struct unit unit = {.ctx = ctx, .work = work, .arg = arg};
    if (sem_init(&unit.done, 0, 0) != 0) store_misuse("no semaphore");
    (void)pthread_mutex_lock(&store->queue_lock);
    if (store->closing) store_misuse("store_write while the store closes");
    queue_append(&store->queue, &unit);
    if (store->writer_asleep) {
        store->writer_asleep = false;
        (void)pthread_cond_signal(&store->queue_filled);
    }
    (void)pthread_mutex_unlock(&store->queue_lock);
    while (sem_wait(&unit.done) != 0 && errno == EINTR) {
    }
    (void)sem_destroy(&unit.done);
    return unit.code;
}

void store_gather(struct store *store, const struct store_gatherer *gatherer)
{
    (void)pthread_mutex_lock(&store->queue_lock);
    if (store->n_gatherers == GATHERERS_MAX) store_misuse("too many gatherers");
    store->gatherers[store->n_gatherers++] = *gatherer;
    (void)pthread_mutex_unlock(&store->queue_lock);
}

/* --- a group --------------------------------------------------------------------------------------------------------------- */
struct group {
    struct store *store;
    struct connection *conn;
    struct wg_ctx *ctx; /* the writer's own */
    struct unit *units[GROUP_UNITS];
    size_t n, kept;
    bool lost; /* the engine rolled the whole transaction back by itself, in the last unit */
};

static bool in_transaction(const struct group *g)
{
    return sqlite3_get_autocommit(g->conn->db) == 0;
}

static void roll_back(struct group *g)
{
    statements_give(g->conn);
    if (in_transaction(g)) (void)sqlite3_exec(g->conn->db, "ROLLBACK", NULL, NULL, NULL);
}

static struct store_tx transaction(const struct group *g, const struct wg_ctx *ctx)
{
    return (struct store_tx){{.store = g->store, .conn = g->conn, .arena = ctx->arena, .writing = true}};
}

static int undo_unit(struct group *g, int code)
{
    if (!in_transaction(g)) return code;
    if (connection_run(g->ctx, g->conn, "ROLLBACK TO unit") || connection_run(g->ctx, g->conn, "RELEASE unit")) roll_back(g);
    return code;
}

static int work_unit(struct group *g, struct unit *unit)
{
    int code = connection_run(unit->ctx, g->conn, "SAVEPOINT unit");
    if (code) return code;
    struct store_tx tx = transaction(g, unit->ctx);
    code = unit->work(unit->ctx, &tx, unit->arg);
    statements_give(g->conn);
    if (code) return undo_unit(g, code);
    if (!in_transaction(g)) return wg_refuse(unit->ctx, WG_E_STORE, NULL, "the transaction was rolled back", NULL);
    code = connection_run(unit->ctx, g->conn, "RELEASE unit");
    return code ? undo_unit(g, code) : 0;
}

static void run_unit(struct group *g, struct unit *unit)
{
    g->units[g->n++] = unit;
    unit->code = work_unit(g, unit);
    if (!in_transaction(g)) {
        g->lost = true;
        return;
    }
    if (!unit->code) g->kept++;
    for (size_t i = 0; i < g->store->n_gatherers; i++)
        if (g->store->gatherers[i].unit_done) g->store->gatherers[i].unit_done(g->store->gatherers[i].arg, unit->code == 0);
}

static void run_units(struct group *g)
{
    wg_time began = wg_monotonic();
    do {
        struct unit *unit = take_unit(g->store);
        if (!unit) return;
        run_unit(g, unit);
    } while (!g->lost && g->n < GROUP_UNITS && wg_monotonic() - began < GROUP_MS);
}

static int flush_gatherers(struct group *g)
{
    for (size_t i = 0; i < g->store->n_gatherers; i++) {
        const struct store_gatherer *gatherer = &g->store->gatherers[i];
        if (!gatherer->flush) continue;
        struct store_tx tx = transaction(g, g->ctx);
        int code = gatherer->flush(g->ctx, &tx, gatherer->arg);
        statements_give(g->conn);
        if (code) return code;
    }
    if (!in_transaction(g)) return wg_refuse(g->ctx, WG_E_STORE, NULL, "the transaction was rolled back", NULL);
    return 0;
}

static void tell_gatherers(const struct group *g, bool kept)
{
    for (size_t i = 0; i < g->store->n_gatherers; i++)
        if (g->store->gatherers[i].group_done) g->store->gatherers[i].group_done(g->store->gatherers[i].arg, kept);
}

/* The group's refusal becomes that of each unit which had none of its own. */
static void fail_units(struct group *g, int code)
{
    const struct wg_problem *p = &g->ctx->problem;
    for (size_t i = 0; i < g->n; i++) {
        struct unit *unit = g->units[i];
        if (unit->code) continue;
        unit->code = p->code == code ? wg_refuse(unit->ctx, code, p->where, p->args[0], p->args[1])
                                     : wg_refuse(unit->ctx, code, NULL, NULL, NULL);
    }
}

static void answer(const struct group *g)
{
    struct store *store = g->store;
    uint64_t refused = 0;
    for (size_t i = 0; i < g->n; i++) refused += g->units[i]->code != 0;
    (void)atomic_fetch_add_explicit(&store->n_writes, g->n, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&store->n_refused, refused, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&store->n_groups, 1, memory_order_relaxed);
    if (g->n > atomic_load_explicit(&store->largest_group, memory_order_relaxed))
        atomic_store_explicit(&store->largest_group, g->n, memory_order_relaxed);
    /* Once posted, a unit is gone with its caller's stack. */
    for (size_t i = 0; i < g->n; i++) (void)sem_post(&g->units[i]->done);
}

static int finish(struct group *g)
{
    if (!g->kept) {
        roll_back(g);
        return 0;
    }
    int code = flush_gatherers(g);
    if (!code) code = connection_run(g->ctx, g->conn, "COMMIT");
    if (code) {
        roll_back(g);
        fail_units(g, code);
    }
    return code;
}

/* The unit that brought the transaction down is answered alone; the others run again, in their order. */
static void put_back_innocents(struct group *g)
{
    struct unit *culprit = g->units[--g->n];
    while (g->n) {
        struct unit *unit = g->units[--g->n];
        unit->code = 0;
        unit->ctx->problem = (struct wg_problem){0};
        queue_prepend(&g->store->pending, unit);
    }
    g->units[g->n++] = culprit;
}

static void run_group(struct store *store, struct wg_ctx *ctx)
{
    struct group g = {.store = store, .conn = store->writer, .ctx = ctx};
    int code = connection_run(ctx, g.conn, "BEGIN IMMEDIATE");
    if (code) {
        while (g.n < GROUP_UNITS && (g.units[g.n] = take_unit(store))) g.n++;
        fail_units(&g, code);
        answer(&g);
        return;
    }
    run_units(&g);
    if (g.lost) {
        tell_gatherers(&g, false);
        put_back_innocents(&g);
    } else {
        code = finish(&g);
        tell_gatherers(&g, !code && g.kept > 0);
    }
    answer(&g);
}

/* --- the thread ------------------------------------------------------------------------------------------------------------ */
static int note_log_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    struct store *store = arg;
    store->log_pages = pages;
    return SQLITE_OK;
}

/* Copies the log into the database after the callers were answered. While an old snapshot holds the log it grows; then the
 * next try waits until there is as much again to copy. */
static void copy_log_back(struct store *store)
{
    if (store->log_pages < store->checkpoint_at) return;
    int in_log = 0, copied = 0;
    int result = sqlite3_wal_checkpoint_v2(store->writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
    if (result == SQLITE_OK && copied == in_log) {
        store->checkpoint_at = CHECKPOINT_PAGES;
        store->log_pages = 0;
    } else {
        store->checkpoint_at = store->log_pages + CHECKPOINT_PAGES;
    }
}

static void *run_writer(void *arg)
{
    struct store *store = arg;
    struct wg_arena *arena = wg_arena_new();
    while (wait_for_units(store)) {
        struct wg_ctx ctx = wg_ctx(arena);
        run_group(store, &ctx);
        copy_log_back(store);
        wg_arena_reset(arena);
    }
    wg_arena_free(arena);
    return NULL;
}

int store_writer_start(struct wg_ctx *ctx, struct store *store)
{
    store->checkpoint_at = CHECKPOINT_PAGES;
    (void)sqlite3_wal_hook(store->writer->db, note_log_pages, store);
    /* Signals are for the threads that expect them. */
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&store->writer_thread, NULL, run_writer, store);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) return wg_refuse(ctx, WG_E_STORE, NULL, strerror(error), NULL);
    store->writer_runs = true;
    return 0;
}

void store_writer_stop(struct store *store)
{
    if (!store->writer_runs) return;
    (void)pthread_mutex_lock(&store->queue_lock);
    store->closing = true;
    (void)pthread_cond_signal(&store->queue_filled);
    (void)pthread_mutex_unlock(&store->queue_lock);
    (void)pthread_join(store->writer_thread, NULL);
    store->writer_runs = false;
}
