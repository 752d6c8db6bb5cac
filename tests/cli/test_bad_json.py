# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad JSON is refused with its code and its place, and a bad document hurts no other."""
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import red, warrant, yellow
from tap import (case, cases, check, convert, dumps, file, find, folder, main,
                 number, run, same, stands_at)

# A name before the fault, with characters of 2, 3 and 4 bytes: columns count characters,
# offsets bytes.  The mark <> is taken out of a text and says where the finding must stand.
BEFORE = '{"entity_id": "1899/7001",\n  "é€\U0001F600": '.encode()
MARK = b"<>"


def refused(content, code, *options):
    """One error with this code at the mark; nothing written."""
    at = content.index(MARK)
    content = content.replace(MARK, b"")
    result = convert("convention-json", content, *options).ends(4)
    same([f["code"] for f in result.graver("error")], [code], "codes of the errors")
    same(result.out, b"", "standard output")
    finding = result.graver("error")[0]
    stands_at(finding, content, at)
    same(finding.get("file"), "-", "the file of the finding")
    check(len(finding["message"]) > 15, "the message says nothing", finding)
    same(result.summary["documents"], 0, "documents in the summary")
    return finding


@cases("a text is refused with its place: {0}", [
    ("a name that stands twice", b'1, <>"entity_id": 2}', "json.duplicate-key"),
    ("a name that stands twice, with an escape", b'{"\\u0065a":1,<>"ea":2}}',
     "json.duplicate-key"),
    ("an empty name that stands twice", b'{"":1,<>"":2}}', "json.duplicate-key"),
    ("a name twice far apart", b'{"a":1,' + b",".join(b'"b%d":0' % i for i in range(300))
     + b',<>"a":2}}', "json.duplicate-key"),
    ("the byte FF", b'"<>\xff"}', "json.invalid-utf8"),
    ("a continuation byte alone", b'"ab<>\x80"}', "json.invalid-utf8"),
    ("a slash in two bytes", b'"<>\xc0\xaf"}', "json.invalid-utf8"),
    ("a slash in three bytes", b'"<>\xe0\x80\xaf"}', "json.invalid-utf8"),
    ("an overlong four-byte form", b'"<>\xf0\x80\x80\xaf"}', "json.invalid-utf8"),
    ("a surrogate in UTF-8", b'"<>\xed\xa0\x80"}', "json.invalid-utf8"),
    ("a character above U+10FFFF", b'"<>\xf4\x90\x80\x80"}', "json.invalid-utf8"),
    ("a three-byte character cut short", b'"ab<>\xe2\x82"}', "json.invalid-utf8"),
    ("a four-byte character cut short", b'"<>\xf0\x9f\x98"}', "json.invalid-utf8"),
    ("Latin-1 in a text", b'"caf<>\xe9"}', "json.invalid-utf8"),
    ("a bad byte in a name", b'{"a<>\xfe":1}}', "json.invalid-utf8"),
    ("a bad byte where a value begins", b"<>\xff}", "json.invalid-utf8"),
    ("the first half of a surrogate pair alone", b'"a<>\\ud800"}', "json.unpaired-surrogate"),
    ("the halves of a pair in the wrong order", b'"a<>\\udc00\\ud800"}',
     "json.unpaired-surrogate"),
    ("a half with a letter behind it", b'"a<>\\ud800\\u0041"}', "json.unpaired-surrogate"),
    ("a half in a name", b'{"<>\\udfff":1}}', "json.unpaired-surrogate"),
    ("an escaped NUL", b'"a<>\\u0000"}', "json.nul"),
    ("an escaped NUL in a name", b'{"<>\\u0000":1}}', "json.nul"),
    ("a raw NUL in a text", b'"a<>\x00b"}', "json.nul"),
    ("a raw NUL between values", b"<>\x00}", "json.nul"),
    ("a control character", b'"a<>\x01"}', "json.control-character"),
    ("the last control character", b'"<>\x1f"}', "json.control-character"),
    ("a raw tab in a text", b'"a<>\tb"}', "json.control-character"),
    ("a line that ends in a text", b'"a<>\nb"}', "json.control-character"),
    ("text behind the document", b"1} <>x", "json.trailing-text"),
    ("a bracket behind the document", b"1}<>}", "json.trailing-text"),
    ("a comma behind the document", b"1}<>,", "json.trailing-text"),
    ("a second document on the line", b'1}<>{"entity_id": "1899/7002"}', "json.trailing-text"),
    ("a number with a leading 0", b"0<>12}", "json.number"),
    ("a negative number with a leading 0", b"-0<>1}", "json.number"),
    ("a number that ends in a point", b"1.<>}", "json.number"),
    ("a number that begins with a point", b"<>.5}", "json.number"),
    ("a number with a plus", b"<>+1}", "json.number"),
    ("an exponent without digits", b"1e<>}", "json.number"),
    ("a signed exponent without digits", b"1E+<>}", "json.number"),
    ("a minus alone", b"-<>}", "json.number"),
    ("a hexadecimal number", b"0<>x10}", "json.number"),
    ("a number with two points", b"1.5<>.5}", "json.number"),
    ("not-a-number", b"<>NaN}", "json.number"),
    ("infinity", b"<>Infinity}", "json.number"),
    ("minus infinity", b"-<>Infinity}", "json.number"),
    ("an unknown escape", b'"<>\\x"}', "json.escape"),
    ("an escape that is not hexadecimal", b'"<>\\u12G4"}', "json.escape"),
    ("single quotes", b"<>'a'}", "json.syntax"),
    ("True in capitals", b"<>True}", "json.syntax"),
    ("a comment", b"<>/* none */ 1}", "json.syntax"),
    ("a comma behind the last entry", b"[1,<>]}", "json.syntax"),
    ("a comma behind the last member", b'{"a":1,<>}}', "json.syntax"),
    ("no comma between entries", b"[1 <>2]}", "json.syntax"),
    ("no colon", b'{"a" <>1}}', "json.syntax"),
    ("no value", b'{"a":<>}}', "json.syntax"),
    ("a name without quotes", b"{<>a:1}}", "json.syntax"),
    ("brackets that cross", b"[1<>}", "json.syntax"),
    ("a mark of byte order inside", b"<>\xef\xbb\xbf1}", "json.syntax"),
])
def bad_text(_, content, code):
    refused(BEFORE + content + b"\n", code)


