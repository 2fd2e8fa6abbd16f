/* wangge match: a list against a register, or one table with itself. docs/match.md describes the files. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "app/app.h"
#include "app/commands.h"
#include "engine/match/match.h"

enum { GUESS_ROWS = 20000, EXIT_USAGE = 2 };

static const char help_zh[] =
    "用法: wangge match --register 甲表 --list 乙表 [--fields F.json] --out R.csv [--explain N]\n"
    "      wangge match --dedupe 甲表 [--fields F.json] --out C.csv [--pairs P.csv] [--explain N]\n"
    "\n"
    "比对两张表，或查一张表中的重复。表可以是 CSV、XLSX、XLS，列名不限。\n"
    "  --out      结果：row_id,outcome,person_id,score,why；查重时是 record_id,cluster_id。不写则输出到屏幕\n"
    "  --pairs    查重时，逐对的结果：left,right,score\n"
    "  --fields   各列是什么（JSON，如 {\"证件号码\": \"idno\", \"备注\": \"unknown\"}）；不写则自动识别\n"
    "  --explain  说明第 N 行（或编号为 N 的行）为什么这样判定\n"
    "  --threads  线程数（默认全部）    --json  把统计以 JSON 输出    --lang zh|en\n";
static const char help_en[] =
    "usage: wangge match --register A --list B [--fields F.json] --out R.csv [--explain N]\n"
    "       wangge match --dedupe A [--fields F.json] --out C.csv [--pairs P.csv] [--explain N]\n"
    "\n"
    "Compares two tables, or finds the doubles in one. Tables are CSV, XLSX or XLS, with any headers.\n"
    "  --out      the result: row_id,outcome,person_id,score,why; of --dedupe record_id,cluster_id. Without it: standard "
    "output\n"
    "  --pairs    of --dedupe, pair by pair: left,right,score\n"
    "  --fields   what the columns hold (JSON, such as {\"card no\": \"idno\", \"remark\": \"unknown\"}); otherwise they are "
    "recognised\n"
    "  --explain  why row N (or the row with the identifier N) was judged so\n"
    "  --threads  default all cores    --json  figures as JSON    --lang zh|en\n";

/* --- tables --------------------------------------------------------------------------------------------------------- */
struct table {
    const char *path;
    size_t columns, rows, cap, damaged;
    const struct wg_str *header;
    struct wg_str *cells;
    struct match_field *fields; /* one per column */
    size_t id_column;           /* columns: none, rows go by their number */
};

static const char *say(const struct wg_ctx *ctx, const char *zh, const char *en)
{
    return ctx->lang == WG_ZH ? zh : en;
}

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

static struct wg_str row_name(const struct wg_ctx *ctx, const struct table *t, size_t row)
{
    if (t->id_column < t->columns) {
        struct wg_str id = t->cells[row * t->columns + t->id_column];
        if (id.n) return id;
    }
    return wg_str(wg_fmt(ctx->arena, "%zu", row + 1));
}

