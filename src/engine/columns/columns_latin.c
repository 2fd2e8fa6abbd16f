/* Headers in Latin letters: cut into words ("DOB_YEAR", "resCity", "Geburtsdatum", "midl_name"), each word's sense looked up, and
 * the senses together read as a kind. English, German, French, Spanish, Italian, Dutch, and the short forms that databases use. */
#include <string.h>

#include "engine/columns/columns_internal.h"

enum { WORD_MAX = 32, HEADER_LETTERS = 96 };

enum sense {
    FIRST,
    LAST,
    MIDDLE,
    FULL,
    NAME,
    PERSON,
    NUMBER,
    STREET,
    HOUSE,
    ADDRESS,
    POST,
    PHONE,
    DATE,
    BIRTH,
    YEAR,
    MONTH,
    DAY,
    PLACE,
    CITY,
    STATE,
    SEX,
    AGE,
    EMAIL,
    PAPER, /* a number that a person keeps for life */
    PART,  /* of a street or a name, not the thing itself: its type, its direction, a title */
    COMPANY,
    NOTE,
    OTHERS, /* somebody else than the row's person */
    EVENT,  /* something that happened once: not the birth */
    SIGN,   /* "code", "text", "the": says nothing */
    SENSES
};

struct sense_word {
    const char *word;
    enum sense sense;
};

