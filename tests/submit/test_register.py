# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity register: what is put in comes out, faults have places, and nothing unsafe gets in."""
import contextlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import (PROGRAM, SOURCE, among, case, cases, check, file, folder,  # noqa: E402
                 main, run, same, spread)

PIN = "sha256//" + "A" * 43 + "="
URL = "https://mla.invented.example/requests"
ENDPOINT = {"name": "de-1", "url": URL, "protocol": "https", "format": "convention-json",
            "settings": {}}
ENTRY = {"state": "DE", "role": "central-authority", "territory": "", "name": "Invented Office",
         "address": "", "languages": [], "declarations": {}, "endpoints": []}
ADD = ("--state", "DE", "--role", "central-authority", "--name", "Invented Office")
REACHED = ("--endpoint", "de-1", "--url", URL, "--protocol", "https", "--format",
           "convention-json")
EXAMPLES = [SOURCE / "examples" / "register.json", SOURCE / "examples" / "register.csv"]


class Register:
    """A register in a folder of its own."""

    def __init__(self):
        self.folder = folder() / "store"

    def run(self, verb, *options, **more):
        return run("register", verb, "--store", self.folder, *options, **more)

    def add(self, *options, **more):
        return self.run("add", *options, **more)

    def listed(self, *options):
        """The authorities as they are listed, without their numbers."""
        entries = [json.loads(line)
                   for line in self.run("list", "--json", *options).ends(0).out.splitlines()]
        for entry in entries:
            check(entry.pop("id") > 0, "an authority has no number")
        return entries

    def load(self, content, *more, name="file.json"):
        content = content if isinstance(content, (bytes, str)) else json.dumps(content)
        return self.run("import", "--json", file(content, name), *more)

    def check(self):
        """What `check` finds: status and findings."""
        result = self.run("check", "--json")
        return result, [json.loads(line) for line in result.out.splitlines()]

    def write(self, *statement):
        """Into the store past all checks."""
        database = sqlite3.connect(self.folder / "comity.db")
        with database:
            database.execute(*statement)
        database.close()


def entry(**members):
    return {**ENTRY, **members}


def endpoint(**members):
    return {**ENDPOINT, **members}


def reached(**members):
    return entry(endpoints=[endpoint(**members)])


def findings(result):
    """Findings on standard error, as JSON."""
    return [json.loads(line) for line in result.err.splitlines() if line.startswith(b"{")]


def codes(found):
    return [one["code"] for one in found]


# --- a round trip

@case("what is added is listed and shown as it was given")
def round_trip():
    register = Register()
    register.add(*ADD, "--territory", "North", "--address", "Road 1\nTown", "--languages",
                 "de, en;pt-BR de", "--declarations", '{"61.6": "none", "61.11": "urgent"}',
                 *REACHED, "--settings", json.dumps({"pins": [PIN], "seconds": 60})).ends(0)
    expected = entry(territory="North", address="Road 1\nTown", languages=["de", "en", "pt-BR"],
                     declarations={"61.6": "none", "61.11": "urgent"},
                     endpoints=[endpoint(settings={"pins": [PIN], "seconds": 60})])
    same(register.listed(), [expected], "what is listed")
    for which in ("1", "Invented Office", "de-1"):
        shown = json.loads(register.run("show", which, "--json").ends(0).out)
        same(shown.pop("id"), 1, "its number")
        same(shown, expected, f"what is shown of {which}")
    text = register.run("show", "1").ends(0).out.decode()
    for part in ("Germany", "North", "Road 1\n", "Town", "de,en,pt-BR", "61.11", "urgent", URL,
                 PIN, "convention-json"):
        check(part in text, f"{part!r} is not shown", text)


@case("names in any script pass unharmed, and the table stands in columns")
def scripts():
    register = Register()
    names = ["Ведомство Пример", "示例机关", "هيئة المثال", "Départément d'Exemple", "Office"]
    for number, name in enumerate(names):
        register.add("--state", "DE", "--role", "competent", "--name", name, "--languages",
                     "de", "--territory", f"T{number}").ends(0)
    same([e["name"] for e in register.listed()], names, "names")
    lines = register.run("list").ends(0).out.decode().splitlines()
    wide = {"示": 2, "例": 2, "机": 2, "关": 2}

    def column(line):
        before = line[:line.index(" T") if " T" in line else line.index(" territory")]
        return sum(wide.get(c, 1) for c in before)
    same({column(line) for line in lines}, {column(lines[0])}, "the column of the territory")


@case("adding again changes what is given, leaves the rest, and says so")
def again():
    register = Register()
    first = register.add(*ADD, "--languages", "de", "--json", *REACHED).ends(0)
    same(json.loads(first.out), {"id": 1, "authority": "added", "endpoint": "added"}, "first")
    second = register.add(*ADD, "--languages", "de", "--json", *REACHED).ends(0)
    same(json.loads(second.out), {"id": 1, "authority": "unchanged", "endpoint": "unchanged"},
         "the same again")
    third = register.add(*ADD, "--address", "Road 2", *REACHED, "--settings",
                         '{"seconds": 5}').ends(0).out.decode()
    same(third, "authority 1: changed\nendpoint de-1: changed\n", "what is told")
    same(register.listed(), [entry(address="Road 2", languages=["de"],
                                   endpoints=[endpoint(settings={"seconds": 5})])], "the entry")
    register.add(*ADD, "--languages", "").ends(0)
    same(register.listed()[0]["languages"], [], "languages that were emptied")


