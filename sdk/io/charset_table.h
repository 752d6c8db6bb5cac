/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The encodings that are known here: what they are called in files, by us and by iconv.  For
 * the files of this folder; others ask charset.h.  Must not know how text is converted. */
#ifndef COMITY_IO_CHARSET_TABLE_H
#define COMITY_IO_CHARSET_TABLE_H

#include <stddef.h>

struct charset_entry {
    const char *label; /* in lower case */
    const char *canonical;
    const char *iconv_name;
};

/* NULL where it is not one of ours.  "UTF-16" has the iconv name of what is written under
 * it. */
const struct charset_entry *charset_find(const char *name, size_t len);

#endif