static const struct sense_word senses[] = {
    {"first", FIRST},
    {"fst", FIRST},
    {"frst", FIRST},
    {"given", FIRST},
    {"fore", FIRST},
    {"christian", FIRST},
    {"vor", FIRST},
    {"prenom", FIRST},
    {"prenoms", FIRST},
    {"nombre", FIRST},
    {"nombres", FIRST},
    {"nome", FIRST},
    {"fname", FIRST},
    {"gname", FIRST},
    {"fn", FIRST},
    {"gn", FIRST},
    {"voornaam", FIRST},
    {"forename", FIRST},
    {"vorname", FIRST},
    {"last", LAST},
    {"lst", LAST},
    {"sur", LAST},
    {"family", LAST},
    {"fam", LAST},
    {"familien", LAST},
    {"nach", LAST},
    {"apellido", LAST},
    {"apellidos", LAST},
    {"cognome", LAST},
    {"achternaam", LAST},
    {"lname", LAST},
    {"sname", LAST},
    {"ln", LAST},
    {"surname", LAST},
    {"nachname", LAST},
    {"zuname", LAST},
    {"rufname", FIRST},
    {"username", OTHERS},
    {"ethnicity", SIGN},
    {"capacity", SIGN},
    {"filename", PART},
    {"familienname", LAST},
    {"apellido1", LAST},
    {"apellido2", LAST},
    {"middle", MIDDLE},
    {"mid", MIDDLE},
    {"midl", MIDDLE},
    {"mname", MIDDLE},
    {"mi", MIDDLE},
    {"mn", MIDDLE},
    {"zweiter", MIDDLE},
    {"full", FULL},
    {"whole", FULL},
    {"complete", FULL},
    {"completo", FULL},
    {"complet", FULL},
    {"name", NAME},
    {"names", NAME},
    {"nm", NAME},
    {"nam", NAME},
    {"nom", NAME},
    {"naam", NAME},
    {"namen", NAME},
    {"person", PERSON},
    {"per", PERSON},
    {"patient", PERSON},
    {"pat", PERSON},
    {"pt", PERSON},
    {"client", PERSON},
    {"customer", PERSON},
    {"cust", PERSON},
    {"voter", PERSON},
    {"member", PERSON},
    {"student", PERSON},
    {"employee", PERSON},
    {"emp", PERSON},
    {"resident", PERSON},
    {"applicant", PERSON},
    {"citizen", PERSON},
    {"passenger", PERSON},
    {"subject", PERSON},
    {"indiv", PERSON},
    {"individual", PERSON},
    {"owner", PERSON},
    {"holder", PERSON},
    {"donor", PERSON},
    {"number", NUMBER},
    {"num", NUMBER},
    {"no", NUMBER},
    {"nr", NUMBER},
    {"nbr", NUMBER},
    {"nummer", NUMBER},
    {"numero", NUMBER},
    {"numer", NUMBER},
    {"street", STREET},
    {"str", STREET},
    {"st", STREET},
    {"strasse", STREET},
    {"stra", STREET},
    {"road", STREET},
    {"rue", STREET},
    {"calle", STREET},
    {"via", STREET},
    {"straat", STREET},
    {"house", HOUSE},
    {"haus", HOUSE},
    {"hse", HOUSE},
    {"huis", HOUSE},
    {"building", HOUSE},
    {"bldg", HOUSE},
    {"civico", HOUSE},
    {"address", ADDRESS},
    {"addr", ADDRESS},
    {"adr", ADDRESS},
    {"adress", ADDRESS},
    {"adresse", ADDRESS},
    {"anschrift", ADDRESS},
    {"direccion", ADDRESS},
    {"domicilio", ADDRESS},
    {"domicile", ADDRESS},
    {"indirizzo", ADDRESS},
    {"adres", ADDRESS},
    {"residence", ADDRESS},
    {"residenza", ADDRESS},
    {"wohnanschrift", ADDRESS},
    {"post", POST},
    {"postal", POST},
    {"postcode", POST},
    {"pcode", POST},
    {"zip", POST},
    {"zipcode", POST},
    {"plz", POST},
    {"postleitzahl", POST},
    {"pc", POST},
    {"eircode", POST},
    {"pincode", POST},
    {"phone", PHONE},
    {"phones", PHONE},
    {"tel", PHONE},
    {"tele", PHONE},
    {"telephone", PHONE},
    {"telefon", PHONE},
    {"telefono", PHONE},
    {"telefoon", PHONE},
    {"mobile", PHONE},
    {"mob", PHONE},
    {"cellphone", PHONE},
    {"handy", PHONE},
    {"portable", PHONE},
    {"movil", PHONE},
    {"cellulare", PHONE},
    {"ph", PHONE},
    {"landline", PHONE},
    {"date", DATE},
    {"dt", DATE},
    {"datum", DATE},
    {"fecha", DATE},
    {"data", DATE},
    {"birth", BIRTH},
    {"born", BIRTH},
    {"dob", BIRTH},
    {"bday", BIRTH},
    {"bdate", BIRTH},
    {"bdt", BIRTH},
    {"brth", BIRTH},
    {"geb", BIRTH},
    {"geburt", BIRTH},
    {"geburts", BIRTH},
    {"geboren", BIRTH},
    {"geboorte", BIRTH},
    {"gebdat", BIRTH},
    {"naissance", BIRTH},
    {"nacimiento", BIRTH},
    {"nascita", BIRTH},
    {"nascimento", BIRTH},
    {"fnac", BIRTH},
    {"ddn", BIRTH},
    {"year", YEAR},
    {"yr", YEAR},
    {"yyyy", YEAR},
    {"yy", YEAR},
    {"jahr", YEAR},
    {"annee", YEAR},
    {"ano", YEAR},
    {"anno", YEAR},
    {"jaar", YEAR},
    {"month", MONTH},
    {"mon", MONTH},
    {"mth", MONTH},
    {"mnth", MONTH},
    {"mm", MONTH},
    {"monat", MONTH},
    {"mois", MONTH},
    {"mes", MONTH},
    {"mese", MONTH},
    {"maand", MONTH},
    {"day", DAY},
    {"dd", DAY},
    {"dy", DAY},
    {"tag", DAY},
    {"jour", DAY},
    {"dia", DAY},
    {"giorno", DAY},
    {"dag", DAY},
    {"place", PLACE},
    {"location", PLACE},
    {"lieu", PLACE},
    {"lugar", PLACE},
    {"luogo", PLACE},
    {"country", PLACE},
    {"nation", PLACE},
    {"land", PLACE},
    {"pays", PLACE},
    {"pais", PLACE},
    {"city", CITY},
    {"cty", CITY},
    {"town", CITY},
    {"suburb", CITY},
    {"locality", CITY},
    {"municipality", CITY},
    {"ort", CITY},
    {"wohnort", CITY},
    {"stadt", CITY},
    {"ville", CITY},
    {"ciudad", CITY},
    {"localidad", CITY},
    {"municipio", CITY},
    {"citta", CITY},
    {"comune", CITY},
    {"commune", CITY},
    {"plaats", CITY},
    {"woonplaats", CITY},
    {"gemeinde", CITY},
    {"cityname", CITY},
    {"state", STATE},
    {"province", STATE},
    {"prov", STATE},
    {"provincia", STATE},
    {"bundesland", STATE},
    {"sex", SEX},
    {"gender", SEX},
    {"gndr", SEX},
    {"geschlecht", SEX},
    {"sexe", SEX},
    {"sexo", SEX},
    {"sesso", SEX},
    {"geslacht", SEX},
    {"genre", SEX},
    {"age", AGE},
    {"alter", AGE},
    {"edad", AGE},
    {"eta", AGE},
    {"leeftijd", AGE},
    {"email", EMAIL},
    {"mail", EMAIL},
    {"correo", EMAIL},
    {"courriel", EMAIL},
    {"ssn", PAPER},
    {"ssnum", PAPER},
    {"nino", PAPER},
    {"nhs", PAPER},
    {"medicare", PAPER},
    {"passport", PAPER},
    {"pesel", PAPER},
    {"cpr", PAPER},
    {"dni", PAPER},
    {"curp", PAPER},
    {"cpf", PAPER},
    {"cedula", PAPER},
    {"aadhaar", PAPER},
    {"nric", PAPER},
    {"bsn", PAPER},
    {"personnummer", PAPER},
    {"insee", PAPER},
    {"secu", PAPER},
    {"socsec", PAPER},
    {"steuerid", PAPER},
    {"ausweis", PAPER},
    {"reisepass", PAPER},
    {"ausweisnummer", PAPER},
    {"versichertennummer", PAPER},
    {"licence", PAPER},
    {"license", PAPER},
    {"licencia", PAPER},
    {"identity", PAPER},
    {"national", PAPER},
    {"type", PART},
    {"typ", PART},
    {"dir", PART},
    {"direction", PART},
    {"suffix", PART},
    {"sufx", PART},
    {"sfx", PART},
    {"prefix", PART},
    {"title", PART},
    {"titel", PART},
    {"titulo", PART},
    {"anrede", PART},
    {"salutation", PART},
    {"honorific", PART},
    {"degree", PART},
    {"initial", PART},
    {"initials", PART},
    {"area", PART},
    {"ext", PART},
    {"extension", PART},
    {"status", PART},
    {"flag", PART},
    {"ind", PART},
    {"source", PART},
    {"unit", PART},
    {"apt", PART},
    {"company", COMPANY},
    {"employer", COMPANY},
    {"organisation", COMPANY},
    {"organization", COMPANY},
    {"firma", COMPANY},
    {"empresa", COMPANY},
    {"note", NOTE},
    {"notes", NOTE},
    {"remark", NOTE},
    {"remarks", NOTE},
    {"comment", NOTE},
    {"comments", NOTE},
    {"bemerkung", NOTE},
    {"bemerkungen", NOTE},
    {"remarque", NOTE},
    {"commentaire", NOTE},
    {"observaciones", NOTE},
    {"notas", NOTE},
    {"notiz", NOTE},
    {"memo", NOTE},
    {"mother", OTHERS},
    {"mothers", OTHERS},
    {"father", OTHERS},
    {"fathers", OTHERS},
    {"parent", OTHERS},
    {"guardian", OTHERS},
    {"contact", OTHERS},
    {"emergency", OTHERS},
    {"kin", OTHERS},
    {"nok", OTHERS},
    {"spouse", OTHERS},
    {"doctor", OTHERS},
    {"physician", OTHERS},
    {"provider", OTHERS},
    {"maiden", OTHERS},
    {"birthname", OTHERS},
    {"alias", OTHERS},
    {"nickname", OTHERS},
    {"gp", OTHERS},
    {"officer", OTHERS},
    {"school", OTHERS},
    {"hospital", OTHERS},
    {"created", EVENT},
    {"creation", EVENT},
    {"updated", EVENT},
    {"modified", EVENT},
    {"changed", EVENT},
    {"register", EVENT},
    {"registered", EVENT},
    {"registration", EVENT},
    {"registr", EVENT},
    {"reg", EVENT},
    {"admission", EVENT},
    {"admit", EVENT},
    {"admitted", EVENT},
    {"discharge", EVENT},
    {"visit", EVENT},
    {"encounter", EVENT},
    {"appointment", EVENT},
    {"death", EVENT},
    {"died", EVENT},
    {"dod", EVENT},
    {"deceased", EVENT},
    {"start", EVENT},
    {"end", EVENT},
    {"entry", EVENT},
    {"entered", EVENT},
    {"hire", EVENT},
    {"hired", EVENT},
    {"enrolled", EVENT},
    {"enrollment", EVENT},
    {"exam", EVENT},
    {"test", EVENT},
    {"sample", EVENT},
    {"onset", EVENT},
    {"report", EVENT},
    {"reported", EVENT},
    {"issue", EVENT},
    {"issued", EVENT},
    {"expiry", EVENT},
    {"expires", EVENT},
    {"expiration", EVENT},
    {"load", EVENT},
    {"record", EVENT},
    {"recorded", EVENT},
    {"event", EVENT},
    {"marriage", EVENT},
    {"aufnahme", EVENT},
    {"entlassung", EVENT},
    {"snapshot", EVENT},
    {"vaccination", EVENT},
    {"collection", EVENT},
    {"since", EVENT},
    {"of", SIGN},
    {"de", SIGN},
    {"the", SIGN},
    {"and", SIGN},
    {"cd", SIGN},
    {"code", SIGN},
    {"desc", SIGN},
    {"description", SIGN},
    {"txt", SIGN},
    {"text", SIGN},
    {"value", SIGN},
    {"val", SIGN},
    {"fake", SIGN},
    {"clean", SIGN},
    {"std", SIGN},
    {"orig", SIGN},
    {"original", SIGN},
    {"raw", SIGN},
    {"res", SIGN},
    {"home", SIGN},
    {"work", SIGN},
    {"main", SIGN},
    {"primary", SIGN},
    {"current", SIGN},
    {"line", SIGN},
    {"mailing", SIGN},
    {"legal", SIGN},
    {"enum", SIGN},
    {"du", SIGN},
    {"del", SIGN},
    {"des", SIGN},
    {"di", SIGN},
    {"van", SIGN},
};

