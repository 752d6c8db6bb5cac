# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a State demands beside the convention (--profile): languages, declarations, dual
criminality, items of its own; and faults of the profile, told with their places."""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from rules import away, sample  # noqa: E402
from tap import SOURCE, case, cases, check, file, folder, main, run, same  # noqa: E402


def lacking(profile, document, *options):
    """(severity, code, field) of what a document lacks under a profile."""
    result = run("validate", "--json", "--profile", file(json.dumps(profile), "profile.json"),
                 *options, stdin=json.dumps(document)).ends(0, 4)
    found = [json.loads(line) for line in result.out.splitlines()]
    return [(f["severity"], f["code"], f["field"]) for f in found]


def demands(state="CL", **members):
    return {"state": state, **members}


PRODUCTION = sample("emergency-production")
STATEMENT = {"statement": "An offence in both States."}
ROWS = [
    ("a language that the State accepts", demands(languages=["es", "en"]),
     sample("preservation"), None),
    ("a language that it does not accept", demands(languages=["es"]),
     sample("preservation"), ("error", "rule.61-11", "language")),
    ("a translation into one that it accepts", demands(languages=["es"]),
     {**sample("preservation"), "translations": [{"language": "es", "text": "..."}]}, None),
    ("no language at all", demands(languages=["es"]),
     away(sample("preservation"), ["language"]), ("error", "rule.61-11", "language")),
    ("dual criminality that is not shown", demands(dual_criminality=True),
     sample("mutual-legal-assistance"), ("error", "rule.56-3", "dual_criminality.statement")),
    ("dual criminality that is shown", demands(dual_criminality=True),
     {**sample("mutual-legal-assistance"), "dual_criminality": STATEMENT}, None),
    ("dual criminality that is not demanded", demands(dual_criminality=False),
     sample("mutual-legal-assistance"), None),
    ("preservation needs no dual criminality", demands(dual_criminality=True),
     sample("preservation"), None),
    ("preservation needs it where that right was reserved",
     demands(dual_criminality=True, declarations=["68.4"]), sample("preservation"),
     ("error", "rule.56-3", "dual_criminality.statement")),
    ("a request under article 66 is announced", demands("KE", declarations=["71.2"]),
     PRODUCTION, None),
    ("no request under article 66", demands("KE", declarations=["71.2"]),
     away(PRODUCTION, ["follow_up"]), ("error", "rule.71-2", "follow_up.intends")),
    ("a request under article 66 that went before", demands("KE", declarations=["71.2"]),
     {**away(PRODUCTION, ["follow_up"]), "related": [
         {"category": "emergency-assistance", "reference": {"value": "EA-2026-0108"}}]}, None),
    ("another kind needs no request under article 66", demands(declarations=["71.2"]),
     sample("stored-access"), None),
    ("subscriber particulars alone", demands("KE", declarations=["71.3"]),
     {**PRODUCTION, "material": [{**PRODUCTION["material"][0], "category": "subscriber"}]},
     ("error", "rule.71-3", "material[0].category")),
    ("more than subscriber particulars", demands("KE", declarations=["71.3"]), PRODUCTION,
     None),
    ("no word of the request that follows execution", demands("KE", declarations=["71.7"]),
     away(PRODUCTION, ["follow_up"]), ("error", "rule.71-7", "follow_up.text")),
    ("the request that follows execution", demands("KE", declarations=["71.7"]), PRODUCTION,
     None),
    ("an item of the State's own", demands(required=[{"place": "costs.estimate.amount"}]),
     sample("mutual-legal-assistance"), ("error", "rule.demanded", "costs.estimate.amount")),
    ("an item of the State's own that is there", demands(required=[{"place": "costs.text"}]),
     sample("mutual-legal-assistance"), None),
    ("an item of another kind", demands(required=[
        {"place": "costs.estimate.amount", "kinds": ["extradition"]}]),
     sample("mutual-legal-assistance"), None),
    ("a request to another State", demands("FR", dual_criminality=True),
     sample("mutual-legal-assistance"), ("warning", "rule.other-state", "requested.state")),
    ("an answer is no request", demands(dual_criminality=True, languages=["es"]),
     sample("decision"), None)]


@cases("under a profile: {0}", ROWS)
def profiles(_, profile, document, finding):
    same(lacking(profile, document), [finding] if finding else [])


@case("a State's own item is told with its article and its advice")
def demanded():
    profile = demands(required=[{"place": "costs.estimate.amount", "article": "Decree 9, s. 2",
                                 "advice": "State what it will cost."}])
    result = run("validate", "--json", "--profile", file(json.dumps(profile)),
                 stdin=json.dumps(sample("extradition"))).ends(4)
    finding, = [json.loads(line) for line in result.out.splitlines()]
    check("Decree 9, s. 2" in finding["message"] and "CL" in finding["message"], finding)
    same(finding["hint"], "State what it will cost.")


@case("a long article and a long state are told in whole letters")
def long_words():
    words = "a" + "ж" * 120
    profile = demands(required=[{"place": "costs.estimate.amount", "article": words}])
    for document in (sample("extradition"), {**sample("extradition"), "requested": {
            **sample("extradition")["requested"], "state": words}}):
        run("validate", "--json", "--profile", file(json.dumps(profile)),
            stdin=json.dumps(document)).ends(0, 4).out.decode()


@cases("a faulty profile is refused with its place: {0}", [
    ("a member that is none", '{"state": "CL",\n "langauges": ["es"]}', "rule.profile", 2),
    ("no state", '{"languages": ["es"]}', "rule.profile", 1),
    ("a state that is none", '{\n"state": "Chile"}', "rule.profile", 2),
    ("a language that is none", '{"state": "CL",\n\n"languages": ["Spanish tongue"]}',
     "rule.profile", 3),
    ("a language that is no text", '{"state": "CL",\n"languages": [1]}', "rule.profile", 2),
    ("languages that are no list", '{"state": "CL",\n"languages": "es"}', "rule.profile", 2),
    ("no languages", '{"state": "CL",\n"languages": []}', "rule.profile", 2),
    ("an unknown declaration", '{"state": "CL",\n"declarations": ["71.9"]}', "rule.profile", 2),
    ("a word for true", '{"state": "CL",\n"dual_criminality": "yes"}', "rule.profile", 2),
    ("a place that is no field", '{"state": "CL",\n"required": [\n{"place": "costs.txt"}]}',
     "rule.profile", 3),
    ("a place inside of a text", '{"state": "CL",\n"required": [{"place": "costs.text.x"}]}',
     "rule.profile", 2),
    ("no place", '{"state": "CL",\n"required": [{"article": "9"}]}', "rule.profile", 2),
    ("a kind that is none", '{"state": "CL",\n"required": [{"place": "id", "kinds": ["x"]}]}',
     "rule.profile", 2),
    ("a member of an item that is none", '{"state": "CL",\n"required": [{"where": "id"}]}',
     "rule.profile", 2),
    ("an item that is no object", '{"state": "CL",\n"required": ["id"]}', "rule.profile", 2),
    ("a list", "[]", "rule.profile", 1),
    ("no JSON", '{"state": "CL"', "json.truncated", 1),
    ("something behind it", '{"state": "CL"}\n{}', "json.trailing-text", 2),
    ("the same member twice", '{"state": "CL", "state": "KE"}', "json.duplicate-key", 1)])
def faulty(_, text, code, line):
    path = file(text, "state.json")
    for command in (["validate"], ["convert", "-t", "convention-json"]):
        result = run(*command, "--json", "--profile", path,
                     stdin=json.dumps(sample("preservation"))).ends(2)
        told = result.out if command == ["validate"] else result.err
        findings = [json.loads(x) for x in told.splitlines()]
        same({(f["code"], f["line"], f["file"]) for f in findings}, {(code, line, str(path))})
        if command != ["validate"]:
            same(result.out, b"")


@case("a profile that is cut short anywhere is refused")
def truncated():
    whole = json.dumps(demands(languages=["es"], declarations=["71.2"], dual_criminality=True,
                               required=[{"place": "id", "article": "9",
                                          "kinds": ["decision"]}]))
    document = json.dumps(sample("preservation"))
    run("validate", "--profile", file(whole), stdin=document).ends(4)
    for end in range(0, len(whole), 7):
        run("validate", "--profile", file(whole[:end]), stdin=document).ends(2)


@case("a profile that is not there ends with 8")
def absent():
    document = json.dumps(sample("preservation"))
    run("validate", "--profile", "no/such.json", stdin=document).ends(8)


@case("--profile checks on commands that convert, too")
def converting():
    profile = file(json.dumps(demands(languages=["es"])))
    text = json.dumps(sample("preservation"))
    result = run("convert", "-t", "convention-json", "--profile", profile, stdin=text,
                 report=True).ends(4)
    same([f["code"] for f in result.findings], ["rule.61-11"])
    same(result.out, b"")


@case("the profile of the page on rules is what the page says of it")
def documented():
    page = (SOURCE / "docs" / "rules.md").read_text(encoding="utf-8")
    profile = json.loads(re.search(r"```json\n(.*?)```", page, re.S).group(1))
    shown = re.findall(r"^    (rule\.[a-z0-9-]+)$", page, re.M)
    told = lacking(profile, sample("mutual-legal-assistance"))
    same([code for _, code, _ in told], shown)
    for member in ("state", "languages", "declarations", "dual_criminality", "required"):
        check(f"`{member}`" in page and member in profile, member)
    work = folder()
    (work / "chile.json").write_text(json.dumps(profile))
    (work / "request.json").write_text(json.dumps(sample("mutual-legal-assistance")))
    lines = re.findall(r"^    comity (.*?)(?: +#.*)?$", page, re.M)
    same([run(*line.split(), cwd=work).status for line in lines], [0, 4, 4, 0, 0], lines)


main(every=4)
