/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Build-time program: prints the tables of codes.c from the two JSON files of the iso-codes
 * package (ISO 3166-1 and ISO 639-2) and from its gettext catalogues.  Not part of the
 * library. */
#include "model/country_tables.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LANGUAGES 1000
#define MAX_COUNTRIES 300

struct language {
    char bibliographic[4], terminological[4], tag[4];
};

static cJSON *load(const char *path, const char *list)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1u << 20);
    if (!file || !text || !fread(text, 1, (1u << 20) - 1, file)) {
        fprintf(stderr, "generate-iso: cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    cJSON *root = cJSON_Parse(text);
    free(text);
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(root, list);
    if (!cJSON_IsArray(entries)) {
        fprintf(stderr, "generate-iso: %s holds no list '%s'\n", path, list);
        exit(1);
    }
    return entries;
}

static const char *member(const cJSON *entry, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, name));
    return text ? text : "";
}

static int by_bibliographic(const void *a, const void *b)
{
    return memcmp(((const struct language *)a)->bibliographic,
                  ((const struct language *)b)->bibliographic, 3);
}

static void print_countries(const cJSON *entries)
{
    unsigned long bits[26] = {0};
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        const char *code = member(entry, "alpha_2");
        if (strlen(code) == 2)
            bits[code[0] - 'A'] |= 1ul << (code[1] - 'A');
    }
    printf("static const uint32_t country_bits[26] = {\n");
    for (int i = 0; i < 26; i++)
        printf("    0x%08lxu,\n", bits[i]);
    printf("};\n");
}

static int by_code(const void *a, const void *b)
{
    return memcmp(((const struct country *)a)->code, ((const struct country *)b)->code, 2);
}

static void print_names(const cJSON *entries, const char *locales)
{
    static struct country countries[MAX_COUNTRIES];
    size_t count = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        const char *code = member(entry, "alpha_2");
        if (strlen(code) != 2 || count == MAX_COUNTRIES)
            continue;
        memcpy(countries[count].code, code, 3);
        countries[count].common_name = member(entry, "common_name");
        countries[count].name = member(entry, "name");
        countries[count].official_name = member(entry, "official_name");
        count++;
    }
    qsort(countries, count, sizeof countries[0], by_code);
    country_tables_print(countries, count, locales);
}

static void print_languages(const cJSON *entries)
{
    static struct language rows[MAX_LANGUAGES];
    size_t count = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        const char *alpha3 = member(entry, "alpha_3"), *other = member(entry, "bibliographic"),
                   *alpha2 = member(entry, "alpha_2");
        if (strlen(alpha3) != 3 || count == MAX_LANGUAGES)
            continue; /* a range such as qaa-qtz */
        memcpy(rows[count].bibliographic, *other ? other : alpha3, 4);
        memcpy(rows[count].terminological, alpha3, 4);
        memcpy(rows[count].tag, *alpha2 ? alpha2 : alpha3, *alpha2 ? 3 : 4);
        count++;
    }
    qsort(rows, count, sizeof rows[0], by_bibliographic);
    printf("static const struct iso_language languages[] = {\n");
    for (size_t i = 0; i < count; i++)
        printf("    {\"%s\", \"%s\", \"%s\"},\n", rows[i].bibliographic, rows[i].terminological,
               rows[i].tag);
    printf("};\n");
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: generate-iso ISO_3166-1.json ISO_639-2.json LOCALES\n");
        return 2;
    }
    printf("/* Made by generate-iso from the iso-codes package; do not edit. */\n");
    cJSON *countries = load(argv[1], "3166-1");
    print_countries(countries);
    print_languages(load(argv[2], "639-2"));
    print_names(countries, argv[3]);
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
