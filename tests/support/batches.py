# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of comity batch share: documents, archives, a run and what it leaves."""
import functools
import hashlib
import io
import json
import os
import pathlib
import stat
import subprocess
import tarfile
import tempfile

import samples
import tap

REQUESTS = tap.SOURCE / "examples" / "requests"
TO = ("-t", "convention-json")
LOADED = tempfile.TemporaryDirectory(prefix="comity-test-")


def is_sanitized():
    """True of a program that was built with AddressSanitizer: its memory tells nothing."""
    with open(tap.PROGRAM, "rb") as program:
        return b"__asan_init" in program.read()


UNDER_ASAN = is_sanitized() if os.path.exists(tap.PROGRAM) else False


@functools.cache
def loaded_before(what):
    """The environment that puts tests/support/WHAT.c before a program; nothing where it cannot
    be compiled."""
    made = os.path.join(LOADED.name, f"{what}.so")
    done = subprocess.run([*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-o", made,
                           str(tap.SOURCE / f"tests/support/{what}.c")])
    return {"LD_PRELOAD": made,
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
            } if done.returncode == 0 else {}


def notice(number):
    """One document on a line: a notice with particulars of its own."""
    return tap.dumps(samples.red(entity_id=f"1899/{number}", name=f"VANTREX {number}"))


def notices(count, first=1):
    return [notice(n) for n in range(first, first + count)]


def requests():
    """Name and bytes of a request of each kind."""
    return [(p.name, p.read_bytes()) for p in sorted(REQUESTS.glob("*.json"))]


def tar(entries, mode="w"):
    """A tar of (name, bytes); `mode` compresses."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def packed(program, content):
    """Through gzip, xz or zstd; -d takes off again."""
    return subprocess.run([*program.split(), "-c"], input=content, stdout=subprocess.PIPE,
                          check=True).stdout


def plain(name, content):
    """Without the compression that the name tells of."""
    for suffix, program in ((".gz", "gzip"), (".xz", "xz"), (".zst", "zstd -q")):
        if str(name).endswith(suffix):
            return packed(program + " -d", content)
    return content


def folder_of(entries):
    where = tap.folder() / "in"
    where.mkdir()
    for name, content in entries:
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return where


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Left:
    """What a batch left: the output at `out`, and what stands beside it."""

    def __init__(self, out):
        self.out = pathlib.Path(out)
        self.ledger_path = pathlib.Path(f"{out}.ledger.jsonl")
        self.quarantine = pathlib.Path(f"{out}.quarantine")

    def lines(self):
        return [json.loads(line) for line in self.ledger_path.read_bytes().splitlines()]

    def items(self, *results):
        """Lines of documents and entries."""
        return [n for n in self.lines() if "entry" in n
                and (not results or n["result"] in results)]

    def summary(self):
        return self.lines()[-1]["summary"]

    def counts(self):
        summary = self.summary()
        return summary["done"], summary["failed"], summary["skipped"]

    def documents(self):
        """Name, or number of the line -> bytes."""
        if self.out.is_dir():
            return {p.name: p.read_bytes() for p in self.out.iterdir()}
        content = plain(self.out, self.out.read_bytes())
        if ".ndjson" in self.out.name or ".jsonl" in self.out.name:
            return dict(enumerate(content.splitlines(keepends=True), 1))
        found = {}
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for info in archive:
                tap.check(info.isfile() and info.name not in found, "an odd entry", info.name)
                found[info.name] = archive.extractfile(info).read()
        return found

    def by_entry(self):
        """(entry, twin, value, position) -> bytes of the document."""
        documents = self.documents()
        return {(n["entry"], n.get("twin", 0), n.get("value", 0), n["position"]):
                documents[n["output"]] for n in self.items("done")}

    def reason(self, line):
        return json.loads((self.quarantine / line["quarantine"] / "reason.json").read_bytes())

    def input(self, line):
        return (self.quarantine / line["quarantine"] / "input").read_bytes()

    def all(self):
        """Every file of it: name -> bytes; a folder's bytes are None."""
        found = {}
        for more in ("", ".ledger.jsonl", ".partial", ".quarantine"):
            path = self.out.parent / (self.out.name + more)
            if not path.exists():
                continue
            found[path.name] = None if path.is_dir() else path.read_bytes()
            for inner in sorted(path.rglob("*")) if path.is_dir() else ():
                name = str(inner.relative_to(path.parent))
                found[name] = None if inner.is_dir() else inner.read_bytes()
        return found

    def is_private(self):
        for path in [*self.out.parent.glob(self.out.name + "*"), *self.out.rglob("*"),
                     *self.quarantine.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            tap.same(oct(mode), oct(0o700 if path.is_dir() else 0o600), f"rights of {path}")

    def agrees(self):
        """Ledger, output and quarantine tell the same."""
        documents = self.documents()
        done, failed = self.items("done"), self.items("failed")
        tap.same(len({n["output"] for n in done}), len(done), "outputs that are told apart")
        tap.same(sorted(n["output"] for n in done), sorted(documents), "outputs")
        for line in done:
            bytes_ = documents[line["output"]]
            if "ndjson" not in self.out.name:
                tap.same((line["output_size"], line["output_sha256"]),
                         (len(bytes_), sha256(bytes_)), f"the output of {line['entry']}")
        aside = set(os.listdir(self.quarantine)) if self.quarantine.exists() else set()
        tap.same(aside, {n["quarantine"] for n in failed}, "what stands aside")
        for line in failed:
            if "sha256" in line:
                tap.same(sha256(self.input(line)), line["sha256"], "the bytes that stand aside")
            tap.check(self.reason(line)["findings"], "a reason without findings", line)
        summary = (len(done), len(failed), len(self.items("skipped")))
        tap.same(self.counts(), summary, "the summary")
        return self


def same_left(got, expected, what="what is left"):
    """Byte for byte, and in words where it is not."""
    got, expected = got.all(), expected.all()
    tap.same(sorted(set(got) - set(expected))[:5], [], f"{what}: too much")
    tap.same(sorted(set(expected) - set(got))[:5], [], f"{what}: too little")
    other = [n for n in got if got[n] != expected[n]]
    tap.same(other[:5], [], f"{what}: of other bytes")


def command(out, inputs, *options, to=TO):
    return ["batch", *to, "-o", str(out), *options, *map(str, inputs)]


def batch(inputs, *options, name="out", where=None, to=TO, **more):
    """Runs a batch into a folder of its own; what was run, and what it left."""
    where = where or tap.folder()
    inputs = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    more.setdefault("report", False)
    run = tap.run(*command(where / name, inputs, *options, to=to), **more)
    return run, Left(where / name)


def good(inputs, *options, **more):
    """A batch in which nothing fails."""
    run, left = batch(inputs, *options, **more)
    run.ends(0)
    return left.agrees()