@case("State, role, territory and name tell authorities apart, and the list is filtered by two")
def apart():
    register = Register()
    for state, role, territory, name in (("DE", "24-7", "", "A"), ("DE", "24-7", "N", "A"),
                                         ("DE", "24-7", "", "B"), ("FR", "24-7", "", "A"),
                                         ("DE", "central-authority", "", "A")):
        told = register.add("--state", state, "--role", role, "--territory", territory,
                            "--name", name).ends(0)
        check(b"added" in told.out, told)
    same(len(register.listed()), 5, "authorities")
    same(len(register.listed("--state", "DE")), 4, "those of a State")
    same(len(register.listed("--role", "24-7", "--state", "FR")), 1, "those of a role too")
    register.run("list", "--state", "ZZ").ends(2)
    register.run("list", "--role", "office").ends(2)


@case("remove takes out an authority with its endpoints, or one endpoint")
def removed():
    register = Register()
    register.add(*ADD, *REACHED).ends(0)
    register.run("remove", "--endpoint", "de-1").ends(0)
    register.run("show", "0").ends(2)
    same(register.listed(), [ENTRY], "without the endpoint")
    register.add(*ADD, *REACHED).ends(0)
    register.run("remove", "1").ends(0)
    same(register.listed(), [], "what is left")
    for which in ("de-1", "1", "0", ""):
        register.run("show", which).ends(2)
    for which in ("1", "0", "99999999999999999999", "-1", "x", ""):
        register.run("remove", "--", which).ends(2)
    register.run("remove", "--endpoint", "de-1").ends(2)
    register.run("remove").ends(2)


# --- usage

@cases("usage: register {0} is refused", [
    (words,) for words in (
        "", "bad", "add", "add --state DE", "add --state DE --role 24-7", "add x", "list x",
        "show", "show a b", "import", "remove", "remove 1 2", "remove 1 --endpoint x",
        "check x", "list --name x", "import --state DE f",
        "add --state DE --role 24-7 --name N --url https://a.example/",
        "add --state DE --role 24-7 --name N --endpoint x",
        "add --state DE --role 24-7 --name N --settings {}")])
def usage(words):
    where = folder() / "store"
    result = run("register", *words.split(), env={"COMITY_STORE": str(where)}).ends(2)
    check(result.err, "nothing is said")
    check(not where.exists(), "a store was made")


@case("help says what there is")
def helped():
    text = run("register", "--help").ends(0).out.decode()
    for word in ("add", "list", "show", "import", "check", "remove", "--store", "--json",
                 "--territory", "--declarations", "--settings"):
        check(word in text, f"{word} is not told of")


# --- import

@case("the examples are imported, once and again, and what is listed can be imported")
def examples():
    register = Register()
    first = json.loads(register.run("import", "--json", *EXAMPLES).ends(0).out)
    same(first["authorities"], {"added": 8, "changed": 0, "unchanged": 0}, "authorities")
    same(first["endpoints"], {"added": 5, "changed": 0, "unchanged": 0}, "endpoints")
    listed = register.listed()
    again = json.loads(register.run("import", "--json", *reversed(EXAMPLES)).ends(0).out)
    for what in again.values():
        same((what["added"], what["changed"]), (0, 0), "what the second time changed")
    same(register.listed(), listed, "the register")
    other = Register()
    lines = register.run("list", "--json").out
    other.run("import", "-", stdin=lines).ends(0)
    same(other.listed(), listed, "what went from register to register")
    _, found = register.check()
    same(found, [], "findings of check")


@case("JSON as a list, as lines, and with a byte order mark is one and the same")
def shapes():
    two = [entry(name="A"), reached()]
    lines = "\n".join(json.dumps(one) for one in two)
    for content in (json.dumps(two), json.dumps(two, indent=2), lines, lines + "\n\n",
                    json.dumps(two[0], indent=1) + " " + json.dumps(two[1]),
                    "\ufeff" + lines, "\ufeff" + json.dumps(two), "\n\t" + json.dumps(two)):
        register = Register()
        register.load(content).ends(0)
        same(register.listed(), two, content[:40])


@case("CSV has quotes, commas and line breaks in fields, and several endpoints of an authority")
def csv():
    register = Register()
    text = ('role,state,name,address,languages,endpoint,url,protocol,format,settings\r\n'
            'central-authority,DE,"An ""Invented"" Office, north","Road 1\nTown","de,en",de-1,'
            f'{URL},https,convention-json,"{{""seconds"":9}}"\r\n'
            'central-authority,DE,"An ""Invented"" Office, north","Road 1\nTown","de,en",de-2,'
            f'{URL},hi1,convention-xml,\r\n'
            '24-7,DE,Contact,,,,,,,\r\n')
    register.load(text).ends(0)
    same(register.listed(),
         [entry(name='An "Invented" Office, north', address="Road 1\nTown",
                languages=["de", "en"],
                endpoints=[endpoint(settings={"seconds": 9}),
                           endpoint(name="de-2", protocol="hi1", format="convention-xml")]),
          entry(role="24-7", name="Contact")], "the register")
    again = json.loads(register.load("\ufeff" + text.replace("\r\n", "\n")).ends(0).out)
    same((again["authorities"]["unchanged"], again["endpoints"]["unchanged"]), (2, 2), "again")


