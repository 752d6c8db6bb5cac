/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Labels of which not a letter is left, because the text was once read in a wrong character set
 * ("РќР°РёРјРµ" for "Наиме").  Where a line has the number of a label that is not found, its
 * characters are turned back into bytes by each character set that could have been the wrong
 * one, and read by each that could have been the right one: if that gives the label's words, it
 * is the label.  So nothing is guessed. */
#include "base/utf8.h"
#include "io/charset.h"
#include "io/charset_encode.h"
#include "syntax/text_match.h"

#define MOST_CHARS 400u /* of a line that are looked at */

static const char *const wrong_sets[] = {"windows-1252", "windows-1251", "ISO-8859-1",
                                         "KOI8-R",       "CP866",        "CP850"};
static const char *const right_sets[] = {"UTF-8", "windows-1251", "KOI8-R",
                                         "CP866", "GB18030",      "windows-1252"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* The bytes that were read as these characters; it ends before one that the set has not. */
static void to_bytes(struct charset_encoder *encoder, const char *at, const char *end,
                     struct buffer *bytes)
{
    for (size_t chars = 0; at < end && chars < MOST_CHARS; chars++) {
        uint32_t code = 0;
        size_t size = utf8_decode(at, (size_t)(end - at), &code);
        if (!size)
            return;
        if (charset_encoder_says(encoder, code)) {
            if (charset_from_utf8(encoder, at, size, bytes) != COMITY_OK)
                return;
        } else if (code >= 0x80 && code <= 0x9F) { /* a byte that the set leaves free */
            buffer_char(bytes, (char)code);
        } else {
            return;
        }
        at += size;
    }
}

/* How many bytes of the text's beginning are the label's words in one of its languages, and by
 * which key; 0. */
static size_t words_at(const struct text_form *form, uint16_t label, const char *text,
                       size_t len, uint32_t *found)
{
    const struct text_matcher *matcher = form->matcher;
    for (uint32_t i = 0; i < matcher->key_count; i++) {
        const struct text_key *key = &matcher->keys[i];
        if (key->label != label || key->kind != TEXT_LABEL_WORDS)
            continue;
        const char *end = text_skip_words(key->chars, key->len, text, text + len);
        *found = i;
        if (end)
            return (size_t)(end - text);
    }
    return 0;
}

/* Bytes of the beginning that read as the label's words by this character set; 0: they do
 * not. */
static size_t read_as(const struct text_form *form, uint16_t label, const char *set,
                      const struct buffer *bytes, uint32_t *key)
{
    struct buffer utf8;
    struct charset_map *map = NULL;
    size_t bad = 0, found = 0, size = bytes->size;
    buffer_init(&utf8, 0);
    comity_status status =
        charset_to_utf8(set, bytes->bytes, size, MOST_CHARS * 4, &utf8, &map, &bad);
    if (status == COMITY_E_INVALID && bad > 0 && bad < size) { /* as far as it goes */
        charset_map_free(map);
        map = NULL;
        buffer_clear(&utf8);
        status = charset_to_utf8(set, bytes->bytes, bad, MOST_CHARS * 4, &utf8, &map, &bad);
    }
    size_t len = status == COMITY_OK ? words_at(form, label, utf8.bytes, utf8.size, key) : 0;
    if (len)
        found = len == utf8.size ? size : (size_t)charset_map_offset(map, len);
    charset_map_free(map);
    buffer_free(&utf8);
    return found;
}

static const char *skip_chars(const char *at, const char *end, size_t count)
{
    for (; count && at < end; count--) {
        uint32_t code;
        at += utf8_decode(at, (size_t)(end - at), &code);
    }
    return at;
}

const char *text_match_mojibake(const struct text_form *form, uint16_t label, const char *at,
                                const char *line_end, uint32_t *key)
{
    const char *found = NULL;
    for (size_t i = 0; i < COUNT(wrong_sets) && !found; i++) {
        struct charset_encoder *encoder = NULL;
        struct buffer bytes;
        if (charset_encoder_open(wrong_sets[i], &encoder) != COMITY_OK)
            continue;
        buffer_init(&bytes, 0);
        to_bytes(encoder, at, line_end, &bytes);
        for (size_t k = 0; k < COUNT(right_sets) && !found && bytes.size > 1; k++) {
            size_t size = strcmp(wrong_sets[i], right_sets[k]) != 0
                              ? read_as(form, label, right_sets[k], &bytes, key)
                              : 0;
            if (size) /* one byte was one character */
                found = skip_chars(at, line_end, size);
        }
        buffer_free(&bytes);
        charset_encoder_free(encoder);
    }
    return found;
}

uint64_t text_begins_number(const char *at, const char *line_end, const char **words)
{
    struct text_number number;
    if (at == line_end || !text_may_be_number(at, line_end) ||
        !text_read_number(at, line_end, false, &number) || number.is_loose)
        return 0;
    *words = number.after;
    return number.value;
}

bool text_begins_mojibake(const struct text_form *form, const char *at, const char *end)
{
    const char *words, *line_end = text_line_end(at, end);
    uint32_t key;
    uint64_t number = text_begins_number(text_skip_blanks(at, end), line_end, &words);
    for (size_t i = 0; number && i < form->label_count; i++)
        if (form->matcher->numbers[i] == number &&
            text_match_mojibake(form, (uint16_t)i, words, line_end, &key))
            return true;
    return false;
}
