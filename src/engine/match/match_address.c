#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"
#include "engine/people/people.h"

/* --- parts to a value ----------------------------------------------------------------------------------------------- */
/* Values are known by their text, so all that the form holds stands in it: what a place is called, the door, and behind
 * ADDRESS_END, which is not shown, which parts these are. */
enum { HEAD_PARTS = 6, DOOR_PARTS = 3, END_BYTES = 3 };
static const uint8_t head_order[HEAD_PARTS] = {PLACE_COMMUNITY, PLACE_COMPOUND, PLACE_ROAD,
                                               PLACE_NUMBER,    PLACE_VILLAGE,  PLACE_GROUP};
static const uint8_t door_order[DOOR_PARTS] = {PLACE_BUILDING, PLACE_STAIR, PLACE_ROOM};

struct value {
    uint32_t form[PLACE_PARTS];
    char text[TEXT_MAX];
    size_t n;
};

static void value_add(struct value *v, size_t part, struct wg_str s, bool parted)
{
    if (s.n == 0 || v->n + s.n + 1 + END_BYTES >= sizeof v->text) return;
    v->form[part] = (uint32_t)(wg_hash(s.p, s.n) >> 16) | 1;
    if (parted && v->n) v->text[v->n++] = '-';
    memcpy(v->text + v->n, s.p, s.n);
    v->n += s.n;
}

static void value_head(struct value *v, const struct people_address *a)
{
    const struct wg_str parts[HEAD_PARTS] = {a->community, a->compound, a->road, a->road_number, a->village, a->group};
    memset(v->form, 0, sizeof v->form);
    v->n = 0;
    for (size_t i = 0; i < HEAD_PARTS; i++) value_add(v, head_order[i], parts[i], false);
}

static void value_door(struct value *v, const struct wg_str door[DOOR_PARTS])
{
    for (size_t i = 0; i < DOOR_PARTS; i++) value_add(v, door_order[i], door[i], true);
}

static void value_end(struct value *v)
{
    unsigned parts = 0;
    for (size_t i = 0; i < PLACE_PARTS; i++) parts |= (unsigned)(v->form[i] != 0) << i;
    v->text[v->n++] = ADDRESS_END;
    v->text[v->n++] = (char)('0' + (parts >> 5));
    v->text[v->n++] = (char)('0' + (parts & 31));
}

static uint32_t value_put(struct reader *r, struct value *v)
{
    if (v->n == 0) return 0;
    value_end(v);
    return words_put(r->words, UNIT_ADDRESS, 1, v->form, sizeof v->form, v->text, v->n);
}

uint32_t address_read_fully(struct reader *r, struct wg_str s)
{
    struct wg_arena_mark mark = wg_arena_mark(r->scratch);
    struct people_address a = people_address_read(r->scratch, s);
    const struct wg_str door[DOOR_PARTS] = {a.building, a.unit, a.room};
    struct value v;
    value_head(&v, &a);
    value_door(&v, door);
    uint32_t id = value_put(r, &v);
    wg_arena_rewind(r->scratch, mark);
    return id;
}

/* --- shapes --------------------------------------------------------------------------------------------------------- */
/* The forms of a door in which the reader takes three numbers for building, stairwell and room by their places, whatever they
 * are, as long as none begins with 0 and the last has three or four digits. */
struct door_form {
    struct wg_str after[DOOR_PARTS];
};
static const struct door_form door_forms[] = {
    {{WG_STR("号楼"), WG_STR("单元"), WG_STR("室")}}, {{WG_STR("号楼"), WG_STR("单元"), WG_STR("")}},
    {{WG_STR("号楼"), WG_STR("单元"), WG_STR("号")}}, {{WG_STR("栋"), WG_STR("单元"), WG_STR("室")}},
    {{WG_STR("栋"), WG_STR("单元"), WG_STR("")}},     {{WG_STR("栋"), WG_STR("单元"), WG_STR("号")}},
    {{WG_STR("-"), WG_STR("-"), WG_STR("")}}};
enum { DOOR_FORMS = sizeof door_forms / sizeof *door_forms };

enum { SHAPES = 1 << 13, SHAPE_PLACES = 8, SHAPE_BYTES = 60 }; /* a shape stands in one of so many places in a row */
enum shape_state { SHAPE_EMPTY, SHAPE_KNOWN, SHAPE_OTHER };    /* OTHER: has to be read in full every time */
struct shape {
    uint8_t state, door, n_name, n_head;
    uint32_t form[PLACE_PARTS];
    char name[SHAPE_BYTES], head[SHAPE_BYTES]; /* what stands before the door, and how its value begins */
};
struct address_shapes {
    struct shape shape[SHAPES];
};

struct address_shapes *address_shapes_new(void)
{
    return wg_xcalloc(1, sizeof(struct address_shapes));
}

struct taken_apart {
    struct wg_str name, door[DOOR_PARTS];
    uint8_t form;
};

