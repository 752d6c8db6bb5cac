# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults planted in templates and in outputs: the program accounts for them, and the checks
that the other tests rest on go red.  A check that cannot fail proves nothing."""
import copy
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from notices import (accounted, losses_point_at, nothing_invented,
                     provenance_names_source, template)
from samples import changed, linked, red, warrant, yellow
from tap import (case, cases, check, convert, differences, dumps, file, find, group,
                 leaves, loads, main, number, places, same, stands_at, tagged, unchanged)


def full_red():
    """A red notice with something at every row of the template."""
    return red(distinguishing_marks="a bell", weight=61, hairs_id=["RED"],
               arrest_warrants=[warrant("Robo", "AR", "Theft"),
                                warrant("Hurto", "BR", "Larceny")],
               _embedded={"links": [linked()]})


ROWS = [(row["at"], index) for index, row in enumerate(template("interpol-red")["rows"])]
INNER = [(f"{row['at']}/{inner['at']}", index, at)
         for index, row in enumerate(template("interpol-red")["rows"])
         for at, inner in enumerate(row.get("rows", []))]


def altered(change):
    mapping = template("interpol-red")
    mapping["id"] = "x-altered"
    change(mapping)
    return file(json.dumps(mapping), "x-altered.json")


def kept_keys(document):
    """Paths of the values that a canonical document keeps for the altered template."""
    keys = []

    def walk(value):
        if isinstance(value, tuple) and value[0] == "object":
            for name, entry in value[1]:
                if name == "kept":
                    keys.extend(k for k, _ in (find(entry, "x-altered") or group([]))[1]
                                if k.startswith("/"))
                else:
                    walk(entry)
        elif isinstance(value, list):
            for entry in value:
                walk(entry)
    walk(document)
    return keys


def kept_instead(path, member):
    """What the missing row would have mapped is kept, comes back, and nothing is lost."""
    notice = full_red()
    was = loads(dumps(notice))
    whole = convert("convention-json", notice, "-f", "interpol-red").ends(0)
    less = convert("convention-json", notice, "-f", path).ends(0)
    accounted(less, [was], "with a row less")
    same(less.summary["dropped"], 0, "dropped")
    check(less.summary["mapped"] < whole.summary["mapped"], "as much was mapped as before",
          less.summary, whole.summary)
    kept = kept_keys(less.documents()[0])
    check(any(key.split("/")[1] in member for key in kept),
          f"{member} is not among what is kept: {kept}")
    back = convert(path, less.out).ends(0)
    unchanged(was, back.documents()[0])
    return whole, less


@cases("a template without its row {0}: the value is kept and comes back", ROWS)
def row_removed(member, index):
    path = altered(lambda mapping: mapping["rows"].pop(index))
    kept_instead(path, member)


@cases("a template without its row {0}: the value is kept and comes back", INNER)
def inner_row_removed(member, index, at):
    path = altered(lambda mapping: mapping["rows"][index]["rows"].pop(at))
    kept_instead(path, member)


@cases("a canonical request to a template without its row {0} is a loss at its place",
       [row for row in ROWS if "[]" not in row[0]])
def row_removed_loss(member, index):
    mapping = template("interpol-red")
    path = altered(lambda m: m["rows"].pop(index))
    canonical = convert("convention-json", full_red(), "--set", "language=es").ends(0)
    text = dumps(drop(canonical.documents()[0], "kept", "provenance"))
    before = convert("interpol-red", text).ends(0)
    after = convert(path, text).ends(0)
    new = {f["source"] for f in after.graver("loss")} - {f["source"]
                                                        for f in before.graver("loss")}
    check(new, f"nothing is lost without the row {member}", mapping["rows"][index])
    where = places(text)
    for finding in after.graver("loss"):
        stands_at(finding, text, where[finding["source"]])
    accounted(after, [loads(text)], "to the altered template")


def drop(document, *names):
    return group([(n, v) for n, v in document[1] if n not in names])


# What the red notice of the samples must become, written by hand.
EXPECTED = {
    "schema": "urn:comity:convention:1", "kind": "provisional-arrest", "id": "1899/7001",
    "channel": "interpol",
    "requesting": {"state": "AR", "references": [{"scheme": "interpol", "value": "1899/7001"}]},
    "persons": [{
        "role": "sought", "name": {"family": "VANTREX", "given": "ORELIA"}, "sex": "female",
        "birth": {"date": "1861-04-17", "place": "Puerto Quimera", "country": "AR"},
        "nationalities": ["AR"], "languages": ["es", "de"],
        "description": {"height": {"value": "1.725", "unit": "m"},
                        "weight": {"value": "61", "unit": "kg"}, "eyes": ["hazel"],
                        "hair": ["red"], "marks": "a bell"}}],
    "offences": [
        {"title": "Robo", "translations": [{"language": "en", "text": "Theft"}],
         "order": {"type": "arrest-warrant", "state": "AR"}},
        {"title": "Hurto", "translations": [{"language": "en", "text": "Larceny"}],
         "order": {"type": "arrest-warrant", "state": "BR"}}],
    "related": [{
        "category": "YELLOW", "reference": {"scheme": "interpol", "value": "1899/7003"},
        "name": {"family": "VANTREX", "given": "NILVA"},
        "links": [{"relation": "self", "uri": linked()["_links"]["self"]["href"]},
                  {"relation": "thumbnail",
                   "uri": linked()["_links"]["thumbnail"]["href"]}]}],
    "links": [{"relation": name, "uri": red()["_links"][name]["href"]}
              for name in ("self", "images", "thumbnail")]}


def canonical_of(path, notice):
    result = convert("convention-json", notice, "-f", path).ends(0)
    return drop(result.documents()[0], "provenance", "kept")


@case("a red notice with every row filled becomes what is written here by hand")
def by_hand():
    unchanged(tagged(EXPECTED), canonical_of("interpol-red", full_red()),
              "the canonical document")


def swap_codes(mapping):
    mapping["codes"]["sex"].update({"M": "female", "F": "male"})


def swap_fields(mapping):
    rows = {row["at"]: row for row in mapping["rows"]}
    rows["name"]["field"], rows["forename"]["field"] = (rows["forename"]["field"],
                                                        rows["name"]["field"])


def day_first(mapping):
    mapping["rows"][0]["date"] = "YYYY/DD/MM"


def wrong_unit(mapping):
    next(r for r in mapping["rows"] if r["at"] == "height")["unit"] = "cm"


def invented_constant(mapping):
    mapping["constants"]["facts.summary"] = "One night"


def invented_in_each(mapping):
    row = next(r for r in mapping["rows"] if r["at"] == "arrest_warrants[]")
    row["constants"]["order.number"] = "W-1"


@cases("the comparison with what is written by hand notices {0}", [
    ("swapped codes of sex", swap_codes), ("swapped names", swap_fields),
    ("a date with the day first", day_first), ("a wrong unit", wrong_unit),
    ("an invented constant", invented_constant), ("an invented warrant number",
                                                  invented_in_each)])
def template_fault(_, change):
    found = differences(tagged(EXPECTED), canonical_of(altered(change), full_red()))
    check(found, "no difference was found")


def must_fail(check_of, *arguments):
    try:
        check_of(*arguments)
    except AssertionError:
        return
    raise AssertionError("the check did not notice the fault")


@cases("the check that nothing is invented notices {0}", [
    ("an invented constant", invented_constant), ("an invented warrant number",
                                                  invented_in_each),
    ("a wrong unit", wrong_unit)])
def invention(_, change):
    notice = full_red()
    result = convert("convention-json", notice, "-f", altered(change)).ends(0)
    must_fail(nothing_invented, tagged(notice), result.documents()[0], template("interpol-red"))


@cases("the check that nothing is invented notices {0} in an output", [
    ("a padded date", b'"1861-04-17"', b'"1861-01-01"'),
    ("a penalty", b'"title":"Robo"', b'"title":"Robo","penalty":{"text":"R"}'),
    ("a language of a charge", b'"title":"Robo"', b'"title":"Robo","language":"es"'),
    ("a text of nobody", b'"VANTREX"', b'"VANTREX II"'),
    ("facts", b'"related"', b'"facts":{"summary":"Robo"},"related"')])
def invention_in_output(_, old, new):
    notice = full_red()
    out = convert("convention-json", notice).ends(0).out
    nothing_invented(tagged(notice), loads(out), template("interpol-red"))
    check(old in out, f"{old} is not in the output")
    must_fail(nothing_invented, tagged(notice), loads(out.replace(old, new, 1)),
              template("interpol-red"))


@cases("the comparer notices {0}", [
    ("a rounded number", b"1.725", b"1.73"), ("a number with another exponent", b"1.725",
                                              b"17.25e-1"),
    ("a lost last zero", b'"weight":61.10', b'"weight":61.1'),
    ("a number as a text", b'"weight":61.10', b'"weight":"61.10"'),
    ("null for 0", b'"pad":0', b'"pad":null'), ("absence of 0", b'"pad":0,', b""),
    ("false for 0", b'"pad":0', b'"pad":false'), ("an empty list for null", b'"hairs_id":null',
                                                  b'"hairs_id":[]'),
    ("null for an empty list", b'"links":[]', b'"links":null'),
    ("an empty group for an empty list", b'"links":[]', b'"links":{}'),
    ("a line feed for CR LF", b"\\r\\n", b"\\n"), ("a blank for a tab", b"\\t", b" "),
    ("members in another order", b'"pad":0,"height":1.725', b'"height":1.725,"pad":0'),
    ("a member more", b'"pad":0', b'"pad":0,"pad2":0'),
    ("an entry more", b'["SPA","GER"]', b'["SPA","GER","GER"]'),
    ("entries in another order", b'["SPA","GER"]', b'["GER","SPA"]'),
    ("a letter in another case", b"ORELIA", b"ORELIa"),
    ("a composed letter taken apart", "é".encode(), "e\u0301".encode()),
    ("true for 1", b'"one":1', b'"one":true')])
def comparer(_, old, new):
    text = dumps(changed(red(), {
        "weight": number("61.10"), "arrest_warrants": [warrant("A\r\n\tBé")]}))
    text = text.replace(b'"height"', b'"pad":0,"height"')[:-1] + b',"one":1}'
    check(text.count(old) == 1, f"{old} stands {text.count(old)} times in the notice")
    same(differences(loads(text), loads(text)), [], "differences of the same")
    check(differences(loads(text), loads(text.replace(old, new))), "not noticed")


@case("the account notices a leaf that is counted twice, and one that is not counted")
def account():
    notice = full_red()
    result = convert("convention-json", notice).ends(0)
    accounted(result, [tagged(notice)], "as it is")
    for fate, step in (("mapped", 1), ("kept", -1), ("dropped", 1)):
        planted = copy.copy(result)
        planted.summary = dict(result.summary, **{fate: result.summary[fate] + step})
        must_fail(accounted, planted, [tagged(notice)], "planted")


@case("the check of losses notices one that is not reported, and one at another place")
def losses():
    text = dumps(full_red())
    was, where = loads(text), places(text)
    result = convert("interpol-list", text).ends(0)
    losses_point_at(result, was, where, text)
    first = next(f for f in result.graver("loss") if f.get("source") == "/sex_id")
    for finding in ([], [dict(first, column=first["column"] + 1)],
                    [dict(first, offset=first["offset"] + 1)],
                    [dict(first, source="/nowhere")]):
        planted = copy.copy(result)
        planted.findings = [f for f in result.findings if f is not first] + finding
        must_fail(losses_point_at, planted, was, where, text)


@case("the check of the provenance notices another digest")
def provenance():
    text = dumps(red())
    document = convert("convention-json", text).ends(0).documents()[0]
    provenance_names_source(document, "interpol-red", text)
    must_fail(provenance_names_source, document, "interpol-red", text + b" ")
    must_fail(provenance_names_source, document, "interpol-yellow", text)


@case("the counter of leaves counts null, empty lists and empty groups, each once")
def counter():
    document = tagged({"a": None, "b": [], "c": {}, "d": [None, [], {}, 0, "", False],
                       "e": {"f": [[]]}, "": 1})
    same(sorted(p for p, _ in leaves(document)),
         ["/", "/a", "/b", "/c", "/d/0", "/d/1", "/d/2", "/d/3", "/d/4", "/d/5", "/e/f/0"])


@case("the scanner of places finds what stands there")
def scanner():
    text = json.dumps({"é€": [1, {"a/b~": "\"}]\\", "": None}], "n": -1.5e3, "t": True,
                       "e": {}, "l": []}, ensure_ascii=False, indent=2).encode()
    found = places(text)
    for pointer, starts in (("/é€", b"["), ("/é€/0", b"1"), ("/é€/1/a~1b~0", b'"\\"}]'),
                            ("/é€/1/", b"null"), ("/n", b"-1500"), ("/t", b"true"),
                            ("/e", b"{}"), ("/l", b"[]")):
        check(text[found[pointer]:].startswith(starts), pointer, text[found[pointer]:][:20])
    same(len(found), 10, "values")


@case("yellow with a row less: what is not mapped is kept, not lost")
def yellow_row():
    mapping = template("interpol-yellow")
    mapping["id"] = "x-altered"
    mapping["rows"] = [r for r in mapping["rows"]
                       if r["at"] != "countries_likely_to_be_visited[]"]
    path = file(json.dumps(mapping), "x-altered.json")
    result = convert("convention-json", yellow(), "-f", path).ends(0)
    same(find(result.documents()[0], "persons", 0, "likely_locations"), None)
    unchanged(tagged(yellow()), convert(path, result.out).ends(0).documents()[0])


main(every=5)
