# SPDX-License-Identifier: LGPL-2.1-or-later
"""convert --isolate process: the same as in one process for every sample, and a plugin of ill
will, which harms nobody but itself."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import UNDER_ASAN  # noqa: E402
from samples import red, request
from tap import (PROGRAM, SOURCE, case, cases, check, dumps, file, folder, main,  # noqa: E402
                 run, same, skip, spread)

MOCKS = pathlib.Path(os.environ.get("MOCKS", "mocks-run"))
FIXED = {"SOURCE_DATE_EPOCH": "1700000000"}
SAMPLES = sorted(p for p in [*SOURCE.glob("plugins/*/samples/*"),
                             *SOURCE.glob("examples/samples/*")] if p.is_file())
TARGETS = ["convention-json", "letter-html", "oas-form:charset=windows-1252", "interpol-red",
           "cn-icja13:charset=GB18030", "ru-upk454:charset=windows-1251", "etsi-hi1", "us-niem",
           "de-xjustiz", "hk-cap525"]


def both(*command, env=None, where=None, **more):
    """One conversion in each way; all that is seen of it is the same."""
    seen = []
    for how in ("none", "process"):
        target = folder() if where else None
        command_here = [*command, *(["-o", f"{target}/out/"] if where else [])]
        result = run("convert", "--isolate", how, "-v", *command_here, report=True,
                     env={**FIXED, **(env or {})}, **more)
        files = {p.name: p.read_bytes() for p in sorted(target.glob("out/*"))} if where else {}
        text = result.err.replace(str(target).encode(), b"OUT") if where else result.err
        seen.append((result, files, text))
    one, other = seen
    what = " ".join(map(str, command))
    same(other[0].status, one[0].status, f"status of {what}")
    check(other[0].out == one[0].out, f"output of {what}", other[0], one[0])
    same(other[2], one[2], f"standard error of {what}")
    if not where:
        same(other[0].findings, one[0].findings, f"findings of {what}")
    same(other[0].summary, one[0].summary, f"summary of {what}")
    check(other[1] == one[1], f"files of {what}")
    return other[0]


# --- the same

ENCODINGS = {"KOI8-U": "koi8-u", "windows-1253": "cp1253", "EUC-KR": "euc_kr",
             "Shift_JIS": "cp932", "GB18030": "gb18030", "UTF-16": "utf-16",
             "ISO-8859-13": "iso8859-13", "IBM037": "cp037", "UTF-7": "utf-7"}


@cases("a document that declares {} gives the same", [(name,) for name in ENCODINGS])
def encodings(name):
    text = run("convert", "-t", "convention-xml", file(dumps(request()))).ends(0).out.decode()
    check('encoding="UTF-8"' in text, "a declaration", text[:80])
    text = text.replace('encoding="UTF-8"', f'encoding="{name}"')
    text = text.replace("</", " \u0407\u03a9\u6c34\ud55c\u016b</", 40)
    document = file(text.encode(ENCODINGS[name], "xmlcharrefreplace"))
    both("-t", "convention-json", document)
    both("-f", "convention-xml", "-t", "convention-json", document)


@cases("{0}: the tables of encodings are there", [
    ("a declaration with spaces",), ("XML in UTF-16 without a mark",), ("a text behind JSON",),
    ("JSON written as a form",), ("JSON in a folder of forms",),
    ("JSON that is checked by way of a form",)])
def tables(what):
    form = next(p for p in SAMPLES if "windows-1251" in p.name)
    good = file(run("convert", "-t", "convention-json", form).ends(0).out, "good.json")
    text = run("convert", "-t", "convention-xml", good).ends(0).out.decode()
    if "spaces" in what:
        text = text.replace('encoding="UTF-8"', "encoding = 'windows-1251'")
        document = file(text.encode("cp1251", "xmlcharrefreplace"))
        for options in ((), ("-f", "convention-xml")):
            check(both("-t", "convention-json", *options, document).out, "no output")
    elif "UTF-16" in what:
        text = text.replace(' encoding="UTF-8"', "")
        for order in ("le", "be"):
            both("-t", "convention-json", file(text.encode(f"utf-16-{order}")))
            both("-t", "convention-json", file(text.encode("utf-16")))
    elif "behind JSON" in what:
        form = file(form.read_bytes().decode("cp1251").encode("koi8-r"), "form.txt")
        both("-t", "convention-json", good, form)
        alike("validate", good, form)
    elif "written" in what:
        check(both("-t", "ru-upk454:charset=KOI8-R", good).out, "no output")
    elif "folder" in what:
        both("-t", "ru-upk454:charset=KOI8-R", good, where=True)
    else:
        alike("roundtrip", "--via", "ru-upk454:charset=windows-1251", good)


@cases("-f {0} -t {1} gives the same", [
    ("interpol-red", "convention-json"), ("interpol-red", "convention-xml"),
    ("interpol-red", "ru-upk454:charset=KOI8-U"), ("convention-json", "letter-html"),
    ("convention-json", "cn-icja13:charset=Big5"), ("convention-json", "etsi-hi1-xml")])
def formats_known(source, target):
    document = dumps(red() if source == "interpol-red" else request())
    both("-f", source, "-t", target, file(document))
    both("-f", source, "-t", target, file(document.decode().encode("utf-16")))


@cases("samples of {0} give the same from a process of their own",
       [(name,) for name in sorted({p.parent.parent.name for p in SAMPLES})])
def samples(name):
    mine = [p for p in SAMPLES if p.parent.parent.name == name]
    check(mine, "no samples")
    for number, sample in spread(enumerate(mine), name=lambda m: m[1].name):
        for to in ("convention-json", TARGETS[1 + number % (len(TARGETS) - 1)]):
            both("-t", to, sample)
    both("-t", "letter-text", *mine, where=True)


@case("faulty inputs are told of in the same words, at the same places")
def _():
    whole = dumps(red())
    texts = (b"", b" \n", b"null", b"{", b"[1,", whole[:len(whole) // 2], b"<a>", b"<a/>",
             b'{"a":1}', whole + b"\n{bad}\n" + whole, b"\xff\xfe", b"\x00", b"hello",
             whole.replace(b"entity_id", b"entity\xff"),
             b'<?xml version="1.0" encoding="windows-1251"?><a>\xcf\xf0</a>',
             b"[" * 100, dumps(request()) + b"\n" + dumps(red()))
    for text in spread(texts):
        for options in ((), ("--fail-on", "warning"), ("--check", "--fail-on", "never")):
            both("-t", "convention-json", *options, stdin=text)
            both("-t", "interpol-red", *options, stdin=text, where=True)


@cases("{0} is answered alike", [
    ("-t nothing",), ("-t nothing -o {o}/",), ("-f nothing -t convention-json",),
    ("-f convention-json:x=1 -t convention-json",), ("-t interpol-red:x=1",),
    ("-t ./no-such.json",), ("-f ./no-such.json -t convention-json",),
    ("-t {t}",), ("-f {t} -t convention-json",), ("-t {b}",), ("-t {b} -o {o}/",),
    ("-t oas-form:charset=klingon",), ("-t letter-text -f letter-text",),
    ("-t convention-xml",), ("-t convention-xml no-such-file",),
    ("-t convention-json no-such-file .",), ("--set x=y -t convention-json",),
    ("--set note=hello -t convention-json",), ("--trace -t interpol-red",),
    ("--limit depth=2 -t convention-json",), ("--limit bytes=20 -t convention-json",),
    ("--plugin-path no-such-folder -t convention-json",),
    ("--plugin-path {p} -t convention-json",), ("--terms-catalogue {b} -t convention-json",),
    ("--profile {b} -t convention-json",), ("--terminology data -t convention-json",),
    ("-t convention-json -o /dev/full",), ("-t convention-json -o no/such/folder",)])
def options(text):
    broken = file('{"format":"broken","rows":[{"x":1}]}', "broken.json")
    template = SOURCE / "plugins" / "interpol" / "interpol-red.json"
    target = folder()
    refused = folder()
    refused.chmod(0o755)
    for name in ("no_id", "init_fails"):
        shutil.copy(MOCKS / f"{name}.so", refused)
        (refused / f"{name}.so").chmod(0o644)
    command = text.format(b=broken, p=refused, t=template, o=target).split()
    both(*command, stdin=dumps(red()) + b"\n" + dumps(request()) + b"\n")


@cases("a stream that is longer than what is on its way at once: {0}", [
    ("all of it is there",), ("the output has no room",), ("who reads it goes away",)])
def long_stream(what):
    notices = SOURCE / "examples" / "samples" / "red-notices.ndjson"  # each has its findings
    stream = file(notices.read_bytes() * 3000)
    seen = []
    for how in ("none", "process"):
        command = [PROGRAM, "convert", "-v", "-t", "convention-json", "--isolate", how, stream]
        with open("/dev/full", "wb") as full:
            started = subprocess.Popen(
                command, stderr=subprocess.PIPE,
                stdout=full if "room" in what else subprocess.PIPE)
            if "goes away" in what:
                started.stdout.read(100)
                started.stdout.close()
                err = started.stderr.read()
                started.wait(60)
                out = b""
            else:
                out, err = started.communicate(timeout=60)
        seen.append((started.returncode, out, err))
    one, other = seen
    same(one[0], 0 if "all" in what else 8, "status")
    same(other[0], one[0], "status from a process of its own")
    check(other[1] == one[1], "output")
    same(other[2], one[2], "findings")
    if "all" in what:
        check(len(one[1]) > 3 << 20, "that is not long", len(one[1]))
        check(one[2].count(b"warning") >= 3000, "findings", one[2][:200])
    else:
        same(one[2].count(b"cannot be written"), 1, "told once")


@case("an output that exists already is not replaced, and what came before it is there")
def _():
    seen = []
    for how in ("none", "process"):
        target = folder()
        (target / "stdin-000002.json").write_text("mine")
        result = run("convert", "--isolate", how, "-t", "convention-json", "-o", f"{target}/",
                     stdin=(dumps(red()) + b"\n") * 3, report=True, env=FIXED).ends(8)
        seen.append((sorted(p.name for p in target.iterdir()), result.summary,
                     (target / "stdin-000001.json").read_bytes(),
                     (target / "stdin-000002.json").read_text()))
    same(seen[1], seen[0], "the folder and the summary")


@case("a large stream gives the same, and a closed output ends it")
def _():
    many = file((dumps(red()) + b"\n") * 2000)
    both("-t", "convention-json", many)
    with open("/dev/full", "wb") as full:
        run("convert", "--isolate", "process", "-t", "convention-json", many,
            stdout=full).ends(8)


@case("an input that is slow is waited for")
def _():
    source = subprocess.Popen([PROGRAM, "convert", "--isolate", "process", "--timeout", "1",
                               "-t", "convention-json"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = dumps(red()) + b"\n"
    for part in (text[:10], text[10:], text):
        source.stdin.write(part)
        source.stdin.flush()
        time.sleep(2.5)
    out, err = source.communicate()
    same(source.returncode, 0, err)
    same(len(out.splitlines()), 2, "documents")


# --- the other commands

def alike(*command, stdin=b"", env=None, **more):
    """A command in each way; all that is seen of it is the same."""
    seen = [run(*command, "--isolate", how, stdin=stdin, env={**FIXED, **(env or {})}, **more)
            for how in ("none", "process")]
    what = " ".join(map(str, command))
    for part in ("status", "out", "err", "findings", "summary"):
        same(getattr(seen[1], part), getattr(seen[0], part), f"{part} of {what}")
    return seen[1]


TEXTS = {
    "good": lambda: dumps(request()) + b"\n", "two": lambda: (dumps(red()) + b"\n") * 2,
    "none": lambda: b"", "null": lambda: b"null", "bad": lambda: b"{", "no": lambda: b"[1]",
    "mixed": lambda: dumps(red()) + b"\n{bad}\n" + dumps(request()) + b"\n",
    "bytes": lambda: b"\xff\xfe\x00", "control": lambda: b'{"a":"\\u001b[2J"}',
    "text": lambda: b"a [data] [information] text\n", "key": lambda: b'{"\xff":1}'}


@cases("'{0}' is answered alike", [
    ("detect -",), ("detect --json",), ("detect -q - -",), ("detect no-such - .",),
    ("validate",), ("validate --json -f convention-json",), ("validate -q --trace -v",),
    ("validate --fail-on never --kind extradition",), ("validate --kind nonsense",),
    ("validate --profile {b}",), ("validate -f ./no-such.json",), ("validate -f {b} - -",),
    ("validate --limit bytes=20",), ("validate --plugin-path no-such",),
    ("validate --set note=hello --overlay {t}",), ("validate -f nothing",),
    ("roundtrip",), ("roundtrip --json --via convention-xml",), ("roundtrip --via {t}",),
    ("roundtrip --via {b}",), ("roundtrip --via nothing",),
    ("roundtrip -f {t} --via oas-form",),
    ("show",), ("show --html",), ("show --json",), ("show --terminology data",),
    ("terms inventory",), ("terms inventory --json",), ("terms check",),
    ("terms check -f text",),
    ("terms resolve --terminology data",), ("terms resolve --terminology data -o {o}/x",),
    ("terms resolve --terminology information -f text",),
    ("terms resolve --terminology data -o /dev/full",),
    ("diff - {g}",), ("diff {g} {s}",), ("diff --json {s} {g}",), ("diff no-such {g}",),
    ("diff {g} {g}",),
    ("formats",), ("formats --json",), ("formats interpol-red",), ("formats {t}",),
    ("formats nothing",), ("formats {b}",), ("formats no/such.json",), ("formats /dev/zero",),
    ("formats check {t} {b} no-such . /dev/zero {t}",), ("formats check --json {b}",),
    ("formats check -q {t}",), ("formats check",), ("formats a b",),
    ("formats --plugin-path no-such",)])
def commands(text):
    broken = file('{"format":"broken","rows":[{"x":1}]}', "broken.json")
    good, other = file(TEXTS["good"]()), file(TEXTS["two"]())
    template = SOURCE / "plugins" / "interpol" / "interpol-red.json"
    texts = {"none": TEXTS["none"]} if text.startswith("formats") else TEXTS
    for name, content in spread(texts.items(), name=lambda t: t[0]):
        words = text.format(b=broken, t=template, g=good, s=other, o=folder()).split()
        if "-o" in words and "/dev/" not in text:
            for how in ("none", "process"):
                run(*words, "--isolate", how, "--overwrite", stdin=content())
            continue
        alike(*words, stdin=content(), report=words[0] not in ("diff", "detect", "formats"))


@case("what terms resolve writes to a file is the same")
def _():
    seen = []
    for how in ("none", "process"):
        target = folder() / "out"
        run("terms", "resolve", "--isolate", how, "--terminology", "data", "-o", target,
            stdin=TEXTS["text"]()).ends(0)
        run("terms", "resolve", "--isolate", how, "--terminology", "data", "-o", target,
            stdin=TEXTS["text"]()).ends(8)
        seen.append(target.read_bytes())
    same(seen[1], seen[0], "the text")


@cases("samples of {0} are shown, checked and sent around alike",
       [(name,) for name in sorted({p.parent.parent.name for p in SAMPLES})])
def sample_commands(name):
    for sample in spread([p for p in SAMPLES if p.parent.parent.name == name],
                         name=lambda p: p.name):
        for words in (["detect"], ["validate"], ["roundtrip"], ["show"], ["terms", "check"],
                      ["terms", "inventory", "--json"]):
            alike(*words, sample)
        alike("diff", sample, SAMPLES[0])


def maps_of(command):
    """What the program's own process has mapped while it waits for its input."""
    source = subprocess.Popen([PROGRAM, *command.split()], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "COMITY_PLUGIN_PATH": str(MOCKS),
                                   "COMITY_STORE": str(folder() / "store")})
    source.stdin.write(b" " * 10000)
    source.stdin.flush()
    time.sleep(0.5)
    maps = pathlib.Path(f"/proc/{source.pid}/maps").read_text()
    check(maps and source.poll() is None, f"{command} has ended")
    if "--watch" in command:
        source.terminate()
    source.communicate()
    return maps


