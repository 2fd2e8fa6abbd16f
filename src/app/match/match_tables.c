/* match_tables.c - the tables of `wangge match` and what their columns hold. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/match/match_job.h"

enum { GUESS_ROWS = 20000 };

/* --- tables --------------------------------------------------------------------------------------------------------- */
static bool named(struct wg_str text, const char *name)
{
    return text.n == strlen(name) && strncasecmp(text.p, name, text.n) == 0;
}

static size_t find_id_column(const struct table *t)
{
    static const char *const names[] = {"id", "row_id", "rec_id", "person_id", "unique_id"};
    for (size_t c = 0; c < t->columns; c++) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (named(t->header[c], names[i])) return c;
        }
    }
    return t->columns;
}

/* What an earlier comparison left behind is no evidence about people. */
static bool is_left_behind(struct wg_str header)
{
    static const char *const names[] = {"cluster", "cluster_id", "entity_id", "ent_id", "blocking_number", "block"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (named(header, names[i])) return true;
    }
    return false;
}

struct wg_str row_name(const struct wg_ctx *ctx, const struct table *t, size_t row)
{
    if (t->id_column < t->columns) {
        struct wg_str id = t->cells[row * t->columns + t->id_column];
        if (id.n) return id;
    }
    return wg_str(wg_fmt(ctx->arena, "%zu", row + 1));
}

struct growing {
    struct wg_str *cells;
    size_t cap;
};

static void free_cells(void *arg)
{
    struct growing *growing = arg;
    free(growing->cells);
}

static void keep_row(struct wg_ctx *ctx, struct table *t, const struct tab_row *row)
{
    struct growing *growing = t->growing;
    if ((t->rows + 1) * t->columns > growing->cap) {
        growing->cap = growing->cap ? growing->cap + growing->cap / 2 : 1024 * t->columns;
        growing->cells = wg_xrealloc(growing->cells, growing->cap, sizeof *growing->cells);
        t->cells = growing->cells;
    }
    size_t bytes = 0;
    for (size_t c = 0; c < t->columns; c++) bytes += row->cells[c].n;
    char *text = wg_alloc(ctx->arena, bytes + 1);
    for (size_t c = 0; c < t->columns; c++) {
        if (row->cells[c].n) memcpy(text, row->cells[c].p, row->cells[c].n);
        t->cells[t->rows * t->columns + c] = (struct wg_str){text, row->cells[c].n};
        text += row->cells[c].n;
    }
    t->rows++;
}

/* Every line but a blank one is a row: a line that looks like a total may be a person with one cell filled. */
static int read_table(struct wg_ctx *ctx, const char *path, struct table *t)
{
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    *t = (struct table){.path = path, .growing = wg_alloc(ctx->arena, sizeof *t->growing)};
    wg_arena_cleanup(ctx->arena, free_cells, t->growing);
    int rc = tab_open_file(ctx, path, &limits, &reader);
    if (rc) return rc;
    const struct tab_shape *shape = tab_shape(reader);
    t->columns = shape->columns;
    t->header = shape->header;
    t->encoding = shape->encoding[0] ? shape->encoding : "XLSX";
    for (;;) {
        struct tab_row row;
        bool more = false;
        rc = tab_next(ctx, reader, &row, &more);
        if (rc) return rc;
        if (!more) break;
        if (row.kind == TAB_BLANK) continue;
        if (row.kind == TAB_DAMAGED && t->damaged++ == 0) t->first_damaged = row.number;
        keep_row(ctx, t, &row);
    }
    if (t->rows == 0) return wg_refuse(ctx, WG_E_TAB_NO_ROWS, path, NULL, NULL);
    t->id_column = find_id_column(t);
    return 0;
}

struct id_slot {
    size_t row; /* from 1 */
};

static int check_ids(struct wg_ctx *ctx, const struct table *t)
{
    if (t->id_column == t->columns) return 0;
    size_t size = 64;
    while (size < t->rows * 2) size *= 2;
    struct id_slot *set = wg_xcalloc(size, sizeof *set);
    int rc = 0;
    for (size_t r = 0; r < t->rows && rc == 0; r++) {
        struct wg_str id = t->cells[r * t->columns + t->id_column];
        if (id.n == 0) continue;
        size_t at = wg_hash(id.p, id.n) & (size - 1);
        while (set[at].row && !wg_str_eq(t->cells[(set[at].row - 1) * t->columns + t->id_column], id))
            at = (at + 1) & (size - 1);
        if (set[at].row) {
            rc = wg_refuse(ctx, WG_E_MATCH_DUPLICATE_ID, wg_cstr(ctx->arena, id), wg_cstr(ctx->arena, id),
                           wg_fmt(ctx->arena, "%zu", set[at].row));
            ctx->problem.args[2] = wg_fmt(ctx->arena, "%zu", r + 1);
        }
        set[at].row = r + 1;
    }
    free(set);
    return rc;
}

