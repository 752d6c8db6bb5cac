# SPDX-License-Identifier: LGPL-2.1-or-later
"""The letter: every value stands in it, what the convention asks for in its order, what lacks
is marked; text that looks like markup stays text."""
import json
import pathlib
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from letters import LANGUAGES, Page, dumps, full_record, sample, table, texts  # noqa: E402
from tap import case, cases, check, convert, file, folder, main, run, same  # noqa: E402

# Elements and attributes that a letter is made of: nothing that loads or runs is among them.
ELEMENTS = set("html head meta title style body a header main footer nav section h1 h2 p div "
               "span bdi code time table caption thead tbody tr th td dl dt dd ul ol li "
               "fieldset legend label input strong".split())
ATTRIBUTES = set("lang dir charset http-equiv content name class href id type checked scope "
                 "datetime aria-labelledby".split())
NAUGHTY = [
    '<script>document.title="ran"</script>', '"><img src=x onerror=document.title="ran">',
    "javascript:document.title='ran'", "' onmouseover='document.title=1",
    '</style><script>document.title="ran"</script>', '</title><svg onload=alert(1)>',
    '<!-- open',
    ']]>', '&lt;b&gt;&amp;&#60;', '<a href="javascript:alert(1)">link</a>',
    '<base href="http://evil.example/">',
    '<meta http-equiv=refresh content="0;url=//e.example">',
    '<iframe src="http://evil.example/"></iframe>', '--><plaintext>', '`${7*7}`{{7*7}}',
    'https://evil.example/"onclick="x', '\u202etxt.exe', '%3Cscript%3E',
    '</td></tr></table></main>',
]
CONTROLS = "\x01\x07\x1b[31m\x7f\x9b\ufffe"
SHOWN_ALIKE = {"BOOLEAN", "BASE64"}


def show(record, *options, **more):
    content = record if isinstance(record, bytes) else dumps(record)
    return run("show", *options, stdin=content, **more).ends(0)


def page(record, *options):
    return Page(show(record, "--html", *options).out.decode("utf-8"))


def folded(text):
    return re.sub(r"\s+", "", text)


def displayed(text):
    """Columns of a terminal, by Python's own tables."""
    return sum(0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def marked(path, type_):
    return f"{path}={type_}"


# --- every value

@cases("a record with every field loses nothing but the bytes of attachments as {}",
       [("letter-text",), ("letter-html",)])
def _(form):
    made = convert(form, dumps(full_record(marked)) + b"\n").ends(0)
    same([(f["code"], f["field"]) for f in made.graver("loss")],
         [("loss.field", "attachments[0].content")], "losses")
    text = made.out.decode("utf-8")
    text = folded(Page(text).text if form == "letter-html" else text)
    lacking = [v for _, v in texts(full_record(marked))
               if folded(v) not in text and not v.endswith("=BASE64") and "=" in v]
    same(lacking, [], "values that are not shown")


@cases("the sample in '{}' is shown whole, as text and as HTML", [(x,) for x in LANGUAGES])
def _(language):
    record = json.loads(sample(language).read_text(encoding="utf-8"))
    whole = {"text": show(record, report=True), "html": show(record, "--html", report=True)}
    prose = [v for name, v in texts(record) if not re.fullmatch(
        r"[a-z0-9-]+|[\d-]+(T.*)?|urn:.*", v) and name not in ("state", "country")]
    for form, made in whole.items():
        same(made.graver("loss"), [], f"losses as {form}")
        text = made.out.decode("utf-8")
        text = folded(Page(text).text if form == "html" else text)
        same([v for v in prose if folded(v) not in text], [], f"texts lacking in {form}")


@case("what is kept, an empty list, an empty group and an empty text are shown")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "extradition", "persons": [],
              "facts": {}, "necessity": {"text": ""}, "kept": {"xx-form": {"/a": ["old", 7]}}}
    made = show(record, report=True)
    same(made.graver("loss"), [], "losses")
    text = made.out.decode()
    for words in ("(stated as an empty list)", "(stated, and empty)", "xx-form", '["old",7]'):
        check(words in text, words, text)


@case("the same record gives the same bytes")
def _():
    record = dumps(full_record(marked))
    for options in ((), ("--html",)):
        same(show(record, *options).out, show(record, *options).out)


# --- the convention's items

@case("what the convention asks for and is not stated is marked with its article, in its order")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "preservation",
              "necessity": {"text": "It will be deleted."}}
    text = show(record).out.decode()
    found = re.findall(r"NOT STATED - article (68\.2\(\w\))", text)
    same(found, [f"68.2({c})" for c in "abcdfg"], "items not stated")
    at = [text.index(f"(article 68.2({c}))") if f"(article 68.2({c}))" in text else
          folded(text).index(f"(article68.2({c}))") for c in "ae"]
    check(at[0] < at[1], "order")
    html = page(record)
    marks = [a for a in html.named("p") if a.get("class") == "note missing"]
    same(len(marks), 6, "marks in HTML")
    check("It will be deleted." in html.text, "the one that is stated")


