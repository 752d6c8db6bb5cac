/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The whole record as an attachment of a document that cannot say all of it: nothing is lost on
 * the way to a format with few fields, and a reader of ours has it again.  What the document
 * itself says always stands above what it carries. */
#include "mapping/carrier.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdio.h>

#define MEDIA_TYPE "application/json"

/* --- writing */

static bool is_about_record(const struct value *value)
{
    return value->field == F_document_provenance || value->field == F_document_schema;
}

static bool is_kept_value(const struct kept *kept)
{
    return kept->node || (kept->key_len && kept->key[0] == '/');
}

static bool is_unsaid(const struct record *record, const struct value *group)
{
    for (const struct kept *kept = group->kept; kept; kept = kept->next)
        if (!(kept->flags & VALUE_ASKED) && is_kept_value(kept))
            return true;
    for (const struct value *v = group->first; v; v = v->next) {
        bool is_leaf = v->form != VALUE_GROUP || (!v->first && !v->kept);
        if (is_about_record(v) || (v->field == F_document_combined && v->form == VALUE_GROUP &&
                                   record_is_said(record, v)))
            continue;
        if (is_leaf ? !(v->flags & VALUE_ASKED)
                    : v->form == VALUE_GROUP && is_unsaid(record, v))
            return true;
    }
    return false;
}

bool carrier_is_needed(const struct record *record)
{
    return is_unsaid(record, record->root);
}

static void put_hex(char *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15u];
    }
}

static void digest_of(const char *bytes, size_t size, char hex[2 * SHA256_DIGEST_SIZE])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, size, (const uint8_t *)bytes);
    sha256_digest(&hash, sizeof digest, digest);
    put_hex(hex, digest, sizeof digest);
}

static bool fill(struct record *record, struct value *into, const struct value *from,
                 const char *without);

/* The canonical JSON, without what is about the record and what is kept for the format itself:
 * so it is the same when the document was read again. */
static comity_status put_record(const struct record *record, const char *format,
                                struct buffer *json)
{
    struct record copy;
    comity_status status = record_init(&copy, record->arena, NULL);
    if (status == COMITY_OK && !fill(&copy, copy.root, record->root, format))
        status = COMITY_E_NOMEM;
    if (status == COMITY_OK)
        convention_write_json(&copy, json);
    return status == COMITY_OK ? buffer_status(json) : status;
}

comity_status carrier_attach(struct record *record, const char *format)
{
    struct buffer json;
    buffer_init(&json, 0);
    comity_status status = put_record(record, format, &json);
    size_t size = BASE64_ENCODE_RAW_LENGTH(json.size);
    char *content = status == COMITY_OK ? arena_alloc(record->arena, size + 1) : NULL,
         *hex = arena_alloc(record->arena, 2 * SHA256_DIGEST_SIZE),
         *length = arena_alloc(record->arena, 24);
    struct value *group = content && hex && length
                              ? value_add(record, record->root, F_document_attachments)
                              : NULL;
    if (group) {
        base64_encode_raw(content, json.size, (const uint8_t *)json.bytes);
        digest_of(json.bytes, json.size, hex);
        size_t digits = (size_t)snprintf(length, 24, "%zu", json.size);
        if (!value_add_text(record, group, F_attachment_name, CARRIER_NAME,
                            sizeof CARRIER_NAME - 1, 0) ||
            !value_add_text(record, group, F_attachment_media_type, MEDIA_TYPE,
                            sizeof MEDIA_TYPE - 1, 0) ||
            !value_add_text(record, group, F_attachment_sha256, hex, 2 * SHA256_DIGEST_SIZE,
                            0) ||
            !value_add_text(record, group, F_attachment_size, length, digits, 0) ||
            !value_add_text(record, group, F_attachment_content, content, size, 0))
            group = NULL;
    }
    buffer_free(&json);
    return group ? COMITY_OK : status != COMITY_OK ? status : COMITY_E_NOMEM;
}

static void ask_all(struct value *group)
{
    for (struct value *v = group->first; v; v = v->next) {
        v->flags |= VALUE_ASKED;
        if (v->form == VALUE_GROUP)
            ask_all(v);
    }
}

void carrier_detach(struct record *record)
{
    struct value *found = carrier_find(record);
    if (found) { /* what it says of itself is no value of the document */
        ask_all(found);
        value_remove(found);
    }
}

/* --- reading */