/* --- what the columns hold ------------------------------------------------------------------------------------------ */
/* Rows to look at, chosen by what stands in them: which they are does not depend on their order. */
static size_t choose_sample(struct wg_ctx *ctx, const struct table *t, const struct wg_str **ret_cells)
{
    size_t every = t->rows / GUESS_ROWS + 1, n = 0;
    *ret_cells = t->cells;
    if (every == 1) return t->rows;
    size_t most = (size_t)GUESS_ROWS * 2; /* twice what is expected */
    struct wg_str *cells = wg_alloc_n(ctx->arena, most * t->columns, sizeof *cells);
    for (size_t r = 0; r < t->rows && n < most; r++) {
        const struct wg_str *row = t->cells + r * t->columns;
        uint64_t hash = 0;
        for (size_t c = 0; c < t->columns; c++) {
            if (c != t->id_column) hash = hash * 31 + wg_hash(row[c].p, row[c].n);
        }
        if ((hash >> 20) % every == 0) memcpy(cells + n++ * t->columns, row, t->columns * sizeof *row);
    }
    *ret_cells = cells;
    return n;
}

static bool holds(struct wg_str whole, struct wg_str part)
{
    for (size_t at = 0; at + part.n <= whole.n; at++) {
        if (strncasecmp(whole.p + at, part.p, part.n) == 0) return true;
    }
    return false;
}

static size_t column_of(const struct table *t, enum column_kind kind)
{
    for (size_t c = 0; c < t->columns; c++) {
        if (t->fields[c].kind == kind) return c;
    }
    return t->columns;
}

/* Does column `whole` say again what `a` and `b` say: the full name beside its parts, the address beside street and city? */
static bool repeats(const struct table *t, size_t whole, size_t a, size_t b)
{
    size_t rows = 0, again = 0;
    for (size_t r = 0; r < t->rows && rows < GUESS_ROWS; r++) {
        const struct wg_str *row = t->cells + r * t->columns;
        if (row[whole].n == 0) continue;
        rows++;
        again += row[a].n > 0 && row[b].n > 0 && holds(row[whole], row[a]) && holds(row[whole], row[b]);
    }
    return again > 1 && again * 10 >= rows * 8;
}

/* What is said twice is no second witness. */
static void drop_repeats(const struct table *t)
{
    size_t given = column_of(t, COLUMN_GIVEN_NAME), family = column_of(t, COLUMN_SURNAME);
    size_t street = column_of(t, COLUMN_STREET_NAME), city = column_of(t, COLUMN_CITY);
    size_t number = column_of(t, COLUMN_STREET_NUMBER);
    for (size_t c = 0; c < t->columns; c++) {
        enum column_kind kind = t->fields[c].kind;
        if (given < t->columns && family < t->columns && (kind == COLUMN_NAME || kind == COLUMN_TEXT) &&
            repeats(t, c, given, family))
            t->fields[c].kind = COLUMN_UNKNOWN;
        if (street < t->columns && (kind == COLUMN_ADDRESS || kind == COLUMN_TEXT) &&
            ((city < t->columns && repeats(t, c, street, city)) || (number < t->columns && repeats(t, c, number, street))))
            t->fields[c].kind = COLUMN_UNKNOWN;
    }
}

/* 9/27/2008: its three numbers. */
static bool read_slashed(struct wg_str s, int64_t ret[3])
{
    struct wg_str part;
    for (int i = 0; i < 3; i++) {
        if (!wg_str_next(&s, '/', &part) || !wg_parse_i64(part, 1, 9999, &ret[i])) return false;
    }
    return s.n == 0 && ret[0] <= 31 && ret[1] <= 31 && ret[2] >= 1800 && ret[2] <= 2200;
}

/* Dates of a birth column whose middle numbers go beyond 12, and its first ones do not, put the month first: they are written in
 * the order that cannot be mistaken. */
