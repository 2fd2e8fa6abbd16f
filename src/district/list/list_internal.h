/* list_internal.h - what the room's own files share. */
#ifndef WG_LIST_INTERNAL_H
#define WG_LIST_INTERNAL_H
#include "district/list/list.h"
#include "engine/people/people.h"
#include "platform/resource/resource.h"

#define LIST_LOAD_JOB "list.load"
enum { LIST_COLUMNS_MAX = 200, LIST_SAMPLE_ROWS = 2000 };

/* The job that loads the register into memory. */
int list_load_job(struct wg_ctx *ctx, struct job *job, void *services);

/* --- the sealed file beside the database ------------------------------------------------------------------------------------- */
WG_MUST int list_file_keep(struct wg_ctx *ctx, const struct district *d, wg_id list, struct wg_str bytes);
WG_MUST int list_file_open(struct wg_ctx *ctx, const struct district *d, wg_id list, struct tab_reader **ret_reader);
void list_file_forget(const struct district *d, wg_id list);

/* --- a list's own row ---------------------------------------------------------------------------------------------------------- */
struct list_head {
    wg_id id, worker, job;
    const char *name, *source, *programme, *file_name, *state;
    wg_time received, due;
    int64_t file_bytes;
    json_t *shape;   /* header and how it was read; kept by the arena */
    json_t *columns; /* kind codes; NULL: not confirmed */
    json_t *measure; /* NULL: not compared */
    struct wg_str weights, digest;
    int64_t n_rows, n_matched, n_new, n_review, n_rejected, n_dispatched, n_reached, n_closed;
};
WG_MUST int list_head_get(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id id,
                          struct list_head *ret);
json_t *list_counts_json(const struct list_head *head);
/* Adds to the list's sums. */
struct list_delta {
    int rows, matched, new_, review, rejected, dispatched, reached, closed;
};
WG_MUST int list_add_counts(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id list,
                            const struct list_delta *delta);
/* One more (or, sign -1, one less) row of an outcome and a stage. */
void list_delta_outcome(struct list_delta *delta, const char *outcome, int sign);
void list_delta_stage(struct list_delta *delta, const char *stage, int sign);

/* --- a row as it is read ---------------------------------------------------------------------------------------------------------- */
/* The cells of a row by kind, with what each identifies. */
struct list_cells {
    const struct wg_str *cells;
    const enum column_kind *kinds;
    size_t n;
};
struct wg_str list_cell(const struct list_cells *cells, enum column_kind kind); /* the first; empty when there is none */
/* What the list says of a person, canonical, for the register. */
struct list_person {
    const char *name, *idno, *phone, *address;
    int sex;
    wg_day birth;
    bool lost_idno;        /* a spreadsheet destroyed the number */
    const char *came_from; /* in words, or NULL */
};
void list_person_read(struct wg_ctx *ctx, const struct district *d, const struct list_cells *cells, struct list_person *ret);
/* What identifies the row, so that "not the same" is remembered by it. */
wg_id list_print(const struct district *d, struct wg_ctx *ctx, const struct list_person *person);
/* In words, for a reason code. */
const char *list_reason_text(const char *reason, enum wg_lang lang);
/* Columns with a meaning for the comparison. */
bool list_kind_compared(enum column_kind kind);

/* --- where an address leads ----------------------------------------------------------------------------------------------------------- */
struct list_places;
/* `bringer` answers for what names no place: the top of their duties, when it is one, else the district. */
WG_MUST int list_places_load(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id bringer,
                             struct list_places **ret);
const char *list_places_home(const struct list_places *places); /* path of that top */
/* The smallest place the address (and the columns that name street and community) speaks of; the bringer's at last. */
WG_MUST int list_place_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d,
                          const struct list_places *places, const struct list_cells *cells, struct place *ret);

/* --- making rows and tasks --------------------------------------------------------------------------------------------------------------- */
/* A new person at `place`, state provisional. */
WG_MUST int list_new_person(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by,
                            const struct list_person *person, const struct place *place, wg_id *ret_id);
/* A task for the row's person; *ret_path is where it is. */
WG_MUST int list_enrol(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct list_head *head,
                       wg_id person, const char *new_path, wg_id *ret_enrolment, const char **ret_path);
struct wg_str list_seal_cells(struct wg_ctx *ctx, const struct district *d, wg_id list, int64_t row, const struct wg_str *cells,
                              size_t n);
WG_MUST int list_unseal_cells(struct wg_ctx *ctx, const struct district *d, wg_id list, int64_t row, struct wg_str sealed,
                              struct wg_str **ret_cells, size_t *ret_n);
/* Compares one row alone (mended, or for its explanation) with the weights its list learned. */
struct list_compared {
    const char *outcome, *reason;
    wg_id person;
    double probability;
    json_t *candidates; /* [[person, probability], ...], kept by the arena */
};
/* What clerks said before (`refused`: found not the same) and what the row lacks, added to what the comparison says. */
void list_settle(struct wg_ctx *ctx, const struct list_person *person, bool (*refused)(const void *arg, wg_id candidate),
                 const void *arg, struct list_compared *said);
WG_MUST int list_compare_row(struct wg_ctx *ctx, const struct district *d, const struct list_head *head,
                             const struct list_cells *cells, struct list_compared *ret);

/* For routes. P8: whether the caller may start, close and cancel it. */
bool list_is_theirs(const struct guard_call *call, const struct list_head *head);
/* A List, its funnel cut to the caller's scope. */
WG_MUST int list_one_json(struct guard_call *call, struct store_snap *snap, const struct list_head *head, json_t **ret);
#endif
