/* Compound files: sectors, chained by a table, make streams; a directory names them. Every number is checked against the
 * file's size, and no chain is followed further than the file has sectors. */
#include <string.h>

#include "engine/tabular/tabular_xls.h"

enum { HEADER = 512, HEADER_FATS = 109, ENTRY = 128, MINI_SHIFT = 6 };
static const uint32_t last_sector = 0xFFFFFFFA; /* those above mean: end, free, table */

unsigned tab_u8(struct wg_str s, size_t at)
{
    return at < s.n ? (unsigned char)s.p[at] : 0;
}

unsigned tab_u16(struct wg_str s, size_t at)
{
    return tab_u8(s, at) | tab_u8(s, at + 1) << 8;
}

uint32_t tab_u32(struct wg_str s, size_t at)
{
    return (uint32_t)tab_u16(s, at) | (uint32_t)tab_u16(s, at + 2) << 16;
}

static int damaged(struct wg_ctx *ctx)
{
    return wg_refuse(ctx, WG_E_TAB_DAMAGED, NULL, "OLE", NULL);
}

static size_t sector_size(const struct tab_cfb *f)
{
    return (size_t)1 << f->shift;
}

/* The bytes of a sector; the last of a file may be cut short. Empty when there is none. */
static struct wg_str sector(const struct tab_cfb *f, uint32_t number)
{
    if (number > last_sector) return WG_STR("");
    return wg_str_sub(f->bytes, ((size_t)number + 1) << f->shift, sector_size(f));
}

static uint32_t next_sector(const struct tab_cfb *f, uint32_t number)
{
    size_t per = sector_size(f) / 4, table = number / per;
    if (table >= f->n_fat) return UINT32_MAX;
    struct wg_str s = sector(f, f->fat[table]);
    size_t at = (number % per) * 4;
    return at + 4 <= s.n ? tab_u32(s, at) : UINT32_MAX;
}

static size_t sectors_in(const struct tab_cfb *f)
{
    return (f->bytes.n >> f->shift) + 1;
}

/* Where the table's own sectors are: the first in the header, further ones in a chain of lists. */
static bool read_fat(struct wg_arena *arena, struct tab_cfb *f)
{
    size_t most = sectors_in(f), per = sector_size(f) / 4 - 1, cap = 0, n = 0;
    uint32_t *fat = NULL, list = tab_u32(f->bytes, 68);
    for (size_t i = 0; i < HEADER_FATS; i++) {
        uint32_t number = tab_u32(f->bytes, 76 + i * 4);
        if (number > last_sector) continue;
        fat = wg_grow(arena, fat, &cap, n + 1, sizeof *fat);
        fat[n++] = number;
    }
    for (size_t lists = 0; list <= last_sector; lists++) {
        struct wg_str s = sector(f, list);
        if (s.n < sector_size(f) || lists > most) return false;
        for (size_t i = 0; i < per; i++) {
            uint32_t number = tab_u32(s, i * 4);
            if (number > last_sector) continue;
            if (n > most) return false;
            fat = wg_grow(arena, fat, &cap, n + 1, sizeof *fat);
            fat[n++] = number;
        }
        list = tab_u32(s, per * 4);
    }
    f->fat = fat;
    f->n_fat = n;
    return n > 0;
}

/* The directory's entry for `name` (any case), or empty. The chain is followed from its start each time; it is short. */
static struct wg_str find_entry(const struct tab_cfb *f, const char *name)
{
    size_t length = strlen(name), most = sectors_in(f);
    uint32_t number = f->directory;
    for (size_t i = 0; i < most && number <= last_sector; i++, number = next_sector(f, number)) {
        struct wg_str s = sector(f, number);
        for (size_t at = 0; at + ENTRY <= s.n; at += ENTRY) {
            struct wg_str entry = wg_str_sub(s, at, ENTRY);
            if (tab_u16(entry, 64) != (length + 1) * 2) continue;
            size_t same = 0;
            while (same < length && tab_u16(entry, same * 2) == (unsigned char)name[same]) same++;
            if (same == length) return entry;
        }
    }
    return WG_STR("");
}

int tab_cfb_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, struct tab_cfb *ret)
{
    struct tab_cfb f = {.bytes = bytes, .shift = tab_u16(bytes, 30)};
    if (bytes.n < HEADER || (f.shift != 9 && f.shift != 12)) return damaged(ctx);
    f.directory = tab_u32(bytes, 48);
    f.mini_cutoff = tab_u32(bytes, 56);
    f.mini_fat = tab_u32(bytes, 60);
    if (!read_fat(arena, &f)) return damaged(ctx);
    struct wg_str root = find_entry(&f, "Root Entry");
    if (root.n == 0) return damaged(ctx);
    f.mini_start = tab_u32(root, 116);
    f.mini_size = tab_u32(root, 120);
    *ret = f;
    return 0;
}

bool tab_cfb_has(struct tab_cfb *f, const char *name)
{
    return find_entry(f, name).n > 0;
}

static bool read_chain(struct wg_arena *arena, const struct tab_cfb *f, uint32_t start, uint64_t size, struct wg_str *ret)
{
    if (size > f->bytes.n) return false;
    char *out = wg_alloc(arena, (size_t)size);
    size_t n = 0;
    for (uint32_t number = start; n < size; number = next_sector(f, number)) {
        struct wg_str s = wg_str_sub(sector(f, number), 0, (size_t)size - n);
        if (s.n == 0) return false;
        memcpy(out + n, s.p, s.n);
        n += s.n;
        if (s.n < sector_size(f) && n < size) return false;
    }
    *ret = (struct wg_str){out, n};
    return true;
}

/* A small stream: pieces of 64 bytes inside the mini stream, chained by a table of their own. */
static bool read_mini(struct wg_arena *arena, struct tab_cfb *f, uint32_t start, uint64_t size, struct wg_str *ret)
{
    if (!f->mini_read && !read_chain(arena, f, f->mini_start, f->mini_size, &f->mini)) return false;
    f->mini_read = true;
    struct wg_str table;
    uint64_t pieces = f->mini.n / 64 + 1, per = sector_size(f) / 4;
    if (!read_chain(arena, f, f->mini_fat, (pieces + per - 1) / per * sector_size(f), &table) &&
        !read_chain(arena, f, f->mini_fat, sector_size(f), &table))
        return false;
    if (size > f->mini.n) return false;
    char *out = wg_alloc(arena, (size_t)size);
    size_t n = 0;
    for (uint32_t piece = start; n < size; piece = tab_u32(table, (size_t)piece * 4)) {
        struct wg_str s = wg_str_sub(f->mini, (size_t)piece << MINI_SHIFT, 64);
        s = wg_str_sub(s, 0, (size_t)size - n);
        if (s.n == 0 || piece > last_sector) return false;
        memcpy(out + n, s.p, s.n);
        n += s.n;
        if ((size_t)piece * 4 + 4 > table.n && n < size) return false;
    }
    *ret = (struct wg_str){out, n};
    return true;
}

int tab_cfb_read(struct wg_ctx *ctx, struct wg_arena *arena, struct tab_cfb *f, const char *name, struct wg_str *ret)
{
    struct wg_str entry = find_entry(f, name);
    if (entry.n == 0) return damaged(ctx);
    uint32_t start = tab_u32(entry, 116);
    uint64_t size = tab_u32(entry, 120);
    bool good = size < f->mini_cutoff ? read_mini(arena, f, start, size, ret) : read_chain(arena, f, start, size, ret);
    return good ? 0 : damaged(ctx);
}
