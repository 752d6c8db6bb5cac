/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The whole record as an attachment of a document that cannot say all of it: nothing is lost on
 * the way to a format with few fields, and a reader of ours has it again.  What the document
 * itself says always stands above what it carries. */
#include "mapping/carrier.h"

#include "base/encoding.h"
#include "base/map.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>

#define MEDIA_TYPE "application/json"

static bool begins_with(const struct kept *kept, const char *prefix)
{
    size_t len = strlen(prefix);
    return kept->key_len > len && memcmp(kept->key, prefix, len) == 0;
}

/* Notes how the format has written a value that it cannot say as it is. */
static bool is_written(const struct kept *kept)
{
    return begins_with(kept, KEPT_WRITTEN);
}

/* The same, or what the format has made of its own accord. */
static bool is_of_value(const struct kept *kept)
{
    return is_written(kept) || begins_with(kept, KEPT_MADE);
}

/* The same, or where the entries of a list stand. */
static bool is_note(const struct kept *kept)
{
    return is_of_value(kept) || begins_with(kept, KEPT_PLACES);
}

/* --- writing */

static bool is_about_record(const struct value *value)
{
    return value->field == F_document_provenance || value->field == F_document_schema;
}

static bool is_unsaid(const struct record *record, const struct value *group,
                      const char *format)
{
    for (const struct kept *kept = group->kept; kept; kept = kept->next)
        if (strcmp(kept->format, format) == 0
                ? is_written(kept)
                : !(kept->flags & VALUE_ASKED) && kept_is_value(kept))
            return true;
    for (const struct value *v = group->first; v; v = v->next) {
        bool is_leaf = v->form != VALUE_GROUP || (!v->first && !v->kept);
        if (is_about_record(v) || (v->field == F_document_combined && v->form == VALUE_GROUP &&
                                   record_is_said(record, v)))
            continue;
        if (is_leaf ? !(v->flags & VALUE_ASKED)
                    : v->form == VALUE_GROUP && is_unsaid(record, v, format))
            return true;
    }
    return false;
}

bool carrier_is_needed(const struct record *record, const char *format)
{
    return is_unsaid(record, record->root, format);
}

/* How a record is filled from another. */
struct filling {
    struct record *record;
    const char *without;       /* a format whose kept pieces stay behind; NULL: none */
    struct findings *findings; /* told where an original takes the place; or NULL */
};

static bool fill(const struct filling *f, struct value *into, struct value *from);

/* The canonical JSON, without what is about the record and what is kept for the format itself:
 * so it is the same when the document was read again. */
static comity_status put_record(const struct record *record, const char *format,
                                struct buffer *json)
{
    struct record copy;
    comity_status status = record_init(&copy, record->arena, NULL);
    if (status == COMITY_OK &&
        !fill(&(struct filling){.record = &copy, .without = format}, copy.root, record->root))
        status = COMITY_E_NOMEM;
    if (status == COMITY_OK)
        convention_write_json(&copy, json);
    return status == COMITY_OK ? buffer_status(json) : status;
}

comity_status carrier_attach(struct record *record, const char *format, struct value **attached)
{
    struct buffer json;
    buffer_init(&json, 0);
    comity_status status = put_record(record, format, &json);
    size_t size = 0;
    const char *content = status == COMITY_OK
                              ? encoding_to_base64(record->arena, json.bytes, json.size, &size)
                              : NULL;
    char *hex = arena_alloc(record->arena, SHA256_HEX_SIZE),
         *length = arena_alloc(record->arena, 24);
    struct value *empty = value_child(record->root, F_document_attachments);
    if (empty && empty->form == VALUE_EMPTY_LIST)
        value_remove(empty); /* said by what goes along */
    struct value *group = content && hex && length
                              ? value_add(record, record->root, F_document_attachments)
                              : NULL;
    if (group) {
        encoding_sha256(json.bytes, json.size, hex);
        size_t digits = (size_t)snprintf(length, 24, "%zu", json.size);
        if (!value_add_text(record, group, F_attachment_name, CARRIER_NAME,
                            sizeof CARRIER_NAME - 1, 0) ||
            !value_add_text(record, group, F_attachment_media_type, MEDIA_TYPE,
                            sizeof MEDIA_TYPE - 1, 0) ||
            !value_add_text(record, group, F_attachment_sha256, hex, SHA256_HEX_SIZE, 0) ||
            !value_add_text(record, group, F_attachment_size, length, digits, 0) ||
            !value_add_text(record, group, F_attachment_content, content, size, 0))
            group = NULL;
    }
    buffer_free(&json);
    *attached = group;
    return group ? COMITY_OK : status != COMITY_OK ? status : COMITY_E_NOMEM;
}

