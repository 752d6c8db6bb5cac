/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file that is kept between runs; see store.h. */
#include "submit/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_MILLISECONDS 10000
#define BUSY_PAUSE_MILLISECONDS 20

/* Each makes version N+1 out of version N; what was released is never changed. */
static const char *const versions[] = {
    /* roles and protocols are checked where they come in */
    "CREATE TABLE authority("
    " id INTEGER PRIMARY KEY, state TEXT NOT NULL, role TEXT NOT NULL,"
    " territory TEXT NOT NULL DEFAULT '', name TEXT NOT NULL, address TEXT NOT NULL DEFAULT '',"
    " languages TEXT NOT NULL DEFAULT '', declarations TEXT NOT NULL DEFAULT '{}',"
    " UNIQUE(state, role, territory, name));"
    "CREATE TABLE endpoint("
    " name TEXT PRIMARY KEY,"
    " authority INTEGER REFERENCES authority(id) ON DELETE CASCADE,"
    " url TEXT NOT NULL, protocol TEXT NOT NULL, format TEXT NOT NULL,"
    " settings TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;"
    "CREATE INDEX endpoint_of_authority ON endpoint(authority);"
    "CREATE TABLE item("
    " number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,"
    " endpoint TEXT NOT NULL, url TEXT NOT NULL, protocol TEXT NOT NULL,"
    " settings TEXT NOT NULL, format TEXT NOT NULL, media_type TEXT NOT NULL,"
    " kind TEXT NOT NULL, reference TEXT NOT NULL, to_state TEXT NOT NULL,"
    " channel TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,"
    " made INTEGER NOT NULL, next INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " ended INTEGER, retain INTEGER, reason TEXT NOT NULL DEFAULT '',"
    " ask INTEGER NOT NULL DEFAULT 0,"
    /* of an answer: the request's reference, and what was decided */
    " answers TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '');"
    /* apart, so that a change of state does not write it again */
    "CREATE TABLE payload("
    " item INTEGER PRIMARY KEY REFERENCES item(number), bytes BLOB NOT NULL);"
    "CREATE INDEX item_due ON item(state, next);"
    "CREATE INDEX item_ask ON item(ask) WHERE ask > 0;"
    "CREATE INDEX item_reference ON item(reference);"
    "CREATE TABLE receipt("
    " item INTEGER NOT NULL REFERENCES item(number), number INTEGER NOT NULL,"
    " at INTEGER NOT NULL, name TEXT NOT NULL, status INTEGER NOT NULL,"
    " sha256 TEXT NOT NULL, body BLOB, PRIMARY KEY(item, number)) WITHOUT ROWID;"
    /* several documents may stand in one original: `position` counts them */
    "CREATE TABLE incoming("
    " number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,"
    " kind TEXT NOT NULL, reference TEXT NOT NULL, from_state TEXT NOT NULL,"
    " answered TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '',"
    " format TEXT NOT NULL, sha256 TEXT NOT NULL, position INTEGER NOT NULL,"
    " size INTEGER NOT NULL, lacks INTEGER NOT NULL, notice INTEGER NOT NULL, retain INTEGER,"
    " answers INTEGER REFERENCES item(number),"     /* what was sent */
    " follows INTEGER REFERENCES incoming(number)," /* or what came before */
    " acknowledgement INTEGER REFERENCES item(number),"
    " UNIQUE(sha256, position));"
    "CREATE INDEX incoming_answers ON incoming(answers);"
    "CREATE INDEX incoming_reference ON incoming(reference);"
    "CREATE INDEX item_answers ON item(answers);"
    "CREATE TABLE document("
    " incoming INTEGER PRIMARY KEY REFERENCES incoming(number), original BLOB NOT NULL,"
    " canonical BLOB NOT NULL);"
    "CREATE TABLE account(number INTEGER PRIMARY KEY, line TEXT NOT NULL);",
};
#define STORE_VERSION ((int)(sizeof versions / sizeof versions[0]))

static comity_status tell(struct store *store, const char *what)
{
    int error = errno;
    snprintf(store->message, sizeof store->message, "the store %s: %s", what, strerror(error));
    return COMITY_E_IO;
}

static comity_status tell_sql(struct store *store)
{
    snprintf(store->message, sizeof store->message, "the store %s cannot be used: %s",
             store->folder ? store->folder : "", sqlite3_errmsg(store->db));
    return sqlite3_errcode(store->db) == SQLITE_NOMEM ? COMITY_E_NOMEM : COMITY_E_IO;
}

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static char *default_folder(void)
{
    const char *named = getenv("COMITY_STORE"), *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (named && *named)
        return strdup(named);
    if (state && *state == '/')
        return join(state, "comity");
    return home && *home == '/' ? join(home, ".local/state/comity") : NULL;
}

