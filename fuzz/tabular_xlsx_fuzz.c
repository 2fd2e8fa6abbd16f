/* The parts of an .xlsx package from any bytes: "\n--\n" parts workbook, shared strings, styles and sheet. (A mutated zip
 * would rarely come past its checksums; whole files, .xls among them, are tabular_csv_fuzz's.) */
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "engine/tabular/tabular.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) abort();
}

#define DOCUMENT "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
static const char relations[] = "<Relationships><Relationship Id='a' Type='" DOCUMENT "/worksheet' Target='s1.xml'/>"
                                "<Relationship Id='b' Type='" DOCUMENT "/worksheet' Target='s1.xml'/>"
                                "<Relationship Id='c' Type='" DOCUMENT "/sharedStrings' Target='t.xml'/>"
                                "<Relationship Id='d' Type='" DOCUMENT "/styles' Target='f.xml'/></Relationships>";

static void add(zip_t *zip, const char *name, struct wg_str text)
{
    zip_source_t *source = zip_source_buffer(zip, text.p, text.n, 0);
    require(source != NULL);
    zip_int64_t at = zip_file_add(zip, name, source, 0);
    require(at >= 0 && zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
}

static struct wg_str part(struct wg_str *rest)
{
    ptrdiff_t at = wg_str_find(*rest, WG_STR("\n--\n"));
    struct wg_str head = wg_str_sub(*rest, 0, at < 0 ? rest->n : (size_t)at);
    *rest = wg_str_sub(*rest, head.n + 4, rest->n);
    return head;
}

static struct wg_str package(struct wg_arena *arena, struct wg_str input)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *whole = zip_source_buffer_create(NULL, 0, 0, &error);
    require(whole != NULL);
    zip_source_keep(whole);
    zip_t *zip = zip_open_from_source(whole, ZIP_TRUNCATE, &error);
    require(zip != NULL);
    add(zip, "xl/workbook.xml", part(&input));
    add(zip, "xl/_rels/workbook.xml.rels", WG_STR(relations));
    add(zip, "xl/t.xml", part(&input));
    add(zip, "xl/f.xml", part(&input));
    add(zip, "xl/s1.xml", part(&input));
    require(zip_close(zip) == 0);
    zip_stat_t st;
    require(zip_source_stat(whole, &st) == 0);
    char *bytes = wg_alloc(arena, (size_t)st.size);
    require(zip_source_open(whole) == 0 && zip_source_read(whole, bytes, st.size) == (zip_int64_t)st.size);
    (void)zip_source_close(whole);
    zip_source_free(whole);
    zip_error_fini(&error);
    return (struct wg_str){bytes, (size_t)st.size};
}

static size_t read_all(struct wg_ctx *ctx, struct tab_reader *reader)
{
    size_t sum = 0, last = 0;
    struct tab_row row;
    bool more;
    while (tab_next(ctx, reader, &row, &more) == 0 && more) {
        require(row.number > last);
        last = row.number;
        for (size_t i = 0; i < tab_shape(reader)->columns; i++) {
            require(wg_utf8_valid(row.cells[i]) && wg_str_trim(row.cells[i]).n == row.cells[i].n);
            require((row.kinds[i] == TAB_EMPTY) == (row.cells[i].n == 0));
            sum = sum * 31 + row.cells[i].n + row.kind;
        }
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    struct tab_limits limits = {.max_bytes = 1 << 20, .max_rows = 2000, .max_columns = 60};
    struct wg_str bytes = package(ctx.arena, (struct wg_str){(const char *)data, size});
    struct tab_reader *reader;
    if (tab_open_bytes(&ctx, bytes, &limits, &reader) == 0) {
        size_t first = read_all(&ctx, reader);
        tab_rewind(reader);
        require(read_all(&ctx, reader) == first);
    }
    wg_arena_free(ctx.arena);
    return 0;
}
