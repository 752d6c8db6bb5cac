/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts that the format can only say otherwise: in some letters alone, or by a code that says
 * several words.  How it was written is noted in the record that goes along, so that a reader
 * of ours puts the original in its place again. */
#include "base/utf8.h"
#include "io/transliterate.h"
#include "mapping/writer.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>
#include <stdlib.h>

struct lettering {
    struct charset_encoder *encoder;
    struct transliterator *latin;
};

void lettering_free(struct lettering *all, size_t count)
{
    for (size_t i = 0; all && i < count; i++) {
        transliterator_free(all[i].latin);
        charset_encoder_free(all[i].encoder);
    }
    free(all);
}

static comity_status open_letters(struct writing *w, const struct letters *letters,
                                  struct lettering **found)
{
    struct lettering **all = w->lettering;
    if (!*all)
        *all = calloc(w->t->letters_count, sizeof **all);
    *found = *all ? &(*all)[letters - w->t->letters] : NULL;
    if (!*found)
        return COMITY_E_NOMEM;
    return (*found)->encoder ? COMITY_OK
                             : charset_encoder_of(letters->name, letters->ranges,
                                                  letters->count, &(*found)->encoder);
}

/* What stands for nothing that could be said is left out; how many characters that were. */
static size_t drop_unsaid(struct charset_encoder *encoder, struct buffer *text)
{
    size_t kept = 0, count = 0;
    for (size_t at = 0; at < text->size;) {
        uint32_t code;
        size_t size = utf8_decode(text->bytes + at, text->size - at, &code);
        size = size ? size : 1;
        if (charset_encoder_says(encoder, code)) {
            memmove(text->bytes + kept, text->bytes + at, size);
            kept += size;
        } else {
            count++;
        }
        at += size;
    }
    text->size = kept;
    return count;
}

static void tell(struct writing *w, const struct letters *letters, const struct value *value,
                 size_t lost)
{
    char message[300];
    snprintf(message, sizeof message,
             "%s takes letters %s alone; the text is written in Latin "
             "letters%s",
             w->t->id, letters->name, lost ? ", and what has none is left out" : "");
    out_report_value(w, value, COMITY_WARNING, "charset.transliterated",
                     w->t->carries
                         ? "the original goes along in the attachment comity-record.json"
                         : "the original does not go along",
                     message);
}

/* Writes the text in the letters that the row takes; false where it has no others. */
static bool put_latin(struct writing *w, const struct row *row, const struct out_frame *frame,
                      struct value *value)
{
    struct lettering *lettering = NULL;
    struct buffer text;
    size_t changed = 0, lost = 0;
    comity_status status = open_letters(w, row->letters, &lettering);
    if (status == COMITY_OK &&
        charset_encoder_fits(lettering->encoder, value->text, value->len) == value->len)
        return false;
    buffer_init(&text, 0);
    if (status == COMITY_OK && !lettering->latin)
        status = transliterator_new(lettering->encoder, &lettering->latin);
    if (status == COMITY_OK)
        status =
            transliterate(lettering->latin, value->text, value->len, &text, &changed, &lost);
    if (status == COMITY_OK) {
        lost += drop_unsaid(lettering->encoder, &text);
        tell(w, row->letters, value, lost);
        json_put_string(w->out, text.bytes ? text.bytes : "", text.size);
        out_note(w, KEPT_WRITTEN, row->field_path, frame, value->position,
                 text.bytes ? text.bytes : "", text.size);
    } else {
        w->status = status;
    }
    buffer_free(&text);
    return status == COMITY_OK;
}

