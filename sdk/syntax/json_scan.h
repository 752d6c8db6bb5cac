/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inner loops of JSON text: where a run of plain bytes ends.  With SSE2 sixteen bytes at
 * a time, else eight.  Knows nothing of documents. */
#ifndef COMITY_SYNTAX_JSON_SCAN_H
#define COMITY_SYNTAX_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define JSON_EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* A high bit at least where a byte is 0.  Bytes above such a one may be marked wrongly, which
 * costs the callers a second look and nothing else. */
static inline uint64_t json_zero_bytes(uint64_t word)
{
    return (word - JSON_EACH_BYTE(1)) & ~word & JSON_EACH_BYTE(0x80);
}

/* What a reader of a string stops at: a quote, a backslash, a control, a byte above 7F. */
static inline int json_stops_reading(unsigned char byte)
{
    return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
}

/* What a writer of a string stops at: a quote, a backslash, a control, U+007F. */
static inline int json_stops_writing(unsigned char byte)
{
    return byte < 0x20 || byte == 0x7F || byte == '"' || byte == '\\';
}

static inline const char *json_read_run_portable(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof(word));
        uint64_t low = (word - JSON_EACH_BYTE(0x20)) | word; /* below 20, or above 7F */
        uint64_t stops = (low & JSON_EACH_BYTE(0x80)) |
                         json_zero_bytes(word ^ JSON_EACH_BYTE('"')) |
                         json_zero_bytes(word ^ JSON_EACH_BYTE('\\'));
        if (stops)
            break;
    }
    while (at < end && !json_stops_reading((unsigned char)*at))
        at++;
    return at;
}

static inline const char *json_write_run_portable(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof(word));
        uint64_t low = (word - JSON_EACH_BYTE(0x20)) & ~word & JSON_EACH_BYTE(0x80);
        uint64_t stops = low | json_zero_bytes(word ^ JSON_EACH_BYTE('"')) |
                         json_zero_bytes(word ^ JSON_EACH_BYTE('\\')) |
                         json_zero_bytes(word ^ JSON_EACH_BYTE(0x7F));
        if (!stops)
            continue;
        for (size_t i = 0; i < 8; i++)
            if (json_stops_writing((unsigned char)at[i]))
                return at + i;
    }
    while (at < end && !json_stops_writing((unsigned char)*at))
        at++;
    return at;
}

#if defined(__SSE2__)

static inline const char *json_read_run_sse2(const char *at, const char *end)
{
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i blank = _mm_set1_epi8(0x20);
    for (; end - at >= 16; at += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        /* Signed: what is above 7F is below the blank, too. */
        __m128i stops = _mm_or_si128(
            _mm_cmplt_epi8(block, blank),
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
        int mask = _mm_movemask_epi8(stops);
        if (mask)
            return at + __builtin_ctz((unsigned)mask);
    }
    return json_read_run_portable(at, end);
}

static inline const char *json_write_run_sse2(const char *at, const char *end)
{
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F), delete = _mm_set1_epi8(0x7F);
    for (; end - at >= 16; at += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
        __m128i stops = _mm_or_si128(
            _mm_or_si128(control, _mm_cmpeq_epi8(block, delete)),
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
        int mask = _mm_movemask_epi8(stops);
        if (mask)
            return at + __builtin_ctz((unsigned)mask);
    }
    return json_write_run_portable(at, end);
}

#define json_read_run json_read_run_sse2
#define json_write_run json_write_run_sse2
#else
#define json_read_run json_read_run_portable
#define json_write_run json_write_run_portable
#endif

#endif
