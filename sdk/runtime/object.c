/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Shared objects; see object.h.  The system's loader tells objects apart by their paths, and
 * the path of a sealed copy is the number of its descriptor.  So a descriptor stays open for
 * the life of the process, or the next object of that number would be taken for this one; and
 * the same bytes asked for again are the object that is there, so that descriptors do not
 * become more with every context. */
#include "runtime/object.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct object {
    struct object *next;
    char sha256[TRUST_SHA256];
    object_entry *entry;
};

/* Of the process, as what is loaded is. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct object *objects;

/* True where an object file can be mapped whole.  The system's loader maps what the headers
 * promise, and a file that was cut short then ends the program with SIGBUS. */
static bool is_whole(int fd)
{
    ElfW(Ehdr) head;
    ElfW(Phdr) part;
    struct stat status;
    if (fstat(fd, &status) != 0 || pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof part)
        return false;
    uint64_t size = (uint64_t)status.st_size;
    for (size_t i = 0; i < head.e_phnum; i++) {
        off_t at = (off_t)(head.e_phoff + i * sizeof part);
        if (pread(fd, &part, sizeof part, at) != (ssize_t)sizeof part)
            return false;
        if (part.p_type == PT_LOAD &&
            (part.p_offset > size || part.p_filesz > size - part.p_offset))
            return false;
    }
    return true;
}

static const struct object *find(const char *sha256)
{
    const struct object *object = objects;
    while (object && strcmp(object->sha256, sha256) != 0)
        object = object->next;
    return object;
}

/* The object's entry, or NULL where it has none; false where it cannot be loaded. */
static bool open_object(int fd, object_entry **entry, char reason[TRUST_REASON])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    /* Never closed: a plugin may leave thread-locals or exit handlers behind. */
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        const char *error = dlerror();
        snprintf(reason, TRUST_REASON, "%s", error ? error : "it cannot be loaded");
        return false;
    }
    void *symbol = dlsym(handle, "comity_plugin_v1");
    memcpy(entry, &symbol, sizeof *entry);
    return true;
}

/* Adds an object, which then holds the descriptor; NULL with the reason. */
static const struct object *add(int sealed, const char *sha256, char reason[TRUST_REASON])
{
    struct object *object = calloc(1, sizeof *object);
    if (!object) {
        snprintf(reason, TRUST_REASON, "there is no memory for it");
        return NULL;
    }
    if (!open_object(sealed, &object->entry, reason)) {
        free(object);
        return NULL;
    }
    memcpy(object->sha256, sha256, sizeof object->sha256);
    object->next = objects;
    objects = object;
    return object;
}

object_entry *object_load(int sealed, const char *sha256, char reason[TRUST_REASON])
{
    if (!is_whole(sealed)) {
        snprintf(reason, TRUST_REASON, "the file is cut short or is no shared object");
        close(sealed);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    const struct object *object = find(sha256);
    bool is_new = !object;
    if (is_new)
        object = add(sealed, sha256, reason);
    pthread_mutex_unlock(&lock);
    if (!is_new || !object)
        close(sealed);
    if (object && !object->entry)
        snprintf(reason, TRUST_REASON,
                 "it has no symbol comity_plugin_v1: no plugin, or of another ABI version");
    return object ? object->entry : NULL;
}
