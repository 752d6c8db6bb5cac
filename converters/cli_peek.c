/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How inputs begin, so that a worker need not be ready for what they cannot be.  Where a file is
 * another by the time it is read, that costs its reading, and nothing else. */
#include "cli.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* With more inputs the tables of encodings are a small part of what is done. */
#define MOST_INPUTS 16
#define MOST_BYTES ((size_t)1 << 16)

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

/* True where all that XML says of its encoding is that it is UTF-8. */
static bool declares_utf8(const char *text)
{
    static const char word[] = "encoding";
    while ((text = strstr(text, word))) {
        text += sizeof word - 1;
        text += spaces(text);
        if (*text++ != '=')
            return false;
        text += spaces(text);
        char quote = *text++;
        if ((quote != '"' && quote != '\'') || strncasecmp(text, "utf-8", 5) != 0 ||
            text[5] != quote)
            return false;
    }
    return true;
}

/* JSON is UTF-8 whatever comes; XML can say otherwise, in each document of a file. */
static bool begins_as_utf8(const char *name)
{
    char bytes[MOST_BYTES + 1];
    ssize_t size = peek(name, bytes, MOST_BYTES);
    if (size <= 0)
        return false;
    bytes[size] = '\0';
    const char *text = bytes;
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3;
    text += spaces(text);
    if (*text == '{' || *text == '[')
        return true;
    bool is_whole = (size_t)size < MOST_BYTES && strlen(bytes) == (size_t)size;
    return *text == '<' && is_whole && declares_utf8(text);
}

bool cli_inputs_are_utf8(const struct cli *cli)
{
    bool all = cli->input_count > 0 && cli->input_count <= MOST_INPUTS;
    for (int i = 0; i < cli->input_count && all; i++)
        all = begins_as_utf8(cli->inputs[i]);
    return all;
}
