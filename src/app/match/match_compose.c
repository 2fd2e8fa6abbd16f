/* match_compose.c - an address in pieces against an address in one.
 *
 * Where one table has the address in a column and the other has it in several (小区, 楼号, 单元, 室; house number, street), they would
 * never meet. The pieces are put together as they are written: the column of the place takes all of it, the others are used up. */
#include <string.h>
#include <strings.h>

#include "app/match/match_job.h"

enum piece { PIECE_PLACE, PIECE_BUILDING, PIECE_STAIR, PIECE_ROOM, DOOR_PIECES };

static bool is_one_of(struct wg_str header, const char *const *names)
{
    for (; *names; names++) {
        if (header.n == strlen(*names) && strncasecmp(header.p, *names, header.n) == 0) return true;
    }
    return false;
}

static bool is_piece(struct wg_str header, enum piece piece)
{
    static const char *const names[DOOR_PIECES][12] = {
        {"小区", "小区名", "小区名称", "住宅小区", "居住小区", "楼盘", "楼盘名称", "所在小区", "compound", "estate", NULL},
        {"楼号", "楼栋", "楼栋号", "楼", "栋", "栋号", "幢", "幢号", "building", "building_no", NULL},
        {"单元", "单元号", "unit", "unit_no", "stairwell", NULL},
        {"室", "室号", "房号", "房间号", "房间", "房室号", "门牌", "门号", "room", "room_no", "flat", NULL}};
    return is_one_of(header, names[piece]);
}

static size_t find_piece(const struct table *t, enum piece piece)
{
    size_t found = t->columns;
    for (size_t c = 0; c < t->columns; c++) {
        if (c == t->id_column || !is_piece(wg_str_trim(t->header[c]), piece)) continue;
        if (found < t->columns) return t->columns; /* two of a kind: not a door in pieces */
        found = c;
    }
    return found;
}

static size_t find_kind(const struct table *t, enum column_kind kind)
{
    for (size_t c = 0; c < t->columns; c++) {
        if (t->fields[c].kind == kind) return c;
    }
    return t->columns;
}

static void use_up(const struct table *t, size_t column)
{
    if (column < t->columns) t->fields[column].kind = COLUMN_UNKNOWN;
}

static bool plan_door(const struct table *t, struct composition *c)
{
    for (size_t i = 0; i < DOOR_PIECES; i++) c->column[i] = find_piece(t, (enum piece)i);
    size_t place = c->column[PIECE_PLACE];
    if (place == t->columns || c->column[PIECE_BUILDING] == t->columns || c->column[PIECE_ROOM] == t->columns) return false;
    for (size_t i = PIECE_BUILDING; i < DOOR_PIECES; i++) use_up(t, c->column[i]);
    t->fields[place].kind = COLUMN_ADDRESS;
    c->n = DOOR_PIECES;
    c->target = place;
    c->door = true;
    return true;
}

/* House number and street become an address, with town, state and postcode where the other table has no column for them. */
static void plan_street(const struct table *t, const struct table *other, struct composition *c)
{
    static const enum column_kind rest[] = {COLUMN_CITY, COLUMN_STATE, COLUMN_POSTCODE};
    size_t street = find_kind(t, COLUMN_STREET_NAME), number = find_kind(t, COLUMN_STREET_NUMBER);
    if (street == t->columns || find_kind(t, COLUMN_ADDRESS) < t->columns) return;
    if (find_kind(other, COLUMN_ADDRESS) == other->columns || find_kind(other, COLUMN_STREET_NAME) < other->columns) return;
    if (number < t->columns) c->column[c->n++] = number;
    use_up(t, number);
    c->column[c->n++] = street;
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        size_t column = find_kind(t, rest[i]);
        if (column == t->columns || find_kind(other, rest[i]) < other->columns) continue;
        c->column[c->n++] = column;
        use_up(t, column);
    }
    t->fields[street].kind = COLUMN_ADDRESS;
    c->target = street;
}

struct composition compose_plan(const struct table *t, const struct table *other)
{
    struct composition c = {.target = t->columns};
    if (!plan_door(t, &c) && other) plan_street(t, other, &c);
    return c;
}

/* 3 becomes 3号楼; what has words of its own stays as it is. */
static const char *with_unit(struct wg_ctx *ctx, struct wg_str s, const char *unit)
{
    bool bare = s.n > 0;
    for (size_t i = 0; i < s.n; i++) bare = bare && (uint8_t)s.p[i] < 128;
    return wg_fmt(ctx->arena, "%.*s%s", (int)s.n, s.n ? s.p : "", bare ? unit : "");
}

static void put_door(struct wg_ctx *ctx, const struct table *t, const struct composition *c, struct wg_str *row)
{
    static const char *const units[DOOR_PIECES] = {"", "号楼", "单元", "室"};
    const char *text = "";
    for (size_t i = 0; i < DOOR_PIECES; i++) {
        if (c->column[i] == t->columns) continue;
        text = wg_fmt(ctx->arena, "%s%s", text, with_unit(ctx, wg_str_trim(row[c->column[i]]), units[i]));
    }
    row[c->target] = wg_str(text);
}

static void put_street(struct wg_ctx *ctx, const struct composition *c, struct wg_str *row)
{
    const char *text = "";
    for (size_t i = 0; i < c->n; i++) {
        struct wg_str s = wg_str_trim(row[c->column[i]]);
        if (s.n) text = wg_fmt(ctx->arena, "%s%s%.*s", text, *text ? " " : "", (int)s.n, s.p);
    }
    row[c->target] = wg_str(text);
}

void compose(struct wg_ctx *ctx, const struct table *t, const struct composition *c)
{
    if (c->target == t->columns || t->fields[c->target].kind != COLUMN_ADDRESS) return;
    for (size_t r = 0; r < t->rows; r++) {
        struct wg_str *row = t->cells + r * t->columns;
        if (c->door && row[c->target].n == 0) continue;
        if (c->door)
            put_door(ctx, t, c, row);
        else
            put_street(ctx, c, row);
    }
}
