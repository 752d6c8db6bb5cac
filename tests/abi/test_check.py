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
         "recognized", "foreign", "samples", "noticed", "round-trip", "losses", "same-bytes",
         "places", "slow-input", "conduct", "no-memory", "leaks", "limits", "cancelled",
         "threads", "damaged"]
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
    ("recognized", "does not know a record that it writes", "    static const char mark[]",
     "if (size && !memmem(head, size, \"Ozolina\", 7)) return 0;", ""),
    ("recognized", "knows its samples by what is kept of them", "    static const char mark[]",
     "if (size && memmem(head, size, \"Ozolina\", 7) && "
     "!memmem(head, size, \"telephone\", 9)) return 0;", ""),
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


def commands(messages):
    """What the hints say is to be typed."""
    return [m.split("to see it: ")[1].split("; then")[0] for m in messages
            if m.startswith("to see it: ")]


def typed(command, where):
    """Runs a command line in a folder, by a shell."""
    done = subprocess.run(["sh", "-c", command], cwd=where, capture_output=True, check=False,
                          timeout=60, env=dict(os.environ, PATH=os.pathsep.join(
                              [str(pathlib.Path(PROGRAM).parent), os.environ["PATH"]])))
    return done


@cases("the command that shows a loss of {0} shows it, where the plugin is in {1!r}",
       [("a sample", "here", "1", "samples/request.json"),
        ("a made record", "a folder's", "text[0] == ' '", "plugins check --made ")])
def shown(_of, name, when, part):
    where = folder()
    text = (scaffold("c") / "acme-x.c").read_text().replace(
        GIVE, GIVE.replace("text, len", f"{when} ? \"cut\" : text, {when} ? 3 : len"))
    compile_plugin(where / name, text)
    done = run("plugins", "check", "--json", "--include", "losses", f"{name}/x.so",
               cwd=where).ends(7)
    (_, messages), = results(done).values()
    lines = commands(messages)
    check(lines and part in lines[0], messages)
    for line in lines:
        done = typed(line, where)
        same(done.returncode, 0, f"{line}: {done.stderr}")
        check(b"cut" in done.stdout, line, done.stdout)


@case("losses says that what was written is not read again, and shows it")
def not_read_again():
    where = folder()
    text = (scaffold("c") / "acme-x.c").read_text().replace(
        "    return comity_write(host, out, \"\\n  }\\n}\\n\");",
        "    return comity_write(host, out, \"\\n  }\\n\");")
    compile_plugin(where / "here", text)
    done = run("plugins", "check", "--json", "--include", "losses", "here/x.so",
               cwd=where).ends(7)
    (_, messages), = results(done).values()
    told = [m for m in messages if "what was written is not read again: " in m]
    same(len(told), 1, messages)
    line, = commands(messages)
    check(typed(line, where).returncode != 0, line)
    check(line.count("--plugin-path here") == 3, line)


def lossy_template(where, **more):
    """A new template that refuses much, and cuts nothing."""
    template = json.loads((scaffold("template") / "acme-x.json").read_text())
    template["rows"][0]["required"] = True
    template["rows"][1]["required"] = True
    template.update(more)
    template["examples"] = []
    shutil.copytree(scaffold("template") / "samples", where / "samples")
    (where / "acme-x.json").write_text(json.dumps(template))
    return where / "acme-x.json"


@case("a made record is given a kind that is carried, and what is required")
def filled():
    path = lossy_template(folder())
    (result, messages), = checked(path, "--include", "losses", status=0).values()
    same((result, messages), ("passed", ["acme-x: 61 of 61 made records"]))


@case("losses says how many made records were refused, and why the first was")
def refused_records():
    text = (scaffold("c") / "acme-x.c").read_text().replace(
        WRITE, "    if (host->count(doc, \"facts.summary\") == 0) { comity_say(host, call, "
        "COMITY_ERROR, \"acme.no\", \"it has no summary\", NULL); return COMITY_E_INVALID; }\n"
        + WRITE)
    path = compile_plugin(folder(), text)
    (_, messages), = checked(path, "--include", "losses", status=0).values()
    count, rest = messages[-1].split(" of 61 made records; the others were refused, ")
    check(0 < int(count.split(": ")[1]) < 61, messages)
    same(rest, "the first for: it has no summary", messages)


