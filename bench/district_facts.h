/* district_facts.h - facts that come over HTTP and are on disk when they are answered, beside rows that the engine alone inserts
 * into the same table with the same indexes, 1000 a transaction, each transaction synced. */
#ifndef WG_DISTRICT_FACTS_H
#define WG_DISTRICT_FACTS_H
#include <pthread.h>
#include <sqlite3.h>

#include "district_callers.h"

enum { SENDERS = 64, DOORS = 350, POST = 50, SINGLES = 100, FACT_ROUNDS = 5, RAW_BATCH = 1000 };

struct sender {
    struct caller caller;
    wg_id worker, doors[DOORS];
    char path[PLACE_PATH_MAX + 1];
    const char *paths[DOORS];
    char **bodies; /* of the posts of a round */
    size_t n_bodies;
    pthread_barrier_t *together;
};
struct facts {
    struct bench *b;
    struct sender *senders;
    wg_day day; /* the next that has no answer yet: days before the example's history */
};

/* --- who sends ------------------------------------------------------------------------------------------------------------------- */

static size_t read_doors(struct bench *b, struct store_snap *snap, struct sender *s)
{
    static const char q[] = "SELECT id, path FROM place WHERE district = $1 AND level = 7 AND path >= $2 AND path < $3 "
                            "AND valid_until IS NULL ORDER BY path LIMIT $4";
    struct store_value values[] = {store_cstr(b->app->d.code), store_cstr(s->path),
                                   store_cstr(guard_scope_end(b->arena, s->path)), store_int(DOORS)};
    struct store_rows *rows;
    size_t n = 0;
    bool more;
    must_do(&b->ctx, store_query(&b->ctx, snap, q, values, 4, &rows), "doors");
    for (;;) {
        must_do(&b->ctx, store_next(&b->ctx, rows, &more), "doors");
        if (!more) return n;
        s->doors[n] = store_get_id(rows, 0);
        s->paths[n++] = wg_cstr(b->arena, store_get_text(rows, 1));
    }
}

/* Leads of grids that are large enough, from all over the district. */
static void choose_senders(struct bench *b, struct sender *senders)
{
    static const char q[] =
        "SELECT d.worker, d.path FROM duty d JOIN place p ON p.district = d.district AND p.id = d.place WHERE d.district "
        "= $1 AND p.level = 3 AND d.role = 'lead' AND d.superseded = 0 AND d.until_day IS NULL ORDER BY d.worker";
    struct store_snap *snap;
    struct store_rows *rows;
    size_t n = 0;
    bool more = true;
    must_do(&b->ctx, store_read(&b->ctx, b->app->d.store, &snap), "snapshot");
    must_do(&b->ctx, store_query(&b->ctx, snap, q, (struct store_value[]){store_cstr(b->app->d.code)}, 1, &rows), "leads");
    while (n < SENDERS) {
        struct sender *s = &senders[n];
        must_do(&b->ctx, store_next(&b->ctx, rows, &more), "leads");
        must(more, "too few large grids");
        s->worker = store_get_id(rows, 0);
        (void)snprintf(s->path, sizeof s->path, "%.*s", (int)store_get_text(rows, 1).n, store_get_text(rows, 1).p);
        if ((n == 0 || !wg_id_eq(s->worker, senders[n - 1].worker)) && read_doors(b, snap, s) == DOORS) n++;
    }
    store_read_end(snap);
}

struct giving {
    struct bench *b;
    struct sender *senders;
    const char *hash;
};

static int give_accounts(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct giving *g = arg;
    const char *district = g->b->app->d.code;
    for (size_t i = 0; i < SENDERS; i++) {
        struct guard_worker worker;
        int rc = guard_worker_get(ctx, store_tx_snap(tx), district, g->senders[i].worker, &worker);
        if (rc) return rc;
        worker.login = wg_fmt(ctx->arena, "bench-%zu", i);
        rc = guard_worker_change(ctx, tx, district, &worker);
        if (rc == 0) rc = guard_password_set(ctx, tx, district, worker.id, g->hash);
        if (rc) return rc;
    }
    return 0;
}

static void enter_senders(struct bench *b, struct sender *senders)
{
    struct giving g = {b, senders, NULL};
    must_do(&b->ctx, guard_password_hash(&b->ctx, b->app->d.guard, wg_str(b->password), true, &g.hash), "password");
    must_do(&b->ctx, store_write(&b->ctx, b->app->d.store, give_accounts, &g), "accounts");
    for (size_t i = 0; i < SENDERS; i++)
        must(caller_enter(b, &senders[i].caller, wg_fmt(b->arena, "bench-%zu", i)), "a sender cannot sign in");
}

/* --- a day's facts ------------------------------------------------------------------------------------------------------------------ */

