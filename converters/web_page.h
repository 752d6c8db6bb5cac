/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the pages with charts share: their head, which lets them load and run nothing, their
 * style sheet, and bars of SVG that are shares of its width.  Knows nothing of what is
 * shown. */
#ifndef COMITY_CONVERTERS_WEB_PAGE_H
#define COMITY_CONVERTERS_WEB_PAGE_H

#include "base/buffer.h"

#include <stdint.h>

#define WEB_ROW 42u      /* pixels from bar to bar of a chart */
#define WEB_WHOLE 10000u /* the width of a chart, in hundredths of a percent */

/* Appends a page up to its title, which the caller appends as an element; */
void web_page_head(struct buffer *out);
/* and from there to its body, with a link to the anchor "figures". */
void web_page_body(struct buffer *out);

/* A share of a whole in hundredths of a percent; what is there at all can be seen. */
unsigned web_share(uint64_t part, uint64_t whole);
/* Appends a bar: place and width in hundredths of a percent, height in pixels; none where it
 * has no width. */
void web_bar(struct buffer *out, const char *class, unsigned x, unsigned width, unsigned y,
             unsigned height);

#endif
