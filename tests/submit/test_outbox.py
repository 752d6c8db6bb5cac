#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity submit, outbox and audit as a user meets them, against endpoints that behave, that
break in every way, and that are not who they say."""
import contextlib
import json
import os
import pathlib
import re
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import UNDER_ASAN  # noqa: E402
from boxes import REQUEST, Box, status  # noqa: E402
from receiver import Receiver, certificates, pin, wait_until  # noqa: E402
from tap import (PROGRAM, SOURCE, among, case, cases, check, folder,  # noqa: E402
                 main, run, same, skip)
from tracer import strace  # noqa: E402

CANARY = "CANARY-7Q3-NOBODY"


def delivered(**options):
    """One request to a receiver that is made so; the box and the receiver."""
    settings = options.pop("settings", {})
    host = options.pop("host", "localhost")
    box = Box()
    with Receiver(**options) as receiver:
        box.submit(receiver.url(host=host), **settings).ends(0)
        done = box.run(timeout=90)
    return box, receiver, done


# --- one request

@case("a request is queued, sent once, and its receipt kept")
def once():
    box, receiver, done = delivered()
    done.ends(0)
    item, = box.items()
    same((item["status"], item["attempts"], item["reference"]),
         ("delivered", 1, "PR-2026-0110"), "the item")
    (path, key, body, headers), = receiver.requests
    same((path, key), ("/in", f'"{item["id"]}"'), "what was sent")
    same(body, run("convert", "-t", "convention-json", REQUEST).out, "the document")
    same(headers["Content-Type"], "application/json", "media type")
    shown = box.comity("outbox", "show", "--json", item["id"][:8]).ends(0).out.splitlines()
    same([json.loads(line).get("status") for line in shown], ["delivered", 200], "receipts")
    same(box.comity("outbox", "payload", item["id"]).out, body, "payload")
    box.is_whole()


@case("the same request to the same endpoint is one item, however often it is submitted")
def twice():
    box = Box()
    with Receiver() as receiver:
        first = box.submit(receiver.url()).ends(0)
        box.run().ends(0)
        again = box.submit(receiver.url()).ends(0)
        box.run().ends(0)
        same(json.loads(first.out)["id"], json.loads(again.out)["id"], "the id")
        check(b"submit.known" in again.err or again.of("submit.known")
              or b"1 there already" in again.err, again.err)
        box.submit(receiver.url("/elsewhere")).ends(0)
        same(len(box.items()), 2, "items")
        same(len(receiver.requests), 1, "requests")


@case("--dry-run shows what would be sent, and puts nothing anywhere")
def dry():
    box = Box()
    shown = box.submit("https://localhost:9/in", "--dry-run").ends(0)
    same(json.loads(shown.out)["kind"], "preservation", "kind")
    same(box.items(), [], "items")


@case("a document that loses something is not queued where --fail-on loss forbids it")
def gate():
    box = Box()
    document = SOURCE / "examples" / "requests" / "mutual-legal-assistance.json"
    box.submit("https://localhost:9/in", "-t", "br-drci", "--fail-on", "loss",
               document=document).ends(5)
    same(box.items(), [], "items")
    box.submit("https://localhost:9/in", "-t", "br-drci", document=document).ends(0)
    same(len(box.items()), 1, "items where losses are allowed")


@case("who converts alone loads neither libcurl nor SQLite")
def not_loaded():
    traced = subprocess.run(["ldd", PROGRAM], stdout=subprocess.PIPE, check=True).stdout
    check(b"libcurl" not in traced and b"libsqlite" not in traced, traced)


# --- where to

def registered(box, role, languages="en", name=None):
    """An authority of Kenya with an endpoint of its own."""
    name = name or role
    box.comity("register", "add", "--state", "KE", "--role", role, "--name",
               f"Office of {name}", "--languages", languages, "--endpoint", name, "--url",
               f"https://{name}.example/in", "--protocol", "https", "--format",
               "convention-json").ends(0)


def request(kind, **changes):
    document = json.loads((SOURCE / "examples" / "requests" / f"{kind}.json").read_text())
    document.update({"requested": {"state": "KE"}, "language": "en", "channel": None},
                    **changes)
    document = {name: value for name, value in document.items() if value is not None}
    path = folder() / "in.json"
    path.write_text(json.dumps(document))
    return path


ROLES = ("competent", "24-7", "extradition", "central-authority", "interpol", "diplomatic")


@cases("a request of kind {} goes to {}, where the register has both", [
    ("mutual-legal-assistance", ["central-authority"], ()),
    ("mutual-legal-assistance", ["24-7"], ("--channel", "24-7")),
    ("extradition", ["extradition"], ()),
    ("network-24-7", ["24-7"], ()),
    ("extradition", ["diplomatic"], ("--channel", "diplomatic")),
    ("provisional-arrest", ["interpol"], ("--channel", "interpol")),
    ("emergency-assistance", ["central-authority"], ()),
    # 66.8: to the point of contact directly, and to the central authority
    ("emergency-assistance", ["24-7", "central-authority"], ("--channel", "24-7"))])
def routed(kind, endpoints, options):
    box = Box()
    for role in ROLES:
        registered(box, role)
    box.comity("submit", *options, request(kind)).ends(0)
    same([item["endpoint"] for item in box.items()], endpoints, "endpoints")
    same({item["state"] for item in box.items()}, {"KE"}, "States")


@cases("a request that says that it takes the channel {} goes to {}", [
    ("diplomatic", ["diplomatic"]), ("interpol", ["interpol"]), ("direct", ["competent"]),
    ("24-7", ["24-7"]), ("central-authority", ["extradition"])])
def said(channel, endpoints):
    box = Box()
    for role in ROLES:
        registered(box, role)
    box.comity("submit", request("extradition", channel=channel)).ends(0)
    same([item["endpoint"] for item in box.items()], endpoints, "endpoints")
    box.comity("submit", "--channel", "central-authority",
               request("extradition", channel=channel, id="OTHER")).ends(0)
    same(box.items()[-1]["endpoint"], "central-authority", "what --channel says counts")


@case("a request whose channel the register does not know goes nowhere else by itself")
def no_channel():
    box = Box()
    registered(box, "central-authority")
    done = box.comity("submit", request("extradition", channel="diplomatic"), report=True)
    check(done.of("submit.no-route"), done)
    same(box.items(), [], "items")


@case("personal data goes to no endpoint that declares other purposes (article 57)")
def purposes():
    box = Box()
    box.submit("https://localhost:9/in", purposes=["extradition"]).ends(5)
    done = box.submit("https://localhost:9/in", "--report", box.store.parent / "r",
                      purposes=["extradition", "stored-access"]).ends(5)
    check(b"submit.purpose" in done.err, done)
    same(box.items(), [], "items")
    box.submit("https://localhost:9/in", purposes=["extradition", "preservation"]).ends(0)
    same(len(box.items()), 1, "items")


@case("extradition goes to the central authority where the register has none for it")
def fallback():
    box = Box()
    registered(box, "central-authority")
    box.comity("submit", request("extradition")).ends(0)
    same([item["endpoint"] for item in box.items()], ["central-authority"])


@case("a State without an authority, and a language that is not accepted, are refused")
def not_routed():
    box = Box()
    registered(box, "central-authority", "fr,sw")
    nowhere = box.comity("submit", "--to", "NO", request("extradition"), report=True)
    check(nowhere.status in (4, 5) and nowhere.of("submit.no-route"), nowhere)
    spoken = box.comity("submit", request("extradition"), report=True)
    check(spoken.status in (4, 5) and spoken.of("submit.language"), spoken)
    same(box.items(), [], "items")
    box.comity("submit", request("extradition", language="sw-KE")).ends(0)
    same(len(box.items()), 1, "items")


# --- who the other end is

@cases("an endpoint is not sent to: {}", [
    ("a certificate of another host", {"certificate": "other"}, {}),
    ("a certificate that has expired", {"certificate": "expired"}, {}),
    ("a certificate of a CA that nobody knows", {"certificate": "stranger"}, {}),
    ("another key than the one that is pinned", {}, {"pins": ["sha256//" + "A" * 43 + "="]}),
    ("an address of a private network", {}, {"internal": None}),
    ("TLS 1.0", {"tls": ssl.TLSVersion.TLSv1}, {}),
    ("TLS 1.1", {"tls": ssl.TLSVersion.TLSv1_1}, {})])
def refused(_, server, settings):
    box, receiver, done = delivered(settings=settings, **server)
    check(done.status in (9, 10), done)
    same(receiver.requests, [], "what was sent")
    check(box.states()[0] in ("dead", "queued"), box.items())
    box.is_whole()


@case("the pinned key is accepted, beside another one")
def pinned():
    box, receiver, done = delivered(settings={
        "pins": ["sha256//" + "A" * 43 + "=", pin("server")]})
    done.ends(0)
    same(len(receiver.requests), 1)


@case("a client certificate is shown where one is set, and without it nothing is delivered")
def mutual():
    where = certificates()
    _, receiver, done = delivered(client=True, settings={
        "certificate": str(where / "client.pem"), "key": str(where / "client.key")})
    done.ends(0)
    same(len(receiver.requests), 1)
    _, receiver, done = delivered(client=True)
    check(done.status in (9, 10), done)
    same(receiver.requests, [])


@case("a certificate and key are those that systemd hands over, where settings say so")
def handed_over():
    where = folder()
    for name in ("client.pem", "client.key"):
        (where / name).write_bytes((certificates() / name).read_bytes())
        (where / name).chmod(0o440)  # as systemd gives them, with a list of rights
    box = Box()
    with Receiver(client=True) as receiver:
        box.submit(receiver.url(), certificate="credential:client.pem",
                   key="credential:client.key").ends(0)
        box.run().ends(9)
        same((box.states(), receiver.requests), (["dead"], []), "without what is handed over")
        box.comity("outbox", "retry", box.items()[0]["id"]).ends(0)
        box.run(env={"CREDENTIALS_DIRECTORY": str(where)}).ends(0)
        same(len(receiver.requests), 1)
    for name in ("credential:", "credential:../client.key", "credential:a/client.key",
                 "credential:.hidden", "client.key"):
        box.submit("https://localhost:9/in", certificate="credential:client.pem",
                   key=name).ends(4, 5)


@case("an item whose settings are no longer what they were is not sent")
def spoiled():
    good = {"internal": True, "ca": str(certificates() / "ca.pem")}
    for settings in (good, {**good, "pins": "none"}, {**good, "verify": False}, {}, "{"):
        box = Box()
        with Receiver() as receiver:
            box.submit(receiver.url()).ends(0)
            settings = settings if isinstance(settings, str) else json.dumps(settings)
            with contextlib.closing(sqlite3.connect(box.store / "comity.db")) as db, db:
                db.execute("UPDATE item SET settings = ?", (settings,))
            done = box.run()
            same(len(receiver.requests), int(settings == json.dumps(good)), settings)
            same(done.status, 0 if receiver.requests else 9, settings)


@case("a key that others may read is not used")
def open_key():
    where = folder()
    for name in ("client.pem", "client.key"):
        (where / name).write_bytes((certificates() / name).read_bytes())
    (where / "client.key").chmod(0o644)
    box = Box()
    with Receiver(client=True) as receiver:
        made = box.submit(receiver.url(), certificate=str(where / "client.pem"),
                          key=str(where / "client.key"))
        if made.status == 0:
            check(box.run().status == 9, "it was sent")
        same(receiver.requests, [])


@case("a redirect is not followed, nothing reaches the other host")
def redirect():
    with Receiver() as elsewhere:
        for status in (301, 302, 303, 307, 308):
            answer = {"": lambda h, _b, s=status: h.reply(s, Location=elsewhere.url())}
            box, receiver, done = delivered(answers=answer)
            done.ends(9)
            same(box.states(), ["rejected"])
            same(len(receiver.requests), 1)
        same(elsewhere.requests, [])


@case("nothing in the environment leads requests elsewhere, or writes down secrets")
def environment():
    box = Box()
    where = folder()
    with Receiver() as receiver, Receiver() as trap:
        proxy = f"http://127.0.0.1:{trap.port}"
        box.submit(receiver.url()).ends(0)
        box.run(env={"https_proxy": proxy, "HTTPS_PROXY": proxy, "ALL_PROXY": proxy,
                     "SSLKEYLOGFILE": str(where / "keys"), "SSL_CERT_FILE": "/dev/null",
                     "CURL_CA_BUNDLE": "/dev/null", "CURL_HOME": str(where)}).ends(0)
        same((len(receiver.requests), len(trap.requests)), (1, 0))
    same(list(where.iterdir()), [], "files")


# --- what it answers

def slowly(handler, _body):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b".")
        time.sleep(0.2)
    return True


def endless(handler, _body):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def endless_headers(handler, _body):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")


def raw(content):
    def answer(handler, _body):
        handler.wfile.write(content)
        handler.close_connection = True
        return True
    return answer


def early(handler, _body):
    return handler.reset()


AGAIN, REFUSED, ENDED = "queued", "rejected", "dead"


@cases("it is {1} after: {0}", [
    *[(f"HTTP status {n}", AGAIN, {"": status(n)}) for n in (408, 409, 425, 429, 500, 502, 503,
                                                               504, 599)],
    *[(f"HTTP status {n}", REFUSED, {"": status(n)})
      for n in (206, 300, 304, 400, 401, 403, 404, 405, 410, 413, 415, 422, 451)],
    ("a line that is cut before the request is read", AGAIN, {"early:/in": early}),
    ("a line that is cut without an answer", AGAIN, {"": lambda h, b: h.reset()}),
    ("an answer that is cut short", AGAIN,
     {"": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")}),
    ("an answer that comes too slowly", AGAIN, {"": slowly}),
    ("an answer without end", ENDED, {"": endless}),
    ("headers without end", ENDED, {"": endless_headers}),
    ("an answer of HTTP/0.9", ENDED, {"": raw(b"fine\n")}),
    ("rubbish", ENDED, {"": raw(b"\x00\x01\x02HTTP rubbish\r\n\r\n")}),
    ("a length that is none", ENDED,
     {"": raw(b"HTTP/1.1 200 OK\r\nContent-Length: lots\r\n\r\nx")}),
])
def answers(_, state, script):
    begun = time.monotonic()
    box, receiver, done = delivered(answers=script, settings={"seconds": 5})
    done.ends(10 if state == AGAIN else 9)
    same(box.states(), [state], done.err)
    check(time.monotonic() - begun < 12, "it took too long")
    check(len(receiver.requests) <= 1, "it was sent more than once")
    box.is_whole()


@case("nobody there: it is queued again")
def nobody():
    box = Box()
    box.submit("https://localhost:1/in").ends(0)
    box.run().ends(10)
    same(box.states(), ["queued"])
    box.submit("https://no-such-host.invalid/in").ends(0)
    box.run().ends(10)
    same(box.states(), ["queued", "queued"])


@case("Retry-After is never undercut, in seconds and as a date")
def retry_after():
    begun = time.time()
    for value in ("300", time.strftime("%a, %d %b %Y %H:%M:%S GMT",
                                       time.gmtime(time.time() + 300))):
        box, _, done = delivered(answers={"": status(503, Retry_After=value)})
        done.ends(10)
        item, = box.items()
        wait = time.mktime(time.strptime(item["next"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        check(begun + 299 <= wait < time.time() + 3700, value, item["next"])


@case("an item that is too old is given up, with the reason")
def too_old():
    box, _, done = delivered(answers={"": status(503, Retry_After="3600")},
                             settings={"age_seconds": 60})
    done.ends(9)
    item, = box.items()
    same(item["status"], "dead")
    check("too old" in item["reason"] and "503" in item["reason"], item["reason"])


@case("what was turned away is sent again with the same identity, and has one effect")
def again():
    times = []

    def flaky(handler, _body):
        times.append(1)
        return handler.reset() if len(times) < 3 else None

    box = Box()
    with Receiver(answers={"": flaky}) as receiver:
        box.submit(receiver.url()).ends(0)
        wait_until(lambda: box.run("--wait", "0") and box.states() == ["delivered"])
        same(len(receiver.requests), 3)
        same(len(receiver.effects), 1, "identities")
    same(box.states(), ["delivered"])
    box.is_whole()


# --- what a person decides

@case("an item can be held, dropped and queued again, and the account tells of it")
def decided():
    box = Box()
    with Receiver() as receiver:
        identity = json.loads(box.submit(receiver.url()).out)["id"]
        box.comity("outbox", "hold", identity).ends(0)
        box.run().ends(0)
        same((box.states(), receiver.requests), (["held"], []))
        box.comity("outbox", "drop", identity).ends(0)
        same(box.states(), ["dead"])
        box.comity("outbox", "retry", identity).ends(0)
        box.run().ends(0)
        same((box.states(), len(receiver.requests)), (["delivered"], 1))
        box.comity("outbox", "retry", identity).ends(4)
    told = [json.loads(line).get("outcome")
            for line in box.comity("audit", "show").ends(0).out.splitlines()]
    same(told, [None, "held", "dead", "queued", None, "delivered"])


@case("what is past its time is destroyed, and the account says so")
def purged():
    box, receiver, done = delivered()
    done.ends(0)
    box.comity("outbox", "purge").ends(0)
    same(box.comity("outbox", "payload", box.items()[0]["id"]).out, receiver.requests[0][2])
    kept = box.store / "comity.db"
    box2 = Box()
    marked = folder() / "marked.json"
    document = json.loads(REQUEST.read_text())
    document["id"] = CANARY
    marked.write_text(json.dumps(document))
    with Receiver() as receiver:
        box2.submit(receiver.url(), "--retain", "1", document=marked).ends(0)
        box2.run().ends(0)
    later = subprocess.run(["sh", "-c", "command -v faketime"], stdout=subprocess.DEVNULL,
                           check=False).returncode == 0
    if not later:
        skip("faketime is not here")
    if UNDER_ASAN:
        skip("a clock that is wrong and a checker of memory do not go together")
    clock = ["faketime", "+2 days", PROGRAM]
    box2.comity("outbox", "purge", program=clock).ends(0)
    whole = b"".join(p.read_bytes() for p in box2.store.iterdir())
    check(b'"requesting"' not in whole, "the document is still in the store")
    check(b"destroyed" in whole, "the account does not tell of it")
    box2.is_whole()
    check(kept.exists())


# --- many, and an endpoint that does not answer

def queue_many(box, url, count, **settings):
    """Requests of their own to one endpoint, in one run of the command."""
    document = json.loads(REQUEST.read_text())
    lines = "\n".join(json.dumps({**document, "id": f"{url[-6:]}-{n}"}) for n in range(count))
    path = folder() / "in.ndjson"
    path.write_text(lines)
    box.submit(url, document=path, **settings).ends(0)


@cases("an endpoint that {} is left alone after a few, and keeps nobody waiting", [
    ("does not answer", None), ("is unavailable", status(503)),
    ("cuts every line", lambda handler, _: handler.reset())])
def left_alone(_name, answer):
    box = Box()
    with Receiver(answers={"": answer or status(503)}) as dead, Receiver() as alive:
        url = "https://localhost:9/in" if answer is None else dead.url()
        queue_many(box, url, 120)
        queue_many(box, alive.url(), 40)
        done = box.run(timeout=60).ends(10)
        same(len(alive.effects), 40, "effects of the other")
        if answer is not None:
            among(len(dead.requests), range(5, 14), "requests to it")
    states = [item["status"] for item in box.items()]
    same((states.count("queued"), states.count("delivered")), (120, 40), "states")
    check(b"left alone" in done.err, done.err[-500:])
    box.is_whole()


@case("Retry-After holds for all that is sent to an endpoint")
def asked_to_wait():
    box = Box()
    with Receiver(answers={"": status(429, Retry_After="3")}) as receiver:
        queue_many(box, receiver.url(), 30, connections=1)
        box.run().ends(10)
        same(len(receiver.requests), 1, "requests")
        receiver.answers.clear()
        box.run().ends(0)
        same(len(receiver.requests), 1, "requests before the time")
        time.sleep(3.5)
        box.run("--wait", "0", timeout=90)
        check(len(receiver.requests) > 1, "nothing came after the time")


@case("where another host answers, the first few are given up and the others stay queued")
def wrong_host_many():
    box = Box()
    with Receiver(certificate="other") as receiver:
        queue_many(box, receiver.url(), 60)
        box.run().ends(9)
        same(receiver.requests, [], "requests")
    states = box.states()
    among(states.count("dead"), range(5, 14), "dead")
    same(states.count("queued"), 60 - states.count("dead"), "queued")


# --- the account

@case("the account is checked as it stands in the store, and as it was printed")
def account():
    box, _, _ = delivered()
    printed = folder() / "lines"
    printed.write_bytes(box.comity("audit", "show").ends(0).out)
    head = folder() / "head"
    head.write_bytes(box.comity("audit", "head").ends(0).out)
    box.comity("audit", "verify", "--head", head, printed).ends(0)
    lines = printed.read_bytes().splitlines(keepends=True)
    printed.write_bytes(b"".join(lines[:-1]))
    box.comity("audit", "verify", printed).ends(0)
    cut = box.comity("audit", "verify", "--head", head, printed).ends(4)
    check(b"audit.cut" in cut.err, cut.err)
    printed.write_bytes(lines[0] + lines[1].replace(b"transfer", b"transFer") + lines[2])
    wrong = box.comity("audit", "verify", printed).ends(4)
    check(b"line 2" in wrong.err, wrong.err)


# --- many, and interruptions

@case("many requests go at once, each once, never more at a time than an endpoint allows")
def many():
    running, most = set(), []

    def counted(handler, _body):
        running.add(handler)
        most.append(len(running))
        time.sleep(0.02)
        running.discard(handler)

    box, where = Box(), folder()
    document = json.loads(REQUEST.read_text())
    for number in range(60):
        document["id"] = f"M-{number}"
        (where / f"{number}.json").write_text(json.dumps(document))
    with Receiver(answers={"": counted}) as receiver:
        settings = json.dumps({"internal": True, "ca": str(certificates() / "ca.pem"),
                               "connections": 5})
        box.comity("submit", "-q", "--endpoint", receiver.url(), "--settings", settings,
                   *sorted(where.glob("*.json"))).ends(0)
        box.run().ends(0)
        same(len(receiver.requests), 60)
        same(len(receiver.effects), 60)
        check(1 < max(most) <= 5, f"{max(most)} at a time")
    same(set(box.states()), {"delivered"})
    box.is_whole()


@case("one process sends at a time; SIGTERM ends it within two seconds, and nothing is lost")
def stopped():
    box = Box()
    with Receiver(answers={"": slowly}) as receiver:
        box.submit(receiver.url()).ends(0)
        process = subprocess.Popen([PROGRAM, "outbox", "run"], stderr=subprocess.PIPE,
                                   env=dict(os.environ, COMITY_STORE=str(box.store)))
        wait_until(lambda: receiver.requests)
        second = box.run()
        same(second.status, 8, second.err)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
        same(process.returncode, 11)
        check(time.monotonic() - begun < 2.5, "it took too long to stop")
    with Receiver() as receiver:
        check(box.states() in (["sending"], ["queued"]), box.items())


# --- secrets

@case("what the documents say stands in no argument, message, trace or file but the store")
def canaries():
    box, where = Box(), folder()
    document = json.loads(REQUEST.read_text())
    document["facts"] = {"summary": CANARY}
    (where / "in.json").write_text(json.dumps(document))
    before = set(where.iterdir())
    with Receiver(answers={"": status(400)}) as receiver:
        first = box.submit(receiver.url(), "-v", document=where / "in.json").ends(0)
        done = box.run("-v").ends(9)
        check(CANARY.encode() in receiver.requests[0][2], "it was not even sent")
    shown = box.comity("outbox", "list")
    lines = box.comity("audit", "show")
    for text in (first.out, first.err, done.out, done.err, shown.out, lines.out):
        check(CANARY.encode() not in text, text[:300])
    same(set(where.iterdir()), before, "files")
    for path in box.store.iterdir():
        same(oct(path.stat().st_mode & 0o777), "0o600", path.name)


def secret_endpoint():
    """Settings with a key that is encrypted, and all that must be found nowhere else."""
    where, password = folder(), "CANARY-PASSWORD-5T8"
    key, phrase = where / "us.key", where / "us.password"
    subprocess.run(["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in",
                    certificates() / "client.key", "-out", key, "-passout",
                    f"pass:{password}"], check=True, stderr=subprocess.PIPE, timeout=20)
    phrase.write_text(password + "\n")
    for path in (key, phrase):
        path.chmod(0o600)
    lines = [x for part in (key, certificates() / "client.key")
             for x in part.read_text().splitlines() if "-----" not in x]
    settings = {"certificate": str(certificates() / "client.pem"), "key": str(key),
                "password": str(phrase)}
    return settings, [password, CANARY, *lines]


@case("a key that is encrypted opens with the password in its file, and with no other")
def password():
    settings, (word, *_) = secret_endpoint()
    box, receiver, done = delivered(client=True, settings=settings)
    done.ends(0)
    same(len(receiver.requests), 1, "requests")
    path = pathlib.Path(settings["password"])
    path.write_text("another")
    box = Box()
    with Receiver(client=True) as receiver:
        box.submit(receiver.url(), **settings).ends(0)
        check(box.run().status in (9, 10), "another password opens it")
        same(receiver.requests, [], "requests")
        path.chmod(0o640)
        path.write_text(word)
        box.submit(receiver.url("/other"), **settings).ends(5)


@case("password, key and document are in no argument, environment, log, core or other file")
def secrets():
    settings, canaries_ = secret_endpoint()
    box, where = Box(), folder()
    document = json.loads(REQUEST.read_text())
    document["facts"] = {"summary": CANARY}
    (where / "in.json").write_text(json.dumps(document))

    def clean(what, content):
        for canary in canaries_:
            check(canary.encode() not in content, f"{canary} is in {what}")

    waits = threading.Event()
    with Receiver(client=True, answers={"": lambda *_: waits.wait(20) and None}) as receiver:
        first = box.submit(receiver.url(), "-v", document=where / "in.json", **settings).ends(0)
        # a limit that would let a core be written, and a folder for it
        command = f"ulimit -c unlimited; cd {where}; exec {PROGRAM} outbox run --once -v"
        process = subprocess.Popen(["sh", "-c", command], stderr=subprocess.PIPE,
                                   stdout=subprocess.PIPE,
                                   env=dict(os.environ, COMITY_STORE=str(box.store)))
        wait_until(lambda: receiver.requests)
        proc = pathlib.Path(f"/proc/{process.pid}")
        check(b"outbox" in (proc / "cmdline").read_bytes(), "this is not the program")
        clean("the arguments", (proc / "cmdline").read_bytes())
        with contextlib.suppress(PermissionError):  # it is not to be looked into
            clean("the environment", (proc / "environ").read_bytes())
        process.send_signal(signal.SIGABRT)
        out, err = process.communicate(timeout=20)
        same(process.returncode, -signal.SIGABRT, "the end of it")
        waits.set()
        clean("what it prints", out + err + first.out + first.err)
        same([p.name for p in where.iterdir()], ["in.json"], "a core or another file")
        check(CANARY.encode() in receiver.requests[0][2], "it was not even sent")
    for command in (("outbox", "list"), ("audit", "show"),
                    ("outbox", "show", box.items()[0]["id"])):
        clean(" ".join(command), box.comity(*command).ends(0).out)
    canaries_.remove(CANARY)  # the document is in the store, and nothing else is
    for path in box.store.iterdir():
        clean(path.name, path.read_bytes())


@case("no file is written outside of the store")
def files():
    box, log = Box(), folder() / "calls"
    with Receiver() as receiver:
        box.submit(receiver.url()).ends(0)
        calls = "trace=openat,open,creat,memfd_create,mkdir,rename,link"
        box.run(program=[*strace(log, "-f", "-e", calls), PROGRAM]).ends(0)
        same(len(receiver.requests), 1, "requests")
    written = [line for line in log.read_text().splitlines()
               if re.search(r"O_WRONLY|O_RDWR|O_CREAT|creat\(|memfd|mkdir\(|rename", line)
               and str(box.store) not in line and "/dev/null" not in line
               and " = -1 " not in line]
    same(written, [], "what is written")


if __name__ == "__main__":
    main(every=4)
