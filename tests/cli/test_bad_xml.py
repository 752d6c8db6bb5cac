# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad XML is refused with its code and its place; nothing outside of the input is ever read."""
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import red
from tap import (PROGRAM, case, cases, check, convert, dumps, file, find, folder, main,
                 run, same)
from tracer import strace

URN = "urn:comity:convention:1"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPEN = f'<document xmlns="{URN}">'
MARK = "<|>"
KIND = "<kind>extradition</kind>"


def refused(text, code, status=4, encoding="utf-8", mark=b""):
    """One error with this code where MARK stands, counted in the bytes of the input."""
    before, after = text.split(MARK)
    content = mark + before.encode(encoding) + after.encode(encoding)
    result = convert("convention-json", content).ends(status)
    same([f["code"] for f in result.graver("error")], [code], "codes of the errors")
    same(result.out, b"", "standard output")
    finding = result.graver("error")[0]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    same((finding["line"], finding["column"], finding["offset"]),
         (line, column, len(mark) + len(before.encode(encoding))), "line, column, offset")
    return finding


def whole(text, **more):
    return convert("convention-json", text.encode(), **more)


@cases("a text is refused with its place: {0}", [
    ("a DOCTYPE", HEAD + "<|><!DOCTYPE document>\n" + OPEN + KIND + "</document>",
     "xml.doctype"),
    ("a DOCTYPE behind a comment", HEAD + "<!-- é -->\n  <|><!DOCTYPE document>" + OPEN
     + KIND + "</document>", "xml.doctype"),
    ("a DOCTYPE with an entity", HEAD + '<|><!DOCTYPE document [<!ENTITY a "b">]>' + OPEN
     + KIND + "<id>&a;</id></document>", "xml.doctype"),
    ("an entity that XML does not know", HEAD + OPEN + "<id>é<|>&nbsp;</id></document>",
     "xml.entity"),
    ("another closing tag", HEAD + OPEN + "\n<id>é€\U0001F600<|></ix></document>",
     "xml.syntax"),
    ("an attribute twice", HEAD + OPEN + '<id x="1" <|>x="2">a</id></document>', "xml.syntax"),
    ("a prefix that is not declared", HEAD + OPEN + "\n<<|>p:id>a</p:id></document>",
     "xml.namespace"),
    ("a second root", HEAD + OPEN + KIND + "</document>\n<|><more/>", "xml.trailing-text"),
    ("text behind the root", HEAD + OPEN + KIND + "</document>\n<|>more", "xml.trailing-text"),
    ("a reference to NUL", HEAD + OPEN + "<id>é<|>&#0;</id></document>", "xml.character"),
    ("a control character", HEAD + OPEN + "<id>é<|>\x01</id></document>", "xml.character"),
    ("U+FFFE", HEAD + OPEN + "<id>é<|>\ufffe</id></document>", "xml.character"),
    ("an end inside an element", HEAD + OPEN + "<id>é<|>", "xml.truncated"),
    ("an end behind the declaration", HEAD + "<|>", "xml.truncated"),
    ("an unknown element", HEAD + OPEN + KIND + "<id>é€\U0001F600</id><|><colour/></document>",
     "model.unknown-field"),
    ("an unknown element inside a group", HEAD + OPEN + KIND
     + "\n<persons>\n  <|><colour>é</colour></persons></document>", "model.unknown-field"),
    ("an element twice", HEAD + OPEN + KIND + "<id>é</id>\n<|><id>b</id></document>",
     "model.type"),
    ("elements where text is due", HEAD + OPEN + "<|><kind>a<b/>c</kind></document>",
     "model.type"),
    ("an unknown kind", HEAD + OPEN + "\n<|><kind>invitation</kind></document>", "model.kind"),
])
def bad_text(_, text, code):
    refused(text, code)


@cases("{0} is not recognized", [
    ("another namespace", HEAD + f'<|><document xmlns="{URN}0">{KIND}</document>'),
    ("no namespace", HEAD + f"<|><document>{KIND}</document>"),
    ("another root of no namespace", HEAD + "<|><html/>")])
