/* program_fixture.h - the whole program over the tiny district: every room's routes and jobs, as `wangge serve` has them. Header only.
 *
 *   pf_setup, pf_teardown   as cmocka's: *state is a struct program; p->f is the district (district_fixture.h), whose df_ask and the
 *                           like now go through every route; work is done by one job thread, in real time
 *   pf_stop, pf_start       the program ends as it ends on a signal (the server must be stopped before), and begins again */
#ifndef WG_TESTS_PROGRAM_FIXTURE_H
#define WG_TESTS_PROGRAM_FIXTURE_H
#include <time.h>

#include "app/app.h"
#include "district_fixture.h"

struct program {
    struct district_fixture *f;
    struct app *app;
};

DF_UNUSED static void pf_start(struct program *p)
{
    struct district_fixture *f = p->f;
    struct app_options options = {
        .data = wg_fmt(f->arena, "%s/store", f->dir), .district = DF_DISTRICT, .fast_hash = true, .job_threads = 1};
    assert_int_equal(app_open(&f->ctx, &options, &p->app), 0);
    assert_int_equal(app_router(&f->ctx, p->app, &f->router), 0);
    f->d = p->app->d;
}

DF_UNUSED static void pf_stop(struct program *p)
{
    guard_router_free(p->f->router);
    app_close(p->app);
    p->f->router = NULL;
    p->f->d = (struct district){0};
    p->app = NULL;
}

DF_UNUSED static int pf_setup(void **state)
{
    struct program *p = wg_xcalloc(1, sizeof *p);
    void *fixture = NULL;
    assert_int_equal(df_setup(&fixture), 0);
    p->f = fixture;
    df_close_rooms(p->f);
    pf_start(p);
    *state = p;
    return 0;
}

DF_UNUSED static int pf_teardown(void **state)
{
    struct program *p = *state;
    void *fixture = p->f;
    wg_arena_reset(p->f->arena); /* closes what a failed test left open */
    pf_stop(p);
    free(p);
    return df_teardown(&fixture);
}

/* --- many requests --------------------------------------------------------------------------------------------------------- */

/* A multipart body of one file and the fields given as "name", "value", ..., NULL; *ret_type is its Content-Type. */
DF_UNUSED static struct wg_str pf_upload(struct wg_arena *arena, const char *file_name, struct wg_str bytes,
                                         const char *const *fields, const char **ret_type)
{
    struct wg_buf out;
    wg_buf_init(&out, 64 * 1024 * 1024);
    for (size_t i = 0; fields && fields[i]; i += 2)
        wg_buf_fmt(&out, "--wangge\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", fields[i], fields[i + 1]);
    wg_buf_fmt(&out,
               "--wangge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
               "Content-Type: application/octet-stream\r\n\r\n",
               file_name);
    wg_buf_add(&out, bytes.p, bytes.n);
    wg_buf_puts(&out, "\r\n--wangge--\r\n");
    struct wg_str body = wg_str_dup(arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    *ret_type = "multipart/form-data; boundary=wangge";
    return body;
}

/* The first column of the first row, an id; the test fails when there is no row. */
DF_UNUSED static wg_id pf_find_id(struct district_fixture *f, const char *sql)
{
    struct store_snap *snap;
    struct store_rows *rows;
    bool found;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    assert_int_equal(store_one(&f->ctx, snap, sql, NULL, 0, &rows, &found), 0);
    if (!found) print_error("no row: %s\n", sql);
    assert_true(found);
    wg_id id = store_get_id(rows, 0);
    store_rows_end(rows);
    store_read_end(snap);
    return id;
}

/* Waits for a job's end; true when it was done. */
DF_UNUSED static bool pf_wait_job(struct program *p, wg_id job)
{
    struct district_fixture *f = p->f;
    for (int i = 0; i < 3000; i++) {
        struct job_status status;
        assert_int_equal(job_look(&f->ctx, p->app->d.jobs.engine, job, &status), 0);
        if (strcmp(status.state, "queued") != 0 && strcmp(status.state, "running") != 0)
            return strcmp(status.state, "done") == 0;
        (void)nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    fail_msg("a job does not end");
    return false;
}

/* Every check of the program, at f->now. */
DF_UNUSED static void pf_assert_checks(struct program *p)
{
    struct district_fixture *f = p->f;
    const struct district_check *check;
    struct store_snap *snap;
    f->ctx.now = f->now;
    assert_int_equal(store_read(&f->ctx, f->d.store, &snap), 0);
    int64_t broken = 0;
    for (size_t i = 0; (check = app_check_at(i)) != NULL; i++) {
        const char **rows;
        int64_t count;
        size_t n;
        assert_int_equal(app_check_run(&f->ctx, snap, f->d.code, check, &count, &rows, &n), 0);
        if (count) print_error("check %s: %lld rows, first: %s\n", check->code, (long long)count, n ? rows[0] : "");
        broken += count;
    }
    store_read_end(snap);
    assert_int_equal(broken, 0);
}
#endif
