# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must hold of every converted notice: its account, its losses, and that nothing is made
up.  Used with samples of our own and with those of the shared material."""
import hashlib
import json
import pathlib
import re

from tap import SOURCE, check, children, find, is_group, leaf_count, leaves, same

ISO = pathlib.Path("/usr/share/iso-codes/json/iso_639-2.json")
FATES = ("mapped", "approximated", "kept", "dropped")


def accounted(result, documents, what):
    """Each leaf of the input is in the summary once, each document too."""
    total = sum(leaf_count(d) for d in documents)
    counted = sum(result.summary[f] for f in FATES)
    check(counted == total, f"{what}: the input has {total} leaves, the summary accounts for "
          f"{counted}: {result.summary}")


def losses_point_at(result, document, offsets, text):
    """The leaves that losses name are as many as the summary says were dropped, and each place
    is that of its leaf."""
    from tap import stands_at
    inside = dict(leaves(document))
    named = set()
    for finding in result.graver("loss"):
        if "source" not in finding:
            continue  # a value of the format itself, which no leaf of the input states
        check(finding["source"] in inside, "a loss names no leaf of the input", finding)
        stands_at(finding, text, offsets[finding["source"]])
        named.add(finding["source"])
    same(len(named), result.summary["dropped"], "leaves named by losses, dropped")
    return named


def template(format_id):
    path = SOURCE / "plugins" / "interpol" / f"{format_id}.json"
    return json.loads(path.read_text())


def own_texts(mapping):
    """What a template may say of itself: constants, codes, choices of entries, units, kinds."""
    texts = {"urn:comity:convention:1"}
    for table in mapping.get("codes", {}).values():
        texts.update(table.values())
    for kind in mapping["kinds"]:
        texts.add(kind if isinstance(kind, str) else kind["kind"])

    def walk(row):
        for name in ("constants", "with"):
            texts.update(row.get(name, {}).values())
        if "unit" in row:
            texts.add(row["unit"])
        for path in (row.get("field", ""), row.get("each", ""), *row.get("also", [])):
            texts.update(re.findall(r"\[\w+=([^]]*)\]", path))
        for inner in row.get("rows", []):
            walk(inner)
    walk(mapping)
    return texts


def lacks_required(notice, mapping):
    """A member that the template requires and the notice has not: it cannot be written back."""
    def lacks(value, rows):
        for row in rows:
            name, is_list = row["at"].removesuffix("[]"), row["at"].endswith("[]")
            inside = value
            for step in name.split("/"):
                present = is_group(inside) and step in dict(inside[1])
                inside = find(inside, step)
            if not present and row.get("required"):
                return row["at"]
            if is_list and isinstance(inside, list) and "rows" in row:
                for entry in inside:
                    if is_group(entry) and lacks(entry, row["rows"]):
                        return lacks(entry, row["rows"])
        return None
    return None if "documents" in mapping else lacks(notice, mapping["rows"])


def language_tags():
    if not ISO.exists():
        return None
    tags = {}
    for entry in json.loads(ISO.read_text())["639-2"]:
        tag = entry.get("alpha_2", entry["alpha_3"])
        for code in (entry["alpha_3"], entry.get("bibliographic", entry["alpha_3"])):
            tags[code.upper()] = tag
    return tags


TAGS = language_tags()


def source_texts(notice):
    """Texts of the notice, and what its dates and languages become."""
    texts = set()
    for _, value in leaves(notice):
        value = str(value).lower() if isinstance(value, bool) else value
        text = value[1] if isinstance(value, tuple) and value[0] == "number" else value
        if not isinstance(text, str):
            continue
        texts.add(text)
        if re.fullmatch(r"\d{4}(/\d\d){0,2}", text):
            parts = text.split("/")
            while parts and not int(parts[-1]):
                parts.pop()
            texts.add("-".join(parts))
        if re.fullmatch(r"[A-Z]{3}", text):
            texts.add(text.lower())
            if TAGS and text in TAGS:
                texts.add(TAGS[text])
    return texts


def canonical_texts(document):
    """(pointer, text) of all that a canonical document states; not what it keeps, nor whence
    it came."""
    def walk(value, pointer):
        for name, entry in children(value):
            if is_group(value) and (name == "kept" or pointer + name == "provenance"):
                continue
            yield from walk(entry, f"{pointer}/{name}" if pointer else str(name))
        if isinstance(value, (str, bool)):
            yield pointer, value
        elif isinstance(value, tuple) and not is_group(value):
            yield pointer, value
    yield from walk(document, "")


NEVER = ("facts", "sentence", "orders", "proceeding", "issued", "signature", "custody")
NEVER_IN_OFFENCE = ("provisions", "penalty", "description", "date", "place", "status",
                    "country",
                    "period", "limitation", "codes", "language")


def nothing_invented(notice, canonical, mapping):
    """All that the canonical document says stands in the notice or in the template."""
    allowed = source_texts(notice) | own_texts(mapping)
    strange = [f"{p}: {t!r}" for p, t in canonical_texts(canonical) if t not in allowed
               and not (TAGS is None and re.search(r"languages/\d+$", p))]
    check(not strange, "stands neither in the notice nor in the template:", *strange[:6])
    made = [n for n in NEVER if find(canonical, n) is not None]
    for offence in find(canonical, "offences") or []:
        made += [n for n in NEVER_IN_OFFENCE if find(offence, n) is not None]
        made += [f"order.{n}" for n, _ in children(find(offence, "order"))
                 if n not in ("type", "state")]
        same(sorted({find(t, "language") for t in find(offence, "translations") or []}
                    - {"en"}), [], "languages of translations")
    same(made, [], "fields that no notice can fill")


def provenance_names_source(canonical, format_id, text):
    entry = find(canonical, "provenance", 0)
    same(find(entry, "format"), format_id, "format in the provenance")
    same(find(entry, "sha256"), hashlib.sha256(text).hexdigest(), "digest of the source")
