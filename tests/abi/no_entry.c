/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin of another major version of the ABI: it has no comity_plugin_v1. */
int comity_plugin_v2(void);

__attribute__((visibility("default"))) int comity_plugin_v2(void)
{
    return 2;
}
