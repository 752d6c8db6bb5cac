# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forms: every sample there and back byte for byte, in every encoding; what arrives when one
State's form becomes another's; nothing lost in silence, nothing guessed; bad input.

The full samples in forms/ are in each form's own layout; the JSON file beside each says which
canonical values they hold, all of them."""
import json
import pathlib
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import (SOURCE, case, cases, check, convert, folder, main, run, same,  # noqa: E402
                 shared)

FORMS = ("br-drci", "ch-irsg28", "cn-icja13", "hk-cap525", "id-asean", "oas-form", "ru-upk454")
LEGACY = {"br-drci": ("windows-1252", "iso-8859-1"), "ru-upk454": ("windows-1251", "koi8-r",
                                                                    "cp866"),
          "cn-icja13": ("gb18030",), "oas-form": ("windows-1252", "iso-8859-1")}
SAMPLES = [(p.parts[-3], p) for f in FORMS
           for p in sorted((SOURCE / "plugins" / f / "samples").glob("*.txt"))]
UTF8 = [(f, p) for f, p in SAMPLES if "." not in p.stem]
SHARED = (("br-drci", "br_drci.txt"), ("ru-upk454", "ru_upk454.txt"),
          ("cn-icja13", "cn_art13.txt"), ("oas-form", "ar_oas_es.txt"))


def canonical(data, form=None, more=()):
    source = ("-f", form) if form else ()
    result = run("convert", *source, "-t", "convention-json", *more, stdin=data)
    same(result.status, 0, result.err)
    record = json.loads(result.out)
    record.pop("provenance")
    return record


def there_and_back(form, data):
    for via in ("convention-json", "convention-xml"):
        middle = run("convert", "-f", form, "-t", via, stdin=data).ends(0).out
        back = run("convert", "-t", form, stdin=middle).ends(0).out
        same(back.decode(), data.decode(), via)
    result = run("roundtrip", stdin=data)
    same(result.status, 0, result.out)


def made(**fields):
    return json.dumps({"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
                       **fields}).encode()


@cases("{0}: {1} at the ends of a value is told where it does not come back",
       [(f, n) for f in FORMS if f != "cn-icja13"  # which has no item for the purpose alone
        for n in ("space", "line end", "no-break space", "carriage return", "nothing",
                  "byte-order mark")])
def ends(form, name):
    text = {"space": " Find it.", "line end": "Find it.\n", "no-break space": "\u00a0Find it.",
            "carriage return": "Find\r\nit.", "nothing": "Find it.",
            "byte-order mark": "Find it.\ufeff"}[name]
    result = convert(form, made(purpose={"text": text})).ends(0)
    again = canonical(result.out, form)
    told = [f["field"] for f in result.findings if f["code"] in ("text.layout", "text.parted")]
    same(told, [] if again["purpose"]["text"] == text else ["purpose.text"], again)


@cases("{0}: '{1}' among the values of one text is told where it does not come back",
       [("br-drci", v) for v in ("A; B", " A", "A; ", "A, B", "A; Orel")])
def parted(form, location):
    record = made(persons=[{"name": {"full": "Orel"}, "location": location}])
    result = convert(form, record).ends(0)
    again = canonical(result.out, form)["persons"]
    is_back = again == json.loads(record)["persons"]
    told = [f["field"] for f in result.findings if f["code"] == "text.parted"]
    same(told, [] if is_back else ["persons[0]"], (location, again))


@cases("{0}: {1} is told where a reader takes it otherwise, and nothing is said twice", [
    ("hk-cap525", "words that tell another part",
     {"remarks": [{"text": "Urgency: urgent"}]},
     {"remarks[0].text": "text.parted", "urgency": "text.parted"}),
    ("hk-cap525", "a carriage return in one value, which comes back as a line end",
     {"facts": {"damage_text": "one\rtwo"}},
     {"facts.damage_text": "text.parted", "remarks[0].text": "text.parted"}),
    ("ch-irsg28", "a person of whom a name stands alone",
     {"persons": [{"name": {"full": "Jo Sample"}}]}, {"persons[0]": "text.parted"}),
    ("hk-cap525", "a line break in one value, of which another is made",
     {"basis": {"reciprocity": "as before,\nalways"}},
     {"basis.reciprocity": "text.parted", "remarks[0].text": "text.parted"}),
    ("hk-cap525", "a person whom nothing tells",
     {"persons": [{"role": "missing"}, {"name": {"full": "Jo Sample"}}]},
     {"persons[0]": "text.parted"}),
    ("cn-icja13", "a text that another form combined",
     {"combined": [{"item": "9", "covers": ["links"], "text": "Nothing more."}]},
     {"remarks[0].text": "text.combined"}),
    ("br-drci", "a text that another form combined, behind a remark",
     {"remarks": [{"text": "One."}], "combined": [{"covers": ["links"], "text": "Two."}]},
     {"remarks[0].text": "text.combined"}),
    ("oas-form", "a text of items, written as the one it is mostly about",
     {"combined": [{"covers": ["purpose.text", "links"], "text": "To find it."}]},
     {"purpose.text": "text.combined"}),
    ("oas-form", "an empty text, of which the label alone would stand",
     {"proceeding": {"subject": ""}}, {"proceeding.subject": "loss.field"}),
    ("hk-cap525", "nothing wrong",
     {"remarks": [{"text": "One."}], "persons": [{"name": {"full": "Jo Sample"}}]}, {})])
def taken_otherwise(form, _name, fields, expected):
    told = [(f["field"], f["code"]) for f in convert(form, made(**fields)).ends(0).findings]
    same(sorted(told), sorted(expected.items()), "told")


@case("what is told of a text says what a reader makes of it, and what to do")
def told_how():
    result = convert("hk-cap525", made(basis={"reciprocity": "as before,\nalways"}))
    found = {f["field"]: f for f in result.ends(0).findings}
    check("'always'" in found["remarks[0].text"]["message"], found)
    check(all(f.get("hint") for f in found.values()), found)


@case("every form has a sample, and no sample is without its form")
def _():
    same(sorted({f for f, _ in UTF8}), sorted(FORMS), "forms with samples")


@cases("{0} {1} comes back byte for byte, through JSON and XML", [(f, p.name) for f, p in UTF8])
def comes_back(form, name):
    there_and_back(form, (SOURCE / "plugins" / form / "samples" / name).read_bytes())


@cases("{1} of the shared samples comes back byte for byte", SHARED)
def shared_comes_back(form, name):
    there_and_back(form, shared("data/national/" + name).read_bytes())


@cases("{0} {1} is told by its labels alone", [(f, p.name) for f, p in SAMPLES])
def is_told(form, name):
    data = (SOURCE / "plugins" / form / "samples" / name).read_bytes()
    told = [json.loads(line) for line in run("detect", "--json", stdin=data).ends(0)
            .out.splitlines()]
    same([t["format"] for t in told], [form], "formats")


@cases("{0} is the same document in {1}",
       [(f, c) for f in FORMS for c in LEGACY.get(f, ()) + ("utf-16", "utf-16le", "utf-16be")])
def encodings(form, charset):
    path = next(p for f, p in UTF8 if f == form)
    data = path.read_bytes()
    middle = run("convert", "-f", form, "-t", "convention-json", stdin=data).ends(0).out
    encoded = run("convert", "-t", f"{form}:charset={charset}", stdin=middle).ends(0).out
    codec = {"utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}.get(charset, charset)
    same(encoded.decode(codec), data.decode(), charset)
    same(canonical(encoded), canonical(data), "canonical")
    same(canonical(encoded, f"{form}:charset={charset}"), canonical(data), "canonical, told")


@cases("the legacy samples say what the UTF-8 ones say: {0}",
       [(p.name,) for _, p in SAMPLES if "." in p.stem])
def legacy(name):
    form, path = next((f, p) for f, p in SAMPLES if p.name == name)
    plain = path.with_name(path.name.split(".")[0] + ".txt")
    same(canonical(path.read_bytes()), canonical(plain.read_bytes()), form)


@case("a Russian request in windows-1251 becomes a Brazilian form in Latin-1")
def _():
    data = (SOURCE / "plugins/ru-upk454/samples/schet.windows-1251.txt").read_bytes()
    result = run("convert", "-t", "br-drci:charset=iso-8859-1", stdin=data).ends(0)
    text = result.out.decode("iso-8859-1")
    for wanted in ("Obraztsov", "nascido(a) em 07/11/1979", "nascido(a) em 1983",
                   "PRAZO: 31/12/2026", "V noch na 14.02.2026", "ch. 3 st. 158 UK RF",
                   "nacionalidade: Federação Russa"):
        check(wanted in text, f"{wanted} has not arrived", text)
    check(b"charset.transliterated" in result.err, result.err)
    record = canonical(result.out)
    same([p["birth"]["date"] for p in record["persons"]], ["1979-11-07", "1983"], "birth")
    same(record["deadlines"][0]["date"], "2026-12-31", "deadline")


@case("a Chinese request in GB18030 becomes an OAS form in Spanish")
def _():
    data = (SOURCE / "plugins/cn-icja13/samples/zhanghu.gb18030.txt").read_bytes()
    result = run("convert", "-t", "oas-form:language=es", stdin=data).ends(0)
    text = result.out.decode()
    for wanted in ("Los hechos:\n\t2026年2月14日", "李示例; fecha de nacimiento: 05/03/1985",
                   "nacionalidad: China", "Plazo:\n\t31/12/2026",
                   "《示例刑法》第二百六十四条", "se solicita reserva"):
        check(wanted in text, f"{wanted} has not arrived", text)
    record = canonical(result.out)
    same(record["persons"][0]["birth"]["date"], "1985-03-05", "birth")
    same(record["language"], "es", "language")


@cases("{0} to {1}: recognized again, and what did not arrive was told",
       [(a, b) for a in FORMS for b in FORMS if a != b])
def cross(source, target):
    data = next(p for f, p in UTF8 if f == source).read_bytes()
    report = folder() / "report"
    made = run("convert", "-f", source, "-t", target, "--report", report, stdin=data)
    if source == "id-asean" and made.status == 5:
        check(b"model.kind" in made.err, made.err)  # confiscation is no assistance
        return
    same(made.status, 0, made.err)
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    counts = lines[-1]["summary"]
    read = [json.loads(line) for line in run("detect", "--json", stdin=made.out).ends(0)
            .out.splitlines()]
    same([r["format"] for r in read], [target], "detected")
    losses = " ".join(f.get("source", "") + f.get("field", "") for f in lines
                      if f.get("severity") == "loss")
    check(counts["mapped"] > 4, counts)
    record = canonical(data, source)
    for path, value in (("facts", record.get("facts", {}).get("summary")),
                        ("purpose", record.get("purpose", {}).get("text")),
                        ("assistance", record["assistance"][0].get("description"))):
        first = (value or "").split("\n")[0]
        check(first in made.out.decode() or path in losses, f"{path} went in silence", losses)


@cases("stays as written, with {2}: {1}", [
    ("ru-upk454", ("07.11.1979 г.р.", "31.02.1985 г.р."), "model.date", "31.02.1985"),
    ("ru-upk454", ("07.11.1979 г.р.", "05.03.85 г.р."), "model.date", "05.03.85"),
    ("ru-upk454", ("Срок исполнения: 31.12.2026", "Срок исполнения: скоро"), "model.date",
     "скоро"),
    ("cn-icja13", ("2026年12月31日", "年底之前"), "model.date", "年底之前"),
    ("cn-icja13", ("中国国籍", "示例国国籍"), "model.country", "示例国"),
    ("br-drci", ("nacionalidade: Brasil", "nacionalidade: Congo"), "model.country", "Congo"),
    ("oas-form", ("nacionalidad: Argentina", "nacionalidad: Corea"), "model.country", "Corea")])
def as_written(form, change, code, text):
    path = next(p for f, p in UTF8 if f == form and change[0] in p.read_text())
    data = path.read_text().replace(*change).encode()
    report = folder() / "report"
    made = run("convert", "-f", form, "-t", "convention-json", "--report", report,
               stdin=data).ends(0)
    findings = [json.loads(line) for line in report.read_text().splitlines()]
    line = next(n for n, s in enumerate(data.decode().split("\n"), 1) if change[1] in s)
    met = [(f["code"], f["line"]) for f in findings if "code" in f]
    check(any(c == code and line - 3 <= n <= line for c, n in met), met)
    check(json.dumps(text, ensure_ascii=False) in made.out.decode(), made.out)
    same(run("convert", "-t", form, stdin=made.out).ends(0).out, data, "the way back")


@case("options that have no such value are wrong usage")
def _():
    for spec in ("ru-upk454:charset=nonsense", "oas-form:language=xx"):
        result = run("convert", "-f", "convention-json", "-t", spec, stdin=b"{}")
        same(result.status, 2, result.err)
        check(b"plugin.bad-option" in result.err, result.err)


@case("a form whose labels an encoding cannot say is refused")
def _():
    data = next(p for f, p in UTF8 if f == "br-drci").read_bytes()
    result = run("convert", "-t", "ru-upk454:charset=iso-8859-1", stdin=data)
    same((result.status, result.out), (5, b""), result.err)
    check(b"charset.form" in result.err, result.err)


@case("a byte that does not fit is named where it stands")
def _():
    data = next(p for f, p in UTF8 if f == "ru-upk454").read_bytes()
    bad = data.replace("Цель".encode(), b"\xff\xfe\xfd", 1)
    report = folder() / "report"
    result = run("convert", "-f", "ru-upk454:charset=utf-8", "-t", "convention-json",
                 "--report", report, stdin=bad)
    same(result.status, 4, result.err)
    finding = json.loads(report.read_text().splitlines()[0])
    same((finding["code"], finding["offset"]), ("charset.invalid", bad.index(b"\xff")), finding)


@cases("hostile text is read or refused, and quickly: {0}", [
    ("nothing", b""), ("blanks", b" \n\t\n"), ("zeros", b"\0" * 5000),
    ("a line of 2 MB", b"5. FATOS: " + b"x" * 2000000),
    ("one label 100,000 times", b"FATOS:\n" * 100000), ("labels alone", b"1. \n2. \n" * 50000),
    ("boxes without end", "TRAMITAÇÃO EM SIGILO? ".encode() + b"(X) SIM " * 100000),
    ("parts without end", b"3. AUTORIDADE REQUERENTE: " + b"; tel. 1" * 50000)])
def hostile(_, data):
    result = run("convert", "-q", "-f", "br-drci", "-t", "convention-json", stdin=data)
    check(result.status in (0, 4), f"exit status {result.status}", result.err[:500])


# --- the full samples

FULL = pathlib.Path(__file__).parent / "forms"
TEXT = {f: (FULL / f"{f}.txt").read_text(encoding="utf-8") for f in FORMS}
EXPECTED = {f: json.loads((FULL / f"{f}.json").read_text(encoding="utf-8")) for f in FORMS}
TEMPLATE = {f: json.loads((SOURCE / "plugins" / f / f"{f}.json").read_text(encoding="utf-8"))
            for f in FORMS}
# values on the sides of the record that no form states
OF_THE_RECORD = ("schema", "provenance", "kept", "combined")
CODECS = {"UTF-16": "utf-16", "UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be"}


def flat(value, path=""):
    """(path, scalar) of each scalar of a record."""
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from flat(entry, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from flat(entry, f"{path}[{index}]")
    else:
        yield path, value


def values(record):
    return dict(flat({k: v for k, v in record.items() if k not in OF_THE_RECORD}))


def read(data, form=None, *more):
    """The run and the record of a form."""
    result = convert("convention-json", data if isinstance(data, bytes) else data.encode(),
                     *(("-f", form) if form else ()), *more).ends(0)
    return result, json.loads(result.out)


def edited(form, old, new):
    same(TEXT[form].count(old), 1, f"{old!r} in the sample")
    return TEXT[form].replace(old, new)


def leaf_labels(form):
    """How many leaves the sample has: labels with an item, title, closing part."""
    words = [w for row in TEMPLATE[form]["rows"] if "at" in row
             for w in (row["at"].values() if isinstance(row["at"], dict) else
                       [row["at"]] if isinstance(row["at"], str) else row["at"][:1])]
    found = {w for w in words
             if re.search(r"(?m)^[(（]?[\w.]{0,4}[.)）]?\s?" + re.escape(w), TEXT[form])}
    return len(found) + ("preamble" in TEMPLATE[form]) + 1


@cases("{0}: every value of the full sample arrives where the template says", [
    (f,) for f in FORMS])
def arrives(form):
    result, record = read(TEXT[form], form)
    check(len(EXPECTED[form]) > 20, "the sample is not full")
    got = values(record)
    same({p: v for p, v in got.items() if EXPECTED[form].get(p) != v}, {}, "other values")
    same([p for p in EXPECTED[form] if p not in got], [], "values that did not arrive")
    same(result.findings, [], "findings")
    counts = result.summary
    same(counts["mapped"] + counts["kept"], leaf_labels(form), f"leaves: {counts}")


@cases("{0}: the full sample comes back byte for byte", [(f,) for f in FORMS])
def full_comes_back(form):
    data = TEXT[form].encode()
    for via in ("convention-json", "convention-xml"):
        middle = convert(via, data, "-f", form).ends(0)
        back = convert(form, middle.out).ends(0)
        same(back.out.decode(), TEXT[form], via)
        same(back.graver("loss") + back.graver("warning"), [], via)
    for via in ("convention-json", "convention-xml"):
        result = run("roundtrip", "--via", via, stdin=data).ends(0)
        check(b"unchanged, 0 differences" in result.out, result)
        result = run("roundtrip", "-f", form, "--json", "--via", via, stdin=data).ends(0)
        same(json.loads(result.out)["differences"], 0, via)


@case("roundtrip tells of a change: a form whose text was made to differ is not unchanged")
def differs():
    where = folder()
    (where / "a.txt").write_text(TEXT["ru-upk454"])
    (where / "b.txt").write_text(edited("ru-upk454", "1979 г.р.", "1978 г.р."))
    result = run("diff", where / "a.txt", where / "b.txt")
    check(b"1979" in result.out and b"1978" in result.out, result)


def sayable(form, charset):
    """The sample, and what it says, in signs that the encoding has."""
    def put(text):
        plain_quotes = charset in ("KOI8-R", "CP866") and isinstance(text, str)
        return re.sub("[«»]", '"', text) if plain_quotes else text
    return put(TEXT[form]), {p: put(v) for p, v in EXPECTED[form].items()}


@cases("{0} in {1} is told by its bytes, and is the same document", [
    (f, c) for f in FORMS
    for c in [*TEMPLATE[f]["charsets"], "UTF-16", "UTF-16LE", "UTF-16BE"]])
def full_encodings(form, charset):
    text, expected = sayable(form, charset)
    middle = convert("convention-json", text.encode(), "-f", form).ends(0).out
    result = convert(f"{form}:charset={charset}", middle).ends(0)
    same(result.graver("warning") + result.graver("loss"), [], "findings")
    encoded = result.out
    same(encoded.decode(CODECS.get(charset, charset)), text, charset)
    if charset == "UTF-16":
        same(encoded[:2], b"\xff\xfe", "mark")
    same(values(read(encoded)[1]), expected, "told by its bytes")
    same(values(read(encoded, f"{form}:charset={charset}")[1]), expected, "named")
    told = [json.loads(line)["format"] for line in
            run("detect", "--json", stdin=encoded).ends(0).out.splitlines()]
    same(told, [form], "detected")


@cases("{0} with a mark: {1}", [
    (f, c) for f in FORMS for c in ("utf-8-sig", "utf-16", "big-endian")])
def marked(form, codec):
    data = (b"\xfe\xff" + TEXT[form].encode("utf-16-be")) if codec == "big-endian" else \
        TEXT[form].encode(codec)
    result, record = read(data)
    same(values(record), EXPECTED[form], codec)
    same(convert(form, result.out).ends(0).out.decode(), TEXT[form], "the way back")


@cases("{0}, shared, in its encoding: {1}", [
    ("br-drci", "br_drci.latin1.txt"), ("ru-upk454", "ru_upk454.cp1251.txt"),
    ("ru-upk454", "ru_upk454.koi8r.txt"), ("cn-icja13", "cn_art13.gb18030.txt"),
    ("oas-form", "ar_oas_es.cp1252.txt")])
def shared_encoded(form, name):
    codec = name.split(".")[1].replace("koi8r", "koi8-r")
    data = shared("data/national/" + name).read_bytes()
    plain = shared("data/national/" + name.split(".")[0] + ".txt").read_bytes()
    same(data.decode(codec), plain.decode(), "the shared files")
    same(canonical(data), canonical(plain), "told by its bytes")
    result = run("roundtrip", "-f", form, stdin=data).ends(0)
    check(b"unchanged, 0 differences" in result.out, result)
    middle = convert("convention-json", data, "-f", form).ends(0).out
    charset = {"latin1": "ISO-8859-1", "cp1252": "windows-1252", "cp1251": "windows-1251"}
    same(convert(f"{form}:charset={charset.get(codec, codec)}", middle).ends(0).out, data,
         "the way back in the same encoding")


# --- one form to another

# a value that only its own words tell ("...案", "ст. ..."): another one stays in the whole text
SHAPED = {("cn-icja13", "proceeding.name"), ("ru-upk454", "offences.provisions.citation")}
COUNTRY = {"AR": ("Argentina", "Аргентина", "阿根廷", "Argentinien")}


def joined(text):
    """Without white space: a writer may indent and join lines."""
    return re.sub(r"\s+", "", text)


def walk_rows(rows, group=""):
    """(canonical path without brackets, row) of each row and part of a template."""
    for row in rows:
        inner = (group + row["each"] + "." if "each" in row else group)
        yield from walk_rows(row.get("parts", ()), inner)
        for field in [row.get("field")] + list(row.get("fields", {}).values()):
            if isinstance(field, str) and "at" in row and field:
                yield field, row
            elif isinstance(field, str) and field:
                yield group + field, row


def plain(path):
    return re.sub(r"\[[^]]*\]", "", path)


def places_in(form):
    return {plain(path) for path, _ in walk_rows(TEMPLATE[form]["rows"])}


def spellings(path, value, form):
    """How a form may write a value."""
    if value is True:
        rows = [r for p, r in walk_rows(TEMPLATE[form]["rows"]) if plain(p) == plain(path)]
        parts = [r["part"] for r in rows if "means" in r]
        return [w for p in parts for w in (p.values() if isinstance(p, dict) else [p])] + \
            ["(X) SIM" for r in rows if "boxes" in r]
    texts = [value, *COUNTRY.get(value, ())]
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", value):
        parts = value.split("-")
        texts += ["/".join(reversed(parts)), ".".join(reversed(parts)),
                  "".join(f"{int(n)}{c}" for n, c in zip(parts, "年月日"))]
    for table in TEMPLATE[form].get("codes", {}).values():
        texts += [word for word, code in table.items() if code == value]
    return texts


def in_form(form, path, text):
    """The sample's own spelling, which stands in what was carried whole."""
    return [s for s in spellings(path, text, form) if joined(s) in joined(TEXT[form])]


