/* Who is on a list, and the truth beside it. The layouts (demo_layouts.c) then make it the sender's own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/demo/demo_internal.h"

enum { TRIES = 200, GROUP_MOST = 4, SHOWN_MOST = 12 };

enum stranger_kind {
    STRANGER_OUTSIDE,  /* lives in another district */
    STRANGER_TENANT,   /* lives here behind an empty door or at a household that the register does not know them in */
    STRANGER_NAMESAKE, /* a tenant called like someone in the register */
};
struct stranger {
    enum stranger_kind kind;
    int32_t household;
    int sex;
    wg_day birth;
    char name[DEMO_NAME_MAX], idno[19], phone[15];
    char address[160];
};

struct demo_lists {
    const struct demo_world *world;
    struct stranger *strangers;
    int n_strangers;
    int32_t *travellers; /* residents who turn up on more than one list */
    int n_travellers;
    int32_t *households;
    struct demo_indices namesakes;
    int32_t shown_from, shown_to; /* people of the demo worker's grid: some come on every list, so that the phone has work */
};

/* What each sender's lists are made of, per thousand rows, and what goes wrong in them. */
struct habit {
    const char *file, *source;
    int rows_full, rows_small;
    int registered, outside; /* residents; people of elsewhere; the rest are strangers living here */
    int again;               /* somebody who is on the list already */
    int junk;
    int together; /* of residents: others of the household come with them */
    int namesake; /* a name that two have, and where they live: not who */
    bool workers; /* only those of working age */
    struct demo_faults faults;
};
static const struct habit habits[DEMO_SENDERS] = {
    /* Cards are read by a machine; telephones are asked for. */
    [DEMO_STATION] = {.file = "01-火车站.xlsx",
                      .source = "火车站",
                      .rows_full = 2000,
                      .rows_small = 140,
                      .registered = 560,
                      .outside = 160,
                      .again = 50,
                      .junk = 4,
                      .together = 120,
                      .faults = {.idno_digit = 6,
                                 .idno_missing = 12,
                                 .phone_digit = 40,
                                 .phone_missing = 60,
                                 .address_missing = 40,
                                 .address_old = 90}},
    [DEMO_EXPRESSWAY] = {.file = "02-高速卡口.csv",
                         .source = "高速卡口",
                         .rows_full = 3000,
                         .rows_small = 160,
                         .registered = 520,
                         .outside = 220,
                         .again = 30,
                         .junk = 8,
                         .together = 450,
                         .namesake = 12,
                         .faults = {.homophone = 60,
                                    .look_alike = 20,
                                    .spaced_name = 30,
                                    .idno_missing = 110,
                                    .idno_digit = 40,
                                    .idno_swapped = 25,
                                    .idno_short = 15,
                                    .idno_wide = 140,
                                    .idno_small_x = 900,
                                    .idno_old = 500,
                                    .phone_missing = 80,
                                    .phone_digit = 50,
                                    .phone_spaced = 60,
                                    .address_missing = 120,
                                    .address_old = 60,
                                    .hearsay = 20}},
    [DEMO_CLINIC] = {.file = "03-发热门诊.csv",
                     .source = "发热门诊",
                     .rows_full = 60,
                     .rows_small = 24,
                     .registered = 820,
                     .outside = 90,
                     .again = 30,
                     .faults = {.homophone = 50,
                                .idno_missing = 200,
                                .idno_digit = 30,
                                .idno_small_x = 500,
                                .idno_old = 500,
                                .phone_missing = 100,
                                .phone_digit = 40,
                                .address_missing = 50,
                                .address_old = 40}},
    /* Passed from hand to hand as a spreadsheet, with the registered address of long ago. */
    [DEMO_UPPER] = {.file = "04-外省推送.xls",
                    .source = "外省推送",
                    .rows_full = 40000,
                    .rows_small = 400,
                    .registered = 640,
                    .outside = 120,
                    .again = 60,
                    .junk = 6,
                    .namesake = 40,
                    .faults = {.homophone = 10,
                               .traditional = 20,
                               .spaced_name = 80,
                               .idno_lost = 180,
                               .idno_masked = 160,
                               .idno_digit = 10,
                               .idno_old = 800,
                               .phone_missing = 250,
                               .phone_digit = 20,
                               .address_missing = 150,
                               .address_old = 260,
                               .hearsay = 40}},
    /* Filled in by the people themselves. */
    [DEMO_EMPLOYER] = {.file = "05-企业返岗.xlsx",
                       .source = "企业返岗",
                       .rows_full = 1200,
                       .rows_small = 80,
                       .registered = 700,
                       .outside = 140,
                       .again = 20,
                       .junk = 6,
                       .workers = true,
                       .faults = {.homophone = 15,
                                  .look_alike = 8,
                                  .idno_missing = 30,
                                  .idno_digit = 20,
                                  .idno_swapped = 10,
                                  .idno_small_x = 400,
                                  .phone_missing = 20,
                                  .phone_digit = 20,
                                  .phone_spaced = 30,
                                  .address_missing = 30,
                                  .address_old = 80}},
};

