# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forms as people type them: each variation is read as the clean form is, or named by a finding
at its line, and the other items are still read."""
import functools
import json
import pathlib
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, cases, check, convert, folder, main, run, same  # noqa: E402

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


@functools.cache
def clean_record(form):
    """What the sample holds; not to be changed."""
    return read(form, SAMPLES[form].encode())[0]


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
    clean = clean_record(form)
    text = change(form, SAMPLES[form])
    record, found = read(form, text.encode())
    same(record, clean, f"{name}: {[f['code'] for f in found]}")
    same([f["code"] for f in found if f["severity"] != "note"], [code] if code else [], found)


@cases("{0}: a label is missing, the others are read", [(f,) for f in FORMS])
def missing(form):
    clean = clean_record(form)
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


# --- variations of the full samples, by hand
#
# Each says what it puts where, which values are then other than in the clean sample (None: not
# there), and which findings there are, each with a text of the line that it is to name.

FULL_FOLDER = pathlib.Path(__file__).parent / "forms"
CLEAN = {f: (FULL_FOLDER / f"{f}.txt").read_text(encoding="utf-8") for f in FORMS}
EXPECTED = {f: json.loads((FULL_FOLDER / f"{f}.json").read_text(encoding="utf-8"))
            for f in FORMS}
COUNTRIES = ("Argentina", "Аргентина", "阿根廷", "Argentinien")


class Variation:
    def __init__(self, form, name, *edits, findings=(), back=True, **more):
        self.form, self.name, self.edits, self.findings = form, name, edits, findings
        self.changes = more.get("changes", {})
        self.back = back  # False: one line is written on the line before it, and that is told
        self.named = more.get("named")  # read, or named by a finding at the line of this text

    def text(self):
        text = CLEAN[self.form]
        for old, new in self.edits:
            same(text.count(old), 1, f"{old!r} in the sample")
            text = text.replace(old, new)
        return text


def flat(value, path=""):
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from flat(entry, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from flat(entry, f"{path}[{index}]")
    else:
        yield path, value


def values(record):
    aside = ("schema", "provenance", "kept", "combined")
    return dict(flat({k: v for k, v in record.items() if k not in aside}))


def folded(text):
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c) and c not in "\u00ad\u200b")


def lost_words(text, form, output):
    """Words of the text that stand neither in what was read nor in the form's own words."""
    known = folded(output + json.dumps(TEMPLATES[form], ensure_ascii=False) +
                   " ".join(COUNTRIES))
    words_of = re.findall(r"[^\W\d_]{2,}", folded(text))
    return [w for w in words_of if w not in known and w not in re.sub(r"\s|\\n", "", known)]


def unlike(record, clean, changes):
    """What is neither as in the clean sample nor as the variation says: (expected, got)."""
    wanted = {**clean, **changes}
    got = values(record)
    return {p: (wanted.get(p), got.get(p)) for p in {**wanted, **got}
            if wanted.get(p) != got.get(p)}


def record_of(made):
    try:
        return json.loads(made.out)
    except ValueError as fault:
        near = made.out.decode()[max(0, fault.pos - 60):fault.pos + 20]
        raise AssertionError(f"the output is no JSON: {fault}: {near!r}") from None


def line_of(text, part):
    lines = re.split(r"\r\n|\r|\n", text)
    return next(n for n, line in enumerate(lines, 1) if part in line)


def check_read(form, text, changes, findings):
    """All is read as it should be; returns the run and the record."""
    made = convert("convention-json", text.encode(), "-f", form).ends(0)
    record = record_of(made)
    same(unlike(record, EXPECTED[form], changes), {}, "(expected, got)")
    met = sorted((f["code"], f["line"]) for f in made.findings if f["severity"] != "note")
    same(met, sorted((code, line_of(text, part)) for code, part in findings),
         "findings and lines")
    return made, record


def check_named(form, text, changes, named):
    """All is read, or what is not is named at its line; nothing is made up."""
    made = convert("convention-json", text.encode(), "-f", form).ends(0)
    odd = unlike(record_of(made), EXPECTED[form], changes)
    same({p: pair for p, pair in odd.items() if pair[0] is None}, {}, "made up")
    lines = [f["line"] for f in made.findings if f["severity"] != "note"]
    check(not odd or line_of(text, named) in lines, "neither read nor named at line "
          f"{line_of(text, named)}: {odd}; findings at {lines}")


def check_variation(form, text, changes, findings, back):
    made, record = check_read(form, text, changes, findings)
    said = made.out.decode() + " ".join(f["message"] for f in made.findings)
    same(lost_words(text, form, said), [], "words that are nowhere")
    again = convert(form, made.out).ends(0)
    same(unlike(json.loads(convert("convention-json", again.out, "-f", form).ends(0).out),
                values(record), {}) if back else {}, {}, "read, written and read again")
    told = [f["code"] for f in again.findings  # what was told of the form is told of the JSON
            if f["severity"] in ("warning", "loss") and not f["code"].startswith("model.")]
    same(told, [] if back else ["text.line-joined"], "findings of writing")


BR, RU, CN, OAS = "br-drci", "ru-upk454", "cn-icja13", "oas-form"
HK, CH, ID = "hk-cap525", "ch-irsg28", "id-asean"
SUMMARY = {f: EXPECTED[f]["facts.summary"] for f in FORMS}
SECRET, BOXES = "confidentiality.requested", "(X) SIM  ( ) NÃO\nAS LOC"


def boxes(name, put, **more):
    """Something else behind the first row of boxes."""
    return Variation(BR, "boxes: " + name, (BOXES, put + "\nAS LOC"), **more)


