/* The bill of quantities: the same rows as text and as a workbook, by compound, community, street and team, and in total; the rules that
 * cannot be kept; and, in the workbook, every single piece of work with its number on the sheets. */
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "engine/enclose/enclose_internal.h"

struct row {
    const char *group, *name;
    int64_t compounds, buildings, households, large, small, staffed, cabins, closed, opened;
    double fence, cost;
};
enum { COLUMNS = 13 };
static const char *const headers[COLUMNS] = {"分组 group",      "名称 name",      "小区 compounds",   "楼栋 buildings",
                                             "户 households",   "围挡米 fence_m", "大门 gates_large", "小门 gates_small",
                                             "值守门 staffed",  "板房 cabins",    "封堵口 closed",    "拆通处 opened",
                                             "费用元 cost_yuan"};

struct bill {
    struct wg_ctx *ctx;
    const struct enclose_plan *plan;
    struct row *rows;
    size_t n, cap;
};

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static struct row compound_row(const struct enclose_plan *p, const struct enclose_compound *c)
{
    struct row r = {.group = "小区 compound",
                    .name = c->id,
                    .compounds = 1,
                    .buildings = (int64_t)c->n_buildings,
                    .households = c->households};
    r.fence = c->fence_m, r.cost = c->cost;
    for (size_t i = 0; i < p->n_gates; i++) {
        if (!same(p->gates[i].compound, c->id)) continue;
        r.large += p->gates[i].large, r.small += !p->gates[i].large, r.staffed += p->gates[i].state == ENCLOSE_STAFFED;
    }
    for (size_t i = 0; i < p->n_cabins; i++) r.cabins += same(p->cabins[i].compound, c->id);
    for (size_t i = 0; i < p->n_closed; i++) r.closed += same(p->closed[i].compound, c->id);
    for (size_t i = 0; i < p->n_opened; i++) r.opened += same(p->opened[i].compound, c->id);
    return r;
}

static void add(struct row *to, const struct row *r)
{
    to->compounds += r->compounds, to->buildings += r->buildings, to->households += r->households;
    to->large += r->large, to->small += r->small, to->staffed += r->staffed, to->cabins += r->cabins;
    to->closed += r->closed, to->opened += r->opened, to->fence += r->fence, to->cost += r->cost;
}

static void push(struct bill *b, struct row r)
{
    b->rows = wg_grow(b->ctx->arena, b->rows, &b->cap, b->n + 1, sizeof *b->rows);
    b->rows[b->n++] = r;
}

struct sum {
    const char *name;
    size_t index;
};

