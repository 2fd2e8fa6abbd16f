/* people.h - the marks by which people are known: identity numbers, telephones, names, dates, addresses, plates.
 *
 * Pure readers: text as someone wrote it in, a canonical form out, or the exact fault. All accept full-width letters and
 * digits, stray spaces, hyphens and dots. Nothing here fails by refusal: a value carries its fault, and the caller decides.
 *   P1 a canonical form read again gives itself
 *   P2 no input makes a reader read outside it, allocate without bound, or take more than linear time
 * The tables of characters behind the readers are constant data, expanded once on first use (under a millisecond, behind
 * pthread_once) and never written again: the room's only state, and safe from any thread.
 * Sources: GB 11643-1999 (identity number), GB/T 2260 (areas), GA 36-2018 (plates), GB/T 23705 and common use (addresses). */
#ifndef WG_PEOPLE_H
#define WG_PEOPLE_H
#include "base/base.h"

/* --- identity number ------------------------------------------------------------------------------------------------ */
enum people_idno_fault {
    IDNO_OK,
    IDNO_EMPTY,
    IDNO_MASKED, /* some of the 18 (or 15) places are * x X(not last) ? ● or missing in the middle: `text` has '*' there */
    IDNO_LOST,   /* a spreadsheet turned it into 2.11302E+17, or its last three digits into 000 (which may be right: one with
                    a good check digit is IDNO_OK) */
    IDNO_LENGTH, /* digits, but neither 15 nor 18 */
    IDNO_CHECK_DIGIT, /* 18 places, well formed, the check digit is not the one of GB 11643 */
    IDNO_DATE,        /* the birth date in it does not exist or lies after today */
    IDNO_OTHER_PAPER  /* passport, travel permit, birth certificate: kept as written, upper case, without spaces */
};
struct people_idno {
    enum people_idno_fault fault;
    char text[33]; /* canonical: 18 places (15-digit numbers become 18), or the other paper; masked places '*' */
    bool from_15;  /* widened from 15 digits */
    wg_day birth;  /* WG_DAY_NONE when not known */
    int sex;       /* GB/T 2261.1: 0 unknown, 1 male, 2 female */
    int area;      /* GB/T 2260, six digits, or 0 */
};
struct people_idno people_idno_read(struct wg_str text, wg_day today);
/* The check character for the first 17 digits. */
char people_idno_check(const char digits17[17]);
/* May the two be the same number, where either may be masked, 15-digit, or have another fault? 1 yes in every visible place
 * (and *ret_visible says how many places both show), 0 no. */
bool people_idno_may_equal(const struct people_idno *a, const struct people_idno *b, int *ret_visible);

/* --- telephone ------------------------------------------------------------------------------------------------------ */
enum people_phone_fault { PHONE_OK, PHONE_EMPTY, PHONE_LENGTH, PHONE_MASKED, PHONE_LOST, PHONE_NOT_A_NUMBER };
struct people_phone {
    enum people_phone_fault fault;
    bool mobile;
    char text[24]; /* canonical E.164 without +: 86 and national number; a landline without area code takes `area_code`;
                      a foreign number keeps its + so that it reads as one again */
};
/* `area_code`: what a bare 7 or 8 digit landline gets, such as "421"; NULL leaves it bare. Of several numbers in one cell
 * the first good one is taken; *ret_rest (may be NULL) gets the text after it. */
struct people_phone people_phone_read(struct wg_str text, const char *area_code, struct wg_str *ret_rest);

