# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity formats check: planted errors are refused with their line, good templates pass, and
the template language's own JSON Schema agrees with the program."""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import (SOURCE, case, cases, check, dumps, folder, main, run, same,  # noqa: E402
                 skip)

TEMPLATES = sorted((SOURCE / "plugins").glob("*/*.json"))
# One row or member a line, so that a fault's line tells which it was.
FORM = """{
"comity_template": 1, "id": "planted", "title": "Planted", "syntax": "text",
"languages": ["en"], "kinds": ["mutual-legal-assistance"],
"detect": {"labels": 2, "score": 50},
"codes": {"sex": {"m": "male", "f": "female"}},
"rows": [
{"at": "Authority", "number": "1", "field": "requesting.authority.name"},
{"at": "Functions", "field": "requesting.authority.functions"},
{"at": "Matter", "field": "proceeding.subject"},
{"at": "Born", "field": "persons[0].birth.date", "date": "DD.MM.YYYY"},
{"at": "Sex", "field": "persons[0].sex", "codes": "sex"},
{"at": "Law", "between": "; ", "parts": [
{"part": "law {}", "field": "offences[0].provisions[0].citation"},
{"part": "{}", "field": "offences[0].title"}]},
{"at": "Facts", "field": "facts.summary"},
{"at": "Assistance", "field": "assistance[0].description"},
{"at": "Purpose", "field": "purpose.text"}],
"examples": [
{"source": "1. Authority: A\\nMatter: B\\nBorn: 05.03.1985\\nSex: f\\nLaw: law 1; C\\n\
Facts: D\\nAssistance: E\\nPurpose: F\\n",
"canonical": {
"persons[0].birth.date": "1985-03-05",
"offences[0].provisions[0].citation": "1"}}]
}
"""


def checked(text):
    path = folder() / "planted.json"
    path.write_text(text, encoding="utf-8")
    result = run("formats", "check", "--json", path)
    findings = [json.loads(line) for line in result.out.splitlines() if line.startswith(b"{")]
    return result.status, findings


def line_of(text, part):
    return next(n for n, line in enumerate(text.split("\n"), 1) if part in line)


@case("the form that errors are planted in has no fault of its own")
def _():
    status, findings = checked(FORM)
    same((status, findings), (0, []), "faults")


PLANTED = [
    ("a path that names no field", "facts.summary", "facts.sumary", "template.field", None),
    ("a label twice", '"at": "Matter"', '"at": "Authority", "number": "1"',
     "template.label-twice", '"field": "proceeding.subject"'),
    ("a label that folds to another's", '"at": "Purpose"', '"at": "MATTER"',
     "template.label-twice", None),
    ("a one-way code table: two words, one code", '"f": "female"', '"m ": "female"',
     "template.one-way", '"at": "Sex"'),
    ("a date without the day", "DD.MM.YYYY", "MM.YYYY", "template.date", None),
    ("a part that another part takes first", '"part": "law {}"', '"part": "{}"',
     "template.one-way", '"offences[0].title"'),
    ("two rows that fill one field", "purpose.text", "facts.summary", "template.field",
     '"at": "Purpose"'),
    ("an unknown member", '"at": "Facts",', '"at": "Facts", "feld": "x",',
     "template.unknown-member", None),
    ("a pattern twice", '"part": "law {}"', '"part": ["law {}", "law {}"]',
     "template.unreachable", None),
    ("a code table that no row uses", '"codes": "sex"}', '"note": "x"}',
     "template.unreachable", '"codes": {"sex"'),
    ("a kind that nothing reaches", '"kinds": ["mutual-legal-assistance"]',
     '"kinds": ["mutual-legal-assistance",\n{"kind": "freezing", "when": '
     '{"at": "Matter", "contains": "x"}}]', "template.unreachable", '{"kind": "freezing"'),
    ("an example with another value", '"1985-03-05"', '"1985-03-06"', "template.example", None),
    ("an example that does not come back", "Law: law 1; C", "Law:  law 1;C",
     "template.example", None),
    ("an encoding that is not known", '"languages": ["en"]',
     '"languages": ["en"], "charsets": ["klingon"]', "template.charset", None),
    ("a row with field and keep", '"at": "Facts",', '"at": "Facts", "keep": true,',
     "template.row", None),
    ("a language without country names", '"codes": "sex"}', '"country": "xx"}',
     "template.country", None),
    ("a part without a hole", '"part": "law {}"', '"part": "law"', "template.part", None),
    ("a part with two holes and nothing between", '"part": "law {}"', '"part": "law {}{}"',
     "template.part", None),
]


@cases("refused with its line: {0}", PLANTED)
def planted(title, good, bad, code, where):
    text = FORM.replace(good, bad, 1)
    check(text != FORM, "nothing was planted")
    status, findings = checked(text)
    same(status, 4, f"exit status; {findings}")
    line = line_of(text, where or bad.split("\n")[0])
    met = [(f["code"], f["line"]) for f in findings if f["severity"] == "error"]
    check((code, line) in met, f"wanted {code} in line {line}", met)


