# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity plugins new and check: what is made passes at once; a plugin with one fault is told of
by the check that is for it."""
import atexit
import functools
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from batches import UNDER_ASAN  # noqa: E402
from tap import PROGRAM, SOURCE, case, cases, check, folder, main, run, same, skip  # noqa: E402

NAMES = ["load", "exports", "descriptor", "template", "probe-prefixes", "probe-random",
         "recognized", "foreign", "samples", "round-trip", "losses", "same-bytes", "places",
         "slow-input", "conduct", "no-memory", "leaks", "limits", "cancelled", "threads",
         "damaged"]
COMPILE = [*shlex.split(os.environ.get("CC", "cc")), "-std=c11", "-fPIC",
           "-shared", "-D_GNU_SOURCE", f"-I{SOURCE / 'include'}", "-Wl,-z,defs"]


@functools.cache
def scaffold(kind):
    """A new plugin, for all cases."""
    where = pathlib.Path(tempfile.mkdtemp(prefix="comity-scaffold-"))
    atexit.register(shutil.rmtree, where, ignore_errors=True)
    run("plugins", "new", "--kind", kind, "acme-x", cwd=where).ends(0)
    return where / "acme-x"


def compile_plugin(where, text, *flags):
    """A plugin of a C text, in a folder with the samples of the scaffold."""
    where.mkdir(exist_ok=True)
    (where / "samples").mkdir(exist_ok=True)
    sample = scaffold("c") / "samples" / "request.json"
    (where / "samples" / "request.json").write_bytes(sample.read_bytes())
    (where / "x.c").write_text(text)
    subprocess.run([*COMPILE, *(flags or ("-fvisibility=hidden",)), "-o", str(where / "x.so"),
                    str(where / "x.c"), "-lpthread"], check=True)
    return where / "x.so"


def results(done):
    """Name -> (result, messages) of what --json tells."""
    lines = [json.loads(line) for line in done.out.splitlines()]
    return {line["check"]: (line["result"], [m["message"] for m in line["messages"]])
            for line in lines if "check" in line}


def checked(path, *options, status=7, **more):
    return results(run("plugins", "check", "--json", *options, str(path), timeout=120, **more)
                   .ends(status))


# --- what is made

@cases("a new plugin of kind {} passes every check at once", [("c",), ("template",)])
def new(kind):
    where = scaffold(kind)
    plugin = where / "acme-x.json"
    if kind == "c":
        plugin = compile_plugin(folder(), (where / "acme-x.c").read_text())
    found = checked(plugin, status=0)
    same(list(found), NAMES, "the checks")
    asan = {"no-memory", "leaks"} if UNDER_ASAN else set()
    other = {"exports", "descriptor", "probe-prefixes", "probe-random"} if kind != "c" else {
        "template"}
    same({n for n, (r, _) in found.items() if r == "skipped"}, asan | other, "skipped")


def installed(where):
    """An environment in which pkg-config finds what would be installed."""
    (where / "comity.pc").write_text(
        f"plugindir={where}/plugins\nplugin_mk={SOURCE}/sdk/kit/comity-plugin.mk\n"
        f"Name: comity\nDescription: x\nVersion: 1\nCflags: -I{SOURCE / 'include'}\n")
    return dict(os.environ, PKG_CONFIG_PATH=str(where), MAKEFLAGS="")


@case("the README of a new plugin, with the Makefile that is installed: make and make check")
def make():
    where = folder()
    env = installed(where)
    for kind in ("c", "template"):
        run("plugins", "new", "--kind", kind, f"acme-{kind}", cwd=where).ends(0)
        for target in ("all", "check", "install", "uninstall", "clean"):
            done = subprocess.run(["make", target, f"COMITY={PROGRAM}"],
                                  cwd=where / f"acme-{kind}", env=env, check=False,
                                  capture_output=True, timeout=120)
            same(done.returncode, 0, f"{kind}: make {target}: {done.stdout + done.stderr}")
            if target == "install":
                suffix = "so" if kind == "c" else "json"
                check((where / "plugins" / f"acme-{kind}.{suffix}").exists(), "not installed")
                run("convert", "-q", "-t", "convention-json", "--plugin-path",
                    where / "plugins", where / f"acme-{kind}" / "samples" / "request.json",
                    ).ends(0)
    same([p.name for p in (where / "plugins").iterdir()], [], "left after uninstall")


@cases("make in a new plugin of kind {}, where pkg-config finds no comity, says what to do",
       [("c",), ("template",)])
def no_package(kind):
    env = dict(os.environ, PKG_CONFIG_PATH="", PKG_CONFIG_LIBDIR="/nowhere", MAKEFLAGS="")
    done = subprocess.run(["make", "check"], cwd=scaffold(kind), env=env, check=False,
                          capture_output=True, timeout=60)
    same(done.returncode, 2, "status of make")
    check(b"set PKG_CONFIG_PATH to its folder" in done.stderr, done.stderr)


@cases("plugins new {} is refused, and nothing is made", [
    ("",), ("Acme",), ("-x",), ("x-",), ("a/b",), ("x" * 41,), ("--kind", "d", "x"),
    ("a", "b")])
def not_new(*words):
    where = folder()
    run("plugins", "new", *words, cwd=where).ends(2)
    same(list(where.iterdir()), [], "made")


@case("a folder that is there already is left as it is")
def there():
    where = folder()
    (where / "x").mkdir()
    run("plugins", "new", "x", cwd=where).ends(8)
    same([str(p.relative_to(where)) for p in where.rglob("*")], ["x"], "files")


@case("where a folder cannot be made whole, none is there")
def not_whole():
    where = folder()
    done = subprocess.run(["sh", "-c", f"ulimit -f 1; exec {PROGRAM} plugins new x"],
                          cwd=where, capture_output=True, check=False)
    same(done.returncode, 8, done.stderr)
    same([p.name for p in where.iterdir()], [], "files")


# --- one fault each

READ = "    comity_status status = comity_put_words(host, doc, \"kind\", "
WRITE = "    comity_write(host, out, \"{\\n"
INCLUDES = "#include <comity/sdk.h>"
INIT = "    host = given;"
FAULTS = [
    # check, what is wrong, where in the scaffold, what stands before it
    ("load", "exits in its constructor", INIT, None,
     "#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { exit(0); }"),
    ("load", "crashes in init()", INIT, "raise(SIGSEGV);", "#include <signal.h>"),
    ("load", "changes the locale", INIT, "setlocale(LC_ALL, \"C.UTF-8\");",
     "#include <locale.h>"),
    ("load", "changes the umask", INIT, "umask(0);", "#include <sys/stat.h>"),
    ("load", "changes the folder", INIT, "if (chdir(\"/\")) return -1;",
     "#include <unistd.h>"),
    ("load", "takes a signal", INIT, "signal(SIGUSR1, SIG_IGN);", "#include <signal.h>"),
    ("load", "sets a variable", INIT, "setenv(\"ACME\", \"1\", 1);", "#include <stdlib.h>"),
    ("load", "starts a thread", INIT, "pthread_t t; pthread_create(&t, 0, f, 0);",
     "#include <pthread.h>\n#include <unistd.h>\n"
     "static void *f(void *u) { for (;;) sleep(100); return u; }"),
    ("load", "prints", INIT, "puts(\"hello\");", "#include <stdio.h>"),
    ("load", "never ends", INIT, "for (;;) sleep(1);", "#include <unistd.h>"),
    ("samples", "crashes", READ, "raise(SIGSEGV);", "#include <signal.h>"),
    ("samples", "ends the process", READ, "_exit(0);", "#include <unistd.h>"),
    ("samples", "never ends", READ, "for (volatile int i = 0;; i++) ;", ""),
    ("samples", "refuses its sample", READ, "return COMITY_E_INVALID;", ""),
    ("round-trip", "writes something else", WRITE, "static int n; if (++n > 0) text = \"\";"
     " return comity_write(host, out, \"{\\\"acme_x\\\": {\\\"number\\\": \\\"7\\\"}}\");",
     ""),
    ("losses", "asks for a value and leaves it out", WRITE,
     "for (size_t i = 0; i < MEMBER_COUNT; i++) host->get(doc, members[i].field, &text, &len);"
     " return comity_write(host, out, \"{\\\"acme_x\\\": {}}\");", ""),
    ("losses", "makes up a value", WRITE,
     "if (host->count(doc, \"facts.summary\") == 0) return "
     "comity_write(host, out, \"{\\\"acme_x\\\": {\\\"facts\\\": \\\"none\\\"}}\");", ""),
    ("same-bytes", "counts its documents", WRITE, "static char n = 'a'; char t[2] = {n++, 0};"
     " comity_write(host, out, \"{\\\"acme_x\\\":{\\\"number\\\":\\\"\"); "
     "comity_write(host, out, t); return comity_write(host, out, \"\\\"}}\");", ""),
    ("slow-input", "remembers the document before", READ, "static int n; if (++n > 1) "
     "comity_say(host, call, COMITY_WARNING, \"acme.again\", \"again\", root);", ""),
    ("places", "looks at the time zone", READ,
     "if (getenv(\"TZ\") && getenv(\"TZ\")[0] == 'A') "
     "return COMITY_E_INVALID;", "#include <stdlib.h>"),
    ("places", "looks at the umask", READ, "mode_t m = umask(0); umask(m); if (m == 0777) "
     "return COMITY_E_INVALID;", "#include <sys/stat.h>"),
    ("conduct", "opens a file", READ, "int fd = open(\"/etc/passwd\", 0); (void)fd;",
     "#include <fcntl.h>"),
    ("conduct", "makes a file", READ, "int fd = creat(\"made\", 0600); (void)fd;",
     "#include <fcntl.h>"),
    ("conduct", "opens a socket", READ, "int fd = socket(AF_INET, SOCK_STREAM, 0); (void)fd;",
     "#include <sys/socket.h>"),
    ("conduct", "starts a process", READ, "if (fork() == 0) _exit(0);", "#include <unistd.h>"),
    ("conduct", "prints", READ,
     "if (write(1, \"x\", 1) < 0) return -1;", "#include <unistd.h>"),
    ("conduct", "prints by stdio", READ, "printf(\"x\");", "#include <stdio.h>"),
    ("conduct", "changes a signal", READ, "signal(SIGUSR1, SIG_IGN);", "#include <signal.h>"),
    ("conduct", "changes the umask", READ, "umask(0);", "#include <sys/stat.h>"),
    ("conduct", "changes the locale", READ, "setlocale(LC_ALL, \"C.UTF-8\");",
     "#include <locale.h>"),
    ("no-memory", "does not look at what alloc() gives", READ,
     "char *m = host->alloc(call, 100); m[0] = 1;", ""),
    ("no-memory", "does not look at what malloc() gives", READ,
     "volatile char *m = malloc(100); m[0] = 1; free((void *)m);", "#include <stdlib.h>"),
    ("no-memory", "goes on without what it could not have", WRITE,
     "void *m = malloc(9); if (!m) return comity_write(host, out, \"{}\"); free(m);",
     "#include <stdlib.h>"),
    ("leaks", "gives nothing back", READ, "volatile char *m = malloc(10); if (!m) return -1;",
     "#include <stdlib.h>"),
    ("cancelled", "counts on being asked to write", READ, "if (busy) return COMITY_E_INVALID; "
     "busy = 1;", "static int busy;"),
    ("threads", "has one buffer for all", READ, "static volatile int busy; if (busy) "
     "return COMITY_E_INVALID; busy = 1; for (volatile int i = 0; i < 200000; i++) ; busy = 0;",
     ""),
    ("damaged", "counts on a member", READ,
     "size_t l; volatile char c = *host->node_text(host->node_find(call, body, \"born\"), &l);"
     " (void)c;", ""),
    ("damaged", "fails without a reason", READ, "if (!host->node_find(call, body, \"born\")) "
     "return COMITY_E_INVALID;", ""),
    ("probe-prefixes", "reads beyond its head", "    static const char mark[]",
     "volatile uint8_t c = head[size]; (void)c;", ""),
    ("probe-prefixes", "is surer than sure", "    static const char mark[]", "return 101;", ""),
    ("probe-prefixes", "changes its mind", "    static const char mark[]",
     "static int n; if (size) return ++n % 2;", ""),
    ("probe-random", "is sure of everything", "    static const char mark[]", "return 90;", ""),
    ("recognized", "does not know its own", "    static const char mark[]", "return 0;", ""),
    ("foreign", "takes every object for its own", "    static const char mark[]",
     "if (size && head[0] == '{') return 100;", ""),
]
NEED_MALLOC = {"no-memory", "leaks"}


@cases("{0} tells of a plugin that {1}", FAULTS)
def faulty(name, what, place, code, before):
    if UNDER_ASAN and name in NEED_MALLOC:
        skip("a build with a sanitizer takes memory by itself")
    text = (scaffold("c") / "acme-x.c").read_text()
    check(text.count(place) == 1, f"the scaffold has no one place {place!r}")
    if before:
        text = text.replace(INCLUDES, INCLUDES + "\n" + before)
    if code:
        text = text.replace(place, ("    " + code + "\n" + place) if place != INIT else
                            place + "\n    " + code)
    path = compile_plugin(folder(), text)
    where = folder()
    (result, messages), = checked(path, "--include", name, "--timeout", "8", "--fuzz",
                                  "4000" if name == "damaged" else "10", cwd=where,
                                  env={"TMPDIR": str(where)}).values()
    same([p.name for p in where.iterdir()], [], "left behind")
    same(result, "failed", f"{name}: {messages}")
    check(messages and all(messages), "a fault without words")


@cases("{0} tells of a descriptor with {1}", [
    ("descriptor", "no vendor", '"name who answers for it"', '""'),
    ("descriptor", "no license", '.license = "name its license",', ""),
    ("descriptor", "an id that is none", f'.id = "acme-x",\n{" " * 44}.title',
     '.id = "Acme X",\n .title'),
    ("descriptor", "a kind that is none",
     '{"mutual-legal-assistance", NULL}', '{"help", NULL}'),
    ("load", "no version", '.version = "0.1.0",', ""),
    ("load", "no formats", ".formats = formats,", "")])
def described(name, what, place, instead):
    text = (scaffold("c") / "acme-x.c").read_text()
    check(text.count(place) == 1, f"the scaffold has no one place {place!r}")
    path = compile_plugin(folder(), text.replace(place, instead))
    (result, messages), = checked(path, "--include", name).values()
    same(result, "failed", f"{messages}")


@case("exports tells of every other symbol")
def exports():
    path = compile_plugin(folder(), (scaffold("c") / "acme-x.c").read_text()
                          + "\nint acme_helper(void);\nint acme_helper(void) { return 1; }\n",
                          "-fvisibility=default")
    (result, messages), = checked(path, "--include", "exports").values()
    same(result, "failed")
    check(any("'acme_helper'" in m for m in messages), messages)


@case("a template with a fault is told of, with its line")
def template():
    where = folder()
    text = (scaffold("template") / "acme-x.json").read_text()
    (where / "samples").mkdir()
    (where / "samples" / "a.json").write_text(
        (scaffold("template") / "samples" / "request.json").read_text())
    (where / "acme-x.json").write_text(text.replace('"persons[0].sex", "codes"',
                                                    '"persons[0].colour", "codes"'))
    found = checked(where / "acme-x.json", "--include", "template")
    same(found["template"][0], "failed")
    check(any("line 14" in m for m in found["template"][1]), found)


@case("without samples it is said what to do; with --samples they may stand elsewhere")
def samples():
    where = folder()
    (where / "x.json").write_text((scaffold("template") / "acme-x.json").read_text())
    found = checked(where / "x.json", "--include", "samples")
    check("--samples" in found["samples"][1][0], found)
    checked(where / "x.json", "--include", "samples", "--samples",
            str(scaffold("template") / "samples"), status=0)
    run("plugins", "check", "--samples", "/nowhere", str(where / "x.json")).ends(8)


@case("a list of what may be loaded is no fault of a new plugin, and holds for all others")
def listed():
    home = folder()
    (home / "comity").mkdir(mode=0o700)
    (home / "comity" / "plugins.allow").write_text(f"{'0' * 64}  x 1  x.so\n")
    env = {"XDG_CONFIG_HOME": str(home)}
    path = scaffold("template") / "acme-x.json"
    found = checked(path, status=0, env=env)
    same([n for n, (r, _) in found.items() if r == "failed"], [], "faults")
    formats = map(json.loads, run("formats", "--json", env=env).ends(0).out.splitlines())
    written = [f["id"] for f in formats if f["write"]]  # what is built in; others are refused
    check(len(written) < 8, written)
    same(found["foreign"][1][-1].split()[0], str(len(written)), "documents of other formats")


# --- how it is told

@case("TAP, text and JSON say the same; --list, --include and --exclude")
def manners():
    path = scaffold("template") / "acme-x.json"
    tap = run("plugins", "check", "--tap", "--exclude", "*-*", str(path)).ends(0).out.decode()
    names = [n for n in NAMES if "-" not in n]
    check(tap.startswith(f"1..{len(names)}\n"), tap)
    lines = [line for line in tap.splitlines() if line.startswith("ok ")]
    same([line.split(" - ")[1].split(":")[0] for line in lines], names)
    check(sum("# SKIP" in line for line in lines) >= 2, tap)
    text = run("plugins", "check", "--exclude", "*-*", str(path)).ends(0).out.decode()
    check(" passed, 0 failed" in text.splitlines()[-1], text)
    listed = run("plugins", "check", "--list").ends(0).out.decode().splitlines()
    same([line.split()[0] for line in listed], NAMES)
    run("plugins", "check", "--include", "nothing", str(path)).ends(2)
    run("plugins", "check").ends(2)
    run("plugins", "check", "--reproduce", "x", str(path)).ends(2)
    run("plugins", "check", str(path.parent / "none.json")).ends(8)
    run("plugins", "check", str(SOURCE / "README.md")).ends(2)


@case("a crash of a damaged sample has a number, and is the same again by it")
def reproduce():
    text = (scaffold("c") / "acme-x.c").read_text().replace(
        READ, "if (!host->node_find(call, body, \"born\")) abort();\n" + READ).replace(
        INCLUDES, INCLUDES + "\n#include <stdlib.h>")
    path = compile_plugin(folder(), text)
    (_, messages), = checked(path, "--include", "damaged", "--fuzz", "4000", "--seed",
                              "5").values()
    number = messages[-1].split("--reproduce ")[1].split(")")[0]
    check(number.startswith("5:"), messages)
    for _ in range(2):
        (result, again), = checked(path, "--reproduce", number).values()
        same((result, again[-1].split("--reproduce ")[1].split(")")[0]), ("failed", number))
    other = f"5:{int(number[2:]) + 1}"
    found = results(run("plugins", "check", "--json", "--reproduce", other, str(path)))
    check(list(found) == ["damaged"], found)


@case("a record that lost a value is printed again by its number")
def made_again():
    text = (scaffold("c") / "acme-x.c").read_text().replace(
        GIVE, GIVE.replace("len", "len > 3 ? 3 : len"))
    path = compile_plugin(folder(), text)
    (result, messages), = checked(path, "--include", "losses", "--seed", "1417").values()
    same(result, "failed", messages)
    ways = [m for m in messages if m.startswith("to see it: ")]
    check(ways and all("-t acme-x" in m for m in ways), messages)
    for number in ("1417", "all"):
        record = run("plugins", "check", "--made", number).ends(0).out
        same(run("plugins", "check", "--made", number).ends(0).out, record, number)
        again = json.loads(run("convert", "-q", "-f", "convention-json", "-t",
                               "convention-json", stdin=record).ends(0).out)
        again.pop("provenance", None)
        known = json.loads(record)
        known.pop("provenance", None)
        same(again, known, number)
    run("plugins", "check", "--made", "x").ends(2)


@case("what it copies is taken away again, when it is ended by a signal too")
def clean():
    where = folder()
    path = compile_plugin(folder(), (scaffold("c") / "acme-x.c").read_text().replace(
        INIT, INIT + "\n    for (;;) sleep(1);").replace(
            INCLUDES, INCLUDES + "\n#include <unistd.h>"))
    env = dict(os.environ, TMPDIR=str(where))
    process = subprocess.Popen([PROGRAM, "plugins", "check", str(path)], env=env,
                               stdout=subprocess.DEVNULL)
    for _ in range(200):
        if list(where.iterdir()):
            break
        time.sleep(0.02)
    check(list(where.iterdir()), "no copy was made")
    process.send_signal(signal.SIGTERM)
    same(process.wait(10), -signal.SIGTERM)
    same(list(where.iterdir()), [], "left")
    run("plugins", "check", "--include", "load", str(scaffold("template") / "acme-x.json"),
        env={"TMPDIR": str(where)}).ends(0)
    same(list(where.iterdir()), [], "left")


@case("of a template with a fault that is told once, and nothing else is tried")
def refused():
    kit = scaffold("template")
    where = folder()
    shutil.copytree(kit, where / "kit")
    template = where / "kit" / "acme-x.json"
    template.write_text(template.read_text().replace("facts.summary", "facts.sumary"))
    found = results(run("plugins", "check", "--json", str(template)).ends(7))
    same({n for n, (r, _) in found.items() if r == "failed"}, {"load", "template"}, "failed")
    same({n for n, (r, _) in found.items() if r == "passed"}, set(), "passed")


# --- ways to drop a value without a word

PUT = "            status = put_member(doc, at, node);"
KEEP = ("            status = host->keep(doc, node); "
        "/* comes back when this format is written */")
GET = "        comity_status found = host->get(doc, members[i].field, &text, &len);"
GIVE = "        write_member(out, i, text, len);"
IS_BORN = 'comity_is(name, len, "born")'
DROPS = [
    # who drops it and how; where, and what stands there instead; the host's finding, or check
    ("reader: passes over a member", PUT,
     "            if (!" + IS_BORN + ") status = put_member(doc, at, node);",
     "loss.unread", None),
    ("reader: looks at a text and does nothing with it", PUT,
     "{ size_t l; const char *t = host->node_text(node, &l); if (!(" + IS_BORN + " && t && l)) "
     "status = put_member(doc, at, node); }", "loss.unread", None),
    ("reader: keeps nothing of what it does not know", KEEP, "            status = COMITY_OK;",
     "loss.unread", None),
    ("reader: puts one value over another", PUT,
     "            status = comity_put_node(host, doc, " + IS_BORN +
     " ? \"facts.summary\" : members[at].field, node);", "loss.unread", None),
    ("reader: puts a part of a text", PUT,
     "{ size_t l; const char *t = host->node_text(node, &l);"
     " status = host->put(doc, members[at].field, t, l > 3 ? 3 : l, node); }", None, "losses"),
    ("writer: never asks for a field", GET,
     "        if (i == 3) continue;\n" + GET, "loss.field", None),
    ("writer: asks for a field and leaves it out", GIVE,
     "        if (i == 3) { comity_write(host, out, \"\\\"\\\"\"); } else " + GIVE.strip(),
     None, "losses"),
    ("writer: cuts a text", GIVE, GIVE.replace("len", "len > 3 ? 3 : len"), None, "losses"),
    ("writer: gives back nothing that was kept",
     '        write_kept(doc, out, kept[i], &between);', "    (void)write_kept;", "loss.kept",
     None),
]


@cases("a value that is dropped is found; {0}", DROPS)
def dropped(_name, place, instead, code, check_of):
    kit = scaffold("c")
    text = (kit / "acme-x.c").read_text()
    check(text.count(place) == 1, f"the scaffold has no one place {place!r}")
    path = compile_plugin(folder(), text.replace(place, instead))
    sample = kit / "samples" / "request.json"
    if code:
        result = run("convert", "--plugin-path", path.parent, "-t", "acme-x", sample,
                     report=True)
        check(code in [f["code"] for f in result.findings], result.findings)
        run("convert", "--plugin-path", path.parent, "-t", "acme-x", "--fail-on", "loss",
            sample).ends(5)
    else:
        (result, messages), = checked(path, "--include", check_of).values()
        same(result, "failed", f"{check_of}: {messages}")


# --- our own

@cases("the example {} builds by its Makefile and passes",
       [("lamp-note", "make"), ("lamp-columns", "cc"), ("lamp-cpp", "g++"),
        ("lamp-rust", "rustc")])
def example(name, compiler):
    if not shutil.which(compiler):
        skip(f"there is no {compiler}")
    where = folder()
    shutil.copytree(SOURCE / "examples" / "plugins" / name, where / name)
    done = subprocess.run(["make", "check", f"COMITY={PROGRAM}"], cwd=where / name,
                          env=installed(where), check=False, capture_output=True, timeout=120)
    same(done.returncode, 0, done.stdout + done.stderr)


OWN = sorted(p for p in (SOURCE / "plugins").glob("*/*.json") if p.parent.name != "interpol")


@cases("our own: {}", [(p.stem,) for p in OWN] + [("interpol.so",)])
def ours(name):
    options, path = (), SOURCE / "plugins" / name / f"{name}.json"
    if name == "interpol.so":
        path = pathlib.Path(os.environ["COMITY_PLUGIN_PATH"].split(":")[0]) / name
        notices = folder()
        for sample in (SOURCE / "examples" / "samples").glob("*not*"):
            shutil.copy(sample, notices)
        options = ("--samples", str(notices))
    found = results(run("plugins", "check", "--json", *options, str(path), timeout=300))
    faults = {n: m for n, (r, m) in found.items() if r == "failed"}
    same(faults, {}, "faults")


if __name__ == "__main__":
    main(every=3)
