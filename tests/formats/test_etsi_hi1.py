# SPDX-License-Identifier: LGPL-2.1-or-later
"""etsi-hi1-xml and etsi-hi1-json: samples there and back, valid by ETSI's schemas, and what
HI-1 has no element for."""
import base64
import hashlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import xml.etree.ElementTree as etree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from formats import plain  # noqa: E402
from tap import SHARED, SOURCE, case, cases, check, folder, main, run, same, skip  # noqa: E402

os.environ["SOURCE_DATE_EPOCH"] = "1793000000"
SAMPLES = sorted((SOURCE / "plugins" / "etsi-hi1" / "samples").iterdir())
ETSI = SHARED / "data" / "etsi-103120"
CORE = "{http://uri.etsi.org/03120/common/2019/10/Core}"
# In three scripts, with much that HI-1 has no element for.
RECORD = {
    "schema": "urn:comity:convention:1", "kind": "stored-access", "id": "P-7",
    "urgency": "urgent",
    "requesting": {"state": "BR", "authority": {"name": "Promotoria", "official": "Ana"}},
    "requested": {"state": "AR"},
    "persons": [{"role": "suspect", "name": {"full": "Вантрекс Орелий"}, "birth": {
        "date": "1985-03"}}],
    "offences": [{"title": "Похищение маяка", "provisions": [{"citation": "ст. 944"}]}],
    "facts": {"summary": "在服务器上删除了文件。"},
    "material": [{"category": "stored", "description": "all", "custodian": {"name": "Mail"},
                  "accounts": [{"type": "EmailAddress", "value": "a@example.org"}, {
                      "value": "7"}], "period": {"from": "2026-01-01"}},
                 {"category": "subscriber", "accounts": [{"value": "b@example.org"}]}],
    "confidentiality": {"requested": True, "text": "لا تخبر صاحب الحساب"},
    "attachments": [{"name": "order.pdf", "media_type": "application/pdf",
                     "content": "JVBERg=="}]}
KINDS = ("stored-access", "emergency-production", "realtime-traffic", "content-interception")


def record_of(kind):
    record = dict(RECORD, kind=kind)
    if kind == "preservation":
        record["preservation"] = {"until": "2026-12-31"}
    return record


def write(record, form, *more):
    made = run("convert", "-t", form, *more, stdin=json.dumps(record).encode())
    same(made.status, 0, made.err)
    return made.out


def read(data, form):
    made = run("convert", "-f", form, "-t", "convention-json", stdin=data)
    same(made.status, 0, made.err)
    return json.loads(made.out)


@cases("{0} is told, and comes back unchanged", [(p.name,) for p in SAMPLES])
def unchanged(name):
    path = next(p for p in SAMPLES if p.name == name)
    form = f"etsi-hi1-{path.suffix[1:]}"
    same(run("detect", path).out.split()[1:2], [form.encode()], "format")
    same(run("roundtrip", path).status, 0, "directly")
    for way in ("convention-json", "convention-xml"):
        record = run("convert", "-t", way, path)
        same(record.status, 0, record.err)
        back = run("convert", "-t", form, stdin=record.out)
        same(back.status, 0, back.err)
        direct = run("convert", "-t", form, path)
        same(back.out, direct.out, f"through {way}")


@cases("all of a record comes back from HI-1: {0}, {1}", [
    (k, f) for f in ("etsi-hi1-json", "etsi-hi1-xml") for k in KINDS] + [
        ("preservation", "etsi-hi1-json")])
def all_back(kind, form):
    record = record_of(kind)
    back = plain(read(write(record, form), form))
    same(back, record, "the record")


