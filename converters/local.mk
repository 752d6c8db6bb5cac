# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The program.  It holds the library (internal headers included), so that it runs from the build
# folder as it is; plugins get host functions in a table and need no symbol of it.
bin_PROGRAMS += comity
comity_SOURCES = \
	converters/cli.c \
	converters/cli_findings.c \
	converters/cli_output.c \
	converters/command_convert.c \
	converters/command_detect.c \
	converters/command_diff.c \
	converters/command_explain.c \
	converters/command_formats.c \
	converters/command_plugins.c \
	converters/command_roundtrip.c \
	converters/command_show.c \
	converters/command_terms.c \
	converters/command_validate.c \
	converters/main.c
comity_LDADD = libcomity-core.la

# What takes inputs apart into items; the only part that sees libarchive and GMime, and read
# only by what runs sandboxed.  Programs name libcomity-core.la behind it.
noinst_LTLIBRARIES += libcomity-items.la
items_sources = \
	converters/batch/items.c \
	converters/batch/items_archive.c \
	converters/batch/items_feed.c \
	converters/batch/items_json.c \
	converters/batch/items_json_scan.c \
	converters/batch/items_limits.c \
	converters/batch/items_mail.c \
	converters/batch/items_mail_bounds.c \
	converters/batch/items_mail_parts.c \
	converters/batch/items_name.c \
	converters/batch/items_prepare.c \
	converters/batch/items_unpack.c \
	converters/batch/items_zip.c
libcomity_items_la_SOURCES = $(items_sources)
libcomity_items_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/converters \
	$(ARCHIVE_CFLAGS) $(GMIME_CFLAGS)
libcomity_items_la_LIBADD = $(ARCHIVE_LIBS) $(GMIME_LIBS)
