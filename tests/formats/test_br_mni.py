# SPDX-License-Identifier: LGPL-2.1-or-later
"""MNI 2.2.2: parties by their pole, what is not made up, bad input, another order."""
import json
import pathlib
import sys
import xml.etree.ElementTree as etree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SOURCE, case, cases, check, main, run, same  # noqa: E402

SAMPLES = SOURCE / "plugins" / "br-mni" / "samples"
INT = "{http://www.cnj.jus.br/intercomunicacao-2.2.2}"
PARTES = (SAMPLES / "partes.xml").read_text(encoding="utf-8")


def convert(data, to, *more, **how):
    made = run("convert", "-t", to, *more, stdin=data, **how)
    same(made.status, 0, made)
    return made


def record_of(text, *more):
    return json.loads(convert(text, "convention-json", *more).out)


def written(**fields):
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance", **fields}
    return convert(json.dumps(record), "br-mni", report=True)


@case("parties are read from every pole, with the part that the pole states")
def _():
    record = record_of(PARTES)
    same([(p["name"]["full"], p.get("role")) for p in record["persons"]],
         [("Tancredo Quimera", None), ("Aurélie Inventée", "victim"),
          ("Beto Ficto", "witness")], "persons")
    same([p.get("nationalities") for p in record["persons"]], [None, ["FR"], ["BR"]], record)
    address = record["persons"][1]["addresses"][0]
    same((address["street"], address["number"], address["country"]),
         ("Rua do Exemplo", "7", "BR"), address)
    same(record["requesting"]["authority"]["official"], "Juíza Sicrana Modelo", record)
    same(record["confidentiality"]["requested"], True, "level 2")


@cases("a person who is {0} stands in pole {1}", [
    ("accused", "PA"), ("sought", "PA"), ("victim", "VI"), ("witness", "TJ"),
    ("third-party", "TC"), ("expert", "TC"), (None, "PA")])
def pole(role, polo):
    person = {"name": {"full": "A"}, **({"role": role} if role else {})}
    root = etree.fromstring(written(persons=[person]).out)
    same([p.get("polo") for p in root.iter(INT + "polo")], [polo], "pole")
    same(record_of(written(persons=[person]).out)["persons"][0].get("role"), role, "role")


ANA = {"role": "witness", "name": {"full": "Ana Exemplo"}, "summary": "she saw it"}
RUI = {"role": "suspect", "name": {"full": "Rui Exemplo"}, "summary": "he did it"}
EVA = {"role": "sought by nobody", "name": {"full": "Eva Exemplo"}, "summary": "no pole"}


def plain(persons):
    return [{k: v for k, v in p.items() if k != "kept"} for p in persons]


@cases("what goes along of each person is filled in at that person: {0}", [
    ("poles in another order", [ANA, RUI]), ("one stands in no pole", [EVA, ANA, RUI]),
    ("the poles' own order", [RUI, ANA]), ("none but one of no pole", [RUI, EVA])])
def along(name, persons):
    made = written(persons=persons).out
    record = convert(made, "convention-json").out
    same(plain(json.loads(record)["persons"]), persons, name)
    same(convert(record, "br-mni").out, made, "written again")


@case("where the receiver has taken a person out, nobody gets what went along of another")
def _():
    text = written(persons=[ANA, RUI, EVA]).out.decode()
    begin, end = text.index('<int:polo polo="PA">'), text.index('<int:polo polo="TJ">')
    record = record_of(text[:begin] + text[end:])
    same(plain(record["persons"]), [{k: ANA[k] for k in ("role", "name")}], "persons")


@case("an entry with nothing in it is one: those behind it keep their place")
def _():
    person = {"name": {"full": "A"},
              "identity_documents": [{}, {"number": "7", "issued": "2001"}]}
    made = written(persons=[person], attachments=[{"title": "t"}, {"name": "n", "title": "u"}])
    record = record_of(made.out)
    same(plain(record["persons"]), [person], "persons")
    same([(a.get("name"), a.get("title")) for a in record["attachments"]],
         [(None, "t"), ("n", "u")], "attachments")


@case("no locality and no type of document is made up, where the schema demands none")
def _():
    made = written(attachments=[{"name": "a", "content": "QQ=="}])
    check(b"codigoLocalidade" not in made.out, made.out)
    check(b"tipoDocumento" not in made.out, made.out)


@cases("{2} is named at its place, and the rest is read: {0}", [
    ("30 February", ('dataNascimento="19870611"', 'dataNascimento="19870230"'), "model.date",
     "persons[1].birth.date"),
    ("a month of letters", ('dataNascimento="1990"', 'dataNascimento="XX"'), "model.date",
     "persons[0].birth.date"),
    ("a sex of no code", ('sexo="F"', 'sexo="Z"'), "model.code", "persons[1].sex"),
    ("a type of no code", ('"fisica" sexo="M"', '"robo" sexo="M"'), "model.code",
     "persons[2].type"),
    ("a country of no name", (">Brasil<", ">Quimera<"), "model.country",
     "persons[1].addresses[0].country"),
    ("no ISO code", ('nacionalidade="FR"', 'nacionalidade="Francesa"'), None,
     "persons[1].nationalities[0]")])
def bad(name, change, code, field):
    check(change[0] in PARTES, change)
    text = PARTES.replace(*change)
    made = convert(text, "convention-json", report=True)
    found = [f for f in made.findings if f["severity"] == "warning"]
    same([f["field"] for f in found], [field], made)
    check(code in (None, found[0]["code"]), found)
    line = PARTES[:PARTES.index(change[0])].count("\n") + 1
    same(found[0]["line"], line, "line")
    same(json.loads(made.out)["purpose"]["text"], "Saber quem a tem", "the rest")
    same(convert(made.out, "br-mni").out.decode(), text, "there and back")


@case("elements in another order are read, and come back in it")
def _():
    judge = "    <int:magistradoAtuante>Juíza Sicrana Modelo</int:magistradoAtuante>\n"
    text = PARTES.replace(judge, "").replace('    <int:polo polo="AT">',
                                             judge + '    <int:polo polo="AT">')
    record = convert(text, "convention-json").out
    same(len(json.loads(record)["persons"]), 3, record)
    same(convert(record, "br-mni").out.decode(), text, "there and back")


@case("two values of one parameter: the first is it, the second comes back")
def _():
    line = '    <int:outroParametro nome="mla:purpose" valor="Saber quem a tem"/>\n'
    text = PARTES.replace(line, line + line.replace("Saber", "Ver"))
    record = convert(text, "convention-json").out
    same(json.loads(record)["purpose"]["text"], "Saber quem a tem", record)
    same(convert(record, "br-mni").out.decode(), text, "there and back")


@case("a level of secrecy above 1 comes back, and none is less than what is asked")
def _():
    same(convert(convert(PARTES, "convention-json").out, "br-mni").out.decode(), PARTES)
    check(b'nivelSigilo="1"' in written(confidentiality={"requested": True}).out)


main()
