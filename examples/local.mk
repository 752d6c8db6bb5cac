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
	test -n "$(DESTDIR)" || { GUIDE_INSTALLED="$(docdir)" GUIDE_BINDIR="$(bindir)" \
	    GUIDE_PKGCONFIGDIR="$(pkgconfigdir)" GUIDE_ACLOCALDIR="$(aclocaldir)" \
	    GUIDE_INCLUDEDIR="$(includedir)" CC="$(CC)" PYTHONDONTWRITEBYTECODE=1 \
	    $(PYTHON3) $(top_srcdir)/tests/docs/test_guide.py > installed-guide.log && \
	    cat installed-guide.log && ! grep -q '^not ok' installed-guide.log; }
	rm -f installed-guide.log
