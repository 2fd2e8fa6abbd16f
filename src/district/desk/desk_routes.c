#include "district/desk/desk_internal.h"

/* Workers see their own tasks and doors, officers those of others: both rights open the same pages (desk_may_see_tasks), cut to scope. */
const struct guard_route desk_routes[] = {
    {"GET", "/api/v1/today", RIGHT_TASK_SEE, "today.read", NULL, desk_get_today,
     "Sums, who is missing, alarms and lists of a place now", "place:string", NULL, "Today"},
    {"GET", "/api/v1/tasks", RIGHT_PERSON_READ, "task.list", NULL, desk_get_tasks,
     "Tasks within scope, in walking order; state: open, overdue, done, excused, passed (several between commas)",
     "place:string state:string programme:string worker:string pool:string list:string after:string limit:integer", NULL,
     "TaskPage"},
    {"GET", "/api/v1/tasks/late", RIGHT_TASK_SEE, NULL, "numbers by community or worker, nobody's record", desk_get_late,
     "How many are late, by community or by worker, worst first", "place:string by:string after:string limit:integer", NULL,
     "LateByPage"},
    {"GET", "/api/v1/households", RIGHT_PERSON_READ, NULL, "doors and how many live there, nobody's record",
     desk_get_households, "A day's screening door by door; state: open, done, excused, tried (several between commas)",
     "place:string round:string state:string after:string limit:integer", NULL, "HouseholdPage"},
    {"GET", "/api/v1/alarms", RIGHT_TASK_SEE, "alarm.list", NULL, desk_get_alarms,
     "Alarms, newest first; state: open, taken, closed (several between commas)",
     "place:string state:string after:string limit:integer", NULL, "AlarmPage"},
    {"GET", "/api/v1/people/{id}", RIGHT_PERSON_READ, "person.read", NULL, desk_get_person,
     "A person with household, tasks, lists and facts", NULL, NULL, "Person"},
    {"GET", "/api/v1/workers", RIGHT_SIGNED_IN, NULL, "names and telephones of duty hang on the doors", desk_get_workers,
     "Workers with duties within scope, and what they have open; idle=1, for whoever gives duties: those who hold none too",
     "place:string q:string idle:string after:string limit:integer", NULL, "WorkerPage"},
    {"GET", "/api/v1/field/today", RIGHT_TASK, "field.read", NULL, desk_get_field_today,
     "All that a phone needs for the day; 304 when nothing changed since the version it has", "since:string", NULL,
     "FieldToday"},
    {0},
};
