/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came from other States; see inbox.h. */
#include "submit/inbox.h"

#include "submit/account.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                         \
    "n.number, n.id, n.at, n.kind, n.reference, n.from_state, n.answered, n.outcome, "  \
    "n.format, n.sha256, n.position, n.size, n.lacks, n.retain, n.answers, n.follows, " \
    "n.acknowledgement, (SELECT id FROM item WHERE item.number = n.answers), "          \
    "(SELECT id FROM incoming o WHERE o.number = n.follows), "                          \
    "(SELECT id FROM item WHERE item.number = n.acknowledgement), "                     \
    "EXISTS(SELECT 1 FROM document d WHERE d.incoming = n.number)"
#define CONTENT                                                       \
    ", (SELECT original FROM document d WHERE d.incoming = n.number)" \
    ", (SELECT canonical FROM document d WHERE d.incoming = n.number)"

static void wipe(char **bytes, size_t size)
{
    if (*bytes)
        explicit_bzero(*bytes, size);
    free(*bytes);
    *bytes = NULL;
}

void inbox_free(struct inbox_entry *entry)
{
    free(entry->kind);
    free(entry->reference);
    free(entry->from_state);
    free(entry->answered);
    free(entry->outcome);
    free(entry->format);
    wipe(&entry->original, entry->size);
    wipe(&entry->canonical, entry->canonical_size);
    *entry = (struct inbox_entry){.number = 0};
}

void inbox_identify(struct inbox_entry *entry)
{
    char position[24];
    snprintf(position, sizeof position, "%lld", (long long)entry->position);
    outbox_name((const char *const[]){"incoming", entry->sha256, position}, entry->id);
}

static comity_status account(struct store *store, const struct inbox_entry *entry, int64_t now,
                             const char *what)
{
    const struct account_member members[] = {
        {"document", entry->id},
        {"reference", *entry->reference ? entry->reference : NULL},
        {"kind", entry->kind},
        {"state", *entry->from_state ? entry->from_state : NULL},
        {"answers", *entry->answered ? entry->answered : NULL},
        {"format", entry->format},
        {"payload", entry->sha256},
        {NULL, NULL}};
    return account_add(store, now, what, members);
}

/* --- in */

static comity_status insert_content(struct store *store, const struct inbox_entry *entry)
{
    struct sqlite3_stmt *s =
        store_prepare(store, "INSERT INTO document(incoming, original, canonical)"
                             " VALUES(:incoming, :original, :canonical)");
    if (!s)
        return COMITY_E_IO;
    store_bind_number(s, ":incoming", entry->number);
    store_bind_bytes(s, ":original", entry->original, entry->size);
    store_bind_bytes(s, ":canonical", entry->canonical, entry->canonical_size);
    return store_done(store, s);
}

static comity_status insert(struct store *store, struct inbox_entry *entry)
{
    struct sqlite3_stmt *s = store_prepare(
        store, "INSERT INTO incoming(id, at, kind, reference, from_state, answered, outcome,"
               " format, sha256, position, size, lacks, notice, retain)"
               " VALUES(:id, :at, :kind, :reference, :state, :answered, :outcome, :format,"
               " :sha256, :position, :size, :lacks, :notice, :retain)");
    if (!s)
        return COMITY_E_IO;
    store_bind_text(s, ":id", entry->id);
    store_bind_number(s, ":at", entry->at);
    store_bind_text(s, ":kind", entry->kind);
    store_bind_text(s, ":reference", entry->reference);
    store_bind_text(s, ":state", entry->from_state);
    store_bind_text(s, ":answered", entry->answered);
    store_bind_text(s, ":outcome", entry->outcome);
    store_bind_text(s, ":format", entry->format);
    store_bind_text(s, ":sha256", entry->sha256);
    store_bind_number(s, ":position", entry->position);
    store_bind_number(s, ":size", (int64_t)entry->size);
    store_bind_number(s, ":lacks", entry->lacks);
    store_bind_number(s, ":notice", entry->is_notice);
    store_bind_number(s, ":retain", entry->retain);
    comity_status status = store_done(store, s);
    entry->number = sqlite3_last_insert_rowid(store->db);
    return status;
}

comity_status inbox_add(struct store *store, struct inbox_entry *entry, int64_t now,
                        bool *is_new)
{
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT number, acknowledgement FROM incoming WHERE id = :id");
    if (s)
        store_bind_text(s, ":id", entry->id);
    comity_status status = store_step(store, s);
    *is_new = status == COMITY_END;
    if (status == COMITY_OK) {
        entry->number = store_number(s, 0);
        entry->acknowledgement = store_number(s, 1);
    }
    sqlite3_finalize(s);
    if (!*is_new)
        return status;
    status = insert(store, entry);
    if (status == COMITY_OK)
        status = insert_content(store, entry);
    if (status == COMITY_OK)
        status = account(store, entry, now, "received");
    entry->is_kept = true;
    return status;
}

comity_status inbox_acknowledged(struct store *store, struct inbox_entry *entry,
                                 const struct outbox_item *item)
{
    struct sqlite3_stmt *s = store_prepare(
        store, "UPDATE incoming SET acknowledgement = :item WHERE number = :number");
    if (!s)
        return COMITY_E_IO;
    store_bind_number(s, ":item", item->number);
    store_bind_number(s, ":number", entry->number);
    entry->acknowledgement = item->number;
    memcpy(entry->acknowledgement_id, item->id, sizeof item->id);
    return store_done(store, s);
}

