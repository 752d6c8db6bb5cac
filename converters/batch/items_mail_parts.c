/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of one message, by GMime: attachments, decoded, and where there are none the text.
 * Knows nothing of mailboxes. */
#include "batch/items_mail.h"

#include <gmime/gmime.h>
#include <stdio.h>

/* One message on the way down. */
struct letter {
    struct run *run;
    uint32_t depth;
    unsigned part; /* the number of the last part that is no container */
    bool has_attachment, has_text;
};

static comity_status take_letter(struct run *run, GMimeMessage *message, uint32_t depth);

/* --- what a part is */

static const char *name_of(GMimeObject *object)
{
    const char *name = g_mime_object_get_content_disposition_parameter(object, "filename");
    return name && *name ? name : g_mime_object_get_content_type_parameter(object, "name");
}

/* The text of a letter is what has no name and is not said to be attached. */
static bool is_text(GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    const char *disposition = g_mime_object_get_disposition(object);
    const char *name = name_of(object);
    return GMIME_IS_PART(object) && !(name && *name) &&
           !(disposition && g_ascii_strcasecmp(disposition, "attachment") == 0) &&
           (!type || g_mime_content_type_is_type(type, "text", "plain") ||
            g_mime_content_type_is_type(type, "text", "html"));
}

/* GMime itself goes no deeper than a fixed level, so that this does not either. */
static bool has_attachment(GMimeObject *object)
{
    if (!GMIME_IS_MULTIPART(object))
        return object && !is_text(object);
    int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    for (int i = 0; i < count; i++)
        if (has_attachment(g_mime_multipart_get_part(GMIME_MULTIPART(object), i)))
            return true;
    return false;
}

/* --- the bytes of a part */

static comity_status pull_part(struct feed *feed, char *space, size_t room, size_t *got)
{
    GMimeStream *stream = feed->from;
    ssize_t count;
    do
        count = g_mime_stream_read(stream, space, room);
    while (count == 0 && !g_mime_stream_eos(stream));
    if (count < 0) {
        feed->fault =
            (struct fault){.code = "archive.damaged", .message = "the part cannot be decoded"};
        return COMITY_E_CORRUPT;
    }
    *got = (size_t)count;
    return run_count_unpacked(feed->run, *got);
}

static comity_status take_content(struct letter *letter, GMimePart *part)
{
    struct run *run = letter->run;
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *raw = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    if (!raw)
        return run_refuse(run, ITEM_SKIPPED, "archive.empty", "found no bytes in the part");
    g_mime_stream_reset(raw);
    GMimeStream *stream = g_mime_stream_filter_new(raw);
    GMimeFilter *filter =
        g_mime_filter_basic_new(g_mime_data_wrapper_get_encoding(content), FALSE);
    g_mime_stream_filter_add(GMIME_STREAM_FILTER(stream), filter);
    struct feed feed;
    feed_init(&feed, run, pull_part, stream);
    items_take(run, &feed, letter->depth + 1);
    feed_free(&feed);
    g_object_unref(filter);
    g_object_unref(stream);
    return run->stopped;
}

/* --- parts */

static size_t push_name(struct letter *letter, GMimeObject *object)
{
    const char *name = name_of(object);
    struct fault fault = {.at = 0};
    char number[24];
    letter->part++;
    if (name && *name && label_fits(letter->run->limits, name, strlen(name), &fault))
        return label_push(letter->run, name, strlen(name));
    int len = snprintf(number, sizeof(number), "part-%u", letter->part);
    return label_push(letter->run, number, (size_t)len);
}

static comity_status take_inner_letter(struct letter *letter, GMimeMessagePart *part)
{
    struct run *run = letter->run;
    if (letter->depth + 1 > run->limits->depth)
        return run_refuse(run, ITEM_REFUSED, "limit.nesting",
                          "found a message inside %lu others; at most %lu may stand around it",
                          (unsigned long)letter->depth + 1, (unsigned long)run->limits->depth);
    GMimeMessage *inner = g_mime_message_part_get_message(part);
    return take_letter(run, inner, letter->depth + 1);
}

static comity_status take_leaf(struct letter *letter, GMimeObject *object)
{
    struct run *run = letter->run;
    size_t mark = push_name(letter, object);
    if (run_count_entry(run) != COMITY_OK) {
        label_pop(run, mark);
        return run->stopped;
    }
    if (GMIME_IS_MESSAGE_PART(object)) {
        take_inner_letter(letter, GMIME_MESSAGE_PART(object));
    } else if (!GMIME_IS_PART(object)) {
        run_refuse(run, ITEM_REFUSED, "archive.damaged", "found a part that holds nothing");
    } else if (is_text(object) && (letter->has_attachment || letter->has_text)) {
        run_refuse(run, ITEM_SKIPPED, "archive.body",
                   letter->has_attachment ? "found the text beside attachments"
                                          : "found the text once more in another form");
    } else {
        letter->has_text = letter->has_text || is_text(object);
        take_content(letter, GMIME_PART(object));
    }
    label_pop(run, mark);
    return run->stopped;
}

static comity_status take_object(struct letter *letter, GMimeObject *object)
{
    if (!GMIME_IS_MULTIPART(object))
        return take_leaf(letter, object);
    int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    if (!count)
        return run_refuse(letter->run, ITEM_REFUSED, "archive.damaged",
                          "found a message whose parts are missing");
    for (int i = 0; i < count && letter->run->stopped == COMITY_OK; i++)
        take_object(letter, g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
    return letter->run->stopped;
}

static comity_status take_letter(struct run *run, GMimeMessage *message, uint32_t depth)
{
    GMimeObject *top = message ? g_mime_message_get_mime_part(message) : NULL;
    if (!top)
        return run_refuse(run, ITEM_REFUSED, "archive.damaged",
                          "found no message; expected headers and a body");
    struct letter letter = {.run = run, .depth = depth, .has_attachment = has_attachment(top)};
    return take_object(&letter, top);
}

comity_status mail_take_message(struct run *run, const char *bytes, size_t size, uint32_t depth)
{
    /* Lent, and only read: parts of the message refer to it. */
    GByteArray lent = {.data = (guint8 *)(uintptr_t)bytes, .len = (guint)size};
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(&lent);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    take_letter(run, message, depth);
    if (message)
        g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    return run->stopped;
}
