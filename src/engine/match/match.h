/* match.h - which rows speak of the same person.
 *
 * An index holds a register in memory; a list is compared with it, or one table with itself. Unsupervised: weights come from
 * the data. Rows in, links out; nothing here knows a store or a network.
 *
 *   Fellegi & Sunter (1969) give the frame: for each field a comparison level, its weight log2(m/u), summed to a score that a
 *   prior turns into a probability. m by EM (Dempster, Laird & Rubin 1977; Winkler 1988; Enamorado, Fifield & Imai 2019, fastLink),
 *   u from random pairs and counts of values, agreement weighed by how rare the shared value is (Winkler 1989).
 *
 *   P1 the answer depends neither on the order of rows nor on their identifiers nor on the number of threads
 *   P2 comparing is symmetric
 *   P3 rows of one table that are equal throughout always link, if they hold a number or two other fields that identify (name,
 *      birth date, telephone, address, e-mail, codes, texts); so does a list row that equals one person of the register
 *   P4 every list row gets exactly one outcome, and matched + new + review + rejected = rows
 *   P5 one register person takes more than one row of a list only where `many_to_one` says so
 *   P6 what was not compared is known: blocks too large to compare whole are split, and `struct match_measure` counts them
 *   P7 a row with the whole identity number and the whole Chinese name of one person of the register, whose number nobody else
 *      there holds, is that person, whatever else the row says and however both are written; its probability and weight are those
 *      of number and name at the usual rate of errors, and the row is hardly read. So does scoring all fields decide, unless all of
 *      them contradict
 *   P8 so is a row without a number that has the whole telephone and the whole Chinese name of one person, unless more of that name
 *      have that telephone, or the row says something other than this person about anything but where one lives
 *   P9 of several entries of the register that are one person by all that they say, a row takes the nearest: that there are several
 *      does not make it doubtful
 * An index is heap memory of its own, released by match_index_free. Reading it (match_list) is safe from several threads as
 * long as nobody changes it; the caller keeps readers and writers apart. */
#ifndef WG_MATCH_H
#define WG_MATCH_H
#include "engine/columns/columns.h"

struct match_field {
    enum column_kind kind; /* what is compared with what: fields of equal kind meet; UNKNOWN is ignored */
    const char *name;      /* the column's name, for explanations */
};

/* Costs, in minutes of a clerk's time; thresholds follow from them: a pair is matched when the expected cost of calling it so
 * is least, new likewise, and reviewed when a look is cheaper than either error. */
struct match_costs {
    double false_match, missed_match, review;
};

struct match_options {
    size_t threads; /* 0: all cores */
    struct match_costs costs;
    bool many_to_one;      /* several list rows may be one person (a list with repeats); default true */
    bool repeats_by_data;  /* with many_to_one: rows that claim one person must also resemble each other; default true */
    size_t candidates;     /* kept per row for the reviewer; default 5, at most 12 */
    const char *area_code; /* for bare landlines, such as "421", or NULL */
    wg_day today;
    const struct match_weights *weights; /* from match_learn; NULL (default): match_list and match_explain learn them again */
};
struct match_options match_options_default(wg_day today);

enum match_outcome { MATCH_MATCHED, MATCH_NEW, MATCH_REVIEW, MATCH_REJECTED };
const char *match_outcome_code(enum match_outcome outcome); /* "matched" ... */

struct match_candidate {
    uint32_t key; /* the register person */
    double probability;
    float weight; /* log2 odds from the fields, without the prior */
};

struct match_link {
    enum match_outcome outcome;
    struct match_candidate best;              /* MATCHED: the person; otherwise the nearest, probability 0 when there is none */
    const struct match_candidate *candidates; /* best first */
    size_t n_candidates;
    const char *
        reason; /* stable code of why: "idno", "idno_and_name_differ", "phone_name", "two_close", "no_candidate", "nothing_to_compare" ... */
};

struct match_measure {
    size_t rows, register_size, pairs_compared, blocks_split, pairs_skipped;
    double expected_false_matches, expected_missed, threshold_match, threshold_review;
};

