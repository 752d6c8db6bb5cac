# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tests.  Each prints TAP.  A new one: add it to the list of its sort.

# Unit tests (cmocka): tests/unit/test_X.c, built with the internal headers.
unit_tests = \
	tests/unit/test_account \
	tests/unit/test_base \
	tests/unit/test_charset \
	tests/unit/test_codes \
	tests/unit/test_convention \
	tests/unit/test_country_lists \
	tests/unit/test_country_names \
	tests/unit/test_date_patterns \
	tests/unit/test_dates \
	tests/unit/test_embed \
	tests/unit/test_embed_records \
	tests/unit/test_fields \
	tests/unit/test_fold \
	tests/unit/test_items \
	tests/unit/test_hi1 \
	tests/unit/test_json \
	tests/unit/test_json_limits \
	tests/unit/test_ledger \
	tests/unit/test_letter \
	tests/unit/test_outbox \
	tests/unit/test_record \
	tests/unit/test_register \
	tests/unit/test_roundtrip \
	tests/unit/test_rules \
	tests/unit/test_shared \
	tests/unit/test_stream \
	tests/unit/test_stream_xml \
	tests/unit/test_template \
	tests/unit/test_template_lists \
	tests/unit/test_template_cases \
	tests/unit/test_template_rows \
	tests/unit/test_terms \
	tests/unit/test_terms_record \
	tests/unit/test_text \
	tests/unit/test_text_form \
	tests/unit/test_text_variants \
	tests/unit/test_text_write \
	tests/unit/test_tree \
	tests/unit/test_wire \
	tests/unit/test_xml \
	tests/unit/test_xml_faults \
	tests/unit/test_xml_spare

# Tests of the program and the build, run as they stand.
script_tests = \
	tests/abi/test_check.py \
	tests/abi/test_library.py \
	tests/abi/test_lines.py \
	tests/abi/test_plugins.py \
	tests/abi/test_trust.py \
	tests/batch/test_batch.py \
	tests/batch/test_hostile.py \
	tests/batch/test_items.py \
	tests/batch/test_mail.py \
	tests/batch/test_merge.py \
	tests/batch/test_report.py \
	tests/batch/test_resume.py \
	tests/batch/test_retry.py \
	tests/batch/test_watch.py \
	tests/cli/test_bad_json.py \
	tests/cli/test_bad_xml.py \
	tests/cli/test_doctor.py \
	tests/cli/test_interface.py \
	tests/cli/test_isolate.py \
	tests/cli/test_lying_worker.py \
	tests/cli/test_roundtrip_diff.py \
	tests/cli/test_terms.py \
	tests/cli/test_validate.py \
	tests/docs/test_docs.py \
	tests/docs/test_guide.py \
	tests/embed.sh \
	tests/examples.sh \
	tests/exports.sh \
	tests/format-pages.sh \
	tests/formats/test_beside.py \
	tests/formats/test_br_mni.py \
	tests/formats/test_de_xjustiz.py \
	tests/formats/test_etsi_hi1.py \
	tests/formats/test_form_variants.py \
	tests/formats/test_forms.py \
	tests/formats/test_gb_xhibit.py \
	tests/formats/test_interpol.py \
	tests/formats/test_loss.py \
	tests/formats/test_matrix.py \
	tests/formats/test_term_pairs.py \
	tests/formats/test_planted_faults.py \
	tests/formats/test_schema.py \
	tests/formats/test_gb_common_platform.py \
	tests/formats/test_schemas.py \
	tests/formats/test_template_check.py \
	tests/formats/test_us_fbi_wanted.py \
	tests/formats/test_template_xml.py \
	tests/letters/test_browser.py \
	tests/letters/test_letter.py \
	tests/rules/test_profile.py \
	tests/rules/test_rules.py \
	tests/schema.sh \
	tests/submit/test_inbox.py \
	tests/submit/test_kill.py \
	tests/submit/test_outbox.py \
	tests/submit/test_protocols.py \
	tests/submit/test_receivers.py \
	tests/submit/test_register.py \
	tests/submit/test_servers.py \
	tests/submit/test_signature.py \
	tests/submit/test_stats.py

# Tests that run nothing of ours that is compiled: a sanitized build does without.
source_tests = \
	tests/checkstyle.sh \
	tests/run-unit.sh \
	tests/style.sh

# Mock plugins: tests/abi/X.c becomes $(MOCKS)/X.so.  For each, in tests/abi/local.mk, its name
# in the list and
#   X_la_SOURCES = tests/abi/X.c
#   X_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
#   X_la_LDFLAGS = $(MOCK_LINK_FLAGS)
mock_plugins =
include tests/abi/local.mk

# --- unit tests: in all of them allocations fail and reads fall short on demand, by what stands
# in tests/support; the linker's --wrap for it comes from configure.ac (UNIT_WRAP).
check_LTLIBRARIES += libtest-support.la
libtest_support_la_SOURCES = \
	tests/support/failing_alloc.c \
	tests/support/faulty_reads.c
LDADD = $(UNIT_WRAP) libcomity-made-records.la libcomity-core.la libtest-support.la \
	$(CMOCKA_LIBS)

