/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * load_again FOLDER LIST: opens a context with the plugins of a folder again and again, until
 * standard input ends; then tells how often, how often a plugin was loaded and refused, and how
 * many descriptors were open after the first time and at the end. */
#include <comity/comity.h>

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static int is_over(void)
{
    char byte;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    const char *const folders[] = {argv[1], NULL};
    struct comity_config config = COMITY_CONFIG_INIT;
    unsigned long opened = 0, loaded = 0, refused = 0;
    int first = 0;
    config.plugin_paths = folders;
    config.no_default_paths = 1;
    config.allow_list = argv[2];
    do {
        struct comity *context = NULL;
        struct comity_plugin_info info;
        if (comity_open(&config, &context) != COMITY_OK)
            return 1;
        for (size_t i = 0; comity_plugin_at(context, i, &info) == COMITY_OK; i++) {
            loaded += info.is_loaded;
            refused += !info.is_loaded;
            if (info.is_loaded && strcmp(info.id, "bad") == 0)
                puts("the bad one was loaded");
        }
        comity_close(context);
        first = opened++ ? first : count_descriptors();
    } while (!is_over());
    printf("opened %lu loaded %lu refused %lu descriptors %d %d\n", opened, loaded, refused,
           first, count_descriptors());
    return fflush(stdout) ? 1 : 0;
}
