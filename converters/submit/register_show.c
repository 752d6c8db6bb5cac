/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity register list and show: authorities as a table, one by one, as JSON lines.  What it
 * prints as JSON can be imported. */
#include "submit/register.h"

#include "base/utf8.h"
#include "cli.h"
#include "letter/width.h"
#include "model/codes.h"

#include <cjson/cJSON.h>
#include <string.h>

/* --- JSON */

/* An object that the register keeps as text; as text where it is broken. */
static void add_json(cJSON *object, const char *name, const char *text)
{
    cJSON *parsed = cJSON_Parse(text);
    cJSON_AddItemToObject(object, name, parsed ? parsed : cJSON_CreateString(text));
}

static comity_status add_endpoint(void *user, const struct endpoint_text *text)
{
    cJSON *endpoint = cJSON_CreateObject();
    cJSON_AddStringToObject(endpoint, "name", text->name);
    cJSON_AddStringToObject(endpoint, "url", text->url);
    cJSON_AddStringToObject(endpoint, "protocol", text->protocol);
    cJSON_AddStringToObject(endpoint, "format", text->format);
    add_json(endpoint, "settings", text->settings);
    cJSON_AddItemToArray(user, endpoint);
    return COMITY_OK;
}

static void add_languages(cJSON *object, const char *languages)
{
    cJSON *list = cJSON_AddArrayToObject(object, "languages");
    char tag[64];
    for (const char *at = languages; *at;) {
        size_t len = strcspn(at, ",");
        snprintf(tag, sizeof tag, "%.*s", (int)len, at);
        cJSON_AddItemToArray(list, cJSON_CreateString(tag));
        at += len + (at[len] == ',');
    }
}

static comity_status print_object(void *user, const struct authority *authority)
{
    struct store *store = user;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "id", (double)authority->id);
    cJSON_AddStringToObject(object, "state", authority->state);
    cJSON_AddStringToObject(object, "role", authority->role);
    cJSON_AddStringToObject(object, "territory", authority->territory);
    cJSON_AddStringToObject(object, "name", authority->name);
    cJSON_AddStringToObject(object, "address", authority->address);
    add_languages(object, authority->languages);
    add_json(object, "declarations", authority->declarations);
    cJSON *endpoints = cJSON_AddArrayToObject(object, "endpoints");
    comity_status status =
        register_each_endpoint(store, authority->id, add_endpoint, endpoints);
    cli_print_object(stdout, object);
    return status;
}

/* --- a table */

enum { COLUMNS = 6, ENDPOINTS = 2000 };

struct table {
    struct store *store;
    size_t widths[COLUMNS];
    bool is_measured; /* the second time it is printed */
    uint64_t rows;
};

static const char *const headings[COLUMNS] = {"id",   "State",     "role",
                                              "name", "territory", "languages"};

static void put_cell(struct table *table, int column, const char *text)
{
    size_t width = width_of_text(text, strlen(text));
    if (!table->is_measured) {
        if (width > table->widths[column])
            table->widths[column] = width;
        return;
    }
    cli_print_safely(stdout, text);
    for (; width < table->widths[column] + 2; width++)
        putchar(' ');
}

static comity_status put_endpoint(void *user, const struct endpoint_text *text)
{
    bool *is_first = user;
    fputs(*is_first ? "" : " ", stdout);
    cli_print_safely(stdout, text->name);
    *is_first = false;
    return COMITY_OK;
}

static void put_cells(struct table *table, const char *const cells[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++)
        put_cell(table, i, cells[i]);
}

static comity_status put_row(void *user, const struct authority *authority)
{
    struct table *table = user;
    char id[24];
    bool is_first = true;
    snprintf(id, sizeof id, "%lld", (long long)authority->id);
    const char *const cells[COLUMNS] = {id,
                                        authority->state,
                                        authority->role,
                                        authority->name,
                                        authority->territory,
                                        authority->languages};
    put_cells(table, cells);
    table->rows++;
    if (!table->is_measured)
        return COMITY_OK;
    comity_status status =
        register_each_endpoint(table->store, authority->id, put_endpoint, &is_first);
    putchar('\n');
    return status;
}

static comity_status print_table(struct store *store, const struct register_filter *filter)
{
    struct table table = {.store = store};
    put_cells(&table, headings);
    comity_status status = register_each(store, filter, put_row, &table);
    if (status != COMITY_OK || !table.rows)
        return status;
    table.is_measured = true;
    put_cells(&table, headings);
    puts("endpoints");
    return register_each(store, filter, put_row, &table);
}

