/* demo.h - the Shuangta example: a whole district of made-up people, its workers, the lists that come in, and three weeks of
 * history, for `wangge demo`, for tests and for benchmarks.
 *
 * The divisions are real (data/divisions); everybody and everything below them is made up. A world is generated in memory by
 * its options alone, then written where it is wanted: into a store, into list files.
 *   P1 the same options give the same world and the same list files, byte for byte: no clock, no address, no environment
 *   P2 every identity number has the unassigned area 219999, a right check digit, and the birth date and sex of its person; no
 *      two people have the same. Every telephone lies in an unissued range (154, 194)
 *   P3 families hold together: a mother or father is 16 to 50 (75) years older than the child, a child whose father lives
 *      there has the surname of one of its parents, and a household where anybody lives has exactly one head
 *   P4 every household stands under a grid, and every place's path is its parent's and three characters more; places are in the
 *      order of their paths
 *   P5 full: 13 streets and townships, 106 communities and villages, grids of 300 to 500 households (villages: 200 to 470), about
 *      210,000 households, 600,000 people and 1,500 workers. Small: 3, 8, grids of some 80; about 2,000 and 5,500
 *   P6 for each list there is a truth: a line for each row of data in the file, by its number as the sender sees it: `who` is the id of a
 *      person of the world, "new-N" for the same stranger on every list, or "junk"; `repeats` the row that had them first; `errors`
 *      what was done to the row
 *   P7 a store filled by demo_load is marked as a demo; only the workers with a login can sign in, and their accounts are flagged
 *   P8 after demo_history no page is empty, nothing lies in the future, every check of `wangge check` holds, and work is done and
 *      left as at three in the afternoon, whatever the hour (in the first minutes of a day: as the evening before)
 *
 * People are born before the year of `today` begins, so that a world is the same on every day of a year; duties, lists and
 * history are dated back from `today`. Everything lives in ctx->arena (full size: some 350 MB). Knows all rooms below. */
#ifndef WG_DEMO_H
#define WG_DEMO_H
#include "district/register/register.h"

#define DEMO_DISTRICT "211302"
#define DEMO_PASSWORD "shuangta2020"
enum { DEMO_ZONE = 480, DEMO_HISTORY_DAYS = 21 };

enum demo_size { DEMO_SMALL, DEMO_FULL };
struct demo_options {
    enum demo_size size;
    uint64_t seed;
    wg_day today;
};

/* --- the world --------------------------------------------------------------------------------------------------------- */
enum { DEMO_NAME_MAX = 40, DEMO_NOBODY = -1 };

struct demo_place {
    wg_id id;
    int32_t parent; /* index; DEMO_NOBODY for the district */
    int32_t end;    /* one past the last place below this one */
    int32_t n_children;
    int32_t first_person, n_people; /* of a household */
    enum place_level level;
    const char *kind, *code /* NULL: none */, *name, *label;
    char path[PLACE_PATH_MAX + 1];
};

struct demo_person {
    wg_id id;
    int32_t place;          /* index of the household */
    int32_t mother, father; /* indices, when they live there */
    int32_t birth;          /* wg_day */
    char name[DEMO_NAME_MAX];
    char idno[19];   /* "" none; canonical */
    char phone[15];  /* "" none; canonical: 86 and eleven digits */
    uint8_t surname; /* bytes of the name that are the surname; 0: a name without one */
    uint8_t sex;     /* GB/T 2261.1 */
    int8_t relation; /* GB/T 4761 */
    bool old_number; /* never renewed the 15-digit number; lists may show it so */
    const char *state, *note;
};

struct demo_worker {
    wg_id id;
    const char *login;               /* NULL: no account */
    const char *title_zh, *title_en; /* of an account: what it is for */
    char name[DEMO_NAME_MAX];
    char phone[15]; /* eleven digits */
    enum guard_role role;
};

struct demo_duty {
    wg_id id;
    int32_t place, worker;
    bool lead;
    bool overlaps; /* a second lead at the same time, as a careless import brings it */
    wg_day from, until;
};

struct demo_absence {
    wg_id id;
    int32_t worker, stand_in; /* stand_in may be DEMO_NOBODY */
    wg_day from, until;
    const char *reason;
};

