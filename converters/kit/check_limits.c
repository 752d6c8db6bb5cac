/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks at the edges: limits of the host, an output that is closed, several threads. */
#include "kit/checker.h"

#include <pthread.h>
#include <string.h>

#define THREADS 4
#define ROUNDS 25

/* --- limits */

static void limit_bytes(struct comity_config *config, const struct sample *sample)
{
    config->max_bytes = sample->size / 2 ? sample->size / 2 : 1;
}

static void limit_depth(struct comity_config *config, const struct sample *sample)
{
    (void)sample;
    config->max_depth = 1;
}

static void limit_members(struct comity_config *config, const struct sample *sample)
{
    (void)sample;
    config->max_members = 2;
}

static void check_limit(struct subject *subject, const struct sample *sample,
                        void (*set)(struct comity_config *config, const struct sample *sample),
                        const char *what)
{
    struct comity *context = NULL;
    struct conversion made;
    struct comity_config config = COMITY_CONFIG_INIT;
    config.plugin_paths = subject->folders;
    config.no_default_paths = 1;
    config.allow_list = "";
    set(&config, sample);
    conversion_init(&made);
    if (comity_open(&config, &context) != COMITY_OK)
        skip(subject, "no context can be made");
    convert_sample(context, "convention-json", sample, &made);
    if (made.status != COMITY_OK && !made.result.errors && made.status != COMITY_E_NOMEM)
        fault(subject, "the sample %s is refused for %s and no error says so", sample->name,
              what);
    if (made.status != COMITY_OK && made.out.size && !made.result.documents)
        fault(subject, "the sample %s is refused for %s, and something was written",
              sample->name, what);
    comity_close(context);
    conversion_free(&made);
}

void try_limits(struct subject *subject)
{
    for (size_t i = 0; i < subject->sample_count; i++) {
        if (!subject->samples[i].format)
            continue;
        check_limit(subject, &subject->samples[i], limit_bytes, "its size");
        check_limit(subject, &subject->samples[i], limit_depth, "its depth");
        check_limit(subject, &subject->samples[i], limit_members, "its number of values");
    }
}

/* --- cancelled */

static int refuse(void *user, const void *bytes, size_t size)
{
    size_t *writes = user;
    (void)bytes, (void)size;
    (*writes)++;
    return 1;
}

static comity_status cancel(void *user, struct comity_record *record)
{
    size_t *records = user;
    (void)record;
    (*records)++;
    return COMITY_E_CANCELLED;
}

void try_cancelled(struct subject *subject)
{
    watch_conduct(subject);
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct sample *sample = &subject->samples[i];
        const struct comity_format_info *format = own_format(subject, sample->format);
        struct comity_options options = COMITY_OPTIONS_INIT;
        struct comity_input input = {.bytes = sample->bytes, .size = sample->size};
        size_t writes = 0, records = 0;
        if (!format || !format->can_read)
            continue;
        options.from = sample->format;
        options.to = format->can_write ? format->id : "convention-json";
        if (comity_convert(subject->alone, &options, &input, refuse, &writes, NULL) ==
                COMITY_OK &&
            writes)
            fault(subject, "the sample %s: the output is closed and nobody notices",
                  sample->name);
        if (writes > 1)
            fault(subject, "the sample %s: it was written on after the output was closed",
                  sample->name);
        comity_read(subject->alone, &options, &input, cancel, &records, NULL);
        if (!writes && !records)
            continue; /* it was never read, which the check samples tells */
        struct conversion after;
        conversion_init(&after);
        convert_sample(subject->alone, "convention-json", sample, &after);
        if (after.status != COMITY_OK)
            fault(subject, "the sample %s cannot be read after it was cancelled once: %s",
                  sample->name, first_error(&after));
        conversion_free(&after);
    }
}

/* --- threads */

struct share {
    struct subject *subject;
    const struct sample *sample;
    const char *digest;
    unsigned differ;
};

static int digest_all(void *user, const void *bytes, size_t size)
{
    struct buffer *out = user;
    buffer_add(out, bytes, size);
    return 0;
}

static void *convert_often(void *user)
{
    struct share *share = user;
    struct buffer out;
    buffer_init(&out, 0);
    for (int i = 0; i < ROUNDS; i++) {
        struct comity_options options = COMITY_OPTIONS_INIT;
        struct comity_input input = {.bytes = share->sample->bytes,
                                     .size = share->sample->size};
        struct conversion made;
        char digest[65];
        options.from = share->sample->format;
        options.to = "convention-json";
        options.no_provenance = 1;
        buffer_clear(&out);
        comity_convert(share->subject->alone, &options, &input, digest_all, &out, NULL);
        made.out = out;
        conversion_digest(&made, digest);
        share->differ += strcmp(digest, share->digest) != 0;
    }
    buffer_free(&out);
    return NULL;
}

static void share_sample(struct subject *subject, const struct sample *sample)
{
    char digest[65];
    struct conversion alone;
    struct share shares[THREADS];
    pthread_t threads[THREADS];
    size_t started = 0;
    conversion_init(&alone);
    convert_sample(subject->alone, "convention-json", sample, &alone);
    conversion_digest(&alone, digest);
    conversion_free(&alone);
    for (; started < THREADS; started++) {
        shares[started] = (struct share){subject, sample, digest, 0};
        if (pthread_create(&threads[started], NULL, convert_often, &shares[started]) != 0)
            break;
    }
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        if (shares[i].differ)
            fault(subject, "the sample %s gave something else %u times beside other threads",
                  sample->name, shares[i].differ);
    }
    if (started < THREADS)
        skip(subject, "no more threads can be started");
}

void try_threads(struct subject *subject)
{
    for (size_t i = 0; i < subject->sample_count; i++)
        if (subject->samples[i].format && subject->samples[i].size <= HUGE_SAMPLE &&
            own_format(subject, subject->samples[i].format)->can_read)
            share_sample(subject, &subject->samples[i]);
}
