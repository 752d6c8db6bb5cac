# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Format plugins: one folder a family, each with its local.mk.

# A template (JSON) as a C header beside its plugin, in the build folder:
# FAMILY/some-name.json becomes FAMILY/some-name.h with `some_name[]` and `some_name_len`.
SUFFIXES += .json .h
.json.h:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && name=`basename $< .json | tr '-' '_'` && \
	    $(SHELL) $(top_srcdir)/build-aux/embed.sh $$name $< > $@.part && mv $@.part $@

include plugins/interpol/local.mk

# Formats that are a template and nothing else: the file itself is the plugin.
template_formats = \
	plugins/br-drci/br-drci.json \
	plugins/br-mni/br-mni.json \
	plugins/ch-irsg28/ch-irsg28.json \
	plugins/cn-icja13/cn-icja13.json \
	plugins/de-xjustiz/de-xjustiz.json \
	plugins/etsi-hi1/etsi-hi1.json \
	plugins/gb-common-platform/gb-common-platform.json \
	plugins/gb-xhibit/gb-xhibit.json \
	plugins/hk-cap525/hk-cap525.json \
	plugins/id-asean/id-asean.json \
	plugins/oas-form/oas-form.json \
	plugins/ru-upk454/ru-upk454.json \
	plugins/us-fbi-wanted/us-fbi-wanted.json \
	plugins/us-niem/us-niem.json
plugin_DATA = $(template_formats)

# Plugins are loaded as .so files; the .la file is of no use to anyone once they are installed.
install-data-hook:
	cd "$(DESTDIR)$(plugindir)" && rm -f $(plugin_LTLIBRARIES)
uninstall-hook:
	-cd "$(DESTDIR)$(plugindir)" && rm -f $(plugin_LTLIBRARIES:.la=.so)

# A folder that holds the built plugins and nothing else, to run from the build tree.  Copies:
# the loader refuses links.
noinst_DATA += plugins-run.stamp
plugins-run.stamp: $(plugin_LTLIBRARIES) $(template_formats)
	$(AM_V_GEN)rm -rf plugins-run && $(MKDIR_P) plugins-run && chmod 755 plugins-run && \
	    for plugin in $(plugin_LTLIBRARIES:.la=.so); do \
	        $(INSTALL_DATA) .libs/$$plugin plugins-run/$$plugin || exit 1; \
	    done && for template in $(template_formats); do \
	        $(INSTALL_DATA) $(srcdir)/$$template plugins-run || exit 1; \
	    done && echo > $@
CLEANFILES += plugins-run.stamp
