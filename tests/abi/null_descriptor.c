/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin whose entry returns nothing. */
#include <comity/plugin.h>

const struct comity_plugin *comity_plugin_v1(void)
{
    return NULL;
}