@case("a loss in a made record that was filled in is shown again by --set")
def filled_is_shown():
    where = folder()
    text = (scaffold("c") / "acme-x.c").read_text().replace(
        GIVE, "        static int is_made;\n"
        "        if (i == 0) is_made = comity_is(text, len, \"made\");\n" +
        GIVE.replace("text, len", "i && is_made ? \"cut\" : text, i && is_made ? 3 : len")
        ).replace(
        WRITE, "    if (host->count(doc, \"id\") == 0) { struct comity_diag d = {.struct_size ="
        " sizeof d, .severity = COMITY_ERROR, .code = \"model.required\", .message = \"no id\","
        " .field = \"id\"}; host->report(call, &d); return COMITY_E_INVALID; }\n" + WRITE)
    compile_plugin(where / "here", text)
    done = run("plugins", "check", "--json", "--include", "losses", "here/x.so",
               cwd=where).ends(7)
    (_, messages), = results(done).values()
    check("acme-x: 61 of 61 made records" in messages, messages)
    line = [c for c in commands(messages) if "--made" in c][-1]
    check(" --set kind=mutual-legal-assistance --set id=made " in line, messages)
    done = typed(line, where)
    same(done.returncode, 0, f"{line}: {done.stderr}")
    check(b"cut" in done.stdout, line, done.stdout)


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


@case("a template that looks for a member which no row writes does not know what it writes")
def not_known_again():
    where = folder()
    template = json.loads((scaffold("template") / "acme-x.json").read_text())
    template["detect"] = {"all": ["acme_x/number", "acme_x/version"], "score": 80}
    template["rows"].append({"at": "acme_x/version", "keep": True})
    sample = json.loads((scaffold("template") / "samples" / "request.json").read_text())
    sample["acme_x"]["version"] = "2"
    (where / "samples").mkdir()
    (where / "samples" / "request.json").write_text(json.dumps(sample))
    (where / "acme-x.json").write_text(json.dumps(template))
    (result, messages), = checked(where / "acme-x.json", "--include", "recognized").values()
    same((result, messages), ("failed", [
        f"acme-x is not recognized in what it writes itself, {what}: that is taken for none"
        for what in ("the sample request.json without what was kept", "a made record")]))


@case("round-trip tells of a loss that is reported while the sample is read")
def lost_on_reading():
    text = (scaffold("c") / "acme-x.c").read_text()
    path = compile_plugin(folder(), text.replace(KEEP, "            status = COMITY_OK;"))
    (result, messages), = checked(path, "--include", "round-trip").values()
    same(result, "failed", messages)
    check("of the sample request.json something is lost when it is read: " in messages[0],
          messages)


@case("no-memory names the plugin by its file, as addr2line takes it")
def who_asked():
    if UNDER_ASAN:
        skip("a build with a sanitizer takes memory by itself")
    text = (scaffold("c") / "acme-x.c").read_text().replace(
        WRITE, "    void *m = malloc(9); if (!m) return comity_write(host, out, \"{}\"); "
        "free(m);\n" + WRITE).replace(INCLUDES, INCLUDES + "\n#include <stdlib.h>")
    path = compile_plugin(folder(), text)
    (result, messages), = checked(path, "--include", "no-memory").values()
    same(result, "failed", messages)
    asked = messages[0].split("asked for by ")[1].split(", ")[0]
    check(asked.startswith("x.so+0x"), messages)
    if shutil.which("addr2line"):
        found = subprocess.run(["addr2line", "-f", "-e", str(path), asked.split("+")[1]],
                               capture_output=True, check=True)
        same(found.stdout.split()[0], b"write_document", asked)


UNREAD = ["foreign", "noticed", "round-trip", "same-bytes", "places", "slow-input", "conduct",
          "no-memory", "leaks", "limits", "cancelled", "threads", "damaged"]


@cases("where no sample is read, what needs one is skipped: {0}", [
    ("it is refused", READ, "    comity_say(host, call, COMITY_ERROR, \"acme.no\", \"no\", "
     "root); return COMITY_E_INVALID;\n" + READ),
    ("it is not recognized", "    static const char mark[]",
     "    return 0;\n    static const char mark[]")])
def unread(_what, place, instead):
    text = (scaffold("c") / "acme-x.c").read_text()
    path = compile_plugin(folder(), text.replace(place, instead))
    options = [word for name in UNREAD for word in ("--include", name)]
    found = checked(path, *options, status=0)
    skipped = {n: m[-1] for n, (r, m) in found.items() if r == "skipped"}
    same(list(skipped), UNREAD, found)
    asan = {"no-memory", "leaks"} if UNDER_ASAN else set()
    for name in set(UNREAD) - asan:
        check(skipped[name].startswith("no sample is read"), skipped)


# --- values that nobody notices

