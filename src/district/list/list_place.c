/* Where an address leads: to a door if the register has it, else to the grid, community or street it names, else to the pool of whoever
 * brought the list: a street's for a street's own list, the district's for the data office's. */
#include <stdlib.h>
#include <string.h>

#include "district/list/list_internal.h"

static const char q_places[] = "SELECT name, path, level FROM place WHERE district = $1 AND level BETWEEN 1 AND 4 AND "
                               "valid_until IS NULL ORDER BY name, path";
static const char q_label[] = "SELECT path FROM place WHERE district = $1 AND label = $2 AND valid_until IS NULL ORDER BY path";

struct named {
    const char *name; /* without the word for its kind: 燕南 of 燕南社区 */
    const char *path;
    int level;
};
struct list_places {
    struct named *items; /* sorted by name */
    size_t n;
    const char *home; /* of what names no place */
};

/* The name without 社区, 村, 街道 ...: people write both. */
static struct wg_str bare(struct wg_str name)
{
    static const char *const kinds[] = {
        "社区居委会", "社区居民委员会", "村民委员会", "居委会", "村委会", "街道办事处", "街道办",
        "社区",       "街道",           "小区",       "村",     "镇",     "乡",         NULL};
    for (size_t i = 0; kinds[i]; i++)
        if (wg_str_ends(name, wg_str(kinds[i])) && name.n > strlen(kinds[i]) + 3)
            return wg_str_sub(name, 0, name.n - strlen(kinds[i]));
    return name;
}

static int by_name(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->path, b->path);
}

const char *list_places_home(const struct list_places *places)
{
    return places->home;
}

int list_places_load(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id bringer,
                     struct list_places **ret)
{
    struct list_places *places = wg_alloc(ctx->arena, sizeof *places);
    struct store_rows *rows;
    const char *const *tops;
    size_t cap = 0, n_tops;
    bool more;
    int rc = duty_tops(ctx, snap, d->code, bringer, wg_today(ctx), &tops, &n_tops);
    if (rc) return rc;
    places->home = n_tops == 1 ? tops[0] : "";
    rc = store_query(ctx, snap, q_places, (struct store_value[]){store_cstr(d->code)}, 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        places->items = wg_grow(ctx->arena, places->items, &cap, places->n + 1, sizeof *places->items);
        places->items[places->n++] = (struct named){wg_cstr(ctx->arena, bare(store_get_text(rows, 0))),
                                                    wg_cstr(ctx->arena, store_get_text(rows, 1)), (int)store_get_int(rows, 2)};
    }
    if (rc) return rc;
    if (places->n) qsort(places->items, places->n, sizeof *places->items, by_name);
    *ret = places;
    return 0;
}

/* The one place of that name and level under `within`; "" when none or several. */
static const char *find(struct wg_arena *arena, const struct list_places *places, struct wg_str name, int level,
                        const char *within)
{
    const char *hit = "";
    size_t low = 0, high = places->n;
    if (name.n == 0) return "";
    const char *key = wg_cstr(arena, bare(name));
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(places->items[middle].name, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < places->n && strcmp(places->items[low].name, key) == 0; low++) {
        if (places->items[low].level != level || !wg_str_starts(wg_str(places->items[low].path), wg_str(within))) continue;
        if (*hit) return "";
        hit = places->items[low].path;
    }
    return hit;
}

static int find_label(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const char *label,
                      const char *within, const char **ret)
{
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, snap, q_label, (struct store_value[]){store_cstr(d->code), store_cstr(label)}, 2, &rows);
    const char *hit = NULL;
    size_t hits = 0;
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        if (!wg_str_starts(store_get_text(rows, 0), wg_str(within))) continue;
        if (hits++ == 0) hit = wg_cstr(ctx->arena, store_get_text(rows, 0));
    }
    if (rc == 0 && hits == 1) *ret = hit;
    return rc;
}

/* Door, else building: as far down as the register knows and the address says. */
static int find_door(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const struct people_address *a,
                     const char *within, const char **path)
{
    if (a->compound.n == 0 || a->building.n == 0) return 0;
    const char *building =
        wg_fmt(ctx->arena, "%.*s%.*s号楼", (int)a->compound.n, a->compound.p, (int)a->building.n, a->building.p);
    int rc = find_label(ctx, snap, d, building, within, path);
    if (rc || a->room.n == 0) return rc;
    const char *door =
        a->unit.n ? wg_fmt(ctx->arena, "%s%.*s单元%.*s", building, (int)a->unit.n, a->unit.p, (int)a->room.n, a->room.p)
                  : wg_fmt(ctx->arena, "%s%.*s", building, (int)a->room.n, a->room.p);
    return find_label(ctx, snap, d, door, within, path);
}

int list_place_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const struct list_places *places,
                  const struct list_cells *cells, struct place *ret)
{
    struct people_address a = people_address_read(ctx->arena, list_cell(cells, COLUMN_ADDRESS));
    struct wg_str township = list_cell(cells, COLUMN_TOWNSHIP), community = list_cell(cells, COLUMN_COMMUNITY);
    const char *path = find(ctx->arena, places, township.n ? township : a.street, LEVEL_STREET, "");
    const char *deeper = find(ctx->arena, places,
                              community.n     ? community
                              : a.community.n ? a.community
                                              : a.village,
                              LEVEL_COMMUNITY, path);
    if (*deeper) path = deeper;
    deeper = find(ctx->arena, places, a.compound, LEVEL_COMPOUND, path);
    if (*deeper) path = deeper;
    int rc = find_door(ctx, snap, d, &a, path, &path);
    return rc ? rc : place_by_path(ctx, snap, d->code, wg_str(*path ? path : places->home), ret);
}
