/* district.h - what every district room is handed by main, and what a check is. Holds no code of its own. */
#ifndef WG_DISTRICT_H
#define WG_DISTRICT_H
#include "platform/job/job.h"

struct district {
    struct job_services jobs; /* first: the job routes look here */
    struct store *store;
    struct guard *guard;
    const char *code;                    /* "211302" */
    const char *area_code;               /* of bare landlines: "421" */
    int zone;                            /* minutes east of UTC */
    struct owners_cache *duties;         /* who answers for what today (district/register); NULL: read each time */
    const struct programmes *programmes; /* as shipped (district/programme) */
    struct programme_sums *sums;         /* sums gathered as facts arrive (district/programme) */
    struct list_index *people;           /* the register in memory, for comparing lists (district/list) */
};

/* A check: an arithmetic promise held against the store. `count` gives the number of rows that break it, `rows` names them (one
 * text column; at most 20 are shown); `wangge check` fails when there are any, and when the two disagree. Both take $1 = district;
 * where `with_now`, $2 = the moment in milliseconds. */
struct district_check {
    const char *code;
    const char *title_zh, *title_en;
    const char *count, *rows;
    bool with_now;
    const char *advice_zh, *advice_en;
};
#endif
