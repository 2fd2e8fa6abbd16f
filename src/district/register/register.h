/* register.h - the residents' register: one tree of places, the people who live there, and who answers for whom.
 *
 * Owns the tables place, person, person_change, duty, absence (0010_register.sql). Knows only the platform.
 * Days are wg_day in the deployment's zone; a duty holds on d when from <= d < until. Results live in ctx->arena.
 * Every function that reads people takes the scope of whoever asks; those that do not are marked "the program's own".
 *   P1 a place's path is its parent's path and three characters more; its label is said as at the door
 *   P2 a person lives at exactly one place, and person.path is always that place's path
 *   P3 identity and telephone numbers are stored sealed, found by their keyed mark, and shown by their last four
 *   P4 a correction keeps what it replaced, and needs the version it was made from (WG_E_CONFLICT otherwise); what it replaced can be
 *      put back by another
 *   P5 a place has at most one lead on any day (WG_E_DUTY_TAKEN names who is in the way)
 *   P6 every household has an owner on every day: the lead of the nearest place at or above it whose holder is present, else the
 *      stand-in, else the next level up; only a district where nobody leads has none (WG_E_NOT_FOUND)
 *   P7 what a worker may see is what lies under their duties and under those they stand in for, and nothing else */
#ifndef WG_REGISTER_H
#define WG_REGISTER_H
#include "district/district.h"
#include "engine/tabular/tabular.h"

/* --- places ---------------------------------------------------------------------------------------------------------- */
enum place_level {
    LEVEL_DISTRICT,
    LEVEL_STREET,
    LEVEL_COMMUNITY,
    LEVEL_GRID,
    LEVEL_COMPOUND,
    LEVEL_BUILDING,
    LEVEL_UNIT,
    LEVEL_HOUSEHOLD,
    LEVEL_COUNT_
};
enum { PLACE_STEP = 3, PLACE_PATH_MAX = PLACE_STEP * LEVEL_HOUSEHOLD, PLACE_CHILDREN_MAX = 46655 };

struct place {
    wg_id id, parent;
    const char *path;
    enum place_level level;
    const char *kind, *code /* NULL: none */, *name, *label;
    wg_day valid_from, valid_until; /* WG_DAY_OPEN: stands */
    int64_t version;
};
/* The three characters for the n-th child (from 1). */
void place_step(unsigned ordinal, char out[PLACE_STEP + 1]);
/* "春华小区3号楼2单元501" from the names of the compound and what lies below; higher places are their own name. `parent_label` is the
 * parent's label, or "" above the compound. */
const char *place_label(struct wg_arena *arena, enum place_level level, const char *parent_label, const char *name);

WG_MUST int place_get(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id id, struct place *ret);
WG_MUST int place_by_path(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str path,
                          struct place *ret);
WG_MUST int place_by_code(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str code,
                          struct place *ret);
/* Adds one below `parent` (nil: the district itself) at the next free step; fills id (when nil), path, label. WG_E_PLACE_LEVEL. */
WG_MUST int place_add(struct wg_ctx *ctx, struct store_tx *tx, const char *district, struct place *place);
/* Writes a place whose path and label the caller made (bulk loads; the program's own). */
WG_MUST int place_put(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct place *place);
/* Name, code or end of validity; relabels the subtree when the name changed. */
WG_MUST int place_change(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct place *place);
/* Ancestors of `path`, from the district down, without itself. */
WG_MUST int place_above(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str path,
                        struct place **ret, size_t *ret_n);
/* JSON as PlaceRef / Place. */
json_t *place_ref_json(struct wg_ctx *ctx, const struct place *place);
WG_MUST int place_ref(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str path, json_t **ret);
WG_MUST int place_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place,
                       json_t **ret);

/* --- people ---------------------------------------------------------------------------------------------------------- */
struct person {
    wg_id id, place;
    const char *path; /* filled by reading and by person_put */
    const char *name;
    int sex;
    wg_day birth;
    const char *idno, *phone; /* canonical, only when writing or unsealed; else NULL */
    const char *idno_tail, *phone_tail;
    int relation;      /* -1 unknown */
    const char *state; /* "living" ... */
    const char *address, *note;
    wg_time created, updated;
    int64_t version;
};
/* Adds (id nil: a new one) or, with version > 0, corrects a person. Reads and checks the numbers (WG_E_IDNO, WG_E_PHONE say what is
 * wrong with them); a number that another living person has is WG_E_IDNO_TAKEN unless `accept_twin`. */
WG_MUST int person_put(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by, bool accept_twin,
                       struct person *person);
/* The same without checks or history, for bulk loads of canonical data (the program's own). person->path must be set. */
WG_MUST int person_load(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct person *person);
WG_MUST int person_get(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const struct guard_scope *scope,
                       wg_id id, struct person *ret);