/* --- who may come -------------------------------------------------------------------------------------------------------------- */
static bool travels(const struct demo_world *world, const struct demo_person *p, struct demo_random *r)
{
    int age = (int)(world->options.today - p->birth) * 4 / 1461;
    if (strcmp(p->state, "moved") == 0) return false;
    return (age >= 18 && age < 65) || demo_chance(r, 150);
}

static int32_t traveller_pick(const struct demo_world *world, struct demo_random *r)
{
    int32_t at = 0;
    for (int i = 0; i < TRIES; i++) {
        at = demo_below(r, world->n_people);
        if (travels(world, &world->people[at], r)) break;
    }
    return at;
}

static void make_stranger(struct demo_lists *lists, struct demo_numbers *numbers, int index)
{
    const struct demo_world *world = lists->world;
    struct stranger *s = &lists->strangers[index];
    struct demo_random r = demo_random(world->options.seed, STREAM_LIST, (uint64_t)index);
    int kind = demo_below(&r, 100);
    s->kind = kind < 45 ? STRANGER_OUTSIDE : kind < 92 ? STRANGER_TENANT : STRANGER_NAMESAKE;
    s->household = lists->households[demo_below(&r, world->n_households)];
    s->sex = demo_chance(&r, 540) ? 1 : 2;
    int age = demo_chance(&r, 80) ? demo_between(&r, 3, 17) : demo_bell(&r, 36, 10);
    s->birth = wg_day_from_civil(wg_civil_from_day(world->options.today).year, 1, 1) - 1 - age * 365 - demo_below(&r, 365);
    struct demo_line line = demo_line_pick(world->names, &r);
    (void)demo_name_pick(world->names, &r, &line, wg_civil_from_day(s->birth).year, s->sex, (struct wg_str){0}, s->name);
    if (s->kind == STRANGER_NAMESAKE) {
        const struct demo_person *same = &world->people[traveller_pick(world, &r)];
        (void)snprintf(s->name, sizeof s->name, "%s", same->name);
        s->sex = same->sex;
        if (demo_chance(&r, 300)) s->birth = same->birth - demo_between(&r, -300, 300);
        if (demo_chance(&r, 250)) s->household = same->place;
    }
    demo_idno_make(numbers, s->birth, s->sex, s->idno);
    demo_phone_make(numbers, s->phone);
    if (s->kind == STRANGER_OUTSIDE) demo_address_outside(&r, s->address, sizeof s->address);
}

/* People stand in the order of doors, so those of a place are a range. */
static void find_shown(struct demo_lists *lists)
{
    const struct demo_world *world = lists->world;
    int32_t grid = demo_place_by_code(world, DEMO_WORKER_GRID);
    if (grid == DEMO_NOBODY) return;
    lists->shown_from = world->n_people;
    for (const struct demo_place *p = &world->places[grid]; p < &world->places[world->places[grid].end]; p++) {
        if (p->n_people == 0) continue;
        if (p->first_person < lists->shown_from) lists->shown_from = p->first_person;
        lists->shown_to = p->first_person + p->n_people;
    }
}

int demo_lists_new(struct wg_ctx *ctx, const struct demo_world *world, struct demo_lists **ret_lists)
{
    struct demo_lists *lists = wg_alloc(ctx->arena, sizeof *lists);
    struct demo_numbers *numbers = demo_numbers_copy(ctx->arena, world->numbers);
    struct demo_random r = demo_random(world->options.seed, STREAM_LIST, UINT64_MAX);
    bool full = world->options.size == DEMO_FULL;
    int32_t n = 0;
    lists->world = world;
    lists->households = wg_alloc_n(ctx->arena, (size_t)world->n_households, sizeof *lists->households);
    for (int32_t i = 0; i < world->n_places; i++)
        if (world->places[i].level == LEVEL_HOUSEHOLD) lists->households[n++] = i;
    lists->n_strangers = full ? 24000 : 260;
    lists->strangers = wg_alloc_n(ctx->arena, (size_t)lists->n_strangers, sizeof *lists->strangers);
    for (int i = 0; i < lists->n_strangers; i++) make_stranger(lists, numbers, i);
    lists->n_travellers = full ? 2500 : 50;
    lists->travellers = wg_alloc_n(ctx->arena, (size_t)lists->n_travellers, sizeof *lists->travellers);
    for (int i = 0; i < lists->n_travellers; i++) lists->travellers[i] = traveller_pick(world, &r);
    lists->namesakes = demo_namesakes(ctx->arena, world);
    find_shown(lists);
    *ret_lists = lists;
    return 0;
}