static void keep_row(struct wg_ctx *ctx, struct table *t, const struct tab_row *row)
{
    t->cells = wg_grow(ctx->arena, t->cells, &t->cap, (t->rows + 1) * t->columns, sizeof *t->cells);
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
    *t = (struct table){.path = path};
    int rc = tab_open_file(ctx, path, &limits, &reader);
    if (rc) return rc;
    const struct tab_shape *shape = tab_shape(reader);
    t->columns = shape->columns;
    t->header = shape->header;
    for (;;) {
        struct tab_row row;
        bool more = false;
        rc = tab_next(ctx, reader, &row, &more);
        if (rc) return rc;
        if (!more) break;
        if (row.kind == TAB_BLANK) continue;
        t->damaged += row.kind == TAB_DAMAGED;
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
static int guess_fields(struct wg_ctx *ctx, struct table *t)
{
    struct column_guess *guesses;
    int rc = columns_guess_cells(ctx, t->header, t->columns, t->cells, t->rows < GUESS_ROWS ? t->rows : GUESS_ROWS, &guesses);
    if (rc) return rc;
    t->fields = wg_alloc_n(ctx->arena, t->columns, sizeof *t->fields);
    for (size_t c = 0; c < t->columns; c++) {
        enum column_kind kind = guesses[c].kind;
        if (c == t->id_column)
            kind = COLUMN_RECORD_ID;
        else if (is_left_behind(t->header[c]))
            kind = COLUMN_UNKNOWN;
        t->fields[c] = (struct match_field){kind, wg_cstr(ctx->arena, t->header[c])};
    }
    return 0;
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
                                    say(ctx, "“%s”不是列的种类（列“%s”）", "\"%s\" is no kind of column (column \"%s\")"),
                                    code ? code : "?", name),
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

/* What the columns were taken for, as a fields file: to be corrected and given back. */
static int show_fields(struct wg_ctx *ctx, struct table *const *tables, size_t n_tables)
{
    static const char *const sides[] = {"register", "list"};
    json_t *out = json_object();
    for (size_t i = 0; i < n_tables; i++) {
        json_t *one = json_object();
        for (size_t c = 0; c < tables[i]->columns; c++)
            (void)json_object_set_new(one, wg_cstr(ctx->arena, tables[i]->header[c]),
                                      json_string(column_kind_code(tables[i]->fields[c].kind)));
        if (n_tables == 1) {
            json_decref(out);
            out = one;
        } else {
            (void)json_object_set_new(out, sides[i], one);
        }
    }
    bool bad = json_dumpf(out, stdout, JSON_INDENT(1)) != 0 || fputc('\n', stdout) == EOF;
    json_decref(out);
    return bad ? wg_refuse(ctx, WG_E_FILE, "-", "-", say(ctx, "写入失败", "writing failed")) : 0;
}

static int open_tables(struct wg_ctx *ctx, const char *fields, const char *const *paths, struct table *const *tables, size_t n)
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
            fprintf(stderr, say(ctx, "%s: %zu 行损坏，仍作为行比对\n", "%s: %zu damaged lines, compared as they are\n"),
                    paths[i], tables[i]->damaged);
    }
    return read_fields(ctx, fields, tables, n);
}

/* --- output --------------------------------------------------------------------------------------------------------- */
struct output {
    FILE *file;
    const char *path; /* NULL: standard output */
};

static int output_open(struct wg_ctx *ctx, const char *path, struct output *ret)
{
    ret->path = path && strcmp(path, "-") != 0 ? path : NULL;
    ret->file = ret->path ? fopen(ret->path, "wb") : stdout;
    if (!ret->file) return wg_refuse(ctx, WG_E_FILE, path, path, "fopen");
    return 0;
}

static int output_close(struct wg_ctx *ctx, struct output *out)
{
    bool bad = ferror(out->file) != 0 || fflush(out->file) != 0;
    if (out->path && fclose(out->file) != 0) bad = true;
    return bad ? wg_refuse(ctx, WG_E_FILE, out->path, out->path ? out->path : "-", say(ctx, "写入失败", "writing failed")) : 0;
}

static void put_cell(FILE *file, struct wg_str cell)
{
    bool quoted = false;
    for (size_t i = 0; i < cell.n; i++) quoted = quoted || strchr("\",\r\n", cell.p[i]) != NULL;
    if (!quoted) {
        (void)fwrite(cell.p, 1, cell.n, file);
        return;
    }
    (void)fputc('"', file);
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"') (void)fputc('"', file);
        (void)fputc(cell.p[i], file);
    }
    (void)fputc('"', file);
}

static void show_progress(void *arg, double done)
{
    (void)arg;
    fprintf(stderr, "\r%3.0f%%", done * 100);
}

static void clear_progress(const struct wg_progress *progress)
{
    if (progress->report) fputs("\r    \r", stderr);
}

/* --- why ------------------------------------------------------------------------------------------------------------ */
static void print_explanation(const struct wg_ctx *ctx, const struct match_explanation *e)
{
    double sum = e->prior;
    printf("%s\n", e->sentence);
    printf("  %8s  %8s\n", say(ctx, "比特", "bits"), say(ctx, "累计", "so far"));
    printf("  %8.1f  %8.1f  %s\n", e->prior, sum, say(ctx, "任取一对", "any pair"));
    for (size_t i = 0; i < e->n_fields; i++) {
        const struct match_evidence *f = &e->fields[i];
        sum += f->weight;
        printf("  %+8.1f  %8.1f  %s: %s  [%.*s | %.*s]\n", f->weight, sum, f->field, f->words, (int)f->left.n,
               f->left.p ? f->left.p : "", (int)f->right.n, f->right.p ? f->right.p : "");
    }
    printf("  %8s  %8.1f  %s %.4f\n", "=", sum, say(ctx, "概率", "probability"), e->probability);
}

