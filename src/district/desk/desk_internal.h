/* desk_internal.h - what the room's own files share. */
#ifndef WG_DESK_INTERNAL_H
#define WG_DESK_INTERNAL_H
#include "district/desk/desk.h"
#include "platform/resource/resource.h"

enum { PATH_GRID = PLACE_STEP * LEVEL_GRID };
#define PROGRAMME_SCREENING "daily_screening"
#define PROGRAMME_FOLLOW_UP "list_follow_up"

/* --- reading rows ------------------------------------------------------------------------------------------------------ */
/* A place's columns as PlaceRef, a person's as PersonRow (the place joined beside); `t`, `p`: their names in the query. */
#define DESK_PLACE(t) t ".id, " t ".path, " t ".level, " t ".kind, " t ".name, " t ".label"
#define DESK_PERSON(p, t)                                                                                                      \
    p ".id, " p ".name, " p ".sex, " p ".birth, " p ".idno_tail, " p ".phone_tail, " p ".relation, " p ".state, " DESK_PLACE(t)
enum { DESK_PLACE_COLUMNS = 6, DESK_PERSON_COLUMNS = 8 + DESK_PLACE_COLUMNS };
/* From the columns that begin at `at`; null when the join found nothing. */
json_t *desk_place_json(struct wg_ctx *ctx, const struct store_rows *rows, int at);
json_t *desk_person_json(struct wg_ctx *ctx, const struct store_rows *rows, int at);
const char *desk_text(struct wg_ctx *ctx, const struct store_rows *rows, int column); /* NULL for NULL */
json_t *desk_temperature_json(const struct store_rows *rows, int column);             /* tenths as degrees */
/* PlaceRefs of n paths, some fifty a query; null where there is no place. Kept by ctx->arena. */
WG_MUST int desk_places(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *const *paths,
                        size_t n, json_t **ret_places);

/* --- what was asked ----------------------------------------------------------------------------------------------------- */
/* A list of codes between commas as bits, in the order of `codes` (which ends with NULL); `otherwise` when absent or empty. */
WG_MUST int desk_codes(struct wg_ctx *ctx, const struct http_request *request, const char *name, const char *const *codes,
                       unsigned otherwise, unsigned *ret_bits);
/* `after` of a page in walking order: "path:id". */
struct desk_position {
    struct wg_str path;
    wg_id id;
};
WG_MUST int desk_position_read(struct wg_ctx *ctx, struct wg_str after, struct desk_position *ret);
const char *desk_position_text(struct wg_ctx *ctx, const char *path, wg_id id);
/* Also a nil id as sixteen bytes: NULL compares with nothing. */
struct store_value desk_id_bytes(const wg_id *id);
/* Whoever may see others' tasks, or has tasks to do: the one right that a route can name does not say both. */
WG_MUST int desk_may_see_tasks(struct guard_call *call);

/* --- ranges of paths: sorted, none overlapping ---------------------------------------------------------------------------- */
struct path_range *desk_ranges_of(struct wg_ctx *ctx, const struct guard_scope *scope);
/* What lies in both. */
struct path_range *desk_ranges_cut(struct wg_ctx *ctx, const struct path_range *a, size_t n_a, const struct path_range *b,
                                   size_t n_b, size_t *ret_n);

/* --- tasks ------------------------------------------------------------------------------------------------------------------ */
/* Whole hours late, at least 1 for what is late, 0 for what is not. */
int64_t desk_hours_late(wg_time due, wg_time now);
/* Sums of all programmes with tasks at one path. */
WG_MUST int desk_task_sums(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, struct wg_str path,
                           struct sums *ret);
/* Open tasks in a place's pool or those below it. */
WG_MUST int desk_pool_count(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap,
                            const struct guard_scope *scope, int64_t *ret);

/* Open tasks added up by where they are and, where `by_worker`, by who was named. */
struct desk_load {
    const char *path; /* a grid, or the place whose pool it is; of a named worker's: NULL */
    wg_id worker;     /* named; nil: whoever holds the place */
    const char *name; /* of the named worker */
    int64_t open, overdue;
    wg_time oldest; /* the earliest deadline */
};
WG_MUST int desk_loads(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct guard_scope *scope,
                       bool by_worker, struct desk_load **ret, size_t *ret_n);
/* The same by worker, sorted by worker: named, or answering for the place. `path` is where the duty is (NULL: only named). */
WG_MUST int desk_loads_of_workers(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap,
                                  const struct guard_scope *scope, const struct owners *owners, struct desk_load **ret,
                                  size_t *ret_n);

/* --- all rows, for files ------------------------------------------------------------------------------------------------------ */
/* What the same request to GET tasks or households would show, page after page of one snapshot; `items` is an array of Task or
 * HouseholdRow, gone after the visit as is all in ctx->arena. */
typedef int (*desk_rows_visit)(struct wg_ctx *ctx, void *arg, const json_t *items);
/* The walk of both: `next` reads the page that follows what it read before, `items` kept by `ctx`, an arena of the page's own. */
typedef int (*desk_page_next)(struct wg_ctx *ctx, void *asking, json_t **ret_items, bool *ret_more);
WG_MUST int desk_each_page(struct guard_call *call, desk_page_next next, void *asking, desk_rows_visit visit, void *arg);
WG_MUST int desk_each_task(struct guard_call *call, int page_rows, desk_rows_visit visit, void *arg);
WG_MUST int desk_each_household(struct guard_call *call, int page_rows, desk_rows_visit visit, void *arg);

/* "2020-02-14 08:00" of a moment as the API says it. */
const char *desk_moment_text(struct wg_ctx *ctx, const char *text);

/* --- words -------------------------------------------------------------------------------------------------------------------- */
/* The pages' texts in ctx->lang, kept by ctx->arena. */
struct desk_words {
    const json_t *desk, *shared;
};
WG_MUST int desk_words_load(struct wg_ctx *ctx, struct desk_words *ret);
/* A verb of the audit as the page says it; the verb itself where there is no word for it. */
const char *desk_verb_text(struct wg_ctx *ctx, const struct desk_words *words, const char *verb);

/* --- alarms ------------------------------------------------------------------------------------------------------------------- */
enum { ALARM_OPEN = 1, ALARM_TAKEN = 2, ALARM_CLOSED = 4 };
struct desk_moment { /* `after` of a page that has the newest first: "at:id" */
    wg_time at;
    wg_id id;
};
/* Up to `limit` alarms after `after`, newest first, appended to `items`; *ret_next NULL on the last page. */
WG_MUST int desk_alarms(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct guard_scope *scope,
                        unsigned states, const struct desk_moment *after, int limit, json_t *items, const char **ret_next);

/* --- handlers ------------------------------------------------------------------------------------------------------------------ */
int desk_get_today(struct guard_call *call);
int desk_get_tasks(struct guard_call *call);
int desk_get_late(struct guard_call *call);
int desk_get_households(struct guard_call *call);
int desk_get_alarms(struct guard_call *call);
int desk_get_person(struct guard_call *call);
int desk_get_workers(struct guard_call *call);
int desk_get_field_today(struct guard_call *call);
int desk_export_tasks(struct guard_call *call);
int desk_export_households(struct guard_call *call);
int desk_export_audit(struct guard_call *call);
#endif