BRAZIL = [
    Variation(BR, "a label wrapped twice", ("6. TRANSCRIÇÃO DOS DISPOSITIVOS LEGAIS",
                                            "6. TRANSCRIÇÃO\nDOS DISPOSI-\nTIVOS LEGAIS"
                                            .replace("-\n", "\u00ad\n"))),
    Variation(BR, "a number on a line of its own", ("5. FATOS", "5.\nFATOS")),
    Variation(BR, "no item 8", ("8. OBJETIVO DA SOLICITAÇÃO: Achar o farol.\n", ""),
              changes={"purpose.text": None}),
    Variation(BR, "an item without value", ("OBJETIVO DA SOLICITAÇÃO: Achar o farol.",
                                            "OBJETIVO DA SOLICITAÇÃO:"),
              changes={"purpose.text": None}),
    Variation(BR, "items in another order",
              ("8. OBJETIVO DA SOLICITAÇÃO: Achar o farol.\n", ""),
              ("2. REMETENTE", "8. OBJETIVO DA SOLICITAÇÃO: Achar o farol.\n2. REMETENTE")),
    Variation(BR, "the annex first", ("PRAZO: 30/09/2026\n", ""),
              ("1. DEST", "PRAZO: 30/09/2026\n1. DEST")),
    Variation(BR, "a label in the middle of a line",
              ("levaram o farol", "levaram, FATOS: o farol"),
              changes={"facts.summary": SUMMARY[BR].replace("levaram o",
                                                            "levaram, FATOS: o")}),
    Variation(BR, "words of a label at the start of a line, in a sentence",
              ("  - uma vela.", "  - uma vela.\nFatos novos não há."),
              changes={"facts.summary": SUMMARY[BR] + "\nFatos novos não há."}),
    Variation(BR, "a label at the start of a line of a value",
              ("  - uma vela.", "  - uma vela.\nFATOS: outros"),
              changes={"facts.summary": SUMMARY[BR] + "\nFATOS: outros"}, back=False,
              findings=[("text.label-twice", "FATOS: outros")]),
    Variation(BR, "another item's label in a value",
              ("  - uma vela.", "  - uma vela.\nSIGILO: nenhum"),
              changes={"facts.summary": SUMMARY[BR] + "\nSIGILO: nenhum"}, back=False,
              findings=[("text.label-twice", "SIGILO: nenhum")]),
    Variation(BR, "two colons and none", ("5. FATOS:", "5. FATOS::"),
              ("4. REFERÊNCIA:", "4. REFERÊNCIA"), ("2. REMETENTE:", "2. REMETENTE")),
    Variation(BR, "no colon, no number, a value below", ("PRAZO: ", "PRAZO\n")),
    Variation(BR, "dashes for colons", ("URGÊNCIA: ", "URGÊNCIA - "),
              ("SIGILO: ", "SIGILO – ")),
    Variation(BR, "wide colons and digits", ("5. FATOS:", "５．FATOS："),
              ("4. REFERÊNCIA: ", "４． REFERÊNCIA：")),
    Variation(BR, "1) 2 - 3.- (4) 5º", ("1. DEST", "1) DEST"), ("2. REM", "2 - REM"),
              ("3. AUT", "3.- AUT"), ("4. REF", "(4) REF"), ("5. FATOS", "5º FATOS")),
    Variation(BR, "a number that is not the form's", ("4. REF", "14. REF"),
              findings=[("text.number", "14. REF")]),
    Variation(BR, "numbered anew from 5 on", ("5. FATOS", "6. FATOS"), ("6. TRANS", "7. TRANS"),
              ("7. DESC", "8. DESC"),
              findings=[("text.number", "6. FATOS"), ("text.number", "7. TRANS"),
                        ("text.number", "8. DESC")]),
    Variation(BR, "small letters without accents", ("4. REFERÊNCIA", "4. referencia"),
              ("DESCRIÇÃO DA ASSISTÊNCIA SOLICITADA", "Descricao da assistencia solicitada")),
    Variation(BR, "the older label, the shorter label", ("1. DESTINATÁRIO", "1. DESTINATÁRIO "
              "(PARA)"), ("8. OBJETIVO DA SOLICITAÇÃO", "8. OBJETIVO")),
    Variation(BR, "a label a second time with another value",
              ("PRAZO: 30/09/2026\n", "PRAZO: 30/09/2026\nPRAZO: 31/10/2026\n"), back=False,
              changes={"deadlines[0].date": "30/09/2026\nPRAZO: 31/10/2026"},
              findings=[("text.label-twice", "PRAZO: 31/10"), ("model.date", "30/09")]),
    Variation(BR, "no title", ("FORMULÁRIO DE AUXÍLIO JURÍDICO EM MATÉRIA PENAL\n\n", "")),
    Variation(BR, "letters before the title, a line behind it",
              ("FORMULÁRIO DE", "PODER JUDICIÁRIO\nProtocolo 17\n\nFORMULÁRIO DE"),
              ("PENAL\n\n", "PENAL\n(uso interno)\n\n")),
    Variation(BR, "guidance before a label",
              ("6. TRANSCRIÇÃO", "(transcrever o texto da lei)\n6. TRANSCRIÇÃO"),
              changes={"facts.summary": SUMMARY[BR] + "\n(transcrever o texto da lei)"}),
    Variation(BR, "unknown text after the items", ("anexa uma foto", "anexa uma foto\n\nvide "
              "verso"), changes={"remarks[0].text": "anexa uma foto\n\nvide verso"}),
    Variation(BR, "signed without closing words", ("Atenciosamente,\n", "_______________\n"),
              changes={"signature.text": "Zuleica Quorn"}),
    Variation(BR, "not signed", ("\nAtenciosamente,\nZuleica Quorn\n", ""),
              changes={"signature.text": None}),
    Variation(BR, "other closing words", ("Atenciosamente,", "Respeitosamente"),
              changes={"signature.text": "Respeitosamente\nZuleica Quorn"}),
    boxes("[X] [ ]", "[X] SIM  [ ] NÃO"), boxes("(x)", "(x) SIM ( ) NÃO"),
    boxes("signs", "☒ SIM  ☐ NÃO"), boxes("behind the words", "SIM (X)  NÃO ( )"),
    boxes("on two lines", "\n(X) SIM\n( ) NÃO"), boxes("the word alone", "SIM"),
    boxes("small letters, no accents", "( X ) sim / ( ) nao"),
    boxes("the other one", "( ) SIM  (X) NÃO", changes={SECRET: False}),
    boxes("none", "( ) SIM  ( ) NÃO", changes={SECRET: None}),
    boxes("nothing at all", "", changes={SECRET: None}),
    boxes("both", "(X) SIM  (X) NÃO", changes={SECRET: None},
          findings=[("text.ticks", "(X) SIM  (X)"), ("model.type", "(X) SIM  (X)")]),
    boxes("another word", "(X) TALVEZ", changes={SECRET: None},
          findings=[("text.ticks", "TALVEZ"), ("model.type", "TALVEZ")]),
    boxes("text behind them", "(X) SIM  ( ) NÃO - ver o anexo"),
    Variation(BR, "letters lost in labels", ("DESTINATÁRIO", "DESTINAT\ufffdRIO"),
              ("7. DESCRIÇÃO DA ASSISTÊNCIA", "7. DESCRI\ufffd\ufffdO DA ASSIST\ufffdNCIA"),
              findings=[("text.damaged", "RIO: Às"), ("text.damaged", "7. DESCRI")]),
    Variation(BR, "letters lost in a value", ("reclusão de", "reclus\ufffdo de"),
              changes={"offences[0].penalty.text": "reclus\ufffdo de dois anos"},
              findings=[("text.damaged", "reclus")]),
    Variation(BR, "a label of UTF-8 read as Windows-1252",
              ("REFERÊNCIA", "REFERÊNCIA".encode().decode("cp1252")),
              findings=[("text.damaged", "4. REFER")]),
    Variation(BR, "a label of Latin-1 read as CP850",
              ("RELAÇÃO COM O CASO", "RELAÇÃO COM O CASO".encode("latin-1").decode("cp850")),
              findings=[("text.damaged", "COM O CASO")]),
    Variation(BR, "question marks for letters", ("URGÊNCIA", "URG?NCIA"),
              findings=[("text.damaged", "URG?NCIA")]),
    Variation(BR, "no-break and wide blanks", ("7. DESCRIÇÃO DA ASSISTÊNCIA SOLICITADA: Ouvir",
              "\u00a07.\u2003DESCRIÇÃO\u00a0DA\u3000ASSISTÊNCIA SOLICITADA:\u00a0Ouvir")),
    Variation(BR, "blanks at the ends of lines", ("PRAZO: 30/09/2026", "PRAZO: 30/09/2026 \t "),
              ("5. FATOS:", "5. FATOS:   ")),
    Variation(BR, "a person with its parts in another order",
              ("condição: testemunha; nascido(a) em 1979", "nascido(a) em 1979; condição: "
               "testemunha")),
    Variation(BR, "other words for the same", ("nascido(a) em 05/03/1985",
                                               "nascido em 5 de março de 1985"),
              ("profissão: ", "ocupação: "), ("e-mail: ", "e-mail ")),
    Variation(BR, "a telephone with a colon", ("tel. +55", "telefone: +55")),
    Variation(BR, "the country without a full stop, and as the form prints it",
              ("competentes da Argentina.", "competentes do (a) Argentina")),
    Variation(BR, "the last item first", ("OUTRAS INFORMAÇÕES: anexa uma foto\n", ""),
              ("1. DEST", "OUTRAS INFORMAÇÕES: anexa uma foto\n1. DEST")),
    Variation(BR, "one person alone",
              ("\nKrélia Plim; condição: testemunha; nascido(a) em 1979", ""),
              changes={p: None for p in EXPECTED[BR] if p.startswith("persons[1]")}),
    Variation(BR, "accents taken apart", ("4. REFERÊNCIA", "4. REFERE\u0302NCIA"),
              ("URGÊNCIA", "URGE\u0302NCIA")),
]

