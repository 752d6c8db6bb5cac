# SPDX-License-Identifier: LGPL-2.1-or-later
"""What servers of tests do with requests: effects, and what is said of them.

A receiver takes whole requests, one after another.  effects() is what it has done: for one
and the same thing sent twice there is one effect.  Options of receive() are those that an
answer gives, as in good(fault=3001); they hold for one request.

    Keyed            one effect per Idempotency-Key
    HI1              ETSI TS 103 120 over HTTPS, XML or JSON: one per ObjectIdentifier
    ConnectorClient  the REST of the e-CODEX connector-client: one per backendMessageId
    Domibus          the default web service plugin of Domibus: one per MessageId
"""
import base64
import email
import hashlib
import itertools
import json
import re
import threading
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from collections import namedtuple
from xml.sax.saxutils import escape, quoteattr

Reply = namedtuple("Reply", "status headers body")
# what was done for which identifier: the body and number of the request, and what was said
Effect = namedtuple("Effect", "key body request receipt")
SF_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
JSON_TYPE = {"Content-Type": "application/json"}


def _json(value, status=200):
    return Reply(status, JSON_TYPE, json.dumps(value).encode() + b"\n")


class Receiver:
    def __init__(self):
        self.lock, self._effects = threading.Lock(), {}

    def effects(self):
        with self.lock:
            return list(self._effects.values())

    def receive(self, request, **options):
        with self.lock:
            return self.answer(request, **options)

    def _done(self, key, request, receipt=None):
        self._effects[key] = Effect(key, request.body, request.number, receipt)


class Keyed(Receiver):
    """By the draft on Idempotency-Key: a key that is missing or no quoted string answers 400,
    one that comes again with another body 422, with the same body as the first time."""

    def __init__(self, status=200):
        super().__init__()
        self.status = status

    def answer(self, request):
        if request.method != "POST":
            return _json({"error": "only POST"}, 405)
        keys = request.all("Idempotency-Key")
        key = SF_STRING.fullmatch(keys[0]) if len(keys) == 1 else None
        if not key or not key[1]:
            return _json({"error": "one Idempotency-Key is needed, in quotes"}, 400)
        known = self._effects.get(key[1])
        if not known:
            digest = hashlib.sha256(request.body).hexdigest()
            receipt = _json({"id": f"r-{len(self._effects) + 1}", "sha256": digest},
                            self.status)
            self._done(key[1], request, receipt)
            return receipt
        if known.body != request.body:
            return _json({"error": "the key has come with another body"}, 422)
        return known.receipt


# --- ETSI TS 103 120

CORE = "http://uri.etsi.org/03120/common/2019/10/Core"
NOT_SUPPORTED, MISSING, GENERATION, EXISTS = 3001, 3005, 3008, 3010
NOTHING_TO_UPDATE, NOT_FOUND = 3011, 3014
PARTY = ("CountryCode", "UniqueIdentifier")
VERSION = ("ETSIVersion", "NationalProfileOwner", "NationalProfileVersion")


def _plain(element):
    """An element as names, texts and lists of children with local names."""
    tag = element.tag.rpartition("}")[2]
    return tag, [_plain(x) for x in element] or (element.text or "").strip()


def _pairs(value):
    """A JSON value in the same way: attributes left out, a list as many of its name."""
    if not isinstance(value, dict):
        return str(value)
    return [(n.rpartition(":")[2], _pairs(x)) for n, v in value.items() if n[:1] != "@"
            for x in (v if isinstance(v, list) else [v])]


def _get(pairs, *names):
    for name in names:
        pairs = next((v for n, v in pairs or () if n == name), None) \
            if isinstance(pairs, list) else None
    return pairs


