# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shards of a batch, put together: byte for byte what a run without shards gives.  And the two
scripts of examples/ that do it, GNU parallel where there is one, Slurm with an sbatch of our
own that runs each task at once."""
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import red  # noqa: E402
from tap import (PROGRAM, SOURCE, case, cases, check, dumps, folder, main, run,  # noqa: E402
                 same, skip)

SHARDS = 4
_made = {}
_store = tempfile.TemporaryDirectory(prefix="comity-test-")


def archive():
    """Documents alone and in lists, names that come twice, and what fails or holds nothing."""
    if "tar" not in _made:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as tar:
            def add(name, content):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
            for i in range(90):
                # "output": in a text is no member
                name = f'VAN,"output":{i},"end":7}} TREX'
                add(f"a/{i:03d}.json", dumps(red(entity_id=f"1899/{i}", name=name)))
                if i % 9 == 0:
                    add(f"a/{i:03d}.json", dumps(red(entity_id=f"1900/{i}")))
                if i % 11 == 0:
                    add(f'bad "{i}",.json', b'{"name":' + b"x" * i)
                if i % 40 == 0:
                    add(f"empty{i}", b"")
                    add(f"s{i}.ndjson", b"\n".join(dumps(red(entity_id=f"7/{i}-{k}"))
                                                  for k in range(5)) + b"\n{\n")
        _made["tar"] = raw.getvalue()
    return _made["tar"]


def source():
    path = folder() / "requests.tar"
    path.write_bytes(archive())
    return path


def batch(given, out, *more, status=3, **options):
    return run("batch", "-q", "-j2", "-t", "convention-json", "-o", out, *more, given,
               **options).ends(status)


def shards(given, work, suffix, count=SHARDS):
    """The outputs of all shards, made once for each kind and copied after that."""
    made = _made.setdefault((suffix, count), pathlib.Path(_store.name) / f"{count}{suffix}.d")
    if not made.exists():
        made.mkdir()
        for i in range(1, count + 1):
            batch(given, made / f"part{i}{suffix}", "--shard", f"{i}/{count}")
    shutil.copytree(made, work, dirs_exist_ok=True)
    return [work / f"part{i}{suffix}" for i in range(1, count + 1)]


def tree(path):
    """All that stands there: names, and what is in them."""
    if path.is_file():
        return path.read_bytes()
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*"))
            if p.is_file()}


def beside(path, *others):
    return {name: tree(path.parent / (path.name + name))
            for name in ("", ".ledger.jsonl", ".quarantine", *others)}


def alike(got, expected):
    for name, bytes_ in beside(expected).items():
        other = tree(got.parent / (got.name + name))
        if isinstance(bytes_, dict):
            same(sorted(other), sorted(bytes_), f"the files of OUT{name}")
        check(other == bytes_, f"OUT{name} is not that of a run without shards")
    same(sorted(p.name for p in got.parent.iterdir()),
         sorted(p.name for p in expected.parent.iterdir()), "what stands beside the output")


def whole(given, suffix):
    """A run without shards, in a folder of its own where the output is named as elsewhere."""
    out = folder() / f"out{suffix}"
    batch(given, out.name, cwd=out.parent)
    return out


@cases("four shards merged are a run without shards, byte for byte: out{}",
       [("",), (".tar.zst",), (".ndjson",)])
def _(suffix):
    given = source()
    parts = shards(given, folder(), suffix)
    before = [beside(p) for p in parts]
    out = folder() / f"out{suffix}"
    done = run("batch", "merge", "-o", out.name, *reversed(parts), cwd=out.parent).ends(3)
    alike(out, whole(given, suffix))
    check([beside(p) for p in parts] == before, "the parts did not stay as they were")
    check(b"done" in done.err, done.err)


@case("a block is cut where a run without shards cuts it")
def _():
    given = folder() / "in.ndjson"
    given.write_bytes(b"\n".join(dumps(red(entity_id=f"1899/{i}", distinguishing_marks="m" *
                                           (i * 37 % 5000))) for i in range(1500)))
    parts = []
    for i in range(1, 4):
        parts.append(folder() / "part.tar.gz")
        batch(given, parts[-1], "--shard", f"{i}/3", status=0)
    out, expected = folder() / "out.tar.gz", folder() / "out.tar.gz"
    batch(given, expected.name, status=0, cwd=expected.parent)
    run("batch", "merge", "-q", "-o", out.name, *parts, cwd=out.parent).ends(0)
    for name in "", ".ledger.jsonl":
        check(tree(pathlib.Path(f"{out}{name}")) == tree(pathlib.Path(f"{expected}{name}")),
              f"OUT{name} differs")
    check(pathlib.Path(f"{out}.ledger.jsonl").read_bytes().count(b',"end":') > 3,
          "there are several blocks")


@case("what the shards of a list and of one member share is told apart by its place")
def _():
    given = source()
    part = shards(given, folder(), "")[0]
    lines = [json.loads(x) for x in
             pathlib.Path(f"{part}.ledger.jsonl").read_text().splitlines()]
    places = [x["item"] for x in lines[1:-1]]
    check(places == sorted(places), "items do not come in order")
    check(lines[-1]["summary"]["items"] > len(set(places)), lines[-1])
    check("item" not in
          json.loads(pathlib.Path(f"{whole(given, '')}.ledger.jsonl").read_text()
                     .splitlines()[1]), "a run without shards has no places")


def refused(parts, word, status=2, out=None, *more):
    out = out or folder() / "out"
    done = run("batch", "merge", *more, "-o", out, *parts, report=False).ends(status)
    check(word in done.err.decode(), f"'{word}' is not said", done)
    check(not list(out.parent.glob("out*")) or more, "something was written")


@case("a missing shard is named, and so are two that are one")
def _():
    parts = shards(source(), folder(), "")
    refused(parts[:1] + parts[2:3], "2/4, 4/4")
    refused(parts + parts[1:2], "is shard 2/4, and so is")


@case("a shard of something else is refused: inputs, options, number, kind, and no shard")
def _():
    given, work = source(), folder()
    parts = shards(given, work, "")
    other = folder() / "requests.tar"
    other.write_bytes(archive().replace(b"VAN", b"VEN", 1))
    strange = work / "strange"
    for words, more, of in (("other inputs", ["--shard", "4/4"], other),
                            ("other options", ["--shard", "4/4", "--max-ratio", "7"], given),
                            ("number of shards", ["--shard", "4/5"], given),
                            ("not the output of one shard", [], given)):
        batch(of, strange, *more, "--overwrite")
        refused(parts[:3] + [strange], words)
    refused(parts, "another kind", 2, folder() / "out.tar")


@case("a shard that is not finished, not there or damaged is told of, and ends in 8")
def _():
    given, work = source(), folder()
    parts = shards(given, work, ".tar")
    refused(parts[:3] + [work / "nowhere.tar"], "ledger", 8)
    ledger = pathlib.Path(f"{parts[2]}.ledger.jsonl")
    text = ledger.read_bytes()
    ledger.write_bytes(text[:text.rindex(b'{"summary"')])
    refused(parts, "not finished", 8, folder() / "out.tar")
    lines = text.splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:5] + lines[6:]))
    out = folder() / "out.tar"
    done = run("batch", "merge", "-o", out, *parts).ends(8)
    check(b"in no shard" in done.err and not out.exists(), done)
    ledger.write_bytes(text)
    bytes_ = parts[1].read_bytes()
    parts[1].write_bytes(bytes_.replace(b"VAN", b"VEN", 1))
    done = run("batch", "merge", "-o", out, *parts).ends(8)
    check(b"not what its ledger tells of" in done.err and not out.exists(), done)
    parts[1].write_bytes(bytes_)
    # what broke off is simply run again
    run("batch", "merge", "-q", "-o", out.name, *parts, cwd=out.parent).ends(3)
    alike(out, whole(given, ".tar"))


@case("an output that is there is left alone without --overwrite, and a part is no output")
def _():
    given = source()
    parts = shards(given, folder(), ".ndjson")
    out = folder() / "out.ndjson"
    run("batch", "merge", "-q", "-o", out.name, *parts, cwd=out.parent).ends(3)
    before = beside(out)
    run("batch", "merge", "-q", "-o", out.name, *parts, cwd=out.parent).ends(8)
    check(beside(out) == before, "it was changed")
    run("batch", "merge", "-q", "--overwrite", "-o", out.name, *parts,
        cwd=out.parent).ends(3)
    alike(out, whole(given, ".ndjson"))
    refused(parts, "output too", 2, parts[1], "--overwrite")


@case("what was merged is tried again as any batch")
def _():
    given = source()
    parts = shards(given, folder(), ".ndjson")
    out = folder() / "out.ndjson"
    run("batch", "merge", "-q", "-o", out, *parts).ends(3)
    run("batch", "retry", "-q", out).ends(3, 4)
    run("batch", "retry", "-q", parts[0]).ends(3, 4)
    refused(parts, "tried again", 2)


# --- examples

def path_with(work):
    tools = work / "bin"
    tools.mkdir()
    (tools / "comity").symlink_to(PROGRAM)
    return tools, dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}")


def script(name, *arguments, env, cwd):
    done = subprocess.run(["bash", SOURCE / "examples" / name, *arguments], env=env, cwd=cwd,
                          capture_output=True, timeout=60, check=False)
    return done


@case("the script for GNU parallel gives what a run without shards gives")
def _():
    if not shutil.which("parallel"):
        skip("GNU parallel is not installed")
    given, out = source(), folder() / "out.tar"
    _, env = path_with(folder())
    done = script("batch-parallel.sh", "3", given, out.name, "-q", "-t", "convention-json",
                  env=env, cwd=out.parent)
    same(done.returncode, 3, done.stderr)
    check(tree(out) == tree(whole(given, ".tar")), "OUT differs")


@case("the script for Slurm gives what a run without shards gives")
def _():
    given, out = source(), folder() / "out.tar"
    tools, env = path_with(folder())
    fake = tools / "sbatch"
    fake.write_text('''#!/usr/bin/env bash
# Each job at once, as Slurm would later: an array's tasks, then what depends on them.
set -u
array=0 command=
for argument; do
    case $argument in
        --array=1-*) array=${argument#--array=1-} ;;
        --wrap=*) command=${argument#--wrap=} ;;
    esac
done
echo "$*" >> "$0.log"
for task in $(seq 1 "$array"); do SLURM_ARRAY_TASK_ID=$task bash -c "$command" || :; done
[ "$array" -gt 0 ] || bash -c "$command" || :
echo 4711
''')
    fake.chmod(0o755)
    done = script("batch-slurm.sh", "3", given, out.name, "-q", "-t", "convention-json",
                  env=env, cwd=out.parent)
    same(done.returncode, 0, done.stderr)
    check(tree(out) == tree(whole(given, ".tar")), "OUT differs", done.stderr)
    log = pathlib.Path(f"{fake}.log").read_text()
    check("--array=1-3" in log and "--dependency=afterany:4711" in log, log)


if __name__ == "__main__":
    main(every=4)
