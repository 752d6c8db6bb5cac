/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin without an id. */
#include "mock.h"

MOCK_FORMAT("mock-no-id", .syntax = "json", .template_text = "{}", .template_len = 2);
MOCK_PLUGIN(NULL, .init = mock_init)
