# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The published schema and the reference page are made from the tables of fields and rules.  Copies stand in
# docs/schema, so that they can be read and reviewed: `make update-schema` after a change to the
# table; tests/schema.sh compares.
schemadir = $(datadir)/comity/schema
schema_DATA = schema/convention.schema.json schema/convention.xsd
noinst_DATA += schema/fields.md schema/rules.md

SCHEMA_GEN = $(AM_V_GEN)$(MKDIR_P) schema && ./generate-schema$(EXEEXT)
schema/convention.schema.json: generate-schema$(EXEEXT)
	$(SCHEMA_GEN) json > $@.part && mv $@.part $@
schema/convention.xsd: generate-schema$(EXEEXT)
	$(SCHEMA_GEN) xsd > $@.part && mv $@.part $@
schema/fields.md: generate-schema$(EXEEXT)
	$(SCHEMA_GEN) md > $@.part && mv $@.part $@
schema/rules.md: generate-schema$(EXEEXT)
	$(SCHEMA_GEN) rules > $@.part && mv $@.part $@
CLEANFILES += $(schema_DATA) schema/fields.md schema/rules.md

.PHONY: update-schema
update-schema: $(schema_DATA) schema/fields.md schema/rules.md
	$(MKDIR_P) $(srcdir)/docs/schema
	cp $(schema_DATA) $(srcdir)/docs/schema
	cp schema/fields.md schema/rules.md $(srcdir)/docs/schema

# The guide for plugins, with all that it points to, as it stands here: $(docdir)/docs/plugins/first.md.
nobase_dist_doc_DATA = \
	docs/plugins/autotools.md \
	docs/plugins/c.md \
	docs/plugins/checks.md \
	docs/plugins/first.md \
	docs/plugins/memory.md \
	docs/plugins/versions.md \
	docs/schema/fields.md \
	docs/schema/template.schema.json \
	docs/templates.md \
	docs/terminology.md \
	docs/trust.md \
	examples/plugins/lamp-columns/Makefile \
	examples/plugins/lamp-columns/lamp-columns.c \
	examples/plugins/lamp-columns/samples/mole.txt \
	examples/plugins/lamp-cpp/Makefile \
	examples/plugins/lamp-cpp/lamp-cpp.cpp \
	examples/plugins/lamp-cpp/samples/mole.json \
	examples/plugins/lamp-note/Makefile \
	examples/plugins/lamp-note/lamp-note.json \
	examples/plugins/lamp-note/samples/mole.txt \
	examples/plugins/lamp-rust/Makefile \
	examples/plugins/lamp-rust/lamp-rust.rs \
	examples/plugins/lamp-rust/samples/mole.json
