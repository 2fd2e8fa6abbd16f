/* The edge: facts come in, alarms are taken, tasks are given to somebody. */
#include <string.h>

#include "district/programme/programme_internal.h"

enum { FACTS_MAX = 500, TASKS_MAX = 1000 };

/* --- facts ------------------------------------------------------------------------------------------------------------------ */

struct posting {
    struct guard_call *call;
    const struct district *d;
    struct fact *facts;
    struct found **found; /* in the place of a fact; NULL: it is one */
    int *faults;          /* per item: 0, or why it could not be read or stored */
    const char **details;
    struct fact_outcome *outcomes;
    size_t n;
};

/* Each fact in a transaction of the group would cost a savepoint each; a post is one unit, and a fact that is refused by what the
 * store says is tried alone afterwards, so that the others are kept. */
struct one_fact {
    const struct posting *posting;
    size_t index;
};

static int store_item(struct wg_ctx *ctx, struct store_tx *tx, const struct posting *p, size_t i)
{
    const struct guard_who *who = p->call->who;
    if (p->found[i]) return found_store(ctx, tx, p->d, &who->scope, who->worker, p->found[i], &p->outcomes[i]);
    return fact_store(ctx, tx, p->d, p->d->programmes, &who->scope, &p->facts[i], &p->outcomes[i]);
}

static int store_single(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct one_fact *one = arg;
    return store_item(ctx, tx, one->posting, one->index);
}

static int store_all(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct posting *p = arg;
    for (size_t i = 0; i < p->n; i++) {
        if (p->faults[i]) continue;
        int rc = store_item(ctx, tx, p, i);
        if (rc) return rc;
    }
    return guard_audit_in(p->call, tx);
}

static void keep_fault(struct wg_ctx *ctx, struct posting *p, size_t index, int code)
{
    p->faults[index] = code;
    p->details[index] = wg_problem_text(ctx->arena, &ctx->problem, ctx->lang);
    ctx->problem = (struct wg_problem){0};
}

/* A refusal of the data is the item's own; of the store, everybody's. */
static bool is_of_the_item(int code)
{
    int status = wg_problem_kind(code)->status;
    return status >= 400 && status < 500;
}

static int store_one_by_one(struct wg_ctx *ctx, struct posting *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->faults[i]) continue;
        int rc = store_write(ctx, p->d->store, store_single, &(struct one_fact){p, i});
        if (rc && !is_of_the_item(rc)) return rc;
        if (rc) keep_fault(ctx, p, i, rc);
    }
    return 0;
}

static json_t *place_passed_to(struct wg_ctx *ctx, const struct district *d, const char *path)
{
    struct store_snap *snap;
    json_t *ref = NULL;
    if (!path || store_read(ctx, d->store, &snap) != 0) return json_null();
    if (place_ref(ctx, snap, d->code, wg_str(path), &ref) != 0) ref = json_null();
    store_read_end(snap);
    return ref;
}

static json_t *posting_json(struct wg_ctx *ctx, const struct posting *p, const json_t *items)
{
    json_t *stored = json_array(), *refused = json_array();
    for (size_t i = 0; i < p->n; i++) {
        const json_t *id = json_object_get(json_array_get(items, i), "id");
        const char *text = json_is_string(id) ? json_string_value(id) : "";
        if (p->faults[i]) {
            json_array_append_new(refused, json_pack("{s:s, s:s, s:s}", "id", text, "code", wg_problem_kind(p->faults[i])->code,
                                                     "detail", p->details[i]));
            continue;
        }
        const struct fact_outcome *o = &p->outcomes[i];
        json_array_append_new(stored,
                              json_pack("{s:s, s:s, s:s?, s:o}", "id", text, "status", o->already ? "already" : "stored",
                                        "task_state", o->task_state, "next_place", place_passed_to(ctx, p->d, o->next_path)));
    }
    return json_pack("{s:o, s:o}", "stored", stored, "refused", refused);
}

