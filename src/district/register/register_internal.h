/* register_internal.h - what the register's own files share; no other room includes it. */
#ifndef WG_REGISTER_INTERNAL_H
#define WG_REGISTER_INTERNAL_H
#include "district/register/register.h"
#include "engine/people/people.h"
#include "platform/resource/resource.h"

/* The columns every reading of people asks for, in the order person_read takes them. */
#define PERSON_COLUMNS                                                                                                         \
    "id, path, place, name, sex, birth, idno_tail, phone_tail, relation, state, address, note, created, updated, version"
/* The same of a person joined with others under the name `p`. */
#define PERSON_COLUMNS_OF(p)                                                                                                   \
    p ".id, " p ".path, " p ".place, " p ".name, " p ".sex, " p ".birth, " p ".idno_tail, " p ".phone_tail, " p ".relation, "  \
      "" p ".state, " p ".address, " p ".note, " p ".created, " p ".updated, " p ".version"
enum { PERSON_COLUMNS_COUNT = 15 };
void person_read(struct wg_ctx *ctx, const struct store_rows *rows, struct person *ret);
bool person_state_known(const char *state);
/* Whoever it is, without scope: for writers that have checked it. */
WG_MUST int person_find(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id id, struct person *ret);

/* Handlers of a person's history. */
int person_get_changes(struct guard_call *call);
int person_undo_change(struct guard_call *call);

/* "yrsq yanrushequ": initials and pinyin of a name, for search. */
const char *register_sound(struct wg_arena *arena, const char *name);
/* A text column; NULL for NULL. */
const char *register_text(struct wg_ctx *ctx, const struct store_rows *rows, int column);
bool place_kind_level(struct wg_str kind, enum place_level *ret);

extern const struct res_resource register_people, register_places, register_duties;
#endif
