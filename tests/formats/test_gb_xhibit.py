# SPDX-License-Identifier: LGPL-2.1-or-later
"""gb-xhibit: comma-separated values by RFC 4180, several rows a document; rows that cannot be
read cost themselves alone."""
import csv
import io
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import SHARED, SOURCE, case, cases, check, folder, main, run, same, skip  # noqa: E402

SAMPLE = SOURCE / "plugins" / "gb-xhibit" / "samples" / "lighthouse.csv"
TEXT = SAMPLE.read_text(encoding="utf-8")
HEADER = TEXT.split("\n", 1)[0].split(",")


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def table(*documents, header=HEADER, end="\n"):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, lineterminator=end)
    writer.writeheader()
    writer.writerows(documents)
    return out.getvalue()


def read(text, *more, status=0):
    made = run("convert", "-f", "gb-xhibit", "-t", "convention-json", *more,
               stdin=text.encode() if isinstance(text, str) else text)
    same(made.status, status, made.err)
    return [json.loads(line) for line in made.out.splitlines()], made.err.decode()


def write(records, *more):
    data = b"\n".join(json.dumps(r).encode() for r in records)
    made = run("convert", "-f", "convention-json", "-t", "gb-xhibit", *more, stdin=data)
    same(made.status, 0, made.err)
    return made.out.decode()


@case("the sample is told, read as two documents, and comes back byte for byte")
def _():
    same(run("detect", SAMPLE).out.split()[1:2], [b"gb-xhibit"], "format")
    records, _ = read(TEXT)
    same([[p["name"]["family"] for p in r["persons"]] for r in records],
         [["Quillfeather", "Oatcake"], ["Barnacle"]], records)
    same(records[0]["proceeding"]["subject"], "Theft, of a lighthouse", records[0])
    same(write(records), TEXT, "again")
    same(run("roundtrip", SAMPLE).status, 0, "roundtrip")
    through = run("convert", "-t", "convention-xml", stdin=json.dumps(records[0]).encode())
    back = run("convert", "-t", "gb-xhibit", stdin=through.out)
    same(rows(back.out.decode()), rows(TEXT)[:3], "through the canonical XML")


@case("written from the canonical JSON, the sample loses nothing")
def _():
    records, _ = read(TEXT)
    data = b"\n".join(json.dumps(r).encode() for r in records)
    made = run("convert", "-f", "convention-json", "-t", "gb-xhibit", "--fail-on", "loss",
               stdin=data)
    same((made.status, made.err), (0, b""))


@case("the shared sample comes back byte for byte")
def _():
    path = SHARED / "data" / "national" / "gb_xhibit_cases_import.csv"
    if not path.is_file():
        skip("the sample is not there")
    records, _ = read(path.read_bytes())
    same(len(records), 3, records)
    same(write(records), path.read_text(encoding="utf-8"), "again")


@cases("read all the same: {0}", [
    ("lines that end in CR LF", TEXT.replace("\n", "\r\n").encode()),
    ("a byte-order mark", b"\xef\xbb\xbf" + TEXT.encode()),
    ("UTF-16", TEXT.encode("utf-16")),
    ("no line feed at the end", TEXT.rstrip("\n").encode()),
    ("empty lines", TEXT.replace("\n", "\n\n").encode()),
    ("quotes around each field", "".join(
        ",".join('"' + f.replace('"', '""') + '"' for f in row) + "\n"
        for row in rows(TEXT)).encode()),
    ("columns in another order", table(
        *csv.DictReader(io.StringIO(TEXT, newline="")), header=HEADER[::-1]).encode())])
def variant(name, data):
    same(run("detect", "-", stdin=data).out.split()[1:2], [b"gb-xhibit"], "format")
    records, errors = read(data)
    same(errors, "", "findings")
    same(write(records), TEXT, name)


@case("a row without a person is a request without one; beside others it stays where it was")
def bare():
    alone, person = {"case_urn": "U1"}, {"case_urn": "U1", "defendant_last_name": "Corvid"}
    for given, persons in (([alone], 0), ([person], 1), ([alone, person], 2),
                           ([person, alone], 2), ([alone, alone], 2)):
        (record,), _ = read(table(*given))
        same(len(record.get("persons", [])), persons, "persons")
        same(write([record]), table(*given), "written again")


@case("a person without a role is written as accused, and that is told")
def accused():
    (record,), _ = read(table({"case_urn": "U1", "defendant_last_name": "Corvid"}))
    for role, codes in (("accused", []), (None, [("model.implied", "persons[0].role")])):
        record["persons"][0].pop("role", None)
        record["persons"][0].update({"role": role} if role else {})
        made = run("convert", "-f", "convention-json", "-t", "gb-xhibit", report=True,
                   stdin=json.dumps(record).encode()).ends(0)
        same([(f["code"], f["field"]) for f in made.graver("warning")], codes, "findings")


