#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands that queue and send are killed at each of their system calls in turn, and run
again: nothing is lost, nothing stands there by half, and the other end does everything once.
COMITY_KILLS in the environment: at every call; else at a spread of them, most at those that
write."""
import os
import pathlib
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import UNDER_ASAN  # noqa: E402
from boxes import Box  # noqa: E402
from certificates import certificates  # noqa: E402
from receivers import HI1, ConnectorClient, Domibus, Keyed  # noqa: E402
from servers import Server  # noqa: E402
from tap import case, cases, check, folder, main, same, skip  # noqa: E402
from tracer import kill, traced  # noqa: E402

EVERY = "COMITY_KILLS" in os.environ
# What changes something.
WRITES = {"pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "unlinkat",
          "sendto", "recvfrom", "connect", "mkdir", "renameat", "rename", "flock"}
# Kills at each such call, and at each other, spread over its turns.
MOST, OTHERS = (3, 1) if UNDER_ASAN else (12, 2)


def points(counts):
    """Names and turns of the calls to be killed at."""
    for name, count in sorted(counts.items()):
        step = 1 if EVERY else max(1, count // (MOST if name in WRITES else OTHERS))
        for turn in range(1, count + 1, step):
            yield name, turn


@case("killed at a system call while it queues: once it is run again, it is there, once")
def queueing():
    arguments = Box().submit("https://localhost:9/in").command
    killed, there = 0, 0
    _, counts = traced(*arguments, env={"COMITY_STORE": str(folder() / "store")})
    check(counts["pwrite64"] > 5 and counts["fdatasync"] + counts["fsync"] > 1, counts)
    for name, turn in points(counts):
        box = Box()
        ended, _ = traced(*arguments, env={"COMITY_STORE": str(box.store)},
                          inject=kill(name, turn))
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


def finished(box, protocol, where):
    """Runs it again until it has arrived, asking where that is not known."""
    for _ in range(30):
        box.run("--wait", "0")
        if box.states() in (["delivered"], ["accepted"]):
            return
        if box.states() == ["queued"]:  # turned away: it would wait for its time
            box.comity("outbox", "retry", box.items()[0]["id"])
        time.sleep(0.1 if protocol in IDENTITY else 0.6)
    check(False, f"{where}: it is not done", box.items(),
          box.comity("outbox", "show", box.items()[0]["id"]).out)


# those that know an item which comes again, and those that are asked for it
IDENTITY = {"https": Keyed, "hi1": HI1}
ASKED = {"connector-client": ConnectorClient, "domibus": Domibus}
PARTIES = {name: "x" for name in (
    "originalSender", "finalRecipient", "fromPartyId", "fromPartyType", "fromPartyRole",
    "toPartyId", "toPartyType", "toPartyRole", "service", "serviceType", "action")}


def sends(protocol, script=None, most=2, fewer=1):
    """Kills a run at each call, and runs it again until all is done."""
    receiver = {**IDENTITY, **ASKED}[protocol]
    killed, doubled, held = 0, 0, 0
    with Server(receiver=receiver(), script=script) as server:
        made, since = None, 0

        def copied():
            """A store with a new item: one that waits for long is asked for seldom."""
            nonlocal made, since
            if time.monotonic() - since > 8:
                made, since = Box(), time.monotonic()
                made.submit(server.at("localhost", "/in"), "--protocol", protocol, "-t",
                            "etsi-hi1-json" if protocol == "hi1" else "convention-json",
                            ca=str(certificates().ca), ask_seconds=1,
                            parties=PARTIES if protocol in ASKED else None).ends(0)
            box = Box()
            shutil.copytree(made.store, box.store)
            box.store.chmod(0o700)
            return box

        counted = copied()
        _, counts = traced("outbox", "run", "--once", env={"COMITY_STORE": str(counted.store)})
        check(counts["pwrite64"] > 3 and counts["sendto"] + counts["write"] > 0, counts)
        finished(counted, protocol, "undisturbed")
        undisturbed = len(server.effects())
        check(undisturbed, "nothing was done where nothing was killed")
        for name, turn in list(points(counts))[::1 if EVERY else fewer]:
            box, where = copied(), f"{protocol}: {name} {turn}"
            server.receiver = receiver()
            before = len(server.requests())
            ended, _ = traced("outbox", "run", "--once", env={"COMITY_STORE": str(box.store)},
                              inject=kill(name, turn))
            killed += ended in (-signal.SIGKILL, 128 + signal.SIGKILL)
            check(len(box.items()) == 1, f"{where}: the item is gone")
            held += box.states() == ["sending"]
            finished(box, protocol, where)
            same(len(server.effects()), undisturbed, f"{where}: effects at the other end")
            sent = [r for r in server.requests()[before:] if is_sending(r)]
            check(len(sent) <= (most if protocol in IDENTITY else 1), f"{where}: sent",
                  len(sent), "times")
            doubled += len(sent) > 1
            box.is_whole()
            shutil.rmtree(box.store)
    print(f"# {protocol}: killed {killed} times, at {len(counts)} calls; {held} times while it "
          f"was being sent; sent twice {doubled} times")
    check(killed > (20 if UNDER_ASAN else 50) // fewer, killed)


def is_sending(request):
    """True where a whole request came that was no question."""
    return (request.complete and request.method == "POST"
            and b"statusRequest" not in request.body)


@case("killed at a system call while it sends: nothing is lost, and done once")
def sending():
    sends("https")


@cases("the same with {}: the other end has no identity to know it by, or one of its own",
       [("hi1",), ("connector-client",), ("domibus",)])
def sending_others(protocol):
    sends(protocol, fewer=5)


@case("the same where the other end turns it away at first")
def sending_again():
    turned = []

    def at_first(_request):
        turned.append(1)
        return 503 if len(turned) % 3 == 1 else None

    if not EVERY:
        skip("with COMITY_KILLS")
    sends("https", at_first, most=4)


main()
