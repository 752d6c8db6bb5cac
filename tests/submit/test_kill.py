#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands that queue and send are killed at each of their system calls in turn, and run
again: nothing is lost, nothing stands there by half, and the other end does everything once.
COMITY_KILLS in the environment: at every call; else at a spread of them, most at those that
write."""
import collections
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import UNDER_ASAN  # noqa: E402
from boxes import Box, status  # noqa: E402
from receiver import Receiver  # noqa: E402
from tap import PROGRAM, case, check, folder, main, same, skip  # noqa: E402

EVERY = "COMITY_KILLS" in os.environ
# What changes something.
WRITES = {"pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "unlinkat",
          "sendto", "recvfrom", "connect", "mkdir", "renameat", "rename", "flock"}
# Kills at each such call, and at each other, spread over its turns.
MOST, OTHERS = (3, 1) if UNDER_ASAN else (12, 2)


def traced(*command, env, inject=None):
    """Runs under strace; its exit status and the number of calls by name."""
    log = folder() / "calls"
    options = ["-f", "-qq", "-o", str(log)]
    options += ["-e", inject] if inject else ["-c", "-U", "calls,name"]
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", **env)
    done = subprocess.run(["strace", *options, PROGRAM, *command], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                          check=False)
    counts = collections.Counter()
    for line in log.read_text().splitlines() if not inject else ():
        parts = line.split()
        if len(parts) == 2 and parts[0].isdigit() and parts[1] != "total":
            counts[parts[1]] = int(parts[0])
    return done.returncode, counts


def points(counts):
    """Names and turns of the calls to be killed at."""
    for name, count in sorted(counts.items()):
        step = 1 if EVERY else max(1, count // (MOST if name in WRITES else OTHERS))
        for turn in range(1, count + 1, step):
            yield name, turn


def kills(name, turn):
    return f"inject={name}:signal=SIGKILL:when={turn}"


def needs_strace():
    if not shutil.which("strace"):
        skip("strace is not here")
    if subprocess.run(["strace", "-qq", "true"], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL, check=False).returncode:
        skip("nothing may be traced here")


@case("killed at a system call while it queues: once it is run again, it is there, once")
def queueing():
    needs_strace()
    arguments = Box().submit("https://localhost:9/in").command
    killed, there = 0, 0
    _, counts = traced(*arguments, env={"COMITY_STORE": str(folder() / "store")})
    check(counts["pwrite64"] > 5 and counts["fdatasync"] + counts["fsync"] > 1, counts)
    for name, turn in points(counts):
        box = Box()
        ended, _ = traced(*arguments, env={"COMITY_STORE": str(box.store)},
                          inject=kills(name, turn))
        killed += ended in (-signal.SIGKILL, 128 + signal.SIGKILL)
        before = box.states() if (box.store / "comity.db").exists() else []
        check(before in ([], ["queued"]), name, turn, before)
        there += len(before)
        box.comity(*arguments).ends(0)
        same(box.states(), ["queued"], f"{name} {turn}")
        box.is_whole()
        shutil.rmtree(box.store)
    print(f"# killed {killed} times, at {len(counts)} calls; {there} times it was there")
    check(killed > (20 if UNDER_ASAN else 50), killed)


def sends(answers, what):
    """Kills a run at each call, and runs it again until all is done."""
    needs_strace()
    killed, doubled = 0, 0
    with Receiver(answers=answers) as receiver:
        made = Box()
        made.submit(receiver.url()).ends(0)

        def copied():
            box = Box()
            shutil.copytree(made.store, box.store)
            box.store.chmod(0o700)
            return box

        counted = copied()
        _, counts = traced("outbox", "run", "--once", env={"COMITY_STORE": str(counted.store)})
        check(counts["pwrite64"] > 3 and counts["sendto"] + counts["write"] > 0, counts)
        for name, turn in points(counts):
            box = copied()
            receiver.requests.clear()
            receiver.effects.clear()
            ended, _ = traced("outbox", "run", "--once", env={"COMITY_STORE": str(box.store)},
                              inject=kills(name, turn))
            killed += ended in (-signal.SIGKILL, 128 + signal.SIGKILL)
            check(len(box.items()) == 1, f"{name} {turn}: the item is gone")
            for _ in range(30):
                box.run("--wait", "0")
                if box.states() == ["delivered"]:
                    break
                time.sleep(0.1)
            same(box.states(), ["delivered"], f"{name} {turn}")
            same([len(set(bodies)) for bodies in receiver.effects.values()], [1],
                 f"{name} {turn}: effects at the other end")
            check(len(receiver.requests) <= what, f"{name} {turn}: sent",
                  len(receiver.requests), "times")
            doubled += len(receiver.requests) > 1
            box.is_whole()
            shutil.rmtree(box.store)
    print(f"# killed {killed} times, at {len(counts)} calls; sent twice {doubled} times, with "
          "one identity")
    check(killed > (20 if UNDER_ASAN else 50), killed)


@case("killed at a system call while it sends: nothing is lost, and done once")
def sending():
    sends({}, 2)


@case("the same where the other end turns it away at first")
def sending_again():
    turned = []

    def at_first(handler, body):
        turned.append(1)
        return status(503)(handler, body) if len(turned) % 3 == 1 else None

    if not EVERY:
        skip("with COMITY_KILLS")
    sends({"": at_first}, 4)


if __name__ == "__main__":
    main()
