# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The program.  It holds the library (internal headers included), so that it runs from the build
# folder as it is; plugins get host functions in a table and need no symbol of it.
bin_PROGRAMS += comity
AM_CPPFLAGS += -I$(top_srcdir)/converters -I$(top_builddir)/converters

# What the commands share.
noinst_LTLIBRARIES += libcomity-cli.la
libcomity_cli_la_SOURCES = \
	converters/cli.c \
	converters/cli_findings.c \
	converters/cli_options.c \
	converters/cli_output.c \
	converters/cli_peek.c \
	converters/batch/visible.c \
	converters/command_detect.c \
	converters/command_diff.c \
	converters/command_formats.c \
	converters/command_roundtrip.c \
	converters/command_terms.c \
	converters/command_validate.c \
	converters/doctor_plugins.c \
	converters/isolated.c \
	converters/isolated_worker.c \
	converters/web_page.c

comity_SOURCES = \
	converters/command_convert.c \
	converters/command_doctor.c \
	converters/command_explain.c \
	converters/command_plugins.c \
	converters/command_plugins_trust.c \
	converters/command_show.c \
	converters/doctor_sandbox.c \
	converters/main.c
comity_LDADD = libcomity-cli.la libcomity-core.la

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
	converters/batch/items_zip.c \
	converters/batch/label.c
libcomity_items_la_SOURCES = $(items_sources)
libcomity_items_la_CPPFLAGS = $(AM_CPPFLAGS) $(ARCHIVE_CFLAGS) $(GMIME_CFLAGS)
libcomity_items_la_LIBADD = $(ARCHIVE_LIBS) $(GMIME_LIBS)

# What touches foreign bytes in a sandbox: converts, and does what commands do with documents.
worker_PROGRAMS += comity-worker
comity_worker_SOURCES = converters/worker_main.c
comity_worker_LDADD = libcomity-cli.la libcomity-core.la

worker_PROGRAMS += comity-reader
comity_reader_SOURCES = \
	converters/batch/reader_main.c \
	converters/batch/reading_frames.c
comity_reader_LDADD = libcomity-items.la libcomity-core.la

# Batches: a program of their own, which comity becomes, so that who converts alone loads neither
# libarchive nor zstd.
worker_PROGRAMS += comity-batch
comity_batch_SOURCES = \
	converters/batch/carry.c \
	converters/batch/command_batch.c \
	converters/batch/command_merge.c \
	converters/batch/command_report.c \
	converters/batch/identity.c \
	converters/batch/inputs.c \
	converters/batch/job.c \
	converters/batch/label.c \
	converters/batch/ledger_line.c \
	converters/batch/ledger_read.c \
	converters/batch/ledger_retried.c \
	converters/batch/ledger_write.c \
	converters/batch/main.c \
	converters/batch/merge.c \
	converters/batch/merge_parts.c \
	converters/batch/merge_source.c \
	converters/batch/pack.c \
	converters/batch/pool.c \
	converters/batch/progress.c \
	converters/batch/quarantine.c \
	converters/batch/reading.c \
	converters/batch/reading_frames.c \
	converters/batch/reason.c \
	converters/batch/report.c \
	converters/batch/report_chart.c \
	converters/batch/report_documents.c \
	converters/batch/report_html.c \
	converters/batch/report_json.c \
	converters/batch/report_lines.c \
	converters/batch/report_text.c \
	converters/batch/resume.c \
	converters/batch/retry.c \
	converters/batch/run.c \
	converters/batch/run_open.c \
	converters/batch/sample.c \
	converters/batch/settle.c \
	converters/batch/signals.c \
	converters/batch/sink.c \
	converters/batch/twins.c \
	converters/batch/watch.c \
	converters/batch/watch_end.c \
	converters/batch/watch_folder.c \
	converters/batch/watch_ledger.c \
	converters/batch/whole.c
comity_batch_LDADD = libcomity-cli.la libcomity-core.la $(ARCHIVE_LIBS) $(ZSTD_LIBS)