@case("the record that goes along has its digest, and each value in it is named")
def _():
    report = folder() / "report"
    message = json.loads(write(RECORD, "etsi-hi1-json", "--report", report))
    objects = [r["CREATE"]["HI1Object"] for r in
               message["Payload"]["RequestPayload"]["ActionRequests"]["ActionRequest"]]
    body = objects[-1]["doc:DocumentBody"]
    data = base64.b64decode(body["doc:Contents"], validate=True)
    same(hashlib.sha256(data).hexdigest(), body["doc:Checksum"], "digest")
    same(plain(json.loads(data)), RECORD, "what is carried")
    found = [json.loads(line) for line in report.read_text().splitlines()]
    carried = {f["field"] for f in found if f.get("code") == "model.carried"}
    check({"facts.summary", "offences[0].title", "persons[0].name.full"} <= carried, carried)
    check("material[0].accounts[0].value" not in carried, carried)
    same([f for f in found if f.get("severity") == "loss"], [], "losses")


@cases("an attachment of the user that has the carried record's name stays: {0}",
       [("etsi-hi1-json",), ("etsi-hi1-xml",)])
def own_name(form):
    own = {"name": "comity-record.json", "media_type": "application/json",
           "content": base64.b64encode(b'{"mine": 1}').decode()}
    record = dict(RECORD, attachments=[own])
    again = read(write(record, form), form)
    same(plain(again)["facts"], record["facts"], again)
    same([a["content"] for a in again["attachments"]], [own["content"]], again["attachments"])


@case("a message that says all needs no record")
def _():
    record = {"schema": RECORD["schema"], "kind": "stored-access",
              "requesting": {"state": "BR"},
              "material": [{"accounts": [{"type": "EmailAddress", "value": "a@example.org"}]}]}
    message = write(record, "etsi-hi1-xml")
    check(b"comity-record" not in message, message)


@case("the same request is always given the same identifiers")
def _():
    one, two = write(RECORD, "etsi-hi1-xml"), write(RECORD, "etsi-hi1-xml")
    same(one, two, "messages")
    ids = [e.text for e in etree.fromstring(one).iter(CORE + "ObjectIdentifier")]
    same(len(set(ids)), len(ids), ids)
    other = write(dict(RECORD, id="P-8"), "etsi-hi1-xml")
    others = {e.text for e in etree.fromstring(other).iter(CORE + "ObjectIdentifier")}
    check(not set(ids) & others, "another request has one of them")


@cases("refused: {0}", [("extradition",), ("mutual-legal-assistance",), ("confiscation",),
                        ("acknowledgement",), ("progress",), ("result",)])
def refused(kind):
    for form in ("etsi-hi1-json", "etsi-hi1-xml"):
        made = run("convert", "-t", form, stdin=json.dumps(dict(RECORD, kind=kind)).encode())
        same(made.status, 5, made.err)
        check(b"model.kind" in made.err, made.err)
        same(made.out, b"", "output")


@cases("{0} without material, by which HI-1 tells it, is refused by {1}", [
    (k, f) for k in KINDS + ("preservation",)
    for f in ("etsi-hi1-json", "etsi-hi1-xml:version=V1.23.1")])
def needs_material(kind, form):
    record = record_of(kind)
    del record["material"]
    made = run("convert", "-t", form, "--json", stdin=json.dumps(record).encode())
    told = [f for f in map(json.loads, made.err.splitlines()) if f["severity"] == "error"]
    same([(f["code"], f["field"]) for f in told], [("model.required", "material[]")], made.err)
    same((made.status != 0, made.out), (True, b""))


@cases("a fraction of a second is told, and comes back from {0}",
       [("etsi-hi1-json",), ("etsi-hi1-xml",)])
def fraction(form):
    record = record_of("stored-access")
    record["material"] = [dict(record["material"][0], period={
        "from": "2026-01-01", "to": "2026-02-28T23:59:59.125+05:30"})]
    made = run("convert", "-t", form, "--json", "-v", stdin=json.dumps(record).encode())
    told = [(f["severity"], f["field"]) for f in map(json.loads, made.err.splitlines())
            if f["code"] == "model.time"]
    same(told, [("note", "material[0].period.from"), ("warning", "material[0].period.to")])
    check(b"23:59:59+05:30" in made.out, made.out)
    same(read(made.out, form)["material"][0]["period"], record["material"][0]["period"])


