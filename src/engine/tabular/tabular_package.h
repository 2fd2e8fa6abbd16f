/* tabular_package.h - an .xlsx file taken apart: a zip of XML parts (ECMA-376 part 2), read by libzip and Expat.
 * Parts are streamed; what they unpack to is counted against one budget, whatever the directory of the zip says. */
#ifndef WG_TABULAR_PACKAGE_H
#define WG_TABULAR_PACKAGE_H
#include <expat.h>
#include <zip.h>

#include "engine/tabular/tabular_internal.h"
#include "engine/tabular/tabular_number.h"

enum { TAB_XML_PIECE = 64 * 1024, TAB_XML_TOKEN_MOST = 1024 * 1024 };

struct tab_package {
    zip_t *zip;
    size_t budget; /* bytes that may still be unpacked */
};

/* Opens the zip over `bytes`; closed with `arena`. */
int tab_package_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                     struct tab_package *ret);
bool tab_package_has(const struct tab_package *package, const char *part);

/* One pass through one XML part. Handlers get the pass as their first argument and find their own state in `arg`. */
struct tab_xml {
    struct tab_package *package;
    zip_file_t *file;
    XML_Parser parser;
    void *arg;
    bool counted; /* its bytes were paid for in an earlier pass */
    bool foreign; /* it brings a document type, which no spreadsheet does: refused */
    bool wrong;   /* set by a handler that stopped the parser because of what it met */
    bool enough;  /* set by a handler that stopped the parser because it knows all it wants */
    bool ended;
    uint64_t read, size;
};
/* `xml` must stay where it is until it is closed. */
int tab_xml_open(struct wg_ctx *ctx, struct tab_package *package, const char *part, struct tab_xml *xml);
void tab_xml_close(struct tab_xml *xml); /* twice is once */
/* Goes on until a handler suspends the parser (*ret_more true), or to the end, where the zip's checksum is proved. */
int tab_xml_go(struct wg_ctx *ctx, struct tab_xml *xml, bool *ret_more);
/* Handlers stop the pass for good: `wrong` refuses the file as damaged. */
void tab_xml_stop(struct tab_xml *xml, bool wrong);
/* The whole part in one call. */
int tab_xml_read(struct wg_ctx *ctx, struct tab_package *package, const char *part, void *arg, XML_StartElementHandler start,
                 XML_EndElementHandler end, XML_CharacterDataHandler text);

/* A name without its namespace prefix. */
const char *tab_xml_local(const char *name);
/* The attribute with this local name, or NULL. */
const char *tab_xml_attribute(const char **attributes, const char *name);

struct tab_styles {
    struct tab_format_kind *formats; /* by cell style */
    size_t n;
    bool from_1904;
};
int tab_strings_read(struct wg_ctx *ctx, struct tab_package *package, const char *part, struct tab_strings *strings);
int tab_styles_read(struct wg_ctx *ctx, struct wg_arena *arena, struct tab_package *package, const char *part,
                    struct tab_styles *ret);
/* The code unit that _xHHHH_ at p stands for, or -1. */
int tab_escape_at(const char *p, size_t left);
/* Takes the escapes _x000D_ off text that was appended to `buf` after `from`. */
void tab_unescape(struct wg_buf *buf, size_t from);

/* What a first pass through a sheet finds. */
struct tab_sheet_survey {
    bool only_data; /* asked for no more than has_data: the pass may end early */
    bool has_data;
    struct tab_merge *merges;
    size_t n_merges, cap_merges;
    struct wg_arena *arena;
};
int tab_sheet_survey(struct wg_ctx *ctx, struct tab_package *package, const char *part, struct tab_sheet_survey *survey);

struct tab_sheet_parts {
    struct tab_package *package;
    const char *part;
    const struct tab_strings *strings;
    const struct tab_styles *styles;
};
/* A source of the sheet's rows, with the merges that the survey found. */
void tab_sheet_open(struct wg_arena *arena, const struct tab_sheet_parts *parts, const struct tab_sheet_survey *survey,
                    const struct tab_limits *limits, struct tab_source *source);
#endif
