/* programme_internal.h - what the room's own files share. */
#ifndef WG_PROGRAMME_INTERNAL_H
#define WG_PROGRAMME_INTERNAL_H
#include "base/embedded.h"
#include "district/programme/programme.h"
#include "platform/resource/resource.h"

/* fact.c: the moment an item was made. WG_E_BAD_FIELD when it lies in the future. */
WG_MUST int fact_moment(struct wg_ctx *ctx, const json_t *json, wg_time *ret);

/* found.c: somebody found at a door, as an item of the observations ("programme": "register"). */
enum found_what { FOUND_NEW, FOUND_CORRECTED, FOUND_WITHDRAWN };
struct found {
    enum found_what what;
    wg_id id, place, supersedes;     /* supersedes: the registration, or a correction of it */
    wg_id person;                    /* whom, though a correction before may have been refused; or nil */
    wg_time at;                      /* corrected: when */
    const char *name, *idno, *phone; /* NULL: not said */
    bool drops_idno, drops_phone;    /* corrected: said to be none (null) */
    bool says_relation;
    int sex, relation;
};
bool found_is(const json_t *json);
WG_MUST int found_read(struct wg_ctx *ctx, const json_t *json, struct found *ret);
WG_MUST int found_store(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct guard_scope *scope,
                        wg_id by, const struct found *found, struct fact_outcome *ret);

const char *programme_effect_code(enum result_effect effect);

/* Called by fact.c and enrolment.c when an enrolment changed. */
WG_MUST int programme_tell(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct enrolment *enrolment,
                           const struct enrolment *next);
/* Counts one more done (delta 1) or fewer (-1) in the hour of `at`, at the three highest levels above `path`. */
void programme_sums_hour(struct programme_sums *sums, const char *programme, wg_day day, int hour, struct wg_str path,
                         int delta);
/* True once the round was opened by this program. */
bool programme_round_known(struct programme_sums *sums, const char *programme, wg_day day);
void programme_round_remember(struct programme_sums *sums, const char *programme, wg_day day);

/* An enrolment's ending and reopening, with sums and listeners. */
struct enrolment_end {
    const char *state, *result;
    const wg_id *observation;
};
WG_MUST int enrolment_finish(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, struct enrolment *enrolment,
                             const struct enrolment_end *end, const struct enrolment *next);
WG_MUST int enrolment_reopen(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, struct enrolment *enrolment);
WG_MUST int enrolment_write(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d,
                            const struct enrolment *enrolment);
WG_MUST int enrolment_tried(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d,
                            const struct enrolment *enrolment, int tries);
/* The open one of a person, or *ret_found false. */
WG_MUST int enrolment_open_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const char *programme,
                              wg_id person, struct enrolment *ret, bool *ret_found);
WG_MUST int enrolment_next_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id previous,
                              struct enrolment *ret, bool *ret_found);
/* A deadline is a whole hour, so that late and not late are told by the round. */
wg_time enrolment_deadline(wg_time due);
/* The clock hour of `at` within `day`, clipped to it. */
int programme_hour(wg_time at, wg_day day, int zone);

extern const struct guard_route observation_routes[], alarm_routes[], assign_routes[];
#endif
