# SPDX-License-Identifier: LGPL-2.1-or-later
"""Formats with a schema of their own: samples there and back, and requests of other formats
through them and back again."""
import json
import pathlib
import resource
import sys
import xml.etree.ElementTree as etree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from formats import convert, samples, shape  # noqa: E402
from tap import SHARED, SOURCE, case, cases, check, folder, main, run, same, skip  # noqa: E402

FORMATS = ("br-mni", "us-niem")
FORMS = ("br-drci", "ch-irsg28", "cn-icja13", "hk-cap525", "id-asean", "oas-form", "ru-upk454")
NATIONAL = SHARED / "data" / "national"


@cases("{0} {1} is told, and comes back byte for byte", [
    (f, p.name) for f in FORMATS for p in samples(f)])
def back(form, name):
    data = next(p for p in samples(form) if p.name == name).read_bytes()
    same(run("detect", "-", stdin=data).out.split()[1:2], [form.encode()], "format")
    for way in ("convention-json", "convention-xml"):
        same(convert(convert(data, way), form), data, f"through {way}")


@cases("{1} through {0} and back is the same form", [
    (f, g) for f in FORMATS for g in FORMS])
def through(form, other):
    seen = 0
    for path in samples(other):
        data = path.read_bytes()
        kind = json.loads(convert(data, "convention-json"))["kind"]
        if kind != "mutual-legal-assistance":
            continue
        message = convert(data, form)
        same(run("detect", "-", stdin=message).out.split()[1:2], [form.encode()], "format")
        same(convert(message, f"{other}{language(path)}"), data, path.name)
        seen += 1
    check(seen, "no sample")


def language(path):
    return f":language={path.stem[-2:]}" if path.stem[-3:-2] == "-" else ""


@cases("a record that goes along and is not what is said of it is told and left: {0}", [
    ("its digest", "ext:SHA256Text", "0" * 64, "digest"),
    ("its size", "ext:BinarySizeValue", 7, "size"),
    ("its media type", "nc:BinaryFormatText", "text/plain", "media type")])
def carried(_name, member, value, what):
    data = json.loads((SOURCE / "plugins/us-niem/samples/hearing.json").read_text())
    around = data["ext:AssistanceRequest"]["ext:Attachment"]
    check(around[member] != value, around)
    for said, told in ((around[member], []), (value, [f"the carried record has another {what} "
                                                      "than it says"])):
        around[member] = said
        made = run("convert", "-f", "us-niem", "-t", "convention-json", report=True,
                   stdin=json.dumps(data).encode()).ends(0)
        same([f["message"] for f in made.of("model.carried")], told, "findings")
        names = [a["name"] for a in json.loads(made.out).get("attachments", [])]
        same(names, ["comity-record.json"] if told else [], "attachments")


@case("the shared sample of NIEM comes back with the same members in order")
def _():
    path = NATIONAL / "us_niem6_mla.json"
    if not path.is_file():
        skip("the sample is not there")
    data = path.read_bytes()
    for way in ("convention-json", "convention-xml"):
        made = convert(convert(data, way), "us-niem")
        same(json.loads(made, object_pairs_hook=list), json.loads(data, object_pairs_hook=list),
             way)


@case("the shared sample of MNI comes back with the same elements, attributes and texts")
def _():
    path = NATIONAL / "br_mni222.xml"
    if not path.is_file():
        skip("the sample is not there")
    data = path.read_bytes()
    for way in ("convention-json", "convention-xml"):
        made = convert(convert(data, way), "br-mni")
        same(shape(etree.fromstring(made)), shape(etree.fromstring(data)), way)


@case("MNI: no nationality is made up, and none is left out")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "persons": [{"name": {"full": "A"}}, {"name": {"full": "B"},
                                                    "nationalities": ["BR"]}]}
    made = convert(json.dumps(record).encode(), "br-mni")
    persons = [e for e in etree.fromstring(made).iter(
        "{http://www.cnj.jus.br/intercomunicacao-2.2.2}pessoa")]
    same([p.get("nacionalidade") for p in persons], [None, "BR"], made)
    back = json.loads(convert(made, "convention-json"))["persons"]
    same([p.get("nationalities") for p in back], [None, ["BR"]], back)


@case("MNI: what is wrong is named at its place, and the rest is read")
def _():
    data = next(p for p in samples("br-mni") if p.stem == "pedido").read_text(encoding="utf-8")
    for right, wrong in (('dataNascimento="198503"', 'dataNascimento="19850230"'),
                         ('sexo="M"', 'sexo="X"'), (">URGENTE<", ">LOGO<")):
        check(right in data, right)
        data = data.replace(right, wrong)
    report = folder() / "report"
    record = json.loads(convert(data.encode(), "convention-json", "--report", report))
    found = sorted((f["code"], f["field"]) for f in map(
        json.loads, report.read_text().splitlines()) if f.get("severity") == "warning")
    same(found, [("model.code", "persons[0].sex"), ("model.code", "urgency"),
                 ("model.date", "persons[0].birth.date")], "findings")
    same(record["purpose"]["text"], "Encontrar o farol", record)


