#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the built objects export: plugins one symbol, the library what comity.h declares, the
# program nothing that a plugin could be bound to.
set -u
echo 1..4
exported() { nm -D --defined-only "$1" | awk '$2 ~ /[A-Z]/ { print $3 }' |
    grep -vE '^(__asan_|__odr_asan|_init$|_fini$|__gcov|mangle_path$)' | sort; }
number=0
check() { # check NAME FAULTS: good where there are no faults
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}

faults='' count=0
for plugin in "$BUILDDIR"/plugins-run/*.so; do
    count=$((count + 1))
    names=$(exported "$plugin")
    [ "$names" = comity_plugin_v1 ] || faults="$faults${plugin##*/}: $names"$'\n'
done
[ "$count" -gt 0 ] || faults='no plugin was built'
check 'a plugin exports comity_plugin_v1 and nothing else' "$faults"

faults=''
for plugin in "$BUILDDIR"/plugins-run/*.so; do
    needed=$(readelf -d "$plugin" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep comity)
    [ -z "$needed" ] || faults="$faults${plugin##*/} needs $needed"$'\n'
done
check 'a plugin links to nothing of ours' "$faults"

library=$BUILDDIR/.libs/libcomity.so
declared=$(tr -c 'a-zA-Z0-9_' '\n' < "$SRCDIR/include/comity/comity.h" | sort -u)
faults=$(comm -23 <(exported "$library") <(printf '%s\n' "$declared"))
[ -n "$(exported "$library")" ] || faults='the library exports nothing'
check 'the library exports what comity.h declares and nothing else' "$faults"

check 'the program exports no function of ours' "$(exported "$COMITY" | grep -E '^comity_')"
