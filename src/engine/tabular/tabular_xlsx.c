/* The workbook around the sheet: which parts there are, the shared strings, and which styles show dates. */
#include <string.h>

#include "engine/tabular/tabular_package.h"

enum { SHEETS_MOST = 256, STYLES_MOST = 65536, STRINGS_MOST = 50 * 1000 * 1000 };

/* --- shared strings --- */

struct strings_pass {
    struct tab_strings *strings;
    size_t from; /* of the current string */
    bool in_text, phonetic;
};

static void XMLCALL string_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    struct strings_pass *p = ((struct tab_xml *)data)->arg;
    const char *local = tab_xml_local(name);
    if (strcmp(local, "si") == 0)
        p->from = p->strings->text.n;
    else if (strcmp(local, "rPh") == 0)
        p->phonetic = true;
    else if (strcmp(local, "t") == 0)
        p->in_text = !p->phonetic;
}

static void XMLCALL string_end(void *data, const XML_Char *name)
{
    struct strings_pass *p = ((struct tab_xml *)data)->arg;
    struct tab_strings *s = p->strings;
    const char *local = tab_xml_local(name);
    if (strcmp(local, "t") == 0) {
        p->in_text = false;
    } else if (strcmp(local, "rPh") == 0) {
        p->phonetic = false;
    } else if (strcmp(local, "si") == 0) {
        tab_unescape(&s->text, p->from);
        tab_strings_end(s);
        if (s->n == STRINGS_MOST) tab_xml_stop(data, true);
    }
}

static void XMLCALL string_text(void *data, const XML_Char *text, int n)
{
    struct strings_pass *p = ((struct tab_xml *)data)->arg;
    if (p->in_text) wg_buf_add(&p->strings->text, text, (size_t)n);
}