/* --- rows ----------------------------------------------------------------------------------------------------------------------- */
struct filling {
    struct wg_ctx *ctx;
    const struct demo_lists *lists;
    const struct habit *habit;
    struct demo_random random;
    uint8_t *on_list; /* bits: people, then strangers */
    struct demo_listed *rows;
    int n, wanted;
    int shown; /* how many more of the demo worker's people */
};

static bool take(struct filling *f, int32_t bit)
{
    uint8_t mask = (uint8_t)(1u << (bit & 7));
    if (f->on_list[bit >> 3] & mask) return false;
    f->on_list[bit >> 3] |= mask;
    return true;
}

static bool fits(const struct filling *f, wg_day birth)
{
    int age = (int)(f->lists->world->options.today - birth) * 4 / 1461;
    return !f->habit->workers || (age >= 18 && age < 63);
}

static int32_t resident_pick(struct filling *f)
{
    int32_t shown = f->lists->shown_to - f->lists->shown_from;
    if (f->shown > 0 && shown > 0 && demo_chance(&f->random, 150)) {
        int32_t at = f->lists->shown_from + demo_below(&f->random, shown);
        f->shown--;
        const struct demo_person *p = &f->lists->world->people[at];
        if (travels(f->lists->world, p, &f->random) && fits(f, p->birth) && take(f, at)) return at;
    }
    for (int i = 0; i < TRIES; i++) {
        bool usual = demo_chance(&f->random, 250);
        int32_t at = usual ? f->lists->travellers[demo_below(&f->random, f->lists->n_travellers)]
                           : traveller_pick(f->lists->world, &f->random);
        if (fits(f, f->lists->world->people[at].birth) && take(f, at)) return at;
    }
    return DEMO_NOBODY;
}

static int32_t stranger_pick(struct filling *f, bool outside)
{
    for (int i = 0; i < TRIES; i++) {
        int32_t at = demo_below(&f->random, f->lists->n_strangers);
        const struct stranger *s = &f->lists->strangers[at];
        if ((s->kind == STRANGER_OUTSIDE) != outside || !fits(f, s->birth)) continue;
        if (take(f, f->lists->world->n_people + at)) return at;
    }
    return DEMO_NOBODY;
}

/* The row as it would be without a fault. */
static void fill_row(struct filling *f, struct demo_listed *row)
{
    const struct demo_world *world = f->lists->world;
    const char *name, *idno, *phone;
    if (row->person != DEMO_NOBODY) {
        const struct demo_person *p = &world->people[row->person];
        name = p->name;
        idno = p->idno;
        phone = p->phone;
        row->sex = p->sex;
        row->birth = p->birth;
        demo_address(world, &f->random, p->place, row->address, sizeof row->address);
    } else {
        const struct stranger *s = &f->lists->strangers[row->stranger];
        name = s->name;
        idno = s->idno;
        phone = s->phone;
        row->sex = s->sex;
        row->birth = s->birth;
        if (s->kind == STRANGER_OUTSIDE)
            (void)snprintf(row->address, sizeof row->address, "%s", s->address);
        else
            demo_address(world, &f->random, s->household, row->address, sizeof row->address);
    }
    (void)snprintf(row->name, sizeof row->name, "%s", name);
    (void)snprintf(row->idno, sizeof row->idno, "%s", idno);
    (void)snprintf(row->phone, sizeof row->phone, "%s", phone[0] ? phone + 2 : "");
}

