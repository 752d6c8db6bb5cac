# SPDX-License-Identifier: LGPL-2.1-or-later
interpol_headers = \
	plugins/interpol/interpol-list.h \
	plugins/interpol/interpol-red.h \
	plugins/interpol/interpol-un.h \
	plugins/interpol/interpol-yellow.h

plugin_LTLIBRARIES += interpol.la
interpol_la_SOURCES = plugins/interpol/interpol.c
interpol_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_builddir)/plugins/interpol
interpol_la_LDFLAGS = $(PLUGIN_LDFLAGS)

$(interpol_headers): build-aux/embed.sh
$(interpol_la_OBJECTS): $(interpol_headers)
CLEANFILES += $(interpol_headers)
