/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls ICU, which works in UTF-16.  Must not know encodings, nor what is to be transformed. */
#include "io/latin.h"

#include <stdlib.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

/* No character becomes more than 18 units (U+FDFA in NFKC), and words hold none of those. */
#define ROOM ((int32_t)LATIN_MOST * 8)

struct latin {
    UTransliterator *ways[LATIN_WAYS]; /* NULL: not yet opened */
    UChar units[ROOM], formed[ROOM];   /* maybe of a name: wiped at the end */
};

/* U+02B9, U+02BA: the soft and the hard sign.  U+00B7 keeps "Z·h" and "Zh" apart.  U+0331 tells
 * eta from iota; U+0300, U+0301, U+0304 and U+030C are the tones of Chinese. */
#define SIGNS "[\\u02B9\\u02BA] Remove; NFC"
#define SIGNS_AND_APOSTROPHES "[\\u0027\\u00B7\\u02B9\\u02BA\\u02BC\\u2019] Remove; NFC"
static const char *const WAYS[LATIN_WAYS] = {
    [LATIN_RUSSIAN] = "Russian-Latin/BGN; Any-Latin; " SIGNS,
    [LATIN_UKRAINIAN] = "Ukrainian-Latin/BGN; Any-Latin; " SIGNS_AND_APOSTROPHES,
    [LATIN_BELARUSIAN] = "Belarusian-Latin/BGN; Any-Latin; " SIGNS_AND_APOSTROPHES,
    [LATIN_MACEDONIAN] = "Macedonian-Latin/BGN; Any-Latin; " SIGNS,
    [LATIN_SERBIAN] = "Serbian-Latin/BGN; Any-Latin; " SIGNS,
    [LATIN_KAZAKH] = "Kazakh-Latin/BGN; Any-Latin; " SIGNS,
    [LATIN_GREEK] = "Greek-Latin/UNGEGN; Any-Latin; [\\u0331] Remove; NFC",
    [LATIN_HAN] = "Han-Latin/Names; NFD; [\\u0300\\u0301\\u0304\\u030C] Remove; NFC",
    [LATIN_ANY] = "Any-Latin; NFC",
    [LATIN_ASCII] = "Latin-ASCII",
};

comity_status latin_new(struct latin **latin)
{
    *latin = calloc(1, sizeof(**latin));
    return *latin ? COMITY_OK : COMITY_E_NOMEM;
}

void latin_free(struct latin *latin)
{
    if (!latin)
        return;
    for (size_t i = 0; i < LATIN_WAYS; i++)
        if (latin->ways[i])
            utrans_close(latin->ways[i]);
    explicit_bzero(latin, sizeof(*latin));
    free(latin);
}

static comity_status status_of(UErrorCode error)
{
    if (U_SUCCESS(error))
        return COMITY_OK;
    if (error == U_MEMORY_ALLOCATION_ERROR)
        return COMITY_E_NOMEM;
    return error == U_BUFFER_OVERFLOW_ERROR ? COMITY_E_LIMIT : COMITY_E_UNSUPPORTED;
}

static comity_status open_way(struct latin *latin, enum latin_way way)
{
    UChar id[128];
    int32_t len = 0;
    UErrorCode error = U_ZERO_ERROR;
    if (latin->ways[way])
        return COMITY_OK;
    u_strFromUTF8(id, sizeof(id) / sizeof(*id), &len, WAYS[way], -1, &error);
    latin->ways[way] = utrans_openU(id, len, UTRANS_FORWARD, NULL, 0, NULL, &error);
    return status_of(error);
}

static comity_status give(const UChar *units, int32_t count, struct buffer *result)
{
    UErrorCode error = U_ZERO_ERROR;
    int32_t len = 0;
    /* No unit of UTF-16 makes more than three bytes. */
    size_t room = (size_t)count * 3;
    if (!buffer_reserve(result, room))
        return buffer_status(result);
    u_strToUTF8(result->bytes + result->size, (int32_t)room, &len, units, count, &error);
    if (error == U_STRING_NOT_TERMINATED_WARNING)
        error = U_ZERO_ERROR;
    if (U_SUCCESS(error))
        result->size += (size_t)len;
    return status_of(error);
}

comity_status latin_word(struct latin *latin, enum latin_way way, const char *utf8, size_t len,
                         struct buffer *result)
{
    UErrorCode error = U_ZERO_ERROR;
    int32_t count = 0;
    buffer_clear(result);
    if (len > LATIN_MOST)
        return COMITY_E_LIMIT;
    comity_status status = open_way(latin, way);
    if (status < 0)
        return status;
    u_strFromUTF8(latin->units, ROOM, &count, utf8, (int32_t)len, &error);
    int32_t limit = count;
    utrans_transUChars(latin->ways[way], latin->units, &count, ROOM, 0, &limit, &error);
    status = status_of(error);
    return status < 0 ? status : give(latin->units, count, result);
}

static const UNormalizer2 *normalizer(enum latin_form form, UErrorCode *error)
{
    switch (form) {
    case LATIN_COMPOSED:
        return unorm2_getNFCInstance(error);
    case LATIN_DECOMPOSED:
        return unorm2_getNFDInstance(error);
    default:
        return unorm2_getNFKCInstance(error);
    }
}

comity_status latin_form(struct latin *latin, enum latin_form form, const char *utf8,
                         size_t len, struct buffer *result)
{
    UErrorCode error = U_ZERO_ERROR;
    int32_t count = 0;
    buffer_clear(result);
    if (len > LATIN_MOST)
        return COMITY_E_LIMIT;
    u_strFromUTF8(latin->units, ROOM, &count, utf8, (int32_t)len, &error);
    const UNormalizer2 *to_form = normalizer(form, &error);
    count = unorm2_normalize(to_form, latin->units, count, latin->formed, ROOM, &error);
    comity_status status = status_of(error);
    return status < 0 ? status : give(latin->formed, count, result);
}