void out_note(struct writing *w, const char *prefix, const char *path,
              const struct out_frame *frame, uint32_t position, const char *text, size_t len)
{
    struct value *group = *path == '/' ? w->record->root : frame->slots[0];
    path += *path == '/';
    struct buffer key, json;
    if (!w->is_trial)
        return;
    buffer_init(&key, 0);
    buffer_init(&json, 0);
    buffer_text(&key, prefix);
    buffer_text(&key, path);
    if (key.size > 2 && memcmp(key.bytes + key.size - 2, "[]", 2) == 0) {
        key.size -= 2;
        buffer_format(&key, "[%u]", (unsigned)position);
    }
    json_put_string(&json, text, len);
    bool good = buffer_status(&key) == COMITY_OK && buffer_status(&json) == COMITY_OK;
    const char *copy = good ? arena_copy(w->record->arena, json.bytes, json.size) : NULL,
               *name = good ? arena_copy(w->record->arena, key.bytes, key.size) : NULL;
    if (!name || !copy ||
        !value_keep(w->record, group, w->t->id, name, key.size, copy, json.size, 0))
        w->status = COMITY_E_NOMEM;
    buffer_free(&key);
    buffer_free(&json);
}

/* A time to the second has no place for a fraction, and says more than a date alone. */
static void tell_time(struct writing *w, const struct row *row, const struct out_frame *frame,
                      const struct value *value)
{
    char scratch[CODEC_SCRATCH], message[200];
    const char *written = value->text;
    bool is_cut = codec_fraction(value->text, value->len) != NULL;
    size_t len = codec_source(row, NULL, &written, value->len, scratch);
    if (is_cut) {
        snprintf(message, sizeof message,
                 "%s has no place for a fraction of a second; it is left out", w->t->id);
        out_report_value(w, value, w->t->carries ? COMITY_WARNING : COMITY_LOSS, "model.time",
                         w->t->carries
                             ? "the original goes along in the attachment comity-record.json"
                             : "the original does not go along",
                         message);
        out_note(w, KEPT_WRITTEN, row->field_path, frame, value->position, written, len);
    } else if (len != value->len && fields[row->target.field].type != TYPE_DATE) {
        snprintf(message, sizeof message,
                 "%s takes no date alone here; midnight in UTC is written with it", w->t->id);
        out_report_value(w, value, COMITY_NOTE, "model.time",
                         "state the time in the document if it must be another", message);
    }
}

void out_tell_date(struct writing *w, const struct row *row, const struct value *value)
{
    char message[300], scratch[CODEC_SCRATCH];
    struct partial_date date;
    bool is_digits = row->codec == CODEC_DIGITS;
    if ((row->codec != CODEC_DATE && !is_digits) || !date_is_time(value->text, value->len) ||
        (date_read(value->text, value->len, &date) &&
         (is_digits || date_write_style(&row->dates[0], &date, scratch))))
        return;
    snprintf(message, sizeof message,
             "%s writes a date here as %.100s, which has no place for all of '%.*s': it stands "
             "as it is",
             w->t->id, is_digits ? "YYYYMMDD" : row->dates[0].pattern,
             clip(value->text, value->len, 60), value->text);
    out_report_value(w, value, COMITY_WARNING, "model.time",
                     "state the date alone if who reads it takes no other", message);
}

/* What stands in where the format demands something else is read as that: in the record that
 * goes along it is what it was. */
static void tell_instead(struct writing *w, const struct row *row,
                         const struct out_frame *frame, const struct value *value)
{
    char message[300];
    out_note(w, KEPT_WRITTEN, row->field_path, frame, 0, value->text, value->len);
    if (w->t->carries)
        return;
    snprintf(message, sizeof message,
             "%s writes it where it has a place for %.150s alone, and it will be read as that",
             w->t->id, row->field_path);
    out_report_value(w, value, COMITY_WARNING, "model.instead",
                     "state that field too if the document knows it", message);
}

bool out_encode(struct writing *w, const struct row *row, struct out_frame *frame,
                struct value *value)
{
    if (row->letters && put_latin(w, row, frame, value))
        return true;
    if (!codec_encode(row, value->text, value->len, w->out))
        return false;
    if (row->codec == CODEC_TIME)
        tell_time(w, row, frame, value);
    out_tell_date(w, row, value);
    const struct code_pair *read = codec_read_as(row, value->text, value->len);
    if (read)
        out_note(w, KEPT_WRITTEN, row->field_path, frame, value->position, read->value,
                 read->value_len);
    else if (row->is_instead && value == out_target(w, frame, &row->also[0]))
        tell_instead(w, row, frame, value);
    return true;
}
