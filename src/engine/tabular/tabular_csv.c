/* CSV after RFC 4180, forgiving where the sender's meaning is plain.
 *
 * Text that is UTF-8 already is cut where it lies; other encodings are decoded into a window that holds the current record.
 * A record is first measured (where its cells lie and where it ends), then its cells are cleaned. A quote that never
 * closes must not swallow the rest of the file: such a record ends with its first line and is marked damaged. */
#include <stdlib.h>
#include <string.h>

#include "engine/tabular/tabular_internal.h"

enum { WINDOW_FILL = 256 * 1024, SAMPLE_BYTES = 64 * 1024, SAMPLE_RECORDS = 50 };

struct csv_cell {
    const char *from, *to;
    bool quoted, unescape;
};

struct csv_record {
    size_t n;         /* cells, those beyond the capacity included */
    const char *text; /* end of the record without its line end */
    const char *next; /* where the next one begins */
    size_t lines;     /* physical lines it takes */
    bool damaged, overflow, unescape;
};

struct csv {
    struct wg_str whole; /* UTF-8: the file; otherwise unused */
    struct tab_decoder *decoder;
    struct wg_buf window;
    const char *at, *end;
    bool final; /* nothing comes after `end` */
    bool broken;
    char delimiter;
    size_t line, skip;              /* number of the next physical line; bytes of a "sep=;" line at the start */
    const char *quote_from, *quote; /* the first quote at or after `quote_from`, or `end` */
    struct csv_cell *found;
    size_t cap;
    struct tab_cells cells;
    struct wg_buf scratch, repaired;
};

enum measure { MEASURED, NEED_MORE, NOT_A_RECORD };

/* --- measuring a record --- */

static const char *next_quote(struct csv *c, const char *p, const char *end)
{
    if (c->quote && c->quote_from <= p && p <= c->quote && c->quote <= end) return c->quote;
    const char *hit = p < end ? memchr(p, '"', (size_t)(end - p)) : NULL;
    c->quote_from = p;
    c->quote = hit ? hit : end;
    return c->quote;
}

/* Marks the bytes of `word` that are zero; exact up to the first of them (in memory order on little-endian machines). */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;
}

/* The first delimiter or line end. Eight bytes are looked at together where the machine's byte order allows. */
static const char *plain_end(const char *p, const char *end, char delimiter)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t each = 0x0101010101010101ULL;
    const uint64_t d = each * (unsigned char)delimiter, lf = each * '\n', cr = each * '\r';
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        uint64_t hit = zero_bytes(word ^ d) | zero_bytes(word ^ lf) | zero_bytes(word ^ cr);
        if (hit) return p + (__builtin_ctzll(hit) >> 3);
        p += 8;
    }
#endif
    while (p < end && *p != delimiter && *p != '\n' && *p != '\r') p++;
    return p;
}

static size_t count_lines(const char *p, const char *to)
{
    size_t n = 0;
    for (; p < to; p++) n += *p == '\n' || (*p == '\r' && !(p + 1 < to && p[1] == '\n'));
    return n;
}

/* A cell whose first byte is a quote. *p is moved to the delimiter or line end behind it. */
static enum measure measure_quoted(struct csv *c, const char **p, const char *end, bool final, struct csv_cell *ret,
                                   size_t *lines)
{
    const char *from = *p + 1, *q = from;
    bool escaped = false;
    for (;;) {
        q = next_quote(c, q, end);
        if (q - from > TAB_RECORD_MOST) return NOT_A_RECORD;
        if (q == end) return final ? NOT_A_RECORD : NEED_MORE;
        if (q + 1 == end && !final) return NEED_MORE;
        if (q + 1 == end || q[1] != '"') break;
        escaped = true;
        q += 2;
    }
    size_t inside = count_lines(from, q);
    const char *after = q + 1;
    while (after < end && *after == ' ') after++;
    if (after == end && !final) return NEED_MORE;
    *ret = (struct csv_cell){from, q, true, escaped};
    if (after < end && *after != c->delimiter && *after != '\n' && *after != '\r') {
        if (inside > 0) return NOT_A_RECORD;
        /* "name"(head): what a spreadsheet does is to drop the quotes and keep the rest */
        after = plain_end(after, end, c->delimiter);
        if (after == end && !final) return NEED_MORE;
        *ret = (struct csv_cell){from - 1, after, true, true};
    }
    *lines += inside;
    *p = after;
    return MEASURED;
}