static size_t plain_han(struct wg_str s)
{
    size_t n = 0;
    while (n + 3 <= s.n && (uint8_t)s.p[n] >= 0xE4 && (uint8_t)s.p[n] <= 0xE9) n += 3; /* U+4000 to U+9FFF */
    return n;
}

static struct wg_str take_digits(struct wg_str *rest)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9') n++;
    struct wg_str digits = wg_str_sub(*rest, 0, n);
    *rest = wg_str_sub(*rest, n, rest->n);
    return digits;
}

static bool plain_number(struct wg_str s, size_t least, size_t most)
{
    return s.n >= least && s.n <= most && s.p[0] != '0';
}

static bool take_form(struct wg_str rest, const struct door_form *form, struct taken_apart *ret)
{
    for (size_t i = 0; i < DOOR_PARTS; i++) {
        ret->door[i] = take_digits(&rest);
        if (!wg_str_starts(rest, form->after[i])) return false;
        rest = wg_str_sub(rest, form->after[i].n, rest.n);
    }
    return rest.n == 0 && plain_number(ret->door[0], 1, 3) && plain_number(ret->door[1], 1, 2) &&
           plain_number(ret->door[2], 3, 4);
}

static bool take_apart(struct wg_str s, struct taken_apart *ret)
{
    size_t n = plain_han(s);
    if (n < 6 || n > SHAPE_BYTES) return false;
    ret->name = wg_str_sub(s, 0, n);
    struct wg_str rest = wg_str_sub(s, n, s.n);
    for (ret->form = 0; ret->form < DOOR_FORMS; ret->form++) {
        if (take_form(rest, &door_forms[ret->form], ret)) return true;
    }
    return false;
}

/* Reads the name with a door of three numbers that can be told apart: the parts must come out as these. */
static void learn_shape(struct reader *r, const struct taken_apart *t, struct shape *shape)
{
    static const char *const numbers[DOOR_PARTS] = {"2", "3", "401"};
    const struct wg_str *after = door_forms[t->form].after;
    struct wg_arena_mark mark = wg_arena_mark(r->scratch);
    const char *text = wg_fmt(r->scratch, "%.*s2%.*s3%.*s401%.*s", (int)t->name.n, t->name.p, (int)after[0].n, after[0].p,
                              (int)after[1].n, after[1].p, (int)after[2].n, after[2].n ? after[2].p : "");
    struct people_address a = people_address_read(r->scratch, wg_str(text));
    struct value v;
    value_head(&v, &a);
    bool known = wg_str_is(a.building, numbers[0]) && wg_str_is(a.unit, numbers[1]) && wg_str_is(a.room, numbers[2]) &&
                 a.floor.n == 0 && a.rest.n == 0 && v.n <= SHAPE_BYTES;
    *shape = (struct shape){.state = known ? SHAPE_KNOWN : SHAPE_OTHER, .door = t->form, .n_name = (uint8_t)t->name.n};
    memcpy(shape->name, t->name.p, t->name.n);
    if (known) {
        memcpy(shape->form, v.form, sizeof shape->form);
        memcpy(shape->head, v.text, v.n);
        shape->n_head = (uint8_t)v.n;
    }
    wg_arena_rewind(r->scratch, mark);
}

/* Where the shape stands or may come to stand. */
static struct shape *place_of(struct address_shapes *shapes, const struct taken_apart *t, bool *ret_met)
{
    uint64_t first = text_hash(t->name.p, t->name.n, t->form) >> 40;
    *ret_met = false;
    for (size_t i = 0; i < SHAPE_PLACES; i++) {
        struct shape *shape = &shapes->shape[(first + i) & (SHAPES - 1)];
        if (shape->state == SHAPE_EMPTY) return shape;
        *ret_met = shape->door == t->form && shape->n_name == t->name.n && memcmp(shape->name, t->name.p, t->name.n) == 0;
        if (*ret_met) return shape;
    }
    return &shapes->shape[first & (SHAPES - 1)];
}

static bool read_shape(struct reader *r, struct wg_str s, struct value *v)
{
    struct taken_apart t;
    bool met;
    if (!take_apart(s, &t)) return false;
    struct shape *shape = place_of(r->shapes, &t, &met);
    if (!met) learn_shape(r, &t, shape);
    if (shape->state == SHAPE_OTHER) return false;
    memcpy(v->form, shape->form, sizeof v->form);
    memcpy(v->text, shape->head, shape->n_head);
    v->n = shape->n_head;
    value_door(v, t.door);
    return true;
}

uint32_t address_read_shape(struct reader *r, struct wg_str s)
{
    struct value v;
    return read_shape(r, s, &v) ? value_put(r, &v) : 0;
}

bool address_read_shape_later(struct reader *r, struct wg_str s, uint32_t *ret)
{
    struct value v;
    if (!read_shape(r, s, &v)) return false;
    value_end(&v);
    words_put_later(r->words, &r->later, UNIT_ADDRESS, 1, (struct wg_str){(const char *)v.form, sizeof v.form},
                    (struct wg_str){v.text, v.n}, ret);
    return true;
}