# What takes inputs apart is no part of the library.
tests_unit_test_items_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/converters
tests_unit_test_items_LDADD = $(UNIT_WRAP) libcomity-items.la libcomity-core.la \
	libtest-support.la $(CMOCKA_LIBS)

# What sends.
tests_unit_test_account_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/converters $(CURL_CFLAGS)
tests_unit_test_account_LDADD = $(UNIT_WRAP) libcomity-submit.la libcomity-cli.la \
	libcomity-core.la libtest-support.la $(CMOCKA_LIBS)
tests_unit_test_hi1_CPPFLAGS = $(tests_unit_test_account_CPPFLAGS)
tests_unit_test_hi1_LDADD = $(tests_unit_test_account_LDADD)
tests_unit_test_outbox_CPPFLAGS = $(tests_unit_test_account_CPPFLAGS)
tests_unit_test_outbox_LDADD = $(tests_unit_test_account_LDADD)
tests_unit_test_register_CPPFLAGS = $(tests_unit_test_account_CPPFLAGS)
tests_unit_test_register_LDADD = $(tests_unit_test_account_LDADD)

# What generate-iso alone is made of.
tests_unit_test_country_lists_SOURCES = tests/unit/test_country_lists.c \
	sdk/model/country_catalogue.c \
	sdk/model/country_forms.c

# Prints the items of an input, for tests/batch.
check_PROGRAMS += list-items
list_items_SOURCES = tests/support/list-items.c
list_items_LDADD = libcomity-items.la libcomity-core.la
list_items_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/converters

# What the program alone is made of.
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c \
	converters/batch/ledger_line.c \
	converters/batch/ledger_read.c \
	converters/batch/ledger_retried.c \
	converters/batch/report.c \
	converters/batch/twins.c

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
TESTS += tests/no-cmocka.sh
endif
AM_CPPFLAGS += $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests/support

# --- mock plugins; without -rpath libtool would make archives, which cannot be loaded
check_LTLIBRARIES += $(mock_plugins)
MOCK_LINK_FLAGS = $(PLUGIN_LDFLAGS) -rpath /nowhere

check_DATA += mocks-run.stamp
mocks-run.stamp: $(mock_plugins)
	$(AM_V_GEN)rm -rf mocks-run && $(MKDIR_P) mocks-run && chmod 755 mocks-run && \
	    for plugin in "" $(mock_plugins:.la=.so); do \
	        test -z "$$plugin" || $(INSTALL_DATA) .libs/$$plugin mocks-run/$$plugin || exit 1; \
	    done && echo > $@
CLEANFILES += mocks-run.stamp

clean-local:
	rm -rf plugins-run mocks-run

# --- running them
TESTS += $(script_tests)
if !SANITIZED
TESTS += $(source_tests)
endif
TEST_EXTENSIONS = .sh .py
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
LOG_COMPILER = $(BASH_PROGRAM) $(top_srcdir)/tests/support/run-unit
SH_LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_COMPILER = $(BASH_PROGRAM)
PY_LOG_DRIVER = $(TAP_DRIVER)
PY_LOG_COMPILER = $(PYTHON3)

# COMITY: the program.  EMBED: examples/embed.  SHARED: the material beside the source folder,
# which a release does not have; a test that needs it looks first, and skips.
AM_TESTS_ENVIRONMENT = \
	COMITY='$(abs_top_builddir)/comity$(EXEEXT)'; export COMITY; \
	COMITY_PLUGIN_PATH='$(abs_top_builddir)/plugins-run'; export COMITY_PLUGIN_PATH; \
	EMBED='$(abs_top_builddir)/examples/embed$(EXEEXT)'; export EMBED; \
	MOCKS='$(abs_top_builddir)/mocks-run'; export MOCKS; \
	SRCDIR='$(abs_top_srcdir)'; export SRCDIR; \
	BUILDDIR='$(abs_top_builddir)'; export BUILDDIR; \
	SHARED='$(abs_top_srcdir)/../shared'; export SHARED; \
	CC='$(CC)'; export CC; \
	PYTHON3='$(PYTHON3)'; export PYTHON3; \
	XDG_CONFIG_HOME=/dev/null/none; export XDG_CONFIG_HOME; \
	XDG_STATE_HOME=/dev/null/none; export XDG_STATE_HOME; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	ASAN_OPTIONS="exitcode=99:$$ASAN_OPTIONS"; export ASAN_OPTIONS; \
	UBSAN_OPTIONS="exitcode=99:print_stacktrace=1:$$UBSAN_OPTIONS"; export UBSAN_OPTIONS;

# The unit tests under valgrind; results in memcheck.log.
MEMCHECK = $(VALGRIND) --quiet --error-exitcode=99 --leak-check=full \
	--errors-for-leak-kinds=definite,indirect,possible \
	--suppressions=$(abs_top_srcdir)/tests/support/valgrind.supp
.PHONY: memcheck
memcheck:
	@test -n "$(VALGRIND)" || { echo "make memcheck needs valgrind" >&2; exit 1; }
	UNIT_RUNNER="$(MEMCHECK)" $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(unit_tests)' \
	    TEST_SUITE_LOG=memcheck.log
CLEANFILES += memcheck.log
