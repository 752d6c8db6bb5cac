# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Mock plugins of the ABI tests, and the program that prints the ABI's layout.
mock_plugins += \
	a_twin.la \
	b_twin.la \
	drops_member.la \
	fails_silently.la \
	faulty_template.la \
	future.la \
	hostile.la \
	told_to.la \
	init_fails.la \
	keeps.la \
	no_entry.la \
	no_id.la \
	no_reader_function.la \
	null_descriptor.la \
	old.la \
	other_template.la \
	probe_over.la \
	puts_twice.la \
	reports_error.la \
	short.la \
	takes_options.la \
	too_short.la \
	wrong_path.la \
	xml_reader.la

a_twin_la_SOURCES = tests/abi/a_twin.c
a_twin_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
a_twin_la_LDFLAGS = $(MOCK_LINK_FLAGS)
b_twin_la_SOURCES = tests/abi/b_twin.c
b_twin_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
b_twin_la_LDFLAGS = $(MOCK_LINK_FLAGS)
drops_member_la_SOURCES = tests/abi/drops_member.c
drops_member_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
drops_member_la_LDFLAGS = $(MOCK_LINK_FLAGS)
fails_silently_la_SOURCES = tests/abi/fails_silently.c
fails_silently_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
fails_silently_la_LDFLAGS = $(MOCK_LINK_FLAGS)
faulty_template_la_SOURCES = tests/abi/faulty_template.c
faulty_template_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
faulty_template_la_LDFLAGS = $(MOCK_LINK_FLAGS)
future_la_SOURCES = tests/abi/future.c
future_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
future_la_LDFLAGS = $(MOCK_LINK_FLAGS)
hostile_la_SOURCES = tests/abi/hostile.c
hostile_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
hostile_la_LDFLAGS = $(MOCK_LINK_FLAGS)

told_to_la_SOURCES = tests/abi/told_to.c
told_to_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
told_to_la_LDFLAGS = $(MOCK_LINK_FLAGS)
init_fails_la_SOURCES = tests/abi/init_fails.c
init_fails_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
init_fails_la_LDFLAGS = $(MOCK_LINK_FLAGS)
keeps_la_SOURCES = tests/abi/keeps.c
keeps_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
keeps_la_LDFLAGS = $(MOCK_LINK_FLAGS)
no_entry_la_SOURCES = tests/abi/no_entry.c
no_entry_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
no_entry_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -no-undefined \
	-export-symbols-regex '^comity_plugin_v2$$' -rpath /nowhere
no_id_la_SOURCES = tests/abi/no_id.c
no_id_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
no_id_la_LDFLAGS = $(MOCK_LINK_FLAGS)
no_reader_function_la_SOURCES = tests/abi/no_reader_function.c
no_reader_function_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
no_reader_function_la_LDFLAGS = $(MOCK_LINK_FLAGS)
null_descriptor_la_SOURCES = tests/abi/null_descriptor.c
null_descriptor_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
null_descriptor_la_LDFLAGS = $(MOCK_LINK_FLAGS)
old_la_SOURCES = tests/abi/old.c
old_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
old_la_LDFLAGS = $(MOCK_LINK_FLAGS)
other_template_la_SOURCES = tests/abi/other_template.c
other_template_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
other_template_la_LDFLAGS = $(MOCK_LINK_FLAGS)
probe_over_la_SOURCES = tests/abi/probe_over.c
probe_over_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
probe_over_la_LDFLAGS = $(MOCK_LINK_FLAGS)
puts_twice_la_SOURCES = tests/abi/puts_twice.c
puts_twice_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
puts_twice_la_LDFLAGS = $(MOCK_LINK_FLAGS)
reports_error_la_SOURCES = tests/abi/reports_error.c
reports_error_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
reports_error_la_LDFLAGS = $(MOCK_LINK_FLAGS)
short_la_SOURCES = tests/abi/short.c
short_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
short_la_LDFLAGS = $(MOCK_LINK_FLAGS)
takes_options_la_SOURCES = tests/abi/takes_options.c
takes_options_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
takes_options_la_LDFLAGS = $(MOCK_LINK_FLAGS)
too_short_la_SOURCES = tests/abi/too_short.c
too_short_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
too_short_la_LDFLAGS = $(MOCK_LINK_FLAGS)
wrong_path_la_SOURCES = tests/abi/wrong_path.c
wrong_path_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
wrong_path_la_LDFLAGS = $(MOCK_LINK_FLAGS)
xml_reader_la_SOURCES = tests/abi/xml_reader.c
xml_reader_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
xml_reader_la_LDFLAGS = $(MOCK_LINK_FLAGS)

check_PROGRAMS += tests/abi/layout
tests_abi_layout_SOURCES = tests/abi/layout.c
tests_abi_layout_CPPFLAGS = $(PLUGIN_CPPFLAGS)
tests_abi_layout_LDADD =

check_PROGRAMS += tests/abi/load_again
tests_abi_load_again_SOURCES = tests/abi/load_again.c
tests_abi_load_again_LDADD = libcomity.la
EXTRA_DIST += tests/abi/while_loading.c
