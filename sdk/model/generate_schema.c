/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Build-time program: prints the published schema from the field table: `json` (JSON Schema,
 * draft 2020-12), `xsd` (XML Schema 1.0) or `md` (the reference page); and from the table of
 * rules their page (`rules`).  Not part of the library. */
#include "model/fields.h"
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

/* Rows hold no character that JSON or XML would escape; the table's test holds that. */

static void json_type(const struct field *field)
{
    if (field->type == TYPE_GROUP) {
        printf("{\"$ref\": \"#/$defs/%s\"}", groups[field->ref].name);
        return;
    }
    if (field->type == TYPE_BOOLEAN)
        printf("{\"type\": \"boolean\"}");
    else if (field->type == TYPE_CODE && field->ref == L_kind)
        printf("{\"$ref\": \"#/$defs/code.kind\"}");
    else
        printf("{\"type\": \"string\"}");
}

static void json_comment(const struct field *field)
{
    printf("\"description\": \"%s", field->title);
    if (*field->articles)
        printf(" (art. %s)", field->articles);
    if (field->type == TYPE_CODE) {
        printf(": ");
        bool first = true;
        for (size_t i = 0; i < code_count; i++)
            if (codes[i].list == field->ref) {
                printf("%s%s", first ? "" : ", ", codes[i].value);
                first = false;
            }
    } else if (field->type != TYPE_GROUP) {
        printf(" [%s]", field_type_name(field->type));
    }
    printf("\"");
}

static void json_group(const struct group *group)
{
    bool root = group == &groups[G_document];
    printf("      \"type\": \"object\",\n      \"description\": \"%s\",\n", group->title);
    printf("      \"additionalProperties\": false,\n");
    if (root)
        printf("      \"required\": [\"schema\", \"kind\"],\n");
    printf("      \"properties\": {\n");
    for (uint16_t id = group->first; id < group->end; id++) {
        const struct field *field = &fields[id];
        printf("        \"%s\": {", field->name);
        json_comment(field);
        if (id == F_document_schema) {
            printf(", \"const\": \"" SCHEMA_URN "\"");
        } else if (field->list) {
            printf(", \"type\": \"array\", \"items\": ");
            json_type(field);
        } else {
            printf(", \"allOf\": [");
            json_type(field);
            printf("]");
        }
        printf("},\n");
    }
    printf("        \"kept\": {\"$ref\": \"#/$defs/kept\"}\n      }\n");
}

static void print_json(void)
{
    printf("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
           "  \"$id\": \"" SCHEMA_URN "\",\n"
           "  \"title\": \"Canonical convention schema\",\n"
           "  \"$ref\": \"#/$defs/document\",\n  \"$defs\": {\n");
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        printf("    \"%s\": {\n", groups[g].name);
        json_group(&groups[g]);
        printf("    },\n");
    }
    printf("    \"code.kind\": {\n      \"type\": \"string\",\n      \"enum\": [\n");
    for (size_t i = 0, n = 0; i < code_count; i++)
        if (codes[i].list == L_kind)
            printf("%s        \"%s\"", n++ ? ",\n" : "", codes[i].value);
    printf("\n      ]\n    },\n"
           "    \"kept\": {\n      \"type\": \"object\",\n"
           "      \"description\": \"What had no canonical place, by format id\",\n"
           "      \"additionalProperties\": {\"type\": \"object\"}\n    }\n  }\n}\n");
}

static void xsd_field(const struct field *field, uint16_t id)
{
    if (id == F_document_schema)
        return; /* the namespace says it */
    printf("      <xs:element name=\"%s\" minOccurs=\"%s\"%s type=\"c:", field->name,
           id == F_document_kind ? "1" : "0", field->list ? " maxOccurs=\"unbounded\"" : "");
    if (field->type == TYPE_GROUP)
        printf("%s", groups[field->ref].name);
    else if (id == F_document_kind)
        printf("kind");
    else if (field->type == TYPE_BOOLEAN)
        printf("truth");
    else
        printf("text");
    printf("\"/>\n");
}

static void xsd_group(const struct group *group)
{
    printf("  <xs:complexType name=\"%s\">\n    <xs:annotation><xs:documentation>%s"
           "</xs:documentation></xs:annotation>\n    <xs:sequence>\n",
           group->name, group->title);
    for (uint16_t id = group->first; id < group->end; id++)
        xsd_field(&fields[id], id);
    printf("      <xs:element name=\"kept\" minOccurs=\"0\" type=\"c:kept\"/>\n"
           "    </xs:sequence>\n"
           "    <xs:attribute name=\"list\" type=\"c:empty-list\"/>\n  </xs:complexType>\n");
}

