/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands in the frames between a process and its workers, both ways; see worker.h. */
#include "runtime/worker.h"

#include "base/utf8.h"
#include "runtime/trust.h"

#define MAX_CODE 100u
/* Names of formats, files and fields; a path through a document may be long. */
#define MAX_NAME 8192u
/* The longest text that a plugin may have in its description. */
#define WORKER_MAX_WORDS 8192u

void worker_put_finding(struct buffer *out, const struct comity_finding *finding)
{
    size_t start = wire_begin(out, WORKER_FINDING);
    wire_put_u32(out, (uint32_t)finding->severity);
    wire_put_u64(out, finding->line);
    wire_put_u64(out, finding->column);
    wire_put_u64(out, finding->offset);
    wire_put_string(out, finding->code);
    wire_put_string(out, finding->message);
    wire_put_string(out, finding->file);
    wire_put_string(out, finding->source);
    wire_put_string(out, finding->field);
    wire_put_string(out, finding->format);
    wire_put_string(out, finding->hint);
    wire_end(out, start);
}

/* True of what has the form of a code: printable ASCII, without blanks. */
static bool is_code(const char *text)
{
    size_t len = text ? strnlen(text, MAX_CODE + 1) : 0;
    if (!len || len > MAX_CODE)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return true;
}

/* True of UTF-8 of at most so many bytes, and of no text at all. */
static bool is_text(const char *text, size_t most)
{
    size_t len = text ? strnlen(text, most < SIZE_MAX ? most + 1 : most) : 0;
    return len <= most && (!text || utf8_invalid(text, len) == len);
}

/* The name of a file may be of any bytes: it is shown as the user gave it. */
static bool is_sound(const struct comity_finding *finding)
{
    size_t file = finding->file ? strlen(finding->file) : 0;
    bool has_place = finding->line || finding->column || finding->offset;
    return is_code(finding->code) && finding->message && is_text(finding->message, SIZE_MAX) &&
           file <= MAX_NAME && is_text(finding->source, SIZE_MAX) &&
           is_text(finding->field, SIZE_MAX) && is_text(finding->format, MAX_NAME) &&
           is_text(finding->hint, SIZE_MAX) && finding->line <= WORKER_MAX_COUNT &&
           finding->column <= WORKER_MAX_COUNT && finding->offset <= WORKER_MAX_COUNT &&
           (!has_place || finding->line);
}

bool worker_get_finding(struct wire_frame *frame, struct comity_finding *finding)
{
    *finding = (struct comity_finding){.struct_size = sizeof *finding};
    uint32_t severity = wire_u32(frame);
    finding->severity = severity <= COMITY_ERROR ? (int32_t)severity : COMITY_ERROR;
    finding->line = wire_u64(frame);
    finding->column = wire_u64(frame);
    finding->offset = wire_u64(frame);
    finding->code = wire_string(frame);
    finding->message = wire_string(frame);
    finding->file = wire_string(frame);
    finding->source = wire_string(frame);
    finding->field = wire_string(frame);
    finding->format = wire_string(frame);
    finding->hint = wire_string(frame);
    return wire_is_done(frame) && is_sound(finding);
}

void worker_put_plugin(struct buffer *out, const struct worker_plugin *plugin)
{
    size_t start = wire_begin(out, WORKER_PLUGIN);
    wire_put_u32(out, plugin->info.is_loaded);
    wire_put_string(out, plugin->info.path);
    wire_put_string(out, plugin->info.id);
    wire_put_string(out, plugin->info.version);
    wire_put_string(out, plugin->info.vendor);
    wire_put_string(out, plugin->info.license);
    wire_put_string(out, plugin->info.reason);
    wire_put_string(out, plugin->sha256);
    wire_put_u32(out, (uint32_t)plugin->format_count);
    for (size_t i = 0; i < plugin->format_count; i++)
        wire_put_string(out, plugin->formats[i]);
    wire_end(out, start);
}

/* A text of a plugin, short and well-formed; or none. */
static const char *get_words(struct wire_frame *frame)
{
    size_t len;
    const char *text = wire_text(frame, &len);
    if (text &&
        (len > WORKER_MAX_WORDS || memchr(text, '\0', len) || utf8_invalid(text, len) < len))
        frame->is_bad = true;
    return frame->is_bad ? NULL : text;
}

bool worker_get_plugin(struct wire_frame *frame, struct worker_plugin *plugin)
{
    *plugin = (struct worker_plugin){.info = {.struct_size = sizeof plugin->info}};
    plugin->info.is_loaded = wire_u32(frame);
    plugin->info.path = get_words(frame);
    plugin->info.id = get_words(frame);
    plugin->info.version = get_words(frame);
    plugin->info.vendor = get_words(frame);
    plugin->info.license = get_words(frame);
    plugin->info.reason = get_words(frame);
    plugin->sha256 = get_words(frame);
    uint32_t count = wire_u32(frame);
    plugin->format_count = count <= WORKER_MAX_FORMATS ? count : 0;
    bool are_there = true;
    for (size_t i = 0; i < plugin->format_count; i++) {
        plugin->formats[i] = get_words(frame);
        are_there = are_there && plugin->formats[i];
    }
    if (!wire_is_done(frame) || count > WORKER_MAX_FORMATS || !are_there ||
        !plugin->info.path || !plugin->sha256 ||
        (*plugin->sha256 && !trust_is_digest(plugin->sha256, strlen(plugin->sha256))))
        return false;
    return plugin->info.is_loaded == 1
               ? plugin->info.id && plugin->info.version && !plugin->info.reason
               : plugin->info.is_loaded == 0 && plugin->info.reason;
}

