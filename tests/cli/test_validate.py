# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity validate: all findings of a run, on standard output, and a status to sum them up.
What the convention's rules find lacking is tried in tests/rules."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from rules import sample
from samples import changed, invented, red, request, yellow
from tap import (case, cases, check, convert, dumps, file, folder, main, places, run,
                 same, stands_at)


def found(result):
    """The findings, those of the convention's rules aside."""
    findings = [json.loads(line) for line in result.out.splitlines()]
    return [f for f in findings if not f["code"].startswith("rule.")]


def complete(**changes):
    """A canonical request that lacks nothing."""
    return changed(sample("provisional-arrest"), changes)


@cases("{0} is valid and says nothing", [(n, d) for n, _, d in invented()
                                         if "resolution as text" not in n])
def valid(_, document):
    result = run("validate", "--json", stdin=dumps(document)).ends(0)
    same([f for f in found(result) if f["severity"] == "error"], [], "errors")
    same(result.err, b"", "standard error")


@case("a valid document is said to be valid, by its name")
def says_valid():
    path = file(dumps(red()), "good.json")
    result = run("validate", path).ends(0)
    check(b"good.json" in result.out and b"valid" in result.out, result)
    same(run("validate", "-q", path).ends(0).out, b"", "standard output with -q")


@case("an invalid document is not said to be valid")
def says_invalid():
    result = run("validate", file(b"{", "bad.json")).ends(4)
    check(b": valid" not in result.out and b"json.truncated" in result.out, result)


@case("all findings of a document come in one run, each with its place")
def all_findings():
    text = dumps(red(date_of_birth="x", nationalities=["AR", "Atlantis"],
                     languages_spoken_ids=["nonsense"], eyes_colors_id=["BLD"]))
    result = run("validate", "--json", stdin=text).ends(0)
    where = places(text)
    entries = found(result)
    same(sorted((f["code"], f["source"]) for f in entries),
         [("model.code", "/eyes_colors_id/0"), ("model.country", "/nationalities/1"),
          ("model.date", "/date_of_birth"), ("model.language", "/languages_spoken_ids/0")])
    same({f["severity"] for f in entries}, {"warning"})
    for finding in entries:
        stands_at(finding, text, where[finding["source"]])


@case("all errors of a canonical document come in one run")
def all_errors():
    document = request(colour="red", facts="text", deadlines={"date": "1899"},
                       kind="extradition")
    document["persons"][0]["shoe"] = 1
    document["persons"][0]["birth"]["date"] = 1861
    document["offences"][0]["title"] = None
    text = dumps(document)
    entries = found(run("validate", "--json", stdin=text).ends(4))
    errors = sorted((f["code"], f["source"]) for f in entries if f["severity"] == "error")
    same(errors, [("model.type", "/deadlines"), ("model.type", "/facts"),
                  ("model.type", "/offences/0/title"), ("model.type", "/persons/0/birth/date"),
                  ("model.unknown-field", "/colour"), ("model.unknown-field",
                                                       "/persons/0/shoe")])
    where = places(text)
    for finding in entries:
        stands_at(finding, text, where[finding["source"]])


@cases("a canonical document is refused: {0}", [
    ("an unknown kind", request(kind="invitation"), "model.kind"),
    ("no kind", request(kind=...), "model.required"),
    ("another schema", request(schema="urn:comity:convention:2"), "model.schema"),
    ("no schema", request(schema=...), "model.schema"),
    ("a number where text is due", request(id=7), "model.type"),
    ("null", request(id=None), "model.type"),
    ("a text where true or false is due", request(confidentiality={"requested": "yes"}),
     "model.type"),
    ("a list where one is due", request(id=["a"]), "model.type"),
    ("one where a list is due", request(persons={"role": "sought"}), "model.type"),
    ("kept that is no object", request(kept=[1]), "model.type"),
    ("kept of a format that is no object", request(kept={"interpol-red": 1}), "model.type")])
def refused(_, document, code):
    result = run("validate", "--json", "-f", "convention-json", stdin=dumps(document)).ends(4)
    same([f["code"] for f in found(result) if f["severity"] == "error"], [code])


