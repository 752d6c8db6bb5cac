#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity batch as a user meets it: inputs, outputs, ledger, quarantine, exit statuses."""
import functools
import io
import json
import pathlib
import random
import signal
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import samples
from batches import (TO, batch, command, folder_of, good, Left, notice, notices, packed,
                     requests, same_left, sha256, tar)
from tap import PROGRAM, case, cases, check, dumps, file, folder, main, run, same

OUTPUTS = ("out", "out.tar", "out.tar.gz", "out.tar.xz", "out.tar.zst", "out.ndjson",
           "out.ndjson.gz", "out.ndjson.zst")
BAD = b'{"a": 1,\n "a": 2}\n'


@functools.cache
def alone(content, *options, to=TO):
    """What convert makes of one document, and its run."""
    done = run("convert", *to, *options, stdin=content, report=True)
    return done.out, done


def mixed():
    """Entries of three formats, and what is none."""
    return ([(f"notices/{n}.json", notice(n)) for n in (1, 2)]
            + [("yellow.json", dumps(samples.yellow()))]
            + [(f"requests/{name}", content) for name, content in requests()[:5]])


def zipped(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


# --- outputs

@cases("a folder of requests comes out in {}, each as convert alone makes it",
       [(name,) for name in OUTPUTS])
def folder_to(name):
    entries = requests()
    left = good(folder_of(entries), name=name)
    got = left.by_entry()
    same(sorted(entry for entry, *_ in got), sorted("in/" + n for n, _ in entries), "entries")
    for entry, content in entries:
        same(got["in/" + entry, 0, 0, 1], alone(content)[0], f"the bytes of {entry}")
    left.is_private()


@case("all outputs hold the same documents in the same order")
def same_everywhere():
    source = file(tar(mixed()), "in.tar")
    lefts = [good(source, name=name) for name in OUTPUTS]
    entries = [[n["entry"] for n in left.items()] for left in lefts]
    check(all(e == entries[0] for e in entries), *entries)
    for left in lefts[1:]:
        same(left.by_entry(), lefts[0].by_entry(), left.out.name)


@cases("many documents of many sizes come through whole and in order, with {} converters",
       [(1,), (3,)])
def many_sizes(workers):
    """More than is on its way at a time, by far, and some that are larger than that alone."""
    sizes = [0] * 5000 + [9000] * 600 + [400_000] * 8 + [1_500_000, 3_000_000]
    random.Random(1).shuffle(sizes)
    lines = b"".join(dumps(samples.red(entity_id=f"1899/{n}",
                                       distinguishing_marks=chr(97 + n % 26) * size or None))
                     + b"\n" for n, size in enumerate(sizes))
    left = good(file(lines, "in.ndjson"), f"-j{workers}", name="out.ndjson")
    whole, _ = alone(lines)
    check(left.out.read_bytes() == whole, "the documents are not those of convert")
    values = [n["value"] for n in left.items()]
    same(values, list(range(1, len(sizes) + 1)), "the order in the ledger")


@case("a target in XML comes out with its suffix, and not as lines of JSON")
def to_xml():
    red = file(dict(requests())["mutual-legal-assistance.json"], "a.json")
    done, left = batch(red, to=("-t", "convention-xml"))
    done.ends(0)
    check(all(name.endswith(".xml") for name in left.documents()), left.documents())
    done, left = batch(red, name="out.ndjson", to=("-t", "convention-xml"))
    done.ends(2)
    check(not left.ledger_path.exists() and not left.out.exists(), "something was made")


# --- inputs

@case("documents of several formats stand in one archive, and each is recognized")
def mixed_archive():
    left = good(file(tar(mixed()), "in.tar"))
    same([n["format"] for n in left.items()],
         ["interpol-red"] * 2 + ["interpol-yellow"] + ["convention-json"] * 5, "formats")
    for entry, content in mixed():
        same(left.by_entry()["in.tar/" + entry, 0, 0, 1], alone(content)[0], entry)


@cases("a tar is read through {}", [("gzip",), ("xz",), ("zstd -q",)])
def compressed(program):
    expected = good(file(tar(mixed()), "in.tar")).by_entry()
    left = good(file(packed(program, tar(mixed())), "in.tar"))
    same(left.by_entry(), expected, "documents")


@case("documents stand in a zip in a tar")
def zip_in_tar():
    inner = zipped([("deep/a.json", notice(1)), ("b.json", notice(2))])
    left = good(file(tar([("first.json", notice(3)), ("old/in.zip", inner)]), "in.tar"))
    same([n["entry"] for n in left.items("done")],
         ["in.tar/first.json", "in.tar/old/in.zip/deep/a.json", "in.tar/old/in.zip/b.json"],
         "entries")
    same(left.by_entry()["in.tar/old/in.zip/b.json", 0, 0, 1], alone(notice(2))[0], "the bytes")


@cases("a stream of JSON lines is read {}", [("from a file",), ("from standard input",)])
def lines(way):
    content = b"\n".join(notices(300)) + b"\n"
    where = folder()
    if way == "from a file":
        left = good(file(content, "in.ndjson"), name="out.ndjson", where=where)
    else:
        left = good("-", name="out.ndjson", where=where, stdin=content)
    same([(n["value"], n["output"]) for n in left.items()], [(n, n) for n in range(1, 301)],
         "values and lines")
    same(b"".join(left.documents().values()), alone(content, "-f", "interpol-red")[0], "lines")


@cases("the inputs are named on standard input, ended by {}", [("lines",), ("NUL",)])
def listed(way):
    source = folder_of(mixed())
    names = sorted(str(p) for p in source.rglob("*.json"))
    end = "\n" if way == "lines" else "\0"
    more = [] if way == "lines" else ["--null"]
    done, left = batch([], "--files-from", "-", *more, stdin=end.join(names) + end)
    done.ends(0)
    left.agrees()
    same(left.counts(), (len(names), 0, 0), "counts")


@case("with -f a document of another format fails")
def from_format():
    source = folder_of([("a.json", notice(1)), ("b.json", b"<notice/>")])
    done, left = batch(source, "-f", "interpol-red")
    done.ends(3)
    left.agrees()
    same([(n["entry"], n["result"]) for n in left.items()],
         [("in/a.json", "done"), ("in/b.json", "failed")], "results")
    same(left.lines()[0]["batch"]["from"], "interpol-red", "from")


# --- names

@case("twins in one archive get distinct outputs")
def twins():
    left = good(file(tar([("a.json", notice(n)) for n in (1, 2, 3)]), "in.tar"))
    same([n.get("twin", 0) for n in left.items()], [0, 1, 2], "twins")
    same([left.by_entry()["in.tar/a.json", n, 0, 1] for n in range(3)],
         [alone(notice(n))[0] for n in (1, 2, 3)], "documents")


@case("an output's name hangs on the item alone, whatever stands beside it")
def names_alone():
    few = good(folder_of([("m.json", notice(1))]))
    many = good(folder_of([("a.json", notice(2)), ("m.json", notice(1)), ("sub/m.json",
                          notice(3)), ("z.json", notice(4))]))
    name = few.items()[0]["output"]
    same([n["output"] for n in many.items() if n["entry"] == "in/m.json"], [name], "names")
    same(many.documents()[name], few.documents()[name], "documents")


@case("names that would leave the folder, hide or drive a terminal make plain outputs")
def odd_names():
    odd = ["../../up.json", "/etc/abs.json", "-rf", ".hidden", "new\nline.json",
           "esc\x1b[2J.json", "a" * 300 + ".json", "\u202egnirts.json", "con:x?.json"]
    left = good(file(tar([(n, notice(i)) for i, n in enumerate(odd)]), "in.tar"))
    same(left.counts(), (len(odd), 0, 0), "counts")
    for name in left.documents():
        check(name.isascii() and name[0] not in ".-" and len(name) < 120
              and not set(name) & set("/\\\n\x1b :?"), name)
    for line in left.items():
        check(line["entry"].isprintable(), line["entry"])


# --- the ledger

def counts(content, target, loses):
    to = ("-t", target)
    _, whole = alone(content, to=to)
    done, left = batch(file(content, "x.json"), to=to)
    done.ends(0)
    line, = left.items()
    for member in ("mapped", "approximated", "kept", "dropped"):
        same(line.get(member, 0), whole.summary[member], f"{member} to {target}")
    for member, severity in (("notes", "note"), ("warnings", "warning"),
                             ("losses", "loss"), ("errors", "error")):
        same(line.get(member, 0), len(whole.graver(severity)), f"{member} to {target}")
    lost = sum(loss["count"] for loss in line.get("lost", [])) + line.get("lost_more", 0)
    same(lost, len(whole.graver("loss")), f"losses that are listed to {target}")
    check(bool(lost) == loses, "what is lost", line)


@cases("the ledger counts {} as convert --report does", [(n,) for n, _ in mixed()])
def counts_nothing_lost(name):
    counts(dict(mixed())[name], "convention-json", False)


@case("the ledger counts losses as convert --report does")
def counts_losses():
    counts(dict(requests())["mutual-legal-assistance.json"], "oas-form", True)


@case("the ledger names no place of this machine, whatever is asked for")
def no_paths():
    where = folder()
    done, left = batch(folder_of(mixed()), "-j2", "--report", str(where / "r"), where=where)
    done.ends(0)
    check(str(where).encode() not in left.ledger_path.read_bytes(), left.lines()[0])


@case("findings tell of their place in the file, not in the item")
def places():
    content = notice(1) + b"\n" + notice(2) + b"\n  " + BAD + notice(3) + b"\n"
    done, left = batch(file(content, "in.ndjson"), report=True)
    done.ends(3)
    found, = done.of("json.duplicate-key")
    offset = content.index(b'"a": 2')
    same((found["file"], found["line"], found["column"], found["offset"]),
         ("in.ndjson", 4, 2, offset), "the place")
    same(left.counts(), (3, 1, 0), "counts")


# --- the quarantine

@case("what fails stands aside with its bytes and the place of each finding in them")
def aside():
    entries = [("a.json", notice(1)), ("bad/one.json", BAD), ("c.xml", b"<a><b></a>"),
               ("d.json", b"no document\x00")]
    done, left = batch(file(tar(entries), "in.tar"))
    done.ends(3)
    left.agrees()
    left.is_private()
    same([(n["entry"], n["result"]) for n in left.items()],
         [("in.tar/a.json", "done")]
         + [("in.tar/" + n, "failed") for n, _ in entries[1:]], "results")
    for line, (_, content) in zip(left.items("failed"), entries[1:]):
        same(left.input(line), content, "the bytes")
        reason = left.reason(line)
        same((reason["entry"], reason["to"], reason["sha256"]),
             (line["entry"], "convention-json", sha256(content)), "the reason")
        check(line["code"] in [f["code"] for f in reason["findings"]], reason)
    finding, = left.reason(left.items("failed")[0])["findings"]
    same((finding["code"], finding["line"], finding["column"], finding["offset"]),
         ("json.duplicate-key", 2, 2, BAD.index(b'"a": 2')), "the finding")


@case("what fails in a stream has its place in its own bytes, and the value's in the stream")
def aside_of_stream():
    content = notice(1) + b"\n" + BAD
    done, left = batch(file(content, "in.ndjson"))
    done.ends(3)
    line, = left.items("failed")
    reason, = [left.reason(line)]
    same((reason["value"], reason["line"], reason["offset"]), (2, 2, len(notice(1)) + 1),
         "where the value stands")
    same(reason["findings"][0]["offset"], left.input(line).index(b'"a": 2'), "the finding")


# --- how it ends

@case("nothing is in the inputs, or all of it fails: 4")
def ends_4():
    done, left = batch(folder_of([("a.json", BAD), ("b.json", b"[")]))
    done.ends(4)
    same(left.agrees().counts(), (0, 2, 0), "counts")


@case("an empty folder is a batch of nothing")
def nothing():
    same(good(folder_of([])).counts(), (0, 0, 0), "counts")


@cases("what is asked for makes no sense: {}", [
    ("no target",), ("no output",), ("no input",), ("no such option",), ("jobs of 0",),
    ("a ratio of 2",), ("a sample that is written",)])
def ends_2(what):
    where, source = folder(), folder_of([("a.json", notice(1))])
    words = {"no target": ["-o", where / "out", source],
             "no output": [*TO, source],
             "no input": [*TO, "-o", where / "out"],
             "no such option": [*TO, "-o", where / "out", "--nonsense", source],
             "jobs of 0": [*TO, "-o", where / "out", "-j", "0", source],
             "a ratio of 2": [*TO, "-o", where / "out", "--max-failed-ratio", "2", source],
             "a sample that is written": [*TO, "-o", where / "out", "--sample", "3", source]}
    run("batch", *map(str, words[what])).ends(2)
    same(list(where.iterdir()), [], "what was made")


@case("--fail-on loss fails what loses anything")
def fail_on():
    request = dict(requests())["mutual-legal-assistance.json"]
    short = json.dumps({"schema": "urn:comity:convention:1",
                        "kind": "mutual-legal-assistance", "facts": {"summary": "short"}})
    source = folder_of([("a.json", short.encode()), ("r.json", request)])
    to = ("-t", "oas-form")
    lines_ = batch(source, to=to)[1].items()
    lossy = {n["entry"] for n in lines_ if n.get("losses")}
    check(lossy and len(lossy) < len(lines_), "the samples show nothing", lines_)
    done, left = batch(source, "--fail-on", "loss", to=to)
    done.ends(3, 5)
    left.agrees()
    failed = {n["entry"] for n in left.items("failed")}
    check(lossy <= failed and {n["entry"] for n in left.items("done")}, left.items())


@case("asked by SIGUSR1, it says how far it is and what time is left")
def progress():
    source = file(b"".join(notice(n) + b"\n" for n in range(20000)), "in.ndjson")
    out = folder() / "out.tar"
    ledger = out.with_name("out.tar.ledger.jsonl")
    with subprocess.Popen([PROGRAM, *command(out, [source], "--json", "-j1")],
                          stderr=subprocess.PIPE) as run_:
        while run_.poll() is None:
            if ledger.exists():  # before that it does not listen yet
                run_.send_signal(signal.SIGUSR1)
            time.sleep(0.03)
        lines = run_.stderr.read().splitlines()
    states = [json.loads(line)["progress"] for line in lines if b'"progress"' in line]
    under_way = [s for s in states if 0 < s["done"] < 20000]
    check(under_way, "no state under way", lines[:3])
    check(all(s.get("left", -1) >= 0 for s in under_way), under_way[:3])
    same([s["done"] for s in states], sorted(s["done"] for s in states), "it only grows")
    same(states[-1]["done"], 20000, "the last one is the sum")


@case("--html writes a page on what was done, failures and all, and none of what was not run")
def page():
    source = folder_of([("a.json", notice(1)), ("b.json", BAD)])
    where = folder()
    done, left = batch(source, "--html", str(where / "page.html"), where=where)
    done.ends(3)
    text = (where / "page.html").read_text(encoding="utf-8")
    check("<svg" in text and "<script" not in text and "b.json" in text, text[:300])
    same((where / "page.html").stat().st_mode & 0o777, 0o600, "whose page it is")
    batch(source, "--html", str(where / "other.html"), where=where)[0].ends(8)
    check(not (where / "other.html").exists(), "a page on a batch that was not run")


@cases("more failures than --max-failed{} allows stop the batch, which goes on later",
       [("",), ("-ratio",)])
def max_failed(what):
    entries = [(f"{n:03}.json", BAD if n % 3 else notice(n)) for n in range(400)]
    source, where = folder_of(entries), folder()
    options = ["--max-failed", "10"] if not what else ["--max-failed-ratio", "0.25"]
    done, left = batch(source, *options, where=where, report=True)
    done.ends(5)
    check(done.of("batch.max-failed"), done)
    check("summary" not in left.lines()[-1], left.lines()[-1])
    failed, all_ = len(left.items("failed")), len(left.items())
    check(failed == 11 if not what else all_ >= 100 and failed > all_ / 4, failed, all_)
    check(all_ < 400, all_)
    done, left = batch(source, "--resume", where=where)
    done.ends(3)
    same_left(left, batch(source)[1])


@case("as many failures as --max-failed allows do not stop it")
def max_failed_holds():
    entries = [(f"{n:03}.json", BAD if n < 10 else notice(n)) for n in range(40)]
    batch(folder_of(entries), "--max-failed", "10", "--max-failed-ratio", "0.3")[0].ends(3)


@case("an output in a folder that is not there: 8, and nothing is made")
def missing_folder():
    where = folder()
    for name in OUTPUTS:
        done, _ = batch(file(notice(1)), where=where / "none", name=name)
        done.ends(8)
    same(list(where.iterdir()), [], "what was made")


@case("an input that is not there stands in the ledger, and the others are converted")
def missing_input():
    done, left = batch([folder() / "none", file(notice(1), "a.json")])
    done.ends(3, 8)
    same([(n["result"], n.get("code")) for n in left.items()],
         [("failed", "io.read"), ("done", None)], "results")


@cases("what is there is left alone, and replaced by --overwrite: {}", [(n,) for n in OUTPUTS])
def overwrite(name):
    where = folder()
    old = folder_of([("a.json", notice(1)), ("bad.json", BAD)])
    new = folder_of([("b.json", notice(2))])
    batch(old, where=where, name=name)[0].ends(3)
    before = Left(where / name).all()
    done, left = batch(new, where=where, name=name)
    done.ends(8)
    same(left.all(), before, "what stood there")
    batch(new, "--overwrite", where=where, name=name)[0].ends(0)
    same_left(left.agrees(), good(new, name=name))


@case("a file that is no output of a batch is left alone too")
def other_file():
    where = folder()
    (where / "out.tar").write_bytes(b"mine")
    batch(file(notice(1)), where=where, name="out.tar")[0].ends(8)
    same([(p.name, p.read_bytes()) for p in where.iterdir()], [("out.tar", b"mine")], "files")


@case("nothing but output, ledger and quarantine is made")
def nothing_else():
    where = folder()
    entries = [("a.json", notice(1)), ("bad.json", BAD)]
    for name in OUTPUTS:
        batch(folder_of(entries), where=where, name=name, cwd=where)[0].ends(3)
    same(sorted(p.name for p in where.iterdir()),
         sorted(n + more for n in OUTPUTS for more in ("", ".ledger.jsonl", ".quarantine")),
         "what was made")


@case("the report ends with the counts of the whole batch")
def report():
    done, left = batch(file(tar(mixed() + [("bad", BAD)]), "in.tar"), report=True)
    done.ends(3)
    same((done.summary["documents"], done.summary["failed"]), left.counts()[:2], "counts")
    same(done.summary["mapped"], sum(n.get("mapped", 0) for n in left.items()), "mapped")


@case("inputs are read in the order in which they are named, folders by name")
def order():
    second = folder_of([("b.json", notice(2)), ("a.json", notice(1)), ("B.json", notice(3))])
    left = good([file(notice(9), "z.json"), second])
    same([n["entry"] for n in left.items()],
         ["z.json", "in/B.json", "in/a.json", "in/b.json"], "entries")


# --- determinism

@cases("the same bytes come out with {}", [("8 converters",), ("another locale",),
                                           ("another time zone",)])
def deterministic(what):
    entries = [(f"{n}.json", BAD if n % 97 == 5 else notice(n)) for n in range(700)]
    source = file(tar(entries), "in.tar")
    for name in ("out.tar.zst", "out.ndjson"):
        lefts = []
        for one in (True, False):
            env = {"LC_ALL": "C", "TZ": "UTC"}
            if what == "another locale" and not one:
                env["LC_ALL"] = "C.UTF-8"
            if what == "another time zone" and not one:
                env["TZ"] = "Asia/Tokyo"
            jobs = "8" if what == "8 converters" and not one else "1"
            done, left = batch(source, "-j", jobs, name=name, env=env)
            done.ends(3)
            lefts.append(left)
        same_left(lefts[1], lefts[0])


if __name__ == "__main__":
    main(every=4)
