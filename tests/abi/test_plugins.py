# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plugin ABI as plugins meet it: who is refused and why, what the host believes of a
plugin, what it says where a plugin is silent, and that the ABI has not moved."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
from tap import (SOURCE, case, cases, check, find, folder, group, loads, main,  # noqa: E402
                 places, run, same, skip, stands_at, unchanged)

MOCKS = pathlib.Path(os.environ.get("MOCKS", "mocks-run"))
BUILD = pathlib.Path(os.environ.get("BUILDDIR", "."))
HEADER = SOURCE / "include" / "comity" / "plugin.h"
FROZEN = HERE / "plugin-1.0.h"


def plugins(*names):
    """A folder that may be trusted, with these mocks in it."""
    path = folder()
    path.chmod(0o755)
    for name in names:
        shutil.copy(MOCKS / f"{name}.so", path)
        (path / f"{name}.so").chmod(0o644)
    return path


def comity(where, *command, stdin=b"", **more):
    more.setdefault("env", {"COMITY_PLUGIN_PATH": str(where)})
    return run(*command, stdin=stdin, **more)


def convert(names, source, to, text, *options, report=True):
    return comity(plugins(*names), "convert", "-f", source, "-t", to, *options, stdin=text,
                  report=report)


def listed(where, *command):
    """The plugins of `comity plugins` by the names of their files."""
    result = comity(where, "plugins", "--json", *command)
    return {pathlib.Path(p["path"]).name: p
            for p in map(json.loads, result.out.splitlines())}, result


def refused(where, name, reason):
    """The file is listed as refused for this reason, and `why` says the same, with status 7."""
    entry = listed(where)[0][name]
    same(entry["loaded"], False, f"{name} loaded")
    check(re.search(reason, entry["reason"]), entry)
    if name == where.name:
        return entry
    told, result = listed(where, "why", str(where / name))
    result.ends(7)
    same(told[name], entry, "what why says")
    check(reason == "." or re.search(reason.encode(),
                                     comity(where, "plugins", "why", str(where / name)).out),
          "the text of why has no reason")
    return entry


# --- refusals

REASONS = [
    ("no_entry", "no symbol comity_plugin_v1"),
    ("null_descriptor", r"comity_plugin_v1\(\) returned nothing"),
    ("too_short", "smaller than the first version"),
    ("no_id", "lacks id, version or formats"),
    ("init_fails", r"its init\(\) failed"),
    ("no_reader_function", r"reader has no read\(\)"),
    ("faulty_template", "a template has faults"),
    ("other_template", "id is not that of its format"),
]


@cases("{0} is refused: {1}", REASONS)
def _(name, reason):
    where = plugins(name)
    refused(where, f"{name}.so", reason)
    formats = comity(where, "formats").ends(0).out
    check(b"mock-" not in formats, "a format of a refused plugin is there", formats)


@cases("{0} among good plugins is a warning, and the rest works", REASONS)
def _(name, _reason):
    result = convert(["old", name, "xml_reader"], "mock-old", "mock-old", '{"id":"7"}').ends(0)
    same(result.out, b'{"id":"7"}\n', "output")
    warning, = result.of("plugin.refused")
    same(warning["severity"], "warning", "severity")
    same(pathlib.Path(warning["file"]).name, f"{name}.so", "file of the warning")
    same(result.summary["documents"], 1, "documents")
    check("error" not in {f["severity"] for f in result.findings}
          or name in ("faulty_template", "other_template"), result)


@case("a loaded plugin is listed with what it says of itself, and why ends with 0")
def _():
    where = plugins("old")
    found, result = listed(where, "why", str(where / "old.so"))
    result.ends(0)
    same(found["old.so"], {"path": str(where / "old.so"), "loaded": True, "id": "old",
                           "version": "1", "vendor": "Comity tests",
                           "license": "LGPL-2.1-or-later"}, "entry")


