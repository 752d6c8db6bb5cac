# SPDX-License-Identifier: LGPL-2.1-or-later
#
# How a plugin is built, tried and installed.  A Makefile sets PLUGIN and SOURCES (C or C++), or
# PLUGIN and TEMPLATE, and includes this:  include $(shell pkg-config --variable=plugin_mk comity)
# (`comity plugins new` writes one that also tells what to do where that is nothing).
#
#   CC, CXX, CFLAGS, CPPFLAGS, LDFLAGS, LIBS   as ever
#   COMITY                          the program (comity)
#   CHECKFLAGS                      for `comity plugins check`, as --samples DIR
#   DESTDIR, PLUGINDIR              where `make install` puts it
COMITY ?= comity
PLUGINDIR ?= $(shell pkg-config --variable=plugindir comity)
PLUGIN_MAP := $(dir $(lastword $(MAKEFILE_LIST)))comity-plugin.map
PLUGIN_COMPILER = $(if $(filter %.cc %.cpp %.cxx,$(SOURCES)),$(CXX) -std=c++17,$(CC) -std=c11)
PLUGIN_CFLAGS = $(shell pkg-config --cflags comity) -Wall -Wextra -fPIC -fvisibility=hidden
ifdef TEMPLATE
PLUGIN_FILE = $(TEMPLATE)
else
PLUGIN_FILE = $(PLUGIN).so
endif

.PHONY: all check install uninstall clean
all: $(PLUGIN_FILE)

ifndef TEMPLATE
# A plugin links to nothing of ours: the host gives it a table of functions.
$(PLUGIN_FILE): $(SOURCES)
	$(PLUGIN_COMPILER) $(CPPFLAGS) $(PLUGIN_CFLAGS) $(CFLAGS) -shared $(LDFLAGS) -Wl,-z,defs \
	    -Wl,--version-script=$(PLUGIN_MAP) -o $@ $(SOURCES) $(LIBS)
clean:
	rm -f $(PLUGIN_FILE)
else
clean:
endif

check: $(PLUGIN_FILE)
	$(COMITY) plugins check $(CHECKFLAGS) $(PLUGIN_FILE)

install: $(PLUGIN_FILE)
	@test -n "$(PLUGINDIR)" || { echo "comity.pc names no plugindir: set PLUGINDIR" >&2; exit 1; }
	mkdir -p "$(DESTDIR)$(PLUGINDIR)"
	install -m 644 $(PLUGIN_FILE) "$(DESTDIR)$(PLUGINDIR)"
uninstall:
	rm -f "$(DESTDIR)$(PLUGINDIR)/$(notdir $(PLUGIN_FILE))"
