/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a format needs and the document does not have: keys, UUIDs, the time.  The same document
 * is always given the same keys and UUIDs; UUIDs and times are told. */
#include "mapping/writer.h"
#include "syntax/json.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* --- keys */

static bool is_taken(struct writing *w, const struct member *list, struct value *group,
                     const char *key, size_t len);

/* The key that the group has in the source; false where it has none. */
static bool kept_key(struct writing *w, const struct member *list, struct value *group,
                     struct scalar *key)
{
    struct buffer name;
    bool found = false;
    buffer_init(&name, 0);
    buffer_format(&name, "/%s", list->key_at);
    for (struct kept *k = group->kept; k && !found && buffer_status(&name) == COMITY_OK;
         k = k->next)
        found = strcmp(k->format, w->t->id) == 0 && k->key_len == name.size &&
                memcmp(k->key, name.bytes, name.size) == 0 && out_kept_scalar(w, k, key);
    buffer_free(&name);
    return found;
}

/* Its number in the list, behind the prefix; with "_" where another has that already. */
static void made_key(struct writing *w, const struct member *list, const struct row *row,
                     struct value *group, struct buffer *text)
{
    buffer_format(text, "%s%u", row->prefix ? row->prefix : "", (unsigned)group->position + 1);
    while (buffer_status(text) == COMITY_OK &&
           is_taken(w, list, group, text->bytes, text->size))
        buffer_char(text, '_');
}

static bool is_taken(struct writing *w, const struct member *list, struct value *group,
                     const char *key, size_t len)
{
    struct scalar other;
    for (struct value *v = value_child(group->parent, group->field); v; v = value_next(v))
        if (v != group && v->form == VALUE_GROUP && kept_key(w, list, v, &other) &&
            other.len == len && memcmp(other.text, key, len) == 0)
            return true;
    return false;
}

/* The row that makes the key of a list, which stands at `key_at`. */
static const struct row *key_row(const struct member *parent, const char *at)
{
    size_t len = strcspn(at, "/");
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = &parent->members[i];
        if (member->name_len == len && memcmp(member->name, at, len) == 0)
            return at[len] ? key_row(member, at + len + 1) : member->row;
    }
    return NULL;
}

static bool put_key(struct writing *w, struct value *group, struct buffer *text)
{
    for (size_t i = 0; i < w->t->keyed_count; i++) {
        const struct member *list = w->t->keyed[i];
        const struct row *row = key_row(list, list->key_at);
        struct scalar key;
        if (list->row->target.field != group->field || !row)
            continue;
        if (kept_key(w, list, group, &key))
            buffer_add(text, key.text, key.len);
        else
            made_key(w, list, row, group, text);
        return true;
    }
    return false;
}

/* --- UUIDs */

static void hash_values(struct sha1_ctx *hash, const struct value *group)
{
    for (const struct value *v = group->first; v; v = v->next) {
        if (v->field == F_document_provenance)
            continue; /* the same request by another way has the same UUIDs */
        sha1_update(hash, fields[v->field].name_len, (const uint8_t *)fields[v->field].name);
        if (v->form == VALUE_TEXT)
            sha1_update(hash, v->len, (const uint8_t *)v->text);
        else if (v->form == VALUE_GROUP)
            hash_values(hash, v);
        sha1_update(hash, 1, (const uint8_t *)"");
    }
}

/* RFC 9562, version 5: of what the document says, and of what it is made for. */
static void put_uuid(struct writing *w, const struct row *row, const struct value *group,
                     struct buffer *text)
{
    uint8_t id[SHA1_DIGEST_SIZE];
    struct sha1_ctx hash;
    struct buffer path;
    buffer_init(&path, 4096);
    if (group->parent)
        value_path(group, &path);
    sha1_init(&hash);
    hash_values(&hash, w->record->root);
    sha1_update(&hash, path.size, (const uint8_t *)(path.bytes ? path.bytes : ""));
    sha1_update(&hash, strlen(row->at), (const uint8_t *)row->at);
    sha1_digest(&hash, sizeof id, id);
    buffer_free(&path);
    id[6] = (uint8_t)((id[6] & 0x0Fu) | 0x50u);
    id[8] = (uint8_t)((id[8] & 0x3Fu) | 0x80u);
    for (size_t i = 0; i < 16; i++)
        buffer_format(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
}

/* --- the time */

static void put_time(uint8_t made, struct buffer *text)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH"); /* for output that can be made again */
    time_t now = epoch && *epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm parts;
    char written[40];
    if (!gmtime_r(&now, &parts))
        return;
    size_t len = strftime(written, sizeof written,
                          made == MADE_DATE     ? "%Y-%m-%d"
                          : made == MADE_MICROS ? "%Y-%m-%dT%H:%M:%S.000000Z"
                                                : "%Y-%m-%dT%H:%M:%SZ",
                          &parts);
    buffer_add(text, written, len);
}

static void tell(struct writing *w, const struct row *row, const struct buffer *text)
{
    char message[300];
    const char *source = w->findings->format;
    snprintf(message, sizeof message, "%s needs %s, which the document does not state: '%.*s'",
             w->t->id, row->at, (int)(text->size < 80 ? text->size : 80), text->bytes);
    w->findings->format = w->t->id;
    record_report_at(w->record, w->findings, w->record->root->node, COMITY_NOTE, "model.made",
                     *row->field_path ? row->field_path : NULL,
                     "state it in the document if it must be another", message);
    w->findings->format = source;
}

bool out_made(struct writing *w, const struct row *row, struct out_frame *frame,
              struct buffer *text)
{
    switch (row->made) {
    case MADE_KEY:
    case MADE_REF: /* technical, and of no meaning outside the document: not told */
        return put_key(w, frame->slots[0], text);
    case MADE_UUID:
        put_uuid(w, row, frame->slots[0], text);
        break;
    case MADE_TIME:
    case MADE_DATE:
    case MADE_MICROS:
        put_time(row->made, text);
        break;
    case MADE_NUMBER:
        buffer_format(text, "%u", w->numbers++);
        return true;
    default:
        if (!row->fallback)
            return false;
        buffer_text(text, row->fallback);
    }
    if (buffer_status(text) != COMITY_OK || !text->size)
        return false;
    tell(w, row, text);
    return true;
}