@case("a fault in the last row of the last file leaves the register as it was")
def all_or_nothing():
    register = Register()
    register.add(*ADD).ends(0)
    before = register.listed()
    many = [entry(name=f"N{n}") for n in range(300)]
    register.load(many + [entry(state="XX")]).ends(4)
    same(register.listed(), before, "after a list with a fault")
    good = file(json.dumps(many))
    bad = file("state,role,name\nDE,24-7,A\nDE,24-8,B\n", "bad.csv")
    result = register.run("import", good, bad).ends(4)
    check(b"nothing was imported" in result.err, result)
    same(register.listed(), before, "after two files, one with a fault")
    register.run("import", good, folder() / "missing.json").ends(8)
    same(register.listed(), before, "after two files, one of which is not there")
    register.run("import", good).ends(0)
    same(len(register.listed()), 301, "the good file alone")


PLACES = [
    # the file, and of each fault its code and the text at whose first byte it stands
    ('[{"state": "DE", "role": "24-7", "name": "A"},\n {"state": "De", "role": "24-7",\n'
     '  "name": "B"}]', [("register.state", '"De"')]),
    ('[{"state": "DE", "role": "boss", "name": "\\u001b"}]',
     [("register.role", '"boss"'), ("register.name", '"\\u001b"')]),
    ('{"state": "DE", "role": "24-7", "name": "A"}\n{"state": "FR",\n "name": 7}\n',
     [("register.type", "7}")]),
    ('{"state": "DE", "role": "24-7", "name": "A", "phone": "1"}',
     [("register.member", '"1"}')]),
    ('{"state": "DE", "role": "24-7"}', [("register.name", '{"state"')]),
    ('{"state": "DE", "role": "24-7", "name": "A", "languages": ["de", 7, "x!"]}',
     [("register.languages", '7,')]),
    ('{"state": "DE", "role": "24-7", "name": "A", "languages": ["de", "x!"]}',
     [("register.languages", '["de"')]),
    ('{"state": "DE", "role": "24-7", "name": "A", "languages": "de"}',
     [("register.type", '"de"')]),
    ('{"state": "DE", "role": "24-7", "name": "A", "declarations": {"a": "b",\n "61": 1}}',
     [("register.declarations", '1}}')]),
    ('{"state": "DE", "role": "24-7", "name": "A", "endpoints": [\n{"name": "é", "url":\n'
     '"http://a.example/", "protocol": "ftp", "format": "!"}]}',
     [("register.url", '"http:'), ("register.protocol", '"ftp"'), ("register.format", '"!"'),
      ("register.name", '"é"')]),
    ('{"state": "DE", "role": "24-7", "name": "A", "endpoints": [{"name": "x", "url":\n'
     '"https://a.example/", "protocol": "https", "format": "f",\n'
     ' "settings": {"seconds": 0, "password": "x", "pins": ["no"]}}]}',
     [("register.settings", '0, '), ("register.settings", '"x", "pins"'),
      ("register.settings", '"no"')]),
    ('{"state": "DE", "role": "24-7", "name": "A", "endpoints": [{"name": "x", "url":\n'
     '"https://a.example/", "protocol": "https",\n'
     '"format": "convention-json", "settings": {"ca": "/no/such/file"}}]}',
     [("register.file", '"/no/such')]),
    ('[1, "x"]', [("register.type", '1'), ("register.type", '"x"')]),
    ('{"state": "DE", "state": "FR"}', [("json.duplicate-key", '"state": "FR"')]),
    ('[{"state": "DE"', [("json.truncated", "")]),
    ('{"state": }\n{"state": "ZZ", "role": "24-7", "name": "A"}',
     [("json.syntax", '}\n'), ("register.state", '"ZZ"')]),
    ('state,role,name\nDE,24-7,A\nD,24-7,B\n', [("register.state", 'D,24-7,B')]),
    ('state,role,name,phone\nDE,24-7,A,\nDE,24-7,B,123\n', [("register.member", '123')]),
    ('state,role,name\nDE,24-7\n', [("csv.row", 'DE')]),
    ('state,role,name\nDE,24-7,"A\n', [("csv.quote", '"A')]),
    ('state,role,name,endpoint,url,protocol,format,settings\nDE,24-7,A,x,https://a.example/,'
     'https,f,"{""seconds"":0}"\n', [("register.settings", '"{""')]),
    ('state,role,name,declarations\nDE,24-7,A,[1]\n', [("register.declarations", '[1]')]),
    ('state,role,name,endpoint\nDE,24-7,A,x\n', [("register.url", 'x\n')] * 3),
    ('first,second\n1,2\n', [("register.member", 'first')]),
    ('', [("register.empty", '')]),
    ('\n \n', [("register.empty", '\n')]),
]


@cases("a fault stands at its place: {1}", [
    (text, " ".join(dict.fromkeys(code for code, _ in faults)), faults)
    for text, faults in PLACES])
