# SPDX-License-Identifier: LGPL-2.1-or-later
"""XML by a template alone: what rows read, what is kept, and that all of it comes back."""
import json
import pathlib
import sys
import xml.etree.ElementTree as etree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from formats import shape  # noqa: E402
from tap import case, cases, check, folder, main, run, same  # noqa: E402

TEMPLATE = {
    "comity_template": 1, "id": "planted-xml", "title": "Planted", "syntax": "xml",
    "root": "d:request", "namespaces": {"d": "urn:planted", "": "", "t": "urn:types"},
    "kinds": ["mutual-legal-assistance"], "detect": {"score": 80},
    "rows": [
        {"at": "@version", "const": "2"},
        {"at": "d:id", "field": "id"},
        {"at": "d:from", "rows": [
            {"at": "@xml:lang", "field": "language"},
            {"at": "#text", "field": "requesting.authority.name"}]},
        {"at": "d:treaty[]", "field": "basis.treaties[]"},
        {"at": "d:person[]", "each": "persons[]", "rows": [
            {"at": "@xsi:type", "const": "{urn:types}Man"},
            {"at": "name", "field": "name.full"},
            {"at": "nation[]", "field": "nationalities[]"}]},
        {"at": "d:person[]", "each": "offences[]", "rows": [
            {"at": "@xsi:type", "const": "{urn:types}Deed"},
            {"at": "name", "field": "title"}]},
        {"at": "d:facts", "field": "facts.summary"}]}
OPEN = ('<x:request xmlns:x="urn:planted" xmlns:q="urn:types" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="2">')
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def template():
    path = folder() / "planted-xml.json"
    path.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    return path


def convert(data, spec, *more):
    made = run("convert", "-f", template(), "-t", spec, *more, stdin=data)
    same(made.status, 0, made.err)
    return made


def there_and_back(body, root=OPEN):
    data = (HEAD + root + body + "</x:request>").encode()
    record = convert(data, "convention-json").out
    back = convert(data, template()).out
    through = run("convert", "-t", template(), stdin=record)
    same(through.status, 0, through.err)
    same(through.out, back, "through the canonical JSON")
    # xsi:type's prefix is not the source's; what it names is
    source = etree.fromstring(data.replace(b"q:", b"t:").replace(b"xmlns:q", b"xmlns:t"))
    same(shape(etree.fromstring(back)), shape(source), back.decode())
    return json.loads(record)


@case("a template of XML passes the check")
def _():
    result = run("formats", "check", template())
    same(result.status, 0, result.err)
    check(b"has no faults" in result.out, result.out)


@case("elements, attributes, lists and sorts are read by their namespaces")
def _():
    record = there_and_back(
        '<x:id>A-1</x:id><x:from xml:lang="de">Amt &amp; Söhne</x:from><x:treaty>T1</x:treaty>'
        '<x:treaty><![CDATA[<T2>]]></x:treaty><x:person xsi:type="q:Man"><name>Иванов</name>'
        '<nation>RU</nation><nation>DE</nation></x:person><x:person xsi:type="q:Deed">'
        '<name>Theft</name></x:person><x:facts>one\n two</x:facts>')
    same((record["id"], record["language"], record["requesting"]["authority"]["name"]),
         ("A-1", "de", "Amt & Söhne"), record)
    same(record["basis"]["treaties"], ["T1", "<T2>"], record)
    same(record["persons"], [{"name": {"full": "Иванов"}, "nationalities": ["RU", "DE"]}],
         record)
    same(record["offences"], [{"title": "Theft"}], record)
    same(record["facts"]["summary"], "one\n two", record)
    check("kept" not in record, record)


