/* Any bytes as a file: opening and reading keep what tabular.h promises (P1, P2, P5), and a second pass gives the same. */
#include <stdlib.h>
#include <string.h>

#include "engine/tabular/tabular.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) abort();
}

static uint64_t read_all(struct wg_ctx *ctx, struct tab_reader *reader)
{
    const struct tab_shape *shape = tab_shape(reader);
    uint64_t sum = 0;
    size_t last = 0;
    struct tab_row row;
    for (;;) {
        bool more;
        int e = tab_next(ctx, reader, &row, &more);
        if (e) return sum + (uint64_t)-e;
        if (!more) return sum;
        require(row.number > last);
        last = row.number;
        for (size_t i = 0; i < shape->columns; i++) {
            struct wg_str cell = row.cells[i];
            require((row.kinds[i] == TAB_EMPTY) == (cell.n == 0));
            require(wg_utf8_valid(cell) && (cell.n == 0 || !memchr(cell.p, '\0', cell.n)));
            require(wg_str_trim(cell).n == cell.n);
            sum = sum * 31 + wg_hash(cell.p, cell.n);
        }
        require(wg_utf8_valid(row.raw));
        sum = sum * 31 + row.kind;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    struct tab_limits limits = {.max_bytes = 1 << 20, .max_rows = 2000, .max_columns = 60};
    struct tab_reader *reader;
    if (tab_open_bytes(&ctx, (struct wg_str){(const char *)data, size}, &limits, &reader) == 0) {
        const struct tab_shape *shape = tab_shape(reader);
        require(shape->columns > 0 && shape->columns <= limits.max_columns);
        for (size_t i = 0; i < shape->columns; i++) require(shape->header[i].n > 0 && wg_utf8_valid(shape->header[i]));
        uint64_t first = read_all(&ctx, reader);
        tab_rewind(reader);
        require(read_all(&ctx, reader) == first);
    }
    wg_arena_free(ctx.arena);
    return 0;
}
