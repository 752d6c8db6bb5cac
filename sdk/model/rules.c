/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables of rules.def and look-ups in them.  Knows nothing of records. */
#include "model/rules.h"

#include "model/rule_check.h"

#include <string.h>

#define REQUEST KIND_REQUEST
#define UNASKED KIND_UNASKED
#define ANSWER KIND_ANSWER
static const struct kind kinds[] = {
#define KIND(id, article, sort, lists, heading) {id, article, sort, lists, heading},
#define RULE(list, code, article, level, test, places, label, advice)
#include "model/rules.def"
#undef KIND
#undef RULE
};

#define MAY RULE_MAY
#define DECLARED RULE_DECLARED
#define SHOULD RULE_SHOULD
#define SHALL RULE_SHALL
static const struct rule rules[] = {
#define KIND(id, article, sort, lists, heading)
#define RULE(list, code, article, level, test, places, label, advice)                \
    {list,                                                                           \
     "rule." code,                                                                   \
     article,                                                                        \
     level,                                                                          \
     places,                                                                         \
     label,                                                                          \
     advice,                                                                         \
     "Article " article " of the convention:\n" label ".\n\nWhat to write: " advice, \
     rule_test_##test},
#include "model/rules.def"
#undef KIND
#undef RULE
};

const struct kind *kind_at(size_t index)
{
    return index < sizeof kinds / sizeof kinds[0] ? &kinds[index] : NULL;
}

const struct kind *kind_find(const char *id, size_t len)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strlen(kinds[i].id) == len && bytes_equal(kinds[i].id, id, len))
            return &kinds[i];
    return NULL;
}

/* True if a word stands in a text of words parted by blanks. */
static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (; *words; words += strcspn(words, " "), words += strspn(words, " "))
        if (strcspn(words, " ") == len && memcmp(words, word, len) == 0)
            return true;
    return false;
}

const struct rule *rules_next(const struct kind *kind, size_t *at)
{
    while (*at < sizeof rules / sizeof rules[0]) {
        const struct rule *rule = &rules[(*at)++];
        if (has_word(kind->lists, rule->list))
            return rule;
    }
    return NULL;
}

const struct rule *rule_find(const char *code)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(rules[i].code, code) == 0)
            return &rules[i];
    return NULL;
}

bool rule_is_plain(const struct rule *rule)
{
    return rule->test == rule_test_places;
}