# A label of the annex without number and colon is no name of a person.
BRAZIL += [Variation(BR, "no colon behind a label of the annex",
                     ("PRAZO: 30/09/2026", "PRAZO 30/09/2026"), named="PRAZO 30")]

RU5 = ("5) Обстоятельства, подлежащие выяснению; перечень запрашиваемых документов и "
       "доказательств")
RUSSIA = [
    Variation(RU, "a long label wrapped", (RU5, RU5.replace("перечень ", "перечень\n"))),
    Variation(RU, "a label of the law, whole", ("1) Орган, от которого исходит запрос",
              "1) наименование органа, от которого исходит запрос")),
    Variation(RU, "short labels", (RU5, "5) Обстоятельства, подлежащие выяснению"),
              ("6) Фактические обстоятельства, квалификация, текст статьи УК РФ, размер вреда",
               "6) Фактические обстоятельства")),
    Variation(RU, "a number on a line of its own", ("3) Наим", "3)\nНаим")),
    Variation(RU, "no item 1", ("1) Орган, от которого исходит запрос: Следственный отдел по "
                                "городу Кривокаменску\n", ""),
              changes={"requesting.authority.name": None}),
    Variation(RU, "an item without value",
              ("запрос: Следственный отдел по городу Кривокаменску", "запрос:"),
              changes={"requesting.authority.name": None}),
    Variation(RU, "the last item first", ("\nДополнительные сведения: приложено фото\n", ""),
              ("1) Орган", "Дополнительные сведения: приложено фото\n1) Орган")),
    Variation(RU, "1. 2 - (3) IV", ("1) Орган", "1. Орган"), ("2) Орган", "2 - Орган"),
              ("3) Наим", "(3) Наим"), ("4) Данные", "4.) Данные")),
    Variation(RU, "wide signs", ("4) Данные о лицах: ", "４）Данные о лицах："),
              ("3) Наименование уголовного дела и характер запроса:",
               "3）Наименование уголовного дела и характер запроса ：")),
    Variation(RU, "no number, no colon, a value below",
              ("4) Данные о лицах: ", "Данные о лицах\n")),
    Variation(RU, "capitals", ("4) Данные о лицах", "4) ДАННЫЕ О ЛИЦАХ"),
              ("Дополнительные сведения", "ДОПОЛНИТЕЛЬНЫЕ СВЕДЕНИЯ")),
    Variation(RU, "a number that is not the form's", ("6) Факт", "7) Факт"),
              findings=[("text.number", "7) Факт")]),
    Variation(RU, "a label in the middle of a line",
              ("допросить владельца", "о том, что данные о лицах: ложны; допросить владельца"),
              changes={"assistance[0].description": "о том, что данные о лицах: ложны; "
                       "допросить владельца лодки «Гусь»."}),
    Variation(RU, "a label at the start of a line of a value",
              ("«Гусь».\n", "«Гусь».\nДанные о лицах: см. выше\n"), back=False,
              changes={"assistance[0].description": "допросить владельца лодки «Гусь».\n"
                       "Данные о лицах: см. выше"},
              findings=[("text.label-twice", "см. выше")]),
    Variation(RU, "no title", ("ЗАПРОС\nо правовой помощи по уголовному делу\n\n", "")),
    Variation(RU, "a letterhead", ("ЗАПРОС\n", "Исх. № 17\nКому: ведомству\n\nЗАПРОС\n")),
    Variation(RU, "a line between two items",
              ("3) Наим", "* * *\n3) Наим"),
              changes={"requested.state": "Аргентина\n* * *"},
              findings=[("model.country", "2) Орган")]),
    Variation(RU, "signed by a post", ("С уважением,\nЗ. Кворн", "Следователь\nЗ. Кворн"),
              changes={"signature.text": "Следователь\nЗ. Кворн"}),
    Variation(RU, "signed behind a rule", ("С уважением,\nЗ. Кворн", "_______\nЗ. Кворн"),
              changes={"signature.text": "З. Кворн"}),
    Variation(RU, "not signed", ("\nС уважением,\nЗ. Кворн\n", ""),
              changes={"signature.text": None}),
    Variation(RU, "letters lost in a value", ("с видеозаписью", "с видео\ufffd\ufffdписью"),
              changes={"assistance[0].procedure": "с видео\ufffd\ufffdписью"},
              findings=[("text.damaged", "видео\ufffd")]),
    # a label without ASCII letters cannot be known again: it is told, and its text is whole
    Variation(RU, "letters lost in a label", ("4) Данные о лицах", "4) Данн\ufffdе о лицах"),
              changes={p: None for p in EXPECTED[RU] if p.startswith("persons")},
              findings=[("text.damaged", "Данн\ufffd")]),
    Variation(RU, "no-break and wide blanks", ("4) Данные о лицах: ",
              "\u00a04)\u00a0Данные\u2009о\u3000лицах:\u00a0")),
    Variation(RU, "ё for е in a label and a decomposed й",
              ("Орган, в который", "Орган, в которыи\u0306")),
    Variation(RU, "a person with its parts in another order",
              ("05.03.1985 г.р., место рождения: Кривокаменск, гражданство: Аргентина, пол: "
               "мужской", "пол: мужской, гражданство: Аргентина, место рождения: Кривокаменск, "
               "05.03.1985 г.р.")),
    Variation(RU, "other words for the same", ("05.03.1985 г.р.", "родился 5 марта 1985"),
              ("место рождения: ", "уроженец "), ("документ: ", "паспорт ")),
    Variation(RU, "one person alone",
              ("; Плимова Крелла, 1979 г.р., процессуальное положение: свидетель", ""),
              changes={p: None for p in EXPECTED[RU] if p.startswith("persons[1]")}),
    Variation(RU, "the lines of item 5 in another order",
              ("Цель запроса: найти маяк.\n", ""),
              ("Запрос конфиденциален\n",
               "Запрос конфиденциален\nЦель запроса: найти маяк.\n")),
    Variation(RU, "a line of item 5 that is none of its parts", ("Срочность: срочно\n",
              "Срочность: срочно\nПрошу подтвердить получение\n"),
              changes={}),
]

