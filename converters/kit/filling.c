/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a made record is given beside its own values, so that a format takes it: a kind that
 * the format carries, and the fields that it requires, as --set gives them.  Knows no field. */
#include "kit/checker.h"

#include "kit/made_records.h"

#include <stdio.h>
#include <string.h>

#define MOST_TRIES 12
#define MOST_KINDS 3
#define MOST_ENTRIES 4 /* of a list whose every entry lacks something */

static bool is_given(const struct filling *filling, const char *field)
{
    for (size_t i = 0; i < filling->count; i++)
        if (strcmp(filling->all[i].field, field) == 0)
            return true;
    return false;
}

static bool give(struct filling *filling, const char *field, const char *value)
{
    size_t at = filling->count;
    if (at == MAX_FILLED || is_given(filling, field) ||
        strlen(field) >= sizeof filling->fields[0])
        return false;
    snprintf(filling->fields[at], sizeof filling->fields[at], "%s", field);
    snprintf(filling->values[at], sizeof filling->values[at], "%s", value);
    filling->all[at] = (struct comity_setting){filling->fields[at], filling->values[at]};
    filling->count++;
    return true;
}

/* Gives what fits a field; where the path is that of all entries of a list ("persons[].role"),
 * one to the first that was given none. */
static bool give_fitting(struct filling *filling, const char *field)
{
    if (*field == '/') /* of the document, though an entry asks for it */
        field++;
    const char *open = strstr(field, "[]");
    bool is_more = false;
    for (unsigned entry = 0; entry < (open ? MOST_ENTRIES : 1) && !is_more; entry++) {
        char path[sizeof filling->fields[0]];
        struct fitting fitting[2];
        if (open)
            snprintf(path, sizeof path, "%.*s[%u]%s", (int)(open - field), field, entry,
                     open + 2);
        else
            snprintf(path, sizeof path, "%s", field);
        size_t count = made_fitting(path, entry, fitting);
        for (size_t i = 0; i < count; i++)
            is_more = give(filling, fitting[i].path, fitting[i].value) || is_more;
    }
    return is_more;
}

/* The same of a field that an entry lacks, whose list is not named: each that may be meant. */
static bool give_entry(struct filling *filling, const char *field)
{
    char path[sizeof filling->fields[0]];
    bool is_more = false;
    for (unsigned i = 0; !is_more && made_entry_path(field, i, path, sizeof path); i++)
        is_more = give_fitting(filling, path);
    return is_more;
}

/* Gives what the errors of the last conversion ask for; false where that is nothing new. */
static bool give_what_lacks(struct filling *filling, const struct conversion *refused,
                            const char *kind)
{
    bool is_more = false;
    for (size_t i = 0; i < refused->noted_count && i < MAX_NOTED; i++) {
        const struct noted *error = &noted[i];
        if (error->severity != COMITY_ERROR || !error->field[0])
            continue;
        if (kind && strcmp(error->code, "model.kind") == 0)
            is_more = give(filling, "kind", kind) || is_more;
        else if (strcmp(error->code, "model.required") == 0)
            is_more = give_fitting(filling, error->field) ||
                      give_entry(filling, error->field) || is_more;
    }
    return is_more;
}

static bool write_as(struct comity *context, const char *format, const char *kind,
                     const struct buffer *record, struct filling *filling,
                     struct conversion *written)
{
    filling->count = 0;
    for (int i = 0; i < MOST_TRIES; i++) {
        written->setting_count = filling->count;
        convert_bytes(context, "convention-json", format, record->bytes, record->size, written);
        if (written->out.size || !give_what_lacks(filling, written, kind))
            break;
    }
    return written->out.size > 0;
}

bool write_filled(struct comity *context, const char *format, const struct kinds *kinds,
                  uint64_t number, const struct buffer *record, struct filling *filling,
                  struct conversion *written)
{
    bool is_written = false;
    size_t tries = kinds->count < MOST_KINDS ? kinds->count : MOST_KINDS;
    written->settings = filling->all;
    for (size_t i = 0; i < (tries ? tries : 1) && !is_written; i++)
        is_written =
            write_as(context, format, tries ? kinds->all[(number + i) % kinds->count] : NULL,
                     record, filling, written);
    written->settings = NULL;
    written->setting_count = 0;
    return is_written;
}

static bool is_refused_for_kind(const struct conversion *refused)
{
    for (size_t i = 0; i < refused->noted_count && i < MAX_NOTED; i++)
        if (strcmp(noted[i].code, "model.kind") == 0)
            return true;
    return false;
}

void find_kinds(struct comity *context, const char *format, struct kinds *kinds)
{
    struct buffer record;
    struct conversion written;
    kinds->count = 0;
    buffer_init(&record, 0);
    conversion_init(&written);
    for (size_t i = 0; i < code_count && kinds->count < MAX_KINDS; i++) {
        if (codes[i].list != L_kind)
            continue;
        buffer_clear(&record);
        buffer_format(&record, "{\"schema\":\"" SCHEMA_URN "\",\"kind\":\"%s\"}",
                      codes[i].value);
        convert_bytes(context, "convention-json", format, record.bytes, record.size, &written);
        if (!is_refused_for_kind(&written))
            kinds->all[kinds->count++] = codes[i].value;
    }
    conversion_free(&written);
    buffer_free(&record);
}