@cases("a canonical value that cannot be understood is a warning: {0}", [
    ("a date", "birth", {"date": "31.12.1861"}, "model.date"),
    ("a date that never was", "birth", {"date": "1861-02-30"}, "model.date"),
    ("a country", "nationalities", ["Atlantis"], "model.country"),
    ("a language", "languages", ["not a tag"], "model.language"),
    ("a code", "sex", "sometimes", "model.code"),
    ("a number", "description", {"height": {"value": "tall", "unit": "m"}}, "model.number")])
def warned(_, name, value, code):
    document = complete()
    document["persons"][0][name] = value
    result = run("validate", "--json", stdin=dumps(document)).ends(0)
    same([(f["severity"], f["code"]) for f in found(result)], [("warning", code)])
    back = convert("convention-json", document).ends(0)
    same(json.loads(back.out)["persons"][0][name], value, "the value as written")


@cases("dates of a canonical document are understood: {0}", [
    ("1861",), ("1861-04",), ("1861-04-17",), ("2000-02-29",), ("0001-01-01",)])
def dates(date):
    document = complete()
    document["persons"][0]["birth"]["date"] = date
    same(found(run("validate", "--json", stdin=dumps(document)).ends(0)), [])


@cases("times of a canonical document are understood or warned of: {0}", [
    ("1899-02-03", True), ("1899-02-03T04:05Z", True), ("1899-02-03T04:05:06.789+14:00", True),
    ("1899-02-03T04:05:06-00:30", True), ("1899-02-03 04:05", False),
    ("1899-02-03T25:00Z", False), ("1899-02-30T04:05Z", False), ("1899-02-03T04:05+1", False),
    ("1899-02-03T24:01Z", False), ("1899-02-03T04:05:06.Z", False)])
def times(time, is_fine):
    result = run("validate", "--json", stdin=dumps(complete(issued=time))).ends(0)
    same([f["code"] for f in found(result)], [] if is_fine else ["model.date"])


@case("a bad document does not stop the others: 3, and all findings are told")
def stream():
    text = dumps(red()) + b"\n{\n" + dumps(yellow(date_of_birth="x")) + b"\n"
    entries = found(run("validate", "--json", stdin=text).ends(3))
    same([f["severity"] for f in entries], ["error", "warning"])
    check(entries[0]["code"].startswith("json.") and entries[0]["line"] in (2, 3), entries)
    same((entries[1]["code"], entries[1]["line"]), ("model.date", 3))


@case("several files are checked in one run")
def files():
    good, bad = file(dumps(red()), "good.json"), file(b"{", "bad.json")
    result = run("validate", good, bad, good).ends(3)
    same(result.out.count(b"good.json: valid"), 2, "good files named")
    check(b"bad.json:1:2: error:" in result.out, result)


@case("--fail-on warning makes a warning count: 5; never makes nothing count")
def fail_on():
    text = dumps(red(date_of_birth="x"))
    run("validate", stdin=text).ends(0)
    run("validate", "--fail-on", "warning", stdin=text).ends(5)
    run("validate", "--fail-on", "never", stdin=text).ends(0)


@case("an unknown format ends with 6, null and nothing with 4")
def unknown():
    run("validate", stdin=b'{"a": 1}').ends(6)
    run("validate", stdin=b"null").ends(4)
    run("validate", stdin=b"").ends(4)


@case("validate reads XML as well")
def xml():
    text = convert("convention-xml", complete()).ends(0).out
    run("validate", stdin=text).ends(0)
    entries = found(run("validate", "--json", stdin=text.replace(b"<kind>",
                                                                 b"<colour/>\n<kind>"))
                    .ends(4))
    same([(f["code"], f["source"]) for f in entries], [("model.unknown-field",
                                                        "/document/colour")])


@case("validate writes nothing but its report")
def writes_nothing():
    where = folder()
    (where / "in.json").write_bytes(dumps(red()))
    run("validate", "in.json", cwd=where, report=True).ends(0)
    same(sorted(p.name for p in where.iterdir()), ["in.json"])


main(every=3)
