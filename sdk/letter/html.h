/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text into HTML: everything that could be markup is escaped, control characters are shown as
 * pictures.  Knows nothing of letters. */
#ifndef COMITY_LETTER_HTML_H
#define COMITY_LETTER_HTML_H

#include "base/buffer.h"

/* Appends text (UTF-8) so that it is text between tags and in a quoted attribute alike. */
void html_text(struct buffer *out, const char *text, size_t len);

/* Appends ` lang="TAG"` where the tag is one that can be, else ` lang=""`: not stated. */
void html_language(struct buffer *out, const char *tag, size_t len);

#endif
