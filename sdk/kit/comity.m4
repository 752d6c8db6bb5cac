# SPDX-License-Identifier: LGPL-2.1-or-later
# serial 1
#
# COMITY_PLUGIN([ACTION-IF-FOUND], [ACTION-IF-NOT-FOUND])
# -------------------------------------------------------
# For plugins that are built by autotools.  Sets and substitutes COMITY_CFLAGS, and
# COMITY_PLUGINDIR, the folder that plugins are installed in; COMITY_PLUGIN_LDFLAGS is what
# libtool needs to make one (plugin_LTLIBRARIES, plugindir = $(COMITY_PLUGINDIR)).
AC_DEFUN([COMITY_PLUGIN], [
    AC_REQUIRE([PKG_PROG_PKG_CONFIG])
    PKG_CHECK_MODULES([COMITY], [comity], [
        PKG_CHECK_VAR([COMITY_PLUGINDIR], [comity], [plugindir], [],
            [AC_MSG_ERROR([comity.pc names no plugindir: set COMITY_PLUGINDIR])])
        COMITY_PLUGIN_LDFLAGS="-module -avoid-version -shared -export-symbols-regex '^comity_plugin_v1\$\$'"
        AC_SUBST([COMITY_PLUGIN_LDFLAGS])
        $1
    ], [m4_default([$2], [AC_MSG_ERROR([comity.pc is not found: install Comity, or set PKG_CONFIG_PATH to its folder])])])
])
