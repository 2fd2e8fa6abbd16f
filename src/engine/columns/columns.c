#include "engine/columns/columns.h"

#include <string.h>

#include "engine/columns/columns_internal.h"

enum { SAMPLE_ROWS_MAX = 20000, SAMPLE_CELLS_MAX = 1000000, SAMPLES = 3 };

/* --- kinds ---------------------------------------------------------------------------------------------------------- */

static const struct kind {
    const char *code, *zh, *en;
    bool many;
} kinds[] = {
#define K(name, code, zh, en, many) {code, zh, en, many},
    COLUMN_KINDS(K)
#undef K
};

const char *column_kind_code(enum column_kind kind)
{
    return kinds[kind].code;
}

const char *column_kind_label(enum column_kind kind, enum wg_lang lang)
{
    return lang == WG_ZH ? kinds[kind].zh : kinds[kind].en;
}

bool column_kind_from_code(struct wg_str code, enum column_kind *ret)
{
    for (int k = 0; k < COLUMN_KIND_COUNT; k++)
        if (wg_str_is(code, kinds[k].code)) {
            *ret = (enum column_kind)k;
            return true;
        }
    return false;
}

/* --- scores --------------------------------------------------------------------------------------------------------- */

struct column {
    const struct wg_str *cells;
    size_t rows, stride;
    struct column_header header;
    struct column_content content;
    double score[COLUMN_KIND_COUNT];
};

/* How far a form alone is to be believed: a good identity number is one, a small number is many things. */
static double belief(enum column_kind kind)
{
    switch (kind) {
    case COLUMN_IDNO:
    case COLUMN_EMAIL:
        return 0.97;
    case COLUMN_PLATE:
        return 0.95;
    case COLUMN_PHONE:
        return 0.9;
    case COLUMN_SEX:
        return 0.85;
    case COLUMN_NAME:
    case COLUMN_BIRTH:
    case COLUMN_CAME_ON:
    case COLUMN_TOWNSHIP:
    case COLUMN_COMMUNITY:
    case COLUMN_AGE:
    case COLUMN_TRANSPORT:
        return 0.8;
    default:
        return 0.75;
    }
}

/* What is left of a header's word once the cells have spoken: a header that most cells contradict is a mistake. */
static double believed_header(const struct column *column, enum column_kind kind, wg_day today)
{
    double says = column->header.says[kind];
    size_t may_be = 0;
    if (says <= 0 || column->content.filled == 0) return says * 0.75;
    if (kind == COLUMN_RECORD_ID) return column->content.each_once ? says : says * 0.2;
    for (size_t r = 0; r < column->rows; r++) {
        struct wg_str cell = wg_str_trim(column->cells[r * column->stride]);
        may_be += cell.n > 0 && column_cell_may_be(kind, cell, today);
    }
    double share = (double)may_be / (double)column->content.filled;
    if (kind == COLUMN_IDNO && !column->content.mostly_once) share /= 2;
    return share < 0.3 ? says * 0.2 : says * (0.5 + 0.5 * share);
}

static void score(struct column *column, wg_day today)
{
    if (column->header.event) column->content.fits[COLUMN_BIRTH] *= 0.2;
    if (column->header.name_part) column->content.fits[COLUMN_NAME] = 0;
    for (int k = 1; k < COLUMN_KIND_COUNT; k++) {
        double header = believed_header(column, (enum column_kind)k, today);
        column->header.says[k] = header;
        column->score[k] = 1 - (1 - 0.8 * header) * (1 - belief((enum column_kind)k) * column->content.fits[k]);
    }
}

/* Beside a column of house numbers, what is headed "address" and ends in "street" is the name of the street. */
static void part_streets(struct column *columns, size_t n)
{
    bool numbers = false;
    for (size_t c = 0; c < n; c++) numbers = numbers || columns[c].header.says[COLUMN_STREET_NUMBER] > 0.8;
    for (size_t c = 0; c < n && numbers; c++) {
        double *says = columns[c].header.says;
        if (says[COLUMN_ADDRESS] <= says[COLUMN_STREET_NAME] || columns[c].content.fits[COLUMN_STREET_NAME] < 0.4) continue;
        says[COLUMN_STREET_NAME] = says[COLUMN_ADDRESS];
        says[COLUMN_ADDRESS] *= 0.5;
    }
}

