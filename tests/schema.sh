#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is published of the table of fields is what the table says (make update-schema).
set -u
echo 1..4
number=0
same() { # same BUILT PUBLISHED
    number=$((number + 1))
    if faults=$(diff "$SRCDIR/$2" "$BUILDDIR/$1" 2>&1); then
        echo "ok $number - $2 is up to date"
    else
        echo "not ok $number - $2 is up to date: run make update-schema"
        printf '%s\n' "$faults" | head -n 20 | sed 's/^/# /'
    fi
}
same schema/convention.schema.json docs/schema/convention.schema.json
same schema/convention.xsd docs/schema/convention.xsd
same schema/fields.md docs/schema/fields.md
same schema/rules.md docs/schema/rules.md
