/* base.h - what every room stands on; it knows nobody.
 *
 *   arena.h     memory that belongs to a request     str.h      text, numbers, a bounded buffer
 *   time.h      moments and days                     id.h       UUIDv7
 *   problem.h   refusals, and the context of a call  parallel.h a loop on a few threads
 *   log.h       the edge's log
 *
 * Conventions of the whole project. A function that can refuse returns 0 or WG_E_* and is WG_MUST; results come last,
 * are named ret_, and are untouched on failure. Pointers in are const. Results live in ctx->arena unless the header says
 * otherwise. Names carry their room: wg_ here, then store_, http_, match_ ... */
#ifndef WG_BASE_H
#define WG_BASE_H
#include "base/arena.h"
#include "base/id.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/problem.h"
#include "base/str.h"
#include "base/time.h"
#endif
