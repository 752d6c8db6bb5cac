# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forms: every sample there and back byte for byte, in every encoding; what arrives when one
State's form becomes another's; nothing lost in silence; bad input."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, case, cases, check, folder, main, run, same, shared  # noqa: E402

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


main()
