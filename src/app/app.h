/* app.h - the rooms put together: what main builds and passes on, and the one list of them.
 *
 * app_open opens a store (applying migrations), its key, the programmes and the sums. The server adds jobs and routes. Everything is
 * released by app_close in the opposite order. */
#ifndef WG_APP_H
#define WG_APP_H
#include "district/district.h"

struct app_options {
    const char *data;     /* directory */
    bool create;          /* make the store when it is not there */
    const char *district; /* code, when creating; otherwise the store knows */
    bool fast_hash;       /* demo and tests */
    size_t job_threads;   /* 0: no jobs run here */
};
struct app {
    struct district d;
    struct wg_arena *arena; /* what lives as long as the program */
};
WG_MUST int app_open(struct wg_ctx *ctx, const struct app_options *options, struct app **ret_app);
void app_close(struct app *app); /* NULL is allowed */

/* Every room's routes, added to a router; every room's checks, one after the other. */
WG_MUST int app_router(struct wg_ctx *ctx, struct app *app, struct guard_router **ret_router);
/* The same without a store, to describe them; its routes must not be called. */
WG_MUST int app_router_bare(struct wg_ctx *ctx, struct guard_router **ret_router);
/* How the program is served: its limits, and where large files may come. Where it listens is the caller's. */
struct http_options app_http_options(const struct app *app, struct guard_router *router);
const struct district_check *app_check_at(size_t index); /* NULL at the end */
/* One check held against a store: *ret_count rows break it; up to 20 of them are named. WG_E_STORE when count and rows disagree. */
WG_MUST int app_check_run(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const struct district_check *check,
                          int64_t *ret_count, const char ***ret_rows, size_t *ret_n);

/* --- for subcommands --------------------------------------------------------------------------------------------------------- */
struct app_args {
    const char *data, *listen, *format, *out, *lang_text;
    bool json, help;
    enum wg_lang lang;
    const char *rest[64]; /* what is no option */
    size_t n_rest;
    struct {
        const char *name, *value;
    } options[64]; /* every --name value and --name=value */
    size_t n_options;
};
/* Reads options; `flags` lists those that take no value ("json", "again", ...), `known` all others, both end with NULL. False after
 * telling what is wrong on standard error (exit code 2). */
bool app_args(int argc, char **argv, const char *const *known, const char *const *flags, struct app_args *ret);
const char *app_option(const struct app_args *args, const char *name); /* NULL: not given; "" for a flag */
/* "zh" or "en" of --lang, else of LC_ALL, LC_MESSAGES, LANG; Chinese when they do not say. */
enum wg_lang app_lang(const struct app_args *args);
/* Prints the context's problem on standard error; returns 1. */
int app_failed(const struct wg_ctx *ctx, int code);
/* Opens the store of --data and runs `work`, whose result is the exit code; says what is wrong otherwise (usage without --data). */
typedef int (*app_work)(struct wg_ctx *ctx, struct app *app, const struct app_args *args);
int app_run(const struct app_args *args, const struct app_options *options, const char *zh, const char *en, app_work work);
/* The whole district: what the command line acts as. */
struct guard_scope app_everywhere(void);
/* Who acts: the worker of --by LOGIN, or the first active keeper. */
WG_MUST int app_actor(struct wg_ctx *ctx, struct app *app, const struct app_args *args, wg_id *ret_worker);
/* A sink into an open FILE. */
bool app_into_file(void *arg, const void *bytes, size_t n);
/* Prints the help text in the language wanted; returns 0. */
int app_help(const struct app_args *args, const char *zh, const char *en);
#endif