def shows_plugin(maps):
    """A plugin is loaded from a sealed copy in memory, which has the file's name."""
    return re.search(r"memfd:.*\.so|mocks-run", maps) is not None


@cases("{0} loads no plugin in the program's own process", [
    ("convert -t mock-old",), ("detect",), ("validate",), ("roundtrip",), ("show",),
    ("terms check",), ("diff - -",),
    ("submit --dry-run --endpoint https://localhost:9/x",), ("inbox add --dry-run -",)])
def not_loaded(command):
    maps = maps_of(command)
    check(not shows_plugin(maps), maps)
    check(shows_plugin(maps_of(f"{command} --isolate none")), "this would not show it")


@cases("batch{0} loads no plugin in the program's own process, with --isolate {1} too", [
    (options, how) for options in ("", " --watch") for how in ("process", "none")])
def not_loaded_by_batch(options, how):
    where = folder()
    names = f"{where / 'in'} {where / 'out'}/" if options else "--files-from - --dry-run"
    if options:
        (where / "in").mkdir()
    maps = maps_of(f"batch{options} --isolate {how} -f mock-keeps -t mock-old {names}")
    check(not shows_plugin(maps), maps)


@cases("a plugin that does '{1}' is contained in {0}", [
    (command, name) for name in ("segv", "exit", "socket", "write")
    for command in ("validate", "roundtrip", "diff - {g}", "terms check", "show",
                    "submit --dry-run --endpoint https://localhost:9/x", "inbox add -")])
