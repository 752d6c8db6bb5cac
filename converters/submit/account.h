/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The account of personal data (articles 57 and 63): a line of JSON for everything that was
 * transferred, answered, handed on or destroyed.  Each line ends in the digest of the line
 * before it and in its own, so that none can be changed, moved or taken out unseen; that
 * lines are missing at the end is seen by the head that was kept elsewhere.  Nothing of a
 * document's content stands in it. */
#ifndef COMITY_CONVERTERS_SUBMIT_ACCOUNT_H
#define COMITY_CONVERTERS_SUBMIT_ACCOUNT_H

#include "submit/store.h"

#include <stddef.h>
#include <stdio.h>

struct account_member {
    const char *name, *text; /* `text` NULL: the member is left out */
};

/* Adds a line, within the transaction that does what it tells of; the clock is the caller's,
 * seconds since 1970.  Members end with one that has no name. */
comity_status account_add(struct store *store, int64_t now, const char *what,
                          const struct account_member *members);

/* Where the account ends. */
struct account_head {
    int64_t number;
    char sha256[65];
};
comity_status account_head(struct store *store, struct account_head *head);

/* Lines from `first` on. */
typedef comity_status account_line_fn(void *user, int64_t number, const char *line);
comity_status account_each(struct store *store, int64_t first, account_line_fn *each,
                           void *user);

/* The state of a check of lines, in their order. */
struct account_check {
    int64_t lines;
    char previous[65];
    const struct account_head *head; /* that was kept elsewhere, or NULL */
    bool is_met;                     /* its line was there, as it was */
    char message[200];               /* what is wrong with the line at hand */
};
void account_check_init(struct account_check *check, const struct account_head *head);
/* False where the line is not what was written there. */
bool account_check_line(struct account_check *check, const char *line, size_t len);
/* False where lines are missing at the end. */
bool account_check_end(struct account_check *check);

/* "2026-11-29T01:20:00Z" */
#define ACCOUNT_TIME 21
void account_time(int64_t seconds, char text[ACCOUNT_TIME]);

#endif
