#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes ./configure.  Automake does not install its TAP driver, so it is copied first.
set -eu
cd "$(dirname "$0")"
mkdir -p build-aux m4
cp "$(automake --print-libdir)/tap-driver.sh" build-aux/tap-driver.sh
chmod +x build-aux/tap-driver.sh
exec autoreconf -fi
