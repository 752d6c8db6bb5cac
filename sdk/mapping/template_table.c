/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A template as a flat table for a person who knows the format, but no C.  Made from the
 * compiled template, so that it says what is done and not what was meant. */
#include "base/utf8.h"
#include "mapping/template.h"

#include <stdio.h>

static void put_codec(const struct row *row, struct buffer *how)
{
    for (size_t i = 0; row->codec == CODEC_DATE && row->dates[i].pattern; i++)
        buffer_format(how, "%s %s; ", i ? "or" : "date", row->dates[i].pattern);
    if (row->codec == CODEC_CODES && strcmp(row->codes->name, "of the part") == 0)
        buffer_format(how, "means %s; ", row->codes->pairs[0].value);
    else if (row->codec == CODEC_CODES)
        buffer_format(how, "codes %s; ", row->codes->name);
    if (row->codec == CODEC_LANGUAGE)
        buffer_text(how, "ISO 639-2/B code; ");
    if (row->codec == CODEC_COUNTRY)
        buffer_format(how, "country by its name (%s); ",
                      row->language ? row->language : "in the form's language");
    if (row->codec == CODEC_COUNTRY && row->codes)
        buffer_format(how, "or codes %s; ", row->codes->name);
}

static const char *const made_words[] = {"",
                                         "made: a number of its own",
                                         "refers to the key",
                                         "made: a UUID of the document",
                                         "made: the time of writing",
                                         "made: the day of writing",
                                         "made: the time of writing",
                                         "made: a number, from 0 on"};

static void put_case(const struct member *member, struct buffer *how)
{
    for (size_t i = 0; i < member->fixed_count; i++)
        buffer_format(how, i ? " | '%s'" : "always '%s'", member->fixed[i].text);
    if (member->fixed_count)
        buffer_text(how, "; ");
    for (size_t i = 0; i < member->when_count; i++) {
        const struct membership *of = &member->when[i];
        buffer_format(how, "where %s is", of->path);
        for (size_t k = 0; k < of->count; k++)
            buffer_format(how, "%s '%s'", k ? " or" : "", of->texts[k].text);
        buffer_format(how, "%s; ",
                      !of->or_absent ? ""
                      : of->count    ? " or not stated"
                                     : " not stated");
    }
    if (member->key_at)
        buffer_format(
            how, member->refers ? "the entry that %s refers to; " : "others refer to its %s; ",
            member->key_at);
    if (member->single)
        buffer_text(how, "one alone stands without its list; ");
}

static void put_how(const struct member *member, struct buffer *how)
{
    put_case(member, how);
    const struct row *row = member->row;
    if (row && row->json_kind == COMITY_NODE_NUMBER)
        buffer_text(how, "number; ");
    if (row && row->json_kind == COMITY_NODE_TRUE)
        buffer_text(how, "true or false; ");
    if (row)
        put_codec(row, how);
    for (size_t i = 0; row && i < row->with_count; i++)
        buffer_format(how, "%s '%s'; ", row->with[i].path, row->with[i].text);
    for (size_t i = 0; row && i < row->unknown_count; i++)
        buffer_format(how, "\"%s\" means not known; ", row->unknown[i].text);
    for (size_t i = 0; row && i < row->also_count; i++) {
        const struct target *also = &row->also[i];
        if (i == 0 && row->is_instead)
            buffer_format(how, "or %s; ", fields[also->field].name);
        else
            buffer_format(how, "also %s%s; ", fields[also->field].name,
                          i == 0 && row->has_fallback ? " (and from it)" : "");
    }
    if (row && row->is_file)
        buffer_text(how, "label of a file beside the document; ");
    if (row && row->letters)
        buffer_format(how, "letters %s; ", row->letters->name);
    if (member->inside)
        buffer_format(how, "each in %s; ", member->inside);
    if (row && row->made)
        buffer_format(how, "%s%s; ", made_words[row->made],
                      row->is_kept ? "" : ", where it is not stated");
    if (row && row->fallback)
        buffer_format(how, "'%s' where it is not stated; ", row->fallback);
    if (row && row->most && !member->whole_of)
        buffer_format(how, "at most %u characters%s%s; ", (unsigned)row->most,
                      row->overflow ? ", the whole in " : "",
                      row->overflow ? row->overflow : "");
    if (member->required)
        buffer_text(how, "required; ");
    if (member->absent != ABSENT_OMIT && member->kind != MEMBER_OBJECT)
        buffer_format(how, "%s where absent; ", member->absent == ABSENT_NULL ? "null" : "[]");
    if (row && row->note)
        buffer_format(how, "%s; ", row->note);
    if (how->size >= 2)
        how->size -= 2;
}