/* --- words ---------------------------------------------------------------------------------------------------------- */

static uint32_t bit(enum sense sense)
{
    return 1u << sense;
}

static uint32_t sense_of(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof senses / sizeof *senses; i++)
        if (strlen(senses[i].word) == n && memcmp(senses[i].word, word, n) == 0) return bit(senses[i].sense);
    return 0;
}

/* A word written together (geburtsdatum, phonenum, housenumber): cut into known ones, the fewest; 0 when that cannot be done. Words
 * of two letters stand at the end only: "st" and "mo" begin too many others. */
static uint32_t cut(const char *word, size_t n)
{
    uint32_t best[WORD_MAX + 1] = {0};
    size_t parts[WORD_MAX + 1] = {0};
    for (size_t end = 3; end <= n; end++) {
        for (size_t from = 0; from + 2 <= end; from++) {
            bool possible = (from == 0 || best[from]) && (end - from > 2 || end == n);
            uint32_t sense = possible ? sense_of(word + from, end - from) : 0;
            if (!sense || (best[end] && parts[end] <= parts[from] + 1)) continue;
            best[end] = best[from] | sense;
            parts[end] = parts[from] + 1;
        }
    }
    return best[n];
}

/* At least the longest known word of four letters or more at its end, else at its beginning. */
static uint32_t cut_loosely(const char *word, size_t n)
{
    for (size_t from = 1; from + 4 <= n; from++) {
        uint32_t sense = sense_of(word + from, n - from);
        if (sense) return sense;
    }
    for (size_t end = n - 1; end >= 4; end--) {
        uint32_t sense = sense_of(word, end);
        if (sense) return sense;
    }
    return 0;
}

