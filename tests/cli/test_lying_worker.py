# SPDX-License-Identifier: LGPL-2.1-or-later
"""A worker that lies (tests/support/lying_worker.c), by many seeds: the program neither ends in
a crash nor takes part in the lie; what it says stays in form."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import red
from tap import (PROGRAM, SOURCE, SPREAD, cases, check, dumps, folder, main,  # noqa: E402
                 run, same)

SEEDS = int(os.environ.get("COMITY_SEEDS", "30" if SPREAD else "120"))
CODE = re.compile(r"[!-~]{1,100}")
SEVERITIES = ("note", "warning", "loss", "error")


def program():
    """The program, with a worker beside it that lies, and what starts it instead of a copy."""
    where = folder()
    built = pathlib.Path(PROGRAM).parent
    for name in ("comity", "comity-batch", "comity-submit"):
        real = built / ".libs" / name
        shutil.copy(real if real.exists() else built / name, where)
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-D_GNU_SOURCE", "-o",
                    where / "comity-worker", f"-I{SOURCE / 'sdk'}", f"-I{SOURCE / 'include'}",
                    SOURCE / "tests" / "support" / "lying_worker.c"],
                   check=True)
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-D_GNU_SOURCE", "-shared", "-fPIC",
                    "-o", where / "fork.so", SOURCE / "tests" / "support" / "lying_fork.c",
                    "-ldl"], check=True)
    reader = built / "comity-reader"
    if reader.exists():
        shutil.copy(reader, where)
    return where


def liar(where):
    """What has the program run the worker that lies instead of a copy of itself."""
    return {"LD_PRELOAD": str(where / "fork.so"),
            "COMITY_TEST_WORKER": str(where / "comity-worker"),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}


@cases("a worker that {1} is not believed: {0}", [
    ("validate input.json", "claims done"), ("validate missing.json", "claims overflow"),
    ("diff input.json input.json", "claims done"), ("detect input.json", "claims split"),
    ("convert -t convention-json input.json", "claims status"),
    ("validate input.json", "claims status"),
    ("convert -t convention-json -o out/ input.json", "claims record"),
    ("validate input.json", "claims twice"), ("validate input.json", "claims long"),
    ("convert --timeout 1 -t convention-json -o out/ input.json", "claims drip"),
    *((command, f"claims known {what}") for what in ("path", "nothing", "absent")
      for command in ("batch -t convention-json -o out/ input.json",
                      "register check --store store"))])
def claims(command, what):
    where, work = program(), folder()
    (work / "input.json").write_bytes(dumps(red()))
    if command.startswith("register"):
        run("register", "add", "--store", work / "store", "--state", "KE", "--role", "24-7",
            "--name", "Office", "--endpoint", "main", "--url", "https://localhost:9/x",
            "--protocol", "https", "--format", "convention-json").ends(0)
    (where / "seed").write_text(what)
    result = run(*command.split(), cwd=work, program=[str(where / "comity")], env=liar(where))
    check(result.status == 7, result)
    if what not in ("claims overflow", "claims split", "claims status", "claims drip"):
        check(b"answered what is no answer" in result.out + result.err, result)
    check(b"\x9b" not in result.out, result)


def in_form(result, seed, gives_data):
    what = f"seed {seed}: {result}"
    # 1 is what a worker without memory makes of it, and one may say so
    check(result.status in range(9), what)
    shown = result.err if gives_data else result.out + result.err
    check(b"\x1b" not in shown, f"an escape sequence, {what}")
    for finding in result.findings:
        check(CODE.fullmatch(finding["code"]) and finding["severity"] in SEVERITIES, what)
        check(isinstance(finding["message"], str), what)
    if result.summary:
        check(all(0 <= n <= 2 ** 54 for n in result.summary.values()), what)


@cases("a worker that lies harms nobody: {0}", [
    ("convert --timeout 1 -t convention-json input.json",),
    ("convert --timeout 1 -t convention-json -o out.json input.json",),
    ("convert --timeout 1 -t convention-json -o out/ input.json",),
    ("convert --timeout 1 --attachments beside -t convention-json input.json",),
    ("show input.json",), ("detect input.json input.json",), ("validate input.json",),
    ("diff input.json input.json",), ("terms inventory input.json",),
    ("roundtrip input.json",), ("batch -j 1 -t convention-json -o out.tar input.json",),
    ("batch --dry-run -t convention-json input.json",),
    ("inbox add --dry-run --store out input.json",)])
def lies(command):
    where = program()
    text = dumps(red()) + b"\n"
    # what has no --timeout of its own meets no seed that is silent
    has_timeout = "--timeout" in command
    copies = "out.tar" not in command  # the workers of a batch are programs of their own
    env = liar(where)
    done = silent = 0
    for seed in range(SEEDS if has_timeout else SEEDS // 3):
        work = folder()
        (work / "input.json").write_bytes(text)
        (where / "seed").write_text(f"{seed} may pause" if has_timeout else str(seed))
        words = command.split()
        result = run(*words, report=words[0] not in ("detect", "diff", "batch"), cwd=work,
                     program=[str(where / "comity")], env=env if copies else None)
        in_form(result, seed, words[0] in ("convert", "show"))
        names = {p.name for p in work.iterdir()}
        check(names <= {"input.json", "out.json", "out", "out.tar", "beside"} or
              command.startswith("batch"), f"seed {seed}: files {names}")
        if "-o out.json" in command and result.status == 7:
            check("out.json" not in names, f"seed {seed}: output in spite of {result}")
        check(all(p.parent == work / "out" for p in work.glob("out/**/*")), "a path")
        same((work / "input.json").read_bytes(), text, "the input")
        check(not (where / "lie").exists() and not (work.parent / "lie").exists(), "a file")
        done += result.status == 0
        silent += b"limit.time" in result.err
        shutil.rmtree(work)
    print(f"# {done} runs ended with 0, {silent} were stopped in time")
    check(done <= SEEDS // 2, "most lies were believed")


main(every=4)
