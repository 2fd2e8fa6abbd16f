#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"

struct level_words {
    const char *code, *zh, *en;
};
static const struct level_words level_words[LEVELS] = {
#define L(name, code, zh, en) {code, zh, en},
    MATCH_LEVELS(L)
#undef L
};

static const char *in(const struct wg_ctx *ctx, const char *zh, const char *en)
{
    return ctx->lang == WG_EN ? en : zh;
}

/* A few levels are said otherwise for some kinds. */
static const char *words_of(const struct wg_ctx *ctx, const struct unit *unit, uint8_t level)
{
    bool number = unit->kind == UNIT_IDNO || unit->kind == UNIT_PHONE || unit->kind == UNIT_CODE;
    if (level == LEVEL_ALIKE && number) return in(ctx, "两位数字不同", "two digits differ");
    if (level == LEVEL_ALIKE && unit->kind == UNIT_BIRTH) return in(ctx, "两位数字不同", "two digits differ");
    if (level == LEVEL_SWAPPED && unit->kind == UNIT_BIRTH) return in(ctx, "月日颠倒", "day and month swapped");
    if (level == LEVEL_SWAPPED && unit->kind == UNIT_SURNAME) return in(ctx, "姓和名写反", "family and given name swapped");
    if (level == LEVEL_ALIKE && unit->kind == UNIT_ADDRESS)
        return in(ctx, "门牌相同，小区写法不同", "the same door, the place written otherwise");
    if (level == LEVEL_SAME && unit->kind == UNIT_AGE) return in(ctx, "相符", "fits");
    return in(ctx, level_words[level].zh, level_words[level].en);
}

/* The list's cell as it came, where one column feeds the unit; else what was read. */
static struct wg_str text_of(struct wg_ctx *ctx, struct side side, const struct unit *unit, const struct column_map *map,
                             const struct wg_str *cells, const struct match_field *fields, const char **field)
{
    for (size_t i = 0; map && i < map->n; i++) {
        if (map->part[i] != PART_SLOT || map->slot[i] != unit->slot) continue;
        *field = fields[i].name ? fields[i].name : *field;
        return wg_str_dup(ctx->arena, wg_str_trim(cells[i]));
    }
    for (size_t s = unit->slot; s < (size_t)unit->slot + unit->slots; s++) {
        if (!side.slots[s]) continue;
        struct blob b = words_blob(side.words, side.slots[s]);
        const char *end = memchr(b.text, ADDRESS_END, b.n_text);
        return wg_str_dup(ctx->arena, (struct wg_str){b.text, end ? (size_t)(end - b.text) : b.n_text});
    }
    return (struct wg_str){0};
}

struct explained {
    const struct layout *layout;
    const struct dependence *dep;
    const struct model *model;
    const struct words *words; /* whose counts say how rare a value is */
    struct side left, right;
    const struct column_map *map;
    const struct wg_str *cells;
    const struct match_field *fields;
};

static bool is_name(enum column_kind kind)
{
    return kind == COLUMN_NAME || kind == COLUMN_SURNAME || kind == COLUMN_GIVEN_NAME;
}

static const char *sentence(struct wg_ctx *ctx, const struct match_explanation *e, double rows)
{
    struct wg_buf buf;
    wg_buf_init(&buf, 4096);
    for (size_t i = 0; i < e->n_fields; i++) {
        const struct match_evidence *f = &e->fields[i];
        if (f->kind == COLUMN_UNKNOWN || wg_str_is(wg_str(f->level), "missing")) continue;
        if (buf.n) wg_buf_puts(&buf, in(ctx, "；", "; "));
        wg_buf_fmt(&buf, in(ctx, "%s%s", "%s: %s"), f->field, f->words);
        double people = f->share * rows;
        if (is_name(f->kind) && people > 1.5)
            wg_buf_fmt(&buf, in(ctx, "（登记中有 %.0f 人）", " (%.0f in the register)"), people);
    }
    if (!buf.n) wg_buf_puts(&buf, in(ctx, "没有可比较的内容", "nothing could be compared"));
    double percent = e->probability * 100;
    if (percent > 99.9)
        wg_buf_puts(&buf, in(ctx, "。是同一人的把握超过 99.9%。", ". The same person with more than 99.9% probability."));
    else
        wg_buf_fmt(&buf, in(ctx, "。是同一人的把握约 %.3g%%。", ". The same person with about %.3g%% probability."), percent);
    const char *text = wg_fmt(ctx->arena, "%.*s", (int)buf.n, buf.p);
    wg_buf_free(&buf);
    return text;
}

