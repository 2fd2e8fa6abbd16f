/* tabular_number.h - how a spreadsheet's numbers are read: as numbers, days and times. */
#ifndef WG_TABULAR_NUMBER_H
#define WG_TABULAR_NUMBER_H
#include "engine/tabular/tabular.h"

/* What a number format shows. */
struct tab_format_kind {
    bool day, time, elapsed; /* parts of a date; hours running on beyond 24 */
    uint8_t zeros;           /* digits that a format such as 000000 fills up to; 0: none */
};
struct tab_format_kind tab_format_builtin(unsigned id);
struct tab_format_kind tab_format_code(struct wg_str code);

enum { TAB_NUMBER_TEXT = 64 };
/* The text of `value` as its format shows it (in `out`, NUL-terminated), and what it is. */
enum tab_cell_kind tab_number_show(double value, struct tab_format_kind format, bool from_1904, char out[TAB_NUMBER_TEXT]);
/* Plain, with at most the 15 digits that a spreadsheet shows. */
enum tab_cell_kind tab_number_plain(double value, char out[TAB_NUMBER_TEXT]);
#endif
