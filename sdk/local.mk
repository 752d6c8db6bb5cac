# SPDX-License-Identifier: LGPL-2.1-or-later
#
# libcomity.  A new file: add it to the list of its room, in the order of the alphabet.
# Headers need no entry.

base_sources = \
	sdk/base/arena.c \
	sdk/base/buffer.c \
	sdk/base/encoding.c \
	sdk/base/finding.c \
	sdk/base/fold.c \
	sdk/base/map.c \
	sdk/base/utf8.c \
	sdk/base/witness.c

io_sources = \
	sdk/io/charset.c \
	sdk/io/charset_encode.c \
	sdk/io/charset_mark.c \
	sdk/io/charset_table.c \
	sdk/io/file.c \
	sdk/io/latin.c \
	sdk/io/latin_sign.c \
	sdk/io/latin_write.c \
	sdk/io/letter.c \
	sdk/io/source.c \
	sdk/io/transliterate.c

syntax_sources = \
		sdk/syntax/csv_read.c \
	sdk/syntax/csv_write.c \
	sdk/syntax/json_error.c \
	sdk/syntax/lines.c \
	sdk/syntax/json_names.c \
	sdk/syntax/json_read.c \
	sdk/syntax/json_string.c \
	sdk/syntax/json_whole.c \
	sdk/syntax/json_write.c \
	sdk/syntax/stream.c \
	sdk/syntax/stream_json.c \
	sdk/syntax/stream_xml.c \
	sdk/syntax/text_form.c \
	sdk/syntax/text_match.c \
	sdk/syntax/text_mojibake.c \
	sdk/syntax/text_number.c \
	sdk/syntax/text_read.c \
	sdk/syntax/text_report.c \
	sdk/syntax/text_ticks.c \
	sdk/syntax/text_value.c \
	sdk/syntax/text_write.c \
	sdk/syntax/tree.c \
	sdk/syntax/tree_compare.c \
	sdk/syntax/xml_error.c \
	sdk/syntax/xml_from_json.c \
	sdk/syntax/xml_normal.c \
	sdk/syntax/xml_read.c \
	sdk/syntax/xml_tree.c \
	sdk/syntax/xml_write.c

model_sources = \
	sdk/model/codes.c \
	sdk/model/convention.c \
	sdk/model/convention_json.c \
	sdk/model/convention_xml.c \
	sdk/model/country_key.c \
	sdk/model/dates.c \
	sdk/model/fields.c \
	sdk/model/profile.c \
	sdk/model/record.c \
	sdk/model/rules.c \
	sdk/model/rules_check.c \
	sdk/model/rules_tests.c \
	sdk/model/terms.c \
	sdk/model/terms_check.c \
	sdk/model/terms_load.c \
	sdk/model/terms_record.c \
	sdk/model/terms_statement.c \
	sdk/model/types.c

letter_sources = \
	sdk/letter/html.c \
	sdk/letter/html_letter.c \
	sdk/letter/letter.c \
	sdk/letter/plan.c \
	sdk/letter/sets.c \
	sdk/letter/text_letter.c \
	sdk/letter/values.c \
	sdk/letter/width.c \
	sdk/letter/words.c \
	sdk/letter/wrap.c

mapping_sources = \
	sdk/mapping/carrier.c \
	sdk/mapping/carrier_places.c \
	sdk/mapping/check_examples.c \
	sdk/mapping/codec.c \
	sdk/mapping/compiler_codec.c \
	sdk/mapping/compiler_document.c \
	sdk/mapping/compiler_parts.c \
	sdk/mapping/compiler_path.c \
	sdk/mapping/compiler_members.c \
	sdk/mapping/compiler_rows.c \
	sdk/mapping/compiler_text.c \
	sdk/mapping/joined.c \
	sdk/mapping/parts.c \
	sdk/mapping/reader_each.c \
	sdk/mapping/reader_form.c \
	sdk/mapping/reader_parts.c \
	sdk/mapping/reader_values.c \
	sdk/mapping/template.c \
	sdk/mapping/template_check.c \
	sdk/mapping/template_compile.c \
	sdk/mapping/template_read.c \
	sdk/mapping/template_table.c \
	sdk/mapping/template_write.c \
	sdk/mapping/writer_each.c \
	sdk/mapping/writer_form.c \
	sdk/mapping/writer_letters.c \
	sdk/mapping/writer_made.c \
	sdk/mapping/writer_again.c \
	sdk/mapping/writer_parts.c \
	sdk/mapping/writer_report.c \
	sdk/mapping/writer_values.c

