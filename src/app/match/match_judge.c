/* match_judge.c - what a clerk's verdicts on a sample say of all decisions.
 *
 * Of a stratum of N decisions n were judged and x found wrong: N x / n wrong ones are expected. The interval of the sum is the
 * stratified Wilson interval of Yan & Su (2010, "Stratified Wilson and Newcombe confidence intervals for multiple binomial
 * proportions"): each stratum's Wilson interval at a z so much smaller that the sum has 95%. A stratum judged whole has no error;
 * one judged in part counts as the larger sample that it is of so few (finite population). */
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "app/match/match_job.h"

enum { STRATA_MAX = 64 };

struct judged {
    struct wg_str stratum, outcome;
    int64_t size;
    size_t shown, judged, same;
};
struct verdicts {
    struct judged strata[STRATA_MAX];
    size_t n;
};
struct estimate {
    double of, value, low, high; /* decisions, how many of them are meant, from, to */
    double unjudged;             /* decisions in strata that nobody judged: not in the rest */
};

/* --- reading -------------------------------------------------------------------------------------------------------- */
enum verdict { VERDICT_NONE, VERDICT_SAME, VERDICT_DIFFERENT, VERDICT_UNKNOWN };

static bool is_one_of(struct wg_str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(words[i]) == s.n && (s.n == 0 || strncasecmp(words[i], s.p, s.n) == 0)) return true;
    }
    return false;
}

static enum verdict read_verdict(struct wg_str cell)
{
    static const char *const same[] = {"y", "yes", "same", "1", "true", "是", "同", "同一人", "对", "√", "✓"};
    static const char *const different[] = {"n", "no", "different", "0", "false", "否", "不是", "不同", "错", "×", "x"};
    static const char *const none[] = {"", "?", "？", "unsure", "不清楚", "不确定"};
    struct wg_str s = wg_str_trim(cell);
    if (is_one_of(s, none, sizeof none / sizeof *none)) return VERDICT_NONE;
    if (is_one_of(s, same, sizeof same / sizeof *same)) return VERDICT_SAME;
    if (is_one_of(s, different, sizeof different / sizeof *different)) return VERDICT_DIFFERENT;
    return VERDICT_UNKNOWN;
}

static int find_columns(struct wg_ctx *ctx, const char *path, const struct tab_shape *shape, size_t at[4])
{
    static const char *const names[4] = {"verdict", "outcome", "stratum", "of"};
    for (size_t i = 0; i < 4; i++) {
        at[i] = shape->columns;
        for (size_t c = 0; c < shape->columns && at[i] == shape->columns; c++) {
            if (wg_str_is(shape->header[c], names[i])) at[i] = c;
        }
        if (at[i] < shape->columns) continue;
        const char *have = "";
        for (size_t c = 0; c < shape->columns; c++)
            have = wg_fmt(ctx->arena, "%s%s%.*s", have, c ? ", " : "", (int)shape->header[c].n, shape->header[c].p);
        return wg_refuse(ctx, WG_E_MATCH_COLUMN, path, names[i], have);
    }
    return 0;
}

static struct judged *stratum_named(struct wg_ctx *ctx, struct verdicts *v, struct wg_str name, struct wg_str outcome,
                                    int64_t size)
{
    for (size_t i = 0; i < v->n; i++) {
        if (wg_str_eq(v->strata[i].stratum, name)) return &v->strata[i];
    }
    if (v->n == STRATA_MAX) return NULL;
    v->strata[v->n] =
        (struct judged){.stratum = wg_str_dup(ctx->arena, name), .outcome = wg_str_dup(ctx->arena, outcome), .size = size};
    return &v->strata[v->n++];
}

static int read_row(struct wg_ctx *ctx, const struct tab_row *row, const size_t at[4], struct verdicts *v)
{
    int64_t size = 0;
    enum verdict verdict = read_verdict(row->cells[at[0]]);
    const char *line = wg_fmt(ctx->arena, "%zu", row->number);
    if (verdict == VERDICT_UNKNOWN)
        return wg_refuse(ctx, WG_E_MATCH_VERDICT, line, line, wg_cstr(ctx->arena, row->cells[at[0]]));
    struct judged *s = NULL;
    if (wg_parse_i64(row->cells[at[3]], 1, INT64_MAX / 2, &size))
        s = stratum_named(ctx, v, row->cells[at[2]], row->cells[at[1]], size);
    if (!s || (int64_t)s->shown >= s->size) return wg_refuse(ctx, WG_E_MATCH_SAMPLE, line, line, NULL);
    s->shown++;
    s->judged += verdict != VERDICT_NONE;
    s->same += verdict == VERDICT_SAME;
    return 0;
}

static int read_verdicts(struct wg_ctx *ctx, const char *path, struct verdicts *ret)
{
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    size_t at[4], judged = 0;
    *ret = (struct verdicts){.n = 0};
    int rc = tab_open_file(ctx, path, &limits, &reader);
    if (rc == 0) rc = find_columns(ctx, path, tab_shape(reader), at);
    for (bool more = true; rc == 0 && more;) {
        struct tab_row row;
        rc = tab_next(ctx, reader, &row, &more);
        if (rc == 0 && more && row.kind != TAB_BLANK) rc = read_row(ctx, &row, at, ret);
    }
    for (size_t i = 0; i < ret->n; i++) judged += ret->strata[i].judged;
    if (rc == 0 && judged == 0) rc = wg_refuse(ctx, WG_E_MATCH_NOT_JUDGED, path, NULL, NULL);
    return rc;
}

