#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity inbox as a user meets it: what comes is kept once, matched to what was sent, and
acknowledged; what is hostile, killed or past its time leaves nothing behind."""
import contextlib
import json
import pathlib
import shutil
import signal
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import UNDER_ASAN  # noqa: E402
from boxes import Box, status  # noqa: E402
from receiver import Receiver, certificates  # noqa: E402
from tap import PROGRAM, SOURCE, case, cases, check, folder, main, run, same, skip  # noqa: E402
from tracer import kill, traced  # noqa: E402

CANARY = "CANARY-8K1-NOBODY"
REQUESTS = SOURCE / "examples" / "requests"
ANSWERS = ("additional-information", "consultation", "confidentiality-notice", "decision",
           "preservation-risk", "progress", "result", "acknowledgement")


def document(kind, **changes):
    """A file with the example of a kind; None takes a member out."""
    made = json.loads((REQUESTS / f"{kind}.json").read_text())
    for name, value in changes.items():
        made[name] = value
        if value is None:
            del made[name]
    path = folder() / f"{kind}.json"
    path.write_text(json.dumps(made))
    return path


def answer(kind="decision", reference="PR-2026-0110", state="CL", **changes):
    """An answer to the request that Box.submit() sends."""
    return document(kind, answers={"reference": {"value": reference}},
                    requested={"state": state}, **changes)


def add(box, *arguments, **more):
    return box.comity("inbox", "add", "--json", *arguments, **more)


def entries(box):
    lines = box.comity("inbox", "list", "--json").ends(0).out.splitlines()
    return [json.loads(line) for line in lines]


def registered(box, url="https://localhost:9/in", form="convention-json", state="EE",
               role="central-authority", protocol="https"):
    settings = json.dumps({"internal": True, "ca": str(certificates() / "ca.pem")})
    box.comity("register", "add", "--state", state, "--role", role, "--name", f"Office {role}",
               "--endpoint", f"{state}-{role}", "--url", url, "--protocol", protocol,
               "--format", form, "--settings", settings).ends(0)


@case("an acknowledgement is signed where its endpoint asks for it")
def signed():
    box = Box()
    pair = {"sign": "jws", "sign_key": str(certificates() / "client.key"),
            "sign_certificate": str(certificates() / "client.pem")}
    box.comity("register", "add", "--state", "EE", "--role", "central-authority", "--name",
               "Office", "--endpoint", "ee", "--url", "https://localhost:9/in", "--protocol",
               "https", "--format", "convention-json", "--settings", json.dumps(pair)).ends(0)
    add(box, document("mutual-legal-assistance")).ends(0)
    item, = box.items()
    made = json.loads(box.comity("outbox", "payload", item["id"]).ends(0).out)
    same((item["kind"], sorted(made)),
         ("acknowledgement", ["payload", "protected", "signature"]), "what is sent")


def sent(state=None, code=202):
    """A box with one request that was sent, or that is in that state."""
    box = Box()
    with Receiver(answers={"": status(code)}) as receiver:
        box.submit(receiver.url()).ends(0)
        if state != "queued":
            box.run()
    if state:
        with changed(box) as db:
            db.execute("UPDATE item SET state = ?", (state,))
    return box


@contextlib.contextmanager
def changed(box):
    with contextlib.closing(sqlite3.connect(box.store / "comity.db")) as db, db:
        yield db


def receipts(box, number=0):
    shown = box.comity("outbox", "show", "--json", box.items()[number]["id"]).ends(0)
    return [json.loads(line)["receipt"] for line in shown.out.splitlines()[1:]]


def account(box, what=None):
    lines = [json.loads(line) for line in box.comity("audit", "show").ends(0).out.splitlines()]
    return [line for line in lines if what in (None, line["what"])]


# --- what comes is kept

@case("a request is kept as it came and as the canonical document, with its line of account")
def kept():
    box = Box()
    request = document("mutual-legal-assistance")
    made = json.loads(add(box, "--no-acknowledge", request).ends(0).out)
    entry, = entries(box)
    same(made, entry, "what add printed")
    same((entry["kind"], entry["state"], entry["reference"], entry["lacks"]),
         ("mutual-legal-assistance", "EE", "MLA-2026-0105", 0), "the entry")
    shown = box.comity("inbox", "document", entry["id"][:8]).ends(0).out
    same(shown, run("convert", "-t", "convention-json", request).out, "canonical")
    same(box.comity("inbox", "document", "--original", entry["id"]).out, request.read_bytes())
    line, = account(box)
    same((line["what"], line["document"], line["kind"], line["payload"]),
         ("received", entry["id"], entry["kind"], entry["original"]), "the account")
    same(box.items(), [], "outbox")
    box.is_whole()


@case("bytes of another encoding come back as they came")
def encoding():
    box = Box()
    path = folder() / "in.txt"
    for encoded in ("utf-8", "windows-1251"):
        form = run("convert", "-t", f"ru-upk454:charset={encoded}", "--fail-on", "never",
                   REQUESTS / "mutual-legal-assistance.json")
        path.write_bytes(form.out)
        done = add(box, "-f", f"ru-upk454:charset={encoded}", "--no-acknowledge", path).ends(0)
        identity = json.loads(done.out)["id"]
        same(box.comity("inbox", "document", "--original", identity).out, form.out, encoded)


@case("the same document is known again, and is neither kept nor matched twice")
def again():
    box = sent()
    path = answer()
    add(box, path).ends(0)
    second = add(box, path, report=True).ends(0)
    same([f["code"] for f in second.findings], ["inbox.known"])
    same(len(entries(box)), 1)
    same(receipts(box).count("decision"), 1)
    same(len(account(box, "received")), 1)


@case("each document of a stream is one entry, with its own bytes")
def stream():
    box = Box()
    lines = [json.dumps({**json.loads((REQUESTS / "preservation.json").read_text()), "id": n})
             for n in ("A-1", "A-2", "A-3")]
    path = folder() / "in.ndjson"
    path.write_text("\n".join(lines) + "\n")
    add(box, "--no-acknowledge", path).ends(0)
    same([e["reference"] for e in entries(box)], ["A-1", "A-2", "A-3"])
    second = entries(box)[1]["id"]
    same(box.comity("inbox", "document", "--original", second).out.strip(), lines[1].encode())
    add(box, "--no-acknowledge", path).ends(0)
    same(len(entries(box)), 3, "entries after the second time")


@case("several requests in one message are several entries of one original")
def several_in_one():
    box = Box()
    add(box, SOURCE / "plugins" / "interpol" / "samples" / "none", report=True).ends(8)
    path = SOURCE / "examples" / "samples" / "notice-list.json"
    add(box, path).ends(0)
    same(len({e["id"] for e in entries(box)}), 2)


@case("a document that lacks what is asked for is kept, with warnings; not with --check")
def lacking():
    box = Box()
    path = document("mutual-legal-assistance", facts=None, requesting={"state": "EE"})
    refused = add(box, "--check", path, report=True).ends(4)
    check(refused.of("rule.61-14-c"), refused)
    same(entries(box), [], "entries")
    taken = add(box, "--no-acknowledge", path, report=True).ends(0)
    check(taken.of("rule.61-14-c"), taken)
    same(taken.graver("error"), [])
    check(entries(box)[0]["lacks"] >= 2, entries(box))


@cases("nothing is kept of what is no document: {0}", [
    ("broken JSON", b'{"schema": "urn:comity:convention:1", "kind": ', 4),
    ("an unknown kind", b'{"schema": "urn:comity:convention:1", "kind": "nonsense"}', 4),
    ("nothing", b"", 4),
    ("no known format", b'{"a": 1}', 6),
    ("a bomb of entities", b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>', 4),
    ("brackets without end", b"[" * 100000, 4),
    ("no text at all", bytes(range(256)), 4)])
def hostile(_, content, ends):
    box = Box()
    path = folder() / "in"
    path.write_bytes(content)
    done = add(box, path)
    check(done.status in (ends, 4, 6) and done.status, done)
    same(entries(box), [])
    same(account(box), [])


@case("a document over the limit is refused before it is kept")
def limit():
    box = Box()
    done = add(box, "--limit", "bytes=1000", document("mutual-legal-assistance"),
               report=True).ends(4)
    check(done.of("limit.bytes"), done)
    same(entries(box), [])


@case("hostile values reach no statement, terminal or message as they are")
def values():
    box = sent()
    evil = "x'); DROP TABLE item; --\x1b[31m"
    add(box, answer(reference=evil)).ends(0)
    add(box, "--no-acknowledge", document("preservation", id=evil)).ends(0)
    shown = box.comity("inbox", "list").ends(0)
    identity = entries(box)[0]["id"]
    for text in (shown.out, box.comity("inbox", "show", identity).ends(0).out):
        check(b"\x1b" not in text, text)
    same(entries(box)[1]["reference"], evil)
    same(len(box.items()), 1)
    box.is_whole()


@case("a bad document of a stream does not stop the others")
def part():
    box = Box()
    good = json.dumps(json.loads((REQUESTS / "preservation.json").read_text()))
    path = folder() / "in.ndjson"
    path.write_text(good + "\n" + '{"schema":"urn:comity:convention:1","kind":"no"}\n')
    add(box, "--no-acknowledge", path).ends(3)
    same(len(entries(box)), 1)


@case("wrong usage ends with 2")
def usage():
    box = Box()
    for words in ((), ("nonsense",), ("show",), ("list", "more"), ("document",),
                  ("add", "--retain", "0", "x"), ("add", "--retain", "none", "x")):
        box.comity("inbox", *words).ends(2)
    add(box).ends(2)


@case("an id that nothing has, or that several have, is told")
def unknown():
    box = Box()
    for kind in ("preservation", "freezing"):
        add(box, "--no-acknowledge", document(kind)).ends(0)
    for identity in ("ffffffff-none", ""):
        told = box.comity("inbox", "show", identity).ends(4)
        check(b"inbox.item" in told.err, told)


# --- answers

@cases("what was {0} is {1} after its answer", [
    ("accepted", "delivered"), ("queued", "queued"), ("sending", "sending"), ("held", "held"),
    ("rejected", "rejected"), ("dead", "dead"), ("delivered", "delivered")])
def moved(before, after):
    box = sent(before)
    add(box, answer()).ends(0)
    same(box.states(), [after])
    entry, = entries(box)
    same(entry["answers"], box.items()[0]["id"], "what it answers")
    same((entry["answered"], entry["outcome"]), ("PR-2026-0110", "refused"))
    check("decision" in receipts(box), receipts(box))
    outcomes = [line["outcome"] for line in account(box, "outcome")]
    same(outcomes.count("delivered"), 1 if before == "accepted" else 0, "lines of account")
    box.is_whole()


@cases("a document of kind {0} is matched as an answer, with a receipt of its name",
       [(kind,) for kind in ANSWERS])
def kinds(kind):
    box = sent()
    add(box, answer(kind)).ends(0)
    same(box.states(), ["delivered"])
    check(kind in receipts(box), receipts(box))
    same(len(box.items()), 1, "items: an answer is not acknowledged")


@case("an answer to nothing that was sent is kept, with a warning that says what to do")
def unmatched():
    box = sent()
    done = add(box, answer(reference="OTHER-1"), report=True).ends(0)
    told, = done.of("inbox.unmatched")
    check("outbox list" in told["hint"], told)
    same((box.states(), "answers" in entries(box)[0]), (["accepted"], False))


@case("an answer of another State than was asked matches nothing")
def wrong_state():
    box = sent()
    done = add(box, answer(state="KE"), report=True).ends(0)
    check("another State" in done.of("inbox.unmatched")[0]["message"], done)
    same(box.states(), ["accepted"])


@case("an answer that does not say its State is matched by its reference alone")
def no_state():
    box = sent()
    path = document("decision", answers={"reference": {"value": "PR-2026-0110"}},
                    requested=None)
    add(box, path).ends(0)
    same(box.states(), ["delivered"])


@case("of two with one reference the newest that has not ended is taken, with a warning")
def two():
    box = Box()
    with Receiver(answers={"": status(202)}) as receiver:
        for path in ("/a", "/b", "/c"):
            box.submit(receiver.url(path)).ends(0)
        box.run()
    with changed(box) as db:
        db.execute("UPDATE item SET state = 'dead' WHERE number = 3")
    done = add(box, answer(), report=True).ends(0)
    same(len(done.of("inbox.several")), 1)
    same(box.states(), ["accepted", "delivered", "dead"])
    add(box, answer("progress")).ends(0)
    same(box.states(), ["delivered", "delivered", "dead"])


@case("an acknowledgement that was sent is not taken for the request that is answered")
def not_own_answer():
    box = Box()
    registered(box)
    add(box, document("mutual-legal-assistance")).ends(0)
    same(box.items()[0]["reference"], "MLA-2026-0105")
    done = add(box, answer(reference="MLA-2026-0105", state="EE"), report=True).ends(0)
    check("answers" not in entries(box)[1], entries(box))
    same(done.of("inbox.several"), [])


@case("that assistance is no longer required follows the request that came before")
def withdrawn():
    box = Box()
    add(box, "--no-acknowledge", document("mutual-legal-assistance")).ends(0)
    done = add(box, document("no-longer-required"), report=True).ends(0)
    same(done.of("inbox.unmatched"), [])
    same(entries(box)[1]["follows"], entries(box)[0]["id"])


# --- acknowledgements

@case("a request is acknowledged: sent, and read again with the right reference, once")
def acknowledged():
    box = Box()
    with Receiver() as receiver:
        registered(box, receiver.url())
        request = document("mutual-legal-assistance")
        add(box, request).ends(0)
        add(box, request).ends(0)
        same([item["kind"] for item in box.items()], ["acknowledgement"])
        same(entries(box)[0]["acknowledgement"], box.items()[0]["id"])
        box.run().ends(0)
        (_, key, body, _), = receiver.requests
    same(key, f'"{box.items()[0]["id"]}"', "its identity")
    path = folder() / "ack"
    path.write_bytes(body)
    run("validate", path).ends(0)
    read = json.loads(run("convert", "-t", "convention-json", path).ends(0).out)
    same(read["answers"]["reference"], {"scheme": "file", "value": "MLA-2026-0105"})
    same((read["answers"]["kind"], read["requesting"], read["requested"]),
         ("mutual-legal-assistance", {"state": "EE"}, {"state": "CL"}))
    same(set(read), {"schema", "kind", "issued", "answers", "requesting", "requested"},
         "members: nothing is invented")
    box.is_whole()


@case("our acknowledgement is an answer where the request came from, and matches it there")
def both_ends():
    there, here = Box(), Box()
    request = document("mutual-legal-assistance")
    with Receiver(answers={"": status(202)}) as receiver:
        there.submit(receiver.url(), document=request).ends(0)
        there.run()
    with Receiver() as receiver:
        registered(here, receiver.url())
        add(here, request).ends(0)
        here.run().ends(0)
        path = folder() / "ack"
        path.write_bytes(receiver.requests[0][2])
    done = add(there, path, report=True).ends(0)
    same(done.findings, [], "findings")
    same(there.states(), ["delivered"])


@case("without a route the request is kept, with a warning, and acknowledged once there is one")
def no_route():
    box = Box()
    request = document("mutual-legal-assistance")
    done = add(box, request, report=True).ends(0)
    same([f["code"] for f in done.findings], ["inbox.no-route"])
    same((len(entries(box)), box.items()), (1, []))
    registered(box)
    add(box, request).ends(0)
    same(len(box.items()), 1)


@case("a request without a reference, or without a State, is kept and not acknowledged")
def nameless():
    box = Box()
    registered(box)
    first = add(box, document("preservation", id=None, requesting={"state": "EE"}), report=True)
    check(first.ends(0).of("inbox.no-reference"), first)
    second = add(box, document("preservation", requesting={"authority": {"name": "A"}}),
                 report=True)
    check(second.ends(0).of("inbox.no-route"), second)
    same((len(entries(box)), box.items()), (2, []))


@case("it goes in the request's format, or in the endpoint's where that cannot say it")
def formats():
    for form, expected in (("convention-xml", "convention-xml"),
                           ("etsi-hi1-json", "convention-json")):
        box = Box()
        registered(box)
        path = folder() / "in"
        path.write_bytes(run("convert", "-t", form, REQUESTS / "preservation.json").ends(0).out)
        add(box, path).ends(0)
        item, = box.items()
        same(item["format"], expected, form)
        read = json.loads(run("convert", "-t", "convention-json", stdin=box.comity(
            "outbox", "payload", item["id"]).out).ends(0).out)
        same(read["answers"]["reference"]["value"], "PR-2026-0110", form)


@case("an endpoint that can say no acknowledgement is told, and the request is kept")
def unsayable():
    box = Box()
    registered(box, form="etsi-hi1-json", protocol="hi1")
    done = add(box, document("preservation"), report=True).ends(0)
    check(done.of("inbox.not-acknowledged"), done)
    same((len(entries(box)), box.items()), (1, []))


@case("a request to the 24/7 network is acknowledged there, or to the central authority")
def network():
    for roles, expected in ((("central-authority", "24-7"), "24-7"),
                            (("central-authority",), "central-authority")):
        box = Box()
        for role in roles:
            registered(box, role=role)
        add(box, document("network-24-7")).ends(0)
        same(box.items()[0]["channel"], expected)


@cases("a document of kind {0} is not acknowledged", [
    ("spontaneous-information",), ("decision",), ("acknowledgement",), ("no-longer-required",)])
def silent(kind):
    box = Box()
    for state in ("EE", "CL"):
        registered(box, state=state)
    add(box, document(kind)).ends(0)
    same(box.items(), [])


@case("a notice that a service publishes is not acknowledged")
def notice():
    box = Box()
    for state in ("PT", "IQ"):
        registered(box, state=state)
    add(box, SOURCE / "examples" / "samples" / "red-notices.ndjson").ends(0)
    same((len(entries(box)), box.items()), (2, []))


@case("--no-acknowledge puts nothing into the outbox")
def unwanted():
    box = Box()
    registered(box)
    add(box, "--no-acknowledge", document("preservation")).ends(0)
    same(box.items(), [])


@case("--dry-run shows what would be done, and changes nothing")
def dry():
    box = sent()
    registered(box)
    before = (box.items(), account(box), receipts(box))
    done = add(box, "--dry-run", answer(), document("mutual-legal-assistance")).ends(0)
    same([json.loads(line)["kind"] for line in done.out.splitlines()],
         ["decision", "mutual-legal-assistance"])
    same((box.items(), account(box), receipts(box)), before, "the store")
    same(entries(box), [])


@case("an answer that is submitted goes to the State that asked")
def answering():
    box = Box()
    for state in ("EE", "CL"):
        registered(box, state=state)
    box.comity("submit", document("decision")).ends(0)
    box.comity("submit", document("no-longer-required", language="en")).ends(0)
    same([item["state"] for item in box.items()], ["EE", "CL"])


# --- the time to destroy

@case("content past its time is gone from the files, told in the account, and known still")
def purged():
    box = Box()
    path = document("mutual-legal-assistance", facts={"summary": CANARY})
    other = document("preservation", facts={"summary": "KEPT-" + CANARY[::-1]})
    add(box, "--no-acknowledge", "--retain", "1", path).ends(0)
    add(box, "--no-acknowledge", other).ends(0)
    box.comity("outbox", "purge").ends(0)
    first, second = [e["id"] for e in entries(box)]
    check(CANARY.encode() in box.comity("inbox", "document", first).ends(0).out, "too early")
    with changed(box) as db:
        db.execute("UPDATE incoming SET retain = retain - 2 * 86400 WHERE retain > 0")
    box.comity("outbox", "purge").ends(0)
    whole = b"".join(p.read_bytes() for p in box.store.iterdir())
    check(CANARY.encode() not in whole, "it is still in the store")
    check(CANARY[::-1].encode() in whole, "the other one is gone")
    line, = account(box, "destroyed")
    same((line["document"], line["reference"]), (first, "MLA-2026-0105"))
    for option in ((), ("--original",)):
        check(b"inbox.destroyed" in box.comity("inbox", "document", *option, first).ends(4).err)
    box.comity("inbox", "document", second).ends(0)
    same([e["destroyed"] for e in entries(box)], [True, False])
    box.comity("outbox", "purge").ends(0)
    same(len(account(box, "destroyed")), 1, "lines after the second purge")
    check(add(box, "--no-acknowledge", path, report=True).ends(0).of("inbox.known"))
    box.is_whole()


@case("the time to destroy is counted by the clock")
def clock():
    if not shutil.which("faketime"):
        skip("faketime is not here")
    if UNDER_ASAN:
        skip("a clock that is wrong and a checker of memory do not go together")
    box = Box()
    add(box, "--no-acknowledge", "--retain", "10", document("preservation")).ends(0)
    for days, destroyed in (("+9 days", False), ("+11 days", True)):
        box.comity("outbox", "purge", program=["faketime", days, PROGRAM]).ends(0)
        same(entries(box)[0]["destroyed"], destroyed, days)
    box.is_whole()


@case("what documents say stands in no message, list or account")
def secret():
    box = Box()
    registered(box)
    path = document("mutual-legal-assistance", facts={"summary": CANARY})
    done = add(box, "-v", path).ends(0)
    shown = [box.comity("inbox", "list"), box.comity("inbox", "show", entries(box)[0]["id"]),
             box.comity("audit", "show"), box.comity("outbox", "list"),
             box.comity("outbox", "payload", box.items()[0]["id"])]
    for text in (done.out, done.err, *(s.ends(0).out for s in shown)):
        check(CANARY.encode() not in text, text[:300])
    for file in box.store.iterdir():
        same(oct(file.stat().st_mode & 0o777), "0o600", file.name)


# --- killed

@case("killed while it adds: all of a document is there, or nothing, and the next run adds it")
def killed():
    made = Box()
    registered(made)
    command = ["inbox", "add", str(document("mutual-legal-assistance"))]

    def copied():
        box = Box()
        shutil.copytree(made.store, box.store)
        box.store.chmod(0o700)
        return box

    _, counts = traced(*command, env={"COMITY_STORE": str(copied().store)})
    check(counts["pwrite64"] > 3, counts)
    ended, there = 0, 0
    most = 3 if UNDER_ASAN else 10
    for name in ("pwrite64", "write", "fdatasync", "fsync", "unlink", "ftruncate"):
        for turn in range(1, counts[name] + 1, max(1, counts[name] // most)):
            box = copied()
            code, _ = traced(*command, env={"COMITY_STORE": str(box.store)},
                             inject=kill(name, turn))
            ended += code in (-signal.SIGKILL, 128 + signal.SIGKILL)
            seen = (len(entries(box)), len(box.items()), len(account(box)))
            check(seen in ((0, 0, 0), (1, 1, 2)), name, turn, seen)
            there += seen[0]
            box.comity(*command).ends(0)
            same((len(entries(box)), len(box.items()), len(account(box))), (1, 1, 2),
                 f"{name} {turn}")
            box.is_whole()
    print(f"# killed {ended} times; {there} times it was there")
    check(ended > (5 if UNDER_ASAN else 12), ended)


if __name__ == "__main__":
    main(every=4)
