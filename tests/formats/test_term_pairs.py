# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ten thousand made-up documents through every pair of formats, sets of terms kept: each set
stands in the same field before and after, or a finding names the difference; and what was
resolved is restored byte for byte."""
import concurrent.futures
import copy
import functools
import json
import os
import pathlib
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, SPREAD, case, check, folder, main, run, same, spread  # noqa: E402
from terms import add_terms, terms_of  # noqa: E402

os.environ["SOURCE_DATE_EPOCH"] = "1793000000"
SEED = int(os.environ.get("COMITY_SEED", "5"))
DOCUMENTS = int(os.environ.get("COMITY_DOCUMENTS", "1008" if SPREAD else "10080"))


def formats():
    made = run("formats", "--json").ends(0)
    listed = [json.loads(line) for line in made.out.splitlines()]
    return [f["id"] for f in listed if f["read"] and f["write"]]


@functools.cache
def bases():
    """Canonical documents out of the samples of every format, by the format."""
    found = {}
    for place in sorted((SOURCE / "plugins").iterdir()):
        for path in sorted((place / "samples").glob("*")):
            told = run("detect", "--json", path)
            made = run("convert", "-t", "convention-json", path)
            if made.status == 0 and told.status == 0:
                name = json.loads(told.out.splitlines()[0])["format"]
                found.setdefault(name, []).extend(map(json.loads, made.out.splitlines()))
    return found


def stripped(document):
    """Without what is kept for other formats, and about the record."""
    if isinstance(document, dict):
        return {k: stripped(v) for k, v in document.items() if k not in ("kept", "provenance")}
    if isinstance(document, list):
        return [stripped(v) for v in document]
    return document


def made(dice, pool, own):
    base = dice.choice(own if own and dice.random() < 0.8 else pool)
    base = stripped(base) if dice.random() < 0.7 else copy.deepcopy(base)
    return add_terms(dice, base)


def name_of(path):
    """d00017 of stdin-000017.xml, and of stdin-000017-000003.xml that was made of it."""
    return "d" + pathlib.Path(path).name.split(".")[0].split("-")[1][1:]


def converted(to, files, where, lines=None):
    """Converts files, or lines, to files; name to the file made, and name to its findings."""
    where.mkdir(exist_ok=True)
    if not files and lines is None:
        return {}, {}
    done = run("convert", "-t", to, "-o", f"{where}/", *sorted(map(str, files)), report=True,
               stdin=lines or "", timeout=300)
    told = {}
    for finding in done.findings:
        if finding.get("line") and lines is not None:
            told.setdefault(f"d{finding['line']:05}", []).append(finding)
        elif finding.get("file") and lines is None:
            told.setdefault(name_of(finding["file"]), []).append(finding)
    return {name_of(p): p for p in where.iterdir()}, told


def terms_in(files):
    """Name to the counted terms of each file's document, as the program reads it."""
    if not files:
        return {}
    order = sorted(files, key=lambda name: str(files[name]))
    done = run("convert", "-t", "convention-json", *[files[n] for n in order], report=True,
               timeout=300)
    bad = {name_of(f["file"]) for f in done.graver("error")}
    lines = done.out.splitlines()
    read = [name for name in order if name not in bad]
    same(len(lines), len(read), "documents that are read again")
    return {name: terms_of(json.loads(line)) for name, line in zip(read, lines)}


def unexplained(before, after, findings):
    """Terms that are not where they were, of which no finding speaks."""
    names = {(f.get("field"), f["code"].split(".")[0], f["message"]) for f in findings}
    for key in set(before) | set(after):
        if before[key] == after[key]:
            continue
        path, term = key
        if not any(field == path and (family == "loss" or
                                      (family == "term" and f"'{term}'" in message))
                   for field, family, message in names):
            yield f"{term} in {path}: {before[key]} before, {after[key]} after"


