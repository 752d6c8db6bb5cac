# SPDX-License-Identifier: LGPL-2.1-or-later
"""Letters in a browser: what people see.  The pages are those that the program writes; a script
that measures is put into a copy of them, for the test alone."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from browser import browse, browser, requests  # noqa: E402
from letters import LANGUAGES, dumps, full_record, sample, texts  # noqa: E402
from tap import case, cases, check, folder, main, run, same  # noqa: E402

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = """<script id="measure">
const seen = e => e.getClientRects().length > 0 && !e.closest('.unseen, .skip');
const name = e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40);
const all = [...document.body.querySelectorAll('*')].filter(seen);
const wide = document.documentElement.clientWidth;
const result = {
  title: document.title,
  direction: getComputedStyle(document.documentElement).direction,
  landmarks: ['header', 'nav', 'main', 'footer', 'h1'].filter(
    t => document.querySelectorAll(t).length === 1),
  cut: all.filter(e => getComputedStyle(e).overflow !== 'visible'
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)).map(name),
  outside: all.filter(e => { const r = e.getBoundingClientRect();
    return r.left < -1 || r.right > wide + 1; }).map(name),
  scrolls: document.documentElement.scrollWidth > wide,
  text: document.body.innerText,
  ran: !!window.ran,
};
const first = document.querySelector('main th'), beside = first && first.nextElementSibling;
if (beside)
  result.rightward = first.getBoundingClientRect().left < beside.getBoundingClientRect().left;
const letters = [...document.querySelectorAll('.prose')].find(
  e => /[\\u0600-\\u06ff]{2}/.test(e.textContent));
if (letters) {
  const node = letters.firstChild, at = node.data.search(/[\\u0600-\\u06ff]{2}/);
  const x = i => { const r = document.createRange(); r.setStart(node, i);
    r.setEnd(node, i + 1); return r.getBoundingClientRect().left; };
  result.letters = x(at) > x(at + 1) ? 'rtl' : 'ltr';
}
const choose = id => { document.getElementById(id).checked = true;
  return document.querySelector('main').innerText; };
result.voices = Object.fromEntries(
  ['voice-own', 'voice-both', 'voice-1', 'voice-2'].map(v => [v, choose(v)]));

document.body.replaceChildren(Object.assign(document.createElement('pre'),
  {id: 'result', textContent: btoa(unescape(encodeURIComponent(JSON.stringify(result))))}));