def placed(text, _, faults):
    register = Register()
    data = text.encode()
    result = register.load(data, name="faulty")
    result.ends(4)
    found = findings(result)
    places = []
    for one in found:
        offset = one["offset"]
        line = data.count(b"\n", 0, offset) + 1
        column = len(data[data.rfind(b"\n", 0, offset) + 1:offset].decode()) + 1
        same((one["line"], one["column"]), (line, column), f"line and column of {one['code']}")
        check(one["file"].endswith("faulty") and one["message"], one)
        places.append((one["code"], offset))
    expected = []
    for code, at in faults:
        if code == "register.empty":
            expected.append((code, 0))
        elif at == "":
            expected.append((code, len(data)))
        elif code == "register.url" and at == "x\n":
            break
        else:
            expected.append((code, data.rindex(at.encode())))
    if len(expected) < len(faults):  # what a row lacks is told of the row
        same(codes(found), ["register.url", "register.protocol", "register.format"], "codes")
        same({one["line"] for one in found}, {2}, "lines")
    else:
        same(places, expected, "code and place")
    same(register.listed(), [], "the register")


@case("entries of one import that contradict each other are a fault, the same twice is none")
def twice():
    register = Register()
    one, other = entry(address="Road 1"), entry(address="Road 2")
    register.load([one, one]).ends(0)
    same(len(register.listed()), 1, "authorities")
    found = findings(register.load("\n".join(map(json.dumps, [one, entry(name="B"), other]))))
    same([(f["code"], f["line"]) for f in found], [("register.twice", 3)], "findings")
    check("line 1" in found[0]["message"], found)
    same(register.listed(), [one], "the register")
    result = register.load([entry(name="A", endpoints=[ENDPOINT]),
                            entry(name="B", endpoints=[ENDPOINT])]).ends(4)
    same(codes(findings(result)), ["register.twice"], "one name of endpoints of two")


@case("an endpoint that is another authority's is not taken from it")
def taken():
    register = Register()
    register.load([reached()]).ends(0)
    result = register.load([entry(name="Other", endpoints=[ENDPOINT])]).ends(4)
    same(codes(findings(result)), ["register.name"], "import")
    register.add("--state", "FR", "--role", "24-7", "--name", "Other", *REACHED).ends(2)
    same(register.listed(), [reached()], "the register")


@case("every file that is cut short is refused, or what is left of it is whole lines")
def cut():
    text = "\n".join(json.dumps(entry(name=f"N{n}")) for n in range(2)) + "\n"
    register = Register()
    sizes = [*range(1, len(text), 9), *range(len(text) - 3, len(text) + 1)]
    for size in spread(sizes, every=6):
        result = register.load(text[:size])
        lines = text[:size].splitlines()
        is_whole = all(line.endswith("[]}") for line in lines)
        same(result.status, 0 if is_whole else 4, f"status at {size} bytes")
        same(len(register.listed()), len(lines) if is_whole else 0, f"entries at {size} bytes")
        if is_whole:
            register = Register()


@case("bytes that are no text and values without end are refused without harm")
def hostile_files():
    for content in (b"\xff\xfe{\x00}\x00", b"\x00" * 100, b"state,role,name\nDE,24-7,\xff\n",
                    b"state,role,name\nDE,24-7,a\x00b\n", b"[" * 100000, b'{"a":' * 5000,
                    b'{"state":"DE","role":"24-7","name":"a\\u0000b"}',
                    b'[{"state":"DE","role":"24-7","name":"' + b"x" * 100000 + b'"}]',
                    b",".join([b"state"] + [b"c%d" % n for n in range(600)]) + b"\n",
                    b'{"state":"DE","role":"24-7","name":"\xed\xa0\x80"}', b"PK\x03\x04" * 9):
        register = Register()
        result = register.load(content).ends(4)
        check(findings(result), "no finding", result)
        same(register.listed(), [], "the register")


# --- what may stand in it

BAD_URLS = [
    "http://a.example/", "HTTP://a.example/", "ftp://a.example/", "file:///etc/passwd",
    "//a.example/", "a.example", "", " ", "https:", "https:/", "https://", "https:///",
    "https:///path", "https:/a.example/", "https:a.example", "https://?q", "https://#f",
    "https://:443/", "https://user@a.example/", "https://user:word@a.example/",
    "https://:word@a.example/", "https://@a.example/", "https://a.example@b.example/",
    "https://a.example/#part", "https://a.example/ b", "https://a.example/\tb",
    "https://a.example/\nb", " https://a.example/", "https://a.example/\x1b[2J",
    "https://a.example\\@b.example/", "https://a.example\\b", "https://ex\u00e4mple.example/",
    "https://a.example/\u202e", "https://a.example:0x1/", "https://a.example:99999/",
    "https://a.example:-1/", "https://a.example:port/", "https://[::1/", "https://[::g]/",
    "https://::1/", "https://%61.example/", "https://a..b/", "https://.example/",
    "https://[fe80::1%25eth0]/", "gopher://a.example/", "javascript:alert(1)",
    "https://a.example/?password=x", "https://a.example/?a=1&Token=x",
    "https://a.example/?api_key=1", "https://a.example/?key=1", "https://a.example/<x>",
    'https://a.example/"x"', "https://a.example/{x}", "https://" + "a" * 3000 + ".example/",
    "\u200bhttps://a.example/", "wss://a.example/", "https;//a.example/", "https//a.example",
]


