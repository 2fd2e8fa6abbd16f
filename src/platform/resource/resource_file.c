#include <string.h>

#include "platform/resource/resource.h"

struct res_file {
    const struct res_resource *resource;
    struct tab_writer *writer;
    struct wg_str *cells;
};

int res_file_write(struct wg_ctx *ctx, const struct res_resource *resource, enum tab_format format, enum wg_lang lang,
                   tab_sink sink, void *arg, struct res_file **ret_file)
{
    struct tab_column *columns = wg_alloc_n(ctx->arena, resource->n_fields, sizeof *columns);
    size_t n = 0;
    for (size_t i = 0; i < resource->n_fields; i++) {
        const struct res_field *field = &resource->fields[i];
        if (!(field->flags & RES_FILE)) continue;
        columns[n++] = (struct tab_column){.name = res_label(field, lang), .number = field->type == RES_INT};
    }
    struct res_file *file = wg_alloc(ctx->arena, sizeof *file);
    file->resource = resource;
    file->cells = wg_alloc_n(ctx->arena, n, sizeof *file->cells);
    int rc = tab_write_open(ctx, format, lang == WG_ZH ? resource->zh : resource->en, columns, n, sink, arg, &file->writer);
    if (rc == 0) *ret_file = file;
    return rc;
}

int res_file_row(struct wg_ctx *ctx, struct res_file *file, const struct wg_str *cells)
{
    size_t n = 0;
    for (size_t i = 0; i < file->resource->n_fields; i++)
        if (file->resource->fields[i].flags & RES_FILE) file->cells[n++] = cells[i];
    return tab_write_row(ctx, file->writer, file->cells);
}

int res_file_end(struct wg_ctx *ctx, struct res_file *file)
{
    return tab_write_close(ctx, file->writer);
}

static bool is_reason_column(struct wg_str header)
{
    return wg_str_is(header, "退回原因") || wg_str_is(header, "reason");
}

static const char *all_headers(struct wg_ctx *ctx, const struct tab_shape *shape)
{
    struct wg_buf all;
    wg_buf_init(&all, 64 * 1024);
    for (size_t c = 0; c < shape->columns; c++) {
        if (c) wg_buf_puts(&all, ", ");
        wg_buf_str(&all, shape->header[c]);
    }
    const char *text = wg_cstr(ctx->arena, (struct wg_str){all.p, all.n});
    wg_buf_free(&all);
    return text;
}

int res_file_columns(struct wg_ctx *ctx, const struct res_resource *resource, const struct tab_shape *shape, int *ret_columns)
{
    for (size_t i = 0; i < resource->n_fields; i++) ret_columns[i] = -1;
    for (size_t c = 0; c < shape->columns; c++) {
        bool known = is_reason_column(shape->header[c]);
        for (size_t i = 0; i < resource->n_fields; i++) {
            const struct res_field *field = &resource->fields[i];
            if (!(field->flags & RES_FILE)) continue;
            struct wg_str header = shape->header[c];
            if (!wg_str_is(header, field->zh) && !wg_str_is(header, field->en) && !wg_str_is(header, field->name)) continue;
            ret_columns[i] = (int)c;
            known = true;
        }
        if (!known) return wg_refuse(ctx, WG_E_UNKNOWN_FIELD, wg_cstr(ctx->arena, shape->header[c]), NULL, NULL);
    }
    for (size_t i = 0; i < resource->n_fields; i++) {
        const struct res_field *field = &resource->fields[i];
        if ((field->flags & RES_FILE) && (field->flags & RES_REQUIRED) && ret_columns[i] < 0)
            return wg_refuse(ctx, WG_E_MATCH_COLUMN, NULL, res_label(field, ctx->lang), all_headers(ctx, shape));
    }
    return 0;
}

int res_file_values(struct wg_ctx *ctx, const struct res_resource *resource, const int *columns, const struct tab_row *row,
                    struct res_value *ret_values)
{
    for (size_t i = 0; i < resource->n_fields; i++) {
        ret_values[i] = (struct res_value){0};
        if (columns[i] < 0) continue;
        const struct res_field *field = &resource->fields[i];
        if (row->kinds[columns[i]] == TAB_LOST)
            return wg_refuse(ctx, WG_E_BAD_FIELD, res_label(field, ctx->lang),
                             ctx->lang == WG_ZH ? "号码已被表格软件改坏，请按文本重新填写"
                                                : "a spreadsheet has rounded the number; enter it again as text",
                             NULL);
        int rc = res_read_text(ctx, field, row->cells[columns[i]], &ret_values[i]);
        if (rc) return rc;
        if ((field->flags & RES_REQUIRED) && !ret_values[i].given)
            return wg_refuse(ctx, WG_E_MISSING_FIELD, res_label(field, ctx->lang), NULL, NULL);
    }
    return 0;
}

int res_format(struct wg_ctx *ctx, const struct http_request *request, enum tab_format *ret_format)
{
    struct wg_str text = http_query(request, "format");
    if (text.n == 0 || wg_str_is(text, "csv")) {
        *ret_format = TAB_CSV;
        return 0;
    }
    if (wg_str_is(text, "xlsx")) {
        *ret_format = TAB_XLSX;
        return 0;
    }
    return wg_refuse(ctx, WG_E_FIELD_CHOICE, "format", "csv, xlsx", NULL);
}
