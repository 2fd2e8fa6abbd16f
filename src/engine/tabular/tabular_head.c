/* Where the header is. Every line among the first few is scored as if it were the header, by what stands in it and by what
 * stands below it; the best one wins if it does not itself look like the data. Then lines above and below that complete it
 * (merged cells) are taken in. */
#include <string.h>

#include "engine/tabular/tabular_internal.h"

enum { BODY_LINES = 12, LABEL_CHARACTERS = 24, HEADER_LINES_MOST = 3, PROSE_CHARACTERS = 40 };

/* --- one cell --- */

/* What a cell looks like, coarsely, so that a header can be told from the column under it. */
enum trait { NOTHING, LABEL, LONG_TEXT, SMALL_NUMBER, DATA };

static size_t digits_in(struct wg_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] >= '0' && s.p[i] <= '9';
    return n;
}

static bool contains(struct wg_str s, const char *what)
{
    return wg_str_find(s, wg_str(what)) >= 0;
}

/* 2020/2/14, 2020.02.14, 2020年2月14日, 8:30 */
static bool looks_dated(struct wg_str s)
{
    size_t digits = digits_in(s);
    if (digits < 3 || digits > 14 || s.p[0] < '0' || s.p[0] > '9') return false;
    size_t other = 0;
    for (size_t i = 0; i < s.n; i++) other += strchr("0123456789/.-: ", s.p[i]) == NULL;
    if (other == 0) return digits < s.n;
    return contains(s, "年") && contains(s, "月") && other <= 9;
}

static enum trait trait_of(struct wg_str s, enum tab_cell_kind kind)
{
    if (s.n == 0) return NOTHING;
    if (kind == TAB_DATE || kind == TAB_LOST) return DATA;
    size_t digits = digits_in(s);
    if (kind == TAB_NUMBER || tab_is_number(s)) return digits <= 2 && digits == s.n ? SMALL_NUMBER : DATA;
    if (digits >= 7 || looks_dated(s) || (contains(s, "@") && contains(s, "."))) return DATA;
    return wg_utf8_count(s) <= LABEL_CHARACTERS ? LABEL : LONG_TEXT;
}

