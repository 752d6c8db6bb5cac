/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an authority of the register may say.  Knows no store. */
#include "submit/register.h"

#include "base/utf8.h"
#include "model/codes.h"
#include "model/record.h"

#include <string.h>

#define NAME_MOST 500u
#define ADDRESS_MOST 4000u
#define DECLARATIONS_MOST 200u
#define LANGUAGES_MOST 64u
#define SHOWN 80u /* bytes of a value that a message shows */

const char *const register_roles[] = {"central-authority", "extradition", "24-7", "interpol",
                                      "diplomatic",        "competent",   NULL};

static int shown(const char *text)
{
    return (int)utf8_cut(text, strlen(text), SHOWN);
}

static void check_state(const char *state, struct entry_faults *faults)
{
    if (!iso_country_known(state, strlen(state)))
        entry_fault(faults, "register.state", "state", 0,
                    "write the two capitals of ISO 3166-1, such as DE",
                    "there is no State with the code '%.*s'", shown(state), state);
}

static void check_role(const char *role, struct entry_faults *faults)
{
    for (size_t i = 0; register_roles[i]; i++)
        if (strcmp(role, register_roles[i]) == 0)
            return;
    entry_fault(faults, "register.role", "role", 0, NULL,
                "there is no role '%.*s'; it is central-authority, extradition, 24-7, "
                "interpol, diplomatic or competent",
                shown(role), role);
}

static void check_text(const char *text, const char *code, const char *member, size_t most,
                       bool lines, struct entry_faults *faults)
{
    size_t len = strlen(text);
    if (len > most)
        entry_fault(faults, code, member, 0, NULL, "the %s is longer than %zu bytes", member,
                    most);
    else if (!entry_text_is_plain(text, len, lines))
        entry_fault(faults, code, member, 0, NULL,
                    "the %s holds a control character, or one that turns the direction of "
                    "writing, or is no UTF-8: '%.*s'",
                    member, shown(text), text);
    else if (len && (text[0] == ' ' || text[len - 1] == ' '))
        entry_fault(faults, code, member, 0, NULL, "the %s has a blank at an end: '%.*s'",
                    member, shown(text), text);
}

void authority_check(const struct authority *authority, struct entry_faults *faults)
{
    if (authority->state)
        check_state(authority->state, faults);
    else
        entry_fault(faults, "register.state", "state", 0, NULL, "the authority has no State");
    if (authority->role)
        check_role(authority->role, faults);
    else
        entry_fault(faults, "register.role", "role", 0, NULL, "the authority has no role");
    if (authority->territory)
        check_text(authority->territory, "register.territory", "territory", NAME_MOST, false,
                   faults);
    if (authority->name && *authority->name)
        check_text(authority->name, "register.name", "name", NAME_MOST, false, faults);
    else
        entry_fault(faults, "register.name", "name", 0, NULL, "the authority has no name");
    if (authority->address)
        check_text(authority->address, "register.address", "address", ADDRESS_MOST, true,
                   faults);
}

/* --- declarations */

void authority_check_declarations(const struct tree *tree, uint32_t group,
                                  struct entry_faults *faults)
{
    const struct comity_node *all = tree_node(tree, group);
    if (all->count > DECLARATIONS_MOST)
        entry_fault(faults, "register.declarations", "declarations", group, NULL,
                    "there are more than 200 declarations");
    for (uint32_t i = all->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        bool is_named = node->name_len && node->name_len <= NAME_MOST &&
                        entry_text_is_plain(node->name, node->name_len, false);
        bool is_text = node->kind == COMITY_NODE_STRING && node->text_len <= ADDRESS_MOST &&
                       entry_text_is_plain(node->text, node->text_len, true);
        if (!is_named || !is_text)
            entry_fault(faults, "register.declarations", "declarations", i,
                        "write {\"61.6\": \"text\"}", "the declaration '%.*s' is no text",
                        (int)utf8_cut(node->name, node->name_len, SHOWN), node->name);
    }
}

/* --- languages */

static bool is_between(char c)
{
    return c == ',' || c == ';' || c == ' ';
}

/* True where the tag stands among those that were read before it. */
static bool stands_before(const char *tags, size_t end, const char *tag, size_t len)
{
    for (size_t at = 0; at < end;) {
        const char *comma = memchr(tags + at, ',', end - at);
        size_t one = comma ? (size_t)(comma - tags) - at : end - at;
        if (one == len && memcmp(tags + at, tag, len) == 0)
            return true;
        at += one + 1;
    }
    return false;
}

static bool is_tag(const char *text, size_t len)
{
    const struct field language = {.name = "languages", .type = TYPE_LANGUAGE};
    const char *expected;
    return len <= 40 && !value_check(&language, text, len, &expected);
}

const char *authority_languages(struct arena *arena, const char *text,
                                struct entry_faults *faults)
{
    char *tags = arena_alloc(arena, strlen(text) + 1);
    size_t end = 0, count = 0;
    while (tags && *text) {
        if (is_between(*text)) {
            text++;
            continue;
        }
        size_t len = strcspn(text, ",; ");
        if (!is_tag(text, len)) {
            entry_fault(faults, "register.languages", "languages", 0,
                        "write tags such as de,en,pt-BR", "'%.*s' is no language tag (BCP 47)",
                        (int)utf8_cut(text, len, SHOWN), text);
            return NULL;
        }
        if (++count > LANGUAGES_MOST) {
            entry_fault(faults, "register.languages", "languages", 0, NULL,
                        "there are more than 64 languages");
            return NULL;
        }
        if (!stands_before(tags, end, text, len)) {
            if (end)
                tags[end++] = ',';
            memcpy(tags + end, text, len);
            end += len;
        }
        text += len;
    }
    if (tags)
        tags[end] = '\0';
    else
        entry_fault(faults, "register.languages", "languages", 0, NULL,
                    "there is no memory for the languages");
    return tags;
}
