/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records by field, for those who embed the library. */
#include "runtime/context.h"

const char *comity_record_get(struct comity_record *record, const char *path, size_t *len)
{
    struct value *value = NULL;
    const char *error = NULL;
    *len = 0;
    if (record_path(&record->record, path, strlen(path), PATH_FIND, &value, &error) !=
            COMITY_OK ||
        value->form != VALUE_TEXT)
        return NULL;
    *len = value->len;
    return value->text;
}

size_t comity_record_count(struct comity_record *record, const char *path)
{
    struct value *value = NULL;
    const char *error = NULL;
    if (record_path(&record->record, path, strlen(path), PATH_FIND, &value, &error) !=
            COMITY_OK ||
        value->form == VALUE_EMPTY_LIST || !value->parent)
        return 0;
    size_t len = strlen(path), count = 0;
    if (len && path[len - 1] == ']')
        return 1;
    for (; value; value = value_next(value))
        count++;
    return count;
}

comity_status comity_record_put(struct comity_record *record, const char *path,
                                const char *text, size_t len)
{
    const char *error = NULL;
    return record_put(&record->record, path, text, len, 0, NULL, &error);
}

struct walk {
    comity_value_fn *each;
    void *user;
    struct buffer path;
};

static void each_value(struct walk *walk, const struct value *group)
{
    for (const struct value *v = group->first; v; v = v->next) {
        if (v->form == VALUE_GROUP && (v->first || v->kept)) {
            each_value(walk, v);
            continue;
        }
        buffer_clear(&walk->path);
        value_path(v, &walk->path);
        buffer_char(&walk->path, '\0');
        if (buffer_status(&walk->path) == COMITY_OK)
            walk->each(walk->user, walk->path.bytes, v->form == VALUE_TEXT ? v->text : "",
                       v->form == VALUE_TEXT ? v->len : 0);
    }
    for (const struct kept *kept = group->kept; kept; kept = kept->next) {
        buffer_clear(&walk->path);
        buffer_text(&walk->path, "kept:");
        value_path(group, &walk->path);
        buffer_char(&walk->path, ':');
        buffer_text(&walk->path, kept->format);
        buffer_char(&walk->path, ':');
        buffer_add(&walk->path, kept->key, kept->key_len);
        buffer_char(&walk->path, '\0');
        if (buffer_status(&walk->path) == COMITY_OK)
            walk->each(walk->user, walk->path.bytes, kept->json, kept->json_len);
    }
}

comity_status comity_record_each(struct comity_record *record, comity_value_fn *each,
                                 void *user)
{
    struct walk walk = {.each = each, .user = user};
    buffer_init(&walk.path, 0);
    each_value(&walk, record->record.root);
    comity_status status = buffer_status(&walk.path);
    buffer_free(&walk.path);
    return status;
}

comity_status comity_record_write(struct comity_record *record, const char *to,
                                  comity_write_fn *write, void *user)
{
    struct session *session = record->session;
    const struct format *format = find_format(session->context, to, &session->findings);
    if (!format)
        return missing_format(session->context, to);
    if (!format_can_write(format))
        return COMITY_E_USAGE;
    struct record_writer writer;
    struct buffer out;
    buffer_init(&out, 0);
    comity_status status = record_writer_init(&writer, format, to, &session->findings);
    uint64_t stopping = findings_at_least(&session->findings, session->options->fail_on);
    if (status == COMITY_OK)
        status = write_record(&writer, record, &out);
    finish_writing(&writer, &out);
    if (status == COMITY_OK &&
        findings_at_least(&session->findings, session->options->fail_on) > stopping)
        status = COMITY_E_INVALID;
    if (status == COMITY_OK)
        status = beside_put(record);
    if (status == COMITY_OK && write(user, out.bytes, out.size) != 0)
        status = COMITY_E_IO;
    record_writer_free(&writer);
    buffer_free(&out);
    return status;
}