@cases("a place counts lines that end in {0}", [
    ("LF", b"\n"), ("CR LF", b"\r\n")])
def line_ends(_, end):
    refused(end.join([b"{", b' "a": 1,', b"", ' "é": <>}'.encode()]), "json.syntax")


@case("a byte-order mark at the start is passed over and counts three bytes and no column")
def mark_at_start():
    content = b'\xef\xbb\xbf{"a": tru}'
    finding = convert("convention-json", content).ends(4).graver("error")[0]
    same((finding["code"], finding["line"], finding["offset"]), ("json.syntax", 1, 12))
    same(convert("convention-json",
                 b"\xef\xbb\xbf" + dumps(red())).ends(0).summary["documents"], 1)


@case("the last character that is allowed and the last that is not are told apart")
def edges():
    fine = red(name="\x7f\u0080\ud7ff\ue000\ufffe\uffff\U00010000\U0010ffff")
    result = convert("convention-json", fine).ends(0)
    same(find(result.documents()[0], "persons", 0, "name", "family"), fine["name"], "the name")


@case("an escaped character and the character itself are one and the same")
def escapes():
    text = dumps(red(name="\U0001F600é\"\\/\b\f\n\r\t"))
    escaped = text.replace("\U0001F600".encode(), b"\\ud83D\\uDE00").replace(
        "é".encode(), b"\\u00e9")
    ways = [find(convert("convention-json", t).ends(0).documents()[0], "persons")
            for t in (text, escaped)]
    same(ways[0], ways[1], "the persons of both")


