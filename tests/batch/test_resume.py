#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A batch that is cut off anywhere goes on with --resume, and leaves byte for byte what an
undisturbed one leaves.

COMITY_KILLS=N kills N times instead of a few (scripts/batch-proof does so, 200 times)."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import tap
from batches import (TO, UNDER_ASAN, batch, command, folder_of, good, Left, loaded_before,
                     notice, notices, same_left, tar)
from tap import case, cases, check, file, folder, main, run, same, skip
from tracer import strace

LONG = "COMITY_KILLS" in os.environ
KILLS = int(os.environ.get("COMITY_KILLS", "6" if UNDER_ASAN else "15"))
COUNT = 10000 if LONG else 4000
OUTPUTS = ("out.tar.zst", "out", "out.ndjson")
BAD = b'{"a": 1,\n "a": 2}\n'


class Undisturbed:
    """Inputs, and for each output what a run leaves that nobody disturbs; made once."""
    source = None
    lefts = {}
    seconds = {}

    @classmethod
    def of(cls, name):
        if not cls.source:
            cls.where = pathlib.Path(tap.tempfile.mkdtemp(prefix="comity-test-"))
            entries = [(f"{n % 1000}/{n}.json", BAD if n % 500 == 7 else notice(n))
                       for n in range(COUNT)]
            cls.source = cls.where / "in.tar"
            cls.source.write_bytes(tar(entries))
        if name not in cls.lefts:
            begun = time.monotonic()
            done, left = batch(cls.source, name=name, where=cls.where)
            done.ends(3)
            cls.seconds[name] = time.monotonic() - begun
            cls.lefts[name] = left.agrees()
        return cls.lefts[name]


def start(out, *options, source=None, program=None, before=None, **more):
    if before:
        more["env"] = dict(os.environ, **loaded_before(before))
    if before == "fast_clock":
        options += ("--timeout", "100")
    words = command(out, [source or Undisturbed.source], *options)
    return subprocess.Popen([*(program or []), tap.PROGRAM, *words], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)


