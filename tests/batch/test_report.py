# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `comity batch report` tells of a ledger, against a count of it in Python."""
import collections
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from browser import browse, requests  # noqa: E402
from ledgers import HOSTILE, digest, head, ledger_lines, write_ledger  # noqa: E402
from tap import (PROGRAM, SOURCE, case, cases, check, folder, main, run, same,  # noqa: E402
                 skip)

COUNT = 6000
MISLEADING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e"
                        "\u2060-\u206f\ufeff]")
_made = {}


def lines():
    if "lines" not in _made:
        _made["lines"] = list(ledger_lines(COUNT))
    return _made["lines"]


def batch(some=None, name="out", **members):
    """A folder with a ledger of these lines; the path of the output."""
    out = folder() / name
    write_ledger(f"{out}.ledger.jsonl", lines() if some is None else some, **members)
    return out


def ledger(out):
    return pathlib.Path(f"{out}.ledger.jsonl")


def line(entry="a.json", **members):
    full = {"entry": entry, "position": 1, "size": 2, "sha256": digest(entry),
            "result": "done", "output": "o.json", **members}
    return {k: v for k, v in full.items() if v is not None}


def report(out, *options, status=0):
    return json.loads(run("batch", "report", "--json", *options, out).ends(status).out)


def rows(out, *options):
    """A list, as JSON lines."""
    text = run("batch", "report", "--json", *options, out).ends(0).out
    return [json.loads(row) for row in text.splitlines()]


def reduced(field):
    return re.sub(r"\[[0-9]+\]", "[]", field)


def in_order(counts, *more):
    """Groups by how many documents, then how many values, then by name."""
    def key(item):
        name = tuple((part or "").encode() for part in
                     (item[0] if isinstance(item[0], tuple) else (item[0],)))
        return -item[1], *(-extra[item[0]] for extra in more), name
    return sorted(counts.items(), key=key)


# --- totals

def recount(all_lines):
    """The same totals by another way."""
    items = set()
    contents, outputs = (collections.defaultdict(list) for _ in range(2))
    total = collections.Counter()
    for x in all_lines:
        total[x["result"]] += 1
        for name in ("mapped", "kept", "losses", "warnings", "errors", "lost_more",
                     "output_size"):
            total[name] += x.get(name, 0)
        item = (x["entry"], x.get("twin", 0), x.get("value", 0))
        if item not in items:
            total["size"] += x["size"]
            if x["result"] != "skipped":
                contents[x["sha256"]].append(x["entry"])
        items.add(item)
        if "output_sha256" in x:
            outputs[x["output_sha256"]].append(x["entry"])
    total["items"] = len(items)
    return total, contents, outputs


@case("totals are those of a count by other means")
def _():
    got, (want, _, _) = report(batch()), recount(lines())
    pairs = {"done": "done", "failed": "failed", "skipped": "skipped", "mapped": "mapped",
             "kept": "kept", "losses": "losses", "warnings": "warnings", "errors": "errors",
             "lost_more": "lost_more", "items": "items", "input_bytes": "size",
             "output_bytes": "output_size"}
    same({k: got[k] for k in pairs}, {k: want[v] for k, v in pairs.items()}, "totals")
    same(got["documents"], want["done"] + want["failed"], "documents")
    same(got["lines"], COUNT + 2, "lines")
    same((got["bad_lines"], got["torn"], got["finished"]), (0, False, True), "what is wrong")
    same(got["batch"]["to"], "convention-json", "what was asked for")
    check(want["failed"] > 200 and want["skipped"] > 50 and want["lost_more"], want)


@cases("documents by {} are counted and in order", [
    ("format", "formats"), ("kind", "kinds"), ("state", "states")])
def _(member, table):
    done, failed, all_ = (collections.Counter() for _ in range(3))
    for x in lines():
        if x["result"] != "skipped":
            {"done": done, "failed": failed}[x["result"]][x.get(member)] += 1
            all_[x.get(member)] += 1
    zero = collections.Counter()
    want = [{member: name, "documents": n, "done": done[name], "failed": failed[name]}
            for name, n in in_order(all_, zero)]
    same(report(batch())[table], want, table)
    check(len(want) > 5 and any(w[member] is None for w in want), "a rich table")


