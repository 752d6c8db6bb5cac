/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Encodings to UTF-8 by the C library's iconv, with checkpoints for the way back.  Must not
 * know where the text comes from, nor how a failure is told. */
#include "io/charset.h"

#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One checkpoint for so many bytes of the input: what a step back costs at most. */
#define STEP 4096u

struct checkpoint {
    size_t input, utf8;
};

struct charset_map {
    iconv_t converter;
    uint64_t start;    /* of bytes[0] in the input */
    const char *bytes; /* borrowed */
    size_t size, utf8_size;
    struct checkpoint *points; /* the first is {0, 0} */
    size_t count, capacity;
};

/* Only encodings without shift states and without combining look-ahead: a checkpoint must need
 * no more than an offset.  Text labelled Shift_JIS is in practice what Windows writes, and only
 * there is the backslash a backslash. */
static const struct {
    const char *label, *canonical, *iconv_name;
} CHARSETS[] = {
    {"utf-8", "UTF-8", "UTF-8"},
    {"utf8", "UTF-8", "UTF-8"},
    {"utf-16le", "UTF-16LE", "UTF-16LE"},
    {"utf-16be", "UTF-16BE", "UTF-16BE"},
    {"us-ascii", "US-ASCII", "US-ASCII"},
    {"ascii", "US-ASCII", "US-ASCII"},
    {"iso-8859-1", "ISO-8859-1", "ISO-8859-1"},
    {"iso_8859-1", "ISO-8859-1", "ISO-8859-1"},
    {"latin1", "ISO-8859-1", "ISO-8859-1"},
    {"iso-8859-2", "ISO-8859-2", "ISO-8859-2"},
    {"latin2", "ISO-8859-2", "ISO-8859-2"},
    {"iso-8859-5", "ISO-8859-5", "ISO-8859-5"},
    {"iso-8859-7", "ISO-8859-7", "ISO-8859-7"},
    {"iso-8859-9", "ISO-8859-9", "ISO-8859-9"},
    {"latin5", "ISO-8859-9", "ISO-8859-9"},
    {"iso-8859-15", "ISO-8859-15", "ISO-8859-15"},
    {"latin9", "ISO-8859-15", "ISO-8859-15"},
    {"windows-1250", "windows-1250", "CP1250"},
    {"cp1250", "windows-1250", "CP1250"},
    {"windows-1251", "windows-1251", "CP1251"},
    {"cp1251", "windows-1251", "CP1251"},
    {"windows-1252", "windows-1252", "CP1252"},
    {"cp1252", "windows-1252", "CP1252"},
    {"windows-1253", "windows-1253", "CP1253"},
    {"cp1253", "windows-1253", "CP1253"},
    {"windows-1254", "windows-1254", "CP1254"},
    {"cp1254", "windows-1254", "CP1254"},
    {"koi8-r", "KOI8-R", "KOI8-R"},
    {"koi8-u", "KOI8-U", "KOI8-U"},
    {"cp866", "CP866", "CP866"},
    {"ibm866", "CP866", "CP866"},
    {"gb18030", "GB18030", "GB18030"},
    {"gbk", "GBK", "GBK"},
    {"cp936", "GBK", "GBK"},
    {"gb2312", "GBK", "GBK"},
    {"shift_jis", "Shift_JIS", "CP932"},
    {"windows-31j", "Shift_JIS", "CP932"},
    {"cp932", "Shift_JIS", "CP932"},
    {"euc-jp", "EUC-JP", "EUC-JP"},
    {"euc-kr", "EUC-KR", "EUC-KR"},
    {"big5", "Big5", "BIG5"},
};

#define CHARSET_COUNT (sizeof CHARSETS / sizeof CHARSETS[0])

/* ASCII only: a locale has no say in the name of an encoding. */
static bool same_label(const char *label, const char *name, size_t len)
{
    if (strlen(label) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != label[i])
            return false;
    }
    return true;
}

static size_t find_charset(const char *name, size_t len)
{
    size_t index = 0;
    while (index < CHARSET_COUNT && !same_label(CHARSETS[index].label, name, len))
        index++;
    return index;
}

const char *charset_canonical(const char *name, size_t len)
{
    size_t index = find_charset(name, len);
    return index < CHARSET_COUNT ? CHARSETS[index].canonical : NULL;
}

static comity_status add_checkpoint(struct charset_map *map, size_t input, size_t utf8)
{
    if (map->count == map->capacity) {
        size_t capacity = map->capacity ? map->capacity * 2 : 16;
        struct checkpoint *points = realloc(map->points, capacity * sizeof *points);
        if (!points)
            return COMITY_E_NOMEM;
        map->points = points;
        map->capacity = capacity;
    }
    map->points[map->count++] = (struct checkpoint){input, utf8};
    return COMITY_OK;
}

