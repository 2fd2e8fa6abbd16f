/* One sheet of an .xlsx file. A first pass proves that the part is whole and collects the merged cells, which stand behind
 * the rows; the second gives the rows, one at a time, by suspending the parser at the end of each. */
#include <string.h>

#include "engine/tabular/tabular_package.h"

enum { XLSX_COLUMNS = 16384, XLSX_ROWS = 1048576 };

/* "BC12" into column and row from 0; false for anything else. */
static bool parse_reference(struct wg_str s, uint32_t *ret_row, uint32_t *ret_column)
{
    size_t i = 0;
    uint32_t column = 0;
    for (; i < s.n && s.p[i] >= 'A' && s.p[i] <= 'Z' && column <= XLSX_COLUMNS; i++)
        column = column * 26 + (uint32_t)(s.p[i] - 'A') + 1;
    int64_t row;
    if (column == 0 || column > XLSX_COLUMNS || !wg_parse_i64(wg_str_sub(s, i, s.n), 1, XLSX_ROWS, &row)) return false;
    *ret_row = (uint32_t)row - 1;
    *ret_column = column - 1;
    return true;
}

/* --- the first pass --- */

struct survey_pass {
    struct tab_sheet_survey *survey;
    bool in_value;
};

static void XMLCALL survey_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct survey_pass *p = ((struct tab_xml *)data)->arg;
    const char *local = tab_xml_local(name);
    if ((local[0] == 'v' || local[0] == 't') && local[1] == '\0') {
        p->in_value = true;
        return;
    }
    if (strcmp(local, "mergeCell") != 0) return;
    struct wg_str right, left = wg_str(tab_xml_attribute(attributes, "ref"));
    struct wg_str rest = left;
    struct tab_merge m;
    if (!wg_str_next(&rest, ':', &left) || !wg_str_next(&rest, ':', &right)) return;
    if (!parse_reference(left, &m.top, &m.left) || !parse_reference(right, &m.bottom, &m.right)) return;
    if (m.bottom < m.top || m.right < m.left) return;
    struct tab_sheet_survey *s = p->survey;
    s->merges = wg_grow(s->arena, s->merges, &s->cap_merges, s->n_merges + 1, sizeof *s->merges);
    s->merges[s->n_merges++] = m;
}

static void XMLCALL survey_end(void *data, const XML_Char *name)
{
    struct survey_pass *p = ((struct tab_xml *)data)->arg;
    (void)name;
    p->in_value = false;
}

static void XMLCALL survey_text(void *data, const XML_Char *text, int n)
{
    struct tab_xml *xml = data;
    struct survey_pass *p = xml->arg;
    if (!p->in_value || wg_str_trim((struct wg_str){text, (size_t)n}).n == 0) return;
    p->survey->has_data = true;
    XML_SetCharacterDataHandler(xml->parser, NULL);
    if (p->survey->only_data) tab_xml_stop(xml, false);
}

int tab_sheet_survey(struct wg_ctx *ctx, struct tab_package *package, const char *part, struct tab_sheet_survey *survey)
{
    struct survey_pass p = {.survey = survey};
    return tab_xml_read(ctx, package, part, &p, survey_start, survey_end, survey_text);
}

/* --- the rows --- */

enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_STRING, CELL_BOOLEAN, CELL_ERROR, CELL_DAY };

struct tab_sheet {
    struct tab_sheet_parts parts;
    struct tab_xml xml;
    bool is_open;
    struct tab_cells cells;
    size_t *offsets;     /* cells whose text lies in `text`: where it begins, plus one; 0: elsewhere */
    struct wg_buf text;  /* of the current row */
    struct wg_buf value; /* of the current cell */
    size_t row, width;   /* number of the current row, its cells so far */
    bool overflow;
    size_t column, next_column;
    enum cell_type type;
    struct tab_format_kind format;
    bool in_value, phonetic;
    struct tab_merging merging;
};

static enum cell_type type_of(const char *t)
{
    if (!t || strcmp(t, "n") == 0) return CELL_NUMBER;
    if (strcmp(t, "s") == 0) return CELL_SHARED;
    if (strcmp(t, "b") == 0) return CELL_BOOLEAN;
    if (strcmp(t, "e") == 0) return CELL_ERROR;
    if (strcmp(t, "d") == 0) return CELL_DAY;
    return CELL_STRING;
}

static void begin_row(struct tab_sheet *s, const char *r, struct tab_xml *xml)
{
    int64_t number = (int64_t)s->row + 1;
    if (r && !wg_parse_i64(wg_str(r), (int64_t)s->row + 1, XLSX_ROWS, &number)) tab_xml_stop(xml, true);
    s->row = (size_t)number;
    s->width = s->next_column = 0;
    s->overflow = false;
    wg_buf_clear(&s->text);
}