struct demo_names;
struct demo_numbers;
struct demo_world {
    struct demo_options options;
    struct demo_place *places; /* in the order of paths; [0] is the district */
    int32_t n_places;
    struct demo_person *people; /* household by household */
    int32_t n_people;
    struct demo_worker *workers;
    int32_t n_workers;
    struct demo_duty *duties;
    int32_t n_duties;
    struct demo_absence *absences;
    int32_t n_absences;
    int32_t n_households, n_grids;
    const int32_t *lead_of;       /* by place: the worker who leads it today, or DEMO_NOBODY */
    struct demo_names *names;     /* for further made-up people (the lists') */
    struct demo_numbers *numbers; /* which numbers are taken */
};

WG_MUST int demo_world_make(struct wg_ctx *ctx, const struct demo_options *options, struct demo_world **ret_world);
/* The place with that official code, or DEMO_NOBODY. */
int32_t demo_place_by_code(const struct demo_world *world, const char *code);
/* The nearest place at or above `place` that has this level, or DEMO_NOBODY. */
int32_t demo_place_above(const struct demo_world *world, int32_t place, enum place_level level);

/* --- the lists that come in ---------------------------------------------------------------------------------------------- */
/* Five senders, each with habits and faults of its own (demo_lists.c says how often each fault comes):
 *   station     火车站      .xlsx  two title rows, a header of two merged lines, dates as dates, totals and a signature at the end
 *   expressway  高速卡口    .csv   GB18030, semicolons; typed by hand in the cold: slips, full-width digits, lower-case x, shared cars
 *   clinic      发热门诊    .csv   UTF-8 with BOM; few rows, dates written in four ways, ages
 *   upper       外省推送    .xls   long; identity numbers turned into 2.2E+17 by a spreadsheet or masked, old addresses
 *   employer    企业返岗    .xlsx  headers that are questions, blank lines between enterprises, ages instead of births */
enum demo_sender { DEMO_STATION, DEMO_EXPRESSWAY, DEMO_CLINIC, DEMO_UPPER, DEMO_EMPLOYER, DEMO_SENDERS };

struct demo_lists; /* the people met outside, shared by all lists, so that some come on several */
WG_MUST int demo_lists_new(struct wg_ctx *ctx, const struct demo_world *world, struct demo_lists **ret_lists);

struct demo_list_file {
    const char *name, *source; /* "01-火车站.xlsx"; who sends it */
    struct wg_str bytes;
    struct wg_str truth; /* CSV: row,who,repeats,errors. See P6. */
    int rows;            /* of data, junk rows included */
};
/* The list as that sender hands it in on `day`: `rows` about. The same arguments, the same bytes. */
WG_MUST int demo_list_make(struct wg_ctx *ctx, const struct demo_lists *lists, enum demo_sender sender, wg_day day, int rows,
                           struct demo_list_file *ret_file);
/* How many rows a list of today has at the world's size. */
int demo_list_rows(const struct demo_world *world, enum demo_sender sender);
/* All five of today under `directory` (made), their truths under `directory`/truth. */
WG_MUST int demo_lists_write(struct wg_ctx *ctx, const struct demo_world *world, const char *directory,
                             struct demo_list_file ret_files[DEMO_SENDERS]);

/* --- into a store ------------------------------------------------------------------------------------------------------- */
/* What is under way, for whoever waits: a line on standard error. NULL is allowed. */
typedef void (*demo_phase)(void *arg, const char *zh, const char *en);
/* Places, people, workers with their accounts, duties and leave into an empty store of the district DEMO_DISTRICT, and the mark that
 * it is a demo. Refuses (WG_E_CONFLICT) a store that has places. */
WG_MUST int demo_load(struct wg_ctx *ctx, const struct district *d, const struct demo_world *world, demo_phase phase,
                      void *arg);
/* Work done in a store that demo_load has filled, up to ctx->now, which must lie on the world's `today`: lists received, compared,
 * reviewed, followed up and closed; daily screenings; alarms; signed reports. It goes through the rooms' own functions with the
 * clock set back, but for the mass of screening answers, which are written as facts and summed by programme_rebuild. Its ids are
 * not the same from run to run (P1 does not speak of them). `d` has sums, programmes and the index of lists. */
WG_MUST int demo_history(struct wg_ctx *ctx, const struct district *d, const struct demo_world *world, demo_phase phase,
                         void *arg);
#endif