static int read_item(struct posting *p, const json_t *item, size_t i)
{
    struct wg_ctx *ctx = p->call->ctx;
    if (!found_is(item)) {
        int rc = fact_read(ctx, p->d->programmes, item, p->call->who->worker, &p->facts[i]);
        if (rc == 0 && !wg_id_is_nil(p->facts[i].person)) guard_note(p->call, p->facts[i].person, p->facts[i].result);
        return rc;
    }
    static const char *const said_of[] = {
        [FOUND_NEW] = "found", [FOUND_CORRECTED] = "corrected", [FOUND_WITHDRAWN] = "withdrawn"};
    struct found *found = wg_alloc(ctx->arena, sizeof *found);
    int rc = found_read(ctx, item, found);
    p->found[i] = found;
    wg_id about = found->what == FOUND_NEW ? found->id : wg_id_is_nil(found->person) ? found->supersedes : found->person;
    if (rc == 0) guard_note(p->call, about, said_of[found->what]);
    return rc;
}

static int post_observations(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    json_t *body;
    int rc = http_json(ctx, call->request, &body);
    if (rc) return rc;
    const json_t *items = json_object_get(body, "items");
    if (!json_is_array(items)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "items", NULL, NULL);
    struct posting p = {.call = call, .d = call->services, .n = json_array_size(items)};
    if (p.n > FACTS_MAX) return wg_refuse(ctx, WG_E_TOO_MANY, "items", "500", NULL);
    p.facts = wg_alloc_n(ctx->arena, p.n, sizeof *p.facts);
    p.found = wg_alloc_n(ctx->arena, p.n, sizeof *p.found);
    p.faults = wg_alloc_n(ctx->arena, p.n, sizeof *p.faults);
    p.details = wg_alloc_n(ctx->arena, p.n, sizeof *p.details);
    p.outcomes = wg_alloc_n(ctx->arena, p.n, sizeof *p.outcomes);
    for (size_t i = 0; i < p.n; i++) {
        rc = read_item(&p, json_array_get(items, i), i);
        if (rc) keep_fault(ctx, &p, i, rc);
    }
    rc = store_write(ctx, p.d->store, store_all, &p);
    if (rc && is_of_the_item(rc)) {
        ctx->problem = (struct wg_problem){0};
        rc = store_one_by_one(ctx, &p);
    }
    return rc ? rc : res_answer(call, posting_json(ctx, &p, items));
}

/* --- alarms ------------------------------------------------------------------------------------------------------------------- */

static const char q_alarm[] = "SELECT path, state, person FROM alarm WHERE district = $1 AND id = $2";
static const char q_take[] =
    "UPDATE alarm SET state = 'taken', taken_by = $3, taken_at = $4 WHERE district = $1 AND id = $2 AND state = 'open'";
static const char q_close[] =
    "UPDATE alarm SET state = 'closed', outcome = $3, taken_by = COALESCE(taken_by, $4), taken_at = COALESCE(taken_at, $5) "
    "WHERE district = $1 AND id = $2 AND state <> 'closed'";

struct alarm_act {
    struct guard_call *call;
    const struct district *d;
    wg_id id;
    bool close;
    const char *outcome;
};

static int act_on_alarm(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct alarm_act *act = arg;
    struct store_rows *rows;
    int64_t changed;
    bool found;
    int rc = store_one(ctx, store_tx_snap(tx), q_alarm, (struct store_value[]){store_cstr(act->d->code), store_id(&act->id)}, 2,
                       &rows, &found);
    if (rc) return rc;
    bool mine = found && guard_in_scope(&act->call->who->scope, store_get_text(rows, 0));
    wg_id person = found ? store_get_id(rows, 2) : (wg_id){0};
    store_rows_end(found ? rows : NULL);
    if (!mine) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    guard_note(act->call, person, act->close ? "close" : "take");
    struct store_value values[] = {store_cstr(act->d->code), store_id(&act->id),
                                   act->close ? store_cstr(act->outcome) : store_id(&act->call->who->worker),
                                   act->close ? store_id(&act->call->who->worker) : store_time(ctx->now), store_time(ctx->now)};
    rc = store_exec(ctx, tx, act->close ? q_close : q_take, values, act->close ? 5 : 4, &changed);
    if (rc) return rc;
    if (!changed) return wg_refuse(ctx, WG_E_CONFLICT, NULL, ctx->lang == WG_ZH ? "已有人接手" : "somebody has taken it", NULL);
    return guard_audit_in(act->call, tx);
}