CHINA = [
    Variation(CN, "a label wrapped", ("本案适用的法律规定", "本案适用的\n法律规定")),
    Variation(CN, "another number style: 一、", ("（一）请求机关", "一、请求机关"),
              ("（五）请求", "五、请求")),
    Variation(CN, "another number style: (1) 3. 5)", ("（一）请求机关", "(1)请求机关"),
              ("（三）本案", "3. 本案"), ("（五）请求", "5)请求")),
    Variation(CN, "another number style: 第, circled", ("（三）本案", "③本案"),
              ("（五）请求", "⑤ 请求")),
    Variation(CN, "ASCII brackets and colons", ("（一）请求机关的名称：",
              "(一) 请求机关的名称: "), ("（六）希望请求得以执行的期限：",
              "(六)希望请求得以执行的期限:")),
    Variation(CN, "no numbers", ("（三）本案", "本案"), ("（六）希望", "希望")),
    Variation(CN, "no colon, right number",
              ("（五）请求的事项与案件之间的关联性：", "（五）请求的事项与案件之间的关联性 ")),
    Variation(CN, "no colon, a value below",
              ("（六）希望请求得以执行的期限：", "（六）希望请求得以执行的期限\n")),
    Variation(CN, "two colons", ("（五）请求的事项与案件之间的关联性：",
                                 "（五）请求的事项与案件之间的关联性：：")),
    Variation(CN, "blanks inside a label", ("请求机关的名称", "请 求 机 关 的 名 称")),
    Variation(CN, "a number that is not the form's", ("（五）请求", "（八）请求"),
              findings=[("text.number", "（八）")]),
    Variation(CN, "no item 5", ("（五）请求的事项与案件之间的关联性：该船运走了灯塔。\n", ""),
              changes={"relation_to_case.text": None}),
    Variation(CN, "an item without value", ("关联性：该船运走了灯塔。", "关联性："),
              changes={"relation_to_case.text": None}),
    Variation(CN, "items in another order",
              ("（五）请求的事项与案件之间的关联性：该船运走了灯塔。\n", ""),
              ("（三）本案", "（五）请求的事项与案件之间的关联性：该船运走了灯塔。\n（三）本案")),
    Variation(CN, "a label in the middle of a line", ("该船运走了灯塔。",
              "该船运走了灯塔，请求机关的名称：无。"), changes={"relation_to_case.text":
                                                               "该船运走了灯塔，请求机关的名称：无。"}),
    Variation(CN, "a label at the start of a line of a value",
              ("该船运走了灯塔。", "该船运走了灯塔。\n请求机关的名称：同上"), back=False,
              changes={"relation_to_case.text": "该船运走了灯塔。\n请求机关的名称：同上"},
              findings=[("text.label-twice", "同上")]),
    Variation(CN, "no title", ("刑事司法协助请求书\n\n", "")),
    Variation(CN, "a file number before the title, a line behind it",
              ("刑事司法协助请求书\n", "曲公刑〔2025〕第7号\n刑事司法协助请求书\n（机密）\n")),
    Variation(CN, "a line between two items", ("（六）希望", "以下空白\n（六）希望"),
              changes={"relation_to_case.text": "该船运走了灯塔。\n以下空白"}),
    Variation(CN, "signed without closing words", ("此致\n", "________\n"),
              changes={"signature.text": "曲石市公安局"}),
    Variation(CN, "sealed", ("此致\n曲石市公安局", "签章：曲石市公安局"),
              changes={"signature.text": "签章：曲石市公安局"}),
    Variation(CN, "not signed", ("\n此致\n曲石市公安局\n", ""),
              changes={"signature.text": None}),
    Variation(CN, "letters lost in a value", ("该船运走了", "该船\ufffd走了"),
              changes={"relation_to_case.text": "该船\ufffd走了灯塔。"},
              findings=[("text.damaged", "该船")]),
    Variation(CN, "letters lost in a label", ("（六）希望请求得以", "（六）希望\ufffd求得以"),
              changes={"deadlines[0].date": None, "relation_to_case.text":
                       "该船运走了灯塔。\n（六）希望\ufffd求得以执行的期限：2026年9月30日"},
              findings=[("text.damaged", "（六）")]),
    Variation(CN, "wide blanks", ("（一）请求机关的名称：", "　　（一）　请求机关的名称：　")),
    Variation(CN, "wide digits in dates", ("2026年9月30日", "２０２６年９月３０日"),
              ("1985年3月5日", "１９８５年３月５日")),
    Variation(CN, "zeros before month and day", ("2026年9月30日", "2026年09月30日"),
              ("1985年3月5日", "1985年03月05日")),
    Variation(CN, "ASCII signs between the parts", ("守塔人，证件号码：QX-0007，住址：雾巷3号；孙假名，",
                                               "守塔人, 证件号码: QX-0007, 住址: 雾巷3号; 孙假名, ")),
    Variation(CN, "a person with its parts in another order",
              ("男，1985年3月5日出生，出生地：曲石市，国籍：阿根廷",
               "国籍：阿根廷，出生地：曲石市，1985年3月5日出生，男")),
    Variation(CN, "other words for the same", ("国籍：阿根廷", "阿根廷国籍"),
              ("证件号码：", "护照号码："), ("1985年3月5日出生", "1985年3月5日生")),
    Variation(CN, "one person alone", ("孙假名，女，1979年出生；", ""),
              changes={p: None for p in EXPECTED[CN] if p.startswith("persons[1]")}),
    Variation(CN, "a comma in an address", ("雾巷3号；", "雾巷3号，二楼；"),
              changes={"persons[0].address_texts[0]": "雾巷3号，二楼"}, named="（二）案件"),
    Variation(CN, "item 7 first",
              ("（七）其他必要的信息或者附加的要求：被请求国：阿根廷；被请求机关：狮鹫局；案件编号："
               "曲公刑〔2025〕7号；保密；保密要求：勿告知船主；程序要求：录音录像；缓急程度：紧急；"
               "损失：七万元；互惠保证：同类案件给予协助；附照片一张\n", ""),
              ("（一）请求机关", "（七）其他必要的信息或者附加的要求：被请求国：阿根廷；被请求机关："
               "狮鹫局；案件编号：曲公刑〔2025〕7号；保密；保密要求：勿告知船主；程序要求：录音录像；"
               "缓急程度：紧急；损失：七万元；互惠保证：同类案件给予协助；附照片一张\n（一）请求机关")),
    Variation(CN, "item 7 in another order", ("保密；保密要求", "保密要求"),
              ("紧急；", "紧急；保密；")),
]