/* Measures the record at p. With `quotes` false a quote is a byte like any other (the way out of a damaged record). */
static enum measure measure_record(struct csv *c, const char *p, const char *end, bool final, bool quotes,
                                   struct csv_record *ret)
{
    struct csv_record r = {.lines = 1};
    const char delimiter = c->delimiter;
    for (;;) {
        struct csv_cell cell = {p, p, false, false};
        if (quotes && p < end && *p == '"') {
            enum measure m = measure_quoted(c, &p, end, final, &cell, &r.lines);
            if (m != MEASURED) return m;
        } else {
            p = cell.to = plain_end(p, end, delimiter);
        }
        r.unescape |= cell.unescape;
        if (r.n < c->cap)
            c->found[r.n] = cell;
        else
            r.overflow |= cell.to > cell.from;
        r.n++;
        if (p == end) {
            if (!final) return NEED_MORE;
            r.text = r.next = p;
            break;
        }
        if (*p == delimiter) {
            p++;
            continue;
        }
        if (*p == '\r' && p + 1 == end && !final) return NEED_MORE;
        r.text = p;
        r.next = p + (*p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1);
        break;
    }
    *ret = r;
    return MEASURED;
}

static enum measure measure(struct csv *c, const char *p, const char *end, bool final, struct csv_record *ret)
{
    enum measure m = measure_record(c, p, end, final, true, ret);
    if (m != NOT_A_RECORD) return m;
    m = measure_record(c, p, end, final, false, ret);
    if (m == MEASURED) ret->damaged = true;
    return m;
}

/* --- cleaning its cells --- */

/* Takes quotes off: doubled ones become one, single ones vanish. */
static struct wg_str unescape(struct csv *c, const struct csv_cell *cell)
{
    size_t from = c->scratch.n;
    const char *p = cell->from;
    while (p < cell->to) {
        const char *q = memchr(p, '"', (size_t)(cell->to - p));
        if (!q) q = cell->to;
        wg_buf_add(&c->scratch, p, (size_t)(q - p));
        bool doubled = q + 1 < cell->to && q[1] == '"';
        if (doubled) wg_buf_putc(&c->scratch, '"');
        p = q + (doubled ? 2 : 1);
    }
    return (struct wg_str){c->scratch.p + from, c->scratch.n - from};
}

static struct wg_str clean(struct csv *c, const struct csv_cell *cell)
{
    struct wg_str s = cell->unescape ? unescape(c, cell) : (struct wg_str){cell->from, (size_t)(cell->to - cell->from)};
    s = tab_trim(s);
    size_t apostrophes;
    if (s.n > 1 && s.p[0] == '\'' && tab_is_formula(s, &apostrophes)) s = wg_str_sub(s, 1, s.n);
    return s;
}

static void reserve(struct wg_buf *buf, size_t n)
{
    if (buf->cap > n) return;
    buf->cap = n + n / 2 + 64;
    buf->p = wg_xrealloc(buf->p, buf->cap, 1);
}

static void clean_cells(struct csv *c, const struct csv_record *r, const char *from, struct tab_line *ret)
{
    /* the scratch buffer must not move while cells point into it */
    wg_buf_clear(&c->scratch);
    if (r->unescape) reserve(&c->scratch, (size_t)(r->text - from));
    size_t n = r->n < c->cap ? r->n : c->cap;
    for (size_t i = 0; i < n; i++) {
        struct wg_str s = clean(c, &c->found[i]);
        c->cells.cells[i] = s;
        c->cells.kinds[i] = tab_text_kind(s);
    }
    ret->cells = c->cells.cells;
    ret->kinds = c->cells.kinds;
    ret->n = n;
    ret->overflow = r->overflow;
    ret->raw = (struct wg_str){from, (size_t)(r->text - from)};
    ret->damaged = r->damaged;
}

