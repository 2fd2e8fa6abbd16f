/* report_internal.h - what the room's own files share. */
#ifndef WG_REPORT_INTERNAL_H
#define WG_REPORT_INTERNAL_H
#include "district/report/report.h"
#include "platform/resource/resource.h"

/* A community's line: what stands (as signed, or now), and what the facts say now. */
struct report_line {
    struct place place;
    int64_t *value, *now; /* by figure */
    bool is_signed;
    const char *remark, *signed_by, *verified_by;
    wg_time signed_at, verified_at, cutoff;
};
struct report_sheet {
    const char *top;
    wg_day day;
    struct report_line *lines; /* the communities, by path */
    size_t n;
    struct report_line *above; /* by path: the streets and the district themselves, for whom no community holds; never signed */
    size_t n_above;
};
size_t report_figure_count(void);
/* Counting is what costs: all of it; only where a line is not signed (its value is what stands); or only where one is (what differs).
 * What is not counted stays 0 in `now`: other lines, and with REPORT_CORRECTIONS the figures that are never corrected. */
enum report_need { REPORT_ALL, REPORT_VALUES, REPORT_CORRECTIONS };
WG_MUST int report_sheet_read(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top,
                              wg_day day, enum report_need need, struct report_sheet *ret);
int64_t report_sum(const struct report_sheet *sheet, size_t figure); /* both */
#endif