class HI1(Receiver):
    """Answers each action of a message; HTTP 200 whatever it says.

    errors        {action number, object or "*": code}, for actions that then have no effect
    fault         a code: ErrorInformation for the whole message, and no effect
    swap          the answer goes from receiver to sender; else the parties stand as they came
    transaction, identifier    what is repeated instead of what came
    omit          numbers of actions that are not answered, though done
    """

    def __init__(self, **always):
        super().__init__()
        self.always, self.generations = always, {}

    def answer(self, request, **options):
        options = {**self.always, **options}
        is_json = request.body.lstrip()[:1] == b"{"
        try:
            if is_json:
                message, namespace = _pairs(json.loads(request.body)), None
            else:
                root = ElementTree.fromstring(request.body)
                namespace = root.tag[1:].partition("}")[0]
                if root.tag != f"{{{namespace}}}HI1Message":
                    raise ValueError("no HI1Message")
                message = _plain(root)[1]
        except (ValueError, ElementTree.ParseError):
            message, namespace, options = [], CORE, {"fault": 3000, **options}
        payload = self._payload(request, message, options)
        tree = [("Header", self._header(message, options)),
                ("Payload", [("ResponsePayload", payload)])]
        if is_json:
            return _json({"@xmlns": CORE, **_members(tree)})
        text = f"""<?xml version="1.0" encoding="UTF-8"?>
<HI1Message xmlns={quoteattr(namespace)}>{_elements(tree)}</HI1Message>
"""
        return Reply(200, {"Content-Type": "application/xml"}, text.encode())

    def _header(self, message, options):
        came = _get(message, "Header")
        sender, receiver = "SenderIdentifier", "ReceiverIdentifier"
        if options.get("swap"):
            sender, receiver = receiver, sender
        transaction = options.get("transaction") or _get(came, "TransactionIdentifier")
        return [("SenderIdentifier", [(n, _get(came, sender, n) or "XX") for n in PARTY]),
                ("ReceiverIdentifier", [(n, _get(came, receiver, n) or "XX") for n in PARTY]),
                ("TransactionIdentifier", transaction or str(uuid.UUID(int=0))),
                ("Timestamp", "2030-01-01T12:00:00.000000Z"),
                ("Version", [(n, _get(came, "Version", n) or "XX") for n in VERSION])]

    def _payload(self, request, message, options):
        actions = _get(message, "Payload", "RequestPayload", "ActionRequests")
        actions = [v for n, v in actions or () if n == "ActionRequest"]
        fault = options.get("fault") or (None if actions else MISSING)
        if fault:
            return [("ErrorInformation", _error(fault))]
        answered = []
        for action in actions:
            number = _get(action, "ActionIdentifier")
            verb = next((n for n, _ in action if n != "ActionIdentifier"), "")
            content = _get(action, verb)
            key = _get(content, "HI1Object", "ObjectIdentifier") or _get(content, "Identifier")
            code = self._act(request, verb, key, content, number, options.get("errors") or {})
            if int(number or 0) in options.get("omit", ()):
                continue
            said = ("ErrorInformation", _error(code)) if code else \
                (f"{verb}Response", [("Identifier", options.get("identifier") or key)])
            answered.append(("ActionResponse", [("ActionIdentifier", int(number or 0)), said]))
        return [("ActionResponses", answered)]

    def _act(self, request, verb, key, content, number, errors):
        """Does it; the code of the error, or None."""
        for name in (key, int(number or 0), "*"):
            if name in errors:
                return errors[name]
        if not key:
            return MISSING
        generation = int(_get(content, "HI1Object", "Generation") or 0)
        if verb == "CREATE":
            if key in self._effects:
                return EXISTS
            self._done(key, request)
        elif verb == "UPDATE":
            if key not in self._effects:
                return NOTHING_TO_UPDATE
            if generation and generation <= self.generations.get(key, 0):
                return GENERATION
            self._done(f"{key} {generation or request.number}", request)
        else:
            return NOT_FOUND if verb == "GET" and key not in self._effects else NOT_SUPPORTED
        self.generations[key] = generation or self.generations.get(key, 0) + 1
        return None


def _error(code):
    return [("ErrorCode", code), ("ErrorDescription", f"The receiver says {code}.")]


