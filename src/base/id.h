/* id.h - identifiers made where a thing happened: UUID version 7 (RFC 9562, section 5.7).
 *
 *   P1 ids made by one generator sort in the order they were made, also within a millisecond
 *   P2 text is the 36-character lower-case form; reading accepts upper case and refuses anything else */
#ifndef WG_BASE_ID_H
#define WG_BASE_ID_H
#include "base/time.h"

typedef struct wg_id {
    uint8_t b[16];
} wg_id;

enum { WG_ID_TEXT = 36 };

/* Fresh and random; safe from any thread. */
wg_id wg_id_new(wg_time now);
/* The same name in the same space always gives the same id (version 8, over BLAKE2b): for seeds and imports. */
wg_id wg_id_named(const char *space, struct wg_str name);
bool wg_id_eq(wg_id a, wg_id b);
int wg_id_cmp(wg_id a, wg_id b);
bool wg_id_is_nil(wg_id id);
WG_MUST bool wg_id_parse(struct wg_str s, wg_id *ret);
void wg_id_format(wg_id id, char out[WG_ID_TEXT + 1]);
char *wg_id_text(struct wg_arena *arena, wg_id id);
#endif
