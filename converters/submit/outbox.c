/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is to be sent; see outbox.h. */
#include "submit/outbox_rows.h"

#include "submit/account.h"

#include <nettle/sha1.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[OUTBOX_STATES] = {
    "queued", "sending", "accepted", "delivered", "rejected", "held", "dead"};

const char *outbox_state_name(enum outbox_state state)
{
    return state_names[state];
}

static enum outbox_state state_of(const char *name)
{
    for (int i = 0; i < OUTBOX_STATES; i++)
        if (strcmp(state_names[i], name) == 0)
            return (enum outbox_state)i;
    return OUTBOX_HELD;
}

void outbox_free_item(struct outbox_item *item)
{
    endpoint_free(&item->endpoint);
    free(item->media_type);
    free(item->kind);
    free(item->reference);
    free(item->to_state);
    free(item->channel);
    free(item->reason);
    free(item->fault);
    free(item->answers);
    free(item->outcome);
    if (item->payload)
        explicit_bzero(item->payload, item->size);
    free(item->payload);
    *item = (struct outbox_item){.number = 0};
}

/* The name space of our items, itself a UUID: 5e7f0d0e-6c5c-5d0a-9b1f-6f3a2c9b7a11. */
static const uint8_t name_space[16] = {0x5e, 0x7f, 0x0d, 0x0e, 0x6c, 0x5c, 0x5d, 0x0a,
                                       0x9b, 0x1f, 0x6f, 0x3a, 0x2c, 0x9b, 0x7a, 0x11};

void outbox_name(const char *const texts[3], char id[UUID_TEXT])
{
    struct sha1_ctx hash;
    uint8_t digest[SHA1_DIGEST_SIZE];
    sha1_init(&hash);
    sha1_update(&hash, sizeof name_space, name_space);
    for (int i = 0; i < 3; i++)
        sha1_update(&hash, strlen(texts[i]) + 1, (const uint8_t *)texts[i]);
    sha1_digest(&hash, sizeof digest, digest);
    encoding_uuid5(digest, id);
}

void outbox_identify(struct outbox_item *item)
{
    outbox_name((const char *const[]){item->endpoint.url, item->reference, item->sha256},
                item->id);
}

/* --- rows */

/* Of several faults the first is kept. */
static void keep_fault(void *user, const struct entry_fault *fault)
{
    struct outbox_item *item = user;
    if (!item->fault)
        item->fault = strdup(fault->message);
}

comity_status outbox_read_row(struct sqlite3_stmt *row, struct outbox_item *item)
{
    const struct endpoint_text endpoint = {store_text(row, 3), store_text(row, 4),
                                           store_text(row, 5), store_text(row, 6),
                                           store_text(row, 7)};
    struct entry_faults faults = {.tell = keep_fault, .user = item};
    *item = (struct outbox_item){.number = store_number(row, 0),
                                 .state = state_of(store_text(row, 2)),
                                 .media_type = strdup(store_text(row, 8)),
                                 .kind = strdup(store_text(row, 9)),
                                 .reference = strdup(store_text(row, 10)),
                                 .to_state = strdup(store_text(row, 11)),
                                 .channel = strdup(store_text(row, 12)),
                                 .reason = strdup(store_text(row, 13)),
                                 .attempts = store_number(row, 15),
                                 .made = store_number(row, 16),
                                 .next = store_number(row, 17),
                                 .retain = store_number(row, 18),
                                 .size = (size_t)store_number(row, 19),
                                 .ask = store_number(row, 20)};
    snprintf(item->id, sizeof item->id, "%s", store_text(row, 1));
    snprintf(item->sha256, sizeof item->sha256, "%s", store_text(row, 14));
    comity_status status = endpoint_take(&item->endpoint, &endpoint, &faults);
    if (status == COMITY_E_USAGE && item->fault)
        status = COMITY_OK;
    return status;
}

comity_status outbox_read_payload(struct sqlite3_stmt *row, int column,
                                  struct outbox_item *item)
{
    const void *bytes = sqlite3_column_blob(row, column);
    size_t size = (size_t)sqlite3_column_bytes(row, column);
    item->payload = malloc(size + 1);
    if (!item->payload)
        return COMITY_E_NOMEM;
    if (size)
        memcpy(item->payload, bytes, size);
    item->payload[size] = '\0';
    item->size = size;
    return COMITY_OK;
}

