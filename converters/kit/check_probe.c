/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of probe(): it reads what it is given and no further, answers 0 to 100, the same each
 * time, and does not take for its own what is none. */
#include "kit/checker.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAD_BYTES 65536u
#define MANY_PREFIXES 2048u
#define RANDOM_HEADS 4000
#define SURE_OF_NOISE 50 /* more than that for bytes by chance is a fault */

typedef int32_t probe_fn(const uint8_t *head, size_t size);

struct edge { /* memory whose end is the end of a page that may be read */
    uint8_t *end;
    size_t room;
};

static void make_edge(struct subject *subject, struct edge *edge)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    edge->room = (HEAD_BYTES + page - 1) / page * page;
    uint8_t *memory = mmap(NULL, edge->room + page, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + edge->room, page, PROT_NONE) != 0)
        skip(subject, "there is no memory for it");
    edge->end = memory + edge->room;
}

static int32_t probed(struct subject *subject, const struct edge *edge, probe_fn *probe,
                      const void *bytes, size_t size)
{
    memcpy(edge->end - size, bytes, size);
    int32_t first = probe(edge->end - size, size), second = probe(edge->end - size, size);
    if (first < 0 || first > 100)
        fault(subject, "probe() answered %d for %zu bytes; it is 0 to 100", first, size);
    if (first != second)
        fault(subject, "probe() answered %d and then %d for the same %zu bytes", first, second,
              size);
    if (memcmp(edge->end - size, bytes, size) != 0)
        fault(subject, "probe() changed the bytes that it was lent");
    return first;
}

/* Calls `each` for every format with a probe; without one the check is skipped. */
static void each_probe(struct subject *subject,
                       void (*each)(struct subject *subject, const struct edge *edge,
                                    const struct comity_format *format))
{
    typedef const struct comity_plugin *entry_function(void);
    entry_function *entry = NULL;
    struct edge edge;
    size_t count = 0;
    void *handle = dlopen(subject->shown, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void *symbol = handle ? dlsym(handle, "comity_plugin_v1") : NULL;
    memcpy(&entry, &symbol, sizeof entry);
    const struct comity_plugin *plugin = entry ? entry() : NULL;
    make_edge(subject, &edge);
    for (size_t i = 0; plugin && plugin->formats && plugin->formats[i]; i++)
        count += plugin->formats[i]->probe != NULL;
    if (!count)
        skip(subject, "it has no probe(): its templates say how to tell their formats");
    watch_conduct(subject);
    for (size_t i = 0; plugin->formats[i]; i++)
        if (plugin->formats[i]->probe)
            each(subject, &edge, plugin->formats[i]);
}

static void probe_prefixes(struct subject *subject, const struct edge *edge,
                           const struct comity_format *format)
{
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct sample *sample = &subject->samples[i];
        size_t most = sample->size < HEAD_BYTES ? sample->size : HEAD_BYTES;
        for (size_t size = 0; size <= most && !subject->faults;
             size += size < MANY_PREFIXES ? 1 : 509)
            probed(subject, edge, format->probe, sample->bytes, size);
    }
}

void try_probe_prefixes(struct subject *subject)
{
    each_probe(subject, probe_prefixes);
}

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static void probe_random(struct subject *subject, const struct edge *edge,
                         const struct comity_format *format)
{
    uint64_t state = subject->seed;
    uint8_t bytes[512];
    for (int i = 0; i < RANDOM_HEADS && !subject->faults; i++) {
        size_t size = next(&state) % sizeof bytes;
        bool printable = next(&state) % 2;
        for (size_t at = 0; at < size; at++)
            bytes[at] = (uint8_t)(printable ? ' ' + next(&state) % 95 : next(&state) % 256);
        int32_t score = probed(subject, edge, format->probe, bytes, size);
        if (score > SURE_OF_NOISE)
            fault(subject, "%s: probe() is sure (%d) of %zu bytes that were made by chance",
                  format->id, score, size);
    }
}

void try_probe_random(struct subject *subject)
{
    each_probe(subject, probe_random);
}
