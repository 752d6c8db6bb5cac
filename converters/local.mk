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
