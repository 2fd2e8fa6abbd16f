/* report.h - the evening's report: counted from facts, signed by the community, verified by the street, summed for the district.
 *
 * Owns report (0040_report.sql). Knows register, programme and list.
 * A sheet is a community's figures for a day up to a cut-off; above the community it is the sum of the communities. Figures are the
 * columns of the 2020 district sheet (区级日报表) that this program has facts for: households due / screened, people to reach / reached,
 * new arrivals by where they came from (same province, other province, abroad), fevers, not yet reached, excused, tasks passed on, people
 * in the register, workers on duty.
 *   P1 every figure is the count of the rows that report_rows gives for it
 *   P2 a signed sheet never changes; a later fact shows as a correction (signed value, value now) on the next day's sheet
 *   P3 an empty sheet says 0 and is signed all the same (零报告): "nothing" and "not reported" are two states
 *   P4 the community signs, then the street verifies (WG_E_REPORT_ORDER); the district's sheet is the sum of what stands below
 *   P5 a sheet counts what happened on its day (00-24 in the deployment's zone) and was received by its cut-off: the moment of signing, or
 *      now while unsigned */
#ifndef WG_REPORT_H
#define WG_REPORT_H
#include "district/list/list.h"

struct report_figure {
    const char *code, *zh, *en;
    const char *number; /* SQL: $1 district, $2 path from, $3 path to, $4 day start, $5 day end (ms), $6 cut-off (ms), $7 day */
    const char *rows;   /* SQL: the rows behind it, same parameters and $8 after, $9 limit: person, path, what, at, who */
};
extern const struct report_figure report_figures[]; /* ends with a NULL code */

/* Report as JSON (shape Report). `place`: community, street or district. */
WG_MUST int report_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct place *place,
                        wg_day day, json_t **ret);
/* "unsigned" "signed" "verified", or "none" above the community. */
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
