/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run of the outbox does to items: gives them out, notes what became of them, and asks;
 * see outbox.h. */
#include "submit/outbox_rows.h"

#include "submit/protocol.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_SECONDS 60
#define ASK_SECONDS_MOST 3600

struct change {
    enum outbox_state state;
    int64_t next, ended, ask;
    int attempts; /* more */
    const char *reason;
};

static comity_status set_state(struct store *store, int64_t number, const struct change *change)
{
    static const char sql[] = "UPDATE item SET state = :state, next = :next, reason = :reason,"
                              " attempts = attempts + :attempts, ask = :ask,"
                              " ended = CASE WHEN :ended THEN :ended END"
                              " WHERE number = :number";
    struct sqlite3_stmt *s = store_again(store, sql);
    if (!s)
        return COMITY_E_IO;
    store_bind_text(s, ":state", outbox_state_name(change->state));
    store_bind_number(s, ":next", change->next);
    store_bind_text(s, ":reason", change->reason);
    store_bind_number(s, ":attempts", change->attempts);
    store_bind_number(s, ":ask", change->ask);
    store_bind_number(s, ":ended", change->ended);
    store_bind_number(s, ":number", number);
    comity_status status = store_step(store, s);
    store_end(s);
    return status == COMITY_END ? COMITY_OK : status;
}

struct taken {
    struct outbox_item *items;
    int count;
};

static comity_status read_due(struct store *store, const char *sql, int64_t due, int most,
                              struct taken *taken)
{
    comity_status status;
    struct sqlite3_stmt *s = store_prepare(store, sql);
    if (!s)
        return COMITY_E_IO;
    store_bind_number(s, ":due", due);
    store_bind_number(s, ":most", most);
    while ((status = store_step(store, s)) == COMITY_OK) {
        struct outbox_item *item = &taken->items[taken->count++];
        status = outbox_read_row(s, item);
        if (status == COMITY_OK)
            status = outbox_read_payload(s, OUTBOX_PAYLOAD_COLUMN, item);
        if (status != COMITY_OK)
            break;
    }
    sqlite3_finalize(s);
    return status == COMITY_END ? COMITY_OK : status;
}

/* Commits what was done to the items, and hands them over; or gives them up. */
static comity_status give_out(struct store *store, comity_status status, struct taken *taken,
                              outbox_item_fn *each, void *user)
{
    status = store_finish(store, status);
    for (int i = 0; i < taken->count; i++) {
        if (status == COMITY_OK)
            status = each(user, &taken->items[i]);
        else
            outbox_free_item(&taken->items[i]);
    }
    free(taken->items);
    return status;
}

comity_status outbox_take(struct store *store, int64_t now, int64_t due, int most,
                          outbox_item_fn *each, void *user)
{
    static const char sql[] = "SELECT " OUTBOX_COLUMNS OUTBOX_PAYLOAD " FROM item"
                              " WHERE state = 'queued' AND next <= :due"
                              " ORDER BY next, number LIMIT :most";
    const struct change sending = {OUTBOX_SENDING, now, 0, 0, 1, ""};
    struct taken taken = {.items = calloc((size_t)most, sizeof *taken.items)};
    comity_status status = taken.items ? store_begin(store) : COMITY_E_NOMEM;
    if (status == COMITY_OK)
        status = read_due(store, sql, due, most, &taken);
    for (int i = 0; i < taken.count && status == COMITY_OK; i++) {
        struct outbox_item *item = &taken.items[i];
        status = set_state(store, item->number, &sending);
        if (status == COMITY_OK)
            status = outbox_account(store, item, now, "transfer", NULL, NULL);
        item->state = OUTBOX_SENDING;
        item->attempts++;
    }
    return give_out(store, status, &taken, each, user);
}

/* Seconds until the next question: an eighth of the time that the item has waited, but not
 * less than the setting, nor more than an hour. */
static int64_t ask_wait(const struct outbox_item *item, int64_t now)
{
    int64_t least = endpoint_number(&item->endpoint, "ask_seconds", ASK_SECONDS);
    int64_t wait = (now - item->made) / 8;
    wait = wait < ASK_SECONDS_MOST ? wait : ASK_SECONDS_MOST;
    return wait > least ? wait : least;
}

