# SPDX-License-Identifier: LGPL-2.1-or-later
"""Inputs taken apart: archives, whole and hostile.  Every entry has one outcome."""
import gzip
import lzma
import os
import pathlib
import struct
import sys
import tarfile
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from items import (JSON, MEGABYTE, compress, expect, is_bounded, items,  # noqa: E402
                   special, taken, tar, zipped)
from tap import case, cases, check, folder, main, same, spread  # noqa: E402

XML = b"<a/>\n"
TREE = (("a.json", JSON), ("b/c.xml", XML), ("d.txt", b"some text"))


def below(name, *pairs):
    return expect(*((f"{name}/{entry}", content) for entry, content in pairs))


# --- what is what

@case("a plain file is one item with its own name and bytes")
def _():
    for content in (XML, b"some text", b"a;b\n1;2\n", b"\0\1\2", b'\xff\xfe{\0"\0a\0'):
        found = items(content, name="x.json")
        same(taken(found), expect(("x.json", content)))
        same(len(found), 1)


@case("an empty input is skipped and said to be empty")
def _():
    same([(i["outcome"], i["code"]) for i in items(b"")], [("skipped", "archive.empty")])


@cases("a tar as {0}, from a file and from a pipe", [
    ("it is", lambda t: t), ("gzip", gzip.compress), ("xz", lzma.compress),
    ("zstd", lambda t: compress(["zstd", "-q", "-c"], t))])
def _(_name, pack):
    for by_pipe in (False, True):
        same(taken(items(pack(tar(*TREE)), by_pipe=by_pipe)), below("in", *TREE))


@cases("a single file as {0} has a name of its own", [
    ("x.json.gz", gzip.compress), ("x.json.xz", lzma.compress),
    ("x.json.zst", lambda t: compress(["zstd", "-q", "-c"], t))])
def _(name, pack):
    same(taken(items(pack(JSON + b"\n"), name=name)),
         expect((f"{name}/x.json", JSON + b"\n")))


@case("members and frames one behind the other are one file")
def _():
    whole = XML * 3
    same(taken(items(gzip.compress(XML) * 3, name="a.gz")), expect(("a.gz/a", whole)))
    same(taken(items(lzma.compress(XML) * 3, name="a.xz")), expect(("a.xz/a", whole)))
    frame = compress(["zstd", "-q", "-c"], XML)
    same(taken(items(frame * 3, name="a.zst")), expect(("a.zst/a", whole)))
    skipped = struct.pack("<II", 0x184D2A50, 4) + b"abcd"
    same(taken(items(skipped + frame, name="a.zst")), expect(("a.zst/a", XML)))


@cases("a tar of the form {0}", [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT),
                                 ("pax", tarfile.PAX_FORMAT)])
def _(_name, form):
    entries = TREE + ((("x" * 90 + "/") * 2 + "long.json", JSON),)
    if form != tarfile.USTAR_FORMAT:
        entries += ((("y" * 200 + "/") * 3 + "longer", JSON),)
    same(taken(items(tar(*entries, form=form))), below("in", *entries))


def old_tar(entry, content):
    """A header of before POSIX: no magic."""
    header = bytearray(512)
    header[:len(entry)] = entry
    header[100:108], header[108:116], header[116:124] = b"000644 \0", b"000000 \0", b"000000 \0"
    header[124:136] = b"%011o " % len(content)
    header[136:148] = b"00000000000 "
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % 512) + bytes(1024)


@case("a tar of before POSIX is known by its sum alone")
def _():
    whole = old_tar(b"a.json", JSON)
    same(taken(items(whole)), below("in", ("a.json", JSON)))
    changed = whole[:150] + b"7" + whole[151:]
    same(taken(items(changed)), expect(("in", changed)))


@case("a tar and a zip without entries are said to be empty")
def _():
    for content in (bytes(10240), bytes(1024), zipped()):
        same([i["code"] for i in items(content)], ["archive.empty"])


@case("zips: stored, deflated, with sizes behind the data, and with large sizes")
def _():
    for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        same(taken(items(zipped(*TREE, kind=kind))), below("in", *TREE))
    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in TREE:
            archive.writestr(name, content)
    same(taken(items(bytes(out.bytes))), below("in", *TREE))
    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("big.json", "w", force_zip64=True) as entry:
            entry.write(JSON)
    same(taken(items(bytes(out.bytes))), below("in", ("big.json", JSON)))


class Unseekable:
    def __init__(self):
        self.bytes = bytearray()

    def write(self, content):
        self.bytes += content
        return len(content)

    def flush(self):
        pass


