#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/time.h"

void wg_log(enum wg_log_level level, const char *format, ...)
{
    static const char *const names[] = {"info", "warn", "error"};
    char line[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    struct wg_arena *arena = wg_arena_new();
    fprintf(stderr, "%s %s %s\n", wg_time_text(arena, wg_now(), 0), names[level], line);
    wg_arena_free(arena);
}
