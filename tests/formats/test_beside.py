# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files beside a document (--attachments): written under the label that the document has,
checked and taken in again, never outside of the folder and never over what is there."""
import base64
import hashlib
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from formats import plain  # noqa: E402
from tap import case, cases, check, folder, main, run, same  # noqa: E402

os.environ["SOURCE_DATE_EPOCH"] = "1793000000"
FORM = "de-xjustiz"
ORDER = b"%PDF invented"


def attachment(name, content=ORDER, **more):
    return {"name": name, "content": base64.b64encode(content).decode(), **more}


def request(*attachments):
    return json.dumps({
        "schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
        "requesting": {"state": "BR", "authority": {"name": "Promotoria"}},
        "requested": {"state": "DE"}, "attachments": list(attachments)}).encode()


def written(data, to, *more, status=0):
    made = run("convert", "-t", FORM, "--attachments", to, *more, stdin=data, report=True)
    same(made.status, status, made.err)
    return made


def read(data, where, status=0):
    made = run("convert", "-f", FORM, "-t", "convention-json", "--attachments", where,
               stdin=data, report=True)
    same(made.status, status, made.err)
    return made


def files(where):
    return {p.name: p.read_bytes() for p in where.iterdir()} if where.exists() else {}


@case("bytes stand beside the document under its label, and come back")
def _():
    where, data = folder() / "files", request(
        attachment("order.pdf", sha256=hashlib.sha256(ORDER).hexdigest()),
        attachment("приказ.txt", b"text"), attachment("empty", b""))
    made = written(data, where)
    same(files(where), {"order.pdf": ORDER, "prikaz.txt": b"text", "empty": b""}, "files")
    same(where.stat().st_mode & 0o77, 0, "others may look into the folder")
    same(made.graver("loss"), [], made)
    check(base64.b64encode(ORDER) not in made.out, made.out)
    back = plain(json.loads(read(made.out, where).out))
    same(back["attachments"], json.loads(data)["attachments"], "attachments")


@case("without the option the bytes stay inside")
def _():
    made = run("convert", "-t", FORM, stdin=request(attachment("order.pdf")))
    check(base64.b64encode(ORDER) in made.out, made.out)


@cases("a label that could be a path is refused, and nothing is written: {0}", [
    ("../order.pdf",), ("/tmp/order.pdf",), ("a/b",), (".profile",), ("..",), ("a\\b",),
    ("x" * 256,)])
def path(name):
    where = folder() / "in" / "files"
    where.parent.mkdir()
    made = written(request(attachment("good.txt"), attachment(name)), where, status=5)
    same([f["code"] for f in made.graver("error")], ["model.attachment-name"], made)
    same((made.out, files(where), sorted(where.parent.parent.iterdir())),
         (b"", {}, [where.parent]), "what is written")


@cases("a document that names {0} takes nothing from outside of the folder", [
    ("../secret",), ("/etc/hostname",)])
def outside(name):
    where = folder() / "files"
    where.mkdir()
    (where.parent / "secret").write_bytes(b"secret")
    data = written(request(attachment("secret")), folder() / "files").out
    made = read(data.replace(b">secret<", f">{name}<".encode()), where)
    same([f["code"] for f in made.graver("warning") if "attachment" in f["code"]],
         ["model.attachment-name"], made)
    check("content" not in json.loads(made.out)["attachments"][0], made.out)


@cases("in the place of a file, {0} is not read", [
    ("a link", lambda p: p.symlink_to("/etc/hostname")), ("a pipe", os.mkfifo),
    ("a folder", os.mkdir), ("nothing", lambda p: None)])
def no_file(name, make):
    where = folder() / "files"
    data = written(request(attachment("order.pdf")), where).out
    (where / "order.pdf").unlink()
    make(where / "order.pdf")
    made = read(data, where)
    same([(f["code"], f["field"]) for f in made.of("io.attachment")],
         [("io.attachment", "attachments[0]")], made)
    check("content" not in json.loads(made.out)["attachments"][0], made.out)


@case("a file with another digest than the document states stops the document")
def _():
    where = folder() / "files"
    data = written(request(attachment(
        "order.pdf", sha256=hashlib.sha256(ORDER).hexdigest())), where).out
    (where / "order.pdf").write_bytes(b"another")
    made = read(data, where, status=4)
    same([f["code"] for f in made.graver("error")], ["model.attachment-digest"], made)


@case("a file that is there with the same bytes is good, with others it is left alone")
def _():
    where = folder() / "files"
    data = request(attachment("order.pdf"))
    first = written(data, where)
    same(written(data, where).out, first.out, "again")
    (where / "order.pdf").write_bytes(b"another")
    made = written(data, where, status=5)
    same([f["code"] for f in made.graver("error")], ["io.attachment"], made)
    same((made.out, files(where)), (b"", {"order.pdf": b"another"}), "what is written")


@case("a pipe that is there stops the document, and is not waited for")
def _():
    where = folder() / "files"
    where.mkdir()
    os.mkfifo(where / "order.pdf")
    made = written(request(attachment("order.pdf")), where, status=5)
    same([f["code"] for f in made.graver("error")], ["io.attachment"], made)


@case("a digest in capitals is the same digest")
def _():
    where = folder() / "files"
    data = written(request(attachment(
        "order.pdf", sha256=hashlib.sha256(ORDER).hexdigest().upper())), where).out
    made = read(data, where)
    check("content" in json.loads(made.out)["attachments"][0], made.out)


@case("two attachments of one label and other bytes are told apart by the user")
def _():
    where = folder() / "files"
    data = request(attachment("a.txt", b"1"), attachment("a.txt", b"2"))
    made = written(data, where, status=5)
    same((made.out, files(where)), (b"", {}), "what is written")
    written(data, where, "--set", "attachments[1].name=b.txt")
    same(files(where), {"a.txt": b"1", "b.txt": b"2"}, "files")


@case("a document that is stopped leaves no file")
def _():
    where = folder() / "files"
    written(request(attachment("приказ.txt")), where, "--fail-on", "warning", status=5)
    same(files(where), {}, "files")


@case("a folder that cannot be made stops the document")
def _():
    where = folder() / "file"
    where.write_bytes(b"")
    made = written(request(attachment("order.pdf")), where, status=8)
    same((made.out, [f["code"] for f in made.graver("error")]), (b"", ["io.attachment"]), made)


@case("a larger file than the limit is not read")
def _():
    where = folder() / "files"
    data = written(request(attachment("order.pdf", b"x" * 300000)), where).out
    made = run("convert", "-f", FORM, "-t", "convention-json", "--attachments", where,
               "--limit", "bytes=200000", stdin=data, report=True)
    same((made.status, len(made.of("io.attachment"))), (0, 1), made.err)


main()