/* --- estimating ----------------------------------------------------------------------------------------------------- */

/* Of a finite stratum a sample says more: as much as one of this size of an endless one; negative: all of it was seen. */
static double effective(const struct judged *s)
{
    double n = (double)s->judged, all = (double)s->size;
    return all - n < .5 ? -1 : n * (all - 1) / (all - n);
}

static void wilson(double p, double n, double z, double *ret_low, double *ret_high)
{
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *ret_low = fmax(0, centre - half);
    *ret_high = fmin(1, centre + half);
}

/* How many decisions of these outcomes are the same person (or, with `same` false, are not). */
static struct estimate estimate(const struct verdicts *v, const char *const *outcomes, size_t n_outcomes, bool same)
{
    static const double z = 1.959964;
    struct estimate e = {0};
    double squares = 0, roots = 0;
    for (int pass = 0; pass < 2; pass++) {
        double narrower = pass && roots > 0 ? z * sqrt(squares) / roots : z;
        for (size_t i = 0; i < v->n; i++) {
            const struct judged *s = &v->strata[i];
            if (!is_one_of(s->outcome, outcomes, n_outcomes)) continue;
            double size = (double)s->size, found = (double)(same ? s->same : s->judged - s->same), low, high;
            if (s->judged == 0) {
                e.unjudged += pass ? size : 0;
                continue;
            }
            double p = found / (double)s->judged, n = effective(s);
            if (pass == 0) {
                double between = n < 0 ? 0 : (p * n + z * z / 2) / (n + z * z);
                double spread = n < 0 ? 0 : between * (1 - between) / n;
                squares += size * size * spread;
                roots += size * sqrt(spread);
                continue;
            }
            low = high = p;
            if (n > 0) wilson(p, n, narrower, &low, &high);
            e.of += size;
            e.value += size * p;
            e.low += fmax(size * low, found);
            e.high += fmin(size * high, size - ((double)s->judged - found));
        }
    }
    return e;
}

/* --- saying it ------------------------------------------------------------------------------------------------------ */

static void put_estimate(json_t *out, const char *name, const struct estimate *e)
{
    (void)json_object_set_new(out, name,
                              json_pack("{s:f, s:f, s:f, s:f, s:f}", "of", e->of, "estimate", e->value, "low", e->low, "high",
                                        e->high, "not_judged", e->unjudged));
}

static void print_estimate(const struct wg_ctx *ctx, const char *what, const struct estimate *e)
{
    if (e->of > 0)
        printf(say(ctx, "%s %.0f 条：约 %.1f（95%% 区间 %.1f 至 %.1f）\n",
                   "%s of %.0f: about %.1f (95%% interval %.1f to %.1f)\n"),
               what, e->of, e->value, e->low, e->high);
    if (e->unjudged > 0)
        printf(say(ctx, "  另有 %.0f 条所在的层没有一条判过，未计入\n",
                   "  %.0f more lie in strata of which none was judged, and are not counted\n"),
               e->unjudged);
}

int judge_sample(struct wg_ctx *ctx, const char *path, bool json)
{
    static const char *const joined[] = {"matched", "joined", "joined_by_another"}, *const apart[] = {"new", "apart"},
                             *const review[] = {"review"};
    struct verdicts v;
    size_t shown = 0, judged = 0;
    int rc = read_verdicts(ctx, path, &v);
    if (rc) return rc;
    for (size_t i = 0; i < v.n; i++) {
        shown += v.strata[i].shown;
        judged += v.strata[i].judged;
    }
    struct estimate wrong = estimate(&v, joined, 3, false), missed = estimate(&v, apart, 2, true),
                    waiting = estimate(&v, review, 1, true);
    double right = wrong.of - wrong.value, people = right + missed.value + waiting.value;
    double precision = wrong.of > 0 ? right / wrong.of : 1, recall = people > 0 ? right / people : 1;
    if (json) {
        json_t *out = json_pack("{s:I, s:I, s:f, s:f}", "shown", (json_int_t)shown, "judged", (json_int_t)judged, "precision",
                                precision, "recall", recall);
        put_estimate(out, "false_matches", &wrong);
        put_estimate(out, "missed", &missed);
        put_estimate(out, "same_in_review", &waiting);
        (void)json_dumpf(out, stdout, JSON_INDENT(1));
        (void)fputc('\n', stdout);
        json_decref(out);
        return 0;
    }
    printf(say(ctx, "抽样 %zu 条，判了 %zu 条\n", "%zu decisions in the sample, %zu judged\n"), shown, judged);
    print_estimate(ctx, say(ctx, "误判：判为同一人的", "False matches, of those called the same:"), &wrong);
    print_estimate(ctx, say(ctx, "漏判：判为不同的", "Missed, of those called different that have somebody near:"), &missed);
    print_estimate(ctx, say(ctx, "待复核中确为同一人的，共", "The same person, of those for review:"), &waiting);
    if (wrong.of > 0)
        printf(say(ctx, "准确率约 %.4f（%.4f 至 %.4f）；判出的占应判出的 %.4f\n",
                   "Precision about %.4f (%.4f to %.4f); recall of what was called the same %.4f\n"),
               precision, 1 - wrong.high / wrong.of, 1 - wrong.low / wrong.of, recall);
    return 0;
}