@case("bad URLs are refused, by add and by import, and no password is repeated")
def bad_urls():
    register = Register()
    check(len(BAD_URLS) > 50, "there are fewer than 50 bad URLs")
    found = findings(register.load("\n".join(json.dumps(reached(url=url))
                                             for url in BAD_URLS)).ends(4))
    for number, url in enumerate(BAD_URLS, 1):
        same(codes(f for f in found if f["line"] == number), ["register.url"],
             f"findings of {url!r}")
    for name in ("\udcff", "a\udcffb" * 200):
        found = findings(register.add(*ADD, "--json", "--name", name).ends(2))
        same(codes(found), ["register.name"], "findings of a name that is no UTF-8")
    for url in spread([u for u in BAD_URLS if u], every=8):
        result = register.add(*ADD, "--endpoint", "x", "--url", url, "--protocol", "https",
                              "--format", "convention-json").ends(2)
        check(b"register.url" in result.err and b"word@" not in result.err, url, result)
    same(register.listed(), [], "the register")


@case("good URLs are taken as they are")
def good_urls():
    register = Register()
    for number, url in enumerate((
            "https://a.example", "https://a.example/", "https://192.0.2.1/",
            "https://a.example:8443/x/y?z=1&authority=DE", "https://[2001:db8::1]:444/in",
            "https://xn--exmple-cua.example/", "https://a.example/%7Ex", "https://A.Example/")):
        register.load([entry(name=f"N{number}", endpoints=[endpoint(name=f"e{number}",
                                                                    url=url)])]).ends(0)
        shown = json.loads(register.run("show", f"e{number}", "--json").ends(0).out)
        same(shown["endpoints"][0]["url"], url, "URL")


BAD_SETTINGS = [
    [], "x", 1, None, {"password": "x"}, {"Password": "x"}, {"secret": "x"}, {"token": 1},
    {"user": "x"}, {"proxy": "http://a.example"}, {"verify": False}, {"insecure": True},
    {"Seconds": 1}, {"seconds ": 1}, {"": 1}, {"seconds": 0}, {"seconds": 3601},
    {"seconds": -1}, {"seconds": 1.5}, {"seconds": "60"}, {"seconds": True}, {"seconds": None},
    {"seconds": 1e999}, {"connections": 0}, {"connections": 257}, {"connections": 10 ** 30},
    {"answer_bytes": 1023}, {"answer_bytes": (64 << 20) + 1}, {"age_seconds": 59},
    {"age_seconds": 31536001}, {"internal": 1}, {"internal": "true"}, {"internal": None},
    {"pins": PIN}, {"pins": []}, {"pins": [PIN[:-1]]}, {"pins": [PIN + "="]},
    {"pins": ["sha1//" + PIN[8:]]}, {"pins": [PIN.replace("A=", "B=")]}, {"pins": [PIN, 1]},
    {"pins": [PIN + ";" + PIN]}, {"pins": [PIN] * 17}, {"pins": [PIN.replace("A", "-", 1)]},
    {"pins": [PIN.lower().replace("a=", "!=")]}, {"ca": ""}, {"ca": "ca.pem"},
    {"ca": "~/ca.pem"}, {"ca": 1}, {"ca": "/a\nb"}, {"ca": "/a\u0000b"},
    {"certificate": "/c.pem"}, {"key": "/k.pem"}, {"parties": []}, {"parties": {"action": 1}},
    {"parties": {"": "x"}}, {"parties": {"password": "x"}}, {"parties": {"action": ""}},
    {"parties": {"fromPartyId": {"secret": "x"}}}, {"parties": {"fromparty": "x"}},
    {"parties": {"action": "x\u001b"}}, {"parties": {"action": "x" * 256}},
    {"ask_seconds": 0}, {"ask_seconds": 3601},
    {"seconds": 5, "secondss": 5},
]


@case("bad settings are refused, and the member is named")
def bad_settings():
    register = Register()
    check(len(BAD_SETTINGS) > 50, "there are fewer than 50 bad settings")
    text = "\n".join(json.dumps(reached(settings=settings)) for settings in BAD_SETTINGS)
    found = findings(register.load(text.replace("Infinity", "1e999")).ends(4))
    for number, settings in enumerate(BAD_SETTINGS, 1):
        of_line = [f for f in found if f["line"] == number]
        check(of_line, f"nothing is found in {settings!r}")
        code, message = of_line[0]["code"], of_line[0]["message"]
        among(code, ("register.settings", "register.type", "json.nul"), f"{settings!r}")
        names = list(settings) if isinstance(settings, dict) else []
        check(not names or code == "json.nul" or any(name in message for name in names),
              of_line)
    for text in ('{"seconds":1,"seconds":2}', "{seconds:1}", "{", "", "null", '{"a":1}',
                 "{'seconds':1}", '{"seconds":1,}', '{"seconds":1}x', "\x1b"):
        result = register.add(*ADD, *REACHED, "--settings", text or " ").ends(2)
        check(b"register.settings" in result.err, text, result)
    same(register.listed(), [], "the register")