static int open_round(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct facts *f = arg;
    return programme_round_open(ctx, tx, &f->b->app->d, programme_named(f->b->app->d.programmes, WG_STR("daily_screening")),
                                f->day);
}

static void next_day(struct facts *f)
{
    f->day--;
    f->b->ctx.now = wg_now();
    must_do(&f->b->ctx, store_write(&f->b->ctx, f->b->app->d.store, open_round, f), "round");
}

static void write_fact(const struct facts *f, struct wg_buf *out, wg_id door, size_t n)
{
    char id[WG_ID_TEXT + 1], place[WG_ID_TEXT + 1];
    struct wg_civil c = wg_civil_from_day(f->day);
    wg_id_format(wg_id_new(wg_now()), id);
    wg_id_format(door, place);
    wg_buf_fmt(
        out,
        "{\"id\":\"%s\",\"programme\":\"daily_screening\",\"place\":\"%s\",\"round\":\"%04d-%02d-%02d\",\"result\":\"normal\","
        "\"at\":\"%04d-%02d-%02dT09:%02d:%02d.000+08:00\",\"temperature\":36.%zu}",
        id, place, c.year, c.month, c.day, c.year, c.month, c.day, (int)(n / 60 % 60), (int)(n % 60), n % 9);
}

/* `posts` bodies of `size` facts, one door each, for every sender. */
static void write_bodies(const struct facts *f, size_t posts, size_t size)
{
    for (size_t i = 0; i < SENDERS; i++) {
        struct sender *s = &f->senders[i];
        s->bodies = wg_xcalloc(posts, sizeof *s->bodies);
        s->n_bodies = posts;
        for (size_t p = 0; p < posts; p++) {
            struct wg_buf out;
            wg_buf_init(&out, 1024 * 1024);
            wg_buf_puts(&out, "{\"items\":[");
            for (size_t n = 0; n < size; n++) {
                if (n) wg_buf_puts(&out, ",");
                write_fact(f, &out, s->doors[p * size + n], p * size + n);
            }
            wg_buf_puts(&out, "]}");
            s->bodies[p] = hc_copy(out.p, out.n);
            wg_buf_free(&out);
        }
    }
}

static void drop_bodies(const struct facts *f)
{
    for (size_t i = 0; i < SENDERS; i++) {
        for (size_t p = 0; p < f->senders[i].n_bodies; p++) free(f->senders[i].bodies[p]);
        free(f->senders[i].bodies);
    }
}

/* --- over HTTP --------------------------------------------------------------------------------------------------------------------------- */

static void *send_bodies(void *arg)
{
    struct sender *s = arg;
    (void)pthread_barrier_wait(s->together);
    for (size_t p = 0; p < s->n_bodies; p++) {
        struct hc_reply reply = hc_ask(&s->caller.http, "POST", "/api/v1/observations", NULL, s->bodies[p]);
        must(reply.status == 200 && strstr(reply.body, "\"refused\":[]"), reply.body ? reply.body : "no answer");
        hc_free(&reply);
    }
    return NULL;
}

/* Seconds for all of a round's posts. */
static double send_all(struct facts *f)
{
    pthread_t threads[SENDERS];
    pthread_barrier_t together;
    must(pthread_barrier_init(&together, NULL, SENDERS + 1) == 0, "barrier");
    for (size_t i = 0; i < SENDERS; i++) {
        f->senders[i].together = &together;
        must(pthread_create(&threads[i], NULL, send_bodies, &f->senders[i]) == 0, "thread");
    }
    (void)pthread_barrier_wait(&together);
    double began = wall();
    for (size_t i = 0; i < SENDERS; i++) (void)pthread_join(threads[i], NULL);
    double took = wall() - began;
    (void)pthread_barrier_destroy(&together);
    return took;
}

/* --- the engine alone ------------------------------------------------------------------------------------------------------------------- */

static void bind_fact(const struct facts *f, sqlite3_stmt *st, const struct sender *s, size_t n)
{
    static const unsigned char digest[16] = {0};
    wg_id id = wg_id_new(wg_now());
    wg_time at = wg_day_start(f->day, f->b->app->d.zone) + (wg_time)(9 * WG_HOUR) + (wg_time)n * WG_SECOND;
    (void)sqlite3_bind_text(st, 1, f->b->app->d.code, -1, SQLITE_STATIC);
    (void)sqlite3_bind_blob(st, 2, id.b, sizeof id.b, SQLITE_TRANSIENT);
    (void)sqlite3_bind_int64(st, 3, at);
    (void)sqlite3_bind_int64(st, 4, wg_now());
    (void)sqlite3_bind_blob(st, 5, s->worker.b, sizeof s->worker.b, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 6, f->day);
    (void)sqlite3_bind_blob(st, 7, s->doors[n].b, sizeof s->doors[n].b, SQLITE_STATIC);
    (void)sqlite3_bind_text(st, 8, s->paths[n], -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 9, 360 + (int64_t)(n % 9));
    (void)sqlite3_bind_blob(st, 10, digest, sizeof digest, SQLITE_STATIC);
}