# For who writes plugins: a program of its own, which comity becomes, since its memory can be
# made to run out.
worker_PROGRAMS += comity-kit
noinst_LTLIBRARIES += libcomity-made-records.la
libcomity_made_records_la_SOURCES = converters/kit/made_records.c
comity_kit_SOURCES = \
	converters/kit/check_damaged.c \
	converters/kit/check_limits.c \
	converters/kit/check_loading.c \
	converters/kit/check_losses.c \
	converters/kit/check_memory.c \
	converters/kit/check_probe.c \
	converters/kit/check_noticed.c \
	converters/kit/check_recognized.c \
	converters/kit/check_samples.c \
	converters/kit/checks.c \
	converters/kit/command_check.c \
	converters/kit/conduct.c \
	converters/kit/conversion.c \
	converters/kit/failing.c \
	converters/kit/filling.c \
	converters/kit/run_check.c \
	converters/kit/show_checks.c \
	converters/kit/subject.c \
	converters/kit/verdict.c \
	converters/kit/command_new.c \
	converters/kit/main.c
comity_kit_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=arena_zalloc -Wl,--wrap=arena_copy \
	-Wl,--export-dynamic-symbol=malloc -Wl,--export-dynamic-symbol=calloc \
	-Wl,--export-dynamic-symbol=realloc -Wl,--export-dynamic-symbol=memalign \
	-Wl,--export-dynamic-symbol=aligned_alloc -Wl,--export-dynamic-symbol=posix_memalign \
	-Wl,--export-dynamic-symbol=free
comity_kit_LDADD = libcomity-made-records.la libcomity-cli.la libcomity-core.la \
	$(SECCOMP_LIBS) -lpthread

# What `comity plugins new` makes, compiled in: sdk/kit/KIND/FILE as sdk/kit/KIND-NAME.h.
kit_headers = sdk/kit/c-plugin.h sdk/kit/c-makefile.h sdk/kit/c-readme.h sdk/kit/c-sample.h \
	sdk/kit/template-plugin.h sdk/kit/template-makefile.h sdk/kit/template-readme.h \
	sdk/kit/template-sample.h
KIT_EMBED = $(AM_V_GEN)$(MKDIR_P) sdk/kit && $(SHELL) $(top_srcdir)/build-aux/embed.sh
$(kit_headers): build-aux/embed.sh
sdk/kit/c-plugin.h: $(srcdir)/sdk/kit/c/plugin.c.in
	$(KIT_EMBED) kit_c_plugin $(srcdir)/sdk/kit/c/plugin.c.in > $@.part && mv $@.part $@
sdk/kit/c-makefile.h: $(srcdir)/sdk/kit/c/Makefile
	$(KIT_EMBED) kit_c_makefile $(srcdir)/sdk/kit/c/Makefile > $@.part && mv $@.part $@
sdk/kit/c-readme.h: $(srcdir)/sdk/kit/c/README.md
	$(KIT_EMBED) kit_c_readme $(srcdir)/sdk/kit/c/README.md > $@.part && mv $@.part $@
sdk/kit/c-sample.h: $(srcdir)/sdk/kit/c/samples/request.json
	$(KIT_EMBED) kit_c_sample $(srcdir)/sdk/kit/c/samples/request.json > $@.part && mv $@.part $@
sdk/kit/template-plugin.h: $(srcdir)/sdk/kit/template/template.json
	$(KIT_EMBED) kit_template_plugin $(srcdir)/sdk/kit/template/template.json > $@.part && \
	    mv $@.part $@
sdk/kit/template-makefile.h: $(srcdir)/sdk/kit/template/Makefile
	$(KIT_EMBED) kit_template_makefile $(srcdir)/sdk/kit/template/Makefile > $@.part && \
	    mv $@.part $@
sdk/kit/template-readme.h: $(srcdir)/sdk/kit/template/README.md
	$(KIT_EMBED) kit_template_readme $(srcdir)/sdk/kit/template/README.md > $@.part && \
	    mv $@.part $@
