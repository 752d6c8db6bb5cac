/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables that fields.def and codes.def describe, and look-ups in them.  Knows nothing of
 * records or syntaxes. */
#include "model/fields.h"

#include "base/bytes.h"

#include <string.h>

#define TEXT TYPE_TEXT, 0
#define PROSE TYPE_PROSE, 0
#define TOKEN TYPE_TOKEN, 0
#define DATE TYPE_DATE, 0
#define TIME TYPE_TIME, 0
#define NUMBER TYPE_NUMBER, 0
#define BOOLEAN TYPE_BOOLEAN, 0
#define COUNTRY TYPE_COUNTRY, 0
#define LANGUAGE TYPE_LANGUAGE, 0
#define DIGEST TYPE_DIGEST, 0
#define BASE64 TYPE_BASE64, 0

#define URI TYPE_URI, 0
#define CODE(list) TYPE_CODE, L_##list
#define OF(group) TYPE_GROUP, G_##group
#define ONE false
#define LIST true

#define ROW(name, type, ref, list, articles, title) \
    {#name, "\"" #name "\":", sizeof(#name) - 1, ref, type, list, articles, title},
/* One more expansion, so that a type such as CODE(kind) becomes its two columns. */
#define ROW_(...) ROW(__VA_ARGS__)

const struct field fields[FIELD_COUNT] = {
#define GROUP(id, articles, title)
#define FIELD(group, name, type, cardinality, articles, title) \
    ROW_(name, type, cardinality, articles, title)
#define END(id)
#include "model/fields.def"
#undef GROUP
#undef FIELD
#undef END
};

const struct group groups[GROUP_COUNT] = {
#define GROUP(id, articles, title) {#id, S_##id, E_##id, articles, title},
#define FIELD(group, name, type, cardinality, articles, title)
#define END(id)
#include "model/fields.def"
#undef GROUP
#undef FIELD
#undef END
};

#undef CODE
#define CODE(list, value, articles, title) {value, articles, title, L_##list},
const struct code codes[] = {
#include "model/codes.def"
};
#undef CODE
const size_t code_count = sizeof codes / sizeof codes[0];

const char *const code_list_names[CODE_LIST_COUNT] = {
    [L_kind] = "kind",
    [L_channel] = "channel",
    [L_urgency] = "urgency",
    [L_voice] = "voice",
    [L_authority_role] = "authority_role",
    [L_nature] = "nature",
    [L_contact_type] = "contact_type",
    [L_person_role] = "person_role",
    [L_person_type] = "person_type",
    [L_sex] = "sex",
    [L_name_type] = "name_type",
    [L_relation] = "relation",
    [L_order_type] = "order_type",
    [L_offence_status] = "offence_status",
    [L_purpose] = "purpose",
    [L_material_category] = "material_category",
    [L_action] = "action",
    [L_technique] = "technique",
    [L_outcome] = "outcome",
    [L_ground] = "ground",
    [L_disposal] = "disposal",
    [L_onward_transfer] = "onward_transfer",
    [L_link_relation] = "link_relation",
};

uint16_t field_by_name(uint16_t group, const char *name, size_t len)
{
    for (uint16_t id = groups[group].first; id < groups[group].end; id++)
        if (fields[id].name_len == len && bytes_equal(fields[id].name, name, len))
            return id;
    return FIELD_NONE;
}

const struct code *code_find(uint16_t list, const char *value, size_t len)
{
    for (size_t i = 0; len && i < code_count; i++)
        if (codes[i].list == list && codes[i].value[0] == value[0] &&
            strlen(codes[i].value) == len && bytes_equal(codes[i].value, value, len))
            return &codes[i];
    return NULL;
}

uint16_t field_group(uint16_t field)
{
    for (uint16_t id = 0; id < GROUP_COUNT; id++)
        if (field >= groups[id].first && field < groups[id].end)
            return id;
    return GROUP_COUNT;
}

const char *field_type_name(uint8_t type)
{
    static const char *const names[] = {"text",   "prose",   "token",   "partial date", "time",
                                        "number", "boolean", "country", "language",     "code",
                                        "digest", "base64",  "URI",     "group"};
    return names[type];
}
