#include "engine/tabular/tabular_internal.h"
int tab_xls_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                 struct tab_source *ret)
{
    (void)arena, (void)bytes, (void)limits, (void)ret;
    return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
}
