# SPDX-License-Identifier: LGPL-2.1-or-later
"""Options, exit status, outputs that appear whole or not at all, machine forms, findings."""
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import list_item, list_response, red, request, yellow
from tap import (PROGRAM, SOURCE, case, cases, check, convert, dumps, file, find,
                 folder, loads, main, run, same, skip, tagged, unchanged)

COMMANDS = ["convert", "detect", "validate", "roundtrip", "diff", "formats", "plugins",
            "explain"]
RED = dumps(red())
TEMPLATE = SOURCE / "plugins" / "interpol" / "interpol-red.json"


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


# --- help, version, usage

@cases("{0} --help says how it is used, on standard output", [(c,) for c in COMMANDS])
def help_of(command):
    result = run(command, "--help").ends(0)
    check(result.out.startswith(b"usage: comity " + command.encode()), result)
    same(result.err, b"", "standard error")
    text = result.out.decode()
    for option in ("--json", "-q", "-v", "--plugin-path", "--help", "--version"):
        check(option in text, f"{option} is not in the help of {command}")
    if command in ("convert", "roundtrip", "validate"):
        for option in ("--report", "--fail-on", "-f FORMAT"):
            check(option in text, f"{option} is not in the help of {command}")
    check(max(map(len, text.splitlines())) <= 100, "a line is too long")


@case("the program's own help names every command and every exit status")
def help_of_all():
    result = run("--help").ends(0)
    text = result.out.decode()
    for command in COMMANDS:
        check(re.search(rf"^ *{command}\b", text, re.M), f"{command} is not named")
    for status in range(9):
        check(re.search(rf"\b{status} \w", text), f"status {status} is not named")


@cases("{0} is answered with the version, on standard output", [
    ("--version",), ("convert --version",), ("detect --version",)])
def version(options):
    result = run(*options.split()).ends(0)
    check(re.fullmatch(rb"comity \d+\.\d+\.\d+\n", result.out), result)


@cases("wrong usage ends with 2 and a word on standard error: comity {0}", [
    ("",), ("nonsense",), ("--nonsense",), ("convert",), ("convert --nonsense",),
    ("convert -t",), ("convert -x -t convention-json",), ("convert -t convention-json --json=1",
                                                          ),
    ("detect -t convention-json",), ("detect -o x",), ("validate -t convention-json",),
    ("validate --overwrite",), ("roundtrip -o x",), ("formats -f interpol-red",),
    ("formats a b",), ("formats check",), ("plugins nonsense",), ("plugins why",),
    ("diff",), ("diff a",), ("diff a b c",), ("explain",),
    ("convert -t convention-json --fail-on sometimes",), ("convert --fail-on",),
    ("convert -t convention-json --terminology nonsense-that-is-no-file",),
    ("convert -t convention-json --isolate nothing",)])
def usage(options):
    result = run(*options.split()).ends(2)
    same(result.out, b"", "standard output")
    check(len(result.err) > 10, "nothing was said")


@case("an option that stands behind the inputs counts, and -- ends options")
def option_order():
    where = folder()
    (where / "-t").write_bytes(RED)
    (where / "a.json").write_bytes(RED)
    run("convert", "a.json", "-t", "convention-json", cwd=where).ends(0)
    run("convert", "-t", "convention-json", "--", "-t", cwd=where).ends(0)


@case("long and short options are one")
def long_options():
    same(run("convert", "--from", "interpol-red", "--to=convention-json",
             stdin=RED).ends(0).out,
         run("convert", "-finterpol-red", "-t", "convention-json", stdin=RED).ends(0).out)


# --- exit status

@case("0: all is done")
def status_0():
    convert("convention-json", RED).ends(0)


@case("3: part of the items failed, the rest is done")
def status_3():
    result = run("convert", "-t", "convention-json", file(RED), file(b"{"), file(RED)).ends(3)
    same(len(result.documents()), 2)


@case("4: the input is invalid")
def status_4():
    convert("convention-json", b"{").ends(4)


@case("5: --fail-on stopped it, or the target refused")
def status_5():
    convert("convention-json", red(date_of_birth="x"), "--fail-on", "warning").ends(5)
    convert("interpol-red", yellow()).ends(5)


@case("6: the format is not recognized")
def status_6():
    result = convert("convention-json", b'{"colour": "red"}').ends(6)
    same([f["code"] for f in result.findings], ["plugin.unknown-format"])
    run("detect", stdin=b'{"colour": "red"}').ends(6)
    run("validate", stdin=b"[1, 2]").ends(6)