def misdeed_of_command(command, name):
    where = folder()
    where.chmod(0o755)
    shutil.copy(MOCKS / "hostile.so", where)
    (where / "hostile.so").chmod(0o644)
    words = command.format(g=file(b"{}")).split()
    result = run(*words, "--plugin-path", where, "-f", f"hostile-{name}", stdin=b"{}\n",
                 env={"COMITY_STORE": str(folder() / "store")})
    result.ends(7)
    check(MISDEEDS[name].encode() in result.out + result.err, result)


@cases("when the converter ends over the second of three inputs, {0} tells of the third", [
    ("convert -t convention-json",), ("convert -t convention-json -o {o}/",),
    ("show",), ("validate",), ("terms check",),
    ("submit --dry-run --endpoint https://localhost:9/x",), ("inbox add",)])
def goes_on(command):
    where, out = folder(), folder() / "out"
    where.chmod(0o755)
    shutil.copy(MOCKS / "told_to.so", where)
    (where / "told_to.so").chmod(0o644)
    inputs = [file(text, f"{name}.json") for name, text in
              (("first", b'{"id":"1"}'), ("bad", b'{"id":"2","do":"segv"}'),
               ("last", b'{"id":"3"}'))]
    words = command.format(o=out).split()
    result = run(*words, "-f", "mock-hostile", "--plugin-path", where, *inputs,
                 env={"COMITY_STORE": str(folder() / "store")}).ends(7)
    shown = result.out + result.err
    if words[0] in ("validate", "terms"):
        check(f"{inputs[2]}: error: the input was not looked at".encode() in shown, result)
        check(b"was not looked at" not in shown.split(bytes(inputs[2]))[0], result)
    elif "-o" in words:
        ids = {json.loads(p.read_bytes())["id"] for p in out.iterdir()}
        same(ids, {"1", "3"}, "what was converted")
    else:
        check(b"worker.untried" not in shown, result)
        check(shown.count(b"worker.crash") == 1, result)
    if words[0] == "convert" and "-o" not in words:
        same([json.loads(line)["id"] for line in result.out.splitlines()], ["1", "3"], "ids")