/* A cell and blanks up to the next, which begins on a line of its own if this is too long. */
static void put_cell(struct buffer *out, const char *text, size_t width, size_t indent)
{
    size_t len = strlen(text), shown = utf8_count(text, len);
    buffer_add(out, text, len);
    if (shown > width) {
        buffer_char(out, '\n');
        shown = 0;
        width += indent;
    }
    for (; shown < width + 2; shown++)
        buffer_char(out, ' ');
}

static void put_row(struct buffer *out, const char *at, const char *field, const char *how)
{
    buffer_text(out, "  ");
    put_cell(out, at, 44, 2);
    put_cell(out, field, 48, 48);
    buffer_text(out, how);
    while (out->size && out->bytes[out->size - 1] == ' ')
        out->size--;
    buffer_char(out, '\n');
}

static void put_code(struct buffer *out, const struct code_pair *pair)
{
    buffer_text(out, "  ");
    put_cell(out, pair->code, 11, 0);
    buffer_format(out, "%s\n", pair->value);
}

/* What stands between two parts, as a person would call it. */
static const char *between_words(const char *between)
{
    if (!between)
        return "nothing";
    return strcmp(between, "\n") == 0     ? "lines"
           : strcmp(between, "\n\n") == 0 ? "empty lines"
                                          : between;
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
                        struct buffer *out);
static void put_parts(const struct parts *parts, const char *prefix, unsigned depth,
                      struct buffer *out);

/* What each sort of entries of a list holds. */
static void put_sorts(const struct member *member, const char *at, const char *prefix,
                      struct buffer *out)
{
    for (const struct member *sort = member; sort; sort = sort->other) {
        char inner[300], field[300];
        if (sort->kind == MEMBER_ENTRY) {
            snprintf(inner, sizeof inner, "%.*s%s", (int)strcspn(at, "["), at, sort->entry);
            put_members(sort, inner, prefix, out);
            continue;
        }
        if (sort != member) {
            snprintf(field, sizeof field, "%s%s", prefix, sort->row->field_path);
            put_row(out, at, field, sort->row->note ? sort->row->note : "");
        }
        snprintf(inner, sizeof inner, "%s%s.", prefix, sort->row->field_path);
        put_constants(sort->scope, inner, out);
        put_members(sort, at, inner, out);
    }
}

