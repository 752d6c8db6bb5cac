# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pages of the guide as sessions: their commands, typed one after the other, what they show,
and the C that goes into the plugin's source.

A block that is indented by four columns is commands, one a line, each of which ends with 0;
with "$ " before its commands it shows what they print, too.  Of that, a line "..." stands for
any lines, and "..." in a line for any text.  A block of C between ``` replaces the definition
of the same name in the folder's one C file, or is put before init().
"""
import pathlib
import re
import subprocess

from tap import check

FENCE = re.compile(r"```(\w*)$")
HEREDOC = re.compile(r"<<'(\w+)'")


def blocks(page):
    """(sort, lines) of each block of code: "c" and the like, or "shell"."""
    lines, found, at = page.splitlines(), [], 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        if fence:
            end = lines.index("```", at + 1)
            found.append((fence.group(1), lines[at + 1:end]))
            at = end + 1
        elif lines[at].startswith("    ") and not lines[at - 1].strip():
            end = at
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end]):
                end += 1
            found.append(("shell", [line[4:] for line in lines[at:end]]))
            at = end
        else:
            at += 1
    return found


def commands(lines):
    """(command, lines that it shows or None) of a shell block."""
    is_session = lines[0].startswith("$ ")
    rest, found = list(lines), []
    while rest:
        line = rest.pop(0)
        if not line:
            continue
        if is_session:
            check(line.startswith("$ "), f"it is no command: {line}")
            line = line[2:]
        heredoc = HEREDOC.search(line)
        while heredoc:
            line += "\n" + rest[0]
            if rest.pop(0) == heredoc.group(1):
                break
        shown = [] if is_session else None
        while is_session and rest and not rest[0].startswith("$ "):
            shown.append(rest.pop(0))
        while shown and not shown[-1]:
            shown.pop()
        found.append((line, shown))
    return found


def shows(shown, printed):
    """True if what was printed is what the page shows."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else
                      re.escape(line).replace(re.escape("..."), ".*") + "\n" for line in shown)
    return re.fullmatch(pattern, printed) is not None


NAMED = re.compile(r"^(?:static [^{;]*?|\} )(\w+)(?:\[\])?\s*[(=;]", re.M)
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def definitions(lines):
    """Name -> first line and the one behind the last, of what a C file defines as static."""
    found, start, depth = {}, None, 0
    for at, line in enumerate(lines):
        if start is None and line.startswith("static "):
            start = at
        if start is None:
            continue
        bare = STRING.sub("", line)
        depth += bare.count("{") - bare.count("}")
        if depth == 0 and re.search(r"[;}]\s*(/\*.*)?$", bare):
            name = NAMED.search("\n".join(lines[start:at + 1]))
            if name:
                found[name.group(1)] = (start, at + 1)
            start = None
    return found


def put_in(folder, block):
    """Does with a block of C what the page says."""
    sources = list(folder.glob("*.c"))
    check(len(sources) == 1, f"C code, and not one C file to put it into: {sources}")
    lines = sources[0].read_text(encoding="utf-8").splitlines()
    there, new = definitions(lines), definitions(block)
    check(len(new) == 1, f"a block of C that defines {list(new)}", *block)
    name = next(iter(new))
    start, end = there.get(name, (there["init"][0],) * 2)
    lines[start:end] = block if name in there else [*block, ""]
    sources[0].write_text("\n".join(lines) + "\n", encoding="utf-8")


class Session:
    """A shell whose folder, exports and umask outlive each command, as a user's do."""

    def __init__(self, work, env):
        self.state = work / "state"
        self.folder = work / "empty"
        self.folder.mkdir()
        self.env = dict(env, HOME=str(work / "home"))
        (work / "home").mkdir()
        self.state.write_text(f"cd '{self.folder}'\n")

    def type(self, command):
        """Exit status, and what was printed."""
        script = (f". '{self.state}'\n{command}\nstatus=$?\n"
                  f"{{ export -p; echo \"cd '$PWD'\"; echo \"umask $(umask)\"; }} "
                  f"> '{self.state}'\nexit $status\n")
        done = subprocess.run(["bash", "--norc", "-c", script], env=self.env, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def where(self):
        return pathlib.Path(self.type("pwd")[1].strip())


def walk(page, session, substitutes):
    """Types a page; returns how many commands it has."""
    count = 0
    for sort, lines in blocks(page):
        if sort == "c":
            put_in(session.where(), lines)
            continue
        check(sort == "shell", f"no test runs a block of {sort or 'no language'}", *lines)
        for command, shown in commands(lines):
            count += 1
            for of_page, here in substitutes.items():
                command = command.replace(of_page, str(here))
            status, printed = session.type(command)
            check(status == 0, f"$ {command}", f"exit status {status}", printed)
            check(shown is None or shows(shown, printed), f"$ {command}",
                  *("expected: " + line for line in shown or []),
                  *("printed:  " + line for line in printed.splitlines()))
    return count