def _elements(pairs):
    return "".join(f"<{n}>{_elements(v) if isinstance(v, list) else escape(str(v))}</{n}>"
                   for n, v in pairs)


def _members(pairs):
    """The same as JSON; what may stand more than once is a list."""
    made = {}
    for name, value in pairs:
        value = _members(value) if isinstance(value, list) else value
        if name == "ActionResponse":
            made.setdefault(name, []).append(value)
        else:
            made[name] = value
    return made


# --- the REST of the connector-client

SUBMIT = "/submissionrestservice/submitNewMessageFromBackendToConnectorClient"
CONFIRMED = "/messagerestservice/requestRejectedOrConfirmedMessagesFromConnectorClient"
BY_ID = "/restservice/getMessageByBackendMessageId"
NEEDED = ("backendMessageId", "originalSender", "finalRecipient", "fromPartyId", "toPartyId",
          "service", "action")


class ConnectorClient(Receiver):
    """Answers true where a message was taken, false where it is not as it should be.

    again      what a message that comes again is: True (one effect), False (refused), or
               "double": taken as another one
    once       a confirmation that was asked for is not given again
    accepts    option of an answer: False, or any JSON
    """

    def __init__(self, again=True, once=True):
        super().__init__()
        self.again, self.once = again, once
        self.confirmations = {}
        self._numbers = itertools.count(1)

    def confirm(self, key, kind="DELIVERY"):
        """A confirmation (RELAY_REMMD_ACCEPTANCE, NON_DELIVERY...) for a message that was sent;
        before it is, they wait for it."""
        with self.lock:
            self.confirmations.setdefault(key, []).append(
                {"id": next(self._numbers), "confirmationType": kind,
                 "received": "2030-01-01T12:00:00.000+00:00"})

    def reject(self, key):
        self.confirm(key, "SUBMISSION_REJECTION")

    def answer(self, request, accepts=None):
        path, _, query = request.path.partition("?")
        if request.method == "POST" and path.endswith(SUBMIT):
            return _json(self._taken(request) if accepts is None else accepts)
        if request.method == "GET" and path.endswith(CONFIRMED):
            keys = [k for k in self.confirmations if k in self._effects]
            said = _json({"messages": [self._message(k) for k in keys]})
            if self.once:
                self.confirmations = {k: v for k, v in self.confirmations.items()
                                      if k not in keys}
            return said
        if request.method == "GET" and path.endswith(BY_ID):
            key = dict(urllib.parse.parse_qsl(query)).get("backendMessageId")
            return _json(self._message(key) if key in self._effects else None)
        return _json({"error": "Not Found"}, 404)

    def _taken(self, request):
        try:
            message = json.loads(request.body)
            files = message["files"]
            well = files and all(message.get(n) for n in NEEDED) and all(
                f["fileName"] and f["fileType"]
                and base64.b64decode(f["fileContent"], validate=True) for f in files)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if not well:
            return False
        key = message["backendMessageId"]
        if key in self._effects:
            if self.again == "double":
                self._done(f"{key} {request.number}", request)
            return bool(self.again)
        self._done(key, request)
        return True

    def _message(self, key):
        message = json.loads(self._effects[key].body)
        found = self.confirmations.get(key, [])
        return {"id": self._effects[key].request, "ebmsMessageId": f"{key}@ebms.invalid",
                **{n: message[n] for n in NEEDED}, "evidences": found, "files": [],
                "lastConfirmationReceived": found[-1]["confirmationType"] if found else None}


# --- the web service plugin of Domibus

SOAP = "http://www.w3.org/2003/05/soap-envelope"
EBMS = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"
BACKEND = "http://org.ecodex.backend/1_1/"
USER = f"{{{SOAP}}}Header/{{{EBMS}}}Messaging/{{{EBMS}}}UserMessage/"
ENVELOPE = '<soap:Envelope xmlns:soap="%s"><soap:Body>%%s</soap:Body></soap:Envelope>\n' % SOAP
PATHS = ("PartyInfo/From/PartyId", "PartyInfo/From/Role", "CollaborationInfo/Service",
         "CollaborationInfo/Action", "PayloadInfo/PartInfo")