static void explain(struct wg_ctx *ctx, const struct explained *x, struct match_explanation *ret)
{
    struct comparison c;
    struct scored scored;
    (void)compare_rows(x->layout, x->dep, x->left, x->right, NULL, 0, &c);
    for (size_t u = 0; u < x->layout->n_units; u++) {
        if (c.shared[u] >= words_total(x->words)) c.shared[u] = 0;
    }
    model_score(x->model, x->layout, x->words, NULL, &c, &scored);
    struct match_evidence *lines = wg_alloc_n(ctx->arena, x->layout->n_units + 1, sizeof *lines);
    size_t n = 0;
    for (size_t u = 0; u < x->layout->n_units; u++) {
        const struct unit *unit = &x->layout->units[u];
        uint8_t level = c.level[u];
        struct match_evidence *line = &lines[n];
        *line = (struct match_evidence){
            .kind = unit->column, .level = level_words[level].code, .words = words_of(ctx, unit, level)};
        line->field = unit->name ? wg_cstr(ctx->arena, wg_str(unit->name)) : column_kind_label(unit->column, ctx->lang);
        line->left = text_of(ctx, x->left, unit, x->map, x->cells, x->fields, &line->field);
        line->right = text_of(ctx, x->right, unit, NULL, NULL, NULL, NULL);
        if (level == LEVEL_MISSING && line->left.n == 0 && line->right.n == 0) continue;
        if (level != LEVEL_MISSING) {
            float rarity = model_rarity(x->model, x->words, u, unit->kind, level, c.shared[u]);
            float bits = x->model->table[CLASS_SAME][u][level] + rarity;
            int state = depend_state(x->model, c.level, u);
            line->weight =
                (double)((bits > MOST_BITS ? MOST_BITS : bits) + depend_bits(x->model, CLASS_SAME, u, state, level, rarity));
        }
        if (level == LEVEL_SAME && x->model->rows > 0) line->share = words_count(x->words, c.shared[u]) / x->model->rows;
        n++;
    }
    double shared = (double)(scored.bits - scored.weight[CLASS_SAME]);
    if (shared < -.05)
        lines[n++] = (struct match_evidence){.kind = COLUMN_UNKNOWN,
                                             .field = in(ctx, "同住一户", "household"),
                                             .level = "family",
                                             .words = in(ctx, "一家人也会相同", "a household shares this too"),
                                             .weight = shared};
    *ret = (struct match_explanation){.prior = x->model->log_same - x->model->log_rest,
                                      .weight = (double)scored.bits,
                                      .probability = scored.probability,
                                      .fields = lines,
                                      .n_fields = n};
    ret->sentence = sentence(ctx, ret, x->model->rows);
}

int match_explain(struct wg_ctx *ctx, const struct match_index *index, const struct match_rows *list, size_t row, uint32_t key,
                  const struct match_options *options, struct match_explanation *ret)
{
    if (row >= list->rows || !index_alive(index, key)) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, NULL, NULL);
    struct match_weights *weights = NULL;
    bool known = options->weights && options->weights->signature == weights_signature(&index->layout);
    if (!known) {
        int error = match_learn(ctx, index, list, options, &weights);
        if (error) return error;
    }
    struct column_map map;
    layout_map(&index->layout, list->fields, list->n_fields, &map);
    struct words words;
    struct reader reader;
    words_init(&words, &index->words);
    reader_init(&reader, &index->layout, &map, &words, index->options.area_code, options->today);
    uint32_t slots[SLOTS_MAX];
    const struct wg_str *cells = list->cells + row * list->n_fields;
    reader_row(&reader, cells, slots);
    const struct model *model = weights ? &weights->model : &options->weights->model;
    struct dependence dep = list_dependence(index, model);
    struct explained x = {.layout = &index->layout,
                          .dep = &dep,
                          .model = model,
                          .words = &index->words,
                          .left = {.words = &words, .slots = slots},
                          .right = index_side(index, key),
                          .map = &map,
                          .cells = cells,
                          .fields = list->fields};
    explain(ctx, &x, ret);
    reader_free(&reader);
    words_free(&words);
    return 0;
}

int match_explain_pair(struct wg_ctx *ctx, const struct match_rows *table, size_t left, size_t right,
                       const struct match_options *options, struct match_explanation *ret)
{
    if (left >= table->rows || right >= table->rows) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, NULL, NULL);
    struct match_index *index = NULL;
    int error = index_of_table(ctx, table, options, NULL, &index);
    if (error) return error;
    struct explained x = {.layout = &index->layout,
                          .dep = &index->dep,
                          .model = &index->model,
                          .words = &index->words,
                          .left = index_side(index, (uint32_t)left),
                          .right = index_side(index, (uint32_t)right),
                          .map = &index->map,
                          .cells = table->cells + left * table->n_fields,
                          .fields = table->fields};
    explain(ctx, &x, ret);
    match_index_free(index);
    return 0;
}