comity_status outbox_account(struct store *store, const struct outbox_item *item, int64_t now,
                             const char *what, const char *outcome, const char *reason)
{
    const struct account_member members[] = {{"item", item->id},
                                             {"reference", item->reference},
                                             {"kind", item->kind},
                                             {"state", *item->to_state ? item->to_state : NULL},
                                             {"endpoint", item->endpoint.name},
                                             {"channel", *item->channel ? item->channel : NULL},
                                             {"format", item->endpoint.format},
                                             {"payload", item->sha256},
                                             {"outcome", outcome},
                                             {"reason", reason && *reason ? reason : NULL},
                                             {NULL, NULL}};
    return account_add(store, now, what, members);
}

/* --- in */

static comity_status insert(struct store *store, struct outbox_item *item, int64_t now)
{
    struct sqlite3_stmt *s = store_prepare(
        store, "INSERT INTO item(id, state, endpoint, url, protocol, settings, format,"
               " media_type, kind, reference, to_state, channel, size, sha256, made,"
               " next, retain, answers, outcome) VALUES(:id, 'queued', :endpoint, :url, "
               ":protocol, :settings,"
               " :format, :media, :kind, :reference, :state, :channel, :size,"
               " :sha256, :now, :now, :retain, :answers, :outcome)");
    char *settings = endpoint_settings(&item->endpoint);
    if (!s || !settings) {
        sqlite3_finalize(s);
        free(settings);
        return s ? COMITY_E_NOMEM : COMITY_E_IO;
    }
    store_bind_text(s, ":id", item->id);
    store_bind_text(s, ":endpoint", item->endpoint.name);
    store_bind_text(s, ":url", item->endpoint.url);
    store_bind_text(s, ":protocol", item->endpoint.protocol);
    store_bind_text(s, ":settings", settings);
    store_bind_text(s, ":format", item->endpoint.format);
    store_bind_text(s, ":media", item->media_type);
    store_bind_text(s, ":kind", item->kind);
    store_bind_text(s, ":reference", item->reference);
    store_bind_text(s, ":state", item->to_state);
    store_bind_text(s, ":channel", item->channel);
    store_bind_number(s, ":size", (int64_t)item->size);
    store_bind_text(s, ":sha256", item->sha256);
    store_bind_number(s, ":now", now);
    store_bind_number(s, ":retain", item->retain);
    store_bind_text(s, ":answers", item->answers ? item->answers : "");
    store_bind_text(s, ":outcome", item->outcome ? item->outcome : "");
    free(settings);
    comity_status status = store_done(store, s);
    item->number = sqlite3_last_insert_rowid(store->db);
    item->state = OUTBOX_QUEUED;
    s = store_prepare(store, "INSERT INTO payload(item, bytes) VALUES(:item, :bytes)");
    if (s) {
        store_bind_number(s, ":item", item->number);
        store_bind_bytes(s, ":bytes", item->payload, item->size);
    }
    if (status == COMITY_OK)
        status = store_done(store, s);
    else
        sqlite3_finalize(s);
    return status == COMITY_OK ? outbox_account(store, item, now, "queued", NULL, NULL)
                               : status;
}

comity_status outbox_add(struct store *store, struct outbox_item *item, int64_t now,
                         bool *is_new)
{
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT number, state FROM item WHERE id = :id");
    if (s)
        store_bind_text(s, ":id", item->id);
    comity_status status = store_step(store, s);
    *is_new = status == COMITY_END;
    if (status == COMITY_OK) {
        item->number = store_number(s, 0);
        item->state = state_of(store_text(s, 1));
    }
    sqlite3_finalize(s);
    return *is_new ? insert(store, item, now) : status;
}

comity_status outbox_put(struct store *store, struct outbox_item *item, int64_t now,
                         bool *is_new)
{
    comity_status status = store_begin(store);
    if (status != COMITY_OK)
        return status;
    status = outbox_add(store, item, now, is_new);
    return store_finish(store, status);
}

/* --- for people */

static comity_status each_row(struct store *store, struct sqlite3_stmt *s, outbox_item_fn *each,
                              void *user)
{
    comity_status status;
    while ((status = store_step(store, s)) == COMITY_OK) {
        struct outbox_item item;
        status = outbox_read_row(s, &item);
        if (status == COMITY_OK)
            status = each(user, &item);
        else
            outbox_free_item(&item);
        if (status != COMITY_OK)
            break;
    }
    sqlite3_finalize(s);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status outbox_is_still(struct store *store, const struct outbox_item *item)
{
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT 1 FROM item WHERE number = :number AND state = :state");
    if (s) {
        store_bind_number(s, ":number", item->number);
        store_bind_text(s, ":state", outbox_state_name(item->state));
    }
    comity_status status = store_step(store, s);
    sqlite3_finalize(s);
    return status;
}

comity_status outbox_each(struct store *store, int state, outbox_item_fn *each, void *user)
{
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT " OUTBOX_COLUMNS " FROM item"
                             " WHERE :state IS NULL OR state = :state ORDER BY number");
    if (s)
        store_bind_text(s, ":state", state < OUTBOX_STATES ? outbox_state_name(state) : NULL);
    return each_row(store, s, each, user);
}