runtime_sources = \
	sdk/runtime/account.c \
	sdk/runtime/allow_list.c \
	sdk/runtime/beside.c \
	sdk/runtime/check.c \
	sdk/runtime/convert.c \
	sdk/runtime/detect.c \
	sdk/runtime/explain.c \
	sdk/runtime/formats.c \
	sdk/runtime/held.c \
	sdk/runtime/host.c \
	sdk/runtime/isolate.c \
	sdk/runtime/isolate_asked.c \
	sdk/runtime/isolate_plugins.c \
	sdk/runtime/isolate_work.c \
	sdk/runtime/loader.c \
	sdk/runtime/object.c \
	sdk/runtime/record_api.c \
	sdk/runtime/session.c \
	sdk/runtime/set_aside.c \
	sdk/runtime/supply.c \
	sdk/runtime/terminology.c \
	sdk/runtime/terminology_account.c \
	sdk/runtime/text_input.c \
	sdk/runtime/shared.c \
	sdk/runtime/trust.c \
	sdk/runtime/wire.c \
	sdk/runtime/worker.c \
	sdk/runtime/worker_asked.c \
	sdk/runtime/worker_frames.c \
	sdk/runtime/worker_landlock.c \
	sdk/runtime/worker_line.c \
	sdk/runtime/worker_plugins.c \
	sdk/runtime/worker_sandbox.c \
	sdk/runtime/worker_serve.c \
	sdk/runtime/worker_setup.c \
	sdk/runtime/worker_try.c

# All of sdk, with the symbols that libcomity hides: for the program and the unit tests.
noinst_LTLIBRARIES += libcomity-core.la
libcomity_core_la_SOURCES = $(base_sources) $(io_sources) $(syntax_sources) \
	$(model_sources) $(letter_sources) $(mapping_sources) $(runtime_sources)
libcomity_core_la_LIBADD = $(CORE_LIBS) $(ICU_I18N_LIBS)
AM_CPPFLAGS += $(ICU_I18N_CFLAGS)

# The same for everyone else: only what comity.h declares.
lib_LTLIBRARIES += libcomity.la
libcomity_la_SOURCES =
libcomity_la_LIBADD = libcomity-core.la
libcomity_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info 0:0:0 \
	-export-symbols-regex '^comity_'


# What each character folds to, out of ICU, which the library itself does without.
noinst_PROGRAMS += generate-fold
generate_fold_SOURCES = sdk/base/generate_fold.c
generate_fold_CPPFLAGS = $(AM_CPPFLAGS) $(ICU_CFLAGS)
generate_fold_LDADD = $(ICU_LIBS)

sdk/base/fold-tables.inc: generate-fold$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) sdk/base && ASAN_OPTIONS=detect_leaks=0 \
	    ./generate-fold$(EXEEXT) > $@.part && mv $@.part $@
sdk/base/fold.lo: sdk/base/fold-tables.inc
CLEANFILES += sdk/base/fold-tables.inc sdk/base/fold-tables.inc.part

# What a worker may do, as the kernel takes it, out of libseccomp, which the library itself does
# without.
noinst_PROGRAMS += generate-filter
generate_filter_SOURCES = sdk/runtime/generate_filter.c sdk/runtime/sandbox_filter.h
generate_filter_LDADD = $(SECCOMP_LIBS)