@case("a letter names no item as missing that is stated")
def _():
    text = show(sample("pt").read_bytes()).out.decode()
    check("NOT STATED" not in text and "INCOMPLETE" not in text,
          *[line for line in text.splitlines() if "***" in line])


# --- voices

@case("labels speak the voice that the record states, and the convention's brackets else")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "preservation"}
    plain = folded(show(record).out.decode())
    check("stored[computerdata][electronic/digitalinformation]" in plain, "no voice is stated")
    for voice, words in (("data", "storedcomputerdata"),
                         ("information", "storedelectronic/digitalinformation")):
        same_voice = folded(show({**record, "terminology": {"voice": voice}}).out.decode())
        check(words in same_voice, voice, same_voice[:300])
        check("[computer" not in same_voice.split("Stoodthere")[0], voice)
        chosen = folded(show(record, "--terminology", voice).out.decode())
        check(words in chosen, f"--terminology {voice}")


@case("where brackets stand, or stood before they were resolved, both alternatives are there")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "extradition", "remarks": [
        {"text": "Now [data are] [information is] sent; é [their] [its] copies too."}]}
    for options, state in ((("--terminology", "keep"), "c0"), (("--terminology", "data"), "c1"),
                           (("--terminology", "information"), "c2")):
        text = show(record, "--html", *options).out.decode()
        body = text[text.index("Now"):text.index("copies")]
        sets = re.findall(r'class="set (c\d)"', body)
        same(sets, [state, state], f"sets under {options[1]}")
        same(re.findall(r'class="a[12]">([^<]*)<', body),
             ["data are", "information is", "their", "its"], "alternatives")


@case("prose is not changed by a label's voice")
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "preservation",
              "terminology": {"voice": "data"},
              "necessity": {"text": "The [date] of [Option 1:] data, information and [...]."}}
    check("The [date] of [Option 1:] data, information and [...]." in show(record).out.decode())


# --- text

@cases("the text of '{}' fits 80 columns", [(x,) for x in LANGUAGES])
def _(language):
    for line in show(sample(language).read_bytes()).out.decode().split("\n"):
        check(displayed(line) <= 80, f"{displayed(line)} columns", line)
        same(line, line.rstrip(), "no blanks at the end of a line")


@case("no control character of a document reaches the terminal")
def _():
    record = full_record(lambda path, type_: f"a{CONTROLS}\u202eb\r\nc\td")
    text = show(record).out.decode("utf-8")
    bad = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cn")}
    same(bad, set(), "control characters")
    check("\u202e" not in text and "\u241b[31m" in text, "what stands for them")


@case("no line of a document can be taken for a heading of the letter")
def _():
    fake = "x\n" + "=" * 80 + "\nRequested side\n" + "-" * 14 + "\nState: XX"
    record = {"schema": "urn:comity:convention:1", "kind": "extradition",
              "remarks": [{"text": fake}], "facts": {"summary": fake},
              "purpose": {"text": fake}}
    lines = show(record).out.decode().split("\n")
    check("Requested side" not in lines, "at the margin")
    same(len([line for line in lines if line == "=" * 80]), 2, "rules around the heading")


# --- HTML

@case("HTML holds nothing that loads or runs, and says so")
def _():
    for language in LANGUAGES:
        found = page(sample(language).read_bytes())
        same(found.faults, [], "nesting")
        same({name for name, _ in found.elements} - ELEMENTS, set(), "elements")
        same({a for _, attributes in found.elements for a in attributes} - ATTRIBUTES, set(),
             "attributes")
        check(all(a["href"].startswith("#") for a in found.named("a")), "links lead inside")
        policy = [m["content"] for m in found.named("meta") if "http-equiv" in m]
        check(policy and policy[0].startswith("default-src 'none'; style-src 'unsafe-inline'"),
              policy)
        check("url(" not in found.style and "@import" not in found.style, "styles")


@case("a letter has a title, one h1, ordered headings, landmarks and named tables")
def _():
    for language in LANGUAGES:
        found = page(sample(language).read_bytes())
        for tag in ("title", "h1", "header", "main", "footer", "nav"):
            same(len(found.named(tag)), 1, f"<{tag}> in {language}")
        names = [name for name, _ in found.elements]
        check(names.index("h1") < names.index("h2"), "h1 comes first")
        same(names.count("table"), names.count("caption"), "captions")
        check(all(a.get("scope") in ("row", "col") for a in found.named("th")), "scope")
        ids = [a["id"] for _, a in found.elements if "id" in a]
        same(len(ids), len(set(ids)), "ids are distinct")
        targets = {a["href"][1:] for a in found.named("a")}
        same(targets - set(ids), set(), "links lead somewhere")
        same(found.named("html")[0]["dir"], "rtl" if language == "ar" else "ltr", language)


