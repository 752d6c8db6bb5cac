/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A template as a flat table for a person who knows the format, but no C.  Made from the
 * compiled template, so that it says what is done and not what was meant. */
#include "mapping/template.h"

#include <stdio.h>

static void put_how(const struct member *member, struct buffer *how)
{
    const struct row *row = member->row;
    if (row && row->json_kind == COMITY_NODE_NUMBER)
        buffer_text(how, "number; ");
    if (row && row->json_kind == COMITY_NODE_TRUE)
        buffer_text(how, "true or false; ");
    if (row && row->codec == CODEC_DATE)
        buffer_format(how, "date %s; ", row->pattern);
    if (row && row->codec == CODEC_CODES)
        buffer_format(how, "codes %s; ", row->codes->name);
    if (row && row->codec == CODEC_LANGUAGE)
        buffer_text(how, "ISO 639-2/B code; ");
    for (size_t i = 0; row && i < row->with_count; i++)
        buffer_format(how, "%s '%s'; ", row->with[i].path, row->with[i].text);
    for (size_t i = 0; row && i < row->unknown_count; i++)
        buffer_format(how, "\"%s\" means not known; ", row->unknown[i].text);
    for (size_t i = 0; row && i < row->also_count; i++) {
        const struct target *also = &row->also[i];
        buffer_format(how, "also %s%s; ", fields[also->field].name,
                      i == 0 && row->has_fallback ? " (and from it)" : "");
    }
    if (member->required)
        buffer_text(how, "required; ");
    if (member->absent != ABSENT_OMIT && member->kind != MEMBER_OBJECT)
        buffer_format(how, "%s where absent; ", member->absent == ABSENT_NULL ? "null" : "[]");
    if (row && row->note)
        buffer_format(how, "%s; ", row->note);
    if (how->size >= 2)
        how->size -= 2;
}

static void put_row(struct buffer *out, const char *at, const char *field, const char *how)
{
    buffer_format(out, "  %-44s  %-48s  %s\n", at, field, how);
}

static void put_constants(const struct scope *scope, const char *prefix, struct buffer *out)
{
    for (size_t i = 0; i < scope->constant_count; i++) {
        char how[120], field[300];
        const struct constant *constant = &scope->constants[i];
        snprintf(how, sizeof how, "always '%s'", constant->text);
        snprintf(field, sizeof field, "%s%s", prefix, constant->path);
        put_row(out, "(the format itself)", field, how);
    }
}

static void put_members(const struct member *parent, const char *path, const char *prefix,
                        struct buffer *out)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = &parent->members[i];
        bool list = member->kind == MEMBER_ENTRIES || member->kind == MEMBER_EACH ||
                    member->kind == MEMBER_DOCUMENTS;
        char at[300], field[300];
        snprintf(at, sizeof at, "%s%s%s%s", path, *path ? "/" : "", member->name,
                 list ? "[]" : "");
        struct buffer how;
        buffer_init(&how, 0);
        put_how(member, &how);
        buffer_char(&how, '\0');
        if (member->row) {
            bool root = member->row->field_path[0] == '/';
            snprintf(field, sizeof field, "%s%s", root ? "" : prefix,
                     member->row->field_path + (root ? 1 : 0));
            put_row(out, at, field, how.bytes ? how.bytes : "");
        } else if (member->kind == MEMBER_DOCUMENTS) {
            put_row(out, at, "(one document each)", how.bytes ? how.bytes : "");
        }
        buffer_free(&how);
        if (member->kind == MEMBER_EACH) {
            char inner[300];
            snprintf(inner, sizeof inner, "%s%s.", prefix, member->row->field_path);
            put_constants(member->scope, inner, out);
            put_members(member, at, inner, out);
        } else {
            put_members(member, at, prefix, out);
        }
    }
}

void template_table(const struct template *t, struct buffer *out)
{
    buffer_format(out, "%s: %s\n", t->id, t->title);
    if (t->source)
        buffer_format(out, "source: %s\n", t->source);
    buffer_text(out, "kinds:");
    for (size_t i = 0; i < t->kind_count; i++) {
        const struct condition *when = &t->kinds[i].when;
        buffer_format(out, "%s %s", i ? "," : "", t->kinds[i].kind);
        if (when->kind == WHEN_HAS)
            buffer_format(out, " (where %s is there)", when->at);
        else if (when->kind != WHEN_ALWAYS)
            buffer_format(out, " (where %s %s '%s')", when->at,
                          when->kind == WHEN_EQUALS ? "is" : "contains", when->text);
    }
    buffer_format(out, "\ntold by:");
    for (size_t i = 0; i < t->detect_count; i++)
        buffer_format(out, "%s %s", i ? "," : "", t->detect[i].at);
    buffer_format(out, " (score %d)\n\n", (int)t->detect_score);
    put_row(out, "in the format", "canonical field", "how");
    put_constants(&t->scope, "", out);
    put_members(&t->root, "", "", out);
    for (size_t i = 0; i < t->table_count; i++) {
        buffer_format(out, "\ncodes %s:\n", t->tables[i].name);
        for (size_t k = 0; k < t->tables[i].count; k++)
            buffer_format(out, "  %-12s %s\n", t->tables[i].pairs[k].code,
                          t->tables[i].pairs[k].value);
    }
    buffer_text(out,
                "\nWhat no row takes is kept for this format, with its place and order.\n");
}