def is_named(path, losses):
    return any(path == f or path.startswith((f + ".", f + "[")) for f in losses)


def lost_fields(result):
    return [f["field"] for f in result.graver("loss") if "field" in f]


def contact_type(path):
    """The type of a contact is said by the words before its value."""
    return path.endswith(".type") and "contacts" in path


@cases("{0} to {1}, full: all values are there or named, and the account adds up",
       [(a, b) for a in FORMS for b in FORMS if a != b])
def full_cross(source, target):
    result = convert(target, TEXT[source].encode(), "-f", source).ends(0)
    record = read(TEXT[source], source)[1]
    output, losses = joined(result.out.decode()), lost_fields(result)
    silent = {}
    for path, value in values(record).items():
        if path in ("kind", "language") or contact_type(path):
            continue
        said = spellings(path, value, target) + in_form(source, path, value)
        there = any(joined(s) in output for s in said)
        if not there and not is_named(path, losses):
            silent[path] = value
    for index, entry in enumerate(record.get("combined", [])):
        if not entry.get("complete") and joined(entry["text"]) not in output and \
                not is_named(f"combined[{index}]", losses):
            silent[entry["item"]] = entry["text"]
    same(silent, {}, "went in silence")
    kept = [k for k in record.get("kept", {}).get(source, {})]
    named = [f.get("source") for f in result.of("loss.kept")]
    same(named, [k[1:] for k in kept], "kept, of the other form")
    counts = result.summary
    same(counts["mapped"] + counts["approximated"] + counts["kept"] + counts["dropped"],
         leaf_labels(source), f"leaves: {counts}")
    told = [json.loads(line)["format"] for line in
            run("detect", "--json", stdin=result.out).ends(0).out.splitlines()]
    same(told, [target], "detected")


