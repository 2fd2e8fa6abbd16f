/* wangge match: a list against a register, or one table with itself. docs/match.md describes the files. */
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "app/app.h"
#include "app/commands.h"
#include "app/match/match_job.h"

enum { EXIT_USAGE = 2 };

static const char help_zh[] =
    "用法: wangge match --register 甲表 --list 乙表 [--fields F.json] --out R.csv [--explain N]\n"
    "      wangge match --dedupe 甲表 [--fields F.json] --out C.csv [--pairs P.csv] [--explain N]\n"
    "      （另可加 --sample N --out-sample S.csv）\n"
    "      wangge match --judge S.csv\n"
    "\n"
    "比对两张表，或查一张表中的重复。表可以是 CSV、XLSX、XLS，列名不限。\n"
    "  --out      结果：row_id,outcome,person_id,score,why；查重时是 record_id,cluster_id。不写则输出到屏幕\n"
    "  --pairs    查重时，逐对的结果：left,right,score\n"
    "  --fields   各列是什么（JSON，如 {\"证件号码\": \"idno\", \"备注\": \"unknown\"}）；不写则自动识别\n"
    "  --explain  说明第 N 行（或编号为 N 的行）为什么这样判定\n"
    "  --sample   抽 N 条判定写入 --out-sample 的文件（CSV 或 .xlsx），供人工判断；--seed 换一批\n"
    "  --judge    读回填好的抽样文件，估计误判、漏判\n"
    "  --show-fields  只输出识别出的各列种类，可改后用作 --fields\n"
    "  --threads  线程数（默认全部）    --json  把统计以 JSON 输出    --lang zh|en\n";
static const char help_en[] =
    "usage: wangge match --register A --list B [--fields F.json] --out R.csv [--explain N]\n"
    "       wangge match --dedupe A [--fields F.json] --out C.csv [--pairs P.csv] [--explain N]\n"
    "       (either with --sample N --out-sample S.csv)\n"
    "       wangge match --judge S.csv\n"
    "\n"
    "Compares two tables, or finds the doubles in one. Tables are CSV, XLSX or XLS, with any headers.\n"
    "  --out      the result: row_id,outcome,person_id,score,why; of --dedupe record_id,cluster_id. Without it: standard "
    "output\n"
    "  --pairs    of --dedupe, pair by pair: left,right,score\n"
    "  --fields   what the columns hold (JSON, such as {\"card no\": \"idno\", \"remark\": \"unknown\"}); otherwise they are "
    "recognised\n"
    "  --explain  why row N (or the row with the identifier N) was judged so\n"
    "  --sample   writes N decisions to the file of --out-sample (CSV or .xlsx) for a person to judge; --seed draws others\n"
    "  --judge    reads such a file filled in and estimates the false matches and the missed\n"
    "  --show-fields  only prints what the columns were taken for, to be corrected and used as --fields\n"
    "  --threads  default all cores    --json  figures as JSON    --lang zh|en\n";

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
        return wg_refuse(ctx, WG_E_MATCH_NO_ROW, "--explain", text, wg_fmt(ctx->arena, "%zu", t->rows));
    *ret = (size_t)number - 1;
    return 0;
}

/* --- a list against a register -------------------------------------------------------------------------------------- */
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
        output_cell(out.file, row_name(ctx, &job->b, r));
        fprintf(out.file, ",%s,", match_outcome_code(l->outcome));
        if (l->outcome == MATCH_MATCHED || l->outcome == MATCH_REVIEW)
            output_cell(out.file, row_name(ctx, &job->a, l->best.key));
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
    if (rc == 0) rc = sample_links(ctx, job, links);
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
        output_cell(out.file, row_name(ctx, &job->a, r));
        (void)fputc(',', out.file);
        output_cell(out.file, row_name(ctx, &job->a, c->cluster[r]));
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
        output_cell(out.file, row_name(ctx, &job->a, c->pairs[i].left));
        (void)fputc(',', out.file);
        output_cell(out.file, row_name(ctx, &job->a, c->pairs[i].right));
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
    if (rc == 0) rc = sample_clusters(ctx, job, &clusters);
    if (rc == 0 && !only_explain) rc = print_measure(ctx, job, &measure, NULL, clusters.clusters);
    if (rc == 0) rc = explain_double(ctx, job, &rows, &clusters);
    return rc;
}