static void turn_dates(struct wg_ctx *ctx, const struct table *t, size_t column)
{
    size_t month_first = 0, day_first = 0;
    int64_t n[3];
    for (size_t r = 0; r < t->rows; r++) {
        if (!read_slashed(t->cells[r * t->columns + column], n)) continue;
        month_first += n[1] > 12;
        day_first += n[0] > 12;
    }
    if (month_first < 2 || day_first * 20 > month_first) return;
    for (size_t r = 0; r < t->rows; r++) {
        struct wg_str *cell = &t->cells[r * t->columns + column];
        if (!read_slashed(*cell, n) || n[0] > 12) continue;
        *cell = wg_str(wg_fmt(ctx->arena, "%04d-%02d-%02d", (int)n[2], (int)n[0], (int)n[1]));
    }
}

static int guess_fields(struct wg_ctx *ctx, struct table *t)
{
    struct column_guess *guesses;
    const struct wg_str *sample;
    size_t rows = choose_sample(ctx, t, &sample);
    int rc = columns_guess_cells(ctx, t->header, t->columns, sample, rows, &guesses);
    if (rc) return rc;
    t->fields = wg_alloc_n(ctx->arena, t->columns, sizeof *t->fields);
    t->confidence = wg_alloc_n(ctx->arena, t->columns, sizeof *t->confidence);
    for (size_t c = 0; c < t->columns; c++) {
        enum column_kind kind = guesses[c].kind;
        if (c == t->id_column)
            kind = COLUMN_RECORD_ID;
        else if (is_left_behind(t->header[c]))
            kind = COLUMN_UNKNOWN;
        t->fields[c] = (struct match_field){kind, wg_cstr(ctx->arena, t->header[c])};
        t->confidence[c] = guesses[c].confidence;
    }
    return 0;
}

/* Columns of one name in both tables hold the same: what was told with more confidence. */
static void agree(const struct table *a, const struct table *b)
{
    for (size_t i = 0; i < a->columns; i++) {
        for (size_t k = 0; k < b->columns; k++) {
            if (i == a->id_column || k == b->id_column || strcasecmp(a->fields[i].name, b->fields[k].name) != 0) continue;
            if (a->confidence[i] > b->confidence[k])
                b->fields[k].kind = a->fields[i].kind;
            else
                a->fields[i].kind = b->fields[k].kind;
        }
    }
}

/* What was left out of the register is left out of the list. */
static void follow(const struct table *a, const struct table *b)
{
    for (size_t i = 0; i < a->columns; i++) {
        for (size_t k = 0; k < b->columns && a->fields[i].kind == COLUMN_UNKNOWN; k++) {
            if (strcasecmp(a->fields[i].name, b->fields[k].name) == 0) b->fields[k].kind = COLUMN_UNKNOWN;
        }
    }
}

static size_t column_named(const struct table *t, const char *name)
{
    for (size_t c = 0; c < t->columns; c++) {
        if (wg_str_is(t->header[c], name)) return c;
    }
    return t->columns;
}

static const char *all_columns(struct wg_ctx *ctx, const struct table *t)
{
    const char *text = "";
    for (size_t c = 0; c < t->columns; c++)
        text = wg_fmt(ctx->arena, "%s%s%.*s", text, c ? ", " : "", (int)t->header[c].n, t->header[c].p);
    return text;
}

static const char *all_kinds(struct wg_ctx *ctx)
{
    const char *text = column_kind_code(COLUMN_UNKNOWN);
    for (int k = 1; k < COLUMN_KIND_COUNT; k++)
        text = wg_fmt(ctx->arena, "%s, %s", text, column_kind_code((enum column_kind)k));
    return text;
}

/* {"column": "kind"}: for each table that has the column; one of them must. */
static int apply_fields(struct wg_ctx *ctx, json_t *fields, struct table *const *tables, size_t n_tables)
{
    const char *name;
    json_t *value;
    json_object_foreach(fields, name, value)
    {
        enum column_kind kind;
        bool found = false;
        const char *code = json_string_value(value);
        if (!code || !column_kind_from_code(wg_str(code), &kind))
            return wg_refuse(ctx, WG_E_MATCH_FIELDS, name,
                             wg_fmt(ctx->arena,
                                    say(ctx, "“%s”不是列的种类（列“%s”）；可用：%s",
                                        "\"%s\" is no kind of column (column \"%s\"); there are: %s"),
                                    code ? code : "?", name, all_kinds(ctx)),
                             NULL);
        for (size_t i = 0; i < n_tables; i++) {
            size_t c = column_named(tables[i], name);
            if (c == tables[i]->columns) continue;
            tables[i]->fields[c].kind = kind;
            found = true;
        }
        if (!found) return wg_refuse(ctx, WG_E_MATCH_COLUMN, name, name, all_columns(ctx, tables[n_tables - 1]));
    }
    return 0;
}

