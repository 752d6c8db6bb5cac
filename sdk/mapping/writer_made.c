/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a format needs and the document does not have: keys, UUIDs, the time.  The same document
 * is always given the same keys and UUIDs; UUIDs and times are told. */
#include "base/encoding.h"
#include "mapping/parts.h"
#include "mapping/writer.h"
#include "syntax/json.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
    if (!w->is_hashed) {
        hash_values(&hash, w->record->root);
        sha1_digest(&hash, sizeof w->said_hash, w->said_hash);
        w->is_hashed = true;
    }
    sha1_update(&hash, sizeof w->said_hash, w->said_hash);
    sha1_update(&hash, path.size, (const uint8_t *)(path.bytes ? path.bytes : ""));
    sha1_update(&hash, strlen(row->at), (const uint8_t *)row->at);
    sha1_digest(&hash, sizeof id, id);
    if (buffer_status(&path) != COMITY_OK)
        w->status = buffer_status(&path);
    buffer_free(&path);
    char uuid[UUID_TEXT];
    encoding_uuid5(id, uuid);
    buffer_text(text, uuid);
}

/* --- keys */

/* The keys of a list's groups: those of the source, and those made. */
struct keys {
    struct keys *next;
    const struct value *parent;
    uint16_t field;
    struct slice *keys; /* by position in the list */
    struct map taken;
};

/* The row that makes the key of a list, which stands at `key_at`. */
static const struct row *key_row(const struct member *parent, const char *at)
{
    size_t len = strcspn(at, "/");
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        if (member->name_len == len && memcmp(member->name, at, len) == 0)
            return at[len] ? key_row(member, at + len + 1) : member->row;
    }
    return NULL;
}

/* The key that the group has in the source; false where it has none. */
static bool kept_key(struct writing *w, const struct member *list, const struct value *group,
                     struct scalar *key)
{
    size_t len = strlen(list->key_at);
    for (struct kept *k = group->form == VALUE_GROUP ? group->kept : NULL; k; k = k->next)
        if (k->key_len == len + 1 && k->key[0] == '/' &&
            memcmp(k->key + 1, list->key_at, len) == 0 && strcmp(k->format, w->t->id) == 0)
            return out_kept_scalar(w, k, key);
    return false;
}

/* The group's number in the list, behind the prefix; with "_" where another has it already. */
static const char *make_key(struct writing *w, const struct keys *keys, const struct row *row,
                            const struct value *group, size_t *len)
{
    struct buffer text;
    buffer_init(&text, 0);
    if (row->made == MADE_UUID)
        put_uuid(w, row, group, &text);
    else
        buffer_format(&text, "%s%u", row->prefix ? row->prefix : "",
                      (unsigned)group->position + 1);
    while (buffer_status(&text) == COMITY_OK && map_find(&keys->taken, text.bytes, text.size))
        buffer_char(&text, '_');
    const char *copy = buffer_status(&text) == COMITY_OK
                           ? arena_copy(w->record->arena, text.bytes, text.size)
                           : NULL;
    *len = text.size;
    buffer_free(&text);
    return copy;
}

static bool add_key(struct keys *keys, const struct value *group, const char *key, size_t len)
{
    void **slot = key ? map_add(&keys->taken, key, len) : NULL;
    if (!slot)
        return false;
    *slot = keys;
    keys->keys[group->position] = (struct slice){key, len};
    return true;
}

/* The keys of a list, those of the source first. */
static struct keys *make_keys(struct writing *w, const struct member *list,
                              const struct row *row, const struct value *parent)
{
    uint16_t field = list->row->target.field;
    const struct value *first = value_child(parent, field);
    size_t count = 0;
    for (const struct value *v = first; v; v = value_next(v))
        count++;
    struct keys *keys = arena_zalloc(w->record->arena, sizeof *keys);
    if (!keys)
        return NULL;
    keys->parent = parent;
    keys->field = field;
    keys->taken.arena = w->record->arena;
    keys->keys = arena_zalloc(w->record->arena, (count + 1) * sizeof *keys->keys);
    bool good = keys->keys != NULL;
    for (const struct value *v = first; v && good; v = value_next(v)) {
        struct scalar key;
        if (kept_key(w, list, v, &key))
            good = add_key(keys, v, key.text, key.len);
    }
    for (const struct value *v = first; v && good; v = value_next(v)) {
        size_t len = 0;
        const char *key = keys->keys[v->position].text ? NULL : make_key(w, keys, row, v, &len);
        if (!keys->keys[v->position].text)
            good = add_key(keys, v, key, len);
    }
    return good ? keys : NULL;
}

static bool put_key(struct writing *w, const struct value *group, struct buffer *text)
{
    struct keys *keys = w->keys;
    while (keys && (keys->parent != group->parent || keys->field != group->field))
        keys = keys->next;
    for (size_t i = 0; !keys && i < w->t->keyed_count; i++) {
        const struct member *list = w->t->keyed[i];
        const struct row *row = key_row(list, list->key_at);
        if (list->row->target.field != group->field || !row)
            continue;
        keys = make_keys(w, list, row, group->parent);
        if (!keys) {
            w->status = COMITY_E_NOMEM;
            return false;
        }
        keys->next = w->keys;
        w->keys = keys;
    }
    if (keys)
        buffer_add(text, keys->keys[group->position].text, keys->keys[group->position].len);
    return keys != NULL;
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
    snprintf(message, sizeof message, "%s needs %s, which the document does not state: '%.*s'",
             w->t->id, row->at, (int)(text->size < 80 ? text->size : 80), text->bytes);
    out_report(w, w->record->root->node, COMITY_NOTE, "model.made",
               *row->field_path ? row->field_path : NULL,
               "state it in the document if it must be another", message);
}

bool out_made(struct writing *w, const struct row *row, struct out_frame *frame,
              struct buffer *text)
{
    switch (row->made) {
    case MADE_KEY:
    case MADE_REF: { /* technical, and of no meaning outside the document: not told */
        const struct value *group =
            row->has_of ? out_target(w, frame, &row->of) : frame->slots[0];
        return group && put_key(w, group, text);
    }
    case MADE_UUID:
        put_uuid(w, row, frame->slots[0], text);
        break;
    case MADE_TIME:
    case MADE_DATE:
    case MADE_MICROS:
        put_time(row->made, text);
        break;
    case MADE_NUMBER:
        if (w->numbers < row->first)
            w->numbers = row->first;
        buffer_format(text, "%u", w->numbers++);
        break;
    default:
        if (!row->fallback)
            return false;
        buffer_text(text, row->fallback);
    }
    if (buffer_status(text) != COMITY_OK)
        w->status = buffer_status(text);
    if (buffer_status(text) != COMITY_OK || !text->size)
        return false;
    if (row->made != MADE_NUMBER) /* technical, as a key */
        tell(w, row, text);
    return true;
}
