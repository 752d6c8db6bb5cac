# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which plugins are loaded: those that nobody else could have put there or changed, that a list
allows where there is one, and that did not end the converter before."""
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
from tap import (PROGRAM, SOURCE, case, cases, check, file, folder, main, run,  # noqa: E402
                 same, skip)

MOCKS = pathlib.Path(os.environ.get("MOCKS", "mocks-run"))
BUILD = pathlib.Path(os.environ.get("BUILDDIR", "."))
NOBODY, STRANGER = 65534, 4711
IS_ROOT = os.geteuid() == 0
SAMPLE = '{"id":"7"}'


class Place:
    """A folder of plugins, and the lists and states of who uses it: root or oneself, or with
    `user` another one, who can reach the program by a copy."""

    def __init__(self, *mocks, user=None):
        if user is not None and not IS_ROOT:
            skip("not root")
        self.base, self.user = folder(), user
        self.base.chmod(0o755)
        self.plugins = self.base / "plugins"
        for name in ("plugins", "config", "state"):
            (self.base / name).mkdir(mode=0o755)
        self.program = None
        if user is not None:
            for name in ("comity", "comity-worker"):
                shutil.copy(pathlib.Path(PROGRAM).parent / name, self.base)
            self.program = [str(self.base / "comity")]
            for name in ("config", "state"):
                os.chown(self.base / name, user, user)
        self.list = self.base / "config" / "comity" / "plugins.allow"
        for name in mocks:
            self.add(MOCKS / f"{name}.so")

    def add(self, source, name=None):
        target = self.plugins / (name or source.name)
        shutil.copy(source, target)
        target.chmod(0o644)
        return target

    def write_list(self, *lines):
        self.list.parent.mkdir(exist_ok=True)
        self.list.write_text("".join(line + "\n" for line in lines))
        self.list.chmod(0o600)
        if self.user is not None:
            os.chown(self.list.parent, self.user, self.user)
            os.chown(self.list, self.user, self.user)

    def comity(self, *command, **more):
        env = {"COMITY_PLUGIN_PATH": str(more.pop("where", self.plugins)),
               "XDG_CONFIG_HOME": str(self.base / "config"),
               "XDG_STATE_HOME": str(self.base / "state"), "HOME": str(self.base)}
        if self.user is not None:
            more.update(user=self.user, group=self.user, extra_groups=[], cwd="/")
        return run(*command, env=env, program=self.program, **more)

    def listed(self, where=None):
        out = self.comity("plugins", "--json", where=where or self.plugins).ends(0).out
        return {pathlib.Path(p["path"]).name: p for p in map(json.loads, out.splitlines())}

    def loads(self, *names):
        same(sorted(n for n, p in self.listed().items() if p["loaded"]),
             sorted(f"{n}.so" for n in names), "what is loaded")

    def refused(self, name, reason, where=None):
        """Listed as refused for the reason, by `why` too, and its format is not there."""
        entry = self.listed(where)[name]
        check(not entry["loaded"] and re.search(reason, entry["reason"]), entry, reason)
        formats = self.comity("formats", where=where or self.plugins).ends(0)
        check(b"mock-old" not in formats.out, "its format is there", formats)
        if name.endswith(".so"):
            why = self.comity("plugins", "why", self.plugins / name).ends(7)
            check(re.search(reason.encode(), why.out), why, reason)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def built(name, deed="do_nothing", mark=""):
    """A plugin whose constructor does something."""
    path = folder() / f"{name}.so"
    compiler = shlex.split(os.environ.get("CC", "cc"))
    done = subprocess.run(
        [*compiler, "-shared", "-fPIC", "-O1", f"-I{SOURCE / 'include'}", f"-I{HERE}",
         f"-DWHILE_LOADING={deed}", f'-DMARK="{mark}"', f'-DID="{name}"', "-o", str(path),
         str(HERE / "while_loading.c")],
        capture_output=True, text=True, timeout=60, check=False)
    same(done.returncode, 0, done.stderr)
    return path


# --- who could have put it there

def mode(what, bits):
    return lambda p: target(p, what).chmod(bits)


def owner(what):
    def change(p):
        if not IS_ROOT:
            skip("not root")
        os.chown(target(p, what), STRANGER, -1)
    return change


def target(p, what):
    return {"file": p.plugins / "old.so", "folder": p.plugins, "parent": p.base}[what]


def link_file(p):
    (p.plugins / "old.so").rename(p.base / "good.so")
    (p.plugins / "old.so").symlink_to(p.base / "good.so")


def link_folder(p):
    p.plugins.rename(p.base / "real")
    p.plugins.symlink_to(p.base / "real")


BAD = [
    ("a file that everybody may write to", mode("file", 0o646),
     "everybody may write to .*old.so"),
    ("a file that its group may write to", mode("file", 0o664),
     "group may write to .*old.so; chmod g-w"),
    ("a folder that everybody may write to", mode("folder", 0o757),
     "everybody may write to .*plugins"),
    ("a folder that its group may write to", mode("folder", 0o775),
     "group may write to .*plugins"),
    ("a sticky folder that everybody may write to", mode("folder", 0o1777),
     "everybody may write to .*plugins"),
    ("a parent that everybody may write to", mode("parent", 0o757),
     r"everybody may write to [^ ]*comity-test-[^/]*;"),
    ("a parent that its group may write to", mode("parent", 0o775),
     r"group may write to [^ ]*comity-test-[^/]*;"),
    ("a file of another user", owner("file"), "old.so belongs to the user 4711"),
    ("a folder of another user", owner("folder"), "plugins belongs to the user 4711"),
    ("a parent of another user", owner("parent"), "comity-test-[^/]* belongs to the user 4711"),
    ("a link as file", link_file, "it is a link: .*old.so"),
    ("a link as folder", link_folder, "it is a link: .*plugins"),
]


@cases("{0} is refused, and the reason names it", BAD)
def _(what, spoil, reason):
    for user in (None, NOBODY) if IS_ROOT else (None,):
        p = Place("old", user=user)
        p.loads("old")
        spoil(p)
        name = "old.so" if " file" in what else "plugins"
        p.refused(name, reason)
        if name == "plugins":
            same(list(p.listed()), ["plugins"], "what is listed of the folder")


@case("a link as folder is refused with a slash behind it, too")
def _():
    p = Place("old")
    link_folder(p)
    entry, = json.loads("[" + p.comity("plugins", "--json", where=f"{p.plugins}/").out.decode()
                        + "]")
    check("it is a link" in entry["reason"], entry)


@case("a parent that is a link is followed, and what it leads to is checked")
def _():
    p = Place("old")
    (p.base / "way").symlink_to(p.base)
    same(p.listed(p.base / "way" / "plugins")["old.so"]["loaded"], True, "loaded by a link")
    bad = p.base / "bad"
    bad.mkdir()
    shutil.copytree(p.plugins, bad / "plugins")
    bad.chmod(0o777)
    (p.base / "detour").symlink_to(bad)
    p.refused("plugins", "everybody may write to .*/bad;", p.base / "detour" / "plugins")


@case("a parent that is sticky does no harm")
def _():
    p = Place("old")
    p.base.chmod(0o1777)
    p.loads("old")


@case("another user loads what is root's, and what is his own")
def _():
    p = Place("old", "keeps", user=NOBODY)
    os.chown(p.plugins / "keeps.so", NOBODY, NOBODY)
    p.loads("old", "keeps")


@case("a template is held to the same")
def _():
    p = Place("old")
    template = p.add(SOURCE / "plugins" / "br-drci" / "br-drci.json")
    same(p.listed()["br-drci.json"]["loaded"], True, "loaded")
    p.write_list("# nothing")
    p.refused("br-drci.json", "not on the allow-list")
    p.write_list(f"{digest(template)}  br-drci template  br-drci.json")
    same(p.listed()["br-drci.json"]["loaded"], True, "loaded from the list")
    template.write_bytes(template.read_bytes() + b"\n")
    p.refused("br-drci.json", "not on the allow-list")
    template.chmod(0o666)
    p.refused("br-drci.json", "everybody may write to")


@case("a pipe of a plugin's name is not waited for")
def _():
    p = Place("old")
    os.mkfifo(p.plugins / "x.so")
    check("no regular file" in p.listed()["x.so"]["reason"], p.listed())


# --- the list

@case("once there is a list, what is not on it is refused, and what is on it is loaded")
def _():
    for user in (None, NOBODY) if IS_ROOT else (None,):
        p = Place("old", "keeps", user=user)
        p.loads("old", "keeps")
        p.write_list("# a comment", "", f"{digest(p.plugins / 'keeps.so')}  keeps 1  keeps.so")
        p.loads("keeps")
        p.refused("old.so",
                  f"not on the allow-list {p.list}; comity plugins trust FILE adds it")
        p.comity("convert", "--isolate", "process", "-f", "mock-keeps", "-t", "convention-json",
                 stdin=SAMPLE).ends(0)
        p.comity("convert", "--isolate", "process", "-f", "mock-old", "-t", "convention-json",
                 stdin=SAMPLE).ends(7)


@case("a file that was changed after it was listed is refused")
def _():
    p = Place("old")
    p.write_list(f"{digest(p.plugins / 'old.so')}  old 1  old.so")
    p.loads("old")
    with open(p.plugins / "old.so", "ab") as more:
        more.write(b"\0")
    p.refused("old.so", "not on the allow-list")
    p.add(MOCKS / "keeps.so", "old.so")
    p.refused("old.so", "not on the allow-list")


@cases("a line '{0}' of a list refuses everything, and is named", [
    ("nonsense",), ("{d}",), ("{d} old",), ("{d} old 1",), ("{s}  old 1  old.so",),
    ("{u}  old 1  old.so",), ("{d}0  old 1  old.so",)])
def _(line):
    p = Place("old")
    good = digest(p.plugins / "old.so")
    line = line.format(d=good, s=good[:-1], u=good.upper().replace("0", "A"))
    p.write_list(f"{good}  old 1  old.so", "# two", line)
    p.refused("old.so", f"line 3 of the allow-list {p.list} is not")


@cases("a list that {0} is not to be trusted, and refuses everything", [
    ("everybody may write to", lambda p: p.list.chmod(0o666), "everybody may write to .*allow"),
    ("its group may write to", lambda p: p.list.chmod(0o660), "group may write to .*allow"),
    ("stands in a folder of everybody", lambda p: p.list.parent.chmod(0o777),
     "everybody may write to .*comity;"),
    ("belongs to another user", lambda p: IS_ROOT and os.chown(p.list, STRANGER, -1),
     "belongs to the user 4711"),
    ("is a link", lambda p: p.list.symlink_to(p.list.rename(p.list.with_name("other"))),
     "it is a link"),
    ("is a folder", lambda p: (p.list.unlink(), p.list.mkdir()), "it is no regular file"),
    ("holds a NUL", lambda p: p.list.write_bytes(p.list.read_bytes() + b"\0\n"), "is no text")])
def _(what, spoil, reason):
    if "another" in what and not IS_ROOT:
        skip("not root")
    p = Place("old")
    p.write_list(f"{digest(p.plugins / 'old.so')}  old 1  old.so")
    p.loads("old")
    spoil(p)
    p.refused("old.so", "the allow-list .*" + reason)
    p.comity("plugins", "trust", p.plugins / "old.so").ends(7)


@case("trust adds a plugin, says what that means, and trusting it again is no error")
def _():
    p = Place("old", "keeps", "future")
    result = p.comity("plugins", "trust", p.plugins / "old.so").ends(0)
    check(b"added" in result.out
          and digest(p.plugins / "old.so").encode() in result.out, result)
    check(b"from now on only plugins on the list are loaded; 2 of" in result.err, result)
    same(p.list.stat().st_mode & 0o777, 0o600, "mode of the list")
    p.loads("old")
    again = p.comity("plugins", "trust", "--json", p.plugins / "old.so").ends(0)
    entry = json.loads(again.out)
    same({k: entry[k] for k in ("what", "id", "version", "name", "list")},
         {"what": "stands", "id": "old", "version": "1", "name": "old.so",
          "list": str(p.list)}, "what is told")
    same(again.err, b"", "findings")
    same(len(p.list.read_text().splitlines()), 2, "lines of the list")
    all_ = p.comity("plugins", "trust", "--all").ends(0)
    same(all_.out.count(b"added"), 2, all_)
    p.loads("old", "keeps", "future")


@case("trust adds several, keeps what a person wrote, and refuses what could not be loaded")
def _():
    p = Place("old", "keeps", "no_id")
    p.write_list("# mine", f"{'0' * 64}  gone 1  gone.so")
    (p.plugins / "keeps.so").chmod(0o666)
    result = p.comity("plugins", "trust", p.plugins / "old.so", p.plugins / "keeps.so",
                      p.plugins / "no_id.so", p.plugins / "none.so").ends(7)
    same(result.out.count(b"added"), 1, result)
    check(b"everybody may write to" in result.err and b"lacks id" in result.err
          and b"there is no such plugin" in result.err, result)
    lines = p.list.read_text().splitlines()
    same(lines[:2], ["# mine", f"{'0' * 64}  gone 1  gone.so"], "lines that were there")
    same(lines[2:], [f"{digest(p.plugins / 'old.so')}  old 1  old.so"], "the new one")


@case("several that trust at once lose no entry")
def _():
    names = ["old", "keeps", "future", "short", "takes_options", "puts_twice"]
    for _ in range(4):
        p = Place(*names)
        threads = [threading.Thread(
            target=lambda n=n: p.comity("plugins", "trust", p.plugins / f"{n}.so").ends(0))
            for n in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        same(sum(not line.startswith("#") for line in p.list.read_text().splitlines()),
             len(names), "entries")


@case("trust --list shows it, distrust takes a plugin off by its file or its digest")
def _():
    p = Place("old", "keeps")
    check(b"there is no list" in p.comity("plugins", "trust", "--list").ends(0).err, "no list")
    p.comity("plugins", "trust", "--all").ends(0)
    lines = p.comity("plugins", "trust", "--list", "--json").ends(0).out.splitlines()
    same(sorted(json.loads(line)["id"] for line in lines), ["keeps", "old"], "list")
    p.comity("plugins", "distrust", p.plugins / "old.so").ends(0)
    p.loads("keeps")
    p.comity("plugins", "distrust", p.plugins / "old.so").ends(7)
    last = p.comity("plugins", "distrust", digest(p.plugins / "keeps.so")).ends(0)
    check(b"the list is empty" in last.err, last)
    p.loads()


@cases("wrong usage: plugins {0}", [("trust",), ("trust --all x",), ("trust --all --list",),
                                    ("distrust",), ("distrust a b",), ("clear",),
                                    ("clear --all x",)])
def _(command):
    Place().comity("plugins", *command.split()).ends(2)


@case("what a plugin says of itself cannot make a line of the list")
def _():
    p = Place()
    evil = built("two words")
    p.add(evil, "a b.so")
    p.comity("plugins", "trust", p.plugins / "a b.so").ends(0)
    same(p.list.read_text().splitlines()[1:],
         [f"{digest(evil)}  two?words 1  a b.so"], "the line")
    p.loads("a b")


# --- in the time between

def swapped(swap, seconds=6, least=10000):
    """A good and a bad plugin change places while a program loads again and again; what it
    says, and how often they did."""
    p = Place()
    mark = p.base / "mark"
    good, bad = built("good"), built("bad", mark=mark)
    size = max(good.stat().st_size, bad.stat().st_size)
    texts = [path.read_bytes().ljust(size, b"\0") for path in (good, bad)]
    for name, text in zip(("good", "bad"), texts):
        (p.base / name).write_bytes(text)
        (p.base / name).chmod(0o644)
    p.add(p.base / "good", "x.so")
    p.write_list(f"{digest(p.base / 'good')}  good 1  x.so")
    loader = subprocess.Popen([str(BUILD / "tests" / "abi" / "load_again"), p.plugins, p.list],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "XDG_STATE_HOME": "/dev/null/none"})
    swaps, begun = 0, time.monotonic()
    while loader.poll() is None and (time.monotonic() - begun < seconds or swaps < least) \
            and time.monotonic() - begun < 25:
        swap(p, texts, swaps)
        swaps += 1
    out, _ = loader.communicate(timeout=30)
    check(loader.returncode == 0, f"the program ended with {loader.returncode}", out)
    counts = dict(re.findall(r"(opened|loaded|refused) (\d+)", out))
    print(f"# {swaps} swaps while plugins were looked at {counts['opened']} times: "
          f"{counts['loaded']} loaded, {counts['refused']} refused")
    check(not mark.exists() and "bad" not in out, "the bad plugin was loaded", out)
    check(swaps >= least, f"{swaps} swaps alone")
    for count in counts.values():
        check(int(count) > 20, "it was never close", out)
    first, last = re.search(r"descriptors (\d+) (\d+)", out).groups()
    check(int(last) <= int(first) + 1, "descriptors grow", out)


def rename(p, _texts, number):
    os.link(p.base / ("good" if number % 2 else "bad"), p.plugins / "next")
    os.rename(p.plugins / "next", p.plugins / "x.so")


def overwrite(p, texts, number):
    with open(p.plugins / "x.so", "r+b", buffering=0) as there:
        there.write(texts[(number + 1) % 2])


@cases("of a good and a bad plugin that {0} 10,000 times only the good one is ever loaded", [
    ("are renamed over each other", rename), ("are written over each other", overwrite)])
def _(_what, swap):
    swapped(swap)


@case("the one that is swapped would be loaded, were it not for the list")
def _():
    p = Place()
    mark = p.base / "mark"
    p.add(built("bad", mark=mark))
    p.comity("formats").ends(0)
    check(mark.exists(), "the bad plugin leaves no mark: the tests above show nothing")


@case("two plugins side by side are both themselves, and the same bytes twice are one")
def _():
    p = Place("old", "keeps")
    p.add(MOCKS / "old.so", "older.so")
    found = p.listed()
    same({n: e["id"] for n, e in found.items()},
         {"old.so": "old", "keeps.so": "keeps", "older.so": "old"}, "ids")
    for name in ("old", "keeps"):
        same(json.loads(p.comity("convert", "-f", f"mock-{name}", "-t", f"mock-{name}",
                                 stdin=SAMPLE).ends(0).out)["id"], "7", name)


# --- what ends the process that loads it

DEEDS = [("do_segv", "ended by signal 11"), ("do_exit", "ended by itself with status 0"),
         ("do_loop", "took longer than it may"), ("do_sleep", "took longer than it may"),
         ("do_talk", "answered what is no answer")]


@cases("a plugin whose constructor is {0} is named by plugins, why and trust; others load",
       DEEDS)
def _(deed, reason):
    p = Place("old", "keeps")
    p.add(built("middle", deed))
    found = p.listed()
    same({n: e["loaded"] for n, e in found.items()},
         {"old.so": True, "keeps.so": True, "middle.so": False}, "what is loaded")
    check(reason in found["middle.so"]["reason"], found)
    aside = (p.base / "state" / "comity" / "set-aside").exists()
    same(aside, deed not in ("do_loop", "do_sleep"), "it is set aside")
    p.comity("plugins", "clear", "--all").ends(0)
    why = p.comity("plugins", "why", p.plugins / "middle.so").ends(7)
    check(reason.encode() in why.out, why)
    p.comity("plugins", "why", p.plugins / "old.so").ends(0)
    p.comity("plugins", "clear", "--all").ends(0)
    trust = p.comity("plugins", "trust", p.plugins / "middle.so").ends(7)
    check(reason.encode() in trust.err and not p.list.exists(), trust)


@cases("a plugin whose constructor is {0} is named by {1}, and is never in its process", [
    (deed, command) for deed in ("do_segv", "do_exit", "do_talk")
    for command in ("formats", "formats convention-json", "formats check {t}",
                    "register check", "batch -f mock-old -t mock-old -o {o} {s}",
                    "batch --dry-run -f mock-old -t mock-old {s}")])
def _(deed, command):
    p = Place("old")
    bad = p.add(built("middle", deed))
    template = SOURCE / "plugins" / "interpol" / "interpol-red.json"
    words = command.format(t=template, o=folder() / "out.ndjson", s=file(SAMPLE)).split()
    if words[0] == "register":
        words += ["--store", folder()]
    first = p.comity(*words).ends(7)
    check(str(bad).encode() in first.out + first.err, first)
    check(b"mock-old" not in first.out, "a list without an end", first)
    p.comity(*words).ends(0)  # it is set aside


@case("two that end the process are both named")
def _():
    p = Place("old")
    p.add(built("first", "do_segv"))
    p.add(built("second", "do_exit"))
    found = p.listed()
    same({n: e["loaded"] for n, e in found.items()},
         {"old.so": True, "first.so": False, "second.so": False}, "what is loaded")


# --- set aside

@case("a plugin that ends the converter while it is loaded is set aside, until it is cleared")
def _():
    p = Place("old")
    bad = p.add(built("bad", "do_segv"))
    convert = ["convert", "--isolate", "process", "-f", "mock-old", "-t", "convention-json"]
    first = p.comity(*convert, stdin=SAMPLE, report=True).ends(7)
    crash, = first.of("worker.crash")
    check(crash["file"] == str(bad) and "set aside" in crash["hint"], crash)
    p.comity(*convert, stdin=SAMPLE).ends(0)
    p.comity("formats").ends(0)  # which would end it, too
    reason = p.listed()["bad.so"]["reason"]
    check(re.search(r"set aside on \d{4}-\d\d-\d\d since it ended the converter while it was "
                    "loaded", reason), reason)
    same((p.base / "state" / "comity" / "set-aside").stat().st_mode & 0o777, 0o600, "mode")
    p.comity("plugins", "clear", p.plugins / "old.so").ends(7)
    p.comity("plugins", "clear", bad).ends(0)
    p.comity(*convert, stdin=SAMPLE).ends(7)
    p.add(built("good"), "bad.so")  # mended: other bytes
    p.comity(*convert, stdin=SAMPLE).ends(0)
    p.loads("old", "bad")


@case("a plugin that ends the converter while it reads is set aside the third time")
def _():
    p = Place()
    p.add(built("reads"))
    convert = ["convert", "--isolate", "process", "-f", "mock-reads", "-t", "convention-json"]
    for _ in range(3):
        p.comity(*convert, stdin=SAMPLE).ends(0)
        p.comity(*convert, stdin='{"crash":1}').ends(7)
    p.refused("reads.so", "ended the converter over documents, three times")
    unknown = p.comity(*convert, stdin=SAMPLE, report=True).ends(7)
    check("reads.so" in unknown.of("plugin.unknown-format")[0]["hint"], unknown)
    p.comity("plugins", "clear", "--all").ends(0)
    p.comity(*convert, stdin=SAMPLE).ends(0)


@case("where no state can be kept a crash is told as before, and nothing else changes")
def _():
    for deed, code in (("do_segv", "worker.crash"), ("do_talk", "worker.answer")):
        p = Place("old")
        bad = p.add(built("bad", deed))
        (p.base / "state").rmdir()
        (p.base / "state").write_text("in the way")
        for _ in range(2):
            result = p.comity("convert", "--isolate", "process", "-t", "mock-old",
                              stdin=SAMPLE, report=True).ends(7)
            found, = result.of(code)
            same(found["file"], str(bad), "who it was")
            check("set aside" not in found["hint"], result)


@case("a state that others may write to is not believed")
def _():
    p = Place("old")
    p.comity("plugins").ends(0)
    state = p.base / "state" / "comity"
    state.mkdir()
    (state / "set-aside").write_text(
        f"{digest(p.plugins / 'old.so')} loads 2026-01-01 {p.plugins / 'old.so'}\n")
    p.refused("old.so", "set aside on 2026-01-01")
    (state / "set-aside").chmod(0o666)
    p.loads("old")


# --- a format that is not there

@case("a format that is not known says which refused plugin could know it, and why")
def _():
    p = Place("keeps", "old", "no_id")
    (p.plugins / "old.so").chmod(0o664)
    for options in (("-f", "mock-old", "-t", "convention-json"),
                    ("-f", "convention-json", "-t", "mock-old")):
        for how in ("none", "process"):
            result = p.comity("convert", "--isolate", how, *options, stdin="{}", report=True)
            hint = result.ends(7).of("plugin.unknown-format")[0]["hint"]
            check("old.so, which could know it" in hint and "chmod g-w" in hint, hint)
    hint = p.comity("convert", "-f", "zzz", "-t", "convention-json", stdin="{}",
                    report=True).of("plugin.unknown-format")[0]["hint"]
    check("no_id.so" in hint or "old.so" in hint, hint)


main()
