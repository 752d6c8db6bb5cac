/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the tables of country names out of ISO 3166-1, its gettext catalogues and
 * country_names.def.  For each language there are
 *   - keys (country_key.h), sorted, each with the index of its country, or COUNTRY_SEVERAL;
 *     blocks of COUNTRY_BLOCK keys, and within a block only what differs from the key before;
 *   - for each country the name to write.
 * Knows nothing of how they are looked up. */
#include "model/country_tables.h"

#include "model/country_catalogue.h"
#include "model/country_forms.h"
#include "model/country_key.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16u
#define SEVERAL 255u
#define MAX_KEYS 8000u
#define MAX_TEXT 65536u /* offsets are of 16 bits */

static const struct language {
    const char *tag;
    const char *catalogues[2]; /* the first has the names to write */
} languages[] = {
    {"en", {NULL, NULL}},    {"es", {"es", NULL}},    {"fr", {"fr", NULL}},
    {"de", {"de", NULL}},    {"pt", {"pt_BR", "pt"}}, {"ru", {"ru", NULL}},
    {"zh", {"zh_CN", NULL}}, {"id", {"id", NULL}},
};
#define LANGUAGES (sizeof languages / sizeof languages[0])

static const struct {
    const char *language, *code, *name;
    bool is_written;
} other_names[] = {
#define COUNTRY_NAME(language, code, name) {language, code, name, false},
#define COUNTRY_WRITTEN(language, code, name) {language, code, name, true},
#include "model/country_names.def"
#undef COUNTRY_NAME
#undef COUNTRY_WRITTEN
};
#define OTHER_NAMES (sizeof other_names / sizeof other_names[0])

struct key {
    char text[COUNTRY_KEY_MAX];
    uint8_t len, country;
    bool weak; /* leads to its country only where it is no name of another */
};

/* All that is known in one language. */
struct table {
    const struct language *language;
    const struct country *countries;
    size_t country_count;
    struct key keys[MAX_KEYS];
    size_t key_count;
};

static struct table table;
static char texts[MAX_TEXT]; /* names to write, of all languages, each once */
static size_t text_size;
static uint16_t written[LANGUAGES][SEVERAL];
static size_t block_starts[LANGUAGES + 1], byte_starts[LANGUAGES + 1], key_counts[LANGUAGES];
static uint16_t blocks[LANGUAGES * MAX_KEYS / BLOCK];

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("generate-iso: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    exit(1);
}

/* --- catalogues */

static void load_catalogue(struct country_catalogue *catalogue, const char *locales,
                           const char *name)
{
    char path[4096];
    size_t room = 1u << 20;
    int len = snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/iso_3166-1.mo", locales, name);
    FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "rb") : NULL;
    char *bytes = malloc(room);
    size_t size = file && bytes ? fread(bytes, 1, room, file) : 0;
    if (!file || size == room || !country_catalogue_open(catalogue, bytes, size))
        fail("%s is missing or no gettext catalogue in UTF-8; see --with-iso-codes-locales of "
             "configure",
             path);
    fclose(file);
}

/* The translation; English itself where there is no catalogue. */
static const char *translated(const struct country_catalogue *catalogue, const char *name)
{
    if (!name[0])
        return NULL;
    return catalogue ? country_catalogue_find(catalogue, name) : name;
}

/* --- keys */

static void add_key(const char *name, size_t country, bool weak)
{
    struct key *key = &table.keys[table.key_count];
    size_t len = country_key(table.language->tag, name, strlen(name), key->text);
    if (len == 0 || len > UINT8_MAX || table.key_count + 1 == MAX_KEYS)
        fail("'%s' cannot be a name of a country, or there are too many", name);
    key->len = (uint8_t)len;
    key->country = (uint8_t)country;
    key->weak = weak;
    table.key_count++;
}

/* All forms of a name.  A short form of a translation counts fully where English has one too:
 * Indonesian calls the French Southern Territories "Perancis, Wilayah Bagian Selatan", and yet
 * "Perancis" is France alone. */
static void add_forms(const char *name, const char *english, size_t country)
{
    struct country_forms forms, original;
    if (!country_forms_make(name, &forms) || !country_forms_make(english, &original))
        fail("'%s' is too long", name);
    add_key(name, country, false);
    add_key(forms.natural, country, false);
    if (forms.plain[0])
        add_key(forms.plain, country, !original.head[0] && !original.plain[0]);
    if (forms.head[0])
        add_key(forms.head, country, !original.head[0]);
}

static void add_country(const struct country_catalogue *catalogue, size_t index)
{
    const struct country *country = &table.countries[index];
    const char *const names[] = {country->common_name, country->name, country->official_name};
    for (size_t i = 0; i < 3; i++) {
        const char *name = translated(catalogue, names[i]);
        if (name)
            add_forms(name, names[i], index);
    }
}