@case("MNI: a message of another class is told as no request, and refused as one")
def _():
    data = next(p for p in samples("br-mni") if p.stem == "pedido").read_bytes()
    other = data.replace(b'classeProcessual="375"', b'classeProcessual="7"')
    check(other != data, "the sample has its class")
    same(run("detect", "-", stdin=other).status, 6, "detect")
    made = run("convert", "-f", "br-mni", "-t", "convention-json", stdin=other)
    same((made.status, made.out), (4, b""), made.err)
    check(b"[model.kind]" in made.err, made.err)


@case("MNI: a word of the convention that no code says is not written, and told")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "confidentiality": {"requested": False},
              "persons": [{"name": {"full": "A"}, "sex": "other"}]}
    made = run("convert", "-t", "br-mni", stdin=json.dumps(record).encode())
    check(b'"false"' not in made.out and b'"other"' not in made.out, made.out)
    back = json.loads(convert(made.out, "convention-json"))
    same((back["persons"][0]["sex"], back["confidentiality"]), ("other", {"requested": False}),
         "carried")


@case("MNI: content that is no base64 is told at its place")
def _():
    data = next(p for p in samples("br-mni") if p.stem == "pedido").read_bytes()
    made = run("convert", "-t", "convention-json",
               stdin=data.replace(b"RmFyb2wgYXF1aS4K", b"RmFyb2w*YXF1aS4K"))
    check(b"attachments[0].content" in made.err and b"[model.base64]" in made.err, made.err)


def request(**members):
    return {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance", **members}


def niem(members, **root):
    """The sample of NIEM with members in front of its own."""
    data = json.loads(samples("us-niem")[0].read_text(encoding="utf-8"))
    name = "ext:AssistanceRequest"
    return dict(data, **{name: {**members, **data[name], **root}})


MANY = {
    "persons": lambda form, count: request(persons=[
        {"name": {"full": f"A {i}"}, "role": "suspect", "birth": {"date": "31.13.1999"}}
        for i in range(count)]),
    "persons in Cyrillic": lambda form, count: request(persons=[
        {"name": {"full": f"Иванов {i}"}, "role": "suspect"} for i in range(count)]),
    "values kept": lambda form, count: request(kept={
        form: {f"/unknown{i}": 1 for i in range(count)}}),
    "values kept for another": lambda form, count: request(kept={
        "nobody": {f"/unknown{i}": 1 for i in range(count)}}),
    "unknown members": lambda form, count: niem({f"unknown{i}": 1 for i in range(count)}),
    "nulls": lambda form, count: niem({}, **{"nc:Person": [None] * count})}


@cases("eight times as many {1} cost no more than linear growth and a margin in {0}", [
    *((f, what) for f in (*FORMATS, "oas-form") for what in ("persons", "values kept")),
    ("de-xjustiz", "persons in Cyrillic"), ("de-xjustiz", "values kept for another"),
    ("us-niem", "unknown members"), ("us-niem", "nulls")])
def growth(form, what):
    def seconds(count):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        data = json.dumps(MANY[what](form, count), ensure_ascii=False).encode()
        made = convert(convert(data, "convention-json"), form)
        run("convert", "-f", form, "-t", "convention-json", stdin=made)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    few, many = min(seconds(2500) for _ in range(3)), seconds(20000)
    check(many < 24 * max(few, 0.005), f"2,500: {few:.3f} s, 20,000: {many:.3f} s")


@case("NIEM: what is wrong is named at its place, and the rest is read")
def _():
    data = json.loads(samples("us-niem")[0].read_text(encoding="utf-8"))
    root = data["ext:AssistanceRequest"]
    root["nc:Person"][0]["nc:PersonBirthDate"]["nc:Date"] = "1991-02-30"
    root["nc:Person"][0]["ext:PersonSexText"] = "Fish"
    root["nc:Person"][1]["@id"] = root["nc:Person"][0]["@id"]
    root["nc:Case"] = "26-CR-0117"
    report = folder() / "report"
    record = json.loads(convert(json.dumps(data).encode(), "convention-json", "--report",
                                report))
    found = {(f["code"], f["source"]) for f in map(json.loads, report.read_text().splitlines())
             if f.get("severity") == "warning"}
    person = "/ext:AssistanceRequest/nc:Person/"
    same(found, {("model.date", person + "0/nc:PersonBirthDate/nc:Date"),
                 ("model.code", person + "0/ext:PersonSexText"),
                 ("model.key-twice", person + "1/@id"),
                 ("model.type", "/ext:AssistanceRequest/nc:Case")}, "findings")
    same(record["persons"][0]["birth"]["date"], "1991-02-30", record)
    same(record["facts"]["summary"][:15], "On 3 August 202", record)


main(every=3)
