/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the libraries fit for a sandbox: what they load, they load here, and what they would
 * load later, they do without.  Knows nothing of inputs. */
#include "batch/items_mail.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <iconv.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* In place of the C library's, for the whole program: GMime would convert names of attachments
 * from any encoding that a letter names, and the C library would open a module for each.  There
 * is no other way to keep it from that.  Names in other encodings lose
 * letters. */
__attribute__((visibility("default"))) iconv_t iconv_open(const char *to, const char *from)
{
    (void)to;
    (void)from;
    errno = EINVAL;
    return (iconv_t)-1; // NOLINT
}

static comity_status pass(void *user, const struct item *item)
{
    (void)user;
    (void)item;
    return COMITY_OK;
}

comity_status items_prepare(void)
{
    static const char letter[] =
        "From: =?utf-8?q?a?= <a@example.org>\nTo: b@example.org\nSubject: =?utf-8?b?YQ==?=\n"
        "Date: Sat, 1 Jan 2000 00:00:00 +0100\nMessage-ID: <a@example.org>\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
        "From: c\n\ntext\n--b\nContent-Type: application/xml; name*=utf-8''a.xml\n"
        "Content-Disposition: attachment; filename=\"=?utf-8?q?a.xml?=\"\n"
        "Content-Transfer-Encoding: base64\n\nPGEvPg==\n--b--\n";
    struct item_limits limits = ITEM_LIMITS_INIT;
    struct run run = {.limits = &limits, .each = pass, .begun = run_now()};
    /* libarchive computes a zip's times, which nobody asks for, and looks at the file of the
     * time zone for each.  This zone has none. */
    if (setenv("TZ", "UTC0", 1) != 0)
        return COMITY_E_NOMEM;
    tzset();
    /* GMime's cryptography makes itself at home in the process. */
    struct sigaction before;
    bool is_known = sigaction(SIGPIPE, NULL, &before) == 0;
    g_mime_init();
    if (is_known)
        sigaction(SIGPIPE, &before, NULL);
    label_push(&run, "a", 1);
    if (run.stopped == COMITY_OK)
        mail_take_message(&run, letter, sizeof(letter) - 1, 0);
    seen_free(&run.seen);
    buffer_free(&run.label);
    return run.stopped;
}
