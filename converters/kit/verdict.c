/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a check found, as lines to the process that started it: a letter, a blank, the words.
 * F fault, R remark, S skipped; the last line, "E", says that the check ran to its end. */
#include "kit/checker.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORDS 3000
#define MAX_FAULTS 20

static void tell(const struct subject *subject, char letter, const char *format, va_list words)
{
    char line[MAX_WORDS + 4] = {letter, ' '};
    int len = vsnprintf(line + 2, MAX_WORDS, format, words);
    size_t size = len < 0 ? 0 : (size_t)len < MAX_WORDS ? (size_t)len : MAX_WORDS - 1;
    for (size_t i = 2; i < 2 + size; i++)
        if ((unsigned char)line[i] < ' ')
            line[i] = ' ';
    for (size_t bad; (bad = utf8_invalid(line + 2, size)) < size;)
        line[2 + bad] = '?'; /* what a plugin made of a text, or where it was cut */
    line[2 + size] = '\n';
    for (size_t sent = 0; sent < size + 3;) {
        ssize_t some = write(subject->line, line + sent, size + 3 - sent);
        if (some <= 0 && errno != EINTR)
            _exit(EXIT_FAILURE);
        sent += some > 0 ? (size_t)some : 0;
    }
}

void fault(struct subject *subject, const char *format, ...)
{
    va_list words;
    if (++subject->faults > MAX_FAULTS)
        return;
    va_start(words, format);
    tell(subject, 'F', format, words);
    va_end(words);
}

void remark(struct subject *subject, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    tell(subject, 'R', format, words);
    va_end(words);
}

void skip(struct subject *subject, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    tell(subject, 'S', format, words);
    va_end(words);
    finish(subject);
}

static void end_line(const struct subject *subject, ...)
{
    va_list none;
    va_start(none, subject);
    tell(subject, 'E', "", none);
    va_end(none);
}

void finish(struct subject *subject)
{
    if (subject->faults > MAX_FAULTS)
        remark(subject, "%llu more faults of this check are not shown",
               (unsigned long long)(subject->faults - MAX_FAULTS));
    end_line(subject);
    _exit(EXIT_SUCCESS);
}

void shell_word(char *to, size_t size, const char *from, size_t len)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./+:,@%=";
    size_t used = 0, safe = 0;
    while (safe < len && from[safe] && strchr(plain, from[safe]))
        safe++;
    if (safe == len && len) {
        snprintf(to, size, "%.*s", (int)len, from);
        return;
    }
    used += (size_t)snprintf(to, size, "'");
    for (size_t i = 0; i < len && used + 6 < size; i++)
        used +=
            (size_t)snprintf(to + used, size - used, from[i] == '\'' ? "'\\''" : "%c", from[i]);
    snprintf(to + used, size - used, "'");
}
