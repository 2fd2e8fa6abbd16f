/* The audit as a file: what was done in the words of the page, with the code beside them for other programs. */
#include <string.h>

#include "base/embedded.h"
#include "district/desk/desk_internal.h"

enum { ROWS_MAX = 1000000 }; /* a sheet holds 1,048,576 lines */

static const char *const columns[][2] = {
    {"时间", "at"},   {"谁", "who"},          {"岗位", "role"},   {"做了什么", "what was done"}, {"代码", "verb"},
    {"内容", "what"}, {"谁的记录", "person"}, {"用途", "reason"}, {"地方路径", "place path"},    {"请求编号", "request"},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* --- words ------------------------------------------------------------------------------------------------------------------- */

/* The pages' own texts. Kept by ctx->arena. */
static int load_words(struct wg_ctx *ctx, const char *name, const json_t **ret)
{
    struct wg_str bytes;
    const char *file = wg_fmt(ctx->arena, "locales/%s/%s.json", ctx->lang == WG_ZH ? "zh" : "en", name);
    *ret = wg_embedded(file, &bytes) ? res_keep(ctx, json_loadb(bytes.p, bytes.n, 0, NULL)) : NULL;
    return *ret ? 0 : wg_refuse(ctx, WG_E_INTERNAL, file, NULL, NULL);
}

/* The code itself where there is no word for it. */
static const char *word(struct wg_ctx *ctx, const json_t *words, const char *prefix, const char *code)
{
    const char *text = json_string_value(json_object_get(words, wg_fmt(ctx->arena, "%s%s", prefix, code)));
    return text ? text : code;
}

int desk_words_load(struct wg_ctx *ctx, struct desk_words *ret)
{
    int rc = load_words(ctx, "desk", &ret->desk);
    return rc ? rc : load_words(ctx, "shared", &ret->shared);
}

const char *desk_verb_text(struct wg_ctx *ctx, const struct desk_words *words, const char *verb)
{
    static const char refused[] = ".refused";
    const char *text = word(ctx, words->desk, "verb.", verb);
    size_t n = strlen(verb), end = sizeof refused - 1;
    if (text != verb || n <= end || strcmp(verb + n - end, refused) != 0) return text;
    const char *done = wg_cstr(ctx->arena, (struct wg_str){verb, n - end});
    return wg_fmt(ctx->arena, "%s (%s)", word(ctx, words->desk, "verb.", done), word(ctx, words->desk, "verb.", "refused"));
}

/* --- the file ---------------------------------------------------------------------------------------------------------------- */

struct writing {
    struct guard_call *call;
    struct desk_words words;
    struct tab_writer *writer;
    int64_t rows;
};

static const char *id_text(struct wg_ctx *ctx, wg_id id)
{
    return wg_id_is_nil(id) ? NULL : wg_id_text(ctx->arena, id);
}

static int write_row(struct wg_ctx *ctx, void *arg, const struct guard_audit_row *row)
{
    struct writing *w = arg;
    const char *texts[COLUMNS] = {desk_moment_text(ctx, wg_time_text(ctx->arena, row->at, ctx->zone)),
                                  row->worker,
                                  row->role ? word(ctx, w->words.shared, "role.", row->role) : NULL,
                                  row->verb ? desk_verb_text(ctx, &w->words, row->verb) : NULL,
                                  row->verb,
                                  row->what,
                                  id_text(ctx, row->person),
                                  row->reason,
                                  row->path,
                                  id_text(ctx, row->request)};
    struct wg_str cells[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) cells[c] = wg_str(texts[c] ? texts[c] : "");
    w->rows++;
    return tab_write_row(ctx, w->writer, cells);
}

static int write_audit(struct wg_ctx *ctx, void *what, enum tab_format format, tab_sink sink, void *arg)
{
    struct writing *w = what;
    struct tab_column heads[COLUMNS] = {0};
    int zh = ctx->lang == WG_ZH;
    for (size_t c = 0; c < COLUMNS; c++) heads[c].name = columns[c][zh ? 0 : 1];
    int rc = tab_write_open(ctx, format, zh ? "审计" : "audit", heads, COLUMNS, sink, arg, &w->writer);
    if (rc == 0) rc = guard_audit_each(w->call, ROWS_MAX, write_row, w);
    return rc ? rc : tab_write_close(ctx, w->writer);
}

int desk_export_audit(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct writing w = {.call = call};
    int rc = desk_words_load(ctx, &w.words);
    if (rc == 0) rc = res_file_answer(call, res_name_today(ctx, ctx->lang == WG_ZH ? "审计" : "audit"), write_audit, &w);
    if (rc == 0) guard_note(call, (wg_id){0}, wg_fmt(ctx->arena, "%lld rows", (long long)w.rows));
    return rc;
}