static void push_row(struct filling *f, int32_t person, int32_t stranger, int repeats, int group)
{
    struct demo_listed *row = &f->rows[f->n++];
    const struct demo_world *world = f->lists->world;
    char old_address[256], rough_address[256] = "";
    *row = (struct demo_listed){.person = person, .stranger = stranger, .repeats = repeats, .group = group};
    fill_row(f, row);
    int32_t elsewhere = f->lists->households[demo_below(&f->random, world->n_households)];
    demo_address(world, &f->random, elsewhere, old_address, sizeof old_address);
    if (person != DEMO_NOBODY)
        demo_address_rough(world, world->people[person].place, rough_address, sizeof rough_address);
    else
        (void)snprintf(rough_address, sizeof rough_address, "%s", row->address);
    struct demo_instead instead = {.old_address = old_address,
                                   .rough_address = rough_address,
                                   .old_number = person != DEMO_NOBODY && world->people[person].old_number};
    demo_damage(f->ctx->arena, &f->random, &f->habit->faults, &instead, row);
}

static void push_junk(struct filling *f)
{
    static const char *const names[] = {"测试", "无", "同上", "……", "不详", "张某某"};
    struct demo_listed *row = &f->rows[f->n++];
    *row = (struct demo_listed){.person = DEMO_NOBODY, .stranger = DEMO_NOBODY, .repeats = DEMO_NOBODY, .group = f->n};
    (void)snprintf(row->name, sizeof row->name, "%s", names[demo_below(&f->random, 6)]);
    if (demo_chance(&f->random, 500)) (void)snprintf(row->phone, sizeof row->phone, "%s", "11111111111");
    (void)snprintf(row->errors, sizeof row->errors, "junk");
}

/* Others of the household in the same car or train; they often give one telephone. */
static void push_company(struct filling *f, const struct demo_listed *first)
{
    const struct demo_world *world = f->lists->world;
    const struct demo_place *home = &world->places[world->people[first->person].place];
    for (int32_t i = 0; i < home->n_people && i < GROUP_MOST && f->n < f->wanted; i++) {
        int32_t person = home->first_person + i;
        if (!demo_chance(&f->random, 700) || !take(f, person)) continue;
        push_row(f, person, DEMO_NOBODY, DEMO_NOBODY, first->group);
        if (strcmp(f->rows[f->n - 1].phone, first->phone) == 0 || !demo_chance(&f->random, 500)) continue;
        (void)snprintf(f->rows[f->n - 1].phone, sizeof f->rows[0].phone, "%s", first->phone);
        demo_note(&f->rows[f->n - 1], "family_phone");
    }
}

/* A name, and the compound where two are called so: only asking there tells who is meant. */
static void push_namesake(struct filling *f)
{
    int32_t person = f->lists->namesakes.at[demo_below(&f->random, f->lists->namesakes.n)];
    const struct demo_world *world = f->lists->world;
    if (!take(f, person)) return;
    struct demo_listed *row = &f->rows[f->n++];
    *row = (struct demo_listed){
        .person = person, .stranger = DEMO_NOBODY, .repeats = DEMO_NOBODY, .group = f->n, .sex = world->people[person].sex};
    row->birth = world->people[person].birth;
    (void)snprintf(row->name, sizeof row->name, "%s", world->people[person].name);
    demo_address_rough(world, world->people[person].place, row->address, sizeof row->address);
    demo_note(row, "hearsay");
}

static void push_next(struct filling *f)
{
    struct demo_random *r = &f->random;
    if (f->n > 8 && demo_chance(r, f->habit->again)) {
        int earlier = demo_below(r, f->n);
        const struct demo_listed *row = &f->rows[earlier];
        int first = row->repeats != DEMO_NOBODY ? row->repeats : earlier;
        if (row->person == DEMO_NOBODY && row->stranger == DEMO_NOBODY) return;
        push_row(f, row->person, row->stranger, first, f->n);
        return;
    }
    if (demo_chance(r, f->habit->junk)) {
        push_junk(f);
        return;
    }
    if (f->lists->namesakes.n > 0 && demo_chance(r, f->habit->namesake)) {
        push_namesake(f);
        return;
    }
    int kind = demo_below(r, 1000);
    if (kind < f->habit->registered) {
        int32_t person = resident_pick(f);
        if (person == DEMO_NOBODY) return;
        int at = f->n;
        push_row(f, person, DEMO_NOBODY, DEMO_NOBODY, at);
        if (demo_chance(r, f->habit->together)) push_company(f, &f->rows[at]);
    } else {
        int32_t stranger = stranger_pick(f, kind < f->habit->registered + f->habit->outside);
        if (stranger != DEMO_NOBODY) push_row(f, DEMO_NOBODY, stranger, DEMO_NOBODY, f->n);
    }
}

