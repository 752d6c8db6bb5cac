#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build-aux/embed.sh: bytes in are bytes out, and the header compiles under pedantic warnings.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
echo 1..3
number=0
embeds() { # embeds NAME FILE: FILE through a header and a program, compared with itself
    number=$((number + 1))
    if bash "$SRCDIR/build-aux/embed.sh" some_text "$2" > "$work/some_text.h" &&
        printf '%s\n' '#include <stdio.h>' '#include "some_text.h"' 'int main(void)' '{' \
            'return fwrite(some_text, 1, some_text_len, stdout) != some_text_len' \
            '|| some_text[some_text_len];' '}' > "$work/main.c" &&
        $CC -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror \
            -o "$work/main" "$work/main.c" 2> "$work/errors" &&
        "$work/main" > "$work/copy" && cmp -s "$2" "$work/copy"; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        sed 's/^/# /' "$work/errors"
    fi
}
{
    printf '\000'
    LC_ALL=C awk 'BEGIN { for (i = 1; i < 256; i++) printf "%c", i }'
} > "$work/bytes"
awk 'BEGIN { for (i = 0; i < 9000; i++) printf "{\"a\\n\":\"\xc3\xa9??/%%s\"}\n" }' \
    > "$work/long"
printf '' > "$work/empty"
embeds 'every byte comes through' "$work/bytes"
embeds 'a long text comes through' "$work/long"
embeds 'an empty file gives an empty text' "$work/empty"
