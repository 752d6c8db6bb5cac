/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Look-ups in the convention's lists of content items.  Knows nothing of records. */
#include "model/content.h"

#include <string.h>

static const struct content_item items[] = {
#define CONTENT(article, list, paths, title) {article, list, paths, title},
#define CONTENT_OF(kind, list)
#include "model/content.def"
#undef CONTENT
#undef CONTENT_OF
};

static const struct {
    const char *kind, *list;
} lists[] = {
#define CONTENT(article, list, paths, title)
#define CONTENT_OF(kind, list) {kind, list},
#include "model/content.def"
#undef CONTENT
#undef CONTENT_OF
};

static bool has_list(const char *kind, const char *list)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(lists[i].kind, kind) == 0 && strcmp(lists[i].list, list) == 0)
            return true;
    return false;
}

const struct content_item *content_next(const char *kind, size_t *at)
{
    while (*at < sizeof items / sizeof items[0]) {
        const struct content_item *item = &items[(*at)++];
        if (has_list(kind, item->list))
            return item;
    }
    return NULL;
}

/* True if one path is the other, or holds it. */
static bool is_within(const char *inner, size_t inner_len, const char *outer, size_t outer_len)
{
    return inner_len >= outer_len && memcmp(inner, outer, outer_len) == 0 &&
           (inner_len == outer_len || inner[outer_len] == '.');
}

bool content_answers(const struct content_item *item, const char *plain)
{
    size_t plain_len = strlen(plain);
    for (const char *path = item->paths; *path;) {
        size_t len = strcspn(path, "|");
        if (is_within(plain, plain_len, path, len) || is_within(path, len, plain, plain_len))
            return true;
        path += len + (path[len] == '|');
    }
    return false;
}
