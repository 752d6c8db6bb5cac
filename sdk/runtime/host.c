/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The host's side of the plugin ABI: the table of functions that a plugin is given, and the
 * calls of its reader and writer.  The record stays ours: what a plugin takes and leaves is
 * seen here. */
#include "runtime/context.h"
#include "syntax/json.h"

#include <stdio.h>

struct comity_call {
    struct session *session;   /* NULL: a plugin's init() */
    struct findings *findings; /* where reports go */
    const struct format *format;
    const char *spec; /* the format as it was asked for, with its options */
};

struct comity_doc {
    struct comity_record *record;
    const struct format *format; /* the plugin's own */
    char refused[300];           /* the last that it asked for and could not have; "" = none */
};

struct comity_out {
    struct buffer *buffer;
};

static const void *host_extension(const char *id)
{
    (void)id;
    return NULL; /* none yet */
}

static void host_report(struct comity_call *call, const struct comity_diag *theirs)
{
    struct comity_diag diag;
    memset(&diag, 0, sizeof diag);
    memcpy(&diag, theirs,
           theirs->struct_size < sizeof diag ? theirs->struct_size : sizeof diag);
    if (!call || !diag.code || !diag.message)
        return;
    int32_t severity = diag.severity < COMITY_NOTE || diag.severity > COMITY_ERROR
                           ? COMITY_ERROR
                           : diag.severity;
    struct session *session = call->session;
    if (!session) { /* there is no document yet */
        struct comity_finding finding = {.struct_size = sizeof finding,
                                         .severity = severity,
                                         .code = diag.code,
                                         .message = diag.message,
                                         .field = diag.field,
                                         .hint = diag.hint};
        findings_add(call->findings, &finding);
        return;
    }
    uint32_t node = diag.node ? tree_index(&session->tree, diag.node) : 0;
    if (node >= session->tree.count)
        node = 0;
    tree_report(&session->tree, call->findings, node, severity, diag.code, diag.field,
                diag.hint, diag.message);
}

static void *host_alloc(struct comity_call *call, size_t size)
{
    return call && call->session ? arena_zalloc(&call->session->arena, size) : NULL;
}

static const char *host_option(struct comity_call *call, const char *name)
{
    size_t len = 0;
    const char *value =
        call && call->format ? format_option(call->format, call->spec, name, &len) : NULL;
    return value ? arena_copy(&call->session->arena, value, len) : NULL;
}

static uint32_t host_node_kind(const struct comity_node *node)
{
    return node ? node->kind : COMITY_NODE_NONE;
}

static const char *host_node_name(const struct comity_node *node, size_t *len)
{
    *len = node ? node->name_len : 0;
    return node ? node->name : NULL;
}

static const char *host_node_text(const struct comity_node *node, size_t *len)
{
    *len = node ? node->text_len : 0;
    return node ? node->text : NULL;
}

static const struct comity_node *node_at(struct comity_call *call, uint32_t index)
{
    return index ? tree_node(&call->session->tree, index) : NULL;
}

static const struct comity_node *host_node_first(struct comity_call *call,
                                                 const struct comity_node *node)
{
    return node ? node_at(call, node->first) : NULL;
}

static const struct comity_node *host_node_next(struct comity_call *call,
                                                const struct comity_node *node)
{
    return node ? node_at(call, node->next) : NULL;
}

static const struct comity_node *
host_node_find(struct comity_call *call, const struct comity_node *node, const char *name)
{
    const struct tree *tree = &call->session->tree;
    return node ? node_at(call,
                          tree_find(tree, tree_index(tree, node), name, strlen(name), NULL))
                : NULL;
}

/* What a template's rows tell with --trace, of a plugin that has none. */
static void trace(const struct comity_doc *doc, const char *field, const struct value *value,
                  uint32_t node)
{
    char message[300];
    struct buffer leaf;
    const struct record *record = &doc->record->record;
    buffer_init(&leaf, 4096);
    tree_path(record->tree, node, &leaf);
    snprintf(message, sizeof message, "%.*s -> %.60s: '%.*s'",
             clip(leaf.bytes, leaf.size, 100), leaf.bytes ? leaf.bytes : "", field,
             clip(value->text, value->len, 100), value->text);
    buffer_free(&leaf);
    record_report(record, &doc->record->session->findings, value, COMITY_NOTE, "model.trace",
                  NULL, message);
}

