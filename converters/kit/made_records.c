/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Canonical documents out of the field table: one with everything, and random ones. */
#include "kit/made_records.h"

#include "base/utf8.h"
#include "syntax/json.h"

#include <stdio.h>
#include <string.h>

uint64_t chance_next(struct chance *chance)
{
    /* splitmix64 */
    uint64_t z = chance->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

unsigned chance_below(struct chance *chance, unsigned most)
{
    return (unsigned)(chance_next(chance) % most);
}

bool chance_of(struct chance *chance, unsigned percent)
{
    return chance_below(chance, 100) < percent;
}

void chance_text(struct chance *chance, struct buffer *text)
{
    static const uint32_t firsts[] = {
        'a',   'A',    '0',    ' ',    '"',    '\\',   '/',    '~',     '<',     '&',
        ']',   0x01,   0x09,   0x0A,   0x0D,   0x1F,   0x7F,   0x85,    0xDF,    0x416,
        0x627, 0x4E2D, 0x200F, 0x2028, 0xFEFF, 0xFFFE, 0xFFFF, 0x1F600, 0x10FFFF};
    unsigned count = chance_below(chance, 9);
    for (unsigned i = 0; i < count; i++) {
        char bytes[4];
        uint32_t code = firsts[chance_below(chance, sizeof(firsts) / sizeof(firsts[0]))];
        buffer_add(text, bytes, utf8_encode(code, bytes));
    }
}

static void chance_number(struct chance *chance, struct buffer *out)
{
    if (chance_of(chance, 30))
        buffer_char(out, '-');
    buffer_char(out, (char)('1' + chance_below(chance, 9)));
    for (unsigned i = chance_of(chance, 20) ? 39 : chance_below(chance, 4); i > 0; i--)
        buffer_char(out, (char)('0' + chance_below(chance, 10)));
    if (chance_of(chance, 30))
        buffer_text(out, ".250");
    if (chance_of(chance, 10))
        buffer_text(out, "E+07");
}

static void put_chance_text(struct chance *chance, struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, 0);
    chance_text(chance, &text);
    json_put_string(out, text.bytes ? text.bytes : "", text.size);
    buffer_free(&text);
}

void chance_json(struct chance *chance, unsigned depth, struct buffer *out)
{
    static const char *const plain[] = {"null", "true", "false", "0", "\"\"", "[]", "{}"};
    unsigned sort = chance_below(chance, depth ? 11 : 9);
    if (sort < 7) {
        buffer_text(out, plain[sort]);
    } else if (sort == 7) {
        chance_number(chance, out);
    } else if (sort == 8) {
        put_chance_text(chance, out);
    } else {
        bool group = sort == 9;
        buffer_char(out, group ? '{' : '[');
        unsigned count = 1 + chance_below(chance, 3);
        for (unsigned i = 0; i < count; i++) {
            if (i)
                buffer_char(out, ',');
            if (group)
                buffer_format(out, "\"m/%u~\":", i);
            chance_json(chance, depth - 1, out);
        }
        buffer_char(out, group ? '}' : ']');
    }
}

/* --- values that fit their type */

static const char *code_value(uint16_t list, unsigned number)
{
    const char *found = "";
    for (size_t i = 0, seen = 0; i < code_count; i++)
        if (codes[i].list == list && seen++ <= number)
            found = codes[i].value;
    return found;
}

static const char *const samples[] = {
    [TYPE_TEXT] = "made",
    [TYPE_PROSE] = "made",
    [TYPE_TOKEN] = "token",
    [TYPE_DATE] = "1985-03",
    [TYPE_TIME] = "2026-02-28T23:59:60.5+05:30",
    [TYPE_NUMBER] = "1234567890123456789012345678901234567890.50",
    [TYPE_BOOLEAN] = "true",
    [TYPE_COUNTRY] = "LV",
    [TYPE_LANGUAGE] = "zh-Hant-TW",
    [TYPE_DIGEST] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    [TYPE_BASE64] = "U2FtcGxl",
    [TYPE_URI] = "https://example.org/a?b=c&d#e"};

