# SPDX-License-Identifier: LGPL-2.1-or-later
"""The published schemas hold what the program writes, and refuse what it would refuse."""
import json
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import changed, invented, red, request, un_person, yellow
from tap import (SOURCE, case, cases, check, convert, dumps, folder, main, run, same,
                 shared, skip)

URN = "urn:comity:convention:1"
_validators = {}


def json_validator():
    if "json" not in _validators:
        path = SOURCE / "docs" / "schema" / "convention.schema.json"
        if not path.exists():
            skip("docs/schema/convention.schema.json is not there yet")
        try:
            import jsonschema
        except ImportError:
            skip("python3-jsonschema is not installed")
        if not hasattr(jsonschema, "Draft202012Validator"):
            skip("python3-jsonschema is too old for draft 2020-12")
        schema = json.loads(path.read_text())
        same(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        jsonschema.Draft202012Validator.check_schema(schema)
        _validators["json"] = jsonschema.Draft202012Validator(schema)
    return _validators["json"]


def json_faults(document):
    if isinstance(document, bytes):
        document = json.loads(document)
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in json_validator().iter_errors(document)]


def json_fits(text):
    for line in text.splitlines():
        faults = json_faults(line)
        check(not faults, "the schema refuses what the program wrote:", *faults[:4], line[:300])


def xml_faults(paths):
    """What the XSD says of files, by lxml or by xmllint."""
    schema = SOURCE / "docs" / "schema" / "convention.xsd"
    if not schema.exists():
        skip("docs/schema/convention.xsd is not there yet")
    try:
        from lxml import etree
    except ImportError:
        tool = shutil.which("xmllint")
        if not tool:
            skip("neither python3-lxml nor xmllint is installed")
        result = subprocess.run([tool, "--noout", "--schema", schema, *paths],
                                capture_output=True, timeout=120, check=False)
        return [line for line in result.stderr.decode().splitlines()
                if not line.endswith(" validates")] if result.returncode else []
    if "xml" not in _validators:
        _validators["xml"] = etree.XMLSchema(etree.parse(str(schema)))
    faults = []
    for path in paths:
        if not _validators["xml"].validate(etree.parse(str(path))):
            faults += [f"{path.name}:{e.line}: {e.message}"
                       for e in _validators["xml"].error_log]
    return faults


def xml_of(text, *options):
    where = folder()
    convert("convention-xml", text, "-o", f"{where}/", *options).ends(0)
    return sorted(where.iterdir())


def xml_fits(text, *options):
    faults = xml_faults(xml_of(text, *options))
    check(not faults, "the XSD refuses what the program wrote:", *faults[:6])


AWKWARD = [
    ("a notice with texts that XML cannot carry", red(
        name="a\u0001\ufffe", x={"\u0001": 1}, forename=" \t\r\n", place_of_birth="")),
    ("a notice with empty lists", red(nationalities=[], languages_spoken_ids=[],
                                      arrest_warrants=[])),
    ("a notice with a date that is none", red(date_of_birth="0000/00/00")),
    ("a notice with a country that is none", red(nationalities=["UNK", "Atlantis", ""])),
    ("a notice with unknown codes", red(eyes_colors_id=["BLD"], sex_id="X",
                                        languages_spoken_ids=["ZZZ", ""])),
    ("a notice with a height that is none", red(height="tall")),
    ("a UN notice with empty lists", un_person(aliases=[], associates=[], identity_documents=[],
                                               purposes=[])),
    ("a request", request()),
    ("a request with true and false", request(confidentiality={"requested": True,
                                                               "notify_user": False})),
    ("a request with what is kept", request(kept={"x": {"/a": None, "/b": [{}, 1.5]},
                                                  "y": {}}))]


@cases("{0}: the JSON Schema accepts what the program writes", [
    (n, d) for n, _, d in invented()] + AWKWARD)
def json_schema(_, document):
    json_validator()
    json_fits(convert("convention-json", document).ends(0).out)


@cases("{0}: the XSD accepts what the program writes", [
    (n, d) for n, _, d in invented()] + AWKWARD)
def xml_schema(_, document):
    xml_fits(dumps(document))


@case("the schemas accept what the user supplied")
def supplied():
    json_validator()
    options = ["--set", "facts.summary=One night", "--set", "issued=1899-02-03T04:05Z",
               "--set", "emergency.direct=true"]
    json_fits(convert("convention-json", yellow(), *options).ends(0).out)
    xml_fits(dumps(yellow()), *options)


@cases("{0} shared {1} notices: the JSON Schema accepts them", [(80, "red"), (60, "yellow")])
def shared_json(count, colour):
    lines = shared("data", "notices", f"{colour}.ndjson").read_bytes().splitlines()
    json_validator()
    json_fits(convert("convention-json", b"\n".join(lines[::len(lines) // count])).ends(0).out)


@cases("all shared {0} notices: the XSD accepts them", [("red",), ("yellow",)])
def shared_xml(colour):
    xml_fits(shared("data", "notices", f"{colour}.ndjson").read_bytes())


BROKEN = [
    ("an unknown field", request(colour="red")), ("no kind", request(kind=...)),
    ("an unknown kind", request(kind="invitation")), ("no schema", request(schema=...)),
    ("another schema", request(schema=URN + "0")), ("a number as an id", request(id=7)),
    ("null", request(id=None)), ("a list where text is due", request(id=["a"])),
    ("one person and no list", request(persons={"role": "sought"})),
    ("an unknown field of a person", request(persons=[{"shoe": "42"}])),
    ("a text as true", request(confidentiality={"requested": "yes"})),
    ("kept as a list", request(kept=[]))]


@cases("the JSON Schema and the program refuse {0}", BROKEN)
def json_refused(_, document):
    document = {k: v for k, v in document.items()}
    check(json_faults(dumps(document)), "the schema accepts it")
    run("validate", "-f", "convention-json", stdin=dumps(document)).ends(4)


@cases("the XSD and the program refuse {0}", [
    ("an unknown element", "<colour/>"), ("a field twice", "<id>a</id><id>b</id>"),
    ("text between elements", "stray"), ("an element inside text", "<id>a<b/></id>"),
    ("an unknown field of a person", "<persons><shoe>42</shoe></persons>"),
    ("an attribute that means nothing", '<id colour="red">a</id>')])
def xml_refused(_, inside):
    where = folder()
    path = where / "broken.xml"
    path.write_text(f'<document xmlns="{URN}"><kind>extradition</kind>{inside}</document>')
    check(xml_faults([path]), "the XSD accepts it")
    result = run("validate", "-f", "convention-xml", path)
    check(result.status == 4, "the program accepts it", result)


@case("the XSD refuses another root and another namespace")
def xml_root():
    where = folder()
    for number, text in enumerate((f'<request xmlns="{URN}"/>', '<document/>',
                                   f'<document xmlns="{URN}"/>')):
        path = where / f"{number}.xml"
        path.write_text(text)
        check(xml_faults([path]), f"the XSD accepts {text}")


@cases("values that cannot be understood are no cause for the schemas to refuse: {0}", [
    ("a date", {"birth": {"date": "spring 1861"}}), ("a country",
                                                     {"nationalities": ["Atlantis"]}),
    ("a language", {"languages": ["not a tag"]}), ("a code", {"sex": "sometimes"}),
    ("a number", {"description": {"height": {"value": "tall", "unit": "ell"}}})])
def not_understood(_, changes):
    document = request()
    document["persons"][0] = changed(document["persons"][0], changes)
    same(json_faults(dumps(document)), [], "faults of the JSON")
    xml_fits(dumps(document))


main(every=4)