/* The row with this identifier, or with this number. */
static int find_row(struct wg_ctx *ctx, const struct table *t, const char *text, size_t *ret)
{
    int64_t number;
    for (size_t r = 0; t->id_column < t->columns && r < t->rows; r++) {
        if (!wg_str_is(t->cells[r * t->columns + t->id_column], text)) continue;
        *ret = r;
        return 0;
    }
    if (!wg_parse_i64(wg_str(text), 1, (int64_t)t->rows, &number))
        return wg_refuse(ctx, WG_E_NOT_FOUND, "--explain", text, NULL);
    *ret = (size_t)number - 1;
    return 0;
}

/* --- a list against a register -------------------------------------------------------------------------------------- */
struct job {
    const struct app_args *args;
    struct match_options options;
    struct wg_progress progress;
    struct table a, b;
};

static struct match_rows rows_of(const struct table *t)
{
    return (struct match_rows){.fields = t->fields, .n_fields = t->columns, .cells = t->cells, .rows = t->rows};
}

static int print_measure(struct wg_ctx *ctx, const struct job *job, const struct match_measure *m, const size_t *outcomes,
                         size_t clusters)
{
    if (job->args->json) {
        json_t *out =
            json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "rows", (json_int_t)m->rows, "register",
                      (json_int_t)m->register_size, "pairs_compared", (json_int_t)m->pairs_compared, "pairs_skipped",
                      (json_int_t)m->pairs_skipped, "expected_false_matches", m->expected_false_matches, "expected_missed",
                      m->expected_missed, "threshold_match", m->threshold_match, "threshold_review", m->threshold_review);
        for (size_t i = 0; outcomes && i < 4; i++)
            (void)json_object_set_new(out, match_outcome_code((enum match_outcome)i), json_integer((json_int_t)outcomes[i]));
        if (!outcomes) (void)json_object_set_new(out, "clusters", json_integer((json_int_t)clusters));
        (void)json_dumpf(out, job->args->out ? stdout : stderr, JSON_INDENT(1));
        (void)fputc('\n', job->args->out ? stdout : stderr);
        json_decref(out);
        return 0;
    }
    if (outcomes)
        fprintf(stderr,
                say(ctx, "%zu 行：比中 %zu，新 %zu，待复核 %zu，无法比对 %zu\n",
                    "%zu rows: %zu matched, %zu new, %zu to review, %zu rejected\n"),
                m->rows, outcomes[MATCH_MATCHED], outcomes[MATCH_NEW], outcomes[MATCH_REVIEW], outcomes[MATCH_REJECTED]);
    else
        fprintf(stderr, say(ctx, "%zu 行，%zu 人\n", "%zu rows, %zu people\n"), m->rows, clusters);
    fprintf(stderr,
            say(ctx, "比对 %zu 对；预计误判 %.1f，漏判 %.1f（概率达到 %.3g 判为同一人，低于 %.3g 判为不同）\n",
                "%zu pairs compared; expected: %.1f false, %.1f missed (the same from a probability of %.3g, not the same "
                "below %.3g)\n"),
            m->pairs_compared, m->expected_false_matches, m->expected_missed, m->threshold_match,
            outcomes ? m->threshold_review : m->threshold_match);
    return 0;
}

static int write_links(struct wg_ctx *ctx, const struct job *job, const struct match_link *links, size_t *outcomes)
{
    struct output out;
    int rc = output_open(ctx, job->args->out, &out);
    if (rc) return rc;
    fputs("row_id,outcome,person_id,score,why\n", out.file);
    for (size_t r = 0; r < job->b.rows; r++) {
        const struct match_link *l = &links[r];
        struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
        outcomes[l->outcome]++;
        put_cell(out.file, row_name(ctx, &job->b, r));
        fprintf(out.file, ",%s,", match_outcome_code(l->outcome));
        if (l->outcome == MATCH_MATCHED || l->outcome == MATCH_REVIEW) put_cell(out.file, row_name(ctx, &job->a, l->best.key));
        fprintf(out.file, ",%.6f,%s\n", l->best.probability, l->reason);
        wg_arena_rewind(ctx->arena, mark);
    }
    return output_close(ctx, &out);
}

