/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks with the plugin's own samples: read, written, the same each time and everywhere. */
#include "kit/checker.h"

#include "kit/made_records.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char canonical[] = "convention-json";

/* --- read and written */

void try_samples(struct subject *subject)
{
    struct conversion read;
    conversion_init(&read);
    watch_conduct(subject);
    for (size_t f = 0; f < subject->format_count; f++) {
        size_t count = 0;
        for (size_t i = 0; i < subject->sample_count; i++)
            count += subject->samples[i].format == subject->formats[f].id;
        if (!count && subject->formats[f].can_read)
            fault(subject, "no sample is of the format %s", subject->formats[f].id);
    }
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct sample *sample = &subject->samples[i];
        if (!sample->format || !own_format(subject, sample->format)->can_read)
            continue;
        convert_sample(subject->alone, canonical, sample, &read);
        if (read.status != COMITY_OK || read.result.errors)
            fault(subject, "the sample %s is not read: %s", sample->name, first_error(&read));
        else if (!read.result.documents)
            fault(subject, "the sample %s holds no document", sample->name);
    }
}

/* Canonical again, so that nothing but values is compared.  False where it is not read, which
 * the check samples tells. */
static bool check_way_back(struct subject *subject, const struct sample *sample,
                           struct conversion *first, struct conversion *written,
                           struct conversion *again)
{
    struct comity *context = subject->alone;
    convert_sample(context, canonical, sample, first);
    if (!first->result.documents)
        return false;
    if (first->result.losses)
        fault(subject, "of the sample %s something is lost when it is read: %s", sample->name,
              first_of(first, COMITY_LOSS));
    convert_bytes(context, canonical, sample->format, first->out.bytes, first->out.size,
                  written);
    if (written->status != COMITY_OK) {
        fault(subject, "the sample %s is read and not written again: %s", sample->name,
              first_error(written));
        return true;
    }
    if (written->result.losses)
        fault(subject, "what was read of the sample %s is lost when it is written again: %s",
              sample->name, first_of(written, COMITY_LOSS));
    convert_bytes(context, sample->format, canonical, written->out.bytes, written->out.size,
                  again);
    if (!same_output(first, again))
        fault(subject,
              "the sample %s is another document once it was written and read again; comity "
              "roundtrip shows each difference",
              sample->name);
    return true;
}

void try_round_trip(struct subject *subject)
{
    struct conversion first, written, again;
    size_t done = 0;
    bool is_both = false;
    conversion_init(&first);
    conversion_init(&written);
    conversion_init(&again);
    watch_conduct(subject);
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct comity_format_info *format =
            own_format(subject, subject->samples[i].format);
        if (!format || !format->can_read || !format->can_write)
            continue;
        done += check_way_back(subject, &subject->samples[i], &first, &written, &again);
    }
    for (size_t f = 0; f < subject->format_count; f++)
        is_both |= subject->formats[f].can_read && subject->formats[f].can_write;
    if (!done)
        skip(subject, is_both ? "no sample is read, so there is nothing to write again"
                              : "no format is both read and written");
}

/* --- the same bytes */

/* Calls `each` for every sample and every target: the canonical form and the own format. */
typedef void pair_fn(struct subject *subject, const struct sample *sample, const char *to);

static void each_pair(struct subject *subject, pair_fn *each)
{
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct sample *sample = &subject->samples[i];
        const struct comity_format_info *format = own_format(subject, sample->format);
        if (format && format->can_read)
            each(subject, sample, canonical);
        if (format && format->can_read && format->can_write)
            each(subject, sample, format->id);
    }
}

static void compare_twice(struct subject *subject, const struct sample *sample, const char *to)
{
    struct conversion one, other;
    conversion_init(&one);
    conversion_init(&other);
    convert_sample(subject->alone, to, sample, &one);
    convert_sample(subject->alone, to, sample, &other);
    if (!same_output(&one, &other) || one.noted_count != other.noted_count)
        fault(subject, "the sample %s to %s gives something else the second time", sample->name,
              to);
    conversion_free(&one);
    conversion_free(&other);
}

void try_same_bytes(struct subject *subject)
{
    watch_conduct(subject);
    each_pair(subject, compare_twice);
}

/* The digest of what each sample gave where the program was started. */
static char outcomes[2 * MAX_SAMPLES][65];
static size_t outcome_count;
static bool is_elsewhere;

static void remember_or_compare(struct subject *subject, const struct sample *sample,
                                const char *to)
{
    struct conversion one;
    char digest[65] = "";
    conversion_init(&one);
    convert_sample(subject->alone, to, sample, &one);
    conversion_digest(&one, digest);
    conversion_free(&one);
    char *outcome = outcomes[outcome_count++];
    if (is_elsewhere && strcmp(outcome, digest) != 0)
        fault(subject,
              "the sample %s to %s gives other bytes with another locale, time zone or umask",
              sample->name, to);
    memcpy(outcome, digest, sizeof digest);
}

void try_places(struct subject *subject)
{
    static const char *const locales[] = {"tr_TR.UTF-8", "de_DE.UTF-8", "C.UTF-8", "C"};
    each_pair(subject, remember_or_compare);
    outcome_count = 0;
    is_elsewhere = true;
    size_t chosen = 0;
    while (!setlocale(LC_ALL, locales[chosen]))
        chosen++;
    setenv("TZ", "AAA-13:45", 1);
    tzset();
    umask(0777);
    if (chdir("/") != 0)
        remark(subject, "the folder could not be changed");
    remark(subject, "locale %s, time zone +13:45, umask 777, another folder", locales[chosen]);
    watch_conduct(subject);
    each_pair(subject, remember_or_compare);
}

/* --- one byte at a time */

static int feeder(const struct sample *sample, pid_t *child)
{
    int line[2];
    if (pipe2(line, O_CLOEXEC) != 0)
        return -1;
    *child = fork();
    if (*child == 0) {
        close(line[0]);
        for (size_t i = 0; i < sample->size; i++)
            if (write(line[1], sample->bytes + i, 1) != 1)
                _exit(1);
        _exit(0);
    }
    close(line[1]);
    return line[0];
}

void try_slow_input(struct subject *subject)
{
    struct conversion whole, slow;
    conversion_init(&whole);
    conversion_init(&slow);
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct sample *sample = &subject->samples[i];
        const struct comity_format_info *format = own_format(subject, sample->format);
        pid_t child = -1;
        if (!format || !format->can_read || sample->size > HUGE_SAMPLE)
            continue;
        convert_sample(subject->alone, canonical, sample, &whole);
        struct comity_input input = {.fd = feeder(sample, &child)};
        if (input.fd < 0 || child < 0)
            skip(subject, "no process could be started to feed it");
        convert(subject->alone, sample->format, canonical, &input, &slow);
        close(input.fd);
        waitpid(child, NULL, 0);
        if (!same_output(&whole, &slow) || whole.noted_count != slow.noted_count)
            fault(subject, "the sample %s gives something else where it comes byte by byte",
                  sample->name);
    }
}