@case("a JSON file that is no template is one fault")
def no_template():
    where = folder()
    (where / "record.json").write_text('{"schema": "urn:comity:convention:1", "id": "7"}')
    told = run("formats", "check", where / "record.json").ends(4)
    same((told.out + told.err).count(b": error: "), 1, told)
    check(b"it is no template" in told.out + told.err, told)


@case("what the convention asks and no row fills is a warning, and no fault")
def _():
    text = FORM.replace('{"at": "Purpose", "field": "purpose.text"}',
                        '{"at": "Purpose", "field": "remarks[0].text"}')
    status, findings = checked(text)
    same(status, 0, "exit status")
    same([f["code"] for f in findings], ["template.content"], "findings")
    check("61.14(f)" in findings[0]["message"], findings)


@case("what the convention asks of an item is told where rows fill a part of it")
def in_part():
    text = FORM.replace("requesting.authority.functions", "remarks[0].text")
    status, findings = checked(text)
    same([f["code"] for f in findings], ["template.content"], "findings")
    same(findings[0]["message"].rsplit(" (")[1],
         "proceeding.authority.functions|requesting.authority.functions)", "what nothing fills")
    same(status, 0, "exit status")


# --- templates of other syntaxes

KINDS = [{"kind": kind, "when": {"at": "type", "equals": kind}}
         for kind in ("preservation", "stored-access")]
SMALL = {"comity_template": 1, "id": "small", "title": "Small", "source": "invented",
         "syntax": "json", "kinds": KINDS, "detect": {"all": ["number"], "score": 80},
         "codes": {"kinds": {k["kind"]: k["kind"] for k in KINDS}},
         "rows": [{"at": "type", "field": "kind", "codes": "kinds"},
                  {"at": "number", "field": "id"}]}


def faults(**changes):
    _, findings = checked(json.dumps(dict(SMALL, **changes)))
    return [(f["code"], f.get("source")) for f in findings if f["severity"] == "error"]


@cases("the member of a kind's condition must be written: {0}",
       [("it is", SMALL["rows"][0], []),
        ("it is only kept", {"at": "type", "keep": True}, ["/kinds/0/when", "/kinds/1/when"]),
        ("no row has it", {"at": "sort", "field": "kind", "codes": "kinds"},
         ["/kinds/0/when", "/kinds/1/when"])])
def condition(_name, row, places):
    same(faults(rows=[row, SMALL["rows"][1]]), [("template.when", p) for p in places], "faults")


@cases("what tells the format must be written: {0}",
       [("it is", "number", []), ("no row has it", "nowhere", [("template.detect", "/detect")]),
        ("it is only kept", "stamp", [("template.detect", "/detect")]),
        ("it has a default", "sort", [])])
def told(_name, member, expected):
    rows = [*SMALL["rows"], {"at": "stamp", "keep": True},
            {"at": "sort", "keep": True, "default": "O"}]
    same(faults(detect={"all": [member], "score": 80}, rows=rows), expected, "faults")


XML = dict(SMALL, syntax="xml", root="s:small", namespaces={"s": "urn:small", "": ""},
           detect={"score": 80}, kinds=["preservation"], codes={},
           rows=[{"at": "@version", "const": "2"}, {"at": "@lang", "field": "language"},
                 {"at": "s:number", "field": "id", "type": "number"},
                 {"at": "s:facts", "field": "facts.summary", "max": 7},
                 {"at": "@note", "field": "remarks[0].text", "max": 7}])
HEAD = '<?xml version="1.0"?>\n<x:small xmlns:x="urn:small" '
CSV = dict(SMALL, syntax="csv", columns=["number", "law"], shared=["number"],
           kinds=["preservation"], codes={}, detect={"score": 80}, rows=[
               {"at": "number", "field": "id"},
               {"at": "rows[]", "each": "offences[]", "rows": [
                   {"at": "law", "field": "title"}]}])


@cases("an example of {0}", [
    ("XML comes back", XML, HEAD + 'lang="fr" version="2">\n <x:number>7</x:number></x:small>',
     {"id": "7", "language": "fr", "facts.summary": None}, None),
    ("XML whose value is another", XML, HEAD + 'version="2"><x:number>7</x:number></x:small>',
     {"id": "8"}, "the example gives '7' for this field"),
    ("XML that does not come back", XML,
     HEAD + 'version="2"><x:number>7</x:number><x:facts>Far too long</x:facts></x:small>',
     {"id": "7"}, "read and written again, at /small/facts: the value came back changed"),
    ("XML that is none", XML, HEAD + 'version="2">\n<x:number>7</x:small>', {"id": "7"},
     "(line 3, column "),
    ("CSV comes back", CSV, 'number,law\n7,"a, b"\n7,c\n',
     {"id": "7", "offences[0].title": "a, b", "offences[1].title": "c"}, None),
    ("CSV whose value is another", CSV, "number,law\n7,a\n", {"offences[0].title": "b"},
     "the example gives 'a' for this field")])