@cases("{0} to {1}, read again: what has a place there has come",
       [(a, b) for a in FORMS for b in FORMS if a != b])
def full_cross_back(source, target):
    made = convert(target, TEXT[source].encode(), "-f", source).ends(0)
    named = [f["field"] for f in made.findings if "field" in f]
    record = read(made.out, target)[1]
    again, whole = values(record), [c["text"] for c in record.get("combined", [])]
    places = places_in(target) | {"signature.text"}
    changed = {}
    for path, value in EXPECTED[source].items():
        if plain(path) not in places or is_named(path, named) or again.get(path) == value:
            continue
        rest = plain(path) == "remarks.text"  # what others combined is behind it
        shaped = (target, plain(path)) in SHAPED and again.get(path) is None
        if not (rest and again.get(path, "").startswith(value)) and \
                not (shaped and any(value in text for text in whole)):
            changed[path] = (value, again.get(path))
    same(changed, {}, "values that read otherwise")
    # what the source says, or what the target calls its own
    made_up = {p: v for p, v in again.items()
               if p not in EXPECTED[source] and p not in ("language", "kind")
               and not p.startswith("remarks")}
    same(made_up, {}, "values that the source does not have")


# --- nothing is guessed

GUESSES = [
    ("br-drci", "05/03/1985", "31/02/1985", "model.date", "persons[0].birth.date"),
    ("br-drci", "05/03/1985", "05/03/85", "model.date", "persons[0].birth.date"),
    ("br-drci", "PRAZO: 30/09/2026", "PRAZO: em trinta dias", "model.date",
     "deadlines[0].date"),
    ("br-drci", "PRAZO: 30/09/2026", "PRAZO: 30/13/2026", "model.date", "deadlines[0].date"),
    ("br-drci", "nacionalidade: Argentina", "nacionalidade: Congo", "model.country",
     "persons[0].nationalities[0]"),
    ("br-drci", "nacionalidade: Argentina", "nacionalidade: Quimera", "model.country",
     "persons[0].nationalities[0]"),
    ("br-drci", "da Argentina.", "do Congo.", "model.country", "requested.state"),
    ("br-drci", "URGÊNCIA: urgente", "URGÊNCIA: logo", "model.code", "urgency"),
    ("ru-upk454", "05.03.1985 г.р.", "31.02.1985 г.р.", "model.date", "persons[0].birth.date"),
    ("ru-upk454", "05.03.1985 г.р.", "05.03.85 г.р.", "model.date", "persons[0].birth.date"),
    ("ru-upk454", "Срок исполнения: 30.09.2026", "Срок исполнения: в месячный срок",
     "model.date", "deadlines[0].date"),
    ("ru-upk454", "гражданство: Аргентина", "гражданство: Конго", "model.country",
     "persons[0].nationalities[0]"),
    ("ru-upk454", "государство: Аргентина", "государство: Корея", "model.country",
     "requested.state"),
    ("cn-icja13", "1985年3月5日出生", "1985年2月31日出生", "model.date",
     "persons[0].birth.date"),
    ("cn-icja13", "1985年3月5日出生", "85年3月5日出生", "model.date", "persons[0].birth.date"),
    ("cn-icja13", "2026年9月30日", "三个月内", "model.date", "deadlines[0].date"),
    ("cn-icja13", "国籍：阿根廷", "国籍：示例国", "model.country",
     "persons[0].nationalities[0]"),
    ("cn-icja13", "被请求国：阿根廷", "被请求国：刚果", "model.country", "requested.state"),
    ("oas-form", "05/03/1985", "29/02/1985", "model.date", "persons[0].birth.date"),
    ("oas-form", "30/09/2026", "30/09/26", "model.date", "deadlines[0].date"),
    ("oas-form", "30/09/2026", "cuanto antes", "model.date", "deadlines[0].date"),
    ("oas-form", "nacionalidad: Argentina", "nacionalidad: Congo", "model.country",
     "persons[0].nationalities[0]"),
    ("hk-cap525", "05/03/1985", "31/02/1985", "model.date", "persons[0].birth.date"),
    ("hk-cap525", "30/09/2026", "without delay", "model.date", "deadlines[0].date"),
    ("hk-cap525", "nationality: Argentina", "nationality: Korea", "model.country",
     "persons[0].nationalities[0]"),
    ("ch-irsg28", "05.03.1985", "31.02.1985", "model.date", "persons[0].birth.date"),
    ("ch-irsg28", "Frist: 30.09.2026", "Frist: baldmöglichst", "model.date",
     "deadlines[0].date"),
    ("ch-irsg28", "Staatsangehörigkeit: Argentinien", "Staatsangehörigkeit: Kongo",
     "model.country", "persons[0].nationalities[0]"),
    ("id-asean", "05/03/1985", "31/02/1985", "model.date", "persons[0].birth.date"),
    ("id-asean", "30/09/2026", "30/09/26", "model.date", "deadlines[0].date"),
    ("id-asean", "Nationality: Argentina", "Nationality: Congo", "model.country",
     "persons[0].nationalities[0]"),
]