/* Remembers what was refused: a plugin that gives up over it seldom says so. */
static comity_status refuse(struct comity_doc *doc, const char *call, const char *path,
                            comity_status status, const char *why)
{
    snprintf(doc->refused, sizeof doc->refused, "; %s(\"%.*s\") gave %d%s%.*s", call,
             clip(path, strlen(path), 80), path, (int)status, why ? ", " : "",
             clip(why ? why : "", why ? strlen(why) : 0, 160), why ? why : "");
    return status;
}

/* True where a text says all that the value says already: the same, or more of it behind white
 * space, as a text that stands on several lines. */
static bool goes_on(const struct value *value, const char *text, size_t len)
{
    return len >= value->len && memcmp(text, value->text, value->len) == 0 &&
           (len == value->len || memchr(" \t\r\n", text[value->len], 4));
}

static comity_status host_put(struct comity_doc *doc, const char *path, const char *text,
                              size_t len, const struct comity_node *from)
{
    struct record *record = &doc->record->record;
    const char *error = NULL;
    struct value *value = NULL, *present = NULL;
    uint32_t node = from ? tree_index(record->tree, from) : 0, before = 0;
    if (record_path(record, path, strlen(path), PATH_FIND, &present, &error) == COMITY_OK &&
        present->form == VALUE_TEXT && !goes_on(present, text, len))
        before = present->node;
    comity_status status = record_put(record, path, text, len, node, &value, &error);
    if (status != COMITY_OK)
        return refuse(doc, "put", path, status, error);
    if (value == present && before && before != node &&
        tree_node(record->tree, before)->fate == FATE_MAPPED)
        tree_node(record->tree, before)->fate = FATE_NONE; /* its value is gone: unread */
    if (node)
        tree_mark(record->tree, node, FATE_MAPPED);
    convention_check(record, &doc->record->session->findings, value);
    if (node && doc->record->session->options->trace)
        trace(doc, path, value, node);
    return COMITY_OK;
}

static comity_status host_keep(struct comity_doc *doc, const struct comity_node *from)
{
    struct record *record = &doc->record->record;
    struct buffer key, json;
    if (!from)
        return COMITY_E_USAGE;
    uint32_t node = tree_index(record->tree, from);
    buffer_init(&key, 0);
    buffer_init(&json, 0);
    tree_path(record->tree, node, &key);
    json_put_node(&json, record->tree, node);
    comity_status status =
        buffer_status(&key) != COMITY_OK ? buffer_status(&key) : buffer_status(&json);
    if (status == COMITY_OK) {
        const char *key_copy = arena_copy(record->arena, key.bytes ? key.bytes : "", key.size);
        const char *json_copy = arena_copy(record->arena, json.bytes, json.size);
        if (!key_copy || !json_copy ||
            !value_keep(record, record->root, doc->format->id, key_copy, key.size, json_copy,
                        json.size, node))
            status = COMITY_E_NOMEM;
        tree_mark(record->tree, node, FATE_KEPT);
    }
    buffer_free(&key);
    buffer_free(&json);
    return status;
}

static size_t host_count(const struct comity_doc *doc, const char *path)
{
    return comity_record_count(doc->record, path);
}

static comity_status host_get(struct comity_doc *doc, const char *path, const char **text,
                              size_t *len)
{
    struct record *record = &doc->record->record;
    if (strncmp(path, "kept:", 5) == 0) {
        struct kept *kept =
            value_kept(record->root, doc->format->id, path + 5, strlen(path + 5));
        if (!kept)
            return COMITY_END;
        kept->flags |= VALUE_ASKED;
        *text = kept->json;
        *len = kept->json_len;
        return COMITY_OK;
    }
    struct value *value = NULL;
    const char *error = NULL;
    comity_status status = record_path(record, path, strlen(path), PATH_FIND, &value, &error);
    if (status == COMITY_OK && value->form == VALUE_GROUP)
        return refuse(doc, "get", path, COMITY_E_USAGE, "it is a group, and has no text");
    if (status != COMITY_OK)
        return status == COMITY_END ? status : refuse(doc, "get", path, status, error);
    value->flags |= VALUE_ASKED;
    *text = value->form == VALUE_TEXT ? value->text : "";
    *len = value->len;
    return value->form == VALUE_TEXT ? COMITY_OK : COMITY_END;
}

