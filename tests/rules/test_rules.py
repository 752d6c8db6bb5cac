# SPDX-License-Identifier: LGPL-2.1-or-later
"""The convention's rules, item by item: the sample of each kind is valid, and without an item
it fails with that item's code and no other.  taken-away.md is the list, for a lawyer to read;
COMITY_UPDATE_RULES=1 writes it anew, to be looked at."""
import copy
import json
import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from rules import away, kinds, parts, put, sample  # noqa: E402
from tap import SOURCE, case, cases, check, main, run, same, shared  # noqa: E402

LIST = SOURCE / "tests" / "rules" / "taken-away.md"
HEAD = """# What validate says when an item is taken away

From the complete sample of each kind (examples/requests) one item is taken away at a time, all
of it or one part; what `comity validate` then says must be that item's code alone, an error
where the convention says "shall" and a warning where it says "should", "where possible" or
"any".

Made by the test of the same folder; a difference fails it until somebody has looked.
"""
SPECIAL_HEAD = """
## Rules that ask for more than that something is there

From the sample of the kind, changed as the first column says.

| case | kind | validate says |
|---|---|---|
"""


def validated(documents, *options):
    """(severity, code, field) of what each of the documents lacks, all read in one run."""
    text = b"".join(json.dumps(d).encode() + b"\n" for d in documents)
    result = run("validate", "--json", *options, stdin=text).ends(0, 3, 4)
    found = [[] for _ in documents]
    for line in result.out.splitlines():
        f = json.loads(line)
        found[f["line"] - 1].append((f["severity"], f["code"], f["field"]))
    return found


def says(document, *options):
    found = validated([document], *options)[0]
    return sorted({(s, code) for s, code, _ in found if code.startswith("rule.")})


@case("every kind of the convention has a complete sample, and it is valid")
def complete():
    ids = [k.id for k in kinds()]
    same(sorted(p.stem for p in (SOURCE / "examples" / "requests").glob("*.json")), sorted(ids))
    check(len(ids) == 40, f"{len(ids)} kinds")
    for kind, found in zip(ids, validated([sample(k) for k in ids])):
        same(sample(kind)["kind"], kind)
        same(found, [], kind)


def taken_away():
    """(kind, rule, what is taken, document without it) for each item and each part of one."""
    for kind in kinds():
        for rule in kind.rules:
            if rule.is_special or rule.level not in ("shall", "should"):
                continue
            whole = parts(rule)
            for some in [whole] + ([[p] for p in whole] if len(whole) > 1 else []):
                document = sample(kind.id)
                for path in [path for part in some for path in part]:
                    document = away(document, path.split("."))
                if document != sample(kind.id):
                    yield kind, rule, some, document


@case("without an item each sample fails with that item's code and no other")
def one_by_one():
    rows = list(taken_away())
    covered = {(kind.id, rule.code) for kind, rule, _, _ in rows}
    for kind in kinds():
        for rule in kind.rules:
            check((kind.id, rule.code) in covered or rule.is_special
                  or rule.level not in ("shall", "should"), f"{kind.id}: {rule.code}: untested")
    page, last = HEAD, None
    for (kind, rule, some, _), found in zip(rows, validated([r[3] for r in rows])):
        severity = {"shall": "error", "should": "warning"}[rule.level]
        same({(s, c) for s, c, _ in found}, {(severity, rule.code)}, f"{kind.id}: {some}")
        if kind != last:
            page += f"\n## {kind.heading} (`{kind.id}`)\n\n| article | item | taken away " \
                    "| validate says |\n|---|---|---|---|\n"
        last = kind
        places = ", ".join(f"`{path}`" for part in some for path in part)
        page += f"| {rule.article} | {rule.label} | {places} | {severity} `{rule.code}` |\n"
    page += SPECIAL_HEAD + "".join(
        f"| {name} | {kind} | {f'error `{code}`' if code else 'nothing'} |\n"
        for name, kind, _, code in SPECIAL)
    if os.environ.get("COMITY_UPDATE_RULES"):
        LIST.write_text(page, encoding="utf-8")
    same(LIST.read_text(encoding="utf-8"), page, "the list; look at it, COMITY_UPDATE_RULES=1")


