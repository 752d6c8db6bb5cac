/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Takes a text apart into words and signs, and has each written as the encoding can say it.
 * Must not know how ICU transforms a word (latin.h), nor any encoding. */
#include "io/transliterate.h"

#include "base/utf8.h"
#include "io/latin.h"
#include "io/latin_write.h"
#include "io/letter.h"

#include <stdlib.h>
#include <unicode/uchar.h>

/* A longer word goes in pieces; each fits LATIN_MOST. */
#define WORD_MOST ((size_t)LATIN_MOST / 4)

/* Names of persons have at most so many Chinese characters. */
#define NAME_MOST ((size_t)4)

/* In an encoding of Chinese, longer runs are text in which a rare character stands. */
#define HAN_WORD_MOST ((size_t)8)

struct transliterator {
    struct latin_writer writer;
    struct buffer made, word, recased;
};

/* One text on its way. */
struct run {
    struct transliterator *transliterator;
    struct latin_writer *writer;
    const char *text;
    size_t len;
    enum latin_way cyrillic; /* LATIN_WAYS: not yet looked at */
    size_t changed;
};

/* A part of a text, and how many characters it has. */
struct span {
    const char *text;
    size_t len, count;
};

static bool is_apostrophe(uint32_t code)
{
    return code == '\'' || code == 0x2019;
}

/* What may stand within a word. */
static bool is_joint(uint32_t code)
{
    return is_apostrophe(code) || code == '-';
}

static bool is_han(uint32_t code)
{
    return letter_script(code) == LETTER_HAN;
}

static bool says(const struct run *run, uint32_t code)
{
    return charset_encoder_says(run->writer->encoder, code);
}

/* --- the languages of Cyrillic */

/* Letters that tell a language: the first row of which the text has one. */
static const struct {
    enum latin_way way;
    const char *letters;
} CUES[] = {
    {LATIN_KAZAKH, "әӘқҚұҰ"},      {LATIN_BELARUSIAN, "ўЎ"},
    {LATIN_MACEDONIAN, "ѓЃќЌѕЅ"},  {LATIN_SERBIAN, "ђЂћЋљЉњЊјЈџЏ"},
    {LATIN_UKRAINIAN, "ґҐіІїЇєЄ"},
};

/* A letter of two bytes. */
static bool has_letter_of(const char *text, size_t len, const char *letters)
{
    for (; *letters; letters += 2)
        if (memmem(text, len, letters, 2))
            return true;
    return false;
}

static enum latin_way cyrillic_of(const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof(CUES) / sizeof(*CUES); i++)
        if (has_letter_of(text, len, CUES[i].letters))
            return CUES[i].way;
    return LATIN_RUSSIAN;
}

/* A word without such letters is in the language of the others, but not in Ukrainian if it has
 * a letter that Ukrainian has not. */
static enum latin_way way_of_cyrillic(struct run *run, struct span word)
{
    enum latin_way way = cyrillic_of(word.text, word.len);
    if (way != LATIN_RUSSIAN)
        return way;
    if (run->cyrillic == LATIN_WAYS)
        run->cyrillic = cyrillic_of(run->text, run->len);
    bool is_russian = has_letter_of(word.text, word.len, "ёЁъЪыЫэЭ");
    return run->cyrillic == LATIN_UKRAINIAN && is_russian ? LATIN_RUSSIAN : run->cyrillic;
}

/* --- words */

/* Whether a word goes on with this character; Chinese characters stand by themselves. */
static bool goes_on(uint32_t code, uint32_t next, bool in_han)
{
    if (letter_is(code))
        return is_han(code) == in_han;
    if (letter_is_mark(code) || letter_is_invisible(code))
        return !in_han;
    return !in_han && is_joint(code) && letter_is(next) && !is_han(next);
}

/* Of a long run of Chinese characters only those that can be said, or only those that
 * cannot. */
static struct span cut_han(const struct run *run, struct span word)
{
    struct span cut = {word.text, 0, 0};
    size_t size;
    bool is_said = says(run, letter_first(word.text, word.len, &size));
    while (cut.len < word.len) {
        uint32_t code = letter_first(word.text + cut.len, word.len - cut.len, &size);
        if (says(run, code) != is_said)
            break;
        cut.len += size;
        cut.count++;
    }
    return cut;
}