sdk/kit/template-sample.h: $(srcdir)/sdk/kit/template/samples/request.json
	$(KIT_EMBED) kit_template_sample $(srcdir)/sdk/kit/template/samples/request.json \
	    > $@.part && mv $@.part $@
BUILT_SOURCES += $(kit_headers)
CLEANFILES += $(kit_headers)

# The Makefile of plugins, and a macro for those that are built by autotools.
kitdir = $(datadir)/comity
dist_kit_DATA = sdk/kit/comity-plugin.mk sdk/kit/comity-plugin.map
aclocaldir = $(datadir)/aclocal
dist_aclocal_DATA = sdk/kit/comity.m4

# Commands that send, and what belongs to them: a program of their own, which comity becomes, so
# that who converts alone loads neither libcurl nor SQLite, nor what signs.
worker_PROGRAMS += comity-submit
noinst_LTLIBRARIES += libcomity-submit.la
libcomity_submit_la_SOURCES = \
	converters/submit/account.c \
	converters/submit/acknowledge.c \
	converters/submit/address.c \
	converters/submit/arrival.c \
	converters/submit/command_audit.c \
	converters/submit/command_inbox.c \
	converters/submit/command_outbox.c \
	converters/submit/command_register.c \
	converters/submit/command_stats.c \
	converters/submit/command_submit.c \
	converters/submit/command_validate_signature.c \
	converters/submit/endpoint.c \
	converters/submit/endpoint_check.c \
	converters/submit/endpoint_files.c \
	converters/submit/inbox.c \
	converters/submit/inbox_add.c \
	converters/submit/inbox_match.c \
	converters/submit/inbox_show.c \
	converters/submit/message.c \
	converters/submit/outbox.c \
	converters/submit/outbox_run.c \
	converters/submit/peers.c \
	converters/submit/protocol.c \
	converters/submit/protocol_connector_client.c \
	converters/submit/protocol_domibus.c \
	converters/submit/protocol_hi1.c \
	converters/submit/protocol_https.c \
	converters/submit/register.c \
	converters/submit/register_check.c \
	converters/submit/register_import.c \
	converters/submit/register_import_put.c \
	converters/submit/register_review.c \
	converters/submit/register_show.c \
	converters/submit/documents.c \
	converters/submit/routing.c \
	converters/submit/sending.c \
	converters/submit/signature_base64.c \
	converters/submit/signature_json.c \
	converters/submit/signature_keys.c \
	converters/submit/signature_xml.c \
	converters/submit/signature_xml_form.c \
	converters/submit/stats.c \
	converters/submit/stats_csv.c \
	converters/submit/stats_html.c \
	converters/submit/stats_json.c \
	converters/submit/stats_text.c \
	converters/submit/store.c \
	converters/submit/submit_cli.c \
	converters/submit/submit_sign.c \
	converters/submit/transfer.c
libcomity_submit_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(SQLITE_CFLAGS) \
	$(XMLSEC_CFLAGS) $(JOSE_CFLAGS) $(OPENSSL_CFLAGS)
libcomity_submit_la_LIBADD = $(CURL_LIBS) $(SQLITE_LIBS) $(XMLSEC_LIBS) $(JOSE_LIBS) \
	$(OPENSSL_LIBS)
comity_submit_SOURCES = converters/submit/main.c
comity_submit_LDADD = libcomity-submit.la libcomity-cli.la libcomity-core.la

# The style sheet of pages with charts, compiled in.
converters/batch/report-css.h: $(srcdir)/converters/batch/report.css build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) converters/batch && $(SHELL) $(top_srcdir)/build-aux/embed.sh \
	    report_css $(srcdir)/converters/batch/report.css > $@.part && mv $@.part $@
converters/web_page.lo: converters/batch/report-css.h
CLEANFILES += converters/batch/report-css.h converters/batch/report-css.h.part