static void put_members(const struct member *parent, const char *path, const char *prefix,
                        struct buffer *out)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        bool list = member->kind == MEMBER_ENTRIES || member->kind == MEMBER_EACH ||
                    member->kind == MEMBER_DOCUMENTS;
        char at[300], field[300];
        snprintf(at, sizeof at, "%s%s%s%s", path, *path ? "/" : "", member->name,
                 list ? "[]" : "");
        struct buffer how;
        buffer_init(&how, 0);
        put_how(member, &how);
        buffer_char(&how, '\0');
        if (parent->kind == MEMBER_ENTRY && member->kind == MEMBER_CONST) {
            buffer_free(&how);
            continue; /* its path says so */
        }
        if (member->kind == MEMBER_CONST || (member->row && member->row->is_kept)) {
            put_row(out, at, member->row && !member->row->made ? "(kept for this format)" : "",
                    how.bytes ? how.bytes : "");
        } else if (member->kind == MEMBER_OBJECT && member->is_block) {
            put_row(out, at, "", how.bytes ? how.bytes : "");
        } else if (member->row && member->row->parts) {
            put_row(out, at, "", how.bytes ? how.bytes : "");
            put_parts(member->row->parts, prefix, 1, out);
        } else if (member->row) {
            bool root = member->row->field_path[0] == '/';
            snprintf(field, sizeof field, "%s%s", root ? "" : prefix,
                     member->row->field_path + (root ? 1 : 0));
            put_row(out, at, field, how.bytes ? how.bytes : "");
        } else if (member->kind == MEMBER_DOCUMENTS) {
            put_row(out, at, "(one document each)", how.bytes ? how.bytes : "");
        }
        buffer_free(&how);
        if (member->kind == MEMBER_EACH || member->kind == MEMBER_ENTRY)
            put_sorts(member, at, prefix, out);
        else
            put_members(member, at, prefix, out);
    }
}

/* --- forms */

static void put_words(const struct text_form *form, const struct text_words *words,
                      size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_text(out, " | ");
        if (form->language_count > 1)
            buffer_format(out, "%s: ", form->languages[words[i].language]);
        for (uint32_t k = 0; k < words[i].len; k++)
            buffer_char(out, words[i].text[k] == '\n' ? ' ' : words[i].text[k]);
    }
}

static void put_piece(const struct piece *piece, const char *prefix, unsigned depth,
                      struct buffer *out)
{
    char at[400], field[300];
    struct buffer how;
    buffer_init(&how, 0);
    int size = snprintf(at, sizeof at, "%*s", (int)(2 * depth), "");
    for (size_t i = 0; i < piece->pattern_count && size < (int)sizeof at; i++)
        size += snprintf(at + size, sizeof at - (size_t)size, "%s%s", i ? " | " : "",
                         piece->patterns[i].text);
    if (piece->each)
        snprintf(at + size, sizeof at - (size_t)size, "(each; its parts between '%s')",
                 between_words(piece->inner ? piece->inner->between : NULL));
    if (piece->first)
        buffer_text(&how, "first; ");
    if (piece->rest)
        buffer_text(&how, "and all that follows; ");
    if (piece->more)
        buffer_text(&how, "and what follows up to another part; ");
    if (piece->stands_in)
        buffer_text(&how, "stands in for the part before; ");
    if (piece->needs)
        buffer_text(&how, "only behind the part before; ");
    if (piece->tells)
        buffer_text(&how, "tells the group; ");
    for (size_t i = 0; i < piece->hole_count || (piece->each && i == 0); i++) {
        const struct row *row = piece->each ? piece->each->row : piece->holes[i];
        if (!piece->each)
            put_codec(row, &how);
        for (size_t k = 0; k < row->with_count; k++)
            buffer_format(&how, "%s '%s'; ", row->with[k].path, row->with[k].text);
        if (row->note)
            buffer_format(&how, "%s; ", row->note);
        if (how.size >= 2)
            how.size -= 2;
        buffer_char(&how, '\0');
        snprintf(field, sizeof field, "%s%s", prefix, row->field_path);
        put_row(out, i ? "" : at, field, how.bytes ? how.bytes : "");
        buffer_clear(&how);
    }
    buffer_free(&how);
    if (piece->each && piece->inner) {
        snprintf(field, sizeof field, "%s%s.", prefix, piece->each->row->field_path);
        put_constants(piece->each->scope, field, out);
        put_parts(piece->inner, field, depth + 1, out);
    }
}

static void put_parts(const struct parts *parts, const char *prefix, unsigned depth,
                      struct buffer *out)
{
    for (size_t i = 0; i < parts->count; i++)
        put_piece(&parts->pieces[i], prefix, depth, out);
}