static int explain_row(struct wg_ctx *ctx, const struct job *job, const struct match_index *index,
                       const struct match_link *links, const struct match_options *options)
{
    const char *text = app_option(job->args, "explain");
    struct match_rows rows = rows_of(&job->b);
    size_t row = 0;
    if (!text) return 0;
    int rc = find_row(ctx, &job->b, text, &row);
    if (rc) return rc;
    const struct match_link *l = &links[row];
    struct wg_str name = row_name(ctx, &job->b, row);
    printf(say(ctx, "第 %zu 行（%.*s）：%s，%s\n", "row %zu (%.*s): %s, %s\n"), row + 1, (int)name.n, name.p,
           match_outcome_code(l->outcome), l->reason);
    for (size_t i = 0; rc == 0 && i < l->n_candidates; i++) {
        struct match_explanation e;
        struct wg_str person = row_name(ctx, &job->a, l->candidates[i].key);
        rc = match_explain(ctx, index, &rows, row, l->candidates[i].key, options, &e);
        if (rc) break;
        printf(say(ctx, "\n%zu. %.*s，在各候选中占 %.4f\n", "\n%zu. %.*s, %.4f among the candidates\n"), i + 1, (int)person.n,
               person.p, l->candidates[i].probability);
        print_explanation(ctx, &e);
    }
    return rc;
}

static int link_tables(struct wg_ctx *ctx, struct job *job)
{
    struct match_rows a = rows_of(&job->a), b = rows_of(&job->b);
    struct match_index *index;
    struct match_weights *weights;
    struct match_link *links;
    struct match_measure measure;
    size_t outcomes[4] = {0};
    int rc = match_index_new(ctx, a.fields, a.n_fields, &job->options, &index);
    if (rc) return rc;
    match_index_put_rows(index, 0, &a);
    rc = match_index_ready(ctx, index, NULL);
    if (rc == 0) rc = match_learn(ctx, index, &b, &job->options, &weights);
    if (rc == 0) {
        job->options.weights = weights;
        rc = match_list(ctx, index, &b, &job->options, &job->progress, &links, &measure);
    }
    clear_progress(&job->progress);
    bool only_explain = app_option(job->args, "explain") && !job->args->out;
    if (rc == 0 && !only_explain) rc = write_links(ctx, job, links, outcomes);
    if (rc == 0 && !only_explain) rc = print_measure(ctx, job, &measure, outcomes, 0);
    if (rc == 0) rc = explain_row(ctx, job, index, links, &job->options);
    match_index_free(index);
    return rc;
}

/* --- doubles -------------------------------------------------------------------------------------------------------- */
static int write_clusters(struct wg_ctx *ctx, const struct job *job, const struct match_clusters *c)
{
    struct output out;
    int rc = output_open(ctx, job->args->out, &out);
    if (rc) return rc;
    fputs("record_id,cluster_id\n", out.file);
    for (size_t r = 0; r < c->rows; r++) {
        struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
        put_cell(out.file, row_name(ctx, &job->a, r));
        (void)fputc(',', out.file);
        put_cell(out.file, row_name(ctx, &job->a, c->cluster[r]));
        (void)fputc('\n', out.file);
        wg_arena_rewind(ctx->arena, mark);
    }
    return output_close(ctx, &out);
}

static int write_pairs(struct wg_ctx *ctx, const struct job *job, const struct match_clusters *c)
{
    const char *path = app_option(job->args, "pairs");
    struct output out;
    if (!path) return 0;
    int rc = output_open(ctx, path, &out);
    if (rc) return rc;
    fputs("left,right,score\n", out.file);
    for (size_t i = 0; i < c->n_pairs; i++) {
        struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
        put_cell(out.file, row_name(ctx, &job->a, c->pairs[i].left));
        (void)fputc(',', out.file);
        put_cell(out.file, row_name(ctx, &job->a, c->pairs[i].right));
        fprintf(out.file, ",%.6f\n", c->pairs[i].probability);
        wg_arena_rewind(ctx->arena, mark);
    }
    return output_close(ctx, &out);
}