void carrier_forget_notes(struct record *record, const char *format)
{
    value_drop_kept(record->root, is_note, format);
}

static void ask_all(struct value *group)
{
    for (struct value *v = group->first; v; v = v->next) {
        v->flags |= VALUE_ASKED;
        if (v->form == VALUE_GROUP)
            ask_all(v);
    }
}

bool carrier_detach(struct value *attached)
{
    bool is_written = value_child(attached, F_attachment_content)->flags & VALUE_ASKED;
    ask_all(attached); /* what it says of itself is no value of the document */
    value_remove(attached);
    return is_written;
}

/* --- reading */

/* True of an attachment that has the name of ours. */
static bool is_candidate(const struct value *group)
{
    const struct value *name =
        group->form == VALUE_GROUP ? value_child(group, F_attachment_name) : NULL;
    return name && value_is(name, CARRIER_NAME, sizeof CARRIER_NAME - 1) &&
           value_child(group, F_attachment_content);
}

static size_t count_values(const struct value *value)
{
    size_t count = 0;
    for (; value; value = value_next(value))
        count++;
    return count;
}

/* A value that the document does not state; NULL: no memory. */
static struct value *copy(const struct filling *f, struct value *into, struct value *from)
{
    struct value *made = value_add(f->record, into, from->field);
    if (!made)
        return NULL;
    made->form = from->form;
    if (from->form == VALUE_TEXT) {
        made->text = from->text;
        made->len = from->len;
    }
    return from->form != VALUE_GROUP || fill(f, made, from) ? made : NULL;
}

/* A date that the format could only say as a time is a date again. */
static void take_date(struct value *there, const struct value *carried)
{
    static const char midnight[] = "T00:00:00Z";
    if (there && there->form == VALUE_TEXT && carried->form == VALUE_TEXT &&
        there->len == carried->len + sizeof midnight - 1 &&
        memcmp(there->text, carried->text, carried->len) == 0 &&
        memcmp(there->text + carried->len, midnight, sizeof midnight - 1) == 0)
        there->len = carried->len;
}

/* Entries that the document has in another order, or of which it has not all: each is filled
 * from its own, and they stand as in the record that goes along. */
static bool fill_places(const struct filling *f, struct value *into, struct value *first,
                        struct value **places)
{
    size_t count = 0;
    for (struct value *v = first; v; v = value_next(v), count++) {
        if (places[count] ? !fill(f, places[count], v) : !(places[count] = copy(f, into, v)))
            return false;
    }
    value_arrange(into, places, count);
    return true;
}

/* One field of a group: all of it where the document has none of it; groups side by side where
 * there are as many of them. */
static bool fill_field(const struct filling *f, struct value *into, struct value *first)
{
    struct value *there = value_child(into, first->field);
    bool is_pair = there && there->form == VALUE_GROUP && first->form == VALUE_GROUP &&
                   count_values(there) == count_values(first);
    bool is_missing = !there;
    struct value **places = there && there->form == VALUE_GROUP && first->form == VALUE_GROUP
                                ? carrier_places(f->record->arena, first, there)
                                : NULL;
    if (places)
        return fill_places(f, into, first, places);
    take_date(there, first);
    for (struct value *v = first; v; v = value_next(v)) {
        if (is_missing ? !copy(f, into, v) : is_pair && !fill(f, there, v))
            return false;
        there = is_pair ? value_next(there) : there;
    }
    return true;
}

