#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The sessions of examples/ do what they say and print what stands beside them.
set -u
sessions=("$SRCDIR"/examples/*-to-*.sh)
echo "1..${#sessions[@]}"
number=0
for session in "${sessions[@]}"; do
    number=$((number + 1))
    name=$(basename "$session" .sh)
    if faults=$(bash "$session" 2>&1 | diff "${session%.sh}.expected" - 2>&1) &&
        bash "$session" > /dev/null 2>&1; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '%s\n' "$faults" | head -n 20 | sed 's/^/# /'
    fi
done