static bool says_name(const struct column *c, enum column_kind kind)
{
    return c->header.says[kind] >= 0.5 && !c->header.others;
}

/* Latin letters, mostly one word a cell. */
static bool one_word(const struct column *c)
{
    size_t words = 0, filled = 0;
    for (size_t r = 0; r < c->rows; r++) {
        struct wg_str cell = wg_str_trim(c->cells[r * c->stride]);
        if (cell.n == 0) continue;
        filled++;
        bool one = true;
        for (size_t i = 0; i < cell.n; i++) one = one && cell.p[i] != ' ' && cell.p[i] != ',';
        words += one;
    }
    return filled > 0 && c->content.fits[COLUMN_NAME] < 0.5 && words * 10 >= filled * 8;
}

static void rename_column(struct column *c, enum column_kind from, enum column_kind to)
{
    c->header.says[to] = c->header.says[from];
    c->header.says[from] = 0;
}

/* What is headed "name" beside "first name" is the family name (Name, Vorname; nom, prenom); "name 1" and "name 2" are the given
 * and the family name. */
static void part_names(struct column *columns, size_t n)
{
    size_t names = 0, given = 0, family = 0, name[2] = {n, n};
    for (size_t c = 0; c < n; c++) {
        given += says_name(&columns[c], COLUMN_GIVEN_NAME);
        family += says_name(&columns[c], COLUMN_SURNAME);
        if (!says_name(&columns[c], COLUMN_NAME) || !one_word(&columns[c])) continue;
        if (names < 2) name[names] = c;
        names++;
    }
    if (names == 1 && given > 0 && family == 0) rename_column(&columns[name[0]], COLUMN_NAME, COLUMN_SURNAME);
    if (names == 1 && family > 0 && given == 0) rename_column(&columns[name[0]], COLUMN_NAME, COLUMN_GIVEN_NAME);
    if (names != 2 || given + family > 0) return;
    int first = columns[name[0]].header.ordinal, second = columns[name[1]].header.ordinal;
    if (first < 0 || second < 0 || first == second) return;
    rename_column(&columns[name[first > second]], COLUMN_NAME, COLUMN_GIVEN_NAME);
    rename_column(&columns[name[first < second]], COLUMN_NAME, COLUMN_SURNAME);
}

static bool is_own(int kind)
{
    return kind == COLUMN_NAME || kind == COLUMN_SURNAME || kind == COLUMN_GIVEN_NAME || kind == COLUMN_IDNO ||
           kind == COLUMN_SEX || kind == COLUMN_BIRTH || kind == COLUMN_AGE || kind == COLUMN_ADDRESS;
}

static bool is_name(int kind)
{
    return kind == COLUMN_NAME || kind == COLUMN_SURNAME || kind == COLUMN_GIVEN_NAME;
}

/* The name of a contact is no name of the row's person, however well it reads, where the person's own stands beside it. */
static void set_others_apart(struct column *columns, size_t n)
{
    bool own[COLUMN_KIND_COUNT] = {false};
    for (size_t c = 0; c < n; c++) {
        for (int k = 1; k < COLUMN_KIND_COUNT && !columns[c].header.others; k++)
            if (is_own(k) && columns[c].score[k] >= 0.45) own[is_name(k) ? COLUMN_NAME : k] = true;
    }
    for (size_t c = 0; c < n; c++) {
        for (int k = 1; k < COLUMN_KIND_COUNT && columns[c].header.others; k++)
            if (is_own(k) && own[is_name(k) ? COLUMN_NAME : k]) columns[c].score[k] *= 0.4;
    }
}

/* --- who gets what -------------------------------------------------------------------------------------------------- */

/* Below it a form or a word says too little, and the column is text or numbers. */
static const double enough = 0.45, worth_saying = 0.25;