# --- rules that ask for more than that something is there

def changed(kind, **values):
    """The sample with values at paths ("decision__outcome"; ... takes it away)."""
    document = sample(kind)
    for path, value in values.items():
        if value is ...:
            document = away(document, path.split("__"))
        else:
            put(document, path.split("__"), value)
    return document


def days(number, unit="day"):
    return {"value": str(number), "unit": unit}


SPECIAL = [
    ("preservation for 59 days is too short", "preservation",
     {"preservation__duration": days(59)}, "rule.68-7"),
    ("preservation for eight weeks is too short", "preservation",
     {"preservation__duration": days(8, "week")}, "rule.68-7"),
    ("preservation for sixty days is long enough", "preservation",
     {"preservation__duration": days(60)}, None),
    ("preservation for two months is long enough", "preservation",
     {"preservation__duration": days(2, "month")}, None),
    ("preservation until fifty-nine days after the request is too short", "preservation",
     {"preservation__duration": ..., "preservation__until": "2026-04-23"}, "rule.68-7"),
    ("preservation until sixty days after the request is long enough", "preservation",
     {"preservation__duration": ..., "preservation__until": "2026-04-24"}, None),
    ("preservation for which no time is asked is left to the convention", "preservation",
     {"preservation": ...}, None),
    ("preservation for a time that cannot be measured is not judged", "preservation",
     {"preservation__duration": days(90, "moons")}, None),
    ("extradition for an offence of eleven months", "extradition",
     {"offences__penalty": {"maximum": days(11, "month")}}, "rule.58-1-a"),
    ("extradition for an offence of one year", "extradition",
     {"offences__penalty": {"maximum": days(1, "year")}}, None),
    ("extradition without a penalty", "extradition", {"offences__penalty": ...}, "rule.58-1-a"),
    ("extradition with a penalty in words", "extradition",
     {"offences__penalty": {"text": "up to five years"}}, None),
    ("a treaty may set another minimum", "extradition",
     {"offences__penalty": {"maximum": days(6, "month")},
      "basis__treaties": ["Treaty of Kivisaare, 1999"]}, None),
    ("provisional arrest for an offence of 364 days", "provisional-arrest",
     {"offences__penalty": {"maximum": days(364)}}, "rule.58-1-a"),
    ("extradition for a maximum of twelve months, which is a year", "extradition",
     {"offences__penalty": {"maximum": {"value": "12", "unit": "months"}}}, None),
    ("extradition for a maximum of eleven months", "extradition",
     {"offences__penalty": {"maximum": {"value": "11", "unit": "months"}}}, "rule.58-1-a"),
    ("persons are named and no period of retention is", "mutual-legal-assistance",
     {"protection": ...}, "rule.57-2"),
    ("a period of retention in days will do", "mutual-legal-assistance",
     {"protection": {"retention": days(900)}}, None),
    ("no person is named: nothing personal is sent", "stored-access",
     {"protection": ..., "persons": ..., "items": [{"description": "A sea chest"}]}, None),
    ("a legal person has no personal particulars", "mutual-legal-assistance",
     {"protection": ..., "persons": [{"type": "legal", "name": {"full": "Net Makers"}}]}, None),
    ("an emergency request by the 24/7 network without a copy", "emergency-assistance",
     {"emergency__copy_to": ...}, "rule.66-8"),
    ("an emergency request to the central authority needs no copy", "emergency-assistance",
     {"emergency__copy_to": ..., "emergency__direct": ..., "channel": "central-authority"},
     None),
    ("access by consent without the consent", "public-or-consented-access",
     {"access__consent": ...}, "rule.72-b"),
    ("access to what is public needs no consent", "public-or-consented-access",
     {"access__consent": ..., "access__basis": "public"}, None),
    ("an order of confiscation that is not final", "confiscation-order",
     {"orders__final": False}, "rule.82-3-b-final"),
    ("an order of confiscation that does not say whether it is final", "confiscation-order",
     {"orders__final": ...}, "rule.82-3-b-final"),
    ("a third option of article 84", "return-of-property", {"recovery__option": "3"},
     "rule.84-option"),
    ("no option of article 84", "return-of-property", {"recovery__option": ...},
     "rule.84-option"),
    ("a refusal without reasons", "decision", {"decision__reasons": ...}, "rule.61-22"),
    ("a decision in a word of its own, without reasons", "decision",
     {"decision": {"outcome": "turned down"}}, "rule.61-22"),
    ("a refusal with blank reasons", "decision", {"decision__reasons": " \n"}, "rule.61-22"),
    ("a refusal without a ground", "decision", {"decision__grounds": ...}, "rule.61-19"),
    ("a refusal on fiscal matters alone", "decision", {"decision__grounds": ["61.20"]},
     "rule.61-20"),
    ("a refusal on fiscal matters and another ground", "decision",
     {"decision__grounds": ["61.20", "61.19(b)"]}, None),
    ("a refusal of extradition on fiscal matters alone", "decision",
     {"decision__grounds": ["58.16"], "answers__kind": "extradition"}, "rule.58-16"),
    ("a refusal on bank secrecy", "decision", {"decision__grounds": ["61.19(a)", "61.21"]},
     "rule.61-21"),
    ("a refusal of extradition in danger of torture", "decision",
     {"decision__grounds": ["58.15"], "answers__kind": "extradition"}, None),
    ("a refusal of preservation for want of dual criminality", "decision",
     {"decision__grounds": ["61.6"], "answers__kind": "preservation"}, "rule.68-5"),
    ("a refusal of preservation for essential interests", "decision",
     {"decision__grounds": ["68.5(b)"], "answers__kind": "preservation"}, None),
    ("a refusal to disclose preserved traffic on another ground", "decision",
     {"decision__grounds": ["61.19(c)"], "answers__kind": "preserved-traffic-disclosure"},
     "rule.69-2"),
    ("a request that is granted needs no reasons", "decision",
     {"decision": {"outcome": "granted"}}, None),
    ("conditions that are not stated", "decision",
     {"decision": {"outcome": "granted-with-conditions"}}, "rule.61-25-conditions"),
    ("conditions that are stated", "decision",
     {"decision": {"outcome": "granted-with-conditions"},
      "conditions": [{"paragraph": "61.25", "text": "For this case alone"}]}, None),
    ("a postponement without its ground", "decision", {"decision": {"outcome": "postponed"}},
     "rule.61-24"),
    ("a postponement that says with what it interferes", "decision",
     {"decision": {"outcome": "postponed", "reasons": "Our own trial opens in May."}}, None),
    ("a decision that grants preservation for thirty days", "decision",
     {"decision": {"outcome": "granted"}, "answers__kind": "preservation",
      "preservation__duration": days(30)}, "rule.68-7-effected"),
    ("each provider must be named with its address", "emergency-production",
     {"material": [sample("emergency-production")["material"][0],
                   {"description": "More of it", "custodian": {"name": "Gullmail"}}]},
     "rule.71-5-c"),
    ("each penalty must be stated", "emergency-production",
     {"offences": [sample("emergency-production")["offences"][0],
                   {"title": "Threat", "provisions": [{"citation": "section 120"}]}]},
     "rule.71-5-d"),
]