/* Words that name columns in most lists. They only help to find the line; what a column means is not decided here. */
static bool names_a_column(struct wg_str s)
{
    static const char *const words[] = {"姓名", "性别", "年龄", "电话", "手机", "证件", "身份证", "地址", "住址",
                                        "序号", "编号", "日期", "时间", "备注", "单位", "社区",   "小区", "楼栋",
                                        "户主", "体温", "来源", "车牌", "民族", "出生", "街道",   "人数", "合计"};
    static const char *const latin[] = {"name", "sex",   "gender",   "age",    "phone",  "mobile", "tel",   "address",
                                        "date", "id",    "no.",      "number", "note",   "email",  "birth", "surname",
                                        "city", "state", "postcode", "street", "suburb", "code",   "type"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (contains(s, words[i])) return true;
    char lower[32];
    if (s.n >= sizeof lower) return false;
    for (size_t i = 0; i < s.n; i++) lower[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    struct wg_str low = {lower, s.n};
    for (size_t i = 0; i < sizeof latin / sizeof *latin; i++) {
        size_t n = strlen(latin[i]);
        ptrdiff_t at = wg_str_find(low, (struct wg_str){latin[i], n});
        if (at == 0 || (at > 0 && strchr("_ -.", low.p[at - 1])) || (at > 0 && (size_t)at + n == low.n && n > 3)) return true;
    }
    return false;
}

/* --- one line as a header --- */

static struct wg_str cell_at(const struct tab_head_line *line, size_t column)
{
    return column < line->n ? line->cells[column] : WG_STR("");
}

static enum trait trait_at(const struct tab_head_line *line, size_t column)
{
    return column < line->n ? (enum trait)line->traits[column] : NOTHING;
}

static void find_traits(struct wg_arena *arena, struct tab_head_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        lines[i].traits = wg_alloc(arena, lines[i].n);
        for (size_t c = 0; c < lines[i].n; c++)
            lines[i].traits[c] = (unsigned char)trait_of(lines[i].cells[c], lines[i].kinds[c]);
    }
}

struct candidate {
    double score;
    double data_signs, head_signs; /* that the line is data; that it is a header */
};

/* What the column says about its first cell: +1 a header, -1 more of the same, 0 neither. */
static double column_verdict(const struct tab_head_line *lines, size_t n, size_t at, size_t column, bool *ret_same)
{
    enum trait head = trait_at(&lines[at], column);
    struct wg_str text = cell_at(&lines[at], column);
    size_t counts[DATA + 1] = {0}, filled = 0, equal = 0, to = at + 1 + BODY_LINES < n ? at + 1 + BODY_LINES : n;
    for (size_t i = at + 1; i < to; i++) {
        enum trait t = trait_at(&lines[i], column);
        counts[t]++;
        filled += t != NOTHING;
        equal += t != NOTHING && wg_str_eq(text, cell_at(&lines[i], column));
    }
    *ret_same = false;
    if (filled == 0) return 0;
    size_t figures = counts[DATA] + counts[SMALL_NUMBER];
    if (head == LABEL && figures * 2 > filled) return 1;
    if ((head == DATA || head == SMALL_NUMBER) && figures * 2 > filled) {
        *ret_same = head == DATA || counts[SMALL_NUMBER] * 2 > filled;
        return -1;
    }
    if (equal * 4 > filled && equal > 0) return -0.5;
    return head == LABEL ? 0.25 : 0;
}

static bool appears_before(const struct tab_head_line *line, size_t column)
{
    for (size_t c = 0; c < column; c++)
        if (wg_str_eq(line->cells[c], line->cells[column])) return true;
    return false;
}

static struct candidate judge(const struct tab_head_line *lines, size_t n, size_t at, size_t width)
{
    const struct tab_head_line *line = &lines[at];
    double labels = 0, data = 0, distinct = 0, verdicts = 0, words = 0, same = 0;
    for (size_t c = 0; c < line->n; c++) {
        enum trait t = trait_at(line, c);
        if (t == NOTHING) continue;
        bool as_below;
        double verdict = column_verdict(lines, n, at, c, &as_below);
        labels += t == LABEL;
        data += t == DATA;
        distinct += !appears_before(line, c);
        verdicts += verdict;
        same += as_below;
        words += t == LABEL && names_a_column(line->cells[c]);
    }
    double filled = (double)line->filled;
    struct candidate r = {.data_signs = same + (line->damaged ? 1 : 0), .head_signs = 0};
    r.head_signs = words + (verdicts > 0 ? verdicts : 0);
    double known = words > 3 ? 3 : words;
    r.score = 2.0 * filled / (double)width + 2.0 * labels / filled - 4.0 * data / filled + distinct / filled +
              2.0 * verdicts / filled + 0.5 * known - 0.03 * (double)at;
    if (data > 0 && same == 0 && n == at + 1) r.data_signs += data;
    return r;
}

/* --- lines that belong together --- */

static const struct tab_merge *merge_at(const struct tab_source *s, size_t row, size_t column)
{
    for (size_t i = 0; i < s->n_merges; i++) {
        const struct tab_merge *m = &s->merges[i];
        if (m->top > row) break;
        if (row <= m->bottom && m->left <= column && column <= m->right) return m;
    }
    return NULL;
}

static bool has_merges(const struct tab_source *s, size_t row)
{
    for (size_t i = 0; i < s->n_merges && s->merges[i].top <= row; i++)
        if (s->merges[i].bottom >= row) return true;
    return false;
}

/* Columns over which the cell of an upper line reaches: as it is merged; where the line knows no merged cells, up to the next
 * filled one. */
static size_t reach(const struct tab_head_line *upper, size_t column, size_t columns, const struct tab_source *s)
{
    const struct tab_merge *m = merge_at(s, upper->number - 1, column);
    if (m && m->right > m->left) return m->right + 1;
    if (has_merges(s, upper->number - 1)) return column + 1;
    size_t to = column + 1;
    while (to < columns && cell_at(upper, to).n == 0) to++;
    return to;
}

static size_t filled_between(const struct tab_head_line *line, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t c = from; c < to && c < line->n; c++) n += line->cells[c].n > 0;
    return n;
}

