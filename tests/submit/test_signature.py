#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is sent signed, and what a signature is worth that is read: our own against the programs
of others and theirs against ours, and all ways known to us to have a document accepted that
nobody signed."""
import functools
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from boxes import Box  # noqa: E402
from receiver import Receiver  # noqa: E402
from signers import (C14N, C14N11, DSIG, ENC, EXCLUSIVE, MORE, do, from_url64,  # noqa: E402
                     jose_verifies, jws, signers, template, url64, xmlsec_sign, xmlsec_verifies)
from tap import (PROGRAM, SOURCE, case, cases, check, file, folder, main, run,  # noqa: E402
                 same, shared, spread)

REQUESTS = SOURCE / "examples" / "requests"
by, of, der, pem = signers().settings, signers().path, signers().der, signers().pem
NOWHERE = "https://localhost:9/in"
ENVELOPED = DSIG + "enveloped-signature"
REASONS = re.compile(rb"\[((?:signature|xml|json|limit|submit)\.[a-z0-9-]+)\]")


def payload(box):
    item, = box.items()
    return box.comity("outbox", "payload", item["id"]).ends(0).out


def signed(name, form, how, request="preservation"):
    box = Box()
    box.submit(NOWHERE, "-t", form, document=REQUESTS / f"{request}.json",
               **by(name, how)).ends(0)
    return payload(box)


@functools.cache
def plain(form, request="preservation"):
    return run("convert", "-t", form, REQUESTS / f"{request}.json").ends(0).out


def stopped(box, *options, form="convention-json", document=None, code="submit.sign",
            **settings):
    """It is not queued, for this reason alone."""
    result = box.submit(NOWHERE, "-t", form, *options, **settings,
                        document=document or REQUESTS / "preservation.json").ends(5)
    told = [json.loads(line)["code"] for line in result.err.splitlines() if line[:1] == b"{"]
    same((told, box.items()), ([code], []), "reasons, and items")
    return result


def xml():
    return plain("convention-xml").decode()


def text():
    return plain("convention-json")


def timeless(document):
    """HI-1 says when a message was made."""
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", b"NOW", document)


def verify(document, *options, trust=("ca.pem",), **more):
    named = [part for name in trust for part in ("--trust", of(name))]
    document = document if isinstance(document, pathlib.Path) else file(document, "in")
    return run("validate", "--signature", *named, *options, document, **more)


def accepted(document, **more):
    result = verify(document, **more).ends(0)
    check(b": valid: 1 document" in result.out and b"signed by CN=" in result.out, result)
    return result


def refused(document, *codes, **more):
    """It ends with 4, and with one of these reasons."""
    result = verify(document, **more).ends(4)
    found = {code.decode() for code in REASONS.findall(result.out)}
    check(b": valid" not in result.out and b"signed by" not in result.out, result)
    check(found & set(codes) if codes else found, f"expected {codes}", result)
    return result


# --- our own

XML = [("etsi-hi1-xml:version=V1.23.1", "preservation"), ("convention-xml", "preservation"),
       ("de-xjustiz", "mutual-legal-assistance")]
JSON = [("convention-json", "preservation"), ("etsi-hi1-json", "preservation")]
KEYS = ["rsa", "p256", "p384", "p521", "chain"]


@cases("XML signed with {} as {} is verified by us and by xmlsec1, and says the same",
       [(key, *form) for form in XML for key in KEYS
        if key in ("rsa", "p256") or form == XML[1]])
def ours_xml(key, form, request):
    made, before = signed(key, form, "xmldsig", request), plain(form, request)
    accepted(made)
    check(xmlsec_verifies(made), "xmlsec1 does not verify it", made[-3000:])
    without = re.sub(rb"<ds:Signature .*</ds:Signature>", b"", made, flags=re.S)
    same(timeless(without), timeless(before), "the document around the signature")
    root = made[:made.rindex(b"</")]
    check(root.endswith(b"</ds:Signature>"), "it is not the last child of the root")
    check((b"rsa-sha256" in made) == (key == "rsa"), "the algorithm")


@cases("JSON signed with {} as {} is verified by us and by jose, and holds the same",
       [(key, *form) for form in JSON for key in KEYS
        if key in ("rsa", "p256") or form == JSON[0]])
def ours_json(key, form, request):
    made, before = signed(key, form, "jws", request), plain(form, request)
    accepted(made)
    document = json.loads(made)
    same(sorted(document), ["payload", "protected", "signature"], "members")
    inside = from_url64(document["payload"])
    same(timeless(inside), timeless(before), "payload")
    header = json.loads(from_url64(document["protected"]))
    same((header["alg"], len(header["x5c"])),
         ({"rsa": "RS256", "p384": "ES384", "p521": "ES512"}.get(key, "ES256"),
          2 if key == "chain" else 1), "the header")
    if key != "chain":
        same(jose_verifies(made, key), inside, "what jose verifies")


@cases("a request is not signed, nor queued: {}", [
    ("Ed25519, which neither library knows", "convention-json", by("ed25519", "jws")),
    ("Ed25519, in XML", "convention-xml", by("ed25519", "xmldsig")),
    ("RSA of 1024 bits", "convention-json", by("short", "jws")),
    ("another curve", "convention-json", by("k1", "jws")),
    ("a certificate that has expired", "convention-json", by("expired", "jws")),
    ("a certificate that is not valid yet", "convention-xml",
     by("future", "xmldsig")),
    ("a certificate that is not for signatures", "convention-xml",
     by("cipher", "xmldsig")),
    ("the key of another certificate", "convention-json",
     {**by("p256", "jws"), "sign_key": str(of("rsa.key"))}),
    ("xmldsig of JSON", "convention-json", by("p256", "xmldsig")),
    ("jws of XML", "convention-xml", by("p256", "jws")),
    ("xmldsig of text", "br-drci", by("p256", "xmldsig"))])
def not_signed(_, form, settings):
    request = "mutual-legal-assistance" if form == "br-drci" else "preservation"
    stopped(Box(), "-q", form=form, document=REQUESTS / f"{request}.json", **settings)


@case("HI-1 is not wrapped into a JWS")
def not_wrapped():
    stopped(Box(), "--protocol", "hi1", form="etsi-hi1-json", **by("p256", "jws"))


@case("settings name how, key and certificate, or none of them")
def settings():
    whole = by("p256", "jws")
    wrong = [{n: v for n, v in whole.items() if n != gone} for gone in whole]
    wrong += [{n: v} for n, v in whole.items()]
    wrong += [{**whole, "sign": how} for how in ("hmac", "", "none", 1, True, ["jws"], "JWS")]
    wrong += [{**whole, "sign_key": path}
              for path in ("p256.key", "/nowhere", "credential:x/y")]
    for one in wrong:
        stopped(Box(), code="submit.endpoint", **one)


@case("a key that others may read, or that asks for a password, is not used")
def bad_key():
    where = folder()
    key = where / "k"
    key.write_bytes(of("p256.key").read_bytes())
    chosen = {**by("p256", "jws"), "sign_key": str(key)}
    for mode in (0o644, 0o640, 0o604, 0o700):
        key.chmod(mode)
        stopped(Box(), code="submit.endpoint", **chosen)
    key.chmod(0o600)
    Box().submit(NOWHERE, **chosen).ends(0)
    do("openssl", "pkey", "-in", of("p256.key"), "-aes256", "-passout", "pass:x",
       "-out", key)
    key.chmod(0o600)
    stopped(Box(), **chosen)


@case("a signing key is one that systemd hands over, where settings say so")
def handed_over():
    where = folder()
    for name in ("p256.key", "p256.pem"):
        (where / name).write_bytes(of(name).read_bytes())
    for env, status in (({}, 5), ({"CREDENTIALS_DIRECTORY": str(where)}, 0)):
        box = Box()
        box.comity("submit", "--endpoint", NOWHERE, "--settings", json.dumps(
            {"sign": "jws", "sign_key": "credential:p256.key",
             "sign_certificate": "credential:p256.pem"}), REQUESTS / "preservation.json",
                   env=env).ends(status)


@case("the same request is one item though each signature is another; what was signed is sent")
def one_item():
    box = Box()
    with Receiver() as receiver:
        for how, form in (("jws", "convention-json"), ("xmldsig", "convention-xml")):
            url = receiver.url("/" + how)
            for new in (b"1 queued, 0 there", b"0 queued, 1 there"):
                made = box.submit(url, "-t", form, **by("p256", how)).ends(0)
                check(new in made.err, made)
        items = box.items()
        same(len(items), 2, "items")
        for item in items:
            content = box.comity("outbox", "payload", item["id"]).out
            same(do("openssl", "dgst", "-sha256", "-r", data=content).split()[0].decode(),
                 item["payload"], "the digest is that of what is sent")
            same(item["size"], len(content), "size")
        box.run().ends(0)
        for path, _, body, headers in receiver.requests:
            item, = [i for i in items if i["endpoint"].endswith(path)]
            same(body, box.comity("outbox", "payload", item["id"]).out, "what was sent")
            same(headers["Content-Type"], "application/jose+json" if path == "/jws"
                 else "application/xml", "media type")
            same(item["signature"], path[1:])
    first = box.submit(NOWHERE, **by("p256", "jws")).ends(0)
    other = Box().submit(NOWHERE).ends(0)
    same(json.loads(first.out)["id"], json.loads(other.out)["id"], "identity, signed or not")


@case("--dry-run tells that it would be signed, and of a key that cannot")
def dry():
    box = Box()
    shown = box.submit(NOWHERE, "--dry-run", **by("p256", "jws")).ends(0)
    same(json.loads(shown.out)["signature"], "jws")
    words = box.comity("submit", "--dry-run", "--endpoint", NOWHERE, "--settings",
                       json.dumps(by("rsa", "jws")), REQUESTS / "preservation.json")
    check(b"signed: jws" in words.ends(0).out, words)
    stopped(box, "--dry-run", **by("expired", "jws"))


def secrets(name):
    """The key as it stands in its file, and its number as bytes, base64url and hexadecimal."""
    lines = [line for line in of(name + ".key").read_bytes().splitlines()
             if len(line) > 30 and b"-" not in line]
    words = do("openssl", "pkey", "-in", of(name + ".key"), "-noout", "-text").decode()
    found = re.search(r"(?:priv|privateExponent):\n((?:    [0-9a-f:]+\n)+)", words)
    number = bytes.fromhex(re.sub(r"[^0-9a-f]", "", found.group(1))).lstrip(b"\0")
    return lines + [number, url64(number).encode(), number.hex().encode()]


@cases("nothing of a private key ({}, {}) stands in store, messages or what is sent", [
    ("p256", "jws"), ("rsa", "jws"), ("p256", "xmldsig"), ("rsa", "xmldsig")])
def canary(name, how):
    box = Box()
    form = "convention-json" if how == "jws" else "convention-xml"
    seen = b""
    for options in (["-v"], ["-v", "--trace"]):
        result = box.submit(NOWHERE, "-t", form, *options,
                            **by(name, how)).ends(0)
        seen += result.out + result.err
    broken = Box().submit(NOWHERE, "-v", "-t", form, **{
        **by(name, how),
        "sign_certificate": str(of("p384.pem"))}).ends(5)
    seen += broken.out + broken.err + payload(box)
    for command in (("outbox", "show", box.items()[0]["id"]), ("audit", "show")):
        result = box.comity(*command).ends(0)
        seen += result.out + result.err
    for path in box.store.rglob("*"):
        seen += path.read_bytes() if path.is_file() else b""
    for secret in secrets(name):
        check(secret not in seen, "a part of the key was found", secret[:12])


@case("who converts or validates without --signature loads nothing that signs")
def not_loaded():
    traced = subprocess.run(["ldd", PROGRAM], stdout=subprocess.PIPE, check=True).stdout
    for name in (b"libxmlsec", b"libjose", b"libjansson", b"libcrypto", b"libssl", b"libxslt"):
        check(name not in traced, traced)
    plainly = run("validate", REQUESTS / "preservation.json").ends(0)
    same(plainly.out.split(b": ", 1)[1], b"valid: 1 document, 0 warnings\n")


@case("--signature and --trust go together, a trust file holds certificates, and may be many")
def usage():
    document = file(signed("p256", "convention-json", "jws"))
    run("validate", "--signature", document).ends(2)
    run("validate", "--trust", of("ca.pem"), document).ends(2)
    run("validate", "--signature", "--trust", document, document).ends(2)
    run("validate", "--signature", "--trust", "/nowhere", document).ends(8)
    run("validate", "--sig", "--trust", of("ca.pem"), document).ends(0)
    accepted(document, trust=("other.pem", "ca.pem"))
    help_text = run("validate", "--help").ends(0).out
    check(b"--signature" in help_text, help_text)
    same(run("validate", "--signature", "--help").ends(0).out, help_text)


@case("of several files each is told of, and one that is not signed fails for itself")
def several():
    good, bad = file(signed("p256", "convention-json", "jws"), "good"), file(b"{}", "bad")
    result = run("validate", "--signature", "--trust", of("ca.pem"), good, bad).ends(3)
    check(b"good: valid" in result.out and b"bad: valid" not in result.out, result)
    noted = run("validate", "--signature", "--trust", of("ca.pem"), "--json", "-v",
                good).ends(0)
    found, = [json.loads(line) for line in noted.out.splitlines()]
    same((found["code"], found["severity"]), ("signature.signer", "note"))
    check(re.search(r"CN=Signer p256, serial [0-9A-F]+$", found["message"]), found)


@case("a document that is signed is validated as any other")
def validated():
    document = json.loads(plain("convention-json"))
    for name in ("offences", "necessity", "requesting"):
        document.pop(name, None)
    document["date"] = "31.02.2026"
    wanted = run("validate", "--json", file(json.dumps(document)))
    result = verify(jws(json.dumps(document)), "--json")
    same(result.status, wanted.status, "exit status")
    codes = [[json.loads(line)["code"] for line in r.out.splitlines()]
             for r in (wanted, result)]
    same(codes[1], codes[0], "findings")
    wrong = xml().replace("<kind>preservation", "<kind>nonsense")
    before = run("validate", "--json", file(wrong))
    after = verify(xmlsec_sign(wrong, "p256"), "--json")
    places = [[(f["code"], f.get("line"), f.get("column")) for f in map(json.loads,
                                                                      r.out.splitlines())]
              for r in (before, after)]
    same((places[1], after.status), (places[0], before.status), "findings and their places")


# --- by others

@cases("XML signed by xmlsec1 is verified: {}", [
    ("ECDSA", "p256", {}), ("ECDSA with SHA-384", "p384", {"method": MORE + "ecdsa-sha384"}),
    ("RSA", "rsa", {"method": MORE + "rsa-sha256"}),
    ("RSA with SHA-512", "rsa", {"method": MORE + "rsa-sha512", "digest": ENC + "sha512"}),
    ("C14N 1.0", "p256", {"canonical": C14N, "transforms": [ENVELOPED, C14N]}),
    ("the enveloped transform alone", "p256", {"transforms": [ENVELOPED]}),
    ("exclusive C14N", "p256", {"canonical": EXCLUSIVE, "transforms": [ENVELOPED, EXCLUSIVE]}),
    ("exclusive C14N with prefixes", "p256", {"transforms": [
        ENVELOPED, f'<ds:Transform Algorithm="{EXCLUSIVE}"><e:InclusiveNamespaces xmlns:e='
        f'"{EXCLUSIVE}" PrefixList="a b"/></ds:Transform>']})])
def theirs_xml(_, key, parts):
    accepted(xmlsec_sign(xml(), key, signature=template(**parts)))


@cases("a JWS made by openssl is verified: {}", [
    ("rsa", "RS256"), ("rsa", "RS384"), ("rsa", "RS512"), ("rsa", "PS256"), ("rsa", "PS384"),
    ("rsa", "PS512"), ("p256", "ES256"), ("p384", "ES384"), ("p521", "ES512")])
def theirs_json(key, algorithm):
    accepted(jws(text(), key, algorithm))
    accepted(jws(text(), key, algorithm, header={
        "kid": "x", "typ": "JOSE+JSON", "cty": "application/json", "x5t#S256": "AAAA"}))


@cases("who signed is not trusted: {}", [
    ("a chain to another CA", "stranger", ("ca.pem",)), ("expired", "expired", ("ca.pem",)),
    ("not valid yet", "future", ("ca.pem",)), ("signed by itself", "self", ("ca.pem",)),
    ("issued by one who is no authority", "forged", ("ca.pem",)),
    ("a key not for signatures", "cipher", ("ca.pem",)),
    ("the CA in between is missing", "deep", ("ca.pem",)),
    ("revoked", "revoked", ("ca.pem", "ca.crl")),
    ("no list of its CA", "stranger", ("ca.pem", "other.pem", "ca.crl")),
    ("the trusted CA is another", "p256", ("other.pem",))])
def untrusted(_, name, trust):
    refused(jws(text(), name), "signature.untrusted", trust=trust)
    refused(xmlsec_sign(xml(), name), "signature.untrusted",
            trust=trust)


@case("an issuer is one who is no authority also where its certificate comes along")
def forged_chain():
    both = [der(n) for n in ("forged", "p256")]
    refused(jws(text(), "forged", header={"x5c": both}), "signature.untrusted")


@case("chains: through a CA in between, to it where it is trusted, to the signer itself, lists")
def chains():
    whole = jws(text(), "deep", header={"x5c": [der("deep"), der("sub")]})
    accepted(whole)
    accepted(jws(text(), "deep"), trust=("sub.pem",))
    accepted(jws(text(), "p256"), trust=("p256.pem",))
    accepted(jws(text(), "self"), trust=("self.pem",))
    accepted(jws(text(), "p256"), trust=("ca.pem", "ca.crl"))
    accepted(jws(text(), "revoked"), trust=("ca.pem", "none.crl"))
    accepted(jws(text(), "revoked"))


@cases("a certificate's key of {} is not taken", [("ed25519",), ("k1",), ("short",)])
def bad_keys(name):
    refused(jws(text(), name, header={"alg": "ES256"},
                value=lambda data: b"\1" * 64), "signature.untrusted", "signature.algorithm")


# --- signatures that wrap what nobody signed

@functools.cache
def base():
    return xmlsec_sign(xml(), "p256")


def cut(document):
    """The document's parts: declaration, root's start tag, inside, signature, end."""
    found = re.match(r"(<\?xml.*?\?>\s*)(<document[^>]*>)(.*?)(<ds:Signature .*</ds:Signature>)"
                     r"(</document>\s*)$", document, re.S)
    check(found, document[:200])
    return found.groups()


EVIL = "<document xmlns=\"urn:comity:convention:1\"><kind>preservation</kind>"


def wrapped_root():
    head, start, inside, signature, _ = cut(base())
    return f"{head}{EVIL}{start}{inside}{signature}</document></document>"


def moved_out():
    head, start, inside, signature, _ = cut(base())
    return f"{head}{EVIL}{start}{inside}</document>{signature}</document>"


def into_object():
    head, start, inside, signature, _ = cut(base())
    whole = f"<ds:Object>{start}{inside}</document></ds:Object>"
    moved = signature.replace("</ds:Signature>", whole + "</ds:Signature>")
    return f"{head}{EVIL}{moved}</document>"


def deep_in_child():
    head, start, inside, signature, end = cut(base())
    at = inside.rindex("</")
    return head + start + inside[:at] + signature + inside[at:] + end


def two_signatures():
    head, start, inside, signature, end = cut(base())
    return head + start + inside + signature + signature + end


def with_id(document, value="part"):
    return document.replace("<necessity>", f'<necessity Id="{value}">')


def of_a_part():
    return xmlsec_sign(with_id(xml()), "p256", "--id-attr:Id",
                       "urn:comity:convention:1:necessity",
                       signature=template(uri="#part", transforms=[C14N11]))


def of_two_ids():
    made = of_a_part()
    return made.replace("<material>", '<material><necessity Id="part">x</necessity>', 1)


def to_root_id():
    return xmlsec_sign(xml().replace("<document ", '<document Id="all" ', 1), "p256",
                       "--id-attr:Id", "urn:comity:convention:1:document",
                       signature=template(uri="#all"))


def xpointer():
    return xmlsec_sign(xml(), "p256",
                       signature=template(uri="#xpointer(/)"))


def of_an_object():
    return xmlsec_sign(xml(), "p256", "--id-attr:Id", DSIG + ":Object",
                       signature=template(uri="#o", transforms=[C14N11],
                                          more='<ds:Object Id="o">good</ds:Object>'))


def with_manifest():
    manifest = ('<ds:Object><ds:Manifest><ds:Reference URI=""><ds:DigestMethod Algorithm="'
                f'{ENC}sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>'
                "</ds:Manifest></ds:Object>")
    return base().replace("</ds:Signature>", manifest + "</ds:Signature>")


def by_xpath():
    transform = (f'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
                 '<ds:XPath>not(ancestor-or-self::*[local-name()="necessity"])</ds:XPath>'
                 "</ds:Transform>")
    made = xmlsec_sign(xml(), "p256",
                       signature=template(transforms=[ENVELOPED, transform, C14N11]))
    return made.replace("deletes logs", "keeps all logs")


def by_xpath2():
    transform = ('<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2">'
                 '<x:XPath xmlns:x="http://www.w3.org/2002/06/xmldsig-filter2" '
                 'Filter="subtract">'
                 '//*[local-name()="necessity"]</x:XPath></ds:Transform>')
    made = xmlsec_sign(xml(), "p256",
                       signature=template(transforms=[ENVELOPED, transform]))
    return made.replace("deletes logs", "keeps all logs")


def by_xslt():
    transform = ('<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">'
                 '<xsl:stylesheet version="1.0" '
                 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
                 '<same/></xsl:template></xsl:stylesheet></ds:Transform>')
    made = xmlsec_sign(xml(), "p256",
                       signature=template(transforms=[ENVELOPED, transform]))
    return made.replace("deletes logs", "keeps all logs")


def by_hmac():
    """With the certificate, which all know, as the secret."""
    secret = folder() / "secret"
    secret.write_bytes(pem("p256"))
    info = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der('p256')}" \
           "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    return xmlsec_sign(xml(), "p256", key=["--hmackey", str(secret)],
                       signature=template(method=MORE + "hmac-sha256", key_info="")) \
        .replace("</ds:SignatureValue>", "</ds:SignatureValue>" + info)


def by_short_hmac():
    return by_hmac().replace("hmac-sha256\">", "hmac-sha256\"><ds:HMACOutputLength>0"
                             "</ds:HMACOutputLength>").replace(
        "hmac-sha256\"/>", "hmac-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"
        "</ds:SignatureMethod>")


def reference(uri):
    return xmlsec_sign(xml(), "p256",
                       signature=template(uri=uri, transforms=[]).replace(
                           "<ds:Transforms></ds:Transforms>", ""))


def of_a_file():
    path = file(b"good", "elsewhere")
    return reference(f"file://{path}")


def of_a_host():
    return base().replace('URI=""', 'URI="http://127.0.0.1:9/"')


def no_uri():
    return base().replace(' URI=""', "")


def no_reference():
    return re.sub(r"<ds:Reference.*</ds:Reference>", "", base(), flags=re.S)


def two_references():
    part = re.search(r"<ds:Reference.*</ds:Reference>", template()).group(0)
    return xmlsec_sign(xml(), "p256",
                       signature=template(references=part + part))


def by_key_value():
    return xmlsec_sign(xml(), "thief", signature=template(
        method=MORE + "rsa-sha256", key_info="<ds:KeyInfo><ds:KeyValue/></ds:KeyInfo>"))


def by_both():
    """A key of one's own, beside the certificate of somebody who is trusted."""
    info = (f"<ds:KeyInfo><ds:KeyValue/><ds:X509Data><ds:X509Certificate>{der('p256')}"
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>")
    made = xmlsec_sign(xml(), "thief", signature=template(
        method=MORE + "rsa-sha256", key_info="<ds:KeyInfo><ds:KeyValue/></ds:KeyInfo>"))
    value = re.search(r"<ds:KeyValue>.*</ds:KeyValue>", made, re.S).group(0)
    return re.sub(r"<ds:KeyInfo>.*</ds:KeyInfo>", info.replace("<ds:KeyValue/>", value), made,
                  flags=re.S)


def by_other(first, second):
    """Signed by a stranger, with two certificates."""
    made = xmlsec_sign(xml(), "stranger")
    both = "".join(f"<ds:X509Certificate>{der(n)}</ds:X509Certificate>"
                   for n in (first, second))
    return re.sub(r"<ds:X509Certificate>.*</ds:X509Certificate>", both, made, flags=re.S)


def key_info(inside):
    return re.sub(r"<ds:KeyInfo>.*</ds:KeyInfo>", f"<ds:KeyInfo>{inside}</ds:KeyInfo>", base(),
                  flags=re.S)


def weak(**parts):
    key = "rsa" if "rsa" in parts.get("method", "") else "p256"
    return xmlsec_sign(xml(), key, signature=template(**parts))


def two_infos():
    made = base()
    info = re.search(r"<ds:SignedInfo>.*</ds:SignedInfo>", made, re.S).group(0)
    return made.replace(info, info + info)


def with_doctype(inside):
    made = base()
    at = made.index("<document")
    return made[:at] + f"<!DOCTYPE document [{inside}]>" + made[at:]


def rebound():
    """Exclusive C14N does not cover the prefix in the value of xsi:type: bound to something
    else the signature stays good, and the document says another thing."""
    message = plain("etsi-hi1-xml:version=V1.23.1").decode()
    made = xmlsec_sign(message, "p256", signature=template(
        canonical=EXCLUSIVE, transforms=[ENVELOPED, EXCLUSIVE]))
    found = re.search(r'<HI1Object xsi:type="(\w+):', made)
    if not found:
        found = re.search(r'xsi:type="(\w+):', made)
    check(found, made[:900])
    return made


def comment_in_signature():
    return base().replace("<ds:DigestValue>", "<ds:DigestValue><!-- -->x", 1)


def other_namespace():
    return base().replace(DSIG + '"', 'http://www.w3.org/2000/09/xmldsig"', 1)


def changed():
    return base().replace("deletes logs", "keeps all logs")


def changed_digest():
    return re.sub(r"<ds:DigestValue>..", "<ds:DigestValue>QQ", base())


def no_value():
    return re.sub(r"<ds:SignatureValue>.*</ds:SignatureValue>",
                  "<ds:SignatureValue></ds:SignatureValue>", base(), flags=re.S)


def second_document():
    return base() + EVIL + "</document>"


WRAPPED = [(f.__name__.replace("_", " "), f, codes) for f, codes in (
    (wrapped_root, ["signature.form"]), (moved_out, ["signature.invalid"]),
    (into_object, ["signature.form"]), (deep_in_child, ["signature.form"]),
    (two_signatures, ["signature.form"]), (of_a_part, ["signature.reference"]),
    (of_two_ids, ["signature.reference"]), (to_root_id, ["signature.reference"]),
    (xpointer, ["signature.reference"]), (of_an_object, ["signature.form"]),
    (with_manifest, ["signature.form"]), (by_xpath, ["signature.form", "signature.algorithm"]),
    (by_xpath2, ["signature.algorithm"]), (by_xslt, ["signature.algorithm"]),
    (by_hmac, ["signature.algorithm"]), (by_short_hmac, ["signature.algorithm"]),
    (of_a_file, ["signature.reference"]), (of_a_host, ["signature.reference"]),
    (no_uri, ["signature.reference"]), (no_reference, ["signature.form"]),
    (two_references, ["signature.form"]), (by_key_value, ["signature.form"]),
    (by_both, ["signature.form"]), (two_infos, ["signature.form"]),
    (rebound, ["signature.content"]), (comment_in_signature, ["signature.form"]),
    (other_namespace, ["signature.missing"]), (changed, ["signature.invalid"]),
    (changed_digest, ["signature.invalid"]), (no_value, ["signature.form"]),
    (second_document, ["xml.trailing-text"]))] + [
    ("the key of a stranger, a good certificate first", lambda: by_other("p256", "stranger"),
     ["signature.invalid"]),
    ("the key of a stranger, a good certificate second", lambda: by_other("stranger", "p256"),
     ["signature.untrusted"]),
    ("a key's name", lambda: key_info("<ds:KeyName>ca</ds:KeyName>"), ["signature.form"]),
    ("a key from elsewhere", lambda: key_info(
        '<ds:RetrievalMethod URI="file:///etc/passwd"/>'), ["signature.form"]),
    ("an encrypted key", lambda: key_info(f'<e:EncryptedKey xmlns:e="{ENC}"/>'),
     ["signature.form"]),
    ("no certificate", lambda: key_info("<ds:X509Data></ds:X509Data>"), ["signature.key"]),
    ("nine certificates", lambda: key_info("<ds:X509Data>" + 9 * (
        f"<ds:X509Certificate>{der('p256')}</ds:X509Certificate>") + "</ds:X509Data>"),
     ["signature.key"]),
    ("no key at all", lambda: re.sub(r"<ds:KeyInfo>.*</ds:KeyInfo>", "", base(), flags=re.S),
     ["signature.form"]),
    ("RSA with SHA-1", lambda: weak(method=DSIG + "rsa-sha1"), ["signature.algorithm"]),
    ("ECDSA with SHA-1", lambda: weak(method=MORE + "ecdsa-sha1"), ["signature.algorithm"]),
    ("a digest by SHA-1", lambda: weak(digest=DSIG + "sha1"), ["signature.algorithm"]),
    ("C14N with comments", lambda: weak(canonical=C14N + "#WithComments"),
     ["signature.algorithm"]),
    ("a reference without the enveloped transform", lambda: base().replace(
        f'<ds:Transform Algorithm="{ENVELOPED}"/>', ""), ["signature.algorithm"]),
    ("an algorithm of another key", lambda: base().replace("ecdsa-sha256", "rsa-sha256"),
     ["signature.algorithm"]),
    ("an algorithm that is none", lambda: base().replace(MORE + "ecdsa-sha256", "none"),
     ["signature.algorithm"]),
    ("a DOCTYPE", lambda: with_doctype(""), ["xml.doctype"]),
    ("an entity", lambda: with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">'),
     ["xml.doctype"]),
    ("an ID that a DOCTYPE declares", lambda: with_doctype(
        "<!ATTLIST necessity Id ID #IMPLIED>"), ["xml.doctype"]),
    ("a text within the signature", lambda: base().replace(
        "<ds:SignedInfo>", "x<ds:SignedInfo>"), ["signature.form"]),
    ("base64 with what is none within it", lambda: re.sub(
        r"<ds:SignatureValue>", "<ds:SignatureValue>#", base()), ["signature.form"]),
    ("no signature", lambda: xml(), ["signature.missing"]),
    ("nothing", lambda: "", ["signature.missing"]),
    ("text", lambda: "x", ["signature.missing"]),
    ("latin1", lambda: base().replace("UTF-8", "ISO-8859-1"), ["signature.form"]),
    ("UTF-7", lambda: base().replace("UTF-8", "UTF-7"), ["signature.form"])]


@cases("XML is not accepted: {}", WRAPPED)
def wrapping(_, make, codes):
    refused(make().encode(), *codes)


@case("what a comment within a value makes of it is what was signed, and cannot change it")
def comments():
    document = base()
    accepted(document.replace("<kind>preser", "<kind>preser<!-- x -->"))
    accepted(document.replace("<kind>preservation", "<kind><!-- a --><![CDATA[preser]]>vation"))
    refused(document.replace("<kind>preservation", "<kind><!-- preservation -->extradition"),
            "signature.invalid")
    refused(document.replace("<kind>preservation", "<kind>preservation<?x y?>"),
            "signature.invalid", "signature.content")


# --- JWS

@functools.cache
def member():
    return jws(text())


def with_header(**header):
    return jws(text(), header=header)


def unsigned(**header):
    return jws(text(), header=header, value=lambda data: b"")


def by_secret(algorithm, secret):
    """HMAC with what all know as the secret."""
    path = folder() / "secret"
    path.write_bytes(secret)
    return jws(text(), header={"alg": algorithm}, value=lambda data: do(
        "openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{secret.hex()}",
        "-binary", data=data))


def replaced(**members):
    return json.dumps({**json.loads(member()), **members})


def doubled(name):
    whole = member()
    value = json.loads(whole)[name]
    return whole[:-1] + f', "{name}": "{value}"' + "}"


def last_digit(name, change):
    document = json.loads(member())
    return json.dumps({**document, name: change(document[name])})


def loose(text):
    """The same bytes in base64 whose last digit has bits that nobody reads."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    check(len(text) % 4, "this text has no bits over")
    return text[:-1] + digits[digits.index(text[-1]) + 1]


PUBLIC = [("the certificate", lambda: pem("p256")),
          ("its DER", lambda: do("openssl", "x509", "-in", of("p256.pem"), "-outform",
                                 "der")),
          ("the public key", lambda: do("openssl", "x509", "-in", of("p256.pem"),
                                        "-noout", "-pubkey"))]

CONFUSED = [
    ("alg none, no signature", lambda: unsigned(alg="none"), ["signature.algorithm"]),
    ("alg none in capitals", lambda: unsigned(alg="NONE"), ["signature.algorithm"]),
    ("alg none, a good signature", lambda: with_header(alg="none"), ["signature.algorithm"]),
    ("no alg", lambda: with_header(alg=None), ["signature.algorithm"]),
    ("alg a number", lambda: with_header(alg=256), ["signature.algorithm"]),
    ("alg empty", lambda: with_header(alg=""), ["signature.algorithm"]),
    ("alg a list", lambda: with_header(alg=["ES256"]), ["signature.algorithm"]),
    ("alg with a blank", lambda: with_header(alg="ES256 "), ["signature.algorithm"]),
    ("EdDSA", lambda: with_header(alg="EdDSA"), ["signature.algorithm"]),
    ("ES256K", lambda: with_header(alg="ES256K"), ["signature.algorithm"]),
    ("RS256 where the key is P-256", lambda: with_header(alg="RS256"), ["signature.algorithm"]),
    ("ES384 where the key is P-256", lambda: with_header(alg="ES384"), ["signature.algorithm"]),
    ("ES256 where the key is RSA", lambda: jws(
        text(), "rsa", "RS256", header={"alg": "ES256"}), ["signature.algorithm"]),
    ("RS512 where RS256 signed", lambda: jws(text(), "rsa", "RS256",
                                             header={"alg": "RS512"}), ["signature.invalid"]),
    ("RS1", lambda: jws(text(), "rsa", "RS256", header={"alg": "RS1"}),
     ["signature.algorithm"]),
    ("the certificate of another", lambda: jws(text(), "stranger", header={
        "x5c": [der("p256")]}), ["signature.invalid"]),
    ("a stranger first, a good one second", lambda: jws(
        plain("convention-json"), "stranger", header={
            "x5c": [der("stranger"), der("p256")]}), ["signature.untrusted"]),
    ("no x5c", lambda: with_header(x5c=None), ["signature.key"]),
    ("x5c empty", lambda: with_header(x5c=[]), ["signature.key"]),
    ("x5c a text", lambda: with_header(x5c=der("p256")), ["signature.key"]),
    ("x5c of numbers", lambda: with_header(x5c=[1]), ["signature.key"]),
    ("x5c of base64url", lambda: with_header(x5c=[url64(b"\xfb\xff" + b"x" * 40)]),
     ["signature.key"]),
    ("x5c with something behind", lambda: with_header(x5c=[der("p256") + "AAAA"]),
     ["signature.key"]),
    ("nine certificates", lambda: with_header(x5c=9 * [der("p256")]),
     ["signature.key"]),
    ("crit", lambda: with_header(crit=["exp"], exp=1), ["signature.header"]),
    ("crit of nothing", lambda: with_header(crit=[]), ["signature.header"]),
    ("b64 false", lambda: with_header(b64=False, crit=["b64"]), ["signature.header"]),
    ("b64 false, not crit", lambda: with_header(b64=False), ["signature.header"]),
    ("jku", lambda: with_header(jku="https://localhost:9/"), ["signature.header"]),
    ("x5u", lambda: with_header(x5u="https://localhost:9/"), ["signature.header"]),
    ("jwk", lambda: with_header(jwk={"kty": "oct", "k": "AA"}), ["signature.header"]),
    ("a key of one's own in jwk", lambda: jws(text(), "stranger", header={
        "x5c": None, "jwk": {"kty": "EC"}}), ["signature.header"]),
    ("kid alone", lambda: with_header(kid="ca", x5c=None), ["signature.key"]),
    ("an unprotected header", lambda: replaced(header={"alg": "ES256"}), ["signature.form"]),
    ("alg beside the protected header", lambda: json.dumps(
        {**json.loads(jws(text(), header={"alg": None})),
         "header": {"alg": "ES256"}}), ["signature.form"]),
    ("more members", lambda: replaced(more="x"), ["signature.form"]),
    ("the general serialization", lambda: json.dumps({
        "payload": json.loads(member())["payload"],
        "signatures": [{n: v for n, v in json.loads(member()).items() if n != "payload"}]}),
     ["signature.missing"]),
    ("both serializations", lambda: replaced(signatures=[]), ["signature.form"]),
    ("the compact serialization", lambda: ".".join(
        json.loads(member())[n] for n in ("protected", "payload", "signature")),
     ["signature.missing"]),
    ("another payload", lambda: replaced(payload=url64(b"{}")), ["signature.invalid"]),
    ("no payload (detached)", lambda: json.dumps(
        {n: v for n, v in json.loads(member()).items() if n != "payload"}), ["signature.form"]),
    ("no signature", lambda: json.dumps(
        {n: v for n, v in json.loads(member()).items() if n != "signature"}),
     ["signature.form"]),
    ("an empty signature", lambda: replaced(signature=""), ["signature.invalid",
                                                           "signature.form"]),
    ("a signature of zeros", lambda: replaced(signature=url64(bytes(64))),
     ["signature.invalid"]),
    ("a signature in DER", lambda: jws(text(), value=lambda data: do(
        "openssl", "dgst", "-sha256", "-sign", of("p256.key"), data=data)),
     ["signature.invalid"]),
    ("a signature with zeros behind", lambda: last_digit("signature", lambda t: url64(
        from_url64(t) + b"\0")), ["signature.invalid"]),
    ("payload twice", lambda: doubled("payload"), ["json.duplicate-key"]),
    ("protected twice", lambda: doubled("protected"), ["json.duplicate-key"]),
    ("alg twice in the header", lambda: jws(text(), header=(
        '{"alg":"none","alg":"ES256","x5c":["%s"]}' % der("p256"))),
     ["signature.header"]),
    ("x5c twice in the header", lambda: jws(text(), header=(
        '{"alg":"ES256","x5c":["%s"],"x5c":["%s"]}' % ((der("p256"),) * 2))),
     ["signature.header"]),
    ("a header that is no object", lambda: jws(text(), header='["ES256"]'),
     ["signature.header"]),
    ("an empty header", lambda: replaced(protected=""), ["signature.form"]),
    ("padding", lambda: last_digit("signature", lambda t: t + "=="), ["signature.form"]),
    ("padding of the header", lambda: last_digit("protected", lambda t: t + "="),
     ["signature.form"]),
    ("bits over", lambda: last_digit("signature", loose), ["signature.form"]),
    ("a line end", lambda: last_digit("signature", lambda t: t[:9] + "\n" + t[9:]),
     ["signature.form"]),
    ("base64 of the other alphabet", lambda: last_digit("signature", lambda t: "+/" + t[2:]),
     ["signature.form"]),
    ("payload a number", lambda: replaced(payload=1), ["signature.form"]),
    ("payload null", lambda: replaced(payload=None), ["signature.form"]),
    ("something behind it", lambda: member() + member(), ["json.trailing-text"]),
    ("a list of it", lambda: "[" + member() + "]", ["signature.missing"]),
    ("not signed", lambda: plain("convention-json").decode(), ["signature.missing"]),
    ("an empty object", lambda: "{}", ["signature.missing"])] + [
    (f"{algorithm} with {name} as the secret", lambda a=algorithm, s=secret: by_secret(a, s()),
     ["signature.algorithm"]) for algorithm in ("HS256", "HS512") for name, secret in PUBLIC]


@cases("a JWS is not accepted: {}", CONFUSED)
def confusion(_, make, codes):
    refused(make().encode(), *codes)


@case("a JWS within a JWS is not taken for what is in it")
def nested():
    result = verify(jws(member()))
    check(result.status != 0 and b": valid" not in result.out, result)


# --- every bit

def all_of(documents):
    """The numbers of those that are accepted, by one run over all of them."""
    where = folder()
    for number, content in enumerate(documents):
        (where / str(number)).write_bytes(content)
    names = [str(n) for n in range(len(documents))]
    result = run("validate", "--signature", "--trust", of("ca.pem"), *names,
                 cwd=where, timeout=280)
    return [int(n) for n in re.findall(rb"^(\d+): signed by ", result.out, re.M)]


def small(form):
    """A request of few words."""
    made = json.loads((REQUESTS / "preservation.json").read_text())
    kept = {n: made[n] for n in ("schema", "kind", "id", "language") if n in made}
    return run("convert", "-t", form, file(json.dumps(kept))).ends(0).out


FLIPS = [("a JWS", lambda: jws(small("convention-json")).encode()),
         ("XML", lambda: xmlsec_sign(small("convention-xml").decode(), "p256").encode())]


@cases("of {} no bit can be changed but of its XML declaration", FLIPS)
def flipped(_, make):
    document = make()
    bits = spread(range(8 * len(document)), every=20)
    same(all_of([document]), [0], "as it was signed")
    made = []
    for bit in bits:
        changed_one = bytearray(document)
        changed_one[bit // 8] ^= 1 << bit % 8
        made.append(bytes(changed_one))
    declared = document.index(b"?>") if document.startswith(b"<?xml") else 0
    found = [bits[n] // 8 for n in all_of(made)]
    check(all(at < declared for at in found), "bytes that were changed unseen:",
          [(at, document[max(0, at - 20):at + 20]) for at in found if at >= declared][:5])
    print(f"# {len(made)} documents, {len(found)} accepted")


@cases("{} that is cut short anywhere is not accepted", FLIPS)
def truncated(_, make):
    document = make().rstrip()
    same(all_of([document[:n] for n in spread(range(len(document)), every=10)]), [])


@case("the example that ETSI publishes, signed by itself in 2021, is not trusted")
def published():
    refused(shared("data", "etsi-103120", "examples", "request6_signed.xml"),
            "signature.untrusted")


if __name__ == "__main__":
    main(every=6)
