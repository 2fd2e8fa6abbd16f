/* people_internal.h - what the readers of people.h share: how a character is folded, and the tables behind it.
 *
 * The tables of characters are expanded once, on first use, behind pthread_once, from constant data in people_*_table.c;
 * after that nothing writes them. That costs about a millisecond and is the room's only state. */
#ifndef WG_PEOPLE_INTERNAL_H
#define WG_PEOPLE_INTERNAL_H
#include <uchar.h>

#include "engine/people/people.h"

/* --- constant data (people_*_table.c) --- */
struct people_syllable {
    const char *syllable, *chars;
};
struct people_latin {
    uint16_t from;
    char to[3];
};
extern const char people_variant_pairs[];
extern const struct people_syllable people_syllables[];
extern const size_t people_syllable_count;
extern const struct people_latin people_latin_letters[];
extern const size_t people_latin_count;
struct people_reading {
    const char32_t *surname;
    const char *syllables;
};
extern const char32_t people_surnames_single[];
extern const char32_t *const people_surnames_compound[]; /* ends with NULL */
extern const struct people_reading people_surname_readings[];
extern const size_t people_surname_reading_count;
extern const char *const people_shape_groups[]; /* characters that look alike, a group a string */
extern const size_t people_shape_group_count;

/* --- characters (people_char.c) --- */
/* Half width, any dash '-', any middle dot U+00B7, any space ' ', brackets () and quotes ' "; 0: to be dropped (marks of
 * direction, of no width, of control; what is not text). Han characters are left as they are. */
uint32_t people_fold(uint32_t c);
bool people_is_han(uint32_t c);
/* Lower case without marks: writes up to 2 letters to `out`, returns how many; 0 when `c` is not a letter. */
size_t people_latin_fold(uint32_t c, uint32_t out[2]);
/* The number of the syllable a character is usually read as, or -1. */
int people_syllable_of(uint32_t c);
const char *people_syllable_text(int syllable);
/* The same with what the ear mixes up merged. */
const char *people_syllable_sound(int syllable);
/* The number of a syllable written in letters, or -1. */
int people_syllable_find(const char *letters, size_t n);

/* Folded characters of `text` into `out` (at most `cap`), where each begins into `at` (may be NULL; has cap + 1 entries,
 * the last is where reading stopped). Dropped characters take no place. */
size_t people_scan(struct wg_str text, uint32_t *out, uint32_t *at, size_t cap);
/* The value of a Chinese or Arabic digit, -1 for none. */
int people_digit(uint32_t c);
/* A word that says there is nothing: 无 不详 / - none ... */
bool people_says_nothing(struct wg_str text);

/* --- words --- */
/* Lists of words are U"" literals, so that looking one up compares characters and decodes nothing. */

/* Characters of `word` when c[0..n) begins with it, else 0. */
static inline size_t people_word(const uint32_t *c, size_t n, const char32_t *word)
{
    size_t k = 0;
    while (word[k] && k < n && c[k] == word[k]) k++;
    return word[k] ? 0 : k;
}

/* The same for the first that fits of a list that ends with NULL. */
static inline size_t people_any_word(const uint32_t *c, size_t n, const char32_t *const *words)
{
    for (; *words; words++) {
        size_t k = people_word(c, n, *words);
        if (k) return k;
    }
    return 0;
}

static inline bool people_one_of(uint32_t c, const char32_t *set)
{
    for (; c && *set; set++)
        if (*set == c) return true;
    return false;
}

/* Characters of the first word of the list that c[0..n) ends with, else 0. */
static inline size_t people_ending(const uint32_t *c, size_t n, const char32_t *const *words)
{
    for (; *words; words++) {
        size_t k = 0;
        while ((*words)[k]) k++;
        if (k <= n && people_word(c + n - k, k, *words)) return k;
    }
    return 0;
}

/* --- surnames (people_surname.c) --- */
/* Characters of the surname that `chars` begins with: 0 none known, 1, or more for a compound one. */
uint8_t people_surname_length(const uint32_t *chars, size_t n);
bool people_surname_known(uint32_t c);
/* Syllables of a surname that is not read as its characters usually are, parted by spaces; NULL: as usual. */
const char *people_surname_reading(const uint32_t *chars, size_t n);
/* Is it how some surname is written in letters ("wang", "ouyang")? */
bool people_surname_letters(const char *letters, size_t n);
#endif
