#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/match/match_internal.h"
#include "engine/people/people.h"

/* --- which column goes where ---------------------------------------------------------------------------------------- */
static int unit_kind_of(enum column_kind kind)
{
    switch (kind) {
    case COLUMN_IDNO:
        return UNIT_IDNO;
    case COLUMN_PHONE:
        return UNIT_PHONE;
    case COLUMN_SEX:
        return UNIT_SEX;
    case COLUMN_AGE:
        return UNIT_AGE;
    case COLUMN_ADDRESS:
        return UNIT_ADDRESS;
    case COLUMN_STREET_NUMBER:
    case COLUMN_POSTCODE:
    case COLUMN_PLATE:
    case COLUMN_NUMBER:
        return UNIT_CODE;
    case COLUMN_CITY:
    case COLUMN_STATE:
    case COLUMN_TOWNSHIP:
    case COLUMN_COMMUNITY:
        return UNIT_PLACE;
    case COLUMN_EMAIL:
        return UNIT_EMAIL;
    case COLUMN_STREET_NAME:
    case COLUMN_ORGANISATION:
    case COLUMN_TEXT:
        return UNIT_TEXT;
    default:
        return -1;
    }
}

static bool shared_by_family(enum unit_kind kind)
{
    return kind != UNIT_IDNO && kind != UNIT_GIVEN && kind != UNIT_AGE && kind != UNIT_SEX && kind != UNIT_EMAIL;
}

static int add_unit(struct layout *l, enum unit_kind kind, const struct match_field *field)
{
    if (l->n_units == UNITS_MAX || l->n_slots == SLOTS_MAX) return -1;
    l->units[l->n_units] = (struct unit){.kind = kind,
                                         .column = field->kind,
                                         .name = field->name,
                                         .slot = (uint8_t)l->n_slots++,
                                         .slots = 1,
                                         .family = shared_by_family(kind)};
    return (int)l->n_units++;
}

static void add_name_units(struct layout *l, const struct match_field *field)
{
    const struct match_field name = {COLUMN_NAME, NULL}, surname = {COLUMN_SURNAME, NULL}, given = {COLUMN_GIVEN_NAME, NULL};
    if (l->name < 0) l->name = add_unit(l, UNIT_NAME, &name);
    if (l->surname < 0) l->surname = add_unit(l, UNIT_SURNAME, &surname);
    if (l->given < 0) l->given = add_unit(l, UNIT_GIVEN, &given);
    /* A unit is called by its column; by its kind where several columns feed it, or none. */
    int at = field->kind == COLUMN_SURNAME ? l->surname : field->kind == COLUMN_GIVEN_NAME ? l->given : l->name;
    if (at < 0) return;
    l->units[at].column = field->kind;
    l->units[at].name = l->fed[at]++ ? NULL : field->name;
}

static int unit_of(const struct layout *l, enum unit_kind kind)
{
    for (size_t i = 0; i < l->n_units; i++) {
        if (l->units[i].kind == kind) return (int)i;
    }
    return -1;
}

static enum stage stage_of(enum unit_kind kind)
{
    switch (kind) {
    case UNIT_NAME:
    case UNIT_SURNAME:
    case UNIT_GIVEN:
        return STAGE_NAMES;
    case UNIT_IDNO:
    case UNIT_PHONE:
    case UNIT_BIRTH:
    case UNIT_AGE:
    case UNIT_SEX:
    case UNIT_CODE:
        return STAGE_NUMBERS;
    default:
        return STAGE_STRINGS;
    }
}

static void order_units(struct layout *l)
{
    for (size_t u = 0; u < l->n_units; u++) {
        enum stage stage = stage_of(l->units[u].kind);
        uint32_t bit = (uint32_t)1 << u;
        if (stage == STAGE_NAMES || l->units[u].kind == UNIT_AGE) l->across |= bit;
        if (l->units[u].kind == UNIT_EMAIL) l->emails |= bit;
        if (l->units[u].kind != UNIT_AGE) l->stage[stage] |= bit; /* ages come when all else is known */
    }
}

