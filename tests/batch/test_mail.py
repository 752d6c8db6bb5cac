# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes taken apart: attachments, texts, messages in messages, and hostile ones."""
import base64
import pathlib
import sys
from email.message import EmailMessage

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from items import JSON, MEGABYTE, expect, is_bounded, items, taken, tar, zipped  # noqa: E402
from tap import case, cases, check, main, same  # noqa: E402

XML = b"<a/>\n"


def letter(text="Dear Sir\n", *attachments):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "x"
    message["Date"] = "Sat, 01 Jan 2000 00:00:00 +0000"
    message.set_content(text)
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream",
                               filename=name)
    return message


def mbox(*messages):
    return b"".join(b"From a@example.org Sat Jan  1 00:00:00 2000\n" +
                    (m if isinstance(m, bytes) else m.as_bytes()) + b"\n" for m in messages)


def outcomes(found):
    return [(i["entry"], i.get("code", i["outcome"])) for i in found]


@case("attachments are items, and the text beside them is skipped")
def _():
    found = items(mbox(letter("hello\n", ("a.json", JSON), ("b.xml", XML)),
                       letter("hello\n", ("a.json", JSON))), name="m.mbox")
    same(outcomes(found), [
        ("m.mbox/#1/part-1", "archive.body"), ("m.mbox/#1/a.json", "taken"),
        ("m.mbox/#1/b.xml", "taken"), ("m.mbox/#2/part-1", "archive.body"),
        ("m.mbox/#2/a.json", "taken")])
    same(taken(found)[1], expect(("m.mbox/#1/b.xml", XML))[0])


@case("the text of a message without attachments is an item, in its first form")
def _():
    both = letter("hello\n")
    both.add_alternative("<p>hello</p>\n", subtype="html")
    found = items(mbox(letter("hello\n"), both))
    same(outcomes(found), [("in/#1/part-1", "taken"), ("in/#2/part-1", "taken"),
                           ("in/#2/part-2", "archive.body")])
    check(bytes.fromhex(found[0]["head"]).startswith(b"hello\n"), found[0])


@case("attachments may be archives and streams, and an archive may hold a mailbox")
def _():
    inner = tar(("x/a.json", JSON))
    found = items(mbox(letter("", ("t.tar", inner), ("s.ndjson", JSON + b"\n" + JSON))))
    same([(i["entry"], i["value"]) for i in found.of("taken")],
         [("in/#1/t.tar/x/a.json", 0), ("in/#1/s.ndjson", 1), ("in/#1/s.ndjson", 2)])
    found = items(zipped(("m", mbox(letter("", ("t.tar", inner))))))
    same(found.entries(), ["in/m/#1/t.tar/x/a.json"])


@case("a message in a message is an archive inside another")
def _():
    inner = letter("deep\n", ("a.json", JSON))
    for _level in range(2):
        outer = letter("see below\n")
        outer.add_attachment(inner)
        inner = outer
    found = items(mbox(inner))
    same(found.entries(), ["in/#1/part-2/part-2/a.json"])
    same(items(mbox(inner), "depth=1").codes()[-1], "limit.nesting")


@cases("a part encoded as {0}", [
    ("base64", base64.encodebytes(XML)), ("quoted-printable", b"<a/=\n>\n"), ("8bit", XML)])
def _(encoding, content):
    found = items(mbox(b"From: a\nContent-Type: application/xml; name=\"a.xml\"\n"
                       b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + content))
    same(found.entries(), ["in/#1/a.xml"])
    check(bytes.fromhex(found[0]["head"]).startswith(XML), found[0])


@case("a line From in a text begins no message, unless an empty line stands before it")
def _():
    same(len(items(mbox(letter("From here\nFrom there\n")))), 1)
    same(len(items(b"From the desk of A\n\nhello\n").of("taken")), 1)
    same(len(items(mbox(letter(), letter()).replace(b"\n", b"\r\n"))), 2)