def example(_name, template, source, canonical, said):
    _, findings = checked(json.dumps(dict(
        template, examples=[{"source": source, "canonical": canonical}])))
    found = [f["message"] for f in findings if f["severity"] == "error"]
    same(len(found), 1 if said else 0, found)
    check(not said or said in found[0], found)


@case("a number in XML is a text like any other: nothing is kept beside it")
def number():
    template = folder() / "small.json"
    template.write_text(json.dumps(XML))
    source = folder() / "small.xml"
    source.write_text(HEAD + 'version="2"><x:number>0012.50</x:number></x:small>')
    read = run("convert", "-f", template, "-t", "convention-json", source).ends(0)
    check(b'"kept"' not in read.out and b'"id":"0012.50"' in read.out, read.out)
    same(run("roundtrip", "-f", template, source).ends(0).err, b"", "round trip")


@cases("round trip of XML whose attributes {0}", [
    ("stand in another order", 'lang="fr" version="2"', 0),
    ("are one more than has a row", 'version="2" other="x"', 0),
    ("come back otherwise", 'lang="fr" note="Far too long" version="2"', 3)])
def attributes(_name, said, status):
    template = folder() / "small.json"
    template.write_text(json.dumps(XML))
    source = folder() / "small.xml"
    source.write_text(f"{HEAD}{said}><x:number>7</x:number></x:small>")
    made = run("roundtrip", "-f", template, source)
    same(made.status, status, made.out + made.err)


@cases("a time where dates have no place for one stands as it is, and that is told: {0}", [
    ("a day and a time", "2026-09-14T10:00:00+02:00", "DD.MM.YYYY", True),
    ("a day", "2026-09-14", "DD.MM.YYYY", False),
    ("a year alone", "2026", "DD.MM.YYYY", False)])
def date(_name, text, pattern, is_told):
    template = folder() / "small.json"
    template.write_text(json.dumps(dict(SMALL, rows=[
        *SMALL["rows"], {"at": "date", "field": "issued", "date": pattern}])))
    made = run("convert", "-f", "convention-json", "-t", template, report=True,
               stdin=dumps({"schema": "urn:comity:convention:1", "kind": "preservation",
                            "id": "7", "issued": text})).ends(0)
    same([(f["code"], f["field"]) for f in made.graver("warning")],
         [("model.time", "issued")] if is_told else [], "findings")
    same(text in json.loads(made.out)["date"], is_told or len(text) == 4, made.out)


@cases("{0} has no faults", [(p.stem,) for p in TEMPLATES])
def shipped(name):
    path = next(p for p in TEMPLATES if p.stem == name)
    result = run("formats", "check", path)
    same(result.status, 0, result.out)


def schema():
    try:
        import jsonschema
    except ImportError:
        skip("python3-jsonschema is not installed")
    if not hasattr(jsonschema, "Draft202012Validator"):
        skip("python3-jsonschema is too old for draft 2020-12")
    made = json.loads((SOURCE / "docs" / "schema" / "template.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(made)
    return made, jsonschema.Draft202012Validator(made)


@cases("{0} is valid by the schema of templates", [(p.stem,) for p in TEMPLATES])
def valid(name):
    path = next(p for p in TEMPLATES if p.stem == name)
    _, validator = schema()
    same([e.message for e in validator.iter_errors(json.loads(path.read_text()))], [], name)


@case("the schema of templates refuses what the program refuses")
def _():
    _, validator = schema()
    for good, bad in (("facts.summary", "facts summary"), ('"at": "Facts",', '"feld": 1,'),
                      ('"score": 50', '"score": 500'), ('"labels": 2', '"all": []')):
        faulty = json.loads(FORM.replace(good, bad, 1))
        check(list(validator.iter_errors(faulty)), f"{bad} is valid")


@case("the schema knows the members that the program knows, and no others")
def _():
    made, _ = schema()
    known = set()
    for name in ("template_compile.c", "compiler_document.c", "compiler_members.c",
                 "compiler_text.c", "compiler_parts.c", "check_examples.c"):
        text = (SOURCE / "sdk" / "mapping" / name).read_text(encoding="utf-8")
        for block in re.findall(r"known(?:_of_form)?\[\] = \{(.*?)NULL\}", text, re.S):
            known |= set(re.findall(r'"([a-z_]+)"', block))
    told = set()

    def walk(node):
        if isinstance(node, dict):
            told.update(node.get("properties", {}))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(made)
    told -= {"all", "labels", "score"}
    same(sorted(told), sorted(known), "members")


main()