/* --- rows */

static char *bytes_of(struct sqlite3_stmt *row, int column, size_t *size)
{
    const void *bytes = sqlite3_column_blob(row, column);
    size_t count = (size_t)sqlite3_column_bytes(row, column);
    char *copy = bytes ? malloc(count + 1) : NULL;
    if (copy) {
        memcpy(copy, bytes, count);
        copy[count] = '\0';
        *size = count;
    }
    return copy;
}

static comity_status read_row(struct sqlite3_stmt *row, struct inbox_entry *entry, bool content)
{
    *entry = (struct inbox_entry){.number = store_number(row, 0),
                                  .at = store_number(row, 2),
                                  .kind = strdup(store_text(row, 3)),
                                  .reference = strdup(store_text(row, 4)),
                                  .from_state = strdup(store_text(row, 5)),
                                  .answered = strdup(store_text(row, 6)),
                                  .outcome = strdup(store_text(row, 7)),
                                  .format = strdup(store_text(row, 8)),
                                  .position = store_number(row, 10),
                                  .size = (size_t)store_number(row, 11),
                                  .lacks = store_number(row, 12),
                                  .retain = store_number(row, 13),
                                  .answers = store_number(row, 14),
                                  .follows = store_number(row, 15),
                                  .acknowledgement = store_number(row, 16),
                                  .is_kept = store_number(row, 20) != 0};
    snprintf(entry->id, sizeof entry->id, "%s", store_text(row, 1));
    snprintf(entry->sha256, sizeof entry->sha256, "%s", store_text(row, 9));
    snprintf(entry->answers_id, sizeof entry->answers_id, "%s", store_text(row, 17));
    snprintf(entry->follows_id, sizeof entry->follows_id, "%s", store_text(row, 18));
    snprintf(entry->acknowledgement_id, sizeof entry->acknowledgement_id, "%s",
             store_text(row, 19));
    if (content && entry->is_kept) {
        entry->original = bytes_of(row, 21, &entry->size);
        entry->canonical = bytes_of(row, 22, &entry->canonical_size);
        if (!entry->original || !entry->canonical)
            return COMITY_E_NOMEM;
    }
    return entry->kind && entry->reference && entry->from_state && entry->answered &&
                   entry->outcome && entry->format
               ? COMITY_OK
               : COMITY_E_NOMEM;
}

static comity_status each_row(struct store *store, struct sqlite3_stmt *s, inbox_entry_fn *each,
                              void *user)
{
    comity_status status;
    while ((status = store_step(store, s)) == COMITY_OK) {
        struct inbox_entry entry;
        status = read_row(s, &entry, false);
        if (status == COMITY_OK)
            status = each(user, &entry);
        else
            inbox_free(&entry);
        if (status != COMITY_OK)
            break;
    }
    sqlite3_finalize(s);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status inbox_each(struct store *store, inbox_entry_fn *each, void *user)
{
    return each_row(
        store, store_prepare(store, "SELECT " COLUMNS " FROM incoming n ORDER BY n.number"),
        each, user);
}

comity_status inbox_find(struct store *store, const char *id, struct inbox_entry *entry,
                         char *message, size_t size)
{
    *entry = (struct inbox_entry){.number = 0};
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT " COLUMNS CONTENT " FROM incoming n"
                             " WHERE substr(n.id, 1, length(:id)) = :id LIMIT 2");
    if (!s)
        return COMITY_E_IO;
    store_bind_text(s, ":id", id);
    comity_status status = store_step(store, s);
    if (status == COMITY_END)
        snprintf(message, size, "no document that came has an id that begins so");
    if (status == COMITY_OK)
        status = read_row(s, entry, true);
    if (status == COMITY_OK && store_step(store, s) == COMITY_OK) {
        snprintf(message, size, "several documents that came have an id that begins so");
        status = COMITY_END;
    }
    sqlite3_finalize(s);
    if (status != COMITY_OK)
        inbox_free(entry);
    return status;
}

/* --- destruction */

struct purge {
    struct store *store;
    int64_t now, count;
};

static comity_status purge_entry(void *user, struct inbox_entry *entry)
{
    struct purge *purge = user;
    struct sqlite3_stmt *s =
        store_prepare(purge->store, "DELETE FROM document WHERE incoming = :number");
    if (s)
        store_bind_number(s, ":number", entry->number);
    comity_status status = store_done(purge->store, s);
    if (status == COMITY_OK)
        status = account(purge->store, entry, purge->now, "destroyed");
    purge->count += status == COMITY_OK;
    inbox_free(entry);
    return status;
}

comity_status inbox_purge(struct store *store, int64_t now, int64_t *purged)
{
    struct purge purge = {.store = store, .now = now};
    comity_status status = store_begin(store);
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT " COLUMNS " FROM incoming n WHERE n.retain > 0"
                             " AND n.retain <= :now"
                             " AND n.number IN (SELECT incoming FROM document)");
    if (s)
        store_bind_number(s, ":now", now);
    if (status == COMITY_OK)
        status = each_row(store, s, purge_entry, &purge);
    else
        sqlite3_finalize(s);
    status = store_finish(store, status);
    if (status == COMITY_OK && purge.count) /* nor in the log of the file */
        status = store_run(store, "PRAGMA wal_checkpoint(TRUNCATE)");
    *purged = purge.count;
    return status;
}
