/* Roles, rights and scopes: tables and comparisons, no store. */
#include <string.h>

#include "platform/guard/guard_internal.h"

static const char *const role_codes[ROLE_COUNT_] = {
    [ROLE_WORKER] = "worker", [ROLE_COMMUNITY] = "community", [ROLE_STREET] = "street", [ROLE_DISTRICT] = "district",
    [ROLE_DATA] = "data",     [ROLE_CLERK] = "clerk",         [ROLE_KEEPER] = "keeper",
};

static const char *const right_codes[RIGHT_COUNT_] = {
    [RIGHT_UNSET_] = "",
    [RIGHT_NONE] = "none",
    [RIGHT_SIGNED_IN] = "signed_in",
    [RIGHT_PERSON_READ] = "person.read",
    [RIGHT_PERSON_WRITE] = "person.write",
    [RIGHT_PERSON_REVEAL] = "person.reveal",
    [RIGHT_PLACE_WRITE] = "place.write",
    [RIGHT_DUTY_WRITE] = "duty.write",
    [RIGHT_TASK] = "task",
    [RIGHT_TASK_SEE] = "task.see",
    [RIGHT_ASSIGN] = "assign",
    [RIGHT_LIST_READ] = "list.read",
    [RIGHT_LIST_IMPORT] = "list.import",
    [RIGHT_REVIEW] = "review",
    [RIGHT_REPORT_READ] = "report.read",
    [RIGHT_REPORT_SIGN] = "report.sign",
    [RIGHT_REPORT_VERIFY] = "report.verify",
    [RIGHT_EXPORT] = "export",
    [RIGHT_AUDIT_READ] = "audit.read",
    [RIGHT_ACCOUNT_WRITE] = "account.write",
};

#define BIT(right) (1U << (right))
enum {
    EVERYONE = BIT(RIGHT_NONE) | BIT(RIGHT_SIGNED_IN),
    WORKER = EVERYONE | BIT(RIGHT_TASK) | BIT(RIGHT_PERSON_READ) | BIT(RIGHT_PERSON_REVEAL),
    COMMUNITY = WORKER | BIT(RIGHT_TASK_SEE) | BIT(RIGHT_ASSIGN) | BIT(RIGHT_PERSON_WRITE) | BIT(RIGHT_DUTY_WRITE) |
                BIT(RIGHT_REVIEW) | BIT(RIGHT_REPORT_READ) | BIT(RIGHT_REPORT_SIGN) | BIT(RIGHT_LIST_READ) | BIT(RIGHT_EXPORT),
    STREET = COMMUNITY | BIT(RIGHT_REPORT_VERIFY) | BIT(RIGHT_AUDIT_READ) | BIT(RIGHT_LIST_IMPORT),
    DISTRICT = EVERYONE | BIT(RIGHT_PERSON_READ) | BIT(RIGHT_PERSON_REVEAL) | BIT(RIGHT_TASK_SEE) | BIT(RIGHT_ASSIGN) |
               BIT(RIGHT_LIST_READ) | BIT(RIGHT_LIST_IMPORT) | BIT(RIGHT_REVIEW) | BIT(RIGHT_REPORT_READ) |
               BIT(RIGHT_AUDIT_READ) | BIT(RIGHT_EXPORT) | BIT(RIGHT_PLACE_WRITE) | BIT(RIGHT_DUTY_WRITE),
    DATA = EVERYONE | BIT(RIGHT_LIST_IMPORT) | BIT(RIGHT_LIST_READ) | BIT(RIGHT_REVIEW) | BIT(RIGHT_ASSIGN) |
           BIT(RIGHT_PERSON_READ) | BIT(RIGHT_PERSON_WRITE) | BIT(RIGHT_EXPORT) | BIT(RIGHT_REPORT_READ) | BIT(RIGHT_TASK_SEE),
    CLERK = EVERYONE | BIT(RIGHT_LIST_READ) | BIT(RIGHT_REVIEW) | BIT(RIGHT_PERSON_READ),
    KEEPER = EVERYONE | BIT(RIGHT_ACCOUNT_WRITE) | BIT(RIGHT_AUDIT_READ) | BIT(RIGHT_PLACE_WRITE) | BIT(RIGHT_DUTY_WRITE),
};

static const unsigned role_rights[ROLE_COUNT_] = {
    [ROLE_WORKER] = WORKER, [ROLE_COMMUNITY] = COMMUNITY, [ROLE_STREET] = STREET, [ROLE_DISTRICT] = DISTRICT,
    [ROLE_DATA] = DATA,     [ROLE_CLERK] = CLERK,         [ROLE_KEEPER] = KEEPER,
};

const char *guard_role_code(enum guard_role role)
{
    return role_codes[role];
}

bool guard_role_from_code(struct wg_str code, enum guard_role *ret)
{
    for (int i = 0; i < ROLE_COUNT_; i++) {
        if (!wg_str_is(code, role_codes[i])) continue;
        *ret = (enum guard_role)i;
        return true;
    }
    return false;
}

bool guard_role_may(enum guard_role role, enum guard_right right)
{
    return (role_rights[role] & BIT(right)) != 0;
}

const char *guard_right_code(enum guard_right right)
{
    return right_codes[right];
}

bool guard_may(const struct guard_who *who, enum guard_right right)
{
    return right == RIGHT_NONE || (who && guard_role_may(who->role, right));
}

/* --- scope ------------------------------------------------------------------------------------------------------------------ */

/* How many tops are not after `path`. */
static size_t tops_up_to(const struct guard_scope *scope, struct wg_str path)
{
    size_t low = 0, high = scope->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (wg_str_cmp(wg_str(scope->tops[middle]), path) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whatever lies, in the order of bytes, between a top and a path below it is below that top too; and no top is below another.
 * So only the last top that is not after the path can be above it. */
bool guard_in_scope(const struct guard_scope *scope, struct wg_str path)
{
    size_t n = tops_up_to(scope, path);
    return n > 0 && wg_str_starts(path, wg_str(scope->tops[n - 1]));
}

struct guard_scope guard_scope_within(struct wg_arena *arena, const struct guard_scope *scope, struct wg_str path)
{
    if (guard_in_scope(scope, path)) {
        const char **top = wg_alloc(arena, sizeof *top);
        *top = wg_cstr(arena, path);
        return (struct guard_scope){top, 1};
    }
    size_t from = tops_up_to(scope, path), to = from;
    while (to < scope->n && wg_str_starts(wg_str(scope->tops[to]), path)) to++;
    return (struct guard_scope){scope->tops + from, to - from};
}

const char *guard_scope_end(struct wg_arena *arena, const char *top)
{
    return wg_fmt(arena, "%s~", top);
}