@cases("{0}", SPECIAL)
def special(_, kind, changes, code):
    same(says(changed(kind, **changes)), [("error", code)] if code else [])


@case("a long ground in letters of several bytes is told in whole letters")
def long_ground():
    document = changed("decision", decision__grounds=["a" + "ж" * 30],
                       answers__kind="preservation")
    found = run("validate", "--json", stdin=json.dumps(document)).ends(4).out
    check("rests on a" + "ж" * 19 + " (article" in found.decode(), found)


@case("every rule that asks for more is among the cases")
def special_all():
    tried = {row[3] for row in SPECIAL}
    for kind in kinds():
        for rule in kind.rules:
            check(not rule.is_special or rule.level == "if declared" or rule.code in tried,
                  f"{rule.code}: no case")


# --- where, by whom and how grave

@case("what is missing is told at the nearest place that is there, with the field")
def places():
    document = sample("emergency-production")
    document["material"][0]["custodian"].pop("address")
    text = json.dumps(document, indent=1)
    result = run("validate", "--json", stdin=text).ends(4)
    finding, = [json.loads(line) for line in result.out.splitlines()]
    same(finding["field"], "material[0].custodian.address")
    same(finding["source"], "/material/0/custodian")
    line = text.splitlines()[finding["line"] - 1]
    check('"custodian": {' in line, line)
    check("71.5(c)" in finding["message"] and "name and address" in finding["message"], finding)
    check("address of the provider" in finding["hint"], finding)


