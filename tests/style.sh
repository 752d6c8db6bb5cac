#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The style of this tree; scripts/checkstyle speaks TAP itself.
exec bash "$SRCDIR/scripts/checkstyle" "$SRCDIR"
