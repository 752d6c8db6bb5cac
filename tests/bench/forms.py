#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person would write in Python for Russian forms (article 454): the same values as the
template ru-upk454 finds, with the same tolerance for how labels are typed; no places, no
account, no way back.  `forms.py FILE...` prints a canonical document a line."""
import hashlib
import json
import re
import sys
import unicodedata

LABELS = {
    "Орган, от которого исходит запрос": 1,
    "Наименование органа, от которого исходит запрос": 1,
    "Орган, в который направляется запрос, и его место нахождения": 2,
    "Орган, в который направляется запрос": 2,
    "Наименование уголовного дела и характер запроса": 3,
    "Данные о лицах": 4,
    "Данные о лицах, в отношении которых направляется запрос": 4,
    "Обстоятельства, подлежащие выяснению; перечень запрашиваемых документов и "
    "доказательств": 5,
    "Обстоятельства, подлежащие выяснению": 5,
    "Фактические обстоятельства, квалификация, текст статьи УК РФ, размер вреда": 6,
    "Фактические обстоятельства": 6,
}
NUMBER = re.compile(r"\s*\(?(\d+)[.)]\s*")
BORN = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})\s*г\.\s*р\.")
CITIZEN = re.compile(r"граждан(?:ин|ка)\s+(.+)", re.I)
ADDRESS = re.compile(r"проживает:\s*(.+)", re.I)
PROVISION = re.compile(r"(?:ч|п|ст)\.\s")
COUNTRIES = {"рф": "RU", "российской федерации": "RU", "украины": "UA", "кнр": "CN"}


def fold(text):
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and not c.isspace())


FOLDED = sorted(((fold(label), n) for label, n in LABELS.items()), key=lambda p: -len(p[0]))


def decode(raw):
    for charset in ("utf-8", "cp1251", "koi8-r", "cp866"):
        try:
            text = raw.decode(charset)
        except UnicodeDecodeError:
            continue
        if any(label in fold(text) for label, _ in FOLDED):
            return text
    raise ValueError("not this form")


def label_of(line):
    """The item that a line begins with, and what stands behind the label."""
    rest = line[match.end():] if (match := NUMBER.match(line)) else line
    folded = fold(rest)
    for label, number in FOLDED:
        if folded.startswith(label):
            left = len(label)
            for i, c in enumerate(rest):  # as many characters as the label folds from
                if left <= 0:
                    break
                left -= len(fold(c))
            else:
                i = len(rest)
            tail = rest[i:]
            stripped = tail.lstrip()
            if stripped[:1] in (":", "：") or not stripped or match:
                return number, stripped.lstrip(":： ")
    return None, line


def items_of(text):
    items, preamble, current = {}, [], None
    for line in text.replace("\r\n", "\n").split("\n"):
        number, rest = label_of(line)
        if number and number not in items:
            current = items[number] = [rest]
        elif current is None:
            preamble.append(line)
        else:
            current.append(line)
    return {n: "\n".join(v).strip() for n, v in items.items()}, "\n".join(preamble).strip()


def person_of(text):
    parts = [p.strip() for p in text.split(",")]
    person = {"name": {"full": parts[0]}}
    for i, part in enumerate(parts):
        if match := BORN.fullmatch(part):
            person["birth"] = {"date": "-".join((match[3], match[2], match[1]))}
        elif match := CITIZEN.fullmatch(part):
            person["nationalities"] = [COUNTRIES.get(match[1].casefold(), match[1])]
        elif match := ADDRESS.match(part):
            person["address_texts"] = [", ".join([match[1]] + parts[i + 1:])]
            break
    return person


def record_of(raw):
    items, preamble = items_of(decode(raw))
    record = {"schema": "urn:comity:convention:1", "kind": "mutual-legal-assistance",
              "requesting": {"authority": {"name": items.get(1)}}}
    name, _, town = items.get(2, "").partition(", г. ")
    record["requested"] = {"authority": {"name": name, "address": {"locality": town}}}
    record["proceeding"] = {"name": items.get(3, "").split(";")[0].strip()}
    record["persons"] = [person_of(p) for p in items.get(4, "").split(";") if p.strip()]
    facts, *others = [s.strip() for s in items.get(6, "").split(";")]
    record["offences"] = [{"provisions": [{"citation": s}]} for s in others
                          if PROVISION.match(s)]
    record["facts"] = {"summary": facts}
    for damage in (s for s in others if s.endswith("руб.")):
        record["facts"]["damage_text"] = damage
    record["assistance"] = [{"description": items.get(5)}]
    record["combined"] = [{"item": str(n), "text": items.get(n)} for n in (3, 4, 6)]
    record["provenance"] = [{"format": "ru-upk454", "sha256": hashlib.sha256(raw).hexdigest()}]
    record["kept"] = {"ru-upk454": {"/(preamble)": preamble}}
    return record


def main():
    for name in sys.argv[1:]:
        with open(name, "rb") as file:
            record = record_of(file.read())
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