@case("a fraction alone makes the record go along")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "stored-access", "material": [
        {"category": "stored", "period": {"to": "2026-02-28T23:59:59.5Z"}}]}
    again = read(write(record, "etsi-hi1-json"), "etsi-hi1-json")
    same(again["material"][0]["period"], {"to": "2026-02-28T23:59:59.5Z"})


@case("preservation is refused by the XML of V1.12.1, and written by that of V1.23.1")
def _():
    record = json.dumps(record_of("preservation")).encode()
    made = run("convert", "-t", "etsi-hi1-xml", stdin=record)
    same(made.status, 5, made.err)
    check(b"etsi-hi1-xml:version=V1.23.1" in made.err, made.err)
    message = write(record_of("preservation"), "etsi-hi1-xml:version=V1.23.1")
    check(b"<ETSIVersion>V1.23.1</" in message and b'"task:LPTaskObject"' in message, message)
    same(plain(read(message, "etsi-hi1-xml")), record_of("preservation"), "the record")
    same(run("roundtrip", "-", stdin=message).status, 0, "there and back")


ORDERS = [{"number": "AUTH-1", "authority": {"official": "Ana"}}, {"number": "AUTH-2"}]
KEY = "/Payload/RequestPayload/ActionRequests/ActionRequest/"


def objects_of(message):
    return [r["CREATE"]["HI1Object"] for r in
            message["Payload"]["RequestPayload"]["ActionRequests"]["ActionRequest"]]


def identifier(entry):
    return entry["ObjectIdentifier"]


@case("tasks and documents are linked to the authorisation that they rest on")
def _():
    message = json.loads(write(dict(RECORD, orders=ORDERS[:1]), "etsi-hi1-json"))
    objects = objects_of(message)
    check("AuthorisationObject" in objects[0]["@xsi:type"], objects[0])
    same([o["AssociatedObjects"]["AssociatedObject"] for o in objects[1:]],
         [[identifier(objects[0])]] * 4, "two tasks and two documents")
    same([o for o in objects_of(json.loads(write(RECORD, "etsi-hi1-json")))
          if "AssociatedObjects" in o], [], "without an authorisation")


def two_requests():
    """A message of two requests, their objects mixed: each task behind the other's order."""
    one, two = (json.loads(write(dict(RECORD, id=i, orders=[o], attachments=[], material=[
        {"category": "stored", "accounts": [{"value": i}]}]), "etsi-hi1-json"))
        for i, o in zip(("P-1", "P-2"), ORDERS))
    actions = one["Payload"]["RequestPayload"]["ActionRequests"]
    mixed = [e for pair in zip(*(m["Payload"]["RequestPayload"]["ActionRequests"][
        "ActionRequest"] for m in (one, two))) for e in pair]
    actions["ActionRequest"] = [dict(e, ActionIdentifier=n) for n, e in enumerate(mixed)]
    return one


def leaves(value):
    if isinstance(value, dict):
        return sum(map(leaves, value.values())) if value else 1
    return (sum(map(leaves, value)) if value else 1) if isinstance(value, list) else 1


@case("an object of many members that refers to many is told apart in no time")
def _():
    message = two_requests()
    first = objects_of(message)[0]
    members = {f"x{i}": 0 for i in range(50000)} | first
    members["AssociatedObjects"] = {"AssociatedObject": [f"r{i}" for i in range(50000)]}
    first.clear()
    first.update(members)
    made = run("convert", "-f", "etsi-hi1-json", "-t", "convention-json", "-q",
               stdin=json.dumps(message))
    check(made.seconds < 10, made.seconds)


@cases("two requests in one message are two documents, {0}", [("etsi-hi1-json",),
                                                              ("etsi-hi1-xml",)])
