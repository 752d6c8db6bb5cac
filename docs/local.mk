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