def namespaces(_, text):
    refused(text, "plugin.unknown-format", status=6)


@case("another root in the right namespace is refused")
def other_root():
    result = whole(HEAD + f'<request xmlns="{URN}">{KIND}</request>').ends(4, 6)
    check(result.graver("error"), result)


@case("an element of a foreign namespace is not taken for one of ours")
def foreign_element():
    result = whole(HEAD + OPEN + KIND + '<id xmlns="urn:other">a</id></document>').ends(4)
    check(result.graver("error"), result)


@case("an attribute that means nothing is not passed over in silence")
def unknown_attribute():
    result = whole(HEAD + OPEN + KIND + '<id colour="red">a</id></document>')
    check(result.status == 4 or result.findings, "nothing was said of it", result)
    result = whole(HEAD + OPEN + KIND + '<persons colour="red"><role>sought</role></persons>'
                   "</document>")
    check(result.status == 4 or result.findings, "nothing was said of it in a group", result)


@case("text between elements is not passed over in silence")
def mixed():
    result = whole(HEAD + OPEN + KIND + "stray words<id>a</id></document>")
    check(result.status == 4 or result.findings, "nothing was said of it", result)


@case("comments, instructions, CDATA and another prefix change nothing")
def same_document():
    plain = whole(HEAD + OPEN + KIND + "<id>a&amp;b &lt;c</id></document>").ends(0)
    other = whole(HEAD + f'<?note x?><c:document xmlns:c="{URN}"><!-- c --><c:kind>extra<!-- c '
                  "-->dition</c:kind>\n\t<c:id><![CDATA[a&b ]]>&#60;c</c:id></c:document>\n"
                  "<!-- end -->\n").ends(0)
    for name in ("kind", "id"):
        same(find(other.documents()[0], name), find(plain.documents()[0], name), name)


@cases("places are those of the input's bytes in {0}", [
    ("UTF-16LE", "utf-16-le", b"\xff\xfe", "UTF-16"),
    ("UTF-16BE", "utf-16-be", b"\xfe\xff", "UTF-16"),
    ("UTF-8 with its mark", "utf-8", b"\xef\xbb\xbf", "UTF-8")])
def wide_places(_, encoding, mark, declared):
    head = f'<?xml version="1.0" encoding="{declared}"?>\n'
    refused(head + OPEN + KIND + "\n<id>é\U0001F600€</id><|><colour/></document>",
            "model.unknown-field", encoding=encoding, mark=mark)
    refused(head + OPEN + KIND + "\n<id>é\U0001F600€<|></ix></document>",
            "xml.syntax", encoding=encoding, mark=mark)


@case("places are those of the input's bytes in windows-1251")
def narrow_places():
    refused('<?xml version="1.0" encoding="windows-1251"?>\n' + OPEN + KIND
            + "\n<id>Жд</id><|><colour/></document>", "model.unknown-field", encoding="cp1251")


@cases("a document in {0} is read as one in UTF-8", [
    ("UTF-16LE", "utf-16-le", b"\xff\xfe", "UTF-16"),
    ("UTF-16BE", "utf-16-be", b"\xfe\xff", "UTF-16"),
    ("windows-1251", "cp1251", b"", "windows-1251"), ("KOI8-R", "koi8-r", b"", "KOI8-R"),
    ("ISO-8859-1", "latin-1", b"", "ISO-8859-1"), ("GB18030", "gb18030", b"", "GB18030")])
def encodings(_, encoding, mark, declared):
    word = {"latin-1": "Pérégrine", "gb18030": "灯塔"}.get(encoding, "Маяк")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n{OPEN}{KIND}<id>{word}</id>' \
        "</document>"
    result = convert("convention-json", mark + text.encode(encoding)).ends(0)
    same(find(result.documents()[0], "id"), word, "the id")