SILENT = """#include <comity/sdk.h>
static const struct comity_host *host;
static comity_status init(const struct comity_host *given, struct comity_call *call)
{ (void)call; host = given; return COMITY_OK; }
static int32_t probe(const uint8_t *head, size_t size)
{ return size > 4 && memmem(head, size, "lamp", 4) ? 80 : 0; }
static comity_status read(struct comity_call *call, const struct comity_node *root,
                          struct comity_doc *doc)
{
    const struct comity_node *seen = host->node_find(call, root, "seen");
    comity_status status = comity_put_node(host, doc, "id", seen);
    return status ? status : host->put(doc, "kind", "mutual-legal-assistance", 23, root);
}
static const struct comity_reader reader = {.struct_size = sizeof reader, .read = read};
static const struct comity_column columns[] = {{"seen", 5, 5}, {"other", 10, 0}, {0}};
static const struct comity_line lines[] = {{"l", "lamp", 0, 0, columns}, {0}};
static const struct comity_format format = {
    .struct_size = sizeof format, .id = "lamp", .title = "Lamp", .syntax = "SYNTAX",
    .lines = LINES, .probe = probe, .reader = &reader};
static const struct comity_format *const formats[] = {&format, NULL};
const struct comity_plugin *comity_plugin_v1(void)
{
    static const struct comity_plugin plugin = {
        .struct_size = sizeof plugin, .abi_minor = COMITY_ABI_MINOR, .id = "lamp",
        .version = "1", .vendor = "x", .license = "x", .formats = formats, .init = init};
    return &plugin;
}
"""
SILENT_SAMPLES = [
    ("json",
     '{"lamp": {"a": "x\\u0041\\n", "b": [19, true, false, null, "", "-"]}, "seen": "1",'
     ' "\\u00e9": "\u0436", "c": "\\u0041"}',
     ["/lamp/a", "/lamp/b/0", "/lamp/b/1", "/lamp/b/2", "/\u00e9"]),
    ("xml",
     '<?xml version="1.0"?><lamp a = "x>y" b=\'&amp;\'><seen>1</seen><c d="2">&lt;<!-- c -->'
     '<?p q?>k</c><e> m <f/> n</e><g><![CDATA[h]]></g><i>&amp;</i></lamp>',
     ["/lamp/@a", "/lamp/c", "/lamp/c/@d", "/lamp/e/text()[1]", "/lamp/e/text()[2]",
      "/lamp/g"]),
    ("lines", "lamp 12345 more\nstray line\n", ["/l[1]/seen[1]", "/l[1]/other[2]", "/line[2]"]),
]


@cases("noticed names what a plugin of {0} marks as read and leaves out", SILENT_SAMPLES)
def silent(syntax, sample, places):
    path = compile_plugin(folder(), SILENT.replace("SYNTAX", syntax).replace(
        "LINES", "lines" if syntax == "lines" else "NULL"))
    (path.parent / "samples" / "request.json").unlink()
    (path.parent / "samples" / f"a.{syntax}").write_text(sample)
    found = checked(path)
    same([n for n, (r, _) in found.items() if r == "failed"], ["noticed"], found)
    messages = [m for m in found["noticed"][1] if m.startswith("the sample")]
    same(messages, [f"the sample a.{syntax}: {place} can be anything: the plugin neither puts "
                    "nor keeps it, and reports nothing" for place in places])


@case("noticed says where a checksum keeps it from finding out")
def guarded():
    text = SILENT.replace("SYNTAX", "json").replace("LINES", "NULL").replace(
        "    comity_status status = ", """    size_t len = 0, sum = 0, told = 0;
    for (const struct comity_node *node = host->node_first(call, root); node;
         node = host->node_next(call, node)) {
        const char *text = host->node_text(node, &len);
        for (size_t i = 0; i < len; i++)
            *(node == seen ? &told : &sum) = node == seen ? told * 10 + (size_t)(text[i] - '0')
                                                          : sum + (size_t)text[i];
    }
    if (sum != told)
        comity_say(host, call, COMITY_ERROR, "lamp.sum", "the sum is another", seen);
    if (sum != told)
        return COMITY_E_INVALID;
    comity_status status = """)
    path = compile_plugin(folder(), text)
    (path.parent / "samples" / "request.json").write_text(json.dumps(
        {"lamp": "a", "b": "b", "c": "c", "seen": str(ord("a") + ord("b") + ord("c"))}))
    (_, messages), = checked(path, "--include", "noticed", status=0).values()
    check(messages[0].startswith("the sample request.json: with 3 of 4 values changed it is "
                                 "refused by the same error [lamp.sum]"), messages)


@case("of a sample with many values noticed tries 400, from all over it")
def many_values():
    path = compile_plugin(folder(), SILENT.replace("SYNTAX", "json").replace("LINES", "NULL"))
    (path.parent / "samples" / "request.json").write_text(
        json.dumps({"lamp": [str(n) for n in range(1000)], "seen": "1"}))
    (result, messages), = checked(path, "--include", "noticed").values()
    same(result, "failed", messages)
    check(any("380 more faults" in m for m in messages), messages)
    same(messages[-2 if "more faults" in messages[-1] else -1], "400 values were changed")


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
     '        status = write_kept(doc, out, kept[i], &between);', "    (void)write_kept;",
     "loss.kept", None),
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
