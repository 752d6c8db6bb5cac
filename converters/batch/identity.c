/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What makes a run the same as another; see identity.h. */
#include "batch/identity.h"

#include "base/encoding.h"
#include "runtime/context.h"
#include "runtime/trust.h"

#include <fcntl.h>
#include <unistd.h>

/* Appends the SHA-256 of a file. */
static comity_status put_file(struct buffer *out, const char *path)
{
    char hex[TRUST_SHA256] = "", reason[TRUST_REASON];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_read = fd >= 0 && trust_digest(fd, hex, reason);
    if (fd >= 0)
        close(fd);
    buffer_format(out, "\n%s", hex);
    return is_read ? COMITY_OK : COMITY_E_IO;
}

/* The files of plugins that the converters load, and the templates that are named: what they
 * hold, as this process sees them, which loads none. */
static comity_status take_plugins(struct identity *identity, const struct cli *cli)
{
    static const struct load_choice look = {.looks_only = true};
    const char *const specs[] = {cli->from, cli->to};
    struct comity_config silent = cli->config;
    struct comity *context = NULL;
    struct buffer out;
    silent.finding = NULL; /* who loads them tells of them */
    buffer_init(&out, 0);
    buffer_text(&out, comity_version());
    comity_status status = open_context(&silent, &look, &context);
    for (const struct plugin *p = context ? context->plugins : NULL; p; p = p->next)
        if (!p->reason)
            buffer_format(&out, "\n%s %s", strrchr(p->path, '/') + 1, p->sha256);
    comity_close(context);
    for (size_t i = 0; i < 2 && status == COMITY_OK; i++)
        if (specs[i] && is_template_path(specs[i]))
            status = put_file(&out, specs[i]);
    if (status == COMITY_OK)
        status = buffer_status(&out);
    encoding_sha256(out.bytes, out.size, identity->plugins);
    buffer_free(&out);
    return status;
}

static comity_status take_options(struct identity *identity, const struct cli *cli,
                                  const struct item_limits *limits)
{
    struct buffer out;
    buffer_init(&out, 0);
    worker_put_options(&out, &cli->options);
    wire_put_text(&out, cli->config.terms_catalogue, cli->config.terms_catalogue_len);
    wire_put_u64(&out, cli->config.max_bytes);
    wire_put_u32(&out, cli->config.max_depth);
    wire_put_u32(&out, cli->config.max_members);
    wire_put_u64(&out, limits->entries);
    wire_put_u64(&out, limits->entry_bytes);
    wire_put_u64(&out, limits->total_bytes);
    wire_put_u64(&out, limits->ratio);
    wire_put_u32(&out, limits->depth);
    comity_status status = buffer_status(&out);
    encoding_sha256(out.bytes, out.size, identity->options);
    buffer_free(&out);
    return status;
}

comity_status identity_take(struct identity *identity, const struct cli *cli,
                            const struct batch_options *options, const struct sink *sink)
{
    *identity = (struct identity){.shard = options->shard_text,
                                  .output = sink_kind_name(sink),
                                  .comity = comity_version()};
    comity_status status = take_options(identity, cli, &options->limits);
    return status == COMITY_OK ? take_plugins(identity, cli) : status;
}

bool identity_is_of_run(const char *name)
{
    static const char *const names[] = {"output", "overwrite", "quiet",   "verbose",
                                        "json",   "report",    "isolate", "trace"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void identity_write(const struct identity *identity, const struct cli *cli,
                    struct ledger_writer *ledger)
{
    struct buffer *lines = &ledger->lines;
    buffer_text(lines, "{\"batch\":{");
    ledger_number(ledger, "version", 1);
    ledger_string(ledger, "comity", identity->comity);
    ledger_string(ledger, "from", cli->from);
    ledger_string(ledger, "to", cli->to);
    ledger_string(ledger, "output", identity->output);
    ledger_string(ledger, "options", identity->options);
    ledger_string(ledger, "plugins", identity->plugins);
    ledger_string(ledger, "shard", identity->shard);
    ledger_count(ledger, "watch", identity->is_watch);
    ledger_list(ledger, "arguments");
    for (size_t i = 0; i + 1 < cli->given_count; i += 2) {
        if (identity_is_of_run(cli->given[i]))
            continue; /* the ledger is the same wherever the output goes */
        ledger_entry(ledger, cli->given[i]);
        ledger_entry(ledger, cli->given[i + 1]);
    }
    buffer_text(lines, "]}}\n");
    ledger_end_item(ledger);
}