@case("settings at both ends of their ranges are taken")
def good_settings():
    register = Register()
    for settings in ({"seconds": 1, "connections": 1, "answer_bytes": 1024, "age_seconds": 60},
                     {"seconds": 3600, "connections": 256, "answer_bytes": 64 << 20,
                      "age_seconds": 31536000, "internal": True, "pins": [PIN] * 16},
                     {"internal": False,
                      "parties": {"action": "send", "service": "s" * 255}}):
        register.load([reached(settings=settings)]).ends(0)
        same(register.listed()[0]["endpoints"][0]["settings"], settings, "settings")


@cases("{0} {1!r} is refused with {2}", [
    *[("--state", v, "register.state") for v in ("XX", "de", "DEU", "D", "", "D\x1bE", "276")],
    *[("--role", v, "register.role") for v in ("", "Central-Authority", "24/7", "boss")],
    *[("--name", v, "register.name") for v in ("", " a", "a ", "a\nb", "a\x07", "\x1b[2J",
                                                "a\u009b31m", "a\u202eb", "x" * 501)],
    ("--territory", "a\x1b[2J", "register.territory"),
    ("--address", "a\x1b]0;x\x07", "register.address"),
    *[("--languages", v, "register.languages") for v in ("german", "de,e", "de_DE", "d\x1b",
                                                         "a-very-long-subtag", "12")],
    *[("--declarations", v, "register.declarations") for v in ("x", "[]", '{"a":1}', '{"":"x"}',
                                                               '{"a":"b","a":"c"}')],
    *[("--endpoint", v, "register.name") for v in ("", "a b", "a/b", "\u00e4", "x" * 101,
                                                   "a\x1b", "a'b")],
    *[("--protocol", v, "register.protocol") for v in ("", "HTTPS", "http", "ftp")],
    *[("--format", v, "register.format") for v in ("", ":x", "a b", "../x", "/x.json",
                                                   "x.json", "a\x1b")],
])
def bad_option(option, value, code):
    register = Register()
    result = register.add(*ADD, *REACHED, option, value).ends(2)
    check(code.encode() in result.err, result)
    check(b"\x1b" not in result.err and b"\x9b" not in result.err and b"\x07" not in result.err,
          "a control character reaches the terminal", result)
    same(register.listed(), [], "the register")


INJECTIONS = ["'; DROP TABLE authority; --", "' OR '1'='1", '"; DELETE FROM endpoint; --',
              "x'); INSERT INTO authority(state) VALUES('DE'); --", "%", "_", "\\'", ":state",
              "?1", "NULL", "1 OR 1=1"]


@case("what looks like SQL is text in every field, and finds nothing but itself")
def injected():
    register = Register()
    expected = []
    for number, text in enumerate(INJECTIONS):
        one = entry(name=text, territory=text, address=text, declarations={text: text},
                    endpoints=[endpoint(name=f"e{number}",
                                        settings={"parties": {"action": text}})])
        register.add("--state", "DE", "--role", "central-authority", "--name", text,
                     "--territory", text, "--address", text, "--declarations",
                     json.dumps({text: text}), "--endpoint", f"e{number}", "--url", URL,
                     "--protocol", "https", "--format", "convention-json", "--settings",
                     json.dumps({"parties": {"action": text}})).ends(0)
        expected.append(one)
        shown = json.loads(register.run("show", "--json", "--", text).ends(0).out)
        same(shown["name"], text, "what is shown")
    order = sorted(expected, key=lambda e: (e["territory"], e["name"]))
    same(register.listed(), order, "the register")
    other = Register()
    other.load(expected).ends(0)
    same(other.listed(), order, "the register after an import")
    for text in INJECTIONS[:4]:
        for verb, options in (("show", ["--", text + "'"]), ("remove", ["--", text]),
                              ("remove", ["--endpoint", text]), ("list", ["--state", text]),
                              ("list", ["--role", text])):
            register.run(verb, *options).ends(2)
        for option in ("--state", "--role", "--languages", "--endpoint", "--protocol", "--url"):
            register.add(*ADD, *REACHED, option, text).ends(2)
    same(register.listed(), order, "the register afterwards")


@case("hostile text that came into the store by another way never reaches the terminal")
def hostile_store():
    register = Register()
    register.add(*ADD, *REACHED).ends(0)
    evil = "a\x1b[2J\x07\u009b31mb"
    register.write("UPDATE authority SET name=?, territory=?, address=?, languages=?, state=?,"
                   " role=?, declarations=?", [evil] * 6 + [json.dumps({evil: evil})])
    register.write("UPDATE endpoint SET name=?, url=?, protocol=?, format=?, settings=?",
                   [evil] * 4 + [json.dumps({evil: evil})])
    for words in (["list"], ["show", "1"], ["check"]):
        result = register.run(*words).ends(0, 4)
        shown = result.out + result.err
        check(b"\x1b" not in shown and b"\x07" not in shown and b"\xc2\x9b" not in shown,
              f"register {words[0]} prints a control character", result)
        check(b"\\x1b[2J" in shown, f"register {words[0]} does not show the text", result)


# --- check

def pem(path, mark, mode):
    path.write_text(f"-----BEGIN {mark}-----\nAAAA\n-----END {mark}-----\n")
    path.chmod(mode)
    return str(path)