/* The value that a note of a group speaks of; NULL: it is not there. */
static struct value *noted_value(const struct record *record, struct value *group,
                                 const struct kept *note)
{
    struct record part = {.arena = record->arena, .root = group};
    struct value *found = NULL;
    const char *error, *path = (const char *)memchr(note->key, ':', note->key_len) + 1;
    size_t len = (size_t)(note->key + note->key_len - path);
    if (record_path(&part, path, len, PATH_FIND, &found, &error) != COMITY_OK)
        return NULL;
    return found && found->form == VALUE_TEXT ? found : NULL;
}

/* Takes a value away, and the groups below `top` that it leaves empty. */
static void take_away(struct value *value, const struct value *top)
{
    struct value *group = value->parent;
    value_remove(value);
    while (group != top && !group->first && !group->kept) {
        struct value *up = group->parent;
        value_remove(group);
        group = up;
    }
}

/* The document says one thing to all, and another to a reader of ours: that must be known. */
static void tell_original(const struct filling *f, const struct value *there,
                          const struct value *carried)
{
    char message[400];
    if (!f->findings)
        return;
    snprintf(message, sizeof message,
             carried ? "the document says '%.*s' for '%.*s' of the record that goes along"
                     : "the document says '%.*s', which its writer has made up%.*s",
             clip(there->text, there->len, 100), there->text,
             carried ? clip(carried->text, carried->len, 100) : 0,
             carried ? carried->text : "");
    record_report(f->record, f->findings, there, COMITY_NOTE, "model.original",
                  "who reads the document without this program sees the first", message);
}

/* Puts the original in the place of what the format could write of it, if that stands there;
 * false where memory is short. */
static bool take_original(const struct filling *f, struct value *into, struct value *from,
                          const struct kept *note)
{
    struct value *there = noted_value(f->record, into, note);
    const struct value *carried = noted_value(f->record, from, note);
    struct buffer json;
    if (!there)
        return true;
    buffer_init(&json, 0);
    json_put_string(&json, there->text, there->len);
    bool is_good = buffer_status(&json) == COMITY_OK;
    bool is_so = is_good && json.size == note->json_len &&
                 memcmp(json.bytes, note->json, json.size) == 0;
    buffer_free(&json);
    if (is_so)
        tell_original(f, there, carried);
    if (is_so && carried) {
        there->text = carried->text;
        there->len = carried->len;
    } else if (is_so) {
        take_away(there, into);
    }
    return is_good;
}

/* One name for format and key of a piece, in the arena; NULL: no memory. */
static const char *whole_key(const struct filling *f, const struct kept *kept, size_t *len)
{
    size_t format = strlen(kept->format) + 1;
    char *name = arena_alloc(f->record->arena, format + kept->key_len);
    if (!name)
        return NULL;
    memcpy(name, kept->format, format);
    memcpy(name + format, kept->key, kept->key_len);
    *len = format + kept->key_len;
    return name;
}

/* What is kept in a group goes along to the other, unless it has a piece of that name. */
static bool fill_kept(const struct filling *f, struct value *into, const struct value *from)
{
    struct map own = {.arena = f->record->arena};
    size_t len;
    const char *name;
    for (struct kept *k = from->kept ? into->kept : NULL; k; k = k->next) {
        void **slot = (name = whole_key(f, k, &len)) ? map_add(&own, name, len) : NULL;
        if (!slot)
            return false;
        *slot = k;
    }
    for (const struct kept *k = from->kept; k; k = k->next) {
        if (f->without ? strcmp(k->format, f->without) == 0 && !is_note(k) : is_note(k))
            continue;
        if (own.count && !(name = whole_key(f, k, &len)))
            return false;
        if ((!own.count || !map_find(&own, name, len)) &&
            !value_keep(f->record, into, k->format, k->key, k->key_len, k->json, k->json_len,
                        0))
            return false;
    }
    return true;
}

static bool fill(const struct filling *f, struct value *into, struct value *from)
{
    if (!fill_kept(f, into, from))
        return false;
    for (const struct kept *k = f->without ? NULL : from->kept; k; k = k->next)
        if (is_of_value(k) && !take_original(f, into, from, k))
            return false;
    for (struct value *v = from->first; v;) {
        struct value *next = v->next;
        while (next && next->field == v->field)
            next = next->next;
        if (!is_about_record(v) && !fill_field(f, into, v))
            return false;
        v = next;
    }
    return true;
}

