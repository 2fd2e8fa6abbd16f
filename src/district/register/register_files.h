/* register_files.h - the register's files, between its export and its import; no other room includes it. */
#ifndef WG_REGISTER_FILES_H
#define WG_REGISTER_FILES_H
#include "district/register/register_internal.h"

/* What an import may write. */
struct register_importing {
    const struct district *d;
    const struct guard_scope *scope;
    wg_id by;
};
enum register_change { CHANGE_ADDED, CHANGE_CHANGED, CHANGE_NONE };

struct register_file {
    const struct res_resource *resource;
    const char *query; /* $1 district, $2 $3 the range of paths */
    int (*cells)(struct wg_ctx *ctx, const struct district *d, const struct store_rows *rows, struct wg_str *cells);
    /* Writes one row; a refusal is the row's own. */
    int (*import)(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in, const struct res_value *values,
                  enum register_change *ret_change);
};
const struct register_file *register_file_named(struct wg_str name);

int register_import_person(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in,
                           const struct res_value *values, enum register_change *ret_change);
int register_import_place(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in,
                          const struct res_value *values, enum register_change *ret_change);
int register_import_duty(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in,
                         const struct res_value *values, enum register_change *ret_change);

#endif
