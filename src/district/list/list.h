/* list.h - the life of a list: it comes in, is compared, reviewed, dispatched, and every row gets its answer.
 *
 * Owns list, list_row, decision, not_same, source_columns (0030_list.sql). Knows register and programme.
 * A file is kept sealed beside the database (files/ID) until its list closes; a row's cells are kept sealed for ever as they came.
 *   P1 received = matched + new + review + rejected at every moment after reading, to the last row of data in the file
 *   P2 a rejected row keeps its cells and its reason; mended, it is compared like any other; exported, it imports again
 *   P3 the same bytes again are recognised (WG_E_LIST_KNOWN, unless `again`), and so is the source's order of columns
 *   P4 a number that a spreadsheet destroyed is said to be lost and never guessed: the row is compared without it, or rejected when
 *      nothing else identifies
 *   P5 a matched person is enrolled at their place, a new one at the community their address names, else in the pool of the smallest
 *      place it names (at last the bringer's own: a street's, or the district's for the data office); one person on five lists is one
 *      task, and all five rows close with it
 *   P6 a row is claimed by one clerk at a time (10 minutes); "not the same" is remembered for ever; a decision can be undone until its
 *      task has an answer
 *   P7 importing can be cancelled before dispatch and resumed after a crash; it never leaves half a row
 *   P8 a list is seen by its bringer, by whoever sees the whole district, and by whoever has one of its rows in scope, with the rows cut
 *      to it; started, closed and cancelled by the first two only
 *   P9 once a page has shown that the register will be needed in memory, a job loads it, so that the list that follows need not,
 *      and a clerk sees the doubtful row meanwhile
 *   P10 a list is compared with the register as it stood when its comparison began: whoever was changed or left is taken so
 * Reasons of rejection: no_name, lost_idno (with nothing else), nothing_to_compare, damaged, too_many_cells. */
#ifndef WG_LIST_H
#define WG_LIST_H
#include "district/programme/programme.h"
#include "engine/match/match.h"

/* --- the register in memory --------------------------------------------------------------------------------------------- */
struct list_index;
WG_MUST int list_index_new(struct wg_ctx *ctx, struct list_index **ret);
void list_index_free(struct list_index *index);
/* Loads it the first time (seconds for a district), afterwards only what changed; then calls `use` with the index held for reading. */
struct list_view {
    const struct match_index *match;
    size_t people;
    const struct list_index *index;
};
typedef int (*list_use)(struct wg_ctx *ctx, void *arg, const struct list_view *view);
WG_MUST int list_index_use(struct wg_ctx *ctx, const struct district *d, const struct wg_progress *progress, list_use use,
                           void *arg);
/* The same for a look that must not wait: what changed is taken in unless somebody has it in use just now. */
WG_MUST int list_index_look(struct wg_ctx *ctx, const struct district *d, list_use use, void *arg);
/* Has a job load it, unless it is loaded or one was asked for: for pages after which it will be needed. False: it is loaded, or no job can
 * be added and whoever uses it loads it. Not while holding a snapshot. */
bool list_index_await(struct wg_ctx *ctx, const struct district *d, wg_id worker);
/* How far it is loaded, 0 to 1; 1: it is in memory. */
double list_index_loading(const struct district *d);
wg_id list_view_person(const struct list_view *view, uint32_t key);
bool list_view_key(const struct list_view *view, wg_id person, uint32_t *ret_key);

/* --- steps, for routes, jobs and the command line --------------------------------------------------------------------------- */
struct list_new {
    const char *name, *source, *file_name, *programme;
    struct wg_str bytes;
    wg_id worker;
};
/* Keeps the file, reads its head and guesses the columns (or takes those remembered). State "mapping". */
WG_MUST int list_receive(struct wg_ctx *ctx, const struct district *d, const struct list_new *what, wg_id *ret_id);
/* Confirms columns (kind codes, one per column) and deadline; adds the job where a job engine runs. */
struct list_start {
    const char *const *columns;
    size_t n_columns;
    wg_time due;
    const char *name, *source; /* NULL: unchanged */
    bool again;
    wg_id worker;
    enum wg_lang lang;
};
WG_MUST int list_start(struct wg_ctx *ctx, const struct district *d, wg_id list, const struct list_start *start,
                       wg_id *ret_job);
/* What the job does: reads, compares, enrols. Callable without a job engine (command line); `progress` may be NULL. */
WG_MUST int list_run(struct wg_ctx *ctx, const struct district *d, wg_id list, const struct wg_progress *progress,
                     void (*phase)(void *arg, const char *code), void *phase_arg);
/* A closed list, open again: closing stops no task, so nothing else changes. WG_E_LIST_STATE for any other. */
WG_MUST int list_reopen(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id list);
WG_MUST int list_close(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id list, const char *state);
/* A clerk's verdict: "same" (with person), "new", "ask". */
WG_MUST int review_decide(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id worker, wg_id list,
                          int64_t row, const char *verdict, wg_id person, wg_id *ret_decision);
WG_MUST int review_undo(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id worker, wg_id decision);
/* Lists (ListRow), newest first: those with rows in scope, and those that `by` brought (NULL: nobody's own). */
struct list_page {
    const struct guard_scope *scope;
    const wg_id *by;
    const struct guard_who *reader; /* "mine" is what they may end: P8; NULL: nothing */
    const char *state;              /* NULL: any */
    struct wg_str after;
    int limit;
};
WG_MUST int list_page_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct list_page *what,
                           json_t **ret_page);
/* Names of the lists that ask for each of n enrolments (arrays in ret_names, by index; empty ones are json arrays too). */
WG_MUST int list_names_for(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const wg_id *enrolments,
                           size_t n, json_t **ret_names);
/* For a person's page: PersonList items. */
WG_MUST int list_rows_of_person(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, wg_id person,
                                json_t **ret);
/* Rows waiting for a clerk. */
WG_MUST int review_left(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, int64_t *ret);
/* Given to programme_on_change. */
int list_enrolment_changed(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct enrolment *enrolment,
                           const struct enrolment *next);

extern const struct guard_route list_routes[], review_routes[];
extern const struct job_kind list_jobs[]; /* "list.import" "list.load" */
extern const struct district_check list_checks[];
#endif
