# SPDX-License-Identifier: LGPL-2.1-or-later
"""TAP for the tests of the program: results, runs of the program, folders, reading of JSON.

A test file defines functions under @case("a sentence") and ends with main().  A case fails
where it raises; check(), same() and the rest raise with what was found.  A case that needs
what is not there calls skip("a word").

COMITY_TESTS=spread: cases that differ only in their input run for some of the inputs, the same
ones each time, and one run of four looks for leaks.  One line tells how many of how many.
"""
import itertools
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import zlib

PROGRAM = os.environ.get("COMITY", "comity")
SOURCE = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parents[2]))
SHARED = pathlib.Path(os.environ.get("SHARED", SOURCE / ".." / "shared"))
CODES = {"error", "loss", "warning", "note"}
DOCUMENTED = set(range(0, 12))  # every exit status that the interface knows

SPREAD = os.environ.get("COMITY_TESTS") == "spread"

_cases = []  # name, function, and when it runs in a spread: always, as one of many, never
ALWAYS, ROW, WHOLE = range(3)
_folders = []
_runs = itertools.count()


class Skip(Exception):
    """What a case needs is not there."""


def skip(why):
    raise Skip(why)


def case(name, always=True):
    """One case; without `always` it is none of a spread."""
    def remember(function):
        _cases.append((name, function, ALWAYS if always else WHOLE))
        return function
    return remember


def cases(name, rows):
    """One case a row; `name` and the function take the row's parts."""
    def remember(function):
        for number, row in enumerate(rows):
            _cases.append((name.format(*row), lambda row=row: function(*row),
                           ROW if number else ALWAYS))
        return function
    return remember


def in_spread(name, every):
    """True of what runs: everything, or in a spread one of so many, by its name alone."""
    return not SPREAD or zlib.crc32(str(name).encode()) % every == 0


def spread(inputs, every=5, name=str):
    """The inputs that a case takes: all; in a spread the first and one of so many others."""
    inputs = list(inputs)
    taken = [x for n, x in enumerate(inputs) if n == 0 or in_spread(name(x), every)]
    if SPREAD:
        print(f"# a spread: {len(taken)} of {len(inputs)} inputs")
    return taken


def _one_line(text):
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(text))


def main(every=1):
    """Runs the cases and prints TAP.  Arguments: parts of names of the cases to run.  In a
    spread, of each table of cases() the first row and one of `every` others."""
    if sys.argv[1:]:
        chosen = [(n, f) for n, f, _ in _cases if any(part in n for part in sys.argv[1:])]
    else:
        chosen = [(n, f) for n, f, when in _cases if not SPREAD or when == ALWAYS
                  or (when == ROW and in_spread(n, every))]
    print(f"1..{len(chosen)}", flush=True)
    if len(chosen) < len(_cases):
        print(f"# {len(chosen)} of {len(_cases)} cases")
    for number, (name, function) in enumerate(chosen, 1):
        name = _one_line(name).replace("#", "number ")
        begun = time.monotonic()
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {_one_line(why)}", flush=True)
        except Exception as fault:  # a fault of one case is no fault of the next
            print(f"not ok {number} - {name}")
            if not isinstance(fault, AssertionError):
                fault = traceback.format_exc()
            for line in str(fault).splitlines()[:30]:
                print("# " + _one_line(line)[:600])
            sys.stdout.flush()
        if os.environ.get("TAP_TIMES"):
            print(f"# {time.monotonic() - begun:.2f} s")
        while _folders:
            shutil.rmtree(_folders.pop(), ignore_errors=True)


# --- what must hold

def check(condition, *details):
    if not condition:
        raise AssertionError("\n".join(str(d) for d in details) or "it does not hold")


def same(got, expected, what="it"):
    check(got == expected, f"{what}:", f"  expected {expected!r}", f"  got      {got!r}")


def among(got, expected, what="it"):
    check(got in expected, f"{what}: got {got!r}, which is none of {expected!r}")


# --- files

