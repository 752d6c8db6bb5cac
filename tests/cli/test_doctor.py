# SPDX-License-Identifier: LGPL-2.1-or-later
"""comity doctor: what it says of the sandbox is what a worker really may do, here and where a
layer was taken out."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import PROGRAM, case, cases, check, folder, main, run, same, skip  # noqa: E402

LAYERS = ("process", "environment", "descriptors", "no-new-privileges", "seccomp", "landlock",
          "limit.memory", "limit.core", "limit.file-size", "limit.processes", "limit.locked",
          "limit.queues", "deadline")
BUILD = pathlib.Path(PROGRAM).parent


def built(name):
    """A program of the build, without libtool's wrapper."""
    real = BUILD / ".libs" / name
    return real if real.exists() else BUILD / name


def is_sanitized():
    return b"__asan_init" in built("comity-worker").read_bytes()


def told(result):
    """What is said of each check; of those that stand several times, the gravest."""
    ranks = ["ok", "warning", "failed"]
    found = {}
    for line in result.out.splitlines():
        entry = json.loads(line)
        other = found.get(entry["check"])
        if not other or ranks.index(entry["state"]) > ranks.index(other["state"]):
            found[entry["check"]] = entry
    return found


WORKERS = ("comity", "comity-worker")  # a copy of the first, and the second


def with_fault(source, name="comity-worker"):
    """The program with a worker that has a library in front of those that it needs: its
    functions are found first.  The name of one of them is exchanged for a path as long."""
    needed = b"libcjson.so.1\0"
    where = folder()
    for other in ("comity", "comity-worker", "comity-batch", "comity-reader", "comity-submit"):
        shutil.copy(built(other), where)
    worker = built(name).read_bytes()
    if worker.count(needed) != 1:
        skip(f"{name} does not name libcjson as expected")
    number = os.getpid() % 100000
    fault = pathlib.Path(f"/tmp/{number:05d}.so")
    code = where / "fault.c"
    code.write_text(source)
    try:
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-D_GNU_SOURCE", "-o",
                        fault, code, "-Wl,--no-as-needed", "-lcjson", "-ldl"], check=True)
        (where / name).write_bytes(worker.replace(needed, str(fault).encode() + b"\0"))
        (where / name).chmod(0o755)
        return run("doctor", "--json", program=[str(where / "comity")],
                   env={"COMITY_STORE": str(folder())})
    finally:
        fault.unlink(missing_ok=True)


@case("every layer is told of, and in force here; the exit status is 0")
def _():
    result = run("doctor", "--json", env={"COMITY_STORE": str(folder())}).ends(0)
    found = told(result)
    for layer in LAYERS:
        entry = found[f"sandbox.{layer}"]
        if layer == "landlock" or (layer == "limit.memory" and is_sanitized()):
            continue
        same(entry["state"], "ok", f"{layer}: {entry}")
    for name in ("kernel", "version", "libraries", "program", "plugins", "plugins.folder",
                 "store"):
        check(name in found, f"nothing is said of {name}")
    check(os.uname().release in found["kernel"]["text"], found["kernel"])
    check(re.fullmatch(r"\d+ loaded, \d+ refused", found["plugins"]["text"]), found["plugins"])
    for entry in found.values():
        check(entry["state"] == "ok" or entry.get("hint"), f"what to do? {entry}")


@case("people are told the same as programs")
def _():
    env = {"COMITY_STORE": str(folder())}
    machine = run("doctor", "--json", env=env).ends(0)
    lines = run("doctor", env=env).ends(0).out.decode().splitlines()
    for entry in map(json.loads, machine.out.splitlines()):
        wanted = [entry["state"], entry["check"]]
        check(any(line.split()[:2] == wanted for line in lines), entry)
    check(re.fullmatch(r"0 failed, \d+ warnings?", lines[-1]), lines[-1])


@case("Landlock is said to be what the kernel has")
def _():
    entry = told(run("doctor", "--json"))["sandbox.landlock"]
    source = folder() / "abi.c"
    source.write_text("#include <stdio.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n"
                      "int main(void) { printf(\"%ld\", syscall(444, 0, 0, 1)); }\n")
    subprocess.run([os.environ.get("CC", "cc"), "-D_GNU_SOURCE", "-o", source.with_suffix(""),
                    source], check=True)
    abi = int(subprocess.run([source.with_suffix("")], stdout=subprocess.PIPE,
                             check=True).stdout)
    if abi <= 0:
        same(entry["state"], "warning", entry)
    else:
        check(f"ABI {abi}:" in entry["text"], entry)
        same(entry["state"], "ok" if abi >= 6 else "warning", entry)


# Stands before the C library's own: `%s` may use the number n and the arguments a to d.
SYSCALL = """
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
long syscall(long n, ...) {
  va_list l; va_start(l, n);
  long a = va_arg(l, long), b = va_arg(l, long), c = va_arg(l, long), d = va_arg(l, long);
  va_end(l);
  long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  %s
  return real(n, a, b, c, d);
}
"""