@cases("7: there is no format or plugin: {0}", [
    ("convert -t nonsense",), ("convert -f nonsense -t convention-json",),
    ("formats nonsense",),
    ("validate -f nonsense",), ("roundtrip --via nonsense",), ("plugins why nonsense.so",),
    ("convert -t ./no/such/template.json",)])
def status_7(options):
    result = run(*options.split(), stdin=RED).ends(7)
    same([line for line in result.out.splitlines() if b'"' in line], [], "standard output")
    check(result.err or result.out, "nothing was said")


@case("an unknown option of a format is wrong usage")
def format_option():
    result = convert("convention-json", RED, "-f", "interpol-red:colour=red").ends(2)
    check(any("colour" in f["message"] for f in result.findings), result)


@cases("8: {0}", [
    ("the input is not there", "convert -t convention-json none"),
    ("the output's folder is not there", "convert -t convention-json -o none/out"),
    ("the report's folder is not there", "convert -t convention-json --report none/report"),
    ("detect of a file that is not there", "detect none"),
    ("validate of a file that is not there", "validate none"),
    ("roundtrip of a file that is not there", "roundtrip none"),
    ("diff of files that are not there", "diff none none")])
def status_8(_, options):
    result = run(*options.split(), stdin=RED, cwd=folder()).ends(8)
    check(b"none" in result.err + result.out, "the file is not named", result)


@case("an input without leave to read ends with 8")
def unreadable():
    path = file(RED)
    path.chmod(0)
    if os.geteuid() == 0:
        skip("root may read everything")
    run("convert", "-t", "convention-json", path).ends(8)


@case("a folder in the place of an input ends with 8, and does not stop the others")
def folder_as_input():
    where = folder()
    for options in ("convert -t convention-json", "validate", "detect", "roundtrip"):
        run(*options.split(), where).ends(8)
        result = run(*options.split(), where, file(RED)).ends(3, 4)
        check(result.err.count(b"Is a directory") + result.out.count(b"Is a directory") == 1,
              "it is not told once", result)
    result = run("convert", "-t", "convention-json", "--overlay", where, stdin=RED).ends(8)
    check(b"the input cannot be read: Is a directory" in result.err, result)


# --- outputs

@case("-o writes the file, readable by its owner alone, and nothing to standard output")
def output():
    where = folder()
    result = convert("convention-json", RED, "-o", where / "out.json").ends(0)
    same(result.out, b"", "standard output")
    same(os.listdir(where), ["out.json"], "files")
    same((where / "out.json").read_bytes(), convert("convention-json", RED).out)
    same(stat.S_IMODE((where / "out.json").stat().st_mode), 0o600, "mode")


@case("an output that exists is left alone: 8; --overwrite replaces it")
def overwrite():
    target = file(b"before", "out.json")
    result = convert("convention-json", RED, "-o", target).ends(8)
    same(target.read_bytes(), b"before")
    same(os.listdir(target.parent), ["out.json"], "files")
    check(b"--overwrite" in result.err, "the way out is not told", result)
    convert("convention-json", RED, "-o", target, "--overwrite").ends(0)
    check(target.read_bytes().startswith(b'{"schema"'), "not replaced")
    same(os.listdir(target.parent), ["out.json"], "files")


@case("an output that exists is left alone where the conversion fails, even with --overwrite")
def overwrite_failed():
    target = file(b"before", "out.json")
    convert("convention-json", b"{", "-o", target, "--overwrite").ends(4)
    convert("interpol-red", yellow(), "-o", target, "--overwrite").ends(5)
    same(target.read_bytes(), b"before")
    same(os.listdir(target.parent), ["out.json"], "files")


@case("a reader of the old file never sees half of the new one")
def atomic():
    target = file(b"before", "out.json")
    before = target.stat().st_ino
    convert("convention-json", RED, "-o", target, "--overwrite").ends(0)
    check(target.stat().st_ino != before, "the file was written in its place")


@case("a document that is stopped leaves no file")
def stopped():
    where = folder()
    for content, options in ((b"", ()), (b"{", ()), (b"null", ()), (b'{"a":1}', ()),
                             (dumps(red(date_of_birth="x")), ("--fail-on", "warning"))):
        result = convert("convention-json", content, "-o", where / "out.json", *options)
        check(result.status in (4, 5, 6), result)
        same(os.listdir(where), [], f"files after {content[:20]}")


