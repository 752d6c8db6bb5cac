# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a target cannot carry is said, value by value, with the place in the input; what it
requires is asked for; --fail-on decides what is written."""
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from notices import accounted
from samples import changed, list_item, list_response, red, request, yellow
from tap import (case, cases, check, convert, dumps, file, find, folder, leaf_count,
                 leaves, loads, main, places, run, same, stands_at, tagged)


def laden():
    """A request with much that a red notice has no place for, over several lines, with
    characters of several bytes before it."""
    document = request(
        language="en", issued="1899-02-03", urgency="urgent",
        facts={"summary": "Ons nachts nahm sie den Leuchtturm mit: é€\U0001F600.",
               "place": "Faro Quimera", "date": "1898-12-24"},
        signature={"name": "Z. Quorn", "post": "Judge"},
        attachments=[{"name": "warrant.pdf", "size": "12"}],
        confidentiality={"requested": True})
    document["persons"][0]["key"] = "p1"
    document["persons"][0]["name"]["patronymic"] = "KRELLOVNA"
    document["persons"][0]["description"]["build"] = "slight"
    document["persons"].append({"role": "victim", "name": {"family": "Plim", "given": "Krell"}})
    document["requesting"]["authority"] = {"name": "Court of Quimera"}
    document["requesting"]["references"].append({"scheme": "case", "value": "C-77/é"})
    document["offences"][0].update({
        "language": "es",
        "provisions": [{"citation": "Art. 9", "text": "Who takes a lighthouse ..."},
                       {"citation": "Art. 10"}],
        "penalty": {"maximum": {"value": "12", "unit": "year"}},
        "translations": [{"language": "en", "text": "Theft"},
                         {"language": "fr", "text": "Vol"}]})
    document["offences"][0]["order"].update({"number": "W-1", "date": "1899-01-01",
                                             "authority": {"name": "Court of Quimera"}})
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


LOST = {
    "/language", "/issued", "/urgency", "/facts/summary", "/facts/place", "/facts/date",
    "/signature/name", "/signature/post", "/attachments/0/name", "/attachments/0/size",
    "/confidentiality/requested", "/persons/0/key", "/persons/0/name/patronymic",
    "/persons/0/description/build", "/persons/1/role", "/persons/1/name/family",
    "/persons/1/name/given", "/requesting/authority/name", "/requesting/references/1/scheme",
    "/requesting/references/1/value", "/offences/0/language",
    "/offences/0/provisions/0/citation", "/offences/0/provisions/0/text",
    "/offences/0/provisions/1/citation", "/offences/0/penalty/maximum/value",
    "/offences/0/penalty/maximum/unit", "/offences/0/translations/1/language",
    "/offences/0/translations/1/text", "/offences/0/order/number", "/offences/0/order/date",
    "/offences/0/order/authority/name"}


@case("each value without a place is one loss, with its pointer, field and place")
def losses():
    text = laden()
    result = convert("interpol-red", text).ends(0)
    found = result.graver("loss")
    sources = [f["source"] for f in found]
    same(sorted(sources), sorted(LOST), "pointers of the losses")
    where = places(text)
    for finding in found:
        stands_at(finding, text, where[finding["source"]])
        same(finding["format"], "interpol-red", "format of a loss")
        parts = finding["source"][1:].split("/")
        field = "".join(f"[{p}]" if p.isdigit() else "." + p for p in parts)[1:]
        same(finding["field"], field, "canonical path of a loss")
        check(finding["code"].startswith("loss."), finding)
        check("message" in finding and len(finding["message"]) > 15, finding)
    same(result.summary["dropped"], len(LOST), "dropped in the summary")
    accounted(result, [loads(text)], "to interpol-red")


@case("what is lost is not in the output, and what is not lost is")
def output():
    text = laden()
    result = convert("interpol-red", text).ends(0)
    written = result.out.decode()
    values = {p: v for p, v in leaves(loads(text)) if isinstance(v, str)}
    for pointer, value in values.items():
        if pointer in LOST and len(value) > 4 and pointer != "/requesting/authority/name":
            check(value not in written, f"{pointer} is lost, yet it was written: {value!r}")
    notice = result.documents()[0]
    same([find(notice, n) for n in ("name", "forename", "sex_id", "date_of_birth",
                                    "entity_id")],
         ["VANTREX", "ORELIA", "F", "1861/04", "1899/7020"])
    same(find(notice, "arrest_warrants", 0), tagged({
        "charge": "Theft of a lighthouse", "issuing_country_id": "AR",
        "charge_translation": "Theft"}))


@case("a request that fits loses nothing")
def fits():
    result = convert("interpol-red", request()).ends(0)
    same(result.graver("loss"), [], "losses")
    same(result.summary["dropped"], 0, "dropped")
    accounted(result, [tagged(request())], "to interpol-red")


@case("the same losses are found through XML, at the places of the XML")
def through_xml():
    xml = convert("convention-xml", laden()).ends(0).out
    result = convert("interpol-red", xml).ends(0)
    same(len(result.graver("loss")), len(LOST), "losses")
    lines = xml.split(b"\n")
    for finding in result.graver("loss"):
        name = finding["field"].split(".")[-1].split("[")[0].encode()
        line = lines[finding["line"] - 1]
        at = line[:].decode()[finding["column"] - 1:].encode()
        check(at.startswith(b"<" + name), f"no <{name.decode()}> stands there", finding, line)
        check(xml[finding["offset"]:].startswith(b"<" + name), "another offset", finding)


@cases("--fail-on {0} stops a document with losses and writes nothing: {1}", [
    ("loss", 5), ("warning", 5), ("error", 0), ("never", 0)])
def fail_on(rank, status):
    where = folder()
    result = convert("interpol-red", laden(), "--fail-on", rank).ends(status)
    check(bool(result.out) == (status == 0), "standard output:", result)
    convert("interpol-red", laden(), "--fail-on", rank, "-o", where / "out.json").ends(status)
    same(os.listdir(where), ["out.json"] if status == 0 else [], "files")
    convert("interpol-red", laden(), "--fail-on", rank, "-o", f"{where}/many/").ends(status)
    if status:
        many = where / "many"
        same(os.listdir(many) if many.exists() else [], [], "files in the folder")


@case("--fail-on warning stops on a warning, --fail-on loss does not")
def fail_on_warning():
    notice = red(date_of_birth="not-a-date")
    convert("convention-json", notice, "--fail-on", "loss").ends(0)
    result = convert("convention-json", notice, "--fail-on", "warning").ends(5)
    same(result.out, b"", "standard output")


@case("a document that is stopped does not stop its neighbours: 3")
def neighbours():
    text = dumps(request()) + b"\n" + dumps(loads(laden())) + b"\n" + dumps(request(id="x"))
    result = convert("interpol-red", text, "--fail-on", "loss")
    result.ends(3)
    same([find(d, "entity_id") for d in result.documents()], ["1899/7020"] * len(
        result.documents()))
    same(result.summary["failed"], 2 if len(result.documents()) == 1 else 1, "failed")


@cases("a kind that the format cannot carry is refused, not bent: {0}", [
    ("yellow to red", "interpol-red", yellow()), ("red to yellow", "interpol-yellow", red()),
    ("red to UN", "interpol-un", red()),
    ("an extradition request to red", "interpol-red", request(kind="extradition"))])
def kinds(_, to, document):
    where = folder()
    for options in ((), ("--fail-on", "loss")):
        result = convert(to, document, *options).ends(5)
        same([f["code"] for f in result.graver("error")], ["model.kind"])
        same(result.out, b"", "standard output")
    convert(to, document, "-o", where / "out.json").ends(5)
    same(os.listdir(where), [], "files")


@case("of a stream with two kinds the right ones are written: 3")
def mixed_kinds():
    text = dumps(red()) + b"\n" + dumps(yellow()) + b"\n" + dumps(red(entity_id="1899/7300"))
    result = convert("interpol-red", text).ends(3)
    same([find(d, "entity_id") for d in result.documents()], ["1899/7001", "1899/7300"])
    same([f["code"] for f in result.graver("error")], ["model.kind"])


def without(*steps):
    document = loads(dumps(request()))
    inside = find(document, *steps[:-1])
    inside[1][:] = [(n, v) for n, v in inside[1] if n != steps[-1]]
    return document


REQUIRED = [
    ("persons[role=sought].name.family", "VANTREX", ("persons", 0, "name", "family")),
    ("persons[role=sought].sex", "female", ("persons", 0, "sex")),
    ("offences[0].title", "Theft", ("offences", 0, "title"))]


@cases("{0}: missing, it is an error and nothing is written; --set supplies it", REQUIRED)
def required(field, value, steps):
    document = without(*steps)
    result = convert("interpol-red", document).ends(5)
    same([f["code"] for f in result.graver("error")], ["model.required"])
    same(result.out, b"", "standard output")
    message = json.dumps(result.graver("error")[0])
    check(steps[-1] in message, "the finding does not name the field", message)
    result = convert("interpol-red", document, "--set", f"{field}={value}").ends(0)
    check(value in result.out.decode() or steps[-1] == "sex", "the value is not there", result)


@case("a list item without what a red notice requires is refused")
def from_list():
    result = convert("interpol-red", list_response([list_item("1899/7310")])).ends(5)
    same({f["code"] for f in result.graver("error")}, {"model.required"})
    same(result.out, b"", "standard output")


@case("--set marks in the provenance what the user supplied")
def set_provenance():
    result = convert("convention-json", red(), "--set", "facts.summary=One night",
                     "--set", "requested.state=CL").ends(0)
    document = result.documents()[0]
    same([find(document, "facts", "summary"), find(document, "requested", "state")],
         ["One night", "CL"])
    entries = [p for p in find(document, "provenance") if find(p, "format") == "set"]
    same(len(entries), 1, "entries of the user's")
    same(find(entries[0], "fields"), ["facts.summary", "requested.state"])


@case("--set replaces a value and takes what stands behind the first equals sign")
def set_replaces():
    result = convert("convention-json", red(), "--set", "persons[0].name.family=A=B c",
                     "--set", "links[relation=self].uri=urn:x=y").ends(0)
    document = result.documents()[0]
    same(find(document, "persons", 0, "name", "family"), "A=B c")
    same(find(document, "links", 0, "uri"), "urn:x=y")


@cases("--set {0} is refused", [("nonsense=1",), ("persons[0].colour=red",), ("facts=x",),
                                ("persons[x].sex=male",), ("persons[0.sex=male",)])
def set_unknown(setting):
    result = convert("convention-json", red(), "--set", setting)
    check(result.status in (2, 4, 5), result)
    same(result.out, b"", "standard output")
    check(result.graver("error"), "nothing was said", result)


@case("--set without an equals sign is wrong usage")
def set_usage():
    convert("convention-json", red(), "--set", "facts.summary", report=False).ends(2)


@case("--overlay lays a partial document over each, and marks it")
def overlay():
    laid = file(json.dumps({"facts": {"summary": "One night"},
                            "offences": [{"title": "Theft", "penalty": {"text": "12 years"}}]}))
    text = dumps(red()) + b"\n" + dumps(red(entity_id="1899/7320"))
    result = convert("convention-json", text, "--overlay", laid).ends(0)
    same(len(result.documents()), 2, "documents")
    for document in result.documents():
        same(find(document, "facts", "summary"), "One night")
        same(find(document, "offences", 0, "penalty", "text"), "12 years")
        same(find(document, "persons", 0, "name", "family"), "VANTREX")
        check("overlay" in [find(p, "format") for p in find(document, "provenance")],
              "not marked", find(document, "provenance"))


@case("--overlay supplies what a red notice requires")
def overlay_required():
    laid = file(json.dumps({"offences": [{"title": "Theft", "order": {"state": "AR"}}]}))
    result = convert("interpol-red", without("offences", 0, "title"), "--overlay", laid)
    result.ends(0)
    same(find(result.documents()[0], "arrest_warrants", 0, "charge"), "Theft")


@cases("a bad overlay is refused: {0}", [
    ("no JSON", "{"), ("an unknown field", '{"colour": "red"}'), ("a list", "[]"),
    ("a wrong type", '{"facts": "x"}'), ("empty", "")])
def bad_overlay(_, text):
    result = convert("convention-json", red(), "--overlay", file(text))
    check(result.status in (2, 4, 5, 8), result)
    same(result.out, b"", "standard output")


@case("an overlay that is not there ends with 8")
def no_overlay():
    convert("convention-json", red(), "--overlay", folder() / "none", report=False).ends(8)


@case("a quantity in another unit is not written as if it were in the format's own")
def other_unit():
    document = request()
    document["persons"][0]["description"]["height"] = {"value": "173", "unit": "cm"}
    result = convert("interpol-red", document).ends(0)
    height = find(result.documents()[0], "height")
    check(height in (None, ("number", "1.73")), f"173 cm became {height}")
    if height is None:
        check("/persons/0/description/height/value" in
              [f["source"] for f in result.graver("loss")], "lost in silence", result)


@case("a State that asks for another than the issuer of the warrant is not lost in silence")
def other_state():
    document = request()
    document["requesting"]["state"] = "BR"
    result = convert("interpol-red", document).ends(0)
    same(find(result.documents()[0], "arrest_warrants", 0, "issuing_country_id"), "AR")
    same([f["source"] for f in result.graver("loss")], ["/requesting/state"])


@case("a channel or an id other than the format's own is a loss")
def constants():
    result = convert("interpol-red", request(channel="diplomatic", id="C-1")).ends(0)
    same(sorted(f["source"] for f in result.graver("loss")), ["/channel", "/id"])


@case("a height that is no number is not written as a number")
def no_number():
    document = request()
    document["persons"][0]["description"]["height"]["value"] = "tall"
    result = convert("interpol-red", document)
    if result.status == 0:
        same(find(result.documents()[0], "height"), None)
        check(result.graver("loss"), "lost in silence", result)


@case("a canonical date that is none is not written as another")
def no_date():
    document = request()
    document["persons"][0]["birth"]["date"] = "spring 1861"
    result = convert("interpol-red", document).ends(0)
    among = (None, "spring 1861")
    check(find(result.documents()[0], "date_of_birth") in among, result)


@case("a second value where the target has room for one is a loss")
def second_value():
    document = request()
    document["persons"].append({"role": "sought", "name": {"family": "SECOND"},
                                "sex": "male"})
    result = convert("interpol-red", document).ends(0)
    same(sorted(f["source"] for f in result.graver("loss")),
         ["/persons/1/name/family", "/persons/1/role", "/persons/1/sex"])


@case("what was kept for another format is a loss, at its place")
def kept_for_another():
    text = dumps(request(kept={"interpol-yellow": {"/mother_name": None, "/x": [1, 2]}}))
    result = convert("interpol-red", text).ends(0)
    same(sorted(f["source"] for f in result.graver("loss")),
         ["/kept/interpol-yellow/~1mother_name", "/kept/interpol-yellow/~1x"])
    accounted(result, [loads(text)], "to interpol-red")
    where = places(text)
    for finding in result.graver("loss"):
        stands_at(finding, text, where[finding["source"]])


@case("the places of losses in the second document of a stream are those of the whole input")
def later():
    first = dumps(request()) + b"\n"
    second = dumps(loads(laden()))
    result = convert("interpol-red", first + second).ends(0)
    where = places(second)
    same(len(result.graver("loss")), len(LOST), "losses")
    for finding in result.graver("loss"):
        stands_at(finding, first + second, len(first) + where[finding["source"]])


@case("the summary counts documents, done and failed")
def summary():
    text = b"\n".join([dumps(request()), dumps(changed(request(), {"kind": "extradition"})),
                       dumps(request())])
    result = convert("interpol-red", text).ends(3)
    same((result.summary["documents"], result.summary["failed"]), (2, 1))
    same(sum(result.summary[n] for n in ("mapped", "approximated", "kept", "dropped")),
         2 * leaf_count(tagged(request())), "leaves of the documents done")


@case("a note for each value with --trace, and no other output for it")
def trace():
    plain = run("convert", "-t", "convention-json", stdin=dumps(red())).ends(0)
    traced = convert("convention-json", red(), "--trace").ends(0)
    same(traced.out, plain.out, "standard output")
    check(len(traced.graver("note")) > 10, "few notes", traced)
    same([f for f in traced.findings if f["severity"] != "note"], [], "other findings")
    text = dumps(red())
    where = places(text)
    for finding in traced.graver("note"):
        stands_at(finding, text, where[finding["source"]])


@case("--trace is shown without -v, not with -q, and none of it is left out")
def trace_shown():
    options = ("convert", "--trace", "-t", "convention-json")
    notes = len(convert("convention-json", red(), "--trace").ends(0).graver("note"))
    shown = run(*options, stdin=dumps(red())).ends(0)
    same(shown.err.count(b"[model.trace]"), notes, "notes on standard error")
    quiet = run(*options, "-q", stdin=dumps(red())).ends(0)
    same(quiet.err.count(b"[model.trace]"), 0, "notes with -q")


@case("--trace tells of each leaf once: taken, or kept")
def trace_kept():
    text = dumps(red(unheard_of={"a": "1", "b": ["2"]}))
    traced = convert("convention-json", text, "--trace").ends(0)
    told = [f["source"] for f in traced.graver("note")]
    kept = [f["source"] for f in traced.graver("note")
            if "kept for interpol-red" in f["message"]]
    check({"/unheard_of/a", "/unheard_of/b/0"} <= set(kept), "kept", kept)
    same(sorted(told), sorted(set(told)), "leaves that are told of")


main(every=5)