/* --- the window --- */

static bool fill(struct csv *c)
{
    if (!c->decoder) return false;
    size_t keep = (size_t)(c->end - c->at);
    if (keep) memmove(c->window.p, c->at, keep);
    c->window.n = keep;
    size_t want = keep + (keep > WINDOW_FILL ? keep : WINDOW_FILL);
    bool more = true;
    while (c->window.n < want && more) more = tab_decoder_more(c->decoder, &c->window);
    c->final = !more;
    c->at = c->window.p;
    c->end = c->window.p + c->window.n;
    c->quote = NULL;
    return !c->window.failed;
}

static void start(struct csv *c)
{
    c->line = 1;
    c->quote = NULL;
    if (c->decoder) {
        tab_decoder_rewind(c->decoder);
        c->window.n = 0;
        c->at = c->end = c->window.p;
        c->final = false;
        (void)fill(c);
    } else {
        c->at = c->whole.p;
        c->end = c->whole.p + c->whole.n;
        c->final = true;
    }
    if (c->skip > 0) {
        c->at += c->skip;
        c->line++;
    }
}

static void csv_rewind(void *self)
{
    start(self);
}

static double csv_done(const void *self)
{
    const struct csv *c = self;
    if (c->decoder) return tab_decoder_done(c->decoder);
    return c->whole.n == 0 ? 1.0 : (double)(c->at - c->whole.p) / (double)c->whole.n;
}

/* A record with bytes that are no UTF-8: repaired aside and measured again there. */
static void repair_record(struct csv *c, struct csv_record *r, const char **from)
{
    wg_buf_clear(&c->repaired);
    tab_repair(&c->repaired, (struct wg_str){*from, (size_t)(r->text - *from)});
    bool damaged = r->damaged;
    const char *next = r->next;
    const char *p = c->repaired.p ? c->repaired.p : "";
    c->quote = NULL;
    enum measure m = measure_record(c, p, p + c->repaired.n, true, !damaged, r);
    (void)m; /* the same quotes and delimiters as before: it measures */
    c->quote = NULL;
    *from = p;
    r->next = next;
    r->damaged = true;
}

static bool has_replacement(struct wg_str s)
{
    return memmem(s.p, s.n, "\xEF\xBF\xBD", 3) != NULL;
}

static bool is_broken(struct wg_str s)
{
    return memchr(s.p, '\0', s.n) != NULL || !wg_utf8_valid(s);
}

static int csv_next(struct wg_ctx *ctx, void *self, struct tab_line *ret, bool *ret_more)
{
    struct csv *c = self;
    struct csv_record r;
    for (;;) {
        if (c->at < c->end && measure(c, c->at, c->end, c->final, &r) == MEASURED) break;
        if (c->final) {
            *ret_more = false;
            return 0;
        }
        if (!fill(c)) return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, "decoded text", NULL);
    }
    const char *from = c->at;
    struct wg_str text = {from, (size_t)(r.text - from)};
    size_t lines = r.lines;
    if (c->broken && is_broken(text)) repair_record(c, &r, &from);
    *ret = (struct tab_line){.number = c->line};
    clean_cells(c, &r, from, ret);
    if (c->decoder && has_replacement(text)) ret->damaged = true;
    c->line += lines;
    c->at = r.next;
    *ret_more = true;
    return 0;
}

/* --- opening --- */

