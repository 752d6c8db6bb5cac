# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Examples use the public headers and the shared library, as anyone else would.
check_PROGRAMS += examples/embed
examples_embed_SOURCES = examples/embed.c
examples_embed_CPPFLAGS = -I$(top_srcdir)/include
examples_embed_LDADD = libcomity.la

# The same against what was installed, with nothing of this tree but the example itself.
installcheck-local:
	$(CC) $(CPPFLAGS) $(CFLAGS) $(INSTRUMENT_CFLAGS) -I"$(DESTDIR)$(includedir)" \
	    $(top_srcdir)/examples/embed.c $(LDFLAGS) -L"$(DESTDIR)$(libdir)" -lcomity \
	    -o installed-embed
	rm -f installed-embed
	"$(DESTDIR)$(bindir)/comity" formats --plugin-path "$(DESTDIR)$(plugindir)" \
	    | grep interpol-red
	test ! -e "$(DESTDIR)$(plugindir)/interpol.la"
	rm -rf installed-plugin && mkdir installed-plugin
	test -n "$(DESTDIR)" || { cd installed-plugin && \
	    "$(bindir)/comity" plugins new --kind c acme && cd acme && \
	    PKG_CONFIG_PATH="$(pkgconfigdir)" $(MAKE) check COMITY="$(bindir)/comity" \
	        CC="$(CC)"; }
	rm -rf installed-plugin
