/* logic.h - conditions as data: JsonLogic (https://jsonlogic.com), for form relevance, constraints and alarms.
 *
 * Operators: var missing if == === != !== ! !! or and > >= < <= max min + - * / % in cat substr map filter reduce all none
 * some merge. Results follow the reference (JavaScript's loose comparison included); data/logic_vectors.json holds the vectors that
 * this evaluator and the one on the phone must both meet.
 * The reference is json-logic-js 2.0.5. Numbers are doubles, text is counted in UTF-16 units; NaN and infinity become null
 * when they leave (as in JSON). What logic_check refuses beyond the reference: an object with more than one key, which would be
 * a constant and so always true. Own properties only: {"var": "constructor"} is not there.
 *   P1 an unknown operator or a wrong number of arguments is refused by logic_check (WG_E_LOGIC), never at run time
 *   P2 evaluation ends: depth and steps are bounded, and memory with them (some tens of MiB); beyond them it refuses */
#ifndef WG_LOGIC_H
#define WG_LOGIC_H
#include <jansson.h>

#include "base/base.h"

enum { LOGIC_DEPTH_MAX = 64, LOGIC_STEPS_MAX = 100000 };
WG_MUST int logic_check(struct wg_ctx *ctx, const json_t *rule);
/* *ret_value is a new reference, released with ctx->arena. */
WG_MUST int logic_apply(struct wg_ctx *ctx, const json_t *rule, const json_t *data, json_t **ret_value);
/* The result as JavaScript's truth (with JsonLogic's: an empty array is false). */
WG_MUST int logic_holds(struct wg_ctx *ctx, const json_t *rule, const json_t *data, bool *ret);
#endif