static comity_status set_ask(struct store *store, const struct outbox_item *item, int64_t ask)
{
    static const char sql[] = "UPDATE item SET ask = :ask WHERE number = :number";
    struct sqlite3_stmt *s = store_again(store, sql);
    if (!s)
        return COMITY_E_IO;
    store_bind_number(s, ":ask", ask);
    store_bind_number(s, ":number", item->number);
    comity_status status = store_step(store, s);
    store_end(s);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status outbox_take_asked(struct store *store, int64_t now, int64_t due, int most,
                                outbox_item_fn *each, void *user)
{
    static const char sql[] = "SELECT " OUTBOX_COLUMNS OUTBOX_PAYLOAD " FROM item"
                              " WHERE ask > 0 AND ask <= :due ORDER BY ask, number LIMIT :most";
    struct taken taken = {.items = calloc((size_t)most, sizeof *taken.items)};
    comity_status status = taken.items ? store_begin(store) : COMITY_E_NOMEM;
    if (status == COMITY_OK)
        status = read_due(store, sql, due, most, &taken);
    for (int i = 0; i < taken.count && status == COMITY_OK; i++)
        status = set_ask(store, &taken.items[i], now + ask_wait(&taken.items[i], now));
    return give_out(store, status, &taken, each, user);
}

/* `digest`: of what the receipt is of, where it is kept elsewhere; NULL: of its body. */
static comity_status add_receipt(struct store *store, const struct outbox_item *item,
                                 const struct verdict *verdict, const char *digest, int64_t now)
{
    static const char sql[] =
        "INSERT INTO receipt(item, number, at, name, status, sha256, body)"
        " VALUES(:item, 1 + (SELECT count(*) FROM receipt WHERE item = :item), :at, :name,"
        " :status, :sha256, :body)";
    char sha256[SHA256_HEX_SIZE + 1] = "";
    const char *body = verdict->body ? verdict->body : "";
    struct sqlite3_stmt *s = store_again(store, sql);
    if (!s)
        return COMITY_E_IO;
    if (!digest)
        encoding_sha256(body, verdict->size, sha256);
    store_bind_number(s, ":item", item->number);
    store_bind_number(s, ":at", now);
    store_bind_text(s, ":name", verdict->receipt ? verdict->receipt : "answer");
    store_bind_number(s, ":status", verdict->status);
    store_bind_text(s, ":sha256", digest ? digest : sha256);
    store_bind_bytes(s, ":body", body, verdict->size);
    comity_status status = store_step(store, s);
    store_end(s);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status outbox_settle(struct store *store, const struct outbox_item *item,
                            const struct verdict *verdict, int64_t now)
{
    const struct protocol *protocol = protocol_find(item->endpoint.protocol);
    bool is_open = verdict->state == OUTBOX_QUEUED || verdict->state == OUTBOX_ACCEPTED;
    bool is_asked = protocol && protocol->ask &&
                    (verdict->state == OUTBOX_ACCEPTED || verdict->is_uncertain);
    const struct change change = {.state = verdict->state,
                                  .next = now + verdict->wait,
                                  .ended = is_open ? 0 : now,
                                  .ask = is_asked ? now + ask_wait(item, now) : 0,
                                  .reason = verdict->reason};
    comity_status status = set_state(store, item->number, &change);
    if (status == COMITY_OK && verdict->status)
        status = add_receipt(store, item, verdict, NULL, now);
    if (status == COMITY_OK)
        status = outbox_account(store, item, now, "outcome", outbox_state_name(verdict->state),
                                verdict->reason);
    return status;
}

/* True where it has no receipt of that name yet. */
static comity_status is_new_receipt(struct store *store, const struct outbox_item *item,
                                    const char *name, bool *is_new)
{
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT 1 FROM receipt WHERE item = :item AND name = :name");
    if (s) {
        store_bind_number(s, ":item", item->number);
        store_bind_text(s, ":name", name);
    }
    comity_status status = store_step(store, s);
    sqlite3_finalize(s);
    *is_new = status == COMITY_END;
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status outbox_settle_asked(struct store *store, const struct outbox_item *item,
                                  const struct verdict *verdict, int64_t now)
{
    bool is_new = false;
    comity_status status = outbox_is_still(store, item);
    if (status == COMITY_OK && verdict->state != item->state)
        return outbox_settle(store, item, verdict, now);
    if (status == COMITY_OK && verdict->receipt)
        status = is_new_receipt(store, item, verdict->receipt, &is_new);
    return status == COMITY_OK && is_new ? add_receipt(store, item, verdict, NULL, now)
                                         : status;
}

comity_status outbox_answered(struct store *store, int64_t number, const char *kind,
                              const char *sha256, int64_t now)
{
    struct outbox_item item;
    struct sqlite3_stmt *s =
        store_prepare(store, "SELECT " OUTBOX_COLUMNS " FROM item WHERE number = :number");
    if (s)
        store_bind_number(s, ":number", number);
    comity_status status = store_step(store, s);
    if (status != COMITY_OK) {
        sqlite3_finalize(s);
        return status;
    }
    status = outbox_read_row(s, &item);
    sqlite3_finalize(s);
    struct verdict verdict = {.state = OUTBOX_DELIVERED, .receipt = kind};
    snprintf(verdict.reason, sizeof verdict.reason, "it was answered: %.100s", kind);
    if (status == COMITY_OK)
        status = add_receipt(store, &item, &verdict, sha256, now);
    bool is_open = item.state == OUTBOX_ACCEPTED || (item.state == OUTBOX_HELD && item.ask);
    if (status == COMITY_OK && is_open)
        status = outbox_settle(store, &item, &verdict, now);
    outbox_free_item(&item);
    return status;
}

static comity_status recover(void *user, struct outbox_item *item)
{
    struct store *store = user;
    int64_t now = item->next;
    const struct protocol *protocol = protocol_find(item->endpoint.protocol);
    struct verdict verdict = {.state = protocol && protocol->has_identity ? OUTBOX_QUEUED
                                                                          : OUTBOX_HELD};
    verdict.is_uncertain = verdict.state == OUTBOX_HELD;
    snprintf(verdict.reason, sizeof verdict.reason,
             "the run that sent it was cut off; whether it arrived is not known");
    comity_status status = outbox_settle(store, item, &verdict, now);
    outbox_free_item(item);
    return status;
}

comity_status outbox_recover(struct store *store, int64_t now)
{
    comity_status status = store_begin(store);
    struct sqlite3_stmt *s =
        store_prepare(store, "UPDATE item SET next = :now WHERE state = 'sending'");
    if (s)
        store_bind_number(s, ":now", now);
    if (status == COMITY_OK)
        status = store_done(store, s);
    else
        sqlite3_finalize(s);
    if (status == COMITY_OK)
        status = outbox_each(store, OUTBOX_SENDING, recover, store);
    return store_finish(store, status);
}
