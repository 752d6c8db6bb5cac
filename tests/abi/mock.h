/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What most mock plugins share: the host, kept by init(), and short ways to say things. */
#ifndef COMITY_TESTS_ABI_MOCK_H
#define COMITY_TESTS_ABI_MOCK_H

#include <comity/plugin.h>

#include <string.h>

static const struct comity_host *host;

static inline comity_status mock_init(const struct comity_host *given, struct comity_call *call)
{
    (void)call;
    host = given;
    return COMITY_OK;
}

static inline int32_t mock_probe(const uint8_t *head, size_t size)
{
    (void)head;
    (void)size;
    return 0; /* it is asked for by name */
}

static inline void mock_report(struct comity_call *call, int32_t severity, const char *code,
                               const char *message, const struct comity_node *node)
{
    struct comity_diag diag = {.struct_size = sizeof diag,
                               .severity = severity,
                               .code = code,
                               .message = message,
                               .node = node};
    host->report(call, &diag);
}

/* The kind, which every document must state. */
static inline comity_status mock_kind(struct comity_doc *doc)
{
    static const char kind[] = "provisional-arrest";
    return host->put(doc, "kind", kind, sizeof kind - 1, NULL);
}

/* Puts the kind, and the text of a member where it is there. */
static inline comity_status mock_put(struct comity_call *call, struct comity_doc *doc,
                                     const struct comity_node *root, const char *name,
                                     const char *path)
{
    size_t len;
    const struct comity_node *node = host->node_find(call, root, name);
    const char *text = host->node_text(node, &len);
    comity_status status = mock_kind(doc);
    return node && status == COMITY_OK ? host->put(doc, path, text, len, node) : status;
}

static inline comity_status mock_write(struct comity_out *out, const char *text)
{
    return host->write(out, text, strlen(text));
}

/* Writes "name":"value" and what follows; null where there is no value.  Asks for the kind, so
 * that it is no loss. */
static inline comity_status mock_member(struct comity_doc *doc, struct comity_out *out,
                                        const char *name, const char *path, const char *after)
{
    size_t len = 0;
    const char *text = NULL;
    host->get(doc, "kind", &text, &len);
    comity_status found = host->get(doc, path, &text, &len);
    if (found < 0)
        return found;
    mock_write(out, "\"");
    mock_write(out, name);
    mock_write(out, found == COMITY_OK ? "\":\"" : "\":null");
    if (found == COMITY_OK) {
        host->write(out, text, len);
        mock_write(out, "\"");
    }
    return mock_write(out, after);
}

/* A format of the mock's own name with what else is given. */
#define MOCK_FORMAT(format_id, ...)                                                    \
    static const struct comity_format mock_format = {.struct_size =                    \
                                                         sizeof(struct comity_format), \
                                                     .id = format_id,                  \
                                                     .title = "mock " format_id,       \
                                                     __VA_ARGS__};                     \
    static const struct comity_format *const mock_formats[] = {&mock_format, NULL}

/* The descriptor and the entry; formats are mock_formats. */
#define MOCK_PLUGIN(plugin_id, ...)                                                 \
    const struct comity_plugin *comity_plugin_v1(void)                              \
    {                                                                               \
        static const struct comity_plugin plugin = {.struct_size = sizeof plugin,   \
                                                    .abi_minor = COMITY_ABI_MINOR,  \
                                                    .version = "1",                 \
                                                    .vendor = "Comity tests",       \
                                                    .license = "LGPL-2.1-or-later", \
                                                    .formats = mock_formats,        \
                                                    .id = plugin_id,                \
                                                    __VA_ARGS__};                   \
        return &plugin;                                                             \
    }

#endif