/* --- the command ---------------------------------------------------------------------------------------------------- */
static int run(struct wg_ctx *ctx, struct job *job)
{
    static const char *const outputs[] = {"pairs", "out-sample"};
    const char *dedupe = app_option(job->args, "dedupe"), *judge = app_option(job->args, "judge");
    const char *paths[2] = {dedupe ? dedupe : app_option(job->args, "register"), app_option(job->args, "list")};
    struct table *tables[2] = {&job->a, &job->b};
    if (judge) return judge_sample(ctx, judge, job->args->json);
    int rc = output_check(ctx, job->args->out, paths, 2);
    for (size_t i = 0; i < 2 && rc == 0; i++) rc = output_check(ctx, app_option(job->args, outputs[i]), paths, 2);
    if (rc == 0) rc = open_tables(ctx, app_option(job->args, "fields"), paths, tables, dedupe ? 1 : 2);
    if (rc) return rc;
    if (app_option(job->args, "show-fields")) return show_fields(ctx, tables, dedupe ? 1 : 2);
    return dedupe ? find_doubles(ctx, job) : link_tables(ctx, job);
}

static int usage(const struct app_args *args)
{
    (void)fputs(args->lang == WG_ZH ? help_zh : help_en, stderr);
    return EXIT_USAGE;
}

static bool given(const struct app_args *args, const char *name)
{
    return app_option(args, name) != NULL;
}

/* One of three: two tables, one table, a sample; and what belongs together is there together. */
static bool is_usage(const struct app_args *args)
{
    bool tables = given(args, "register") || given(args, "list"), dedupe = given(args, "dedupe"), judge = given(args, "judge");
    if (args->n_rest || tables + dedupe + judge != 1) return false;
    if (tables && !(given(args, "register") && given(args, "list"))) return false;
    if (given(args, "pairs") && !dedupe) return false;
    if (given(args, "sample") != given(args, "out-sample") || (judge && given(args, "sample"))) return false;
    return given(args, "sample") || !given(args, "seed");
}

static bool read_number(const struct app_args *args, const char *name, int64_t least, int64_t most, int64_t *ret)
{
    const char *text = app_option(args, name);
    return !text || wg_parse_i64(wg_str(text), least, most, ret);
}

int cmd_match(int argc, char **argv)
{
    static const char *const known[] = {"register", "list",   "dedupe",     "fields", "out",   "pairs", "explain",
                                        "threads",  "sample", "out-sample", "seed",   "judge", NULL},
                             *const flags[] = {"show-fields", NULL};
    struct app_args args;
    int64_t threads = 0, sample = 0, seed = 1;
    if (!app_args(argc, argv, known, flags, &args)) return EXIT_USAGE;
    if (args.help) return app_help(&args, help_zh, help_en);
    if (!is_usage(&args) || !read_number(&args, "threads", 1, 64, &threads) ||
        !read_number(&args, "sample", 1, 1000000, &sample) || !read_number(&args, "seed", 0, INT64_MAX, &seed))
        return usage(&args);

    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    ctx.lang = args.lang;
    struct job job = {
        .args = &args, .options = match_options_default(wg_today(&ctx)), .sample = (size_t)sample, .seed = (uint64_t)seed};
    job.options.threads = (size_t)threads;
    if (isatty(STDERR_FILENO)) job.progress.report = show_progress;
    int rc = run(&ctx, &job);
    int exit_code = rc ? app_failed(&ctx, rc) : 0;
    wg_arena_free(arena);
    return exit_code;
}
