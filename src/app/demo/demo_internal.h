/* demo_internal.h - what the files of the demo share; nobody else includes it (its own test does).
 *
 *   demo_words.c    the words
 *   demo_random.c   chance that is the same everywhere
 *   demo_world.c    the world put together: divisions, grids, doors
 *   demo_people.c   families, names, numbers
 *   demo_namesakes.c people whom a name does not tell apart
 *   demo_staff.c    workers, duties, leave
 *   demo_load.c     the world into a store
 *   demo_lists.c    who is on a list that comes in, and the truth
 *   demo_faults.c   what goes wrong between a person and a row
 *   demo_layouts.c  each sender's table
 *   demo_table.c    tables as .xlsx and .csv; demo_xls.c as .xls
 *   demo_history.c  three weeks of work */
#ifndef WG_DEMO_INTERNAL_H
#define WG_DEMO_INTERNAL_H
#include "app/demo/demo.h"

#define DEMO_WORKER_GRID "211302010003-001" /* of the account "worker" */

/* --- chance: xoshiro256**, seeded through splitmix64 ----------------------------------------------------------------------- */
struct demo_random {
    uint64_t s[4];
};
enum demo_stream {
    STREAM_PLAN = 1,
    STREAM_GRID,
    STREAM_FAMILY,
    STREAM_STAFF,
    STREAM_LIST,
    STREAM_ROW,
    STREAM_HISTORY,
    STREAM_NUMBER
};
/* Streams that differ in any part are independent: a change in one part of the world does not move the others. */
struct demo_random demo_random(uint64_t seed, enum demo_stream stream, uint64_t index);
uint64_t demo_next(struct demo_random *r);
/* 0 .. n-1; n > 0. */
int demo_below(struct demo_random *r, int n);
/* from .. to, both included. */
int demo_between(struct demo_random *r, int from, int to);
bool demo_chance(struct demo_random *r, int per_thousand);
/* 0 .. n-1, the front likelier: the first about twice as likely as the mean. */
int demo_front(struct demo_random *r, int n);
/* About normal around `middle`, never further than 3 x `spread`. */
int demo_bell(struct demo_random *r, int middle, int spread);
/* An index by weights. */
int demo_weighted(struct demo_random *r, const int *weights, int n);

/* --- words ------------------------------------------------------------------------------------------------------------------- */
struct demo_surname {
    const char *text;
    int weight;
};
extern const struct demo_surname demo_surnames[];
extern const size_t demo_surname_count;
struct demo_given {
    const char *whole, *first, *second, *single;
};
struct demo_generation {
    int until;                /* born before this year */
    struct demo_given sex[2]; /* male, female */
};
extern const struct demo_generation demo_generations[];
extern const size_t demo_generation_count;
extern const char *const demo_mongol_given[2], *const demo_dotted_names[2], *const demo_given_wide[2];
extern const char demo_mongol_surnames[], demo_compound_stems[], demo_compound_endings[], demo_compound_units[],
    demo_compound_unit_endings[], demo_resident_notes[], demo_leave_reasons[], demo_homophones[], demo_look_alikes[];

/* A string of words taken apart. */
struct demo_list {
    struct wg_str *words;
    int n;
};
struct demo_list demo_split(struct wg_arena *arena, const char *words);

/* --- names and numbers (demo_names.c) -------------------------------------------------------------------------------------- */
struct demo_names; /* the tables taken apart */
struct demo_names *demo_names_new(struct wg_arena *arena);
/* Whose surname and manner of naming is handed down. */
struct demo_line {
    struct wg_str surname; /* empty: without one */
    enum { LINE_HAN, LINE_MONGOL, LINE_DOTTED } manner;
};
struct demo_line demo_line_pick(const struct demo_names *names, struct demo_random *r);
struct demo_line demo_line_of(struct wg_str surname);
/* A name as people born in `year` have it; returns the bytes of its surname. `shared` (may be empty): the first character of the
 * given name, where brothers and sisters share one. */
size_t demo_name_pick(const struct demo_names *names, struct demo_random *r, const struct demo_line *line, int year, int sex,
                      struct wg_str shared, char out[DEMO_NAME_MAX]);
