# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ledgers of batches that never were (docs/batch.md), for tests of what reads them."""
import hashlib
import json
import random

KINDS = ("mutual-legal-assistance", "extradition", "provisional-arrest", "preservation",
         "realtime-traffic", "stored-access", "freezing", "no-such-kind", None)
FORMATS = ("interpol-red", "interpol-yellow", "de-xjustiz", "ru-upk454", "br-mni",
           "gb-xhibit", "etsi-hi1-xml", "cn-icja13")
STATES = ("DE", "FR", "BR", "CN", "IN", "US", "GB", "ZA", "NG", "JP", "KE", "MX", "SE", "PL",
          "PT", "RU", "XX", None)
FAILURES = ("json.syntax", "json.truncated", "xml.doctype", "xml.syntax", "limit.bytes",
            "limit.ratio", "archive.link", "model.required", "worker.crashed")
FIELDS = ("persons[{}].build", "persons[{}].eye_colours", "offences[{}].title",
          "persons[{}].documents[{}].issuer", "attachments[{}].title", "purpose",
          "handling_code", "facts.places[{}].name", "links[relation=self].uri")
LOSSES = ("loss.field", "loss.cut", "loss.unread")
HOSTILE = ("<script>alert(1)</script>.json", "\"><img src=x onerror=alert(1)>.xml",
           "inv\u202egnp.json", "a&amp;b'c\"d.json", "\u2066x\u2069.json",
           "\\x1b[31mred\\x07.json", "--lost", "\u7533\u8bf7\u4e66.json",
           "\u0637\u0644\u0628.json")

HEAD = {"batch": {"version": 1, "comity": "0.1.0", "from": None, "to": "convention-json",
                  "output": "folder", "options": "0" * 64, "plugins": "1" * 64}}


def digest(text):
    return hashlib.sha256(str(text).encode()).hexdigest()


def head(**members):
    batch = {**HEAD["batch"], **members}
    return {"batch": {k: v for k, v in batch.items() if v is not None}}


def losses(draw):
    found = []
    for _ in range(draw.choice((0, 0, 0, 1, 1, 2, 5))):
        field = draw.choice(FIELDS)
        found.append({"code": draw.choice(LOSSES),
                      "field": field.replace("{}", str(draw.randrange(3))),
                      "count": draw.randrange(1, 4)})
    return found


def document(number, draw, entry, position):
    """One line, as a batch would write it."""
    line = {"entry": entry, "position": position, "size": draw.randrange(200, 9000),
            "sha256": digest(draw.randrange(200) if draw.random() < 0.04 else number + 0.5),
            "result": "done"}
    chance = draw.random()
    if chance < 0.03:
        line.update(result="skipped", size=0, position=0, sha256=digest(""),
                    code=draw.choice(("batch.empty", "batch.folder")))
        return line
    if chance < 0.06:  # it was not even recognized
        line.update(result="failed", position=0, errors=1, quarantine=f"{number:06}-x",
                    code=draw.choice(FAILURES))
        return line
    format_ = draw.choice(FORMATS[:1 + draw.randrange(len(FORMATS))])
    line.update(format=format_, plugin=f"{format_.split('-')[0]} 1.0", mapping=digest(format_))
    if chance < 0.10:
        line.update(result="failed", code=draw.choice(FAILURES), errors=draw.randrange(1, 5),
                    quarantine=f"{number:06}-y")
    else:
        lost = losses(draw)
        line.update(output=f"{number:06}.json", output_size=draw.randrange(200, 9000),
                    output_sha256=digest(("out", line["sha256"])),
                    mapped=draw.randrange(1, 40), kept=draw.randrange(3))
        if lost:
            line.update(losses=sum(x["count"] for x in lost), lost=lost)
        if number % 997 == 996:
            line["lost_more"] = 7
        if draw.random() < 0.2:
            line["warnings"] = draw.randrange(1, 4)
    for name, values in (("kind", KINDS), ("state", STATES)):
        value = draw.choice(values[:1 + draw.randrange(len(values))])
        if value is not None:
            line[name] = value
    return {k: v for k, v in line.items() if v != 0 or k in ("position", "size")}


def ledger_lines(count, seed=1, hostile=True):
    """The lines behind the first one, as objects."""
    draw = random.Random(seed)
    number = 0
    while number < count:
        year = 2004 + number * 20 // count
        entry = f"archive.tar.zst/{year}/request-{number:07}.json"
        if hostile and number % 50 == 49:
            entry = f"archive.tar.zst/{year}/{HOSTILE[number // 50 % len(HOSTILE)]}"
        documents = draw.choice((1, 1, 1, 1, 3))
        shared = None
        for position in range(1, documents + 1):
            if number == count:
                return
            line = document(number, draw, entry, position)
            if hostile and number % 50 == 49:
                line["twin"] = number // 450
                if not line["twin"]:
                    del line["twin"]
            if shared:  # the documents of an item have its bytes
                line.update(sha256=shared["sha256"], size=shared["size"])
                line["twin"] = shared.get("twin", 0)
                if not line["twin"]:
                    del line["twin"]
            number += 1
            if number % 500 == 0 or number == count:
                line["end"] = number * 4096
            yield line
            if line["result"] == "skipped":
                break
            shared = shared or line


def write_ledger(path, lines, finished=True, **members):
    """Writes a ledger, the first line included."""
    with open(path, "w", encoding="utf-8") as out:
        out.write(json.dumps(head(**members), separators=(",", ":")) + "\n")
        for line in lines:
            out.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n")
        if finished:
            out.write('{"summary":{"done":0,"failed":0,"skipped":0}}\n')
    return path