int tab_strings_read(struct wg_ctx *ctx, struct tab_package *package, const char *part, struct tab_strings *strings)
{
    wg_buf_init(&strings->text, package->budget);
    struct strings_pass p = {.strings = strings};
    int e = tab_xml_read(ctx, package, part, &p, string_start, string_end, string_text);
    return e ? e : strings->text.failed ? wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, "unpacked", NULL) : 0;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int tab_escape_at(const char *p, size_t left)
{
    if (left < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_') return -1;
    int unit = 0;
    for (int i = 2; i < 6; i++) {
        int digit = hex(p[i]);
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

void tab_unescape(struct wg_buf *buf, size_t from)
{
    if (buf->n - from < 7 || !memmem(buf->p + from, buf->n - from, "_x", 2)) return;
    size_t out = from;
    for (size_t i = from; i < buf->n;) {
        int unit = tab_escape_at(buf->p + i, buf->n - i);
        if (unit < 0) {
            buf->p[out++] = buf->p[i++];
            continue;
        }
        bool nothing = unit == 0 || (unit >= 0xD800 && unit < 0xE000);
        out += wg_utf8_put(buf->p + out, nothing ? 0xFFFD : (uint32_t)unit);
        i += 7;
    }
    buf->n = out;
    buf->p[out] = '\0';
}

/* --- styles --- */

struct custom {
    unsigned id;
    struct tab_format_kind kind;
};

struct styles_pass {
    struct wg_arena *arena;
    struct tab_styles *styles;
    size_t cap;
    struct custom *customs;
    size_t n_customs, cap_customs;
    bool in_cells;
};

static unsigned number_of(const char *text)
{
    int64_t v;
    return text && wg_parse_i64(wg_str(text), 0, UINT32_MAX, &v) ? (unsigned)v : 0;
}

static struct tab_format_kind format_of(const struct styles_pass *p, unsigned id)
{
    for (size_t i = p->n_customs; i-- > 0;)
        if (p->customs[i].id == id) return p->customs[i].kind;
    return tab_format_builtin(id);
}

static void XMLCALL style_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct styles_pass *p = ((struct tab_xml *)data)->arg;
    const char *local = tab_xml_local(name);
    if (strcmp(local, "cellXfs") == 0) {
        p->in_cells = true;
    } else if (strcmp(local, "numFmt") == 0 && p->n_customs < STYLES_MOST) {
        p->customs = wg_grow(p->arena, p->customs, &p->cap_customs, p->n_customs + 1, sizeof *p->customs);
        const char *code = tab_xml_attribute(attributes, "formatCode");
        p->customs[p->n_customs++] =
            (struct custom){number_of(tab_xml_attribute(attributes, "numFmtId")), tab_format_code(wg_str(code))};
    } else if (p->in_cells && strcmp(local, "xf") == 0 && p->styles->n < STYLES_MOST) {
        struct tab_styles *s = p->styles;
        s->formats = wg_grow(p->arena, s->formats, &p->cap, s->n + 1, sizeof *s->formats);
        s->formats[s->n++] = format_of(p, number_of(tab_xml_attribute(attributes, "numFmtId")));
    }
}

static void XMLCALL style_end(void *data, const XML_Char *name)
{
    struct styles_pass *p = ((struct tab_xml *)data)->arg;
    if (strcmp(tab_xml_local(name), "cellXfs") == 0) p->in_cells = false;
}

int tab_styles_read(struct wg_ctx *ctx, struct wg_arena *arena, struct tab_package *package, const char *part,
                    struct tab_styles *ret)
{
    struct styles_pass p = {.arena = arena, .styles = ret};
    return tab_xml_read(ctx, package, part, &p, style_start, style_end, NULL);
}

/* --- relations --- */

struct relation {
    const char *id, *type, *target;
};

struct relations {
    struct wg_arena *arena;
    const char *base; /* folder of the part they belong to, with its slash */
    struct relation *items;
    size_t n, cap;
};

/* A target relative to `base`, as a name in the zip: "/xl/x.xml" and "../xl/x.xml" mean xl/x.xml. */
static const char *resolved(struct wg_arena *arena, const char *base, const char *target)
{
    if (target[0] == '/') return wg_cstr(arena, wg_str(target + 1));
    struct wg_str folder = wg_str(base);
    while (strncmp(target, "../", 3) == 0 || strncmp(target, "./", 2) == 0) {
        bool up = target[1] == '.';
        target += up ? 3 : 2;
        if (!up) continue;
        if (folder.n > 0) folder.n--;
        while (folder.n > 0 && folder.p[folder.n - 1] != '/') folder.n--;
    }
    return wg_fmt(arena, "%.*s%s", (int)folder.n, folder.p, target);
}

static void XMLCALL relation_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct relations *r = ((struct tab_xml *)data)->arg;
    if (strcmp(tab_xml_local(name), "Relationship") != 0 || r->n >= 4096) return;
    const char *id = tab_xml_attribute(attributes, "Id"), *type = tab_xml_attribute(attributes, "Type"),
               *target = tab_xml_attribute(attributes, "Target");
    if (!id || !type || !target) return;
    r->items = wg_grow(r->arena, r->items, &r->cap, r->n + 1, sizeof *r->items);
    r->items[r->n++] =
        (struct relation){wg_cstr(r->arena, wg_str(id)), wg_cstr(r->arena, wg_str(type)), resolved(r->arena, r->base, target)};
}

static bool has_type(const struct relation *r, const char *type)
{
    return wg_str_ends(wg_str(r->type), wg_str(type));
}

static const char *target_of(const struct relations *r, const char *type)
{
    for (size_t i = 0; i < r->n; i++)
        if (has_type(&r->items[i], type)) return r->items[i].target;
    return NULL;
}

/* The relations of `part` ("" for the package itself). A part without any has none. */
static int read_relations(struct wg_ctx *ctx, struct tab_package *package, const char *part, struct relations *r)
{
    const char *slash = strrchr(part, '/'), *file = slash ? slash + 1 : part;
    int folder = slash ? (int)(slash + 1 - part) : 0;
    r->base = wg_fmt(r->arena, "%.*s", folder, part);
    const char *rels = wg_fmt(r->arena, "%s_rels/%s.rels", r->base, file);
    if (!tab_package_has(package, rels)) return 0;
    return tab_xml_read(ctx, package, rels, r, relation_start, NULL, NULL);
}

/* --- workbook --- */

struct sheet {
    const char *name, *id, *part;
    bool hidden;
};

struct workbook {
    struct wg_arena *arena;
    struct sheet sheets[SHEETS_MOST];
    size_t n;
    bool from_1904;
};

static void XMLCALL workbook_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct workbook *w = ((struct tab_xml *)data)->arg;
    const char *local = tab_xml_local(name);
    if (strcmp(local, "workbookPr") == 0) {
        const char *flag = tab_xml_attribute(attributes, "date1904");
        w->from_1904 = flag && (strcmp(flag, "1") == 0 || strcmp(flag, "true") == 0 || strcmp(flag, "on") == 0);
    } else if (strcmp(local, "sheet") == 0 && w->n < SHEETS_MOST) {
        const char *title = tab_xml_attribute(attributes, "name"), *id = tab_xml_attribute(attributes, "id"),
                   *state = tab_xml_attribute(attributes, "state");
        w->sheets[w->n++] = (struct sheet){.name = wg_cstr(w->arena, wg_str(title)),
                                           .id = wg_cstr(w->arena, wg_str(id)),
                                           .hidden = state && strcmp(state, "visible") != 0};
    }
}

