/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * UTF-8 to encodings by the C library's iconv.  iconv() replaces some characters by similar
 * ones (in Shift_JIS the yen sign by a backslash) and leaves others out (language tags), so
 * that each character is tried there and back before it counts as one that can be said.  Must
 * not know where the text comes from, nor what becomes of what cannot be said. */
#include "io/charset_encode.h"

#include "base/utf8.h"
#include "io/charset_table.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define ASCII_COUNT 0x80u
#define BMP_COUNT 0x10000u
#define NO_CONVERTER ((iconv_t)-1)

/* What is converted at a time.  No encoding of the list makes more of a byte of UTF-8 than two:
 * ASCII in UTF-16, and the letters of two bytes that take four in GB18030. */
#define STEP ((size_t)2048)

struct charset_encoder {
    const char *name;
    iconv_t from_utf8, to_utf8; /* NO_CONVERTER where everything can be said */
    bool says_ascii;            /* all of it */
    bool keeps_ascii;           /* and it stays as it is */
    bool has_ranges;            /* of charset_encoder_of(): `says` is all that there is */
    /* A bit for each character up to U+FFFF: it has been tried; it can be said. */
    uint64_t tried[BMP_COUNT / 64], says[BMP_COUNT / 64];
};

/* --- one text, there and back */

/* Converts a whole short text; its length, or 0 where not all of it went. */
static size_t convert_short(iconv_t converter, const char *text, size_t len, char *out,
                            size_t room)
{
    char *from = (char *)(uintptr_t)text; /* iconv() takes no const */
    char *to = out;
    size_t left = room;
    iconv(converter, NULL, NULL, NULL, NULL);
    /* A result above 0 counts characters that were replaced. */
    if (iconv(converter, &from, &len, &to, &left) != 0)
        return 0;
    return len == 0 ? room - left : 0;
}

static bool comes_back(const struct charset_encoder *encoder, const char *utf8, size_t len,
                       char *encoded, size_t room, size_t *encoded_len)
{
    char back[ASCII_COUNT];
    *encoded_len = convert_short(encoder->from_utf8, utf8, len, encoded, room);
    if (*encoded_len == 0)
        return false;
    size_t back_len =
        convert_short(encoder->to_utf8, encoded, *encoded_len, back, sizeof(back));
    return back_len == len && memcmp(back, utf8, len) == 0;
}

static void try_ascii(struct charset_encoder *encoder)
{
    char ascii[ASCII_COUNT], encoded[ASCII_COUNT * 2];
    for (size_t i = 0; i < ASCII_COUNT; i++)
        ascii[i] = (char)i;
    size_t len = 0;
    encoder->says_ascii =
        comes_back(encoder, ascii, sizeof(ascii), encoded, sizeof(encoded), &len);
    encoder->keeps_ascii = encoder->says_ascii && len == sizeof(ascii) &&
                           memcmp(encoded, ascii, sizeof(ascii)) == 0;
}

static bool try_code(const struct charset_encoder *encoder, uint32_t code)
{
    char utf8[4], encoded[16];
    size_t len = 0;
    return comes_back(encoder, utf8, utf8_encode(code, utf8), encoded, sizeof(encoded), &len);
}

/* --- opening and closing */

static bool is_unicode(const char *name)
{
    return strncmp(name, "UTF-", 4) == 0;
}

static comity_status open_converters(struct charset_encoder *encoder, const char *iconv_name)
{
    bool is_utf8 = strcmp(encoder->name, "UTF-8") == 0;
    if (!is_utf8)
        encoder->from_utf8 = iconv_open(iconv_name, "UTF-8");
    bool is_open = is_utf8 || encoder->from_utf8 != NO_CONVERTER;
    if (is_open && !is_unicode(encoder->name)) {
        encoder->to_utf8 = iconv_open("UTF-8", iconv_name);
        is_open = encoder->to_utf8 != NO_CONVERTER;
    }
    if (is_open)
        return COMITY_OK;
    /* EINVAL: this C library was installed without the tables of that encoding. */
    return errno == EINVAL ? COMITY_E_UNSUPPORTED : COMITY_E_NOMEM;
}

comity_status charset_encoder_open(const char *name, struct charset_encoder **encoder)
{
    *encoder = NULL;
    const struct charset_entry *entry = charset_find(name, strlen(name));
    if (!entry)
        return COMITY_E_UNSUPPORTED;
    struct charset_encoder *made = calloc(1, sizeof(*made));
    if (!made)
        return COMITY_E_NOMEM;
    made->name = entry->canonical;
    made->from_utf8 = NO_CONVERTER;
    made->to_utf8 = NO_CONVERTER;
    comity_status status = open_converters(made, entry->iconv_name);
    if (status < 0) {
        charset_encoder_free(made);
        return status;
    }
    if (is_unicode(made->name)) {
        made->says_ascii = true;
        made->keeps_ascii = strcmp(made->name, "UTF-8") == 0;
    } else {
        try_ascii(made);
    }
    *encoder = made;
    return COMITY_OK;
}