@case("through every pair of formats each set of terms stays, or a finding names it")
def pairs():
    ids, samples, dice, where = formats(), bases(), random.Random(SEED), folder()
    pool = [d for documents in samples.values() for d in documents]
    each = DOCUMENTS // (len(ids) * len(ids)) + 1
    sources = spread(ids, every=4)
    faults, tried, stood, told = [], 0, 0, 0

    def of_source(source):
        own = random.Random(f"{SEED} {source}")
        documents = {f"d{n:05}": made(own, pool, samples.get(source))
                     for n in range(1, each * len(ids) + 1)}
        here = where / source
        here.mkdir()
        lines = "\n".join(json.dumps(d, ensure_ascii=False) for d in documents.values())
        files, findings = converted(source, [], here / "read", lines)
        begun = terms_in(files)
        found = [f"canonical to {source}: {f}" for name in begun for f in
                 unexplained(terms_of(documents[name]), begun[name], findings.get(name, []))]
        counts = [len(documents), 0, 0]
        out, findings = {}, {}
        for number, target in enumerate(ids):
            mine = [p for n, p in files.items() if int(n[1:]) % len(ids) == number]
            made_here, told_here = converted(target, mine, here / target)
            out.update(made_here)
            findings.update(told_here)
        for name, terms in terms_in(out).items():
            target, about = ids[int(name[1:]) % len(ids)], findings.get(name, [])
            counts[1] += sum(begun[name].values())
            counts[2] += sum(f["code"] == "term.changed" for f in about)
            found += [f"{source} to {target}, {name}: {f}"
                      for f in unexplained(begun[name], terms, about)]
        return found, counts

    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        for found, counts in workers.map(of_source, sources):
            faults += found
            tried, stood, told = tried + counts[0], stood + counts[1], told + counts[2]
    print(f"# {tried} documents, {stood} sets in those that reached their target, "
          f"{told} told of")
    check(not faults, f"{len(faults)} differences that nothing tells of:", *faults[:20])
    check(tried >= each * len(ids) * len(sources) and stood > tried and told > 0,
          "the documents show too little", tried, stood, told)


@case("what is resolved is restored byte for byte, in both voices")
def restored():
    dice, samples = random.Random(SEED), bases()
    pool = [stripped(d) for documents in samples.values() for d in documents]
    lines = []
    for _ in range(200 if SPREAD else 2000):
        document = add_terms(dice, copy.deepcopy(dice.choice(pool)))
        stated = dice.choice([None, {"voice": "bracketed"}, {"voice": "mixed"}])
        if stated:
            document["terminology"] = stated
        lines.append(json.dumps(document, ensure_ascii=False))
    kept = run("convert", "-t", "convention-json", stdin="\n".join(lines)).ends(0).out
    check(sum(sum(terms_of(json.loads(line)).values()) for line in kept.splitlines())
          >= len(lines),
          "there are too few sets")
    for voice in ("data", "information"):
        there = run("convert", "-t", "convention-json", "--terminology", voice,
                    stdin=kept).ends(0)
        for line in there.out.splitlines():
            left = {t for _, t in terms_of(json.loads(line))} - {"offences", "instruments"}
            same(left, set(), f"sets that {voice} left")
        twice = run("convert", "-t", "convention-json", "--terminology", voice, stdin=there.out)
        same(twice.ends(0).out == there.out, True, f"{voice} twice is {voice} once")
        back = run("convert", "-t", "convention-json", "--terminology", "bracketed",
                   stdin=there.out).ends(0)
        same(back.out == kept, True, f"{voice}, restored, is what it was")
        xml = folder()
        run("convert", "-t", "convention-xml", "-o", f"{xml}/",
            stdin=b"\n".join(there.out.splitlines()[:60])).ends(0)
        back = run("convert", "-t", "convention-json", "--terminology", "bracketed",
                   *sorted(xml.iterdir())).ends(0)
        same(back.out.splitlines(), kept.splitlines()[:60], f"{voice}, through XML, restored")


if __name__ == "__main__":
    main()
