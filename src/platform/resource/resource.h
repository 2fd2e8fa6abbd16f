/* resource.h - a resource is described once: its fields, their types, limits, sensitivity and labels in both languages.
 *
 * From the one table come the reading of request bodies, the columns of exported files and the reading of imported ones, the
 * schemas of the OpenAPI document, and the descriptions that the desk makes its tables and forms from. What must hold between
 * fields, and the SQL, are plain C beside the table, in the resource's room.
 *   P1 a field not marked WRITE is refused in a body or a file (WG_E_UNKNOWN_FIELD); one not marked READ never leaves
 *   P2 a refused value names its field by the label in the caller's language and says what would be right
 *   P3 a file that was exported imports again unchanged: same columns, same texts, and so no change
 *   P4 a file's bad row is kept with its reason while good rows go on */
#ifndef WG_RESOURCE_H
#define WG_RESOURCE_H
#include "engine/tabular/tabular.h"
#include "platform/guard/guard.h"

enum res_type { RES_TEXT, RES_INT, RES_DAY, RES_TIME, RES_ID, RES_BOOL, RES_CHOICE };
enum res_flag {
    RES_READ = 1,
    RES_WRITE = 2,
    RES_REQUIRED = 4, /* must be given when creating */
    RES_FILE = 8,     /* a column of files */
    RES_SEALED = 16,  /* kept sealed; in files in full, on screen by its last four */
    RES_NULLABLE = 32 /* null (an empty cell) is a value */
};
struct res_field {
    const char *name, *zh, *en;
    enum res_type type;
    unsigned flags;
    int64_t min, max;              /* numbers: bounds; text: most characters in max */
    const char *const *choices;    /* RES_CHOICE: codes, ends with NULL */
    const char *const *choices_zh; /* same order: as written in files in Chinese (NULL: the codes) */
};
struct res_resource {
    const char *name, *zh, *en;
    const struct res_field *fields;
    size_t n_fields;
};
struct res_value {
    bool given, null;
    int64_t i;        /* RES_INT, RES_BOOL, RES_DAY, RES_TIME; RES_CHOICE: index of the choice */
    const char *text; /* RES_TEXT; RES_CHOICE: the code */
    wg_id id;
};

/* Reads a JSON object into n_fields values. `creating`: required fields must be there. */
WG_MUST int res_read_json(struct wg_ctx *ctx, const struct res_resource *resource, const json_t *body, bool creating,
                          struct res_value *ret_values);
/* One value from text (a cell), by the same rules; an empty cell is "not given" (or null when NULLABLE). */
WG_MUST int res_read_text(struct wg_ctx *ctx, const struct res_field *field, struct wg_str text, struct res_value *ret_value);
const struct res_value *res_get(const struct res_resource *resource, const struct res_value *values, const char *name);
const char *res_label(const struct res_field *field, enum wg_lang lang);
/* JSON schema of what may be written (or read). */
json_t *res_schema(const struct res_resource *resource, bool writing);
/* For the desk: [{name, label:{zh,en}, type, required, max, choices:[{code, zh, en}]}]. */
json_t *res_describe(const struct res_resource *resource);

/* --- files -------------------------------------------------------------------------------------------------------------- */
/* The columns marked RES_FILE, headed by their label in `lang`. */
struct res_file;
WG_MUST int res_file_write(struct wg_ctx *ctx, const struct res_resource *resource, enum tab_format format, enum wg_lang lang,
                           tab_sink sink, void *arg, struct res_file **ret_file);
/* `cells` in the order of n_fields; those not in files are ignored. */
WG_MUST int res_file_row(struct wg_ctx *ctx, struct res_file *file, const struct wg_str *cells);
WG_MUST int res_file_end(struct wg_ctx *ctx, struct res_file *file);
/* Which column of the file holds which field (by label in either language, or name): ret_columns[field] = column or -1. Columns that
 * are no field are refused unless they are the reason column of an error file ("退回原因"/"reason"). WG_E_MATCH_COLUMN when a required one lacks. */
WG_MUST int res_file_columns(struct wg_ctx *ctx, const struct res_resource *resource, const struct tab_shape *shape,
                             int *ret_columns);
/* A row read by those columns. */
WG_MUST int res_file_values(struct wg_ctx *ctx, const struct res_resource *resource, const int *columns,
                            const struct tab_row *row, struct res_value *ret_values);
/* format=csv|xlsx of a request; csv without it. */
WG_MUST int res_format(struct wg_ctx *ctx, const struct http_request *request, enum tab_format *ret_format);

/* Answers with a file, in the format asked for, that `write` writes: on disk first, under no name, and streamed from there, so that its
 * size is no matter and a slow client holds no snapshot (`write` ends what it read from). `name`: of the file, without its ending. */
typedef int (*res_file_writer)(struct wg_ctx *ctx, void *what, enum tab_format format, tab_sink sink, void *arg);
WG_MUST int res_file_answer(struct guard_call *call, const char *name, res_file_writer write, void *what);
/* "name-2020-02-14", of what is as it stands today. */
const char *res_name_today(struct wg_ctx *ctx, const char *name);

/* --- what every page of rows needs ------------------------------------------------------------------------------------- */
struct res_page {
    struct wg_str after; /* empty: from the start */
    int limit;           /* 1..200 */
};
/* `limit` and `after` of a request. */
WG_MUST int res_page(struct wg_ctx *ctx, const struct http_request *request, struct res_page *ret_page);
/* {items, next}: `items` taken over; next is null unless given. */
json_t *res_page_json(json_t *items, const char *next);
/* Answers 200 with `json`, which is taken over. */
int res_answer(struct guard_call *call, json_t *json);
/* An id in the path, or WG_E_NOT_FOUND. */
WG_MUST int res_id_param(struct wg_ctx *ctx, const struct http_request *request, size_t index, wg_id *ret);
/* An id in the query: nil when absent. */
WG_MUST int res_id_query(struct wg_ctx *ctx, const struct http_request *request, const char *name, wg_id *ret);
/* A day in the query: `otherwise` when absent. */
WG_MUST int res_day_query(struct wg_ctx *ctx, const struct http_request *request, const char *name, wg_day otherwise,
                          wg_day *ret);
/* The scope cut to ?place= (empty and WG_E_OUT_OF_SCOPE when outside). */
WG_MUST int res_scope_query(struct guard_call *call, struct guard_scope *ret_scope);
/* A text member of a JSON body: NULL when absent or null; WG_E_BAD_FIELD when no text, WG_E_FIELD_TOO_LONG. */
WG_MUST int res_text_member(struct wg_ctx *ctx, const json_t *body, const char *name, size_t max, const char **ret);
WG_MUST int res_id_member(struct wg_ctx *ctx, const json_t *body, const char *name, wg_id *ret); /* nil when absent */
/* The same JSON, released with ctx->arena. NULL is allowed. */
json_t *res_keep(struct wg_ctx *ctx, json_t *json);
json_t *res_text_json(const char *text);              /* null for NULL */
json_t *res_day_json(struct wg_ctx *ctx, wg_day day); /* null for none and open */
json_t *res_time_json(struct wg_ctx *ctx, wg_time t); /* null for none */
json_t *res_id_json(struct wg_ctx *ctx, wg_id id);    /* null for nil */
#endif