# --- archives inside one another

def nest(levels):
    content, name = JSON, "a.json"
    for level in range(levels):
        content = (tar if level % 2 else zipped)((name, content))
        name = f"{level}.x"
    return content


@case("archives inside the input's own archive are read two deep, and no deeper")
def _():
    same(taken(items(nest(3))), expect(("in/1.x/0.x/a.json", JSON)))
    found = items(nest(4))
    same([(i["entry"], i["outcome"], i["code"]) for i in found],
         [("in/2.x/1.x/0.x", "refused", "limit.nesting")])
    check("inside 3 others; at most 2" in found[0]["message"], found[0])
    same(taken(items(nest(4), "depth=3")), expect(("in/2.x/1.x/0.x/a.json", JSON)))
    same(items(nest(2), "depth=0").codes(), ["limit.nesting"])


@case("a compressed tar counts as one archive, and what is compressed again as two")
def _():
    inner = gzip.compress(tar(("s.ndjson", JSON + b"\n" + JSON + b"\n")))
    found = items(tar(("a.zip", zipped(("t.tgz", inner)))))
    same([(i["entry"], i["value"]) for i in found],
         [("in/a.zip/t.tgz/s.ndjson", 1), ("in/a.zip/t.tgz/s.ndjson", 2)])
    packed = XML
    for _ in range(5):
        packed = gzip.compress(packed)
    same(items(packed).codes(), ["limit.nesting"])


# --- names

ODD = ["/etc/passwd", "../../x", "a/../../b", "..\\x", "-rf", "new\nline", "esc\x1b[31m",
       "bell\x07", "del\x7f", "c1\x9b", "back\\slash", "line\u2028sep", "turn\u202eed",
       "iso\u2066late", "mark\u200e", "müde", "日本", "nfd u\u0308", "\\x0A", "\n"]


def escaped(name):
    out = ""
    for c in name:
        bad = (ord(c) < 32 or 0x7f <= ord(c) < 0xa0 or c == "\\" or
               0x2028 <= ord(c) <= 0x202e or 0x2066 <= ord(c) <= 0x2069 or
               ord(c) in (0x61c, 0x200e, 0x200f))
        out += "".join(f"\\x{b:02X}" for b in c.encode()) if bad else c
    return out


@cases("odd names are harmless labels in {0}, whatever the locale", [
    ("pax", lambda e: tar(*e)), ("gnu", lambda e: tar(*e, form=tarfile.GNU_FORMAT)),
    ("zip", lambda e: zipped(*e))])
def _(_name, pack):
    entries = [(name, b"%d" % i) for i, name in enumerate(ODD)]
    expected = [(f"in/{escaped(n)}", 0) for n in ODD]
    same(len(set(expected)), len(ODD))
    for locale in ("C", "C.UTF-8", "de_DE.ISO-8859-1", "POSIX"):
        found = items(pack(entries), env={"LC_ALL": locale, "TZ": "Asia/Tokyo"})
        same([(i["entry"], i["twin"]) for i in found], expected, locale)
        same([i["size"] for i in found.of("taken")], [len(c) for _, c in entries])


@case("bytes that are no UTF-8 stand as their numbers")
def _():
    whole = tar(("m~de", JSON), form=tarfile.USTAR_FORMAT)
    at = whole.index(b"m~de")
    header = bytearray(whole[:512])
    header[at + 1] = 0xFC
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    same(items(bytes(header) + whole[512:]).entries(), ["in/m\\xFCde"])
    packed = zipped(("m~de", JSON)).replace(b"m~de", b"m\xfcde")
    same(items(packed).entries(), ["in/m\\xFCde"])


@case("entries of the same name are told apart")
def _():
    for pack in (tar, zipped):
        found = items(pack(("a", b"1"), ("b", b"2"), ("a", b"3"), ("a", b"4")))
        same([(i["entry"], i["twin"]) for i in found],
             [("in/a", 0), ("in/b", 0), ("in/a", 1), ("in/a", 2)])


@case("names over the limits are refused, and the next entry is read")
def _():
    long = "x" * 5000
    deep = "a/" * 40 + "b"
    found = items(tar((long, JSON), (deep, JSON), ("good", JSON)))
    same([i.get("code") for i in found], ["limit.name", "limit.name", None])
    check("5000 bytes; at most 4096" in found[0]["message"], found[0])
    check("40 folders; at most 32" in found[1]["message"], found[1])
    check(len(found[0]["entry"]) < 400, "the refused name is cut")
    same(items(tar(("a/b/c", JSON)), "folders=2").codes(), [])
    same(items(tar(("a/b/c", JSON)), "folders=1").codes(), ["limit.name"])