@case("a whole name where a family name is asked for is told, since it is read as that")
def instead():
    (record,), _ = read(table({"case_urn": "U1", "defendant_last_name": "Corvid"}))
    for name, codes in (({"family": "Corvid"}, []),
                        ({"full": "Jo Corvid"}, [("model.instead", "persons[0].name.full")])):
        record["persons"][0]["name"] = name
        made = run("convert", "-f", "convention-json", "-t", "gb-xhibit", report=True,
                   stdin=json.dumps(record).encode()).ends(0)
        same([(f["code"], f["field"]) for f in made.graver("warning")], codes, "findings")


@case("commas, quotes, line feeds and other scripts in a field come back")
def _():
    text = table({"case_urn": 'a,"b"\nc', "defendant_last_name": "Иванов, «张三»",
                  "court_name": " x "})
    records, _ = read(text)
    same(records[0]["proceeding"]["references"][0]["value"], 'a,"b"\nc', records)
    same(rows(write(records)), rows(text), "again")


@case("a column that the list has not is kept, and told where it has no place")
def _():
    text = table({"case_urn": "U1", "defendant_last_name": "Nobody", "extra": "x"},
                 header=HEADER + ["extra"])
    records, _ = read(text)
    same(records[0]["persons"][0]["kept"]["gb-xhibit"]["/extra"], "x", records)
    made = run("convert", "-t", "gb-xhibit", stdin=json.dumps(records[0]).encode())
    check(b"[csv.unsaid]" in made.err, made.err)


GOOD = {"case_urn": "U1", "defendant_last_name": "First"}
LAST = {"case_urn": "U3", "defendant_last_name": "Last"}


@cases("a bad row is named with its place and the others are done: {0}", [
    ("too few fields", "U2,short", "csv.row", 3, 1),
    ("too many fields", "U2" + "," * 20, "csv.row", 3, 1),
    ("a NUL", 'U2,"a\0b"' + "," * 13, "text.nul", 3, 4),
    ("an open quote", 'U2,"never closed' + "," * 13, "csv.quote", 3, 4),
    ("text behind a closing quote", 'U2,"a"b' + "," * 13, "csv.quote", 3, 7)])
def bad(name, row, code, line, column):
    report = folder() / "report"
    text = table(GOOD) + row + "\n" + table(LAST).split("\n", 1)[1]
    records, _ = read(text, "--report", report, status=3)
    same([r["persons"][0]["name"]["family"] for r in records], ["First", "Last"], name)
    found = [f for f in map(json.loads, report.read_text().splitlines())
             if f.get("severity") == "error"]
    same([(f["code"], f["line"], f["column"]) for f in found], [(code, line, column)], found)


@case("a date that is none stays as written, with its place")
def _():
    text = table(dict(GOOD, defendant_date_of_birth="1990-02-30"))
    records, errors = read(text)
    check("-:2:" in errors and "[model.date]" in errors, errors)
    same(records[0]["persons"][0]["birth"]["date"], "1990-02-30", records)


@case("another encoding is read where it is named, and not written")
def encoding():
    data = TEXT.replace("Quill", "Qüill").encode("windows-1252")
    for named in ((), ("-f", "gb-xhibit")):
        made = run("convert", *named, "-t", "convention-json", stdin=data, report=True).ends(4)
        same([(f["code"], f["hint"]) for f in made.graver("error")],
             [("charset.invalid", "name the encoding: -f FORMAT:charset=NAME")], "unnamed")
    named = ("convert", "-f", "gb-xhibit:charset=windows-1252", "-t")
    made = run(*named, "gb-xhibit", stdin=data).ends(0)
    same(made.out.decode(), TEXT.replace("Quill", "Qüill"), "in UTF-8")
    refused = run(*named, "gb-xhibit:charset=windows-1252", stdin=data, report=True).ends(2)
    same([f["code"] for f in refused.graver("error")], ["plugin.bad-option"], "written in it")


@case("two columns of one name are refused")
def _():
    made = run("convert", "-f", "gb-xhibit", "-t", "convention-json",
               stdin=b"case_urn,case_urn\n1,2\n")
    same((made.status, made.out), (4, b""), made.err)
    check(b"[csv.header]" in made.err, made.err)


@case("a request without what a row needs is refused, and written where it is supplied")
def _():
    record = json.dumps({"schema": "urn:comity:convention:1",
                         "kind": "mutual-legal-assistance", "facts": {"summary": "f"},
                         "persons": [{"role": "accused", "name": {"full": "A B"}}]}).encode()
    made = run("convert", "-t", "gb-xhibit", stdin=record)
    check(made.status != 0 and b"[model.required]" in made.err and not made.out, made)
    made = run("convert", "-t", "gb-xhibit", "--set",
               "proceeding.references[scheme=URN].value=U7", stdin=record)
    same(made.status, 0, made.err)
    same(dict(zip(*rows(made.out.decode())))["defendant_last_name"], "A B", made.out)
    check(b"facts" in made.err and b"[loss.field]" in made.err, made.err)


@case("20,000 rows are read and written in time that grows with them alone")
def _():
    text = table(*({"case_urn": f"U{i // 3}", "defendant_last_name": f"N{i}"}
                   for i in range(20000)))
    made = run("convert", "-t", "gb-xhibit", stdin=text.encode())
    same((made.status, made.out.decode()), (0, text), made.err[:300])


main(every=3)
