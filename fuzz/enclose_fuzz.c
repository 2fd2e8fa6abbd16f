/* Any bytes as a map, and any bytes as a plan against a small map: no crash, no leak, no endless work. The first byte chooses. */
#include <stdint.h>
#include <string.h>

#include "engine/enclose/enclose.h"

static const char small_map[] = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"a\","
                                "\"properties\":{\"building\":\"apartments\"},"
                                "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[120.4501,41.5702],[120.4507,41.5702],["
                                "120.4507,41.5703],[120.4501,41.5703],"
                                "[120.4501,41.5702]]]}}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 64 * 1024) return 0;
    struct wg_arena *arena = wg_arena_new();
    struct wg_ctx ctx = wg_ctx(arena);
    struct enclose_config config;
    struct enclose_map *map;
    struct enclose_options options = {.seconds = 1};
    struct enclose_plan *plan;
    struct enclose_verdict verdict;
    struct wg_str bytes = {(const char *)data + 1, size - 1}, text;
    enclose_config_default(&config);
    int rc;
    if (data[0] % 3 == 0) { /* a map */
        rc = enclose_map_read(&ctx, bytes, &config, &map);
        if (!rc) rc = enclose_plan(&ctx, map, &options, &plan);
        if (!rc) rc = enclose_plan_geojson(&ctx, plan, &text);
    } else if (data[0] % 3 == 1) { /* a plan, and locks */
        rc = enclose_map_read(&ctx, wg_str(small_map), &config, &map);
        if (!rc) rc = enclose_verify(&ctx, map, &config, bytes, &verdict);
        options.locks = bytes;
        rc = enclose_plan(&ctx, map, &options, &plan);
    } else { /* a configuration */
        rc = enclose_config_read(&ctx, bytes, &config);
    }
    (void)rc;
    wg_arena_free(arena);
    return 0;
}