</script></body>"""


def letter(record, *options):
    path = folder() / "letter.html"
    content = record if isinstance(record, bytes) else dumps(record)
    path.write_bytes(run("show", "--html", *options, stdin=content).ends(0).out)
    return path


def measured(path, *options):
    """What the script finds in a copy of the page, which alone may run it."""
    import base64
    text = path.read_text(encoding="utf-8")
    check(POLICY.search(text), "the policy is there to be taken out")
    copy = path.with_name("copy.html")
    copy.write_text(POLICY.sub("", text).replace("</body>", MEASURE), encoding="utf-8")
    found = re.search(r'<pre id="result">([^<]*)</pre>', browse(copy, "--dump-dom", *options))
    check(found, "the script did not run")
    return json.loads(base64.b64decode(found.group(1)))


def folded(text):
    return re.sub(r"\s+", "", text)


@cases("the letter in '{}' is seen whole, with its title and landmarks",
       [(x,) for x in LANGUAGES])
def _(language):
    content = sample(language).read_bytes()
    found = measured(letter(content), "--window-size=1000,1400")
    same(found["landmarks"], ["header", "nav", "main", "footer", "h1"], "landmarks")
    check(json.loads(content)["id"] in found["title"], found["title"])
    same((found["cut"], found["outside"], found["scrolls"]), ([], [], False), "cut off")
    shown = folded(found["text"])
    prose = [v for n, v in texts(json.loads(content))
             if n in ("text", "summary", "description", "name", "full", "title", "lines")]
    same([v for v in prose if folded(v) not in shown], [], "texts that are not seen")
    rtl = language == "ar"
    same((found["direction"], found["rightward"]), ("rtl" if rtl else "ltr", not rtl),
         "direction")
    same(found.get("letters"), "rtl" if rtl else None, "Arabic letters")


@case("on a narrow screen nothing is cut off", always=False)
def _():
    found = measured(letter(full_record(lambda path, type_: path + "x" * 90)),
                     "--window-size=500,900")
    same((found["cut"], found["outside"], found["scrolls"]), ([], [], False), "cut off")


@case("the test sees what is cut off", always=False)
def _():
    path = letter(sample("en").read_bytes())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("</style>", "td { white-space: nowrap; overflow: hidden } "
                                 "code { position: relative; left: 90rem }</style>"),
                    encoding="utf-8")
    found = measured(path, "--window-size=1000,1400")
    check(found["cut"] and found["outside"], "nothing was seen", found["cut"], found["outside"])


@case("the switch shows the other voice where brackets stood, in labels and in prose",
      always=False)
def _():
    record = {"schema": "urn:comity:convention:1", "kind": "preservation", "remarks": [
        {"text": "Now the [data are] [information is] sent."}]}
    voices = measured(letter(record, "--terminology", "information"))["voices"]
    check("Now the information is sent" in voices["voice-own"], voices["voice-own"][-300:])
    check("Now the [data are] [information is] sent" in voices["voice-both"], "both")
    check("Now the data are sent" in voices["voice-1"], "data")
    check("Now the information is sent" in voices["voice-2"], "information")
    for voice, words in (("1", "computer data to be preserved and their"),
                         ("2", "electronic/digital information to be preserved and its")):
        check(words in voices[f"voice-{voice}"], voice)
        check("[computer" not in voices[f"voice-{voice}"], "a bracket is left")


@case("naughty strings in every field do nothing, even where scripts may run")
def _():
    naughty = ('<script>window.ran=1</script>', '"><img src=x onerror="window.ran=1">',
               '</style><script>window.ran=1</script>', "</title><script>window.ran=1</script>",
               '<svg onload="window.ran=1">', "javascript:window.ran=1",
               "' autofocus onfocus='window.ran=1",
               '<iframe srcdoc="<script>top.ran=1</script>">')
    record = full_record(lambda path, type_: f"{naughty[len(path) % len(naughty)]} {path}")
    found = measured(letter(record))
    same(found["ran"], False, "a script of the document ran")
    check("<script>window.ran=1</script> " in found["text"], "they are text")


@case("no address is asked for, and what asks for one is seen", always=False)
def _():
    seen = {}
    whole = letter(sample("zh").read_bytes())
    text = whole.read_text(encoding="utf-8")
    planted = text.replace("</main>", '<img src="http://tracker.example/x.png"></main>')
    for name, page in (("planted", POLICY.sub("", planted)), ("held back", planted)):
        path = whole.with_name("page.html")
        path.write_text(page, encoding="utf-8")
        log = whole.with_name("net.json")
        browse(path, f"--log-net-log={log}", "--dump-dom")
        seen[name] = requests(log)
    same(seen, {"planted": {"http://tracker.example/x.png"}, "held back": set()})


def darkness(picture):
    """How dark a picture's corner is, 0 to 255, by its first row of pixels."""
    import struct
    import zlib
    data, at, packed, head = picture.read_bytes(), 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            head = struct.unpack(">IIBBBBB", data[at + 8:at + 8 + 13])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    row = zlib.decompressobj().decompress(packed, 1 + head[0] * 4)
    return 255 - row[1]


@case("a picture can be taken, light and dark", always=False)
def _():
    path = letter(sample("ru").read_bytes())
    dark = {}
    for scheme, number in (("light", 1), ("dark", 0)):
        picture = path.with_name(f"{scheme}.png")
        browse(path, f"--screenshot={picture}", "--window-size=1000,1400",
               f"--blink-settings=preferredColorScheme={number}")
        dark[scheme] = darkness(picture)
    check(dark["light"] < 60 and dark["dark"] > 200, dark)


@case("what is printed holds all of it", always=False)
def _():
    browser()
    if not shutil.which("pdftotext"):
        from tap import skip
        skip("there is no pdftotext here")
    content = sample("pt").read_bytes()
    path = letter(content)
    paper = path.with_name("letter.pdf")
    browse(path, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    text = folded(subprocess.run(["pdftotext", paper, "-"], stdout=subprocess.PIPE, check=True,
                                 timeout=60).stdout.decode("utf-8"))
    prose = [v for n, v in texts(json.loads(content))
             if n in ("questions", "means", "official", "full", "text")]
    same([v for v in prose if folded(v) not in text], [], "texts that are not on paper")


main(every=20)
