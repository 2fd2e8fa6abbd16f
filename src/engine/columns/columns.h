/* columns.h - what each column of a table holds, told by its header and by what stands in it.
 *
 * A list arrives with any headers: "身份证号", "证件号码", "ID", "列4" or none that helps. A kind is given by both signs
 * together: the header's words (Chinese and English, many synonyms) and how many cells of a sample read as that kind
 * (people.h). Content wins over a header that contradicts it (a column of valid identity numbers is one, whatever it is called).
 *   P1 a kind that can occur once (identity number, name, telephone ...) is given to the best column; further good ones
 *      come as `second` choices, so that a person can correct the guess
 *   P2 the answer does not depend on the order of the rows in the sample
 * Of several columns of a kind that may occur more than once, the one with the highest confidence is the person's main one: the
 * living address before the place of registration, the own telephone before that of a contact.
 * Used by the import of lists, by the register's import, and by the comparison of plain files. */
#ifndef WG_COLUMNS_H
#define WG_COLUMNS_H
#include "engine/tabular/tabular.h"

/* name, text code (files, API), Chinese, English, may occur more than once */
#define COLUMN_KINDS(K)                                                                                                        \
    K(UNKNOWN, "unknown", "不用", "not used", true)                                                                            \
    K(RECORD_ID, "record_id", "记录编号", "record id", false)                                                                  \
    K(IDNO, "idno", "证件号", "identity number", false)                                                                        \
    K(PHONE, "phone", "电话", "telephone", true)                                                                               \
    K(NAME, "name", "姓名", "full name", false)                                                                                \
    K(SURNAME, "surname", "姓", "family name", true)                                                                           \
    K(GIVEN_NAME, "given_name", "名", "given name", true)                                                                      \
    K(SEX, "sex", "性别", "sex", false)                                                                                        \
    K(BIRTH, "birth", "出生日期", "birth date", false)                                                                         \
    K(BIRTH_YEAR, "birth_year", "出生年", "birth year", false)                                                                 \
    K(BIRTH_MONTH, "birth_month", "出生月", "birth month", false)                                                              \
    K(BIRTH_DAY, "birth_day", "出生日", "birth day", false)                                                                    \
    K(AGE, "age", "年龄", "age", false)                                                                                        \
    K(ADDRESS, "address", "住址", "address", true)                                                                             \
    K(STREET_NUMBER, "street_number", "门牌号", "street number", false)                                                        \
    K(STREET_NAME, "street_name", "路街", "street name", true)                                                                 \
    K(CITY, "city", "城市", "city or suburb", true)                                                                            \
    K(STATE, "state", "省", "state or province", false)                                                                        \
    K(POSTCODE, "postcode", "邮编", "postcode", false)                                                                         \
    K(TOWNSHIP, "township", "街道乡镇", "street or township", false)                                                           \
    K(COMMUNITY, "community", "社区村", "community or village", false)                                                         \
    K(EMAIL, "email", "电子邮箱", "e-mail", false)                                                                             \
    K(PLATE, "plate", "车牌", "plate", false)                                                                                  \
    K(ORGANISATION, "organisation", "单位", "organisation", false)                                                             \
    K(CAME_FROM, "came_from", "来自", "came from", false)                                                                      \
    K(CAME_ON, "came_on", "到达日期", "came on", false)                                                                        \
    K(TRANSPORT, "transport", "车次航班", "train, flight", false)                                                              \
    K(TEMPERATURE, "temperature", "体温", "temperature", false)                                                                \
    K(NOTE, "note", "备注", "note", true)                                                                                      \
    K(TEXT, "text", "其他文字", "other text", true)                                                                            \
    K(NUMBER, "number", "其他数字", "other number", true)

enum column_kind {
#define K(name, code, zh, en, many) COLUMN_##name,
    COLUMN_KINDS(K)
#undef K
        COLUMN_KIND_COUNT
};
const char *column_kind_code(enum column_kind kind);
const char *column_kind_label(enum column_kind kind, enum wg_lang lang);
WG_MUST bool column_kind_from_code(struct wg_str code, enum column_kind *ret);

struct column_guess {
    enum column_kind kind, second; /* second: COLUMN_UNKNOWN when nothing else fits */
    double confidence;             /* 0..1 */
    bool by_content, by_header;    /* which signs spoke for it */
    size_t filled, sampled;        /* cells of the sample that are not empty; all cells of the sample */
    size_t faulty;                 /* filled cells that do not read as `kind` */
    size_t lost;                   /* cells that a spreadsheet damaged (TAB_LOST) */
    const struct wg_str *samples;  /* up to 3 different cells as they came */
    size_t n_samples;
};
/* Looks at the header and up to `sample_rows` data rows (at most 20,000, and a million cells) from the start of the reader, and
 * rewinds it. `ret_guesses` has
 * tab_shape.columns entries in ctx->arena. */
WG_MUST int columns_guess(struct wg_ctx *ctx, struct tab_reader *reader, size_t sample_rows, struct column_guess **ret_guesses);
/* The same for a table in memory: cells[row * n_columns + column]. */
WG_MUST int columns_guess_cells(struct wg_ctx *ctx, const struct wg_str *header, size_t n_columns, const struct wg_str *cells,
                                size_t rows, struct column_guess **ret_guesses);
#endif
