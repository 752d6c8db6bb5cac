/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in what an encoding has: characters that it can say stay; what it cannot is rendered in
 * Latin letters or ASCII signs, so that a person can still read it.  Knows nothing of where the
 * text stands in a document, nor who is told of the change.
 *
 *     Иванов Иван Иванович    US-ASCII        Ivanov Ivan Ivanovich
 *     Хрущёв, Хрущёва         ISO-8859-1      Khrushchëv, Khrushchëva
 *     Ґалаґан                 KOI8-R          Galagan
 *     张三（男）              windows-1251    Zhang San (Nan)
 *     Łódź                    windows-1252    Lódz
 *     «Заря», № 5             US-ASCII        "Zarya", No. 5
 *
 * A word with a letter that cannot be said is transliterated whole, since letters are read by
 * their neighbours (words joined by a hyphen are one); latin.h says by which systems.  The
 * languages of Cyrillic are told by their letters, of the word and then of the whole text: ґ і
 * ї є Ukrainian, ў Belarusian, ђ ћ љ њ ј џ Serbian, ѓ ќ ѕ Macedonian, ә қ ұ Kazakh; without any
 * it is taken for Russian, Bulgarian too.  Words of scripts without capitals get one, since
 * most that cannot be said are names; of up to four Chinese characters, each gets one.  Of more
 * than eight in a row only those are taken that cannot be said.
 *
 * A Latin word keeps what it can: of a letter with marks as much as can be said; then ICU's
 * "Latin-ASCII" is asked.  A word of which only marks cannot be said stays in its script.  What
 * has no other form becomes '?'.
 *
 * The same text and encoding always give the same result with the same version of ICU; the
 * locale has no say. */
#ifndef COMITY_IO_TRANSLITERATE_H
#define COMITY_IO_TRANSLITERATE_H

#include "base/buffer.h"
#include "io/charset_encode.h"

#include <comity/plugin.h>
#include <stddef.h>

/* For one encoding; ICU's rules are opened when first needed.  One thread at a time; made once
 * for many texts. */
struct transliterator;

/* Borrows the encoder, which must outlive it.  COMITY_E_NOMEM; then it is NULL. */
comity_status transliterator_new(struct charset_encoder *encoder,
                                 struct transliterator **transliterator);

/* NULL is fine. */
void transliterator_free(struct transliterator *transliterator);

/* Appends the text to `out`, still as UTF-8, but so that charset_from_utf8() takes it.
 * `*changed` is how many characters of the text do not stand there as they were, `*lost` how
 * many '?' were put for want of anything better; both are 0 for a text that fits.
 *
 * COMITY_E_INVALID: not UTF-8.  COMITY_E_UNSUPPORTED: ICU lacks its rules.  COMITY_E_LIMIT,
 * COMITY_E_NOMEM.  After a failure `out` holds what it held before. */
comity_status transliterate(struct transliterator *transliterator, const char *utf8, size_t len,
                            struct buffer *out, size_t *changed, size_t *lost);

#endif
