# SPDX-License-Identifier: LGPL-2.1-or-later
"""etsi-hi1-xml and etsi-hi1-json: samples there and back, valid by ETSI's schemas, and what
HI-1 has no element for."""
import base64
import hashlib
import json
import os
import pathlib
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


@case("preservation is refused by the XML of V1.12.1, which has none")
def _():
    record = json.dumps(record_of("preservation")).encode()
    made = run("convert", "-t", "etsi-hi1-xml", stdin=record)
    same(made.status, 5, made.err)


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


main()
