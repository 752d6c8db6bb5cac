#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each rule of scripts/checkstyle, with a fault planted for it: the rule must go red, and no
# other.  A tree without a fault must pass whole.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
licence='/* SPDX-License-Identifier: LGPL-2.1-or-later */'

# expect NAME RULES: the rules that checkstyle finds broken in $work/tree
expect() {
    number=$((number + 1))
    bash "$SRCDIR/scripts/checkstyle" "$work/tree" > "$work/out" 2>&1
    broken=$(sed -n 's/^not ok \([0-9]*\) .*/\1/p' "$work/out" | tr '\n' ' ')
    if [ "$broken" = "$2" ] && grep -q '^ok ' "$work/out"; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1: rules broken: ${broken:-none}"
        sed 's/^/# /' "$work/out"
    fi
}
fresh() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree"/{include/comity,sdk/{base,io,model},plugins/some,examples,scripts}
    printf '%s\n' "$licence" '#ifndef COMITY_PLUGIN_H' '#define COMITY_PLUGIN_H' \
        'int comity_some(void);' '#endif' > "$work/tree/include/comity/plugin.h"
    printf '%s\n' "$licence" '#include <comity/plugin.h>' '#include "some.h"' \
        > "$work/tree/plugins/some/some.c"
    printf '%s\n' "# ${licence:3:-3}" 'sources = plugins/some/some.c \' \
        "sdk/base/a.c sdk/io/a.c sdk/model/a.c plugins/some/a.c" > "$work/tree/Makefile.am"
}
# planted FILE NAME RULE LINE...: a C file with a licence and these lines
planted() {
    file=$1 name=$2 rules=$3
    shift 3
    fresh
    printf '%s\n' "$licence" "$@" > "$work/tree/$file"
    expect "$name" "$rules"
}

echo 1..34
fresh
expect 'a clean tree passes' ''
planted sdk/base/a.c 'strcpy is found' '1 ' 'void f(char *a) { strcpy(a, "b"); }'
planted sdk/base/a.c 'isalpha is found' '1 ' 'int f(int a) { return isalpha (a); }'
planted sdk/base/a.c 'strtod is found' '1 ' 'double f(char *a) { return strtod(a, 0); }'
planted sdk/base/a.c 'cJSON_Utils is found' '1 ' 'int f(void) { return cJSONUtils_Sort(1); }'
planted sdk/base/a.c 'the third name of a line is found' '1 ' 'int b = f(1) + g(2) + atoi("3");'
planted sdk/base/a.c 'a banned name in a comment is none' '' '/* not strcpy(),' ' atoi() */'
planted sdk/base/a.c 'a banned name in a string is none' '' 'const char a[] = "\"atoi(1)";'
planted sdk/base/a.c 'a name that holds a banned one is none' '' \
    'int f(void) { return my_gets(1); }'
planted sdk/base/a.c 'code behind a comment is read' '1 ' 'int b = /* " */ atoi("1"); /* */'
planted sdk/base/a.c 'ctype.h is found' '2 ' '#include <ctype.h>'
planted sdk/base/a.c 'XML_PARSE_HUGE is found' '3 ' 'int a = XML_PARSE_NONET | XML_PARSE_HUGE;'
planted sdk/base/a.c 'XML_PARSE_DTDLOAD is found' '3 ' 'int a = XML_PARSE_DTDLOAD;'
planted sdk/base/a.c 'a tab is found' '4 ' $'\tint a;'
planted sdk/base/a.c 'a blank at the end is found' '5 ' 'int a; '
planted sdk/base/a.c 'a line of 97 characters is found' '6 ' "/* $(printf 'a%.0s' {1..91}) */"
planted sdk/base/a.c 'a line of 96 characters passes' '' "/* $(printf 'é%.0s' {1..90}) */"
planted sdk/base/a.c 'a file of 601 lines is found' '7 ' "$(printf '/* */\n%.0s' {1..600})"
fresh
echo 'int a;' > "$work/tree/sdk/base/a.c"
expect 'a C file without a licence is found' '8 '
fresh
printf '#!/bin/sh\necho\n' > "$work/tree/scripts/some"
expect 'a script without a licence is found' '8 '
planted sdk/base/a.c 'an open end is found' '9 ' '/* FIX''ME: more */'
planted sdk/base/a.c 'a template of mkstemp is none' '' 'const char a[] = "a-XX''XXXX";'
planted sdk/base/a.h 'a header without a guard is found' '10 ' 'int comity_some(void);'
planted sdk/base/b.c 'a file that is not built is found' '11 ' 'int b;'
fresh
mkdir -p "$work/tree/tests/cli"
echo "# ${licence:3:-3}" > "$work/tree/tests/cli/test_a.py"
expect 'a test that is not run is found' '11 '
planted sdk/base/a.c 'base that includes io is found' '12 ' '#include "io/source.h"'
planted sdk/io/a.c 'a path with dots is found' '12 ' '#include "../base/arena.h"'
planted sdk/model/a.c 'model that includes the program is found' '12 ' \
    '#include "converters/cli.h"'
planted plugins/some/a.c 'a plugin that includes comity.h is found' '12 ' \
    '#include <comity/comity.h>'
planted plugins/some/a.c 'a plugin that includes sdk is found' '12 ' '#include "base/arena.h"'
planted examples/a.c 'an example that includes sdk is found' '12 ' '#include "base/arena.h"'
planted sdk/base/a.c 'libarchive outside its folder is found' '13 ' '#include <archive.h>'
planted sdk/base/a.h 'a header that needs another is found' '14 15 ' '#ifndef A_H' \
    '#define A_H' 'size_t f(void);' '#endif'
planted include/comity/b.h 'a public header that is not C++ is found' '16 ' '#ifndef B_H' \
    '#define B_H' 'int comity_b(int class);' '#endif'