@case("the field of a finding is one that --set fills")
def settable():
    document = json.dumps(away(sample("preservation"), ["necessity"]))
    finding, = validated([json.loads(document)])[0]
    run("validate", "--set", f"{finding[2]}=It fades.", stdin=document).ends(0)


@case("the same in XML has its place in the XML")
def xml():
    document = json.dumps(away(sample("preservation"), ["facts"]))
    text = run("convert", "-t", "convention-xml", stdin=document).ends(0).out
    result = run("validate", "--json", stdin=text).ends(4)
    finding, = [json.loads(line) for line in result.out.splitlines()]
    same((finding["code"], finding["source"], finding["field"]),
         ("rule.68-2-b", "/document", "facts.summary"))


@case("what a form merges in one text counts for all that the text covers")
def combined():
    document = away(sample("preservation"), ["facts"])
    document["combined"] = [{"item": "3", "covers": ["facts.summary", "proceeding"],
                             "text": "What happened, in one text with much else."}]
    same(says(document), [])
    document["combined"][0]["text"] = " "
    same(says(document), [("error", "rule.68-2-b")])


@case("a notice is no request yet: all that it lacks are warnings, then and later")
def notices():
    where = SOURCE / "examples" / "samples" / "red-notices.ndjson"
    for path in (where, SOURCE / "examples" / "samples" / "yellow-notice.json"):
        result = run("validate", "--json", path).ends(0)
        found = [json.loads(line) for line in result.out.splitlines()]
        check(any(f["code"].startswith("rule.") for f in found), result)
        same({f["severity"] for f in found}, {"warning"})
    made = run("convert", "-t", "convention-json", where).ends(0)
    check(b"rule." in run("validate", "--json", stdin=made.out).ends(0).out, made)
    request = [json.loads(line) for line in made.out.splitlines()][0]
    del request["provenance"]
    run("validate", stdin=json.dumps(request)).ends(4)


@case("a request in a national form is told what it lacks, where the form's text is")
def forms():
    path = SOURCE / "plugins" / "ru-upk454" / "samples" / "schet.txt"
    result = run("validate", "--json", path).ends(4)
    found = [json.loads(line) for line in result.out.splitlines()]
    same({f["code"] for f in found}, {"rule.57-2", "rule.61-14-b"})
    check(all(f["line"] and f["format"] == "ru-upk454" for f in found), found)


@case("--kind chooses the rules, whatever the document's own kind is")
def kind_option():
    document = json.dumps(sample("preservation"))
    found = run("validate", "--json", "--kind", "emergency-production", stdin=document).ends(4)
    codes = {json.loads(line)["code"] for line in found.out.splitlines()}
    check({"rule.71-5-e", "rule.71-5-g"} <= codes, codes)
    check(not any("68-2" in code for code in codes), codes)
    run("validate", "--kind", "invitation", stdin=document).ends(2)
    run("convert", "--kind", "preservation", "-t", "convention-json", stdin=document).ends(2)


