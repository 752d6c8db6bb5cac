#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A Chinese request in GB18030 becomes the OAS form in Spanish.
set -eu
cd "$(dirname "$0")/../plugins"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The labels and the country's name are Spanish; the text stays Chinese: nothing is translated.
"${COMITY:-comity}" convert -q -t oas-form:language=es -o "$work/form.txt" \
    --report "$work/report" cn-icja13/samples/zhanghu.gb18030.txt
cat "$work/form.txt"

echo "--- what the operator is told"
grep -o '"code":"[^"]*"' "$work/report" | sort | uniq -c | sed 's/^ *//'

# Facts, the person with the date of birth, law and deadline are in the form, and read again.
"${COMITY:-comity}" convert -q -t convention-json "$work/form.txt" > "$work/back.json"
for wanted in '2026年2月14日' '"1985-03-05"' '"CN"' '第二百六十四条' '"2026-12-31"'; do
    grep -q -- "$wanted" "$work/back.json" || { echo "$wanted has not arrived" >&2; exit 1; }
done
