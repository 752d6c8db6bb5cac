#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Stands in for the unit tests where configure found no cmocka.
echo '1..0 # SKIP the unit tests need cmocka, which configure did not find'