uint16_t made_field(uint16_t group, const char *path)
{
    uint16_t id = FIELD_NONE;
    for (const char *at = path; *at; at += *at == '.') {
        size_t len = strcspn(at, ".[");
        id = field_by_name(group, at, len);
        if (id == FIELD_NONE)
            return FIELD_NONE;
        at += len;
        at += strcspn(at, ".");
        if (*at && fields[id].type != TYPE_GROUP)
            return FIELD_NONE;
        group = fields[id].ref;
    }
    return id;
}

/* A group's first field of one value whose type is one of the two, or FIELD_NONE. */
static uint16_t first_within(uint16_t group, enum field_type one, enum field_type other)
{
    for (uint16_t id = groups[group].first; id < groups[group].end; id++)
        if (!fields[id].list && (fields[id].type == one || fields[id].type == other))
            return id;
    return FIELD_NONE;
}

static size_t fit(struct fitting *fitting, const char *path, const char *dot, uint16_t id,
                  unsigned number)
{
    const char *made = fields[id].type == TYPE_CODE    ? code_value(fields[id].ref, number)
                       : fields[id].type == TYPE_TOKEN ? "made"
                       : fields[id].type == TYPE_URI   ? "https://example.org/made"
                       : fields[id].type == TYPE_DATE  ? "1985-03-14"
                                                       : samples[fields[id].type];
    size_t len = (size_t)snprintf(fitting->path, sizeof fitting->path, "%s%s%s", path, dot,
                                  *dot ? fields[id].name : "");
    return len < sizeof fitting->path && (size_t)snprintf(fitting->value, sizeof fitting->value,
                                                          "%s", made) < sizeof fitting->value;
}

size_t made_fitting(const char *path, unsigned number, struct fitting fitting[2])
{
    uint16_t id = made_field(G_document, path);
    if (id == FIELD_NONE)
        return 0;
    if (fields[id].type != TYPE_GROUP)
        return fit(fitting, path, "", id, 0);
    uint16_t text = first_within(fields[id].ref, TYPE_TEXT, TYPE_PROSE);
    uint16_t code = first_within(fields[id].ref, TYPE_CODE, TYPE_CODE);
    size_t count = text == FIELD_NONE ? 0 : fit(fitting, path, ".", text, 0);
    return count + (code == FIELD_NONE ? 0 : fit(fitting + count, path, ".", code, number));
}

bool made_entry_path(const char *path, unsigned nth, char *whole, size_t size)
{
    for (uint16_t id = groups[G_document].first; id < groups[G_document].end; id++)
        if (fields[id].list && fields[id].type == TYPE_GROUP &&
            made_field(fields[id].ref, path) != FIELD_NONE && nth-- == 0)
            return (size_t)snprintf(whole, size, "%s[].%s", fields[id].name, path) < size;
    return false;
}

static void put_fitting(struct buffer *out, uint16_t id, unsigned number)
{
    const struct field *field = &fields[id];
    if (field->type == TYPE_BOOLEAN) {
        buffer_text(out, number % 2 ? "false" : "true");
    } else if (field->type == TYPE_CODE) {
        const char *code = code_value(field->ref, number);
        json_put_string(out, code, strlen(code));
    } else if (field->type == TYPE_TEXT || field->type == TYPE_PROSE) {
        struct buffer text;
        buffer_init(&text, 0);
        buffer_format(&text, " %s \"%u\" \\ <&> \t\r\n \xD8\xA7 \xF0\x9F\x98\x80 \x7F ",
                      field->title, number);
        json_put_string(out, text.bytes, text.size);
        buffer_free(&text);
    } else {
        json_put_string(out, samples[field->type], strlen(samples[field->type]));
    }
}

static void put_full(struct buffer *out, uint16_t group, unsigned entries);