/* The English names stand in for those of a country that no catalogue has. */
static void add_countries(const struct country_catalogue *catalogues, size_t count)
{
    for (size_t i = 0; i < table.country_count; i++) {
        bool found = false;
        for (size_t k = 0; k < count; k++) {
            add_country(&catalogues[k], i);
            found = found || translated(&catalogues[k], table.countries[i].name);
        }
        if (!found)
            add_country(NULL, i);
    }
}

static size_t country_index(const char *code)
{
    for (size_t i = 0; i < table.country_count; i++)
        if (strcmp(table.countries[i].code, code) == 0)
            return i;
    fail("country_names.def: '%s' is no country of ISO 3166-1", code);
}

static void add_other_names(void)
{
    for (size_t i = 0; i < OTHER_NAMES; i++)
        if (strcmp(other_names[i].language, table.language->tag) == 0)
            add_key(other_names[i].name, country_index(other_names[i].code), false);
}

static void check_other_names(void)
{
    for (size_t i = 0; i < OTHER_NAMES; i++) {
        size_t k = 0;
        while (k < LANGUAGES && strcmp(languages[k].tag, other_names[i].language) != 0)
            k++;
        if (k == LANGUAGES)
            fail("country_names.def: '%s' is none of the languages", other_names[i].language);
    }
}

static int by_text(const struct key *a, const struct key *b)
{
    size_t shared = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->text, b->text, shared);
    return order ? order : (int)a->len - (int)b->len;
}

static int by_text_and_weight(const void *a, const void *b)
{
    int order = by_text(a, b);
    return order ? order : (int)((const struct key *)a)->weak - ((const struct key *)b)->weak;
}

/* Sorts the keys, each once.  One that leads to several countries leads to none. */
static void settle_keys(void)
{
    size_t kept = 0;
    qsort(table.keys, table.key_count, sizeof table.keys[0], by_text_and_weight);
    for (size_t i = 0; i < table.key_count; i++) {
        const struct key *key = &table.keys[i];
        struct key *last = kept ? &table.keys[kept - 1] : NULL;
        if (!last || by_text(last, key) != 0)
            table.keys[kept++] = *key;
        else if (last->country != key->country && (last->weak || !key->weak))
            last->country = SEVERAL;
    }
    table.key_count = kept;
}

/* --- names to write */

static bool leads_to(const char *name, size_t country)
{
    struct key wanted;
    wanted.len = (uint8_t)country_key(table.language->tag, name, strlen(name), wanted.text);
    for (size_t i = 0; i < table.key_count; i++)
        if (by_text(&table.keys[i], &wanted) == 0)
            return table.keys[i].country == country;
    return false;
}

static uint16_t keep_text(const char *name)
{
    size_t len = strlen(name) + 1;
    for (size_t at = 0; at < text_size; at += strlen(texts + at) + 1)
        if (strcmp(texts + at, name) == 0)
            return (uint16_t)at;
    if (len > MAX_TEXT - text_size)
        fail("the names are too long for offsets of 16 bits");
    memcpy(texts + text_size, name, len);
    text_size += len;
    return (uint16_t)(text_size - len);
}

static bool write_if_good(const char *name, size_t country, uint16_t *out)
{
    bool english = strcmp(table.language->tag, "en") == 0;
    if (english && (strncmp(name, "The ", 4) == 0 || strncmp(name, "the ", 4) == 0))
        name += 4;
    if (!leads_to(name, country))
        return false;
    *out = keep_text(name);
    return true;
}

/* The first that leads back to the country: its common name; its name where that needs no
 * comma; its official name; its name as it is. */
static bool choose_name(const struct country_catalogue *catalogue, size_t i, uint16_t *out)
{
    const struct country *country = &table.countries[i];
    const char *common = translated(catalogue, country->common_name),
               *name = translated(catalogue, country->name),
               *official = translated(catalogue, country->official_name);
    struct country_forms forms;
    if (common && write_if_good(common, i, out))
        return true;
    if (name && !strchr(name, ',') && write_if_good(name, i, out))
        return true;
    if (official && !strchr(official, ',') && write_if_good(official, i, out))
        return true;
    return name && country_forms_make(name, &forms) && write_if_good(forms.natural, i, out);
}

static bool choose_other_name(size_t country, bool is_written, uint16_t *out)
{
    for (size_t i = 0; i < OTHER_NAMES; i++)
        if (other_names[i].is_written == is_written &&
            strcmp(other_names[i].language, table.language->tag) == 0 &&
            strcmp(other_names[i].code, table.countries[country].code) == 0 &&
            write_if_good(other_names[i].name, country, out))
            return true;
    return false;
}

