/* A list's file, sealed, beside the database: gone when the list closes. */
#include "district/list/list_internal.h"

int list_file_keep(struct wg_ctx *ctx, const struct district *d, wg_id list, struct wg_str bytes)
{
    return guard_file_keep(ctx, d->guard, d->store, "list.file", list, bytes);
}

int list_file_open(struct wg_ctx *ctx, const struct district *d, wg_id list, struct tab_reader **ret_reader)
{
    struct wg_str plain;
    struct tab_limits limits = tab_limits_default();
    int rc = guard_file_read(ctx, d->guard, d->store, "list.file", list, &plain);
    limits.max_columns = LIST_COLUMNS_MAX;
    return rc ? rc : tab_open_bytes(ctx, plain, &limits, ret_reader);
}

void list_file_forget(const struct district *d, wg_id list)
{
    guard_file_forget(d->store, list);
}