@cases("there and back: {0}", [
    ("unknown elements of any namespace",
     '<x:id>A</x:id><o:a xmlns:o="urn:o" z="1" o:y="2">t<o:b/><c xmlns="urn:p">u</c></o:a>'),
    ("unknown elements of one name apart",
     '<x:u>1</x:u><x:id>A</x:id><x:u>2</x:u><x:w/><x:u/>'),
    ("mixed content", '<x:id>A</x:id><x:u>one <b>two</b> three<b/><c/><b>x</b></x:u>'),
    ("an empty element of a row", '<x:id/><x:from/><x:person/><x:facts>f</x:facts>'),
    ("attributes where a value alone is expected", '<x:id a="1" x:b="2">A</x:id>'),
    ("an element without the attributes of its row", '<x:from>Amt</x:from>'),
    ("another order of elements", '<x:facts>f</x:facts><x:from>Amt</x:from><x:id>A</x:id>'),
    ("sorts in turn", "".join(
        f'<x:person xsi:type="q:{s}"><name>{n}</name></x:person>'
        for n, s in enumerate(("Deed", "Man", "Deed")))),
    ("an entry of no sort", '<x:person xsi:type="q:Dog"><name>Rex</name></x:person>'),
    ("white space that counts", '<x:id> A\tB </x:id>'),
    ("a value twice, apart", '<x:id>A</x:id><x:facts>f</x:facts><x:id>B</x:id>'),
    ("an object twice, apart",
     '<x:from>Amt</x:from><x:id>A</x:id><x:from xml:lang="de">Haus</x:from>'),
    ("an element in no namespace with children of one", '<x:u>1<b>two</b></x:u>'),
    ("a prefix of the program's own", '<_t:u xmlns:_t="urn:other" xmlns:_k="urn:two">'
     '<_k:v _t:a="1"/></_t:u>'),
    ("references", '<x:id>&#x41;&lt;&#13;&quot;</x:id><x:from xml:lang="a&#10;b">x</x:from>'),
])
def back(name, body):
    there_and_back(body)


@case("another version of the constant is kept, and comes back")
def _():
    record = there_and_back("<x:id>A</x:id>", OPEN.replace('version="2"', 'version="1"'))
    same(record["kept"]["planted-xml"]["/@version"], "1", record)


@case("a value twice: the first is it, the second is kept")
def _():
    body = "<x:id>A</x:id><x:facts>f</x:facts><x:id>B</x:id></x:request>"
    record = json.loads(convert((HEAD + OPEN + body).encode(), "convention-json").out)
    same(record["id"], "A", record)
    check("B" in json.dumps(record["kept"]), record)


@case("entries of one list that stand apart are all read, and all written")
def _():
    body = "".join(f'<x:person xsi:type="q:Man"><name>{n}</name><o{n}/></x:person>{more}'
                   for n, more in ((1, "<x:id>A</x:id>"), (2, "<x:facts>f</x:facts>"), (3, "")))
    body += "<x:treaty>T1</x:treaty><x:z/><x:treaty>T2</x:treaty></x:request>"
    data = (HEAD + OPEN + body).encode()
    record = json.loads(convert(data, "convention-json").out)
    same([p["name"]["full"] for p in record["persons"]], ["1", "2", "3"], record)
    same(record["basis"]["treaties"], ["T1", "T2"], record)
    root = etree.fromstring(convert(data, template()).out)
    same([shape(p) for p in root.findall("{urn:planted}person")],
         [shape(p) for p in etree.fromstring(data.replace(b"q:", b"t:").replace(
             b"xmlns:q", b"xmlns:t")).findall("{urn:planted}person")], "persons")


@case("where the default namespace is a URI, elements of none are written so, and read again")
def _():
    other = dict(TEMPLATE, root="request", namespaces={"": "urn:planted", "t": "urn:types"},
                 rows=[{"at": "id", "field": "id"}])
    path = folder() / "planted-default.json"
    path.write_text(json.dumps(dict(other, id="planted-default")), encoding="utf-8")
    data = (HEAD + '<x:request xmlns:x="urn:planted"><x:id>A</x:id><bare a="1"><in/>'
            '<x:back><bare/></x:back></bare><x:after/></x:request>').encode()
    made = run("convert", "-f", path, "-t", path, stdin=data)
    same(made.status, 0, made.err)
    same(shape(etree.fromstring(made.out)), shape(etree.fromstring(data)), made.out)


@cases("an attribute that would not be well-formed is left out, and told: {0}", [
    ("xmlns", {"/@xmlns": "urn:x"}), ("twice", {"/u": {"@a": "1", "@a#2": "2"}}),
    ("a known name by its URI", {"/@{urn:planted}id": "1"}),
    ("of the namespace of declarations", {"/@{http:~1~1www.w3.org~12000~1xmlns~1}a": "1"}),
    ("in a namespace that is empty", {"/@{}a": "1"})])
def unfit(name, kept):
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "id": "A", "kept": {"planted-xml": kept}}
    made = run("convert", "-t", template(), stdin=json.dumps(record).encode())
    root = etree.fromstring(made.out)
    same(root.findtext("{urn:planted}id"), "A", made.out)
    check(b"xml.unsaid" in made.err, made.err)


