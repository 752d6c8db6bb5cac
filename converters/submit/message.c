/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One message of an endpoint; see message.h. */
#include "submit/message.h"

#include "base/utf8.h"

#include <string.h>

void message_close(struct message *message)
{
    stream_free(message->stream);
    source_free(&message->source);
    tree_free(&message->tree);
    arena_free(&message->arena);
}

comity_status message_open(struct message *message, const char *bytes, size_t size)
{
    static const struct limits limits = LIMITS_INIT;
    struct findings quiet = {.emit = NULL};
    memset(message, 0, sizeof *message);
    arena_init(&message->arena, limits.memory);
    tree_init(&message->tree, &message->arena);
    source_init_memory(&message->source, bytes, size);
    enum syntax_id syntax = size ? syntax_sniff(bytes, size) : 0;
    if (source_fill(&message->source, size) != COMITY_OK || !syntax)
        return COMITY_E_INVALID;
    comity_status status =
        stream_open(syntax, &message->source, &limits, NULL, NULL, &message->stream);
    return status == COMITY_OK ? stream_next(message->stream, &message->tree, &quiet) : status;
}

uint32_t message_child(const struct tree *tree, uint32_t parent, const char *name,
                       const char *ns)
{
    return parent ? tree_find(tree, parent, name, strlen(name), ns) : 0;
}

uint32_t message_at(const struct tree *tree, uint32_t parent, const char *path)
{
    while (parent && *path) {
        size_t len = strcspn(path, "/");
        parent = tree_find(tree, parent, path, len, NULL);
        path += len + (path[len] == '/');
    }
    return parent;
}

const struct comity_node *message_text(const struct tree *tree, uint32_t node)
{
    const struct comity_node *found = node ? tree_node(tree, node) : NULL;
    return found && found->text ? found : NULL;
}

bool message_is_text(const struct comity_node *node, const char *text)
{
    return node && node->text && node->text_len == strlen(text) &&
           memcmp(node->text, text, node->text_len) == 0;
}

int message_cut(const struct comity_node *node, size_t most)
{
    if (!node || !node->text)
        return 0;
    return (int)(node->text_len <= most ? node->text_len
                                        : utf8_cut(node->text, node->text_len, most));
}
