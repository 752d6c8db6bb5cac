/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin that reports in all the ways it may, and in some it may not: which, says the
 * document's "do". */
#include "mock.h"

struct short_diag {
    uint32_t struct_size;
    int32_t severity;
    const char *code, *message;
};
_Static_assert(sizeof(struct short_diag) == offsetof(struct comity_diag, hint), "cut");

static int is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(text, word, len) == 0;
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    size_t len = 0;
    const struct comity_node *node = host->node_find(call, root, "do");
    const char *text = host->node_text(node, &len);
    struct comity_diag diag = {.struct_size = sizeof diag,
                               .severity = COMITY_ERROR,
                               .code = "mock.bad",
                               .message = "the value is bad",
                               .hint = "make it good",
                               .field = "id",
                               .node = node};
    const struct short_diag cut = {.struct_size = sizeof cut,
                                   .severity = COMITY_WARNING,
                                   .code = "mock.short",
                                   .message = "a report that is cut"};
    if (!node || mock_kind(doc) != COMITY_OK ||
        host->put(doc, "id", text, len, node) != COMITY_OK)
        return COMITY_E_INVALID;
    if (is_word(text, len, "note"))
        diag.severity = COMITY_NOTE;
    if (is_word(text, len, "loss"))
        diag.severity = COMITY_LOSS;
    if (is_word(text, len, "severity"))
        diag.severity = 99; /* taken for the gravest */
    if (is_word(text, len, "code"))
        diag.code = NULL; /* not a report */
    if (is_word(text, len, "short"))
        host->report(call, (const void *)&cut);
    else
        host->report(call, &diag);
    return is_word(text, len, "invalid") || is_word(text, len, "code") ? COMITY_E_INVALID
                                                                       : COMITY_OK;
}

static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
MOCK_FORMAT("mock-reports", .syntax = "json", .probe = mock_probe, .reader = &reader);
MOCK_PLUGIN("reports-error", .init = mock_init)