/* How well a delimiter explains the sample: records that agree on their number of cells, and how many those are. */
static double delimiter_score(struct csv *c, char delimiter, const char *end, bool final)
{
    enum { MOST = 256 };
    unsigned counts[MOST] = {0}, records = 0, best = 0;
    size_t cells = 1;
    c->delimiter = delimiter;
    c->quote = NULL;
    struct csv_record r;
    for (const char *p = c->at; p < end && records < SAMPLE_RECORDS; p = r.next) {
        if (measure(c, p, end, final, &r) != MEASURED) break;
        if (r.text == p) continue;
        counts[r.n < MOST ? r.n : MOST - 1]++;
        records++;
    }
    for (size_t n = 2; n < MOST; n++) {
        if (counts[n] > best) {
            best = counts[n];
            cells = n;
        }
    }
    if (records == 0 || best == 0) return 0;
    double share = (double)best / records;
    return share * share * (double)(cells - 1);
}

static char find_delimiter(struct csv *c)
{
    static const char candidates[] = {',', '\t', ';'};
    const char *end = c->end - c->at > SAMPLE_BYTES ? c->at + SAMPLE_BYTES : c->end;
    bool final = c->final && end == c->end;
    char best = ',';
    double best_score = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        double score = delimiter_score(c, candidates[i], end, final);
        if (score > best_score) {
            best_score = score;
            best = candidates[i];
        }
    }
    c->quote = NULL;
    return best;
}

/* Excel's own hint in the first line: "sep=;". */
static void take_hint(struct csv *c)
{
    struct wg_str head = {c->at, (size_t)(c->end - c->at)};
    if (head.n < 6 || memcmp(head.p, "sep=", 4) != 0 || !strchr(",;\t", head.p[4]) || head.p[4] == '\0') return;
    size_t n = 5;
    if (head.p[n] == '\r') n++;
    if (n < head.n && head.p[n] == '\n') n++;
    if (n == 5) return;
    c->delimiter = head.p[4];
    c->skip = n;
}

static void close_csv(void *self)
{
    struct csv *c = self;
    wg_buf_free(&c->window);
    wg_buf_free(&c->scratch);
    wg_buf_free(&c->repaired);
}

int tab_csv_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                 struct tab_source *ret)
{
    struct tab_survey survey = tab_survey(bytes);
    if (survey.encoding == TAB_BINARY) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
    struct csv *c = wg_alloc(arena, sizeof *c);
    /* a byte that cannot be decoded becomes three */
    size_t most = limits->max_bytes > SIZE_MAX / 8 ? SIZE_MAX / 2 : limits->max_bytes * 4 + WINDOW_FILL;
    wg_buf_init(&c->window, most);
    wg_buf_init(&c->scratch, most);
    wg_buf_init(&c->repaired, most);
    wg_arena_cleanup(arena, close_csv, c);
    c->cells = tab_cells_new(arena, limits);
    c->cap = c->cells.cap;
    c->found = wg_alloc_n(arena, c->cap, sizeof *c->found);
    c->broken = survey.broken;
    struct wg_str body = wg_str_sub(bytes, survey.bom, bytes.n);
    if (body.n > 0 && body.p[body.n - 1] == 0x1A && survey.encoding != TAB_UTF16LE && survey.encoding != TAB_UTF16BE)
        body.n--; /* the end mark of DOS editors */
    if (survey.encoding == TAB_UTF8) {
        c->whole = body;
    } else {
        c->decoder = tab_decoder_new(arena, survey.encoding, body);
        if (!c->decoder) return wg_refuse(ctx, WG_E_TAB_FORMAT, NULL, NULL, NULL);
        wg_buf_puts(&c->window, ""); /* never NULL */
    }
    start(c);
    take_hint(c);
    if (c->skip == 0) c->delimiter = find_delimiter(c);
    start(c);
    *ret = (struct tab_source){.next = csv_next,
                               .rewind = csv_rewind,
                               .done = csv_done,
                               .self = c,
                               .format = TAB_CSV,
                               .encoding = tab_encoding_name(survey.encoding),
                               .delimiter = c->delimiter,
                               .sheet = ""};
    return 0;
}
