# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the suites of the formats ask of a document: its samples, what it becomes, and how it is
compared with another."""
from tap import SOURCE, run, same


def samples(form):
    """The paths of a format's samples; not their options or notes, which have two dots."""
    return sorted(p for p in (SOURCE / "plugins" / form / "samples").iterdir()
                  if "." not in p.stem)


def convert(data, to, *more):
    """The bytes that `data` becomes in the format `to`; anything but success fails the test."""
    made = run("convert", "-t", to, *more, stdin=data)
    same(made.status, 0, made.err)
    return made.out


def plain(value):
    """A record without what is kept for formats and without what is about the record."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in ("kept", "provenance")}
    return [plain(v) for v in value] if isinstance(value, list) else value


def shape(element):
    """Names, attributes and texts in order; indentation and prefixes aside."""
    def text(value):
        return value if value and value.strip() else None
    return (element.tag, sorted(element.attrib.items()), text(element.text),
            [(shape(child), text(child.tail)) for child in element])