static int read_fields(struct wg_ctx *ctx, const char *path, struct table *const *tables, size_t n_tables)
{
    static const char *const sides[] = {"register", "list"};
    json_error_t error;
    if (!path) return 0;
    json_t *fields = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!fields || !json_is_object(fields)) {
        const char *why = fields ? say(ctx, "应是一个对象", "an object is wanted")
                                 : wg_fmt(ctx->arena, "%s:%d:%d: %s", path, error.line, error.column, error.text);
        json_decref(fields);
        return wg_refuse(ctx, WG_E_MATCH_FIELDS, path, why, NULL);
    }
    int rc = 0;
    bool by_side = n_tables == 2 &&
                   (json_is_object(json_object_get(fields, "register")) || json_is_object(json_object_get(fields, "list")));
    if (!by_side) rc = apply_fields(ctx, fields, tables, n_tables);
    for (size_t i = 0; by_side && rc == 0 && i < 2; i++) {
        json_t *one = json_object_get(fields, sides[i]);
        if (one) rc = apply_fields(ctx, one, &tables[i], 1);
    }
    json_decref(fields);
    return rc;
}

static json_t *kinds_of(struct wg_ctx *ctx, const struct table *t)
{
    json_t *out = json_object();
    for (size_t c = 0; c < t->columns; c++)
        (void)json_object_set_new(out, wg_cstr(ctx->arena, t->header[c]), json_string(column_kind_code(t->fields[c].kind)));
    return out;
}

/* What the columns were taken for, as a fields file: to be corrected and given back. */
int show_fields(struct wg_ctx *ctx, struct table *const *tables, size_t n_tables)
{
    json_t *out = kinds_of(ctx, tables[0]);
    if (n_tables == 2) out = json_pack("{s:o, s:o}", "register", out, "list", kinds_of(ctx, tables[1]));
    bool bad = json_dumpf(out, stdout, JSON_INDENT(1)) != 0 || fputc('\n', stdout) == EOF;
    json_decref(out);
    return bad ? wg_refuse(ctx, WG_E_FILE, "-", "-", say(ctx, "写入失败", "writing failed")) : 0;
}

int open_tables(struct wg_ctx *ctx, const char *fields, const char *const *paths, struct table *const *tables, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int rc = read_table(ctx, paths[i], tables[i]);
        if (rc == 0) rc = check_ids(ctx, tables[i]);
        if (rc == 0) rc = guess_fields(ctx, tables[i]);
        if (rc) {
            fprintf(stderr, "%s: ", paths[i]);
            return rc;
        }
        if (tables[i]->damaged)
            fprintf(stderr,
                    say(ctx, "%s：%zu 行无法按 %s 读出（第一处在第 %zu 行），按原样比对。若是编码不对，请另存为 UTF-8 后重试\n",
                        "%s: %zu lines cannot be read as %s (the first is line %zu) and are compared as they are. If the "
                        "encoding is "
                        "wrong, save the file as UTF-8 and try again\n"),
                    paths[i], tables[i]->damaged, tables[i]->encoding, tables[i]->first_damaged);
    }
    if (n == 2) agree(tables[0], tables[1]);
    for (size_t i = 0; i < n; i++) drop_repeats(tables[i]);
    struct composition compositions[2];
    for (size_t i = 0; i < n; i++) compositions[i] = compose_plan(tables[i], n == 2 ? tables[1 - i] : NULL);
    drop_implied_columns(tables[0]);
    if (n == 2) follow(tables[0], tables[1]);
    int rc = read_fields(ctx, fields, tables, n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        compose(ctx, tables[i], &compositions[i]);
        for (size_t c = 0; c < tables[i]->columns; c++) {
            if (tables[i]->fields[c].kind == COLUMN_BIRTH) turn_dates(ctx, tables[i], c);
        }
    }
    return rc;
}
