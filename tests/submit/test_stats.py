#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity stats: figures that were computed by hand, in four forms, of a store that was filled
row by row; and of one that the program itself has filled."""
import contextlib
import csv
import datetime
import html.parser
import io
import json
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from boxes import Box, status  # noqa: E402
from receiver import Receiver  # noqa: E402
from tap import SOURCE, case, cases, check, folder, main, same  # noqa: E402

HOUR, DAY = 3600, 86400
CANARY = "CANARY-5T9-<script>alert(1)</script>"
# The first second of 1 March 2026.
MARCH = int(datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc).timestamp())


class Filled(Box):
    """A store whose rows a test writes."""

    def __init__(self):
        super().__init__()
        self.comity("outbox", "list").ends(0)

    def insert(self, table, **values):
        with contextlib.closing(sqlite3.connect(self.store / "comity.db")) as db, db:
            names = ", ".join(values)
            marks = ", ".join("?" * len(values))
            return db.execute(f"INSERT INTO {table}({names}) VALUES({marks})",
                              list(values.values())).lastrowid

    def sent(self, at, kind="preservation", state="KE", now="delivered", taken=None, **more):
        """An item; `taken`: when the other end took it."""
        number = self.insert("item", id=f"id-{at}-{kind}-{state}-{len(more)}-{now}-{taken}",
                             state=now, endpoint="e", url="u", protocol="https", settings="{}",
                             format="f", media_type="m", kind=kind,
                             reference=more.pop("reference", f"R-{at}"), to_state=state,
                             channel="", size=1, sha256="0" * 64, made=at, next=at, **more)
        if taken:
            self.insert("receipt", item=number, number=1, at=taken - 5, name="answer",
                        status=503, sha256="")
            self.insert("receipt", item=number, number=2, at=taken, name="answer", status=202,
                        sha256="")
        return number

    def came(self, at, kind="decision", state="KE", **more):
        return self.insert("incoming", id=f"in-{at}-{kind}-{state}-{more}", at=at, kind=kind,
                           reference=more.pop("reference", f"I-{at}-{kind}"), from_state=state,
                           format="f", sha256=f"{at}-{kind}-{state}-{more}", position=0, size=1,
                           lacks=0, notice=more.pop("notice", 0), **more)

    def figures(self, *options):
        return json.loads(self.comity("stats", "--json", *options).ends(0).out)


def filled():
    """Ten requests out, eight of them answered after 1 to 7 days and 30 days and 5 hours, and
    three in, one of them answered after two days."""
    box = Filled()
    for days in range(1, 8):
        number = box.sent(MARCH + days * HOUR, taken=MARCH + days * HOUR + 60)
        box.came(MARCH + days * (HOUR + DAY) + 90, answers=number,
                 outcome="granted" if days % 2 else "refused")
    number = box.sent(MARCH + 9 * HOUR, kind="extradition", state="DE")
    box.came(MARCH + 9 * HOUR + 1 * DAY, "acknowledgement", "DE", answers=number)
    box.came(MARCH + 9 * HOUR + 2 * DAY, "decision", "DE", answers=number, outcome="postponed")
    box.came(MARCH + 9 * HOUR + 30 * DAY + 5 * HOUR, "result", "DE", answers=number)
    box.sent(MARCH + 20 * DAY, kind="extradition", state="DE", now="accepted")
    box.sent(MARCH + 15 * DAY, kind="extradition", state="DE")
    box.sent(MARCH + 15 * DAY, kind="freezing", state="DE", now="rejected")
    box.sent(MARCH + 15 * DAY, kind="freezing", state="DE", now="queued")
    box.came(MARCH + 2 * DAY, "freezing", "BR", reference="BR-1")
    box.came(MARCH + 3 * DAY, "freezing", "BR", reference="BR-2")
    box.came(MARCH + 4 * DAY, "freezing", "BR", reference="BR-3")
    box.sent(MARCH + 4 * DAY, "decision", "BR", answers="BR-1", outcome="granted",
             taken=MARCH + 4 * DAY + 7)
    box.sent(MARCH + 4 * DAY, "acknowledgement", "BR", answers="BR-2")
    box.sent(MARCH + 4 * DAY, "decision", "BR", "queued", answers="BR-3", outcome="granted")
    return box


def group(figures, direction, by, key):
    found = [g for g in figures[direction][f"by_{by}"] if g[by] == key]
    same(len(found), 1, f"groups of {key}")
    return found[0]


# --- figures

@case("requests out: how many, how many answered and open, since when, and how long it took")
def out():
    everything = filled().figures()["out"]
    same({n: everything[n] for n in ("documents", "requests", "answered", "open")},
         {"documents": 15, "requests": 12, "answered": 8, "open": 2})
    same(everything["oldest_open"], "2026-03-16")
    # 1..7 days and 30 seconds, and 30 days 5 hours: the middle two are 4 and 5 days
    same(everything["time"], {"count": 8, "median": "P4DT12H", "percentile_90": "P30DT5H",
                              "longest": "P30DT5H"})


@case("requests in: answered by what was sent and arrived, not by an acknowledgement")
def into():
    everything = filled().figures()["in"]
    same({n: everything[n] for n in ("documents", "requests", "answered", "open")},
         {"documents": 13, "requests": 3, "answered": 1, "open": 2})
    same(everything["oldest_open"], "2026-03-04")
    same(everything["time"]["median"], "P2DT0H")
    same([g["result"] for g in everything["by_result"]], ["open", "granted"])


@cases("out by {0}, {1}: {2} documents, {3} answered, {4} open", [
    ("kind", "preservation", 7, 7, 0), ("kind", "extradition", 3, 1, 2),
    ("kind", "freezing", 2, 0, 0), ("kind", "decision", 2, 0, 0),
    ("kind", "acknowledgement", 1, 0, 0), ("state", "KE", 7, 7, 0), ("state", "DE", 5, 1, 2),
    ("state", "BR", 3, 0, 0), ("result", "granted", 4, 4, 0), ("result", "refused", 3, 3, 0),
    ("result", "result", 1, 1, 0), ("result", "open", 2, 0, 2), ("result", "rejected", 1, 0, 0),
    ("result", "queued", 1, 0, 0)])
def grouped(by, key, documents, answered, still):
    found = group(filled().figures(), "out", by, key)
    same((found["documents"], found["answered"], found["open"]), (documents, answered, still))


@case("the time to answer of a group is its own, from when the other end took the request")
def times():
    figures = filled().figures()
    # from the receipt, 60 s after it was queued: 30 s over the whole days
    same(group(figures, "out", "state", "KE")["time"],
         {"count": 7, "median": "P4DT0H", "percentile_90": "P7DT0H", "longest": "P7DT0H"})
    check("time" not in group(figures, "out", "kind", "freezing"))


@case("the 90th percentile is the nearest rank")
def percentile():
    box = Filled()
    for hours in range(1, 22):
        number = box.sent(MARCH + hours)
        box.came(MARCH + hours + hours * HOUR, "result", answers=number)
    same(box.figures()["out"]["time"], {"count": 21, "median": "P0DT11H",
                                        "percentile_90": "P0DT19H", "longest": "P0DT21H"})


@case("a period takes what was queued or came in it, to the end of its last day")
def period():
    box = Filled()
    for at in (MARCH - 1, MARCH, MARCH + DAY - 1, MARCH + DAY):
        box.sent(at)
        box.came(at, "freezing")
    for options, number in (((), 4), (("--from", "2026-03-01"), 3), (("--to", "2026-02-28"), 1),
                            (("--from", "2026-03-01", "--to", "2026-03-01"), 2)):
        figures = box.figures(*options)
        same((figures["out"]["documents"], figures["in"]["documents"]), (number, number),
             options)
    same(box.figures("--to", "2026-03-01")["to"], "2026-03-01")


@case("--state takes what was exchanged with one State")
def one_state():
    figures = filled().figures("--state", "BR")
    same((figures["state"], figures["out"]["documents"], figures["in"]["documents"]),
         ("BR", 3, 3))


@case("an answer before its question takes no time, and nothing at all has no times")
def edges():
    box = Filled()
    same((box.figures()["out"]["documents"], "time" in box.figures()["out"]), (0, False))
    number = box.sent(MARCH)
    box.came(MARCH - DAY, "result", answers=number)
    same(box.figures()["out"]["time"]["longest"], "P0DT0H")
    box.comity("stats").ends(0)


@case("a notice is no request, and is not open")
def notices():
    box = Filled()
    box.came(MARCH, "provisional-arrest", notice=1)
    same((box.figures()["in"]["requests"], box.figures()["in"]["open"]), (0, 0))


@cases("wrong usage ends with 2: {0}", [
    (("--from", "yesterday"),), (("--from", "2026-02-30"),), (("--to", "2026-1-1"),),
    (("--from", "2026-01-01x"),), (("--state", "Kenya"),), (("--state", "<b>"),),
    (("--csv", "--json"),), (("--html", "x", "--csv"),), (("more",),),
    (("--from", "2026-02-01", "--to", "2026-01-01"),)])
def usage(options):
    Box().comity("stats", *options).ends(2)


# --- forms

def hostile():
    """A store with values that no code list has."""
    box = Filled()
    number = box.sent(MARCH, state=CANARY, reference=CANARY)
    box.came(MARCH + DAY, state=CANARY, answers=number, outcome=CANARY, reference=CANARY)
    box.came(MARCH, "freezing", 'A"B,\r\n=1+1', reference=CANARY)
    return box


@case("the table for people has every group and no control character")
def table():
    shown = filled().comity("stats").ends(0).out.decode()
    check("  extradition " in shown and "4 d 12 h" in shown and "2026-03-16" in shown, shown)
    check(all(c == "\n" or c.isprintable() for c in shown), shown)


@case("CSV is RFC 4180, and says the same as JSON")
def comma():
    box = filled()
    text = box.comity("stats", "--csv").ends(0).out.decode()
    check(text.endswith("\r\n") and "\n" not in text.replace("\r\n", ""), text)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    figures = box.figures()
    for row in rows:
        whole = figures[row["direction"]]
        found = whole if row["by"] == "all" else group(figures, row["direction"], row["by"],
                                                       row["key"])
        for name in ("documents", "requests", "answered", "open"):
            same(int(row[name]), found[name], row)
        same(row["oldest_open"], found.get("oldest_open", ""), row)
        for name in ("median", "percentile_90", "longest"):
            same(row[name], found.get("time", {}).get(name, ""), row)
    groups = sum(len(figures[d][f"by_{b}"]) for d in ("out", "in")
                 for b in ("kind", "state", "result"))
    same(len(rows), 2 + groups)


@case("what is no code is counted as other, and shown in no form")
def no_codes():
    box = hostile()
    figures = box.figures()
    same([g["state"] for g in figures["out"]["by_state"]], ["other"])
    same([g["result"] for g in figures["out"]["by_result"]], ["other"])
    same([g["state"] for g in figures["in"]["by_state"]], ["other"])
    where = folder() / "page.html"
    box.comity("stats", "--html", where).ends(0)
    for text in (box.comity("stats").out, box.comity("stats", "--csv").out,
                 box.comity("stats", "--json").out, where.read_bytes()):
        check(b"CANARY" not in text and b"1+1" not in text, text)
    same(len(list(csv.reader(io.StringIO(box.comity("stats", "--csv").out.decode()),
                             strict=True))[0]), 11)


class Page(html.parser.HTMLParser):
    """Elements of a page, which must be closed in order."""
    VOID = {"meta"}

    def __init__(self, text):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(text)
        self.close()
        same(self.open, [], "elements that stay open")

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        same(self.open.pop(), tag, "the element that ends")

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def page(box):
    where = folder() / "page.html"
    box.comity("stats", "--html", where).ends(0)
    return where.read_text(encoding="utf-8")


@case("the page loads and runs nothing")
def closed():
    text = page(filled())
    found = Page(text)
    names = {tag for tag, _ in found.elements}
    check(not names & {"script", "img", "link", "iframe", "object", "embed", "form", "image",
                       "use", "base"}, names)
    for tag, attrs in found.elements:
        for name, value in attrs.items():
            check(not name.startswith("on"), tag, name)
            check(name not in ("src", "style", "srcset"), tag, name)
            check(name != "href" or value.startswith("#"), tag, value)
    for part in ("url(", "@import", "//"):
        check(part not in text, part)
    policy = [m["content"] for m in found.all("meta") if "http-equiv" in m]
    check(policy and "default-src 'none'" in policy[0], policy)


@case("each chart has a title and a description, and a table beside it with its numbers")
def accessible():
    found = Page(page(filled()))
    charts, tables = found.all("svg"), found.all("table")
    same((len(charts), len(tables)), (6, 6))
    ids = {attrs["id"] for _, attrs in found.elements if "id" in attrs}
    for chart in charts:
        same(chart["role"], "img")
        check(set(chart["aria-labelledby"].split()) <= ids, chart)
    same(len(ids), len([1 for _, attrs in found.elements if "id" in attrs]), "ids are unique")
    same(found.all("html")[0]["lang"], "en")
    check(len(found.all("caption")) == 6 and all("scope" in th for th in found.all("th")))
    check(len(found.all("rect")) > 10, "bars")


@case("the page says the figures of the store")
def figures_of_page():
    text = page(filled())
    for part in ("Extradition", "Kenya", "4 d 12 h", "30 d 5 h", "2026-03-16", "Refused"):
        check(part in text, part)


@case("the page appears whole or not at all, and replaces nothing without --overwrite")
def whole():
    box, where = filled(), folder() / "page.html"
    where.write_text("earlier")
    box.comity("stats", "--html", where).ends(8)
    same(where.read_text(), "earlier")
    box.comity("stats", "--html", where, "--overwrite").ends(0)
    check(where.read_text(encoding="utf-8").endswith("</html>\n"))
    box.comity("stats", "--html", where.parent / "none" / "page.html").ends(8)
    same([p.name for p in where.parent.iterdir()], ["page.html"], "files")
    same(oct(where.stat().st_mode & 0o777), "0o600")


# --- what the program itself has put there

@case("a request that is sent and answered by the commands is one figure, with its result")
def round_trip():
    box = Box()
    with Receiver(answers={"": status(202)}) as receiver:
        box.submit(receiver.url()).ends(0)
        box.run()
    figures = json.loads(box.comity("stats", "--json").ends(0).out)
    same((figures["out"]["open"], figures["out"]["answered"]), (1, 0))
    made = json.loads((SOURCE / "examples" / "requests" / "decision.json").read_text())
    made.update(answers={"reference": {"value": "PR-2026-0110"}})
    path = folder() / "in.json"
    path.write_text(json.dumps(made))
    box.comity("inbox", "add", path).ends(0)
    figures = json.loads(box.comity("stats", "--json").ends(0).out)
    same((figures["out"]["open"], figures["out"]["answered"]), (0, 1))
    same(figures["out"]["time"]["median"], "P0DT0H")
    same(group(figures, "out", "result", "refused")["answered"], 1)
    same(group(figures, "in", "kind", "decision")["documents"], 1)


@case("a decision that is submitted answers the request that came")
def our_answer():
    box = Box()
    request = SOURCE / "examples" / "requests" / "mutual-legal-assistance.json"
    box.comity("inbox", "add", "--no-acknowledge", request).ends(0)
    with Receiver() as receiver:
        box.submit(receiver.url(), document=SOURCE / "examples" / "requests" / "decision.json")
        before = json.loads(box.comity("stats", "--json").ends(0).out)["in"]
        box.run().ends(0)
    after = json.loads(box.comity("stats", "--json").ends(0).out)["in"]
    same((before["open"], after["open"], after["answered"]), (1, 0, 1))


if __name__ == "__main__":
    main(every=3)