/* Unseals both numbers into person->idno and ->phone: before a correction that keeps them. */
WG_MUST int person_numbers(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, struct person *person);
/* Moves someone to another place. */
WG_MUST int person_move(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by, wg_id person,
                        const struct place *to, const char *state);
/* PersonRow, with the place looked up. */
WG_MUST int person_row_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct person *person,
                            json_t **ret);
/* The same where the place is known (PlaceRef, taken over). */
json_t *person_row_at(struct wg_ctx *ctx, const struct person *person, json_t *place);
int person_age(const struct wg_ctx *ctx, wg_day birth); /* -1 unknown */

/* Every living or provisional person with numbers unsealed, in the order of ids, for the comparison index (the program's own).
 * `since`: only those updated at or after it (0: all); people in other states come too then, so that they can be dropped.
 * Nothing is unsealed of those whom `known` (NULL: nobody) knows at that version, and they are not visited. */
typedef int (*person_visit)(struct wg_ctx *ctx, void *arg, const struct person *person, struct wg_str label);
struct person_walk {
    wg_time since;
    bool (*known)(void *arg, wg_id id, int64_t version);
    person_visit visit;
    void *arg;
};
WG_MUST int person_each(struct wg_ctx *ctx, const struct district *d, const struct person_walk *walk);

/* --- duties ---------------------------------------------------------------------------------------------------------- */
struct duty {
    wg_id id, place, worker;
    const char *path;
    bool lead;
    wg_day from, until;
    wg_time recorded;
    wg_id recorded_by;
};
WG_MUST int duty_assign(struct wg_ctx *ctx, struct store_tx *tx, const char *district, struct duty *duty);
WG_MUST int duty_end(struct wg_ctx *ctx, struct store_tx *tx, const char *district, wg_id duty, wg_day until, wg_id by);
/* For guard_options.tops. */
int duty_tops(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id worker, wg_day day,
              const char *const **ret_tops, size_t *ret_n);

struct owner {
    wg_id worker;
    const char *name, *phone;
    const char *path; /* of the place whose duty answers */
    enum place_level level;
    bool stand_in;
};
/* All duties of a day, for whoever asks about many places: one read, then no query. */
struct owners;
WG_MUST int owners_load(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_day day, struct owners **ret);
/* Today's, shared by requests: read again when duties, absences or accounts changed here, on a new day, and after a minute. Lives as
 * long as ctx's arena. It may take a snapshot of its own for a moment: ask before store_read. */
WG_MUST int owners_today(struct wg_ctx *ctx, const struct district *d, const struct owners **ret);
struct owners_cache *owners_cache_new(void);
void owners_cache_free(struct owners_cache *cache); /* NULL is allowed */
/* For one place, without the others: *ret_held as owner_of says. */
WG_MUST int owner_of_place(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_day day, struct wg_str path,
                           struct owner *ret, bool *ret_held);
/* P6; false when nobody leads up to the district. */
bool owner_of(const struct owners *owners, struct wg_str path, struct owner *ret);
/* The other way round: all paths that `worker` answers for, as ranges from <= path < to, sorted, none overlapping. */
struct path_range {
    const char *from, *to;
};
void owner_ranges(struct wg_ctx *ctx, const struct owners *owners, wg_id worker, struct path_range **ret, size_t *ret_n);
json_t *owner_json(struct wg_ctx *ctx, const struct owner *owner);

/* --- files, for the command line ---------------------------------------------------------------------------------------- */
struct register_file;                                                /* people, places or duties */
const struct register_file *register_file_named(struct wg_str name); /* NULL: no such */
/* Everything within scope as CSV or XLSX, headed in ctx->lang. What goes out comes in again unchanged. */
WG_MUST int register_export(struct wg_ctx *ctx, const struct district *d, const struct register_file *file,
                            const struct guard_scope *scope, enum tab_format format, tab_sink sink, void *arg);
/* Good rows are written, bad ones go to `refused` (a CSV that imports again, with a column of reasons; not made when there are none). */
struct register_imported {
    int64_t received, added, changed, unchanged, rejected;
};
WG_MUST int register_import(struct wg_ctx *ctx, const struct district *d, const struct register_file *file,
                            const struct guard_scope *scope, wg_id by, struct tab_reader *reader,
                            const struct wg_progress *progress, struct wg_buf *refused, struct register_imported *ret);

/* --- routes, import and export ----------------------------------------------------------------------------------------- */
extern const struct guard_route place_routes[], person_routes[], duty_routes[], file_routes[];
extern const struct job_kind register_jobs[];         /* "register.import"; ends with a NULL name */
extern const struct district_check register_checks[]; /* ends with a NULL code */
#endif
