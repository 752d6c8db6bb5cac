# SPDX-License-Identifier: LGPL-2.1-or-later
"""A watched folder: what is dropped into it is converted when it is whole, and ends in done/ or
failed/ exactly once, whatever happens to the watch."""
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import loaded_before  # noqa: E402
from samples import red  # noqa: E402
from tap import PROGRAM, case, check, dumps, folder, main, run, same  # noqa: E402

PATIENCE = 15


def note(i=1):
    return dumps(red(entity_id=f"1899/{i}"))


class Watch:
    """A watch that runs in a folder of its own, or goes on in one."""

    def __init__(self, work=None, *more):
        self.work = work or folder()
        self.base, self.docs = self.work / "w", self.work / "docs"
        self.drop = self.base / "in"
        self.process = subprocess.Popen(
            [PROGRAM, "batch", "--watch", "-j2", "-t", "convention-json", *more, self.base,
             self.docs], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            env=dict(os.environ, **loaded_before("even_disk")))
        self.until(lambda: self.ledger().exists() or self.process.poll() is not None)

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def ledger(self):
        return pathlib.Path(f"{self.docs}.ledger.jsonl")

    def lines(self):
        return [json.loads(x) for x in self.ledger().read_text().splitlines()
                if not x.startswith('{"batch"')]

    def names(self, part):
        path = self.base / part
        return sorted(p.name for p in path.iterdir()) if path.exists() else []

    def documents(self):
        return sorted(p.name for p in self.docs.iterdir() if not p.name.startswith("."))

    def until(self, condition, what="it"):
        end = time.monotonic() + PATIENCE
        while not condition():
            check(time.monotonic() < end, f"{what} did not come to be", self.names("in"),
                  self.names("work"), self.names("done"), self.names("failed"))
            time.sleep(0.02)

    def ended(self, count):
        self.until(lambda: len(self.names("done")) + len(
            [n for n in self.names("failed") if not n.endswith(".reason.jsonl")]) >= count,
            f"the end of {count} files")

    def end(self, number=signal.SIGTERM):
        begun = time.monotonic()
        self.process.send_signal(number)
        err = self.process.communicate(timeout=PATIENCE)[1]
        check(time.monotonic() - begun < 2, "it took more than 2 s to end")
        return self.process.returncode, err


def place(path, content):
    """As a system should: under another name, then renamed."""
    part = path.with_name(f".{path.name}")
    part.write_bytes(content)
    part.rename(path)


def agrees(watch, inputs):
    """Ledger, documents and folders tell of each file once."""
    lines = watch.lines()
    numbers = [int(x["entry"].split("/")[0]) for x in lines]
    same(numbers, sorted(numbers), "the order of the ledger")
    same(len(set(numbers)), inputs, "files in the ledger")
    keys = [(x["entry"], x.get("twin"), x.get("value"), x["position"]) for x in lines]
    same(len(keys), len(set(keys)), "lines that stand once")
    same(sorted(x["output"] for x in lines if x["result"] == "done"), watch.documents(),
         "documents")
    same(watch.names("work"), [], "work/")


@case("a file that is renamed into the folder is converted and ends in done/")
def _():
    with Watch() as watch:
        place(watch.drop / "one.json", note())
        watch.ended(1)
        same(watch.names("done"), ["one.json"], "done/")
        expected = run("convert", "-t", "convention-json", stdin=note()).out
        same([(watch.docs / n).read_bytes() for n in watch.documents()], [expected], "OUT")
        place(watch.drop / "one.json", note(2))
        watch.ended(2)
        same(watch.names("done"), ["2-one.json", "one.json"], "done/")
        agrees(watch, 2)
        status, err = watch.end()
        same(status, 0, err)
        check(b"2 done, 0 failed" in err, err)
    run("batch", "report", watch.docs).ends(0)


@case("a file is left alone while somebody writes it, and under a name of its own for that")
def _():
    with Watch() as watch:
        with open(watch.drop / "slow.json", "wb") as slow:
            slow.write(note()[:40])
            slow.flush()
            (watch.drop / "x.part").write_bytes(note())
            (watch.drop / ".hidden").write_bytes(note())
            time.sleep(3)
            same(watch.names("in"), [".hidden", "slow.json", "x.part"], "in/")
            slow.write(note()[40:])
        watch.ended(1)
        same(watch.names("done"), ["slow.json"], "done/")
        (watch.drop / "x.part").rename(watch.drop / "x.json")
        watch.ended(2)
        agrees(watch, 2)


@case("what is there at the start is taken when it has not changed for a while")
def _():
    work = folder()
    (work / "w" / "in").mkdir(parents=True)
    (work / "w" / "in" / "early.json").write_bytes(note())
    begun = time.monotonic()
    with Watch(work) as watch:
        watch.ended(1)
        check(time.monotonic() - begun > 2, "it was taken at once")


