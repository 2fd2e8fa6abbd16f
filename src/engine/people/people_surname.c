#include "engine/people/people_internal.h"

#include <pthread.h>
#include <string.h>

enum { DIRECT = 0xA000, SINGLE = 1, BEGINS_COMPOUND = 2, HAS_READING = 4, SYLLABLES = 512 };

/* Written once by expand(), read by everyone afterwards. */
static struct {
    uint8_t flags[DIRECT];
    bool syllable[SYLLABLES]; /* some surname of one character is read so */
} tables;
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void flag(uint32_t c, uint8_t bit)
{
    if (c < DIRECT) tables.flags[c] |= bit;
}

static const char *find_reading(const uint32_t *chars, size_t n)
{
    for (size_t i = 0; i < people_surname_reading_count; i++)
        if (people_word(chars, n, people_surname_readings[i].surname) == n) return people_surname_readings[i].syllables;
    return NULL;
}

static void expand(void)
{
    for (size_t i = 0; i < people_surname_reading_count; i++) flag(people_surname_readings[i].surname[0], HAS_READING);
    for (size_t i = 0; people_surnames_compound[i]; i++) flag(people_surnames_compound[i][0], BEGINS_COMPOUND);
    for (const char32_t *c = people_surnames_single; *c; c++) {
        flag(*c, SINGLE);
        const char *own = find_reading(&(uint32_t){*c}, 1);
        int s = own ? people_syllable_find(own, strlen(own)) : people_syllable_of(*c);
        if (s >= 0 && s < SYLLABLES) tables.syllable[s] = true;
    }
}

static uint8_t flags_of(uint32_t c)
{
    (void)pthread_once(&tables_once, expand); /* cannot fail with a static control and a function */
    return c < DIRECT ? tables.flags[c] : 0;
}

bool people_surname_known(uint32_t c)
{
    return (flags_of(c) & SINGLE) != 0;
}

uint8_t people_surname_length(const uint32_t *chars, size_t n)
{
    uint8_t longest = 0;
    if (n == 0) return 0;
    uint8_t flags = flags_of(chars[0]);
    if (flags & BEGINS_COMPOUND)
        for (size_t i = 0; people_surnames_compound[i]; i++) {
            size_t length = people_word(chars, n, people_surnames_compound[i]);
            if (length > longest) longest = (uint8_t)length;
        }
    if (longest) return longest;
    return flags & SINGLE ? 1 : 0;
}

const char *people_surname_reading(const uint32_t *chars, size_t n)
{
    return n > 0 && (flags_of(chars[0]) & HAS_READING) ? find_reading(chars, n) : NULL;
}

bool people_surname_letters(const char *letters, size_t n)
{
    (void)flags_of(0);
    int s = people_syllable_find(letters, n);
    if (s >= 0 && s < SYLLABLES && tables.syllable[s]) return true;
    static const char *const compound[] = {"ouyang",   "shangguan", "sima",     "zhuge",  "situ",  "huangfu",
                                           "murong",   "yuwen",     "linghu",   "weichi", "yuchi", "xiahou",
                                           "dongfang", "gongsun",   "zhangsun", "duanmu"};
    for (size_t i = 0; i < sizeof compound / sizeof *compound; i++)
        if (wg_str_is((struct wg_str){letters, n}, compound[i])) return true;
    return false;
}
