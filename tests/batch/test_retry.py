#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity batch retry, which tries again what stands aside; --sample and --dry-run, which write
nothing."""
import json
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import batch, command, folder_of, notice, tar  # noqa: E402
from tap import PROGRAM, SOURCE, case, cases, check, file, folder, main, run, same  # noqa: E402

OUTPUTS = [("out",), ("out.tar",), ("out.tar.zst",), ("out.ndjson",), ("out.ndjson.gz",)]
BAD = b'{"a": 1,\n "a": 2}\n'
LIST = SOURCE / "examples" / "samples" / "notice-list.json"  # the second loses a code


def failed(name, count=8, bad=(2, 5)):
    """A batch of which some failed; and one of the same entries in which all are good."""
    def entries(mended):
        return [(f"{n}.json", BAD if n in bad and n not in mended else notice(n))
                for n in range(count)]
    left = batch(file(tar(entries(())), "in.tar"), name=name)[1].agrees()
    whole = batch(file(tar(entries(bad)), "in.tar"), name=name)[1].agrees()
    return left, whole


def mend(left, number):
    """Puts a good document in the place of the one that stands aside."""
    line = [n for n in left.items("failed") if n["entry"] == f"in.tar/{number}.json"][-1]
    (left.quarantine / line["quarantine"] / "input").write_bytes(notice(number))


def last_words(left):
    """What a report counts: done, failed."""
    told = json.loads(run("batch", "report", "--json", left.out).ends(0).out)
    rows = run("batch", "report", "--json", "--result", "failed", left.out).ends(0).out
    return told["done"], told["failed"], len(rows.splitlines())


@cases("what is good now goes to {}, and the rest stays aside", OUTPUTS)
def some(name):
    left, whole = failed(name)
    before = left.documents()
    mend(left, 2)
    run("batch", "retry", "-q", left.out).ends(3)
    after = left.documents()
    same(left.counts(), (7, 1, 0), "the summary")
    same(left.summary()["retries"], 1, "retries")
    same({k: after.get(k) for k in before}, before, "documents that were done before")
    same(len(after), len(before) + 1, "documents")
    key = ("in.tar/2.json", 0, 0, 1)
    same(left.by_entry()[key], whole.by_entry()[key], "the document that was mended")
    aside = [n for n in left.items("failed") if n.get("retry") == 1]
    same([n["entry"] for n in aside], ["in.tar/5.json"], "what failed again")
    same(sorted(p.name for p in left.quarantine.iterdir()), [aside[0]["quarantine"]], "aside")
    same(left.input(aside[0]), BAD, "bytes of it")
    same(last_words(left), (7, 1, 1), "the report")


@cases("when all is good in the end, the documents of {} are those of a good batch", OUTPUTS)
def all_of_them(name):
    left, whole = failed(name)
    for number in (2, 5):
        mend(left, number)
        run("batch", "retry", "-q", left.out).ends(3 if number == 2 else 0)
    same(left.by_entry(), whole.by_entry(), "documents")
    same(left.counts(), (8, 0, 0), "the summary")
    same(left.summary()["retries"], 2, "retries")
    check(not left.quarantine.exists() or not list(left.quarantine.iterdir()), "aside")
    same(last_words(left), (8, 0, 0), "the report")
    done = run("batch", "retry", left.out).ends(0)
    check(b"nothing is in quarantine" in done.err, done.err)


@cases("of an item with several documents, {} gets those that failed and no other", OUTPUTS)
def one_of_a_list(name):
    done, left = batch(LIST, "--fail-on", "warning", name=name)
    done.ends(3)
    same(left.counts(), (1, 1, 0), "the summary")
    run("batch", "retry", "-q", "--fail-on", "error", left.out).ends(0)
    _, whole = batch(LIST, name=name)
    same(left.by_entry(), whole.by_entry(), "documents")
    same(len(left.documents()), 2, "documents, each once")


@case("the options of the batch count, and those given now stand above them")
def options():
    source = folder_of([("a.json", BAD)])
    done, left = batch(source, "--set", "facts.summary=as the batch says")
    done.ends(4)
    line, = left.items("failed")
    (left.quarantine / line["quarantine"] / "input").write_bytes(notice(1))
    run("batch", "retry", "-q", left.out).ends(0)
    document, = left.documents().values()
    same(json.loads(document)["facts"]["summary"], "as the batch says", "--set of the batch")


@case("findings of a retry tell of the place in the file, not in what stands aside")
def places():
    content = notice(1) + b"\n" + BAD + notice(3) + b"\n"
    _, left = batch(file(content, "in.ndjson"))
    report = folder() / "report"
    run("batch", "retry", "-q", "--report", report, left.out).ends(3)
    found = [json.loads(n) for n in report.read_bytes().splitlines() if b"duplicate-key" in n]
    same([(n["file"], n["line"]) for n in found], [("in.ndjson", 3)], "the place")


@cases("a retry that is killed goes on to the same documents: {}", OUTPUTS)
def killed(name):
    bad = tuple(range(3, 1000, 3))
    entries = [(f"{n}.json", BAD if n in bad else notice(n)) for n in range(1000)]
    left = batch(file(tar(entries), "in.tar"), name=name)[1]
    for line in left.items("failed"):
        number = int(pathlib.Path(line["entry"]).stem)
        (left.quarantine / line["quarantine"] / "input").write_bytes(notice(number))
    chance = random.Random(name)
    for _ in range(3):
        with subprocess.Popen([PROGRAM, "batch", "retry", "-q", left.out],
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0.05, 0.5))
            process.kill()
    run("batch", "retry", "-q", left.out).ends(0)
    found = left.by_entry()
    same(len(found), 1000, "documents")
    same(len(left.documents()), 1000, "documents, each once")
    whole = batch(file(tar([(f"{n}.json", notice(n)) for n in range(1000)]), "in.tar"),
                  name=name)[1]
    same(found, whole.by_entry(), "documents")


@case("what was interrupted is resumed, not retried, and what was retried is not resumed")
def order():
    left, _ = failed("out.tar")
    lines = left.ledger_path.read_bytes().splitlines(keepends=True)
    left.ledger_path.write_bytes(b"".join(lines[:-1]))
    said = run("batch", "retry", left.out).ends(8)
    check(b"--resume" in said.err, said.err)
    left.ledger_path.write_bytes(b"".join(lines))
    mend(left, 2)
    run("batch", "retry", "-q", left.out).ends(3)
    before = left.all()
    source = file(tar([("0.json", notice(0))]), "in.tar")
    said = run(*command(left.out, [source], "--resume")).ends(2)
    check(b"batch.retried" in said.err, said.err)
    same(left.all(), before, "what is left")
    run("batch", "retry", folder() / "nothing").ends(2)


# --- --sample and --dry-run

def many():
    return file(tar([(f"{n}.json", BAD if n % 4 == 0 else notice(n)) for n in range(400)]),
                "in.tar")


def sampled(*options, source=None, **more):
    where = folder()
    done = run("batch", "-q", "-t", "convention-json", "--dry-run", "--json", *options,
               source or many(), cwd=where, **more)
    same(list(where.iterdir()), [], "what was written")
    return done, json.loads(done.out)


@case("--dry-run tells what the whole would meet, and writes nothing")
def dry():
    done, told = sampled()
    done.ends(3)
    same((told["done"], told["failed"]), (300, 100), "documents")


@case("--sample converts a spread of so many, the same each time and for any -j")
def spread():
    done, told = sampled("--sample", "100")
    done.ends(3)
    check(b"a sample of 100 of 400 items" in done.err, done.err)
    same(told["done"] + told["failed"], 100, "documents")
    check(10 <= told["failed"] <= 45, "a draw far from a quarter", told)
    same(sampled("--sample", "100", "-j1")[1], told, "-j1")
    same(sampled("--sample", "100", "-j5")[1], told, "-j5")
    same(sampled("--sample", "100", source="-", stdin=many().read_bytes())[1]["done"] > 0, True,
         "standard input")
    same(sampled("--sample", "5000")[1]["documents"], 400, "all there are")


@case("--sample goes with --dry-run alone, and both leave an output as it is")
def refused():
    run("batch", "-t", "convention-json", "-o", folder() / "out", "--sample", "3",
        many()).ends(2)
    left, _ = failed("out.tar")
    before = left.all()
    run("batch", "-q", "--dry-run", "-t", "convention-json", "-o", left.out, many()).ends(3)
    same(left.all(), before, "what is left")


if __name__ == "__main__":
    main()
