#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Text in fixed columns, which a plugin says as data (examples/plugins/lamp-columns)."""
import json
import os
import pathlib
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, case, cases, check, dumps, folder, main, run, same  # noqa: E402

EXAMPLE = SOURCE / "examples" / "plugins" / "lamp-columns"
SAMPLE = (EXAMPLE / "samples" / "mole.txt").read_text(encoding="utf-8").splitlines()


def plugins():
    where = folder()
    subprocess.run([*shlex.split(os.environ.get("CC", "cc")), "-std=c11", "-fPIC", "-shared",
                    f"-I{SOURCE / 'include'}", "-o", where / "lamp-columns.so",
                    EXAMPLE / "lamp-columns.c"], check=True)
    return where


def convert(lines, *options, to="convention-json", end="\n"):
    data = lines if isinstance(lines, bytes) else (end.join(lines) + end).encode()
    return run("convert", "--plugin-path", str(plugins()), "-t", to, *options, stdin=data,
               report=True)


def told(result):
    return [(f["code"], f["line"], f["column"]) for f in result.findings]


@cases("lines that end in {0} are read, and columns are counted in characters",
       [("LF", "\n"), ("CR LF", "\r\n")])
def read(_name, end):
    result = convert(SAMPLE, end=end).ends(0)
    same(told(result), [], "findings")
    persons = json.loads(result.out)["persons"]
    same([p["name"]["family"] for p in persons],
         [line[3:33].strip() for line in SAMPLE[1:3]], "families")
    same(persons[1]["name"]["given"], SAMPLE[2][33:63].strip(), "a name behind wide letters")


@case("lines in another encoding are read where it is named, and the hint says how")
def encoding():
    data = "\n".join(SAMPLE).encode("iso-8859-1", "replace") + b"\n"
    data = data.replace(SAMPLE[1][3:6].encode("iso-8859-1", "replace"), b"\xc4\xd6\xdc", 1)
    refused = convert(data, "-f", "lamp-columns").ends(4)
    same([f["hint"] for f in refused.of("charset.invalid")],
         ["name the encoding: -f FORMAT:charset=NAME"], "the hint")
    result = convert(data, "-f", "lamp-columns:charset=iso-8859-1").ends(0)
    same(json.loads(result.out)["persons"][0]["name"]["family"][:3], "ÄÖÜ", "a name")
    result = convert(SAMPLE, to="lamp-columns:charset=iso-8859-1").ends(2)
    same((result.out, [f["code"] for f in result.findings]), (b"", ["plugin.bad-option"]),
         "written in it")


@case("a NUL in lines refuses them")
def nul():
    lines = [SAMPLE[0], SAMPLE[1].replace("mi", "m\0"), *SAMPLE[2:]]
    result = convert(lines, "-f", "lamp-columns").ends(4)
    same((told(result), result.out), ([("text.nul", 2, 8)], b""), "findings")


@case("a line that states no person is none, and those behind it are read")
def no_person():
    lines = [*SAMPLE[:1], "10", *SAMPLE[1:-1], f"99{len(SAMPLE):06}"]
    result = convert(lines, "-f", "lamp-columns").ends(0)
    same([p["name"]["family"] for p in json.loads(result.out)["persons"]],
         [line[3:33].strip() for line in SAMPLE[1:3]], "families")
    same([f["line"] for f in result.graver("loss")], [2], "losses")


@case("there and back nothing changes")
def there_and_back():
    result = run("roundtrip", "--plugin-path", str(plugins()), EXAMPLE / "samples" / "mole.txt")
    check(b"unchanged" in result.ends(0).out, result)


@cases("many persons take time that grows with them alone when they are {}",
       [("read",), ("written",)])
def many(what):
    def seconds(count):
        lines = SAMPLE[:1] + SAMPLE[1:2] * count + [f"99{count + 1:06}"]
        read = convert(lines, "-q", "-f", "lamp-columns").ends(0)
        if what == "read":
            return read.seconds
        written = convert(read.out, "-q", "-f", "convention-json", to="lamp-columns").ends(0)
        same(written.out.decode().splitlines(), lines, "lines")
        return written.seconds
    few, more = (min(seconds(count) for _ in range(3)) for count in (4000, 32000))
    check(more < 14 * few, f"{few:.3f} s, and {more:.3f} s for 8 times as many")


@case("written again it is the same")
def again():
    same(convert(SAMPLE, to="lamp-columns").ends(0).out.decode().splitlines(), SAMPLE, "lines")


@case("what stands in no column, a line of no sort, and a line too many are told of")
def lost():
    lines = list(SAMPLE)
    lines[2] += "XTRA"
    lines.insert(3, "77 no such line")
    lines.insert(5, "20A second text.")
    lines[-1] = f"99{len(lines) - 1:06}"
    same(told(convert(lines).ends(0)),
         [("loss.unread", 3, 72), ("loss.unread", 4, 1), ("loss.unread", 6, 3)], "losses")


@case("a text that is longer than its column is cut, and told of")
def cut():
    document = json.loads(convert(SAMPLE).ends(0).out)
    document["persons"][0]["name"]["family"] = "S" * 31
    result = run("convert", "--plugin-path", str(plugins()), "-f", "convention-json", "-t",
                 "lamp-columns", stdin=dumps(document),
                 report=True).ends(0)
    check(("lamp-columns.cut", "persons[0].name.family") in
          [(f["code"], f.get("field")) for f in result.findings], result.findings)
    same(result.out.decode().splitlines()[1][3:34], "S" * 30 + "A", "cut")


@cases("refused, with the place: {0}", [
    ("a date", 1, "20260503", "202605  ", "lamp-columns.date", (1, 15)),
    ("a role", 2, "10S", "10X", "lamp-columns.role", (2, 3)),
    ("the number of lines", 6, "99000005", "99000004", "lamp-columns.lines", (6, 3))])
def refused(_name, line, old, new, code, place):
    lines = list(SAMPLE)
    check(old in lines[line - 1], lines)
    lines[line - 1] = lines[line - 1].replace(old, new)
    same(told(convert(lines, "-f", "lamp-columns").ends(4)), [(code, *place)], "findings")


@case("a line that is cut inside a character is refused as text")
def broken():
    data = "\n".join(SAMPLE).encode()
    at = data.index("ņ".encode()) + 1
    result = convert(data[:at] + b"\n" + data[at + 1:], "-f", "lamp-columns")
    check(result.status == 4 and result.findings, result)


main()
