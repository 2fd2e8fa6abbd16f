#include "engine/tabular/tabular_package.h"

#include <string.h>

static int damaged(struct wg_ctx *ctx, const char *why)
{
    return wg_refuse(ctx, WG_E_TAB_DAMAGED, NULL, why, NULL);
}

static void discard(void *zip)
{
    zip_discard(zip);
}

int tab_package_open(struct wg_ctx *ctx, struct wg_arena *arena, struct wg_str bytes, const struct tab_limits *limits,
                     struct tab_package *ret)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!zip) {
        int e = damaged(ctx, zip_error_strerror(&error));
        zip_source_free(source);
        zip_error_fini(&error);
        return e;
    }
    zip_error_fini(&error);
    wg_arena_cleanup(arena, discard, zip);
    *ret = (struct tab_package){.zip = zip, .budget = limits->max_bytes};
    return 0;
}

static zip_int64_t locate(const struct tab_package *package, const char *part)
{
    zip_int64_t at = zip_name_locate(package->zip, part, 0);
    return at >= 0 ? at : zip_name_locate(package->zip, part, ZIP_FL_NOCASE);
}

bool tab_package_has(const struct tab_package *package, const char *part)
{
    return locate(package, part) >= 0;
}

/* --- XML --- */

const char *tab_xml_local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *tab_xml_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(tab_xml_local(attributes[i]), name) == 0) return attributes[i + 1];
    return NULL;
}

static void XMLCALL refuse_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                                   int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    struct tab_xml *xml = data;
    xml->foreign = true;
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

void tab_xml_stop(struct tab_xml *xml, bool wrong)
{
    if (wrong)
        xml->wrong = true;
    else
        xml->enough = true;
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

int tab_xml_open(struct wg_ctx *ctx, struct tab_package *package, const char *part, struct tab_xml *xml)
{
    zip_stat_t st;
    zip_int64_t at = locate(package, part);
    if (at < 0 || zip_stat_index(package->zip, (zip_uint64_t)at, 0, &st) != 0) return damaged(ctx, part);
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
        return wg_refuse(ctx, WG_E_TAB_ENCRYPTED, NULL, NULL, NULL);
    *xml = (struct tab_xml){.package = package, .arg = xml->arg, .counted = xml->counted};
    xml->size = st.valid & ZIP_STAT_SIZE ? st.size : 0;
    xml->file = zip_fopen_index(package->zip, (zip_uint64_t)at, 0);
    if (!xml->file) return damaged(ctx, zip_strerror(package->zip));
    xml->parser = XML_ParserCreate(NULL);
    if (!xml->parser) {
        tab_xml_close(xml);
        return wg_refuse(ctx, WG_E_BUSY, NULL, NULL, NULL);
    }
    XML_SetUserData(xml->parser, xml);
    XML_SetStartDoctypeDeclHandler(xml->parser, refuse_doctype);
    return 0;
}

void tab_xml_close(struct tab_xml *xml)
{
    if (xml->file) (void)zip_fclose(xml->file);
    if (xml->parser) XML_ParserFree(xml->parser);
    xml->file = NULL;
    xml->parser = NULL;
}

/* The next piece of the part into the parser. */
static int feed(struct wg_ctx *ctx, struct tab_xml *xml, enum XML_Status *ret_status)
{
    void *room = XML_GetBuffer(xml->parser, TAB_XML_PIECE);
    if (!room) return damaged(ctx, XML_ErrorString(XML_GetErrorCode(xml->parser)));
    zip_int64_t got = zip_fread(xml->file, room, TAB_XML_PIECE);
    if (got < 0) return damaged(ctx, zip_file_strerror(xml->file));
    size_t n = (size_t)got;
    if (!xml->counted && n > xml->package->budget) return wg_refuse(ctx, WG_E_TAB_LIMIT, NULL, "unpacked", NULL);
    if (!xml->counted) xml->package->budget -= n;
    xml->read += n;
    /* A tag is held whole until its end is seen; one of a megabyte is an attack on the time that takes. */
    XML_Index done = XML_GetCurrentByteIndex(xml->parser);
    if (done >= 0 && xml->read - (uint64_t)done > TAB_XML_TOKEN_MOST + 2 * TAB_XML_PIECE) return damaged(ctx, "XML");
    *ret_status = XML_ParseBuffer(xml->parser, (int)n, n == 0);
    xml->ended = n == 0 && *ret_status == XML_STATUS_OK;
    return 0;
}

static int after_error(struct wg_ctx *ctx, struct tab_xml *xml)
{
    if (xml->enough) {
        xml->ended = true;
        return 0;
    }
    if (xml->foreign || xml->wrong) return damaged(ctx, "XML");
    return damaged(ctx, wg_fmt(ctx->arena, "XML: %s, %lu:%lu", XML_ErrorString(XML_GetErrorCode(xml->parser)),
                               XML_GetCurrentLineNumber(xml->parser), XML_GetCurrentColumnNumber(xml->parser)));
}

int tab_xml_go(struct wg_ctx *ctx, struct tab_xml *xml, bool *ret_more)
{
    XML_ParsingStatus at;
    XML_GetParsingStatus(xml->parser, &at);
    enum XML_Status status = XML_STATUS_OK;
    bool resumed = at.parsing == XML_SUSPENDED, final = resumed && at.finalBuffer;
    if (resumed) status = XML_ResumeParser(xml->parser);
    if (resumed && final && status == XML_STATUS_OK) xml->ended = true;
    while (status == XML_STATUS_OK && !xml->ended) {
        int e = feed(ctx, xml, &status);
        if (e) return e;
    }
    if (status == XML_STATUS_ERROR) {
        int e = after_error(ctx, xml);
        if (e) return e;
    }
    *ret_more = status == XML_STATUS_SUSPENDED;
    return 0;
}

int tab_xml_read(struct wg_ctx *ctx, struct tab_package *package, const char *part, void *arg, XML_StartElementHandler start,
                 XML_EndElementHandler end, XML_CharacterDataHandler text)
{
    struct tab_xml xml = {.package = package, .arg = arg};
    int e = tab_xml_open(ctx, package, part, &xml);
    if (e) return e;
    XML_SetElementHandler(xml.parser, start, end);
    XML_SetCharacterDataHandler(xml.parser, text);
    bool more;
    e = tab_xml_go(ctx, &xml, &more);
    tab_xml_close(&xml);
    return e;
}