/* A character brothers and sisters may share. */
struct wg_str demo_shared_pick(const struct demo_names *names, struct demo_random *r, int year, int sex);

/* Gives each birth day and sex its numbers without repeating one. */
struct demo_numbers;
struct demo_numbers *demo_numbers_new(struct wg_arena *arena, uint64_t seed);
/* "" when the 500 numbers of that day and sex are used up. */
void demo_idno_make(struct demo_numbers *numbers, wg_day birth, int sex, char out[19]);
/* The next telephone: 86, then eleven digits in an unissued range; none comes twice. */
void demo_phone_make(struct demo_numbers *numbers, char out[15]);

/* --- making the parts ------------------------------------------------------------------------------------------------------- */
struct demo_maker {
    struct wg_ctx *ctx;
    struct demo_world *world;
    struct demo_names *names;
    struct demo_numbers *numbers;
    wg_day anchor; /* the first of January of the year: everybody is born before it */
    size_t places_cap, people_cap;
};
WG_MUST int demo_make_places(struct demo_maker *maker);
/* Families for every household, in order. */
void demo_make_people(struct demo_maker *maker);
WG_MUST int demo_make_staff(struct demo_maker *maker);
/* Here and there two women of a compound are called the same, so that a name and a compound do not tell who is meant. */
void demo_plant_namesakes(struct demo_world *world);
/* People who share name and compound (or village group) with someone else, in order. */
struct demo_indices {
    int32_t *at;
    int32_t n;
};
struct demo_indices demo_namesakes(struct wg_arena *arena, const struct demo_world *world);
wg_id demo_id(const char *space, uint64_t seed, uint64_t number);

/* --- tables, as the senders lay them out (demo_table.c, demo_xls.c) -------------------------------------------------------- */
enum demo_cell_kind { CELL_EMPTY, CELL_TEXT, CELL_NUMBER, CELL_MOMENT };
struct demo_cell {
    enum demo_cell_kind kind;
    struct wg_str text;
    double number; /* a moment: days since 1899-12-30, as spreadsheets count */
};
struct demo_table {
    struct wg_arena *arena;
    struct demo_cell *cells; /* rows x columns */
    int rows, columns;
    size_t cap;
    struct demo_merge {
        int row, column, last_row, last_column;
    } merges[24];
    int n_merges;
};
struct demo_table *demo_table_new(struct wg_arena *arena, int columns);
/* A new empty row; returns its index from 0 (its number is one more). */
int demo_table_row(struct demo_table *table);
void demo_put(struct demo_table *table, int row, int column, const char *text); /* NULL or "": stays empty; copied */
void demo_put_number(struct demo_table *table, int row, int column, double number);
void demo_put_moment(struct demo_table *table, int row, int column, wg_day day, int minutes);
void demo_merge(struct demo_table *table, int row, int column, int last_row, int last_column);

WG_MUST int demo_table_xlsx(struct wg_ctx *ctx, const struct demo_table *table, const char *sheet, struct wg_str *ret);
enum demo_encoding { ENCODING_UTF8_BOM, ENCODING_GB18030 };
WG_MUST int demo_table_csv(struct wg_ctx *ctx, const struct demo_table *table, char delimiter, enum demo_encoding encoding,
                           struct wg_str *ret);
/* BIFF8 in a compound file, as spreadsheets of 1997 to 2003 wrote; numbers stay numbers. At most 65,536 rows. */
WG_MUST int demo_table_xls(struct wg_ctx *ctx, const struct demo_table *table, const char *sheet, struct wg_str *ret);