comity_status outbox_find(struct store *store, const char *id, struct outbox_item *item,
                          char *message, size_t size)
{
    *item = (struct outbox_item){.number = 0};
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT " OUTBOX_COLUMNS OUTBOX_PAYLOAD " FROM item"
                             " WHERE substr(id, 1, length(:id)) = :id LIMIT 2");
    if (!s)
        return COMITY_E_IO;
    store_bind_text(s, ":id", id);
    comity_status status = store_step(store, s);
    if (status == COMITY_END)
        snprintf(message, size, "no item has an id that begins so");
    if (status == COMITY_OK)
        status = outbox_read_row(s, item);
    if (status == COMITY_OK)
        status = outbox_read_payload(s, OUTBOX_PAYLOAD_COLUMN, item);
    if (status == COMITY_OK && store_step(store, s) == COMITY_OK) {
        snprintf(message, size, "several items have an id that begins so");
        status = COMITY_END;
    }
    sqlite3_finalize(s);
    if (status != COMITY_OK)
        outbox_free_item(item);
    return status;
}

comity_status outbox_decide(struct store *store, const struct outbox_item *item,
                            enum outbox_state state, const char *reason, int64_t now)
{
    struct verdict verdict = {.state = state};
    snprintf(verdict.reason, sizeof verdict.reason, "%s", reason);
    comity_status status = store_begin(store);
    if (status == COMITY_OK)
        status = outbox_is_still(store, item); /* a run may have taken it meanwhile */
    if (status == COMITY_OK)
        status = outbox_settle(store, item, &verdict, now);
    return store_finish(store, status);
}

struct purge {
    struct store *store;
    int64_t now, count;
};

static comity_status purge_item(void *user, struct outbox_item *item)
{
    static const char *const statements[] = {
        "DELETE FROM payload WHERE item = :number",
        "UPDATE receipt SET body = NULL WHERE item = :number"};
    struct purge *purge = user;
    comity_status status = COMITY_OK;
    for (int i = 0; i < 2 && status == COMITY_OK; i++) {
        struct sqlite3_stmt *s = store_prepare(purge->store, statements[i]);
        if (s)
            store_bind_number(s, ":number", item->number);
        status = store_done(purge->store, s);
    }
    if (status == COMITY_OK)
        status = outbox_account(purge->store, item, purge->now, "destroyed", NULL, NULL);
    purge->count += status == COMITY_OK;
    outbox_free_item(item);
    return status;
}

comity_status outbox_purge(struct store *store, int64_t now, int64_t *purged)
{
    struct purge purge = {.store = store, .now = now};
    comity_status status = store_begin(store);
    struct sqlite3_stmt *s = store_prepare(
        store, "SELECT " OUTBOX_COLUMNS " FROM item WHERE retain > 0 AND retain <= :now"
               " AND number IN (SELECT item FROM payload)"
               " AND state IN ('delivered', 'rejected', 'dead')");
    if (s)
        store_bind_number(s, ":now", now);
    if (status == COMITY_OK)
        status = each_row(store, s, purge_item, &purge);
    else
        sqlite3_finalize(s);
    status = store_finish(store, status);
    if (status == COMITY_OK && purge.count) /* nor in the log of the file */
        status = store_run(store, "PRAGMA wal_checkpoint(TRUNCATE)");
    *purged = purge.count;
    return status;
}

comity_status outbox_receipts(struct store *store, const struct outbox_item *item,
                              receipt_fn *each, void *user)
{
    comity_status status;
    struct sqlite3_stmt *s = store_prepare(
        store, "SELECT at, name, status, sha256, body FROM receipt WHERE item = :item"
               " ORDER BY number");
    if (s)
        store_bind_number(s, ":item", item->number);
    while ((status = store_step(store, s)) == COMITY_OK) {
        status = each(user, store_number(s, 0), store_text(s, 1), (long)store_number(s, 2),
                      store_text(s, 3), sqlite3_column_blob(s, 4),
                      (size_t)sqlite3_column_bytes(s, 4));
        if (status != COMITY_OK)
            break;
    }
    sqlite3_finalize(s);
    return status == COMITY_END ? COMITY_OK : status;
}
