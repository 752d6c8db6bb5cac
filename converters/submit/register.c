/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables of authorities and endpoints; see register.h.  What is put was checked before. */
#include "submit/register.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

const char *const register_changes[] = {"unchanged", "changed", "added"};

/* One statement with a few values; COMITY_OK or COMITY_END as store_step(). */
static comity_status run_and_end(struct store *store, struct sqlite3_stmt *statement)
{
    comity_status status = store_step(store, statement);
    sqlite3_finalize(statement);
    return status == COMITY_END ? COMITY_OK : status;
}

/* --- authorities */

static void bind_key(struct sqlite3_stmt *statement, const struct authority *authority)
{
    store_bind_text(statement, ":state", authority->state);
    store_bind_text(statement, ":role", authority->role);
    store_bind_text(statement, ":territory", authority->territory ? authority->territory : "");
    store_bind_text(statement, ":name", authority->name);
}

static void bind_rest(struct sqlite3_stmt *statement, const struct authority *authority)
{
    store_bind_text(statement, ":address", authority->address);
    store_bind_text(statement, ":languages", authority->languages);
    store_bind_text(statement, ":declarations", authority->declarations);
}

static bool differs(const char *given, const char *there)
{
    return given && strcmp(given, there) != 0;
}

static comity_status find_authority(struct store *store, struct authority *authority,
                                    enum register_change *change)
{
    struct sqlite3_stmt *statement =
        store_prepare(store, "SELECT id, address, languages, declarations FROM authority"
                             " WHERE state=:state AND role=:role AND territory=:territory"
                             " AND name=:name");
    if (!statement)
        return COMITY_E_IO;
    bind_key(statement, authority);
    comity_status status = store_step(store, statement);
    if (status == COMITY_OK) {
        authority->id = store_number(statement, 0);
        bool is_other = differs(authority->address, store_text(statement, 1)) ||
                        differs(authority->languages, store_text(statement, 2)) ||
                        differs(authority->declarations, store_text(statement, 3));
        *change = is_other ? REGISTER_CHANGED : REGISTER_UNCHANGED;
    }
    sqlite3_finalize(statement);
    return status;
}

comity_status register_put(struct store *store, struct authority *authority,
                           enum register_change *change)
{
    *change = REGISTER_ADDED;
    comity_status status = find_authority(store, authority, change);
    if (status < COMITY_OK || *change == REGISTER_UNCHANGED)
        return status;
    bool is_new = *change == REGISTER_ADDED;
    struct sqlite3_stmt *statement = store_prepare(
        store,
        is_new ? "INSERT INTO authority"
                 "(state, role, territory, name, address, languages, declarations)"
                 " VALUES(:state, :role, :territory, :name, ifnull(:address, ''),"
                 " ifnull(:languages, ''), ifnull(:declarations, '{}'))"
               : "UPDATE authority SET address=ifnull(:address, address),"
                 " languages=ifnull(:languages, languages),"
                 " declarations=ifnull(:declarations, declarations)"
                 " WHERE state=:state AND role=:role AND territory=:territory AND name=:name");
    if (!statement)
        return COMITY_E_IO;
    bind_key(statement, authority);
    bind_rest(statement, authority);
    status = run_and_end(store, statement);
    if (status == COMITY_OK && is_new)
        authority->id = sqlite3_last_insert_rowid(store->db);
    return status;
}

static void load_authority(struct sqlite3_stmt *statement, struct authority *authority)
{
    *authority = (struct authority){
        .id = store_number(statement, 0),
        .state = store_text(statement, 1),
        .role = store_text(statement, 2),
        .territory = store_text(statement, 3),
        .name = store_text(statement, 4),
        .address = store_text(statement, 5),
        .languages = store_text(statement, 6),
        .declarations = store_text(statement, 7),
    };
}

comity_status register_each(struct store *store, const struct register_filter *filter,
                            register_fn *each, void *user)
{
    struct sqlite3_stmt *statement = store_prepare(
        store, "SELECT id, state, role, territory, name, address, languages, declarations"
               " FROM authority a WHERE (:state IS NULL OR state=:state)"
               " AND (:role IS NULL OR role=:role) AND (:id=0 OR id=:id)"
               " AND (:named IS NULL OR name=:named OR EXISTS(SELECT 1 FROM endpoint e"
               "  WHERE e.authority=a.id AND e.name=:named))"
               " ORDER BY state, role='competent', role='24-7', role, territory, name");
    if (!statement)
        return COMITY_E_IO;
    store_bind_text(statement, ":state", filter->state);
    store_bind_text(statement, ":role", filter->role);
    store_bind_text(statement, ":named", filter->named);
    store_bind_number(statement, ":id", filter->id);
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && (status = store_step(store, statement)) == COMITY_OK) {
        struct authority authority;
        load_authority(statement, &authority);
        status = each(user, &authority);
    }
    sqlite3_finalize(statement);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status register_remove(struct store *store, int64_t id)
{
    struct sqlite3_stmt *statement = store_prepare(store, "DELETE FROM authority WHERE id=:id");
    if (!statement)
        return COMITY_E_IO;
    store_bind_number(statement, ":id", id);
    comity_status status = run_and_end(store, statement);
    return status == COMITY_OK && !sqlite3_changes(store->db) ? COMITY_END : status;
}

