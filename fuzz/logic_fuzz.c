/* A rule, a line end, data: what logic_check lets pass is evaluated within its bounds, or refused for reaching them (P1, P2). */
#include <stdlib.h>
#include <string.h>

#include "engine/logic/logic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void evaluate(struct wg_ctx *ctx, const json_t *rule, const json_t *data)
{
    json_t *value = NULL;
    bool holds;
    int checked = logic_check(ctx, rule), e = logic_apply(ctx, rule, data, &value);
    if (e == 0 && (!value || logic_holds(ctx, rule, data, &holds) != 0)) abort();
    if (checked == 0 && e != 0 && e != WG_E_LOGIC) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = size ? memchr(text, '\n', size) : NULL;
    size_t n = end ? (size_t)(end - text) : size;
    json_t *rule = json_loadb(text, n, JSON_DECODE_ANY, NULL);
    json_t *from = end ? json_loadb(end + 1, size - n - 1, JSON_DECODE_ANY, NULL) : NULL;
    if (rule) {
        struct wg_ctx ctx = wg_ctx(wg_arena_new());
        evaluate(&ctx, rule, from);
        wg_arena_free(ctx.arena);
    }
    json_decref(rule);
    json_decref(from);
    return 0;
}
