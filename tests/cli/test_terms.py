# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity terms, and --terminology on the commands that convert: sets of terms in documents and
in plain text."""
import collections
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, case, cases, check, file, folder, main, run, same, shared  # noqa: E402
from terms import CATALOGUE, FIELDS, sets_of, written  # noqa: E402

URN = "urn:comity:convention:1"
STAYS = {"offences", "instruments"}  # classes scope and number

# An invented text: every set, each once more often than the one before it, in all spacings.
SPACES = [(" ", " "), ("\n", " "), ("", "\n"), (" \r\n\t", "  "), ("\u00a0", " ")]


def all_sets():
    """The text, and how often each set stands in it."""
    lines, counts = ["[50] of the [date], see [...] and [Option 1: the quay]."], {}
    for number, entry in enumerate(CATALOGUE, 1):
        counts[entry["id"]] = number
        for turn in range(number):
            between, space = SPACES[turn % len(SPACES)]
            lines.append(f"Keeper {turn}: {written(entry, between, space)}, a data lantern.")
    lines.append("[A harbour] [A harbour on [Cybercrime] "
                 "[the Use of Information and Communications Technologies for Criminal "
                 "Purposes]] [A quay]")
    counts["cybercrime-title"] += 1
    return "\n".join(lines) + "\n", counts


TEXT, COUNTS = all_sets()


def inventory(path, *options):
    made = run("terms", "inventory", "--json", *options, path).ends(0)
    return {e["term"]: e["occurrences"] for e in json.loads(made.out)}


def resolved(path, voice, *options):
    return run("terms", "resolve", "--terminology", voice, *options, path).ends(0).out


def each_set(text, chosen):
    """The text with every set of class term and agreement replaced, by another way than the
    program's."""
    for entry in CATALOGUE:
        if entry["class"] in ("scope", "number"):
            continue
        words = [r"\s+".join(map(re.escape, a.split(" "))) for a in entry["alternatives"]]
        text = re.sub(r"\s*".join(rf"\[{w}\]" for w in words),
                      lambda _, e=entry: chosen(e["alternatives"]), text)
    return text


def brackets(text):
    """Every bracket of a text that no set of class term or agreement is or stands in."""
    bare = each_set(text, lambda _: "\0")
    return collections.Counter(b for b in re.findall(r"\[[^\[\]]*\]", bare) if "\0" not in b)


# --- the catalogue

@case("the shipped catalogue is the table of the shared material")
def shipped():
    rows = [line.split("\t") for line in
            shared("spec", "terminology.tsv").read_text().splitlines() if line[0] != "#"]
    same([(e["id"], e.get("follows", ""), e["class"], e["alternatives"]) for e in CATALOGUE],
         [(r[0], r[1], r[2], [a for a in r[3:7] if a]) for r in rows], "sets")


@case("no canonical member name contains 'data' or 'information'")
def neutral_names():
    names = {name for group in FIELDS.values() for name in group} | set(FIELDS)
    check(len(names) > 200, "the table was not read")
    same([n for n in names if re.search("data|information", n, re.I)], [], "names")
    schema = json.loads((SOURCE / "docs/schema/convention.schema.json").read_text())
    found = []

    def look(value):
        for name, inside in value.get("properties", {}).items():
            found.append(name)
            look(inside if isinstance(inside, dict) else {})
        for inside in value.get("$defs", {}).values():
            look(inside)
    look(schema)
    check(len(found) > 200, "the schema was not read", len(found))
    same([n for n in found if re.search("data|information", n, re.I)], [], "schema")


# --- plain text

@case("inventory counts every set of an invented text, the nested one included")
def counted():
    same(inventory(file(TEXT, "draft.txt")), COUNTS, "occurrences")
    same(inventory(file(TEXT, "draft.txt"), "-f", "text"), COUNTS, "occurrences, named as text")


@case("inventory counts the negotiating text as the table does")
def counted_shared():
    rows = [line.split("\t") for line in
            shared("spec", "terminology.tsv").read_text().splitlines() if line[0] != "#"]
    same(inventory(shared("spec", "000_70a39ab301c29e90.txt")),
         {r[0]: int(r[7]) for r in rows}, "occurrences")


def resolves_well(text, path):
    for choice, voice in enumerate(("data", "information")):
        made = resolved(path, voice)
        wanted = each_set(text, lambda words, c=choice: words[c])
        same(set(sets_of(made.decode())) - STAYS, set(), f"sets that {voice} left")
        check(brackets(text) and not brackets(text) - brackets(made.decode()),
              "a bracket that is no set is gone", brackets(text) - brackets(made.decode()))
        same(resolved(file(made), voice), made, f"{voice} twice")
        # outside of sets not even white space changes
        same(made.decode() == wanted, True, f"{voice}, byte for byte")