static void begin_cell(struct tab_sheet *s, const XML_Char **attributes, struct tab_xml *xml)
{
    const char *reference = NULL, *type = NULL, *style = NULL;
    for (size_t i = 0; attributes[i]; i += 2) {
        const char *name = attributes[i];
        if (name[1] != '\0') continue;
        if (name[0] == 'r') reference = attributes[i + 1];
        if (name[0] == 't') type = attributes[i + 1];
        if (name[0] == 's') style = attributes[i + 1];
    }
    s->column = s->next_column;
    if (reference) {
        uint32_t row, column;
        if (!parse_reference(wg_str(reference), &row, &column)) {
            tab_xml_stop(xml, true);
            return;
        }
        s->column = column;
    }
    s->next_column = s->column + 1;
    s->type = type_of(type);
    s->format = (struct tab_format_kind){false, false, false, 0};
    int64_t index;
    const struct tab_styles *styles = s->parts.styles;
    if (style && wg_parse_i64(wg_str(style), 0, INT32_MAX, &index) && (size_t)index < styles->n)
        s->format = styles->formats[index];
    wg_buf_clear(&s->value);
}

static void XMLCALL sheet_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct tab_xml *xml = data;
    struct tab_sheet *s = xml->arg;
    const char *local = tab_xml_local(name);
    if (local[0] == 'c' && local[1] == '\0')
        begin_cell(s, attributes, xml);
    else if ((local[0] == 'v' || local[0] == 't') && local[1] == '\0')
        s->in_value = !s->phonetic;
    else if (strcmp(local, "row") == 0)
        begin_row(s, tab_xml_attribute(attributes, "r"), xml);
    else if (strcmp(local, "rPh") == 0)
        s->phonetic = true;
}

static void XMLCALL sheet_text(void *data, const XML_Char *text, int n)
{
    struct tab_sheet *s = ((struct tab_xml *)data)->arg;
    if (s->in_value) wg_buf_add(&s->value, text, (size_t)n);
}

/* Puts a cell where its text will not move (`in_text` false), or lies at `from` in the row's text. */
static void put_cell(struct tab_sheet *s, struct wg_str text, enum tab_cell_kind kind, bool in_text)
{
    if (text.n == 0) return;
    if (s->column >= s->cells.cap) {
        s->overflow = true;
        return;
    }
    for (; s->width <= s->column; s->width++) {
        s->cells.cells[s->width] = WG_STR("");
        s->cells.kinds[s->width] = TAB_EMPTY;
        s->offsets[s->width] = 0;
    }
    s->cells.cells[s->column] = text;
    s->cells.kinds[s->column] = kind;
    s->offsets[s->column] = 0;
    if (!in_text) return;
    s->offsets[s->column] = s->text.n + 1;
    wg_buf_str(&s->text, text);
}

static void put_text(struct tab_sheet *s, struct wg_str text, bool in_text)
{
    text = tab_trim(text);
    put_cell(s, text, tab_is_rounded(text) ? TAB_LOST : TAB_TEXT, in_text);
}

/* Digits as they stand, when nothing is to be done to them. */
static bool stands_as_shown(struct wg_str v)
{
    if (v.n == 0 || v.n > 15 || (v.p[0] == '0' && v.n > 1)) return false;
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9') return false;
    return true;
}

static void put_number(struct tab_sheet *s, struct wg_str v)
{
    bool shaped = s->format.day || s->format.time || s->format.zeros;
    if (!shaped && stands_as_shown(v)) {
        put_cell(s, v, TAB_NUMBER, true);
        return;
    }
    double value;
    if (!wg_parse_double(v, -1e308, 1e308, &value)) {
        put_text(s, v, true);
        return;
    }
    char shown[TAB_NUMBER_TEXT];
    enum tab_cell_kind kind = tab_number_show(value, s->format, s->parts.styles->from_1904, shown);
    put_cell(s, wg_str(shown), kind, true);
}

/* 2020-02-14T08:30:00.000Z as 2020-02-14T08:30 */
static void put_day(struct tab_sheet *s, struct wg_str v)
{
    v = wg_str_sub(v, 0, 19);
    if (wg_str_ends(v, WG_STR(":00")) && v.n == 19) v.n -= 3;
    if (wg_str_ends(v, WG_STR("T00:00"))) v.n -= 6;
    enum tab_cell_kind kind = tab_text_kind(v);
    put_cell(s, v, kind == TAB_DATE ? TAB_DATE : TAB_TEXT, true);
}

