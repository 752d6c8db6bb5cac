/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Encodings to UTF-8 by the C library's iconv, with checkpoints for the way back.  Must not
 * know where the text comes from, nor how a failure is told. */
#include "io/charset.h"

#include "base/utf8.h"
#include "io/charset_table.h"

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
    const char *name;
    uint64_t start;    /* of bytes[0] in the input */
    const char *bytes; /* borrowed; behind a mark that was taken off here */
    size_t size, utf8_size;
    size_t mark;
    struct checkpoint *points; /* the first is {0, 0} */
    size_t count, capacity;
};

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

void charset_hold_tables(void)
{
    const char *name;
    for (size_t i = 0; (name = charset_at(i)); i++) {
        const struct charset_entry *entry = charset_find(name, strlen(name));
        /* never closed: that is what keeps the tables */
        iconv_open("UTF-8", entry->iconv_name);
        iconv_open(entry->iconv_name, "UTF-8");
    }
}

static comity_status new_map(const struct charset_entry *entry, const char *bytes, size_t size,
                             struct charset_map **map)
{
    struct charset_map *made = calloc(1, sizeof *made);
    if (!made)
        return COMITY_E_NOMEM;
    made->name = entry->canonical;
    made->bytes = bytes;
    made->size = size;
    made->converter = iconv_open("UTF-8", entry->iconv_name);
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
    const struct charset_entry *entry = charset_find(name, strlen(name));
    if (!entry)
        return COMITY_E_UNSUPPORTED;
    size_t mark = 0;
    if (strcmp(entry->canonical, "UTF-16") == 0) {
        const char *order = charset_utf16_order(bytes, size, &mark);
        entry = charset_find(order, strlen(order));
    }
    struct charset_map *made = NULL;
    comity_status status = new_map(entry, bytes + mark, size - mark, &made);
    if (status < 0)
        return status;
    made->mark = mark;
    made->start = mark;
    /* iconv() lets a few things pass as UTF-8 that RFC 3629 does not. */
    if (strcmp(entry->canonical, "UTF-8") == 0)
        made->size = utf8_invalid(bytes, size);
    size_t fit = mark + made->size;
    status = convert_all(made, limit, utf8, bad_offset);
    if (status == COMITY_OK && fit < size) {
        *bad_offset = made->size;
        status = COMITY_E_INVALID;
    }
    if (status < 0) {
        *bad_offset += mark;
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
    map->start = offset + map->mark;
}

const char *charset_map_name(const struct charset_map *map)
{
    return map->name;
}

void charset_map_free(struct charset_map *map)
{
    if (!map)
        return;
    iconv_close(map->converter);
    free(map->points);
    free(map);
}