void register_list(struct cli *cli, struct register_request *request)
{
    struct store *store = &request->store;
    struct register_filter filter = {.state = request->authority.state,
                                     .role = request->authority.role};
    comity_status status =
        store_run(store, "BEGIN"); /* of one moment, the widths and the rows */
    if (status == COMITY_OK)
        status = cli->json ? register_each(store, &filter, print_object, store)
                           : print_table(store, &filter);
    store_rollback(store);
    if (status != COMITY_OK)
        register_store_fault(cli, store, status);
}

/* --- one authority */

/* Prints what stands in the register, which may be anything, up to `len` bytes of it. */
static void put_bytes(const char *text, size_t len)
{
    char part[512];
    for (size_t at = 0, size; at < len; at += size) {
        size = utf8_cut(text + at, len - at, sizeof part - 1);
        size = size ? size : 1;
        snprintf(part, sizeof part, "%.*s", (int)size, text + at);
        cli_print_safely(stdout, part);
    }
}

/* A text behind its heading; its further lines stand below the first. */
static void put_text(const char *heading, const char *text)
{
    while (text) {
        size_t len = strcspn(text, "\n"), width = width_of_text(heading, strlen(heading));
        fputs("  ", stdout);
        put_bytes(heading, strlen(heading));
        printf("%*s", width < 16 ? (int)(16 - width) : 1, "");
        put_bytes(text, len);
        putchar('\n');
        heading = "";
        text = text[len] ? text + len + 1 : NULL;
    }
}

static void put_members(const char *text)
{
    cJSON *object = cJSON_Parse(text);
    const cJSON *member;
    char heading[600];
    if (!object)
        put_text("  (no JSON)", text);
    cJSON_ArrayForEach (member, object) {
        char *json = cJSON_IsString(member) ? NULL : cJSON_PrintUnformatted(member);
        snprintf(heading, sizeof heading, "  %s", member->string);
        put_text(heading, json ? json : cJSON_IsString(member) ? member->valuestring : "");
        cJSON_free(json);
    }
    cJSON_Delete(object);
}

static comity_status show_endpoint(void *user, const struct endpoint_text *text)
{
    (void)user;
    put_text("endpoint", text->name);
    put_text("  URL", text->url);
    put_text("  protocol", text->protocol);
    put_text("  format", text->format);
    put_members(text->settings);
    return COMITY_OK;
}

struct showing {
    struct cli *cli;
    struct store *store;
    uint64_t count;
};

static comity_status show_authority(void *user, const struct authority *authority)
{
    struct showing *showing = user;
    showing->count++;
    if (showing->cli->json)
        return print_object(showing->store, authority);
    const char *country = country_name("en", authority->state, strlen(authority->state));
    char state[200];
    snprintf(state, sizeof state, "%.20s%s%s%s", authority->state, country ? " (" : "",
             country ? country : "", country ? ")" : "");
    printf("%sauthority %lld\n", showing->count > 1 ? "\n" : "", (long long)authority->id);
    put_text("State", state);
    put_text("role", authority->role);
    if (*authority->territory)
        put_text("territory", authority->territory);
    put_text("name", authority->name);
    if (*authority->address)
        put_text("address", authority->address);
    put_text("languages", *authority->languages ? authority->languages : "(not declared)");
    if (strcmp(authority->declarations, "{}") != 0) {
        puts("  declarations");
        put_members(authority->declarations);
    }
    return register_each_endpoint(showing->store, authority->id, show_endpoint, NULL);
}

void register_show(struct cli *cli, struct register_request *request)
{
    struct store *store = &request->store;
    struct showing showing = {.cli = cli, .store = store};
    const char *what = cli->inputs[0];
    uint64_t id = 0;
    bool is_id = cli_number(what, INT64_MAX, &id) && id; /* none is 0 */
    struct register_filter filter = {.named = is_id ? NULL : what,
                                     .id = is_id ? (int64_t)id : 0};
    comity_status status = register_each(store, &filter, show_authority, &showing);
    if (status == COMITY_OK && !showing.count && is_id) { /* a name of digits alone */
        filter = (struct register_filter){.named = what};
        status = register_each(store, &filter, show_authority, &showing);
    }
    if (status != COMITY_OK) {
        register_store_fault(cli, store, status);
    } else if (!showing.count) {
        register_tell_unknown(cli, "authority or endpoint", what);
    }
}