ES_DOC = "Documentos\nnecesarios:"
OASFORM = [
    Variation(OAS, "a label on one line", (ES_DOC, "Documentos necesarios:")),
    Variation(OAS, "values behind their labels", ("Para:\n\t", "Para: "), ("De:\n\t", "De: "),
              ("Plazo:\n\t", "Plazo: ")),
    Variation(OAS, "no colons, values below", ("Los hechos:\n", "Los hechos\n"),
              ("Resumen:\n", "Resumen\n"), ("Para:\n", "Para\n")),
    Variation(OAS, "values without indent", ("\tInvestigación", "Investigación"),
              ("\tse pide", "se pide")),
    Variation(OAS, "values behind blanks", ("\tInvestigación", "    Investigación"),
              ("\tse pide", "    se pide")),
    Variation(OAS, "numbered", ("Para:", "1. Para:"), ("De:", "2. De:"),
              ("Los hechos:", "5) Los hechos:")),
    Variation(OAS, "capitals without accents", ("Relación con el caso:",
              "RELACION CON EL CASO:"), ("Daño:", "DANO:")),
    Variation(OAS, "accents taken apart", ("Relación con", "Relacio\u0301n con"),
              ("Daño:", "Dan\u0303o:")),
    Variation(OAS, "no headings", ("La materia en cuestión y la naturaleza del caso\n", ""),
              ("Descripción de la asistencia solicitada\n", "")),
    Variation(OAS, "headings with colons and without accents",
              ("naturaleza del caso\n", "naturaleza del caso:\n"),
              ("Descripción de la asistencia", "DESCRIPCION DE LA ASISTENCIA")),
    Variation(OAS, "a heading of another form", ("Plazo:", "FECHAS Y PLAZOS\nPlazo:"),
              changes={"assistance[0].procedure": "Declaración grabada\nFECHAS Y PLAZOS"}),
    Variation(OAS, "guidance before a label",
              ("Referencia:", "(Nombre con que se identifica el caso)\nReferencia:"),
              changes={"requesting.authority.name": "Juzgado 7 de Piedra Torcida\n(Nombre con "
                       "que se identifica el caso)"}),
    Variation(OAS, "labels of two languages",
              ("Los hechos:", "The facts:"), ("Plazo:", "Prazo:")),
    Variation(OAS, "no item", ("Finalidad de la solicitud:\n\tEncontrar el faro.\n", ""),
              changes={"purpose.text": None}),
    Variation(OAS, "an item without value", ("solicitud:\n\tEncontrar el faro.", "solicitud:"),
              changes={"purpose.text": None}),
    Variation(OAS, "items in another order", ("Plazo:\n\t30/09/2026\n", ""),
              ("Para:", "Plazo:\n\t30/09/2026\nPara:")),
    Variation(OAS, "a short label at the start of a line of a value, no colon",
              ("\n\tHuyeron en bote.", "\n\tHuyeron en bote.\n\tDe noche no los vieron."),
              changes={"facts.summary": SUMMARY[OAS] + "\nDe noche no los vieron."}),
    Variation(OAS, "a short label at the start of a line of a value",
              ("\n\tHuyeron en bote.", "\n\tHuyeron en bote.\n\tPara: nadie"), back=False,
              changes={"facts.summary": SUMMARY[OAS] + "\nPara: nadie"},
              findings=[("text.label-twice", "Para: nadie")]),
    Variation(OAS, "a label in the middle of a line", ("Huyeron en bote", "Huyeron, Plazo: ya"),
              changes={"facts.summary": SUMMARY[OAS].replace("Huyeron en bote",
                                                             "Huyeron, Plazo: ya")}),
    Variation(OAS, "no title", ("FORMULARIO UTILIZADO PARA SOLICITAR ASISTENCIA JURÍDICA "
                                "MUTUA\n\n", "")),
    Variation(OAS, "a letterhead", ("FORMULARIO", "República de Quimera\n\nFORMULARIO")),
    Variation(OAS, "signed without closing words", ("Atentamente,\n", "_________\n"),
              changes={"signature.text": "Zuleica Quorn"}),
    Variation(OAS, "not signed", ("\nAtentamente,\nZuleica Quorn\n", ""),
              changes={"signature.text": None}),
    Variation(OAS, "letters lost in a heading and a label",
              ("Relación con", "Relaci\ufffdn con"), ("Daño:", "Da\ufffdo:"),
              findings=[("text.damaged", "Relaci\ufffdn"), ("text.damaged", "Da\ufffdo")]),
    Variation(OAS, "a label of UTF-8 read as Windows-1252",
              ("Relación con", "Relación con".encode().decode("cp1252")),
              findings=[("text.damaged", "n con el caso")]),
    Variation(OAS, "a label of Latin-1 read as CP850",
              ("Daño:", "Daño:".encode("latin-1").decode("cp850")),
              findings=[("text.damaged", "Da")]),
    Variation(OAS, "a value damaged before", ("Ñúñez", "N\ufffdñez"),
              changes={"proceeding.name": "«N\ufffdñez s/ robo del faro»"},
              findings=[("text.damaged", "\ufffdñez")]),
    Variation(OAS, "wide colons, two colons", ("Para:", "Para："), ("Plazo:", "Plazo::"),
              ("Los hechos:", "Los hechos :")),
    Variation(OAS, "no-break and wide blanks", ("Los hechos:", "\u3000Los\u00a0hechos:"),
              (ES_DOC, "Documentos\u00a0\nnecesarios\u2003:")),
    Variation(OAS, "a person with its parts in another order",
              ("Krela Plim; fecha de nacimiento: 1979", "Krela Plim;fecha de nacimiento:1979"),
              ("lugar de nacimiento: Piedra Torcida; nacionalidad: Argentina",
               "nacionalidad: Argentina; lugar de nacimiento: Piedra Torcida")),
    Variation(OAS, "other words for the same", ("fecha de nacimiento: 05/03/1985",
                                                "nacido el 05/03/1985")),
    Variation(OAS, "one person alone", ("\n\tKrela Plim; fecha de nacimiento: 1979", ""),
              changes={p: None for p in EXPECTED[OAS] if p.startswith("persons[1]")}),
    Variation(OAS, "empty lines everywhere", ("Resumen:\n", "\n\nResumen:\n\n\n"),
              ("Plazo:\n", "\nPlazo:\n\n")),
]

OTHERS = [
    Variation(HK, "a label wrapped", ("(d) Procedure to be followed, and manner and form",
                                      "(d) Procedure to be followed,\n    and manner and "
                                      "form")),
    Variation(HK, "d. [e] F) no letter", ("(d) Proc", "d. Proc"), ("(e) Wishes", "[e] Wishes"),
              ("(f) Period", "F) Period"), ("(h) Maximum", "Maximum")),
    Variation(HK, "a letter that is not the form's", ("(f) Period", "(j) Period"),
              findings=[("text.number", "(j) Period")]),
    Variation(HK, "no item", ("(h) Maximum penalty: two years\n", ""),
              changes={"offences[0].penalty.text": None}),
    Variation(HK, "items in another order", ("(h) Maximum penalty: two years\n", ""),
              ("(d) Proc", "(h) Maximum penalty: two years\n(d) Proc")),
    Variation(HK, "a label in a value",
              ("recorded statement", "recorded statement\n    Maximum penalty: none"),
              changes={"assistance[0].procedure": "recorded statement\nMaximum penalty: none"},
              findings=[("text.label-twice", "penalty: none")], back=False),
    Variation(HK, "no colon, right letter", ("(h) Maximum penalty: ", "(h) Maximum penalty ")),
    Variation(HK, "lines of (b) in another order", ("Nature: theft of a lighthouse\n    Case: "
              "The bronze lighthouse", "Case: The bronze lighthouse\n    Nature: theft of a "
              "lighthouse")),
    Variation(HK, "values without indent", ("    Assistance: hear", "Assistance: hear"),
              ("    Relation to the", "Relation to the")),
    Variation(HK, "an item before those that it may speak of",
              ("(i) Other matters: Requested State: Argentina\n    "
               "Requested authority: Griffin Bureau\n    Urgency: urgent\n"
               "    Damage: 70,000 dollars\n    Reciprocity: promised\n"
               "    a photograph is attached\n", ""),
              ("(b) Nature", "(i) Other matters: Requested State: Argentina\n    "
               "Requested authority: Griffin Bureau\n    "
               "Urgency: urgent\n    Damage: 70,000 dollars\n    Reciprocity: promised\n"
               "    a photograph is attached\n"
               "(b) Nature")),
    Variation(HK, "not signed", ("\nYours faithfully,\nZ. Quorn\n", ""),
              changes={"signature.text": None}),
    Variation(HK, "letters lost", ("two years", "two y\ufffdars"),
              changes={"offences[0].penalty.text": "two y\ufffdars"},
              findings=[("text.damaged", "two y")]),
    Variation(HK, "one person alone", ("\n    Person: Krella Plim; born 1979", ""),
              changes={p: None for p in EXPECTED[HK] if p.startswith("persons[1]")}),
    Variation(CH, "a label wrapped", ("richtet: Orel", "richtet: Orel"),
              ("gegen die sich das", "gegen die\n   sich das")),
    Variation(CH, "2.a) 2 a) 3a. none", ("2a) Stelle", "2.a) Stelle"),
              ("3a) Kurze", "3a. Kurze"), ("3b) Wortlaut", "Wortlaut")),
    Variation(CH, "short labels", ("Stelle, von der das Ersuchen ausgeht", "Ersuchende Stelle"),
              ("Angaben über die Person, gegen die sich das Strafverfahren richtet",
               "Angaben über die Person")),
    Variation(CH, "ue and ss", ("Weitere Angaben", "WEITERE ANGABEN"),
              ("Empfänger", "Empfanger")),
    Variation(CH, "a number that is not the form's", ("2c) Recht", "2e) Recht"),
              findings=[("text.number", "2e) Recht")]),
    Variation(CH, "no item", ("2c) Rechtliche Bezeichnung der Tat: Leuchtturmdiebstahl\n", ""),
              changes={"offences[0].title": None}),
    Variation(CH, "items in another order", ("Frist: 30.09.2026\n", ""),
              ("2b) Gegen", "Frist: 30.09.2026\n2b) Gegen")),
    Variation(CH, "a label in a value", ("über den See.", "über den See.\n   Frist: keine"),
              changes={"facts.summary": SUMMARY[CH] + "\nFrist: keine"}, back=False,
              findings=[("text.label-twice", "Frist: keine")]),
    Variation(CH, "the last item first", ("Weitere Angaben: Foto liegt bei\n", ""),
              ("2b) Gegen", "Weitere Angaben: Foto liegt bei\n2b) Gegen")),
    Variation(CH, "an abbreviation for born", ("geboren am 05.03.1985", "geb. am 05.03.1985")),
    Variation(CH, "other words for the same", ("wohnhaft Nebelgasse", "Adresse: Nebelgasse"),
              ("geboren am 05.03.1985", "geb. 05.03.1985")),
    Variation(CH, "a label of UTF-8 read as Windows-1252",
              ("Empfänger", "Empfänger".encode().decode("cp1252")),
              findings=[("text.damaged", "nger: Amt")]),
    Variation(CH, "ß in the closing words", ("Grüssen", "Grüßen"),
              changes={"signature.text": "Mit freundlichen Grüßen\nZ. Quorn"}),
    Variation(CH, "not signed", ("\nMit freundlichen Grüssen\nZ. Quorn\n", ""),
              changes={"signature.text": None}),
    Variation(ID, "a label wrapped", ("3.4. Reasons for suspecting that the person or property",
              "3.4. Reasons for suspecting that the person\n     or property")),
    Variation(ID, "3.1 3.2) (3.3) none", ("3.1. Crim", "3.1 Crim"), ("3.2. Pers", "3.2) Pers"),
              ("3.3. Prop", "(3.3) Prop"), ("3.5. Auth", "Auth")),
    Variation(ID, "a number that is not the form's", ("3.5. Auth", "3.6. Auth"),
              findings=[("text.number", "3.6. Auth")]),
    Variation(ID, "no item", ("2. Legal basis: Treaty of Crooked Rock\n", ""),
              changes={"basis.treaties[0]": None}),
    Variation(ID, "an item without value", ("Legal basis: Treaty of Crooked Rock",
                                            "Legal basis:"),
              changes={"basis.treaties[0]": None}),
    Variation(ID, "items in another order", ("Time limit: 30/09/2026\n", ""),
              ("2. Legal", "Time limit: 30/09/2026\n2. Legal")),
    Variation(ID, "a label in a value",
              ("They fled by boat.", "They fled by boat.\n     Damage: none"),
              changes={"facts.summary": SUMMARY[ID] + "\nDamage: none"}, back=False,
              findings=[("text.label-twice", "Damage: none")]),
    Variation(ID, "the lines of a person in another order",
              ("Date of birth: 05/03/1985\n     Place of birth: Crooked Rock",
               "Place of birth: Crooked Rock\n     Date of birth: 05/03/1985")),
    Variation(ID, "persons without an empty line between them",
              ("Mist Alley 3\n\n     Name: Krella", "Mist Alley 3\n     Name: Krella"),
              named="Name: Krella"),
    Variation(ID, "letters lost in a value", ("“bronze”", "\ufffdbronze\ufffd"),
              changes={"facts.summary": re.sub("[“”]", "\ufffd", SUMMARY[ID])},
              findings=[("text.damaged", "bronze\ufffd")]),
    Variation(ID, "the last item first", ("Other: a photograph is attached\n", ""),
              ("1. Decl", "Other: a photograph is attached\n1. Decl")),
    Variation(ID, "a letterhead", ("RE: ", "Republic of Quimera\n\nRE: ")),
    Variation(ID, "not signed", ("\nYours faithfully,\nZ. Quorn\n", ""),
              changes={"signature.text": None}),
]