@cases("{0}: {2} is not guessed", GUESSES)
def not_guessed(form, old, new, code, path):
    text = edited(form, old, new)
    result, record = read(text, form)
    got = values(record)
    check(isinstance(got.get(path), str) and got[path] in new and len(got[path]) > 1,
          f"{path} is {got.get(path)!r}, not as written: {new!r}")
    same({p: v for p, v in got.items() if v != EXPECTED[form].get(p)}, {path: got[path]},
         "other values")
    found = [f for f in result.findings if f["severity"] != "note"]
    same([(f["code"], f["field"]) for f in found], [(code, path)], "findings")
    same(convert(form, result.out).ends(0).out.decode(), text, "the way back")


@cases("{0}: the finding for {2} is at its line", GUESSES)
def not_guessed_at(form, old, new, code, path):
    text = edited(form, old, new)
    found = read(text, form)[0].of(code)
    same([f["line"] for f in found], [text[:text.index(new)].count("\n") + 1], "lines")


# --- which form

@case("each full sample scores for its own form alone")
def alone():
    for form in FORMS:
        for line in run("detect", "--json", stdin=TEXT[form]).ends(0).out.splitlines():
            entry = json.loads(line)
            same(entry["format"], form, "format")
            check(entry["score"] >= 50, entry)


