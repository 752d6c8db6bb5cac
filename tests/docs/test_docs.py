# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the README and the pages promise, run: every command line, every template shown."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.message import EmailMessage

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import PROGRAM, SOURCE, case, check, folder, main, run, same  # noqa: E402

README = (SOURCE / "README.md").read_text(encoding="utf-8")
SAMPLES = SOURCE / "examples" / "samples"
# What a command of the README may end with, beside 0: the sample request has losses.
MAY_END = {"diff": {0, 3}, "--fail-on": {5}, "plugins": {7}}


def shell(line, **more):
    return subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=False,
                          **more)


def commands(page=README):
    for line in page.splitlines():
        match = re.match(r"    (comity .*?)(\s+#.*)?$", line)
        if match:
            yield match.group(1)


def archives(work):
    """What the pages on batches convert, each with notices."""
    notices = SAMPLES / "red-notices.ndjson"
    with tarfile.open(work / "archive.tar", "w") as archive:
        archive.add(notices, "notices.ndjson")
    subprocess.run(["zstd", "-q", "--rm", work / "archive.tar"], check=True)
    with zipfile.ZipFile(work / "archive.zip", "w") as archive:
        archive.write(notices, "notices.ndjson")
    for name in ("2004", "2005"):
        (work / name).mkdir()
        shutil.copy(notices, work / name)
    message = EmailMessage()
    message["From"] = "registry@example.org"
    message.set_content("see the attachment")
    message.add_attachment(notices.read_bytes(), maintype="application", subtype="json",
                           filename="notices.ndjson")
    (work / "mail.mbox").write_bytes(
        b"From registry@example.org Mon Mar  2 09:00:00 2026\n" + message.as_bytes() + b"\n")


@case("every command line at the head of the page on batches does what it says")
def _():
    work = folder()
    archives(work)
    page = (SOURCE / "docs" / "batch.md").read_text(encoding="utf-8").split("\n## ")[0]
    lines = list(commands(page))
    check(len(lines) >= 6, f"the page shows {len(lines)} commands")
    for line in lines:
        result = shell(line.replace("comity ", shlex.quote(str(PROGRAM)) + " ", 1), cwd=work)
        same(result.returncode, 0, f"{line}: {result.stderr}")
    same(len(list((work / "requests").iterdir())), 6, "documents of two folders and a mailbox")


@case("every command line of the README does what it says")
def _():
    work = folder()
    archives(work)
    shutil.copy(SAMPLES / "red-notices.ndjson", work / "notices.ndjson")
    shutil.copy(SAMPLES / "provisional-arrest.json", work / "request.json")
    shutil.copy(SAMPLES / "provisional-arrest.json", work / "before.json")
    shutil.copy(SOURCE / "plugins/ru-upk454/samples/schet.txt", work / "form.txt")
    shutil.copy(SOURCE / "plugins" / "interpol" / "interpol-red.json", work / "my-format.json")
    made = run("convert", "-t", "convention-xml", "-o", "after.xml", "before.json", cwd=work)
    same(made.status, 0, "after.xml")
    lines = list(commands())
    check(len(lines) >= 12, f"the README shows {len(lines)} commands")
    for line in lines:
        result = shell(line.replace("comity ", shlex.quote(str(PROGRAM)) + " ", 1), cwd=work)
        allowed = next((codes for word, codes in MAY_END.items() if word in line), {0})
        check(result.returncode in allowed, f"{line}: exit status {result.returncode}",
              result.stderr)


@case("every command line of the page on terminology does what it says")
def _():
    page = (SOURCE / "docs" / "terminology.md").read_text(encoding="utf-8")
    work = folder()
    made = run("convert", "-t", "convention-json", stdin=json.dumps({
        "schema": "urn:comity:convention:1", "kind": "preservation",
        "facts": {"summary": "[computer data] [electronic/digital information], "
                             "[their] [its]"}}))
    (work / "request.json").write_bytes(made.out)
    (work / "draft.txt").write_text("the [data] [information] and [their] [its] keeper\n")
    (work / "brouillon.txt").write_text("[donn\u00e9es] [informations]\n", encoding="utf-8")
    (work / "profile.json").write_text('{"data": 1, "computer-data": 2}')
    (work / "french.json").write_text(re.findall(r"```json\n(.*?)```", page, re.S)[0],
                                      encoding="utf-8")
    lines = list(commands(page))
    check(len(lines) >= 9, f"the page shows {len(lines)} commands")
    for line in lines:
        result = shell("set -o pipefail; " + line.replace(
            "comity ", shlex.quote(str(PROGRAM)) + " ", 1), cwd=work)
        same(result.returncode, 0, f"{line}: {result.stderr}")
    same((work / "resolved.txt").read_text(), "the data and their keeper\n", "resolved.txt")
    summary = json.loads((work / "mixed.json").read_bytes())["facts"]["summary"]
    same(summary, "electronic/digital information, its", "mixed.json")