def wide(text):
    return text.translate(FULL)


def wrong(form, name, code, old, new, path, value, where=None):
    """One value that cannot be what it should: it is told, at the line where its item begins,
    and stays as written."""
    return Variation(form, name, (old, new), changes={path: value},
                     findings=[(code, where or new)])


PERSON = "persons[2].name.full"
BIRTH, LIMIT = "persons[0].birth.date", "deadlines[0].date"
NATION, STATE = "persons[0].nationalities[0]", "requested.state"
TWICE = {RU: "2) Орган, в который "
             "направляется запрос: тот же",
         CN: "（五）请求的事项与案件之间的关联性：同上"}
MISTYPED = [
    wrong(BR, "a time limit that no calendar has", "model.date", "PRAZO: 30/09/2026",
          "PRAZO: 31/02/2026", LIMIT, "31/02/2026"),
    wrong(BR, "a birth in month 13", "model.date", "em 05/03/1985", "em 05/13/1985", BIRTH,
          "05/13/1985"),
    wrong(BR, "a nationality that is none", "model.country", "nacionalidade: Argentina",
          "nacionalidade: Quimera", NATION, "Quimera"),
    wrong(BR, "a requested state that is none", "model.country", "da Argentina.",
          "da Quimera.", STATE, "Quimera"),
    wrong(RU, "a time limit that no calendar has", "model.date", "30.09.2026", "31.09.2026",
          LIMIT, "31.09.2026"),
    wrong(RU, "a birth in month 13", "model.date", "05.03.1985 г.р.", "05.13.1985 г.р.",
          BIRTH, "05.13.1985"),
    wrong(RU, "a nationality that is none", "model.country",
          "гражданство: Аргентина", "гражданство: Химера",
          NATION, "Химера"),
    wrong(RU, "a requested state that is none", "model.country",
          "государство: Аргентина", "государство: Химера",
          STATE, "Химера"),
    wrong(CN, "a time limit that no calendar has", "model.date", "2026年9月30日",
          "2026年2月30日", LIMIT, "2026年2月30日"),
    wrong(CN, "a birth in month 13", "model.date", "1985年3月5日", "1985年13月5日", BIRTH,
          "1985年13月5日"),
    wrong(CN, "a nationality that is none", "model.country",
          "国籍：阿根廷", "国籍：虚构国", NATION, "虚构国"),
    wrong(CN, "a requested state that is none", "model.country", "被请求国：阿根廷",
          "被请求国：虚构国", STATE, "虚构国"),
    wrong(OAS, "a time limit that no calendar has", "model.date", "30/09/2026", "29/02/2026",
          LIMIT, "29/02/2026"),
    wrong(OAS, "a birth in month 13", "model.date", "05/03/1985", "05/13/1985", BIRTH,
          "05/13/1985"),
    wrong(OAS, "a nationality that is none", "model.country", "nacionalidad: Argentina",
          "nacionalidad: Quimera", NATION, "Quimera"),
    wrong(HK, "a period that no calendar has", "model.date", "30/09/2026", "31/09/2026",
          LIMIT, "31/09/2026"),
    wrong(HK, "a nationality that is none", "model.country", "nationality: Argentina",
          "nationality: Quimera", NATION, "Quimera"),
    wrong(CH, "a time limit that no calendar has", "model.date", "30.09.2026", "31.09.2026",
          LIMIT, "31.09.2026"),
    wrong(CH, "a nationality that is none", "model.country", "igkeit: Argentinien",
          "igkeit: Quimera", NATION, "Quimera"),
    wrong(ID, "a time limit that no calendar has", "model.date", "30/09/2026", "31/09/2026",
          LIMIT, "31/09/2026"),
    wrong(ID, "a nationality that is none", "model.country", "Nationality: Argentina",
          "Nationality: Quimera", NATION, "Quimera"),
] + [
    Variation(f, "wide digits in dates", *((d, wide(d)) for d in dates)) for f, *dates in (
        (BR, "30/09/2026", "05/03/1985", "em 1979"), (RU, "30.09.2026", "05.03.1985"),
        (OAS, "30/09/2026", "05/03/1985"), (HK, "30/09/2026", "05/03/1985"),
        (CH, "30.09.2026", "05.03.1985"), (ID, "30/09/2026", "05/03/1985"))
] + [
    Variation(f, "days and months without zeros", (birth, born), (limit, end))
    for f, birth, born, limit, end in (
        (BR, "05/03/1985", "5/3/1985", "30/09/2026", "30/9/2026"),
        (RU, "05.03.1985", "5.3.1985", "30.09.2026", "30.9.2026"),
        (OAS, "05/03/1985", "5/3/1985", "30/09/2026", "30/9/2026"),
        (HK, "05/03/1985", "5/3/1985", "30/09/2026", "30/9/2026"),
        (CH, "05.03.1985", "5.3.1985", "30.09.2026", "30.9.2026"),
        (ID, "05/03/1985", "5/3/1985", "30/09/2026", "30/9/2026"))
] + [
    Variation(f, "a third person", (old, old + new), changes={
        PERSON: name, **({"persons[2].birth.date": "1977"} if "1977" in new else {})})
    for f, old, new, name in (
        (BR, "em 1979", "\nUrso Nébula", "Urso Nébula"),
        (RU, "положение: свидетель",
         "; Небулов Урс, 1977 г.р.", "Небулов Урс"),
        (CN, "女，1979年出生", "；周假设，1977年出生", "周假设"),
        (OAS, "nacimiento: 1979", "\n\tUrso Nébula", "Urso Nébula"),
        (HK, "born 1979", "\n    Person: Urs Nebula", "Urs Nebula"),
        (CH, "am 1979", "\n   Urs Nebel, geb. 1977", "Urs Nebel"),
        (ID, "birth: 1979", "\n\n     Name: Urs Nebula", "Urs Nebula"))
] + [
    # a name alone tells no person there; it stays in the text of the item
    Variation(RU, "a third person, the name alone",
              ("положение: свидетель",
               "положение: свидетель; Небулов Урс")),
    Variation(CH, "a third person, the name alone", ("am 1979", "am 1979\n   Urs Nebel")),
] + [
    Variation(f, "closing words and a rule", (close + "\n", close + "\n\n____________\n"),
              changes={"signature.text": EXPECTED[f]["signature.text"].replace(
                  "\n", "\n\n____________\n")})
    for f, close in ((BR, "Atenciosamente,"), (RU, "С уважением,"), (CN, "此致"),
                     (OAS, "Atentamente,"), (HK, "Yours faithfully,"),
                     (CH, "Mit freundlichen Grüssen"), (ID, "Yours faithfully,"))
] + [
    # not a letter of the label is left: it is read all the same, or its line is named
    Variation(f, f"a label of {was} read as {read_as}",
              (label, label.encode(was).decode(read_as)), named=text)
    for f, was, read_as, label, text in (
        (RU, "utf-8", "cp1252", "Данные о лицах", "Кварнович"),
        (RU, "utf-8", "cp1251", "Данные о лицах", "Кварнович"),
        (RU, "cp1251", "cp1252", "Данные о лицах", "Кварнович"),
        (RU, "koi8-r", "cp1251", "Данные о лицах", "Кварнович"),
        (CN, "utf-8", "latin-1", "请求的事项和目的", "询问"),
        (CN, "gb18030", "cp1252", "请求的事项和目的", "询问"))
] + [
    Variation(CH, "a label of UTF-8 read as Windows-1252, four letters",
              ("Für das Strafverfahren zuständige Behörde",
               "Für das Strafverfahren zuständige Behörde".encode().decode("cp1252")),
              findings=[("text.damaged", "Amtsgericht")]),
    Variation(RU, "a label twice, both numbered", ("3) Наим", TWICE[RU] + "\n3) Наим"),
              back=False, changes={STATE: "Аргентина\n" + TWICE[RU]},
              findings=[("text.label-twice", "тот же"),
                        ("model.country", "Ведомство")]),
    Variation(CN, "a label twice, both numbered",
              ("（六）希望", TWICE[CN] + "\n（六）希望"), back=False,
              changes={"relation_to_case.text": "该船运走了灯塔。\n" + TWICE[CN]},
              findings=[("text.label-twice", "同上")]),
    Variation(OAS, "a label twice", ("\tse adjunta una foto",
              "\tse adjunta una foto\nPLAZO:\n\tninguno"), back=False, changes={
                  "remarks[0].text": "se adjunta una foto\nPLAZO:\n\tninguno"},
              findings=[("text.label-twice", "PLAZO:")]),
] + [boxes(name, put) for name, put in (
    ("☑", "☑ SIM  ☐ NÃO"), ("[x] and [_]", "[x] SIM  [_] NÃO"),
    ("✓", "(✓) SIM  (  ) NÃO"), ("wide brackets", "（X） SIM （ ） NÃO"),
    ("a Cyrillic letter", "(х) SIM  ( ) NÃO"),
    ("dots for blanks", "(X) SIM  (...) NÃO"), ("in another order", "( ) NÃO  (X) SIM"),
    ("with a colon", ": (X) SIM  ( ) NÃO"))]

