/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a JSON value ends.  No grammar beyond what shows that a value was cut short and the
 * next one has begun: brackets that do not match, a string over the end of a line, and a
 * bracket where no value can begin.  All else is for those who read the value. */
#include "batch/items_json.h"

/* What stops the two inner loops: in a string a quote, a backslash and all below a blank;
 * outside a quote and the brackets. */
#define IN_STRING 1u
#define OUTSIDE 2u
#define STOP_8 \
    IN_STRING, IN_STRING, IN_STRING, IN_STRING, IN_STRING, IN_STRING, IN_STRING, IN_STRING
static const unsigned char stops[256] = {
    STOP_8,
    STOP_8,
    STOP_8,
    STOP_8,
    ['"'] = IN_STRING | OUTSIDE,
    ['\\'] = IN_STRING,
    ['{'] = OUTSIDE,
    ['}'] = OUTSIDE,
    ['['] = OUTSIDE,
    [']'] = OUTSIDE,
};

static size_t run_to(unsigned stop, const char *bytes, size_t i, size_t size)
{
    while (i < size && !(stops[(unsigned char)bytes[i]] & stop))
        i++;
    return i;
}

static bool is_in_list(const struct value_scan *scan)
{
    return scan->is_list[(scan->depth - 1) / 64] >> (scan->depth - 1) % 64 & 1;
}

/* A group or list may begin behind ':' in a group, and behind '[' or ',' in a list. */
static bool can_begin(const struct value_scan *scan, const char *bytes, size_t i)
{
    if (!scan->depth)
        return true;
    do
        i--;
    while (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\t' || bytes[i] == '\r');
    return is_in_list(scan) ? bytes[i] == '[' || bytes[i] == ',' : bytes[i] == ':';
}

static bool open_bracket(struct value_scan *scan, const char *bytes, size_t i)
{
    if (scan->depth == SCAN_DEPTH || !can_begin(scan, bytes, i))
        return false;
    uint64_t bit = UINT64_C(1) << scan->depth % 64, *word = &scan->is_list[scan->depth / 64];
    *word = bytes[i] == '[' ? *word | bit : *word & ~bit;
    scan->depth++;
    return true;
}

/* At a byte that stops a string. */
static enum scan_result leave_string(struct value_scan *scan, const char *bytes, size_t size)
{
    char c = bytes[scan->at];
    if (c == '"') {
        scan->in_string = false;
        scan->at++;
        return scan->depth ? SCAN_MORE : SCAN_DONE;
    }
    if (c != '\\')
        return SCAN_BAD;
    if (scan->at + 1 == size)
        return SCAN_MORE;
    if ((unsigned char)bytes[scan->at + 1] < 0x20)
        return SCAN_BAD;
    scan->at += 2;
    return SCAN_MORE;
}

static enum scan_result pass_sign(struct value_scan *scan, const char *bytes)
{
    size_t i = scan->at++;
    switch (bytes[i]) {
    case '"':
        scan->in_string = true;
        return SCAN_MORE;
    case '{':
    case '[':
        return open_bracket(scan, bytes, i) ? SCAN_MORE : SCAN_BAD;
    default:
        if (!scan->depth || is_in_list(scan) != (bytes[i] == ']'))
            return SCAN_BAD;
        return --scan->depth ? SCAN_MORE : SCAN_DONE;
    }
}

enum scan_result value_scan(struct value_scan *scan, const char *bytes, size_t size)
{
    while (scan->at < size) {
        enum scan_result result;
        if (scan->in_string) {
            scan->at = run_to(IN_STRING, bytes, scan->at, size);
            /* A backslash at the end waits for what it escapes. */
            if (scan->at == size || (bytes[scan->at] == '\\' && scan->at + 1 == size))
                return SCAN_MORE;
            result = leave_string(scan, bytes, size);
        } else {
            scan->at = run_to(OUTSIDE, bytes, scan->at, size);
            if (scan->at == size)
                return SCAN_MORE;
            result = pass_sign(scan, bytes);
        }
        if (result != SCAN_MORE)
            return result;
    }
    return SCAN_MORE;
}
