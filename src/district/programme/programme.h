/* programme.h - what must happen has an owner and a deadline; what happened is a fact; the sums cannot forget anybody.
 *
 * A programme is data (programmes/NAME.json): who enters, which rounds, which results its form knows and what each means, what
 * raises an alarm, who hears of lateness when. Two kinds of rounds: `once` (an enrolment is the task: list follow-up) and `daily`
 * (every household of the roster is due each day: screening; the roster is the register's standing households).
 * Owns enrolment, observation, answer, tally, tally_hour, alarm (0020_programme.sql). Knows register.
 *   P1 at every place and in every round: due = done + excused + open + overdue
 *   P2 an observation sent twice counts once; the same id with other content is refused (WG_E_ID_REUSED)
 *   P3 nothing recorded is lost: a fact about a task that has ended meanwhile is kept on the person, and answered as stored
 *   P4 one person has at most one open enrolment in a programme, however many lists ask
 *   P5 "moved to" another place of the district ends the task as passed on and opens the next one there, with the chain kept
 *   P6 a correction supersedes: the sums follow the newest valid fact
 *   P7 sums are true at every commit; rebuilding them from facts changes nothing (programme_rebuild)
 *   P8 somebody found at a door comes with the facts and becomes a person of the register once, however often it is sent; who
 *      registered them, and nobody else by facts, corrects them that day (said then; heard within three days) or withdraws them,
 *      unless somebody else has changed the record
 * Lateness: overdue hours h = (now - due) in whole hours; the worker hears at 0, community at 1, street at 2, district at 4 (the
 * programme's `escalation`). */
#ifndef WG_PROGRAMME_H
#define WG_PROGRAMME_H
#include "district/register/register.h"

/* What a result means for the task. */
enum result_effect {
    EFFECT_DONE,     /* reached: ends it */
    EFFECT_EXCUSED,  /* accounted for without being reached (away, dead, never lived here, empty flat): ends it */
    EFFECT_TRIED,    /* nobody home: stays open, counted as a try */
    EFFECT_PASS_ON,  /* moved: goes to the next place, or ends as excused when that is outside the district */
    EFFECT_NONE,     /* kept on the person's timeline, changes no task */
    EFFECT_WITHDRAWN /* takes back the fact it supersedes */
};
struct programme_result {
    const char *code, *zh, *en;
    enum result_effect effect;
    const char *person_state; /* what it makes of the register's record: "gone", "away", "moved", "living", or NULL */
};
struct programme {
    const char *code, *zh, *en;
    bool daily;
    int due_hour, due_minute;       /* daily: the round's deadline, local time */
    int escalation[LEVEL_GRID + 1]; /* hours late at which [level] hears of it */
    const struct programme_result *results;
    size_t n_results;
    const json_t *alarms; /* [{kind, when: JsonLogic}] */
    const json_t *form;   /* as the phone draws it */
};
/* The programmes that ship, read and checked once at start; they live as long as `ctx`'s arena. */
struct programmes;
WG_MUST int programmes_load(struct wg_ctx *ctx, const struct programmes **ret);
const struct programme *programme_named(const struct programmes *all, struct wg_str code);
const struct programme_result *programme_result(const struct programme *programme, struct wg_str code);
json_t *programmes_json(const struct programmes *all);
size_t programme_count(const struct programmes *all);
const struct programme *programme_at(const struct programmes *all, size_t index);
/* The deadline of a daily round. */
wg_time programme_due(const struct programme *programme, wg_day day, int zone);
/* The highest level that hears of a task due then: LEVEL_GRID while only the worker does. */
int programme_escalated(const struct programme *programme, wg_time due, wg_time now);

/* --- sums, gathered on the writer's thread and written once a group ------------------------------------------------------ */
struct programme_sums;
WG_MUST int programme_sums_new(struct wg_ctx *ctx, struct store *store, const char *district, const struct programmes *all,
                               struct programme_sums **ret);