def nested(depth, opening=b"[", closing=b"]"):
    """A red notice with an unknown member, `depth` groups and lists deep with the notice."""
    return dumps(red())[:-1] + b',"x":' + opening * (depth - 1) + b"0" \
        + closing * (depth - 1) + b"}"


@cases("64 {0} inside one another are accepted and 65 refused", [
    ("lists", b"[", b"]"), ("groups", b'{"a":', b"}")])
def depth(_, opening, closing):
    convert("convention-json", nested(64, opening, closing)).ends(0)
    content = nested(65, opening, closing)
    result = convert("convention-json", content).ends(4)
    same([f["code"] for f in result.graver("error")], ["limit.depth"])
    stands_at(result.findings[0], content, content.index(b'"x":') + 4 + 63 * len(opening))


@case("--limit depth=N moves the limit")
def depth_option():
    convert("convention-json", nested(9), "--limit", "depth=9").ends(0)
    result = convert("convention-json", nested(10), "--limit", "depth=9").ends(4)
    same([f["code"] for f in result.graver("error")], ["limit.depth"])


@case("a notice that is cut short at any byte is refused, every time, and nothing is written")
def cut_short():
    text = dumps(red(name="VÁNTREX €\U0001F600", height=number("1.7e0"),
                     arrest_warrants=[warrant("a\\b\"c\n\té\ud7ff")]))
    where = folder()
    names = []
    for end in range(len(text)):
        names.append(f"{end:05}.json")
        (where / names[-1]).write_bytes(text[:end])
    report = where / "report"
    result = run("convert", "-t", "convention-json", "--report", report, *names, cwd=where,
                 timeout=120).ends(4)
    same(result.out, b"", "standard output")
    errors = {}
    again = run("explain", "json.truncated").ends(0)  # it is a code that can be looked up
    check(b"json.truncated" in again.out)
    for line in report.read_text().splitlines():
        entry = json.loads(line)
        if "summary" in entry:
            same(entry["summary"]["documents"], 0, "documents")
        elif entry["severity"] == "error":
            errors.setdefault(entry["file"], []).append(entry)
    silent = [name for name in names if len(errors.get(name, [])) != 1]
    same(silent, [], "cuts without exactly one error")
    strange = [(name, errors[name][0]["code"]) for name in names[1:] if errors[name][0]["code"]
               not in ("json.truncated", "json.invalid-utf8", "json.number", "json.syntax")]
    same(strange, [], "cuts with another code")
    beyond = [name for name in names[1:] if not 0 <= errors[name][0]["offset"] <= int(name[:5])]
    same(beyond, [], "cuts with a place outside of the text")


@case("a notice that is cut short ends with 4 from standard input and leaves no file")
def cut_short_stdin():
    text = dumps(yellow())
    target = folder() / "out.json"
    for end in range(1, len(text), 97):
        convert("convention-json", text[:end], "-o", target).ends(4)
        check(not target.exists(), f"a file was left after a cut at {end}")


@case("null alone is no document: convert ends with 4 and detect with 6")
def null():
    for text in (b"null", b"null\n", b" null "):
        result = convert("convention-json", text).ends(4)
        same([f["code"] for f in result.findings], ["model.no-document"])
        detected = run("detect", stdin=text).ends(6)
        same((result.out, detected.out), (b"", b""), "standard output")


@case("an empty input holds no document and ends with 4")
def empty():
    for text in (b"", b"\n", b" \t\r\n\n", b"\xef\xbb\xbf"):
        result = convert("convention-json", text).ends(4)
        same([f["code"] for f in result.findings], ["model.no-document"])
        same(result.out, b"", "standard output")
    convert("convention-json", b"", "-f", "interpol-red").ends(4)
    run("convert", "-t", "convention-json", file(b"")).ends(4)


@case("an empty list holds no document and ends with 4")
def empty_list():
    same([f["code"] for f in convert("convention-json", b"[]").ends(4).findings],
         ["model.no-document"])