@case("a file with a failure ends in failed/ with its reason, an archive as a whole")
def _():
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, content in (("a.json", note(1)), ("b.json", b"{]"), ("c.json", note(3))):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    with Watch() as watch:
        place(watch.drop / "all.tar", raw.getvalue())
        place(watch.drop / ("n" * 240 + ".json"), b"{")
        (watch.drop / "empty").write_bytes(b"")
        watch.ended(3)
        same(watch.names("done"), ["empty"], "done/")
        same(len(watch.documents()), 2, "documents")
        check("all.tar" in watch.names("failed"), watch.names("failed"))
        same(len(watch.names("failed")), 4, "failed/")
        reason = (watch.base / "failed" / "all.tar.reason.jsonl").read_text().splitlines()
        found = [json.loads(x) for x in reason]
        check(any(f["severity"] == "error" and f["file"].endswith("/all.tar/b.json")
                  and f["code"].startswith("json.") for f in found), found)
        same((watch.base / "failed" / "all.tar").read_bytes(), raw.getvalue(), "the input")
        agrees(watch, 3)


@case("many files at once all end, and a second watch of the folder is refused")
def _():
    with Watch() as watch:
        for i in range(300):
            (watch.drop / f"{i}.json").write_bytes(note(i) if i % 50 else b"nothing")
        second = run("batch", "--watch", "-t", "convention-json", watch.base,
                     folder() / "docs").ends(8)
        check(b"[watch.busy]" in second.err, second)
        other = run("batch", "--watch", "-t", "convention-json", folder(), watch.docs).ends(8)
        check(b"[watch.busy]" in other.err, other)
        watch.ended(300)
        same(len(watch.names("done")), 294, "done/")
        agrees(watch, 300)
        watch.process.send_signal(signal.SIGUSR1)
        time.sleep(0.3)
        status, err = watch.end(signal.SIGINT)
        same(status, 0, err)
        check(err.count(b'"done":294') >= 1, err)


@case("a watch that is refused touches nothing of the one that runs")
def _():
    with Watch() as watch:
        watch.ended(0)
        half = watch.docs / ".comity-partial"
        half.write_bytes(b"what the other is just writing")
        run("batch", "--watch", "-t", "convention-json", folder(), watch.docs).ends(8)
        same(half.read_bytes(), b"what the other is just writing", "its half-written file")
        (watch.drop / "a.json").write_bytes(note(1))
        watch.ended(1)
        check(not half.exists(), "what was left of a document is still there")
        same(watch.end(signal.SIGINT)[0], 0, "the end")


@case("killed in the middle, again and again, every file ends exactly once")
def _():
    work = folder()
    drop = work / "w" / "in"
    drop.mkdir(parents=True)
    count = 400
    for i in range(count):
        place(drop / f"{i}.json", note(i) if i % 20 else b"nothing")
    os.utime(drop)
    time.sleep(2.5)
    for pause in (0.15, 0.3, 0.2, 0.4, 0.25, 0.35):
        with Watch(work) as watch:
            time.sleep(pause)
            watch.process.kill()
    with Watch(work) as watch:
        watch.until(lambda: not watch.names("in") and not watch.names("work"), "the end")
        place(watch.drop / "last.json", note(count))  # and it is at work by now
        watch.until(lambda: "last.json" in watch.names("done"), "the end of one more")
        same(len(watch.names("done")), 1 + count - count // 20, "done/")
        same(len(watch.names("failed")), 2 * (count // 20), "failed/, with reasons")
        agrees(watch, count + 1)
        same(watch.end()[0], 0, "exit status")


@case("a watch that is ended over its work says so, and goes on with it")
def _():
    big = b"\n".join(note(i) for i in range(3000))
    with Watch() as watch:
        place(watch.drop / "big.ndjson", big)
        watch.until(lambda: len(watch.documents()) > 50, "documents")
        status, err = watch.end()
        same(status, 11, err)
        same(len(watch.names("work")), 1, "work/")
    with Watch(watch.work) as again:
        again.ended(1)
        agrees(again, 1)
        same(len(again.documents()), 3000, "documents")


@case("a folder that goes away ends the watch, and an output that is no folder is refused")
def _():
    with Watch() as watch:
        watch.drop.rename(watch.base / "gone")
        err = watch.process.communicate(timeout=PATIENCE)[1]
        same(watch.process.returncode, 8, err)
        check(b"[watch.gone]" in err, err)
    run("batch", "--watch", "-t", "convention-json", folder(), folder() / "x.tar").ends(8)
    run("batch", "--watch", "-t", "convention-json", folder()).ends(2)


@case("the ledger of another batch is left alone")
def _():
    work = folder()
    (work / "one.json").write_bytes(note())
    run("batch", "-q", "-t", "convention-json", "-o", work / "docs", work / "one.json").ends(0)
    before = (work / "docs.ledger.jsonl").read_bytes()
    done = run("batch", "--watch", "-t", "convention-json", work / "w", work / "docs").ends(8)
    check(b"[batch.ledger]" in done.err, done)
    same((work / "docs.ledger.jsonl").read_bytes(), before, "the ledger")


if __name__ == "__main__":
    main()