static void put_label(const struct template *t, size_t index, struct buffer *out)
{
    const struct text_label *label = &t->form->labels[index];
    const struct member *member = t->label_members[index];
    struct buffer at, how;
    buffer_init(&at, 0);
    buffer_init(&how, 0);
    if (label->number)
        buffer_format(&at, "%s%s%s", t->form->layout.open, label->number,
                      t->form->layout.close);
    put_words(t->form, label->words, label->word_count, &at);
    buffer_char(&at, '\0');
    for (size_t i = 0; i < label->option_count; i++)
        buffer_format(&how, "%s '%s' means %s; ", t->form->layout.ticked,
                      label->options[i].name, member->row->codes->pairs[i].value);
    if (member && member->is_annex)
        buffer_text(&how, "annex, not of the form itself; ");
    if (member && member->takes_rest)
        buffer_text(&how, "and the texts that other forms combined; ");
    if (member && member->row->parts && member->row->parts->between)
        buffer_format(&how, "parts between '%s'; ", between_words(member->row->parts->between));
    if (member && !member->row->parts && !label->option_count)
        put_codec(member->row, &how);
    for (size_t i = 0; member && i < member->row->with_count; i++)
        buffer_format(&how, "%s '%s'; ", member->row->with[i].path, member->row->with[i].text);
    if (member && member->row->has_fallback)
        buffer_format(&how, "or %s; ", fields[member->row->also[0].field].name);
    if (member && member->row->note)
        buffer_format(&how, "%s; ", member->row->note);
    if (how.size >= 2)
        how.size -= 2;
    buffer_char(&how, '\0');
    put_row(out, at.bytes ? at.bytes : "",
            !member                ? "(heading)"
            : member->row->is_kept ? "(kept for this format)"
            : member->row->parts   ? member->row->parts->is_combined ? "(combined)" : "(parts)"
                                   : member->row->field_path,
            how.bytes ? how.bytes : "");
    if (member && member->row->parts)
        put_parts(member->row->parts, "", 1, out);
    buffer_free(&at);
    buffer_free(&how);
}

static void put_form(const struct template *t, struct buffer *out)
{
    put_row(out, "in the form", "canonical field", "how");
    put_constants(&t->scope, "", out);
    for (size_t i = 0; i < t->form->label_count; i++)
        put_label(t, i, out);
    put_row(out, "(closing part)", "signature.text", "");
    buffer_text(out, "\nencodings: UTF-8, UTF-16");
    for (const char *const *charset = t->charsets; *charset; charset++)
        buffer_format(out, ", %s", *charset);
    buffer_char(out, '\n');
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
            buffer_format(out, " (where %s %s '%s'", when->at,
                          when->kind == WHEN_EQUALS ? "is" : "contains", when->text);
        for (const char *const *word = when->unless; word && *word; word++)
            buffer_format(out, "%s '%s'", word == when->unless ? " and not" : ",", *word);
        if (when->kind == WHEN_EQUALS || when->kind == WHEN_CONTAINS)
            buffer_char(out, ')');
    }
    buffer_format(out, "\ntold by:");
    if (t->form)
        buffer_format(out, " %zu of its labels", t->detect_labels);
    for (size_t i = 0; i < t->detect_count; i++)
        buffer_format(out, "%s %s", i ? "," : "", t->detect[i].at);
    buffer_format(out, " (score %d)\n\n", (int)t->detect_score);
    if (t->form) {
        put_form(t, out);
    } else {
        put_row(out, "in the format", "canonical field", "how");
        put_constants(&t->scope, "", out);
        put_members(&t->root, "", "", out);
    }
    for (size_t i = 0; i < t->table_count; i++) {
        buffer_format(out, "\ncodes %s:\n", t->tables[i].name);
        for (size_t k = 0; k < t->tables[i].count; k++)
            put_code(out, &t->tables[i].pairs[k]);
    }
    buffer_text(out,
                "\nWhat no row takes is kept for this format, with its place and order.\n");
}