static void refuse(const struct record *record, struct findings *findings,
                   const struct value *content, const char *message)
{
    record_report(record, findings, content, COMITY_WARNING, "model.carried",
                  "what the document itself says is read; the attachment stays", message);
}

/* True where a field of the attachment says what it should, or nothing. */
static bool is_as_said(const struct value *group, uint16_t field, const char *text, size_t len)
{
    const struct value *value = value_child(group, field);
    return !value || value_is(value, text, len);
}

/* The bytes of the attachment, in the arena; COMITY_E_INVALID where they are not what they
 * should be. */
static comity_status carried_bytes(const struct record *record, struct findings *findings,
                                   const struct value *group, const char **bytes, size_t *size)
{
    const struct value *content = value_child(group, F_attachment_content);
    char hex[SHA256_HEX_SIZE], length[24], message[80];
    comity_status status =
        content->form == VALUE_TEXT
            ? encoding_from_base64(record->arena, content->text, content->len, bytes, size)
            : COMITY_E_INVALID;
    if (status == COMITY_E_INVALID)
        refuse(record, findings, content, "the carried record is not base64");
    if (status != COMITY_OK)
        return status;
    encoding_sha256(*bytes, *size, hex);
    size_t digits = (size_t)snprintf(length, sizeof length, "%zu", *size);
    const char *other =
        !is_as_said(group, F_attachment_sha256, hex, sizeof hex) ? "digest"
        : !is_as_said(group, F_attachment_size, length, digits)  ? "size"
        : !is_as_said(group, F_attachment_media_type, MEDIA_TYPE, sizeof MEDIA_TYPE - 1)
            ? "media type"
            : NULL;
    if (!other)
        return COMITY_OK;
    snprintf(message, sizeof message, "the carried record has another %s than it says", other);
    refuse(record, findings, content, message);
    return COMITY_E_INVALID;
}

/* Fills the record from one attachment; COMITY_E_INVALID where it is not what it says. */
static comity_status take_one(struct record *record, struct findings *findings,
                              struct value *group)
{
    struct tree tree;
    struct record carried;
    struct findings silent = {0};
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t size, used = 0;
    const char *bytes;
    comity_status status = carried_bytes(record, findings, group, &bytes, &size);
    if (status != COMITY_OK)
        return status;
    while (size && memchr(" \t\r\n", bytes[size - 1], 4))
        size--;
    tree_init(&tree, record->arena);
    status = json_read(&tree, bytes, size, true, &limits, &used, &error);
    if (status == COMITY_OK)
        status = record_init(&carried, record->arena, &tree);
    if (status == COMITY_OK)
        status = convention_read(&carried, &tree, false, &silent);
    if (status == COMITY_OK) {
        value_remove(group);
        status = fill(&(struct filling){.record = record, .findings = findings}, record->root,
                      carried.root)
                     ? COMITY_OK
                     : COMITY_E_NOMEM;
    } else if (status != COMITY_E_NOMEM) {
        refuse(record, findings, value_child(group, F_attachment_content),
               "the carried record is no canonical document");
        status = COMITY_E_INVALID;
    }
    tree_free(&tree);
    return status;
}

comity_status carrier_take(struct record *record, struct findings *findings, bool trace)
{
    /* Ours is the last of its name: another may have been there before. */
    struct value *group = value_child(record->root, F_document_attachments), *ours = NULL;
    for (; group; group = value_next(group))
        if (is_candidate(group))
            ours = group;
    comity_status status = ours ? take_one(record, findings, ours) : COMITY_OK;
    if (ours && status == COMITY_OK && trace)
        record_report(
            record, findings, ours, COMITY_NOTE, "model.carried", NULL,
            "the record that goes along here is read; what else is said of it is made "
            "anew where it is written");
    return status == COMITY_E_INVALID ? COMITY_OK : status;
}