static bool is_leftover(int kind)
{
    return kind == COLUMN_UNKNOWN || kind == COLUMN_TEXT || kind == COLUMN_NUMBER;
}

static void give(struct column_guess *guess, const struct column *column, enum column_kind kind)
{
    guess->kind = kind;
    guess->confidence = column->score[kind];
    guess->by_content = column->content.fits[kind] >= 0.3;
    guess->by_header = column->header.says[kind] >= 0.3;
}

/* Of two that read alike the one that more rows have is the better. */
static double fullness(const struct column *column)
{
    if (column->content.sampled == 0) return 1;
    return 0.85 + 0.15 * (double)column->content.filled / (double)column->content.sampled;
}

/* Takes the best pair of column and kind again and again, so that a kind that can occur once goes to the column that has most
 * right to it; of equals to the first column. */
static void share_out(const struct column *columns, size_t n, struct column_guess *guesses)
{
    bool taken[COLUMN_KIND_COUNT] = {false};
    for (;;) {
        double best = 0;
        size_t at = n;
        int kind = COLUMN_UNKNOWN;
        for (size_t c = 0; c < n; c++)
            for (int k = 1; k < COLUMN_KIND_COUNT && guesses[c].kind == COLUMN_UNKNOWN; k++) {
                if (is_leftover(k) || taken[k] || columns[c].score[k] <= enough) continue;
                double right = columns[c].score[k] * fullness(&columns[c]);
                if (right <= best) continue;
                best = right;
                at = c;
                kind = k;
            }
        if (at == n) return;
        give(&guesses[at], &columns[at], (enum column_kind)kind);
        taken[kind] = !kinds[kind].many;
    }
}

static void give_leftover(const struct column *column, struct column_guess *guess, wg_day today)
{
    size_t numbers = 0;
    if (column->content.filled == 0) return;
    for (size_t r = 0; r < column->rows; r++) {
        struct wg_str cell = wg_str_trim(column->cells[r * column->stride]);
        numbers += cell.n > 0 && column_cell_reads(COLUMN_NUMBER, cell, today);
    }
    guess->kind = numbers * 5 >= column->content.filled * 4 ? COLUMN_NUMBER : COLUMN_TEXT;
    guess->confidence = 1 - enough;
    guess->by_content = true;
}

static void choose_second(const struct column *column, struct column_guess *guess)
{
    double best = worth_saying;
    guess->second = COLUMN_UNKNOWN;
    for (int k = 1; k < COLUMN_KIND_COUNT; k++)
        if (!is_leftover(k) && k != (int)guess->kind && column->score[k] > best) {
            best = column->score[k];
            guess->second = (enum column_kind)k;
        }
}

/* --- what a person sees --------------------------------------------------------------------------------------------- */

/* Up to three different cells, chosen by a hash of theirs: which ones does not depend on the order of the rows. */
static void pick_samples(struct wg_ctx *ctx, const struct column *column, struct column_guess *guess)
{
    struct wg_str *picked = wg_alloc_n(ctx->arena, SAMPLES, sizeof *picked);
    uint64_t keys[SAMPLES];
    size_t n = 0;
    for (size_t r = 0; r < column->rows; r++) {
        struct wg_str cell = column->cells[r * column->stride];
        if (wg_str_trim(cell).n == 0) continue;
        uint64_t key = wg_hash(cell.p, cell.n);
        size_t at = 0;
        while (at < n && (keys[at] < key || (keys[at] == key && wg_str_cmp(picked[at], cell) < 0))) at++;
        if (at == SAMPLES || (at < n && wg_str_eq(picked[at], cell))) continue;
        n += n < SAMPLES;
        for (size_t k = n - 1; k > at; k--) {
            keys[k] = keys[k - 1];
            picked[k] = picked[k - 1];
        }
        keys[at] = key;
        picked[at] = cell;
    }
    for (size_t k = 0; k < n; k++) picked[k] = wg_str_dup(ctx->arena, picked[k]);
    guess->samples = picked;
    guess->n_samples = n;
}