static struct span next_word(const struct run *run, const char *text, size_t len)
{
    size_t size, next_size;
    struct span word = {text, 0, 0};
    bool in_han = is_han(letter_first(text, len, &size));
    do {
        word.len += size;
        word.count++;
        if (word.len == len)
            break;
        uint32_t code = letter_first(text + word.len, len - word.len, &size);
        size_t after = word.len + size;
        uint32_t next = after < len ? letter_first(text + after, len - after, &next_size) : 0;
        if (!goes_on(code, next, in_han))
            break;
    } while (word.count < WORD_MOST);
    return in_han && word.count > HAN_WORD_MOST ? cut_han(run, word) : word;
}

/* LATIN_ASCII where the word is in Latin letters already. */
static enum latin_way way_of(struct run *run, struct span word)
{
    for (size_t at = 0, size; at < word.len; at += size) {
        switch (letter_script(letter_first(word.text + at, word.len - at, &size))) {
        case LETTER_LATIN:
            continue;
        case LETTER_CYRILLIC:
            return way_of_cyrillic(run, word);
        case LETTER_GREEK:
            return LATIN_GREEK;
        case LETTER_HAN:
            return LATIN_HAN;
        default:
            return LATIN_ANY;
        }
    }
    return LATIN_ASCII;
}

/* --- capitals */

enum capitals { CAPITALS_AS_IS, CAPITAL_FIRST, CAPITAL_EACH, CAPITAL_INITIAL };

/* Scripts without capitals get them, but not what counts ("1980 nian 3 yue").  "Ю." is an
 * initial: "Yu.", not "YU.". */
static enum capitals capitals_of(struct span word, enum latin_way way, uint32_t before)
{
    for (size_t at = 0, size; at < word.len; at += size)
        if (letter_has_case(letter_first(word.text + at, word.len - at, &size)))
            return word.count == 1 ? CAPITAL_INITIAL : CAPITALS_AS_IS;
    if (way == LATIN_HAN && before >= '0' && before <= '9')
        return CAPITALS_AS_IS;
    return way == LATIN_HAN && word.count <= NAME_MOST ? CAPITAL_EACH : CAPITAL_FIRST;
}

static comity_status recase(struct transliterator *self, enum capitals capitals)
{
    const struct buffer *word = &self->word;
    bool is_start = true;
    if (capitals == CAPITALS_AS_IS)
        return COMITY_OK;
    buffer_clear(&self->recased);
    for (size_t at = 0, size; at < word->size; at += size) {
        char utf8[4];
        UChar32 code = (UChar32)letter_first(word->bytes + at, word->size - at, &size);
        if (is_start && capitals != CAPITAL_INITIAL)
            buffer_add(&self->recased, utf8, utf8_encode((uint32_t)u_totitle(code), utf8));
        else if (!is_start && capitals == CAPITAL_INITIAL)
            buffer_add(&self->recased, utf8, utf8_encode((uint32_t)u_tolower(code), utf8));
        else
            buffer_add(&self->recased, word->bytes + at, size);
        /* Not over at a sign that stands for a letter, as in "ʻAyn". */
        is_start = is_start && !letter_has_case((uint32_t)code);
        is_start = is_start || (capitals == CAPITAL_EACH && code == ' ');
    }
    struct buffer recased = self->recased;
    self->recased = self->word;
    self->word = recased;
    return buffer_status(&self->word);
}

/* --- writing */

/* Counts what does not stand in the result: what cannot be said, and of a word that was put in
 * Latin letters (`word`, or NULL) what is in others. */
static void count_changed(struct run *run, struct span span, const struct buffer *word)
{
    for (size_t at = 0, size; at < span.len; at += size) {
        uint32_t code = letter_first(span.text + at, span.len - at, &size);
        bool stays = says(run, code);
        if (stays && word && is_apostrophe(code))
            stays = memmem(word->bytes, word->size, span.text + at, size) != NULL;
        if (stays && word)
            stays = letter_script(code) == LETTER_LATIN;
        run->changed += !stays;
    }
}

/* The word in its own letters, where only marks cannot be said: those that compose with their
 * letters are composed, and others, such as the stress in "Ива́нов", left out. */
static comity_status try_composed(struct run *run, struct span word, bool *done)
{
    struct transliterator *self = run->transliterator;
    struct buffer *composed = &self->recased;
    comity_status status =
        latin_form(run->writer->latin, LATIN_COMPOSED, word.text, word.len, composed);
    buffer_clear(&self->word);
    for (size_t at = 0, size; status == COMITY_OK && at < composed->size; at += size) {
        uint32_t code = letter_first(composed->bytes + at, composed->size - at, &size);
        bool is_spare = letter_is_mark(code) || letter_is_invisible(code);
        if (says(run, code) || !is_spare)
            buffer_add(&self->word, composed->bytes + at, size);
    }
    if (status == COMITY_OK)
        status = buffer_status(&self->word);
    if (status < 0 || !latin_write_fits(run->writer, self->word.bytes, self->word.size))
        return status;
    latin_write(run->writer, self->word.bytes, self->word.size);
    *done = true;
    return COMITY_OK;
}