void programme_sums_free(struct programme_sums *sums);
/* Notes a change of the sums at `path` and everything above, within the unit of work that runs. */
void programme_sums_note(struct programme_sums *sums, const char *programme, int32_t round, struct wg_str path, int due,
                         int done, int excused);
/* The round in which a due moment falls: tally.round of a `once` programme. */
int32_t programme_round_of(wg_time due);

struct sums {
    int64_t due, done, excused, open, overdue;
};
json_t *sums_json(const struct sums *sums);
/* Sums at one place. `once`: all rounds with anything open, and those due within `day` (of the last two days); `daily`: the round of `day`. */
WG_MUST int programme_sums_at(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap,
                              const struct programme *programme, struct wg_str path, wg_day day, struct sums *ret);
/* The same for every child place at `level` under `path`, sorted by path: one range read. */
struct place_sums {
    const char *path;
    struct sums sums;
};
WG_MUST int programme_sums_below(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap,
                                 const struct programme *programme, struct wg_str path, enum place_level level, wg_day day,
                                 struct place_sums **ret, size_t *ret_n);
/* Opens the daily round of `day` if it is not: due = households standing, at every place down to the grid. */
WG_MUST int programme_round_open(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d,
                                 const struct programme *programme, wg_day day);
/* Drops and remakes answer, tally and tally_hour from facts. */
WG_MUST int programme_rebuild(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d);

/* --- enrolling -------------------------------------------------------------------------------------------------------------- */
struct enrolment {
    wg_id id, person, worker, observation, previous;
    const char *programme, *path, *state, *result;
    wg_time opened, due, closed;
    int tries;
};
/* Enrols a person at `path`, or finds the open enrolment there is (then its deadline is the earlier of the two). *ret_id either way. */
WG_MUST int enrol(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programme *programme,
                  wg_id person, struct wg_str path, wg_time due, wg_id *ret_id, bool *ret_new);
/* Ends an open enrolment without a fact (its list was cancelled, the clerk took the decision back). */
WG_MUST int enrolment_withdraw(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id enrolment);
/* To a worker (or nil) and, when path is not NULL, to another place. WG_E_TASK_CLOSED. */
WG_MUST int enrolment_assign(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id enrolment, wg_id worker,
                             const char *path);
WG_MUST int enrolment_get(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id id,
                          struct enrolment *ret);

/* --- facts --------------------------------------------------------------------------------------------------------------------- */
struct fact {
    wg_id id, worker, enrolment, person, place, supersedes;
    const char *programme, *result;
    wg_day round; /* daily; WG_DAY_NONE otherwise */
    wg_time at;
    int temperature; /* tenths; 0 none */
    const json_t *body;
    struct wg_str digest; /* of the content as sent */
};
struct fact_outcome {
    bool already;           /* was stored before */
    const char *task_state; /* of the enrolment or household after it; NULL: none */
    const char *next_path;  /* where it was passed on to */
    wg_id next;             /* the enrolment there */
};
/* Reads one from JSON (shape Observation) and checks it against its programme. */
WG_MUST int fact_read(struct wg_ctx *ctx, const struct programmes *all, const json_t *json, wg_id worker, struct fact *ret);
/* Stores it and what follows from it: task, register, alarm, sums, and through `closed` whoever waits for the task. `scope` is the
 * recorder's: a fact about someone outside it is refused unless the task was given to them by name (WG_E_OUT_OF_SCOPE). */
WG_MUST int fact_store(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programmes *all,
                       const struct guard_scope *scope, const struct fact *fact, struct fact_outcome *ret);
/* Who must hear when an enrolment changes state (the list room closes its rows): set once at start. */
typedef int (*enrolment_changed)(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d,
                                 const struct enrolment *enrolment, const struct enrolment *next /* passed on to, or NULL */);
void programme_on_change(struct programme_sums *sums, enrolment_changed changed);

extern const struct guard_route programme_routes[]; /* observations, alarms taken and closed, tasks assigned */
extern const struct district_check programme_checks[];
#endif
