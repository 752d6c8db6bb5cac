/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * comity-submit: the commands of comity that send requests, and those that belong to it.
 * comity becomes this program; it is not started by hand. */
#include "submit/commands.h"

#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"audit", command_audit},
    {"inbox", command_inbox},
    {"outbox", command_outbox},
    {"register", command_register},
    {"stats", command_stats},
    {"submit", command_submit},
    {"validate", command_validate_signature},
};

/* What the environment may not do: send requests elsewhere, write down the secrets of TLS, load
 * other code into it. */
static const char *const unwanted[] = {
    "SSLKEYLOGFILE",   "CURL_CA_BUNDLE", "CURL_HOME",   "CURL_SSL_BACKEND", "SSL_CERT_FILE",
    "SSL_CERT_DIR",    "OPENSSL_CONF",   "http_proxy",  "https_proxy",      "HTTPS_PROXY",
    "all_proxy",       "ALL_PROXY",      "NO_PROXY",    "no_proxy",         "OPENSSL_MODULES",
    "OPENSSL_ENGINES", "HTTP_PROXY",     "RES_OPTIONS", "LOCALDOMAIN",      "HOSTALIASES",
};

int main(int argc, char **argv)
{
    struct rlimit none = {0, 0};
    for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++)
        unsetenv(unwanted[i]);
    umask(077);
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fputs("comity-submit is started by comity; it has no use of its own\n", stderr);
    return EXIT_USAGE;
}
