#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One bad document, or one bad plugin, never costs another document."""
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import tap
from batches import UNDER_ASAN, batch, good, notice, requests, tar
from tap import case, cases, check, file, folder, main, same

GOOD = b'"kind":"extradition","id":"X-1"'
XML = b'<?xml version="1.0"?>\n'
LAUGHS = (b'<!DOCTYPE l [<!ENTITY a "ha">' +
          b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
          + b"]><l>&j;</l>")

# what it is -> bytes; each must fail with a code and a place
HOSTILE = {
    "a name twice": b'{"schema":"urn:comity:convention:1","kind":"x","kind":"y"}',
    "a name twice, escaped": b'{"a":1,"\\u0061":2}',
    "a NUL in a text": b'{"schema":"urn:comity:convention:1",\n"id":"AB\\u0000CD"}',
    "a raw NUL": b'{"id":"AB\x00CD"}',
    "bytes that are no UTF-8": b'{"id":"\xff\xfe"}',
    "an overlong form": b'{"id":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"id":"\xed\xa0\x80"}',
    "half a surrogate": b'{"id":"\\ud800"}',
    "a bad escape": b'{"id":"\\uZZZZ"}',
    "a raw control character": b'{"id":"\x01"}',
    "a raw end of line": b'{"id":"a\nb"}',
    "deep lists": b'{"a":' + b"[" * 100000 + b"]" * 100000 + b"}",
    "deep groups": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "never closed": b'{"a":[1,2',
    "a leading zero": b'{"a":012}',
    "a point without digits": b'{"a":1.}',
    "NaN": b'{"a":NaN}',
    "a comment": b'{"a":1 /* b */}',
    "a comma too many": b'{"a":1,}',
    "single quotes": b"{'a':1}",
    "no document": b"\x7fELF\x02\x01\x01\x00\x00",
    "a number alone": b"12345678901234567890123456789",
    "a DOCTYPE": XML + b"<!DOCTYPE a><a/>",
    "laughs": XML + LAUGHS,
    "a file as an entity": XML + b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                                 b"<a>&x;</a>",
    "100,000 attributes": XML + b"<a " + b" ".join(b'a%d="1"' % n for n in range(100000))
                          + b"/>",
    "elements left open": XML + b"<a><b></a>",
    "deep elements": XML + b"<a>" * 20000 + b"</a>" * 20000,
    "an encoding that lies": b'<?xml version="1.0" encoding="utf-8"?>\n<a>\xff</a>',
    "an encoding that nobody has": b'<?xml version="1.0" encoding="x-none"?><a/>',
    "a prefix without a name": XML + b"<p:a/>",
    "a reference to NUL": XML + b"<a>&#0;</a>",
    "an unknown entity": XML + b"<a>A&nbsp;B</a>",
    "two roots": XML + b"<a/><b/>",
    "XML of no format": XML + b"<unheard-of/>",
    "a field that is a list": b'{"schema":"urn:comity:convention:1","kind":["extradition"]}',
    "a request without a kind": b'{"schema":"urn:comity:convention:1","id":"X-1"}',
}
COUNT = 1000


def entries(with_hostile):
    """1,000 documents, 37 of them hostile, spread among them; or the good ones alone."""
    step = COUNT // len(HOSTILE)
    bad = {n * step + 3: content for n, content in enumerate(HOSTILE.values())}
    same(len(bad), 37, "hostile documents")
    for n in range(COUNT):
        if n not in bad:
            yield f"{n:04}.doc", notice(n) if n % 3 else requests()[n % 40][1]
        elif with_hostile:
            yield f"{n:04}.doc", bad[n]


@case("37 hostile documents among 1,000 cost no other one, and stand aside with their place")
def hostile_documents():
    clean = good(file(tar(entries(False)), "in.tar"))
    done, left = batch(file(tar(entries(True)), "in.tar"))
    done.ends(3)
    left.agrees()
    same(left.counts(), (COUNT - 37, 37, 0), "counts")
    same(left.by_entry(), clean.by_entry(), "the good documents")
    for line, (what, content) in zip(left.items("failed"), HOSTILE.items()):
        same(left.input(line), content, what)
        reason = left.reason(line)
        placed = [f for f in reason["findings"]
                  if f["code"] == line["code"] and f.get("line")]
        check(placed, f"{what}: no finding has a place", line, reason)
        check(0 <= placed[0]["offset"] <= len(content), f"{what}: {placed[0]}")


@cases("{} fails in a stream of lines too, and the next line is good", [
    (what,) for what in ("a name twice", "bytes that are no UTF-8", "deep lists", "NaN")])
def hostile_line(what):
    content = b"\n".join([notice(1), HOSTILE[what], notice(2)])
    done, left = batch(file(content, "in.ndjson"))
    done.ends(3)
    same([n["result"] for n in left.items()], ["done", "failed", "done"], "results")


# --- plugins

# what it does -> codes that it may fail with; None: it does no harm
DEEDS = {
    "segv": {"worker.crash"}, "abort": {"worker.crash"}, "stack": {"worker.crash"},
    "exit": {"worker.crash"}, "fork": {"worker.crash"}, "socket": {"worker.crash"},
    "exec": {"worker.crash"}, "kill": {"worker.crash"}, "memory": {"worker.crash"},
    "loop": {"limit.time"}, "sleep": {"limit.time"}, "line": {"worker.answer"},
    "lie": {"worker.answer"}, "queue": {"worker.answer"}, "output": None, "open": None,
}


def ordered(deeds, count):
    """Lines of documents: number -> deed, or none."""
    for n in range(count):
        deed = b',"do":"%s"' % deeds[n].encode() if n in deeds else b""
        yield b'{"id":"%d"%s}' % (n, deed)


def run_mock(lines, *options):
    stream = file(b"\n".join(lines), "in.ndjson")
    plugins = folder()
    shutil.copy(pathlib.Path(os.environ["MOCKS"]) / "told_to.so", plugins)
    return batch(stream, "-f", "mock-hostile", "--timeout", "1", "--plugin-path",
                 str(plugins), *options)


@cases("a plugin's {} costs the document that caused it, and no other", [
    (deed,) for deed in DEEDS])
def hostile_plugin(deed):
    if UNDER_ASAN and deed in ("memory", "stack"):
        tap.skip("with a checker of memory there is no limit to it")
    done, left = run_mock(ordered({20: deed, 41: deed}, 100), "-j2")
    harmful = DEEDS[deed] is not None
    done.ends(3 if harmful else 0)
    left.agrees()
    _, clean = run_mock(ordered({}, 100))
    same(clean.counts(), (100, 0, 0), "counts of the clean run")
    failed = left.items("failed")
    same([n["value"] for n in failed], [21, 42] if harmful else [], "values that failed")
    for line in failed:
        tap.among(line["code"], DEEDS[deed], "code")
        same(left.reason(line)["findings"][0]["code"], line["code"], "code of the reason")
    others = [{k: v for k, v in one.by_entry().items() if k[2] not in (21, 42)}
              for one in (left, clean)]
    same(others[0], others[1], "the other documents")


@case("every deed in one batch: each costs one document")
def all_deeds():
    deeds = {5 + 7 * n: deed for n, deed in enumerate(
        d for d in DEEDS if not (UNDER_ASAN and d in ("memory", "stack")))}
    done, left = run_mock(ordered(deeds, 150), "-j2")
    done.ends(3)
    same([n["value"] - 1 for n in left.agrees().items("failed")],
         [n for n, deed in deeds.items() if DEEDS[deed]], "what failed")


if __name__ == "__main__":
    main(every=4)
