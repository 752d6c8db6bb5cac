#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Converts the samples beside this file and says what happens.  COMITY names the program
# (scripts/try builds it and calls this).
set -eu
cd "$(dirname "$0")/samples"
comity=${COMITY:-comity}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n== %s\n' "$*"; }
run() { printf '$ comity %s\n' "$*"; status=0; "$comity" "$@" || status=$?; }

say 'What is each of these files?'
samples="red-notices.ndjson yellow-notice.json un-notice.json notice-list.json"
# shellcheck disable=SC2086 # several names
run detect $samples provisional-arrest.json

say 'INTERPOL red notices become requests for provisional arrest in the canonical schema'
run convert -t convention-json --report "$work/report" -o "$work/requests.json" \
    red-notices.ndjson
head -c 700 "$work/requests.json"; echo ' ...'
echo 'The account of every value:'; tail -n 1 "$work/report"

say 'The same as XML, one file a document'
run convert -t convention-xml -o "$work/xml/" red-notices.ndjson
head -n 12 "$work/xml/red-notices-000001.xml"; echo '  ...'

say 'There and back through XML: does anything change?'
# shellcheck disable=SC2086
run roundtrip --via convention-xml $samples

say 'What a red notice cannot say of a full request is told, value by value'
run convert -t interpol-red -o "$work/notice.json" provisional-arrest.json
echo; echo 'With --fail-on loss nothing is written:'
run convert -q -t interpol-red --fail-on loss -o "$work/none.json" provisional-arrest.json
echo "exit status $status; $(test -e "$work/none.json" && echo written || echo 'no file')"

say 'A kind that the target cannot carry is refused, not bent'
run convert -t interpol-red yellow-notice.json
echo "exit status $status"

say 'The mapping, for a person who knows the notice (comity formats interpol-red)'
"$comity" formats interpol-red > "$work/table"; head -n 14 "$work/table"; echo '  ...'