@cases("a text of no form is not recognized: {0}", [
    ("a letter", "Dear Sir,\n\nthank you for your letter of 3 May.\n\nYours faithfully\n"),
    ("one label of a form", "FATOS: nada\n"),
    ("labels in running text", "He wrote FATOS: and then REFERÊNCIA: in one line.\n"),
    ("numbers alone", "1. one\n2. two\n3. three\n"),
    ("Russian prose", "Прошу сообщить, когда прибудет маяк.\n"),
    ("Chinese prose", "请告知灯塔何时运到。\n"),
    ("words behind a mark", "\ufeffnothing: here\nnothing: there\n")])
def no_form(_, text):
    for command in (("detect",), ("convert", "-t", "convention-json"), ("roundtrip",)):
        result = run(*command, stdin=text)
        check(result.status in (4, 6), f"{command[0]} ends with {result.status}", result)
        check(result.err, "without a word")
        same(result.out if command[0] == "convert" else b"", b"", "output")


def folded(text):
    """Without case and accents, as labels are compared."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


@cases("{0} read as another form: it has none of its labels, or all words are kept", [
    (f,) for f in FORMS])
def wrong_form(form):
    for other in FORMS:
        if other == form:
            continue
        result = convert("convention-json", TEXT[form].encode(), "-f", other)
        if result.status:
            result.ends(4)
            same([f["code"] for f in result.graver("error")], ["text.no-label"], other)
            same(result.out, b"", other)
            continue
        carried = result.out.decode() + json.dumps(TEMPLATE[other]["rows"], ensure_ascii=False)
        gone = [w for w in re.findall(r"[^\W\d]{2,}", folded(TEXT[form]))
                if w not in folded(carried)]
        same(gone, [], f"words that {other} lost")


@cases("{0}{1} is wrong usage", [
    ("-f ", "ru-upk454:charset=nonsense"), ("-t ", "ru-upk454:charset=nonsense"),
    ("-t ", "oas-form:language=xx"), ("-t ", "br-drci:language=es"),
    ("-t ", "oas-form:colour=red"), ("-f ", "cn-icja13:colour=red")])
def bad_option(flag, spec):
    other = "-t" if flag == "-f " else "-f"
    form = spec.split(":")[0]
    result = run("convert", flag.strip(), spec, other, "convention-json" if other == "-t"
                 else form, stdin=TEXT[form])
    result.ends(2)
    check(b"plugin." in result.err, result)
    if "colour" not in spec:
        check(b"plugin.bad-option" in result.err, result)
    same(result.out, b"", "output")


@cases("language={0} chooses the labels", [
    ("en", "The facts:", "Time limit:", "date of birth:"),
    ("es", "Los hechos:", "Plazo:", "fecha de nacimiento:"),
    ("pt", "Os fatos:", "Prazo:", "data de nascimento:")])
def languages(language, *words):
    result = convert(f"oas-form:language={language}", TEXT["br-drci"].encode()).ends(0)
    lines = [line.strip() for line in result.out.decode().splitlines()]
    check(words[0] in lines and words[1] in lines and words[2] in result.out.decode(), result)
    again = values(read(result.out)[1])
    same(again["language"], language, "language")
    same([again["persons[0].birth.date"], again["deadlines[0].date"]],
         ["1985-03-05", "2026-09-30"], "dates")


# --- places

PLACES = [("cn-icja13", "gb18030", "2026年9月30日", "三个月内", "model.date"),
          ("ru-upk454", "windows-1251", "Дополнительные сведения: приложено фото",
           "Дополнительные сведения: прило\u2014жено\x01 фото", "text.control"),
          ("ru-upk454", "koi8-r", "приложено фото", "приложено\x01 фото", "text.control"),
          ("ru-upk454", "cp866", "2) Орган", "7) Орган", "text.number"),
          ("ru-upk454", "windows-1251", "6) Факт", "9) Факт", "text.number"),
          ("cn-icja13", "gb18030", "（六）希望", "（九）希望", "text.number"),
          ("br-drci", "iso-8859-1", "PRAZO: 30/09/2026", "PRAZO: amanhã", "model.date"),
          ("br-drci", "utf-16", "PRAZO: 30/09/2026", "PRAZO: amanhã \U0001F600", "model.date"),
          ("ch-irsg28", "utf-16", "Frist: 30.09.2026", "Frist: übermorgen", "model.date"),
          ("cn-icja13", "utf-16-le", "2026年9月30日", "三个月内", "model.date"),
          ("cn-icja13", "utf-16-be", "附照片一张", "附照片\x02一张", "text.control")]


@cases("{0} in {1}: the place of {4}", PLACES)
def placed(form, codec, old, new, code):
    text = edited(form, old, new)
    if codec in ("koi8-r", "cp866"):
        text = re.sub("[«»]", '"', text)
    data = text.encode(codec)
    (found,) = read(data, form)[0].of(code)
    if code == "text.control":
        at = next(i for i, c in enumerate(text) if c < " " and c not in "\n\t")
    elif code == "text.number":
        at = text.index(new)
    else:
        value = new.split(": ")[-1]
        at = text.index(value)
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    offset = len(text[:at].encode(codec))
    same((found["line"], found["column"], found["offset"]), (line, column, offset),
         "line, column, offset")


@cases("a time in a form that writes days stands as it is, and that is told: {0}",
       [("ru-upk454",), ("br-drci",)])
def time_of_day(form):
    record = json.loads(run("convert", "-f", form, "-t", "convention-json",
                            stdin=TEXT[form].encode()).ends(0).out)
    record.pop("kept", None)
    for date, is_told in (("2026-09-30", False), ("2026-09-30T10:00:00Z", True)):
        record["deadlines"][0]["date"] = date
        made = run("convert", "-f", "convention-json", "-t", form, report=True,
                   stdin=json.dumps(record).encode()).ends(0)
        same(bool(made.of("model.time")), is_told, made.findings)
        same(date.encode() in made.out, is_told, made.out.decode())


@cases("a NUL refuses the form, since no text may hold one: {0} in {1}",
       [("ru-upk454", "utf-8"), ("ru-upk454", "windows-1251"), ("cn-icja13", "utf-16")])
def nul(form, codec):
    text = TEXT[form][:-9] + "\0" + TEXT[form][-9:]
    made = run("convert", "-f", form, "-t", "convention-json", stdin=text.encode(codec),
               report=True).ends(4)
    (found,) = made.graver("error")
    at = text.index("\0")
    same((found["code"], found["line"]), ("text.nul", text.count("\n", 0, at) + 1), "finding")
    same(made.out, b"", "output")


@cases("a byte that does not fit in {1} is named at its place: {0}", [
    ("ru-upk454", "utf-8", b"\xff"), ("br-drci", "utf-8", b"\xc3("),
    ("oas-form", "utf-8", b"\xed\xa0\x80"), ("cn-icja13", "gb18030", b"\x81\x20"),
    ("cn-icja13", "utf-8", b"\xe4\xb8"), ("id-asean", "utf-16-le", b"\x00\xd8")])
def ill_formed(form, codec, bad):
    word = TEXT[form][len(TEXT[form]) // 2:].split("\n")[1][:20]
    data = TEXT[form].encode(codec)
    at = data.index(word.encode(codec), len(data) // 3)
    data = data[:at] + bad + data[at:]
    name = {"utf-16-le": "utf-16le"}.get(codec, codec)
    result = convert("convention-json", data, "-f", f"{form}:charset={name}").ends(4)
    (found,) = result.graver("error")
    same((found["code"], found["offset"]), ("charset.invalid", at), "finding")
    same(found["line"], data[:at].decode(codec).count("\n") + 1, "line")
    same(result.out, b"", "output")


# --- hostile text

DEEP = "\u0301" * 20000 + "\U0001F468\u200d" * 5000 + "\u202e\u2066" * 5000
HOSTILE = {
    "nothing": b"", "blanks": b" \t\r\n" * 10000, "wide blanks": "\u3000\n".encode() * 10000,
    "zeros": b"\0" * 100000, "5 MB of one line": b"x" * 5000000,
    "lines without end": b"\n" * 3000000, "the marks of all": b"\xef\xbb\xbf" * 1000,
    "half a mark": b"\xef\xbb", "half of UTF-16": b"\xff\xfeA",
    "surrogates": b"\xff\xfe" + b"\x00\xd8" * 1000}


def hostile_texts(form):
    text = TEXT[form]
    label = next(r for r in TEMPLATE[form]["rows"] if "at" in r)["at"]
    label = label["es"] if isinstance(label, dict) else label
    label = label if isinstance(label, str) else label[0]
    yield from HOSTILE.items()
    yield "one label 100,000 times", (label + ":\n").encode() * 100000
    yield "a label without end", (label + ": " + label).encode() * 100000
    yield "the sample 500 times", text.encode() * 500
    yield "5 MB behind a label", (text + label + ": ").encode() + b"x" * 5000000
    yield "zeros in the middle", text.replace("\n", "\n\0", 6).encode()
    yield "deep Unicode", (text + DEEP).encode()
    yield "deep Unicode in a label", text.replace(label, label + DEEP, 1).encode()
    yield "separators without end", (text + label + ": " + "; , ；，\n" * 50000).encode()
    yield "an open quotation without end", (text + "«“\"" * 100000).encode()


@cases("{0}: hostile text is read or refused, quickly", [(f,) for f in FORMS])
def full_hostile(form):
    for name, data in hostile_texts(form):
        result = run("convert", "-q", "-f", form, "-t", "convention-json", stdin=data,
                     timeout=60)
        check(result.status in range(0, 6), f"{name}: exit status {result.status}", result)
        check(result.seconds < 5, f"{name}: {result.seconds:.1f} s")
        check((result.status == 0) == bool(result.out), f"{name}: output", result)


@cases("nobody says which form: {0}", [(n,) for n in HOSTILE])
def hostile_unnamed(name):
    for command in ("detect", "convert"):
        more = ("-t", "convention-json") if command == "convert" else ()
        result = run(command, *more, stdin=HOSTILE[name], timeout=60)
        check(result.status in (4, 6), f"{command}: exit status {result.status}", result)
        check(result.seconds < 5, f"{command}: {result.seconds:.1f} s")


main(every=6)
