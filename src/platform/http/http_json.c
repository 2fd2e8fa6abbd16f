/* JSON as text. The library's own dump guards each container against circles by a table of printed addresses, which costs more than
 * the text; an answer's tree is built by one hand and has none. */
#include <stdlib.h>
#include <string.h>

#include "platform/http/http_internal.h"

static void write_escaped(struct wg_buf *out, unsigned char c)
{
    static const char hex[] = "0123456789ABCDEF", plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *at = memchr(plain, c, sizeof plain - 1);
    if (at) {
        wg_buf_add(out, (const char[]){'\\', letters[at - plain]}, 2);
        return;
    }
    wg_buf_add(out, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

static void write_text(struct wg_buf *out, const char *text, size_t n)
{
    size_t from = 0;
    wg_buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        wg_buf_add(out, text + from, i - from);
        write_escaped(out, c);
        from = i + 1;
    }
    wg_buf_add(out, text + from, n - from);
    wg_buf_putc(out, '"');
}

static void write_integer(struct wg_buf *out, json_int_t value)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do *--at = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0) *--at = '-';
    wg_buf_add(out, at, (size_t)(digits + sizeof digits - at));
}

static void write_real(struct wg_buf *out, const json_t *json)
{
    char text[64];
    size_t n = json_dumpb(json, text, sizeof text, JSON_ENCODE_ANY | JSON_COMPACT);
    wg_buf_add(out, text, n < sizeof text ? n : 0);
}

static void write_array(struct wg_buf *out, const json_t *json)
{
    size_t n = json_array_size(json);
    wg_buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i) wg_buf_putc(out, ',');
        http_json_write(out, json_array_get(json, i));
    }
    wg_buf_putc(out, ']');
}

static void write_object(struct wg_buf *out, const json_t *json)
{
    json_t *object = (json_t *)(uintptr_t)json; /* iterating wants it so, and changes nothing */
    bool first = true;
    wg_buf_putc(out, '{');
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        const char *key = json_object_iter_key(at);
        if (!first) wg_buf_putc(out, ',');
        first = false;
        write_text(out, key, strlen(key));
        wg_buf_putc(out, ':');
        http_json_write(out, json_object_iter_value(at));
    }
    wg_buf_putc(out, '}');
}

void http_json_write(struct wg_buf *out, const json_t *json)
{
    switch (json ? json_typeof(json) : JSON_NULL) {
    case JSON_OBJECT:
        write_object(out, json);
        return;
    case JSON_ARRAY:
        write_array(out, json);
        return;
    case JSON_STRING:
        write_text(out, json_string_value(json), json_string_length(json));
        return;
    case JSON_INTEGER:
        write_integer(out, json_integer_value(json));
        return;
    case JSON_REAL:
        write_real(out, json);
        return;
    case JSON_TRUE:
        wg_buf_puts(out, "true");
        return;
    case JSON_FALSE:
        wg_buf_puts(out, "false");
        return;
    case JSON_NULL:
        wg_buf_puts(out, "null");
    }
}