/* The pair in which the row is most probably somebody's double. */
static int explain_double(struct wg_ctx *ctx, const struct job *job, const struct match_rows *rows,
                          const struct match_clusters *c)
{
    const char *text = app_option(job->args, "explain");
    size_t row = 0;
    const struct match_pair *best = NULL;
    if (!text) return 0;
    int rc = find_row(ctx, &job->a, text, &row);
    if (rc) return rc;
    for (size_t i = 0; i < c->n_pairs; i++) {
        const struct match_pair *p = &c->pairs[i];
        if ((p->left == row || p->right == row) && (!best || p->probability > best->probability)) best = p;
    }
    if (!best) {
        printf(say(ctx, "第 %zu 行没有相近的行\n", "row %zu resembles no other\n"), row + 1);
        return 0;
    }
    struct match_explanation e;
    struct wg_str left = row_name(ctx, &job->a, best->left), right = row_name(ctx, &job->a, best->right);
    rc = match_explain_pair(ctx, rows, best->left, best->right, &job->options, &e);
    if (rc) return rc;
    printf("%.*s | %.*s\n", (int)left.n, left.p, (int)right.n, right.p);
    print_explanation(ctx, &e);
    return 0;
}

static int find_doubles(struct wg_ctx *ctx, struct job *job)
{
    struct match_rows rows = rows_of(&job->a);
    struct match_clusters clusters;
    struct match_measure measure;
    int rc = match_dedupe(ctx, &rows, &job->options, &job->progress, &clusters, &measure);
    clear_progress(&job->progress);
    bool only_explain = app_option(job->args, "explain") && !job->args->out;
    if (rc == 0 && !only_explain) rc = write_clusters(ctx, job, &clusters);
    if (rc == 0) rc = write_pairs(ctx, job, &clusters);
    if (rc == 0 && !only_explain) rc = print_measure(ctx, job, &measure, NULL, clusters.clusters);
    if (rc == 0) rc = explain_double(ctx, job, &rows, &clusters);
    return rc;
}

/* --- the command ---------------------------------------------------------------------------------------------------- */
static int run(struct wg_ctx *ctx, struct job *job)
{
    const char *dedupe = app_option(job->args, "dedupe");
    const char *paths[2] = {dedupe ? dedupe : app_option(job->args, "register"), app_option(job->args, "list")};
    struct table *tables[2] = {&job->a, &job->b};
    int rc = open_tables(ctx, app_option(job->args, "fields"), paths, tables, dedupe ? 1 : 2);
    if (rc) return rc;
    if (app_option(job->args, "show-fields")) return show_fields(ctx, tables, dedupe ? 1 : 2);
    return dedupe ? find_doubles(ctx, job) : link_tables(ctx, job);
}

static int usage(const struct app_args *args)
{
    (void)fputs(args->lang == WG_ZH ? help_zh : help_en, stderr);
    return EXIT_USAGE;
}

int cmd_match(int argc, char **argv)
{
    static const char *const known[] = {"register", "list", "dedupe", "fields", "out", "pairs", "explain", "threads", NULL},
                             *const flags[] = {"show-fields", NULL};
    struct app_args args;
    int64_t threads = 0;
    if (!app_args(argc, argv, known, flags, &args)) return EXIT_USAGE;
    if (args.help) return app_help(&args, help_zh, help_en);
    bool dedupe = app_option(&args, "dedupe") != NULL, both = app_option(&args, "register") && app_option(&args, "list");
    bool any = app_option(&args, "register") || app_option(&args, "list");
    if (args.n_rest || (dedupe ? any : !both) || (app_option(&args, "pairs") && !dedupe)) return usage(&args);
    if (app_option(&args, "threads") && !wg_parse_i64(wg_str(app_option(&args, "threads")), 1, 64, &threads))
        return usage(&args);

    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args.lang;
    struct job job = {.args = &args, .options = match_options_default(wg_today(&ctx))};
    job.options.threads = (size_t)threads;
    if (isatty(STDERR_FILENO)) job.progress.report = show_progress;
    int rc = run(&ctx, &job);
    int exit_code = rc ? app_failed(&ctx, rc) : 0;
    wg_arena_free(arena);
    return exit_code;
}