def folder():
    """An empty folder that goes away after the case."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="comity-test-"))
    path.chmod(0o700)
    _folders.append(path)
    return path


def file(content, name="input.json"):
    path = folder() / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def shared(*parts):
    path = SHARED.joinpath(*parts)
    if not path.exists():
        skip("the shared material is not here: " + "/".join(parts))
    return path


# --- running the program

def children_seconds():
    """Seconds that the processor has worked for what was run: what else the machine does is
    not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Run:
    """What one run gave.  `report` is asked for with report=True; `seconds` are those of the
    processor."""

    def __init__(self, command, status, out, err, report, seconds):
        self.command, self.status, self.out, self.err = command, status, out, err
        self.seconds = seconds
        self.findings, self.summary = [], None
        for line in (report or b"").splitlines():
            entry = json.loads(line)
            if "summary" in entry:
                self.summary = entry["summary"]
            else:
                self.findings.append(entry)

    def __str__(self):
        return "\n".join([f"$ comity {' '.join(map(str, self.command))}"[:300],
                          f"status {self.status}",
                          f"out: {self.out[:600]!r}", f"err: {self.err[:900]!r}"]
                         + [f"finding: {f}" for f in self.findings[:6]])

    def ends(self, *expected):
        """The exit status is one of these."""
        check(self.status in expected, f"exit status {self.status}; expected "
              + " or ".join(map(str, expected)), self)
        return self

    def documents(self):
        """Standard output as one tagged document a line."""
        return [loads(line) for line in self.out.splitlines()]

    def of(self, *codes):
        return [f for f in self.findings if f["code"] in codes]

    def graver(self, severity):
        return [f for f in self.findings if f["severity"] == severity]


def run(*command, stdin=b"", timeout=60, report=False, env=None, program=None, **more):
    """Runs the program.  Status: its exit status, -N for signal N; a run over time fails."""
    where = None
    command = [os.fspath(c) if not isinstance(c, str) else c for c in command]
    if report:
        where = folder() / "report"
        command += ["--report", str(where)]
    # whoever runs this may have lists of their own
    full = dict(os.environ, XDG_CONFIG_HOME="/dev/null/none", XDG_STATE_HOME="/dev/null/none")
    full.update(env or {})
    if SPREAD and next(_runs) % 4:  # to look for leaks takes as long as all else
        full["ASAN_OPTIONS"] = full.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    more.setdefault("stdout", subprocess.PIPE)
    if "stdin_file" in more:
        source = {"stdin": more.pop("stdin_file")}
    else:
        source = {"input": stdin if isinstance(stdin, bytes) else stdin.encode()}
    begun = children_seconds()
    try:
        done = subprocess.run([*(program or [PROGRAM]), *command], stderr=subprocess.PIPE,
                              timeout=timeout, env=full, **source, **more)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"comity {' '.join(command)} did not end in {timeout} s") from None
    seconds = children_seconds() - begun
    text = where.read_bytes() if where and where.exists() else b""
    try:
        result = Run(command, done.returncode, done.stdout or b"", done.stderr, text, seconds)
    except ValueError as fault:
        raise AssertionError(f"the report is not JSON lines: {fault}\n{text[:500]!r}") from None
    check(result.status in DOCUMENTED, "the program ended in a way that is not documented",
          result)
    return result


def convert(to, content, *options, **more):
    """Converts bytes, or an object of dumps(), with a report."""
    if not isinstance(content, bytes):
        content = dumps(content) + b"\n"
    more.setdefault("report", True)
    return run("convert", "-t", to, *options, stdin=content, **more)


# --- JSON as it stands: order of members, lexemes of numbers, kinds of values
#
# A text is a str, null None, true True, a list a list; an object ("object", [(name, value)...])
# and a number ("number", lexeme), so that 1, 1.0, "1" and true are four things.

def number(lexeme):
    return ("number", str(lexeme))


def group(pairs):
    return ("object", list(pairs.items() if isinstance(pairs, dict) else pairs))


def is_group(value):
    return isinstance(value, tuple) and value[0] == "object"


def loads(text):
    """Reads JSON; a name that stands twice is refused."""
    def pairs(found):
        names = [name for name, _ in found]
        if len(set(names)) != len(names):
            raise ValueError("a name stands twice")
        return ("object", found)
    return json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_int=number,
                      parse_constant=lambda word: ("constant", word))


