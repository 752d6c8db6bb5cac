#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tests/support/run-unit must notice each way in which a unit test can go wrong.
set -u
echo 1..8
number=0
# runs NAME EXPECTED-TAP COMMAND: the result lines of a program that prints what COMMAND prints
runs() {
    number=$((number + 1))
    got=$(bash "$SRCDIR/tests/support/run-unit" bash -c "$3" | grep -v '^#' | tr '\n' ';')
    if [ "$got" = "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "# expected $2"
        echo "# got      $got"
    fi
}
runs 'two groups get one plan' 'ok 1 - a;ok 2 - b;1..2;' \
    'echo 1..1; echo ok 1 - a; echo 1..1; echo ok 1 - b'
runs 'a skipped test is no failure' 'ok 1 - a # SKIP;1..1;' \
    'echo 1..1; echo not ok 1 "#" SKIP a'
runs 'a failed test counts once' 'not ok 1 - a;ok 2 - b;1..2;' \
    'echo 1..2; echo not ok 1 - a; echo ok 2 - b; exit 1'
runs 'a failed test at the end counts once' 'not ok 1 - a;1..1;' \
    'echo 1..1; echo not ok 1 - a; exit 255'
runs 'a bad end after a failed test counts too' \
    'not ok 1 - a;not ok 2 - the program ended with status 139;1..2;' \
    'echo 1..1; echo not ok 1 - a; exit 139'
runs 'a program that stops early fails' \
    'ok 1 - a;not ok 2 - the program ran 1 of 2 tests;1..2;' \
    'echo 1..2; echo ok 1 - a; exit 0'
runs 'a bad end after good tests fails' \
    'ok 1 - a;not ok 2 - the program ended with status 99;1..2;' \
    'echo 1..1; echo ok 1 - a; exit 99'
runs 'a program that prints nothing fails' \
    'not ok 1 - the program ran 0 of 0 tests;1..1;' ':'