@case("what init() reports is passed on, and deinit() is not called after it failed")
def _():
    result = convert(["old", "init_fails"], "mock-old", "mock-old", '{"id":"7"}').ends(0)
    same([f["message"] for f in result.of("mock.no-engine")], ["the engine is not there"],
         "what init() reports")
    check(b"init_fails: deinit" not in result.err, result)


@case("a faulty template names its place; the plugin's other formats are not there either")
def _():
    where = plugins("faulty_template")
    result = comity(where, "formats", "--isolate", "none").ends(0)
    check(b"mock-good" not in result.out and b"template.so:2:9: error" in result.err, result)
    same(result.err.count(b"faulty_template: deinit"), 1, "calls of deinit()")


@case("deinit() of a loaded plugin is called once")
def _():
    result = comity(plugins("old", "keeps"), "formats", "--isolate", "none")
    same(result.err.count(b"old: deinit"), 1, "calls")


@case("a file that everybody may write to is refused")
def _():
    where = plugins("old")
    (where / "old.so").chmod(0o646)
    refused(where, "old.so", "everybody may write")


@case("a link is refused, even to a good plugin")
def _():
    where, other = plugins(), plugins("old")
    (where / "old.so").symlink_to(other / "old.so")
    refused(where, "old.so", "it is a link")


@case("a folder with the name of a plugin is refused")
def _():
    where = plugins()
    (where / "x.so").mkdir()
    refused(where, "x.so", "no regular file")


@case("a folder that everybody may write to is refused as a whole")
def _():
    where = plugins("old")
    where.chmod(0o757)
    refused(where, where.name, "everybody may write")
    same(list(listed(where)[0]), [where.name], "what is listed")
    check(b"mock-old" not in comity(where, "formats").out, "its plugin was loaded")


@case("a folder that is a link, or not there, or no folder, is refused")
def _():
    where, other = plugins(), plugins("old")
    (where / "link").symlink_to(other)
    (where / "file").write_text("x")
    for name, reason in (("link", "it is a link"), ("none", "No such file"),
                         ("file", "no folder")):
        entry = listed(where / name)[0][name]
        check(not entry["loaded"] and reason in entry["reason"], entry)


@cases("{0} named x.so is refused", [("text",), ("nothing",), ("the head of a plugin",),
                                      ("a twentieth of a plugin",), ("half a plugin",)])
