/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How inputs begin, so that a worker need not be ready for what they cannot be.  Where a file
 * is another by the time it is read, that costs its reading, and nothing else. */
#include "cli.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* With more inputs the tables of encodings are a small part of what is done. */
#define MOST_INPUTS 16
/* What a declaration of XML has room in. */
#define HEAD_BYTES ((size_t)1024)

/* As much of a file as there is room for; -1 where it is none that can be read twice. */
static ssize_t peek(const char *name, char *bytes, size_t room)
{
    struct stat info;
    if (strcmp(name, "-") == 0 || stat(name, &info) != 0 || !S_ISREG(info.st_mode))
        return -1;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t size = fd < 0 ? -1 : pread(fd, bytes, room, 0);
    if (fd >= 0)
        close(fd);
    return size;
}

static size_t spaces(const char *text)
{
    return strspn(text, " \t\r\n");
}

/* In letters of any case. */
static bool is_utf8(const char *name)
{
    size_t i = 0;
    while (i < 5 && (name[i] | 0x20) == "utf-8"[i])
        i++;
    return i == 5;
}

/* True where XML does not say that it is in another encoding: it can do so at its very
 * beginning. */
static bool declares_utf8(const char *text)
{
    static const char word[] = "encoding";
    const char *end = strncmp(text, "<?xml", 5) == 0 ? strstr(text, "?>") : text;
    if (!end)
        return false;
    text = memmem(text, (size_t)(end - text), word, sizeof word - 1);
    if (!text)
        return true;
    text += sizeof word - 1;
    text += spaces(text);
    if (*text++ != '=')
        return false;
    text += spaces(text);
    char quote = *text++;
    return (quote == '"' || quote == '\'') && is_utf8(text) && text[5] == quote;
}

static bool begins_as_utf8(const char *name)
{
    char bytes[HEAD_BYTES + 1];
    ssize_t size = peek(name, bytes, HEAD_BYTES);
    if (size <= 0)
        return false;
    bytes[size] = '\0';
    if (strlen(bytes) < (size_t)size)
        return false; /* UTF-16 */
    const char *text = bytes;
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3;
    text += spaces(text);
    return *text == '{' || *text == '[' || (*text == '<' && declares_utf8(text));
}

bool cli_inputs_are_utf8(const struct cli *cli)
{
    bool all = cli->input_count > 0 && cli->input_count <= MOST_INPUTS;
    for (int i = 0; i < cli->input_count && all; i++)
        all = begins_as_utf8(cli->inputs[i]);
    return all;
}
