/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which request an answer is to: by its reference, and by the State where both say it (61.23).
 * Nothing is matched by likeness. */
#include "submit/inbox.h"
#include "submit/routing.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* One that may be meant. */
struct candidate {
    int64_t number; /* 0: none */
    bool is_ended;
};

static bool is_other_state(const char *one, const char *other)
{
    return *one && *other && strcmp(one, other) != 0;
}

static bool is_ended(const char *state)
{
    return strcmp(state, "delivered") == 0 || strcmp(state, "rejected") == 0 ||
           strcmp(state, "dead") == 0;
}

/* Rows, newest first: number, kind, State, and the item's state. */
static comity_status choose(struct store *store, const struct inbox_entry *entry,
                            const char *sql, struct candidate *best, struct inbox_match *match)
{
    comity_status status;
    struct sqlite3_stmt *s = store_prepare(store, sql);
    if (!s)
        return COMITY_E_IO;
    store_bind_text(s, ":reference", entry->answered);
    while ((status = store_step(store, s)) == COMITY_OK) {
        if (routing_is_answer(store_text(s, 1)))
            continue; /* an answer of our own has the same reference */
        if (is_other_state(entry->from_state, store_text(s, 2))) {
            match->is_elsewhere = true;
            continue;
        }
        match->count++;
        bool ended = is_ended(store_text(s, 3));
        if (!best->number || (best->is_ended && !ended))
            *best = (struct candidate){store_number(s, 0), ended};
    }
    sqlite3_finalize(s);
    return status == COMITY_END ? COMITY_OK : status;
}

static comity_status note(struct store *store, const struct inbox_entry *entry)
{
    struct sqlite3_stmt *s =
        store_prepare(store, "UPDATE incoming SET answers = nullif(:answers, 0),"
                             " follows = nullif(:follows, 0) WHERE number = :number");
    if (!s)
        return COMITY_E_IO;
    store_bind_number(s, ":answers", entry->answers);
    store_bind_number(s, ":follows", entry->follows);
    store_bind_number(s, ":number", entry->number);
    comity_status status = store_step(store, s);
    sqlite3_finalize(s);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status inbox_match(struct store *store, struct inbox_entry *entry, int64_t now,
                          struct inbox_match *match)
{
    struct candidate sent = {0, false}, came = {0, false};
    comity_status status = COMITY_OK;
    *match = (struct inbox_match){.count = 0};
    if (*entry->answered)
        status = choose(store, entry,
                        "SELECT number, kind, to_state, state FROM item"
                        " WHERE reference = :reference ORDER BY number DESC",
                        &sent, match);
    if (status == COMITY_OK && *entry->answered && !sent.number)
        status = choose(store, entry,
                        "SELECT number, kind, from_state, '' FROM incoming"
                        " WHERE reference = :reference ORDER BY number DESC",
                        &came, match);
    entry->answers = sent.number;
    entry->follows = came.number;
    if (status == COMITY_OK && (sent.number || came.number))
        status = note(store, entry);
    if (status == COMITY_OK && sent.number)
        status = outbox_answered(store, sent.number, entry->kind, entry->sha256, now);
    return status;
}