/* Whether `upper`, directly above `lower`, heads groups of its columns, or names columns that it leaves empty. */
static bool completes(const struct tab_head_line *upper, const struct tab_head_line *lower, size_t columns,
                      const struct tab_source *s)
{
    if (upper->number + 1 != lower->number) return false;
    size_t groups = 0, fills = 0;
    for (size_t c = 0; c < upper->n; c++) {
        struct wg_str text = upper->cells[c];
        if (text.n == 0) continue;
        if (trait_at(upper, c) != LABEL || contains(text, "：") || contains(text, ":")) return false;
        size_t to = reach(upper, c, columns, s), under = filled_between(lower, c, to);
        if (to - c >= columns && columns > 1) return false; /* a title over the whole width */
        if (cell_at(lower, c).n == 0)
            fills++;
        else if (under >= 2)
            groups++;
        else if (!names_a_column(cell_at(lower, c)))
            return false; /* one cell over one cell: two lines of the same kind, unless a group has but one column */
    }
    for (size_t c = 0; c < lower->n; c++)
        if (lower->cells[c].n > 0 && trait_at(lower, c) != LABEL && trait_at(lower, c) != SMALL_NUMBER) return false;
    bool merged = has_merges(s, upper->number - 1);
    return groups > 0 && (groups + fills >= 2 || merged);
}

static size_t last_filled(const struct tab_head_line *line)
{
    size_t n = line->n;
    while (n > 0 && line->cells[n - 1].n == 0) n--;
    return n;
}

/* As many columns as the header has, and those behind it that more than half of the lines below fill: a comma too many in
 * one line does not make a column. */
static size_t columns_under(const struct tab_head_line *lines, size_t n, size_t top, size_t bottom)
{
    size_t named = 0, columns = 0;
    for (size_t i = top; i <= bottom; i++) named = last_filled(&lines[i]) > named ? last_filled(&lines[i]) : named;
    columns = named;
    size_t below = n - bottom - 1;
    for (size_t i = bottom + 1; i < n; i++) {
        size_t last = last_filled(&lines[i]);
        if (last <= columns) continue;
        size_t as_wide = 0;
        for (size_t k = bottom + 1; k < n; k++) as_wide += last_filled(&lines[k]) >= last;
        if (as_wide * 2 > below) columns = last;
    }
    return columns;
}

static size_t columns_from(const struct tab_head_line *lines, size_t n, size_t first)
{
    size_t columns = 0;
    for (size_t i = first; i < n; i++)
        if (last_filled(&lines[i]) > columns && !lines[i].damaged) columns = last_filled(&lines[i]);
    return columns ? columns : last_filled(&lines[first]);
}

static bool all_prose(const struct tab_head_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < lines[i].n; c++)
            if (lines[i].cells[c].n > 0 && (lines[i].filled > 1 || wg_utf8_count(lines[i].cells[c]) <= PROSE_CHARACTERS))
                return false;
    return true;
}

static size_t widest(const struct tab_head_line *lines, size_t n)
{
    size_t width = 0;
    for (size_t i = 0; i < n; i++)
        if (!lines[i].damaged && lines[i].filled > width) width = lines[i].filled;
    return width;
}

bool tab_head_find(struct wg_arena *arena, struct tab_head_line *lines, size_t n, const struct tab_source *source,
                   struct tab_head *ret)
{
    size_t width = widest(lines, n), best = n;
    if (width == 0 || all_prose(lines, n)) return false;
    find_traits(arena, lines, n);
    struct candidate top = {0};
    for (size_t i = 0; i < n; i++) {
        if (lines[i].damaged || lines[i].filled * 5 < width * 2) continue;
        struct candidate c = judge(lines, n, i, width);
        if (best < n && c.score <= top.score) continue;
        best = i;
        top = c;
    }
    if (best == n) return false;
    struct tab_head head = {.found = top.data_signs <= top.head_signs, .top = best, .bottom = best, .first = best};
    if (!head.found) {
        while (head.first > 0 && lines[head.first - 1].filled * 5 >= width * 2) head.first--;
        head.columns = columns_from(lines, n, head.first);
        *ret = head;
        return true;
    }
    size_t columns = columns_under(lines, n, best, best);
    while (head.bottom + 1 < n && head.bottom - head.top + 1 < HEADER_LINES_MOST &&
           completes(&lines[head.bottom], &lines[head.bottom + 1], columns, source))
        head.bottom++;
    while (head.top > 0 && head.bottom - head.top + 1 < HEADER_LINES_MOST &&
           completes(&lines[head.top - 1], &lines[head.top], columns, source))
        head.top--;
    head.first = head.bottom + 1;
    head.columns = columns_under(lines, n, head.top, head.bottom);
    *ret = head;
    return true;
}

