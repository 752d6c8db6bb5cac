# SPDX-License-Identifier: LGPL-2.1-or-later
"""us-fbi-wanted: what the API gives is read as it stands, and comes back."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, case, cases, check, folder, main, run, same  # noqa: E402

SAMPLE = SOURCE / "plugins" / "us-fbi-wanted" / "samples" / "lighthouse.json"
LIST = json.loads(SAMPLE.read_text(encoding="utf-8"))


def read(document, *more):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    made = run("convert", "-f", "us-fbi-wanted", "-t", "convention-json", *more, stdin=data)
    same(made.status, 0, made.err)
    return [json.loads(line) for line in made.out.splitlines()]


def changed(**members):
    return dict(LIST, items=[dict(LIST["items"][0], **members)])


@cases("the sample is told, and comes back byte for byte through {0}", [
    ("convention-json",), ("convention-xml",)])
def back(way):
    same(run("detect", SAMPLE).out.split()[1:2], [b"us-fbi-wanted"], "format")
    same(run("roundtrip", SAMPLE).status, 0, "roundtrip")
    if way == "convention-json":
        made = run("convert", "-t", way, SAMPLE)
        made = run("convert", "-t", "us-fbi-wanted", stdin=made.out)
        same(made.out, SAMPLE.read_bytes(), way)
        return
    for item in LIST["items"]:
        one = json.dumps(dict(LIST, items=[item])).encode()
        made = run("convert", "-t", way, stdin=one)
        made = run("convert", "-t", "us-fbi-wanted", stdin=made.out)
        same(json.loads(made.out, object_pairs_hook=list),
             json.loads(one, object_pairs_hook=list), way)


@case("inches and pounds, several dates of birth, names, codes and HTML are read as they stand")
def _():
    first, second, third = read(LIST)
    person = first["persons"][0]
    same(person["birth"]["date"], "1991-04-30", person)
    same(person["birth"]["other_dates"], ["1990-05-01"], person)
    same([n["name"]["full"] for n in person["other_names"]], ["Orla Q.", "The Keeper"], person)
    same(person["description"]["height"], {"value": "67", "unit": "in"}, person)
    same(person["description"]["height_most"], {"value": "68", "unit": "in"}, person)
    same(person["description"]["weight_most"], {"value": "150", "unit": "lb"}, person)
    same(person["likely_locations"], ["IE", "PT"], person)
    same(person["remarks"], "<p>She is <b>fond</b> of fog.</p>", person)
    check("&amp;" in first["facts"]["summary"], "HTML stands as it is")
    check("sex" not in second["persons"][0], second)
    same((third["persons"][0]["role"], first["persons"][0]["role"]), ("victim", "sought"),
         "roles")
    same(first["kept"]["us-fbi-wanted"]["/nationality"], "Irish", first)


@case("one date of birth and none come back as they were")
def _():
    for dates in (["May 1, 1990"], None, [], ["1990"], ["May 1, 1990", None, "June 2, 1991"]):
        data = json.dumps(changed(dates_of_birth_used=dates)).encode()
        made = run("convert", "-t", "us-fbi-wanted",
                   stdin=json.dumps(read(data)[0]).encode())
        same(json.loads(made.out)["items"][0]["dates_of_birth_used"], dates, made.err)


@cases("{0} is named at its place, and the rest is read", [
    ("a date that is none", {"dates_of_birth_used": ["February 30, 1990"]}, "model.date",
     "persons[0].birth.date"),
    ("a second date that is none", {"dates_of_birth_used": ["May 1, 1990", "soon"]},
     "model.date", "persons[0].birth.other_dates[0]"),
    ("a country that is none", {"possible_countries": ["XQX"]}, "model.code",
     "persons[0].likely_locations[0]"),
    ("a word for sex", {"sex": "Unclear"}, "model.code", "persons[0].sex"),
    ("an object for a text", {"title": {"a": 1}}, "model.type", None)])
def bad(name, members, code, field):
    report = folder() / "report"
    record = read(changed(**members), "--report", report)[0]
    found = [f for f in map(json.loads, report.read_text().splitlines())
             if f.get("code") == code]
    same([f.get("field") for f in found], [field], found)
    check(found[0]["line"] == 1 and found[0]["column"] > 1, found)
    same(record["persons"][0]["birth"]["place"], "Sampleton", record)


@case("no other document is written as an FBI notice")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "law-enforcement-cooperation",
              "persons": [{"name": {"full": "A"}}]}
    made = run("convert", "-t", "us-fbi-wanted", stdin=json.dumps(record).encode())
    same((made.status, made.out), (5, b""), made.err)
    check(b"[model.kind]" in made.err, made.err)


main()
