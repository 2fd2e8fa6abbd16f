/* Any bytes as two small tables: they are read, compared with themselves and with each other and explained, in every kind of
 * column. The first byte chooses the kinds; cells end with a tab, rows with a newline, the register with a form feed. */
#include <stdlib.h>

#include "engine/match/match.h"

enum { FIELDS = 6, ROWS = 64 };

static const enum column_kind kinds[][FIELDS] = {
    {COLUMN_IDNO, COLUMN_NAME, COLUMN_PHONE, COLUMN_BIRTH, COLUMN_SEX, COLUMN_ADDRESS},
    {COLUMN_GIVEN_NAME, COLUMN_SURNAME, COLUMN_BIRTH_YEAR, COLUMN_BIRTH_MONTH, COLUMN_BIRTH_DAY, COLUMN_POSTCODE},
    {COLUMN_NAME, COLUMN_AGE, COLUMN_EMAIL, COLUMN_CITY, COLUMN_STATE, COLUMN_TEXT},
    {COLUMN_NAME, COLUMN_PHONE, COLUMN_PHONE, COLUMN_PHONE, COLUMN_PLATE, COLUMN_ADDRESS},
    {COLUMN_STREET_NUMBER, COLUMN_STREET_NAME, COLUMN_ADDRESS, COLUMN_ADDRESS, COLUMN_ORGANISATION, COLUMN_NUMBER},
    {COLUMN_NOTE, COLUMN_UNKNOWN, COLUMN_IDNO, COLUMN_COMMUNITY, COLUMN_TOWNSHIP, COLUMN_GIVEN_NAME},
};

struct tables {
    struct wg_str cells[2][ROWS * FIELDS];
    size_t rows[2];
};

static void cut(struct wg_str rest, struct tables *t)
{
    for (int side = 0; side < 2; side++) {
        struct wg_str table, row, cell;
        if (!wg_str_next(&rest, '\f', &table)) return;
        while (t->rows[side] < ROWS && wg_str_next(&table, '\n', &row)) {
            for (size_t c = 0; c < FIELDS && wg_str_next(&row, '\t', &cell); c++)
                t->cells[side][t->rows[side] * FIELDS + c] = cell;
            t->rows[side]++;
        }
    }
}

static void check(bool holds)
{
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    struct tables *t = wg_xcalloc(1, sizeof *t);
    struct match_field fields[FIELDS];
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = data[0] & 64 ? WG_EN : WG_ZH;
    for (size_t c = 0; c < FIELDS; c++)
        fields[c] = (struct match_field){kinds[data[0] % (sizeof kinds / sizeof *kinds)][c], "x"};
    cut((struct wg_str){(const char *)data + 1, size - 1}, t);
    struct match_options options = match_options_default(wg_day_from_civil(2020, 2, 14));
    options.threads = 1;
    options.many_to_one = data[0] & 128;

    struct match_rows a = {fields, FIELDS, t->cells[0], t->rows[0]}, b = {fields, FIELDS, t->cells[1], t->rows[1]};
    struct match_clusters clusters;
    struct match_measure measure;
    struct match_index *index;
    check(match_dedupe(&ctx, &a, &options, NULL, &clusters, &measure) == 0);
    for (size_t r = 0; r < a.rows; r++)
        check(clusters.cluster[r] <= r && clusters.cluster[clusters.cluster[r]] == clusters.cluster[r]);
    check(match_index_new(&ctx, fields, FIELDS, &options, &index) == 0);
    for (size_t r = 0; r < a.rows; r++) match_index_put(index, (uint32_t)(r * 3), a.cells + r * FIELDS);
    check(match_index_ready(&ctx, index, NULL) == 0);
    /* Some change, some go. */
    for (size_t r = 0; r + 1 < a.rows; r += 3) match_index_put(index, (uint32_t)(r * 3), a.cells + (r + 1) * FIELDS);
    if (a.rows > 1) match_index_drop(index, 3);
    check(match_index_ready(&ctx, index, NULL) == 0);
    struct match_link *links;
    check(match_list(&ctx, index, &b, &options, NULL, &links, &measure) == 0);
    for (size_t r = 0; r < b.rows; r++) {
        check(links[r].best.probability >= 0 && links[r].best.probability <= 1);
        struct match_explanation e;
        if (links[r].n_candidates) check(match_explain(&ctx, index, &b, r, links[r].candidates[0].key, &options, &e) == 0);
    }
    match_index_free(index);
    wg_arena_free(arena);
    free(t);
    return 0;
}
