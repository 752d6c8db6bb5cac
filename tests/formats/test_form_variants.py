# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forms as people type them: each variation is read as the clean form is, or named by a finding
at its line, and the other items are still read."""
import json
import pathlib
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, cases, check, folder, main, run, same  # noqa: E402

FORMS = ("br-drci", "ch-irsg28", "cn-icja13", "hk-cap525", "id-asean", "oas-form", "ru-upk454")
SAMPLES = {f: next(p for p in sorted((SOURCE / "plugins" / f / "samples").glob("*.txt"))
                   if "." not in p.stem).read_text(encoding="utf-8") for f in FORMS}
TEMPLATES = {f: json.loads((SOURCE / "plugins" / f / f"{f}.json").read_text()) for f in FORMS}
FULL = {ord(c): chr(0xFF10 + int(c)) for c in "0123456789"}


def read(form, data):
    report = folder() / "report"
    made = run("convert", "-f", form, "-t", "convention-json", "--report", report, stdin=data)
    same(made.status, 0, made.err)
    record = json.loads(made.out)
    record.pop("provenance")
    record.pop("kept", None)
    found = [json.loads(line) for line in report.read_text().splitlines()]
    return record, [f for f in found if "code" in f]


def words(value):
    if isinstance(value, dict):
        return [w for v in value.values() for w in words(v)]
    return [value] if isinstance(value, str) else list(value)


def labels(form):
    """Every spelling of a label of the form's own that its sample shows, with the row."""
    return [(w, r) for r in TEMPLATES[form]["rows"] if "at" in r for w in words(r["at"])
            if re.search(r"(?m)^[^\w\n]*\w{0,4}[.)）]*\s*" + re.escape(w), SAMPLES[form])]


def line_pattern(form, word):
    return re.compile(r"(?m)^(?P<number>[(（]?[\w.]{0,4}[.)）]\s?)?" + re.escape(word) +
                      r"(?P<colon>[:：])?")


def each_label(form, text, change):
    for word, row in labels(form):
        text = line_pattern(form, word).sub(lambda m: change(m, word, row), text, count=1)
    return text


def head(m):
    return m.group("number") or ""


def wrap(m, word, _):
    cut = word.rfind(" ") if " " in word else len(word) // 2 if len(word) > 6 else 0
    return m.group(0) if "\n" in word or not cut else \
        head(m) + word[:cut].rstrip() + "\n" + word[cut:].lstrip() + (m.group("colon") or "")


CHANGES = [
    ("CRLF", lambda f, t: t.replace("\n", "\r\n"), None),
    ("CR", lambda f, t: t.replace("\n", "\r"), None),
    ("a mark", lambda f, t: "\ufeff" + t, None),
    ("blanks at the ends", lambda f, t: re.sub(r"(?m)[ \t]+$", "", t).replace("\n", "\n", 1)
     .rstrip() + "  \n\n", None),
    ("blanks before labels", lambda f, t: each_label(f, t, lambda m, w, r: "  " + m.group(0)),
     None),
    ("tabs before labels", lambda f, t: each_label(f, t, lambda m, w, r: "\t" + m.group(0)),
     None),
    ("wide blanks before labels",
     lambda f, t: each_label(f, t, lambda m, w, r: "\u3000" + m.group(0)), None),
    ("empty lines before labels",
     lambda f, t: each_label(f, t, lambda m, w, r: "\n\n" + m.group(0)), None),
    ("wrapped labels", lambda f, t: each_label(f, t, wrap), None),
    ("small letters",
     lambda f, t: each_label(f, t, lambda m, w, r: m.group(0).lower()), None),
    ("capitals", lambda f, t: each_label(f, t, lambda m, w, r: m.group(0).upper()), None),
    ("no accents", lambda f, t: each_label(f, t, lambda m, w, r: "".join(
        c for c in unicodedata.normalize("NFD", m.group(0)) if not unicodedata.combining(c))),
     None),
    ("taken-apart accents", lambda f, t: each_label(
        f, t, lambda m, w, r: unicodedata.normalize("NFD", m.group(0))), None),
    ("no-break spaces", lambda f, t: each_label(
        f, t, lambda m, w, r: m.group(0).replace(" ", "\u00a0")), None),
    ("two colons", lambda f, t: each_label(f, t, lambda m, w, r: m.group(0) + (
        m.group("colon") or "")), None),
    ("a blank before the colon", lambda f, t: each_label(f, t, lambda m, w, r: head(m) + w + (
        " " + m.group("colon") if m.group("colon") else "")), None),
    ("wide colons", lambda f, t: each_label(
        f, t, lambda m, w, r: m.group(0).replace(":", "：")), None),
    ("narrow colons", lambda f, t: each_label(
        f, t, lambda m, w, r: m.group(0).replace("：", ": ")), None),
    ("wide digits in numbers", lambda f, t: each_label(
        f, t, lambda m, w, r: head(m).translate(FULL) + m.group(0)[len(head(m)):]), None),
    ("numbers with a bracket", lambda f, t: each_label(
        f, t, lambda m, w, r: re.sub(r"^[(（]?([\w.]*\w)[.)）]\s?", r"\1) ", head(m)) +
        m.group(0)[len(head(m)):]), None),
    ("numbers in brackets", lambda f, t: each_label(
        f, t, lambda m, w, r: re.sub(r"^[(（]?([\w.]*\w)[.)）]\s?", r"(\1) ", head(m)) +
        m.group(0)[len(head(m)):]), None),
    ("no numbers", lambda f, t: each_label(
        f, t, lambda m, w, r: m.group(0)[len(head(m)):]), None),
]


