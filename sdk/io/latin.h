/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words of other scripts in Latin letters, by ICU.  With latin.c the only place that knows how
 * ICU is called; knows nothing of encodings.
 *
 * Which of ICU's transforms, and why:
 *
 * Russian, Ukrainian, Belarusian, Macedonian, Serbian, Kazakh: "X-Latin/BGN", the system of
 *     BGN/PCGN, which is read aloud right by those who know none of the languages ("Yuliya
 *     Khrushcheva", where "Any-Latin" follows ISO 9 and has "Ûliâ").  Its signs for the soft
 * and
 *     the hard sign, and apostrophes that stand for a hard sign, are left out as in passports:
 *     "Igor", not "Igorʹ".  Passports themselves may differ ("Iuliia", ICAO Doc 9303).
 * Greek: "Greek-Latin/UNGEGN" (ELOT 743), as in passports, without the marks that only serve
 *     the way back: "Dimítris", not "Di̱mí̱tri̱s".
 * Chinese characters: "Han-Latin/Names", which knows the readings of surnames ("Shan", where
 *     as a word it is "dan"), without tones, as in passports: an encoding that has only two of
 *     the four marks would give half of them.  They are always read as Chinese.
 * All others: "Any-Latin".  Scripts without vowels stay without: "mḥmd". */
#ifndef COMITY_IO_LATIN_H
#define COMITY_IO_LATIN_H

#include "base/buffer.h"

#include <comity/plugin.h>
#include <stddef.h>

enum latin_way {
    LATIN_RUSSIAN,
    LATIN_UKRAINIAN,
    LATIN_BELARUSIAN,
    LATIN_MACEDONIAN,
    LATIN_SERBIAN,
    LATIN_KAZAKH,
    LATIN_GREEK,
    LATIN_HAN,
    LATIN_ANY,
    LATIN_ASCII, /* Latin letters and signs that are not ASCII, as far as ICU knows how */
    LATIN_WAYS
};

enum latin_form { LATIN_COMPOSED, LATIN_DECOMPOSED, LATIN_PLAIN }; /* NFC, NFD, NFKC */

/* ICU's transforms, each opened when first needed (the first takes 10 ms, the one of Chinese
 * characters 80 ms more).  One thread at a time. */
struct latin;

/* Longest piece that may be transformed, in bytes. */
#define LATIN_MOST ((size_t)512)

/* COMITY_E_NOMEM. */
comity_status latin_new(struct latin **latin);

/* NULL is fine. */
void latin_free(struct latin *latin);

/* Puts a word, UTF-8 of up to LATIN_MOST bytes, into `result` (emptied before) in Latin
 * letters,
 * composed; what ICU has no letters for stays.  COMITY_E_UNSUPPORTED: ICU was installed without
 * these rules.  COMITY_E_LIMIT: the result is far longer than honest words are. */
comity_status latin_word(struct latin *latin, enum latin_way way, const char *utf8, size_t len,
                         struct buffer *result);

/* The same for a form of Unicode. */
comity_status latin_form(struct latin *latin, enum latin_form form, const char *utf8,
                         size_t len, struct buffer *result);

#endif
