/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the pages with charts share; see web_page.h. */
#include "web_page.h"

#include "batch/report-css.h"

void web_page_head(struct buffer *out)
{
    buffer_text(out,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n");
}

void web_page_body(struct buffer *out)
{
    buffer_text(out, "<style>\n");
    buffer_add(out, report_css, report_css_len);
    buffer_text(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#figures\">To the "
                     "figures</a>\n");
}

unsigned web_share(uint64_t part, uint64_t whole)
{
    double exact = whole ? (double)part * WEB_WHOLE / (double)whole : 0;
    unsigned rounded = (unsigned)(exact + 0.5);
    return part && rounded < 40 ? 40 : rounded;
}

static void put_percent(struct buffer *out, const char *attribute, unsigned hundredths)
{
    buffer_format(out, " %s=\"%u.%02u%%\"", attribute, hundredths / 100, hundredths % 100);
}

void web_bar(struct buffer *out, const char *class, unsigned x, unsigned width, unsigned y,
             unsigned height)
{
    if (!width)
        return;
    buffer_format(out, "<rect class=\"%s\"", class);
    put_percent(out, "x", x);
    put_percent(out, "width", width);
    buffer_format(out, " y=\"%u\" height=\"%u\"/>", y, height);
}