static void end_cell(struct tab_sheet *s, struct tab_xml *xml)
{
    if (s->value.n == 0) return;
    if (s->type == CELL_STRING) tab_unescape(&s->value, 0);
    struct wg_str v = {s->value.p, s->value.n};
    if (s->type != CELL_STRING) v = wg_str_trim(v);
    int64_t index;
    bool there = false;
    struct wg_str shared;
    switch (s->type) {
    case CELL_NUMBER:
        put_number(s, v);
        break;
    case CELL_SHARED:
        if (!wg_parse_i64(v, 0, INT32_MAX, &index) ||
            (shared = tab_strings_at(s->parts.strings, (size_t)index, &there), !there)) {
            tab_xml_stop(xml, true);
            return;
        }
        put_text(s, shared, false);
        break;
    case CELL_BOOLEAN:
        put_cell(s, wg_str_is(v, "0") ? WG_STR("FALSE") : WG_STR("TRUE"), TAB_TEXT, false);
        break;
    case CELL_DAY:
        put_day(s, v);
        break;
    case CELL_STRING:
    case CELL_ERROR:
        put_text(s, v, true);
        break;
    }
}

static void XMLCALL sheet_end(void *data, const XML_Char *name)
{
    struct tab_xml *xml = data;
    struct tab_sheet *s = xml->arg;
    const char *local = tab_xml_local(name);
    if (local[0] == 'c' && local[1] == '\0')
        end_cell(s, xml);
    else if ((local[0] == 'v' || local[0] == 't') && local[1] == '\0')
        s->in_value = false;
    else if (strcmp(local, "rPh") == 0)
        s->phonetic = false;
    else if (strcmp(local, "row") == 0)
        (void)XML_StopParser(xml->parser, XML_TRUE);
}

/* --- the source --- */

static void settle_texts(struct tab_sheet *s)
{
    for (size_t i = 0; i < s->width; i++)
        if (s->offsets[i]) s->cells.cells[i].p = s->text.p + s->offsets[i] - 1;
}

static int sheet_next(struct wg_ctx *ctx, void *self, struct tab_line *ret, bool *ret_more)
{
    struct tab_sheet *s = self;
    if (!s->is_open) {
        s->xml.arg = s;
        s->xml.counted = true;
        int e = tab_xml_open(ctx, s->parts.package, s->parts.part, &s->xml);
        if (e) return e;
        s->is_open = true;
        XML_SetElementHandler(s->xml.parser, sheet_start, sheet_end);
        XML_SetCharacterDataHandler(s->xml.parser, sheet_text);
    }
    bool more = false;
    int e = s->xml.ended ? 0 : tab_xml_go(ctx, &s->xml, &more);
    if (e) return e;
    if (s->text.failed || s->value.failed) return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, "unpacked", NULL);
    *ret_more = more;
    if (!more) return 0;
    settle_texts(s);
    size_t span = tab_merging_row(&s->merging, s->row, &s->cells, &s->width);
    *ret = (struct tab_line){.number = s->row,
                             .cells = s->cells.cells,
                             .kinds = s->cells.kinds,
                             .n = s->width,
                             .overflow = s->overflow,
                             .span = span};
    return 0;
}

static void sheet_rewind(void *self)
{
    struct tab_sheet *s = self;
    tab_xml_close(&s->xml);
    s->is_open = s->in_value = s->phonetic = false;
    s->xml.ended = false;
    s->row = 0;
    tab_merging_rewind(&s->merging);
}

static void sheet_fill_after(void *self, size_t number)
{
    struct tab_sheet *s = self;
    s->merging.fill_after = number;
}

static double sheet_done(const void *self)
{
    const struct tab_sheet *s = self;
    if (!s->is_open || s->xml.size == 0) return 0;
    double share = (double)s->xml.read / (double)s->xml.size;
    return share > 1 ? 1 : share;
}

static void close_sheet(void *self)
{
    struct tab_sheet *s = self;
    tab_xml_close(&s->xml);
    wg_buf_free(&s->text);
    wg_buf_free(&s->value);
}

void tab_sheet_open(struct wg_arena *arena, const struct tab_sheet_parts *parts, const struct tab_sheet_survey *survey,
                    const struct tab_limits *limits, struct tab_source *source)
{
    struct tab_sheet *s = wg_alloc(arena, sizeof *s);
    s->parts = *parts;
    s->cells = tab_cells_new(arena, limits);
    s->offsets = wg_alloc_n(arena, s->cells.cap, sizeof *s->offsets);
    wg_buf_init(&s->text, limits->max_bytes);
    wg_buf_init(&s->value, limits->max_bytes);
    wg_arena_cleanup(arena, close_sheet, s);
    tab_merging_start(&s->merging, arena, survey->merges, survey->n_merges, s->cells.cap, limits->max_bytes);
    source->next = sheet_next;
    source->rewind = sheet_rewind;
    source->fill_after = sheet_fill_after;
    source->done = sheet_done;
    source->self = s;
    source->merges = s->merging.merges;
    source->n_merges = s->merging.n;
}
