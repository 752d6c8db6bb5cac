/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came back, or was sent: one message of XML or JSON, read as strictly as any input. */
#ifndef COMITY_CONVERTERS_SUBMIT_MESSAGE_H
#define COMITY_CONVERTERS_SUBMIT_MESSAGE_H

#include "syntax/stream.h"
#include "syntax/tree.h"

#include <stdbool.h>

struct message {
    struct arena arena;
    struct tree tree; /* node 1 is the root */
    struct source source;
    struct stream *stream;
};

/* Reads it; COMITY_E_INVALID where it is none.  Lends the bytes; to be closed in any case. */
comity_status message_open(struct message *message, const char *bytes, size_t size);
void message_close(struct message *message);

/* A child by name and namespace (NULL: any), or 0; of node 0 there is none. */
uint32_t message_child(const struct tree *tree, uint32_t parent, const char *name,
                       const char *ns);
/* The same by a path of names without namespaces, "a/b/c". */
uint32_t message_at(const struct tree *tree, uint32_t parent, const char *path);
/* A node that has text, or NULL. */
const struct comity_node *message_text(const struct tree *tree, uint32_t node);
bool message_is_text(const struct comity_node *node, const char *text);

/* For what a protocol says of them: at most `most` bytes of the text, cut between characters.
 * */
int message_cut(const struct comity_node *node, size_t most);

#endif
