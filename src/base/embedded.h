/* embedded.h - files that are part of the program: migrations (src/.../x.sql), programmes, example data, the words of the pages
 * and the built pages. Names are paths from the root of the sources; the words stand under "locales/", the built pages under "web/". */
#ifndef WG_BASE_EMBEDDED_H
#define WG_BASE_EMBEDDED_H
#include "base/str.h"

struct wg_embedded_file {
    const char *name;
    const unsigned char *from, *to; /* a NUL follows `to` */
};
extern const struct wg_embedded_file wg_embedded_files[];
extern const unsigned long wg_embedded_count;

WG_MUST bool wg_embedded(const char *name, struct wg_str *ret_bytes);
#endif