/* One letter without its marks; 0: none. The umlauts of a word matter to nobody who looks for "strasse". */
static const char *plain(uint32_t c)
{
    static const char *const from_c0[] = {"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
                                          "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss"};
    if (c == 0xDF) return "ss";
    return c >= 0xC0 && c <= 0xFE ? from_c0[(c - 0xC0) & 31] : "";
}

struct word_reader {
    char word[WORD_MAX];
    size_t n, unknown, known;
    uint32_t senses;
    int ordinal;
};

static void end_word(struct word_reader *r)
{
    if (r->n == 0) return;
    uint32_t sense = sense_of(r->word, r->n);
    if (!sense && r->n > 3) sense = cut(r->word, r->n);
    if (!sense && r->n > 4) sense = cut_loosely(r->word, r->n);
    r->senses |= sense;
    r->known += sense != 0;
    r->unknown += sense == 0;
    r->n = 0;
}

static void read_letters(struct wg_str header, struct word_reader *r)
{
    bool lower = false;
    for (size_t at = 0; at < header.n && at < HEADER_LETTERS;) {
        uint32_t c = wg_utf8_next(header, &at);
        bool big = c >= 'A' && c <= 'Z';
        if ((big && lower) || (c >= '0' && c <= '9')) end_word(r); /* resCity */
        if (c >= '0' && c <= '9') r->ordinal = (int)(c - '0');
        lower = c >= 'a' && c <= 'z';
        char ascii[2] = {(char)(big ? c + 32 : c), '\0'};
        const char *letters = big || lower ? ascii : plain(c);
        if (letters[0] == '\0') end_word(r);
        for (; *letters && r->n < WORD_MAX; letters++) r->word[r->n++] = *letters;
    }
    end_word(r);
}