@case("a folder as input ends with 8")
def a_folder():
    result = run("convert", "-t", "convention-json", folder(), report=True).ends(8)
    check(result.graver("error"), "nothing was said", result)


@case("a missing file ends with 8 and is named")
def missing():
    result = run("convert", "-t", "convention-json", folder() / "none.json").ends(8)
    check(b"none.json" in result.err, result)


@case("a missing file beside a good one ends with 3 and the good one is converted")
def missing_beside():
    result = run("convert", "-t", "convention-json", folder() / "none.json",
                 file(dumps(red())), report=True).ends(3)
    same(len(result.documents()), 1, "documents")


@cases("{0} is refused as a whole at its first byte", [
    ("UTF-16LE with its mark", "utf-16-le", b"\xff\xfe"),
    ("UTF-16BE with its mark", "utf-16-be", b"\xfe\xff"),
    ("UTF-16LE without a mark", "utf-16-le", b""), ("UTF-16BE without a mark", "utf-16-be",
                                                    b""),
    ("UTF-32LE", "utf-32-le", b"\xff\xfe\x00\x00"), ("UTF-32BE", "utf-32-be", b"")])
def wide(_, encoding, mark):
    content = mark + dumps(red()).decode().encode(encoding)
    result = convert("convention-json", content).ends(4)
    same(len(result.graver("error")), 1, "errors")
    finding = result.findings[0]
    check(finding["code"].split(".")[0] in ("json", "charset"), finding)
    same((finding["line"], finding["column"], finding["offset"]), (1, 1, 0), "the place")


@cases("{0} is no stream", [("[][]", b"[]<>[]"), ("[1][2]", b"[1]<>[2]")])
def lists_on_a_line(_, content):
    at = content.index(MARK)
    content = content.replace(MARK, b"")
    result = convert("convention-json", content).ends(4)
    found = result.of("json.trailing-text")
    same(len(found), 1, "findings json.trailing-text")
    stands_at(found[0], content, at)


@case("two documents on one line are refused and nothing of them is written")
def two_on_a_line():
    text = dumps(red())
    result = convert("convention-json", text + text).ends(3, 4)
    found = result.of("json.trailing-text")
    same(len(found), 1, "findings json.trailing-text")
    stands_at(found[0], text + text, len(text))
    result = convert("convention-json", b"{}{}").ends(4)
    same([f["code"] for f in result.graver("error")], ["json.trailing-text"])


@case("--limit bytes=N refuses a document over it and takes one of exactly its size")
def limit_bytes():
    text = dumps(red())
    convert("convention-json", text, "--limit", f"bytes={len(text)}").ends(0)
    result = convert("convention-json", text, "--limit", f"bytes={len(text) - 1}").ends(4)
    same([f["code"] for f in result.graver("error")], ["limit.bytes"])
    same(result.out, b"", "standard output")


@case("a document over --limit bytes does not stop its neighbours")
def limit_bytes_stream():
    small, big = dumps(red()), dumps(red(name="V" * 20000))
    for content in (small + b"\n" + big + b"\n" + small + b"\n",
                    b"[" + small + b"," + big + b"," + small + b"]"):
        result = convert("convention-json", content, "--limit", "bytes=5000").ends(3)
        same(len(result.documents()), 2, "documents that were written")
        same([f["code"] for f in result.graver("error")], ["limit.bytes"])


@case("--limit members=N refuses a document with more values")
def limit_members():
    text = dumps(red(x=[0] * 500))
    convert("convention-json", text, "--limit", "members=600").ends(0)
    result = convert("convention-json", text, "--limit", "members=500").ends(4)
    same([f["code"] for f in result.graver("error")], ["limit.members"])


@cases("--limit {0} is wrong usage", [("bytes",), ("bytes=",), ("bytes=x",), ("bytes=-1",),
                                      ("bytes=0",), ("depth=1000000",), ("speed=1",),
                                      ("bytes=99999999999999999999",)])
def limit_usage(option):
    convert("convention-json", b"{}", "--limit", option).ends(2)