static sqlite3 *open_raw(const struct bench *b)
{
    sqlite3 *db;
    char path[400];
    (void)snprintf(path, sizeof path, "%s/wangge.db", b->data);
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, path);
    must(sqlite3_exec(db,
                      "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -32768; PRAGMA "
                      "mmap_size = 268435456",
                      NULL, NULL, NULL) == SQLITE_OK,
         "settings");
    return db;
}

/* Seconds for one fact at each door of each sender, the senders' rows mixed as they come over HTTP. */
static double insert_raw(const struct facts *f)
{
    static const char insert[] = "INSERT INTO observation (district, id, at, received, worker, programme, round, enrolment, "
                                 "person, place, path, result, effect, "
                                 "temperature, body, supersedes, digest) VALUES (?1, ?2, ?3, ?4, ?5, 'daily_screening', ?6, "
                                 "NULL, NULL, ?7, ?8, 'normal', 'done', ?9, "
                                 "NULL, NULL, ?10)";
    sqlite3 *db = open_raw(f->b);
    sqlite3_stmt *st;
    must(sqlite3_prepare_v2(db, insert, -1, &st, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    double began = wall();
    for (size_t i = 0; i < (size_t)SENDERS * DOORS; i++) {
        if (i % RAW_BATCH == 0) must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
        bind_fact(f, st, &f->senders[i / POST % SENDERS], i / POST / SENDERS * POST + i % POST);
        must(sqlite3_step(st) == SQLITE_DONE, sqlite3_errmsg(db));
        (void)sqlite3_reset(st);
        if (i % RAW_BATCH == RAW_BATCH - 1 || i + 1 == (size_t)SENDERS * DOORS)
            must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    }
    double took = wall() - began;
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return took;
}

/* --- both ---------------------------------------------------------------------------------------------------------------------------------- */

static void tell_facts(const char *name, double *ratios, double *rates, double *cpu, double aim)
{
    double ratio = median(ratios, FACT_ROUNDS);
    printf("  %-44s %9.3f of the engine alone  (%.0f facts/s, %.0f us of processor each, the senders' included)  aim %g%s\n",
           name, ratio, median(rates, FACT_ROUNDS), median(cpu, FACT_ROUNDS) * 1e6, aim, ratio >= aim ? "  holds" : "  misses");
    (void)fflush(stdout);
}

struct posting {
    const char *name;
    size_t posts, size;
    double aim;
    double ratios[FACT_ROUNDS], rates[FACT_ROUNDS], cpu[FACT_ROUNDS];
};

static void post_round(struct facts *f, struct posting *p, size_t round, double raw_rate)
{
    double facts = (double)(SENDERS * p->posts * p->size);
    next_day(f);
    write_bodies(f, p->posts, p->size);
    double cpu = all_cpu(), took = send_all(f);
    p->cpu[round] = (all_cpu() - cpu) / facts;
    p->rates[round] = facts / took;
    p->ratios[round] = p->rates[round] / raw_rate;
    drop_bodies(f);
}

BENCH_UNUSED static void bench_facts(struct bench *b)
{
    struct facts f = {.b = b, .senders = wg_xcalloc(SENDERS, sizeof *f.senders), .day = wg_today(&b->ctx) - 60};
    struct posting fifty = {.name = "posts of 50", .posts = DOORS / POST, .size = POST, .aim = 0.5};
    struct posting one = {.name = "posts of 1", .posts = SINGLES, .size = 1, .aim = 0.1};
    double raw[FACT_ROUNDS], raw_cpu[FACT_ROUNDS];
    choose_senders(b, f.senders);
    enter_senders(b, f.senders);
    heading("facts accepted over HTTP, on disk when answered, from 64 connections, beside rows inserted by the engine alone");
    for (size_t r = 0; r < FACT_ROUNDS; r++) {
        f.day--;
        double cpu = all_cpu();
        raw[r] = (double)(SENDERS * DOORS) / insert_raw(&f);
        raw_cpu[r] = (all_cpu() - cpu) / (double)(SENDERS * DOORS);
        post_round(&f, &fifty, r, raw[r]);
        post_round(&f, &one, r, raw[r]);
    }
    printf("  %-44s %.0f rows/s, %.0f us of processor each\n", "the engine alone, 1000 a transaction", median(raw, FACT_ROUNDS),
           median(raw_cpu, FACT_ROUNDS) * 1e6);
    tell_facts(fifty.name, fifty.ratios, fifty.rates, fifty.cpu, fifty.aim);
    tell_facts(one.name, one.ratios, one.rates, one.cpu, one.aim);
    for (size_t i = 0; i < SENDERS; i++) hc_close(&f.senders[i].caller.http);
    free(f.senders);
}
#endif