/* --- the sense of the whole ------------------------------------------------------------------------------------------ */

static void read_birth(uint32_t s, double says[COLUMN_KIND_COUNT])
{
    if (s & (bit(PLACE) | bit(CITY) | bit(STATE))) return;
    if (s & bit(YEAR))
        says[COLUMN_BIRTH_YEAR] = 1;
    else if (s & bit(MONTH))
        says[COLUMN_BIRTH_MONTH] = 1;
    else if (s & bit(DAY))
        says[COLUMN_BIRTH_DAY] = .98; /* the cells of "birth day" tell a day from a date */
    if (!(s & (bit(YEAR) | bit(MONTH)))) says[COLUMN_BIRTH] = s & bit(NAME) ? 0 : 1;
}

static void read_name(uint32_t s, double says[COLUMN_KIND_COUNT])
{
    if (s & (bit(PLACE) | bit(COMPANY))) return;
    if ((s & bit(FULL)) || ((s & bit(FIRST)) && (s & bit(LAST))))
        says[COLUMN_NAME] = 1;
    else if (s & (bit(FIRST) | bit(MIDDLE)))
        says[COLUMN_GIVEN_NAME] = s & bit(MIDDLE) ? .9 : 1;
    else if (s & bit(LAST))
        says[COLUMN_SURNAME] = 1;
    else if (s & bit(NAME))
        says[COLUMN_NAME] = 1;
}

static void read_place(uint32_t s, double says[COLUMN_KIND_COUNT])
{
    if (s & bit(PART)) return;
    if (s & bit(POST))
        says[COLUMN_POSTCODE] = 1;
    else if ((s & (bit(HOUSE) | bit(STREET))) && (s & bit(NUMBER)))
        says[COLUMN_STREET_NUMBER] = 1;
    else if (s & bit(ADDRESS))
        says[COLUMN_ADDRESS] = 1;
    else if (s & bit(STREET))
        says[COLUMN_STREET_NAME] = 1;
    else if (s & bit(CITY))
        says[COLUMN_CITY] = 1;
    else if (s & bit(STATE))
        says[COLUMN_STATE] = 1;
    else if ((s & bit(HOUSE)) && !(s & bit(NAME)))
        says[COLUMN_STREET_NUMBER] = .9;
}

void column_header_latin(struct wg_str header, struct column_header *ret)
{
    struct word_reader r = {.ordinal = -1};
    double says[COLUMN_KIND_COUNT] = {0};
    read_letters(header, &r);
    uint32_t s = r.senses;
    if (r.known == 0) return;
    ret->ordinal = r.ordinal;
    ret->others = ret->others || (s & bit(OTHERS));
    ret->event = (s & bit(EVENT)) && !(s & bit(BIRTH));
    ret->name_part = (s & bit(PART)) != 0;
    if (ret->event) return;
    if (s & bit(NOTE))
        says[COLUMN_NOTE] = 1;
    else if (s & bit(EMAIL))
        says[COLUMN_EMAIL] = 1;
    else if (s & bit(BIRTH))
        read_birth(s, says);
    else if (s & bit(PHONE))
        says[COLUMN_PHONE] = s & bit(PART) ? 0 : 1;
    else if (s & bit(SEX))
        says[COLUMN_SEX] = 1;
    else if (s & bit(PAPER))
        says[COLUMN_IDNO] = s & (bit(PLACE) | bit(PART) | bit(STATE)) ? 0 : 1;
    else if (s & bit(AGE))
        says[COLUMN_AGE] = s & bit(PART) ? 0 : 1;
    else if (s & (bit(STREET) | bit(HOUSE) | bit(ADDRESS) | bit(POST) | bit(CITY) | bit(STATE)))
        read_place(s, says);
    else if ((s & (bit(FIRST) | bit(LAST) | bit(MIDDLE) | bit(NAME) | bit(FULL))) && !(s & (bit(PART) | bit(DATE))))
        read_name(s, says);
    else if (s & bit(COMPANY))
        says[COLUMN_ORGANISATION] = 1;
    else if (s & bit(YEAR))
        says[COLUMN_BIRTH_YEAR] = .5;
    else if (s & bit(MONTH))
        says[COLUMN_BIRTH_MONTH] = .6;
    else if (s & bit(DAY))
        says[COLUMN_BIRTH_DAY] = .6;
    double sure = r.unknown == 0 ? 1 : r.unknown == 1 ? .85 : .7;
    for (int k = 0; k < COLUMN_KIND_COUNT; k++)
        if (says[k] * sure > ret->says[k]) ret->says[k] = says[k] * sure;
}
