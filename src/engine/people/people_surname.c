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

static uint32_t first_of(const char *text)
{
    size_t at = 0;
    return wg_utf8_next(wg_str(text), &at);
}

static void flag(uint32_t c, uint8_t bit)
{
    if (c < DIRECT) tables.flags[c] |= bit;
}

static void expand(void)
{
    struct wg_str singles = wg_str(people_surnames_single);
    for (size_t i = 0; i < people_surname_reading_count; i++) flag(first_of(people_surname_readings[i].surname), HAS_READING);
    for (size_t i = 0; i < people_surnames_compound_count; i++) flag(first_of(people_surnames_compound[i]), BEGINS_COMPOUND);
    for (size_t at = 0; at < singles.n;) {
        uint32_t c = wg_utf8_next(singles, &at);
        flag(c, SINGLE);
        const char *own = people_surname_reading(&c, 1);
        int s = own ? people_syllable_find(own, strlen(own)) : people_syllable_of(c);
        if (s >= 0 && s < SYLLABLES) tables.syllable[s] = true;
    }
}

static uint8_t flags_of(uint32_t c)
{
    (void)pthread_once(&tables_once, expand); /* cannot fail with a static control and a function */
    return c < DIRECT ? tables.flags[c] : 0;
}

/* Characters of `text` when `chars` begins with it, else 0. */
static uint8_t begins_with(const uint32_t *chars, size_t n, const char *text)
{
    struct wg_str s = wg_str(text);
    uint8_t count = 0;
    for (size_t at = 0; at < s.n; count++)
        if (count >= n || wg_utf8_next(s, &at) != chars[count]) return 0;
    return count;
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
        for (size_t i = 0; i < people_surnames_compound_count; i++) {
            uint8_t length = begins_with(chars, n, people_surnames_compound[i]);
            if (length > longest) longest = length;
        }
    if (longest) return longest;
    return flags & SINGLE ? 1 : 0;
}

/* Without flags, because expand() needs it. */
const char *people_surname_reading(const uint32_t *chars, size_t n)
{
    for (size_t i = 0; i < people_surname_reading_count; i++)
        if (begins_with(chars, n, people_surname_readings[i].surname) == n) return people_surname_readings[i].syllables;
    return NULL;
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