@cases("a mark of byte order that contradicts the declaration is refused: {0}", [
    ("UTF-8 against ISO-8859-1", b"\xef\xbb\xbf", "utf-8", "ISO-8859-1"),
    ("UTF-16LE against UTF-8", b"\xff\xfe", "utf-16-le", "UTF-8"),
    ("UTF-16BE against windows-1251", b"\xfe\xff", "utf-16-be", "windows-1251"),
    ("UTF-8 against UTF-16", b"\xef\xbb\xbf", "utf-8", "UTF-16")])
def contradiction(_, mark, encoding, declared):
    text = f'<?xml version="1.0" encoding="{declared}"?>\n{OPEN}{KIND}</document>'
    result = convert("convention-json", mark + text.encode(encoding)).ends(4)
    codes = [f["code"] for f in result.graver("error")]
    check(len(codes) == 1 and codes[0].startswith("charset."), codes)


@cases("a byte that does not fit in {0} is placed at its first byte", [
    ("UTF-8", "UTF-8", b"\xff"), ("UTF-8 as a surrogate", "UTF-8", b"\xed\xa0\x80"),
    ("UTF-8 cut short", "UTF-8", b"\xe2\x82"), ("windows-1251", "windows-1251", b"\x98")])
def bad_byte(_, declared, byte):
    before = f'<?xml version="1.0" encoding="{declared}"?>\n{OPEN}\n<id>ab'.encode()
    result = convert("convention-json", before + byte + b"</id></document>").ends(4)
    finding = result.graver("error")[0]
    check(finding["code"].split(".")[0] in ("charset", "xml"), finding)
    same((finding["line"], finding["column"], finding["offset"]), (3, 7, len(before)))


@case("an encoding that nobody knows is refused")
def unknown_encoding():
    refused(f'<?xml version="1.0" encoding="<|>x-nowhere"?>\n{OPEN}{KIND}</document>',
            "charset.unknown")


@case("half a character at the end of UTF-16 is refused")
def half_unit():
    text = f'<?xml version="1.0" encoding="UTF-16"?>{OPEN}{KIND}</document>'
    result = convert("convention-json", b"\xff\xfe" + text.encode("utf-16-le") + b"a").ends(4)
    check(result.graver("error"), result)


def red_xml():
    return convert("convention-xml", red(name="VÁNTREX", forename=None, x=[None, {"a\r": 1}])
                   ).ends(0).out


@case("a document that is cut short at any byte is refused, every time")
def cut_short():
    import json
    text = red_xml().rstrip()
    where = folder()
    names = []
    for end in range(1, len(text)):
        names.append(f"{end:05}.xml")
        (where / names[-1]).write_bytes(text[:end])
    report = where / "report"
    result = run("convert", "-f", "convention-xml", "-t", "convention-json", "--report", report,
                 *names, cwd=where, timeout=120).ends(4)
    same(result.out, b"", "standard output")
    errors = {}
    for line in report.read_text().splitlines():
        entry = json.loads(line)
        if entry.get("severity") == "error":
            errors.setdefault(entry["file"], []).append(entry)
    silent = [name for name in names if len(errors.get(name, [])) != 1]
    same(silent, [], "cuts without exactly one error")
    strange = sorted({errors[name][0]["code"] for name in names} - {
        "xml.truncated", "xml.syntax", "charset.invalid", "charset.unknown", "xml.entity"})
    same(strange, [], "other codes")


@case("no file outside is opened for an external entity")
def no_fetching():
    secret = file(b"the lighthouse keeper's secret", "secret.txt")
    where = folder()
    trace = where / "trace"
    hostile = [
        f'<!DOCTYPE document [<!ENTITY a SYSTEM "file://{secret}">]>{OPEN}{KIND}<id>&a;</id>',
        f'<!DOCTYPE document SYSTEM "file://{secret}">{OPEN}{KIND}',
        f'<!DOCTYPE document [<!ENTITY % p SYSTEM "file://{secret}"> %p;]>{OPEN}{KIND}',
        f'<?xml-stylesheet href="file://{secret}"?>{OPEN}{KIND}',
        f'{OPEN}{KIND}<include xmlns="http://www.w3.org/2001/XInclude" '
        f'href="file://{secret}"/>',
        f'<document xmlns="{URN}" xmlns:s="http://www.w3.org/2001/XMLSchema-instance" '
        f's:schemaLocation="{URN} file://{secret}">{KIND}']
    names = []
    for number, text in enumerate(hostile):
        names.append(where / f"hostile{number}.xml")
        names[-1].write_text(HEAD + text + "</document>")
    result = run("convert", "-t", "convention-json", *names, program=[
        *strace(trace, "-f", "-e", "trace=%file,%network"), PROGRAM])
    text = trace.read_text()
    check("hostile0.xml" in text, "the trace does not show the input itself", text[:500])
    check("secret.txt" not in text, "the file was looked at")
    check("catalog" not in text, "a catalog was looked for")
    check("connect(" not in text, "a connection was made")
    check(b"keeper" not in result.out + result.err, result)