/* --- endpoints */

/* What stands under the endpoint's name; COMITY_END where nothing does. */
static comity_status find_endpoint(struct store *store, const struct endpoint_text *text,
                                   int64_t *owner, enum register_change *change)
{
    struct sqlite3_stmt *statement =
        store_prepare(store, "SELECT authority, url, protocol, format, settings"
                             " FROM endpoint WHERE name=:name");
    if (!statement)
        return COMITY_E_IO;
    store_bind_text(statement, ":name", text->name);
    comity_status status = store_step(store, statement);
    if (status == COMITY_OK) {
        *owner = store_number(statement, 0);
        bool is_other = differs(text->url, store_text(statement, 1)) ||
                        differs(text->protocol, store_text(statement, 2)) ||
                        differs(text->format, store_text(statement, 3)) ||
                        differs(text->settings, store_text(statement, 4));
        *change = is_other ? REGISTER_CHANGED : REGISTER_UNCHANGED;
    }
    sqlite3_finalize(statement);
    return status;
}

comity_status register_put_endpoint(struct store *store, const struct endpoint_text *text,
                                    int64_t authority, enum register_change *change,
                                    int64_t *owner)
{
    *change = REGISTER_ADDED;
    *owner = authority;
    comity_status status = find_endpoint(store, text, owner, change);
    if (status == COMITY_OK && *owner != authority)
        return COMITY_E_USAGE;
    if (status < COMITY_OK || *change == REGISTER_UNCHANGED)
        return status;
    struct sqlite3_stmt *statement = store_prepare(
        store, *change == REGISTER_ADDED
                   ? "INSERT INTO endpoint(name, authority, url, protocol, format, settings)"
                     " VALUES(:name, :authority, :url, :protocol, :format,"
                     " ifnull(:settings, '{}'))"
                   : "UPDATE endpoint SET url=:url, protocol=:protocol, format=:format,"
                     " settings=ifnull(:settings, settings)"
                     " WHERE name=:name AND authority=:authority");
    if (!statement)
        return COMITY_E_IO;
    store_bind_text(statement, ":name", text->name);
    store_bind_number(statement, ":authority", authority);
    store_bind_text(statement, ":url", text->url);
    store_bind_text(statement, ":protocol", text->protocol);
    store_bind_text(statement, ":format", text->format);
    store_bind_text(statement, ":settings", text->settings);
    return run_and_end(store, statement);
}

comity_status register_each_endpoint(struct store *store, int64_t authority,
                                     register_endpoint_fn *each, void *user)
{
    struct sqlite3_stmt *statement =
        store_prepare(store, "SELECT name, url, protocol, format, settings FROM endpoint"
                             " WHERE ifnull(authority, 0)=:authority ORDER BY name");
    if (!statement)
        return COMITY_E_IO;
    store_bind_number(statement, ":authority", authority);
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && (status = store_step(store, statement)) == COMITY_OK) {
        struct endpoint_text text = {store_text(statement, 0), store_text(statement, 1),
                                     store_text(statement, 2), store_text(statement, 3),
                                     store_text(statement, 4)};
        status = each(user, &text);
    }
    sqlite3_finalize(statement);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status register_remove_endpoint(struct store *store, const char *name)
{
    struct sqlite3_stmt *statement =
        store_prepare(store, "DELETE FROM endpoint WHERE name=:name");
    if (!statement)
        return COMITY_E_IO;
    store_bind_text(statement, ":name", name);
    comity_status status = run_and_end(store, statement);
    return status == COMITY_OK && !sqlite3_changes(store->db) ? COMITY_END : status;
}

/* --- routing */

comity_status register_route(struct store *store, const char *state, const char *role,
                             const char *territory, struct endpoint *endpoint, char **authority,
                             char **languages)
{
    memset(endpoint, 0, sizeof *endpoint);
    *authority = *languages = NULL;
    struct sqlite3_stmt *statement = store_prepare(
        store, "SELECT e.name, e.url, e.protocol, e.format, e.settings, a.name, a.languages"
               " FROM authority a JOIN endpoint e ON e.authority=a.id"
               " WHERE a.state=:state AND a.role=:role"
               " AND (:territory IS NULL OR a.territory=:territory)"
               " ORDER BY a.id, e.name LIMIT 1");
    if (!statement)
        return COMITY_E_IO;
    store_bind_text(statement, ":state", state);
    store_bind_text(statement, ":role", role);
    store_bind_text(statement, ":territory", territory);
    comity_status status = store_step(store, statement);
    if (status == COMITY_OK)
        status = endpoint_load(store, statement, 0, endpoint);
    if (status == COMITY_OK) {
        *authority = strdup(store_text(statement, 5));
        *languages = strdup(store_text(statement, 6));
        if (!*authority || !*languages) {
            free(*authority);
            free(*languages);
            *authority = *languages = NULL;
            endpoint_free(endpoint);
            status = COMITY_E_NOMEM;
        }
    }
    sqlite3_finalize(statement);
    return status;
}