void layout_make(struct layout *l, const struct match_field *fields, size_t n_fields)
{
    *l = (struct layout){.n_slots = 1,
                         .name = -1,
                         .surname = -1,
                         .given = -1,
                         .birth = -1,
                         .age = -1,
                         .sex = -1,
                         .idno = -1,
                         .phone = -1,
                         .address = -1};
    for (size_t i = 0; i < n_fields; i++) {
        switch (fields[i].kind) {
        case COLUMN_NAME:
        case COLUMN_SURNAME:
        case COLUMN_GIVEN_NAME:
            add_name_units(l, &fields[i]);
            break;
        case COLUMN_BIRTH:
        case COLUMN_BIRTH_YEAR:
        case COLUMN_BIRTH_MONTH:
        case COLUMN_BIRTH_DAY:
            if (l->birth < 0)
                l->birth = add_unit(l, UNIT_BIRTH, &fields[i]);
            else
                l->units[l->birth].name = NULL;
            break;
        case COLUMN_PHONE: {
            /* The slots of one unit lie together: only while the telephone was the last unit, else a unit of its own. */
            int at = unit_of(l, UNIT_PHONE);
            if (at >= 0 && l->units[at].slots < PHONES_MAX && l->units[at].slot + l->units[at].slots == l->n_slots &&
                l->n_slots < SLOTS_MAX) {
                l->units[at].slots++;
                l->n_slots++;
            } else if (at < 0) {
                (void)add_unit(l, UNIT_PHONE, &fields[i]);
            }
            break;
        }
        default: {
            int kind = unit_kind_of(fields[i].kind);
            if (kind >= 0) (void)add_unit(l, (enum unit_kind)kind, &fields[i]);
        }
        }
    }
    /* An identity number says when its holder was born, also where no column does. */
    l->idno = unit_of(l, UNIT_IDNO);
    l->phone = unit_of(l, UNIT_PHONE);
    l->address = unit_of(l, UNIT_ADDRESS);
    if (l->phone >= 0 && l->units[l->phone].slots > 1) l->phone = -1;
    struct match_field told = {.kind = COLUMN_BIRTH};
    if (l->idno >= 0 && l->birth < 0) l->birth = add_unit(l, UNIT_BIRTH, &told);
    told.kind = COLUMN_SEX;
    if (l->idno >= 0 && unit_of(l, UNIT_SEX) < 0) (void)add_unit(l, UNIT_SEX, &told);
    l->sex = unit_of(l, UNIT_SEX);
    told.kind = COLUMN_AGE;
    if (l->birth >= 0 && unit_of(l, UNIT_AGE) < 0) (void)add_unit(l, UNIT_AGE, &told);
    l->age = unit_of(l, UNIT_AGE);
    order_units(l);
}

static int place_for(const struct layout *l, const struct match_field *field, const uint8_t *taken, bool by_name)
{
    for (size_t u = 0; u < l->n_units; u++) {
        const struct unit *unit = &l->units[u];
        if (unit->column != field->kind || taken[u] >= unit->slots) continue;
        if (!by_name || (unit->name && field->name && strcmp(unit->name, field->name) == 0)) return (int)u;
    }
    return -1;
}

void layout_map(const struct layout *l, const struct match_field *fields, size_t n_fields, struct column_map *map)
{
    uint8_t taken[UNITS_MAX] = {0};
    *map = (struct column_map){.n = n_fields < 256 ? n_fields : 256};
    for (size_t i = 0; i < map->n; i++) {
        switch (fields[i].kind) {
        case COLUMN_NAME:
            map->part[i] = l->name >= 0 ? PART_NAME : PART_NONE;
            break;
        case COLUMN_SURNAME:
            map->part[i] = l->name >= 0 ? PART_SURNAME : PART_NONE;
            break;
        case COLUMN_GIVEN_NAME:
            map->part[i] = l->name >= 0 ? PART_GIVEN : PART_NONE;
            break;
        case COLUMN_BIRTH_YEAR:
            map->part[i] = l->birth >= 0 ? PART_YEAR : PART_NONE;
            break;
        case COLUMN_BIRTH_MONTH:
            map->part[i] = l->birth >= 0 ? PART_MONTH : PART_NONE;
            break;
        case COLUMN_BIRTH_DAY:
            map->part[i] = l->birth >= 0 ? PART_DAY : PART_NONE;
            break;
        default:
            break;
        }
    }
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < map->n; i++) {
            int u = -1;
            if (map->part[i] != PART_NONE) continue;
            if (fields[i].kind == COLUMN_BIRTH)
                u = pass == 0 ? l->birth : -1;
            else if (fields[i].kind == COLUMN_SEX)
                u = pass == 0 ? l->sex : -1;
            else if (unit_kind_of(fields[i].kind) >= 0)
                u = place_for(l, &fields[i], taken, pass == 0);
            if (u < 0) continue;
            map->part[i] = PART_SLOT;
            map->unit[i] = (uint8_t)u;
            map->slot[i] = (uint8_t)(l->units[u].slot + taken[u]);
            if (taken[u] + 1 < l->units[u].slots || l->units[u].slots == 1) taken[u]++;
        }
    }
}

