#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A batch takes no more memory for many documents than for few.

COMITY_DOCUMENTS=N streams N documents instead of 40,000."""
import os
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import tap
from batches import UNDER_ASAN, command, Left, notice
from tap import case, check, folder, main, same, skip

COUNT = int(os.environ.get("COMITY_DOCUMENTS", "40000"))


def feed(pipe, many, at_quarter):
    document = notice(1)
    lines = (document + b"\n") * 500
    for n in range(0, many, 500):
        if n >= many // 4 and not at_quarter.is_set():
            pipe.flush()
            at_quarter.set()
        pipe.write(lines)
    pipe.close()


def sizes(pid):
    """Process -> (peak of all that is resident, anonymous memory), in kB."""
    found = {}
    for process in [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children")
                              .read_text().split())]:
        lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
        values = dict(line.split(":", 1) for line in lines)
        found[process, values["Name"].strip()] = tuple(
            int(values[name].split()[0]) for name in ("VmHWM", "RssAnon"))
    return found


@case(f"a stream of {COUNT:,} documents shows no growth, and no worker is replaced")
def stream():
    if UNDER_ASAN:
        skip("a checker of memory has a memory of its own")
    out = folder() / "out.ndjson.zst"
    words = command(out, ["-"], "-j2", "-q", "--timeout", "1")
    process = subprocess.Popen([tap.PROGRAM, *words], stdin=subprocess.PIPE)
    at_quarter = threading.Event()
    feeder = threading.Thread(target=feed, args=(process.stdin, COUNT, at_quarter))
    feeder.start()
    at_quarter.wait()
    early = late = sizes(process.pid)
    while feeder.is_alive():
        try:
            late = sizes(process.pid)
        except (OSError, KeyError):
            break
        feeder.join(0.02)
    same(process.wait(), 0, "status")
    feeder.join()
    same(Left(out).counts(), (COUNT, 0, 0), "counts")
    same(sorted(late), sorted(early), "the processes: none was replaced")
    for (_, name), (peak, anonymous) in sorted(late.items(), key=lambda entry: entry[0][1]):
        before = early[_, name]
        print(f"# {name}: peak {before[0]} kB at a quarter, {peak} kB at the end; "
              f"anonymous {before[1]} kB, {anonymous} kB")
        check(peak - before[0] < 2048, f"{name} has grown from {before[0]} to {peak} kB")
        if name == "comity-worker":
            check(anonymous < 16384, f"a worker takes {anonymous} kB")


if __name__ == "__main__":
    main()
