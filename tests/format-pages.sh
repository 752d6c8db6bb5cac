#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The tables in the READMEs of the forms are what the program prints.
set -u
echo 1..1
if faults=$(bash "$SRCDIR/scripts/update-format-pages" --check 2>&1); then
    echo "ok 1 - the README of every form shows its table as it is"
else
    echo "not ok 1 - the README of every form shows its table as it is"
    printf '%s\n' "$faults" | head -n 20 | sed 's/^/# /'
fi