/* --- truth ---------------------------------------------------------------------------------------------------------------------- */
static int write_truth(struct filling *f, struct wg_str *ret)
{
    struct wg_buf out;
    char id[WG_ID_TEXT + 1];
    wg_buf_init(&out, (size_t)64 << 20);
    wg_buf_puts(&out, "row,who,repeats,errors\n");
    for (int i = 0; i < f->n; i++) {
        const struct demo_listed *row = &f->rows[i];
        wg_buf_fmt(&out, "%d,", row->line);
        if (row->person != DEMO_NOBODY) {
            wg_id_format(f->lists->world->people[row->person].id, id);
            wg_buf_puts(&out, id);
        } else if (row->stranger != DEMO_NOBODY) {
            wg_buf_fmt(&out, "new-%d", (int)row->stranger);
        } else {
            wg_buf_puts(&out, "junk");
        }
        wg_buf_putc(&out, ',');
        if (row->repeats != DEMO_NOBODY) wg_buf_fmt(&out, "%d", f->rows[row->repeats].line);
        wg_buf_fmt(&out, ",%s\n", row->errors);
    }
    int rc = out.failed ? wg_refuse(f->ctx, WG_E_TOO_LARGE, NULL, "64 MiB", NULL) : 0;
    if (rc == 0) *ret = wg_str_dup(f->ctx->arena, (struct wg_str){out.p, out.n});
    wg_buf_free(&out);
    return rc;
}

int demo_list_rows(const struct demo_world *world, enum demo_sender sender)
{
    return world->options.size == DEMO_FULL ? habits[sender].rows_full : habits[sender].rows_small;
}

int demo_list_make(struct wg_ctx *ctx, const struct demo_lists *lists, enum demo_sender sender, wg_day day, int rows,
                   struct demo_list_file *ret_file)
{
    const struct demo_world *world = lists->world;
    uint64_t which = (uint64_t)(uint32_t)(day - world->options.today) << 8 | (uint64_t)sender;
    struct filling f = {.ctx = ctx,
                        .lists = lists,
                        .habit = &habits[sender],
                        .random = demo_random(world->options.seed, STREAM_ROW, which),
                        .wanted = rows,
                        .shown = rows / 8 < SHOWN_MOST ? rows / 8 : SHOWN_MOST};
    f.on_list = wg_alloc(ctx->arena, (size_t)(world->n_people + lists->n_strangers) / 8 + 1);
    f.rows = wg_alloc_n(ctx->arena, (size_t)rows + GROUP_MOST, sizeof *f.rows);
    for (int tries = 0; f.n < rows && tries < rows * 4; tries++) push_next(&f);
    struct demo_layout layout = {.ctx = ctx, .random = &f.random, .day = day, .rows = f.rows, .n = f.n};
    struct demo_list_file file = {.name = f.habit->file, .source = f.habit->source, .rows = f.n};
    int rc = demo_lay_out(&layout, sender, &file.bytes);
    if (rc == 0) rc = write_truth(&f, &file.truth);
    if (rc) return rc;
    *ret_file = file;
    return 0;
}

/* --- files ----------------------------------------------------------------------------------------------------------------------- */
static int make_directory(struct wg_ctx *ctx, const char *path)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST) return 0;
    return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
}

static int write_file(struct wg_ctx *ctx, const char *path, struct wg_str bytes)
{
    FILE *file = fopen(path, "wb");
    if (!file) return wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
    bool written = fwrite(bytes.p, 1, bytes.n, file) == bytes.n;
    bool closed = fclose(file) == 0;
    return written && closed ? 0 : wg_refuse(ctx, WG_E_FILE, NULL, path, strerror(errno));
}

int demo_lists_write(struct wg_ctx *ctx, const struct demo_world *world, const char *directory,
                     struct demo_list_file ret_files[DEMO_SENDERS])
{
    struct demo_lists *lists;
    const char *truth = wg_fmt(ctx->arena, "%s/truth", directory);
    int rc = make_directory(ctx, directory);
    if (rc == 0) rc = make_directory(ctx, truth);
    if (rc == 0) rc = demo_lists_new(ctx, world, &lists);
    for (int s = 0; s < DEMO_SENDERS && rc == 0; s++) {
        struct demo_list_file *file = &ret_files[s];
        rc = demo_list_make(ctx, lists, (enum demo_sender)s, world->options.today, demo_list_rows(world, (enum demo_sender)s),
                            file);
        if (rc == 0) rc = write_file(ctx, wg_fmt(ctx->arena, "%s/%s", directory, file->name), file->bytes);
        if (rc == 0) rc = write_file(ctx, wg_fmt(ctx->arena, "%s/%s_truth.csv", truth, file->name), file->truth);
    }
    return rc;
}
