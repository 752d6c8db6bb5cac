# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of items share: running list-items, and making archives."""
import io
import json
import os
import pathlib
import signal
import subprocess
import tarfile
import zipfile
import zlib

import tap

LIST = pathlib.Path(os.environ.get("BUILDDIR", ".")) / "list-items"
MEGABYTE = 1 << 20
JSON = b'{"a":1}'


class Items(list):
    """The items of one input; `peak` in bytes, `seconds`."""
    peak = 0
    seconds = 0.0

    def of(self, outcome):
        return [i for i in self if i["outcome"] == outcome]

    def entries(self, outcome="taken"):
        return [i["entry"] for i in self.of(outcome)]

    def codes(self):
        return [i["code"] for i in self if "code" in i]


def items(content, *limits, name="in", by_pipe=False, env=None, status=0, timeout=60):
    """Takes bytes, or a file, apart; the program must end as expected, with lines of JSON."""
    folder = tap.folder()
    if isinstance(content, bytes):
        (folder / "in").write_bytes(content)
        content = folder / "in"
    command = [str(LIST), name, *limits]
    begun = tap.children_seconds()
    with open(folder / "out", "wb") as out, open(content, "rb") as source:
        feeder = None
        if by_pipe:
            feeder = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE)
            source = feeder.stdout
        child = subprocess.Popen(command, stdin=source, stdout=out,
                                 env=dict(os.environ, **(env or {})))
        killer = signal.signal(signal.SIGALRM, lambda *_: child.kill())
        signal.alarm(timeout)
        _, wait = os.waitpid(child.pid, 0)
        signal.alarm(0)
        signal.signal(signal.SIGALRM, killer)
        child.returncode = os.waitstatus_to_exitcode(wait)
        if feeder:
            feeder.stdout.close()
            feeder.wait()
    tap.same(child.returncode, status, "exit status of list-items (-31: it left the sandbox)")
    found = Items(json.loads(line) for line in (folder / "out").read_bytes().splitlines())
    found.peak = found.pop()["peak"] * 1024
    found.seconds = tap.children_seconds() - begun
    return found


def is_bounded(found, seconds=10):
    """Checkers of memory take more of it, and of time: then the peak is not told."""
    if not found.peak:
        return
    tap.check(found.peak < 128 * MEGABYTE, f"it took {found.peak >> 20} MB")
    tap.check(found.seconds < seconds, f"it took {found.seconds:.1f} s")


def crc(content):
    return zlib.crc32(content)


def taken(found):
    """What was taken: entry, size and CRC."""
    return [(i["entry"], i["size"], i["crc"]) for i in found.of("taken")]


def expect(*pairs):
    return [(entry, len(content), crc(content)) for entry, content in pairs]


def tar(*entries, form=tarfile.PAX_FORMAT):
    """Entries: (name, content) or a TarInfo."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                archive.addfile(entry)
                continue
            info = tarfile.TarInfo(entry[0])
            info.size = len(entry[1])
            archive.addfile(info, io.BytesIO(entry[1]))
    return out.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def zipped(*entries, kind=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=kind)
    return out.getvalue()


def compress(command, content):
    """By a program; skips where there is none."""
    try:
        return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout
    except FileNotFoundError:
        tap.skip(f"{command[0]} is not here")