def tagged(value):
    """A plain Python value as loads() would give it."""
    if isinstance(value, dict):
        return group((k, tagged(v)) for k, v in value.items())
    if isinstance(value, list):
        return [tagged(v) for v in value]
    if isinstance(value, bool) or value is None or isinstance(value, (str, tuple)):
        return value if not is_group(value) else group((k, tagged(v)) for k, v in value[1])
    return number(value)


def dumps(value):
    """Bytes of a value: plain Python, or tagged."""
    def put(v):
        if is_group(v):
            return "{" + ",".join(json.dumps(k, ensure_ascii=False) + ":" + put(x)
                                  for k, x in v[1]) + "}"
        if isinstance(v, tuple):
            return v[1]
        if isinstance(v, list):
            return "[" + ",".join(map(put, v)) + "]"
        return json.dumps(v, ensure_ascii=False)
    return put(tagged(value)).encode()


def find(value, *steps):
    """A value by names and numbers; None where there is none."""
    for step in steps:
        if is_group(value):
            value = dict(value[1]).get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def children(value):
    if is_group(value):
        return value[1]
    return list(enumerate(value)) if isinstance(value, list) else []


def leaves(value, pointer=""):
    """(pointer, value) of each leaf: a scalar, null included, or an empty list or group."""
    inside = children(value)
    if not inside:
        yield pointer, value
    for name, entry in inside:
        step = str(name).replace("~", "~0").replace("/", "~1")
        yield from leaves(entry, f"{pointer}/{step}")


def leaf_count(value):
    return sum(1 for _ in leaves(value))


def differences(was, now, pointer=""):
    """What is not the same, in words; empty where all is: members, order, values, lexemes."""
    if is_group(was) and is_group(now):
        names = [n for n, _ in was[1]], [n for n, _ in now[1]]
        if names[0] != names[1]:
            return [f"{pointer or 'the top'}: members {names[0]} became {names[1]}"]
        return [d for (n, a), (_, b) in zip(was[1], now[1])
                for d in differences(a, b, f"{pointer}/{n}")]
    if isinstance(was, list) and isinstance(now, list):
        if len(was) != len(now):
            return [f"{pointer}: {len(was)} entries became {len(now)}"]
        return [d for i, (a, b) in enumerate(zip(was, now))
                for d in differences(a, b, f"{pointer}/{i}")]
    # type too: True == 1 in Python
    if type(was) is type(now) and was == now:
        return []
    return [f"{pointer}: {was!r} became {now!r}"]


def unchanged(was, now, what="the document"):
    found = differences(was, now)
    check(not found, f"{what} came back changed:", *found[:8])


# --- places in a text

def place(text, offset):
    """Line and column (from 1, in characters) of a byte of a UTF-8 text."""
    line = text.count(b"\n", 0, offset) + 1
    start = text.rfind(b"\n", 0, offset) + 1
    return line, len(text[start:offset].decode("utf-8", "replace")) + 1


def places(text):
    """Pointer -> byte offset of every value of a JSON text, found by a scanner of our own."""
    blank = re.compile(rb"[ \t\r\n]*")
    scalar = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+.0-9a-zA-Z]+', re.S)
    found = {}

    def skip_blank(at):
        return blank.match(text, at).end()

    def value(at, pointer):
        at = skip_blank(at)
        found[pointer] = at
        opening = text[at:at + 1]
        if opening not in (b"{", b"["):
            return scalar.match(text, at).end()
        closing = {b"{": b"}", b"[": b"]"}[opening]
        at = skip_blank(at + 1)
        index = 0
        while text[at:at + 1] != closing:
            step = str(index)
            if opening == b"{":
                end = scalar.match(text, at).end()
                step = json.loads(text[at:end]).replace("~", "~0").replace("/", "~1")
                at = skip_blank(end) + 1
            at = skip_blank(value(at, f"{pointer}/{step}"))
            at = skip_blank(at + 1) if text[at:at + 1] == b"," else at
            index += 1
        return at + 1

    value(0, "")
    return found


def stands_at(finding, text, offset):
    """The finding's place is this byte of the text."""
    line, column = place(text, offset)
    same((finding.get("line"), finding.get("column"), finding.get("offset")),
         (line, column, offset), f"place of {finding['code']} (line, column, offset)")
