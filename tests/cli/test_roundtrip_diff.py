# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity roundtrip and comity diff: is anything changed, and what."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import (changed, invented, list_item, list_response, red, request,
                     warrant, yellow)
from tap import (case, cases, check, convert, dumps, file, main, number, run, same,
                 shared)


def lines(result):
    return [json.loads(line) for line in result.out.splitlines()]


# --- roundtrip

@cases("{0} is unchanged by a round trip", [(n, d) for n, _, d in invented()])
def unchanged(_, document):
    result = run("roundtrip", "--json", stdin=dumps(document)).ends(0)
    same(lines(result), [{"file": "-", "changed": False, "differences": 0}])
    same(result.err, b"", "standard error")


@case("a canonical document is unchanged by a round trip, as JSON and as XML")
def canonical():
    run("roundtrip", stdin=dumps(request())).ends(0)
    xml = convert("convention-xml", request()).ends(0).out
    run("roundtrip", stdin=xml).ends(0)
    run("roundtrip", "--via", "convention-xml", stdin=dumps(request())).ends(0)


@cases("a round trip through {0} is the same", [("convention-json",), ("convention-xml",)])
def via(between):
    text = dumps(red()) + b"\n" + dumps(red(arrest_warrants=[warrant("A\r\nB\tC")])) + b"\n"
    same(lines(run("roundtrip", "--json", "--via", between, stdin=text).ends(0)),
         [{"file": "-", "changed": False, "differences": 0}])


@case("what a format in between cannot carry is found: 3, with the places")
def loses():
    result = run("roundtrip", "--json", "--via", "interpol-list", "-f", "convention-json",
                 stdin=dumps(request()))
    result.ends(3, 5)
    if result.status == 3:
        check(lines(result)[0]["changed"] and lines(result)[0]["differences"] > 0, result)


@case("each file of several is named, with how many differences")
def files():
    first, second = file(dumps(red()), "a.json"), file(dumps(yellow()), "b.json")
    result = run("roundtrip", first, second).ends(0)
    same([line.rsplit(b": ", 1)[1] for line in result.out.splitlines()],
         [b"unchanged, 0 differences"] * 2)
    check(b"a.json" in result.out and b"b.json" in result.out, result)


@case("a bad document is an error, and no difference")
def bad():
    run("roundtrip", stdin=b"{").ends(4)
    run("roundtrip", stdin=b"").ends(4)
    run("roundtrip", stdin=b'{"a":1}').ends(6)
    result = run("roundtrip", "--json", stdin=dumps(red()) + b"\n{\n" + dumps(red())).ends(3)
    same([entry["differences"] for entry in lines(result)], [0],
         "differences of the good documents")


@case("several lists are unchanged by a round trip")
def lists():
    text = dumps(list_response([list_item("1899/7500"), list_item("1899/7501")])) + b"\n" \
        + dumps(list_response([list_item("1899/7502")], total=7))
    run("roundtrip", stdin=text).ends(0)


@case("layout and escapes are no differences")
def layout():
    text = json.dumps(json.loads(dumps(red(height=1, name="É"))), indent=4).encode()
    run("roundtrip", stdin=text).ends(0)


@case("a round trip counts leaves and documents in its report")
def report():
    result = run("roundtrip", stdin=dumps(red()) + b"\n" + dumps(red()), report=True).ends(0)
    same((result.summary["documents"], result.summary["dropped"]), (2, 0))


@case("the shared red notices are unchanged by a round trip through XML")
def shared_red():
    text = shared("data", "notices", "red.ndjson").read_bytes().splitlines()
    run("roundtrip", "--via", "convention-xml", stdin=b"\n".join(text[::8])).ends(0)


# --- diff

def diff(a, b, *options):
    return run("diff", *options, file(a if isinstance(a, bytes) else dumps(a), "a"),
               file(b if isinstance(b, bytes) else dumps(b), "b"))


@case("a document does not differ from itself: 0, and nothing is printed")
def same_document():
    for document in (red(), yellow(), request()):
        same(diff(document, document).ends(0).out, b"", "standard output")


@case("a document does not differ from itself in another format")
def other_format():
    canonical = convert("convention-json", red()).ends(0).out
    xml = convert("convention-xml", red()).ends(0).out
    same(diff(red(), canonical).ends(0).out, b"")
    same(diff(canonical, xml).ends(0).out, b"")
    same(diff(xml, red()).ends(0).out, b"")


@case("order of members and layout are no differences")
def order():
    document = red()
    turned = dict(reversed(document.items()))
    result = diff(document, turned)
    same([e for e in (lines(diff(document, turned, "--json"))) if "order" not in e["field"]],
         [],
         "differences beside the order itself")
    check(result.status in (0, 3), result)
    same(diff(json.dumps(json.loads(dumps(red(height=1))), indent=2).encode(),
              red(height=1)).ends(0).out, b"")


@case("each value that is changed, added or taken away is a line with its field: 3")
def differences():
    other = changed(red(), {"name": "QUORN", "place_of_birth": None,
                            "nationalities": ["AR", "BR"]})
    entries = lines(diff(red(), other, "--json").ends(3))
    same(sorted((e["in"], e["field"], e["text"]) for e in entries), [
        ("A", "persons[0].birth.place", "Puerto Quimera"),
        ("A", "persons[0].name.family", "VANTREX"),
        ("B", "persons[0].name.family", "QUORN"),
        ("B", "persons[0].nationalities[1]", "BR")])
    same({e["document"] for e in entries}, {1})


@case("lines of A begin with - and lines of B with +")
def signs():
    text = diff(red(), red(name="QUORN")).ends(3).out.decode().splitlines()
    same(sorted(text), ["+ 1: persons[0].name.family: QUORN",
                        "- 1: persons[0].name.family: VANTREX"])


@case("1.10 and 1.1 differ, as texts do")
def lexemes():
    entries = lines(diff(red(height=number("1.10")), red(height=number("1.1")),
                         "--json").ends(3))
    same(sorted((e["in"], e["text"]) for e in entries), [("A", "1.10"), ("B", "1.1")])


@case("what is kept counts between documents of one format")
def kept():
    entries = lines(diff(red(x=1), red(x=2), "--json").ends(3))
    same([(e["in"], e["text"]) for e in entries], [("A", "1"), ("B", "2")])
    diff(red(weight=0), red(weight=None)).ends(3)


@case("streams are compared document by document")
def streams():
    first = dumps(red()) + b"\n" + dumps(yellow())
    second = dumps(red()) + b"\n" + dumps(yellow(name="QUORN"))
    same({e["document"] for e in lines(diff(first, second, "--json").ends(3))}, {2})
    entries = lines(diff(dumps(red()), first, "--json").ends(3))
    same({(e["in"], e["document"]) for e in entries}, {("B", 2)})


@case("control characters of a document come out escaped")
def escapes():
    result = diff(red(), red(name="A\x1b[31m\nB\x7f\u009b"))
    result.ends(3)
    check(b"\x1b" not in result.out and b"\x7f" not in result.out
          and b"\xc2\x9b" not in result.out, result)
    same(len(result.out.splitlines()), 2, "lines")


@case("a bad side is an error and no difference")
def bad_side():
    diff(red(), b"{").ends(3, 4)
    diff(b"{", b"{").ends(4)
    result = run("diff", file(dumps(red())), "none")
    check(result.status in (3, 8), result)


main(every=3)
