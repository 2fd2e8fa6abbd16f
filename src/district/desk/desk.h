/* desk.h - the first pages: what must I do now, who is not yet reached, can I trust this number.
 *
 * Each page is one answer composed of several rooms; it owns no table. Knows register, programme, list and report.
 *   GET today?place         the desk's first page (shape Today): sums of screening and follow-up at a place and its children, the day's
 *                           curve against yesterday's, alarms, lists in work, what waits for a clerk, the report's state
 *   GET tasks, tasks/late   who is not reached, in walking order; who is late, by community or worker, worst first
 *   GET households          a day's screening, door by door
 *   GET export/tasks, export/households, export/audit   all rows of those pages as a file, up to a million (WG_E_TOO_MANY)
 *   GET alarms              what needs somebody now
 *   GET people/{id}         a person: household, tasks, lists, facts
 *   GET workers             who works within scope, with what they have open; idle=1: whoever holds nothing yet too, for their first duty
 *   GET field/today         all that a phone needs for the day: doors in walking order, who lives there, what is due or was done today, and
 *                           last the doors of tasks given by name elsewhere; up to 3,000 households (WG_E_TOO_MANY)
 * A task is late from its deadline on: `overdue_hours` are whole hours, and 1 within the first; sums and filters agree to the moment.
 * A task given by name counts for who was named; all others for whoever answers for their place (owner_of). A pool is a place above
 * the grids.
 *   P1 every page is cut to the scope of whoever asks; a task given by name is seen by that worker wherever it is
 *   P2 a page of rows costs a bounded number of queries, whatever its length (no query a row)
 *   P3 field/today answers 304 to ?since= when nothing of it changed
 *   P4 a file has the rows of its page for the same filters, all of them, from one moment, in the words of the page; numbers of people by
 *      their last four; the audit keeps its codes in a column beside */
#ifndef WG_DESK_H
#define WG_DESK_H
#include "district/report/report.h"

extern const struct guard_route desk_routes[];
#endif