@case("once a plugin is set aside in the midst, inputs that are not tried any more are named")
def set_aside_in_the_midst():
    where = folder()
    where.chmod(0o755)
    shutil.copy(MOCKS / "told_to.so", where)
    (where / "told_to.so").chmod(0o644)
    bad = [file(b'{"id":"1","do":"segv"}', f"{n}.json") for n in range(6)]
    result = run("convert", "-t", "convention-json", "-f", "mock-hostile", "--plugin-path",
                 where, *bad, report=True, env={"XDG_STATE_HOME": str(folder())}).ends(7)
    same([(f["code"], f.get("file")) for f in result.graver("error")],
         [("worker.crash", str(n)) for n in bad[:3]] +
         [("plugin.unknown-format", str(bad[3]))] +
         [("worker.untried", str(n)) for n in bad[4:]], "what is told")


@cases("{0} prints no control character of a document, and the same from a process of its own",
       [("detect --json",), ("diff --json",), ("validate --json",)])
def controls(command):
    where = folder()
    name = where / "a\x7f\u009b31m.json"
    name.write_bytes(dumps({"schema": "urn:comity:convention:1", "kind": "extradition",
                            "id": "x\u009b31m\x7f"}))
    other = file(dumps(request()))
    files = [name, other] if command.startswith("diff") else [name]
    here, there = (run(*command.split(), "--isolate", how, *files)
                   for how in ("none", "process"))
    same((there.status, there.out), (here.status, here.out), "from a process of its own")
    text = (here.out + here.err).decode()
    check(here.out and not any(c == "\x7f" or "\x80" <= c < "\xa0" for c in text), text)