@case("resolve leaves no set of an invented text, and all else as it is")
def resolves():
    resolves_well(TEXT, file(TEXT, "draft.txt"))


@case("resolve leaves no set of the negotiating text, and all else as it is")
def resolves_shared():
    path = shared("spec", "000_70a39ab301c29e90.txt")
    resolves_well(path.read_bytes().decode(), path)


@case("a profile chooses scope and number, and leaves what it does not name")
def profiled():
    profile = file(json.dumps({"instruments": 4, "computer-system": 2}), "profile.json")
    text = ("[thirtieth] [fortieth] [fiftieth] [seventieth], [a computer system] "
            "[an information and communications technology system/device], "
            "[data] [information]")
    same(resolved(file(text), str(profile)),
         b"seventieth, an information and communications technology system/device, "
         b"[data] [information]", "the text")


@cases("a faulty profile is told at its place, and ends with 4: {0}", [
    ('{"data": 9}', "1:10"), ('{"dota": 1}', "1:10"), ('{"data": 1,}', "1:"), ("[1]", "1:1")])
def faulty_profile(text, place):
    profile = file(text, "profile.json")
    made = run("terms", "resolve", "--terminology", str(profile), file("x")).ends(4)
    check(f"profile.json:{place}".encode() in made.err and made.out == b"", made)
    made = run("convert", "-t", "convention-json", "--terminology", str(profile),
               stdin=json.dumps({"schema": URN, "kind": "preservation"})).ends(4)
    check(f"profile.json:{place}".encode() in made.err and made.out == b"", made)


@case("a catalogue of another language shares the choice of its term")
def french():
    page = (SOURCE / "docs" / "terminology.md").read_text(encoding="utf-8")
    catalogue = file(re.search(r"```json\n(.*?)```", page, re.S)[1], "french.json")
    text = "[donn\u00e9es] [informations], [les donn\u00e9es sont] [l\u2019information est]"
    made = run("terms", "resolve", "--terms-catalogue", catalogue, "--terminology",
               "information", file(text)).ends(0)
    same(made.out.decode(), "informations, l\u2019information est", "the text")
    same(resolved(file(text), "information").decode(), text, "without the catalogue")


@case("a faulty catalogue is told at its place, and ends with 4")
def faulty_catalogue():
    catalogue = file('{"language": "fr", "sets": [\n {"id": "data"}]}', "french.json")
    for command in ("inventory", "check"):
        made = run("terms", command, "--terms-catalogue", catalogue, file("x")).ends(4)
        check(b"french.json:2:2" in made.err and b"term.catalogue" in made.err, made)


@cases("an id of a catalogue is plain: {0!r}", [("Data",), ("a b",), ("терм",), ("x" * 61,)])
def plain_id(name):
    catalogue = file(json.dumps({"language": "en", "sets": [
        {"id": name, "class": "term", "alternatives": ["one", "two"]}]}), "terms.json")
    made = run("terms", "check", "--terms-catalogue", catalogue, file("x")).ends(4)
    check(b"an id is small letters" in made.err, made)


@case("-o writes a file that appears whole, and --overwrite replaces it")
def output():
    where = folder()
    (where / "in.txt").write_text("[data] [information]")
    ask = ("terms", "resolve", "--terminology", "data", "-o", "out.txt", "in.txt")
    run(*ask, cwd=where).ends(0)
    same((where / "out.txt").read_text(), "data", "the file")
    run(*ask, cwd=where).ends(8)
    run(*ask, "--overwrite", cwd=where).ends(0)


@cases("wrong usage ends with 2: comity terms {0}", [
    ("",), ("nonsense",), ("resolve",), ("inventory -o x",), ("resolve --terminology nothing",),
    ("inventory -t convention-json",)])
def usage(options):
    run("terms", *options.split()).ends(2)


@case("-f text is plain text to each of the three")
def named_text():
    plain = b"[data] [information]\n"
    for what in (["inventory"], ["check"], ["resolve", "--terminology", "data"]):
        made = run("terms", *what, "-f", "text", stdin=plain).ends(0)
    same(made.out, b"data\n", "resolved")


@case("what is no document is told, not taken for text: exit status 4")
def broken():
    made = run("terms", "inventory", file('{"schema": "' + URN + '", "kind": '), report=False)
    made.ends(4)
    check(b"json.truncated" in made.err, made)