@cases("{0}: {1}", [(f, c[0]) for f in FORMS for c in CHANGES])
def variant(form, name):
    _, change, code = next(c for c in CHANGES if c[0] == name)
    clean, _ = read(form, SAMPLES[form].encode())
    text = change(form, SAMPLES[form])
    record, found = read(form, text.encode())
    same(record, clean, f"{name}: {[f['code'] for f in found]}")
    same([f["code"] for f in found if f["severity"] != "note"], [code] if code else [], found)


@cases("{0}: a label is missing, the others are read", [(f,) for f in FORMS])
def missing(form):
    clean, _ = read(form, SAMPLES[form].encode())
    starts = sorted(line_pattern(form, w).search(SAMPLES[form]).start()
                    for w, _ in labels(form))
    word, _ = next((w, r) for w, r in labels(form) if "assistance[0].description" in str(r))
    start = line_pattern(form, word).search(SAMPLES[form]).start()
    end = next((n for n in starts if n > start), len(SAMPLES[form]))
    record, found = read(form, (SAMPLES[form][:start] + SAMPLES[form][end:]).encode())
    check("description" not in record.get("assistance", [{}])[0], record)
    # what else that item holds in some forms
    for name in set(clean) - {"assistance", "purpose", "combined", "deadlines"}:
        same(record.get(name), clean[name], name)
    same(found, [], "findings")


@cases("{0}: a label that stands twice is told, and its text is still there",
       [(f,) for f in FORMS])
def twice(form):
    word, _ = labels(form)[0]
    match = line_pattern(form, word).search(SAMPLES[form])
    text = SAMPLES[form].rstrip("\n") + "\n" + match.group(0) + " SECOND\n"
    report = folder() / "report"
    made = run("convert", "-f", form, "-t", "convention-json", "--report", report,
               stdin=text.encode()).ends(0)
    found = [json.loads(line) for line in report.read_text().splitlines()]
    line = text.rstrip("\n").count("\n") + 1
    lines = [f.get("line") for f in found if f.get("code") == "text.label-twice"]
    check(any(n in (line, line - 1) for n in lines), found)
    check("SECOND" in made.out.decode(), made.out)


@cases("{0}: a damaged letter in a value is told", [(f,) for f in FORMS])
def damaged(form):
    match = list(re.finditer(r"2026", SAMPLES[form]))[-1]
    text = SAMPLES[form][:match.start()] + "\ufffd" + SAMPLES[form][match.start():]
    _, found = read(form, text.encode())
    line = text[:match.start()].count("\n") + 1
    check(("text.damaged", line) in [(f["code"], f["line"]) for f in found], found)


main()