/* --- names --- */

/* The name of the group that stands over `column` in a header line, the cell itself included. */
static struct wg_str over(const struct tab_head_line *line, size_t column, size_t columns, const struct tab_source *s)
{
    for (size_t c = column + 1; c-- > 0;) {
        if (cell_at(line, c).n == 0) continue;
        return reach(line, c, columns, s) > column ? line->cells[c] : WG_STR("");
    }
    return WG_STR("");
}

/* One line of text: line ends inside a header cell are only its lay-out. */
static struct wg_str one_line(struct wg_arena *arena, struct wg_str s)
{
    char *out = wg_cstr(arena, s);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n' || s.p[i] == '\r') continue;
        out[n++] = s.p[i] == '\t' ? ' ' : s.p[i];
    }
    out[n] = '\0';
    return (struct wg_str){out, n};
}

static size_t count_equal(const struct wg_str *names, size_t n, struct wg_str name)
{
    size_t equal = 0;
    for (size_t i = 0; i < n; i++) equal += wg_str_eq(names[i], name);
    return equal;
}

/* "电话", "电话#2" ... */
static void make_unique(struct wg_arena *arena, struct wg_str *names, size_t n)
{
    struct wg_str *bases = wg_alloc_n(arena, n, sizeof *bases);
    for (size_t i = 0; i < n; i++) {
        bases[i] = names[i];
        size_t k = count_equal(bases, i, bases[i]) + 1;
        if (k == 1 && count_equal(names, i, names[i]) == 0) continue;
        do {
            names[i] = wg_str(wg_fmt(arena, "%.*s#%zu", (int)bases[i].n, bases[i].p, k > 1 ? k : 2));
            k++;
        } while (count_equal(names, i, names[i]) > 0);
    }
}

/* The upper parts of a header over the lower one, as far as they say something new. */
static struct wg_str full_name(struct wg_arena *arena, const struct tab_head_line *lines, const struct tab_head *head,
                               size_t column, const struct tab_source *s)
{
    struct wg_str name = WG_STR(""), last = WG_STR("");
    for (size_t i = head->top; i <= head->bottom; i++) {
        struct wg_str part = i < head->bottom ? over(&lines[i], column, head->columns, s) : cell_at(&lines[i], column);
        if (part.n == 0 || wg_str_eq(part, last)) continue;
        part = one_line(arena, part);
        name = name.n ? wg_str(wg_fmt(arena, "%.*s/%.*s", (int)name.n, name.p, (int)part.n, part.p)) : part;
        last = part;
    }
    return name;
}

/* The lowest filled cell alone. */
static struct wg_str short_name(struct wg_arena *arena, const struct tab_head_line *lines, const struct tab_head *head,
                                size_t column)
{
    for (size_t i = head->bottom + 1; i-- > head->top;)
        if (cell_at(&lines[i], column).n > 0) return one_line(arena, lines[i].cells[column]);
    return WG_STR("");
}

const struct wg_str *tab_head_names(struct wg_arena *arena, enum wg_lang lang, const struct tab_head_line *lines,
                                    const struct tab_head *head, const struct tab_source *source)
{
    size_t n = head->columns;
    struct wg_str *names = wg_alloc_n(arena, n, sizeof *names);
    struct wg_str *shorts = wg_alloc_n(arena, n, sizeof *shorts);
    for (size_t c = 0; c < n && head->found; c++) shorts[c] = short_name(arena, lines, head, c);
    for (size_t c = 0; c < n && head->found; c++) {
        bool alone = shorts[c].n > 0 && !tab_is_number(shorts[c]) && count_equal(shorts, n, shorts[c]) == 1;
        names[c] = alone || head->top == head->bottom ? shorts[c] : full_name(arena, lines, head, c, source);
    }
    for (size_t c = 0; c < n; c++)
        if (names[c].n == 0) names[c] = wg_str(wg_fmt(arena, lang == WG_ZH ? "列%zu" : "column %zu", c + 1));
    make_unique(arena, names, n);
    return names;
}