static comity_status new_map(const char *iconv_name, const char *bytes, size_t size,
                             struct charset_map **map)
{
    struct charset_map *made = calloc(1, sizeof *made);
    if (!made)
        return COMITY_E_NOMEM;
    made->bytes = bytes;
    made->size = size;
    made->converter = iconv_open("UTF-8", iconv_name);
    if (made->converter == (iconv_t)-1) {
        /* EINVAL: this C library was installed without the tables of that encoding. */
        comity_status status = errno == EINVAL ? COMITY_E_UNSUPPORTED : COMITY_E_NOMEM;
        free(made);
        return status;
    }
    *map = made;
    return COMITY_OK;
}

/* Converts what begins at `*input`, up to one step; COMITY_E_INVALID where the character at
 * `*input` (as it then stands) does not fit. */
static comity_status convert_step(const struct charset_map *map, size_t *input,
                                  struct buffer *utf8)
{
    char room[STEP * 4]; /* no encoding of the list makes more of a byte than three */
    size_t left = map->size - *input < STEP ? map->size - *input : STEP;
    size_t free_room = sizeof room;
    char *from = (char *)(uintptr_t)(map->bytes + *input); /* iconv() takes no const */
    const char *start = from;
    char *to = room;
    size_t done = iconv(map->converter, &from, &left, &to, &free_room);
    int error = done == (size_t)-1 ? errno : 0;
    size_t used = (size_t)(from - start);
    *input += used;
    buffer_add(utf8, room, (size_t)(to - room));
    /* A character that the end of the step cuts is whole in the next. */
    bool cut = error == EINVAL && used > 0 && *input + left < map->size;
    return error == 0 || cut ? buffer_status(utf8) : COMITY_E_INVALID;
}

static comity_status convert_all(struct charset_map *map, size_t limit, struct buffer *utf8,
                                 size_t *bad_offset)
{
    size_t input = 0;
    size_t start = utf8->size;
    while (input < map->size) {
        comity_status status = add_checkpoint(map, input, utf8->size - start);
        if (status < 0)
            return status;
        status = convert_step(map, &input, utf8);
        if (status == COMITY_E_INVALID)
            *bad_offset = input;
        if (status < 0)
            return status;
        if (limit && utf8->size - start > limit)
            return COMITY_E_LIMIT;
    }
    map->utf8_size = utf8->size - start;
    return COMITY_OK;
}

comity_status charset_to_utf8(const char *name, const char *bytes, size_t size, size_t limit,
                              struct buffer *utf8, struct charset_map **map, size_t *bad_offset)
{
    *map = NULL;
    *bad_offset = 0;
    size_t index = find_charset(name, strlen(name));
    if (index == CHARSET_COUNT)
        return COMITY_E_UNSUPPORTED;
    struct charset_map *made = NULL;
    comity_status status = new_map(CHARSETS[index].iconv_name, bytes, size, &made);
    if (status < 0)
        return status;
    /* iconv() lets a few things pass as UTF-8 that RFC 3629 does not. */
    size_t fit =
        strcmp(CHARSETS[index].canonical, "UTF-8") == 0 ? utf8_invalid(bytes, size) : size;
    made->size = fit;
    status = convert_all(made, limit, utf8, bad_offset);
    if (status == COMITY_OK && fit < size) {
        *bad_offset = fit;
        status = COMITY_E_INVALID;
    }
    if (status < 0) {
        charset_map_free(made);
        return status;
    }
    *map = made;
    return COMITY_OK;
}

/* The last checkpoint at or before a byte of the UTF-8 text. */
static struct checkpoint checkpoint_before(const struct charset_map *map, size_t utf8_offset)
{
    size_t low = 0, high = map->count; /* points[low] is at or before it, points[high] is not */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (map->points[middle].utf8 <= utf8_offset)
            low = middle;
        if (map->points[middle].utf8 > utf8_offset)
            high = middle;
    }
    return map->points[low];
}

uint64_t charset_map_offset(const struct charset_map *map, size_t utf8_offset)
{
    if (map->count == 0 || utf8_offset >= map->utf8_size)
        return map->start + map->size;
    struct checkpoint point = checkpoint_before(map, utf8_offset);
    /* iconv() stops before the character for which there is no room: with just the room up to
     * the byte asked for, it stops at the start of the character that holds it. */
    char room[STEP * 4];
    size_t free_room = utf8_offset - point.utf8;
    size_t left = map->size - point.input < STEP ? map->size - point.input : STEP;
    char *from = (char *)(uintptr_t)(map->bytes + point.input);
    char *to = room;
    if (free_room > sizeof room)
        free_room = sizeof room;
    iconv(map->converter, NULL, NULL, NULL, NULL);
    iconv(map->converter, &from, &left, &to, &free_room);
    return map->start + (uint64_t)(from - map->bytes);
}

void charset_map_start(struct charset_map *map, uint64_t offset)
{
    map->start = offset;
}

void charset_map_free(struct charset_map *map)
{
    if (!map)
        return;
    iconv_close(map->converter);
    free(map->points);
    free(map);
}
