/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is kept between runs, in one file of SQLite in a folder of the user's own:
 * authorities and their endpoints, what is to be sent and what was answered, the account of
 * transfers.  Whatever is committed survives the machine (WAL, synchronous=FULL).  What is
 * deleted is overwritten. Knows the tables, and nothing of what they are for. */
#ifndef COMITY_CONVERTERS_SUBMIT_STORE_H
#define COMITY_CONVERTERS_SUBMIT_STORE_H

#include <comity/plugin.h>
#include <stdbool.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

#define STORE_KEPT 8
struct store {
    struct sqlite3 *db;
    char *folder;
    struct {
        const char *sql;
        struct sqlite3_stmt *statement;
    } kept[STORE_KEPT]; /* statements that are used again and again */
    char message[400];  /* of the last thing that went wrong: a sentence */
};

/* Opens the store of a folder, NULL: COMITY_STORE in the environment, else comity below
 * XDG_STATE_HOME, else ~/.local/state/comity.  Folder and file are made where they are
 * missing, for the user alone (0700, 0600); COMITY_E_IO with a message where they are not
 * the user's own, or open to others, or made by a later version. */
comity_status store_open(struct store *store, const char *folder);
void store_close(struct store *store);

/* A statement that is ready to be bound; NULL and a message where that fails.  The caller
 * finalizes it. */
struct sqlite3_stmt *store_prepare(struct store *store, const char *sql);
/* The same for a statement that is used for every item: made once, and given back by
 * store_end(), not finalized.  `sql` is a literal, and none is used again before it was
 * given back. */
struct sqlite3_stmt *store_again(struct store *store, const char *sql);
void store_end(struct sqlite3_stmt *statement);
/* Runs a statement without rows, with nothing to bind. */
comity_status store_run(struct store *store, const char *sql);
/* One step of a statement: COMITY_OK a row, COMITY_END no more, COMITY_E_IO with a message. */
comity_status store_step(struct store *store, struct sqlite3_stmt *statement);
/* Steps a statement that gives no rows, and finalizes it; NULL: it could not be prepared. */
comity_status store_done(struct store *store, struct sqlite3_stmt *statement);
/* Everything between begin and commit happens, or nothing does.  No other process writes
 * meanwhile. */
comity_status store_begin(struct store *store);
comity_status store_commit(struct store *store);
void store_rollback(struct store *store);
/* Ends what store_begin() began: commits where `status` is COMITY_OK, and undoes all where it
 * is not or the commit fails.  Gives what it came to. */
comity_status store_finish(struct store *store, comity_status status);

/* Text and numbers of a statement; NULL is bound as NULL, and column text is "" for NULL. */
void store_bind_text(struct sqlite3_stmt *statement, const char *name, const char *text);
void store_bind_number(struct sqlite3_stmt *statement, const char *name, int64_t number);
void store_bind_bytes(struct sqlite3_stmt *statement, const char *name, const void *bytes,
                      size_t size);
const char *store_text(struct sqlite3_stmt *statement, int column);
int64_t store_number(struct sqlite3_stmt *statement, int column);

#endif
