/* The columns of the sheet: each a count and the rows that make it. */
#include "district/report/report.h"

/* A figure counts rows `h` of one table under a condition. The condition says nothing of where: a count takes community by community,
 * each a range of the table's own order (grouping by a part of the path would sort every row), and those above them place by place; the
 * rows take the whole range. */
#define DUE "h.level = 7 AND h.valid_from <= $6 AND (h.valid_until IS NULL OR h.valid_until > $6)"
#define ANSWERED(state) "h.programme = 'daily_screening' AND h.round = $6 AND h.state = '" state "'"
#define LEFT                                                                                                                   \
    DUE " AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.district = h.district AND a.programme = 'daily_screening' "           \
        "AND a.round = $6 AND a.path = h.path AND a.state IN ('done', 'excused'))"
#define TASK(condition)                                                                                                        \
    "h.state IN ('open', 'done', 'excused', 'passed') AND h.programme = 'list_follow_up' AND $6 = $6 AND " condition
#define DURING_DAY "h.opened < $5 AND (h.closed IS NULL OR h.closed >= $4)"
#define OPENED "h.opened >= $4 AND h.opened < $5"
#define NOT_ENDED "h.opened < $5 AND (h.closed IS NULL OR h.closed >= $5)"
#define ENDED(state) "h.closed >= $4 AND h.closed < $5 AND h.state = '" state "'"
#define FEVER "h.state IN ('open', 'taken', 'closed') AND h.kind = 'fever' AND h.at >= $4 AND h.at < $5 AND $6 = $6"
#define REGISTERED "h.state IN ('living', 'provisional') AND $6 = $6"

#define COUNTED(table, condition)                                                                                              \
    "SELECT c.path, count(*) FROM place c CROSS JOIN " table " h WHERE c.district = $1 AND c.level = 2 AND c.path >= $2 "      \
    "AND c.path < $3 AND h.district = $1 AND h.path >= c.path AND h.path < c.path || '~' AND $4 <= $5 AND " condition          \
    " GROUP BY c.path"
#define HELD_ABOVE(table, condition)                                                                                           \
    "SELECT c.path, count(*) FROM place c CROSS JOIN " table                                                                   \
    " h WHERE c.district = $1 AND c.level IN (0, 1) AND c.path >= $2 "                                                         \
    "AND c.path < $3 AND h.district = $1 AND h.path = c.path AND $4 <= $5 AND " condition " GROUP BY c.path"
#define COUNTS(table, condition) COUNTED(table, condition), HELD_ABOVE(table, condition)
#define ROWS(columns, table, condition, id)                                                                                    \
    "SELECT " columns " FROM " table " h WHERE h.district = $1 AND h.path >= $2 AND h.path < $3 AND $4 <= $5 AND " condition   \
    " AND (h.path > $7 OR (h.path = $7 AND " id " > $8)) ORDER BY h.path, " id " LIMIT $9"
#define RECORDER                                                                                                               \
    "(SELECT w.name FROM observation o JOIN worker w ON w.district = o.district AND w.id = o.worker "                          \
    "WHERE o.district = h.district AND o.id = h.observation)"
#define PLACES(condition)                                                                                                      \
    COUNTS("place", condition), ROWS("NULL, h.path, h.label, NULL, NULL, h.id", "place", condition, "h.id")
#define ANSWERS(condition)                                                                                                     \
    COUNTS("answer", condition),                                                                                               \
        ROWS("NULL, h.path, h.result, h.at, " RECORDER ", h.observation", "answer", condition, "h.observation")
#define TASKS(condition)                                                                                                       \
    COUNTS("enrolment", TASK(condition)),                                                                                      \
        ROWS("h.person, h.path, COALESCE(h.result, h.state), COALESCE(h.closed, h.opened), " RECORDER ", h.id", "enrolment",   \
             TASK(condition), "h.id")
#define ALARMS(condition)                                                                                                      \
    COUNTS("alarm", condition),                                                                                                \
        ROWS("h.person, h.path, h.state, h.at, (SELECT w.name FROM worker w WHERE w.district = h.district AND w.id = "         \
             "h.taken_by), h.id",                                                                                              \
             "alarm", condition, "h.id")
#define PEOPLE(condition)                                                                                                      \
    COUNTS("person", condition), ROWS("h.id, h.path, h.state, NULL, NULL, h.id", "person", condition, "h.id")

const struct report_figure report_figures[] = {
    {"households_due", "应排查户数", "households due", false, PLACES(DUE)},
    {"households_done", "已排查户数", "households screened", true, ANSWERS(ANSWERED("done"))},
    {"households_excused", "免排查户数", "households excused", true, ANSWERS(ANSWERED("excused"))},
    {"households_tried", "未应答户数", "no answer", true, ANSWERS(ANSWERED("tried"))},
    {"households_left", "未排查户数", "households not yet screened", true, PLACES(LEFT)},
    {"people_due", "名单应核查人数", "people of lists to reach", true, TASKS(DURING_DAY)},
    {"people_new", "其中当日新增", "of them new today", true, TASKS(OPENED)},
    {"people_reached", "当日见到", "reached today", true, TASKS(ENDED("done"))},
    {"people_excused", "查无、离开等", "accounted for", true, TASKS(ENDED("excused"))},
    {"people_passed", "当日转出", "passed on", true, TASKS(ENDED("passed"))},
    {"people_left", "尚未见到", "not yet reached", true, TASKS(NOT_ENDED)},
    {"fevers", "发热人次", "fevers", true, ALARMS(FEVER)},
    {"people", "在册人数", "people in the register", false, PEOPLE(REGISTERED)},
    {0},
};