@case("a run that is killed while it writes leaves nothing under the output's name")
def killed():
    where = folder()
    source = where / "in"
    os.mkfifo(source)
    running = subprocess.Popen([PROGRAM, "convert", "-t", "convention-json", "-o",
                                str(where / "out.json"), str(source)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with open(source, "wb") as pipe:
            for i in range(2000):
                pipe.write(dumps(red(entity_id=f"1899/{i}")) + b"\n")
            pipe.flush()
            time.sleep(0.05)
            running.send_signal(signal.SIGKILL)
            running.wait(10)
    except BrokenPipeError:
        pass
    finally:
        running.kill()
        running.wait(10)
    check(not (where / "out.json").exists(), "half of an output stands under its name")


@case("a full disk ends with 8 and a word, on standard output and through -o")
def full():
    if not pathlib.Path("/dev/full").is_char_device():
        skip("there is no /dev/full")
    for command in (["convert", "-t", "convention-json"], ["detect"], ["validate"], ["formats"],
                    ["plugins"], ["explain", "json.syntax"], ["roundtrip"],
                    ["convert", "--help"], ["--help"], ["--version"],
                    ["formats", "interpol-red"]):
        with open("/dev/full", "wb") as target:
            result = run(*command, stdin=RED, stdout=target)
        same(result.status, 8, f"status of {' '.join(command)}")
        if "help" not in command[-1] and "version" not in command[-1]:
            check(result.err, f"{command[0]} said nothing of it")
    convert("convention-json", RED, "-o", "/dev/full").ends(8)
    convert("convention-json", RED, "-o", "/dev/full", "--overwrite").ends(8)
    check(pathlib.Path("/dev/full").is_char_device(), "the device was replaced")


@case("a device as output is written to, never replaced")
def device():
    convert("convention-json", RED, "-o", "/dev/null").ends(0)
    check(pathlib.Path("/dev/null").is_char_device(), "the device was replaced")


@case("a report that cannot be written ends with 8")
def full_report():
    if not pathlib.Path("/dev/full").is_char_device():
        skip("there is no /dev/full")
    run("convert", "-t", "convention-json", "--report", "/dev/full", stdin=RED).ends(8)


@case("a pipe that nobody reads ends with 8 and no signal")
def closed_pipe():
    many = b"".join(dumps(red(entity_id=f"1899/{i}")) + b"\n" for i in range(3000))
    for command in (["convert", "-t", "convention-json"], ["detect"], ["formats"]):
        reading, writing = os.pipe()
        os.close(reading)
        result = run(*command, stdin=many, stdout=writing)
        os.close(writing)
        same(result.status, 8, f"status of {command[0]}")


@case("a standard output that is closed ends with 8")
def closed_output():
    result = run("convert", "-t", "convention-json", stdin=RED,
                 preexec_fn=lambda: os.close(1)).ends(8)
    check(result.err, "nothing was said")


@case("no input file takes the place of a standard output that is closed")
def closed_output_file():
    source = file(RED)
    target = source.parent / "out.json"
    result = run("convert", "-t", "convention-json", "-o", target, source,
                 preexec_fn=lambda: os.close(1))
    check(result.status in (0, 8), result)
    same(source.read_bytes(), RED, "the input")
    if target.exists():
        same(target.read_bytes(), convert("convention-json", RED).out, "the output")


@cases("standard streams {0} that are closed are not taken for others, --isolate {1}",
       [(streams, how) for streams in ("0", "1", "2", "01", "02", "12", "012")
        for how in ("none", "process")])
def closed_streams(streams, how):
    source = file(RED)
    where = folder()
    whole = convert("convention-json", RED).out

    def close():
        for stream in streams:
            os.close(int(stream))

    def take(*options):
        return run("convert", "--isolate", how, "-t", "convention-json", *options,
                   preexec_fn=close)
    take("-o", where / "out.json", source).ends(0)
    same((where / "out.json").read_bytes(), whole, "the output")
    # findings are not written to it, and the input stays
    result = take("-o", where / "bad.json", "--report", where / "report", file(b'{"id":1'),
                  source)
    check(result.status == 3, result)
    check((where / "report").read_bytes().startswith(b"{"), "the report")
    same(source.read_bytes(), RED, "the input")
    if "0" in streams:
        take("-o", where / "of-nothing.json").ends(8)
        check(not (where / "of-nothing.json").exists(), "an output of nothing")
    if "1" in streams:
        take(source).ends(8)


@case("-o DIR/ writes each document to a file of its own, and the folder if need be")
def output_folder():
    where = folder()
    many = b"\n".join(dumps(red(entity_id=f"1899/{7400 + i}")) for i in range(3))
    convert("convention-json", many, "-o", f"{where}/all/").ends(0)
    files = sorted((where / "all").iterdir())
    same(len(files), 3, "files")
    same([find(loads(f.read_bytes()), "id") for f in files],
         ["1899/7400", "1899/7401", "1899/7402"])
    same({f.suffix for f in files}, {".json"})
    convert("convention-xml", many, "-o", f"{where}/xml/").ends(0)
    same({f.suffix for f in (where / "xml").iterdir()}, {".xml"})


@case("-o DIR/ leaves files that exist alone: 8")
def output_folder_again():
    where = folder()
    convert("convention-json", RED, "-o", f"{where}/").ends(0)
    name, = os.listdir(where)
    (where / name).write_bytes(b"before")
    convert("convention-json", RED, "-o", f"{where}/").ends(8)
    same((where / name).read_bytes(), b"before")
    convert("convention-json", RED, "-o", f"{where}/", "--overwrite").ends(0)
    check((where / name).read_bytes() != b"before", "not replaced")


@case("-o DIR/ with inputs of the same name keeps the documents of both")
def output_folder_same_name():
    where = folder()
    first, second = file(RED, "in.json"), file(dumps(red(entity_id="1899/7410")), "in.json")
    result = run("convert", "-t", "convention-json", "-o", f"{where}/", first, second)
    ids = sorted(find(loads(f.read_bytes()), "id") for f in where.iterdir())
    check(result.status == 8 or ids == ["1899/7001", "1899/7410"],
          f"one took the place of the other: {ids}", result)


@case("-o DIR/ takes no path from the name of an input or a document")
def output_folder_names():
    where = folder()
    strange = where / "..%2f$(x) \n\x1b[31m.json"
    strange.write_bytes(dumps(red(entity_id="../../escape")))
    run("convert", "-t", "convention-json", "-o", f"{where}/out/", strange).ends(0)
    name, = os.listdir(where / "out")
    check(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.json", name), f"the name {name!r}")


@case("several documents to one file of a format that holds one ask for -o DIR/")
def one_document():
    where = folder()
    for options in ((), ("-o", where / "out.xml")):
        result = convert("convention-xml", RED + b"\n" + RED, *options)
        check(result.status != 0, result)
        check(b"DIR/" in result.err, "the way out is not told", result)
        same(result.out, b"", "standard output")
    same(os.listdir(where), [], "files")


@case("a JSON format writes one document a line")
def one_a_line():
    pretty = json.dumps(json.loads(dumps(red(height=1))), indent=3).encode()
    result = run("convert", "-t", "convention-json",
                 stdin=b"[" + pretty + b",\n" + pretty + b"]")
    same(len(result.ends(0).out.splitlines()), 2, "lines")
    check(result.out.endswith(b"\n"), "no end of the last line")


@case("- is standard input and standard output")
def dash():
    plain = run("convert", "-t", "convention-json", stdin=RED).ends(0)
    same(run("convert", "-t", "convention-json", "-o", "-", "-", stdin=RED).ends(0).out,
         plain.out)
    first = file(dumps(yellow()))
    result = run("convert", "-t", "convention-json", first, "-", stdin=RED).ends(0)
    same([find(d, "id") for d in result.documents()], ["1899/7002", "1899/7001"])


@case("data goes to standard output alone, findings to standard error alone")
def streams():
    result = run("convert", "-t", "convention-json",
                 stdin=dumps(red(date_of_birth="x"))).ends(0)
    same(len(result.documents()), 1)
    check(b"model.date" in result.err, result)


# --- findings

@case("a finding as text names file, line, column, severity and code")
def text_finding():
    path = file(b'{"a":\n  tru}')
    result = run("convert", "-t", "convention-json", path).ends(4)
    first = result.err.decode().splitlines()[0]
    check(re.match(rf"{re.escape(str(path))}:2:6: error: .* \[json\.syntax\]$", first), first)


@case("a finding as JSON has the members of the contract and no others")
def json_finding():
    result = run("convert", "--json", "-t", "convention-json",
                 stdin=dumps(red(date_of_birth="x"))).ends(0)
    finding, = json_lines(result.err)
    known = ["severity", "code", "message", "file", "line", "column", "offset", "source",
             "field", "format", "hint"]
    same([n for n in finding if n not in known], [], "other members")
    for name, value in (("severity", "warning"), ("code", "model.date"), ("file", "-"),
                        ("source", "/date_of_birth"), ("field", "persons[0].birth.date"),
                        ("format", "interpol-red")):
        same(finding[name], value, name)


@case("--report FILE is JSON lines with the summary last; - is standard error")
def report():
    notice = dumps(red(date_of_birth="x"))
    result = convert("convention-json", notice).ends(0)
    same(list(result.summary)[:5], ["mapped", "approximated", "kept", "dropped", "documents"])
    same([f["code"] for f in result.findings], ["model.date"])
    other = run("convert", "-t", "convention-json", "--report", "-", stdin=notice).ends(0)
    lines = json_lines(other.err)
    same(lines[:-1], result.findings, "the report on standard error")
    same(lines[-1], {"summary": result.summary})
    same(other.out, result.out, "standard output")


@case("a report is written where the conversion fails, too")
def report_failed():
    result = convert("convention-json", b"{").ends(4)
    same((result.summary["documents"], len(result.findings)), (0, 1))


@case("-q shows errors alone, -v notes too")
def quiet():
    content = dumps(red(date_of_birth="x")) + b"\n{"
    plain = run("convert", "-t", "convention-json", stdin=content).ends(3)
    less = run("convert", "-q", "-t", "convention-json", stdin=content).ends(3)
    more = run("convert", "-v", "--trace", "-t", "convention-json", stdin=content).ends(3)
    check(b"warning" in plain.err and b"note" not in plain.err, plain)
    check(b"warning" not in less.err and b"error" in less.err, less)
    check(b"note" in more.err and b"warning" in more.err, more)
    same((less.out, more.out), (plain.out, plain.out), "standard output")


@case("control characters of a document never reach the terminal raw")
def escapes():
    evil = "\x1b[2J\x1b]0;x\x07\u009b31m\x7f\r\b"
    notice = dumps(red(date_of_birth=evil, nationalities=[evil], eyes_colors_id=[evil],
                       **{"x" + evil: 1}))
    bad_name = RED.replace(b'"name"', json.dumps("a\u009b\x7f", ensure_ascii=False).encode()
                           + b":1," + json.dumps("a\u009b\x7f", ensure_ascii=False).encode())
    where = folder()
    path = where / "a\x1b[31mb"
    path.write_bytes(notice)
    runs = [run("convert", "-v", "--trace", "-t", "convention-json", path),
            run("convert", "-t", "interpol-list", path), run("convert", "-t", "convention-json",
                                                             stdin=bad_name),
            run("convert", "-t", "convention-json", where / "none\x1b[31m"),
            run("convert", "-t", "x\x1b[31m", stdin=RED),
            run("convert", "-t", "convention-json", "--set", "x\x1b[31m=1", stdin=RED),
            run("convert", "-t", "convention-json", "-o", "none/\x1b[31m", stdin=RED),
            run("convert", "-t", "convention-json", "--report", "none/\x1b[31m", stdin=RED),
            run("convert", "-t", "convention-json", "--fail-on", "\x1b[31m"),
            run("\x1b[31m"), run("explain", "\x1b[31m"), run("convert", "--\x1b[31m"),
            run("formats", "\x1b[31m"), run("plugins", "why", "\x1b[31m.so")]
    terminal = [run("validate", path), run("detect", path), run("diff", path, file(RED)),
                run("roundtrip", path)]
    for result in runs + terminal:
        text = result.err + (result.out if result in terminal else b"")
        raw = re.findall(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", text)
        check(not raw, f"raw control characters {raw}", result)


# --- explain

def codes_in_use():
    """Every code that the sources give to a report: words with a dot in string literals."""
    codes = set()
    families = ("json|xml|text|csv|charset|model|rule|loss|term|plugin|limit|submit|io|"
                "template|roundtrip|inbox|register|audit|signature")
    for part in ("sdk", "converters", "plugins"):
        for path in sorted((SOURCE / part).rglob("*.[ch]")):
            codes |= set(re.findall(rf'"((?:{families})\.[a-z0-9]+(?:-[a-z0-9]+)*)"',
                                    path.read_text()))
    return codes


@case("explain knows every code that the sources use")
def explain_all():
    codes = codes_in_use()
    check(len(codes) > 40, f"only {len(codes)} codes were found")
    codes -= {"cli.h", "signature.text"}  # a header; a field of the record
    if run("explain", *sorted(codes)).status:
        unknown = [c for c in sorted(codes) if run("explain", c).status]
        check(False, "codes that are not explained:", *unknown)


@case("explain says what to do, as text and as JSON")
def explain():
    result = run("explain", "json.duplicate-key").ends(0)
    check(result.out.startswith(b"json.duplicate-key\n") and len(result.out) > 60, result)
    entry, = json_lines(run("explain", "--json", "json.duplicate-key").ends(0).out)
    same(sorted(entry), ["code", "text"])
    same(len(json_lines(run("explain", "--json", "json.nul", "model.kind").ends(0).out)), 2)


@case("explain of a code that does not exist ends with 2")
def explain_none():
    result = run("explain", "json.nonsense").ends(2)
    check(b"json.nonsense" in result.err, result)


@case("explain model.kind lists the kinds with their articles")
def explain_kind():
    result = run("explain", "model.kind").ends(0)
    for kind in (b"provisional-arrest", b"extradition", b"58"):
        check(kind in result.out, f"{kind} is not there")


# --- formats and plugins

@case("formats lists every format once, with direction, syntax, plugin and title")
def formats():
    entries = json_lines(run("formats", "--json").ends(0).out)
    ids = [e["id"] for e in entries]
    for wanted in ("convention-json", "convention-xml", "interpol-red", "interpol-yellow",
                   "interpol-un", "interpol-list"):
        same(ids.count(wanted), 1, f"entries of {wanted}")
    for entry in entries:
        check(entry["read"] or entry["write"], entry)
        among = ("json", "xml", "csv", "text", "html")
        check(entry["syntax"] in among and entry["title"], entry)
        same(len(set(entry["kinds"])), len(entry["kinds"]), f"kinds of {entry['id']} twice")
    same([e["kinds"] for e in entries if e["id"] == "interpol-red"], [["provisional-arrest"]])
    text = run("formats").ends(0).out.decode()
    same([i for i in ids if i not in text], [], "not in the text")


@case("formats ID shows a mapping with a line for each row of the template")
def format_table():
    text = run("formats", "interpol-red").ends(0).out.decode()
    for row in json.loads(TEMPLATE.read_text())["rows"]:
        path = row.get("field") or row["each"]
        check(re.search(rf"^ *{re.escape(row['at'])} +{re.escape(path)}\b", text, re.M)
              or (row["at"] in text and path in text), f"{row['at']} is not in the table")
    run("formats", "convention-json").ends(0)


@case("formats check finds no fault in the plugins' own templates")
def format_check():
    paths = sorted((SOURCE / "plugins").rglob("interpol-*.json"))
    check(len(paths) >= 4, paths)
    run("formats", "check", *paths).ends(0)


@cases("formats check names the fault of a template and its line: {0}", [
    ("no JSON", "{", "json."), ("a list", "[]", "template."), ("an empty object", "{}",
                                                               "template."),
    ("an unknown field", None, "template."), ("an unknown member", None, "template."),
    ("a table that is not there", None, "template.")])
def bad_template(name, text, family):
    template = json.loads(TEMPLATE.read_text())
    if name == "an unknown field":
        template["rows"][3]["field"] = "persons[0].colour"
    elif name == "an unknown member":
        template["rows"][3]["colour"] = "red"
    elif name == "a table that is not there":
        template["rows"][5]["codes"] = "nowhere"
    path = file(text or json.dumps(template, indent=1), "x.json")
    result = run("formats", "check", "--json", path).ends(4)
    entries = json_lines(result.out)
    check(entries and entries[0]["code"].startswith(family), entries)
    check(entries[0]["line"] >= 1, entries)
    # used as a format it is refused, too
    refused = run("convert", "-t", path, stdin=RED)
    check(refused.status in (4, 7) and not refused.out, refused)


def own_template(identifier="x-notice", **changes):
    template = json.loads(TEMPLATE.read_text())
    template["id"] = identifier
    template.update(changes)
    return json.dumps(template, indent=1)


@case("a template in a plugin folder is a format")
def template_in_folder():
    where = folder()
    (where / "x.json").write_text(own_template(detect={"all": ["nothing"], "score": 1}))
    entries = json_lines(run("formats", "--json", "--plugin-path", where).ends(0).out)
    same([e["plugin"] for e in entries if e["id"] == "x-notice"], ["x-notice"])
    result = convert("convention-json", RED, "-f", "x-notice", "--plugin-path", where).ends(0)
    same(find(result.documents()[0], "provenance", 0, "format"), "x-notice")
    back = convert("x-notice", result.out, "--plugin-path", where).ends(0)
    unchanged(tagged(red()), back.documents()[0])


@case("the path of a template will do for a format, with -f and with -t")
def template_by_path():
    path = file(own_template(), "x.json")
    result = convert("convention-json", RED, "-f", path).ends(0)
    back = convert(path, result.out).ends(0)
    unchanged(tagged(red()), back.documents()[0])
    run("formats", path).ends(0)
    run("roundtrip", "-f", path, stdin=RED).ends(0)


@case("two formats with the same best score are a tie that names both: 6")
def tie():
    where = folder()
    (where / "x.json").write_text(own_template())
    result = convert("convention-json", RED, "--plugin-path", where).ends(6)
    same([f["code"] for f in result.findings], ["plugin.tie"])
    for name in ("x-notice", "interpol-red"):
        check(name in result.findings[0]["message"], result)
    detected = run("detect", "--plugin-path", where, stdin=RED).ends(6)
    same(detected.out, b"", "standard output")


@case("of two formats of one id the first folder's wins and the other is listed as shadowed")
def shadowed():
    where = folder()
    (where / "x.json").write_text(own_template("interpol-red", title="Mine"))
    entries = [e for e in json_lines(run("formats", "--json", "--plugin-path",
                                         where).ends(0).out)
               if e["id"] == "interpol-red"]
    same([(e["title"] == "Mine", e["shadowed"]) for e in entries],
         [(True, False), (False, True)])


@case("a broken plugin file among good ones is a warning and disturbs nobody")
def broken_plugin():
    where = folder()
    (where / "broken.so").write_text("this is no shared object\n")
    (where / "empty.so").write_bytes(b"")
    (where / "broken.json").write_text("{")
    (where / "notes.txt").write_text("not looked at")
    (where / ".hidden.so").write_text("not looked at")
    os.symlink(TEMPLATE, where / "link.json")
    result = convert("convention-json", RED, "--plugin-path", where).ends(0)
    same(len(result.documents()), 1, "documents")
    again = run("convert", "-t", "convention-json", "--plugin-path", where, stdin=RED).ends(0)
    for name in (b"broken.so", b"empty.so", b"broken.json", b"link.json"):
        check(name in again.err and b"plugin.refused" in again.err, f"{name} was not told of",
              again)
    for name in (b"notes.txt", b"hidden"):
        check(name not in again.err, f"{name} was looked at")
    check(b"warning" in again.err and not again.err.startswith(b"error"), again)


@case("an error in a broken template of the plugin folder does not stop a document")
def broken_template_warning():
    where = folder()
    (where / "broken.json").write_text("{")
    for options in ((), ("--fail-on", "warning")):
        result = convert("convention-json", RED, "--plugin-path", where, *options).ends(0)
        same(len(result.documents()), 1, "documents")


@case("plugins lists what is loaded and what was refused, and why FILE says the reason")
def plugins():
    where = folder()
    (where / "broken.so").write_text("this is no shared object\n")
    entries = json_lines(run("plugins", "--json", "--plugin-path", where).ends(0).out)
    broken, = [e for e in entries if e["path"].endswith("broken.so")]
    check(not broken["loaded"] and broken["reason"], broken)
    good, = [e for e in entries if e.get("id") == "interpol"]
    check(good["loaded"] and good["license"] == "LGPL-2.1-or-later", good)
    result = run("plugins", "why", where / "broken.so").ends(7)
    check(b"broken.so" in result.out + result.err, result)
    result = run("plugins", "why", good["path"]).ends(0)
    check(b"interpol" in result.out, result)


@case("a plugin or a folder that everybody may write to is refused")
def writable():
    where = folder()
    (where / "x.json").write_text(own_template())
    (where / "x.json").chmod(0o666)
    result = run("formats", "--json", "--plugin-path", where).ends(0)
    check(b"x-notice" not in result.out and b"plugin.refused" in result.err, result)
    (where / "x.json").chmod(0o600)
    where.chmod(0o777)
    result = run("formats", "--json", "--plugin-path", where).ends(0)
    check(b"x-notice" not in result.out and b"plugin.refused" in result.err, result)


@case("a plugin folder that is not there is a warning")
def no_folder():
    result = run("convert", "-t", "convention-json", "--plugin-path", folder() / "none",
                 stdin=RED).ends(0)
    check(b"none" in result.err, result)


@case("nothing is loaded from the folder in which the program is run")
def no_current_folder():
    where = folder()
    (where / "x.json").write_text(own_template())
    for extra in ({}, {"COMITY_PLUGIN_PATH": ""}, {"COMITY_PLUGIN_PATH": ":"}):
        result = run("formats", "--json", cwd=where, env=extra).ends(0)
        check(b"x-notice" not in result.out, result)


@case("without any plugin the canonical formats remain")
def no_plugins():
    env = {"COMITY_PLUGIN_PATH": ""}
    ids = [e["id"] for e in json_lines(run("formats", "--json", env=env).ends(0).out)]
    same(ids[:2], ["convention-json", "convention-xml"])
    convert("convention-xml", request(), env=env).ends(0)


# --- detect

@case("detect prints a line for each document, with its format, score and reason")
def detect():
    text = RED + b"\n" + dumps(yellow()) + b"\n" + dumps(request()) + b"\n" + dumps(
        list_response([list_item("1899/7420")]))
    entries = json_lines(run("detect", "--json", stdin=text).ends(0).out)
    same([e["format"] for e in entries],
         ["interpol-red", "interpol-yellow", "convention-json", "interpol-list"])
    for entry in entries:
        same(sorted(entry), ["file", "format", "score", "why"])
        check(entry["file"] == "-" and 0 < entry["score"] <= 100 and entry["why"], entry)
    check(b"interpol-red" in run("detect", stdin=text).ends(0).out)
    xml = convert("convention-xml", request()).ends(0).out
    entry, = json_lines(run("detect", "--json", stdin=xml).ends(0).out)
    same(entry["format"], "convention-xml")


@case("detect of several files names each; one that is unknown makes 3")
def detect_files():
    good, bad = file(RED, "good.json"), file(b"{}", "bad.json")
    result = run("detect", "--json", good, bad).ends(3)
    same([pathlib.Path(e["file"]).name for e in json_lines(result.out)], ["good.json"])
    check(b"bad.json" in result.err, result)


@case("-f overrides what would be recognized")
def from_format():
    result = convert("convention-json", RED, "-f", "interpol-yellow")
    check(result.status in (0, 4), result)
    if result.status == 0:
        same(find(result.documents()[0], "kind"), "law-enforcement-cooperation")


# --- the same always

@case("the same input gives the same bytes, twice")
def deterministic():
    content = dumps(red()) + b"\n" + dumps(yellow()) + b"\n"
    for to in ("convention-json", "interpol-list"):
        first, second = (convert(to, content) for _ in range(2))
        same(first.ends(0, 3).out, second.out, f"outputs as {to}")
        same(first.findings, second.findings, "findings")


@case("locale, time zone, terminal and folder change nothing in what is written")
def environment():
    notice = dumps(red(name="ÉŁİ", date_of_birth="x", height=1.5))
    plain = run("convert", "-t", "convention-json", "--report", "-", stdin=notice).ends(0)
    for extra in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "de_DE.UTF-8"},
                  {"LC_ALL": "tr_TR.UTF-8"}, {"LANG": "ar_EG", "LANGUAGE": "ar"},
                  {"TZ": "Pacific/Kiritimati"}, {"TZ": "nonsense"}, {"TERM": "dumb"},
                  {"NO_COLOR": "1"}, {"COLUMNS": "20"}, {"HOME": "/nonexistent"}):
        other = run("convert", "-t", "convention-json", "--report", "-", stdin=notice,
                    env=extra)
        same((other.out, other.err), (plain.out, plain.err), f"output with {extra}")


@case("nothing of a clock is in the output")
def no_clock():
    for to in ("convention-json", "convention-xml"):
        check(time.strftime("%Y-%m").encode() not in convert(to, RED).ends(0).out, to)


@case("an input is never changed")
def input_alone():
    path = file(RED)
    path.chmod(0o400)
    before = path.stat()
    run("convert", "-t", "convention-json", path).ends(0)
    result = run("convert", "-t", "convention-json", "-o", path, path)
    same(result.status, 8, "status where output and input are one")
    same((path.read_bytes(), path.stat().st_mtime_ns), (RED, before.st_mtime_ns))


main(every=4)