@case("names are harmless and never let a module be loaded")
def _():
    rows = [(b'"=?utf-8?q?m=C3=BCde?="', "müde"), (b'"../x"', "../x"), (b'"a\x1b[1m"', None),
            (b'"=?shift_jis?B?g2U=?="', None), (b"*=iso-2022-jp''%1b%24B", None),
            (b'"\xfc\xff"', None), (b'"=?euc-kr?q?=A1?="', None), (b'""', "part-1")]
    for raw, name in rows:
        where = b"filename" + (b"" if raw.startswith(b"*") else b"=") + raw
        found = items(mbox(b"From: a\nContent-Disposition: attachment; " + where +
                           b"\n\n<a/>\n"))
        same(len(found), 1)
        check(all(c.isprintable() for c in found[0]["entry"]), found[0])
        if name:
            same(found.entries(), [f"in/#1/{name}"])


@case("malformed messages have an outcome each, and the next one is read")
def _():
    bad = [b"", b"\n", b"garbage\n\nx\n", b"\0\1\2\n\n", b"Subject: x\n",
           b"Content-Type: multipart/mixed; boundary=x\n\nnothing\n",
           b"Content-Type: multipart/mixed\n\n--x\n\nnothing\n",
           b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
           b"Content-Type: message/rfc822\n\n", b"Content-Type: ;;;\n\nx\n",
           b"Content-Type: message/partial; id=x; number=1\n\nx\n",
           b"Content-Transfer-Encoding: base64\n\n!!!!\n",
           b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n#\n"]
    head = b"From: a\nDate: never\n"
    for message in bad:
        found = items(mbox(letter("", ("first", JSON)), head + message,
                           letter("", ("last", JSON))))
        same((found.entries()[0], found.entries()[-1]), ("in/#1/first", "in/#3/last"), message)
        check([i for i in found if i["entry"].startswith("in/#2")], message, found)


@case("a mailbox cut anywhere ends well")
def _():
    whole = mbox(letter("hello\n", ("a.json", JSON), ("t.tar", tar(("b", XML)))), letter())
    for size in range(1, len(whole), 211):
        check(items(whole[:size]), size)


@case("a hundred thousand parts are refused, and the next message is read")
def _():
    head = b"From: a\nContent-Type: multipart/mixed; boundary=x\n\n"
    for part in (b"--x\n\na\n", b"--x\nA: b\n\nMIME\n--x\nContent-Type: message/rfc822\n\n"):
        found = items(mbox(head + part * 100000, letter("", ("last", JSON))))
        same(outcomes(found), [("in/#1", "limit.entries"), ("in/#2/part-1", "archive.body"),
                               ("in/#2/last", "taken")])
        is_bounded(found)


@case("headers without end are refused")
def _():
    for header in (b"a: b\n" * 5000000, b"a: " + b"x" * (20 * MEGABYTE) + b"\n"):
        found = items(mbox(b"From: a\n" + header + b"\nx\n"))
        same(found.codes(), ["limit.entries"])
        is_bounded(found)


@case("parts nested deeper than any letter have an outcome")
def _():
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i)
                    for i in range(9000))
    found = items(mbox(b"From: a\n" + deep + b"\nx\n", letter("", ("last", JSON))))
    same(found.entries()[-1], "in/#2/last")
    is_bounded(found, 20)
    found = items(mbox(b"From: a\n" + b"Content-Type: message/rfc822\n\n" * 9000 + b"x\n",
                       letter("", ("last", JSON))))
    same(found.entries()[-1], "in/#2/last")
    check("limit.nesting" in found.codes(), found[:3])
    is_bounded(found, 20)


@case("a message over the bytes is refused, and the next one is read")
def _():
    found = items(mbox(letter("x" * 70 + "\n", ("big", bytes(300000))),
                       letter("", ("last", JSON))), "bytes=200000")
    same(outcomes(found)[0], ("in/#1", "limit.bytes"))
    same(found.entries(), ["in/#2/last"])


@case("a long mailbox is read in the memory of one message")
def _():
    one = mbox(letter("", ("a.bin", bytes(range(256)) * 400)))
    few, many = items(one * 100), items(one * 700)
    same((len(few), len(many)), (200, 1400))
    check(not few.peak or many.peak < few.peak + 4 * MEGABYTE, few.peak, many.peak)
    same(items(one * 10, "entries=7").codes()[-1], "limit.entries")


main(every=3)