static void connect_sheets(struct workbook *w, const struct relations *r)
{
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = 0; k < r->n; k++)
            if (strcmp(r->items[k].id, w->sheets[i].id) == 0 && has_type(&r->items[k], "/worksheet"))
                w->sheets[i].part = r->items[k].target;
}

struct xlsx {
    struct tab_package package;
    struct workbook book;
    struct relations relations;
    struct tab_strings strings;
    struct tab_styles styles;
};

static void drop_strings(void *strings)
{
    tab_strings_free(strings);
}

static int read_workbook(struct wg_ctx *ctx, struct wg_arena *arena, struct xlsx *x)
{
    struct relations top = {.arena = arena};
    int e = read_relations(ctx, &x->package, "", &top);
    if (e) return e;
    const char *part = target_of(&top, "/officeDocument");
    if (!part) part = "xl/workbook.xml";
    if (!tab_package_has(&x->package, part) || wg_str_ends(wg_str(part), WG_STR(".bin")))
        return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    x->book.arena = arena;
    x->relations.arena = arena;
    e = tab_xml_read(ctx, &x->package, part, &x->book, workbook_start, NULL, NULL);
    if (!e) e = read_relations(ctx, &x->package, part, &x->relations);
    if (e) return e;
    connect_sheets(&x->book, &x->relations);
    x->styles.from_1904 = x->book.from_1904;
    const char *styles = target_of(&x->relations, "/styles");
    if (styles && tab_package_has(&x->package, styles)) e = tab_styles_read(ctx, arena, &x->package, styles, &x->styles);
    const char *strings = target_of(&x->relations, "/sharedStrings");
    if (!e && strings && tab_package_has(&x->package, strings)) e = tab_strings_read(ctx, &x->package, strings, &x->strings);
    if (!e && x->book.n == 0) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    return e;
}

/* The first sheet with anything in it, seen ones before hidden ones; and the names of further seen ones. */
static int choose_sheet(struct wg_ctx *ctx, struct wg_arena *arena, struct xlsx *x, struct sheet *ret_sheet,
                        struct tab_sheet_survey *ret_survey, const char *const **ret_others)
{
    const char **others = wg_alloc_n(arena, x->book.n + 1, sizeof *others);
    size_t n_others = 0;
    struct sheet *chosen = NULL;
    for (int hidden = 0; hidden < 2; hidden++) {
        for (size_t i = 0; i < x->book.n && (!chosen || !hidden); i++) {
            struct sheet *sheet = &x->book.sheets[i];
            if (!sheet->part || sheet->hidden != (hidden == 1)) continue;
            struct tab_sheet_survey survey = {.arena = arena, .only_data = chosen != NULL};
            int e = tab_sheet_survey(ctx, &x->package, sheet->part, &survey);
            if (e) return e;
            if (!survey.has_data) continue;
            if (chosen) {
                others[n_others++] = sheet->name;
                continue;
            }
            chosen = sheet;
            *ret_survey = survey;
        }
    }
    if (!chosen) return wg_refuse(ctx, WG_E_TAB_EMPTY, NULL, NULL, NULL);
    *ret_others = others;
    *ret_sheet = *chosen;
    return 0;
}

int tab_xlsx_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                  struct tab_source *ret)
{
    struct xlsx *x = wg_alloc(arena, sizeof *x);
    int e = tab_package_open(ctx, arena, bytes, limits, &x->package);
    if (e) return e;
    wg_arena_cleanup(arena, drop_strings, &x->strings);
    struct tab_source source = {.format = TAB_XLSX, .encoding = ""};
    struct sheet sheet = {0};
    struct tab_sheet_survey survey = {0};
    e = read_workbook(ctx, arena, x);
    if (e) return e;
    e = choose_sheet(ctx, arena, x, &sheet, &survey, &source.other_sheets);
    if (e) return e;
    source.sheet = sheet.name;
    struct tab_sheet_parts parts = {&x->package, sheet.part, &x->strings, &x->styles};
    tab_sheet_open(arena, &parts, &survey, limits, &source);
    *ret = source;
    return 0;
}
