#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# embed.sh NAME FILE > HEADER -- a file as C text: `static const char NAME[]`, ended by NUL, and
# `NAME_len`, its length without the NUL.  An array of characters, because a string literal is
# portable only up to 4095 of them.
set -eu
if [ $# -ne 2 ]; then
    echo "usage: embed.sh NAME FILE" >&2
    exit 2
fi
[ -r "$2" ] || { echo "embed.sh: cannot read $2" >&2; exit 1; }

printf '/* SPDX-License-Identifier: LGPL-2.1-or-later\n *\n'
printf ' * Made from %s by build-aux/embed.sh. */\n' "${2##*/}"
printf 'static const char %s[] = {\n' "$1"
LC_ALL=C od -An -v -to1 "$2" | LC_ALL=C awk '{
    line = "   "
    for (i = 1; i <= NF; i++)
        line = line sprintf(" %c\\%s%c,", 39, $i, 39)
    print line
}'
printf "    '\\\\0'};\n"
printf '#define %s_len (sizeof %s - 1u)\n' "$1" "$1"