class Domibus(Receiver):
    """Takes submitRequest and says how it stands with what was taken.

    state      of messages; `states` {message: state} before it
    again      a MessageId that comes again: "fault" as Domibus does, or "same"
    fault      option of an answer: (code, text)
    """

    def __init__(self, state="ACKNOWLEDGED", again="fault"):
        super().__init__()
        self.state, self.states, self.again = state, {}, again

    def answer(self, request, fault=None):
        try:
            root = ElementTree.fromstring(_soap_part(request))
            body = root.find(f"{{{SOAP}}}Body")
            if root.tag != f"{{{SOAP}}}Envelope" or body is None or len(body) != 1:
                raise ValueError("no SOAP 1.2 message")
            if fault:
                return _fault(*fault)
            name = body[0].tag
            if name == f"{{{BACKEND}}}submitRequest":
                return self._submitted(request, root, body[0])
            if name in (f"{{{BACKEND}}}statusRequest", f"{{{BACKEND}}}getStatusRequest"):
                key = (body[0].findtext("messageID") or "").strip()
                state = self.state if key in self._effects else "NOT_FOUND"
                return _said("getStatusResponse", self.states.get(key, state))
            raise ValueError(f"no operation {name}")
        except (ValueError, ElementTree.ParseError) as why:
            return _fault("EBMS_0004", str(why))

    def _submitted(self, request, root, submitted):
        for path in PATHS:
            steps = "/".join(f"{{{EBMS}}}{step}" for step in path.split("/"))
            if root.find(USER + steps) is None:
                raise ValueError(f"{path} is missing")
        parts = sorted(x.get("href") or "" for x in root.iterfind(
            f"{USER}{{{EBMS}}}PayloadInfo/{{{EBMS}}}PartInfo"))
        payloads = sorted(x.get("payloadId") or "" for x in submitted.iterfind("payload"))
        if parts != payloads:
            raise ValueError(f"payloads {payloads} are not the parts {parts}")
        for payload in submitted.iterfind("payload"):
            value = payload.find("value")
            if value is None or not len(value):  # else it is XOP: a part of its own
                base64.b64decode("".join((payload.findtext("value") or "").split()),
                                 validate=True)
        key = root.findtext(f"{USER}{{{EBMS}}}MessageInfo/{{{EBMS}}}MessageId")
        key = (key or f"{uuid.uuid4()}@domibus.invalid").strip()
        if key not in self._effects:
            self._done(key, request)
        elif self.again == "fault":
            return _fault("EBMS_0004", f"Message with id [{key}] already exists")
        return _said("submitResponse", f"<messageID>{escape(key)}</messageID>")


def _soap_part(request):
    """The SOAP message itself, or the first part of multipart/related."""
    kind = request.header("Content-Type") or ""
    if kind.lower().startswith("application/soap+xml"):
        return request.body
    if not kind.lower().startswith("multipart/related"):
        raise ValueError(f"Content-Type {kind} is none of SOAP 1.2")
    parts = email.message_from_bytes(b"Content-Type: %s\r\n\r\n%s" % (kind.encode("latin-1"),
                                                                     request.body))
    if not parts.is_multipart():
        raise ValueError("there are no parts")
    return parts.get_payload(0).get_payload(decode=True)


def _soap(content, status=200):
    return Reply(status, {"Content-Type": "application/soap+xml; charset=UTF-8"},
                 (ENVELOPE % content).encode())


def _said(name, content):
    return _soap(f'<b:{name} xmlns:b="{BACKEND}">{content}</b:{name}>')


def _fault(code, text):
    return _soap(
        "<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason>"
        f'<soap:Text xml:lang="en">{escape(text)}</soap:Text></soap:Reason><soap:Detail>'
        f'<b:FaultDetail xmlns:b="{BACKEND}"><code>{escape(code)}</code><message>{escape(text)}'
        "</message></b:FaultDetail></soap:Detail></soap:Fault>", 500)
