# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The program.  It holds the library (internal headers included), so that it runs from the build
# folder as it is; plugins get host functions in a table and need no symbol of it.
bin_PROGRAMS += comity
comity_SOURCES = \
	converters/batch/command_batch.c \
	converters/batch/inputs.c \
	converters/batch/job.c \
	converters/batch/label.c \
	converters/batch/ledger.c \
	converters/batch/pack.c \
	converters/batch/pool.c \
	converters/batch/progress.c \
	converters/batch/quarantine.c \
	converters/batch/reading.c \
	converters/batch/reading_frames.c \
	converters/batch/reason.c \
	converters/batch/run.c \
	converters/batch/settle.c \
	converters/batch/signals.c \
	converters/batch/sink.c \
	converters/cli.c \
	converters/cli_findings.c \
	converters/cli_options.c \
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
comity_LDADD = libcomity-core.la $(ARCHIVE_LIBS)

# What takes the inputs of a batch apart, in a sandbox.
worker_PROGRAMS += comity-reader
comity_reader_SOURCES = \
	converters/batch/items.c \
	converters/batch/reader_main.c \
	converters/batch/reading_frames.c
comity_reader_LDADD = libcomity-core.la $(ARCHIVE_LIBS)
AM_CPPFLAGS += -I$(top_srcdir)/converters