def files(mode=0o600):
    where = folder()
    return {"certificate": pem(where / "c.pem", "CERTIFICATE", 0o644),
            "key": pem(where / "k.pem", "PRIVATE KEY", mode),
            "ca": pem(where / "ca.pem", "CERTIFICATE", 0o644)}


@case("check finds nothing in a register without faults and gaps")
def check_good():
    register = Register()
    register.load([entry(languages=["de"], endpoints=[endpoint(settings=files())])]).ends(0)
    result, found = register.check()
    same((result.status, found), (0, []), "status and findings")
    text = register.run("check").ends(0).out.decode()
    same(text, "1 authority, 1 endpoint: 0 errors, 0 warnings\n", "what is told")


@case("check warns of no central authority, of 24/7 without endpoint, of no languages")
def check_gaps():
    register = Register()
    register.load([entry(state="DE", role="24-7", languages=["de"]),
                   entry(state="FR", role="extradition", languages=["fr"]),
                   entry(state="FR", languages=["fr"]),
                   entry(state="ID"),
                   entry(state="GB", territory="Scotland", languages=["en"]),
                   entry(state="GB", role="24-7", languages=["en"],
                         endpoints=[ENDPOINT])]).ends(0)
    result, found = register.check()
    same(result.status, 0, "status with warnings alone")
    same([(f["severity"], f["code"], re.search(r"\((..),", f["source"]).group(1))
          for f in found],
         [("warning", "register.no-central-authority", "DE"),
          ("warning", "register.no-endpoint", "DE"),
          ("warning", "register.no-languages", "ID")], "findings")


@case("check finds keys that are open to others, and files that are not there or are others'")
def check_files():
    register = Register()
    named = files()
    register.load([entry(languages=["de"], endpoints=[endpoint(settings=named)])]).ends(0)
    key, ca = pathlib.Path(named["key"]), pathlib.Path(named["ca"])

    def found_codes():
        result, found = register.check()
        same(result.status, 4 if found else 0, "status")
        check(all("de-1" in f["source"] for f in found), found)
        return codes(found)

    same(found_codes(), [], "of good files")
    for mode in (0o640, 0o604, 0o660, 0o700, 0o666, 0o620):
        key.chmod(mode)
        same(found_codes(), ["register.key-open"], f"of a key with mode {mode:o}")
    key.chmod(0o600)
    ca.chmod(0o664)
    same(found_codes(), ["register.file"], "of a CA that others may change")
    ca.chmod(0o600)
    ca.write_text("no certificate")
    same(found_codes(), ["register.file"], "of a CA that is none")
    ca.unlink()
    same(found_codes(), ["register.file"], "of a CA that is not there")
    ca.mkdir()
    same(found_codes(), ["register.file"], "of a CA that is a folder")
    ca.rmdir()
    os.mkfifo(ca)
    same(found_codes(), ["register.file"], "of a CA that is a pipe")
    ca.unlink()
    ca.symlink_to(named["certificate"])
    same(found_codes(), ["register.file"], "of a CA that is a link, which is not followed")
    ca.unlink()
    pem(ca, "CERTIFICATE", 0o644)
    same(found_codes(), [], "of good files again")


@case("a key that is open to others is not even added")
def add_open_key():
    register = Register()
    result = register.add(*ADD, *REACHED, "--settings", json.dumps(files(0o644))).ends(2)
    check(b"register.key-open" in result.err, result)
    result = register.load([reached(settings=files(0o640))]).ends(4)
    same(codes(findings(result)), ["register.key-open"], "import")
    same(register.listed(), [], "the register")
    register.add(*ADD, *REACHED, "--settings", json.dumps(files())).ends(0)


@case("formats that this machine does not have, does not write, or has no such option of")
def formats():
    for spec, is_good in (("convention-json", True), ("etsi-hi1-xml", True),
                          ("no-such-format", False), ("convention-json:no=1", False),
                          ("us-fbi-wanted", None)):
        register = Register()
        result = register.add(*ADD, "--languages", "de", "--json", "--endpoint", "x", "--url",
                              URL, "--protocol", "https", "--format", spec).ends(0)
        if is_good is None:  # only read, or both: the list of formats tells
            listed = [json.loads(x) for x in run("formats", "--json").out.splitlines()]
            is_good = any(x["id"] == spec and x["write"] for x in listed)
        same(codes(findings(result)), [] if is_good else ["register.format"], f"add of {spec}")
        status, found = register.check()
        same((status.status, codes(found)), (0, []) if is_good else (4, ["register.format"]),
             f"check of {spec}")
        here, there = (register.run("check", "--isolate", how, "--json")
                       for how in ("none", "process"))
        same((there.status, there.out, there.err), (here.status, here.out, here.err),
             f"check of {spec} from a process of its own")


