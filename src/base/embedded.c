#include "base/embedded.h"

#include <string.h>

bool wg_embedded(const char *name, struct wg_str *ret_bytes)
{
    for (unsigned long i = 0; i < wg_embedded_count; i++) {
        const struct wg_embedded_file *f = &wg_embedded_files[i];
        if (strcmp(f->name, name) != 0) continue;
        *ret_bytes = (struct wg_str){(const char *)f->from, (size_t)(f->to - f->from)};
        return true;
    }
    return false;
}
