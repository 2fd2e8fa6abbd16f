/* Whatever is written in a cell, the readers survive it, and what they give reads as itself (people P1, P2). */
#include <stdlib.h>
#include <string.h>

#include "engine/people/people.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) abort();
}

static void check_idno(struct wg_str text, wg_day today)
{
    struct people_idno id = people_idno_read(text, today), again = people_idno_read(wg_str(id.text), today);
    int visible;
    must(strcmp(id.text, again.text) == 0);
    must(id.fault == IDNO_EMPTY || !id.text[0] || people_idno_may_equal(&id, &again, &visible));
}

static void check_phone(struct wg_str text)
{
    struct wg_str rest;
    struct people_phone phone = people_phone_read(text, "421", &rest),
                        again = people_phone_read(wg_str(phone.text), "421", NULL);
    must(strcmp(phone.text, again.text) == 0);
    must(rest.n <= text.n && rest.p >= text.p && rest.p + rest.n <= text.p + text.n);
}

static void check_name(struct wg_str text)
{
    struct people_name name = people_name_read(text, NULL), again = people_name_read(wg_str(name.text), NULL);
    must(strcmp(name.text, again.text) == 0);
    must(name.surname <= name.n && name.n <= PEOPLE_NAME_MAX);
    must(wg_utf8_valid(wg_str(name.text)) && wg_utf8_valid(wg_str(name.pinyin)));
}

static void check_rest(struct wg_str text)
{
    struct people_plate plate = people_plate_read(text), again = people_plate_read(wg_str(plate.text));
    wg_day day, with_time;
    int minutes;
    must(strcmp(plate.text, again.text) == 0);
    bool date = people_date_read(text, true, false, &day);
    if (people_datetime_read(text, &with_time, &minutes)) must(date && minutes >= 0 && minutes < 24 * 60);
    (void)people_sex_read(text);
    struct wg_arena *arena = wg_arena_new();
    (void)people_pinyin(arena, text);
    wg_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wg_str text = {(const char *)data, size};
    check_idno(text, wg_day_from_civil(2020, 2, 14));
    check_phone(text);
    check_name(text);
    check_rest(text);
    return 0;
}