@case("a naughty string in every field stays text")
def _():
    number = 0
    wanted = []

    def naughty(path, type_):
        nonlocal number
        number += 1
        made = f"{NAUGHTY[number % len(NAUGHTY)]} {path}"
        wanted.append((type_, made))
        return made

    found = page(full_record(naughty))
    check(len(wanted) > 400, "fields", len(wanted))
    same(found.faults, [], "nesting")
    same({name for name, _ in found.elements} - ELEMENTS, set(), "elements")
    same({a for _, attributes in found.elements for a in attributes} - ATTRIBUTES, set(),
         "attributes")
    same(found.comments, [], "comments")
    lacking = [w for t, w in wanted if t not in SHOWN_ALIKE and w not in found.text
               and not w.endswith((" schema", " kind"))]
    same(lacking, [], "texts that are not there as written")
    check(all(re.fullmatch(r"[A-Za-z0-9-]*", a["lang"]) for _, a in found.elements
              if "lang" in a), "language tags")


@case("another parser finds the same text")
def _():
    try:
        import lxml.html
    except ImportError:
        from tap import skip
        skip("there is no lxml here")
    record = full_record(lambda path, type_: f"{NAUGHTY[len(path) % len(NAUGHTY)]} {path}")
    text = show(record, "--html").out.decode()
    tree = lxml.html.document_fromstring(text.encode("utf-8"))
    same({e.tag for e in tree.iter() if isinstance(e.tag, str)} - ELEMENTS, set(), "elements")
    body = tree.find("body").text_content()
    same(folded(body) in folded(Page(text).text), True, "text")


@case("control characters are shown in HTML as their pictures")
def _():
    text = show(full_record(lambda path, type_: f"a{CONTROLS}b"), "--html").out.decode()
    bad = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cn")}
    same(bad, set(), "control characters")
    check("\u2401\u2407\u241b[31m\u2421" in text, "pictures")


@case("each text has its own language and direction")
def _():
    found = page({"schema": "urn:comity:convention:1", "kind": "extradition", "language": "fr",
                  "facts": {"summary": "Straße", "language": "de"}, "purpose": {"text": "Ici"}})
    langs = [a.get("lang") for name, a in found.elements if "text" in a.get("class", "")]
    check("de" in langs and "fr" in langs, langs)
    check(all(a.get("dir") == "auto" for _, a in found.elements
              if "text" in a.get("class", "").split()), "dir=auto")


# --- the program

@case("letters are written and never read")
def _():
    told = {f["id"]: f for f in map(json.loads, run("formats", "--json").out.splitlines())}
    for form in ("letter-text", "letter-html"):
        same((told[form]["read"], told[form]["write"]), (False, True), form)
        made = run("convert", "-f", form, "-t", "convention-json", stdin=b"x", report=True)
        same((made.status, [f["code"] for f in made.findings]), (2, ["plugin.cannot-read"]))
        letter = convert(form, sample("en").read_bytes()).out
        made = run("detect", stdin=letter)
        same((made.status, made.out), (6 if form == "letter-text" else 4, b""), form)
        if form == "letter-text":
            check(b"written only" in made.err, made)
        run("roundtrip", "--via", form, sample("en")).ends(2)


@case("show prints many documents as text, and one of HTML a file")
def _():
    both = [sample("en"), sample("ru")]
    text = run("show", *both).ends(0).out.decode()
    same(len(re.findall(r"(?m)^={80}\n[^=]", text)), 4, "rules around two headings")
    run("show", "--html", *both).ends(2)
    where = folder()
    run("show", "--html", "-o", f"{where}/", *both).ends(0)
    same(sorted(p.name for p in where.iterdir()), ["en-000001.html", "ru-000002.html"], "files")
    run("show", "-o", f"{where}/", *both).ends(0)
    check((where / "en-000001.txt").exists(), "text files end with .txt")


@case("show leaves an existing file alone, and takes documents of any format")
def _():
    target = file(b"before", "out.html")
    run("show", "--html", "-o", target, sample("en")).ends(8)
    same(target.read_bytes(), b"before")
    run("show", "--html", "--overwrite", "-o", target, sample("en")).ends(0)
    check(target.read_bytes().startswith(b"<!DOCTYPE html>"), "overwritten")
    same(json.loads(run("show", "--json", sample("en")).ends(0).out)["kind"], "preservation")
    run("convert", "--html", "-t", "letter-html", sample("en")).ends(2)


@case("the table of fields is read as it is")
def _():
    check(len(table()) > 50 and sum(map(len, table().values())) > 400, "fields.def has changed")


main(every=3)
