/* The columns of the sheet: each a count and the rows that make it. */
#include "district/report/report.h"

#define HOUSEHOLDS_DUE                                                                                                         \
    "FROM place h WHERE h.district = $1 AND h.level = 7 AND h.path >= $2 AND h.path < $3 AND $4 <= $5 AND h.valid_from <= $6 " \
    "AND (h.valid_until IS NULL OR h.valid_until > $6)"
#define ANSWERS(state)                                                                                                         \
    "FROM answer h WHERE h.district = $1 AND h.programme = 'daily_screening' AND h.round = $6 AND h.path >= $2 AND h.path < "  \
    "$3 "                                                                                                                      \
    "AND $4 <= $5 AND h.state = '" state "'"
#define HOUSEHOLDS_LEFT                                                                                                        \
    HOUSEHOLDS_DUE                                                                                                             \
    " AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.district = h.district AND a.programme = 'daily_screening' "               \
    "AND a.round = $6 AND a.path = h.path AND a.state IN ('done', 'excused'))"
#define TASKS(condition)                                                                                                       \
    "FROM enrolment h WHERE h.district = $1 AND h.state IN ('open', 'done', 'excused', 'passed') AND h.path >= $2 AND h.path " \
    "< $3 "                                                                                                                    \
    "AND h.programme = 'list_follow_up' AND $6 = $6 AND " condition
#define DURING_DAY "h.opened < $5 AND (h.closed IS NULL OR h.closed >= $4)"
#define ENDED(state) "h.closed >= $4 AND h.closed < $5 AND h.state = '" state "'"
#define FEVERS                                                                                                                 \
    "FROM alarm h WHERE h.district = $1 AND h.state IN ('open', 'taken', 'closed') AND h.path >= $2 AND h.path < $3 "          \
    "AND h.kind = 'fever' AND h.at >= $4 AND h.at < $5 AND $6 = $6"
#define PEOPLE                                                                                                                 \
    "FROM person h WHERE h.district = $1 AND h.path >= $2 AND h.path < $3 AND h.state IN ('living', 'provisional') AND $4 <= " \
    "$5 AND $6 = $6"

#define COUNTED(from) "SELECT substr(h.path, 1, 6), count(*) " from " GROUP BY substr(h.path, 1, 6)"
#define PLACE_ROWS(from)                                                                                                       \
    "SELECT NULL, h.path, h.label, NULL, NULL, h.id " from                                                                     \
    " AND (h.path > $7 OR (h.path = $7 AND h.id > $8)) ORDER BY h.path, h.id LIMIT $9"
#define ANSWER_ROWS(from)                                                                                                      \
    "SELECT NULL, h.path, h.result, h.at, (SELECT w.name FROM observation o JOIN worker w ON w.district = o.district AND "     \
    "w.id = o.worker "                                                                                                         \
    "WHERE o.district = h.district AND o.id = h.observation), h.observation " from                                             \
    " AND (h.path > $7 OR (h.path = $7 AND h.observation > $8)) ORDER BY h.path, h.observation LIMIT $9"
#define TASK_ROWS(from)                                                                                                        \
    "SELECT h.person, h.path, COALESCE(h.result, h.state), COALESCE(h.closed, h.opened), (SELECT w.name FROM observation o "   \
    "JOIN worker w ON w.district = o.district AND w.id = o.worker WHERE o.district = h.district AND o.id = h.observation), "   \
    "h.id " from " AND (h.path > $7 OR (h.path = $7 AND h.id > $8)) ORDER BY h.path, h.id LIMIT $9"
#define ALARM_ROWS(from)                                                                                                       \
    "SELECT h.person, h.path, h.state, h.at, (SELECT w.name FROM worker w WHERE w.district = h.district AND w.id = "           \
    "h.taken_by), h.id " from " AND (h.path > $7 OR (h.path = $7 AND h.id > $8)) ORDER BY h.path, h.id LIMIT $9"
#define PERSON_ROWS(from)                                                                                                      \
    "SELECT h.id, h.path, h.state, NULL, NULL, h.id " from                                                                     \
    " AND (h.path > $7 OR (h.path = $7 AND h.id > $8)) ORDER BY h.path, h.id LIMIT $9"

const struct report_figure report_figures[] = {
    {"households_due", "应排查户数", "households due", false, COUNTED(HOUSEHOLDS_DUE), PLACE_ROWS(HOUSEHOLDS_DUE)},
    {"households_done", "已排查户数", "households screened", true, COUNTED(ANSWERS("done")), ANSWER_ROWS(ANSWERS("done"))},
    {"households_excused", "免排查户数", "households excused", true, COUNTED(ANSWERS("excused")),
     ANSWER_ROWS(ANSWERS("excused"))},
    {"households_tried", "未应答户数", "no answer", true, COUNTED(ANSWERS("tried")), ANSWER_ROWS(ANSWERS("tried"))},
    {"households_left", "未排查户数", "households not yet screened", true, COUNTED(HOUSEHOLDS_LEFT),
     PLACE_ROWS(HOUSEHOLDS_LEFT)},
    {"people_due", "名单应核查人数", "people of lists to reach", true, COUNTED(TASKS(DURING_DAY)),
     TASK_ROWS(TASKS(DURING_DAY))},
    {"people_new", "其中当日新增", "of them new today", true, COUNTED(TASKS("h.opened >= $4 AND h.opened < $5")),
     TASK_ROWS(TASKS("h.opened >= $4 AND h.opened < $5"))},
    {"people_reached", "当日见到", "reached today", true, COUNTED(TASKS(ENDED("done"))), TASK_ROWS(TASKS(ENDED("done")))},
    {"people_excused", "查无、离开等", "accounted for", true, COUNTED(TASKS(ENDED("excused"))),
     TASK_ROWS(TASKS(ENDED("excused")))},
    {"people_passed", "当日转出", "passed on", true, COUNTED(TASKS(ENDED("passed"))), TASK_ROWS(TASKS(ENDED("passed")))},
    {"people_left", "尚未见到", "not yet reached", true,
     COUNTED(TASKS("h.opened < $5 AND (h.closed IS NULL OR h.closed >= $5)")),
     TASK_ROWS(TASKS("h.opened < $5 AND (h.closed IS NULL OR h.closed >= $5)"))},
    {"fevers", "发热人次", "fevers", true, COUNTED(FEVERS), ALARM_ROWS(FEVERS)},
    {"people", "在册人数", "people in the register", false, COUNTED(PEOPLE), PERSON_ROWS(PEOPLE)},
    {0},
};