# --- what is no document

@case("folders, empty files, links and devices have outcomes of their own")
def _():
    found = items(tar(
        special("folder", tarfile.DIRTYPE), ("empty", b""),
        special("soft", tarfile.SYMTYPE, "/etc/passwd"),
        special("hard", tarfile.LNKTYPE, "good"), special("pipe", tarfile.FIFOTYPE),
        special("char", tarfile.CHRTYPE), special("block", tarfile.BLKTYPE), ("good", JSON)))
    same([(i["outcome"], i.get("code")) for i in found],
         [("skipped", "archive.folder"), ("skipped", "archive.empty"),
          ("refused", "archive.link"), ("refused", "archive.link"),
          ("refused", "archive.device"), ("refused", "archive.device"),
          ("refused", "archive.device"), ("taken", None)])
    same(items(zipped(("f/", b""), ("f/a", JSON))).codes(), ["archive.folder"])


@case("an encrypted entry is refused, and the next one is read")
def _():
    packed = bytearray(zipped(("secret", b"x" * 40), ("good", JSON), kind=zipfile.ZIP_STORED))
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        packed[packed.index(magic) + at] |= 1
    found = items(bytes(packed))
    same([(i["entry"], i.get("code")) for i in found],
         [("in/secret", "archive.encrypted"), ("in/good", None)])


@case("a sparse file counts with what it gives")
def _():
    where = folder()
    with open(where / "sparse", "wb") as file:
        file.write(b"begin")
        file.seek(300000)
        file.write(b"end")
        file.truncate(400000)
    for form in ("gnu", "pax"):
        packed = compress(["tar", "--sparse", f"--format={form}", "-C", str(where), "-cf", "-",
                           "sparse"], b"")
        check(len(packed) < 60000, "tar made no sparse file")
        whole = (where / "sparse").read_bytes()
        same(taken(items(packed)), below("in", ("sparse", whole)))
        same(items(packed, "bytes=350000").codes(), ["limit.bytes"])
        same(items(packed, "floor=1000", "ratio=2").codes(), ["limit.ratio"])


# --- damaged

@case("a tar cut anywhere gives what was whole, and says that it was cut")
def _():
    whole = tar(*TREE)
    for size in list(range(1, 512, 37)) + list(range(512, 4096, 301)) + [1024, 2048, 3072]:
        found = items(whole[:size])
        if size < 512:
            same(found.entries(), ["in"])
            continue
        check("archive.damaged" in found.codes(), f"cut at {size}:", found)
        same(len(found.entries()), sum(size >= end for end in (1024, 2048, 3072)),
             f"taken of {size} bytes")


@cases("{0} cut anywhere says so, at an offset within it", [
    ("a gzip", gzip.compress), ("an xz", lzma.compress),
    ("a zstd", lambda t: compress(["zstd", "-q", "-c", "--check"], t))])