VARIATIONS = BRAZIL + RUSSIA + CHINA + OASFORM + OTHERS + MISTYPED


@cases("{0}, full: {1}", [(v.form, v.name) for v in VARIATIONS])
def full_variation(form, name):
    row = next(v for v in VARIATIONS if (v.form, v.name) == (form, name))
    if row.named:
        check_named(form, row.text(), row.changes, row.named)
    else:
        check_variation(form, row.text(), row.changes, row.findings, row.back)


@cases("{0}: enough variations, each with a name of its own", [(f,) for f in FORMS])
def enough(form):
    names = [v.name for v in VARIATIONS if v.form == form]
    same(len(set(names)), len(names), "names")
    check(len(names) >= (20 if form in (BR, RU, CN, OAS) else 8), len(names))


@cases("{0}, full: as bytes: {1}", [(f, n) for f in FORMS for n in (
    "a mark", "CRLF", "CR", "form feeds", "lines without end at the end", "no line feed at the "
    "end")])
def as_bytes(form, name):
    text = CLEAN[form]
    text = {"a mark": "\ufeff" + text, "CRLF": text.replace("\n", "\r\n"),
            "CR": text.replace("\n", "\r"), "form feeds": text.replace("\n\n", "\n\f\n", 1),
            "lines without end at the end": text + "\n" * 500}.get(name, text.rstrip("\n"))
    check_variation(form, text, {}, [], True)


# --- every item of the full samples in turn

def items_of(form):
    """(start, end, row) of each item of the full sample that has a label of its own."""
    text, found = CLEAN[form], []
    for row in TEMPLATES[form]["rows"]:
        for word in words(row.get("heading", row.get("at"))):
            match = re.search(r"(?m)^[(（]?[\w.]{0,4}[.)）]?\s?" + re.escape(word) +
                              r"[:：]?", text)
            if match:
                found.append((match.start(), match.end(), row))
                break
    found.sort(key=lambda item: item[0])
    closing = text.rstrip("\n").rfind("\n\n") + 1
    ends = [start for start, _, _ in found[1:]] + [closing]
    return [(start, behind, end, row) for (start, behind, row), end in zip(found, ends)]


def fields_of(row, group=""):
    """Canonical paths, without brackets, that a row of a template fills."""
    group += row["each"] + "." if "each" in row else ""
    for field in [row.get("field"), *row.get("fields", {}).values()]:
        if isinstance(field, str):
            yield re.sub(r"\[[^]]*\]", "", group + field)
    for part in row.get("parts", ()):
        yield from fields_of(part, group)