/* --- cells to values ------------------------------------------------------------------------------------------------ */
enum { CACHE_SIZE = 1 << 14, CACHED_TEXT = 51 };
struct cell_cache {
    struct cached {
        uint32_t id, used;
        uint8_t kind, n;
        char text[CACHED_TEXT + 3];
    } cell[CACHE_SIZE];
    uint32_t date[DATE_PLACES], sex[2]; /* 0: not met yet */
};

void reader_init(struct reader *r, const struct layout *layout, const struct column_map *map, struct words *words,
                 const char *area_code, wg_day today)
{
    *r = (struct reader){
        .layout = layout, .map = map, .words = words, .area_code = area_code, .today = today, .scratch = wg_arena_new()};
    r->cache = wg_xcalloc(1, sizeof *r->cache);
    r->shapes = address_shapes_new();
}

void reader_free(struct reader *r)
{
    wg_arena_free(r->scratch);
    free(r->cache);
    free(r->shapes);
    *r = (struct reader){0};
}

static struct wg_str bytes(const void *p, size_t n)
{
    return (struct wg_str){p, n};
}

static bool is_ascii(struct wg_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] >= 128) return false;
    }
    return true;
}

static bool has_han(struct wg_str s)
{
    if (is_ascii(s)) return false;
    for (size_t at = 0; at < s.n;) {
        uint32_t c = wg_utf8_next(s, &at);
        if ((c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF) || c == 0x3007) return true;
    }
    return false;
}

/* Words that stand for nothing. */
static bool is_nothing(struct wg_str s)
{
    static const char *const words[] = {"-",    "--",   "/",  "\\",  "无",  "未知", "不详", "暂无",    "null", "NULL",
                                        "none", "None", "NA", "N/A", "n/a", "nan",  "NaN",  "unknown", "?",    "."};
    if (s.n == 0) return true;
    if (s.n > 7) return false; /* longer than any of them */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (wg_str_is(s, words[i])) return true;
    }
    return false;
}

/* Form of a string: a mask of its letters, its sound, then without spaces, then (where there are any) with them. */
static uint32_t put_string(struct reader *r, uint8_t domain, struct wg_str s, bool squeeze)
{
    uint8_t folded[STRING_MAX], form[STRING_HEAD + 2 * STRING_MAX];
    size_t n = text_fold(s, folded, sizeof folded);
    if (n == 0) return 0;
    size_t tight = text_squeeze(folded, n, form + STRING_HEAD);
    uint32_t mask = text_mask(form + STRING_HEAD, tight), sound = text_sound(form + STRING_HEAD, tight);
    memcpy(form, &mask, 4);
    memcpy(form + 4, &sound, 4);
    form[8] = (uint8_t)tight;
    size_t all = STRING_HEAD + tight;
    if (tight < n && !squeeze) {
        memcpy(form + all, folded, n);
        all += n;
    }
    if (is_ascii(s) && s.n < STRING_MAX) return words_put(r->words, domain, 0, form, all, folded, n);
    return words_put(r->words, domain, 0, form, all, s.p, text_clip(s, TEXT_MAX).n);
}

