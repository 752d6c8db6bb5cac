/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What each finding's code means and what to do about it: comity explain.  A test holds that
 * every code in the sources stands here; the convention's rules explain themselves. */
#include "model/rules.h"

#include <comity/comity.h>
#include <string.h>

struct explanation {
    const char *code, *text;
};

static const struct explanation explanations[] = {
#define EXPLAIN(code, text) {code, text},
#include "runtime/explain.def"
#undef EXPLAIN
};

const char *comity_explain(const char *code)
{
    for (size_t i = 0; i < sizeof explanations / sizeof explanations[0]; i++)
        if (strcmp(explanations[i].code, code) == 0)
            return explanations[i].text;
    const struct rule *rule = rule_find(code);
    return rule ? rule->explanation : NULL;
}