@case("a limit of memory that is lower than the worker's own is kept")
def low_memory():
    if UNDER_ASAN:
        skip("a sanitizer takes more than any limit")
    if os.getuid() != 0 or not shutil.which("setpriv"):
        skip("who may raise limits must become one who may not")
    where = folder()
    where.chmod(0o755)
    shutil.copy(PROGRAM, where / "comity")
    done = subprocess.run(
        ["setpriv", "--reuid", "65534", "--clear-groups", "--bounding-set", "-all", "sh", "-c",
         f"ulimit -v 1500000; exec {where}/comity detect -"], check=False,
        capture_output=True, input=dumps(request()),
        env={**os.environ, "COMITY_PLUGIN_PATH": str(where)})
    same(done.returncode, 0, done)


@case("a terminal that is the input is not written to")
def terminal():
    master, slave = os.openpty()
    where = folder()
    where.chmod(0o755)
    shutil.copy(MOCKS / "hostile.so", where)
    (where / "hostile.so").chmod(0o644)
    os.write(master, b"{}\n\x04")
    done = subprocess.run([PROGRAM, "convert", "--plugin-path", where, "-f", "hostile-frame",
                           "-t", "convention-json"], stdin=slave, check=False,
                          capture_output=True, timeout=60)
    os.set_blocking(master, False)
    seen = os.read(master, 10000)
    os.close(master)
    os.close(slave)
    same(done.returncode, 7, done)
    same(seen.replace(b"\r\n", b"\n"), b"{}\n", "what the terminal shows")