/* --- one row of a list (demo_lists.c), faults (demo_faults.c), layouts (demo_layouts.c) ------------------------------------ */
struct demo_listed {
    int32_t person;   /* DEMO_NOBODY: a stranger */
    int32_t stranger; /* index in the lists' strangers; DEMO_NOBODY: neither, a junk row */
    int repeats;      /* index of the first row of the same person, or DEMO_NOBODY */
    int line;         /* number in the file, from 1; filled by the layout */
    int sex, group;   /* group: those who travel together */
    wg_day birth;
    char name[64], idno[64], phone[64], address[256];
    bool idno_lost; /* written as a number, so that digits are gone */
    char errors[96];
};
/* Faults per thousand rows. */
struct demo_faults {
    int homophone, look_alike, traditional, spaced_name;
    int idno_missing, idno_digit, idno_swapped, idno_short, idno_lost, idno_masked, idno_wide, idno_small_x, idno_old;
    int phone_missing, phone_digit, phone_spaced;
    int address_missing, address_old;
    int hearsay; /* nothing but a name as it was heard, and roughly where */
};
/* Adds a word to row->errors. */
void demo_note(struct demo_listed *row, const char *error);
/* What a row may be given instead of its own. */
struct demo_instead {
    const char *old_address, *rough_address;
    bool old_number;
};
void demo_damage(struct wg_arena *arena, struct demo_random *r, const struct demo_faults *faults,
                 const struct demo_instead *instead, struct demo_listed *row);
/* The household's address in one of the ways people write it. */
void demo_address(const struct demo_world *world, struct demo_random *r, int32_t household, char *out, size_t size);
/* Community and compound, or the village: no door. */
void demo_address_rough(const struct demo_world *world, int32_t household, char *out, size_t size);
/* An address elsewhere in the city or the country. */
void demo_address_outside(struct demo_random *r, char *out, size_t size);

struct demo_layout {
    struct wg_ctx *ctx;
    struct demo_random *random;
    wg_day day;
    struct demo_listed *rows;
    int n;
};
WG_MUST int demo_lay_out(const struct demo_layout *layout, enum demo_sender sender, struct wg_str *ret_bytes);

struct demo_numbers *demo_numbers_copy(struct wg_arena *arena, const struct demo_numbers *numbers);

/* A unit of work with memory of its own (demo_load.c). */
WG_MUST int demo_write(struct wg_ctx *ctx, struct store *store, store_work work, void *arg);
void demo_say(demo_phase phase, void *arg, const char *zh, const char *en);

/* --- history (demo_history.c, demo_screening.c, demo_follow_up.c) ----------------------------------------------------------- */
struct demo_past {
    const struct district *d;
    const struct demo_world *world;
    struct demo_lists *lists;
    wg_time now; /* the present */
    wg_day today;
    int32_t *lead;  /* by place: who answers on the day at hand, leave considered; DEMO_NOBODY where nobody does */
    uint64_t facts; /* how many were made, for their ids */
};
/* The context of a moment in the past, with memory of its own. */
struct wg_ctx demo_then(const struct wg_ctx *ctx, wg_time moment);
/* Gives that memory back; says a refusal `rc` again in `ctx`. Returns rc. */
WG_MUST int demo_then_end(struct wg_ctx *ctx, struct wg_ctx *then, int rc);
wg_time demo_clock(wg_day day, int hour, int minute);
/* When something planned for `at` happens. Today's come as at three in the afternoon, so that the example has work done and work
 * left whenever it is made: what is planned for later has not happened (WG_TIME_NONE), and before three the day's hours are drawn
 * together into those there were. */
wg_time demo_happens(const struct demo_past *past, wg_time at);
/* Who answers for a place on the day at hand. */
wg_id demo_owner(const struct demo_past *past, int32_t place);
/* The place at that path; the nearest above it when the path is not the world's. */
int32_t demo_place_at(const struct demo_world *world, struct wg_str path);
/* An id of a moment, in order of time (as UUIDv7), the same for the same `number`. */
wg_id demo_fact_id(const struct demo_world *world, wg_time at, uint64_t number);

/* The day's rounds at the doors, up to the present. */
WG_MUST int demo_screen(struct wg_ctx *ctx, struct demo_past *past, wg_day day);
/* The lists that came on a day, with the clerk's decisions; then what workers found, up to the present. */
WG_MUST int demo_receive_lists(struct wg_ctx *ctx, struct demo_past *past, wg_day day);
WG_MUST int demo_follow_up(struct wg_ctx *ctx, struct demo_past *past, wg_day day);
WG_MUST int demo_close_lists(struct wg_ctx *ctx, struct demo_past *past, wg_day day);
#endif