static int post_alarm(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct alarm_act act = {.call = call, .d = call->services};
    const char *action;
    json_t *body;
    int rc = res_id_param(ctx, call->request, 0, &act.id);
    if (rc == 0) rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_text_member(ctx, body, "action", 16, &action);
    if (rc == 0) rc = res_text_member(ctx, body, "outcome", 500, &act.outcome);
    if (rc) return rc;
    act.close = action && strcmp(action, "close") == 0;
    if (!action || (!act.close && strcmp(action, "take") != 0))
        return wg_refuse(ctx, WG_E_FIELD_CHOICE, "action", "take, close", NULL);
    if (act.close && !act.outcome)
        return wg_refuse(ctx, WG_E_MISSING_FIELD, ctx->lang == WG_ZH ? "处置结果" : "outcome", NULL, NULL);
    rc = store_write(ctx, act.d->store, act_on_alarm, &act);
    return rc ? rc : res_answer(call, json_pack("{s:b}", "ok", 1));
}

/* --- giving tasks to somebody ---------------------------------------------------------------------------------------------------- */

struct assigning {
    struct guard_call *call;
    const struct district *d;
    const wg_id *tasks;
    size_t n;
    wg_id worker;
    wg_id place;
    size_t assigned;
    int *faults;
    struct held {
        wg_id worker;     /* nil: whoever answers for the place */
        const char *path; /* kept by the call's arena */
    } * before;           /* of each task that was given */
};

static const char q_worker_known[] = "SELECT 1 FROM worker WHERE district = $1 AND id = $2 AND active = 1";