static uint32_t put_email(struct reader *r, struct wg_str s)
{
    uint8_t form[CMP_MAX];
    size_t n = 0;
    uint8_t at = 0;
    for (size_t i = 0; i < s.n && n < sizeof form; i++) {
        char c = s.p[i];
        if (c == ' ') continue;
        if (c == '@' && !at) at = (uint8_t)n;
        form[n++] = (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return n ? words_put(r->words, UNIT_EMAIL, at, form, n, form, n) : 0;
}

static void put_digits(char *out, size_t n, int value)
{
    for (; n > 0; value /= 10) out[--n] = (char)('0' + value % 10);
}

static uint32_t intern_date(struct reader *r, int year, int month, int day)
{
    /* Year, month and day are bounded by their readers. */
    uint8_t form[4] = {(uint8_t)(year & 255), (uint8_t)(year >> 8), (uint8_t)month, (uint8_t)day};
    char text[] = "0000-00-00";
    put_digits(text, 4, year);
    put_digits(text + 5, 2, month);
    put_digits(text + 8, 2, day);
    return words_put(r->words, UNIT_BIRTH, 0, form, sizeof form, text, sizeof text - 1);
}

static uint32_t put_date(struct reader *r, int year, int month, int day)
{
    if (year <= 0 && month <= 0 && day <= 0) return 0;
    uint32_t place = date_place(year, month, day);
    if (place == DATE_PLACES) return intern_date(r, year, month, day);
    const struct words *base = r->words->base;
    if (base && base->dates && base->dates[place]) return base->dates[place];
    uint32_t *known = &r->cache->date[place];
    if (*known == 0) *known = intern_date(r, year, month, day);
    return *known;
}

static bool digits_only(struct wg_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    }
    return s.n > 0;
}

static int number_of(struct wg_str s, int least, int most)
{
    int64_t v = 0;
    return wg_parse_i64(s, least, most, &v) ? (int)v : 0;
}

/* Dates that do not exist are compared as well: a wrong digit makes many. */
static uint32_t put_birth(struct reader *r, struct wg_str s)
{
    if (s.n == 8 && digits_only(s)) {
        int year = number_of(wg_str_sub(s, 0, 4), 0, 9999);
        if (year >= 1800 && year <= 2200)
            return put_date(r, year, number_of(wg_str_sub(s, 4, 2), 0, 99), number_of(wg_str_sub(s, 6, 2), 0, 99));
    }
    if (s.n >= 10 && (s.p[4] == '-' || s.p[4] == '/') && s.p[7] == s.p[4] && digits_only(wg_str_sub(s, 0, 4)) &&
        digits_only(wg_str_sub(s, 5, 2)) && digits_only(wg_str_sub(s, 8, 2)) && (s.n == 10 || s.p[10] == 'T' || s.p[10] == ' '))
        return put_date(r, number_of(wg_str_sub(s, 0, 4), 0, 9999), number_of(wg_str_sub(s, 5, 2), 0, 99),
                        number_of(wg_str_sub(s, 8, 2), 0, 99));
    if (s.n == 4 && digits_only(s)) return put_date(r, number_of(s, 1800, 2200), 0, 0);
    wg_day day = WG_DAY_NONE;
    if (!people_date_read(s, true, false, &day)) return 0;
    struct wg_civil c = wg_civil_from_day(day);
    return put_date(r, c.year, c.month, c.day);
}

static uint32_t put_sex(struct reader *r, int sex)
{
    if (sex != 1 && sex != 2) return 0;
    uint8_t form = (uint8_t)sex;
    uint32_t *known = &r->cache->sex[sex - 1];
    if (*known == 0) *known = words_put(r->words, UNIT_SEX, 0, &form, 1, sex == 1 ? "1" : "2", 1);
    return *known;
}

static uint32_t put_age(struct reader *r, struct wg_str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9') n++;
    int age = n ? number_of(wg_str_sub(s, 0, n), 0, 150) : -1;
    if (age < 0 || (age == 0 && n == 0)) return 0;
    uint8_t form = (uint8_t)age;
    return words_put(r->words, UNIT_AGE, 0, &form, 1, s.p, n);
}

static void put_phone(struct reader *r, struct wg_str s, uint32_t *ret)
{
    struct people_phone phone = people_phone_read(s, r->area_code, NULL);
    if (phone.fault == PHONE_OK || phone.fault == PHONE_MASKED) {
        size_t n = strlen(phone.text), skip = n > 2 && phone.text[0] == '8' && phone.text[1] == '6' ? 2 : 0;
        struct wg_str text = bytes(phone.text + skip, n - skip);
        words_put_later(r->words, &r->later, UNIT_PHONE, phone.fault == PHONE_MASKED, text, text, ret);
        return;
    }
    if (phone.fault == PHONE_LOST) return;
    uint8_t form[24];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof form; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') form[n++] = (uint8_t)s.p[i];
    }
    if (n >= 4) *ret = words_put(r->words, UNIT_PHONE, 0, form, n, form, n);
}