/* --- totals and foot notes --- */

/* s without any white space, into `out`; false when it does not fit. */
static bool squeezed(struct wg_str s, char *out, size_t room, struct wg_str *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\t' || s.p[i] == '\r') {
            i++;
        } else if (wg_str_starts(wg_str_sub(s, i, 3), WG_STR("\xE3\x80\x80"))) {
            i += 3;
        } else {
            if (n == room) return false;
            char c = s.p[i++];
            out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
    }
    *ret = (struct wg_str){out, n};
    return true;
}

static bool is_total_word(struct wg_str s, bool *ret_latin)
{
    static const char *const words[] = {"合计", "总计", "小计", "共计", "总共", "grandtotal", "subtotal", "total", "sum"};
    char room[48];
    struct wg_str low;
    /* asked for every row: most cells are told by their first byte */
    if (s.n == 0 || (s.p[0] != '\xE5' && s.p[0] != '\xE6' && !strchr("tTgGsS", s.p[0]))) return false;
    if (!squeezed(s, room, sizeof room, &low)) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!wg_str_starts(low, wg_str(words[i]))) continue;
        struct wg_str rest = wg_str_sub(low, strlen(words[i]), low.n);
        *ret_latin = low.p[0] < 0x7F && low.p[0] > 0;
        if (rest.n == 0 || wg_str_is(rest, "人数") || wg_str_is(rest, "数") || wg_str_is(rest, "s")) return true;
        return rest.p[0] == ':' || wg_str_starts(rest, WG_STR("：")) || (rest.p[0] >= '0' && rest.p[0] <= '9') ||
               wg_str_starts(rest, WG_STR("（")) || rest.p[0] == '(';
    }
    return false;
}

/* "Sum" is a family name too: a line of totals has figures beside it, not words. */
static bool only_figures(const struct wg_str *cells, size_t n, size_t but)
{
    for (size_t i = 0; i < n; i++)
        if (i != but && cells[i].n > 0 && digits_in(cells[i]) == 0) return false;
    return true;
}

static bool is_total_at(const struct wg_str *cells, size_t n, size_t at)
{
    bool latin = false;
    return at < n && is_total_word(cells[at], &latin) && (!latin || only_figures(cells, n, at));
}

/* "填表人：…", "备注：…", "注1：…": a word of forms with a colon behind it. */
static bool is_foot_note(struct wg_str s)
{
    static const char *const words[] = {"填表", "制表", "审核",     "填报",       "负责人",    "联系人",     "经办",
                                        "复核", "报送", "单位负责", "审批",       "主管",      "备注",       "说明",
                                        "注",   "日期", "盖章",     "领导",       "分管领导",  "单位(盖章)", "单位（盖章）",
                                        "签字", "签名", "note",     "preparedby", "checkedby", "remark"};
    struct wg_str head = wg_str_sub(s, 0, 60);
    char room[64];
    struct wg_str low;
    if (!squeezed(head, room, sizeof room, &low)) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!wg_str_starts(low, wg_str(words[i]))) continue;
        struct wg_str rest = wg_str_sub(low, strlen(words[i]), 24);
        if (wg_str_find(rest, WG_STR("：")) >= 0 || wg_str_find(rest, WG_STR(":")) >= 0) return true;
    }
    return false;
}

bool tab_is_total(const struct wg_str *cells, size_t n, size_t span)
{
    size_t filled = 0, first = n, second = n;
    for (size_t i = 0; i < n; i++) {
        if (cells[i].n == 0) continue;
        filled++;
        if (first == n)
            first = i;
        else if (second == n)
            second = i;
    }
    if (filled == 0) return false;
    if (is_total_at(cells, n, first)) return true;
    /* "3 | 合计 | 12": the running number was filled down */
    if (second < 3 && tab_is_number(cells[first]) && is_total_at(cells, n, second)) return true;
    if (n < 3) return false;
    if (filled == 1 && span >= 3 && span * 2 > n) return true;
    return filled * 2 <= n + 1 && is_foot_note(cells[first]);
}
