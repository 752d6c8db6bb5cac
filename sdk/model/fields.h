/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The canonical schema as data: groups, fields and code lists, made from fields.def and
 * codes.def.  Constant; any thread. */
#ifndef COMITY_MODEL_FIELDS_H
#define COMITY_MODEL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHEMA_URN "urn:comity:convention:1"

enum field_type {
    TYPE_TEXT,
    TYPE_PROSE,
    TYPE_TOKEN,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_NUMBER,
    TYPE_BOOLEAN,
    TYPE_COUNTRY,
    TYPE_LANGUAGE,
    TYPE_CODE,
    TYPE_DIGEST,
    TYPE_BASE64,
    TYPE_URI,
    TYPE_GROUP
};

/* F_document_kind and so on: a field's id is its row; S_x and E_x bound the rows of group x. */
enum field_id {
#define GROUP(id, articles, title) S_##id, RESET_S_##id = S_##id - 1,
#define FIELD(group, name, type, cardinality, articles, title) F_##group##_##name,
#define END(id) E_##id, RESET_E_##id = E_##id - 1,
#include "model/fields.def"
#undef GROUP
#undef FIELD
#undef END
    FIELD_COUNT,
    FIELD_NONE = 0xFFFF
};

enum group_id {
#define GROUP(id, articles, title) G_##id,
#define FIELD(group, name, type, cardinality, articles, title)
#define END(id)
#include "model/fields.def"
#undef GROUP
#undef FIELD
#undef END
    GROUP_COUNT
};

struct field {
    const char *name;
    const char *literal; /* "name": with quotes and colon, ready to be written */
    uint16_t name_len;
    uint16_t ref; /* TYPE_GROUP: enum group_id; TYPE_CODE: enum code_list */
    uint8_t type; /* enum field_type */
    bool list;
    const char *articles, *title;
};

struct group {
    const char *name;
    uint16_t first, end; /* rows of its fields */
    const char *articles, *title;
};

struct code {
    const char *value;
    const char *articles, *title;
    uint16_t list; /* enum code_list */
};

enum code_list {
    L_kind,
    L_channel,
    L_urgency,
    L_voice,
    L_authority_role,
    L_nature,
    L_contact_type,
    L_person_role,
    L_person_type,
    L_sex,
    L_name_type,
    L_relation,
    L_order_type,
    L_offence_status,
    L_purpose,
    L_material_category,
    L_action,
    L_technique,
    L_outcome,
    L_ground,
    L_disposal,
    L_onward_transfer,
    L_link_relation,
    CODE_LIST_COUNT
};

extern const struct field fields[FIELD_COUNT];
extern const struct group groups[GROUP_COUNT];
extern const struct code codes[];
extern const size_t code_count;
extern const char *const code_list_names[CODE_LIST_COUNT];

/* A group's field by name; FIELD_NONE where there is none. */
uint16_t field_by_name(uint16_t group, const char *name, size_t len);

/* A code of a list, or NULL. */
const struct code *code_find(uint16_t list, const char *value, size_t len);

/* The group that a field belongs to. */
uint16_t field_group(uint16_t field);

/* The name of a type, as the reference page and findings spell it. */
const char *field_type_name(uint8_t type);

#endif