/* A whole number that is known already, read again: what it says of birth and sex stands in it. */
static bool known_idno(struct reader *r, struct wg_str s, uint32_t *ret_id, struct people_idno *ret)
{
    *ret_id = s.n == 18 ? words_find(r->words, UNIT_IDNO, s) : 0;
    if (*ret_id == 0 || words_blob(r->words, *ret_id).mark != MARK_NUMBER) return false;
    int part[3] = {0};
    for (size_t i = 6; i < 14; i++) {
        size_t which = i < 10 ? 0 : i < 12 ? 1 : 2;
        part[which] = part[which] * 10 + (s.p[i] - '0');
    }
    *ret = (struct people_idno){.fault = IDNO_OK, .birth = WG_DAY_NONE, .sex = (s.p[16] - '0') % 2 ? 1 : 2};
    if (!wg_civil_exists(part[0], part[1], part[2])) return false;
    ret->birth = wg_day_from_civil(part[0], part[1], part[2]);
    return ret->birth <= r->today;
}

static uint32_t put_idno(struct reader *r, struct wg_str s, struct people_idno *ret)
{
    uint32_t known;
    if (known_idno(r, s, &known, ret)) return known;
    *ret = people_idno_read(s, r->today);
    switch (ret->fault) {
    case IDNO_EMPTY:
    case IDNO_LOST:
        return 0;
    case IDNO_OK:
    case IDNO_CHECK_DIGIT:
    case IDNO_DATE:
        return words_put(r->words, UNIT_IDNO, MARK_NUMBER, ret->text, strlen(ret->text), ret->text, strlen(ret->text));
    case IDNO_MASKED:
        return words_put(r->words, UNIT_IDNO, MARK_HIDDEN, ret->text, strlen(ret->text), ret->text, strlen(ret->text));
    case IDNO_LENGTH:
    case IDNO_OTHER_PAPER:
        break;
    }
    return put_string(r, UNIT_IDNO, s, true);
}

static void put_syllables(const char *text, size_t n_chars, uint8_t *out)
{
    struct wg_str rest = wg_str(text), part;
    size_t n = 0;
    while (n < n_chars && wg_str_next(&rest, ' ', &part)) {
        uint16_t h = text_hash16(part.p, part.n);
        memcpy(out + 2 * n++, &h, 2);
    }
}

/* The pinyin of surname and given name, each without spaces, as a passport has them. */
static void put_passport(const char *text, size_t n_surname, uint8_t *out)
{
    struct wg_str rest = wg_str(text), part;
    uint8_t joined[2][PEOPLE_PINYIN_MAX];
    size_t n[2] = {0};
    for (size_t i = 0; wg_str_next(&rest, ' ', &part); i++) {
        size_t which = i >= n_surname;
        memcpy(joined[which] + n[which], part.p, part.n);
        n[which] += part.n;
    }
    for (size_t which = 0; which < 2; which++) {
        uint16_t h = text_hash16(joined[which], n[which]);
        memcpy(out + 2 * which, &h, 2);
    }
}

/* Form of a Han name: characters, pinyin and sound of each, two bytes apiece, then surname and given name as a passport has
 * them; the mark holds the length of the surname and, from 128, that it is no full name (小李). */
static uint32_t put_han_name(struct reader *r, struct wg_str s)
{
    enum { MOST = 10 };
    bool nickname = false;
    struct people_name name = people_name_read(s, &nickname);
    uint8_t form[MOST * 6 + 4] = {0};
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < MOST; i++) {
        if (name.chars[i] == 0xB7) continue;
        uint16_t c = (uint16_t)(name.chars[i] > 0xFFFF ? mix32(name.chars[i], 3) | 1 : name.chars[i]);
        memcpy(form + 2 * n++, &c, 2);
    }
    if (n == 0) return 0;
    put_syllables(name.pinyin, n, form + 2 * n);
    put_syllables(name.sound, n, form + 4 * n);
    put_passport(name.pinyin, name.surname, form + 6 * n);
    uint8_t mark = (uint8_t)((name.surname & 7) | (nickname ? 128 : 0));
    return words_put(r->words, UNIT_NAME, mark, form, n * 6 + 4, name.text, strlen(name.text));
}

static uint32_t put_address(struct reader *r, struct wg_str s)
{
    uint32_t id = has_han(s) ? address_read_fully(r, s) : 0;
    return id ? id : put_string(r, UNIT_ADDRESS, s, false);
}