@case("the form of the page on templates has no faults and converts")
def _():
    page = (SOURCE / "docs" / "templates.md").read_text(encoding="utf-8")
    work = folder()
    template = work / "example-form.json"
    template.write_text(re.findall(r"```json\n(.*?)```", page, re.S)[1], encoding="utf-8")
    checked = run("formats", "check", template)
    same(checked.status, 0, checked.out)
    form = work / "form.txt"
    form.write_text("Requesting authority\n  Court of Sampletown\n(3) PERSON: Jo Sample\n",
                    encoding="utf-8")
    made = run("convert", "-f", template, "-t", "convention-json", form)
    same(made.status, 0, made.err)
    record = json.loads(made.out)
    same(record["requesting"]["authority"]["name"], "Court of Sampletown", "authority")
    same(record["persons"][0]["name"]["full"], "Jo Sample", "person")


@case("the exit statuses of the README are those of the program's help")
def _():
    shown = set(re.findall(r"^\| (\d+) \|", README, re.M))
    help_text = re.sub(r"\s+", " ", run("--help").out.decode())
    told = set(re.findall(r"[ ,(](\d+) [a-z]", help_text.split("Exit status:")[1]))
    same(sorted(shown), sorted(told), "exit statuses")


@case("the template of the page on templates has no faults and converts")
def _():
    page = (SOURCE / "docs" / "templates.md").read_text(encoding="utf-8")
    work = folder()
    template = work / "example-alert.json"
    template.write_text(re.search(r"```json\n(.*?)```", page, re.S).group(1), encoding="utf-8")
    same(run("formats", "check", template).status, 0, "formats check")
    alert = {"alert_no": "A-1", "who": {"surname": "INVENTED", "sex": "2", "born": "05.03.1985",
                                        "cm": 171}, "crimes": [{"what": "fraud"}]}
    document = work / "alert.json"
    document.write_text(json.dumps(alert), encoding="utf-8")
    made = run("convert", "-f", template, "-t", "convention-json", document)
    same(made.status, 0, made.err)
    record = json.loads(made.out)
    person = record["persons"][0]
    same(person["sex"], "female", "sex")
    same(person["birth"]["date"], "1985-03-05", "date of birth")
    same(person["description"]["height"], {"value": "171", "unit": "cm"}, "height")
    same(record["offences"][0]["title"], "fraud", "title")
    same(run("roundtrip", "-f", template, document).status, 0, "roundtrip")


@case("the page on checks has each of them")
def checks_page():
    page = (SOURCE / "docs" / "plugins" / "checks.md").read_text()
    listed = run("plugins", "check", "--list").ends(0).out.decode().splitlines()
    same(re.findall(r"^\| `([a-z-]+)` \|", page, re.M), [line.split()[0] for line in listed])


@case("every member of the template language is described on its page")
def _():
    page = (SOURCE / "docs" / "templates.md").read_text(encoding="utf-8")
    names = set()
    for source in ("template_compile.c", "compiler_members.c", "compiler_text.c",
                   "compiler_parts.c", "check_examples.c"):
        text = (SOURCE / "sdk" / "mapping" / source).read_text(encoding="utf-8")
        for block in re.findall(r"known(?:_of_form)?\[\] = \{(.*?)NULL\}", text, re.S):
            names |= set(re.findall(r'"([a-z_]+)"', block))
    check(len(names) > 20, f"found {len(names)} members")
    missing = [name for name in sorted(names) if f"`{name}`" not in page]
    same(missing, [], "members that the page does not name")


@case("the pages that the README points to are there")
def _():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        check((SOURCE / link).exists(), f"{link} is not there")


@case("the samples of examples/try.sh convert as it says")
def _():
    result = shell(f"bash {shlex.quote(str(SOURCE / 'examples' / 'try.sh'))}",
                   env=dict(os.environ, COMITY=str(PROGRAM)))
    same(result.returncode, 0, result.stderr)
    shown = result.stdout.decode()
    check("changed, " not in shown.replace("unchanged, ", ""), "a sample changed")
    check(shown.count("exit status 5") == 2, "the two refusals are shown")


main()
