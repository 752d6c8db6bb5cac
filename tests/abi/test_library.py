#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libcomity against what its first version promised (libcomity-0.abi): a program that was
linked with that one runs with this one.  The file was made once, of a build with -g, by

    abidw --exported-interfaces-only --drop-undefined-syms --headers-dir include/comity
        --drop-private-types --no-corpus-path --no-comp-dir-path --no-elf-needed --short-locs
        libcomity.so

and is made anew with a new major version alone."""
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import PROGRAM, SOURCE, case, cases, check, folder, main, same, skip  # noqa: E402

HERE = SOURCE / "tests" / "abi"
BUILD = pathlib.Path(os.environ.get("BUILDDIR", pathlib.Path(PROGRAM).parent))
WAS = (HERE / "libcomity-0.abi").read_text()
# Structs say their size, and may grow at their end: that is an insertion and a larger size.
BROKEN = re.compile(r"offset changed|deletion|[1-9]\d* Removed|' of '.*' changed|parameter"
                    r"|return type|type size changed from (?P<was>\d+) to (?P<now>\d+)")


def broken(was):
    """The lines of abidiff that tell of what a program would trip over."""
    library = BUILD / ".libs" / "libcomity.so"
    if not shutil.which("abidiff") or not library.exists():
        skip("there is no abidiff, or no shared library")
    if platform.machine() != "x86_64":
        skip("the kept file is of x86_64")
    sections = subprocess.run(["readelf", "-S", library], capture_output=True, check=True)
    if b".debug_info" not in sections.stdout:
        skip("the library has no debug information")
    path = folder() / "was.abi"
    path.write_text(was)
    done = subprocess.run(["abidiff", "--no-added-syms", "--leaf-changes-only", path, library],
                          capture_output=True, check=False)
    check(done.returncode >= 0 and not done.returncode & 3, f"abidiff failed: {done}")
    found = []
    for line in done.stdout.decode().splitlines():
        match = BROKEN.search(line)
        if match and not (match["was"] and int(match["was"]) < int(match["now"])):
            found.append(line)
    return done.returncode != 0, found


@case("what the first version had is there, as it was")
def kept():
    same(broken(WAS)[1], [], "broken")


def changed(pattern, replacement, count=1):
    text, made = re.subn(pattern, replacement, WAS, count=count)
    check(made == count, f"{pattern}: {made} places")
    return text


@cases("{0} would be told", [
    ("a function that is gone", r"name='comity_record_each'( type)",
     r"name='comity_record_every'\1"),
    ("a member of another place",
     r"layout-offset-in-bits='64'(>\s+<var-decl name='code')", r"layout-offset-in-bits='96'\1"),
    ("a member of another type", r"(<var-decl name='severity' type-id=')type-id-5",
     r"\1type-id-7")])
def told(_what, pattern, replacement):
    check(broken(changed(pattern, replacement))[1], "nothing is told")


@case("a struct that has grown at its end breaks nothing")
def grown():
    text = changed(r"(<class-decl name='comity_finding' size-in-bits=')(\d+)",
                   lambda m: m[1] + str(int(m[2]) - 64))
    last = re.search(r"<class-decl name='comity_finding'.*?</class-decl>", text, re.S)
    body = last[0]
    member = body.rindex("<data-member")
    shorter = body[:member] + body[body.index("</data-member>", member) + 14:]
    same(broken(text.replace(body, shorter)), (True, []), "a difference, and nothing broken")


main()
