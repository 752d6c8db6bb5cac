/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One value that is a whole text: what the user supplies beside the documents.  Its faults are
 * findings with their places. */
#include "syntax/json.h"

#include <stdio.h>
#include <string.h>

/* Length of the white space at the beginning of a text. */
static size_t blanks(const char *text, size_t len)
{
    size_t count = 0;
    while (count < len && memchr(" \t\r\n", text[count], 4))
        count++;
    return count;
}

comity_status json_read_whole(struct tree *tree, const char *text, size_t len,
                              const struct limits *limits, struct findings *findings)
{
    struct syntax_error error = {.code = "json.trailing-text"};
    size_t used = 0, start = blanks(text, len);
    for (size_t i = 0; i < start; i++) {
        tree->column = text[i] == '\n' ? 1 : tree->column + 1;
        tree->line += text[i] == '\n';
    }
    tree->offset = start;
    text += start;
    len -= start;
    comity_status status = json_read(tree, text, len, true, limits, &used, &error);
    if (status == COMITY_OK) {
        error.offset = used + blanks(text + used, len - used);
        if (error.offset == len)
            return COMITY_OK;
        tree->size = len; /* its place is behind what was read */
        snprintf(error.message, sizeof error.message, "something follows the value");
        status = COMITY_E_INVALID;
    }
    if (status != COMITY_E_NOMEM)
        tree_report_syntax(tree, findings, &error);
    return status == COMITY_E_NOMEM ? status : COMITY_E_INVALID;
}