/* Makes a folder and those above it. */
static int make_folder(char *path)
{
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        int made = mkdir(path, 0700);
        *at = '/';
        if (made != 0 && errno != EEXIST)
            return -1;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

/* Personal particulars stand in it: nobody else may come near. */
static comity_status check_folder(struct store *store)
{
    struct stat status;
    if (make_folder(store->folder) != 0 || lstat(store->folder, &status) != 0)
        return tell(store, "cannot be made");
    if (S_ISDIR(status.st_mode) && status.st_uid == geteuid() && !(status.st_mode & 077))
        return COMITY_OK;
    snprintf(
        store->message, sizeof store->message,
        "the store %s must be a folder of your own that is open to nobody else (chmod 700)",
        store->folder);
    return COMITY_E_IO;
}

static comity_status bring_up(struct store *store)
{
    char pragma[64];
    struct sqlite3_stmt *statement = store_prepare(store, "PRAGMA user_version");
    comity_status status = statement ? store_step(store, statement) : COMITY_E_IO;
    int version = status == COMITY_OK ? (int)store_number(statement, 0) : 0;
    sqlite3_finalize(statement);
    if (status == COMITY_OK && version > STORE_VERSION) {
        snprintf(store->message, sizeof store->message,
                 "the store %s was made by a later version of comity", store->folder);
        return COMITY_E_IO;
    }
    for (; status == COMITY_OK && version < STORE_VERSION; version++)
        status = store_run(store, versions[version]);
    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d", STORE_VERSION);
    return status == COMITY_OK ? store_run(store, pragma) : status;
}

/* A file that is new gets its log: where others do the same at this moment, SQLite does not
 * wait for them by itself. */
static comity_status begin_log(struct store *store)
{
    static const char sql[] = "PRAGMA journal_mode=WAL";
    const struct timespec pause = {0, BUSY_PAUSE_MILLISECONDS * 1000000L};
    int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    for (int i = 0; result == SQLITE_BUSY && i < BUSY_MILLISECONDS / BUSY_PAUSE_MILLISECONDS;
         i++) {
        nanosleep(&pause, NULL);
        result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    }
    return result == SQLITE_OK ? COMITY_OK : tell_sql(store);
}

static comity_status open_file(struct store *store)
{
    char *path = join(store->folder, "comity.db");
    if (!path)
        return COMITY_E_NOMEM;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW;
    int opened = sqlite3_open_v2(path, &store->db, flags, NULL);
    free(path);
    if (opened != SQLITE_OK)
        return tell_sql(store);
    sqlite3_busy_timeout(store->db, BUSY_MILLISECONDS);
    comity_status status = begin_log(store);
    if (status == COMITY_OK)
        status = store_run(store, "PRAGMA synchronous=FULL;"
                                  "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                                  "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
                                  "PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=4000");
    if (status == COMITY_OK)
        status = store_begin(store);
    if (status == COMITY_OK)
        status = bring_up(store);
    if (status == COMITY_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

comity_status store_open(struct store *store, const char *folder)
{
    *store = (struct store){.folder = folder ? strdup(folder) : default_folder()};
    if (!store->folder) {
        snprintf(store->message, sizeof store->message,
                 "there is no folder for the store: name one with --store");
        return COMITY_E_IO;
    }
    comity_status status = check_folder(store);
    return status == COMITY_OK ? open_file(store) : status;
}

void store_close(struct store *store)
{
    for (size_t i = 0; i < STORE_KEPT; i++)
        sqlite3_finalize(store->kept[i].statement);
    sqlite3_close(store->db);
    free(store->folder);
    store->db = NULL;
    store->folder = NULL;
}

struct sqlite3_stmt *store_prepare(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK)
        return statement;
    tell_sql(store);
    return NULL;
}

struct sqlite3_stmt *store_again(struct store *store, const char *sql)
{
    for (size_t i = 0; i < STORE_KEPT; i++) {
        if (store->kept[i].sql == sql)
            return store->kept[i].statement;
        if (store->kept[i].sql)
            continue;
        store->kept[i].statement = store_prepare(store, sql);
        store->kept[i].sql = store->kept[i].statement ? sql : NULL;
        return store->kept[i].statement;
    }
    snprintf(store->message, sizeof store->message, "there are more statements than are kept");
    return NULL;
}

void store_end(struct sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

comity_status store_run(struct store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? COMITY_OK
                                                                       : tell_sql(store);
}

comity_status store_step(struct store *store, struct sqlite3_stmt *statement)
{
    int result = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    if (result == SQLITE_ROW)
        return COMITY_OK;
    return result == SQLITE_DONE ? COMITY_END : tell_sql(store);
}

comity_status store_done(struct store *store, struct sqlite3_stmt *statement)
{
    comity_status status = store_step(store, statement);
    sqlite3_finalize(statement);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status store_begin(struct store *store)
{
    return store_run(store, "BEGIN IMMEDIATE");
}

comity_status store_commit(struct store *store)
{
    return store_run(store, "COMMIT");
}

void store_rollback(struct store *store)
{
    if (store->db && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

comity_status store_finish(struct store *store, comity_status status)
{
    if (status == COMITY_OK)
        status = store_commit(store);
    if (status != COMITY_OK)
        store_rollback(store);
    return status;
}

static int place(struct sqlite3_stmt *statement, const char *name)
{
    return sqlite3_bind_parameter_index(statement, name);
}

void store_bind_text(struct sqlite3_stmt *statement, const char *name, const char *text)
{
    sqlite3_bind_text(statement, place(statement, name), text, -1, SQLITE_TRANSIENT);
}

void store_bind_number(struct sqlite3_stmt *statement, const char *name, int64_t number)
{
    sqlite3_bind_int64(statement, place(statement, name), number);
}

void store_bind_bytes(struct sqlite3_stmt *statement, const char *name, const void *bytes,
                      size_t size)
{
    sqlite3_bind_blob64(statement, place(statement, name), bytes, size, SQLITE_TRANSIENT);
}

const char *store_text(struct sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text ? (const char *)text : "";
}

int64_t store_number(struct sqlite3_stmt *statement, int column)
{
    return sqlite3_column_int64(statement, column);
}