sdk/runtime/sandbox-filter.inc: generate-filter$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) sdk/runtime && ASAN_OPTIONS=detect_leaks=0 \
	    ./generate-filter$(EXEEXT) > $@.part && mv $@.part $@
sdk/runtime/worker_sandbox.lo: sdk/runtime/sandbox-filter.inc
CLEANFILES += sdk/runtime/sandbox-filter.inc sdk/runtime/sandbox-filter.inc.part

# Countries and languages, out of the lists and catalogues of iso-codes.  Names are folded as
# the library folds them, by objects of the program's own.
noinst_PROGRAMS += generate-iso
generate_iso_SOURCES = \
	sdk/base/buffer.c \
	sdk/base/fold.c \
	sdk/base/utf8.c \
	sdk/model/country_catalogue.c \
	sdk/model/country_forms.c \
	sdk/model/country_key.c \
	sdk/model/country_tables.c \
	sdk/model/generate_iso.c
generate_iso_CFLAGS = $(AM_CFLAGS)
generate_iso_LDADD = $(CJSON_LIBS)
sdk/base/generate_iso-fold.$(OBJEXT): sdk/base/fold-tables.inc

iso_lists = $(ISO_CODES_DIR)/iso_3166-1.json $(ISO_CODES_DIR)/iso_639-2.json
sdk/model/iso-codes.inc: generate-iso$(EXEEXT) $(iso_lists)
	$(AM_V_GEN)$(MKDIR_P) sdk/model && ASAN_OPTIONS=detect_leaks=0 \
	    ./generate-iso$(EXEEXT) $(iso_lists) $(ISO_CODES_LOCALES) > $@.part && \
	    mv $@.part $@
sdk/model/codes.lo: sdk/model/iso-codes.inc
CLEANFILES += sdk/model/iso-codes.inc sdk/model/iso-codes.inc.part

# The shipped catalogue of terms: compiled in, and installed for those who write one of their own.
terminologydir = $(pkgdatadir)/terminology
dist_terminology_DATA = sdk/model/terminology/en.json
sdk/model/terms-en.h: $(srcdir)/sdk/model/terminology/en.json build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) sdk/model && $(SHELL) $(top_srcdir)/build-aux/embed.sh \
	    terminology_en $(srcdir)/sdk/model/terminology/en.json > $@.part && mv $@.part $@
sdk/model/terms_load.lo: sdk/model/terms-en.h
CLEANFILES += sdk/model/terms-en.h sdk/model/terms-en.h.part

# The style sheet of letters, compiled in; and which characters are wide, out of ICU.
sdk/letter/letter-css.h: $(srcdir)/sdk/letter/letter.css build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) sdk/letter && $(SHELL) $(top_srcdir)/build-aux/embed.sh \
	    letter_css $(srcdir)/sdk/letter/letter.css > $@.part && mv $@.part $@
sdk/letter/html_letter.lo: sdk/letter/letter-css.h

noinst_PROGRAMS += generate-width
generate_width_SOURCES = sdk/letter/generate_width.c
generate_width_CPPFLAGS = $(AM_CPPFLAGS) $(ICU_CFLAGS)
generate_width_LDADD = $(ICU_LIBS)
sdk/letter/width-table.inc: generate-width$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) sdk/letter && ASAN_OPTIONS=detect_leaks=0 \
	    ./generate-width$(EXEEXT) > $@.part && mv $@.part $@
sdk/letter/width.lo: sdk/letter/width-table.inc
CLEANFILES += sdk/letter/letter-css.h sdk/letter/letter-css.h.part \
	sdk/letter/width-table.inc sdk/letter/width-table.inc.part

# The published schema and the reference page, out of the table of fields (docs/local.mk).
noinst_PROGRAMS += generate-schema
generate_schema_SOURCES = sdk/model/generate_schema.c
generate_schema_LDADD = libcomity-core.la
