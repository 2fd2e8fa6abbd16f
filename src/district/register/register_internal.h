/* register_internal.h - what the register's own files share; no other room includes it. */
#ifndef WG_REGISTER_INTERNAL_H
#define WG_REGISTER_INTERNAL_H
#include "district/register/register.h"
#include "engine/people/people.h"
#include "platform/resource/resource.h"

/* "yrsq yanrushequ": initials and pinyin of a name, for search. */
const char *register_sound(struct wg_arena *arena, const char *name);
bool place_kind_level(struct wg_str kind, enum place_level *ret);

extern const struct guard_route place_routes[], person_routes[], duty_routes[], file_routes[];
/* The body's fields of the resource "people", "places" or "duties"; see register_fields.c. */
#endif
