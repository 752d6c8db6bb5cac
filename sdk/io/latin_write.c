/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One character after the other, with the nearest that can be said.  Must not know how text is
 * taken apart, nor any encoding. */
#include "io/latin_write.h"

#include "base/utf8.h"
#include "io/latin_sign.h"
#include "io/letter.h"

#include <unicode/uchar.h>

/* A letter with more marks than any language puts on it is taken apart. */
#define CLUSTER_MOST ((size_t)8)

#define MIDDLE_DOT 0x00B7u

static bool is_digit(uint32_t code)
{
    return code >= '0' && code <= '9';
}

static bool is_one_of(uint32_t code, const char *signs)
{
    return code > 0 && code < 0x80 && strchr(signs, (int)code);
}

size_t latin_write_cluster(const char *text, size_t len)
{
    size_t at = 0;
    for (size_t count = 0, size; at < len && count < CLUSTER_MOST; count++, at += size)
        if (!letter_is_mark(letter_first(text + at, len - at, &size)) && count > 0)
            break;
    return at;
}

bool latin_write_fits(const struct latin_writer *writer, const char *text, size_t len)
{
    return charset_encoder_fits(writer->encoder, text, len) == len;
}

void latin_write(struct latin_writer *writer, const char *text, size_t len)
{
    if (len == 0)
        return;
    size_t size;
    uint32_t first = letter_first(text, len, &size);
    bool is_wanted = writer->blank == LATIN_BLANK ||
                     (writer->blank == LATIN_BLANK_UNLESS_DIGIT && !is_digit(first));
    if (is_wanted && letter_begins_word(first))
        buffer_char(writer->out, ' ');
    writer->blank = LATIN_NO_BLANK;
    buffer_add(writer->out, text, len);
    writer->last = letter_last(text, len);
}

void latin_write_part(struct latin_writer *writer)
{
    if (u_isalnum((UChar32)writer->last) || is_one_of(writer->last, ",.;:!?)]}"))
        writer->blank = LATIN_BLANK;
}

static void write_sign(struct latin_writer *writer, const struct latin_sign *sign)
{
    const char *text = sign->text;
    if (sign->code == MIDDLE_DOT && is_digit(writer->last))
        text = "."; /* of a fraction */
    if (sign->blank == SIGN_OPENS) {
        latin_write_part(writer);
        if (writer->blank == LATIN_BLANK)
            buffer_char(writer->out, ' ');
    }
    if (sign->blank != SIGN_PLAIN)
        writer->blank = LATIN_NO_BLANK;
    bool is_in_number = is_digit(writer->last) && is_one_of((uint32_t)text[0], ",.:");
    latin_write(writer, text, strlen(text));
    if (sign->blank == SIGN_CLOSES)
        writer->blank = is_in_number ? LATIN_BLANK_UNLESS_DIGIT : LATIN_BLANK;
}

/* Writes what ICU made of something, if it fits. */
static bool write_piece(struct latin_writer *writer)
{
    const char *text = writer->piece.bytes;
    size_t len = writer->piece.size;
    if (len == 0 || !latin_write_fits(writer, text, len))
        return false;
    /* One half is " 1/2", for the sake of "3½". */
    bool has_blank = writer->last == 0 || writer->last == ' ';
    bool is_spare = has_blank && text[0] == ' ';
    latin_write(writer, text + is_spare, len - is_spare);
    return true;
}

/* The letter with as many of its marks as can be said.  Only of letters: without its stroke,
 * the sign for unequal would say the opposite. */
static comity_status try_fewer_marks(struct latin_writer *writer, const char *text, size_t len,
                                     bool *done)
{
    char apart[LATIN_MOST];
    comity_status status =
        latin_form(writer->latin, LATIN_DECOMPOSED, text, len, &writer->piece);
    size_t left = writer->piece.size;
    if (status < 0 || left > sizeof(apart))
        return status;
    memcpy(apart, writer->piece.bytes, left);
    while (left > 0 && status == COMITY_OK && !*done) {
        status = latin_form(writer->latin, LATIN_COMPOSED, apart, left, &writer->piece);
        *done = status == COMITY_OK && write_piece(writer);
        left = utf8_cut(apart, left, left - 1);
    }
    explicit_bzero(apart, sizeof(apart));
    return status;
}

/* Raised digits are for the table of signs, where they are told: 10² is not 102. */
static bool is_raised_digit(uint32_t code)
{
    int32_t sort = u_getIntPropertyValue((UChar32)code, UCHAR_DECOMPOSITION_TYPE);
    return (sort == U_DT_SUPER || sort == U_DT_SUB) &&
           u_charType((UChar32)code) == U_OTHER_NUMBER;
}

static comity_status try_plain_form(struct latin_writer *writer, const char *text, size_t len,
                                    uint32_t code, bool *done)
{
    struct buffer *piece = &writer->piece;
    if (is_raised_digit(code))
        return COMITY_OK;
    comity_status status = latin_form(writer->latin, LATIN_PLAIN, text, len, piece);
    if (status < 0)
        return status;
    int32_t sort = u_getIntPropertyValue((UChar32)code, UCHAR_DECOMPOSITION_TYPE);
    bool is_circled =
        sort == U_DT_CIRCLE && latin_write_fits(writer, piece->bytes, piece->size);
    if (is_circled)
        latin_write(writer, "(", 1);
    *done = write_piece(writer);
    if (is_circled)
        latin_write(writer, ")", 1);
    return COMITY_OK;
}

/* What needs no rules of ICU. */
static bool write_simple(struct latin_writer *writer, uint32_t code)
{
    const struct latin_sign *sign = latin_sign_find(code);
    if (sign) {
        write_sign(writer, sign);
        return true;
    }
    if (u_charType((UChar32)code) == U_DECIMAL_DIGIT_NUMBER) {
        char digit = (char)('0' + u_charDigitValue((UChar32)code));
        latin_write(writer, &digit, 1);
        return true;
    }
    if (u_isUWhiteSpace((UChar32)code)) {
        latin_write(writer, " ", 1);
        return true;
    }
    return letter_is_mark(code) || letter_is_invisible(code);
}

static comity_status write_cluster(struct latin_writer *writer, const char *text, size_t len)
{
    size_t size;
    uint32_t code = letter_first(text, len, &size);
    if (latin_write_fits(writer, text, len)) {
        latin_write(writer, text, len);
        return COMITY_OK;
    }
    bool done = false;
    comity_status status = COMITY_OK;
    if (letter_is(code))
        status = try_fewer_marks(writer, text, len, &done);
    if (done || status < 0 || write_simple(writer, code))
        return status;
    status = latin_word(writer->latin, LATIN_ASCII, text, size, &writer->piece);
    if (status < 0 || write_piece(writer))
        return status;
    status = try_plain_form(writer, text, size, code, &done);
    if (done || status < 0)
        return status;
    latin_write(writer, "?", 1);
    writer->lost++;
    return COMITY_OK;
}

comity_status latin_write_nearest(struct latin_writer *writer, const char *text, size_t len)
{
    comity_status status = COMITY_OK;
    while (len > 0 && status == COMITY_OK) {
        size_t size = latin_write_cluster(text, len);
        status = write_cluster(writer, text, size);
        text += size;
        len -= size;
    }
    return status;
}
