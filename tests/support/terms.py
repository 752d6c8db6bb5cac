# SPDX-License-Identifier: LGPL-2.1-or-later
"""Terms in texts and records, looked at without the program: the shipped catalogue, a finder of
its sets, the prose of a canonical document, and made-up texts with sets in them."""
import collections
import json
import re

from tap import SOURCE

CATALOGUE = json.loads((SOURCE / "sdk/model/terminology/en.json").read_text())["sets"]


def _words(text):
    return r"\s+".join(re.escape(word) for word in text.split(" "))


_SETS = [(s["id"], re.compile(r"\s*".join(rf"\[{_words(a)}\]" for a in s["alternatives"])))
         for s in CATALOGUE]


def written(entry, between=" ", space=" "):
    """A set as a text has it."""
    return between.join("[" + a.replace(" ", space) + "]" for a in entry["alternatives"])


def sets_of(text):
    """Counter of the ids of a text's sets."""
    found = collections.Counter()
    for name, pattern in _SETS:
        count = len(pattern.findall(text)) if "[" in text else 0
        if count:
            found[name] = count
    return found


# --- the table of fields

def _table():
    text = re.sub(r"/\*.*?\*/", "", (SOURCE / "sdk/model/fields.def").read_text(), flags=re.S)
    table = collections.defaultdict(dict)
    for group, name, sort, inner, many in re.findall(
            r"FIELD\((\w+), (\w+), (\w+)(?:\((\w+)\))?, (ONE|LIST),", text):
        table[group][name] = (sort, inner, many == "LIST")
    return table


FIELDS = _table()


def prose(document, group="document", path=""):
    """(holder, key, path) of every text of a canonical document that is prose."""
    for name, (sort, inner, many) in FIELDS[group].items():
        value = document.get(name)
        if value is None:
            continue
        where = f"{path}.{name}" if path else name
        for number, entry in enumerate(value if many else [value]):
            at = f"{where}[{number}]" if many else where
            if sort == "OF" and isinstance(entry, dict):
                yield from prose(entry, inner, at)
            elif sort == "PROSE":
                yield (value, number, at) if many else (document, name, at)


def groups(document, group="document"):
    """(holder, group) of every group of a canonical document."""
    yield document, group
    for name, (sort, inner, many) in FIELDS[group].items():
        value = document.get(name)
        for entry in (value if many else [value]) if value is not None else []:
            if sort == "OF" and isinstance(entry, dict):
                yield from groups(entry, inner)


def terms_of(document):
    """Counter of (path, term) of a canonical document's bracketed sets."""
    found = collections.Counter()
    for holder, key, path in prose(document):
        for name, count in sets_of(holder[key]).items():
            found[path, name] += count
    return found


# --- made-up texts

OTHER = ["[50]", "[date]", "[...]", "[Option 1: a lighthouse]", "[data]",
         "[Data] [Information]",
         "[the harbour] [the quay]", "]", "["]
WORDS = ("lantern quay the of and rope ledger tide beacon stored seized keeper's \u00e9t\u00e9 "
         "Stra\u00dfe \u043c\u0430\u044f\u043a \u706f\u5854 \u0645\u0646\u0627\u0631\u0629 "
         "na\u00efve fa\u00e7ade 42 1.5 data information computer-data").split()


def made_text(random, most=12):
    """Words, sets and other brackets in any order."""
    parts = []
    for _ in range(random.randint(1, most)):
        kind = random.random()
        if kind < 0.35:
            parts.append(written(random.choice(CATALOGUE), random.choice([" ", " ", "", "  "])))
        elif kind < 0.45:
            parts.append(random.choice(OTHER))
        else:
            parts.append(random.choice(WORDS))
    return " ".join(parts)


def add_terms(random, document):
    """Puts sets into the prose of a document, and prose where it has none."""
    for holder, key, _ in list(prose(document)):
        chance = random.random()
        if chance < 0.3:
            holder[key] = made_text(random)
        elif chance < 0.6:
            holder[key] += " " + made_text(random, 4)
    for holder, group in list(groups(document)):
        for name, (sort, _, many) in FIELDS[group].items():
            if sort == "PROSE" and name not in holder and random.random() < 0.05 \
                    and group != "combined":
                holder[name] = [made_text(random)] if many else made_text(random)
    return document
