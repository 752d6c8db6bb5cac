/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An endpoint in memory: out of what was given, or out of the register; see endpoint.h. */
#include "submit/endpoint.h"

#include "syntax/json.h"

#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- settings that are text */

struct json_fault {
    const char *code, *member;
    struct entry_faults *faults;
};

static void tell_json(void *user, const struct comity_finding *finding)
{
    struct json_fault *fault = user;
    entry_fault(fault->faults, fault->code, fault->member, 0, finding->hint,
                "%s is not the JSON that it must be: column %llu: %s", fault->member,
                (unsigned long long)finding->column, finding->message);
}

/* Reads an object; false (told) where it is none. */
static bool read_object(struct tree *tree, const char *text, struct json_fault *fault)
{
    static const struct limits limits = {
        .bytes = 1u << 20, .depth = 16, .members = 4096, .memory = 16u << 20};
    struct findings findings = {.emit = tell_json, .user = fault};
    size_t len = strlen(text);
    comity_status status = len > limits.bytes
                               ? COMITY_E_LIMIT
                               : json_read_whole(tree, text, len, &limits, &findings);
    if (status == COMITY_OK && tree_node(tree, 1)->kind == COMITY_NODE_GROUP)
        return true;
    if (!findings.counts[COMITY_ERROR] && status != COMITY_E_NOMEM)
        entry_fault(fault->faults, fault->code, fault->member, 0, NULL, "%s: %s", fault->member,
                    status == COMITY_OK ? "this is no JSON object, {...}"
                                        : "the text is too long");
    return false;
}

const char *entry_node_text(struct arena *arena, const struct tree *tree, uint32_t index)
{
    struct buffer json;
    buffer_init(&json, 4u << 20);
    json_put_node(&json, tree, index);
    const char *text = buffer_status(&json) == COMITY_OK && json.bytes
                           ? arena_copy(arena, json.bytes, json.size)
                           : NULL;
    buffer_free(&json);
    return text;
}

const char *entry_take_object(struct arena *arena, const char *text, const char *code,
                              const char *member, entry_check_fn *check,
                              struct entry_faults *faults)
{
    struct json_fault fault = {code, member, faults};
    struct tree tree;
    uint64_t before = faults->count;
    const char *taken = NULL;
    tree_init(&tree, arena);
    if (read_object(&tree, text, &fault))
        check(&tree, 1, faults);
    if (faults->count == before)
        taken = entry_node_text(arena, &tree, 1);
    if (faults->count == before && !taken) /* else it would seem that nothing was given */
        entry_fault(faults, code, member, 0, NULL, "there is no memory for the %s", member);
    tree_free(&tree);
    return taken;
}

/* Checks settings, and parses them into what is asked for later: also where a member is
 * wrong, so that none that protects (pins, ca) is lost from an item that was queued. */
static struct cJSON *take_settings(const char *text, struct entry_faults *faults)
{
    struct json_fault fault = {"register.settings", "settings", faults};
    struct arena arena;
    struct tree tree;
    struct cJSON *settings = NULL;
    arena_init(&arena, 32u << 20);
    tree_init(&tree, &arena);
    if (read_object(&tree, text, &fault)) { /* strict: no member stands twice */
        endpoint_check_settings(&tree, 1, faults);
        const char *taken = entry_node_text(&arena, &tree, 1);
        settings = taken ? cJSON_Parse(taken) : NULL;
    }
    tree_free(&tree);
    arena_free(&arena);
    return settings;
}

/* --- making one */

static char *copy(const char *text)
{
    return strdup(text ? text : "");
}