def _(_name, pack):
    for inner in (tar(*TREE), XML):
        whole = pack(inner)
        for size in spread(range(6, len(whole) - 1, max(1, len(whole) // 20))):
            found = items(whole[:size])
            check("archive.damaged" in found.codes(), f"cut at {size}:", found)
            check(all(i["at"] <= max(size, len(inner)) for i in found), found)
        same(items(whole).codes(), [])


@case("a zip cut anywhere says so, in its folder as well")
def _():
    whole = zipped(*TREE)
    for size in spread(range(5, len(whole), 7)):
        found = items(whole[:size])
        check("archive.damaged" in found.codes(), f"cut at {size}:", found)


@case("bytes changed in a zip's entry are found by their sum, and the next entry is read")
def _():
    packed = zipped(("a", b"some text"), ("b", b"more text"), kind=zipfile.ZIP_STORED)
    found = items(packed.replace(b"some text", b"some tex!"))
    same([(i["entry"], i.get("code")) for i in found], [("in/a", "archive.damaged"),
                                                        ("in/b", None)])


@case("changed bytes never end the program otherwise")
def _():
    for whole in (tar(*TREE), zipped(*TREE), gzip.compress(tar(*TREE)), lzma.compress(XML)):
        for at in spread(range(0, len(whole), max(1, len(whole) // 25))):
            check(items(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:]), at)


@case("what stands behind the end of a zip is not passed over in silence")
def _():
    same(items(zipped(*TREE) + zipped(*TREE)).codes(), ["archive.damaged"])


@case("tars one behind the other are read to the end")
def _():
    found = items(tar(("a", JSON)) + tar(("b", JSON)))
    same((found.entries(), found.codes()), (["in/a", "in/b"], []))


# --- too much

@case("a million empty entries end at the cap")
def _():
    block = bytearray(tar(("e", b""))[:512])
    for pack in (lambda t: t, lambda t: zlib.compress(t, 1, 31)):
        found = items(pack(bytes(block) * 1000000))
        is_bounded(found)
        check(found[-1]["code"] in ("limit.entries", "limit.ratio"), found[-1])
        check(len(found) <= 100001, len(found))
        check("given up" in found[-1]["message"], found[-1])
    found = items(bytes(block) * 1000, "entries=10")
    same(found.codes(), ["archive.empty"] * 10 + ["limit.entries"])
    check("entry 11; at most 10" in found[-1]["message"], found[-1])


BOMB = bytes(200 * MEGABYTE)


@cases("200 MB in 200 kB of {0} end at the ratio", [
    ("gzip", lambda: zlib.compress(BOMB, 9, 31)), ("xz", lambda: lzma.compress(BOMB, preset=0)),
    ("zstd", lambda: compress(["zstd", "-q", "-c"], BOMB)),
    ("zip", lambda: zipped(("bomb", BOMB))),
    ("tar.gz", lambda: zlib.compress(tar(("bomb", BOMB)), 9, 31)),
    ("text in gzip", lambda: zlib.compress(BOMB.replace(b"\0", b"x"), 9, 31))])
def _(_name, pack):
    found = items(pack())
    same(len(found), 1)
    same(found.codes(), ["limit.ratio"])
    is_bounded(found, 5)


@case("bombs inside one another end at the ratio")
def _():
    inner = zipped(*((f"{i}", bytes(10 * MEGABYTE)) for i in range(10)))
    outer = zipped(*((f"{i}.zip", inner) for i in range(20)))
    found = items(outer)
    same(found[-1]["code"], "limit.ratio")
    is_bounded(found)


@case("entries that share their bytes are not unpacked twice, and are told of")
def _():
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = body.compress(b"x" * 100000) + body.flush()
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, zlib.crc32(b"x" * 100000),
                        len(body), 100000, 1, 0)
    central = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, zlib.crc32(b"x" * 100000),
                    len(body), 100000, 1, 0, 0, 0, 0, 0, 0) + b"a" for _ in range(1000))
    start = len(local) + 1 + len(body)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1000, 1000, len(central), start, 0)
    found = items(local + b"a" + body + central + end)
    same([(i["entry"], i["outcome"]) for i in found], [("in/a", "taken"), ("in", "refused")])
    check("lists 1000 entries and holds 1" in found[1]["message"], found[1])


@case("one entry over the bytes is refused, and the next one is read")
def _():
    for pack in (tar, zipped):
        found = items(pack(("big", os.urandom(3000)), ("good", JSON)), "bytes=2000")
        same([(i["entry"], i.get("code")) for i in found],
             [("in/big", "limit.bytes"), ("in/good", None)])
        check("more than 2000 bytes" in found[0]["message"], found[0])
        same(items(pack(("big", os.urandom(3000))), "bytes=3000").codes(), [])


@case("all bytes together have a limit, at which the rest is given up")
def _():
    found = items(tar(*((f"{i}", os.urandom(1000)) for i in range(10))), "total=3500")
    same([i.get("code") for i in found], [None] * 3 + ["limit.total"])
    check("given up" in found[-1]["message"], found[-1])


@case("an entry that takes too long ends the reading")
def _():
    found = items(tar(*TREE), "seconds=0")
    same((found.codes(), len(found)), (["limit.time"], 1))


@case("values of a stream count as entries where they were unpacked, and not in a plain file")
def _():
    stream = (JSON + b"\n") * 20
    same(len(items(stream, "entries=5").of("taken")), 20)
    found = items(gzip.compress(stream), "entries=5")
    same((len(found.of("taken")), found.codes()), (5, ["limit.entries"]))


@case("a long header of a name does not take memory")
def _():
    info = tarfile.TarInfo("x")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 500 * MEGABYTE
    found = items(info.tobuf(tarfile.GNU_FORMAT) + b"x" * (8 * MEGABYTE))
    same(found.codes()[-1:], ["archive.damaged"])
    is_bounded(found)


main(every=3)