static comity_status put_latin(struct run *run, struct span word, enum latin_way way)
{
    struct buffer *made = &run->transliterator->word;
    comity_status status = latin_word(run->writer->latin, way, word.text, word.len, made);
    if (status == COMITY_OK)
        status = recase(run->transliterator, capitals_of(word, way, run->writer->last));
    if (status < 0)
        return status;
    count_changed(run, word, made);
    const char *text = made->bytes;
    size_t len = made->size;
    while (len > 0 && text[len - 1] == ' ')
        len--;
    for (; len > 0 && text[0] == ' '; len--)
        text++;
    if (way == LATIN_HAN)
        latin_write_part(run->writer);
    status = latin_write_nearest(run->writer, text, len);
    if (way == LATIN_HAN)
        latin_write_part(run->writer);
    return status;
}

static comity_status put_word(struct run *run, struct span word)
{
    bool done = latin_write_fits(run->writer, word.text, word.len);
    if (done) {
        latin_write(run->writer, word.text, word.len);
        return COMITY_OK;
    }
    comity_status status = try_composed(run, word, &done);
    if (status < 0)
        return status;
    enum latin_way way = way_of(run, word);
    if (!done && way != LATIN_ASCII)
        return put_latin(run, word, way);
    count_changed(run, word, NULL);
    return done ? COMITY_OK : latin_write_nearest(run->writer, word.text, word.len);
}

static comity_status put_text(struct run *run)
{
    comity_status status = COMITY_OK;
    size_t at = 0;
    while (at < run->len && status == COMITY_OK) {
        const char *text = run->text + at;
        size_t size, len = run->len - at;
        struct span span = {text, 0, 0};
        if (letter_is(letter_first(text, len, &size))) {
            span = next_word(run, text, len);
            status = put_word(run, span);
        } else {
            span.len = latin_write_cluster(text, len);
            count_changed(run, span, NULL);
            status = latin_write_nearest(run->writer, span.text, span.len);
        }
        at += span.len;
    }
    return status < 0 ? status : buffer_status(run->writer->out);
}

comity_status transliterate(struct transliterator *transliterator, const char *utf8, size_t len,
                            struct buffer *out, size_t *changed, size_t *lost)
{
    struct latin_writer *writer = &transliterator->writer;
    *changed = 0;
    *lost = 0;
    if (latin_write_fits(writer, utf8, len)) {
        buffer_add(out, utf8, len);
        return buffer_status(out);
    }
    if (utf8_invalid(utf8, len) < len)
        return COMITY_E_INVALID;
    struct run run = {transliterator, writer, utf8, len, LATIN_WAYS, 0};
    writer->lost = 0;
    writer->last = 0;
    writer->blank = LATIN_NO_BLANK;
    comity_status status = put_text(&run);
    if (status == COMITY_OK) {
        buffer_add(out, transliterator->made.bytes, transliterator->made.size);
        status = buffer_status(out);
    }
    buffer_clear(&transliterator->made);
    if (status < 0)
        return status;
    *changed = run.changed;
    *lost = writer->lost;
    return COMITY_OK;
}

/* --- the object */

comity_status transliterator_new(struct charset_encoder *encoder,
                                 struct transliterator **transliterator)
{
    *transliterator = NULL;
    struct transliterator *made = calloc(1, sizeof(*made));
    if (!made)
        return COMITY_E_NOMEM;
    comity_status status = latin_new(&made->writer.latin);
    if (status < 0) {
        free(made);
        return status;
    }
    buffer_init(&made->made, 0);
    buffer_init(&made->word, 0);
    buffer_init(&made->recased, 0);
    buffer_init(&made->writer.piece, 0);
    made->writer.encoder = encoder;
    made->writer.out = &made->made;
    *transliterator = made;
    return COMITY_OK;
}

void transliterator_free(struct transliterator *transliterator)
{
    if (!transliterator)
        return;
    latin_free(transliterator->writer.latin);
    buffer_free(&transliterator->made);
    buffer_free(&transliterator->word);
    buffer_free(&transliterator->recased);
    buffer_free(&transliterator->writer.piece);
    free(transliterator);
}