@cases("the reasons of what {} are counted and in order", [
    ("failed", "failures"), ("skipped", "skipped_by_code")])
def _(result, table):
    counts = collections.Counter(x["code"] for x in lines() if x["result"] == result)
    same([(x["code"], x["documents"]) for x in report(batch())[table]], in_order(counts), table)


@case("losses are counted by format, kind, code and field, without the numbers of lists")
def _():
    documents, values = collections.defaultdict(set), collections.Counter()
    fields, field_values = collections.defaultdict(set), collections.Counter()
    for number, x in enumerate(lines()):
        for lost in x.get("lost", ()):
            key = (x.get("format"), x.get("kind"), lost["code"], reduced(lost["field"]))
            documents[key].add(number)
            values[key] += lost["count"]
            fields[key[3]].add(number)
            field_values[key[3]] += lost["count"]
    got = report(batch())
    want = in_order({k: len(v) for k, v in documents.items()}, values)
    same([((x["format"], x["kind"], x["code"], x["field"]), x["documents"], x["values"])
          for x in got["lost"]], [(k, n, values[k]) for k, n in want], "lost")
    want = in_order({k: len(v) for k, v in fields.items()}, field_values)
    same([(x["field"], x["documents"], x["values"]) for x in got["fields"]],
         [(k, n, field_values[k]) for k, n in want], "fields")
    check("persons[].documents[].issuer" in fields and "links[relation=self].uri" in fields,
          fields.keys())


@case("items of the same bytes and documents of the same output are found")
def _():
    _, contents, outputs = recount(lines())
    got = report(batch())["duplicates"]
    for name, found in (("input", contents), ("output", outputs)):
        want = sorted(((k, v) for k, v in found.items() if len(v) > 1),
                      key=lambda kv: (-len(kv[1]), kv[0]))
        same([(x["sha256"], [e["entry"] for e in x["entries"]]) for x in got[name]], want, name)
        check(len(want) > 3, f"few {name}s are alike")
    out = batch()
    listed = rows(out, "--duplicates")
    same([(x["same"], x["count"]) for x in listed],
         [(n, len(x["entries"])) for n in ("input", "output") for x in got[n]], "the list")
    text = run("batch", "report", "--duplicates", out).ends(0).out.decode()
    same(text.count("\n"), sum(1 + x["count"] for x in listed), "lines of the text")


@case("several documents of one item, and empty files, are no duplicates")
def _():
    out = batch([line("a", position=1), line("a", position=2), line("b", position=1),
                 line("b", position=1, twin=1, sha256=digest("b")),
                 *[line(f"empty{i}", result="skipped", sha256=digest("")) for i in range(3)]])
    got = report(out)
    same([[(e["entry"], e.get("twin", 0)) for e in x["entries"]]
          for x in got["duplicates"]["input"]], [[("b", 0), ("b", 1)]], "alike")
    same(got["items"], 6, "items")


@case("beyond 5,000 groups of a table the rest is counted together, and said")
def _():
    out = batch([line(f"e{i}", state=f"S{i:04}") for i in range(5100)])
    states = report(out)["states"]
    same([len(states), states[0]["state"], states[4999]["state"], states[5000]],
         [5001, "S0000", "S4999", {"others": True, "documents": 100, "done": 100, "failed": 0}],
         "States")
    check(b"first 5,000" in run("batch", "report", out).ends(0).out, "the text")
    same(len(rows(out, "--state", "S5050")), 1, "they are listed like others")


@case("a batch that did not come to its end is called that, everywhere")
def _():
    words = "still runs, or was interrupted"
    for finished in (True, False):
        out = batch(lines()[:9], finished=finished)
        got = report(out)
        same((got["finished"], got["documents"] + got["skipped"]), (finished, 9), "JSON")
        for options in ([], ["--html", "-"]):
            text = run("batch", "report", *options, out).ends(0).out.decode()
            same(words in text, not finished, f"the words in {options}")


# --- which documents lost what

