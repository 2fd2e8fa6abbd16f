/* report.h - the evening's report: counted from facts, signed by the community, verified by the street, summed for the district.
 *
 * Owns report (0040_report.sql). Knows register, programme and list.
 * A sheet is a community's figures for a day up to a cut-off; above the community it is the sum of the communities and of whom none of
 * them holds (a list named no place more exact than a street): these in a line of their own, which nobody signs. Figures are the
 * columns of the 2020 district sheet (区级日报表) that this program has facts for: households due, screened, excused, tried and not yet
 * reached; people of lists to reach, newly on a list, reached, accounted for, passed on and not yet reached; fevers; people in the register.
 *   P1 every figure is the count of the rows that report_rows gives for it
 *   P2 a signed sheet never changes; a later fact shows as a correction (signed value, value now) on the next day's sheet
 *   P3 an empty sheet says 0 and is signed all the same (零报告): "nothing" and "not reported" are two states
 *   P4 the community signs, then the street verifies (WG_E_REPORT_ORDER); the district's sheet is the sum of what stands below,
 *      and of whom no community holds: nobody is left out of it, and nobody counts twice
 *   P5 a sheet counts what happened on its day (00-24 in the deployment's zone) and was received by its cut-off: the moment of signing, or
 *      now while unsigned */
#ifndef WG_REPORT_H
#define WG_REPORT_H
#include "district/list/list.h"

struct report_figure {
    const char *code, *zh, *en;
    bool corrected; /* a later fact about a signed day shows as a correction */
    /* SQL: (community's path, count) for $1 district, $2 $3 the range of paths, $4 $5 the day's begin and end (ms), $6 the day. */
    const char *number;
    /* SQL: the same of streets and the district, whom no community below holds. */
    const char *held_above;
    /* SQL: the rows behind it: person or NULL, path, what, at, who, id, with the same parameters and (path, id) after $7 $8, limit $9. */
    const char *rows;
};
extern const struct report_figure report_figures[]; /* ends with a NULL code */

/* Report as JSON (shape Report). `place`: community, street or district. */
WG_MUST int report_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place,
                        wg_day day, json_t **ret);
/* "unsigned" "signed" "verified"; above the community "partly" while some are signed. */
WG_MUST int report_state(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place,
                         wg_day day, const char **ret);
WG_MUST int report_sign(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct place *community,
                        wg_day day, wg_id worker, const char *remark);
WG_MUST int report_verify(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct place *community,
                          wg_day day, wg_id worker);
/* The sheet as .xlsx or .csv: a title, a line a community, a line of totals, and who signed. */
WG_MUST int report_write(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place,
                         wg_day day, enum tab_format format, tab_sink sink, void *arg);

extern const struct guard_route report_routes[];
extern const struct district_check report_checks[];
#endif