@case("--check applies the rules on every command that converts")
def check_option():
    good = json.dumps(sample("preservation"))
    bad = json.dumps(away(sample("preservation"), ["necessity"]))
    for command in (["convert", "-t", "convention-xml"], ["roundtrip"]):
        run(*command, stdin=bad).ends(0)
        run(*command, "--check", stdin=good).ends(0)
        result = run(*command, "--check", stdin=bad, report=True).ends(4)
        same([f["code"] for f in result.findings], ["rule.68-2-e"], command)
    result = run("convert", "--check", "-t", "convention-json", stdin=bad)
    same(result.out, b"", "what is written of a document that is stopped")
    run("convert", "--check", "--fail-on", "never", "-t", "convention-json", stdin=bad).ends(0)
    part = run("convert", "--check", "-t", "convention-json", stdin=good + "\n" + bad).ends(3)
    same(len(part.out.splitlines()), 1)


@case("many entries that lack something are told in time that grows with their number alone")
def linear():
    def seconds(material, offences):
        document = {"schema": "urn:comity:convention:1", "kind": "emergency-production",
                    "material": [{"path": "y"}] * material,
                    "offences": [{"key": "a"}] * offences}
        return run("validate", "--json", stdin=json.dumps(document)).ends(4).seconds
    one, two = seconds(48000, 1), seconds(24000, 24000)
    check(two < 4 * one + 1, f"{one:.2f} s and {two:.2f} s")


@case("explain tells the article, the item and what to write, for every rule")
def explained():
    rules = {r.code: r for k in kinds() for r in k.rules}
    told = run("explain", *rules).ends(0).out.decode()
    texts = dict(zip(rules, re.split(r"^rule\..*\n", told, flags=re.M)[1:]))
    for rule in rules.values():
        text = texts[rule.code]
        for part in (rule.article, "What to write: "):
            check(part in text, f"{rule.code}: {part}", text)
        check(re.sub(r"\s+", " ", rule.label) in re.sub(r"\s+", " ", text), rule.code, text)
        check(max(map(len, text.splitlines())) <= 80, f"{rule.code}: a long line", text)
    run("explain", "rule.68-2-z").ends(2)


@case("no canonical member has data or information in its name")
def names():
    schema = json.loads((SOURCE / "docs/schema/convention.schema.json").read_text())
    members = set(schema["$defs"])
    for group in schema["$defs"].values():
        members |= set(group.get("properties", {}))
    check(len(members) > 200, len(members))
    same([n for n in sorted(members) if "data" in n or "information" in n], [])


def folded(text):
    return re.sub(r"[\s*]+", " ", text).lower()


@case("the items of the five lists are in the very words of the text")
def labels():
    text = folded(shared("spec", "000_70a39ab301c29e90.txt").read_text(encoding="utf-8"))
    lists = re.compile(r"(61\.14|68\.2|71\.5|73\.3|82\.3)\(")
    found = {r.label for k in kinds() for r in k.rules if lists.match(r.article)}
    check(len(found) > 30, f"{len(found)} labels")
    same([label for label in sorted(found) if folded(label) not in text], [])


@case("the sets in brackets of every label and heading are those of the catalogue")
def bracketed():
    known = {tuple(c for c in line.split("\t")[3:7] if c)
             for line in shared("spec", "terminology.tsv").read_text().splitlines()
             if line and not line.startswith("#")}
    for kind in kinds():
        for text in [kind.heading] + [r.label for r in kind.rules]:
            sets = re.findall(r"\[([^\]]*)\] \[([^\]]*)\]", text)
            same([s for s in sets if s not in known and not s[0].isdigit()], [], text)


@case("a sample keeps every value through each canonical format")
def kept():
    documents = [sample(k.id) for k in kinds()]
    text = "".join(json.dumps(d) + "\n" for d in documents)
    made = run("roundtrip", "--via", "convention-xml", stdin=text, report=True).ends(0)
    same(made.summary["documents"], len(documents))
    same(copy.copy(made.summary["dropped"]), 0)


main(every=4)