comity_status endpoint_take(struct endpoint *endpoint, const struct endpoint_text *text,
                            struct entry_faults *faults)
{
    uint64_t before = faults->count;
    bool has_settings = text->settings && *text->settings;
    *endpoint = (struct endpoint){.name = copy(text->name),
                                  .url = copy(text->url),
                                  .protocol = copy(text->protocol),
                                  .format = copy(text->format)};
    endpoint_check(text, faults);
    endpoint->settings = take_settings(has_settings ? text->settings : "{}", faults);
    if (endpoint->protocol && endpoint->settings)
        endpoint_check_parties(endpoint, faults);
    bool is_whole = endpoint->name && endpoint->url && endpoint->protocol && endpoint->format &&
                    (endpoint->settings || faults->count != before);
    if (!is_whole) {
        endpoint_free(endpoint);
        return COMITY_E_NOMEM;
    }
    return faults->count == before ? COMITY_OK : COMITY_E_USAGE;
}

comity_status endpoint_make(struct endpoint *endpoint, const char *name, const char *url,
                            const char *protocol, const char *format, const char *settings,
                            char *message, size_t size)
{
    struct endpoint_text text = {name, url, protocol, format, settings};
    struct entry_first first = {message, size};
    struct entry_faults faults = {.tell = entry_keep_first, .user = &first};
    comity_status status = endpoint_take(endpoint, &text, &faults);
    if (status != COMITY_OK)
        return status;
    endpoint_check_files(endpoint, &faults);
    return faults.count ? COMITY_E_USAGE : COMITY_OK;
}

comity_status endpoint_load(struct store *store, struct sqlite3_stmt *statement, int column,
                            struct endpoint *endpoint)
{
    char message[240] = "";
    struct entry_first first = {message, sizeof message};
    struct entry_faults faults = {.tell = entry_keep_first, .user = &first};
    struct endpoint_text text = {
        .name = store_text(statement, column),
        .url = store_text(statement, column + 1),
        .protocol = store_text(statement, column + 2),
        .format = store_text(statement, column + 3),
        .settings = store_text(statement, column + 4),
    };
    comity_status status = endpoint_take(endpoint, &text, &faults);
    if (status != COMITY_E_USAGE)
        return status;
    endpoint_free(endpoint);
    snprintf(store->message, sizeof store->message,
             "the endpoint %.100s of the register is not as it must be: %s", text.name,
             message);
    return COMITY_E_INVALID;
}

comity_status endpoint_find(struct store *store, const char *name, struct endpoint *endpoint)
{
    struct sqlite3_stmt *statement = store_prepare(
        store, "SELECT name, url, protocol, format, settings FROM endpoint WHERE name=:name");
    memset(endpoint, 0, sizeof *endpoint);
    if (!statement)
        return COMITY_E_IO;
    store_bind_text(statement, ":name", name);
    comity_status status = store_step(store, statement);
    if (status == COMITY_OK)
        status = endpoint_load(store, statement, 0, endpoint);
    sqlite3_finalize(statement);
    return status;
}

/* --- what it says */

const char *endpoint_text(const struct endpoint *endpoint, const char *member)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(endpoint->settings, member));
}

int64_t endpoint_number(const struct endpoint *endpoint, const char *member, int64_t fallback)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(endpoint->settings, member);
    return cJSON_IsNumber(value) ? (int64_t)value->valuedouble : fallback;
}

bool endpoint_flag(const struct endpoint *endpoint, const char *member)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(endpoint->settings, member));
}

bool endpoint_serves(const struct endpoint *endpoint, const char *kind)
{
    const cJSON *purposes = cJSON_GetObjectItemCaseSensitive(endpoint->settings, "purposes");
    const cJSON *purpose;
    cJSON_ArrayForEach (purpose, purposes)
        if (cJSON_IsString(purpose) && strcmp(purpose->valuestring, kind) == 0)
            return true;
    return !purposes;
}

char *endpoint_settings(const struct endpoint *endpoint)
{
    char *printed = cJSON_PrintUnformatted(endpoint->settings);
    char *text = printed ? strdup(printed) : NULL;
    cJSON_free(printed);
    return text;
}

void endpoint_free(struct endpoint *endpoint)
{
    free(endpoint->name);
    free(endpoint->url);
    free(endpoint->protocol);
    free(endpoint->format);
    cJSON_Delete(endpoint->settings);
    memset(endpoint, 0, sizeof *endpoint);
}
