/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents of a JSON stream, each an item: values on lines of their own, which may take
 * several lines, and the entries of a list at the top.  Says where they stand and judges none
 * of them: what is no JSON is handed over as well, up to a line that begins with a bracket
 * where documents begin, so that one bad document takes no other with it.
 *
 * A file that holds one value is one item, with every byte of the file. */
#include "batch/items_json.h"

#include "base/utf8.h"
#include "batch/items_run.h"

#include <stdio.h>

enum where {
    AT_VALUE,     /* between values */
    AT_ENTRY,     /* in a list, where an entry must begin */
    AT_FIRST,     /* the same, or the end of the list */
    BEHIND_ENTRY, /* in a list, where ',' or ']' must come */
    AT_END
};

struct splitter {
    struct run *run;
    struct feed *feed;
    enum where where;
    uint64_t lines, chars; /* of what has gone by: ended lines, and characters since */
    uint64_t value;        /* the number of the last one */
    uint64_t list_line, list_column;
    bool leads_line; /* only blanks stand before the present place in its line */
};

/* A piece of the window that becomes an item. */
struct piece {
    size_t size;
    bool is_bad, is_long;
};

static comity_status stopped(const struct splitter *splitter)
{
    return splitter->run->stopped;
}

static void consume(struct splitter *splitter, size_t count)
{
    const char *at = feed_bytes(splitter->feed), *end = at + count, *line_end;
    while (at < end && (line_end = memchr(at, '\n', (size_t)(end - at)))) {
        splitter->lines++;
        splitter->chars = 0;
        at = line_end + 1;
    }
    splitter->chars += utf8_count(at, (size_t)(end - at));
    feed_consume(splitter->feed, count);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_bracket(char c)
{
    return c == '{' || c == '[';
}

/* The byte at an offset of the window; false behind the end (or where all has stopped). */
static bool look(struct splitter *splitter, size_t offset, char *c)
{
    struct feed *feed = splitter->feed;
    if (offset >= feed->size &&
        (feed_fill(feed, offset + 1) != COMITY_OK || offset >= feed->size))
        return false;
    *c = feed_bytes(feed)[offset];
    return true;
}

/* Up to what is not white space; false at the end. */
static bool skip_space(struct splitter *splitter)
{
    char c;
    while (look(splitter, 0, &c)) {
        const char *bytes = feed_bytes(splitter->feed);
        uint64_t line = splitter->lines;
        size_t i = 0;
        while (i < splitter->feed->size && (is_blank(bytes[i]) || bytes[i] == '\n'))
            i++;
        bool is_found = i < splitter->feed->size;
        if (i) {
            consume(splitter, i);
            splitter->leads_line = splitter->leads_line || splitter->lines > line;
        }
        if (is_found)
            return true;
    }
    return false;
}

/* --- pieces */

/* Whether `i` is behind the end of a line and at an indented bracket.  False too where the
 * window ends before it can be told. */
static bool begins_document(const char *bytes, size_t size, size_t i, size_t indent)
{
    for (size_t k = 0; k < indent; k++)
        if (i + k >= size || (bytes[i + k] != ' ' && bytes[i + k] != '\t'))
            return false;
    return i + indent < size && is_bracket(bytes[i + indent]);
}

/* A bad piece goes to the next line that begins as documents do here, or to the end. */
static comity_status measure_bad(struct splitter *splitter, size_t indent, struct piece *piece)
{
    struct feed *feed = splitter->feed;
    uint64_t most = splitter->run->limits->entry_bytes;
    piece->is_bad = true;
    for (size_t from = 0;;) {
        const char *bytes = feed_bytes(feed);
        const char *line_end =
            from < feed->size ? memchr(bytes + from, '\n', feed->size - from) : NULL;
        size_t next = line_end ? (size_t)(line_end - bytes) + 1 : feed->size;
        if (line_end && (next + indent < feed->size || feed->at_end)) {
            if (begins_document(bytes, feed->size, next, indent)) {
                piece->size = next;
                break;
            }
            from = next;
            continue;
        }
        if (feed->at_end) {
            piece->size = feed->size;
            break;
        }
        /* The line's end is looked for again, with what comes behind it. */
        from = line_end ? next - 1 : next;
        if (feed->size > most) {
            piece->size = feed->size;
            break;
        }
        comity_status status = feed_fill(feed, feed->size + 1);
        if (status != COMITY_OK)
            return status;
    }
    piece->is_long = piece->size > most;
    return COMITY_OK;
}

/* A scalar: no document, but something that stands there. */
static comity_status measure_word(struct splitter *splitter, struct piece *piece)
{
    char c;
    while (piece->size <= splitter->run->limits->entry_bytes &&
           look(splitter, piece->size, &c) && !strchr("{[,]} \t\r\n\"", c))
        piece->size++;
    piece->is_bad = !piece->size;
    piece->is_long = piece->size > splitter->run->limits->entry_bytes;
    return splitter->feed->status;
}

static comity_status measure_value(struct splitter *splitter, struct piece *piece)
{
    struct feed *feed = splitter->feed;
    struct value_scan scan = {.at = 0};
    for (;;) {
        enum scan_result result = value_scan(&scan, feed_bytes(feed), feed->size);
        piece->size = scan.at;
        piece->is_long = scan.at > splitter->run->limits->entry_bytes;
        piece->is_bad = result == SCAN_BAD || (result == SCAN_MORE && feed->at_end);
        if (result != SCAN_MORE || piece->is_long || feed->at_end)
            return COMITY_OK;
        comity_status status = feed_fill(feed, feed->size + 1);
        if (status != COMITY_OK)
            return status;
    }
}

/* Behind a value between values only blanks may stand on its line. */
static bool is_alone(struct splitter *splitter, size_t size)
{
    char c = '\n';
    while (size <= splitter->run->limits->entry_bytes && look(splitter, size, &c) &&
           is_blank(c))
        size++;
    return size >= splitter->feed->size || c == '\n';
}

static comity_status measure(struct splitter *splitter, struct piece *piece)
{
    bool in_list = splitter->where != AT_VALUE;
    char first = feed_bytes(splitter->feed)[0];
    *piece = (struct piece){.size = 0};
    comity_status status = is_bracket(first) || first == '"' ? measure_value(splitter, piece)
                                                             : measure_word(splitter, piece);
    if (status != COMITY_OK || piece->is_long)
        return status;
    if (!piece->is_bad && (in_list || is_alone(splitter, piece->size)))
        return splitter->feed->status;
    size_t indent = in_list && splitter->leads_line ? (size_t)splitter->chars : 0;
    return measure_bad(splitter, indent, piece);
}

/* --- passing over what is too long to be held */

/* To a line that begins with a bracket, or to the end. */
static void skip_value(struct splitter *splitter)
{
    char c;
    while (look(splitter, 0, &c)) {
        struct feed *feed = splitter->feed;
        const char *line_end = memchr(feed_bytes(feed), '\n', feed->size);
        consume(splitter, line_end ? (size_t)(line_end - feed_bytes(feed)) + 1 : feed->size);
        if (line_end && look(splitter, 0, &c) && is_bracket(c))
            return;
    }
}

/* To the ',' or ']' behind an entry, by its brackets. */
static void skip_entry(struct splitter *splitter)
{
    uint64_t depth = 0;
    bool in_string = false, is_escaped = false;
    char c;
    while (look(splitter, 0, &c)) {
        size_t i = 0;
        const char *bytes = feed_bytes(splitter->feed);
        for (; i < splitter->feed->size; i++) {
            c = bytes[i];
            if (in_string) {
                in_string = is_escaped || c != '"';
                is_escaped = !is_escaped && c == '\\';
                continue;
            }
            in_string = c == '"';
            if (!depth && (c == ',' || c == ']' || c == '}'))
                break;
            depth += is_bracket(c);
            depth -= c == ']' || c == '}';
        }
        bool is_found = i < splitter->feed->size;
        consume(splitter, i);
        if (is_found)
            return;
    }
}

/* --- handing over */

static void locate(const struct splitter *splitter, struct item *item)
{
    item->value = splitter->value;
    item->offset = splitter->feed->offset;
    item->line = splitter->lines + 1;
    item->column = splitter->chars + 1;
}

static comity_status refuse(struct splitter *splitter, const char *code, const char *message)
{
    struct item item = {.outcome = ITEM_REFUSED, .code = code, .message = message};
    splitter->value++;
    locate(splitter, &item);
    return run_emit(splitter->run, &item);
}

/* In a plain input a value is no entry: nothing makes more of it than there is. */
static comity_status count(struct splitter *splitter)
{
    splitter->value++;
    return splitter->feed->is_plain ? COMITY_OK : run_count_entry(splitter->run);
}

static void hand_over_long(struct splitter *splitter)
{
    char message[FAULT_TEXT];
    snprintf(message, sizeof(message),
             "the value has more than %llu bytes; at most so many are allowed for one item",
             (unsigned long long)splitter->run->limits->entry_bytes);
    if (refuse(splitter, "limit.bytes", message) != COMITY_OK)
        return;
    if (splitter->where == AT_VALUE)
        skip_value(splitter);
    else
        skip_entry(splitter);
}

/* The document at the front of the window. */
static comity_status hand_over(struct splitter *splitter)
{
    struct piece piece;
    comity_status status = measure(splitter, &piece);
    if (status != COMITY_OK)
        return status;
    bool in_list = splitter->where != AT_VALUE;
    bool on_list_line = splitter->list_line == splitter->lines + 1;
    if (piece.is_long) {
        hand_over_long(splitter);
        splitter->where = in_list ? BEHIND_ENTRY : AT_VALUE;
        return stopped(splitter);
    }
    if (count(splitter) != COMITY_OK)
        return stopped(splitter);
    struct item item = {
        .outcome = ITEM_TAKEN, .bytes = feed_bytes(splitter->feed), .size = piece.size};
    locate(splitter, &item);
    run_emit(splitter->run, &item);
    consume(splitter, piece.size);
    splitter->leads_line = piece.is_bad;
    /* A list that has not left its line is a bad line among others; in one over several lines
     * the next line that begins as its entries do is the next entry. */
    if (piece.is_bad && splitter->feed->at_end && !splitter->feed->size)
        splitter->where = AT_END;
    else if (in_list && !piece.is_bad)
        splitter->where = BEHIND_ENTRY;
    else
        splitter->where = in_list && !on_list_line ? AT_ENTRY : AT_VALUE;
    return stopped(splitter);
}

/* --- lists */

static comity_status refuse_list_open(struct splitter *splitter)
{
    char message[FAULT_TEXT];
    snprintf(message, sizeof(message),
             "the text ends inside the list that opens in line %llu, column %llu",
             (unsigned long long)splitter->list_line,
             (unsigned long long)splitter->list_column);
    splitter->where = AT_END;
    return splitter->feed->status != COMITY_OK ? splitter->feed->status
                                               : refuse(splitter, "json.truncated", message);
}

static comity_status end_list(struct splitter *splitter)
{
    consume(splitter, 1);
    splitter->where = AT_VALUE;
    if (is_alone(splitter, 0) || splitter->feed->status != COMITY_OK)
        return splitter->feed->status;
    refuse(splitter, "json.trailing-text",
           "found more text behind the list; expected the end of the line");
    skip_value(splitter);
    return stopped(splitter);
}

/* Something else than ',' or ']' behind an entry. */
static comity_status miss_comma(struct splitter *splitter, char c, bool was_on_list_line)
{
    bool on_list_line = splitter->list_line == splitter->lines + 1;
    splitter->where = on_list_line ? AT_VALUE : AT_ENTRY;
    if (on_list_line || is_bracket(c))
        refuse(splitter, "json.syntax",
               "found something else behind an entry of a list; expected ',' or ']'");
    if (on_list_line)
        skip_value(splitter);
    else if (was_on_list_line && splitter->chars == 0 && is_bracket(c))
        splitter->where = AT_VALUE; /* a line that was not closed, and the next value */
    return stopped(splitter);
}

static comity_status between_entries(struct splitter *splitter, char c, bool was_on_list_line)
{
    if (c == ']' && splitter->where == AT_ENTRY)
        refuse(splitter, "json.syntax", "found ']' behind ','; expected an entry of the list");
    if (c == ']')
        return end_list(splitter);
    if (c != ',')
        return miss_comma(splitter, c, was_on_list_line);
    consume(splitter, 1);
    splitter->leads_line = false;
    splitter->where = AT_ENTRY;
    return COMITY_OK;
}

static comity_status step(struct splitter *splitter)
{
    bool was_on_list_line = splitter->list_line == splitter->lines + 1;
    bool is_end = !skip_space(splitter);
    if (stopped(splitter) != COMITY_OK)
        return stopped(splitter);
    if (splitter->feed->status != COMITY_OK)
        return splitter->feed->status;
    if (is_end && splitter->where != AT_VALUE)
        return refuse_list_open(splitter);
    if (is_end) {
        splitter->where = AT_END;
        return COMITY_OK;
    }
    char c = feed_bytes(splitter->feed)[0];
    if (splitter->where == BEHIND_ENTRY || (splitter->where != AT_VALUE && c == ']'))
        return between_entries(splitter, c, was_on_list_line);
    if (splitter->where != AT_VALUE || c != '[')
        return hand_over(splitter);
    splitter->list_line = splitter->lines + 1;
    splitter->list_column = splitter->chars + 1;
    consume(splitter, 1);
    splitter->leads_line = false;
    splitter->where = AT_FIRST;
    return COMITY_OK;
}

/* --- the whole */

/* White space and a mark of UTF-8 before the first value, all within the sniffed head. */
static size_t measure_lead(const struct feed *feed, size_t *mark)
{
    const char *bytes = feed_bytes(feed);
    *mark = feed->size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    size_t i = *mark;
    while (i < feed->size && (is_blank(bytes[i]) || bytes[i] == '\n'))
        i++;
    return i;
}

/* Whether nothing but white space stands around the value at the front of the window; then the
 * window goes to the end. */
static bool is_single(struct splitter *splitter, size_t lead)
{
    uint64_t most = splitter->run->limits->entry_bytes;
    struct piece piece;
    if (feed_bytes(splitter->feed)[0] != '{' || measure(splitter, &piece) != COMITY_OK ||
        piece.is_long)
        return false;
    char c;
    size_t size = piece.size;
    while (size + lead <= most && look(splitter, size, &c) && (is_blank(c) || c == '\n'))
        size++;
    return size + lead <= most && size == splitter->feed->size &&
           splitter->feed->status == COMITY_OK;
}

comity_status items_take_json(struct run *run, struct feed *feed)
{
    struct splitter splitter = {.run = run, .feed = feed, .leads_line = true};
    size_t mark = 0, lead = measure_lead(feed, &mark);
    feed_consume(feed, lead);
    feed->kept = lead;
    if (is_single(&splitter, lead)) {
        struct item item = {
            .outcome = ITEM_TAKEN, .bytes = feed_bytes(feed) - lead, .size = feed->size + lead};
        return run_emit(run, &item);
    }
    const char *before = feed_bytes(feed) - lead;
    for (size_t i = mark; i < lead; i++) {
        splitter.chars = before[i] == '\n' ? 0 : splitter.chars + 1;
        splitter.lines += before[i] == '\n';
    }
    feed->kept = 0;
    comity_status status = feed->status;
    while (status == COMITY_OK && splitter.where != AT_END)
        status = step(&splitter);
    if (status == COMITY_OK && !splitter.value)
        return run_refuse(run, ITEM_SKIPPED, "archive.empty", "found a list with no documents");
    return status;
}