@case("a megabyte of brackets takes no longer than a megabyte of words")
def hostile():
    for text in ("[" * (1 << 20), "[data] " * (1 << 17), "[[data] [information]] [information] "
                 * (1 << 14), "[computer " * 100000, "[x] [y] " * (1 << 17)):
        for command in (("inventory",), ("resolve", "--terminology", "data"), ("check", "-q")):
            made = run("terms", *command, file("x " + text), timeout=60)
            check(made.status in (0, 4) and made.seconds < 10, command, made.seconds)


# --- check

@cases("check tells {0} of {1}", [
    ("term.order", "[information] [data]", 4), ("term.ill-formed", "[Data] [Information]", 4),
    ("term.ill-formed", "[data ] [ information]", 4),
    ("term.agreement", "[data is] [information are]", 4),
    ("term.agreement", "[their] [its] quay", 0), ("term.incomplete", "the [data] there", 0),
    ("term.unknown", "[data] [lanterns]", 0),
    ("term.mixed", "computer data and [computer data] [electronic/digital information]", 0),
    ("term.mixed", "computer data and electronic/digital information", 0)])
def checks(code, text, status):
    made = run("terms", "check", file("In:\n " + text), report=True).ends(status)
    told = made.of(code)
    same(len(told), 1, f"findings of {code} in {made}")
    same(told[0]["line"], 2, "line")
    run("terms", "check", "--fail-on", "warning", file(text)).ends(5)


@case("check finds nothing in a text that is as the catalogue has it")
def checks_nothing():
    made = run("terms", "check", file("[50] [date], [data] [information] and [their] [its] "
                                      "[...], the [thirtieth] [fortieth] [fiftieth] "
                                      "[seventieth]"), report=True).ends(0)
    same([f for f in made.findings if f["severity"] != "note"], [], "findings")


def record(summary, **terminology):
    made = {"schema": URN, "kind": "preservation", "facts": {"summary": summary}}
    if terminology:
        made["terminology"] = terminology
    return json.dumps(made)


@cases("check tells {0} of a record", [
    ("term.mixed", {"voice": "data"}),
    ("term.unknown-id", {"terms": [{"id": "dota", "choice": "1"}]}),
    ("term.choice", {"terms": [{"id": "data", "choice": "datum"}]}),
    ("term.agreement", {"terms": [{"id": "data", "choice": "1"},
                                  {"id": "their", "choice": "its"}]}),
    ("term.mixed", {"resolved": [
        {"field": "facts.summary", "position": "0", "term": "data", "choice": c,
         "set": "[data] [information]"} for c in ("data", "information")]})])
def checks_record(code, terminology):
    text = record("[data] [information]", **terminology)
    made = run("terms", "check", file(text), report=True).ends(0)
    check(made.of(code), made)


@case("check of a record names the field, and ends with 4 where a set is out of order")
def checks_field():
    made = run("terms", "check", file(record("[information] [data]")), report=True).ends(4)
    same([f["field"] for f in made.of("term.order")], ["facts.summary"], "field")


# --- documents

@case("inventory counts the prose of a document alone")
def counted_document():
    text = json.loads(record("[data] [information] and [computer data] "
                             "[electronic/digital information]"))
    text["id"] = "[data] [information]"
    same(inventory(file(json.dumps(text))), {"data": 1, "computer-data": 1}, "occurrences")


@case("inventory reads a form, and resolve writes it as a form")
def counted_form():
    text = (SOURCE / "plugins/hk-cap525/samples/boat.txt").read_text()
    line = next(l for l in text.splitlines() if "Facts: " in l)
    form = file(text.replace(line, line + " [computer data] [electronic/digital information]"))
    same(inventory(form).get("computer-data", 0) >= 1, True, "computer-data")
    same(resolved(form, "data").decode(),
         text.replace(line, line + " computer data"), "the form")


@case("keep changes nothing, and is what is done without a word")
def keeps():
    text = record("[data] [information] [their] [its]", voice="bracketed")
    same(run("convert", "-t", "convention-json", "--terminology", "keep", stdin=text).out,
         run("convert", "-t", "convention-json", stdin=text).out, "the document")


@case("a voice after another takes its place, and free words stay")
def other_voice():
    text = record("data: [data] [information] and [their] [its] information")
    there = run("convert", "-t", "convention-json", "--terminology", "data", stdin=text).ends(0)
    same(json.loads(there.out)["facts"]["summary"], "data: data and their information", "data")
    there = run("convert", "-t", "convention-json", "--terminology", "information",
                stdin=there.out).ends(0)
    made = json.loads(there.out)
    same(made["facts"]["summary"], "data: information and its information", "information")
    same(made["terminology"]["voice"], "information", "voice")
    back = run("convert", "-t", "convention-json", "--terminology", "bracketed",
               stdin=there.out).ends(0)
    same(back.out, run("convert", "-t", "convention-json", stdin=text).out, "restored")