/* A table: cells[row * n_fields + field]. */
struct match_rows {
    const struct match_field *fields;
    size_t n_fields;
    const struct wg_str *cells;
    size_t rows;
};

struct match_index;
/* Fields of the register: fixed for the life of the index. */
WG_MUST int match_index_new(struct wg_ctx *ctx, const struct match_field *fields, size_t n_fields,
                            const struct match_options *options, struct match_index **ret_index);
void match_index_free(struct match_index *index);
/* Adds or replaces a person; `cells` has one text per field. Keys are small numbers chosen by the caller, best dense. */
void match_index_put(struct match_index *index, uint32_t key, const struct wg_str *cells);
/* Many at once, on all threads: row i of `rows` (whose fields are the index's) becomes key first + i. */
void match_index_put_rows(struct match_index *index, uint32_t first, const struct match_rows *rows);
void match_index_drop(struct match_index *index, uint32_t key);
/* Brings keys and weights up to date after puts and drops: all of it the first time, only what changed later. */
WG_MUST int match_index_ready(struct wg_ctx *ctx, struct match_index *index, const struct wg_progress *progress);
size_t match_index_size(const struct match_index *index);
size_t match_index_bytes(const struct match_index *index);

/* ret_links: one per row, in ctx->arena. */
WG_MUST int match_list(struct wg_ctx *ctx, const struct match_index *index, const struct match_rows *list,
                       const struct match_options *options, const struct wg_progress *progress, struct match_link **ret_links,
                       struct match_measure *ret_measure);

/* What a list teaches: plain bytes, match_weights_bytes() of them (aligned as a double is). Keep them with the list, so that a row
 * is explained later with the weights that decided it. Weights of other fields or another program version are passed over. */
struct match_weights;
WG_MUST int match_learn(struct wg_ctx *ctx, const struct match_index *index, const struct match_rows *list,
                        const struct match_options *options, struct match_weights **ret_weights);
size_t match_weights_bytes(void);

struct match_pair {
    uint32_t left, right; /* row numbers, left < right */
    float weight;
    double probability;
};
struct match_clusters {
    uint32_t *cluster; /* per row: the smallest row number of its cluster */
    size_t rows, clusters;
    struct match_pair *pairs; /* linked pairs and those near the threshold, by left then right */
    size_t n_pairs;
};
WG_MUST int match_dedupe(struct wg_ctx *ctx, const struct match_rows *table, const struct match_options *options,
                         const struct wg_progress *progress, struct match_clusters *ret_clusters,
                         struct match_measure *ret_measure);

/* Why: one line per field, for the waterfall on the review page; the weights and the prior add up to the log2 odds. What a
 * household shares anyway is taken off in a line of its own (level "family", kind COLUMN_UNKNOWN). */
struct match_evidence {
    enum column_kind kind;
    const char *field; /* the list's column name */
    struct wg_str left, right;
    const char
        *level; /* stable code: "same", "same_pinyin", "one_digit", "transposed", "masked_same", "differs", "missing" ... */
    const char *words; /* the level in ctx->lang, as a clerk says it: "同音不同字", "一位数字不同" */
    double weight;     /* bits, for (+) or against (-) */
    double share;      /* part of the register that has the shared value; 0 when not shared */
};
struct match_explanation {
    double prior, weight, probability; /* bits, bits, 0..1: of this pair alone, without its rivals */
    const struct match_evidence *fields;
    size_t n_fields;
    const char *sentence; /* the whole in one sentence in ctx->lang */
};
WG_MUST int match_explain(struct wg_ctx *ctx, const struct match_index *index, const struct match_rows *list, size_t row,
                          uint32_t key, const struct match_options *options, struct match_explanation *ret);
/* The same for two rows of one table, as match_dedupe judges them. */
WG_MUST int match_explain_pair(struct wg_ctx *ctx, const struct match_rows *table, size_t left, size_t right,
                               const struct match_options *options, struct match_explanation *ret);

/* How many pairs of `n` values are equal; sorts them. What strangers share is counted so. */
double match_equal_pairs(uint64_t *values, size_t n);
#endif