FILTERS = [
    ["--format", "br-mni"], ["--kind", "extradition"], ["--kind", ""], ["--state", "DE"],
    ["--result", "failed"], ["--result", "skipped"], ["--code", "xml.doctype"],
    ["--code", "loss.cut"], ["--field", "persons[].build"],
    ["--field", "persons[1].build"], ["--lost"],
    ["--lost", "--state", "", "--kind", "freezing"],
    ["--lost", "--field", "purpose", "--code", "loss.unread", "--format", "interpol-red"],
    ["--format", "", "--result", "failed"], ["--field", "no.such"]]


def selected(options):
    """(entry, position, code, field, count) of what the options ask for."""
    asked = {}
    words = iter(options)
    for word in words:
        asked[word[2:]] = True if word == "--lost" else next(words)
    for x in lines():
        if any(k in asked and asked[k] != x.get(k, "")
               for k in ("format", "kind", "state", "result")):
            continue
        code = asked.get("code")
        if "lost" not in asked and "field" not in asked and code in (None, x.get("code")):
            yield x["entry"], x["position"], x.get("code"), None, None
            continue
        for lost in x.get("lost", ()):
            if code in (None, lost["code"]) and \
                    asked.get("field") in (None, lost["field"], reduced(lost["field"])):
                yield x["entry"], x["position"], lost["code"], lost["field"], lost["count"]


@cases("{} lists what it asks for, as JSON and as text",
       [(" ".join(shlex.quote(w) for w in f), f) for f in FILTERS])
def _(_name, options):
    want = list(selected(options))
    check(bool(want) == ("no.such" not in options), f"{len(want)} rows")
    out = batch()
    same([(x["entry"], x["position"], x.get("code"), x.get("field"), x.get("count"))
          for x in rows(out, *options)], want, "rows")
    text = run("batch", "report", *options, out).ends(0).out.decode().splitlines()
    cells = [row.split("\t") for row in text]
    check(all(len(c) == 6 for c in cells), "six columns")
    same([(int(c[1]), c[3] or None, c[4] or None, int(c[5]) if c[5] else None) for c in cells],
         [row[1:] for row in want], "text")


# --- ledgers that are not as they should be

@case("a torn last line is told and left out, wherever it is torn")
def _():
    out = batch(lines()[:3], finished=False)
    whole = ledger(out).read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in (last + 1, last + 40, len(whole) - 2, len(whole) - 1):
        ledger(out).write_bytes(whole[:cut])
        result = run("batch", "report", "--json", out).ends(0)
        got = json.loads(result.out)
        same((got["torn"], got["lines"], got["done"] + got["failed"] + got["skipped"]),
             (True, 4, 2), f"cut at {cut}")
        check(b"batch.torn" in result.err and b"line 4" in result.err, result)


BAD = [
    ("no JSON", b"hello", b"does not begin with '{'"),
    ("half an object", b'{"entry":"a"', b"ends"),
    ("two objects", b'{"entry":"a","result":"done"}{}', b"something follows"),
    ("a list", b"[]", b"does not begin"),
    ("an empty line", b"", b"does not begin"),
    ("no result", b'{"entry":"a","position":1}', b"'result'"),
    ("another result", b'{"entry":"a","position":1,"result":"good"}', b"'result'"),
    ("no entry", b'{"position":1,"result":"done"}', b"'entry'"),
    ("a number for a name", b'{"entry":7,"position":1,"result":"done"}', b"'entry'"),
    ("a text for a number", b'{"entry":"a","position":"1","result":"done"}', b"'position'"),
    ("a number below 0", b'{"entry":"a","size":-1,"result":"done"}', b"'size'"),
    ("a number beyond 64 bits", b'{"entry":"a","size":99999999999999999999,"result":"done"}',
     b"'size'"),
    ("a short digest", b'{"entry":"a","sha256":"ab","result":"done"}', b"'sha256'"),
    ("losses that are no list", b'{"entry":"a","result":"done","lost":{}}', b"'lost'"),
    ("a loss that is none", b'{"entry":"a","result":"done","lost":[{"field":"x"}]}', b"'lost'"),
    ("a second head", b'{"batch":{"version":1}}', b"'batch'"),
    ("bytes that are no UTF-8", b'{"entry":"\xff","result":"done"}', b"UTF-8"),
    ("a member twice", b'{"entry":"a","entry":"b","result":"done"}', b"entry"),
    ("a NUL", b'{"entry":"a\\u0000","result":"done"}', b"NUL|u0000"),
    ("a line too long", b'{"entry":"' + b"x" * (1 << 20) + b'","result":"done"}', b"1 MiB"),
    ("deep nesting", b'{"entry":"a","x":' + b"[" * 9999 + b"]" * 9999 + b',"result":"done"}',
     b"deep|16|insid"),
]