static void count(struct wg_ctx *ctx, const struct column *column, struct column_guess *guess)
{
    wg_day today = wg_today(ctx);
    guess->sampled = column->content.sampled;
    guess->filled = column->content.filled;
    guess->lost = column->content.lost;
    for (size_t r = 0; r < column->rows; r++) {
        struct wg_str cell = wg_str_trim(column->cells[r * column->stride]);
        guess->faulty += cell.n > 0 && !column_cell_reads(guess->kind, cell, today);
    }
    pick_samples(ctx, column, guess);
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

int columns_guess_cells(struct wg_ctx *ctx, const struct wg_str *header, size_t n_columns, const struct wg_str *cells,
                        size_t rows, struct column_guess **ret_guesses)
{
    struct column *columns = wg_alloc_n(ctx->arena, n_columns + 1, sizeof *columns);
    struct column_guess *guesses = wg_alloc_n(ctx->arena, n_columns + 1, sizeof *guesses);
    wg_day today = wg_today(ctx);
    for (size_t c = 0; c < n_columns; c++) {
        columns[c].cells = rows ? cells + c : cells;
        columns[c].rows = rows;
        columns[c].stride = n_columns;
        columns[c].header = column_header_read(header[c]);
        columns[c].content = column_content_read(ctx, columns[c].cells, rows, n_columns);
    }
    part_streets(columns, n_columns);
    part_names(columns, n_columns);
    for (size_t c = 0; c < n_columns; c++) score(&columns[c], today);
    set_others_apart(columns, n_columns);
    share_out(columns, n_columns, guesses);
    for (size_t c = 0; c < n_columns; c++) {
        if (guesses[c].kind == COLUMN_UNKNOWN) give_leftover(&columns[c], &guesses[c], today);
        choose_second(&columns[c], &guesses[c]);
        count(ctx, &columns[c], &guesses[c]);
    }
    *ret_guesses = guesses;
    return 0;
}

/* Data rows of the sample, copied, row after row. */
struct sample {
    struct wg_str *cells;
    size_t *lost; /* per column */
    size_t rows, cap;
};

static int read_sample(struct wg_ctx *ctx, struct tab_reader *reader, size_t n_columns, size_t most, struct sample *ret)
{
    struct sample sample = {.lost = wg_alloc_n(ctx->arena, n_columns + 1, sizeof *sample.lost)};
    while (sample.rows < most) {
        struct tab_row row;
        bool more;
        int code = tab_next(ctx, reader, &row, &more);
        if (code) return code;
        if (!more) break;
        if (row.kind != TAB_DATA) continue;
        sample.cells = wg_grow(ctx->arena, sample.cells, &sample.cap, (sample.rows + 1) * n_columns, sizeof *sample.cells);
        for (size_t c = 0; c < n_columns; c++) {
            sample.cells[sample.rows * n_columns + c] = wg_str_dup(ctx->arena, row.cells[c]);
            sample.lost[c] += row.kinds[c] == TAB_LOST;
        }
        sample.rows++;
    }
    *ret = sample;
    return 0;
}

int columns_guess(struct wg_ctx *ctx, struct tab_reader *reader, size_t sample_rows, struct column_guess **ret_guesses)
{
    const struct tab_shape *shape = tab_shape(reader);
    struct sample sample;
    size_t most = SAMPLE_CELLS_MAX / (shape->columns + 1) + 1;
    if (most > SAMPLE_ROWS_MAX) most = SAMPLE_ROWS_MAX;
    tab_rewind(reader);
    int code = read_sample(ctx, reader, shape->columns, sample_rows < most ? sample_rows : most, &sample);
    tab_rewind(reader);
    if (code) return code;
    struct column_guess *guesses;
    code = columns_guess_cells(ctx, shape->header, shape->columns, sample.cells, sample.rows, &guesses);
    if (code) return code;
    for (size_t c = 0; c < shape->columns; c++)
        if (sample.lost[c] > guesses[c].lost) guesses[c].lost = sample.lost[c];
    *ret_guesses = guesses;
    return 0;
}