def _(what):
    where = plugins("old")
    whole = (where / "old.so").read_bytes()
    (where / "x.so").write_bytes({
        "text": b"this is text\n", "nothing": b"", "the head of a plugin": whole[:40],
        "a twentieth of a plugin": whole[:len(whole) // 20],
        "half a plugin": whole[:len(whole) // 2]}[what])
    refused(where, "x.so", ".")
    same(listed(where)[0]["old.so"]["loaded"], True, "the good one beside it")


@case("what is no .so and no .json is not looked at, nor what begins with a dot")
def _():
    where = plugins("old")
    for name in ("old.so.1", ".old.so", "old.txt"):
        shutil.copy(where / "old.so", where / name)
    same(list(listed(where)[0]), ["old.so"], "what is listed")
    comity(where, "plugins", "why", str(where / "old.txt")).ends(7)


@case("all mocks in one folder do not disturb each other")
def _():
    where = plugins(*(p.stem for p in MOCKS.glob("*.so")))
    found, result = listed(where)
    result.ends(0)
    same(sorted(n for n, p in found.items() if not p["loaded"]),
         sorted(f"{name}.so" for name, _ in REASONS), "refused")
    same(len(found), len(list(MOCKS.glob("*.so"))), "plugins listed")


CLASH = """
#include <stdlib.h>
#include <comity/plugin.h>
#define CLASH(name) __attribute__((visibility("default"))) void name(void) { abort(); }
CLASH(comity_open) CLASH(comity_convert) CLASH(arena_grow) CLASH(tree_add) CLASH(xmlFree)
CLASH(cJSON_Delete) CLASH(nettle_sha256_init) CLASH(memfd_create) CLASH(iconv_open) CLASH(poll)
static const struct comity_format *const formats[] = {NULL};
static const struct comity_plugin plugin = {.struct_size = sizeof plugin, .id = "clash",
    .version = "1", .vendor = "tests", .license = "LGPL-2.1-or-later", .formats = formats};
__attribute__((visibility("default"))) const struct comity_plugin *comity_plugin_v1(void)
{ return &plugin; }
"""


@cases("a plugin with the names of functions that others use harms nobody, --isolate {}",
       [("none",), ("process",)])
def clash(how):
    where = plugins("old", "xml_reader")
    (where / "clash.c").write_text(CLASH)
    done = tool(*shlex.split(os.environ.get("CC", "cc")), "-shared", "-fPIC", "-w",
                f"-I{SOURCE / 'include'}", "-o", str(where / "aclash.so"),
                str(where / "clash.c"))
    same(done.returncode, 0, done.stderr)
    (where / "aclash.so").chmod(0o755)
    check(listed(where)[0]["aclash.so"]["loaded"], "it is not loaded")
    for source, target, text in (("mock-old", "convention-json", '{"id":"7"}'),
                                 ("mock-old", "convention-xml", '{"id":"7"}')):
        without = convert(["old", "xml_reader"], source, target, text).ends(0).out
        same(comity(where, "convert", "--isolate", how, "-f", source, "-t", target,
                    stdin=text).ends(0).out, without, "output")


# --- growth

@cases("{0} is loaded and works", [("old",), ("future",)])
def _(name):
    result = convert([name], f"mock-{name}", f"mock-{name}", '{"id":"7"}').ends(0)
    same(result.out, b'{"id":"7"}\n', "output")
    same(result.graver("error") + result.graver("loss"), [], "findings")


@case("a report that is larger than the host knows is taken")
def _():
    result = convert(["future"], "mock-future", "mock-future", '{"id":"7"}').ends(0)
    same([f["severity"] for f in result.of("mock.host-too-old")], ["warning"], "the report")


@case("a plugin whose structs end as early as they may works")
def _():
    result = comity(plugins("short", "old"), "convert", "-t", "mock-old", report=True,
                    stdin='{"short":"S-1"}')
    same(result.ends(0).out, b'{"id":"S-1"}\n', "output")
    same(result.findings, [], "findings")


# --- what is believed of a plugin

@case("a probe of more than 100 is not believed; by name the format is read")
def _():
    where = plugins("probe_over", "old", "short")
    comity(where, "detect", stdin='{"x":1}').ends(6)
    found = comity(where, "detect", "--json", stdin='{"short":"1"}').ends(0)
    check(b"mock-probe-over" not in found.out and b"mock-short" in found.out, found)
    same(comity(where, "convert", "-f", "mock-probe-over", "-t", "mock-old",
                stdin='{"id":"7"}').ends(0).out, b'{"id":"7"}\n', "output")


@case("what a reader passes over and a writer forgets is a loss, at its place, and counted")
def _():
    text = '{"id":"1",\n "é":"", "family":"QUORN", "given":"Zara",\n "shoe":"44"}'.encode()
    result = convert(["drops_member"], "mock-drops", "mock-drops", text).ends(0)
    same(result.out, b'{"id":"1","family":"QUORN"}\n', "output")
    where = places(text)
    unread = result.of("loss.unread")
    same([f["source"] for f in unread], ["/é", "/shoe"], "values that were not read")
    forgotten, = result.of("loss.field")
    same((forgotten["source"], forgotten["field"]), ("/given", "persons[0].name.given"), "loss")
    for finding in unread + [forgotten]:
        same(finding["severity"], "loss", "severity")
        same(finding["format"], "mock-drops", "format")
        stands_at(finding, text, where[finding["source"]])
    same(len(result.graver("loss")), 3, "losses")
    same((result.summary["mapped"], result.summary["dropped"]), (2, 3), "mapped and dropped")


@cases("--fail-on loss stops what a plugin left in silence: {0}",
       [('{"id":"1","shoe":"44"}',), ('{"id":"1","given":"Zara"}',)])
def _(text):
    result = convert(["drops_member"], "mock-drops", "mock-drops", text, "--fail-on", "loss")
    same(result.ends(5).out, b"", "output")
    same(result.summary["failed"], 1, "failed")


@case("a value that another one was put over is a loss")
def _():
    text = b'{"old":"1",\n"id":"2"}'
    result = convert(["puts_twice", "old"], "mock-twice", "mock-old", text).ends(0)
    same(result.out, b'{"id":"2"}\n', "output")
    loss, = result.graver("loss")
    same((loss["code"], loss["source"]), ("loss.unread", "/old"), "the loss")
    stands_at(loss, text, places(text)["/old"])
    same((result.summary["mapped"], result.summary["dropped"]), (1, 1), "mapped and dropped")


@case("a value that another one was put over is none where it was kept")
def _():
    result = convert(["puts_twice"], "mock-twice", "convention-json",
                     b'{"both":"1",\n"id":"2"}').ends(0)
    same(result.graver("loss"), [], "losses")
    same(json.loads(result.out)["kept"], {"mock-twice": {"/both": "1"}}, "what is kept")


@cases("a value that several nodes say, {0}",
       [("the second behind the first", '"first":"A","second":"B"', []),
        ("over one that is gone", '"old":"A","first":"A","second":"B"', ["/old"])])
def _(_name, members, lost):
    result = convert(["puts_twice"], "mock-twice", "convention-json",
                     f'{{{members},"id":"2"}}'.encode()).ends(0)
    same([f["source"] for f in result.graver("loss")], lost, "losses")
    same(json.loads(result.out)["facts"], {"summary": "A B"}, "the value")


@cases("a plugin that fails and is silent is named: {0}",
       [('{"fail":1}', "read"), ('{"id":"half"}', "write")])
def _(text, verb):
    result = convert(["fails_silently"], "mock-silent", "mock-silent", text).ends(7)
    same(result.out, b"", "output")
    finding, = result.graver("error")
    same((finding["code"], finding["format"]), ("plugin.failed", "mock-silent"), "the error")
    check("mock-silent" in finding["message"] and verb in finding["message"], finding)
    if verb == "read":
        check('put("facts.sumary") gave -8' in finding["message"], finding)
    same((result.summary["documents"], result.summary["failed"]), (0, 1), "the summary")


@case("documents beside a failing one are converted, and nothing of that one is written")
def _():
    result = convert(["fails_silently"], "mock-silent", "mock-silent",
                     '{"id":"1"}\n{"fail":1}\n{"id":"half"}\n{"id":"2"}\n').ends(3)
    same(result.out, b'{"id":"1"}\n{"id":"2"}\n', "output")
    same([f["line"] for f in result.of("plugin.failed")], [2, 3], "lines of the failures")
    same((result.summary["documents"], result.summary["failed"]), (2, 2), "the summary")


@cases("a plugin reports: {0}", [("note", "note", 0), ("loss", "loss", 0),
                                 ("error", "error", 4), ("invalid", "error", 4),
                                 ("severity", "error", 4)])
def _(what, severity, status):
    text = b'{\n "do":"%s"}' % what.encode()
    result = convert(["reports_error", "old"], "mock-reports", "mock-old", text).ends(status)
    finding, = result.findings
    stands_at(finding, text, places(text)["/do"])
    same({k: finding[k] for k in ("severity", "code", "message", "hint", "field", "source",
                                  "format")},
         {"severity": severity, "code": "mock.bad", "message": "the value is bad",
          "hint": "make it good", "field": "id", "source": "/do", "format": "mock-reports"},
         "the finding")
    same(result.out != b"", status == 0, "output is written")


@case("a report that ends after its message is taken; one without a code is none")
def _():
    result = convert(["reports_error", "old"], "mock-reports", "mock-old", '{"do":"short"}')
    same([(f["severity"], f["code"]) for f in result.ends(0).findings],
         [("warning", "mock.short")], "findings")
    result = convert(["reports_error", "old"], "mock-reports", "mock-old", '{"do":"code"}')
    same([f["code"] for f in result.ends(7).findings], ["plugin.failed"], "findings")


@case("paths that do not exist, and bytes that are no text, are COMITY_E_USAGE and not mapped")
def _():
    result = convert(["wrong_path"], "mock-wrong-path", "mock-wrong-path",
                     '{"id":"1","value":"v"}').ends(0)
    same(result.out, b'{"id":"1"}\n', "output")
    same([f["message"] for f in result.of("mock.put", "mock.keep", "mock.get")],
         ["usage"] * 13, "answers")
    same(result.graver("warning"), [], "other answers")
    same([f["source"] for f in result.graver("loss")], ["/value"], "losses")


@case("a plugin that gives a format what it cannot be is told from one that is not there")
def _():
    where = plugins("a_twin", "probe_over")
    comity(where, "convert", "-f", "mock-twin", "-t", "convention-json", stdin="{}").ends(2)
    comity(where, "convert", "-t", "mock-probe-over", stdin="{}").ends(2)
    comity(where, "convert", "-t", "mock-none", stdin="{}").ends(7)


# --- options, twins, what is kept, XML

@cases("options: -t mock-options{0}", [
    ("", "red", None), (":colour=blue", "blue", None), (":colour=a=b", "a=b", None),
    (":size=4,colour=blue", "blue", "4"), (":colour=", "", None), (":size=4", "red", "4")])
def _(spec, colour, size):
    result = convert(["takes_options", "old"], "mock-old", "mock-options" + spec, '{"id":"1"}')
    same(json.loads(result.ends(0).out),
         {"colour": colour, "size": size, "undeclared": None, "id": "1"}, "output")


@case("a reader has its options too")
def _():
    result = convert(["takes_options"], "mock-options:colour=post", "convention-json",
                     '{"id":"1"}').ends(0)
    same(find(loads(result.out), "channel"), "post", "what the option set")


@cases("an option that was not declared ends with 2: {0} to {1}", [
    ("mock-options", "mock-options:none=1"), ("mock-options:none=1", "mock-options"),
    ("mock-options", "mock-options:colour=blue,none=1"),
    ("mock-options", "mock-options:colou=1"), ("mock-options", "mock-old:colour=1"),
    ("mock-options", "mock-options:")])
def _(source, to):
    result = convert(["takes_options", "old"], source, to, '{"id":"1"}').ends(2)
    same(result.out, b"", "output")
    same([f["code"] for f in result.findings], ["plugin.unknown-option"], "findings")


@case("comity formats ID lists the options")
def _():
    out = comity(plugins("takes_options"), "formats", "mock-options").ends(0).out.decode()
    check("option colour=red (text): the colour" in out and "option size= (number)" in out, out)


@case("all formats of a template of several are the plugin's")
def _():
    template = {"comity_template": 1, "id": "acme", "title": "t", "syntax": ["json", "xml"],
                "root": "a", "namespaces": {}, "kinds": ["mutual-legal-assistance"],
                "detect": {"all": ["n"], "score": 50}, "rows": [{"at": "n", "field": "id"}]}
    where = plugins()
    (where / "acme.json").write_text(json.dumps(template))
    lines = comity(where, "formats", "--json").ends(0).out.splitlines()
    same([(f["id"], f.get("plugin")) for f in map(json.loads, lines)
          if f["id"].startswith("acme")],
         [("acme-json", "acme-json"), ("acme-xml", "acme-json")])


@case("of two formats with one id the first wins and the second is said to be shadowed")
def _():
    where = plugins("a_twin", "b_twin", "old")

    def twins(*command):
        lines = comity(where, "formats", "--json", *command).ends(0).out.splitlines()
        return [(f["plugin"], f["shadowed"]) for f in map(json.loads, lines)
                if f["id"] == "mock-twin"]

    same(twins(), [("a-twin", False), ("b-twin", True)], "twins")
    lines = [line for line in comity(where, "formats").out.decode().splitlines()
             if line.startswith("mock-twin")]
    same(["(shadowed)" in line for line in lines], [False, True], "lines that say shadowed")
    write = ["convert", "-f", "mock-old", "-t", "mock-twin"]
    same(comity(where, *write, stdin='{"id":"1"}').ends(0).out, b'"a"\n', "output")
    first = ["--plugin-path", str(plugins("b_twin"))]  # comes before the environment
    same(twins(*first)[0], ("b-twin", False), "first twin")
    same(comity(where, *write, *first, stdin='{"id":"1"}').ends(0).out, b'"b"\n', "output")


KEPT = '{"extra":{"a":[1,2.50,"x",null],"b":{}},"id":"1"}'


@case("what a reader keeps its writer can give back, by way of the canonical form too")
def _():
    result = convert(["keeps"], "mock-keeps", "mock-keeps", KEPT).ends(0)
    unchanged(loads(KEPT), loads(result.out))
    same(result.graver("loss"), [], "losses")
    same((result.summary["mapped"], result.summary["kept"]), (1, 5), "mapped and kept")
    canonical = convert(["keeps"], "mock-keeps", "convention-json", KEPT).ends(0).out
    same(find(loads(canonical), "kept", "mock-keeps"),
         group([("/extra", find(loads(KEPT), "extra"))]), "kept")
    for via in ("convention-json", "convention-xml"):
        middle = convert(["keeps"], "mock-keeps", via, KEPT).ends(0).out
        back = convert(["keeps"], via, "mock-keeps", middle).ends(0)
        unchanged(loads(KEPT), loads(back.out), f"the document by way of {via}")


@case("what was kept for one format is a loss in another")
def _():
    text = b'{"id":"1",\n"extra":{"a":[1,2]}}'
    result = convert(["keeps", "old"], "mock-keeps", "mock-old", text).ends(0)
    loss, = result.graver("loss")
    same((loss["code"], loss["source"]), ("loss.kept", "/extra"), "the loss")
    stands_at(loss, text, places(text)["/extra"])
    same((result.summary["kept"], result.summary["dropped"]), (0, 2), "kept and dropped")


@case("XML is recognized and read by code: elements, attributes, what was not read")
def _():
    text = b'<case number="7">\n<family>QUORN</family><shoe>44</shoe></case>'
    result = comity(plugins("xml_reader"), "convert", "-t", "convention-json", stdin=text,
                    report=True).ends(0)
    document = loads(result.out)
    same((find(document, "id"), find(document, "persons", 0, "name", "family")),
         ("7", "QUORN"), "values")
    loss, = result.graver("loss")
    same((loss["code"], loss["source"]), ("loss.unread", "/case/shoe"), "the loss")
    stands_at(loss, text, text.index(b"<shoe>"))
    same((result.summary["mapped"], result.summary["dropped"]), (2, 1), "the summary")


@case("XML that the reader does not expect is its own error")
def _():
    result = convert(["xml_reader", "old"], "mock-xml", "mock-old", '<other number="7"/>')
    same([f["code"] for f in result.ends(4).findings], ["mock.kind"], "findings")


# --- the ABI itself

def tool(*command):
    if not shutil.which(command[0]):
        skip(f"no {command[0]}")
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@case("plugins export comity_plugin_v1 and nothing else")
def _():
    for path in sorted(MOCKS.glob("*.so")):
        lines = tool("nm", "-D", "--defined-only", str(path)).stdout.splitlines()
        names = {line.split()[-1] for line in lines if re.search(" [A-Z] ", line)}
        names = {n for n in names if not re.match("__asan_|__odr_asan|_init$|_fini$|__gcov|"
                                                  "mangle_path$", n)}
        same(names, {"comity_plugin_v2" if path.stem == "no_entry" else "comity_plugin_v1"},
             f"what {path.name} exports")


@case("plugins link to nothing of ours and need nothing of the program")
def _():
    for path in sorted(MOCKS.glob("*.so")):
        needed = re.findall(r"NEEDED.*\[(.*)\]", tool("readelf", "-d", str(path)).stdout)
        check(not [n for n in needed if "comity" in n], f"{path.name} needs {needed}")
        wanted = tool("nm", "-D", "--undefined-only", str(path)).stdout
        check("comity" not in wanted, f"{path.name} wants {wanted}")


PLUGIN_CXX = """#include <comity/plugin.h>
static const comity_host *host;
static comity_status init(const comity_host *given, comity_call *)
{
    host = given;
    return COMITY_HAS(comity_host, host, write) ? COMITY_OK : COMITY_E_UNSUPPORTED;
}
static comity_status write(comity_call *, comity_doc *, comity_out *out)
{
    return host->write(out, "\\"C++\\"\\n", 6);
}
static const comity_writer writer = {sizeof writer, 0, write};
static const comity_format format = {sizeof format, 0, "mock-cxx", "in C++", "json", nullptr,
    nullptr, nullptr, nullptr, nullptr, nullptr, 0, nullptr, &writer, nullptr};
static const comity_format *const formats[] = {&format, nullptr};
static const comity_plugin plugin = {sizeof plugin, COMITY_ABI_MINOR, "cxx", "1", "tests",
    "LGPL-2.1-or-later", formats, init, nullptr, nullptr};
const comity_plugin *comity_plugin_v1(void) { return &plugin; }
"""


@case("the header compiles as C++17, and a plugin written in it works")
def _():
    where = plugins("old")
    compiler = shlex.split(os.environ.get("CXX", "")) or ["g++"]
    (where / "cxx.cpp").write_text(PLUGIN_CXX)
    # what was appended to a struct since it was written stays zero, as is wanted
    done = tool(*compiler, "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                "-Wno-missing-field-initializers", "-shared",
                "-fPIC", "-fvisibility=hidden", f"-I{SOURCE / 'include'}", "-o",
                str(where / "cxx.so"), str(where / "cxx.cpp"))
    same(done.returncode, 0, done.stderr)
    (where / "cxx.so").chmod(0o755)
    same(comity(where, "convert", "-f", "mock-old", "-t", "mock-cxx",
                stdin="{}").ends(0).out, b'"C++"\n', "output")


@case("the layout is that of the first version; a struct may have grown")
def _():
    was = (HERE / "layout-1.txt").read_text().splitlines()
    now = tool(str(BUILD / "tests" / "abi" / "layout")).stdout.splitlines()
    if now[0] != was[0]:
        skip("pointers of another size")
    if minor() == 0:
        same(now, was, "the layout")
    now = dict(line.rsplit(" ", 1) for line in now)
    for what, number in (line.rsplit(" ", 1) for line in was):
        check(what in now, f"{what} is gone")
        grown = what.endswith(" sizeof") and int(now[what]) >= int(number)
        check(now[what] == number or grown, f"{what} was {number} and is {now[what]}")


@case("the layout names every field of every struct of the header")
def _():
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    printed = set(re.findall(r"^(\w+\.\w+) ",
                             tool(str(BUILD / "tests" / "abi" / "layout")).stdout, re.M))
    declared = set()
    for tag, body in re.findall(r"^struct (\w+) \{(.*?)^\};", text, re.S | re.M):
        for member in body.split(";"):
            call = re.search(r"\(\*(\w+)\)\(", member)
            names = [call[1]] if call else [re.findall(r"\w+", part)[-1]
                                            for part in member.split(",") if part.strip()]
            declared.update(f"{tag}.{name}" for name in names)
    same(sorted(declared), sorted(printed), "fields")


def minor():
    return int(re.search(r"#define COMITY_ABI_MINOR (\d+)u", HEADER.read_text())[1])


@case("the header has only grown since the first version")
def _():
    if minor() == 0:
        same(HEADER.read_bytes(), FROZEN.read_bytes(), "the header, its minor being 0")
    lines = iter(HEADER.read_text().splitlines())
    for line in FROZEN.read_text().splitlines():
        check("COMITY_ABI_MINOR 0u" in line or line in lines,  # in their order
              f"a line of the first version is gone: {line}")


main(every=4)