void worker_put_share(struct buffer *out, uint32_t kind, size_t size, uint64_t written)
{
    size_t start = wire_begin(out, kind);
    wire_put_u64(out, size);
    wire_put_u64(out, written);
    wire_end(out, start);
}

comity_status worker_join_share(struct wire_frame *frame, int *passed, struct shared *shared)
{
    uint64_t size = wire_u64(frame), written = wire_u64(frame);
    int fd = *passed;
    *passed = -1;
    if (fd < 0 || !wire_is_done(frame))
        return COMITY_E_INVALID;
    return shared_join(shared, fd, (size_t)size, written);
}

void worker_put_document(struct buffer *out, struct shared *shared,
                         const struct worker_document *document)
{
    size_t start = wire_begin(out, WORKER_DOCUMENT);
    wire_put_u64(out, document->position);
    wire_put_u32(out, document->is_done);
    wire_put_string(out, document->format);
    wire_put_string(out, document->maker);
    wire_put_string(out, document->kind);
    wire_put_string(out, document->state);
    wire_put_string(out, document->sha256);
    wire_put_u64(out, document->mapped);
    wire_put_u64(out, document->approximated);
    wire_put_u64(out, document->kept);
    wire_put_u64(out, document->dropped);
    shared_put_text(out, shared, document->bytes, document->size);
    wire_end(out, start);
}

bool worker_get_document(struct wire_frame *frame, const struct shared *shared,
                         struct worker_document *document)
{
    document->position = wire_u64(frame);
    document->is_done = wire_u32(frame);
    document->format = wire_string(frame);
    document->maker = wire_string(frame);
    document->kind = wire_string(frame);
    document->state = wire_string(frame);
    document->sha256 = wire_string(frame);
    document->mapped = wire_u64(frame);
    document->approximated = wire_u64(frame);
    document->kept = wire_u64(frame);
    document->dropped = wire_u64(frame);
    document->bytes = shared_text(frame, shared, &document->size, &document->shared_end);
    if (!wire_is_done(frame) || document->is_done > 1 || !is_text(document->format, MAX_NAME) ||
        !is_text(document->maker, MAX_NAME) || !is_text(document->kind, MAX_NAME) ||
        !is_text(document->state, MAX_NAME) || document->mapped > WORKER_MAX_COUNT ||
        document->approximated > WORKER_MAX_COUNT || document->kept > WORKER_MAX_COUNT ||
        document->dropped > WORKER_MAX_COUNT)
        return false;
    bool is_whole = document->bytes && document->format && document->maker && document->sha256;
    return document->is_done
               ? is_whole && trust_is_digest(document->sha256, strlen(document->sha256))
               : !document->bytes;
}

/* The counts of a result, in the order in which they are sent. */
#define COUNTS 13
static void counts_of(struct comity_result *result, uint64_t *counts[COUNTS])
{
    uint64_t *const all[COUNTS] = {
        &result->documents,     &result->failed_input,  &result->failed_unknown,
        &result->failed_output, &result->failed_plugin, &result->mapped,
        &result->approximated,  &result->kept,          &result->dropped,
        &result->notes,         &result->warnings,      &result->losses,
        &result->errors};
    memcpy(counts, all, sizeof all);
}

void worker_put_result(struct buffer *out, const struct comity_result *result)
{
    struct comity_result copy = *result;
    uint64_t *counts[COUNTS];
    counts_of(&copy, counts);
    for (size_t i = 0; i < COUNTS; i++)
        wire_put_u64(out, *counts[i]);
}

bool worker_get_result(struct wire_frame *frame, struct comity_result *result)
{
    uint64_t *counts[COUNTS];
    bool is_sound = true;
    counts_of(result, counts);
    for (size_t i = 0; i < COUNTS; i++) {
        uint64_t count = wire_u64(frame);
        is_sound = is_sound && count <= WORKER_MAX_COUNT;
        *counts[i] += count;
    }
    return is_sound && !frame->is_bad;
}

bool worker_get_status(struct wire_frame *frame, comity_status *status)
{
    int32_t number = (int32_t)wire_u32(frame);
    *status = (comity_status)number;
    return !frame->is_bad && number <= COMITY_OK && number >= COMITY_E_PLUGIN;
}

bool worker_has_failed(const struct comity_result *result)
{
    return result->failed_input || result->failed_unknown || result->failed_output ||
           result->failed_plugin;
}

bool worker_is_consistent(comity_status status, const struct comity_result *result)
{
    bool failed = worker_has_failed(result);
    bool has_leaves = result->mapped || result->approximated || result->kept || result->dropped;
    return (!has_leaves || result->documents) &&
           (status != COMITY_OK || (result->documents && !failed)) &&
           (status != COMITY_E_INVALID || failed);
}

void worker_add_result(struct comity_result *result, const struct comity_result *more)
{
    struct comity_result copy = *more;
    uint64_t *counts[COUNTS], *added[COUNTS];
    counts_of(result, counts);
    counts_of(&copy, added);
    for (size_t i = 0; i < COUNTS; i++)
        *counts[i] += *added[i];
}
