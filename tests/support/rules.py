# SPDX-License-Identifier: LGPL-2.1-or-later
"""The convention's rules as docs/schema/rules.md has them, and the sample of each kind."""
import copy
import functools
import json
import re
from collections import namedtuple

from tap import SOURCE

Rule = namedtuple("Rule", "article level label places code is_special")
Kind = namedtuple("Kind", "id heading rules")
PAGE = SOURCE / "docs" / "schema" / "rules.md"


@functools.lru_cache
def kinds():
    """All kinds with their rules, from the page."""
    found = []
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, kind = re.match(r"(.*) \(`([a-z0-9-]+)`\)\n", section).groups()
        rules = []
        for line in section.splitlines():
            row = re.match(r"\| ([0-9].*?) \| (.*?) \| (.*?) \| (.*?) \| `(.*?)` \|$", line)
            if row:
                article, level, label, places, code = row.groups()
                special = label.endswith(" (*)")
                rules.append(Rule(article, level, label.removesuffix(" (*)"), places.strip(),
                                  code, special))
        found.append(Kind(kind, heading, tuple(rules)))
    return tuple(found)


def parts(rule):
    """Paths of each part of an item: all that would answer it."""
    each = re.match(r"of each `(\w+)`: ", rule.places)
    places = rule.places[each.end():] if each else rule.places
    prefix = each.group(1) + "." if each else ""
    return [[prefix + path for path in re.findall(r"`(.*?)`", part)]
            for part in places.split(", and ")]


@functools.lru_cache
def _sample(kind):
    path = SOURCE / "examples" / "requests" / f"{kind}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def sample(kind):
    """A copy of the complete sample of a kind."""
    return copy.deepcopy(_sample(kind))


def away(value, path):
    """The value without what stands at a path, in every entry of each list; what is left empty
    goes too."""
    if isinstance(value, list):
        rest = [away(v, path) for v in value]
        return [v for v in rest if v not in ({}, [])]
    name, _, choice = path[0].partition("[")
    if not isinstance(value, dict) or name not in value:
        return value
    inner = value[name]
    if choice:  # entries of one role: all of the entry
        key, _, wanted = choice.rstrip("]").partition("=")
        if isinstance(inner, list):
            rest = [v for v in inner if v.get(key) != wanted]
        else:
            rest = away(inner, path[1:]) if inner.get(key) == wanted else inner
    else:
        rest = away(inner, path[1:]) if path[1:] else {}
    if rest in ({}, []):
        return {k: v for k, v in value.items() if k != name}
    return {**value, name: rest}


def put(document, path, value):
    """Sets a value, in the first entry of a list on the way."""
    for name in path[:-1]:
        document = document.setdefault(name, {})
        document = document[0] if isinstance(document, list) else document
    document[path[-1]] = value