/* Of a place met before, with a door of three numbers. */
static bool put_known_place(struct reader *r, struct wg_str s, uint32_t *ret)
{
    char text[TEXT_MAX];
    if (address_read_shape_later(r, s, ret)) return true;
    struct wg_str digits = door_in_digits(s, text);
    return digits.n && address_read_shape_later(r, digits, ret);
}

static uint32_t put_cell(struct reader *r, enum unit_kind kind, struct wg_str s)
{
    switch (kind) {
    case UNIT_NAME:
        return put_han_name(r, s);
    case UNIT_SURNAME:
    case UNIT_GIVEN:
        return put_string(r, UNIT_GIVEN, s, false);
    case UNIT_BIRTH:
        return put_birth(r, s);
    case UNIT_AGE:
        return put_age(r, s);
    case UNIT_SEX:
        return put_sex(r, people_sex_read(s));
    case UNIT_ADDRESS:
        return put_address(r, s);
    case UNIT_CODE:
        return put_string(r, UNIT_CODE, s, true);
    case UNIT_EMAIL:
        return put_email(r, s);
    default:
        return put_string(r, (uint8_t)kind, s, false);
    }
}

static uint32_t read_cell(struct reader *r, enum unit_kind kind, struct wg_str s)
{
    /* What is canonical reads as itself: a text that is known already needs no reading. */
    uint32_t known = kind == UNIT_NAME ? words_find(r->words, UNIT_NAME, s) : 0;
    if (known) return known;
    bool quick = kind == UNIT_BIRTH && (s.n == 8 || s.n == 10);
    if (quick || s.n > CACHED_TEXT) return put_cell(r, kind, s);
    struct cached *c = &r->cache->cell[text_hash(s.p, s.n, (uint64_t)kind) >> 40 & (CACHE_SIZE - 1)];
    if (c->used && c->kind == kind && c->n == s.n && memcmp(c->text, s.p, s.n) == 0) return c->id;
    uint32_t id = put_cell(r, kind, s);
    *c = (struct cached){.id = id, .used = 1, .kind = (uint8_t)kind, .n = (uint8_t)s.n};
    memcpy(c->text, s.p, s.n);
    return id;
}

struct parts {
    char name[3][TEXT_MAX]; /* by part: full, surname, given */
    size_t n[3];
    int year, month, day;
};

static void part_add(struct parts *p, size_t which, struct wg_str s)
{
    size_t n = p->n[which];
    if (n && n + 1 < TEXT_MAX) p->name[which][n++] = ' ';
    if (s.n > TEXT_MAX - n) s.n = TEXT_MAX - n;
    memcpy(p->name[which] + n, s.p, s.n);
    p->n[which] = n + s.n;
}

static void read_latin_full(struct reader *r, struct wg_str full, uint32_t *slots)
{
    const struct layout *l = r->layout;
    ptrdiff_t comma = wg_str_find(full, WG_STR(","));
    struct wg_str given, surname;
    if (comma >= 0) {
        surname = wg_str_trim(wg_str_sub(full, 0, (size_t)comma));
        given = wg_str_trim(wg_str_sub(full, (size_t)comma + 1, full.n));
    } else {
        size_t cut = full.n;
        while (cut && full.p[cut - 1] != ' ') cut--;
        given = wg_str_trim(wg_str_sub(full, 0, cut));
        surname = wg_str_sub(full, cut, full.n - cut);
    }
    slots[l->units[l->given].slot] = given.n ? read_cell(r, UNIT_GIVEN, given) : 0;
    slots[l->units[l->surname].slot] = surname.n ? read_cell(r, UNIT_SURNAME, surname) : 0;
}

static void read_name(struct reader *r, const struct parts *p, uint32_t *slots)
{
    const struct layout *l = r->layout;
    if (l->name < 0 || l->surname < 0 || l->given < 0) return;
    struct wg_str full = bytes(p->name[0], p->n[0]), surname = bytes(p->name[1], p->n[1]), given = bytes(p->name[2], p->n[2]);
    if (full.n && has_han(full)) {
        slots[l->units[l->name].slot] = read_cell(r, UNIT_NAME, full);
        return;
    }
    if (has_han(surname) || has_han(given)) {
        char both[2 * TEXT_MAX];
        memcpy(both, surname.p, surname.n);
        memcpy(both + surname.n, given.p, given.n);
        slots[l->units[l->name].slot] = read_cell(r, UNIT_NAME, bytes(both, surname.n + given.n));
        return;
    }
    if (surname.n) slots[l->units[l->surname].slot] = read_cell(r, UNIT_SURNAME, surname);
    if (given.n) slots[l->units[l->given].slot] = read_cell(r, UNIT_GIVEN, given);
    if (full.n && !surname.n && !given.n) read_latin_full(r, full, slots);
}

