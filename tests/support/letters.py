# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records to be shown as letters: the samples of five languages, and one with a text of ours in
every field of the table."""
import html.parser
import json
import re

from tap import SOURCE

LANGUAGES = ("en", "ru", "zh", "ar", "pt")
ROW = re.compile(r'^FIELD\((\w+), (\w+), ([A-Z0-9]+)(?:\((\w+)\))?, (ONE|LIST), "', re.M)
VOID = {"meta", "input", "br", "hr", "img", "link", "base"}


def sample(language):
    return SOURCE / "examples" / "letters" / f"{language}.json"


def table():
    """Group -> [(name, type, group or list, is a list)], out of the table of fields."""
    groups = {}
    text = (SOURCE / "sdk" / "model" / "fields.def").read_text(encoding="utf-8")
    for group, name, kind, of, cardinality in ROW.findall(text):
        groups.setdefault(group, []).append((name, kind, of, cardinality == "LIST"))
    return groups


def full_record(make, kind="mutual-legal-assistance"):
    """A record with a value in every field; `make(path, type)` gives the texts."""
    groups = table()

    def value(path, name, type_, of):
        if type_ == "OF":
            return group(of, path)
        if type_ == "BOOLEAN":
            return True
        return make(path, type_)

    def group(id_, path):
        made = {}
        for name, type_, of, is_list in groups[id_]:
            at = f"{path}.{name}" if path else name
            one = value(at, name, type_, of)
            made[name] = [one] if is_list else one
        return made

    record = group("document", "")
    record.update(schema="urn:comity:convention:1", kind=kind)
    return record


def texts(value, name=""):
    """(field, text) of every text of a record."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from texts(child, key)
    elif isinstance(value, list):
        for child in value:
            yield from texts(child, name)
    elif isinstance(value, str):
        yield name, value


def dumps(record):
    return json.dumps(record, ensure_ascii=False).encode("utf-8")


class Page(html.parser.HTMLParser):
    """What a parser finds in a page: elements with attributes, text, faults of nesting."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.faults, self.open = [], [], []
        self.text, self.style, self.comments = "", "", []
        self.feed(text)
        self.close()
        self.faults += [f"<{name}> is not closed" for name in self.open]

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if len(dict(attributes)) != len(attributes):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> inside {self.open[-3:]}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if "style" in self.open:
            self.style += data
        else:
            self.text += data

    def handle_comment(self, data):
        self.comments.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]
