#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A Russian request in windows-1251 becomes a Brazilian form in ISO-8859-1.
set -eu
cd "$(dirname "$0")/../plugins"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The form and its encoding are told by its labels.  What Latin-1 cannot say is written in Latin
# letters, with a warning for each value; what the Brazilian form has no place for is a loss.
"${COMITY:-comity}" convert -q -t br-drci:charset=iso-8859-1 -o "$work/form.txt" \
    --report "$work/report" ru-upk454/samples/schet.windows-1251.txt
iconv -f ISO-8859-1 -t UTF-8 "$work/form.txt"

echo "--- what the operator is told"
grep -o '"code":"[^"]*"' "$work/report" | sort | uniq -c | sed 's/^ *//'

# Facts, persons with partial dates, law and deadline are in the form, and read again.
"${COMITY:-comity}" convert -q -t convention-json "$work/form.txt" > "$work/back.json"
for wanted in 'V noch na 14.02.2026' '"1979-11-07"' '"1983"' 'st. 158 UK RF' '"2026-12-31"'; do
    grep -q -- "$wanted" "$work/back.json" || { echo "$wanted has not arrived" >&2; exit 1; }
done