@case("what has been changed since is not restored, and said so")
def changed_since():
    there = run("convert", "-t", "convention-json", "--terminology", "data",
                stdin=record("the [data] [information] and [their] [its] quay")).ends(0)
    text = there.out.replace(b"the data and their", b"the dates and their")
    made = run("convert", "-t", "convention-json", "--terminology", "bracketed", stdin=text,
               report=True).ends(0)
    same(json.loads(made.out)["facts"]["summary"], "the dates and their quay", "summary")
    same(len(made.of("term.not-restored")), 2, "findings")


@case("a voice after another tells of what has been changed since, and keeps its words")
def changed_before_another_voice():
    there = run("convert", "-t", "convention-json", "--terminology", "data",
                stdin=record("the [data] [information]")).ends(0)
    text = there.out.replace(b"the data", b"now the data")
    made = run("convert", "-t", "convention-json", "--terminology", "information", stdin=text,
               report=True).ends(0)
    same(json.loads(made.out)["facts"]["summary"], "now the data", "summary")
    same(len(made.of("term.not-restored")), 1, "findings")


@case("bracketed restores nothing where the record knows of nothing, nor what is no set")
def restores_nothing():
    text = record("data and their quay", voice="data")
    same(run("convert", "-t", "convention-json", "--terminology", "bracketed", stdin=text).out,
         run("convert", "-t", "convention-json", stdin=text).out, "the document")
    forged = record("data", voice="data", resolved=[
        {"field": "facts.summary", "position": "0", "term": "data", "choice": "data",
         "set": "something else"}])
    made = run("convert", "-t", "convention-json", "--terminology", "bracketed", stdin=forged)
    same(json.loads(made.out)["facts"]["summary"], "data", "summary")


@case("a record whose words were never bracketed keeps its voice, and said so")
def never_bracketed():
    made = run("convert", "-t", "convention-json", "--terminology", "data", report=True,
               stdin=record("information", voice="information")).ends(0)
    same(len(made.of("term.voice")), 1, "findings")
    same(json.loads(made.out)["terminology"], {"voice": "information"}, "terminology")


@case("sets inside sets to any depth are refused with a code")
def nested():
    text = "[" * 40 + "data]" + " [information]]" * 39 + " [information]"
    made = run("convert", "-t", "convention-json", "--terminology", "data",
               stdin=record(text), report=True).ends(4)
    same(len(made.of("limit.nesting")), 1, "findings")


@case("a target without a place for what was resolved is told of once")
def unrecorded():
    text = (SOURCE / "plugins/hk-cap525/samples/boat.txt").read_text()
    line = next(l for l in text.splitlines() if "Facts: " in l)
    form = text.replace(line, line + " [data] [information] [their] [its]")
    made = run("convert", "-t", "hk-cap525", "--terminology", "data", stdin=form, report=True)
    same(len(made.ends(0).of("term.unrecorded")), 1, "findings")
    same([f for f in made.graver("loss") if f.get("field", "").startswith("terminology.v")], [],
         "findings of what the program itself has noted")


@case("a format's labels that speak another voice than the document are told of")
def labels():
    page = (SOURCE / "docs" / "templates.md").read_text(encoding="utf-8")
    template = json.loads(re.search(r"```json\n(.*?)```", page, re.S)[1])
    template["voice"] = "data"
    path = file(json.dumps(template), "example-alert.json")
    document = {"schema": URN, "kind": "provisional-arrest", "id": "A-1", "channel": "interpol",
                "offences": [{"title": "[data] [information]"}]}
    for terminology, stated, count in (("keep", None, 1), ("data", None, 0),
                                       ("keep", "data", 0), ("information", None, 1),
                                       ("keep", "information", 1)):
        given = dict(document)
        if stated:
            given.update(terminology={"voice": stated}, offences=[{"title": "theft"}])
        made = run("convert", "-t", path, "--terminology", terminology, report=True,
                   stdin=json.dumps(given)).ends(0)
        same(len(made.of("term.labels")), count, f"findings of {terminology}, {stated}")
    template["voice"] = "loud"
    path = file(json.dumps(template), "example-alert.json")
    made = run("formats", "check", path).ends(4)
    check(b"template.voice" in made.out + made.err, made)


main(every=3)