def with_fields(form):
    return [item for item in items_of(form) if "heading" not in item[3]]


def in_turn(first=0):
    """(form, label) of each item of the full samples."""
    return [(f, words(item[3]["at"])[0].replace("\n", " ")) for f in FORMS
            for item in with_fields(f)[first:]]


def item_named(form, label):
    return next(i for i in with_fields(form)
                if words(i[3]["at"])[0].replace("\n", " ") == label)


def lines_of(text):
    """Empty lines belong to the layout."""
    return [line for line in text.split("\n") if line.strip()]


def check_without(form, text, row):
    """What the row would say is not there; all else is, and comes back."""
    made = convert("convention-json", text.encode(), "-f", form).ends(0)
    gone = set(fields_of(row))
    for path, pair in unlike(record_of(made), EXPECTED[form], {}).items():
        plain = re.sub(r"\[[^]]*\]", "", path)
        check(plain in gone or plain.endswith("contacts.type"), f"{path}: {pair}")
        same(pair[1], None, f"{path}, which is not there")
    same(made.findings, [], "findings")
    back = convert(form, made.out).ends(0)
    same(lines_of(back.out.decode()), lines_of(text), "the way back")


@cases("{0}: enough items to take one after the other", [(f,) for f in FORMS])
def enough_items(form):
    at = [r for r in TEMPLATES[form]["rows"] if "at" in r]
    same(len(with_fields(form)), len(at), "labels found in the full sample")


@cases("{0}, without a value: {1}", in_turn())
def each_empty(form, label):
    _, behind, end, row = item_named(form, label)
    text = CLEAN[form]
    put = "  ( ) SIM  ( ) NÃO" if "boxes" in row else ""
    gap = "\n\n" if text[behind:end].endswith("\n\n") else "\n"
    check_without(form, text[:behind] + put + gap + text[end:], row)


@cases("{0}, missing: {1}", in_turn())
def each_missing(form, label):
    start, _, end, row = item_named(form, label)
    check_without(form, CLEAN[form][:start] + CLEAN[form][end:], row)


@cases("{0}, before all others: {1}", in_turn(first=1))
def each_first(form, label):
    start, _, end, _ = item_named(form, label)
    text, first = CLEAN[form], items_of(form)[0][0]
    moved = text[:first] + text[start:end].rstrip("\n") + "\n" + text[first:start] + text[end:]
    made = convert("convention-json", moved.encode(), "-f", form).ends(0)
    same(unlike(record_of(made), EXPECTED[form], {}), {}, "(expected, got)")
    same(made.findings, [], "findings")
    again = convert(form, made.out).ends(0)
    same(lines_of(again.out.decode()), lines_of(moved), "the way back")


@cases("{0}: labels without any value are a document that says nothing", [(f,) for f in FORMS])
def all_empty(form):
    rows = [r for r in TEMPLATES[form]["rows"] if "at" in r and "boxes" not in r]
    text = "".join(words(r["at"])[0] + ":\n" for r in rows)
    made = convert("convention-json", text.encode(), "-f", form).ends(0)
    said = {p: v for p, v in values(record_of(made)).items() if p not in ("kind", "language")}
    same(said, {}, "values")
    again = convert(form, made.out).ends(0)
    numbers = re.compile(r"(?m)^[(（]?[\w.]{1,4}[.)）] ?")
    same([numbers.sub("", line).replace("：", ":") for line in lines_of(again.out.decode())],
         lines_of(text), "the way back")


# --- the same change at every label or line of a full form, and what people mistype in each

CN_DIGIT = {n: str(i) for i, n in enumerate("一二三四五六七", 1)}


def at_heads(form, change):
    """The full form with each item's number, label and colon as change(...) puts them."""
    text = CLEAN[form]
    for start, behind, _, row in reversed(items_of(form)):
        m = re.fullmatch(r"(?s)([(（]?)([\w.]*?)([.)）]?\s?)(" + "|".join(
            re.escape(w) for w in words(row.get("heading", row.get("at")))) + r")([:：]?)",
            text[start:behind])
        number = m.group(2)
        put = change(number, m.group(1) + number + m.group(3), m.group(4), m.group(5), row)
        text = text[:start] + put + text[behind:]
    return text


def numbers_as(pattern):
    return lambda f: at_heads(f, lambda n, h, w, c, r: (
        pattern.format(CN_DIGIT.get(n, n)) if n else h) + w + c)


def bare(word):
    return "".join(c for c in unicodedata.normalize("NFD", word.lower())
                   if not unicodedata.combining(c) or c == "\u0306")  # й is no и


def no_colon(n, head, word, colon, row):
    return head + word + (" " if n and colon == "：" else "" if n else colon)


def below(form):
    """A blank of the indent stands behind the colon already."""
    indent = "\n" + TEMPLATES[form]["layout"]["indent"][:-1]
    return at_heads(form, lambda n, h, w, c, r: (
        h + w + c + (indent if c and "heading" not in r else "")))


def verbatim(form, change):
    """What a change of all values makes of the texts; codes and dates stay as they are."""
    return {p: change(v) for p, v in EXPECTED[form].items()
            if isinstance(v, str) and change(v) != v}


def nfd(text):
    return unicodedata.normalize("NFD", text)


def blanks(text):
    return re.sub(r"(?<=\S)(?=\n)", " \t\u00a0", text)


# name, the text of a form, what is then read otherwise
EVERYWHERE = [
    ("numbers (1)", numbers_as("({}) "), None),
    ("numbers 1.", numbers_as("{}. "), None),
    ("numbers 1)", numbers_as("{})"), None),
    ("numbers wide （1）", numbers_as("（{}）"), None),
    ("numbers 1、", numbers_as("{}、"), None),
    ("numbers 1 -", numbers_as("{} - "), None),
    ("numbers without a sign", numbers_as("{} "), None),
    ("no numbers at all", numbers_as(""), None),
    ("no colons behind numbered labels", lambda f: at_heads(f, no_colon), None),
    ("values below their labels", below, None),
    ("three colons", lambda f: at_heads(f, lambda n, h, w, c, r: h + w + c * 3), None),
    ("small letters without accents, behind tabs",
     lambda f: at_heads(f, lambda n, h, w, c, r: "\t " + h + bare(w) + c), None),
    ("all accents taken apart", lambda f: nfd(CLEAN[f]), lambda f: verbatim(f, nfd)),
    ("blanks behind every line", lambda f: blanks(CLEAN[f]), lambda f: verbatim(f, blanks)),
    ("a mark, CRLF and blanks before labels",
     lambda f: "\ufeff" + at_heads(f, lambda n, h, w, c, r: "\u3000\t\u00a0" + h + w + c)
     .replace("\n", "\r\n"), None),
    ("empty lines with blanks before every label",
     lambda f: at_heads(f, lambda n, h, w, c, r: "\n \t\n" + h + w + c), None),
]


# "a Maximum" is an article, and nobody puts the Chinese comma behind a letter
UNUSUAL = {(HK, "numbers without a sign"), (HK, "numbers 1、")}


CHANGED = [(f, e[0]) for f in FORMS for e in EVERYWHERE  # a form may be so already
           if (f, e[0]) not in UNUSUAL and e[1](f) != CLEAN[f]]


@cases("{0}, full: everywhere: {1}", CHANGED)
def everywhere(form, name):
    _, change, wanted = next(e for e in EVERYWHERE if e[0] == name)
    check_variation(form, change(form), wanted(form) if wanted else {}, [], True)


@cases("{0}: enough changes everywhere", [(f,) for f in FORMS])
def enough_everywhere(form):
    count = sum(f == form for f, _ in CHANGED)
    check(count >= (7 if form == OAS else 12), count)


main(every=6)