def several(form):
    message = json.dumps(two_requests()).encode()
    if form == "etsi-hi1-xml":
        mixed = run("convert", "-q", "-t", "convention-json", stdin=message).out.splitlines()
        parts = [write(json.loads(r), form).split(b"<ActionRequest>") for r in mixed]
        ends = [p[-1].index(b"</ActionRequests>") for p in parts]
        tail = parts[0][-1][ends[0]:]
        for part, end in zip(parts, ends):
            part[-1] = part[-1][:end]
        message = b"<ActionRequest>".join([parts[0][0]] + [
            e for pair in zip(parts[0][1:], parts[1][1:]) for e in pair]) + tail
    made = run("convert", "-f", form, "-t", "convention-json", stdin=message, report=True)
    same(made.status, 0, made.err)
    records = [json.loads(line) for line in made.out.splitlines()]
    same([r["id"] for r in records], ["P-1", "P-2"], "documents")
    same([r["orders"][0]["number"] for r in records], ["AUTH-1", "AUTH-2"], "orders")
    same([[m["accounts"][0]["value"] for m in r["material"]] for r in records],
         [["P-1"], ["P-2"]], "material")
    check(made.of("model.several"), made)
    if form == "etsi-hi1-json":
        same(sum(made.summary[f] for f in ("mapped", "approximated", "kept", "dropped")),
             leaves(json.loads(message)), "every leaf once")
    again = [plain(read(write(r, form), form)) for r in records]
    same(again, [plain(r) for r in records], "each as a message of its own")


@case("a task that rests on two authorisations makes one document of both")
def _():
    message = two_requests()
    objects = objects_of(message)
    task = next(o for o in objects if "LDTask" in o["@xsi:type"])
    task["AssociatedObjects"]["AssociatedObject"] = [identifier(o) for o in objects[:2]]
    made = run("convert", "-t", "convention-json", stdin=json.dumps(message).encode())
    same((made.status, made.out.count(b"\n")), (0, 1), made.err)
    same(len(json.loads(made.out)["orders"]), 2, made.out)


@case("an authorisation without a task goes with the first request, and so does what stands "
      "alone")
def _():
    message = two_requests()
    actions = message["Payload"]["RequestPayload"]["ActionRequests"]
    alone = json.loads(write(dict(RECORD, orders=[{"number": "AUTH-3"}]), "etsi-hi1-json"))
    extra = alone["Payload"]["RequestPayload"]["ActionRequests"]["ActionRequest"]
    actions["ActionRequest"][:0] = [e for e in extra if "Task}" not in
                                    e["CREATE"]["HI1Object"]["@xsi:type"]][:1]
    made = run("convert", "-t", "convention-json", stdin=json.dumps(message).encode())
    same((made.status, made.out.count(b"\n")), (0, 2), made.err)
    records = [json.loads(line) for line in made.out.splitlines()]
    same([[o["number"] for o in r["orders"]] for r in records],
         [["AUTH-3", "AUTH-1"], ["AUTH-2"]], "orders")


@case("two objects with one UUID are told at the second, once, and both are read")
def _():
    message = json.loads(write(dict(RECORD, orders=ORDERS), "etsi-hi1-json"))
    objects = objects_of(message)
    objects[1]["ObjectIdentifier"] = identifier(objects[0])
    made = run("convert", "-t", "convention-json", stdin=json.dumps(message).encode(),
               report=True)
    same(made.status, 0, made.err)
    same([f["source"] for f in made.of("model.key-twice")],
         [KEY + "1/CREATE/HI1Object/ObjectIdentifier"], made)
    same(len(json.loads(made.out)["orders"]), 2, made.out)


@case("a finding in the second request of a message points into the message")
def _():
    message = two_requests()
    tasks = [n for n, o in enumerate(objects_of(message)) if "LDTask" in o["@xsi:type"]]
    objects_of(message)[tasks[1]]["task:RequestDetails"]["task:StartTime"] = "2026-02-30"
    made = run("convert", "-t", "convention-json", stdin=json.dumps(message).encode(),
               report=True)
    same([f["source"] for f in made.of("model.date")],
         [f"{KEY}{tasks[1]}/CREATE/HI1Object/task:RequestDetails/task:StartTime"], made)


