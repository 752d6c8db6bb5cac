# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every readable format to every writable one, with all samples: what is written is told as
what it is and read again, what is not is refused with its reason, and the account adds up.  How
each pair ends is kept in matrix.md; COMITY_UPDATE_MATRIX=1 writes it anew, to be looked at."""
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from samples import invented  # noqa: E402
from tap import SOURCE, SPREAD, case, check, folder, in_spread, main, run, same  # noqa: E402

os.environ["SOURCE_DATE_EPOCH"] = "1793000000"
MATRIX = SOURCE / "tests" / "formats" / "matrix.md"
FATES = ("mapped", "approximated", "kept", "dropped")
REFUSALS = {"model.kind": "kind", "model.required": "needs"}
HEAD = """# Every format to every other

One row a sample, one column a target. A number is how many losses the report names (none: `0`);
`c` stands behind it where the whole record goes along as an attachment, so that nothing is lost
for a reader of ours. `kind`: the target has no such kind and refuses. `needs`: the target
requires what the sample does not state (`model.required`); `--set` or `--overlay` supplies it.

Made by the test of the same name; a difference fails it until somebody has looked.

"""


def formats():
    made = run("formats", "--json")
    same(made.status, 0, made.err)
    return [json.loads(line) for line in made.out.splitlines()]


def sources():
    """Name and path of each sample, those of INTERPOL's services made here."""
    for folder_of in sorted((SOURCE / "plugins").iterdir()):
        for path in sorted((folder_of / "samples").glob("*")):
            yield f"{folder_of.name} {path.name}", path
    where = folder()
    for number, (name, form, document) in enumerate(invented()):
        path = where / f"{form}-{number}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        yield f"{form} {name}", path


def one(path, target, out):
    """Converts one sample; the cell, and what the account comes to."""
    made = run("convert", "-t", target, "-o", f"{out}/", path, report=True)
    errors = made.graver("error")
    written = sorted(out.iterdir())
    what = f"{path.name} to {target}"
    failed, done = made.summary["failed"], made.summary["documents"]
    same(len(written), done, f"{what}: files written")
    check((made.status == 0) == (failed == 0), what, made)
    codes = {f["code"] for f in errors}
    check(bool(codes) == bool(failed) and codes <= set(REFUSALS), f"{what}: {codes}", made)
    reason = REFUSALS[sorted(codes)[0]] if codes else ""
    if not done:
        return reason, None, written
    cell = f"{len(made.graver('loss'))}{'c' if made.of('model.carried') else ''}"
    if failed:
        return f"{done} of {done + failed}: {cell}, {reason}", None, written
    return cell, sum(made.summary[f] for f in FATES), written


def read_again(written, target):
    """What is written is detected as the target, and read without an error."""
    told = run("detect", *written)
    same(told.status, 0, told.err)
    for line in told.out.decode().splitlines():
        same(line.rsplit(": ", 1)[1].split()[0], target, line)
    made = run("convert", "-t", "convention-json", "-o", f"{folder()}/", *written, report=True)
    same((made.status, made.graver("error")), (0, []), f"{target} is read again")
    same(made.summary["failed"], 0, target)


def in_matrix(cells):
    """Cells of some pairs are those that stand in matrix.md."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in MATRIX.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    kept = {(row[0], target): cell for row in rows[2:]
            for target, cell in zip(rows[0][1:], row[1:])}
    same({pair: (kept.get(pair), cell) for pair, cell in cells.items()
          if kept.get(pair) != cell}, {}, "what is not as in the matrix (was, is)")


@case("every sample to every format")
def _():
    # Letters are written for persons, and never read: tests/letters has their own tests.
    targets = [f["id"] for f in formats() if f["write"] and f["read"] and not f["shadowed"]]
    samples = list(sources())
    readable = {f["id"].removesuffix("-json").removesuffix("-xml")
                for f in formats() if f["read"] and not f["id"].startswith("convention")}
    missing = readable - {name.split()[0] for name, _ in samples}
    same(missing, set(), "formats without a sample")
    accounts, cells = {}, {}
    for target in targets:
        all_written = []
        for name, path in samples:
            if not in_spread(f"{name} {target}", 6):
                continue
            cell, account, written = one(path, target, folder())
            cells[name, target] = cell
            all_written += written
            if account is not None:
                same(accounts.setdefault(name, account), account,
                     f"{name} to {target}: the leaves that are accounted for")
        check(all_written or SPREAD, f"nothing can be written as {target}")
        if all_written:
            read_again(all_written, target)
    if SPREAD:
        in_matrix(cells)
        print(f"# a spread: {len(cells)} of {len(samples) * len(targets)} pairs")
        return
    lines = ["| sample | " + " | ".join(targets) + " |", "| --- " * (len(targets) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(cells[name, t] for t in targets) + " |"
              for name, _ in samples]
    text = HEAD + "\n".join(lines) + "\n"
    if os.environ.get("COMITY_UPDATE_MATRIX"):
        MATRIX.write_text(text, encoding="utf-8")
    is_now, was = text.splitlines(), MATRIX.read_text(encoding="utf-8").splitlines()
    changed = [f"was {a}\n now {b}" for a, b in zip(was, is_now) if a != b]
    check(text.splitlines() == was, "the matrix has changed: look at it, then make it anew by "
          "COMITY_UPDATE_MATRIX=1\n" + "\n".join(changed[:10]))


main()