static void derive(struct reader *r, const struct people_idno *idno, uint32_t *slots)
{
    const struct layout *l = r->layout;
    if (idno->fault != IDNO_OK && idno->fault != IDNO_CHECK_DIGIT && idno->fault != IDNO_MASKED) return;
    if (l->birth >= 0 && idno->birth != WG_DAY_NONE && slots[l->units[l->birth].slot] == 0) {
        struct wg_civil c = wg_civil_from_day(idno->birth);
        slots[l->units[l->birth].slot] = put_date(r, c.year, c.month, c.day);
        slots[0] |= FLAG_BIRTH_DERIVED;
    }
    if (l->sex >= 0 && idno->sex && slots[l->units[l->sex].slot] == 0) {
        slots[l->units[l->sex].slot] = put_sex(r, idno->sex);
        slots[0] |= FLAG_SEX_DERIVED;
    }
}

void reader_ahead(const struct reader *r, const struct wg_str *cells, bool value)
{
    const struct column_map *map = r->map;
    for (size_t i = 0; i < map->n; i++) {
        if (map->part[i] == PART_NAME) words_ahead(r->words, UNIT_NAME, cells[i], value);
        if (map->part[i] != PART_SLOT) continue;
        enum unit_kind kind = r->layout->units[map->unit[i]].kind;
        if (kind == UNIT_IDNO) words_ahead(r->words, (uint8_t)kind, cells[i], value);
    }
}

/* Numbers and dates may be asked for at once, for what they tell of another column; telephones and addresses can wait. */
static void read_slot(struct reader *r, enum unit_kind kind, struct wg_str s, struct people_idno *idno, uint32_t *ret)
{
    if (kind == UNIT_IDNO)
        *ret = put_idno(r, s, idno);
    else if (kind == UNIT_PHONE)
        put_phone(r, s, ret);
    else if (kind != UNIT_ADDRESS || !put_known_place(r, s, ret))
        *ret = read_cell(r, kind, s);
}

void reader_one_of_many(struct reader *r, const struct wg_str *cells, uint32_t *slots)
{
    const struct column_map *map = r->map;
    struct parts parts;
    parts.n[0] = parts.n[1] = parts.n[2] = 0;
    parts.year = parts.month = parts.day = 0;
    struct people_idno idno = {.fault = IDNO_EMPTY, .birth = WG_DAY_NONE};
    memset(slots, 0, r->layout->n_slots * sizeof *slots);
    for (size_t i = 0; i < map->n; i++) {
        if (map->part[i] == PART_NONE || cells[i].n == 0) continue;
        struct wg_str s = wg_str_trim(cells[i]);
        if (is_nothing(s)) continue;
        switch (map->part[i]) {
        case PART_NAME:
            part_add(&parts, 0, s);
            break;
        case PART_SURNAME:
            part_add(&parts, 1, s);
            break;
        case PART_GIVEN:
            part_add(&parts, 2, s);
            break;
        case PART_YEAR:
            parts.year = number_of(s, 1800, 2200);
            break;
        case PART_MONTH:
            parts.month = number_of(s, 1, 99);
            break;
        case PART_DAY:
            parts.day = number_of(s, 1, 99);
            break;
        default:
            read_slot(r, r->layout->units[map->unit[i]].kind, s, &idno, &slots[map->slot[i]]);
        }
    }
    read_name(r, &parts, slots);
    if (r->layout->birth >= 0 && (parts.year || parts.month || parts.day) && !slots[r->layout->units[r->layout->birth].slot])
        slots[r->layout->units[r->layout->birth].slot] = put_date(r, parts.year, parts.month, parts.day);
    derive(r, &idno, slots);
}

void reader_rest(struct reader *r)
{
    words_put_rest(r->words, &r->later);
}

void reader_row(struct reader *r, const struct wg_str *cells, uint32_t *slots)
{
    reader_one_of_many(r, cells, slots);
    reader_rest(r);
}