static void put_full_field(struct buffer *out, uint16_t id, unsigned entries)
{
    const struct field *field = &fields[id];
    buffer_format(out, "\"%s\":%s", field->name, field->list ? "[" : "");
    if (field->type == TYPE_GROUP) {
        put_full(out, field->ref, entries);
    } else {
        for (unsigned i = 0; i < (field->list ? entries : 1); i++) {
            if (i)
                buffer_char(out, ',');
            put_fitting(out, id, i);
        }
    }
    if (field->list)
        buffer_char(out, ']');
}

static void put_full(struct buffer *out, uint16_t group, unsigned entries)
{
    buffer_char(out, '{');
    for (uint16_t id = groups[group].first; id < groups[group].end; id++) {
        if (id > groups[group].first)
            buffer_char(out, ',');
        if (id == F_document_schema)
            buffer_text(out, "\"schema\":\"" SCHEMA_URN "\"");
        else
            put_full_field(out, id, entries);
    }
    buffer_char(out, '}');
}

void made_full(struct buffer *out, unsigned entries)
{
    put_full(out, G_document, entries);
}

/* --- by chance */

struct making {
    struct chance *chance;
    struct buffer *out;
    bool *met;
};

static void put_group(struct making *making, uint16_t group, unsigned depth);

static void put_value(struct making *making, uint16_t id, unsigned depth)
{
    const struct field *field = &fields[id];
    making->met[id] = true;
    if (field->type == TYPE_GROUP)
        put_group(making, field->ref, depth + 1);
    else if (field->type == TYPE_BOOLEAN || id == F_document_kind ||
             chance_of(making->chance, 60))
        put_fitting(making->out, id, chance_below(making->chance, 12));
    else
        put_chance_text(making->chance, making->out);
}

static void put_kept(struct making *making)
{
    struct buffer key;
    unsigned formats = 1 + chance_below(making->chance, 2);
    buffer_text(making->out, "\"kept\":{");
    for (unsigned f = 0; f < formats; f++) {
        buffer_text(making->out, f ? ",\"b-format\":{" : "\"a-format\":{");
        unsigned count = 1 + chance_below(making->chance, 3);
        for (unsigned i = 0; i < count; i++) {
            if (i)
                buffer_char(making->out, ',');
            buffer_init(&key, 0);
            buffer_format(&key, "/%u/", i); /* so that no key stands twice */
            chance_text(making->chance, &key);
            json_put_string(making->out, key.bytes, key.size);
            buffer_free(&key);
            buffer_char(making->out, ':');
            chance_json(making->chance, 3, making->out);
        }
        buffer_char(making->out, '}');
    }
    buffer_char(making->out, '}');
}

static void put_members(struct making *making, uint16_t group, unsigned depth)
{
    struct buffer *out = making->out;
    unsigned percent = depth ? 35 : 6;
    size_t start = out->size;
    for (uint16_t id = groups[group].first; id < groups[group].end; id++) {
        bool always = id == F_document_schema || id == F_document_kind;
        if (!always && !chance_of(making->chance, percent))
            continue;
        if (out->size > start)
            buffer_char(out, ',');
        buffer_format(out, "\"%s\":", fields[id].name);
        if (id == F_document_schema) {
            making->met[id] = true;
            buffer_text(out, "\"" SCHEMA_URN "\"");
            continue;
        }
        unsigned count = fields[id].list ? chance_below(making->chance, 4) : 1;
        if (fields[id].list)
            buffer_char(out, '[');
        for (unsigned i = 0; i < count; i++) {
            if (i)
                buffer_char(out, ',');
            put_value(making, id, depth);
        }
        if (fields[id].list)
            buffer_char(out, ']');
    }
    if (!chance_of(making->chance, 5))
        return;
    if (out->size > start)
        buffer_char(out, ',');
    put_kept(making);
}

static void put_group(struct making *making, uint16_t group, unsigned depth)
{
    buffer_char(making->out, '{');
    put_members(making, group, depth);
    buffer_char(making->out, '}');
}

void made_random(struct chance *chance, struct buffer *out, bool *met)
{
    struct making making = {chance, out, met};
    put_group(&making, G_document, 0);
}