@case("check looks at everything again, however it came into the register")
def check_stored():
    for change, code in (("UPDATE endpoint SET url='http://a.example/'", "register.url"),
                         ("UPDATE endpoint SET settings='{\"verify\":false}'",
                          "register.settings"),
                         ("UPDATE endpoint SET settings='{'", "register.settings"),
                         ("UPDATE endpoint SET protocol='ftp'", "register.protocol"),
                         ("UPDATE endpoint SET name='a b'", "register.name"),
                         ("UPDATE authority SET state='XX'", "register.state"),
                         ("UPDATE authority SET role='x'", "register.role"),
                         ("UPDATE authority SET languages='?'", "register.languages"),
                         ("UPDATE authority SET declarations='x'", "register.declarations")):
        register = Register()
        register.load([entry(languages=["de"], endpoints=[ENDPOINT])]).ends(0)
        register.write(change)
        result, found = register.check()
        same(result.status, 4, change)
        check(code in codes(found), change, found)


# --- the store

@case("the store is made for the user alone, and one that others can open is refused")
def rights():
    register = Register()
    register.add(*ADD, umask=0o000).ends(0)
    same(register.folder.stat().st_mode & 0o777, 0o700, "mode of the folder")
    for path in register.folder.iterdir():
        same(path.stat().st_mode & 0o777, 0o600, f"mode of {path.name}")
    for mode in (0o755, 0o750, 0o701, 0o777):
        register.folder.chmod(mode)
        for words in (["list"], ["check"], ["show", "1"], ["import", EXAMPLES[0]],
                      ["remove", "1"], ["add", *ADD]):
            result = register.run(*words).ends(8)
            check(b"submit.store" in result.err, result)
    register.folder.chmod(0o700)
    same(register.listed(), [ENTRY], "the register")


@case("a store that is a link, a file, or no store, is refused")
def strange_stores():
    register = Register()
    register.add(*ADD).ends(0)
    link = folder() / "link"
    link.symlink_to(register.folder)
    plain = file("x")
    broken = folder()
    (broken / "comity.db").write_bytes(b"this is no database" * 100)
    for where in (link, plain, plain / "below", broken):
        result = run("register", "list", "--store", where).ends(8)
        check(result.err, "nothing is said")


@case("the environment names the store, --store goes before it")
def named_store():
    one, other = folder() / "one", folder() / "other"
    env = {"COMITY_STORE": str(one)}
    run("register", "add", *ADD, env=env).ends(0)
    run("register", "list", "--store", other, env=env).ends(0)
    check((one / "comity.db").exists() and (other / "comity.db").exists(), "stores")
    same(run("register", "list", "--store", other, env=env).out, b"", "the other")
    home = folder()
    run("register", "add", *ADD, env={"HOME": str(home), "COMITY_STORE": "",
                                      "XDG_STATE_HOME": ""}).ends(0)
    check((home / ".local/state/comity/comity.db").exists(), "the store below HOME")


@case("processes that add at once, in a store that is not there yet, all get through")
def at_once():
    for _ in range(3):
        register = Register()
        started = [subprocess.Popen(
            [PROGRAM, "register", "add", "--store", register.folder, "--state", "DE", "--role",
             "competent", "--name", f"N{n}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for n in range(12)]
        for process in started:
            _, err = process.communicate(timeout=60)
            same((process.returncode, err), (0, b""), "status and what is said")
        same(sorted(e["name"] for e in register.listed()), sorted(f"N{n}" for n in range(12)),
             "the register")


@case("a store that another process is just making is waited for")
def being_made():
    register = Register()
    register.folder.mkdir(mode=0o700)
    path = register.folder / "comity.db"
    path.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = subprocess.Popen([PROGRAM, "register", "list", "--store", register.folder],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.5)
        other.execute("ROLLBACK")
    _, err = started.communicate(timeout=30)
    same((started.returncode, err), (0, b""), "status and what is said")


@case("an output that cannot be written is told")
def full():
    register = Register()
    register.load([entry(name=f"N{n}") for n in range(200)]).ends(0)
    with open("/dev/full", "wb") as to:
        for options in ([], ["--json"]):
            register.run("list", *options, stdout=to).ends(8)


@case("every code of the register is explained")
def explained():
    used = set()
    for path in (SOURCE / "converters" / "submit").glob("*.[ch]"):
        used |= set(re.findall(r'"(register\.[a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    check(len(used) > 15, used)
    run("explain", *sorted(used)).ends(0)


@case("the commands of the page on the register do what it says")
def page():
    text = (SOURCE / "docs" / "submit.md").read_text(encoding="utf-8")
    part = re.search(r"^## The register\n(.*?)(?=^## |\Z)", text, re.S | re.M).group(1)
    lines = re.findall(r"^    (comity register .*?)$", part.replace("\\\n", " "), re.M)
    check(len(lines) >= 6, f"the page shows {len(lines)} commands")
    work = folder()
    for example in EXAMPLES:
        (work / example.name).write_bytes(example.read_bytes())
    env = dict(os.environ, COMITY_STORE=str(work / "store"))
    for line in lines:
        done = subprocess.run(["bash", "-c", line.replace("comity ", f"'{PROGRAM}' ", 1)],
                              cwd=work, env=env, capture_output=True, timeout=60, check=False)
        same(done.returncode, 0, f"{line}: {done.stderr}")
    for name in ("certificate", "key", "ca", "pins", "internal", "connections", "seconds",
                 "answer_bytes", "age_seconds", "parties"):
        check(f"`{name}`" in part.split("### Settings")[1], f"{name} is not on the page")


main(every=4)