@cases("{} is told with its place, and the other lines count", BAD)
def _(_name, text, words):
    out = batch([line("a"), line("b")])
    good = ledger(out).read_bytes().splitlines(keepends=True)
    ledger(out).write_bytes(good[0] + good[1] + text + b"\n" + good[2])
    result = run("batch", "report", "--json", out).ends(3)
    got = json.loads(result.out)
    same((got["done"], got["bad_lines"]), (2, 1), "lines")
    same((got["faults"][0]["line"], got["faults"][0]["offset"]),
         (3, len(good[0]) + len(good[1])), "place")
    check(re.search(words, got["faults"][0]["message"].encode()), got["faults"])
    check(b"batch.ledger" in result.err and b'"' in result.err, result)
    listed = run("batch", "report", "--result", "done", out).ends(3)
    same(listed.out.count(b"\n"), 2, "the list")
    check(b"line 3, byte" in listed.err, listed)


@case("a line cut short at any byte is told, and no part of it counts")
def _():
    out = batch([line("a\u00e9", losses=1, lost=[{"code": "c", "field": "f[0].g", "count": 1}],
                      warnings=12, kind="k", output_sha256=digest("x"))])
    good = ledger(out).read_bytes().splitlines()
    parts = b"".join(good[1][:n] + b"\n" for n in range(len(good[1])))
    ledger(out).write_bytes(good[0] + b"\n" + parts + good[1] + b"\n")
    got = report(out, status=3)
    same((got["bad_lines"], got["documents"], got["losses"]), (len(good[1]), 1, 1), "lines")
    same(len(got["faults"]), 100, "those that are told one by one")


@case("members that this version does not know are passed over")
def _():
    out = batch([line("a", later={"x": [1, {"y": None}]}, also=True)])
    same(report(out)["done"], 1, "documents")


@case("lines of every length around the reader's blocks are read alike")
def _():
    sizes = [1, 2, 4000, 4096, 5000, 262143 - 200, 262144, 524288, 900000, 1, 1048000, 3]
    out = batch([line("n" * n, code=None) for n in sizes])
    same([len(x["entry"]) for x in rows(out, "--result", "done")], sizes, "entries")


@case("a line that ends where the reader's block ends is a line like others")
def _():
    for end in range((1 << 18) - 2, (1 << 18) + 3):
        out = batch([line("n"), line("b")])
        parts = ledger(out).read_bytes().splitlines(keepends=True)
        spare = end - len(parts[0]) - len(parts[1])
        parts[1] = parts[1].replace(b'"n"', b'"' + b"n" * (spare + 1) + b'"')
        same(len(parts[0] + parts[1]), end, "where it ends")
        ledger(out).write_bytes(b"".join(parts))
        same([len(x["entry"]) for x in rows(out, "--result", "done")], [spare + 1, 1], end)


@case("what is no ledger ends with 4, and says so")
def _():
    for text in (b"", b"hello\nthere\n", b"\0\0\0\n"):
        path = folder() / "x.ledger.jsonl"
        path.write_bytes(text)
        result = run("batch", "report", path).ends(4)
        check(b"batch.ledger" in result.err, result)


@case("a ledger that is not there, or cannot be read, ends with 8 and is named")
def _():
    where = folder()
    (where / "dir.ledger.jsonl").mkdir()
    os.mkfifo(where / "pipe.ledger.jsonl")
    for name in ("none", "none.ledger.jsonl", "dir", "pipe"):
        result = run("batch", "report", where / name).ends(8)
        check(b"io.read" in result.err and name.encode() in result.err, result)
        same(result.out, b"", "output")


