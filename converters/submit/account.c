/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The account of personal data; see account.h. */
#include "submit/account.h"

#include "base/encoding.h"
#include "syntax/json.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEX 64u
static const char own_name[] = ",\"sha256\":\"";
static const char previous_name[] = ",\"previous\":\"";
/* What stands before the first line. */
static const char nothing[] =
    "0000000000000000000000000000000000000000000000000000000000000000";

void account_time(int64_t seconds, char text[ACCOUNT_TIME])
{
    time_t at = (time_t)seconds;
    struct tm parts;
    gmtime_r(&at, &parts);
    strftime(text, ACCOUNT_TIME, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

comity_status account_head(struct store *store, struct account_head *head)
{
    static const char sql[] = "SELECT number, line FROM account ORDER BY number DESC LIMIT 1";
    struct sqlite3_stmt *statement = store_again(store, sql);
    comity_status status = store_step(store, statement);
    *head = (struct account_head){.number = 0};
    memcpy(head->sha256, nothing, sizeof nothing);
    if (status == COMITY_OK) {
        const char *line = store_text(statement, 1);
        size_t len = strlen(line);
        head->number = store_number(statement, 0);
        if (len > HEX + 2)
            memcpy(head->sha256, line + len - HEX - 2, HEX);
    }
    store_end(statement);
    return status == COMITY_END ? COMITY_OK : status;
}

static void put_member(struct buffer *line, const char *name, const char *text)
{
    buffer_char(line, ',');
    json_put_string(line, name, strlen(name));
    buffer_char(line, ':');
    json_put_string(line, text, strlen(text));
}

static void put_line(struct buffer *line, const struct account_head *head, int64_t now,
                     const char *what, const struct account_member *members)
{
    char at[ACCOUNT_TIME], own[HEX + 1] = "";
    account_time(now, at);
    buffer_format(line, "{\"number\":%lld", (long long)head->number + 1);
    put_member(line, "at", at);
    put_member(line, "what", what);
    for (; members->name; members++)
        if (members->text)
            put_member(line, members->name, members->text);
    put_member(line, "previous", head->sha256);
    if (buffer_status(line) != COMITY_OK)
        return;
    encoding_sha256(line->bytes, line->size, own);
    put_member(line, "sha256", own);
    buffer_char(line, '}');
    buffer_char(line, '\0');
}

comity_status account_add(struct store *store, int64_t now, const char *what,
                          const struct account_member *members)
{
    struct account_head head;
    struct buffer line;
    comity_status status = account_head(store, &head);
    if (status != COMITY_OK)
        return status;
    buffer_init(&line, 0);
    put_line(&line, &head, now, what, members);
    static const char sql[] = "INSERT INTO account(number, line) VALUES(:number, :line)";
    struct sqlite3_stmt *statement = store_again(store, sql);
    status = statement ? buffer_status(&line) : COMITY_E_IO;
    if (status == COMITY_OK) {
        store_bind_number(statement, ":number", head.number + 1);
        store_bind_text(statement, ":line", line.bytes);
        status = store_step(store, statement);
    }
    store_end(statement);
    buffer_free(&line);
    return status == COMITY_END ? COMITY_OK : status;
}

comity_status account_each(struct store *store, int64_t first, account_line_fn *each,
                           void *user)
{
    comity_status status;
    struct sqlite3_stmt *statement = store_prepare(
        store, "SELECT number, line FROM account WHERE number >= :first ORDER BY number");
    if (statement)
        store_bind_number(statement, ":first", first);
    while ((status = store_step(store, statement)) == COMITY_OK) {
        status = each(user, store_number(statement, 0), store_text(statement, 1));
        if (status != COMITY_OK)
            break;
    }
    sqlite3_finalize(statement);
    return status == COMITY_END ? COMITY_OK : status;
}

/* --- checking */

void account_check_init(struct account_check *check, const struct account_head *head)
{
    *check = (struct account_check){.head = head, .is_met = !head || !head->number};
    memcpy(check->previous, nothing, sizeof nothing);
}

static bool wrong(struct account_check *check, const char *what)
{
    snprintf(check->message, sizeof check->message, "%s", what);
    return false;
}

/* True where `name` and a digest stand at `at`, `len` bytes before the end. */
static bool has_digest(const char *at, const char *name, const char *digest)
{
    size_t size = strlen(name);
    return memcmp(at, name, size) == 0 && memcmp(at + size, digest, HEX) == 0;
}

/* A line ends ...,"previous":"HEX","sha256":"HEX"} , and is nothing but that to the last
 * bit. */
bool account_check_line(struct account_check *check, const char *line, size_t len)
{
    char own[HEX + 1] = "", begin[40];
    const size_t own_len = sizeof own_name - 1 + HEX + 2;
    const size_t tail = own_len + sizeof previous_name - 1 + HEX + 1;
    size_t begin_len = (size_t)snprintf(
        begin, sizeof begin, "{\"number\":%lld,\"at\":", (long long)check->lines + 1);
    if (len < tail + begin_len || memcmp(line + len - 2, "\"}", 2) != 0)
        return wrong(check, "the line is not one of the account, or it was changed");
    encoding_sha256(line, len - own_len, own);
    if (!has_digest(line + len - own_len, own_name, own))
        return wrong(check, "the line was changed: its digest is another one");
    if (line[len - own_len - 1] != '"' ||
        !has_digest(line + len - tail, previous_name, check->previous))
        return wrong(check, "the line before it is missing, was changed or stands elsewhere");
    if (memcmp(line, begin, begin_len) != 0)
        return wrong(check, "the line has another number: lines are missing before it");
    check->lines++;
    memcpy(check->previous, own, HEX);
    if (!check->head || check->lines != check->head->number)
        return true;
    check->is_met = memcmp(check->head->sha256, own, HEX) == 0;
    return check->is_met || wrong(check, "the line is not the one that the head tells of");
}

bool account_check_end(struct account_check *check)
{
    return check->is_met ||
           wrong(check, "lines are missing at the end: the head tells of more");
}