@case("eight times as many requests in one message cost eight times the time, and a margin")
def _():
    def seconds(count):
        message = two_requests()
        actions = message["Payload"]["RequestPayload"]["ActionRequests"]
        both = json.dumps(actions["ActionRequest"])
        actions["ActionRequest"] = [
            e for n in range(count) for e in json.loads(
                both.replace("-", f"-{n}x"))[:4]]
        for n, entry in enumerate(actions["ActionRequest"]):
            kind = entry["CREATE"]["HI1Object"]["@xsi:type"]
            entry["CREATE"]["HI1Object"]["@xsi:type"] = kind.replace(f"-{n // 4}x", "-")
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        made = run("convert", "-q", "-t", "convention-json", stdin=json.dumps(message).encode())
        same((made.status, made.out.count(b"\n")), (0, 2 * count), made.err[:500])
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    few, many = min(seconds(400) for _ in range(3)), seconds(3200)
    check(many < 24 * max(few, 0.005), f"400: {few:.3f} s, 3,200: {many:.3f} s")


@cases("{0}: a record that is not what it says is left, and the rest is read", [
    ("another digest", lambda b: dict(b, **{"doc:Checksum": "0" * 64})),
    ("no base64", lambda b: dict(b, **{"doc:Contents": "§§"})),
    ("no record", lambda b: dict(b, **{"doc:Contents": "e30=", "doc:Checksum": hashlib.sha256(
        b"{}").hexdigest()}))])
def false_record(name, change):
    message = json.loads(write(RECORD, "etsi-hi1-json"))
    entry = message["Payload"]["RequestPayload"]["ActionRequests"]["ActionRequest"][-1]
    body = entry["CREATE"]["HI1Object"]
    body["doc:DocumentBody"] = change(body["doc:DocumentBody"])
    report = folder() / "report"
    made = run("convert", "-t", "convention-json", "--report", report,
               stdin=json.dumps(message).encode())
    same(made.status, 0, made.err)
    record = json.loads(made.out)
    same(record["material"][0]["accounts"][0]["value"], "a@example.org", record)
    check("facts" not in record, record)
    found = [json.loads(line) for line in report.read_text().splitlines()]
    check([f for f in found if f.get("code") == "model.carried"], found)


@cases("{0} is valid by the XSD of V1.12.1", [(k,) for k in KINDS])
def valid_xml(kind):
    schema = ETSI / "schema" / "wrapper.xsd"
    if not schema.is_file() or not shutil.which("xmllint"):
        skip("the schema or xmllint is not there")
    path = folder() / "made.xml"
    path.write_bytes(write(record_of(kind), "etsi-hi1-xml"))
    found = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", schema, path],
                           capture_output=True, timeout=60)
    same(found.returncode, 0, found.stderr)


@cases("{0} is valid by the JSON schemas of V1.23.1", [(k,) for k in KINDS + ("preservation",)])
def valid_json(kind):
    program = ETSI / "v1.23.1" / "validate.py"
    if not program.is_file():
        skip("the schemas are not there")
    path = folder() / "made.json"
    path.write_bytes(write(record_of(kind), "etsi-hi1-json"))
    found = subprocess.run([sys.executable, "-W", "ignore", program, path], capture_output=True,
                           timeout=60)
    if b"No module named" in found.stderr:
        skip("python3-jsonschema is not installed")
    same(found.returncode, 0, found.stdout + found.stderr)


@case("ETSI's own requests and responses come back unchanged")
def _():
    if not ETSI.is_dir():
        skip("the examples are not there")
    seen = 0
    for path in sorted((ETSI / "examples").glob("*.xml")) + sorted(
            (ETSI / "v1.23.1" / "examples").glob("*.json")):
        # a poll, a list and a traffic policy are no request of the convention; a signature
        # stands for the bytes
        if path.stem in ("request2", "request3", "request7_TrafficPolicyObject",
                         "request6_signed"):
            continue
        made = run("roundtrip", path)
        same(made.status, 0, (path.name, made.out, made.err))
        seen += 1
    check(seen >= 20, f"{seen} examples")


main(every=3)
