#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""connector-client and domibus: what is sent, what answers mean, and what becomes of that of
which it is not known whether it arrived."""
import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from answers import closes, delayed, good, raw, status  # noqa: E402
from batches import UNDER_ASAN  # noqa: E402
from boxes import REQUEST, Box  # noqa: E402
from certificates import certificates  # noqa: E402
from receivers import BACKEND, EBMS, SOAP, ConnectorClient, Domibus, Reply  # noqa: E402
from servers import Server  # noqa: E402
from tap import PROGRAM, case, cases, check, file, main, run, same, shared, skip  # noqa: E402

PARTIES = {"originalSender": "urn:example:us", "finalRecipient": "urn:example:ke",
           "fromPartyId": "us-gw", "fromPartyType": "urn:example:party",
           "fromPartyRole": "GW", "toPartyId": "ke-gw", "toPartyType": "urn:example:party",
           "toPartyRole": "GW", "service": "MLA", "serviceType": "urn:example:service",
           "action": "Request"}
XML = "convention-xml"
LATER = 1.3  # seconds, until a question is due
ENDS = {"accepted", "delivered"}
RECEIVERS = {"connector-client": ConnectorClient, "domibus": Domibus}


def submit(box, server, protocol, *options, parties=None, ends=0, **settings):
    settings = {"internal": True, "ca": str(certificates().ca), "ask_seconds": 1,
                "parties": PARTIES if parties is None else parties, **settings}
    return box.comity("submit", "--json", "--endpoint", server.at("localhost", "/base"),
                      "--protocol", protocol, "-t", XML, "--settings", json.dumps(settings),
                      *options, REQUEST).ends(ends)


@contextlib.contextmanager
def queued(protocol, *servers):
    """A box with an item for each of these servers."""
    box = Box()
    with contextlib.ExitStack() as running:
        for server in servers:
            submit(box, running.enter_context(server), protocol)
        yield box


def item(box, server=None):
    """The only one, or that of a server."""
    found, = [i for i in box.items() if not server or f":{server.port}/" in i["endpoint"]]
    return found


def state(box, server):
    return item(box, server)["status"]


def ask(box, *ends):
    time.sleep(LATER)
    return box.run("--wait", "0").ends(*(ends or (0,)))


def receipts(box, server):
    shown = box.comity("outbox", "show", "--json", item(box, server)["id"]).ends(0).out
    return [json.loads(line)["receipt"] for line in shown.splitlines()[1:]]


def document():
    return run("convert", "-t", XML, REQUEST).ends(0).out


# --- what is sent

@case("connector-client: the message has the parties and the document in base64")
def connector_message():
    server = Server(receiver=ConnectorClient())
    with queued("connector-client", server) as box:
        box.run().ends(0)
        sent, = server.requests()
    same((sent.method, sent.path, sent.header("Content-Type")),
         ("POST", "/base/submissionrestservice/submitNewMessageFromBackendToConnectorClient",
          "application/json"), "the request")
    message = json.loads(sent.body)
    content, = message.pop("files")
    same(base64.b64decode(content["fileContent"]), document(), "the document")
    same((content["fileName"], content["fileType"]),
         (f"{item(box)['id']}.xml", "BUSINESS_CONTENT"), "the file")
    wanted = {k: v for k, v in PARTIES.items() if k != "serviceType"}
    same(message, {"backendMessageId": item(box)["id"], "conversationId": "PR-2026-0110",
                   **wanted}, "the message")
    same(item(box)["status"], "accepted", "state")


def is_valid(part, schema):
    """By a schema of the gateway, without the imports that are not there."""
    text = (shared("data", "domibus") / schema).read_text()
    text = re.sub(r"<xsd:import [^>]*/>", "", text)
    text = re.sub(r' ns1:expectedContentTypes="[^"]*"', "", text)
    text = text.replace("ns1:base64Binary", "xsd:base64Binary")
    done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema",
                           file(text.encode(), schema),
                           file(ElementTree.tostring(part), "part.xml")],
                          stderr=subprocess.PIPE, check=False)
    check(done.returncode == 0, schema, done.stderr.decode())


@case("domibus: the message is SOAP 1.2, valid by the schemas of the gateway")
def domibus_message():
    server = Server(receiver=Domibus())
    with queued("domibus", server) as box:
        box.run().ends(0)
        sent, = server.requests()
    same((sent.path, sent.header("Content-Type")),
         ("/base", "application/soap+xml; charset=UTF-8"), "the request")
    root = ElementTree.fromstring(sent.body)
    user = root.find(f"*/{{{EBMS}}}Messaging/{{{EBMS}}}UserMessage")
    same(user.findtext(f"*/{{{EBMS}}}MessageId"), f"{item(box)['id']}@comity", "MessageId")
    same(user.find(f"*/*/{{{EBMS}}}PartyId").attrib, {"type": "urn:example:party"}, "party")
    same({p.get("name"): p.text for p in user.iter(f"{{{EBMS}}}Property")},
         {"originalSender": "urn:example:us", "finalRecipient": "urn:example:ke",
          "MimeType": "application/xml"}, "properties")
    payload = root.find(f"*/{{{BACKEND}}}submitRequest/payload")
    same(base64.b64decode(payload.findtext("value")), document(), "the document")
    same(item(box)["status"], "accepted", "state")
    is_valid(root.find(f"*/{{{EBMS}}}Messaging"), "domibus-header.xsd")
    is_valid(root.find(f"*/{{{BACKEND}}}submitRequest"), "domibus-backend.xsd")


@cases("characters that an envelope cannot have as they are, are written as it can",
       list(RECEIVERS.items()))
def escaped(protocol, receiver):
    hostile = {**PARTIES, "originalSender": 'a<b>&"c"\'d\'', "service": "\u0416\u4e2d <"}
    box = Box()
    with Server(receiver=receiver()) as server:
        submit(box, server, protocol, parties=hostile)
        box.run().ends(0)
        sent, = server.requests()
    if protocol == "domibus":
        root = ElementTree.fromstring(sent.body)
        found = root.find(f".//{{{EBMS}}}Property[@name='originalSender']").text
    else:
        found = json.loads(sent.body)["originalSender"]
    same(found, hostile["originalSender"], protocol)


@cases("a party that the protocol needs is missing: refused before anything is queued",
       [("connector-client", "action"), ("connector-client", "finalRecipient"),
        ("domibus", "serviceType"), ("domibus", "fromPartyRole")])
def missing_party(protocol, name):
    box = Box()
    with Server() as server:
        done = submit(box, server, protocol, ends=5,
                      parties={k: v for k, v in PARTIES.items() if k != name})
    check(name.encode() in done.err, done.err)
    same(box.items(), [], "items")


@case("the register takes no endpoint whose protocol lacks a party, and says which")
def register_parties():
    box = Box()
    add = ["register", "add", "--state", "KE", "--role", "central-authority", "--name",
           "Office", "--endpoint", "ke", "--url", "https://ke.example/", "--protocol",
           "domibus", "--format", XML, "--settings"]
    some = {"parties": {k: v for k, v in PARTIES.items() if k != "service"}}
    refused_ = box.comity(*add, json.dumps(some))
    check(refused_.status != 0 and b"'service'" in refused_.err, refused_)
    box.comity(*add, json.dumps({"parties": PARTIES})).ends(0)
    box.comity("register", "check").ends(0)


# --- what becomes of it

EVIDENCE = {"DELIVERY": "delivered", "RETRIEVAL": "delivered", "NON_DELIVERY": "rejected",
            "SUBMISSION_REJECTION": "rejected", "RELAY_REMMD_FAILURE": "rejected",
            "RELAY_REMMD_REJECTION": "rejected", "NON_RETRIEVAL": "rejected"}


@case("connector-client: evidence says what became of it")
def evidence():
    servers = {kind: Server(receiver=ConnectorClient()) for kind in EVIDENCE}
    with queued("connector-client", *servers.values()) as box:
        box.run().ends(0)
        ask(box)
        for kind, server in servers.items():
            same(state(box, server), "accepted", f"{kind}: before there is evidence")
            server.receiver.confirm(item(box, server)["id"], "RELAY_REMMD_ACCEPTANCE")
        ask(box)
        ask(box)
        for kind, server in servers.items():
            same((state(box, server), receipts(box, server)),
                 ("accepted", ["answer", "RELAY_REMMD_ACCEPTANCE"]), "handed on, told once")
            server.receiver.confirm(item(box, server)["id"], kind)
        ask(box, 9)
        for kind, server in servers.items():
            same((state(box, server), receipts(box, server)),
                 (EVIDENCE[kind], ["answer", "RELAY_REMMD_ACCEPTANCE", kind]), kind)
        counts = [len(server.requests()) for server in servers.values()]
        ask(box)
        same([len(server.requests()) for server in servers.values()], counts,
             "what is ended is not asked for")
        same([len(server.effects()) for server in servers.values()], [1] * len(servers))
    box.is_whole()


@case("connector-client: what was delivered and not fetched stays delivered")
def not_fetched():
    server = Server(receiver=ConnectorClient())
    with queued("connector-client", server) as box:
        box.run().ends(0)
        server.receiver.confirm(item(box)["id"], "DELIVERY")
        server.receiver.confirm(item(box)["id"], "NON_RETRIEVAL")
        ask(box)
    same(item(box)["status"], "delivered", "state")


STATES = {"ACKNOWLEDGED": "delivered", "ACKNOWLEDGED_WITH_WARNING": "delivered",
          "SEND_FAILURE": "rejected", "NOT_FOUND": "held", "SEND_ENQUEUED": "accepted",
          "WAITING_FOR_RETRY": "accepted", "WAITING_FOR_RECEIPT": "accepted",
          "DELETED": "accepted", "UNHEARD_OF": "accepted"}


@case("domibus: the gateway's state says what became of it")
def gateway_state():
    servers = {name: Server(receiver=Domibus(state="READY_TO_SEND")) for name in STATES}
    with queued("domibus", *servers.values()) as box:
        box.run().ends(0)
        ask(box)
        same(set(box.states()), {"accepted"}, "under way")
        for name, server in servers.items():
            server.receiver.state = name
        ask(box, 9)
        same({n: state(box, s) for n, s in servers.items()}, STATES, "states")
        same([len(server.effects()) for server in servers.values()], [1] * len(servers))


# --- whether it arrived

UNCERTAIN = [
    ("cut before the answer, done", closes("body", takes=True), True),
    ("cut before the answer, not done", closes("body", takes=False), False),
    ("502, done", status(502, takes=True), True),
    ("500 without a word, not done", status(500), False),
    ("504, done", status(504, takes=True), True),
    ("408, not done", status(408), False),
    ("no answer of the protocol, done", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                                            b"hello", takes=True), True),
    ("an empty answer, done", status(200, body=b"", takes=True), True),
]


@cases("whether it arrived is not known: held, asked for, and had once",
       list(RECEIVERS.items()))
def uncertain(protocol, receiver):
    servers = [(name, done, Server(receiver=receiver(), script=[answer]))
               for name, answer, done in UNCERTAIN]
    with queued(protocol, *(server for *_, server in servers)) as box:
        box.run().ends(9)
        for name, done, server in servers:
            same((state(box, server), len(server.effects())), ("held", int(done)), name)
        ask(box, 10)
        for name, done, server in servers:
            check(state(box, server) in ENDS if done else
                  state(box, server) == "queued", name, item(box, server))
        ask(box)
        for name, done, server in servers:
            check(state(box, server) in ENDS, name, item(box, server))
            same(len(server.effects()), 1, name)
    box.is_whole()


@cases("what is not there for now is sent again by itself", list(RECEIVERS.items()))
def unavailable(protocol, receiver):
    servers = [Server(receiver=receiver(), script=[status(code)]) for code in (425, 429, 503)]
    with queued(protocol, *servers) as box:
        box.run("--wait", "0").ends(10)
        same(set(box.states()), {"queued"}, "states")
        ask(box)
        same([len(server.effects()) for server in servers], [1, 1, 1], "effects")


@cases("a run that is killed while it sends leaves it held; asking tells",
       list(RECEIVERS.items()))
def killed(protocol, receiver):
    server = Server(receiver=receiver(), script=[delayed(8)])
    with queued(protocol, server) as box:
        process = subprocess.Popen([PROGRAM, "outbox", "run", "--once"],
                                   env={**os.environ, "COMITY_STORE": str(box.store)},
                                   stderr=subprocess.DEVNULL)
        server.until(lambda: any(r.complete for r in server._requests))
        process.kill()
        process.wait(10)
        same(item(box)["status"], "sending", "after the kill")
        box.run().ends(0)
        same(item(box)["status"], "held", "state")
        ask(box)
        check(item(box)["status"] in ENDS, item(box))
        same(len(server.effects()), 1, "effects")


@cases("a person decides about what is held, and then nobody asks", list(RECEIVERS.items()))
def person(protocol, receiver):
    server = Server(receiver=receiver(), script=[closes("body", takes=True)])
    with queued(protocol, server) as box:
        box.run().ends(9)
        box.comity("outbox", "drop", item(box)["id"]).ends(0)
        count = len(server.requests())
        ask(box)
        same((item(box)["status"], len(server.requests())), ("dead", count), "dropped")


def ok(body):
    return raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


IN_VAIN = [("404", status(404)), ("500", status(500)), ("rubbish", ok(b"<a><b></a")),
           ("cut", closes("body", takes=False)), ("of another", ok(b'{"id": 1}')),
           ("of another yet", ok(b'{"backendMessageId": "other", "id": 1}'))]


@cases("asking that fails changes nothing, and is told", list(RECEIVERS.items()))
def asked_in_vain(protocol, receiver):
    servers = [Server(receiver=receiver(), script=[closes("body", takes=True), answer])
               for _, answer in IN_VAIN]
    with queued(protocol, *servers) as box:
        box.run().ends(9)
        done = ask(box)
        same(len(done.of("submit.unknown")) or done.err.count(b"[submit.unknown]"),
             len(servers), "warnings")
        same([state(box, server) for server in servers], ["held"] * len(servers), "held")
        ask(box)
        same({state(box, server) for server in servers} - ENDS, set(), "the next one tells")


@case("a fault of the gateway refuses the message, with its code and words")
def fault():
    server = Server(receiver=Domibus(), script=[good(fault=("EBMS_0003", "no such party"))])
    with queued("domibus", server) as box:
        box.run().ends(9)
    same(item(box)["status"], "rejected", "state")
    check("EBMS_0003 no such party" in item(box)["reason"], item(box)["reason"])


@case("a fault of a later attempt: refused if the message is not there, taken if it is")
def late_fault():
    rejects = Server(receiver=Domibus(),
                     script=[status(503), good(fault=("EBMS_0003", "no such party"))])
    had_it = Server(receiver=Domibus(), script=[status(503, takes=True)])
    with queued("domibus", rejects, had_it) as box:
        box.run("--wait", "0").ends(10)
        ask(box, 9)
        same([state(box, s) for s in (rejects, had_it)], ["held", "held"], "after the fault")
        ask(box, 9)
        same((state(box, rejects), len(rejects.effects())), ("rejected", 0), "refused")
        check("no such party" in item(box, rejects)["reason"], item(box, rejects)["reason"])
        check(state(box, had_it) in ENDS and len(had_it.effects()) == 1, item(box, had_it))
        count = len(rejects.requests())
        ask(box)
        same(len(rejects.requests()), count, "nothing is sent again")


@case("a URL's own query stays behind the path of the protocol")
def query():
    box = Box()
    with Server(receiver=ConnectorClient()) as server:
        settings = {"internal": True, "ca": str(certificates().ca), "ask_seconds": 1,
                    "parties": PARTIES}
        box.comity("submit", "--endpoint", server.at("localhost", "/base/?site=7"),
                   "--protocol", "connector-client", "-t", XML, "--settings",
                   json.dumps(settings), REQUEST).ends(0)
        box.run()
        first = server.requests()[0].path
    same(first, "/base/submissionrestservice/submitNewMessageFromBackendToConnectorClient"
         "?site=7", "path")


@case("false refuses the message")
def refused():
    server = Server(receiver=ConnectorClient(), script=[good(accepts=False)])
    with queued("connector-client", server) as box:
        box.run().ends(9)
    same(item(box)["status"], "rejected", "state")


STRANGE = {
    "SOAP 1.1": lambda t: t.replace(SOAP.encode(),
                                    b"http://schemas.xmlsoap.org/soap/envelope/"),
    "an entity": lambda t: b'<!DOCTYPE a [<!ENTITY e "x">]>' + t,
    "two": lambda t: re.sub(rb"(<soap:Body>)(.*)(</soap:Body>)", rb"\1\2\2\3", t),
    "another namespace": lambda t: t.replace(BACKEND.encode(), b"urn:other"),
}


class Strange(Domibus):
    def __init__(self, change):
        super().__init__()
        self.change = change

    def answer(self, request, **options):
        said = super().answer(request, **options)
        return Reply(said.status, said.headers, self.change(said.body))


@case("a message of another SOAP, with an entity, with two bodies, is no answer")
def strange():
    servers = {name: Server(receiver=Strange(change)) for name, change in STRANGE.items()}
    with queued("domibus", *servers.values()) as box:
        box.run().ends(9)
        for name, server in servers.items():
            same((state(box, server), len(server.effects())), ("held", 1), name)


@case("what was accepted long ago and never confirmed is held for a person")
def never():
    if not shutil.which("faketime"):
        skip("faketime is not here")
    if UNDER_ASAN:
        skip("a clock that is wrong and a checker of memory do not go together")
    with queued("connector-client", Server(receiver=ConnectorClient())) as box:
        box.run().ends(0)
        box.run(program=["faketime", "+6 days", PROGRAM]).ends(0)
        same(item(box)["status"], "accepted", "after six days")
        box.run(program=["faketime", "+8 days", PROGRAM]).ends(9)
        same(item(box)["status"], "held", "after eight days")


main()