@case("what a second place says otherwise is told, kept and written again")
def _():
    twice = dict(TEMPLATE, id="planted-twice", rows=TEMPLATE["rows"][:2] + [
        {"at": "d:header[]", "each": "attachments[]", "rows": [
            {"at": "d:id", "field": "/id"}, {"at": "d:name", "field": "name"}]}])
    path = folder() / "planted-twice.json"
    path.write_text(json.dumps(twice), encoding="utf-8")
    data = (HEAD + OPEN + "<x:id>A</x:id><x:header><x:id>B</x:id><x:name>n</x:name></x:header>"
            "</x:request>").encode()
    made = run("convert", "-f", path, "-t", "convention-json", stdin=data)
    check(b"model.twice" in made.err, made.err)
    record = json.loads(made.out)
    same(record["id"], "A", record)
    back = run("convert", "-t", path, stdin=made.out)
    same(shape(etree.fromstring(back.out)), shape(etree.fromstring(data)), back.out)
    changed = run("convert", "-t", path, "--set", "id=C", stdin=made.out)
    same([e.text for e in etree.fromstring(changed.out).iter("{urn:planted}id")], ["C", "C"],
         changed.out)


@case("findings have the place and path of the element, in UTF-16 too")
def _():
    text = (f'<?xml version="1.0" encoding="UTF-16"?>\n{OPEN}\n <x:id>é</x:id>\n '
            f'<x:person xsi:type="q:Man">\n'
            f'  <name><b>x</b></name>\n </x:person>\n</x:request>')
    report = folder() / "report"
    convert(text.encode("utf-16"), "convention-json", "--report", report)
    found = [json.loads(line) for line in report.read_text().splitlines()]
    found = [f for f in found if f.get("code") == "model.type"]
    same(len(found), 1, found)
    same((found[0]["line"], found[0]["column"]), (5, 3), found)
    same(found[0]["source"], "/d:request/d:person/name", found)


@case("characters and names that XML has not are left out, and told")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "id": "a\u0001b", "kept": {"planted-xml": {"/bad name><": 1, "/a/b": 2,
                                                         "/@b\" c": "x"}}}
    report = folder() / "report"
    made = run("convert", "-t", template(), "--report", report,
               stdin=json.dumps(record).encode())
    root = etree.fromstring(made.out)
    same([e.text for e in root], ["ab"], made.out)
    found = [json.loads(line).get("code") for line in report.read_text().splitlines()]
    check("xml.unsaid" in found, found)


@cases("a planted fault is refused: {0}", [
    ("no root", {"root": None}, "template.namespaces"),
    ("no namespaces", {"namespaces": None}, "template.namespaces"),
    ("a namespace that is no text", {"namespaces": {"d": 1}}, "template.namespaces"),
    ("an entry that no row states", {"rows": [
        {"at": "d:note[d:of/d:kind=law]/d:text", "field": "facts.summary"},
        {"at": "d:note[d:of/d:kind=law]/d:of/d:kind", "const": "fact"}]}, "template.at"),
    ("a kind that an option lets be written, which no row has", {"kinds": [
        {"kind": "mutual-legal-assistance", "chosen": {"version": "2"}}]}, "template.option"),
    ("a member of a kind that is none", {"kinds": [
        {"kind": "mutual-legal-assistance", "wen": {"has": "d:id"}}]},
     "template.unknown-member"),
    ("documents that are joined by nothing", {"joined": {"at": "d:note[]", "id": "@id"}},
     "template.joined"),
    ("a ref of what is no list of groups", {"rows": [
        {"at": "d:link[]", "made": "ref", "of": "facts.summary"}]}, "template.made"),
    ("counting from no digit", {"rows": [
        {"at": "d:person[]", "each": "persons[]", "rows": [
            {"at": "d:number", "made": "number", "first": 12}]}]}, "template.row"),
])
def fault(name, change, code):
    faulty = {k: v for k, v in {**TEMPLATE, **change}.items() if v is not None}
    path = folder() / "faulty.json"
    path.write_text(json.dumps(faulty), encoding="utf-8")
    result = run("formats", "check", "--json", path)
    check(result.status != 0, "it was let pass")
    check(code.encode() in result.out + result.err, result.out)


main(every=4)