static comity_status host_write_bytes(struct comity_out *out, const void *bytes, size_t size)
{
    buffer_add(out->buffer, bytes, size);
    return buffer_status(out->buffer);
}

const struct comity_host *host_table(void)
{
    static const struct comity_host table = {.struct_size = sizeof table,
                                             .abi_minor = COMITY_ABI_MINOR,
                                             .name = "comity",
                                             .version = PACKAGE_VERSION,
                                             .extension = host_extension,
                                             .report = host_report,
                                             .alloc = host_alloc,
                                             .option = host_option,
                                             .node_kind = host_node_kind,
                                             .node_name = host_node_name,
                                             .node_text = host_node_text,
                                             .node_first = host_node_first,
                                             .node_next = host_node_next,
                                             .node_find = host_node_find,
                                             .put = host_put,
                                             .keep = host_keep,
                                             .count = host_count,
                                             .get = host_get,
                                             .write = host_write_bytes};
    return &table;
}

/* A failing plugin that says nothing is named all the same. */
static comity_status blame(const struct comity_doc *doc, uint64_t errors, const char *what)
{
    char message[600];
    struct session *session = doc->record->session;
    if (session->findings.counts[COMITY_ERROR] > errors)
        return COMITY_E_INVALID;
    snprintf(message, sizeof message,
             "the plugin of %s failed to %s the document and gave no reason%s", doc->format->id,
             what, doc->refused);
    tree_report(&session->tree, &session->findings, 1, COMITY_ERROR, "plugin.failed", NULL,
                NULL, message);
    return COMITY_E_PLUGIN;
}

/* Leaves that the reader passed over are losses: no plugin drops anything in silence. */
static void report_unread(struct comity_record *record)
{
    struct tree *tree = record->record.tree;
    struct session *session = record->session;
    for (uint32_t i = 1; i < tree->count; i++) {
        struct comity_node *node = tree_node(tree, i);
        if (node->fate != FATE_NONE || !tree_is_leaf(tree, node))
            continue;
        tree_report(tree, &session->findings, i, COMITY_LOSS, "loss.unread", NULL, NULL,
                    "the format's plugin did not read this value");
        node->fate = FATE_DROPPED;
    }
}

comity_status host_read(struct comity_record *record)
{
    struct session *session = record->session;
    struct comity_call call = {.session = session,
                               .findings = &session->findings,
                               .format = record->format,
                               .spec = session->options->from};
    struct comity_doc doc = {.record = record, .format = record->format};
    uint64_t errors = session->findings.counts[COMITY_ERROR];
    comity_status status =
        record->format->described.reader->read(&call, tree_node(&session->tree, 1), &doc);
    if (status != COMITY_OK) {
        comity_status blamed = blame(&doc, errors, "read");
        return status == COMITY_E_NOMEM ? status : blamed;
    }
    report_unread(record);
    if (value_child(record->record.root, F_document_kind))
        return COMITY_OK;
    tree_report(&session->tree, &session->findings, 1, COMITY_ERROR, "plugin.failed", "kind",
                NULL, "the format's plugin read the document and stated no kind");
    return COMITY_E_PLUGIN;
}

comity_status host_init(const struct comity_plugin *plugin, struct findings *findings)
{
    struct comity_call call = {.findings = findings};
    return plugin->init(host_table(), &call);
}

comity_status host_write(const struct record_writer *writer, struct comity_record *record,
                         struct buffer *out)
{
    const struct format *format = writer->format;
    struct session *session = record->session;
    struct comity_call call = {.session = session,
                               .findings = &session->findings,
                               .format = format,
                               .spec = writer->spec};
    struct comity_doc doc = {.record = record, .format = format};
    struct comity_out to = {.buffer = out};
    uint64_t errors = session->findings.counts[COMITY_ERROR];
    comity_status status = format->described.writer->write(&call, &doc, &to);
    if (status == COMITY_OK)
        return buffer_status(out);
    comity_status blamed = blame(&doc, errors, "write");
    return status == COMITY_E_NOMEM || status == COMITY_E_LIMIT ? status : blamed;
}