/* --- name ----------------------------------------------------------------------------------------------------------- */
enum { PEOPLE_NAME_MAX = 32, PEOPLE_PINYIN_MAX = 192 };
struct people_name {
    bool chinese; /* Han characters (with or without a middle dot) */
    uint32_t
        chars[PEOPLE_NAME_MAX]; /* canonical code points: simplified, no spaces, dots as U+00B7; Latin: lower case, no marks */
    uint8_t n;
    uint8_t surname; /* characters of the surname (compound surnames known: 欧阳, 慕容 ...); 0 unknown */
    char text[PEOPLE_NAME_MAX * 4 + 1];
    char pinyin[PEOPLE_PINYIN_MAX];     /* "wang wei", the surname in its surname reading (单 shan, 仇 qiu ...) */
    char sound[PEOPLE_PINYIN_MAX];      /* pinyin with zh-z ch-c sh-s n-l in-ing en-eng an-ang merged: what the ear mixes up */
    char initials[PEOPLE_NAME_MAX + 1]; /* "ww" */
};
/* Takes off titles and brackets (王伟(户主), 王伟先生 are 王伟); of several people the first. *ret_nickname says that the whole
 * name is not known: 小李 and 李师傅 leave 李, 王某某 and 王XX are 王**. Latin: "Smith, John" is "john smith"; a romanised
 * Chinese name with its surname first (WANG WEI) gets pinyin and sound as one in characters does. */
struct people_name people_name_read(struct wg_str text, bool *ret_nickname /* may be NULL */);
/* Pinyin of any text (street names too), toneless, syllables parted by spaces; other characters stay. */
char *people_pinyin(struct wg_arena *arena, struct wg_str text);
/* Do two characters look alike enough to be mixed up by hand or by reading (伟玮, 己已巳, 未末)? */
bool people_similar_shape(uint32_t a, uint32_t b);
/* Traditional to simplified, one character. */
uint32_t people_simplified(uint32_t c);

/* --- dates ---------------------------------------------------------------------------------------------------------- */
/* 2020-2-14, 2020/02/14, 2020.2.14, 20200214, 2020年2月14日, 14/2/2020, Feb 14 2020, 正月 not; an Excel serial (43875) when
 * `allow_serial` (five digits, 1927 to 2173: a bare 2020 is a year); a time after it is left over. With month and day in doubt (03/04/2020), day first unless `month_first`. */
WG_MUST bool people_date_read(struct wg_str text, bool allow_serial, bool month_first, wg_day *ret_day);
/* The same with a time of day; false when there is only a date. Minutes since midnight; 24:00 is 0 of the next day. */
WG_MUST bool people_datetime_read(struct wg_str text, wg_day *ret_day, int *ret_minutes);
/* 0 unknown, 1 male, 2 female, from 男 女 M F male 1 2 ... */
int people_sex_read(struct wg_str text);

/* --- address -------------------------------------------------------------------------------------------------------- */
/* An address in parts; every part is a slice of a normalised copy in the arena, empty when absent. Numbers are canonical:
 * 三号楼 3栋 3# 3幢 all give building "3", 二单元 gives "2", 501室 and 5-01 give room "501". */
struct people_address {
    struct wg_str province, city, county, street, community, village, group, road, road_number, compound, building, unit, floor,
        room;
    struct wg_str rest;
    struct wg_str normal; /* the whole, normalised: half width, simplified, digits for numerals, no spaces; 街道办事处 is 街道,
                             村委会 村. Without a Han character: lower case without marks, single spaces, all of it `rest` */
};
/* Looks at the first 512 characters. A group in a hamlet (王家屯6组) puts the hamlet into `compound`.
 * Forms: 辽宁省朝阳市双塔区燕北街道燕南社区春华小区3号楼2单元501室; 春华小区3-2-501; 他拉皋镇X村3组; 长江路三段16号 ... */
struct people_address people_address_read(struct wg_arena *arena, struct wg_str text);

/* --- plate ---------------------------------------------------------------------------------------------------------- */
enum people_plate_fault { PLATE_OK, PLATE_EMPTY, PLATE_FORM, PLATE_LETTER /* I or O where none can be */ };
struct people_plate {
    enum people_plate_fault fault;
    char text[24]; /* canonical: 辽N12345, upper case */
    bool new_energy;
};
struct people_plate people_plate_read(struct wg_str text);
#endif