static void choose_names(const struct country_catalogue *catalogues, size_t count,
                         uint16_t *out)
{
    for (size_t i = 0; i < table.country_count; i++) {
        bool chosen = choose_other_name(i, true, &out[i]);
        if (count == 0)
            chosen = chosen || choose_name(NULL, i, &out[i]);
        for (size_t k = 0; k < count && !chosen; k++)
            chosen = choose_name(&catalogues[k], i, &out[i]);
        chosen =
            chosen || choose_other_name(i, false, &out[i]) || choose_name(NULL, i, &out[i]);
        if (!chosen)
            fail("%s has no name of its own in the language '%s'; country_names.def may give "
                 "it one",
                 table.countries[i].code, table.language->tag);
    }
}

/* --- printing */

static void print_bytes(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%u,%s", (unsigned)(unsigned char)bytes[i], i % 20 == 19 ? "\n" : "");
}

/* "shared, more, country, bytes": the key is the first `shared` bytes of the one before it,
 * and `more` bytes; in the first of a block nothing is shared. */
static size_t print_keys(uint16_t *starts)
{
    size_t size = 0;
    for (size_t i = 0; i < table.key_count; i++) {
        const struct key *key = &table.keys[i], *before = i % BLOCK ? key - 1 : NULL;
        size_t shared = 0;
        while (before && shared < key->len && shared < before->len &&
               key->text[shared] == before->text[shared])
            shared++;
        if (i % BLOCK == 0)
            starts[i / BLOCK] = (uint16_t)size;
        size += 3 + key->len - shared;
        if (size > UINT16_MAX)
            fail("the keys of '%s' are too long for offsets of 16 bits", table.language->tag);
        printf("%zu,%zu,%u,", shared, key->len - shared, (unsigned)key->country);
        print_bytes(key->text + shared, key->len - shared);
        printf("\n");
    }
    return size;
}

static void print_numbers(const char *name, const uint16_t *numbers, size_t count)
{
    printf("static const uint16_t %s[] = {\n", name);
    for (size_t i = 0; i < count; i++)
        printf("%u,%s", (unsigned)numbers[i], i % 16 == 15 ? "\n" : "");
    printf("};\n");
}

static void print_languages(void)
{
    printf("static const struct country_language country_languages[] = {\n");
    for (size_t i = 0; i < LANGUAGES; i++)
        printf("    {\"%s\", %zuu, %zuu, %zuu},\n", languages[i].tag, byte_starts[i],
               block_starts[i], key_counts[i]);
    printf("};\n");
}

static void make_language(size_t index, const char *locales)
{
    struct country_catalogue catalogues[2];
    size_t count = 0;
    table.language = &languages[index];
    table.key_count = 0;
    for (; count < 2 && table.language->catalogues[count]; count++)
        load_catalogue(&catalogues[count], locales, table.language->catalogues[count]);
    add_countries(catalogues, count);
    add_other_names();
    settle_keys();
    choose_names(catalogues, count, written[index]);
    block_starts[index + 1] = block_starts[index] + (table.key_count + BLOCK - 1) / BLOCK;
    key_counts[index] = table.key_count;
    byte_starts[index + 1] = byte_starts[index] + print_keys(blocks + block_starts[index]);
    while (count > 0)
        free((void *)catalogues[--count].bytes);
}

void country_tables_print(const struct country *countries, size_t count, const char *locales)
{
    if (count >= SEVERAL)
        fail("there are more countries than a byte can number");
    table.countries = countries;
    table.country_count = count;
    check_other_names();
    printf(
        "#define COUNTRY_COUNT %zuu\n#define COUNTRY_BLOCK %uu\n#define COUNTRY_SEVERAL %uu\n",
        count, BLOCK, SEVERAL);
    printf("static const char country_codes[COUNTRY_COUNT][2] = {\n");
    for (size_t i = 0; i < count; i++)
        printf("{'%c','%c'},%s", countries[i].code[0], countries[i].code[1],
               i % 8 == 7 ? "\n" : "");
    printf("};\nstatic const unsigned char country_keys[] = {\n");
    for (size_t i = 0; i < LANGUAGES; i++)
        make_language(i, locales);
    printf("};\n");
    print_numbers("country_key_blocks", blocks, block_starts[LANGUAGES]);
    print_languages();
    printf("static const uint16_t country_name_starts[][COUNTRY_COUNT] = {\n");
    for (size_t i = 0; i < LANGUAGES; i++) {
        printf("{");
        for (size_t k = 0; k < count; k++)
            printf("%u,%s", (unsigned)written[i][k], k % 16 == 15 ? "\n" : "");
        printf("},\n");
    }
    printf("};\nstatic const char country_name_texts[] = {\n");
    for (size_t i = 0; i < text_size; i++)
        printf("%d,%s", (signed char)texts[i], i % 20 == 19 ? "\n" : "");
    printf("};\n");
}