@cases("{0} is wrong usage", [
    ("convert --isolate thread -t convention-json",), ("batch --isolate thread",),
    ("convert --timeout 0 -t convention-json",), ("convert --timeout x -t convention-json",)])
def usage(command):
    run(*command.split()).ends(2)


# --- plugins of ill will

STOPPED = "worker.crash"
MISDEEDS = {
    "segv": STOPPED, "exit": STOPPED, "abort": STOPPED, "stack": STOPPED,
    "fork": STOPPED, "thread": STOPPED, "socket": STOPPED, "exec": STOPPED, "kill": STOPPED,
    "write": "worker.answer", "frame": "worker.answer", "long": "worker.answer",
    "reports": "worker.answer",
    "open": "plugin.failed", "create": "plugin.failed", "umask": "plugin.failed",
    "chdir": "plugin.failed", "locale": "plugin.failed", "code": "plugin.failed"}


def hostile(name, *options, text=b"{}\n", target=None):
    where = folder()
    where.chmod(0o755)
    shutil.copy(MOCKS / "hostile.so", where)
    (where / "hostile.so").chmod(0o644)
    begun = time.monotonic()
    result = run("convert", "--isolate", "process", "--plugin-path", where, "-f",
                 f"hostile-{name}", "-t", "convention-json", *options, stdin=text, report=True,
                 cwd=where)
    result.seconds = time.monotonic() - begun
    same(sorted(p.name for p in where.iterdir()), ["hostile.so"], "files that are there")
    return result