comity_status charset_encoder_of(const char *name, const struct charset_range *ranges,
                                 size_t count, struct charset_encoder **encoder)
{
    struct charset_encoder *made = calloc(1, sizeof *made);
    *encoder = made;
    if (!made)
        return COMITY_E_NOMEM;
    made->name = name;
    made->from_utf8 = NO_CONVERTER;
    made->to_utf8 = NO_CONVERTER;
    made->has_ranges = true;
    memset(made->tried, 0xFF, sizeof made->tried);
    for (size_t i = 0; i < count; i++)
        for (uint32_t code = ranges[i].first; code <= ranges[i].last && code < BMP_COUNT;
             code++)
            made->says[code / 64] |= UINT64_C(1) << (code % 64);
    return COMITY_OK;
}

void charset_encoder_free(struct charset_encoder *encoder)
{
    if (!encoder)
        return;
    if (encoder->from_utf8 != NO_CONVERTER)
        iconv_close(encoder->from_utf8);
    if (encoder->to_utf8 != NO_CONVERTER)
        iconv_close(encoder->to_utf8);
    free(encoder);
}

const char *charset_encoder_name(const struct charset_encoder *encoder)
{
    return encoder->name;
}

void charset_encoder_begin(const struct charset_encoder *encoder, struct buffer *out)
{
    if (strcmp(encoder->name, "UTF-16") == 0)
        buffer_add(out, "\xFF\xFE", 2);
}

/* --- what can be said */

bool charset_encoder_says(struct charset_encoder *encoder, uint32_t code)
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return false;
    if (is_unicode(encoder->name))
        return true;
    if (code >= BMP_COUNT)
        return !encoder->has_ranges && try_code(encoder, code);
    uint64_t bit = UINT64_C(1) << (code % 64);
    if (!(encoder->tried[code / 64] & bit)) {
        encoder->tried[code / 64] |= bit;
        if (try_code(encoder, code))
            encoder->says[code / 64] |= bit;
    }
    return encoder->says[code / 64] & bit;
}

/* How many bytes from here are ASCII. */
static size_t ascii_run(const char *text, size_t len)
{
    size_t i = 0;
    uint64_t word;
    for (; len - i >= sizeof(word); i += sizeof(word)) {
        memcpy(&word, text + i, sizeof(word));
        if (word & HIGH_BITS)
            break;
    }
    while (i < len && (unsigned char)text[i] < ASCII_COUNT)
        i++;
    return i;
}

size_t charset_encoder_fits(struct charset_encoder *encoder, const char *utf8, size_t len)
{
    if (is_unicode(encoder->name))
        return utf8_invalid(utf8, len);
    size_t i = 0;
    while (i < len) {
        if (encoder->says_ascii && (unsigned char)utf8[i] < ASCII_COUNT) {
            i += ascii_run(utf8 + i, len - i);
            continue;
        }
        uint32_t code = 0;
        size_t size = utf8_decode(utf8 + i, len - i, &code);
        if (size == 0 || !charset_encoder_says(encoder, code))
            return i;
        i += size;
    }
    return len;
}

/* --- converting */

static comity_status convert(const struct charset_encoder *encoder, const char *utf8,
                             size_t len, struct buffer *out)
{
    char room[STEP * 2];
    iconv(encoder->from_utf8, NULL, NULL, NULL, NULL);
    while (len > 0) {
        size_t step = utf8_cut(utf8, len, STEP);
        size_t left = step, free_room = sizeof(room);
        char *from = (char *)(uintptr_t)utf8;
        char *to = room;
        /* Each character has been tried; were one refused all the same, nothing is written. */
        if (iconv(encoder->from_utf8, &from, &left, &to, &free_room) != 0)
            return COMITY_E_INVALID;
        buffer_add(out, room, (size_t)(to - room));
        utf8 += step;
        len -= step;
    }
    return buffer_status(out);
}

/* A buffer that has failed stays failed, with no room left on paper (buffer.c). */
static void take_back(struct buffer *out, size_t before)
{
    if (out->size > before)
        explicit_bzero(out->bytes + before, out->size - before);
    out->size = before;
    if (buffer_status(out) < 0)
        out->capacity = before;
}

comity_status charset_from_utf8(struct charset_encoder *encoder, const char *utf8, size_t len,
                                struct buffer *out)
{
    if (charset_encoder_fits(encoder, utf8, len) < len)
        return COMITY_E_INVALID;
    if (buffer_status(out) < 0)
        return buffer_status(out);
    size_t before = out->size;
    if (encoder->from_utf8 == NO_CONVERTER ||
        (encoder->keeps_ascii && ascii_run(utf8, len) == len)) {
        buffer_add(out, utf8, len);
        return buffer_status(out);
    }
    comity_status status = convert(encoder, utf8, len, out);
    if (status < 0)
        take_back(out, before);
    return status;
}
