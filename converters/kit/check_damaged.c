/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Samples that were damaged by chance, and how a plugin conducts itself meanwhile.  Each damage
 * has a number: with the seed it is the same again on every machine. */
#include "kit/checker.h"

#include "kit/made_records.h"

#include <stdio.h>
#include <stdlib.h>

static void change_byte(struct chance *chance, struct buffer *document)
{
    static const char strange[] =
        "\0\x01\x7F\x80\xC3\xFF\xEF\xBB\xBF\"'<>&{}[]:,;=%\\\r\n\t 09-.";
    size_t at = chance_next(chance) % document->size;
    if (chance_of(chance, 50))
        document->bytes[at] = strange[chance_below(chance, sizeof strange - 1)];
    else
        document->bytes[at] ^= (char)(1u << chance_below(chance, 8));
}

static void cut(struct chance *chance, struct buffer *document)
{
    document->size = chance_next(chance) % document->size;
}

static void take_out(struct chance *chance, struct buffer *document)
{
    size_t at = chance_next(chance) % document->size;
    size_t len = 1 + chance_next(chance) % 64;
    if (len > document->size - at)
        len = document->size - at;
    memmove(document->bytes + at, document->bytes + at + len, document->size - at - len);
    document->size -= len;
}

static void repeat(struct chance *chance, struct buffer *document)
{
    size_t at = chance_next(chance) % document->size;
    size_t len = 1 + chance_next(chance) % 200, size = document->size;
    if (len > size - at)
        len = size - at;
    for (unsigned i = 1 + chance_below(chance, 30); i > 0 && buffer_reserve(document, len);
         i--) {
        memmove(document->bytes + at + len, document->bytes + at, document->size - at);
        document->size += len;
    }
}

static void insert_text(struct chance *chance, struct buffer *document)
{
    struct buffer text;
    buffer_init(&text, 0);
    chance_text(chance, &text);
    size_t at = chance_next(chance) % document->size;
    if (text.size && buffer_reserve(document, text.size)) {
        memmove(document->bytes + at + text.size, document->bytes + at, document->size - at);
        memcpy(document->bytes + at, text.bytes, text.size);
        document->size += text.size;
    }
    buffer_free(&text);
}

static void damage(struct chance *chance, struct buffer *document)
{
    static void (*const ways[])(struct chance * chance, struct buffer * document) = {
        change_byte, change_byte, cut, take_out, repeat, insert_text};
    for (unsigned i = 1 + chance_below(chance, 4); i > 0 && document->size; i--)
        ways[chance_below(chance, sizeof ways / sizeof ways[0])](chance, document);
}

static void judge(struct subject *subject, const struct conversion *made, uint64_t number)
{
    unsigned long long seed = subject->seed, n = number;
    if (made->status == COMITY_E_NOMEM)
        return;
    if (made->status != COMITY_OK && !made->result.errors)
        fault(subject,
              "a damaged sample is refused and no error says why (--reproduce %llu:%llu)", seed,
              n);
    if (made->result.failed_plugin)
        fault(subject,
              "a damaged sample made the plugin fail without a reason "
              "(--reproduce %llu:%llu)",
              seed, n);
}

static void try_one(struct subject *subject, uint64_t number, struct buffer *document,
                    struct conversion *made)
{
    struct chance chance = {subject->seed * 0x9E3779B97F4A7C15u + number};
    const struct sample *sample = NULL;
    for (int i = 0; i < 8 && (!sample || !sample->format || sample->size > HUGE_SAMPLE); i++)
        sample = &subject->samples[chance_below(&chance, (unsigned)subject->sample_count)];
    const struct comity_format_info *format = own_format(subject, sample->format);
    if (!format || !format->can_read)
        return;
    buffer_clear(document);
    buffer_add(document, sample->bytes, sample->size);
    if (document->size)
        damage(&chance, document);
    *subject->mark = number + 1; /* for who looks, if this is the last that is seen of us */
    convert_bytes(subject->alone, format->id, "convention-json",
                  document->size ? document->bytes : "", document->size, made);
    judge(subject, made, number);
    if (made->out.size && format->can_write) {
        convert_bytes(subject->alone, format->id, format->id, document->bytes, document->size,
                      made);
        judge(subject, made, number);
    }
    buffer_clear(&made->out);
}

void try_damaged(struct subject *subject)
{
    struct buffer document;
    struct conversion made;
    buffer_init(&document, 0);
    conversion_init(&made);
    watch_conduct(subject);
    if (subject->only) {
        try_one(subject, strtoull(subject->only, NULL, 10), &document, &made);
        return;
    }
    for (uint64_t i = 0; i < subject->rounds && subject->faults < 5; i++)
        try_one(subject, i, &document, &made);
    remark(subject, "%llu damaged samples, seed %llu", (unsigned long long)subject->rounds,
           (unsigned long long)subject->seed);
}

void try_conduct(struct subject *subject)
{
    struct surroundings before;
    struct conversion made;
    open_alone(subject);
    conversion_init(&made);
    /* what the host itself opens the first time */
    convert_bytes(subject->alone, "convention-json", "convention-json", "{}", 2, &made);
    look_around(&before);
    for (size_t i = 0; i < subject->sample_count; i++)
        convert_bytes(subject->alone, NULL, "convention-json", subject->samples[i].bytes,
                      subject->samples[i].size, &made);
    compare_surroundings(subject, &before, "while documents were converted");
    for (size_t f = 0; f < subject->format_count; f++)
        for (size_t i = 0; i < subject->sample_count && subject->formats[f].can_write; i++)
            convert_bytes(subject->alone, NULL, subject->formats[f].id,
                          subject->samples[i].bytes, subject->samples[i].size, &made);
    compare_surroundings(subject, &before, "while documents were written");
    watch_conduct(subject);
    for (size_t i = 0; i < subject->sample_count; i++) {
        convert_bytes(subject->alone, NULL, "convention-json", subject->samples[i].bytes,
                      subject->samples[i].size, &made);
        for (size_t f = 0; f < subject->format_count; f++)
            if (subject->formats[f].can_write)
                convert_bytes(subject->alone, NULL, subject->formats[f].id,
                              subject->samples[i].bytes, subject->samples[i].size, &made);
    }
}
