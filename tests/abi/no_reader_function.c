/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin whose reader is too small to hold read(). */
#include "mock.h"

static const struct comity_reader reader = {.struct_size =
                                                offsetof(struct comity_reader, read)};
MOCK_FORMAT("mock-no-reader-function", .syntax = "json", .probe = mock_probe,
            .reader = &reader);
MOCK_PLUGIN("no-reader-function", .init = mock_init)
