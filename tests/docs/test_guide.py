# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guide for plugins, typed as a new user would: in an empty folder, every command and piece
of code of each page in turn, and what it shows is what is printed.

GUIDE_INSTALLED=DOCDIR (make installcheck): the pages, the program and all else are those that
are installed; nothing of the session names this tree.  Without it: those of the build.
"""
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import pages  # noqa: E402
from tap import (PROGRAM, SOURCE, SPREAD, case, cases, check, folder, main,  # noqa: E402
                 same, skip)

INSTALLED = os.environ.get("GUIDE_INSTALLED")
DOCS = pathlib.Path(INSTALLED) if INSTALLED else SOURCE
PAGES = sorted((DOCS / "docs" / "plugins").glob("*.md"))


def stand_in():
    """What an installation would be, of the build: bin/comity, comity.pc."""
    where = folder()
    (where / "bin").mkdir()
    (where / "bin" / "comity").symlink_to(pathlib.Path(PROGRAM).resolve())
    (where / "comity.pc").write_text(
        f"plugindir=/usr/local/lib/comity/plugins/1\nincludedir={SOURCE}/include\n"
        f"plugin_mk={SOURCE}/sdk/kit/comity-plugin.mk\ndocdir={SOURCE}\n"
        f"Name: comity\nDescription: x\nVersion: 1\nCflags: -I{SOURCE}/include\n")
    return where


def places():
    """The places that the pages name, and those that are meant here."""
    if INSTALLED:
        return {"/usr/local/bin": os.environ["GUIDE_BINDIR"],
                "/usr/local/lib/pkgconfig": os.environ["GUIDE_PKGCONFIGDIR"],
                "/usr/local/share/aclocal": os.environ["GUIDE_ACLOCALDIR"]}
    where = stand_in()
    return {"/usr/local/bin": where / "bin", "/usr/local/lib/pkgconfig": where,
            "/usr/local/share/aclocal": SOURCE / "sdk" / "kit"}


def environment():
    """A new user's; what a build with a sanitizer needs goes along."""
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    for name, value in os.environ.items():
        if name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") or (name == "CC" and value):
            env[name] = value
    if not INSTALLED:
        env["COMITY_PLUGIN_PATH"] = os.environ["COMITY_PLUGIN_PATH"]
    return env


@cases("a new user types all of docs/plugins/{}", [(page.name,) for page in PAGES])
def typed(name):
    if name == "autotools.md" and SPREAD:
        skip("a configure script takes its time; a whole run has it")
    if name == "autotools.md" and not shutil.which("autoreconf"):
        skip("autoreconf is not here")
    page = (DOCS / "docs" / "plugins" / name).read_text(encoding="utf-8")
    session = pages.Session(folder(), environment())
    count = pages.walk(page, session, places())
    check(count or name in ("memory.md",), f"no command of {name} was found")


@case("comity.pc names the folder that the formats were installed in")
def plugin_folder():
    if not INSTALLED:
        skip("nothing is installed")
    env = dict(environment(), PKG_CONFIG_PATH=os.environ["GUIDE_PKGCONFIGDIR"])
    status, told = pages.Session(folder(), env).type(
        "pkg-config --variable=plugindir comity && "
        "test -e \"$(pkg-config --variable=plugindir comity)/br-drci.json\"")
    same(status, 0, told)


@case("the guide has each of its pages, and names them")
def whole():
    first = (DOCS / "docs" / "plugins" / "first.md").read_text(encoding="utf-8")
    for name in ("autotools", "c", "checks", "first", "memory", "versions"):
        check((DOCS / "docs" / "plugins" / f"{name}.md").exists(), f"{name}.md is not there")
        check(name == "first" or f"]({name}.md)" in first, f"first.md does not name {name}.md")


@case("what the pages of the guide point to is there, and what that points to")
def links():
    todo, seen = list(PAGES), set()
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if ":" in link:
                continue
            target = pathlib.Path(os.path.normpath(page.parent / link))
            check(target.exists(), f"{page.name}: {link} is not there")
            todo.append(target)
    check(len(seen) >= len(PAGES) + 4, f"only {len(seen)} pages")


@case("the page on versions has the minor of the header, and each before it")
def minors():
    header = pathlib.Path(os.environ["GUIDE_INCLUDEDIR"]) if INSTALLED else SOURCE / "include"
    minor = int(re.search(r"COMITY_ABI_MINOR (\d+)u",
                          (header / "comity" / "plugin.h").read_text()).group(1))
    page = (DOCS / "docs" / "plugins" / "versions.md").read_text(encoding="utf-8")
    same(re.findall(r"^\| (\d+) \|", page, re.M), [str(n) for n in range(minor + 1)], "minors")


main()