static void print_xsd(void)
{
    printf(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:c=\"" SCHEMA_URN
        "\"\n    targetNamespace=\"" SCHEMA_URN "\" elementFormDefault=\"qualified\">\n"
        "  <xs:element name=\"document\" type=\"c:document\"/>\n"
        "  <xs:simpleType name=\"empty-list\"><xs:restriction base=\"xs:string\">"
        "<xs:enumeration value=\"empty\"/></xs:restriction></xs:simpleType>\n"
        "  <xs:simpleType name=\"encoding\"><xs:restriction base=\"xs:string\">"
        "<xs:enumeration value=\"base64\"/></xs:restriction></xs:simpleType>\n"
        "  <xs:complexType name=\"text\"><xs:simpleContent><xs:extension base=\"xs:string\">\n"
        "    <xs:attribute name=\"encoding\" type=\"c:encoding\"/>\n"
        "    <xs:attribute name=\"list\" type=\"c:empty-list\"/>\n"
        "  </xs:extension></xs:simpleContent></xs:complexType>\n"
        "  <xs:simpleType name=\"truth\"><xs:restriction base=\"xs:string\">"
        "<xs:enumeration value=\"true\"/><xs:enumeration value=\"false\"/>"
        "</xs:restriction></xs:simpleType>\n"
        "  <xs:simpleType name=\"kind\"><xs:restriction base=\"xs:string\">\n");
    for (size_t i = 0; i < code_count; i++)
        if (codes[i].list == L_kind)
            printf("    <xs:enumeration value=\"%s\"/>\n", codes[i].value);
    printf("  </xs:restriction></xs:simpleType>\n"
           "  <xs:complexType name=\"kept\"><xs:sequence>\n"
           "    <xs:element name=\"item\" minOccurs=\"0\" maxOccurs=\"unbounded\">\n"
           "      <xs:complexType><xs:simpleContent><xs:extension base=\"xs:string\">\n"
           "        <xs:attribute name=\"format\" type=\"xs:string\" use=\"required\"/>\n"
           "        <xs:attribute name=\"key\" type=\"xs:string\"/>\n"
           "        <xs:attribute name=\"key-base64\" type=\"xs:base64Binary\"/>\n"
           "        <xs:attribute name=\"encoding\" type=\"c:encoding\"/>\n"
           "      </xs:extension></xs:simpleContent></xs:complexType>\n"
           "    </xs:element>\n  </xs:sequence></xs:complexType>\n");
    for (size_t g = 0; g < GROUP_COUNT; g++)
        xsd_group(&groups[g]);
    printf("</xs:schema>\n");
}

static void md_field(const struct field *field)
{
    printf("| `%s%s` | ", field->name, field->list ? "[]" : "");
    if (field->type == TYPE_GROUP)
        printf("[%s](#%s)", groups[field->ref].name, groups[field->ref].name);
    else if (field->type == TYPE_CODE)
        printf("[code %s](#code-%s)", code_list_names[field->ref], code_list_names[field->ref]);
    else
        printf("%s", field_type_name(field->type));
    printf(" | %s | %s |\n", field->articles, field->title);
}

static void print_md(void)
{
    printf("# Fields of the canonical convention schema\n\n"
           "Made from `sdk/model/fields.def` and `codes.def` by `generate-schema md`; do not "
           "edit.\n"
           "Articles are those of the UN consolidated negotiating document of 19 December "
           "2022, chapter IV.\n"
           "`[]` is a list. Every group may also hold `kept`: what had no canonical place, by\n"
           "format id.\n");
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        printf(
            "\n## %s\n\n%s%s%s.\n\n| field | type | articles | meaning |\n|---|---|---|---|\n",
            groups[g].name, groups[g].title, *groups[g].articles ? ", art. " : "",
            groups[g].articles);
        for (uint16_t id = groups[g].first; id < groups[g].end; id++)
            md_field(&fields[id]);
    }
    for (uint16_t list = 0; list < CODE_LIST_COUNT; list++) {
        printf("\n## code %s\n\n| code | articles | meaning |\n|---|---|---|\n",
               code_list_names[list]);
        for (size_t i = 0; i < code_count; i++)
            if (codes[i].list == list)
                printf("| `%s` | %s | %s |\n", codes[i].value, codes[i].articles,
                       codes[i].title);
    }
}

/* The places of a rule in words: '|' is "or", '&' is "and". */
static void md_places(const char *places)
{
    bool is_open = false;
    if (strncmp(places, "each ", 5) == 0) {
        printf("of each ");
        places += 5;
    }
    for (const char *p = places; *p; p++) {
        if (*p == ' ' && p[1] == '&')
            continue;
        bool is_path = !strchr(" |&:", *p);
        if (is_path != is_open)
            putchar('`');
        is_open = is_path;
        if (*p == '|' || *p == '&')
            printf(*p == '|' ? " or " : ", and");
        else
            putchar(*p);
    }
    if (is_open)
        putchar('`');
}

static void md_rules(const struct kind *kind)
{
    static const char *const levels[] = {[RULE_MAY] = "may",
                                         [RULE_DECLARED] = "if declared",
                                         [RULE_SHOULD] = "should",
                                         [RULE_SHALL] = "shall"};
    const struct rule *rule;
    size_t at = 0;
    bool is_first = true;
    printf("\n## %s%s%s (`%s`)\n", kind->heading, *kind->article ? ", article " : "",
           kind->article, kind->id);
    while ((rule = rules_next(kind, &at)) != NULL) {
        if (is_first)
            printf("\n| article | | item | place | code |\n|---|---|---|---|---|\n");
        is_first = false;
        printf("| %s | %s | %s%s | ", rule->article, levels[rule->level], rule->label,
               rule_is_plain(rule) ? "" : " (*)");
        md_places(rule->places);
        printf(" | `%s` |\n", rule->code);
    }
}

static void print_rules(void)
{
    printf("# What the convention asks of each kind of request and answer\n\n"
           "Made from `sdk/model/rules.def` by `generate-schema rules`; do not edit. "
           "[rules.md](../rules.md) says how to\nread it. (*): the item is asked for only in "
           "some cases, or more is asked than that it is there.\n");
    for (size_t i = 0; kind_at(i); i++)
        md_rules(kind_at(i));
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "json") == 0) {
        print_json();
    } else if (argc == 2 && strcmp(argv[1], "xsd") == 0) {
        print_xsd();
    } else if (argc == 2 && strcmp(argv[1], "md") == 0) {
        print_md();
    } else if (argc == 2 && strcmp(argv[1], "rules") == 0) {
        print_rules();
    } else {
        fprintf(stderr, "usage: generate-schema json|xsd|md|rules\n");
        return 2;
    }
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