def contained(result, name, code):
    result.ends(7)
    same(result.out, b"", "output")
    same([f["code"] for f in result.graver("error")], [code], "findings")
    same(result.of(code)[0]["format"], f"hostile-{name}", "who is named")


@cases("a plugin that does '{0}' is contained, and told of as {1}", sorted(MISDEEDS.items()))
def misdeed(name, code):
    contained(hostile(name), name, code)


@cases("a plugin that does '{0}' is stopped when its time is over", [
    ("loop",), ("sleep",), ("stop",), ("signal",), ("puts",)])
def endless(name):
    result = hostile(name, "--timeout", "1")
    contained(result, name, "limit.time")
    check(result.seconds < 20, result.seconds)


@case("what a plugin reports with the call of a document that is over is not of that document")
def _():
    result = hostile("late", text=b"{}\n{}\n").ends(7)
    same(result.out, b"", "output")
    same([(f["code"], f["line"]) for f in result.findings if f["code"] != "hostile.again"],
         [("plugin.failed", 1), ("plugin.failed", 2)], "findings")
    check({f["line"] for f in result.of("hostile.again")} <= {2}, result.findings)


@case("a plugin that takes memory without end is stopped by the limit of memory or of time")
def _():
    if UNDER_ASAN:
        skip("a sanitizer takes more than any limit")
    result = hostile("memory")
    code = result.graver("error")[0]["code"]
    check(code in ("worker.crash", "limit.time"), result)
    contained(result, "memory", code)


@case("what is good before a crash reaches no file, and what follows in a list is not lost "
      "without a word")
def _():
    good = b'{"good":1,"id":"7"}\n'
    target = folder() / "out.json"
    result = hostile("segv", "-o", str(target), text=good + b"{}\n" + good)
    result.ends(7)
    check(not target.exists(), "the output is there")
    same(len(result.of("worker.crash")), 1, "findings")


@case("a good document is read by the plugin as in one process")
def _():
    result = hostile("segv", text=b'{"good":1,"id":"7"}\n').ends(0)
    same(json.loads(result.out)["id"], "7", "the id")


@case("each document of its own that came before a crash is there, whole")
def _():
    target = folder()
    good = b'{"good":1,"id":"7"}\n'
    hostile("abort", "-o", f"{target}/", text=good + good + b"{}\n" + good).ends(7)
    same(sorted(p.name for p in target.iterdir()), ["stdin-000001.json", "stdin-000002.json"],
         "files")


@case("side by side, one that is stopped does not disturb the others")
def _():
    results = {}

    def go(name, text):
        results[name] = hostile("abort", text=text)
    threads = [threading.Thread(target=go, args=(i, b'{"good":1,"id":"7"}\n' if i % 2 else
                                                 b"{}\n")) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same([results[i].status for i in range(6)], [7, 0] * 3, "statuses")


@case("where the worker's program is missing, that is said by what needs it")
def _():
    where = folder()
    shutil.copy(pathlib.Path(PROGRAM).parent / ".libs" / "comity"
                if (pathlib.Path(PROGRAM).parent / ".libs" / "comity").exists() else PROGRAM,
                where / "comity")
    program = [str(where / "comity")]
    run("convert", "-t", "convention-json", stdin=dumps(red()), program=program).ends(0)
    if pathlib.Path("/usr/local/libexec/comity/comity-worker").exists():
        return
    result = run("plugins", program=program).ends(8)
    check(b"[worker.start]" in result.err, result)


main(every=4)