@cases("{0} whose filter is not loaded is found out: 7", [(n,) for n in WORKERS])
def no_filter(name):
    result = with_fault(SYSCALL % "if (n == SYS_seccomp) return 0;", name)
    entry = told(result.ends(7))["sandbox.seccomp"]
    same(entry["state"], "failed", entry)
    for deed in ("make a socket", "run a program", "start a process", "open a file"):
        check(deed in entry["text"], entry)


@cases("{0} whose filter cannot be loaded does not start: 7", [(n,) for n in WORKERS])
def bad_filter(name):
    result = with_fault(SYSCALL % "if (n == SYS_seccomp) return -1;", name)
    entry = told(result.ends(7))["sandbox.process"]
    same(entry["state"], "failed", "a process of its own")
    check(entry["text"].startswith("a copy of comity" if name == "comity" else name), entry)


@cases("a filter of {0} that lets one call pass is found out: 7", [(n,) for n in WORKERS])
def one_call(name):
    more = """
  static struct sock_filter steps[BPF_MAXINSNS] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  if (n == SYS_seccomp) {
    struct sock_fprog *filter = (struct sock_fprog *)c;
    memcpy(steps + 3, filter->filter, filter->len * sizeof *steps);
    filter->filter = steps;
    filter->len += 3;
  }"""
    entry = told(with_fault(SYSCALL % more, name).ends(7))["sandbox.seccomp"]
    same(entry["text"], "the filter of system calls is not in force; a worker could make a "
         "socket", "what is said")


@cases("Landlock that is not in force in {2} is a warning, {0}", [
    (what, answer, name) for what, answer in (("where the kernel says that it is", "0"),
                                              ("where the kernel refuses it", "-1"))
    for name in WORKERS])
def no_landlock(_, answer, name):
    if not told(run("doctor", "--json"))["sandbox.landlock"]["text"].startswith("ABI"):
        skip("the kernel has no Landlock")
    result = with_fault(SYSCALL % f"if (n == 446) return {answer};", name).ends(0)
    entry = told(result)["sandbox.landlock"]
    same(entry["state"], "warning", entry)
    check("not in force: a worker could open a file" in entry["text"], entry)
    same(told(result)["sandbox.seccomp"]["state"], "ok", "the other layer")


@case("a worker that keeps a variable and a descriptor is found out: 7")
def _():
    result = with_fault("#include <stdlib.h>\n#include <unistd.h>\n"
                        "__attribute__((constructor)) static void begin(void) {\n"
                        "  setenv(\"KEPT\", \"1\", 1); dup2(0, 77); }\n")
    found = told(result.ends(7))
    same(found["sandbox.environment"]["state"], "failed", "environment")
    same(found["sandbox.descriptors"]["state"], "failed", "descriptors")


@cases("a limit of {0} that is not set is found out: 7", [(n,) for n in WORKERS])
def no_limit(name):
    result = with_fault("#include <sys/resource.h>\n"
                        "int setrlimit(__rlimit_resource_t r, const struct rlimit *l) {\n"
                        "  (void)r; (void)l; return 0; }\n", name).ends(7)
    found = told(result)
    for limit in ("file-size", "processes"):
        same(found[f"sandbox.limit.{limit}"]["state"], "failed", limit)


@case("without its worker nothing can be isolated: 7")
def _():
    where = folder()
    shutil.copy(built("comity"), where / "comity")
    if pathlib.Path("/usr/local/libexec/comity/comity-worker").exists():
        skip("a worker is installed")
    found = told(run("doctor", "--json", program=[str(where / "comity")]).ends(7))
    same(found["sandbox.process"]["state"], "failed", "process")
    check("plugins" not in found, "plugins were looked at all the same")


@case("refused plugins, folders of others and a store that cannot be used are warnings: 0")
def _():
    mocks = pathlib.Path(os.environ.get("MOCKS", "mocks-run"))
    where, store = folder(), folder()
    where.chmod(0o755)
    shutil.copy(mocks / "no_id.so", where)
    (where / "no_id.so").chmod(0o644)
    store.chmod(0o777)
    result = run("doctor", "--json", "--plugin-path", where, "--plugin-path", where / "none",
                 env={"COMITY_STORE": str(store)}).ends(0)
    found = told(result)
    for name in ("plugins", "plugins.folder", "store"):
        same(found[name]["state"], "warning", found[name])


@case("a plugin that ends the process while it is loaded is told of, and does not end doctor")
def _():
    where = folder()
    where.chmod(0o755)
    source = where / "ends.c"
    source.write_text("#include <stdlib.h>\n"
                      "__attribute__((constructor)) static void go(void) { exit(0); }\n")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", where / "ends.so",
                    source], check=True)
    (where / "ends.so").chmod(0o644)
    found = told(run("doctor", "--json", "--plugin-path", where).ends(7))
    same(found["plugins"]["state"], "failed", found["plugins"])


@cases("{0} is wrong usage", [("doctor now",), ("doctor --isolate none",), ("doctor -f x",)])
def usage(command):
    run(*command.split()).ends(2)


main()