@case("OUT is the output, with or without a slash, or the ledger by any name")
def _():
    out = batch(lines()[:50], name="out.ndjson")
    out.write_bytes(b'{"schema":"urn:comity:convention:1"}\n')
    tree = batch(lines()[:50], name="tree")
    tree.mkdir()
    other = folder() / "kept.jsonl"
    other.write_bytes(ledger(out).read_bytes())
    want = report(out)
    for path in (ledger(out), f"{tree}/", tree, other):
        same(report(path), want, str(path))


@case("wrong usage ends with 2 and names what is wrong")
def _():
    for options, words in ((["--result", "good", "x"], "good"),
                           (["--nonsense", "x"], "nonsense"),
                           ([], "which"), (["a", "b"], "b"), (["--kind"], "--kind"),
                           (["--json", "--html", "p", "x"], "--html"),
                           (["--lost", "--duplicates", "x"], "--duplicates")):
        result = run("batch", "report", *options).ends(2)
        check(words.encode() in result.err, result)
    check(b"--duplicates" in run("batch", "report", "--help").ends(0).out, "help")


@case("what cannot be written ends with 8")
def _():
    out = batch()
    for options in ([], ["--json"], ["--lost"], ["--duplicates"]):
        with open("/dev/full", "wb") as full:
            run("batch", "report", *options, out, stdout=full).ends(8)


@case("the codes that a report uses are explained")
def _():
    for code in ("batch.ledger", "batch.torn"):
        check(len(run("explain", code).ends(0).out) > 60, code)


@case("every command line of the page on batches does what it says")
def _():
    text = (SOURCE / "docs" / "batch.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    (comity batch report.* OUT)$", text, re.M)
    check(len(commands) >= 9, f"the page shows {len(commands)} commands")
    where = batch(name="OUT").parent
    for command in commands:
        done = subprocess.run(["bash", "-c", command.replace("comity", shlex.quote(
            str(PROGRAM)), 1)], capture_output=True, timeout=60, check=False, cwd=where)
        same((done.returncode, done.stderr), (0, b""), command)
        check(done.stdout or "--html" in command, f"{command} said nothing")
    check((where / "report.html").stat().st_size > 10000, "the page")


# --- text

@case("no name brings control or turning characters to a terminal")
def _():
    names = [*HOSTILE, "\x1b[31mred", "bell\x07", "back\x08", "nl\nnext\ttab", "\x7f\x9b1m",
             "\u202etxt.exe", "\u2028", "\ufeff"]
    out = batch([line(n, kind=n, state=n, format=n, sha256=digest("one"), losses=1,
                      lost=[{"code": n, "field": n, "count": 1}])
                 for n in names] +
                [line(n, result="failed", code=n, output=None) for n in names], to=names[9])
    for options in ([], ["--lost"], ["--duplicates"], ["--result", "failed"], ["--json"],
                    ["--lost", "--json"]):
        result = run("batch", "report", *options, out).ends(0)
        text = result.out.decode("utf-8")
        if "--json" in options:  # in JSON nothing is changed, but controls are escaped
            check(not re.search("[\x00-\x09\x0b-\x1f\x7f]", text), options)
        else:
            check(not MISLEADING.search(text.replace("\t", " ")), options,
                  MISLEADING.findall(text))
            check("\\u202e" in text and "\\x1b" in text, text[:500])
    got = [x["entry"] for x in rows(out, "--result", "done")]
    same(got, names, "names in JSON")


@case("the text has the totals, the tables and what was lost")
def _():
    text = run("batch", "report", batch()).ends(0).out.decode()
    want = recount(lines())[0]
    for words in (f"{want['done'] + want['failed']:,}", f"{want['failed']:,}", "By format",
                  "interpol-red", "By kind", "By State", "Failed, by reason", "Lost, by field",
                  "persons[].build", "--duplicates", "The document has a DOCTYPE."):
        check(words in text, f"{words} is not in it", text[:1500])