static int by_name(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* One row for each name among the compounds. */
static void add_sums(struct bill *b, const char *group, const char *(*name)(struct wg_ctx *, const struct enclose_compound *))
{
    size_t n = b->plan->n_compounds;
    struct sum *order = wg_alloc_n(b->ctx->arena, n + 1, sizeof *order);
    for (size_t i = 0; i < n; i++) order[i] = (struct sum){name(b->ctx, &b->plan->compounds[i]), i};
    if (n) qsort(order, n, sizeof *order, by_name);
    for (size_t i = 0; i < n;) {
        struct row r = {.group = group, .name = order[i].name};
        size_t j = i;
        for (; j < n && strcmp(order[j].name, order[i].name) == 0; j++) add(&r, &b->rows[order[j].index]);
        push(b, r);
        i = j;
    }
}

static const char *community(struct wg_ctx *ctx, const struct enclose_compound *c)
{
    (void)ctx;
    return c->community ? c->community : "-";
}
static const char *street(struct wg_ctx *ctx, const struct enclose_compound *c)
{
    (void)ctx;
    return c->street ? c->street : "-";
}
static const char *team(struct wg_ctx *ctx, const struct enclose_compound *c)
{
    return wg_fmt(ctx->arena, "%02lld", (long long)c->team);
}

static struct bill make_bill(struct wg_ctx *ctx, const struct enclose_plan *plan)
{
    struct bill b = {.ctx = ctx, .plan = plan};
    struct row total = {.group = "合计 total", .name = "-"};
    for (size_t i = 0; i < plan->n_compounds; i++) push(&b, compound_row(plan, &plan->compounds[i]));
    for (size_t i = 0; i < plan->n_compounds; i++) add(&total, &b.rows[i]);
    add_sums(&b, "社区 community", community);
    add_sums(&b, "街道 street", street);
    add_sums(&b, "施工队 team", team);
    push(&b, total);
    for (size_t i = 0; i < plan->n_exceptions; i++) { /* rows of noughts: nothing to build, somebody to answer for */
        const struct enclose_exception *e = &plan->exceptions[i];
        const char *measured = e->value >= 0 ? wg_fmt(ctx->arena, " %.0f m > %.0f m", e->value, e->limit) : "";
        push(&b, (struct row){.group = "例外 exception",
                              .name = wg_fmt(ctx->arena, "%s %s %s%s: %s / %s", e->compound ? e->compound : "-", e->rule,
                                             e->building, measured, e->zh, e->en)});
    }
    return b;
}

/* Quotes what needs it; a leading = + - @ would be taken for a formula. */
static void cell(struct wg_buf *out, const char *text)
{
    bool formula = text[0] && strchr("=+@\t\r", text[0]) != NULL;
    bool quote = formula || strpbrk(text, ",\"\r\n") != NULL;
    if (quote) wg_buf_putc(out, '"');
    if (formula) wg_buf_putc(out, '\'');
    for (const char *p = text; *p; p++) {
        if (*p == '"') wg_buf_putc(out, '"');
        wg_buf_putc(out, *p);
    }
    if (quote) wg_buf_putc(out, '"');
}

int enclose_bill_csv(struct wg_ctx *ctx, const struct enclose_plan *plan, struct wg_str *ret_text)
{
    struct bill b = make_bill(ctx, plan);
    struct wg_buf out;
    wg_buf_init(&out, 256U * 1024 * 1024);
    wg_buf_puts(&out, "\xEF\xBB\xBF"); /* so that a spreadsheet reads UTF-8 */
    for (size_t i = 0; i < COLUMNS; i++) wg_buf_fmt(&out, "%s%s", i ? "," : "", headers[i]);
    wg_buf_puts(&out, "\r\n");
    for (size_t i = 0; i < b.n; i++) {
        const struct row *r = &b.rows[i];
        cell(&out, r->group);
        wg_buf_putc(&out, ',');
        cell(&out, r->name);
        wg_buf_fmt(&out, ",%lld,%lld,%lld,%.2f,%lld,%lld,%lld,%lld,%lld,%lld,%.2f\r\n", (long long)r->compounds,
                   (long long)r->buildings, (long long)r->households, r->fence, (long long)r->large, (long long)r->small,
                   (long long)r->staffed, (long long)r->cabins, (long long)r->closed, (long long)r->opened, r->cost);
    }
    int rc = out.failed ? wg_refuse(ctx, WG_E_TOO_LARGE, "bill", "256 MB", NULL) : 0;
    if (!rc) *ret_text = wg_str_dup(ctx->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return rc;
}

/* ---- the workbook ---- */

struct table {
    lxw_worksheet *sheet;
    lxw_row_t row;
    lxw_col_t column;
    lxw_error error;
};

static void put_text(struct table *t, const char *text)
{
    if (!t->error) t->error = worksheet_write_string(t->sheet, t->row, t->column++, text ? text : "", NULL);
}

static void put_number(struct table *t, double value)
{
    if (!t->error) t->error = worksheet_write_number(t->sheet, t->row, t->column++, value, NULL);
}

static void next_row(struct table *t)
{
    t->row++;
    t->column = 0;
}

static struct table new_table(lxw_workbook *book, lxw_format *bold, const char *name, const char *const *titles, size_t n)
{
    struct table t = {.sheet = workbook_add_worksheet(book, name)};
    if (!t.sheet) t.error = LXW_ERROR_MEMORY_MALLOC_FAILED;
    for (size_t i = 0; i < n && !t.error; i++) t.error = worksheet_write_string(t.sheet, 0, (lxw_col_t)i, titles[i], bold);
    if (!t.error) t.error = worksheet_set_column(t.sheet, 0, (lxw_col_t)(n - 1), 18, NULL);
    next_row(&t);
    return t;
}

static void put_piece(struct table *t, const char *compound, const char *id, const char *kind, double metres,
                      const char *detail)
{
    put_text(t, compound), put_text(t, id), put_text(t, kind), put_number(t, metres), put_text(t, detail);
    next_row(t);
}

/* Piece by piece, in the order of their numbers. */
static lxw_error list_pieces(lxw_workbook *book, lxw_format *bold, const struct enclose_plan *p)
{
    static const char *const titles[] = {"小区 compound", "编号 id", "类别 kind", "米 metres", "说明 detail"};
    static const char *const states[] = {"值守 staffed", "钥匙 key holder", "应急 emergency"};
    struct table t = new_table(book, bold, "pieces", titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < p->n_fences; i++)
        put_piece(&t, p->fences[i].compound, p->fences[i].id, p->fences[i].locked ? "已有围挡 fence that stands" : "围挡 fence",
                  p->fences[i].metres, p->fences[i].neighbour);
    for (size_t i = 0; i < p->n_gates; i++)
        put_piece(&t, p->gates[i].compound, p->gates[i].id, p->gates[i].large ? "大门 large gate" : "小门 small gate",
                  p->gates[i].width, states[p->gates[i].state]);
    for (size_t i = 0; i < p->n_cabins; i++)
        put_piece(&t, p->cabins[i].compound, p->cabins[i].id, "板房 cabin", 0, p->cabins[i].feature);
    for (size_t i = 0; i < p->n_closed; i++)
        put_piece(&t, p->closed[i].compound, p->closed[i].id, "封堵 opening shut", p->closed[i].metres, p->closed[i].feature);
    for (size_t i = 0; i < p->n_opened; i++)
        put_piece(&t, p->opened[i].compound, p->opened[i].id, "拆通 wall taken down", p->opened[i].metres,
                  p->opened[i].feature);
    return t.error;
}

static lxw_error list_exceptions(lxw_workbook *book, lxw_format *bold, const struct enclose_plan *p)
{
    static const char *const titles[] = {"规则 rule",         "楼栋 building", "小区 compound",
                                         "量得米 measured_m", "限米 limit_m",  "经度 lon",
                                         "纬度 lat",          "原因",          "reason"};
    struct table t = new_table(book, bold, "exceptions", titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < p->n_exceptions; i++) {
        const struct enclose_exception *e = &p->exceptions[i];
        put_text(&t, e->rule), put_text(&t, e->building), put_text(&t, e->compound);
        if (e->value >= 0)
            put_number(&t, e->value);
        else
            put_text(&t, "");
        if (e->limit >= 0)
            put_number(&t, e->limit);
        else
            put_text(&t, "");
        put_number(&t, e->at.lon), put_number(&t, e->at.lat), put_text(&t, e->zh), put_text(&t, e->en);
        next_row(&t);
    }
    return t.error;
}

int enclose_bill_xlsx(struct wg_ctx *ctx, const struct enclose_plan *plan, const char *path)
{
    struct bill b = make_bill(ctx, plan);
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *sheet = book ? workbook_add_worksheet(book, "bill") : NULL;
    lxw_format *bold = book ? workbook_add_format(book) : NULL;
    if (!sheet || !bold) return wg_refuse(ctx, WG_E_FILE, NULL, path, "xlsx");
    format_set_bold(bold);
    lxw_error e = LXW_NO_ERROR;
    for (uint16_t i = 0; i < COLUMNS && !e; i++) e = worksheet_write_string(sheet, 0, i, headers[i], bold);
    for (size_t i = 0; i < b.n && !e; i++) {
        const struct row *r = &b.rows[i];
        const double values[COLUMNS - 2] = {(double)r->compounds,
                                            (double)r->buildings,
                                            (double)r->households,
                                            r->fence,
                                            (double)r->large,
                                            (double)r->small,
                                            (double)r->staffed,
                                            (double)r->cabins,
                                            (double)r->closed,
                                            (double)r->opened,
                                            r->cost};
        e = worksheet_write_string(sheet, (lxw_row_t)i + 1, 0, r->group, NULL);
        if (!e) e = worksheet_write_string(sheet, (lxw_row_t)i + 1, 1, r->name, NULL);
        for (uint16_t c = 0; c < COLUMNS - 2 && !e; c++)
            e = worksheet_write_number(sheet, (lxw_row_t)i + 1, (lxw_col_t)(c + 2), values[c], NULL);
    }
    if (!e) e = worksheet_set_column(sheet, 0, COLUMNS - 1, 16, NULL);
    if (!e) e = list_pieces(book, bold, plan);
    if (!e && plan->n_exceptions) e = list_exceptions(book, bold, plan);
    lxw_error closed = workbook_close(book);
    if (!e) e = closed;
    return e ? wg_refuse(ctx, WG_E_FILE, NULL, path, lxw_strerror(e)) : 0;
}