def cpu(content):
    before = os.times()
    result = convert("convention-json", content, timeout=60)
    after = os.times()
    return (after.children_user + after.children_system - before.children_user
            - before.children_system), result


@cases("{0} cost no more than half a second", [
    ("100,000 attributes", OPEN[:-1] + "".join(f' a{i}="v"' for i in range(100000)) + ">"
     + KIND + "</document>"),
    ("100,000 namespaces", OPEN[:-1] + "".join(f' xmlns:a{i}="u{i}"' for i in range(100000))
     + ">" + KIND + "</document>"),
    ("100,000 elements inside one another", OPEN + "<persons>" * 100000),
    ("a million references", OPEN + KIND + "<id>" + "&#65;" * 1000000 + "</id></document>"),
    ("a tag that never ends", OPEN + "<id " + "a" * 3000000),
    ("a comment that never ends", OPEN + "<!--" + "- " * 1500000)])
def hostile_size(_, text):
    base, _ = cpu(b"")
    spent, result = cpu((HEAD + text).encode())
    slow = 4 if "asan" in os.environ.get("ASAN_OPTIONS", "") + PROGRAM else 2
    check(spent - base < 0.25 * slow, f"{spent:.2f} s of CPU, {base:.2f} s of them to start")
    check(len(result.findings) < 100, f"{len(result.findings)} findings")


@case("100,000 attributes are refused as too many")
def attributes():
    text = HEAD + OPEN[:-1] + "".join(f' a{i}="v"' for i in range(100000)) + ">" + KIND \
        + "</document>"
    result = whole(text).ends(4)
    check(result.graver("error")[0]["code"].startswith("limit."), result)


@case("64 elements inside one another are accepted by the syntax and 65 are not")
def depth():
    inside = "<a>" * 63 + "</a>" * 63
    same(whole(HEAD + OPEN + KIND + inside + "</document>").ends(4).findings[0]["code"],
         "model.unknown-field")
    inside = "<a>" * 64 + "</a>" * 64
    same(whole(HEAD + OPEN + KIND + inside + "</document>").ends(4).findings[0]["code"],
         "limit.depth")


@case("a bad XML file beside good ones does not stop them")
def neighbours():
    good = file(red_xml(), "good.xml")
    bad = file(b"<document", "bad.xml")
    result = run("convert", "-t", "convention-json", good, bad, good, report=True).ends(3)
    same(len(result.documents()), 2, "documents")
    same([pathlib.Path(f["file"]).name for f in result.graver("error")], ["bad.xml"])


@case("what XML cannot carry comes through XML unchanged")
def awkward_text():
    awkward = red(name="a\u0001b\u001fc\ufffe\uffff\x7f\u0085\u2028",
                  forename=" lead and trail ",
                  place_of_birth="]]>&amp;<!-- -->", distinguishing_marks="\r\n\r\t\n ",
                  x={"\u0001\ufffe": "\u0002", "": "", " ": None})
    through = convert("convention-xml", awkward).ends(0).out
    straight = convert("convention-json", awkward).ends(0).out
    same(convert("convention-json", through).ends(0).out, straight, "the canonical document")
    same(convert("interpol-red", through).ends(0).documents(),
         convert("interpol-red", dumps(awkward)).ends(0).documents(), "the notice")


main(every=3)