def children(pid):
    """The workers and the reader: name -> list of ids."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            try:
                name = pathlib.Path(f"/proc/{child}/comm").read_text().strip()
            except OSError:
                continue
            found.setdefault(name, []).append(int(child))
    return found


def ends(process, seconds=20):
    """Status and what it said; nothing that it started outlives it."""
    try:
        _, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError(f"it did not end in {seconds} s") from None
    return process.returncode, err


def synced(left):
    """What the ledger tells of so far: name of the file -> what marks it as untouched."""
    if not left.ledger_path.exists():
        return {}
    found = {}
    lines = left.ledger_path.read_bytes().split(b"\n")[:-1]
    for line in map(tap.json.loads, lines):
        if line.get("result") == "done":
            status = (left.out / line["output"]).stat()
            found[line["output"], line["entry"]] = (status.st_ino, status.st_mtime_ns)
    return found


def nothing_half(out):
    """Under a final name there is nothing, or the whole."""
    if out.suffix and out.exists():
        same(out.read_bytes(), Undisturbed.of(out.name).out.read_bytes(), "the output")
    if not out.suffix and out.exists():
        whole = Undisturbed.of(out.name).out
        for path in out.iterdir():
            if path.name != ".comity-partial":
                same(path.read_bytes(), (whole / path.name).read_bytes(), path.name)
    aside = pathlib.Path(f"{out}.quarantine")
    for path in aside.iterdir() if aside.exists() else ():
        if path.name != ".comity-partial":
            for name in ("input", "reason.json"):
                same((path / name).read_bytes(),
                     (Undisturbed.of(out.name).quarantine / path.name / name).read_bytes(),
                     f"{path.name}/{name}")


def resumes(out, *statuses):
    """Goes on; what is left then is that of an undisturbed run.  What the run told."""
    done = run(*command(out, [Undisturbed.source], "--resume"))
    done.ends(*(statuses or (3,)))
    same_left(Left(out), Undisturbed.of(out.name), f"after {done.err!r}")
    return done


def cut_off(out, share, signal_=signal.SIGKILL):
    """Starts, and ends it after a share of the time that a whole run takes."""
    process = start(out, before="fast_clock")
    time.sleep(Undisturbed.seconds[out.name] * share)
    process.send_signal(signal_)
    return ends(process)


# --- killed

@cases("killed anywhere, it goes on: {}", [(name,) for name in OUTPUTS])
def killed(name):
    """Some are killed again while they go on.  Told: how far the runs had come."""
    whole = Undisturbed.of(name)
    chance = random.Random(name)
    came, redone = [], 0
    for n in range(KILLS // len(OUTPUTS) + 1):
        where = folder()
        out = where / name
        share = (n + chance.random()) / (KILLS // len(OUTPUTS) + 1)
        status, _ = cut_off(out, share)
        among = status in (-signal.SIGKILL, 3)
        check(among, status)
        nothing_half(out)
        before = synced(Left(out)) if name == "out" else {}
        came.append(Left(out).ledger_path.stat().st_size / whole.ledger_path.stat().st_size
                    if Left(out).ledger_path.exists() else 0)
        if LONG:
            print(f"# {name}, {n + 1}: the ledger was at {100 * came[-1]:.0f} %", flush=True)
        if n % 4 == 3:
            process = start(out, "--resume", before="fast_clock")
            time.sleep(Undisturbed.seconds[name] * chance.random() / 2)
            process.kill()
            ends(process)
            nothing_half(out)
        resumes(out)
        after = synced(Left(out)) if before else {}
        changed = [k for k in before if before[k] != after[k]]
        # in a folder the last item that the ledger tells of is done again: more may follow
        check(len(changed) <= 2, f"{len(changed)} synced items were done again", changed[:3])
        redone += len(changed)
        shutil.rmtree(where)
    print(f"# {name}: {len(came)} times; ledgers were at " +
          " ".join(f"{100 * c:.0f}" for c in sorted(came)) + f" %; {redone} items twice")


def kills_child(name, share):
    """Kills one child of that name when it has lived for that share of the time; the output,
    exit status and what was said.  None where it was done before."""
    out = folder() / "out.tar.zst"
    Undisturbed.of(out.name)
    process = start(out)
    while process.poll() is None and not children(process.pid).get(name):
        time.sleep(0.001)
    time.sleep(Undisturbed.seconds[out.name] * share)
    found = children(process.pid).get(name, [])[:1]
    for child in found:
        os.kill(child, signal.SIGKILL)
    status, err = ends(process)
    return (out, status, err) if found else None


# One kill in a run: what dies a second time is at fault itself.
@case("a comity-worker is killed under it, and only that: what it had is tried again")
def killed_worker():
    killed_ = [k for k in (kills_child("comity-worker", share) for share in (.2, .4, .6)) if k]
    check(killed_, "nothing was killed")
    for out, status, err in killed_:
        check(status in (3, 4), f"status {status}: {err!r}")
        same_left(Left(out), Undisturbed.of(out.name))


@case("the comity-reader is killed under it, and only that: its input is given up")
def killed_reader():
    for share in (.3, .2, .1, .05, 0):
        killed_ = kills_child("comity-reader", share)
        if killed_:
            break
    check(killed_, "nothing was killed")
    out, status, err = killed_
    check(status in (3, 4), f"status {status}: {err!r}")
    left = Left(out)
    left.agrees()
    codes = [n["code"] for n in left.items("failed") if n["entry"] == "in.tar"]
    same(codes, ["worker.crash"], "what became of the input")
    resumes(out)


# --- signals

@cases("{} ends it cleanly within two seconds, to {}",
       [(s, name) for s in ("SIGTERM", "SIGINT") for name in OUTPUTS])
def signalled(which, name):
    Undisturbed.of(name)
    for share in (0.5, 0.35, 0.25, 0.15, 0.1, 0.05, 0):
        out = folder() / name
        process = start(out, before="slow_names", start_new_session=True)
        while not Left(out).ledger_path.exists() and process.poll() is None:
            time.sleep(0.001)  # before that there is nothing to end
        time.sleep(Undisturbed.seconds[name] * share)
        sent = time.monotonic()
        if which == "SIGINT":
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        else:
            process.terminate()
        status, err = ends(process)
        took = time.monotonic() - sent
        if status != 3:  # else it was done before the signal came
            break
    same(status, 11, f"exit status: {err!r}")
    print(f"# it took {took:.2f} s, syncing included", flush=True)
    check(took < 2, f"it took {took:.2f} s")
    check(b"worker" not in err and b"ended over" not in err, err)
    nothing_half(out)
    resumes(out)


@case("a second SIGINT ends it at once")
def second_sigint():
    out = folder() / "out"
    Undisturbed.of("out")
    process = start(out)
    while not Left(out).ledger_path.exists() and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGSTOP)  # so that both are there before it looks
    process.send_signal(signal.SIGINT)
    os.kill(process.pid, signal.SIGCONT)
    for _ in range(50):
        try:
            process.send_signal(signal.SIGINT)
        except ProcessLookupError:
            break
        time.sleep(0.001)
    status, _ = ends(process)
    check(status in (-signal.SIGINT, 11), status)
    resumes(out)


# --- something else is asked for

def half(name="out", source=None, share=0.5):
    """An output that was cut off in the middle."""
    out = folder() / name
    Undisturbed.of(name)
    process = start(out, source=source)
    time.sleep(Undisturbed.seconds[name] * share)
    process.terminate()
    ends(process)
    return out


@cases("a run that is whole goes on, and nothing changes: {}", [(n,) for n in OUTPUTS])
def whole_again(name):
    where = folder()
    source = file(tar([(f"{n}", BAD if n == 3 else notice(n)) for n in range(50)]), "in.tar")
    done, left = batch(source, name=name, where=where)
    before = left.all()
    stamps = {p: p.stat().st_mtime_ns for p in left.out.iterdir()} if name == "out" else {}
    batch(source, "--resume", name=name, where=where)[0].ends(3)
    same(left.all(), before, "what is left")
    same([p.name for p in stamps if p.stat().st_mtime_ns != stamps[p]][1:], [], "rewritten")


@cases("the input {} in between: {}",
       [(how, name) for how in ("grows", "changes", "shrinks", "fails no more", "is empty")
        for name in OUTPUTS])
def changed_input(how, name):
    where = folder()
    entries = [(f"{n:03}.json", BAD if n in (30, 80) else notice(n)) for n in range(100)]
    source = folder_of(entries)
    done, left = batch(source, name=name, where=where)
    done.ends(3)
    if how == "grows":
        for n in range(100, 120):
            (source / f"{n}.json").write_bytes(notice(n))
    elif how == "changes":
        (source / "050.json").write_bytes(notice(5000))
    elif how == "fails no more":
        (source / "030.json").write_bytes(notice(30))
    else:
        for path in list(source.iterdir()) if how == "is empty" else [
                source / "080.json", source / "050.json", source / "099.json"]:
            path.unlink()
    done, left = batch(source, "--resume", name=name, where=where, report=True)
    expected, fresh = batch(source, name=name)
    done.ends(expected.status)
    if how == "grows" and name != "out":  # its blocks end elsewhere, where it once was whole
        same(left.agrees().by_entry(), fresh.by_entry(), "documents")
    else:
        same_left(left, fresh)
    same(bool(done.of("batch.changed")), how != "grows", "it is told")


@cases("other {} have all of it done again, and that is told: {}",
       [(what, name) for what in ("options", "plugins") for name in OUTPUTS])
def other(what, name):
    where = folder()
    source = folder_of([(f"{n:03}.json", BAD if n == 30 else notice(n)) for n in range(60)])
    batch(source, name=name, where=where)[0].ends(3)
    options, env = [], {}
    if what == "options":
        options = ["--set", "language=fr"]
    else:
        plugins = folder()
        for path in pathlib.Path(os.environ["COMITY_PLUGIN_PATH"]).iterdir():
            if path.name != "us-fbi-wanted.json":
                shutil.copy(path, plugins)
        env = {"COMITY_PLUGIN_PATH": str(plugins)}
    done, left = batch(source, "--resume", *options, name=name, where=where, env=env,
                       report=True)
    done.ends(3)
    same(len(done.of("batch.redone")), 1, "it is told")
    same_left(left, batch(source, *options, name=name, env=env)[1])


@cases("a template that is named and has changed has all of it done again: {}",
       [("of the output",), ("of the input",)])
def other_template(which):
    where = folder()
    template = where / "mine.json"
    text = (tap.SOURCE / "plugins" / "interpol" / "interpol-red.json").read_text()
    template.write_text(text)
    named = ["-t" if "output" in which else "-f", str(template)]
    options, to = ([], named) if "output" in which else (named, TO)
    source = folder_of([(f"{n:03}.json", notice(n)) for n in range(5)])
    batch(source, *options, where=where, to=to)[0].ends(0)
    done, _ = batch(source, "--resume", *options, where=where, to=to, report=True)
    same(len(done.ends(0).of("batch.redone")), 0, "it is the same")
    template.write_text(text.replace('"title": "', '"title": "My ', 1))
    check(template.read_text() != text, "nothing was changed")
    done, left = batch(source, "--resume", *options, where=where, to=to, report=True)
    same(len(done.ends(0).of("batch.redone")), 1, "it is told")
    same_left(left, batch(source, *options, to=to)[1])


@case("what standard input gave is not taken for something else")
def other_stream():
    where = folder()
    lines = notices(50)
    batch("-", stdin=b"\n".join(lines), where=where, name="out.ndjson")[0].ends(0)
    before = Left(where / "out.ndjson").all()
    lines[20] = notice(999)
    done, left = batch("-", "--resume", stdin=b"\n".join(lines), where=where,
                       name="out.ndjson", report=True)
    done.ends(2)
    check(done.of("batch.changed"), done)
    batch("-", "--resume", stdin=b"\n".join(notices(50)), where=where,
          name="out.ndjson")[0].ends(0)
    same(left.all(), before, "what is left")


@case("a file that is no ledger is left alone")
def no_ledger():
    where = folder()
    (where / "out.ledger.jsonl").write_bytes(b"my diary\n")
    done, left = batch(file(notice(1)), "--resume", where=where)
    done.ends(2)
    same(left.ledger_path.read_bytes(), b"my diary\n", "the file")


@case("there is nothing to go on with: it begins")
def nothing_there():
    same_left(batch(file(notice(1), "a"), "--resume")[1], good(file(notice(1), "a")))


# --- what the machine refuses

@cases("a full disk ends it with 8, and it goes on when there is room: {}",
       [(n,) for n in OUTPUTS])
def full_disk(name):
    if os.geteuid():
        skip("only root can mount a small disk")
    where = folder()
    whole = Undisturbed.of(name)
    mounted = ["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(where)]
    if subprocess.run(mounted, stderr=subprocess.DEVNULL).returncode:
        skip("a small disk cannot be mounted here")
    try:
        done = run(*command(where / name, [Undisturbed.source]))
        done.ends(8)
        check(b"No space left" in done.err, done)
        nothing_half(where / name)
        subprocess.run(["mount", "-o", "remount,size=1g", str(where)], check=True)
        resumes(where / name)
        del whole
    finally:
        subprocess.run(["umount", str(where)], check=True)


FAULTS = [(call, error) for call, error in (
    ("write", "EIO"), ("write", "ENOSPC"), ("fdatasync", "EIO"), ("fsync", "EIO"),
    ("syncfs", "EIO"), ("openat", "EMFILE"), ("openat", "EIO"), ("rename", "EIO"),
    ("renameat", "ENOSPC"), ("renameat2", "EIO"), ("mkdir", "ENOSPC"), ("mkdirat", "ENOSPC"),
    ("ftruncate", "EIO"), ("close", "EIO"), ("lseek", "EIO"), ("socketpair", "EMFILE"))]


# Where these fail, the output cannot be written, unless it is what goes to the terminal.
WRITING = {"write", "fdatasync", "fsync", "syncfs", "rename", "renameat", "renameat2", "mkdir",
           "mkdirat", "ftruncate"}


@cases("{} that fails with {} anywhere ends it, and it goes on", FAULTS)
def refused(call, error):
    """A smaller batch: what is injected must hit each place where the call stands."""
    source = folder_of([(f"{n}.json", BAD if n in (3, 17) else notice(n)) for n in range(24)])
    expected = {name: batch(source, name=name)[1] for name in OUTPUTS}
    hits = 0
    often = call in ("openat", "close")  # of which most are at the beginning
    for name in OUTPUTS[:1] if (often or UNDER_ASAN) and not LONG else OUTPUTS:
        n = 0
        while n < 200:
            n += 1 if LONG or (n < 8 and not often) else 11 if often else 29
            where = folder()
            out = where / name
            process = start(out, source=source, program=strace(
                where / "trace", "-e", f"trace={call}",
                "-e", f"inject={call}:error={error}:when={n}"))
            status, err = ends(process)
            was_hit = "(INJECTED)" in (where / "trace").read_text()
            (where / "trace").unlink()
            if not was_hit:
                break
            hits += 1
            what = f"{name}, {call} number {n}: status {status}: {err!r}"
            check(status in ((0, 1, 3, 4, 7, 8, 127) if call not in WRITING else (3, 8)), what)
            if status in (0, 3, 4):  # 4: an input could not be opened, and that was told
                check(out.exists(), what)
                check(status != 4 or b"[io.read]" in err, what)
            elif out.exists() and out.is_file():
                same(Left(out).documents(), expected[name].documents(), what)
            run(*command(out, [source], "--resume")).ends(3)
            same_left(Left(out), expected[name], what)
            shutil.rmtree(where)
    print(f"# {hits} times")


if __name__ == "__main__":
    try:
        main(every=4)
    finally:
        if Undisturbed.source:
            shutil.rmtree(Undisturbed.where, ignore_errors=True)
