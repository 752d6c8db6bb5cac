/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin whose template has another id than its format. */
#include "mock.h"

static const char text[] =
    "{\"comity_template\":1,\"id\":\"mock-another\",\"title\":\"another\",\"source\":\"none\","
    "\"syntax\":\"json\",\"kinds\":[\"provisional-arrest\"],"
    "\"detect\":{\"all\":[\"another\"],\"score\":70},"
    "\"rows\":[{\"at\":\"another\",\"field\":\"id\"}]}";

MOCK_FORMAT("mock-other-template", .syntax = "json", .template_text = text,
            .template_len = sizeof text - 1);
MOCK_PLUGIN("other-template", .init = mock_init)
