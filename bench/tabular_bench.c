/* How far reading a table is from merely looking for its line ends.
 *
 *   csv    a list of 600,000 rows and 10 columns in UTF-8: every cell read, against memchr('\n') over the same bytes
 *   gbk    the same list in GB18030, against the same scan of its own bytes
 *   xlsx   40,000 rows and 12 columns: written and read, in milliseconds
 *
 *   tabular_bench [ROWS]      the best of three for each */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicode/ucnv.h>

#include "engine/tabular/tabular.h"

enum { TIMES = 3, SHEET_ROWS = 40000, SHEET_COLUMNS = 12 };

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void stop(const struct wg_ctx *ctx)
{
    fprintf(stderr, "%s\n", wg_problem_text(ctx->arena, &ctx->problem, WG_EN));
    exit(1);
}

static void make_list(struct wg_buf *out, size_t rows)
{
    wg_buf_puts(out, "编号,姓名,性别,年龄,证件号,电话,街道,社区,住址,备注\n");
    for (size_t i = 0; i < rows; i++)
        wg_buf_fmt(out, "%zu,张三%zu,%s,%zu,21999919900101%04zu,139%08zu,和平街道,幸福社区,幸福里小区%zu号楼%zu单元%zu,%s\n", i,
                   i % 1000, i % 2 ? "女" : "男", i % 90, i % 10000, i % 100000000, i % 30, i % 6, i % 500,
                   i % 3 ? "" : "从外地返回");
}

static double scan(struct wg_str bytes, size_t *ret_lines)
{
    double from = seconds();
    size_t lines = 0;
    for (const char *p = bytes.p, *to = p + bytes.n; p < to && (p = memchr(p, '\n', (size_t)(to - p))) != NULL; p++) lines++;
    *ret_lines = lines;
    return seconds() - from;
}

static double read_table(struct wg_str bytes, size_t *ret_rows, size_t *ret_text)
{
    double from = seconds();
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    struct tab_reader *reader;
    if (tab_open_bytes(&ctx, bytes, NULL, &reader)) stop(&ctx);
    size_t columns = tab_shape(reader)->columns;
    *ret_rows = *ret_text = 0;
    struct tab_row row;
    bool more = true;
    while (true) {
        if (tab_next(&ctx, reader, &row, &more)) stop(&ctx);
        if (!more) break;
        ++*ret_rows;
        for (size_t i = 0; i < columns; i++) *ret_text += row.cells[i].n;
    }
    wg_arena_free(ctx.arena);
    return seconds() - from;
}

static void compare(const char *name, struct wg_str bytes)
{
    double best_scan = 1e9, best_read = 1e9;
    size_t lines = 0, rows = 0, text = 0;
    for (int i = 0; i < TIMES; i++) {
        double s = scan(bytes, &lines), r = read_table(bytes, &rows, &text);
        if (s < best_scan) best_scan = s;
        if (r < best_read) best_read = r;
    }
    printf("%-5s %zu rows, %.1f MiB: read %.0f ms (%.0f MiB/s), line scan %.1f ms, ratio %.1f\n", name, rows,
           (double)bytes.n / 1048576, best_read * 1e3, (double)bytes.n / 1048576 / best_read, best_scan * 1e3,
           best_read / best_scan);
    if (rows + 1 != lines || text == 0) fputs("rows and lines differ\n", stderr);
}

static bool keep(void *arg, const void *bytes, size_t n)
{
    wg_buf_add(arg, bytes, n);
    return true;
}

static double write_sheet(struct wg_buf *out)
{
    static const struct tab_column columns[SHEET_COLUMNS] = {{"编号", true, 0},  {"姓名", false, 0},   {"性别", false, 0},
                                                             {"年龄", true, 0},  {"证件号", false, 0}, {"电话", false, 0},
                                                             {"街道", false, 0}, {"社区", false, 0},   {"住址", false, 0},
                                                             {"体温", true, 0},  {"日期", false, 0},   {"备注", false, 0}};
    double from = seconds();
    struct wg_ctx ctx = wg_ctx(wg_arena_new());
    struct tab_writer *writer;
    if (tab_write_open(&ctx, TAB_XLSX, "名单", columns, SHEET_COLUMNS, keep, out, &writer)) stop(&ctx);
    for (size_t i = 0; i < SHEET_ROWS; i++) {
        char number[32], phone[32];
        (void)snprintf(number, sizeof number, "%zu", i);
        (void)snprintf(phone, sizeof phone, "139%08zu", i);
        const struct wg_str cells[SHEET_COLUMNS] = {wg_str(number),
                                                    WG_STR("张三"),
                                                    WG_STR("男"),
                                                    WG_STR("30"),
                                                    WG_STR("219999199001010011"),
                                                    wg_str(phone),
                                                    WG_STR("和平街道"),
                                                    WG_STR("幸福社区"),
                                                    WG_STR("幸福里小区1号楼2单元301"),
                                                    WG_STR("36.5"),
                                                    WG_STR("2020-02-14"),
                                                    WG_STR("")};
        if (tab_write_row(&ctx, writer, cells)) stop(&ctx);
    }
    if (tab_write_close(&ctx, writer)) stop(&ctx);
    wg_arena_free(ctx.arena);
    return seconds() - from;
}

static void sheet(void)
{
    double best_write = 1e9, best_read = 1e9;
    size_t rows = 0, text = 0;
    for (int i = 0; i < TIMES; i++) {
        struct wg_buf out;
        wg_buf_init(&out, (size_t)256 << 20);
        double w = write_sheet(&out), r = read_table((struct wg_str){out.p, out.n}, &rows, &text);
        if (w < best_write) best_write = w;
        if (r < best_read) best_read = r;
        wg_buf_free(&out);
    }
    printf("xlsx  %zu rows of %d columns: written %.0f ms, read %.0f ms\n", rows, SHEET_COLUMNS, best_write * 1e3,
           best_read * 1e3);
}

int main(int argc, char **argv)
{
    int64_t rows = 600000;
    if (argc > 1 && !wg_parse_i64(wg_str(argv[1]), 1, 10000000, &rows)) return 2;
    struct wg_buf list;
    wg_buf_init(&list, (size_t)2 << 30);
    make_list(&list, (size_t)rows);
    compare("csv", (struct wg_str){list.p, list.n});
    UErrorCode error = U_ZERO_ERROR;
    char *gbk = wg_xmalloc(list.n);
    int32_t n =
        list.n < INT32_MAX ? ucnv_convert("GB18030", "UTF-8", gbk, (int32_t)list.n, list.p, (int32_t)list.n, &error) : 0;
    if (U_SUCCESS(error) && n > 0) compare("gbk", (struct wg_str){gbk, (size_t)n});
    free(gbk);
    wg_buf_free(&list);
    sheet();
    return 0;
}