struct value *carrier_find(const struct record *record)
{
    struct value *group = value_child(record->root, F_document_attachments);
    for (; group; group = value_next(group)) {
        const struct value *name =
            group->form == VALUE_GROUP ? value_child(group, F_attachment_name) : NULL;
        if (name && value_is(name, CARRIER_NAME, sizeof CARRIER_NAME - 1) &&
            value_child(group, F_attachment_content))
            return group;
    }
    return NULL;
}

static size_t count_values(const struct value *value)
{
    size_t count = 0;
    for (; value; value = value_next(value))
        count++;
    return count;
}

/* A value that the document does not state. */
static bool copy(struct record *record, struct value *into, const struct value *from,
                 const char *without)
{
    struct value *made = value_add(record, into, from->field);
    if (!made)
        return false;
    made->form = from->form;
    if (from->form == VALUE_TEXT) {
        made->text = from->text;
        made->len = from->len;
    }
    return from->form != VALUE_GROUP || fill(record, made, from, without);
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

/* One field of a group: all of it where the document has none of it; groups side by side where
 * there are as many of them. */
static bool fill_field(struct record *record, struct value *into, const struct value *first,
                       const char *without)
{
    struct value *there = value_child(into, first->field);
    bool is_pair = there && there->form == VALUE_GROUP && first->form == VALUE_GROUP &&
                   count_values(there) == count_values(first);
    bool is_missing = !there;
    take_date(there, first);
    for (const struct value *v = first; v; v = value_next(v)) {
        if (is_missing ? !copy(record, into, v, without)
                       : is_pair && !fill(record, there, v, without))
            return false;
        there = is_pair ? value_next(there) : there;
    }
    return true;
}

/* `without`: a format whose kept pieces stay behind; NULL: none. */
static bool fill(struct record *record, struct value *into, const struct value *from,
                 const char *without)
{
    for (const struct kept *k = from->kept; k; k = k->next)
        if ((!without || strcmp(k->format, without) != 0) &&
            !value_kept(into, k->format, k->key, k->key_len) &&
            !value_keep(record, into, k->format, k->key, k->key_len, k->json, k->json_len, 0))
            return false;
    for (const struct value *v = from->first; v;) {
        const struct value *next = v->next;
        while (next && next->field == v->field)
            next = next->next;
        if (!is_about_record(v) && !fill_field(record, into, v, without))
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

/* The bytes of the attachment, in the arena; NULL where they are not what they should be. */
static const char *carried_bytes(const struct record *record, struct findings *findings,
                                 const struct value *group, size_t *size)
{
    const struct value *content = value_child(group, F_attachment_content),
                       *sha256 = value_child(group, F_attachment_sha256);
    struct base64_decode_ctx context;
    char hex[2 * SHA256_DIGEST_SIZE];
    *size = BASE64_DECODE_LENGTH(content->len);
    uint8_t *bytes = arena_alloc(record->arena, *size + 1);
    base64_decode_init(&context);
    if (!bytes || !base64_decode_update(&context, size, bytes, content->len, content->text) ||
        !base64_decode_final(&context)) {
        refuse(record, findings, content, "the carried record is not base64");
        return NULL;
    }
    digest_of((const char *)bytes, *size, hex);
    if (sha256 && !value_is(sha256, hex, sizeof hex)) {
        refuse(record, findings, content, "the carried record has another digest than it says");
        return NULL;
    }
    return (const char *)bytes;
}

comity_status carrier_take(struct record *record, struct findings *findings)
{
    struct value *group = carrier_find(record);
    struct tree tree;
    struct record carried;
    struct findings silent = {0};
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t size, used = 0;
    const char *bytes = group ? carried_bytes(record, findings, group, &size) : NULL;
    if (!bytes)
        return COMITY_OK;
    while (size && memchr(" \t\r\n", bytes[size - 1], 4))
        size--;
    tree_init(&tree, record->arena);
    comity_status status = json_read(&tree, bytes, size, true, &limits, &used, &error);
    if (status == COMITY_OK)
        status = record_init(&carried, record->arena, &tree);
    if (status == COMITY_OK)
        status = convention_read(&carried, &tree, false, &silent);
    if (status == COMITY_OK) {
        value_remove(group);
        status = fill(record, record->root, carried.root, NULL) ? COMITY_OK : COMITY_E_NOMEM;
    } else if (status != COMITY_E_NOMEM) {
        refuse(record, findings, value_child(group, F_attachment_content),
               "the carried record is no canonical document");
        status = COMITY_OK;
    }
    tree_free(&tree);
    return status;
}