@cases("a million {0} are refused at once", [
    ("opening brackets", b"[" * 1000000), ("opening brackets in a document",
                                           b'{"x":' + b"[" * 1000000),
    ("opening braces", b'{"a":' * 1000000), ("opening brackets on lines", b"[\n" * 1000000)])
def million(_, content):
    result = convert("convention-json", content, timeout=60).ends(4)
    check(result.of("limit.depth"), result)
    check(len(result.findings) < 100, f"{len(result.findings)} findings")
    check(result.seconds < 3, f"it took {result.seconds:.1f} s")


@case("a million names of one group are read in no more than linear time")
def many_names():
    content = dumps(red())[:-1] + b',"x":{' + b",".join(
        b'"%x":0' % i for i in range(200000)) + b"}}"
    result = convert("convention-json", content, timeout=60).ends(0)
    check(result.seconds < 5, f"it took {result.seconds:.1f} s")


@cases("a bad line among good ones: {0}", [
    ("cut short", dumps(red())[:-9]), ("a bad byte", dumps(red()).replace(b"VANT", b"V\xffNT")),
    ("no format", b'{"colour": "red"}'), ("a text", b'"text"'), ("a number", b"12"),
    ("null", b"null"), ("garbage", b"%%%"), ("a name twice", b'{"a":1,"a":2}')])
def bad_line(_, bad):
    good = [dumps(red(entity_id=f"1899/{7100 + i}")) for i in range(3)]
    content = b"\n".join([good[0], bad, good[1], good[2]]) + b"\n"
    result = convert("convention-json", content).ends(3)
    same([dict(d[1])["id"] for d in result.documents()],
         ["1899/7100", "1899/7101", "1899/7102"], "the documents that were written")
    same(len(result.graver("error")), 1, "errors")
    same(result.graver("error")[0]["line"], 2, "line of the error")
    same((result.summary["documents"], result.summary["failed"]), (3, 1), "the summary")


@case("a bad last line without an end does not take the lines before it along")
def bad_last_line():
    content = dumps(red()) + b"\n" + dumps(red())[:-1]
    result = convert("convention-json", content).ends(3)
    same(len(result.documents()), 1, "documents")
    same(result.graver("error")[0]["code"], "json.truncated")


@case("an entry of a list that no format knows does not stop the others")
def bad_entry():
    content = b"[" + dumps(red()) + b',\n {"colour": 1},\n' + dumps(yellow()) + b"]"
    result = convert("convention-json", content).ends(3)
    same(len(result.documents()), 2, "documents")
    same([(f["code"], f["line"], f["column"]) for f in result.graver("error")],
         [("plugin.unknown-format", 2, 2)])


@case("places in a later document of a stream are those of the whole input")
def later_document():
    first = dumps(red(name="É" * 100))
    for begin, between in ((b"", b"\n"), (b"[", b",\n")):
        content = begin + first + between + b'{"a": <>tru}'
        at = content.index(MARK)
        content = content.replace(MARK, b"")
        finding = convert("convention-json", content).ends(3).graver("error")[0]
        same(finding["code"], "json.syntax")
        stands_at(finding, content, at + 3)


@case("lines may end in CR LF, be empty, and begin with blanks")
def line_forms():
    text = dumps(red())
    result = convert("convention-json", b"\r\n\n" + text + b"\r\n \t\n  " + text + b" \r\n\n")
    same(len(result.ends(0).documents()), 2, "documents")


@case("a text over several lines inside a stream is read")
def several_lines():
    pretty = json.dumps(json.loads(dumps(red(height=1))), indent=2).encode()
    result = convert("convention-json", pretty + b"\n" + pretty + b"\n" + dumps(red())).ends(0)
    same(len(result.documents()), 3, "documents")


@case("what cannot be read to its end leaves no file behind")
def no_file():
    target = folder() / "out.json"
    convert("convention-json", b"[" * 100, "-o", target).ends(4)
    same(os.listdir(target.parent), [], "files in the folder")


main(every=3)