@case("a report is the same every time, in any locale and time zone")
def _():
    out = batch()
    for options in ([], ["--json"], ["--html", "-"], ["--duplicates"]):
        got = {run("batch", "report", *options, out, env=env).ends(0).out
               for env in ({}, {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo"}, {"LC_ALL": "C"})}
        same(len(got), 1, f"outputs of {options}")


# --- the page

def page(out, *options, name="report.html"):
    path = folder() / name
    run("batch", "report", "--html", path, *options, out).ends(0)
    return path


def parsed(path):
    try:
        from lxml import html
    except ImportError:
        skip("there is no lxml here")
    return html.document_fromstring(path.read_bytes())


def cells(tree, anchor):
    """The rows of the table of a section: lists of texts."""
    section = tree.xpath(f"//section[h2[@id='{anchor}']]")[0]
    return [[" ".join(c.text_content().split()) for c in tr.xpath("th|td")]
            for tr in section.xpath(".//tbody/tr")]


@case("the page holds no script, no style but its own, and nothing from elsewhere")
def _():
    tree = parsed(page(batch()))
    active = "script iframe object embed img link form base".split()
    same(tree.xpath("|".join(f"//{name}" for name in active) + "|//*[@style]"), [],
         "elements that do something")
    handlers = [a for e in tree.iter() for a in e.attrib if a.lower().startswith("on")]
    same(handlers, [], "handlers")
    addresses = {v for e in tree.iter() for a, v in e.attrib.items()
                 if a in ("href", "src", "xlink:href") and not v.startswith("#")}
    same(addresses, set(), "addresses")
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    check(policy and policy[0].startswith("default-src 'none'; style-src 'unsafe-inline'"),
          policy)
    check("url(" not in tree.xpath("//style")[0].text_content(), "the style loads nothing")


@case("hostile names are text in the page, and what misleads is made visible")
def _():
    names = [*HOSTILE, "</style><script>x</script>", "</title><script>x</script>",
             "'><svg onload=x>", "]]><!--", "\x1b[0m", "&#x202e;"]
    out = batch([line(n, kind=n, state=n, format=n, losses=1, output=n,
                      lost=[{"code": n, "field": n, "count": 1}]) for n in names] +
                [line(n, result="failed", code=n, quarantine=n) for n in names],
                to=names[0], name="<b>'out\" & \u202e")
    path = page(out)
    text = path.read_text(encoding="utf-8")
    check(not MISLEADING.search(text), MISLEADING.findall(text)[:9])
    tree = parsed(path)
    same(tree.xpath("//script|//img|//b[not(ancestor::li)]|//*[@onload]|//*[@onerror]"), [],
         "names that became elements")
    seen = tree.text_content()
    for name in names:
        shown = re.sub(MISLEADING, lambda m: f"\\x{ord(m[0]):02x}" if ord(m[0]) < 0x80
                       else f"\\u{ord(m[0]):04x}", name)
        check(seen.count(shown) >= 6, f"{shown} is seen {seen.count(shown)} times")


@case("every link of the page leads somewhere, and no id stands twice")
def _():
    for out in (batch(), batch([]), batch([line("a")])):
        tree = parsed(page(out))
        ids = tree.xpath("//@id")
        same([i for i, n in collections.Counter(ids).items() if n > 1], [], "ids twice")
        targets = {h[1:] for h in tree.xpath("//@href")}
        same(targets - set(ids), set(), "links that lead nowhere")
        names = {i for v in tree.xpath("//@aria-labelledby") for i in v.split()}
        same(names - set(ids), set(), "labels that are not there")


@case("every number of a table leads to a list of so many documents")
def _():
    out = batch()
    tree = parsed(page(out))
    got = report(out)
    checked = 0
    for anchor, table, member in (("format", "formats", "format"), ("kind", "kinds", "kind"),
                                  ("state", "states", "state"), ("failed", "failures", "code"),
                                  ("field", "fields", "field"), ("loss", "lost", "field")):
        section = tree.xpath(f"//section[h2[@id='{anchor}']]")[0]
        shown = section.xpath(".//tbody/tr")
        same(len(shown), min(100, len(got[table])), f"rows of {table}")
        for tr, group in zip(shown, got[table]):
            links = tr.xpath("td/a")
            same(links[0].text_content(), f"{group['documents']:,}", f"{table}: documents")
            for link in links:
                target = tree.get_element_by_id(link.get("href")[1:])
                listed = len(target.xpath("self::div//tbody/tr|self::h4/following-sibling::*[1]"
                                          "//tbody/tr"))
                more = target.xpath("self::div//p[@class='rest']|self::h4/"
                                    "following-sibling::*[2][@class='rest']")
                rest = sum(int(m.text.split()[0].replace(",", "")) for m in more)
                if link.getparent().get("data-of").strip() != "values":
                    same(listed + rest, int(link.text_content().replace(",", "")),
                         f"documents behind {link.get('href')}")
                    checked += 1
    check(checked > 150, f"{checked} numbers were followed")


@case("the command that stands for the rest of a list lists all of it")
def _():
    out = batch(name="it's \u202e out")
    tree = parsed(page(out))
    found = [c for c in tree.xpath("//p[@class='rest']/code") if "all of them" in
             (c.getparent().text or "") and "--duplicates" not in c.text_content()]
    check(len(found) > 10, f"{len(found)} commands")
    for code in found[::7]:
        table = code.getparent().getprevious()
        title = table.getprevious().text_content()
        total = int(title.split()[-1].replace(",", ""))
        command = code.text_content().replace("comity", shlex.quote(str(PROGRAM)), 1)
        done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60,
                              check=False)
        same(done.returncode, 0, command + done.stderr.decode())
        entries = {tuple(r.split("\t")[:2]) for r in done.stdout.decode().splitlines()}
        count = len(done.stdout.splitlines())
        check(len(entries) <= total <= count,
              f"{command}: {len(entries)} <= {total} <= {count}")


@case("charts have a name, a description and a bar for each group")
def _():
    out = batch()
    tree, got = parsed(page(out)), report(out)
    charts = tree.xpath("//*[local-name()='svg']")
    check(len(charts) >= 6, f"{len(charts)} charts")
    for chart in charts:
        check(chart.xpath("*[local-name()='title']")[0].text_content(), "a title")
        check(chart.xpath("*[local-name()='desc']")[0].text_content(), "a description")
    section = tree.xpath("//section[h2[@id='format']]")[0]
    widths = [sum(float(r.get("width").rstrip("%")) for r in a.xpath("*[@class='done' or "
                                                                      "@class='failed']"))
              for a in section.xpath(".//*[local-name()='svg']/*[local-name()='a']")]
    most = got["formats"][0]["documents"]
    for width, group in zip(widths, got["formats"]):
        check(abs(width - 100 * group["documents"] / most) < 0.5, width, group)
    same(len(widths), len(got["formats"]), "bars")
    rows_ = cells(tree, "state")
    check(any(r[0].startswith("Germany") for r in rows_), "a State by its name")


@case("the page is whole or not there, readable by its owner alone, and replaces nothing")
def _():
    out = batch()
    path = page(out)
    same(path.stat().st_mode & 0o777, 0o600, "mode")
    path.write_text("mine")
    check(b"--overwrite" in run("batch", "report", "--html", path, out).ends(8).err, "a hint")
    same(path.read_text(), "mine", "what was there")
    run("batch", "report", "--html", path, "--overwrite", out).ends(0)
    check(path.read_bytes().endswith(b"</html>\n"), "the page")
    nowhere = path.with_name("none") / "report.html"
    run("batch", "report", "--html", nowhere, out).ends(8)
    ledger(out).unlink()
    other = path.with_name("other.html")
    run("batch", "report", "--html", other, out).ends(8)
    same(sorted(p.name for p in path.parent.iterdir()), ["report.html"], "what is left")


MEASURE = """<script>
const wide = document.documentElement.clientWidth;
const all = [...document.body.querySelectorAll('*')];
const seen = all.filter(e => e.getClientRects().length && !e.closest('.unseen, .skip'));
const out = seen.filter(e => { const r = e.getBoundingClientRect();
  return r.left < -1 || r.right > wide + 1; })
  .map(e => e.tagName + ' ' + e.textContent.slice(0, 40));
const link = document.querySelector('td a'), goal = link.getAttribute('href');
link.click();
setTimeout(() => { const t = document.querySelector(goal);
  document.body.replaceChildren(Object.assign(document.createElement('pre'), {id: 'result',
  textContent: JSON.stringify({out, ran: !!window.ran, wide,
    opened: t && t.closest('details').open})})); }, 300);
</script></body>"""
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@cases("in a browser {} pixels wide nothing is cut, and a figure opens its documents",
       [(360,), (1200,)])
def _(width):
    path = page(batch())
    text = POLICY.sub("", path.read_text(encoding="utf-8")).replace("</body>", MEASURE)
    path.with_name("inner.html").write_text(text, encoding="utf-8")
    frame = path.with_name("frame.html")  # a window cannot be as narrow as a telephone
    frame.write_text(f'<iframe src="inner.html" style="width:{width}px;height:900px;border:0">'
                     "</iframe><script>addEventListener('load', () => setTimeout(() => {"
                     "document.body.textContent = frames[0].document.querySelector('#result')"
                     ".textContent; }, 900));</script>", encoding="utf-8")
    dump = browse(frame, "--allow-file-access-from-files", "--virtual-time-budget=8000",
                  "--dump-dom")
    found = json.loads(re.search(r"<body>(\{.*\})", dump)[1].replace("&amp;", "&")
                       .replace("&lt;", "<").replace("&gt;", ">"))
    same(found, {"out": [], "ran": False, "wide": width, "opened": True}, "what was measured")


@case("the browser has nothing to complain of, and asks nobody for anything", always=False)
def _():
    path = page(batch())
    planted = path.with_name("planted.html")
    planted.write_text(path.read_text(encoding="utf-8").replace(
        "</main>", '<img src="http://tracker.example/x.png"></main>'), encoding="utf-8")
    said = {}
    for name in (path, planted):
        log, net = path.with_name("log.txt"), path.with_name("net.json")
        browse(name, "--enable-logging", f"--log-file={log}", f"--log-net-log={net}",
               "--dump-dom")
        same(requests(net), set(), "requests")
        said[name.stem] = [x for x in log.read_text(errors="replace").splitlines()
                           if "CONSOLE" in x]
    same(said["report"], [], "the console")
    check(said["planted"], "a page that asks for something is complained of")


# --- many lines

def measured(out, *options):
    """Seconds of processor time, and the most memory, of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(["/usr/bin/env", "time", "-f", "%M", str(PROGRAM), "batch", "report",
                           *options, str(out)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False, timeout=120)
    same(done.returncode, 0, done.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    return after - before, int(done.stderr.split()[-1]) * 1024


@case("200,000 lines take little time and memory, whatever is asked of them")
def _():
    if subprocess.run(["/usr/bin/env", "time", "-f", "", "true"], check=False,
                      capture_output=True).returncode:
        skip("there is no time here")
    if "asan" in os.environ.get("ASAN_OPTIONS", "") + PROGRAM:
        skip("memory and time are those of AddressSanitizer")
    some = lines()
    small, large = folder() / "small", folder() / "large"
    write_ledger(f"{small}.ledger.jsonl", some[:2000])
    with open(f"{large}.ledger.jsonl", "w", encoding="utf-8") as to:
        to.write(json.dumps(head()) + "\n")
        texts = [json.dumps(x, ensure_ascii=False) + "\n" for x in some]
        for _ in range(200000 // COUNT + 1):  # each of them many times: all are duplicates
            to.writelines(texts)
    begun = time.process_time()
    for text in texts:
        json.loads(text)
    python = (time.process_time() - begun) * 200000 / COUNT
    for options in ([], ["--lost"], ["--html", "/dev/null"]):
        _, least = measured(small, *options)
        seconds, most = measured(large, *options)
        # two tables of 24 bytes, and one more to sort
        check(most - least < (200000 + COUNT) * 24 * 3 + (8 << 20),
              f"{options}: {most - least} bytes more")
        check(seconds < python * 2 + 0.5, f"{options}: {seconds:.2f} s; Python {python:.2f} s")


main(every=3)