static int assign_task(struct wg_ctx *ctx, struct store_tx *tx, const struct assigning *a, size_t at, wg_id worker,
                       const char *path)
{
    struct enrolment e;
    wg_id task = a->tasks[at];
    int rc = enrolment_get(ctx, store_tx_snap(tx), a->d, task, &e);
    if (rc) return rc;
    if (!guard_in_scope(&a->call->who->scope, wg_str(e.path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    a->before[at] = (struct held){e.worker, wg_fmt(a->call->ctx->arena, "%s", e.path)};
    guard_note(a->call, e.person, path ? "place" : "worker");
    return enrolment_assign(ctx, tx, a->d, task, worker, path);
}

/* A task held by nobody who works here would be seen by nobody. nil: whoever answers for the place. */
static int check_worker(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id worker)
{
    int64_t known = 1;
    struct store_value values[] = {store_cstr(d->code), store_id(&worker)};
    int rc = wg_id_is_nil(worker) ? 0 : store_number(ctx, store_tx_snap(tx), q_worker_known, values, 2, 0, &known);
    return rc || known ? rc : wg_refuse(ctx, WG_E_NOT_FOUND, "worker", wg_id_text(ctx->arena, worker), NULL);
}

static int assign_all(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct assigning *a = arg;
    struct place place = {0};
    a->assigned = 0;
    int rc = check_worker(ctx, tx, a->d, a->worker);
    if (rc == 0 && !wg_id_is_nil(a->place)) rc = place_get(ctx, store_tx_snap(tx), a->d->code, a->place, &place);
    if (rc) return rc;
    for (size_t i = 0; i < a->n; i++) {
        a->faults[i] = assign_task(ctx, tx, a, i, a->worker, place.path);
        if (a->faults[i] && !is_of_the_item(a->faults[i])) return a->faults[i];
        if (a->faults[i] == 0) a->assigned++;
    }
    return guard_audit_in(a->call, tx);
}

static int read_tasks(struct wg_ctx *ctx, const json_t *body, struct assigning *a)
{
    const json_t *list = json_object_get(body, "tasks");
    if (!json_is_array(list) || json_array_size(list) == 0) return wg_refuse(ctx, WG_E_MISSING_FIELD, "tasks", NULL, NULL);
    a->n = json_array_size(list);
    if (a->n > TASKS_MAX) return wg_refuse(ctx, WG_E_TOO_MANY, "tasks", "1000", NULL);
    wg_id *ids = wg_alloc_n(ctx->arena, a->n, sizeof *ids);
    for (size_t i = 0; i < a->n; i++)
        if (!wg_id_parse(wg_str(json_string_value(json_array_get(list, i))), &ids[i]))
            return wg_refuse(ctx, WG_E_BAD_FIELD, wg_fmt(ctx->arena, "tasks[%zu]", i), "id", NULL);
    a->tasks = ids;
    a->faults = wg_alloc_n(ctx->arena, a->n, sizeof *a->faults);
    a->before = wg_alloc_n(ctx->arena, a->n, sizeof *a->before);
    return 0;
}

/* How many went, which did not and why, and how each that went was held before. */
static int answer_assigned(const struct assigning *a)
{
    struct wg_ctx *ctx = a->call->ctx;
    json_t *refused = json_array(), *before = json_array();
    for (size_t i = 0; i < a->n; i++) {
        struct wg_problem problem = {.code = a->faults[i]};
        if (a->faults[i])
            json_array_append_new(refused, json_pack("{s:s, s:s, s:s}", "id", wg_id_text(ctx->arena, a->tasks[i]), "code",
                                                     wg_problem_kind(a->faults[i])->code, "detail",
                                                     wg_problem_text(ctx->arena, &problem, ctx->lang)));
        else
            json_array_append_new(before, json_pack("{s:s, s:o, s:s}", "task", wg_id_text(ctx->arena, a->tasks[i]), "worker",
                                                    res_id_json(ctx, a->before[i].worker), "path", a->before[i].path));
    }
    ctx->problem = (struct wg_problem){0};
    return res_answer(a->call,
                      json_pack("{s:I, s:o, s:o}", "assigned", (json_int_t)a->assigned, "refused", refused, "before", before));
}

static int post_assign(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct assigning a = {.call = call, .d = call->services};
    json_t *body;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = read_tasks(ctx, body, &a);
    if (rc == 0) rc = res_id_member(ctx, body, "worker", &a.worker);
    if (rc == 0) rc = res_id_member(ctx, body, "place", &a.place);
    if (rc) return rc;
    if (wg_id_is_nil(a.worker) && wg_id_is_nil(a.place)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "worker", NULL, NULL);
    rc = store_write(ctx, a.d->store, assign_all, &a);
    return rc ? rc : answer_assigned(&a);
}

/* --- and taking them back: each as it was held before ------------------------------------------------------------------------------ */

struct giving_back {
    struct assigning a;
    struct held *to;
};

static int give_back_one(struct wg_ctx *ctx, struct store_tx *tx, const struct giving_back *g, size_t at)
{
    struct place place;
    const struct held *to = &g->to[at];
    if (!guard_in_scope(&g->a.call->who->scope, wg_str(to->path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    int rc = check_worker(ctx, tx, g->a.d, to->worker);
    if (rc == 0) rc = place_by_path(ctx, store_tx_snap(tx), g->a.d->code, wg_str(to->path), &place);
    return rc ? rc : assign_task(ctx, tx, &g->a, at, to->worker, place.path);
}

static int give_back_all(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct giving_back *g = arg;
    g->a.assigned = 0;
    for (size_t i = 0; i < g->a.n; i++) {
        g->a.faults[i] = give_back_one(ctx, tx, g, i);
        if (g->a.faults[i] && !is_of_the_item(g->a.faults[i])) return g->a.faults[i];
        if (g->a.faults[i] == 0) g->a.assigned++;
    }
    return guard_audit_in(g->a.call, tx);
}

static int read_before(struct wg_ctx *ctx, const json_t *body, struct giving_back *g)
{
    const json_t *list = json_object_get(body, "before");
    json_t *tasks = res_keep(ctx, json_pack("{s:[]}", "tasks"));
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n; i++)
        json_array_append(json_object_get(tasks, "tasks"), json_object_get(json_array_get(list, i), "task"));
    int rc = json_array_size(json_object_get(tasks, "tasks")) == n ? read_tasks(ctx, tasks, &g->a)
                                                                   : wg_refuse(ctx, WG_E_MISSING_FIELD, "task", NULL, NULL);
    if (rc) return rc;
    g->to = wg_alloc_n(ctx->arena, n, sizeof *g->to);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = res_id_member(ctx, json_array_get(list, i), "worker", &g->to[i].worker);
        if (rc == 0) rc = res_text_member(ctx, json_array_get(list, i), "path", PLACE_PATH_MAX, &g->to[i].path);
        if (!g->to[i].path) g->to[i].path = "";
    }
    return rc;
}

static int post_assign_undo(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct giving_back g = {.a = {.call = call, .d = call->services}};
    json_t *body;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = read_before(ctx, body, &g);
    if (rc == 0) rc = store_write(ctx, g.a.d->store, give_back_all, &g);
    return rc ? rc : answer_assigned(&g.a);
}

const struct guard_route programme_routes[] = {
    {"POST", "/api/v1/observations", RIGHT_TASK, "observation.write", NULL, post_observations,
     "Store facts; the same id again is answered as already there", NULL, "ObservationPost", "ObservationAnswer"},
    {"POST", "/api/v1/alarms/{id}", RIGHT_TASK_SEE, "alarm.act", NULL, post_alarm,
     "Take an alarm, or close it with what was done", NULL, "AlarmAct", "Done"},
    {"POST", "/api/v1/tasks/assign", RIGHT_ASSIGN, "task.assign", NULL, post_assign, "Give tasks to a worker or to a place",
     NULL, "Assign", "Assigned"},
    {"POST", "/api/v1/tasks/assign/undo", RIGHT_ASSIGN, "task.assign", NULL, post_assign_undo,
     "Take an assignment back: each task as it was held before", NULL, "AssignUndo", "Assigned"},
    {0},
};

/* --- checks ------------------------------------------------------------------------------------------------------------------------- */

const struct district_check programme_checks[] = {
    {"tally_follow_up", "名单任务的各级合计与任务相符", "Sums of list follow-up equal the tasks",
     "SELECT count(*) FROM (SELECT e.due / 3600000 AS round, substr(e.path, 1, 9) AS grid, count(*) AS due, sum(CASE e.state "
     "WHEN 'done' THEN 1 ELSE 0 END) AS done, "
     "sum(CASE WHEN e.state IN ('excused', 'passed') THEN 1 ELSE 0 END) AS excused FROM enrolment e WHERE e.district = $1 AND "
     "length(e.path) >= 9 "
     "GROUP BY e.due / 3600000, substr(e.path, 1, 9)) AS facts LEFT JOIN tally t ON t.district = $1 AND t.programme = "
     "'list_follow_up' AND t.round = facts.round "
     "AND t.level = 3 AND t.path = facts.grid WHERE t.due IS NULL OR t.due <> facts.due OR t.done <> facts.done OR t.excused "
     "<> facts.excused",
     "SELECT facts.grid FROM (SELECT e.due / 3600000 AS round, substr(e.path, 1, 9) AS grid, count(*) AS due, sum(CASE e.state "
     "WHEN 'done' THEN 1 ELSE 0 END) AS done, "
     "sum(CASE WHEN e.state IN ('excused', 'passed') THEN 1 ELSE 0 END) AS excused FROM enrolment e WHERE e.district = $1 AND "
     "length(e.path) >= 9 "
     "GROUP BY e.due / 3600000, substr(e.path, 1, 9)) AS facts LEFT JOIN tally t ON t.district = $1 AND t.programme = "
     "'list_follow_up' AND t.round = facts.round "
     "AND t.level = 3 AND t.path = facts.grid WHERE t.due IS NULL OR t.due <> facts.due OR t.done <> facts.done OR t.excused "
     "<> facts.excused",
     false, "运行 wangge rebuild 由事实重算", "run `wangge rebuild` to make them again from facts"},
    {"tally_follow_up_total", "全区名单任务 = 全部任务", "The district's sum of list follow-up counts every task once",
     "SELECT CASE WHEN (SELECT COALESCE(sum(due), 0) FROM tally WHERE district = $1 AND programme = 'list_follow_up' AND level "
     "= 0) = "
     "(SELECT count(*) FROM enrolment WHERE district = $1 AND programme = 'list_follow_up') THEN 0 ELSE 1 END",
     "SELECT 'tally' FROM meta WHERE key = 'district' AND (SELECT COALESCE(sum(due), 0) FROM tally WHERE district = $1 AND "
     "programme = 'list_follow_up' AND level = 0) <> "
     "(SELECT count(*) FROM enrolment WHERE district = $1 AND programme = 'list_follow_up')",
     false, "运行 wangge rebuild 由事实重算", "run `wangge rebuild` to make them again from facts"},
    {"tally_screening", "每日筛查的各级合计与答复相符", "Sums of daily screening equal the answers",
     "SELECT count(*) FROM tally t WHERE t.district = $1 AND t.programme = 'daily_screening' AND t.level = 3 AND (t.done <> "
     "(SELECT count(*) FROM answer a WHERE "
     "a.district = t.district AND a.programme = t.programme AND a.round = t.round AND a.path >= t.path AND a.path < t.path || "
     "'~' AND a.state = 'done') "
     "OR t.excused <> (SELECT count(*) FROM answer a WHERE a.district = t.district AND a.programme = t.programme AND a.round = "
     "t.round AND a.path >= t.path "
     "AND a.path < t.path || '~' AND a.state = 'excused'))",
     "SELECT t.path FROM tally t WHERE t.district = $1 AND t.programme = 'daily_screening' AND t.level = 3 AND (t.done <> "
     "(SELECT count(*) FROM answer a WHERE "
     "a.district = t.district AND a.programme = t.programme AND a.round = t.round AND a.path >= t.path AND a.path < t.path || "
     "'~' AND a.state = 'done') "
     "OR t.excused <> (SELECT count(*) FROM answer a WHERE a.district = t.district AND a.programme = t.programme AND a.round = "
     "t.round AND a.path >= t.path "
     "AND a.path < t.path || '~' AND a.state = 'excused'))",
     false, "运行 wangge rebuild 由事实重算", "run `wangge rebuild` to make them again from facts"},
    {"tally_levels", "每一级的合计都是下一级之和", "At every level the sum is the sum of the level below",
     "SELECT count(*) FROM (SELECT programme, round, sum(CASE level WHEN 0 THEN due ELSE 0 END) AS d0, sum(CASE level WHEN 1 "
     "THEN due ELSE 0 END) AS d1, "
     "sum(CASE level WHEN 2 THEN due ELSE 0 END) AS d2, sum(CASE level WHEN 3 THEN due ELSE 0 END) AS d3 FROM tally WHERE "
     "district = $1 GROUP BY programme, round) "
     "AS sums WHERE d1 > d0 OR d2 > d1 OR d3 > d2",
     "SELECT programme FROM (SELECT programme, round, sum(CASE level WHEN 0 THEN due ELSE 0 END) AS d0, sum(CASE level WHEN 1 "
     "THEN due ELSE 0 END) AS d1, "
     "sum(CASE level WHEN 2 THEN due ELSE 0 END) AS d2, sum(CASE level WHEN 3 THEN due ELSE 0 END) AS d3 FROM tally WHERE "
     "district = $1 GROUP BY programme, round) "
     "AS sums WHERE d1 > d0 OR d2 > d1 OR d3 > d2",
     false, "运行 wangge rebuild 由事实重算", "run `wangge rebuild` to make them again from facts"},
    {"tally_bounds", "应到 = 已到 + 免 + 未到，且都不为负", "due = done + excused + left, and nothing is negative",
     "SELECT count(*) FROM tally WHERE district = $1 AND (due < 0 OR done < 0 OR excused < 0 OR done + excused > due)",
     "SELECT programme || ' ' || path FROM tally WHERE district = $1 AND (due < 0 OR done < 0 OR excused < 0 OR done + excused "
     "> due)",
     false, "运行 wangge rebuild 由事实重算", "run `wangge rebuild` to make them again from facts"},
    {"one_open_task", "一人一个方案只有一项未结任务", "One person has one open task in a programme",
     "SELECT count(*) FROM (SELECT person FROM enrolment WHERE district = $1 AND state = 'open' GROUP BY programme, person "
     "HAVING count(*) > 1) AS twice",
     "SELECT path FROM enrolment WHERE district = $1 AND state = 'open' GROUP BY programme, person, path HAVING count(*) > 1",
     false, "合并重复任务", "merge the tasks that are double"},
    {0},
};
