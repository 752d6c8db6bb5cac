/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Columns of characters, by a table of ranges. */
#include "letter/width.h"

#include "base/utf8.h"

static const struct {
    uint32_t first, last;
    uint8_t width;
} ranges[] = {
#include "letter/width-table.inc"
};

int width_of(uint32_t code)
{
    size_t low = 0, high = sizeof ranges / sizeof *ranges;
    if (code < 0x300)
        return 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else if (code < ranges[middle].first)
            high = middle;
        else
            return ranges[middle].width;
    }
    return 1;
}

size_t width_of_text(const char *text, size_t len)
{
    size_t columns = 0;
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, len - at, &code);
        columns += size ? (size_t)width_of(code) : 1;
        at += size ? size : 1;
    }
    return columns;
}
