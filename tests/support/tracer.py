# SPDX-License-Identifier: LGPL-2.1-or-later
"""strace: a call that fails, a kill at a call, a look at which calls there are."""

import collections
import os
import shutil
import subprocess

from tap import PROGRAM, folder, skip


def strace(log, *options):
    """The words that stand before a traced program; the case is skipped where it cannot be."""
    if not shutil.which("strace") or subprocess.run(
            ["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
        skip("there is no strace, or nothing may be traced")
    # under a tracer a sanitizer cannot look for leaks
    no_leaks = "ASAN_OPTIONS=" + os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    return ["strace", "-qq", "-o", str(log), "-E", no_leaks, *options]


def kill(name, turn):
    return f"inject={name}:signal=SIGKILL:when={turn}"


def traced(*command, env, inject=None):
    """Runs the program; its exit status and, if nothing is injected, its calls by name."""
    log = folder() / "calls"
    options = ["-f", *(["-e", inject] if inject else ["-c", "-U", "calls,name"])]
    done = subprocess.run([*strace(log, *options), PROGRAM, *command], timeout=60, check=False,
                          env=dict(os.environ, **env), capture_output=True)
    counts = collections.Counter()
    for line in log.read_text().splitlines() if not inject else ():
        parts = line.split()
        if len(parts) == 2 and parts[0].isdigit() and parts[1] != "total":
            counts[parts[1]] = int(parts[0])
    return done.returncode, counts
