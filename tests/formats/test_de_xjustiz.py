# SPDX-License-Identifier: LGPL-2.1-or-later
"""de-xjustiz: valid by both schemas, made of every format; Latin letters there, the originals
back; what foreign software writes comes back."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as etree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from formats import convert, plain, samples, shape  # noqa: E402
from tap import SHARED, SOURCE, case, cases, check, folder, main, run, same, skip  # noqa: E402

os.environ["SOURCE_DATE_EPOCH"] = "1793000000"
SAMPLES = sorted((SOURCE / "plugins" / "de-xjustiz" / "samples").iterdir())
NATIONAL = SHARED / "data" / "national"
SCHEMAS = {"3.6.2": "xjustiz_0500_straf_3_6.xsd", "4.0.0": "4.0.0/xjustiz_0500_straf_4_0.xsd"}
OTHERS = ("br-drci", "br-mni", "ch-irsg28", "cn-icja13", "hk-cap525", "id-asean", "oas-form",
          "ru-upk454", "us-niem")
TNS = "{http://www.xjustiz.de}"
RECORD = {
    "schema": "urn:comity:convention:1", "kind": "provisional-arrest", "urgency": "emergency",
    "requesting": {"state": "CN", "authority": {"name": "示例市公安局"}},
    "requested": {"state": "DE"},
    "persons": [
        {"role": "sought", "name": {"full": "张三"}, "nationalities": ["CN", "RS"],
         "birth": {"date": "1985-03", "place": "虚构"}, "occupation": "صياد"},
        {"role": "missing", "name": {"family": "Иванов 2", "given": "Żółć"}}],
    "offences": [{"title": "盗窃灯塔", "place": "Маяк"}],
    "facts": {"summary": "لا شيء. 2026年"},
    "attachments": [{"name": "карта.txt", "content": "TWFw"}]}


def is_valid(data, version):
    schema = SHARED / "data" / "xjustiz" / SCHEMAS[version]
    if not schema.is_file() or not shutil.which("xmllint"):
        skip("the schemas, or xmllint, are not there")
    made = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, "-"],
                          input=data, capture_output=True, check=False, timeout=60)
    same(made.returncode, 0, made.stderr.decode()[:1000])


@cases("{0} is told, and comes back with the same elements, attributes and texts",
       [(p.name,) for p in SAMPLES])
def back(name):
    path = next(p for p in SAMPLES if p.name == name)
    same(run("detect", path).out.split()[1:2], [b"de-xjustiz"], "format")
    made = run("roundtrip", path)
    check(b"unchanged, 0 differences" in made.out + made.err, made)
    for way in ("convention-json", "convention-xml"):
        again = convert(convert(path.read_bytes(), way), "de-xjustiz")
        same(shape(etree.fromstring(again)), shape(etree.fromstring(path.read_bytes())), way)


@cases("the shared sample {0} comes back the same way", [
    ("de_xjustiz_362_rechtshilfe.xml",), ("de_xjustiz_362.utf16.xml",)])
def shared(name):
    path = NATIONAL / name
    if not path.is_file():
        skip("the sample is not there")
    data = path.read_bytes()
    made = convert(convert(data, "convention-json"), "de-xjustiz")
    same(shape(etree.fromstring(made)), shape(etree.fromstring(data)), name)


@cases("{0} makes valid messages of version {1}, and is the same again", [
    (f, v) for f in OTHERS for v in SCHEMAS])
def valid(form, version):
    seen = 0
    for path in samples(form):
        data = path.read_bytes()
        kind = json.loads(convert(data, "convention-json"))["kind"]
        made = run("convert", "-t", f"de-xjustiz:version={version}", stdin=data)
        if kind not in ("mutual-legal-assistance", "extradition", "provisional-arrest"):
            same((made.status, b"[model.kind]" in made.err), (5, True), made.err)
            continue
        same(made.status, 0, made.err)
        check(f'xjustizVersion="{version}"'.encode() in made.out, "version")
        is_valid(made.out, version)
        if form not in ("br-mni", "us-niem"):  # they carry what XJustiz kept, too
            language = f":language={path.stem[-2:]}" if path.stem[-3:-2] == "-" else ""
            same(convert(made.out, form + language), data, path.name)
        seen += 1
    check(seen, "no sample")


@cases("every letter is one of DIN 91379, and the originals come back: version {0}",
       [(v,) for v in SCHEMAS])
def letters(version):
    made = run("convert", "-t", f"de-xjustiz:version={version}",
               stdin=json.dumps(RECORD).encode())
    same(made.status, 0, made.err)
    check(made.err.count(b"[charset.transliterated]") >= 7, made.err)
    is_valid(made.out, version)
    root = etree.fromstring(made.out)
    same([e.text for e in root.iter(f"{TNS}nachname")], ["Zhang San", "Ivanov "], "names")
    same([e.text for e in root.iter(f"{TNS}vorname")], ["Żółć"], "what DIN 91379 has, stays")
    same(root.find(f".//{TNS}register/code").text, "Ausl", "register")
    report = folder() / "report"
    again = json.loads(convert(made.out, "convention-json", "--report", report))
    same(plain(again), RECORD, "the record")
    told = {f["field"] for f in map(json.loads, report.read_text().splitlines())
            if f.get("code") == "model.original"}
    check({"persons[0].name.family", "persons[1].name.family", "kind"} <= told, told)


@case("a person with a whole name alone comes back, beside one with a role")
def _():
    persons = [{"name": {"full": "Solo Name"}}, {"name": {"full": "Б"}, "role": "suspect"}]
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "persons": persons}
    made = convert(json.dumps(record).encode(), "de-xjustiz")
    same(plain(json.loads(convert(made, "convention-json")))["persons"], persons, "persons")


@case("a character that XML has not is told with the field that it is lost from")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "purpose": {"text": "a\u0001b\uffffc"}, "requested": {"state": "DE"}}
    made = run("convert", "-t", "de-xjustiz", "--json", stdin=json.dumps(record).encode())
    told = [(f["severity"], f.get("field")) for f in map(json.loads, made.err.splitlines())
            if f["code"] == "xml.unsaid"]
    same(told, [("loss", "purpose.text")], made.err)


@cases("the time of writing, {0}, is told where XJustiz says it otherwise", [
    ("2026-02-28T23:59:59.5+05:30", "warning"), ("2026-02-28", "note"),
    ("2026-02-28T23:59:59Z", None)])
def issued(time, severity):
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "issued": time, "requesting": {"state": "LV"}, "requested": {"state": "DE"}}
    made = run("convert", "-t", "de-xjustiz", "--json", "-v", stdin=json.dumps(record).encode())
    told = [(f["severity"], f["field"]) for f in map(json.loads, made.err.splitlines())
            if f["code"] == "model.time"]
    same(told, [(severity, "issued")] if severity else [], made.err)
    if severity != "note":
        back = run("convert", "-f", "de-xjustiz", "-t", "convention-json", stdin=made.out)
        same(json.loads(back.out)["issued"], time, back.err)


@case("what was changed in the message stands above the record that goes along")
def _():
    made = convert(json.dumps(RECORD).encode(), "de-xjustiz")
    changed = made.replace(b">Zhang San<", b">Li Si<")
    check(changed != made, "the name is there")
    again = plain(json.loads(convert(changed, "convention-json")))
    same(again["persons"][0]["name"]["family"], "Li Si", again)
    same(again["persons"][1]["name"], RECORD["persons"][1]["name"], again)


@case("a Russian request in Windows-1251 becomes valid XJustiz, and the same request again")
def _():
    path = NATIONAL / "ru_upk454.cp1251.txt"
    if not path.is_file():
        skip("the sample is not there")
    made = convert(path.read_bytes(), "de-xjustiz")
    is_valid(made, "3.6.2")
    check("Иванов".encode() not in made, "letters")
    same(convert(made, "ru-upk454:charset=windows-1251"), path.read_bytes(), "again")


@case("a red notice with facts, law and warrant laid over becomes a message of register Ausl")
def _():
    notice = json.dumps({"entity_id": "1900/17", "name": "NEBELHORN", "forename": "ADALBERT",
                         "date_of_birth": "1971/02/03", "nationalities": ["LV"],
                         "sex_id": "M", "arrest_warrants": [
                             {"charge": "Theft of a lighthouse", "charge_translation": None,
                              "issuing_country_id": "LV"}]}).encode()
    overlay = folder() / "overlay.json"
    overlay.write_text(json.dumps({
        "schema": "urn:comity:convention:1", "kind": "provisional-arrest",
        "facts": {"summary": "The lighthouse was taken away by night."},
        "offences": [{"provisions": [{"citation": "section 9, Sample Code"}],
                      "order": {"number": "W-5", "date": "2026-03-01"}}]}))
    made = convert(notice, "de-xjustiz", "-f", "interpol-red", "--overlay", overlay)
    is_valid(made, "3.6.2")
    same(etree.fromstring(made).find(f".//{TNS}register/code").text, "Ausl", "register")
    record = plain(json.loads(convert(made, "convention-json")))
    same(record["kind"], "provisional-arrest", record)
    same(record["offences"][0]["order"]["number"], "W-5", record)
    same(record["persons"][0]["name"]["family"], "NEBELHORN", record)


@case("what is wrong is named at its place, and the rest is read")
def _():
    data = next(p for p in SAMPLES if p.stem == "fremd").read_text(encoding="utf-8")
    for right, wrong in ((">1969<", ">1969-02-30<"), ("<code>031</code>", "<code>999</code>"),
                         ("<code>000</code>", "<code>ABC</code>")):
        check(right in data, right)
        data = data.replace(right, wrong, 1)
    report = folder() / "report"
    record = json.loads(convert(data.encode(), "convention-json", "--report", report))
    found = sorted((f["code"], f["field"], f["line"]) for f in map(
        json.loads, report.read_text().splitlines()) if f.get("severity") == "warning"
        and "field" in f)
    same(found, [("model.code", "persons[0].nationalities[0]", 67),
                 ("model.code", "persons[0].role", 53),
                 ("model.date", "persons[0].birth.date", 65)], "findings")
    same(record["persons"][0]["name"]["family"], "Nebelhorn", record)


@cases("an option that is not there is refused: {0}", [("version=5",), ("colour=red",)])
def refused(option):
    made = run("convert", "-t", f"de-xjustiz:{option}", SAMPLES[0])
    same((made.status, made.out), (2, b""), made.err)


@case("an empty list, which no element can say, goes along and is told")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "extradition", "offences": [],
              "persons": [{"name": {"full": "A"}, "nationalities": []}]}
    made = run("convert", "-t", "de-xjustiz", stdin=json.dumps(record), report=True).ends(0)
    told = [f["field"] for f in made.findings if f["code"] == "model.carried"]
    same(sorted(told), ["offences", "persons[0].nationalities"], "told")
    again = json.loads(convert(made.out, "convention-json"))
    same((again["offences"], again["persons"][0]["nationalities"]), ([], []), "lists")


main(every=4)
